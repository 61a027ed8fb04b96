//! Which lanes the diagram shows, in which order, which of them share one row, and which kinds of
//! messages it leaves out. It is the page's state and not the run's: lanes that another run does not
//! have are passed over.

use std::collections::BTreeMap;

use crate::base::{Place, Places};

/// What somebody has changed; by default everybody has a row of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lanes {
    /// The order that was made by hand, if one was.
    order: Vec<Place>,
    hidden: Vec<Place>,
    /// The lanes that share a row with all others of their kind.
    folded: Vec<Place>,
    /// Names of the kinds of messages that are left out.
    without: Vec<String>,
}

/// The names of these four lists in a link.
pub const PARTS: [&str; 4] = ["lanes", "hidden", "folded", "without"];
/// So many lanes or kinds are read of each.
pub const MOST: usize = 1_100;

/// Of very many places, so many have lanes until somebody asks for others.
const FEW: usize = 6;

/// Why the lanes in a link cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// This is no lane.
    Unknown(String),
    /// More than [`MOST`].
    TooMany,
}

/// A change of what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LaneChange {
    Show(Place, bool),
    /// Into one row with the others of its kind, or out of it.
    Fold(Place, bool),
    /// All of the kind of this letter.
    FoldAll(char, bool),
    Up(Place),
    Down(Place),
    /// To the place of another's row.
    To(Place, Place),
    /// This one and no other.
    Only(Place),
    /// Messages of the kind of this name.
    Kind(String, bool),
    Reset,
}

impl Lanes {
    /// All lanes of a run, hidden ones too, in their order; of very many places those that somebody has
    /// asked for, else the first few.
    pub fn all(&self, places: &Places) -> Vec<Place> {
        if places.are_many() {
            let asked = self.order.iter().copied().filter(|lane| places.has(*lane));
            let asked: Vec<Place> = asked.collect();
            let some = || places.lanes().take(FEW).collect();
            return if asked.is_empty() { some() } else { asked };
        }
        let usual: Vec<Place> = places.lanes().collect();
        // Those that the order by hand does not know come after it, as usual.
        let known = self.order.iter().filter(|lane| usual.contains(lane));
        let mut all: Vec<Place> = known.copied().collect();
        all.extend(usual.iter().filter(|lane| !self.order.contains(lane)));
        all
    }

    /// The rows to draw. Folded lanes stand where the first of them would. Where a run has only
    /// lanes that are hidden, it shows them all: an empty diagram tells nothing. Among very many places,
    /// who is `chosen` has a lane as well.
    pub fn rows(&self, places: &Places, chosen: Option<Place>) -> Vec<Vec<Place>> {
        let mut rows: Vec<Vec<Place>> = Vec::new();
        // The row of each kind that has one.
        let mut folded: BTreeMap<char, usize> = BTreeMap::new();
        let mut all = self.all(places);
        if all.iter().any(|lane| self.shows(*lane)) {
            all.retain(|lane| self.shows(*lane));
        }
        let chosen = chosen.filter(|lane| places.are_many() && !all.contains(lane));
        for lane in chosen.into_iter().chain(all) {
            match folded.get(&lane.letter()) {
                Some(row) if self.folds(lane) => rows[*row].push(lane),
                _ => {
                    if self.folds(lane) {
                        folded.insert(lane.letter(), rows.len());
                    }
                    rows.push(vec![lane]);
                }
            }
        }
        rows
    }

    pub fn shows(&self, lane: Place) -> bool {
        !self.hidden.contains(&lane)
    }

    pub fn folds(&self, lane: Place) -> bool {
        self.folded.contains(&lane)
    }

    /// Kinds of messages that are left out.
    pub fn without(&self) -> &[String] {
        &self.without
    }

    pub fn shows_kind(&self, kind: &str) -> bool {
        !self.without.iter().any(|name| name == kind)
    }

    // ---- as a link says it -------------------------------------------------------------------

    /// What is not as usual, each under its name: `hidden` is `S2,C1`.
    pub fn parts(&self) -> Vec<(&'static str, String)> {
        let list =
            |lanes: &[Place]| lanes.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let [order, hidden, folded, without] = PARTS;
        let mut parts = vec![
            (order, list(&self.order)),
            (hidden, list(&self.hidden)),
            (folded, list(&self.folded)),
            (without, self.without.join(",")),
        ];
        parts.retain(|(_, said)| !said.is_empty());
        parts
    }

    /// Reads one of them.
    pub fn read(&mut self, name: &str, said: &str) -> Result<(), Unread> {
        let said: Vec<&str> = said.split(',').filter(|one| !one.is_empty()).collect();
        if said.len() > MOST {
            return Err(Unread::TooMany);
        }
        let [_, hidden, folded, without] = PARTS;
        if name == without {
            for kind in said {
                put(&mut self.without, kind.to_owned(), true);
            }
            return Ok(());
        }
        let lanes = match name {
            _ if name == hidden => &mut self.hidden,
            _ if name == folded => &mut self.folded,
            _ => &mut self.order,
        };
        for lane in said {
            let known = lane.parse().map_err(|_| Unread::Unknown(lane.to_owned()))?;
            put(lanes, known, true);
        }
        Ok(())
    }

    /// Whether everything is shown as usual.
    pub fn is_usual(&self) -> bool {
        *self == Lanes::default()
    }

    /// Makes a change for a run of these places; not if no lane would be left.
    #[must_use]
    pub(super) fn change(&mut self, change: LaneChange, places: &Places) -> bool {
        let all = self.all(places);
        let shown = all.iter().filter(|lane| self.shows(**lane)).count();
        match change {
            LaneChange::Show(lane, false) if shown == 1 && self.shows(lane) => return false,
            LaneChange::Show(lane, true) if places.are_many() && !all.contains(&lane) => {
                self.order = all;
                self.order.push(lane);
                self.order.truncate(MOST);
            }
            LaneChange::Show(lane, shown) => put(&mut self.hidden, lane, !shown),
            LaneChange::Fold(lane, folded) => put(&mut self.folded, lane, folded),
            LaneChange::FoldAll(letter, folded) => {
                let lanes = all.into_iter().filter(|lane| lane.letter() == letter);
                lanes.for_each(|lane| put(&mut self.folded, lane, folded));
            }
            LaneChange::Up(lane) => self.shift(lane, all, false),
            LaneChange::Down(lane) => self.shift(lane, all, true),
            LaneChange::To(lane, other) => self.place(lane, other, all),
            LaneChange::Only(lane) => {
                self.hidden = all.into_iter().filter(|other| *other != lane).collect();
            }
            LaneChange::Kind(kind, shown) => put(&mut self.without, kind, !shown),
            LaneChange::Reset => *self = Lanes::default(),
        }
        true
    }

    /// Past the next lane that is shown.
    fn shift(&mut self, lane: Place, all: Vec<Place>, down: bool) {
        let Some(here) = all.iter().position(|other| *other == lane) else { return };
        let shown = |other: &&Place| self.shows(**other);
        let other = match down {
            true => all[here + 1..].iter().find(shown),
            false => all[..here].iter().rev().find(shown),
        };
        if let Some(other) = other.copied() {
            self.place(lane, other, all);
        }
    }

    /// To where another stands, which makes room.
    fn place(&mut self, lane: Place, other: Place, mut all: Vec<Place>) {
        let place = |lane| all.iter().position(|other| *other == lane);
        if let (Some(from), Some(to)) = (place(lane), place(other)) {
            all.remove(from);
            all.insert(to, lane);
            self.order = all;
        }
    }
}

/// Puts something into a set, or takes it out.
fn put<T: PartialEq>(set: &mut Vec<T>, what: T, is_in: bool) {
    set.retain(|other| *other != what);
    if is_in {
        set.push(what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const C1: Place = Place::client(0);
    const C2: Place = Place::client(1);
    const S1: Place = Place::server(0);
    const S2: Place = Place::server(1);
    const S3: Place = Place::server(2);

    fn after(changes: &[LaneChange]) -> Lanes {
        let mut lanes = Lanes::default();
        for change in changes {
            assert!(lanes.change(change.clone(), &Places::with_clients(3, 2)), "{change:?}");
        }
        lanes
    }

    /// The rows as text: `C1 C2 S1 S2 S3`, folded lanes joined by `+`.
    fn rows(lanes: &Lanes) -> String {
        let row =
            |row: &Vec<Place>| row.iter().map(ToString::to_string).collect::<Vec<_>>().join("+");
        lanes.rows(&Places::with_clients(3, 2), None).iter().map(row).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lanes_are_moved_hidden_and_folded() {
        use LaneChange::*;
        for (changes, expected) in [
            (vec![], "C1 C2 S1 S2 S3"),
            (vec![Up(S3)], "C1 C2 S1 S3 S2"),
            (vec![Up(C1), Down(S3)], "C1 C2 S1 S2 S3"),
            (vec![Show(C2, false), Up(S1)], "S1 C1 S2 S3"),
            (vec![To(S3, C1)], "S3 C1 C2 S1 S2"),
            (vec![To(C1, S3)], "C2 S1 S2 S3 C1"),
            (vec![FoldAll('C', true)], "C1+C2 S1 S2 S3"),
            (vec![Fold(S1, true), Fold(S3, true)], "C1 C2 S1+S3 S2"),
            (vec![Fold(S1, true), Fold(S3, true), Fold(S1, false)], "C1 C2 S1 S2 S3"),
            (vec![Only(S2)], "S2"),
            (vec![Only(S2), Show(S1, true)], "S1 S2"),
            (vec![Only(S2), Up(S3), Reset], "C1 C2 S1 S2 S3"),
        ] {
            assert_eq!(rows(&after(&changes)), expected, "{changes:?}");
        }
    }

    #[test]
    fn of_very_many_those_have_lanes_that_are_asked_for() {
        let places = Places::cluster(1_000);
        let (s9, s500) = (Place::server(8), Place::server(499));
        let mut lanes = Lanes::default();
        assert_eq!(lanes.rows(&places, None).len(), FEW);
        assert_eq!(lanes.rows(&places, Some(s500))[0], [s500]);
        assert!(lanes.change(LaneChange::Show(s9, true), &places));
        assert_eq!(lanes.rows(&places, None).last(), Some(&vec![s9]));
        assert!(lanes.change(LaneChange::Only(s9), &places));
        assert_eq!(lanes.rows(&places, Some(s9)), [[s9]]);
        assert_eq!(lanes.rows(&places, Some(s500)), [[s500], [s9]]);
    }

    #[test]
    fn one_lane_stays() {
        let mut lanes = after(&[LaneChange::Only(S2)]);
        assert!(!lanes.change(LaneChange::Show(S2, false), &Places::with_clients(3, 2)));
        assert_eq!(rows(&lanes), "S2");
        assert!(
            lanes.change(LaneChange::Show(S1, false), &Places::with_clients(3, 2)),
            "it is hidden already"
        );
    }

    #[test]
    fn another_run_has_other_lanes() {
        let lanes = after(&[LaneChange::To(S3, C1), LaneChange::Show(C2, false)]);
        let all = lanes.rows(&Places::with_clients(4, 1), None).concat();
        assert_eq!(all, [S3, C1, S1, S2, Place::server(3)]);
        // All that is left to show may be what the other run does not have.
        let only = after(&[LaneChange::Only(S3)]);
        assert_eq!(only.rows(&Places::with_clients(1, 1), None).concat(), [C1, S1]);
    }
}
