//! What servers of the store write down and say to each other, and what clients ask.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use crate::base::{Place, Sentence, Text, Time};
use crate::check::Operation;
use crate::{listed, sentence};
use crate::protocol::{self, Field, Form, Kind, Tone};
use crate::service::store::{DELETE, GET, PUT};

use super::repair::Branch;
use super::versions::{Mark, Object, Session};

/// All that survives a crash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// The keys of which this server is a replica.
    pub store: Rc<BTreeMap<Text, Kept>>,
    /// What it keeps for others, until they take it over.
    pub hints: Rc<BTreeMap<(Place, Text), Kept>>,
    /// When it last handed off something of a key.
    pub handed: Rc<BTreeMap<Text, Time>>,
    /// How many writes of a key it has coordinated. These numbers are kept for ever: a dot is never used
    /// again.
    pub counts: Rc<BTreeMap<Text, u64>>,
    /// Of each client the last write that it has brought here.
    pub taken: Rc<BTreeMap<Place, Taken>>,
}

/// What is kept under a key, and since when it is as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    pub object: Rc<Object>,
    pub since: Time,
}

/// A client's write, known by the client's number for it. One that is asked again gets no second mark.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Taken {
    pub seq: u64,
    pub key: Text,
    pub mark: Mark,
    /// The answer.
    pub bookmark: Text,
    /// W have it.
    pub done: bool,
}

/// Objects by their keys.
pub type Objects = Rc<[(Text, Rc<Object>)]>;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    // A client's request is known by the client and its number for it.
    Write { client: Place, seq: u64, key: Text, object: Rc<Object>, hint: Option<Place>, sent: Time },
    Written { client: Place, seq: u64, slot: Place },
    Read { client: Place, seq: u64, round: u64, key: Text },
    Found { client: Place, seq: u64, round: u64, object: Option<Rc<Object>>, at: Time },
    /// `sent` is when the oldest of what it is made of was read.
    Repair { key: Text, object: Rc<Object>, sent: Time },
    HandOff { key: Text, object: Rc<Object>, sent: Time },
    TakenOver { key: Text, digest: u64 },
    // Anti-entropy.
    Compare { branches: Rc<[(Branch, u64)]> },
    Exchange { leaves: Rc<[Branch]>, objects: Objects, sent: Time, back: bool },
    // The end of a tombstone.
    AskSettled { key: Text, digest: u64, attempt: Time, round: u64 },
    Settled { key: Text, attempt: Time, round: u64 },
    Collect { key: Text, digest: u64 },
}

/// The label on the graph.
impl protocol::Message for Message {
    listed! {
        fn kinds() -> &'static [Kind];
        fn kind(&self) -> Kind {
            match (self) {
                Message::Write { hint: None, .. } => Kind { name: "Write", tone: Tone::Call },
                Message::Write { .. } => Kind { name: "Hinted write", tone: Tone::Call },
                Message::Written { .. } => Kind { name: "Write ack", tone: Tone::Reply },
                Message::Read { .. } => Kind { name: "Read", tone: Tone::Vote },
                Message::Found { .. } => Kind { name: "Read reply", tone: Tone::Reply },
                Message::Repair { .. } => Kind { name: "Read repair", tone: Tone::Call },
                Message::HandOff { .. } => Kind { name: "Hand-off", tone: Tone::Call },
                Message::TakenOver { .. } => Kind { name: "Hand-off ack", tone: Tone::Reply },
                Message::Compare { .. } => Kind { name: "Hash tree", tone: Tone::Beat },
                Message::Exchange { .. } => Kind { name: "Sync", tone: Tone::Call },
                Message::AskSettled { .. } => Kind { name: "Settled?", tone: Tone::Vote },
                Message::Settled { .. } => Kind { name: "Settled", tone: Tone::Reply },
                Message::Collect { .. } => Kind { name: "Collect", tone: Tone::Call },
            }
        }
    }

    fn label(&self) -> Sentence {
        let held = |object: &Object| object.to_string();
        match self {
            Message::Write { key, object, hint: None, .. } => {
                sentence!("{0}={1}", key.clone(), held(object))
            }
            Message::Write { key, object, hint: Some(to), .. } => {
                sentence!("{0}={1} for {2}", key.clone(), held(object), *to)
            }
            Message::Written { .. } => sentence!("ok"),
            Message::Read { key, .. } => sentence!("{0}?", key.clone()),
            Message::Found { object: Some(object), .. } => sentence!("{0}", held(object)),
            Message::Found { object: None, .. } => sentence!("nothing"),
            Message::Repair { key, object, .. } => {
                sentence!("repair {0}={1}", key.clone(), held(object))
            }
            Message::HandOff { key, object, .. } => {
                sentence!("hand-off {0}={1}", key.clone(), held(object))
            }
            Message::TakenOver { key, .. } => sentence!("took {0}", key.clone()),
            Message::Compare { branches } => match branches.len() {
                1 => sentence!("tree"),
                more => sentence!("tree ×{0}", more),
            },
            Message::Exchange { objects, .. } => {
                let pairs = objects.iter().map(|(key, object)| format!(" {key}={object}"));
                sentence!("sync{0}", pairs.collect::<String>())
            }
            Message::AskSettled { key, .. } => sentence!("settled {0}?", key.clone()),
            Message::Settled { key, .. } => sentence!("settled {0}", key.clone()),
            Message::Collect { key, .. } => sentence!("collect {0}", key.clone()),
        }
    }

    fn fields(&self) -> Vec<Field> {
        let asked = |client: &Place, seq: &u64| {
            vec![Field::new("client", client), Field::new("number", seq)]
        };
        let held = |key: &Text, object: &Object, sent: &Time| {
            let mut fields = object_fields(object);
            fields.insert(0, Field::new("key", key));
            fields.push(Field::new("sent", sent));
            fields
        };
        match self {
            Message::Write { client, seq, key, object, hint, sent } => {
                let mut fields = asked(client, seq);
                fields.extend(held(key, object, sent));
                fields.extend(hint.map(|hint| Field::new("hint for", hint)));
                fields
            }
            Message::Written { client, seq, slot } => {
                let mut fields = asked(client, seq);
                fields.push(Field::new("counts for", slot));
                fields
            }
            Message::Read { client, seq, round, key } => {
                let mut fields = asked(client, seq);
                fields.extend([Field::new("round", round), Field::new("key", key)]);
                fields
            }
            Message::Found { client, seq, round, object, at } => {
                let mut fields = asked(client, seq);
                fields.extend([Field::new("round", round), Field::new("read at", at)]);
                fields.extend(object.iter().flat_map(|object| object_fields(object)));
                fields
            }
            Message::Repair { key, object, sent } | Message::HandOff { key, object, sent } => {
                held(key, object, sent)
            }
            Message::TakenOver { key, digest } | Message::Collect { key, digest } => {
                vec![Field::new("key", key), hash(*digest)]
            }
            Message::Compare { branches } => {
                let each = |(branch, digest): &(Branch, u64)| {
                    Field { name: "hash", value: format!("{branch} {}", hash(*digest).value) }
                };
                branches.iter().map(each).collect()
            }
            Message::Exchange { leaves, objects, sent, back } => {
                let list: Vec<String> = leaves.iter().map(Branch::to_string).collect();
                let each = |(key, object): &(Text, Rc<Object>)| format!("{key}={object}");
                let objects: Vec<String> = objects.iter().map(each).collect();
                vec![
                    Field::new("leaves", list.join(" ")),
                    Field::new("objects", objects.join(" ")),
                    Field::new("sent", sent),
                    Field::new("wants an answer", back),
                ]
            }
            Message::AskSettled { key, digest, attempt, round } => vec![
                Field::new("key", key),
                hash(*digest),
                Field::new("attempt", attempt),
                Field::new("round", round),
            ],
            Message::Settled { key, attempt, round } => vec![
                Field::new("key", key),
                Field::new("attempt", attempt),
                Field::new("round", round),
            ],
        }
    }
}

fn object_fields(object: &Object) -> Vec<Field> {
    let mut fields = vec![Field::new("versions", object), Field::new("marks", marks(object))];
    if !object.seen.is_empty() {
        fields.push(Field::new("seen", &object.seen));
    }
    fields
}

/// The marks of all versions.
pub fn marks(object: &Object) -> String {
    object.versions.keys().map(Mark::to_string).collect::<Vec<_>>().join(" ")
}

fn hash(digest: u64) -> Field {
    Field { name: "hash", value: format!("{digest:016x}") }
}

/// What a client asks for, and what its session knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ask {
    pub what: Operation,
    /// `None` for the first request of a session.
    pub session: Option<Session>,
}

impl Ask {
    pub const FORMS: &'static [Form] = &[PUT, GET, DELETE];
}

impl protocol::Request for Ask {
    fn operation(&self) -> Option<Operation> {
        Some(self.what.clone())
    }

    /// A write asked of two coordinators would get two marks.
    fn stays(&self) -> bool {
        self.what.writes()
    }

    fn after(self, bookmark: &str) -> Ask {
        Ask { session: Some(bookmark.parse().unwrap_or_default()), ..self }
    }
}

/// As a script writes it.
impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.what.fmt(f)
    }
}

impl FromStr for Ask {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Ask, &'static str> {
        Ok(Ask { what: text.parse()?, session: None })
    }
}
