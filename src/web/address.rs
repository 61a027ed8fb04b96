//! The link in the address bar: where the page is, always. It is replaced while the run rests, and
//! pushed when another run is loaded, so that the browser's back button leads to the one before.

use wasm_bindgen::JsValue;

use super::browser::window;

/// The hash that the page was opened with, with its `#`; empty if there is none.
pub fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// The page's whole address with this hash: what is shared.
pub fn with_hash(hash: &str) -> String {
    let location = window().location();
    let part = |part: Result<String, JsValue>| part.unwrap_or_default();
    format!(
        "{}{}{}{hash}",
        part(location.origin()),
        part(location.pathname()),
        part(location.search())
    )
}

/// Changes the link of the present entry of the history.
pub fn replace(hash: &str) {
    if let Ok(history) = window().history() {
        // Refused where a browser thinks it is too often: the next one will do.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}

/// Makes a new entry of the history.
pub fn push(hash: &str) {
    if let Ok(history) = window().history() {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}
