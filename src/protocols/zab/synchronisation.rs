//! Phase 2, synchronisation: the leader makes the history of each follower equal to its own. It sends what
//! is missing (DIFF), has the follower drop what nobody else has (TRUNC), or sends a snapshot where its
//! own log does not reach back far enough (SNAP); then NEWLEADER. A follower writes what it got, then
//! that it belongs to the new epoch, and only then acknowledges. With a quorum of acknowledgments the
//! leader is *established*: its whole initial history is committed, and it says so by UPTODATE.
//!
//! (In the article NEWLEADER carries the whole history, and COMMIT-LD ends the phase.)

use std::rc::Rc;

use crate::base::Place;
use crate::protocol::Effects;
use crate::sentence;

use super::history::{Entry, History, Snapshot, Zxid};
use super::message::{Entries, Message};
use super::{Config, Phase, Role, Timer, Zab};

/// A server that follows another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Following {
    pub leader: Place,
    pub phase: Phase,
    /// The leader's epoch, once it has said so.
    pub epoch: u64,
    /// What it is to write: see [`Write`].
    gains: Gains,
    /// What is still to be done, from the last to the first, since NEWLEADER came.
    writes: Vec<Write>,
    /// It has acknowledged NEWLEADER.
    pub acknowledged: bool,
    /// Proposals of the new epoch that have come meanwhile, to be logged after UPTODATE.
    pub queued: Vec<Entry>,
    /// The highest zxid that the leader has said to be committed.
    pub committed: Zxid,
}

/// What the leader has sent to bring a follower up to date.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Gains {
    snapshot: Option<Rc<Snapshot>>,
    truncate: Option<Zxid>,
    entries: Vec<Entry>,
}

/// What a follower does when NEWLEADER comes: three durable things, each by a write of its own that is
/// done before the next one begins, and one acknowledgment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Write {
    Snapshot,
    History,
    CurrentEpoch,
    Acknowledgment,
}

use Write::{Acknowledgment, CurrentEpoch, History as Transactions, Snapshot as State};

impl Write {
    /// Every order but the last one is wrong.
    fn order(config: &Config) -> [Write; 4] {
        match (config.epoch_before_log, config.ack_before_log) {
            (true, _) => [CurrentEpoch, State, Transactions, Acknowledgment],
            (_, true) => [State, CurrentEpoch, Acknowledgment, Transactions],
            _ => [State, Transactions, CurrentEpoch, Acknowledgment],
        }
    }
}

impl Following {
    pub fn of(leader: Place) -> Following {
        Following {
            leader,
            phase: Phase::Discovery,
            epoch: 0,
            gains: Gains::default(),
            writes: Vec::new(),
            acknowledged: false,
            queued: Vec::new(),
            committed: Zxid::default(),
        }
    }

    /// It takes part in the broadcast.
    pub fn is_up_to_date(&self) -> bool {
        self.phase == Phase::Broadcast && self.writes.is_empty()
    }
}

/// The leader's side.
impl Zab {
    /// A quorum has accepted the epoch. The leader writes down that it belongs to it, before it
    /// acknowledges its own NEWLEADER.
    pub(super) fn begin_synchronisation(&mut self, fx: &mut Effects<Self>) {
        let enough = matches!(&self.role, Role::Leading(lead)
            if lead.phase == Phase::Discovery && self.is_quorum(lead.epoch_acks.len()));
        let Role::Leading(lead) = &mut self.role else { return };
        let Some(epoch) = lead.epoch.filter(|_| enough) else { return };
        lead.phase = Phase::Synchronisation;
        lead.initial = self.history.end();
        let learners: Vec<Place> = lead.learners.keys().copied().collect();
        fx.note(sentence!(
            "begins epoch {0} with a history up to {1}: a quorum has accepted the epoch, and nobody of it is ahead",
            epoch,
            self.history.last().to_string()
        ));
        self.saved.current_epoch = epoch;
        self.save(fx);
        learners.into_iter().for_each(|learner| self.bring_up_to_date(learner, fx));
    }

    /// Sends a follower that has answered LEADERINFO what it lacks, and NEWLEADER; from here on it gets
    /// all proposals and commits.
    pub(super) fn bring_up_to_date(&mut self, follower: Place, fx: &mut Effects<Self>) {
        let Role::Leading(lead) = &self.role else { return };
        let Some(epoch) = lead.epoch else { return };
        let Some(last) = lead.learners.get(&follower).and_then(|learner| learner.last) else {
            return;
        };
        // The initial history, committed or not; and what has been committed since.
        let (message, end) = self.lacking(last, lead.initial.max(self.delivered));
        fx.send(follower, message);
        fx.send(follower, Message::NewLeader { epoch });
        if !self.config.forward_after_ack {
            for (_, entry) in self.history.range(end, self.history.end()) {
                fx.send(follower, Message::Propose { entry: entry.clone() });
            }
        }
        let Role::Leading(lead) = &mut self.role else { return };
        if let Some(learner) = lead.learners.get_mut(&follower) {
            learner.synced = Some(end);
        }
    }

    /// What makes a history that ends with `last` equal to the leader's up to `end`, or to where it
    /// reaches itself.
    fn lacking(&self, last: Zxid, end: u64) -> (Message, u64) {
        let history = &self.history;
        let entries = |from: u64, to: u64| -> Entries {
            history.range(from, to).into_iter().map(|(_, entry)| entry.clone()).collect()
        };
        let Some(reach) = history.reach(last) else {
            let snapshot = Rc::new(history.snapshot.clone());
            return (Message::Snap { entries: entries(snapshot.count, end), snapshot }, end);
        };
        let (zxid, end) = (history.zxid(reach), end.max(reach));
        let entries = entries(reach, end);
        match zxid == last {
            true => (Message::Diff { entries }, end),
            false => (Message::Trunc { zxid, entries }, end),
        }
    }

    /// ACK of NEWLEADER. The leader takes the first acknowledgment of a follower for this one, and
    /// counts no other (`waitForNewLeaderAck` in ZooKeeper).
    pub(super) fn hear_new_leader_ack(
        &mut self,
        from: Place,
        first: bool,
        fx: &mut Effects<Self>,
    ) {
        let Role::Leading(lead) = &mut self.role else { return };
        lead.answered.insert(from);
        let Some(learner) = lead.learners.get_mut(&from).filter(|_| first) else { return };
        learner.acked = learner.synced.unwrap_or(0);
        lead.acks.insert(from);
        match lead.phase {
            Phase::Broadcast => {
                let committed = self.history.zxid(self.delivered);
                fx.send(from, Message::UpToDate { committed });
                self.commit(fx);
            }
            _ => self.establish(fx),
        }
    }

    /// What the leader has written is durable: it counts itself as it counts others.
    pub(super) fn count_itself(&mut self, fx: &mut Effects<Self>) {
        let Role::Leading(lead) = &mut self.role else { return };
        if lead.phase >= Phase::Synchronisation && lead.epoch == Some(self.durable.current_epoch) {
            lead.acks.insert(self.me);
            lead.answered.insert(self.me);
        }
        self.establish(fx);
        self.commit(fx);
    }

    /// A quorum has the initial history and the epoch on disk: all of it is committed.
    fn establish(&mut self, fx: &mut Effects<Self>) {
        let enough = matches!(&self.role, Role::Leading(lead)
            if lead.phase == Phase::Synchronisation && self.is_quorum(lead.acks.len()));
        let Role::Leading(lead) = &mut self.role else { return };
        let Some(epoch) = lead.epoch.filter(|_| enough) else { return };
        lead.phase = Phase::Broadcast;
        lead.learners.values_mut().for_each(|learner| learner.heard = lead.ticks);
        let (initial, count) = (lead.initial, lead.acks.len());
        let ready: Vec<Place> =
            lead.learners.keys().filter(|learner| lead.acks.contains(learner)).copied().collect();
        fx.cancel_timer(Timer::Init);
        fx.note(sentence!(
            "is established as leader of epoch {0}: {1} of {2} servers have its history and its epoch on disk",
            epoch,
            count,
            self.nodes
        ));
        self.deliver(initial, fx);
        let committed = self.history.zxid(self.delivered);
        fx.broadcast(ready.into_iter(), Message::UpToDate { committed });
    }
}

/// The follower's side.
impl Zab {
    pub(super) fn hear_leader(&mut self, message: Message, fx: &mut Effects<Self>) {
        let Role::Following(following) = &self.role else { return };
        let (leader, phase) = (following.leader, following.phase);
        if phase == Phase::Broadcast {
            fx.set_timer(Timer::Silence, self.ticks(self.config.sync_limit));
        }
        match (message, phase) {
            (Message::LeaderInfo { epoch }, Phase::Discovery) => self.hear_epoch(leader, epoch, fx),
            (Message::Diff { entries }, Phase::Synchronisation) => {
                self.gain(Gains { entries: entries.to_vec(), ..Gains::default() });
            }
            (Message::Trunc { zxid, entries }, Phase::Synchronisation) => {
                fx.note(sentence!(
                    "drops its history after {0}: nothing of that has ever been committed",
                    zxid.to_string()
                ));
                let truncate = Some(zxid);
                self.gain(Gains { truncate, entries: entries.to_vec(), snapshot: None });
            }
            (Message::Snap { snapshot, entries }, Phase::Synchronisation) => {
                let snapshot = Some(snapshot);
                self.gain(Gains { snapshot, entries: entries.to_vec(), truncate: None });
            }
            (Message::NewLeader { .. }, Phase::Synchronisation) => self.begin_writing(fx),
            (Message::UpToDate { committed }, Phase::Synchronisation) => {
                self.take_part(committed, fx)
            }
            (Message::Propose { entry }, _) => self.hear_proposal(entry, fx),
            (Message::Commit { zxid }, _) => self.hear_commit(zxid, fx),
            (Message::Ping, _) => fx.send(leader, Message::PingReply),
            (Message::SyncReply { client, seq, zxid }, _) => {
                self.hear_sync_reply(client, seq, zxid, fx)
            }
            _ => {}
        }
    }

    /// Its history in memory becomes the leader's.
    fn gain(&mut self, gains: Gains) {
        let mut history = self.history.clone();
        if let Some(snapshot) = &gains.snapshot {
            history = History { snapshot: (**snapshot).clone(), ..History::default() };
        }
        if let Some(zxid) = gains.truncate {
            history.truncate(zxid);
        }
        gains.entries.iter().for_each(|entry| history.push(entry.clone()));
        self.replace_history(history);
        if let Role::Following(following) = &mut self.role {
            following.gains = gains;
        }
    }

    /// Another history takes the place of its own. What has been executed stays so, unless it is no part
    /// of the other one: then it executes anew from the snapshot on.
    pub(super) fn replace_history(&mut self, history: History) {
        let last = self.history.zxid(self.delivered);
        let keeps = history.snapshot.count <= self.delivered
            && history.zxid(self.delivered) == last
            && history.end() >= self.delivered;
        self.history = history;
        if !keeps {
            let Snapshot { count, store, sessions, .. } = self.history.snapshot.clone();
            (self.delivered, self.store, self.sessions) = (count, store, sessions);
        }
    }

    fn begin_writing(&mut self, fx: &mut Effects<Self>) {
        let Role::Following(following) = &mut self.role else { return };
        following.writes = Write::order(&self.config).into_iter().rev().collect();
        self.write(fx);
    }

    /// A write is done; the next one begins when nothing else is under way.
    pub(super) fn go_on_writing(&mut self, fx: &mut Effects<Self>) {
        let done = self.durable == self.saved;
        let Role::Following(following) = &mut self.role else { return };
        if done && !following.writes.is_empty() {
            self.write(fx);
        }
    }

    /// Does what comes next, up to and including a write that has to be waited for.
    fn write(&mut self, fx: &mut Effects<Self>) {
        let Role::Following(following) = &mut self.role else { return };
        let Some(next) = following.writes.pop() else { return };
        let (leader, epoch) = (following.leader, following.epoch);
        let Gains { snapshot, truncate, entries } = &mut following.gains;
        let before = self.saved.clone();
        match next {
            Write::Snapshot => {
                if let Some(snapshot) = snapshot {
                    let snapshot = (**snapshot).clone();
                    self.saved.history = History { snapshot, ..History::default() };
                }
            }
            Write::History => {
                if let Some(zxid) = truncate.take() {
                    self.saved.history.truncate(zxid);
                }
                let last = entries.last().map(|entry| entry.zxid);
                entries.drain(..).for_each(|entry| self.saved.history.push(entry));
                // Everything is on its way to the disk: see what may leave behind it.
                if let Some(zxid) = last.filter(|_| self.config.proposal_ack_first) {
                    self.save(fx);
                    fx.send(leader, Message::Ack { zxid });
                    return;
                }
            }
            Write::CurrentEpoch => self.saved.current_epoch = epoch,
            Write::Acknowledgment => {
                following.acknowledged = true;
                fx.send(leader, Message::Ack { zxid: Zxid::new(epoch, 0) });
            }
        }
        match self.saved == before {
            true => self.write(fx),
            false => self.save(fx),
        }
        self.log_queued(fx);
    }

    /// UPTODATE: the leader is established, and has committed so far.
    fn take_part(&mut self, committed: Zxid, fx: &mut Effects<Self>) {
        let Role::Following(following) = &mut self.role else { return };
        following.phase = Phase::Broadcast;
        following.committed = following.committed.max(committed);
        let (leader, epoch) = (following.leader, following.epoch);
        fx.cancel_timer(Timer::Init);
        fx.set_timer(Timer::Silence, self.ticks(self.config.sync_limit));
        fx.note(sentence!("is up to date, and follows {0} in epoch {1}", leader, epoch));
        self.log_queued(fx);
        self.deliver_committed(fx);
    }
}
