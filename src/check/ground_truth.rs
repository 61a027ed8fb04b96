//! What the replicas of a store held, by which the guarantees are defined (Douglas Terry and others,
//! *Session guarantees for weakly consistent replicated data*, 1994). Clients see only what they read; who
//! knows the replicas knows more: which writes a replica had when it answered a read, and what all of them
//! hold in the end.
//!
//! A write that another one has superseded counts as held where that one is.

use std::collections::{BTreeMap, BTreeSet};

use super::machine::{Access, Asking};
use super::recording::{OPEN, Recorded, Recording};
use super::verdict::{Evidence, Verdict, list};
use crate::base::{Place, Text};
use crate::sentence;

/// Writes, by the numbers of their operations.
pub type Writes = BTreeSet<u64>;

/// What a replica holds in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    pub place: Place,
    /// By key: its value, or all of them where it keeps several.
    pub values: BTreeMap<Text, BTreeSet<Text>>,
    /// The writes that it has, or something that superseded them.
    pub has: Writes,
}

/// *Eventual consistency*: once nothing more happens, all replicas are equal, and hold every write that was
/// acknowledged or what superseded it.
pub fn eventual(recording: &Recording<Access>, replicas: &[Replica]) -> Verdict {
    let Some((first, others)) = replicas.split_first() else { return Verdict::Holds(Vec::new()) };
    if let Some(other) = others.iter().find(|other| other.values != first.values) {
        let differs = |key: &&Text| other.values.get(*key) != first.values.get(*key);
        let keys = first.values.keys().chain(other.values.keys());
        let why = sentence!(
            "{0} and {1} differ in what they hold of {2}",
            first.place,
            other.place,
            list(keys.filter(differs).collect::<BTreeSet<_>>())
        );
        return Verdict::Broken(Evidence { why, ..Evidence::none() });
    }
    let acknowledged = recording.operations.iter().filter(|recorded| is_done(recorded));
    let missing = |recorded: &&Recorded<Access>| {
        replicas.iter().any(|replica| !replica.has.contains(&recorded.interval.number))
    };
    let lost: Vec<&Recorded<Access>> = acknowledged.filter(missing).collect();
    if lost.is_empty() {
        return Verdict::Holds(Vec::new());
    }
    let why = sentence!(
        "acknowledged, but gone: {0}",
        list(lost.iter().map(|recorded| recording.told(recorded)))
    );
    Verdict::Broken(Evidence::of(&lost, why))
}

/// Whether it is a write that was acknowledged.
fn is_done(recorded: &Recorded<Access>) -> bool {
    recorded.interval.due < OPEN && !recorded.interval.asked.only_looks()
}

/// A session guarantee, by what the replicas held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarantee {
    ReadYourWrites,
    MonotonicReads,
    MonotonicWrites,
    WritesFollowReads,
}

/// Judges a guarantee. `held` are, by read, the writes that the replicas held which served it, all together.
/// Reads that are not among them are not judged. Only writes of the key that is read count.
pub fn guarantee(
    recording: &Recording<Access>,
    held: &BTreeMap<u64, Writes>,
    guarantee: Guarantee,
) -> Verdict {
    let mut sessions = Sessions::default();
    for recorded in &recording.operations {
        let number = recorded.interval.number;
        if let Some(db) = held.get(&number) {
            let must_have = sessions.before(recorded, db, guarantee);
            let missing = must_have.into_iter().find(|write| !db.contains(write));
            if let Some(write) = missing {
                let of = |it: &&Recorded<Access>| [write, number].contains(&it.interval.number);
                let shown: Vec<&Recorded<Access>> =
                    recording.operations.iter().filter(of).collect();
                let why = sentence!(
                    "whoever served this did not have what it had to have: {0}",
                    list(shown.iter().map(|recorded| recording.told(recorded)))
                );
                return Verdict::Broken(Evidence::of(&shown, why));
            }
        }
        sessions.hear(recorded, held.get(&number));
    }
    Verdict::Holds(Vec::new())
}

/// What each session has written and read so far.
#[derive(Default)]
struct Sessions {
    written: BTreeMap<u32, Vec<u64>>,
    read: BTreeMap<u32, Writes>,
    /// By write: what its session had written, and read, before it.
    after: BTreeMap<u64, (Vec<u64>, Writes)>,
    keys: BTreeMap<u64, u32>,
}

impl Sessions {
    /// The writes that whoever serves this read has to have, of its key.
    fn before(&self, read: &Recorded<Access>, db: &Writes, guarantee: Guarantee) -> Vec<u64> {
        let process = read.interval.process;
        let writes: Vec<u64> = match guarantee {
            Guarantee::ReadYourWrites => {
                self.written.get(&process).into_iter().flatten().copied().collect()
            }
            Guarantee::MonotonicReads => {
                self.read.get(&process).into_iter().flatten().copied().collect()
            }
            Guarantee::MonotonicWrites => {
                let before = db.iter().filter_map(|write| self.after.get(write));
                before.flat_map(|(written, _)| written).copied().collect()
            }
            Guarantee::WritesFollowReads => {
                let before = db.iter().filter_map(|write| self.after.get(write));
                before.flat_map(|(_, read)| read).copied().collect()
            }
        };
        writes.into_iter().filter(|write| self.keys.get(write) == Some(&read.key)).collect()
    }

    fn hear(&mut self, recorded: &Recorded<Access>, db: Option<&Writes>) {
        let (process, number) = (recorded.interval.process, recorded.interval.number);
        if let Some(db) = db {
            self.read.entry(process).or_default().extend(db);
        }
        if !recorded.interval.asked.only_looks() {
            let written = self.written.entry(process).or_default();
            let read = self.read.get(&process).cloned().unwrap_or_default();
            self.after.insert(number, (written.clone(), read));
            self.keys.insert(number, recorded.key);
            if is_done(recorded) {
                written.push(number);
            }
        }
    }
}
