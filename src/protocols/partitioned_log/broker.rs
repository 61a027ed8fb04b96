//! A broker: it keeps a replica of the log in its memory, writes it to the disk now and then, and is leader or
//! follower as the controller says. What it does as a leader stands in `leader.rs`, and as a follower in
//! `follower.rs`.

use std::rc::Rc;

use crate::base::{Log, Place, Span, Time};
use crate::protocol::{Effects, Input, Outcome, Repeat};
use crate::sentence;

use super::follower::Follower;
use super::leader::Leader;
use super::message::{Candidate, Partition, Record};
use super::{CONTROLLER, Config, Disk, Message, PartitionedLog};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Broker {
    pub me: Place,
    pub config: Rc<Config>,
    pub log: Log<Record>,
    /// So many records are committed, as far as it knows.
    pub high_watermark: u64,
    /// Which of its lives this is.
    incarnation: Time,
    /// The controller's number for this life, once it has one.
    pub epoch: Option<u64>,
    /// What the controller has said last.
    pub partition: Partition,
    pub part: Part,
    /// How many records it has cut off in this life.
    pub truncated: u64,
    /// What was handed to the disk last.
    kept: (Log<Record>, u64),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The controller has not answered yet, or there is no leader.
    Waiting,
    Leader(Leader),
    Follower(Follower),
}

pub type Fx = Effects<PartitionedLog>;

impl Broker {
    /// What it had in its memory alone is gone.
    pub fn boot(me: Place, config: Rc<Config>, disk: &Disk, fx: &mut Fx) -> Broker {
        let log = disk.log.clone();
        let high_watermark = disk.high_watermark.min(log.len());
        let broker = Broker {
            me,
            kept: (log.clone(), high_watermark),
            log,
            high_watermark,
            incarnation: fx.steady_now(),
            epoch: None,
            partition: Partition::default(),
            part: Part::Waiting,
            truncated: 0,
            config,
        };
        broker.beat(fx);
        if let Repeat::Every(flush) = broker.config.flush {
            fx.set_timer("flush", Span::exactly(flush));
        }
        broker
    }

    pub fn step(&mut self, input: Input<PartitionedLog>, fx: &mut Fx) {
        match input {
            Input::Message { from, message } => self.receive(from, message, fx),
            Input::Request { from, seq, request } => self.produce(from, seq, request.value, fx),
            Input::Timer("flush") => self.flush(fx),
            Input::Timer("heartbeat") => self.beat(fx),
            Input::Timer("fetch") => self.ask_leader(fx),
            Input::Timer("wait") => self.answer_held(fx),
            Input::Timer("alter") => self.claim_again(fx),
            Input::Timer(_) | Input::Saved(_) | Input::Disconnected { .. } => {}
        }
    }

    fn receive(&mut self, from: Place, message: Message, fx: &mut Fx) {
        let now = fx.steady_now();
        match message {
            Message::Registered { incarnation, broker_epoch, partition } if incarnation == self.incarnation => {
                self.epoch = Some(broker_epoch);
                self.learn(partition, fx);
            }
            Message::PartitionChange { broker_epoch, partition, .. } if self.epoch == Some(broker_epoch) => {
                self.learn(partition, fx);
            }
            Message::OffsetsForLeaderEpoch { leader_epoch, asked } => self.tell_end(from, leader_epoch, asked, fx),
            Message::Fetch { leader_epoch, broker_epoch, number, end } => {
                self.serve(from, leader_epoch, (broker_epoch, number), end, now, fx);
            }
            Message::EpochEndOffset { leader_epoch, asked, epoch, end } if self.is_mine(leader_epoch) => {
                self.truncate(asked, epoch, end, fx);
            }
            Message::FetchResponse { leader_epoch, number, records, high_watermark }
                if self.is_mine(leader_epoch) =>
            {
                self.append_fetched(number, records.0, high_watermark, fx);
            }
            Message::Poll { position } => self.hand_out(from, position, fx),
            _ => {}
        }
    }

    /// Whether it is of the leader epoch that this broker is in.
    pub fn is_mine(&self, leader_epoch: u64) -> bool {
        leader_epoch == self.partition.leader_epoch
    }

    /// What is in its memory goes to the disk.
    fn flush(&mut self, fx: &mut Fx) {
        let now = (self.log.clone(), self.high_watermark);
        if now != self.kept {
            self.kept = now;
            let (log, high_watermark) = self.kept.clone();
            fx.persist(Disk { log, high_watermark, ..Disk::default() });
        }
        if let Repeat::Every(flush) = self.config.flush {
            fx.set_timer("flush", Span::exactly(flush));
        }
    }

    /// Says that it is there; or who it is, as long as the controller does not know.
    fn beat(&self, fx: &mut Fx) {
        fx.send(CONTROLLER, match self.epoch {
            None => Message::BrokerRegistration { incarnation: self.incarnation },
            Some(broker_epoch) => {
                let partition_epoch = self.partition.partition_epoch;
                Message::BrokerHeartbeat { broker_epoch, partition_epoch }
            }
        });
        fx.set_timer("heartbeat", Span::exactly(Time(self.config.session.0 / 4)));
    }

    /// The controller has decided something.
    fn learn(&mut self, partition: Partition, fx: &mut Fx) {
        if partition.partition_epoch <= self.partition.partition_epoch {
            return;
        }
        let same = self.is_mine(partition.leader_epoch);
        self.partition = partition;
        if same {
            return self.settle_claim(fx);
        }
        for timer in ["fetch", "wait", "alter"] {
            fx.cancel_timer(timer);
        }
        match self.partition.leader {
            Some(leader) if leader == self.me => self.lead(fx),
            Some(leader) => self.follow(leader, fx),
            None => self.part = Part::Waiting,
        }
    }

    /// A consumer is given what stands below the high watermark.
    fn hand_out(&self, to: Place, position: u64, fx: &mut Fx) {
        if !matches!(self.part, Part::Leader(_)) {
            let leader = Candidate(self.partition.leader.filter(|leader| *leader != self.me));
            return fx.send(to, Message::NotLeader { leader });
        }
        // Flaw: what is not committed yet may go away again.
        let end = if self.config.read_uncommitted_tail { self.log.len() } else { self.high_watermark };
        let records = self.batch(position, end);
        fx.send(to, Message::Records { position, records });
    }

    /// Clients come to the leader.
    pub fn send_on(&self, client: Place, seq: u64, fx: &mut Fx) {
        let leader = self.partition.leader.filter(|leader| *leader != self.me);
        fx.reply(client, seq, Outcome::Redirect(leader));
    }

    /// Cuts off what stands behind this many records.
    pub fn cut(&mut self, end: u64, fx: &mut Fx) {
        let gone = self.log.len().saturating_sub(end);
        if gone > 0 {
            self.log.truncate(end);
            self.high_watermark = self.high_watermark.min(end);
            self.truncated += gone;
            fx.note(sentence!("cuts {0} of its records off, and keeps {1}", gone, end));
        }
    }

    /// How many of its records are of this epoch or an earlier one.
    pub fn end_of(&self, epoch: u64) -> u64 {
        self.log.partition_point(|record| record.epoch <= epoch)
    }
}
