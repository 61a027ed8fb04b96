//! The texts that come with Synod, in the order in which they are listed. They and all that reads them are
//! one part of the program (`part.rs`), fetched when somebody first opens one.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::glossary::{self, Term};
use super::lesson::Course;
use super::review::{self, Leads};
use crate::part;
use crate::part::Part;
use crate::scenario::Mistake;
use crate::words::Language;

/// A text in both languages.
pub struct Volume {
    /// In links.
    pub name: &'static str,
    english: &'static str,
    chinese: &'static str,
}

impl Volume {
    pub fn of(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::Chinese => self.chinese,
        }
    }
}

/// Everything that there is to read, and what reads it.
pub struct Shelf {
    pub lessons: &'static [Volume],
    pub exercises: &'static [Volume],
    pub glossary: &'static Volume,
    pub read: fn(&str) -> Result<Course, Mistake>,
    /// Goes through a text as a reader would.
    pub review: fn(&str, Leads) -> Result<(), Mistake>,
    pub terms: fn(&str) -> Result<Vec<Term>, Mistake>,
    /// The entry that explains this word of the page.
    pub explains: fn(&str) -> Option<&'static str>,
}

impl Shelf {
    pub fn lesson_named(&self, name: &str) -> Option<&'static Volume> {
        self.lessons.iter().find(|text| text.name == name)
    }

    pub fn exercise_named(&self, name: &str) -> Option<&'static Volume> {
        self.exercises.iter().find(|text| text.name == name)
    }
}

macro_rules! texts {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(Volume {
            name: $name,
            english: include_str!(concat!("../../lessons/", $folder, $name, ".md")),
            chinese: include_str!(concat!("../../lessons/", $folder, "zh/", $name, ".md")),
        }),*]
    };
}

const LESSONS: &[Volume] = texts![
    "": "cap", "consistency-models", "quorums", "happened-before", "paxos", "paxos-example", "raft", "figure-8", "zab",
    "locks", "gossip", "breaking",
];
const EXERCISES: &[Volume] = texts![
    "exercises/": "order-two-events", "tie-break", "snapshot", "two-leaders", "minority-leader", "figure-8",
    "shortest-violation", "repair", "lease-lies", "new-member-leads", "play-the-proposer", "paxos-adopt", "duel",
    "two-values", "zab-truncated", "cap-minority", "break-the-quorum-store", "repair-quorum", "lost-update",
    "siblings", "dead-rise", "stale-read", "lost-write", "two-primaries", "two-holders", "late-write", "stop-it",
    "gossip-residue",
];
const GLOSSARY: &[Volume] = texts!["": "glossary"];

/// The shelf that comes with Synod.
pub static SHELF: Part<Shelf> = part!(lessons: Shelf = Shelf {
    lessons: LESSONS,
    exercises: EXERCISES,
    glossary: &GLOSSARY[0],
    read: Course::read,
    review: review::course,
    terms: glossary::read,
    explains,
});

fn explains(sign: &str) -> Option<&'static str> {
    static SIGNS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let read = || glossary::by_signs(glossary::read(GLOSSARY[0].english).unwrap_or_default());
    SIGNS.get_or_init(read).get(sign).map(String::as_str)
}
