//! Leader election (§5.2): who stands, who votes for whom, and who has won.

use crate::base::quorum::majority;
use crate::base::{Place, Sentence};
use crate::protocol::Effects;
use crate::sentence;
use crate::service::sessions::{LogCommand as Command, Unanswered};

use super::{Entry, Lead, Message, Position, Raft, Role, Timer};

impl Raft {
    pub(super) fn stand_for_election(&mut self, fx: &mut Effects<Self>) {
        fx.note(match self.role {
            Role::Candidate { .. } => {
                sentence!(
                    "starts an election for term {0}: nobody won term {1} in time",
                    self.term + 1,
                    self.term
                )
            }
            _ => sentence!(
                "starts an election for term {0}: its timer ran out before it heard a leader",
                self.term + 1
            ),
        });
        self.term += 1;
        self.voted_for = Some(self.me);
        self.leader = None;
        self.role = Role::Candidate { votes: Vec::new() };
        fx.set_timer(Timer::Election, self.config.election);
        self.save(fx);
        let last = self.position(self.log.len());
        fx.broadcast(self.others(), Message::RequestVote { term: self.term, last });
    }

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
            fx.set_timer(Timer::Election, self.config.election);
        }
        let mine = self.position(self.log.len());
        fx.note(refusal.unwrap_or_else(|| mine.votes(candidate, term, last)));
        self.save(fx);
        fx.send(candidate, Message::RequestVoteReply { term: self.term, vote_granted });
    }

    /// One vote a term, first come, first served; and only for a log that is at least as up to date
    /// as one's own (§5.4.1), so that whoever wins a majority holds all that is committed.
    pub(super) fn refusal(&self, candidate: Place, term: u64, last: Position) -> Option<Sentence> {
        let mine = self.position(self.log.len());
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
            _ if self.config.no_up_to_date_check => None,
            _ if last.term < mine.term => Some(sentence!(
                "refuses {0} its vote: {0}'s last entry is of term {1}, its own of term {2}",
                candidate,
                last.term,
                mine.term
            )),
            _ if last.index < mine.index && last.term == mine.term => Some(sentence!(
                "refuses {0} its vote: {0}'s log ends at index {1}, its own at {2}",
                candidate,
                last.index,
                mine.index
            )),
            _ => None,
        }
    }

    pub(super) fn count_vote(&mut self, voter: Place, fx: &mut Effects<Self>) {
        let Role::Candidate { votes } = &mut self.role else { return };
        if !votes.contains(&voter) {
            votes.push(voter);
        }
        if votes.len() >= usize::from(majority(self.nodes)) {
            fx.note(sentence!(
                "becomes leader of term {0}: {1} of {2} servers voted for it",
                self.term,
                votes.len(),
                self.nodes
            ));
            self.become_leader(fx);
        }
    }

    pub(super) fn become_leader(&mut self, fx: &mut Effects<Self>) {
        let servers = usize::from(self.nodes);
        self.role = Role::Leader(Lead {
            next: vec![self.log.len() + 1; servers],
            matched: vec![0; servers],
            round: 0,
            doubted: vec![None; servers],
            waiting: Unanswered::default(),
        });
        self.leader = Some(self.me);
        fx.cancel_timer(Timer::Election);
        // §8: a no-op opens its term. Once that is committed, so is everything before it.
        self.log.push(Entry { term: self.term, command: Command::NoOp });
        self.save(fx);
        self.send_heartbeats(fx);
    }

    pub(super) fn become_follower(&mut self, fx: &mut Effects<Self>) {
        let was = std::mem::replace(&mut self.role, Role::Follower);
        let Role::Leader(lead) = was else { return };
        fx.cancel_timer(Timer::Heartbeat);
        fx.set_timer(Timer::Election, self.config.election);
        lead.waiting.send_on(self.leader, fx);
    }

    /// A leader of the server's own term speaks: nobody else will win it.
    pub(super) fn hear_leader(&mut self, leader: Place, fx: &mut Effects<Self>) {
        if matches!(self.role, Role::Candidate { .. }) {
            fx.note(sentence!("gives up its election: {0} leads term {1}", leader, self.term));
            self.role = Role::Follower;
        }
        self.leader = Some(leader);
        fx.set_timer(Timer::Election, self.config.election);
    }
}
