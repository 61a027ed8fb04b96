//! The links of the stage: one line where both ways are alike, two with arrows where they differ.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::Layout;
use crate::base::Place;
use crate::command::Quality;
use crate::protocol::Topology;
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

/// More links than these are a thicket.
const MOST: usize = 400;

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

/// All links of the picture.
pub fn wires(snapshot: &Snapshot, layout: &Layout, standard: &Quality) -> Vec<Wire> {
    let pair = |(a, b): (Place, Place)| {
        let changed =
            |link: Option<&LinkShot>| changes(&link.filter(|link| link.changed)?.quality, standard);
        let ((a_at, a_box), (b_at, b_box)) = (layout.place(a), layout.place(b));
        let note = changed(snapshot.link(a, b)).or_else(|| changed(snapshot.link(b, a)));
        Wire {
            a,
            b,
            centres: [a_at, b_at],
            from: a_box.border(a_at, b_at),
            to: b_box.border(b_at, a_at),
            bend: layout.bend(a, b),
            there: snapshot.link_state(a, b),
            back: snapshot.link_state(b, a),
            dead: [a, b].iter().any(|end| is_down(snapshot, *end)),
            note,
        }
    };
    let mut pairs = match layout.grid {
        Some(_) => singled_out(snapshot),
        None => usual(snapshot, layout),
    };
    pairs.extend(conversations(snapshot));
    pairs.into_iter().map(pair).collect()
}

/// Among very many places only those links are drawn to which something was done one by one.
fn singled_out(snapshot: &Snapshot) -> Vec<(Place, Place)> {
    let own = |place| snapshot.position(place).is_some();
    let links = snapshot.links.iter().map(|link| (link.from, link.to));
    let both: BTreeSet<_> = links.map(|(from, to)| (from.min(to), from.max(to))).collect();
    both.into_iter().filter(|(from, to)| own(*from) && own(*to)).take(MOST).collect()
}

/// The links of the topology, and those that carry something or are not as usual.
fn usual(snapshot: &Snapshot, layout: &Layout) -> Vec<(Place, Place)> {
    // What would run behind others is drawn only where it carries something or is changed.
    let topology = if layout.is_wrapped() { Topology::None } else { layout.formation.topology };
    let busy = busy(snapshot);
    let mut pairs: Vec<(Place, Place)> = Vec::new();
    for (i, a) in snapshot.nodes.iter().enumerate() {
        let others = snapshot.nodes[i + 1..].iter().map(|b| (a.id, b.id));
        pairs.extend(
            others.filter(|ends| {
                topology.joins(&layout.places, ends.0, ends.1) || busy.contains(ends)
            }),
        );
    }
    pairs
}

/// Between whom something is under way, or whose link is not as usual: those that come first, first.
fn busy(snapshot: &Snapshot) -> BTreeSet<(Place, Place)> {
    let flights = snapshot.flights.iter().map(|flight| (flight.from, flight.to));
    let links = snapshot.links.iter().map(|link| (link.from, link.to));
    flights.chain(links).flat_map(|(from, to)| [(from, to), (to, from)]).collect()
}

/// Clients with the servers they are talking to: only these links of theirs are drawn.
fn conversations(snapshot: &Snapshot) -> Vec<(Place, Place)> {
    if snapshot.clients.is_empty() {
        return Vec::new();
    }
    let mut peers: BTreeMap<Place, Vec<Place>> = BTreeMap::new();
    let under_way = snapshot.flights.iter().map(|flight| (flight.from, flight.to));
    let out_of_order = snapshot.links.iter().filter(|link| link.state != LinkState::Healthy);
    let troubled = out_of_order.map(|link| (link.from, link.to));
    for (from, to) in under_way.chain(troubled) {
        peers.entry(from).or_default().push(to);
        peers.entry(to).or_default().push(from);
    }
    let mut pairs = Vec::new();
    for client in &snapshot.clients {
        let me = client.id;
        let asked = client.open.iter().flat_map(|open| open.asked.iter().copied());
        let parted = snapshot.partition.iter().filter(|partition| partition.concerns(me));
        let parted = parted.flat_map(|partition| {
            let apart = |id: &Place| partition.parts(me, *id) || partition.parts(*id, me);
            snapshot.nodes.iter().map(|shot| shot.id).filter(apart)
        });
        let met = peers.get(&me).into_iter().flatten().copied();
        let mut seen = BTreeSet::new();
        let others = asked.chain(met).chain(parted).filter(|other| seen.insert(*other));
        pairs.extend(others.map(|other| (me, other)));
    }
    pairs
}

fn is_down(snapshot: &Snapshot, end: Place) -> bool {
    snapshot.status(end) == Some(Status::Down)
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
