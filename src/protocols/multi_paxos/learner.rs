//! The learner: what is chosen it executes, slot after slot, and answers the clients.

use crate::base::Place;
use crate::protocol::{Effects, Outcome};
use crate::sentence;
use crate::service::store::StoreRequest;

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
        let number = match self.store.session(*client) {
            // Flaw: no two requests are the same.
            Some(session) if self.config.no_deduplication => session.seq + 1,
            _ => *seq,
        };
        let answer = self.store.apply(*client, number, request);
        let Role::Leader(lead) = &mut self.role else { return };
        if let Some(place) = lead.waiting.iter().position(|waiting| *waiting == (*client, *seq)) {
            lead.waiting.swap_remove(place);
            fx.reply(*client, *seq, Outcome::Done(answer));
        }
    }
}

/// Clients.
impl MultiPaxos {
    /// The leader takes a request: all go through the log, reads too, so that each sees everything
    /// that was answered before it.
    pub(super) fn serve(
        &mut self,
        client: Place,
        seq: u64,
        request: StoreRequest,
        fx: &mut Effects<Self>,
    ) {
        match self.store.session(client) {
            _ if self.config.local_reads && matches!(request, StoreRequest::Get { .. }) => {
                // Flaw: nobody is asked whether this is still the latest.
                let answer = self.store.clone().apply(client, u64::MAX, &request);
                fx.reply(client, seq, Outcome::Done(answer));
            }
            _ if self.config.no_deduplication => {
                self.answer_later(client, seq);
                self.propose(Command::Execute { client, seq, request }, fx);
            }
            Some(session) if session.seq == seq => {
                fx.note(sentence!(
                    "answers {0} from its session: request {1} has been executed before",
                    client,
                    seq
                ));
                fx.reply(client, seq, Outcome::Done(session.answer.clone()));
            }
            // The client has long had its answer.
            Some(session) if session.seq > seq => {}
            _ if self.is_under_way(client, seq) => {
                fx.note(sentence!(
                    "has proposed request {1} of {0} already: it is not yet executed",
                    client,
                    seq
                ));
                self.answer_later(client, seq);
            }
            _ => {
                self.answer_later(client, seq);
                self.propose(Command::Execute { client, seq, request }, fx);
            }
        }
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

    /// Whether the request stands in a slot that is not executed yet.
    fn is_under_way(&self, client: Place, seq: u64) -> bool {
        let slots = self.votes.range(self.chosen, self.votes.len()).into_iter();
        slots.filter_map(|(_, vote)| vote.as_ref()).any(|vote| match vote.command {
            Command::Execute { client: whose, seq: which, .. } => (whose, which) == (client, seq),
            Command::NoOp => false,
        })
    }

    fn answer_later(&mut self, client: Place, seq: u64) {
        let Role::Leader(lead) = &mut self.role else { return };
        if !lead.waiting.contains(&(client, seq)) {
            lead.waiting.push((client, seq));
        }
    }
}
