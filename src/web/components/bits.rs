//! Bits that many regions share. Each is a function and not a component: what costs nothing to draw
//! need not be remembered.

use web_sys::HtmlSelectElement;
use yew::prelude::*;
use yew::virtual_dom::VTag;

use super::draw::names;
use super::icon::{Icon, icon};
use crate::player::{Action, Question, WhyAction};
use crate::tr;
use crate::web::address;
use crate::words::Language;

/// A click that asks for an action.
pub fn asks(act: &Callback<Action>, action: impl Into<Action>) -> Callback<MouseEvent> {
    let (act, action) = (act.clone(), action.into());
    Callback::from(move |_| act.emit(action.clone()))
}

/// A button with a picture and perhaps a word.
pub fn button(
    class: &'static str,
    picture: Option<Icon>,
    word: &str,
    onclick: Callback<MouseEvent>,
) -> Html {
    html! {
        <button {class} {onclick}>
            { picture.map(icon) }
            if !word.is_empty() { <span>{ word }</span> }
        </button>
    }
}

/// A button that is a picture only: its name is told, and shown to a pointer that waits.
pub fn picture_button(
    class: &'static str,
    picture: Icon,
    name: &'static str,
    onclick: Callback<MouseEvent>,
) -> Html {
    html! { <button class={names(&["bare", class])} {onclick} aria-label={name} title={name}>{ icon(picture) }</button> }
}

/// A link to another place in Synod. A figure in somebody else's page has no room for lists and long texts, and
/// stays what it is: from there it opens the whole page, in a window of its own.
pub fn leads(class: &'static str, to: &str, content: Html) -> Html {
    match address::has_door() {
        true => html! { <a {class} href={to.to_owned()}>{ content }</a> },
        false => outward(class, address::with_hash(to), content),
    }
}

/// A link that opens a window of its own.
pub fn outward(class: &'static str, href: String, content: Html) -> Html {
    html! { <a {class} {href} target="_blank" rel="noopener">{ content }</a> }
}

/// A name and its value, in a list of them.
pub fn entry(name: &str, value: String) -> Html {
    entry_of(name.to_owned(), value.into())
}

/// The same with marked up text.
pub fn entry_of(name: impl Into<Html>, value: Html) -> Html {
    let name: Html = name.into();
    html! { <><dt>{ name }</dt><dd>{ value }</dd></> }
}

/// A select with its name inside its frame.
pub fn field(
    name: &'static str,
    class: &'static str,
    onchange: Callback<Event>,
    options: Vec<Html>,
) -> Html {
    html! {
        <label class={names(&["field", class])}>
            <span>{ name }</span><select {onchange}>{ for options }</select>{ icon(Icon::Caret) }
        </label>
    }
}

/// One of a select's choices.
pub fn option(value: String, name: &str, selected: bool) -> Html {
    // As a property: what somebody has chosen goes before the attribute.
    let mut option = VTag::new("option");
    option.add_attribute("value", value);
    option.add_property("selected", selected);
    option.add_child(name.to_owned().into());
    option.into()
}

/// What was chosen in a select that shows what is: it goes on showing that until it is so.
pub fn chosen(event: &Event, now: &str) -> String {
    let select = event.target_unchecked_into::<HtmlSelectElement>();
    let value = select.value();
    select.set_value(now);
    value
}

/// The sign of what was opened, or done.
pub fn tick() -> Html {
    html! { <span class="opened" aria-hidden="true">{ "✓" }</span> }
}

/// A word on a coloured plate.
pub fn chip(class: &'static str, word: impl Into<Html>) -> Html {
    let word: Html = word.into();
    html! { <span class={names(&["chip", class])}>{ word }</span> }
}

/// A small button that asks why.
pub fn asks_why(act: &Callback<Action>, language: Language, of: &str, question: Question) -> Html {
    let onclick = asks(act, WhyAction::Ask(question));
    let label = tr!(language, "Why: {0}?", of.to_owned());
    html! { <button class="why-button" {onclick} aria-label={label.clone()} title={label}>{ tr!(language, "why?") }</button> }
}
