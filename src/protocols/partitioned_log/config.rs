//! Options, and the flaws that a script can switch on.

use std::fmt;

use crate::base::Time;
use crate::options;
use crate::protocol::Repeat;

options! {
    pub struct Config {
        option acks: Acks {
            default: Acks::All,
            choices: [Acks::All, Acks::One],
            help: "whom a producer waits for: all in-sync replicas, or 1, the leader alone",
            samples: ["all", "1"],
        }
        /// `min.insync.replicas`.
        option min_insync: u64 {
            default: 2,
            range: 1..=5,
            help: "the least number of in-sync replicas (min.insync.replicas): with fewer nothing is committed; a record always takes all of them",
            samples: ["2", "3", "1"],
        }
        /// `replica.lag.time.max.ms`: 30 s in the real system.
        option lag: Time {
            default: Time::millis(600),
            help: "how long a follower may be behind before it leaves the in-sync replicas",
            samples: ["600ms", "400ms", "1s"],
        }
        /// `broker.session.timeout.ms`: 9 s in the real system.
        option session: Time {
            default: Time::seconds(1),
            help: "how long the controller does without a heartbeat before it fences a broker",
            samples: ["1s", "600ms", "2s"],
        }
        /// In the real system the operating system writes when it likes to.
        option flush: Repeat {
            default: Repeat::Every(Time::millis(500)),
            help: "how often a broker writes its log to the disk; or off",
            samples: ["500ms", "40ms", "off"],
        }
        option commit: Commit {
            default: Commit::After,
            choices: [Commit::After, Commit::Before],
            help: "whether a consumer commits its offset after it has processed records, or before",
            samples: ["after", "before"],
        }
        flaw truncate_to_high_watermark {
            title: "A follower truncates to its high watermark",
            story: "A follower learns the high watermark one fetch late, so it throws away records that are \
                    committed; if it is elected then, they are gone. Kafka did so until version 0.11 (KIP-101).",
            breaks: "In-Sync Replicas Have It",
        }
        flaw unclean_election {
            title: "A replica that is not in sync is elected",
            story: "Rather than wait for one that has everything, the controller takes whoever is there. It was \
                    Kafka's default until version 0.11 (unclean.leader.election.enable).",
            breaks: "No Committed Record Is Lost",
        }
        flaw early_join {
            title: "A follower is in sync as soon as it fetches",
            story: "The leader does not wait until it has reached the high watermark. Made by whoever takes “it is \
                    alive” for “it has everything”.",
            breaks: "In-Sync Replicas Have It",
        }
        flaw small_insync_set {
            title: "The leader counts the in-sync replicas that it would like to have",
            story: "It has asked the controller to take a slow follower out, and advances the high watermark without \
                    it before it is told so. The controller may elect that very follower. KIP-497 has the leader \
                    count the maximal set for this reason.",
            breaks: "In-Sync Replicas Have It",
        }
        flaw broker_epoch_ignored {
            title: "The controller does not look at broker epochs",
            story: "A follower has caught up, crashes, and comes back without its last records; the leader, which \
                    does not know that, has it let in. Kafka did so until version 3.5 (KIP-903).",
            breaks: "In-Sync Replicas Have It",
        }
        flaw last_replica_standing {
            title: "The last in-sync replica stays so, whatever it has lost",
            story: "It crashes, comes back without its last records and leads again, although another replica that \
                    had left before has them. Kafka did so until it had eligible leader replicas (KIP-966).",
            breaks: "No Committed Record Is Lost",
        }
        flaw no_sequence_numbers {
            title: "Retries are appended again",
            story: "A producer hears nothing, asks again, and the leader does not see that it has the record. \
                    It was so before Kafka had idempotent producers (KIP-98), and is where they are switched off.",
            breaks: "Each Record Once, in Order",
        }
        flaw read_uncommitted_tail {
            title: "Consumers are given all that the leader has",
            story: "They act on a record that a new leader has never seen. Made by whoever takes the end of a log for \
                    the end of what is agreed.",
            breaks: "Consumers Read What Is Committed",
        }
    }
}

impl Config {
    /// So many replicas must be in sync.
    pub fn least(&self) -> usize {
        self.min_insync as usize
    }
}

/// When a producer is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Acks {
    All,
    One,
}

impl fmt::Display for Acks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Acks::All => "all",
            Acks::One => "1",
        })
    }
}

/// When a consumer commits its offset: after it has processed records, or before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Commit {
    After,
    Before,
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Commit::After => "after",
            Commit::Before => "before",
        })
    }
}
