//! What is shown of a server: plain data, by the names of the paper.

use std::fmt;

use crate::base::quorum::majority;
use crate::base::{NONE, Place, Time};
use crate::protocol::{
    Cell, CellState, FieldName, Gathering, Panel, Role, Shown, Stamp, Tag, Variable,
};
use crate::{key, listed};

use super::{Command, Configuration, Disk, Entry, Lead, Raft, Servers, Timer};

/// What stands in a log for all that a snapshot covers, at its last index.
const SNAPSHOT: &str = "snapshot";

const TERM: &str = key!("term");

impl Shown<Disk> for Raft {
    const STAMP: Option<FieldName> = Some(FieldName::number(TERM));

    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::number("currentTerm", |disk| disk.term),
        Variable::text("votedFor", |disk| or_none(disk.voted_for)),
        Variable::number("log length", |disk| disk.log.len()),
        Variable::sometimes("snapshot", |disk| {
            let last = disk.snapshot.as_ref()?.last;
            Some(format!("{} (term {})", last.index, last.term))
        }),
    ];

    const VARIABLES: &'static [Variable<Raft>] = &[
        Variable::number("commitIndex", |raft| raft.commit),
        Variable::number("lastApplied", |raft| raft.applied),
        Variable::text("leader known", |raft| or_none(raft.leader)),
        Variable::sometimes("configuration", Raft::configuration_told),
        Variable::sometimes("votes received", |raft| Some(names(raft.votes()?))),
        Variable::sometimes("nextIndex", |raft| Some(raft.by_follower(&raft.leading()?.next))),
        Variable::sometimes("matchIndex", |raft| Some(raft.by_follower(&raft.leading()?.matched))),
        Variable::sometimes("reads waiting", Raft::reads_waiting),
        Variable::sometimes("lease since", Raft::lease_since),
        Variable::sometimes("hands over to", |raft| Some(raft.leading()?.transfer?.target.to_string())),
        Variable::text("state machine", |raft| raft.store.to_string()),
    ];

    const PANELS: &'static [Panel<Raft, Disk>] =
        &[Panel::log(key!("Log"), |raft| Some(raft.log.len()), Raft::cells)];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.role) {
                super::Role::Follower if self.is_outside() => Role { name: "non-member", tag: Tag::Outside },
                super::Role::Follower if self.configuration.learners.has(self.me) => Role { name: "learner", tag: Tag::Follows },
                super::Role::Follower => Role { name: "follower", tag: Tag::Follows },
                super::Role::PreCandidate { .. } => Role { name: "pre-candidate", tag: Tag::Bids },
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
        Some(Gathering { word: key!("votes"), of, needed: majority(self.configuration.voters.len()) })
    }
}

impl Raft {
    fn cells(&self, disk: &Disk, from: u64, to: u64) -> Vec<Cell> {
        let on_disk = disk.log.common_prefix(&self.log);
        let start = self.start();
        let snapshot = (from < start.index && start.index <= to).then(|| Cell {
            index: start.index,
            stamp: start.term,
            text: SNAPSHOT.into(),
            state: match disk.snapshot == self.snapshot {
                true => CellState::Settled,
                false => CellState::Pending,
            },
        });
        let entries = self.log.range(from.max(start.index), to).into_iter();
        let entries = entries
            .map(|(index, entry)| Cell {
                index,
                stamp: entry.term,
                text: entry.to_string(),
                state: match index {
                    _ if index > on_disk => CellState::Pending,
                    _ if index > self.commit => CellState::Stored,
                    _ => CellState::Settled,
                },
            });
        snapshot.into_iter().chain(entries).collect()
    }

    /// Who has voted for it, while it is a candidate.
    fn votes(&self) -> Option<&[Place]> {
        match &self.role {
            super::Role::PreCandidate { votes } | super::Role::Candidate { votes } => Some(votes),
            _ => None,
        }
    }

    fn leading(&self) -> Option<&Lead> {
        match &self.role {
            super::Role::Leader(lead) => Some(lead),
            _ => None,
        }
    }

    /// Which configuration is in force, unless it is the first one of all.
    fn configuration_told(&self) -> Option<String> {
        let plain = self.configuration == Configuration::of(Servers::first(self.nodes));
        (!plain || self.configured > 0).then(|| match self.configured {
            0 => self.configuration.to_string(),
            index => format!("{} (index {index})", self.configuration),
        })
    }

    /// `C1 at index 3, round 7: S2`, or `C1 at index 3` on a follower: reads, and what they wait for.
    fn reads_waiting(&self) -> Option<String> {
        let served = self.leading().map_or(&[][..], |lead| &lead.reads);
        let served = served.iter().map(|read| match read.begun {
            Some((index, round)) => {
                let answered = names(&read.answered);
                format!("{} at index {index}, round {round}: {answered}", read.client)
            }
            None => read.client.to_string(),
        });
        let awaited = self.awaited.iter().map(|awaited| match awaited.index {
            Some(index) => format!("{} at index {index}", awaited.client),
            None => awaited.client.to_string(),
        });
        let all: Vec<String> = served.chain(awaited).collect();
        (!all.is_empty()).then(|| all.join(" · "))
    }

    /// From when its lease runs, by its clock: the round that a quorum has answered last, itself aside.
    fn lease_since(&self) -> Option<String> {
        let lead = self.leading().filter(|lead| !lead.rounds.is_empty() && !lead.lease_is_over)?;
        let mut began: Vec<u64> = lead.leased.iter().map(|began| began.0).collect();
        began[self.me.index()] = u64::MAX;
        let since = self.configuration.reached(&began);
        (0 < since && since < u64::MAX).then(|| Time(since).to_string())
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
        match &self.command {
            Command::Log(command) => command.fmt(f),
            Command::Configure { configuration, .. } => configuration.fmt(f),
        }
    }
}

/// As in `fire S1 election`.
impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Timer::Election => "election",
            Timer::Heartbeat => "heartbeat",
            Timer::Quorum => "quorum",
            Timer::Transfer => "transfer",
        })
    }
}
