//! Whether an object behaved as if there were one copy of it: whether its history is *linearizable*
//! (Maurice Herlihy and Jeannette Wing, *Linearizability*, 1990).
//!
//! Each request must seem to take effect at one instant between its call and its answer. Put the
//! requests in the order of these instants, and each is answered as a [`Machine`] would answer it. Requests
//! that are open at the same time may stand in either order; one that was answered before another was
//! asked stands before it. A history is linearizable if there is such an order.
//!
//! Linearizability is *local*: a history is linearizable if what was asked of each key is, so each key is
//! judged by itself, by a [search](super::search) for an order. That takes for ever with some histories:
//! the problem is NP-complete (Phillip Gibbons and Ephraim Korach, *Testing shared memories*, 1997). But
//! where each value was written once, as clients should have it, what must come before what settles it
//! ([`Precedence`]), however many requests are open at once.
//!
//! A write that is given up may have reached a server, so it stays open for ever. Each request has
//! a number of its own, because the client goes on to ask for other things meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::evidence::smallest;
use super::history::{Happening, History, Phase};
use super::machine::{Access, Asking, CasAnswer, Datum, Machine, Register};
use super::operation::{DONE, NO_VALUE, Operation, not_set};
use super::precedence::{Footprints, Precedence, Saturated, Unsourced};
use super::recording::{Interval, NEVER, OPEN, Recorded, Recording, access};
use super::search::{Ending, Keeps, Linearization};
use super::verdict::{Evidence, Verdict, list};
use crate::base::{Breach, Sentence, Text};
use crate::sentence;

#[cfg(test)]
mod tests;

/// So many states are looked at after one answer while a run goes on …
const LIVE: usize = 2_000;

/// … and for a whole history, of each key.
pub const MOST: usize = 300_000;

/// … when it is judged once more from its beginning, and when evidence is made smaller.
const FEW: usize = 20_000;

/// … and so many more for each request.
const STEPS: usize = 20;

/// So many answers are tried in place of a wrong one.
const TRIED: usize = 50;

/// Steps of an order that are remembered while a run goes on.
const REMEMBERED: usize = 64;

/// How often a key may be judged from its beginning while a run goes on, in requests looked at.
const ANEW: usize = 500_000;

/// Whether there is an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// This one, by the numbers of the operations.
    Yes(Vec<u64>),
    No,
    /// There are too many to look at.
    TooMany,
}

impl Decision {
    pub fn of<M: Machine>(found: Ending, explanation: &Linearization<M>) -> Decision {
        match found {
            Ending::Order => Decision::Yes(explanation.order().collect()),
            Ending::Nothing => Decision::No,
            Ending::Forgotten | Ending::TooMany => Decision::TooMany,
        }
    }
}

/// Judges what was asked of one object.
pub fn decide<M: Machine>(
    initial: &M,
    part: &[&Recorded<M::Asked>],
    keeps: Keeps,
    most: usize,
) -> Decision {
    let (found, explanation) = explain(initial, part, keeps, most);
    Decision::of(found, &explanation)
}

/// Searches through a part of a history, whose answers are known from the beginning.
pub fn explain<M: Machine>(
    initial: &M,
    part: &[&Recorded<M::Asked>],
    keeps: Keeps,
    most: usize,
) -> (Ending, Linearization<M>) {
    // A long history takes many steps, even if no other is ever tried.
    let mut left = most + STEPS * part.len();
    let (found, explanation) = follow(initial, part, keeps, &mut left);
    if found != Ending::Nothing || keeps == Keeps::RealTime {
        return (found, explanation);
    }
    // Without real time what was called later may still stand before what has no explanation so far.
    let mut explanation = Linearization::new(initial.clone(), keeps);
    part.iter().for_each(|recorded| explanation.call(recorded.interval.closed()));
    (explanation.reach(OPEN - 1, &mut left), explanation)
}

/// … from call to call and from answer to answer.
fn follow<M: Machine>(
    initial: &M,
    part: &[&Recorded<M::Asked>],
    keeps: Keeps,
    left: &mut usize,
) -> (Ending, Linearization<M>) {
    let mut explanation = Linearization::new(initial.clone(), keeps);
    for (due, called) in instants(part) {
        match called {
            Some(recorded) => explanation.call(recorded.interval.closed()),
            None => match explanation.reach(due, left) {
                Ending::Order => {}
                end => return (end, explanation),
            },
        }
    }
    (Ending::Order, explanation)
}

/// All calls and answers in their order: the instant, and what is called then.
fn instants<'a, A>(part: &[&'a Recorded<A>]) -> Vec<(u64, Option<&'a Recorded<A>>)> {
    let calls = part.iter().map(|recorded| (recorded.interval.called, Some(*recorded)));
    let answers = part.iter().map(|recorded| recorded.interval.due).filter(|due| *due < OPEN);
    let mut instants: Vec<_> = calls.chain(answers.map(|due| (due, None))).collect();
    instants.sort_unstable_by_key(|(instant, _)| *instant);
    instants
}

/// Judges what was asked of one register.
pub fn decide_register(initial: Datum, part: &[&Recorded<Access>], most: usize) -> Decision {
    match decide(&Register(initial), part, Keeps::RealTime, most) {
        Decision::TooMany => settle(initial, part),
        decision => decision,
    }
}

/// Judges it by what must come before what, where each value was written once.
fn settle(initial: Datum, part: &[&Recorded<Access>]) -> Decision {
    let deeds = match Footprints::of(part, initial) {
        Ok(deeds) => deeds,
        Err(Unsourced::ThinAir(_)) => return Decision::No,
        Err(Unsourced::Ambiguous(_)) => return Decision::TooMany,
    };
    let readers = deeds.readers(|_| true);
    let mut precedence = Precedence::new(deeds.count());
    precedence.see(&deeds, &readers);
    precedence.in_real_time(&deeds);
    match precedence.saturate(&deeds, &readers) {
        Saturated::Circle => Decision::No,
        Saturated::Order(sorted) if !deeds.has_more => {
            let order = value_by_value(&deeds, &sorted);
            Decision::Yes(order.into_iter().map(|node| deeds.all[node - 1].number).collect())
        }
        Saturated::Order(_) | Saturated::TooMany => Decision::TooMany,
    }
}

/// Each write with all that saw its value, before the next write: whatever had to come between has to come
/// before the write as well.
fn value_by_value(deeds: &Footprints, sorted: &[usize]) -> Vec<usize> {
    let mut saw: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for node in sorted {
        if let Some(source) = deeds.sources[node - 1] {
            saw.entry(source).or_default().push(*node);
        }
    }
    let mut order = Vec::new();
    let writes = sorted.iter().copied().filter(|node| deeds.all[node - 1].reads.is_none());
    for first in std::iter::once(0).chain(writes) {
        let mut write = Some(first);
        // A compare-and-set reads one value and writes the next.
        while let Some(source) = write {
            order.extend((source > 0).then_some(source));
            let seen = saw.get(&source).map_or(&[][..], |seen| seen);
            let writes = |node: &&usize| deeds.all[**node - 1].writes.is_some();
            order.extend(seen.iter().filter(|node| !writes(node)));
            write = seen.iter().find(writes).copied();
        }
    }
    order
}

/// What is left of a part at this instant: what was answered later is still open.
fn until<A: Asking>(part: &[&Recorded<A>], instant: u64) -> Vec<Recorded<A>> {
    let called = part.iter().filter(|recorded| recorded.interval.called <= instant);
    let cut = |recorded: &&Recorded<A>| {
        let mut recorded = Recorded::clone(recorded);
        if recorded.interval.due < OPEN && recorded.interval.due > instant {
            recorded.interval.asked = recorded.interval.asked.unanswered();
            recorded.interval.due = NEVER;
            (recorded.answer, recorded.answer_event) = (None, None);
        }
        recorded
    };
    called.map(cut).collect()
}

/// The first answer with which a part that has no order has none: its instant.
fn first_wrong<A: Asking>(
    part: &[&Recorded<A>],
    decide: &impl Fn(&[&Recorded<A>]) -> Decision,
) -> u64 {
    let mut answers: Vec<u64> = part.iter().map(|recorded| recorded.interval.due).collect();
    answers.retain(|due| *due < OPEN);
    answers.sort_unstable();
    let is_wrong = |place: usize| {
        let cut = until(part, answers[place]);
        decide(&cut.iter().collect::<Vec<_>>()) == Decision::No
    };
    let (mut right, mut wrong) = (0, answers.len());
    while wrong - right > 1 {
        let middle = right + (wrong - right) / 2;
        match is_wrong(middle - 1) {
            true => wrong = middle,
            false => right = middle,
        }
    }
    answers[wrong - 1]
}

/// Judges a whole history, key by key.
pub fn judge<A: Asking>(
    recording: &Recording<A>,
    decide: impl Fn(&[&Recorded<A>]) -> Decision,
    show: impl Fn(&[&Recorded<A>], u64) -> Evidence,
) -> Verdict {
    let (mut order, mut unknown) = (Vec::new(), Vec::new());
    let mut wrong: Option<(u64, Vec<&Recorded<A>>)> = None;
    for (key, part) in recording.keys.iter().zip(recording.by_key()) {
        match decide(&part) {
            Decision::Yes(more) => order.extend(more),
            Decision::TooMany => unknown.push(key),
            Decision::No => {
                let instant = first_wrong(&part, &decide);
                if wrong.as_ref().is_none_or(|(first, _)| instant < *first) {
                    wrong = Some((instant, part));
                }
            }
        }
    }
    match wrong {
        Some((instant, part)) => {
            let cut = until(&part, instant);
            Verdict::Broken(show(&cut.iter().collect::<Vec<_>>(), instant))
        }
        None if unknown.is_empty() => Verdict::Holds(order),
        None => Verdict::Unknown(too_many(unknown)),
    }
}

/// Judges the history of a store of keys and values.
pub fn judge_store(recording: &Recording<Access>, initial: &Text) -> Verdict {
    let value = Datum::of(initial);
    judge(
        recording,
        |part| decide_register(value, part, MOST),
        |part, instant| wrong_access(recording, part, initial, instant),
    )
}

/// Judges a history of other machines.
pub fn judge_machine<M: Machine>(recording: &Recording<M::Asked>, initial: &M) -> Verdict {
    let decide = |part: &[&Recorded<M::Asked>]| decide(initial, part, Keeps::RealTime, MOST);
    judge(recording, decide, |part, instant| {
        let Some((last, needed)) = needed(part, instant, &decide) else { return Evidence::none() };
        let why = sentence!(
            "{0} asked “{1}” and was told “{2}”, which no order of these requests explains: {3}",
            recording.name(last).clone(),
            last.words.clone(),
            last.answer.clone().unwrap_or_default(),
            list(needed.iter().map(|other| recording.told(other)))
        );
        evidence(last, &needed, why, None)
    })
}

/// Where in a history an operation of an order may have taken effect, so that all of its key did in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leeway {
    pub number: u64,
    /// Not before this was called: an instant, and its event.
    pub after: (u64, u64),
    /// Not after this was answered, if something was.
    pub before: Option<(u64, u64)>,
}

/// Where operations of a store's history took effect, by its verdict, and the number of the one that fits
/// nowhere: that of the others is where they did if it had never been asked.
pub fn effects(
    recording: &Recording<Access>,
    initial: &Text,
    verdict: &Verdict,
) -> (Vec<Leeway>, Option<u64>) {
    let evidence = match verdict {
        Verdict::Holds(order) => return (leeways(recording, order), None),
        Verdict::Unknown(_) => return (Vec::new(), None),
        Verdict::Broken(evidence) => evidence,
    };
    let is_wrong = |it: &&Recorded<Access>| {
        it.answer_event == evidence.event && evidence.operations.contains(&it.interval.number)
    };
    let Some(misfit) = recording.operations.iter().find(is_wrong).map(|it| it.interval.number)
    else {
        return (Vec::new(), None);
    };
    let mut others = recording.clone();
    others.operations.retain(|it| it.interval.number != misfit);
    match judge_store(&others, initial) {
        Verdict::Holds(order) => (leeways(&others, &order), Some(misfit)),
        _ => (Vec::new(), Some(misfit)),
    }
}

/// The leeway of each operation of an order. Sorted by where they begin, they are one order of all keys.
pub fn leeways<A>(recording: &Recording<A>, order: &[u64]) -> Vec<Leeway> {
    let all = &recording.operations;
    let place = |number: &u64| all.binary_search_by_key(number, |it| it.interval.number).ok();
    let places: Vec<usize> = order.iter().filter_map(place).collect();
    let mut latest: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    let after = places.iter().map(|place| {
        let latest = latest.entry(all[*place].key).or_default();
        *latest = (*latest).max((all[*place].interval.called, all[*place].call_event));
        *latest
    });
    let after: Vec<(u64, u64)> = after.collect();
    let mut earliest: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    let before = places.iter().rev().map(|place| {
        let recorded = &all[*place];
        if let Some(event) = recorded.answer_event {
            let answer = (recorded.interval.due, event);
            let known = earliest.entry(recorded.key).or_insert(answer);
            *known = answer.min(*known);
        }
        earliest.get(&recorded.key).copied()
    });
    let before: Vec<Option<(u64, u64)>> = before.collect();
    let ends = after.into_iter().zip(before.into_iter().rev());
    let mut leeways: Vec<Leeway> = places
        .iter()
        .zip(ends)
        .map(|(place, (after, before))| Leeway {
            number: all[*place].interval.number,
            after,
            before,
        })
        .collect();
    leeways.sort_by_key(|it| it.after.0);
    leeways
}

fn too_many<'a>(keys: impl IntoIterator<Item = &'a Text>) -> Sentence {
    sentence!(
        "not seen to break, but no longer judged for {0}: too many orders of its requests are possible",
        list(keys)
    )
}

/// The operation that was answered at this instant, and the others that it takes to see that this is wrong.
fn needed<'a, A: Asking>(
    part: &[&'a Recorded<A>],
    instant: u64,
    decide: &impl Fn(&[&Recorded<A>]) -> Decision,
) -> Option<(&'a Recorded<A>, Vec<&'a Recorded<A>>)> {
    let last = *part.iter().find(|recorded| recorded.interval.due == instant)?;
    let stays = Some(last.interval.number);
    let mut needed = smallest(part.to_vec(), stays, |fewer| decide(fewer) == Decision::No);
    needed.retain(|other| other.interval.number != last.interval.number);
    Some((last, needed))
}

fn evidence<A>(
    last: &Recorded<A>,
    needed: &[&Recorded<A>],
    why: Sentence,
    against: Option<u64>,
) -> Evidence {
    let all: Vec<&Recorded<A>> = needed.iter().copied().chain([last]).collect();
    Evidence { event: last.answer_event, against, ..Evidence::of(&all, why) }
}

/// What broke: who asked what and was told what, the operations that show it, and what could have been
/// told instead.
fn wrong_access(
    recording: &Recording<Access>,
    part: &[&Recorded<Access>],
    initial: &Text,
    instant: u64,
) -> Evidence {
    let decide = |part: &[&Recorded<Access>]| decide_register(Datum::of(initial), part, FEW);
    let Some((last, needed)) = needed(part, instant, &decide) else { return Evidence::none() };
    let possible = possible(part, last, initial, &decide);
    let against = contradicted(&needed, &possible, last);
    let (who, asked) = (recording.name(last).clone(), last.words.clone());
    let answer = last.answer.clone().unwrap_or_default();
    let possible = list(&possible);
    let why = match &needed[..] {
        [] => sentence!(
            "{0} asked “{1}” and was told “{2}”, which no order of the requests explains; it could have been told: {3}",
            who,
            asked,
            answer,
            possible
        ),
        needed => sentence!(
            "{0} asked “{1}” and was told “{2}”, which no order of these requests explains: {3}; it could have been told: {4}",
            who,
            asked,
            answer,
            list(needed.iter().map(|other| recording.told(other))),
            possible
        ),
    };
    evidence(last, &needed, why, against)
}

/// The answer that makes the last one impossible: of those that came before that was asked the last one to
/// a write that it should have been told, or else to any; else the last of all.
fn contradicted(
    needed: &[&Recorded<Access>],
    possible: &BTreeSet<Text>,
    last: &Recorded<Access>,
) -> Option<u64> {
    let possible: Vec<Datum> = possible.iter().map(|value| Datum::of(value)).collect();
    let rank = |other: &&Recorded<Access>| {
        let event = other.answer_event?;
        let before = other.interval.due < last.interval.called;
        let right =
            matches!(other.interval.asked, Access::Write(value) if possible.contains(&value));
        Some((before, before && right, event))
    };
    needed.iter().filter_map(rank).max().map(|(.., event)| event)
}

/// What the last operation might have been told instead, of which not more than a few are looked for.
fn possible(
    part: &[&Recorded<Access>],
    last: &Recorded<Access>,
    initial: &Text,
    decide: &impl Fn(&[&Recorded<Access>]) -> Decision,
) -> BTreeSet<Text> {
    let mut possible = BTreeSet::new();
    let compares = matches!(last.interval.asked, Access::Cas { .. });
    let mut values = standing(part, last, initial);
    values.retain(|_, value| !matches!(last.interval.asked, Access::Cas { expected, .. } if expected == *value));
    let answers = values.into_iter().map(|(text, value)| match last.interval.asked {
        Access::Cas { expected, new, .. } => {
            let told = Some(CasAnswer::Found(value));
            (not_set(&text), Access::Cas { expected, new, told })
        }
        _ => (text, Access::Read(Some(value))),
    });
    let set = match last.interval.asked {
        Access::Cas { expected, new, .. } if compares => {
            Some((DONE.into(), Access::Cas { expected, new, told: Some(CasAnswer::Set) }))
        }
        _ => None,
    };
    for (text, asked) in answers.chain(set).take(TRIED) {
        let mut instead = last.clone();
        instead.interval.asked = asked;
        let number = last.interval.number;
        let with = part.iter().map(|it| if it.interval.number == number { &instead } else { *it });
        if matches!(decide(&with.collect::<Vec<_>>()), Decision::Yes(_)) {
            possible.insert(text);
        }
    }
    possible
}

/// The values that no other has surely taken the place of when this operation is called.
fn standing(
    part: &[&Recorded<Access>],
    last: &Recorded<Access>,
    initial: &Text,
) -> BTreeMap<Text, Datum> {
    let written = |recorded: &Recorded<Access>| match recorded.interval.asked {
        Access::Write(value) | Access::Cas { new: value, .. } => Some(value),
        Access::Read(_) => None,
    };
    let over = |recorded: &&&Recorded<Access>| {
        let sure = match recorded.interval.asked {
            Access::Write(_) => true,
            Access::Cas { told, .. } => told == Some(CasAnswer::Set),
            Access::Read(_) => false,
        };
        sure && recorded.interval.due < last.interval.called
    };
    let replaced = part.iter().filter(over).map(|recorded| recorded.interval.called).max();
    let stands = |recorded: &&&Recorded<Access>| {
        let called = |replaced| recorded.interval.due > replaced;
        replaced.is_none_or(called) && recorded.interval.number != last.interval.number
    };
    let later = part.iter().filter(stands);
    let later = later.filter_map(|recorded| Some((recorded.wrote.clone()?, written(recorded)?)));
    let first = replaced.is_none().then(|| (initial.clone(), Datum::of(initial)));
    later.chain(first).collect()
}

/// Whether a history is linearizable, as far as it has been followed. Copies share what has not changed
/// since.
#[derive(Clone, Debug)]
pub struct Linearizability {
    /// So many states are looked at after one answer.
    most: usize,
    /// Steps of an order that are remembered.
    remembers: usize,
    /// How much of the history it knows.
    heard: u64,
    /// By key; `None` where it is judged no longer.
    keys: Rc<BTreeMap<Text, Option<Rc<Known>>>>,
    /// The first answer that nothing explains. No later one can mend it.
    broken: Option<Rc<Evidence>>,
}

/// What is known of a key.
#[derive(Clone, Debug)]
struct Known {
    explanation: Linearization<Register>,
    /// What is left of [`ANEW`].
    anew: usize,
}

impl Default for Linearizability {
    fn default() -> Linearizability {
        let (keys, broken) = (Rc::default(), None);
        Linearizability { most: LIVE, remembers: REMEMBERED, heard: 0, keys, broken }
    }
}

impl Linearizability {
    /// Learns what has happened since it was told last.
    pub fn follow(&mut self, history: &History) {
        for happening in history.since(self.heard) {
            self.heard += 1;
            if self.broken.is_none() {
                self.hear(history, happening);
            }
        }
    }

    /// The first answer that no order explains. Keys that are [`unjudged`](Linearizability::unjudged)
    /// never break anything.
    pub fn verdict(&self) -> Result<(), Breach> {
        match &self.broken {
            Some(evidence) => Err(evidence.breach()),
            None => Ok(()),
        }
    }

    /// The keys of which too much is possible for a verdict: whether their answers since then are
    /// right is unknown.
    pub fn unjudged(&self) -> impl Iterator<Item = &Text> {
        self.keys.iter().filter(|(_, known)| known.is_none()).map(|(key, _)| key)
    }

    /// What keeps it from a verdict on all keys, in a sentence.
    pub fn doubt(&self) -> Option<Sentence> {
        self.unjudged().next().map(|_| too_many(self.unjudged()))
    }

    /// What a copy costs, in entries.
    pub fn weight(&self) -> usize {
        let known =
            |known: &Option<Rc<Known>>| 1 + known.as_ref().map_or(0, |it| it.explanation.size());
        self.keys.values().map(known).sum()
    }

    fn hear(&mut self, history: &History, happening: &Happening) {
        let Happening { number, operation, what, .. } = happening;
        let (now, key, remembers) = (self.heard, operation.key(), self.remembers);
        let keys = Rc::make_mut(&mut self.keys);
        let entry = keys.entry(key.clone()).or_insert_with(|| Some(Rc::new(Known::new(remembers))));
        let Some(known) = entry else { return };
        let known = Rc::make_mut(known);
        let found = match what {
            Phase::Called { .. } => {
                let asked = access(operation, None);
                let (number, process) = (*number, 0);
                known.explanation.call(Interval { number, process, asked, called: now, due: OPEN });
                Ending::Order
            }
            Phase::GivenUp => {
                match operation {
                    Operation::Get { .. } => known.explanation.forget(*number),
                    _ => known.explanation.give_up(*number),
                }
                Ending::Order
            }
            Phase::Answered { answer, .. } => {
                let asked = access(operation, Some(answer));
                known.explanation.answer(*number, asked, now, &mut self.most.clone())
            }
        };
        let found = match found {
            Ending::Forgotten | Ending::TooMany => known.judge_anew(history, now, key, remembers),
            found => found,
        };
        match found {
            Ending::Order => {}
            Ending::Nothing => {
                let recording = Recording::of_key(history, now, key);
                let part = recording.all();
                let evidence = wrong_access(&recording, &part, &NO_VALUE.into(), now);
                self.broken = Some(Rc::new(evidence));
            }
            Ending::Forgotten | Ending::TooMany => *entry = None,
        }
    }
}

impl Known {
    fn new(remembers: usize) -> Known {
        let initial = Register(Datum::of(NO_VALUE));
        let explanation = Linearization::new(initial, Keeps::RealTime).remembers(remembers);
        Known { explanation, anew: ANEW }
    }

    /// Judges all that has happened to the key, and goes on from there.
    fn judge_anew(&mut self, history: &History, now: u64, key: &str, remembers: usize) -> Ending {
        let recording = Recording::of_key(history, now, key);
        let part = recording.all();
        let Some(left) = self.anew.checked_sub(part.len()) else { return Ending::TooMany };
        self.anew = left;
        let initial = Datum::of(NO_VALUE);
        let (mut found, mut explanation) = explain(&Register(initial), &part, Keeps::RealTime, FEW);
        if found == Ending::TooMany {
            match settle(initial, &part) {
                Decision::No => found = Ending::Nothing,
                Decision::TooMany => {}
                Decision::Yes(order) => {
                    if let Some(along) =
                        Linearization::along(Register(initial), Keeps::RealTime, &part, &order)
                    {
                        (found, explanation) = (Ending::Order, along);
                    }
                }
            }
        }
        explanation.go_on_with(&part);
        self.explanation = explanation.remembers(remembers);
        found
    }
}
