//! Words: what a script can carry as one, and what people can tell apart by looking. Keys, values and
//! names are words.

use super::{NONE, Text, is_unseen};

/// Characters of a key or a value at the most.
pub const LONGEST: usize = 32;

/// A key or a value.
pub fn word(text: &str) -> Result<Text, &'static str> {
    match unfit(text) {
        None => Ok(text.into()),
        Some(_) => Err("a key or value of 1 to 32 visible characters without spaces and = ; # \""),
    }
}

/// What keeps a text from being a key or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    Empty,
    /// So many characters.
    Long(usize),
    /// This one is kept for scripts, or is a space.
    Reserved(char),
    /// Nobody sees this one, or what it does to its neighbours.
    Unseen(char),
    /// It stands for no value.
    None,
}

/// The first thing wrong with a text that is to be a key or a value.
pub fn unfit(text: &str) -> Option<Unfit> {
    let reserved = |c: char| c.is_whitespace() || "=;#\"".contains(c);
    let wrong = |c: char| match c {
        _ if is_unseen(c) => Some(Unfit::Unseen(c)),
        _ if reserved(c) => Some(Unfit::Reserved(c)),
        _ => None,
    };
    match text.chars().count() {
        0 => Some(Unfit::Empty),
        long if long > LONGEST => Some(Unfit::Long(long)),
        _ if text == NONE => Some(Unfit::None),
        _ => text.chars().find_map(wrong),
    }
}
