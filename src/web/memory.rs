//! What a reload comes back to beside the link: all branches of the run. They stand in the browser's
//! own entry of the address, which goes with the page and its link, and with a copy of it, and with
//! nothing else. A page with one branch has nothing to remember there.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

use super::browser::window;
use crate::player::{Grove, Store};

/// By pane, the text of its branches.
const BRANCHES: &str = "branches";
/// What stood there and could not be read: another version may.
const UNREAD: &str = "unread";

/// What stands in the entry and is nobody's here.
#[derive(Default)]
pub struct Memory {
    unread: Option<JsValue>,
}

/// What the present entry holds.
fn state() -> JsValue {
    window().history().and_then(|history| history.state()).unwrap_or(JsValue::NULL)
}

/// Whether a page was left here that had more to remember than its link.
pub fn is_there() -> bool {
    !state().is_null()
}

impl Memory {
    /// Brings back what is remembered, where the page could show what its link says.
    pub fn recall(store: &mut Store, shown: bool) -> Memory {
        match state() {
            nothing if nothing.is_null() => Memory::default(),
            state if shown => Memory::read(state, store),
            state => Memory { unread: Some(state) },
        }
    }

    #[inline(never)]
    fn read(state: JsValue, store: &mut Store) -> Memory {
        let get = |field: &str| Reflect::get(&state, &field.into()).ok();
        let Some(branches) = get(BRANCHES).filter(|branches| !branches.is_undefined()) else {
            // Somebody else's: left alone until there is something to remember.
            return Memory { unread: Some(state) };
        };
        let mut whole = Array::is_array(&branches);
        let texts = if whole { Array::from(&branches).to_vec() } else { Vec::new() };
        if !whole {
            store.bring_back(0, "");
        }
        for (place, text) in texts.iter().enumerate().take(store.panes.len()) {
            let text = text.as_string();
            whole &= text.is_none_or(|text| store.bring_back(place, &text));
        }
        match whole {
            true => Memory { unread: get(UNREAD).filter(|unread| !unread.is_undefined()) },
            false => Memory { unread: Some(state) },
        }
    }

    /// What is to stand in the entry beside the link.
    pub fn of(&self, store: &Store) -> JsValue {
        let has_more =
            |pane: &crate::player::Pane| pane.branches.len() > 1 || pane.branches[0].name.is_some();
        match store.panes.iter().any(has_more) {
            true => self.write(store),
            false => self.unread.clone().unwrap_or(JsValue::NULL),
        }
    }

    #[inline(never)]
    fn write(&self, store: &Store) -> JsValue {
        let text = |pane| Grove::text(pane).map_or(JsValue::NULL, JsValue::from);
        let branches: Array = store.panes.iter().map(text).collect();
        let state = Object::new();
        // The fields of a plain object: setting them cannot fail.
        let _ = Reflect::set(&state, &BRANCHES.into(), &branches);
        if let Some(unread) = &self.unread {
            let _ = Reflect::set(&state, &UNREAD.into(), unread);
        }
        state.into()
    }
}
