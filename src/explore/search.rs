//! Looking for where a condition becomes true: a [`Search`] goes ahead of a run, or over its past, and leaves
//! it alone. What is found is the instant at which the condition *becomes* true: if it is true already,
//! the next one.

use std::cmp::Ordering;

use crate::base::{NONE, Place, Sentence, Time};
use crate::catalog::Run;
use crate::replay::scout::Scout;
use crate::sentence;
use crate::sim::fact::Fact;
use crate::sim::trace::{Event, EventKind, Payload};
use crate::sim::{Events, Sim};

use super::condition::{Condition, NONE_TYPED, Passage, ROLE, STATUS, Who, name, order, spaced};
use crate::command::{Link, Setup};

/// A search goes over so many events, then gives up.
pub const SEARCHED: u64 = 2_000_000;

/// On its way to the next instant at which a condition becomes true, ahead of the run.
#[derive(Clone)]
pub struct Search {
    condition: Condition,
    /// A state that must stand at that instant as well.
    during: Option<Condition>,
    scout: Scout,
    /// Who led at the beginning.
    led: Option<Place>,
    /// For conditions on a state: what to read, and whether it was so before.
    watched: Vec<(Fact, bool)>,
    begun: u64,
    /// Empty between steps.
    events: Events,
}

/// How a search ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchEnd {
    Found(Found),
    /// It has not come true by this time; `ended` if nothing comes after it.
    Never {
        by: Time,
        ended: bool,
    },
}

/// An instant, and what is true then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub at: Time,
    pub event: u64,
    /// Whom it is true of, if it is of one.
    pub place: Option<Place>,
    pub told: Sentence,
    /// Where a property broke: its name and why.
    pub broken: Option<(&'static str, Sentence)>,
}

impl Search {
    /// From where the run stands.
    pub fn new(condition: Condition, run: &Run) -> Search {
        Search::of(condition, run.scout(), &run.script().setup)
    }

    /// Over the run from its beginning, where nobody leads and nothing is so yet.
    pub fn from_start(condition: Condition, during: Option<Condition>, run: &Run) -> Search {
        let search = Search::of(condition, run.scout_from_start(), &run.script().setup);
        Search { during, ..search }
    }

    /// The same from this instant of the run on: what was so before does not count.
    pub fn from(
        (time, event): (Time, u64),
        condition: Condition,
        during: Option<Condition>,
        run: &Run,
    ) -> Search {
        let mut scout = run.scout_from_start();
        let mut passed = Events::new();
        while scout.sim().events() < event && scout.step(time, &mut passed) {
            passed.clear();
        }
        Search { during, ..Search::of(condition, scout, &run.script().setup) }
    }

    fn of(condition: Condition, scout: Scout, setup: &Setup) -> Search {
        let facts = condition.facts(setup).into_iter();
        let watched = facts.map(|fact| {
            let so = condition.is_so(&fact, scout.sim());
            (fact, so)
        });
        let watched = watched.collect();
        let (led, begun) = (scout.sim().leader(), scout.sim().events());
        Search { condition, during: None, scout, led, watched, begun, events: Events::new() }
    }

    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// The cluster as far as it has come.
    pub fn sim(&self) -> &Sim {
        self.scout.sim()
    }

    /// At how many places the state is there now, where so many are waited for.
    pub fn count(&self) -> Option<usize> {
        let so = || self.watched.iter().filter(|(_, so)| *so).count();
        (self.condition.enough() > 1).then(so)
    }

    /// How far it has come.
    pub fn reached(&self) -> Time {
        self.scout.sim().now()
    }

    /// Goes on by at most so many steps; `None` while nothing is decided.
    pub fn advance(&mut self, steps: u32) -> Option<SearchEnd> {
        for _ in 0..steps {
            let before = self.scout.sim().events();
            let stepped = self.step(Time::LIMIT);
            if !stepped || before >= self.begun + SEARCHED {
                let by = if stepped { self.reached() } else { Time::LIMIT };
                return Some(SearchEnd::Never { by, ended: !stepped });
            }
            if let Some(found) = self.found(before) {
                return Some(SearchEnd::Found(found));
            }
        }
        None
    }

    /// Goes on up to this time, if it is not found before.
    pub fn by(&mut self, time: Time) -> Option<Found> {
        self.go_on(|search| search.step(time))
    }

    /// Goes on up to this event of the run's, if it is not found before.
    pub fn up_to(&mut self, event: u64) -> Option<Found> {
        self.go_on(|search| search.scout.sim().events() < event && search.step(Time::LIMIT))
    }

    fn go_on(&mut self, mut step: impl FnMut(&mut Search) -> bool) -> Option<Found> {
        while self.scout.sim().events() < self.begun + SEARCHED {
            let before = self.scout.sim().events();
            if !step(self) {
                return None;
            }
            if let Some(found) = self.found(before) {
                return Some(found);
            }
        }
        None
    }

    fn step(&mut self, limit: Time) -> bool {
        self.events.clear();
        self.scout.step(limit, &mut self.events)
    }

    /// What the last step made true, the first event of which is the one after this.
    fn found(&mut self, before: u64) -> Option<Found> {
        let became = self.look();
        let became = match &self.during {
            None => became,
            // Whichever of the two comes last: then both are true.
            Some(during) => {
                let stands = became.is_some() || self.stands();
                let last = self.events.len().checked_sub(1)?;
                let both = stands && during.is_so_now(self.scout.sim());
                both.then(|| became.unwrap_or_else(|| (last, told(&self.events[last]))))
            }
        };
        let (place, told) = became?;
        let what = &self.events[place];
        let broken = match &what.what {
            EventKind::Violation { property, why, .. } => Some((*property, why.clone())),
            _ => None,
        };
        let (at, event) = (self.reached(), before + 1 + place as u64);
        Some(Found { at, event, place: what.place, told, broken })
    }

    /// Whether the state that is waited for is there, however long it has been.
    fn stands(&self) -> bool {
        let so = self.watched.iter().filter(|(_, so)| *so).count();
        !self.watched.is_empty() && so >= self.condition.enough()
    }

    /// What this step made true, and by which of its events.
    fn look(&mut self) -> Option<(usize, Sentence)> {
        let sim = self.scout.sim();
        match &self.condition {
            Condition::Violation(_) | Condition::Message { .. } | Condition::Told { .. } => {
                let found = self.events.iter().position(|event| self.condition.is_met_by(event))?;
                Some((found, told(&self.events[found])))
            }
            Condition::Leader => {
                let turns =
                    |event: &Event| matches!(event.what, EventKind::Role(_) | EventKind::Status(_));
                let turn = self.events.iter().rposition(turns)?;
                let leader = sim.leader().filter(|leader| Some(*leader) != self.led)?;
                Some((turn, sentence!("{0} leads", leader)))
            }
            Condition::State { .. } => {
                let enough = self.condition.enough();
                let before = self.watched.iter().filter(|(_, was)| *was).count();
                let mut found = None;
                for (fact, was) in &mut self.watched {
                    // A server is as it was unless something happened there.
                    let place = Some(fact.node);
                    let Some(last) = self.events.iter().rposition(|event| event.place == place)
                    else {
                        continue;
                    };
                    let so = self.condition.is_so(fact, sim);
                    if so && !*was && found.is_none() {
                        found = Some((last, state_told(fact, sim, &self.events)));
                    }
                    *was = so;
                }
                let now = self.watched.iter().filter(|(_, so)| *so).count();
                match enough {
                    1 => found,
                    _ if before >= enough || now < enough => None,
                    _ => found
                        .map(|(last, told)| (last, sentence!("{0}, which makes {1}", told, now))),
                }
            }
        }
    }
}

impl Condition {
    /// At how many servers at once a state is to be.
    fn enough(&self) -> usize {
        match self {
            Condition::State { who: Who::AtLeast(many), .. } => *many,
            _ => 1,
        }
    }

    /// What is to be read, and of whom, to know whether a state is there.
    fn facts(&self, setup: &Setup) -> Vec<Fact> {
        let Condition::State { who, what, .. } = self else { return Vec::new() };
        let of = setup.places.own().filter(|node| !matches!(who, Who::One(one) if one != node));
        of.map(|node| Fact { node, what: what.clone() }).collect()
    }

    /// Whether a state is there now; nothing else lasts.
    pub fn is_so_now(&self, sim: &Sim) -> bool {
        let so = self.facts(sim.setup()).iter().filter(|fact| self.is_so(fact, sim)).count();
        so >= self.enough()
    }

    /// Whether the server is so now. What it has nothing of is not.
    fn is_so(&self, fact: &Fact, sim: &Sim) -> bool {
        let Condition::State { is, value, .. } = self else { return false };
        // Nothing is shown by a dash, and nobody types one.
        let nothing = |now: &str| now == NONE && **value == *NONE_TYPED;
        sim.read(fact).is_some_and(|now| {
            let order = if nothing(&now) { Ordering::Equal } else { order(&now, value) };
            is.holds(order)
        })
    }

    /// Whether the event is what is waited for.
    fn is_met_by(&self, event: &Event) -> bool {
        let (passage, kind, link) = match self {
            Condition::Violation(wanted) => {
                return matches!(event.what, EventKind::Violation { property, .. }
                    if wanted.is_none_or(|wanted| wanted == property));
            }
            Condition::Told { who, answer } => {
                return who.is_none_or(|who| event.place == Some(who)) && tells(event, answer);
            }
            Condition::Message { passage, kind, link } => (passage, kind, link),
            _ => return false,
        };
        let is = |payload: &Payload| payload.kind().name == *kind;
        let (ends, payload) = match (&event.what, passage) {
            (EventKind::Send { to, payload }, Passage::Sent) => ((event.place, Some(*to)), payload),
            (EventKind::Deliver { from, payload, .. }, Passage::Delivered)
            | (EventKind::Lost { from, payload, .. }, Passage::Lost) => {
                ((Some(*from), event.place), payload)
            }
            _ => return false,
        };
        let on = |link: Link| link.directed().any(|(from, to)| (Some(from), Some(to)) == ends);
        is(payload) && link.is_none_or(on)
    }
}

/// Whether somebody who asked is given this answer.
fn tells(event: &Event, answer: &str) -> bool {
    let (EventKind::Deliver { payload: Payload::Reply { outcome, .. }, .. }
    | EventKind::Answered { outcome, .. }) = &event.what
    else {
        return false;
    };
    outcome.answer().is_some_and(|told| spaced(&told) == answer)
}

/// The event with its place.
fn told(event: &Event) -> Sentence {
    match event.place {
        Some(place) => sentence!("{0} {1}", place, event.tell()),
        None => event.tell(),
    }
}

/// How the server is now: a role or status as the event says it.
fn state_told(fact: &Fact, sim: &Sim, events: &Events) -> Sentence {
    let place = Some(fact.node);
    let says = |event: &&Event| match event.what {
        EventKind::Role(_) => name(&fact.what) == ROLE,
        EventKind::Status(_) => name(&fact.what) == STATUS,
        _ => false,
    };
    match events.iter().rev().filter(|event| event.place == place).find(says) {
        Some(event) => told(event),
        None => {
            let value = sim.read(fact).unwrap_or_default();
            sentence!("{0} of {1} is {2}", name(&fact.what).to_owned(), fact.node, value)
        }
    }
}
