//! Clients (§8): what a leader does with their requests, and when they are answered.

use crate::base::{Place, Time};
use crate::check::DONE;
use crate::protocol::{Effects, Outcome};
use crate::sentence;
use crate::service::sessions::{self, Known, LogCommand};
use crate::check::Operation;

use super::{Command, Entry, Raft, Request, Role};

impl Raft {
    pub(super) fn take_request(
        &mut self,
        client: Place,
        seq: u64,
        request: Request,
        fx: &mut Effects<Self>,
    ) {
        let handed_over = match &self.role {
            Role::Leader(lead) => lead.transfer.map(|transfer| transfer.target),
            _ => None,
        };
        match request {
            Request::Store(request) if let Some(key) = self.reads_beside_log(&request) => {
                self.read(client, seq, key, fx);
            }
            Request::Snapshot => self.take_snapshot_for(client, seq, fx),
            _ if !self.leads() => self.redirect(client, seq, fx),
            Request::Transfer(target) => self.transfer_to(target, client, seq, fx),
            Request::Store(_) | Request::Change(_) if handed_over.is_some() => {
                fx.note(sentence!("takes no request of {0}: it hands over", client));
                fx.reply(client, seq, Outcome::Redirect(handed_over));
            }
            Request::Store(request) => self.serve(client, seq, request, fx),
            Request::Change(change) => self.change(change, client, seq, fx),
        }
    }

    /// The leader takes a request: all go through the log, reads too, so that each sees everything
    /// that was answered before it.
    pub(super) fn serve(&mut self, client: Place, seq: u64, request: Operation, fx: &mut Effects<Self>) {
        let unexecuted = self.log.range(self.applied, self.log.len());
        let in_log = || unexecuted.iter().any(|(_, entry)| entry.command.is(client, seq));
        match self.sessions.know_of(client, seq, in_log) {
            Known::Executed(answer) => sessions::answer_again(client, seq, answer, fx),
            Known::Past => {}
            Known::InLog => {
                fx.note(sentence!(
                    "has request {1} of {0} in its log already, not yet committed",
                    client,
                    seq
                ));
                self.answer_later(client, seq);
                self.open_term(fx);
            }
            Known::Never => {
                let command = Command::Log(LogCommand::Execute { client, seq, request });
                self.push(Entry { term: self.term, command });
                self.answer_later(client, seq);
                self.save(fx);
                self.replicate(fx);
            }
        }
    }

    /// A leader that opened its term with no no-op appends one now, since somebody waits for what it found in
    /// its log.
    pub(super) fn open_term(&mut self, fx: &mut Effects<Self>) {
        if self.position(self.log.len()).term < self.term {
            self.push(Entry { term: self.term, command: Command::Log(LogCommand::NoOp) });
            self.save(fx);
            self.replicate(fx);
        }
    }

    pub(super) fn redirect(&mut self, client: Place, seq: u64, fx: &mut Effects<Self>) {
        let leader = self.known_leader(fx.steady_now());
        fx.note(match leader {
            Some(leader) => {
                sentence!("sends {0} on to {1}, the leader of term {2}", client, leader, self.term)
            }
            None => sentence!("cannot help {0}: it knows no leader of term {1}", client, self.term),
        });
        fx.reply(client, seq, Outcome::Redirect(leader));
    }

    /// Whom it takes for the leader. A server that may not stand notices by nothing else that its leader is
    /// gone (it may have been removed, and never been told): it has to have heard it lately.
    pub(super) fn known_leader(&self, now: Time) -> Option<Place> {
        let lately = || self.heard.is_some_and(|heard| now.since(heard) <= self.config.election.max);
        self.leader.filter(|_| self.may_stand() || lately())
    }

    pub(super) fn answer_later(&mut self, client: Place, seq: u64) {
        let Role::Leader(lead) = &mut self.role else { return };
        lead.waiting.add(client, seq);
    }

    /// Sends a new entry at once to all who have room for it. A follower whose log is being searched,
    /// or that has a whole batch on its way, gets it when it has answered.
    pub(super) fn replicate(&self, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &self.role else { return };
        for follower in self.others() {
            let (next, matched) = (lead.next[follower.index()], lead.matched[follower.index()]);
            if next == matched + 1 && self.log.len() <= matched + self.config.batch {
                self.send_append_entries(follower, fx);
            }
        }
    }

    /// Executes what is committed, in the order of the log, and answers whoever waits for it.
    pub(super) fn apply(&mut self, fx: &mut Effects<Self>) {
        for index in self.applied + 1..=self.commit {
            // Committed entries are there (unless a flaw has let them go).
            let Some(entry) = self.log.get(index) else { return };
            self.applied = index;
            let ((client, seq), answer) = match &entry.command {
                Command::Log(LogCommand::NoOp) => continue,
                Command::Log(LogCommand::Execute { client, seq, request }) => {
                    let mut execute = || self.store.execute(request);
                    let again = self.config.no_deduplication;
                    let answer = match again {
                        true => execute(),
                        false => self.sessions.once(*client, *seq, execute),
                    };
                    ((*client, *seq), answer)
                }
                // Its second half answers.
                Command::Configure { configuration, .. } if configuration.is_joint() => continue,
                Command::Configure { whose: (client, seq), .. } => {
                    ((*client, *seq), self.sessions.once(*client, *seq, || DONE.into()))
                }
            };
            let Role::Leader(lead) = &mut self.role else { continue };
            lead.waiting.answer(client, seq, answer, fx);
        }
        self.compact(fx);
        if !self.awaited.is_empty() {
            self.answer_awaited(fx);
        }
    }
}
