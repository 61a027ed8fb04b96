//! Services: what clients ask for, whatever protocol keeps it. The store of keys and values is one;
//! many protocols serve it. The lock is another. Sessions see to it that a request asked twice takes
//! effect once.

pub mod lock;
pub mod sessions;
pub mod sticky;
pub mod store;
pub mod workload;

pub use store::KeyValueStore;
