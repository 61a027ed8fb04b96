//! What a server's box has room to show of its panels: one row under its name, of the first panel that
//! has something to show. The whole of each stands in the inspector.

use super::flight::{CHIP_GAP, Chip, clipped, text_width};
use super::tenure::RING;
use crate::protocol::{Cell, CellState, Content, PanelView, Regard};

/// The row, by how it is drawn. What does not fit is counted.
#[derive(Clone, Debug, PartialEq)]
pub enum PanelRow {
    /// Squares: of a log the last entries, of slots the first.
    Squares { cells: Vec<Cell>, before: u64, after: u64, numbered: bool },
    /// Words in boxes, the first ones.
    Words { of: Vec<Word>, after: Option<Word>, style: WordStyle },
    /// A square, and the word (where there is room for it) and text beside it.
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

/// A text in a box, after the chip of its stamp if it has one: its left edge, from the middle of the server's
/// box, and its width.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub chip: Option<Chip>,
    pub text: String,
    /// What became of it, where it was asked for.
    pub fate: Option<Upshot>,
    /// It was done last: that is what stands.
    pub stands: bool,
    /// Before it stands a ring: of which of what is held for a while in this place.
    pub ring: Option<usize>,
    pub x: f64,
    pub w: f64,
}

/// What became of something that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upshot {
    Done,
    /// It was done, and over something that was done under a newer grant.
    Late,
    Refused,
}

/// The size of the text, what lies between it and its box's edge, and between boxes.
pub const SIZE: f64 = 11.0;
const PAD: f64 = 5.0;
const GAP: f64 = 4.0;
/// The size of a value's text, and what its square takes.
const VALUE: f64 = 11.5;
const SQUARE: f64 = 18.0;
/// From one square to the next, and what lies between two.
pub const STEP: f64 = 16.0;
pub const BETWEEN: f64 = 3.0;

impl PanelRow {
    /// The row of these panels, in a box with room for so many squares, or words of so many pixels. `stamp` is what
    /// the protocol calls its stamps.
    pub fn of(
        panels: &[PanelView],
        stamp: Option<&str>,
        squares: usize,
        room: f64,
    ) -> Option<PanelRow> {
        if squares == 0 {
            return None;
        }
        panels.iter().find_map(|panel| PanelRow::of_panel(panel, stamp, squares, room))
    }

    /// The row of a queue in which somebody waits who has something for a while: with a ring before each of
    /// those. `ring` tells which it is, by the name that such a text ends with.
    pub fn of_queue(
        panels: &[PanelView],
        room: f64,
        ring: impl Fn(&str) -> Option<usize>,
    ) -> Option<PanelRow> {
        let queue = panels.iter().find_map(|panel| match &panel.content {
            Content::Queue(queue) => Some(queue),
            _ => None,
        })?;
        let told = |text: &String| {
            let ring = text.rsplit(' ').next().and_then(&ring);
            Told { ring, text: text.clone(), ..Told::default() }
        };
        let told: Vec<Told> = queue.iter().map(told).collect();
        let has_rings = told.iter().any(|told| told.ring.is_some());
        has_rings.then(|| words(told, WordStyle::Queue, room)).flatten()
    }

    fn of_panel(
        panel: &PanelView,
        stamp: Option<&str>,
        squares: usize,
        room: f64,
    ) -> Option<PanelRow> {
        match &panel.content {
            Content::Log { len, cells } => {
                let fit = fitting(*len, squares.min(cells.len()), room);
                let cells = cells[cells.len() - fit..].to_vec();
                let before = len.saturating_sub(cells.len() as u64);
                (*len > 0).then_some(PanelRow::Squares { cells, before, after: 0, numbered: false })
            }
            Content::Slots(slots) => {
                let fit = fitting(slots.len() as u64, squares.min(slots.len()), room);
                let cells = slots[..fit].to_vec();
                let after = (slots.len() - cells.len()) as u64;
                (!slots.is_empty()).then_some(PanelRow::Squares {
                    cells,
                    before: 0,
                    after,
                    numbered: true,
                })
            }
            Content::Queue(queue) => words(plain(queue.iter().cloned()), WordStyle::Queue, room),
            Content::Set(set) => words(plain(set.iter().cloned()), WordStyle::Set, room),
            Content::Table { columns, rows } => {
                let stamped = stamp.is_some() && columns.first().copied() == stamp;
                let mut told: Vec<Told> = rows.iter().map(|row| told(row, stamped)).collect();
                let is_done = |it: &&mut Told| matches!(it.fate, Some(Upshot::Done | Upshot::Late));
                told.iter_mut().find(is_done).into_iter().for_each(|it| it.stands = true);
                words(told, WordStyle::Table, room)
            }
            // That somebody is well goes without saying.
            Content::Opinions { of, .. } => {
                let others = of.iter().filter(|opinion| opinion.regard != Regard::Sound);
                let told = others.map(|opinion| format!("{}{}", opinion.of, opinion.regard.sign()));
                words(plain(told), WordStyle::Set, room)
            }
            Content::Value { text, stamp, state } => {
                let text = text.clone();
                let width = text_width(&format!("{} {text}", panel.name), VALUE) + SQUARE;
                let name = if width > room { "" } else { panel.name };
                Some(PanelRow::Value { name, text, stamp: *stamp, state: *state })
            }
            Content::Text(text) => {
                (!text.is_empty()).then(|| PanelRow::Line(clipped(text, SIZE, room)))
            }
        }
    }
}

/// How wide so many squares are, and what says how many there are beside them.
pub fn squares_width(squares: usize, more: u64) -> f64 {
    squares as f64 * STEP - BETWEEN + more_width(more)
}

/// What says that there are so many more takes beside squares.
pub fn more_width(more: u64) -> f64 {
    if more == 0 { 0.0 } else { text_width(&format!("+{more}"), SIZE) + BETWEEN }
}

/// How many squares of so many fit, up to `most`, beside what counts the others; one at the least.
fn fitting(of: u64, most: usize, room: f64) -> usize {
    let fits = |squares: &usize| squares_width(*squares, of - *squares as u64) <= room;
    (1..=most).rev().find(fits).unwrap_or(most.min(1))
}

/// What stands in a box.
#[derive(Clone, Default)]
struct Told {
    ring: Option<usize>,
    chip: Option<Chip>,
    text: String,
    fate: Option<Upshot>,
    stands: bool,
}

impl Told {
    /// What lies before the text.
    fn before(&self) -> f64 {
        let chip = self.chip.as_ref().map_or(0.0, |chip| chip.width + CHIP_GAP);
        chip + self.ring.map_or(0.0, |_| RING + CHIP_GAP)
    }

    fn width(&self) -> f64 {
        self.before() + text_width(&self.text, SIZE) + 2.0 * PAD
    }
}

fn plain(texts: impl Iterator<Item = String>) -> Vec<Told> {
    texts.map(|text| Told { text, ..Told::default() }).collect()
}

/// A row of a table, which may begin with a stamp: that is a chip.
fn told(row: &[String], stamped: bool) -> Told {
    let chip = row.first().filter(|_| stamped).and_then(|first| first.parse().ok()).map(Chip::new);
    let fate = row.iter().find_map(|cell| match cell.as_str() {
        Content::DONE => Some(Upshot::Done),
        Content::LATE => Some(Upshot::Late),
        Content::REFUSED => Some(Upshot::Refused),
        _ => None,
    });
    // That something was done goes without saying.
    let cells = row[usize::from(chip.is_some())..].iter().filter_map(|cell| match cell.as_str() {
        Content::DONE | "" => None,
        Content::LATE => Some("!"),
        cell => Some(cell),
    });
    let text = cells.collect::<Vec<_>>().join(" ");
    Told { chip, text, fate, ..Told::default() }
}

/// As many of these as fit side by side, around the middle; nothing of none.
fn words(mut texts: Vec<Told>, style: WordStyle, room: f64) -> Option<PanelRow> {
    let gap = if style == WordStyle::Queue { 0.0 } else { GAP };
    if texts.iter().map(|told| told.width() + gap).sum::<f64>() - gap > room {
        texts.iter_mut().for_each(|told| told.chip = told.chip.as_ref().map(Chip::bare));
    }
    let rest = |shown: usize| match texts.len() - shown {
        0 => None,
        left => Some(format!("+{left}")),
    };
    let all = |shown: usize| {
        let words: f64 = texts[..shown].iter().map(|told| told.width() + gap).sum();
        words - gap + rest(shown).map_or(0.0, |text| GAP + text_width(&text, SIZE))
    };
    texts.first()?;
    let shown = (1..=texts.len()).rev().find(|shown| all(*shown) <= room).unwrap_or(1);
    let mut x = -all(shown).min(room) / 2.0;
    let mut of = Vec::with_capacity(shown);
    for told in &texts[..shown] {
        // One that is too long even alone is cut.
        let over = (all(shown) - room).max(0.0);
        let text = match over > 0.0 {
            true => clipped(&told.text, SIZE, text_width(&told.text, SIZE) - over),
            false => told.text.clone(),
        };
        let Told { ring, chip, text, fate, stands } = Told { text, ..told.clone() };
        let w = Told { text: text.clone(), ..told.clone() }.width();
        of.push(Word { chip, text, fate, stands, ring, x, w });
        x += w + gap;
    }
    let after = rest(shown).map(|text| {
        let w = text_width(&text, SIZE);
        Word { chip: None, text, fate: None, stands: false, ring: None, x: x - gap + GAP, w }
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
        PanelRow::of(&[panel(content)], Some("token"), 6, ROOM)
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

    #[test]
    fn squares_and_the_count_beside_them_stay_in_their_box() {
        for (count, room, most) in
            [(3, 53.0, 4), (4, 53.0, 4), (40, 53.0, 4), (4, 70.0, 4), (900, 110.0, 6)]
        {
            let row = PanelRow::of(&[panel(Content::Slots(cells(count)))], None, most, room);
            let Some(PanelRow::Squares { cells, after, .. }) = row else { panic!("a row") };
            assert_eq!(cells.len() as u64 + after, count);
            assert!(
                squares_width(cells.len(), after) <= room,
                "{count} in {room}: {}",
                cells.len()
            );
            let one_more = squares_width(cells.len() + 1, after.saturating_sub(1));
            assert!(after == 0 || cells.len() == most || one_more > room, "{count} in {room}");
        }
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
    fn who_waits_in_a_queue_and_has_something_for_a_while_has_a_ring() {
        let row = |queue: &[&str]| {
            let queue = queue.iter().map(|text| (*text).to_owned()).collect();
            let ring = |name: &str| (name == "C2").then_some(7);
            PanelRow::of_queue(&[panel(Content::Queue(queue))], ROOM, ring)
        };
        let Some(PanelRow::Words { of, .. }) = row(&["0 C1", "1 C2"]) else { panic!("a row") };
        assert_eq!([of[0].ring, of[1].ring], [None, Some(7)]);
        assert!((of[1].w - of[0].w - RING - CHIP_GAP).abs() < 1e-9, "there is room for it");
        assert_eq!(row(&["0 C1"]), None);
        assert_eq!(row(&[]), None);
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
        let row = |panels: &[PanelView], squares| PanelRow::of(panels, None, squares, ROOM);
        assert_eq!(row(&panels, 6), None);
        panels.push(panel(Content::Text("idle".into())));
        assert_eq!(row(&panels, 6), Some(PanelRow::Line("idle".into())));
        assert_eq!(row(&panels, 0), None, "a small box has no room for a row");
    }

    #[test]
    fn what_was_refused_is_marked_and_what_was_done_is_not_unless_it_was_late() {
        let row = |sign: &str| {
            let rows = vec![vec!["2".to_owned(), "C2.1".into(), sign.into()]];
            let table = Content::Table { columns: &["token", "writer", "taken"], rows };
            let Some(PanelRow::Words { of, .. }) = row(table) else { panic!("it has a row") };
            (of[0].text.clone(), of[0].fate, of[0].stands)
        };
        assert_eq!(row(Content::DONE), ("C2.1".into(), Some(Upshot::Done), true));
        assert_eq!(row(Content::LATE), ("C2.1 !".into(), Some(Upshot::Late), true));
        assert_eq!(row(Content::REFUSED), ("C2.1 ✕".into(), Some(Upshot::Refused), false));
    }

    #[test]
    fn a_stamp_that_a_row_of_a_table_begins_with_is_a_chip() {
        let told = |columns, cells: [&str; 2]| {
            let rows = vec![cells.map(str::to_owned).to_vec()];
            let Some(PanelRow::Words { of, .. }) = row(Content::Table { columns, rows }) else {
                panic!("it has a row")
            };
            (of[0].chip.as_ref().map(|chip| chip.stamp), of[0].text.clone())
        };
        assert_eq!(told(&["token", "writer"], ["34", "C2.1"]), (Some(34), "C2.1".into()));
        assert_eq!(told(&["token", "writer"], ["604213", "C2.1"]), (Some(604_213), "C2.1".into()));
        assert_eq!(told(&["key", "owner"], ["7", "S1"]), (None, "7 S1".into()));
    }
}
