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
//! This file holds the rules, in the order of Figure 2; `message.rs` the data, `config.rs` the
//! options and flaws, `properties.rs` what must never break, `view.rs` what is shown.
//!
//! What is durable goes to the disk by `Raft::save` before anything is said that relies on it:
//! the simulator holds back messages and replies until the writes before them are done.

mod config;
mod message;
mod properties;
#[cfg(test)]
mod tests;
mod view;

use std::rc::Rc;

use crate::base::quorum::{majority, reached_by_majority};
use crate::base::{Log, Place, PlaceKind, Places, Sentence, Span};
use crate::check::Model;
use crate::protocol::{Effects, Input, Meta, Outcome, Property, Protocol, Serves};
use crate::service::KeyValueStore;
use crate::service::sessions::{self, Known, LogCommand as Command, Sessions, Unanswered};
use crate::service::store::{self, StoreRequest};
use crate::{scenes, sentence};

pub use config::Config;
pub use message::{Appended, Disk, Entries, Entry, Hint, Message, Position};
pub use properties::Ghost;

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
    /// What was last handed to the disk.
    saved: Disk,

    // Volatile state.
    role: Role,
    /// Whom this server takes for the leader of its term, to send clients there.
    leader: Option<Place>,
    /// `commitIndex`: every entry up to here is committed.
    commit: u64,
    /// `lastApplied`: every entry up to here has been executed by the state machine.
    applied: u64,
    store: KeyValueStore,
    sessions: Sessions,
}

/// What a server is in its term, and what it needs to know for that.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Role {
    Follower,
    Candidate {
        /// Who has voted for it.
        votes: Vec<Place>,
    },
    Leader(Lead),
}

/// Volatile state on leaders (Figure 2), by server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Lead {
    /// `nextIndex`: the next entry to send there.
    next: Vec<u64>,
    /// `matchIndex`: how far that log is known to equal the leader's; for the leader itself, how
    /// much of its log is on its own disk (dissertation, §10.2.1).
    matched: Vec<u64>,
    /// Clients' requests to answer once they are executed.
    waiting: Unanswered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// No leader has been heard for too long.
    Election,
    /// Time for the leader to speak.
    Heartbeat,
}

impl Protocol for Raft {
    const META: Meta = Meta {
        slug: "raft",
        title: "Raft",
        paper: "Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm (2014)",
        summary: "Servers elect a leader, and the leader has them all keep the same log: \
                  what a majority stores is never lost.",
        kinds: &[PlaceKind::servers(5, 15), PlaceKind::CLIENTS],
        requests: &["put x=1", "get x"],
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
            ]
        ),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(store::FORMS);
    const JUDGES: &'static [Model] = &[Model::Linearizable];
    type Message = Message;
    type Timer = Timer;
    const TIMERS: &'static [Timer] = &[Timer::Election, Timer::Heartbeat];
    type Request = StoreRequest;
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
        fx.set_timer(Timer::Election, config.election);
        Raft {
            me,
            nodes,
            config: Rc::new(config.clone()),
            term: disk.term,
            voted_for: disk.voted_for,
            log: disk.log.clone(),
            saved: disk.clone(),
            role: Role::Follower,
            leader: None,
            commit: 0,
            applied: 0,
            store: KeyValueStore::default(),
            sessions: Sessions::default(),
        }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Timer(Timer::Election) if !self.leads() => self.stand_for_election(fx),
            Input::Timer(Timer::Heartbeat) if self.leads() => self.send_heartbeats(fx),
            Input::Timer(_) => {}
            Input::Message { from, message } => {
                if message.term() > self.term {
                    self.enter_term_of(from, &message, fx);
                }
                self.receive(from, message, fx);
            }
            Input::Request { from, seq, request } if self.leads() => {
                self.serve(from, seq, request, fx)
            }
            Input::Request { from, seq, .. } => self.redirect(from, seq, fx),
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
}

/// What happens when a message arrives, rule by rule.
impl Raft {
    /// §5.1: whoever hears of a later term enters it, as a follower.
    fn enter_term_of(&mut self, from: Place, message: &Message, fx: &mut Effects<Self>) {
        let term = message.term();
        match self.role {
            Role::Follower => {}
            Role::Candidate { .. } => {
                fx.note(sentence!("gives up its election: {0} is in term {1}", from, term))
            }
            Role::Leader(_) => fx.note(sentence!(
                "no longer leads: {0} is in term {1}, later than its own",
                from,
                term
            )),
        }
        self.term = term;
        self.voted_for = None;
        self.leader = matches!(message, Message::AppendEntries { .. }).then_some(from);
        self.become_follower(fx);
    }

    fn receive(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        match message {
            Message::RequestVote { term, last } => self.answer_candidate(from, term, last, fx),

            // An answer to what was asked in an earlier term says nothing about this one.
            Message::RequestVoteReply { term, .. } | Message::AppendEntriesReply { term, .. }
                if term < self.term => {}
            Message::RequestVoteReply { vote_granted: true, .. } => self.count_vote(from, fx),
            Message::RequestVoteReply { vote_granted: false, .. } => {}

            Message::AppendEntries { term, .. } if term < self.term => {
                self.save(fx);
                let outcome = Appended::Stale;
                fx.send(from, Message::AppendEntriesReply { term: self.term, outcome });
            }
            // Cannot be: a term has one leader. (It can with the flaw `forget-vote`.)
            Message::AppendEntries { .. } if self.leads() => {}
            Message::AppendEntries { prev, entries, leader_commit, .. } => {
                self.hear_leader(from, fx);
                self.answer_leader(from, prev, &entries, leader_commit, fx);
            }

            Message::AppendEntriesReply { outcome, .. } => match outcome {
                Appended::Match(index) => self.stores(from, index, fx),
                Appended::Mismatch { prev, hint } => self.back_up(from, prev, hint, fx),
                Appended::Stale => {}
            },
        }
    }

    /// Writes what has changed to the disk (Figure 2: "before responding to RPCs").
    fn save(&mut self, fx: &mut Effects<Self>) {
        let voted_for = if self.config.forget_vote { None } else { self.voted_for };
        let saved = &self.saved;
        if (saved.term, saved.voted_for) != (self.term, voted_for) || saved.log != self.log {
            self.saved = Disk { term: self.term, voted_for, log: self.log.clone() };
            fx.persist(self.saved.clone());
        }
    }

    /// What was saved is durable. Only now a server counts itself, as it counts others who say so.
    fn on_disk(&mut self, disk: &Disk, fx: &mut Effects<Self>) {
        match self.role {
            // Its vote for itself.
            Role::Candidate { .. } if disk.term == self.term => self.count_vote(self.me, fx),
            // Its own log (dissertation, §10.2.1).
            Role::Leader(_) => self.stores(self.me, disk.log.common_prefix(&self.log), fx),
            _ => {}
        }
    }
}

/// Leader election (§5.2).
impl Raft {
    fn stand_for_election(&mut self, fx: &mut Effects<Self>) {
        fx.note(match self.role {
            Role::Candidate { .. } => {
                sentence!(
                    "starts an election for term {0}: nobody won term {1} in time",
                    self.term + 1,
                    self.term
                )
            }
            _ => sentence!(
                "starts an election for term {0}: its timer ran out before it heard a leader",
                self.term + 1
            ),
        });
        self.term += 1;
        self.voted_for = Some(self.me);
        self.leader = None;
        self.role = Role::Candidate { votes: Vec::new() };
        fx.set_timer(Timer::Election, self.config.election);
        self.save(fx);
        let last = self.position(self.log.len());
        fx.broadcast(self.others(), Message::RequestVote { term: self.term, last });
    }

    fn answer_candidate(
        &mut self,
        candidate: Place,
        term: u64,
        last: Position,
        fx: &mut Effects<Self>,
    ) {
        let refusal = self.refusal(candidate, term, last);
        let vote_granted = refusal.is_none();
        if vote_granted {
            self.voted_for = Some(candidate);
            fx.set_timer(Timer::Election, self.config.election);
        }
        let mine = self.position(self.log.len());
        fx.note(refusal.unwrap_or_else(|| mine.votes(candidate, term, last)));
        self.save(fx);
        fx.send(candidate, Message::RequestVoteReply { term: self.term, vote_granted });
    }

    /// One vote a term, first come, first served; and only for a log that is at least as up to date
    /// as one's own (§5.4.1), so that whoever wins a majority holds all that is committed.
    fn refusal(&self, candidate: Place, term: u64, last: Position) -> Option<Sentence> {
        let mine = self.position(self.log.len());
        match self.voted_for {
            _ if term < self.term => Some(sentence!(
                "refuses {0} its vote: term {1} is over, this is term {2}",
                candidate,
                term,
                self.term
            )),
            Some(other) if other != candidate => Some(sentence!(
                "refuses {0} its vote for term {1}: it has given it to {2}",
                candidate,
                term,
                other
            )),
            _ if self.config.no_up_to_date_check => None,
            _ if last.term < mine.term => Some(sentence!(
                "refuses {0} its vote: {0}'s last entry is of term {1}, its own of term {2}",
                candidate,
                last.term,
                mine.term
            )),
            _ if last.index < mine.index && last.term == mine.term => Some(sentence!(
                "refuses {0} its vote: {0}'s log ends at index {1}, its own at {2}",
                candidate,
                last.index,
                mine.index
            )),
            _ => None,
        }
    }

    fn count_vote(&mut self, voter: Place, fx: &mut Effects<Self>) {
        let Role::Candidate { votes } = &mut self.role else { return };
        if !votes.contains(&voter) {
            votes.push(voter);
        }
        if votes.len() >= usize::from(majority(self.nodes)) {
            fx.note(sentence!(
                "becomes leader of term {0}: {1} of {2} servers voted for it",
                self.term,
                votes.len(),
                self.nodes
            ));
            self.become_leader(fx);
        }
    }

    fn become_leader(&mut self, fx: &mut Effects<Self>) {
        let servers = usize::from(self.nodes);
        self.role = Role::Leader(Lead {
            next: vec![self.log.len() + 1; servers],
            matched: vec![0; servers],
            waiting: Unanswered::default(),
        });
        self.leader = Some(self.me);
        fx.cancel_timer(Timer::Election);
        // §8: a no-op opens its term. Once that is committed, so is everything before it.
        self.log.push(Entry { term: self.term, command: Command::NoOp });
        self.save(fx);
        self.send_heartbeats(fx);
    }

    fn become_follower(&mut self, fx: &mut Effects<Self>) {
        let was = std::mem::replace(&mut self.role, Role::Follower);
        let Role::Leader(lead) = was else { return };
        fx.cancel_timer(Timer::Heartbeat);
        fx.set_timer(Timer::Election, self.config.election);
        lead.waiting.send_on(self.leader, fx);
    }

    /// A leader of the server's own term speaks: nobody else will win it.
    fn hear_leader(&mut self, leader: Place, fx: &mut Effects<Self>) {
        if matches!(self.role, Role::Candidate { .. }) {
            fx.note(sentence!("gives up its election: {0} leads term {1}", leader, self.term));
            self.role = Role::Follower;
        }
        self.leader = Some(leader);
        fx.set_timer(Timer::Election, self.config.election);
    }
}

/// Log replication (§5.3): the leader's side.
impl Raft {
    fn send_heartbeats(&self, fx: &mut Effects<Self>) {
        fx.set_timer(Timer::Heartbeat, Span::exactly(self.config.heartbeat));
        for follower in self.others() {
            self.send_append_entries(follower, fx);
        }
    }

    /// What the follower lacks, a batch at most; or nothing, which is a heartbeat.
    #[track_caller]
    fn send_append_entries(&self, follower: Place, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &self.role else { return };
        let prev = lead.next[follower.index()] - 1;
        // While it is not known that the logs agree up to `prev`, entries would be wasted
        // (dissertation, §3.5).
        let count = if lead.matched[follower.index()] == prev { self.config.batch } else { 0 };
        let entries = self.log.range(prev, prev + count);
        fx.send(
            follower,
            Message::AppendEntries {
                term: self.term,
                prev: self.position(prev),
                entries: entries.into_iter().map(|(_, entry)| entry.clone()).collect(),
                leader_commit: self.commit,
            },
        );
    }

    /// The server's log equals the leader's up to `index`, and durably so.
    fn stores(&mut self, server: Place, index: u64, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &mut self.role else { return };
        let before = lead.matched[server.index()];
        if index <= before {
            return; // Nothing new: the answer to a heartbeat, or a late one.
        }
        lead.matched[server.index()] = index;
        lead.next[server.index()] = index + 1;
        self.advance_commit(before, fx);
        if server != self.me && index < self.log.len() {
            self.send_append_entries(server, fx);
        }
    }

    /// The follower has no such entry at `prev`: go back to where the logs may agree, a whole term at
    /// a time, and try again (end of §5.3).
    fn back_up(&mut self, follower: Place, prev: u64, hint: Hint, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &self.role else { return };
        if prev + 1 != lead.next[follower.index()] {
            return; // A late answer, to what was asked before.
        }
        // Where the leader has entries of the follower's term, they may agree up to the last of them.
        let last = self.log.partition_point(|entry| Some(entry.term) <= hint.term);
        let agree = last > 0 && Some(self.position(last).term) == hint.term;
        let next = if agree { last + 1 } else { hint.index }.min(prev);
        let Role::Leader(lead) = &mut self.role else { return };
        lead.next[follower.index()] = next;
        // This goes back only if the follower has lost its disk.
        lead.matched[follower.index()] = lead.matched[follower.index()].min(next - 1);
        fx.note(sentence!("goes back to index {1} with {0}, whose log differs", follower, next));
        self.send_append_entries(follower, fx);
    }

    /// An entry is committed once a majority stores it, if it is of the leader's own term; with it,
    /// so is all before it. Entries of earlier terms are never committed by counting (§5.4.2): they
    /// may still be overwritten, see Figure 8.
    ///
    /// `before` is how far the server that has just answered had come.
    fn advance_commit(&mut self, before: u64, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &self.role else { return };
        let index = reached_by_majority(&lead.matched);
        let holders = lead.matched.iter().filter(|matched| **matched >= index).count();
        let just_now = before < index && holders == usize::from(majority(self.nodes));
        let term_of = |index| self.position(index).term;
        if index <= self.commit {
            // Nothing new.
        } else if term_of(index) == self.term || self.config.count_old_terms {
            fx.note(sentence!(
                "commits up to index {0}: {1} of {2} servers store it",
                index,
                holders,
                self.nodes
            ));
            self.commit = index;
            self.apply(fx);
        } else if just_now && term_of(index + 1) == self.term {
            fx.note(sentence!(
                "must not commit index {0} by counting {1} servers: it is of term {2}, this is term {3}",
                index, holders, term_of(index), self.term
            ));
        }
    }
}

/// Log replication (§5.3): the follower's side.
impl Raft {
    fn answer_leader(
        &mut self,
        leader: Place,
        prev: Position,
        entries: &[Entry],
        commit: u64,
        fx: &mut Effects<Self>,
    ) {
        let outcome = match self.mismatch(prev, fx) {
            Some(mismatch) => mismatch,
            None => {
                self.append(prev.index, entries, fx);
                let index = prev.index + entries.len() as u64;
                self.learn_commit(commit, index, fx);
                Appended::Match(index)
            }
        };
        // Who says that it has the entries must still have them after a crash.
        if !self.config.ack_before_disk {
            self.save(fx);
        }
        fx.send(leader, Message::AppendEntriesReply { term: self.term, outcome });
    }

    /// The consistency check: without the leader's entry `prev`, nothing may follow it.
    fn mismatch(&self, prev: Position, fx: &mut Effects<Self>) -> Option<Appended> {
        let (end, found) = (self.log.len(), self.position(prev.index));
        if prev.index > end {
            fx.note(sentence!(
                "cannot append after index {0}: its log ends at {1}",
                prev.index,
                end
            ));
            let hint = Hint { term: None, index: end + 1 };
            return Some(Appended::Mismatch { prev: prev.index, hint });
        }
        if prev.term != found.term {
            fx.note(sentence!(
                "cannot append after index {0}: the entry there is of term {1}, the leader's of {2}",
                prev.index, found.term, prev.term
            ));
            let before = self.log.partition_point(|entry| entry.term < found.term);
            let hint = Hint { term: Some(found.term), index: before + 1 };
            return Some(Appended::Mismatch { prev: prev.index, hint });
        }
        None
    }

    /// Figure 2, AppendEntries 3 and 4. What is there already stays, and so does what follows it:
    /// the message may be an old one. Only an entry of another term makes room.
    fn append(&mut self, prev: u64, entries: &[Entry], fx: &mut Effects<Self>) {
        for (index, entry) in (prev + 1..).zip(entries) {
            match self.log.get(index) {
                Some(mine) if mine.term == entry.term => continue,
                Some(mine) => {
                    fx.note(sentence!(
                        "drops its log from index {0} on: its entry of term {1} there is not the leader's",
                        index, mine.term
                    ));
                    self.log.truncate(index - 1);
                }
                None => {}
            }
            self.log.push(entry.clone());
        }
    }

    /// Figure 2, AppendEntries 5. This log is known to equal the leader's up to `index`; what lies
    /// beyond may be some other leader's.
    fn learn_commit(&mut self, leader_commit: u64, index: u64, fx: &mut Effects<Self>) {
        let known = if self.config.commit_without_min { self.log.len() } else { index };
        let commit = leader_commit.min(known);
        if commit > self.commit {
            self.commit = commit;
            self.apply(fx);
        }
    }
}

/// Clients (§8).
impl Raft {
    /// The leader takes a request: all go through the log, reads too, so that each sees everything
    /// that was answered before it.
    fn serve(&mut self, client: Place, seq: u64, request: StoreRequest, fx: &mut Effects<Self>) {
        let unexecuted = self.log.range(self.applied, self.log.len()).into_iter();
        match self.sessions.know(client, seq, unexecuted.map(|(_, entry)| &entry.command)) {
            Known::Executed(answer) => sessions::answer_again(client, seq, answer, fx),
            Known::Past => {}
            Known::InLog => {
                fx.note(sentence!(
                    "has request {1} of {0} in its log already, not yet committed",
                    client,
                    seq
                ));
                self.answer_later(client, seq);
            }
            Known::Never => {
                let command = Command::Execute { client, seq, request };
                self.log.push(Entry { term: self.term, command });
                self.answer_later(client, seq);
                self.save(fx);
                self.replicate(fx);
            }
        }
    }

    fn redirect(&mut self, client: Place, seq: u64, fx: &mut Effects<Self>) {
        fx.note(match self.leader {
            Some(leader) => {
                sentence!("sends {0} on to {1}, the leader of term {2}", client, leader, self.term)
            }
            None => sentence!("cannot help {0}: it knows no leader of term {1}", client, self.term),
        });
        fx.reply(client, seq, Outcome::Redirect(self.leader));
    }

    fn answer_later(&mut self, client: Place, seq: u64) {
        let Role::Leader(lead) = &mut self.role else { return };
        lead.waiting.add(client, seq);
    }

    /// Sends a new entry at once to all who have room for it. A follower whose log is being searched,
    /// or that has a whole batch on its way, gets it when it has answered.
    fn replicate(&self, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &self.role else { return };
        for follower in self.others() {
            let (next, matched) = (lead.next[follower.index()], lead.matched[follower.index()]);
            if next == matched + 1 && self.log.len() <= matched + self.config.batch {
                self.send_append_entries(follower, fx);
            }
        }
    }

    /// Executes what is committed, in the order of the log, and answers whoever waits for it.
    fn apply(&mut self, fx: &mut Effects<Self>) {
        for index in self.applied + 1..=self.commit {
            // Committed entries are there (unless a flaw has let them go).
            let Some(entry) = self.log.get(index) else { return };
            self.applied = index;
            let Command::Execute { client, seq, request } = &entry.command else { continue };
            let answer = self.sessions.once(*client, *seq, || self.store.execute(request));
            let Role::Leader(lead) = &mut self.role else { continue };
            lead.waiting.answer(*client, *seq, answer, fx);
        }
    }
}

/// For a protocol that holds this replica inside.
impl Raft {
    /// What has been executed after the entry at this index, in the order of the log. Sessions stand to
    /// the side: a request that was asked twice may stand here twice.
    pub fn executed(&self, after: u64) -> impl Iterator<Item = (u64, &Command)> {
        let entries = self.log.range(after, self.applied).into_iter();
        entries.map(|(index, entry)| (index, &entry.command))
    }
}

/// Words that the rules use.
impl Raft {
    fn leads(&self) -> bool {
        matches!(self.role, Role::Leader(_))
    }

    fn others(&self) -> impl Iterator<Item = Place> + use<> {
        let me = self.me;
        Place::servers(self.nodes).filter(move |node| *node != me)
    }

    /// The place at `index` of this log; its term is 0 before the first entry and after the last.
    fn position(&self, index: u64) -> Position {
        Position { term: self.log.get(index).map_or(0, |entry| entry.term), index }
    }
}
