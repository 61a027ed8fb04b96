//! What must never break, judged from what clients asked and were told and from what is on disks.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::base::{Breach, Place, Text};
use crate::protocol::{Cluster, Measure, Property, PropertyKind, Repeat, Switch};
use crate::sentence;

use super::ghost::{Ghost, Read, Write};
use super::versions::{Object, Versions, WriteId};
use super::{QuorumStore, first_servers};

type View<'a> = Cluster<'a, QuorumStore>;

pub const PROPERTIES: &[Property<QuorumStore>] = &[
    Property {
        name: "Acked Writes Survive",
        formula: "acked(w) ⇒ |{s : ∃ v ∈ disk(s): w ≤ v}| ≥ W",
        meaning: "A write that its client was told is done, or a later one that takes its place, is on W \
                  disks: on those of the key's servers, or of whoever stands in for them.",
        kind: PropertyKind::Always,
        holds: acked_writes_survive,
    },
    Property {
        name: "Siblings Are Concurrent",
        formula: "v, w ∈ siblings(k) ⇒ v ∥ w",
        meaning: "By version vectors: of two versions beside each other, neither was written by a client that \
                  had seen the other.",
        kind: PropertyKind::Always,
        holds: siblings_are_concurrent,
    },
    Property {
        name: "A Quiet Read Returns the Last Acked Write",
        formula: "strict ∧ R + W > N ∧ no write meets r ⇒ r = last(acked)",
        meaning: "Where quorums are strict and meet, a read that meets no write which is under way or has half \
                  failed returns the last one that its client was told is done.",
        kind: PropertyKind::Always,
        holds: quiet_reads_are_fresh,
    },
    Property {
        name: "The Later Write Wins",
        formula: "end(v) < begin(w) ⇒ mark(v) < mark(w)",
        meaning: "By last writer wins, and as long as clocks agree: no write loses to one that had ended before \
                  it began.",
        kind: PropertyKind::Always,
        holds: the_later_write_wins,
    },
    Property {
        name: "A Session Reads Its Own Writes",
        formula: "tokens ∧ acked(w) before r in session ⇒ w ≤ r",
        meaning: "With tokens: a client reads what it has written, or something that takes its place, whomever \
                  it asks.",
        kind: PropertyKind::Always,
        holds: sessions_read_their_writes,
    },
    Property {
        name: "A Session Never Goes Back",
        formula: "tokens ∧ r before r′ in session ⇒ r ≤ r′",
        meaning: "With tokens: a client reads what it has read before, or something that takes its place, \
                  whomever it asks.",
        kind: PropertyKind::Always,
        holds: sessions_never_go_back,
    },
    Property {
        name: "A Session's Writes Stay in Order",
        formula: "acked(v) before w in session ⇒ v < w at every replica",
        meaning: "What a session writes takes the place of what it has written there before: no replica keeps \
                  the earlier one instead, or beside it.",
        kind: PropertyKind::Always,
        holds: writes_stay_in_order,
    },
    Property {
        name: "A Session's Writes Follow Its Reads",
        formula: "r = v before w in session ⇒ v < w at every replica",
        meaning: "What a session writes takes the place of what it has read there before: no replica keeps \
                  what was read instead, or beside it.",
        kind: PropertyKind::Always,
        holds: writes_follow_reads,
    },
    Property {
        name: "The Dead Stay Dead",
        formula: "deleted(w) at s ⇒ □ w ∉ store(s)",
        meaning: "What a delete has taken from a replica, or would have, never comes back to it.",
        kind: PropertyKind::Always,
        holds: the_dead_stay_dead,
    },
    Property {
        name: "Equal Trees Mean Equal Replicas",
        formula: "root(i) = root(j) ⇒ storeᵢ = storeⱼ",
        meaning: "Where the hash trees of two replicas have the same root, they keep the same under every key \
                  that both keep.",
        kind: PropertyKind::Always,
        holds: equal_trees_mean_equal_replicas,
    },
    Property {
        name: "Replicas Agree",
        formula: "◇□ storeᵢ(k) = storeⱼ(k) ∧ hints = ∅",
        meaning: "Once all is quiet no hint waits any more; and with anti-entropy all replicas of a key keep \
                  the same.",
        kind: PropertyKind::Converges,
        holds: replicas_agree,
    },
];

fn acked_writes_survive(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    for id in &ghost.suspects {
        let Some(write) = ghost.writes.get(id) else { continue };
        if write.acked.is_none() || write.deletes || ghost.is_dead(*id) {
            continue;
        }
        let slots = first_servers(&ghost.ring, &write.key, ghost.config.n(servers(ghost)));
        let has = |slot: &Place| {
            ghost.disks.iter().any(|(server, disk)| {
                let hint = disk.hints.get(&(*slot, write.key.clone()));
                let own = disk.store.get(&write.key).filter(|_| server == slot);
                let mut all = own.into_iter().chain(hint);
                all.any(|kept| kept.object.ids().any(|other| ghost.supersedes(other, *id)))
            })
        };
        let (count, needed) = (slots.filter(has).count(), ghost.config.w(servers(ghost)));
        if count < needed {
            return Err(Breach::from(sentence!(
                "request {0} of {1} was said to be done, and is kept by {2} instead of {3}",
                id.1,
                id.0,
                count,
                needed
            )));
        }
    }
    Ok(())
}

fn siblings_are_concurrent(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    if ghost.config.versions != Versions::Vectors {
        return Ok(());
    }
    for (server, key, object) in changed(ghost) {
        let ids: Vec<WriteId> = object.ids().collect();
        for (one, other) in ids.iter().flat_map(|one| ids.iter().map(move |other| (one, other))) {
            let Some(write) = ghost.writes.get(one) else { continue };
            if write.knows(*other, &ghost.writes) {
                return Err(sentence!(
                    "{0} keeps two versions of {1} side by side, and request {2} of {3} was asked by who \
                     had seen request {4} of {5}",
                    server,
                    key.clone(),
                    one.1,
                    one.0,
                    other.1,
                    other.0
                )
                .into());
            }
        }
    }
    Ok(())
}

fn quiet_reads_are_fresh(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let (config, all) = (&ghost.config, servers(ghost));
    let meets = config.r(all) + config.w(all) > config.n(all);
    let Some(read) =
        ghost.read.as_ref().filter(|read| read.quiet && meets && config.sloppy == Switch::Off)
    else {
        return Ok(());
    };
    match is_last(ghost, read) {
        true => Ok(()),
        false => Err(sentence!(
            "{0} reads {1} under {2}: an older write than the last one that was said to be done",
            read.client,
            read.answer.clone(),
            read.key.clone()
        )
        .into()),
    }
}

/// Whether nothing that has ended is missing from this answer.
fn is_last(ghost: &Ghost, read: &Read) -> bool {
    let Some(of_key) = ghost.keys.get(&read.key) else { return true };
    let write = |id: &WriteId| ghost.writes.get(id);
    match ghost.config.versions {
        // No write began after the one that is read had ended. A tombstone may be gone.
        Versions::Lww => {
            let ended = match read.ids.first() {
                Some(id) => write(id).and_then(|write| write.acked),
                None => of_key.deleted.or(of_key.last.is_empty().then_some(u64::MAX)),
            };
            ended.is_some_and(|ended| of_key.last_call <= ended)
        }
        Versions::Vectors => of_key.last.iter().all(|last| {
            let there = read.ids.iter().any(|id| ghost.supersedes(*id, *last));
            let superseded =
                |id: &WriteId| write(last).is_some_and(|last| last.knows(*id, &ghost.writes));
            let gone = write(last).is_some_and(|last| last.deletes) || ghost.is_dead(*last);
            (there || gone) && !read.ids.iter().any(superseded)
        }),
    }
}

fn the_later_write_wins(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let marked = ghost.marked.filter(|_| ghost.config.versions == Versions::Lww);
    let Some((id, write)) = marked.and_then(|id| Some((id, ghost.writes.get(&id)?))) else {
        return Ok(());
    };
    match (write.floor, write.mark) {
        (Some(floor), Some(mark)) if mark <= floor => Err(sentence!(
            "request {0} of {1} is marked {2}, and loses to {3}, which had ended before it began",
            id.1,
            id.0,
            mark.to_string(),
            floor.to_string()
        )
        .into()),
        _ => Ok(()),
    }
}

fn sessions_read_their_writes(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let Some(read) = ghost.read.as_ref().filter(|_| ghost.config.tokens == Switch::On) else {
        return Ok(());
    };
    let Some((own, write)) = read.own.and_then(|id| Some((id, ghost.writes.get(&id)?))) else {
        return Ok(());
    };
    let there = read.ids.iter().any(|id| ghost.supersedes(*id, own));
    // Its tombstone, or that of a later delete, may be gone.
    let gone = write.deletes || ghost.is_dead(own);
    match there || gone {
        true => Ok(()),
        false => Err(sentence!(
            "{0} reads {1} under {2}, and not what its own request {3} has written",
            read.client,
            read.answer.clone(),
            read.key.clone(),
            own.1
        )
        .into()),
    }
}

fn sessions_never_go_back(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let Some(read) = ghost.read.as_ref().filter(|_| ghost.config.tokens == Switch::On) else {
        return Ok(());
    };
    let is_gone =
        |id: WriteId| ghost.is_dead(id) || ghost.writes.get(&id).is_none_or(|write| write.deletes);
    let lost = read.before.iter().find(|before| {
        !is_gone(**before) && !read.ids.iter().any(|id| ghost.supersedes(*id, **before))
    });
    match lost {
        None => Ok(()),
        Some(lost) => Err(sentence!(
            "{0} reads {1} under {2}, and had read what request {3} of {4} wrote, which is newer",
            read.client,
            read.answer.clone(),
            read.key.clone(),
            lost.1,
            lost.0
        )
        .into()),
    }
}

fn writes_stay_in_order(cluster: &View) -> Result<(), Breach> {
    match out_of_order(cluster.ghost, |write| &write.wrote) {
        None => Ok(()),
        Some((id, earlier)) => Err(sentence!(
            "request {0} of {1} does not take the place of its request {2}, which was done before",
            id.1,
            id.0,
            earlier.1
        )
        .into()),
    }
}

fn writes_follow_reads(cluster: &View) -> Result<(), Breach> {
    match out_of_order(cluster.ghost, |write| &write.read) {
        None => Ok(()),
        Some((id, earlier)) => Err(sentence!(
            "request {0} of {1} does not take the place of what its client had read: request {2} of {3}",
            id.1,
            id.0,
            earlier.1,
            earlier.0
        )
        .into()),
    }
}

/// A write that does not take the place of one that its session knew: it has the lower mark, or a replica keeps
/// both.
fn out_of_order(
    ghost: &Ghost,
    known: impl Fn(&Write) -> &Vec<WriteId>,
) -> Option<(WriteId, WriteId)> {
    let pairs = |id: WriteId| {
        let write = ghost.writes.get(&id);
        let known = write.map(&known).into_iter().flatten();
        known.copied().filter(move |earlier| *earlier != id).map(move |earlier| (id, earlier))
    };
    let mark = |id: WriteId| ghost.writes.get(&id).and_then(|write| write.mark);
    match ghost.config.versions {
        Versions::Lww => ghost
            .marked
            .into_iter()
            .flat_map(pairs)
            .find(|(id, earlier)| mark(*id) <= mark(*earlier)),
        Versions::Vectors => changed(ghost).find_map(|(.., object)| {
            let has_both = |pair: &(WriteId, WriteId)| object.ids().any(|id| id == pair.1);
            object.ids().flat_map(pairs).find(has_both)
        }),
    }
}

fn the_dead_stay_dead(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    for (server, key, object) in changed(ghost) {
        let Some(buried) = ghost.buried.get(&(server, key.clone())) else { continue };
        let mut live = object.versions.values().filter(|version| version.value.is_some());
        if let Some(risen) = live.find(|version| ghost.is_buried(buried, version.id)) {
            return Err(sentence!(
                "{0} keeps {1} under {2} again, which was deleted there",
                server,
                risen.value.clone().unwrap_or_default(),
                key.clone()
            )
            .into());
        }
    }
    Ok(())
}

fn equal_trees_mean_equal_replicas(cluster: &View) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let Some(it) = cluster.changed() else { return Ok(()) };
    for (server, key) in ghost.changed.iter().filter(|(server, _)| Some(*server) == cluster.changed)
    {
        let object = |it: &QuorumStore| it.saved.store.get(key).map(|kept| kept.object.clone());
        let mut others = cluster.up().filter(|(place, other)| place != server && other.keeps(key));
        let fooled = others.find(|(place, other)| {
            object(it) != object(other) && it.root(*place) == other.root(*server)
        });
        if let Some((other, _)) = fooled {
            return Err(sentence!(
                "{0} and {1} differ under {2}, and their trees have the same root",
                *server,
                other,
                key.clone()
            )
            .into());
        }
    }
    Ok(())
}

fn replicas_agree(cluster: &View) -> Result<(), Breach> {
    if let Some((server, _)) = cluster.up().find(|(_, it)| !it.saved.hints.is_empty()) {
        return Err(sentence!("{0} still keeps something for another", server).into());
    }
    let Some((_, any)) = cluster.up().next() else { return Ok(()) };
    match differing(cluster).next() {
        Some(key) if any.config.anti_entropy != Repeat::Off => {
            Err(sentence!("replicas of {0} differ", key.clone()).into())
        }
        _ => Ok(()),
    }
}

/// Keys that not all of their replicas keep alike. Nothing and a tombstone are the same.
fn differing<'a>(cluster: &'a View) -> impl Iterator<Item = &'a Text> {
    let mut keys: BTreeMap<&Text, Vec<(Place, &Rc<Object>)>> = BTreeMap::new();
    for (server, it) in cluster.up() {
        for (key, kept) in it.saved.store.iter() {
            let all = keys.entry(key).or_default();
            if !kept.object.is_dead() {
                all.push((server, &kept.object));
            }
        }
    }
    keys.into_iter().filter_map(move |(key, live)| {
        let mut replicas = cluster.up().filter(|(_, it)| it.keeps(key));
        let first = live.first().map(|(_, object)| *object);
        let same = replicas.all(|(server, _)| {
            live.iter().find(|(place, _)| *place == server).map(|(_, object)| *object) == first
        });
        (!same).then_some(key)
    })
}

fn servers(ghost: &Ghost) -> u16 {
    ghost.ring.len() as u16
}

/// What replicas have on disk that was not there before the last step.
fn changed(ghost: &Ghost) -> impl Iterator<Item = (Place, &Text, &Object)> {
    ghost.changed.iter().filter_map(|(server, key)| {
        Some((*server, key, &*ghost.disks.get(server)?.store.get(key)?.object))
    })
}

pub const MEASURES: &[Measure<QuorumStore>] = &[
    |cluster| {
        let (config, all) = (&cluster.ghost.config, servers(cluster.ghost));
        let (n, both) = (config.n(all), config.r(all) + config.w(all));
        match both > n {
            true => sentence!("R + W = {0} > N = {1}: quorums meet", both, n),
            false => sentence!("R + W = {0} ≤ N = {1}: a read may miss a write", both, n),
        }
    },
    |cluster| sentence!("{0} keys differ between their replicas", differing(cluster).count()),
    |cluster| {
        let siblings = cluster.up().flat_map(|(_, it)| it.saved.store.values());
        let most = siblings.map(|kept| kept.object.versions.len()).max().unwrap_or_default();
        sentence!("at most {0} versions side by side", most)
    },
    |cluster| {
        let hints: usize = cluster.up().map(|(_, it)| it.saved.hints.len()).sum();
        sentence!("{0} hints wait", hints)
    },
];
