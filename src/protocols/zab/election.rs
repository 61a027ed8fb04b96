//! Phase 0, fast leader election: servers that look for a leader tell all others whom they vote for, and
//! change to any better vote that they hear of, so that within a few messages all vote for the server
//! that has seen most. Nothing rests on it but how soon a good leader is found: whoever is elected has
//! yet to win a quorum in discovery.
//!
//! (`lookForLeader` in ZooKeeper's `FastLeaderElection`; the article leaves the election open.)

use std::collections::BTreeMap;

use crate::base::{Place, Sentence, Span, Time};
use crate::protocol::{Effects, Outcome};
use crate::sentence;

use super::message::{Message, State, Vote};
use super::{Role, Timer, Zab};

/// A server that looks for a leader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Looking {
    /// The votes of its round, its own among them.
    pub votes: BTreeMap<Place, Vote>,
    /// What those say who have a leader: their round, the vote that won it, and whether it is they who
    /// lead.
    pub settled: BTreeMap<Place, (u64, Vote, bool)>,
    /// How long it waits before it says again whom it votes for.
    interval: Time,
    /// A quorum agrees with it, and it waits for a better vote.
    pub finalizing: bool,
}

impl Zab {
    /// Leaves whatever it was, and looks for a leader.
    pub(super) fn look(&mut self, fx: &mut Effects<Self>) {
        match &self.role {
            Role::Looking(_) => {}
            Role::Following(following) => fx.disconnect(following.leader),
            Role::Leading(lead) => lead.learners.keys().for_each(|learner| fx.disconnect(*learner)),
        }
        for timer in [Timer::Init, Timer::Tick, Timer::Silence] {
            fx.cancel_timer(timer);
        }
        std::mem::take(&mut self.waiting).send_on(None, fx);
        for (client, seq, _) in std::mem::take(&mut self.syncs) {
            fx.reply(client, seq, Outcome::Redirect(None));
        }
        match self.config.memory_survives {
            // It goes by what it has executed, although its disk may hold more.
            true => self.history.truncate(self.history.zxid(self.delivered)),
            // What its disk holds or is about to hold counts, executed or not, and nothing else.
            false => self.replace_history(self.saved.history.clone()),
        }
        self.start_election(fx);
    }

    /// A new round, in which it votes for itself.
    pub(super) fn start_election(&mut self, fx: &mut Effects<Self>) {
        self.round += 1;
        self.vote = self.own_vote();
        self.role = Role::Looking(Looking {
            votes: BTreeMap::from([(self.me, self.vote)]),
            interval: self.config.notify.min,
            ..Looking::default()
        });
        fx.note(sentence!(
            "looks for a leader in round {0}, and votes for itself: it has seen epoch {1} and zxid {2}",
            self.round,
            self.vote.epoch,
            self.vote.zxid.to_string()
        ));
        self.notify(fx);
        self.count_votes(fx);
    }

    fn own_vote(&self) -> Vote {
        Vote { epoch: self.saved.current_epoch, zxid: self.history.last(), id: self.me }
    }

    /// `totalOrderPredicate`: the later epoch, then the higher zxid, then the higher number.
    fn is_better(&self, vote: Vote, than: Vote) -> bool {
        match self.config.vote_by_id {
            true => vote.id > than.id,
            false => vote > than,
        }
    }

    pub(super) fn notification(&self) -> Message {
        Message::Notification { round: self.round, vote: self.vote, state: self.state() }
    }

    /// Tells all others whom it votes for, and again after a while.
    fn notify(&mut self, fx: &mut Effects<Self>) {
        fx.broadcast(self.others(), self.notification());
        let Role::Looking(looking) = &mut self.role else { return };
        fx.set_timer(Timer::Notify, Span::exactly(looking.interval));
    }

    /// Nobody has answered enough: each time it waits twice as long.
    pub(super) fn notify_again(&mut self, fx: &mut Effects<Self>) {
        let longest = self.config.notify.max;
        if let Role::Looking(looking) = &mut self.role {
            looking.interval = Time(looking.interval.0 * 2).min(longest);
        }
        self.notify(fx);
    }

    pub(super) fn hear_notification(
        &mut self,
        from: Place,
        round: u64,
        vote: Vote,
        state: State,
        fx: &mut Effects<Self>,
    ) {
        match (&mut self.role, state) {
            (Role::Looking(looking), State::Looking) => {
                looking.settled.remove(&from);
                self.hear_vote(from, round, vote, fx);
            }
            (Role::Looking(looking), _) => {
                looking.settled.insert(from, (round, vote, state == State::Leading));
                if round == self.round {
                    looking.votes.insert(from, vote);
                }
                self.join(vote, fx);
            }
            // Whoever is not looking tells one who is which leader it has.
            (_, State::Looking) => fx.send(from, self.notification()),
            _ => {}
        }
    }

    /// Somebody else looks for a leader too.
    fn hear_vote(&mut self, from: Place, round: u64, vote: Vote, fx: &mut Effects<Self>) {
        if round < self.round {
            fx.note(sentence!("tells {0} that this is round {1}, not {2}", from, self.round, round));
            return fx.send(from, self.notification());
        }
        let before = (self.round, self.vote);
        let Role::Looking(looking) = &mut self.role else { return };
        if round > self.round {
            fx.note(sentence!("goes on to round {0}, in which {1} is already", round, from));
            self.round = round;
            looking.votes.clear();
            self.vote = self.own_vote();
        }
        let better = self.is_better(vote, self.vote);
        let Role::Looking(looking) = &self.role else { return };
        if vote.id != self.vote.id && looking.votes.get(&from) != Some(&vote) {
            fx.note(self.weigh(vote, better));
        }
        if better {
            self.vote = vote;
        }
        let (me, mine) = (self.me, self.vote);
        let Role::Looking(looking) = &mut self.role else { return };
        looking.votes.insert(from, vote);
        looking.votes.insert(me, mine);
        if before != (self.round, self.vote) {
            looking.finalizing = false;
            self.notify(fx);
        }
        self.count_votes(fx);
    }

    /// Why a vote is better than its own, or is not.
    fn weigh(&self, vote: Vote, better: bool) -> Sentence {
        let mine = self.vote;
        let alike = (vote.epoch, vote.zxid) == (mine.epoch, mine.zxid);
        let (zxid, own) = (vote.zxid.to_string(), mine.zxid.to_string());
        match (better, self.config.vote_by_id, alike) {
            (true, true, _) => {
                sentence!("votes for {0}: its number is higher than that of {1}", vote.id, mine.id)
            }
            (false, true, _) => {
                sentence!("keeps its vote for {0}: the number of {1} is lower", mine.id, vote.id)
            }
            (true, _, true) => sentence!(
                "votes for {0}: it has seen as much as {1}, and its number is higher",
                vote.id,
                mine.id
            ),
            (false, _, true) => sentence!(
                "keeps its vote for {0}: {1} has seen as much, and its number is lower",
                mine.id,
                vote.id
            ),
            (true, ..) => sentence!(
                "votes for {0}: epoch {1}, zxid {2} is more than epoch {4}, zxid {5} of {3}",
                vote.id,
                vote.epoch,
                zxid,
                mine.id,
                mine.epoch,
                own
            ),
            (false, ..) => sentence!(
                "keeps its vote for {0}: epoch {2}, zxid {3} of {1} is less than epoch {4}, zxid {5}",
                mine.id,
                vote.id,
                vote.epoch,
                zxid,
                mine.epoch,
                own
            ),
        }
    }

    /// With a quorum for its own vote it waits a little (`finalizeWait`): a better one may be on its way.
    fn count_votes(&mut self, fx: &mut Effects<Self>) {
        let (vote, wait) = (self.vote, self.config.finalize);
        let agree = self.agrees();
        let Role::Looking(looking) = &mut self.role else { return };
        match (agree, looking.finalizing) {
            (true, false) => {
                fx.set_timer(Timer::Finalize, Span::exactly(wait));
                fx.note(sentence!("has a quorum for {0}, and waits for a better vote", vote.id));
            }
            (false, true) => fx.cancel_timer(Timer::Finalize),
            _ => {}
        }
        looking.finalizing = agree;
    }

    /// Whether a quorum votes as it does.
    fn agrees(&self) -> bool {
        let Role::Looking(looking) = &self.role else { return false };
        let agree = looking.votes.values().filter(|vote| **vote == self.vote).count();
        self.is_quorum(agree)
    }

    /// No better vote has come.
    pub(super) fn conclude(&mut self, fx: &mut Effects<Self>) {
        if self.agrees() {
            self.elect(self.vote, fx);
        }
    }

    /// Somebody has a leader already. It is joined when a quorum names it and it says so itself; whoever
    /// looks does not depose it.
    fn join(&mut self, vote: Vote, fx: &mut Effects<Self>) {
        let Role::Looking(looking) = &self.role else { return };
        let Some((round, won, true)) = looking.settled.get(&vote.id).copied() else { return };
        let settled = looking.settled.values().filter(|(_, other, _)| other.id == vote.id).count();
        let voted = looking.votes.values().filter(|other| other.id == vote.id).count();
        if self.is_quorum(settled) || (round == self.round && self.is_quorum(voted)) {
            self.round = round;
            self.elect(won, fx);
        }
    }

    fn elect(&mut self, vote: Vote, fx: &mut Effects<Self>) {
        self.vote = vote;
        fx.cancel_timer(Timer::Notify);
        fx.cancel_timer(Timer::Finalize);
        fx.set_timer(Timer::Init, self.ticks(self.config.init_limit));
        match vote.id == self.me {
            true => self.lead(fx),
            false => self.follow(vote.id, fx),
        }
    }
}
