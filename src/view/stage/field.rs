//! Very many places: each is a dot, whose shape and colour say its state, all of one state one path. Its
//! number fixes where a place stands, so that nobody moves; a partition only opens a gap. Dots are
//! smaller than a finger: what is picked is found by geometry.

use std::collections::BTreeSet;

use crate::sim::snapshot::{NodeShot, Snapshot, Status};
use crate::view::path::{Path, Point, Size};

/// Where the dots stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    count: usize,
    columns: usize,
    rows: usize,
    /// Numbers go down the columns, so that the first half is the left one; else along the rows.
    downwards: bool,
    /// The corner of the first cell, and the sides of each.
    corner: Point,
    pub pitch: f64,
}

/// All dots at one instant.
#[derive(Clone, Debug, PartialEq)]
pub struct DotsView {
    /// Roles in the order of the menu, then those that are paused, then those that are down; only those in
    /// which somebody is.
    pub states: Vec<FieldState>,
    pub count: usize,
}

/// Everybody who is in the same state.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldState {
    /// Its name, which is translated.
    pub name: &'static str,
    pub look: Look,
    pub count: usize,
    pub dots: Path,
}

/// The shape of a state, which has a colour as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    Ring,
    Diamond,
    Square,
    Triangle,
    Bars,
    Cross,
}

/// A dot's radius is so much of a cell's side, and at most so many pixels.
const RADIUS: f64 = 0.32;
const LARGEST: f64 = 7.0;
/// From an outline to the border of its outermost cells.
const INSET: f64 = 2.5;

impl Grid {
    /// As large as so many dots can be in this box.
    pub fn new(count: usize, corner: Point, room: Size) -> Grid {
        let pitch =
            |columns: usize| (room.w / columns as f64).min(room.h / count.div_ceil(columns) as f64);
        let best = (1..=count.max(1)).max_by(|a, b| pitch(*a).total_cmp(&pitch(*b)));
        let columns = best.unwrap_or(1);
        let (rows, pitch) = (count.div_ceil(columns).max(1), pitch(columns));
        let left = Size::new(room.w - columns as f64 * pitch, room.h - rows as f64 * pitch);
        let corner = corner.plus(left.w / 2.0, left.h / 2.0);
        Grid { count, columns, rows, downwards: room.w >= room.h, corner, pitch }
    }

    pub fn radius(&self) -> f64 {
        (self.pitch * RADIUS).min(LARGEST)
    }

    /// Column and row of a position.
    fn cell(&self, position: usize) -> (usize, usize) {
        match self.downwards {
            true => (position / self.rows, position % self.rows),
            false => (position % self.columns, position / self.columns),
        }
    }

    /// The centre of this position.
    pub fn centre(&self, position: usize) -> Point {
        let (column, row) = self.cell(position);
        self.corner.plus((column as f64 + 0.5) * self.pitch, (row as f64 + 0.5) * self.pitch)
    }

    /// Who stands nearest to this point, if it lies on the field or beside it.
    pub fn nearest(&self, point: Point) -> Option<usize> {
        let along = |at: f64, cells: usize| {
            let at = (at / self.pitch).floor();
            (-1.0..=cells as f64)
                .contains(&at)
                .then(|| at.max(0.0).min(cells as f64 - 1.0) as usize)
        };
        let column = along(point.x - self.corner.x, self.columns)?;
        let row = along(point.y - self.corner.y, self.rows)?;
        self.at(column, row)
    }

    fn at(&self, column: usize, row: usize) -> Option<usize> {
        let position = match self.downwards {
            true => column * self.rows + row,
            false => row * self.columns + column,
        };
        (position < self.count).then_some(position)
    }

    /// How large the field is, in square pixels.
    pub fn area(&self) -> f64 {
        (self.columns * self.rows) as f64 * self.pitch * self.pitch
    }

    /// How many blocks of two times two dots there are.
    pub fn blocks(&self) -> usize {
        self.columns.div_ceil(2) * self.rows.div_ceil(2)
    }

    /// The block in which this point lies, if it lies on the field.
    pub fn block(&self, point: Point) -> Option<usize> {
        let along = |at: f64, cells: usize| {
            let cell = (at / self.pitch).floor();
            (0.0..cells as f64).contains(&cell).then_some(cell as usize / 2)
        };
        let column = along(point.x - self.corner.x, self.columns)?;
        let row = along(point.y - self.corner.y, self.rows)?;
        Some(row * self.columns.div_ceil(2) + column)
    }

    /// The middle of a block, and its shorter side: where columns or rows are odd, the last has half of them.
    pub fn square(&self, block: usize) -> (Point, f64) {
        let across = self.columns.div_ceil(2);
        let along = |block: usize, cells: usize| {
            let (from, to) = (2 * block, cells.min(2 * block + 2));
            ((from + to) as f64 / 2.0 * self.pitch, (to - from) as f64 * self.pitch)
        };
        let (x, wide) = along(block % across, self.columns);
        let (y, tall) = along(block / across, self.rows);
        (self.corner.plus(x, y), wide.min(tall))
    }

    /// Who stands so many columns and rows further, if anybody does.
    pub fn beside(&self, position: usize, across: isize, down: isize) -> Option<usize> {
        let (column, row) = self.cell(position);
        let column = column.checked_add_signed(across).filter(|column| *column < self.columns)?;
        let row = row.checked_add_signed(down).filter(|row| *row < self.rows)?;
        self.at(column, row)
    }

    /// The outlines around these positions, as closed lines a little inside of their cells.
    pub fn outlines(&self, members: &[usize]) -> Vec<Vec<Point>> {
        let mut inside = vec![false; self.columns * self.rows];
        for position in members {
            let (column, row) = self.cell(*position);
            inside[row * self.columns + column] = true;
        }
        let is_inside = |column: isize, row: isize| {
            let within = (0..self.columns as isize).contains(&column);
            let within = within && (0..self.rows as isize).contains(&row);
            within && inside[row as usize * self.columns + column as usize]
        };
        // A border is walked with the inside to the right: from each corner, where to next.
        let (columns, rows) = (self.columns as isize, self.rows as isize);
        let mut open: BTreeSet<((isize, isize), Way)> = BTreeSet::new();
        for (column, row) in (0..columns).flat_map(|column| (0..rows).map(move |row| (column, row)))
        {
            if !is_inside(column, row) {
                continue;
            }
            for (way, corner) in [
                (Way::East, (column, row)),
                (Way::South, (column + 1, row)),
                (Way::West, (column + 1, row + 1)),
                (Way::North, (column, row + 1)),
            ] {
                let (dx, dy) = way.left();
                if !is_inside(column + dx, row + dy) {
                    open.insert((corner, way));
                }
            }
        }
        let mut outlines = Vec::new();
        while let Some(&(first, began)) = open.first() {
            let (mut corner, mut way) = (first, began);
            let mut outline = Vec::new();
            loop {
                open.remove(&(corner, way));
                let (dx, dy) = way.step();
                corner = (corner.0 + dx, corner.1 + dy);
                // Two that touch at a corner are two: right first.
                let turns = [way.right(), way, way.right().right().right()];
                let Some(next) = turns.into_iter().find(|next| open.contains(&(corner, *next)))
                else {
                    outline.push(self.corner_of(corner, way, began));
                    break;
                };
                if next != way {
                    outline.push(self.corner_of(corner, way, next));
                }
                way = next;
            }
            outlines.push(outline);
        }
        outlines
    }

    /// A corner of an outline, where it turns from one way to another: moved inside.
    fn corner_of(&self, (column, row): (isize, isize), from: Way, to: Way) -> Point {
        let at = self.corner.plus(column as f64 * self.pitch, row as f64 * self.pitch);
        let inwards = |way: Way| {
            let (dx, dy) = way.left();
            (-dx as f64 * INSET, -dy as f64 * INSET)
        };
        let (a, b) = (inwards(from), inwards(to));
        at.plus(a.0 + b.0, a.1 + b.1)
    }
}

/// Along the border of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    East,
    South,
    West,
    North,
}

impl Way {
    fn step(self) -> (isize, isize) {
        match self {
            Way::East => (1, 0),
            Way::South => (0, 1),
            Way::West => (-1, 0),
            Way::North => (0, -1),
        }
    }

    fn right(self) -> Way {
        match self {
            Way::East => Way::South,
            Way::South => Way::West,
            Way::West => Way::North,
            Way::North => Way::East,
        }
    }

    /// Where the outside lies.
    fn left(self) -> (isize, isize) {
        self.right().right().right().step()
    }
}

impl DotsView {
    /// The dots of a snapshot.
    pub fn of(snapshot: &Snapshot, grid: &Grid) -> DotsView {
        let mut states: Vec<FieldState> = Vec::new();
        let roles = snapshot.roles.iter().zip([Look::Ring, Look::Diamond, Look::Square]);
        let look = |shot: &NodeShot| match shot.status {
            Status::Down => Look::Cross,
            Status::Paused => Look::Bars,
            Status::Up => {
                let mut roles = roles.clone();
                let known = roles.find(|(role, _)| role.name == shot.view.role.name);
                known.map_or(Look::Triangle, |(_, look)| look)
            }
        };
        for (position, shot) in snapshot.nodes.iter().enumerate() {
            let look = look(shot);
            let known = states.iter().position(|state| state.look == look);
            let at = known.unwrap_or_else(|| {
                states.push(FieldState { name: shot.role(), look, count: 0, dots: Path::new() });
                states.len() - 1
            });
            states[at].count += 1;
            look.draw(&mut states[at].dots, grid.centre(position), grid.radius());
        }
        states.sort_by_key(|state| state.look);
        DotsView { states, count: snapshot.nodes.len() }
    }
}

impl Look {
    /// Draws the shape around this point.
    pub fn draw(self, path: &mut Path, at: Point, radius: f64) {
        let r = radius;
        match self {
            Look::Ring => {
                path.circle(at, r * 0.85);
            }
            Look::Diamond => {
                path.move_to(at.plus(0.0, -r * 1.15)).line_to(at.plus(r * 1.15, 0.0));
                path.line_to(at.plus(0.0, r * 1.15)).line_to(at.plus(-r * 1.15, 0.0)).close();
            }
            Look::Square => {
                path.rect(at.x - r * 0.85, at.y - r * 0.85, r * 1.7, r * 1.7);
            }
            Look::Triangle => {
                path.move_to(at.plus(0.0, -r))
                    .line_to(at.plus(r, r))
                    .line_to(at.plus(-r, r))
                    .close();
            }
            Look::Bars => {
                path.line(at.plus(-r * 0.5, -r), at.plus(-r * 0.5, r));
                path.line(at.plus(r * 0.5, -r), at.plus(r * 0.5, r));
            }
            Look::Cross => {
                path.saltire(at, r * 0.8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(w: f64, h: f64) -> Grid {
        Grid::new(1_000, Point::new(10.0, 50.0), Size::new(w, h))
    }

    #[test]
    fn every_dot_is_found_where_it_stands() {
        for grid in [grid(800.0, 400.0), grid(350.0, 500.0), grid(300.0, 90.0)] {
            for position in 0..1_000 {
                let at = grid.centre(position);
                assert_eq!(
                    grid.nearest(at.plus(grid.pitch * 0.4, -grid.pitch * 0.4)),
                    Some(position)
                );
            }
            assert_eq!(grid.nearest(Point::new(-900.0, 0.0)), None);
        }
    }

    #[test]
    fn the_first_half_is_on_the_left_of_a_wide_field_and_on_top_of_a_tall_one() {
        let centre = |grid: Grid, range: std::ops::Range<usize>| {
            let count = range.len() as f64;
            let all = range.map(|position| grid.centre(position));
            all.fold(Point::default(), |sum, at| sum.plus(at.x / count, at.y / count))
        };
        let (wide, tall) = (grid(800.0, 400.0), grid(350.0, 500.0));
        assert!(centre(wide, 0..500).x < centre(wide, 500..1_000).x - 300.0);
        assert!(centre(tall, 0..500).y < centre(tall, 500..1_000).y - 200.0);
        assert_eq!(wide.beside(0, 1, 0), wide.nearest(wide.centre(0).plus(wide.pitch, 0.0)));
        assert_eq!(wide.beside(0, -1, 0), None);
    }

    #[test]
    fn outlines_go_around_all_that_is_inside() {
        let grid = Grid::new(12, Point::default(), Size::new(40.0, 30.0));
        assert_eq!((grid.columns, grid.rows), (4, 3));
        let corners = |members: &[usize]| {
            let outlines = grid.outlines(members);
            outlines.iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(corners(&(0..6).collect::<Vec<_>>()), [4]);
        assert_eq!(corners(&(0..7).collect::<Vec<_>>()), [6]);
        assert_eq!(corners(&[0, 11]), [4, 4]);
        assert_eq!(corners(&[0, 4]), [4, 4], "two that touch at a corner");
        let ring: Vec<usize> = (0..9).filter(|position| *position != 4).collect();
        assert_eq!(corners(&ring), [4, 4], "outside, and around the hole");
        let first = &grid.outlines(&[0])[0];
        assert!(first.iter().all(|at| at.x > 0.0 && at.y > 0.0 && at.x < 10.0 && at.y < 10.0));
    }
}
