//! The space-time diagram: a lane for each who takes part, and what happened on it over time.
//!
//! | file | what it draws |
//! |---|---|
//! | `spacetime.rs` | the diagram, in few and long paths |
//! | `crowd.rs` | bars where there would be too many arrows |
//! | `bands.rs` | what its lanes are over a stretch of time |
//! | `holding_bars.rs` | what was granted there for a while, and what was believed |
//! | `ticks.rs` | its time axis |
//! | `chart.rs` | the part of it on show, drawn no more than once |

pub mod bands;
pub mod chart;
pub mod crowd;
pub mod holding_bars;
pub mod spacetime;
pub mod ticks;

pub use chart::{Chart, Sheet, Slice};
pub use spacetime::{Diagram, Rows, Scale};
