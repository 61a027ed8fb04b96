//! A partition as it stands. Who is apart from whom is said by the sides on which they stand, not link
//! by link: among a thousand places there are a million links, and seldom more than a few sides.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::base::{Place, Places};
use crate::command::Partition;

/// Whom a partition keeps apart.
#[derive(Clone, Debug)]
pub struct Division {
    places: Rc<Places>,
    /// The side of each place, in the order of all places.
    of: Box<[u16]>,
    sides: Vec<Side>,
    one_way: bool,
    /// The command (an event) that made it.
    by: u64,
    /// The one that it took the place of: what that one cut and this one cuts, that one has cut.
    before: Option<Rc<Division>>,
}

/// All who belong to the same groups.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    /// A client that the partition does not name: it is not about them.
    Unconcerned,
    /// The groups by their positions; none for those that the partition does not name.
    In(Vec<u16>),
}

/// The groups of a one-way partition.
const UNHEARD: u16 = 0;
const DEAF: u16 = 1;

impl Division {
    /// The partition that the command `by` makes among these places.
    pub fn new(partition: &Partition, places: &Rc<Places>, by: u64) -> Division {
        let (groups, one_way): (Vec<&[Place]>, bool) = match partition {
            Partition::Groups(groups) => (groups.iter().map(Vec::as_slice).collect(), false),
            Partition::OneWay { unheard, deaf } => (vec![unheard, deaf], true),
        };
        let mut member_of: Vec<Vec<u16>> = vec![Vec::new(); places.len()];
        for (position, group) in (0..).zip(groups) {
            for place in group {
                let known = &mut member_of[places.index(*place)];
                if known.last() != Some(&position) {
                    known.push(position);
                }
            }
        }
        let mut known: BTreeMap<Side, u16> = BTreeMap::new();
        let side = |(place, groups): (Place, Vec<u16>)| {
            let side = match groups.is_empty() && places.is_house_client(place) {
                true => Side::Unconcerned,
                false => Side::In(groups),
            };
            let next = known.len() as u16;
            *known.entry(side).or_insert(next)
        };
        let of = places.all().zip(member_of).map(side).collect();
        let mut sides: Vec<(u16, Side)> = known.into_iter().map(|(side, i)| (i, side)).collect();
        sides.sort_unstable_by_key(|(position, _)| *position);
        let sides = sides.into_iter().map(|(_, side)| side).collect();
        Division { places: Rc::clone(places), of, sides, one_way, by, before: None }
    }

    /// The same in the place of another.
    pub fn instead_of(self, before: Option<Rc<Division>>) -> Division {
        Division { before, ..self }
    }

    /// The position of the place's side: whoever has the same is parted from the same.
    pub fn side(&self, place: Place) -> u16 {
        self.of[self.places.index(place)]
    }

    /// Whether the partition is about this place.
    pub fn concerns(&self, place: Place) -> bool {
        self.sides[usize::from(self.side(place))] != Side::Unconcerned
    }

    /// Whether what is sent from here does not arrive there.
    pub fn parts(&self, from: Place, to: Place) -> bool {
        self.parts_sides(self.side(from), self.side(to))
    }

    /// Whether what is sent from a place of one side does not arrive at a place of the other.
    pub fn parts_sides(&self, from: u16, to: u16) -> bool {
        let (from, to) = (&self.sides[usize::from(from)], &self.sides[usize::from(to)]);
        match (from, to) {
            (Side::Unconcerned, _) | (_, Side::Unconcerned) => false,
            (Side::In(from), Side::In(to)) if self.one_way => {
                from.contains(&UNHEARD) && to.contains(&DEAF)
            }
            (Side::In(from), Side::In(to)) => {
                let together = from.iter().any(|group| to.contains(group));
                !together && !(from.is_empty() && to.is_empty())
            }
        }
    }

    /// The command that has cut what is sent from here to there, if it is cut.
    pub fn blame(&self, from: Place, to: Place) -> Option<u64> {
        let mut of = self.parts(from, to).then_some(self)?;
        while let Some(before) = of.before.as_deref().filter(|before| before.parts(from, to)) {
            of = before;
        }
        Some(of.by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn division(partition: Partition) -> Division {
        Division::new(&partition, &Rc::new(Places::with_clients(5, 2)), 1)
    }

    fn s(number: u16) -> Place {
        Place::server(number - 1)
    }

    #[test]
    fn groups_may_overlap_and_the_unnamed_are_one_more() {
        let it = division(Partition::Groups(vec![vec![s(1), s(2)], vec![s(2), s(3)]]));
        assert!(it.parts(s(1), s(3)) && !it.parts(s(1), s(2)) && !it.parts(s(2), s(3)));
        assert!(it.parts(s(4), s(1)) && !it.parts(s(4), s(5)));
        let client = Place::client(0);
        assert!(!it.concerns(client) && !it.parts(client, s(1)) && !it.parts(s(1), client));
    }

    #[test]
    fn one_way_the_other_way_stays_open() {
        let it = division(Partition::OneWay { unheard: vec![s(1)], deaf: vec![s(2), s(3)] });
        assert!(it.parts(s(1), s(2)) && !it.parts(s(2), s(1)) && !it.parts(s(1), s(4)));
    }

    #[test]
    fn the_first_of_those_that_cut_a_link_in_turn_is_to_blame() {
        let places = Rc::new(Places::cluster(3));
        let part = |groups: Vec<Vec<Place>>, by, before: Option<Division>| {
            Division::new(&Partition::Groups(groups), &places, by).instead_of(before.map(Rc::new))
        };
        let first = part(vec![vec![s(1)], vec![s(2), s(3)]], 7, None);
        let second = part(vec![vec![s(1), s(2)], vec![s(3)]], 9, Some(first));
        assert_eq!(second.blame(s(1), s(3)), Some(7));
        assert_eq!(second.blame(s(2), s(3)), Some(9));
        assert_eq!(second.blame(s(1), s(2)), None);
    }
}
