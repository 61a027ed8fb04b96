//! Clients: who stand outside the cluster and want something of it. A client asks one thing at a
//! time, numbers its requests, follows redirections, and after a while without an answer asks the
//! next server with the same number (Ongaro's dissertation, chapter 6).

use std::collections::VecDeque;

use super::agenda::Ticket;
use crate::base::{Chance, ClientId, NodeId, Text, Time};
use crate::protocol::Protocol;

#[derive(Clone, Debug)]
pub struct Client<P: Protocol> {
    pub lamport: u64,
    /// Of its last request.
    pub seq: u64,
    pub open: Option<Open<P>>,
    /// What it wants next, and whom it would ask.
    pub waiting: VecDeque<(P::Request, Option<NodeId>)>,
    /// The server that answered last, or was named by one.
    pub contact: NodeId,
    /// The last request that was answered, and the answer.
    pub answered: Option<(P::Request, Text)>,
    pub sending: Chance,
}

/// A request that has no answer yet.
#[derive(Clone, Debug)]
pub struct Open<P: Protocol> {
    pub request: P::Request,
    pub since: Time,
    pub attempt: u32,
    /// The event with which it began.
    pub cause: u64,
    /// When this entry of the agenda is due, it asks again.
    pub patience: Ticket,
    /// The server a redirection named: the next to ask.
    pub sent_on: Option<NodeId>,
}

/// How many requests may wait for their turn.
pub const WAITING: usize = 1_000;

/// A client that was sent on waits this long before it asks again, so that two servers that name
/// each other do not keep it running in circles.
pub const COURTESY: Time = Time::millis(5);

/// … and this long where nobody knows a leader.
pub const NO_LEADER: Time = Time::millis(100);

impl<P: Protocol> Client<P> {
    pub fn new(id: ClientId, seed: u64) -> Client<P> {
        Client {
            lamport: 0,
            seq: 0,
            open: None,
            waiting: VecDeque::new(),
            contact: NodeId(0),
            answered: None,
            sending: Chance::new(seed, (1 << 32) + u64::from(id.0)),
        }
    }
}
