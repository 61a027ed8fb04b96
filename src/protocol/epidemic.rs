//! What spreads like a disease, and what theory says of it: who declares an [`Epidemic`] is shown with the
//! share that has heard, cycle by cycle, and the formula's curve beside it.

use crate::base::{Sentence, Time};

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
