//! Panels: what a node keeps that is more than a variable — its log, its queue, the table of who
//! holds what. A protocol lists its panels as it lists its variables, each with its name and how it
//! is read; what it has none of, it says nothing about. Every kind of content is drawn in one place
//! for all protocols: small on the stage, whole in the inspector, in words and in files.

use serde::Serialize;

use crate::base::Place;

/// A panel of a protocol's: its name, by [`key!`](crate::key), and how it is read off a replica and what
/// its disk holds.
pub struct Panel<T, Disk> {
    pub name: &'static str,
    reading: Reading<T, Disk>,
}

enum Reading<T, Disk> {
    Log(LogReading<T, Disk>),
    Other(fn(&T, &Disk) -> Option<Content>),
}

/// How a log is read: its last index, 0 while it is empty, or nothing where none is kept; and, given what the disk
/// holds, its entries after one index up to and including another. So a long one is never formatted whole.
pub struct LogReading<T, Disk> {
    pub len: fn(&T) -> Option<u64>,
    pub cells: fn(&T, &Disk, u64, u64) -> Vec<Cell>,
}

impl<T, Disk> Panel<T, Disk> {
    /// The log. A replica keeps one at the most: whoever asks for an entry means that one.
    pub const fn log(
        name: &'static str,
        len: fn(&T) -> Option<u64>,
        cells: fn(&T, &Disk, u64, u64) -> Vec<Cell>,
    ) -> Panel<T, Disk> {
        Panel { name, reading: Reading::Log(LogReading { len, cells }) }
    }

    /// Anything else, where there is such a thing: a `None` is not shown.
    pub const fn of(
        name: &'static str,
        content: fn(&T, &Disk) -> Option<Content>,
    ) -> Panel<T, Disk> {
        Panel { name, reading: Reading::Other(content) }
    }

    /// Those that are there, in their order: of a log the last `entries`.
    pub fn read(panels: &[Panel<T, Disk>], of: &T, disk: &Disk, entries: u64) -> Vec<PanelView> {
        let read = |panel: &Panel<T, Disk>| {
            let content = match &panel.reading {
                Reading::Log(log) => {
                    let len = (log.len)(of)?;
                    let cells = (log.cells)(of, disk, len.saturating_sub(entries), len);
                    Content::Log { len, cells }
                }
                Reading::Other(content) => content(of, disk)?,
            };
            Some(PanelView { name: panel.name, content })
        };
        panels.iter().filter_map(read).collect()
    }

    /// How the log is read, if one of these is a log.
    pub fn log_of(panels: &[Panel<T, Disk>]) -> Option<&LogReading<T, Disk>> {
        panels.iter().find_map(|panel| match &panel.reading {
            Reading::Log(log) => Some(log),
            Reading::Other(_) => None,
        })
    }
}

/// A panel at one instant, as plain data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelView {
    pub name: &'static str,
    pub content: Content,
}

/// What a panel shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A log's last index, and its last entries.
    Log { len: u64, cells: Vec<Cell> },
    /// Rows of cells under these names: who holds what.
    Table { columns: &'static [&'static str], rows: Vec<Vec<String>> },
    /// Those who wait, the next one first.
    Queue(Vec<String>),
    /// Places with numbers, each with what stands in it.
    Slots(Vec<Cell>),
    /// Things in no order of their own.
    Set(Vec<String>),
    /// A short text to see at a glance, such as the value that is accepted; in full it is among the
    /// variables. Its name is its word, and its colour that of the stamp it was written at, 0 for none.
    Value { text: String, stamp: u64, state: CellState },
    /// What the node takes other places for, each with a number of this name. All nodes' together are a
    /// table of who thinks what of whom.
    Opinions { number: &'static str, of: Vec<Opinion> },
    /// Anything that can be said.
    Text(String),
}

/// What a row of a table says of what was asked for; views draw what was refused apart.
impl Content {
    pub const DONE: &str = "✓";
    pub const REFUSED: &str = "✕";
    /// It was done, under an older grant than something that was done before.
    pub const LATE: &str = "✓!";
}

/// What a node takes another place for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    pub of: Place,
    /// In the protocol's own word, by [`key!`](crate::key).
    pub word: &'static str,
    pub number: u64,
    pub regard: Regard,
}

/// What such a word means to whoever looks, whatever the protocol calls it: views draw it by a sign as well
/// as by colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Regard {
    /// It is well, and takes part.
    Sound,
    /// It may have failed.
    Doubted,
    /// It has failed.
    Lost,
    /// It does not take part, and that is as it should be.
    Away,
}

impl Regard {
    /// Read as it is, in every language.
    pub fn sign(self) -> &'static str {
        match self {
            Regard::Sound => "✓",
            Regard::Doubted => "?",
            Regard::Lost => "✕",
            Regard::Away => "–",
        }
    }
}

/// A place with a number: an entry of a log, or a slot. Hosts are told it as it stands here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    pub index: u64,
    /// The term, ballot or epoch it was written in: its colour and its number; 0 for none.
    pub stamp: u64,
    pub text: String,
    pub state: CellState,
}

/// How far something written has come. Told apart by outline and pattern, not by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CellState {
    /// Not on the disk yet: a crash would lose it.
    Pending,
    /// On the disk, and perhaps to be replaced.
    Stored,
    /// Committed, chosen: here for good.
    Settled,
    /// The same, but a crash would lose it here: it is not on this disk. Others have it.
    Exposed,
}

impl CellState {
    /// Whether it is committed.
    pub fn is_settled(self) -> bool {
        matches!(self, CellState::Settled | CellState::Exposed)
    }

    /// Whether it is on the disk.
    pub fn is_stored(self) -> bool {
        matches!(self, CellState::Stored | CellState::Settled)
    }
}
