//! Who judges a run while it goes on. Linearizability and sequential consistency are followed from answer to
//! answer. The weaker models are judged anew now and then, at distances that grow with the history, so that
//! they cost a run no more than a part of its time: a breach of these may be found some requests late.

use std::rc::Rc;

use super::NO_VALUE;
use super::history::History;
use super::linearizable::Linearizability;
use super::model::{Model, judge};
use super::recording::Recording;
use super::sequential::SequentialConsistency;
use super::verdict::{Evidence, Verdict};
use crate::base::{Breach, Sentence};
use crate::sentence;

/// Who judges a history by one model, as far as it has come.
#[derive(Clone, Debug)]
pub enum Judge {
    Linearizable(Linearizability),
    Sequential(SequentialConsistency),
    Other(Occasional),
}

/// A judge that looks now and then.
#[derive(Clone, Debug)]
pub struct Occasional {
    model: Model,
    /// How long the history is, was when it was judged last, and will be when it is judged next.
    length: u64,
    judged: u64,
    next: u64,
    verdict: Rc<Verdict>,
}

/// It is judged anew after so many happenings, …
const OFTEN: u64 = 32;

/// … or this part of the history's length, …
const PART: u64 = 2;

/// … as long as it is no longer than this.
const LONG: u64 = 2_000;

impl Occasional {
    fn follow(&mut self, history: &History) {
        self.length = history.len();
        let is_broken = matches!(*self.verdict, Verdict::Broken(_));
        if self.length < self.next || self.length > LONG || is_broken {
            return;
        }
        self.judged = history.len();
        self.next = self.judged + OFTEN.max(self.judged / PART);
        self.verdict = Rc::new(judge(&Recording::of(history), &NO_VALUE.into(), self.model));
    }
}

impl Judge {
    pub fn of(model: Model) -> Judge {
        match model {
            Model::Linearizable => Judge::Linearizable(Linearizability::default()),
            Model::Sequential => Judge::Sequential(SequentialConsistency::default()),
            model => {
                let verdict = Rc::new(Verdict::Holds(Vec::new()));
                Judge::Other(Occasional { model, length: 0, judged: 0, next: OFTEN, verdict })
            }
        }
    }

    /// Learns what has happened since it was told last.
    pub fn follow(&mut self, history: &History) {
        match self {
            Judge::Linearizable(judge) => judge.follow(history),
            Judge::Sequential(judge) => judge.follow(history),
            Judge::Other(judge) => judge.follow(history),
        }
    }

    /// Whether the model allows what has happened so far, or what it does not allow.
    pub fn verdict(&self) -> Result<(), Breach> {
        match self {
            Judge::Linearizable(judge) => judge.verdict(),
            Judge::Sequential(judge) => judge.verdict(),
            Judge::Other(judge) => match &*judge.verdict {
                Verdict::Broken(evidence) => Err(Evidence::breach(evidence)),
                Verdict::Holds(_) | Verdict::Unknown(_) => Ok(()),
            },
        }
    }

    /// Why there is no verdict on all of it, if there is none.
    pub fn doubt(&self) -> Option<Sentence> {
        match self {
            Judge::Linearizable(judge) => judge.doubt(),
            Judge::Sequential(judge) => judge.doubt(),
            Judge::Other(judge) => match &*judge.verdict {
                Verdict::Unknown(why) => Some(why.clone()),
                Verdict::Holds(_) if judge.length > LONG => Some(sentence!(
                    "not seen to break in the first {0} questions and answers; a longer run is not judged by this model while it goes on",
                    judge.judged
                )),
                Verdict::Holds(_) | Verdict::Broken(_) => None,
            },
        }
    }

    /// What a copy costs, in entries of about a hundred bytes.
    pub fn weight(&self) -> usize {
        match self {
            Judge::Linearizable(judge) => judge.weight(),
            Judge::Sequential(judge) => judge.weight(),
            Judge::Other(_) => 1,
        }
    }
}
