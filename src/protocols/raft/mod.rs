//! Raft: how a group of servers keeps one log, although some of them crash and the network loses,
//! delays and reorders what they say.
//!
//! After Diego Ongaro and John Ousterhout, *In Search of an Understandable Consensus Algorithm*
//! (2014), §5, and Ongaro's dissertation, *Consensus: Bridging Theory and Practice*, where it says
//! more. Section numbers in comments are the paper's.
//!
//! The idea in four sentences. Servers elect a *leader*, one at most in each *term*, and a term is
//! a number that only grows. Clients talk to the leader, which appends their requests to its log
//! and sends them on to its *followers*. An entry that a majority stores is *committed*: every
//! server may execute it, in the order of the log, and no later leader will lack it. For this last
//! promise a server votes only for candidates whose log is at least as up to date as its own.
//!
//! This file holds what a server is, and what it does when something arrives. The rules are in a file
//! each: `election.rs` (§5.2), `replication.rs` (§5.3 and §5.4), `clients.rs` (§8), and of what the
//! dissertation adds `transfer.rs` (§3.10), `membership.rs` (chapter 4, with `configuration.rs`),
//! `snapshot.rs` (§5) and `reads.rs` (§6.4). The rest is plain: `request.rs` and
//! `message.rs` the data, `config.rs` the options and flaws, `properties.rs` what must never break,
//! `view.rs` what is shown.
//!
//! What is durable goes to the disk by `Raft::save` before anything is said that relies on it:
//! the simulator holds back messages and replies until the writes before them are done.

mod clients;
mod config;
mod configuration;
mod election;
mod membership;
mod message;
mod properties;
mod reads;
mod replication;
mod request;
mod snapshot;
#[cfg(test)]
mod tests;
mod transfer;
mod view;

use std::rc::Rc;

use crate::base::{Log, Place, PlaceKind, Places, Sentence, Time};
use crate::check::Model;
use crate::protocol::{Effects, Input, Meta, Outcome, Property, Protocol, Serves};
use crate::service::KeyValueStore;
use crate::service::sessions::{LogCommand, Sessions, Unanswered};
use crate::{scenes, sentence};

use reads::{Asks, Awaited, Read};
use snapshot::Incoming;
use transfer::Transfer;

pub use config::Config;
pub use configuration::{Configuration, Servers};
pub use membership::{Change, Membership};
pub use message::{Appended, Command, Disk, Entries, Entry, Hint, Message, Position};
pub use properties::Ghost;
pub use reads::Reads;
pub use request::Request;
pub use snapshot::{Piece, Snapshot};

/// A server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Raft {
    me: Place,
    /// Number of servers.
    nodes: u16,
    config: Rc<Config>,

    // Persistent state (Figure 2).
    term: u64,
    voted_for: Option<Place>,
    log: Log<Entry>,
    /// What of its log it has dropped, and what came of that.
    snapshot: Option<Rc<Snapshot>>,
    /// The first configuration, which is no entry.
    first: Configuration,
    /// The configuration in force, and the index of its entry.
    configuration: Configuration,
    configured: u64,
    /// What was last handed to the disk, and whether that is still under way.
    saved: Disk,
    writing: bool,

    // Volatile state.
    role: Role,
    /// Whom this server takes for the leader of its term, to send clients there.
    leader: Option<Place>,
    /// When it heard a leader of its term last, by its steady clock.
    heard: Option<Time>,
    /// `commitIndex`: every entry up to here is committed.
    commit: u64,
    /// `lastApplied`: every entry up to here has been executed by the state machine.
    applied: u64,
    store: KeyValueStore,
    sessions: Sessions,
    /// Its clients' reads, for which it has to execute more first.
    awaited: Vec<Awaited>,
    /// A snapshot that is arriving.
    incoming: Option<Incoming>,
}

/// What a server is in its term, and what it needs to know for that.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Role {
    Follower,
    /// Asks who would vote for it, before it stands (PreVote).
    PreCandidate {
        /// Who would, itself included.
        votes: Vec<Place>,
    },
    Candidate {
        /// Who has voted for it.
        votes: Vec<Place>,
    },
    Leader(Box<Lead>),
}

/// Volatile state on leaders (Figure 2), by server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Lead {
    /// `nextIndex`: the next entry to send there.
    next: Vec<u64>,
    /// `matchIndex`: how far that log is known to equal the leader's; for the leader itself, how
    /// much of its log is on its own disk (dissertation, §10.2.1).
    matched: Vec<u64>,
    /// Rounds begun: each message carries the number of the latest, and its answer brings it back.
    round: u64,
    /// The round in which a server was asked whether it still has what it has acknowledged.
    doubted: Vec<Option<u64>>,
    /// How many pairs of which snapshot (by its last index) a server has.
    sending: Vec<(u64, u64)>,
    /// When an answer came last from there, by the leader's steady clock.
    heard: Vec<Time>,
    /// Clients' requests to answer once they are executed.
    waiting: Unanswered,
    /// Reads to answer once a quorum has confirmed that it leads.
    reads: Vec<Read>,
    /// The rounds from which a lease may run, and when they began, by its steady clock.
    rounds: Vec<(u64, Time)>,
    /// By server: when the latest round began that it has answered.
    leased: Vec<Time>,
    /// Whom it hands over to.
    transfer: Option<Transfer>,
    /// It has told somebody to stand, who is not stopped by those who stand by this leader.
    lease_is_over: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// No leader has been heard for too long.
    Election,
    /// Time for the leader to speak.
    Heartbeat,
    /// Time for the leader to look whom it has heard (CheckQuorum).
    Quorum,
    /// Time to give up handing over.
    Transfer,
}

impl Protocol for Raft {
    const META: Meta = Meta {
        slug: "raft",
        title: "Raft",
        paper: "Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm (2014)",
        summary: "Servers elect a leader, and the leader has them all keep the same log: \
                  what a majority stores is never lost.",
        kinds: &[PlaceKind::servers(5, 15), PlaceKind::CLIENTS],
        joining: true,
        settles: membership::settles,
        requests: &[
            "put x=1",
            "get x",
            "put y=1",
            "get x",
            "put x=1",
            "cas x 1 2",
            "transfer S2",
            "snapshot",
            "add S2",
            "promote S2",
            "remove S2",
            "voters S1 S2 S3",
        ],
        scenes: scenes!(
            "raft",
            [
                "first-election",
                "split-vote",
                "article-example",
                "minority-leader",
                "figure-7",
                "figure-8",
                "figure-8-flaw",
                "figure-8-rule",
                "figure-8-e",
                "cut-off-server",
                "hand-over",
                "unheard-leader",
                "far-behind",
                "stale-read",
                "grow",
                "lease",
                "joint-consensus",
                "one-at-a-time",
                "lost-vote",
                "new-member",
            ]
        ),
        eventual: &["Leader Completeness", "Logs Converge"],
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(request::FORMS);
    const JUDGES: &'static [Model] = &[Model::Linearizable];
    type Message = Message;
    type Timer = Timer;
    const TIMERS: &'static [Timer] = &[Timer::Election, Timer::Heartbeat, Timer::Quorum, Timer::Transfer];
    type Request = Request;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;

    /// A server starts as a follower, with what its disk holds; the rest it learns again.
    fn boot(
        me: Place,
        places: &Places,
        config: &Config,
        disk: &Disk,
        fx: &mut Effects<Self>,
    ) -> Raft {
        let nodes = places.servers();
        let snapshot = disk.snapshot.as_deref();
        let executed = snapshot.map_or(0, |snapshot| snapshot.last.index);
        let first = Configuration::of(Servers::first(places.members()));
        let mut raft = Raft {
            me,
            nodes,
            config: Rc::new(config.clone()),
            term: disk.term,
            voted_for: disk.voted_for,
            log: disk.log.clone(),
            snapshot: disk.snapshot.clone(),
            first,
            configuration: first,
            configured: 0,
            saved: disk.clone(),
            writing: false,
            role: Role::Follower,
            leader: None,
            // Whoever restarts may have forgotten that it heard a leader just now.
            heard: (disk.term > 0 && !config.vote_after_restart).then_some(fx.steady_now()),
            commit: executed,
            applied: executed,
            store: snapshot.map_or_else(KeyValueStore::default, |snapshot| snapshot.store.clone()),
            sessions: snapshot.map_or_else(Sessions::default, |snapshot| snapshot.sessions.clone()),
            awaited: Vec::new(),
            incoming: None,
        };
        (raft.configured, raft.configuration) = raft.configuration_at(raft.log.len());
        raft.await_leader(fx);
        raft
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Timer(Timer::Election) if !self.leads() => self.time_out(fx),
            Input::Timer(Timer::Heartbeat) if self.leads() => self.send_heartbeats(fx),
            Input::Timer(Timer::Quorum) => self.check_quorum(fx),
            Input::Timer(Timer::Transfer) => self.give_transfer_up(fx),
            Input::Timer(_) => {}
            Input::Message { from, message }
                if message.asks_for_votes() && self.stands_by_its_leader(fx.steady_now()) =>
            {
                fx.note(match self.leads() {
                    true => sentence!("ignores that {0} asks for votes: it leads term {1}", from, self.term),
                    false => sentence!(
                        "ignores that {0} asks for votes: it has heard its leader within an election timeout",
                        from
                    ),
                });
            }
            Input::Message { from, message } => {
                if message.raises_terms() && message.term() > self.term {
                    self.enter_term_of(from, &message, fx);
                }
                self.receive(from, message, fx);
            }
            Input::Request { from, seq, request } => self.take_request(from, seq, request, fx),
            Input::Saved(disk) => self.on_disk(&disk, fx),
            // Datagrams have no connections.
            Input::Disconnected { .. } => {}
        }
        self.save(fx);
    }

    fn stored(log: &str) -> Result<Disk, Sentence> {
        Disk::of_terms(log)
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn weight(&self) -> usize {
        self.store.len()
    }

    fn is_quorum(&self, has: &dyn Fn(Place) -> bool) -> Option<bool> {
        Some(self.configuration.agreed(has))
    }
}

/// What happens when a message arrives, rule by rule.
impl Raft {
    /// §5.1: whoever hears of a later term enters it, as a follower.
    fn enter_term_of(&mut self, from: Place, message: &Message, fx: &mut Effects<Self>) {
        let term = message.term();
        match self.role {
            Role::Follower => {}
            Role::PreCandidate { .. } | Role::Candidate { .. } => {
                fx.note(sentence!("gives up its election: {0} is in term {1}", from, term))
            }
            Role::Leader(_) => fx.note(sentence!(
                "no longer leads: {0} is in term {1}, later than its own",
                from,
                term
            )),
        }
        self.end_transfer(Outcome::Done("ok".into()), fx);
        self.term = term;
        self.voted_for = None;
        let leads = matches!(message, Message::AppendEntries { .. } | Message::InstallSnapshot { .. });
        self.leader = leads.then_some(from);
        self.become_follower(fx);
    }

    fn receive(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        match message {
            Message::RequestVote { term, last, .. } => self.answer_candidate(from, term, last, fx),

            Message::PreVote { term, last } => self.answer_pre_candidate(from, term, last, fx),
            // What it asked about is the term after its own.
            Message::PreVoteReply { term, granted: true } if term == self.term + 1 => {
                self.count_pre_vote(from, fx)
            }
            Message::PreVoteReply { .. } => {}

            // An answer to what was asked in an earlier term says nothing about this one.
            Message::RequestVoteReply { term, .. } | Message::AppendEntriesReply { term, .. }
                if term < self.term => {}
            Message::RequestVoteReply { vote_granted: true, .. } => self.count_vote(from, fx),
            Message::RequestVoteReply { vote_granted: false, .. } => {}

            Message::AppendEntries { term, round, .. } if term < self.term => {
                self.save(fx);
                let (term, outcome) = (self.term, Appended::Stale);
                fx.send(from, Message::AppendEntriesReply { term, outcome, round });
            }
            // Cannot be: a term has one leader. (It can with the flaw `forget-vote`.)
            Message::AppendEntries { .. } if self.leads() => {}
            Message::AppendEntries { prev, entries, leader_commit, round, .. } => {
                self.hear_leader(from, fx);
                let configured = self.configured;
                let outcome = self.take_entries(prev, &entries, leader_commit, fx);
                if self.configured != configured || !self.may_stand() {
                    self.await_leader(fx);
                }
                fx.send(from, Message::AppendEntriesReply { term: self.term, outcome, round });
            }

            Message::InstallSnapshot { .. } | Message::InstallSnapshotReply { .. } => {
                self.receive_snapshot(from, message, fx);
            }
            Message::TimeoutNow { term } if term < self.term => {}
            Message::TimeoutNow { .. } => self.stand_at_once(from, fx),
            // Asked in an earlier term, or of who does not lead: the client asks again.
            Message::ReadIndex { client, seq, .. } if self.leads() => {
                let asks = Asks::Index(from);
                self.serve_read(Read { client, seq, asks, begun: None, answered: Vec::new() }, fx);
            }
            Message::ReadIndex { .. } => {}
            Message::ReadIndexReply { client, seq, index, .. } => {
                self.learn_read_index(client, seq, index, fx);
            }

            Message::AppendEntriesReply { outcome, round, .. } => {
                self.hear_follower(from, round, fx);
                match outcome {
                Appended::Match(index) => self.stores(from, index, fx),
                Appended::Mismatch { prev, hint } => self.back_up(from, prev, hint, round, fx),
                Appended::Stale => {}
            }
            },
        }
    }

    fn receive_snapshot(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        match message {
            // An answer to a leader of an earlier term; that one learns of this term by it.
            Message::InstallSnapshot { term, last, round, .. } if term < self.term => {
                self.save(fx);
                let (term, last) = (self.term, last.index);
                let reply =
                    Message::InstallSnapshotReply { term, last, offset: 0, done: false, round };
                fx.send(from, reply);
            }
            Message::InstallSnapshot { .. } if self.leads() => {}
            Message::InstallSnapshot { last, offset, piece, round, .. } => {
                self.hear_leader(from, fx);
                let (offset, done) = self.take_piece(last, offset, piece, fx);
                if done {
                    self.await_leader(fx);
                }
                self.save(fx);
                let (term, last) = (self.term, last.index);
                fx.send(from, Message::InstallSnapshotReply { term, last, offset, done, round });
            }
            Message::InstallSnapshotReply { term, .. } if term < self.term => {}
            Message::InstallSnapshotReply { last, offset, done, round, .. } => {
                self.hear_follower(from, round, fx);
                match done {
                    true => self.stores(from, last, fx),
                    false => self.send_more(from, last, offset, fx),
                }
            }
            _ => {}
        }
    }

    /// Writes what has changed to the disk (Figure 2: "before responding to RPCs").
    fn save(&mut self, fx: &mut Effects<Self>) {
        let voted_for = if self.config.forget_vote { None } else { self.voted_for };
        let saved = &self.saved;
        let same = (saved.term, saved.voted_for) == (self.term, voted_for);
        if !same || saved.log != self.log || saved.snapshot != self.snapshot {
            let (log, snapshot) = (self.log.clone(), self.snapshot.clone());
            self.saved = Disk { term: self.term, voted_for, log, snapshot };
            self.writing = true;
            fx.persist(self.saved.clone());
        }
    }

    /// What was saved is durable. Only now a server counts itself, as it counts others who say so.
    fn on_disk(&mut self, disk: &Disk, fx: &mut Effects<Self>) {
        self.writing &= *disk != self.saved;
        match self.role {
            // Its vote for itself.
            Role::Candidate { .. } if disk.term == self.term => self.count_vote(self.me, fx),
            // Its own log (dissertation, §10.2.1).
            Role::Leader(_) => self.stores(self.me, disk.log.common_prefix(&self.log), fx),
            _ => {}
        }
    }
}

/// For a protocol that holds this replica inside.
impl Raft {
    /// What has been executed after the entry at this index, in the order of the log. Sessions stand to
    /// the side: a request that was asked twice may stand here twice.
    pub fn executed(&self, after: u64) -> impl Iterator<Item = (u64, &LogCommand)> {
        let entries = self.log.range(after, self.applied).into_iter();
        entries.filter_map(|(index, entry)| match &entry.command {
            Command::Log(command) => Some((index, command)),
            Command::Configure { .. } => None,
        })
    }
}

/// Words that the rules use.
impl Raft {
    fn leads(&self) -> bool {
        matches!(self.role, Role::Leader(_))
    }

    /// All others that its configuration names.
    fn others(&self) -> impl Iterator<Item = Place> + use<> {
        self.configuration.all().without(self.me).iter()
    }

    /// The place at `index` of this log; its term is 0 before the first entry and after the last.
    fn position(&self, index: u64) -> Position {
        Position { term: self.log.get(index).map_or(0, |entry| entry.term), index }
    }
}
