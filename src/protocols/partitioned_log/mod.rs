//! A message queue as Kafka has it: a log in which producers append records, and from which consumers read them,
//! each at its own position. The log is cut into partitions, each of which is replicated by itself.
//!
//! After Jay Kreps, Neha Narkhede and Jun Rao, *Kafka: a Distributed Messaging System for Log Processing* (2011),
//! and what its replication has become since: Kafka's improvement proposals KIP-101 and KIP-279 (truncation by
//! leader epochs), KIP-98 (idempotent producers), KIP-497 (`AlterPartition`), KIP-903 (broker epochs) and KIP-966
//! (eligible leader replicas). Jason Gustafson and Jack Vanlint have specified it in TLA+.
//!
//! One broker leads a partition, and gives records their order; the others fetch from it. Those who keep up are the
//! *in-sync replicas* (ISR), and a record is *committed* once all of them have it: so far goes the *high
//! watermark*, and so far consumers read. A follower that is too slow leaves the ISR and nobody waits for it any
//! more; one that fails does so too: that is why Kafka survives f failures with f + 1 replicas, where a majority
//! takes 2f + 1. Who is in sync therefore must be agreed upon: a *controller* keeps that, and elects a new leader
//! out of the ISR.
//!
//! A new leader has a new *leader epoch*, and each record bears that of its leader. A follower first asks where its
//! own last epoch ends in the leader's log, cuts off what is behind that, and only then fetches (since KIP-595 it asks
//! by the fetch itself). Whoever is of an older epoch is fenced.
//!
//! Brokers acknowledge from memory: a crash loses what was not written yet, and replicas are what makes that
//! harmless. A broker that comes back is another one, with another *broker epoch*, and out of the ISR until it has
//! caught up. **What is promised**: a committed record survives as long as fewer than `min-insync` brokers have
//! crashed and not yet come back into the ISR. While fewer than so many replicas are in sync nothing is committed,
//! and those that have left the ISR meanwhile are *eligible leader replicas* (ELR): they have all that is
//! committed. If all of ISR and ELR have crashed at once, the one that led last leads again with what it has left,
//! and committed records may be lost: that is beyond the promise, and the controller says so.
//!
//! This is one topic with one partition: several are this several times, and order holds within each. Left out are
//! `acks=0`, where nobody waits for an answer; consumer groups that share partitions and rebalance; a clean
//! shutdown, after which nothing is lost; transactions; and the deletion of old records. A producer is known by its
//! client, and its sequence number by the number of the request. Offsets count from 1, as in all logs here; Kafka's
//! from 0. The controller is one place that may crash and keeps its disk; in the real world it is a few that agree
//! by Raft (KRaft), before that it was ZooKeeper. It keeps the offsets of consumers as well, as ZooKeeper did;
//! since version 0.8.2 Kafka has a log of its own for them, which brokers keep.
//!
//! The files: `broker.rs`, `leader.rs` and `follower.rs`; `controller.rs`; `consumer.rs`; `message.rs` (data);
//! `config.rs` (options and flaws); `properties.rs`; `view.rs` (what is shown).

mod broker;
mod config;
mod consumer;
mod controller;
mod follower;
mod leader;
mod message;
mod properties;
#[cfg(test)]
mod tests;
mod view;

use std::rc::Rc;

use crate::base::{Place, PlaceKind, Places, Sentence};
use crate::protocol::{Channel, Effects, FaultModel, Formation, Input, Measure, Meta, Property, Protocol, Serves};
use crate::{scenes, sentence};

pub use broker::Broker;
pub use config::{Acks, Commit, Config};
pub use consumer::Consumer;
pub use controller::Controller;
pub use message::{Disk, Message, Produce};
pub use properties::Ghost;

/// Whoever takes part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PartitionedLog {
    Broker(Broker),
    Controller(Controller),
    Consumer(Consumer),
}

const CONTROLLER: Place = Place::new('K', 0);
/// They read.
const CONSUMER: char = 'R';

impl Protocol for PartitionedLog {
    const META: Meta = Meta {
        slug: "partitioned-log",
        title: "Partitioned log",
        paper: "Kreps, Narkhede and Rao, Kafka (2011); KIP-101, KIP-279, KIP-903 and KIP-966",
        summary: "Producers append records to a log, and consumers read it: what all in-sync replicas have is \
                  committed.",
        kinds: &[
            PlaceKind { name: "broker", ..PlaceKind::servers(3, 5).answers() },
            PlaceKind::new('K', "controller", "controllers").counts(1, 1, 1).answers(),
            PlaceKind::new(CONSUMER, "consumer", "consumers").counts(1, 0, 3).answers(),
            PlaceKind::CLIENTS,
        ],
        majority: None,
        formation: Formation::RING,
        channel: Channel::Fifo,
        requests: &["produce a1"],
        scenes: scenes!("partitioned-log", ["committed", "acked-and-lost", "truncated", "last-replica", "twice-or-never"]),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(Produce::FORMS);
    /// Any number of crashes: how many at once harm nothing, the properties say. No clock is compared with another.
    const FAULTS: FaultModel = FaultModel { sizes: &[3, 3, 4], ..FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["heartbeat", "fetch", "wait", "alter", "flush", "session", "poll"];
    type Request = Produce;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;

    fn check(config: &Config, places: &Places) -> Result<(), Sentence> {
        let (least, brokers) = (config.min_insync, u64::from(places.servers()));
        match least <= brokers {
            true => Ok(()),
            false => Err(sentence!("{0} replicas cannot be in sync on {1} brokers", least, brokers)),
        }
    }

    /// A consumer processes each record at least once, or at most once.
    fn promises(config: &Config, property: &str) -> bool {
        match property {
            properties::AT_LEAST_ONCE => config.commit == Commit::After,
            properties::AT_MOST_ONCE => config.commit == Commit::Before,
            properties::ACKED => config.acks == Acks::All,
            _ => true,
        }
    }

    fn boot(me: Place, places: &Places, config: &Config, disk: &Disk, fx: &mut Effects<Self>) -> Self {
        let (config, brokers) = (Rc::new(config.clone()), places.servers());
        match me {
            CONTROLLER => PartitionedLog::Controller(Controller::boot(brokers, config, disk, fx)),
            me if me.letter() == CONSUMER => PartitionedLog::Consumer(Consumer::boot(brokers, config, disk, fx)),
            _ => PartitionedLog::Broker(Broker::boot(me, config, disk, fx)),
        }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match self {
            PartitionedLog::Broker(it) => it.step(input, fx),
            PartitionedLog::Controller(it) => it.step(input, fx),
            PartitionedLog::Consumer(it) => it.step(input, fx),
        }
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn measures() -> &'static [Measure<Self>] {
        properties::MEASURES
    }
}

impl PartitionedLog {
    fn broker(&self) -> Option<&Broker> {
        if let PartitionedLog::Broker(it) = self { Some(it) } else { None }
    }

    fn controller(&self) -> Option<&Controller> {
        if let PartitionedLog::Controller(it) = self { Some(it) } else { None }
    }

    fn consumer(&self) -> Option<&Consumer> {
        if let PartitionedLog::Consumer(it) = self { Some(it) } else { None }
    }
}
