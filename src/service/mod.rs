//! Services: what clients ask for, whatever protocol keeps it. The store of keys and values is one;
//! many protocols serve it.

pub mod store;

pub use store::KeyValueStore;
