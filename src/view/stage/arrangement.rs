//! The forms in which many stand, around the origin: rings, rows that wrap, columns.

use crate::base::{Places, Program};
use crate::protocol::Arrangement;
use crate::view::path::{Point, Size, within};

/// Between boxes, so that pills find a way: across and down.
pub const GAP: Size = Size::new(30.0, 18.0);
/// Between the smallest boxes: of many, what can be read matters more.
pub const LEAST: Size = Size::new(16.0, 10.0);
/// Clients in a column or a row, at the most; then there are several, so far from each other.
pub const LINE: usize = 9;
pub const BESIDE: f64 = 8.0;
/// From the boxes to the picture's edge: a hull and its label have room.
pub const MARGIN: f64 = 26.0;
/// A ring in a low room is as wide as this, though flat: pills have room between those who stand on it.
const FLAT: f64 = 240.0;
/// From centre to centre in rows and columns, at the most.
const STEP: Size = Size::new(260.0, 180.0);

/// Everybody who runs the protocol's program around the origin, within a box of this size. `node` is the
/// size of one. A row may wrap: rather than that all is drawn too small to be read on a narrow screen.
pub fn centres(
    places: &Places,
    arrangement: Arrangement,
    free: Size,
    (node, wraps): (Size, bool),
) -> Vec<Point> {
    let counts = places.kinds().iter().filter(|(kind, _)| kind.program == Program::Own);
    let counts: Vec<usize> =
        counts.map(|(_, count)| usize::from(*count)).filter(|count| *count > 0).collect();
    match arrangement {
        Arrangement::Ring => {
            let count = places.own().count();
            let outside = places.own().filter(|place| places.begins_outside(*place)).count();
            ring_and_aside(count - outside, outside, free, node)
        }
        Arrangement::Rows => {
            let lines: Vec<Vec<f64>> =
                counts.into_iter().flat_map(|count| lines_of(count, free, (node, wraps))).collect();
            let rows = spread(lines.len(), free.h, STEP.h).into_iter().zip(lines);
            rows.flat_map(|(y, line)| line.into_iter().map(move |x| Point::new(x, y))).collect()
        }
        Arrangement::TwoSides => {
            let left = counts.first().copied().unwrap_or(0);
            let right = counts.iter().sum::<usize>() - left;
            let sides = spread(2, free.w, 2.0 * STEP.w).into_iter().zip([left, right]);
            sides
                .flat_map(|(x, count)| {
                    spread(count, free.h, STEP.h).into_iter().map(move |y| Point::new(x, y))
                })
                .collect()
        }
    }
}

/// Where they stand in each line of a row: all in one, or, where there is not room for so many, in lines that are
/// about as long as each other, in equal steps, so that the shorter line's stand between the longer one's.
fn lines_of(count: usize, free: Size, (node, wraps): (Size, bool)) -> Vec<Vec<f64>> {
    let (gap, longest) = if wraps { (LEAST, 1) } else { (GAP, LINE) };
    let fit = (free.w / (node.w + gap.w)).max(0.0) as usize + 1;
    if count <= longest.max(fit) {
        return vec![spread(count, free.w, STEP.w)];
    }
    let lines = count.div_ceil(fit);
    let most = count.div_ceil(lines);
    let step = (free.w / (most - 1).max(1) as f64).min(STEP.w);
    let long = (0..lines).map(|line| count / lines + usize::from(line < count % lines));
    long.map(|count| spread(count, free.w, step)).collect()
}

/// A ring, and aside those who begin outside: in a column on its left, or below it where there is more
/// room. There they stay, whoever joins.
fn ring_and_aside(members: usize, outside: usize, free: Size, node: Size) -> Vec<Point> {
    if outside == 0 {
        return ring(members, free);
    }
    let (across, down) = (node.w + 2.0 * GAP.w, node.h + 2.0 * GAP.h);
    let wide = free.w > free.h;
    let rest = match wide {
        true => Size::new(free.w - across, free.h),
        false => Size::new(free.w, free.h - down),
    };
    let mut all = ring(members, rest);
    let low = |pick: fn(&Point) -> f64| all.iter().map(pick).fold(0.0, f64::min);
    let high = |pick: fn(&Point) -> f64| all.iter().map(pick).fold(0.0, f64::max);
    let aside: Vec<Point> = match wide {
        true => {
            let x = low(|at| at.x) - across;
            spread(outside, free.h, STEP.h).into_iter().map(|y| Point::new(x, y)).collect()
        }
        false => {
            let y = high(|at| at.y) + down;
            spread(outside, free.w, STEP.w).into_iter().map(|x| Point::new(x, y)).collect()
        }
    };
    all.extend(aside);
    all
}

/// So many numbers around zero, evenly, over at most this length and in steps of at most so much.
fn spread(count: usize, length: f64, step: f64) -> Vec<f64> {
    let gaps = count.saturating_sub(1).max(1) as f64;
    let step = (length.max(0.0) / gaps).min(step);
    (0..count).map(|i| step * (i as f64 - count.saturating_sub(1) as f64 / 2.0)).collect()
}

/// The servers around the origin, within a box of this size.
fn ring(count: usize, free: Size) -> Vec<Point> {
    if count <= 1 {
        return vec![Point::default(); count];
    }
    let free = Size::new(free.w.max(1.0), free.h.max(1.0));
    // Two stand side by side; three or more begin at the top.
    let start = if count == 2 { 0.75 } else { 0.0 };
    let turns: Vec<f64> = match count {
        // An even step looks best for few; for many, an even distance along the ellipse does.
        0..=7 => (0..count).map(|i| start + i as f64 / count as f64).collect(),
        _ => even_turns(count, free),
    };
    let unit: Vec<Point> = turns.into_iter().map(on_circle).collect();
    let span = |pick: fn(&Point) -> f64| {
        let (low, high) =
            unit.iter().map(pick).fold((f64::MAX, f64::MIN), |(l, h), at| (l.min(at), h.max(at)));
        (high - low).max(1e-6)
    };
    let (mut rx, mut ry) = (free.w / span(|p| p.x), free.h / span(|p| p.y));
    if count == 2 {
        ry = 0.0;
        rx = rx.min(260.0);
    } else {
        // Flatter than this only where the room is.
        rx = rx.min((1.62 * ry).max(FLAT));
        ry = ry.min(1.35 * rx);
    }
    unit.iter().map(|p| Point::new(p.x * rx, p.y * ry)).collect()
}

/// The point of the circle of radius one after so much of a turn, clockwise from the top.
fn on_circle(turn: f64) -> Point {
    // The sine's series, near zero: the library's sine serves all numbers and is larger than this
    // whole file.
    let sine = |turn: f64| {
        let quarter = (turn - turn.round()) * 4.0;
        let folded = if quarter.abs() > 1.0 { quarter.signum() * 2.0 - quarter } else { quarter };
        let x = folded * std::f64::consts::FRAC_PI_2;
        let square = x * x;
        x * (1.0
            - square / 6.0 * (1.0 - square / 20.0 * (1.0 - square / 42.0 * (1.0 - square / 72.0))))
    };
    Point::new(sine(turn), -sine(turn + 0.25))
}

/// Parts of a turn such that neighbours on the ellipse of this box are about equally far apart.
fn even_turns(count: usize, free: Size) -> Vec<f64> {
    const STEPS: usize = 720;
    let (rx, ry) = (free.w.min(free.h * 1.62), free.h.min(free.w * 1.35));
    let turn = |step: usize| step as f64 / STEPS as f64;
    let at = |step: usize| Point::new(on_circle(turn(step)).x * rx, on_circle(turn(step)).y * ry);
    let lengths: Vec<f64> = (0..STEPS).map(|step| at(step).distance(at(step + 1))).collect();
    let around: f64 = lengths.iter().sum();
    let mut turns = Vec::with_capacity(count);
    let mut gone = 0.0;
    for (step, length) in lengths.iter().enumerate() {
        if gone >= around * turns.len() as f64 / count as f64 - 1e-9 && turns.len() < count {
            turns.push(turn(step));
        }
        gone += length;
    }
    turns
}

/// Into how many lines clients fall, each at the most so long, and how many stand in a line.
pub fn lines(clients: usize, longest: usize) -> (usize, usize) {
    let lines = clients.div_ceil(longest.max(1));
    (lines, clients.div_ceil(lines.max(1)))
}

/// How many clients have room side by side.
pub fn in_row(client: Size, width: f64) -> usize {
    LINE.min(((width - MARGIN + BESIDE) / (client.w + BESIDE)).max(1.0) as usize)
}

/// Clients in columns or rows, so many in each, placed by `stand`, given a line's number and how many it has.
pub fn in_lines(
    clients: usize,
    in_each: usize,
    stand: impl Fn(usize, usize) -> Vec<Point>,
) -> Vec<Point> {
    let mut all = Vec::with_capacity(clients);
    for line in 0..clients.div_ceil(in_each.max(1)) {
        all.extend(stand(line, in_each.min(clients - line * in_each)));
    }
    all
}

/// Clients below each other from `top`; those that reach beyond `bottom` begin higher.
pub fn column(count: usize, client: Size, top: Point, bottom: f64) -> Vec<Point> {
    let gaps = count.saturating_sub(1) as f64;
    let step = within((bottom - top.y) / gaps.max(1.0), client.h + 8.0, client.h + 28.0);
    let over = (step * gaps - (bottom - top.y)).max(0.0);
    (0..count).map(|i| top.plus(0.0, step * i as f64 - over / 2.0)).collect()
}

/// Clients side by side.
pub fn row(count: usize, client: Size, width: f64, y: f64) -> Vec<Point> {
    let step = ((width - MARGIN) / count.max(1) as f64).min(client.w + 24.0);
    let left = width / 2.0 - step * (count as f64 - 1.0) / 2.0;
    (0..count).map(|i| Point::new(left + step * i as f64, y)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_circle_is_round() {
        for degree in 0..720 {
            let (turn, angle) = (f64::from(degree) / 360.0, f64::from(degree).to_radians());
            let exact = Point::new(angle.sin(), -angle.cos());
            assert!(on_circle(turn).distance(exact) < 1e-4, "{degree}");
        }
    }
}
