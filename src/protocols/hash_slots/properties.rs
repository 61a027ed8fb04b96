//! What must hold, and what an observer of all servers needs to remember for that.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::{Breach, Place, Sentence, Time};
use crate::protocol::{Cluster, Measure, Moment, Property, PropertyKind, Witness};
use crate::sentence;

use super::HashSlots;
use super::message::{Conf, History};
use super::server::Server;
use super::slots::Ranges;

type View<'a> = Cluster<'a, HashSlots>;

/// What a server has done in its last step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seen {
    pub cast: Option<Cast>,
    pub won: Option<Won>,
    /// It has answered a write, at this time of its clock.
    pub wrote: Option<Time>,
    /// It has begun a history of its own, where this one was so long.
    pub branched: Option<(History, u64)>,
    /// It was a master, and is none: what nobody has of this history is gone.
    pub ended: Option<History>,
}

/// A vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cast {
    pub epoch: u64,
    pub to: Place,
    /// Whether the voter took the master of the one who asked for failed.
    pub failed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Won {
    pub epoch: u64,
    pub slots: Ranges,
    /// Of whom a majority has voted for it.
    pub masters: BTreeSet<Place>,
}

pub const PROPERTIES: &[Property<HashSlots>] = &[
    Property {
        name: "One Master per Slot and Epoch",
        formula: "won(r, e, M) ∧ won(q, e, M) ∧ r ≠ q ⇒ slots(r) ∩ slots(q) = ∅",
        meaning: "No two replicas are elected to the same slots in one epoch, if they have counted the same masters.",
        kind: PropertyKind::Always,
        holds: one_master,
    },
    Property {
        name: "One Vote per Epoch",
        formula: "vote(m, e) = r ∧ vote(m, e) = q ⇒ r = q",
        meaning: "A master votes once in an epoch, whether it crashes or not.",
        kind: PropertyKind::Always,
        holds: one_vote,
    },
    Property {
        name: "A Winner Has a Majority",
        formula: "won(r, e) ⇒ |{m : vote(m, e) = r}| > |M| / 2",
        meaning: "A replica is elected by more than half of the masters, all in the same epoch.",
        kind: PropertyKind::Always,
        holds: winner_has_a_majority,
    },
    Property {
        name: "Votes Only Against the Failed",
        formula: "vote(m, e) = r ⇒ FAIL(m, master(r))",
        meaning: "Whoever votes for a replica takes its master for failed.",
        kind: PropertyKind::Always,
        holds: votes_against_the_failed,
    },
    Property {
        name: "Epochs Only Grow",
        formula: "□ epoch ≤ epoch′",
        meaning: "On no server's disk does currentEpoch, or the configEpoch under which somebody has a slot, go back.",
        kind: PropertyKind::Always,
        holds: |cluster| match &cluster.ghost.went_back {
            None => Ok(()),
            Some(why) => Err(why.clone().into()),
        },
    },
    Property {
        name: "The Minority Stops",
        formula: "acks(m, t) ⇒ |heard(m, t)| > |masters| / 2",
        meaning: "A master takes a write only if it has lately heard of a majority of the masters: within one and a half \
                  times the node timeout, and a tick.",
        kind: PropertyKind::Always,
        holds: minority_stops,
    },
    Property {
        name: "A Replica Takes Over",
        formula: "◇ ∃ r, e: won(r, e)",
        meaning: "A replica was elected in the place of its master.",
        kind: PropertyKind::Sometimes,
        holds: |cluster| match cluster.ghost.won.is_empty() {
            false => Ok(()),
            true => Err(sentence!("no replica was elected").into()),
        },
    },
    Property {
        name: "All Agree on Every Slot",
        formula: "◇□ map(p) = map(q) ∧ map(p)(s) is a master",
        meaning: "In the end all servers have the same map of the slots, and whoever has slots by it is a master, \
                  and nobody else.",
        kind: PropertyKind::Converges,
        holds: all_agree,
    },
    Property {
        name: "Replicas Follow",
        formula: "◇□ data(r) = data(master(r))",
        meaning: "In the end each replica has what its master has.",
        kind: PropertyKind::Converges,
        holds: replicas_follow,
    },
    Property {
        name: "Every Client Has Its Answer",
        formula: "◇□ open(c) = ∅",
        meaning: "In the end no request waits.",
        kind: PropertyKind::Converges,
        holds: all_answered,
    },
];

/// What an observer remembers.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    /// Votes that were given, and are on disks: by whom, and in which epoch. The last of them.
    votes: BTreeMap<(Place, u64), BTreeSet<Place>>,
    latest: Option<(Place, Cast)>,
    /// Votes on their way to a disk.
    pending: BTreeMap<Place, Cast>,
    won: BTreeMap<u64, Vec<(Place, Won)>>,
    latest_win: Option<(Place, u64)>,
    confs: BTreeMap<Place, Rc<Conf>>,
    went_back: Option<Sentence>,
    /// Of each history, which writes clients were told are done, and how many of it live on where another began.
    acked: BTreeMap<History, BTreeSet<u64>>,
    kept: BTreeMap<History, u64>,
}

impl Witness<HashSlots> for Ghost {
    fn witness(&mut self, place: Place, it: &HashSlots, moment: Moment) {
        (self.latest, self.latest_win, self.went_back) = (None, None, None);
        match it {
            HashSlots::Server(it) => self.watch(place, it, moment),
            HashSlots::Client(it) => {
                if let Some((history, offset)) = it.told {
                    self.acked.entry(history).or_default().insert(offset);
                }
            }
        }
    }
}

impl Ghost {
    fn watch(&mut self, place: Place, it: &Server, moment: Moment) {
        if moment.boot {
            self.pending.remove(&place);
        }
        self.pending.extend(it.seen.cast.map(|cast| (place, cast)));
        // A vote leaves when it is on the disk, or, with the flaw, at once.
        let is_out = |cast: &&Cast| it.saved.vote >= cast.epoch || it.config.forget_vote;
        if let Some(cast) = self.pending.get(&place).filter(is_out).copied() {
            self.pending.remove(&place);
            self.votes.entry((place, cast.epoch)).or_default().insert(cast.to);
            self.latest = Some((place, cast));
        }
        if let Some(won) = it.seen.won.clone() {
            self.latest_win = Some((place, won.epoch));
            self.won.entry(won.epoch).or_default().push((place, won));
        }
        if let Some((history, offset)) = it.seen.branched {
            let kept = self.kept.entry(history).or_insert(offset);
            *kept = offset.min(*kept);
        }
        if let Some(history) = it.seen.ended {
            self.kept.entry(history).or_insert(0);
        }
        let before = self.confs.get(&place).filter(|before| !Rc::ptr_eq(before, &it.saved));
        self.went_back = before.and_then(|before| went_back(place, before, &it.saved));
        self.confs.insert(place, it.saved.clone());
    }

    /// How many writes that clients were told are done are in no history that goes on.
    fn lost(&self) -> usize {
        let kept = |history: &History| self.kept.get(history).copied().unwrap_or(u64::MAX);
        let lost = self.acked.iter().map(|(history, offsets)| {
            offsets.iter().filter(|offset| **offset > kept(history)).count()
        });
        lost.sum()
    }
}

fn went_back(place: Place, before: &Conf, now: &Conf) -> Option<Sentence> {
    if now.epoch < before.epoch {
        return Some(sentence!(
            "currentEpoch of {0} was {1} and is {2}",
            place,
            before.epoch,
            now.epoch
        ));
    }
    let starts = before.map.runs().chain(now.map.runs()).map(|(first, _, _)| first);
    let sunk = |slot: &u16| now.map.at(*slot).epoch < before.map.at(*slot).epoch;
    let slot = starts.filter(|_| before.map != now.map).find(sunk)?;
    let (was, is) = (before.map.at(slot), now.map.at(slot));
    Some(sentence!(
        "to {0}, slot {1} was that of {2} under configEpoch {3}, and is that of {4} under {5}",
        place,
        u64::from(slot),
        was.owner,
        was.epoch,
        is.owner,
        is.epoch
    ))
}

fn server(it: &HashSlots) -> Option<&Server> {
    match it {
        HashSlots::Server(it) => Some(&**it),
        HashSlots::Client(_) => None,
    }
}

fn servers<'a>(cluster: &'a View) -> impl Iterator<Item = (Place, &'a Server)> + Clone {
    let up = cluster.up().filter_map(|(place, it)| Some((place, server(it)?)));
    up.collect::<Vec<_>>().into_iter()
}

fn one_master(cluster: &View) -> Result<(), Breach> {
    let Some((place, epoch)) = cluster.ghost.latest_win else { return Ok(()) };
    let winners = &cluster.ghost.won[&epoch];
    let Some((_, mine)) = winners.last() else { return Ok(()) };
    let is_same = |won: &Won| won.masters == mine.masters && won.slots.meets(&mine.slots);
    match winners.iter().find(|(other, won)| *other != place && is_same(won)) {
        None => Ok(()),
        Some((other, _)) => Err(sentence!(
            "{0} and {1} were both elected in epoch {2}, to the same slots",
            *other,
            place,
            epoch
        )
        .into()),
    }
}

fn one_vote(cluster: &View) -> Result<(), Breach> {
    let Some((voter, cast)) = cluster.ghost.latest else { return Ok(()) };
    let given = &cluster.ghost.votes[&(voter, cast.epoch)];
    match given.iter().find(|other| **other != cast.to) {
        None => Ok(()),
        Some(other) => Err(sentence!(
            "{0} has voted for {1} and for {2} in epoch {3}",
            voter,
            *other,
            cast.to,
            cast.epoch
        )
        .into()),
    }
}

fn winner_has_a_majority(cluster: &View) -> Result<(), Breach> {
    let Some((place, epoch)) = cluster.ghost.latest_win else { return Ok(()) };
    let Some(it) = cluster.changed().and_then(server) else { return Ok(()) };
    let voted =
        |((_, of), to): &(&(Place, u64), &BTreeSet<Place>)| *of == epoch && to.contains(&place);
    let votes = cluster.ghost.votes.iter().filter(voted).count();
    match votes >= it.majority() {
        true => Ok(()),
        false => Err(sentence!(
            "{0} is elected in epoch {1}, in which {2} masters have voted for it, and {3} are needed",
            place, epoch, votes, it.majority()
        ).into()),
    }
}

fn votes_against_the_failed(cluster: &View) -> Result<(), Breach> {
    match cluster.ghost.latest {
        Some((voter, cast)) if !cast.failed => Err(sentence!(
            "{0} has voted for {1}, whose master it does not take for failed",
            voter,
            cast.to
        )
        .into()),
        _ => Ok(()),
    }
}

fn minority_stops(cluster: &View) -> Result<(), Breach> {
    let Some(it) = cluster.changed().and_then(server) else { return Ok(()) };
    let Some(now) = it.seen.wrote else { return Ok(()) };
    let heard = |place: &Place| {
        let lately = |heard: Time| now.since(heard) <= it.config.silence();
        *place == it.me || it.peers.get(place).is_some_and(|peer| lately(peer.heard))
    };
    let heard = it.map().owners().iter().filter(|place| heard(place)).count();
    match heard >= it.majority() {
        true => Ok(()),
        false => Err(sentence!(
            "{0} takes a write, and has lately heard of {1} masters with itself, where {2} are a majority",
            it.me, heard, it.majority()
        ).into()),
    }
}

fn all_agree(cluster: &View) -> Result<(), Breach> {
    let mut servers = servers(cluster);
    let Some((first, one)) = servers.clone().next() else { return Ok(()) };
    if let Some((other, _)) = servers.clone().find(|(_, it)| it.map() != one.map()) {
        return Err(sentence!("{0} and {1} have different maps of the slots", first, other).into());
    }
    let owners = one.map().owners();
    match servers.find(|(place, it)| owners.contains(place) != it.master().is_none()) {
        None => Ok(()),
        Some((place, it)) if it.master().is_none() => {
            Err(sentence!("{0} is a master without slots", place).into())
        }
        Some((place, _)) => Err(sentence!("{0} has slots and is a replica", place).into()),
    }
}

fn replicas_follow(cluster: &View) -> Result<(), Breach> {
    let servers = servers(cluster);
    for (place, replica) in servers.clone() {
        let Some(of) = replica.master() else { continue };
        let Some((_, master)) = servers.clone().find(|(place, _)| *place == of) else { continue };
        let copy = |it: &Server| (it.disk.history, it.disk.offset, it.disk.data.clone());
        if copy(replica) != copy(master) {
            return Err(sentence!("{0} does not have what its master {1} has", place, of).into());
        }
    }
    Ok(())
}

fn all_answered(cluster: &View) -> Result<(), Breach> {
    let waits = |(place, it): (Place, &HashSlots)| match it {
        HashSlots::Client(it) => (!it.open.is_empty()).then_some(place),
        HashSlots::Server(_) => None,
    };
    match cluster.up().find_map(waits) {
        None => Ok(()),
        Some(client) => Err(sentence!("{0} still waits for an answer", client).into()),
    }
}

/// What it may lose, and has lost; and whom it cannot do without.
pub const MEASURES: &[Measure<HashSlots>] = &[
    |cluster| {
        let acked: usize = cluster.ghost.acked.values().map(BTreeSet::len).sum();
        sentence!("of {0} acknowledged writes {1} are lost", acked, cluster.ghost.lost())
    },
    |cluster| {
        let servers = servers(cluster);
        let alone = servers.clone().filter(|(place, it)| {
            let mut replicas = servers.clone().filter(|(_, other)| other.master() == Some(*place));
            it.master().is_none() && replicas.next().is_none()
        });
        sentence!(
            "of {0} servers that are up, {1} could not be replaced",
            servers.clone().count(),
            alone.count()
        )
    },
];
