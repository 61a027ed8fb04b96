//! What is shown of a server: plain data, by the names of the paper and of `Paxos.tla`.

use std::fmt;

use crate::base::NodeId;
use crate::key;
use crate::protocol::{
    Badge, CellState, Epoch, Field, Gathering, NodeView, Role, Shape, Vocabulary,
};

use super::message::or_none;
use super::{Ballot, Disk, Paxos, Phase, Proposal, Timer};

/// What can be waited for.
pub(super) const WORDS: Vocabulary = Vocabulary {
    kinds: &["Prepare", "Promise", "Accept", "Accepted", "Refused", "Ask", "Decided"],
    roles: &["acceptor", "proposer", "learner", "preparing", "proposing", "waiting"],
    fields: &["ballot", "maxBal", "maxVBal", "maxVal", "last round", "chosen", "wants chosen"],
    numbers: &["last round"],
};

impl Paxos {
    pub(super) fn shown_role(&self) -> Role {
        match &self.bid {
            Some(bid) => match bid.phase {
                Phase::Prepare(_) => Role { name: "preparing", shape: Shape::Bid },
                Phase::Accept(..) => Role { name: "proposing", shape: Shape::Bid },
                Phase::Pause => Role { name: "waiting", shape: Shape::Bid },
            },
            None if self.accepts() => Role { name: "acceptor", shape: Shape::Plain },
            None if self.proposes() => Role { name: "proposer", shape: Shape::Plain },
            None => Role { name: "learner", shape: Shape::Plain },
        }
    }

    pub(super) fn shown(&self) -> NodeView {
        let mut fields = vec![Field::new("chosen", or_none(self.chosen.as_ref()))];
        if let Some(wish) = &self.wish {
            fields.push(Field::new("wants chosen", wish));
        }
        let won = self.won().map(|(proposal, _)| proposal.ballot);
        let ballot = self.bid.as_ref().map(|bid| bid.ballot).or(self.memory.promised.max(won));
        NodeView {
            role: self.shown_role(),
            epoch: Epoch {
                word: key!("ballot"),
                number: ballot.map_or(0, |ballot| ballot.round),
                by: ballot.map(|ballot| ballot.by),
            },
            fields,
            badge: self.shown_value(),
            quorum: self.shown_quorum(),
        }
    }

    /// What it has accepted; or what it has learnt, where it accepts nothing itself.
    fn shown_value(&self) -> Option<Badge> {
        let state = match (&self.chosen, &self.memory.accepted) {
            (_, accepted) if *accepted != self.stored.accepted => CellState::Pending,
            (Some(_), _) => CellState::Settled,
            (None, _) => CellState::Stored,
        };
        let (word, text, ballot) = match (&self.chosen, &self.memory.accepted) {
            (Some(value), accepted) => {
                let accepted = accepted.as_ref().or(self.won().map(|(proposal, _)| proposal));
                (key!("chosen"), value, accepted.map(|proposal| proposal.ballot))
            }
            (None, Some(proposal)) => (key!("accepted"), &proposal.value, Some(proposal.ballot)),
            (None, None) => return None,
        };
        let epoch = ballot.map_or(0, |ballot| ballot.round);
        Some(Badge { word, text: text.to_string(), epoch, state })
    }

    /// Whose promises, or acceptances, its ballot has; also once it has been chosen.
    fn shown_quorum(&self) -> Option<Gathering> {
        let (word, of) = match &self.bid {
            Some(bid) => match &bid.phase {
                Phase::Prepare(promises) => {
                    (key!("promises"), promises.iter().map(|(by, _)| *by).collect())
                }
                Phase::Accept(_, by) => (key!("acceptances"), by.clone()),
                Phase::Pause => return None,
            },
            None => (key!("acceptances"), self.won()?.1.to_vec()),
        };
        Some(Gathering { word, of, needed: self.config.quorum(self.nodes) })
    }

    /// This server's own proposal, once a quorum has accepted it; and the quorum.
    fn won(&self) -> Option<(&Proposal, &[NodeId])> {
        let own =
            self.heard.iter().rev().find(|heard| heard.proposal.ballot.by == self.me.into())?;
        let won = self.chosen.is_some() && own.by.len() >= self.quorum();
        won.then_some((&own.proposal, &own.by))
    }
}

pub(super) fn durable(disk: &Disk) -> Vec<Field> {
    let accepted = disk.accepted.as_ref();
    vec![
        Field::new("maxBal", or_none(disk.promised)),
        Field::new("maxVBal", or_none(accepted.map(|proposal| -> Ballot { proposal.ballot }))),
        Field::new("maxVal", or_none(accepted.map(|proposal| &proposal.value))),
        Field::new("last round", disk.round),
    ]
}

/// As in `fire S1 retry`.
impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Timer::Retry => "retry",
            Timer::Ask => "ask",
        })
    }
}
