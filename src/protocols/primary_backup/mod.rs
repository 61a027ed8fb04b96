//! Primary and backups: one server takes all writes and gives them an order, others follow it, and when it
//! fails one of them takes its place.
//!
//! After Peter Alsberg and John Day, *A principle for resilient sharing of distributed resources* (1976), and
//! Navin Budhiraja, Keith Marzullo, Fred Schneider and Sam Toueg, *The primary-backup approach* (1993); views,
//! and a service that keeps them, as Wei Lin and others have them in *PacificA* (2008).
//!
//! Three questions decide what it promises, and each is an option. How many backups have a write before it is
//! answered (`ack`)? With none, what the primary alone had is lost with it. Who is promoted? The *freshest* of
//! so many that one of them knows whatever was answered. And how does the old primary, which may live on
//! behind a partition, learn that it is over (`fence`)? Its writes find no backup any more, as whoever has
//! entered a newer *view* refuses an older; for reads it needs a lease, or has to ask.
//!
//! The files: `service.rs` (the view service), `server.rs` (from view to view; the backup), `primary.rs`,
//! `message.rs` (data), `config.rs` (options and flaws), `properties.rs`, `view.rs` (what is shown).

mod config;
mod message;
mod primary;
mod properties;
mod server;
mod service;
mod view;

use std::fmt;
use std::rc::Rc;

use crate::base::{Place, PlaceKind, Places, Ratio, Sentence};
use crate::check::Model;
use crate::protocol::{
    Effects, FaultModel, Input, Measure, Meta, Property, Protocol, Serves,
};

use crate::{scenes, sentence};

pub use config::{Ack, Config, Failover, Fence, Reads};
pub use message::{Ask, Disk, Message};
pub use properties::Ghost;
use server::Server;
use service::Service;

/// Whoever runs this protocol's program.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PrimaryBackup {
    Server(Server),
    Service(Service),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Time for a server to say that it is there.
    Ping,
    /// Time for the view service to see who is still there.
    Watch,
    /// Time for it to see whether enough are fenced.
    Decide,
}

const SERVICE: Place = Place::new('V', 0);

impl Protocol for PrimaryBackup {
    const META: Meta = Meta {
        slug: "primary-backup",
        title: "Primary and backups",
        paper: "Budhiraja, Marzullo, Schneider and Toueg, The primary-backup approach (1993); Lin et al., PacificA (2008)",
        summary: "One server orders all writes, others follow, and one of them takes its place when it fails: \
                  with what it has by then.",
        kinds: &[
            PlaceKind::servers(3, 9),
            PlaceKind::new('V', "view service", "services").counts(1, 1, 1).answers(),
            PlaceKind::CLIENTS,
        ],
        majority: None,
        settles: |options, _| !options.iter().any(|(_, value)| value == "hand"),
        requests: &["put x=1", "get x", "cas x 1 2", "delete x", "promote"],
        scenes: scenes!(
            "primary-backup",
            ["takeover", "lost-write", "stale-read", "two-primaries", "recovery-time", "by-hand"]
        ),
        eventual: &[properties::NO_LOSS, "Backups Catch Up"],
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(Ask::FORMS);
    /// A lease needs clocks that run at about the same speed.
    const FAULTS: FaultModel = FaultModel {
        sizes: &[2, 3, 3, 3, 4, 5],
        drift: Ratio::percent(4),
        ..FaultModel::CRASH_RECOVERY
    };
    const JUDGES: &'static [Model] = &[Model::Linearizable];
    type Message = Message;
    type Timer = Timer;
    const TIMERS: &'static [Timer] = &[Timer::Ping, Timer::Watch, Timer::Decide];
    type Request = Ask;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;

    /// Without a backup that has it, an answered write may be lost; a backup may be behind; and a primary that
    /// asks nobody does not know that another has been promoted.
    fn promises(config: &Config, property: &str) -> bool {
        let kept = config.ack != Ack::None;
        match property {
            properties::NO_LOSS => kept,
            "Linearizability" => {
                kept && config.reads == Reads::Primary && config.fence != Fence::View
            }
            _ => true,
        }
    }

    fn boot(
        me: Place,
        places: &Places,
        config: &Config,
        disk: &Disk,
        fx: &mut Effects<Self>,
    ) -> Self {
        let config = Rc::new(config.clone());
        match me {
            SERVICE => PrimaryBackup::Service(Service::boot(places.servers(), config, disk, fx)),
            _ => PrimaryBackup::Server(Server::boot(me, config, disk, fx)),
        }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match (self, input) {
            (PrimaryBackup::Server(it), input) => match input {
                Input::Request { from, seq, request } => it.request(from, seq, request, fx),
                Input::Message { from, message } => it.receive(from, message, fx),
                Input::Saved(disk) => it.on_disk(disk.kept, fx),
                Input::Timer(_) => it.beat(fx),
                Input::Disconnected { .. } => {}
            },
            (PrimaryBackup::Service(it), Input::Message { from, message }) => {
                it.receive(from, message, fx)
            }
            (PrimaryBackup::Service(it), Input::Request { from, seq, .. }) => {
                it.send_on(from, seq, fx)
            }
            (PrimaryBackup::Service(it), Input::Timer(Timer::Watch)) => it.watch(fx),
            (PrimaryBackup::Service(it), Input::Timer(_)) => it.decide(fx),
            (PrimaryBackup::Service(_), _) => {}
        }
    }

    /// A log is worth nothing without the views, and those are the service's.
    fn stored(_log: &str) -> Result<Disk, Sentence> {
        Err(sentence!(
            "{0} takes no log to begin with: whose log counts stands on the view service's disk, and no line says that",
            Self::META.title
        ))
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn measures() -> &'static [Measure<Self>] {
        properties::MEASURES
    }

    fn weight(&self) -> usize {
        match self {
            PrimaryBackup::Server(it) => it.store.len(),
            PrimaryBackup::Service(_) => 0,
        }
    }
}

impl PrimaryBackup {
    fn server(&self) -> Option<&Server> {
        match self {
            PrimaryBackup::Server(it) => Some(it),
            PrimaryBackup::Service(_) => None,
        }
    }
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Timer::Ping => "ping",
            Timer::Watch => "watch",
            Timer::Decide => "decide",
        })
    }
}
