//! The lesson that somebody writes on the page, as this browser keeps it, and the one that stood in the editor
//! before it. Where a browser refuses to keep anything, both last as long as the page.

use std::cell::{Cell, RefCell};

use super::browser::{remember, remembered};
use crate::lessons::SIZE;

const NOW: &str = "synod-draft";
const BEFORE: &str = "synod-draft-before";

/// The two texts; an empty one is none.
#[derive(Clone, Default)]
struct Drafts {
    now: String,
    before: String,
}

thread_local! {
    /// Read once: what another page of this site writes meanwhile does not change under anybody's hands.
    static DRAFTS: RefCell<Option<Drafts>> = const { RefCell::new(None) };
    /// Whoever comes to the editor next has been sent there, or comes back from the preview.
    static SENT: Cell<bool> = const { Cell::new(false) };
}

fn with<T>(ask: impl FnOnce(&mut Drafts) -> T) -> T {
    let read = |name| remembered(name).unwrap_or_default();
    DRAFTS.with_borrow_mut(|drafts| {
        ask(drafts.get_or_insert_with(|| Drafts { now: read(NOW), before: read(BEFORE) }))
    })
}

/// What no lesson can be as long as is not kept beyond the page.
fn keep(name: &str, text: &str) {
    if text.len() <= SIZE {
        remember(name, text);
    }
}

fn some(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

/// What is being written, if anything is.
pub fn now() -> Option<String> {
    with(|drafts| some(&drafts.now))
}

/// What was written before, and can be had again.
pub fn before() -> Option<String> {
    with(|drafts| some(&drafts.before))
}

/// Somebody has written on.
pub fn write(text: &str) {
    with(|drafts| drafts.now = text.to_owned());
    keep(NOW, text);
}

/// Another text stands in the editor; the one that stood there is put aside.
pub fn replace(text: &str) {
    let aside = with(|drafts| {
        let changes = drafts.now != text && some(&drafts.now).is_some();
        changes.then(|| {
            drafts.before = std::mem::take(&mut drafts.now);
            drafts.before.clone()
        })
    });
    if let Some(aside) = aside {
        keep(BEFORE, &aside);
    }
    write(text);
}

/// Whoever comes to the editor next is to find it in sight.
pub fn send() {
    SENT.set(true);
}

/// Whether somebody was sent.
pub fn arrive() -> bool {
    SENT.take()
}
