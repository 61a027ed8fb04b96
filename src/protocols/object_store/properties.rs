//! What must hold, and what an observer of all disks needs to remember for that.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::{Breach, Place, Text};
use crate::protocol::{Cluster, Measure, Moment, Property, PropertyKind, Repeat, Witness};
use crate::sentence;

use super::code::Shard;
use super::gateway::{Gateway, Stage, Told};
use super::message::Manifest;
use super::{Config, ObjectStore, Server};

type View<'a> = Cluster<'a, ObjectStore>;
/// A version of an object: the key, and its number.
type Version = (Text, u64);

pub const PROPERTIES: &[Property<ObjectStore>] = &[
    Property {
        name: "Any k Shards Rebuild It",
        formula: "S ⊆ whole(v) ∧ |S| = k ⇒ decode(S) = written(v)",
        meaning: "Whichever k shards of a version are taken whose checksums fit: they give what was written.",
        kind: PropertyKind::Always,
        holds: any_k_rebuild,
    },
    Property {
        name: "The Manifest Names What Is There",
        formula: "manifest(x) = v ⇒ |onDisk(v)| ≥ w",
        meaning: "A version is published when w of its shards are on disks, and not before.",
        kind: PropertyKind::Always,
        holds: manifests_name_what_is_there,
    },
    Property {
        name: "Acked Objects Survive w − k Losses",
        formula: "manifest(x) = v ∧ |lost(v)| ≤ w − k ⇒ |whole(v)| ≥ k",
        meaning: "Of the version that counts, k whole shards are on disks, unless disks have lost or damaged more \
                  than w − k.",
        kind: PropertyKind::Always,
        holds: acked_objects_survive,
    },
    Property {
        name: "A Read Never Mixes Versions",
        formula: "read = decode(S) ⇒ ∀ s, t ∈ S: s.version = t.version",
        meaning: "What a client is told was made of shards of one version.",
        kind: PropertyKind::Always,
        holds: reads_never_mix,
    },
    Property {
        name: "A Degraded Read",
        formula: "◇ read = decode(S) ∧ S ≠ data(v)",
        meaning: "A read was answered although not all data shards were to be had.",
        kind: PropertyKind::Sometimes,
        holds: |cluster| match cluster.ghost.degraded {
            true => Ok(()),
            false => Err(sentence!("all reads had their data shards").into()),
        },
    },
    Property {
        name: "What Is Lost Is Rebuilt",
        formula: "◇□ |whole(v)| ≥ k ⇒ |whole(v)| = k + m",
        meaning: "With scrubbing: in the end all shards are there again, of every object that can be rebuilt.",
        kind: PropertyKind::Converges,
        holds: what_is_lost_is_rebuilt,
    },
];

/// What an observer of all disks remembers.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    config: Option<Rc<Config>>,
    /// On the disks of each server, also of one that is down, until somebody wipes it.
    disks: BTreeMap<Place, Rc<BTreeMap<Version, Shard>>>,
    /// Those of them whose checksums fit, and which nothing is about to take away.
    whole: BTreeMap<Place, BTreeMap<Version, Shard>>,
    /// Of each version all shards as they were computed of the object, …
    written: BTreeMap<Version, Rc<[Shard]>>,
    /// … which of them were on a disk at any time, …
    on_disk: BTreeMap<Version, BTreeSet<u8>>,
    /// … and which of these disks have lost.
    lost: BTreeMap<Version, BTreeSet<u8>>,
    manifests: Rc<BTreeMap<Text, Manifest>>,
    told: Option<Told>,
    degraded: bool,
}

impl Witness<ObjectStore> for Ghost {
    fn witness(&mut self, place: Place, it: &ObjectStore, moment: Moment) {
        self.told = None;
        match it {
            ObjectStore::Server(it) => self.watch_disk(place, it, moment),
            ObjectStore::Gateway(it) => self.watch_gateway(it),
            ObjectStore::Metadata(it) if !Rc::ptr_eq(&self.manifests, &it.durable.manifests) => {
                self.manifests = it.durable.manifests.clone();
                self.forget_old();
            }
            ObjectStore::Metadata(_) => {}
        }
    }

    fn wiped(&mut self, place: Place) {
        self.disks.remove(&place);
        for (name, shard) in self.whole.remove(&place).unwrap_or_default() {
            self.lost.entry(name).or_default().insert(shard.index);
        }
    }
}

impl Ghost {
    fn watch_gateway(&mut self, it: &Gateway) {
        self.config.get_or_insert_with(|| it.config.clone());
        for job in it.jobs.values() {
            if let Stage::Storing { version, shards, .. } = &job.stage {
                self.written.entry((job.key.clone(), *version)).or_insert_with(|| shards.clone());
            }
        }
        self.told = it.told.clone();
        self.degraded |= self.told.as_ref().is_some_and(|told| told.degraded);
    }

    fn watch_disk(&mut self, place: Place, it: &Server, moment: Moment) {
        let (disk, durable) = (&it.disk.shards, &it.durable.shards);
        let same = self.disks.get(&place).is_some_and(|known| Rc::ptr_eq(known, durable));
        if same && Rc::ptr_eq(disk, durable) && !moment.boot {
            return;
        }
        let stays = |(name, shard): &(&Version, &Shard)| shard.is_whole() && disk.get(*name) == Some(*shard);
        let whole = durable.iter().filter(stays).map(|(name, shard)| (name.clone(), shard.clone()));
        let whole: BTreeMap<Version, Shard> = whole.collect();
        self.whole.insert(place, whole.clone());
        if let Some((name, index)) = it.harmed.clone() {
            self.on_disk.entry(name.clone()).or_default().insert(index);
            self.lost.entry(name).or_default().insert(index);
        }
        for (name, shard) in whole {
            self.on_disk.entry(name.clone()).or_default().insert(shard.index);
            if let Some(lost) = self.lost.get_mut(&name) {
                lost.remove(&shard.index);
            }
        }
        self.disks.insert(place, durable.clone());
    }

    /// What has been overwritten is of no interest any more.
    fn forget_old(&mut self) {
        let manifests = self.manifests.clone();
        let counts = |(key, version): &Version| {
            manifests.get(key).is_none_or(|manifest| *version >= manifest.version)
        };
        self.written.retain(|name, _| counts(name));
        self.on_disk.retain(|name, _| counts(name));
        self.lost.retain(|name, _| counts(name));
    }

    /// The versions that count.
    fn published(&self) -> impl Iterator<Item = Version> {
        let published = self.manifests.iter().filter(|(_, manifest)| manifest.version > 0);
        published.map(|(key, manifest)| (key.clone(), manifest.version))
    }

    /// How many of its shards are on disks and whole.
    fn whole(&self, name: &Version) -> usize {
        self.whole.values().filter(|shards| shards.contains_key(name)).count()
    }
}

fn any_k_rebuild(cluster: &View) -> Result<(), Breach> {
    // k shards of which each is as it was computed give the object, and of any other k some would not: so
    // it is enough to look at each by itself.
    for (place, shards) in &cluster.ghost.whole {
        for (name, shard) in shards {
            let Some(written) = cluster.ghost.written.get(name) else { continue };
            if written[usize::from(shard.index)] != *shard {
                let (now, right) = (shard.to_string(), written[usize::from(shard.index)].to_string());
                let (key, version) = name.clone();
                return Err(sentence!(
                    "{0} keeps {1} of version {2} of {3}, with a checksum that fits: it should be {4}",
                    *place, now, version, key, right
                ).into());
            }
        }
    }
    Ok(())
}

fn manifests_name_what_is_there(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let Some(config) = &ghost.config else { return Ok(()) };
    for name in ghost.published() {
        let there = ghost.on_disk.get(&name).map_or(0, BTreeSet::len);
        if there < config.durable() {
            let ((key, version), needed) = (name, config.durable());
            return Err(sentence!(
                "version {0} of {1} is published, and {2} of its shards are on disks instead of {3}",
                version, key, there, needed
            ).into());
        }
    }
    Ok(())
}

fn acked_objects_survive(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let Some(config) = &ghost.config else { return Ok(()) };
    let (k, may_be_lost) = (config.k as usize, config.durable() - config.k as usize);
    for name in ghost.published() {
        let (whole, lost) = (ghost.whole(&name), ghost.lost.get(&name).map_or(0, BTreeSet::len));
        if lost <= may_be_lost && whole < k {
            let (key, version) = name;
            return Err(sentence!(
                "{0} whole shards of version {1} of {2} are left, and {3} are needed; disks have lost {4}",
                whole, version, key, k, lost
            ).into());
        }
    }
    Ok(())
}

fn reads_never_mix(cluster: &View) -> Result<(), Breach> {
    let Some(told) = &cluster.ghost.told else { return Ok(()) };
    let first = told.of.first().map_or(0, |(_, version)| *version);
    match told.of.iter().find(|(_, version)| *version != first) {
        None => Ok(()),
        Some((index, other)) => Err(sentence!(
            "{0} is told {1} under {2}: shard {3} is of version {4}, and another of version {5}",
            told.client, told.answer.clone(), told.key.clone(), u64::from(index + 1), *other, first
        ).into()),
    }
}

fn what_is_lost_is_rebuilt(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let Some(config) = ghost.config.as_ref().filter(|it| it.scrub != Repeat::Off) else { return Ok(()) };
    let (k, all) = (config.k as usize, usize::from(config.shards()));
    match ghost.published().find(|name| (k..all).contains(&ghost.whole(name))) {
        None => Ok(()),
        Some(name) => {
            let (whole, (key, version)) = (ghost.whole(&name), name);
            Err(sentence!("{0} of {1} shards of version {2} of {3} are whole", whole, all, version, key).into())
        }
    }
}

/// What it costs: in room, and in traffic.
pub const MEASURES: &[Measure<ObjectStore>] = &[
    |cluster| {
        let shards = cluster.ghost.disks.values().flat_map(|disk| disk.values());
        let (room, manifests) = (shards.map(Shard::len).sum::<u64>(), cluster.ghost.manifests.values());
        let objects: u64 = manifests.map(|manifest| manifest.size).sum();
        sentence!("{0} bytes on disks for objects of {1} bytes", room, objects)
    },
    |cluster| {
        let gateways = cluster.up().filter_map(|(_, it)| match it {
            ObjectStore::Gateway(it) => Some(it.traffic),
            _ => None,
        });
        let (read, written) = gateways.fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        sentence!("repair has fetched {0} bytes to rebuild {1}", read, written)
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocols::object_store::code::Code;

    #[test]
    fn what_was_on_a_disk_is_lost_when_it_is_wiped_and_not_only_when_its_server_is_back() {
        let (name, shard) = (("x".into(), 1), Code { k: 2, m: 2 }.encode("blue-whale")[0].clone());
        let disk = BTreeMap::from([(name.clone(), shard)]);
        let mut ghost = Ghost::default();
        ghost.disks.insert(Place::server(0), Rc::new(disk.clone()));
        ghost.whole.insert(Place::server(0), disk);
        ghost.wiped(Place::server(0));
        assert!(ghost.disks.is_empty() && ghost.whole(&name) == 0);
        assert_eq!(ghost.lost[&name], BTreeSet::from([0]));
    }
}
