//! How a replica takes the place of its master: it asks all masters for their votes, and needs a majority.

use std::collections::BTreeSet;

use crate::base::{Place, Span, Time};
use crate::sentence;

use super::Message;
use super::properties::{Cast, Won};
use super::server::{Fx, Server};
use super::slots::{Claim, Ranges};

/// Of a replica whose master has failed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Election {
    Idle,
    /// It waits, the longer the more others have more of the data.
    Waits {
        rank: u64,
    },
    Asked {
        epoch: u64,
        at: Time,
        votes: BTreeSet<Place>,
    },
}

impl Server {
    /// How many other replicas of its master have more of the data, by what they said last.
    pub(super) fn rank(&self) -> u64 {
        let conf = &self.disk.conf;
        let is_ahead = |place: &Place| {
            let offset = self.peers.get(place).map_or(0, |peer| peer.offset);
            conf.of.get(place) == self.master().as_ref() && offset > self.disk.offset
        };
        self.peers.keys().filter(|place| is_ahead(place)).count() as u64
    }

    /// The master that it could replace.
    fn failed_master(&self) -> Option<Place> {
        let master = self.master()?;
        let failed = self.disk.conf.failed.contains(&master);
        (failed && !self.map().of(master).is_empty()).then_some(master)
    }

    /// Has the master failed? Then its replicas stand for election, each after a while of its own.
    pub(super) fn consider(&mut self, fx: &mut Fx) {
        let Some(master) = self.failed_master().filter(|_| self.election == Election::Idle) else {
            return;
        };
        let rank = self.rank();
        self.election = Election::Waits { rank };
        fx.set_timer("election", self.wait(rank));
        fx.note(sentence!(
            "wants to take the place of {0}; {1} others have more of the data",
            master,
            rank
        ));
        // So that the others know how much it has.
        let (epoch, header) = self.header();
        let of = &self.disk.conf.of;
        let siblings = self.others().into_iter().filter(|place| of.get(place) == Some(&master));
        fx.broadcast(siblings, Message::PONG { epoch, header });
    }

    fn wait(&self, rank: u64) -> Span {
        let (delay, more) = (self.config.delay, Time(rank * self.config.rank.0));
        Span::new(delay.min + more, delay.max + more)
    }

    /// It has waited: for its turn, or for votes that did not come.
    pub(super) fn stand(&mut self, fx: &mut Fx) {
        let before = std::mem::replace(&mut self.election, Election::Idle);
        if self.failed_master().is_none() {
            return;
        }
        let Election::Waits { rank } = before else { return self.consider(fx) };
        let now_rank = self.rank();
        if now_rank > rank {
            self.election = Election::Waits { rank: now_rank };
            let more = Time((now_rank - rank) * self.config.rank.0);
            return fx.set_timer("election", Span::exactly(more));
        }
        self.conf().epoch += 1;
        self.save(fx);
        let (epoch, at) = (self.disk.conf.epoch, fx.steady_now());
        let (_, header) = self.header();
        let (config_epoch, slots) = (header.config_epoch, header.slots);
        self.election = Election::Asked { epoch, at, votes: BTreeSet::new() };
        fx.set_timer("election", Span::exactly(Time(self.config.timeout.0 * 4)));
        fx.note(sentence!("asks all masters for their votes in epoch {0}", epoch));
        fx.broadcast(
            self.others().into_iter(),
            Message::AUTH_REQUEST { epoch, config_epoch, slots },
        );
    }

    /// A replica wants this master's vote.
    pub(super) fn vote(
        &mut self,
        from: Place,
        epoch: u64,
        config_epoch: u64,
        slots: &Ranges,
        fx: &mut Fx,
    ) {
        let now = fx.steady_now();
        if !self.is_voting(self.me) {
            return;
        }
        if epoch < self.disk.conf.epoch {
            return fx.note(sentence!("gives {0} no vote: epoch {1} is over", from, epoch));
        }
        if epoch > self.disk.conf.epoch {
            self.learn_epoch(epoch);
            self.save(fx);
        }
        if self.last_vote >= epoch {
            return fx.note(sentence!("gives {0} no vote: it has voted in epoch {1}", from, epoch));
        }
        let Some(master) = self.disk.conf.of.get(&from).copied() else { return };
        let failed = self.disk.conf.failed.contains(&master);
        // Flaw: the replica will know.
        if !failed && !self.config.vote_without_fail {
            return fx.note(sentence!("gives {0} no vote: {1} has not failed", from, master));
        }
        let twice = self.config.twice();
        if self.voted.get(&master).is_some_and(|at| now.since(*at) < twice) {
            return fx.note(sentence!(
                "gives {0} no vote: another replica of {1} has just had it",
                from,
                master
            ));
        }
        if let Some(newer) = self.map().newer(config_epoch, slots, None) {
            return fx.note(sentence!(
                "gives {0} no vote: {1} has some of these slots under a greater configEpoch",
                from,
                newer.owner
            ));
        }
        self.voted.insert(master, now);
        self.last_vote = epoch;
        // Flaw: it is in memory only.
        if !self.config.forget_vote {
            self.conf().vote = epoch;
            self.save(fx);
        }
        self.seen.cast = Some(Cast { epoch, to: from, failed });
        fx.note(sentence!("votes for {0} in epoch {1}", from, epoch));
        fx.send(from, Message::AUTH_ACK { epoch });
    }

    /// A vote.
    pub(super) fn count(&mut self, from: Place, voted: u64, fx: &mut Fx) {
        let (voting, needed, now) = (self.is_voting(from), self.majority(), fx.steady_now());
        let (old_counts, twice) = (self.config.count_old_acks, self.config.twice());
        let (failed, masters) = (self.failed_master(), self.map().owners());
        // The old master may have taken a configEpoch meanwhile that is no less than that of the election.
        let claimed = failed.map(|master| self.map().epoch_of(master));
        let Election::Asked { epoch, at, votes } = &mut self.election else { return };
        // Flaw: whenever it was asked for.
        if !voting || voted < *epoch && !old_counts {
            return;
        }
        votes.insert(from);
        votes.retain(|voter| masters.contains(voter));
        let is_gone = claimed.is_some_and(|claimed| claimed < *epoch);
        if votes.len() >= needed && now.since(*at) <= twice && is_gone {
            let epoch = *epoch;
            self.take_over(epoch, fx);
        }
    }

    /// It is elected: a master, with all slots of the old one, under the epoch of the election.
    fn take_over(&mut self, epoch: u64, fx: &mut Fx) {
        let (me, line) = (self.me, self.line());
        let (slots, masters) = (self.map().of(line), self.map().owners());
        self.election = Election::Idle;
        fx.cancel_timer("election");
        let conf = self.conf();
        conf.of.remove(&me);
        conf.config_epoch = epoch;
        conf.map.claim(Claim { owner: me, epoch }, &slots, false);
        self.begin_history();
        self.seen.won = Some(Won { epoch, slots, masters });
        self.save(fx);
        fx.note(sentence!("takes the place of {0}, with configEpoch {1}", line, epoch));
        self.look_at_state(fx.steady_now(), fx);
        let (epoch, header) = self.header();
        fx.broadcast(self.others().into_iter(), Message::PONG { epoch, header });
    }
}
