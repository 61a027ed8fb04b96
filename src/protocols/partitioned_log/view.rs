//! What is shown of brokers, the controller and consumers. Records are coloured by the leader epoch in which they were
//! appended.

use crate::base::{Log, Place};
use crate::protocol::{Cell, CellState, Content, FieldName, Gathering, Panel, Role, Shown, Stamp, Tag, Variable};
use crate::{key, listed};

use super::broker::Part;
use super::consumer::{self, Consumer};
use super::follower::Stage;
use super::leader::{Leader, Replica};
use super::message::{Brokers, Candidate, Disk, Record};
use super::{Broker, PartitionedLog};

const EPOCH: &str = key!("leader epoch");

impl PartitionedLog {
    fn leader(&self) -> Option<(&Broker, &Leader)> {
        let it = self.broker()?;
        if let Part::Leader(leader) = &it.part { Some((it, leader)) } else { None }
    }
}

/// Committed, as far as the broker knows, or not; on its disk, or in its memory alone.
fn cells(it: &Broker, disk: &Disk, from: u64, to: u64) -> Vec<Cell> {
    let stored = it.log.common_prefix(&disk.log);
    let cell = |(index, record): (u64, &Record)| Cell {
        index,
        stamp: record.epoch,
        text: record.value.to_string(),
        state: match (index <= it.high_watermark, index <= stored) {
            (true, true) => CellState::Settled,
            (true, false) => CellState::Exposed,
            (false, true) => CellState::Stored,
            (false, false) => CellState::Pending,
        },
    };
    it.log.range(from, to).into_iter().map(cell).collect()
}

fn processed(it: &Consumer, disk: &Disk) -> Content {
    let stored = it.processed.common_prefix(&disk.processed);
    let cell = |(number, (offset, record)): (u64, &(u64, Record))| Cell {
        index: *offset,
        stamp: record.epoch,
        text: record.value.to_string(),
        state: if number <= stored { CellState::Settled } else { CellState::Pending },
    };
    Content::Slots(it.processed.range(0, it.processed.len()).into_iter().map(cell).collect())
}

/// How far each consumer has committed.
fn offsets(disk: &Disk) -> String {
    let told: Vec<String> = disk.offsets.iter().map(|(place, offset)| format!("{place}={offset}")).collect();
    told.join(" ")
}

/// What the leader knows of each follower.
fn replicas(it: &Broker, leader: &Leader) -> Content {
    let isr = &it.partition.isr.0;
    let row = |(place, replica): (&Place, &Replica)| {
        let sync = if isr.contains(place) { Content::DONE } else { Content::REFUSED };
        vec![place.to_string(), replica.end.to_string(), sync.to_owned()]
    };
    let rows = leader.followers.iter().map(row).collect();
    Content::Table { columns: &[key!("replica"), key!("log end"), key!("in sync")], rows }
}

fn some(set: &Brokers) -> Option<String> {
    (!set.0.is_empty()).then(|| set.to_string())
}

fn count(log: &Log<(u64, Record)>) -> Option<String> {
    (!log.is_empty()).then(|| log.len().to_string())
}

/// What somebody is at the moment.
enum What {
    Leader,
    Follower,
    Truncating,
    Waiting,
    Controller,
    Processing,
    Consumer,
}

impl PartitionedLog {
    fn what(&self) -> What {
        match self {
            PartitionedLog::Controller(_) => What::Controller,
            PartitionedLog::Consumer(it) if it.stage == consumer::Stage::Processing => What::Processing,
            PartitionedLog::Consumer(_) => What::Consumer,
            PartitionedLog::Broker(it) => match &it.part {
                Part::Leader(_) => What::Leader,
                Part::Follower(it) if it.stage == Stage::Fetching => What::Follower,
                Part::Follower(_) => What::Truncating,
                Part::Waiting => What::Waiting,
            },
        }
    }
}

impl Shown<Disk> for PartitionedLog {
    const STAMP: Option<FieldName> = Some(FieldName::number(EPOCH));
    const VARIABLES: &'static [Variable<PartitionedLog>] = &[
        Variable::sometimes(key!("high watermark"), |it| Some(it.broker()?.high_watermark.to_string())),
        Variable::sometimes(key!("log end"), |it| Some(it.broker()?.log.len().to_string())),
        Variable::sometimes(key!("broker epoch"), |it| Some(it.broker()?.epoch?.to_string())),
        Variable::sometimes(key!("ISR"), |it| Some(it.leader()?.0.partition.isr.to_string())),
        Variable::sometimes(key!("ISR asked for"), |it| {
            let claim = it.leader()?.1.claim.clone()?;
            Some(Brokers(claim).to_string())
        }),
        Variable::sometimes(key!("records cut off"), |it| {
            let cut = it.broker()?.truncated;
            (cut > 0).then(|| cut.to_string())
        }),
        Variable::sometimes(key!("read so far"), |it| Some(it.consumer()?.position?.to_string())),
    ];
    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::sometimes(key!("records on disk"), |disk| {
            (!disk.log.is_empty()).then(|| disk.log.len().to_string())
        }),
        Variable::sometimes(key!("in-sync replicas"), |disk| some(&disk.partition.isr)),
        Variable::sometimes(key!("eligible replicas"), |disk| some(&disk.partition.elr)),
        Variable::sometimes(key!("partition epoch"), |disk| {
            let epoch = disk.partition.partition_epoch;
            (epoch > 0).then(|| epoch.to_string())
        }),
        Variable::sometimes(key!("committed offsets"), |disk| {
            (!disk.offsets.is_empty()).then(|| offsets(disk))
        }),
        Variable::sometimes(key!("records processed"), |disk| count(&disk.processed)),
    ];
    const PANELS: &'static [Panel<PartitionedLog, Disk>] = &[
        Panel::log(
            key!("log"),
            |it| Some(it.broker()?.log.len()),
            |it, disk, from, to| it.broker().map_or(Vec::new(), |it| cells(it, disk, from, to)),
        ),
        Panel::of(key!("replicas"), |it, _| it.leader().map(|(it, leader)| replicas(it, leader))),
        Panel::of(key!("partition"), |it, disk| {
            let it = &it.controller()?.disk.partition;
            let columns = &[key!("leader"), key!("ISR"), key!("ELR"), key!("offsets")];
            // In a box they stand side by side.
            let named = |name: &str, set: &Brokers| if set.0.is_empty() { String::new() } else { format!("{name}[{set}]") };
            let (isr, elr) = (named("", &it.isr), named("ELR ", &it.elr));
            let rows = vec![vec![Candidate(it.leader).to_string(), isr, elr, offsets(disk)]];
            Some(Content::Table { columns, rows })
        }),
        Panel::of(key!("processed"), |it, disk| Some(processed(it.consumer()?, disk))),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.what()) {
                What::Leader => Role { name: "leader", tag: Tag::Leads },
                What::Follower => Role { name: "follower", tag: Tag::Follows },
                What::Truncating => Role { name: "truncating", tag: Tag::Bids },
                What::Waiting => Role { name: "without a leader", tag: Tag::Outside },
                What::Controller => Role { name: "controller", tag: Tag::Follows },
                What::Processing => Role { name: "processing", tag: Tag::Bids },
                What::Consumer => Role { name: "consumer", tag: Tag::Follows },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let epoch = match self {
            PartitionedLog::Broker(it) => it.partition.leader_epoch,
            PartitionedLog::Controller(it) => it.disk.partition.leader_epoch,
            PartitionedLog::Consumer(_) => return None,
        };
        (epoch > 0).then_some(Stamp::new(EPOCH, epoch))
    }

    /// Who is in sync: a record takes all of them, and no fewer than the least number.
    fn gathering(&self) -> Option<Gathering> {
        let (it, _) = self.leader()?;
        let isr = &it.partition.isr.0;
        let needed = isr.len().max(it.config.least()) as u16;
        Some(Gathering { word: key!("in sync"), of: isr.iter().copied().collect(), needed })
    }
}
