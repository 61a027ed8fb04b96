//! Points, boxes, and SVG path strings with short numbers. Long paths are what makes the
//! space-time diagram cheap: four hundred arrows are ten attributes, not four hundred elements.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in a picture, in its own units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// How large a box is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    pub w: f64,
    pub h: f64,
}

impl Point {
    pub const fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    pub fn plus(self, dx: f64, dy: f64) -> Point {
        Point::new(self.x + dx, self.y + dy)
    }

    /// The point at this share of the way to `other`.
    pub fn towards(self, other: Point, share: f64) -> Point {
        Point::new(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)
    }

    pub fn distance(self, other: Point) -> f64 {
        ((self.x - other.x) * (self.x - other.x) + (self.y - other.y) * (self.y - other.y)).sqrt()
    }

    /// The direction to `other`, of length one; to the right where both are the same.
    pub fn direction(self, other: Point) -> Point {
        let length = self.distance(other);
        match length > 1e-9 {
            true => Point::new((other.x - self.x) / length, (other.y - self.y) / length),
            false => Point::new(1.0, 0.0),
        }
    }

    /// How far this point is from the line between two others.
    pub fn distance_to_line(self, a: Point, b: Point) -> f64 {
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx * dx + dy * dy;
        let share = match length > 0.0 {
            true => within(((self.x - a.x) * dx + (self.y - a.y) * dy) / length, 0.0, 1.0),
            false => 0.0,
        };
        self.distance(a.towards(b, share))
    }
}

impl Size {
    pub const fn new(w: f64, h: f64) -> Size {
        Size { w, h }
    }

    pub fn grown(self, by_w: f64, by_h: f64) -> Size {
        Size::new(self.w + by_w, self.h + by_h)
    }

    /// Where the line from the centre of such a box towards `to` leaves it.
    pub fn border(self, centre: Point, to: Point) -> Point {
        self.exit(centre, centre, to)
    }

    /// Where a line from somewhere in such a box leaves it; where it begins outside, it leaves there.
    pub fn exit(self, centre: Point, from: Point, to: Point) -> Point {
        let share = |half: f64, centre: f64, from: f64, to: f64| match to - from {
            by if by > 1e-9 => (centre + half - from) / by,
            by if by < -1e-9 => (centre - half - from) / by,
            _ if (from - centre).abs() > half => 0.0,
            _ => f64::INFINITY,
        };
        let across = share(self.w / 2.0, centre.x, from.x, to.x);
        let along = share(self.h / 2.0, centre.y, from.y, to.y);
        from.towards(to, within(across.min(along), 0.0, 1.0))
    }

    /// Whether a point lies in such a box.
    pub fn covers(self, centre: Point, point: Point) -> bool {
        (point.x - centre.x).abs() <= self.w / 2.0 && (point.y - centre.y).abs() <= self.h / 2.0
    }
}

/// Whether the line from `a` to `b` crosses the line from `c` to `d`.
pub fn crosses(a: Point, b: Point, c: Point, d: Point) -> bool {
    let side = |p: Point, q: Point, r: Point| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// Whether a point lies inside a closed line.
pub fn encloses(outline: &[Point], point: Point) -> bool {
    let mut inside = false;
    let mut last = outline.len().wrapping_sub(1);
    for (i, a) in outline.iter().enumerate() {
        let b = outline[last];
        if (a.y > point.y) != (b.y > point.y)
            && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x
        {
            inside = !inside;
        }
        last = i;
    }
    inside
}

/// The `d` of an SVG path in the making.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(String);

impl Path {
    pub const fn new() -> Path {
        Path(String::new())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }

    pub fn move_to(&mut self, to: Point) -> &mut Path {
        self.op('M', &[to.x, to.y])
    }

    pub fn line_to(&mut self, to: Point) -> &mut Path {
        self.op('L', &[to.x, to.y])
    }

    pub fn line(&mut self, from: Point, to: Point) -> &mut Path {
        self.move_to(from).line_to(to)
    }

    pub fn across_to(&mut self, x: f64) -> &mut Path {
        self.op('H', &[x])
    }

    pub fn down_to(&mut self, y: f64) -> &mut Path {
        self.op('V', &[y])
    }

    pub fn close(&mut self) -> &mut Path {
        self.0.push('Z');
        self
    }

    pub fn rect(&mut self, x: f64, y: f64, w: f64, h: f64) -> &mut Path {
        self.op('M', &[x, y]).op('h', &[w]).op('v', &[h]).op('h', &[-w]).close()
    }

    /// Of a radius in tenths, as numbers are written: else its two arcs would be longer than half a circle.
    pub fn circle(&mut self, at: Point, radius: f64) -> &mut Path {
        let radius = (radius * 10.0).round() / 10.0;
        self.move_to(at.plus(-radius, 0.0));
        self.op('a', &[radius, radius, 0.0, 1.0, 0.0, 2.0 * radius, 0.0]);
        self.op('a', &[radius, radius, 0.0, 1.0, 0.0, -2.0 * radius, 0.0]).close()
    }

    pub fn quad(&mut self, by: Point, to: Point) -> &mut Path {
        self.op('Q', &[by.x, by.y, to.x, to.y])
    }

    /// An arrowhead with its tip at `tip`, pointing along `direction` (of length one).
    pub fn head(&mut self, tip: Point, direction: Point, length: f64) -> &mut Path {
        let (back, half) = (length, length * 0.46);
        let base = tip.plus(-direction.x * back, -direction.y * back);
        let (sx, sy) = (-direction.y * half, direction.x * half);
        self.move_to(tip).line_to(base.plus(sx, sy)).line_to(base.plus(-sx, -sy)).close()
    }

    /// A saltire: something ends here.
    pub fn saltire(&mut self, at: Point, half: f64) -> &mut Path {
        self.line(at.plus(-half, -half), at.plus(half, half));
        self.line(at.plus(-half, half), at.plus(half, -half))
    }

    fn op(&mut self, op: char, numbers: &[f64]) -> &mut Path {
        self.0.push(op);
        for (i, number) in numbers.iter().enumerate() {
            if i > 0 {
                self.0.push(' ');
            }
            push_number(&mut self.0, *number);
        }
        self
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Appends a number with at most one decimal: a tenth of a pixel is all that a picture shows.
pub fn push_number(text: &mut String, number: f64) {
    let tenths = (number * 10.0).round() as i64;
    if tenths < 0 {
        text.push('-');
    }
    let tenths = tenths.unsigned_abs();
    push_whole(text, tenths / 10);
    if !tenths.is_multiple_of(10) {
        text.push('.');
        text.push(char::from(b'0' + (tenths % 10) as u8));
    }
}

/// Appends a whole number without the formatting machinery, which would cost more than the number.
fn push_whole(text: &mut String, number: u64) {
    if number >= 10 {
        push_whole(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// The number, or the bound that it is beyond. (`f64::clamp` would tell wrong bounds in words, and
/// all that prints floats with it: twelve kilobytes of the page.)
pub fn within(number: f64, least: f64, most: f64) -> f64 {
    number.max(least).min(most)
}

/// A number as an attribute.
pub fn number(number: f64) -> String {
    let mut text = String::new();
    push_number(&mut text, number);
    text
}

/// `translate(x y)`.
pub fn translate(to: Point) -> String {
    let mut text = String::with_capacity(24);
    text.push_str("translate(");
    push_number(&mut text, to.x);
    text.push(' ');
    push_number(&mut text, to.y);
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in
            [(0.0, "0"), (-0.04, "0"), (1.25, "1.3"), (-3.0, "-3"), (120.96, "121"), (-0.5, "-0.5")]
        {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_box_ends_where_the_line_leaves_it() {
        let size = Size::new(20.0, 10.0);
        assert_eq!(
            size.border(Point::new(0.0, 0.0), Point::new(100.0, 0.0)),
            Point::new(10.0, 0.0)
        );
        assert_eq!(
            size.border(Point::new(0.0, 0.0), Point::new(0.0, -50.0)),
            Point::new(0.0, -5.0)
        );
        let inside = Point::new(3.0, 1.0);
        assert_eq!(size.border(Point::new(0.0, 0.0), inside), inside);
    }

    #[test]
    fn lines_cross_and_loops_enclose() {
        let p = Point::new;
        assert!(crosses(p(0.0, 0.0), p(10.0, 10.0), p(0.0, 10.0), p(10.0, 0.0)));
        assert!(!crosses(p(0.0, 0.0), p(1.0, 1.0), p(0.0, 10.0), p(10.0, 0.0)));
        let square = [p(0.0, 0.0), p(10.0, 0.0), p(10.0, 10.0), p(0.0, 10.0)];
        assert!(encloses(&square, p(5.0, 5.0)));
        assert!(!encloses(&square, p(15.0, 5.0)));
        assert!(!encloses(&[], p(0.0, 0.0)));
    }
}
