//! Log replication (§5.3): how a leader makes all logs equal to its own, and what it may take for
//! committed.

use crate::base::quorum::majority;
use crate::base::{Place, Span};
use crate::protocol::Effects;
use crate::sentence;

use super::{Appended, Entry, Hint, Message, Position, Raft, Reads, Role, Timer};

/// The leader's side.
impl Raft {
    pub(super) fn send_heartbeats(&mut self, fx: &mut Effects<Self>) {
        if self.config.reads == Reads::Lease {
            self.begin_round(fx.steady_now());
        }
        fx.set_timer(Timer::Heartbeat, Span::exactly(self.config.heartbeat));
        for follower in self.others() {
            self.send_append_entries(follower, fx);
        }
    }

    /// What the follower lacks, a batch at most; or nothing, which is a heartbeat.
    #[track_caller]
    pub(super) fn send_append_entries(&self, follower: Place, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &self.role else { return };
        let prev = lead.next[follower.index()] - 1;
        if prev < self.start().index {
            return self.send_piece(follower, fx); // It lacks what is no longer there (§7).
        }
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
                round: lead.round,
            },
        );
    }

    /// The follower answers, whatever it says: it is there, and in this term.
    pub(super) fn hear_follower(&mut self, follower: Place, round: u64, fx: &mut Effects<Self>) {
        if let Role::Leader(lead) = &mut self.role {
            lead.heard[follower.index()] = fx.steady_now();
            self.count_round(follower, round, fx);
        }
    }

    /// The server's log equals the leader's up to `index`, and durably so.
    pub(super) fn stores(&mut self, server: Place, index: u64, fx: &mut Effects<Self>) {
        let (batch, end) = (self.config.batch, self.log.len());
        let Role::Leader(lead) = &mut self.role else { return };
        let before = lead.matched[server.index()];
        // All that was sent, with this flaw, whatever the answer is to.
        let index = match self.config.match_from_next && server != self.me {
            true => index.max(end.min(before + batch)),
            false => index,
        };
        lead.doubted[server.index()] = None;
        if index <= before {
            return; // Nothing new: the answer to a heartbeat, or a late one.
        }
        lead.matched[server.index()] = index;
        lead.next[server.index()] = index + 1;
        self.advance_commit(before, fx);
        self.tell_target(fx);
        if server != self.me && index < self.log.len() {
            self.send_append_entries(server, fx);
        }
    }

    /// The follower has no such entry at `prev`: go back to where the logs may agree, a whole term at
    /// a time, and try again (end of §5.3).
    pub(super) fn back_up(
        &mut self,
        follower: Place,
        prev: u64,
        hint: Hint,
        round: u64,
        fx: &mut Effects<Self>,
    ) {
        let Role::Leader(lead) = &self.role else { return };
        if prev + 1 != lead.next[follower.index()] {
            return; // A late answer, to what was asked before.
        }
        let held = prev == lead.matched[follower.index()];
        if prev > 0 && held && !self.config.late_rejection {
            return self.doubt(follower, round, fx);
        }
        // Where the leader has entries of the follower's term, they may agree up to the last of them.
        let last = self.log.partition_point(|entry| Some(entry.term) <= hint.term);
        let agree = last > self.start().index && Some(self.position(last).term) == hint.term;
        let next = if agree { last + 1 } else { hint.index }.min(prev);
        let Role::Leader(lead) = &mut self.role else { return };
        lead.next[follower.index()] = next;
        lead.matched[follower.index()] = lead.matched[follower.index()].min(next - 1);
        fx.note(match hint.term {
            Some(_) => {
                sentence!("goes back to index {1} with {0}, whose log differs", follower, next)
            }
            None => sentence!(
                "goes back to index {1} with {0}, whose log ends before index {2}",
                follower,
                next,
                prev
            ),
        });
        self.send_append_entries(follower, fx);
    }

    /// The follower rejects what it has acknowledged. `matchIndex` only grows: the rejection is older than
    /// the acknowledgement, or the follower's disk is gone. What it answers when it is asked once more, after
    /// its acknowledgement has arrived, tells which.
    pub(super) fn doubt(&mut self, follower: Place, round: u64, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &mut self.role else { return };
        let (held, doubted) =
            (lead.matched[follower.index()], &mut lead.doubted[follower.index()]);
        match *doubted {
            None => {
                lead.round += 1;
                *doubted = Some(lead.round);
                fx.note(sentence!(
                    "asks {0} once more: it has acknowledged index {1}, so its rejection is late, or its disk is gone",
                    follower,
                    held
                ));
            }
            Some(asked) if round < asked => return,
            // Beyond what Raft survives (§3): nothing that counted on this server is certain any more.
            Some(_) => {
                *doubted = None;
                lead.matched[follower.index()] = 0;
                lead.next[follower.index()] = 1;
                fx.note(sentence!(
                    "starts over with {0}, which has lost what it had acknowledged up to index {1}: safety is no longer promised",
                    follower,
                    held
                ));
            }
        }
        self.send_append_entries(follower, fx);
    }

    /// How far a quorum has come. A leader that is no longer a member does not count itself.
    pub(super) fn reached(&self, indexes: &[u64]) -> u64 {
        let configuration = match self.config.removed_leader_counts_itself {
            // Its own disk in the place of the voter that has come least far.
            true if !self.configuration.deciding().has(self.me) => {
                let own = indexes[self.me.index()];
                let voters = self.configuration.deciding().iter();
                let least = voters.min_by_key(|server| indexes[server.index()]);
                let mut indexes = indexes.to_vec();
                least.iter().for_each(|server| {
                    indexes[server.index()] = indexes[server.index()].max(own);
                });
                return self.configuration.reached(&indexes);
            }
            _ => self.configuration,
        };
        configuration.reached(indexes)
    }

    /// An entry is committed once a majority stores it, if it is of the leader's own term; with it,
    /// so is all before it. Entries of earlier terms are never committed by counting (§5.4.2): they
    /// may still be overwritten, see Figure 8.
    ///
    /// `before` is how far the server that has just answered had come.
    pub(super) fn advance_commit(&mut self, before: u64, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &self.role else { return };
        let index = self.reached(&lead.matched);
        let deciding = self.configuration.deciding();
        let holds = |server: &Place| lead.matched[server.index()] >= index;
        let holders = deciding.iter().filter(holds).count();
        let just_now = before < index && holders == usize::from(majority(deciding.len()));
        let term_of = |index| self.position(index).term;
        if index <= self.commit {
            // Nothing new.
        } else if term_of(index) == self.term || self.config.count_old_terms {
            fx.note(sentence!(
                "commits up to index {0}: {1} of {2} servers store it",
                index,
                holders,
                deciding.len()
            ));
            self.commit = index;
            self.apply(fx);
            self.begin_reads(fx);
            self.finish_change(fx);
        } else if just_now && term_of(index + 1) == self.term {
            fx.note(sentence!(
                "must not commit index {0} by counting {1} servers: it is of term {2}, this is term {3}",
                index, holders, term_of(index), self.term
            ));
        }
    }
}

/// The follower's side.
impl Raft {
    pub(super) fn take_entries(
        &mut self,
        prev: Position,
        entries: &[Entry],
        commit: u64,
        fx: &mut Effects<Self>,
    ) -> Appended {
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
        let reached = self.writing && prev.index < self.saved.log.len();
        if !self.config.ack_before_disk && !(self.config.ack_by_index && reached) {
            self.save(fx);
        }
        outcome
    }

    /// The consistency check: without the leader's entry `prev`, nothing may follow it.
    pub(super) fn mismatch(&self, prev: Position, fx: &mut Effects<Self>) -> Option<Appended> {
        if prev.index < self.start().index {
            return None; // Committed, and so the leader's too.
        }
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
            let before = before.max(self.start().index);
            let hint = Hint { term: Some(found.term), index: before + 1 };
            return Some(Appended::Mismatch { prev: prev.index, hint });
        }
        None
    }

    /// Figure 2, AppendEntries 3 and 4. What is there already stays, and so does what follows it:
    /// the message may be an old one. Only an entry of another term makes room.
    pub(super) fn append(&mut self, prev: u64, entries: &[Entry], fx: &mut Effects<Self>) {
        let start = self.start().index;
        for (index, entry) in (prev + 1..).zip(entries).filter(|(index, _)| *index > start) {
            match self.log.get(index) {
                Some(mine) if mine.term == entry.term => continue,
                Some(mine) => {
                    fx.note(sentence!(
                        "drops its log from index {0} on: its entry of term {1} there is not the leader's",
                        index, mine.term
                    ));
                    self.cut_log(index - 1);
                }
                None => {}
            }
            self.push(entry.clone());
        }
    }

    /// Figure 2, AppendEntries 5. This log is known to equal the leader's up to `index`; what lies
    /// beyond may be some other leader's.
    pub(super) fn learn_commit(&mut self, leader_commit: u64, index: u64, fx: &mut Effects<Self>) {
        let known = if self.config.commit_without_min { self.log.len() } else { index };
        let commit = leader_commit.min(known);
        if commit > self.commit {
            self.commit = commit;
            self.apply(fx);
        }
    }
}
