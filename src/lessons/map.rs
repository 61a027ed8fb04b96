//! The concept map: what there is, a card for each run that shows it, and what leads to what. It is the page's
//! front door, and can be taken away as a picture and as text (`map_drawing.rs`). Only what runs stands on it:
//! a card whose protocol is not in the catalog is left out, and a test sees to it that each protocol has one.

use crate::catalog::listings;
use crate::key;

/// A card: one run, what it is called, and what it shows.
#[derive(Debug, PartialEq)]
pub struct Card {
    /// As a link names it: `raft/first-election`.
    pub scene: &'static str,
    pub title: &'static str,
    pub told: &'static str,
    /// What it belongs to, if it does not stand alone: a place among [`GROUPS`].
    pub group: Option<usize>,
    /// Where it stands.
    pub column: usize,
    pub row: usize,
    /// What is drawn on it.
    pub picture: Picture,
}

/// What of a run stands on its card. Times are those of scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Who takes part, and what is under way.
    Stage(&'static str),
    /// The space-time diagram between two times.
    Diagram(&'static str, &'static str),
    /// What servers keep in their logs.
    Logs(&'static str),
}

/// Cards that belong together. Those of a group stand beside each other, from one corner to another.
#[derive(Debug, PartialEq)]
pub struct CardGroup {
    pub title: &'static str,
    pub told: &'static str,
    /// Column and row of its first and of its last card.
    pub from: (usize, usize),
    pub to: (usize, usize),
}

/// What leads from one card to another.
#[derive(Debug, PartialEq)]
pub struct Edge {
    pub from: &'static str,
    pub to: &'static str,
    pub label: Option<&'static str>,
}

pub const COLUMNS: usize = 6;
pub const ROWS: usize = 5;

/// In the order in which they are read.
pub static GROUPS: [CardGroup; 7] = [
    CardGroup {
        title: key!("Promises"),
        told: key!("what a client may rely on"),
        from: (0, 0),
        to: (0, 1),
    },
    CardGroup {
        title: key!("Reaching agreement"),
        told: key!("one value, or one log, whatever fails"),
        from: (2, 0),
        to: (5, 0),
    },
    CardGroup {
        title: key!("Locks"),
        told: key!("one holder at a time, even when it sleeps"),
        from: (2, 1),
        to: (5, 1),
    },
    CardGroup {
        title: key!("Stores"),
        told: key!("copies of your data, and what a read may return"),
        from: (0, 2),
        to: (3, 2),
    },
    CardGroup {
        title: key!("Spreading news"),
        told: key!("nobody is in charge"),
        from: (4, 2),
        to: (5, 2),
    },
    CardGroup {
        title: key!("Order without a clock"),
        told: key!("what came before what"),
        from: (0, 3),
        to: (3, 3),
    },
    CardGroup { title: key!("Systems"), told: key!("built on all this"), from: (0, 4), to: (4, 4) },
];

const PROMISES: Option<usize> = Some(0);
const AGREEMENT: Option<usize> = Some(1);
const LOCKS: Option<usize> = Some(2);
const STORES: Option<usize> = Some(3);
const NEWS: Option<usize> = Some(4);
const ORDER: Option<usize> = Some(5);
const SYSTEMS: Option<usize> = Some(6);

/// A row of the table below. What is called as its protocol is has its Chinese there.
macro_rules! card {
    ($scene:literal at $column:literal, $row:literal in $group:expr, $picture:expr; $title:expr, $told:expr) => {
        Card {
            scene: $scene,
            title: $title,
            told: $told,
            group: $group,
            column: $column,
            row: $row,
            picture: $picture,
        }
    };
}

/// In the order in which they are read: by group, and those that stand alone where they are met.
#[rustfmt::skip]
static CARDS: [Card; 29] = [
    card!("quorum-store/not-linearizable" at 0, 0 in PROMISES, Picture::Diagram("90ms", "300ms");
        key!("Consistency models"), key!("Which promises does this run keep, and which not?")),
    card!("abd/cap" at 0, 1 in PROMISES, Picture::Stage("2.5s");
        key!("CAP theorem"), key!("One cut, two stores: one waits, the other diverges.")),
    card!("raft/split-vote" at 1, 0 in None, Picture::Stage("131ms");
        key!("Elections"), key!("Who stands, who may vote, and who is refused.")),
    card!("primary-backup/two-primaries" at 1, 1 in None, Picture::Stage("700ms");
        key!("Split brain"), key!("Cut off, not dead: whom do the clients believe?")),
    card!("paxos/article-example" at 2, 0 in AGREEMENT, Picture::Diagram("125ms", "270ms");
        "Paxos", key!("Two phases settle on one value, for good.")),
    card!("multi-paxos/leader-change" at 3, 0 in AGREEMENT, Picture::Logs("300ms");
        "Multi-Paxos", key!("A whole log: one leader prepares once for all.")),
    card!("raft/first-election" at 4, 0 in AGREEMENT, Picture::Stage("145ms");
        "Raft", key!("A leader keeps all logs alike; a majority commits.")),
    card!("zab/discovery-to-broadcast" at 5, 0 in AGREEMENT, Picture::Diagram("380ms", "560ms");
        "ZAB", key!("One history first, then ZooKeeper broadcasts.")),
    card!("lease/paused-holder" at 2, 1 in LOCKS, Picture::Diagram("60ms", "1.3s");
        key!("Lease"), key!("The holder oversleeps; a fencing token stops it.")),
    card!("redlock/clock-jumps" at 3, 1 in LOCKS, Picture::Stage("115ms");
        "Redlock", key!("Three of five stores say yes. Then a clock jumps.")),
    card!("version-lock/loser-tries-again" at 4, 1 in LOCKS, Picture::Diagram("190ms", "420ms");
        key!("By version"), key!("Nobody waits: the slower of two writers tries again.")),
    card!("zk-lock/queue" at 5, 1 in LOCKS, Picture::Stage("352ms");
        key!("ZooKeeper's recipe"), key!("A queue: each watches only the one before it.")),
    card!("abd/write-and-read" at 0, 2 in STORES, Picture::Diagram("0ms", "260ms");
        "ABD", key!("Linearizable without a leader: reads write back.")),
    card!("primary-backup/lost-write" at 1, 2 in STORES, Picture::Stage("262ms");
        key!("Primary–backup"), key!("The primary fails. Is what it acked still there?")),
    card!("quorum-store/stale-and-repaired" at 2, 2 in STORES, Picture::Stage("118ms");
        key!("Quorums"), key!("R + W > N, and still a read can go back in time.")),
    card!("crdt/both-survive" at 3, 2 in STORES, Picture::Diagram("80ms", "640ms");
        "CRDTs", key!("Replicas answer at once and merge, conflict-free.")),
    card!("gossip/rumour" at 4, 2 in NEWS, Picture::Stage("420ms");
        key!("Gossip"), key!("A rumour reaches nearly all of a thousand servers.")),
    card!("swim/failure" at 5, 2 in NEWS, Picture::Stage("1s");
        "SWIM", key!("Dead, or only slow? Suspect first, bury later.")),
    card!("events/three-processes" at 0, 3 in ORDER, Picture::Diagram("80ms", "310ms");
        key!("Clocks"), key!("Three kinds of stamps, with no common clock.")),
    card!("clocks/three-processes" at 1, 3 in ORDER, Picture::Diagram("80ms", "330ms");
        key!("Lamport's queue"), key!("One at a time, in the order of the stamps.")),
    card!("ricart-agrawala/deferred-replies" at 2, 3 in ORDER, Picture::Diagram("80ms", "330ms");
        key!("Ricart and Agrawala"), key!("Fewer messages: a no is only a late yes.")),
    card!("snapshot/adds-up" at 3, 3 in ORDER, Picture::Diagram("260ms", "430ms");
        key!("Snapshot"), key!("A picture of everybody while nobody stands still.")),
    card!("raft/figure-8" at 4, 3 in None, Picture::Logs("900ms");
        key!("Figure 8"), key!("On a majority, and overwritten all the same.")),
    card!("paxos/duel" at 5, 3 in None, Picture::Diagram("0ms", "420ms");
        key!("A duel"), key!("Two proposers, for ever in each other's way.")),
    card!("mapreduce/word-count" at 0, 4 in SYSTEMS, Picture::Stage("410ms");
        "MapReduce", key!("Small tasks: what is lost is done again.")),
    card!("object-store/write-and-read" at 1, 4 in SYSTEMS, Picture::Stage("104ms");
        "Object storage", key!("Objects in pieces: any k of k + m rebuild one.")),
    card!("partitioned-log/acked-and-lost" at 2, 4 in SYSTEMS, Picture::Stage("330ms");
        "Partitioned log", key!("Kafka's queue: in sync, committed, then read.")),
    card!("hash-slots/takes-over" at 3, 4 in SYSTEMS, Picture::Stage("985ms");
        "Hash slots", key!("Redis's cache: who has a key, and who takes over.")),
    card!("chunk-store/append" at 4, 4 in SYSTEMS, Picture::Stage("154ms");
        "File system", key!("A primary orders; a version tells.")),
];

macro_rules! edges {
    ($($from:literal => $to:literal $(, $label:expr)?;)*) => {
        &[$(Edge { from: $from, to: $to, label: edges!(@ $($label)?) }),*]
    };
    (@ $label:expr) => { Some($label) };
    (@) => { None };
}

#[rustfmt::skip]
static EDGES: &[Edge] = edges! {
    "quorum-store/not-linearizable" => "raft/split-vote";
    "quorum-store/not-linearizable" => "abd/cap", key!("when the network splits");
    "quorum-store/not-linearizable" => "lease/paused-holder", key!("one at a time");
    "raft/split-vote" => "paxos/article-example";
    "paxos/article-example" => "multi-paxos/leader-change";
    "version-lock/loser-tries-again" => "raft/first-election", key!("agreed in a log");
    "zk-lock/queue" => "zab/discovery-to-broadcast", key!("kept in order by");
    "abd/cap" => "abd/write-and-read", key!("each store chooses");
    "primary-backup/lost-write" => "primary-backup/two-primaries", key!("who takes over?");
    "crdt/both-survive" => "gossip/rumour", key!("repair");
    "gossip/rumour" => "swim/failure";
    "events/three-processes" => "abd/write-and-read", key!("which write is newer?");
    "events/three-processes" => "clocks/three-processes";
    "clocks/three-processes" => "ricart-agrawala/deferred-replies";
};

impl Card {
    pub fn protocol(&self) -> &'static str {
        self.scene.split_once('/').map_or(self.scene, |(protocol, _)| protocol)
    }

    /// A link to its run.
    pub fn link(&self) -> String {
        format!("#v1&scene={}", self.scene)
    }
}

/// The cards whose protocols there are.
pub fn cards() -> impl Iterator<Item = &'static Card> {
    CARDS.iter().filter(|card| listings().iter().any(|listing| listing.slug == card.protocol()))
}

/// The card of this scene.
pub fn card(scene: &str) -> Option<&'static Card> {
    cards().find(|card| card.scene == scene)
}

/// What leads from where to where, of the cards that there are.
pub fn edges() -> impl Iterator<Item = (&'static Card, &'static Card, Option<&'static str>)> {
    EDGES.iter().filter_map(|edge| Some((card(edge.from)?, card(edge.to)?, edge.label)))
}

/// Where an arrow key leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Left,
    Right,
    Up,
    Down,
}

impl Direction {
    /// The key, as a browser names it.
    pub fn of(key: &str) -> Option<Direction> {
        Some(match key {
            "ArrowLeft" => Direction::Left,
            "ArrowRight" => Direction::Right,
            "ArrowUp" => Direction::Up,
            "ArrowDown" => Direction::Down,
            _ => return None,
        })
    }

    /// How far another card lies that way, and how far aside; `None` where it does not.
    fn steps(self, from: &Card, to: &Card) -> Option<(usize, usize)> {
        let (across, down) = (to.column.abs_diff(from.column), to.row.abs_diff(from.row));
        match self {
            Direction::Left if to.column < from.column => Some((across, down)),
            Direction::Right if to.column > from.column => Some((across, down)),
            Direction::Up if to.row < from.row => Some((down, across)),
            Direction::Down if to.row > from.row => Some((down, across)),
            _ => None,
        }
    }
}

/// The card that an arrow key leads to: along an edge where one goes straight that way, else the nearest.
pub fn next(from: &Card, way: Direction) -> Option<&'static Card> {
    let joined =
        |card: &Card| edges().any(|(a, b, _)| (a == from && b == card) || (b == from && a == card));
    let reached = cards().filter_map(|card| way.steps(from, card).map(|steps| (steps, card)));
    reached
        .filter(|((_, aside), card)| *aside == 0 || joined(card))
        .min_by_key(|((ahead, aside), card)| (*aside, !joined(card), *ahead))
        .map(|(_, card)| card)
}
