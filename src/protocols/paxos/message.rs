//! What the servers of Paxos write down and say to each other, and what clients may ask of them.

use std::fmt;
use std::str::FromStr;

use crate::base::word::word;
use crate::base::{NONE, Place, Sentence, Text};
use crate::protocol::{self, Blank, Field, Form, Holds, Kind, Tone};
use crate::{key, listed, sentence};

/// The number of a proposal (§2.2). Different proposers choose from disjoint sets of numbers (§2.5),
/// for each puts its name behind: ballots order by round, then by name, and no two are equal.
/// A client that plays the proposer has ballots of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ballot {
    pub round: u64,
    pub by: Place,
}

/// A ballot and the one value that it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Proposal {
    pub ballot: Ballot,
    pub value: Text,
}

/// All that survives a crash. What a learner knows is not among it: acceptors keep what they have
/// accepted, so whatever was chosen can be learnt again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// `maxBal`: the highest ballot that this acceptor has promised.
    pub promised: Option<Ballot>,
    /// `maxVBal` and `maxVal`: what it has accepted at the highest ballot.
    pub accepted: Option<Proposal>,
    /// The highest round that this proposer has used or heard of: it never uses one twice.
    pub round: u64,
}

/// The messages. Their sender is the proposer, the acceptor or the learner of the paper.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// Phase 1a: asks for the promise to accept nothing below this ballot any more.
    Prepare { ballot: Ballot },
    /// Phase 1b: promises so, and tells what was accepted so far.
    Promise { ballot: Ballot, accepted: Option<Proposal> },
    /// Phase 2a: asks to accept the value.
    Accept(Proposal),
    /// Phase 2b: has accepted it. Whoever hears this from a quorum knows that it is chosen.
    Accepted(Proposal),
    /// No, and which promise stands in the way.
    Refused { ballot: Ballot, promised: Ballot },
    /// A learner asks what has been accepted or chosen (§2.3), and tells what it has heard itself.
    Ask { heard: Option<Proposal> },
    /// The answer of whoever knows the chosen value.
    Decided { value: Text },
}

/// What a client can ask. It may have a proposer do the work, or play the proposer itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    Prepare { number: u64 },
    Accept { number: u64, value: Text },
    Propose { value: Text },
}

impl Ballot {
    pub fn of(round: u64, by: impl Into<Place>) -> Ballot {
        Ballot { round, by: by.into() }
    }

    /// The server whose ballot it is, if it is no client's.
    pub fn server(self) -> Option<Place> {
        self.by.as_server()
    }

    /// The ballot of this number when a client plays the proposer.
    pub fn of_client(number: u64, client: Place) -> Ballot {
        Ballot::of(number, client)
    }
}

/// `2.S1`: round 2 of S1.
impl fmt::Display for Ballot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.round, self.by)
    }
}

/// `update (2.S1)`
impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.value, self.ballot)
    }
}

/// The label on the graph.
impl protocol::Message for Message {
    listed! {
        fn kinds() -> &'static [Kind];
        fn kind(&self) -> Kind {
            match (self) {
                Message::Prepare { .. } => Kind { name: "Prepare", tone: Tone::Vote },
                Message::Promise { .. } => Kind { name: "Promise", tone: Tone::Reply },
                Message::Accept(_) => Kind { name: "Accept", tone: Tone::Call },
                Message::Accepted(_) => Kind { name: "Accepted", tone: Tone::Reply },
                Message::Refused { .. } => Kind { name: "Refused", tone: Tone::Reply },
                Message::Ask { .. } => Kind { name: "Ask", tone: Tone::Beat },
                Message::Decided { .. } => Kind { name: "Decided", tone: Tone::Call },
            }
        }
    }

    /// By the names of `Paxos.tla`.
    fn label(&self) -> Sentence {
        match self {
            Message::Prepare { ballot } => sentence!("prepare {0}", ballot.to_string()),
            Message::Promise { ballot, accepted: None } => sentence!("promise {0}", ballot.to_string()),
            Message::Promise { ballot, accepted: Some(proposal) } => {
                sentence!("promise {0}: {1}", ballot.to_string(), proposal.to_string())
            }
            Message::Accept(Proposal { ballot, value }) => {
                sentence!("accept {0} {1}", ballot.to_string(), value.clone())
            }
            Message::Accepted(Proposal { ballot, value }) => {
                sentence!("accepted {0} {1}", ballot.to_string(), value.clone())
            }
            Message::Refused { promised, .. } => sentence!("no: {0}", promised.to_string()),
            Message::Ask { .. } => sentence!("chosen?"),
            Message::Decided { value } => sentence!("chosen {0}", value.clone()),
        }
    }

    fn fields(&self) -> Vec<Field> {
        match self {
            Message::Prepare { ballot } => vec![Field::new("bal", ballot)],
            Message::Promise { ballot, accepted } => {
                let mbal = accepted.as_ref().map(|proposal| proposal.ballot);
                let mval = accepted.as_ref().map(|proposal| &proposal.value);
                vec![
                    Field::new("bal", ballot),
                    Field::new("mbal", or_none(mbal)),
                    Field::new("mval", or_none(mval)),
                ]
            }
            Message::Accept(proposal) | Message::Accepted(proposal) => {
                vec![Field::new("bal", proposal.ballot), Field::new("val", &proposal.value)]
            }
            Message::Refused { ballot, promised } => {
                vec![Field::new("bal", ballot), Field::new("maxBal", promised)]
            }
            Message::Ask { heard } => vec![Field::new("heard", or_none(heard.as_ref()))],
            Message::Decided { value } => vec![Field::new("val", value)],
        }
    }
}

pub(super) fn or_none(value: Option<impl fmt::Display>) -> String {
    value.map_or(NONE.into(), |value| value.to_string())
}

/// The largest number that a client may use. It leaves room above for everybody else's.
const LARGEST: u64 = 1_000_000;

/// All that clients can ask.
pub const FORMS: &[Form] = &[
    Form {
        name: "Propose",
        help: "has a proposer get a value chosen",
        script: "propose {0}",
        blanks: &[Blank { name: key!("value"), holds: Holds::Word, sample: "update" }],
    },
    Form {
        name: "Prepare",
        help: "plays the proposer, phase 1: asks this acceptor for a promise",
        script: "prepare {0}",
        blanks: &[Blank {
            name: key!("number"),
            holds: Holds::Number { least: 1, most: LARGEST },
            sample: "1",
        }],
    },
    Form {
        name: "Accept",
        help: "plays the proposer, phase 2: asks this acceptor to accept a value",
        script: "accept {0} {1}",
        blanks: &[
            Blank {
                name: key!("number"),
                holds: Holds::Number { least: 1, most: LARGEST },
                sample: "1",
            },
            Blank { name: key!("value"), holds: Holds::Word, sample: "update" },
        ],
    },
];

impl protocol::Request for Request {
    /// Whoever plays the proposer means this acceptor and no other.
    fn stays(&self) -> bool {
        !matches!(self, Request::Propose { .. })
    }
}

/// As a script writes it.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Prepare { number } => write!(f, "prepare {number}"),
            Request::Accept { number, value } => write!(f, "accept {number} {value}"),
            Request::Propose { value } => write!(f, "propose {value}"),
        }
    }
}

impl FromStr for Request {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let words: Vec<&str> = text.split_whitespace().take(4).collect();
        match words[..] {
            ["prepare", number] => Ok(Request::Prepare { number: read_number(number)? }),
            ["accept", number, value] => {
                Ok(Request::Accept { number: read_number(number)?, value: word(value)? })
            }
            ["propose", value] => Ok(Request::Propose { value: word(value)? }),
            _ => Err("propose VALUE, prepare NUMBER or accept NUMBER VALUE"),
        }
    }
}

fn read_number(text: &str) -> Result<u64, &'static str> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number @ 1..=LARGEST) if digits => Ok(number),
        _ => Err("a number from 1 to 1000000"),
    }
}
