//! The learner: what is chosen it executes, slot after slot, and answers the clients.

use crate::base::Place;
use crate::protocol::{Effects, Outcome};
use crate::sentence;
use crate::service::sessions::{self, Known};
use crate::check::Operation;

use super::{Command, MultiPaxos, Role, Slots};

impl MultiPaxos {
    /// The leader says that every slot up to `chosen` is. Which command that is this server knows
    /// if the message tells it (`told`), or if it has accepted one at the leader's own ballot: at
    /// any other ballot, another command may have been proposed.
    pub(super) fn learn(&mut self, told: Slots, chosen: u64, fx: &mut Effects<Self>) {
        for slot in self.chosen + 1..=chosen {
            if told.contains(slot) || self.voted_at(slot).is_some() {
                self.execute(slot, fx);
            } else if self.config.apply_past_gap {
                // Flaw: what is missing is passed over.
                self.chosen = slot;
            } else {
                return;
            }
        }
    }

    /// Executes the next slot, and answers whoever waits for it.
    pub(super) fn execute(&mut self, slot: u64, fx: &mut Effects<Self>) {
        self.chosen = slot;
        let Some(Some(vote)) = self.votes.get(slot) else { return };
        self.executed.push(vote.command.clone());
        let Command::Execute { client, seq, request } = &vote.command else { return };
        let mut execute = || self.store.execute(request);
        let answer = match self.config.no_deduplication {
            false => self.sessions.once(*client, *seq, execute),
            // Flaw: no two requests are the same.
            true => execute(),
        };
        let Role::Leader(lead) = &mut self.role else { return };
        lead.waiting.answer(*client, *seq, answer, fx);
    }
}

/// Clients.
impl MultiPaxos {
    /// The leader takes a request: all go through the log, reads too (where no lease makes that
    /// needless), so that each sees everything that was answered before it.
    pub(super) fn serve(
        &mut self,
        client: Place,
        seq: u64,
        request: Operation,
        fx: &mut Effects<Self>,
    ) {
        if self.config.local_reads
            && let Operation::Get { key } = &request
        {
            // Flaw: nobody is asked whether this is still the latest.
            return fx.reply(client, seq, Outcome::Done(self.store.read(key)));
        }
        match self.known(client, seq) {
            Known::Executed(answer) => sessions::answer_again(client, seq, answer, fx),
            Known::Past => {}
            Known::InLog => {
                fx.note(sentence!(
                    "has proposed request {1} of {0} already: it is not yet executed",
                    client,
                    seq
                ));
                self.answer_later(client, seq);
            }
            Known::Never => match (&request, self.lease_for_reads(fx.steady_now())) {
                (Operation::Get { key }, Some(ends)) => {
                    fx.note(sentence!(
                        "answers {0} by its lease, which ends at {1} of its clock",
                        client,
                        ends
                    ));
                    fx.reply(client, seq, Outcome::Done(self.store.read(key)));
                }
                _ => {
                    self.answer_later(client, seq);
                    self.propose(Command::Execute { client, seq, request }, fx);
                }
            },
        }
    }

    /// What is known of a request, from what was executed and from the slots after that.
    fn known(&self, client: Place, seq: u64) -> Known {
        if self.config.no_deduplication {
            return Known::Never; // Flaw: nobody looks.
        }
        let slots = self.votes.range(self.chosen, self.votes.len()).into_iter();
        let unexecuted = slots.filter_map(|(_, vote)| Some(&vote.as_ref()?.command));
        self.sessions.know(client, seq, unexecuted)
    }

    pub(super) fn redirect(&mut self, client: Place, seq: u64, fx: &mut Effects<Self>) {
        let ballot = self.promised.to_string();
        fx.note(match self.leader {
            Some(leader) => {
                sentence!("sends {0} on to {1}, the leader at ballot {2}", client, leader, ballot)
            }
            None => sentence!("cannot help {0}: it knows no leader at ballot {1}", client, ballot),
        });
        fx.reply(client, seq, Outcome::Redirect(self.leader));
    }

    fn answer_later(&mut self, client: Place, seq: u64) {
        let Role::Leader(lead) = &mut self.role else { return };
        lead.waiting.add(client, seq);
    }
}
