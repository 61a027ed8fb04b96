//! Raft's options, and the flaws that a script can switch on: each is one of the rules left out, as
//! real implementations have left it out.

use crate::base::{Span, Time};
use crate::options;

options! {
    pub struct Config {
        /// How long a follower waits for a leader. Drawn at random each time, so that servers rarely
        /// stand for election together (§5.2).
        option election: Span {
            default: Span::new(Time::millis(150), Time::millis(300)),
            help: "election timeout: how long a server waits for a leader before it stands itself",
            samples: ["150ms..300ms", "100ms..150ms", "300ms..900ms"],
        }

        /// How often a leader speaks; much shorter than the election timeout (§5.6).
        option heartbeat: Time {
            default: Time::millis(50),
            help: "how often a leader sends heartbeats",
            samples: ["50ms", "20ms"],
        }

        /// Entries in one message at most.
        option batch: u64 {
            default: 8,
            range: 1..=1_000,
            help: "how many entries one AppendEntries carries at most",
            samples: ["8", "1", "2"],
        }

        flaw forget_vote {
            title: "A crash forgets the vote",
            story: "votedFor is not written to the disk. A server that crashes right after it voted can \
                    vote again in the same term, for somebody else, and a term gets two leaders.",
            breaks: "Election Safety",
        }

        flaw count_old_terms {
            title: "Old entries committed by counting",
            story: "A leader commits any entry that a majority stores, also one of an earlier term. A \
                    server whose log ends in a later term can still win an election and overwrite it: the \
                    paper's Figure 8.",
            breaks: "Leader Completeness",
        }

        flaw no_up_to_date_check {
            title: "Votes for anyone",
            story: "A vote is given without comparing logs, so a server that lacks committed entries \
                    can lead, and makes the others drop them.",
            breaks: "Leader Completeness",
        }

        flaw ack_before_disk {
            title: "Acknowledged before it is on disk",
            story: "A follower says that it stores entries while they are still on their way to its \
                    disk. The leader commits them; a crash takes them back.",
            breaks: "Leader Completeness",
        }

        flaw commit_without_min {
            title: "leaderCommit taken at its word",
            story: "A follower commits up to leaderCommit although this message has only shown that its \
                    log is right up to an earlier entry. What lies beyond may be a dead leader's.",
            breaks: "State Machine Safety",
        }
    }
}
