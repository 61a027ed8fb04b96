//! Links: one line where both ways are alike, two with arrows where they differ, red and broken
//! where cut, barred where held.

use yew::prelude::*;

use super::draw::{boxed, names, path, text, when};
use crate::player::Selection;
use crate::sim::snapshot::LinkState;
use crate::tr;
use crate::view::path::translate;
use crate::view::stage::links::{Strand, Wire, between, draw};
use crate::view::{Path, Point, Size};
use crate::web::pick;
use crate::words::{self, Language};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub wires: Vec<Wire>,
    /// The link that is selected.
    pub selection: Option<Selection>,
    pub language: Language,
}

/// All links. They change seldom, and then are drawn together.
#[component]
pub fn Links(props: &Props) -> Html {
    let figure = |wire: &Wire| {
        let lit = pick::touches(props.selection, [wire.a, wire.b]);
        wire_figure(wire, selects(props.selection, wire), lit, props.language)
    };
    html! { <g class="edgePaths">{ for props.wires.iter().map(figure) }</g> }
}

/// Whether this link is selected, in either direction.
fn selects(selection: Option<Selection>, wire: &Wire) -> bool {
    let ends = (wire.a, wire.b);
    matches!(selection, Some(Selection::Link(from, to)) if (from, to) == ends || (to, from) == ends)
}

fn wire_figure(wire: &Wire, selected: bool, lit: bool, language: Language) -> Html {
    let mut reach = Path::new();
    draw(&mut reach, wire.from, wire.bend, wire.to);
    let told: Vec<String> = wire.told().iter().map(|told| words::tell(language, told)).collect();
    let label = match told.is_empty() {
        true => tr!(language, "Link between {0} and {1}", wire.a, wire.b),
        false => told.join(" "),
    };
    let sign = match (wire.there, wire.back) {
        _ if wire.dead => "dead",
        (LinkState::Cut, LinkState::Cut) => "cut",
        (LinkState::Held, LinkState::Held) => "held",
        (LinkState::Healthy, LinkState::Healthy) => "link",
        _ => "one way",
    };
    let class = names(&[
        "edgePath",
        when(wire.dead, "dead"),
        when(selected, "selected"),
        when(wire.note.is_some(), "changed"),
        when(lit, "lit"),
    ]);
    html! {
        <g key={format!("{}-{}", wire.a, wire.b)} {class} data-pick={pick::code(Selection::Link(wire.a, wire.b))} tabindex="-1" role="button" aria-label={label} data-sign={sign}>
            { path("reach", &reach) }
            { for wire.strands().into_iter().map(strand) }
        </g>
    }
}

/// The class of a state.
fn state_class(state: LinkState) -> &'static str {
    match state {
        LinkState::Healthy => "healthy",
        LinkState::Held => "held",
        LinkState::Cut => "cut",
    }
}

fn strand(strand: Strand) -> Html {
    let (from, bend, to, state, one_way) = match strand {
        Strand::Both { from, bend, to, state } => (from, bend, to, state, false),
        Strand::Way { from, to, state } => (from, None, to, state, true),
    };
    let mut line = Path::new();
    draw(&mut line, from, bend, to);
    let head = one_way.then(|| {
        let mut head = Path::new();
        let tip = to.towards(from, 4.0 / from.distance(to).max(1.0));
        head.head(tip, from.direction(to), 9.0);
        path("arrowheadPath", &head)
    });
    let middle = between(from, bend, to, if one_way { 0.36 } else { 0.5 });
    let mark = match state {
        LinkState::Healthy => Html::default(),
        LinkState::Cut => path("break", Path::new().saltire(middle, 4.5)),
        LinkState::Held => path("bars", &bars(middle, from.direction(to))),
    };
    html! { <g class={state_class(state)}>{ path("path", &line) }{ head }{ mark }</g> }
}

/// Two bars across the link.
fn bars(at: Point, along: Point) -> Path {
    let mut bars = Path::new();
    for shift in [-3.0, 3.0] {
        let foot = at.plus(along.x * shift, along.y * shift);
        bars.line(
            foot.plus(-along.y * 6.0, along.x * 6.0),
            foot.plus(along.y * 6.0, -along.x * 6.0),
        );
    }
    bars
}

/// What was changed of it, on a small plate over whatever goes along it.
pub fn note(wire: &Wire) -> Html {
    let Some(note) = &wire.note else { return Html::default() };
    let width = crate::view::stage::flight::text_width(note, 10.5) + 12.0;
    html! {
        <g key={format!("{}-{}", wire.a, wire.b)} class="edgeLabel" data-pick={pick::code(Selection::Link(wire.a, wire.b))} data-sign="changed" transform={translate(wire.middle())}>
            { boxed("", Point::default(), Size::new(width, 18.0), 4.0) }
            { text("", Point::new(0.0, 3.5), note) }
        </g>
    }
}
