//! Judges of what clients were told, whatever protocol told them.

pub mod linearizability;
