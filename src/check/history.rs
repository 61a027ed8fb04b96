//! A history: what clients asked and were told, in the order in which it happened. Whoever served
//! them does not matter here, and every judge reads the same history.
//!
//! The simulator records it. Its order is that of the simulator's events: instants tie, events do
//! not. A request that is given up may still take effect at any later time, or never.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Operation;
use crate::base::{Log, Place, Text};

/// Something that happened to an operation.
#[derive(Clone, Debug, Hash)]
pub struct Happening {
    /// Operations are numbered from 1, in the order of their calls.
    pub number: u64,
    pub client: Place,
    pub operation: Operation,
    pub what: Phase,
}

/// How far an operation has come.
#[derive(Clone, Debug, Hash)]
pub enum Phase {
    /// The client asks, at this event, in this one of its sessions.
    Called { event: u64, session: u64 },
    /// The client has the answer, at this event.
    Answered { answer: Text, event: u64 },
    /// The client no longer waits.
    GivenUp,
}

/// All that happened. Copies share their past.
#[derive(Clone, Debug, Default)]
pub struct History {
    past: Log<Happening>,
    called: u64,
    /// By client and its own number for it: the operations that are not over.
    open: Rc<BTreeMap<(Place, u64), (u64, Operation)>>,
    /// Of clients that have lost their memory, how often.
    sessions: Rc<BTreeMap<Place, u64>>,
}

impl History {
    /// A client asks. `own` is its own number for what it asks.
    pub fn call(&mut self, client: Place, own: u64, operation: Operation, event: u64) {
        self.called += 1;
        let number = self.called;
        Rc::make_mut(&mut self.open).insert((client, own), (number, operation.clone()));
        let session = self.sessions.get(&client).copied().unwrap_or(0);
        let what = Phase::Called { event, session };
        self.past.push(Happening { number, client, operation, what });
    }

    /// The client has the answer to what it asked under this number; late and unasked answers are ignored.
    pub fn answer(&mut self, client: Place, own: u64, answer: Text, event: u64) {
        self.close(client, own, Phase::Answered { answer, event });
    }

    /// The client's operation is over without an answer.
    pub fn give_up(&mut self, client: Place, own: u64) {
        self.close(client, own, Phase::GivenUp);
    }

    /// All that the client waits for is over without an answer, and it does not remember what it has seen:
    /// what it asks from now on is another session.
    pub fn give_up_all(&mut self, client: Place) {
        *Rc::make_mut(&mut self.sessions).entry(client).or_default() += 1;
        let open = self.open.range((client, 0)..=(client, u64::MAX));
        let open: Vec<u64> = open.map(|((_, own), _)| *own).collect();
        open.into_iter().for_each(|own| self.give_up(client, own));
    }

    fn close(&mut self, client: Place, own: u64, what: Phase) {
        if self.open.contains_key(&(client, own))
            && let Some((number, operation)) = Rc::make_mut(&mut self.open).remove(&(client, own))
        {
            self.past.push(Happening { number, client, operation, what });
        }
    }

    /// How much has happened.
    pub fn len(&self) -> u64 {
        self.past.len()
    }

    pub fn is_empty(&self) -> bool {
        self.past.is_empty()
    }

    /// What happened after the first `from`, oldest first.
    pub fn since(&self, from: u64) -> impl Iterator<Item = &Happening> {
        self.past.range(from, self.past.len()).into_iter().map(|(_, happening)| happening)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_waits_for_has_its_number() {
        let mut history = History::default();
        let get = || Operation::Get { key: "x".into() };
        let client = Place::client(0);
        history.call(client, 7, get(), 1);
        history.call(client, 8, get(), 2);
        history.answer(client, 8, "7".into(), 3);
        history.answer(client, 8, "8".into(), 4);
        history.give_up(Place::client(1), 7);
        history.give_up_all(client);
        history.call(client, 9, get(), 5);
        let told: Vec<String> = history
            .since(0)
            .map(|Happening { number, what, .. }| match what {
                Phase::Called { event, session } => {
                    format!("{number} called at {event} in session {session}")
                }
                Phase::GivenUp => format!("{number} given up"),
                Phase::Answered { answer, event } => format!("{number} told {answer} at {event}"),
            })
            .collect();
        let expected = [
            "1 called at 1 in session 0",
            "2 called at 2 in session 0",
            "2 told 7 at 3",
            "1 given up",
            "3 called at 5 in session 1",
        ];
        assert_eq!(told, expected);
        assert_eq!(history.since(3).count(), 2);
    }
}
