//! ZAB's options, and the flaws that a script can switch on: mistakes that ZooKeeper has made, or that
//! the article leaves room for.

use std::fmt;

use crate::base::{Span, Time};
use crate::options;

options! {
    pub struct Config {
        /// The unit of all that a server waits for.
        option tick: Time {
            default: Time::millis(50),
            help: "how often a leader pings its followers; the limits below count in it",
            samples: ["50ms", "100ms"],
        }

        /// ZooKeeper's `initLimit`.
        option init_limit: u64 {
            default: 20,
            range: 2..=1_000,
            help: "after how many ticks discovery and synchronisation are given up",
            samples: ["20", "10"],
        }

        /// ZooKeeper's `syncLimit`.
        option sync_limit: u64 {
            default: 5,
            range: 2..=1_000,
            help: "after how many ticks of silence a leader and a follower give each other up",
            samples: ["5", "8"],
        }

        /// ZooKeeper's `finalizeWait`, 200 ms there.
        option finalize: Time {
            default: Time::millis(200),
            help: "how long a server waits for a better vote once a quorum agrees",
            samples: ["200ms", "50ms"],
        }

        /// In ZooKeeper from 200 ms to 60 s.
        option notify: Span {
            default: Span::new(Time::millis(200), Time::seconds(2)),
            help: "how long a server that looks for a leader waits before it says so again: first, and at most",
            samples: ["200ms..2s", "100ms..1s"],
        }

        /// In ZooKeeper a hundred thousand transactions (`snapCount`).
        option snapshot: u64 {
            default: 100,
            range: 1..=100_000,
            help: "after how many transactions a server takes a snapshot, in place of its log so far",
            samples: ["100", "2", "5"],
        }

        option sync: Sync {
            default: Sync::Leader,
            choices: [Sync::Leader, Sync::Proposal],
            help: "what sync is: a word with the leader, as in ZooKeeper, or a proposal that changes nothing",
            samples: ["leader", "proposal"],
        }

        flaw epoch_before_log {
            title: "The epoch is on disk before the log",
            story: "A follower that is brought up to date writes currentEpoch first. If it crashes \
                    before it has the transactions, it lacks them and yet wins the next election by its \
                    epoch, and the others drop what was committed: ZooKeeper's issue 4643.",
            breaks: "Committed Log Durability",
        }

        flaw ack_before_log {
            title: "Acknowledged before the log is on disk",
            story: "A follower acknowledges NEWLEADER while the transactions still wait for its disk. \
                    The leader takes them for committed; a crash of its followers takes them back. \
                    ZooKeeper's issues 3911 and 4646.",
            breaks: "Committed Log Durability",
        }

        flaw memory_survives {
            title: "Looks for a leader with the memory it has",
            story: "A server that loses its leader goes by what it has executed, and forgets that its \
                    disk holds more. It is told that it lacks nothing; and when it restarts, it finds \
                    transactions that nobody else has. ZooKeeper's issue 2845.",
            breaks: "Process Consistency",
        }

        flaw proposal_ack_first {
            title: "A proposal is acknowledged before NEWLEADER",
            story: "A follower that is brought up to date acknowledges the transactions as it gets them. \
                    The leader expects another acknowledgment first, does not count this follower, and \
                    gives up although a quorum follows it: ZooKeeper's issue 4685.",
            breaks: "Every Acknowledgment Counts",
        }

        flaw vote_by_id {
            title: "Elected by the server's number",
            story: "Votes are compared by the server's number alone, and the leader does not look for \
                    a follower that is ahead of it. Made by whoever writes the bully algorithm where \
                    there is a log.",
            breaks: "Committed Log Durability",
        }

        flaw forward_after_ack {
            title: "Proposals go only to those who have acknowledged",
            story: "A leader sends proposals to a follower from the moment it has acknowledged \
                    NEWLEADER, and not from the moment it was brought up to date. What was proposed in \
                    between it never gets. The article can be read so; model checking found it.",
            breaks: "Process Consistency",
        }

        flaw read_backwards {
            title: "A server that is behind takes the session",
            story: "A client that has seen a value asks another server, which has not executed that far \
                    and answers all the same: the client sees an older value after a newer one. Made \
                    by whoever puts a balancer before replicas that answer reads.",
            breaks: "Monotonic Read",
        }
    }
}

/// What `sync` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sync {
    /// A message to the leader and back, as ZooKeeper has it.
    Leader,
    /// A proposal that changes nothing.
    Proposal,
}

impl fmt::Display for Sync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Sync::Leader => "leader",
            Sync::Proposal => "proposal",
        })
    }
}
