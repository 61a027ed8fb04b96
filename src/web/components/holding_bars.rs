//! What was held for a while, what was believed, and what was written under it, on the lanes of the space-time
//! diagram.

use yew::prelude::*;

use super::cells::stamp_class;
use super::draw::{boxed, names, path, text, when};
use crate::view::diagram::holding_bars::{HoldingBar, HoldingBars, Overlap, WriteBox};
use crate::view::path::number;
use crate::view::{Path, Point, Size};
use crate::words::Language;

pub fn holding_bars(of: &HoldingBars, language: Language) -> Html {
    html! {
        <g class="holdings">
            { for of.overlaps.iter().map(ground) }
            { for of.bars.iter().map(|it| bar(it, language)) }
        </g>
    }
}

/// For how long several believed: in front of all else.
pub fn overlap_texts(of: &HoldingBars, language: Language) -> Html {
    html! { <g>{ for of.overlaps.iter().map(|overlap| told(overlap, language)) }</g> }
}

/// What was written, whole also where that has only just happened.
pub fn writes(of: &HoldingBars, language: Language) -> Html {
    html! { <g class="holdings">{ for of.writes.iter().map(|it| write(it, language)) }</g> }
}

fn write(of: &WriteBox, language: Language) -> Html {
    let sign = of.sign();
    let class = names(&[
        "holding write",
        stamp_class(of.chip.stamp),
        when(sign == "lane refuses", "refused"),
        when(sign == "lane overwrites", "late"),
    ]);
    let chip_width = of.chip.width.min(of.w);
    let [whole, chip] = [of.w, chip_width].map(|w| Point::new(of.x + w / 2.0, of.y));
    html! {
        <g {class} data-sign={sign} data-named={of.said(language)}>
            { boxed("ground", whole, Size::new(of.w, of.h), 2.0) }
            { boxed("chip", chip, Size::new(chip_width, of.h), 2.0) }
            if of.shows_chip() { { text("number", chip.plus(0.0, 3.6), &of.chip.text) } }
            if of.shows_text() { { text("told", Point::new(of.x + of.before_text(), of.y + 3.6), &of.told(language)) } }
        </g>
    }
}

fn ground(of: &Overlap) -> Html {
    let (x, y, w, h) = (number(of.x), number(of.top), number(of.w), number(of.bottom - of.top));
    html! { <rect class="overlap" {x} {y} width={w} height={h} data-sign="lane overlap" /> }
}

/// How long it lasted.
fn told(of: &Overlap, language: Language) -> Html {
    html! { <g class="overlap" data-sign="lane overlap">{ text("", of.told_at, &of.told(language)) }</g> }
}

fn bar(of: &HoldingBar, language: Language) -> Html {
    let class = names(&["holding", stamp_class(of.chip.stamp), when(of.believed, "believed")]);
    let sign = if of.believed { "lane believes" } else { "lane granted" };
    let middle = Point::new(of.x + of.w / 2.0, of.y);
    let chip = Point::new(of.x + of.chip.width / 2.0, of.y);
    let lapsed = of.lapsed.map(|from| hatched(from, of));
    html! {
        <g {class} data-sign={sign}>
            { boxed("ground", middle, Size::new(of.w, of.h), 2.0) }
            { boxed("held", middle, Size::new(of.w, of.h), 2.0) }
            if let Some(lapsed) = lapsed { { path("lapsed", &lapsed) } }
            if of.shows_chip() {
                { boxed("chip", chip, Size::new(of.chip.width, of.h), 2.0) }
                { text("number", chip.plus(0.0, 3.6), &of.chip.text) }
            }
            if let Some(told) = of.told(language) { { text("told", Point::new(of.text_x(), of.y + 3.6), &told) } }
        </g>
    }
}

/// Strokes from upper right to lower left.
fn hatched(from: f64, of: &HoldingBar) -> Path {
    const STEP: f64 = 5.0;
    let mut strokes = Path::new();
    let (end, half) = (of.x + of.w, of.h / 2.0);
    let mut x = from;
    while x + of.h <= end && x - from < 20_000.0 {
        strokes.line(Point::new(x, of.y + half), Point::new(x + of.h, of.y - half));
        x += STEP;
    }
    strokes
}
