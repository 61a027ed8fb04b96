//! The search for an order of operations that a [`Machine`] would explain: each is answered as the
//! machine would answer it there.
//!
//! It goes on with the history (Gavin Lowe, *Testing for linearizability*, 2017): whenever an operation is
//! answered, it has to stand in the order; it is put at its end, if need be after others that are under
//! way, *just in time*. Where no such step is left, the last one is taken back and another one tried
//! (Jeannette Wing and Chun Gong, *Testing and verifying concurrent objects*, 1993). Which operations
//! stand in the order, and the state to which they have led, is all that the future depends on: where that
//! led nowhere once, it never will, and it is not tried again (Lowe). Five things keep it short:
//!
//! - What only looks, and is answered rightly in a state, may stand there at once: whatever explains the
//!   rest explains it then as well. It is never taken back for its own sake.
//! - The same holds at every earlier state that it may stand at, so that a late answer of a read seldom
//!   means a search.
//! - What has no answer need not stand in the order; it does so only where it changes the state.
//! - What will never be answered is of no use where the next step would lead to the same state without it;
//!   and of several that ask the same, one will do.
//! - What is tried first is what has to be answered first.
//!
//! Sets of operations are known by a sum of 128 bits, so that a set costs the same however large: that two
//! of them have the same does not happen by chance.

use std::collections::BTreeSet;

use super::machine::{Asking, Machine};
use super::recording::{Interval, NEVER, OPEN, Recorded};
use crate::base::digest::Digest;

/// What an order has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// What was answered before another was called stands before it.
    RealTime,
    /// What a process asked first stands before what it asked later.
    Sessions,
}

/// How a search ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Order,
    /// There is no such order.
    Nothing,
    /// There may be one which differs in what is [forgotten](Linearization::remembers).
    Forgotten,
    /// There were more states to look at than allowed.
    TooMany,
}

/// An operation that stands in the order.
#[derive(Clone, Debug)]
struct Step<M: Machine> {
    taken: Interval<M::Asked>,
    /// The state before it, and the sum of all that stand before it.
    before: M,
    sum: u128,
    /// It may stand here whatever comes.
    free: bool,
}

/// An order that explains what has been answered so far.
#[derive(Clone, Debug)]
pub struct Linearization<M: Machine> {
    keeps: Keeps,
    /// So many steps are remembered, at least, once there are twice as many.
    remembers: usize,
    order: Vec<Step<M>>,
    /// Whether steps have been forgotten.
    is_cut: bool,
    state: M,
    sum: u128,
    /// What stands in no order yet, by call.
    waiting: Vec<Interval<M::Asked>>,
    /// Where the search has been in vain.
    vain: BTreeSet<u128>,
    /// The longest order that was found, where that is asked for.
    longest: Option<Vec<u64>>,
}

/// What is kept of where a search was in vain, once an order is found.
const KEPT: usize = 1_000;

impl<M: Machine> Linearization<M> {
    pub fn new(initial: M, keeps: Keeps) -> Linearization<M> {
        Linearization {
            keeps,
            remembers: usize::MAX,
            order: Vec::new(),
            is_cut: false,
            state: initial,
            sum: 0,
            waiting: Vec::new(),
            vain: BTreeSet::new(),
            longest: None,
        }
    }

    /// The order of these operations, if it is one; what is not in it waits.
    pub fn along(
        initial: M,
        keeps: Keeps,
        part: &[&Recorded<M::Asked>],
        order: &[u64],
    ) -> Option<Linearization<M>> {
        let mut along = Linearization::new(initial, keeps);
        for recorded in part {
            along.waiting.push(recorded.interval.closed());
        }
        for number in order {
            let place = along.waiting.iter().position(|waiting| waiting.number == *number)?;
            let next = along.state.step(&along.waiting[place].asked)?;
            along.take(place, next, false);
        }
        Some(along)
    }

    /// It forgets the beginning of an order that grows long.
    pub fn remembers(mut self, steps: usize) -> Linearization<M> {
        self.remembers = steps;
        self.forget_the_oldest();
        self
    }

    /// It notes the longest order that it comes to.
    pub fn noting_the_longest(mut self) -> Linearization<M> {
        self.longest = Some(Vec::new());
        self
    }

    /// An operation is called, the last of all; its answer may be known already.
    pub fn call(&mut self, interval: Interval<M::Asked>) {
        self.waiting.push(interval);
    }

    /// It is answered now, which may change what is asked.
    pub fn answer(&mut self, number: u64, asked: M::Asked, now: u64, left: &mut usize) -> Ending {
        // What was of no use without this answer may be so with it.
        self.vain.clear();
        if let Some(place) = self.waiting.iter().position(|other| other.number == number) {
            self.waiting[place].asked = asked;
            self.waiting[place].due = now;
            self.let_stand_earlier(place);
        } else if let Some(place) = self.order.iter().rposition(|step| step.taken.number == number)
        {
            let after = self.order.get(place + 1).map_or(&self.state, |step| &step.before);
            let is_right = self.order[place].before.step(&asked).as_ref() == Some(after);
            self.order[place].taken.asked = asked;
            self.order[place].taken.due = now;
            if !is_right {
                while self.order.len() > place {
                    self.take_back();
                }
            }
        }
        self.reach(now, left)
    }

    /// It will never be answered.
    pub fn give_up(&mut self, number: u64) {
        let in_order = self.order.iter_mut().map(|step| &mut step.taken);
        let mut all = self.waiting.iter_mut().chain(in_order);
        if let Some(interval) = all.find(|interval| interval.number == number) {
            interval.due = NEVER;
        }
    }

    /// It will never be answered, and changes nothing.
    pub fn forget(&mut self, number: u64) {
        self.waiting.retain(|interval| interval.number != number);
    }

    /// From a whole history on: what was under way may be answered after all, and what was in vain without
    /// that may not be so with it.
    pub fn go_on_with(&mut self, part: &[&Recorded<M::Asked>]) {
        self.vain.clear();
        let open = |number: u64| {
            let place = part.binary_search_by_key(&number, |it| it.interval.number);
            place.is_ok_and(|place| part[place].interval.due == OPEN)
        };
        let in_order = self.order.iter_mut().map(|step| &mut step.taken);
        for interval in self.waiting.iter_mut().chain(in_order) {
            if interval.due == NEVER && open(interval.number) {
                interval.due = OPEN;
            }
        }
        self.waiting.retain(|it| it.due != NEVER || !it.asked.only_looks());
    }

    /// Goes on until all that is due by now stands in the order, for no more than so many states.
    pub fn reach(&mut self, now: u64, left: &mut usize) -> Ending {
        while self.waiting.iter().any(|interval| interval.due <= now) {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => return Ending::TooMany,
            }
            if !self.go_on(left) {
                self.note_the_longest();
                if !self.go_back() {
                    return if self.is_cut { Ending::Forgotten } else { Ending::Nothing };
                }
            }
        }
        self.note_the_longest();
        if self.vain.len() > KEPT {
            self.vain.clear();
        }
        self.forget_the_oldest();
        Ending::Order
    }

    /// The operations that stand in the order, by their numbers, as far as it is remembered.
    pub fn order(&self) -> impl Iterator<Item = u64> {
        self.order.iter().map(|step| step.taken.number)
    }

    /// The longest order that it came to.
    pub fn longest(&self) -> &[u64] {
        self.longest.as_deref().unwrap_or(&[])
    }

    /// The state at the order's end.
    pub fn state(&self) -> &M {
        &self.state
    }

    /// The steps, operations and sums that it holds.
    pub fn size(&self) -> usize {
        self.order.len() + self.waiting.len() + self.vain.len() / 4
    }

    /// One step more; `false` where there is none.
    fn go_on(&mut self, left: &mut usize) -> bool {
        let possible = self.possible();
        *left = left.saturating_sub(possible.len() / 8 + self.waiting.len() / 64);
        let looks = |place: &&usize| self.sees(&self.waiting[**place], &self.state);
        if let Some(place) = possible.iter().find(looks) {
            self.take(*place, self.state.clone(), true);
            return true;
        }
        for place in self.by_need(possible) {
            let interval = &self.waiting[place];
            let Some(next) = self.state.step(&interval.asked) else { continue };
            if next == self.state && interval.due >= OPEN || self.last_is_useless(interval, &next) {
                continue;
            }
            if !self.vain.contains(&whole(self.sum ^ sum_of(interval.number), &next)) {
                self.take(place, next, false);
                return true;
            }
        }
        false
    }

    /// Whether it only looks, and sees this state.
    fn sees(&self, interval: &Interval<M::Asked>, state: &M) -> bool {
        interval.due < OPEN && interval.asked.only_looks() && state.step(&interval.asked).is_some()
    }

    /// What may stand next.
    fn possible(&self) -> Vec<usize> {
        let mut possible = Vec::new();
        let mut first_due = OPEN;
        for (place, interval) in self.waiting.iter().enumerate() {
            match self.keeps {
                Keeps::RealTime if interval.called > first_due => break,
                Keeps::RealTime => first_due = first_due.min(interval.due),
                Keeps::Sessions => {
                    let is_first = |&other: &usize| self.waiting[other].process != interval.process;
                    if !possible.iter().all(is_first) {
                        continue;
                    }
                }
            }
            possible.push(place);
        }
        possible
    }

    /// What has to be answered first comes first; of what will never be answered, each only once.
    fn by_need(&self, mut possible: Vec<usize>) -> Vec<usize> {
        possible.sort_by_key(|place| self.waiting[*place].due);
        let lost = possible.partition_point(|place| self.waiting[*place].due != NEVER);
        let mut kept = lost;
        for place in lost..possible.len() {
            let asked = |place: usize| &self.waiting[place].asked;
            let is_new = |other: &usize| asked(*other) != asked(possible[place]);
            if possible[lost..kept].iter().all(is_new) {
                possible[kept] = possible[place];
                kept += 1;
            }
        }
        possible.truncate(kept);
        possible
    }

    /// Whether the last step need not have been: it will never be answered, and this one leads to the same
    /// without it.
    fn last_is_useless(&self, interval: &Interval<M::Asked>, next: &M) -> bool {
        let last = self.order.last().filter(|step| step.taken.due == NEVER);
        last.is_some_and(|last| last.before.step(&interval.asked).as_ref() == Some(next))
    }

    fn take(&mut self, place: usize, next: M, free: bool) {
        let taken = self.waiting.remove(place);
        let number = taken.number;
        let before = std::mem::replace(&mut self.state, next);
        self.order.push(Step { taken, before, sum: self.sum, free });
        self.sum ^= sum_of(number);
    }

    fn take_back(&mut self) -> Option<bool> {
        let Step { taken, before, sum, free } = self.order.pop()?;
        (self.state, self.sum) = (before, sum);
        let place = self.waiting.partition_point(|other| other.called < taken.called);
        self.waiting.insert(place, taken);
        Some(free)
    }

    /// Takes the last step back that might have been another one; `false` where there is none.
    fn go_back(&mut self) -> bool {
        loop {
            let here = whole(self.sum, &self.state);
            match self.take_back() {
                Some(true) => {}
                Some(false) => {
                    self.vain.insert(here);
                    return true;
                }
                None => return false,
            }
        }
    }

    /// What waits at this place goes to the last state that it does not change and that it may stand at, if
    /// there is one.
    fn let_stand_earlier(&mut self, place: usize) {
        let interval = &self.waiting[place];
        let mut at = self.order.len();
        let mut state = &self.state;
        if !interval.asked.only_looks() {
            return;
        }
        while !self.sees(interval, state) {
            let Some(step) = at.checked_sub(1).map(|before| &self.order[before]) else { return };
            let comes_first = match self.keeps {
                Keeps::RealTime => step.taken.due < interval.called,
                Keeps::Sessions => step.taken.process == interval.process,
            };
            if comes_first {
                return;
            }
            (at, state) = (at - 1, &step.before);
        }
        // At the end it is put by the next step, if nothing else has to stand before it.
        if at == self.order.len() {
            return;
        }
        let (before, sum) = (state.clone(), self.order[at].sum);
        let taken = self.waiting.remove(place);
        let own = sum_of(taken.number);
        for step in &mut self.order[at..] {
            step.sum ^= own;
        }
        self.sum ^= own;
        self.order.insert(at, Step { taken, before, sum, free: true });
    }

    fn note_the_longest(&mut self) {
        if self.longest.as_ref().is_some_and(|longest| longest.len() < self.order.len()) {
            self.longest = Some(self.order().collect());
        }
    }

    fn forget_the_oldest(&mut self) {
        if self.order.len() / 2 > self.remembers {
            // What is under way may be answered otherwise than it was guessed.
            let open = self.order.iter().position(|step| step.taken.due == OPEN);
            let first = (self.order.len() - self.remembers).min(open.unwrap_or(usize::MAX));
            self.order.drain(..first);
            self.is_cut |= first > 0;
        }
    }
}

/// Of one operation.
fn sum_of(number: u64) -> u128 {
    let low = Digest::of(&number);
    u128::from(low) << 64 | u128::from(Digest::of(&(low ^ number)))
}

/// Of what stands in the order, and the state to which it leads.
fn whole<M: Machine>(sum: u128, state: &M) -> u128 {
    sum ^ sum_of(Digest::of(state)).rotate_left(1)
}
