//! What clients ask of Raft: of its store, and of the cluster itself.

use std::fmt;
use std::str::FromStr;

use crate::base::Place;
use crate::check::Operation;
use crate::key;
use crate::protocol::{self, Blank, Form, Holds};
use crate::service::store;

use super::{Change, Servers};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    Store(Operation),
    /// Hand leadership over to this server.
    Transfer(Place),
    Change(Change),
    /// Take a snapshot, you yourself.
    Snapshot,
}

const SERVER: Blank =
    Blank { name: key!("server"), holds: Holds::Number { least: 1, most: 15 }, sample: "2" };

pub const FORMS: &[Form] = &[
    store::PUT,
    store::GET,
    store::DELETE,
    store::CAS,
    Form {
        name: "Transfer",
        help: "has the leader hand over to a server",
        script: "transfer S{0}",
        blanks: &[SERVER],
    },
    Form {
        name: "Add",
        help: "adds a server as a learner, which receives the log and does not vote",
        script: "add S{0}",
        blanks: &[SERVER],
    },
    Form {
        name: "Promote",
        help: "has a learner vote",
        script: "promote S{0}",
        blanks: &[SERVER],
    },
    Form {
        name: "Remove",
        help: "takes a server out of the configuration",
        script: "remove S{0}",
        blanks: &[SERVER],
    },
    Form {
        name: "Voters",
        help: "has these servers vote, and nobody else",
        script: "voters {0}",
        blanks: &[Blank { name: key!("servers"), holds: Holds::Servers, sample: "S1 S2 S3" }],
    },
    Form {
        name: "Snapshot",
        help: "has a server take a snapshot and drop its log up to there",
        script: "snapshot",
        blanks: &[],
    },
];

const EXPECTED: &str = "put KEY=VALUE, get KEY, delete KEY, cas KEY EXPECTED VALUE, add S4, promote S4, remove S1, voters S2 S3 S4, transfer S2 or snapshot";

impl From<Operation> for Request {
    fn from(request: Operation) -> Request {
        Request::Store(request)
    }
}

impl protocol::Request for Request {
    fn operation(&self) -> Option<Operation> {
        match self {
            Request::Store(request) => request.operation(),
            Request::Transfer(_) | Request::Change(_) | Request::Snapshot => None,
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
            Request::Change(Change::Add(server)) => write!(f, "add {server}"),
            Request::Change(Change::Promote(server)) => write!(f, "promote {server}"),
            Request::Change(Change::Remove(server)) => write!(f, "remove {server}"),
            Request::Change(Change::Voters(servers)) => write!(f, "voters {servers}"),
            Request::Transfer(server) => write!(f, "transfer {server}"),
        }
    }
}

impl FromStr for Request {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let words: Vec<&str> = text.split_whitespace().take(40).collect();
        match words[..] {
            ["transfer", place] => Ok(Request::Transfer(server(place)?)),
            ["add", place] => Ok(Request::Change(Change::Add(server(place)?))),
            ["promote", place] => Ok(Request::Change(Change::Promote(server(place)?))),
            ["remove", place] => Ok(Request::Change(Change::Remove(server(place)?))),
            ["voters", ref places @ ..] if !places.is_empty() => {
                let servers: Result<Servers, _> = places.iter().map(|place| server(place)).collect();
                Ok(Request::Change(Change::Voters(servers?)))
            }
            ["snapshot"] => Ok(Request::Snapshot),
            ["put" | "get" | "delete" | "cas", ..] => Ok(Request::Store(text.parse()?)),
            _ => Err(EXPECTED),
        }
    }
}

fn server(text: &str) -> Result<Place, &'static str> {
    let digits = text.strip_prefix(Place::SERVER).ok_or(SERVER_EXPECTED)?;
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok());
    let number: u16 = number.flatten().ok_or(SERVER_EXPECTED)?;
    (1..=32).contains(&number).then(|| Place::server(number - 1)).ok_or(SERVER_EXPECTED)
}

const SERVER_EXPECTED: &str = "a server such as S1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_print_and_parse() {
        for text in [
            "put x=1", "cas x 1 2", "add S4", "promote S4", "remove S1", "voters S2 S3 S4",
            "transfer S2", "snapshot",
        ] {
            assert_eq!(text.parse::<Request>().map(|request| request.to_string()), Ok(text.into()));
        }
        for wrong in ["add", "add 4", "add C1", "add S0", "add S33", "voters", "snapshot S1", "sync"] {
            assert!(wrong.parse::<Request>().is_err(), "{wrong}");
        }
        assert_eq!("transfer C1".parse::<Request>(), Err(SERVER_EXPECTED));
    }
}
