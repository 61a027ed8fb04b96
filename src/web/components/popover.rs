//! A button that opens a panel beneath it. The browser's own `<details>` does it: by mouse, touch
//! and keyboard; a press elsewhere or Escape closes it (see `senses.rs`).

use yew::prelude::*;

use super::draw::names;

/// A button with this label, and what it opens.
pub fn popover(class: &'static str, label: Html, panel: Html) -> Html {
    html! {
        <details class={names(&["popover", class])}>
            <summary class="button">{ label }</summary>
            <div class="panel">{ panel }</div>
        </details>
    }
}
