//! What a broker does as the leader: it gives records their order, hands them to followers, and knows by their
//! fetches how far each of them is. What all in-sync replicas have is committed.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Place, Span, Text, Time};
use crate::protocol::Outcome;
use crate::sentence;

use super::broker::{Broker, Fx, Part};
use super::config::Acks;
use super::message::{Batch, Brokers, Claimed, Record};
use super::{CONTROLLER, Message};

/// So long a fetch is held at most while there is nothing new (`replica.fetch.wait.max.ms`: 500 ms in the real system).
const WAIT: Span = Span::exactly(Time::millis(100));
/// After so long the leader asks the controller again.
const AGAIN: Span = Span::exactly(Time::millis(300));
/// So many records are in one answer at most.
const MOST: u64 = 8;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Leader {
    /// So many records it had when its epoch began.
    pub start: u64,
    /// What it knows of followers that have fetched in this epoch.
    pub followers: BTreeMap<Place, Replica>,
    /// The in-sync replicas that it has asked the controller for.
    pub claim: Option<BTreeSet<Place>>,
    /// Producers that wait until their record is committed: client, its sequence number, offset.
    pub waiting: Vec<(Place, u64, u64)>,
    since: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Replica {
    /// In which of its lives it has fetched.
    broker_epoch: u64,
    /// So many records it has.
    pub end: u64,
    /// When it had all.
    caught_up: Time,
    /// When it fetched last, and how many records there were then.
    fetched: (Time, u64),
    /// The number of its fetch that is held.
    held: Option<u64>,
}

/// As a leader.
impl Broker {
    pub fn lead(&mut self, fx: &mut Fx) {
        let (start, since) = (self.log.len(), fx.steady_now());
        fx.note(sentence!("leads epoch {0}, with {1} records", self.partition.leader_epoch, start));
        let (followers, claim, waiting) = (BTreeMap::new(), None, Vec::new());
        self.part = Part::Leader(Leader { start, followers, claim, waiting, since });
        fx.set_timer("wait", WAIT);
        self.advance(fx);
    }

    pub fn produce(&mut self, client: Place, seq: u64, value: Text, fx: &mut Fx) {
        let Part::Leader(leader) = &mut self.part else { return self.send_on(client, seq, fx) };
        let records = self.log.range(0, self.log.len());
        let last = records.iter().rev().find(|(_, record)| record.producer == client);
        let known = last.map(|(offset, record)| (*offset, record.seq));
        let offset = match known {
            // Flaw: whatever comes is new.
            _ if self.config.no_sequence_numbers => None,
            // Its producer has gone on.
            Some((_, last)) if last > seq => return,
            Some((offset, last)) if last == seq => Some(offset),
            _ => None,
        };
        let all = self.config.acks == Acks::All;
        if offset.is_none() && all && self.partition.isr.0.len() < self.config.least() {
            let (isr, least) = (self.partition.isr.0.len(), self.config.least());
            let why = sentence!("only {0} of the {1} replicas that it takes are in sync", isr, least);
            return fx.reply(client, seq, Outcome::Refused(why));
        }
        let offset = offset.unwrap_or_else(|| {
            self.log.push(Record { epoch: self.partition.leader_epoch, producer: client, seq, value });
            self.log.len()
        });
        match all && offset > self.high_watermark {
            true if leader.waiting.contains(&(client, seq, offset)) => {}
            true => leader.waiting.push((client, seq, offset)),
            false => fx.reply(client, seq, Outcome::Done(offset.to_string().into())),
        }
        self.answer_with_records(fx);
        self.advance(fx);
    }

    /// A follower asks for what it does not have, and so says what it has.
    pub fn serve(
        &mut self,
        from: Place,
        of: u64,
        (broker_epoch, number): (u64, u64),
        end: u64,
        now: Time,
        fx: &mut Fx,
    ) {
        let (leader_epoch, have) = (self.partition.leader_epoch, self.log.len());
        let Part::Leader(leader) = &mut self.part else {
            return fx.send(from, Message::Fenced { leader_epoch });
        };
        if of != leader_epoch {
            return fx.send(from, Message::Fenced { leader_epoch });
        }
        let new = Replica { broker_epoch, end, caught_up: Time::ZERO, fetched: (now, have), held: None };
        let replica = leader.followers.entry(from).or_insert_with(|| new.clone());
        if broker_epoch < replica.broker_epoch {
            return; // From before a crash.
        }
        if broker_epoch > replica.broker_epoch {
            *replica = new;
        }
        replica.end = replica.end.max(end);
        // It had all that there is now, or all that there was when it fetched last.
        if end >= have {
            replica.caught_up = now;
        } else if end >= replica.fetched.1 {
            replica.caught_up = replica.caught_up.max(replica.fetched.0);
        }
        replica.fetched = (now, have);
        replica.held = Some(number);
        self.let_in(from, fx);
        self.advance(fx);
        self.answer_with_records(fx);
    }

    /// Answers those fetches for which there is something new.
    fn answer_with_records(&mut self, fx: &mut Fx) {
        let have = self.log.len();
        self.answer(|replica| replica.end < have, fx);
    }

    /// Time to answer all others too, and to see who is behind.
    pub fn answer_held(&mut self, fx: &mut Fx) {
        self.answer(|_| true, fx);
        self.take_out(fx);
        fx.set_timer("wait", WAIT);
    }

    fn answer(&mut self, whom: impl Fn(&Replica) -> bool, fx: &mut Fx) {
        let Part::Leader(leader) = &mut self.part else { return };
        let held = leader.followers.iter_mut().filter(|(_, replica)| whom(replica));
        let held = held.filter_map(|(place, replica)| Some((*place, replica.held.take()?, replica.end)));
        for (to, number, end) in held.collect::<Vec<_>>() {
            let records = self.batch(end, self.log.len());
            let (leader_epoch, high_watermark) = (self.partition.leader_epoch, self.high_watermark);
            fx.send(to, Message::FetchResponse { leader_epoch, number, records, high_watermark });
        }
    }

    /// Records from behind this many, up to so many.
    pub fn batch(&self, from: u64, to: u64) -> Batch {
        let records = self.log.range(from, to.min(from.saturating_add(MOST)));
        Batch(records.into_iter().map(|(_, record)| record.clone()).collect())
    }

    /// Where a follower's last epoch ends here; or the last one before it that this log has (KIP-279).
    pub fn tell_end(&self, to: Place, of: u64, asked: u64, fx: &mut Fx) {
        let leader_epoch = self.partition.leader_epoch;
        if of != leader_epoch || !matches!(self.part, Part::Leader(_)) {
            return fx.send(to, Message::Fenced { leader_epoch });
        }
        let end = self.end_of(asked);
        let epoch = self.log.get(end).map_or(0, |record| record.epoch);
        fx.send(to, Message::EpochEndOffset { leader_epoch, asked, epoch, end });
    }
}

/// In-sync replicas, and the high watermark.
impl Broker {
    /// The high watermark is where the least of the in-sync replicas has come to: of those that are in sync and of
    /// those that may be, whatever the controller answers. It stands still while there are too few of them.
    fn advance(&mut self, fx: &mut Fx) {
        let Part::Leader(leader) = &mut self.part else { return };
        let isr = &self.partition.isr.0;
        let claim = leader.claim.clone().unwrap_or_default();
        // Flaw: the smaller set, before the controller has agreed to it.
        let small = self.config.small_insync_set && !claim.is_empty();
        let counted = if small { claim } else { isr.union(&claim).copied().collect() };
        let end = |place: &Place| match *place == self.me {
            true => self.log.len(),
            false => leader.followers.get(place).map_or(0, |replica| replica.end),
        };
        let least = counted.iter().map(end).min().unwrap_or(0).min(self.log.len());
        if isr.len() < self.config.least() || least <= self.high_watermark {
            return;
        }
        self.high_watermark = least;
        let (done, waiting) = leader.waiting.drain(..).partition(|(_, _, offset)| *offset <= least);
        leader.waiting = waiting;
        let done: Vec<(Place, u64, u64)> = done;
        for (client, seq, offset) in done {
            fx.reply(client, seq, Outcome::Done(offset.to_string().into()));
        }
    }

    /// A follower joins the in-sync replicas when it has what is committed: all below the high watermark, and all
    /// that was there when this leader's epoch began.
    fn let_in(&mut self, place: Place, fx: &mut Fx) {
        let Part::Leader(leader) = &self.part else { return };
        let end = leader.followers.get(&place).map_or(0, |replica| replica.end);
        // Flaw: that it fetches is enough.
        let has_all = end >= self.high_watermark.max(leader.start) || self.config.early_join;
        if has_all && !self.partition.isr.0.contains(&place) && leader.claim.is_none() {
            let mut isr = self.partition.isr.0.clone();
            isr.insert(place);
            self.claim(isr, fx);
        }
    }

    /// Who has been behind for too long leaves the in-sync replicas.
    fn take_out(&mut self, fx: &mut Fx) {
        let (now, lag) = (fx.steady_now(), self.config.lag);
        let Part::Leader(leader) = &self.part else { return };
        let caught_up = |place: &Place| leader.followers.get(place).map_or(leader.since, |it| it.caught_up);
        let keeps_up = |place: &&Place| **place == self.me || now.since(caught_up(place).max(leader.since)) <= lag;
        let isr: BTreeSet<Place> = self.partition.isr.0.iter().filter(keeps_up).copied().collect();
        if isr != self.partition.isr.0 && leader.claim.is_none() {
            let slow = Brokers(self.partition.isr.0.difference(&isr).copied().collect());
            fx.note(sentence!("asks to take {0} out of the in-sync replicas: too far behind", slow.to_string()));
            self.claim(isr, fx);
            self.advance(fx);
        }
    }

    fn claim(&mut self, isr: BTreeSet<Place>, fx: &mut Fx) {
        if let Part::Leader(leader) = &mut self.part {
            leader.claim = Some(isr);
        }
        self.claim_again(fx);
    }

    /// Asks the controller for other in-sync replicas, until it says anything new.
    pub fn claim_again(&self, fx: &mut Fx) {
        let Part::Leader(Leader { claim: Some(claim), followers, .. }) = &self.part else { return };
        let epoch = |place: &Place| match *place == self.me {
            true => self.epoch.unwrap_or(0),
            false => followers.get(place).map_or(0, |replica| replica.broker_epoch),
        };
        let isr = Claimed(claim.iter().map(|place| (*place, epoch(place))).collect());
        let (leader_epoch, partition_epoch) = (self.partition.leader_epoch, self.partition.partition_epoch);
        fx.send(CONTROLLER, Message::AlterPartition { leader_epoch, partition_epoch, isr });
        fx.set_timer("alter", AGAIN);
    }

    /// The controller has said something new about the same leader: what it was asked before has been done, or
    /// never will be.
    pub fn settle_claim(&mut self, fx: &mut Fx) {
        if let Part::Leader(leader) = &mut self.part {
            leader.claim = None;
            fx.cancel_timer("alter");
            self.advance(fx);
        }
    }
}
