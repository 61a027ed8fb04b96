//! What is under a pointer or has the focus: each thing on the stage that can be picked says in its
//! `data-pick` what it is, so that the stage needs one listener and not one for each thing.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use crate::base::{ClientId, Endpoint, NodeId};
use crate::player::Selection;

/// How something was picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickedBy {
    Pointer,
    Keyboard,
}

/// The kinds, in the order in which the arrow keys go through them.
pub const KINDS: [char; 4] = ['n', 'c', 'l', 'm'];

/// A selection as a `data-pick`: `n0`, `c0`, `lS1-S2`, `m214`.
pub fn code(selection: Selection) -> String {
    match selection {
        Selection::Node(NodeId(node)) => format!("n{node}"),
        Selection::Client(ClientId(client)) => format!("c{client}"),
        Selection::Link(from, to) => format!("l{from}-{to}"),
        Selection::Message(id) => format!("m{id}"),
    }
}

/// The selection of a `data-pick`.
pub fn parse(code: &str) -> Option<Selection> {
    let (kind, rest) = code.split_at_checked(1)?;
    Some(match kind {
        "n" => Selection::Node(NodeId(rest.parse().ok()?)),
        "c" => Selection::Client(ClientId(rest.parse().ok()?)),
        "l" => {
            let (from, to) = rest.split_once('-')?;
            Selection::Link(from.parse::<Endpoint>().ok()?, to.parse().ok()?)
        }
        "m" => Selection::Message(rest.parse().ok()?),
        _ => return None,
    })
}

/// What an event happened to.
pub fn of(event: &Event) -> Option<(Selection, Element)> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let element = target.closest("[data-pick]").ok()??;
    let selection = parse(&element.get_attribute("data-pick")?)?;
    Some((selection, element))
}
