//! A key that is compared and set. Such a write reads as well: whether it takes effect depends on what is
//! there, so it can neither wait for an answer to show it nor slip in before another. Here all orders are
//! followed, just in time (Gavin Lowe, *Testing for linearizability*, 2017): requests take effect when an
//! answer comes, in every order that ends with the one that was answered, and orders that lead to the same
//! are followed once.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Text;
use crate::check::history::{Happening, Phase};
use crate::check::{DONE, NO_VALUE, Operation, not_set};

/// So many states may one answer lead to: more are not followed.
const MOST: usize = 5_000;

/// What may have become of one key.
#[derive(Clone, Debug)]
pub struct Exact {
    /// Requests that are not over, by number; a write that is given up never is.
    open: BTreeMap<u64, Open>,
    states: BTreeSet<State>,
    /// There are too many orders to follow.
    outgrown: bool,
}

#[derive(Clone, Debug)]
struct Open {
    operation: Operation,
    given_up: bool,
}

/// Where an order of the requests leads: the value, and the open requests that have taken effect, with
/// what they are to be told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    value: Text,
    done: BTreeMap<u64, Text>,
}

impl Default for Exact {
    fn default() -> Exact {
        let empty = State { value: NO_VALUE.into(), done: BTreeMap::new() };
        Exact { open: BTreeMap::new(), states: BTreeSet::from([empty]), outgrown: false }
    }
}

impl Exact {
    /// The error is what an answer could have been that nothing explains.
    pub fn hear(&mut self, happening: &Happening) -> Result<(), BTreeSet<Text>> {
        let Happening { number, operation, what, .. } = happening;
        match what {
            Phase::Called { .. } => {
                let open = Open { operation: operation.clone(), given_up: false };
                self.open.insert(*number, open);
            }
            Phase::GivenUp if matches!(operation, Operation::Get { .. }) => self.close(*number),
            Phase::GivenUp => {
                if let Some(open) = self.open.get_mut(number) {
                    open.given_up = true;
                }
            }
            Phase::Answered { answer, .. } => {
                let (told, possible) = self.orders(*number, answer);
                if told.is_empty() && !self.outgrown {
                    return Err(possible);
                }
                self.states = told;
                self.close(*number);
            }
        }
        Ok(())
    }

    /// The states in which the request has taken effect with this answer, and all answers that it could
    /// have had. Whatever the answer to a put, it is done.
    fn orders(&mut self, number: u64, answer: &Text) -> (BTreeSet<State>, BTreeSet<Text>) {
        let is_put = matches!(self.open.get(&number), Some(open) if open.is_put());
        let (mut told, mut possible) = (BTreeSet::new(), BTreeSet::new());
        let mut to_follow: Vec<State> = self.states.iter().cloned().collect();
        let mut seen: BTreeSet<State> = self.states.clone();
        while let Some(state) = to_follow.pop() {
            if let Some(meant) = state.done.get(&number) {
                possible.insert(meant.clone());
                if is_put || meant == answer {
                    told.insert(state);
                }
                continue;
            }
            for next in self.followed_by(&state) {
                if seen.insert(next.clone()) {
                    to_follow.push(next);
                }
            }
            if seen.len() > MOST {
                self.outgrown = true;
                break;
            }
        }
        (told, possible)
    }

    /// The state after each request that may take effect next. Of the same writes that are given up one
    /// will do: nothing will ever tell them apart.
    fn followed_by(&self, state: &State) -> Vec<State> {
        let mut adrift: Vec<&Operation> = Vec::new();
        let mut next = Vec::new();
        for (number, open) in &self.open {
            let again = open.given_up && adrift.contains(&&open.operation);
            if state.done.contains_key(number) || again {
                continue;
            }
            if open.given_up {
                adrift.push(&open.operation);
            }
            let (value, answer) = open.operation.take_effect(&state.value);
            let mut done = state.done.clone();
            done.insert(*number, answer);
            next.push(State { value, done });
        }
        next
    }

    fn close(&mut self, number: u64) {
        self.open.remove(&number);
        let forget = |mut state: State| {
            state.done.remove(&number);
            state
        };
        self.states = std::mem::take(&mut self.states).into_iter().map(forget).collect();
    }

    /// The values and numbers that it holds; past every limit where it cannot be judged.
    pub fn size(&self) -> usize {
        if self.outgrown {
            return usize::MAX;
        }
        self.open.len() + self.states.iter().map(|state| 1 + state.done.len()).sum::<usize>()
    }
}

impl Open {
    fn is_put(&self) -> bool {
        matches!(self.operation, Operation::Put { .. } | Operation::Delete { .. })
    }
}

impl Operation {
    /// The value after it, and its answer.
    fn take_effect(&self, value: &Text) -> (Text, Text) {
        match self {
            Operation::Put { value: new, .. } => (new.clone(), DONE.into()),
            Operation::Get { .. } => (value.clone(), value.clone()),
            Operation::Delete { .. } => (NO_VALUE.into(), DONE.into()),
            Operation::Cas { expected, new, .. } if expected == value => (new.clone(), DONE.into()),
            Operation::Cas { .. } => (value.clone(), not_set(value)),
        }
    }
}
