//! What is on disks, what is said, and what clients ask.

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use crate::base::{Log, Place, Time};
use crate::check::Operation;
use crate::protocol::{Form, Request, Tone};
use crate::service::sessions::LogCommand;
use crate::service::store::{CAS, DELETE, GET, PUT};
use crate::{key, messages};

/// Who is the primary, and who its backups are: each view has a number, and replaces those below.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    pub number: u64,
    /// Nobody, before the first.
    pub primary: Option<Place>,
    /// The primary among them, in order.
    pub members: Rc<[Place]>,
}

/// What a client has asked for, and in which view the primary put it into its log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    pub view: u64,
    pub command: LogCommand,
}

/// A log as it is transferred.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Whole(pub Log<Entry>);

/// Entries that go on from a place in a log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entries(pub Rc<[Entry]>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// Of a server.
    pub kept: Kept,
    /// Of the view service.
    pub record: Record,
}

/// What a server has on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Kept {
    /// It takes part in no view below this one.
    pub fenced: u64,
    /// The view in which its log was last made equal to the primary's.
    pub synced: u64,
    pub log: Log<Entry>,
}

/// What the view service has on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Record {
    pub view: View,
    /// The highest number that it has fenced servers with.
    pub promised: u64,
    /// The last view whose members have all been brought up to date: whatever was acknowledged, they have.
    pub base: View,
}

messages! {
    pub enum Message {
        Ping { view: u64, ready: bool, restarted: u64, sent: Time } says [view]: key!("Ping"), Tone::Beat,
        View { view: View, active: bool, sent: Time } says [view]: key!("View"), Tone::Call,
        Fence { view: u64 }: key!("Fence"), Tone::Vote,
        Fenced { view: u64, synced: u64, holds: u64 } says [view, holds]: key!("Fenced"), Tone::Reply,
        Promote { server: Place }: key!("Promote"), Tone::Vote,
        Transfer { view: u64, log: Whole, committed: u64 } says [view, log]: key!("Transfer"), Tone::Call,
        Replicate { view: u64, after: u64, entries: Entries, committed: u64 } says [view, entries]: key!("Replicate"), Tone::Call,
        Holds { view: u64, holds: u64 }: key!("Holds"), Tone::Reply,
        Confirm { view: u64, read: u64 }: key!("Confirm"), Tone::Vote,
        Confirmed { view: u64, read: u64 }: key!("Confirmed"), Tone::Reply,
    }
}

impl View {
    pub fn backups(&self) -> impl Iterator<Item = Place> + use<> {
        let (members, primary) = (self.members.clone(), self.primary);
        (0..members.len()).map(move |at| members[at]).filter(move |place| Some(*place) != primary)
    }
}

/// `2 S1 S3`: its number, its primary, its backups.
impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)?;
        self.primary.into_iter().chain(self.backups()).try_for_each(|place| write!(f, " {place}"))
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1–{}", self.0.len())
    }
}

impl fmt::Display for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each: Vec<String> = self.0.iter().map(|entry| entry.command.to_string()).collect();
        write!(f, "[{}]", each.join(", "))
    }
}

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Store(Operation),
    /// The server that is asked is to be the primary.
    Promote,
}

impl Ask {
    pub const FORMS: &'static [Form] = &[
        PUT,
        GET,
        DELETE,
        CAS,
        Form {
            name: "Promote",
            help: "has this server be the primary, unless another has more",
            script: "promote",
            blanks: &[],
        },
    ];
}

impl Request for Ask {
    fn operation(&self) -> Option<Operation> {
        match self {
            Ask::Store(operation) => Some(operation.clone()),
            Ask::Promote => None,
        }
    }

    fn stays(&self) -> bool {
        *self == Ask::Promote
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ask::Store(operation) => operation.fmt(f),
            Ask::Promote => f.write_str("promote"),
        }
    }
}

impl FromStr for Ask {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Ask, &'static str> {
        match text.trim() {
            "promote" => Ok(Ask::Promote),
            text => text.parse().map(Ask::Store).map_err(|_| {
                "put KEY=VALUE, get KEY, delete KEY, cas KEY EXPECTED VALUE or promote"
            }),
        }
    }
}
