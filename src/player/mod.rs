//! The page's state, and every way it changes: plain Rust that knows neither a browser nor a
//! protocol, so that all of it is tested natively.
//!
//! The page sends an [`Action`] for whatever its user does, and for every frame that is drawn while
//! something moves; [`Store::update`] answers how much of the page must be drawn anew. The page
//! reads the rest off: [`Pane::snapshot`] gives everything at the cursor, [`Store::playback`] the state of the buttons,
//! [`Ui`] what is selected and open.
//!
//! | file | what it knows |
//! |---|---|
//! | `action.rs` | what can be asked of the store, by family, and what it answers |
//! | `terms.rs` | what can be selected, opened and chosen: words that many files share |
//! | `store.rs` | the whole state; hands each family of actions to the file that carries it out |
//! | `clock.rs` | actions on time: play, step, seek, search, and what stops a play |
//! | `loading.rs` | actions on the run: scenes, texts, kept runs, links, seeds, flaws |
//! | `branching.rs` | actions on branches: go to, name, delete, compare |
//! | `panes.rs` | actions on panes; two panes under one cursor and the same gestures |
//! | `why.rs` | actions on a question, and the search for its answer |
//! | `timeline.rs` | actions on the timeline: window, lanes, table |
//! | `ui.rs` | actions on the page itself; selection, tabs, tools, the timeline's window |
//! | `captions.rs` | how long a caption stands; from caption to caption |
//! | `playback.rs` | speeds, ticks, goals: how real time becomes virtual time |
//! | `pane.rs`, `pane/branches.rs` | a run with its branches, and all of them as one text |
//! | `beside.rs` | actions on what is looked for beside a run: a difference, other runs |
//! | `divergence.rs` | where the runs of two panes first differ |
//! | `explanation.rs` | a question, and the answer as far as it is found |
//! | `narration.rs` | what is said to whoever listens |
//! | `sequel.rs` | what came of the last thing that was done by hand |
//! | `study.rs` | what is read beside the stage |
//! | `studying.rs` | actions on it |
//! | `reading.rs` | the same as parts of a link |
//! | `draft.rs` | whether a text that somebody writes works |
//! | `lanes.rs` | which lanes and messages the timeline shows |
//! | `find.rs` | how far the search for an event by its words has come |
//! | `table.rs` | the timeline as a table |
//! | `models.rs` | which models of consistency the run keeps |
//! | `opened.rs` | a history from a file: what is asked of the worker that judges it, and what it answers |
//! | `gestures.rs` | what a node, a link or a message offers to be done to it |
//! | `keys.rs` | the keyboard, as data |
//! | `permalink.rs` | the state as the hash of a link, and back |
//! | `packed.rs` | the part of a link that is too long for anybody to read |
//! | `needs.rs` | what must be fetched before something can be done |
//! | `snippet.rs` | what is pasted into a page to show a run there |
//! | `api.rs` | the calls of a page that embeds a playground |
//! | `pending_calls.rs` | those calls that still wait for their answers |
//! | `state.rs` | what an embedding page is told: the state, and news |
//!
//! A file imports only files that do not import it; those that carry out actions are methods of the
//! store, and import it.

pub mod action;
pub mod api;
#[cfg(test)]
mod api_tests;
pub mod beside;
mod branching;
mod captions;
mod clock;
pub mod divergence;
pub mod draft;
pub mod explanation;
pub mod find;
pub mod gestures;
pub mod keys;
pub mod lanes;
mod loading;
pub mod models;
pub mod narration;
pub mod needs;
pub mod opened;
pub mod packed;
pub mod pane;
pub mod panes;
pub mod pending_calls;
pub mod permalink;
pub mod playback;
pub mod reading;
#[cfg(test)]
mod scenario_tests;
pub mod sequel;
pub mod snippet;
pub mod state;
pub mod store;
pub mod study;
#[cfg(test)]
mod study_tests;
mod studying;
pub mod table;
pub mod terms;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod time_tests;
mod timeline;
pub mod ui;
mod why;

pub use action::{Action, Change, Notice, NoticeKind};
pub use action::{
    BranchAction, PageAction, PaneAction, RunAction, StudyAction, TimeAction, TimelineAction,
    WhyAction,
};
pub use divergence::{Divergence, Example};
pub use explanation::{Explanation, Question};
pub use find::TextSearch;
pub use gestures::{Gesture, Group};
pub use lanes::{LaneChange, Lanes};
pub use needs::Needs;
pub use pane::branches::Branches;
pub use pane::{Branch, Compared, Pane, Scene};
pub use permalink::{Permalink, Shows};
pub use playback::{Goal, Playback, Speed, Target};
pub use sequel::Sequel;
pub use snippet::Snippet;
pub use store::{Preferences, Store};
pub use study::{Study, StudyShot};
pub use table::Table;
pub use terms::{Below, Book, Dialog, Door, LETTERS, Selection, Tab, TablePage, Theme, Tool};
pub use ui::{Ui, Window};
