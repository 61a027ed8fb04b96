//! Partitions: servers that cannot reach each other, even by way of others, stand in hulls of
//! their own.

use std::collections::{BTreeMap, BTreeSet};

use super::field::Grid;
use super::layout::{Detail, Layout};
use crate::base::Place;
use crate::sim::snapshot::{LinkState, Snapshot};
use crate::view::light::{BENEATH, PILL};
use crate::view::path::{Path, Point, Size};

/// A group of servers that hear each other and nobody else.
#[derive(Clone, Debug, PartialEq)]
pub struct Hull {
    pub members: Vec<Place>,
    /// Each of them is cut off from a majority: nothing can be decided here.
    pub minority: bool,
    /// The outline: one where the members are neighbours, else one around each.
    pub path: Path,
    /// Where its label begins, on the baseline.
    pub label: Point,
}

const PAD: f64 = 20.0;
const ROUND: f64 = 24.0;
/// A group of dots in more pieces than these is not to be seen as one.
const OUTLINES: usize = 40;

/// The groups of the picture; none where everybody hears everybody.
pub fn hulls(snapshot: &Snapshot, layout: &Layout) -> Vec<Hull> {
    let groups = groups(snapshot);
    if groups.len() < 2 {
        return Vec::new();
    }
    let minority = |members: &[Place]| {
        let Some(letter) = snapshot.majority else { return false };
        let reaches = |place: &Place| {
            let shot = snapshot.node(*place).filter(|shot| shot.id.letter() == letter);
            shot.is_some_and(|shot| !shot.isolated)
        };
        layout.places.count(letter) > 0 && !members.iter().any(reaches)
    };
    groups
        .into_iter()
        .filter_map(|members| {
            let minority = minority(&members);
            match &layout.grid {
                Some(grid) => on_field(members, minority, layout, grid),
                None => hull(members, minority, layout),
            }
        })
        .collect()
}

/// Those that run the protocol's program, together with whom they reach both ways, even by way of
/// others. Who is parted alike is looked at together; who has a link of its own out of order, alone.
pub fn groups(snapshot: &Snapshot) -> Vec<Vec<Place>> {
    let partition = snapshot.partition.as_deref();
    let parts = |from, to| partition.is_some_and(|partition| partition.parts(from, to));
    let cut = |from, to| snapshot.link_state(from, to) == LinkState::Cut;
    let out_of_order = snapshot
        .links
        .iter()
        .filter(|link| (link.state == LinkState::Cut) != parts(link.from, link.to));
    let alone: BTreeSet<Place> = out_of_order.flat_map(|link| [link.from, link.to]).collect();
    let mut blocks: BTreeMap<(Option<u16>, Option<Place>), Vec<Place>> = BTreeMap::new();
    for id in snapshot.nodes.iter().map(|shot| shot.id) {
        let side = partition.map(|partition| partition.side(id));
        let single = alone.contains(&id) || parts(id, id);
        blocks.entry((side, single.then_some(id))).or_default().push(id);
    }
    let mut left: Vec<Vec<Place>> = blocks.into_values().collect();
    let mut groups: Vec<Vec<Place>> = Vec::new();
    while let Some(first) = left.pop() {
        let (mut group, mut next) = (Vec::new(), vec![first]);
        while let Some(block) = next.pop() {
            let one = block[0];
            let reached = left.extract_if(.., |other| !cut(one, other[0]) && !cut(other[0], one));
            next.extend(reached);
            group.extend(block);
        }
        groups.push(group);
    }
    let order = |place: &Place| snapshot.position(*place);
    groups.iter_mut().for_each(|group| group.sort_unstable_by_key(order));
    groups.sort_unstable_by_key(|group| order(&group[0]));
    groups
}

/// Around dots: every group is shown, up to so many outlines.
fn on_field(members: Vec<Place>, minority: bool, layout: &Layout, grid: &Grid) -> Option<Hull> {
    let positions: Vec<usize> = members.iter().map(|id| layout.places.own_index(*id)).collect();
    let outlines = grid.outlines(&positions);
    if outlines.len() > OUTLINES {
        return None;
    }
    let mut path = Path::new();
    outlines.iter().for_each(|outline| round(outline, &mut path));
    let label = outlines.first()?.first()?.plus(6.0, -4.0);
    Some(Hull { members, minority, path, label })
}

/// A minority is always shown; a majority, only where one outline goes around it.
fn hull(members: Vec<Place>, minority: bool, layout: &Layout) -> Option<Hull> {
    let pad = if layout.detail == Detail::Full { PAD } else { PAD * 0.6 };
    let size = layout.node.grown(2.0 * pad, 2.0 * pad);
    let centres: Vec<Point> = members.iter().map(|node| layout.place(*node).0).collect();
    let mut path = Path::new();
    let whole = outline(&centres.iter().flat_map(|at| corners(*at, size)).collect::<Vec<_>>());
    // A stranger's box inside the hull would tell a lie: then each member has its own.
    let stranger = layout.places.own().filter(|node| !members.contains(node)).any(|node| {
        let (at, size) = layout.place(node);
        corners(at, size.grown(6.0, 6.0))
            .iter()
            .any(|corner| crate::view::path::encloses(&whole, *corner))
    });
    match stranger {
        false => round(&whole, &mut path),
        true if !minority => return None,
        true => centres.iter().for_each(|at| round(&corners(*at, size), &mut path)),
    }
    let top = centres
        .iter()
        .copied()
        .fold(Point::new(0.0, f64::MAX), |a, b| if b.y < a.y { b } else { a });
    let above = top.plus(14.0 - size.w / 2.0, -size.h / 2.0 - 7.0);
    let low = centres.iter().copied().fold(Point::default(), |a, b| if b.y > a.y { b } else { a });
    let label = match above.y > layout.top + 10.0 {
        true => above,
        // Beneath what is told of the server while somebody asks why.
        false => {
            let pill = layout.node.h / 2.0 + BENEATH + PILL.h / 2.0;
            low.plus(14.0 - size.w / 2.0, (size.h / 2.0 + 4.0).max(pill) + 12.0)
        }
    };
    Some(Hull { minority, members, path, label })
}

fn corners(at: Point, size: Size) -> [Point; 4] {
    let (w, h) = (size.w / 2.0, size.h / 2.0);
    [at.plus(-w, -h), at.plus(w, -h), at.plus(w, h), at.plus(-w, h)]
}

/// The convex outline of some points, clockwise: a thread wound around them (Jarvis's march).
fn outline(points: &[Point]) -> Vec<Point> {
    let leftmost = |a: Point, b: Point| if (b.x, b.y) < (a.x, a.y) { b } else { a };
    let Some(first) = points.iter().copied().reduce(leftmost) else { return Vec::new() };
    let turn = |o: Point, a: Point, b: Point| (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
    let mut outline = vec![first];
    // Every point is a corner at the most once.
    while outline.len() <= points.len() {
        let here = outline[outline.len() - 1];
        let outer = |next: Point, point: Point| {
            let side = turn(here, next, point);
            let further = side == 0.0 && here.distance(point) > here.distance(next);
            if next == here || side < 0.0 || further { point } else { next }
        };
        let next = points.iter().copied().fold(here, outer);
        if next == first {
            break;
        }
        outline.push(next);
    }
    outline
}

/// Draws a polygon with its corners rounded.
fn round(corners: &[Point], path: &mut Path) {
    let count = corners.len();
    for (i, corner) in corners.iter().enumerate() {
        let before = corners[(i + count - 1) % count];
        let after = corners[(i + 1) % count];
        let cut = |to: Point| corner.towards(to, (ROUND / corner.distance(to).max(1.0)).min(0.5));
        match i {
            0 => path.move_to(cut(before)),
            _ => path.line_to(cut(before)),
        };
        path.quad(*corner, cut(after));
    }
    path.close();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_is_convex_and_leaves_out_what_is_inside() {
        let p = Point::new;
        let square = [p(0.0, 0.0), p(4.0, 0.0), p(4.0, 4.0), p(0.0, 4.0), p(2.0, 2.0), p(2.0, 0.0)];
        assert_eq!(outline(&square).len(), 4);
    }
}
