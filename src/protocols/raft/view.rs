//! What is shown of a server: plain data, by the names of the paper.

use std::fmt;

use crate::base::NodeId;
use crate::protocol::{Field, LogCell, NodeView, Role, Shape};

use super::{Command, Entry, Raft, Timer};

impl Raft {
    pub(super) fn shown_role(&self) -> Role {
        match self.role {
            super::Role::Follower => Role { name: "follower", shape: Shape::Plain },
            super::Role::Candidate { .. } => Role { name: "candidate", shape: Shape::Bid },
            super::Role::Leader(_) => Role { name: "leader", shape: Shape::Lead },
        }
    }

    pub(super) fn shown(&self) -> NodeView {
        let or_none = |node: Option<NodeId>| node.map_or("–".into(), |node| node.to_string());
        let mut fields = vec![
            Field::durable("currentTerm", self.term),
            Field::durable("votedFor", or_none(self.voted_for)),
            Field::durable("log length", self.log.len()),
            Field::volatile("commitIndex", self.commit),
            Field::volatile("lastApplied", self.applied),
            Field::volatile("leader known", or_none(self.leader)),
        ];
        match &self.role {
            super::Role::Follower => {}
            super::Role::Candidate { votes } => {
                let votes: Vec<String> = votes.iter().map(NodeId::to_string).collect();
                let names = if votes.is_empty() { "–".into() } else { votes.join(" ") };
                fields.push(Field::volatile("votes received", names));
            }
            super::Role::Leader(lead) => {
                fields.push(Field::volatile("nextIndex", self.by_follower(&lead.next)));
                fields.push(Field::volatile("matchIndex", self.by_follower(&lead.matched)));
            }
        }
        fields.push(Field::volatile("state machine", &self.store));
        NodeView { role: self.shown_role(), epoch: ("term", self.term), fields }
    }

    /// `S2 4 · S3 5`
    fn by_follower(&self, indexes: &[u64]) -> String {
        let each: Vec<String> =
            self.others().map(|node| format!("{node} {}", indexes[node.index()])).collect();
        each.join(" · ")
    }

    pub(super) fn shown_log(&self, from: u64, to: u64) -> Vec<LogCell> {
        let entries = self.log.range(from, to).into_iter();
        entries
            .map(|(index, entry)| LogCell {
                index,
                epoch: entry.term,
                text: entry.to_string(),
                committed: index <= self.commit,
            })
            .collect()
    }
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
