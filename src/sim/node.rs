//! A place without its program: what surrounds a replica, or a client. Its disk, what waits for the disk, its
//! timers, its clock and its streams of chance.

use std::collections::VecDeque;

use super::agenda::{Due, Ticket};
use super::snapshot::Status;
use crate::base::{Chance, Place, Text, Time};
use crate::command::Latency;
use crate::protocol::{ClockReading, Role, SourceLine};
use crate::sim::ensemble::Image;
use crate::sim::trace::Payload;

#[derive(Clone, Debug)]
pub struct Node {
    pub status: Status,
    /// The command (an event) that stopped it last; 0 where none has.
    pub stopped_by: u64,
    pub isolated: bool,
    /// As last recorded; a change is an event.
    pub role: Option<Role>,
    pub lamport: u64,
    /// Events of its own so far: its part of its vector stamp.
    pub own: u64,
    /// How often it has been told to want something: those that run the protocol's program number
    /// their requests themselves.
    pub asked: u64,
    /// Those that it has no answer to.
    pub wants: Vec<(u64, Text)>,
    /// What is durable.
    pub disk: Image,
    /// Writes, and what must not leave before them.
    pub outbox: VecDeque<Pending>,
    /// How many of the outbox's items the write under way covers, and when it ends.
    pub syncing: Option<(u32, Ticket)>,
    pub disk_latency: Latency,
    pub timers: Vec<Timer>,
    pub clock: Clock,
    /// What came due while the node stood still.
    pub stalled: Vec<Due>,
    /// Decides its timers and its disk.
    pub timing: Chance,
    /// Decides the fates of what it sends.
    pub sending: Chance,
}

/// A write, or something that waits behind one.
#[derive(Clone, Debug)]
pub struct Pending {
    pub what: Waiting,
    /// The event that asked for it, and the line.
    pub cause: u64,
    pub line: SourceLine,
}

#[derive(Clone, Debug)]
pub enum Waiting {
    Write(Image),
    Send { to: Place, payload: Payload },
}

#[derive(Clone, Debug)]
pub struct Timer {
    pub name: Text,
    /// When it was set and when it runs out, unless it is not set.
    pub set: Option<(Time, Time)>,
    /// Its entry in the agenda, at this time, which may be earlier than when it runs out now: a
    /// timer that is always set anew before it ends needs one entry, not hundreds.
    pub queued: Option<(Time, Ticket)>,
    pub cause: u64,
}

/// A clock that may run too fast or too slow, and be stepped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// True time and the clock's reading when its rate last changed.
    since: Time,
    reading: i64,
    /// What it would have shown then, had nobody ever stepped it.
    steady: Time,
    pub ppm: i32,
}

impl Node {
    pub fn new(id: Place, seed: u64, disk: Image, disk_latency: Latency) -> Node {
        let (timing, sending) = streams(id);
        Node {
            status: Status::Down,
            stopped_by: 0,
            isolated: false,
            role: None,
            lamport: 0,
            own: 0,
            asked: 0,
            wants: Vec::new(),
            disk,
            outbox: VecDeque::new(),
            syncing: None,
            disk_latency,
            timers: Vec::new(),
            clock: Clock::default(),
            stalled: Vec::new(),
            timing: Chance::new(seed, timing),
            sending: Chance::new(seed, sending),
        }
    }

    /// Forgets all that does not survive a crash. `torn`: some of the writes under way, in their
    /// order, survive all the same.
    pub fn lose_memory(&mut self, torn: bool) {
        let pending = std::mem::take(&mut self.outbox);
        let mut writes: Vec<Image> = pending
            .into_iter()
            .filter_map(|pending| match pending.what {
                Waiting::Write(disk) => Some(disk),
                Waiting::Send { .. } => None,
            })
            .collect();
        if torn {
            writes.truncate(self.timing.below(writes.len() as u32 + 1) as usize);
            self.disk = writes.pop().unwrap_or_else(|| self.disk.clone());
        }
        self.syncing = None;
        self.timers.clear();
        self.status = Status::Down;
        self.role = None;
    }

    /// What waits to be sent to this peer is not sent.
    pub fn keep_from(&mut self, peer: Place) {
        let goes =
            |pending: &Pending| matches!(pending.what, Waiting::Send { to, .. } if to == peer);
        if let Some((covers, _)) = &mut self.syncing {
            let covered = self.outbox.iter().take(*covers as usize);
            *covers -= covered.filter(|pending| goes(pending)).count() as u32;
        }
        self.outbox.retain(|pending| !goes(pending));
    }

    /// What the disk will hold once everything under way is written, if anything is.
    pub fn last_write(&self) -> Option<&Image> {
        self.outbox.iter().rev().find_map(|item| match &item.what {
            Waiting::Write(disk) => Some(disk),
            Waiting::Send { .. } => None,
        })
    }

    pub fn pending_writes(&self) -> u32 {
        let writes = self.outbox.iter().filter(|item| matches!(item.what, Waiting::Write(_)));
        writes.count() as u32
    }
}

/// The streams of chance of a place: for its timers and its disk, and for what it sends.
fn streams(place: Place) -> (u64, u64) {
    let number = u64::from(place.number());
    match place.letter() {
        Place::SERVER => (number * 2, number * 2 + 1),
        Place::CLIENT => ((2 << 32) + number, (1 << 32) + number),
        letter => {
            let first = (u64::from(letter) << 40) + number * 2;
            (first, first + 1)
        }
    }
}

impl Clock {
    /// What it shows at true time `now`.
    pub fn read(&self, now: Time) -> Time {
        Time((self.reading + self.measured(now).0 as i64).max(0) as u64)
    }

    /// The same, and what it would show had nobody ever stepped it.
    pub fn reading(&self, now: Time) -> ClockReading {
        ClockReading { local: self.read(now), steady: self.steady + self.measured(now) }
    }

    /// What it has measured since its rate last changed.
    fn measured(&self, now: Time) -> Time {
        let elapsed = now.since(self.since);
        match self.ppm {
            0 => elapsed,
            ppm => Time((i128::from(elapsed.0) * (1_000_000 + i128::from(ppm)) / 1_000_000) as u64),
        }
    }

    pub fn drift(&mut self, now: Time, ppm: i32) {
        self.jump(now, 0);
        self.ppm = ppm;
    }

    pub fn jump(&mut self, now: Time, micros: i64) {
        let ClockReading { local, steady } = self.reading(now);
        (self.since, self.reading, self.steady) = (now, local.0 as i64 + micros, steady);
    }

    /// How long the world takes while this clock measures `local`.
    pub fn true_length(&self, local: Time) -> Time {
        match self.ppm {
            0 => local,
            ppm => Time((i128::from(local.0) * 1_000_000 / (1_000_000 + i128::from(ppm))) as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_clock_gains_and_its_timers_end_early() {
        let mut clock = Clock::default();
        clock.drift(Time::seconds(1), 100_000);
        assert_eq!(clock.read(Time::seconds(2)), Time::millis(2_100));
        assert_eq!(clock.true_length(Time::millis(110)), Time::millis(100));
        clock.drift(Time::seconds(2), -500_000);
        for micros in 2_000_000..2_003_000 {
            let (before, after) = (clock.read(Time(micros)), clock.read(Time(micros + 1)));
            assert!(before <= after, "a slow clock never runs backwards");
        }
        clock.jump(Time::seconds(2), -5_000_000);
        assert_eq!(clock.read(Time::seconds(2)), Time::ZERO);
        clock.jump(Time::seconds(3), 1_000_000);
        let ClockReading { local, steady } = clock.reading(Time::seconds(4));
        assert_eq!((local, steady), (Time::millis(1_500), Time::millis(3_100)), "steps aside");
    }
}
