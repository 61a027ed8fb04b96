//! What must never break: the properties of the article (its section 2 and appendix) and those that
//! ZooKeeper's specification adds for its implementation.
//!
//! They trust no server's word for the past, but ask the [`Ghost`]; and they are checked after every step,
//! so each looks only at what that step has changed.

use std::collections::BTreeSet;

use crate::base::quorum::majority;
use crate::base::{Breach, Log, Place};
use crate::protocol::{Cluster, Property, PropertyKind};
use crate::sentence;

use super::ghost::{Epoch, Ghost, Seen, starts_with};
use super::history::{Entry, Zxid};
use super::{Phase, Role, Zab};

pub const PROPERTIES: &[Property<Zab>] = &[
    Property {
        name: "Leadership",
        formula: "established(i, e) ∧ established(j, e) ⇒ i = j",
        meaning: "At most one leader is established in an epoch.",
        kind: PropertyKind::Always,
        holds: leadership,
    },
    Property {
        name: "Integrity",
        formula: "deliver(t) ⇒ broadcast(t)",
        meaning: "What a server executes, a leader has proposed.",
        kind: PropertyKind::Always,
        holds: integrity,
    },
    Property {
        name: "Agreement",
        formula: "deliverᵢ(t) ∧ deliverⱼ(t′) ⇒ deliverⱼ(t) ∨ deliverᵢ(t′)",
        meaning: "Of two servers, one has executed all that the other has.",
        kind: PropertyKind::Always,
        holds: agreement,
    },
    Property {
        name: "Total Order",
        formula: "t <ᵢ t′ ∧ deliverⱼ(t′) ⇒ t <ⱼ t′",
        meaning: "If one server executes a transaction before another one, every server that executes the second has executed the first before.",
        kind: PropertyKind::Always,
        holds: total_order,
    },
    Property {
        name: "Prefix Consistency",
        formula: "k ≤ deliveredᵢ ∧ k ≤ deliveredⱼ ⇒ historyᵢ[..k] = historyⱼ[..k]",
        meaning: "What two servers have executed, one is the beginning of the other.",
        kind: PropertyKind::Always,
        holds: prefix_consistency,
    },
    Property {
        name: "Local Primary Order",
        formula: "k < l ∧ deliver(e, l) ⇒ deliver(e, k) before deliver(e, l)",
        meaning: "Transactions of one leader are executed in the order in which it proposed them, without a gap.",
        kind: PropertyKind::Always,
        holds: local_primary_order,
    },
    Property {
        name: "Global Primary Order",
        formula: "e < f ∧ deliver(e, k) ∧ deliver(f, l) ⇒ deliver(e, k) before deliver(f, l)",
        meaning: "Nothing of an earlier epoch is executed after something of a later one.",
        kind: PropertyKind::Always,
        holds: global_primary_order,
    },
    Property {
        name: "Primary Integrity",
        formula: "e < f ∧ deliver(e, k) ∧ broadcastᵢ(f, l) ⇒ deliverᵢ(e, k) before (f, l)",
        meaning: "A leader that proposes something has executed before all that is ever executed of earlier epochs.",
        kind: PropertyKind::Always,
        holds: primary_integrity,
    },
    Property {
        name: "Process Consistency",
        formula: "acked(i, NEWLEADER(e)) ∧ leads(j, e) ⇒ historyᵢ ⊑ historyⱼ",
        meaning: "The history of a follower that has acknowledged NEWLEADER is the beginning of its leader's.",
        kind: PropertyKind::Always,
        holds: process_consistency,
    },
    Property {
        name: "Leader Log Completeness",
        formula: "established(i, e) ∧ t ∈ committed(e′) ∧ e′ < e ⇒ t ∈ historyᵢ",
        meaning: "An established leader has all that was committed in earlier epochs.",
        kind: PropertyKind::Always,
        holds: leader_log_completeness,
    },
    Property {
        name: "Committed Log Durability",
        formula: "t ∈ committed ⇒ |{ i : t ∈ diskᵢ }| > n/2",
        meaning: "What is committed is on the disks of a quorum, and stays there.",
        kind: PropertyKind::Always,
        holds: committed_log_durability,
    },
    Property {
        name: "Every Acknowledgment Counts",
        formula: "|{ i : ackedᵢ(NEWLEADER) }| > n/2 ⇒ established",
        meaning: "A leader that has the acknowledgments of a quorum is established.",
        kind: PropertyKind::Always,
        holds: acknowledgments_count,
    },
    Property {
        name: "Monotonic Read",
        formula: "read(c, z) before read(c, z′) ⇒ z ≤ z′",
        meaning: "A session never sees an older state after a newer one, whichever servers it asks.",
        kind: PropertyKind::Always,
        holds: monotonic_read,
    },
    Property {
        name: "Reads After Sync Are Fresh",
        formula: "sync = proposal ∧ answered(z) before sync(c) ∧ read(c, z′) next ⇒ z ≤ z′",
        meaning: "Where sync is a proposal, a read right after it sees all that had been answered to anybody when the sync was asked for: with it, the read is linearizable.",
        kind: PropertyKind::Always,
        holds: reads_after_sync,
    },
    Property {
        name: "A Leader Is Established",
        formula: "◇ ∃ i, e: established(i, e)",
        meaning: "At some point there is an established leader.",
        kind: PropertyKind::Sometimes,
        holds: leader_is_established,
    },
    Property {
        name: "Histories Converge",
        formula: "◇□ ∃! l: established(l) ∧ ∀ i: historyᵢ = historyₗ ∧ deliveredᵢ = |historyₗ|",
        meaning: "When faults have ended, one leader remains, and all servers have executed the same history.",
        kind: PropertyKind::Converges,
        holds: histories_converge,
    },
];

/// A step that a property has to look at: the server, what it was, what it is, and all of the past.
struct Step<'a> {
    node: Place,
    before: &'a Seen,
    now: &'a Seen,
    zab: &'a Zab,
    ghost: &'a Ghost,
}

/// The last step, unless it was a crash.
fn step<'a>(cluster: &Cluster<'a, Zab>) -> Option<Step<'a>> {
    let (ghost, node) = (cluster.ghost, cluster.changed?);
    let (before, now) = (ghost.before.as_ref()?, ghost.seen.get(node.index())?);
    Some(Step { node, before, now, zab: cluster.changed()?, ghost })
}

impl Step<'_> {
    /// The epoch in which it has just been established.
    fn established(&self) -> Option<u64> {
        self.now.leads.filter(|epoch| self.before.leads != Some(*epoch))
    }

    /// What it has executed, and how much of that it had executed before.
    fn delivers(&self) -> Option<(Log<Entry>, u64)> {
        let (before, now) = (self.before.executed(), self.now.executed());
        let same = now.common_prefix(&before);
        (now.len() > same).then_some((now, same))
    }

    /// What it has executed now, with what comes before it.
    fn executes(&self) -> impl Iterator<Item = (Option<Entry>, Entry)> {
        let delivers = self.delivers();
        delivers.into_iter().flat_map(|(executed, same)| {
            (same + 1..=executed.len()).filter_map(move |place| {
                Some((executed.get(place - 1).cloned(), executed.get(place)?.clone()))
            })
        })
    }
}

fn leadership(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    match step.established().and_then(|epoch| Some((epoch, step.ghost.epochs.get(&epoch)?))) {
        Some((epoch, first)) if first.leader != step.node => Err(Breach::against(
            first.since,
            sentence!(
                "{0} is established as leader of epoch {1}, as {2} has been before",
                step.node,
                epoch,
                first.leader
            ),
        )),
        _ => Ok(()),
    }
}

fn integrity(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    match step.executes().find(|(_, it)| step.ghost.proposed.get(&it.zxid) != Some(it)) {
        Some((_, it)) => Err(sentence!(
            "{0} executes {1} as transaction {2}, which nobody has proposed",
            step.node,
            it.to_string(),
            it.zxid.to_string()
        )
        .into()),
        None => Ok(()),
    }
}

/// What the server has just executed, where that neither continues nor is continued by what another has
/// executed: with the first place at which they differ.
fn conflict<'a>(step: &Step<'a>) -> Option<(Log<Entry>, &'a Log<Entry>, u64)> {
    let (executed, _) = step.delivers()?;
    let other = &step.ghost.delivered;
    let same = executed.common_prefix(other);
    (same < executed.len().min(other.len())).then_some((executed, other, same + 1))
}

fn zxids(log: &Log<Entry>, from: u64) -> Vec<Zxid> {
    log.range(from - 1, log.len()).into_iter().map(|(_, entry)| entry.zxid).collect()
}

fn agreement(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    let Some((executed, other, from)) = conflict(&step) else { return Ok(()) };
    let (mine, theirs) = (zxids(&executed, from), zxids(other, from));
    let known: (BTreeSet<_>, BTreeSet<_>) =
        (mine.iter().copied().collect(), theirs.iter().copied().collect());
    let own = mine.iter().find(|zxid| !known.1.contains(zxid));
    let others = theirs.iter().find(|zxid| !known.0.contains(zxid));
    match (own, others) {
        (Some(own), Some(others)) => Err(Breach {
            why: sentence!(
                "{0} has executed {1} and not {2}; another server {2} and not {1}",
                step.node,
                own.to_string(),
                others.to_string()
            ),
            against: step.ghost.deliveries.event(from),
        }),
        _ => Ok(()),
    }
}

fn total_order(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    let Some((executed, other, from)) = conflict(&step) else { return Ok(()) };
    let (mine, theirs) = (zxids(&executed, from), zxids(other, from));
    // Where both have something later, what stands first at the one is missing before it at the other.
    let shared = mine.iter().find(|zxid| theirs.contains(zxid));
    let first = shared.and_then(|shared| {
        let ahead = |list: &[Zxid]| list.iter().position(|zxid| zxid == shared);
        let (here, there) = (ahead(&mine)?, ahead(&theirs)?);
        mine[..here].first().or(theirs[..there].first()).map(|first| (*first, *shared))
    });
    match first {
        Some((first, second)) => Err(Breach {
            why: sentence!(
                "{0} and another server have both executed {2}, but only one of them {1} before it",
                step.node,
                first.to_string(),
                second.to_string()
            ),
            against: step.ghost.deliveries.event(from),
        }),
        None => Ok(()),
    }
}

fn prefix_consistency(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    let Some((executed, other, from)) = conflict(&step) else { return Ok(()) };
    let told = |log: &Log<Entry>| log.get(from).map_or(Zxid::default(), |entry| entry.zxid);
    Err(Breach {
        why: sentence!(
            "{0} has executed {2} at position {1}, where another server has executed {3}",
            step.node,
            from,
            told(&executed).to_string(),
            told(other).to_string()
        ),
        against: step.ghost.deliveries.event(from),
    })
}

fn local_primary_order(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    let gap = step.executes().find(|(before, it)| {
        let expected = Zxid::new(it.zxid.epoch, it.zxid.counter - 1);
        it.zxid.counter > 1 && before.as_ref().map(|before| before.zxid) != Some(expected)
    });
    match gap {
        Some((_, it)) => Err(sentence!(
            "{0} executes {1} without the transaction before it",
            step.node,
            it.zxid.to_string()
        )
        .into()),
        None => Ok(()),
    }
}

fn global_primary_order(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    let turn = step.executes().find_map(|(before, it)| {
        let before = before?.zxid;
        (before.epoch > it.zxid.epoch).then_some((before, it.zxid))
    });
    match turn {
        Some((before, it)) => Err(sentence!(
            "{0} executes {1}, of an earlier epoch, after {2}",
            step.node,
            it.to_string(),
            before.to_string()
        )
        .into()),
        None => Ok(()),
    }
}

/// An epoch that has proposed something, and whose leader began without what is executed now.
fn primary_integrity(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    let ghost = step.ghost;
    let began = |epoch: u64| ghost.proposed.contains_key(&Zxid::new(epoch, 1));
    // Looked at when something is executed, and when an epoch proposes its first transaction.
    let first = step.now.leads.filter(|_| step.now.memory.log.len() > step.before.memory.log.len());
    if step.delivers().is_none() && first.is_none() {
        return Ok(());
    }
    for (epoch, Epoch { leader, since, initial }) in ghost.epochs.iter().filter(|it| began(*it.0)) {
        let earlier = ghost.delivered.partition_point(|entry| entry.zxid.epoch < *epoch);
        let held = initial.common_prefix(&ghost.delivered);
        if let Some(lost) = (held < earlier).then(|| ghost.delivered.get(held + 1)).flatten() {
            let why = sentence!(
                "{0} proposes in epoch {1} without having executed {2}",
                *leader,
                *epoch,
                lost.zxid.to_string()
            );
            return Err(Breach::against(*since, why));
        }
    }
    Ok(())
}

fn process_consistency(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    if step.before.memory.log == step.now.memory.log && !follows(step.zab) {
        return Ok(());
    }
    for (place, zab) in cluster.up() {
        let Role::Following(following) = &zab.role else { continue };
        let concerned = step.node == place || step.node == following.leader;
        if !following.acknowledged || !concerned {
            continue;
        }
        let leader = cluster.up().find(|(other, _)| *other == following.leader);
        let leads = leader.is_some_and(|(_, leader)| {
            matches!(&leader.role, Role::Leading(lead) if lead.epoch == Some(following.epoch))
        });
        let history = |place: Place| &step.ghost.seen[place.index()].memory.log;
        if leads && !starts_with(history(following.leader), history(place)) {
            let same = history(following.leader).common_prefix(history(place));
            let found = history(place).get(same + 1).map_or(Zxid::default(), |entry| entry.zxid);
            return Err(sentence!(
                "{0}, which follows {1}, holds {2} at position {3}, and {1} does not",
                place,
                following.leader,
                found.to_string(),
                same + 1
            )
            .into());
        }
    }
    Ok(())
}

fn follows(zab: &Zab) -> bool {
    matches!(zab.role, Role::Following(_))
}

/// Looked at when a leader is established, and when one commits: whether leaders of later epochs have
/// that.
fn leader_log_completeness(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    let committed = &step.ghost.delivered;
    let lacks = |leader: Place, epoch: u64, history: &Log<Entry>| {
        let earlier = committed.partition_point(|entry| entry.zxid.epoch < epoch);
        let held = history.common_prefix(committed);
        let lost = committed.get(held + 1).filter(|_| held < earlier)?;
        let why = sentence!(
            "{0} is established in epoch {1} without {2}, which is committed",
            leader,
            epoch,
            lost.zxid.to_string()
        );
        Some((why, held + 1))
    };
    if let Some(epoch) = step.established()
        && let Some((why, place)) = lacks(step.node, epoch, &step.now.memory.log)
    {
        return Err(Breach { why, against: step.ghost.deliveries.event(place) });
    }
    if step.now.leads.is_some() && step.delivers().is_some() {
        for (epoch, later) in step.ghost.epochs.range(step.now.leads.unwrap_or(0) + 1..) {
            if let Some((why, _)) = lacks(later.leader, *epoch, &later.initial) {
                return Err(Breach::against(later.since, why));
            }
        }
    }
    Ok(())
}

fn committed_log_durability(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    let committed = &step.ghost.delivered;
    if step.before.disk.log == step.now.disk.log && step.delivers().is_none() {
        return Ok(());
    }
    let holds = |seen: &&Seen| starts_with(&seen.disk.log, committed);
    let holders = step.ghost.seen.iter().filter(holds).count();
    if holders >= usize::from(majority(step.zab.nodes)) {
        return Ok(());
    }
    let lost = |seen: &Seen| seen.disk.log.common_prefix(committed) + 1;
    let mut lost: Vec<u64> = step.ghost.seen.iter().map(lost).collect();
    lost.resize(usize::from(step.zab.nodes), 1);
    lost.sort_unstable();
    // The first that a quorum does not hold.
    let place = lost[lost.len() - usize::from(majority(step.zab.nodes))];
    let entry = committed.get(place).map_or(Zxid::default(), |entry| entry.zxid);
    let on = lost.iter().filter(|first| **first > place).count();
    let why = sentence!("{0} is committed, and on the disks of {1} of {2} servers", entry.to_string(), on, step.zab.nodes);
    Err(Breach { why, against: step.ghost.deliveries.event(place) })
}

fn acknowledgments_count(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    match &step.zab.role {
        Role::Leading(lead)
            if lead.phase == Phase::Synchronisation
                && lead.answered.len() >= usize::from(majority(step.zab.nodes)) =>
        {
            Err(sentence!(
                "{0} has {1} acknowledgments of NEWLEADER and counts {2}",
                step.node,
                lead.answered.len(),
                lead.acks.len()
            )
            .into())
        }
        _ => Ok(()),
    }
}

fn monotonic_read(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    match &cluster.ghost.read {
        Some(read) if read.at < read.seen => Err(sentence!(
            "{0} has read at {1}, and had seen {2} before",
            read.client,
            read.at.to_string(),
            read.seen.to_string()
        )
        .into()),
        _ => Ok(()),
    }
}

fn reads_after_sync(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let Some(read) = &cluster.ghost.read else { return Ok(()) };
    match read.fresh {
        Some((answered, since)) if read.at < answered => Err(Breach::against(
            since,
            sentence!(
                "{0} has read at {1} after its sync, and {2} had been answered before that",
                read.client,
                read.at.to_string(),
                answered.to_string()
            ),
        )),
        _ => Ok(()),
    }
}

fn leader_is_established(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    match cluster.up().any(|(_, zab)| zab.leads().is_some()) {
        true => Ok(()),
        false => Err(sentence!("no leader is established").into()),
    }
}

fn histories_converge(cluster: &Cluster<Zab>) -> Result<(), Breach> {
    let mut leaders = cluster.up().filter(|(_, zab)| zab.leads().is_some());
    let Some((leader, lead)) = leaders.next() else {
        return Err(sentence!("no leader is established").into());
    };
    if let Some((other, _)) = leaders.next() {
        return Err(
            sentence!("{0} and {1} both take themselves for the leader", leader, other).into()
        );
    }
    for (place, zab) in cluster.up() {
        if place != leader && !matches!(&zab.role, Role::Following(it) if it.is_up_to_date()) {
            return Err(sentence!("{0} does not take part yet", place).into());
        }
        let last = (zab.history.last(), zab.delivered);
        if last != (lead.history.last(), lead.history.end()) {
            return Err(sentence!(
                "{0} has executed {1} of the {2} transactions of its leader",
                place,
                zab.delivered,
                lead.history.end()
            )
            .into());
        }
    }
    Ok(())
}
