//! What is due, and when. Ties are settled by who asked first, so a run has exactly one order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::base::{Place, Time};

/// Everything that is due at some later time.
///
/// Entries are never removed: whoever asked keeps the [`Ticket`] of its newest entry, and an entry
/// with an older ticket means nothing when its time comes.
#[derive(Clone, Debug, Default)]
pub struct Agenda {
    heap: BinaryHeap<Reverse<Due>>,
    tickets: u64,
}

/// Numbers the entries in the order they were made; 0 is nobody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// An entry. No two have the same ticket, so when and which says it all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub at: Time,
    pub ticket: Ticket,
    pub what: Item,
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> Ordering {
        (self.at, self.ticket).cmp(&(other.at, other.ticket))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    Boot(Place),
    /// The message in this slot arrives, or is lost.
    Flight(u32),
    /// The node's timer of this position may have run out.
    Timer {
        node: Place,
        position: u16,
    },
    /// The node's disk has finished a write.
    Sync(Place),
    /// The node learns that its connection to the peer is broken.
    Disconnect {
        node: Place,
        peer: Place,
    },
    /// The client has waited long enough, and asks again.
    Client(Place),
    /// … has waited for too long, and gives up.
    GiveUp(Place),
    /// The client's workload has it ask something.
    Load(Place),
}

impl Agenda {
    pub fn put(&mut self, at: Time, what: Item) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.heap.push(Reverse(Due { at, ticket, what }));
        ticket
    }

    /// Entries, those that no longer mean anything included.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// The next entry, if it is due by `limit`.
    pub fn take(&mut self, limit: Time) -> Option<Due> {
        self.heap.peek().filter(|next| next.0.at <= limit)?;
        self.heap.pop().map(|next| next.0)
    }
}
