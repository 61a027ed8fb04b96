//! Options, and the flaws that a script can switch on.

use std::fmt;

use crate::base::{Sentence, Time};
use crate::options;
use crate::protocol::{OptionValue, Repeat};
use crate::sentence;

options! {
    pub struct Config {
        option k: u64 {
            default: 2,
            range: 1..=6,
            help: "into how many data shards an object is cut; any so many shards rebuild it",
            samples: ["2", "3"],
        }
        option m: u64 {
            default: 2,
            range: 1..=4,
            help: "how many parity shards are added",
            samples: ["2", "1"],
        }
        option w: Durable {
            default: Durable::All,
            help: "how many shards must be on disks before a version is published: a number from k on, or all, \
                   and then a write waits while one server is down",
            samples: ["all", "3"],
        }
        option patience: Time {
            default: Time::millis(100),
            help: "after how long a gateway asks again, and others too",
            samples: ["100ms", "40ms", "300ms"],
        }
        option scrub: Repeat {
            default: Repeat::Every(Time::seconds(2)),
            help: "how often an object is inspected, and mended if need be; or off",
            samples: ["500ms", "200ms", "off"],
        }
        flaw mixed_versions {
            title: "A read asks for shards, and not for a version",
            story: "Servers answer with the newest shard that they have. While a write is under way, or has half \
                    failed, a read puts pieces of two objects together. Made by whoever names shards by the key \
                    alone.",
            breaks: "A Read Never Mixes Versions",
        }
        flaw manifest_first {
            title: "The manifest is published before the shards",
            story: "If the gateway dies then, the name leads to what was never stored, and the version before it \
                    is no longer named. Made by whoever creates a file's entry first and fills it later.",
            breaks: "The Manifest Names What Is There",
        }
        flaw in_place {
            title: "New shards overwrite the old ones in place",
            story: "If the gateway dies half way, neither version has enough: the write hole of RAID. Made by \
                    whoever wants to save the room for two versions.",
            breaks: "Acked Objects Survive w − k Losses",
        }
        flaw unchecked_repair {
            title: "Repair does not look at checksums",
            story: "It counts a damaged shard as sound: so it never mends that, and builds others of it, which get \
                    checksums that are right. The damage spreads, and can no longer be seen. Made by whoever \
                    asks only whether the file is there.",
            breaks: "Any k Shards Rebuild It",
        }
    }
}

impl Config {
    /// Shards of an object, data and parity.
    pub fn shards(&self) -> u8 {
        (self.k + self.m) as u8
    }

    /// So many of them must be on disks.
    pub fn durable(&self) -> usize {
        let all = self.k + self.m;
        match self.w {
            Durable::All => all as usize,
            Durable::Of(w) => w.clamp(self.k, all) as usize,
        }
    }
}

/// How many shards a write waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Durable {
    All,
    Of(u64),
}

impl fmt::Display for Durable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Durable::All => f.write_str("all"),
            Durable::Of(number) => write!(f, "{number}"),
        }
    }
}

impl OptionValue for Durable {
    fn read(text: &str) -> Result<Durable, Sentence> {
        match (text, text.parse()) {
            ("all", _) => Ok(Durable::All),
            (_, Ok(number @ 1..=10)) => Ok(Durable::Of(number)),
            _ => Err(sentence!("all, or a number of shards from 1 to 10")),
        }
    }
}
