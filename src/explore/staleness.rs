//! How often a read is old: *probabilistically bounded staleness* (Bailis et al. 2012), measured in runs of a
//! store. A client writes at one server; so long after its answer it reads at another; and so over and over,
//! each time when all is quiet again.

use std::cell::RefCell;

use crate::base::{Place, Sentence, Text, Time};
use crate::catalog::{self, Run};
use crate::command::{Command, Script};
use crate::protocol::Outcome;
use crate::sim::trace::{EventKind, Payload};

/// A client that writes and reads, in so many runs so many times.
#[derive(Clone, Debug)]
pub struct Trials {
    /// The runs' seeds count up from its own.
    pub script: Script,
    pub client: Place,
    pub writes_at: Place,
    pub reads_at: Place,
    pub key: Text,
    /// How long after a write's answer it reads.
    pub after: Time,
    pub runs: u64,
    pub each: u64,
}

/// What came of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Reads that returned the last write, and all that were answered.
    pub fresh: u64,
    pub all: u64,
    /// How long answers took, in order.
    pub writes: Vec<Time>,
    pub reads: Vec<Time>,
}

/// Within this time everything is answered, and has reached everybody.
const QUIET: Time = Time::millis(50);

impl Trials {
    pub fn measure(&self) -> Result<Measured, Sentence> {
        let mut measured = Measured::default();
        for turn in 0..self.runs {
            let mut script = self.script.clone();
            script.setup.seed += turn;
            let mut run = catalog::start(script)?.unchecked();
            for number in 0..self.each {
                run.run_to(run.now() + QUIET, u32::MAX);
                self.once(&mut run, number, &mut measured)?;
            }
        }
        measured.writes.sort_unstable();
        measured.reads.sort_unstable();
        Ok(measured)
    }

    fn once(&self, run: &mut Run, number: u64, measured: &mut Measured) -> Result<(), Sentence> {
        let (key, asked) = (&self.key, run.now());
        let put = format!("put {key}={number}");
        let Some(_) = self.ask(run, self.writes_at, put)? else { return Ok(()) };
        measured.writes.push(run.now().since(asked));
        run.run_to(run.now() + self.after, u32::MAX);
        let asked = run.now();
        let Some(read) = self.ask(run, self.reads_at, format!("get {key}"))? else { return Ok(()) };
        measured.reads.push(run.now().since(asked));
        measured.all += 1;
        measured.fresh += u64::from(*read == *number.to_string());
        Ok(())
    }

    /// Asks, and goes on to the answer; `None` where none comes.
    fn ask(&self, run: &mut Run, to: Place, request: String) -> Result<Option<Text>, Sentence> {
        run.command(Command::Request { client: self.client, to: vec![to], request })?;
        let answer = RefCell::new(None);
        run.run_up_to(run.now() + QUIET, u32::MAX, &|event| {
            if let EventKind::Deliver { payload: Payload::Reply { outcome, .. }, .. } = &event.what
                && event.place == Some(self.client)
                && let Outcome::Done(text) | Outcome::DoneAt(text, _) = outcome
            {
                *answer.borrow_mut() = Some(text.clone());
            }
            answer.borrow().is_some()
        });
        Ok(answer.into_inner())
    }
}

impl Measured {
    /// The time within which so many of a million reads were answered.
    pub fn read_quantile(&self, millionths: u64) -> Time {
        quantile(&self.reads, millionths)
    }

    pub fn write_quantile(&self, millionths: u64) -> Time {
        quantile(&self.writes, millionths)
    }
}

fn quantile(sorted: &[Time], millionths: u64) -> Time {
    let place = sorted.len() as u64 * millionths / 1_000_000;
    sorted.get((place as usize).min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// Of quorums that are drawn anew each time, where nothing spreads by itself: of a million reads, so many see
/// none of the last k writes. It is (C(N−W, R) / C(N, R))ᵏ.
pub fn misses_all(n: u32, r: u32, w: u32, k: u32) -> u64 {
    // C(N−W, R) / C(N, R) = ∏ (N−W−i) / (N−i), for i below R.
    let steps = || (0..r).map(|i| (u128::from((n - w).saturating_sub(i)), u128::from(n - i)));
    let (top, bottom) = steps().fold((1, 1), |(top, bottom), (a, b)| (top * a, bottom * b));
    let whole = (0..k).fold(1_000_000_000_000, |share, _| share * top / bottom);
    ((whole + 500_000) / 1_000_000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quorums_that_meet_miss_nothing() {
        assert_eq!(misses_all(3, 2, 2, 1), 0);
        assert_eq!(misses_all(3, 1, 1, 1), 666_667);
        assert_eq!(misses_all(3, 1, 1, 2), 444_444);
        assert_eq!(misses_all(3, 1, 2, 1), 333_333);
        // C(3, 2) / C(5, 2) = 3 / 10.
        assert_eq!(misses_all(5, 2, 2, 1), 300_000);
    }
}
