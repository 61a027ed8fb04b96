//! Who takes part: a *place* of a kind. Servers are `S1`, `S2`, …, clients `C1`, `C2`, …; a protocol
//! may have kinds of its own, each with a letter. Numbers start at zero inside the code and at one
//! wherever people read them.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whoever takes part: its kind's letter, and its number among those of its kind. Servers come first in
/// the order of places, then the other kinds by their letters.
///
/// The letter stands above the number in one word, and `S` as the lowest: to compare two places, which
/// the simulator does all the time, is to compare two numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(NonZeroU32);

/// What stands above a server's number: below every letter.
const SERVERS: u32 = 1;

impl Place {
    /// What stands where a place is expected and nothing else will do.
    pub const EXPECTED: &'static str = "a server such as S1 or a client such as C1";

    /// The letter of servers, in every protocol.
    pub const SERVER: char = 'S';
    /// The letter of clients, in every protocol.
    pub const CLIENT: char = 'C';

    /// The place of this number, counted from zero, among those of the kind of this letter, `A` to `Z`.
    pub const fn new(letter: char, number: u16) -> Place {
        assert!(letter.is_ascii_uppercase(), "kinds have letters from A to Z");
        let above = if letter == Place::SERVER { SERVERS } else { letter as u32 };
        Place(NonZeroU32::new(above << 16 | number as u32).expect("no letter is zero"))
    }

    pub const fn server(number: u16) -> Place {
        Place::new(Place::SERVER, number)
    }

    pub const fn client(number: u16) -> Place {
        Place::new(Place::CLIENT, number)
    }

    /// The first `count` servers.
    pub fn servers(count: u16) -> impl Iterator<Item = Place> + Clone {
        Place::numbered(Place::SERVER, count)
    }

    /// The first `count` places of the kind of this letter.
    pub fn numbered(letter: char, count: u16) -> impl Iterator<Item = Place> + Clone {
        (0..count).map(move |number| Place::new(letter, number))
    }

    /// The place of this kind that a text names, as a form fills it in: a zero in front of a number does no
    /// harm.
    pub fn of_kind(letter: char, text: &str) -> Option<Place> {
        let digits = text.strip_prefix(letter)?;
        let number =
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u16>());
        Some(Place::new(letter, number?.ok()?.checked_sub(1)?))
    }

    /// Of its kind.
    pub fn letter(self) -> char {
        match self.0.get() >> 16 {
            SERVERS => Place::SERVER,
            letter => char::from(letter as u8),
        }
    }

    /// Position among those of its kind, from zero.
    pub fn index(self) -> usize {
        usize::from(self.number())
    }

    pub fn number(self) -> u16 {
        self.0.get() as u16
    }

    pub fn is_server(self) -> bool {
        self.0.get() >> 16 == SERVERS
    }

    /// The place, if it is a server.
    pub fn as_server(self) -> Option<Place> {
        self.is_server().then_some(self)
    }

    pub fn is_client(self) -> bool {
        self.letter() == Place::CLIENT
    }

    /// The one after it of its kind.
    pub fn next(self) -> Option<Place> {
        Some(Place::new(self.letter(), self.number().checked_add(1)?))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.letter(), u32::from(self.number()) + 1)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// For programs as for people: `"S1"`.
impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Place, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Place {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let mut letters = text.chars();
        let letter = letters.next().filter(char::is_ascii_uppercase).ok_or(Place::EXPECTED)?;
        let digits = letters.as_str();
        if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Place::EXPECTED);
        }
        let number = digits.parse::<u16>().ok().and_then(|number| number.checked_sub(1));
        Ok(Place::new(letter, number.ok_or(Place::EXPECTED)?))
    }
}

/// Places as a script lists them: `S1 S2 S5`. Of very many in a row the first and the last stand for all:
/// `S1..S500`.
pub struct Listed<'a>(pub &'a [Place]);

/// So many in a row are named one by one.
const NAMED: usize = 16;

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = self.0.chunk_by(|one, next| one.next() == Some(*next)).peekable();
        while let Some(row) = rows.next() {
            match row {
                [first, .., last] if row.len() > NAMED => write!(f, "{first}..{last}")?,
                [first, others @ ..] => {
                    write!(f, "{first}")?;
                    others.iter().try_for_each(|place| write!(f, " {place}"))?;
                }
                [] => {}
            }
            if rows.peek().is_some() {
                f.write_str(" ")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_many_in_a_row_are_listed_by_their_ends() {
        let row = |from: u16, to: u16| (from - 1..to).map(Place::server);
        let listed = |places: Vec<Place>| Listed(&places).to_string();
        assert_eq!(listed(row(2, 4).chain(row(9, 9)).collect()), "S2 S3 S4 S9");
        assert_eq!(listed(row(1, 1).chain(row(3, 500)).collect()), "S1 S3..S500");
        assert_eq!(listed(row(1, 17).chain([Place::client(17)]).collect()), "S1..S17 C18");
        assert_eq!(listed(row(1, 16).collect()).split(' ').count(), 16);
    }

    #[test]
    fn people_count_from_one() {
        assert_eq!(Place::server(0).to_string(), "S1");
        assert_eq!("S12".parse(), Ok(Place::server(11)));
        assert_eq!("C2".parse(), Ok(Place::client(1)));
        assert_eq!("B3".parse::<Place>().unwrap().to_string(), "B3");
        for wrong in ["S0", "S01", "S", "s1", "S1 ", "S+1", "S70000", "1", "É1", ""] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn servers_come_first() {
        let mut places: Vec<Place> =
            ["W1", "C1", "B2", "S10", "S2"].map(|text| text.parse().unwrap()).into();
        places.sort();
        assert_eq!(format!("{places:?}"), "[S2, S10, B2, C1, W1]");
    }
}
