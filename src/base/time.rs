//! Virtual time, in whole microseconds. The same type serves for instants (since the run began) and
//! for lengths; a run lasts at most [`Time::LIMIT`].

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An instant since the run began, or a length of time, in µs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Time(pub u64);

impl Time {
    pub const ZERO: Time = Time(0);
    /// The longest run: one hour. It keeps every sum of two times far from overflow.
    pub const LIMIT: Time = Time::seconds(3_600);

    /// What the parser says of a longer one.
    pub const TOO_LONG: &str = "a time of at most one hour (3600s)";

    pub const fn micros(n: u64) -> Time {
        Time(n)
    }

    pub const fn millis(n: u64) -> Time {
        Time(n * 1_000)
    }

    pub const fn seconds(n: u64) -> Time {
        Time(n * 1_000_000)
    }

    /// The shortest and the longest wait that a script may ask a protocol for.
    const WAITS: Span = Span::new(Time::millis(1), Time::seconds(60));

    /// A protocol's wait of a fixed length, as a script writes it.
    pub fn wait(text: &str) -> Result<Time, &'static str> {
        match text.parse()? {
            time if (Time::WAITS.min..=Time::WAITS.max).contains(&time) => Ok(time),
            _ => Err("a time from 1ms to 60s, such as 50ms"),
        }
    }

    /// The length from `earlier` to here, zero if `earlier` is later.
    pub fn since(self, earlier: Time) -> Time {
        Time(self.0.saturating_sub(earlier.0))
    }
}

impl Add for Time {
    type Output = Time;
    fn add(self, other: Time) -> Time {
        Time(self.0.saturating_add(other.0))
    }
}

impl Sub for Time {
    type Output = Time;
    fn sub(self, other: Time) -> Time {
        Time(self.0 - other.0)
    }
}

impl Time {
    /// What may pass by one clock, so that less than `self` has passed by any other: each of them is wrong by so
    /// many percent at most.
    pub fn by_a_clock_wrong_by(self, percent: u64) -> Time {
        Time(self.0 * (100 - percent) / (100 + percent))
    }

    /// As people say it, no more exactly than they can tell: `1.24 s`, `150 ms`, `0.3 ms`.
    pub fn said(self) -> String {
        let (unit, digits, name) = match self.0 {
            n if n >= 1_000_000 => (1_000_000, 2, "s"),
            n if n >= 10_000 => (1_000, 0, "ms"),
            _ => (1_000, 1, "ms"),
        };
        let scale = 10u64.pow(digits);
        // The least that is not nothing is said to be something.
        let parts = ((self.0 * scale + unit / 2) / unit).max(self.0.min(1));
        let (whole, rest) = (parts / scale, parts % scale);
        match rest {
            0 => format!("{whole} {name}"),
            _ => {
                let rest = format!("{rest:0width$}", width = digits as usize);
                format!("{whole}.{} {name}", rest.trim_end_matches('0'))
            }
        }
    }
}

/// Exact and short: `1.24s`, `150ms`, `20us`; what is printed parses back to the same time.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0 => return f.pad("0s"),
            n if n >= 1_000_000 => (1_000_000, "s"),
            n if n >= 1_000 => (1_000, "ms"),
            _ => (1, "us"),
        };
        let (whole, rest) = (self.0 / unit, self.0 % unit);
        if rest == 0 {
            return f.pad(&format!("{whole}{name}"));
        }
        let width = if unit == 1_000_000 { 6 } else { 3 };
        let digits = format!("{rest:0width$}");
        f.pad(&format!("{whole}.{}{name}", digits.trim_end_matches('0')))
    }
}

impl FromStr for Time {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let expected = "a time such as 1.24s, 150ms or 20us";
        let (number, unit) = if let Some(number) = text.strip_suffix("us") {
            (number, 1)
        } else if let Some(number) = text.strip_suffix("ms") {
            (number, 1_000)
        } else if let Some(number) = text.strip_suffix('s') {
            (number, 1_000_000)
        } else {
            return Err(expected);
        };
        let micros = decimal(number, unit).ok_or(expected)?;
        if micros > Time::LIMIT.0 {
            return Err(Time::TOO_LONG);
        }
        Ok(Time(micros))
    }
}

/// `text` times `unit`, exactly: no more decimals than the unit has.
pub(crate) fn decimal(text: &str, unit: u64) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.len() <= 9 && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let scale = 10u64.pow(part.len() as u32);
    let scaled = part.parse::<u64>().ok()? * unit;
    scaled.is_multiple_of(scale).then_some(whole.parse::<u64>().ok()? * unit + scaled / scale)
}

/// A range of times, both ends included: `150ms..300ms`, or `20ms` where both are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub min: Time,
    pub max: Time,
}

impl Span {
    pub const fn new(min: Time, max: Time) -> Span {
        Span { min, max }
    }

    pub const fn exactly(time: Time) -> Span {
        Span { min: time, max: time }
    }

    /// A protocol's wait, as a script writes it: drawn from a range, or of a fixed length.
    pub fn wait(text: &str) -> Result<Span, &'static str> {
        let span: Span = text.parse()?;
        match span.min >= Time::WAITS.min && span.max <= Time::WAITS.max {
            true => Ok(span),
            false => Err("a time or range from 1ms to 60s, such as 50ms or 150ms..300ms"),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.min == self.max {
            true => self.min.fmt(f),
            false => write!(f, "{}..{}", self.min, self.max),
        }
    }
}

impl FromStr for Span {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (min, max) = text.split_once("..").unwrap_or((text, text));
        let span = Span { min: min.parse()?, max: max.parse()? };
        match span.min <= span.max {
            true => Ok(span),
            false => Err("a range whose first time is the smaller, such as 150ms..300ms"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_short_and_exact() {
        for (micros, text) in [
            (0, "0s"),
            (7, "7us"),
            (1_500, "1.5ms"),
            (150_000, "150ms"),
            (1_240_000, "1.24s"),
            (1_000_001, "1.000001s"),
        ] {
            assert_eq!(Time(micros).to_string(), text);
            assert_eq!(text.parse(), Ok(Time(micros)));
        }
    }

    #[test]
    fn is_said_as_people_say_it() {
        for (micros, said) in [
            (0, "0 ms"),
            (7, "0.1 ms"),
            (298, "0.3 ms"),
            (9_970, "10 ms"),
            (24_498, "24 ms"),
            (999_499, "999 ms"),
            (1_095_035, "1.1 s"),
            (2_000_000, "2 s"),
            (61_240_000, "61.24 s"),
        ] {
            assert_eq!(Time(micros).said(), said);
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for wrong in ["", "5", "s", ".5s", "5.s", "-1s", "0.5us", "1e3s", "99999999s", "1.0000001s"]
        {
            assert!(wrong.parse::<Time>().is_err(), "{wrong}");
        }
        assert!("3ms..2ms".parse::<Span>().is_err());
    }

    #[test]
    fn waits_are_neither_short_nor_long_beyond_measure() {
        assert_eq!(Time::wait("60s"), Ok(Time::seconds(60)));
        assert_eq!(Span::wait("1ms..60s"), Ok(Span::new(Time::millis(1), Time::seconds(60))));
        assert_eq!(Span::wait("20ms"), Ok(Span::exactly(Time::millis(20))));
        for wrong in ["999us", "60.1s", "0s", "never"] {
            assert!(Time::wait(wrong).is_err() && Span::wait(wrong).is_err(), "{wrong}");
        }
        assert!(Span::wait("0s..50ms").is_err() && Span::wait("1s..61s").is_err());
    }
}
