//! Judges: what clients asked and were told, and whether a model of consistency allows it. A judge
//! knows operations and nothing of who served them.

pub mod linearizable;

pub use linearizable::History;
