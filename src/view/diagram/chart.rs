//! The stretch of the space-time diagram that is on show: slices side by side, of which those that
//! are past are kept from picture to picture, so that a run at full speed redraws only its last.

use std::rc::Rc;

use super::holding_bars::HoldingBars;
use super::spacetime::{Arrow, Diagram, Rows, Scale, UnderWay};
use super::ticks::{self, Tick};
use crate::base::Time;
use crate::replay::Run;
use crate::view::path::Point;
use crate::view::stage::flight::Flight;

/// What is to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartRequest {
    pub from: Time,
    pub span: Time,
    pub width: f64,
    pub rows: Rows,
    pub now: Time,
    /// As far as the run is known.
    pub known: Time,
    /// Changes when the past may have changed: another branch, another run.
    pub history: u64,
    /// Grows with the script: what comes after `now` was forgotten.
    pub commands: usize,
}

/// A picture of the diagram. Its x = 0 is at `origin`; whoever shows it scrolls.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub scale: Scale,
    pub rows: Rows,
    pub slices: Vec<Rc<Slice>>,
    /// What was held for a while, or believed to be held.
    pub holdings: HoldingBars,
    pub ticks: Vec<(f64, Tick)>,
    pub under_way: UnderWay,
    /// Covers these times.
    pub from: Time,
    pub to: Time,
    /// How long the window is that it was drawn for, and how wide.
    span: Time,
    pub width: f64,
}

/// A piece of the diagram, with its own x = 0 at its beginning.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    pub from: Time,
    pub to: Time,
    /// Nothing will be added to it.
    complete: bool,
    pub diagram: Diagram,
}

/// The slices drawn so far, to be used again.
#[derive(Debug, Default)]
pub struct Chart {
    slices: Vec<Rc<Slice>>,
    asked: Option<ChartRequest>,
}

/// Slices in a window.
const SLICES: u64 = 3;
/// Pixels from one tick to the next, about.
const TICK: f64 = 130.0;
/// Messages in a slice, shown or not, with which it is drawn in outline: more are not simulated again
/// for one picture.
const HEAVY: u64 = 1_500;
/// A column of bars is at least so wide, in pixels.
const COLUMN: f64 = 3.0;

impl Chart {
    /// The picture asked for, of this run.
    pub fn sheet(&mut self, ask: ChartRequest, flights: &[Flight], run: &mut Run) -> Sheet {
        self.forget(&ask);
        let length = Time((ask.span.0 / SLICES).max(1));
        let first = (ask.from.0 / length.0).saturating_sub(1);
        // One beyond the window: arrows that end there begin within.
        let last = (ask.from + ask.span).0 / length.0 + 1;
        let pixels_per_micro = ask.width / ask.span.0.max(1) as f64;
        let slices: Vec<(Time, Time)> = (first..=last)
            .map(|index| (Time(index * length.0), Time((index + 1) * length.0)))
            .filter(|(from, _)| *from <= ask.known)
            .collect();
        let slices = self.slices(&slices, &ask, pixels_per_micro, run);
        let scale = Scale { origin: Time(first * length.0), pixels_per_micro };
        let (from, to) = (scale.origin, Time((last + 1) * length.0));
        let (holdings, writes) = (run.holdings(from, to), run.stamped_writes(from, to));
        let (held, within) = ((&holdings[..], &writes[..]), (from, to));
        let mut held = HoldingBars::of(held, within, ask.known, &scale, &ask.rows);
        held.leave_room(&signs(&slices, &scale));
        let step = ticks::step(ask.span, (ask.width / TICK) as u64);
        let sheet = Sheet {
            ticks: ticks::ticks(from, to, step)
                .into_iter()
                .map(|tick| (scale.x(tick.at), tick))
                .collect(),
            holdings: held,
            under_way: UnderWay::of(flights, ask.known.max(ask.now), &scale, &ask.rows),
            rows: ask.rows.clone(),
            slices: slices.clone(),
            scale,
            from,
            to,
            span: ask.span,
            width: ask.width,
        };
        self.slices = slices;
        self.asked = Some(ask);
        sheet
    }

    /// Slices between these times: those drawn already, and what is missing.
    fn slices(
        &self,
        wanted: &[(Time, Time)],
        ask: &ChartRequest,
        pixels_per_micro: f64,
        run: &mut Run,
    ) -> Vec<Rc<Slice>> {
        let mut slices: Vec<Rc<Slice>> = Vec::new();
        // What is simulated again for one slice may serve the next ones as well.
        let mut stretch = None;
        for (place, (from, to)) in wanted.iter().copied().enumerate() {
            let drawn = |slice: &&Rc<Slice>| slice.complete && (slice.from, slice.to) == (from, to);
            if let Some(known) = self.slices.iter().find(drawn) {
                slices.push(known.clone());
                stretch = None;
                continue;
            }
            let scale = Scale { origin: from, pixels_per_micro };
            let diagram = if is_crowded(ask, run, from, to) {
                stretch = None;
                outlined(run, (from, to), &scale, &ask.rows)
            } else {
                let stretch = stretch.get_or_insert_with(|| {
                    let missing = wanted[place..]
                        .iter()
                        .take_while(|(from, to)| !is_crowded(ask, run, *from, *to));
                    let end = missing.last().map_or(to, |(_, to)| *to);
                    run.stretch(from, end)
                });
                Diagram::of(stretch, (from, to), to, &scale, &ask.rows)
            };
            slices.push(Rc::new(Slice { from, to, complete: to <= ask.known, diagram }));
        }
        slices
    }

    /// Lets go of slices that are no longer true, or drawn at another scale.
    fn forget(&mut self, ask: &ChartRequest) {
        let Some(before) = &self.asked else { return };
        let same = before.history == ask.history
            && (before.span, before.width) == (ask.span, ask.width)
            && before.rows == ask.rows;
        if !same {
            self.slices.clear();
        } else if before.commands != ask.commands || ask.known < before.known {
            self.slices.retain(|slice| slice.to <= ask.now);
        }
    }
}

/// The signs of what was broken and mended on lanes, each with how wide its word is.
fn signs(slices: &[Rc<Slice>], scale: &Scale) -> Vec<(Point, f64)> {
    let of = |slice: &Rc<Slice>| {
        let (x, labels) = (scale.x(slice.from), slice.diagram.labels.clone());
        labels.into_iter().map(move |label| (label.at.plus(x, 0.0), label.word_width()))
    };
    slices.iter().flat_map(of).collect()
}

/// Whether a slice has more arrows than pixels, or too much in it to be simulated again.
fn is_crowded(ask: &ChartRequest, run: &Run, from: Time, to: Time) -> bool {
    let room = (ask.width / SLICES as f64) as u64;
    run.crowd(from, to, ask.rows.without()) > room.max(100) || run.crowd(from, to, &[]) > HEAVY
}

/// A slice in outline, in columns of whole periods.
fn outlined(run: &Run, (from, to): (Time, Time), scale: &Scale, rows: &Rows) -> Diagram {
    let period = run.outline_period();
    let pixels = period.0 as f64 * scale.pixels_per_micro;
    let column = Time(period.0 * (COLUMN / pixels).ceil().max(1.0) as u64);
    // Columns that lie across an end of the slice are counted whole, and cut off.
    let begins = Time(from.0 / column.0 * column.0);
    let ends = Time(to.0.div_ceil(column.0) * column.0);
    Diagram::outlined(&run.outline(begins, ends), (from, to), column, scale, rows)
}

impl Sheet {
    /// Whether a window of the length that it was drawn for lies within.
    pub fn covers(&self, from: Time, span: Time) -> bool {
        span == self.span && self.from <= from && from + span <= self.to
    }

    /// The arrow nearest to a place on the sheet.
    pub fn hit(&self, place: Point, reach: f64) -> Option<Arrow> {
        let hits = self.slices.iter().filter_map(|slice| {
            let x = self.scale.x(slice.from);
            slice.diagram.hit(place.plus(-x, 0.0), reach)
        });
        hits.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(arrow, _)| arrow)
    }

    /// Whether some of what happened is no longer kept.
    pub fn truncated(&self) -> bool {
        self.slices.iter().any(|slice| slice.diagram.truncated)
    }

    /// Whether bars stand for messages somewhere between two times.
    pub fn crowded(&self, from: Time, to: Time) -> bool {
        let within = |slice: &&Rc<Slice>| slice.from < to && from < slice.to;
        self.slices.iter().filter(within).any(|slice| slice.diagram.crowd.is_some())
    }
}
