//! Phase 1, discovery: the elected server learns from a quorum which epochs they have accepted, and takes
//! a higher one. Whoever accepts it will follow no leader of a lower epoch any more, and says how far its
//! own history goes: a leader that sees somebody ahead of itself gives up, so that it need not fetch
//! anything (here ZooKeeper differs from the article, whose leader takes over the best history).

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Place;
use crate::protocol::Effects;
use crate::sentence;

use super::history::Zxid;
use super::message::Message;
use super::synchronisation::Following;
use super::{Phase, Role, Timer, Zab};

/// A server that leads, or is about to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Leading {
    pub phase: Phase,
    /// Its epoch, once a quorum has said what they have accepted.
    pub epoch: Option<u64>,
    /// Who has said so, itself included, and the highest that was said.
    pub infos: BTreeSet<Place>,
    pub highest: u64,
    /// Who has accepted its epoch.
    pub epoch_acks: BTreeSet<Place>,
    /// Who has acknowledged NEWLEADER, as far as it counts …
    pub acks: BTreeSet<Place>,
    /// … and as far as it has arrived.
    pub answered: BTreeSet<Place>,
    /// How far its history went when it was accepted: the *initial history* of its epoch.
    pub initial: u64,
    /// Those who follow it now.
    pub learners: BTreeMap<Place, Learner>,
    /// Ticks so far.
    pub ticks: u64,
}

/// What a leader knows of one who follows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Learner {
    /// The last zxid of its history, once it has answered LEADERINFO.
    pub last: Option<Zxid>,
    /// How far it has been brought up to date by DIFF, TRUNC or SNAP.
    pub synced: Option<u64>,
    /// It has acknowledged something.
    pub acknowledged: bool,
    /// How far its history is on its disk.
    pub acked: u64,
    /// The tick at which it was last heard.
    pub heard: u64,
}

/// The leader's side.
impl Zab {
    pub(super) fn lead(&mut self, fx: &mut Effects<Self>) {
        fx.note(sentence!("is elected in round {0}, and has yet to win a quorum", self.round));
        self.role = Role::Leading(Leading {
            phase: Phase::Discovery,
            epoch: None,
            // It is its own first follower.
            infos: BTreeSet::from([self.me]),
            highest: self.saved.accepted_epoch,
            epoch_acks: BTreeSet::new(),
            acks: BTreeSet::new(),
            answered: BTreeSet::new(),
            initial: 0,
            learners: BTreeMap::new(),
            ticks: 0,
        });
        fx.set_timer(Timer::Tick, self.ticks(1));
        for (caller, accepted) in std::mem::take(&mut self.callers) {
            self.hear_follower(caller, accepted, fx);
        }
        self.choose_epoch(fx);
    }

    /// FOLLOWERINFO: somebody wants to follow, and has accepted this epoch.
    pub(super) fn hear_follower(
        &mut self,
        from: Place,
        accepted: u64,
        fx: &mut Effects<Self>,
    ) {
        match &mut self.role {
            // The election goes on here.
            Role::Looking(_) => _ = self.callers.insert(from, accepted),
            Role::Following(_) => fx.disconnect(from),
            Role::Leading(lead) => {
                let learner = Learner { heard: lead.ticks, ..Learner::default() };
                lead.learners.insert(from, learner);
                match lead.epoch {
                    None => {
                        lead.infos.insert(from);
                        lead.highest = lead.highest.max(accepted);
                        self.choose_epoch(fx);
                    }
                    // Synod's own rule: ZooKeeper leaves such a server out for ever.
                    Some(epoch) if accepted > epoch => {
                        fx.note(sentence!(
                            "gives up: {0} has accepted epoch {1}, later than its own {2}",
                            from,
                            accepted,
                            epoch
                        ));
                        self.look(fx);
                    }
                    Some(epoch) => fx.send(from, Message::LeaderInfo { epoch }),
                }
            }
        }
    }

    /// With a quorum, the epoch is one more than any of them has accepted. It is on the leader's own disk
    /// before anybody hears of it.
    fn choose_epoch(&mut self, fx: &mut Effects<Self>) {
        let enough = matches!(&self.role, Role::Leading(lead)
            if lead.epoch.is_none() && self.is_quorum(lead.infos.len()));
        let Role::Leading(lead) = &mut self.role else { return };
        if !enough {
            return;
        }
        let epoch = lead.highest + 1;
        lead.epoch = Some(epoch);
        lead.epoch_acks.insert(self.me);
        let learners: Vec<Place> = lead.learners.keys().copied().collect();
        fx.note(sentence!("takes epoch {0}: no server of a quorum has accepted a later one than {1}", epoch, epoch - 1));
        self.saved.accepted_epoch = epoch;
        self.save(fx);
        fx.broadcast(learners.into_iter(), Message::LeaderInfo { epoch });
        self.begin_synchronisation(fx);
    }

    /// ACKEPOCH: a follower has answered LEADERINFO. `counts`: it has accepted the epoch for this leader.
    pub(super) fn hear_epoch_ack(
        &mut self,
        from: Place,
        counts: bool,
        theirs: (u64, Zxid),
        fx: &mut Effects<Self>,
    ) {
        let mine = (self.saved.current_epoch, self.history.last());
        let Role::Leading(lead) = &mut self.role else { return };
        let Some(learner) = lead.learners.get_mut(&from) else { return };
        learner.last = Some(theirs.1);
        if lead.phase > Phase::Discovery {
            // Whoever comes later is not compared.
            return self.bring_up_to_date(from, fx);
        }
        if !counts {
            return;
        }
        if theirs > mine && !self.config.vote_by_id {
            fx.note(sentence!(
                "gives up: {0} has seen epoch {1} and zxid {2}, more than its own {3} and {4}",
                from,
                theirs.0,
                theirs.1.to_string(),
                mine.0,
                mine.1.to_string()
            ));
            return self.look(fx);
        }
        lead.epoch_acks.insert(from);
        self.begin_synchronisation(fx);
    }
}

/// The follower's side.
impl Zab {
    pub(super) fn follow(&mut self, leader: Place, fx: &mut Effects<Self>) {
        fx.note(sentence!("follows {0}, elected in round {1}", leader, self.round));
        for (caller, _) in std::mem::take(&mut self.callers) {
            fx.disconnect(caller);
        }
        self.role = Role::Following(Following::of(leader));
        let accepted_epoch = self.saved.accepted_epoch;
        fx.send(leader, Message::FollowerInfo { accepted_epoch });
    }

    /// LEADERINFO: the leader has taken this epoch.
    pub(super) fn hear_epoch(&mut self, leader: Place, epoch: u64, fx: &mut Effects<Self>) {
        let Role::Following(following) = &mut self.role else { return };
        if epoch < self.saved.accepted_epoch {
            fx.note(sentence!(
                "leaves {0}: it has accepted epoch {1}, later than {2}",
                leader,
                self.saved.accepted_epoch,
                epoch
            ));
            return self.look(fx);
        }
        following.phase = Phase::Synchronisation;
        following.epoch = epoch;
        // Accepted before, perhaps for another leader: then it must not count for this one.
        let counts = epoch > self.saved.accepted_epoch;
        if counts {
            self.saved.accepted_epoch = epoch;
            self.save(fx);
        }
        let (current_epoch, last) = (self.saved.current_epoch, self.history.last());
        fx.send(leader, Message::AckEpoch { counts, current_epoch, last });
    }
}
