//! The measures of a run as plots, one below the other under one axis of time: who was answered, how long
//! it took, how much was done, how old what was read was. Faults are bands through all of them.
//!
//! Shapes tell what colours tell: a cell is an answer, a cross a refusal or a request that nobody waits
//! for any longer, an empty box one that somebody waits for.

use std::rc::Rc;

use super::axis::{AXIS, FaultBand, TimeAxis};
use super::diagram::ticks::Tick;
use super::path::{Path, Point};
use super::spread::{Spread, SpreadPlot};
use crate::base::{Place, Time};
use crate::explore::other_runs::OtherRun;
use crate::measure::{Fault, RequestFate, Stale, stale};
use crate::replay::requests::RequestShot;

/// What is to be plotted.
pub struct PlotRequest<'a> {
    /// Where something spreads.
    pub spread: Option<&'a Spread>,
    /// Runs that are to be seen beside this one.
    pub others: &'a [Rc<OtherRun>],
    pub requests: &'a [RequestShot],
    pub faults: &'a [Fault],
    /// As far as the run is known: its last event.
    pub event: u64,
    /// The time at the right edge, and the width, in pixels.
    pub until: Time,
    pub width: f64,
}

/// All plots. Heights are theirs; x = 0 is their left edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Plots {
    pub axis: TimeAxis,
    pub ticks: Vec<(f64, Tick)>,
    pub bands: Vec<FaultBand>,
    /// What spreads comes first.
    pub spread: Option<SpreadPlot>,
    pub askers: Vec<(Place, f64)>,
    pub availability: Fates,
    pub response: Scaled,
    pub throughput: Scaled,
    /// Where nothing of a store is read, there is nothing that could be old.
    pub staleness: Option<Scaled>,
    pub height: f64,
}

/// Requests by what came of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fates {
    pub top: f64,
    pub done: Path,
    pub failed: Path,
    pub waiting: Path,
}

/// A plot with a scale of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scaled {
    /// Where its title stands, and the plot's upper and lower edge.
    pub title: f64,
    pub top: f64,
    pub bottom: f64,
    /// Lines of its scale: their height, and what they stand for, in µs or requests a second.
    pub lines: Vec<(f64, u64)>,
    pub dots: Path,
    pub failed: Path,
    pub line: Path,
}

/// The names of those who ask, on the left.
const NAMES: f64 = 28.0;
/// A title above each plot.
const TITLE: f64 = 17.0;
const CELL: f64 = 11.0;
/// More askers share one row.
const ASKERS: usize = 8;
/// How high each plot is.
const SPREAD: f64 = 110.0;
const RESPONSE: f64 = 56.0;
const THROUGHPUT: f64 = 30.0;
const STALENESS: f64 = 40.0;
/// Columns in which medians and sums are taken.
const COLUMNS: u64 = 40;
/// A tenth of a millisecond: times are told no finer.
const TENTH: u64 = 100;

impl Plots {
    pub fn new(ask: &PlotRequest) -> Plots {
        let known = ask.requests;
        let span = ask.until.max(Time(1));
        // Left of it those who ask are named.
        let axis = TimeAxis { from: Time::ZERO, span, left: NAMES, right: ask.width };
        let (bands, names) = axis.bands(ask.faults, ask.until);
        let mut y = AXIS + names;
        let spread = ask.spread.map(|spread| {
            let (title, top) = (y, y + TITLE + 4.0);
            y = top + SPREAD + 8.0;
            let plot = SpreadPlot { title, top, bottom: top + SPREAD, ..SpreadPlot::default() };
            spread.draw(ask.until, &|at| axis.x(at), ask.others, plot)
        });
        let mut askers: Vec<Place> = known.iter().map(|request| request.asker).collect();
        askers.sort_unstable();
        askers.dedup();
        let rows = if askers.len() > ASKERS { 1 } else { askers.len().max(1) };
        let row = |place: Place| match rows {
            1 => 0,
            _ => askers.binary_search(&place).unwrap_or(0),
        };
        let availability = fates(ask, &axis, y + TITLE, &row);
        let at = |row: usize| y + TITLE + CELL * (row as f64 + 0.5);
        let named = if askers.len() > ASKERS { Vec::new() } else { askers.clone() };
        let named = named.into_iter().map(|place| (place, at(row(place)))).collect();
        y += TITLE + CELL * rows as f64 + 4.0;
        let mut plot = |height: f64| {
            let scaled = Scaled {
                title: y,
                top: y + TITLE,
                bottom: y + TITLE + height,
                ..Scaled::default()
            };
            y += TITLE + height + 4.0;
            scaled
        };
        let response = response(ask, &axis, plot(RESPONSE));
        let throughput = throughput(ask, &axis, plot(THROUGHPUT));
        let old = stale(known, ask.event);
        let reads = known.iter().any(|request| request.text.starts_with("get "));
        let staleness = reads.then(|| staleness(&old, &axis, plot(STALENESS)));
        Plots {
            axis,
            ticks: axis.ticks(),
            bands,
            spread,
            askers: named,
            availability,
            response,
            throughput,
            staleness,
            height: y,
        }
    }
}

/// A cell a request.
fn fates(ask: &PlotRequest, axis: &TimeAxis, top: f64, row: &dyn Fn(Place) -> usize) -> Fates {
    let mut fates = Fates { top, ..Fates::default() };
    let each = ask.width / (ask.requests.len().max(1) as f64);
    let wide = each.clamp(2.5, 9.0) - 1.0;
    for request in ask.requests {
        let (x, y) = (axis.x(request.at), top + CELL * row(request.asker) as f64 + 1.0);
        match request.fate(ask.event) {
            RequestFate::Done => fates.done.rect(x, y, wide, CELL - 2.0),
            RequestFate::Waiting => fates.waiting.rect(x, y, wide, CELL - 2.0),
            RequestFate::Refused | RequestFate::Unanswered => {
                fates.failed.saltire(Point::new(x + wide / 2.0, y + CELL / 2.0 - 1.0), 3.0)
            }
        };
    }
    fates
}

/// Response times on a scale of decades, those without an answer on top; and the median of each column.
fn response(ask: &PlotRequest, axis: &TimeAxis, mut plot: Scaled) -> Scaled {
    let times = ask.requests.iter().filter_map(|request| request.response(ask.event));
    let (least, most) =
        times.fold((u64::MAX, 0), |(least, most), time| (time.0.min(least), time.0.max(most)));
    let (low, high) = decades(least.min(most.max(1_000)).max(TENTH), most.max(1_000));
    let height = |micros: u64| {
        let share =
            (micros.max(1) as f64 / low as f64).log10() / (high as f64 / low as f64).log10();
        plot.bottom - 4.0 - (plot.bottom - plot.top - 12.0) * super::path::within(share, 0.0, 1.0)
    };
    let mut line = low;
    while line <= high {
        plot.lines.push((height(line), line));
        line *= 10;
    }
    let (mut dots, mut failed) = (Path::new(), Path::new());
    let mut columns: Vec<Vec<u64>> = vec![Vec::new(); COLUMNS as usize];
    for request in ask.requests {
        let x = axis.x(request.at);
        let column = (request.at.0 * COLUMNS / axis.span.0).min(COLUMNS - 1) as usize;
        match (request.fate(ask.event), request.response(ask.event)) {
            (RequestFate::Waiting, _) => {}
            (_, Some(time)) => {
                dots.rect(x - 1.5, height(time.0) - 1.5, 3.0, 3.0);
                columns[column].push(time.0);
            }
            (_, None) => {
                failed.saltire(Point::new(x, plot.top + 3.0), 2.5);
                columns[column].push(u64::MAX);
            }
        }
    }
    for (column, times) in columns.iter_mut().enumerate().filter(|(_, times)| !times.is_empty()) {
        times.sort_unstable();
        let median = times[(times.len() - 1) / 2];
        let (x, wide) = column_at(axis, column);
        let y = if median == u64::MAX { plot.top + 3.0 } else { height(median) };
        plot.line.line(Point::new(x, y), Point::new(x + wide, y));
    }
    (plot.dots, plot.failed) = (dots, failed);
    plot
}

/// Where a column begins, and how wide it is.
fn column_at(axis: &TimeAxis, column: usize) -> (f64, f64) {
    let wide = (axis.right - axis.left) / COLUMNS as f64;
    (axis.left + wide * column as f64, wide)
}

/// The powers of ten around these.
fn decades(least: u64, most: u64) -> (u64, u64) {
    let (mut low, mut high) = (1, 10);
    while low * 10 <= least {
        low *= 10;
    }
    while high < most || high <= low {
        high *= 10;
    }
    (low, high)
}

/// How many were done in a second, column by column.
fn throughput(ask: &PlotRequest, axis: &TimeAxis, mut plot: Scaled) -> Scaled {
    let mut columns = [0u64; COLUMNS as usize];
    let ends = ask.requests.iter().filter(|request| request.fate(ask.event) == RequestFate::Done);
    for end in ends.filter_map(|request| request.end.as_ref()) {
        columns[(end.at.0 * COLUMNS / axis.span.0).min(COLUMNS - 1) as usize] += 1;
    }
    let most = columns.iter().copied().max().unwrap_or(0).max(1);
    let high = plot.bottom - plot.top;
    for (column, count) in columns.iter().enumerate().filter(|(_, count)| **count > 0) {
        let (x, wide) = column_at(axis, column);
        let tall = high * *count as f64 / most as f64;
        plot.dots.rect(x, plot.bottom - tall, wide - 1.0, tall);
    }
    let a_second = most * COLUMNS * 1_000_000 / axis.span.0;
    plot.lines = vec![(plot.top, a_second), (plot.bottom, 0)];
    plot
}

/// How long what was read had been out of date.
fn staleness(old: &[Stale], axis: &TimeAxis, mut plot: Scaled) -> Scaled {
    let most = old.iter().map(|stale| stale.by.0).max().unwrap_or(0).max(1_000);
    let high = plot.bottom - plot.top - 4.0;
    for stale in old {
        let (x, tall) = (axis.x(stale.at), high * stale.by.0 as f64 / most as f64);
        plot.line.line(Point::new(x, plot.bottom), Point::new(x, plot.bottom - tall));
        plot.failed.circle(Point::new(x, plot.bottom - tall), 2.5);
    }
    plot.lines = vec![(plot.top + 4.0, most), (plot.bottom, 0)];
    plot
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::requests::{How, RequestEnd};

    fn request(number: u16, at: u64, took: Option<u64>) -> RequestShot {
        let done = |took| RequestEnd {
            event: at + took,
            at: Time::millis(at + took),
            by: None,
            how: How::Done("ok".into()),
        };
        RequestShot {
            asker: Place::client(number),
            seq: at,
            text: "put x=1".into(),
            event: at,
            at: Time::millis(at),
            under: None,
            end: took.map(done),
        }
    }

    fn plots(requests: &[RequestShot]) -> Plots {
        let until = Time::seconds(1);
        let width = 1_000.0;
        let faults = &[];
        Plots::new(&PlotRequest {
            spread: None,
            others: &[],
            requests,
            faults,
            event: 5_000,
            until,
            width,
        })
    }

    #[test]
    fn each_asker_has_a_row_until_there_are_too_many() {
        let few: Vec<RequestShot> = (0..3).map(|number| request(number, 100, Some(10))).collect();
        assert_eq!(plots(&few).askers.len(), 3);
        let many: Vec<RequestShot> = (0..9).map(|number| request(number, 100, Some(10))).collect();
        let all = plots(&many);
        assert!(all.askers.is_empty() && all.height < plots(&few).height);
    }

    #[test]
    fn what_waits_is_in_no_median_and_what_is_slow_is_high() {
        let all = [request(0, 100, Some(2)), request(0, 200, Some(700)), request(0, 300, None)];
        let Scaled { lines, .. } = plots(&all).response;
        let heights: Vec<f64> = lines.iter().map(|(y, _)| *y).collect();
        assert!(heights.is_sorted_by(|a, b| a > b), "slower is higher");
        let values: Vec<u64> = lines.iter().map(|(_, value)| *value).collect();
        assert_eq!(values, [1_000, 10_000, 100_000, 1_000_000]);
    }
}
