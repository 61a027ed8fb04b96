//! Chance, drawn from the run's one seed. Whoever takes part has a stream of its own, so that what
//! one node draws never shifts what another does, and all of it is integer arithmetic on PCG
//! (O'Neill, *PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms*), whose
//! output is fixed for all time.

use rand_core::Rng;
use rand_pcg::Pcg32;

use super::digest::Digest;
use super::{Ratio, Span, Time};

/// One stream of chance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chance(Pcg32);

impl Chance {
    /// The `stream`-th stream of the run with this `seed`.
    pub fn new(seed: u64, stream: u64) -> Chance {
        // Mixed, for next to each other PCG's streams are too much alike: a seed would repeat what
        // the last one drew, at another node. (Settled: links and scenes count on it.)
        Chance(Pcg32::new(Digest::of(&(seed, stream)), stream))
    }

    /// A number below `bound`, which is not zero.
    pub fn below(&mut self, bound: u32) -> u32 {
        // Multiply-shift: the bias is below bound / 2³², and no draw is ever repeated.
        ((u64::from(self.0.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    /// Whether something with this likelihood happens.
    pub fn happens(&mut self, likelihood: Ratio) -> bool {
        likelihood > Ratio::ZERO && self.below(Ratio::WHOLE) < likelihood.ppm()
    }

    /// A time within the span, both ends included.
    pub fn within(&mut self, span: Span) -> Time {
        let width = (span.max - span.min).0;
        match u32::try_from(width + 1) {
            Ok(bound) => span.min + Time(u64::from(self.below(bound))),
            // Wider than 2³² µs (over an hour): draw in steps of 2¹⁶ µs.
            Err(_) => span.min + Time(u64::from(self.below((width >> 16) as u32)) << 16),
        }
    }

    /// An exponentially distributed time with this mean, exactly and without a logarithm
    /// (von Neumann, *Various techniques used in connection with random digits*, 1951): count the
    /// runs of falling draws; the first run of odd length gives the fraction, the runs before it
    /// the whole part.
    pub fn exponential(&mut self, mean: Time) -> Time {
        for whole in 0..64 {
            let first = self.0.next_u32();
            let (mut last, mut length) = (first, 1);
            loop {
                let next = self.0.next_u32();
                if next >= last {
                    break;
                }
                (last, length) = (next, length + 1);
            }
            if length % 2 == 1 {
                return Time(
                    whole * mean.0 + ((u128::from(first) * u128::from(mean.0)) >> 32) as u64,
                );
            }
        }
        Time(64 * mean.0)
    }

    /// One of the items, if there are any.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        (!items.is_empty()).then(|| &items[self.below(items.len() as u32) as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_never_changes() {
        let mut chance = Chance::new(7, 1);
        let drawn: Vec<u32> = (0..4).map(|_| chance.below(1000)).collect();
        assert_eq!(drawn, DRAWN, "a seed in somebody's link must mean the same for ever");
    }
    const DRAWN: [u32; 4] = [453, 300, 90, 477];

    #[test]
    fn exponential_has_its_mean_and_median() {
        let mut chance = Chance::new(1, 1);
        let mut drawn: Vec<u64> = (0..20_000).map(|_| chance.exponential(Time(10_000)).0).collect();
        drawn.sort_unstable();
        let mean = drawn.iter().sum::<u64>() / 20_000;
        assert!((9_700..10_300).contains(&mean), "mean {mean}");
        assert!(
            (6_700..7_200).contains(&drawn[10_000]),
            "median {} (ln 2 of the mean)",
            drawn[10_000]
        );
    }

    #[test]
    fn ranges_are_kept() {
        let mut chance = Chance::new(3, 9);
        for _ in 0..1000 {
            let time = chance.within(Span::new(Time(5), Time(7)));
            assert!((5..=7).contains(&time.0));
            let long = chance.within(Span::new(Time(5), Time::LIMIT));
            assert!(long <= Time::LIMIT);
        }
        assert!(!chance.happens(Ratio::ZERO));
        assert!(chance.happens(Ratio::percent(100)));
    }
}
