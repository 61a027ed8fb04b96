//! The links of the stage: one line where both ways are alike, two with arrows where they differ.

use super::layout::Layout;
use crate::base::Place;
use crate::command::Quality;
use crate::sim::snapshot::{LinkShot, LinkState, Snapshot, Status};
use crate::view::path::{Path, Point, Size};

/// A link between two places, both ways.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    pub a: Place,
    pub b: Place,
    /// Their centres: boxes cover what lies behind them.
    pub centres: [Point; 2],
    /// At the borders of their boxes.
    pub from: Point,
    pub to: Point,
    /// Where it is bent, so as not to run behind another server.
    pub bend: Option<Point>,
    /// What becomes of messages from `a` to `b`, and of those from `b` to `a`.
    pub there: LinkState,
    pub back: LinkState,
    /// One of its ends is down.
    pub dead: bool,
    /// What was changed of its quality: `loss=20%`.
    pub note: Option<String>,
}

/// How a link is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Strand {
    /// Both ways alike.
    Both { from: Point, bend: Option<Point>, to: Point, state: LinkState },
    /// One way of two, with an arrow at its end.
    Way { from: Point, to: Point, state: LinkState },
}

impl Wire {
    /// The one or two lines that it is drawn as.
    pub fn strands(&self) -> Vec<Strand> {
        if self.there == self.back {
            let [from, to] = self.centres;
            return vec![Strand::Both { from, bend: self.bend, to, state: self.there }];
        }
        let d = self.from.direction(self.to);
        let aside = |p: Point, side: f64| p.plus(-d.y * 5.0 * side, d.x * 5.0 * side);
        vec![
            Strand::Way { from: aside(self.from, 1.0), to: aside(self.to, 1.0), state: self.there },
            Strand::Way {
                from: aside(self.to, -1.0),
                to: aside(self.from, -1.0),
                state: self.back,
            },
        ]
    }

    /// The worse of both ways: its colour, where only one can be shown.
    pub fn worst(&self) -> LinkState {
        let rank = |state| match state {
            LinkState::Healthy => 0,
            LinkState::Held => 1,
            LinkState::Cut => 2,
        };
        if rank(self.there) >= rank(self.back) { self.there } else { self.back }
    }

    pub fn middle(&self) -> Point {
        between(self.from, self.bend, self.to, 0.5)
    }
}

/// All links of the picture, and what was changed of every link alike, if anything was.
pub fn wires(snapshot: &Snapshot, layout: &Layout, usual: &Quality) -> (Vec<Wire>, Option<String>) {
    let all_alike = alike(snapshot);
    let mut wires = Vec::new();
    let pair = |a: Place, b: Place| {
        let find = |from, to| snapshot.links.iter().find(|link| link.from == from && link.to == to);
        let (there, back) = (find(a, b), find(b, a));
        let state = |link: Option<&LinkShot>| link.map_or(LinkState::Healthy, |link| link.state);
        let changed = |link: Option<&LinkShot>| {
            let link = link.filter(|link| link.changed && all_alike.is_none())?;
            changes(&link.quality, usual)
        };
        let ((a_at, a_box), (b_at, b_box)) = (layout.place(a), layout.place(b));
        Wire {
            a,
            b,
            centres: [a_at, b_at],
            from: a_box.border(a_at, b_at),
            to: b_box.border(b_at, a_at),
            bend: layout.bend(a, b),
            there: state(there),
            back: state(back),
            dead: [a, b].iter().any(|end| is_down(snapshot, *end)),
            note: changed(there).or_else(|| changed(back)),
        }
    };
    let topology = layout.formation.topology;
    for (i, a) in snapshot.nodes.iter().enumerate() {
        for b in &snapshot.nodes[i + 1..] {
            if topology.joins(&layout.places, a.id, b.id) || is_in_use(snapshot, a.id, b.id) {
                wires.push(pair(a.id, b.id));
            }
        }
    }
    for (client, node) in conversations(snapshot) {
        wires.push(pair(client, node));
    }
    (wires, all_alike.and_then(|quality| changes(&quality, usual)))
}

/// Whether something is under way between these two, or their link is not as usual.
fn is_in_use(snapshot: &Snapshot, a: Place, b: Place) -> bool {
    let theirs = |from: Place, to: Place| (from, to) == (a, b) || (from, to) == (b, a);
    snapshot.flights.iter().any(|flight| theirs(flight.from, flight.to))
        || snapshot.links.iter().any(|link| theirs(link.from, link.to))
}

/// Clients with the servers they are talking to: only these links of theirs are drawn.
fn conversations(snapshot: &Snapshot) -> Vec<(Place, Place)> {
    let mut pairs = Vec::new();
    for client in &snapshot.clients {
        let me = client.id;
        let asked = client.open.iter().map(|open| open.asked);
        let under_way =
            snapshot.flights.iter().filter_map(|flight| match (flight.from, flight.to) {
                (from, to) if from == me => Some(to),
                (from, to) if to == me => Some(from),
                _ => None,
            });
        let out_of_order = snapshot.links.iter().filter(|link| link.state != LinkState::Healthy);
        let troubled = out_of_order.filter_map(|link| match (link.from, link.to) {
            (from, to) if from == me => Some(to),
            (from, to) if to == me => Some(from),
            _ => None,
        });
        for node in asked.chain(under_way).chain(troubled) {
            if !pairs.contains(&(me, node)) {
                pairs.push((me, node));
            }
        }
    }
    pairs
}

fn is_down(snapshot: &Snapshot, end: Place) -> bool {
    snapshot.status(end) == Some(Status::Down)
}

/// The quality of all links between servers, where it is the same and not what the run began with.
fn alike(snapshot: &Snapshot) -> Option<Quality> {
    let count = snapshot.nodes.len();
    let between_servers = || {
        snapshot
            .links
            .iter()
            .filter(|link| snapshot.node(link.from).is_some() && snapshot.node(link.to).is_some())
    };
    let first = between_servers().next()?.quality;
    let same = between_servers().all(|link| link.changed && link.quality == first);
    (same && between_servers().count() == count * (count - 1)).then_some(first)
}

/// In which ways a quality differs from the usual, as a script writes it.
pub fn changes(quality: &Quality, usual: &Quality) -> Option<String> {
    let mut text = String::new();
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(if text.is_empty() { "" } else { " " });
            text.push_str(name);
            text.push_str(&value);
        }
    };
    add("", (quality.latency != usual.latency).then(|| quality.latency.to_string()));
    for (name, now, before) in [
        ("loss=", quality.loss, usual.loss),
        ("duplicate=", quality.duplicate, usual.duplicate),
        ("replay=", quality.replay, usual.replay),
        ("reorder=", quality.reorder, usual.reorder),
    ] {
        add(name, (now != before).then(|| now.to_string()));
    }
    (!text.is_empty()).then_some(text)
}

/// Draws a way that may be bent.
pub fn draw(path: &mut Path, from: Point, bend: Option<Point>, to: Point) {
    path.move_to(from);
    match bend {
        None => path.line_to(to),
        Some(bend) => path.quad(bend, to),
    };
}

/// The point at this share of a way that may be bent.
pub fn between(from: Point, bend: Option<Point>, to: Point, share: f64) -> Point {
    match bend {
        None => from.towards(to, share),
        Some(bend) => from.towards(bend, share).towards(bend.towards(to, share), share),
    }
}

impl Layout {
    /// Where the way between two places is bent.
    pub fn bend(&self, a: Place, b: Place) -> Option<Point> {
        let is_client = |place| self.places.is_house_client(place);
        let (client, node) = match (is_client(a), is_client(b)) {
            (true, false) => (a, b),
            (false, true) => (b, a),
            _ => return None,
        };
        *self.bends.get(client.index())?.get(self.places.own_index(node))?
    }

    /// The centre and the size of whoever stands here.
    pub fn place(&self, who: Place) -> (Point, Size) {
        let (centre, size) = match self.places.is_house_client(who) {
            false => (self.nodes.get(self.places.own_index(who)), self.node),
            true => (self.clients.get(who.index()), self.client),
        };
        (centre.copied().unwrap_or_default(), size)
    }
}
