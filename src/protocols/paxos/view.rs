//! What is shown of a server: plain data, by the names of the paper and of `Paxos.tla`.

use std::fmt;

use crate::base::Place;
use crate::protocol::{
    Badge, CellState, Epoch, FieldName, Gathering, Role, Shape, Shown, Variable,
};
use crate::{key, listed};

use super::message::or_none;
use super::{Disk, Paxos, Phase, Proposal, Timer};

/// Its variables bear the names of `Paxos.tla`.
impl Shown<Disk> for Paxos {
    const EPOCH: FieldName = FieldName::text(key!("ballot"));

    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::text("maxBal", |disk| or_none(disk.promised)),
        Variable::text("maxVBal", |disk| or_none(disk.accepted.as_ref().map(|it| it.ballot))),
        Variable::text("maxVal", |disk| or_none(disk.accepted.as_ref().map(|it| &it.value))),
        Variable::number("last round", |disk| disk.round),
    ];

    const VARIABLES: &'static [Variable<Paxos>] = &[
        Variable::text("chosen", |paxos| or_none(paxos.chosen.as_ref())),
        Variable::sometimes("wants chosen", |paxos| Some(paxos.wish.as_ref()?.to_string())),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.bid.as_ref().map(|bid| &bid.phase)) {
                None if self.accepts() => Role { name: "acceptor", shape: Shape::Plain },
                None if self.proposes() => Role { name: "proposer", shape: Shape::Plain },
                None => Role { name: "learner", shape: Shape::Plain },
                Some(Phase::Prepare(_)) => Role { name: "preparing", shape: Shape::Bid },
                Some(Phase::Accept(..)) => Role { name: "proposing", shape: Shape::Bid },
                Some(Phase::Pause) => Role { name: "waiting", shape: Shape::Bid },
            }
        }
    }

    fn epoch(&self) -> Epoch {
        let won = self.won().map(|(proposal, _)| proposal.ballot);
        let ballot = self.bid.as_ref().map(|bid| bid.ballot).or(self.memory.promised.max(won));
        Epoch {
            word: Self::EPOCH.name,
            number: ballot.map_or(0, |ballot| ballot.round),
            by: ballot.map(|ballot| ballot.by),
        }
    }

    /// What it has accepted; or what it has learnt, where it accepts nothing itself.
    fn badge(&self) -> Option<Badge> {
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
    fn gathering(&self) -> Option<Gathering> {
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
}

impl Paxos {
    /// This server's own proposal, once a quorum has accepted it; and the quorum.
    fn won(&self) -> Option<(&Proposal, &[Place])> {
        let own = self.heard.iter().rev().find(|heard| heard.proposal.ballot.by == self.me)?;
        let won = self.chosen.is_some() && own.by.len() >= self.quorum();
        won.then_some((&own.proposal, &own.by))
    }
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
