//! What is shown of a server: plain data, by the names of the paper and of `Paxos.tla`.

use std::fmt;

use crate::base::{Place, Text};
use crate::protocol::{
    CellState, Content, FieldName, Gathering, Panel, Role, Shown, Stamp, Tag, Variable,
};
use crate::{key, listed};

use super::message::or_none;
use super::{Ballot, Disk, Paxos, Phase, Proposal, Timer};

const BALLOT: &str = key!("ballot");

/// Its variables bear the names of `Paxos.tla`.
impl Shown<Disk> for Paxos {
    const STAMP: Option<FieldName> = Some(FieldName::text(BALLOT));

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

    /// What it has learnt; until then, what it has accepted.
    const PANELS: &'static [Panel<Paxos, Disk>] = &[
        Panel::of(key!("chosen"), |paxos, _| {
            let ballot = paxos.memory.accepted.as_ref().or(paxos.won().map(|(won, _)| won));
            let ballot = ballot.map(|proposal| proposal.ballot);
            Some(paxos.value(paxos.chosen.as_ref()?, ballot))
        }),
        Panel::of(key!("accepted"), |paxos, _| {
            let proposal = paxos.memory.accepted.as_ref().filter(|_| paxos.chosen.is_none())?;
            Some(paxos.value(&proposal.value, Some(proposal.ballot)))
        }),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.bid.as_ref().map(|bid| &bid.phase)) {
                None if self.accepts() => Role { name: "acceptor", tag: Tag::Follows },
                None if self.proposes() => Role { name: "proposer", tag: Tag::Follows },
                None => Role { name: "learner", tag: Tag::Follows },
                Some(Phase::Prepare(_)) => Role { name: "preparing", tag: Tag::Bids },
                Some(Phase::Accept(..)) => Role { name: "proposing", tag: Tag::Bids },
                Some(Phase::Pause) => Role { name: "waiting", tag: Tag::Bids },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let won = self.won().map(|(proposal, _)| proposal.ballot);
        let ballot = self.bid.as_ref().map(|bid| bid.ballot).or(self.memory.promised.max(won));
        Some(Stamp {
            word: BALLOT,
            number: ballot.map_or(0, |ballot| ballot.round),
            by: ballot.map(|ballot| ballot.by),
        })
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
    /// A value as it is shown, in the colour of the ballot that it has.
    fn value(&self, value: &Text, ballot: Option<Ballot>) -> Content {
        let state = match &self.chosen {
            _ if self.memory.accepted != self.stored.accepted => CellState::Pending,
            Some(_) => CellState::Settled,
            None => CellState::Stored,
        };
        let stamp = ballot.map_or(0, |ballot| ballot.round);
        Content::Value { text: value.to_string(), stamp, state }
    }

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
