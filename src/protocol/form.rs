//! What clients can ask, as forms to fill in.

use crate::base::Sentence;
use crate::base::word::{self, Unfit};
use crate::sentence;

/// A kind of request, as a form to fill in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Its name in the service's description: `Prepare`.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// How a script writes it, a brace for each blank: `put {0}={1}`.
    pub script: &'static str,
    pub blanks: &'static [Blank],
}

impl Form {
    /// The word with which a script begins it.
    pub(super) fn word(&self) -> &'static str {
        self.script.split(' ').next().unwrap_or_default()
    }

    /// The request with these values in its blanks, as a script writes it.
    pub fn fill(&self, values: &[impl AsRef<str>]) -> String {
        let value = |place: &str| {
            place.parse().ok().and_then(|place: usize| values.get(place)).map_or("", AsRef::as_ref)
        };
        // Every second piece stands in braces.
        let pieces = self.script.split(['{', '}']).enumerate();
        pieces.map(|(i, piece)| if i % 2 == 0 { piece } else { value(piece).trim() }).collect()
    }
}

/// A place to fill in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blank {
    pub name: &'static str,
    pub holds: Holds,
    /// What stands there until somebody types.
    pub sample: &'static str,
}

impl Blank {
    /// Whether this can stand there; left empty, it is the sample. The rule is that of whoever reads
    /// requests.
    pub fn check(&self, text: &str) -> Result<(), Sentence> {
        let text = text.trim();
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        Err(match (self.holds, word::unfit(text)) {
            (_, Some(Unfit::Empty)) => return Ok(()),
            (Holds::Number { least, most }, _) => match text.parse::<u64>() {
                Ok(number) if digits && (least..=most).contains(&number) => return Ok(()),
                _ => sentence!("a whole number from {0} to {1} is expected.", least, most),
            },
            (Holds::Word, None) => return Ok(()),
            (Holds::Word, Some(Unfit::Long(long))) => {
                sentence!("at most {0} characters fit here; these are {1}.", word::LONGEST, long)
            }
            (Holds::Word, Some(Unfit::Reserved(c))) if c.is_whitespace() => {
                sentence!("a space is not possible here: it would end the word.")
            }
            (Holds::Word, Some(Unfit::Reserved(c))) => sentence!(
                "“{0}” is not possible here: scripts need it for themselves.",
                c.to_string()
            ),
            (Holds::Word, Some(Unfit::Unseen(c))) => sentence!(
                "an invisible character (U+{0}) is not possible here.",
                format!("{:04X}", u32::from(c))
            ),
            (Holds::Word, Some(Unfit::None)) => sentence!("“–” stands for no value."),
        })
    }
}

/// What a blank takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A whole number within these bounds.
    Number { least: u64, most: u64 },
    /// A word as [`crate::base::word::word`] reads it.
    Word,
}
