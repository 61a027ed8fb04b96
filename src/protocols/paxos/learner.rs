//! The learner: it hears what is accepted, and knows that a value is chosen once a quorum has
//! accepted it at one ballot (§2.3).

use crate::base::{Place, Text};
use crate::protocol::Effects;
use crate::sentence;

use super::{Heard, Message, Paxos, Phase, Proposal, Timer};

/// Ballots that a learner remembers: what was accepted below them it has no use for.
const REMEMBERED: usize = 8;

impl Paxos {
    /// This acceptor has accepted the proposal, durably.
    pub(super) fn hear(&mut self, from: Place, proposal: Proposal, fx: &mut Effects<Self>) {
        let quorum = self.quorum();
        if let Some(bid) = &mut self.bid
            && bid.ballot == proposal.ballot
            && let Phase::Accept(_, accepted) = &mut bid.phase
            && !accepted.contains(&from)
        {
            accepted.push(from);
        }
        let known = self.heard.iter().position(|heard| heard.proposal == proposal);
        let place = known.unwrap_or_else(|| {
            self.heard.push(Heard { proposal: proposal.clone(), by: Vec::new() });
            self.heard.sort_by_key(|heard| heard.proposal.ballot);
            if self.heard.len() > REMEMBERED {
                self.heard.remove(0);
            }
            self.heard.iter().position(|heard| heard.proposal == proposal).unwrap_or(0)
        });
        let Some(heard) = self.heard.get_mut(place) else { return };
        if heard.proposal != proposal || heard.by.contains(&from) {
            return;
        }
        heard.by.push(from);
        if heard.by.len() >= quorum && self.chosen.is_none() {
            fx.note(sentence!(
                "learns that “{0}” is chosen: a quorum has accepted it at ballot {1}",
                proposal.value.clone(),
                proposal.ballot.to_string()
            ));
            self.learn(proposal.value, fx);
        }
    }

    /// The value is chosen: there is nothing more to do.
    pub(super) fn learn(&mut self, value: Text, fx: &mut Effects<Self>) {
        if self.chosen.is_some() {
            return;
        }
        self.chosen = Some(value.clone());
        self.answer_all(&value, fx);
        self.bid = None;
        fx.cancel_timer(Timer::Retry);
        fx.cancel_timer(Timer::Ask);
    }

    /// What it was not told, because a message was lost or it was down, it asks for.
    pub(super) fn ask(&mut self, fx: &mut Effects<Self>) {
        fx.set_timer(Timer::Ask, self.config.ask);
        let mut asked = self.others(&self.config.acceptors);
        asked.extend(
            self.others(&self.config.proposers)
                .into_iter()
                .filter(|proposer| !self.config.acceptors.has(*proposer)),
        );
        let heard = self.latest();
        fx.broadcast(asked.into_iter(), Message::Ask { heard: heard.clone() });
        self.bring_to_an_end(heard, fx);
    }

    /// Somebody asks what is accepted or chosen.
    pub(super) fn tell(&mut self, to: Place, heard: Option<Proposal>, fx: &mut Effects<Self>) {
        match (&self.chosen, &self.memory.accepted) {
            (Some(value), _) => fx.send(to, Message::Decided { value: value.clone() }),
            (None, Some(proposal)) if self.accepts() => {
                fx.send(to, Message::Accepted(proposal.clone()));
                self.bring_to_an_end(later(self.latest(), heard), fx);
            }
            _ => self.bring_to_an_end(heard, fx),
        }
    }

    /// The proposal of the highest ballot that it knows of.
    fn latest(&self) -> Option<Proposal> {
        let heard = self.heard.last().map(|heard| heard.proposal.clone());
        later(heard, self.memory.accepted.clone())
    }

    /// Something was proposed, and nobody seems to know what has become of it: its proposer may be
    /// gone. Whoever can, finishes what it began, for a value may be chosen without anybody knowing.
    fn bring_to_an_end(&mut self, begun: Option<Proposal>, fx: &mut Effects<Self>) {
        let Some(proposal) = begun else { return };
        if self.proposes() && self.bid.is_none() && self.chosen.is_none() {
            fx.note(sentence!(
                "finds out whether “{0}” is chosen, by proposing it once more",
                proposal.value.clone()
            ));
            self.wish.get_or_insert(proposal.value);
            self.prepare(fx);
        }
    }
}

/// The proposal of the higher ballot.
fn later(one: Option<Proposal>, other: Option<Proposal>) -> Option<Proposal> {
    one.into_iter().chain(other).max_by_key(|proposal| proposal.ballot)
}
