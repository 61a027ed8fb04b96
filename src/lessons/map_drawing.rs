//! The concept map drawn: where its cards, groups and edges lie on the page, and the whole as a picture and as
//! Mermaid text to take away.
//!
//! The page's style sheet places the cards themselves, since on a narrow screen they stand otherwise; the
//! numbers here and those in `www/synod.css`, section "the door", are the same, and a test compares them.

use std::fmt::Write;

use super::map::{COLUMNS, Card, CardGroup, GROUPS, ROWS, cards, edges};
use crate::tr;
use crate::view::path::{Path, Point, Size};
use crate::words::{Language, translate};

/// All of it.
pub const SIZE: Size = Size { w: 1_308.0, h: 1_192.0 };
pub const CARD: Size = Size { w: 186.0, h: 154.0 };
/// Of a card, its picture.
pub const PICTURE: Size = Size { w: 186.0, h: 74.0 };
/// The left edges of the columns, in the two upper rows and in those below.
const UPPER: [f64; COLUMNS] = [12.0, 246.0, 480.0, 690.0, 900.0, 1_110.0];
const LOWER: [f64; COLUMNS] = [12.0, 222.0, 432.0, 642.0, 900.0, 1_110.0];
/// The upper edges of the rows.
const TOPS: [f64; ROWS] = [34.0, 282.0, 530.0, 778.0, 1_026.0];
/// From a group's border to its cards: at the sides and below, and above, where its title stands.
const BESIDE: f64 = 12.0;
const ABOVE: f64 = 34.0;
/// From a card to the tip of an arrow.
const SPACE: f64 = 1.0;
const HEAD: f64 = 8.0;

/// The upper left corner of a card in this column and row.
pub fn corner(column: usize, row: usize) -> Point {
    let columns = if row < 2 { UPPER } else { LOWER };
    Point::new(columns[column], TOPS[row])
}

/// A card's corner.
pub fn place(card: &Card) -> Point {
    corner(card.column, card.row)
}

/// A group's corner and size.
pub fn frame(group: &CardGroup) -> (Point, Size) {
    let (from, to) = (corner(group.from.0, group.from.1), corner(group.to.0, group.to.1));
    let at = from.plus(-BESIDE, -ABOVE);
    let end = to.plus(CARD.w + BESIDE, CARD.h + BESIDE);
    (at, Size::new(end.x - at.x, end.y - at.y))
}

/// An edge as it is drawn.
#[derive(Debug)]
pub struct EdgeView {
    /// Through these points.
    pub points: Vec<Point>,
    /// Its label, and the middle of that.
    pub label: Option<(&'static str, Point)>,
}

impl EdgeView {
    fn between(from: &Card, to: &Card, label: Option<&'static str>) -> EdgeView {
        let (a, b) = (place(from), place(to));
        let points = match (from.row == to.row, from.row < to.row) {
            (true, _) => {
                let y = a.y + CARD.h / 2.0;
                vec![Point::new(a.x + CARD.w, y), Point::new(b.x - SPACE, y)]
            }
            // Down and aside: through the gap between the rows.
            (false, true) if from.column.abs_diff(to.column) > 1 => {
                let (out, gap) = (a.x + CARD.w + 24.0, a.y + CARD.h + 36.0);
                let (inn, y) = (b.x - 30.0, b.y + CARD.h / 2.0);
                let start = Point::new(a.x + CARD.w, a.y + CARD.h - 36.0);
                let bends = [(out, start.y), (out, gap), (inn, gap), (inn, y), (b.x - SPACE, y)];
                let bends = bends.map(|(x, y)| Point::new(x, y));
                std::iter::once(start).chain(bends).collect()
            }
            (false, down) => {
                let x = (a.x + b.x + CARD.w) / 2.0;
                let (start, end) = match down {
                    true => (a.y + CARD.h, b.y - SPACE),
                    false => (a.y, b.y + CARD.h + SPACE),
                };
                vec![Point::new(x, start), Point::new(x, end)]
            }
        };
        // There is no room for words in a short gap, but above it.
        let above = if from.row == to.row { -15.0 } else { 0.0 };
        let label = label.map(|label| (label, middle(&points).plus(0.0, above)));
        EdgeView { points, label }
    }

    /// Its line, with round corners.
    pub fn path(&self) -> Path {
        let mut path = Path::new();
        let last = self.points.len() - 1;
        path.move_to(self.points[0]);
        for at in 1..last {
            let [before, here, after] = [self.points[at - 1], self.points[at], self.points[at + 1]];
            let near = |other: Point| {
                let d = here.direction(other);
                let reach = (here.distance(other) / 2.0).min(18.0);
                here.plus(d.x * reach, d.y * reach)
            };
            path.line_to(near(before)).quad(here, near(after));
        }
        let way = self.points[last - 1].direction(self.points[last]);
        path.line_to(self.points[last].plus(-HEAD * way.x, -HEAD * way.y));
        path
    }

    /// The head of its arrow.
    pub fn head(&self) -> Path {
        let last = self.points.len() - 1;
        let (before, tip) = (self.points[last - 1], self.points[last]);
        let mut path = Path::new();
        path.head(tip, before.direction(tip), HEAD);
        path
    }
}

/// The middle of the longest piece that has room for words beside others.
fn middle(points: &[Point]) -> Point {
    let pieces = points.windows(2).map(|pair| (pair[0], pair[1]));
    let across =
        |(a, b): &(Point, Point)| if points.len() > 2 { (b.x - a.x).abs() } else { a.distance(*b) };
    let longest = pieces.max_by(|a, b| across(a).total_cmp(&across(b)));
    longest.map_or(Point::default(), |(a, b)| a.towards(b, 0.5))
}

/// All edges.
pub fn ways() -> Vec<EdgeView> {
    edges().map(|(from, to, label)| EdgeView::between(from, to, label)).collect()
}

// ---- to take away ---------------------------------------------------------------------------

const STYLE: &str = "text{font:13px system-ui,\"Segoe UI\",\"Noto Sans\",\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",sans-serif;fill:#2b2640}\
.name{font-weight:650}.soft{fill:#645e7d;font-size:12px}.label{text-anchor:middle;fill:#645e7d;font-size:12px;paint-order:stroke;stroke:#fff;stroke-width:6px}\
.paper{fill:#fff}.group{fill:#ffffde;stroke:#aaaa33}.card{fill:#ececff;stroke:#9370db}.way{fill:none;stroke:#8a84a3;stroke-width:1.6}.tip{fill:#8a84a3}";

/// The map as a picture by itself.
pub fn svg(language: Language) -> String {
    let margin = 16.0;
    let (w, h) = (SIZE.w + 2.0 * margin, SIZE.h + 2.0 * margin);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{} {} {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" lang=\"{}\">\n",
        -margin,
        -margin,
        language.tag()
    );
    let title = tr!(language, "The map of what Synod runs");
    let _ = writeln!(svg, "<title>{title}</title>\n<style>{STYLE}</style>");
    let _ = writeln!(
        svg,
        "<rect class=\"paper\" x=\"{}\" y=\"{}\" width=\"{w}\" height=\"{h}\"/>",
        -margin, -margin
    );
    for group in &GROUPS {
        let (at, size) = frame(group);
        boxed(&mut svg, "group", at, size);
        let name = translate(language, group.title);
        words(&mut svg, "name", at.plus(BESIDE, 22.0), name);
    }
    for way in ways() {
        let _ = writeln!(svg, "<path class=\"way\" d=\"{}\"/>", way.path());
        let _ = writeln!(svg, "<path class=\"tip\" d=\"{}\"/>", way.head());
        if let Some((label, at)) = way.label {
            words(&mut svg, "label", at.plus(0.0, 4.0), translate(language, label));
        }
    }
    for card in cards() {
        boxed(&mut svg, "card", place(card), CARD);
        words(&mut svg, "name", place(card).plus(12.0, 34.0), translate(language, card.title));
        for (line, text) in (0..).zip(broken(translate(language, card.told), 25)) {
            let at = place(card).plus(12.0, 60.0 + 19.0 * f64::from(line));
            words(&mut svg, "soft", at, &text);
        }
    }
    svg + "</svg>\n"
}

fn boxed(svg: &mut String, class: &str, at: Point, size: Size) {
    let _ = writeln!(
        svg,
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>",
        at.x, at.y, size.w, size.h
    );
}

fn words(svg: &mut String, class: &str, at: Point, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(svg, "<text class=\"{class}\" x=\"{}\" y=\"{}\">{text}</text>", at.x, at.y);
}

/// A text in lines of about so many letters; a Chinese sign takes the room of two, and a line may end behind it.
fn broken(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut width = 0;
    let pieces = text.split_inclusive(|c: char| c == ' ' || !c.is_ascii());
    for piece in pieces {
        let wide: usize = piece.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        // A line does not begin with what ends a sentence.
        let ends = piece.starts_with(['，', '。', '？', '：', '；', '、']);
        if width + wide > most && !ends {
            lines.push(String::new());
            width = 0;
        }
        width += wide;
        lines.last_mut().expect("there is one").push_str(piece);
    }
    lines
}

/// The map as a Mermaid flowchart.
pub fn mermaid(language: Language) -> String {
    let said = |text| translate(language, text).replace('"', "#quot;");
    let node = |card: &Card| {
        format!("{}[\"<b>{}</b><br/>{}\"]", id(card), said(card.title), said(card.told))
    };
    let mut text = "flowchart TD\n".to_owned();
    for (at, group) in GROUPS.iter().enumerate() {
        let _ = writeln!(text, "    subgraph group{at} [\"{}\"]", said(group.title));
        for card in cards().filter(|card| card.group == Some(at)) {
            let _ = writeln!(text, "        {}", node(card));
        }
        text += "    end\n";
    }
    for card in cards().filter(|card| card.group.is_none()) {
        let _ = writeln!(text, "    {}", node(card));
    }
    for (from, to, label) in edges() {
        let label = label.map_or(String::new(), |label| format!("|\"{}\"|", said(label)));
        let _ = writeln!(text, "    {} -->{label} {}", id(from), id(to));
    }
    text
}

fn id(card: &Card) -> String {
    card.scene.replace(['/', '-'], "_")
}
