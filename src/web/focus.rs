//! The keyboard's focus on the stage. Messages arrive and are dropped, and what had the focus goes with them:
//! then the focus goes on to the next such thing, or to a place, and never falls back to the whole page.

use web_sys::Element;

use super::browser::{document, focus};
use super::pick::{self, PickedBy};
use crate::base::Place;
use crate::player::Selection;

/// What on the stage has the focus, or what the open card that has it speaks of.
pub fn held(menu: Option<(Selection, PickedBy)>) -> Option<Selection> {
    let active = document().active_element()?;
    if let Some(element) = active.closest("[data-pick]").ok().flatten() {
        return pick::parse(&element.get_attribute("data-pick")?);
    }
    let (selection, _) = menu?;
    active.closest(".menu-card").ok().flatten().map(|_| selection)
}

/// Gives the focus to the first such element.
pub fn on(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector) {
        focus(&element);
    }
}

/// Whether nothing has the focus.
pub fn is_lost() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}

/// Gives the focus to what it was on, if it is still there; after a message to the next one; else to a place.
pub fn go_on(id: &str, lost: Selection, place: Option<Place>) {
    let find = |what: &str| -> Option<Element> {
        document().query_selector(&format!("#{id}-scene {what}")).ok().flatten()
    };
    let code = |selection| format!("[data-pick={}]", pick::code(selection));
    let next = || match lost {
        Selection::Message(_) => find(".message"),
        _ => None,
    };
    let goal = find(&code(lost))
        .or_else(next)
        .or_else(|| find(&code(Selection::Place(place?))))
        .or_else(|| find("[data-pick]"));
    if let Some(goal) = goal {
        focus(&goal);
    }
}
