//! Bars where there would be more arrows than pixels: on each lane, how many messages arrive in each
//! column, how many of them ask for votes, and, hanging from the lane's top, how many are lost. Their
//! height tells the order of magnitude, so that one message is seen beside a thousand, and is the
//! same however far the run has got.

use super::spacetime::{Rows, Scale};
use crate::base::Time;
use crate::protocol::Tone;
use crate::sim::snapshot::Outlined;
use crate::view::path::{Path, Point};

/// The bars of a slice, all lanes in one path for each look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crowd {
    pub all: Path,
    pub votes: Path,
    pub lost: Path,
}

/// How many messages are in a column of a row.
#[derive(Clone, Copy, Default)]
struct Bar {
    all: u32,
    votes: u32,
    lost: u32,
}

/// How high the bar of one message is, as a share of its row, and what each doubling adds …
const LOWEST: f64 = 0.16;
const DOUBLING: f64 = 0.07;
/// … as long as it stays within it.
const HIGHEST: f64 = 0.84;

impl Crowd {
    /// The bars between two times, each for a `column` of time.
    pub fn of(
        outlined: &Outlined,
        (from, to): (Time, Time),
        column: Time,
        scale: &Scale,
        rows: &Rows,
    ) -> Crowd {
        // Row by row, and in each from left to right.
        let first = from.0 / column.0;
        let columns = (to.0.saturating_sub(1) / column.0).saturating_sub(first) as usize + 1;
        let mut bars = vec![Bar::default(); rows.lanes().len() * columns];
        for (begins, tallies) in &outlined.periods {
            let Some(place) = (begins.0 / column.0).checked_sub(first) else { continue };
            for tally in tallies.iter().filter(|tally| rows.shows_kind(tally.kind.name)) {
                let Some(row) = rows.row(tally.lane).filter(|_| (place as usize) < columns) else {
                    continue;
                };
                let bar = &mut bars[row * columns + place as usize];
                if tally.lost {
                    bar.lost += tally.count;
                } else {
                    bar.all += tally.count;
                    bar.votes += if tally.kind.tone == Tone::Vote { tally.count } else { 0 };
                }
            }
        }
        let line = |count: fn(&Bar) -> u32, rises: f64| {
            let bars = (0..).zip(&bars).filter(|(_, bar)| count(bar) > 0).map(|(at, bar)| {
                let (row, place) = (at / columns, first + (at % columns) as u64);
                let (begins, ends) = (Time(place * column.0), Time((place + 1) * column.0));
                let base = rows.y(row) + rises * rows.pitch * HIGHEST / 2.0;
                let top = base - rises * rows.pitch * height(count(bar));
                [scale.x(begins.max(from)), scale.x(ends.min(to)), base, top]
            });
            skyline(bars)
        };
        Crowd {
            all: line(|bar| bar.all, 1.0),
            votes: line(|bar| bar.votes, 1.0),
            lost: line(|bar| bar.lost, -1.0),
        }
    }
}

/// A share of the row.
fn height(count: u32) -> f64 {
    let doublings = f64::from(count.max(1).ilog2());
    (LOWEST + doublings * DOUBLING).min(HIGHEST)
}

/// The line along the tops of bars: left, right, base and top of each. Those that touch are one shape.
fn skyline(bars: impl Iterator<Item = [f64; 4]>) -> Path {
    let mut path = Path::new();
    let mut last: Option<[f64; 4]> = None;
    for bar @ [left, right, base, top] in bars {
        if right <= left {
            continue;
        }
        match last {
            Some([_, end, same, height]) if same == base && (end - left).abs() < 0.01 => {
                if height != top {
                    path.across_to(left).down_to(top);
                }
            }
            _ => {
                end_shape(&mut path, last);
                path.move_to(Point::new(left, base)).down_to(top);
            }
        }
        last = Some(bar);
    }
    end_shape(&mut path, last);
    path
}

fn end_shape(path: &mut Path, last: Option<[f64; 4]>) {
    if let Some([_, right, base, _]) = last {
        path.across_to(right).down_to(base).close();
    }
}
