//! The data types, each with its merge: commutative, associative and idempotent, so that it does not matter
//! in which order states arrive, along which way, or how often.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use crate::base::{Place, Text, Time};

/// A replica in one of its lives: its place, and when its disk was empty for the last time. One that has lost
/// its disk is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    pub place: Place,
    pub born: Time,
}

/// An update: whose, and the how manieth of its.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot {
    pub by: Identity,
    pub number: u64,
}

/// What a key has, by kind: a register, a set and a counter of the same key are three things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Register,
    Set,
    Counter,
}

/// All of a replica's state, or the part of it that has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    /// Which updates it knows: of each identity the first so many.
    pub clock: BTreeMap<Identity, u64>,
    pub keys: Rc<BTreeMap<(Kind, Text), Held>>,
}

/// What stands under a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Held {
    /// A multi-value register, or a set: values, each by the update that brought it. One that is missing here
    /// although the clock knows its update has been replaced, or removed, by somebody who had seen it.
    Dots(BTreeMap<Dot, Text>),
    /// A register in which the last writer wins: by wall clock, then by update.
    Last(Time, Dot, Option<Text>),
    /// For each identity what it has added, and what it has taken away.
    Counts(BTreeMap<Identity, (u64, u64)>),
}

impl State {
    pub fn knows(&self, dot: &Dot) -> bool {
        self.clock.get(&dot.by).is_some_and(|known| *known >= dot.number)
    }

    /// The only thing that is changed on the way is `state.clock`.
    pub fn get(&self, kind: Kind, key: &Text) -> Option<&Held> {
        self.keys.get(&(kind, key.clone()))
    }

    pub fn put(&mut self, kind: Kind, key: Text, held: Held) {
        Rc::make_mut(&mut self.keys).insert((kind, key), held);
    }

    /// The part of it that stands under these keys. Its clock is that of the whole: whoever has had all
    /// earlier changes knows as much with it.
    pub fn part(&self, keys: impl Iterator<Item = (Kind, Text)>) -> State {
        let held = keys.filter_map(|key| Some((key.clone(), self.keys.get(&key)?.clone())));
        State { clock: self.clock.clone(), keys: Rc::new(held.collect()) }
    }

    /// Merges another in, and says under which keys that has changed anything.
    pub fn merge(&mut self, other: &State, flaws: Flaws) -> Vec<(Kind, Text)> {
        let mut changed = Vec::new();
        for (key, theirs) in other.keys.iter() {
            let merged = match (self.keys.get(key), theirs) {
                (Some(Held::Dots(own)), Held::Dots(theirs)) => {
                    let union = flaws.union && key.0 == Kind::Set;
                    Held::Dots(self.merge_dots(own, theirs, &other.clock, union))
                }
                (None, Held::Dots(theirs)) => {
                    let union = flaws.union && key.0 == Kind::Set;
                    Held::Dots(self.merge_dots(&BTreeMap::new(), theirs, &other.clock, union))
                }
                (Some(Held::Counts(own)), Held::Counts(theirs)) => {
                    Held::Counts(merge_counts(own, theirs, flaws.sum))
                }
                (Some(Held::Last(at, by, value)), Held::Last(other, whose, theirs)) => {
                    match (at, by) >= (other, whose) {
                        true => Held::Last(*at, *by, value.clone()),
                        false => Held::Last(*other, *whose, theirs.clone()),
                    }
                }
                (_, theirs) => theirs.clone(),
            };
            if self.keys.get(key) != Some(&merged) {
                changed.push(key.clone());
                Rc::make_mut(&mut self.keys).insert(key.clone(), merged);
            }
        }
        for (by, number) in &other.clock {
            let known = self.clock.entry(*by).or_default();
            *known = (*known).max(*number);
        }
        changed
    }

    /// What both have stays, and what one has and the other has never heard of. What one has heard of and does
    /// not have is gone.
    fn merge_dots(
        &self,
        own: &BTreeMap<Dot, Text>,
        theirs: &BTreeMap<Dot, Text>,
        clock: &BTreeMap<Identity, u64>,
        union: bool,
    ) -> BTreeMap<Dot, Text> {
        let heard = |dot: &Dot| clock.get(&dot.by).is_some_and(|known| *known >= dot.number);
        let kept = own.iter().filter(|(dot, _)| union || theirs.contains_key(dot) || !heard(dot));
        let new = theirs.iter().filter(|(dot, _)| union || own.contains_key(dot) || !self.knows(dot));
        kept.chain(new).map(|(dot, value)| (*dot, value.clone())).collect()
    }
}

/// What is merged wrongly, if anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flaws {
    /// Sets are united, whatever has been removed.
    pub union: bool,
    /// Counts are added up.
    pub sum: bool,
}

fn merge_counts(
    own: &BTreeMap<Identity, (u64, u64)>,
    theirs: &BTreeMap<Identity, (u64, u64)>,
    sum: bool,
) -> BTreeMap<Identity, (u64, u64)> {
    let mut merged = own.clone();
    for (by, (more, less)) in theirs {
        let known = merged.entry(*by).or_default();
        *known = match sum {
            // Each has only ever counted up.
            false => (known.0.max(*more), known.1.max(*less)),
            true => (known.0.saturating_add(*more), known.1.saturating_add(*less)),
        };
    }
    merged
}

impl Held {
    /// What a client is told: the values side by side, or the number.
    pub fn answer(&self) -> Option<Text> {
        match self {
            Held::Dots(dots) => {
                let values: BTreeSet<&str> = dots.values().map(|value| &**value).collect();
                let values: Vec<&str> = values.into_iter().collect();
                (!values.is_empty()).then(|| values.join(" | ").into())
            }
            Held::Last(_, _, value) => value.clone(),
            Held::Counts(counts) => {
                let sum = |part: fn(&(u64, u64)) -> u64| {
                    counts.values().fold(0u64, |sum, it| sum.saturating_add(part(it)))
                };
                let (more, less) = (sum(|it| it.0), sum(|it| it.1));
                Some((i128::from(more) - i128::from(less)).to_string().into())
            }
        }
    }
}

/// `S1`, and born again `S1@1.2s`.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.born {
            Time::ZERO => write!(f, "{}", self.place),
            born => write!(f, "{}@{born}", self.place),
        }
    }
}

/// What is under way, key by key: `x=1 | 2`.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.keys.iter().map(|((_, key), held)| {
            format!("{key}={}", held.answer().as_deref().unwrap_or("–"))
        });
        write!(f, "{{{}}}", each.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Chance;

    fn by(number: u16) -> Identity {
        Identity { place: Place::server(number), born: Time::ZERO }
    }

    /// Three replicas that update and merge at random: whatever they have come to, no two of one identity's
    /// updates differ.
    fn states(seed: u64) -> Vec<State> {
        let mut chance = Chance::new(seed, 0xC4D7);
        let mut all = vec![State::default(); 3];
        for step in 0..30u32 {
            let own = chance.below(3) as u16;
            if chance.below(3) == 0 {
                let other = all[chance.below(3) as usize].clone();
                all[usize::from(own)].merge(&other, Flaws::default());
                continue;
            }
            let state = &mut all[usize::from(own)];
            let number = state.clock.get(&by(own)).map_or(1, |known| known + 1);
            state.clock.insert(by(own), number);
            let dot = Dot { by: by(own), number };
            let key: Text = ["x", "y"][chance.below(2) as usize].into();
            let (kind, held) = match chance.below(4) {
                0 => {
                    let Some(Held::Counts(mut counts)) =
                        state.get(Kind::Counter, &key).cloned().or(Some(Held::Counts(BTreeMap::new())))
                    else {
                        unreachable!()
                    };
                    counts.entry(by(own)).or_default().0 += 1;
                    (Kind::Counter, Held::Counts(counts))
                }
                1 => (Kind::Register, Held::Last(Time(u64::from(step)), dot, Some("v".into()))),
                remove => {
                    let Some(Held::Dots(mut dots)) =
                        state.get(Kind::Set, &key).cloned().or(Some(Held::Dots(BTreeMap::new())))
                    else {
                        unreachable!()
                    };
                    match remove {
                        2 => _ = dots.insert(dot, format!("{number}").into()),
                        _ => dots.clear(),
                    }
                    (Kind::Set, Held::Dots(dots))
                }
            };
            state.put(kind, key, held);
        }
        all
    }

    fn merged(one: &State, other: &State) -> State {
        let mut state = one.clone();
        state.merge(other, Flaws::default());
        state
    }

    #[test]
    fn merge_is_commutative_associative_and_idempotent() {
        for seed in 0..500 {
            let [a, b, c] = &states(seed)[..] else { unreachable!() };
            assert_eq!(merged(a, b), merged(b, a), "seed {seed}");
            assert_eq!(merged(&merged(a, b), c), merged(a, &merged(b, c)), "seed {seed}");
            assert_eq!((merged(a, a), merged(&merged(a, b), b)), (a.clone(), merged(a, b)));
        }
    }

    #[test]
    fn a_sum_is_not_idempotent_and_a_union_brings_back() {
        let counts = Held::Counts(BTreeMap::from([(by(0), (1, 0))]));
        let mut state = State::default();
        state.put(Kind::Counter, "x".into(), counts);
        let same = state.clone();
        state.merge(&same, Flaws { sum: true, ..Flaws::default() });
        assert_eq!(state.get(Kind::Counter, &"x".into()).unwrap().answer().as_deref(), Some("2"));

        let dot = Dot { by: by(0), number: 1 };
        let mut has = State { clock: BTreeMap::from([(by(0), 1)]), ..State::default() };
        has.put(Kind::Set, "x".into(), Held::Dots(BTreeMap::from([(dot, "a".into())])));
        let mut removed = State { clock: BTreeMap::from([(by(0), 1), (by(1), 1)]), ..has.clone() };
        removed.put(Kind::Set, "x".into(), Held::Dots(BTreeMap::new()));
        let told = |state: &State| state.get(Kind::Set, &"x".into()).unwrap().answer();
        assert_eq!(told(&merged(&removed, &has)), None);
        assert_eq!(told(&merged(&has, &removed)), None);
        removed.merge(&has, Flaws { union: true, ..Flaws::default() });
        assert_eq!(told(&removed).as_deref(), Some("a"));
    }
}
