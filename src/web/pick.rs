//! What is under a pointer or has the focus: each thing on the stage that can be picked says in its
//! `data-pick` what it is, so that the stage needs one listener and not one for each thing.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use crate::base::Place;
use crate::player::Selection;

/// How something was picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickedBy {
    Pointer,
    Keyboard,
}

/// A selection as a `data-pick`: `S1`, `C1`, `lS1-S2`, `m214`.
pub fn code(selection: Selection) -> String {
    match selection {
        Selection::Place(place) => place.to_string(),
        Selection::Link(from, to) => format!("l{from}-{to}"),
        Selection::Message(id) => format!("m{id}"),
    }
}

/// The selection of a `data-pick`.
pub fn parse(code: &str) -> Option<Selection> {
    let (kind, rest) = code.split_at_checked(1)?;
    Some(match kind {
        "l" => {
            let (from, to) = rest.split_once('-')?;
            Selection::Link(from.parse::<Place>().ok()?, to.parse().ok()?)
        }
        "m" => Selection::Message(rest.parse().ok()?),
        _ => Selection::Place(code.parse().ok()?),
    })
}

/// Where the kind of a pick stands among those that the arrow keys go through: servers, the other places,
/// links, messages.
pub fn rank(code: &str) -> Option<(bool, bool, char)> {
    let kind = code.chars().next()?;
    Some((kind.is_ascii_lowercase(), kind != Place::SERVER, kind))
}

/// What an event happened to.
pub fn of(event: &Event) -> Option<(Selection, Element)> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let element = target.closest("[data-pick]").ok()??;
    let selection = parse(&element.get_attribute("data-pick")?)?;
    Some((selection, element))
}

/// Whether a link or a message between these is the selected place's: a spotlight falls on it too.
pub fn touches(selection: Option<Selection>, ends: [Place; 2]) -> bool {
    matches!(selection, Some(Selection::Place(place)) if ends.contains(&place))
}
