//! Whose each slot is: what headers and updates say, who becomes whose replica, and epochs that collide.

use crate::base::Place;
use crate::sentence;

use super::Message;
use super::election::Election;
use super::message::{Conf, Header};
use super::server::{Fx, Server};
use super::slots::{Claim, Ranges, slot_of};

impl Server {
    /// A ping or a pong.
    pub(super) fn read(&mut self, from: Place, epoch: u64, header: Header, fx: &mut Fx) {
        let Some(peer) = self.peers.get_mut(&from) else { return };
        if epoch < peer.epoch {
            return; // It has been overtaken by a later one.
        }
        (peer.epoch, peer.offset) = (epoch, header.offset);
        self.hear(from, fx);
        let before = self.disk.conf.clone();
        self.learn_epoch(epoch.max(header.config_epoch));
        match header.of {
            None => self
                .disk
                .conf
                .of
                .contains_key(&from)
                .then(|| self.conf().of.remove(&from))
                .flatten(),
            Some(of) if self.disk.conf.of.get(&from) == Some(&of) => None,
            Some(of) => self.conf().of.insert(from, of),
        };
        let claim = Claim { owner: header.of.unwrap_or(from), epoch: header.config_epoch };
        if header.of.is_none() {
            self.believe(claim, &header.slots, fx);
            self.settle_collision(from, claim.epoch, fx);
        }
        if before != self.disk.conf {
            self.save(fx);
        }
        self.note_reports(from, &header.suspects, fx);
        if let Some(newer) = self.map().newer(claim.epoch, &header.slots, Some(claim.owner)) {
            let (owner, config_epoch) = (newer.owner, newer.epoch);
            fx.send(
                from,
                Message::UPDATE { owner, config_epoch, slots: self.map().claimed(newer) },
            );
        }
        let behind = (header.history, header.offset) != (self.disk.history, self.disk.offset);
        if self.master() == Some(from) && header.of.is_none() && behind {
            self.ask_for_all(from, fx);
        }
    }

    /// Somebody says that its sender's slots are another's by now.
    pub(super) fn update(&mut self, owner: Place, config_epoch: u64, slots: &Ranges, fx: &mut Fx) {
        let before = self.disk.conf.clone();
        self.learn_epoch(config_epoch);
        if owner != self.me {
            self.believe(Claim { owner, epoch: config_epoch }, slots, fx);
        }
        if before != self.disk.conf {
            self.save(fx);
        }
    }

    /// currentEpoch is the greatest epoch that anybody has spoken of.
    pub(super) fn learn_epoch(&mut self, epoch: u64) {
        if epoch > self.disk.conf.epoch {
            self.conf().epoch = epoch;
        }
    }

    /// A master claims slots. It gets those that another has under a smaller configEpoch.
    fn believe(&mut self, claim: Claim, slots: &Ranges, fx: &mut Fx) {
        let (me, line) = (self.me, self.line());
        // Flaw: the last one to speak is right.
        let anyway = self.config.ignore_config_epoch;
        let mut map = self.map().clone();
        let losers = map.claim(claim, slots, anyway);
        if map == *self.map() {
            return;
        }
        self.conf().map = map;
        self.forget_moves();
        if !losers.contains(&line) || line == claim.owner {
            return;
        }
        if self.map().of(line).is_empty() {
            self.follow(claim.owner, fx);
        } else if line == me {
            self.drop_keys(fx);
        }
    }

    /// Its slots, or those of its master, are another's: so it becomes a replica of that one.
    fn follow(&mut self, master: Place, fx: &mut Fx) {
        let me = self.me;
        self.seen.ended = self.master().is_none().then_some(self.disk.history);
        let conf = self.conf();
        conf.of.insert(me, master);
        conf.migrating.clear();
        conf.importing.clear();
        self.opening.clear();
        self.moving = None;
        self.election = Election::Idle;
        fx.cancel_timer("election");
        fx.note(sentence!("becomes a replica of {0}", master));
        self.save(fx);
        self.ask_for_all(master, fx);
    }

    /// A slot that is on its way between two who do not have it any more is not on its way.
    fn forget_moves(&mut self) {
        let (me, map) = (self.me, self.map().clone());
        let gone = |conf: &Conf| {
            let migrated = conf.migrating.keys().any(|slot| map.at(*slot).owner != me);
            migrated || conf.importing.iter().any(|(slot, from)| map.at(*slot).owner != *from)
        };
        if gone(&self.disk.conf) {
            let conf = self.conf();
            conf.migrating.retain(|slot, _| map.at(*slot).owner == me);
            conf.importing.retain(|slot, from| map.at(*slot).owner == *from);
        }
        self.opening.retain(|slot, _| map.at(*slot).owner == me);
        let moves = |slot: u16| self.disk.conf.migrating.contains_key(&slot);
        if self.moving.as_ref().is_some_and(|key| !moves(slot_of(key))) {
            self.moving = None;
        }
    }

    /// Two masters with the same configEpoch: the one with the lesser name takes a new one, which nobody is asked for.
    fn settle_collision(&mut self, other: Place, epoch: u64, fx: &mut Fx) {
        let conf = &self.disk.conf;
        if self.master().is_none() && conf.config_epoch == epoch && self.me < other {
            self.raise_config_epoch();
            let now = self.disk.conf.config_epoch;
            fx.note(sentence!("has the same configEpoch as {0}, and takes {1}", other, now));
        }
    }

    /// A configEpoch of its own that is greater than all that it knows of, without an election.
    pub(super) fn raise_config_epoch(&mut self) {
        let (me, mine) = (self.me, self.map().of(self.me));
        let conf = self.conf();
        conf.epoch += 1;
        conf.config_epoch = conf.epoch;
        let claim = Claim { owner: me, epoch: conf.epoch };
        conf.map.claim(claim, &mine, false);
    }
}
