//! Directed links. The fate of a message is decided once, when it is sent, by its sender's stream of
//! chance; afterwards only a command changes it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::base::{Chance, Place, Places, Span, Time, quorum};
use crate::command::{Latency, Partition, Quality, QualityChange};
use crate::protocol::Channel;
use crate::sim::connection::{End, Ends};
use crate::sim::trace::Loss;

pub use super::snapshot::LinkState;

/// All links: as the run set them up, except those that commands have changed.
#[derive(Clone, Debug)]
pub struct Network {
    standard: LinkCondition,
    channel: Channel,
    places: Rc<Places>,
    /// Shared with checkpoints until it changes.
    special: Rc<BTreeMap<(Place, Place), LinkCondition>>,
    pub(super) ends: Ends,
}

/// How a directed link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkCondition {
    pub state: LinkState,
    pub quality: Quality,
    /// The command (an event) that made it so; 0 for the run's own set-up.
    pub by: u64,
}

/// What becomes of one copy of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// When it arrives, or would.
    pub arrives: Time,
    /// Where it does not.
    pub lost: Option<Lost>,
    pub held: bool,
}

/// When a message is lost, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    pub at: Time,
    pub why: Loss,
    /// The command (an event) that is to blame; 0 where none is.
    pub by: u64,
}

/// How late a replayed copy may come.
const REPLAY: Span = Span::new(Time::millis(100), Time::seconds(2));

impl Network {
    pub fn new(quality: Quality, channel: Channel, places: Rc<Places>) -> Network {
        let standard = LinkCondition { state: LinkState::Healthy, quality, by: 0 };
        Network { standard, channel, places, special: Rc::default(), ends: Ends::new() }
    }

    pub fn condition(&self, from: Place, to: Place) -> &LinkCondition {
        match self.special.is_empty() {
            true => &self.standard,
            false => self.special.get(&(from, to)).unwrap_or(&self.standard),
        }
    }

    /// Links that differ from the standard, and whether in quality.
    pub fn special(&self) -> impl Iterator<Item = ((Place, Place), LinkCondition, bool)> {
        self.special.iter().map(|(ends, condition)| {
            (*ends, *condition, condition.quality != self.standard.quality)
        })
    }

    /// The command `by` puts the link into this state.
    pub fn set_state(&mut self, from: Place, to: Place, state: LinkState, by: u64) {
        let before = *self.condition(from, to);
        if before.state != state {
            self.set(from, to, LinkCondition { state, by, ..before });
        }
    }

    /// The command `by` changes what the link is like.
    pub fn change(&mut self, from: Place, to: Place, change: &QualityChange, by: u64) {
        let before = *self.condition(from, to);
        let quality = before.quality.with(change);
        self.set(from, to, LinkCondition { quality, by, ..before });
    }

    /// The command `by` changes what all links are like.
    pub fn change_all(&mut self, change: &QualityChange, by: u64) {
        self.standard.quality = self.standard.quality.with(change);
        self.standard.by = by;
        for condition in Rc::make_mut(&mut self.special).values_mut() {
            condition.quality = condition.quality.with(change);
        }
    }

    fn set(&mut self, from: Place, to: Place, condition: LinkCondition) {
        let usual =
            condition.state == LinkState::Healthy && condition.quality == self.standard.quality;
        let special = Rc::make_mut(&mut self.special);
        match usual {
            true => special.remove(&(from, to)),
            false => special.insert((from, to), condition),
        };
    }

    /// The fate of a message sent now, and of its copies.
    pub fn fates(
        &mut self,
        from: Place,
        to: Place,
        now: Time,
        chance: &mut Chance,
    ) -> (Fate, Vec<Fate>) {
        let &LinkCondition { state, ref quality, by } = self.condition(from, to);
        let mut arrives = now + draw(quality.latency, chance);
        let held = state == LinkState::Held;
        let mut lost = match state {
            // It falls where the cut is: on the first third of the way.
            LinkState::Cut => {
                Some(Lost { at: now + Time(arrives.since(now).0 / 3), why: Loss::Cut, by })
            }
            // What is held goes on its way, and may be lost, only when the link heals.
            LinkState::Held => None,
            LinkState::Healthy => chance.happens(quality.loss).then(|| {
                let way = arrives.since(now).0;
                let at = now + Time(way / 4 + u64::from(chance.below(1000)) * (way / 2) / 1000);
                Lost { at, why: Loss::Chance, by }
            }),
        };
        if self.is_connection(from, to) {
            if lost.is_some_and(|lost| lost.why == Loss::Chance) {
                // A connection sends again what the network lost: late, but not lost.
                arrives = arrives + Time(3 * arrives.since(now).0);
                lost = None;
            }
            return (Fate { arrives, lost, held }, Vec::new());
        }
        if chance.happens(quality.reorder) {
            arrives = arrives + Time((1 + u64::from(chance.below(4))) * arrives.since(now).0);
        }
        let copy = |arrives| Fate { arrives, lost: None, held };
        let whole = lost.is_none();
        let duplicate = (whole && chance.happens(quality.duplicate))
            .then(|| copy(now + draw(quality.latency, chance)));
        let replay = (whole && chance.happens(quality.replay))
            .then(|| copy(arrives + chance.within(REPLAY)));
        let copies = duplicate.into_iter().chain(replay).collect();
        (Fate { arrives, lost, held }, copies)
    }

    /// When a message arrives that has waited on a held link and leaves now.
    pub fn release(&self, from: Place, to: Place, now: Time, chance: &mut Chance) -> Time {
        now + draw(self.condition(from, to).quality.latency, chance)
    }

    /// Whether what arrives here, arrives once and in order. (The house's clients use datagrams.)
    pub fn is_connection(&self, from: Place, to: Place) -> bool {
        let outside = |place| self.places.is_house_client(place);
        self.channel == Channel::Fifo && !outside(from) && !outside(to)
    }

    /// What `me` knows of its connection to `peer`, if it has ever had one.
    pub(super) fn end(&self, me: Place, peer: Place) -> Option<&End> {
        self.ends.get(&(me, peer))
    }

    /// Whether the place cannot speak both ways with a majority of `all`, itself included.
    pub fn is_isolated(&self, node: Place, all: impl Iterator<Item = Place> + Clone) -> bool {
        let healthy = |from: Place, to: Place| self.condition(from, to).state == LinkState::Healthy;
        let hears = |peer| peer == node || (healthy(node, peer) && healthy(peer, node));
        let heard = all.clone().filter(|peer| hears(*peer)).count();
        heard < usize::from(quorum::majority(all.count() as u16))
    }
}

/// How long something takes this time: at least 1 µs, so that time always moves on.
pub fn draw(latency: Latency, chance: &mut Chance) -> Time {
    let drawn = match latency {
        Latency::Uniform(span) => chance.within(span),
        Latency::Exponential { min, mean, cap } => {
            (min + chance.exponential(mean.since(min))).min(cap)
        }
    };
    drawn.max(Time(1))
}

/// The directed links that the partition cuts, among those that it concerns.
pub fn cut_by(partition: &Partition, concerned: &[Place]) -> Vec<(Place, Place)> {
    let apart: Box<dyn Fn(Place, Place) -> bool> = match partition {
        Partition::OneWay { unheard, deaf } => {
            Box::new(|from, to| unheard.contains(&from) && deaf.contains(&to))
        }
        Partition::Groups(groups) => {
            let unnamed = |node: &Place| !groups.iter().any(|group| group.contains(node));
            Box::new(move |from, to| {
                let together =
                    groups.iter().any(|group| group.contains(&from) && group.contains(&to));
                !together && !(unnamed(&from) && unnamed(&to))
            })
        }
    };
    let pairs = concerned.iter().flat_map(|from| concerned.iter().map(move |to| (*from, *to)));
    pairs.filter(|&(from, to)| from != to && apart(from, to)).collect()
}
