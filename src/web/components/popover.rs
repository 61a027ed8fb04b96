//! A button that opens a panel beneath it. The browser's own `<details>` does it: by mouse, touch
//! and keyboard; a press elsewhere or Escape closes it (see `listeners.rs`).

use yew::prelude::*;

use super::draw::names;

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
            <div class="panel">{ panel }</div>
        </details>
    }
}
