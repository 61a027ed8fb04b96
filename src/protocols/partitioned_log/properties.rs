//! What must hold, and what an observer of all logs needs to remember for that.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Breach, Log, Place, Text, Time};
use crate::protocol::{Cluster, Measure, Moment, Outcome, Property, PropertyKind, Witness};
use crate::sentence;

use super::broker::{Broker, Part};
use super::consumer::Consumer;
use super::controller::Controller;
use super::follower::Stage;
use super::message::{Partition, Record, Registration};
use super::{PartitionedLog, Produce};

type View<'a> = Cluster<'a, PartitionedLog>;

pub const ACKED: &str = "No Acked Record Is Lost";
pub const AT_LEAST_ONCE: &str = "Processed at Least Once";
pub const AT_MOST_ONCE: &str = "Processed at Most Once";

pub const PROPERTIES: &[Property<PartitionedLog>] = &[
    Property {
        name: "No Committed Record Is Lost",
        formula: "committed(r) ⇒ r ∈ log(leader)",
        meaning: "Whoever leads has every committed record; unless all of ISR and ELR, and at least min-insync brokers, \
                  have crashed and not come back into the ISR.",
        kind: PropertyKind::Always,
        holds: no_committed_lost,
    },
    Property {
        name: "In-Sync Replicas Have It",
        formula: "committed(r) ∧ b ∈ ISR ∪ ELR ⇒ r ∈ log(b)",
        meaning: "Every replica that may be elected has every committed record, unless it has crashed since.",
        kind: PropertyKind::Always,
        holds: eligible_have_it,
    },
    Property {
        name: "Logs Agree Below the High Watermark",
        formula: "n ≤ min(hwᵢ, hwⱼ) ⇒ logᵢ[n] = logⱼ[n]",
        meaning: "Two replicas have the same records up to the lower of their high watermarks.",
        kind: PropertyKind::Always,
        holds: logs_agree,
    },
    Property {
        name: "The Leader Is in Sync",
        formula: "leader ∈ ISR",
        meaning: "If the controller has a leader, it is one of the in-sync replicas.",
        kind: PropertyKind::Always,
        holds: leader_in_sync,
    },
    Property {
        name: "Each Record Once, in Order",
        formula: "i < j ∧ producer(i) = producer(j) ⇒ seq(i) < seq(j)",
        meaning: "In every log the records of a producer stand once each, in the order in which it sent them.",
        kind: PropertyKind::Always,
        holds: once_in_order,
    },
    Property {
        name: "Consumers Read What Is Committed",
        formula: "read(i) ⇒ i ≤ hw",
        meaning: "What a consumer is given is committed: it never reads above the high watermark.",
        kind: PropertyKind::Always,
        holds: reads_are_committed,
    },
    Property {
        name: ACKED,
        formula: "acked(r) ⇒ r ∈ log(leader)",
        meaning: "With acks=all, whoever leads has every record that a producer was told is done; with the same exception \
                  as for committed records.",
        kind: PropertyKind::Always,
        holds: no_acked_lost,
    },
    Property {
        name: AT_MOST_ONCE,
        formula: "|{processed(i)}| ≤ 1",
        meaning: "A consumer that commits its offset before it processes records processes none of them twice.",
        kind: PropertyKind::Always,
        holds: at_most_once,
    },
    Property {
        name: "Another Broker Leads",
        formula: "◇ leader ≠ first leader",
        meaning: "A broker leads that was not the first to do so.",
        kind: PropertyKind::Sometimes,
        holds: |cluster| match cluster.ghost.led.len() > 1 {
            true => Ok(()),
            false => Err(sentence!("no second broker has led").into()),
        },
    },
    Property {
        name: "All Replicas Are in Sync",
        formula: "◇□ ISR = replicas ∧ ∀ b: log(b) = log(leader)",
        meaning: "In the end there is a leader, and all brokers are in sync with it.",
        kind: PropertyKind::Converges,
        holds: all_in_sync,
    },
    Property {
        name: AT_LEAST_ONCE,
        formula: "◇□ committed(i) ⇒ |{processed(i)}| ≥ 1",
        meaning: "A consumer that commits its offset after it has processed records processes all of them in the end.",
        kind: PropertyKind::Converges,
        holds: at_least_once,
    },
];

/// A record that a producer was told is done: offset, producer, value.
#[derive(Clone, Debug)]
struct Acked {
    offset: u64,
    producer: Place,
    value: Text,
    /// It was committed, and not more has crashed since than may.
    promised: bool,
}

/// What an observer remembers.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    /// What stands on the controller's disk, and how many it takes.
    partition: Partition,
    brokers: BTreeMap<Place, Registration>,
    least: usize,
    /// The last broker epoch of each broker; and of those that have crashed and not come back into an ISR that is large
    /// enough, the one that is over.
    lives: BTreeMap<Place, u64>,
    crashed: BTreeMap<Place, u64>,
    /// The latest leader epoch in which anybody has led, and who has led at all.
    top: u64,
    led: BTreeSet<Place>,
    /// What is committed, and promised to survive.
    committed: Log<Record>,
    /// The high watermark that each broker had.
    marks: BTreeMap<Place, u64>,
    /// All that may lead have crashed: now, up to which leader epoch, and whether ever.
    beyond: bool,
    beyond_epoch: u64,
    ever_beyond: bool,
    acked: Vec<Acked>,
    /// A producer was told so of a record that is not committed.
    early: Option<(u64, Text)>,
}

impl Witness<PartitionedLog> for Ghost {
    fn witness(&mut self, place: Place, it: &PartitionedLog, moment: Moment) {
        match it {
            PartitionedLog::Broker(it) => self.watch_broker(place, it, moment),
            PartitionedLog::Controller(it) => self.watch_controller(it),
            PartitionedLog::Consumer(_) => {}
        }
    }

    fn crashed(&mut self, place: Place, _: Time) {
        if place.is_server() {
            let life = self.lives.get(&place).copied().unwrap_or(0);
            self.crashed.insert(place, life);
            self.look_beyond();
        }
    }

    fn overhear(&mut self, _: u64, client: Place, request: &Produce, outcome: Option<&Outcome>) {
        let Some(Outcome::Done(answer)) = outcome else { return };
        let (offset, value) = (answer.parse().unwrap_or(0), request.value.clone());
        let is_it = |record: &Record| record.producer == client && record.value == value;
        let promised = self.committed.get(offset).is_some_and(is_it);
        if !promised && !self.ever_beyond && self.early.is_none() {
            self.early = Some((offset, value.clone()));
        }
        self.acked.push(Acked { offset, producer: client, value, promised });
    }
}

impl Ghost {
    fn watch_controller(&mut self, it: &Controller) {
        let disk = if it.durable.partition.partition_epoch == 0 { &it.disk } else { &it.durable };
        if self.partition == disk.partition && self.brokers == it.durable.brokers && self.least > 0 {
            return;
        }
        (self.partition, self.least) = (disk.partition.clone(), it.config.least());
        self.brokers.clone_from(&it.durable.brokers);
        if self.partition.isr.0.len() >= self.least {
            for broker in &self.partition.isr.0 {
                let life = self.brokers.get(broker).map_or(0, |known| known.epoch);
                if self.crashed.get(broker).is_some_and(|over| life > *over) {
                    self.crashed.remove(broker);
                }
            }
        }
        self.look_beyond();
    }

    fn watch_broker(&mut self, place: Place, it: &Broker, moment: Moment) {
        let mark = self.marks.insert(place, it.high_watermark);
        let mark = mark.filter(|_| !moment.boot).unwrap_or(it.high_watermark);
        if let Some(epoch) = it.epoch {
            self.lives.insert(place, epoch);
        }
        let epoch = it.partition.leader_epoch;
        if !matches!(it.part, Part::Leader(_)) {
            return;
        }
        self.top = self.top.max(epoch);
        self.led.insert(place);
        let is_promised = !self.beyond && (epoch > self.beyond_epoch || !self.ever_beyond);
        if it.high_watermark > mark && is_promised {
            let committed = it.log.prefix(it.high_watermark);
            if committed.common_prefix(&self.committed) == self.committed.len() {
                self.committed = committed;
            }
        }
    }

    /// Whether all that may lead have crashed, and as many as may not: then what was promised is over.
    fn look_beyond(&mut self) {
        let all = self.partition.eligible().all(|broker| self.crashed.contains_key(&broker));
        let beyond = self.least > 0 && all && self.crashed.len() >= self.least;
        if beyond && !self.beyond {
            self.beyond_epoch = self.partition.leader_epoch;
            self.ever_beyond = true;
        }
        self.beyond = beyond;
        if beyond {
            self.committed = Log::new();
            self.acked.iter_mut().for_each(|record| record.promised = false);
        }
    }
}

fn brokers<'a>(cluster: &View<'a>) -> impl Iterator<Item = (Place, &'a Broker)> + use<'a> {
    cluster.up().filter_map(|(place, it)| Some((place, it.broker()?)))
}

fn consumers<'a>(cluster: &View<'a>) -> impl Iterator<Item = (Place, &'a Consumer)> + use<'a> {
    cluster.up().filter_map(|(place, it)| Some((place, it.consumer()?)))
}

/// Whoever leads in the latest epoch in which anybody has led.
fn leader<'a>(cluster: &View<'a>) -> Option<(Place, &'a Broker)> {
    let leads = |it: &Broker| matches!(it.part, Part::Leader(_));
    brokers(cluster).find(|(_, it)| leads(it) && it.partition.leader_epoch >= cluster.ghost.top)
}

/// The first committed record that is not in this log.
fn lacks<'a>(cluster: &View<'a>, it: &Broker) -> Option<(u64, &'a Record)> {
    let committed = &cluster.ghost.committed;
    let first = it.log.common_prefix(committed) + 1;
    committed.get(first).map(|record| (first, record))
}

fn no_committed_lost(cluster: &View) -> Result<(), Breach> {
    let Some((place, it)) = leader(cluster) else { return Ok(()) };
    match lacks(cluster, it) {
        None => Ok(()),
        Some((offset, record)) => Err(sentence!(
            "{0} leads epoch {1} without record {2}, {3}, which is committed",
            place, it.partition.leader_epoch, offset, record.value.clone()
        )
        .into()),
    }
}

fn eligible_have_it(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let may_lead = |(place, it): &(Place, &Broker)| {
        let life = ghost.brokers.get(place).map(|known| known.epoch);
        let counts = !ghost.crashed.contains_key(place) && it.epoch == life;
        counts && ghost.partition.eligible().any(|broker| broker == *place)
    };
    let lacking = brokers(cluster).filter(may_lead).find_map(|(place, it)| Some((place, lacks(cluster, it)?)));
    match lacking {
        None => Ok(()),
        Some((place, (offset, record))) => Err(sentence!(
            "{0} may be elected, and does not have record {1}, {2}, which is committed",
            place, offset, record.value.clone()
        )
        .into()),
    }
}

/// Once the promise is over, those agree that are in the same leader epoch and have truncated.
fn logs_agree(cluster: &View) -> Result<(), Breach> {
    let in_epoch = |it: &Broker| match &it.part {
        Part::Leader(_) => true,
        Part::Follower(it) => it.stage == Stage::Fetching,
        Part::Waiting => false,
    };
    let all: Vec<_> = brokers(cluster).collect();
    for (at, (a, one)) in all.iter().enumerate() {
        for (b, other) in &all[at + 1..] {
            let together = in_epoch(one) && in_epoch(other) && one.is_mine(other.partition.leader_epoch);
            let low = one.high_watermark.min(other.high_watermark);
            let same = one.log.common_prefix(&other.log);
            if same < low && (together || !cluster.ghost.ever_beyond) {
                let offset = same + 1;
                return Err(sentence!(
                    "{0} and {1} have different records at offset {2}, and take both for committed",
                    *a, *b, offset
                )
                .into());
            }
        }
    }
    Ok(())
}

fn leader_in_sync(cluster: &View) -> Result<(), Breach> {
    let partition = &cluster.ghost.partition;
    match partition.leader.filter(|leader| !partition.isr.0.contains(leader)) {
        None => Ok(()),
        Some(leader) => Err(sentence!("{0} leads and is not in sync", leader).into()),
    }
}

fn once_in_order(cluster: &View) -> Result<(), Breach> {
    let Some((place, it)) = cluster.changed.zip(cluster.changed().and_then(PartitionedLog::broker)) else {
        return Ok(());
    };
    let mut last: BTreeMap<Place, u64> = BTreeMap::new();
    for (offset, record) in it.log.range(0, it.log.len()) {
        let before = last.insert(record.producer, record.seq);
        if before.is_some_and(|before| before >= record.seq) {
            return Err(sentence!(
                "{0} has record {1} of {2} once more, at offset {3}: {4}",
                place, record.seq, record.producer, offset, record.value.clone()
            )
            .into());
        }
    }
    Ok(())
}

fn reads_are_committed(cluster: &View) -> Result<(), Breach> {
    let Some(it) = cluster.changed().and_then(PartitionedLog::consumer) else { return Ok(()) };
    let (first, records) = &it.given;
    let given = (first + 1..).zip(records);
    let wrong = given.into_iter().find(|(offset, record)| cluster.ghost.committed.get(*offset) != Some(*record));
    match wrong.filter(|_| !cluster.ghost.ever_beyond) {
        None => Ok(()),
        Some((offset, record)) => Err(sentence!(
            "a consumer was given record {0}, {1}, which is not committed",
            offset, record.value.clone()
        )
        .into()),
    }
}

fn no_acked_lost(cluster: &View) -> Result<(), Breach> {
    if let Some((offset, value)) = cluster.ghost.early.clone() {
        let why = sentence!("a producer was told that record {0}, {1}, is done: it is not committed", offset, value);
        return Err(why.into());
    }
    let Some((place, it)) = leader(cluster) else { return Ok(()) };
    let promised = cluster.ghost.acked.iter().filter(|record| record.promised);
    match promised.into_iter().find(|record| !record.is_in(&it.log)) {
        None => Ok(()),
        Some(Acked { offset, value, .. }) => Err(sentence!(
            "{0} leads without record {1}, {2}, of which a producer was told that it is done",
            place, *offset, value.clone()
        )
        .into()),
    }
}

impl Acked {
    fn is_in(&self, log: &Log<Record>) -> bool {
        log.get(self.offset).is_some_and(|it| it.producer == self.producer && it.value == self.value)
    }
}

fn at_most_once(cluster: &View) -> Result<(), Breach> {
    let Some(it) = cluster.changed().and_then(PartitionedLog::consumer) else { return Ok(()) };
    let processed = it.processed.range(0, it.processed.len());
    let mut seen = BTreeSet::new();
    let twice = processed.iter().find(|(_, (offset, _))| !seen.insert(*offset));
    match twice.filter(|_| !cluster.ghost.ever_beyond) {
        None => Ok(()),
        Some((_, (offset, record))) => {
            Err(sentence!("record {0}, {1}, was processed twice", *offset, record.value.clone()).into())
        }
    }
}

fn at_least_once(cluster: &View) -> Result<(), Breach> {
    if cluster.ghost.ever_beyond {
        return Ok(());
    }
    let committed = &cluster.ghost.committed;
    for (place, it) in consumers(cluster) {
        let processed = it.processed.range(0, it.processed.len());
        let seen: BTreeSet<u64> = processed.iter().map(|(_, (offset, _))| *offset).collect();
        if let Some(offset) = (1..=committed.len()).find(|offset| !seen.contains(offset)) {
            return Err(sentence!("{0} has not processed record {1}", place, offset).into());
        }
    }
    Ok(())
}

fn all_in_sync(cluster: &View) -> Result<(), Breach> {
    let partition = &cluster.ghost.partition;
    let Some((place, first)) = leader(cluster).filter(|(place, _)| partition.leader == Some(*place)) else {
        return Err(sentence!("there is no leader").into());
    };
    let (isr, all) = (partition.isr.0.len(), usize::from(cluster.places.servers()));
    if isr < all {
        return Err(sentence!("{0} of {1} replicas are in sync", isr, all).into());
    }
    let behind = |it: &Broker| it.log != first.log || it.high_watermark < it.log.len();
    match brokers(cluster).find(|(_, it)| behind(it)) {
        None => Ok(()),
        Some((broker, _)) => Err(sentence!("{0} does not have all that {1} has", broker, place).into()),
    }
}

pub const MEASURES: &[Measure<PartitionedLog>] = &[
    |cluster| match leader(cluster) {
        None => sentence!("nobody leads"),
        Some((_, it)) => {
            sentence!("{0} of {1} records of the leader are committed", it.high_watermark, it.log.len())
        }
    },
    |cluster| {
        let acked = &cluster.ghost.acked;
        let log = leader(cluster).map(|(_, it)| &it.log);
        let there = acked.iter().filter(|record| log.is_some_and(|log| record.is_in(log)));
        sentence!("{0} of {1} acknowledged records are in the leader's log", there.count(), acked.len())
    },
];
