//! A place in a log or in a row of slots: its outline says how far it has come, its colour the stamp it
//! was written at.

use yew::prelude::*;

use super::draw::{boxed, names};
use crate::protocol::CellState;
use crate::tr;
use crate::view::path::translate;
use crate::view::stage::scene::stamp_colour;
use crate::view::{Point, Size};
use crate::words::Language;

/// An entry, as a square whose outline says how far it has come.
pub fn square(stamp: u64, state: CellState, at: Point) -> Html {
    let class = names(&["entry", entry_class(state), stamp_class(stamp)]);
    let sign = if state == CellState::Exposed { "exposed" } else { entry_class(state) };
    html! {
        <g {class} transform={translate(at)} data-sign={sign}>
            { boxed("", Point::new(6.5, 6.5), Size::new(13.0, 13.0), 2.0) }
            if !state.is_stored() { <path d="M1 8L8 1M5 12L12 5" /> }
        </g>
    }
}

/// The class of a term, ballot or epoch: its colour.
pub fn stamp_class(stamp: u64) -> &'static str {
    const CLASSES: [&str; 9] = [
        "epoch-0", "epoch-1", "epoch-2", "epoch-3", "epoch-4", "epoch-5", "epoch-6", "epoch-7",
        "epoch-8",
    ];
    CLASSES[stamp_colour(stamp) as usize % CLASSES.len()]
}

/// The class of an entry's state, on the stage and in tables.
pub fn entry_class(state: CellState) -> &'static str {
    match state {
        CellState::Settled => "committed",
        CellState::Exposed => "committed exposed",
        CellState::Stored => "uncommitted",
        CellState::Pending => "pending",
    }
}

/// The state in words.
pub fn meaning(language: Language, state: CellState) -> &'static str {
    match state {
        CellState::Settled => tr!(language, "committed"),
        CellState::Exposed => tr!(language, "committed, not on this disk"),
        CellState::Stored => tr!(language, "not committed"),
        CellState::Pending => tr!(language, "not on disk"),
    }
}
