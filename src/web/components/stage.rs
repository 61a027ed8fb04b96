//! The picture, and all that a pointer or the keyboard does to it.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::drag::{Drag, Stroke};
use super::figures::{ClientFigure, NodeFigure, Pill};
use super::node_menu::NodeMenu;
use super::wires::WireFigure;
use crate::player::{Action, Selection, Tool};
use crate::tr;
use crate::view::path::number;
use crate::view::{Point, Scene};
use crate::web::animator::TRAIL_CLASSES;
use crate::web::app::By;
use crate::web::browser::focus;
use crate::web::frame::Inspection;
use crate::web::pick::{self, KINDS};
use crate::web::shared::Shared;
use crate::words::Language;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: AttrValue,
    pub scene: Shared<Scene>,
    pub told: Shared<Vec<String>>,
    pub selection: Option<Selection>,
    pub tool: Tool,
    pub language: Language,
    pub menu: Option<(Selection, By)>,
    pub inspection: Shared<Inspection>,
    pub act: Callback<Action>,
    pub pick: Callback<(Selection, By)>,
    pub stroke: Callback<Stroke>,
    pub close_menu: Callback<()>,
}

#[component]
pub fn Stage(props: &Props) -> Html {
    let Props { id, scene, language, tool, .. } = props;
    let svg = use_node_ref();
    let drag = use_mut_ref(Drag::default);
    let size = scene.layout.size;
    let place = {
        let (svg, size) = (svg.clone(), size);
        move |event: &PointerEvent| point_of(&svg, size.w, size.h, event)
    };
    let onpointerdown = {
        let (drag, place, draws) = (drag.clone(), place.clone(), *tool != Tool::Select);
        Callback::from(move |event: PointerEvent| drag.borrow_mut().press(place(&event), &event, draws))
    };
    // A click selects; it does not take the keyboard away from the page.
    let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
    let onpointermove = {
        let (drag, place) = (drag.clone(), place.clone());
        Callback::from(move |event: PointerEvent| drag.borrow_mut().extend(place(&event)))
    };
    let onpointerup = {
        let (drag, scene, stroke, tool) = (drag.clone(), scene.clone(), props.stroke.clone(), *tool);
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
    let onclick = clicked(props, drag);
    let onkeydown = keys(props.pick.clone());
    html! {
        <>
        <svg class={classes!("scene", tool_class(*tool))} ref={svg} id={format!("{id}-scene")}
            viewBox={format!("0 0 {} {}", number(size.w), number(size.h))}
            role="group" aria-label={tr!(*language, "The cluster. Arrow keys go from one to the next, Enter shows what can be done.")}
            {onpointerdown} {onmousedown} {onpointermove} {onpointerup} {onpointercancel} {onclick} {onkeydown}>
            { hulls(props) }
            <g class="edgePaths">{ for scene.wires.iter().map(|wire| html! {
                <WireFigure key={format!("{}-{}", wire.a, wire.b)} wire={wire.clone()} language={*language}
                    selected={links(props.selection, wire.a, wire.b)} />
            }) }</g>
            <g class="trails">{ for TRAIL_CLASSES.iter().enumerate().map(|(i, class)| html! {
                <path id={format!("{id}-trail{i}")} class={*class} />
            }) }</g>
            <g class="clients">{ for scene.clients.iter().map(|client| html! {
                <ClientFigure key={client.id.0} client={client.clone()} language={*language}
                    selected={props.selection == Some(Selection::Client(client.id))} />
            }) }</g>
            <g class="nodes">{ for scene.nodes.iter().enumerate().map(|(i, node)| html! {
                <NodeFigure key={node.id.0} id={id.clone()} node={node.clone()} detail={scene.layout.detail}
                    language={*language} first={i == 0} selected={props.selection == Some(Selection::Node(node.id))} />
            }) }</g>
            <g class="messages">{ for scene.flights.iter().map(|flight| html! {
                <Pill key={format!("{}-{}", flight.key.0, flight.key.1)} id={id.clone()} flight={flight.clone()}
                    language={*language} selected={props.selection == Some(Selection::Message(flight.key.0))} />
            }) }</g>
            <path class="drawn" id={format!("{id}-drawn")} />
        </svg>
        <ul class="unseen" aria-label={tr!(*language, "The picture in words")}>{ for props.told.iter().map(|line| html! { <li>{ line }</li> }) }</ul>
        if let Some((selection, by)) = props.menu {
            <NodeMenu {selection} {by} at={anchor(scene, selection)} size={size} language={*language}
                inspection={props.inspection.clone()} act={&props.act} close={&props.close_menu} />
        }
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

fn hulls(props: &Props) -> Html {
    let hull = |hull: &crate::view::hull::Hull| {
        html! {
            <g class={classes!("cluster", hull.minority.then_some("minority"))}>
                <path d={hull.path.to_string()} />
                if hull.minority {
                    <text class="cluster-label" x={number(hull.label.x)} y={number(hull.label.y)}>{ tr!(props.language, "cut off") }</text>
                }
            </g>
        }
    };
    html! { <g class="clusters">{ for props.scene.hulls.iter().map(hull) }</g> }
}

/// Whether this link is selected, in either direction.
fn links(selection: Option<Selection>, a: crate::base::Endpoint, b: crate::base::Endpoint) -> bool {
    matches!(selection, Some(Selection::Link(from, to)) if (from, to) == (a, b) || (from, to) == (b, a))
}

/// Where the menu of a selection points, in the picture's units, and how far it keeps away.
fn anchor(scene: &Scene, selection: Selection) -> (Point, f64) {
    let flight = |id| scene.flights.iter().find(|flight| flight.key.0 == id);
    match selection {
        Selection::Node(node) => (scene.layout.place(node.into()).0, scene.layout.node.h / 2.0),
        Selection::Client(client) => (scene.layout.place(client.into()).0, scene.layout.client.h / 2.0),
        Selection::Link(from, to) => {
            let ((a, _), (b, _)) = (scene.layout.place(from), scene.layout.place(to));
            (a.towards(b, 0.5), 10.0)
        }
        Selection::Message(id) => {
            let middle = Point::new(scene.layout.size.w / 2.0, scene.layout.size.h / 2.0);
            (flight(id).map_or(middle, |flight| flight.place(scene.now).at), 14.0)
        }
    }
}

/// The place of a pointer, in the picture's units.
fn point_of(svg: &NodeRef, w: f64, h: f64, event: &PointerEvent) -> Point {
    let Some(svg) = svg.cast::<Element>() else { return Point::default() };
    let rect = svg.get_bounding_client_rect();
    let scale = (w / rect.width().max(1.0)).max(h / rect.height().max(1.0));
    Point::new((f64::from(event.client_x()) - rect.left()) * scale, (f64::from(event.client_y()) - rect.top()) * scale)
}

/// A click on something picks it; with the cut tool it cuts a link; elsewhere it lets go.
fn clicked(props: &Props, drag: std::rc::Rc<std::cell::RefCell<Drag>>) -> Callback<MouseEvent> {
    let (act, picked, tool, stroke) = (props.act.clone(), props.pick.clone(), props.tool, props.stroke.clone());
    let (open, selected) = (props.menu.is_some(), props.selection.is_some());
    let close = props.close_menu.clone();
    Callback::from(move |event: MouseEvent| {
        if drag.borrow().drew() {
            return;
        }
        match (pick::of(&event), tool) {
            (Some((Selection::Link(from, to), _)), Tool::Cut) => {
                stroke.emit(Stroke::Across(vec![(from, to)]));
            }
            (Some((selection, _)), _) => picked.emit((selection, By::Pointer)),
            (None, _) if open => close.emit(()),
            (None, _) if selected => act.emit(Action::Select(None)),
            (None, _) => {}
        }
    })
}

/// Arrow keys go from one thing to the next, up and down from kind to kind; Enter picks.
fn keys(picked: Callback<(Selection, By)>) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        let Some((selection, element)) = pick::of(&event) else { return };
        let moved = match event.key().as_str() {
            "Enter" | " " => {
                picked.emit((selection, By::Keyboard));
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
    let Some(scene) = from.closest("svg").ok().flatten() else { return false };
    let of_kind = |kind: char| -> Vec<Element> {
        let Ok(list) = scene.query_selector_all(&format!("[data-pick^={kind}]")) else { return Vec::new() };
        (0..list.length()).filter_map(|i| list.get(i)?.dyn_into().ok()).collect()
    };
    let kind = KINDS.iter().position(|kind| code.starts_with(*kind)).unwrap_or(0);
    if along != 0 {
        let all = of_kind(KINDS[kind]);
        let here = all.iter().position(|element| element == from).unwrap_or(0) as i32;
        if let Some(next) = all.get((here + along).rem_euclid(all.len().max(1) as i32) as usize) {
            focus(next);
        }
        return true;
    }
    for step in 1..KINDS.len() as i32 {
        let other = (kind as i32 + across * step).rem_euclid(KINDS.len() as i32) as usize;
        if let Some(first) = of_kind(KINDS[other]).first() {
            focus(first);
            return true;
        }
    }
    true
}
