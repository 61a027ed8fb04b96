//! A lesson that somebody writes: it is gone through as a reader would before it is shown, and whatever does not
//! work is told where it stands.

use super::permalink::Permalink;
use crate::lessons::texts::{SHELF, Shelf, Volume};
use crate::scenario::Mistake;
use crate::words::Language;

/// What the links of a text may name.
pub struct Destinations {
    pub lessons: Vec<String>,
    pub exercises: Vec<String>,
    pub terms: Vec<String>,
}

impl Destinations {
    /// Of what comes with Synod.
    pub fn of(shelf: &Shelf) -> Destinations {
        let named = |texts: &[Volume]| texts.iter().map(|text| text.name.to_owned()).collect();
        let terms = (shelf.terms)(shelf.glossary.of(Language::English)).unwrap_or_default();
        Destinations {
            lessons: named(shelf.lessons),
            exercises: named(shelf.exercises),
            terms: terms.into_iter().map(|term| term.name).collect(),
        }
    }

    /// Whether a link leads somewhere.
    pub fn has(&self, link: &str) -> bool {
        let named = |part: &str| {
            let value = link.split('&').find_map(|word| word.strip_prefix(part));
            value.map(|value| value.split('.').next().unwrap_or(value).to_owned())
        };
        match (named("lesson="), named("exercise="), named("term=")) {
            (Some(name), ..) => self.lessons.contains(&name),
            (_, Some(name), _) => self.exercises.contains(&name),
            (_, _, Some(name)) => self.terms.contains(&name),
            _ => Permalink::parse(link).is_ok_and(|link| link.complaint().is_none()),
        }
    }
}

/// Goes through a text once what it names is there ([`Needs::of_draft`](super::Needs::of_draft)).
pub fn review(text: &str) -> Result<(), Mistake> {
    let Some(shelf) = SHELF.get() else { return Ok(()) };
    let destinations = Destinations::of(shelf);
    (shelf.review)(text, &|link| destinations.has(link))
}
