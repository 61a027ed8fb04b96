//! The picture, and all that a pointer or the keyboard does to it.

use std::collections::BTreeMap;

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::cells::stamp_class;
use super::dots::{Dots, heat_class, nearest};
use super::drag::{Drag, Stroke};
use super::draw::{names, path, text, when};
use super::figures::{client_figure, node_figure, pill};
use super::light::over_stage;
use super::links::{Links, note};
use super::node_menu::{menu_card, use_menu_card};
use super::props::{Figures, StageProps as Props};
use crate::player::{Action, PageAction, Selection, Tool};
use crate::tr;
use crate::view::path::{number, translate};
use crate::view::stage::aside::Neighbourhood;
use crate::view::stage::flight::wrapped;
use crate::view::stage::heat::LEVELS;
use crate::view::stage::hull::Hull;
use crate::view::stage::scene::Bond;
use crate::view::{Flight, Path, Point, Size, StageView};
use crate::web::animator::TRAIL_CLASSES;
use crate::web::browser::focus;
use crate::web::frame::Inspection;
use crate::web::pick;
use crate::web::pick::PickedBy;
use crate::web::shared::Shared;
use crate::words::{Language, tell};

#[component]
pub fn Stage(props: &Props) -> Html {
    let Props { id, scene, language, tool, .. } = props;
    let svg = use_node_ref();
    let drag = use_mut_ref(Drag::default);
    let size = scene.layout.size;
    let around = props.menu.map(|(selection, _)| around(scene, selection));
    let card = use_menu_card(id, props.menu, scene.clone(), around);
    let place = {
        let (svg, size) = (svg.clone(), size);
        move |event: &PointerEvent| point_of(&svg, size.w, size.h, event)
    };
    let onpointerdown = {
        let (drag, place, svg, draws) =
            (drag.clone(), place.clone(), svg.clone(), *tool != Tool::Select);
        Callback::from(move |event: PointerEvent| {
            drag.borrow_mut().press(svg.cast(), place(&event), &event, draws)
        })
    };
    // A click selects; it does not take the keyboard away from the page.
    let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
    let onpointermove = {
        let (drag, place) = (drag.clone(), place.clone());
        Callback::from(move |event: PointerEvent| drag.borrow_mut().extend(place(&event)))
    };
    let onpointerup = {
        let (drag, scene, stroke, tool) =
            (drag.clone(), scene.clone(), props.stroke.clone(), *tool);
        Callback::from(move |_: PointerEvent| {
            if let Some(drawn) = drag.borrow_mut().end(&scene, tool) {
                stroke.emit(drawn);
            }
        })
    };
    let onpointercancel = {
        let (drag, scene) = (drag.clone(), scene.clone());
        Callback::from(move |_: PointerEvent| drop(drag.borrow_mut().end(&scene, Tool::Select)))
    };
    let onclick = clicked(props, drag, svg.clone());
    let figures = props.figures();
    let onkeydown = keys(props.pick.clone());
    html! {
        <>
        <svg class={names(&["scene", tool_class(*tool)])} ref={svg} id={format!("{id}-scene")}
            viewBox={format!("0 0 {} {}", number(size.w), number(size.h))}
            role="group" aria-label={tr!(*language, "The cluster. Arrow keys go from one to the next, Enter shows what can be done.")}
            {onpointerdown} {onmousedown} {onpointermove} {onpointerup} {onpointercancel} {onclick} {onkeydown}>
            { beneath(scene, link(props.selection), *language) }
            { trails(id) }
            // Beneath the boxes: messages come out from behind one, and cover no name and no ring.
            <g class="messages">{ for scene.flights.iter().filter(|flight| !flight.is_streak()).map(|flight| pill(&figures, flight)) }</g>
            <g class="notes">{ for scene.wires.iter().filter(|wire| wire.note.is_some()).map(note) }</g>
            <g class="clients">{ for scene.clients.iter().map(|client| client_figure(&figures, client)) }</g>
            <Dots scene={scene.clone()} selection={props.selection} language={*language}
                inspection={props.active.then(|| props.inspection.clone())} />
            <g class="nodes">{ for scene.nodes.iter().map(|node| node_figure(&figures, node)) }</g>
            <g class="light" aria-hidden="true">{ for props.light.iter().map(|light| over_stage(light, scene, *language)) }</g>
            { measures(props) }
            <path class="drawn" id={format!("{id}-drawn")} />
            <text class="more-flights" x="14" y={number(size.h - scene.layout.bottom - 8.0)} aria-hidden="true">{ scene.more_told().map(|told| tell(*language, &told)) }</text>
        </svg>
        <ul class="unseen" aria-label={tr!(*language, "The picture in words")}>for line in props.told.iter() { <li>{ line }</li> }</ul>
        { menu_card(props, card) }
        </>
    }
}

/// What messages draw behind them, or, where they are too many to be told apart, their heat: by the animator.
fn trails(id: &str) -> Html {
    let line = |(i, class): (usize, &&'static str)| {
        html! { <path id={format!("{id}-trail{i}")} class={*class} /> }
    };
    let (streaks, lost) = TRAIL_CLASSES.split_at(TRAIL_CLASSES.len() - 1);
    html! {
        <>
        <g class="heat" id={format!("{id}-heat")}>{ for (0..LEVELS).map(|level| html! {
            <path id={format!("{id}-heat{level}")} class={heat_class(level)} />
        }) }</g>
        <g class="trails">
            <g id={format!("{id}-streaks")}>{ for streaks.iter().enumerate().map(line) }</g>
            { for lost.iter().map(|class| line((streaks.len(), class))) }
        </g>
        </>
    }
}

fn tool_class(tool: Tool) -> &'static str {
    match tool {
        Tool::Select => "select",
        Tool::Cut => "cutting",
        Tool::Lasso => "lassoing",
    }
}

/// What lies beneath all that moves: the sides of a partition, who keeps to whom, links.
fn beneath(scene: &StageView, selection: Option<Selection>, language: Language) -> Html {
    html! {
        <>
            { hulls(scene, language) }
            <g class="bonds">{ for scene.bonds.iter().map(bond) }</g>
            <Links wires={scene.wires.clone()} {selection} {language} />
        </>
    }
}

/// The stage where a run stands, on paper.
pub fn still(id: &str, scene: &Shared<StageView>, language: Language) -> Html {
    let figures = Figures { id, scene, selection: None, language };
    let size = scene.layout.size;
    let message = |flight: &Flight| {
        let at = flight.place(scene.now).at;
        html! { <g transform={translate(at)}>{ pill(&figures, flight) }</g> }
    };
    let mut trails = Path::new();
    for flight in &scene.flights {
        let place = flight.place(scene.now);
        trails.line(place.tail, place.at);
    }
    html! {
        <svg class="scene still" viewBox={format!("0 0 {} {}", number(size.w), number(size.h))} aria-hidden="true">
            { beneath(scene, None, language) }
            <g class="trails">{ path("call", &trails) }</g>
            <g class="messages">{ for scene.flights.iter().filter(|flight| !flight.is_streak()).map(message) }</g>
            <g class="notes">{ for scene.wires.iter().filter(|wire| wire.note.is_some()).map(note) }</g>
            <g class="clients">{ for scene.clients.iter().map(|client| client_figure(&figures, client)) }</g>
            <Dots scene={scene.clone()} selection={None::<Selection>} {language} inspection={None::<Shared<Inspection>>} />
            <g class="nodes">{ for scene.nodes.iter().map(|node| node_figure(&figures, node)) }</g>
        </svg>
    }
}

fn hulls(scene: &StageView, language: Language) -> Html {
    let hull = |hull: &Hull| {
        html! {
            <g class={if hull.minority { "cluster minority" } else { "cluster" }} data-sign={hull.minority.then_some("minority")}>
                { path("", &hull.path) }
                if hull.minority { { text("cluster-label", hull.label, tr!(language, "cut off")) } }
            </g>
        }
    };
    html! { <g class="clusters">{ for scene.hulls.iter().map(hull) }</g> }
}

/// In a narrower corner nothing can be read.
const LEAST_ROOM: f64 = 120.0;

/// The protocol's numbers about all places, where these are boxes: dots have them in their legend.
fn measures(props: &Props) -> Html {
    let scene = &props.scene;
    // In the corner at the right, where no place stands; a narrow stage says them in its words alone, and of
    // two runs each has them under its name.
    let shown = if scene.field.is_some() { &[][..] } else { &scene.measures };
    let room = scene.layout.right_corner(60.0) / scene.layout.shrunk - 28.0;
    let told = shown.iter().flat_map(|measure| match tell(props.language, measure) {
        told if room > LEAST_ROOM => wrapped(&told, 12.0, room),
        told => vec![told],
    });
    let lines = told
        .enumerate()
        .map(|(i, line)| text("measure", Point::new(-14.0, 24.0 + i as f64 * 16.0), line.trim()));
    // However small the picture is drawn, they keep their size.
    let corner = Point::new(scene.layout.size.w, 0.0);
    let transform = format!("{} scale({})", translate(corner), number(scene.layout.shrunk));
    html! { <g class="measures" aria-hidden="true" data-sign="measure" {transform}>{ for lines }</g> }
}

/// Those who support a server, drawn to it.
fn bond(bond: &Bond) -> Html {
    let class = names(&["bond", when(bond.whole, "whole"), stamp_class(bond.stamp)]);
    html! { <path key={bond.of.to_string()} {class} d={bond.path.to_string()} /> }
}

/// The selection, if it is a link: the links need not be drawn anew for another.
fn link(selection: Option<Selection>) -> Option<Selection> {
    selection.filter(|selection| matches!(selection, Selection::Link(..)))
}

/// What a card about this selection is to leave in sight.
pub fn around(scene: &StageView, selection: Selection) -> Neighbourhood {
    match selection {
        Selection::Place(place) => scene.around_place(place),
        Selection::Link(from, to) => scene.around_link(from, to),
        Selection::Message(id) => scene.around_message(id).unwrap_or_else(|| {
            let Size { w, h } = scene.layout.size;
            Neighbourhood { at: Point::new(w / 2.0, h / 2.0), ..Neighbourhood::default() }
        }),
    }
}

/// The place of a pointer, in the picture's units.
fn point_of(svg: &NodeRef, w: f64, h: f64, event: &MouseEvent) -> Point {
    let Some(svg) = svg.cast::<Element>() else { return Point::default() };
    let rect = svg.get_bounding_client_rect();
    let scale = (w / rect.width().max(1.0)).max(h / rect.height().max(1.0));
    Point::new(
        (f64::from(event.client_x()) - rect.left()) * scale,
        (f64::from(event.client_y()) - rect.top()) * scale,
    )
}

/// A click on something picks it, where places are dots the nearest one; with the Shift key, the link from
/// what is selected to there. With the cut tool it cuts a link; elsewhere it lets go.
fn clicked(
    props: &Props,
    drag: std::rc::Rc<std::cell::RefCell<Drag>>,
    svg: NodeRef,
) -> Callback<MouseEvent> {
    let (act, picked, tool, stroke) =
        (props.act.clone(), props.pick.clone(), props.tool, props.stroke.clone());
    let (open, selection) = (props.menu.is_some(), props.selection);
    let (close, scene) = (props.close_menu.clone(), props.scene.clone());
    Callback::from(move |event: MouseEvent| {
        if drag.borrow().drew() {
            return;
        }
        let dot = || {
            let Size { w, h } = scene.layout.size;
            nearest(&scene, point_of(&svg, w, h, &event))
        };
        let found = pick::of(&event).map(|(found, _)| found);
        let found = found.or_else(|| dot().map(Selection::Place));
        let found = match (selection, found) {
            (Some(Selection::Place(from)), Some(Selection::Place(to)))
                if event.shift_key() && from != to =>
            {
                Some(Selection::Link(from, to))
            }
            _ => found,
        };
        match (found, tool) {
            (Some(Selection::Link(from, to)), Tool::Cut) => {
                stroke.emit(Stroke::Across(vec![(from, to)]));
            }
            (Some(selection), _) => picked.emit((selection, PickedBy::Pointer)),
            (None, _) if open => close.emit(()),
            (None, _) if selection.is_some() => act.emit(Action::Page(PageAction::Select(None))),
            (None, _) => {}
        }
    })
}

/// Arrow keys go from one thing to the next, up and down from kind to kind; Enter picks.
fn keys(picked: Callback<(Selection, PickedBy)>) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        let Some((selection, element)) = pick::of(&event) else { return };
        let moved = match event.key().as_str() {
            "Enter" => {
                picked.emit((selection, PickedBy::Keyboard));
                true
            }
            "ArrowRight" => go(&element, 1, 0),
            "ArrowLeft" => go(&element, -1, 0),
            "ArrowDown" => go(&element, 0, 1),
            "ArrowUp" => go(&element, 0, -1),
            _ => false,
        };
        if moved {
            event.prevent_default();
            event.stop_propagation();
        }
    })
}

/// Moves the focus among things of a kind, or to the first of another kind that exists.
fn go(from: &Element, along: i32, across: i32) -> bool {
    let Some(code) = from.get_attribute("data-pick") else { return false };
    let (Some(rank), Some(scene)) = (pick::rank(&code), from.closest("svg").ok().flatten()) else {
        return false;
    };
    let Ok(list) = scene.query_selector_all("[data-pick][tabindex]") else { return false };
    let all = (0..list.length()).filter_map(|i| list.get(i)?.dyn_into::<Element>().ok());
    let mut kinds: BTreeMap<_, Vec<Element>> = BTreeMap::new();
    for element in all {
        if let Some(rank) = element.get_attribute("data-pick").as_deref().and_then(pick::rank) {
            kinds.entry(rank).or_default().push(element);
        }
    }
    let step = |from: usize, by: i32, of: usize| (from as i32 + by).rem_euclid(of.max(1) as i32);
    let here = kinds.keys().position(|kind| *kind == rank).unwrap_or(0);
    let kinds: Vec<Vec<Element>> = kinds.into_values().collect();
    let next = match along {
        0 => kinds.get(step(here, across, kinds.len()) as usize).and_then(|kind| kind.first()),
        along => kinds.get(here).and_then(|kind| {
            let place = kind.iter().position(|element| element == from).unwrap_or(0);
            kind.get(step(place, along, kind.len()) as usize)
        }),
    };
    if let Some(next) = next {
        focus(next);
    }
    true
}
