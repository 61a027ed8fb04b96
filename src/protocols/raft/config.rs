//! Raft's options, and the flaws that a script can switch on: each is one of the rules left out, as
//! real implementations have left it out.

use crate::base::{Span, Time};
use crate::options;

use super::{Membership, Reads};

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

        /// §8: a leader opens its term with an entry that changes nothing, so that it can commit what is
        /// there.
        option no_op: bool {
            default: true,
            choices: [true, false],
            help: "whether a leader opens its term with a no-op",
            samples: ["true", "true", "false"],
        }

        /// Dissertation, §9.6.
        option pre_vote: bool {
            default: false,
            choices: [false, true],
            help: "PreVote: whether a server asks who would vote for it before it stands",
            samples: ["false", "true"],
        }

        /// Dissertation, §6.2, and what §9.6 says of servers that hear their leader.
        option check_quorum: bool {
            default: false,
            choices: [false, true],
            help: "CheckQuorum: whether a leader that hears no quorum steps down, and servers that hear \
                   their leader stand by it",
            samples: ["false", "true"],
        }

        /// Dissertation, §6.4.
        option reads: Reads {
            default: Reads::Log,
            choices: [Reads::Log, Reads::ReadIndex, Reads::Lease],
            help: "reads: as entries of the log; by ReadIndex, of followers too; or by a lease, which needs CheckQuorum",
            samples: ["log", "read-index", "lease"],
        }

        option drift_bound: u64 {
            default: 20,
            range: 0..=50,
            help: "by how many percent a clock may be wrong, as a lease allows for",
            samples: [],
        }

        /// §7; in LogCabin and etcd by the size of the log.
        option compact: u64 {
            default: 0,
            range: 0..=1_000,
            help: "after how many entries a server takes a snapshot by itself; 0 for never",
            samples: ["0", "0", "1", "4"],
        }

        option chunk: u64 {
            default: 2,
            range: 1..=1_000,
            help: "how many keys one InstallSnapshot carries at most",
            samples: ["2", "1"],
        }

        /// Dissertation, chapter 4.
        option membership: Membership {
            default: Membership::OneAtATime,
            choices: [Membership::OneAtATime, Membership::Joint],
            help: "how the servers that vote are changed: one at a time, or by joint consensus",
            samples: ["one-at-a-time", "joint"],
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

        flaw ack_by_index {
            title: "A write taken for another of the same index",
            story: "While an older write to the disk is under way, a follower takes the index that it reaches for all \
                    there is to wait for, and acknowledges with it an entry that has taken the place of the one \
                    written. A crash brings the old one back: the ABA race that etcd's asynchronous writes to disk \
                    had to be guarded against.",
            breaks: "Leader Completeness",
        }

        flaw commit_without_min {
            title: "leaderCommit taken at its word",
            story: "A follower commits up to leaderCommit although this message has only shown that its \
                    log is right up to an earlier entry. What lies beyond may be a dead leader's.",
            breaks: "State Machine Safety",
        }

        flaw local_reads {
            title: "Reads from its own state",
            story: "Whoever is asked for a value answers from its own state at once. A follower may be \
                    behind, and a leader deposed without knowing it: what it tells may be long overwritten. \
                    Early etcd and Consul served reads so by default.",
            breaks: "Linearizability",
        }

        flaw read_before_own_entry {
            title: "ReadIndex before an entry of its own term",
            story: "A new leader notes its commit index for a read although no entry of its own term is \
                    committed. What its predecessor committed and answered may lie beyond that index.",
            breaks: "Linearizability",
        }

        flaw count_old_rounds {
            title: "ReadIndex counts older answers",
            story: "A leader takes any heartbeat's answer for a confirmation that it leads, also one that was \
                    sent before the read came. By now somebody else may lead.",
            breaks: "Linearizability",
        }

        flaw trust_clocks {
            title: "A lease that trusts clocks",
            story: "A lease lasts as long as the election timeout by the leader's clock, with nothing taken off \
                    for clocks that run at different speeds. A slow leader believes in it when the others have \
                    long elected another.",
            breaks: "Linearizability",
        }

        flaw keep_lease_in_transfer {
            title: "The lease outlives a transfer",
            story: "A leader hands over and goes on answering by its lease. Who was told to stand is stopped by \
                    nobody, so another leads before the lease ends.",
            breaks: "Linearizability",
        }

        flaw vote_after_restart {
            title: "A restarted server votes at once",
            story: "A server that restarts votes before an election timeout has passed. It may have stood by a \
                    leader just before it crashed, and that leader counts on it for its lease.",
            breaks: "Linearizability",
        }

        flaw change_without_own_entry {
            title: "A change before an entry of its own term",
            story: "A new leader changes the configuration although no entry of its own term is committed. A \
                    change that an earlier leader has begun may come back, and the two have quorums that do \
                    not meet: the bug that Ongaro found in 2015 in his own algorithm.",
            breaks: "Leader Completeness",
        }

        flaw direct_swap {
            title: "Configurations swapped at once",
            story: "A leader goes from one configuration to any other in one step, with no joint phase between. \
                    A majority of the old one and a majority of the new one may decide apart.",
            breaks: "Quorums Meet",
        }

        flaw keep_truncated_configuration {
            title: "A truncated configuration stays",
            story: "A configuration is in force when it is appended; a server that drops its entry again goes \
                    on by it, although it never was.",
            breaks: "Configuration From the Log",
        }

        flaw learner_refuses_to_vote {
            title: "A learner refuses to vote",
            story: "A server that takes itself for a learner refuses whoever asks for its vote. It may have been \
                    promoted and not know it yet; then those who know lack a vote, and nobody is elected although \
                    a majority is there. etcd refused so until 2019.",
            breaks: "Logs Converge",
        }

        flaw removed_leader_counts_itself {
            title: "A removed leader counts itself",
            story: "A leader that is no longer a member counts its own log for the quorum. What it commits \
                    then may be stored by a minority of those who decide.",
            breaks: "Leader Completeness",
        }

        flaw no_deduplication {
            title: "A request twice in the log is executed twice",
            story: "A client asks again, and another leader appends its request again. Nobody compares the \
                    numbers of requests, so a write that was overwritten long ago comes back.",
            breaks: "Linearizability",
        }

        flaw snapshot_drops_suffix {
            title: "A snapshot takes all of the log",
            story: "Whoever installs a snapshot drops its whole log, also the entries that follow what the \
                    snapshot covers. It has acknowledged them; if they are committed, one copy is missing.",
            breaks: "Leader Completeness",
        }

        flaw install_old_snapshot {
            title: "An old snapshot is installed",
            story: "A snapshot that arrives late, and covers less than the server has executed, is installed \
                    all the same: the state machine goes back in time.",
            breaks: "Monotonic Term and Commit",
        }

        flaw match_from_next {
            title: "matchIndex taken from nextIndex",
            story: "When a follower acknowledges something, the leader takes for stored all that it has sent, and \
                    not what the follower acknowledges. The last message may have been lost: many a student's \
                    Raft has this.",
            breaks: "Leader Completeness",
        }

        flaw late_rejection {
            title: "A late rejection is believed",
            story: "A leader takes a follower's rejection at its word although that follower has acknowledged \
                    more since: the network had only held the older answer up. What is committed is sent \
                    again, and matchIndex goes back.",
            breaks: "Monotonic Match",
        }

        flaw pre_vote_adopts_term {
            title: "PreVote raises the term",
            story: "Whoever is asked whether it would vote enters the term it is asked about, as with a \
                    true request. A server that cannot win drives up the terms of all others, which \
                    PreVote was to prevent.",
            breaks: "Terms Are Stood For",
        }
    }
}
