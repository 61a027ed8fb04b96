//! The field in which one finds a protocol, a scene, a lesson, an exercise, a term, a property or a flaw by a
//! word, and the links to what was found.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::lessons::finding::{self, Find};
use crate::tr;
use crate::web::{browser, parts};
use crate::words::{Language, translate};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub language: Language,
}

/// The index, once somebody has wanted it.
#[derive(Clone, PartialEq)]
pub enum Index {
    Unasked,
    Coming,
    There(Rc<Vec<Find>>),
    Missing,
}

/// The index, and what asks for it: again, where it could not be had.
#[hook]
pub fn use_index() -> (Index, Callback<()>) {
    let index = use_state(|| Index::Unasked);
    let ask = {
        let index = index.clone();
        Callback::from(move |()| {
            if matches!(*index, Index::Coming | Index::There(_)) {
                return;
            }
            index.set(Index::Coming);
            let index = index.clone();
            yew::platform::spawn_local(async move {
                index.set(match parts::read("finding.txt").await {
                    Ok(text) => Index::There(Rc::new(finding::read(&text))),
                    Err(_) => Index::Missing,
                });
            });
        })
    };
    ((*index).clone(), ask)
}

#[component]
pub fn Finder(props: &Props) -> Html {
    let language = props.language;
    let (said, open) = (use_state(String::new), use_state(|| false));
    let (index, ask) = use_index();
    let element = use_node_ref();
    let onfocus = {
        let (open, ask) = (open.clone(), ask);
        Callback::from(move |_: FocusEvent| {
            open.set(true);
            ask.emit(());
        })
    };
    let oninput = {
        let (said, open) = (said.clone(), open.clone());
        Callback::from(move |event: InputEvent| {
            said.set(event.target_unchecked_into::<HtmlInputElement>().value());
            open.set(true);
        })
    };
    let close = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(false))
    };
    let (onfocusout, onkeydown) = (leaving(&element, &open), keys(&element, &open, &said));
    let found: Vec<&Find> = match &index {
        Index::There(index) => finding::find(index, &said),
        _ => Vec::new(),
    };
    // A press on a link leaves the field where it is: some browsers give no focus to links.
    let stay = Callback::from(|event: MouseEvent| event.prevent_default());
    let shown = *open && !said.trim().is_empty();
    html! {
        <search class="finder" ref={element} {onfocusout} {onkeydown}>
            <label>
                { icon(Icon::Find) }
                <span class="unseen">{ tr!(language, "Search") }</span>
                <input type="search" autocomplete="off" spellcheck="false" value={(*said).clone()} {oninput} {onfocus}
                    placeholder={tr!(language, "Search protocols, scenes, flaws, terms")} />
                <kbd aria-hidden="true">{ "/" }</kbd>
            </label>
            if shown {
                <div class="found" onmousedown={stay} role="region" aria-label={tr!(language, "Found")} aria-live="polite">
                    if found.is_empty() { <p class="soft">{ none(&index, language) }</p> }
                    <ul>{ for found.iter().map(|find| result(find, language, &close)) }</ul>
                </div>
            }
        </search>
    }
}

/// What is left, by the keyboard or by a press elsewhere, closes.
fn leaving(element: &NodeRef, open: &UseStateHandle<bool>) -> Callback<FocusEvent> {
    let (element, open) = (element.clone(), open.clone());
    Callback::from(move |event: FocusEvent| {
        let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let finder = element.cast::<Element>();
        let inside = finder.is_some_and(|finder| to.is_some() && finder.contains(to.as_ref()));
        if !inside {
            open.set(false);
        }
    })
}

/// Escape closes what was found, then empties the field; arrows and Enter go through it.
fn keys(
    element: &NodeRef,
    open: &UseStateHandle<bool>,
    said: &UseStateHandle<String>,
) -> Callback<KeyboardEvent> {
    let (element, open, said) = (element.clone(), open.clone(), said.clone());
    Callback::from(move |event: KeyboardEvent| {
        let Some(element) = element.cast::<Element>() else { return };
        if event.key() == "Escape" {
            match *open && !said.is_empty() {
                true => open.set(false),
                false => said.set(String::new()),
            }
        } else if step(&element, &event.key()) {
            event.prevent_default();
        }
    })
}

/// What is said where nothing was found.
fn none(index: &Index, language: Language) -> &'static str {
    match index {
        Index::There(_) => tr!(language, "Nothing here is called so."),
        Index::Missing => {
            tr!(
                language,
                "The index could not be fetched. Leave the field and come back to try again."
            )
        }
        Index::Coming | Index::Unasked => tr!(language, "Fetching…"),
    }
}

fn result(find: &Find, language: Language, close: &Callback<MouseEvent>) -> Html {
    html! {
        <li><a href={find.link.clone()} onclick={close.clone()}>
            <span class="kind">{ translate(language, find.kind.name()) }</span>
            <strong>{ find.title(language).to_owned() }</strong>
            <span class="soft">{ find.more(language).to_owned() }</span>
        </a></li>
    }
}

/// Up and down go from the field through what was found, and back; Enter in the field opens the first.
fn step(finder: &Element, key: &str) -> bool {
    let Ok(stops) = finder.query_selector_all("input, .found a") else { return false };
    let stops: Vec<Element> =
        (0..stops.length()).filter_map(|at| stops.get(at)?.dyn_into().ok()).collect();
    let focused = browser::document().active_element();
    let Some(at) = stops.iter().position(|stop| Some(stop) == focused.as_ref()) else {
        return false;
    };
    let to = match key {
        "ArrowDown" => (at + 1).min(stops.len() - 1),
        "ArrowUp" => at.saturating_sub(1),
        "Enter" if at == 0 => {
            let first = stops.get(1).and_then(|first| first.dyn_ref::<web_sys::HtmlElement>());
            first.map(web_sys::HtmlElement::click);
            return first.is_some();
        }
        _ => return false,
    };
    browser::focus(&stops[to]);
    true
}
