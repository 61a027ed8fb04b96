//! Times as they were measured: a table of quantiles, known by a name. What is drawn from one lies between
//! two of its points, in proportion, so that it is integers all the way.

use std::fmt;

use super::Time;

/// How long something takes: of a million times so many take at most so many µs.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Quantiles {
    pub name: &'static str,
    /// In order, from none to all.
    points: &'static [(u32, u64)],
}

/// One way between two machines at LinkedIn, with solid-state disks: 91.2 % of them Pareto from 0.235 ms on
/// with α = 10, the others exponential with 1.66 a ms. It is the fit LNKD-SSD of Bailis et al., *Probabilistically
/// bounded staleness for practical partial quorums* (2012), for each of the ways that a write or a read takes.
const LNKD_SSD: Quantiles = Quantiles {
    name: "lnkd-ssd",
    points: &[
        (0, 0),
        (10_000, 73),
        (20_000, 155),
        (28_425, 235),
        (100_000, 237),
        (200_000, 240),
        (300_000, 243),
        (400_000, 248),
        (500_000, 253),
        (550_000, 256),
        (600_000, 259),
        (650_000, 263),
        (700_000, 268),
        (740_000, 273),
        (780_000, 279),
        (800_000, 282),
        (820_000, 287),
        (840_000, 291),
        (860_000, 297),
        (880_000, 305),
        (890_000, 310),
        (900_000, 316),
        (905_000, 319),
        (910_000, 323),
        (915_000, 327),
        (920_000, 331),
        (925_000, 337),
        (930_000, 344),
        (935_000, 352),
        (940_000, 363),
        (945_000, 377),
        (950_000, 399),
        (955_000, 432),
        (960_000, 485),
        (965_000, 558),
        (970_000, 649),
        (975_000, 758),
        (980_000, 893),
        (985_000, 1_066),
        (987_500, 1_176),
        (990_000, 1_310),
        (992_000, 1_445),
        (994_000, 1_618),
        (995_000, 1_728),
        (996_000, 1_862),
        (997_000, 2_035),
        (998_000, 2_280),
        (998_500, 2_453),
        (999_000, 2_697),
        (999_500, 3_115),
        (999_800, 3_667),
        (999_900, 4_084),
        (999_950, 4_502),
        (999_980, 5_054),
        (999_990, 5_471),
        (999_995, 5_889),
        (999_999, 6_858),
        (1_000_000, 7_276),
    ],
};

impl Quantiles {
    pub const WHOLE: u32 = 1_000_000;

    /// All tables that there are.
    pub const ALL: &'static [Quantiles] = &[LNKD_SSD];

    pub fn named(name: &str) -> Option<&'static Quantiles> {
        Quantiles::ALL.iter().find(|table| table.name == name)
    }

    /// What so many of a million are below.
    pub fn at(&self, millionths: u32) -> Time {
        let next = self.points.partition_point(|(share, _)| *share <= millionths);
        let last = self.points.len() - 1;
        let (low, least) = self.points[next.clamp(1, last) - 1];
        let (high, most) = self.points[next.clamp(1, last)];
        let part = u64::from(millionths.min(high) - low);
        Time(least + (most - least) * part / u64::from(high - low))
    }
}

impl fmt::Display for Quantiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_goes_from_none_to_all_and_up() {
        for table in Quantiles::ALL {
            let points = table.points;
            assert!(points.is_sorted() && points.iter().is_sorted_by_key(|(_, time)| *time));
            assert_eq!((points[0].0, points[points.len() - 1].0), (0, Quantiles::WHOLE));
            for (share, time) in points {
                assert_eq!(table.at(*share), Time(*time), "{table} at {share}");
            }
            assert_eq!(Quantiles::named(table.name), Some(table));
        }
    }
}
