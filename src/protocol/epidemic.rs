//! What spreads like a disease, and what theory says of it: who declares an [`Epidemic`] is shown with the
//! share that has heard, cycle by cycle, and the formula's curve beside it. Who has heard is told by roles:
//! [`Hearing`] counts.

use crate::base::{Places, Sentence, Time};

/// How something spreads, by the numbers that a formula asks for.
///
/// The formula is serf's, after the logistic curve of epidemiology: of n places, x cycles after the first
/// knows, 1 / (1 + (n + 1) e^(−c x)) know, where c is half the fanout, less what is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epidemic {
    /// The role of those who have not heard.
    pub susceptible: &'static str,
    /// Kinds of messages that bring it.
    pub carriers: &'static [&'static str],
    /// To how many others a place turns in a cycle, and how long that is.
    pub fanout: u64,
    pub cycle: Time,
    /// What a cycle multiplies those by who have heard, while they are few.
    pub growth: u64,
    /// What else tells the run from the formula, in sentences.
    pub beside: Vec<Sentence>,
}

/// Since when how many have heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    pub event: u64,
    pub at: Time,
    pub count: usize,
}

/// Counts those who have heard: who plays another role than that of those who have not.
#[derive(Clone, Debug)]
pub struct Hearing {
    susceptible: &'static str,
    knows: Vec<bool>,
    count: usize,
    /// Each change of the number, in the run's order.
    pub heard: Vec<Heard>,
}

impl Hearing {
    pub fn new(epidemic: &Epidemic, places: &Places) -> Hearing {
        let knows = vec![false; places.len()];
        Hearing { susceptible: epidemic.susceptible, knows, count: 0, heard: Vec::new() }
    }

    /// With this event a place plays this role; none, if it goes down.
    pub fn note(&mut self, (event, at): (u64, Time), place: usize, role: Option<&str>) {
        let now = role.is_some_and(|role| role != self.susceptible);
        if std::mem::replace(&mut self.knows[place], now) != now {
            self.count = if now { self.count + 1 } else { self.count - 1 };
            self.heard.push(Heard { event, at, count: self.count });
        }
    }
}

/// When their number grew last.
pub fn grew_last(heard: &[Heard]) -> Option<Time> {
    let grew = |pair: &[Heard]| (pair[1].count > pair[0].count).then_some(pair[1].at);
    heard.windows(2).rev().find_map(grew).or(heard.first().map(|first| first.at))
}
