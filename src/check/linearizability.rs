//! Linearizability (Herlihy and Wing, 1990): every request seems to take effect at one instant
//! between its call and its answer, so that a store with many copies looks like one.
//!
//! The judge goes along with the run. It keeps, for each key by itself (a history is linearizable
//! exactly if it is for each key: Herlihy and Wing, §3.1), every state that the store could be in:
//! the value, and which of the open writes have taken effect. An answer rules states out; the
//! history is no longer linearizable once none is left. Open writes take effect only when an answer
//! needs them to (Lowe, *Testing for Linearizability*, 2017, §4: just in time). A write without an
//! answer stays open, as it may take effect at any later time; a read without one says nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::store::{NO_VALUE, Request};
use crate::base::{ClientId, Sentence, Text};
use crate::sentence;

/// What clients of a store have asked and been told so far.
#[derive(Clone, Debug, Default)]
pub struct History {
    keys: BTreeMap<Text, Register>,
    /// The first answer that no order of the requests explains.
    broken: Option<Sentence>,
}

/// One key.
#[derive(Clone, Debug)]
struct Register {
    /// Writes that have no answer yet, and their values.
    open: BTreeMap<ClientId, Text>,
    /// All that may be the case. Never empty.
    states: BTreeSet<State>,
}

/// The value, and the open writes that have taken effect.
type State = (Option<Text>, BTreeSet<ClientId>);

impl Default for Register {
    fn default() -> Register {
        Register { open: BTreeMap::new(), states: BTreeSet::from([(None, BTreeSet::new())]) }
    }
}

impl History {
    /// A client asks. (It asks one thing at a time.)
    pub fn ask(&mut self, client: ClientId, request: &Request) {
        if let Request::Put { key, value } = request {
            let register = self.keys.entry(key.clone()).or_default();
            register.open.insert(client, value.clone());
        }
    }

    /// A client has its answer.
    pub fn told(&mut self, client: ClientId, request: &Request, answer: &Text) {
        let (Request::Put { key, .. } | Request::Get { key }) = request;
        let register = self.keys.entry(key.clone()).or_default();
        let states = register.after(|(value, done)| match request {
            Request::Put { .. } => done.contains(&client),
            Request::Get { .. } => value.as_deref().unwrap_or(NO_VALUE) == &**answer,
        });
        if states.is_empty() {
            self.broken.get_or_insert_with(|| {
                sentence!(
                    "{0} asked “{1}” and was told “{2}”: no order of the requests explains that",
                    client,
                    request.to_string(),
                    answer.clone()
                )
            });
            return;
        }
        register.states = states;
        if let Request::Put { .. } = request {
            register.answered(client);
        }
    }

    /// Whether every answer so far can be explained; the error says which one cannot.
    pub fn holds(&self) -> Result<(), Sentence> {
        self.broken.clone().map_or(Ok(()), Err)
    }

    /// Number of states kept: what a copy costs.
    pub fn weight(&self) -> usize {
        self.keys.values().map(|register| register.states.len()).sum()
    }
}

impl Register {
    /// The states that `fits`, after none, some or all of the open writes have taken effect, in any
    /// order.
    fn after(&self, fits: impl Fn(&State) -> bool) -> BTreeSet<State> {
        let mut reached = self.states.clone();
        let mut fresh: Vec<State> = self.states.iter().cloned().collect();
        while let Some((_, done)) = fresh.pop() {
            for (writer, value) in self.open.iter().filter(|(writer, _)| !done.contains(writer)) {
                let mut done = done.clone();
                done.insert(*writer);
                let next = (Some(value.clone()), done);
                if reached.insert(next.clone()) {
                    fresh.push(next);
                }
            }
        }
        reached.retain(fits);
        reached
    }

    /// The write has its answer: it has taken effect in every state that is left.
    fn answered(&mut self, writer: ClientId) {
        self.open.remove(&writer);
        let settled = std::mem::take(&mut self.states).into_iter().map(|(value, mut done)| {
            done.remove(&writer);
            (value, done)
        });
        self.states = settled.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `1 put x=1` is a call of client 1, `1 < ok` its answer; whether the history holds after it.
    fn judge(lines: &str) -> bool {
        let mut history = History::default();
        let mut open: BTreeMap<u16, Request> = BTreeMap::new();
        for line in lines.split(", ") {
            let (client, rest) = line.split_once(' ').unwrap();
            let id: u16 = client.parse().unwrap();
            match rest.strip_prefix("< ") {
                Some(answer) => {
                    let request = open.remove(&id).unwrap();
                    history.told(ClientId(id), &request, &answer.into());
                }
                None => {
                    let request: Request = rest.parse().unwrap();
                    history.ask(ClientId(id), &request);
                    open.insert(id, request);
                }
            }
        }
        history.holds().is_ok()
    }

    #[test]
    fn a_read_sees_what_was_written_before_it() {
        assert!(judge("1 put x=1, 1 < ok, 2 get x, 2 < 1"));
        assert!(!judge("1 put x=1, 1 < ok, 2 get x, 2 < no value"));
        assert!(!judge("1 put x=1, 1 < ok, 1 put x=2, 1 < ok, 2 get x, 2 < 1"));
        assert!(!judge("2 get x, 2 < 1, 1 put x=1, 1 < ok"), "nothing is read before its write");
    }

    #[test]
    fn concurrent_requests_may_take_effect_in_either_order() {
        for seen in ["1", "2", "no value"] {
            assert!(judge(&format!("1 put x=1, 2 put x=2, 3 get x, 3 < {seen}, 1 < ok, 2 < ok")));
        }
        assert!(judge("1 put x=1, 2 put x=2, 1 < ok, 2 < ok, 3 get x, 3 < 1, 3 get x, 3 < 1"));
        assert!(!judge("1 put x=1, 2 put x=2, 1 < ok, 2 < ok, 3 get x, 3 < 1, 3 get x, 3 < 2"));
    }

    #[test]
    fn a_write_without_an_answer_may_take_effect_at_any_time_but_once() {
        assert!(judge("1 put x=1, 2 get x, 2 < no value, 2 get x, 2 < 1, 2 get x, 2 < 1"));
        assert!(!judge("1 put x=1, 2 get x, 2 < 1, 2 get x, 2 < no value"));
        let once = "1 put x=1, 2 get x, 2 < 1, 2 put x=2, 2 < ok, 2 get x, 2 < 1";
        assert!(!judge(once), "its one effect came before x=2");
    }

    #[test]
    fn keys_are_judged_apart() {
        assert!(judge("1 put x=1, 1 < ok, 2 get y, 2 < no value, 2 get x, 2 < 1"));
        assert!(!judge("1 put x=1, 1 < ok, 1 put y=1, 1 < ok, 2 get x, 2 < no value"));
    }
}
