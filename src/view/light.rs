//! What is lit: the way that causes took, and the past and future of an event, as lines over the
//! space-time diagram and over the stage.

use super::diagram::spacetime::{Rows, Scale};
use super::path::{Path, Point, Size};
use super::stage::layout::Layout;
use crate::base::{Place, Time};
use crate::replay::cone::{Cone, Order};
use crate::replay::why::{Reason, Why};

/// The way of causes on the diagram.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Way {
    pub path: Path,
    /// A small square for each step that stands on a lane.
    pub dots: Path,
}

/// Past, future and concurrent on the diagram: lines along the lanes, told apart by how they are
/// drawn, with a bar where the past ends and where the future begins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lit {
    pub past: Path,
    pub concurrent: Path,
    pub future: Path,
    pub bars: Path,
}

/// A message on the way, on the stage: which step of the walk it is, from where to where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hop {
    /// From 1, the oldest first: in the order in which things happened.
    pub number: usize,
    pub from: Place,
    pub to: Place,
    pub lost: bool,
}

/// The pill beneath a server or client that says how it lies to the event: its size, and from the
/// box's edge to its middle.
pub const PILL: Size = Size::new(92.0, 18.0);
pub const BENEATH: f64 = 10.0;

/// Half the size of the squares, and of the bars.
const DOT: f64 = 3.5;
const BAR: f64 = 6.0;
/// Messages that are lit on the stage: more would be a thicket.
const HOPS: usize = 6;

impl Way {
    /// From the event that was asked for back to its roots; and, of a violation, from what it is at
    /// odds with.
    pub fn of(why: &Why, scale: &Scale, rows: &Rows) -> Way {
        let mut way = Way::default();
        way.walk(&why.reasons, scale, rows);
        if let Some(against) = &why.against {
            let joined = why.reasons.iter().find(|it| Some(it.told.event) == against.joins);
            way.walk(against.reasons.iter().chain(joined), scale, rows);
        }
        way
    }

    fn walk<'a>(
        &mut self,
        reasons: impl IntoIterator<Item = &'a Reason>,
        scale: &Scale,
        rows: &Rows,
    ) {
        let mut later: Option<Point> = None;
        let spot = |at: Time, lane: Place| Some(Point::new(scale.x(at), rows.lane_y(lane)?));
        for reason in reasons {
            let Some(here) = reason.told.place.and_then(|place| spot(reason.told.at, place)) else {
                continue;
            };
            if let Some(later) = later {
                self.path.line(here, later);
            }
            self.dots.rect(here.x - DOT, here.y - DOT, 2.0 * DOT, 2.0 * DOT);
            later = Some(here);
            // A message began its way at its sender, when it was sent.
            let began = reason.journey.and_then(|way| spot(way.sent_at, way.from));
            if let Some(sent) = began {
                self.path.line(sent, here);
                later = Some(sent);
            }
        }
    }
}

impl Lit {
    /// From `from` to `known`, as far as the run is.
    pub fn of(cone: &Cone, from: Time, known: Time, scale: &Scale, rows: &Rows) -> Lit {
        let mut lit = Lit::default();
        for side in &cone.sides {
            let Some(y) = rows.lane_y(side.place) else { continue };
            let place = |time: Time| Point::new(scale.x(time.min(known).max(from)), y);
            // What was not looked at is not known: no line stands for it.
            let past = side.past.map_or(cone.since.1.max(from), |(_, at)| at);
            let future = side.future.map_or(cone.until.1.min(known), |(_, at)| at);
            if side.past.is_some() {
                lit.past.line(place(from), place(past));
                bar(&mut lit.bars, place(past), past >= from && past <= known);
            }
            lit.concurrent.line(place(past), place(future));
            if side.future.is_some() {
                lit.future.line(place(future), place(known));
                bar(&mut lit.bars, place(future), future >= from && future <= known);
            }
        }
        lit
    }
}

fn bar(bars: &mut Path, at: Point, shown: bool) {
    if shown {
        bars.line(at.plus(0.0, -BAR), at.plus(0.0, BAR));
    }
}

/// The middle of a place's pill.
pub fn pill(layout: &Layout, place: Place) -> Point {
    let (at, size) = layout.place(place);
    at.plus(0.0, size.h / 2.0 + BENEATH)
}

/// The last messages of the way, of both sides where there are two, in the order in which they were
/// sent.
pub fn hops(why: &Why) -> Vec<Hop> {
    let hop = |reason: &Reason| {
        let (journey, to) = (reason.journey?, reason.told.place?);
        Some(Hop { number: 0, from: journey.from, to, lost: journey.lost })
    };
    let other = why.against.as_ref().map(|against| &against.reasons);
    let each = HOPS / (1 + usize::from(other.is_some()));
    let of = |reasons: &[Reason]| {
        let hops = reasons.iter().filter_map(|it| Some((it.told.event, hop(it)?)));
        hops.take(each).collect::<Vec<_>>()
    };
    let mut hops = of(&why.reasons);
    hops.extend(other.map(|reasons| of(reasons)).unwrap_or_default());
    hops.sort_by_key(|(event, _)| *event);
    let mut hops: Vec<Hop> = hops.into_iter().map(|(_, hop)| hop).collect();
    (1..).zip(&mut hops).for_each(|(number, hop)| hop.number = number);
    hops
}

/// How the last thing that a place has done lies to the event, at this cursor, as far as that is
/// known: `own` events of its own it has had. What has done nothing that the event can know of, and
/// learns nothing of the event, is concurrent with it.
pub fn standing(cone: &Cone, place: Place, cursor: u64, own: u64) -> Option<Order> {
    let side = cone.side(place)?;
    match () {
        () if side.future.is_some_and(|(first, _)| cursor >= first) => Some(Order::After),
        () if own <= side.stamp? && side.past.is_some() => Some(Order::Before),
        () if side.future.is_none() && cursor > cone.until.0 => None,
        () => Some(Order::Concurrent),
    }
}
