//! A cluster as plain data, made only when somebody looks.

use std::rc::Rc;

use super::client::{RETRY, Replied};
use super::network::LinkCondition;
use super::node::Node;
use super::snapshot::*;
use super::{Flight, Progress, Sim};
use crate::base::{Place, Sentence, Time};
use crate::protocol::{
    Cell, Field, NodeView, Outcome, PropertyInfo, PropertyKind, PropertySource, SourceLine,
    StampedWrite, Tag, Tenure,
};
use crate::sentence;
use crate::sim::ensemble::Image;
use crate::sim::trace::Payload;

/// Of a log, so many entries stand in a snapshot.
const LAST_ENTRIES: u64 = 6;

impl Sim {
    /// Everything at this instant; the clock shows `now`, which may be later than the last event.
    pub fn snapshot(&self, now: Time) -> Snapshot {
        self.shot(now, true)
    }

    /// The same for a picture of this instant: where there are very many places, whatever no dot shows is
    /// left out. [`Sim::look`] tells the rest of one of them.
    pub fn glance(&self, now: Time) -> Snapshot {
        self.shot(now, !self.places.are_many())
    }

    /// All of a place that runs the protocol's program.
    pub fn look(&self, place: Place, now: Time) -> Option<NodeShot> {
        let own = self.places.has(place) && !self.places.is_house_client(place);
        own.then(|| self.node_shot(place, now))
    }

    /// What the place holds for a while or believes to hold, each with when it ends by true time, as its clock
    /// goes now; `None` while it is down.
    pub fn tenures(&self, place: Place) -> Option<Vec<(Tenure, Time)>> {
        if self.places.is_house_client(place) {
            return None;
        }
        let node = &self.nodes[self.places.index(place)];
        let reading = node.clock.reading(self.now);
        let ends = |tenure: Tenure| (tenure, tenure.ends(self.now, reading, node.clock.ppm));
        Some(self.ensemble.tenures(place)?.into_iter().map(ends).collect())
    }

    /// What of this the place has on its disk: all that is left of it after a crash.
    pub fn kept_tenures(&self, place: Place) -> Vec<Tenure> {
        let disk = &self.nodes[self.places.index(place)].disk;
        self.ensemble.view(place, disk).tenures
    }

    /// What the place took or refused last.
    pub fn latest_write(&self, place: Place) -> Option<StampedWrite> {
        let is_own = !self.places.is_house_client(place);
        is_own.then(|| self.ensemble.latest_write(place)).flatten()
    }

    fn shot(&self, now: Time, whole: bool) -> Snapshot {
        let flights =
            self.slots().into_iter().filter_map(|slot| self.flights[slot as usize].as_ref());
        let node = |id| match whole {
            true => self.node_shot(id, now),
            false => self.far_shot(id, now),
        };
        Snapshot {
            now,
            event: self.events,
            places: Rc::clone(&self.places),
            nodes: self.places.own().map(node).collect(),
            clients: self
                .setup
                .places
                .house_clients()
                .map(|id| self.client_shot(id, now))
                .collect(),
            flights: flights.map(|flight| Self::flight_shot(flight, whole)).collect(),
            partition: self.network.partition().cloned(),
            links: self.link_shots(),
            quality: *self.network.quality(),
            roles: self.ensemble.roles(),
            measures: self.ensemble.measures(),
            majority: self.ensemble.meta().majority,
            caption: self.caption.as_ref().map(|(since, text)| (*since, text.to_string())),
            goal: self.goal_shot(),
        }
    }

    fn flight_shot(flight: &Flight, labelled: bool) -> FlightShot {
        FlightShot {
            id: flight.sent,
            copy: flight.copy,
            from: flight.from,
            to: flight.to,
            kind: flight.payload.kind(),
            label: labelled.then(|| flight.payload.label()),
            stamp: flight.payload.stamp(),
            sent_at: flight.sent_at,
            arrives_at: flight.fate.arrives,
            lost_at: flight.fate.lost.map(|lost| lost.at),
            held: flight.fate.held,
        }
    }

    fn node_shot(&self, id: Place, now: Time) -> NodeShot {
        let node = &self.nodes[self.places.index(id)];
        let timers = node.timers.iter().filter_map(|timer| {
            let (set_at, fires_at) = timer.set?;
            Some(TimerShot { name: timer.name.to_string(), set_at, fires_at })
        });
        NodeShot {
            id,
            status: node.status,
            isolated: node.isolated,
            view: self.ensemble.view(id, &node.disk),
            panels: self.ensemble.panels(id, &node.disk, LAST_ENTRIES),
            disk: self.disk_shot(&node.disk, node.last_write()),
            lamport: node.lamport,
            timers: timers.collect(),
            pending_writes: node.pending_writes(),
            local_now: node.clock.read(now),
            steady_now: node.clock.reading(now).steady,
            drift_ppm: node.clock.ppm,
        }
    }

    /// A place as it is seen from far away.
    fn far_shot(&self, id: Place, now: Time) -> NodeShot {
        let node = &self.nodes[self.places.index(id)];
        // Who is down plays no role that anybody sees.
        let role = self.ensemble.role(id).unwrap_or(self.ensemble.roles()[0]);
        let view =
            NodeView { role, stamp: None, fields: Vec::new(), quorum: None, tenures: Vec::new() };
        NodeShot {
            id,
            status: node.status,
            isolated: node.isolated,
            view,
            panels: Vec::new(),
            disk: Vec::new(),
            lamport: node.lamport,
            timers: Vec::new(),
            pending_writes: 0,
            local_now: node.clock.read(now),
            steady_now: node.clock.reading(now).steady,
            drift_ppm: node.clock.ppm,
        }
    }

    fn client_shot(&self, id: Place, now: Time) -> ClientShot {
        let (node, client) = (&self.nodes[self.places.index(id)], &self.clients[id.index()]);
        let timer = client.open.as_ref().map(|open| {
            let (set_at, fires_at) = open.waits;
            TimerShot { name: RETRY.into(), set_at, fires_at }
        });
        ClientShot {
            id,
            status: node.status,
            lamport: node.lamport,
            timers: timer.into_iter().collect(),
            local_now: node.clock.read(now),
            drift_ppm: node.clock.ppm,
            open: client.open.as_ref().map(|open| OpenShot {
                request: open.request.to_string(),
                seq: client.seq,
                since: open.since,
                asked: match &open.several[..] {
                    [] => vec![client.contact],
                    several => several.to_vec(),
                },
                attempt: open.attempt,
            }),
            waiting: client.waiting.len() as u32,
            answers: client.answered.iter().map(answer_shot).collect(),
            busy: client.busy.is_some(),
        }
    }

    fn link_shots(&self) -> Vec<LinkShot> {
        let shot = |(ends, condition, changed): ((Place, Place), LinkCondition, bool)| LinkShot {
            from: ends.0,
            to: ends.1,
            state: condition.state,
            quality: condition.quality,
            changed,
        };
        self.network.special().map(shot).collect()
    }

    pub fn properties(&self) -> Vec<PropertyShot> {
        let properties = self.properties.iter().zip(&self.standings);
        let shot = |(property, progress): (&PropertyInfo, &Progress)| PropertyShot {
            name: property.name,
            formula: property.formula,
            meaning: property.meaning,
            kind: property.kind,
            seen: match progress {
                Progress::Seen { at, event } => Some((*at, *event)),
                _ => None,
            },
            standing: match (progress, property.kind) {
                (Progress::Violated { at, event, why }, _) => {
                    Standing::Violated { at: *at, event: *event, why: why.clone() }
                }
                (Progress::Seen { .. }, _) => Standing::Holds,
                (Progress::Open, PropertyKind::Always) => {
                    self.doubt(property.source).map_or(Standing::Holds, Standing::Unknown)
                }
                (Progress::Open, PropertyKind::Sometimes) => {
                    Standing::NotYet(sentence!("not seen in this run so far"))
                }
                (Progress::Open, PropertyKind::Converges) => {
                    match self.holds(property.source, None) {
                        Ok(()) => Standing::Holds,
                        Err(missing) => Standing::NotYet(missing.why),
                    }
                }
            },
        };
        properties.map(shot).collect()
    }

    /// Why the property can no longer be judged, if it can't.
    fn doubt(&self, source: PropertySource) -> Option<Sentence> {
        match source {
            PropertySource::Own(_) => None,
            PropertySource::Judge(model) => self.judge_of(model)?.doubt(),
        }
    }

    /// The logs of all servers that keep one, of which the last `columns` indexes.
    pub fn logs(&self, columns: u64) -> Logs {
        let nodes = self.places.own().map(|id| (id, &self.nodes[self.places.index(id)]));
        let len = |(id, node): (Place, &Node)| Some((id, self.ensemble.log_len(id, &node.disk)?));
        let kept: Vec<(Place, u64)> = nodes.filter_map(len).collect();
        let longest = kept.iter().map(|(_, len)| *len).max().unwrap_or(0);
        let before = longest.saturating_sub(columns);
        let row = |(id, _): (Place, u64)| (id, self.log(id, before, longest));
        Logs { first: before + 1, rows: kept.into_iter().map(row).collect() }
    }

    /// The entries of its log after `from` up to and including `to`.
    pub fn log(&self, id: Place, from: u64, to: u64) -> Vec<Cell> {
        self.ensemble.log(id, &self.nodes[self.places.index(id)].disk, from, to)
    }

    /// The message under way that this event sent.
    pub fn message(&self, id: u64) -> Option<MessageShot> {
        let flight = self.flights.iter().flatten().find(|flight| flight.sent == id)?;
        Some(message_shot(
            id,
            (flight.from, flight.to),
            &flight.payload,
            (flight.sent_at, flight.lamport),
            flight.line,
        ))
    }

    /// A kind among these of which a message is gliding somewhere at `now`: one that is held, or waits
    /// before a server that stands still, is not.
    pub fn under_way(&self, kinds: &[&'static str], now: Time) -> Option<&'static str> {
        let glides = |flight: &&Flight| {
            let ends = flight.fate.lost.map_or(flight.fate.arrives, |lost| lost.at);
            !flight.fate.held && ends > now
        };
        let flights = self.flights.iter().flatten().filter(glides);
        flights.map(|flight| flight.payload.kind().name).find(|kind| kinds.contains(kind))
    }

    /// Names of the timers that the node has ever set since it booted.
    pub fn timers(&self, node: Place) -> Vec<String> {
        let Some(node) = self.node(node) else { return Vec::new() };
        node.timers.iter().map(|timer| timer.name.to_string()).collect()
    }

    /// A server that leads, the one of the latest stamp if several believe so.
    pub fn leader(&self) -> Option<Place> {
        let leads = |id: &Place| self.ensemble.role(*id).is_some_and(|role| role.tag == Tag::Leads);
        let stamp =
            |id: &Place| self.ensemble.view(*id, &self.nodes[self.places.index(*id)].disk).stamp;
        self.places.own().filter(leads).max_by_key(stamp)
    }

    /// What the disk holds, and what it will hold once everything under way is written.
    fn disk_shot(&self, disk: &Image, under_way: Option<&Image>) -> Vec<DiskField> {
        let later = under_way.map(|image| self.ensemble.durable(image)).unwrap_or_default();
        let shot = |field: Field| {
            let later = later.iter().find(|later| later.name == field.name);
            let pending = later.filter(|later| later.value != field.value);
            DiskField {
                name: field.name,
                value: field.value,
                pending: pending.map(|f| f.value.clone()),
            }
        };
        self.ensemble.durable(disk).into_iter().map(shot).collect()
    }
}

fn answer_shot(answer: &Replied) -> AnswerShot {
    let Replied { request, by, outcome } = answer;
    let refused = matches!(outcome, Outcome::Refused(_) | Outcome::Redirect(_));
    AnswerShot { request: request.to_string(), by: *by, told: outcome.told(), refused }
}

/// A message looked at closely.
pub fn message_shot(
    id: u64,
    (from, to): (Place, Place),
    payload: &Payload,
    (sent_at, lamport): (Time, u64),
    line: Option<SourceLine>,
) -> MessageShot {
    let fields = match payload {
        Payload::Message(message) => message.fields(),
        Payload::Request { seq, request, bookmark } => {
            let mut fields = vec![Field::new("request", request), Field::new("seq", seq)];
            fields.extend(bookmark.as_ref().map(|bookmark| Field::new("bookmark", bookmark)));
            fields
        }
        Payload::Reply { seq, outcome } => {
            let (outcome, bookmark) = match outcome {
                Outcome::Done(answer) => (Field::new("answer", answer), None),
                Outcome::Said(words) => (Field::new("answer", words), None),
                Outcome::DoneAt(answer, bookmark) => (Field::new("answer", answer), Some(bookmark)),
                Outcome::Redirect(Some(node)) => (Field::new("leader", node), None),
                Outcome::Redirect(None) => (Field::new("leader", "unknown"), None),
                Outcome::Refused(why) => (Field::new("refused", why), None),
            };
            let bookmark = bookmark.map(|bookmark| Field::new("bookmark", bookmark));
            [Some(outcome), Some(Field::new("seq", seq)), bookmark].into_iter().flatten().collect()
        }
    };
    MessageShot {
        id,
        from,
        to,
        kind: payload.kind(),
        label: payload.label(),
        fields,
        sent_at,
        lamport,
        stamp: Vec::new(),
        cause: None,
        line: line.map(|line| (line.file(), line.line())),
    }
}
