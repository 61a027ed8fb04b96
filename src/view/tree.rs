//! The branches of a run as a tree over time: a line each, which departs from its parent's line when
//! its script does. A family stays together, and of children that departed from the same branch the
//! later stand nearer to it: so no way from a parent down to a child crosses another line.

use crate::base::Time;

/// A branch to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limb {
    /// Place of the branch it departs from, and when.
    pub parent: Option<(usize, Time)>,
    /// How far it is known.
    pub end: Time,
}

/// A branch's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Place of the branch.
    pub branch: usize,
    /// How many it stands below the one that began it all.
    pub depth: usize,
    /// From where it departs to where it is known no further.
    pub from: Time,
    pub to: Time,
    /// The row it departs from.
    pub parent: Option<usize>,
}

/// The branches as rows, from top to bottom.
pub fn rows(limbs: &[Limb]) -> Vec<Row> {
    let mut children: Vec<Vec<(Time, usize)>> = vec![Vec::new(); limbs.len()];
    let mut open = Vec::new();
    for (branch, limb) in limbs.iter().enumerate() {
        match line_of(limbs, limb.parent) {
            Some((of, since)) => children[of].push((since, branch)),
            None => open.push((branch, 0, None)),
        }
    }
    open.reverse();
    let mut rows: Vec<Row> = Vec::new();
    while let Some((branch, depth, parent)) = open.pop() {
        let from = limbs[branch].parent.filter(|_| parent.is_some()).map_or(Time::ZERO, |(_, t)| t);
        let row = rows.len();
        rows.push(Row { branch, depth, from, to: limbs[branch].end.max(from), parent });
        let mut below = std::mem::take(&mut children[branch]);
        // What is pushed last comes next: the latest, and of the same time the first.
        below.sort_by_key(|(since, child)| (*since, std::cmp::Reverse(*child)));
        open.extend(below.into_iter().map(|(_, child)| (child, depth + 1, Some(row))));
    }
    rows
}

/// The branch on whose line a parent's past lies at that time: what departs before its parent did,
/// departs from what its parent departed from. None where there is no such branch.
fn line_of(limbs: &[Limb], mut parent: Option<(usize, Time)>) -> Option<(usize, Time)> {
    for _ in limbs {
        let (of, since) = parent?;
        match limbs.get(of)?.parent {
            Some((above, from)) if since < from => parent = Some((above, since)),
            _ => return parent,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limb(parent: Option<(usize, u64)>, end: u64) -> Limb {
        let parent = parent.map(|(of, at)| (of, Time::millis(at)));
        Limb { parent, end: Time::millis(end) }
    }

    /// A family of many, grown by chance.
    fn forest(seed: u64, size: usize) -> Vec<Limb> {
        let mut chance = crate::base::Chance::new(seed, 0);
        let mut limbs: Vec<Limb> = Vec::new();
        for branch in 0..size {
            let parent = (branch > 0 && chance.below(8) > 0)
                .then(|| (chance.below(branch as u32) as usize, chance.below(900) as u64));
            let least = parent.map_or(0, |(_, at)| at);
            limbs.push(limb(parent, least + u64::from(chance.below(500))));
        }
        limbs
    }

    #[test]
    fn one_branch_is_one_line() {
        let row = Row { branch: 0, depth: 0, from: Time::ZERO, to: Time::millis(9), parent: None };
        assert_eq!(rows(&[limb(None, 9)]), [row]);
        assert_eq!(rows(&[]), []);
    }

    #[test]
    fn children_stand_below_their_parent_the_latest_first() {
        let limbs = [
            limb(None, 900),
            limb(Some((0, 100)), 500),
            limb(Some((0, 400)), 800),
            limb(Some((1, 300)), 200),
            limb(Some((0, 400)), 800),
        ];
        let rows = rows(&limbs);
        let order: Vec<(usize, usize)> = rows.iter().map(|row| (row.branch, row.depth)).collect();
        assert_eq!(order, [(0, 0), (2, 1), (4, 1), (1, 1), (3, 2)]);
        let parents: Vec<Option<usize>> = rows.iter().map(|row| row.parent).collect();
        assert_eq!(parents, [None, Some(0), Some(0), Some(0), Some(3)]);
        let last = rows[4];
        assert_eq!((last.from, last.to), (Time::millis(300), Time::millis(300)), "never backwards");
    }

    #[test]
    fn every_branch_has_a_row_and_no_way_down_crosses_a_line() {
        for seed in 0..200 {
            let limbs = forest(seed, 1 + (seed as usize % 32));
            let rows = rows(&limbs);
            let mut places: Vec<usize> = rows.iter().map(|row| row.branch).collect();
            places.sort_unstable();
            assert_eq!(places, (0..limbs.len()).collect::<Vec<_>>());
            for (at, row) in rows.iter().enumerate() {
                let Some(parent) = row.parent else { continue };
                assert!(rows[parent].from <= row.from && rows[parent].depth + 1 == row.depth);
                for between in &rows[parent + 1..at] {
                    assert!(between.from >= row.from, "{limbs:?}: {row:?} crosses {between:?}");
                }
            }
        }
    }

    #[test]
    fn what_departs_before_its_parent_did_departs_from_the_parents_parent() {
        let rows = rows(&[limb(None, 900), limb(Some((0, 600)), 800), limb(Some((1, 300)), 700)]);
        assert_eq!((rows[2].branch, rows[2].parent, rows[2].depth), (2, Some(0), 1));
    }

    #[test]
    fn what_makes_no_sense_is_drawn_all_the_same() {
        let limbs = [limb(Some((7, 100)), 50), limb(Some((1, 5)), 9)];
        assert_eq!(rows(&limbs)[0].branch, 0);
    }
}
