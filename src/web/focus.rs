//! The keyboard's focus. Messages arrive and are dropped, cards and panels close, another run is opened: what had
//! the focus goes with them. Then the focus goes on to the next such thing, or to where it was, and never falls
//! back to the whole page.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDetailsElement};

use super::browser::{document, focus};
use super::pick::{self, PickedBy};
use crate::base::Place;
use crate::player::Selection;

/// What has the focus, or had it.
pub struct Focused {
    element: Element,
    /// What on the stage that is, or what the open card speaks of.
    pub selection: Option<Selection>,
    /// It is in the inspector.
    inspects: bool,
}

impl Focused {
    /// What has the focus now, if anything has.
    pub fn now(menu: Option<(Selection, PickedBy)>) -> Option<Focused> {
        let element = document().active_element().filter(has_it)?;
        let inside = |selector: &str| element.closest(selector).ok().flatten();
        let code = inside("[data-pick]").and_then(|it| it.get_attribute("data-pick"));
        let of_card =
            menu.filter(|_| inside(".menu-card").is_some()).map(|(selection, _)| selection);
        let selection = code.as_deref().and_then(pick::parse).or(of_card);
        let inspects = inside(".inspector").is_some();
        Some(Focused { element, selection, inspects })
    }

    /// It has lost the focus because it is gone, or hidden: not because somebody pressed elsewhere.
    pub fn is_gone(&self) -> bool {
        let hidden = || !self.element.is_connected() || !is_in_sight(&self.element);
        !document().active_element().is_some_and(|active| has_it(&active)) && hidden()
    }

    /// Gives the focus to what goes on where this ended: after a message to the next one, else to a place; to the
    /// inspector; or to what plays the run.
    pub fn go_on(&self, id: &str, place: Option<Place>) {
        let on_stage = |what: String| format!("#{id}-scene {what}");
        let code = |selection| on_stage(format!("[data-pick={}]", pick::code(selection)));
        let mut goals: Vec<String> = Vec::new();
        if let Some(lost) = self.selection {
            goals.push(code(lost));
            if matches!(lost, Selection::Message(_)) {
                goals.push(on_stage(".message".to_owned()));
            }
            goals.extend(place.map(|place| code(Selection::Place(place))));
            goals.push(on_stage("[data-pick]".to_owned()));
        }
        if self.inspects {
            const INSPECTOR: [&str; 3] =
                [".tab-panel", ".inspector [aria-selected=true]", ".drawer-button"];
            goals.extend(INSPECTOR.map(str::to_owned));
        }
        const PAGE: [&str; 6] = [
            "dialog[open] button",
            ".study h2",
            ".controls .play",
            ".glossary .open dt a",
            ".doors a[aria-current]",
            // Where the stage is alone.
            "main.stage .scene [tabindex=\"0\"]",
        ];
        goals.extend(PAGE.map(str::to_owned));
        goals.iter().find(|goal| on(goal));
    }
}

/// Gives the focus to a field, and opens the panel that it is in: who types on at once is heard.
pub fn on_field(selector: &str) {
    let Ok(Some(field)) = document().query_selector(selector) else { return };
    let panel = field.closest("details").ok().flatten();
    if let Some(panel) = panel.and_then(|panel| panel.dyn_into::<HtmlDetailsElement>().ok()) {
        panel.set_open(true);
    }
    focus(&field);
}

/// The element that has the focus, if one has.
pub fn held() -> Option<Element> {
    document().active_element().filter(has_it)
}

/// Whether nothing has the focus.
pub fn is_lost() -> bool {
    !document().active_element().is_some_and(|active| has_it(&active))
}

/// Whether such an element has the focus.
pub fn is_on(selector: &str) -> bool {
    document().active_element().is_some_and(|active| active.matches(selector).unwrap_or(false))
}

/// Gives the focus to the first such element; whether it has it now.
pub fn on(selector: &str) -> bool {
    let Ok(Some(element)) = document().query_selector(selector) else { return false };
    focus(&element);
    is_in_sight(&element) && document().active_element().as_ref() == Some(&element)
}

/// Where nothing has the focus, the body is said to have it.
fn has_it(active: &Element) -> bool {
    active.tag_name() != "BODY" && is_in_sight(active)
}

fn is_in_sight(element: &Element) -> bool {
    let rect = element.get_bounding_client_rect();
    rect.width() > 0.0 || rect.height() > 0.0
}
