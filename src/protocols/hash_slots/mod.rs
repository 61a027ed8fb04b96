//! Hash slots: a cache whose keys are divided among masters, each with replicas that may take its place, and no
//! service that says who is who.
//!
//! After the *Redis Cluster specification* and its code (Salvatore Sanfilippo, since 2011; `cluster_legacy.c`).
//!
//! Each key belongs to one of 16,384 *slots*, by the CRC16 of it or of its `{tag}`, and each slot to one master. A client
//! keeps a map of them; a server that is asked for a slot that it does not have answers MOVED, and the client knows
//! better from then on. While a slot moves, key by key, the old master answers ASK for what it does not have any more:
//! ask there, this once. A master answers a write before its replicas have it: this is *asynchronous
//! replication*, fast, and a write that was acknowledged may be lost.
//!
//! All servers ping each other. Who does not answer one of them within the *node timeout* is suspected by that one
//! (PFAIL); when a majority of the masters have said so within twice that time, it has failed (FAIL). Then its
//! replicas stand for election, those with more of the data first, and need the votes of a majority of
//! all masters. The epoch of the election becomes the winner's *configEpoch*, and of two who claim a slot
//! the one with the greater configEpoch has it: so the news needs no agreement, it may go about as gossip, and an old
//! master that comes back learns by it that it has become a replica. A master that cannot hear a majority of the
//! masters stops, a node timeout later; what it has taken until then is lost.
//!
//! What it promises is little: one master per slot and epoch, and that all agree in the end. What it loses is no broken
//! property here, but a number among the measures (which leaves out the keys of a slot on its way that were at the new
//! master already when the old one failed: nobody asks there any more). A slot that is moved changes its configEpoch without an
//! election; where two have the same by that, the one with the lesser name takes another.
//!
//! Nobody has agreed on who the masters are, either: each counts those of its own map. Two halves of a cluster that
//! do not know of each other's elections may both hold a majority, and elect two to the same slots in the same epoch
//! (`two-majorities.txt`); this, too, is settled when they meet.
//!
//! Other than in Redis, servers speak by datagrams, which may be lost, doubled and overtaken, so what is said of a slot on its
//! way names the configEpoch under which its owner has it; who asks for the very key that is on its way hears
//! TRYAGAIN, where Redis has all wait; there is no resynchronisation in part; a replica may be elected however old its
//! data is, but not once its master has taken a configEpoch that is no less than that of the election; replicas do
//! not answer reads; a master does not hand over by request (`CLUSTER FAILOVER`); and whoever has no more slots keeps its claim in the maps of others until
//! somebody with a greater configEpoch takes it, where Redis has the slot unassigned meanwhile.
//!
//! `slots.rs` has slots and their maps; `server.rs` pings and finds who has failed; `claims.rs` learns whose a slot is;
//! `election.rs` votes; `data.rs` answers clients, replicates, and moves slots; `client.rs` is a client's library;
//! `message.rs` the data; `config.rs` options and flaws; `properties.rs` what must hold; `view.rs` what is shown.

mod claims;
mod client;
mod config;
mod data;
mod election;
mod message;
mod properties;
mod server;
mod slots;
#[cfg(test)]
mod tests;
mod view;

use std::rc::Rc;

use crate::base::{Place, PlaceKind, Places, Sentence};
use crate::protocol::{
    Effects, FaultModel, Formation, Input, Measure, Meta, Property, Protocol, Serves,
};
use crate::{scenes, sentence};

pub use client::Client;
pub use config::Config;
pub use message::{Ask, Disk, Message};
pub use properties::Ghost;
pub use server::Server;

/// A server, master or replica, or a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HashSlots {
    Server(Box<Server>),
    Client(Client),
}

impl Protocol for HashSlots {
    const META: Meta = Meta {
        slug: "hash-slots",
        title: "Hash slots",
        paper: "Sanfilippo and others, Redis Cluster Specification (since 2011)",
        summary: "A cache in 16,384 slots, as Redis Cluster is: masters, replicas that take over by votes, and gossip.",
        kinds: &[
            PlaceKind::servers(6, 15).answers(),
            PlaceKind::new(Place::CLIENT, "client", "clients").counts(1, 1, 9),
        ],
        majority: None,
        formation: Formation::ROWS,
        requests: &["put x=1", "put foo=1", "put bar=1", "get x", "delete x", "reshard x S2"],
        scenes: scenes!(
            "hash-slots",
            ["moved", "takes-over", "acked-and-lost", "minority", "slot-moves"]
        ),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::only(
        Ask::FORMS,
        "what an acknowledged compare-and-set has decided might be lost a moment later",
    );
    const FAULTS: FaultModel = FaultModel { sizes: &[6, 6, 7, 9], ..FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["tick", "election", "retry"];
    type Request = Ask;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;

    fn check(config: &Config, places: &Places) -> Result<(), Sentence> {
        let (masters, servers) = (config.masters, u64::from(places.servers()));
        match masters <= servers {
            true => Ok(()),
            false => Err(sentence!("{0} masters cannot be among {1} servers", masters, servers)),
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
        match me.is_server() {
            true => HashSlots::Server(Box::new(Server::boot(me, places, config, disk, fx))),
            false => HashSlots::Client(Client::boot(me, places, config)),
        }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match self {
            HashSlots::Server(it) => it.step(input, fx),
            HashSlots::Client(it) => it.step(input, fx),
        }
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn measures() -> &'static [Measure<Self>] {
        properties::MEASURES
    }
}
