//! Why something that should hold does not.

use super::Sentence;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Says with its values what broke, or what is still missing.
    pub why: Sentence,
    /// Two things do not go together: the one has just happened, and this is the event that the
    /// other began with. `None` where the one is wrong by itself.
    pub against: Option<u64>,
}

impl Breach {
    pub fn against(event: u64, why: Sentence) -> Breach {
        Breach { why, against: Some(event) }
    }
}

impl From<Sentence> for Breach {
    fn from(why: Sentence) -> Breach {
        Breach { why, against: None }
    }
}
