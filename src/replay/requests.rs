//! All that was ever asked in a run, whatever the protocol, and what came of it: what histories are drawn
//! from, and measures. It is made while the run is simulated for the first time, with the outline, and is
//! bounded.

use std::collections::BTreeMap;

use super::Run;
use crate::base::{Place, Text, Time};
use crate::protocol::{Outcome, Tone};
use crate::sim::trace::{Event, EventKind, Payload, Status};

/// Something that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestShot {
    pub asker: Place,
    /// Its own number for it.
    pub seq: u64,
    /// As a script writes it.
    pub text: Text,
    /// The event with which it began, and when that was.
    pub event: u64,
    pub at: Time,
    /// The stamp under which whoever asked has last called for it, if that has one: a token, say.
    pub under: Option<u64>,
    /// `None` while whoever asked waits.
    pub end: Option<RequestEnd>,
}

impl RequestShot {
    /// When this event was, if it began or ended with it.
    pub fn when(&self, event: u64) -> Option<Time> {
        let end = self.end.as_ref().filter(|end| end.event == event).map(|end| end.at);
        (self.event == event).then_some(self.at).or(end)
    }
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestEnd {
    pub event: u64,
    pub at: Time,
    /// Who answered, if somebody did.
    pub by: Option<Place>,
    pub how: How,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// Done, with this answer.
    Done(Text),
    /// Answered, but not done.
    Refused,
    /// Whoever asked no longer waits, or is down: it may have been done, or may be one day.
    Open,
}

/// More are not remembered.
const MOST: usize = 100_000;

#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    all: Vec<RequestShot>,
    /// By asker and its own number: the place of those that have no end, in the order of askers.
    waiting: BTreeMap<(Place, u64), usize>,
}

impl Requests {
    /// Something happened.
    pub fn note(&mut self, number: u64, event: &Event) {
        let Some(place) = event.place else { return };
        match &event.what {
            EventKind::Ask { seq, request } if self.all.len() < MOST => {
                self.waiting.insert((place, *seq), self.all.len());
                let (seq, text, at) = (*seq, request.clone(), event.at);
                self.all.push(RequestShot {
                    asker: place,
                    seq,
                    text,
                    event: number,
                    at,
                    under: None,
                    end: None,
                });
            }
            EventKind::Send { payload, .. } => {
                let mut open = self.waiting.range((place, 0)..=(place, u64::MAX));
                if let Some((_, first)) = open.next()
                    && let Some(stamp) = payload.stamp()
                    && payload.kind().tone == Tone::Call
                {
                    self.all[*first].under = Some(stamp);
                }
            }
            EventKind::Deliver { from, payload: Payload::Reply { seq, outcome }, .. } => {
                self.answer((place, *seq), number, event.at, *from, outcome);
            }
            EventKind::Answered { seq, outcome } => {
                self.answer((place, *seq), number, event.at, place, outcome);
            }
            EventKind::GaveUp { seq, .. } => {
                self.end((place, *seq), number, event.at, None, How::Open);
            }
            EventKind::Status(Status::Down) => {
                let lost = self.waiting.range((place, 0)..=(place, u64::MAX));
                let lost: Vec<(Place, u64)> = lost.map(|(which, _)| *which).collect();
                for which in lost {
                    self.end(which, number, event.at, None, How::Open);
                }
            }
            _ => {}
        }
    }

    fn answer(&mut self, which: (Place, u64), event: u64, at: Time, by: Place, outcome: &Outcome) {
        let how = match (outcome.answer(), outcome) {
            (Some(answer), _) => How::Done(answer),
            (None, Outcome::Redirect(_)) => return,
            (None, _) => How::Refused,
        };
        self.end(which, event, at, Some(by), how);
    }

    fn end(&mut self, which: (Place, u64), event: u64, at: Time, by: Option<Place>, how: How) {
        if let Some(place) = self.waiting.remove(&which) {
            self.all[place].end = Some(RequestEnd { event, at, by, how });
        }
    }

    /// Forgets what happened from this time on: it is told again.
    pub fn forget_from(&mut self, since: Time) {
        let known = self.all.partition_point(|request| request.at < since);
        self.all.truncate(known);
        self.waiting.retain(|_, place| *place < known);
        for (place, request) in self.all.iter_mut().enumerate() {
            if request.end.as_ref().is_some_and(|end| end.at >= since) {
                (request.end, request.under) = (None, None);
                self.waiting.insert((request.asker, request.seq), place);
            }
        }
    }
}

impl Run {
    /// All that was asked before the head, in its order. What ended after the cursor has its end all the
    /// same: see [`RequestShot::ended_by`].
    pub fn requests(&self) -> &[RequestShot] {
        &self.outline.requests.all
    }
}

impl RequestShot {
    /// The end, if it has come by this event.
    pub fn ended_by(&self, event: u64) -> Option<&RequestEnd> {
        self.end.as_ref().filter(|end| end.event <= event)
    }

    /// How long it took, if it was done by this event.
    pub fn response(&self, event: u64) -> Option<Time> {
        let end = self.ended_by(event)?;
        matches!(end.how, How::Done(_)).then(|| end.at.since(self.at))
    }
}
