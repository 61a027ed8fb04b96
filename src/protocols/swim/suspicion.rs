//! How long a member is suspected before it is declared dead.
//!
//! The article has a timeout. Here, as in Lifeguard's section IV-B and in memberlist, it begins long and is
//! shortened by others who accuse the same member: whoever has heard one accuser alone may have heard the one
//! that is slow itself.
//!
//! min = 4 · max(1, log₁₀ n) · interval, max = 6 · min, and after C confirmations
//! max − (max − min) · log(C + 1) / log(k + 1).

use std::collections::BTreeSet;

use crate::base::{Place, Time};

/// memberlist's `SuspicionMult` and `SuspicionMaxTimeoutMult`.
const MULTIPLIER: u64 = 4;
const LONGEST: u64 = 6;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Suspicion {
    /// When it began, by the clock of whoever suspects.
    pub began: Time,
    /// Who was the first to accuse, which is no confirmation …
    first: Place,
    /// … and all others who have.
    pub confirmed: BTreeSet<Place>,
    /// How many confirmations the rules go by. (Without the flaw as many as have confirmed.)
    counted: u64,
    pub range: Range,
}

/// The bounds of a suspicion, which depend on how large the group is when it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    pub min: Time,
    max: Time,
    /// So many confirmations bring it to its minimum.
    pub needed: u64,
}

impl Range {
    /// For a group of `n`. Where there are not so many others who could confirm, the minimum is all.
    pub fn of(n: u64, interval: Time) -> Range {
        let needed = MULTIPLIER - 2;
        let needed = if n < needed + 2 { 0 } else { needed };
        let min = Time(MULTIPLIER * log10_thousandths(n).max(1_000) * interval.0 / 1_000);
        Range { min, max: Time(LONGEST * min.0), needed }
    }

    /// How long a suspicion lasts that so many have confirmed.
    pub fn after(self, confirmations: u64) -> Time {
        if confirmations >= self.needed {
            return self.min;
        }
        let share = (self.max.0 - self.min.0) * log2(confirmations + 1) / log2(self.needed + 1);
        Time(self.max.0 - share)
    }
}

impl Suspicion {
    pub fn new(by: Place, n: u64, now: Time, interval: Time) -> Suspicion {
        let range = Range::of(n, interval);
        Suspicion { began: now, first: by, confirmed: BTreeSet::new(), counted: 0, range }
    }

    /// Somebody accuses it too. Whether that shortens the suspicion, and is to be passed on.
    pub fn confirm(&mut self, by: Place, count_messages: bool) -> bool {
        let is_full = self.counted >= self.range.needed;
        let is_another = by != self.first && !self.confirmed.contains(&by);
        if is_full || !(is_another || count_messages) {
            return false;
        }
        if is_another {
            self.confirmed.insert(by);
        }
        self.counted += 1;
        true
    }

    /// How much longer it lasts.
    pub fn left(&self, now: Time) -> Time {
        self.range.after(self.counted).since(now.since(self.began))
    }
}

/// The logarithm to the base of two, in parts of 2²⁰: by squaring, without floats.
fn log2(n: u64) -> u64 {
    const BITS: u32 = 20;
    let whole = n.max(1).ilog2();
    let mut log = u64::from(whole) << BITS;
    // From 1 up to 2, in parts of 2³¹.
    let mut rest = (n.max(1) << 31) >> whole;
    for bit in (0..BITS).rev() {
        rest = (rest * rest) >> 31;
        if rest >= 1 << 32 {
            rest >>= 1;
            log |= 1 << bit;
        }
    }
    log
}

/// The logarithm to the base of ten, in thousandths.
fn log10_thousandths(n: u64) -> u64 {
    let ten = log2(10);
    (log2(n) * 1_000 + ten / 2) / ten
}

/// ⌈log₁₀(n + 1)⌉: how many digits n has.
pub fn ceil_log10_of_next(n: u64) -> u64 {
    n.checked_ilog10().map_or(0, |log| u64::from(log) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_those_of_the_tables() {
        let tens = [(1, 0), (2, 301), (3, 477), (10, 1_000), (50, 1_699), (100, 2_000), (300, 2_477)];
        for (n, thousandths) in tens {
            assert_eq!(log10_thousandths(n), thousandths, "log10 {n}");
        }
        // 4, 8 and 12 sends: memberlist's own tests have 0 to 99.
        for (n, ceiling) in [(0, 0), (1, 1), (9, 1), (10, 2), (99, 2), (100, 3), (300, 3)] {
            assert_eq!(ceil_log10_of_next(n), ceiling, "{n}");
        }
    }

    #[test]
    fn confirmations_by_others_shorten_it_to_the_minimum() {
        let (a, b, c) = (Place::server(0), Place::server(1), Place::server(2));
        let mut suspicion = Suspicion::new(a, 8, Time::ZERO, Time::seconds(1));
        let left = |suspicion: &Suspicion| suspicion.left(Time::ZERO).0 / 1_000;
        assert_eq!(left(&suspicion), 24_000);
        assert!(!suspicion.confirm(a, false), "the first accuser is no confirmation");
        assert!(suspicion.confirm(b, false) && !suspicion.confirm(b, false));
        // 24 − 20 · log 2 / log 3.
        assert_eq!(left(&suspicion), 11_381);
        assert!(suspicion.confirm(c, false));
        assert_eq!(left(&suspicion), 4_000);
        assert!(!suspicion.confirm(Place::server(3), false), "no more are passed on");
        assert_eq!(suspicion.left(Time::seconds(9)), Time::ZERO);

        let small = Suspicion::new(a, 3, Time::ZERO, Time::seconds(1));
        assert_eq!(left(&small), 4_000, "among three nobody is left to confirm");
        let mut flawed = Suspicion::new(a, 8, Time::ZERO, Time::seconds(1));
        assert!(flawed.confirm(a, true) && flawed.confirm(a, true));
        assert_eq!((left(&flawed), flawed.confirmed.len()), (4_000, 0));
    }
}
