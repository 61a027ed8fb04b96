//! The history: what was asked and told, a lane for each who asks, over the stretch of time that the time line
//! shows. A bar reaches from the question to the answer; one without an answer yet is open at the cursor, one
//! that never gets one is dashed. Faults are bands behind all lanes. What a verdict rests on is numbered there.

use super::diagram::ticks::{Tick, step, ticks};
use super::path::Point;
use super::plot::FaultBand;
use super::stage::flight::clipped;
use crate::base::{Place, Sentence, Time};
use crate::measure::{Fault, RequestFate};
use crate::replay::requests::{How, RequestShot};
use crate::sentence;

/// What is to be drawn.
pub struct HistoryRequest<'a> {
    pub requests: &'a [RequestShot],
    pub faults: &'a [Fault],
    /// The cursor: what comes later is not known.
    pub event: u64,
    pub now: Time,
    /// The stretch of time, and the width, in pixels.
    pub from: Time,
    pub span: Time,
    pub width: f64,
}

/// The picture. Heights are its own; x = 0 is the beginning of the stretch.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryView {
    pub from: Time,
    pub span: Time,
    pub width: f64,
    pub ticks: Vec<(f64, Tick)>,
    pub bands: Vec<FaultBand>,
    /// Whose each lane is, and where its line runs.
    pub lanes: Vec<(Place, f64)>,
    pub bars: Vec<RequestBar>,
    pub height: f64,
}

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestBar {
    /// The event with which it began.
    pub event: u64,
    pub fate: RequestFate,
    /// Its upper left corner, and its width.
    pub at: Point,
    pub w: f64,
    /// What there is room for above it.
    pub label: String,
    /// All of it in words.
    pub told: Sentence,
}

/// The axis above, and the names of faults below it.
const AXIS: f64 = 18.0;
const NAME: f64 = 13.0;
/// The names of lanes, on the left.
pub const NAMES: f64 = 40.0;
/// How high a bar is, and from one row of bars to the next.
pub const BAR: f64 = 16.0;
const PITCH: f64 = 38.0;
/// The size of a label, in pixels.
const LABEL: f64 = 11.0;
/// In less room nothing is said.
const LEAST: f64 = 30.0;

impl HistoryView {
    pub fn new(ask: &HistoryRequest) -> HistoryView {
        let x = |at: Time| scaled(ask, at);
        let bands = bands(ask);
        let names = bands.iter().map(|band| band.row + 1).max().unwrap_or(0);
        let mut who: Vec<Place> = ask.requests.iter().map(|request| request.asker).collect();
        who.sort_unstable();
        who.dedup();
        let (mut lanes, mut bars, mut y) = (Vec::new(), Vec::new(), AXIS + NAME * names as f64);
        for place in who {
            let rows = rows(ask, place);
            lanes.push((place, y + rows.len() as f64 * PITCH - BAR / 2.0 - 2.0));
            for row in rows {
                bars.extend(row_of_bars(ask, &row, y + PITCH - BAR - 2.0));
                y += PITCH;
            }
        }
        let tick = step(ask.span, (ask.width / 110.0).max(2.0) as u64);
        let ticks = ticks(ask.from, ask.from + ask.span, tick);
        HistoryView {
            from: ask.from,
            span: ask.span,
            width: ask.width,
            ticks: ticks.into_iter().map(|tick| (x(tick.at), tick)).collect(),
            bands,
            lanes,
            bars,
            height: y + 8.0,
        }
    }

    /// Where a time stands.
    pub fn x(&self, at: Time) -> f64 {
        place_of(at, self.from, self.span, self.width)
    }

    /// What is at a place: the event of a request, or a time.
    pub fn hit(&self, place: Point) -> Result<u64, Time> {
        let covers = |bar: &&RequestBar| {
            (bar.at.x - 2.0..=bar.at.x + bar.w + 2.0).contains(&place.x)
                && (bar.at.y - 14.0..=bar.at.y + BAR).contains(&place.y)
        };
        let micros =
            self.span.0 as f64 * (place.x - NAMES).max(0.0) / (self.width - NAMES).max(1.0);
        let bar = self.bars.iter().find(covers);
        bar.map(|bar| bar.event).ok_or(self.from + Time(micros as u64))
    }
}

fn place_of(at: Time, from: Time, span: Time, width: f64) -> f64 {
    let micros = at.0 as f64 - from.0 as f64;
    NAMES + (width - NAMES).max(1.0) * micros / span.0.max(1) as f64
}

fn scaled(ask: &HistoryRequest, at: Time) -> f64 {
    place_of(at, ask.from, ask.span, ask.width)
}

/// Faults up to the cursor; names that would lie upon each other stand below each other.
fn bands(ask: &HistoryRequest) -> Vec<FaultBand> {
    // About so wide is a name.
    const WIDE: f64 = 120.0;
    let mut ends: Vec<f64> = Vec::new();
    let mut bands = Vec::new();
    for fault in ask.faults.iter().filter(|fault| fault.from <= ask.now) {
        let to = fault.to.unwrap_or(ask.now).min(ask.now);
        let (from, to) = (scaled(ask, fault.from), scaled(ask, to));
        let row = ends.iter().position(|end| *end <= from).unwrap_or(ends.len());
        match ends.get_mut(row) {
            Some(end) => *end = from + WIDE,
            None => ends.push(from + WIDE),
        }
        let (mended, name) = (fault.to.is_some(), fault.name.clone());
        bands.push(FaultBand { from, to, mended, name, row });
    }
    bands
}

/// When a request ended, or the cursor.
fn end(ask: &HistoryRequest, request: &RequestShot) -> Time {
    request.ended_by(ask.event).map_or(ask.now, |end| end.at)
}

/// What one place has asked by the cursor, in rows, so that in none of them two overlap: whoever asks one thing at
/// a time has one.
fn rows<'a>(ask: &HistoryRequest<'a>, place: Place) -> Vec<Vec<&'a RequestShot>> {
    let mut rows: Vec<Vec<&RequestShot>> = Vec::new();
    let own = ask.requests.iter().filter(|it| it.asker == place && it.event <= ask.event);
    for request in own {
        let free = |row: &&mut Vec<&RequestShot>| {
            row.last().is_none_or(|last| {
                end(ask, last) <= request.at && last.fate(ask.event) != RequestFate::Waiting
            })
        };
        match rows.iter_mut().find(free) {
            Some(row) => row.push(request),
            None => rows.push(vec![request]),
        }
    }
    if rows.is_empty() { vec![Vec::new()] } else { rows }
}

fn row_of_bars(ask: &HistoryRequest, row: &[&RequestShot], y: f64) -> Vec<RequestBar> {
    let mut bars = Vec::new();
    for (place, request) in row.iter().enumerate() {
        let over = end(ask, request);
        if request.at > ask.from + ask.span || over < ask.from {
            continue;
        }
        let x = scaled(ask, request.at).max(NAMES);
        let next = row.get(place + 1).map_or(f64::INFINITY, |next| scaled(ask, next.at));
        let answer = answer(request, ask.event);
        let label = match answer {
            Some(answer) => format!("{} → {answer}", request.text),
            None => request.text.to_string(),
        };
        let room = next - x - 6.0;
        bars.push(RequestBar {
            event: request.event,
            fate: request.fate(ask.event),
            at: Point::new(x, y),
            w: (scaled(ask, over) - x).max(4.0),
            label: if room < LEAST { String::new() } else { clipped(&label, LABEL, room) },
            told: told(request, answer, ask.event, over),
        });
    }
    bars
}

fn answer(request: &RequestShot, event: u64) -> Option<&str> {
    match &request.ended_by(event)?.how {
        How::Done(answer) => Some(answer),
        How::Refused | How::Open => None,
    }
}

fn told(request: &RequestShot, answer: Option<&str>, event: u64, over: Time) -> Sentence {
    let (by, text, at) = (request.asker, request.text.clone(), request.at.said());
    let took = over.since(request.at).said();
    match (answer, request.fate(event)) {
        (Some(answer), _) => {
            let answer = answer.to_owned();
            sentence!(
                "{0} asks “{1}” at {2}, and is told “{3}” {4} later",
                by,
                text,
                at,
                answer,
                took
            )
        }
        (None, RequestFate::Refused) => {
            sentence!("{0} asks “{1}” at {2}, and is refused {3} later", by, text, at, took)
        }
        (None, RequestFate::Unanswered) => {
            sentence!("{0} asks “{1}” at {2}, and waits no longer after {3}", by, text, at, took)
        }
        (None, _) => sentence!("{0} asks “{1}” at {2}, and has waited for {3}", by, text, at, took),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::faults;
    use crate::{catalog, scenario};

    fn history(until: Time) -> HistoryView {
        let script = scenario::parse(RUN).unwrap_or_else(|mistake| panic!("{mistake}"));
        let mut run = catalog::start(script).unwrap();
        assert!(run.run_to(Time::seconds(3), u32::MAX));
        run.seek(until, u32::MAX);
        HistoryView::new(&HistoryRequest {
            requests: run.requests(),
            faults: &faults(&run.script().lines),
            event: run.event(),
            now: run.now(),
            from: Time::ZERO,
            span: Time::seconds(2),
            width: 1_000.0 + NAMES,
        })
    }

    const RUN: &str = "run raft nodes=3 seed=7 clients=2\n100ms fire S1 election\n\
                       500ms request C1 S1 put x=1\n700ms request C2 S1 get x\n\
                       1s crash S1\n1s request C1 S1 put x=2\n1.01s crash C1\n";

    #[test]
    fn each_who_asks_has_a_lane_and_each_request_a_bar() {
        let history = history(Time::seconds(2));
        let lanes: Vec<String> = history.lanes.iter().map(|(place, _)| place.to_string()).collect();
        assert_eq!(lanes, ["C1", "C2"]);
        let told: Vec<String> = history.bars.iter().map(|bar| bar.told.to_string()).collect();
        assert!(told[0].starts_with("C1 asks “put x=1” at 500 ms, and is told “ok” "), "{told:?}");
        assert!(told[1].contains("and waits no longer after"), "{told:?}");
        assert!(told[2].starts_with("C2 asks “get x” at 700 ms, and is told “1” "), "{told:?}");
        let bar = &history.bars[0];
        assert_eq!((bar.at.x, bar.label.as_str()), (250.0 + NAMES, "put x=1 → ok"));
        assert_eq!(history.hit(bar.at.plus(2.0, 4.0)), Ok(bar.event));
        assert_eq!(history.hit(Point::new(500.0 + NAMES, 0.0)), Err(Time::seconds(1)));
        assert!(history.bands.iter().any(|band| band.from == 500.0 + NAMES), "{:?}", history.bands);
    }

    #[test]
    fn what_waits_ends_at_the_cursor_and_nothing_is_told_of_what_comes_later() {
        let waits = history(Time::micros(1_005_000));
        let last = waits.bars.iter().find(|bar| bar.fate == RequestFate::Waiting).unwrap();
        assert!((last.at.x + last.w - waits.x(Time::micros(1_005_000))).abs() < 4.0, "{last:?}");
        assert!(last.told.to_string().contains("has waited for"), "{}", last.told);
        for (i, a) in waits.bars.iter().enumerate() {
            for b in &waits.bars[..i] {
                let apart = a.at.y != b.at.y || a.at.x >= b.at.x + b.w || b.at.x >= a.at.x + a.w;
                assert!(apart, "{a:?} {b:?}");
            }
        }
        assert_eq!(history(Time::millis(600)).bars.len(), 1);
    }
}
