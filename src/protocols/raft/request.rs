//! What clients ask of Raft: of its store, and of the cluster itself.

use std::fmt;
use std::str::FromStr;

use crate::base::Place;
use crate::check::Operation;
use crate::key;
use crate::protocol::{self, Blank, Form, Holds};
use crate::service::store::{self, StoreRequest};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    Store(StoreRequest),
    /// Hand leadership over to this server.
    Transfer(Place),
    /// Take a snapshot, you yourself.
    Snapshot,
}

const SERVER: Blank = Blank { name: key!("server"), holds: Holds::Word, sample: "S2" };

pub const FORMS: &[Form] = &[
    store::PUT,
    store::GET,
    store::CAS,
    Form {
        name: "Transfer",
        help: "has the leader hand over to a server",
        script: "transfer {0}",
        blanks: &[SERVER],
    },
    Form {
        name: "Snapshot",
        help: "has a server take a snapshot and drop its log up to there",
        script: "snapshot",
        blanks: &[],
    },
];

const EXPECTED: &str = "put KEY=VALUE, get KEY, cas KEY EXPECTED VALUE, transfer S2 or snapshot";

impl From<StoreRequest> for Request {
    fn from(request: StoreRequest) -> Request {
        Request::Store(request)
    }
}

impl protocol::Request for Request {
    fn operation(&self) -> Option<Operation> {
        match self {
            Request::Store(request) => request.operation(),
            Request::Transfer(_) | Request::Snapshot => None,
        }
    }

    fn stays(&self) -> bool {
        *self == Request::Snapshot
    }
}

/// As a script writes it.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Store(request) => request.fmt(f),
            Request::Snapshot => f.write_str("snapshot"),
            Request::Transfer(server) => write!(f, "transfer {server}"),
        }
    }
}

impl FromStr for Request {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let words: Vec<&str> = text.split_whitespace().take(3).collect();
        match words[..] {
            ["transfer", place] => Ok(Request::Transfer(server(place)?)),
            ["snapshot"] => Ok(Request::Snapshot),
            ["put" | "get" | "cas", ..] => Ok(Request::Store(text.parse()?)),
            _ => Err(EXPECTED),
        }
    }
}

fn server(text: &str) -> Result<Place, &'static str> {
    let place: Place = text.parse().map_err(|_| SERVER_EXPECTED)?;
    place.as_server().ok_or(SERVER_EXPECTED)
}

const SERVER_EXPECTED: &str = "a server such as S1";
