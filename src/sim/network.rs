//! Directed links. The fate of a message is decided once, when it is sent, by its sender's stream of
//! chance; afterwards only a command changes it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::base::{Chance, Place, Places, Quantiles, Span, Time};
use crate::command::{Latency, Quality, QualityChange};
use crate::protocol::Channel;
use crate::sim::connection::{End, Ends};
use crate::sim::division::Division;
use crate::sim::trace::Loss;

pub use super::snapshot::LinkState;

/// All links: as the run set them up, or cut by the partition that stands, except those that commands
/// have changed one by one.
#[derive(Clone, Debug)]
pub struct Network {
    standard: LinkCondition,
    channel: Channel,
    places: Rc<Places>,
    partition: Option<Rc<Division>>,
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
        let (partition, special) = (None, Rc::default());
        Network { standard, channel, places, partition, special, ends: Ends::new() }
    }

    pub fn condition(&self, from: Place, to: Place) -> LinkCondition {
        let special = self.special.get(&(from, to)).copied();
        special.unwrap_or_else(|| self.usual(from, to))
    }

    /// Whether all links are alike, as most of the time.
    pub fn is_untouched(&self) -> bool {
        self.special.is_empty() && self.partition.is_none()
    }

    /// How the link stands if nothing was done to it alone.
    fn usual(&self, from: Place, to: Place) -> LinkCondition {
        match self.partition.as_ref().and_then(|partition| partition.blame(from, to)) {
            Some(by) => LinkCondition { state: LinkState::Cut, by, ..self.standard },
            None => self.standard,
        }
    }

    /// Links to which something was done one by one, and whether in quality.
    pub fn special(&self) -> impl Iterator<Item = ((Place, Place), LinkCondition, bool)> {
        self.special.iter().map(|(ends, condition)| {
            (*ends, *condition, condition.quality != self.standard.quality)
        })
    }

    /// The partition that stands.
    pub fn partition(&self) -> Option<&Rc<Division>> {
        self.partition.as_ref()
    }

    /// What all links are like to which nothing was done one by one.
    pub fn quality(&self) -> &Quality {
        &self.standard.quality
    }

    /// The command `by` puts the link into this state.
    pub fn set_state(&mut self, from: Place, to: Place, state: LinkState, by: u64) {
        let before = self.condition(from, to);
        if before.state != state {
            self.set(from, to, LinkCondition { state, by, ..before });
        }
    }

    /// The command `by` changes what the link is like.
    pub fn change(&mut self, from: Place, to: Place, change: &QualityChange, by: u64) {
        let before = self.condition(from, to);
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
        let usual = self.usual(from, to);
        let special = Rc::make_mut(&mut self.special);
        match condition.says_no_more_than(&usual) {
            true => special.remove(&(from, to)),
            false => special.insert((from, to), condition),
        };
    }

    /// The command `by` heals all links.
    pub fn heal(&mut self, by: u64) {
        self.partition = None;
        let healthy = self.standard;
        Rc::make_mut(&mut self.special).retain(|_, condition| {
            condition.turn(LinkState::Healthy, by);
            !condition.says_no_more_than(&healthy)
        });
    }

    /// The command `by` heals, of the links that were changed one by one, those that the partition is
    /// about and does not cut.
    pub fn heal_within(&mut self, partition: &Division, by: u64) {
        for ((from, to), condition) in Rc::make_mut(&mut self.special) {
            let concerned = partition.concerns(*from) && partition.concerns(*to);
            if concerned && !partition.parts(*from, *to) {
                condition.turn(LinkState::Healthy, by);
            }
        }
    }

    /// The partition, which the command `by` makes, takes the place of the one that stands. Links that it
    /// is not about stay as they are.
    pub fn divide(&mut self, partition: Division, by: u64) {
        let before = self.partition.take();
        let mut special = std::mem::take(Rc::make_mut(&mut self.special));
        if let Some(before) = &before {
            let left_out = |place: &Place| before.concerns(*place) && !partition.concerns(*place);
            let clients: Vec<Place> = self.places.house_clients().filter(left_out).collect();
            for client in clients {
                for ends in self.places.all().flat_map(|place| [(client, place), (place, client)]) {
                    if let Some(by) = before.blame(ends.0, ends.1) {
                        let cut = LinkCondition { state: LinkState::Cut, by, ..self.standard };
                        special.entry(ends).or_insert(cut);
                    }
                }
            }
        }
        for ((from, to), condition) in &mut special {
            if partition.parts(*from, *to) {
                condition.turn(LinkState::Cut, by);
            }
        }
        self.partition = Some(Rc::new(partition.instead_of(before)));
        special
            .retain(|(from, to), condition| !condition.says_no_more_than(&self.usual(*from, *to)));
        self.special = Rc::new(special);
    }

    /// The fate of a message sent now, and of its copies.
    pub fn fates(
        &mut self,
        from: Place,
        to: Place,
        now: Time,
        chance: &mut Chance,
    ) -> (Fate, Vec<Fate>) {
        let changed;
        let &LinkCondition { state, ref quality, by } = match self.is_untouched() {
            true => &self.standard,
            false => {
                changed = self.condition(from, to);
                &changed
            }
        };
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

    /// Of each place of a kind, with how many of its kind it speaks both ways, itself included. Where a
    /// partition is about to take the place of another, what `next` does not part counts as healed.
    pub fn hears(&self, letter: char, next: Option<&Division>) -> Vec<u16> {
        let standing = self.partition.as_deref();
        let side = |of: Option<&Division>, place| of.map_or(0, |division| division.side(place));
        let parts = |of: Option<&Division>, from, to| {
            of.is_some_and(|division| division.parts_sides(from, to))
        };
        let sides_of = |place| (side(standing, place), side(next, place));
        let cut = |from: (u16, u16), to: (u16, u16)| {
            parts(standing, from.0, to.0) && (next.is_none() || parts(next, from.1, to.1))
        };
        let together = |one, other| !cut(one, other) && !cut(other, one);
        let all = Place::numbered(letter, self.places.count(letter));
        // By the sides on which they stand, and then what was done to links one by one.
        let mut count: BTreeMap<(u16, u16), u16> = BTreeMap::new();
        all.clone().for_each(|place| *count.entry(sides_of(place)).or_default() += 1);
        let mut by_sides: BTreeMap<(u16, u16), u16> = BTreeMap::new();
        for sides in count.keys() {
            let heard = count.iter().filter(|(other, _)| together(*sides, **other));
            let itself = u16::from(!together(*sides, *sides));
            by_sides.insert(*sides, heard.map(|(_, count)| count).sum::<u16>() + itself);
        }
        let mut hears: Vec<u16> = all.map(|place| by_sides[&sides_of(place)]).collect();
        for &(from, to) in self.special.keys() {
            let told_already = to < from && self.special.contains_key(&(to, from));
            if told_already || from.letter() != letter || to.letter() != letter {
                continue;
            }
            let usually = together(sides_of(from), sides_of(to));
            let now = self.speak(from, to, next);
            for end in [from, to] {
                let heard = &mut hears[end.index()];
                *heard = *heard + u16::from(now) - u16::from(usually);
            }
        }
        hears
    }

    /// Whether the two speak both ways; `next` as in [`Network::hears`].
    pub fn speak(&self, one: Place, other: Place, next: Option<&Division>) -> bool {
        let standing = self.partition.as_deref();
        let parts = |of: Option<&Division>, from, to| of.is_some_and(|of| of.parts(from, to));
        let healthy = |from, to| match self.special.get(&(from, to)) {
            Some(condition) => condition.state == LinkState::Healthy,
            None => !parts(standing, from, to) || (next.is_some() && !parts(next, from, to)),
        };
        healthy(one, other) && healthy(other, one)
    }
}

impl LinkCondition {
    /// The command `by` puts it into this state, if it is not in it.
    fn turn(&mut self, state: LinkState, by: u64) {
        if self.state != state {
            (self.state, self.by) = (state, by);
        }
    }

    /// Whether nothing is lost if this one is forgotten: of what is healthy nobody asks who made it so.
    fn says_no_more_than(&self, usual: &LinkCondition) -> bool {
        let same = self.state == usual.state && self.quality == usual.quality;
        same && (self.state == LinkState::Healthy || self.by == usual.by)
    }
}

/// How long something takes this time: at least 1 µs, so that time always moves on.
pub fn draw(latency: Latency, chance: &mut Chance) -> Time {
    let drawn = match latency {
        Latency::Uniform(span) => chance.within(span),
        Latency::Exponential { min, mean, cap } => {
            (min + chance.exponential(mean.since(min))).min(cap)
        }
        Latency::Table(table) => table.at(chance.below(Quantiles::WHOLE)),
    };
    drawn.max(Time(1))
}
