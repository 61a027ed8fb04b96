//! Very many places on the stage: a path for each state, words beside them, and one spot that stands for
//! whoever the keyboard is at. A dot is smaller than a finger, so a press picks the nearest one
//! (`stage.rs` finds it). Whoever is chosen becomes a box beside the field, with a beam from its dot; on a
//! narrow stage a line below it.

use yew::prelude::*;

use super::draw::{path, text};
use crate::base::Place;
use crate::player::Selection;
use crate::tr;
use crate::view::path::{number, translate};
use crate::view::stage::field::{DotsView, Grid, Look};
use crate::view::stage::flight::text_width;
use crate::view::stage::heat;
use crate::view::{Path, Point, StageView};
use crate::web::frame::{Inspection, Subject};
use crate::web::pick;
use crate::web::shared::Shared;
use crate::words::{Language, tell, translate as word};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub scene: Shared<StageView>,
    pub selection: Option<Selection>,
    pub language: Language,
    /// What is known of whoever is chosen.
    pub inspection: Option<Shared<Inspection>>,
}

/// More fields are for the inspector.
const NEAR_FIELDS: usize = 6;
/// From line to line of the words.
const LINE: f64 = 18.0;
/// How wide the squares with their numbers are.
const SCALE: f64 = 176.0;
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
    let near = chosen.and_then(|position| Some((position, Near::of(props, field)?)));
    html! {
        <g class="field-dots">
            { for field.states.iter().map(|state| path(look_class(state.look), &state.dots)) }
            if let Some(chosen) = chosen { { ring("selection", grid, chosen) } }
            { for near.iter().map(|(at, near)| near_figure(&props.scene, grid.centre(*at), near, props.language)) }
            { link_of_two(props) }
            if let Some(spot) = spot {
                <g class="spot" data-pick={pick::code(Selection::Place(spot))} tabindex="0" role="button"
                    aria-label={tr!(props.language, "{0} of {1}", spot, field.count)} {onkeydown}>
                    { ring("focus", grid, *at) }
                </g>
            }
            { legend(&props.scene, field, near.as_ref().map(|(_, near)| near), props.language) }
        </g>
    }
}

/// Whoever is chosen, looked at from near.
struct Near {
    name: String,
    role: &'static str,
    look: Look,
    fields: Vec<(&'static str, String)>,
}

impl Near {
    fn of(props: &Props, field: &DotsView) -> Option<Near> {
        let Some(Selection::Place(place)) = props.selection else { return None };
        let Subject::Node(shot) = &props.inspection.as_ref()?.subject else { return None };
        let role = shot.role();
        let state = field.states.iter().find(|state| state.name == role)?;
        let fields = shot.view.fields.iter();
        let fields = fields.map(|field| (word(props.language, field.name), field.value.clone()));
        (shot.id == place).then(|| Near {
            name: place.to_string(),
            role: word(props.language, role),
            look: state.look,
            fields: fields.take(NEAR_FIELDS).collect(),
        })
    }

    fn height(&self) -> f64 {
        30.0 + LINE * self.fields.len() as f64
    }

    /// All of it in one line.
    fn told(&self) -> String {
        let fields = self.fields.iter().map(|(name, value)| format!(" · {name} {value}"));
        format!("{} {}{}", self.name, self.role, fields.collect::<String>())
    }
}

/// The box, and the beam between its dot and it; nothing on a narrow stage.
fn near_figure(scene: &StageView, dot: Point, near: &Near, language: Language) -> Html {
    let layout = &scene.layout;
    let (corner, width) = layout.legend();
    if is_narrow(scene) {
        return Html::default();
    }
    let (x, y, height) = (corner.x - 8.0, corner.y - 18.0, near.height());
    let radius = layout.grid.as_ref().map_or(0.0, Grid::radius) + 5.0;
    let mut beam = Path::new();
    beam.move_to(dot.plus(0.0, -radius)).line_to(Point::new(x, y));
    beam.line_to(Point::new(x, y + height)).line_to(dot.plus(0.0, radius)).close();
    let mut sign = Path::new();
    near.look.draw(&mut sign, Point::default(), 6.0);
    let row = |(i, (name, value)): (usize, &(&'static str, String))| {
        let y = corner.y + 8.0 + LINE * (i + 1) as f64;
        html! {
            <>
            { text("", Point::new(corner.x, y), name) }
            { text("count end", Point::new(corner.x + width, y), value) }
            </>
        }
    };
    html! {
        <g class="near" aria-label={tr!(language, "{0} from near", near.name.clone())}>
            { path("beam", &beam) }
            <rect x={number(x)} y={number(y)} width={number(width + 14.0)} height={number(height)} rx="4" />
            <g transform={translate(Point::new(corner.x + 6.0, corner.y - 4.0))}>{ path(look_class(near.look), &sign) }</g>
            { text("count", Point::new(corner.x + 18.0, corner.y), &near.name) }
            { text("end", Point::new(corner.x + width, corner.y), near.role) }
            { for near.fields.iter().enumerate().map(row) }
        </g>
    }
}

/// Words stand below the field instead of beside it.
fn is_narrow(scene: &StageView) -> bool {
    scene.layout.legend().0.y > scene.layout.size.h / 2.0
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
fn legend(scene: &StageView, field: &DotsView, near: Option<&Near>, language: Language) -> Html {
    let layout = &scene.layout;
    let (corner, width) = layout.legend();
    let narrow = is_narrow(scene);
    let (mut x, mut y) = (0.0, near.filter(|_| !narrow).map_or(0.0, |near| near.height() + LINE));
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
    let states_end = (x, y);
    y += if narrow { LINE } else { 8.0 };
    let measures = match near.filter(|_| narrow) {
        Some(near) => vec![near.told()],
        None => scene.measures.iter().map(|measure| tell(language, measure)).collect(),
    };
    let below = y + measures.len() as f64 * LINE;
    let scale_at = match narrow {
        false => corner.plus(0.0, below + 14.0),
        // On a narrow stage at the right end of the first line that is short enough.
        true => {
            let told = measures.iter().enumerate();
            let told = told.map(|(i, told)| (text_width(told, SMALL), y + i as f64 * LINE));
            let short = [states_end].into_iter().chain(told);
            let free = short.map(|(long, y)| (long + SCALE + 8.0, y)).find(|(it, _)| *it <= width);
            corner.plus(width - SCALE, free.map_or(below, |(_, y)| y))
        }
    };
    let measures = measures.iter().enumerate().map(|(i, measure)| {
        text("measure", Point::new(corner.x, corner.y + y + i as f64 * LINE), measure)
    });
    let heat = (scene.heat > 0.0).then(|| heat_scale(scale_at, narrow, language));
    html! { <g aria-hidden="true">{ for states }{ for measures }{ heat }</g> }
}

/// What the squares say, by their size: how many messages are there.
fn heat_scale(corner: Point, narrow: bool, language: Language) -> Html {
    let line = if narrow { 0.0 } else { LINE };
    let step = |level: usize| {
        let at = corner.plus(SCALE / heat::LEVELS as f64 * level as f64, line);
        let mut sign = Path::new();
        heat::square(&mut sign, at.plus(6.0, -4.0), 14.0 * heat::size(level));
        let most = if level + 1 == heat::LEVELS { "+" } else { "" };
        html! {
            <g key={level}>
                { path(heat_class(level), &sign) }
                { text("", at.plus(15.0, 0.0), &format!("{}{most}", 1 << level)) }
            </g>
        }
    };
    html! {
        <g class="heat scale" data-sign="heat">
            if !narrow { { text("", corner, tr!(language, "Messages here")) } }
            { for (0..heat::LEVELS).map(step) }
        </g>
    }
}

/// Of the squares that stand for so many messages.
pub fn heat_class(level: usize) -> &'static str {
    ["level1", "level2", "level3", "level4", "level5"][level]
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
