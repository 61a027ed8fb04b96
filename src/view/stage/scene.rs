//! The stage at one instant: a [`Snapshot`] laid out. Everything that glides is given with its
//! times, so that whoever draws can move it to any instant until the next event.

use std::rc::Rc;

use super::flight::{Flight, text_width};
use super::hull::{Hull, hulls};
use super::layout::{Detail, Layout};
use super::links::{Wire, wires};
use crate::base::{Place, Time};
use crate::command::Quality;
use crate::protocol::{Badge, Epoch, Gathering, LogCell, Shape};
use crate::sim::snapshot::{
    AnswerShot, ClientShot, FlightShot, Logs, NodeShot, OpenShot, Snapshot, Status, TimerShot,
};
use crate::view::path::{Path, Point, Size, within};
use crate::words::{Language, translate};

/// Everything on the stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StageView {
    pub now: Time,
    pub event: u64,
    pub layout: Rc<Layout>,
    pub nodes: Vec<Box>,
    pub clients: Vec<Visitor>,
    pub wires: Vec<Wire>,
    /// What was changed of all links alike.
    pub network: Option<String>,
    /// The messages under way: of very many the latest, and how many there are beside them.
    pub flights: Vec<Flight>,
    pub more: usize,
    pub hulls: Vec<Hull>,
    pub bonds: Vec<Bond>,
    pub caption: Option<String>,
}

/// Among so many pills none is found any more.
const MOST: usize = 400;

/// A server.
#[derive(Clone, Debug, PartialEq)]
pub struct Box {
    pub id: Place,
    pub at: Point,
    pub size: Size,
    pub shape: Shape,
    pub status: Status,
    pub isolated: bool,
    pub role: &'static str,
    pub epoch: Epoch,
    pub badge: Option<Badge>,
    /// Whose support it gathers.
    pub quorum: Option<Gathering>,
    pub lamport: u64,
    /// The timer to watch: the one set for the longest time, for it decides.
    pub timer: Option<TimerShot>,
    pub entries: Vec<LogCell>,
    /// Entries before the ones shown.
    pub earlier: u64,
    pub pending_writes: u32,
}

/// A quorum as it forms: ways from those who have given their support to the server that gathers it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bond {
    pub of: Place,
    pub path: Path,
    pub epoch: u64,
    /// It is a quorum.
    pub whole: bool,
}

/// A client.
#[derive(Clone, Debug, PartialEq)]
pub struct Visitor {
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

/// The size of the line with its term, in pixels.
const EPOCH: f64 = 11.5;

/// One of eight colours for a term, ballot or epoch, from 1; 0 for none.
pub fn epoch_colour(epoch: u64) -> u64 {
    match epoch {
        0 => 0,
        _ => (epoch - 1) % 8 + 1,
    }
}

impl StageView {
    /// The picture of a snapshot. `usual` is the quality of links that nobody changed.
    pub fn new(
        snapshot: &Snapshot,
        logs: &Logs,
        usual: &Quality,
        layout: &Rc<Layout>,
    ) -> StageView {
        let (wires, network) = wires(snapshot, layout, usual);
        let more = snapshot.flights.len().saturating_sub(MOST);
        StageView {
            now: snapshot.now,
            event: snapshot.event,
            nodes: snapshot.nodes.iter().map(|shot| Box::new(shot, logs, layout)).collect(),
            clients: snapshot.clients.iter().map(|shot| Visitor::new(shot, layout)).collect(),
            wires,
            network,
            flights: flights(&snapshot.flights[more..], layout),
            more,
            hulls: hulls(snapshot, layout),
            bonds: snapshot.nodes.iter().filter_map(|shot| Bond::new(shot, layout)).collect(),
            caption: snapshot.caption.as_ref().map(|(_, text)| text.clone()),
            layout: Rc::clone(layout),
        }
    }
}

impl Box {
    /// Its term or ballot in one line whose middle is `y` beneath the box's, with the support that it
    /// gathers, else its clock. Where there is no room, words go first: the numbers say more.
    pub fn epoch_told(&self, detail: Detail, y: f64, language: Language) -> String {
        let epoch = self.epoch.to_string();
        let (said, brief) = match (&self.quorum, detail) {
            (_, Detail::Small | Detail::Tiny) => Default::default(),
            // A majority as it forms matters more than a clock.
            (Some(Gathering { word, of, needed }), _) => {
                let share = format!("{}/{needed}", of.len());
                (format!(" · {} {share}", translate(language, word)), format!(" · {share}"))
            }
            (None, _) => (format!(" · L {}", self.lamport), String::new()),
        };
        let word = translate(language, self.epoch.word);
        let shortest = format!("{epoch}{brief}");
        [format!("{word} {epoch}{said}"), format!("{epoch}{said}")]
            .into_iter()
            .find(|told| text_width(told, EPOCH) <= self.breadth(y))
            .unwrap_or(shortest)
    }

    /// How wide a line of small text may be there, by the shape of the role.
    fn breadth(&self, y: f64) -> f64 {
        let Size { w, h } = self.size;
        // Measured where the line comes nearest to the outline.
        let (half, y) = (h / 2.0, (y.abs() + 3.0).min(h / 2.0));
        let inset = match self.shape {
            _ if self.status == Status::Down => 0.0,
            Shape::Plain => 0.0,
            Shape::Lead => half - (half * half - y * y).sqrt(),
            Shape::Bid => 18.0 * y / half,
        };
        w - 2.0 * (inset + 5.0)
    }

    fn new(shot: &NodeShot, logs: &Logs, layout: &Layout) -> Box {
        let (at, size) = layout.place(shot.id);
        let row = logs.rows.iter().find(|(node, _)| *node == shot.id);
        let cells = row.map_or(&[][..], |(_, cells)| cells);
        // The row may hold columns that this server has not reached; its last cells are its log's.
        let shown = layout.detail.entries().min(cells.len());
        let entries = cells[cells.len() - shown..].to_vec();
        Box {
            id: shot.id,
            at,
            size,
            shape: shot.view.role.shape,
            status: shot.status,
            isolated: shot.isolated,
            role: match shot.status {
                Status::Up => shot.view.role.name,
                Status::Paused => crate::key!("paused"),
                Status::Down => crate::key!("crashed"),
            },
            epoch: shot.view.epoch,
            badge: shot.view.badge.clone(),
            quorum: shot.view.quorum.clone(),
            lamport: shot.lamport,
            timer: watched(&shot.timers).filter(|_| shot.status != Status::Down).cloned(),
            earlier: shot.log_len - entries.len().min(shot.log_len as usize) as u64,
            entries,
            pending_writes: shot.pending_writes,
        }
    }

    /// How much of its timer is still to run, from 1 to 0.
    pub fn timer_left(&self, now: Time) -> Option<f64> {
        let timer = self.timer.as_ref()?;
        let whole = timer.fires_at.since(timer.set_at).0.max(1);
        Some(within(timer.fires_at.since(now).0 as f64 / whole as f64, 0.0, 1.0))
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
        Some(Bond { of: shot.id, path, epoch: shot.view.epoch.number, whole })
    }
}

impl Visitor {
    fn new(shot: &ClientShot, layout: &Layout) -> Visitor {
        let (at, size) = layout.place(shot.id);
        let ClientShot { id, status, open, waiting, mut answers, .. } = shot.clone();
        Visitor { id, at, size, status, open, waiting, answer: answers.pop() }
    }
}

/// The pills. Opposite ways of a link keep right; a volley on one link is fanned out.
fn flights(shots: &[FlightShot], layout: &Layout) -> Vec<Flight> {
    let mut flights = Vec::with_capacity(shots.len());
    for (i, shot) in shots.iter().enumerate() {
        let same_way = |other: &&FlightShot| {
            (other.from, other.to) == (shot.from, shot.to) && near(other, shot)
        };
        let before = shots[..i].iter().filter(same_way).count();
        let ends = [layout.place(shot.from), layout.place(shot.to)];
        let lane = 10.0 + 22.0 * (before % 4) as f64;
        flights.push(Flight::new(shot, ends, layout.bend(shot.from, shot.to), lane));
    }
    flights
}

/// Whether two messages on a link would cover each other: both held, or sent at almost one time.
fn near(a: &FlightShot, b: &FlightShot) -> bool {
    let apart = a.sent_at.since(b.sent_at) + b.sent_at.since(a.sent_at);
    (a.held && b.held) || (a.held == b.held && apart < Time::millis(2))
}
