//! What brokers, the controller and consumers write down and say to each other, and what a producer can ask.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use crate::base::word::word;
use crate::base::{Log, Place, Text, Time};
use crate::protocol::{Blank, Form, Holds, Request, Tone};
use crate::{key, messages};

messages! {
    pub enum Message {
        // Between brokers and the controller.
        BrokerRegistration { incarnation: Time } says []: key!("BrokerRegistration"), Tone::Call,
        Registered { incarnation: Time, broker_epoch: u64, partition: Partition } says [partition]: key!("Registered"), Tone::Reply,
        BrokerHeartbeat { broker_epoch: u64, partition_epoch: u64 } says []: key!("BrokerHeartbeat"), Tone::Beat,
        AlterPartition { leader_epoch: u64, partition_epoch: u64, isr: Claimed } under leader_epoch says [isr]: key!("AlterPartition"), Tone::Call,
        PartitionChange { broker_epoch: u64, leader_epoch: u64, partition: Partition } under leader_epoch says [partition]: key!("PartitionChange"), Tone::Call,
        // Between followers and their leader.
        OffsetsForLeaderEpoch { leader_epoch: u64, asked: u64 } under leader_epoch says [asked]: key!("OffsetsForLeaderEpoch"), Tone::Call,
        EpochEndOffset { leader_epoch: u64, asked: u64, epoch: u64, end: u64 } under leader_epoch says [epoch, end]: key!("EpochEndOffset"), Tone::Reply,
        Fetch { leader_epoch: u64, broker_epoch: u64, number: u64, end: u64 } under leader_epoch says [end]: key!("Fetch"), Tone::Call,
        FetchResponse { leader_epoch: u64, number: u64, records: Batch, high_watermark: u64 } under leader_epoch says [records, high_watermark]: key!("FetchResponse"), Tone::Reply,
        Fenced { leader_epoch: u64 } under leader_epoch says []: key!("Fenced"), Tone::Refusal,
        // Between consumers, brokers and the controller, which keeps their offsets.
        Poll { position: u64 } says [position]: key!("Poll"), Tone::Call,
        Records { position: u64, records: Batch } says [records]: key!("Records"), Tone::Reply,
        NotLeader { leader: Candidate } says [leader]: key!("NotLeader"), Tone::Refusal,
        OffsetFetch { life: Time } says []: key!("OffsetFetch"), Tone::Call,
        CommittedOffset { life: Time, offset: u64 } says [offset]: key!("CommittedOffset"), Tone::Reply,
        OffsetCommit { offset: u64 } says [offset]: key!("OffsetCommit"), Tone::Call,
        OffsetCommitted { offset: u64 } says [offset]: key!("OffsetCommitted"), Tone::Reply,
    }
}

/// A record in the log: what a producer has sent, and in which epoch of which leader it was appended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    pub epoch: u64,
    pub producer: Place,
    /// The producer's sequence number.
    pub seq: u64,
    pub value: Text,
}

/// Some records in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Batch(pub Vec<Record>);

/// Some brokers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Brokers(pub BTreeSet<Place>);

/// Brokers with the broker epochs that a leader knows of them, 0 for none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Claimed(pub BTreeMap<Place, u64>);

/// Who leads, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Candidate(pub Option<Place>);

/// What the controller decides of the partition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Partition {
    pub leader: Option<Place>,
    /// A number for each leader's time.
    pub leader_epoch: u64,
    /// A number for each change of any of this.
    pub partition_epoch: u64,
    /// In-sync replicas.
    pub isr: Brokers,
    /// Eligible leader replicas: those that have left the ISR while it was smaller than it should be.
    pub elr: Brokers,
    /// Who led last.
    pub last: Option<Place>,
}

impl Partition {
    /// Whoever may lead: they have all that is committed, unless they have crashed since.
    pub fn eligible(&self) -> impl Iterator<Item = Place> {
        self.isr.0.union(&self.elr.0).copied()
    }
}

/// A broker's last start that the controller knows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Registration {
    pub incarnation: Time,
    pub epoch: u64,
}

/// All that survives a crash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// Of a broker: the log, and the high watermark, as they were written last.
    pub log: Log<Record>,
    pub high_watermark: u64,
    /// Of the controller.
    pub partition: Partition,
    pub brokers: BTreeMap<Place, Registration>,
    /// How many broker epochs it has given out.
    pub epochs: u64,
    /// Of each consumer: before which record it goes on.
    pub offsets: BTreeMap<Place, u64>,
    /// Of a consumer: what it has processed, with offsets.
    pub processed: Log<(u64, Record)>,
}

/// What a client asks for: it is a producer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Produce {
    pub value: Text,
}

impl Produce {
    pub const FORMS: &'static [Form] = &[Form {
        name: "Produce",
        help: "has a record appended to the log",
        script: "produce {0}",
        blanks: &[Blank { name: key!("value"), holds: Holds::Word, sample: "a1" }],
    }];
}

impl Request for Produce {}

impl fmt::Display for Produce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "produce {}", self.value)
    }
}

impl FromStr for Produce {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Produce, &'static str> {
        match text.trim().split_once(' ') {
            Some(("produce", value)) => Ok(Produce { value: word(value.trim())? }),
            _ => Err("produce VALUE"),
        }
    }
}

fn listed(f: &mut fmt::Formatter<'_>, words: impl Iterator<Item = String>) -> fmt::Result {
    let words: Vec<String> = words.collect();
    f.write_str(if words.is_empty() { "–" } else { "" })?;
    f.write_str(&words.join(" "))
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(f, self.0.iter().map(|record| record.value.to_string()))
    }
}

impl fmt::Display for Brokers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(f, self.0.iter().map(Place::to_string))
    }
}

impl fmt::Display for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(f, self.0.keys().map(Place::to_string))
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(f, self.0.iter().map(Place::to_string))
    }
}

/// Who leads, and who is in sync: `S1 [S1 S2 S3]`.
impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", Candidate(self.leader), self.isr)
    }
}
