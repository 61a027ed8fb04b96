//! What is shown of a server: plain data, by the names of the paper.

use std::fmt;

use crate::base::quorum::majority;
use crate::base::{NONE, Place};
use crate::protocol::{
    Cell, CellState, FieldName, Gathering, Panel, Role, Shown, Stamp, Tag, Variable,
};
use crate::{key, listed};

use super::{Ballot, Disk, Lead, MultiPaxos, Timer};

const BALLOT: &str = key!("ballot");
/// What stands in a gap's cell.
const GAP: &str = "·";

impl Shown<Disk> for MultiPaxos {
    const STAMP: Option<FieldName> = Some(FieldName::text(BALLOT));

    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::text("maxBal", |disk| disk.promised.to_string()),
        Variable::number("last slot", |disk| disk.votes.len()),
    ];

    const VARIABLES: &'static [Variable<MultiPaxos>] = &[
        Variable::number("chosen up to", |server| server.chosen),
        Variable::text("leader known", |server| names(server.leader.as_slice())),
        Variable::sometimes("promises received", |server| Some(names(&server.promised_by()?))),
        Variable::sometimes("accepted by", MultiPaxos::under_way),
        Variable::sometimes("holds all up to", MultiPaxos::held),
        Variable::sometimes("lease until", |server| Some(server.lease()?.to_string())),
        Variable::text("state machine", |server| server.store.to_string()),
    ];

    const PANELS: &'static [Panel<MultiPaxos, Disk>] =
        &[Panel::log(key!("Log"), |server| Some(server.votes.len()), MultiPaxos::cells)];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.role) {
                super::Role::Acceptor => Role { name: "acceptor", tag: Tag::Follows },
                super::Role::Candidate { .. } => Role { name: "candidate", tag: Tag::Bids },
                super::Role::Leader(_) => Role { name: "leader", tag: Tag::Leads },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let Ballot { round, by } = self.promised;
        let by = (round > 0).then_some(by);
        Some(Stamp { word: BALLOT, number: round, by })
    }

    /// Promises; or a leader's acceptances of the first slot not chosen yet, while there is one.
    fn gathering(&self) -> Option<Gathering> {
        let (word, of) = match self.promised_by() {
            Some(of) => (key!("promises"), of),
            None => (key!("acceptances"), self.leading()?.accepted.front()?.clone()),
        };
        Some(Gathering { word, of, needed: majority(self.nodes) })
    }
}

impl MultiPaxos {
    pub(super) fn cells(&self, disk: &Disk, from: u64, to: u64) -> Vec<Cell> {
        let slots = self.votes.range(from, to).into_iter();
        slots
            .map(|(index, vote)| Cell {
                index,
                stamp: vote.as_ref().map_or(0, |vote| vote.ballot.round),
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

    fn leading(&self) -> Option<&Lead> {
        match &self.role {
            super::Role::Leader(lead) => Some(lead),
            _ => None,
        }
    }

    /// Who has promised, while it is a candidate.
    fn promised_by(&self) -> Option<Vec<Place>> {
        match &self.role {
            super::Role::Candidate { promises } => {
                Some(promises.iter().map(|promise| promise.by).collect())
            }
            _ => None,
        }
    }

    /// By slot, who has accepted what a leader proposes there: `4: S1 S2 · 5: S1`.
    fn under_way(&self) -> Option<String> {
        let slots = (self.chosen + 1..).zip(&self.leading()?.accepted);
        let each: Vec<String> = slots.map(|(slot, by)| format!("{slot}: {}", names(by))).collect();
        (!each.is_empty()).then(|| each.join(" · "))
    }

    /// By follower, up to where it holds all that a leader has proposed: `S2 4 · S3 5`.
    fn held(&self) -> Option<String> {
        let holds = &self.leading()?.holds;
        let each = self.others().map(|node| format!("{node} {}", holds[node.index()]));
        Some(each.collect::<Vec<_>>().join(" · "))
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

fn names(nodes: &[Place]) -> String {
    match nodes {
        [] => NONE.into(),
        nodes => nodes.iter().map(Place::to_string).collect::<Vec<_>>().join(" "),
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
