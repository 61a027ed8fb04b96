//! Raft's options, and the flaws that a script can switch on: each is one of the rules left out, as
//! real implementations have left it out.

use crate::base::{Span, Time};
use crate::protocol::{Flaw, Knob};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// How long a follower waits for a leader. Drawn at random each time, so that servers rarely
    /// stand for election together (§5.2).
    pub election: Span,
    /// How often a leader speaks; much shorter than the election timeout (§5.6).
    pub heartbeat: Time,
    /// Entries in one message at most.
    pub batch: u64,

    pub forget_vote: bool,
    pub count_old_terms: bool,
    pub no_up_to_date_check: bool,
    pub ack_before_disk: bool,
    pub commit_without_min: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            election: Span::new(Time::millis(150), Time::millis(300)),
            heartbeat: Time::millis(50),
            batch: 8,
            forget_vote: false,
            count_old_terms: false,
            no_up_to_date_check: false,
            ack_before_disk: false,
            commit_without_min: false,
        }
    }
}

pub const OPTIONS: &[Knob<Config>] = &[
    Knob {
        name: "election",
        help: "election timeout: how long a server waits for a leader before it stands itself",
        get: |config| config.election.to_string(),
        samples: &["150ms..300ms", "100ms..150ms", "300ms..900ms"],
        set: |config, text| {
            config.election = Span::wait(text)?;
            Ok(())
        },
    },
    Knob {
        name: "heartbeat",
        help: "how often a leader sends heartbeats",
        get: |config| config.heartbeat.to_string(),
        samples: &["50ms", "20ms"],
        set: |config, text| {
            config.heartbeat = Time::wait(text)?;
            Ok(())
        },
    },
    Knob {
        name: "batch",
        help: "how many entries one AppendEntries carries at most",
        get: |config| config.batch.to_string(),
        samples: &["8", "1", "2"],
        set: |config, text| match text.parse() {
            Ok(batch @ 1..=1_000) => {
                config.batch = batch;
                Ok(())
            }
            _ => Err("a whole number from 1 to 1000"),
        },
    },
];

pub const FLAWS: &[Flaw<Config>] = &[
    Flaw {
        name: "forget-vote",
        title: "A crash forgets the vote",
        story: "votedFor is not written to the disk. A server that crashes right after it voted can \
                vote again in the same term, for somebody else, and a term gets two leaders.",
        breaks: "Election Safety",
        switch: |config| &mut config.forget_vote,
    },
    Flaw {
        name: "count-old-terms",
        title: "Old entries committed by counting",
        story: "A leader commits any entry that a majority stores, also one of an earlier term. A \
                server whose log ends in a later term can still win an election and overwrite it: the \
                paper's Figure 8.",
        breaks: "Leader Completeness",
        switch: |config| &mut config.count_old_terms,
    },
    Flaw {
        name: "no-up-to-date-check",
        title: "Votes for anyone",
        story: "A vote is given without comparing logs, so a server that lacks committed entries \
                can lead, and makes the others drop them.",
        breaks: "Leader Completeness",
        switch: |config| &mut config.no_up_to_date_check,
    },
    Flaw {
        name: "ack-before-disk",
        title: "Acknowledged before it is on disk",
        story: "A follower says that it stores entries while they are still on their way to its \
                disk. The leader commits them; a crash takes them back.",
        breaks: "Leader Completeness",
        switch: |config| &mut config.ack_before_disk,
    },
    Flaw {
        name: "commit-without-min",
        title: "leaderCommit taken at its word",
        story: "A follower commits up to leaderCommit although this message has only shown that its \
                log is right up to an earlier entry. What lies beyond may be a dead leader's.",
        breaks: "State Machine Safety",
        switch: |config| &mut config.commit_without_min,
    },
];
