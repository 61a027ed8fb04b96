//! The proposer: how a server becomes the leader, and what a leader does. Phase 1 comes once, phase 2
//! for every command.

use crate::base::quorum::majority;
use crate::base::{Place, Sentence, Span};
use crate::protocol::Effects;
use crate::sentence;

use super::{
    Ballot, Command, Commands, Lead, Message, MultiPaxos, Promise, Role, Slot, Slots, Tail, Timer,
    Unanswered, Vote,
};

/// Slots that a new leader explains one by one.
const EXPLAINED: u64 = 20;

/// Phase 1 (§2.2), for all slots at once (§3): the proposer's side.
impl MultiPaxos {
    /// Phase 1a. A ballot higher than any heard of, and never used before: the round is on the disk
    /// before anybody hears of it.
    pub(super) fn prepare(&mut self, fx: &mut Effects<Self>) {
        let round = self.promised.max(self.heard).round + 1;
        let ballot = Ballot { round, by: self.me };
        fx.note(match self.role {
            _ if self.config.skip_phase_1 => sentence!(
                "takes ballot {0} without asking what others have accepted",
                ballot.to_string()
            ),
            Role::Candidate { .. } => sentence!(
                "prepares ballot {0}: ballot {1} got no majority in time",
                ballot.to_string(),
                self.promised.to_string()
            ),
            _ => sentence!(
                "prepares ballot {0} for all slots from {1} on: its timer ran out before it heard a leader",
                ballot.to_string(),
                self.chosen + 1
            ),
        });
        self.promised = ballot;
        self.leader = None;
        self.role = Role::Candidate { promises: Vec::new() };
        fx.set_timer(Timer::Election, self.config.election);
        self.save(fx);
        if self.config.skip_phase_1 {
            // Flaw: what it has accepted itself is all that it asks for.
            return self.lead(vec![self.own_promise()], fx);
        }
        fx.broadcast(self.others(), Message::Prepare { ballot, first: self.chosen + 1 });
    }

    pub(super) fn own_promise(&self) -> Promise {
        let votes = Tail::new(&self.votes, self.chosen + 1);
        Promise { by: self.me, votes, chosen: self.chosen }
    }

    pub(super) fn count_promise(&mut self, promise: Promise, fx: &mut Effects<Self>) {
        let Role::Candidate { promises } = &mut self.role else { return };
        if promises.iter().any(|known| known.by == promise.by) {
            return;
        }
        promises.push(promise);
        if promises.len() >= usize::from(majority(self.nodes)) {
            let promises = std::mem::take(promises);
            self.lead(promises, fx);
        }
    }

    /// A majority has promised. Whatever may have been chosen after `chosen`, at least one of them
    /// has accepted it; that and nothing else is proposed in its slot.
    fn lead(&mut self, promises: Vec<Promise>, fx: &mut Effects<Self>) {
        fx.note(sentence!(
            "leads at ballot {0}: {1} of {2} servers promised",
            self.promised.to_string(),
            promises.len(),
            self.nodes
        ));
        let first = self.chosen + 1;
        let last = promises.iter().map(|promise| promise.votes.last()).max().unwrap_or(0);
        let known = promises.iter().map(|promise| promise.chosen).max().unwrap_or(0);
        let mut proposals = Vec::new();
        for slot in first..=last {
            let (command, why) = must_propose(slot, &promises);
            proposals.push((slot, Vote { ballot: self.promised, command }));
            if (known + 1..=known + EXPLAINED).contains(&slot) {
                fx.note(why);
            }
        }
        self.write(proposals);
        for slot in self.chosen + 1..=known.min(last) {
            self.execute(slot, fx);
        }
        let mut holds = vec![self.chosen; usize::from(self.nodes)];
        promises.iter().for_each(|promise| holds[promise.by.index()] = promise.chosen);
        self.role = Role::Leader(Lead {
            promised: promises.iter().map(|promise| promise.by).collect(),
            accepted: (self.chosen..self.last_slot()).map(|_| Vec::new()).collect(),
            sent: holds.clone(),
            holds,
            overdue: self.last_slot(),
            inherited: self.last_slot(),
            leased: vec![0; usize::from(self.nodes)],
            waiting: Unanswered::default(),
        });
        self.leader = Some(self.me);
        fx.cancel_timer(Timer::Election);
        self.save(fx);
        self.send_heartbeats(fx);
    }

    /// Somebody has promised to a higher ballot: this proposal is over.
    pub(super) fn give_way(&mut self, to: Place, promised: Ballot, fx: &mut Effects<Self>) {
        self.heard = self.heard.max(promised);
        let (mine, theirs) = (self.promised.to_string(), promised.to_string());
        match self.role {
            Role::Acceptor => {}
            Role::Candidate { .. } => {
                fx.note(sentence!("gives up ballot {0}: {1} has promised {2}", mine, to, theirs))
            }
            Role::Leader(_) => fx.note(sentence!(
                "no longer leads at ballot {0}: {1} has promised {2}",
                mine,
                to,
                theirs
            )),
        }
        self.step_down(None, fx);
    }

    pub(super) fn step_down(&mut self, leader: Option<Place>, fx: &mut Effects<Self>) {
        self.leader = leader;
        let was = std::mem::replace(&mut self.role, Role::Acceptor);
        let Role::Leader(lead) = was else { return };
        fx.cancel_timer(Timer::Heartbeat);
        fx.set_timer(Timer::Election, self.config.election);
        lead.waiting.send_on(self.leader, fx);
    }
}

/// The command to propose, and why: that of the highest ballot among the promises (§2.2). Where there
/// is none, nothing can have been chosen, and a no-op closes the gap (§3).
fn must_propose(slot: u64, promises: &[Promise]) -> (Command, Sentence) {
    let votes = promises.iter().filter_map(|told| Some((told.votes.get(slot)?, told.by)));
    match votes.max_by_key(|(vote, _)| vote.ballot) {
        Some((vote, by)) => (
            vote.command.clone(),
            sentence!(
                "must propose {0} again in slot {1}: {2} accepted it at ballot {3}",
                vote.command.to_string(),
                slot,
                by,
                vote.ballot.to_string()
            ),
        ),
        None => (
            Command::NoOp,
            sentence!("fills slot {0} with a no-op: no promise tells of a command there", slot),
        ),
    }
}

/// Phase 2 (§2.2): the leader's side.
impl MultiPaxos {
    /// What was sent before the last heartbeat and has not been answered is sent again with this one.
    pub(super) fn send_heartbeats(&mut self, fx: &mut Effects<Self>) {
        fx.set_timer(Timer::Heartbeat, Span::exactly(self.config.heartbeat));
        let last = self.last_slot();
        let Role::Leader(lead) = &mut self.role else { return };
        let overdue = std::mem::replace(&mut lead.overdue, last);
        for server in self.others() {
            self.send_next(server, overdue, fx);
        }
    }

    /// The next slots that the server is not known to hold, up to `last` and a batch at most; or
    /// none, which is a heartbeat.
    #[track_caller]
    fn send_next(&mut self, to: Place, last: u64, fx: &mut Effects<Self>) {
        let Role::Leader(lead) = &mut self.role else { return };
        let holds = lead.holds[to.index()];
        let slots = self.votes.range(holds, last.min(holds + self.config.batch)).into_iter();
        let commands: Commands =
            slots.map_while(|(_, vote)| Some(vote.as_ref()?.command.clone())).collect();
        if !commands.is_empty() {
            lead.sent[to.index()] = holds + commands.len() as u64;
        }
        let (ballot, chosen, sent) = (self.promised, self.chosen, self.sent_at(fx.steady_now()));
        fx.send(to, Message::Accept { ballot, first: holds + 1, commands, chosen, sent });
    }

    /// Phase 2a for a new command: phase 1 was done for all slots.
    pub(super) fn propose(&mut self, command: Command, fx: &mut Effects<Self>) {
        let (ballot, slot) = (self.promised, self.last_slot() + 1);
        self.write(vec![(slot, Vote { ballot, command: command.clone() })]);
        let Role::Leader(lead) = &mut self.role else { return };
        lead.accepted.push_back(Vec::new());
        lead.sent.iter_mut().filter(|sent| **sent + 1 == slot).for_each(|sent| *sent = slot);
        self.save(fx);
        let commands = Commands::from_iter([command]);
        let (chosen, sent) = (self.chosen, self.sent_at(fx.steady_now()));
        let accept = Message::Accept { ballot, first: slot, commands, chosen, sent };
        fx.broadcast(self.others(), accept);
    }

    /// The server has accepted these slots at the leader's ballot, and all that it `holds`, durably.
    pub(super) fn count_votes(
        &mut self,
        server: Place,
        slots: Slots,
        holds: u64,
        fx: &mut Effects<Self>,
    ) {
        let Role::Leader(lead) = &mut self.role else { return };
        let quorum = usize::from(majority(self.nodes));
        let mut gap = None;
        for (slot, accepted) in (self.chosen + 1..).zip(&mut lead.accepted) {
            let has = slot <= holds || slots.contains(slot);
            if has && !accepted.contains(&server) {
                accepted.push(server);
                if accepted.len() == quorum {
                    note_chosen(slot, gap, self.votes.get(slot), quorum, self.nodes, fx);
                }
            }
            if accepted.len() < quorum {
                gap = gap.or(Some(slot));
            }
            if slot > holds.max(slots.last) {
                break;
            }
        }
        let before = std::mem::replace(&mut lead.holds[server.index()], holds);
        let sent = lead.sent[server.index()];
        while let Role::Leader(lead) = &mut self.role
            && lead.accepted.front().is_some_and(|accepted| accepted.len() >= quorum)
        {
            lead.accepted.pop_front();
            self.execute(self.chosen + 1, fx);
        }
        // It lacks more than it was sent: it is catching up. (If it holds less than before, it has
        // started anew, or this is an old answer; the next heartbeat will tell.)
        if server != self.me && holds > before && holds >= sent && holds < self.votes.len() {
            self.send_next(server, self.last_slot(), fx);
        }
    }
}

/// A majority has accepted this slot.
fn note_chosen(
    slot: u64,
    gap: Option<u64>,
    vote: Option<&Slot>,
    quorum: usize,
    nodes: u16,
    fx: &mut Effects<MultiPaxos>,
) {
    let command =
        vote.and_then(Option::as_ref).map_or(String::new(), |vote| vote.command.to_string());
    fx.note(match gap {
        None => sentence!(
            "has {1} chosen in slot {0}: {2} of {3} servers accepted it",
            slot,
            command,
            quorum,
            nodes
        ),
        Some(gap) => sentence!(
            "has {1} chosen in slot {0}, but cannot execute it: slot {2} comes first",
            slot,
            command,
            gap
        ),
    });
}
