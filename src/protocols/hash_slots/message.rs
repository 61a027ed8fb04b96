//! What servers and clients say to each other and write down, and what can be asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use crate::base::word::word;
use crate::base::{NONE, Place, Text};
use crate::check::Operation;
use crate::protocol::{Blank, Form, Holds, Request, Tone};
use crate::service::store::{DELETE, GET, KeyValueStore, PUT};
use crate::{key, messages};

use super::slots::{Ranges, SlotMap};

messages! {
    #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
    pub enum Message {
        // The bus between servers.
        PING { epoch: u64, header: Header } under epoch says []: key!("PING"), Tone::Beat,
        PONG { epoch: u64, header: Header } under epoch says []: key!("PONG"), Tone::Beat,
        FAIL { node: Place }: key!("FAIL"), Tone::Call,
        AUTH_REQUEST { epoch: u64, config_epoch: u64, slots: Ranges } under epoch says [epoch]: key!("AUTH_REQUEST"), Tone::Vote,
        AUTH_ACK { epoch: u64 } under epoch says [epoch]: key!("AUTH_ACK"), Tone::Reply,
        UPDATE { owner: Place, config_epoch: u64, slots: Ranges } under config_epoch says [owner]: key!("UPDATE"), Tone::Call,
        // Replication.
        Write { history: History, offset: u64, write: Operation } says [write]: key!("Write"), Tone::Call,
        PSYNC { history: History, offset: u64 } says []: key!("PSYNC"), Tone::Call,
        FULLRESYNC { history: History, offset: u64, data: KeyValueStore } says [data]: key!("FULLRESYNC"), Tone::Reply,
        // A slot moves from its owner, which has it under this configEpoch: what is of an earlier move does not count.
        IMPORTING { slot: u16, config_epoch: u64 } says [slot]: key!("IMPORTING"), Tone::Call,
        READY { slot: u16, config_epoch: u64 } says [slot]: key!("READY"), Tone::Reply,
        RESTORE { slot: u16, config_epoch: u64, key: Text, value: Text } says [key, value]: key!("RESTORE"), Tone::Call,
        RESTORED { slot: u16, config_epoch: u64, key: Text } says [key]: key!("RESTORED"), Tone::Reply,
        SETSLOT { slot: u16, config_epoch: u64 } says [slot]: key!("SETSLOT"), Tone::Call,
        // Clients.
        Command { seq: u64, ask: Ask } says [ask]: key!("Command"), Tone::Call,
        ASKING { seq: u64, ask: Ask } says [ask]: key!("ASKING"), Tone::Call,
        Answer { seq: u64, answer: Text, history: History, offset: u64 } says [answer]: key!("Answer"), Tone::Reply,
        MOVED { seq: u64, slot: u16, to: Place } says [slot, to]: key!("MOVED"), Tone::Refusal,
        ASK { seq: u64, slot: u16, to: Place } says [slot, to]: key!("ASK"), Tone::Refusal,
        CLUSTERDOWN { seq: u64 } says []: key!("CLUSTERDOWN"), Tone::Refusal,
        TRYAGAIN { seq: u64 } says []: key!("TRYAGAIN"), Tone::Refusal,
        ERR { seq: u64 } says []: key!("ERR"), Tone::Refusal,
        SLOTS { seq: u64 } says []: key!("SLOTS"), Tone::Call,
        MAP { seq: u64, map: SlotMap } says []: key!("MAP"), Tone::Reply,
    }
}

/// What stands in each ping and pong of its sender.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Whose replica it is, if it is one.
    pub of: Option<Place>,
    /// Of the sender, or of its master: configEpoch and slots.
    pub config_epoch: u64,
    pub slots: Ranges,
    pub history: History,
    pub offset: u64,
    /// Whom it takes for failed, or for possibly so. (In Redis it tells of some others too, and how it finds them.)
    pub suspects: BTreeSet<Place>,
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = self.of.map_or(NONE.to_owned(), |of| of.to_string());
        write!(f, "slaveof={of} configEpoch={} slots={}", self.config_epoch, self.slots)?;
        write!(f, " offset={}@{}", self.offset, self.history)?;
        let suspects: Vec<String> = self.suspects.iter().map(Place::to_string).collect();
        if !suspects.is_empty() {
            write!(f, " suspects={}", suspects.join(" "))?;
        }
        Ok(())
    }
}

/// Which master's writes offsets count, since when: its replication id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct History(pub Option<(Place, u64)>);

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((master, life)) => write!(f, "{master}.{life}"),
            None => f.write_str(NONE),
        }
    }
}

/// All that survives a crash: what Redis keeps in `nodes.conf`, and the data with an offset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    pub conf: Rc<Conf>,
    pub data: KeyValueStore,
    pub history: History,
    /// How many writes of this history are in the data.
    pub offset: u64,
}

/// What a server knows of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Conf {
    /// currentEpoch, the greatest that it has heard of.
    pub epoch: u64,
    /// lastVoteEpoch.
    pub vote: u64,
    /// configEpoch: of the election that made it a master, or of a slot that it took since.
    pub config_epoch: u64,
    /// How many histories it has begun.
    pub lives: u64,
    /// Replicas, each with its master.
    pub of: BTreeMap<Place, Place>,
    pub map: SlotMap,
    pub failed: BTreeSet<Place>,
    /// Slots that are on their way to others, and from others.
    pub migrating: BTreeMap<u16, Place>,
    pub importing: BTreeMap<u16, Place>,
}

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Object(Operation),
    Reshard { key: Text, to: Place },
}

impl Ask {
    pub const FORMS: &'static [Form] = &[
        PUT,
        GET,
        DELETE,
        Form {
            name: "Reshard",
            help: "moves the slot of a key to this master",
            script: "reshard {0} S{1}",
            blanks: &[
                Blank { name: key!("key"), holds: Holds::Word, sample: "x" },
                Blank { name: key!("master node"), holds: Holds::Number { least: 1, most: 15 }, sample: "2" },
            ],
        },
    ];

    pub fn key(&self) -> &Text {
        match self {
            Ask::Object(operation) => operation.key(),
            Ask::Reshard { key, .. } => key,
        }
    }
}

impl Request for Ask {
    fn operation(&self) -> Option<Operation> {
        match self {
            Ask::Object(operation) => Some(operation.clone()),
            Ask::Reshard { .. } => None,
        }
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ask::Object(operation) => operation.fmt(f),
            Ask::Reshard { key, to } => write!(f, "reshard {key} {to}"),
        }
    }
}

impl FromStr for Ask {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Ask, &'static str> {
        const EXPECTED: &str = "put KEY=VALUE, get KEY, delete KEY or reshard KEY MASTER";
        let Some(("reshard", rest)) = text.trim().split_once(' ') else {
            return text.parse().map(Ask::Object).map_err(|_| EXPECTED);
        };
        let (key, to) = rest.trim().split_once(' ').ok_or(EXPECTED)?;
        let digits = to.trim().strip_prefix(Place::SERVER).ok_or(EXPECTED)?;
        let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok());
        match number.flatten() {
            Some(number @ 1..=15_u16) => {
                Ok(Ask::Reshard { key: word(key)?, to: Place::server(number - 1) })
            }
            _ => Err(EXPECTED),
        }
    }
}
