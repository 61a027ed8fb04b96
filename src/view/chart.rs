//! The stretch of the space-time diagram that is on show: slices side by side, of which those that
//! are past are kept from picture to picture, so that a run at full speed redraws only its last.

use std::rc::Rc;

use super::flight::Flight;
use super::path::{Path, Point};
use super::spacetime::{Arrow, Diagram, Rows, Scale, under_way};
use super::ticks::{self, Tick};
use crate::base::Time;
use crate::sim::snapshot::Stretch;

/// What is to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
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
    pub ticks: Vec<(f64, Tick)>,
    /// Messages under way: those that will arrive, and those that will not.
    pub under_way: [Path; 2],
    /// Covers these times.
    pub from: Time,
    pub to: Time,
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
    asked: Option<Ask>,
}

/// Slices in a window.
const SLICES: u64 = 3;
/// Pixels from one tick to the next, about.
const TICK: f64 = 130.0;

impl Chart {
    /// The picture asked for; `stretch` tells what happened between two times.
    pub fn sheet(
        &mut self,
        ask: Ask,
        flights: &[Flight],
        mut stretch: impl FnMut(Time, Time) -> Stretch,
    ) -> Sheet {
        self.forget(&ask);
        let length = Time((ask.span.0 / SLICES).max(1));
        let first = (ask.from.0 / length.0).saturating_sub(1);
        // One beyond the window: arrows that end there begin within.
        let last = (ask.from + ask.span).0 / length.0 + 1;
        let pixels_per_micro = ask.width / ask.span.0.max(1) as f64;
        let slices: Vec<Rc<Slice>> = (first..=last)
            .map(|index| (Time(index * length.0), Time((index + 1) * length.0)))
            .filter(|(from, _)| *from <= ask.known)
            .map(|(from, to)| {
                let known = self
                    .slices
                    .iter()
                    .find(|slice| slice.complete && slice.from == from && slice.to == to);
                known.cloned().unwrap_or_else(|| {
                    let scale = Scale { origin: from, pixels_per_micro };
                    let diagram = Diagram::of(&stretch(from, to), to, to, &scale, &ask.rows);
                    Rc::new(Slice { from, to, complete: to <= ask.known, diagram })
                })
            })
            .collect();
        let scale = Scale { origin: Time(first * length.0), pixels_per_micro };
        let (from, to) = (scale.origin, Time((last + 1) * length.0));
        let step = ticks::step(ask.span, (ask.width / TICK) as u64);
        let sheet = Sheet {
            ticks: ticks::ticks(from, to, step)
                .into_iter()
                .map(|tick| (scale.x(tick.at), tick))
                .collect(),
            under_way: under_way(flights, ask.known.max(ask.now), &scale, &ask.rows),
            rows: ask.rows.clone(),
            slices: slices.clone(),
            scale,
            from,
            to,
        };
        self.slices = slices;
        self.asked = Some(ask);
        sheet
    }

    /// Lets go of slices that are no longer true, or drawn at another scale.
    fn forget(&mut self, ask: &Ask) {
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

impl Sheet {
    /// Whether a window lies within.
    pub fn covers(&self, from: Time, span: Time) -> bool {
        self.from <= from && from + span <= self.to
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

    /// Whether there were too many messages to draw them all.
    pub fn thinned(&self) -> bool {
        self.slices.iter().any(|slice| slice.diagram.thinned)
    }
}
