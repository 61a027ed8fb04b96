//! Connections, where a protocol asks for them: what arrives, arrives once and in order. A connection
//! breaks where a link of it is cut, where a message on it is lost, and where a process at one end dies.
//! Nobody tells the ends. Each learns of it by its own timeout, so for a while one of them may count on
//! what the other has given up: the connection is *half-open*. Only where a process has died, or has closed
//! its end, and the network is whole, its machine says so at once. Who sends afterwards begins another connection, and by
//! its first message an end that still holds the old one learns that this is broken.

use std::collections::BTreeMap;

use super::agenda::{Due, Item, Ticket};
use super::network::{self, Lost};
use super::trace::{EventKind, Loss, Status};
use super::{Events, Fate, Sim};
use crate::base::{Place, Span, Time};
use crate::sim::ensemble::Stimulus;
use crate::sim::snapshot::LinkState;

/// All ends of connections: of whom, and to whom.
pub type Ends = BTreeMap<(Place, Place), End>;

/// What one place knows of its connection to another, or knew of the last one.
#[derive(Clone, Copy, Debug, Default)]
pub struct End {
    /// The event that began the connection. Events are numbered, so a later connection has a higher one.
    pub id: u64,
    pub open: bool,
    /// The event that broke it: what this end sends no longer arrives.
    pub broken: Option<u64>,
    pub learns: Option<Learning>,
    /// When the last message that this end has sent arrives.
    pub last_arrival: Time,
}

/// An end will learn that its connection is broken.
#[derive(Clone, Copy, Debug)]
pub struct Learning {
    pub at: Time,
    pub ticket: Ticket,
    /// The event that broke it.
    pub cause: u64,
}

/// How long an end waits for a sign of the other before it gives the connection up, by its own clock.
const TIMEOUT: Span = Span::new(Time::millis(500), Time::millis(1_500));

impl End {
    /// Whether both may go on as before.
    fn is_whole(&self) -> bool {
        self.open && self.broken.is_none() && self.learns.is_none()
    }
}

impl Sim {
    /// Takes a message, which the event `sent` sends, on its connection: the connection's number, or 0
    /// where there are only datagrams. Where there is no connection, it begins one.
    pub(super) fn board(&mut self, from: Place, to: Place, sent: u64, fate: &mut Fate) -> u64 {
        if !self.network.is_connection(from, to) {
            return 0;
        }
        // Where both begin at the same time, it is one connection.
        let theirs = self.network.end(to, from).filter(|end| end.is_whole()).map(|end| end.id);
        let end = self.network.ends.entry((from, to)).or_default();
        if !end.open {
            let id = theirs.filter(|id| *id > end.id).unwrap_or(sent);
            *end = End { id, open: true, ..End::default() };
        }
        let (id, broken) = (end.id, end.broken);
        fate.arrives = self.in_order(from, to, fate.arrives);
        match (fate.lost, broken) {
            // What was sent before it is missing.
            (None, Some(by)) => {
                fate.lost = Some(Lost { at: fate.arrives, why: Loss::Broken, by });
            }
            (Some(Lost { why, by, .. }), None) => {
                self.lose((from, to), id, sent, why, if by == 0 { sent } else { by });
            }
            _ => {}
        }
        id
    }

    /// On a connection no earlier than what was sent before.
    pub(super) fn in_order(&mut self, from: Place, to: Place, arrives: Time) -> Time {
        let Some(end) = self.network.ends.get_mut(&(from, to)) else { return arrives };
        end.last_arrival = arrives.max(end.last_arrival + Time(1));
        end.last_arrival
    }

    /// Whether a message of this connection still finds it there.
    pub(super) fn accepts(&self, to: Place, from: Place, id: u64) -> bool {
        let known = self.network.end(to, from);
        known.is_none_or(|end| id > end.id || (end.open && id == end.id))
    }

    /// What broke the connection that a message no longer finds; 0 where nobody knows.
    pub(super) fn blame(&self, to: Place, from: Place) -> u64 {
        self.network.end(to, from).and_then(|end| end.broken).unwrap_or(0)
    }

    /// A message of this connection arrives; with the first one its receiver has an end of it, and by it
    /// learns that the connection it had is no more.
    pub(super) fn meet(&mut self, to: Place, from: Place, id: u64, sent: u64, out: &mut Events) {
        let end = self.network.ends.entry((to, from)).or_default();
        if end.id < id {
            let before = std::mem::replace(end, End { id, open: true, ..End::default() });
            if before.open {
                let cause = before.learns.map_or(sent, |learning| learning.cause);
                self.tell_broken(to, from, cause, out);
            }
        }
    }

    /// The event `by` loses a message of the connection, the one that `sent` sent: what comes after it
    /// cannot arrive.
    pub(super) fn lose(
        &mut self,
        (from, to): (Place, Place),
        id: u64,
        sent: u64,
        why: Loss,
        by: u64,
    ) {
        let belongs = |end: &&mut End| end.open && end.id == id;
        let Some(end) = self.network.ends.get_mut(&(from, to)).filter(belongs) else { return };
        end.broken.get_or_insert(by);
        match why {
            // Whoever is there knows of no such connection, and says so.
            Loss::Down | Loss::Broken => self.hear_of_end(from, to, by),
            _ => {
                for slot in self.line((id, from, to), |other| other > sent) {
                    self.with_fate(slot, |fate| {
                        let at = fate.arrives;
                        fate.lost = Some(Lost { at, why: Loss::Broken, by });
                    });
                }
                self.time_out(from, to, by);
                if self.network.end(to, from).is_some_and(|end| end.id == id) {
                    self.time_out(to, from, by);
                }
            }
        }
    }

    /// The event `by` cuts the link from here to there.
    pub(super) fn sever(&mut self, from: Place, to: Place, by: u64) {
        if let Some(end) = self.network.ends.get_mut(&(from, to)) {
            end.broken.get_or_insert(by);
        }
        self.time_out(from, to, by);
        self.time_out(to, from, by);
    }

    /// The process at this place has died, by the event `by`, and all its ends with it.
    pub(super) fn hang_up(&mut self, id: Place, by: u64) {
        let places = self.places.clone();
        for peer in places.own().filter(|peer| *peer != id) {
            if !self.network.is_connection(peer, id) {
                return;
            }
            let theirs = self.network.ends.get_mut(&(peer, id));
            if let Some(theirs) = theirs.filter(|end| end.open) {
                theirs.broken.get_or_insert(by);
                self.hear_of_end(peer, id, by);
            }
            let last_arrival =
                self.network.end(id, peer).map_or(Time::ZERO, |end| end.last_arrival);
            let dead = End { id: by, broken: Some(by), last_arrival, ..End::default() };
            self.network.ends.insert((id, peer), dead);
        }
    }

    /// This end closes its connection to the peer, because of the event `by`.
    pub(super) fn close(&mut self, me: Place, peer: Place, by: u64) {
        if !self.network.is_connection(me, peer) {
            return;
        }
        self.nodes[self.places.index(me)].keep_from(peer);
        let Some(mine) = self.network.ends.get_mut(&(me, peer)).filter(|end| end.open) else {
            return;
        };
        (mine.open, mine.learns) = (false, None);
        mine.broken.get_or_insert(by);
        let id = mine.id;
        if let Some(theirs) = self.network.ends.get_mut(&(peer, me)).filter(|end| end.id == id) {
            theirs.broken.get_or_insert(by);
            self.hear_of_end(peer, me, by);
        }
    }

    /// The peer's machine says that nobody is there: after all that had been sent before. Where the link
    /// is not whole, that does not arrive.
    fn hear_of_end(&mut self, me: Place, peer: Place, by: u64) {
        let condition = self.network.condition(peer, me);
        if condition.state != LinkState::Healthy {
            return self.time_out(me, peer, by);
        }
        let way =
            network::draw(condition.quality.latency, &mut self.nodes[self.places.index(me)].timing);
        let last = self.network.end(peer, me).map_or(Time::ZERO, |end| end.last_arrival);
        self.learn_at(me, peer, (self.now + way).max(last + Time(1)), by);
    }

    /// This end will give the connection up after a while, if it has one.
    fn time_out(&mut self, me: Place, peer: Place, by: u64) {
        if self.network.end(me, peer).is_some_and(|end| end.open && end.learns.is_none()) {
            let node = &mut self.nodes[self.places.index(me)];
            let wait = node.clock.true_length(node.timing.within(TIMEOUT));
            self.learn_at(me, peer, self.now + wait, by);
        }
    }

    /// Unless it learns of it sooner.
    fn learn_at(&mut self, me: Place, peer: Place, at: Time, cause: u64) {
        let Some(end) = self.network.ends.get_mut(&(me, peer)) else { return };
        if end.open && end.learns.is_none_or(|learning| learning.at > at) {
            let ticket = self.agenda.put(at, Item::Disconnect { node: me, peer });
            end.learns = Some(Learning { at, ticket, cause });
        }
    }

    /// Delays a message, and what was sent after it on its connection.
    pub(super) fn delay(&mut self, message: u64, by: Time) {
        for slot in self.in_line(message, |sent| sent >= message) {
            self.with_fate(slot, |fate| fate.arrives = fate.arrives + by);
            let Some(flight) = &self.flights[slot as usize] else { continue };
            if let Some(end) = self.network.ends.get_mut(&(flight.from, flight.to)) {
                end.last_arrival = end.last_arrival.max(flight.fate.arrives);
            }
        }
    }

    /// The slots of this message and of what was sent before it on its connection, in order.
    pub(super) fn before(&self, message: u64) -> Vec<u32> {
        self.in_line(message, |sent| sent <= message)
    }

    /// The slots of those messages under way on the same connection; of a datagram, only its own.
    fn in_line(&self, message: u64, which: impl Fn(u64) -> bool) -> Vec<u32> {
        let Some(flight) = self.flight(message).filter(|flight| flight.connection != 0) else {
            return self.slot(message).into_iter().collect();
        };
        self.line((flight.connection, flight.from, flight.to), which)
    }

    /// The slots of those messages under way on this connection from here to there, in order.
    fn line(&self, line: (u64, Place, Place), which: impl Fn(u64) -> bool) -> Vec<u32> {
        let belongs = |slot: &u32| {
            self.flights[*slot as usize].as_ref().is_some_and(|flight| {
                (flight.connection, flight.from, flight.to) == line
                    && which(flight.sent)
                    && flight.fate.lost.is_none()
            })
        };
        self.slots().into_iter().filter(belongs).collect()
    }

    pub(super) fn disconnect_due(&mut self, me: Place, peer: Place, due: Due, out: &mut Events) {
        let Some(end) = self.network.ends.get_mut(&(me, peer)) else { return };
        let Some(Learning { cause, .. }) = end.learns.filter(|it| it.ticket == due.ticket) else {
            return;
        };
        let node = &mut self.nodes[self.places.index(me)];
        if node.status == Status::Paused {
            node.stalled.push(due);
            return;
        }
        self.now = due.at;
        *end = End { open: false, broken: Some(cause), learns: None, ..*end };
        self.tell_broken(me, peer, cause, out);
    }

    fn tell_broken(&mut self, me: Place, peer: Place, cause: u64, out: &mut Events) {
        self.tick(me, 0);
        let event = self.record(me, cause, None, EventKind::Disconnected { peer }, out);
        self.react(me, Stimulus::Disconnected { peer }, event, out);
    }
}
