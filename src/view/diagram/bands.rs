//! What each lane of the space-time diagram is over a stretch of time: leading, bidding, down,
//! paused, isolated.

use super::spacetime::{Rows, Scale};
use crate::base::Time;
use crate::protocol::Tag;
use crate::sim::snapshot::{Lane, Status, Stretch};
use crate::view::path::{Path, Point};

/// The bands of a stretch, one path for each look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bands {
    /// Lines along the lane.
    pub lead: Path,
    pub bid: Path,
    /// Fills behind the lane.
    pub down: Path,
    pub paused: Path,
    pub isolated: Path,
}

impl Bands {
    /// Draws what the lanes are from a time in the stretch to another.
    pub fn of(stretch: &Stretch, from: Time, end: Time, scale: &Scale, rows: &Rows) -> Bands {
        let mut bands = Bands::default();
        for lane in &stretch.lanes {
            let Some(row) = rows.row(lane.at) else { continue };
            let mut state = *lane;
            let mut since = from.max(stretch.from);
            let marks =
                stretch.marks.iter().filter(|mark| mark.lane == Some(lane.at) && mark.at < end);
            for mark in marks {
                let next = state.after(mark);
                if next != state {
                    bands.draw(state, since, mark.at, row, scale, rows);
                    (state, since) = (next, mark.at.max(since));
                }
            }
            bands.draw(state, since, end, row, scale, rows);
        }
        bands
    }

    fn draw(&mut self, lane: Lane, from: Time, to: Time, row: usize, scale: &Scale, rows: &Rows) {
        if to <= from {
            return;
        }
        let (x0, x1) = (scale.x(from), scale.x(to));
        let (y, half) = (rows.y(row), rows.pitch / 2.0);
        let fill = |path: &mut Path| {
            path.rect(x0, y - half, x1 - x0, rows.pitch);
        };
        match lane.status {
            Status::Down => return fill(&mut self.down),
            Status::Paused => fill(&mut self.paused),
            Status::Up => {}
        }
        if lane.isolated {
            fill(&mut self.isolated);
        }
        let line = |path: &mut Path| {
            path.line(Point::new(x0, y), Point::new(x1, y));
        };
        match lane.role.map(|role| role.tag) {
            Some(Tag::Leads) => line(&mut self.lead),
            Some(Tag::Bids) => line(&mut self.bid),
            Some(Tag::Follows | Tag::Outside) | None => {}
        }
    }
}
