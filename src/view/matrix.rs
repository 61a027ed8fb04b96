//! Who thinks what of whom: a table of all opinions that nodes hold of places, a row for whoever holds them.
//! Whatever protocol keeps such a panel gets it.

use crate::base::Place;
use crate::protocol::{Content, Opinion};
use crate::sim::snapshot::{NodeShot, Status};

/// A larger table is none that anybody can read: then each opinion stands with whoever holds it, and those of
/// many are counted.
pub const MOST: usize = 60;

#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// What the panel is called, and the number that stands with each opinion.
    pub name: &'static str,
    pub number: &'static str,
    /// Of whom there are opinions, and whether it is up.
    pub columns: Vec<(Place, bool)>,
    pub rows: Vec<MatrixRow>,
}

/// What one thinks of all, in the order of the columns; of itself, and of whom it has never heard, nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixRow {
    pub by: Place,
    pub of: Vec<Option<Opinion>>,
    /// It is down, and thinks nothing.
    pub is_down: bool,
}

impl Matrix {
    /// Of these nodes, where some hold opinions, and they are not too many.
    pub fn of(nodes: &[NodeShot]) -> Option<Matrix> {
        let (name, number) = nodes.iter().find_map(|node| {
            let (name, number, _) = held(node)?;
            Some((name, number))
        })?;
        let columns: Vec<(Place, bool)> =
            nodes.iter().map(|node| (node.id, node.status != Status::Down)).collect();
        if columns.len() > MOST {
            return None;
        }
        let row = |node: &NodeShot| {
            let is_down = node.status == Status::Down;
            let of = held(node).filter(|_| !is_down).map_or(&[][..], |(_, _, of)| of);
            let about = |(place, _): &(Place, bool)| {
                of.iter().find(|opinion| opinion.of == *place).cloned()
            };
            MatrixRow { by: node.id, of: columns.iter().map(about).collect(), is_down }
        };
        Some(Matrix { name, number, rows: nodes.iter().map(row).collect(), columns })
    }
}

type Held<'a> = (&'static str, &'static str, &'a [Opinion]);

fn held(node: &NodeShot) -> Option<Held<'_>> {
    node.panels.iter().find_map(|panel| match &panel.content {
        Content::Opinions { number, of } => Some((panel.name, *number, &of[..])),
        _ => None,
    })
}

/// How many opinions there are of each word, in the order in which they appear.
pub fn tally(of: &[Opinion]) -> Vec<(&'static str, usize)> {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for opinion in of {
        match counts.iter_mut().find(|(word, _)| *word == opinion.word) {
            Some((_, count)) => *count += 1,
            None => counts.push((opinion.word, 1)),
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::scenario;

    /// The nodes of the first protocol that keeps opinions, after S2 of so many has crashed.
    fn nodes(count: usize) -> Vec<NodeShot> {
        let started = catalog::catalog().filter_map(|entry| {
            let kind = entry.meta.kinds.first().filter(|kind| usize::from(kind.most) >= count)?;
            let (slug, setting, letter) = (entry.meta.slug, kind.setting, kind.letter);
            let text = format!("run {slug} {setting}={count} seed=1\n10ms crash {letter}2\n");
            let mut run = catalog::start(scenario::parse(&text).ok()?).ok()?;
            run.run_to(crate::base::Time::millis(20), u32::MAX);
            let nodes = run.snapshot().nodes;
            nodes.iter().any(|node| held(node).is_some()).then_some(nodes)
        });
        started.take(1).next().expect("some protocol keeps opinions")
    }

    #[test]
    fn everybody_has_a_row_and_whoever_is_down_thinks_nothing() {
        let matrix = Matrix::of(&nodes(4)).unwrap();
        assert_eq!(
            matrix.columns.iter().map(|(_, up)| *up).collect::<Vec<_>>(),
            [true, false, true, true]
        );
        let told = matrix.rows.iter().map(|row| row.of.iter().flatten().count());
        assert_eq!(told.collect::<Vec<_>>(), [3, 0, 3, 3]);
        assert!(matrix.rows[1].is_down);
        let first = matrix.rows[0].of[2].as_ref().unwrap();
        assert_eq!(
            (first.of, tally(std::slice::from_ref(first))),
            (Place::server(2), vec![(first.word, 1)])
        );
    }

    #[test]
    fn very_many_make_no_table() {
        assert!(Matrix::of(&nodes(MOST)).is_some());
        assert_eq!(Matrix::of(&nodes(MOST + 1)), None);
    }
}
