//! What a judge says of a history: that a model allows it, that it does not and which operations show it,
//! or that this is not known and why.

use super::recording::Recorded;
use crate::base::{Breach, Sentence};
use crate::sentence;

/// Whether a model allows a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does. Where one order explains the history, this is it, by the numbers of the operations: of
    /// several keys one after the other, if each is judged by itself.
    Holds(Vec<u64>),
    Broken(Evidence),
    /// Why it is not known.
    Unknown(Sentence),
}

/// What shows that a model is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Operations that have no explanation, by their numbers: as few as could be found.
    pub operations: Vec<u64>,
    /// The same in words.
    pub why: Sentence,
    /// The event of the answer that nothing explains, where one is to be named, and the earlier event that
    /// it contradicts.
    pub event: Option<u64>,
    pub against: Option<u64>,
}

impl Evidence {
    /// These operations: the last answer among them is the one that does not go with the others.
    pub fn of<A>(operations: &[&Recorded<A>], why: Sentence) -> Evidence {
        let event = operations.iter().filter_map(|recorded| recorded.answer_event).max();
        let mut numbers: Vec<u64> = operations.iter().map(|it| it.interval.number).collect();
        numbers.sort_unstable();
        Evidence { operations: numbers, why, event, against: None }
    }

    /// Where there is nothing to show.
    pub fn none() -> Evidence {
        let why = sentence!("nothing explains it");
        Evidence { operations: Vec::new(), why, event: None, against: None }
    }

    /// As a property tells it.
    pub fn breach(&self) -> Breach {
        Breach { why: self.why.clone(), against: self.against }
    }
}

/// How many requests and possible answers a sentence lists.
const LISTED: usize = 8;

/// The first few: `1, 2, 3`.
pub fn list<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<T> = values.into_iter().take(LISTED + 1).collect();
    let first: Vec<&str> = values.iter().take(LISTED).map(AsRef::as_ref).collect();
    match values.len() > LISTED {
        true => format!("{}, …", first.join(", ")),
        false => first.join(", "),
    }
}
