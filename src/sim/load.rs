//! Clients that a workload keeps busy: when each asks next, and what. A client's workload survives its
//! crash, as the users behind it do; what it had asked does not.

use std::rc::Rc;

use super::agenda::{Due, Item, Ticket};
use super::client::{Busy, WAITING};
use super::{Events, Sim};
use crate::base::{Chance, Place, Text};
use crate::check::{DONE, Operation};
use crate::protocol::Outcome;
use crate::service::workload::{Asks, Workload};
use crate::sim::trace::Status;

impl Sim {
    /// These clients are kept busy from now on, or no longer.
    pub(super) fn keep_busy(
        &mut self,
        clients: &[Place],
        workload: Option<&Rc<Workload>>,
        cause: u64,
    ) {
        for client in clients {
            let busy = workload.map(|workload| Busy {
                workload: workload.clone(),
                clients: clients.len(),
                cause,
                next: Ticket::default(),
            });
            self.clients[client.index()].busy = busy;
            self.ask_later(*client, cause);
        }
    }

    /// Enters the client's next question into the agenda, if a workload keeps it busy.
    fn ask_later(&mut self, id: Place, cause: u64) {
        let client = &mut self.clients[id.index()];
        let Some(busy) = &mut client.busy else { return };
        let at = self.now + busy.workload.pause(busy.clients, &mut client.chance);
        busy.cause = cause;
        match busy.workload.until.is_some_and(|until| at >= until) {
            true => client.busy = None,
            false => busy.next = self.agenda.put(at, Item::Load(id)),
        }
    }

    /// What the client asked is over, and it wants nothing else: in a closed loop it thinks about what to
    /// ask next.
    pub(super) fn is_free(&mut self, id: Place, event: u64) {
        if self.clients[id.index()].busy.as_ref().is_some_and(Busy::is_closed) {
            self.ask_later(id, event);
        }
    }

    pub(super) fn load_due(&mut self, id: Place, due: Due, out: &mut Events) {
        let client = &self.clients[id.index()];
        let Some(busy) = client.busy.as_ref().filter(|busy| busy.next == due.ticket) else {
            return;
        };
        let (closed, cause) = (busy.is_closed(), busy.cause);
        let up = self.nodes[self.places.index(id)].status == Status::Up;
        self.now = due.at;
        // Who was told by hand to ask something thinks when it has its answer.
        if closed && up && client.open.is_some() {
            return;
        }
        if up && client.waiting.len() < WAITING {
            self.ask_next(id, cause, out);
        }
        if !closed || !up {
            self.ask_later(id, cause);
        }
    }

    /// The client asks what its workload has it ask.
    fn ask_next(&mut self, id: Place, cause: u64, out: &mut Events) {
        let servers = self.places.kinds().first().map_or(1, |(_, count)| *count).max(1);
        let client = &mut self.clients[id.index()];
        let Some(busy) = &client.busy else { return };
        let (workload, answered) = (busy.workload.clone(), &client.answered);
        let known =
            |key: &str| answered.iter().rev().find_map(|it| learned(&it.request, &it.outcome, key));
        let mut chance: Chance = client.chance.clone();
        let operation = workload.next(id, &mut client.written, known, &mut chance);
        let to = match workload.asks {
            Asks::Follow => None,
            Asks::Bound => Some(Place::server(id.number() % servers)),
            Asks::Roam => Some(Place::server(chance.below(servers.into()) as u16)),
        };
        client.chance = chance;
        self.ask(id, to.as_slice(), &operation.to_string(), cause, out);
    }
}

/// What a client learned of this key from the answer to a request: the value that it has seen there, or
/// has written.
fn learned(request: &str, outcome: &Outcome, key: &str) -> Option<Text> {
    let (Outcome::Done(answer) | Outcome::DoneAt(answer, _)) = outcome else { return None };
    let operation: Operation = request.parse().ok()?;
    if &**operation.key() != key {
        return None;
    }
    let seen = match operation {
        Operation::Put { value, .. } => value,
        Operation::Cas { new, .. } if **answer == *DONE => new,
        Operation::Cas { .. } => answer.strip_prefix("no: ")?.into(),
        Operation::Get { .. } => answer.clone(),
        Operation::Delete { .. } => return None,
    };
    // What has no value can be compared with nothing.
    crate::base::word::word(&seen).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_learns_from_its_answers() {
        let learned = |request: &str, answer: &str| {
            learned(request, &Outcome::Done(answer.into()), "x").map(|it| it.to_string())
        };
        assert_eq!(learned("put x=1", "ok").as_deref(), Some("1"));
        assert_eq!(learned("get x", "2").as_deref(), Some("2"));
        assert_eq!(learned("get x", "no value"), None);
        assert_eq!(learned("get y", "2"), None);
        assert_eq!(learned("cas x 1 3", "ok").as_deref(), Some("3"));
        assert_eq!(learned("cas x 1 3", "no: 2").as_deref(), Some("2"));
        assert_eq!(learned("delete x", "ok"), None);
    }
}
