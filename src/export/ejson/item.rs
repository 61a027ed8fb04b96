//! What a server keeps beside its log, as documents: a queue, a table, slots. Each thing in a panel is
//! a document, as each entry of a log is.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::base::Place;
use crate::protocol::{Cell, CellState, Content, Opinion, PanelView};

/// A number that keeps its 64 bits, as MongoDB writes it.
#[derive(Clone, Copy)]
pub struct Long(pub u64);

impl Serialize for Long {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(LONG, self.0.to_string())])
    }
}

pub const LONG: &str = "$numberLong";

/// The columns of an opinion, beside its number.
const OF: &str = "of";
const IS: &str = "is";

/// Something in a panel that is no log.
#[derive(Clone, Serialize)]
pub struct PanelItem<'a> {
    run: &'a str,
    at: Long,
    time: Long,
    node: Place,
    pub panel: &'static str,
    /// The number of a slot; of what has none, where it stands, from 1.
    pub place: Long,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<Long>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<CellState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cells: Option<BTreeMap<&'static str, String>>,
}

impl<'a> PanelItem<'a> {
    /// One that holds nothing yet: of this run and server, at an event and a time.
    pub fn new(run: &'a str, (at, time): (Long, Long), node: Place) -> PanelItem<'a> {
        let (panel, place, text) = ("", Long(0), String::new());
        PanelItem { run, at, time, node, panel, place, text, epoch: None, state: None, cells: None }
    }

    /// All that stand in a panel. The entries of a log are documents of their own kind.
    pub fn of(&self, panel: &PanelView) -> Vec<PanelItem<'a>> {
        let one = |place: u64, text: &str| {
            let (panel, place, text) = (panel.name, Long(place), text.to_owned());
            PanelItem { panel, place, text, ..self.clone() }
        };
        let written = |place: u64, text: &str, stamp: u64, state: CellState| {
            let (epoch, state) = (Some(Long(stamp)), Some(state));
            PanelItem { epoch, state, ..one(place, text) }
        };
        match &panel.content {
            Content::Log { .. } => Vec::new(),
            Content::Queue(texts) | Content::Set(texts) => {
                (1..).zip(texts).map(|(place, text)| one(place, text)).collect()
            }
            Content::Opinions { number, of } => {
                let item = |(place, opinion): (u64, &Opinion)| {
                    let cells = [
                        (OF, opinion.of.to_string()),
                        (IS, opinion.word.to_owned()),
                        (*number, opinion.number.to_string()),
                    ];
                    let text = cells.each_ref().map(|(_, text)| text.as_str()).join(" ");
                    PanelItem { cells: Some(cells.into_iter().collect()), ..one(place, &text) }
                };
                (1..).zip(of).map(item).collect()
            }
            Content::Text(text) => vec![one(1, text)],
            Content::Value { text, stamp, state } => vec![written(1, text, *stamp, *state)],
            Content::Slots(slots) => {
                let slot = |slot: &Cell| written(slot.index, &slot.text, slot.stamp, slot.state);
                slots.iter().map(slot).collect()
            }
            Content::Table { columns, rows } => {
                let row = |(place, row): (u64, &Vec<String>)| {
                    let cells = columns.iter().copied().zip(row.iter().cloned()).collect();
                    PanelItem { cells: Some(cells), ..one(place, &row.join(" ")) }
                };
                (1..).zip(rows).map(row).collect()
            }
        }
    }
}
