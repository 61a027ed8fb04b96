//! A store of keys and values without a leader: whoever is asked writes to N servers, waits for W of them,
//! and reads from R.
//!
//! After DeCandia et al., *Dynamo: Amazon's highly available key-value store* (2007), and what was learnt from
//! it in Riak and Cassandra.
//!
//! The idea in four sentences. Servers stand on a ring, and a key belongs to the N that follow it there: its
//! *preference list*. Whoever is asked coordinates: it marks a write, sends it to all N, and answers when W have
//! it; a read asks all N, and answers by the newest of what R say. Where R + W > N, they meet in a
//! server that knows the last write; where less is asked, or others stand in for who does not answer (a
//! *sloppy* quorum), answers are quick and may be old. Whatever differs in the end is mended: by reads, by hints
//! that are handed off, by replicas that compare their trees of hashes.
//!
//! That quorums meet does not make it linearizable: a read may see a write that is still under way, and the
//! next read may not. Nor do two writes that overlap become one: by last writer wins one of them is lost,
//! though its client was told that it is done; by version vectors both stay, as siblings, until a client
//! that has seen both writes.
//!
//! A repeated request is known by the client and its number, which are on the coordinator's disk before
//! anything is done: no write gets a second mark. A write's coordinator finishes what it has begun, also
//! after a crash.
//!
//! `versions.rs` has marks, dotted version vectors and sessions; `coordinator.rs` writes and reads; `repair.rs`
//! hints, read repair, anti-entropy and the end of tombstones; `message.rs` the data; `config.rs` options and
//! flaws; `properties.rs` what must hold, `ghost.rs` what it needs to know of the past; `view.rs` what is
//! shown.

mod config;
mod coordinator;
mod ghost;
mod message;
mod properties;
mod repair;
#[cfg(test)]
mod tests;
mod versions;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::digest::Digest;
use crate::base::{Place, PlaceKind, Places, Ratio, Span, Text, Time};
use crate::check::Model;
use crate::protocol::{
    Effects, FaultModel, Input, Measure, Meta, Property, Protocol, Serves, Switch, UnderPartition,
};
use crate::scenes;

pub use config::Config;
pub use coordinator::Open;
pub use ghost::Ghost;
pub use message::{Ask, Disk, Kept, Message};
pub use repair::Settling;
pub use versions::{Mark, Object, Session, Versions};

/// A server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QuorumStore {
    me: Place,
    /// All servers, by where they stand on the ring.
    ring: Rc<[(u64, Place)]>,
    config: Rc<Config>,

    /// What was last handed to the disk …
    saved: Disk,
    /// … and what is known to be on it.
    durable: Disk,

    // Volatile state.
    /// What it coordinates, by client: who asks one thing at a time.
    open: BTreeMap<Place, Open>,
    /// Who has not answered lately.
    unwell: BTreeSet<Place>,
    /// With whom it has compared itself last, of its peers.
    compared: usize,
    handing_off: bool,
    collecting: bool,
    /// Tombstones of which it asks whether they are still needed.
    settling: BTreeMap<Text, Settling>,
    /// The last answer to a read that it has given in this step: for whoever watches.
    told: Option<Told>,
}

/// An answer to a read, and the versions that it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Told {
    client: Place,
    seq: u64,
    answer: Text,
    bookmark: Text,
    ids: Vec<versions::WriteId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Who has not answered this client's request is taken for down, and asked again.
    Timeout(Place),
    /// Time to hand off hints.
    HandOff,
    /// Time to compare with another replica.
    Compare,
    /// Time to see whether tombstones are still needed.
    Collect,
}

impl Protocol for QuorumStore {
    const META: Meta = Meta {
        slug: "quorum-store",
        title: "Quorum store",
        paper: "DeCandia et al., Dynamo: Amazon's highly available key-value store (2007)",
        summary: "A store without a leader: a write waits for W of N servers, a read for R, and whatever \
                  differs is mended later.",
        kinds: &[PlaceKind::servers(3, 24), PlaceKind::CLIENTS],
        majority: None,
        requests: &["put x=1", "get x", "delete x"],
        scenes: scenes!(
            "quorum-store",
            [
                "quorums-meet",
                "lost-to-a-later-clock",
                "siblings",
                "not-linearizable",
                "stale-and-repaired",
                "roaming",
                "session-and-strong",
                "stand-in",
                "the-dead-rise",
                "skew",
            ]
        ),
        eventual: &["Acked Writes Survive", "Replicas Agree"],
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::only(Ask::FORMS, "compare-and-set needs consensus");
    const JUDGES: &'static [Model] = &[Model::ReadYourWrites, Model::MonotonicReads];
    /// Clocks agree: last writer wins goes by them, and so does what is too old to be taken. And no disk is
    /// lost, for W count on theirs.
    const FAULTS: FaultModel = FaultModel {
        sizes: &[3, 3, 3, 5, 5, 4, 2, 7, 1, 12],
        drift: Ratio::ZERO,
        jump: Time::ZERO,
        ..FaultModel::CRASH_RECOVERY
    };
    type Message = Message;
    type Timer = Timer;
    type Request = Ask;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;

    /// A server that starts goes on with the writes that it has marked and not finished.
    /// What a session may rely on it may with tokens, and where every read has one answer.
    fn promises(config: &Config, property: &str) -> bool {
        let is_judged = Self::JUDGES.iter().any(|model| model.promise().name == property);
        !is_judged || config.tokens == Switch::On && config.versions == Versions::Lww
    }

    /// Where one replica is enough, and everybody asked is one, whoever is asked answers.
    fn under_partition(config: &Config, places: &Places) -> Option<UnderPartition> {
        let everywhere = config.n >= u64::from(places.servers());
        let alone = config.r == 1 && config.w == 1 && config.tokens == Switch::Off;
        (everywhere && alone).then_some(UnderPartition::Available)
    }

    fn boot(
        me: Place,
        places: &Places,
        config: &Config,
        disk: &Disk,
        fx: &mut Effects<Self>,
    ) -> QuorumStore {
        let mut ring: Vec<(u64, Place)> =
            Place::servers(places.servers()).map(|server| (Digest::of(&server), server)).collect();
        ring.sort_unstable();
        let mut store = QuorumStore {
            me,
            ring: ring.into(),
            config: Rc::new(config.clone()),
            saved: disk.clone(),
            durable: disk.clone(),
            open: BTreeMap::new(),
            unwell: BTreeSet::new(),
            compared: 0,
            handing_off: false,
            collecting: false,
            settling: BTreeMap::new(),
            told: None,
        };
        store.set_compare_timer(fx);
        store.resume(fx);
        store.set_timers(fx);
        store
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        self.told = None;
        match input {
            Input::Message { from, message } => {
                self.unwell.remove(&from);
                self.receive(from, message, fx);
            }
            Input::Timer(Timer::Timeout(client)) => self.time_out(client, fx),
            Input::Timer(Timer::HandOff) => self.hand_off(fx),
            Input::Timer(Timer::Compare) => self.compare(fx),
            Input::Timer(Timer::Collect) => self.ask_settled(fx),
            Input::Request { from, seq, request } => self.serve(from, seq, request, fx),
            Input::Saved(disk) => self.durable = disk,
            Input::Disconnected { .. } => {}
        }
        self.set_timers(fx);
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn measures() -> &'static [Measure<Self>] {
        properties::MEASURES
    }

    fn weight(&self) -> usize {
        self.open.len()
    }
}

impl QuorumStore {
    fn receive(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        match message {
            Message::Write { client, seq, key, object, hint, sent } => {
                self.take_write(from, (client, seq), key, &object, hint, sent, fx)
            }
            Message::Written { client, seq, slot } => self.count(client, seq, slot, fx),
            Message::Read { client, seq, round, key } => {
                let (object, at) = (self.found(&key), fx.local_now());
                fx.send(from, Message::Found { client, seq, round, object, at });
            }
            Message::Found { client, seq, round, object, at } => {
                self.hear_found(from, (client, seq), round, object, at, fx)
            }
            Message::Repair { key, object, sent } => self.take_repair(from, key, &object, sent, fx),
            Message::HandOff { key, object, sent } => self.take_over(from, key, &object, sent, fx),
            Message::TakenOver { key, digest } => self.drop_hint(from, key, digest, fx),
            Message::Compare { branches } => self.compare_with(from, &branches, fx),
            Message::Exchange { leaves, objects, sent, back } => {
                self.exchange(from, &leaves, &objects, sent, back, fx)
            }
            Message::AskSettled { key, digest, attempt, round } => {
                if self.is_settled(&key, digest, fx.local_now()) {
                    fx.send(from, Message::Settled { key, attempt, round });
                }
            }
            Message::Settled { key, attempt, round } => {
                self.hear_settled(from, key, attempt, round, fx)
            }
            Message::Collect { key, digest } => self.collect(&key, digest, fx),
        }
    }

    /// Timers run only while there is something to do.
    fn set_timers(&mut self, fx: &mut Effects<Self>) {
        if !self.handing_off && !self.saved.hints.is_empty() {
            self.handing_off = true;
            fx.set_timer(Timer::HandOff, Span::exactly(Time(2 * self.config.request_timeout.0)));
        }
        if !self.collecting && self.saved.store.values().any(|kept| kept.object.is_dead()) {
            self.collecting = true;
            fx.set_timer(Timer::Collect, Span::exactly(self.config.grace + Time::millis(1)));
        }
    }

    /// All servers, from the first that follows the key on the ring.
    fn order(&self, key: &str) -> impl Iterator<Item = Place> + use<> {
        first_servers(&self.ring, key, self.ring.len())
    }

    /// The N servers that keep the key.
    fn preference(&self, key: &str) -> Vec<Place> {
        first_servers(&self.ring, key, self.n()).collect()
    }

    fn keeps(&self, key: &str) -> bool {
        first_servers(&self.ring, key, self.n()).any(|server| server == self.me)
    }

    fn servers(&self) -> u16 {
        self.ring.len() as u16
    }

    fn n(&self) -> usize {
        self.config.n(self.servers())
    }

    fn others(&self) -> impl Iterator<Item = Place> + use<> {
        let me = self.me;
        Place::servers(self.servers()).filter(move |server| *server != me)
    }

    fn save(&mut self, fx: &mut Effects<Self>) {
        let mut disk = self.saved.clone();
        if self.config.hints_in_memory {
            disk.hints = Rc::default();
        }
        fx.persist(disk);
    }
}

/// So many servers from the first that follows the key on the ring.
fn first_servers(
    ring: &Rc<[(u64, Place)]>,
    key: &str,
    count: usize,
) -> impl Iterator<Item = Place> + use<> {
    let position = Digest::of(&key);
    let first = ring.partition_point(|(server, _)| *server < position);
    let ring = ring.clone();
    (0..count).map(move |step| ring[(first + step) % ring.len()].1)
}
