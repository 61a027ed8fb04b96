//! The shapes that the pictures are made of, placed by points and sizes; and lists of class names.

use yew::prelude::*;

use crate::base::Time;
use crate::view::path::number;
use crate::view::{Path, Point, Size, Thumbnail};

/// These class names, without the empty ones.
pub fn names(names: &[&'static str]) -> Classes {
    names.iter().copied().filter(|name| !name.is_empty()).collect()
}

/// A class name that is there or not.
pub fn when(is: bool, name: &'static str) -> &'static str {
    if is { name } else { "" }
}

/// A path; nothing where it is empty.
pub fn path(class: &'static str, path: &Path) -> Html {
    match path.is_empty() {
        true => Html::default(),
        false => html! { <path {class} d={path.to_string()} /> },
    }
}

/// A rectangle around a centre, with round corners.
pub fn boxed(class: &'static str, centre: Point, size: Size, rx: f64) -> Html {
    let (x, y) = (centre.x - size.w / 2.0, centre.y - size.h / 2.0);
    html! {
        <rect {class} x={number(x)} y={number(y)} width={number(size.w)} height={number(size.h)} rx={number(rx)} />
    }
}

/// A word at a place.
pub fn text(class: &'static str, at: Point, word: &str) -> Html {
    html! { <text {class} x={number(at.x)} y={number(at.y)}>{ word }</text> }
}

/// So many pixels, which grow with the type that the browser is set to.
pub fn rem(pixels: f64) -> String {
    format!("{}rem", pixels / 16.0)
}

/// A share of the whole, to a hundredth of a percent.
pub fn percent(part: Time, whole: Time) -> String {
    let share = (part.0.min(whole.0) as f64 / whole.0.max(1) as f64 * 10_000.0) as u64;
    format!("{}.{:02}%", share / 100, share % 100)
}

/// A small picture of a stage, with something over it.
pub fn picture(thumbnail: &Thumbnail, over: Html) -> Html {
    let path =
        |(class, d): &(&'static str, String)| html! { <path class={*class} d={d.clone()} /> };
    html! {
        <svg class="thumbnail" viewBox={thumbnail.view_box.clone()} aria-hidden="true" focusable="false">
            { for thumbnail.paths.iter().map(path) }
            { over }
        </svg>
    }
}
