//! What is kept under a key: versions, and how those of two replicas become one.
//!
//! A write is a *version* with a *mark*: when its coordinator's clock said it was, which server that was,
//! and how many writes of this key that server has coordinated. Server and count are its *dot* (Preguiça,
//! Baquero, Almeida, Fonte and Gonçalves, *Dotted version vectors*, 2010), which no two writes share.
//!
//! By *last writer wins* the version with the latest mark stays. By *version vectors* an object also keeps
//! which dots have been *seen*: a version stays until somebody who has seen it writes. What is not there and
//! has been seen, is superseded; what is there and was not seen by whoever wrote another, is its *sibling*.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use crate::base::{Place, Text, Time};
use crate::check::NO_VALUE;

/// Whose write it is: the client, and its own number for it. Nothing but repeated requests and history
/// variables look at it.
pub type WriteId = (Place, u64);

/// A write of a value; or of none, a *tombstone*.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub value: Option<Text>,
    pub id: WriteId,
}

/// The name of a version. Marks order as last writer wins compares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    pub time: Time,
    pub by: Place,
    /// Which of its writes of this key.
    pub count: u64,
}

pub type Dot = (Place, u64);

/// How two versions of one key become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Versions {
    /// Last writer wins.
    Lww,
    Vectors,
}

/// A set of dots: a version vector, and the dots beyond it (Almeida, Shoker and Baquero, *Delta state
/// replicated data types*, 2018). A vector alone would claim more than was seen: a client that has written
/// a server's third version need not have seen its second.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seen {
    /// Of these servers the first so many.
    vector: BTreeMap<Place, u64>,
    beyond: BTreeSet<Dot>,
}

/// What a replica keeps under a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Object {
    pub versions: BTreeMap<Mark, Version>,
    /// Of version vectors alone.
    pub seen: Seen,
}

/// What a session knows of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Known {
    /// The latest version that it has read or written: of last writer wins …
    pub latest: Option<Mark>,
    /// … and all of them: of version vectors. It is the *context* of its next write.
    pub seen: Seen,
}

/// A session: by key, what the client has written and seen. It is the client's bookmark.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Session(pub BTreeMap<Text, Known>);

impl Mark {
    pub fn dot(&self) -> Dot {
        (self.by, self.count)
    }
}

impl Seen {
    pub fn contains(&self, dot: Dot) -> bool {
        self.vector.get(&dot.0).is_some_and(|last| dot.1 <= *last) || self.beyond.contains(&dot)
    }

    pub fn insert(&mut self, dot: Dot) {
        if !self.contains(dot) {
            self.beyond.insert(dot);
            self.compact();
        }
    }

    pub fn join(&mut self, other: &Seen) {
        for (place, last) in &other.vector {
            let known = self.vector.entry(*place).or_default();
            *known = (*known).max(*last);
        }
        self.beyond.extend(other.beyond.iter().copied());
        self.compact();
    }

    /// Whether all of the other are among these.
    pub fn covers(&self, other: &Seen) -> bool {
        let vector = other.vector.iter().all(|(place, last)| {
            self.vector.get(place).is_some_and(|known| known >= last)
                || (1..=*last).all(|count| self.contains((*place, count)))
        });
        vector && other.beyond.iter().all(|dot| self.contains(*dot))
    }

    /// The greatest count of this server.
    pub fn last_of(&self, place: Place) -> u64 {
        let beyond = self.beyond.range((place, 0)..=(place, u64::MAX)).next_back();
        let vector = self.vector.get(&place).copied().unwrap_or_default();
        vector.max(beyond.map_or(0, |dot| dot.1))
    }

    pub fn is_empty(&self) -> bool {
        self.vector.is_empty() && self.beyond.is_empty()
    }

    /// What follows the vector without a gap becomes part of it.
    fn compact(&mut self) {
        let vector = &mut self.vector;
        self.beyond.retain(|(place, count)| {
            let last = vector.get(place).copied().unwrap_or_default();
            if *count == last + 1 {
                vector.insert(*place, *count);
            }
            *count > last + 1
        });
    }
}

impl Object {
    /// A write whose client knew this much of the key.
    pub fn write(&mut self, how: Versions, mark: Mark, version: Version, context: &Known) {
        match how {
            Versions::Lww => {
                if self.latest().is_none_or(|latest| latest < mark) {
                    self.versions = BTreeMap::from([(mark, version)]);
                }
            }
            Versions::Vectors => {
                self.versions.retain(|mark, _| !context.seen.contains(mark.dot()));
                self.versions.insert(mark, version);
                self.seen.join(&context.seen);
                self.seen.insert(mark.dot());
            }
        }
    }

    /// What two replicas have, in one. It is associative, commutative and idempotent.
    pub fn merge(&mut self, how: Versions, other: &Object) {
        let all = other.versions.iter().map(|(mark, version)| (*mark, version.clone()));
        match how {
            Versions::Lww => {
                self.versions.extend(all);
                while self.versions.len() > 1 {
                    self.versions.pop_first();
                }
            }
            Versions::Vectors => {
                self.versions.retain(|mark, _| {
                    other.versions.contains_key(mark) || !other.seen.contains(mark.dot())
                });
                let new = all.filter(|(mark, _)| !self.seen.contains(mark.dot()));
                let new: Vec<(Mark, Version)> = new.collect();
                self.versions.extend(new);
                self.seen.join(&other.seen);
            }
        }
    }

    /// Whether it says all that the other one does.
    pub fn includes(&self, how: Versions, other: &Object) -> bool {
        let mut both = self.clone();
        both.merge(how, other);
        both == *self
    }

    pub fn latest(&self) -> Option<Mark> {
        self.versions.last_key_value().map(|(mark, _)| *mark)
    }

    /// What a session knows that has seen this.
    pub fn known(&self, how: Versions) -> Known {
        match how {
            Versions::Lww => Known { latest: self.latest(), seen: Seen::default() },
            Versions::Vectors => Known { latest: None, seen: self.seen.clone() },
        }
    }

    /// Whether it is at least as new as what the session knows.
    pub fn is_known(&self, known: &Known) -> bool {
        self.latest() >= known.latest && self.seen.covers(&known.seen)
    }

    /// Nothing but tombstones, of which there is one at least.
    pub fn is_dead(&self) -> bool {
        !self.versions.is_empty() && self.versions.values().all(|version| version.value.is_none())
    }

    pub fn ids(&self) -> impl Iterator<Item = WriteId> {
        self.versions.values().map(|version| version.id)
    }

    /// What a client is told: the value, or all siblings, in the order of their marks.
    pub fn answer(&self) -> Text {
        let values = self.versions.values().filter_map(|version| version.value.as_deref());
        let values: Vec<&str> = values.collect();
        match values[..] {
            [] => NO_VALUE.into(),
            _ => values.join(SIBLING).into(),
        }
    }
}

/// What stands between siblings in an answer. No value holds a space.
pub const SIBLING: &str = " | ";

/// What stands for a tombstone where versions are shown.
pub const TOMBSTONE: &str = "†";

impl Known {
    pub fn join(&mut self, other: &Known) {
        self.latest = self.latest.max(other.latest);
        self.seen.join(&other.seen);
    }

    /// A write of its own, which the session has not read.
    pub fn wrote(&mut self, how: Versions, mark: Mark) {
        match how {
            Versions::Lww => self.latest = self.latest.max(Some(mark)),
            Versions::Vectors => self.seen.insert(mark.dot()),
        }
    }
}

impl Session {
    pub fn of(&self, key: &str) -> Known {
        self.0.get(key).cloned().unwrap_or_default()
    }

    pub fn entry(&mut self, key: &Text) -> &mut Known {
        self.0.entry(key.clone()).or_default()
    }
}

/// As versions are shown: `1 | †`.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, version) in self.versions.values().enumerate() {
            f.write_str(if place == 0 { "" } else { SIBLING })?;
            f.write_str(version.value.as_deref().unwrap_or(TOMBSTONE))?;
        }
        Ok(())
    }
}

/// `120ms@S1:3`.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}:{}", self.time, self.by, self.count)
    }
}

impl FromStr for Mark {
    type Err = ();
    fn from_str(text: &str) -> Result<Mark, ()> {
        let (time, dot) = text.split_once('@').ok_or(())?;
        let (by, count) = dot.split_once(':').ok_or(())?;
        let time = time.parse().map_err(|_| ())?;
        Ok(Mark { time, by: by.parse().map_err(|_| ())?, count: count.parse().map_err(|_| ())? })
    }
}

/// `S1:1-3,S2:5`: the first three of one server, and the fifth of another.
impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        for (place, last) in &self.vector {
            match last {
                1 => write!(f, "{comma}{place}:1")?,
                _ => write!(f, "{comma}{place}:1-{last}")?,
            }
            comma = ",";
        }
        for (place, count) in &self.beyond {
            write!(f, "{comma}{place}:{count}")?;
            comma = ",";
        }
        Ok(())
    }
}

impl FromStr for Seen {
    type Err = ();
    fn from_str(text: &str) -> Result<Seen, ()> {
        let mut seen = Seen::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (place, counts) = part.split_once(':').ok_or(())?;
            let place = place.parse().map_err(|_| ())?;
            match counts.split_once('-') {
                Some(("1", last)) => _ = seen.vector.insert(place, last.parse().map_err(|_| ())?),
                Some(_) => return Err(()),
                None => _ = seen.beyond.insert((place, counts.parse().map_err(|_| ())?)),
            }
        }
        seen.compact();
        Ok(seen)
    }
}

/// `x=120ms@S1:3;y=S2:1-4`: as a client carries it.
impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (key, known)) in self.0.iter().enumerate() {
            write!(f, "{}{key}=", if place == 0 { "" } else { ";" })?;
            match known.latest {
                Some(latest) => latest.fmt(f)?,
                None => known.seen.fmt(f)?,
            }
        }
        Ok(())
    }
}

impl FromStr for Session {
    type Err = ();
    fn from_str(text: &str) -> Result<Session, ()> {
        let mut session = Session::default();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (key, known) = part.split_once('=').ok_or(())?;
            let known = match known.contains('@') {
                true => Known { latest: Some(known.parse()?), seen: Seen::default() },
                false => Known { latest: None, seen: known.parse()? },
            };
            session.0.insert(key.into(), known);
        }
        Ok(session)
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Versions::Lww => "lww",
            Versions::Vectors => "vectors",
        })
    }
}
