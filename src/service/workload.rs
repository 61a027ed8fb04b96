//! A workload: what keeps clients of a store busy, so that there is something to measure and to judge.
//! Each client asks for one thing after another, at its own times: in an *open* loop whatever comes of
//! what it asked before, as strangers come to a web site; in a *closed* loop when it has had its answer,
//! and has thought for a while (Schroeder, Wierman, Harchol-Balter, *Open Versus Closed: A Cautionary
//! Tale*, 2006). What a client asks is drawn from its own stream of chance.
//!
//! No two clients write the same value, and none writes one twice: C2's third is `b3`. Who reads it
//! knows who wrote it, and so do the judges.

use std::fmt;

use crate::base::{Chance, Place, Ratio, Span, Text, Time};
use crate::check::Operation;

/// What clients are kept busy with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    pub pace: Pace,
    pub mix: Mix,
    /// How many keys there are: `x`, `y`, `z`, `k4` and on.
    pub keys: u32,
    /// So much is for the first key; of the rest, all keys have the same share.
    pub hot: Ratio,
    pub asks: Asks,
    /// From when on nothing more is asked; `None`: until a command says so.
    pub until: Option<Time>,
}

/// How often something is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// So many a second, all clients together, whether answers come or not.
    Open { rate: u32 },
    /// Each client thinks for a time within this span between an answer and the next question.
    Closed { think: Span },
}

/// How much there is of each kind of request; together the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix {
    pub put: Ratio,
    pub get: Ratio,
    pub delete: Ratio,
    pub cas: Ratio,
}

/// Whom a client asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Who answered last, or was named as the leader.
    Follow,
    /// The same server, always: C1 asks S1, C2 asks S2.
    Bound,
    /// Any server, each time another.
    Roam,
}

/// The rates that can be asked for, in requests a second.
pub const RATES: std::ops::RangeInclusive<u32> = 1..=1_000;
/// How many keys there can be.
pub const KEYS: std::ops::RangeInclusive<u32> = 1..=100;

impl Default for Workload {
    fn default() -> Workload {
        Workload {
            pace: Pace::Open { rate: 10 },
            mix: Mix::default(),
            keys: 1,
            hot: Ratio::ZERO,
            asks: Asks::Follow,
            until: None,
        }
    }
}

/// Half writes, half reads.
impl Default for Mix {
    fn default() -> Mix {
        let (half, none) = (Ratio::percent(50), Ratio::ZERO);
        Mix { put: half, get: half, delete: none, cas: none }
    }
}

impl Mix {
    pub const NONE: Mix =
        Mix { put: Ratio::ZERO, get: Ratio::ZERO, delete: Ratio::ZERO, cas: Ratio::ZERO };

    /// Each kind by its word, and how much there is of it.
    pub fn shares(self) -> [(&'static str, Ratio); 4] {
        [("put", self.put), ("get", self.get), ("delete", self.delete), ("cas", self.cas)]
    }

    /// All of it together, in parts per million.
    pub fn sum(self) -> u32 {
        self.shares().iter().map(|(_, share)| share.ppm()).sum()
    }

    /// A request of each kind that is asked for, to see whether it is served.
    pub fn samples(self) -> impl Iterator<Item = Operation> {
        let (key, one, two) = (|| key(0), || Text::from("1"), || Text::from("2"));
        let samples = [
            (self.put, Operation::Put { key: key(), value: one() }),
            (self.get, Operation::Get { key: key() }),
            (self.delete, Operation::Delete { key: key() }),
            (self.cas, Operation::Cas { key: key(), expected: one(), new: two() }),
        ];
        samples.into_iter().filter(|(share, _)| *share > Ratio::ZERO).map(|(_, sample)| sample)
    }
}

impl Workload {
    /// How long a client waits for its next question, where so many clients share the workload.
    pub fn pause(&self, clients: usize, chance: &mut Chance) -> Time {
        match self.pace {
            Pace::Open { rate } => {
                chance.exponential(Time(1_000_000 * clients as u64 / u64::from(rate.max(1))))
            }
            Pace::Closed { think } => chance.within(think),
        }
    }

    /// What this client asks next. `written` counts what it has written, and `known` tells what it last
    /// learned of a key: whoever knows no value has nothing to compare, and puts.
    pub fn next(
        &self,
        client: Place,
        written: &mut u64,
        known: impl Fn(&str) -> Option<Text>,
        chance: &mut Chance,
    ) -> Operation {
        let key = self.key(chance);
        let kind = chance.below(self.mix.sum().max(1));
        let mut value = || {
            *written += 1;
            value(client, *written)
        };
        let Mix { put, get, delete, .. } = self.mix;
        let ends = [put.ppm(), put.ppm() + get.ppm(), put.ppm() + get.ppm() + delete.ppm()];
        match ends.iter().position(|end| kind < *end) {
            Some(0) => Operation::Put { value: value(), key },
            Some(1) => Operation::Get { key },
            Some(2) => Operation::Delete { key },
            _ => match known(&key) {
                Some(expected) => Operation::Cas { expected, new: value(), key },
                None => Operation::Put { value: value(), key },
            },
        }
    }

    fn key(&self, chance: &mut Chance) -> Text {
        match chance.happens(self.hot) {
            true => key(0),
            false => key(chance.below(self.keys.max(1))),
        }
    }
}

/// The name of a key by its position.
fn key(position: u32) -> Text {
    match position {
        0..=2 => ["x", "y", "z"][position as usize].into(),
        _ => format!("k{}", position + 1).into(),
    }
}

/// The value that a client writes as its `nth`: `a1`, `b3`, of the 27th client `C27.1`.
fn value(client: Place, nth: u64) -> Text {
    match u8::try_from(client.number()) {
        Ok(number @ 0..26) => format!("{}{nth}", char::from(b'a' + number)).into(),
        _ => format!("{client}.{nth}").into(),
    }
}

impl Asks {
    pub const ALL: [Asks; 3] = [Asks::Follow, Asks::Bound, Asks::Roam];

    pub fn word(self) -> &'static str {
        match self {
            Asks::Follow => "follow",
            Asks::Bound => "bound",
            Asks::Roam => "roam",
        }
    }
}

/// As a script writes it after the clients: what differs from the usual, and always pace and mix.
impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = Workload::default();
        match self.pace {
            Pace::Open { rate } => write!(f, "rate={rate}/s")?,
            Pace::Closed { think } => write!(f, "think={think}")?,
        }
        for (word, share) in self.mix.shares() {
            if share > Ratio::ZERO {
                write!(f, " {word}={share}")?;
            }
        }
        if self.keys != usual.keys {
            write!(f, " keys={}", self.keys)?;
        }
        if self.hot != usual.hot {
            write!(f, " hot={}", self.hot)?;
        }
        if self.asks != usual.asks {
            write!(f, " ask={}", self.asks.word())?;
        }
        self.until.map_or(Ok(()), |until| write!(f, " until={until}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(workload: &Workload, count: usize) -> Vec<Operation> {
        let (mut chance, mut written) = (Chance::new(1, 1), 0);
        let known = |key: &str| (key == "y").then(|| "a1".into());
        let mut next = || workload.next(Place::client(1), &mut written, known, &mut chance);
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn requests_are_drawn_as_the_mix_says() {
        let shares = [30, 40, 10, 20].map(Ratio::percent);
        let [put, get, delete, cas] = shares;
        let mix = Mix { put, get, delete, cas };
        let workload = Workload { mix, keys: 4, hot: Ratio::percent(50), ..Workload::default() };
        let all = drawn(&workload, 10_000);
        let count = |is: fn(&Operation) -> bool| all.iter().filter(|asked| is(asked)).count();
        let (gets, deletes, compared) = (
            count(|asked| matches!(asked, Operation::Get { .. })),
            count(|asked| matches!(asked, Operation::Delete { .. })),
            count(|asked| matches!(asked, Operation::Cas { .. })),
        );
        assert!((3_800..4_200).contains(&gets) && (900..1_100).contains(&deletes), "{gets} gets");
        assert!((200..300).contains(&compared), "{compared}: of a fifth an eighth is about y");
        let hot = count(|asked| &**asked.key() == "x");
        assert!((6_000..6_500).contains(&hot), "{hot}: half, and a quarter of the rest");
        let cold = count(|asked| &**asked.key() == "k4");
        assert!((1_100..1_400).contains(&cold), "{cold}");
    }

    #[test]
    fn no_value_is_written_twice() {
        let all = drawn(&Workload { keys: 3, ..Workload::default() }, 500);
        let values: Vec<&Text> = all
            .iter()
            .filter_map(|asked| match asked {
                Operation::Put { value, .. } => Some(value),
                _ => None,
            })
            .collect();
        let expected: Vec<String> = (1..=values.len()).map(|nth| format!("b{nth}")).collect();
        assert!(values.iter().map(|value| &***value).eq(expected.iter().map(String::as_str)));
        assert_eq!(&*value(Place::client(25), 7), "z7");
        assert_eq!(&*value(Place::client(26), 7), "C27.7");
    }

    #[test]
    fn an_open_loop_asks_as_often_as_its_rate_says() {
        let mut chance = Chance::new(3, 3);
        let workload = Workload { pace: Pace::Open { rate: 50 }, ..Workload::default() };
        let total: u64 = (0..10_000).map(|_| workload.pause(4, &mut chance).0).sum();
        let mean = total / 10_000;
        assert!((78_000..82_000).contains(&mean), "{mean} µs; four clients, 50 a second");
    }
}
