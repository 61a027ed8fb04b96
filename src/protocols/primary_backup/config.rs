//! Options, and the flaws that a script can switch on.

use std::fmt;

use crate::base::Time;
use crate::options;

options! {
    pub struct Config {
        option ack: Ack {
            default: Ack::All,
            choices: [Ack::None, Ack::One, Ack::All],
            help: "how many backups have a write before it is answered: none (asynchronous), one (semi-synchronous) or all",
            samples: ["all", "one", "none"],
        }
        option reads: Reads {
            default: Reads::Primary,
            choices: [Reads::Primary, Reads::Any],
            help: "who answers reads: the primary, or any server from its own copy, which may be old",
            samples: ["primary", "any"],
        }
        option fence: Fence {
            default: Fence::Lease,
            choices: [Fence::View, Fence::Lease, Fence::Confirm],
            help: "how a primary knows before a read that no other has been promoted: view (it does not, only \
                   its writes are refused), lease, or a confirmation by the backups",
            samples: ["lease", "confirm", "view"],
        }
        option failover: Failover {
            default: Failover::Service,
            choices: [Failover::Service, Failover::Hand],
            help: "who decides that another primary is needed: the view service, or somebody who says promote",
            samples: ["service", "hand"],
        }
        option silence: Time {
            default: Time::millis(200),
            help: "after how long without a ping the view service takes a server for dead",
            samples: ["200ms", "100ms", "400ms"],
        }
        option lease: Time {
            default: Time::millis(300),
            help: "for how long the view service promises the primary to promote no other",
            samples: ["300ms", "150ms"],
        }
        option ping: Time {
            default: Time::millis(50),
            help: "how often a server pings the view service, and a primary its backups",
            samples: ["50ms", "30ms"],
        }
        flaw unfenced {
            title: "The old primary is not fenced",
            story: "Cut off from its backups it takes them for dead and goes on alone, while another has been \
                    promoted: two primaries. Semi-synchronous replication in MySQL does so after a timeout.",
            breaks: "No Acknowledged Write Is Lost",
        }
        flaw answer_early {
            title: "It answers before it has replicated",
            story: "The primary answers once its own disk has the write. Its backup is promoted before it \
                    hears of it.",
            breaks: "No Acknowledged Write Is Lost",
        }
        flaw promote_any {
            title: "A backup without the tail is promoted",
            story: "The first that answers leads, although another has more. Made by whoever promotes by \
                    name, region or load.",
            breaks: "No Acknowledged Write Is Lost",
        }
        flaw read_unreplicated {
            title: "A read sees what is not replicated yet",
            story: "The primary reads from its own log. When another is promoted, what was read has never been: \
                    Kingsbury found it in MongoDB's reads.",
            breaks: "Linearizability",
        }
        flaw skip_gap {
            title: "A backup appends after a gap",
            story: "A message was lost, the next one is stored behind what is there. Made by whoever counts what \
                    arrives instead of looking at its place.",
            breaks: "Backups Are Prefixes",
        }
    }
}

/// How many backups have a write before it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ack {
    None,
    One,
    All,
}

/// Who answers reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reads {
    Primary,
    Any,
}

/// How a primary knows before a read that no other has been promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fence {
    View,
    Lease,
    Confirm,
}

/// Who decides that another primary is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failover {
    Service,
    Hand,
}

impl Ack {
    /// How many of so many backups.
    pub fn of(self, backups: usize) -> usize {
        match self {
            Ack::None => 0,
            Ack::One => backups.min(1),
            Ack::All => backups,
        }
    }
}

impl fmt::Display for Ack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ack::None => "none",
            Ack::One => "one",
            Ack::All => "all",
        })
    }
}

impl fmt::Display for Reads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reads::Primary => "primary",
            Reads::Any => "any",
        })
    }
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fence::View => "view",
            Fence::Lease => "lease",
            Fence::Confirm => "confirm",
        })
    }
}

impl fmt::Display for Failover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Failover::Service => "service",
            Failover::Hand => "hand",
        })
    }
}
