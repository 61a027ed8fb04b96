//! The store of keys and values: what clients ask of it, and the state machine that answers. A request
//! that arrives twice is not its business, but that of the [`sessions`](super::sessions).

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::base::Text;
use crate::check::{DONE, NO_VALUE, Operation, not_set};
use crate::key;
use crate::protocol::{self, Blank, Form, Holds};

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

pub const DELETE: Form = Form {
    name: "Delete",
    help: "takes a key's value away",
    script: "delete {0}",
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
pub const FORMS: &[Form] = &[PUT, GET, DELETE, CAS];

impl protocol::Request for Operation {
    fn operation(&self) -> Option<Operation> {
        Some(self.clone())
    }
}

/// Keys with their values. Copies share everything until one changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyValueStore(Rc<BTreeMap<Text, Text>>);

impl KeyValueStore {
    /// Does what is asked, and answers.
    pub fn execute(&mut self, request: &Operation) -> Text {
        match request {
            Operation::Put { key, value } => {
                Rc::make_mut(&mut self.0).insert(key.clone(), value.clone());
                DONE.into()
            }
            Operation::Get { key } => self.read(key),
            Operation::Delete { key } => {
                if self.0.contains_key(key) {
                    Rc::make_mut(&mut self.0).remove(key);
                }
                DONE.into()
            }
            Operation::Cas { key, expected, new } => match self.read(key) {
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
    fn a_key_has_the_value_last_put_there() {
        let mut store = KeyValueStore::default();
        let mut ask = |text: &str| store.execute(&text.parse().unwrap());
        assert_eq!(&*ask("get x"), "no value");
        assert_eq!((&*ask("put x=1"), &*ask("put x=2")), ("ok", "ok"));
        assert_eq!(&*ask("get x"), "2");
        assert_eq!((&*ask("cas x 2 3"), &*ask("cas x 2 4")), ("ok", "no: 3"));
        assert_eq!((&*ask("cas y 2 3"), &*ask("get x")), ("no: no value", "3"));
        assert_eq!(
            (&*ask("delete x"), &*ask("delete x"), &*ask("get x")),
            ("ok", "ok", "no value")
        );
    }

    #[test]
    fn copies_are_independent() {
        let mut store = KeyValueStore::default();
        let copy = store.clone();
        store.execute(&"put x=1".parse().unwrap());
        assert_eq!((store.to_string().as_str(), copy.to_string().as_str()), ("x=1", "empty"));
    }
}
