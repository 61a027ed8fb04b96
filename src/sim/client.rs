//! Clients: who stand outside the cluster and want something of it. A client asks one thing at a
//! time, numbers its requests, follows redirections, and after a while without an answer asks the
//! next server with the same number (Ongaro's dissertation, chapter 6).

use std::collections::VecDeque;
use std::rc::Rc;

use super::agenda::{Due, Item, Ticket};
use super::{Events, Sim};
use crate::base::{Chance, Place, Text, Time};
use crate::check::Operation;
use crate::key;
use crate::protocol::{Outcome, SourceLine};
use crate::service::workload::{Asks, Pace, Workload};
use crate::sim::ensemble::{Stimulus, Wanted};
use crate::sim::trace::{EventKind, Payload, Status};

#[derive(Clone, Debug)]
pub struct Client {
    /// Of its last request. The numbers go on where it crashes, as those of a new session would.
    pub seq: u64,
    pub open: Option<Open>,
    /// What it wants next, and whom it would ask.
    pub waiting: VecDeque<(Text, Vec<Place>)>,
    /// The server that answered last, or was named by one.
    pub contact: Place,
    /// The bookmark of its session, if it has been given one.
    pub bookmark: Option<Text>,
    /// The last requests that were answered, and the answers; the newest is last.
    pub answered: VecDeque<Replied>,
    /// What keeps it busy, if something does.
    pub busy: Option<Busy>,
    /// How many values it has written for a workload.
    pub written: u64,
    /// Decides what a workload has it ask, and when.
    pub chance: Chance,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Replied {
    pub request: Text,
    /// From whom, where several were asked at once.
    pub by: Option<Place>,
    pub outcome: Outcome,
}

/// A request that has no answer yet.
#[derive(Clone, Debug)]
pub struct Open {
    pub request: Text,
    /// Of several who were asked at once, those who have not answered. It is over when all have; to the rest of
    /// the world the first answer is the answer.
    pub several: Vec<Place>,
    pub is_answered: bool,
    /// Only the server that was asked can answer.
    pub stays: bool,
    pub since: Time,
    pub attempt: u32,
    /// The event with which it began.
    pub cause: u64,
    /// When this entry of the agenda is due, it asks again: from when to when it waits for that.
    pub patience: Ticket,
    pub waits: (Time, Time),
    /// … and when this one is, it gives up.
    pub limit: Ticket,
    /// The server a redirection named: the next to ask.
    pub sent_on: Option<Place>,
}

/// What keeps a client busy.
#[derive(Clone, Debug)]
pub struct Busy {
    pub workload: Rc<Workload>,
    /// How many clients share it.
    pub clients: usize,
    /// The event for which it asks next: the command, or in a closed loop the answer before.
    pub cause: u64,
    /// Its entry in the agenda.
    pub next: Ticket,
}

/// How many answers a client remembers.
const REMEMBERED: usize = 8;
/// … of several who were asked at once.
const REPLIES: usize = 15;

/// How many requests may wait for their turn.
pub const WAITING: usize = 1_000;

/// A client that was sent on waits this long before it asks again, so that two servers that name
/// each other do not keep it running in circles.
pub const COURTESY: Time = Time::millis(5);

/// … and this long where nobody knows a leader.
pub const NO_LEADER: Time = Time::millis(100);

impl Busy {
    pub fn is_closed(&self) -> bool {
        matches!(self.workload.pace, Pace::Closed { .. })
    }
}

impl Client {
    /// This one, of a run with this seed. It asks `contact` first.
    pub fn new(id: Place, contact: Place, seed: u64) -> Client {
        Client {
            seq: 0,
            open: None,
            waiting: VecDeque::new(),
            contact,
            bookmark: None,
            answered: VecDeque::new(),
            busy: None,
            written: 0,
            chance: Chance::new(seed, (3 << 32) + u64::from(id.number())),
        }
    }

    /// Keeps an answer, and forgets the oldest of too many.
    fn remember(&mut self, request: &Text, by: Option<Place>, outcome: &Outcome) {
        let room = if by.is_some() { REPLIES } else { REMEMBERED };
        while self.answered.len() >= room {
            self.answered.pop_front();
        }
        let (request, outcome) = (request.clone(), outcome.clone());
        self.answered.push_back(Replied { request, by, outcome });
    }

    /// Its memory is lost, and with it what it still wanted.
    pub fn lose_memory(&mut self) {
        self.open = None;
        self.waiting.clear();
        self.bookmark = None;
        self.answered.clear();
    }
}

impl Sim {
    /// The client wants something: now, or after what it wanted before.
    pub(super) fn ask(
        &mut self,
        id: Place,
        to: &[Place],
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
            client.waiting.push_back((request, to.to_vec()));
            return;
        }
        client.contact = to.first().copied().unwrap_or(client.contact);
        client.seq += 1;
        let seq = client.seq;
        self.tick(id, 0);
        let what = EventKind::Ask { seq, request: request.clone() };
        let event = self.record(id, cause, None, what, out);
        self.overhear_call((id, seq), &request, operation, event);
        if self.checking {
            self.judge(id, event, out);
        }
        let (patience, bound) = (Ticket::default(), self.is_bound(id));
        let open = Open {
            request,
            several: if to.len() > 1 { to.to_vec() } else { Vec::new() },
            is_answered: false,
            stays: stays || bound,
            since: self.now,
            attempt: 0,
            cause: event,
            patience,
            waits: (self.now, self.now),
            limit: self.give_up_later(id),
            sent_on: None,
        };
        self.clients[id.index()].open = Some(open);
        self.attempt(id, event, out);
    }

    /// Whether its workload has it ask one server only.
    fn is_bound(&self, id: Place) -> bool {
        let busy = &self.clients[id.index()].busy;
        busy.as_ref().is_some_and(|busy| busy.workload.asks == Asks::Bound)
    }

    /// Enters into the agenda when the client will have waited for too long, if it ever will.
    fn give_up_later(&mut self, id: Place) -> Ticket {
        let Some(after) = self.setup.give_up else { return Ticket::default() };
        let after = self.nodes[self.places.index(id)].clock.true_length(after);
        self.agenda.put(self.now + after, Item::GiveUp(id))
    }

    /// The client has waited for too long. What it has asked may still take effect; it goes on as if it
    /// were another, with a session of its own.
    pub(super) fn give_up_due(&mut self, id: Place, due: Due, out: &mut Events) {
        let open = self.clients[id.index()].open.as_ref();
        if open.is_none_or(|open| open.limit != due.ticket) {
            return;
        }
        let at = self.places.index(id);
        if self.nodes[at].status == Status::Paused {
            self.nodes[at].stalled.push(due);
            return;
        }
        self.now = due.at;
        let client = &mut self.clients[id.index()];
        client.bookmark = None;
        let (seq, Some(open)) = (client.seq, client.open.take()) else { return };
        self.tick(id, 0);
        let what = EventKind::GaveUp { seq, request: open.request };
        let event = self.record(id, open.cause, None, what, out);
        if self.checking {
            self.history.give_up(id, seq);
            self.tell_judges();
        }
        self.go_on(id, event, out);
    }

    /// Asks what the client wants next.
    fn go_on(&mut self, id: Place, event: u64, out: &mut Events) {
        match self.clients[id.index()].waiting.pop_front() {
            Some((request, to)) => self.ask(id, &to, &request, event, out),
            None => self.is_free(id, event),
        }
    }

    /// Somebody who runs the protocol's own program is told to want something: it asks itself.
    pub(super) fn want(&mut self, id: Place, request: &str, cause: u64, out: &mut Events) {
        let Ok(Wanted { text: request, operation, .. }) = self.ensemble.request(request) else {
            return;
        };
        let node = &mut self.nodes[self.places.index(id)];
        node.asked += 1;
        let seq = node.asked;
        node.wants.push((seq, request.clone()));
        self.tick(id, 0);
        let what = EventKind::Ask { seq, request: request.clone() };
        let event = self.record(id, cause, None, what, out);
        self.overhear_call((id, seq), &request, operation, event);
        self.react(id, Stimulus::Request { from: id, seq, request, bookmark: None }, event, out);
    }

    /// … and has its answer.
    pub(super) fn told_itself(
        &mut self,
        id: Place,
        seq: u64,
        outcome: Outcome,
        cause: u64,
        line: Option<SourceLine>,
        out: &mut Events,
    ) {
        self.tick(id, 0);
        let what = EventKind::Answered { seq, outcome: outcome.clone() };
        let event = self.record(id, cause, line, what, out);
        let wants = &mut self.nodes[self.places.index(id)].wants;
        // What it has been told before, or before it crashed, is over.
        let Some(place) = wants.iter().position(|(open, _)| *open == seq) else { return };
        let (_, request) = wants.remove(place);
        self.overhear_outcome((id, seq), &request, &outcome, event);
        if self.checking {
            self.judge(id, event, out);
        }
    }

    /// The history variables and the judges learn that somebody asks this.
    fn overhear_call(
        &mut self,
        (id, seq): (Place, u64),
        request: &Text,
        operation: Option<Operation>,
        event: u64,
    ) {
        if !self.checking {
            return;
        }
        let bookmark = self.bookmark(id);
        self.ensemble.overhear(event, id, (request, bookmark.as_ref()), None);
        if let Some(operation) = operation {
            self.history.call(id, seq, operation, event);
            self.tell_judges();
        }
    }

    /// … and what came of it.
    fn overhear_outcome(
        &mut self,
        (id, seq): (Place, u64),
        request: &Text,
        outcome: &Outcome,
        event: u64,
    ) {
        if !self.checking {
            return;
        }
        let bookmark = self.bookmark(id);
        self.ensemble.overhear(event, id, (request, bookmark.as_ref()), Some(outcome));
        match outcome.answer() {
            Some(answer) => self.history.answer(id, seq, answer, event),
            None => self.history.give_up(id, seq),
        }
        self.tell_judges();
    }

    /// Of the session of whoever asks, if it is a client of the house.
    fn bookmark(&self, id: Place) -> Option<Text> {
        self.places.is_house_client(id).then(|| self.clients[id.index()].bookmark.clone())?
    }

    /// Sends the open request to the client's contact, or to those of several who have not answered, and waits.
    fn attempt(&mut self, id: Place, cause: u64, out: &mut Events) {
        let retry = self.nodes[self.places.index(id)].clock.true_length(self.setup.retry);
        let client = &mut self.clients[id.index()];
        let (seq, contact) = (client.seq, client.contact);
        let Some(open) = &mut client.open else { return };
        open.attempt += 1;
        open.patience = self.agenda.put(self.now + retry, Item::Client(id));
        open.waits = (self.now, self.now + retry);
        let (request, bookmark) = (open.request.clone(), client.bookmark.clone());
        let asked = match &open.several[..] {
            [] => vec![contact],
            several => several.to_vec(),
        };
        let payload = Payload::Request { seq, request, bookmark };
        for to in asked {
            self.send(id, to, payload.clone(), cause, None, out);
        }
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
        let next = self.next_after(from);
        let client = &mut self.clients[id.index()];
        // Only the answer to the open request counts; any other is late.
        if client.seq != seq || client.open.is_none() {
            return;
        }
        if client.open.as_ref().is_some_and(|open| !open.several.is_empty()) {
            self.answer_of_several(id, from, outcome, event, out);
            return;
        }
        match outcome {
            Outcome::Done(_) | Outcome::DoneAt(..) | Outcome::Said(_) | Outcome::Refused(_) => {
                client.contact = from;
                let Some(open) = client.open.take() else { return };
                client.remember(&open.request, None, &outcome);
                self.overhear_outcome((id, seq), &open.request, &outcome, event);
                if let Outcome::DoneAt(_, bookmark) = outcome {
                    self.clients[id.index()].bookmark = Some(bookmark);
                }
                if self.checking {
                    self.judge(id, event, out);
                }
                self.go_on(id, event, out);
            }
            Outcome::Redirect(known) => {
                // A redirection by a server it no longer waits for says nothing new.
                if client.contact != from {
                    return;
                }
                let Some(open) = &mut client.open else { return };
                open.sent_on = Some(known.unwrap_or(next));
                let pause = if known.is_some() { COURTESY } else { NO_LEADER };
                open.patience = self.agenda.put(now + pause, Item::Client(id));
                open.waits = (now, now + pause);
                open.cause = event;
            }
        }
    }

    /// One of several who were asked at once has answered. Nobody is asked elsewhere for that: who only names
    /// another has said what it had to say.
    fn answer_of_several(
        &mut self,
        id: Place,
        from: Place,
        outcome: Outcome,
        event: u64,
        out: &mut Events,
    ) {
        let client = &mut self.clients[id.index()];
        let seq = client.seq;
        let Some(open) = &mut client.open else { return };
        if !open.several.contains(&from) {
            return;
        }
        open.several.retain(|asked| *asked != from);
        let is_first = !open.is_answered && !matches!(outcome, Outcome::Redirect(_));
        open.is_answered |= is_first;
        let (request, is_over) = (open.request.clone(), open.several.is_empty());
        client.remember(&request, Some(from), &outcome);
        if is_first {
            self.overhear_outcome((id, seq), &request, &outcome, event);
        }
        let client = &mut self.clients[id.index()];
        if let Outcome::DoneAt(_, bookmark) = outcome {
            client.bookmark = Some(bookmark);
        }
        if is_over {
            let was_answered = client.open.take().is_some_and(|open| open.is_answered);
            if self.checking && !was_answered {
                self.history.give_up(id, seq);
            }
        }
        if self.checking {
            self.judge(id, event, out);
        }
        if is_over {
            self.go_on(id, event, out);
        }
    }

    pub(super) fn patience_due(&mut self, id: Place, due: Due, out: &mut Events) {
        let open = self.clients[id.index()].open.as_ref();
        if open.is_none_or(|open| open.patience != due.ticket) {
            return;
        }
        let at = self.places.index(id);
        if self.nodes[at].status == Status::Paused {
            self.nodes[at].stalled.push(due);
            return;
        }
        self.now = due.at;
        self.ask_again(id, None, out);
    }

    /// Its patience has run out, by itself or because `command` (an event) says so.
    pub(super) fn ask_again(&mut self, id: Place, command: Option<u64>, out: &mut Events) {
        let contact = self.clients[id.index()].contact;
        let next = self.next_after(contact);
        let client = &mut self.clients[id.index()];
        let Some(open) = &mut client.open else { return };
        let cause = command.unwrap_or(open.cause);
        let redirected = open.sent_on.take();
        let next = match open.several.first() {
            Some(asked) => *asked,
            None if open.stays => contact,
            None => next,
        };
        client.contact = redirected.unwrap_or(next);
        let (to, redirected) = (client.contact, redirected.is_some());
        self.tick(id, 0);
        let event = self.record(id, cause, None, EventKind::Retry { to, redirected }, out);
        self.attempt(id, event, out);
    }

    /// The place after this one, around the ring of its kind.
    fn next_after(&self, place: Place) -> Place {
        let count = self.places.count(place.letter()).max(1);
        Place::new(place.letter(), (place.number() + 1) % count)
    }

    /// What the place wanted is lost with its memory: what it has asked may still take effect.
    pub(super) fn forget(&mut self, id: Place) {
        match self.places.is_house_client(id) {
            true => {
                self.clients[id.index()].lose_memory();
                self.is_free(id, 0);
            }
            false => self.nodes[self.places.index(id)].wants.clear(),
        }
        if self.checking {
            self.history.give_up_all(id);
            self.tell_judges();
        }
    }
}

/// The name under which a client's patience can be made to run out: `fire C1 retry`.
pub const RETRY: &str = key!("retry");
