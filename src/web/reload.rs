//! The state that survives a reload beside the link: all branches of the run. They are stored as the state
//! of the browser's history entry, which goes with the page and its link, and with a copy of the page, and
//! with nothing else. A page with one branch stores nothing there.

use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::preserve;
use wasm_bindgen::JsValue;

use super::address;
use super::browser::window;
use super::edge::{of_js, to_js};
use crate::player::{Branches, Store};

/// The state of a history entry.
#[derive(Serialize, Deserialize)]
struct Entry {
    /// By pane, the text of its branches.
    #[serde(with = "preserve")]
    branches: JsValue,
    /// The page that wrote the entry: a branch that was deleted there since does not come back.
    #[serde(default)]
    page: Option<f64>,
    /// An older state of the entry that could not be read: another version of Synod may.
    #[serde(default, with = "preserve", skip_serializing_if = "JsValue::is_undefined")]
    unread: JsValue,
}

/// When this page was opened: no other one was at the same moment, in the same tab.
fn this_page() -> Option<f64> {
    window().performance().map(|clock| clock.time_origin())
}

/// What the page has to keep of its present history entry.
#[derive(Default)]
pub struct ReloadState {
    unread: Option<JsValue>,
    /// The address asks for what is not shown, as it could not be fetched, or not be read: it stays, to
    /// be asked again, or mended.
    pub wanting: bool,
}

/// The state of the present history entry.
fn state() -> JsValue {
    window().history().and_then(|history| history.state()).unwrap_or(JsValue::NULL)
}

/// All texts that the present entry holds of a page that was left here.
pub fn texts() -> String {
    let branches = of_js(state()).and_then(|entry: Entry| entry.texts());
    branches.unwrap_or_default().into_iter().flatten().collect::<Vec<_>>().join("\n")
}

impl Entry {
    fn texts(&self) -> Result<Vec<Option<String>>, String> {
        of_js(self.branches.clone())
    }
}

impl ReloadState {
    /// Brings back what the present entry remembers, unless its link is still wanted: then it stays there
    /// with all that belongs to it.
    pub fn recall(store: &mut Store, wanting: bool) -> ReloadState {
        match state() {
            nothing if nothing.is_null() => ReloadState { unread: None, wanting },
            state if wanting => ReloadState { unread: Some(state), wanting },
            state => ReloadState::read(state, store),
        }
    }

    /// Notes where the page is. A link that is still wanted is left behind, where the back button finds
    /// it: whether it was.
    pub fn note(&mut self, store: &Store) -> bool {
        let left = self.wanting;
        match left {
            true => self.begin(store),
            false => address::replace(&store.link(), &self.of(store)),
        }
        left
    }

    /// Notes it in an entry of its own, which knows of nothing that was found in the one before.
    pub fn begin(&mut self, store: &Store) {
        *self = ReloadState::default();
        address::push(&store.link(), &self.of(store));
    }

    fn read(state: JsValue, store: &mut Store) -> ReloadState {
        let memory = |unread| ReloadState { unread, wanting: false };
        let Ok(entry) = of_js::<Entry>(state.clone()) else {
            // Somebody else's: left alone until there is something to remember.
            return memory(Some(state));
        };
        let unread = Some(entry.unread.clone()).filter(|unread| !unread.is_undefined());
        if entry.page.is_some() && entry.page == this_page() {
            return memory(unread);
        }
        let mut whole = true;
        match entry.texts() {
            Ok(texts) => {
                for (place, text) in texts.iter().enumerate().take(store.panes.len()) {
                    whole &= text.as_ref().is_none_or(|text| store.bring_back(place, text));
                }
            }
            Err(_) => whole = store.bring_back(0, ""),
        }
        match whole {
            true => memory(unread),
            false => memory(Some(state)),
        }
    }

    /// The state to be stored in the entry beside the link.
    fn of(&self, store: &Store) -> JsValue {
        let has_more =
            |pane: &crate::player::Pane| pane.branches.len() > 1 || pane.branches[0].name.is_some();
        match store.panes.iter().any(has_more) {
            true => self.write(store),
            false => self.unread.clone().unwrap_or(JsValue::NULL),
        }
    }

    fn write(&self, store: &Store) -> JsValue {
        let branches: Vec<Option<String>> = store.panes.iter().map(Branches::text).collect();
        to_js(&Entry {
            branches: to_js(&branches),
            page: this_page(),
            unread: self.unread.clone().unwrap_or(JsValue::UNDEFINED),
        })
    }
}
