//! Paxos: servers agree on one value.
//!
//! After Leslie Lamport, *Paxos Made Simple* (2001), and his specification `Paxos.tla`. Section
//! numbers in comments are those of the paper; fields bear the names of the specification where they
//! are shown.
//!
//! The idea in four sentences. A *proposer* numbers its attempts by *ballots*, and asks the
//! *acceptors* in two phases: first to promise that they will accept nothing below its ballot any
//! more, then to accept a value. With the promise comes whatever an acceptor has accepted before,
//! and the proposer must propose the value of the highest ballot among them; only where there is
//! none is it free to propose its own. A value that a *quorum* has accepted at one ballot is
//! *chosen*, for good: any two quorums share an acceptor, so every later proposer hears of it.
//! *Learners* are told what is accepted, and so learn what is chosen.
//!
//! A server may play one of the roles, or two, or all three; each has its file with its rules. This
//! file holds what a server remembers, and which rule answers which message; `message.rs` the data,
//! `config.rs` the options and flaws, `properties.rs` what must never break, `view.rs` what is shown.
//!
//! A client may play the proposer itself: it sends the requests `prepare` and `accept` to acceptors
//! of its choice, with ballots of its own.
//!
//! What an acceptor must remember goes to the disk by `Paxos::save` before anything is said that
//! relies on it: the simulator holds back messages and replies until the writes before them are done.

mod acceptor;
mod config;
mod learner;
mod message;
mod properties;
mod proposer;
#[cfg(test)]
mod tests;
mod view;

use std::rc::Rc;

use crate::base::{Place, PlaceKind, Places, Sentence, Text};
use crate::protocol::{Effects, Input, Meta, Property, Protocol, Serves};
use crate::scenes;

pub use config::{Config, Roster};
pub use message::{Ballot, Disk, Message, Proposal, Request};
pub use properties::Ghost;

/// A server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Paxos {
    me: Place,
    /// Number of servers.
    nodes: u16,
    config: Rc<Config>,

    /// What it remembers, and will have on its disk.
    memory: Disk,
    /// What was last handed to the disk, and what the disk holds.
    saved: Disk,
    stored: Disk,

    // The proposer: volatile.
    /// The value that it wants to have chosen.
    wish: Option<Text>,
    bid: Option<Bid>,
    /// Ballots of its own in a row that led to nothing.
    attempts: u32,
    /// Clients that wait to hear what is chosen.
    waiting: Vec<(Place, u64)>,

    // The learner: volatile.
    /// What it was told is accepted, the highest ballots only.
    heard: Vec<Heard>,
    chosen: Option<Text>,
}

/// An attempt of the proposer's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Bid {
    ballot: Ballot,
    phase: Phase,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Phase {
    /// Phase 1: who has promised, and what each has accepted.
    Prepare(Vec<(Place, Option<Proposal>)>),
    /// Phase 2: the value, and who has accepted it.
    Accept(Text, Vec<Place>),
    /// A higher ballot got in the way; it waits before it tries again.
    Pause,
}

/// A proposal, and who is known to have accepted it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Heard {
    proposal: Proposal,
    by: Vec<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Time for the proposer to try a higher ballot.
    Retry,
    /// Time for the learner to ask.
    Ask,
}

impl Protocol for Paxos {
    const META: Meta = Meta {
        slug: "paxos",
        title: "Paxos",
        paper: "Lamport, Paxos Made Simple (2001)",
        summary: "Servers agree on one value: who wants to propose first asks a majority for \
                  promises, and must keep to what they have accepted already.",
        kinds: &[PlaceKind::servers(5, 15), PlaceKind::CLIENTS],
        // Now and then a random client prepares, at a ballot of its own, and gets in the proposers'
        // way. It never asks to accept: without promises that breaks Agreement by itself.
        requests: &["propose v1", "propose v1", "propose v1", "prepare 1"],
        scenes: scenes!(
            "paxos",
            [
                "article-example",
                "console",
                "adopted",
                "duel",
                "back-off",
                "forgotten-promise",
                "disjoint-quorums",
            ]
        ),
        ..Meta::USUAL
    };
    type Message = Message;
    type Timer = Timer;
    const TIMERS: &'static [Timer] = &[Timer::Retry, Timer::Ask];
    type Request = Request;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;
    const SERVES: Serves = Serves::all(message::FORMS);

    fn check(config: &Config, places: &Places) -> Result<(), Sentence> {
        config.check(places.servers())
    }

    /// A server starts with what its disk holds. What was chosen it learns again: the acceptors
    /// have not forgotten it.
    fn boot(
        me: Place,
        places: &Places,
        config: &Config,
        disk: &Disk,
        fx: &mut Effects<Self>,
    ) -> Self {
        let nodes = places.servers();
        let paxos = Paxos {
            me,
            nodes,
            config: Rc::new(config.clone()),
            memory: disk.clone(),
            saved: disk.clone(),
            stored: disk.clone(),
            wish: None,
            bid: None,
            attempts: 0,
            waiting: Vec::new(),
            heard: Vec::new(),
            chosen: None,
        };
        if paxos.learns() {
            fx.set_timer(Timer::Ask, config.ask);
        }
        paxos
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Timer(Timer::Retry) => self.try_again(fx),
            Input::Timer(Timer::Ask) => self.ask(fx),
            Input::Message { from, message } => self.receive(from, message, fx),
            Input::Request { from, seq, request } => self.serve(from, seq, request, fx),
            Input::Saved(disk) => self.on_disk(disk, fx),
            // Datagrams have no connections.
            Input::Disconnected { .. } => {}
        }
        self.save(fx);
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn weight(&self) -> usize {
        self.heard.len() + self.waiting.len()
    }
}

/// What happens when a message arrives, rule by rule.
impl Paxos {
    fn receive(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        match message {
            // The acceptor.
            Message::Prepare { ballot } if self.has_promised_above(ballot) => {
                self.refuse(from, ballot, fx)
            }
            Message::Prepare { ballot } if self.has_accepted_at(ballot) => {}
            Message::Prepare { ballot } => self.promise_to(from, ballot, fx),
            Message::Accept(Proposal { ballot, .. }) if !self.may_accept(ballot) => {
                self.refuse(from, ballot, fx)
            }
            Message::Accept(proposal) => self.accept(proposal, fx),

            // The proposer: an answer to another ballot than its present one says nothing.
            Message::Promise { ballot, .. } | Message::Refused { ballot, .. }
                if self.bid.as_ref().is_none_or(|bid| bid.ballot != ballot) => {}
            Message::Promise { accepted, .. } => self.count_promise(from, accepted, fx),
            Message::Refused { promised, .. } => self.give_way(from, promised, fx),

            // The learner.
            Message::Accepted(proposal) => self.hear(from, proposal, fx),
            Message::Ask { heard } => self.tell(from, heard, fx),
            Message::Decided { value } => self.learn(value, fx),
        }
    }

    /// What a client asks.
    fn serve(&mut self, client: Place, seq: u64, request: Request, fx: &mut Effects<Self>) {
        match request {
            Request::Propose { value } => self.propose_for(client, seq, value, fx),
            Request::Prepare { number } => {
                self.promise_client(client, seq, Ballot::of_client(number, client), fx)
            }
            Request::Accept { number, value } => {
                let ballot = Ballot::of_client(number, client);
                self.accept_from_client(client, seq, Proposal { ballot, value }, fx)
            }
        }
    }

    /// Writes what has changed to the disk.
    fn save(&mut self, fx: &mut Effects<Self>) {
        let mut disk = self.memory.clone();
        if self.config.forget_promise {
            // Flaw: a promise is worth writing down only once something is accepted.
            disk.promised = disk.accepted.as_ref().map(|proposal| proposal.ballot);
        }
        if self.config.reuse_ballot {
            disk.round = 0; // Flaw: a round is worth nothing after a crash.
        }
        if self.saved != disk {
            self.saved = disk.clone();
            fx.persist(disk);
        }
    }

    /// What was saved is durable. Only now a server counts itself, as it counts others who say so.
    fn on_disk(&mut self, disk: Disk, fx: &mut Effects<Self>) {
        self.stored = disk;
        // Its promise to itself went to the disk together with the round.
        if let Some(Bid { ballot, .. }) = self.bid
            && self.accepts()
            && self.memory.promised == Some(ballot)
            && (self.stored.round >= ballot.round || self.config.reuse_ballot)
        {
            self.count_promise(self.me, self.stored.accepted.clone(), fx);
        }
        if let Some(proposal) = self.stored.accepted.clone() {
            self.hear(self.me, proposal, fx);
        }
    }
}

/// Words that the rules use.
impl Paxos {
    fn proposes(&self) -> bool {
        self.config.proposers.has(self.me)
    }

    fn accepts(&self) -> bool {
        self.config.acceptors.has(self.me)
    }

    fn learns(&self) -> bool {
        self.config.learners.has(self.me)
    }

    fn quorum(&self) -> usize {
        usize::from(self.config.quorum(self.nodes))
    }

    /// Those who play the role, but for this server.
    fn others(&self, roster: &Roster) -> Vec<Place> {
        roster.of(self.nodes).filter(|node| *node != self.me).collect()
    }
}
