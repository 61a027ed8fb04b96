//! Phase 3, broadcast: the leader gives each transaction the next zxid and proposes it to its followers.
//! They log it and acknowledge; what a quorum has on disk is committed; and everybody executes what is
//! committed, in the order of the zxids.

use crate::base::Place;
use crate::base::quorum::reached_by_majority;
use crate::protocol::Effects;
use crate::sentence;
use crate::service::sessions::LogCommand as Command;

use super::history::{Entry, Snapshot, Zxid};
use super::message::Message;
use super::{Phase, Role, Timer, Zab};

/// The leader's side.
impl Zab {
    /// A transaction of its epoch.
    pub(super) fn propose(&mut self, command: Command, fx: &mut Effects<Self>) -> Zxid {
        let Role::Leading(lead) = &self.role else { return self.history.last() };
        let zxid = self.history.last().next(lead.epoch.unwrap_or(0));
        let entry = Entry { zxid, command };
        // From the moment that it has been brought up to date, a follower gets every proposal.
        let gets = |follower: &Place| match self.config.forward_after_ack {
            true => lead.acks.contains(follower),
            false => lead.learners[follower].synced.is_some(),
        };
        let followers: Vec<Place> = lead.learners.keys().copied().filter(gets).collect();
        self.append(entry.clone(), fx);
        fx.broadcast(followers.into_iter(), Message::Propose { entry });
        zxid
    }

    /// What a learner says.
    pub(super) fn hear_learner(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        let Role::Leading(lead) = &mut self.role else { return };
        let Some(learner) = lead.learners.get_mut(&from) else { return };
        learner.heard = lead.ticks;
        match message {
            Message::AckEpoch { counts, current_epoch, last } => {
                self.hear_epoch_ack(from, counts, (current_epoch, last), fx)
            }
            Message::Ack { zxid } => {
                let first = !std::mem::replace(&mut learner.acknowledged, true);
                match zxid.counter {
                    0 => self.hear_new_leader_ack(from, first, fx),
                    _ => self.hear_ack(from, zxid, first, fx),
                }
            }
            Message::Request { client, seq, request } => self.take(client, seq, request, fx),
            Message::Sync { client, seq } => {
                if let Some(zxid) = self.sync_point() {
                    let zxid = zxid.unwrap_or_else(|| self.propose(Command::NoOp, fx));
                    fx.send(from, Message::SyncReply { client, seq, zxid });
                }
            }
            _ => {}
        }
    }

    /// ACK of a proposal: the follower has all up to it on its disk.
    fn hear_ack(&mut self, from: Place, zxid: Zxid, first: bool, fx: &mut Effects<Self>) {
        if first {
            return fx.note(sentence!(
                "does not count {0}: its first acknowledgment is of {1}, and not of NEWLEADER",
                from,
                zxid.to_string()
            ));
        }
        let reach = self.history.reach(zxid).unwrap_or(0);
        let Role::Leading(lead) = &mut self.role else { return };
        if let Some(learner) = lead.learners.get_mut(&from) {
            learner.acked = learner.acked.max(reach);
        }
        self.commit(fx);
    }

    /// Commits what a quorum has on disk, one transaction after the other.
    pub(super) fn commit(&mut self, fx: &mut Effects<Self>) {
        let mine = self.history.reach(self.durable.history.last()).unwrap_or(0);
        let Role::Leading(lead) = &self.role else { return };
        if lead.phase != Phase::Broadcast {
            return;
        }
        let mut acked = vec![0; usize::from(self.nodes)];
        acked[self.me.index()] = mine;
        lead.learners.iter().for_each(|(place, learner)| acked[place.index()] = learner.acked);
        let reached = reached_by_majority(&acked).min(self.history.end());
        let holders = acked.iter().filter(|acked| **acked >= reached).count();
        let synced = lead.learners.iter().filter(|(_, learner)| learner.synced.is_some());
        let followers: Vec<Place> = synced.map(|(place, _)| *place).collect();
        if reached <= self.delivered {
            return;
        }
        fx.note(sentence!(
            "commits up to {0}: {1} of {2} servers have it on disk",
            self.history.zxid(reached).to_string(),
            holders,
            self.nodes
        ));
        for position in self.delivered + 1..=reached {
            let zxid = self.history.zxid(position);
            fx.broadcast(followers.iter().copied(), Message::Commit { zxid });
        }
        self.deliver(reached, fx);
    }

    /// A tick: pings, and, once established, a look whether a quorum is still there.
    pub(super) fn tick(&mut self, fx: &mut Effects<Self>) {
        let Role::Leading(lead) = &mut self.role else { return };
        lead.ticks += 1;
        let (ticks, limit) = (lead.ticks, self.config.sync_limit);
        let heard = lead.learners.values().filter(|learner| ticks - learner.heard <= limit).count();
        let established = lead.phase == Phase::Broadcast;
        let synced = lead.learners.iter().filter(|(_, learner)| learner.synced.is_some());
        let synced: Vec<Place> = synced.map(|(place, _)| *place).collect();
        if established && !self.is_quorum(heard + 1) {
            fx.note(sentence!(
                "gives up: it has heard {0} of {1} servers within {2} ticks, itself included",
                heard + 1,
                self.nodes,
                limit
            ));
            return self.look(fx);
        }
        fx.set_timer(Timer::Tick, self.ticks(1));
        fx.broadcast(synced.into_iter(), Message::Ping);
    }
}

/// The follower's side.
impl Zab {
    /// PROPOSAL: it is logged and acknowledged, once the follower is up to date.
    pub(super) fn hear_proposal(&mut self, entry: Entry, fx: &mut Effects<Self>) {
        let Role::Following(following) = &mut self.role else { return };
        following.queued.push(entry);
        self.log_queued(fx);
    }

    /// Logs the proposals that have come, and acknowledges each behind its write.
    pub(super) fn log_queued(&mut self, fx: &mut Effects<Self>) {
        let Role::Following(following) = &mut self.role else { return };
        if !following.is_up_to_date() {
            return;
        }
        let leader = following.leader;
        for entry in std::mem::take(&mut following.queued) {
            let zxid = entry.zxid;
            // A duplicate says nothing new.
            if zxid > self.history.last() {
                self.append(entry, fx);
                fx.send(leader, Message::Ack { zxid });
            }
        }
    }

    pub(super) fn hear_commit(&mut self, zxid: Zxid, fx: &mut Effects<Self>) {
        let Role::Following(following) = &mut self.role else { return };
        following.committed = following.committed.max(zxid);
        self.deliver_committed(fx);
    }

    pub(super) fn deliver_committed(&mut self, fx: &mut Effects<Self>) {
        let Role::Following(following) = &self.role else { return };
        if following.phase == Phase::Broadcast
            && let Some(position) = self.history.reach(following.committed)
        {
            self.deliver(position, fx);
        }
    }
}

/// On both sides.
impl Zab {
    /// Into the history, in memory and on disk.
    fn append(&mut self, entry: Entry, fx: &mut Effects<Self>) {
        self.history.push(entry.clone());
        self.saved.history.push(entry);
        self.save(fx);
    }

    /// Executes what is committed, up to this position, and answers whoever waits for it here.
    pub(super) fn deliver(&mut self, position: u64, fx: &mut Effects<Self>) {
        for position in self.delivered + 1..=position {
            let Some(entry) = self.history.get(position) else { break };
            self.delivered = position;
            if let Command::Execute { client, seq, request } = &entry.command {
                let (client, seq) = (*client, *seq);
                let answer = self.sessions.once(client, seq, || self.store.execute(request));
                if self.waiting.take(client, seq) {
                    self.answer(client, seq, answer, fx);
                }
            }
        }
        self.answer_syncs(fx);
        self.take_snapshot(fx);
    }

    /// After so many transactions the state machine as it is stands for the log so far.
    fn take_snapshot(&mut self, fx: &mut Effects<Self>) {
        let grown = self.delivered - self.history.snapshot.count;
        let writes = matches!(&self.role, Role::Following(it) if !it.is_up_to_date());
        if grown < self.config.snapshot || writes {
            return;
        }
        let snapshot = Snapshot {
            count: self.delivered,
            zxid: self.history.zxid(self.delivered),
            store: self.store.clone(),
            sessions: self.sessions.clone(),
        };
        self.history.compact(snapshot.clone());
        self.saved.history.compact(snapshot);
        self.save(fx);
    }
}
