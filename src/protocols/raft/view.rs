//! What is shown of a server: plain data, by the names of the paper.

use std::fmt;

use crate::base::quorum::majority;
use crate::base::{NONE, NodeId};
use crate::key;
use crate::protocol::{
    CellState, Epoch, Field, Gathering, LogCell, NodeView, Role, Shape, Vocabulary,
};

use super::{Command, Disk, Entry, Raft, Timer};

/// What can be waited for.
pub(super) const WORDS: Vocabulary = Vocabulary {
    kinds: &[
        "RequestVote",
        "RequestVote reply",
        "AppendEntries",
        "AppendEntries reply",
        "heartbeat",
    ],
    roles: &["follower", "candidate", "leader"],
    fields: &[
        "term",
        "currentTerm",
        "votedFor",
        "log length",
        "commitIndex",
        "lastApplied",
        "leader known",
        "votes received",
        "nextIndex",
        "matchIndex",
        "state machine",
    ],
    numbers: &["term", "currentTerm", "log length", "commitIndex", "lastApplied"],
};

impl Raft {
    pub(super) fn shown_role(&self) -> Role {
        match self.role {
            super::Role::Follower => Role { name: "follower", shape: Shape::Plain },
            super::Role::Candidate { .. } => Role { name: "candidate", shape: Shape::Bid },
            super::Role::Leader(_) => Role { name: "leader", shape: Shape::Lead },
        }
    }

    pub(super) fn shown(&self) -> NodeView {
        let mut quorum = None;
        let mut fields = vec![
            Field::new("commitIndex", self.commit),
            Field::new("lastApplied", self.applied),
            Field::new("leader known", or_none(self.leader)),
        ];
        match &self.role {
            super::Role::Follower => {}
            super::Role::Candidate { votes } => {
                let names: Vec<String> = votes.iter().map(NodeId::to_string).collect();
                let names = if names.is_empty() { NONE.into() } else { names.join(" ") };
                fields.push(Field::new("votes received", names));
                quorum = Some(Gathering {
                    word: key!("votes"),
                    of: votes.clone(),
                    needed: majority(self.nodes),
                });
            }
            super::Role::Leader(lead) => {
                fields.push(Field::new("nextIndex", self.by_follower(&lead.next)));
                fields.push(Field::new("matchIndex", self.by_follower(&lead.matched)));
            }
        }
        fields.push(Field::new("state machine", &self.store));
        let epoch = Epoch::new(key!("term"), self.term);
        NodeView { role: self.shown_role(), epoch, fields, badge: None, quorum }
    }

    /// `S2 4 · S3 5`
    fn by_follower(&self, indexes: &[u64]) -> String {
        let each: Vec<String> =
            self.others().map(|node| format!("{node} {}", indexes[node.index()])).collect();
        each.join(" · ")
    }

    pub(super) fn shown_log(&self, disk: &Disk, from: u64, to: u64) -> Vec<LogCell> {
        let on_disk = disk.log.common_prefix(&self.log);
        let entries = self.log.range(from, to).into_iter();
        entries
            .map(|(index, entry)| LogCell {
                index,
                epoch: entry.term,
                text: entry.to_string(),
                state: match index {
                    _ if index > on_disk => CellState::Pending,
                    _ if index > self.commit => CellState::Stored,
                    _ => CellState::Settled,
                },
            })
            .collect()
    }
}

pub(super) fn durable(disk: &Disk) -> Vec<Field> {
    vec![
        Field::new("currentTerm", disk.term),
        Field::new("votedFor", or_none(disk.voted_for)),
        Field::new("log length", disk.log.len()),
    ]
}

fn or_none(node: Option<NodeId>) -> String {
    node.map_or(NONE.into(), |node| node.to_string())
}

/// As the graph, a log cell and a sentence show it: `x=1`, `x?`, `no-op`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.command {
            Command::NoOp => f.write_str("no-op"),
            Command::Execute { request, .. } => request.label().fmt(f),
        }
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
