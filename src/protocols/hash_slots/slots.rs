//! Slots: which of the 16,384 a key belongs to, and which master each belongs to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use crate::base::{NONE, Place};

/// So many, whatever the number of masters: a map of them is 2 kB, and goes with every ping.
pub const SLOTS: u16 = 16_384;

/// The slot of a key: CRC16 of it, or, where braces enclose something in it, of that (its *hash tag*), so that keys
/// with one tag stand together.
pub fn slot_of(key: &str) -> u16 {
    crc16(hashed(key).as_bytes()) % SLOTS
}

/// What stands between the first `{` and the next `}`, if anything does; else all of it.
fn hashed(key: &str) -> &str {
    let Some((_, after)) = key.split_once('{') else { return key };
    match after.split_once('}') {
        Some((tag, _)) if !tag.is_empty() => tag,
        _ => key,
    }
}

/// As XMODEM has it: the polynomial is 0x1021, the start 0.
fn crc16(bytes: &[u8]) -> u16 {
    let shift = |crc: u16| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
    let byte = |crc: u16, byte: &u8| (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| shift(crc));
    bytes.iter().fold(0, byte)
}

/// Some of the slots, as ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ranges(Vec<(u16, u16)>);

impl Ranges {
    pub fn run(first: u16, last: u16) -> Ranges {
        Ranges(vec![(first, last)])
    }

    pub fn one(slot: u16) -> Ranges {
        Ranges::run(slot, slot)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, slot: u16) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&slot))
    }

    pub fn meets(&self, other: &Ranges) -> bool {
        self.0.iter().any(|(first, _)| other.has(*first))
            || other.0.iter().any(|(first, _)| self.has(*first))
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |(first, last): &(u16, u16)| match first == last {
            true => first.to_string(),
            false => format!("{first}–{last}"),
        };
        let ranges: Vec<String> = self.0.iter().map(told).collect();
        f.write_str(if ranges.is_empty() { NONE } else { "" })?;
        f.write_str(&ranges.join(" "))
    }
}

/// That a slot is this master's, since this configEpoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    pub owner: Place,
    pub epoch: u64,
}

/// Whose each slot is: claims by the first slot that they hold for, up to the next. There is one for slot 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SlotMap(Rc<BTreeMap<u16, Claim>>);

impl SlotMap {
    /// Dealt out to the first so many servers, as `redis-cli --cluster create` does it: each has a configEpoch of
    /// its own from the start.
    pub fn dealt(masters: u16) -> SlotMap {
        let first = |number: u16| {
            let (number, masters) = (u32::from(number), u32::from(masters));
            ((number * u32::from(SLOTS) + masters / 2) / masters) as u16
        };
        let claim =
            |number: u16| Claim { owner: Place::server(number), epoch: u64::from(number) + 1 };
        SlotMap(Rc::new((0..masters).map(|number| (first(number), claim(number))).collect()))
    }

    pub fn at(&self, slot: u16) -> Claim {
        let nobody = Claim { owner: Place::server(0), epoch: 0 };
        self.0.range(..=slot).next_back().map_or(nobody, |(_, claim)| *claim)
    }

    /// First and last slot of each run, and whose it is.
    pub fn runs(&self) -> impl Iterator<Item = (u16, u16, Claim)> {
        let ends = self.0.keys().skip(1).copied().chain([SLOTS]);
        self.0.iter().zip(ends).map(|((first, claim), end)| (*first, end - 1, *claim))
    }

    fn those(&self, wanted: impl Fn(Claim) -> bool) -> Ranges {
        let runs = self.runs().filter(|(_, _, claim)| wanted(*claim));
        Ranges(runs.map(|(first, last, _)| (first, last)).collect())
    }

    pub fn of(&self, owner: Place) -> Ranges {
        self.those(|claim| claim.owner == owner)
    }

    /// Those that are claimed just so.
    pub fn claimed(&self, by: Claim) -> Ranges {
        self.those(|claim| claim == by)
    }

    /// Masters with slots: they vote.
    pub fn owners(&self) -> BTreeSet<Place> {
        self.0.values().map(|claim| claim.owner).collect()
    }

    /// The greatest configEpoch under which this one has slots.
    pub fn epoch_of(&self, owner: Place) -> u64 {
        let of = self.0.values().filter(|claim| claim.owner == owner);
        of.map(|claim| claim.epoch).max().unwrap_or(0)
    }

    /// Gives these slots to whoever claims them, but for those that another has under a configEpoch that is not
    /// less. (`anyway` gives them even then.) Whose they were.
    pub fn claim(&mut self, by: Claim, slots: &Ranges, anyway: bool) -> BTreeSet<Place> {
        let mut lost = BTreeSet::new();
        let ends = slots.0.iter().flat_map(|(first, last)| [*first, *last + 1]);
        let cuts: BTreeSet<u16> =
            self.0.keys().copied().chain(ends).filter(|cut| *cut < SLOTS).collect();
        let mut map: BTreeMap<u16, Claim> = BTreeMap::new();
        for cut in cuts {
            let mut claim = self.at(cut);
            let wins = by.epoch > claim.epoch || anyway && by != claim;
            if slots.has(cut) && wins {
                if claim.owner != by.owner {
                    lost.insert(claim.owner);
                }
                claim = by;
            }
            if map.values().next_back() != Some(&claim) {
                map.insert(cut, claim);
            }
        }
        if *self.0 != map {
            self.0 = Rc::new(map);
        }
        lost
    }

    /// A claim under a greater configEpoch than this to one of these slots, by somebody else than this one.
    pub fn newer(&self, than: u64, slots: &Ranges, but: Option<Place>) -> Option<Claim> {
        let newer = |(first, last, claim): &(u16, u16, Claim)| {
            let run = Ranges::run(*first, *last);
            Some(claim.owner) != but && claim.epoch > than && run.meets(slots)
        };
        self.runs().find(newer).map(|(_, _, claim)| claim)
    }
}

impl Default for SlotMap {
    fn default() -> SlotMap {
        SlotMap::dealt(1)
    }
}

impl fmt::Display for SlotMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (first, last, claim)) in self.runs().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{} {}", Ranges::run(first, last), claim.owner)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_redis() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
        assert_eq!((slot_of("foo"), slot_of("bar"), slot_of("hello")), (12_182, 5_061, 866));
    }

    #[test]
    fn keys_with_one_tag_stand_together() {
        assert_eq!(slot_of("{user1000}.following"), slot_of("user1000"));
        assert_eq!(slot_of("foo{}{bar}"), crc16(b"foo{}{bar}") % SLOTS);
        assert_eq!(slot_of("foo{{bar}}zap"), crc16(b"{bar") % SLOTS);
        assert_eq!(slot_of("foo{bar}{zap}"), slot_of("bar"));
    }

    #[test]
    fn slots_are_dealt_out_as_redis_cli_does() {
        assert_eq!(SlotMap::dealt(3).to_string(), "0–5460 S1, 5461–10922 S2, 10923–16383 S3");
        assert_eq!(SlotMap::dealt(1).of(Place::server(0)).to_string(), "0–16383");
        assert_eq!(SlotMap::dealt(1).of(Place::server(1)).to_string(), "–");
    }

    #[test]
    fn the_greater_config_epoch_wins_a_slot() {
        let mut map = SlotMap::dealt(2);
        let (s1, s2, s3) = (Place::server(0), Place::server(1), Place::server(2));
        let old = map.of(s1);
        assert_eq!(
            map.claim(Claim { owner: s2, epoch: 1 }, &Ranges::one(5), false),
            BTreeSet::new()
        );
        assert_eq!(
            map.claim(Claim { owner: s2, epoch: 3 }, &Ranges::one(5), false),
            BTreeSet::from([s1])
        );
        assert_eq!(map.to_string(), "0–4 S1, 5 S2, 6–8191 S1, 8192–16383 S2");
        map.claim(Claim { owner: s3, epoch: 2 }, &old, false);
        assert_eq!(map.to_string(), "0–4 S3, 5 S2, 6–8191 S3, 8192–16383 S2");
        assert_eq!(map.newer(1, &old, Some(s1)).map(|it| it.owner), Some(s3));
        assert_eq!((map.epoch_of(s2), map.owners().len()), (3, 2));
    }
}
