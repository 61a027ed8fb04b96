//! The measures of a pane's run as they are shown: plots of all that is known, and numbers up to the
//! cursor.

use std::rc::Rc;

use crate::base::{Sentence, Time};
use crate::catalog;
use crate::explore::other_runs::{OtherRun, OtherRuns};
use crate::measure::{Fault, Totals, faults, recovery, stale, totals, until};
use crate::player::Pane;
use crate::replay::requests::RequestShot;
use crate::view::Plots;
use crate::view::diagram::ticks::step;
use crate::view::plot::PlotRequest;
use crate::view::spread::Spread;

/// What is shown.
#[derive(Clone, Debug)]
pub struct Measures {
    pub plots: Rc<Plots>,
    /// What the plots were drawn from: as far as the run was known.
    drawn: (u64, Time),
    /// Runs beside this one, as far as there are any.
    pub others: Option<Others>,
    pub now: Time,
    /// Since the last fault, or since the run's beginning.
    pub latest: Period,
    /// The whole run up to the cursor, then what followed each fault.
    pub periods: Vec<Period>,
    /// Where something spreads.
    pub spread: Option<Spreading>,
    /// Reads that were answered, those of them that were stale, and by how much the worst was.
    pub reads: (usize, usize, Time),
}

/// What spreads, at the cursor.
#[derive(Clone, Debug)]
pub struct Spreading {
    pub heard: usize,
    pub places: usize,
    /// The cycle that it is, and the one in which the last one has heard.
    pub cycles: (u64, u64),
    /// The protocol's own numbers, and why the run is not as the formula has it.
    pub numbers: Vec<Sentence>,
    pub why: Vec<Sentence>,
}

/// How the script goes under other seeds and without its faults.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Others {
    pub done: Vec<Rc<OtherRun>>,
    /// How many there will be; 0 where nobody has asked for them.
    pub all: usize,
    /// Whether there are faults that can be left out.
    pub has_faults: bool,
    /// Where something spreads: who has not heard and when the last one does, on average, least and most.
    pub spread: Option<[[f64; 3]; 2]>,
}

/// A stretch of the run in numbers.
#[derive(Clone, Debug)]
pub struct Period {
    /// The fault that it began with; the first begins with the run.
    pub fault: Option<Sentence>,
    pub from: Time,
    pub totals: Totals,
    /// From the fault to the first answer to something that was asked after it.
    pub recovery: Option<Time>,
}

/// Faults that have a line in the table.
const FAULTS: usize = 12;
/// The plots are drawn anew when the run has become known by so small a part of their width.
const FINE: u64 = 300;

impl Measures {
    /// What is to be shown of a pane in a room of this width; what was `drawn` before serves as long as it
    /// shows the same.
    pub fn of(
        pane: &Pane,
        others: Option<&OtherRuns>,
        drawn: Option<&Measures>,
        width: f64,
    ) -> Measures {
        let run = &pane.run;
        let beside = others.map_or(&[][..], |others| &others.done);
        let (requests, (event, now)) = (run.requests(), (run.event(), run.now()));
        let faults = faults(&run.script().lines);
        let mut known = run.head();
        let setup = &run.script().setup;
        let epidemic = catalog::find(&setup.protocol).and_then(|entry| (entry.epidemic)(setup));
        let spread = epidemic
            .map(|it| Spread::new(it, run.marks(), known.1, &setup.places, setup.link.loss));
        let plots = match drawn.filter(|drawn| drawn.serve(known, beside, width)) {
            Some(drawn) => {
                known = drawn.drawn;
                drawn.plots.clone()
            }
            None => Rc::new(Plots::new(&PlotRequest {
                spread: spread.as_ref(),
                others: beside,
                requests,
                faults: &faults,
                event: known.0,
                until: reach(pane),
                width,
            })),
        };
        let begun: Vec<&Fault> = faults.iter().filter(|fault| fault.from <= now).collect();
        let period = |fault: &&Fault| Period {
            fault: Some(fault.name.clone()),
            from: fault.from,
            totals: totals(requests, event, fault.from, fault.to.unwrap_or(now).min(now)),
            recovery: recovery(requests, event, fault),
        };
        let whole = Period {
            fault: None,
            from: Time::ZERO,
            totals: totals(requests, event, Time::ZERO, now),
            recovery: None,
        };
        let latest = begun.last().map(|fault| Period {
            totals: totals(requests, event, fault.from, now),
            ..period(fault)
        });
        let periods = begun.iter().rev().take(FAULTS).rev().map(period);
        let periods = std::iter::once(whole.clone()).chain(periods).collect();
        let latest = latest.unwrap_or(whole);
        let reads = reads(requests, event, latest.from);
        let numbers = run.sim().ensemble().measures();
        // Where there is nothing to compare there are none.
        let compares = spread.is_some() || !numbers.is_empty();
        let others = compares.then(|| Others::of(others, spread.as_ref(), !faults.is_empty()));
        let is_cut = faults.iter().any(|fault| fault.from <= now);
        let spread = spread.map(|spread| Spreading {
            heard: spread.heard(event),
            places: spread.places,
            cycles: spread.cycles_by(now, event),
            numbers,
            why: spread.why(is_cut),
        });
        Measures { plots, drawn: known, others, now, latest, periods, spread, reads }
    }

    /// Whether the same plots will do.
    fn serve(&self, known: (u64, Time), beside: &[Rc<OtherRun>], width: f64) -> bool {
        let (event, time) = self.drawn;
        let near = known.0 >= event && known.1.since(time) < Time(self.plots.axis.span.0 / FINE);
        let same = self.others.as_ref().map_or(0, |others| others.done.len()) == beside.len();
        near && same && known.1 <= self.plots.axis.span && self.plots.axis.right == width
    }
}

impl Others {
    fn of(runs: Option<&OtherRuns>, spread: Option<&Spread>, has_faults: bool) -> Others {
        let done = runs.map_or(&[][..], |runs| &runs.done);
        Others {
            done: done.to_vec(),
            all: runs.map_or(0, OtherRuns::all),
            has_faults,
            spread: spread.and_then(|spread| spread.elsewhere(done)),
        }
    }
}

/// Reads that were answered since a time, those of them that were stale, and by how much the worst was.
fn reads(requests: &[RequestShot], event: u64, from: Time) -> (usize, usize, Time) {
    let old: Vec<_> = stale(requests, event).into_iter().filter(|old| old.at >= from).collect();
    let answered = until(requests, event).iter().filter(|request| {
        request.at >= from && request.text.starts_with("get ") && request.response(event).is_some()
    });
    let worst = old.iter().map(|old| old.by).max().unwrap_or(Time::ZERO);
    (answered.count(), old.len(), worst)
}

/// As far as the axis of time reaches: to the end of the script or of what is known, and on to a round
/// number, so that it stays for a while.
fn reach(pane: &Pane) -> Time {
    let script = pane.run.script().lines.last().map_or(Time::ZERO, |line| line.at);
    let whole = pane.run.head().1.max(script).max(Time::seconds(1));
    let round = step(whole, 6).0.max(1);
    Time(whole.0.div_ceil(round) * round)
}
