//! A cluster as plain data, made only when somebody looks.

use std::borrow::Cow;

use super::network::Condition;
use super::snapshot::*;
use super::{Flight, Progress, Sim};
use crate::base::{Endpoint, NodeId, Time};
use crate::protocol::{Cluster, Effects, Outcome, PropertyKind, Protocol};
use crate::sentence;
use crate::trace::Payload;

impl<P: Protocol> Sim<P> {
    /// Everything at this instant; the clock shows `now`, which may be later than the last event.
    pub fn snapshot(&self, now: Time) -> Snapshot {
        let flights =
            self.slots().into_iter().filter_map(|slot| self.flights[slot as usize].as_ref());
        Snapshot {
            now,
            event: self.events,
            nodes: NodeId::all(self.setup.nodes).map(|id| self.node_shot(id, now)).collect(),
            clients: self.client_shots(),
            flights: flights.map(Self::flight_shot).collect(),
            links: self.link_shots(),
            caption: self.caption.as_ref().map(|(since, text)| (*since, text.to_string())),
        }
    }

    fn flight_shot(flight: &Flight<P>) -> FlightShot {
        FlightShot {
            id: flight.sent,
            copy: flight.copy,
            from: flight.from,
            to: flight.to,
            kind: flight.payload.kind(),
            label: flight.payload.to_string(),
            sent_at: flight.sent_at,
            arrives_at: flight.fate.arrives,
            lost_at: flight.fate.lost.map(|(at, _)| at),
            held: flight.fate.held,
        }
    }

    /// What the node runs, or would run if it booted now.
    fn replica(&self, id: NodeId) -> Cow<'_, P> {
        match &self.replicas[id.index()] {
            Some(replica) => Cow::Borrowed(replica),
            None => {
                let disk = &self.nodes[id.index()].disk;
                let mut ignored = Effects::new();
                Cow::Owned(P::boot(id, self.setup.nodes, &self.config, disk, &mut ignored))
            }
        }
    }

    fn node_shot(&self, id: NodeId, now: Time) -> NodeShot {
        let node = &self.nodes[id.index()];
        let replica = self.replica(id);
        let timers = node.timers.iter().filter_map(|timer| {
            let (set_at, fires_at) = timer.set?;
            Some(TimerShot { name: timer.name.to_string(), set_at, fires_at })
        });
        NodeShot {
            id,
            status: node.status,
            isolated: node.isolated,
            view: replica.view(),
            disk: disk_shot::<P>(&node.disk, node.last_write()),
            log_len: replica.log_len(),
            lamport: node.lamport,
            timers: timers.collect(),
            pending_writes: node.pending_writes(),
            local_now: node.clock.read(now),
            drift_ppm: node.clock.ppm,
        }
    }

    fn client_shots(&self) -> Vec<ClientShot> {
        let shot = |(id, client): (u16, &super::Client<P>)| ClientShot {
            id: crate::base::ClientId(id),
            lamport: client.lamport,
            open: client.open.as_ref().map(|open| OpenShot {
                request: open.request.to_string(),
                seq: client.seq,
                since: open.since,
                asked: client.contact,
                attempt: open.attempt,
            }),
            waiting: client.waiting.len() as u32,
            answers: client.answered.iter().map(answer_shot::<P>).collect(),
        };
        (0..).zip(&self.clients).map(shot).collect()
    }

    fn link_shots(&self) -> Vec<LinkShot> {
        let shot = |(ends, condition, changed): ((Endpoint, Endpoint), Condition, bool)| LinkShot {
            from: ends.0,
            to: ends.1,
            state: condition.state,
            quality: condition.quality,
            changed,
        };
        self.network.special().map(shot).collect()
    }

    pub fn properties(&self) -> Vec<PropertyShot> {
        let cluster = Cluster { replicas: &self.replicas, ghost: &self.ghost, changed: None };
        let properties = P::properties().iter().zip(&self.standings);
        let shot =
            |(property, progress): (&crate::protocol::Property<P>, &Progress)| PropertyShot {
                name: property.name,
                formula: property.formula,
                meaning: property.meaning,
                kind: property.kind,
                standing: match (progress, property.kind) {
                    (Progress::Violated { at, event, why }, _) => {
                        Standing::Violated { at: *at, event: *event, why: why.clone() }
                    }
                    (_, PropertyKind::Always) | (Progress::Seen, _) => Standing::Holds,
                    (Progress::Open, PropertyKind::Sometimes) => {
                        Standing::NotYet(sentence!("not seen in this run so far"))
                    }
                    (Progress::Open, PropertyKind::Converges) => match (property.holds)(&cluster) {
                        Ok(()) => Standing::Holds,
                        Err(missing) => Standing::NotYet(missing),
                    },
                },
            };
        properties.map(shot).collect()
    }

    /// The logs of all servers, of which the last `columns` indexes.
    pub fn logs(&self, columns: u64) -> Logs {
        let ids = NodeId::all(self.setup.nodes);
        let replicas: Vec<(NodeId, Cow<P>)> = ids.map(|id| (id, self.replica(id))).collect();
        let longest = replicas.iter().map(|(_, replica)| replica.log_len()).max().unwrap_or(0);
        let before = longest.saturating_sub(columns);
        let row = |(id, replica): (NodeId, Cow<P>)| {
            (id, replica.log(&self.nodes[id.index()].disk, before, longest))
        };
        Logs { first: before + 1, rows: replicas.into_iter().map(row).collect() }
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

    /// Names of the timers that the node has ever set since it booted.
    pub fn timers(&self, node: NodeId) -> Vec<String> {
        let Some(node) = self.nodes.get(node.index()) else { return Vec::new() };
        node.timers.iter().map(|timer| timer.name.to_string()).collect()
    }

    /// A server that leads, the one of the latest epoch if several believe so.
    pub fn leader(&self) -> Option<NodeId> {
        let leads = |id: &NodeId| {
            let replica = self.replicas[id.index()].as_ref();
            replica.is_some_and(|replica| replica.role().shape == crate::protocol::Shape::Lead)
        };
        let epoch =
            |id: &NodeId| self.replicas[id.index()].as_ref().map(|replica| replica.view().epoch);
        NodeId::all(self.setup.nodes).filter(leads).max_by_key(epoch)
    }
}

/// What the disk holds, and what it will hold once everything under way is written.
fn disk_shot<P: Protocol>(disk: &P::Disk, under_way: Option<&P::Disk>) -> Vec<DiskField> {
    let later = under_way.map(P::durable).unwrap_or_default();
    let shot = |field: crate::protocol::Field| {
        let later = later.iter().find(|later| later.name == field.name);
        let pending = later.filter(|later| later.value != field.value);
        DiskField {
            name: field.name,
            value: field.value,
            pending: pending.map(|f| f.value.clone()),
        }
    };
    P::durable(disk).into_iter().map(shot).collect()
}

fn answer_shot<P: Protocol>((request, outcome): &(P::Request, Outcome)) -> AnswerShot {
    let refused = matches!(outcome, Outcome::Refused(_));
    AnswerShot { request: request.to_string(), told: outcome.told(), refused }
}

/// A message looked at closely.
pub fn message_shot<P: Protocol>(
    id: u64,
    (from, to): (Endpoint, Endpoint),
    payload: &Payload<P>,
    (sent_at, lamport): (Time, u64),
    line: Option<crate::protocol::Line>,
) -> MessageShot {
    use crate::protocol::{Field, Message};
    let fields = match payload {
        Payload::Message(message) => message.fields(),
        Payload::Request { seq, request } => {
            vec![Field::new("request", request), Field::new("seq", seq)]
        }
        Payload::Reply { seq, outcome } => {
            let outcome = match outcome {
                Outcome::Done(answer) => Field::new("answer", answer),
                Outcome::Redirect(Some(node)) => Field::new("leader", node),
                Outcome::Redirect(None) => Field::new("leader", "unknown"),
                Outcome::Refused(why) => Field::new("refused", why),
            };
            vec![outcome, Field::new("seq", seq)]
        }
    };
    MessageShot {
        id,
        from,
        to,
        kind: payload.kind(),
        label: payload.to_string(),
        fields,
        sent_at,
        lamport,
        cause: None,
        line: line.map(|line| (line.file(), line.line())),
    }
}
