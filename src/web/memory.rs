//! What a reload comes back to beside the link: all branches of the run. They stand in the browser's
//! own entry of the address, which goes with the page and its link, and with a copy of it, and with
//! nothing else. A page with one branch has nothing to remember there.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::address;
use super::browser::window;
use crate::player::{Grove, Store};

/// By pane, the text of its branches.
const BRANCHES: &str = "branches";
/// What stood there and could not be read: another version may.
const UNREAD: &str = "unread";
/// The page that wrote it: what was deleted there since does not come back.
const PAGE: &str = "page";

/// When this page was opened: no other one was at the same moment, in the same tab.
fn this_page() -> JsValue {
    window().performance().map_or(JsValue::NULL, |clock| clock.time_origin().into())
}

/// What stands in the entry and is nobody's here, and whether its link is what is shown.
#[derive(Default)]
pub struct Memory {
    unread: Option<JsValue>,
    /// The address asks for what is not shown, as it could not be fetched, or not be read: it stays, to
    /// be asked again, or mended.
    pub wanting: bool,
}

/// What the present entry holds.
fn state() -> JsValue {
    window().history().and_then(|history| history.state()).unwrap_or(JsValue::NULL)
}

/// All texts that the present entry holds of a page that was left here.
pub fn texts() -> String {
    let branches = Reflect::get(&state(), &BRANCHES.into()).unwrap_or_default();
    let texts = branches.dyn_into::<Array>().unwrap_or_default();
    texts.iter().filter_map(|text| text.as_string()).collect::<Vec<_>>().join("\n")
}

impl Memory {
    /// Brings back what the present entry remembers, unless its link is still wanted: then it stays there
    /// with all that belongs to it.
    pub fn recall(store: &mut Store, wanting: bool) -> Memory {
        match state() {
            nothing if nothing.is_null() => Memory { unread: None, wanting },
            state if wanting => Memory { unread: Some(state), wanting },
            state => Memory::read(state, store),
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
        *self = Memory::default();
        address::push(&store.link(), &self.of(store));
    }

    fn read(state: JsValue, store: &mut Store) -> Memory {
        let get = |field: &str| {
            let value = Reflect::get(&state, &field.into()).ok();
            value.filter(|value| !value.is_undefined())
        };
        let memory = |unread| Memory { unread, wanting: false };
        let Some(branches) = get(BRANCHES) else {
            // Somebody else's: left alone until there is something to remember.
            return memory(Some(state));
        };
        if get(PAGE).is_some_and(|page| page == this_page()) {
            return memory(get(UNREAD));
        }
        let mut whole = Array::is_array(&branches);
        let texts = match branches.dyn_ref::<Array>() {
            Some(texts) => texts.slice(0, store.panes.len() as u32).to_vec(),
            None => Vec::new(),
        };
        if !whole {
            store.bring_back(0, "");
        }
        for (place, text) in texts.iter().enumerate() {
            let text = text.as_string();
            whole &= text.is_none_or(|text| store.bring_back(place, &text));
        }
        match whole {
            true => memory(get(UNREAD)),
            false => memory(Some(state)),
        }
    }

    /// What is to stand in the entry beside the link.
    fn of(&self, store: &Store) -> JsValue {
        let has_more =
            |pane: &crate::player::Pane| pane.branches.len() > 1 || pane.branches[0].name.is_some();
        match store.panes.iter().any(has_more) {
            true => self.write(store),
            false => self.unread.clone().unwrap_or(JsValue::NULL),
        }
    }

    fn write(&self, store: &Store) -> JsValue {
        let text = |pane| Grove::text(pane).map_or(JsValue::NULL, JsValue::from);
        let branches: Array = store.panes.iter().map(text).collect();
        let state = Object::new();
        // The fields of a plain object: setting them cannot fail.
        let _ = Reflect::set(&state, &BRANCHES.into(), &branches);
        let _ = Reflect::set(&state, &PAGE.into(), &this_page());
        if let Some(unread) = &self.unread {
            let _ = Reflect::set(&state, &UNREAD.into(), unread);
        }
        state.into()
    }
}
