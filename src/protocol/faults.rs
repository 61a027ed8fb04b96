//! What a protocol promises to survive. Random schedules without a flaw draw from this alone, so that
//! whatever they find is a mistake; what lies beyond (a wiped acceptor, a clock that drifts more than a
//! lease allows for) breaks protocols that are right, and is for people's hands and for scenes.

use crate::base::{Ratio, Span, Time};

/// The faults that random schedules draw, and the sizes of their clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultModel {
    /// Numbers of the first of its kinds, each of which may be; one that is listed twice is drawn twice as
    /// often. Of clients there are one to three, of others as many as is usual.
    pub sizes: &'static [u16],
    /// A process stops, and boots again from its disk.
    pub crash: bool,
    /// In a crash some of the writes under way reach the disk, although nobody was told.
    pub torn: bool,
    /// The disk is lost as well.
    pub wipe: bool,
    /// A process stands still with its memory, and goes on: what came due meanwhile is due then, in its
    /// order.
    pub pause: bool,
    /// A timer runs out before its time.
    pub early_timers: bool,
    /// How much too fast or too slow a clock runs at most.
    pub drift: Ratio,
    /// How far a clock is stepped at most, forwards or back.
    pub jump: Time,
    /// Of a link's messages at most so many are lost …
    pub loss: Ratio,
    /// … arrive twice …
    pub duplicate: Ratio,
    /// … arrive again long afterwards …
    pub replay: Ratio,
    /// … or are overtaken.
    pub reorder: Ratio,
    /// Single links are cut or held, one way or both.
    pub links: bool,
    pub partitions: &'static [PartitionKind],
    /// How long a partition stays at least.
    pub lasts: Span,
}

/// How those who run a protocol are parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartitionKind {
    /// In two groups of the same size, or nearly.
    Halves,
    /// One server hears nobody, and nobody hears it.
    OneAlone,
    /// A majority, and a minority of any size.
    Minority,
    /// In two groups that share one server, which hears both.
    Bridge,
    /// Each server hears a majority, no two the same one.
    MajoritiesRing,
    /// Nothing from the one group reaches the other, which is still heard.
    OneWay,
}

impl FaultModel {
    /// Processes crash and recover; the network is asynchronous: any message may be late, lost, doubled
    /// or out of order; clocks say nothing. It is what Paxos and Raft are made for.
    pub const CRASH_RECOVERY: FaultModel = FaultModel {
        sizes: &[3, 3, 3, 5, 5, 5, 4, 2, 7, 1],
        crash: true,
        torn: true,
        wipe: false,
        pause: true,
        early_timers: true,
        drift: Ratio::percent(20),
        jump: Time::seconds(1),
        loss: Ratio::percent(30),
        duplicate: Ratio::percent(50),
        replay: Ratio::percent(10),
        reorder: Ratio::percent(40),
        links: true,
        partitions: &[
            PartitionKind::Halves,
            PartitionKind::OneAlone,
            PartitionKind::Minority,
            PartitionKind::Bridge,
            PartitionKind::MajoritiesRing,
            PartitionKind::OneWay,
        ],
        lasts: Span::new(Time::millis(50), Time::seconds(1)),
    };

    /// Nothing ever fails: what a protocol that survives less than the usual adds to.
    pub const NONE: FaultModel = FaultModel {
        crash: false,
        torn: false,
        wipe: false,
        pause: false,
        early_timers: false,
        drift: Ratio::ZERO,
        jump: Time::ZERO,
        loss: Ratio::ZERO,
        duplicate: Ratio::ZERO,
        replay: Ratio::ZERO,
        reorder: Ratio::ZERO,
        links: false,
        partitions: &[],
        ..FaultModel::CRASH_RECOVERY
    };
}
