//! The stage at one instant: a [`Snapshot`] laid out. Everything that glides is given with its
//! times, so that whoever draws can move it to any instant until the next event.

use std::rc::Rc;

use super::field::DotsView;
use super::flight::{Flight, clipped, numbered, text_width};
use super::heat;
use super::hull::{Hull, hulls};
use super::layout::{Detail, Layout};
use super::links::{Wire, changes, wires};
use super::row::PanelRow;
use super::tenure::{Ring, TenureMark};
use crate::base::{Place, Sentence, Time};
use crate::command::Quality;
use crate::protocol::{Gathering, PanelView, Stamp, Tag};
use crate::sim::snapshot::{
    AnswerShot, ClientShot, FlightShot, GoalShot, NodeShot, OpenShot, Snapshot, Status, TimerShot,
};
use crate::view::path::{Path, Point, Size};
use crate::words::{Language, translate};

/// Everything on the stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StageView {
    pub now: Time,
    pub event: u64,
    pub layout: Rc<Layout>,
    /// Where there are very many places: dots instead of boxes, streaks instead of pills.
    pub field: Option<DotsView>,
    /// The protocol's numbers about all places together.
    pub measures: Vec<Sentence>,
    pub nodes: Vec<NodeBox>,
    pub clients: Vec<ClientBox>,
    pub wires: Vec<Wire>,
    /// Some link does not carry.
    pub troubled: bool,
    /// What was changed of all links alike.
    pub network: Option<String>,
    /// The messages under way: of very many the latest, and how many there are beside them.
    pub flights: Vec<Flight>,
    pub more: usize,
    /// How much of them is told by heat; see [`heat::share`].
    pub heat: f64,
    pub hulls: Vec<Hull>,
    pub bonds: Vec<Bond>,
    pub caption: Option<String>,
    /// The property that the run is to show.
    pub goal: Option<GoalShot>,
}

/// Among so many pills none is found any more; and so many streaks, or as much heat, can be moved in a frame.
const MOST: usize = 400;
const MOST_STREAKS: usize = 10_000;

/// A server.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeBox {
    pub id: Place,
    pub at: Point,
    pub size: Size,
    /// What its role means; `None` while it is down.
    pub tag: Option<Tag>,
    pub status: Status,
    pub isolated: bool,
    pub role: &'static str,
    pub stamp: Option<Stamp>,
    /// Whose support it gathers.
    pub quorum: Option<Gathering>,
    pub lamport: u64,
    /// The timer to watch: the one set for the longest time, for it decides.
    pub timer: Option<TimerShot>,
    pub panels: Vec<PanelView>,
    /// It believes that it holds what only one may hold.
    pub believes: bool,
    /// What there is room for: of these, or of its panels; or a queue of those who hold these.
    pub tenures: Vec<TenureMark>,
    pub row: Option<PanelRow>,
    pub pending_writes: u32,
}

/// A role is told by the shape of its box as well as by its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Takes part, or is down.
    Rectangle,
    /// Leads.
    Stadium,
    /// Wants to lead.
    Hexagon,
}

/// A quorum as it forms: ways from those who have given their support to the server that gathers it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bond {
    pub of: Place,
    pub path: Path,
    pub stamp: u64,
    /// It is a quorum.
    pub whole: bool,
}

/// A client.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientBox {
    pub id: Place,
    pub at: Point,
    pub size: Size,
    pub status: Status,
    /// The request it waits for.
    pub open: Option<OpenShot>,
    /// Requests that wait for their turn.
    pub waiting: u32,
    pub answer: Option<AnswerShot>,
}

/// The sizes of a box's texts: of its name, of the role beside or beneath it, where that is long, and of the
/// line with its term.
const NAME: f64 = 15.0;
const ROLE: f64 = 12.5;
const SMALL: f64 = 11.0;
const LEAST: f64 = 10.5;
const STAMP: f64 = 11.5;
/// So much nearer to the outline of the lowest box a role may come, on both sides together.
const CLOSE: f64 = 4.0;
/// Between a name and what stands beside it.
const SPACE: f64 = 7.5;

/// One of eight colours for a term, ballot or epoch, from 1; 0 for none.
pub fn stamp_colour(stamp: u64) -> u64 {
    match stamp {
        0 => 0,
        _ => (stamp - 1) % 8 + 1,
    }
}

impl StageView {
    /// The picture of a snapshot, its messages labelled in this language. `usual` is the quality of links that
    /// nobody changed.
    pub fn new(
        snapshot: &Snapshot,
        usual: &Quality,
        layout: &Rc<Layout>,
        language: Language,
    ) -> StageView {
        let field = layout.grid.as_ref().map(|grid| DotsView::of(snapshot, grid));
        let most = if field.is_some() { MOST_STREAKS } else { MOST };
        let more = snapshot.flights.len().saturating_sub(most);
        let shown = &snapshot.flights[more..];
        let boxed = if field.is_some() { &[][..] } else { &snapshot.nodes };
        StageView {
            now: snapshot.now,
            event: snapshot.event,
            nodes: boxed.iter().map(|shot| NodeBox::new(shot, layout, snapshot.now)).collect(),
            clients: snapshot.clients.iter().map(|shot| ClientBox::new(shot, layout)).collect(),
            wires: wires(snapshot, layout, usual),
            network: changes(&snapshot.quality, usual),
            troubled: snapshot.is_troubled(),
            flights: match &field {
                Some(_) => shown.iter().map(|shot| streak(shot, layout, language)).collect(),
                None => flights(shown, layout, language),
            },
            more,
            heat: layout.grid.as_ref().map_or(0.0, |grid| heat::share(shown.len(), grid)),
            measures: snapshot.measures.clone(),
            hulls: hulls(snapshot, layout),
            bonds: boxed.iter().filter_map(|shot| Bond::new(shot, layout)).collect(),
            caption: snapshot.caption.as_ref().map(|(_, text)| text.clone()),
            goal: snapshot.goal,
            field,
            layout: Rc::clone(layout),
        }
    }
}

/// A message among very many places.
fn streak(shot: &FlightShot, layout: &Layout, language: Language) -> Flight {
    Flight::streak(shot, layout.place(shot.from).0, layout.place(shot.to).0, language)
}

impl NodeBox {
    pub fn shape(&self) -> Shape {
        match self.tag {
            // A belief is drawn dashed, and not as if it were true.
            Some(Tag::Leads) if self.believes => Shape::Rectangle,
            Some(Tag::Leads) => Shape::Stadium,
            Some(Tag::Bids) => Shape::Hexagon,
            Some(Tag::Follows | Tag::Outside) | None => Shape::Rectangle,
        }
    }

    /// Its term or ballot, if it has one, in one line whose middle is `y` beneath the box's, with the
    /// support that it gathers, else its clock. Where there is no room, words go first: the numbers say
    /// more.
    pub fn stamp_told(&self, detail: Detail, y: f64, language: Language) -> String {
        let (said, brief) = match (&self.quorum, detail) {
            (_, Detail::Slim | Detail::Tiny) => Default::default(),
            // A majority as it forms matters more than a clock.
            (Some(Gathering { word, of, needed }), _) => {
                let share = format!("{}/{needed}", of.len());
                (Some(format!("{} {share}", translate(language, word))), Some(share))
            }
            (None, _) => (Some(format!("L {}", self.lamport)), None),
        };
        let stamp = self.stamp.map(|stamp| stamp.to_string());
        if detail.is_narrow()
            && self.stamp.is_some_and(|it| it.number > 0 && numbered(it.number).is_empty())
        {
            // Beside a name there is no room for a random value.
            return String::new();
        }
        let worded = self.stamp.map(|stamp| format!("{} {stamp}", translate(language, stamp.word)));
        // In a narrow box it stands beside the name.
        let taken = if detail.is_narrow() { self.name_width() } else { 0.0 };
        let line = |stamp: &Option<String>, said: &Option<String>| {
            let parts: Vec<&str> =
                [stamp, said].into_iter().flatten().map(String::as_str).collect();
            parts.join(" · ")
        };
        [line(&worded, &said), line(&stamp, &said)]
            .into_iter()
            .find(|told| text_width(told, STAMP) <= self.breadth(y) - taken)
            .unwrap_or_else(|| line(&stamp, &brief))
    }

    /// Its role, in a line whose middle is `y` beneath the box's, and whether in smaller type. What does not
    /// fit then is cut off.
    pub fn role_told(&self, detail: Detail, y: f64, language: Language) -> (String, bool) {
        let role = translate(language, self.role);
        let is_beside = !detail.is_narrow() || self.is_low(detail);
        // In the lowest box every pixel is needed.
        let margin = if self.is_low(detail) { CLOSE } else { 0.0 };
        let room = self.breadth(y) + margin - if is_beside { self.name_width() } else { 0.0 };
        let (usual, small) = match (self.is_low(detail), detail.is_narrow()) {
            (true, _) => (LEAST, LEAST),
            (false, true) => (STAMP, SMALL),
            (false, false) => (ROLE, SMALL),
        };
        match text_width(role, usual) <= room {
            true => (role.to_owned(), false),
            false => (clipped(role, small, room), true),
        }
    }

    /// Whether there is one line above its row of panels: the role stands beside the name there, and the term is told
    /// by the colours of the row.
    pub fn is_low(&self, detail: Detail) -> bool {
        detail == Detail::Tiny && self.has_row()
    }

    /// How much of its line the name takes.
    fn name_width(&self) -> f64 {
        text_width(&self.id.to_string(), NAME) + SPACE
    }

    /// Where on its outline the ring of its timer has its middle: at the upper corner, to the left or to the
    /// right, from the box's middle.
    pub fn corner(&self, left: bool) -> Point {
        let Size { w, h } = self.size;
        let (x, y) = match self.shape() {
            Shape::Rectangle => (w / 2.0 - 2.0, h / 2.0 - 2.0),
            // In the middle of the arc.
            Shape::Stadium => (w / 2.0 - h * 0.146, h * 0.354),
            Shape::Hexagon => (w / 2.0 - self.cut(), h / 2.0),
        };
        Point::new(if left { -x } else { x }, -y)
    }

    /// How far a hexagon's corners are cut: of a narrow one little, for its role is to fit.
    pub fn cut(&self) -> f64 {
        (self.size.w * 0.25 - 11.0).clamp(7.0, 18.0)
    }

    /// How wide a line of small text may be there, by the shape.
    fn breadth(&self, y: f64) -> f64 {
        let Size { w, h } = self.size;
        // Measured where the line comes nearest to the outline.
        let (half, y) = (h / 2.0, (y.abs() + 3.0).min(h / 2.0));
        let inset = match self.shape() {
            Shape::Rectangle => 0.0,
            Shape::Stadium => half - (half * half - y * y).sqrt(),
            Shape::Hexagon => self.cut() * y / half,
        };
        w - 2.0 * (inset + 5.0)
    }

    fn new(shot: &NodeShot, layout: &Layout, now: Time) -> NodeBox {
        let (at, size) = layout.place(shot.id);
        let mut node = NodeBox {
            id: shot.id,
            at,
            size,
            tag: shot.tag(),
            status: shot.status,
            isolated: shot.isolated,
            // Whoever stands still knows nothing of it, and believes what it believed.
            role: if shot.status == Status::Paused { shot.view.role.name } else { shot.role() },
            stamp: shot.view.stamp,
            quorum: shot.view.quorum.clone(),
            lamport: shot.lamport,
            timer: watched(&shot.timers).filter(|_| shot.status != Status::Down).cloned(),
            panels: shot.panels.clone(),
            believes: shot.view.tenures.iter().any(|tenure| tenure.holder.is_none()),
            tenures: Vec::new(),
            row: None,
            pending_writes: shot.pending_writes,
        };
        // The row lies in the lower half.
        let room = node.breadth(size.h * 0.3);
        let entries = layout.detail.entries();
        // Who is down has no clock by which anything could run out: what is on its disk is in its panels.
        if entries > 0 && shot.status != Status::Down {
            node.tenures = TenureMark::all(shot, now);
        }
        if node.tenures.is_empty() {
            let stamp = shot.view.stamp.map(|stamp| stamp.word);
            node.row = PanelRow::of(&shot.panels, stamp, entries, room);
            return node;
        }
        let held = &node.tenures;
        let held_by = |name: &str| {
            held.iter().position(|mark| mark.holder().is_some_and(|it| it.to_string() == name))
        };
        node.row = PanelRow::of_queue(&shot.panels, room, held_by);
        if node.row.is_none() {
            TenureMark::trim(&mut node.tenures, room);
        }
        node
    }

    /// Whether something stands in its lower half.
    pub fn has_row(&self) -> bool {
        self.row.is_some() || !self.tenures.is_empty()
    }

    /// What runs down in its picture, each with what its ring is called by: its timer's, and those in its row.
    pub fn rings(&self) -> impl Iterator<Item = (String, Ring)> {
        let timer = self.timer.as_ref().map(|timer| (self.id.to_string(), Ring::of_timer(timer)));
        let named = |(number, mark): (usize, &TenureMark)| (self.tenure_ring(number), mark.ring);
        timer.into_iter().chain(self.tenures.iter().enumerate().map(named))
    }

    /// What the ring of one in its row is called by.
    pub fn tenure_ring(&self, number: usize) -> String {
        format!("{}-{number}", self.id)
    }
}

/// Of several timers the one that runs out last: heartbeats come and go, elections matter.
fn watched(timers: &[TimerShot]) -> Option<&TimerShot> {
    timers.iter().max_by_key(|timer| timer.fires_at.since(timer.set_at))
}

impl Bond {
    fn new(shot: &NodeShot, layout: &Layout) -> Option<Bond> {
        let Gathering { of, needed, .. } = shot.view.quorum.as_ref()?;
        if shot.status == Status::Down {
            return None;
        }
        let place = |node: Place| layout.place(node).0;
        let mut path = Path::new();
        for giver in of.iter().filter(|giver| **giver != shot.id) {
            path.line(place(*giver), place(shot.id));
        }
        let whole = of.len() >= usize::from(*needed);
        Some(Bond {
            of: shot.id,
            path,
            stamp: shot.view.stamp.map_or(0, |stamp| stamp.number),
            whole,
        })
    }
}

impl ClientBox {
    fn new(shot: &ClientShot, layout: &Layout) -> ClientBox {
        let (at, size) = layout.place(shot.id);
        let ClientShot { id, status, open, waiting, mut answers, .. } = shot.clone();
        ClientBox { id, at, size, status, open, waiting, answer: answers.pop() }
    }
}

/// The pills. Opposite ways of a link keep right, each by half of its pill, so that a message there and one
/// back do not cover each other; a volley on one link is fanned out.
fn flights(shots: &[FlightShot], layout: &Layout, language: Language) -> Vec<Flight> {
    let mut flights = Vec::with_capacity(shots.len());
    for (i, shot) in shots.iter().enumerate() {
        let same_way = |other: &&FlightShot| {
            (other.from, other.to) == (shot.from, shot.to) && near(other, shot)
        };
        let before = shots[..i].iter().filter(same_way).count();
        let ends = [layout.place(shot.from), layout.place(shot.to)];
        let lane = 22.0 * (before % 4) as f64;
        let bend = layout.bend(shot.from, shot.to);
        flights.push(Flight::new(shot, ends, bend, lane, language));
    }
    flights
}

/// Whether two messages on a link would cover each other: both held, or sent at almost one time.
fn near(a: &FlightShot, b: &FlightShot) -> bool {
    let apart = a.sent_at.since(b.sent_at) + b.sent_at.since(a.sent_at);
    (a.held && b.held) || (a.held == b.held && apart < Time::millis(2))
}
