//! A button that opens a panel beneath it. The browser's own `<details>` does it: by mouse, touch
//! and keyboard; a press elsewhere or Escape closes it (see `senses.rs`).

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Its button.
    pub label: Html,
    /// What the button is called where the label is only a picture, and what a pointer is told.
    #[prop_or_default]
    pub title: Option<&'static str>,
    #[prop_or_default]
    pub class: Classes,
    /// What it opens.
    pub children: Html,
}

#[component]
pub fn Popover(props: &Props) -> Html {
    html! {
        <details class={classes!("popover", props.class.clone())}>
            <summary class="button" title={props.title} aria-label={props.title}>{ props.label.clone() }</summary>
            <div class="panel">{ props.children.clone() }</div>
        </details>
    }
}
