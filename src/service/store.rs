//! The store of keys and values: what clients ask of it, and the state machine that answers. A request
//! that arrives twice is not its business, but that of the [`sessions`](super::sessions).

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use crate::base::Text;
use crate::base::word::word;
use crate::check::{DONE, NO_VALUE, Operation, not_set};
use crate::key;
use crate::protocol::{self, Blank, Form, Holds};

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StoreRequest {
    Put {
        key: Text,
        value: Text,
    },
    Get {
        key: Text,
    },
    /// Compare and set: a new value for the expected one, if that is there.
    Cas {
        key: Text,
        expected: Text,
        new: Text,
    },
}

pub const PUT: Form = Form {
    name: "Put",
    help: "gives a key a value",
    script: "put {0}={1}",
    blanks: &[
        Blank { name: key!("key"), holds: Holds::Word, sample: "x" },
        Blank { name: key!("value"), holds: Holds::Word, sample: "1" },
    ],
};

pub const GET: Form = Form {
    name: "Get",
    help: "asks for a key's value",
    script: "get {0}",
    blanks: &[Blank { name: key!("key"), holds: Holds::Word, sample: "x" }],
};

pub const CAS: Form = Form {
    name: "Compare and set",
    help: "gives a key a new value if it has the expected one",
    script: "cas {0} {1} {2}",
    blanks: &[
        Blank { name: key!("key"), holds: Holds::Word, sample: "x" },
        Blank { name: key!("expected"), holds: Holds::Word, sample: "1" },
        Blank { name: key!("value"), holds: Holds::Word, sample: "2" },
    ],
};

/// All that can be asked of a store of keys and values, whatever keeps its copies equal.
pub const FORMS: &[Form] = &[PUT, GET, CAS];

const EXPECTED: &str = "put KEY=VALUE, get KEY or cas KEY EXPECTED VALUE";

impl protocol::Request for StoreRequest {
    fn operation(&self) -> Option<Operation> {
        Some(match self.clone() {
            StoreRequest::Put { key, value } => Operation::Put { key, value },
            StoreRequest::Get { key } => Operation::Get { key },
            StoreRequest::Cas { key, expected, new } => Operation::Cas { key, expected, new },
        })
    }
}

impl StoreRequest {
    /// The shortest text that tells requests apart: `x=1`, `x?` or `x:1→2`.
    pub fn label(&self) -> impl fmt::Display {
        fmt::from_fn(move |f| match self {
            StoreRequest::Put { key, value } => write!(f, "{key}={value}"),
            StoreRequest::Get { key } => write!(f, "{key}?"),
            StoreRequest::Cas { key, expected, new } => write!(f, "{key}:{expected}→{new}"),
        })
    }
}

/// As a script writes it.
impl fmt::Display for StoreRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreRequest::Put { key, value } => write!(f, "put {key}={value}"),
            StoreRequest::Get { key } => write!(f, "get {key}"),
            StoreRequest::Cas { key, expected, new } => write!(f, "cas {key} {expected} {new}"),
        }
    }
}

impl FromStr for StoreRequest {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let words: Vec<&str> = text.split_whitespace().take(5).collect();
        match words[..] {
            ["put", pair] => match pair.split_once('=') {
                Some((key, value)) => {
                    Ok(StoreRequest::Put { key: word(key)?, value: word(value)? })
                }
                None => Err("put KEY=VALUE"),
            },
            ["get", key] => Ok(StoreRequest::Get { key: word(key)? }),
            ["cas", key, expected, new] => Ok(StoreRequest::Cas {
                key: word(key)?,
                expected: word(expected)?,
                new: word(new)?,
            }),
            _ => Err(EXPECTED),
        }
    }
}

/// Keys with their values. Copies share everything until one changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyValueStore(Rc<BTreeMap<Text, Text>>);

impl KeyValueStore {
    /// Does what is asked, and answers.
    pub fn execute(&mut self, request: &StoreRequest) -> Text {
        match request {
            StoreRequest::Put { key, value } => {
                Rc::make_mut(&mut self.0).insert(key.clone(), value.clone());
                DONE.into()
            }
            StoreRequest::Get { key } => self.read(key),
            StoreRequest::Cas { key, expected, new } => match self.read(key) {
                value if value == *expected => {
                    Rc::make_mut(&mut self.0).insert(key.clone(), new.clone());
                    DONE.into()
                }
                value => not_set(&value),
            },
        }
    }

    /// The key's value, or that it has none.
    pub fn read(&self, key: &str) -> Text {
        self.0.get(key).cloned().unwrap_or_else(|| NO_VALUE.into())
    }

    /// All of it, in the order of its keys.
    pub fn pairs(&self) -> impl Iterator<Item = (&Text, &Text)> {
        self.0.iter()
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Text, Text)> for KeyValueStore {
    fn from_iter<I: IntoIterator<Item = (Text, Text)>>(pairs: I) -> KeyValueStore {
        KeyValueStore(Rc::new(pairs.into_iter().collect()))
    }
}

/// The first few pairs: `x=1 y=2`.
impl fmt::Display for KeyValueStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        for (place, (key, value)) in self.0.iter().take(SHOWN).enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(f, "{space}{key}={value}")?;
        }
        match self.0.len() {
            0 => f.write_str(key!("empty")),
            pairs if pairs > SHOWN => write!(f, " … ({pairs} keys)"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_print_and_parse() {
        for text in ["put x=1", "get x", "put value=update", "put 名=值", "cas x 1 2"] {
            assert_eq!(text.parse::<StoreRequest>().unwrap().to_string(), text);
        }
        assert_eq!("  put   x=1 ".parse::<StoreRequest>().unwrap().to_string(), "put x=1");
        assert_eq!("put x=1".parse::<StoreRequest>().unwrap().label().to_string(), "x=1");
        assert_eq!("get x".parse::<StoreRequest>().unwrap().label().to_string(), "x?");
    }

    #[test]
    fn refuses_what_is_no_request() {
        let long = format!("get {}", "k".repeat(33));
        for wrong in
            ["", "put", "put x", "put x=", "put =1", "put x=1=2", "put x=1 y=2", "get", "get a;b"]
        {
            assert!(wrong.parse::<StoreRequest>().is_err(), "{wrong}");
        }
        assert!(long.parse::<StoreRequest>().is_err());
        assert!("put x=a\u{7}".parse::<StoreRequest>().is_err());
        for unseen in
            ['\u{200b}', '\u{200d}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{ad}', '\u{e0041}']
        {
            assert!(word(&format!("a{unseen}b")).is_err(), "{unseen:?}");
        }
        assert_eq!(word("\u{202e}x").unwrap_err(), word("").unwrap_err());
        assert!(word("–").is_err() && word("a–b").is_ok(), "a dash stands for no value");
        assert!(word("a\\b'c").is_ok() && word("é名🗳").is_ok());
        for wrong in ["delete x", "cas x 1", "cas x 1 2 3"] {
            assert_eq!(wrong.parse::<StoreRequest>(), Err(EXPECTED));
        }
    }

    #[test]
    fn a_key_has_the_value_last_put_there() {
        let mut store = KeyValueStore::default();
        let mut ask = |text: &str| store.execute(&text.parse().unwrap());
        assert_eq!(&*ask("get x"), "no value");
        assert_eq!((&*ask("put x=1"), &*ask("put x=2")), ("ok", "ok"));
        assert_eq!(&*ask("get x"), "2");
        assert_eq!((&*ask("cas x 2 3"), &*ask("cas x 2 4")), ("ok", "no: 3"));
        assert_eq!((&*ask("cas y 2 3"), &*ask("get x")), ("no: no value", "3"));
    }

    #[test]
    fn copies_are_independent() {
        let mut store = KeyValueStore::default();
        let copy = store.clone();
        store.execute(&"put x=1".parse().unwrap());
        assert_eq!((store.to_string().as_str(), copy.to_string().as_str()), ("x=1", "empty"));
    }
}
