//! The four session guarantees (Douglas Terry and others, *Session guarantees for weakly consistent
//! replicated data*, 1994), a file each, as clients can tell them from what they see. (What the replicas
//! held when they answered tells more: see [`ground_truth`](super::ground_truth).)

pub mod monotonic_reads;
pub mod monotonic_writes;
pub mod read_your_writes;
pub mod writes_follow_reads;
