//! The time axis: round numbers, far enough apart, with no more digits than tell them apart.

use serde::{Deserialize, Serialize};

use crate::base::Time;

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    pub at: Time,
    pub label: String,
}

/// The round step of which about `wanted` fit into a span.
pub fn step(span: Time, wanted: u64) -> Time {
    let least = (span.0 / wanted.max(1)).max(1);
    let mut decade = 1;
    loop {
        for factor in [1, 2, 5] {
            if factor * decade >= least {
                return Time(factor * decade);
            }
        }
        decade *= 10;
    }
}

/// The multiples of a step from `from` to `to`.
pub fn ticks(from: Time, to: Time, step: Time) -> Vec<Tick> {
    let first = from.0.div_ceil(step.0) * step.0;
    (first..=to.0)
        .step_by(step.0 as usize)
        .map(|at| Tick { at: Time(at), label: label(Time(at), step) })
        .collect()
}

/// How wide a label is drawn, about; how far from its tick it stands; and how wide the cursor's handle is to
/// each side of the cursor.
const WIDTH: f64 = 6.4;
const BESIDE: f64 = 5.0;
const HANDLE: f64 = 9.0;

/// Where a label begins whose tick is at `tick`, on an axis from 0 to `width` with the cursor at `cursor`: beside
/// the tick, or beside the cursor's handle where that would cover it; nowhere where it would be cut off.
pub fn label_at(label: &str, tick: f64, width: f64, cursor: f64) -> Option<f64> {
    let wide = label.len() as f64 * WIDTH;
    let covered = |at: f64| cursor + HANDLE > at && cursor - HANDLE < at + wide;
    let fits = |at: &f64| *at >= 0.0 && *at + wide <= width;
    match tick + BESIDE {
        at if covered(at) => [cursor + HANDLE, cursor - HANDLE - wide].into_iter().find(fits),
        at => Some(at).filter(fits),
    }
}

/// A time as people read it beside others that are `step` apart: `1.24 s`.
pub fn label(time: Time, step: Time) -> String {
    let mut digits = 6;
    while digits > 1 && step.0.is_multiple_of(10u64.pow(7 - digits)) {
        digits -= 1;
    }
    seconds(time, digits)
}

/// Seconds with this many digits after the point, cut off rather than rounded: a clock does not
/// show what has not come yet.
pub fn seconds(time: Time, digits: u32) -> String {
    let part = time.0 % 1_000_000 / 10u64.pow(6 - digits);
    format!("{}.{part:0width$} s", time.0 / 1_000_000, width = digits as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_whole_and_in_sight_or_not_there() {
        for tick in -200..1_200 {
            for cursor in [-50.0, 0.0, 3.0, 500.0, 520.0, 998.0, 1_500.0] {
                let Some(at) = label_at("0.25 s", f64::from(tick), 1_000.0, cursor) else {
                    continue;
                };
                let wide = 6.0 * WIDTH;
                assert!(at >= 0.0 && at + wide <= 1_000.0, "{tick} {cursor}: {at}");
                assert!((at + wide / 2.0 - cursor).abs() >= HANDLE + wide / 2.0 - 1e-9);
            }
        }
        assert_eq!(label_at("0.25 s", 300.0, 1_000.0, 700.0), Some(305.0));
        assert_eq!(label_at("0.25 s", 300.0, 1_000.0, 310.0), Some(319.0), "past the handle");
        assert_eq!(label_at("0.25 s", -10.0, 1_000.0, 700.0), None);
        assert_eq!(
            label_at("0.25 s", 1_200.0, 1_000.0, 700.0),
            None,
            "out of sight, it stays there"
        );
    }

    #[test]
    fn steps_are_round_and_labels_short() {
        assert_eq!(step(Time::seconds(1), 10), Time::millis(100));
        assert_eq!(step(Time::millis(850), 9), Time::millis(100));
        assert_eq!(step(Time(3), 10), Time(1));
        let labels = |from, to, step| -> Vec<String> {
            ticks(Time(from), Time(to), Time(step)).into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(labels(550_000, 850_000, 100_000), ["0.6 s", "0.7 s", "0.8 s"]);
        assert_eq!(labels(0, 20_000, 10_000), ["0.00 s", "0.01 s", "0.02 s"]);
        assert_eq!(label(Time(1_500_001), Time(1)), "1.500001 s");
        assert_eq!(label(Time::seconds(30), Time::seconds(10)), "30.0 s");
        assert_eq!(seconds(Time(1_239_999), 3), "1.239 s");
    }
}
