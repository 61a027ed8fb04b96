//! The link in the address bar: where the page is, always. It is replaced while the run rests, and
//! pushed when another run is loaded, so that the browser's back button leads to the one before. In a
//! frame it is only replaced: the back button belongs to the page around it.

use std::cell::RefCell;

use wasm_bindgen::JsValue;

use super::browser::window;

/// The link to the front door.
pub const DOOR: &str = "#v1&door=map";

/// The hash that the page was opened with, with its `#`; what it says may stand in the query as well. Without
/// one the page shows its front door, and in another page its first run.
pub fn hash() -> String {
    let location = window().location();
    let hash = location.hash().unwrap_or_default();
    match location.search().unwrap_or_default().strip_prefix('?') {
        Some(query) if hash.is_empty() && has_door() && says_only_how(query) => {
            format!("{DOOR}&{query}")
        }
        Some(query) if hash.is_empty() && !query.is_empty() => format!("#v1&{query}"),
        _ if hash.is_empty() && has_door() => DOOR.to_owned(),
        _ => hash,
    }
}

/// Whether a query says how the page is shown, and not what.
fn says_only_how(query: &str) -> bool {
    query.split('&').all(|part| part.starts_with("lang=") || part.starts_with("theme="))
}

/// Whether the page has a front door: it is not part of another, and not what is made to be that.
pub fn has_door() -> bool {
    let page = window().location().pathname().unwrap_or_default();
    !is_embedded() && !page.ends_with("/embed.html")
}

/// The page's whole address with this hash: what is shared. `embed.html` is the same page.
pub fn with_hash(hash: &str) -> String {
    let address = window().location().href().unwrap_or_default();
    let page = address.split(['?', '#']).next().unwrap_or_default();
    format!("{}{hash}", page.strip_suffix("embed.html").unwrap_or(page))
}

/// The folder that the page stands in, with a slash at its end.
pub fn folder() -> String {
    let page = with_hash("");
    page.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"))
}

/// Whether another page shows this one in a frame.
pub fn is_embedded() -> bool {
    let own = window();
    // Another site's window can be compared, but not asked for anything.
    own.parent().ok().flatten().is_some_and(|parent| parent != own)
}

thread_local! {
    /// The hash that the page itself has written last.
    static WRITTEN: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Whether the page itself has written this hash: a browser tells of one change of the address twice, and in
/// between the page has said where it is by then.
pub fn is_own(hash: &str) -> bool {
    WRITTEN.with_borrow(|written| written == hash)
}

/// Changes the link of the present entry of the history, and what is remembered beside it.
pub fn replace(hash: &str, memory: &JsValue) {
    if let Ok(history) = window().history() {
        WRITTEN.with_borrow_mut(|written| hash.clone_into(written));
        // Refused where a browser thinks it is too often: the next one will do.
        let _ = history.replace_state_with_url(memory, "", Some(hash));
    }
}

/// Makes a new entry of the history.
pub fn push(hash: &str, memory: &JsValue) {
    if is_embedded() {
        return replace(hash, memory);
    }
    if let Ok(history) = window().history() {
        WRITTEN.with_borrow_mut(|written| hash.clone_into(written));
        let _ = history.push_state_with_url(memory, "", Some(hash));
    }
}
