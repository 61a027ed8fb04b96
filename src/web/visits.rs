//! What this browser remembers of earlier visits to the map: which cards were opened, and which there were. A
//! browser that forgets, or may not remember, shows every card as on a first visit.

use std::cell::OnceCell;

use super::browser::{remember, remembered};
use crate::lessons::map::{card, cards};

const OPENED: &str = "synod-opened";
const KNOWN: &str = "synod-known";

thread_local! {
    /// The cards that were not there at the last visit. This visit is the same one until the page goes.
    static NEW: OnceCell<Vec<&'static str>> = const { OnceCell::new() };
}

fn list(name: &str) -> Vec<String> {
    let text = remembered(name).unwrap_or_default();
    text.split(' ').filter(|scene| !scene.is_empty()).map(str::to_owned).collect()
}

/// The scenes whose cards were opened.
pub fn opened() -> Vec<String> {
    list(OPENED)
}

/// A scene is shown: if it has a card, that was opened.
pub fn open(scene: &str) {
    let mut before = opened();
    if card(scene).is_some() && !before.iter().any(|known| known == scene) {
        before.push(scene.to_owned());
        remember(OPENED, &before.join(" "));
    }
}

/// The scenes whose cards are new since the last visit. On a first one, nothing is.
pub fn new() -> Vec<&'static str> {
    let look = || {
        let known = list(KNOWN);
        let all: Vec<&str> = cards().map(|card| card.scene).collect();
        remember(KNOWN, &all.join(" "));
        let is_new = |scene: &&str| !known.is_empty() && !known.iter().any(|old| old == scene);
        cards().map(|card| card.scene).filter(is_new).collect()
    };
    NEW.with(|new| new.get_or_init(look).clone())
}
