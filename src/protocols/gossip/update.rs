//! What spreads: updates of keys, each a value or a death certificate, by their versions; and the messages
//! that carry them.

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use crate::base::{Place, Sentence, Text, Time};
use crate::check::Operation;
use crate::protocol::{self, Field, Form, Kind, Tone};
use crate::service::store::{DELETE, GET, PUT};
use crate::{key, listed, sentence};

/// When it was written, by the clock of who wrote it, and by whom: the later one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub at: Time,
    pub by: Place,
}

/// How new an update is: its version, and, of a certificate, when it was last activated.
pub type Rank = (Version, Time);

/// What a key is to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Update {
    /// Empty for the one rumour that has none.
    pub key: Text,
    pub version: Version,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum What {
    Value(Text),
    /// A death certificate: a deletion is an update like any other. It is forgotten some time after
    /// `activated`, at first the time of the deletion, by all but its keepers.
    Deleted { activated: Time, keepers: Rc<[Place]> },
}

impl Update {
    /// The rumour that is all that spreads where nobody writes keys: the same, whoever begins it.
    pub fn rumour() -> Update {
        let version = Version { at: Time::ZERO, by: Place::server(0) };
        Update { key: "".into(), version, what: What::Value("".into()) }
    }

    pub fn rank(&self) -> Rank {
        match self.what {
            What::Value(_) => (self.version, Time::ZERO),
            What::Deleted { activated, .. } => (self.version, activated),
        }
    }

    pub fn value(&self) -> Option<&Text> {
        match &self.what {
            What::Value(value) => Some(value),
            What::Deleted { .. } => None,
        }
    }

    /// Whether it is a certificate that by now nobody but its keepers should have.
    pub fn is_over(&self, now: Time, lasts: Time) -> bool {
        matches!(self.what, What::Deleted { activated, .. } if now.since(activated) >= lasts)
    }

    pub fn is_kept_by(&self, place: Place) -> bool {
        matches!(&self.what, What::Deleted { keepers, .. } if keepers.contains(&place))
    }

    /// Which update it is, for whoever answers.
    pub fn subject(&self) -> Subject {
        Subject { key: self.key.clone(), rank: self.rank() }
    }

    /// Of the rumour there is no more to tell than that it is one.
    fn fields(&self) -> Vec<Field> {
        if self.key.is_empty() {
            return Vec::new();
        }
        let mut fields = vec![Field::new("key", &self.key)];
        match &self.what {
            What::Value(value) => fields.push(Field::new("value", value)),
            What::Deleted { activated, .. } => {
                fields.push(Field::new("deleted", key!("yes")));
                if *activated != self.version.at {
                    fields.push(Field::new("activated", activated));
                }
            }
        }
        fields.push(Field::new("version", self.version));
        fields
    }
}

/// An update, as an answer names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    pub key: Text,
    pub rank: Rank,
}

impl Subject {
    fn fields(&self) -> Vec<Field> {
        match self.key.is_empty() {
            true => Vec::new(),
            false => vec![Field::new("key", &self.key), Field::new("version", self.rank.0)],
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.by)
    }
}

/// `x=1`, or `x†` where it is deleted.
impl fmt::Display for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value() {
            _ if self.key.is_empty() => Ok(()),
            Some(value) => write!(f, "{}={value}", self.key),
            None => write!(f, "{}†", self.key),
        }
    }
}

/// What brings a rumour: told unasked, or asked for.
pub(super) const PUSH: &str = key!("Push");
pub(super) const PULLED: &str = key!("Pulled");

/// What places say to each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// Rumour mongering: told unasked; or asked for, and told.
    Rumour { update: Update },
    Pull,
    Pulled { update: Update },
    /// The answers to it: feedback.
    News { of: Subject },
    Known { of: Subject },
    /// Anti-entropy: is all that you have what I have? If not, what versions have you? Then here is what you
    /// lack, and that is what I lack.
    Checksum { sum: u64 },
    Same,
    Versions { versions: Rc<[Subject]> },
    Entries { updates: Rc<[Update]>, wanted: Rc<[Text]> },
}

impl protocol::Message for Message {
    listed! {
        fn kinds() -> &'static [Kind];
        fn kind(&self) -> Kind {
            match (self) {
                Message::Rumour { .. } => Kind { name: PUSH, tone: Tone::Call },
                Message::News { .. } => Kind { name: key!("News"), tone: Tone::Reply },
                Message::Known { .. } => Kind { name: key!("Known already"), tone: Tone::Beat },
                Message::Pull => Kind { name: key!("Pull"), tone: Tone::Beat },
                Message::Pulled { .. } => Kind { name: PULLED, tone: Tone::Call },
                Message::Checksum { .. } => Kind { name: key!("Checksum"), tone: Tone::Beat },
                Message::Same => Kind { name: key!("Same"), tone: Tone::Beat },
                Message::Versions { .. } => Kind { name: key!("Versions"), tone: Tone::Vote },
                Message::Entries { .. } => Kind { name: key!("Entries"), tone: Tone::Call },
            }
        }
    }

    fn label(&self) -> Sentence {
        // A run with one update has no name for it.
        let after = |what: &dyn fmt::Display| match what.to_string() {
            nothing if nothing.is_empty() => nothing,
            what => format!(" {what}"),
        };
        match self {
            Message::Rumour { update } => sentence!("Rumour{0}", after(update)),
            Message::Pull => sentence!("Pull"),
            Message::Pulled { update } => sentence!("Pulled{0}", after(update)),
            Message::News { of } => sentence!("News{0}", after(&of.key)),
            Message::Known { of } => sentence!("Known{0}", after(&of.key)),
            Message::Checksum { sum } => sentence!("Checksum {0}", format!("{:04x}", sum >> 48)),
            Message::Same => sentence!("Same"),
            Message::Versions { versions } => sentence!("Versions {0}", versions.len()),
            Message::Entries { updates, .. } => {
                let few = updates.iter().take(3).map(|update| format!(" {update}"));
                sentence!("Entries{0}", few.collect::<String>())
            }
        }
    }

    fn fields(&self) -> Vec<Field> {
        let list = |items: Vec<String>| match items.is_empty() {
            true => "–".to_owned(),
            false => items.join(" "),
        };
        let of = |key: &Text, version: Version| {
            let name = if key.is_empty() { "·" } else { key };
            format!("{name}@{version}")
        };
        match self {
            Message::Rumour { update } | Message::Pulled { update } => update.fields(),
            Message::News { of } | Message::Known { of } => of.fields(),
            Message::Pull | Message::Same => Vec::new(),
            Message::Checksum { sum } => vec![Field::new("sum", format_args!("{sum:016x}"))],
            Message::Versions { versions } => {
                let each = versions.iter().map(|subject| of(&subject.key, subject.rank.0));
                vec![Field::new("versions", list(each.collect()))]
            }
            Message::Entries { updates, wanted } => {
                let each = updates.iter().map(|update| format!("{update}@{}", update.version));
                let keys = wanted.iter().map(|key| if key.is_empty() { "·" } else { key });
                vec![
                    Field::new("updates", list(each.collect())),
                    Field::new("wanted", list(keys.map(str::to_owned).collect())),
                ]
            }
        }
    }
}

/// What a place is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Spread,
    Store(Operation),
}

impl Ask {
    pub const FORMS: &'static [Form] = &[
        Form { name: "Spread", help: "has this place begin the rumour", script: "spread", blanks: &[] },
        PUT,
        GET,
        DELETE,
    ];
}

impl protocol::Request for Ask {
    fn operation(&self) -> Option<Operation> {
        match self {
            Ask::Spread => None,
            Ask::Store(operation) => Some(operation.clone()),
        }
    }
}

/// As a script writes it.
impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ask::Spread => f.write_str("spread"),
            Ask::Store(operation) => operation.fmt(f),
        }
    }
}

impl FromStr for Ask {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Ask, &'static str> {
        match text.split_whitespace().next() {
            Some("spread") if text.trim() == "spread" => Ok(Ask::Spread),
            Some("put" | "get" | "delete" | "cas") => Ok(Ask::Store(text.parse()?)),
            _ => Err("spread, put KEY=VALUE, get KEY or delete KEY"),
        }
    }
}
