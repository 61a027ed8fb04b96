//! What a member has to pass on: at most one update about each member, the newest, with how often it has been
//! sent. Messages carry those that have been sent least, the newest of them first (SWIM, section 4.1); an
//! update that has been sent often enough is dropped.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::base::Place;

use super::message::Update;
use super::suspicion::ceil_log10_of_next;

/// memberlist's `RetransmitMult`.
const MULTIPLIER: u64 = 4;
/// So many updates ride on one message: about as many as fit into a packet.
const FITS: usize = 16;

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Queue {
    about: BTreeMap<Place, Queued>,
    /// Counts the updates that were put in.
    newest: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Queued {
    pub update: Update,
    pub sends: u64,
    number: u64,
}

/// How often an update is sent in a group of `n`: 4 · ⌈log₁₀(n + 1)⌉.
pub fn sends(n: u64) -> u64 {
    MULTIPLIER * ceil_log10_of_next(n)
}

impl Queue {
    /// It replaces what was to be said about the same member.
    pub fn put(&mut self, update: Update) {
        self.newest += 1;
        self.about.insert(update.about, Queued { update, sends: 0, number: self.newest });
    }

    /// What the next message carries. Those that have now been sent so often are dropped, and told.
    pub fn take(&mut self, often: u64) -> (Vec<Update>, Vec<Queued>) {
        let mut all: Vec<Queued> = self.about.values().copied().collect();
        all.sort_by_key(|queued| (queued.sends, Reverse(queued.number)));
        all.truncate(FITS);
        let mut dropped = Vec::new();
        for queued in &mut all {
            queued.sends += 1;
            match queued.sends >= often {
                true => {
                    self.about.remove(&queued.update.about);
                    dropped.push(*queued);
                }
                false => _ = self.about.insert(queued.update.about, *queued),
            }
        }
        (all.into_iter().map(|queued| queued.update).collect(), dropped)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Queued> {
        self.about.values()
    }

    pub fn is_empty(&self) -> bool {
        self.about.is_empty()
    }

    pub fn len(&self) -> usize {
        self.about.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::State;
    use super::*;

    fn update(about: u16, incarnation: u64) -> Update {
        let about = Place::server(about);
        Update { about, state: State::Alive, incarnation, by: about }
    }

    #[test]
    fn what_was_sent_least_goes_first_and_leaves_when_sent_often_enough() {
        let mut queue = Queue::default();
        for about in 0..20 {
            queue.put(update(about, 0));
        }
        let (first, _) = queue.take(2);
        assert_eq!((first.len(), first[0].about), (FITS, Place::server(19)), "the newest");
        let (second, dropped) = queue.take(2);
        let rest: Vec<usize> = second[..4].iter().map(|update| update.about.index()).collect();
        assert_eq!(rest, [3, 2, 1, 0], "those that did not fit");
        assert_eq!((dropped.len(), dropped[0].sends, queue.len()), (12, 2, 8));
    }

    #[test]
    fn a_newer_one_about_the_same_member_begins_anew() {
        let mut queue = Queue::default();
        queue.put(update(1, 0));
        queue.take(4);
        queue.put(update(1, 1));
        assert_eq!(queue.iter().map(|it| (it.update.incarnation, it.sends)).collect::<Vec<_>>(), [(1, 0)]);
    }

    #[test]
    fn large_groups_are_told_more_often() {
        assert_eq!([2, 5, 9, 10, 99, 100, 300].map(sends), [4, 4, 4, 8, 8, 12, 12]);
    }
}
