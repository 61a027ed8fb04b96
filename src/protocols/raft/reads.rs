//! Reads beside the log (dissertation, §6.4). A read changes nothing, so it need not be written; but a server
//! that answers from its own state may have been deposed without knowing it, and tell what is no longer so.
//!
//! *ReadIndex*: the leader notes its commit index, then begins a round of heartbeats, and only answers of
//! that round count. With a quorum of them it led when the read came, and nothing later than the noted index
//! had been answered by anybody. A follower asks its leader for the index, and waits until it has executed
//! that far. A new leader knows what is committed only once an entry of its own term is, so reads wait for
//! that.
//!
//! *Lease*: a quorum that has answered a round stands by its leader for an election timeout (CheckQuorum), so
//! nobody else leads meanwhile, and the round may be left out: for as long as clocks run as they should. The
//! lease runs from the sending of the round, and allows for clocks that are wrong by so much. Without
//! CheckQuorum there is no lease, and all reads take the round.

use std::fmt;

use crate::base::{Place, Text, Time};
use crate::protocol::{Effects, Outcome};
use crate::sentence;
use crate::check::Operation;

use super::{Message, Raft, Role};

/// How reads are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reads {
    /// As entries of the log, like writes.
    Log,
    ReadIndex,
    Lease,
}

impl fmt::Display for Reads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reads::Log => "log",
            Reads::ReadIndex => "read-index",
            Reads::Lease => "lease",
        })
    }
}

/// A read that a leader serves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Read {
    pub client: Place,
    pub seq: u64,
    pub asks: Asks,
    /// The commit index when it came, and the round begun for it; `None` while no entry of the leader's own
    /// term is committed.
    pub begun: Option<(u64, u64)>,
    /// Who has answered in that round.
    pub answered: Vec<Place>,
}

/// What is to be known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Asks {
    /// The leader's own client: the value of this key.
    Value(Text),
    /// A follower: how far it has to wait.
    Index(Place),
}

/// A read that a follower will answer once it has executed so far.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Awaited {
    pub client: Place,
    pub seq: u64,
    pub key: Text,
    /// `None` until the leader says.
    pub index: Option<u64>,
}

/// Who asks, and whom.
impl Raft {
    /// The key, if this request is one that need not be written.
    pub(super) fn reads_beside_log(&self, request: &Operation) -> Option<Text> {
        let beside = self.config.reads != Reads::Log || self.config.local_reads;
        match request {
            Operation::Get { key } if beside => Some(key.clone()),
            _ => None,
        }
    }

    pub(super) fn read(&mut self, client: Place, seq: u64, key: Text, fx: &mut Effects<Self>) {
        if self.config.local_reads {
            return self.answer_read(client, seq, &key, fx);
        }
        match (&self.role, self.known_leader(fx.steady_now())) {
            (Role::Leader(_), _) => {
                let asks = Asks::Value(key);
                self.serve_read(Read { client, seq, asks, begun: None, answered: Vec::new() }, fx);
            }
            (_, Some(leader)) => {
                self.awaited.retain(|awaited| awaited.client != client);
                self.awaited.push(Awaited { client, seq, key, index: None });
                fx.note(sentence!(
                    "asks {0} how far it has to execute before it may answer {1}",
                    leader,
                    client
                ));
                self.save(fx);
                fx.send(leader, Message::ReadIndex { term: self.term, client, seq });
            }
            (_, None) => self.redirect(client, seq, fx),
        }
    }

    fn answer_read(&self, client: Place, seq: u64, key: &Text, fx: &mut Effects<Self>) {
        fx.reply(client, seq, Outcome::Done(self.store.read(key)));
    }
}

/// The leader's side.
impl Raft {
    pub(super) fn serve_read(&mut self, read: Read, fx: &mut Effects<Self>) {
        let knows = self.has_committed_in_its_term() || self.config.read_before_own_entry;
        let now = fx.steady_now();
        let lease = self.lease_ends(now).filter(|ends| now < *ends);
        let Role::Leader(lead) = &mut self.role else { return };
        lead.reads.retain(|other| (other.client, other.seq) != (read.client, read.seq));
        if !knows {
            fx.note(sentence!(
                "lets {0} wait: no entry of term {1} is committed yet",
                read.client,
                self.term
            ));
            lead.reads.push(read);
            self.open_term(fx);
        } else if let Some(ends) = lease {
            fx.note(sentence!(
                "answers {0} by its lease, which ends at {1} of its clock",
                read.client,
                ends
            ));
            self.finish_read(&read, self.commit, fx);
        } else {
            lead.reads.push(read);
            self.begin_reads(fx);
        }
    }

    /// Notes the commit index for the reads that have none, *then* begins a round for them.
    pub(super) fn begin_reads(&mut self, fx: &mut Effects<Self>) {
        let commit = self.commit;
        let Role::Leader(lead) = &mut self.role else { return };
        if lead.reads.iter().all(|read| read.begun.is_some()) {
            return;
        }
        let round = lead.round + 1;
        for read in lead.reads.iter_mut().filter(|read| read.begun.is_none()) {
            read.begun = Some((commit, round));
            fx.note(sentence!(
                "lets {0} wait for a quorum's answers to round {1}: whether it still leads at index {2}",
                read.client,
                round,
                commit
            ));
        }
        self.begin_round(fx.steady_now());
        for follower in self.others() {
            self.send_append_entries(follower, fx);
        }
        self.finish_reads(fx);
    }

    /// From here on messages carry the next number.
    pub(super) fn begin_round(&mut self, now: Time) {
        let lease = self.lease();
        let Role::Leader(lead) = &mut self.role else { return };
        lead.round += 1;
        if self.config.reads == Reads::Lease {
            // What is older than a lease can begin none.
            lead.rounds.retain(|(_, began)| now.since(*began) < lease);
            lead.rounds.push((lead.round, now));
        }
    }

    /// The server has answered what was sent in this round.
    pub(super) fn count_round(&mut self, server: Place, round: u64, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &mut self.role else { return };
        let began = lead.rounds.iter().rev().find(|(number, _)| *number <= round);
        if let Some((_, began)) = began {
            let leased = &mut lead.leased[server.index()];
            *leased = (*leased).max(*began);
        }
        if lead.reads.is_empty() {
            return;
        }
        for read in &mut lead.reads {
            let Some((_, begun)) = read.begun else { continue };
            let counts = round >= begun || self.config.count_old_rounds;
            if counts && !read.answered.contains(&server) {
                read.answered.push(server);
            }
        }
        self.finish_reads(fx);
    }

    /// Answers the reads for which a quorum has confirmed that this server led.
    fn finish_reads(&mut self, fx: &mut Effects<Self>) {
        let (me, configuration) = (self.me, self.configuration);
        let Role::Leader(lead) = &mut self.role else { return };
        // It counts itself.
        let done = |read: &mut Read| {
            let has = |server: Place| server == me || read.answered.contains(&server);
            read.begun.is_some() && configuration.agreed(has)
        };
        let done: Vec<Read> = lead.reads.extract_if(.., done).collect();
        for read in done {
            if let Some((index, _)) = read.begun {
                self.finish_read(&read, index, fx);
            }
        }
    }

    /// The leader has executed all that is committed: its own client is answered at once.
    fn finish_read(&mut self, read: &Read, index: u64, fx: &mut Effects<Self>) {
        let (client, seq) = (read.client, read.seq);
        match &read.asks {
            Asks::Value(key) => self.answer_read(client, seq, key, fx),
            Asks::Index(follower) => {
                let reply = Message::ReadIndexReply { term: self.term, client, seq, index };
                fx.send(*follower, reply);
            }
        }
    }

    pub(super) fn has_committed_in_its_term(&self) -> bool {
        self.position(self.commit).term == self.term
    }

    /// How long a lease is by the leader's clock: an election timeout, less what clocks may be wrong by.
    fn lease(&self) -> Time {
        let (timeout, wrong) = (self.config.election.min, self.config.drift_bound);
        match self.config.trust_clocks {
            true => timeout,
            false => timeout.by_a_clock_wrong_by(wrong),
        }
    }

    /// When the lease ends, by its steady clock, if it has one.
    fn lease_ends(&self, now: Time) -> Option<Time> {
        let Role::Leader(lead) = &self.role else { return None };
        if self.config.reads != Reads::Lease || !self.config.check_quorum || lead.lease_is_over {
            return None;
        }
        let mut began: Vec<u64> = lead.leased.iter().map(|began| began.0).collect();
        began[self.me.index()] = now.0;
        Some(Time(self.configuration.reached(&began)) + self.lease())
    }
}

/// The follower's side.
impl Raft {
    pub(super) fn learn_read_index(
        &mut self,
        client: Place,
        seq: u64,
        index: u64,
        fx: &mut Effects<Self>,
    ) {
        for awaited in &mut self.awaited {
            if (awaited.client, awaited.seq) == (client, seq) && awaited.index.is_none() {
                awaited.index = Some(index);
            }
        }
        self.answer_awaited(fx);
    }

    /// Answers those for which enough has been executed.
    pub(super) fn answer_awaited(&mut self, fx: &mut Effects<Self>) {
        let applied = self.applied;
        let ready =
            |awaited: &mut Awaited| awaited.index.is_some_and(|index| index <= applied);
        let ready: Vec<Awaited> = self.awaited.extract_if(.., ready).collect();
        for Awaited { client, seq, key, .. } in ready {
            self.answer_read(client, seq, &key, fx);
        }
    }
}
