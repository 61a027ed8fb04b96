//! Multi-Paxos: one agreement after another, and a leader that asks for permission only once.
//!
//! After Leslie Lamport, *Paxos Made Simple* (2001), §3, with words from Robbert van Renesse and
//! Deniz Altinbuken, *Paxos Made Moderately Complex* (2015), and what a running system needs from
//! Tushar Chandra, Robert Griesemer and Joshua Redstone, *Paxos Made Live* (2007). Section numbers
//! in comments are those of *Paxos Made Simple*.
//!
//! The idea in four sentences. The servers agree on a sequence of commands, and each *slot* of the
//! sequence is one instance of Paxos: a command that a majority has accepted at one *ballot* is
//! *chosen* there, for good. Phase 1 of Paxos does not depend on the command, so one proposer runs
//! it once, for all slots from some point on, and becomes the *leader*; from then on each command
//! takes phase 2 only, one round trip. When the leader fails, the next one takes a higher ballot
//! and learns in phase 1 what may have been chosen: that it must propose again, and slots that
//! nobody knows anything of it fills with no-ops. Slots are chosen in any order, but executed one
//! after the other, so every server executes the same commands.
//!
//! Every server is *proposer*, *acceptor* and *learner*, and each of the three has its file with its
//! rules. This file holds what a server remembers, and which rule answers which message;
//! `message.rs` the data, `config.rs` the options and flaws, `properties.rs` what must never break,
//! `tally.rs` who has accepted what, `view.rs` what is shown.
//!
//! Reads go through the log like everything else; or, by an option, the leader answers them from its own
//! store for as long as a *lease* lasts, in which nobody else can lead: `reads.rs`.
//!
//! What an acceptor must remember goes to the disk by `MultiPaxos::save` before anything is said
//! that relies on it: the simulator holds back messages and replies until the writes before them
//! are done.

mod acceptor;
mod config;
mod learner;
mod message;
mod properties;
mod proposer;
mod reads;
mod tally;
#[cfg(test)]
mod tests;
mod view;

use std::collections::VecDeque;
use std::rc::Rc;

use crate::base::{Log, Place, PlaceKind, Places, Sentence, Time};
use crate::check::Model;
use crate::protocol::{Effects, Input, Meta, Property, Protocol, Serves};
use crate::scenes;
use crate::service::KeyValueStore;
use crate::service::sessions::{LogCommand as Command, Sessions, Unanswered};
use crate::check::Operation;
use crate::service::store;

pub use config::Config;
pub use message::{Ballot, Commands, Disk, Message, Slot, Slots, Tail, Vote};
pub use properties::Ghost;
pub use reads::Reads;

/// A server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MultiPaxos {
    me: Place,
    /// Number of servers.
    nodes: u16,
    config: Rc<Config>,

    // The acceptor: durable.
    /// `maxBal`: no ballot below this one is accepted in any slot.
    promised: Ballot,
    /// By slot, what was last accepted there.
    votes: Log<Slot>,
    /// What was last handed to the disk, and what the disk holds.
    saved: Disk,
    stored: Disk,

    // The proposer: volatile.
    role: Role,
    /// The highest ballot that others were said to have promised to.
    heard: Ballot,
    /// Whom this server takes for the leader, to send clients there.
    leader: Option<Place>,
    /// With leases: when it heard a leader last, by its steady clock. So long it stands by that leader.
    heard_leader: Option<Time>,

    // The learner: volatile.
    /// Every slot up to here is chosen, and its command executed.
    chosen: u64,
    /// The commands executed, in their order.
    executed: Log<Command>,
    store: KeyValueStore,
    sessions: Sessions,
}

/// What a server does as a proposer, and what it needs to know for that.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Role {
    /// Nothing: it accepts what a leader proposes.
    Acceptor,
    /// In phase 1.
    Candidate { promises: Vec<Promise> },
    /// In phase 2.
    Leader(Lead),
}

/// What an acceptor has said with its promise.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Promise {
    by: Place,
    votes: Tail,
    chosen: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Lead {
    /// Whose promises made it the leader.
    promised: Vec<Place>,
    /// For each slot after `chosen`, who has accepted the leader's proposal there.
    accepted: VecDeque<Vec<Place>>,
    /// By server: all slots up to here it has accepted at this ballot, or knows to be chosen.
    holds: Vec<u64>,
    /// By server: the last slot sent of those that follow on what it holds.
    sent: Vec<u64>,
    /// The last slot in use at the last heartbeat: up to here, what has no answer has been lost.
    overdue: u64,
    /// The last slot that the promises told of: what was chosen before it led lies up to here.
    inherited: u64,
    /// By server: when it sent what was answered last from there, by its steady clock.
    leased: Vec<u64>,
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

impl Protocol for MultiPaxos {
    const META: Meta = Meta {
        slug: "multi-paxos",
        title: "Multi-Paxos",
        paper: "Lamport, Paxos Made Simple (2001), §3",
        summary: "Servers agree on one command after another; a leader prepares once and then \
                  needs a single round trip for each.",
        kinds: &[PlaceKind::servers(5, 15), PlaceKind::CLIENTS],
        requests: &["put x=1", "get x"],
        scenes: scenes!(
            "multi-paxos",
            [
                "stable-leader",
                "leader-change",
                "unprepared-leader",
                "stale-read",
                "asked-twice",
                "lease",
            ]
        ),
        eventual: &["Agreement", "All Apply The Same"],
        ..Meta::USUAL
    };
    type Message = Message;
    type Timer = Timer;
    const TIMERS: &'static [Timer] = &[Timer::Election, Timer::Heartbeat];
    type Request = Operation;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;
    const SERVES: Serves = Serves::all(store::FORMS);
    const JUDGES: &'static [Model] = &[Model::Linearizable];

    /// A server starts with what its disk holds; what is chosen it learns again.
    fn boot(
        me: Place,
        places: &Places,
        config: &Config,
        disk: &Disk,
        fx: &mut Effects<Self>,
    ) -> Self {
        let nodes = places.servers();
        fx.set_timer(Timer::Election, config.election);
        MultiPaxos {
            me,
            nodes,
            config: Rc::new(config.clone()),
            promised: disk.promised,
            votes: disk.votes.clone(),
            saved: disk.clone(),
            stored: disk.clone(),
            role: Role::Acceptor,
            heard: Ballot::NONE,
            leader: None,
            heard_leader: reads::heard_at_boot(config, disk, fx.steady_now()),
            chosen: 0,
            executed: Log::new(),
            store: KeyValueStore::default(),
            sessions: Sessions::default(),
        }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Timer(Timer::Election) if !self.leads() => self.time_out(fx),
            Input::Timer(Timer::Heartbeat) if self.leads() => self.send_heartbeats(fx),
            Input::Timer(_) => {}
            Input::Message { from, message } => self.receive(from, message, fx),
            Input::Request { from, seq, request } if self.leads() => {
                self.serve(from, seq, request, fx)
            }
            Input::Request { from, seq, .. } => self.redirect(from, seq, fx),
            Input::Saved(disk) => self.on_disk(disk, fx),
            // Datagrams have no connections.
            Input::Disconnected { .. } => {}
        }
        self.save(fx);
    }

    fn stored(log: &str) -> Result<Disk, Sentence> {
        Disk::of_ballots(log)
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn weight(&self) -> usize {
        self.store.len()
    }
}

/// What happens when a message arrives, rule by rule.
impl MultiPaxos {
    fn receive(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        match message {
            Message::Prepare { ballot, .. } | Message::Accept { ballot, .. }
                if ballot < self.promised =>
            {
                self.refuse(from, ballot, fx)
            }
            Message::Prepare { .. } if self.stands_by_its_leader(fx.steady_now()) => {
                self.ignore(from, fx)
            }
            Message::Prepare { ballot, first } => self.promise(from, ballot, first, fx),
            Message::Accept { ballot, first, commands, chosen, sent } => {
                self.hear_leader(from, ballot, fx);
                self.accept(from, first, &commands, chosen, sent, fx);
            }

            // An answer to what was asked at another ballot says nothing about this one.
            Message::Promise { ballot, .. }
            | Message::Accepted { ballot, .. }
            | Message::Refused { ballot, .. }
                if ballot != self.promised => {}
            Message::Promise { votes, chosen, .. } => {
                self.count_promise(Promise { by: from, votes, chosen }, fx)
            }
            Message::Accepted { slots, holds, sent, .. } => {
                self.count_grant(from, sent);
                self.count_votes(from, slots, holds, fx);
            }
            Message::Refused { promised, .. } => self.give_way(from, promised, fx),
        }
    }

    /// Writes what has changed to the disk.
    fn save(&mut self, fx: &mut Effects<Self>) {
        if self.saved.promised != self.promised || self.saved.votes != self.votes {
            self.saved = Disk { promised: self.promised, votes: self.votes.clone() };
            fx.persist(self.saved.clone());
        }
    }

    /// What was saved is durable. Only now a server counts itself, as it counts others who say so.
    fn on_disk(&mut self, disk: Disk, fx: &mut Effects<Self>) {
        self.stored = disk;
        match self.role {
            Role::Candidate { .. } if self.stored.promised == self.promised => {
                self.count_promise(self.own_promise(), fx);
            }
            // After `chosen`, a leader's own log holds nothing but what it proposes.
            Role::Leader(_) => {
                let holds = self.stored.votes.common_prefix(&self.votes);
                self.count_votes(self.me, Slots::NONE, holds, fx);
            }
            _ => {}
        }
    }
}

/// Words that the rules use.
impl MultiPaxos {
    fn leads(&self) -> bool {
        matches!(self.role, Role::Leader(_))
    }

    fn others(&self) -> impl Iterator<Item = Place> + use<> {
        let me = self.me;
        Place::servers(self.nodes).filter(move |node| *node != me)
    }

    /// The last slot in use.
    fn last_slot(&self) -> u64 {
        self.votes.len().max(self.chosen)
    }
}
