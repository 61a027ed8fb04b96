//! A panel in words: what the picture in words, the flowchart and a small box's hint say of it.

use crate::protocol::{Cell, CellState, Content, Opinion};

/// What stands in the panel. A value is nobody's language, so nothing here is translated.
pub fn told(content: &Content) -> String {
    let told = match content {
        Content::Log { cells, .. } => joined(cells.iter().map(entry), ", "),
        Content::Slots(slots) => joined(slots.iter().map(slot), ", "),
        Content::Queue(items) => joined(items.iter().cloned(), " → "),
        Content::Set(items) => joined(items.iter().cloned(), ", "),
        Content::Table { rows, .. } => joined(rows.iter().map(|row| row.join(" ")), ", "),
        Content::Opinions { of, .. } => joined(of.iter().map(opinion), ", "),
        Content::Value { text, .. } | Content::Text(text) => text.clone(),
    };
    if told.is_empty() { "–".to_owned() } else { told }
}

/// `1@2 x=1✓`: index and stamp, and a mark of how far it has come, which is read as it is.
fn entry(cell: &Cell) -> String {
    format!("{}@{} {}{}", cell.index, cell.stamp, cell.text, mark(cell.state))
}

/// `7 S2✓`
fn slot(cell: &Cell) -> String {
    format!("{} {}{}", cell.index, cell.text, mark(cell.state))
}

/// `S3? 2`: a sign for the word, and the number.
fn opinion(opinion: &Opinion) -> String {
    format!("{}{} {}", opinion.of, opinion.regard.sign(), opinion.number)
}

fn mark(state: CellState) -> &'static str {
    match state {
        CellState::Settled | CellState::Exposed => "✓",
        CellState::Stored => "?",
        CellState::Pending => "…",
    }
}

fn joined(items: impl Iterator<Item = String>, between: &str) -> String {
    items.collect::<Vec<_>>().join(between)
}
