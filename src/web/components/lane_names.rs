//! The names of the diagram's lanes: each is a button that opens what can be done with its lane, and
//! can be dragged to another place (`timeline.rs` hears that).

use web_sys::HtmlDetailsElement;
use yew::prelude::*;

use super::bits::asks;
use super::draw::{names, text, when};
use crate::base::Place;
use crate::player::{Action, LaneChange, Lanes, PageAction, Selection, TimelineAction};
use crate::tr;
use crate::view::path::number;
use crate::view::{Point, Rows};
use crate::web::browser::{by_id, focus};
use crate::web::picture::{AXIS, GUTTER};
use crate::words::Language;

/// A lane whose menu is open, and how it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub lane: Place,
    pub by_keyboard: bool,
}

/// The menu's state.
pub struct Menu {
    pub held: Option<Held>,
    pub open: Callback<Held>,
    /// Of the element.
    id: String,
    close: Callback<Event>,
}

/// Keeps which menu is open, and the focus where the reader expects it.
#[hook]
pub fn use_lane_menu(id: &AttrValue) -> Menu {
    let held = use_state_eq(|| None::<Held>);
    {
        let id = id.clone();
        use_effect_with(*held, move |held| {
            let lane = held.map(|held| held.lane);
            let back = held.filter(|held| held.by_keyboard).map(|held| name_id(&id, held.lane));
            let inside = by_id(&format!("{id}-lane-menu"));
            let first = inside.and_then(|menu| menu.query_selector("button").ok().flatten());
            if let (Some(first), Some(_)) = (first, lane) {
                focus(&first);
            }
            // The focus goes back to where it came from.
            move || {
                if let Some(name) = back.and_then(|name| by_id(&name)) {
                    focus(&name);
                }
            }
        });
    }
    let open = {
        let held = held.clone();
        Callback::from(move |wanted: Held| held.set(Some(wanted)))
    };
    let close = {
        let held = held.clone();
        // The browser closes it: by Escape, by a press elsewhere, or once something was chosen.
        Callback::from(move |event: Event| {
            let details = event.target_dyn_into::<HtmlDetailsElement>();
            if details.is_some_and(|details| !details.open()) {
                held.set(None);
            }
        })
    };
    Menu { held: *held, open, id: format!("{id}-lane-menu"), close }
}

fn name_id(id: &str, lane: Place) -> String {
    format!("{id}-lane-{lane}")
}

/// How far the word of a mark that concerns all lanes stands out above them.
const MARK: f64 = 6.0;

/// The names do not scroll: they stand on a plate under which the rest goes out of sight.
pub fn lane_names(
    id: &AttrValue,
    rows: &Rows,
    menu: &Menu,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let name = |(row, lanes): (usize, &Vec<Place>)| {
        let open = menu.held.is_some_and(|held| lanes.contains(&held.lane));
        let (y, lane) = (rows.y(row), lanes[0]);
        let onkeydown = keys(id, rows, row, menu, act);
        // One stop for the Tab key: the arrow keys go from name to name.
        html! {
            <g key={lane.to_string()} class={names(&["lane", when(open, "open")])} id={name_id(id, lane)} role="button" tabindex={if row == 0 { "0" } else { "-1" }}
                aria-label={told(lanes, language)} aria-haspopup="true" aria-expanded={open.to_string()} {onkeydown}>
                <rect class="hold" y={number(y - rows.pitch / 2.0)} width={number(GUTTER - 2.0)} height={number(rows.pitch)} rx="4" />
                { name_text(&short(lanes), y) }
            </g>
        }
    };
    html! {
        <g class={if rows.pitch < 13.0 { "lanes tight" } else { "lanes" }}>
            <rect class="plate" width={number(GUTTER)} y={number(AXIS - MARK)} height={number(rows.bottom() + MARK)} />
            { for rows.lanes().iter().enumerate().map(name) }
        </g>
    }
}

fn name_text(name: &str, y: f64) -> Html {
    let long = name.len() > 3;
    let x = if long { GUTTER - 6.0 } else { GUTTER - 12.0 };
    text(if long { "actor long" } else { "actor" }, Point::new(x, y + 4.0), name)
}

/// `S1`, or `3 S` for three servers in one row.
fn short(lanes: &[Place]) -> String {
    match lanes {
        [lane] => lane.to_string(),
        lanes => format!("{}×{}", lanes.len(), lanes[0].letter()),
    }
}

/// What folds all lanes of a kind.
pub fn all_in_one(letter: char, language: Language) -> String {
    match letter {
        Place::CLIENT => tr!(language, "All clients in one row").to_owned(),
        Place::SERVER => tr!(language, "All servers in one row").to_owned(),
        letter => tr!(language, "All {0} in one row", letter.to_string()),
    }
}

/// The row in words.
fn told(lanes: &[Place], language: Language) -> String {
    let names: Vec<String> = lanes.iter().map(ToString::to_string).collect();
    tr!(language, "lane {0}", names.join(" "))
}

/// Enter opens the menu; up and down go to the next name, with Alt they move the lane.
fn keys(
    id: &AttrValue,
    rows: &Rows,
    row: usize,
    menu: &Menu,
    act: &Callback<Action>,
) -> Callback<KeyboardEvent> {
    let lanes = rows.lanes();
    let lane = lanes[row][0];
    let beside = [row.checked_sub(1), Some(row + 1)];
    let beside =
        beside.map(|row| row.and_then(|row| lanes.get(row)).map(|lanes| name_id(id, lanes[0])));
    let (open, act) = (menu.open.clone(), act.clone());
    Callback::from(move |event: KeyboardEvent| {
        let key = event.key();
        match key.as_str() {
            "Enter" | " " => open.emit(Held { lane, by_keyboard: true }),
            "ArrowUp" if event.alt_key() => {
                act.emit(Action::Timeline(TimelineAction::Lanes(LaneChange::Up(lane))))
            }
            "ArrowDown" if event.alt_key() => {
                act.emit(Action::Timeline(TimelineAction::Lanes(LaneChange::Down(lane))))
            }
            "ArrowUp" | "ArrowDown" => {
                let goal = &beside[usize::from(key == "ArrowDown")];
                if let Some(name) = goal.as_deref().and_then(by_id) {
                    focus(&name);
                }
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    })
}

/// What can be done with the lane whose name was pressed.
pub fn lane_menu(
    menu: &Menu,
    lanes: &Lanes,
    rows: &Rows,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    match menu.held {
        Some(held) => open_menu(held, menu, lanes, rows, language, act),
        None => Html::default(),
    }
}

fn open_menu(
    held: Held,
    menu: &Menu,
    lanes: &Lanes,
    rows: &Rows,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let lane = held.lane;
    let item = |word: &str, action: Action| {
        html! { <li><button class="bare chooses" onclick={asks(act, action)}>{ word }</button></li> }
    };
    let change = |word: &str, change: LaneChange| {
        item(word, Action::Timeline(TimelineAction::Lanes(change)))
    };
    let letter = lane.letter();
    let all = all_in_one(letter, language);
    let fold = match lanes.folds(lane) {
        true => change(tr!(language, "A row of its own"), LaneChange::Fold(lane, false)),
        false => change(&all, LaneChange::FoldAll(letter, true)),
    };
    let selection = Selection::Place(lane);
    let row = rows.row(lane).and_then(|row| rows.lanes().get(row)).cloned().unwrap_or_default();
    let title = told(&row, language);
    // A popover that is open from its beginning: what closes the others closes it as well.
    html! {
        <details class="popover of-lane" id={menu.id.clone()} open=true ontoggle={menu.close.clone()}>
            <summary class="unseen" tabindex="-1">{ &title }</summary>
            <div class="panel" role="group" aria-label={title.clone()}>
                <b>{ title }</b>
                <ul class="commands">
                    { item(tr!(language, "Look at it closely"), Action::Page(PageAction::Select(Some(selection)))) }
                    { change(tr!(language, "Move up"), LaneChange::Up(lane)) }
                    { change(tr!(language, "Move down"), LaneChange::Down(lane)) }
                    { change(tr!(language, "Hide"), LaneChange::Show(lane, false)) }
                    { change(tr!(language, "Show only this one"), LaneChange::Only(lane)) }
                    { fold }
                    if row.len() > 1 { { change(tr!(language, "A row for each"), LaneChange::FoldAll(letter, false)) } }
                    if !lanes.is_usual() { { change(tr!(language, "Show everything again"), LaneChange::Reset) } }
                </ul>
            </div>
        </details>
    }
}
