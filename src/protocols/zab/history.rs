//! What a server holds: a snapshot of the state machine, and the transactions after it.

use std::fmt;
use std::str::FromStr;

use crate::base::Log;
use crate::service::KeyValueStore;
use crate::service::sessions::{LogCommand as Command, Sessions};

/// The number of a transaction: the epoch in which a leader proposed it, and its place there, from 1.
/// Transactions are ordered by it, and no two have the same one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zxid {
    pub epoch: u64,
    pub counter: u64,
}

/// A transaction. (In the article, a pair ⟨v, z⟩.)
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    pub zxid: Zxid,
    pub command: Command,
}

/// The state machine as it is after its first `count` transactions, of which the last is `zxid`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Snapshot {
    pub count: u64,
    pub zxid: Zxid,
    pub store: KeyValueStore,
    pub sessions: Sessions,
}

/// A history. Positions in it count from 1, and on through the snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct History {
    pub snapshot: Snapshot,
    pub log: Log<Entry>,
}

impl Zxid {
    pub const fn new(epoch: u64, counter: u64) -> Zxid {
        Zxid { epoch, counter }
    }

    /// What a leader of this epoch gives to the transaction after this one.
    pub fn next(self, epoch: u64) -> Zxid {
        match self.epoch == epoch {
            true => Zxid { epoch, counter: self.counter + 1 },
            false => Zxid { epoch, counter: 1 },
        }
    }
}

impl History {
    /// The position of the last transaction.
    pub fn end(&self) -> u64 {
        self.snapshot.count + self.log.len()
    }

    pub fn last(&self) -> Zxid {
        self.log.last().map_or(self.snapshot.zxid, |entry| entry.zxid)
    }

    /// The transaction at this position, unless it is only in the snapshot.
    pub fn get(&self, position: u64) -> Option<&Entry> {
        self.log.get(position.checked_sub(self.snapshot.count)?)
    }

    /// The transactions after this position and up to the other one, as far as there are any.
    pub fn range(&self, from: u64, to: u64) -> Vec<(u64, &Entry)> {
        let base = self.snapshot.count;
        let entries = self.log.range(from.saturating_sub(base), to.saturating_sub(base));
        entries.into_iter().map(|(index, entry)| (base + index, entry)).collect()
    }

    /// How far it goes without passing this zxid; `None` where that lies within the snapshot.
    pub fn reach(&self, zxid: Zxid) -> Option<u64> {
        let within = self.log.partition_point(|entry| entry.zxid <= zxid);
        (zxid >= self.snapshot.zxid).then_some(self.snapshot.count + within)
    }

    /// The zxid at this position; of the snapshot's last where it lies within the snapshot.
    pub fn zxid(&self, position: u64) -> Zxid {
        self.get(position).map_or(self.snapshot.zxid, |entry| entry.zxid)
    }

    pub fn push(&mut self, entry: Entry) {
        self.log.push(entry);
    }

    /// Drops every transaction above this zxid. The snapshot stays.
    pub fn truncate(&mut self, zxid: Zxid) {
        self.log.truncate(self.log.partition_point(|entry| entry.zxid <= zxid));
    }

    /// From here on the snapshot stands for all transactions up to its own.
    pub fn compact(&mut self, snapshot: Snapshot) {
        let covered = self.log.partition_point(|entry| entry.zxid <= snapshot.zxid);
        let rest = self.log.range(covered, self.log.len()).into_iter();
        self.log = rest.map(|(_, entry)| entry.clone()).collect();
        self.snapshot = snapshot;
    }
}

/// `2.3`: the third transaction of epoch 2.
impl fmt::Display for Zxid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.counter)
    }
}

/// As it prints. It travels so in what a client brings along.
impl FromStr for Zxid {
    type Err = ();
    fn from_str(text: &str) -> Result<Zxid, ()> {
        let (epoch, counter) = text.split_once('.').ok_or(())?;
        let number = |text: &str| text.parse().map_err(|_| ());
        Ok(Zxid::new(number(epoch)?, number(counter)?))
    }
}

/// As the graph, a log cell and a sentence show it.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.command.fmt(f)
    }
}
