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
//! | `against` | `violation` | number of the earlier event that it contradicts; 0 for none |
//! | `text` | all | the event in words, in English |
//! | `source` | all | file and line of the protocol that asked for it; `null` for none |
//!
//! Kinds that are events in Lamport's sense, at which the clock of the place ticks: `send`,
//! `deliver`, `timer`, `persist`, `saved`, `ask`, `retry`, `command`, `up`. The rest are remarks,
//! which share the stamp of their place: `lost`, `paused`, `down`, `isolated`, `rejoined`, `role`,
//! `note`, `refused`, `violation`. With the order of events at each place, and `sent`, they give
//! happened-before.

use super::export::cut_after;
use super::json::Object;
use crate::base::{Endpoint, Sentence, Span};
use crate::catalog::Run;
use crate::trace::{Event, Payload, What};

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
        count <= most && write(&line(number, event))
    });
    match count > most {
        true => Err(cut_after(most)),
        false => Ok(()),
    }
}

fn line(number: u64, event: &Event) -> String {
    let mut object = Object::new();
    object.number("event", number).number("time", event.at.0);
    object.maybe("place", event.place.map(|place| place.to_string()).as_deref());
    object.text("kind", event.what.name());
    object.number("lamport", event.lamport).number("cause", event.cause);
    if let Some(message) = Message::of(number, event) {
        object.text("message", message.payload.kind().name);
        object.text("label", &message.payload.to_string());
        object.text("from", &message.from.to_string()).text("to", &message.to.to_string());
        if message.sent != 0 {
            object.number("sent", message.sent);
        }
    }
    match event.what {
        What::Deliver { copy, .. } => _ = object.truth("copy", copy),
        What::Violation { against, .. } => _ = object.number("against", against.unwrap_or(0)),
        _ => {}
    }
    object.text("text", &event.tell().to_string());
    let source = event.line.map(|line| format!("{}:{}", line.file(), line.line()));
    object.maybe("source", source.as_deref());
    object.line()
}

/// A message that leaves, arrives or is lost.
struct Message<'a> {
    from: Endpoint,
    to: Endpoint,
    sent: u64,
    payload: &'a Payload,
}

impl Message<'_> {
    fn of(number: u64, event: &Event) -> Option<Message<'_>> {
        let place = event.place?;
        Some(match &event.what {
            What::Send { to, payload } => Message { from: place, to: *to, sent: number, payload },
            What::Deliver { from, sent, payload, .. } | What::Lost { from, sent, payload, .. } => {
                Message { from: *from, to: place, sent: *sent, payload }
            }
            _ => return None,
        })
    }
}
