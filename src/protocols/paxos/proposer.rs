//! The proposer: gets a value chosen, in two phases, and again at a higher ballot for as long as
//! something is in its way.

use crate::base::{Place, Text};
use crate::protocol::{Effects, Outcome};
use crate::sentence;

use super::config::widened;
use super::{Ballot, Bid, Message, Paxos, Phase, Proposal, Timer};

/// What clients want.
impl Paxos {
    /// A client would like to have this value chosen. It is told what is.
    pub(super) fn propose_for(
        &mut self,
        client: Place,
        seq: u64,
        value: Text,
        fx: &mut Effects<Self>,
    ) {
        if let Some(chosen) = &self.chosen {
            return answer(client, seq, chosen, fx);
        }
        if !self.proposes() {
            let next = self.config.proposers.of(self.nodes).find(|proposer| *proposer > self.me);
            let next = next.or(self.config.proposers.of(self.nodes).next());
            fx.note(sentence!("is no proposer, and sends {0} on", client));
            return fx.reply(client, seq, Outcome::Redirect(next));
        }
        if !self.waiting.contains(&(client, seq)) {
            self.waiting.push((client, seq));
        }
        self.wish.get_or_insert(value);
        if self.bid.is_none() {
            self.prepare(fx);
        }
    }

    /// Tells whoever waits what is chosen.
    pub(super) fn answer_all(&mut self, chosen: &Text, fx: &mut Effects<Self>) {
        for (client, seq) in std::mem::take(&mut self.waiting) {
            answer(client, seq, chosen, fx);
        }
    }
}

fn answer(client: Place, seq: u64, chosen: &Text, fx: &mut Effects<Paxos>) {
    fx.reply(client, seq, Outcome::Said(sentence!("chosen: \"{0}\"", chosen.clone())));
}

/// Both phases (§2.2): the proposer's side.
impl Paxos {
    /// Phase 1a, at a ballot above all that this server has ever used or heard of. That the round is
    /// on disk before the ballot is used keeps a crash from using it twice.
    pub(super) fn prepare(&mut self, fx: &mut Effects<Self>) {
        self.memory.round += 1;
        let ballot = Ballot::of(self.memory.round, self.me);
        self.bid = Some(Bid { ballot, phase: Phase::Prepare(Vec::new()) });
        fx.note(sentence!(
            "prepares ballot {0} and asks for promises: it needs {1}",
            ballot.to_string(),
            self.quorum()
        ));
        fx.set_timer(Timer::Retry, self.config.patience);
        if self.accepts() && !self.has_promised_above(ballot) {
            self.promise(ballot);
        }
        self.save(fx);
        fx.broadcast(self.others(&self.config.acceptors).into_iter(), Message::Prepare { ballot });
    }

    pub(super) fn count_promise(
        &mut self,
        from: Place,
        accepted: Option<Proposal>,
        fx: &mut Effects<Self>,
    ) {
        let quorum = self.quorum();
        let Some(Bid { phase: Phase::Prepare(promises), .. }) = &mut self.bid else { return };
        let again = promises.iter().any(|(known, _)| *known == from);
        if !again || self.config.count_answers_twice && from != self.me {
            promises.push((from, accepted));
        }
        if promises.len() >= quorum {
            let promises = std::mem::take(promises);
            self.propose(promises, fx);
        }
    }

    /// Phase 2a, once in a ballot: with the value of the highest ballot that the promises tell of,
    /// or with its own where they tell of none.
    fn propose(&mut self, promises: Vec<(Place, Option<Proposal>)>, fx: &mut Effects<Self>) {
        let (Some(bid), Some(own)) = (&mut self.bid, self.wish.clone()) else { return };
        let ballot = bid.ballot;
        let told = promises.iter().filter_map(|(by, told)| Some((told.as_ref()?, *by)));
        let found = match (self.config.ignore_accepted, self.config.adopt_lowest) {
            (true, _) => None,
            (_, true) => told.min_by_key(|(proposal, _)| proposal.ballot),
            _ => told.max_by_key(|(proposal, _)| proposal.ballot),
        };
        let value = found.map_or(&own, |(proposal, _)| &proposal.value).clone();
        fx.note(match found {
            Some((proposal, by)) if proposal.value != own => sentence!(
                "must propose “{0}”, not its own “{1}”: {2} has accepted it at ballot {3}, and it may have been chosen",
                value.clone(), own, by, proposal.ballot.to_string()
            ),
            Some((proposal, by)) => sentence!(
                "proposes “{0}” at ballot {1}: {2} has accepted it before, at ballot {3}",
                value.clone(), ballot.to_string(), by, proposal.ballot.to_string()
            ),
            None => sentence!(
                "is free to propose “{0}” at ballot {1}: those who promised tell of no other value",
                value.clone(), ballot.to_string()
            ),
        });
        bid.phase = Phase::Accept(value.clone(), Vec::new());
        fx.set_timer(Timer::Retry, self.config.patience);
        let proposal = Proposal { ballot, value };
        if self.accepts() && self.may_accept(ballot) {
            self.accept(proposal.clone(), fx);
        }
        let acceptors = self.others(&self.config.acceptors);
        fx.broadcast(acceptors.into_iter(), Message::Accept(proposal));
    }

    /// An acceptor has promised a higher ballot: this one is over. Waiting before the next is what
    /// keeps two proposers from getting in each other's way for ever (§2.4).
    pub(super) fn give_way(&mut self, to: Place, promised: Ballot, fx: &mut Effects<Self>) {
        self.memory.round = self.memory.round.max(promised.round);
        let Some(bid) = self.bid.as_mut().filter(|bid| bid.phase != Phase::Pause) else { return };
        fx.note(sentence!(
            "gives up ballot {0}: {1} has promised {2}",
            bid.ballot.to_string(),
            to,
            promised.to_string()
        ));
        bid.phase = Phase::Pause;
        self.attempts += 1;
        fx.set_timer(Timer::Retry, widened(self.config.backoff, self.attempts));
    }

    /// The pause is over, or a quorum has not answered in time.
    pub(super) fn try_again(&mut self, fx: &mut Effects<Self>) {
        if self.bid.is_some() && self.chosen.is_none() {
            self.prepare(fx);
        }
    }
}
