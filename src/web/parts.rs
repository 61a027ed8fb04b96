//! What is fetched when it is asked for: the parts of the program (`part.rs`), the Chinese, the
//! protocols' source. `www/boot.js` does the fetching. Nobody waits in silence: there is a sign where
//! something was asked for, and a sentence with a way to try again where it could not be had; what
//! runs goes on meanwhile.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::catalog::Listing;
use crate::part::Unfetched;
use crate::player::{Action, Needs, Notice, RunAction};
use crate::sentence;
use crate::web::components::READING_ROOM;
use crate::words;

#[wasm_bindgen]
extern "C" {
    /// A text file that stands beside the page.
    #[wasm_bindgen(js_namespace = synodPage, catch)]
    fn text(name: &str) -> Result<js_sys::Promise, JsValue>;
    /// To be called with the first picture: what can wait is fetched then.
    #[wasm_bindgen(js_namespace = synodPage)]
    pub fn shown();
    /// Whether the last file that could not be had was no longer there.
    #[wasm_bindgen(js_namespace = synodPage, js_name = isReplaced)]
    fn is_replaced() -> bool;
}

/// A text file that stands beside the page.
pub async fn read(name: &str) -> Result<String, Unfetched> {
    let promise = text(name).map_err(|_| Unfetched)?;
    let read = JsFuture::from(promise).await.map_err(|_| Unfetched)?;
    read.as_string().ok_or(Unfetched)
}

/// Fetches what is needed: the Chinese is under way while the parts come.
pub async fn fetch(needs: &Needs) -> Result<(), Unfetched> {
    let chinese = needs.chinese().then(|| text("zh.txt").map_err(|_| Unfetched)).transpose();
    let mut parts = needs.fetch().await;
    if needs.shelf() {
        parts = parts.and(READING_ROOM.fetch().await.map(drop));
    }
    if let Some(chinese) = chinese? {
        let read = JsFuture::from(chinese).await.map_err(|_| Unfetched)?;
        let learnt = read.as_string().is_some_and(|text| words::learn(&text));
        if !learnt {
            return Err(Unfetched);
        }
    }
    parts
}

/// What is said where a part cannot be had, with a way to ask for it again.
pub fn missing(needs: &Needs, again: Action) -> Notice {
    Notice { retry: Some(Box::new(again)), ..Notice::refusal(why(needs.protocol())) }
}

/// Why something is not there.
pub fn why(protocol: Option<&Listing>) -> crate::base::Sentence {
    match (is_replaced(), protocol) {
        (true, _) => sentence!(
            "A part of this page is no longer on its server: Synod has been replaced by a newer one there. Reload the page; the link keeps the run."
        ),
        (false, Some(listing)) => sentence!(
            "{0} could not be fetched. Check the connection, and try again.",
            listing.title
        ),
        (false, None) => {
            sentence!("A part of Synod could not be fetched. Check the connection, and try again.")
        }
    }
}

/// What is said where the run of a link could not be fetched.
pub fn unopened(link: &str) -> Notice {
    let why = match is_replaced() {
        true => why(None),
        false => sentence!(
            "The run of this link needs a part of Synod that could not be fetched: the first scene is shown instead."
        ),
    };
    Notice {
        retry: Some(Box::new(Action::Run(RunAction::OpenLink(link.to_owned())))),
        ..Notice::refusal(why)
    }
}
