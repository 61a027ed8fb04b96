//! Sentences that people read. The English stands in the code, so that the code reads; it is also
//! the key of its translation, as in gettext. Values fill the numbered places `{0}`, `{1}`, … so
//! that a translation may order them as its grammar likes. Nothing is formatted until it is shown.
//!
//! A sentence that another copy of the program has put together (in a worker, say) is read back as it is, and
//! translated here.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Place, Text, Time};

/// English that stands in the code.
type English = &'static str;

/// A value within a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Value {
    Number(u64),
    Time(Time),
    Place(Place),
    Text(Text),
    /// A fixed word, translated like a sentence: a role, a property, a flaw.
    Word(#[serde(deserialize_with = "english")] English),
    /// A name that is translated where it is known, such as a timer's.
    Name(Text),
    /// A sentence within a sentence: the reason of a refusal or of a violation.
    Sentence(Box<Sentence>),
}

/// An English template and what fills it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sentence {
    #[serde(deserialize_with = "english")]
    pub template: English,
    pub values: Vec<Value>,
}

/// A [`Sentence`]: `sentence!("{0} votes for {1}", me, candidate)`.
#[macro_export]
macro_rules! sentence {
    ($template:literal $(, $value:expr)* $(,)?) => {
        $crate::base::Sentence { template: $template, values: vec![$($crate::base::Value::from($value)),*] }
    };
}

/// What was read back is kept for good, once: there are no more templates than stand in the code.
fn english<'de, D: Deserializer<'de>>(deserializer: D) -> Result<English, D::Error> {
    thread_local! {
        static KNOWN: RefCell<BTreeSet<English>> = const { RefCell::new(BTreeSet::new()) };
    }
    let text = String::deserialize(deserializer)?;
    KNOWN.with_borrow_mut(|known| {
        if let Some(same) = known.get(&*text) {
            return Ok(*same);
        }
        let kept: English = Box::leak(text.into_boxed_str());
        known.insert(kept);
        Ok(kept)
    })
}

impl Sentence {
    /// The sentence in the language whose templates and words `translate` gives.
    pub fn tell(&self, translate: &dyn for<'a> Fn(&'a str) -> &'a str) -> String {
        let mut told = String::new();
        let mut rest = translate(self.template);
        while let Some((before, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}').unwrap_or(("", after));
            told.push_str(before);
            match place.parse::<usize>().ok().and_then(|place| self.values.get(place)) {
                Some(Value::Word(word)) => told.push_str(translate(word)),
                Some(Value::Name(name)) => told.push_str(translate(name)),
                Some(Value::Sentence(inner)) => told.push_str(&inner.tell(translate)),
                Some(value) => told.push_str(&value.to_string()),
                None => {}
            }
            rest = after;
        }
        told.push_str(rest);
        told
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tell(&|english| english))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(n) => n.fmt(f),
            Value::Time(time) => time.fmt(f),
            Value::Place(place) => place.fmt(f),
            Value::Text(text) | Value::Name(text) => text.fmt(f),
            Value::Word(word) => f.write_str(word),
            Value::Sentence(sentence) => sentence.fmt(f),
        }
    }
}

macro_rules! value_from {
    ($($from:ty => |$it:ident| $to:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($it: $from) -> Value { $to }
        }
    )*};
}
value_from! {
    u64 => |n| Value::Number(n);
    u32 => |n| Value::Number(n.into());
    u16 => |n| Value::Number(n.into());
    usize => |n| Value::Number(n as u64);
    Time => |time| Value::Time(time);
    Place => |place| Value::Place(place);
    Text => |text| Value::Text(text);
    String => |text| Value::Text(text.into());
    &'static str => |word| Value::Word(word);
    Sentence => |sentence| Value::Sentence(Box::new(sentence));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fill_their_places_in_any_order() {
        let sentence =
            sentence!("{0} votes for {1} in term {2}", Place::server(0), Place::server(2), 4u64);
        assert_eq!(sentence.to_string(), "S1 votes for S3 in term 4");
        assert_eq!(sentence.tell(&|_| "term {2}: {1} <- {0}"), "term 4: S3 <- S1");
        assert_eq!(sentence!("no {9} place {").to_string(), "no  place ");
        let nested = sentence!("refused: {0}", sentence!("{0} is down", Place::server(1)));
        assert_eq!(nested.to_string(), "refused: S2 is down");
        fn shout(english: &str) -> &str {
            if english == "{0} is down" { "{0} IS DOWN" } else { english }
        }
        assert_eq!(nested.tell(&shout), "refused: S2 IS DOWN");
    }

    #[test]
    fn a_sentence_crosses_to_another_copy_of_the_program() {
        let inner = sentence!("{0} is down", Place::server(1));
        let sentence =
            sentence!("{0} at {1}: {2} {3}", inner, Time::millis(5), "leader", "x".to_owned());
        let written = serde_json::to_string(&sentence).unwrap();
        let read = |text: &str| serde_json::from_str::<Sentence>(text).unwrap();
        assert_eq!(read(&written), sentence);
        assert!(std::ptr::eq(read(&written).template, read(&written).template), "kept once");
    }
}
