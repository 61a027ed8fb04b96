//! The store's options, and the flaws that a script can switch on.

use crate::base::Time;
use crate::options;
use crate::protocol::{Repeat, Switch};

use super::versions::Versions;

options! {
    pub struct Config {
        /// Dynamo's N. (Of fewer servers, all.)
        option n: u64 {
            default: 3,
            range: 1..=9,
            help: "how many servers keep a key",
            samples: ["3", "2", "5"],
        }

        option r: u64 {
            default: 2,
            range: 1..=9,
            help: "how many of them a read waits for",
            samples: ["2", "1", "3"],
        }

        option w: u64 {
            default: 2,
            range: 1..=9,
            help: "how many of them a write waits for",
            samples: ["2", "1", "3"],
        }

        option sloppy: Switch {
            default: Switch::Off,
            choices: [Switch::On, Switch::Off],
            help: "whether others stand in for servers of the key that do not answer",
            samples: ["off", "on"],
        }

        option versions: Versions {
            default: Versions::Vectors,
            choices: [Versions::Lww, Versions::Vectors],
            help: "what becomes of two writes: the last one wins, or siblings are kept by version vectors",
            samples: ["vectors", "lww"],
        }

        option tokens: Switch {
            default: Switch::Off,
            choices: [Switch::On, Switch::Off],
            help: "whether a read waits until it is as new as all that its client has read and written",
            samples: ["off", "on"],
        }

        option read_repair: Switch {
            default: Switch::On,
            choices: [Switch::On, Switch::Off],
            help: "whether a read brings replicas up to date that have answered with something older",
            samples: ["on", "off"],
        }

        option anti_entropy: Repeat {
            default: Repeat::Every(Time::millis(500)),
            help: "how often a server compares what it keeps with another; or off",
            samples: ["500ms", "200ms", "off"],
        }

        option request_timeout: Time {
            default: Time::millis(100),
            help: "how long a coordinator waits before it takes a server for down, and asks again",
            samples: ["100ms", "50ms", "300ms"],
        }

        /// Cassandra's `gc_grace_seconds`, ten days there.
        option grace: Time {
            default: Time::seconds(5),
            help: "how long all replicas must have had a tombstone before it goes; and how old a message may be",
            samples: ["5s", "1s", "300ms"],
        }

        flaw sloppy_for_strict {
            title: "A sloppy quorum is taken for a strict one",
            story: "Whoever stands in for a server counts towards R and W, and the quorums need not meet. \
                    Made by whoever reads R + W > N in Dynamo's paper, and overlooks that its N are the first \
                    N healthy servers.",
            breaks: "A Quiet Read Returns the Last Acked Write",
        }

        flaw no_tombstone {
            title: "A delete leaves nothing behind",
            story: "A replica that was away still has the value, and nothing tells the others that theirs is \
                    missing on purpose: they take it back. Made by whoever stores absence as nothing.",
            breaks: "The Dead Stay Dead",
        }

        flaw early_collection {
            title: "A tombstone is collected early",
            story: "Each replica drops it when it is old enough by itself. One that was away for longer \
                    brings the value back: Cassandra's zombies, where a repair comes later than gc_grace_seconds.",
            breaks: "The Dead Stay Dead",
        }

        flaw ignore_context {
            title: "The context of a write is ignored",
            story: "A write becomes a sibling of what its client has read, and siblings grow without end. Made \
                    by clients of Riak that write without the context which they were given.",
            breaks: "Siblings Are Concurrent",
        }

        flaw hints_in_memory {
            title: "Hints are kept in memory",
            story: "A server that stands in for another crashes, and the write that it has acknowledged is gone. \
                    Made by whoever takes a hint for a cache.",
            breaks: "Acked Writes Survive",
        }

        flaw repair_overwrites {
            title: "Read repair writes an older value",
            story: "The replica takes what the coordinator has put together, without comparing it with what it \
                    has by now. Made by whoever repairs by a plain put.",
            breaks: "Acked Writes Survive",
        }

        flaw wrong_actor {
            title: "The vector is bumped for another server",
            story: "Whoever coordinates, the count of the key's first server goes up: two writes get the \
                    same dot, and each takes the other for seen. Riak lost writes so when a server counted anew \
                    under its old name (basho/riak_kv issue 679).",
            breaks: "Acked Writes Survive",
        }

        flaw coarse_clock {
            title: "Marks of a coarse clock",
            story: "Two writes within half a second are ordered by the number of the server, and not by time. \
                    Made by whoever keeps whole seconds.",
            breaks: "The Later Write Wins",
        }

        flaw no_token_of_writes {
            title: "A write's answer carries no token",
            story: "A session knows what it has read, but not what it has written. Made by whoever puts the \
                    token into the answers to reads only.",
            breaks: "A Session Reads Its Own Writes",
        }

        flaw no_token_of_reads {
            title: "A read's answer carries no token",
            story: "A session knows what it has written, but not what it has read: the next server may show it \
                    what was before. Made by whoever thinks that only who writes has something to lose.",
            breaks: "A Session Never Goes Back",
        }

        flaw tree_of_keys {
            title: "The hash tree is made of keys alone",
            story: "Two replicas with the same keys compare as equal, whatever stands under them. Made by \
                    whoever hashes names to save reading the values.",
            breaks: "Equal Trees Mean Equal Replicas",
        }
    }
}

impl Config {
    /// Of so many servers: how many keep a key.
    pub fn n(&self, servers: u16) -> usize {
        usize::from(servers).min(self.n as usize)
    }

    /// How many of those who keep a key a read waits for.
    pub fn r(&self, servers: u16) -> usize {
        self.n(servers).min(self.r as usize)
    }

    /// How many of them a write waits for.
    pub fn w(&self, servers: u16) -> usize {
        self.n(servers).min(self.w as usize)
    }

    /// Whether whoever stands in for another counts.
    pub fn is_sloppy(&self) -> bool {
        self.sloppy == Switch::On || self.sloppy_for_strict
    }
}
