//! Looking for what has not been seen yet: conditions that a run is run until, random schedules and
//! their shrinking, where two runs first differ.

pub mod aim;
pub mod condition;
pub mod difference;
pub mod fuzz;
pub mod hunt;
mod partition;
pub mod search;
pub mod shrink;
pub mod staleness;
