//! Whether a store behaved as if there were one copy of it: whether its [`History`] is *linearizable*
//! (Maurice Herlihy and Jeannette Wing, *Linearizability*, 1990).
//!
//! Each request must seem to take effect at one instant between its call and its answer. Put the
//! requests in the order of these instants, and every read must be told what the write before it
//! wrote. Requests that are open at the same time may stand in either order; one that was answered
//! before another was asked stands before it. A history is linearizable if there is such an order.
//!
//! Only a read's answer can be wrong, so it is enough to look for an order whenever one comes. To
//! try all orders each time (Wing and Gong, 1993) takes longer than anybody waits. Three things
//! make it quick:
//!
//! - Linearizability is *local*: a history is linearizable if what was asked of each key is, so
//!   each key is judged by itself.
//! - All that the future needs to know of an order is in its `State`, which forgets the requests
//!   that are over: most orders lead to the same few states.
//! - A write takes effect *just in time* (Gavin Lowe, *Testing for linearizability*, 2017): not
//!   before an answer shows that it has. Little is lost by waiting, for what it might have done
//!   earlier it can still do. Only one thing it can't: to be overwritten at once by a write that
//!   has taken effect already, so that the value is that one's. Therefore it may also
//!   slip in (`State::slip_in`) afterwards, just before the last write.
//!
//! A compare-and-set both reads and writes, and none of this holds for it: a key that is asked for one is
//! followed [through all orders](exact).
//!
//! A read takes no effect. It is enough to know which values there were while it was open.
//!
//! A write that is given up may have reached a server, so it stays open for ever. Each request has
//! a number of its own, because the client goes on to ask for other things meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::ops::Deref;
use std::rc::Rc;

use super::history::{Happening, History, Phase};
use super::{NO_VALUE, Operation};
use crate::base::{Breach, Sentence, Text};
use crate::sentence;

mod exact;
mod needed;
#[cfg(test)]
mod tests;

use exact::Exact;
use needed::Needed;

/// How large what is known of a key may become, in values and numbers kept. To judge a history is
/// NP-complete (Gibbons and Korach, *Testing shared memories*, 1997), so there are some that would
/// take for ever: a key that outgrows this is judged no longer.
const LIMIT: usize = 5_000;

/// How many requests and possible answers a verdict lists.
const LISTED: usize = 8;

/// Whether one order of a history's operations explains its answers, as far as it has been followed.
/// Copies share what has not changed since.
#[derive(Clone, Debug, Default)]
pub struct Linearizability {
    /// How much of the history it knows.
    heard: u64,
    /// By key; `None` where it has outgrown [`LIMIT`].
    registers: Rc<BTreeMap<Text, Option<Rc<Known>>>>,
    /// The first answer that nothing explains. No later one can mend it.
    broken: Option<Rc<Breach>>,
}

/// What is known of a key.
#[derive(Clone, Debug)]
enum Known {
    /// It is put and got.
    Register(Register),
    /// It is compared and set as well.
    Exact(Exact),
}

impl Linearizability {
    /// Learns what has happened since it was told last.
    pub fn follow(&mut self, history: &History) {
        for happening in history.since(self.heard) {
            self.heard += 1;
            if self.broken.is_none()
                && let Some(Err(possible)) = self.hear(history, happening)
            {
                let key = happening.operation.key();
                let known = self.registers.get(key).and_then(Option::as_deref);
                let needed = match known {
                    Some(Known::Exact(_)) => Vec::new(),
                    _ => needed::needed(history, happening),
                };
                self.broken = Some(Rc::new(unexplained(needed, happening, &possible)));
            }
        }
    }

    /// The first answer that no order explains. Keys that are [`unjudged`](Linearizability::unjudged)
    /// never break anything.
    pub fn verdict(&self) -> Result<(), Breach> {
        match &self.broken {
            Some(breach) => Err(Breach::clone(breach)),
            None => Ok(()),
        }
    }

    /// The keys of which too much is possible for a verdict: whether their answers since then are
    /// right is unknown.
    pub fn unjudged(&self) -> impl Iterator<Item = &Text> {
        self.registers.iter().filter(|(_, register)| register.is_none()).map(|(key, _)| key)
    }

    /// What keeps it from a verdict on all keys, in a sentence.
    pub fn doubt(&self) -> Option<Sentence> {
        self.unjudged().next().map(|_| {
            sentence!(
                "not seen to break, but no longer judged for {0}: too many orders of its requests are possible",
                list(self.unjudged())
            )
        })
    }

    /// What a copy costs, in entries.
    pub fn weight(&self) -> usize {
        let registers = self.registers.values();
        registers.map(|register| 1 + register.as_ref().map_or(0, |it| it.size())).sum()
    }

    /// Changes what is known of the operation's key, if that is still judged. The error is what an
    /// answer could have been that nothing explains.
    fn hear(
        &mut self,
        history: &History,
        happening: &Happening,
    ) -> Option<Result<(), BTreeSet<Text>>> {
        let heard = self.heard;
        let registers = Rc::make_mut(&mut self.registers);
        let key = happening.operation.key();
        let known = registers.entry(key.clone()).or_insert_with(|| Some(Rc::default()));
        let register = Rc::make_mut(known.as_mut()?);
        if matches!((&happening.operation, &register), (Operation::Cas { .. }, Known::Register(_)))
        {
            *register = Known::Exact(exact_so_far(history, key, heard - 1));
        }
        let (result, size) = match register {
            Known::Register(register) => (register.hear(happening), register.size()),
            Known::Exact(exact) => (exact.hear(happening), exact.size()),
        };
        if size > LIMIT {
            *known = None;
        }
        Some(result)
    }
}

/// What may have become of a key by what happened first, which some order explains.
fn exact_so_far(history: &History, key: &Text, happened: u64) -> Exact {
    let mut exact = Exact::default();
    let past = history.since(0).take(happened as usize);
    for happening in past.filter(|happening| happening.operation.key() == key) {
        let explained = exact.hear(happening);
        debug_assert!(explained.is_ok(), "it was judged before");
    }
    exact
}

impl Default for Known {
    fn default() -> Known {
        Known::Register(Register::default())
    }
}

impl Known {
    fn size(&self) -> usize {
        match self {
            Known::Register(register) => register.size(),
            Known::Exact(exact) => exact.size(),
        }
    }
}

/// The answer that makes the read's impossible: of those that came before it was asked the last one to
/// a write that it should have been told, or else to any; else the last of all.
fn contradicted(needed: &[Needed], possible: &BTreeSet<Text>, read: u64) -> Option<u64> {
    let right = |other: &Needed| other.wrote.as_ref().is_some_and(|value| possible.contains(value));
    let rank = |other: &Needed| {
        let (event, asked) = other.answered?;
        let before = asked < read;
        Some((before, before && right(other), event))
    };
    needed.iter().filter_map(rank).max().map(|(.., event)| event)
}

/// What broke: who asked what and was told what, the operations that show it, and what could have been
/// told instead.
fn unexplained(needed: Vec<Needed>, read: &Happening, possible: &BTreeSet<Text>) -> Breach {
    let against = contradicted(&needed, possible, read.number);
    let Phase::Answered { answer, .. } = &read.what else {
        unreachable!("only an answer can be wrong")
    };
    let (client, request, answer) = (read.client, read.operation.to_string(), answer.clone());
    let possible = list(possible);
    let why = match &needed[..] {
        [] => sentence!(
            "{0} asked “{1}” and was told “{2}”, which no order of the requests explains; it could have been told: {3}",
            client,
            request,
            answer,
            possible
        ),
        needed => sentence!(
            "{0} asked “{1}” and was told “{2}”, which no order of these requests explains: {3}; it could have been told: {4}",
            client,
            request,
            answer,
            list(needed.iter().map(|other| &other.told)),
            possible
        ),
    };
    Breach { why, against }
}

/// The first few: `1, 2, 3`.
fn list<'a, T: Deref<Target = str> + 'a>(values: impl IntoIterator<Item = &'a T>) -> String {
    let values = values.into_iter().map(|value| &**value).take(LISTED + 1);
    let values: Vec<&str> = values.collect();
    let first = &values[..values.len().min(LISTED)];
    match values.len() > LISTED {
        true => format!("{}, …", first.join(", ")),
        false => first.join(", "),
    }
}

/// One key: what it may be by now.
#[derive(Clone, Debug)]
struct Register {
    /// The open writes, by number, but for those that have taken effect in every state.
    writes: BTreeMap<u64, Write>,
    /// Where orders of the requests so far may lead. A state that another one
    /// [covers](State::covers) is left out.
    states: Vec<State>,
}

#[derive(Clone, Debug)]
struct Write {
    value: Text,
    /// Nobody waits for it any more: it may take effect, but it never has to.
    given_up: bool,
}

/// Where an order of the requests leads.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    value: Text,
    /// The open writes that have taken effect.
    done: BTreeSet<u64>,
    /// By open read: the values since its call. It may be told any of them.
    seen: BTreeMap<u64, BTreeSet<Text>>,
    /// The open requests up to this number had been asked when `value` was written.
    turn: u64,
}

impl State {
    /// The write takes effect now, when this many requests have been asked.
    fn overwrite(&mut self, number: u64, value: &Text, asked: u64) {
        self.value = value.clone();
        self.done.insert(number);
        self.turn = asked;
        for seen in self.seen.values_mut() {
            seen.insert(value.clone());
        }
    }

    /// The write took effect just before the one that wrote the present value, and was overwritten
    /// by it at once. That needs an open write asked by that time, as does a read that saw it.
    ///
    /// There is no need to look at earlier turns: what was open then, and is open still, was open
    /// at this one too.
    fn slip_in(&mut self, number: u64, value: &Text) {
        self.done.insert(number);
        for (_, seen) in self.seen.range_mut(..=self.turn) {
            seen.insert(value.clone());
        }
    }

    /// Whether all that may follow from `other` may follow from this state too: reads have seen no
    /// less, and no write has taken effect here alone. One that has done so there alone can slip in
    /// here whenever it has to, and leave no trace: it was asked by the turn there, and so by the
    /// turn here.
    fn covers(&self, other: &State) -> bool {
        self.value == other.value
            && self.turn >= other.turn
            && self.done.is_subset(&other.done)
            && other.seen.iter().all(|(read, seen)| self.seen[read].is_superset(seen))
    }
}

impl Default for Register {
    fn default() -> Register {
        let (done, seen) = (BTreeSet::new(), BTreeMap::new());
        let empty = State { value: NO_VALUE.into(), done, seen, turn: 0 };
        Register { writes: BTreeMap::new(), states: vec![empty] }
    }
}

impl Register {
    /// The error is what an answer could have been that nothing explains.
    fn hear(&mut self, happening: &Happening) -> Result<(), BTreeSet<Text>> {
        let Happening { number, operation, what, .. } = happening;
        match (operation, what) {
            (Operation::Put { value, .. }, Phase::Called { .. }) => {
                self.write_called(*number, value);
            }
            (Operation::Delete { .. }, Phase::Called { .. }) => {
                self.write_called(*number, &NO_VALUE.into());
            }
            // A write is done, whatever the answer says.
            (Operation::Put { .. } | Operation::Delete { .. }, Phase::Answered { called, .. }) => {
                self.write_answered(*number, *called);
            }
            (Operation::Put { .. } | Operation::Delete { .. }, Phase::GivenUp) => {
                self.write_given_up(*number);
            }
            (Operation::Get { .. }, Phase::Called { .. }) => self.read_called(*number),
            (Operation::Get { .. }, Phase::Answered { answer, called, .. }) => {
                return self.read_answered(*number, answer, *called);
            }
            (Operation::Get { .. }, Phase::GivenUp) => self.read_given_up(*number),
            (Operation::Cas { .. }, _) => unreachable!("such a key is followed through all orders"),
        }
        Ok(())
    }

    /// Nothing happens to the value yet.
    fn write_called(&mut self, number: u64, value: &Text) {
        self.writes.insert(number, Write { value: value.clone(), given_up: false });
    }

    /// The present value is the first that it may be told. Writes that take effect later add theirs
    /// to it. They may also have taken effect before its call, and then it may be told less: an
    /// order that explains less need not be looked at.
    fn read_called(&mut self, number: u64) {
        for state in &mut self.states {
            state.seen.insert(number, BTreeSet::from([state.value.clone()]));
        }
    }

    /// The write must have taken effect: before the present value was written, or now.
    fn write_answered(&mut self, number: u64, asked: u64) {
        // Without an entry it has done so in every state.
        let Some(Write { value, .. }) = self.writes.get(&number).cloned() else { return };
        let mut states = Vec::new();
        for mut state in mem::take(&mut self.states) {
            if !state.done.contains(&number) {
                if number <= state.turn {
                    let mut slipped = state.clone();
                    slipped.slip_in(number, &value);
                    states.push(slipped);
                }
                state.overwrite(number, &value, asked);
            }
            states.push(state);
        }
        self.keep(states);
    }

    /// The read must have seen the answer. If it can't, what it could have seen is the error.
    fn read_answered(
        &mut self,
        number: u64,
        answer: &Text,
        asked: u64,
    ) -> Result<(), BTreeSet<Text>> {
        let possible = self.possible(number);
        if !possible.contains(answer) {
            return Err(possible);
        }
        let mut states = Vec::new();
        for state in mem::take(&mut self.states) {
            match state.seen.get(&number).is_some_and(|seen| seen.contains(answer)) {
                true => states.push(state),
                false => states.extend(self.showing(&state, number, answer, asked)),
            }
        }
        for state in &mut states {
            state.seen.remove(&number);
        }
        self.keep(states);
        Ok(())
    }

    /// It may still take effect, as before.
    fn write_given_up(&mut self, number: u64) {
        if let Some(write) = self.writes.get_mut(&number) {
            write.given_up = true;
        }
    }

    fn read_given_up(&mut self, number: u64) {
        let mut states = mem::take(&mut self.states);
        for state in &mut states {
            state.seen.remove(&number);
        }
        self.keep(states);
    }

    /// What an open read may be told: what it has seen, or what any open write may write now.
    fn possible(&self, read: u64) -> BTreeSet<Text> {
        let seen = self.states.iter().filter_map(|state| state.seen.get(&read)).flatten();
        let writes = self.states.iter().flat_map(|state| {
            self.writes.iter().filter(|(number, _)| !state.done.contains(number))
        });
        seen.chain(writes.map(|(_, write)| &write.value)).cloned().collect()
    }

    /// The states that follow from this one and show the read a value that it has not seen: a write
    /// of this value took effect before the last one, or does so now.
    fn showing(&self, state: &State, read: u64, value: &Text, asked: u64) -> Vec<State> {
        let mut states = Vec::new();
        if read <= state.turn {
            for number in self.open_writes_of(value, state, state.turn) {
                let mut next = state.clone();
                next.slip_in(number, value);
                states.push(next);
            }
        }
        for number in self.open_writes_of(value, state, u64::MAX) {
            let mut next = state.clone();
            next.overwrite(number, value, asked);
            states.push(next);
        }
        states
    }

    /// The writes of this value that are still to take effect, asked up to this number. Of those
    /// that are given up one will do: nothing will ever tell them apart.
    fn open_writes_of(&self, value: &Text, state: &State, until: u64) -> Vec<u64> {
        let mut given_up = false;
        let writes = self.writes.range(..=until);
        writes
            .filter(|(number, write)| write.value == *value && !state.done.contains(number))
            .filter(|(_, write)| !write.given_up || !mem::replace(&mut given_up, true))
            .map(|(number, _)| *number)
            .collect()
    }

    /// Keeps these states, but none that another one covers, and forgets the writes that have taken
    /// effect in all of them.
    fn keep(&mut self, states: Vec<State>) {
        for mut state in states {
            self.settle(&mut state);
            if !self.states.iter().any(|other| other.covers(&state)) {
                self.states.retain(|other| !state.covers(other));
                self.states.push(state);
            }
        }
        let states = &mut self.states;
        self.writes.retain(|number, _| {
            let everywhere = states.iter().all(|state| state.done.contains(number));
            if everywhere {
                states.iter_mut().for_each(|state| _ = state.done.remove(number));
            }
            !everywhere
        });
    }

    /// Of the writes of one value that are given up, the first count as done. What is done and what
    /// was asked before it had both been asked by the turn, so that they can stand for each other.
    fn settle(&self, state: &mut State) {
        for (number, write) in self.writes.iter().filter(|(_, write)| write.given_up) {
            let same = |other: &&u64| {
                let other = &self.writes[*other];
                other.given_up && other.value == write.value
            };
            let later = state.done.range(number..).rev().find(same).copied();
            if let Some(later) = later.filter(|_| !state.done.contains(number)) {
                state.done.remove(&later);
                state.done.insert(*number);
            }
        }
    }

    /// The values and numbers that it holds.
    fn size(&self) -> usize {
        let seen = |state: &State| state.seen.values().map(BTreeSet::len).sum::<usize>();
        let states = self.states.iter().map(|state| 1 + state.done.len() + seen(state));
        self.writes.len() + states.sum::<usize>()
    }
}
