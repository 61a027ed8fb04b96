//! What must hold in SWIM, and the numbers that tell how well it does.

use crate::base::{Breach, Place, Sentence, Time};
use crate::protocol::{Cluster, Measure, Property, PropertyKind};
use crate::sentence;

use super::members::fingerprint;
use super::queue::sends;
use super::Swim;

pub const PROPERTIES: &[Property<Swim>] = &[
    Property {
        name: "Incarnations Grow",
        formula: "incᵢ(m)′ ≥ incᵢ(m)",
        meaning: "What a member holds of another is of an incarnation that never falls.",
        kind: PropertyKind::Always,
        holds: |cluster| changes(cluster, |at, change| {
            let before = change.before.filter(|before| change.now.incarnation < before.incarnation)?;
            Some(sentence!(
                "{0} held {1} in incarnation {2}, and holds it in {3}",
                at, change.about, before.incarnation, change.now.incarnation
            ))
        }),
    },
    Property {
        name: "Only the Owner Raises",
        formula: "incᵢ(m) ≤ incₘ",
        meaning: "Nobody holds a member in an incarnation that it has never had.",
        kind: PropertyKind::Always,
        holds: |cluster| changes(cluster, |at, change| {
            let raised = cluster.ghost.raised.get(&change.about).copied().unwrap_or(0);
            (change.now.incarnation > raised).then(|| sentence!(
                "{0} holds {1} in incarnation {2}, which it has never had",
                at, change.about, change.now.incarnation
            ))
        }),
    },
    Property {
        name: "The Dead Stay Dead",
        formula: "deadᵢ(m) ∧ aliveᵢ(m)′ ⇒ inc′ > inc",
        meaning: "Whom a member holds dead it holds alive again in a higher incarnation only.",
        kind: PropertyKind::Always,
        holds: |cluster| changes(cluster, |at, change| {
            let before = change.before.filter(|before| !before.state.is_present())?;
            let rises = change.now.state.is_present() && change.now.incarnation <= before.incarnation;
            rises.then(|| sentence!(
                "{0} holds {1} alive in incarnation {2}, in which it was dead",
                at, change.about, change.now.incarnation
            ))
        }),
    },
    Property {
        name: "Suspected for the Minimum Time",
        formula: "declaresᵢ(m) ⇒ suspectedᵢ(m) ≥ min",
        meaning: "Who declares a member dead itself has suspected it for the minimum time at least.",
        kind: PropertyKind::Always,
        holds: |cluster| verdicts(cluster, |verdict| verdict.range.min),
    },
    Property {
        name: "Only Accusers Shorten a Suspicion",
        formula: "suspectedᵢ(m) < max ⇒ accusersᵢ(m)",
        meaning: "A suspicion ends before its longest time only as far as different accusers have confirmed it.",
        kind: PropertyKind::Always,
        // The one above says that of the minimum.
        holds: |cluster| verdicts(cluster, |verdict| match verdict.suspected_for < verdict.range.min {
            true => Time::ZERO,
            false => verdict.range.after(verdict.confirmed),
        }),
    },
    Property {
        name: "Every Member Is Probed",
        formula: "stable ⇒ gapᵢ(m) ≤ 2n − 1",
        meaning: "While its list stays the same, a member pings each other within 2n − 1 of its periods.",
        kind: PropertyKind::Always,
        holds: every_member_is_probed,
    },
    Property {
        name: "Updates Are Sent Often Enough",
        formula: "droppedᵢ(u) ⇒ sends(u) ≥ 4⌈log₁₀(n+1)⌉",
        meaning: "An update leaves a member's queue when it has been sent so often, or for a newer one.",
        kind: PropertyKind::Always,
        holds: |cluster| {
            let Some(it) = cluster.changed() else { return Ok(()) };
            let often = sends(it.group());
            match it.account.dropped.iter().find(|dropped| dropped.sends < often) {
                Some(dropped) => Err(sentence!(
                    "{0} drops “{1}” after {2} sends instead of {3}",
                    it.me, dropped.update.to_string(), dropped.sends, often
                ).into()),
                None => Ok(()),
            }
        },
    },
    Property {
        name: "Strong Completeness",
        formula: "◇□ ∀ i, m: failedₘ ⇒ deadᵢ(m)",
        meaning: "In the end everybody holds dead whoever has failed.",
        kind: PropertyKind::Converges,
        holds: |cluster| {
            let places = cluster.places.own();
            let failed: Vec<Place> = places.filter(|place| !cluster.ghost.present.contains(place)).collect();
            taking_part(cluster).try_for_each(|(place, it)| {
                let holds = |member: &&Place| it.members.get(member).is_some_and(|it| it.state.is_present());
                match failed.iter().find(holds) {
                    Some(member) => Err(sentence!("{0} still takes {1} for a member", place, *member).into()),
                    None => Ok(()),
                }
            })
        },
    },
    Property {
        name: "All Views Are Equal",
        formula: "◇□ ∀ i, j: viewᵢ = viewⱼ",
        meaning: "In the end everybody's list is that of those who take part, and nobody is suspected.",
        kind: PropertyKind::Converges,
        holds: |cluster| {
            let all = all(cluster);
            taking_part(cluster).try_for_each(|(place, it)| {
                if let Some(member) = it.suspicions.keys().next() {
                    return Err(sentence!("{0} suspects {1}", place, *member).into());
                }
                match view(it) == all {
                    true => Ok(()),
                    false => Err(sentence!("the list of {0} is not that of all", place).into()),
                }
            })
        },
    },
];

pub const MEASURES: &[Measure<Swim>] = &[
    |cluster| {
        let (accusations, buried) = (&cluster.ghost.accusations, cluster.ghost.counts.buried);
        let all: u64 = accusations.values().sum();
        // Of those who accuse most, the first.
        match accusations.iter().rev().max_by_key(|(_, count)| **count) {
            Some((place, most)) => sentence!(
                "running members accused: {0} times, {1} of them by {2}; declared dead: {3} times",
                all, *most, *place, buried
            ),
            None => sentence!("no running member has been accused"),
        }
    },
    |cluster| {
        let all = all(cluster);
        let differ = taking_part(cluster).filter(|(_, it)| view(it) != all).count();
        sentence!("{0} of {1} lists differ from the truth", differ, cluster.ghost.present.len())
    },
    |cluster| {
        let counts = cluster.ghost.counts;
        match (counts.first, counts.all) {
            ((0, _), _) => sentence!("no failure of {0} has been detected", counts.crashes),
            (first, (0, _)) => sentence!("{0} of {1} failures detected after {2}", first.0, counts.crashes, mean(first)),
            (first, all) => sentence!(
                "{0} of {1} failures detected after {2}, known to all after {3}",
                first.0, counts.crashes, mean(first), mean(all)
            ),
        }
    },
    |cluster| {
        let (sent, places) = (cluster.ghost.counts.messages, cluster.places.own().count() as u64);
        sentence!("{0} messages sent, {1} each", sent, sent / places.max(1))
    },
];

/// As people say it: to a hundredth.
fn mean((count, sum): (u64, Time)) -> String {
    Time(sum.0 / count.max(1)).said()
}

fn taking_part<'a>(cluster: &Cluster<'a, Swim>) -> impl Iterator<Item = (Place, &'a Swim)> + use<'a> {
    cluster.up().filter(|(_, it)| it.takes_part())
}

/// Those who take part, as it is.
fn all(cluster: &Cluster<Swim>) -> (usize, u64) {
    let present = &cluster.ghost.present;
    (present.len(), present.iter().fold(0, |all, member| all ^ fingerprint(*member)))
}

/// … and as a member has it.
fn view(it: &Swim) -> (usize, u64) {
    (it.round.len() + 1, it.fingerprint ^ fingerprint(it.me))
}

/// What is wrong with a change that the last step made to a list, if anything is.
fn changes(
    cluster: &Cluster<Swim>,
    wrong: impl Fn(Place, &super::account::Change) -> Option<Sentence>,
) -> Result<(), Breach> {
    let Some(it) = cluster.changed() else { return Ok(()) };
    match it.account.changed.iter().find_map(|change| wrong(it.me, change)) {
        Some(why) => Err(why.into()),
        None => Ok(()),
    }
}

/// Whether each whom the last step declared dead had been suspected for so long.
fn verdicts(
    cluster: &Cluster<Swim>,
    long: impl Fn(&super::account::Verdict) -> Time,
) -> Result<(), Breach> {
    let Some(it) = cluster.changed() else { return Ok(()) };
    match it.account.verdicts.iter().find(|verdict| verdict.suspected_for < long(verdict)) {
        Some(verdict) => Err(sentence!(
            "{0} declares {1} dead after {2}; {3} others have accused it, for which the time is {4}",
            it.me, verdict.about, verdict.suspected_for, verdict.confirmed, long(verdict)
        ).into()),
        None => Ok(()),
    }
}

fn every_member_is_probed(cluster: &Cluster<Swim>) -> Result<(), Breach> {
    let Some(it) = cluster.changed().filter(|it| it.account.chosen.is_some()) else { return Ok(()) };
    let Some(round) = cluster.ghost.rounds.get(&it.me) else { return Ok(()) };
    let bound = 2 * it.group() - 1;
    match round.pinged.iter().find(|(_, period)| round.period - **period > bound) {
        Some((member, period)) => Err(sentence!(
            "{0} has not pinged {1} for {2} periods, and there are {3} members",
            it.me, *member, round.period - period, it.group()
        ).into()),
        None => Ok(()),
    }
}
