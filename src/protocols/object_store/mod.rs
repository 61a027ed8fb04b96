//! Object storage: whole objects under names, kept as the shards of an erasure code.
//!
//! After Plank, *T1: Erasure Codes for Storage Applications* (2005), Huang et al., *Erasure Coding in Windows Azure
//! Storage* (2012), Muralidhar et al., *f4: Facebook's Warm BLOB Storage System* (2014), and MinIO.
//!
//! An object is cut into k data shards, to which m parity shards are added; each stands on a server of its own.
//! Any k of them give the object back, so that m may be lost, for (k + m)/k times its size: two losses cost 2 times
//! with k = m = 2, and 1½ times with k = 4, where copies would cost 3 times. The price is paid in repair: who has lost
//! one shard must read k others. That holds for codes such as Reed and Solomon's, which MinIO and f4 have, and which
//! is used here; the codes of Azure have parity of a few shards as well, and repair one of those few, for a little
//! more room.
//!
//! A *gateway* does the work, and keeps nothing. To write, it has a version reserved, stores the shards of that
//! version, each with a checksum, beside those of the last, and when w are on disks it has the *manifest* of
//! the object published: from then on the name leads to the new version, all at once. Shards of older
//! versions are forgotten after that. Where w is all k + m, as it is unless a script says otherwise, a write waits
//! for ever while one server is down: a real store, such as MinIO, is content with k, or k + 1 where k = m, and
//! has repair add the others. To read, it asks for the manifest, then for the k data shards *of that
//! version*; where one is missing, damaged or late, it asks for the others too, and computes: a *degraded read*.
//!
//! The manifests stand with a metadata service. Here it is one place, which may crash and keeps its disk; in the
//! real world it is a replicated service, by Raft for instance, and what it decides is decided by a log. Now and
//! then it has a gateway *scrub* an object: all its shards are inspected, and what is missing is rebuilt.
//!
//! That a disk loses a shard or turns a bit of it is what all this is for; who wants to see it asks a server for
//! it (`damage x`, `lose x`), or wipes one. More than w − k losses between two scrubs are beyond the promise: then
//! a read is refused, and never answered with anything else.
//!
//! `code.rs` has the erasure code; `gateway.rs` writes and reads; `repair.rs` mends; `server.rs` keeps shards, and
//! `metadata.rs` manifests; `message.rs` the data; `config.rs` options and flaws; `properties.rs` what must hold;
//! `view.rs` what is shown.

mod code;
mod config;
mod gateway;
mod message;
mod metadata;
mod properties;
mod repair;
mod server;
mod view;

use std::rc::Rc;

use crate::base::{Place, PlaceKind, Places, Sentence};
use crate::check::Model;
use crate::protocol::{
    Effects, FaultModel, Formation, Input, Measure, Meta, Outcome, Property, Protocol, Serves,
};
use crate::{scenes, sentence};

pub use config::Config;
pub use gateway::Gateway;
pub use message::{Ask, Disk, Message};
pub use metadata::Metadata;
pub use properties::Ghost;
pub use server::Server;

/// A server, a gateway or the metadata service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ObjectStore {
    Server(Server),
    Gateway(Gateway),
    Metadata(Metadata),
}

const GATEWAY: char = 'G';
const METADATA: Place = Place::new('M', 0);

/// Where a shard of an object stands: on the servers from the one that its key says, around the ring of them.
fn server_of(key: &str, index: u8, servers: u16) -> Place {
    let first: u16 = key.bytes().fold(0, |sum, byte| sum.wrapping_add(byte.into()));
    Place::server((first % servers + u16::from(index)) % servers)
}

impl Protocol for ObjectStore {
    const META: Meta = Meta {
        slug: "object-store",
        title: "Object storage",
        paper: "Huang et al., Erasure Coding in Windows Azure Storage (2012); Muralidhar et al., f4 (2014)",
        summary: "Objects cut into shards with some parity: any k of them give the object back, for less room than \
                  copies take.",
        kinds: &[
            PlaceKind::servers(4, 9).answers(),
            PlaceKind::new(GATEWAY, "gateway", "gateways").counts(2, 1, 4).answers(),
            PlaceKind::new('M', "metadata service", "services").counts(1, 1, 1).answers(),
            PlaceKind::CLIENTS,
        ],
        majority: None,
        formation: Formation::ROWS,
        requests: &["put x=1", "get x", "damage x", "lose x"],
        scenes: scenes!(
            "object-store",
            ["write-and-read", "degraded-and-repaired", "less-room-than-copies", "grey-whale", "damage-spreads"]
        ),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::only(Ask::FORMS, "an object is written whole, and read whole");
    const JUDGES: &'static [Model] = &[Model::Linearizable];
    /// What a disk loses is drawn as requests. No clock is looked at.
    const FAULTS: FaultModel = FaultModel { sizes: &[5, 5, 6], ..FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["patience", "scrub"];
    type Request = Ask;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;

    fn check(config: &Config, places: &Places) -> Result<(), Sentence> {
        let (shards, servers) = (u16::from(config.shards()), places.servers());
        match shards <= servers {
            true => Ok(()),
            false => Err(sentence!("k + m = {0} shards cannot stand on {1} servers", shards, servers)),
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
            METADATA => {
                let gateways = places.count(GATEWAY);
                ObjectStore::Metadata(Metadata::boot(gateways, config, disk, fx))
            }
            me if me.letter() == GATEWAY => {
                ObjectStore::Gateway(Gateway::new(places.servers(), config))
            }
            _ => ObjectStore::Server(Server::boot(config, disk)),
        }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match self {
            ObjectStore::Server(it) => it.step(input, fx),
            ObjectStore::Gateway(it) => it.step(input, fx),
            ObjectStore::Metadata(it) => it.step(input, fx),
        }
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn measures() -> &'static [Measure<Self>] {
        properties::MEASURES
    }

    fn weight(&self) -> usize {
        match self {
            ObjectStore::Gateway(it) => it.weight(),
            ObjectStore::Server(_) | ObjectStore::Metadata(_) => 0,
        }
    }
}

/// Clients come to a gateway, whomever they ask first.
fn send_on(client: Place, seq: u64, fx: &mut Effects<ObjectStore>) {
    fx.reply(client, seq, Outcome::Redirect(Some(Place::new(GATEWAY, 0))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Options;

    #[test]
    fn each_shard_of_an_object_stands_on_a_server_of_its_own() {
        let places = |key| (0..4).map(|index| server_of(key, index, 4).to_string()).collect::<Vec<_>>();
        assert_eq!(places("x"), ["S1", "S2", "S3", "S4"]);
        assert_eq!(places("y"), ["S2", "S3", "S4", "S1"]);
    }

    #[test]
    fn there_must_be_a_server_for_each_shard() {
        let mut config = Config::default();
        assert_eq!(ObjectStore::check(&config, &Places::cluster(4)), Ok(()));
        config.set("k", "3").unwrap();
        let why = ObjectStore::check(&config, &Places::cluster(4)).unwrap_err().to_string();
        assert_eq!(why, "k + m = 5 shards cannot stand on 4 servers");
    }

    #[test]
    fn a_write_waits_for_k_shards_at_least_and_for_all_at_most() {
        for (w, durable) in [("all", 4), ("1", 2), ("3", 3), ("9", 4)] {
            let mut config = Config::default();
            config.set("w", w).unwrap();
            assert_eq!(config.durable(), durable, "w={w}");
        }
        assert!(Config::default().set("w", "none").is_err());
    }

    fn asks(it: &mut ObjectStore, message: Message) -> Vec<String> {
        let mut fx = Effects::new();
        it.step(Input::Message { from: Place::new(GATEWAY, 0), message }, &mut fx);
        let sent = fx.drain().filter_map(|(effect, _)| match effect {
            crate::protocol::Effect::Send { message, .. } => {
                Some(crate::protocol::Message::label(&*message).to_string())
            }
            _ => None,
        });
        sent.collect()
    }

    #[test]
    fn a_write_that_is_asked_again_keeps_its_version_and_a_later_one_is_not_replaced() {
        let (places, config) = (Places::of(ObjectStore::META.kinds), Config::default());
        let mut it =
            ObjectStore::boot(METADATA, &places, &config, &Disk::default(), &mut Effects::new());
        let (c1, c2) = (Place::client(0), Place::client(1));
        let reserve = |client, seq| Message::Reserve { client, seq, key: "x".into() };
        let publish = |client, version| {
            Message::Publish { client, seq: 1, key: "x".into(), version, size: 1 }
        };
        let lookup = || Message::Lookup { client: c1, seq: 2, key: "x".into() };
        assert_eq!(asks(&mut it, reserve(c1, 1)), ["Reserved 1"]);
        assert_eq!(asks(&mut it, reserve(c1, 1)), ["Reserved 1"]);
        assert_eq!(asks(&mut it, reserve(c2, 1)), ["Reserved 2"]);
        assert_eq!(asks(&mut it, lookup()), ["Manifest 0"]);
        assert_eq!(asks(&mut it, publish(c2, 2)), ["Published 2"]);
        assert_eq!(asks(&mut it, publish(c1, 1)), ["Published 1"]);
        assert_eq!(asks(&mut it, lookup()), ["Manifest 2"]);
        assert_eq!(asks(&mut it, reserve(c1, 1)), ["Published 1"], "it has taken effect");
        assert_eq!(asks(&mut it, reserve(c1, 3)), ["Reserved 3"]);
        assert_eq!(asks(&mut it, reserve(c1, 1)), ["Published 0"], "its client has gone on");
    }
}
