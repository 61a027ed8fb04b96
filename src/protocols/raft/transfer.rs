//! Leadership transfer (dissertation, §3.10): a leader that is asked to hand over takes no more requests,
//! brings the chosen server's log up to date, and tells it to stand at once. If that takes longer than an
//! election timeout, it goes on leading.
//!
//! The chosen server says in its requests for votes that it was told to stand, so that those who stand by
//! their leader vote all the same. The leader's lease ends *before* it tells it, and stays off for the rest of
//! its term, given up or not: what it sent may arrive late.

use crate::base::{Place, Span};
use crate::protocol::{Effects, Outcome};
use crate::sentence;

use super::{Message, Raft, Role, Timer};

/// A leadership that is being handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Transfer {
    pub target: Place,
    /// Who has asked for it.
    client: Place,
    seq: u64,
    /// The target has been told to stand.
    told: bool,
}

impl Raft {
    pub(super) fn transfer_to(
        &mut self,
        target: Place,
        client: Place,
        seq: u64,
        fx: &mut Effects<Self>,
    ) {
        if target == self.me {
            return fx.reply(client, seq, Outcome::Done("ok".into()));
        }
        if !self.configuration.deciding().has(target) {
            let why = sentence!("{0} is no server that could lead", target);
            return fx.reply(client, seq, Outcome::Refused(why));
        }
        let Role::Leader(lead) = &mut self.role else { return };
        match &mut lead.transfer {
            Some(transfer) if (transfer.client, transfer.seq) == (client, seq) => return,
            Some(transfer) => {
                let why = sentence!("it hands over to {0} already", transfer.target);
                return fx.reply(client, seq, Outcome::Refused(why));
            }
            none => *none = Some(Transfer { target, client, seq, told: false }),
        }
        fx.note(sentence!("hands over to {0}, and takes no more requests", target));
        fx.set_timer(Timer::Transfer, Span::exactly(self.config.election.min));
        self.send_append_entries(target, fx);
        self.tell_target(fx);
    }

    /// Once the target's log is as long as its own.
    pub(super) fn tell_target(&mut self, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &mut self.role else { return };
        let Some(transfer) = &mut lead.transfer else { return };
        if transfer.told || lead.matched[transfer.target.index()] < self.log.len() {
            return;
        }
        transfer.told = true;
        lead.lease_is_over = !self.config.keep_lease_in_transfer;
        fx.note(sentence!("tells {0} to stand at once: its log is up to date", transfer.target));
        fx.send(transfer.target, Message::TimeoutNow { term: self.term });
    }

    /// A later term has begun, or none will: the client that asked is told.
    pub(super) fn end_transfer(&mut self, outcome: Outcome, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &mut self.role else { return };
        let Some(Transfer { client, seq, .. }) = lead.transfer.take() else { return };
        fx.cancel_timer(Timer::Transfer);
        fx.reply(client, seq, outcome);
    }

    pub(super) fn give_transfer_up(&mut self, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &self.role else { return };
        let Some(Transfer { target, .. }) = lead.transfer else { return };
        fx.note(sentence!(
            "goes on leading: {0} has not taken over within an election timeout",
            target
        ));
        let why = sentence!("{0} has not taken over within an election timeout", target);
        self.end_transfer(Outcome::Refused(why), fx);
    }

    pub(super) fn stand_at_once(&mut self, leader: Place, fx: &mut Effects<Self>) {
        if self.leads() {
            return;
        }
        fx.note(sentence!("stands at once: {0} hands over to it", leader));
        self.stand_for_election(true, fx);
    }
}
