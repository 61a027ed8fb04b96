//! Who has accepted what, slot by slot, counted from outside. A command is chosen in a slot once a
//! majority holds it there at one ballot on their disks, whether or not any leader has counted that:
//! it may have crashed before.
//!
//! A log is long, and a step changes little of it: only what a write has changed is looked at, and
//! a slot that everybody has executed is forgotten but for the command chosen in it.

use std::collections::BTreeMap;
use std::mem;
use std::rc::Rc;

use crate::base::quorum::majority;
use crate::base::{Breach, Log, Place};
use crate::protocol::Moment;
use crate::sentence;

use super::properties::name;
use super::{MultiPaxos, Slot, Vote};

/// Slots of which the votes are kept at the most, of those in which something is chosen: a server
/// that stays away for long would keep them all.
const KEPT: usize = 256;

#[derive(Clone, Default)]
pub(super) struct Tally {
    /// By server.
    acceptors: Vec<Acceptor>,
    /// By slot: what was accepted there, and by whom. Not all servers have executed these slots, or
    /// something else was accepted after they had.
    open: Rc<BTreeMap<u64, Rc<Vec<Held>>>>,
    /// By slot, what was chosen first, up to the first slot in which nothing is …
    chosen: Log<Choice>,
    /// … and beyond it.
    early: BTreeMap<u64, Choice>,
    /// Up to here, every server has executed what was chosen.
    settled: u64,
    /// The first slot that had two commands chosen, and the first that had two at one ballot.
    pub conflict: Option<Rc<Breach>>,
    pub twice: Option<Rc<Breach>>,
}

/// What was chosen, and at which event.
#[derive(Clone, Hash)]
pub(super) struct Choice {
    pub vote: Vote,
    pub event: u64,
}

#[derive(Clone, Default)]
struct Acceptor {
    /// What its disk held last: all of it is counted.
    counted: Log<Slot>,
    /// What it has written since, in order, and its disk does not hold yet.
    pending: Vec<Log<Slot>>,
    /// The furthest that it has ever executed.
    executed: u64,
}

/// A command at a ballot, who has accepted it, and the event at which the first did.
#[derive(Clone)]
struct Held {
    vote: Vote,
    by: Vec<Place>,
    since: u64,
}

impl Tally {
    /// Looks at what a server's step has brought to its disk. One sync may cover several writes, and
    /// each of them is told to the leader: none is passed over.
    pub fn witness(&mut self, node: Place, server: &MultiPaxos, moment: Moment) {
        if self.acceptors.len() <= node.index() {
            self.acceptors.resize_with(usize::from(server.nodes), Acceptor::default);
        }
        let Acceptor { counted, pending, executed } = &mut self.acceptors[node.index()];
        if moment.boot {
            pending.clear();
        }
        if *pending.last().unwrap_or(counted) != server.votes {
            pending.push(server.votes.clone());
        }
        let further = server.chosen > *executed;
        *executed = server.chosen.max(*executed);
        let stored = &server.stored.votes;
        if counted != stored {
            let written = pending.iter().position(|votes| votes == stored);
            let writes: Vec<Log<Slot>> = match written {
                Some(last) => pending.drain(..=last).collect(),
                None => vec![stored.clone()],
            };
            let quorum = usize::from(majority(server.nodes));
            writes.into_iter().for_each(|votes| self.count(node, votes, quorum, moment.event));
        }
        if further {
            self.settle();
        }
    }

    /// What is chosen in the slot, if anything is.
    pub fn chosen(&self, slot: u64) -> Option<&Choice> {
        self.chosen.get(slot).or_else(|| self.early.get(&slot))
    }

    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty() && self.early.is_empty()
    }

    /// How many slots' votes it keeps.
    #[cfg(test)]
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// The server's disk holds these votes now.
    fn count(&mut self, node: Place, votes: Log<Slot>, quorum: usize, event: u64) {
        let before = mem::replace(&mut self.acceptors[node.index()].counted, votes.clone());
        let same = votes.common_prefix(&before);
        for (slot, vote) in votes.range(same, votes.len()) {
            if let Some(vote) = vote
                && before.get(slot).and_then(Option::as_ref) != Some(vote)
            {
                self.count_vote(node, slot, vote, quorum, event);
            }
        }
    }

    fn count_vote(&mut self, node: Place, slot: u64, vote: &Vote, quorum: usize, event: u64) {
        let known = self.chosen(slot).is_some_and(|chosen| chosen.vote.command == vote.command);
        if known && slot <= self.settled {
            return;
        }
        let held = Rc::make_mut(Rc::make_mut(&mut self.open).entry(slot).or_default());
        let other = held.iter().find(|held| held.vote.ballot == vote.ballot);
        if let Some(other) = other.filter(|other| other.vote.command != vote.command) {
            let why = sentence!(
                "{0} accepted {3} in slot {1} at ballot {2}, and {4} accepted {5}",
                node,
                slot,
                vote.ballot.to_string(),
                name(&vote.command),
                other.by[0],
                name(&other.vote.command)
            );
            self.twice.get_or_insert(Rc::new(Breach::against(other.since, why)));
        }
        let place = held.iter().position(|held| held.vote == *vote).unwrap_or_else(|| {
            held.push(Held { vote: vote.clone(), by: Vec::new(), since: event });
            held.len() - 1
        });
        let by = &mut held[place].by;
        if by.contains(&node) {
            return;
        }
        by.push(node);
        if by.len() == quorum {
            self.choose(slot, vote, event);
        }
        if self.open.len() > KEPT
            && let Some((first, _)) = self.open.first_key_value()
            && *first <= self.chosen.len()
        {
            Rc::make_mut(&mut self.open).pop_first();
        }
    }

    /// A majority has accepted this.
    fn choose(&mut self, slot: u64, vote: &Vote, event: u64) {
        match self.chosen(slot) {
            None => _ = self.early.insert(slot, Choice { vote: vote.clone(), event }),
            Some(first) if first.vote.command != vote.command => {
                let why = sentence!(
                    "{0} had {2} chosen in slot {1} at ballot {3}, where {4} had been chosen",
                    vote.ballot.by,
                    slot,
                    name(&vote.command),
                    vote.ballot.to_string(),
                    name(&first.vote.command)
                );
                let conflict = Breach::against(first.event, why);
                self.conflict.get_or_insert(Rc::new(conflict));
            }
            Some(_) => {}
        }
        while let Some(choice) = self.early.remove(&(self.chosen.len() + 1)) {
            self.chosen.push(choice);
        }
    }

    /// Forgets the votes of slots that everybody has executed by now.
    fn settle(&mut self) {
        let everybody = self.acceptors.iter().map(|acceptor| acceptor.executed).min().unwrap_or(0);
        let before = self.settled;
        self.settled = everybody.min(self.chosen.len()).max(before);
        for slot in before + 1..=self.settled {
            if self.open.contains_key(&slot) {
                Rc::make_mut(&mut self.open).remove(&slot);
            }
        }
    }
}
