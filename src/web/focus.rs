//! The keyboard's focus on the stage. Messages arrive and are dropped, and what had the focus goes with them:
//! then the focus goes on to the next such thing, or to a place, and never falls back to the whole page.

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDetailsElement};

use super::browser::{document, focus};
use super::pick::{self, PickedBy};
use crate::base::Place;
use crate::player::Selection;

/// How often, and how many ms apart, it is looked for what is still to be drawn.
const FRAMES: u32 = 20;
const FRAME: u32 = 16;

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

/// Opens what the run is run until, and gives the focus to the field in it once that is drawn.
pub fn on_time() {
    let opened = document().query_selector("details.until").ok().flatten();
    let Some(menu) = opened.and_then(|it| it.dyn_into::<HtmlDetailsElement>().ok()) else { return };
    menu.set_open(true);
    yew::platform::spawn_local(async move {
        for _ in 0..FRAMES {
            TimeoutFuture::new(FRAME).await;
            if let Ok(Some(field)) = menu.query_selector("input[type=text]") {
                return focus(&field);
            }
        }
    });
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
