//! A slice of the space-time diagram. One that is past is given again and again, and drawn once.

use std::rc::Rc;

use yew::prelude::*;

use super::draw::{names, path, text, when};
use crate::view::diagram::crowd::Crowd;
use crate::view::diagram::spacetime::Label;
use crate::view::path::translate;
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
    pub bottom: f64,
    pub language: Language,
}

/// What its lanes are, behind all else.
#[component]
pub fn SliceGround(props: &Props) -> Html {
    let bands = &props.slice.0.diagram.bands;
    html! {
        <g class="slice">
            { signed("band down", "lane down", &bands.down) }
            { signed("band held", "lane paused", &bands.paused) }
            { signed("band isolated", "lane cut off", &bands.isolated) }
            { signed("lead", "lane leads", &bands.lead) }
            { signed("bid", "lane bids", &bands.bid) }
        </g>
    }
}

#[component]
pub fn SliceFigure(props: &Props) -> Html {
    let diagram = &props.slice.0.diagram;
    html! {
        <g class="slice">
            { for diagram.crowd.iter().map(bars) }
            { path("messageLine beat", &diagram.beats) }
            { path("messageLine call", &diagram.calls) }
            { path("messageLine reply", &diagram.replies) }
            { path("messageLine refusal", &diagram.refusals) }
            { path("messageLine vote", &diagram.votes) }
            { path("messageLine toClient", &diagram.client) }
            { path("messageLine lost", &diagram.lost) }
            { path("heads", &diagram.heads) }
            { path("losses", &diagram.losses) }
            { signed("denials", "lane refuses", &diagram.denials) }
            { signed("ticked", "lane timer", &diagram.timers) }
            { for diagram.labels.iter().map(|label| mark(label, props)) }
        </g>
    }
}

/// A path that says what it means.
fn signed(class: &'static str, sign: &'static str, path: &Path) -> Html {
    html! { <g data-sign={sign}>{ super::draw::path(class, path) }</g> }
}

/// What stands for messages where there are too many for arrows.
fn bars(crowd: &Crowd) -> Html {
    html! {
        <>
        { path("crowd", &crowd.all) }
        { path("crowd votes", &crowd.votes) }
        { path("crowd lost", &crowd.lost) }
        </>
    }
}

/// A fault or a violation, with its word.
fn mark(label: &Label, props: &Props) -> Html {
    let class = names(&["fault", when(label.violation, "violated"), when(label.mends, "mends")]);
    let shape = if label.violation { "M-5 -5L5 5M5 -5L-5 5" } else { "M0 -7L6 4H-6Z" };
    html! {
        <g {class} transform={translate(label.at)} data-sign="fault" data-named={word(props.language, label.text).to_owned()}>
            if label.across { { path("through", Path::new().move_to(Point::new(0.0, 4.0)).down_to(props.bottom - label.at.y)) } }
            <path class="sign" d={shape} />
            if label.shows_word() { { text("", Point::new(9.0, 4.0), word(props.language, label.text)) } }
        </g>
    }
}
