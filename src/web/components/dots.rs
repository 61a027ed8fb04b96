//! Very many places on the stage: a path for each state, words beside them, and one spot that stands for
//! whoever the keyboard is at. A dot is smaller than a finger, so a press picks the nearest one
//! (`stage.rs` finds it).

use yew::prelude::*;

use super::draw::{path, text};
use crate::base::Place;
use crate::player::Selection;
use crate::tr;
use crate::view::path::{number, translate};
use crate::view::stage::field::{DotsView, Grid, Look};
use crate::view::stage::flight::text_width;
use crate::view::{Path, Point, StageView};
use crate::web::pick;
use crate::web::shared::Shared;
use crate::words::{Language, tell, translate as word};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub scene: Shared<StageView>,
    pub selection: Option<Selection>,
    pub language: Language,
}

/// From line to line of the words.
const LINE: f64 = 18.0;
/// Words this small still can be read.
const SMALL: f64 = 12.0;

/// The dots; nothing where places are boxes.
#[component]
pub fn Dots(props: &Props) -> Html {
    let at = use_state_eq(|| 0usize);
    let chosen = match props.selection {
        Some(Selection::Place(place)) => props.scene.layout.places.own().position(|it| it == place),
        _ => None,
    };
    {
        // The keyboard goes on from what was picked.
        let at = at.clone();
        use_effect_with(chosen, move |chosen| {
            if let Some(chosen) = chosen {
                at.set(*chosen);
            }
        });
    }
    let (Some(field), Some(grid)) = (&props.scene.field, &props.scene.layout.grid) else {
        return Html::default();
    };
    let onkeydown = {
        let (at, grid) = (at.clone(), *grid);
        Callback::from(move |event: KeyboardEvent| {
            let (across, down) = match event.key().as_str() {
                "ArrowRight" => (1, 0),
                "ArrowLeft" => (-1, 0),
                "ArrowDown" => (0, 1),
                "ArrowUp" => (0, -1),
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            at.set(grid.beside(*at, across, down).unwrap_or(*at));
        })
    };
    let spot = props.scene.layout.places.own().nth(*at);
    html! {
        <g class="field-dots">
            { for field.states.iter().map(|state| path(look_class(state.look), &state.dots)) }
            if let Some(chosen) = chosen { { ring("selection", grid, chosen) } }
            { link_of_two(props) }
            if let Some(spot) = spot {
                <g class="spot" data-pick={pick::code(Selection::Place(spot))} tabindex="0" role="button"
                    aria-label={tr!(props.language, "{0} of {1}", spot, field.count)} {onkeydown}>
                    { ring("focus", grid, *at) }
                </g>
            }
            { legend(&props.scene, field, props.language) }
        </g>
    }
}

fn look_class(look: Look) -> &'static str {
    match look {
        Look::Ring => "dots ring",
        Look::Diamond => "dots diamond",
        Look::Square => "dots square",
        Look::Triangle => "dots triangle",
        Look::Bars => "dots bars",
        Look::Cross => "dots cross",
    }
}

fn ring(class: &'static str, grid: &Grid, position: usize) -> Html {
    let (at, radius) = (grid.centre(position), grid.radius() + 5.0);
    html! { <circle {class} cx={number(at.x)} cy={number(at.y)} r={number(radius)} /> }
}

/// The link that is selected: among very many no other is drawn.
fn link_of_two(props: &Props) -> Html {
    let Some(Selection::Link(from, to)) = props.selection else { return Html::default() };
    let layout = &props.scene.layout;
    let mut line = Path::new();
    line.line(layout.place(from).0, layout.place(to).0);
    path("two", &line)
}

/// The states with their shapes and how many are in each, and the protocol's numbers.
fn legend(scene: &StageView, field: &DotsView, language: Language) -> Html {
    let layout = &scene.layout;
    let (corner, width) = layout.legend();
    let narrow = corner.y > layout.size.h / 2.0;
    let (mut x, mut y) = (0.0, 0.0);
    let states = field.states.iter().map(|state| {
        let (name, count) = (word(language, state.name), state.count.to_string());
        let long = 30.0 + text_width(name, SMALL) + text_width(&count, SMALL);
        if narrow && x + long > width {
            (x, y) = (0.0, y + LINE);
        }
        let at = Point::new(corner.x + x, corner.y + y);
        let mut sign = Path::new();
        state.look.draw(&mut sign, Point::default(), 5.0);
        let figure = html! {
            <g key={state.name} class="legend" transform={translate(at)}>
                <g transform={translate(Point::new(6.0, -4.0))}>{ path(look_class(state.look), &sign) }</g>
                { text("", Point::new(18.0, 0.0), name) }
                if narrow {
                    { text("count", Point::new(23.0 + text_width(name, SMALL), 0.0), &count) }
                } else {
                    { text("count end", Point::new(width, 0.0), &count) }
                }
            </g>
        };
        match narrow {
            true => x += long + 8.0,
            false => y += LINE,
        }
        figure
    });
    let states: Vec<Html> = states.collect();
    y += if narrow { LINE } else { 8.0 };
    let measures = scene.measures.iter().enumerate().map(|(i, measure)| {
        let at = Point::new(corner.x, corner.y + y + i as f64 * LINE);
        text("measure", at, &tell(language, measure))
    });
    html! { <g aria-hidden="true">{ for states }{ for measures }</g> }
}

/// Who stands nearest to this point of the stage, where places are dots.
pub fn nearest(scene: &StageView, point: Point) -> Option<Place> {
    let position = scene.layout.grid.as_ref()?.nearest(point)?;
    scene.layout.places.own().nth(position)
}

/// Those on one side of the line between two points, where places are dots.
pub fn beyond(scene: &StageView, from: Point, to: Point) -> Vec<Place> {
    let side = |at: Point| (to.x - from.x) * (at.y - from.y) - (to.y - from.y) * (at.x - from.x);
    let places = scene.layout.places.own();
    places.filter(|place| side(scene.layout.place(*place).0) > 0.0).collect()
}
