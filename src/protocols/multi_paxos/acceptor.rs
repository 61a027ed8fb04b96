//! The acceptor: the memory of the system. It knows nothing of leaders' plans, only of ballots, and
//! what it has said it never takes back.

use crate::base::{Place, Time};
use crate::protocol::Effects;
use crate::sentence;

use super::{Ballot, Command, Message, MultiPaxos, Role, Slot, Slots, Tail, Timer, Vote};

/// Both phases (§2.2): the acceptor's side. It knows nothing of leaders, only of ballots.
impl MultiPaxos {
    /// Phase 1b: it promises to accept nothing below this ballot, and tells what it has accepted.
    pub(super) fn promise(
        &mut self,
        to: Place,
        ballot: Ballot,
        first: u64,
        fx: &mut Effects<Self>,
    ) {
        if ballot > self.promised {
            self.hear_of_higher(to, ballot, None, fx);
            fx.note(sentence!(
                "promises {0} to accept nothing below ballot {1}",
                to,
                ballot.to_string()
            ));
        }
        fx.set_timer(Timer::Election, self.config.election);
        self.save(fx);
        let votes = Tail::new(&self.votes, first);
        fx.send(to, Message::Promise { ballot, votes, chosen: self.chosen });
    }

    pub(super) fn refuse(&mut self, to: Place, ballot: Ballot, fx: &mut Effects<Self>) {
        fx.note(sentence!(
            "refuses ballot {0} of {1}: it has promised {2}",
            ballot.to_string(),
            to,
            self.promised.to_string()
        ));
        fx.send(to, Message::Refused { ballot, promised: self.promised });
    }

    /// Whoever hears of a higher ballot stops proposing at its own.
    fn hear_of_higher(
        &mut self,
        from: Place,
        ballot: Ballot,
        leader: Option<Place>,
        fx: &mut Effects<Self>,
    ) {
        let (mine, theirs) = (self.promised.to_string(), ballot.to_string());
        match self.role {
            Role::Acceptor => {}
            Role::Candidate { .. } => {
                fx.note(sentence!("gives up ballot {0}: {1} uses {2}", mine, from, theirs))
            }
            Role::Leader(_) => fx.note(sentence!(
                "no longer leads at ballot {0}: {1} uses {2}",
                mine,
                from,
                theirs
            )),
        }
        self.promised = ballot;
        self.step_down(leader, fx);
    }

    /// A leader speaks whose ballot is not below the promise.
    pub(super) fn hear_leader(&mut self, leader: Place, ballot: Ballot, fx: &mut Effects<Self>) {
        if ballot > self.promised {
            self.hear_of_higher(leader, ballot, Some(leader), fx);
        }
        self.leader = Some(leader);
        self.grant(fx.steady_now());
        fx.set_timer(Timer::Election, self.config.election);
    }

    /// Phase 2b: it accepts what the leader proposes at the ballot it has promised to.
    pub(super) fn accept(
        &mut self,
        leader: Place,
        first: u64,
        commands: &[Command],
        chosen: u64,
        sent: Option<Time>,
        fx: &mut Effects<Self>,
    ) {
        let slots = Slots { first, last: first + commands.len() as u64 - 1 };
        let mut new = Vec::new();
        for (slot, command) in (first..).zip(commands) {
            match self.votes.get(slot).and_then(Option::as_ref) {
                // What is chosen will not change.
                _ if slot <= self.chosen => continue,
                Some(vote) if vote.ballot == self.promised => continue,
                // Chosen, says the leader; the vote at an older ballot is as good.
                Some(vote) if slot <= chosen && vote.command == *command => continue,
                Some(vote) if vote.command != *command => fx.note(sentence!(
                    "accepts {0} in slot {1} in place of {2}: ballot {3} is higher than {4}",
                    command.to_string(),
                    slot,
                    vote.command.to_string(),
                    self.promised.to_string(),
                    vote.ballot.to_string()
                )),
                _ => {}
            }
            new.push((slot, Vote { ballot: self.promised, command: command.clone() }));
        }
        self.write(new);
        self.learn(slots, chosen, fx);
        self.save(fx);
        let holds = self.holds();
        fx.send(leader, Message::Accepted { ballot: self.promised, slots, holds, sent });
    }

    /// All slots up to here are accepted at the ballot promised, or known to be chosen.
    fn holds(&self) -> u64 {
        let next = |slot: &u64| self.voted_at(slot + 1).map(|_| slot + 1);
        std::iter::successors(Some(self.chosen), next).last().unwrap_or(self.chosen)
    }

    /// Whether the slot holds a vote of the ballot promised.
    pub(super) fn voted_at(&self, slot: u64) -> Option<&Vote> {
        self.votes.get(slot)?.as_ref().filter(|vote| vote.ballot == self.promised)
    }

    /// Puts votes into their slots, first to last. What lies beyond them stays, what lies between
    /// the log's end and them are gaps.
    pub(super) fn write(&mut self, new: Vec<(u64, Vote)>) {
        let (Some((first, _)), Some((last, _))) = (new.first(), new.last()) else { return };
        let (first, last) = (*first, (*last).max(self.votes.len()));
        let later = self.votes.range(first - 1, last).into_iter();
        let mut slots: Vec<Slot> = later.map(|(_, vote)| vote.clone()).collect();
        slots.resize((last - first + 1) as usize, None);
        for (slot, vote) in new {
            slots[(slot - first) as usize] = Some(vote);
        }
        self.votes.truncate(first - 1);
        (self.votes.len() + 1..first).for_each(|_| self.votes.push(None));
        slots.into_iter().for_each(|slot| self.votes.push(slot));
    }
}
