//! The state machine behind replicated logs: keys and their values. It also remembers, for each
//! client, the last request it executed and the answer, so that a request that arrives twice takes
//! effect once (Ongaro's dissertation, §6.3).

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use crate::base::word::word;
use crate::base::{Place, Text};
use crate::check::{NO_VALUE, Operation};
use crate::key;
use crate::protocol::{self, Blank, Form, Holds};

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StoreRequest {
    Put { key: Text, value: Text },
    Get { key: Text },
}

/// Stores of keys and values are asked alike, whatever keeps their copies equal.
impl protocol::Request for StoreRequest {
    const FORMS: &'static [Form] = &[
        Form {
            name: "Put",
            help: "gives a key a value",
            script: "put {0}={1}",
            blanks: &[
                Blank { name: key!("key"), holds: Holds::Word, sample: "x" },
                Blank { name: key!("value"), holds: Holds::Word, sample: "1" },
            ],
        },
        Form {
            name: "Get",
            help: "asks for a key's value",
            script: "get {0}",
            blanks: &[Blank { name: key!("key"), holds: Holds::Word, sample: "x" }],
        },
    ];

    fn operation(&self) -> Option<Operation> {
        Some(match self.clone() {
            StoreRequest::Put { key, value } => Operation::Put { key, value },
            StoreRequest::Get { key } => Operation::Get { key },
        })
    }
}

impl StoreRequest {
    /// The shortest text that tells requests apart: `x=1` or `x?`.
    pub fn label(&self) -> impl fmt::Display {
        fmt::from_fn(move |f| match self {
            StoreRequest::Put { key, value } => write!(f, "{key}={value}"),
            StoreRequest::Get { key } => write!(f, "{key}?"),
        })
    }
}

/// As a script writes it.
impl fmt::Display for StoreRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreRequest::Put { key, value } => write!(f, "put {key}={value}"),
            StoreRequest::Get { key } => write!(f, "get {key}"),
        }
    }
}

impl FromStr for StoreRequest {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let words: Vec<&str> = text.split_whitespace().take(3).collect();
        match words[..] {
            ["put", pair] => match pair.split_once('=') {
                Some((key, value)) => {
                    Ok(StoreRequest::Put { key: word(key)?, value: word(value)? })
                }
                None => Err("put KEY=VALUE"),
            },
            ["get", key] => Ok(StoreRequest::Get { key: word(key)? }),
            _ => Err("put KEY=VALUE or get KEY"),
        }
    }
}

/// Keys with their values, and one session per client. Copies share everything until one changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyValueStore {
    values: Rc<BTreeMap<Text, Text>>,
    sessions: Rc<BTreeMap<Place, Session>>,
}

/// The last request of a client that took effect. A client asks one thing at a time, so it waits
/// for no older answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    pub seq: u64,
    pub answer: Text,
}

impl KeyValueStore {
    /// Executes the client's request number `seq`, unless it has been executed before.
    pub fn apply(&mut self, client: Place, seq: u64, request: &StoreRequest) -> Text {
        if let Some(session) = self.session(client).filter(|session| session.seq >= seq) {
            return session.answer.clone();
        }
        let answer = self.execute(request);
        let session = Session { seq, answer: answer.clone() };
        Rc::make_mut(&mut self.sessions).insert(client, session);
        answer
    }

    fn execute(&mut self, request: &StoreRequest) -> Text {
        match request {
            StoreRequest::Put { key, value } => {
                Rc::make_mut(&mut self.values).insert(key.clone(), value.clone());
                "ok".into()
            }
            StoreRequest::Get { key } => {
                self.values.get(key).cloned().unwrap_or_else(|| NO_VALUE.into())
            }
        }
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub fn session(&self, client: Place) -> Option<&Session> {
        self.sessions.get(&client)
    }
}

/// The first few pairs: `x=1 y=2`.
impl fmt::Display for KeyValueStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        for (place, (key, value)) in self.values.iter().take(SHOWN).enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(f, "{space}{key}={value}")?;
        }
        match self.values.len() {
            0 => f.write_str("empty"),
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
        for text in ["put x=1", "get x", "put value=update", "put 名=值"] {
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
        assert_eq!("delete x".parse::<StoreRequest>(), Err("put KEY=VALUE or get KEY"));
    }

    #[test]
    fn a_repeated_request_takes_effect_once() {
        let (put, get) = ("put x=1".parse().unwrap(), "get x".parse().unwrap());
        let (mine, other) = (Place::client(0), Place::client(1));
        let mut store = KeyValueStore::default();
        assert_eq!(&*store.apply(mine, 1, &get), "no value");
        assert_eq!(&*store.apply(mine, 2, &put), "ok");
        assert_eq!(&*store.apply(other, 1, &"put x=2".parse().unwrap()), "ok");
        assert_eq!(&*store.apply(mine, 2, &put), "ok", "answered again, but not executed again");
        assert_eq!(&*store.apply(other, 2, &get), "2");
        assert_eq!(store.to_string(), "x=2");
    }

    #[test]
    fn copies_are_independent() {
        let mut store = KeyValueStore::default();
        let copy = store.clone();
        store.apply(Place::client(0), 1, &"put x=1".parse().unwrap());
        assert_eq!((store.to_string().as_str(), copy.to_string().as_str()), ("x=1", "empty"));
    }
}
