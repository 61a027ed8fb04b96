//! What a history is judged against: state machines, which say what an operation does and how it may be
//! answered. An object that several clients share is right if it does what one of these would do.
//!
//! | machine | is asked to |
//! |---|---|
//! | [`Register`] | write a value, read it, compare it and set it |
//! | [`Counter`] | add to it, read it |
//! | [`Set`] | add an element, remove one, read all |
//! | [`Queue`] | put a value at its end, take one from its front |
//! | [`Mutex`] | be held by one, who alone can give it back |
//! | [`AppendLog`] | append a value, read all |
//! | [`Many`] | any of these, of several objects |
//!
//! Values are known by their digests here ([`Datum`]): what people read of them stands in the history.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};

use rpds::{RedBlackTreeMap, RedBlackTreeSet};

use crate::base::Log;
use crate::base::digest::Digest;

/// A state of an object, and what it does.
pub trait Machine: Clone + PartialEq + Hash + Debug {
    type Asked: Asking;

    /// The state after it, if it may be answered so in this one. What has no answer may be answered
    /// anything.
    fn step(&self, asked: &Self::Asked) -> Option<Self>;
}

/// What is asked of a machine, with the answer where there is one, as a part of a history that may be cut
/// short, or made smaller.
pub trait Asking: Clone + PartialEq + Debug {
    /// The same before it was answered.
    fn unanswered(&self) -> Self;
    /// The value that only it may have written, if it may be left out where nobody was told of that.
    fn wrote(&self) -> Option<Datum>;
    /// The values that whoever asked it was told of.
    fn saw(&self) -> Vec<Datum>;
    /// Whether it changes no state, answered as it was.
    fn only_looks(&self) -> bool;
    /// Whether nothing that changes the state may be left out beside it.
    fn binds(&self) -> bool;
}

/// The digest of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Datum(u64);

impl Datum {
    pub fn of(text: &str) -> Datum {
        Datum(Digest::of(&text))
    }

    /// Of a number that stands for something.
    pub fn of_number(number: u32) -> Datum {
        Datum(Digest::of(&number))
    }
}

/// A register holds one value. (That it holds none is a value like another.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Register(pub Datum);

/// What a register is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read(Option<Datum>),
    Write(Datum),
    /// Compare and set.
    Cas {
        expected: Datum,
        new: Datum,
        told: Option<CasAnswer>,
    },
}

/// What a compare-and-set was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CasAnswer {
    Set,
    /// It found this value.
    Found(Datum),
    /// It found another value than the expected one: which, nobody was told.
    Differs,
}

impl Machine for Register {
    type Asked = Access;

    fn step(&self, asked: &Access) -> Option<Register> {
        let Register(value) = *self;
        match *asked {
            Access::Read(told) => told.is_none_or(|told| told == value).then_some(*self),
            Access::Write(new) => Some(Register(new)),
            Access::Cas { expected, new, told } => {
                let next = if value == expected { Register(new) } else { *self };
                let may = match told {
                    None => true,
                    Some(CasAnswer::Set) => value == expected,
                    Some(CasAnswer::Found(found)) => value == found && value != expected,
                    Some(CasAnswer::Differs) => value != expected,
                };
                may.then_some(next)
            }
        }
    }
}

/// A counter holds a sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counter(pub i128);

/// What a counter is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    Add(i64),
    Read(Option<i64>),
}

impl Machine for Counter {
    type Asked = Counting;

    fn step(&self, asked: &Counting) -> Option<Counter> {
        match *asked {
            Counting::Add(number) => Some(Counter(self.0 + i128::from(number))),
            Counting::Read(told) => {
                told.is_none_or(|told| i128::from(told) == self.0).then_some(*self)
            }
        }
    }
}

/// A set holds each value once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set {
    elements: RedBlackTreeSet<Datum>,
    sum: Elements,
}

/// What a set holds, told by a number that does not depend on the order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Elements {
    count: u64,
    mixed: u64,
}

/// What a set is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    Add(Datum),
    Remove(Datum),
    /// All elements.
    Read(Option<Elements>),
}

/// Each counts once.
impl FromIterator<Datum> for Elements {
    fn from_iter<I: IntoIterator<Item = Datum>>(values: I) -> Elements {
        let values: BTreeSet<Datum> = values.into_iter().collect();
        let mixed = values.iter().fold(0, |mixed, value| mixed ^ Digest::of(value));
        Elements { count: values.len() as u64, mixed }
    }
}

impl Hash for Set {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.sum.hash(hasher);
    }
}

impl Machine for Set {
    type Asked = Membership;

    fn step(&self, asked: &Membership) -> Option<Set> {
        let mut next = self.clone();
        match *asked {
            Membership::Add(value) if !self.elements.contains(&value) => {
                next.elements.insert_mut(value);
                next.sum.count += 1;
                next.sum.mixed ^= Digest::of(&value);
            }
            Membership::Remove(value) if self.elements.contains(&value) => {
                next.elements.remove_mut(&value);
                next.sum.count -= 1;
                next.sum.mixed ^= Digest::of(&value);
            }
            Membership::Add(_) | Membership::Remove(_) => {}
            Membership::Read(told) => {
                return told.is_none_or(|told| told == self.sum).then_some(next);
            }
        }
        Some(next)
    }
}

/// A queue: first in, first out. What was in it is kept, and where its front is; two of them are equal if
/// they hold the same by now.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    put: Log<Datum>,
    taken: u64,
    /// The sum of what it holds, each times a power of [`STEP`]: the front has the lowest.
    held: u64,
    /// [`STEP`] to the power of how many it holds.
    power: u64,
}

/// An odd number, so that it can be divided by.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// What a queue is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queueing {
    Put(Datum),
    /// … and what came; the inner `None` is that there was nothing.
    Take(Option<Option<Datum>>),
}

impl PartialEq for Queue {
    fn eq(&self, other: &Queue) -> bool {
        self.len() == other.len() && self.held == other.held
    }
}

impl Hash for Queue {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.len(), self.held).hash(hasher);
    }
}

impl Queue {
    fn len(&self) -> u64 {
        self.put.len() - self.taken
    }

    /// [`STEP`] to the power of how many it holds; a new queue has not counted yet.
    fn power(&self) -> u64 {
        if self.power == 0 { 1 } else { self.power }
    }

    fn with(&self, value: Datum) -> Queue {
        let mut next = self.clone();
        next.put.push(value);
        next.held = self.held.wrapping_add(Digest::of(&value).wrapping_mul(self.power()));
        next.power = self.power().wrapping_mul(STEP);
        next
    }

    fn without_first(&self, first: Datum) -> Queue {
        let mut next = self.clone();
        next.taken += 1;
        let inverse = inverse(STEP);
        next.held = self.held.wrapping_sub(Digest::of(&first)).wrapping_mul(inverse);
        next.power = self.power().wrapping_mul(inverse);
        next
    }
}

/// Of an odd number, modulo 2⁶⁴: each round doubles how many of its bits are right.
const fn inverse(odd: u64) -> u64 {
    let (mut inverse, mut round) = (odd, 0);
    while round < 6 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        round += 1;
    }
    inverse
}

impl Machine for Queue {
    type Asked = Queueing;

    fn step(&self, asked: &Queueing) -> Option<Queue> {
        match *asked {
            Queueing::Put(value) => Some(self.with(value)),
            Queueing::Take(told) => {
                let first =
                    (self.len() > 0).then(|| self.put.get(self.taken + 1).copied()).flatten();
                let may = told.is_none_or(|told| told == first);
                may.then(|| first.map_or_else(|| self.clone(), |first| self.without_first(first)))
            }
        }
    }
}

/// A mutex is held by one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mutex(pub Option<u64>);

/// What a mutex is asked, by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    Acquire(u64),
    Release(u64),
}

impl Machine for Mutex {
    type Asked = Holding;

    fn step(&self, asked: &Holding) -> Option<Mutex> {
        match *asked {
            Holding::Acquire(owner) => self.0.is_none().then_some(Mutex(Some(owner))),
            Holding::Release(owner) => (self.0 == Some(owner)).then_some(Mutex(None)),
        }
    }
}

/// A log to whose end values are appended.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub struct AppendLog(pub Log<Datum>);

/// What a log is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Appending {
    Append(Datum),
    /// All of it.
    Read(Option<Log<Datum>>),
}

impl Machine for AppendLog {
    type Asked = Appending;

    fn step(&self, asked: &Appending) -> Option<AppendLog> {
        match asked {
            Appending::Append(value) => {
                let mut next = self.clone();
                next.0.push(*value);
                Some(next)
            }
            Appending::Read(told) => {
                told.as_ref().is_none_or(|told| *told == self.0).then(|| self.clone())
            }
        }
    }
}

/// Several objects, each known by its key. Two are equal if the digests of all their states are.
#[derive(Clone, Debug)]
pub struct Many<M> {
    initial: M,
    changed: RedBlackTreeMap<Datum, M>,
    sum: u64,
}

/// What one of several objects is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Of<A> {
    pub key: Datum,
    pub asked: A,
}

impl<M> Many<M> {
    pub fn new(initial: M) -> Many<M> {
        Many { initial, changed: RedBlackTreeMap::new(), sum: 0 }
    }
}

impl<M> PartialEq for Many<M> {
    fn eq(&self, other: &Many<M>) -> bool {
        self.sum == other.sum
    }
}

impl<M> Hash for Many<M> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.sum.hash(hasher);
    }
}

impl<M: Machine> Machine for Many<M> {
    type Asked = Of<M::Asked>;

    fn step(&self, Of { key, asked }: &Of<M::Asked>) -> Option<Many<M>> {
        let state = self.changed.get(key).unwrap_or(&self.initial);
        let after = state.step(asked)?;
        let mut next = self.clone();
        if after != *state {
            next.sum ^= Digest::of(&(key, state)) ^ Digest::of(&(key, &after));
            next.changed.insert_mut(*key, after);
        }
        Some(next)
    }
}

impl Asking for Access {
    fn unanswered(&self) -> Access {
        match *self {
            Access::Read(_) => Access::Read(None),
            Access::Write(value) => Access::Write(value),
            Access::Cas { expected, new, .. } => Access::Cas { expected, new, told: None },
        }
    }

    fn wrote(&self) -> Option<Datum> {
        match *self {
            Access::Write(value) | Access::Cas { new: value, .. } => Some(value),
            Access::Read(_) => None,
        }
    }

    fn saw(&self) -> Vec<Datum> {
        match *self {
            Access::Read(told) => told.into_iter().collect(),
            Access::Write(_) => Vec::new(),
            Access::Cas { told: Some(CasAnswer::Found(found)), .. } => vec![found],
            Access::Cas { expected, .. } => vec![expected],
        }
    }

    fn only_looks(&self) -> bool {
        use CasAnswer::{Differs, Found};
        matches!(self, Access::Read(_) | Access::Cas { told: Some(Found(_) | Differs), .. })
    }

    fn binds(&self) -> bool {
        matches!(self, Access::Cas { told: Some(CasAnswer::Differs), .. })
    }
}

/// Of other machines only what looks is left out.
macro_rules! only_looks {
    ($($asked:ty: |$it:ident| $looks:expr, $unanswered:expr;)*) => {$(
        impl Asking for $asked {
            fn unanswered(&self) -> Self {
                let $it = self.clone();
                $unanswered
            }
            fn wrote(&self) -> Option<Datum> { None }
            fn saw(&self) -> Vec<Datum> { Vec::new() }
            fn only_looks(&self) -> bool {
                let $it = self;
                $looks
            }
            fn binds(&self) -> bool { true }
        }
    )*};
}
only_looks! {
    Counting: |it| matches!(it, Counting::Read(_)),
        if it.only_looks() { Counting::Read(None) } else { it };
    Membership: |it| matches!(it, Membership::Read(_)),
        if it.only_looks() { Membership::Read(None) } else { it };
    Queueing: |it| matches!(it, Queueing::Take(Some(None))),
        if let Queueing::Take(_) = it { Queueing::Take(None) } else { it };
    Holding: |_it| false, _it;
    Appending: |it| matches!(it, Appending::Read(_)),
        if it.only_looks() { Appending::Read(None) } else { it };
}

impl<A: Asking> Asking for Of<A> {
    fn unanswered(&self) -> Of<A> {
        Of { key: self.key, asked: self.asked.unanswered() }
    }

    fn wrote(&self) -> Option<Datum> {
        self.asked.wrote()
    }

    fn saw(&self) -> Vec<Datum> {
        self.asked.saw()
    }

    fn only_looks(&self) -> bool {
        self.asked.only_looks()
    }

    fn binds(&self) -> bool {
        self.asked.binds()
    }
}
