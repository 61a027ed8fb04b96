//! The page's state, and every way it changes: plain Rust that knows neither a browser nor a
//! protocol, so that all of it is tested natively.
//!
//! The page sends an [`Action`] for whatever its user does, and for every frame that is drawn while
//! something moves; [`Store::update`] answers how much of the page must be drawn anew. The page
//! reads the rest off: [`Pane::run`] gives snapshots, [`Store::playback`] the state of the buttons,
//! [`Ui`] what is selected and open.
//!
//! | file | what it knows |
//! |---|---|
//! | `action.rs` | what can be asked of the store |
//! | `playback.rs` | speeds, ticks, goals: how real time becomes virtual time |
//! | `clock.rs` | moving the cursor: play, step, seek, and what stops a play |
//! | `pane.rs`, `pane/branches.rs` | a run with its branches, and all of them as one text |
//! | `variant.rs` | what is different in a second pane |
//! | `panes.rs` | two panes under one cursor and the same gestures |
//! | `divergence.rs` | where two panes first differ |
//! | `ui.rs` | selection, tabs, tools, the timeline's window, notices |
//! | `lanes.rs` | which lanes and messages the timeline shows |
//! | `find.rs` | looking for an event by its words |
//! | `table.rs` | the timeline as a table |
//! | `gestures.rs` | what a node, a link or a message offers to be done to it |
//! | `keys.rs` | the keyboard, as data |
//! | `why.rs` | a question, and the answer as far as it is found |
//! | `permalink.rs` | the state as the hash of a link, and back |
//! | `needs.rs` | what must be fetched before something can be done |
//! | `packed.rs` | what would be too long for anybody to read, in one part of a link |
//! | `snippet.rs` | what is pasted into a page to show a run there |
//! | `api.rs` | what a page that embeds a playground can ask of it |
//! | `state.rs` | what it is told: the state, and news |
//! | `pending_calls.rs` | its calls that wait for their answers |
//! | `store.rs` | ties them together |

pub mod action;
pub mod api;
#[cfg(test)]
mod api_tests;
mod clock;
pub mod divergence;
pub mod find;
pub mod gestures;
pub mod keys;
pub mod lanes;
pub mod needs;
pub mod packed;
pub mod pane;
pub mod panes;
pub mod pending_calls;
pub mod permalink;
pub mod playback;
pub mod snippet;
pub mod state;
pub mod store;
pub mod table;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod time_tests;
pub mod ui;
pub mod variant;
mod why;

pub use action::{Action, Change};
pub use divergence::Divergence;
pub use find::Finding;
pub use gestures::{Gesture, Group};
pub use lanes::{LaneChange, Lanes};
pub use needs::Needs;
pub use pane::{Branch, Branches, Compared, Pane, Scene};
pub use permalink::Permalink;
pub use playback::{Goal, Playback, Speed, Target};
pub use snippet::Snippet;
pub use store::{Preferences, Store};
pub use table::{Table, TablePage};
pub use ui::{Dialog, Notice, NoticeKind, Selection, Tab, Theme, Tool, Ui, Window};
pub use variant::Variant;
pub use why::{Explanation, Question};
