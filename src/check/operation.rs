//! What clients ask of a store of keys and values, and how it answers.

use std::fmt;
use std::str::FromStr;

use crate::base::Text;
use crate::base::word::word;

/// The answer where a key has no value. No value contains a space.
pub const NO_VALUE: &str = "no value";

/// The answer to a write that has taken effect.
pub const DONE: &str = "ok";

/// The answer to a compare-and-set that found another value. No value ends with a colon or contains a
/// space.
pub fn not_set(value: &str) -> Text {
    format!("no: {value}").into()
}

/// What a client asks of a store of keys and values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    Put {
        key: Text,
        value: Text,
    },
    Get {
        key: Text,
    },
    /// The key has no value from then on.
    Delete {
        key: Text,
    },
    /// Compare and set: the new value takes the place of the expected one, if that is there.
    Cas {
        key: Text,
        expected: Text,
        new: Text,
    },
}

impl Operation {
    /// Whether it may change what the key holds.
    pub fn writes(&self) -> bool {
        !matches!(self, Operation::Get { .. })
    }

    /// The shortest text that tells operations apart: `x=1`, `x?`, `x−` or `x:1→2`.
    pub fn label(&self) -> impl fmt::Display {
        fmt::from_fn(move |f| match self {
            Operation::Put { key, value } => write!(f, "{key}={value}"),
            Operation::Get { key } => write!(f, "{key}?"),
            Operation::Delete { key } => write!(f, "{key}−"),
            Operation::Cas { key, expected, new } => write!(f, "{key}:{expected}→{new}"),
        })
    }

    pub fn key(&self) -> &Text {
        match self {
            Operation::Put { key, .. }
            | Operation::Get { key }
            | Operation::Delete { key }
            | Operation::Cas { key, .. } => key,
        }
    }
}

/// As a script writes it.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operation::Put { key, value } => write!(f, "put {key}={value}"),
            Operation::Get { key } => write!(f, "get {key}"),
            Operation::Delete { key } => write!(f, "delete {key}"),
            Operation::Cas { key, expected, new } => write!(f, "cas {key} {expected} {new}"),
        }
    }
}

const EXPECTED: &str = "put KEY=VALUE, get KEY, delete KEY or cas KEY EXPECTED VALUE";

impl FromStr for Operation {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let words: Vec<&str> = text.split_whitespace().take(5).collect();
        match words[..] {
            ["put", pair] => match pair.split_once('=') {
                Some((key, value)) => Ok(Operation::Put { key: word(key)?, value: word(value)? }),
                None => Err("put KEY=VALUE"),
            },
            ["get", key] => Ok(Operation::Get { key: word(key)? }),
            ["delete", key] => Ok(Operation::Delete { key: word(key)? }),
            ["cas", key, expected, new] => {
                Ok(Operation::Cas { key: word(key)?, expected: word(expected)?, new: word(new)? })
            }
            _ => Err(EXPECTED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_print_and_parse() {
        for text in ["put x=1", "get x", "put value=update", "put 名=值", "delete x", "cas x 1 2"]
        {
            assert_eq!(text.parse::<Operation>().unwrap().to_string(), text);
        }
        assert_eq!("  put   x=1 ".parse::<Operation>().unwrap().to_string(), "put x=1");
        assert_eq!("put x=1".parse::<Operation>().unwrap().label().to_string(), "x=1");
        assert_eq!("get x".parse::<Operation>().unwrap().label().to_string(), "x?");
    }

    #[test]
    fn refuses_what_is_no_request() {
        let long = format!("get {}", "k".repeat(33));
        for wrong in
            ["", "put", "put x", "put x=", "put =1", "put x=1=2", "put x=1 y=2", "get", "get a;b"]
        {
            assert!(wrong.parse::<Operation>().is_err(), "{wrong}");
        }
        assert!(long.parse::<Operation>().is_err());
        assert!("put x=a\u{7}".parse::<Operation>().is_err());
        for unseen in
            ['\u{200b}', '\u{200d}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{ad}', '\u{e0041}']
        {
            assert!(word(&format!("a{unseen}b")).is_err(), "{unseen:?}");
        }
        assert_eq!(word("\u{202e}x").unwrap_err(), word("").unwrap_err());
        assert!(word("–").is_err() && word("a–b").is_ok(), "a dash stands for no value");
        assert!(word("a\\b'c").is_ok() && word("é名🗳").is_ok());
        for wrong in ["delete", "delete x y", "remove x", "cas x 1", "cas x 1 2 3"] {
            assert_eq!(wrong.parse::<Operation>(), Err(EXPECTED));
        }
    }
}
