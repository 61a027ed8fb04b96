//! Leader election (§5.2): who stands, who votes for whom, who has won, and what makes a leader give up.
//!
//! Two options keep servers that cannot win from disturbing those that can (dissertation, §9.6 and §6.2).
//! *PreVote*: a server asks first whether a majority would vote for it, and stands only then.
//! *CheckQuorum*: a leader that has not heard a quorum for an election timeout steps down; and because of
//! that a server that has heard its leader within the least election timeout *stands by* it: it ignores
//! whoever asks for votes. The dissertation makes the second part a part of PreVote; here, as in etcd, it
//! belongs to CheckQuorum, so that PreVote alone does not stop a server that reaches a quorum.

use crate::base::{Place, Sentence, Span, Time};
use crate::protocol::{Effects, Outcome};
use crate::sentence;
use crate::service::sessions::{LogCommand, Unanswered};

use super::reads::Asks;
use super::{Command, Entry, Lead, Message, Position, Raft, Role, Timer};

/// Whether to stand, and how.
impl Raft {
    pub(super) fn time_out(&mut self, fx: &mut Effects<Self>) {
        if !self.may_stand() {
            // Its timer is not set: somebody has made it run out.
            fx.note(sentence!("does not stand: it does not vote"));
        } else if self.stands_by_its_leader(fx.steady_now()) {
            // Only a timer that runs out before its time gets here.
            fx.note(sentence!("does not stand: it has heard its leader within an election timeout"));
            self.await_leader(fx);
        } else if self.config.pre_vote {
            self.ask_who_would_vote(fx);
        } else {
            self.stand_for_election(false, fx);
        }
    }

    /// Leader stickiness: a leader has been heard within the least election timeout, by a clock that
    /// nobody steps. A leader hears itself.
    pub(super) fn stands_by_its_leader(&self, now: Time) -> bool {
        let heard = self.heard.is_some_and(|heard| now.since(heard) < self.config.election.min);
        self.config.check_quorum && (heard || self.leads())
    }

    /// PreVote (dissertation, §9.6): nobody's term changes, its own neither.
    fn ask_who_would_vote(&mut self, fx: &mut Effects<Self>) {
        fx.note(sentence!(
            "asks who would vote for it in term {0}: its timer ran out before it heard a leader",
            self.term + 1
        ));
        self.leader = None;
        self.role = Role::PreCandidate { votes: vec![self.me] };
        self.await_leader(fx);
        let last = self.position(self.log.len());
        fx.broadcast(self.others(), Message::PreVote { term: self.term + 1, last });
        self.count_pre_vote(self.me, fx);
    }

    /// `told`: the leader hands over to it.
    pub(super) fn stand_for_election(&mut self, told: bool, fx: &mut Effects<Self>) {
        let why = match &self.role {
            Role::PreCandidate { votes } => sentence!(
                "starts an election for term {0}: {1} of {2} servers would vote for it",
                self.term + 1,
                votes.len(),
                self.configuration.deciding().len()
            ),
            Role::Candidate { .. } => {
                sentence!(
                    "starts an election for term {0}: nobody won term {1} in time",
                    self.term + 1,
                    self.term
                )
            }
            _ if told => {
                sentence!("starts an election for term {0}: its leader told it to", self.term + 1)
            }
            _ => sentence!(
                "starts an election for term {0}: its timer ran out before it heard a leader",
                self.term + 1
            ),
        };
        fx.note(why);
        self.term += 1;
        self.voted_for = Some(self.me);
        self.leader = None;
        self.role = Role::Candidate { votes: Vec::new() };
        self.await_leader(fx);
        self.save(fx);
        let last = self.position(self.log.len());
        fx.broadcast(self.others(), Message::RequestVote { term: self.term, last, told });
    }
}

/// Whom to vote for.
impl Raft {
    pub(super) fn answer_candidate(
        &mut self,
        candidate: Place,
        term: u64,
        last: Position,
        fx: &mut Effects<Self>,
    ) {
        let refusal = self.refusal(candidate, term, last);
        let vote_granted = refusal.is_none();
        if vote_granted {
            self.voted_for = Some(candidate);
            self.await_leader(fx);
        }
        let mine = self.position(self.log.len());
        fx.note(refusal.unwrap_or_else(|| mine.votes(candidate, term, last)));
        self.save(fx);
        fx.send(candidate, Message::RequestVoteReply { term: self.term, vote_granted });
    }

    /// The same for who only asks: nothing is promised, and no term changes. A refusal carries this
    /// server's own term, which may raise the other's; a yes carries the term that was asked about.
    pub(super) fn answer_pre_candidate(
        &mut self,
        candidate: Place,
        term: u64,
        last: Position,
        fx: &mut Effects<Self>,
    ) {
        if self.config.pre_vote_adopts_term && term > self.term {
            self.term = term;
            self.voted_for = None;
            self.become_follower(fx);
        }
        let refusal = match term > self.term {
            // In a later term its vote is free: only the logs decide.
            true => self.log_refusal(candidate, last),
            false => Some(sentence!(
                "would not vote for {0}: this is term {2} already, not before {1}",
                candidate,
                term,
                self.term
            )),
        };
        let granted = refusal.is_none();
        fx.note(
            refusal.unwrap_or_else(|| sentence!("would vote for {0} in term {1}", candidate, term)),
        );
        self.save(fx);
        let term = if granted { term } else { self.term };
        fx.send(candidate, Message::PreVoteReply { term, granted });
    }

    /// One vote a term, first come, first served; and only for a log that is at least as up to date
    /// as one's own.
    fn refusal(&self, candidate: Place, term: u64, last: Position) -> Option<Sentence> {
        match self.voted_for {
            _ if term < self.term => Some(sentence!(
                "refuses {0} its vote: term {1} is over, this is term {2}",
                candidate,
                term,
                self.term
            )),
            Some(other) if other != candidate => Some(sentence!(
                "refuses {0} its vote for term {1}: it has given it to {2}",
                candidate,
                term,
                other
            )),
            _ => self.log_refusal(candidate, last),
        }
    }

    /// §5.4.1: whoever wins a majority holds all that is committed, because some voter does and its own
    /// log is at least as up to date.
    fn log_refusal(&self, candidate: Place, last: Position) -> Option<Sentence> {
        let mine = self.position(self.log.len());
        if self.config.no_up_to_date_check {
            None
        } else if self.config.learner_refuses_to_vote && self.configuration.learners.has(self.me) {
            Some(sentence!("refuses {0} its vote: it is a learner", candidate))
        } else if last.term < mine.term {
            Some(sentence!(
                "refuses {0} its vote: {0}'s last entry is of term {1}, its own of term {2}",
                candidate,
                last.term,
                mine.term
            ))
        } else if last.index < mine.index && last.term == mine.term {
            Some(sentence!(
                "refuses {0} its vote: {0}'s log ends at index {1}, its own at {2}",
                candidate,
                last.index,
                mine.index
            ))
        } else {
            None
        }
    }
}

/// Who has won.
impl Raft {
    pub(super) fn count_pre_vote(&mut self, voter: Place, fx: &mut Effects<Self>) {
        let Role::PreCandidate { votes } = &mut self.role else { return };
        if !votes.contains(&voter) {
            votes.push(voter);
        }
        if self.configuration.agreed(|voter| votes.contains(&voter)) {
            self.stand_for_election(false, fx);
        }
    }

    pub(super) fn count_vote(&mut self, voter: Place, fx: &mut Effects<Self>) {
        let Role::Candidate { votes } = &mut self.role else { return };
        if !votes.contains(&voter) {
            votes.push(voter);
        }
        if self.configuration.agreed(|voter| votes.contains(&voter)) {
            fx.note(sentence!(
                "becomes leader of term {0}: {1} of {2} servers voted for it",
                self.term,
                votes.len(),
                self.configuration.deciding().len()
            ));
            self.become_leader(fx);
        }
    }

    pub(super) fn become_leader(&mut self, fx: &mut Effects<Self>) {
        let servers = usize::from(self.nodes);
        self.role = Role::Leader(Box::new(Lead {
            next: vec![self.log.len() + 1; servers],
            matched: vec![0; servers],
            round: 0,
            doubted: vec![None; servers],
            sending: vec![(0, 0); servers],
            heard: vec![fx.steady_now(); servers],
            waiting: Unanswered::default(),
            reads: Vec::new(),
            rounds: Vec::new(),
            leased: vec![Time::ZERO; servers],
            transfer: None,
            lease_is_over: false,
        }));
        self.leader = Some(self.me);
        fx.cancel_timer(Timer::Election);
        if self.config.check_quorum {
            fx.set_timer(Timer::Quorum, Span::exactly(self.config.election.min));
        }
        if self.config.no_op {
            // §8: a no-op opens its term. Once that is committed, so is everything before it.
            self.push(Entry { term: self.term, command: Command::Log(LogCommand::NoOp) });
        }
        self.save(fx);
        self.send_heartbeats(fx);
    }

    pub(super) fn become_follower(&mut self, fx: &mut Effects<Self>) {
        let was = std::mem::replace(&mut self.role, Role::Follower);
        let Role::Leader(lead) = was else { return };
        fx.cancel_timer(Timer::Heartbeat);
        fx.cancel_timer(Timer::Quorum);
        self.await_leader(fx);
        for read in lead.reads.iter().filter(|read| matches!(read.asks, Asks::Value(_))) {
            fx.reply(read.client, read.seq, Outcome::Redirect(self.leader));
        }
        lead.waiting.send_on(self.leader, fx);
    }

    /// A leader of the server's own term speaks: nobody else will win it.
    pub(super) fn hear_leader(&mut self, leader: Place, fx: &mut Effects<Self>) {
        if matches!(self.role, Role::Candidate { .. } | Role::PreCandidate { .. }) {
            fx.note(sentence!("gives up its election: {0} leads term {1}", leader, self.term));
            self.role = Role::Follower;
        }
        self.leader = Some(leader);
        self.heard = Some(fx.steady_now());
        self.await_leader(fx);
    }

    /// CheckQuorum (dissertation, §6.2): a leader that no quorum answers steps down, so that clients look
    /// elsewhere.
    pub(super) fn check_quorum(&mut self, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &self.role else { return };
        let (now, timeout) = (fx.steady_now(), self.config.election.min);
        let heard = |server: Place| {
            server == self.me || now.since(lead.heard[server.index()]) <= timeout
        };
        if self.configuration.agreed(heard) {
            fx.set_timer(Timer::Quorum, Span::exactly(timeout));
            return;
        }
        let deciding = self.configuration.deciding();
        let answered = deciding.iter().filter(|server| heard(*server)).count();
        fx.note(sentence!(
            "no longer leads term {0}: it has heard {1} of {2} servers within an election timeout",
            self.term,
            answered,
            deciding.len()
        ));
        self.leader = None;
        self.give_transfer_up(fx);
        self.become_follower(fx);
    }
}
