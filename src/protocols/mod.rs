//! The protocols: each a file or a folder that uses nothing but `base` and `protocol`, written to
//! be read beside its paper.

pub mod multi_paxos;
pub mod paxos;
pub mod raft;
