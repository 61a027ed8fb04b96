//! The models of consistency, and which implies which.

use serde::{Deserialize, Serialize};

use super::machine::Access;
use super::recording::Recording;
use super::session::{monotonic_reads, monotonic_writes, read_your_writes, writes_follow_reads};
use super::verdict::Verdict;
use super::views::View;
use super::{causal, linearizable, pram, sequential};
use crate::base::Text;
use crate::key;

/// A model of consistency, by its name on Jepsen's map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Model {
    Linearizable,
    Sequential,
    Causal,
    Pram,
    ReadYourWrites,
    MonotonicReads,
    MonotonicWrites,
    WritesFollowReads,
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

/// What follows from what: whatever the first allows, the second allows too. Nothing follows backwards: the
/// orders that the weaker ones ask for may all be different ones.
pub const IMPLIES: &[(Model, Model)] = &[
    (Model::Linearizable, Model::Sequential),
    (Model::Sequential, Model::Causal),
    (Model::Causal, Model::Pram),
    (Model::Causal, Model::WritesFollowReads),
    (Model::Pram, Model::ReadYourWrites),
    (Model::Pram, Model::MonotonicReads),
    (Model::Pram, Model::MonotonicWrites),
];

impl Model {
    /// The stronger ones first.
    pub const ALL: [Model; 8] = [
        Model::Linearizable,
        Model::Sequential,
        Model::Causal,
        Model::Pram,
        Model::ReadYourWrites,
        Model::MonotonicReads,
        Model::MonotonicWrites,
        Model::WritesFollowReads,
    ];

    /// As a command names it.
    pub const fn slug(self) -> &'static str {
        match self {
            Model::Linearizable => "linearizable",
            Model::Sequential => "sequential",
            Model::Causal => "causal",
            Model::Pram => "pram",
            Model::ReadYourWrites => "read-your-writes",
            Model::MonotonicReads => "monotonic-reads",
            Model::MonotonicWrites => "monotonic-writes",
            Model::WritesFollowReads => "writes-follow-reads",
        }
    }

    pub const fn promise(self) -> Promise {
        let (name, formula, meaning) = match self {
            Model::Linearizable => (
                key!("Linearizability"),
                "∃ <: (told(a) before asked(b) ⇒ a < b) ∧ answers = store(<)",
                "Clients see one store: each request takes effect at one instant between its \
                 question and its answer.",
            ),
            Model::Sequential => (
                key!("Sequential consistency"),
                "∃ <: (a, b of one client, a first ⇒ a < b) ∧ answers = store(<)",
                "Clients see one store, in which each client's requests take effect in its own \
                 order, though perhaps late.",
            ),
            Model::Causal => (
                key!("Causal consistency"),
                "∀ c ∃ <: (a → b ⇒ a < b) ∧ answers(c) = store(<)",
                "Nobody sees an effect without its cause: what a client asked or read before it \
                 wrote comes before what it wrote.",
            ),
            Model::Pram => (
                key!("PRAM"),
                "∀ c ∃ <: (a, b of one client, a first ⇒ a < b) ∧ answers(c) = store(<)",
                "Everybody sees each client's writes in the order in which it asked for them.",
            ),
            Model::ReadYourWrites => (
                key!("Read your writes"),
                "w, r of one client, w first ⇒ w < r",
                "Who has written something never reads what was before.",
            ),
            Model::MonotonicReads => (
                key!("Monotonic reads"),
                "r, r′ of one client, r first ⇒ r < r′",
                "Who has read something never reads what was before.",
            ),
            Model::MonotonicWrites => (
                key!("Monotonic writes"),
                "w, w′ of one client, w first ⇒ w < w′",
                "What a client wrote first is seen first, by everybody.",
            ),
            Model::WritesFollowReads => (
                key!("Writes follow reads"),
                "r, w of one client, r first, r saw v ⇒ v < w",
                "What a client wrote after it had read something is seen after what it had read.",
            ),
        };
        Promise { name, formula, meaning }
    }

    /// What it asks for, if that is an order for each client.
    fn view(self) -> Option<View> {
        match self {
            Model::Linearizable | Model::Sequential => None,
            Model::Causal => Some(causal::VIEW),
            Model::Pram => Some(pram::VIEW),
            Model::ReadYourWrites => Some(read_your_writes::VIEW),
            Model::MonotonicReads => Some(monotonic_reads::VIEW),
            Model::MonotonicWrites => Some(monotonic_writes::VIEW),
            Model::WritesFollowReads => Some(writes_follow_reads::VIEW),
        }
    }
}

/// Judges a store of keys and values, each of which has this value at first.
pub fn judge(recording: &Recording<Access>, initial: &Text, model: Model) -> Verdict {
    match (model, model.view()) {
        (_, Some(view)) => view.judge(recording, initial),
        (Model::Sequential, _) => sequential::judge_store(recording, initial),
        _ => linearizable::judge_store(recording, initial),
    }
}

/// … by all models, in the order of [`Model::ALL`]. What is not known of one may follow from another.
pub fn judge_all(recording: &Recording<Access>, initial: &Text) -> Vec<(Model, Verdict)> {
    let mut verdicts: Vec<(Model, Verdict)> =
        Model::ALL.iter().map(|model| (*model, judge(recording, initial, *model))).collect();
    infer(&mut verdicts);
    verdicts
}

/// This model, with what follows for it from the others.
pub fn judge_among(recording: &Recording<Access>, initial: &Text, model: Model) -> Verdict {
    let verdicts = judge_all(recording, initial).into_iter();
    let mut found = verdicts.filter(|(judged, _)| *judged == model).map(|(_, verdict)| verdict);
    found.next().expect("all are judged")
}

/// Puts what follows in the place of what is not known.
pub fn infer(verdicts: &mut [(Model, Verdict)]) {
    let of = |verdicts: &[(Model, Verdict)], model: Model| {
        verdicts.iter().position(|(other, _)| *other == model).expect("all are judged")
    };
    // Arrows lead from the stronger to the weaker: forwards for what holds, backwards for what does not.
    for (stronger, weaker) in IMPLIES {
        let (stronger, weaker) = (of(verdicts, *stronger), of(verdicts, *weaker));
        if let (Verdict::Holds(order), Verdict::Unknown(_)) =
            (&verdicts[stronger].1, &verdicts[weaker].1)
        {
            verdicts[weaker].1 = Verdict::Holds(order.clone());
        }
    }
    for (stronger, weaker) in IMPLIES.iter().rev() {
        let (stronger, weaker) = (of(verdicts, *stronger), of(verdicts, *weaker));
        if let (Verdict::Unknown(_), Verdict::Broken(evidence)) =
            (&verdicts[stronger].1, &verdicts[weaker].1)
        {
            verdicts[stronger].1 = Verdict::Broken(evidence.clone());
        }
    }
}
