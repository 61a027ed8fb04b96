//! Links: one line where both ways are alike, two with arrows where they differ, red and broken
//! where cut, barred where held.

use yew::prelude::*;

use crate::player::Selection;
use crate::sim::snapshot::LinkState;
use crate::view::links::{Strand, Wire};
use crate::view::path::{number, translate};
use crate::view::{Path, Point};
use crate::web::pick;
use crate::words::{self, Language};
use crate::tr;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub wire: Wire,
    pub selected: bool,
    pub language: Language,
}

#[component]
pub fn WireFigure(props: &Props) -> Html {
    let Props { wire, language, .. } = props;
    let mut reach = Path::new();
    reach.line(wire.from, wire.to);
    let told: Vec<String> = wire.told().iter().map(|told| words::tell(*language, told)).collect();
    let label = match told.is_empty() {
        true => tr!(*language, "Link between {0} and {1}", wire.a, wire.b),
        false => told.join(" "),
    };
    let class = classes!(
        "edgePath",
        wire.dead.then_some("dead"),
        props.selected.then_some("selected"),
        wire.note.is_some().then_some("changed"),
    );
    html! {
        <g {class} data-pick={pick::code(Selection::Link(wire.a, wire.b))} tabindex="-1" role="button" aria-label={label}>
            <path class="reach" d={reach.into_string()} />
            { for wire.strands().into_iter().map(strand) }
            { note(wire) }
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
    let (from, to, state, one_way) = match strand {
        Strand::Both { from, to, state } => (from, to, state, false),
        Strand::Way { from, to, state } => (from, to, state, true),
    };
    let mut line = Path::new();
    line.line(from, to);
    let head = one_way.then(|| {
        let mut head = Path::new();
        let tip = to.towards(from, 4.0 / from.distance(to).max(1.0));
        head.head(tip, from.direction(to), 9.0);
        html! { <path class="arrowheadPath" d={head.into_string()} /> }
    });
    let middle = from.towards(to, if one_way { 0.36 } else { 0.5 });
    let mark = match state {
        LinkState::Healthy => Html::default(),
        LinkState::Cut => html! { <path class="break" d={saltire(middle)} /> },
        LinkState::Held => html! { <path class="bars" d={bars(middle, from.direction(to))} /> },
    };
    html! { <g class={state_class(state)}><path class="path" d={line.into_string()} />{ head }{ mark }</g> }
}

fn saltire(at: Point) -> String {
    let mut path = Path::new();
    path.saltire(at, 4.5);
    path.into_string()
}

/// Two bars across the link.
fn bars(at: Point, along: Point) -> String {
    let mut path = Path::new();
    for shift in [-3.0, 3.0] {
        let foot = at.plus(along.x * shift, along.y * shift);
        path.line(foot.plus(-along.y * 6.0, along.x * 6.0), foot.plus(along.y * 6.0, -along.x * 6.0));
    }
    path.into_string()
}

/// What was changed of it, on a small plate.
fn note(wire: &Wire) -> Html {
    let Some(note) = &wire.note else { return Html::default() };
    let width = crate::view::flight::text_width(note, 10.5) + 12.0;
    html! {
        <g class="edgeLabel" transform={translate(wire.from.towards(wire.to, 0.5))}>
            <rect x={number(-width / 2.0)} y="-9" width={number(width)} height="18" rx="4" />
            <text y="3.5">{ note }</text>
        </g>
    }
}
