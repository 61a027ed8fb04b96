//! The space-time diagram: a lane for each client and server, time to the right, messages as
//! arrows. All arrows of one look are one path, so that a frame with four hundred arrows is about
//! ten attributes. Where arrows would be a blot, bars stand for them (`crowd.rs`).
//!
//! A diagram covers a *slice* of time. Slices lie side by side; one that is past does not change
//! and is drawn once. An arrow belongs to the slice in which it ends, wherever it begins.

use super::bands::Bands;
use super::crowd::Crowd;
use crate::base::{Place, Places, Time};
use crate::protocol::Tone;
use crate::sim::snapshot::{Mark, MarkKind, Outlined, Stretch};
use crate::view::path::{Path, Point, within};
use crate::view::stage::flight::Flight;

/// More rows than this are scrolled.
const MANY: usize = 12;

/// From times to pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The time at x = 0. Near to what is drawn, so that numbers stay short.
    pub origin: Time,
    pub pixels_per_micro: f64,
}

/// What is shown: the rows from top to bottom, and which messages between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// Whose each row is: several lanes that are folded into one share it.
    rows: Vec<Vec<Place>>,
    /// The row of each lane, in the order of lanes.
    places: Vec<(Place, usize)>,
    /// Kinds of messages that are not shown.
    without: Vec<String>,
    /// Where the first row begins.
    pub top: f64,
    /// From one row to the next.
    pub pitch: f64,
}

/// A slice of the diagram.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagram {
    pub bands: Bands,
    /// Lines by their look; replies are dashed, refusals as well and red, beats faint.
    pub calls: Path,
    pub replies: Path,
    pub refusals: Path,
    pub votes: Path,
    pub beats: Path,
    pub client: Path,
    pub lost: Path,
    /// Filled triangles at the ends of all arrows.
    pub heads: Path,
    /// Saltires where messages were lost.
    pub losses: Path,
    /// Saltires where somebody said no.
    pub denials: Path,
    /// Ticks where timers ran out.
    pub timers: Path,
    pub labels: Vec<Label>,
    /// For hit-testing.
    pub arrows: Vec<Arrow>,
    /// Some of what happened is not kept.
    pub truncated: bool,
    /// Bars, where there are too many messages for arrows.
    pub crowd: Option<Crowd>,
}

/// A mark with a word: a command given or a property broken.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    pub event: u64,
    pub at: Point,
    pub text: &'static str,
    pub violation: bool,
    /// Puts something right.
    pub mends: bool,
    /// Concerns all lanes.
    pub across: bool,
    /// Room for the text before the next mark.
    pub room: f64,
}

/// A message's line on the diagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    /// The event that sent it.
    pub sent: u64,
    /// The event of its arrival.
    pub event: u64,
    pub from: Point,
    pub to: Point,
}

impl Scale {
    pub fn x(&self, at: Time) -> f64 {
        (at.0 as f64 - self.origin.0 as f64) * self.pixels_per_micro
    }

    /// The time at a place, as far as there is time.
    pub fn time(&self, x: f64) -> Time {
        let micros = self.origin.0 as f64 + x / self.pixels_per_micro;
        Time(within(micros.round(), 0.0, Time::LIMIT.0 as f64) as u64)
    }
}

impl Rows {
    /// A row for everybody, clients first.
    pub fn new(places: &Places, top: f64, height: f64) -> Rows {
        Rows::of(places.lanes().map(|lane| vec![lane]).collect(), Vec::new(), top, height)
    }

    /// Rows that fill a height below `top`, none taller than is pleasant.
    pub fn of(rows: Vec<Vec<Place>>, without: Vec<String>, top: f64, height: f64) -> Rows {
        // Of many, only some are seen at once: each can be read then.
        let least = if rows.len() > MANY { 13.0 } else { 8.0 };
        let pitch = within(height / rows.len().max(1) as f64, least, 26.0);
        let lanes = (0..).zip(&rows).flat_map(|(row, lanes)| lanes.iter().map(move |l| (*l, row)));
        let mut places: Vec<(Place, usize)> = lanes.collect();
        places.sort_unstable();
        Rows { rows, places, without, top, pitch }
    }

    /// Whether there are more than the page's diagram has room for: it scrolls.
    pub fn are_many(&self) -> bool {
        self.rows.len() > MANY
    }

    /// Whose each row is, from top to bottom.
    pub fn lanes(&self) -> &[Vec<Place>] {
        &self.rows
    }

    /// Kinds of messages that are not shown.
    pub fn without(&self) -> &[String] {
        &self.without
    }

    pub fn row(&self, lane: Place) -> Option<usize> {
        let place = self.places.binary_search_by_key(&lane, |(lane, _)| *lane).ok()?;
        Some(self.places[place].1)
    }

    /// The middle of a row.
    pub fn y(&self, row: usize) -> f64 {
        self.top + self.pitch * (row as f64 + 0.5)
    }

    pub fn lane_y(&self, lane: Place) -> Option<f64> {
        self.row(lane).map(|row| self.y(row))
    }

    /// Where the arrow of such a message begins and ends, if it is shown.
    pub fn joins(&self, from: Place, to: Place, kind: &str) -> Option<(f64, f64)> {
        let (from, to) = (self.row(from)?, self.row(to)?);
        let shown = from != to && self.shows_kind(kind);
        shown.then(|| (self.y(from), self.y(to)))
    }

    pub fn shows_kind(&self, kind: &str) -> bool {
        !self.without.iter().any(|name| name == kind)
    }

    pub fn bottom(&self) -> f64 {
        self.top + self.pitch * self.rows.len() as f64
    }

    /// The row at this height.
    pub fn row_at(&self, y: f64) -> Option<usize> {
        let row = ((y - self.top) / self.pitch).floor();
        (row >= 0.0 && (row as usize) < self.rows.len()).then_some(row as usize)
    }
}

/// How long arrowheads are.
const HEAD: f64 = 6.5;
/// How large the mark of a refusal is.
const DENIAL: f64 = 4.0;
/// Labels on one row closer than this lose their words.
const LABEL_ROOM: f64 = 16.0;

impl Diagram {
    /// Draws what happened from a time until before another; its bands reach to `end`.
    pub fn of(
        stretch: &Stretch,
        (from, to): (Time, Time),
        end: Time,
        scale: &Scale,
        rows: &Rows,
    ) -> Diagram {
        let mut diagram = Diagram {
            bands: Bands::of(stretch, from, end, scale, rows),
            truncated: stretch.truncated,
            ..Diagram::default()
        };
        for mark in stretch.marks.iter().filter(|mark| mark.at >= from && mark.at < to) {
            diagram.draw(mark, scale, rows);
        }
        diagram.make_room();
        diagram
    }

    /// The same in outline.
    pub fn outlined(
        outlined: &Outlined,
        (from, to): (Time, Time),
        column: Time,
        scale: &Scale,
        rows: &Rows,
    ) -> Diagram {
        Diagram {
            crowd: Some(Crowd::of(outlined, (from, to), column, scale, rows)),
            ..Diagram::of(&outlined.rare, (from, to), to, scale, rows)
        }
    }

    fn draw(&mut self, mark: &Mark, scale: &Scale, rows: &Rows) {
        let x = scale.x(mark.at);
        let lane = mark.lane.and_then(|lane| rows.lane_y(lane));
        // What concerns nobody in particular is shown in any case.
        if mark.lane.is_some() && lane.is_none() {
            return;
        }
        match (&mark.what, mark.lane, lane) {
            (MarkKind::Arrow { sent, from, sent_at, kind, tone, lost, .. }, Some(to), _) => {
                let Some((from_y, to_y)) = rows.joins(*from, to, kind) else { return };
                let (from, to) = (Point::new(scale.x(*sent_at), from_y), Point::new(x, to_y));
                self.arrow(Arrow { sent: *sent, event: mark.event, from, to }, *tone, *lost);
            }
            (MarkKind::Timer, _, Some(y)) => {
                self.timers.line(Point::new(x, y - 4.0), Point::new(x, y + 4.0));
            }
            (MarkKind::Command(verb), ..) => self.label(mark, x, lane, verb, false, rows),
            (MarkKind::Violation(name), ..) => self.label(mark, x, lane, name, true, rows),
            _ => {}
        }
    }

    fn arrow(&mut self, mut arrow: Arrow, tone: Tone, lost: bool) {
        if tone == Tone::Refusal {
            self.denials.saltire(arrow.from, DENIAL);
        }
        if lost {
            arrow.to = lost_end(arrow.from, arrow.to);
            self.lost.line(arrow.from, arrow.to);
            self.losses.saltire(arrow.to, 3.2);
        } else {
            let direction = arrow.from.direction(arrow.to);
            let base = arrow.to.plus(-direction.x * HEAD * 0.7, -direction.y * HEAD * 0.7);
            let line = match tone {
                Tone::Call => &mut self.calls,
                Tone::Reply => &mut self.replies,
                Tone::Refusal => &mut self.refusals,
                Tone::Vote => &mut self.votes,
                Tone::Beat => &mut self.beats,
                Tone::Client => &mut self.client,
            };
            line.line(arrow.from, base);
            self.heads.head(arrow.to, direction, HEAD);
        }
        self.arrows.push(arrow);
    }

    fn label(
        &mut self,
        mark: &Mark,
        x: f64,
        lane: Option<f64>,
        text: &'static str,
        violation: bool,
        rows: &Rows,
    ) {
        // Captions, the goal and the end are not faults: they are on the stage.
        if matches!(text, "say" | "goal" | "end" | "request") && !violation {
            return;
        }
        let at = Point::new(x, lane.filter(|_| !violation).unwrap_or(rows.top - 1.0));
        let across = lane.is_none() || violation;
        let mends = matches!(text, "heal" | "restart" | "resume");
        self.labels.push(Label {
            event: mark.event,
            at,
            text,
            violation,
            mends,
            across,
            room: f64::INFINITY,
        });
    }

    /// Labels that stand too close to the next one on their row keep their mark and lose their word.
    fn make_room(&mut self) {
        for i in 0..self.labels.len() {
            let here = self.labels[i].at;
            let next = self.labels[i + 1..].iter().find(|label| (label.at.y - here.y).abs() < 1.0);
            self.labels[i].room = next.map_or(f64::INFINITY, |next| next.at.x - here.x);
        }
    }

    /// The arrow nearest to a place, within `reach` pixels.
    pub fn hit(&self, place: Point, reach: f64) -> Option<(Arrow, f64)> {
        let near = |arrow: &Arrow| {
            let distance = place.distance_to_line(arrow.from, arrow.to);
            (distance <= reach).then_some((*arrow, distance))
        };
        self.arrows.iter().filter_map(near).min_by(|a, b| a.1.total_cmp(&b.1))
    }
}

impl Label {
    /// Whether there is room for its word.
    pub fn shows_word(&self) -> bool {
        self.room > LABEL_ROOM + self.text.len() as f64 * 5.8
    }

    /// How wide its word is, if it is there.
    pub fn word_width(&self) -> f64 {
        if self.shows_word() { self.text.len() as f64 * 5.8 } else { 0.0 }
    }
}

/// Messages still under way, drawn whole: whoever shows them cuts them off at the cursor. Those that end by
/// `known` are drawn as arrows already.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnderWay {
    pub sound: Path,
    pub doomed: Path,
    /// Saltires where those begin that say no.
    pub denials: Path,
}

impl UnderWay {
    pub fn of(flights: &[Flight], known: Time, scale: &Scale, rows: &Rows) -> UnderWay {
        let mut drawn = UnderWay::default();
        for flight in flights {
            let Some((from, to)) = rows.joins(flight.from, flight.to, flight.kind) else {
                continue;
            };
            let from = Point::new(scale.x(flight.sent_at), from);
            if flight.tone == Tone::Refusal {
                drawn.denials.saltire(from, DENIAL);
            }
            if flight.held {
                // It waits on its sender's lane.
                drawn.sound.line(from, from.plus(10.0, (to - from.y).signum() * 6.0));
                continue;
            }
            if flight.lost_at.unwrap_or(flight.arrives_at) <= known {
                continue;
            }
            match flight.lost_at {
                None => drawn.sound.line(from, Point::new(scale.x(flight.arrives_at), to)),
                Some(lost) => {
                    drawn.doomed.line(from, lost_end(from, Point::new(scale.x(lost), to)))
                }
            };
        }
        drawn
    }
}

/// Where the line of a message ends that was lost at the time of `to`: on its way to that lane.
fn lost_end(from: Point, to: Point) -> Point {
    Point::new(to.x, from.y + (to.y - from.y) * 0.62)
}
