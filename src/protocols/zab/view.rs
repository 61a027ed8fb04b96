//! What is shown of a server: plain data, by the names of the article and of ZooKeeper.

use std::fmt;

use crate::base::quorum::majority;
use crate::base::{NONE, Place};
use crate::protocol::{
    Cell, CellState, Content, FieldName, Gathering, Panel, Role, Shown, Stamp, Tag, Variable,
};
use crate::{key, listed};

use super::message::{Disk, State, Vote};
use super::{Phase, Timer, Zab};

const EPOCH: &str = key!("epoch");

impl Shown<Disk> for Zab {
    const STAMP: Option<FieldName> = Some(FieldName::number(EPOCH));

    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::number("acceptedEpoch", |disk| disk.accepted_epoch),
        Variable::number("currentEpoch", |disk| disk.current_epoch),
        Variable::text("lastZxid", |disk| disk.history.last().to_string()),
        Variable::text("snapshot", |disk| disk.history.snapshot.zxid.to_string()),
    ];

    const VARIABLES: &'static [Variable<Zab>] = &[
        Variable::text("phase", |zab| zab.phase().to_string()),
        Variable::number("election round", |zab| zab.round),
        Variable::text("votes for", |zab| zab.vote.id.to_string()),
        Variable::text("lastCommitted", |zab| zab.history.zxid(zab.delivered).to_string()),
        Variable::sometimes("new epoch", |zab| Some(zab.leading()?.epoch?.to_string())),
        Variable::sometimes("FOLLOWERINFO from", |zab| Some(names(&zab.leading()?.infos))),
        Variable::sometimes("ACKEPOCH from", |zab| Some(names(&zab.leading()?.epoch_acks))),
        Variable::sometimes("ACK of NEWLEADER from", |zab| Some(names(&zab.leading()?.acks))),
        Variable::text("state machine", |zab| zab.store.to_string()),
    ];

    const PANELS: &'static [Panel<Zab, Disk>] = &[
        Panel::log(key!("History"), |zab| Some(zab.history.end()), Zab::cells),
        Panel::of(key!("votes"), |zab, _| zab.votes()),
        Panel::of(key!("learners"), |zab, _| zab.learners()),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.state()) {
                State::Looking => Role { name: "looking", tag: Tag::Bids },
                State::Following => Role { name: "following", tag: Tag::Follows },
                State::Leading => Role { name: "leading", tag: Tag::Leads },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        Some(Stamp::new(EPOCH, self.saved.current_epoch))
    }

    fn gathering(&self) -> Option<Gathering> {
        let lead = self.leading()?;
        let (word, of) = match lead.phase {
            Phase::Election | Phase::Discovery if lead.epoch.is_none() => (key!("followers"), &lead.infos),
            Phase::Election | Phase::Discovery => (key!("epoch acks"), &lead.epoch_acks),
            Phase::Synchronisation => (key!("acks"), &lead.acks),
            Phase::Broadcast => return None,
        };
        Some(Gathering { word, of: of.iter().copied().collect(), needed: majority(self.nodes) })
    }
}

impl Zab {
    fn cells(&self, disk: &Disk, from: u64, to: u64) -> Vec<Cell> {
        let on_disk = disk.history.log.common_prefix(&self.saved.history.log);
        let stored = disk.history.snapshot.count.max(self.history.snapshot.count) + on_disk;
        let entries = self.history.range(from, to).into_iter();
        entries
            .map(|(index, entry)| Cell {
                index,
                stamp: entry.zxid.epoch,
                text: format!("{} {entry}", entry.zxid),
                state: match index {
                    _ if index <= self.delivered && index <= stored => CellState::Settled,
                    _ if index <= stored => CellState::Stored,
                    _ => CellState::Pending,
                },
            })
            .collect()
    }

    fn leading(&self) -> Option<&super::Leading> {
        match &self.role {
            super::Role::Leading(lead) => Some(lead),
            _ => None,
        }
    }

    /// The ballot box of the election, as `FastLeaderElection` keeps it.
    fn votes(&self) -> Option<Content> {
        let super::Role::Looking(looking) = &self.role else { return None };
        let row = |from: &Place, round: u64, vote: &Vote, state: State| {
            let Vote { epoch, zxid, id } = vote;
            let cells = [
                from.to_string(),
                state.to_string(),
                round.to_string(),
                epoch.to_string(),
                zxid.to_string(),
                id.to_string(),
            ];
            cells.to_vec()
        };
        let votes = looking.votes.iter().filter(|(from, _)| !looking.settled.contains_key(from));
        let mut rows: Vec<Vec<String>> =
            votes.map(|(from, vote)| row(from, self.round, vote, State::Looking)).collect();
        rows.extend(looking.settled.iter().map(|(from, (round, vote, leads))| {
            let state = if *leads { State::Leading } else { State::Following };
            row(from, *round, vote, state)
        }));
        let columns = &[
            key!("server"),
            key!("state"),
            key!("round"),
            EPOCH,
            key!("zxid"),
            key!("votes for"),
        ];
        Some(Content::Table { columns, rows })
    }

    /// Whom a leader serves, and how far each is.
    fn learners(&self) -> Option<Content> {
        let lead = self.leading()?;
        let zxid = |position: u64| self.history.zxid(position).to_string();
        let row = |(place, learner): (&Place, &super::discovery::Learner)| {
            let answer = learner.last.map_or(NONE.into(), |last| last.to_string());
            let synced = learner.synced.map_or(NONE.into(), zxid);
            let acked = if learner.acked == 0 { NONE.into() } else { zxid(learner.acked) };
            vec![place.to_string(), answer, synced, acked]
        };
        let rows = lead.learners.iter().map(row).collect();
        let columns = &[key!("server"), key!("came with"), key!("brought up to"), key!("on its disk")];
        Some(Content::Table { columns, rows })
    }
}

fn names<'a>(places: impl IntoIterator<Item = &'a Place>) -> String {
    let names: Vec<String> = places.into_iter().map(Place::to_string).collect();
    if names.is_empty() { NONE.into() } else { names.join(" ") }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Election => "election",
            Phase::Discovery => "discovery",
            Phase::Synchronisation => "synchronisation",
            Phase::Broadcast => "broadcast",
        })
    }
}

/// As in `fire S1 notify`.
impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Timer::Notify => "notify",
            Timer::Finalize => "finalize",
            Timer::Init => "init",
            Timer::Tick => "tick",
            Timer::Silence => "silence",
        })
    }
}
