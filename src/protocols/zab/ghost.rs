//! History variables: what the properties need to know of the past and no server stores. They watch the
//! cluster from outside, across crashes: who led which epoch and with which history, what was proposed,
//! what was executed. A server that has taken a snapshot no longer has what came before; here it is
//! kept.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::base::{Log, Milestones, Place, Time};
use crate::protocol::{Moment, Outcome, Witness};
use crate::check::Operation;

use super::history::{Entry, History, Zxid};
use super::{Ask, Phase, Role, Sync, What, Zab};

#[derive(Clone, Default)]
pub struct Ghost {
    /// By server: what it was after its last step. A crashed server stays as it was last seen.
    pub seen: Vec<Seen>,
    /// What the server that took the last step was before it, if the step changed any of it.
    pub before: Option<Seen>,
    /// That step was its start.
    pub booted: bool,
    /// What each snapshot stands for, by its last zxid and its length.
    snapshots: Rc<BTreeMap<(Zxid, u64), Log<Entry>>>,
    /// The established leaders, by epoch.
    pub epochs: Rc<BTreeMap<u64, Epoch>>,
    /// What leaders have proposed.
    pub proposed: Rc<BTreeMap<Zxid, Entry>>,
    /// The longest sequence that any server has executed, and when it grew: all of it is committed.
    pub delivered: Log<Entry>,
    pub deliveries: Milestones,
    /// What sync is in this run.
    sync: Option<Sync>,
    /// The highest zxid that any answer so far was given at, and since which event.
    answered: (Zxid, u64),
    /// By client: that, as it was when the client asked for the sync that was answered last and nothing
    /// has been asked after it; `false` while the sync is not answered.
    synced: BTreeMap<Place, ((Zxid, u64), bool)>,
    /// The answer that the last step has given, if it was to a read.
    pub read: Option<Read>,
}

/// A read that is answered.
#[derive(Clone)]
pub struct Read {
    pub client: Place,
    /// How far the server had come that answered.
    pub at: Zxid,
    /// How far the client's session had seen before.
    pub seen: Zxid,
    /// What had been answered to anybody when the client asked for the sync before, if it did and sync
    /// is a proposal.
    pub fresh: Option<(Zxid, u64)>,
}

/// What properties look at in a server.
#[derive(Clone, Default)]
pub struct Seen {
    /// Its history in memory, whole, …
    pub memory: Whole,
    /// … and what of it is known to be on its disk.
    pub disk: Whole,
    /// How far it has executed its history in memory.
    pub delivered: u64,
    /// The epoch that it leads as an established leader.
    pub leads: Option<u64>,
}

/// A history with all that its snapshot stands for.
#[derive(Clone, Default)]
pub struct Whole {
    pub log: Log<Entry>,
    /// How it was seen last.
    base: u64,
    rest: Log<Entry>,
}

/// An epoch and its leader.
#[derive(Clone)]
pub struct Epoch {
    /// Who was first seen to be established in it, and since which event.
    pub leader: Place,
    pub since: u64,
    /// Its initial history.
    pub initial: Log<Entry>,
}

impl Witness<Zab> for Ghost {
    fn witness(&mut self, node: Place, zab: &Zab, moment: Moment) {
        (self.booted, self.sync, self.read) = (moment.boot, Some(zab.config.sync), None);
        if self.seen.len() <= node.index() {
            self.seen.resize_with(usize::from(zab.nodes), Seen::default);
        }
        if moment.boot && moment.at == Time::ZERO {
            // What stands on a disk at the start of the run, a leader has proposed before.
            let log = &zab.history.log;
            let past = log.range(0, log.len()).into_iter().map(|(_, it)| (it.zxid, it.clone()));
            Rc::make_mut(&mut self.proposed).extend(past);
        }
        let before = self.seen[node.index()].clone();
        let now = Seen {
            memory: self.whole(&before.memory, &zab.history),
            disk: self.whole(&before.disk, &zab.durable.history),
            delivered: zab.delivered,
            leads: zab.leads(),
        };
        for (whole, history) in [(&now.memory, &zab.history), (&now.disk, &zab.durable.history)] {
            self.remember_snapshot(whole, history);
        }
        if let Some(epoch) = now.leads {
            self.record_reign(node, epoch, &now, moment.event);
        }
        self.record_delivered(&now, moment.event);
        self.seen[node.index()] = now;
        self.before = Some(before);
    }

    fn overhear(&mut self, event: u64, client: Place, ask: &Ask, outcome: Option<&Outcome>) {
        match outcome {
            None => self.follow(event, client, ask, None),
            Some(Outcome::DoneAt(_, bookmark)) => {
                self.follow(event, client, ask, Some(bookmark.parse().unwrap_or_default()))
            }
            Some(_) => self.read = None,
        }
    }
}

impl Ghost {
    /// A client asks, or has its answer.
    fn follow(&mut self, event: u64, client: Place, ask: &Ask, at: Option<Zxid>) {
        self.read = None;
        match (&ask.what, at) {
            (What::Sync, None) => _ = self.synced.insert(client, (self.answered, false)),
            (What::Sync, Some(_)) => {
                self.synced.entry(client).and_modify(|(_, answered)| *answered = true);
            }
            (What::Store(Operation::Get { .. }), Some(at)) => {
                let synced = self.synced.remove(&client).filter(|(_, answered)| *answered);
                let fresh = synced.map(|(fresh, _)| fresh);
                let fresh = fresh.filter(|_| self.sync == Some(Sync::Proposal));
                self.read = Some(Read { client, at, seen: ask.seen, fresh });
            }
            (What::Store(Operation::Get { .. }), None) => {}
            (What::Store(_), _) => {
                self.synced.remove(&client);
            }
        }
        if let Some(at) = at.filter(|at| *at > self.answered.0) {
            self.answered = (at, event);
        }
    }

    /// A history, where the same server's was this one before.
    fn whole(&self, before: &Whole, history: &History) -> Whole {
        let (base, rest) = (history.snapshot.count, &history.log);
        if base == before.base && *rest == before.rest {
            return before.clone();
        }
        let same = if base == before.base { rest.common_prefix(&before.rest) } else { 0 };
        let mut log = match same {
            0 => self.beginning(before, history),
            _ => before.log.prefix(base + same),
        };
        rest.range(same, rest.len()).into_iter().for_each(|(_, entry)| log.push(entry.clone()));
        Whole { log, base, rest: rest.clone() }
    }

    /// What the snapshot of a history stands for: what the server had, what was a snapshot before, or
    /// what has been executed elsewhere.
    fn beginning(&self, before: &Whole, history: &History) -> Log<Entry> {
        let (zxid, count) = (history.snapshot.zxid, history.snapshot.count);
        let known = self.snapshots.get(&(zxid, count));
        let logs = [Some(&before.log), known, Some(&self.delivered)].into_iter().flatten();
        let ends = |log: &&Log<Entry>| log.get(count).is_some_and(|entry| entry.zxid == zxid);
        logs.filter(|_| count > 0).find(ends).map_or(Log::new(), |log| log.prefix(count))
    }

    fn remember_snapshot(&mut self, whole: &Whole, history: &History) {
        let key = (history.snapshot.zxid, history.snapshot.count);
        if key.1 > 0 && !self.snapshots.contains_key(&key) {
            Rc::make_mut(&mut self.snapshots).insert(key, whole.log.prefix(key.1));
        }
    }

    fn record_reign(&mut self, leader: Place, epoch: u64, now: &Seen, event: u64) {
        if !self.epochs.contains_key(&epoch) {
            let initial = now.memory.log.prefix(now.delivered);
            Rc::make_mut(&mut self.epochs).insert(epoch, Epoch { leader, since: event, initial });
        }
        let last = now.memory.log.last();
        let Some(entry) = last.filter(|entry| entry.zxid.epoch == epoch) else { return };
        if !self.proposed.contains_key(&entry.zxid) {
            Rc::make_mut(&mut self.proposed).insert(entry.zxid, entry.clone());
        }
    }

    fn record_delivered(&mut self, now: &Seen, event: u64) {
        let executed = now.executed();
        if executed.len() > self.delivered.len() && starts_with(&executed, &self.delivered) {
            self.delivered = executed;
            self.deliveries.reach(self.delivered.len(), event);
        }
    }
}

impl Seen {
    /// What it has executed.
    pub fn executed(&self) -> Log<Entry> {
        self.memory.log.prefix(self.delivered)
    }
}

impl Zab {
    /// The epoch that it leads as an established leader.
    pub(super) fn leads(&self) -> Option<u64> {
        match &self.role {
            Role::Leading(lead) if lead.phase == Phase::Broadcast => lead.epoch,
            _ => None,
        }
    }
}

pub fn starts_with(log: &Log<Entry>, prefix: &Log<Entry>) -> bool {
    log.common_prefix(prefix) == prefix.len()
}
