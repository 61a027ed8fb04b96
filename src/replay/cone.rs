//! Happened-before (Lamport 1978, "The Partial Ordering"), for one event that somebody picks: what
//! lies in its past, what in its future, and what is concurrent with it.
//!
//! At each place the past is a beginning of its history and the future an end of it, for whoever has
//! seen an event has seen all before it at the same place. So the answer is two numbers a place, a
//! *light cone*, and it is found by walking away from the event in both directions until every place
//! is reached. No stamps are needed; they follow from it. The *vector stamp* (Fidge 1988, Mattern
//! 1989) of the event counts, place by place, the events of its past.
//!
//! In a long run the walk is given up after some pieces. What may lie beyond is not known then, and is
//! never told as if it were nothing.

use super::{Events, Piece, Run, advance};
use crate::base::{Place, Time};
use crate::sim::Sim;
use crate::sim::trace::{Event, EventKind};

/// The past and the future of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cone {
    pub event: u64,
    pub at: Time,
    pub place: Place,
    pub lamport: u64,
    /// Servers, then clients.
    pub sides: Vec<Side>,
    /// What was looked at: from this event on, which is 0 where all of the past was found …
    pub since: (u64, Time),
    /// … and up to this one, which is `u64::MAX` where all of the future was, as far as the run is
    /// known.
    pub until: (u64, Time),
}

/// What of one place's history lies in the past, and what in the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    pub place: Place,
    /// The last event of the past, and when; all before it belong to the past as well.
    pub past: Option<(u64, Time)>,
    /// The first event of the future; all after it belong to the future as well.
    pub future: Option<(u64, Time)>,
    /// Events of the past: this place's part of the vector stamp. `None` where it is not known.
    pub stamp: Option<u64>,
}

/// How an event lies to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    Before,
    Same,
    After,
    Concurrent,
}

/// Pieces of the run that are walked through in each direction at the most.
const PIECES: usize = 128;

impl Cone {
    pub fn side(&self, place: Place) -> Option<&Side> {
        self.sides.iter().find(|side| side.place == place)
    }

    /// How the event of this number, at this place, lies to the one that was picked, as far as that
    /// is known.
    pub fn order(&self, event: u64, place: Place) -> Option<Order> {
        let side = self.side(place)?;
        match () {
            () if event == self.event => Some(Order::Same),
            () if side.past.is_some_and(|(last, _)| event <= last) => Some(Order::Before),
            () if side.future.is_some_and(|(first, _)| event >= first) => Some(Order::After),
            // Where nobody has looked, it may still be found.
            () if side.past.is_none() && event < self.since.0 => None,
            () if side.future.is_none() && event > self.until.0 => None,
            () => Some(Order::Concurrent),
        }
    }

    /// All of the past, and all of the future as far as the run is known.
    pub fn is_whole(&self) -> bool {
        self.all_past() && self.all_future()
    }

    pub fn all_past(&self) -> bool {
        self.since.0 == 0
    }

    pub fn all_future(&self) -> bool {
        self.until.0 == u64::MAX
    }

    /// The vector stamp of the event: servers, then clients.
    pub fn stamp(&self) -> Vec<Option<u64>> {
        self.sides.iter().map(|side| side.stamp).collect()
    }
}

/// A vector stamp as it is written: `[3 ? 5]`.
pub fn written(stamp: &[Option<u64>]) -> String {
    let number = |part: &Option<u64>| part.map_or("?".to_owned(), |part| part.to_string());
    format!("[{}]", stamp.iter().map(number).collect::<Vec<_>>().join(" "))
}

impl Run {
    /// The light cone of an event. Of a message that is lost it is its sending's, for nobody sees the
    /// loss, and of a violation that of the step that brought it about; there is none of any other remark,
    /// nor of what has no place.
    pub fn cone(&self, event: u64) -> Option<Cone> {
        let mut cone = self.past(self.apex(event)?)?;
        self.walk_into_future(&mut cone);
        Some(cone)
    }

    /// Whether there is one.
    pub fn has_cone(&self, event: u64) -> bool {
        self.apex(event).is_some()
    }

    /// The event whose light cone it is.
    fn apex(&self, event: u64) -> Option<u64> {
        let here = self.event_at(event)?;
        match here.what {
            EventKind::Lost { sent, .. } => Some(sent).filter(|sent| *sent != 0),
            EventKind::Violation { .. } => self.apex(here.cause),
            what => (what.is_an_event() && here.place.is_some()).then_some(event),
        }
    }

    /// Its vector stamp: how many events of each server, then of each client, lie in its past.
    pub fn vector_stamp(&self, event: u64) -> Option<Vec<Option<u64>>> {
        self.past(event).map(|cone| cone.stamp())
    }

    fn past(&self, event: u64) -> Option<Cone> {
        let piece = self.piece(event)?;
        let here = piece.get(event).filter(|event| event.what.is_an_event())?;
        let (lamport, at, place) = (here.lamport, here.at, here.place?);
        let setup = &self.script.setup;
        let side = |place| Side { place, past: None, future: None, stamp: None };
        let sides = setup.places.all().map(side).collect();
        let (since, until) = ((0, Time::ZERO), (u64::MAX, Time::LIMIT));
        let mut cone = Cone { event, at, place, lamport, sides, since, until };
        let settled = self.walk_into_past(&mut cone, piece);
        for side in &mut cone.sides {
            side.stamp = match side.past {
                Some((last, _)) => Some(self.own_events(side.place, last)),
                None => (cone.since.0 == 0 || settled.own(side.place) == 0).then_some(0),
            };
        }
        Some(cone)
    }

    /// Backwards: a place's history joins the past with the last of its events that the event can
    /// know of, by a message whose arrival lies in the past. The cluster that the walk came back to.
    fn walk_into_past(&self, cone: &mut Cone, mut piece: Piece) -> Sim {
        // Messages whose arrival lies in the past, and whose sending has not been met yet.
        let mut sent: Vec<u64> = Vec::new();
        let mut last = cone.event;
        for _ in 0..PIECES {
            for (number, event) in piece.until(last) {
                let Some(side) = cone.sides.iter_mut().find(|side| Some(side.place) == event.place)
                else {
                    continue;
                };
                let known = number == cone.event || sent.contains(&number);
                if known && side.past.is_none() {
                    side.past = Some((number, event.at));
                }
                sent.retain(|waiting| *waiting != number);
                if let (Some(_), EventKind::Deliver { sent: by, .. }) = (side.past, &event.what) {
                    sent.push(*by);
                }
            }
            // A place where nothing had happened before this piece has no other past.
            let before = &piece.before;
            let settled = |side: &Side| side.past.is_some() || before.own(side.place) == 0;
            last = before.events();
            if cone.sides.iter().all(settled) {
                return piece.before;
            }
            match self.piece(last) {
                Some(earlier) => piece = earlier,
                None => return piece.before,
            }
        }
        cone.since = (last + 1, piece.before.now());
        piece.before
    }

    /// Forwards: a place's history joins the future with the first message that comes out of it.
    fn walk_into_future(&self, cone: &mut Cone) {
        let Some(side) = cone.sides.iter_mut().find(|side| side.place == cone.place) else {
            return;
        };
        side.future = Some((cone.event, cone.at));
        let mut sent: Vec<u64> = Vec::new();
        let (mut next, mut reached) = (cone.event, cone.at);
        for _ in 0..PIECES {
            let Some(piece) = self.piece(next) else { return };
            for (number, event) in piece.from(next) {
                let Some(side) = cone.sides.iter_mut().find(|side| Some(side.place) == event.place)
                else {
                    continue;
                };
                if let EventKind::Deliver { sent: by, .. } = &event.what
                    && side.future.is_none()
                    && sent.binary_search(by).is_ok()
                {
                    side.future = Some((number, event.at));
                }
                if side.future.is_some() && matches!(event.what, EventKind::Send { .. }) {
                    sent.push(number);
                }
            }
            if cone.sides.iter().all(|side| side.future.is_some()) {
                return;
            }
            next = piece.first + piece.events.len() as u64;
            reached = piece.events.back().map_or(reached, |last| last.at);
        }
        // All may have been looked at just now.
        if next <= self.head.0 {
            cone.until = (next - 1, reached);
        }
    }

    /// How many events there were at the place, up to and including this one.
    fn own_events(&self, place: Place, last: u64) -> u64 {
        let Some(before) = self.piece_before(last) else { return 0 };
        let (mut sim, mut events) = (before.clone(), Events::new());
        while sim.events() < last && advance(&self.script, &mut sim, Time::LIMIT, &mut events) {
            // Only the last step matters: what it did after the event.
            if sim.events() < last {
                events.clear();
            }
        }
        let after = (sim.events() - last) as usize;
        let own = |event: &&Event| event.place == Some(place) && event.what.is_an_event();
        sim.own(place) - events.iter().rev().take(after).filter(own).count() as u64
    }
}
