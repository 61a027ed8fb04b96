//! The stage in words: what a picture's alternative text says, and what golden tests compare.

use std::fmt;

use super::field::DotsView;
use super::flight::Flight;
use super::heat::Heat;
use super::links::Wire;
use super::scene::{ClientBox, NodeBox, StageView};
use crate::base::{Place, Sentence, Time};
use crate::protocol::{Content, Gathering, PanelView};
use crate::sentence;
use crate::sim::snapshot::{LinkState, Status};
use crate::view::panel;

impl StageView {
    /// How many messages are under way beside those that are shown.
    pub fn more_told(&self) -> Option<Sentence> {
        (self.more > 0).then(|| sentence!("and {0} more", self.more))
    }

    /// Everything the picture shows, a sentence each: servers, clients, partitions, links out of
    /// order, messages under way.
    pub fn told(&self) -> Vec<Sentence> {
        let mut told: Vec<Sentence> = Vec::new();
        if let Some(field) = &self.field {
            return self.field_told(field);
        }
        for node in &self.nodes {
            told.push(node.told());
            told.extend(node.gathering_told());
        }
        told.extend(self.measures.iter().map(|measure| sentence!("{0}.", measure.clone())));
        told.extend(self.clients.iter().filter_map(ClientBox::told));
        for hull in self.hulls.iter().filter(|hull| hull.minority) {
            let names = hull.members.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            told.push(sentence!("{0}: cut off from the majority.", names));
        }
        told.extend(self.network.iter().map(|change| sentence!("All links: {0}.", change.clone())));
        told.extend(self.wires.iter().flat_map(Wire::told));
        told.extend(self.flights.iter().map(|flight| flight.told(self.now)));
        told.extend(self.more_told());
        told
    }

    /// Of very many, how many are in which state.
    fn field_told(&self, field: &DotsView) -> Vec<Sentence> {
        let states = field.states.iter();
        let mut told: Vec<Sentence> = states
            .map(|state| sentence!("{0} of {1} are {2}.", state.count, field.count, state.name))
            .collect();
        told.extend(self.measures.iter().map(|measure| sentence!("{0}.", measure.clone())));
        told.extend(self.clients.iter().filter_map(ClientBox::told));
        if self.hulls.len() > 1 {
            let sizes: Vec<String> =
                self.hulls.iter().map(|hull| hull.members.len().to_string()).collect();
            told.push(sentence!(
                "The network is parted: so many hear each other: {0}.",
                sizes.join(", ")
            ));
        }
        told.extend(self.network.iter().map(|change| sentence!("All links: {0}.", change.clone())));
        told.extend(self.wires.iter().flat_map(Wire::told));
        let under_way = self.flights.len() + self.more;
        told.push(sentence!("{0} messages are under way.", under_way));
        told.extend(self.heat_told());
        told
    }

    /// Where the messages are, where they are too many to be told apart.
    fn heat_told(&self) -> Option<Sentence> {
        let grid = self.layout.grid.as_ref().filter(|_| self.heat > 0.0)?;
        let (position, count) = Heat::of(grid, &self.flights, self.now).most()?;
        let place = self.layout.places.own().nth(position)?;
        Some(sentence!("So many are shown as heat: the most, {0}, are near {1}.", count, place))
    }
}

impl NodeBox {
    /// Role, stamp and panels of the server.
    pub fn told(&self) -> Sentence {
        let id = self.id;
        let state = match (self.status, self.stamp) {
            (Status::Down, _) => {
                return match self.kept_told() {
                    Some(kept) => sentence!("{0} has crashed. On its disk: {1}.", id, kept),
                    None => sentence!("{0} has crashed.", id),
                };
            }
            (Status::Paused, None) => sentence!("{0} is paused.", id),
            (Status::Paused, Some(stamp)) => {
                sentence!("{0} is paused, {1} {2}.", id, stamp.word, stamp.to_string())
            }
            (Status::Up, None) => {
                sentence!("{0} is {1}, Lamport clock {2}.", id, self.role, self.lamport)
            }
            (Status::Up, Some(stamp)) => sentence!(
                "{0} is {1}, {2} {3}, Lamport clock {4}.",
                id,
                self.role,
                stamp.word,
                stamp.to_string(),
                self.lamport
            ),
        };
        self.panels.iter().fold(state, |told, panel| {
            sentence!("{0} {1}: {2}.", told, panel.name, panel::told(&panel.content))
        })
    }

    /// What is there after a crash. Where that is a log alone, it goes without saying that it is one.
    fn kept_told(&self) -> Option<Sentence> {
        let one = |panel: &PanelView| {
            let told = panel::told(&panel.content);
            match panel.content {
                Content::Log { .. } if self.panels.len() == 1 => sentence!("{0}", told),
                _ => sentence!("{0} {1}", panel.name, told),
            }
        };
        self.panels.iter().map(one).reduce(|told, next| sentence!("{0}; {1}", told, next))
    }

    /// Whose support it has.
    fn gathering_told(&self) -> Option<Sentence> {
        let Gathering { word, of, needed } = self.quorum.as_ref()?;
        let names: Vec<String> = of.iter().map(ToString::to_string).collect();
        let names = if names.is_empty() { "–".to_owned() } else { names.join(" ") };
        Some(sentence!("{0} needs {1} {2} and has: {3}.", self.id, *needed, *word, names))
    }
}

impl ClientBox {
    /// What the client waits for, or was last told.
    pub fn told(&self) -> Option<Sentence> {
        match self.status {
            Status::Up => {}
            Status::Paused => return Some(sentence!("{0} stands still.", self.id)),
            Status::Down => return Some(sentence!("{0} is down.", self.id)),
        }
        match (&self.open, &self.answer) {
            (Some(open), _) => Some(sentence!(
                "{0} has asked {1} for {2} at {3} and waits.",
                self.id,
                open.asked_told(),
                open.request.clone(),
                open.since.said()
            )),
            (None, Some(answer)) => Some(sentence!(
                "{0} asked for {1} and was told: {2}.",
                self.id,
                answer.request.clone(),
                answer.told.clone()
            )),
            (None, None) => None,
        }
    }
}

impl Wire {
    /// What is out of order with the link.
    pub fn told(&self) -> Vec<Sentence> {
        let one_way = |from: Place, to: Place, state| match state {
            LinkState::Healthy => None,
            LinkState::Held => Some(sentence!("What {0} sends to {1} is held back.", from, to)),
            LinkState::Cut => {
                Some(sentence!("What {0} sends to {1} is lost: the link is cut.", from, to))
            }
        };
        let mut told: Vec<Sentence> = match (self.there, self.back) {
            (LinkState::Cut, LinkState::Cut) => {
                vec![sentence!("The link between {0} and {1} is cut.", self.a, self.b)]
            }
            (LinkState::Held, LinkState::Held) => {
                vec![sentence!(
                    "The link between {0} and {1} holds everything back.",
                    self.a,
                    self.b
                )]
            }
            (there, back) => {
                let both = [one_way(self.a, self.b, there), one_way(self.b, self.a, back)];
                both.into_iter().flatten().collect()
            }
        };
        if let Some(note) = &self.note {
            told.push(sentence!(
                "The link between {0} and {1} is changed: {2}.",
                self.a,
                self.b,
                note.clone()
            ));
        }
        told
    }
}

impl Flight {
    /// Who sends what to whom, and what becomes of it.
    pub fn told(&self, now: Time) -> Sentence {
        let label = self.label.clone();
        match (self.held, self.lost_at) {
            (true, _) => sentence!(
                "{0} to {1}: {2}, held back since {3}.",
                self.from,
                self.to,
                label,
                self.sent_at.said()
            ),
            (_, Some(_)) => {
                sentence!("{0} to {1}: {2}, about to be lost.", self.from, self.to, label)
            }
            _ => {
                let left = self.arrives_at.since(now).said();
                sentence!("{0} to {1}: {2}, arrives in {3}.", self.from, self.to, label, left)
            }
        }
    }
}

/// The picture as text, for golden tests: where everything stands, and what it says.
impl fmt::Display for StageView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "at {} after event {}", self.now, self.event)?;
        if let Some(caption) = &self.caption {
            writeln!(f, "caption: {caption}")?;
        }
        for sentence in self.told() {
            writeln!(f, "{sentence}")?;
        }
        Ok(())
    }
}
