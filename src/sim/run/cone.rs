//! Happened-before (Lamport 1978, "The Partial Ordering"), for one event that somebody picks: what
//! lies in its past, what in its future, and what is concurrent with it.
//!
//! At each place the past is a beginning of its history and the future an end of it, for whoever has
//! seen an event has seen all before it at the same place. So the answer is two numbers a place, a
//! *light cone*, and it is found by walking away from the event in both directions until every place
//! is reached. No stamps are needed; they follow from it. The *vector stamp* (Fidge 1988, Mattern
//! 1989) of the event counts, place by place, the events of its past.

use super::{Events, Piece, Run, advance};
use crate::base::{ClientId, Endpoint, NodeId, Time};
use crate::trace::{Event, What};

/// The past and the future of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cone {
    pub event: u64,
    pub at: Time,
    pub place: Endpoint,
    pub lamport: u64,
    /// Servers, then clients.
    pub sides: Vec<Side>,
    /// Everything that could lie in its past was looked at; and in its future, as far as the run is
    /// known.
    pub whole: bool,
}

/// What of one place's history lies in the past, and what in the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    pub place: Endpoint,
    /// The last event of the past, and when; all before it belong to the past as well.
    pub past: Option<(u64, Time)>,
    /// The first event of the future; all after it belong to the future as well.
    pub future: Option<(u64, Time)>,
    /// Events of the past: this place's part of the vector stamp.
    pub stamp: u64,
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
    pub fn side(&self, place: Endpoint) -> Option<&Side> {
        self.sides.iter().find(|side| side.place == place)
    }

    /// How the event of this number, at this place, lies to the one that was picked.
    pub fn order(&self, event: u64, place: Endpoint) -> Order {
        let Some(side) = self.side(place) else { return Order::Concurrent };
        match () {
            () if event == self.event => Order::Same,
            () if side.past.is_some_and(|(last, _)| event <= last) => Order::Before,
            () if side.future.is_some_and(|(first, _)| event >= first) => Order::After,
            () => Order::Concurrent,
        }
    }

    /// The vector stamp of the event: servers, then clients.
    pub fn stamp(&self) -> Vec<u64> {
        self.sides.iter().map(|side| side.stamp).collect()
    }
}

impl Run {
    /// The light cone of an event; `None` where there is no such event, or it has no place.
    pub fn cone(&self, event: u64) -> Option<Cone> {
        let mut cone = self.past(event)?;
        cone.whole &= self.walk_into_future(&mut cone);
        Some(cone)
    }

    /// Its vector stamp: how many events of each server, then of each client, lie in its past.
    pub fn vector_stamp(&self, event: u64) -> Option<Vec<u64>> {
        self.past(event).filter(|cone| cone.whole).map(|cone| cone.stamp())
    }

    fn past(&self, event: u64) -> Option<Cone> {
        let piece = self.piece(event)?;
        let (lamport, at) = piece.get(event).map(|event| (event.lamport, event.at))?;
        let place = piece.get(event)?.place?;
        let setup = &self.script.setup;
        let clients = (0..setup.clients).map(|id| Endpoint::Client(ClientId(id)));
        let places = NodeId::all(setup.nodes).map(Endpoint::Node).chain(clients);
        let side = |place| Side { place, past: None, future: None, stamp: 0 };
        let sides = places.map(side).collect();
        let mut cone = Cone { event, at, place, lamport, sides, whole: true };
        cone.whole = self.walk_into_past(&mut cone, piece);
        for side in &mut cone.sides {
            side.stamp = side.past.map_or(0, |(last, _)| self.own_events(side.place, last));
        }
        Some(cone)
    }

    /// Backwards: a place's history joins the past with the last of its events that the event can
    /// know of, by a message whose arrival lies in the past.
    fn walk_into_past(&self, cone: &mut Cone, mut piece: Piece) -> bool {
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
                if let (Some(_), What::Deliver { sent: by, .. }) = (side.past, &event.what) {
                    sent.push(*by);
                }
            }
            let complete = sent.is_empty() && piece.before.events() == 0;
            if complete || cone.sides.iter().all(|side| side.past.is_some()) {
                return true;
            }
            last = piece.before.events();
            match self.piece(last) {
                Some(earlier) => piece = earlier,
                None => return true,
            }
        }
        false
    }

    /// Forwards: a place's history joins the future with the first message that comes out of it.
    fn walk_into_future(&self, cone: &mut Cone) -> bool {
        let Some(side) = cone.sides.iter_mut().find(|side| side.place == cone.place) else {
            return true;
        };
        side.future = Some((cone.event, cone.at));
        let mut sent: Vec<u64> = Vec::new();
        let mut next = cone.event;
        for _ in 0..PIECES {
            let Some(piece) = self.piece(next) else { return true };
            for (number, event) in piece.from(next) {
                let Some(side) = cone.sides.iter_mut().find(|side| Some(side.place) == event.place)
                else {
                    continue;
                };
                if let What::Deliver { sent: by, .. } = &event.what
                    && side.future.is_none()
                    && sent.binary_search(by).is_ok()
                {
                    side.future = Some((number, event.at));
                }
                if side.future.is_some() && matches!(event.what, What::Send { .. }) {
                    sent.push(number);
                }
            }
            if cone.sides.iter().all(|side| side.future.is_some()) {
                return true;
            }
            next = piece.first + piece.events.len() as u64;
        }
        false
    }

    /// How many events there were at the place, up to and including this one.
    fn own_events(&self, place: Endpoint, last: u64) -> u64 {
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
