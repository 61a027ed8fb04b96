//! An axis of time from left to right, and faults as bands over it: what the history and the plots of the
//! measures have in common.

use serde::{Deserialize, Serialize};

use super::diagram::ticks::{Tick, step, ticks};
use super::path::within;
use crate::base::{Sentence, Time};
use crate::measure::Fault;

/// The room of the axis itself above a picture, and of each row of names of faults below it.
pub const AXIS: f64 = 18.0;
pub const NAME: f64 = 13.0;

/// A stretch of time, and where on the picture it lies, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeAxis {
    pub from: Time,
    pub span: Time,
    /// Where the stretch begins, and where the picture ends.
    pub left: f64,
    pub right: f64,
}

/// A fault over the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultBand {
    pub from: f64,
    pub to: f64,
    pub mended: bool,
    pub name: Sentence,
    /// The row of its name: names that would lie upon each other stand below each other.
    pub row: usize,
}

impl TimeAxis {
    pub fn to(&self) -> Time {
        self.from + self.span
    }

    fn length(&self) -> f64 {
        (self.right - self.left).max(1.0)
    }

    /// Where a time stands.
    pub fn x(&self, at: Time) -> f64 {
        let micros = at.0 as f64 - self.from.0 as f64;
        self.left + self.length() * micros / self.span.0.max(1) as f64
    }

    /// The time of the stretch that stands there.
    pub fn time(&self, x: f64) -> Time {
        let share = within((x - self.left) / self.length(), 0.0, 1.0);
        self.from + Time((self.span.0 as f64 * share) as u64)
    }

    /// The ticks whose labels have room, and where they stand.
    pub fn ticks(&self) -> Vec<(f64, Tick)> {
        const LABEL: f64 = 34.0;
        let step = step(self.span, (self.length() / 110.0).max(2.0) as u64);
        let ticks = ticks(self.from, self.to(), step);
        let placed = ticks.into_iter().map(|tick| (self.x(tick.at), tick));
        placed.filter(|(x, _)| *x + LABEL <= self.right).collect()
    }

    /// Faults, as far as they are known by this time, and how much room their names take.
    pub fn bands(&self, faults: &[Fault], until: Time) -> (Vec<FaultBand>, f64) {
        // About so wide is a name.
        const WIDE: f64 = 120.0;
        let mut ends: Vec<f64> = Vec::new();
        let mut bands = Vec::new();
        for fault in faults.iter().filter(|fault| fault.from <= until) {
            let to = fault.to.unwrap_or(until).min(until);
            let (from, to) = (self.x(fault.from).max(self.left), self.x(to).min(self.right));
            if to < from {
                continue;
            }
            let row = ends.iter().position(|end| *end <= from).unwrap_or(ends.len());
            match ends.get_mut(row) {
                Some(end) => *end = from + WIDE,
                None => ends.push(from + WIDE),
            }
            let (mended, name) = (fault.to.is_some(), fault.name.clone());
            bands.push(FaultBand { from, to, mended, name, row });
        }
        (bands, NAME * ends.len() as f64)
    }
}

impl FaultBand {
    /// Where its name stands.
    pub fn name_y(&self) -> f64 {
        AXIS + NAME * self.row as f64 + 10.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AXIS: TimeAxis =
        TimeAxis { from: Time::seconds(1), span: Time::seconds(1), left: 40.0, right: 1_040.0 };

    #[test]
    fn time_runs_from_left_to_right_and_back() {
        assert_eq!(AXIS.x(Time::millis(1_250)), 290.0);
        assert_eq!(AXIS.time(290.0), Time::millis(1_250));
        assert_eq!((AXIS.time(-5.0), AXIS.time(2_000.0)), (Time::seconds(1), Time::seconds(2)));
    }

    #[test]
    fn names_of_faults_that_would_meet_stand_below_each_other() {
        let name = crate::sentence!("{0} down", "S1");
        let fault = |from, to| Fault {
            from: Time::millis(from),
            to: Some(Time::millis(to)),
            name: name.clone(),
        };
        let faults = [
            fault(0, 500),
            fault(1_100, 1_150),
            fault(1_120, 9_000),
            fault(1_400, 1_500),
            fault(3_000, 4_000),
        ];
        let (bands, room) = AXIS.bands(&faults, Time::millis(1_450));
        let shown: Vec<(usize, f64, f64)> =
            bands.iter().map(|band| (band.row, band.from, band.to)).collect();
        assert_eq!(shown, [(0, 140.0, 190.0), (1, 160.0, 490.0), (0, 440.0, 490.0)]);
        assert_eq!(room, 2.0 * NAME);
    }
}
