//! Whether there is one order of all requests that explains their answers and keeps each client's own:
//! whether a history is *sequentially consistent* (Leslie Lamport, *How to make a multiprocessor computer
//! that correctly executes multiprocess programs*, 1979).
//!
//! Other than for [linearizability](super::linearizable) it does not matter when a request was open: a
//! client may be told what was so long ago, as long as it never goes back. (It may even be told what is
//! asked for only later, if the judge knows of that. While a run goes on it does not: then what nobody has
//! written so far is wrong.) Such an order is looked for in
//! the whole history, since what holds for each key by itself need not hold for all of them together. To
//! find one is NP-complete even where each value was written once (Phillip Gibbons and Ephraim Korach, 1997);
//! what must come before what refutes most histories that have none.

use std::rc::Rc;

use super::evidence::smallest;
use super::history::{Happening, History, Phase};
use super::linearizable::{self, Decision, explain};
use super::machine::{Access, Asking, Datum, Machine, Many, Of, Register};
use super::precedence::{Footprints, Precedence, Saturated, Unsourced};
use super::recording::{Interval, OPEN, Processes, Recorded, Recording, access};
use super::search::{Ending, Keeps, Linearization};
use super::verdict::{Evidence, Verdict, list};
use super::{NO_VALUE, Operation};
use crate::base::{Breach, Sentence, Text};
use crate::{key, sentence};

/// So many states are looked at for a whole history …
const MOST: usize = 300_000;

/// … for a part of it, when evidence is made smaller, or when a run is judged once more …
const FEW: usize = 20_000;

/// … and after one answer while it goes on.
const LIVE: usize = 1_000;

/// Histories up to this length are first asked for what must come before what.
const SHORT: usize = 1_000;

/// Steps of an order that are remembered while a run goes on.
const REMEMBERED: usize = 256;

/// How often a run may be judged from its beginning while it goes on, in requests looked at.
const ANEW: usize = 100_000;

/// What such an order keeps.
pub const KEPT: &str = key!("each client's own order");

/// Searches for an order of what was asked of several objects.
fn explain_all<M: Machine>(
    initial: &M,
    part: &[&Recorded<M::Asked>],
    most: usize,
) -> (Ending, Linearization<Many<M>>) {
    let part: Vec<Recorded<Of<M::Asked>>> = part.iter().map(|it| it.of_many()).collect();
    let part: Vec<&Recorded<Of<M::Asked>>> = part.iter().collect();
    explain(&Many::new(initial.clone()), &part, Keeps::Sessions, most)
}

/// Whether there is such an order of what was asked of machines of one kind.
pub fn decide_machines<M: Machine>(
    initial: &M,
    part: &[&Recorded<M::Asked>],
    most: usize,
) -> Decision {
    let (found, explanation) = explain_all(initial, part, most);
    Decision::of(found, &explanation)
}

/// … of registers.
fn decide(initial: Datum, part: &[&Recorded<Access>], most: usize) -> Decision {
    let is_short = part.len() <= SHORT;
    if is_short && is_refuted(initial, part) {
        return Decision::No;
    }
    match decide_machines(&Register(initial), part, most) {
        Decision::TooMany if !is_short && is_refuted(initial, part) => Decision::No,
        decision => decision,
    }
}

/// Whether something would have to come before itself.
fn is_refuted(initial: Datum, part: &[&Recorded<Access>]) -> bool {
    let deeds = match Footprints::of(part, initial) {
        Ok(deeds) => deeds,
        Err(unsourced) => return matches!(unsourced, Unsourced::ThinAir(_)),
    };
    let readers = deeds.readers(|_| true);
    let mut precedence = Precedence::new(deeds.count());
    precedence.see(&deeds, &readers);
    precedence.in_sessions(&deeds, |_| true);
    precedence.saturate(&deeds, &readers) == Saturated::Circle
}

/// Judges a whole history.
pub fn judge<A: Asking>(
    recording: &Recording<A>,
    decide: impl Fn(&[&Recorded<A>], usize) -> Decision,
) -> Verdict {
    match decide(&recording.all(), MOST) {
        Decision::Yes(order) => Verdict::Holds(order),
        Decision::No => Verdict::Broken(shown(recording, &decide)),
        Decision::TooMany => Verdict::Unknown(too_many()),
    }
}

/// Judges the history of a store of keys and values.
pub fn judge_store(recording: &Recording<Access>, initial: &Text) -> Verdict {
    let value = Datum::of(initial);
    match judge(recording, |part, most| decide(value, part, most)) {
        Verdict::Unknown(why) => match linearizable::judge_store(recording, initial) {
            Verdict::Holds(order) => Verdict::Holds(one_order(recording, &order)),
            _ => Verdict::Unknown(why),
        },
        verdict => verdict,
    }
}

/// Where each key has an order in real time, they are one order together.
fn one_order(recording: &Recording<Access>, order: &[u64]) -> Vec<u64> {
    linearizable::leeways(recording, order).into_iter().map(|it| it.number).collect()
}

fn too_many() -> Sentence {
    sentence!(
        "not seen to break, but no longer judged: too many orders of all requests are possible"
    )
}

/// Operations without such an order, as few as could be found.
fn shown<A: Asking>(
    recording: &Recording<A>,
    decide: &impl Fn(&[&Recorded<A>], usize) -> Decision,
) -> Evidence {
    let kept = smallest(recording.all(), None, |part| decide(part, FEW) == Decision::No);
    let why = sentence!(
        "what clients were told has no explanation that keeps {0}: {1}",
        KEPT,
        list(kept.iter().map(|recorded| recording.told(recorded)))
    );
    Evidence::of(&kept, why)
}

/// Whether a history is sequentially consistent, as far as it has been followed.
#[derive(Clone, Debug)]
pub struct SequentialConsistency {
    /// How much of the history it knows.
    heard: u64,
    processes: Rc<Processes>,
    /// `None` where it is judged no longer.
    explanation: Option<Rc<Linearization<Many<Register>>>>,
    broken: Option<Rc<Evidence>>,
    /// What is left of [`ANEW`].
    anew: usize,
    most: usize,
    remembers: usize,
}

impl Default for SequentialConsistency {
    fn default() -> SequentialConsistency {
        SequentialConsistency::looking(LIVE, REMEMBERED)
    }
}

impl SequentialConsistency {
    /// At so many states after one answer; it remembers so many steps.
    pub(super) fn looking(most: usize, remembers: usize) -> SequentialConsistency {
        let initial = Many::new(Register(Datum::of(NO_VALUE)));
        let explanation = Linearization::new(initial, Keeps::Sessions).remembers(remembers);
        SequentialConsistency {
            heard: 0,
            processes: Rc::default(),
            explanation: Some(Rc::new(explanation)),
            broken: None,
            anew: ANEW,
            most,
            remembers,
        }
    }

    /// Learns what has happened since it was told last.
    pub fn follow(&mut self, history: &History) {
        for happening in history.since(self.heard) {
            self.heard += 1;
            if self.broken.is_none() {
                self.hear(history, happening);
            }
        }
    }

    pub fn verdict(&self) -> Result<(), Breach> {
        match &self.broken {
            Some(evidence) => Err(evidence.breach()),
            None => Ok(()),
        }
    }

    /// Why it is judged no longer, if it is not.
    pub fn doubt(&self) -> Option<Sentence> {
        (self.explanation.is_none() && self.broken.is_none()).then(too_many)
    }

    /// What a copy costs, in entries.
    pub fn weight(&self) -> usize {
        self.explanation.as_ref().map_or(1, |explanation| explanation.size())
    }

    fn hear(&mut self, history: &History, happening: &Happening) {
        let Happening { number, client, operation, what } = happening;
        let (number, now) = (*number, self.heard);
        let Some(explanation) = &mut self.explanation else { return };
        let (explanation, processes) =
            (Rc::make_mut(explanation), Rc::make_mut(&mut self.processes));
        let asked =
            |answer| Of { key: Datum::of(operation.key()), asked: access(operation, answer) };
        match what {
            Phase::Called { session, .. } => {
                let process = processes.asking(*client, *session, number);
                let asked = asked(None);
                explanation.call(Interval { number, process, asked, called: now, due: OPEN });
            }
            Phase::GivenUp => {
                processes.gave_up(*client, number);
                match operation {
                    Operation::Get { .. } => explanation.forget(number),
                    _ => explanation.give_up(number),
                }
            }
            Phase::Answered { answer, .. } => {
                processes.told(*client, number);
                let found =
                    explanation.answer(number, asked(Some(answer)), now, &mut self.most.clone());
                if found != Ending::Order {
                    self.judge_anew(history);
                }
            }
        }
    }

    /// Judges all that has happened, and goes on from there. An order is looked for first: in a long history
    /// it is found sooner than all that must come before what.
    fn judge_anew(&mut self, history: &History) {
        let recording = Recording::first_of(history, self.heard);
        self.explanation = None;
        let Some(left) = self.anew.checked_sub(recording.operations.len()) else { return };
        self.anew = left;
        match anew(&recording) {
            Ok(explanation) => {
                let explanation = explanation.remembers(self.remembers);
                self.explanation = Some(Rc::new(explanation));
            }
            Err(Ending::Nothing) => {
                let initial = Datum::of(NO_VALUE);
                let evidence = shown(&recording, &|part, most| decide(initial, part, most));
                self.broken = Some(Rc::new(evidence));
            }
            Err(_) => {}
        }
    }
}

/// An order from which a run can go on, or why there is none.
fn anew(recording: &Recording<Access>) -> Result<Linearization<Many<Register>>, Ending> {
    let initial = Datum::of(NO_VALUE);
    let part: Vec<Recorded<Of<Access>>> = recording
        .operations
        .iter()
        .map(|recorded| {
            let mut of_many = recorded.of_many();
            of_many.interval.asked.key = Datum::of(&recording.keys[recorded.key as usize]);
            of_many
        })
        .collect();
    let part: Vec<&Recorded<Of<Access>>> = part.iter().collect();
    let machine = Many::new(Register(initial));
    let (mut found, mut explanation) = explain(&machine, &part, Keeps::Sessions, FEW);
    if found == Ending::TooMany {
        if let Verdict::Holds(order) = linearizable::judge_store(recording, &NO_VALUE.into())
            && let order = one_order(recording, &order)
            && let Some(along) = Linearization::along(machine, Keeps::Sessions, &part, &order)
        {
            (found, explanation) = (Ending::Order, along);
        } else if is_refuted(initial, &recording.all()) {
            return Err(Ending::Nothing);
        }
    }
    if found != Ending::Order {
        return Err(found);
    }
    explanation.go_on_with(&part);
    Ok(explanation)
}
