//! Should the program fail, the page says so, offers the script that was running, and a way on: a
//! page is never just dead.

use std::cell::RefCell;
use std::panic::PanicHookInfo;

use wasm_bindgen::prelude::wasm_bindgen;

use super::browser::{by_id, document};
use crate::tr;
use crate::words::Language;

thread_local! {
    /// What was running, kept up to date for the card.
    static LAST: RefCell<(String, Language)> = const { RefCell::new((String::new(), Language::English)) };
}

/// Notes what is running.
pub fn running(script: impl FnOnce() -> String, language: Language) {
    let script = script();
    LAST.with_borrow_mut(|last| *last = (script, language));
}

pub fn install() {
    // Through Yew, which otherwise sets a hook of its own when it starts.
    yew::set_custom_panic_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        failed(info);
    }));
}

fn failed(info: &PanicHookInfo<'_>) {
    let (script, language) = last();
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let why = tr!(
        language,
        "This is a bug of the page, not of the protocol. Below is the script that was running: with it the bug can be found."
    );
    show(language, tr!(language, "Something in Synod itself went wrong."), why, &script, &place);
}

/// Called by `www/boot.js` where the program must go on with code that cannot be had.
#[wasm_bindgen]
pub fn unfetched() {
    let (script, language) = last();
    let title = tr!(language, "A part of Synod could not be fetched. Reload the page.");
    let why = tr!(language, "Below is the script that was running.");
    show(language, title, why, &script, "");
}

fn last() -> (String, Language) {
    LAST.try_with(|last| last.try_borrow().map(|last| last.clone()).unwrap_or_default())
        .unwrap_or_default()
}

/// The card takes the page's place. It is made without Yew, which may be what failed.
fn show(language: Language, title: &str, why: &str, script: &str, place: &str) {
    let document = document();
    let Some(root) = by_id("synod") else { return };
    let element = |tag: &str, class: &str, text: &str| {
        let element = document.create_element(tag).ok()?;
        element.set_class_name(class);
        element.set_text_content(Some(text));
        Some(element)
    };
    let Some(card) = element("section", "crash-card", "") else { return };
    let _ = card.set_attribute("role", "alert");
    let parts = [
        element("h1", "", title),
        element("p", "", why),
        element("pre", "", script),
        element("p", "soft", place),
        element("a", "button primary", tr!(language, "Start again")),
    ];
    for part in parts.into_iter().flatten() {
        if part.tag_name() == "A" {
            // A link needs no program to work. The same script would fail again. This page without its
            // run: a folder alone is not a page on every server.
            let _ = part.set_attribute("href", "?");
        }
        let _ = card.append_child(&part);
    }
    root.set_inner_html("");
    let _ = root.append_child(&card);
}
