//! What is shown of a server: plain data, by the names of the paper.

use std::fmt;

use crate::base::quorum::majority;
use crate::base::{NONE, NodeId};
use crate::key;
use crate::protocol::{
    CellState, Epoch, Field, Gathering, LogCell, NodeView, Role, Shape, Vocabulary,
};

use super::{Ballot, Disk, MultiPaxos, Timer};

/// What stands in a gap's cell.
const GAP: &str = "·";

/// What can be waited for.
pub(super) const WORDS: Vocabulary = Vocabulary {
    kinds: &["Prepare", "Promise", "Accept", "Accepted", "Refused", "heartbeat"],
    roles: &["acceptor", "candidate", "leader"],
    fields: &[
        "ballot",
        "maxBal",
        "last slot",
        "chosen up to",
        "leader known",
        "promises received",
        "accepted by",
        "holds all up to",
        "state machine",
    ],
    numbers: &["last slot", "chosen up to"],
};

impl MultiPaxos {
    pub(super) fn shown_role(&self) -> Role {
        match self.role {
            super::Role::Acceptor => Role { name: "acceptor", shape: Shape::Plain },
            super::Role::Candidate { .. } => Role { name: "candidate", shape: Shape::Bid },
            super::Role::Leader(_) => Role { name: "leader", shape: Shape::Lead },
        }
    }

    pub(super) fn shown(&self) -> NodeView {
        let mut quorum = None;
        let leader = self.leader.map_or(NONE.into(), |node| node.to_string());
        let mut fields =
            vec![Field::new("chosen up to", self.chosen), Field::new("leader known", leader)];
        match &self.role {
            super::Role::Acceptor => {}
            super::Role::Candidate { promises } => {
                let of: Vec<NodeId> = promises.iter().map(|promise| promise.by).collect();
                fields.push(Field::new("promises received", names(&of)));
                let needed = majority(self.nodes);
                quorum = Some(Gathering { word: key!("promises"), of, needed });
            }
            super::Role::Leader(lead) => {
                // Of the first slot not chosen yet, while there is one.
                quorum = lead.accepted.front().map(|by| Gathering {
                    word: key!("acceptances"),
                    of: by.clone(),
                    needed: majority(self.nodes),
                });
                let slots = (self.chosen + 1..).zip(&lead.accepted);
                let waiting: Vec<String> =
                    slots.map(|(slot, by)| format!("{slot}: {}", names(by))).collect();
                if !waiting.is_empty() {
                    fields.push(Field::new("accepted by", waiting.join(" · ")));
                }
                let holds =
                    self.others().map(|node| format!("{node} {}", lead.holds[node.index()]));
                fields.push(Field::new("holds all up to", holds.collect::<Vec<_>>().join(" · ")));
            }
        }
        fields.push(Field::new("state machine", &self.store));
        NodeView {
            role: self.shown_role(),
            epoch: epoch(self.promised),
            fields,
            badge: None,
            quorum,
        }
    }

    pub(super) fn shown_log(&self, disk: &Disk, from: u64, to: u64) -> Vec<LogCell> {
        let slots = self.votes.range(from, to).into_iter();
        slots
            .map(|(index, vote)| LogCell {
                index,
                epoch: vote.as_ref().map_or(0, |vote| vote.ballot.round),
                text: vote.as_ref().map_or(GAP.into(), |vote| vote.command.to_string()),
                state: match vote {
                    // Nothing is written there.
                    None => CellState::Stored,
                    _ if disk.votes.get(index) != Some(vote) => CellState::Pending,
                    _ if self.knows_chosen(index) => CellState::Settled,
                    _ => CellState::Stored,
                },
            })
            .collect()
    }

    /// Executed; or a leader has counted a majority, and a gap lies before it.
    fn knows_chosen(&self, slot: u64) -> bool {
        let counted = match &self.role {
            super::Role::Leader(lead) if slot > self.chosen => {
                let place = usize::try_from(slot - self.chosen - 1).unwrap_or(usize::MAX);
                lead.accepted.get(place).map_or(0, Vec::len)
            }
            _ => 0,
        };
        slot <= self.chosen || counted >= usize::from(majority(self.nodes))
    }
}

pub(super) fn durable(disk: &Disk) -> Vec<Field> {
    vec![Field::new("maxBal", disk.promised), Field::new("last slot", disk.votes.len())]
}

fn epoch(ballot: Ballot) -> Epoch {
    let by = (ballot.round > 0).then_some(ballot.by.into());
    Epoch { word: key!("ballot"), number: ballot.round, by }
}

fn names(nodes: &[NodeId]) -> String {
    match nodes {
        [] => NONE.into(),
        nodes => nodes.iter().map(NodeId::to_string).collect::<Vec<_>>().join(" "),
    }
}

/// As in `fire S1 election`.
impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Timer::Election => "election",
            Timer::Heartbeat => "heartbeat",
        })
    }
}
