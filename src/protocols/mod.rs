//! The protocols: each a file or a folder, written to be read beside its paper, that uses nothing but
//! `base`, `protocol`, `service`, and the names of judges in `check`; and, of a family that has one, the page
//! of what its protocols have in common: `locks.rs`.
//!
//! The list at the end is the one list of protocols, in the order of the menu. A line declares a
//! protocol's module, and names its type and its slug; `catalog.rs` makes of it all that menus, fuzzing,
//! tests and links need.

/// Declares the modules, and a macro that hands the whole list to another macro.
macro_rules! list {
    ($($module:ident::$Protocol:ident, $slug:literal;)+) => {
        $(pub mod $module;)+

        /// `every_protocol!(then)` is `then!` of all lines.
        macro_rules! every_protocol {
            ($then:ident) => {
                $then! { $($module::$Protocol, $slug;)+ }
            };
        }
        pub(crate) use every_protocol;
    };
}

mod locks;

list! {
    raft::Raft, "raft";
    paxos::Paxos, "paxos";
    multi_paxos::MultiPaxos, "multi-paxos";
    zab::Zab, "zab";
    quorum_store::QuorumStore, "quorum-store";
    events::Events, "events";
    clocks::Clocks, "clocks";
    ricart_agrawala::RicartAgrawala, "ricart-agrawala";
    snapshot::Snapshot, "snapshot";
    gossip::Gossip, "gossip";
    swim::Swim, "swim";
    lease::Lease, "lease";
    redlock::Redlock, "redlock";
    zk_lock::ZkLock, "zk-lock";
    version_lock::VersionLock, "version-lock";
    abd::Abd, "abd";
    primary_backup::PrimaryBackup, "primary-backup";
    crdt::Crdt, "crdt";
    mapreduce::MapReduce, "mapreduce";
    object_store::ObjectStore, "object-store";
    hash_slots::HashSlots, "hash-slots";
    partitioned_log::PartitionedLog, "partitioned-log";
    chunk_store::ChunkStore, "chunk-store";
}
