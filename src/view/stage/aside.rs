//! Where a card about something on the stage goes: where it hides neither that thing, nor its links and
//! messages, nor, if there is room for it, anybody else.

use super::links::between;
use super::scene::StageView;
use crate::base::Place;
use crate::view::path::{Point, Size};

/// What a card is about, with its links and messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Neighbourhood {
    /// Its middle and its size.
    pub at: Point,
    pub size: Size,
    /// Points of its links, and of the ways of its messages.
    pub ways: Vec<Point>,
}

/// Each way is looked at in so many points.
const POINTS: u32 = 12;
/// The card is tried in so many places across, and as many down.
const TRIES: u32 = 24;
/// What it costs to hide a point of a way, somebody else's box, what lies over the stage's edges; and to
/// stand a pixel away.
const WAY: f64 = 60.0;
const BOX: f64 = 90.0;
const EDGE: f64 = 40.0;
const FAR: f64 = 0.5;
/// From the thing and from the edges of the stage, in its units.
const GAP: f64 = 10.0;

impl StageView {
    /// A place with its links, and with all that goes to it or comes from it.
    pub fn around_place(&self, place: Place) -> Neighbourhood {
        let (at, size) = self.layout.place(place);
        let wires = self.wires.iter().filter(|wire| wire.a == place || wire.b == place);
        let mut ways: Vec<Point> =
            wires.flat_map(|wire| along(wire.from, wire.bend, wire.to)).collect();
        let flights = self.flights.iter().filter(|one| one.from == place || one.to == place);
        ways.extend(flights.map(|flight| flight.place(self.now).at));
        Neighbourhood { at, size, ways }
    }

    /// A link.
    pub fn around_link(&self, one: Place, other: Place) -> Neighbourhood {
        let joins = |a, b| (a, b) == (one, other) || (b, a) == (one, other);
        let Some(wire) = self.wires.iter().find(|wire| joins(wire.a, wire.b)) else {
            return Neighbourhood::default();
        };
        let ways = along(wire.from, wire.bend, wire.to).collect();
        Neighbourhood { at: wire.middle(), size: Size::new(20.0, 20.0), ways }
    }

    /// A message under way; nothing of one that is no more.
    pub fn around_message(&self, sent: u64) -> Option<Neighbourhood> {
        let flight = self.flights.iter().find(|flight| flight.key.0 == sent)?;
        let ways = along(flight.start, flight.bend, flight.goal).collect();
        Some(Neighbourhood { at: flight.place(self.now).at, size: flight.pill, ways })
    }

    /// The upper left corner of a card of this size.
    pub fn room_beside(&self, around: &Neighbourhood, card: Size) -> Point {
        let whole = self.layout.size;
        let tries = (0..=TRIES).flat_map(|y| (0..=TRIES).map(move |x| (x, y)));
        let corner = |(x, y): (u32, u32)| {
            let share = |step: u32, room: f64| {
                GAP + (room - 2.0 * GAP).max(0.0) * f64::from(step) / f64::from(TRIES)
            };
            Point::new(share(x, whole.w - card.w), share(y, whole.h - card.h))
        };
        let cost = |at: &Point| self.cost(around, *at, card);
        tries.map(corner).min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap_or_default()
    }

    /// What it costs to put the card there.
    fn cost(&self, around: &Neighbourhood, corner: Point, card: Size) -> f64 {
        let middle = corner.plus(card.w / 2.0, card.h / 2.0);
        let hides = |at: Point, size: Size| {
            let wide = card.grown(size.w + GAP, size.h + GAP);
            wide.covers(middle, at)
        };
        let own = if hides(around.at, around.size) { 100_000.0 } else { 0.0 };
        let points = around.ways.iter().filter(|point| card.covers(middle, **point)).count();
        let clients = self.clients.iter().map(|client| (client.at, client.size));
        let boxes = self.nodes.iter().map(|node| (node.at, node.size)).chain(clients);
        let others = boxes.filter(|(at, size)| *at != around.at && hides(*at, *size)).count();
        let over = corner.y < self.layout.top
            || corner.y + card.h > self.layout.size.h - self.layout.bottom;
        let away = card.border(middle, around.at).distance(around.at);
        own + WAY * points as f64 + BOX * others as f64 + if over { EDGE } else { 0.0 } + FAR * away
    }
}

/// Points of a way that may be bent, without its ends.
fn along(from: Point, bend: Option<Point>, to: Point) -> impl Iterator<Item = Point> {
    (1..POINTS).map(move |step| between(from, bend, to, f64::from(step) / f64::from(POINTS)))
}
