//! The trace for programs: newline-delimited JSON, an object an event, in the order in which they
//! happened. (For a database that is to give the run back, see `ejson.rs`.)
//!
//! | field | of | what it is |
//! |---|---|---|
//! | `event` | all | number of the event, from 1 at the run's start |
//! | `time` | all | virtual time in µs since the run's start |
//! | `place` | all | where: `"S1"`, `"C1"`; `null` for what concerns the whole run |
//! | `kind` | all | see below |
//! | `lamport` | all | Lamport's stamp at its place |
//! | `cause` | all | number of the event that made it happen; 0 for none |
//! | `message` | messages | the name of its kind in the paper |
//! | `label` | messages | as it is written on the graph |
//! | `from`, `to` | messages | its ends |
//! | `sent` | messages | number of the event that sent it; of a `send` its own; not there where it never left its sender |
//! | `copy` | `deliver` | `true` for the network's own copy, else `false` |
//! | `peer` | `disconnected` | the other end of the connection that is broken |
//! | `seq` | `ask`, `answered`, `gave-up`, replies | the asker's own number for what it asks |
//! | `request` | `ask` | what it asks for, as a script writes it |
//! | `answer` | `answered`, replies | what it was told; not there where it was refused |
//! | `against` | `violation` | number of the earlier event that it contradicts; 0 for none |
//! | `text` | all | the event in words, in English |
//! | `source` | all | file and line of the protocol that asked for it; `null` for none |
//!
//! Kinds that are events in Lamport's sense, at which the clock of the place ticks: `send`,
//! `deliver`, `timer`, `persist`, `saved`, `disconnected`, `ask`, `answered`, `retry`, `gave-up`, `command`,
//! `up`.
//! The rest are remarks, which share the stamp of their place: `lost`, `paused`, `down`, `isolated`, `rejoined`, `role`,
//! `note`, `refused`, `violation`. With the order of events at each place, and `sent`, they give
//! happened-before.

use serde::Serialize;

use super::{cut_after, json_line};
use crate::base::{Place, Sentence, Span};
use crate::catalog::Run;
use crate::protocol::Outcome;
use crate::sim::trace::{Event, EventKind, Payload};

/// Writes the trace of a window.
pub fn write(
    run: &Run,
    window: Span,
    most: u64,
    write: &mut dyn FnMut(&str) -> bool,
) -> Result<(), Sentence> {
    let mut count = 0;
    run.walk(window.min, window.max, &mut |number, event| {
        count += 1;
        count <= most && write(&json_line(&Line::of(number, event)))
    });
    match count > most {
        true => Err(cut_after(most)),
        false => Ok(()),
    }
}

/// An event as an object.
#[derive(Serialize)]
struct Line {
    event: u64,
    time: u64,
    place: Option<Place>,
    kind: &'static str,
    lamport: u64,
    cause: u64,
    #[serde(flatten)]
    message: Option<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copy: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<Place>,
    #[serde(flatten)]
    asked: Asked,
    text: String,
    source: Option<String>,
}

/// What somebody wants, or is told.
#[derive(Default, Serialize)]
struct Asked {
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
}

impl Asked {
    fn of(what: &EventKind) -> Asked {
        match what {
            EventKind::Ask { seq, request } => {
                Asked { seq: Some(*seq), request: Some(request.to_string()), answer: None }
            }
            EventKind::GaveUp { seq, .. } => Asked { seq: Some(*seq), ..Asked::default() },
            EventKind::Answered { seq, outcome } => Asked::told(*seq, outcome),
            EventKind::Deliver { payload: Payload::Reply { seq, outcome }, .. } => {
                Asked::told(*seq, outcome)
            }
            _ => Asked::default(),
        }
    }

    fn told(seq: u64, outcome: &Outcome) -> Asked {
        // Where it is sent elsewhere, it goes on to ask.
        if matches!(outcome, Outcome::Redirect(_)) {
            return Asked::default();
        }
        let answer = outcome.answer().map(|answer| answer.to_string());
        Asked { seq: Some(seq), request: None, answer }
    }
}

/// A message that leaves, arrives or is lost.
#[derive(Serialize)]
struct Message {
    message: &'static str,
    label: String,
    from: Place,
    to: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<u64>,
}

impl Line {
    fn of(number: u64, event: &Event) -> Line {
        let (mut copy, mut against, mut peer) = (None, None, None);
        match event.what {
            EventKind::Deliver { copy: is_copy, .. } => copy = Some(is_copy),
            EventKind::Violation { against: earlier, .. } => against = Some(earlier.unwrap_or(0)),
            EventKind::Disconnected { peer: other } => peer = Some(other),
            _ => {}
        }
        Line {
            event: number,
            time: event.at.0,
            place: event.place,
            kind: event.what.name(),
            lamport: event.lamport,
            cause: event.cause,
            message: Message::of(number, event),
            copy,
            against,
            peer,
            asked: Asked::of(&event.what),
            text: event.tell().to_string(),
            source: event.line.map(|line| format!("{}:{}", line.file(), line.line())),
        }
    }
}

impl Message {
    fn of(number: u64, event: &Event) -> Option<Message> {
        let place = event.place?;
        let (from, to, sent, payload) = match &event.what {
            EventKind::Send { to, payload } => (place, *to, number, payload),
            EventKind::Deliver { from, sent, payload, .. }
            | EventKind::Lost { from, sent, payload, .. } => (*from, place, *sent, payload),
            _ => return None,
        };
        Some(Message {
            message: payload.kind().name,
            label: payload.label().to_string(),
            from,
            to,
            sent: Some(sent).filter(|sent| *sent != 0),
        })
    }
}
