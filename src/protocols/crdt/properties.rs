//! What must never break, and that all converge.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Breach, Place};
use crate::protocol::{Cluster, Moment, Property, PropertyKind, Witness};
use crate::sentence;

use super::state::{Dot, Held, Kind, State};
use super::{Crdt, Update};

/// All updates that were ever made. (One that a crash has taken away, before it had left its replica, is
/// replaced by the next of the same number.)
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    updates: BTreeMap<Dot, Update>,
}

impl Witness<Crdt> for Ghost {
    fn witness(&mut self, _: Place, replica: &Crdt, _: Moment) {
        if let Some(update) = &replica.last
            && self.updates.get(&update.dot) != Some(update)
        {
            self.updates.insert(update.dot, update.clone());
        }
    }
}

pub const PROPERTIES: &[Property<Crdt>] = &[
    Property {
        name: "No Count Ahead of Its Owner",
        formula: "countⱼ(i) ≤ countᵢ(i) ∧ clockⱼ(i) ≤ clockᵢ(i)",
        meaning: "Nobody knows of more updates of a replica than it has made itself.",
        kind: PropertyKind::Always,
        holds: no_count_ahead_of_its_owner,
    },
    Property {
        name: "Only What Was Seen Is Replaced",
        formula: "v ∈ setᵢ ⇔ add(v) ∈ pastᵢ ∧ ∄ r ∈ pastᵢ: add(v) ∈ past(r)",
        meaning: "What was added or put is there, unless somebody who had seen it has removed or replaced it: of two \
                  concurrent updates both survive.",
        kind: PropertyKind::Always,
        holds: only_what_was_seen_is_replaced,
    },
    Property {
        name: "Who Is Taken to Have It Has It",
        formula: "hasᵢ(j) = changesᵢ ⇒ stateᵢ ⊑ stateⱼ",
        meaning: "Whoever a replica takes to have all of its state has merged it.",
        kind: PropertyKind::Always,
        holds: who_is_taken_to_have_it_has_it,
    },
    Property {
        name: "All Converge",
        formula: "◇□ ∀ i, j: stateᵢ = stateⱼ",
        meaning: "When faults and updates have ended, all replicas have the same state.",
        kind: PropertyKind::Converges,
        holds: all_converge,
    },
];

fn no_count_ahead_of_its_owner(cluster: &Cluster<Crdt>) -> Result<(), Breach> {
    let Some(changed) = cluster.changed else { return Ok(()) };
    for (owner, it) in cluster.up() {
        let own = &it.disk.state;
        let concerns = |place: &Place| *place != owner && (*place == changed || owner == changed);
        for (place, other) in cluster.up().filter(|(place, _)| concerns(place)) {
            let known = other.disk.state.clock.get(&it.identity).copied().unwrap_or(0);
            let has = own.clock.get(&it.identity).copied().unwrap_or(0);
            if known > has {
                return Err(sentence!(
                    "{0} knows {1} updates of {2}, which has made {3}",
                    place,
                    known,
                    it.identity.to_string(),
                    has
                )
                .into());
            }
            for (key, held) in other.disk.state.keys.iter() {
                let Held::Counts(counts) = held else { continue };
                let Some(count) = counts.get(&it.identity) else { continue };
                let owned = match own.keys.get(key) {
                    Some(Held::Counts(own)) => own.get(&it.identity).copied().unwrap_or_default(),
                    _ => (0, 0),
                };
                if count.0 > owned.0 || count.1 > owned.1 {
                    return Err(sentence!(
                        "{0} counts {1} of {2} in {3}, which has counted {4}",
                        place,
                        count.0.max(count.1),
                        it.identity.to_string(),
                        key.1.clone(),
                        if count.0 > owned.0 { owned.0 } else { owned.1 }
                    )
                    .into());
                }
            }
        }
    }
    Ok(())
}

fn only_what_was_seen_is_replaced(cluster: &Cluster<Crdt>) -> Result<(), Breach> {
    let (Some(place), Some(it)) = (cluster.changed, cluster.changed()) else { return Ok(()) };
    let state = &it.disk.state;
    let past = || cluster.ghost.updates.values().filter(|update| state.knows(&update.dot));
    let gone: BTreeSet<Dot> = past().flat_map(|update| update.takes.iter().copied()).collect();
    for update in past() {
        let Some(value) = &update.brings else { continue };
        let has = match state.keys.get(&update.key) {
            Some(Held::Dots(dots)) => dots.contains_key(&update.dot),
            _ => false,
        };
        if has == gone.contains(&update.dot) {
            let (value, key) = (value.clone(), update.key.1.clone());
            return Err(match has {
                true => sentence!("{0} is back in {1} at {2}, although it was removed", value, key, place),
                false => sentence!("{0} is missing in {1} at {2}, although nobody has removed it", value, key, place),
            }
            .into());
        }
    }
    Ok(())
}

fn who_is_taken_to_have_it_has_it(cluster: &Cluster<Crdt>) -> Result<(), Breach> {
    let Some(changed) = cluster.changed else { return Ok(()) };
    for (place, it) in cluster.up() {
        for (peer, (by, upto)) in it.peers.iter().filter(|(peer, _)| *peer == &changed || place == changed) {
            let other = cluster.replicas[cluster.places.index(*peer)].as_ref();
            let Some(other) = other.filter(|other| other.identity == *by && *upto == it.changes) else {
                continue;
            };
            if !includes(&other.disk.state, &it.disk.state) {
                return Err(sentence!("{0} takes {1} to have all that it has, but it has not", place, *peer).into());
            }
        }
    }
    Ok(())
}

/// Whether the one knows every update that the other knows.
fn includes(one: &State, other: &State) -> bool {
    other.clock.iter().all(|(by, number)| one.clock.get(by).is_some_and(|known| known >= number))
}

fn all_converge(cluster: &Cluster<Crdt>) -> Result<(), Breach> {
    let mut up = cluster.up();
    let Some((first, one)) = up.next() else { return Ok(()) };
    match up.find(|(_, it)| it.disk.state != one.disk.state) {
        Some((place, _)) => Err(sentence!("{0} and {1} differ", first, place).into()),
        None => Ok(()),
    }
}

/// Whether a register keeps several values.
pub fn siblings(state: &State) -> usize {
    let registers = state.keys.iter().filter(|((kind, _), _)| *kind == Kind::Register);
    registers.filter(|(_, held)| matches!(held, Held::Dots(dots) if dots.len() > 1)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Places;
    use crate::protocol::{Effects, Input, Protocol};

    use super::super::{Config, Disk, Message};

    #[test]
    fn replicas_have_converged_when_their_states_are_equal() {
        let places = Places::with_clients(2, 1);
        let boot = |server| {
            let (me, config) = (Place::server(server), Config::default());
            Crdt::boot(me, &places, &config, &Disk::default(), &mut Effects::new())
        };
        let (mut one, mut other) = (boot(0), boot(1));
        let holds = |one: &Crdt, other: &Crdt| {
            let replicas = [Some(one.clone()), Some(other.clone()), None];
            let (places, ghost, changed) = (&places, &Ghost::default(), None);
            all_converge(&Cluster { places, replicas: &replicas, ghost, changed })
        };
        assert_eq!(holds(&one, &other), Ok(()));
        let request = "add s a".parse().unwrap();
        one.step(Input::Request { from: Place::client(0), seq: 1, request }, &mut Effects::new());
        assert!(holds(&one, &other).is_err());
        let (state, by, run) = (one.disk.state.clone(), one.identity, one.run);
        let message = Message::Merge { state, from: 0, upto: 2, run, by };
        other.step(Input::Message { from: Place::server(0), message }, &mut Effects::new());
        assert_eq!(holds(&one, &other), Ok(()));
    }
}
