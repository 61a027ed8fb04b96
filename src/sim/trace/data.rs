//! An event as data: one line of text that no change of wording changes. Digests of whole runs are
//! made of these lines, so that a test can say "the same happened" in one number.

use std::fmt::Write;
use std::hash::Hasher;

use super::{Event, EventKind, Payload, Status};
use crate::base::digest::Digest;
use crate::protocol::Outcome;

impl EventKind {
    /// Its name in exports and in digests.
    pub fn name(&self) -> &'static str {
        match self {
            EventKind::Command(_) => "command",
            EventKind::Refused(_) => "refused",
            EventKind::Status(Status::Up) => "up",
            EventKind::Status(Status::Paused) => "paused",
            EventKind::Status(Status::Down) => "down",
            EventKind::Isolated(true) => "isolated",
            EventKind::Isolated(false) => "rejoined",
            EventKind::Role(_) => "role",
            EventKind::Send { .. } => "send",
            EventKind::Deliver { .. } => "deliver",
            EventKind::Lost { .. } => "lost",
            EventKind::Timer(_) => "timer",
            EventKind::Persist => "persist",
            EventKind::Saved => "saved",
            EventKind::Disconnected { .. } => "disconnected",
            EventKind::Ask { .. } => "ask",
            EventKind::Answered { .. } => "answered",
            EventKind::Retry { .. } => "retry",
            EventKind::GaveUp { .. } => "gave-up",
            EventKind::Note(_) => "note",
            EventKind::Violation { .. } => "violation",
        }
    }
}

impl Event {
    /// Writes number, time in µs, place, Lamport stamp, cause and kind, then the fields of its kind.
    /// Sentences (of a note, a refusal, a violation) are left out: they are the event told, not the
    /// event.
    pub fn write_data(&self, number: u64, out: &mut impl Write) -> std::fmt::Result {
        write!(out, "{number} {} ", self.at.0)?;
        match self.place {
            Some(place) => write!(out, "{place}")?,
            None => out.write_char('-')?,
        }
        write!(out, " {} {} {}", self.lamport, self.cause, self.what.name())?;
        match &self.what {
            EventKind::Command(command) => write!(out, " {command}"),
            EventKind::Role(role) => write!(out, " {}", role.name),
            EventKind::Send { to, payload } => {
                write!(out, " {to} ")?;
                payload.write_data(out)
            }
            EventKind::Deliver { from, sent, sent_at, copy, payload } => {
                write!(out, " {from} {sent} {} {copy} ", sent_at.0)?;
                payload.write_data(out)
            }
            EventKind::Lost { from, sent, sent_at, why, by, payload } => {
                write!(out, " {from} {sent} {} {} {by} ", sent_at.0, why.name())?;
                payload.write_data(out)
            }
            EventKind::Timer(timer) => write!(out, " {timer}"),
            EventKind::Disconnected { peer } => write!(out, " {peer}"),
            EventKind::Ask { seq, request } => write!(out, " {seq} {request}"),
            EventKind::Answered { seq, outcome } => outcome.write_data(*seq, out),
            EventKind::Retry { to, redirected } => write!(out, " {to} {redirected}"),
            EventKind::GaveUp { seq, request } => write!(out, " {seq} {request}"),
            EventKind::Violation { property, against, .. } => {
                write!(out, " {property} {}", against.unwrap_or(0))
            }
            EventKind::Refused(_)
            | EventKind::Status(_)
            | EventKind::Isolated(_)
            | EventKind::Persist
            | EventKind::Saved
            | EventKind::Note(_) => Ok(()),
        }
    }
}

impl Payload {
    /// Writes its kind and its fields.
    pub fn write_data(&self, out: &mut impl Write) -> std::fmt::Result {
        out.write_str(self.kind().name)?;
        match self {
            Payload::Message(message) => message
                .fields()
                .iter()
                .try_for_each(|field| write!(out, " {}={}", field.name, field.value)),
            Payload::Request { seq, request, bookmark } => {
                write!(out, " {seq} {request}")?;
                bookmark.iter().try_for_each(|bookmark| write!(out, " after {bookmark}"))
            }
            Payload::Reply { seq, outcome } => outcome.write_data(*seq, out),
        }
    }
}

impl Outcome {
    /// Writes which request it answers, and how.
    fn write_data(&self, seq: u64, out: &mut impl Write) -> std::fmt::Result {
        match self {
            Outcome::Done(answer) => write!(out, " {seq} done {answer}"),
            Outcome::Said(words) => write!(out, " {seq} done {words}"),
            Outcome::DoneAt(answer, bookmark) => write!(out, " {seq} done {answer} at {bookmark}"),
            Outcome::Refused(_) => write!(out, " {seq} refused"),
            Outcome::Redirect(Some(node)) => write!(out, " {seq} redirect {node}"),
            Outcome::Redirect(None) => write!(out, " {seq} redirect"),
        }
    }
}

/// The digest of a run's events, taken one after the other.
pub struct EventDigest {
    digest: Digest,
    line: String,
}

impl EventDigest {
    pub fn new() -> EventDigest {
        EventDigest { digest: Digest::after(0), line: String::new() }
    }

    pub fn add(&mut self, number: u64, event: &Event) {
        self.line.clear();
        event.write_data(number, &mut self.line).expect("a String takes whatever is written");
        self.line.push('\n');
        self.digest.write(self.line.as_bytes());
    }

    pub fn finish(&self) -> u64 {
        self.digest.finish()
    }
}

impl Default for EventDigest {
    fn default() -> Self {
        EventDigest::new()
    }
}
