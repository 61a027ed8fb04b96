//! The simulator: one cluster of any protocol, its network, disks, clocks and clients, moved from
//! event to event in virtual time. What its servers run is behind [`Ensemble`].
//!
//! A [`Sim`] is the state at one instant and nothing else: cloning it makes a checkpoint, and the
//! same script makes the same events. [`Run`](crate::replay::Run) keeps the past and replays it.
//!
//! One *step* takes one entry of the agenda (a message arrives, a timer runs out, a disk is done) or
//! one command of the script, lets the replica concerned react, and records what happened:
//!
//! ```text
//! agenda ──► Stimulus ──► Ensemble::step ──► Wishes ──► network, disk, timers ──► agenda
//!                              │
//!                              └──► witness, properties ──► violations
//! ```

pub mod agenda;
pub mod client;
mod commands;
mod connection;
pub mod describe;
pub mod division;
pub mod ensemble;
pub mod fact;
mod judging;
mod load;
pub mod network;
pub mod node;
pub mod snapshot;
pub mod trace;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::rc::Rc;

pub use commands::DRIFT;

use agenda::{Agenda, Due, Item, Ticket};
use client::Client;
use network::{Fate, Lost, Network};
use node::{Node, Pending, Timer, Waiting};

use crate::base::{Place, Places, Sentence, Span, Text, Time};
use crate::check::{History, Judge, Model};
use crate::command::Setup;
use crate::protocol::{Form, Meta, Moment, PropertyInfo, PropertySource, SourceLine, Vocabulary};
use crate::sim::ensemble::{Ensemble, Stimulus, Wish, Wishes};
use crate::sim::trace::{Event, EventKind, Loss, Payload, Status};

/// A cluster at one instant.
#[derive(Clone)]
pub struct Sim {
    setup: Rc<Setup>,
    /// Everybody, in the order of `nodes` and `inbound`.
    places: Rc<Places>,
    now: Time,
    /// The latest entry taken from the agenda, whether or not it made an event: what a server that
    /// stands still was due, say. A cluster serves only for instants from here on.
    reached: Time,
    /// Events so far.
    events: u64,
    /// Messages that arrived so far.
    deliveries: u64,
    /// Commands of the script given so far.
    commands: u32,
    agenda: Agenda,
    nodes: Vec<Node>,
    /// What the nodes run.
    ensemble: Box<dyn Ensemble>,
    clients: Vec<Client>,
    network: Network,
    flights: Vec<Option<Flight>>,
    /// Slots of `flights` that are free.
    free: Vec<u32>,
    /// How many are under way to each place: servers, then clients.
    inbound: Vec<u32>,
    properties: Rc<[PropertyInfo]>,
    /// By property.
    standings: Vec<Progress>,
    checking: bool,
    /// What clients asked and were told, and who judges it.
    history: History,
    judges: Vec<(Model, Judge)>,
    caption: Option<(Time, Text)>,
    /// The property that the run is to show.
    goal: Option<&'static str>,
    /// Empty between steps: kept so that a step need not allocate.
    wishes: Wishes,
}

/// A copy of a message under way.
#[derive(Clone, Debug)]
struct Flight {
    /// The event that sent it.
    sent: u64,
    copy: u32,
    /// The connection that it was sent on (the event that began it); 0 for a datagram.
    connection: u64,
    from: Place,
    to: Place,
    payload: Payload,
    lamport: u64,
    sent_at: Time,
    fate: Fate,
    ticket: Ticket,
    line: Option<SourceLine>,
}

/// How far a property has got.
#[derive(Clone, Debug)]
enum Progress {
    /// Nothing to report yet: an `Always` holds, a `Sometimes` has not been seen.
    Open,
    /// A `Sometimes` that was seen first then, after this event.
    Seen {
        at: Time,
        event: u64,
    },
    Violated {
        at: Time,
        event: u64,
        why: Sentence,
    },
}

/// Messages under way to one place, or waiting for one disk, at the most: what comes on top is lost,
/// as where buffers are full. It keeps a run's memory bounded whatever its script says, and a
/// server that stands still troubles nobody else.
const CAPACITY: u32 = 1_000;

/// Where a step writes its events.
pub type Events = VecDeque<Event>;

impl Sim {
    /// The cluster before anything has happened.
    pub fn new(setup: Rc<Setup>, ensemble: Box<dyn Ensemble>) -> Sim {
        let mut agenda = Agenda::default();
        setup.places.own().for_each(|place| {
            agenda.put(Time::ZERO, Item::Boot(place));
        });
        let node = |place| {
            let log = setup.logs.iter().find(|(of, _)| *of == place);
            let disk = log.map_or_else(|| ensemble.blank(), |(_, log)| ensemble.stored(log));
            let node = Node::new(place, setup.seed, disk, setup.disk);
            match setup.places.is_house_client(place) {
                true => Node { status: Status::Up, ..node },
                false => node,
            }
        };
        let places = Rc::new(setup.places.clone());
        let first = setup.places.all().next().unwrap_or(Place::server(0));
        let client = |id| Client::new(id, first, setup.seed);
        let properties = ensemble.properties();
        let judges = properties.iter().filter_map(|property| match property.source {
            PropertySource::Judge(model) => Some((model, Judge::of(model))),
            PropertySource::Own(_) => None,
        });
        Sim {
            now: Time::ZERO,
            reached: Time::ZERO,
            events: 0,
            deliveries: 0,
            commands: 0,
            agenda,
            nodes: setup.places.all().map(node).collect(),
            clients: setup.places.house_clients().map(client).collect(),
            network: Network::new(setup.link, ensemble.channel(), places.clone()),
            flights: Vec::new(),
            free: Vec::new(),
            inbound: vec![0; setup.places.len()],
            standings: vec![Progress::Open; properties.len()],
            history: History::default(),
            judges: judges.collect(),
            properties: properties.into(),
            ensemble,
            checking: true,
            caption: None,
            goal: None,
            wishes: Wishes::new(),
            places,
            setup,
        }
    }

    /// The time of the last event.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The latest instant that has had its effect on this cluster.
    pub fn reached(&self) -> Time {
        self.reached.max(self.now)
    }

    /// What clients can ask.
    pub fn forms(&self) -> &'static [Form] {
        self.ensemble.forms()
    }

    /// What can be waited for, by name.
    pub fn words(&self) -> Vocabulary {
        self.ensemble.words()
    }

    pub fn meta(&self) -> &'static Meta {
        self.ensemble.meta()
    }

    /// What its servers run.
    pub fn ensemble(&self) -> &dyn Ensemble {
        &*self.ensemble
    }

    /// Number of events so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How much it holds, in entries of about a hundred bytes: what a copy of it costs.
    pub fn weight(&self) -> usize {
        let nodes = self.nodes.iter().map(|node| node.outbox.len() + node.stalled.len());
        let clients = self.clients.iter().map(|client| client.waiting.len());
        let places = 8 * self.nodes.len();
        let own = 64 + places + self.flights.len() + self.agenda.len() + self.network.ends.len();
        let judges: usize = self.judges.iter().map(|(_, judge)| judge.weight()).sum();
        own + judges + self.ensemble.weight() + nodes.chain(clients).sum::<usize>()
    }

    /// Number of messages that arrived so far.
    pub fn deliveries(&self) -> u64 {
        self.deliveries
    }

    /// Whether properties are checked (they are, unless a benchmark asks otherwise).
    pub fn set_checking(&mut self, checking: bool) {
        self.checking = checking;
    }

    /// How the lanes of the space-time diagram stand.
    pub fn lanes(&self) -> Vec<snapshot::Lane> {
        let lane = |(at, node): (Place, &Node)| {
            let (role, status, isolated) = (node.role, node.status, node.isolated);
            snapshot::Lane { at, role, status, isolated }
        };
        self.places.all().zip(&self.nodes).map(lane).collect()
    }

    /// Number of properties broken so far.
    pub fn violations(&self) -> usize {
        self.standings
            .iter()
            .filter(|standing| matches!(standing, Progress::Violated { .. }))
            .count()
    }

    /// The next thing that is due by `limit` happens; false if nothing is.
    pub fn step(&mut self, limit: Time, out: &mut Events) -> bool {
        while let Some(due) = self.agenda.take(limit) {
            self.reached = due.at;
            if self.happen(due, out) {
                return true;
            }
        }
        false
    }

    /// Whether the entry still meant something.
    fn happen(&mut self, due: Due, out: &mut Events) -> bool {
        let before = self.events;
        match due.what {
            Item::Boot(node) => {
                self.now = due.at;
                self.boot(node, 0, out);
            }
            Item::Flight(slot) => self.flight_due(slot, due, out),
            Item::Timer { node, position } => self.timer_due(node, position, due, out),
            Item::Sync(node) => self.sync_due(node, due, out),
            Item::Disconnect { node, peer } => self.disconnect_due(node, peer, due, out),
            Item::Client(client) => self.patience_due(client, due, out),
            Item::GiveUp(client) => self.give_up_due(client, due, out),
            Item::Load(client) => self.load_due(client, due, out),
        }
        self.events > before
    }

    fn record(
        &mut self,
        place: impl Into<Option<Place>>,
        cause: u64,
        line: Option<SourceLine>,
        what: EventKind,
        out: &mut Events,
    ) -> u64 {
        let place = place.into();
        self.events += 1;
        let lamport = place.map_or(0, |place| *self.lamport(place));
        out.push_back(Event { at: self.now, place, lamport, cause, line, what });
        self.events
    }

    fn lamport(&mut self, place: Place) -> &mut u64 {
        &mut self.nodes[self.places.index(place)].lamport
    }

    /// The place without its program, if it is in this run.
    fn node(&self, place: Place) -> Option<&Node> {
        self.places.has(place).then(|| &self.nodes[self.places.index(place)])
    }

    pub fn places(&self) -> &Places {
        &self.places
    }

    /// How the run was set up.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// How many events of its own a place has had.
    pub fn own(&self, place: Place) -> u64 {
        self.node(place).map_or(0, |node| node.own)
    }

    /// An event of its own at this place: its clock ticks, past `received` where a stamp came along.
    fn tick(&mut self, place: Place, received: u64) {
        let node = &mut self.nodes[self.places.index(place)];
        node.lamport = node.lamport.max(received) + 1;
        node.own += 1;
    }

    // ---- replicas ----------------------------------------------------------------------------

    fn boot(&mut self, id: Place, cause: u64, out: &mut Events) {
        self.tick(id, 0);
        self.nodes[self.places.index(id)].status = Status::Up;
        let event = self.record(id, cause, None, EventKind::Status(Status::Up), out);
        if self.places.is_house_client(id) {
            return;
        }
        let mut wishes = std::mem::take(&mut self.wishes);
        let node = &self.nodes[self.places.index(id)];
        self.ensemble.boot(id, &node.disk, node.clock.reading(self.now), &mut wishes);
        self.carry_out(id, event, wishes, out);
        self.observe(id, Moment { event, at: self.now, boot: true }, out);
    }

    /// The replica reacts to what `cause` recorded.
    fn react(&mut self, id: Place, stimulus: Stimulus, cause: u64, out: &mut Events) {
        let reading = self.nodes[self.places.index(id)].clock.reading(self.now);
        let mut wishes = std::mem::take(&mut self.wishes);
        self.ensemble.step(id, stimulus, reading, &mut wishes);
        self.carry_out(id, cause, wishes, out);
        self.observe(id, Moment { event: cause, at: self.now, boot: false }, out);
    }

    fn carry_out(&mut self, id: Place, cause: u64, mut wishes: Wishes, out: &mut Events) {
        for (wish, line) in wishes.drain(..) {
            let what = match wish {
                Wish::Send { to, message } => {
                    Waiting::Send { to, payload: Payload::Message(message) }
                }
                Wish::Reply { to, seq, outcome } => {
                    Waiting::Send { to, payload: Payload::Reply { seq, outcome } }
                }
                Wish::Persist(disk) => {
                    self.tick(id, 0);
                    self.record(id, cause, Some(line), EventKind::Persist, out);
                    Waiting::Write(disk)
                }
                Wish::SetTimer { timer, after } => {
                    self.set_timer(id, timer, after, cause);
                    continue;
                }
                Wish::CancelTimer(timer) => {
                    self.nodes[self.places.index(id)].timers[usize::from(timer)].set = None;
                    continue;
                }
                Wish::Disconnect { peer } => {
                    self.close(id, peer, cause);
                    continue;
                }
                Wish::Note(sentence) => {
                    self.record(id, cause, Some(line), EventKind::Note(sentence), out);
                    continue;
                }
            };
            let node = &self.nodes[self.places.index(id)];
            match what {
                // Nothing is being written: it leaves at once.
                Waiting::Send { to, payload } if node.outbox.is_empty() => {
                    self.send(id, to, payload, cause, Some(line), out);
                }
                what => self.wait(id, Pending { what, cause, line }, out),
            }
        }
        self.wishes = wishes;
        self.start_sync(id);
    }

    /// Waits for the disk, behind what waits already.
    fn wait(&mut self, id: Place, pending: Pending, out: &mut Events) {
        let outbox = &mut self.nodes[self.places.index(id)].outbox;
        let full = outbox.len() >= CAPACITY as usize;
        match (pending.what, outbox.back_mut()) {
            (Waiting::Send { to, payload }, _) if full => {
                // It never leaves: no event has sent it.
                let (sent, sent_at, why) = (0, self.now, Loss::Full);
                let what = EventKind::Lost { from: id, sent, sent_at, why, by: 0, payload };
                let event = self.record(to, pending.cause, Some(pending.line), what, out);
                self.sever(id, to, event);
            }
            // One write will do for both.
            (Waiting::Write(disk), Some(Pending { what: Waiting::Write(last), .. })) if full => {
                *last = disk;
            }
            (what, _) => outbox.push_back(Pending { what, ..pending }),
        }
    }

    // ---- timers and disks --------------------------------------------------------------------

    fn set_timer(&mut self, id: Place, position: u16, after: Span, cause: u64) {
        let now = self.now;
        let node = &mut self.nodes[self.places.index(id)];
        let length = node.clock.true_length(node.timing.within(after));
        let set = Some((now, now + length));
        match node.timers.get_mut(usize::from(position)) {
            Some(timer) => (timer.set, timer.cause) = (set, cause),
            None => {
                let name = self.ensemble.timer(id, position);
                node.timers.push(Timer { name, set, queued: None, cause });
            }
        }
        self.queue_timer(id, position);
    }

    /// Makes sure that the agenda has an entry no later than the timer's end.
    fn queue_timer(&mut self, id: Place, position: u16) {
        let timer = &mut self.nodes[self.places.index(id)].timers[usize::from(position)];
        let Some((_, ends)) = timer.set else { return };
        if timer.queued.is_none_or(|(queued, _)| queued > ends) {
            let ticket = self.agenda.put(ends, Item::Timer { node: id, position });
            timer.queued = Some((ends, ticket));
        }
    }

    fn timer_due(&mut self, id: Place, position: u16, due: Due, out: &mut Events) {
        let node = &mut self.nodes[self.places.index(id)];
        let Some(timer) = node.timers.get_mut(usize::from(position)) else { return };
        if timer.queued.is_none_or(|(_, ticket)| ticket != due.ticket) {
            return;
        }
        match timer.set {
            Some((_, ends)) if ends <= due.at => {
                if node.status == Status::Paused {
                    node.stalled.push(due);
                    return;
                }
                self.now = due.at;
                self.run_out(id, position, None, out);
            }
            _ => {
                timer.queued = None;
                self.queue_timer(id, position);
            }
        }
    }

    /// The timer runs out, by itself or because `command` (an event) says so.
    fn run_out(&mut self, id: Place, position: u16, command: Option<u64>, out: &mut Events) {
        let timer = &mut self.nodes[self.places.index(id)].timers[usize::from(position)];
        timer.set = None;
        if command.is_none() {
            timer.queued = None;
        }
        let (name, cause) = (timer.name.clone(), command.unwrap_or(timer.cause));
        self.tick(id, 0);
        let event = self.record(id, cause, None, EventKind::Timer(name), out);
        self.react(id, Stimulus::Timer(position), event, out);
    }

    /// Starts a write of everything that waits for one, if none is under way.
    fn start_sync(&mut self, id: Place) {
        let node = &mut self.nodes[self.places.index(id)];
        if node.syncing.is_some() || node.outbox.is_empty() {
            return;
        }
        let last = node.outbox.iter().rposition(|item| matches!(item.what, Waiting::Write(_)));
        let Some(last) = last else { return };
        let ends = self.now + network::draw(node.disk_latency, &mut node.timing);
        let ticket = self.agenda.put(ends, Item::Sync(id));
        node.syncing = Some((last as u32 + 1, ticket));
    }

    fn sync_due(&mut self, id: Place, due: Due, out: &mut Events) {
        let node = &mut self.nodes[self.places.index(id)];
        let Some((covers, ticket)) = node.syncing else { return };
        if ticket != due.ticket {
            return;
        }
        if node.status == Status::Paused {
            node.stalled.push(due);
            return;
        }
        self.now = due.at;
        node.syncing = None;
        let mut done: Vec<Pending> = node.outbox.drain(..covers as usize).collect();
        // What was asked for after the last write it covers waits for no other write.
        while matches!(node.outbox.front(), Some(Pending { what: Waiting::Send { .. }, .. })) {
            done.extend(node.outbox.pop_front());
        }
        let cause = done.iter().rev().find(|item| matches!(item.what, Waiting::Write(_)));
        let cause = cause.map_or(0, |write| write.cause);
        for item in &done {
            if let Waiting::Write(disk) = &item.what {
                node.disk = disk.clone();
            }
        }
        let disk = node.disk.clone();
        self.tick(id, 0);
        let saved = self.record(id, cause, None, EventKind::Saved, out);
        for item in done {
            if let Waiting::Send { to, payload } = item.what {
                self.send(id, to, payload, item.cause, Some(item.line), out);
            }
        }
        self.start_sync(id);
        self.react(id, Stimulus::Saved(disk), saved, out);
    }

    // ---- messages ----------------------------------------------------------------------------

    fn send(
        &mut self,
        from: Place,
        to: Place,
        payload: Payload,
        cause: u64,
        line: Option<SourceLine>,
        out: &mut Events,
    ) {
        if let Payload::Reply { seq, outcome } = &payload
            && from == to
        {
            return self.told_itself(from, *seq, outcome.clone(), cause, line, out);
        }
        assert_ne!(from, to, "a message to oneself");
        let is_reply = matches!(payload, Payload::Reply { .. });
        assert!(!is_reply || self.places.is_house_client(to), "only who asked is told: {to}");
        self.tick(from, 0);
        let what = EventKind::Send { to, payload: payload.clone() };
        let sent = self.record(from, cause, line, what, out);
        let chance = &mut self.nodes[self.places.index(from)].sending;
        let (mut fate, mut copies) = self.network.fates(from, to, self.now, chance);
        if *self.inbound(to) >= CAPACITY {
            fate.lost = Some(Lost { at: self.now, why: Loss::Full, by: 0 });
            copies.clear();
        }
        let connection = self.board(from, to, sent, &mut fate);
        let lamport = *self.lamport(from);
        let (sent_at, ticket) = (self.now, Ticket::default());
        let flight = Flight {
            sent,
            copy: 0,
            connection,
            from,
            to,
            payload,
            lamport,
            sent_at,
            fate,
            ticket,
            line,
        };
        if copies.is_empty() {
            self.take_off(flight);
            return;
        }
        let twins = (1..).zip(copies).map(|(copy, fate)| Flight { copy, fate, ..flight.clone() });
        for flight in std::iter::once(flight.clone()).chain(twins) {
            self.take_off(flight);
        }
    }

    fn inbound(&mut self, to: Place) -> &mut u32 {
        &mut self.inbound[self.places.index(to)]
    }

    /// Puts a message under way.
    fn take_off(&mut self, flight: Flight) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.flights.push(None);
            self.flights.len() as u32 - 1
        });
        *self.inbound(flight.to) += 1;
        self.flights[slot as usize] = Some(flight);
        self.schedule(slot);
        slot
    }

    /// Enters the flight's fate into the agenda; what was entered before no longer counts.
    fn schedule(&mut self, slot: u32) {
        let Some(flight) = &mut self.flights[slot as usize] else { return };
        flight.ticket = match (flight.fate.lost, flight.fate.held) {
            (Some(lost), _) => self.agenda.put(lost.at, Item::Flight(slot)),
            (None, false) => self.agenda.put(flight.fate.arrives, Item::Flight(slot)),
            (None, true) => Ticket::default(),
        };
    }

    fn flight_due(&mut self, slot: u32, due: Due, out: &mut Events) {
        let Some(flight) = &self.flights[slot as usize] else { return };
        if flight.ticket != due.ticket {
            return;
        }
        if flight.fate.lost.is_none()
            && let at = self.places.index(flight.to)
            && self.nodes[at].status == Status::Paused
        {
            self.nodes[at].stalled.push(due);
            return;
        }
        self.now = due.at;
        self.land(slot, out);
    }

    /// The message arrives, or is lost, now.
    fn land(&mut self, slot: u32, out: &mut Events) {
        let Some(flight) = self.flights[slot as usize].take() else { return };
        self.free.push(slot);
        *self.inbound(flight.to) -= 1;
        let node = &self.nodes[self.places.index(flight.to)];
        let down = (node.status == Status::Down).then_some(node);
        let lost = flight.fate.lost.map(|lost| (lost.why, lost.by));
        let lost = lost.or(down.map(|node| (Loss::Down, node.stopped_by)));
        let Flight { sent, sent_at, connection, from, to, payload, .. } = flight;
        let broken = connection != 0 && !self.accepts(to, from, connection);
        let lost = lost.or(broken.then(|| (Loss::Broken, self.blame(to, from))));
        if let Some((why, by)) = lost {
            let what = EventKind::Lost { from, sent, sent_at, why, by, payload };
            let event = self.record(to, sent, None, what, out);
            self.lose((from, to), connection, sent, why, event);
            return;
        }
        if connection != 0 {
            self.meet(to, from, connection, sent, out);
        }
        self.deliveries += 1;
        self.tick(to, flight.lamport);
        let copy = flight.copy > 0;
        let what = EventKind::Deliver { from, sent, sent_at, copy, payload: payload.clone() };
        let event = self.record(to, sent, None, what, out);
        match payload {
            Payload::Message(message) => {
                self.react(to, Stimulus::Message { from, message }, event, out);
            }
            Payload::Request { seq, request, bookmark } => {
                self.react(to, Stimulus::Request { from, seq, request, bookmark }, event, out);
            }
            Payload::Reply { seq, outcome } => self.answer(to, from, seq, outcome, event, out),
        }
    }
}
