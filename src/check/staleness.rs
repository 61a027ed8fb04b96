//! How old what was read is: *bounded staleness* as a measure (as Peter Bailis and others take it,
//! *Probabilistically bounded staleness for practical partial quorums*, 2012), in versions and in time. It
//! is no verdict: how old is too old depends on who asks.
//!
//! A read is stale if a write that surely came after the one that it saw was acknowledged before it was
//! called. What was open at the same time may have come in either order, and counts as fresh.

use std::collections::BTreeMap;

use super::machine::{Access, Datum};
use super::recording::{OPEN, Recorded, Recording};

/// How old what a read saw was when it was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staleness {
    /// The read.
    pub number: u64,
    pub call_event: u64,
    /// How many newer writes had been acknowledged.
    pub versions: u64,
    /// The event at which the first of them was: since then it was old. `None` where it was fresh.
    pub since: Option<u64>,
}

/// A write: of which value, when it was called, and when acknowledged; and the event of that.
struct Written {
    value: Datum,
    called: u64,
    due: u64,
    event: Option<u64>,
}

/// Of all reads that were answered, in the order of their calls. What saw a value that several may have
/// written, is taken to have seen the newest of them.
pub fn staleness(recording: &Recording<Access>, initial: &str) -> Vec<Staleness> {
    let mut writes: BTreeMap<u32, Vec<Written>> = BTreeMap::new();
    for recorded in &recording.operations {
        if let Access::Write(value) | Access::Cas { new: value, .. } = recorded.interval.asked
            && !recorded.is_failed()
        {
            let (called, due) = (recorded.interval.called, recorded.interval.due);
            let written = Written { value, called, due, event: recorded.answer_event };
            writes.entry(recorded.key).or_default().push(written);
        }
    }
    let initial = Datum::of(initial);
    let reads = recording.operations.iter();
    reads
        .filter_map(|recorded| {
            let writes = writes.get(&recorded.key).map_or(&[][..], |writes| writes);
            age(recorded, writes, initial)
        })
        .collect()
}

/// `None` where it was no read, has no answer, or saw what nobody wrote.
fn age(recorded: &Recorded<Access>, writes: &[Written], initial: Datum) -> Option<Staleness> {
    let Access::Read(Some(value)) = recorded.interval.asked else { return None };
    let called = recorded.interval.called;
    let seen =
        writes.iter().rfind(|write| write.value == value && write.called < recorded.interval.due);
    let seen_due = match seen {
        Some(write) => write.due,
        None if value == initial => 0,
        None => return None,
    };
    let newer = writes.iter().filter(|write| write.due < called && write.called > seen_due);
    let versions = newer.clone().count() as u64;
    let since = newer.min_by_key(|write| write.due).and_then(|write| write.event);
    let number = recorded.interval.number;
    debug_assert!(recorded.interval.due < OPEN, "it was answered");
    Some(Staleness { number, call_event: recorded.call_event, versions, since })
}
