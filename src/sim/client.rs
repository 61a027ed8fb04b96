//! Clients: who stand outside the cluster and want something of it. A client asks one thing at a
//! time, numbers its requests, follows redirections, and after a while without an answer asks the
//! next server with the same number (Ongaro's dissertation, chapter 6).

use std::collections::VecDeque;

use super::agenda::{Due, Item, Ticket};
use super::{Events, Sim};
use crate::base::{Chance, Place, Text, Time};
use crate::protocol::Outcome;
use crate::sim::ensemble::Wanted;
use crate::sim::trace::{EventKind, Payload};

#[derive(Clone, Debug)]
pub struct Client {
    pub lamport: u64,
    /// Events of its own so far: its part of its vector stamp.
    pub own: u64,
    /// Of its last request.
    pub seq: u64,
    pub open: Option<Open>,
    /// What it wants next, and whom it would ask.
    pub waiting: VecDeque<(Text, Option<Place>)>,
    /// The server that answered last, or was named by one.
    pub contact: Place,
    /// The last requests that were answered, and the answers; the newest is last.
    pub answered: VecDeque<(Text, Outcome)>,
    pub sending: Chance,
}

/// A request that has no answer yet.
#[derive(Clone, Debug)]
pub struct Open {
    pub request: Text,
    /// Only the server that was asked can answer.
    pub stays: bool,
    pub since: Time,
    pub attempt: u32,
    /// The event with which it began.
    pub cause: u64,
    /// When this entry of the agenda is due, it asks again.
    pub patience: Ticket,
    /// The server a redirection named: the next to ask.
    pub sent_on: Option<Place>,
}

/// How many answers a client remembers.
const REMEMBERED: usize = 8;

/// How many requests may wait for their turn.
pub const WAITING: usize = 1_000;

/// A client that was sent on waits this long before it asks again, so that two servers that name
/// each other do not keep it running in circles.
pub const COURTESY: Time = Time::millis(5);

/// … and this long where nobody knows a leader.
pub const NO_LEADER: Time = Time::millis(100);

impl Client {
    pub fn new(id: Place, seed: u64) -> Client {
        Client {
            lamport: 0,
            own: 0,
            seq: 0,
            open: None,
            waiting: VecDeque::new(),
            contact: Place::server(0),
            answered: VecDeque::new(),
            sending: Chance::new(seed, (1 << 32) + u64::from(id.number())),
        }
    }
}

impl Sim {
    /// The client wants something: now, or after what it wanted before.
    pub(super) fn ask(
        &mut self,
        id: Place,
        to: Option<Place>,
        request: &str,
        cause: u64,
        out: &mut Events,
    ) {
        // What no server would understand is refused as a command: see `Sim::check`.
        let Ok(Wanted { text: request, stays, operation }) = self.ensemble.request(request) else {
            return;
        };
        let client = &mut self.clients[id.index()];
        if client.open.is_some() {
            client.waiting.push_back((request, to));
            return;
        }
        client.contact = to.unwrap_or(client.contact);
        client.seq += 1;
        let seq = client.seq;
        self.tick(id, 0);
        let what = EventKind::Ask { seq, request: request.clone() };
        let event = self.record(id, cause, None, what, out);
        if self.checking {
            self.ensemble.overhear(event, id, &request, None);
            if let Some(operation) = operation {
                self.history.call(id, operation, event);
                self.tell_judges();
            }
            self.judge(id, event, out);
        }
        let patience = Ticket::default();
        let open = Open {
            request,
            stays,
            since: self.now,
            attempt: 0,
            cause: event,
            patience,
            sent_on: None,
        };
        self.clients[id.index()].open = Some(open);
        self.attempt(id, event, out);
    }

    /// Sends the open request to the client's contact, and waits.
    fn attempt(&mut self, id: Place, cause: u64, out: &mut Events) {
        let retry = self.setup.retry;
        let client = &mut self.clients[id.index()];
        let (seq, contact) = (client.seq, client.contact);
        let Some(open) = &mut client.open else { return };
        open.attempt += 1;
        open.patience = self.agenda.put(self.now + retry, Item::Client(id));
        let payload = Payload::Request { seq, request: open.request.clone() };
        self.send(id, contact, payload, cause, None, out);
    }

    pub(super) fn answer(
        &mut self,
        id: Place,
        from: Place,
        seq: u64,
        outcome: Outcome,
        event: u64,
        out: &mut Events,
    ) {
        let now = self.now;
        let nodes = self.setup.nodes;
        let client = &mut self.clients[id.index()];
        // Only the answer to the open request counts; any other is late.
        if client.seq != seq || client.open.is_none() {
            return;
        }
        match outcome {
            Outcome::Done(_) | Outcome::Refused(_) => {
                client.contact = from;
                let Some(open) = client.open.take() else { return };
                let next = client.waiting.pop_front();
                if client.answered.len() == REMEMBERED {
                    client.answered.pop_front();
                }
                client.answered.push_back((open.request.clone(), outcome.clone()));
                if self.checking {
                    self.ensemble.overhear(event, id, &open.request, Some(&outcome));
                    match &outcome {
                        Outcome::Done(answer) => self.history.answer(id, answer.clone(), event),
                        _ => self.history.give_up(id),
                    }
                    self.tell_judges();
                    self.judge(id, event, out);
                }
                if let Some((request, to)) = next {
                    self.ask(id, to, &request, event, out);
                }
            }
            Outcome::Redirect(known) => {
                // A redirection by a server it no longer waits for says nothing new.
                if client.contact != from {
                    return;
                }
                let Some(open) = &mut client.open else { return };
                open.sent_on = Some(known.unwrap_or(next_node(from, nodes)));
                let pause = if known.is_some() { COURTESY } else { NO_LEADER };
                open.patience = self.agenda.put(now + pause, Item::Client(id));
                open.cause = event;
            }
        }
    }

    pub(super) fn patience_due(&mut self, id: Place, due: Due, out: &mut Events) {
        let nodes = self.setup.nodes;
        let client = &mut self.clients[id.index()];
        let Some(open) = client.open.as_mut().filter(|open| open.patience == due.ticket) else {
            return;
        };
        self.now = due.at;
        let cause = open.cause;
        let redirected = open.sent_on.take();
        let next = match open.stays {
            true => client.contact,
            false => next_node(client.contact, nodes),
        };
        client.contact = redirected.unwrap_or(next);
        let (to, redirected) = (client.contact, redirected.is_some());
        self.tick(id, 0);
        let event = self.record(id, cause, None, EventKind::Retry { to, redirected }, out);
        self.attempt(id, event, out);
    }
}

/// The server after this one, around the ring.
fn next_node(node: Place, nodes: u16) -> Place {
    Place::server((node.number() + 1) % nodes)
}
