//! A file system as Google's was: large files, cut into chunks, each of which has replicas on several chunkservers.
//!
//! After Ghemawat, Gobioff and Leung, *The Google File System* (2003), and its relative HDFS (Shvachko, Kuang, Radia
//! and Chansler, 2010). Here is one file of one chunk: several are this several times.
//!
//! A *master* knows which chunks there are, and which *version* of each counts; the chunkservers tell it what they
//! have. Clients ask it where a chunk is, keep the answer, and never send data through it. For an append the master
//! gives one replica a *lease*: as long as that lasts, this *primary* chooses the order of all mutations. A client
//! pushes its data to all replicas along a chain, the nearest first; when all have it, it tells the primary, which
//! chooses an offset, applies the record, has the secondaries do the same in the same order, and answers when all
//! have. So data flow and control flow part ways (§3.2).
//!
//! **What is promised** (§2.7). An append that has succeeded is on all replicas, at one offset. One that has failed may
//! be on some; the client tries again, and the record stands there twice, with a hole on replicas that lacked it
//! before: *at least once*. Duplicates are legal. Readers know them by numbers that writers put into their
//! records, and drop them.
//!
//! Before each lease the master has all replicas that are there take a new *version* of the chunk, and write it
//! down. A replica that was down has an older one when it comes back: it is *stale*, is named to nobody, and is thrown
//! away once there are enough others (§4.5). A reader with an old list may still come to it, and read old data, unless
//! it has been told of a newer version: then the replica refuses. HDFS calls the version *generation stamp*, and gives
//! a new one when a server in the pipeline fails: those that are left go on under it.
//!
//! A lease is over by clocks: its holder counts from before the grant, and the master waits a quarter longer, which is
//! enough for clocks that are wrong by a tenth. While somebody has the lease nothing is copied, so no copy
//! misses what is just being appended; a lease is not extended while a replica is missing. (HDFS does not copy what is
//! being written to, either.) In this simulation a lease lasts 600 ms instead of 60 s, and a chunkserver is dead after
//! 400 ms instead of the 10½ minutes of HDFS.
//!
//! Where this is stricter than the paper: a version that some server may have taken without saying so is given to
//! nobody; replicas that are ahead count like those that are not, for nobody had a lease meanwhile; and a primary
//! says that nothing is done once its lease has ended.
//!
//! The master is one place, which may crash and keeps its disk: versions stand there, leases and places do not,
//! so after a restart it waits for as long as a lease may last. In the real world its log of operations is replicated,
//! as by [Raft](super::raft): in HDFS by a quorum of journals. Left out are names, many chunks, and writes at an
//! offset of the client's choice; rack placement; snapshots; and checksums, which `object_store` has.
//!
//! `client.rs`, `master.rs` and `server.rs` have the rules; `message.rs` the data; `config.rs` options and flaws;
//! `properties.rs` what must hold; `view.rs` what is shown.

mod client;
mod config;
mod master;
mod message;
mod properties;
mod server;
#[cfg(test)]
mod tests;
mod view;

use std::rc::Rc;

use crate::base::{Place, PlaceKind, Places, Ratio, Sentence, Time};
use crate::protocol::{
    Channel, Effects, FaultModel, Formation, Input, Measure, Meta, Property, Protocol, Serves,
};
use crate::{scenes, sentence};

pub use client::Client;
pub use config::Config;
pub use master::Master;
pub use message::{Ask, Disk, Message};
pub use properties::Ghost;
pub use server::Server;

/// A chunkserver, the master or a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ChunkStore {
    Server(Server),
    Master(Master),
    Client(Client),
}

const MASTER: Place = Place::new('M', 0);
/// How often chunkservers say that they are there, and the master looks what there is to do.
const BEAT: Time = Time::millis(100);

impl Protocol for ChunkStore {
    const META: Meta = Meta {
        slug: "chunk-store",
        title: "File system",
        paper: "Ghemawat, Gobioff and Leung, The Google File System (2003)",
        summary: "Files as chunks with three replicas each: a primary with a lease orders what is appended, and a \
                  version tells who was there.",
        kinds: &[
            PlaceKind { name: "chunkserver", ..PlaceKind::servers(4, 6).answers() },
            PlaceKind::new('M', "master", "masters").counts(1, 1, 1).answers(),
            PlaceKind::new(Place::CLIENT, "client", "clients").counts(1, 1, 4),
        ],
        majority: None,
        formation: Formation::RING,
        channel: Channel::Fifo,
        requests: &["append a1", "read"],
        scenes: scenes!("chunk-store", ["append", "at-least-once", "primary-dies", "stale-replica", "master-restarts"]),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(Ask::FORMS);
    /// What clocks measure may be wrong by a tenth; what they show is never looked at.
    const FAULTS: FaultModel =
        FaultModel { sizes: &[4, 4, 3, 5], drift: Ratio::percent(10), ..FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["beat", "patience", "raise", "tick", "again"];
    type Request = Ask;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;

    fn check(config: &Config, places: &Places) -> Result<(), Sentence> {
        let (replicas, servers) = (config.replicas, u64::from(places.servers()));
        match replicas <= servers {
            true => Ok(()),
            false => Err(sentence!("{0} replicas cannot stand on {1} chunkservers", replicas, servers)),
        }
    }

    fn boot(me: Place, _: &Places, config: &Config, disk: &Disk, fx: &mut Effects<Self>) -> Self {
        let config = Rc::new(config.clone());
        match me {
            MASTER => ChunkStore::Master(Master::boot(config, disk, fx)),
            me if me.is_client() => ChunkStore::Client(Client::boot(me, config)),
            _ => ChunkStore::Server(Server::boot(me, config, disk, fx)),
        }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match self {
            ChunkStore::Server(it) => it.step(input, fx),
            ChunkStore::Master(it) => it.step(input, fx),
            ChunkStore::Client(it) => it.step(input, fx),
        }
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn measures() -> &'static [Measure<Self>] {
        properties::MEASURES
    }
}

impl ChunkStore {
    fn server(&self) -> Option<&Server> {
        if let ChunkStore::Server(it) = self { Some(it) } else { None }
    }

    fn master(&self) -> Option<&Master> {
        if let ChunkStore::Master(it) = self { Some(it) } else { None }
    }

    fn client(&self) -> Option<&Client> {
        if let ChunkStore::Client(it) = self { Some(it) } else { None }
    }
}
