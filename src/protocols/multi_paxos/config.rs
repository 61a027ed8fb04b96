//! Options, and the flaws that a script can switch on: each is one of the rules left out, as real
//! implementations have left it out.

use crate::base::{Span, Time};
use crate::protocol::{Flaw, Knob};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// How long a server waits for a leader. Drawn at random each time, so that two proposers
    /// rarely keep each other from getting anything chosen (§2.4).
    pub election: Span,
    /// How often a leader speaks; much shorter than the election timeout.
    pub heartbeat: Time,
    /// Slots in one Accept at most.
    pub batch: u64,

    pub skip_phase_1: bool,
    pub apply_past_gap: bool,
    pub no_deduplication: bool,
    pub local_reads: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            election: Span::new(Time::millis(150), Time::millis(300)),
            heartbeat: Time::millis(50),
            batch: 8,
            skip_phase_1: false,
            apply_past_gap: false,
            no_deduplication: false,
            local_reads: false,
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
        help: "how many slots one Accept carries at most",
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
        name: "skip-phase-1",
        title: "A new leader does not prepare",
        story: "A server that misses the leader takes a higher ballot and proposes at once. It \
                has not asked what others accepted before, so it puts its own commands into slots \
                where something else has been chosen.",
        breaks: "Agreement",
        switch: |config| &mut config.skip_phase_1,
    },
    Flaw {
        name: "apply-past-gap",
        title: "Gaps are skipped",
        story: "A server that hears that slots are chosen executes those it holds, and passes over \
                those it lacks. Its state machine has missed a command for good.",
        breaks: "Applied Logs Are Prefixes",
        switch: |config| &mut config.apply_past_gap,
    },
    Flaw {
        name: "no-deduplication",
        title: "Repeated requests are executed again",
        story: "Nobody looks at the number of a request. A client that asks again, because the \
                answer was lost or late, has its request executed twice, the second time perhaps \
                long after others have written.",
        breaks: "Linearizability",
        switch: |config| &mut config.no_deduplication,
    },
    Flaw {
        name: "local-reads",
        title: "The leader reads from its own store",
        story: "A leader answers reads at once, without a slot of the log. It may have been \
                replaced without knowing, or not yet know what was chosen before it: the value is \
                an old one.",
        breaks: "Linearizability",
        switch: |config| &mut config.local_reads,
    },
];
