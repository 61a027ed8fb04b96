//! The history: what was asked and told, a lane for each who asks, over a stretch of time. A bar reaches from
//! the question to the answer; one without an answer yet is open at the cursor, one that never gets one is
//! dashed. A point in it is where it took effect, as far as an order of all is known. Faults are bands behind
//! all lanes. What a verdict rests on is numbered there, and a cross stands in what fits nowhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::axis::{AXIS, FaultBand, TimeAxis};
use super::diagram::ticks::Tick;
use super::path::Point;
use super::stage::flight::clipped;
use crate::base::{Place, Sentence, Text, Time, Value};
use crate::catalog::Run;
use crate::check::linearizable::{Leeway, effects};
use crate::check::machine::Access;
use crate::check::{Evidence, Model, NO_VALUE, Operation, Recording, Verdict, judge};
use crate::measure::{Fault, RequestFate};
use crate::replay::requests::{How, RequestShot};
use crate::sentence;

/// What is to be drawn.
pub struct HistoryRequest<'a> {
    /// Whose the lanes are.
    pub lanes: Vec<Text>,
    /// In the order of their questions.
    pub asked: Vec<AskedRequest<'a>>,
    pub faults: &'a [Fault],
    pub basis: &'a Basis,
    /// The cursor: what comes later is not known.
    pub now: Time,
    /// The stretch of time, and the width, in pixels.
    pub from: Time,
    pub span: Time,
    pub width: f64,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct AskedRequest<'a> {
    /// The place of its lane.
    pub lane: usize,
    /// The event with which it began: it is known by that.
    pub event: u64,
    pub text: &'a Text,
    pub at: Time,
    /// When it was over, if it is.
    pub over: Option<Time>,
    pub fate: RequestFate,
    pub answer: Option<&'a Text>,
    /// The stamp under which it was called for, where that is known.
    pub under: Option<u64>,
}

/// What a verdict rests on, by the events with which requests began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// What shows that a model is broken, in its order.
    pub proof: Vec<u64>,
    /// What fits nowhere.
    pub misfit: Option<u64>,
    /// Where the others took effect, as far as that is known.
    pub effects: BTreeMap<u64, Time>,
}

/// More requests are not judged for a picture.
const JUDGED: usize = 1_500;

impl Basis {
    /// Of linearizability, up to the cursor.
    pub fn of(run: &Run) -> Basis {
        let recording = Recording::of(run.sim().history());
        if recording.operations.len() > JUDGED {
            return Basis::default();
        }
        let verdict = judge(&recording, &NO_VALUE.into(), Model::Linearizable);
        let mut basis = Basis::placed(run, &recording, &verdict);
        if let Verdict::Broken(Evidence { operations, .. }) = verdict {
            basis.proof = operations.iter().map(|number| called(&recording, *number)).collect();
        }
        basis
    }

    /// Where requests took effect by the verdict on linearizability, and which fits nowhere.
    pub fn placed(run: &Run, recording: &Recording<Access>, verdict: &Verdict) -> Basis {
        let (leeways, misfit) = effects(recording, &NO_VALUE.into(), verdict);
        let mut times: BTreeMap<u64, Time> = BTreeMap::new();
        for request in run.requests() {
            times.insert(request.event, request.at);
            times.extend(request.end.as_ref().map(|end| (end.event, end.at)));
        }
        let middle = |leeway: Leeway| {
            let after = times.get(&leeway.after.1)?;
            let before = leeway.before.and_then(|(_, event)| times.get(&event));
            let before = before.copied().unwrap_or(run.now());
            Some((called(recording, leeway.number), Time((after.0 + before.0) / 2)))
        };
        Basis {
            proof: Vec::new(),
            misfit: misfit.map(|number| called(recording, number)),
            effects: leeways.into_iter().filter_map(middle).collect(),
        }
    }
}

/// The event with which an operation of a run began.
fn called(recording: &Recording<Access>, number: u64) -> u64 {
    recording.operations[number as usize - 1].call_event
}

/// The picture. Heights are its own; x = 0 is its left edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryView {
    pub axis: TimeAxis,
    pub ticks: Vec<(f64, Tick)>,
    pub bands: Vec<FaultBand>,
    /// Whose each lane is, and where its line runs.
    pub lanes: Vec<(Text, f64)>,
    pub bars: Vec<RequestBar>,
    pub height: f64,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestBar {
    /// The event with which it began.
    pub event: u64,
    pub fate: RequestFate,
    /// Its upper left corner, and its width.
    pub at: Point,
    pub w: f64,
    /// What there is room for above it.
    pub label: String,
    pub who: Text,
    pub text: Text,
    pub answer: Option<Text>,
    /// The stamp under which it was called for: a token, say.
    pub under: Option<u64>,
    pub from: Time,
    /// When it was over, or the cursor.
    pub over: Time,
    /// Its place in the proof, if it is part of that.
    pub proof: Option<usize>,
    /// Where it took effect, or fits nowhere.
    pub effect: Option<EffectMark>,
}

/// Where a request took effect.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum EffectMark {
    At(f64),
    Nowhere,
}

/// The names of lanes, on the left.
pub const NAMES: f64 = 40.0;
/// How high a bar is, and from one row of bars to the next.
pub const BAR: f64 = 16.0;
const PITCH: f64 = 38.0;
/// The size of a label, in pixels.
const LABEL: f64 = 11.0;
/// How far its number moves a label aside.
const DISC: f64 = 11.0;
/// Fonts differ: so much of the room is surely enough.
const SURE: f64 = 0.85;
/// In less room nothing is said.
const LEAST: f64 = 30.0;

impl HistoryView {
    pub fn new(ask: &HistoryRequest) -> HistoryView {
        let axis = TimeAxis { from: ask.from, span: ask.span, left: NAMES, right: ask.width };
        let (bands, names) = axis.bands(ask.faults, ask.now);
        let mut by_lane: Vec<Vec<&AskedRequest>> = vec![Vec::new(); ask.lanes.len()];
        ask.asked.iter().for_each(|asked| by_lane[asked.lane].push(asked));
        let (mut lanes, mut bars, mut y) = (Vec::new(), Vec::new(), AXIS + names);
        for (name, own) in ask.lanes.iter().zip(&by_lane) {
            let rows = rows(own, ask.now);
            lanes.push((name.clone(), y + rows.len() as f64 * PITCH - BAR / 2.0 - 2.0));
            for row in rows {
                bars.extend(row_of_bars(ask, &axis, &row, y + PITCH - BAR - 2.0));
                y += PITCH;
            }
        }
        HistoryView { axis, ticks: axis.ticks(), bands, lanes, bars, height: y + 8.0 }
    }

    /// What is at a place: the event of a request, or a time.
    pub fn hit(&self, place: Point) -> Result<u64, Time> {
        let covers = |bar: &&RequestBar| {
            (bar.at.x - 2.0..=bar.at.x + bar.w + 2.0).contains(&place.x)
                && (bar.at.y - 14.0..=bar.at.y + BAR).contains(&place.y)
        };
        let bar = self.bars.iter().find(covers);
        bar.map(|bar| bar.event).ok_or(self.axis.time(place.x))
    }
}

/// The requests of a run that are known by this event, and who has asked, now or later.
pub fn of_run(requests: &[RequestShot], event: u64) -> (Vec<Text>, Vec<AskedRequest<'_>>) {
    let mut who: Vec<Place> = requests.iter().map(|request| request.asker).collect();
    who.sort_unstable();
    who.dedup();
    let known = requests.iter().filter(|request| request.event <= event);
    let asked = known.map(|request| {
        let end = request.ended_by(event);
        let answer = end.and_then(|end| match &end.how {
            How::Done(answer) => Some(answer),
            How::Refused | How::Open => None,
        });
        AskedRequest {
            lane: who.binary_search(&request.asker).expect("all who ask are there"),
            event: request.event,
            text: &request.text,
            at: request.at,
            over: end.map(|end| end.at),
            fate: request.fate(event),
            answer,
            under: request.under.filter(|_| end.is_some()),
        }
    });
    let asked = asked.collect();
    (who.iter().map(|place| place.to_string().into()).collect(), asked)
}

/// A stretch of time that begins early enough for the requests in it to have their beginnings, earlier by as much
/// as it is long at the most.
pub fn with_beginnings(asked: &[AskedRequest], from: Time, span: Time) -> (Time, Time) {
    let reaches = |it: &&AskedRequest| it.over.is_none_or(|over| over >= from);
    let begun = asked.iter().filter(reaches).map(|it| it.at);
    let begun = begun.filter(|at| (from.since(span)..from).contains(at)).min();
    // A little of the time before it as well.
    let begun = begun.map_or(from, |at| at.since(Time(span.0 / 20)));
    (begun, span + from.since(begun))
}

/// What one place has asked, in rows, so that in none of them two overlap: whoever asks one thing at a time has
/// one.
fn rows<'a>(own: &[&'a AskedRequest<'a>], now: Time) -> Vec<Vec<&'a AskedRequest<'a>>> {
    let mut rows: Vec<Vec<&AskedRequest>> = Vec::new();
    for asked in own {
        let free = |row: &&mut Vec<&AskedRequest>| {
            row.last().is_none_or(|last| {
                last.fate != RequestFate::Waiting && last.over.unwrap_or(now) <= asked.at
            })
        };
        match rows.iter_mut().find(free) {
            Some(row) => row.push(asked),
            None => rows.push(vec![asked]),
        }
    }
    if rows.is_empty() { vec![Vec::new()] } else { rows }
}

fn row_of_bars(
    ask: &HistoryRequest,
    axis: &TimeAxis,
    row: &[&AskedRequest],
    y: f64,
) -> Vec<RequestBar> {
    let mut bars = Vec::new();
    for (place, asked) in row.iter().enumerate() {
        let over = asked.over.unwrap_or(ask.now);
        if asked.at > axis.to() || over < axis.from {
            continue;
        }
        let x = axis.x(asked.at).max(NAMES);
        // A disc stands at the upper left corner of what a verdict rests on.
        let disc = |asked: &AskedRequest| match ask.basis.proof.contains(&asked.event) {
            true => DISC,
            false => 0.0,
        };
        let next = row.get(place + 1).map_or(f64::INFINITY, |next| axis.x(next.at) - disc(next));
        let label = match asked.answer {
            Some(answer) => format!("{} → {answer}", asked.text),
            None => asked.text.to_string(),
        };
        let room = (next.min(axis.right) - x - disc(asked)) * SURE - 8.0;
        let (basis, event) = (ask.basis, asked.event);
        let effect = basis.effects.get(&event).filter(|at| **at <= ask.now);
        let effect = effect.map(|at| EffectMark::At(axis.x(*at)));
        bars.push(RequestBar {
            event,
            fate: asked.fate,
            at: Point::new(x, y),
            w: (axis.x(over).min(axis.right) - x).max(4.0),
            label: if room < LEAST { String::new() } else { clipped(&label, LABEL, room) },
            who: ask.lanes[asked.lane].clone(),
            text: asked.text.clone(),
            answer: asked.answer.cloned(),
            under: asked.under,
            from: asked.at,
            over,
            proof: basis.proof.iter().position(|one| *one == event),
            effect: if basis.misfit == Some(event) { Some(EffectMark::Nowhere) } else { effect },
        });
    }
    bars
}

impl RequestBar {
    /// The answer. Values are of whoever asks for them; to all else a word of the program's own is answered, which
    /// is in the reader's language.
    pub fn answered(&self) -> Option<Value> {
        let answer = self.answer.clone()?;
        Some(match self.text.parse::<Operation>() {
            Ok(_) => Value::Text(answer),
            Err(_) => Value::Name(answer),
        })
    }

    /// All of it in words.
    pub fn told(&self) -> Sentence {
        let (by, text, at) = (self.who.clone(), self.text.clone(), self.from.said());
        let took = self.over.since(self.from).said();
        match (self.answered(), self.fate) {
            (Some(answer), _) => match self.under {
                Some(stamp) => sentence!(
                    "{0} asks “{1}” at {2}, and is told “{3}” {4} later, under {5}",
                    by,
                    text,
                    at,
                    answer,
                    took,
                    stamp
                ),
                None => sentence!(
                    "{0} asks “{1}” at {2}, and is told “{3}” {4} later",
                    by,
                    text,
                    at,
                    answer,
                    took
                ),
            },
            (None, RequestFate::Refused) => {
                sentence!("{0} asks “{1}” at {2}, and is refused {3} later", by, text, at, took)
            }
            (None, RequestFate::Unanswered) => {
                sentence!(
                    "{0} asks “{1}” at {2}, and waits no longer after {3}",
                    by,
                    text,
                    at,
                    took
                )
            }
            (None, _) => {
                sentence!("{0} asks “{1}” at {2}, and has waited for {3}", by, text, at, took)
            }
        }
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
        let (lanes, asked) = of_run(run.requests(), run.event());
        let last = asked.last().map_or(0, |asked| asked.event);
        let effects = asked.iter().map(|asked| (asked.event, asked.at)).collect();
        HistoryView::new(&HistoryRequest {
            lanes,
            asked,
            faults: &faults(&run.script().lines),
            basis: &Basis { proof: vec![last], misfit: Some(last), effects },
            now: run.now(),
            from: Time::ZERO,
            span: Time::seconds(2),
            width: 1_000.0 + NAMES,
        })
    }

    #[test]
    fn requests_in_sight_have_their_beginnings_if_that_is_not_too_far_back() {
        let text: Text = "write".into();
        let asked = |at: u64, over: Option<u64>| AskedRequest {
            lane: 0,
            event: at,
            text: &text,
            at: Time::millis(at),
            over: over.map(Time::millis),
            fate: RequestFate::Waiting,
            answer: None,
            under: None,
        };
        let (from, span) = (Time::millis(850), Time::seconds(1));
        let told = |asked: &[AskedRequest]| with_beginnings(asked, from, span);
        assert_eq!(told(&[asked(900, None), asked(100, Some(840))]), (from, span));
        let all = [asked(100, Some(1_132)), asked(300, Some(916))];
        assert_eq!(told(&all), (Time::millis(50), Time::millis(1_800)));
        let late = with_beginnings(&[asked(100, None)], Time::seconds(9), span);
        assert_eq!(late, (Time::seconds(9), span), "it waits for ever");
    }

    const RUN: &str = "run raft nodes=3 seed=7 clients=2\n100ms fire S1 election\n\
                       500ms request C1 S1 put x=1\n700ms request C2 S1 get x\n\
                       1s crash S1\n1s request C1 S1 put x=2\n1.01s crash C1\n";

    #[test]
    fn each_who_asks_has_a_lane_and_each_request_a_bar() {
        let history = history(Time::seconds(2));
        let lanes: Vec<String> = history.lanes.iter().map(|(place, _)| place.to_string()).collect();
        assert_eq!(lanes, ["C1", "C2"]);
        let told: Vec<String> = history.bars.iter().map(|bar| bar.told().to_string()).collect();
        assert!(told[0].starts_with("C1 asks “put x=1” at 500 ms, and is told “ok” "), "{told:?}");
        assert!(told[1].contains("and waits no longer after"), "{told:?}");
        assert!(told[2].starts_with("C2 asks “get x” at 700 ms, and is told “1” "), "{told:?}");
        let bar = &history.bars[0];
        assert_eq!((bar.at.x, bar.label.as_str()), (250.0 + NAMES, "put x=1 → ok"));
        assert_eq!((bar.effect, bar.proof), (Some(EffectMark::At(bar.at.x)), None));
        let last = history.bars.iter().find(|bar| bar.proof == Some(0)).unwrap();
        assert_eq!((last.effect, last.at.x > bar.at.x), (Some(EffectMark::Nowhere), true));
        assert_eq!(history.hit(bar.at.plus(2.0, 4.0)), Ok(bar.event));
        assert_eq!(history.hit(Point::new(500.0 + NAMES, 0.0)), Err(Time::seconds(1)));
        assert!(history.bands.iter().any(|band| band.from == 500.0 + NAMES), "{:?}", history.bands);
    }

    #[test]
    fn what_waits_ends_at_the_cursor_and_nothing_is_told_of_what_comes_later() {
        let waits = history(Time::micros(1_005_000));
        let last = waits.bars.iter().find(|bar| bar.fate == RequestFate::Waiting).unwrap();
        assert!(
            (last.at.x + last.w - waits.axis.x(Time::micros(1_005_000))).abs() < 4.0,
            "{last:?}"
        );
        assert!(last.told().to_string().contains("has waited for"), "{}", last.told());
        for (i, a) in waits.bars.iter().enumerate() {
            for b in &waits.bars[..i] {
                let apart = a.at.y != b.at.y || a.at.x >= b.at.x + b.w || b.at.x >= a.at.x + a.w;
                assert!(apart, "{a:?} {b:?}");
            }
        }
        assert_eq!(history(Time::millis(600)).bars.len(), 1);
    }
}
