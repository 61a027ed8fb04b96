//! A slice of the space-time diagram. One that is past is given again and again, and drawn once.

use std::rc::Rc;

use yew::prelude::*;

use crate::view::path::{number, translate};
use crate::view::spacetime::Label;
use crate::view::{Path, Point, Slice};
use crate::words::{Language, translate as word};

/// Slices are compared by pointer: see [`Chart`](crate::view::Chart).
#[derive(Clone)]
pub struct Drawn(pub Rc<Slice>);

impl PartialEq for Drawn {
    fn eq(&self, other: &Drawn) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub slice: Drawn,
    /// Where its beginning is on the sheet.
    pub x: f64,
    pub bottom: f64,
    pub language: Language,
}

#[component]
pub fn SliceFigure(props: &Props) -> Html {
    let diagram = &props.slice.0.diagram;
    let bands = &diagram.bands;
    html! {
        <g class="slice" transform={translate(Point::new(props.x, 0.0))}>
            { path("band down", &bands.down) }
            { path("band held", &bands.paused) }
            { path("band isolated", &bands.isolated) }
            { path("lead", &bands.lead) }
            { path("bid", &bands.bid) }
            { path("messageLine beat", &diagram.beats) }
            { path("messageLine call", &diagram.calls) }
            { path("messageLine reply", &diagram.replies) }
            { path("messageLine vote", &diagram.votes) }
            { path("messageLine toClient", &diagram.client) }
            { path("messageLine lost", &diagram.lost) }
            { path("heads", &diagram.heads) }
            { path("losses", &diagram.losses) }
            { path("ticked", &diagram.timers) }
            { for diagram.labels.iter().map(|label| mark(label, props)) }
        </g>
    }
}

fn path(class: &'static str, path: &Path) -> Html {
    if path.is_empty() {
        return Html::default();
    }
    html! { <path {class} d={path.to_string()} /> }
}

/// A fault or a violation, with its word.
fn mark(label: &Label, props: &Props) -> Html {
    let class = classes!("fault", label.violation.then_some("violated"), label.across.then_some("across"));
    let shape = if label.violation { "M-5 -5L5 5M5 -5L-5 5" } else { "M0 -7L6 4H-6Z" };
    html! {
        <g {class} transform={translate(label.at)}>
            if label.across { <path class="through" d={format!("M0 4V{}", number(props.bottom - label.at.y))} /> }
            <path class="sign" d={shape} />
            if label.shows_word() { <text x="9" y="4">{ word(props.language, label.text) }</text> }
        </g>
    }
}
