//! The acceptor: the memory of the system. It knows nothing of who wants what, only of ballots, and
//! what it has said it never takes back.

use crate::base::Place;
use crate::protocol::{Effects, Outcome};
use crate::sentence;

use super::{Ballot, Message, Paxos, Proposal};

/// Both phases (§2.2): the acceptor's side.
impl Paxos {
    /// The promise stands in the way of whatever is below it.
    pub(super) fn has_promised_above(&self, ballot: Ballot) -> bool {
        self.memory.promised.is_some_and(|promised| promised > ballot)
    }

    /// At a ballot not below its promise (`Phase2b` of `Paxos.tla`); it need not have promised this
    /// very ballot.
    pub(super) fn may_accept(&self, ballot: Ballot) -> bool {
        !self.has_promised_above(ballot) || self.config.ignore_promise
    }

    /// A late copy of a Prepare: this very ballot has been accepted at. `Phase1b` of `Paxos.tla` answers a
    /// ballot above the promise and no other, so that what it tells is always of an earlier ballot.
    pub(super) fn has_accepted_at(&self, ballot: Ballot) -> bool {
        self.memory.accepted.as_ref().is_some_and(|accepted| accepted.ballot == ballot)
    }

    /// Phase 1b: it promises to accept nothing below this ballot, and tells what it has accepted. A
    /// ballot that it has promised already, and has not accepted at, gets the very answer again that it got
    /// first: for the specification, whose messages never go away, the same message is no second one.
    pub(super) fn promise_to(&mut self, to: Place, ballot: Ballot, fx: &mut Effects<Self>) {
        self.note_promise(to, ballot, fx);
        self.promise(ballot);
        self.save(fx);
        fx.send(to, Message::Promise { ballot, accepted: self.memory.accepted.clone() });
    }

    fn note_promise(&self, to: Place, ballot: Ballot, fx: &mut Effects<Self>) {
        if self.memory.promised != Some(ballot) {
            fx.note(sentence!(
                "promises {0} to accept nothing below ballot {1}",
                to,
                ballot.to_string()
            ));
        }
    }

    pub(super) fn promise(&mut self, ballot: Ballot) {
        self.memory.promised = Some(ballot);
        self.memory.round = self.memory.round.max(ballot.round);
    }

    pub(super) fn refuse(&mut self, to: Place, ballot: Ballot, fx: &mut Effects<Self>) {
        let Some(promised) = self.memory.promised else { return };
        fx.note(sentence!(
            "refuses ballot {0} of {1}: it has promised {2}",
            ballot.to_string(),
            to,
            promised.to_string()
        ));
        fx.send(to, Message::Refused { ballot, promised });
    }

    /// Phase 2b: it accepts the value, and says so to the learners and to whoever proposed it.
    pub(super) fn accept(&mut self, proposal: Proposal, fx: &mut Effects<Self>) {
        if self.memory.accepted.as_ref() != Some(&proposal) {
            fx.note(sentence!(
                "accepts “{0}” at ballot {1}",
                proposal.value.clone(),
                proposal.ballot.to_string()
            ));
        }
        if self.memory.promised.is_none_or(|promised| promised < proposal.ballot) {
            self.promise(proposal.ballot);
        }
        self.memory.accepted = Some(proposal.clone());
        self.save(fx);
        let mut told = self.others(&self.config.learners);
        let proposer = proposal.ballot.server().filter(|proposer| *proposer != self.me);
        told.extend(proposer.filter(|proposer| !self.config.learners.has(*proposer)));
        fx.broadcast(told.into_iter(), Message::Accepted(proposal));
    }
}

/// A client plays the proposer: the same rules, and the answer as the service tells it.
impl Paxos {
    pub(super) fn promise_client(
        &mut self,
        client: Place,
        seq: u64,
        ballot: Ballot,
        fx: &mut Effects<Self>,
    ) {
        if !self.accepts() {
            return self.is_no_acceptor(client, seq, fx);
        }
        if self.has_promised_above(ballot) {
            return self.refuse_client(client, seq, ballot, fx);
        }
        if self.has_accepted_at(ballot) {
            let why = sentence!(
                "{0} has accepted at ballot {1} already: a ballot is promised before, not after",
                self.me,
                ballot.to_string()
            );
            return fx.reply(client, seq, Outcome::Refused(why));
        }
        self.note_promise(client, ballot, fx);
        self.promise(ballot);
        self.save(fx);
        // The value, and the ballot it was accepted at: of several, that of the highest binds.
        let accepted = match &self.memory.accepted {
            Some(Proposal { ballot, value }) => format!("\"{value}\", accepted={ballot}"),
            None => "None".into(),
        };
        let answer = format!("promise: number={}, value={accepted}", ballot.round);
        fx.reply(client, seq, Outcome::Done(answer.into()));
    }

    pub(super) fn accept_from_client(
        &mut self,
        client: Place,
        seq: u64,
        proposal: Proposal,
        fx: &mut Effects<Self>,
    ) {
        let Proposal { ballot, value } = &proposal;
        match &self.memory.accepted {
            _ if !self.accepts() => self.is_no_acceptor(client, seq, fx),
            _ if !self.may_accept(*ballot) => self.refuse_client(client, seq, *ballot, fx),
            // There is one value to a ballot, and a client has to keep to that as well.
            Some(other) if other.ballot == *ballot && other.value != *value => fx.reply(
                client,
                seq,
                Outcome::Refused(sentence!(
                    "{0} has accepted “{1}” at ballot {2}, and no ballot has two values",
                    self.me,
                    other.value.clone(),
                    ballot.to_string()
                )),
            ),
            _ => {
                let answer = format!("accepted: number={}, value=\"{value}\"", ballot.round);
                self.accept(proposal, fx);
                fx.reply(client, seq, Outcome::Done(answer.into()));
            }
        }
    }

    fn refuse_client(&mut self, client: Place, seq: u64, ballot: Ballot, fx: &mut Effects<Self>) {
        let Some(promised) = self.memory.promised else { return };
        let why = sentence!(
            "{0} has promised {1} to accept nothing below ballot {2}: {3} is too low",
            self.me,
            promised.by,
            promised.to_string(),
            ballot.to_string()
        );
        fx.reply(client, seq, Outcome::Refused(why));
    }

    fn is_no_acceptor(&mut self, client: Place, seq: u64, fx: &mut Effects<Self>) {
        fx.reply(client, seq, Outcome::Refused(sentence!("{0} is no acceptor", self.me)));
    }
}
