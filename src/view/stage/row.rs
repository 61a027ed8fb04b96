//! What a server's box has room to show of its panels: one row under its name, of the first panel that
//! has something to show. The whole of each stands in the inspector.

use super::flight::{clipped, text_width};
use crate::protocol::{Cell, CellState, Content, PanelView, Regard};

/// The row, by how it is drawn. What does not fit is counted.
#[derive(Clone, Debug, PartialEq)]
pub enum PanelRow {
    /// Squares: of a log the last entries, of slots the first.
    Squares { cells: Vec<Cell>, before: u64, after: u64, numbered: bool },
    /// Words in boxes, the first ones.
    Words { of: Vec<Word>, after: Option<Word>, style: WordStyle },
    /// A square, and the word and text beside it.
    Value { name: &'static str, text: String, stamp: u64, state: CellState },
    /// A line of text.
    Line(String),
}

/// How words in boxes are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordStyle {
    /// Box to box, the first one marked: who is next.
    Queue,
    /// Round, apart.
    Set,
    /// Square, apart: a row of a table each.
    Table,
}

/// A text in a box: its left edge, from the middle of the server's box, and its width.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub text: String,
    pub x: f64,
    pub w: f64,
}

/// The size of the text, what lies between it and its box's edge, and between boxes.
pub const SIZE: f64 = 11.0;
const PAD: f64 = 5.0;
const GAP: f64 = 4.0;
/// The sign of a cut may stand out by so much.
const CUT: f64 = 9.0;

impl PanelRow {
    /// The row of these panels, in a box with room for so many squares, or words of so many pixels.
    pub fn of(panels: &[PanelView], squares: usize, room: f64) -> Option<PanelRow> {
        if squares == 0 {
            return None;
        }
        panels.iter().find_map(|panel| PanelRow::of_panel(panel, squares, room))
    }

    fn of_panel(panel: &PanelView, squares: usize, room: f64) -> Option<PanelRow> {
        match &panel.content {
            Content::Log { len, cells } => {
                let cells = cells[cells.len().saturating_sub(squares)..].to_vec();
                let before = len.saturating_sub(cells.len() as u64);
                (*len > 0).then_some(PanelRow::Squares { cells, before, after: 0, numbered: false })
            }
            Content::Slots(slots) => {
                let cells = slots[..slots.len().min(squares)].to_vec();
                let after = (slots.len() - cells.len()) as u64;
                (!slots.is_empty()).then_some(PanelRow::Squares {
                    cells,
                    before: 0,
                    after,
                    numbered: true,
                })
            }
            Content::Queue(queue) => words(queue.iter().cloned(), WordStyle::Queue, room),
            Content::Set(set) => words(set.iter().cloned(), WordStyle::Set, room),
            Content::Table { rows, .. } => {
                words(rows.iter().map(|row| row.join(" ")), WordStyle::Table, room)
            }
            // That somebody is well goes without saying.
            Content::Opinions { of, .. } => {
                let others = of.iter().filter(|opinion| opinion.regard != Regard::Sound);
                let told = others.map(|opinion| format!("{}{}", opinion.of, opinion.regard.sign()));
                words(told, WordStyle::Set, room)
            }
            Content::Value { text, stamp, state } => {
                let (name, text) = (panel.name, text.clone());
                Some(PanelRow::Value { name, text, stamp: *stamp, state: *state })
            }
            Content::Text(text) => {
                (!text.is_empty()).then(|| PanelRow::Line(clipped(text, SIZE, room - CUT)))
            }
        }
    }
}

/// As many of these texts as fit side by side, around the middle; nothing of none.
fn words(texts: impl Iterator<Item = String>, style: WordStyle, room: f64) -> Option<PanelRow> {
    let texts: Vec<String> = texts.collect();
    let gap = if style == WordStyle::Queue { 0.0 } else { GAP };
    let width = |text: &str| text_width(text, SIZE) + 2.0 * PAD;
    let rest = |shown: usize| match texts.len() - shown {
        0 => None,
        left => Some(format!("+{left}")),
    };
    let all = |shown: usize| {
        let words: f64 = texts[..shown].iter().map(|text| width(text) + gap).sum();
        words - gap + rest(shown).map_or(0.0, |text| GAP + text_width(&text, SIZE))
    };
    let first = texts.first()?;
    let shown = (1..=texts.len()).rev().find(|shown| all(*shown) <= room).unwrap_or(1);
    let mut x = -all(shown).min(room) / 2.0;
    let mut of = Vec::with_capacity(shown);
    for text in &texts[..shown] {
        // One that is too long even alone is cut.
        let over = (all(shown) - room).max(0.0);
        let text = match over > 0.0 {
            true => clipped(first, SIZE, text_width(first, SIZE) - over - CUT),
            false => text.clone(),
        };
        let w = width(&text);
        of.push(Word { text, x, w });
        x += w + gap;
    }
    let after = rest(shown).map(|text| {
        let w = text_width(&text, SIZE);
        Word { text, x: x - gap + GAP, w }
    });
    Some(PanelRow::Words { of, after, style })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;
    use crate::protocol::Opinion;

    const ROOM: f64 = 130.0;

    fn panel(content: Content) -> PanelView {
        PanelView { name: "it", content }
    }

    fn row(content: Content) -> Option<PanelRow> {
        PanelRow::of(&[panel(content)], 6, ROOM)
    }

    fn cells(count: u64) -> Vec<Cell> {
        let cell = |index| Cell { index, stamp: 1, text: "x".into(), state: CellState::Stored };
        (1..=count).map(cell).collect()
    }

    #[test]
    fn words_that_do_not_fit_are_counted_and_none_leaves_the_box() {
        let long = "a-name-that-no-box-has-room-for-and-that-is-cut";
        for texts in [vec!["S1"], vec!["S1"; 3], vec!["S1"; 40], vec![long], vec![long; 9]] {
            let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
            for content in [Content::Queue(texts.clone()), Content::Set(texts.clone())] {
                let Some(PanelRow::Words { of, after, .. }) = row(content) else { panic!() };
                let left = after.as_ref().map_or(0, |more| more.text[1..].parse().unwrap());
                assert_eq!(of.len() + left, texts.len());
                let last = after.as_ref().or(of.last()).unwrap();
                assert!(of[0].x >= -ROOM / 2.0 - 1e-9, "{of:?}");
                assert!(last.x + last.w <= ROOM / 2.0 + 1e-9, "{of:?} {after:?}");
                assert!(of.windows(2).all(|pair| pair[0].x + pair[0].w <= pair[1].x + 1e-9));
            }
        }
    }

    #[test]
    fn a_log_shows_its_end_and_slots_their_beginning() {
        let Some(PanelRow::Squares { cells: last, before, .. }) =
            row(Content::Log { len: 90, cells: cells(9) })
        else {
            panic!()
        };
        assert_eq!((last.len(), last[5].index, before), (6, 9, 84));
        let Some(PanelRow::Squares { cells: first, after, .. }) = row(Content::Slots(cells(9)))
        else {
            panic!()
        };
        assert_eq!((first.len(), first[0].index, after), (6, 1, 3));
    }

    fn opinion(of: u16, regard: Regard) -> Opinion {
        Opinion { of: Place::server(of), word: "so", number: 3, regard }
    }

    #[test]
    fn of_opinions_those_are_shown_that_do_not_go_without_saying() {
        let of = vec![
            opinion(0, Regard::Sound),
            opinion(1, Regard::Doubted),
            opinion(2, Regard::Lost),
            opinion(3, Regard::Away),
        ];
        let Some(PanelRow::Words { of, after: None, .. }) =
            row(Content::Opinions { number: "age", of })
        else {
            panic!()
        };
        let told: Vec<&str> = of.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(told, ["S2?", "S3✕", "S4–"]);
    }

    #[test]
    fn what_is_empty_leaves_the_row_to_the_next_panel() {
        let empty = [
            Content::Log { len: 0, cells: Vec::new() },
            Content::Queue(Vec::new()),
            Content::Set(Vec::new()),
            Content::Slots(Vec::new()),
            Content::Table { columns: &["key"], rows: Vec::new() },
            Content::Text(String::new()),
            Content::Opinions { number: "age", of: vec![opinion(1, Regard::Sound)] },
        ];
        let mut panels: Vec<PanelView> = empty.into_iter().map(panel).collect();
        assert_eq!(PanelRow::of(&panels, 6, ROOM), None);
        panels.push(panel(Content::Text("idle".into())));
        assert_eq!(PanelRow::of(&panels, 6, ROOM), Some(PanelRow::Line("idle".into())));
        assert_eq!(PanelRow::of(&panels, 0, ROOM), None, "a small box has no room for a row");
    }
}
