//! The timeline as a table: what happened in its window, in words, between the lanes and of the kinds
//! that it shows. A window may hold a hundred thousand events: the table shows a part of them, around
//! the cursor at first.

use super::store::Store;
use super::terms::{Selection, TablePage};
use super::ui::Window;
use crate::base::Time;
use crate::catalog::Run;
use crate::sim::snapshot::Told;
use crate::view::Rows;

/// Rows shown at once.
pub const ROWS: usize = 200;
/// Events told at a time, and at the most, on the way to the rows.
const CHUNK: u64 = 256;
const MOST: u64 = 4_096;

/// A part of the window as a table.
#[derive(Clone, Debug)]
pub struct Table {
    pub from: Time,
    pub to: Time,
    pub rows: Vec<Told>,
    /// The last event that has happened.
    pub here: u64,
    /// More than is shown.
    pub earlier: Option<TablePage>,
    pub later: Option<TablePage>,
}

impl Table {
    /// The page's table.
    pub fn of(store: &Store) -> Table {
        let Window { from, span, .. } = store.ui.window;
        let run = &store.pane().run;
        let window = Shown { run, rows: rows(store), from, to: from + span };
        let (now, here) = (run.now(), run.event());
        let (at, before, after) = match store.ui.table.unwrap_or_default() {
            TablePage::From(event) => (event, 0, ROWS),
            TablePage::Until(event) => (event + 1, ROWS, 0),
            TablePage::Here if from <= now && now <= from + span => (here + 1, ROWS / 2, ROWS / 2),
            TablePage::Here => (run.first_since(from), 0, ROWS),
        };
        let (mut rows, earlier) = window.back(at, before);
        let (later_rows, later) = window.forth(at, after);
        rows.extend(later_rows);
        Table {
            from,
            to: from + span,
            rows,
            here,
            earlier: earlier.map(TablePage::Until),
            later: later.map(TablePage::From),
        }
    }
}

/// The rows that the page's timeline shows: the table leaves out what they leave out.
fn rows(store: &Store) -> Rows {
    let setup = &store.pane().run.script().setup;
    let lanes = &store.ui.lanes;
    Rows::of(lanes.rows(&setup.places, store.chosen()), lanes.without().to_vec(), 0.0, 0.0)
}

/// A window on a run, and what of it is shown.
struct Shown<'a> {
    run: &'a Run,
    rows: Rows,
    from: Time,
    to: Time,
}

impl Shown<'_> {
    fn shows(&self, told: &Told) -> bool {
        match (told.place, told.message) {
            (Some(place), Some((other, kind))) => self.rows.joins(place, other, kind).is_some(),
            (Some(place), None) => self.rows.row(place).is_some(),
            (None, _) => true,
        }
    }

    /// Up to so many rows from an event on, and the event that comes after them in the window.
    fn forth(&self, first: u64, most: usize) -> (Vec<Told>, Option<u64>) {
        let (mut rows, mut next) = (Vec::new(), first);
        while next < first + MOST {
            let told = self.run.told_between(next, next + CHUNK - 1);
            if told.is_empty() {
                return (rows, None);
            }
            for told in told {
                if told.at > self.to {
                    return (rows, None);
                }
                if rows.len() == most {
                    return (rows, Some(told.event));
                }
                next = told.event + 1;
                if told.at >= self.from && self.shows(&told) {
                    rows.push(told);
                }
            }
        }
        (rows, Some(next))
    }

    /// Up to so many rows before an event, and the event that comes before them in the window.
    fn back(&self, before: u64, most: usize) -> (Vec<Told>, Option<u64>) {
        let (mut rows, mut next) = (Vec::new(), before.saturating_sub(1));
        let earlier = 'rows: {
            while next > 0 && before - next < MOST {
                for told in
                    self.run.told_between(next.saturating_sub(CHUNK - 1), next).into_iter().rev()
                {
                    if told.at < self.from {
                        break 'rows None;
                    }
                    if rows.len() == most {
                        break 'rows Some(told.event);
                    }
                    next = told.event - 1;
                    if told.at <= self.to && self.shows(&told) {
                        rows.push(told);
                    }
                }
            }
            (next > 0).then_some(next)
        };
        rows.reverse();
        (rows, earlier)
    }
}

impl Store {
    /// Selects the next message of the window after the selected one, or the one before it; where
    /// none is selected, the one at the cursor.
    pub(super) fn select_message(&mut self, next: bool) {
        let Window { from, span, .. } = self.ui.window;
        let run = &self.pane().run;
        let to = from + span;
        let window = Shown { run, rows: rows(self), from, to };
        let here = match self.ui.selection {
            Some(Selection::Message(event)) => event,
            _ if from <= run.now() && run.now() <= to => run.event(),
            _ if next => run.first_since(from).saturating_sub(1),
            _ => run.first_since(to),
        };
        let told = match next {
            true => window.forth(here + 1, MOST as usize).0,
            false => window.back(here, MOST as usize).0.into_iter().rev().collect(),
        };
        let sent = told.into_iter().find(|told| told.sends);
        if let Some(sent) = sent {
            self.ui.select(Some(Selection::Message(sent.event)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;
    use crate::player::tests::store;
    use crate::player::{LaneChange, TimeAction, TimelineAction};
    use crate::sim::snapshot::MarkKind;

    const S3: Place = Place::server(2);

    /// A store whose window shows so many ms from this one on.
    fn windowed(text: &str, from: u64, span: u64) -> Store {
        let mut store = store(text);
        store.update(TimeAction::Seek(Time::millis(2_000)));
        store.ui.window =
            Window { from: Time::millis(from), span: Time::millis(span), follows: false };
        store.update(TimelineAction::AsTable(true));
        store
    }

    /// All pages of the window, from its first on.
    fn all_pages(store: &mut Store) -> Vec<Told> {
        let mut table = Table::of(store);
        while let Some(earlier) = table.earlier {
            store.update(TimelineAction::TablePage(earlier));
            table = Table::of(store);
        }
        let mut rows = table.rows;
        while let Some(later) = table.later {
            store.update(TimelineAction::TablePage(later));
            table = Table::of(store);
            assert!(table.rows.len() <= ROWS);
            rows.extend(table.rows.clone());
        }
        rows
    }

    #[test]
    fn the_table_says_what_the_diagram_shows() {
        let mut store =
            windowed("run raft nodes=5 seed=3\n500ms crash S2\n600ms request C1 put a=1", 300, 900);
        store.update(TimelineAction::Lanes(LaneChange::Show(S3, false)));
        store.update(TimelineAction::Lanes(LaneChange::Kind("RequestVote".to_owned(), false)));
        let rows = all_pages(&mut store);
        let shown = super::rows(&store);
        let (from, to) = (Time::millis(300), Time::millis(1_200));
        let stretch = store.pane_mut().run.stretch(from, to);
        let (mut drawn, mut hidden) = (0, 0);
        for mark in stretch.marks.iter().filter(|mark| mark.at <= to) {
            let is_shown = match mark.what {
                MarkKind::Arrow { from, kind, .. } => {
                    shown.joins(from, mark.lane.unwrap(), kind).is_some()
                }
                _ => mark.lane.is_none_or(|lane| shown.row(lane).is_some()),
            };
            let told = rows.iter().any(|row| row.event == mark.event);
            assert_eq!(told, is_shown, "{mark:?}");
            if told { drawn += 1 } else { hidden += 1 }
        }
        assert!(drawn > 100 && hidden > 20, "{drawn} {hidden}");
        let numbers: Vec<u64> = rows.iter().map(|row| row.event).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "each once, in order");
        assert!(rows.iter().all(|row| row.at >= from && row.at <= to));
    }

    #[test]
    fn a_long_window_is_shown_in_parts() {
        let mut store = windowed("run raft nodes=5 seed=3 heartbeat=5ms", 0, 2_000);
        let table = Table::of(&store);
        assert_eq!(table.rows.len(), ROWS / 2, "the cursor is at its end");
        assert_eq!(table.rows.last().unwrap().event, table.here);
        assert!(table.earlier.is_some() && table.later.is_none());
        store.update(TimeAction::Seek(Time::millis(1_000)));
        let table = Table::of(&store);
        assert_eq!(table.rows.len(), ROWS);
        assert!(table.rows.iter().any(|row| row.event == table.here));
        let all = all_pages(&mut store);
        assert_eq!(all.len() as u64, store.pane().run.head().0);
    }

    #[test]
    fn messages_are_selected_one_after_another() {
        let mut store = windowed("run raft nodes=3 seed=7", 300, 500);
        let mut selected = Vec::new();
        for _ in 0..5 {
            store.update(TimelineAction::SelectMessage { next: true });
            let Some(Selection::Message(event)) = store.ui.selection else { panic!() };
            selected.push(event);
        }
        assert!(selected.is_sorted_by(|a, b| a < b), "{selected:?}");
        store.update(TimelineAction::SelectMessage { next: false });
        assert_eq!(store.ui.selection, Some(Selection::Message(selected[3])));
        let run = &mut store.pane_mut().run;
        assert!(run.message(selected[0]).unwrap().sent_at >= Time::millis(300));
    }
}
