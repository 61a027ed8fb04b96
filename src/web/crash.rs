//! Should the program fail, the page says so, offers the script that was running, and a way on: a
//! page is never just dead. The card itself is made by `www/failure.js`, which needs no program.

use std::cell::RefCell;
use std::panic::PanicHookInfo;

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;

use super::address;
use super::browser::{self, by_id};
use crate::tr;
use crate::words::Language;

#[wasm_bindgen]
extern "C" {
    /// Puts a card into the place of whatever is in `root`.
    #[wasm_bindgen(js_namespace = synodPage)]
    fn failed(root: &Element, language: &str, title: &str, why: &str, script: &str, place: &str);
}

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
        panicked(info);
    }));
}

fn panicked(info: &PanicHookInfo<'_>) {
    let (script, language) = last();
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let title = tr!(language, "Something in Synod itself went wrong.");
    let why = tr!(
        language,
        "This is a bug of the page, not of the protocol. Below is the script that was running: with it the bug can be found."
    );
    show(language, title, why, &script, &place);
}

/// Where not even a first run can be shown.
pub fn unfetched() {
    let language = browser::preferences().language;
    let title = tr!(language, "A part of Synod could not be fetched. Reload the page.");
    let why = tr!(language, "Below is what was to be opened, to be copied.");
    show(language, title, why, &address::hash(), "");
}

fn last() -> (String, Language) {
    LAST.try_with(|last| last.try_borrow().map(|last| last.clone()).unwrap_or_default())
        .unwrap_or_default()
}

/// The card is made without Yew, which may be what failed.
fn show(language: Language, title: &str, why: &str, script: &str, place: &str) {
    if let Some(root) = by_id("synod") {
        failed(&root, language.code(), title, why, script, place);
    }
}
