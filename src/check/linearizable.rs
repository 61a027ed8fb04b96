//! What the clients of a store asked and were told, and whether the store behaved as if there were
//! one copy of it: whether it is *linearizable* (Maurice Herlihy and Jeannette Wing,
//! *Linearizability*, 1990).
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
//! - All that the future needs to know of an order is in its [`State`], which forgets the requests
//!   that are over: most orders lead to the same few states.
//! - A write takes effect *just in time* (Gavin Lowe, *Testing for linearizability*, 2017): not
//!   before an answer shows that it has. Little is lost by waiting, for what it might have done
//!   earlier it can still do. Only one thing it can't: to be overwritten at once by a write that
//!   has taken effect already, so that the value is that one's. Therefore it may also
//!   [slip in](State::slip_in) afterwards, just before the last write.
//!
//! A read takes no effect. It is enough to know which values there were while it was open.
//!
//! A write that is given up may have reached a server, so it stays open for ever. Each request has
//! a number of its own, because the client goes on to ask for other things meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::ops::Deref;
use std::rc::Rc;

use crate::base::{Breach, ClientId, Log, Sentence, Text};
use crate::sentence;
use crate::service::store::{NO_VALUE, StoreRequest};

mod needed;
#[cfg(test)]
mod tests;

use needed::{Happened, Needed};

/// How large what is known of a key may become, in values and numbers kept. To judge a history is
/// NP-complete (Gibbons and Korach, *Testing shared memories*, 1997), so there are some that would
/// take for ever: a key that outgrows this is judged no longer.
const LIMIT: usize = 5_000;

/// How many requests and possible answers a verdict lists.
const LISTED: usize = 8;

/// What the clients of a store have asked and been told, and whether one order of the requests
/// explains it. Copies share what has not changed since.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// How many requests there have been. They are numbered from 1 in the order of their calls.
    asked: u64,
    /// The request that each client waits for, and its number.
    waiting: Rc<BTreeMap<ClientId, (u64, StoreRequest)>>,
    /// By key; `None` where it has outgrown [`LIMIT`].
    registers: Rc<BTreeMap<Text, Option<Rc<Register>>>>,
    /// The first answer that nothing explains. No later one can mend it.
    broken: Option<Rc<Breach>>,
}

impl History {
    /// A client asks. It asks one thing at a time: what it still waited for is given up.
    pub fn ask(&mut self, client: ClientId, request: &StoreRequest) {
        self.give_up(client);
        if self.broken.is_some() {
            return;
        }
        self.asked += 1;
        let number = self.asked;
        Rc::make_mut(&mut self.waiting).insert(client, (number, request.clone()));
        let called = Happened::Called { number, client, request: request.clone() };
        self.change(request, called, |register| match request {
            StoreRequest::Put { value, .. } => register.write_called(number, value),
            StoreRequest::Get { .. } => register.read_called(number),
        });
    }

    /// At this event the client has the answer to what it asked last; late or unasked answers are
    /// ignored. A write is done, whatever the answer says.
    pub fn told(&mut self, client: ClientId, answer: &str, event: u64) {
        let Some((number, request)) = self.no_longer_waiting(client) else { return };
        let (answer, asked) = (Text::from(answer), self.asked);
        let answered = Happened::Answered { number, answer: answer.clone(), asked, event };
        let explained = self.change(&request, answered, |register| match request {
            StoreRequest::Put { .. } => {
                register.write_answered(number, asked);
                Ok(())
            }
            StoreRequest::Get { .. } => register.read_answered(number, &answer, asked),
        });
        if let Some(Err(possible)) = explained {
            let needed = self.needed(&request, number);
            let against = contradicted(&needed, &possible, number);
            let asked = (client, request.to_string(), answer);
            let why = unexplained(asked, &needed, &possible);
            self.broken = Some(Rc::new(Breach { why, against }));
        }
    }

    /// The client's request is over without an answer: a write may take effect at any later time,
    /// for ever; a read says nothing.
    pub fn give_up(&mut self, client: ClientId) {
        let Some((number, request)) = self.no_longer_waiting(client) else { return };
        self.change(&request, Happened::GivenUp { number }, |register| match request {
            StoreRequest::Put { .. } => register.write_given_up(number),
            StoreRequest::Get { .. } => register.read_given_up(number),
        });
    }

    /// The first answer that no order explains. Keys that are [`unjudged`](History::unjudged) never
    /// break anything.
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
        let sizes = registers.map(|register| 1 + register.as_ref().map_or(0, |it| it.size()));
        self.waiting.len() + sizes.sum::<usize>()
    }

    fn no_longer_waiting(&mut self, client: ClientId) -> Option<(u64, StoreRequest)> {
        match self.broken.is_none() && self.waiting.contains_key(&client) {
            true => Rc::make_mut(&mut self.waiting).remove(&client),
            false => None,
        }
    }

    /// The requests of the read's key that show that its answer is wrong.
    fn needed(&self, request: &StoreRequest, read: u64) -> Vec<Needed> {
        let (StoreRequest::Put { key, .. } | StoreRequest::Get { key }) = request;
        let register = self.registers.get(key).and_then(Option::as_ref);
        register.map_or(Vec::new(), |register| needed::needed(&register.past, read))
    }

    /// Changes what is known of the request's key, if that is still judged.
    fn change<T>(
        &mut self,
        request: &StoreRequest,
        happened: Happened,
        to: impl FnOnce(&mut Register) -> T,
    ) -> Option<T> {
        let (StoreRequest::Put { key, .. } | StoreRequest::Get { key }) = request;
        let registers = Rc::make_mut(&mut self.registers);
        let known = registers.entry(key.clone()).or_insert_with(|| Some(Rc::default()));
        let register = Rc::make_mut(known.as_mut()?);
        register.past.push(happened);
        let result = to(register);
        if register.size() > LIMIT {
            *known = None;
        }
        Some(result)
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

/// What broke: who asked what and was told what, the requests that show it, and what could have been
/// told instead.
fn unexplained(
    (client, request, answer): (ClientId, String, Text),
    needed: &[Needed],
    possible: &BTreeSet<Text>,
) -> Sentence {
    let possible = list(possible);
    match needed {
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
    }
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
    /// All that has happened, to tell what an answer is at odds with.
    past: Log<Happened>,
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
        Register { writes: BTreeMap::new(), states: vec![empty], past: Log::new() }
    }
}

impl Register {
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
