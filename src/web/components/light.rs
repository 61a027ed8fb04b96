//! The answer to "why?" drawn over the diagram and over the stage: the way of the causes, and the past and
//! the future of the event.

use yew::prelude::*;

use super::draw::{boxed, names, path, text, when};
use crate::base::Place;
use crate::replay::cone::Order;
use crate::tr;
use crate::view::light::{self, Hop, Lit, PILL, Way, hops};
use crate::view::path::{number, translate};
use crate::view::{Path, Point, Sheet, StageView};
use crate::web::frame::Light;
use crate::words::Language;

/// Over the diagram, in its own coordinates.
pub fn over_diagram(light: &Light, sheet: &Sheet, language: Language) -> Html {
    let (scale, rows) = (&sheet.scale, &sheet.rows);
    let way = light.why.as_ref().map(|why| {
        let way = Way::of(why, scale, rows);
        html! { <g class="way">{ path("line", &way.path) }{ path("dots", &way.dots) }</g> }
    });
    let cone = light.cone.as_ref().map(|cone| {
        let lit = Lit::of(cone, sheet.from, light.known, scale, rows);
        let label = tr!(language, "Past, concurrent and future of event {0}", cone.event);
        html! {
            <g class="lit" role="img" aria-label={label}>
                { path("past", &lit.past) }
                { path("concurrent", &lit.concurrent) }
                { path("future", &lit.future) }
                { path("bars", &lit.bars) }
            </g>
        }
    });
    html! { <>{ cone }{ way }</> }
}

/// Over the stage: the messages of the way, numbered as they were sent, and how each place lies to
/// the event.
pub fn over_stage(light: &Light, scene: &StageView, language: Language) -> Html {
    let hops = light.why.as_ref().map(|why| hops(why)).unwrap_or_default();
    let hops = hops.iter().map(|hop| hop_figure(hop, scene));
    let marks = light.standings.iter().map(|(place, order)| mark(scene, *place, *order, language));
    html! { <>{ for hops }{ for marks }</> }
}

fn hop_figure(hop: &Hop, scene: &StageView) -> Html {
    let ends = [hop.from, hop.to].map(|end| scene.layout.place(end));
    let [(from, _), (to, _)] = ends;
    // Beside the link, so that a message there and one back lie apart.
    let direction = from.direction(to);
    let aside = |point: Point| point.plus(-direction.y * ASIDE, direction.x * ASIDE);
    let (from, to) = (aside(from.towards(to, 0.22)), aside(from.towards(to, 0.78)));
    let mut line = Path::new();
    line.line(from, to);
    let mut head = Path::new();
    head.head(to, direction, 9.0);
    let middle = from.towards(to, 0.5);
    html! {
        <g key={hop.number} class={names(&["hop", when(hop.lost, "lost")])}>
            { path("line", &line) }
            { path("head", &head) }
            <circle cx={number(middle.x)} cy={number(middle.y)} r="9" />
            { text("", middle.plus(0.0, 4.0), &hop.number.to_string()) }
        </g>
    }
}

/// Pixels beside the link.
const ASIDE: f64 = 9.0;

fn mark(scene: &StageView, place: Place, order: Order, language: Language) -> Html {
    let (class, sign) = match order {
        Order::Before => ("order before", "◀"),
        Order::Concurrent => ("order concurrent", "∥"),
        Order::Same | Order::After => ("order after", "▶"),
    };
    let word = format!("{sign} {}", order_word(order, language));
    html! {
        <g key={place.to_string()} {class} transform={translate(light::pill(&scene.layout, place))}>
            { boxed("", Point::default(), PILL, PILL.h / 2.0) }
            { text("", Point::new(0.0, 4.0), &word) }
        </g>
    }
}

/// How the present state of a place lies to the event, in a word.
fn order_word(order: Order, language: Language) -> &'static str {
    match order {
        Order::Before => tr!(language, "past"),
        Order::Same | Order::After => tr!(language, "future"),
        Order::Concurrent => tr!(language, "concurrent"),
    }
}
