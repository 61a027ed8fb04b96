//! Shares of a whole, in parts per million: integers, so that every machine draws the same fates.

use std::fmt;
use std::str::FromStr;

/// Parts per million, at most the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio(u32);

impl Ratio {
    pub const ZERO: Ratio = Ratio(0);
    pub const WHOLE: u32 = 1_000_000;

    pub const fn percent(n: u32) -> Ratio {
        assert!(n <= 100);
        Ratio(n * 10_000)
    }

    /// At most the whole.
    pub const fn from_ppm(ppm: u32) -> Ratio {
        Ratio(if ppm > Ratio::WHOLE { Ratio::WHOLE } else { ppm })
    }

    pub const fn ppm(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        match rest {
            0 => write!(f, "{whole}%"),
            _ => write!(f, "{whole}.{}%", format!("{rest:04}").trim_end_matches('0')),
        }
    }
}

impl FromStr for Ratio {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let ppm = text.strip_suffix('%').and_then(|number| super::time::decimal(number, 10_000));
        match ppm.and_then(|ppm| u32::try_from(ppm).ok()) {
            Some(ppm) if ppm <= Ratio::WHOLE => Ok(Ratio(ppm)),
            _ => Err("a share from 0% to 100%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_parses() {
        for text in ["0%", "2.5%", "0.0001%", "100%"] {
            assert_eq!(text.parse::<Ratio>().unwrap().to_string(), text);
        }
        for wrong in ["5", "101%", "-1%", "%", "1.00001%"] {
            assert!(wrong.parse::<Ratio>().is_err(), "{wrong}");
        }
    }
}
