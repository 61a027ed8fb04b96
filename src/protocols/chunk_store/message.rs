//! What the master, chunkservers and clients write down and say to each other, and what a client can be asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use crate::base::word::word;
use crate::base::{Place, Text, Time};
use crate::protocol::{Blank, Form, Holds, Request, Tone};
use crate::{key, messages};

messages! {
    pub enum Message {
        // Between a client and the master: `seq` is the number of what the client was asked for.
        Locate { seq: u64, lease: bool } says []: key!("Locate"), Tone::Call,
        Located { seq: u64, version: u64, primary: Primary, replicas: Servers } under version says [replicas]: key!("Located"), Tone::Reply,
        // Data flow: from server to server, and each tells the client.
        Push { client: Place, seq: u64, value: Text, chain: Servers } says [value]: key!("Push"), Tone::Call,
        Pushed { seq: u64 } says []: key!("Pushed"), Tone::Reply,
        // Control flow: between a client and the primary, between the primary and secondaries.
        RecordAppend { seq: u64, version: u64 } under version says []: key!("RecordAppend"), Tone::Call,
        Appended { seq: u64, version: u64, offset: u64 } under version says [offset]: key!("Appended"), Tone::Reply,
        AppendFailed { seq: u64, version: u64 } under version says []: key!("AppendFailed"), Tone::Refusal,
        NoLease { seq: u64, version: u64 } under version says []: key!("NoLease"), Tone::Refusal,
        Apply { version: u64, serial: u64, offset: u64, client: Place, seq: u64 } under version says [serial]: key!("Apply"), Tone::Call,
        Applied { version: u64, serial: u64 } under version says [serial]: key!("Applied"), Tone::Reply,
        NotApplied { version: u64, serial: u64 } under version says [serial]: key!("NotApplied"), Tone::Refusal,
        // Between a client and any replica.
        ReadChunk { seq: u64, version: u64 } under version says []: key!("ReadChunk"), Tone::Call,
        Contents { seq: u64, version: u64, chunk: Chunk } under version says [chunk]: key!("Contents"), Tone::Reply,
        TooOld { seq: u64, version: u64 } under version says []: key!("TooOld"), Tone::Refusal,
        // Between the master and chunkservers. `sent` is the clock of the server that has said so.
        Heartbeat { version: u64, sent: Time, extend: bool } says []: key!("Heartbeat"), Tone::Beat,
        Extended { version: u64, sent: Time } under version says []: key!("Extended"), Tone::Reply,
        NewVersion { old: u64, version: u64 } under version says []: key!("NewVersion"), Tone::Call,
        VersionTaken { version: u64, sent: Time } under version says []: key!("VersionTaken"), Tone::Reply,
        GrantLease { version: u64, sent: Time, secondaries: Servers } under version says []: key!("GrantLease"), Tone::Call,
        Replicate { version: u64, to: Place } under version says [to]: key!("Replicate"), Tone::Call,
        CopyChunk { version: u64, chunk: Chunk } under version says []: key!("CopyChunk"), Tone::Call,
        DiscardChunk { below: u64 } says []: key!("DiscardChunk"), Tone::Call,
    }
}

/// What stands at an offset of the chunk, and which mutation has put it there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// Of the chunk, when the primary ordered this.
    pub version: u64,
    /// The primary's number for it within the version.
    pub serial: u64,
    pub client: Place,
    pub seq: u64,
    pub value: Text,
}

/// A replica's chunk, by offset. Where an append has failed here, nothing stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Chunk(pub Rc<BTreeMap<u64, Record>>);

impl Chunk {
    /// The last offset, 0 for none.
    pub fn end(&self) -> u64 {
        self.0.keys().next_back().copied().unwrap_or(0)
    }

    /// The number of the last mutation of this version that it has, 0 for none.
    pub fn last(&self, version: u64) -> u64 {
        let of = self.0.values().filter(|record| record.version == version);
        of.map(|record| record.serial).max().unwrap_or(0)
    }
}

/// Some chunkservers, in an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Servers(pub Vec<Place>);

/// Who has the lease, if anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Primary(pub Option<Place>);

/// All that survives a crash. A client keeps nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// Of a chunkserver: that of its replica, 0 where it has none. Of the master: the one that counts.
    pub version: u64,
    /// Of a chunkserver.
    pub chunk: Chunk,
    /// Of the master: the highest version that it has had anybody take.
    pub reserved: u64,
}

/// What a client can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Append { value: Text },
    Read,
}

impl Ask {
    pub const FORMS: &'static [Form] = &[
        Form {
            name: "Append",
            help: "has a record appended to the file, at an offset that the primary chooses",
            script: "append {0}",
            blanks: &[Blank { name: key!("value"), holds: Holds::Word, sample: "a1" }],
        },
        Form { name: "Read", help: "reads the file from one of its replicas", script: "read", blanks: &[] },
    ];
}

impl Request for Ask {}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ask::Append { value } => write!(f, "append {value}"),
            Ask::Read => f.write_str("read"),
        }
    }
}

impl FromStr for Ask {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Ask, &'static str> {
        match text.trim().split_once(' ') {
            Some(("append", value)) => Ok(Ask::Append { value: word(value.trim())? }),
            None if text.trim() == "read" => Ok(Ask::Read),
            _ => Err("append VALUE or read"),
        }
    }
}

fn listed(f: &mut fmt::Formatter<'_>, words: impl Iterator<Item = String>) -> fmt::Result {
    let words: Vec<String> = words.collect();
    f.write_str(if words.is_empty() { "–" } else { "" })?;
    f.write_str(&words.join(" "))
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(f, self.0.iter().map(Place::to_string))
    }
}

impl fmt::Display for Primary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(f, self.0.iter().map(Place::to_string))
    }
}

/// Its values in their order, `–` for a hole.
impl fmt::Display for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |offset| self.0.get(&offset).map_or("–".to_owned(), |it| it.value.to_string());
        listed(f, (1..=self.end()).map(value))
    }
}
