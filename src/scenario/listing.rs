//! Reading places: one (`S1`), a range (`S1..S500`), a share of all (`10%`), and groups of them; and a
//! protocol's properties.

use std::collections::BTreeSet;

use super::{Mistake, Words};
use crate::base::{Place, Ratio};
use crate::catalog::Entry;
use crate::command::{Partition, Setup};
use crate::sentence;

const PLACE: &str = Place::EXPECTED;
pub(super) const SERVER: &str = "a server such as S1";
const SHARE: &str = "a share such as 10%, of all that is there";

/// The place exists in this run.
pub(crate) fn existing(words: &Words, setup: &Setup, place: Place) -> Result<Place, Mistake> {
    let exists = setup.places.has(place);
    match exists {
        true => Ok(place),
        false => Err(words.wrong(sentence!(
            "there is no {0} in this run, which has {1}",
            place,
            setup.places.to_string()
        ))),
    }
}

/// One of the protocol's properties, by its name.
pub(super) fn property(words: &mut Words, entry: &Entry) -> Result<&'static str, Mistake> {
    let name = words.rest("the name of a property")?;
    let known: Vec<&str> = (entry.properties)().iter().map(|property| property.name).collect();
    match known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        Some(property) => Ok(property),
        None => Err(words.wrong(sentence!(
            "{0} has no property “{1}”, but {2}",
            entry.meta.title,
            name.chars().take(40).collect::<String>(),
            known.join(", ")
        ))),
    }
}

pub(super) fn node(words: &mut Words, setup: &Setup) -> Result<Place, Mistake> {
    let node: Place = words.read(PLACE)?;
    existing(words, setup, node)?;
    Ok(node)
}

/// A place that a client can ask: it runs the protocol's program.
pub(super) fn served(words: &mut Words, setup: &Setup) -> Result<Place, Mistake> {
    let place = node(words, setup)?;
    match setup.places.is_house_client(place) {
        true => Err(words.expected(SERVER)),
        false => Ok(place),
    }
}

/// Those who are asked: any number of them.
pub(super) fn asked(words: &mut Words, setup: &Setup) -> Result<Vec<Place>, Mistake> {
    let mut asked = Vec::new();
    while words.peek().is_some_and(|word| word.parse::<Place>().is_ok()) {
        let place = served(words, setup)?;
        if asked.contains(&place) {
            return Err(words.wrong(sentence!("{0} is named twice here", place)));
        }
        asked.push(place);
    }
    Ok(asked)
}

/// One place, or all of a range: `S1..S500`.
fn range(words: &mut Words, setup: &Setup) -> Result<Vec<Place>, Mistake> {
    let Some((first, last)) = words.peek().and_then(|word| word.split_once("..")) else {
        return Ok(vec![node(words, setup)?]);
    };
    words.next(PLACE)?;
    let end = |words: &Words, end: &str| {
        let place = end.parse().map_err(|_| words.expected("a range such as S1..S500"))?;
        existing(words, setup, place)
    };
    let (first, last) = (end(words, first)?, end(words, last)?);
    if first.letter() != last.letter() {
        return Err(words.wrong(sentence!(
            "a range is of one kind, and {0} and {1} are not",
            first,
            last
        )));
    }
    if first > last {
        return Err(words.wrong(sentence!(
            "a range goes upwards: {0}..{1}, not {1}..{0}",
            last,
            first
        )));
    }
    Ok((first.number()..=last.number()).map(|number| Place::new(first.letter(), number)).collect())
}

/// Adds what is read next to these, none of whom is named twice.
fn add(
    places: &mut Vec<Place>,
    known: &mut BTreeSet<Place>,
    words: &mut Words,
    setup: &Setup,
) -> Result<(), Mistake> {
    for place in range(words, setup)? {
        if !known.insert(place) {
            return Err(words.wrong(sentence!("{0} is named twice here", place)));
        }
        places.push(place);
    }
    Ok(())
}

/// One or several places: `S1 S3..S5`; or so great a share of those that run the protocol's program, the
/// first ones, rounded up.
pub(super) fn some(words: &mut Words, setup: &Setup) -> Result<Vec<Place>, Mistake> {
    if words.peek().is_some_and(|word| word.ends_with('%')) {
        let share: Ratio = words.read(SHARE)?;
        let all = setup.places.own().count() as u64;
        let count = (all * u64::from(share.ppm())).div_ceil(u64::from(Ratio::WHOLE));
        return match count {
            0 => Err(words.expected("a share of more than 0%")),
            count => Ok(setup.places.own().take(count as usize).collect()),
        };
    }
    let (mut places, mut known) = (Vec::new(), BTreeSet::new());
    loop {
        add(&mut places, &mut known, words, setup)?;
        // What else may follow is no place.
        if words.peek().is_none_or(|word| ["torn", "off"].contains(&word) || word.contains('=')) {
            return Ok(places);
        }
    }
}

/// `S1 S2 | S3 S4 S5`, `S1 S2 > S3`, or `half`.
pub(super) fn partition(words: &mut Words, setup: &Setup) -> Result<Partition, Mistake> {
    if words.peek() == Some("half") {
        words.next(SERVER)?;
        let mut first: Vec<Place> = setup.places.own().collect();
        let second = first.split_off(first.len().div_ceil(2));
        if second.is_empty() {
            return Err(words.wrong(sentence!("one alone cannot be parted")));
        }
        return Ok(Partition::Groups(vec![first, second]));
    }
    let mut groups: Vec<Vec<Place>> = Vec::new();
    let (mut group, mut known) = (Vec::new(), BTreeSet::new());
    let mut one_way = false;
    loop {
        if groups.len() >= 1_000 {
            return Err(words.expected("at most 1000 groups"));
        }
        add(&mut group, &mut known, words, setup)?;
        match words.peek() {
            None => break,
            Some("|") if !one_way => {}
            Some(">") if groups.is_empty() => one_way = true,
            Some(_) => continue,
        }
        words.next(SERVER)?;
        groups.push(std::mem::take(&mut group));
        known.clear();
    }
    groups.push(group);
    match one_way {
        true => {
            let deaf = groups.pop().unwrap_or_default();
            Ok(Partition::OneWay { unheard: groups.pop().unwrap_or_default(), deaf })
        }
        false => Ok(Partition::Groups(groups)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Places;
    use crate::command::Deed;

    fn setup() -> Setup {
        Setup { places: Places::with_clients(25, 2), ..Setup::new("raft", &[]) }
    }

    fn crash(text: &str) -> Result<String, String> {
        let places = some(&mut Words::new(text, 1), &setup());
        let command = places.map(|places| Deed::Crash { torn: false }.to_each(places));
        command.map(|it| it.to_string()).map_err(|it| it.sentence.to_string())
    }

    fn parted(text: &str) -> Result<String, String> {
        let read = partition(&mut Words::new(text, 1), &setup());
        read.map(|it| it.to_string()).map_err(|it| it.sentence.to_string())
    }

    #[test]
    fn ranges_and_shares_stand_for_places() {
        assert_eq!(crash("S3"), Ok("crash S3".into()));
        assert_eq!(crash("S3..S5 C1"), Ok("crash S3 S4 S5 C1".into()));
        assert_eq!(crash("S1..S20"), Ok("crash S1..S20".into()));
        assert_eq!(crash("10%"), Ok("crash S1 S2 S3".into()));
        assert_eq!(crash("100%"), Ok("crash S1..S25".into()));
        assert_eq!(parted("half"), Ok(parted("S1..S13 | S14..S25").unwrap()));
        assert_eq!(parted("S1..S20 > S21"), Ok("S1..S20 > S21".into()));
        assert_eq!(parted("S1 S2 | S2 S3"), Ok("S1 S2 | S2 S3".into()), "groups may overlap");
    }

    #[test]
    fn what_makes_no_sense_is_told_in_one_sentence() {
        for (text, told) in [
            ("S5..S1", "a range goes upwards: S1..S5, not S5..S1"),
            ("S1..C2", "a range is of one kind, and S1 and C2 are not"),
            ("S1..S100000", "expected a range such as S1..S500, found “S1..S100000”"),
            ("S1..S26", "there is no S26 in this run, which has S1–S25, C1–C2"),
            ("S1..S4 S2", "S2 is named twice here"),
            ("200%", "expected a share from 0% to 100%, found “200%”"),
            ("0%", "expected a share of more than 0%, found “0%”"),
        ] {
            assert_eq!(crash(text), Err(told.into()), "{text}");
        }
        assert_eq!(parted("S1 S1 | S2"), Err("S1 is named twice here".into()));
        let one = Setup { places: Places::cluster(1), ..Setup::new("raft", &[]) };
        assert!(partition(&mut Words::new("half", 1), &one).is_err());
    }
}
