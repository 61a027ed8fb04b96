//! What must hold, and what an observer of all disks needs to remember for that.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Breach, Place};
use crate::protocol::{Cluster, Measure, Moment, Property, PropertyKind, Witness};
use crate::sentence;

use super::message::{Chunk, Record};
use super::server::Success;
use super::{ChunkStore, Client, Disk, Master, Server};

type View<'a> = Cluster<'a, ChunkStore>;

pub const PROPERTIES: &[Property<ChunkStore>] = &[
    Property {
        name: "One Lease at a Time",
        formula: "holds(a) ∧ holds(b) ⇒ a = b",
        meaning: "While one chunkserver has the lease by its own clock, no other one is given it.",
        kind: PropertyKind::Always,
        holds: one_lease_at_a_time,
    },
    Property {
        name: "One Lease for Each Version",
        formula: "granted(v, a) ∧ granted(v, b) ⇒ a = b",
        meaning: "The master grants one lease under each version of the chunk, and no second one.",
        kind: PropertyKind::Always,
        holds: one_lease_for_each_version,
    },
    Property {
        name: "One Order",
        formula: "applied(m, i) ∧ applied(m, j) ⇒ serialᵢ(m) = serialⱼ(m)",
        meaning: "Mutations that two replicas have applied under one version they have applied in the same order, at the \
                  same offsets: in that of their serial numbers.",
        kind: PropertyKind::Always,
        holds: one_order,
    },
    Property {
        name: "A Success Is on All Replicas",
        formula: "succeeded(m) ∧ version(r) ≥ version(m) ⇒ m ∈ r",
        meaning: "An append of which a client was told that it is done is on every replica of that version or a later one, \
                  at that offset.",
        kind: PropertyKind::Always,
        holds: success_is_everywhere,
    },
    Property {
        name: "No Stale Replica Is Named",
        formula: "named(r, v) ⇒ version(r) ≥ v",
        meaning: "Whomever the master names to a client has the version that counts on its disk.",
        kind: PropertyKind::Always,
        holds: no_stale_is_named,
    },
    Property {
        name: "No Read Below the Version",
        formula: "read(r) ⇒ version(r) ≥ told(c)",
        meaning: "A client that was told of a version reads from no replica of an older one.",
        kind: PropertyKind::Always,
        holds: no_read_below,
    },
    Property {
        name: "Acked Records Survive",
        formula: "succeeded(m) ∧ |lost| < |replicas(m)| ⇒ ∃ r: m ∈ r",
        meaning: "An append that was done on n replicas is on a disk as long as fewer than n chunkservers have lost theirs \
                  since.",
        kind: PropertyKind::Always,
        holds: acked_survive,
    },
    Property {
        name: "A Record Twice",
        formula: "◇ ∃ i < j: chunk[i] = chunk[j]",
        meaning: "A record stands in a chunk twice, as its append was tried again. That is legal.",
        kind: PropertyKind::Sometimes,
        holds: |cluster| match cluster.ghost.twice {
            true => Ok(()),
            false => Err(sentence!("every record stands there once").into()),
        },
    },
    Property {
        name: "An Old Read",
        formula: "◇ read(r) ∧ version(r) < version",
        meaning: "A client with an old list was given what a stale replica has. That is legal, too.",
        kind: PropertyKind::Sometimes,
        holds: |cluster| match cluster.ghost.old_read {
            true => Ok(()),
            false => Err(sentence!("every read was from a replica that is not stale").into()),
        },
    },
    Property {
        name: "The Goal Is Met",
        formula: "◇□ |{r: version(r) ≥ v}| ≥ goal ∧ ∄ r: 0 < version(r) < v",
        meaning: "In the end there are as many replicas as there should be, and no stale one.",
        kind: PropertyKind::Converges,
        holds: goal_is_met,
    },
];

/// What an observer remembers.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    /// The version that counts, as the master wrote it down.
    version: u64,
    goal: usize,
    /// What is on the disk of each chunkserver, also of one that is down, until somebody wipes it.
    disks: BTreeMap<Place, Disk>,
    wiped: BTreeSet<Place>,
    losses: usize,
    /// Who was given the lease last.
    holder: Option<Place>,
    granted: BTreeMap<u64, Place>,
    /// A version under which a second lease was granted.
    again: Option<(u64, Place)>,
    /// By version and serial number: what it was, and at which offset.
    ordered: BTreeMap<(u64, u64), (u64, Record)>,
    /// By chunkserver and version: the last serial number.
    last: BTreeMap<(Place, u64), u64>,
    disorder: Option<(Place, u64, u64)>,
    /// What clients were told is done, and how many disks had been lost before.
    done: Vec<(Success, usize)>,
    /// Whom the master has just named, and to be of which version.
    named: Option<(u64, Vec<Place>)>,
    given: Option<(u64, u64)>,
    twice: bool,
    old_read: bool,
}

impl Witness<ChunkStore> for Ghost {
    fn witness(&mut self, place: Place, it: &ChunkStore, _: Moment) {
        (self.named, self.given) = (None, None);
        match it {
            ChunkStore::Server(it) => self.watch_server(place, it),
            ChunkStore::Master(it) => self.watch_master(it),
            ChunkStore::Client(it) => self.watch_client(it),
        }
    }

    fn wiped(&mut self, place: Place) {
        if place.is_server() {
            self.disks.remove(&place);
            self.wiped.insert(place);
            self.losses += 1;
        }
    }
}

impl Ghost {
    fn watch_server(&mut self, place: Place, it: &Server) {
        if self.disks.get(&place) != Some(&it.durable) {
            self.twice |= has_twice(&it.durable.chunk);
            self.disks.insert(place, it.durable.clone());
        }
        if it.took {
            self.holder = Some(place);
        }
        if let Some((offset, record)) = it.applied.clone() {
            let (version, serial) = (record.version, record.serial);
            let what = (offset, record);
            let first = self.ordered.entry((version, serial)).or_insert_with(|| what.clone());
            let before = self.last.insert((place, version), serial);
            if *first != what || before.is_some_and(|before| before >= serial) {
                self.disorder.get_or_insert((place, version, serial));
            }
        }
        self.done.extend(it.done.clone().map(|done| (done, self.losses)));
    }

    fn watch_master(&mut self, it: &Master) {
        (self.version, self.goal) = (it.version(), it.config.replicas as usize);
        self.named.clone_from(&it.named);
        if let Some((version, to)) = it.granted
            && self.granted.insert(version, to).is_some()
        {
            self.again.get_or_insert((version, to));
        }
    }

    fn watch_client(&mut self, it: &Client) {
        self.given = it.given;
        self.old_read |= it.given.is_some_and(|(_, version)| version < self.version);
    }

    /// How many replicas of the version that counts are on disks.
    fn current(&self) -> usize {
        self.disks.values().filter(|disk| disk.version >= self.version).count()
    }
}

fn has_twice(chunk: &Chunk) -> bool {
    let mut seen = BTreeSet::new();
    !chunk.0.values().all(|record| seen.insert((record.client, record.seq)))
}

fn one_lease_at_a_time(cluster: &View) -> Result<(), Breach> {
    let (Some(place), Some(it)) = (cluster.changed, cluster.changed().and_then(ChunkStore::server)) else {
        return Ok(());
    };
    match (it.holds(), cluster.ghost.holder) {
        (Some(lease), Some(holder)) if holder != place => Err(sentence!(
            "{0} has the lease for version {1} until {2} by its clock, and {3} was given one meanwhile",
            place, lease.version, lease.until, holder
        )
        .into()),
        _ => Ok(()),
    }
}

fn one_lease_for_each_version(cluster: &View) -> Result<(), Breach> {
    match cluster.ghost.again {
        None => Ok(()),
        Some((version, to)) => {
            Err(sentence!("{0} is given a lease for version {1}, for which there was one", to, version).into())
        }
    }
}

fn one_order(cluster: &View) -> Result<(), Breach> {
    match cluster.ghost.disorder {
        None => Ok(()),
        Some((place, version, serial)) => Err(sentence!(
            "{0} has applied another mutation {1} of version {2} than others, or in another order",
            place, serial, version
        )
        .into()),
    }
}

fn success_is_everywhere(cluster: &View) -> Result<(), Breach> {
    for (Success { offset, record, .. }, _) in &cluster.ghost.done {
        let lacks = |(_, disk): &(&Place, &Disk)| {
            disk.version >= record.version && disk.chunk.0.get(offset) != Some(record)
        };
        if let Some((place, disk)) = cluster.ghost.disks.iter().find(lacks) {
            return Err(sentence!(
                "{0} was told that {1} is done: {2} has version {3}, and not that at offset {4}",
                record.client, record.value.clone(), *place, disk.version, *offset
            )
            .into());
        }
    }
    Ok(())
}

fn no_stale_is_named(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let Some((version, named)) = &ghost.named else { return Ok(()) };
    let on_disk = |place: &Place| ghost.disks.get(place).map_or(0, |disk| disk.version);
    // That a disk was lost the master learns with the next heartbeat.
    let is_stale = |place: &&Place| on_disk(place) < *version && !(ghost.wiped.contains(place) && on_disk(place) == 0);
    match named.iter().find(is_stale) {
        None => Ok(()),
        Some(place) => Err(sentence!(
            "the master names {0} as having version {1}: it has version {2}",
            *place, *version, on_disk(place)
        )
        .into()),
    }
}

fn no_read_below(cluster: &View) -> Result<(), Breach> {
    match cluster.ghost.given.filter(|(told, given)| given < told) {
        None => Ok(()),
        Some((told, given)) => Err(sentence!(
            "a client that knows of version {0} was given what version {1} has",
            told, given
        )
        .into()),
    }
}

fn acked_survive(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    for (Success { offset, record, replicas }, before) in &ghost.done {
        let is_there = |disk: &Disk| disk.chunk.0.get(offset) == Some(record);
        if ghost.losses - before < *replicas && !ghost.disks.values().any(is_there) {
            return Err(sentence!(
                "{0} was told that {1} is done, and no disk has it any more",
                record.client, record.value.clone()
            )
            .into());
        }
    }
    Ok(())
}

fn goal_is_met(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    if ghost.version == 0 {
        return Ok(());
    }
    let (there, goal) = (ghost.current(), ghost.goal);
    if there < goal {
        return Err(sentence!("{0} of {1} replicas are there", there, goal).into());
    }
    match ghost.disks.iter().find(|(_, disk)| disk.version > 0 && disk.version < ghost.version) {
        None => Ok(()),
        Some((place, _)) => Err(sentence!("{0} still has a stale replica", *place).into()),
    }
}

pub const MEASURES: &[Measure<ChunkStore>] = &[
    |cluster| {
        let ghost = cluster.ghost;
        let there = if ghost.version == 0 { 0 } else { ghost.current() };
        sentence!("{0} of {1} replicas have the version that counts", there, ghost.goal)
    },
    |cluster| {
        let records = cluster.ghost.disks.values().filter(|disk| disk.version >= cluster.ghost.version);
        let most = records.map(|disk| disk.chunk.0.len()).max().unwrap_or(0);
        let done: BTreeSet<_> = cluster.ghost.done.iter().map(|(it, _)| (it.record.client, it.record.seq)).collect();
        sentence!("{0} appends were done, and {1} records stand on a replica", done.len(), most)
    },
];
