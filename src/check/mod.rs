//! Judges: what clients asked and were told ([`History`]), and whether a model of consistency allows
//! it. A judge stands outside the protocols: it knows operations and nothing of who served them. A
//! protocol names the models that it promises (`Protocol::JUDGES`), the simulator records the
//! history, and each [`Judge`] is one more property of the run.

mod evidence;
pub mod history;
pub mod linearizable;
pub mod machine;
mod operation;
pub mod precedence;
pub mod recording;
pub mod search;
mod verdict;

pub use history::History;
pub use operation::{DONE, NO_VALUE, Operation, not_set};
pub use verdict::{Evidence, Verdict};

use crate::base::{Breach, Sentence};
use crate::key;
use linearizable::Linearizability;

/// A model of consistency, by its name on Jepsen's map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    Linearizable,
}

/// What a model promises to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The property's name in the literature.
    pub name: &'static str,
    /// As set on the page.
    pub formula: &'static str,
    /// The same in words.
    pub meaning: &'static str,
}

impl Model {
    pub const fn promise(self) -> Promise {
        match self {
            Model::Linearizable => Promise {
                name: key!("Linearizability"),
                formula: "∃ <: (told(a) before asked(b) ⇒ a < b) ∧ answers = store(<)",
                meaning: "Clients see one store: each request takes effect at one instant between \
                          its question and its answer.",
            },
        }
    }
}

/// Who judges a history by one model, as far as it has come.
#[derive(Clone, Debug)]
pub enum Judge {
    Linearizable(Linearizability),
}

impl Judge {
    pub fn of(model: Model) -> Judge {
        match model {
            Model::Linearizable => Judge::Linearizable(Linearizability::default()),
        }
    }

    /// Learns what has happened since it was told last.
    pub fn follow(&mut self, history: &History) {
        match self {
            Judge::Linearizable(judge) => judge.follow(history),
        }
    }

    /// Whether the model allows what has happened so far, or what it does not allow.
    pub fn verdict(&self) -> Result<(), Breach> {
        match self {
            Judge::Linearizable(judge) => judge.verdict(),
        }
    }

    /// Why there is no verdict on all of it, if there is none.
    pub fn doubt(&self) -> Option<Sentence> {
        match self {
            Judge::Linearizable(judge) => judge.doubt(),
        }
    }

    /// What a copy costs, in entries of about a hundred bytes.
    pub fn weight(&self) -> usize {
        match self {
            Judge::Linearizable(judge) => judge.weight(),
        }
    }
}
