//! What is shown of a server: plain data, by the names of the paper.

use std::fmt;

use crate::base::quorum::majority;
use crate::base::{NONE, Place};
use crate::protocol::{
    Cell, CellState, FieldName, Gathering, Panel, Role, Shown, Stamp, Tag, Variable,
};
use crate::{key, listed};

use super::{Disk, Entry, Lead, Raft, Timer};

const TERM: &str = key!("term");

impl Shown<Disk> for Raft {
    const STAMP: Option<FieldName> = Some(FieldName::number(TERM));

    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::number("currentTerm", |disk| disk.term),
        Variable::text("votedFor", |disk| or_none(disk.voted_for)),
        Variable::number("log length", |disk| disk.log.len()),
    ];

    const VARIABLES: &'static [Variable<Raft>] = &[
        Variable::number("commitIndex", |raft| raft.commit),
        Variable::number("lastApplied", |raft| raft.applied),
        Variable::text("leader known", |raft| or_none(raft.leader)),
        Variable::sometimes("votes received", |raft| Some(names(raft.votes()?))),
        Variable::sometimes("nextIndex", |raft| Some(raft.by_follower(&raft.leading()?.next))),
        Variable::sometimes("matchIndex", |raft| Some(raft.by_follower(&raft.leading()?.matched))),
        Variable::text("state machine", |raft| raft.store.to_string()),
    ];

    const PANELS: &'static [Panel<Raft, Disk>] =
        &[Panel::log(key!("Log"), |raft| raft.log.len(), Raft::cells)];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.role) {
                super::Role::Follower => Role { name: "follower", tag: Tag::Follows },
                super::Role::Candidate { .. } => Role { name: "candidate", tag: Tag::Bids },
                super::Role::Leader(_) => Role { name: "leader", tag: Tag::Leads },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        Some(Stamp::new(TERM, self.term))
    }

    fn gathering(&self) -> Option<Gathering> {
        let of = self.votes()?.to_vec();
        Some(Gathering { word: key!("votes"), of, needed: majority(self.nodes) })
    }
}

impl Raft {
    fn cells(&self, disk: &Disk, from: u64, to: u64) -> Vec<Cell> {
        let on_disk = disk.log.common_prefix(&self.log);
        let entries = self.log.range(from, to).into_iter();
        entries
            .map(|(index, entry)| Cell {
                index,
                stamp: entry.term,
                text: entry.to_string(),
                state: match index {
                    _ if index > on_disk => CellState::Pending,
                    _ if index > self.commit => CellState::Stored,
                    _ => CellState::Settled,
                },
            })
            .collect()
    }

    /// Who has voted for it, while it is a candidate.
    fn votes(&self) -> Option<&[Place]> {
        match &self.role {
            super::Role::Candidate { votes } => Some(votes),
            _ => None,
        }
    }

    fn leading(&self) -> Option<&Lead> {
        match &self.role {
            super::Role::Leader(lead) => Some(lead),
            _ => None,
        }
    }

    /// `S2 4 · S3 5`
    fn by_follower(&self, indexes: &[u64]) -> String {
        let each: Vec<String> =
            self.others().map(|node| format!("{node} {}", indexes[node.index()])).collect();
        each.join(" · ")
    }
}

fn names(nodes: &[Place]) -> String {
    match nodes {
        [] => NONE.into(),
        nodes => nodes.iter().map(Place::to_string).collect::<Vec<_>>().join(" "),
    }
}

fn or_none(node: Option<Place>) -> String {
    node.map_or(NONE.into(), |node| node.to_string())
}

/// As the graph, a log cell and a sentence show it.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.command.fmt(f)
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
