//! What gateways, servers and the metadata service write down and say to each other, and what can be asked.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use crate::base::word::word;
use crate::base::{Place, Text};
use crate::check::Operation;
use crate::protocol::{Blank, Form, Holds, Request, Tone};
use crate::service::store::{GET, PUT};
use crate::{key, messages};

use super::code::Shard;

messages! {
    pub enum Message {
        // Between a gateway and the metadata service. A client's request is known by the client and its number
        // for it.
        Reserve { client: Place, seq: u64, key: Text } says [key]: key!("Reserve"), Tone::Call,
        Reserved { client: Place, seq: u64, version: u64 } under version says [version]: key!("Reserved"), Tone::Reply,
        Publish { client: Place, seq: u64, key: Text, version: u64, size: u64 } under version says [key, version]: key!("Publish"), Tone::Call,
        Published { client: Place, seq: u64, version: u64 } under version says [version]: key!("Published"), Tone::Reply,
        Lookup { client: Place, seq: u64, key: Text } says [key]: key!("Lookup"), Tone::Call,
        Manifest { client: Place, seq: u64, version: u64, size: u64 } under version says [version]: key!("Manifest"), Tone::Reply,
        Scrub { key: Text, version: u64 } under version says [key, version]: key!("Scrub"), Tone::Call,
        // Between a gateway and servers.
        Store { key: Text, version: u64, shard: Shard } under version says [shard]: key!("Store"), Tone::Call,
        Stored { key: Text, version: u64, index: u8 } under version says []: key!("Stored"), Tone::Reply,
        Retrieve { key: Text, version: u64, index: u8 } under version says [key]: key!("Retrieve"), Tone::Call,
        Shard { key: Text, version: u64, shard: Shard } under version says [shard]: key!("Shard"), Tone::Reply,
        Inspect { key: Text, version: u64, index: u8 } under version says [key]: key!("Inspect"), Tone::Call,
        Sound { key: Text, version: u64, index: u8 } under version says []: key!("Sound"), Tone::Reply,
        Missing { key: Text, version: u64, index: u8 } under version says []: key!("Missing"), Tone::Refusal,
        Discard { key: Text, below: u64 } says [key]: key!("Discard"), Tone::Call,
    }
}

/// All that survives a crash: of a server its shards, of the metadata service the manifests. A gateway has
/// nothing to lose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// By key and version.
    pub shards: Rc<BTreeMap<(Text, u64), Shard>>,
    pub manifests: Rc<BTreeMap<Text, Manifest>>,
    /// Of each client the last write, and the version that was reserved for it.
    pub reserved: Rc<BTreeMap<Place, (u64, u64)>>,
}

/// What the name of an object leads to. (Where its shards stand follows from the key.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Manifest {
    /// 0 while nothing is there.
    pub version: u64,
    /// In bytes.
    pub size: u64,
    /// The highest version that was reserved for somebody.
    pub highest: u64,
}

/// What a client asks for; and what a hand can do to the disk of a server, which is told so as if it were a
/// request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Object(Operation),
    Damage { key: Text },
    Lose { key: Text },
}

const KEY: Blank = Blank { name: key!("key"), holds: Holds::Word, sample: "x" };

impl Ask {
    pub const FORMS: &'static [Form] = &[
        PUT,
        GET,
        Form {
            name: "Damage",
            help: "turns a bit of the shard that the server has on its disk",
            script: "damage {0}",
            blanks: &[KEY],
        },
        Form {
            name: "Lose",
            help: "makes the shard that the server has unreadable for ever",
            script: "lose {0}",
            blanks: &[KEY],
        },
    ];
}

impl Request for Ask {
    fn operation(&self) -> Option<Operation> {
        match self {
            Ask::Object(operation) => Some(operation.clone()),
            Ask::Damage { .. } | Ask::Lose { .. } => None,
        }
    }

    /// A disk is one server's.
    fn stays(&self) -> bool {
        !matches!(self, Ask::Object(_))
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ask::Object(operation) => operation.fmt(f),
            Ask::Damage { key } => write!(f, "damage {key}"),
            Ask::Lose { key } => write!(f, "lose {key}"),
        }
    }
}

impl FromStr for Ask {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Ask, &'static str> {
        match text.trim().split_once(' ') {
            Some(("damage", key)) => Ok(Ask::Damage { key: word(key.trim())? }),
            Some(("lose", key)) => Ok(Ask::Lose { key: word(key.trim())? }),
            _ => text
                .parse()
                .map(Ask::Object)
                .map_err(|_| "put KEY=VALUE, get KEY, damage KEY or lose KEY"),
        }
    }
}
