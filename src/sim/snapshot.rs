//! A run as plain data, whatever the protocol: what the page, the exporters and the embed API are
//! given. A [`Snapshot`] is one instant; [`Mark`]s are a stretch of time.

use std::rc::Rc;

use crate::base::{Place, Places, Sentence, Time};
use crate::command::Quality;
use crate::key;
use crate::sim::division::Division;
pub use crate::sim::trace::Status;

use crate::protocol::{
    Cell, Content, Field, Kind, NodeView, PanelView, PropertyKind, Role, StampedWrite, Tag, Tenure,
    Tone,
};

/// Everything at one instant.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub now: Time,
    /// Number of events so far: the number of the last one.
    pub event: u64,
    pub places: Rc<Places>,
    pub nodes: Vec<NodeShot>,
    pub clients: Vec<ClientShot>,
    /// By the event that sent them, and copies after the original.
    pub flights: Vec<FlightShot>,
    /// The partition that stands.
    pub partition: Option<Rc<Division>>,
    /// Links to which something was done one by one, by their ends: what they say counts, whatever the
    /// partition says.
    pub links: Vec<LinkShot>,
    /// What all others are like.
    pub quality: Quality,
    /// All roles that those who run the protocol's program may play.
    pub roles: &'static [Role],
    /// The protocol's numbers about all of them, in sentences.
    pub measures: Vec<Sentence>,
    /// The letter of the kind of which a majority decides, if one does.
    pub majority: Option<char>,
    /// The caption that stands, and since when.
    pub caption: Option<(Time, String)>,
    /// The property that the run is to show, and whether it has.
    pub goal: Option<GoalShot>,
}

/// The property that a run is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoalShot {
    pub name: &'static str,
    pub meaning: &'static str,
    /// The run has shown it.
    pub met: bool,
}

impl Snapshot {
    /// The place, if it runs the protocol's program.
    pub fn node(&self, place: Place) -> Option<&NodeShot> {
        self.position(place).map(|position| &self.nodes[position])
    }

    /// Its position among those that run the protocol's program, if it does.
    pub fn position(&self, place: Place) -> Option<usize> {
        let own = self.places.has(place) && !self.places.is_house_client(place);
        own.then(|| self.places.own_index(place))
    }

    /// The place, if it is a client of the house.
    pub fn client(&self, place: Place) -> Option<&ClientShot> {
        self.clients.iter().find(|shot| shot.id == place)
    }

    /// The link from here to there, if something was done to it alone.
    pub fn link(&self, from: Place, to: Place) -> Option<&LinkShot> {
        let found = self.links.binary_search_by_key(&(from, to), |link| (link.from, link.to));
        found.ok().map(|at| &self.links[at])
    }

    /// What becomes of messages from here to there.
    pub fn link_state(&self, from: Place, to: Place) -> LinkState {
        let parted = || self.partition.as_ref().is_some_and(|partition| partition.parts(from, to));
        match self.link(from, to) {
            Some(link) => link.state,
            None if parted() => LinkState::Cut,
            None => LinkState::Healthy,
        }
    }

    /// Whether some link does not carry.
    pub fn is_troubled(&self) -> bool {
        let ill = self.links.iter().any(|link| link.state != LinkState::Healthy);
        ill || self.partition.is_some()
    }

    /// Whether it runs.
    pub fn status(&self, place: Place) -> Option<Status> {
        let client = || self.client(place).map(|shot| shot.status);
        self.node(place).map(|shot| shot.status).or_else(client)
    }
}

#[derive(Clone, Debug)]
pub struct NodeShot {
    pub id: Place,
    pub status: Status,
    /// Cannot speak both ways with a majority of the servers.
    pub isolated: bool,
    /// While down: as of its disk, with the role it would restart in.
    pub view: NodeView,
    /// So with these. Of a log, its last entries.
    pub panels: Vec<PanelView>,
    /// What survives a crash.
    pub disk: Vec<DiskField>,
    pub lamport: u64,
    pub timers: Vec<TimerShot>,
    /// Writes that are not durable yet.
    pub pending_writes: u32,
    /// Its clock's reading, that of the same clock had nobody ever stepped it, and how much too fast it runs
    /// (parts per million).
    pub local_now: Time,
    pub steady_now: Time,
    pub drift_ppm: i32,
}

impl NodeShot {
    /// What its role means; `None` while it is down.
    pub fn tag(&self) -> Option<Tag> {
        (self.status != Status::Down).then_some(self.view.role.tag)
    }

    /// The name of its role; or why it plays none.
    pub fn role(&self) -> &'static str {
        match self.status {
            Status::Up => self.view.role.name,
            Status::Paused => key!("paused"),
            Status::Down => key!("crashed"),
        }
    }

    /// The last index of its log; 0 where it keeps none.
    pub fn log_len(&self) -> u64 {
        let len = |panel: &PanelView| match panel.content {
            Content::Log { len, .. } => Some(len),
            _ => None,
        };
        self.panels.iter().find_map(len).unwrap_or(0)
    }
}

/// Something that a disk holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskField {
    pub name: &'static str,
    pub value: String,
    /// What is being written over it, and would be lost in a crash.
    pub pending: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimerShot {
    /// As in `fire S1 election`.
    pub name: String,
    pub set_at: Time,
    pub fires_at: Time,
}

#[derive(Clone, Debug)]
pub struct ClientShot {
    pub id: Place,
    pub status: Status,
    pub lamport: u64,
    /// Its patience, while it waits for an answer.
    pub timers: Vec<TimerShot>,
    /// Its clock's reading, and how much too fast it runs (parts per million).
    pub local_now: Time,
    pub drift_ppm: i32,
    /// The request it waits for.
    pub open: Option<OpenShot>,
    /// Requests that wait for their turn.
    pub waiting: u32,
    /// The last answers, the newest last.
    pub answers: Vec<AnswerShot>,
    /// A workload keeps it busy.
    pub busy: bool,
}

/// A request and what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerShot {
    pub request: String,
    /// Who says so, where several were asked.
    pub by: Option<Place>,
    pub told: Sentence,
    pub refused: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenShot {
    pub request: String,
    pub seq: u64,
    pub since: Time,
    /// Whose answer it waits for: of several who were asked at once, those who have not answered.
    pub asked: Vec<Place>,
    /// 1 for the first attempt.
    pub attempt: u32,
}

impl OpenShot {
    /// Whose answer it waits for, as a command names them.
    pub fn asked_told(&self) -> String {
        self.asked.iter().map(Place::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// A message under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlightShot {
    /// The event that sent it; with `copy`, unique.
    pub id: u64,
    /// 0 for the original, then its duplicates.
    pub copy: u32,
    pub from: Place,
    pub to: Place,
    pub kind: Kind,
    /// Where it is labelled.
    pub label: Option<Sentence>,
    /// Under which it is sent, where that is told.
    pub stamp: Option<u64>,
    pub sent_at: Time,
    /// When it would arrive, were it to arrive; `Time::LIMIT` or later while held.
    pub arrives_at: Time,
    /// Where it does not arrive: when it is lost.
    pub lost_at: Option<Time>,
    pub held: bool,
}

/// A directed link out of the ordinary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkShot {
    pub from: Place,
    pub to: Place,
    pub state: LinkState,
    pub quality: Quality,
    /// The quality differs from the run's.
    pub changed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkState {
    #[default]
    Healthy,
    /// What is sent waits.
    Held,
    /// What is sent is lost.
    Cut,
}

/// One message, looked at closely.
#[derive(Clone, Debug)]
pub struct MessageShot {
    pub id: u64,
    pub from: Place,
    pub to: Place,
    pub kind: Kind,
    pub label: Sentence,
    pub fields: Vec<Field>,
    pub sent_at: Time,
    pub lamport: u64,
    /// The vector stamp: servers, then clients; `None` for what is not known.
    pub stamp: Vec<Option<u64>>,
    /// The event that made its sender send it, in words.
    pub cause: Option<Sentence>,
    /// File and line of the protocol's source that sent it.
    pub line: Option<(&'static str, u32)>,
}

/// A property and where it stands at the cursor.
#[derive(Clone, Debug)]
pub struct PropertyShot {
    pub name: &'static str,
    pub formula: &'static str,
    pub meaning: &'static str,
    pub kind: PropertyKind,
    pub standing: Standing,
    /// When a `Sometimes` was seen first, and after which event.
    pub seen: Option<(Time, u64)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Has held at every instant so far, or has been seen, or holds now (by its kind).
    Holds,
    /// An `Always` that broke: when, at which event, and how.
    Violated { at: Time, event: u64, why: Sentence },
    /// An `Always` that has not been seen to break, but is no longer judged, and why.
    Unknown(Sentence),
    /// A `Sometimes` not yet seen, or a `Converges` not so at the moment, and what is missing.
    NotYet(Sentence),
}

/// Something on the space-time diagram.
#[derive(Clone, Debug)]
pub struct Mark {
    pub event: u64,
    pub at: Time,
    pub lane: Option<Place>,
    pub what: MarkKind,
}

#[derive(Clone, Debug)]
pub enum MarkKind {
    /// A message that arrived on this lane, or was lost on its way to it.
    Arrow {
        sent: u64,
        copy: bool,
        from: Place,
        sent_at: Time,
        /// The name of its kind.
        kind: &'static str,
        tone: Tone,
        lost: bool,
    },
    Timer,
    /// A command: its verb.
    Command(&'static str),
    Status(Status),
    Isolated(bool),
    Role(Role),
    Violation(&'static str),
}

/// How a lane stands where a stretch of time begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    pub at: Place,
    pub role: Option<Role>,
    pub status: Status,
    pub isolated: bool,
}

impl Lane {
    /// The lane after a mark on it.
    pub fn after(mut self, mark: &Mark) -> Lane {
        match mark.what {
            MarkKind::Status(status) => {
                self.status = status;
                if status == Status::Down {
                    self.role = None;
                }
            }
            MarkKind::Isolated(isolated) => self.isolated = isolated,
            MarkKind::Role(role) => self.role = Some(role),
            _ => {}
        }
        self
    }
}

/// What was held for a while, or believed to be held: a [`Tenure`] over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenureSpan {
    /// Who granted it, or believes in it.
    pub lane: Place,
    /// Whose it is; of a belief nobody.
    pub holder: Option<Place>,
    pub stamp: u64,
    pub since: Time,
    /// When it ends by the clock of its lane, as far as that is known.
    pub ends: Time,
    /// When it was given back or given up.
    pub gone: Option<Time>,
}

impl TenureSpan {
    pub fn is_of(&self, tenure: &Tenure) -> bool {
        (self.holder, self.stamp) == (tenure.holder, tenure.stamp)
    }

    /// When it was over, as far as that is known: a belief goes on until it is given up.
    pub fn over(&self) -> Option<Time> {
        match self.holder {
            Some(_) => Some(self.gone.map_or(self.ends, |gone| gone.min(self.ends))),
            None => self.gone,
        }
    }
}

/// What a place took or refused then, and the newer stamp that it overwrote by it, if it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteMark {
    pub lane: Place,
    pub at: Time,
    pub write: StampedWrite,
    pub over: Option<u64>,
}

/// A stretch of time, for the space-time diagram.
#[derive(Clone, Debug)]
pub struct Stretch {
    pub from: Time,
    pub to: Time,
    /// At `from`.
    pub lanes: Vec<Lane>,
    /// In their order.
    pub marks: Vec<Mark>,
    /// More happened than is given: events of kinds that are drawn were left out.
    pub truncated: bool,
}

/// A stretch of time in outline, where there is too much for single messages.
#[derive(Clone, Debug)]
pub struct Outlined {
    /// What is rarer than messages.
    pub rare: Stretch,
    /// The periods by their beginnings, and what arrived in each.
    pub periods: Vec<(Time, Vec<Tally>)>,
}

/// How many messages of a kind came to a lane in some period, or were lost on their way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    pub lane: Place,
    pub lost: bool,
    pub kind: Kind,
    pub count: u32,
}

/// An event told in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub event: u64,
    /// The event that made it happen; 0 for what has no cause.
    pub cause: u64,
    pub at: Time,
    pub place: Option<Place>,
    pub lamport: u64,
    pub sentence: Sentence,
    /// A sentence that teaches, not one of the hundreds of sends and receipts.
    pub notable: bool,
    /// Of a message: its other end, and the name of its kind.
    pub message: Option<(Place, &'static str)>,
    /// It is the sending of a message.
    pub sends: bool,
}

/// The logs of all servers that keep one, aligned by index.
#[derive(Clone, Debug)]
pub struct Logs {
    /// Index of the first column.
    pub first: u64,
    /// By server.
    pub rows: Vec<(Place, Vec<Cell>)>,
}
