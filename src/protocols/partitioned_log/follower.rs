//! What a broker does as a follower: when an epoch begins it cuts off what its leader does not have, and then it
//! fetches what the leader has more.

use crate::base::{Place, Span, Time};
use crate::sentence;

use super::broker::{Broker, Fx, Part};
use super::message::Record;
use super::Message;

/// After so long a follower asks again for what has not come.
const AGAIN: Span = Span::exactly(Time::millis(400));

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Follower {
    pub leader: Place,
    pub stage: Stage,
    /// The number of its last fetch: an answer to another one comes too late.
    number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// It has asked where this epoch ends in the leader's log.
    Truncating(u64),
    /// Its log is a part of the leader's.
    Fetching,
}

impl Broker {
    /// First it truncates: what it has of earlier epochs the new leader may never have had.
    pub fn follow(&mut self, leader: Place, fx: &mut Fx) {
        fx.note(sentence!("follows {0} in epoch {1}", leader, self.partition.leader_epoch));
        if self.config.truncate_to_high_watermark {
            // Flaw: it learns the high watermark late, and after a crash it may not know it at all.
            self.cut(self.high_watermark, fx);
            self.part = Part::Follower(Follower { leader, stage: Stage::Fetching, number: 0 });
        } else {
            let stage = self.log.last().map_or(Stage::Fetching, |record| Stage::Truncating(record.epoch));
            self.part = Part::Follower(Follower { leader, stage, number: 0 });
        }
        self.ask_leader(fx);
    }

    /// Asks the leader for what it needs next.
    pub fn ask_leader(&mut self, fx: &mut Fx) {
        let (leader_epoch, end) = (self.partition.leader_epoch, self.log.len());
        let (Part::Follower(it), Some(broker_epoch)) = (&mut self.part, self.epoch) else { return };
        fx.send(it.leader, match it.stage {
            Stage::Truncating(asked) => Message::OffsetsForLeaderEpoch { leader_epoch, asked },
            Stage::Fetching => {
                it.number += 1;
                Message::Fetch { leader_epoch, broker_epoch, number: it.number, end }
            }
        });
        fx.set_timer("fetch", AGAIN);
    }

    /// The leader's log has this epoch, the last one up to the one asked for, until there. What is more is cut off;
    /// and where the leader has never had the epoch asked for, the question goes on with one before it (KIP-279).
    pub fn truncate(&mut self, of: u64, epoch: u64, end: u64, fx: &mut Fx) {
        let Part::Follower(Follower { stage: Stage::Truncating(asked), .. }) = self.part else { return };
        if asked != of {
            return;
        }
        let own = self.end_of(epoch);
        let last = |it: &Broker| it.log.last().map_or(0, |record: &Record| record.epoch);
        self.cut(own, fx);
        let stage = match last(self) == epoch || self.log.is_empty() {
            true => {
                self.cut(end.min(own), fx);
                Stage::Fetching
            }
            false => Stage::Truncating(last(self)),
        };
        if let Part::Follower(it) = &mut self.part {
            it.stage = stage;
        }
        self.ask_leader(fx);
    }

    /// What has come follows what is there; and it may be told that more is committed.
    pub fn append_fetched(&mut self, number: u64, records: Vec<Record>, high_watermark: u64, fx: &mut Fx) {
        let Part::Follower(it) = &self.part else { return };
        if it.stage != Stage::Fetching || it.number != number {
            return;
        }
        records.into_iter().for_each(|record| self.log.push(record));
        self.high_watermark = self.high_watermark.max(high_watermark.min(self.log.len()));
        self.ask_leader(fx);
    }
}
