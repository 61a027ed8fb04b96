//! Looking for what has not been seen yet: conditions that a run is run until, random schedules and
//! their shrinking, where two runs first differ, how it goes under other seeds.

pub mod aim;
pub mod condition;
pub mod difference;
pub mod fuzz;
pub mod hunt;
pub mod other_runs;
mod partition;
pub mod search;
pub mod shrink;
pub mod staleness;
