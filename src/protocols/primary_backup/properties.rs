//! What must never break, and how often what the options allow has happened.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Breach, Log, Place, Text};
use crate::check::Operation;
use crate::protocol::{Cluster, Measure, Moment, Outcome, Property, PropertyKind, Witness};
use crate::sentence;
use crate::service::KeyValueStore;
use crate::service::sessions::LogCommand;

use super::message::{Ask, Entry};
use super::server::Server;
use super::PrimaryBackup;

pub const NO_LOSS: &str = "No Acknowledged Write Is Lost";

/// What has been acknowledged, whoever still has it.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    /// The log as far as it was answered, by the primary of this view, and the store that it makes.
    acked: Log<Entry>,
    view: u64,
    store: KeyValueStore,
    /// Acknowledged writes that a later primary does not have, by client and number.
    lost: BTreeSet<(Place, u64)>,
    breach: Option<Breach>,
    /// Reads under way, and what the key has had since they were asked.
    reads: BTreeMap<Place, (Text, Vec<Text>)>,
    answered: u64,
    old: u64,
}

impl Witness<PrimaryBackup> for Ghost {
    fn witness(&mut self, node: Place, replica: &PrimaryBackup, _: Moment) {
        let Some(it) = replica.server().filter(|it| it.acts()) else { return };
        let (log, told) = (&it.kept.log, it.committed);
        let same = log.common_prefix(&self.acked);
        if it.view.number < self.view {
            // An older primary: what it acknowledges beyond that, the newer does not have.
            if told > same {
                self.lose(node, it, &log.prefix(told), same);
            }
            return;
        }
        if same < self.acked.len() {
            let acked = self.acked.clone();
            self.lose(node, it, &acked, same);
            self.acked.truncate(same);
            self.store = KeyValueStore::default();
            let known = self.acked.range(0, same).into_iter();
            known.for_each(|(_, entry)| execute(&mut self.store, entry));
        }
        self.view = it.view.number;
        for (_, entry) in log.range(same, told) {
            self.acked.push(entry.clone());
            execute(&mut self.store, entry);
            for (key, values) in self.reads.values_mut() {
                values.push(self.store.read(key));
            }
        }
    }

    fn overhear(&mut self, _: u64, client: Place, request: &Ask, outcome: Option<&Outcome>) {
        let Ask::Store(Operation::Get { key }) = request else { return };
        match outcome {
            None => {
                let values = vec![self.store.read(key)];
                self.reads.insert(client, (key.clone(), values));
            }
            Some(outcome) => {
                let Some((_, values)) = self.reads.remove(&client) else { return };
                if let Outcome::Done(answer) = outcome {
                    self.answered += 1;
                    self.old += u64::from(!values.contains(answer));
                }
            }
        }
    }
}

fn execute(store: &mut KeyValueStore, entry: &Entry) {
    if let LogCommand::Execute { request, .. } = &entry.command {
        store.execute(request);
    }
}

impl Ghost {
    /// What this log has beyond `same` was acknowledged, and is not in another that should have it.
    fn lose(&mut self, node: Place, it: &Server, acked: &Log<Entry>, same: u64) {
        for (_, entry) in acked.range(same, acked.len()) {
            let LogCommand::Execute { client, seq, .. } = &entry.command else { continue };
            if self.lost.insert((*client, *seq)) && self.breach.is_none() {
                let (what, view) = (entry.command.to_string(), it.view.number);
                self.breach = Some(match view < self.view {
                    true => sentence!("{0} acknowledges {1} in view {2}, of which view {3} knows nothing", node, what, view, self.view),
                    false => sentence!("{0} leads view {1} without {2}, which had been acknowledged", node, view, what),
                }.into());
            }
        }
    }
}

pub const PROPERTIES: &[Property<PrimaryBackup>] = &[
    Property {
        name: "Backups Are Prefixes",
        formula: "syncedᵢ = view(p) ⇒ logᵢ ⊑ log(p)",
        meaning: "Once it has been brought up to date in a view, a backup has nothing but what its primary has.",
        kind: PropertyKind::Always,
        holds: backups_are_prefixes,
    },
    Property {
        name: NO_LOSS,
        formula: "acknowledged(w) ∧ leads(p) later ⇒ w ∈ log(p)",
        meaning: "Whatever was acknowledged, every later primary has.",
        kind: PropertyKind::Always,
        holds: |cluster| cluster.ghost.breach.clone().map_or(Ok(()), Err),
    },
    Property {
        name: "Backups Catch Up",
        formula: "◇□ ∃ p ∀ i: logᵢ = log(p)",
        meaning: "When faults have ended, one server leads, and all have what it has.",
        kind: PropertyKind::Converges,
        holds: backups_catch_up,
    },
];

pub const MEASURES: &[Measure<PrimaryBackup>] = &[
    |cluster| sentence!("{0} acknowledged writes are lost", cluster.ghost.lost.len()),
    |cluster| sentence!("{0} of {1} reads were answered with an old value", cluster.ghost.old, cluster.ghost.answered),
];

fn servers<'a>(
    cluster: &Cluster<'a, PrimaryBackup>,
) -> impl Iterator<Item = (Place, &'a Server)> + use<'a> {
    cluster.up().filter_map(|(place, it)| Some((place, it.server()?)))
}

fn backups_are_prefixes(cluster: &Cluster<PrimaryBackup>) -> Result<(), Breach> {
    let Some(changed) = cluster.changed().and_then(PrimaryBackup::server) else { return Ok(()) };
    let view = changed.kept.synced;
    let mut all = servers(cluster);
    let Some((_, primary)) = all.find(|(_, it)| it.is_primary() && it.view.number == view) else {
        return Ok(());
    };
    for (place, it) in servers(cluster).filter(|(_, it)| it.kept.synced == view) {
        let same = it.kept.log.common_prefix(&primary.kept.log);
        if let Some(entry) = it.kept.log.get(same + 1) {
            return Err(sentence!(
                "{0} has {1} as its entry {2}, which {3}, its primary in view {4}, does not have there",
                place,
                entry.command.to_string(),
                same + 1,
                primary.me,
                view
            )
            .into());
        }
    }
    Ok(())
}

fn backups_catch_up(cluster: &Cluster<PrimaryBackup>) -> Result<(), Breach> {
    let Some((_, primary)) = servers(cluster).filter(|(_, it)| it.acts()).max_by_key(|(_, it)| it.view.number) else {
        return Err(sentence!("no primary answers").into());
    };
    let log = &primary.kept.log;
    let behind = servers(cluster).find(|(_, it)| {
        it.view.number != primary.view.number || it.kept.log != *log || it.committed < log.len()
    });
    match behind {
        Some((place, _)) => Err(sentence!("{0} is not up to date with {1}", place, primary.me).into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Places, Time};
    use crate::protocol::{Effects, Input, Protocol};

    use super::super::message::View;
    use super::super::{Config, Disk, Message, SERVICE};

    #[test]
    fn all_are_up_to_date_once_one_leads_and_the_others_have_its_log() {
        let places = Places::of(PrimaryBackup::META.kinds);
        let boot = |server| {
            let (me, config) = (Place::server(server), Config::default());
            PrimaryBackup::boot(me, &places, &config, &Disk::default(), &mut Effects::new())
        };
        let (mut one, other) = (boot(0), boot(1));
        let holds = |one: &PrimaryBackup, other: Option<PrimaryBackup>| {
            let replicas = [Some(one.clone()), other, None, None, None];
            let (places, ghost, changed) = (&places, &Ghost::default(), None);
            backups_catch_up(&Cluster { places, replicas: &replicas, ghost, changed })
        };
        assert!(holds(&one, None).is_err(), "nobody leads");
        let (primary, members) = (Some(Place::server(0)), [Place::server(0)].into());
        let view = View { number: 1, primary, members };
        for active in [false, true] {
            let (from, view) = (SERVICE, view.clone());
            let message = Message::View { view, active, sent: Time::ZERO };
            one.step(Input::Message { from, message }, &mut Effects::new());
            let kept = one.server().unwrap().kept.clone();
            let saved = Input::Saved(Disk { kept, ..Disk::default() });
            one.step(saved, &mut Effects::new());
        }
        assert_eq!(holds(&one, None), Ok(()));
        assert!(holds(&one, Some(other)).is_err(), "S2 is in no view");
    }
}
