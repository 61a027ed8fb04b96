//! What clients can ask, as forms to fill in.

use crate::base::word::{self, Unfit};
use crate::base::{Place, Sentence};
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
    pub fn word(&self) -> &'static str {
        self.script.split(' ').next().unwrap_or_default()
    }

    /// Where a request of this form does not fit it, in bytes: at a word that is not what its blank holds, at the
    /// end where words are missing, or at the first word too many.
    pub fn misfit(&self, request: &str) -> Option<Misfit> {
        let place = |word: &str| word.as_ptr() as usize - request.as_ptr() as usize;
        let mut said = request.split_whitespace();
        for piece in self.script.split(' ') {
            let Some(word) = said.next() else { return Some(Misfit::Missing(request.len())) };
            let blank = piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}'));
            let blank = blank.and_then(|blank| self.blanks.get(blank.parse::<usize>().ok()?));
            match blank {
                Some(blank) if blank.holds == Holds::Servers => return None,
                Some(blank) if blank.check(word).is_err() => {
                    return Some(Misfit::Wrong(place(word)));
                }
                _ => {}
            }
        }
        said.next().map(|word| Misfit::TooMuch(place(word)))
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

/// Where a request does not fit its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    Wrong(usize),
    Missing(usize),
    TooMuch(usize),
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
            (Holds::Servers, _) => {
                let is_server = |word: &str| word.parse().is_ok_and(Place::is_server);
                match text.split_whitespace().find(|word| !is_server(word)) {
                    None => return Ok(()),
                    Some(word) => {
                        let word: String = word.chars().take(40).collect();
                        sentence!("servers such as S2 S3 are expected, not “{0}”.", word)
                    }
                }
            }
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
    /// Servers by their names, with spaces between.
    Servers,
    /// A word as [`crate::base::word::word`] reads it.
    Word,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_found() {
        const NUMBER: Blank =
            Blank { name: "number", holds: Holds::Number { least: 1, most: 9 }, sample: "1" };
        const FORM: Form =
            Form { name: "Prepare", help: "", script: "prepare {0}", blanks: &[NUMBER] };
        let form = FORM;
        assert_eq!(form.misfit("prepare  0"), Some(Misfit::Wrong(9)));
        assert_eq!(form.misfit("prepare 3"), None);
        assert_eq!(form.misfit("prepare"), Some(Misfit::Missing(7)));
        assert_eq!(form.misfit("prepare 3 4"), Some(Misfit::TooMuch(10)));
    }

    #[test]
    fn a_blank_for_servers_takes_their_names() {
        let blank = Blank { name: "servers", holds: Holds::Servers, sample: "S1 S2" };
        for right in ["", " ", "S1", " S2  S3 S15 "] {
            assert_eq!(blank.check(right), Ok(()), "{right:?}");
        }
        for (wrong, word) in [("S1 C1", "C1"), ("S1,S2", "S1,S2"), ("S0", "S0"), ("2", "2")] {
            let told = blank.check(wrong).unwrap_err().to_string();
            assert_eq!(told, format!("servers such as S2 S3 are expected, not “{word}”."));
        }
    }
}
