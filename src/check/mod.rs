//! Judges: what clients asked and were told ([`History`]), and whether a model of consistency allows
//! it. A judge stands outside the protocols: it knows operations and nothing of who served them. A
//! protocol names the models that it promises (`Protocol::JUDGES`), the simulator records the
//! history, and each [`Judge`] is one more property of the run.
//!
//! | asked for | where |
//! |---|---|
//! | what was asked and told, as it happens | [`history`], [`operation`](Operation) |
//! | the same from call to answer, as judges and pictures read it | [`recording`] |
//! | what an operation does | [`machine`] |
//! | one order of all: linearizable, sequential | [`search`], [`linearizable`], [`sequential`] |
//! | an order for each client: causal, PRAM, sessions | [`precedence`], [`views`], a file each |
//! | which operations show that a model is broken | [`evidence`] |
//! | histories of others, from files | [`formats`] |
//! | all models together, and what follows from what | [`Model`], [`IMPLIES`], [`judge_all`], [`judge_among`] |

pub mod causal;
pub mod evidence;
pub mod formats;
pub mod history;
mod judge;
pub mod linearizable;
pub mod machine;
mod model;
mod operation;
pub mod pram;
pub mod precedence;
pub mod recording;
pub mod search;
pub mod sequential;
pub mod session;
mod verdict;
pub mod views;

#[cfg(test)]
mod tests;

pub use history::History;
pub use judge::Judge;
pub use model::{IMPLIES, Model, Promise, infer, judge, judge_all, judge_among};
pub use operation::{DONE, NO_VALUE, Operation, not_set};
pub use recording::Recording;
pub use verdict::{Evidence, Verdict};
