//! What must hold, and what it needs to know of the past.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Breach, Place, Text};
use crate::protocol::{Cluster, Moment, Property, PropertyKind, Repeat, Witness};
use crate::sentence;

use super::config::{Config, Lose};
use super::{Change, Gossip, Update, Version, What};

/// What was written, and who has ever heard of anything, whatever crashes made of it.
#[derive(Clone, Default)]
pub struct Told {
    heard: BTreeSet<Place>,
    values: BTreeMap<(Text, Version), Text>,
    /// The last write and the last deletion of each key that somebody has asked for.
    written: BTreeMap<Text, Version>,
    deleted: BTreeMap<Text, Deletion>,
    /// What the last step has changed, and where: properties look at that alone.
    last: Vec<(Place, Change, Update)>,
    /// It has changed nothing.
    nothing: bool,
}

/// A deletion, and who is to remember it and has not crashed since it heard of it.
#[derive(Clone, PartialEq, Eq)]
struct Deletion {
    version: Version,
    remembered: BTreeSet<Place>,
}

impl Witness<Gossip> for Told {
    fn witness(&mut self, node: Place, it: &Gossip, moment: Moment) {
        self.nothing = it.changes.is_empty() && !moment.boot;
        if moment.boot {
            for deletion in self.deleted.values_mut() {
                deletion.remembered.remove(&node);
            }
        }
        self.last.clear();
        for change in &it.changes {
            let Change { key, asked, .. } = change;
            if let Some(version) = asked {
                self.was_asked(node, it, key, *version);
            }
            let Some(entry) = it.entries.get(key) else { continue };
            self.heard.insert(node);
            self.last.push((node, change.clone(), entry.update.clone()));
            if let Some(deletion) = self.deleted.get_mut(key)
                && entry.update.version == deletion.version
                && entry.update.is_kept_by(node)
            {
                deletion.remembered.insert(node);
            }
        }
    }

    fn saw_nothing(&self) -> bool {
        self.nothing
    }
}

impl Told {
    /// Somebody has asked this place for a version of a key: a value, or none.
    fn was_asked(&mut self, node: Place, it: &Gossip, key: &Text, version: Version) {
        let update = it.entries.get(key).map(|entry| &entry.update);
        let value = update.filter(|update| update.version == version).and_then(Update::value);
        if let Some(value) = value {
            self.values.insert((key.clone(), version), value.clone());
            let last = self.written.entry(key.clone()).or_insert(version);
            *last = version.max(*last);
            return;
        }
        // What came too late by its clock, and is nowhere, deletes nothing.
        let is_there = update.is_none_or(|update| update.version == version);
        let newest = self.deleted.get(key).is_none_or(|known| known.version < version);
        if is_there && newest && update.is_none_or(|update| update.value().is_none()) {
            let remembered = BTreeSet::from([node]);
            self.deleted.insert(key.clone(), Deletion { version, remembered });
        }
    }
}

pub(super) const PROPERTIES: &[Property<Gossip>] = &[
    Property {
        name: "Nobody Makes It Up",
        formula: "hasᵢ(k, v, t) ⇒ ∃ j: wroteⱼ(k, v, t)",
        meaning: "Whatever a place holds, somebody was asked to spread it.",
        kind: PropertyKind::Always,
        holds: nobody_makes_it_up,
    },
    Property {
        name: "Versions Grow",
        formula: "versionᵢ(k)′ ≥ versionᵢ(k)",
        meaning: "Nothing that a place knows is replaced by something older, until it forgets a certificate.",
        kind: PropertyKind::Always,
        holds: versions_grow,
    },
    Property {
        name: "No Write Undone",
        formula: "deadᵢ(k, t) ∧ wrote(k, t₁) ∧ t₁ < t ⇒ ∃ t₂ > t₁: deleted(k, t₂)",
        meaning: "No write is undone by a deletion that is older than it, however late that one wakes up.",
        kind: PropertyKind::Always,
        holds: no_write_undone,
    },
    Property {
        name: "Everybody Has Heard It",
        formula: "◇ ∀ i: knowsᵢ",
        meaning: "The rumour has reached everybody. Nothing promises that: often it dies out before.",
        kind: PropertyKind::Sometimes,
        holds: |cluster| match cluster.ghost.heard.len() == cluster.places.len() {
            true => Ok(()),
            false => Err(sentence!("somebody has not heard it").into()),
        },
    },
    Property {
        name: "The Rumour Dies Out",
        formula: "◇□ ∀ i: ¬infectiveᵢ",
        meaning: "In the end nobody tells it any more, as long as answers arrive.",
        kind: PropertyKind::Converges,
        holds: |cluster| match cluster.up().find(|(_, it)| it.is_infective()) {
            Some((place, _)) => Err(sentence!("{0} still tells it", place).into()),
            None => Ok(()),
        },
    },
    Property {
        name: "All Are Equal",
        formula: "◇□ ∀ i, j: valuesᵢ = valuesⱼ",
        meaning: "With anti-entropy, all have the same values once nothing new comes.",
        kind: PropertyKind::Converges,
        holds: all_are_equal,
    },
    Property {
        name: "The Dead Stay Dead",
        formula: "◇□ ¬∃ i, t < deleted(k): hasᵢ(k, t)",
        meaning: "With anti-entropy, nothing deleted is there in the end, as long as a keeper of its certificate \
                  lives. (It may rise for a while, until it meets one.)",
        kind: PropertyKind::Converges,
        holds: the_dead_stay_dead,
    },
];

/// Whether the property is promised with these options at all.
pub(super) fn are_promised(config: &Config, property: &str) -> bool {
    let compares = config.anti_entropy != Repeat::Off;
    match property {
        "The Rumour Dies Out" => config.lose != Lose::Never,
        "All Are Equal" => compares,
        "The Dead Stay Dead" => compares && config.keepers > 0,
        _ => true,
    }
}

fn nobody_makes_it_up(cluster: &Cluster<Gossip>) -> Result<(), Breach> {
    let unheard = |update: &Update| match &update.what {
        What::Deleted { .. } => false,
        What::Value(value) => {
            cluster.ghost.values.get(&(update.key.clone(), update.version)) != Some(value)
        }
    };
    match cluster.ghost.last.iter().find(|(_, _, update)| unheard(update)) {
        Some((_, _, update)) => Err(sentence!("nobody was asked to spread {0}", update.told()).into()),
        None => Ok(()),
    }
}

fn versions_grow(cluster: &Cluster<Gossip>) -> Result<(), Breach> {
    let shrunk = |(_, change, update): &&(Place, Change, Update)| {
        change.before.is_some_and(|before| before > update.rank())
    };
    match cluster.ghost.last.iter().find(shrunk) {
        Some((place, change, update)) => Err(sentence!(
            "{0} knew version {1} of {2}, and has taken the older {3}",
            *place,
            change.before.map_or(update.version, |before| before.0).to_string(),
            update.key.clone(),
            update.version.to_string()
        )
        .into()),
        None => Ok(()),
    }
}

fn no_write_undone(cluster: &Cluster<Gossip>) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let undone = |(_, _, update): &&(Place, Change, Update)| {
        let deletion = ghost.deleted.get(&update.key).map(|deletion| deletion.version);
        let written = ghost.written.get(&update.key).copied();
        update.value().is_none() && written > deletion && written < Some(update.version)
    };
    match ghost.last.iter().find(undone) {
        Some((_, _, update)) => Err(sentence!(
            "{0} was written after the last deletion of it, and a certificate of {1} deletes it",
            update.key.clone(),
            update.version.to_string()
        )
        .into()),
        None => Ok(()),
    }
}

fn all_are_equal(cluster: &Cluster<Gossip>) -> Result<(), Breach> {
    let mut up = cluster.up();
    let Some((first, known)) = up.next() else { return Ok(()) };
    match up.find(|(_, it)| !it.values().eq(known.values())) {
        Some((place, _)) => Err(sentence!("{0} and {1} have not the same", first, place).into()),
        None => Ok(()),
    }
}

fn the_dead_stay_dead(cluster: &Cluster<Gossip>) -> Result<(), Breach> {
    let lives = |place: &Place| cluster.replicas[cluster.places.index(*place)].is_some();
    for (key, deletion) in &cluster.ghost.deleted {
        let has = |it: &Gossip| {
            let update = it.entries.get(key).map(|entry| &entry.update);
            update.is_some_and(|it| it.value().is_some() && it.version < deletion.version)
        };
        if deletion.remembered.iter().any(lives)
            && let Some((place, _)) = cluster.up().find(|(_, it)| has(it))
        {
            return Err(sentence!("{0} has {1}, which was deleted", place, key.clone()).into());
        }
    }
    Ok(())
}
