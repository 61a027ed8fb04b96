//! Options, and the flaws that a script can switch on: each is one of the rules left out, as real
//! implementations have left it out.

use crate::base::{Span, Time};
use crate::options;

use super::Reads;

options! {
    pub struct Config {
        /// How long a server waits for a leader. Drawn at random each time, so that two proposers
        /// rarely keep each other from getting anything chosen (§2.4).
        option election: Span {
            default: Span::new(Time::millis(150), Time::millis(300)),
            help: "election timeout: how long a server waits for a leader before it stands itself",
            samples: ["150ms..300ms", "100ms..150ms", "300ms..900ms"],
        }

        /// How often a leader speaks; much shorter than the election timeout.
        option heartbeat: Time {
            default: Time::millis(50),
            help: "how often a leader sends heartbeats",
            samples: ["50ms", "20ms"],
        }

        /// Slots in one Accept at most.
        option batch: u64 {
            default: 8,
            range: 1..=1_000,
            help: "how many slots one Accept carries at most",
            samples: ["8", "1", "2"],
        }

        /// *Paxos Made Live*, §5.2.
        option reads: Reads {
            default: Reads::Log,
            choices: [Reads::Log, Reads::Lease],
            help: "reads: as slots of the log; or from the leader's store while its lease lasts",
            samples: ["log", "lease"],
        }

        option drift_bound: u64 {
            default: 20,
            range: 0..=50,
            help: "by how many percent a clock may be wrong, as a lease allows for",
            samples: [],
        }

        flaw skip_phase_1 {
            title: "A new leader does not prepare",
            story: "A server that misses the leader takes a higher ballot and proposes at once. It \
                    has not asked what others accepted before, so it puts its own commands into slots \
                    where something else has been chosen.",
            breaks: "Agreement",
        }

        flaw apply_past_gap {
            title: "Gaps are skipped",
            story: "A server that hears that slots are chosen executes those it holds, and passes over \
                    those it lacks. Its state machine has missed a command for good.",
            breaks: "Applied Logs Are Prefixes",
        }

        flaw no_deduplication {
            title: "Repeated requests are executed again",
            story: "Nobody looks at the number of a request. A client that asks again, because the \
                    answer was lost or late, has its request executed twice, the second time perhaps \
                    long after others have written.",
            breaks: "Linearizability",
        }

        flaw local_reads {
            title: "The leader reads from its own store",
            story: "A leader answers reads at once, without a slot of the log. It may have been \
                    replaced without knowing, or not yet know what was chosen before it: the value is \
                    an old one.",
            breaks: "Linearizability",
        }

        flaw trust_clocks {
            title: "A lease that trusts clocks",
            story: "A lease lasts as long by the leader's clock as the others stand by it by theirs, with \
                    nothing taken off for clocks that run at different speeds. A slow leader believes in it \
                    when the others have long promised to another.",
            breaks: "Linearizability",
        }

        flaw promise_after_restart {
            title: "A restarted server promises at once",
            story: "A server that restarts promises before an election timeout has passed. It may have \
                    answered a leader just before it crashed, and that leader counts on it for its lease.",
            breaks: "Linearizability",
        }
    }
}
