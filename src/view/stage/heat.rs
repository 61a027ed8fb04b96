//! Very many messages among very many places. Where their streaks would cover each other, *heat* takes their
//! place: between each four dots a square, the larger the more messages are over them. Like the place of a
//! message it is a function of virtual time; what it costs depends on the messages under way, and never on
//! the links that there might be.

use super::field::Grid;
use super::flight::{Flight, Spot};
use crate::base::Time;
use crate::view::path::{Path, Point, within};

/// Sizes of squares: for one message, two, four, and so on.
pub const LEVELS: usize = 5;

/// So much room a streak needs, in square pixels, to be told from its neighbours.
const ROOM: f64 = 400.0;
/// From where streaks begin to fade until only heat is left, their number grows by this share.
const FADES: f64 = 0.5;
/// The smallest square, of the room between four dots.
const SMALLEST: f64 = 0.36;

/// How much of so many messages is told by heat: from 0, where each is a streak, to 1. In between both are
/// drawn, so that nothing flickers while their number goes up and down.
pub fn share(messages: usize, grid: &Grid) -> f64 {
    let most = (grid.area() / ROOM).max(1.0);
    within((messages as f64 / most - 1.0) / FADES, 0.0, 1.0)
}

/// How many messages are over each block of four dots.
pub struct Heat {
    grid: Grid,
    counts: Vec<u32>,
}

impl Heat {
    pub fn new(grid: &Grid) -> Heat {
        Heat { grid: *grid, counts: vec![0; grid.blocks()] }
    }

    /// Of all these at one instant.
    pub fn of(grid: &Grid, flights: &[Flight], now: Time) -> Heat {
        let mut heat = Heat::new(grid);
        flights.iter().for_each(|flight| heat.add(&flight.place(now)));
        heat
    }

    /// One more. What is being lost is drawn by itself.
    pub fn add(&mut self, spot: &Spot) {
        if let Some(block) = self.grid.block(spot.at).filter(|_| !spot.falls) {
            self.counts[block] += 1;
        }
    }

    /// The squares, those of a size together.
    pub fn squares(&self) -> [Path; LEVELS] {
        let mut squares: [Path; LEVELS] = Default::default();
        for (block, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let level = (count.ilog2() as usize).min(LEVELS - 1);
            let (centre, side) = self.grid.square(block);
            square(&mut squares[level], centre, side * size(level));
        }
        squares
    }

    /// Where the most are, the position of a dot there, and how many these are.
    pub fn most(&self) -> Option<(usize, u32)> {
        let blocks = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        // Of several the first.
        let (block, count) = blocks.rev().max_by_key(|(_, count)| **count)?;
        let corner = -self.grid.pitch / 4.0;
        let inside = self.grid.square(block).0.plus(corner, corner);
        Some((self.grid.nearest(inside)?, *count))
    }
}

/// A square's side, of the largest one's.
pub fn size(level: usize) -> f64 {
    SMALLEST + (1.0 - SMALLEST) * level as f64 / (LEVELS - 1) as f64
}

/// A square around this point; with a gap to its neighbours, however large it is.
pub fn square(path: &mut Path, at: Point, side: f64) {
    let side = side - 1.0;
    path.rect(at.x - side / 2.0, at.y - side / 2.0, side, side);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::path::Size;

    fn grid() -> Grid {
        Grid::new(1_000, Point::new(10.0, 50.0), Size::new(800.0, 400.0))
    }

    fn spot(at: Point, falls: bool) -> Spot {
        Spot { at, tail: at, presence: 1.0, falls }
    }

    #[test]
    fn streaks_turn_to_heat_by_and_by() {
        let grid = grid();
        let most = (grid.area() / ROOM) as usize;
        assert_eq!((share(0, &grid), share(most, &grid)), (0.0, 0.0));
        let halfway = share(most + most / 4, &grid);
        assert!((0.4..0.6).contains(&halfway), "{halfway}");
        assert_eq!(share(10_000, &grid), 1.0);
        let small = Grid::new(1_000, Point::default(), Size::new(350.0, 300.0));
        assert!(share(most, &small) > 0.0, "where there is less room, sooner");
    }

    #[test]
    fn a_square_grows_with_what_is_over_it_and_not_with_what_is_lost() {
        let grid = grid();
        let mut heat = Heat::new(&grid);
        for (dot, messages) in [(0, 1), (500, 3), (900, 40)] {
            (0..messages).for_each(|_| heat.add(&spot(grid.centre(dot), false)));
        }
        heat.add(&spot(grid.centre(700), true));
        heat.add(&spot(Point::new(-500.0, 0.0), false));
        let drawn = heat.squares().map(|path| path.as_str().matches('M').count());
        assert_eq!(drawn, [1, 1, 0, 0, 1], "one, two to three, and sixteen or more");
        let (near, count) = heat.most().unwrap();
        assert_eq!(count, 40);
        assert!(grid.centre(near).distance(grid.centre(900)) < grid.pitch * 1.5);
        assert!((1..LEVELS).all(|level| size(level) > size(level - 1)) && size(LEVELS - 1) == 1.0);
    }

    #[test]
    fn every_dot_is_in_one_block_and_near_its_middle() {
        let odd = Grid::new(15, Point::default(), Size::new(50.0, 30.0));
        for (grid, count) in [(grid(), 1_000), (odd, 15)] {
            for position in 0..count {
                let block = grid.block(grid.centre(position)).unwrap();
                assert!(block < grid.blocks());
                let away = grid.square(block).0.distance(grid.centre(position));
                assert!(away < grid.pitch, "{position}: {away}");
            }
        }
        let corner = odd.block(odd.centre(14)).unwrap();
        let (centre, side) = odd.square(corner);
        assert_eq!((centre, side), (Point::new(45.0, 25.0), 10.0), "nothing hangs over the edge");
    }
}
