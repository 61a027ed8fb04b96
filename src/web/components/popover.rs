//! A button that opens a panel beneath it. The browser's own `<details>` does it: by mouse, touch
//! and keyboard; a press elsewhere or Escape closes it (see `listeners.rs`).

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::draw::names;
use crate::web::browser::focus;

/// A button with this label, and what it opens.
pub fn popover(class: &'static str, label: Html, panel: Html) -> Html {
    popover_told(class, label, panel, Callback::noop())
}

/// The same, where somebody wants to know when it opens and closes.
pub fn popover_told(
    class: &'static str,
    label: Html,
    panel: Html,
    ontoggle: Callback<Event>,
) -> Html {
    html! {
        <details class={names(&["popover", class])} {ontoggle}>
            <summary class="button">{ label }</summary>
            <div class="panel" onkeydown={Callback::from(go_through)}>{ panel }</div>
        </details>
    }
}

/// Up and down go from button to button, around the ends: a menu may be long.
fn go_through(event: KeyboardEvent) {
    let down = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(here) = target.filter(|target| target.tag_name() == "BUTTON") else { return };
    let Ok(Some(panel)) = here.closest(".panel") else { return };
    let Ok(buttons) = panel.query_selector_all("button:enabled") else { return };
    let buttons: Vec<Element> =
        (0..buttons.length()).filter_map(|at| buttons.get(at)?.dyn_into().ok()).collect();
    let Some(at) = buttons.iter().position(|button| *button == here) else { return };
    let step = if down { 1 } else { buttons.len() - 1 };
    event.prevent_default();
    focus(&buttons[(at + step) % buttons.len()]);
}
