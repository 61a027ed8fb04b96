//! What happened: typed events, numbered from 1. Nothing is formatted until somebody reads it.
//!
//! Every event knows its *cause* (the event that made it happen), its *Lamport stamp*
//! (Lamport, *Time, Clocks, and the Ordering of Events*, 1978) and, where a protocol asked for it,
//! the very source line that did. With the order of events at each place, causes give
//! happened-before: an event's past is whatever can be reached backwards along both.

pub mod data;

use std::rc::Rc;

use crate::base::{Place, Sentence, Text, Time, Value};
use crate::command::Command;
use crate::protocol::{Kind, Message, Outcome, Role, SourceLine, Tone};
use crate::sentence;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Event {
    pub at: Time,
    /// Where; `None` for what concerns the whole run.
    pub place: Option<Place>,
    /// Lamport's stamp at its place.
    pub lamport: u64,
    /// Number of the event that caused it; 0 for commands and first boots, which have no cause.
    pub cause: u64,
    /// The line of the protocol that asked for it.
    pub line: Option<SourceLine>,
    pub what: EventKind,
}

#[derive(Clone, Debug)]
pub enum EventKind {
    /// A command was given. Its consequences follow, each with this as its cause.
    Command(Rc<Command>),
    /// A command that makes no sense at this point was refused; the run goes on untouched.
    Refused(Sentence),
    /// The node booted from its disk, or stands still, or is gone.
    Status(Status),
    /// The node lost, or found again, its links to a majority.
    Isolated(bool),
    /// What the node is has changed.
    Role(Role),
    /// A message left for `to`.
    Send {
        to: Place,
        payload: Payload,
    },
    /// A message arrived; `sent` is the event that sent it.
    Deliver {
        from: Place,
        sent: u64,
        sent_at: Time,
        copy: bool,
        payload: Payload,
    },
    /// A message was lost on its way to this place; `sent` is the event that sent it, and 0 where it
    /// never left: where too much waited for its sender's disk.
    Lost {
        from: Place,
        sent: u64,
        sent_at: Time,
        why: Loss,
        /// The event that is to blame: a command, or what broke the connection; 0 where none is.
        by: u64,
        payload: Payload,
    },
    /// The timer of this name ran out.
    Timer(Text),
    /// A write was handed to the disk.
    Persist,
    /// All writes so far are durable.
    Saved,
    /// It learned that its connection to this peer is broken.
    Disconnected {
        peer: Place,
    },
    /// A client wants something.
    Ask {
        seq: u64,
        request: Text,
    },
    /// Whoever asked itself for something has its answer.
    Answered {
        seq: u64,
        outcome: Outcome,
    },
    /// A client asks again: it was sent on to `to`, or has waited too long.
    Retry {
        to: Place,
        redirected: bool,
    },
    /// A client no longer waits for the answer to this: it may still take effect.
    GaveUp {
        seq: u64,
        request: Text,
    },
    Note(Sentence),
    /// The property of this name broke.
    Violation {
        property: &'static str,
        why: Sentence,
        /// The earlier event that it is at odds with, if it is with one.
        against: Option<u64>,
    },
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Up,
    Paused,
    Down,
}

/// What a link carries.
#[derive(Clone, Debug)]
pub enum Payload {
    Message(Rc<dyn Message>),
    /// With the bookmark of the client's session, if it has been given one.
    Request {
        seq: u64,
        request: Text,
        bookmark: Option<Text>,
    },
    Reply {
        seq: u64,
        outcome: Outcome,
    },
}

impl EventKind {
    /// An event in Lamport's sense: something a process did. The rest are remarks on it, which
    /// share its stamp.
    pub fn is_an_event(&self) -> bool {
        match self {
            EventKind::Send { .. }
            | EventKind::Deliver { .. }
            | EventKind::Timer(_)
            | EventKind::Persist
            | EventKind::Saved
            | EventKind::Disconnected { .. }
            | EventKind::Ask { .. }
            | EventKind::Retry { .. }
            | EventKind::GaveUp { .. }
            | EventKind::Answered { .. }
            | EventKind::Command(_) => true,
            EventKind::Status(status) => *status == Status::Up,
            EventKind::Refused(_)
            | EventKind::Isolated(_)
            | EventKind::Role(_)
            | EventKind::Lost { .. }
            | EventKind::Note(_)
            | EventKind::Violation { .. } => false,
        }
    }
}

/// Why a message did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// The network lost it, by the link's share of loss.
    Chance,
    /// The link was cut.
    Cut,
    /// Its receiver was down.
    Down,
    /// The connection that it was sent on had broken.
    Broken,
    /// Somebody dropped it by hand.
    Dropped,
    /// More was under way than the network holds.
    Full,
}

impl Loss {
    /// Its name in digests.
    pub fn name(self) -> &'static str {
        match self {
            Loss::Chance => "chance",
            Loss::Cut => "cut",
            Loss::Down => "down",
            Loss::Broken => "broken",
            Loss::Dropped => "dropped",
            Loss::Full => "full",
        }
    }

    pub fn reason(self) -> &'static str {
        match self {
            Loss::Chance => "the network lost it",
            Loss::Cut => "the link is cut",
            Loss::Down => "its receiver is down",
            Loss::Broken => "its connection is broken",
            Loss::Dropped => "it was dropped by hand",
            Loss::Full => "too many messages are under way",
        }
    }
}

impl Payload {
    pub fn kind(&self) -> Kind {
        match self {
            Payload::Message(message) => message.kind(),
            Payload::Request { .. } => Kind { name: "Request", tone: Tone::Client },
            Payload::Reply { .. } => Kind { name: "Reply", tone: Tone::Client },
        }
    }

    /// The stamp that it is sent under, where that is told.
    pub fn stamp(&self) -> Option<u64> {
        match self {
            Payload::Message(message) => message.stamp(),
            Payload::Request { .. } | Payload::Reply { .. } => None,
        }
    }

    /// The short label on the graph.
    pub fn label(&self) -> Sentence {
        match self {
            Payload::Message(message) => message.label(),
            Payload::Request { request, .. } => sentence!("{0}", request.to_string()),
            Payload::Reply { outcome: Outcome::Refused(_), .. } => sentence!("refused"),
            Payload::Reply { outcome, .. } => outcome.told(),
        }
    }

    /// Its label, and of a refusal why: for wherever there is room for a sentence.
    pub fn told(&self) -> Value {
        match self {
            Payload::Reply { outcome: Outcome::Refused(why), .. } => {
                sentence!("refused: {0}", why.clone()).into()
            }
            payload => payload.label().into(),
        }
    }
}

impl Event {
    /// Something a person would want to be told, not one of the hundreds of sends and receipts.
    pub fn is_notable(&self) -> bool {
        match &self.what {
            EventKind::Command(_)
            | EventKind::Refused(_)
            | EventKind::Note(_)
            | EventKind::Violation { .. }
            | EventKind::Disconnected { .. }
            | EventKind::Ask { .. }
            | EventKind::Retry { .. }
            | EventKind::GaveUp { .. }
            | EventKind::Answered { .. } => true,
            EventKind::Status(_) => self.cause != 0,
            EventKind::Deliver { payload: Payload::Reply { .. }, .. } => true,
            _ => false,
        }
    }

    /// What the story says with it.
    pub fn caption(&self) -> Option<&str> {
        match &self.what {
            EventKind::Command(command) => match &**command {
                Command::Say(caption) => Some(caption),
                _ => None,
            },
            _ => None,
        }
    }

    /// The event in words, without its place.
    pub fn tell(&self) -> Sentence {
        match &self.what {
            EventKind::Command(command) => match &**command {
                Command::Say(caption) => sentence!("“{0}”", caption.clone()),
                command => sentence!("command: {0}", command.to_string()),
            },
            EventKind::Refused(why) => sentence!("refused: {0}", why.clone()),
            EventKind::Status(Status::Up) if self.cause == 0 => sentence!("boots"),
            EventKind::Status(Status::Up) => sentence!("is up"),
            EventKind::Status(Status::Paused) => sentence!("stands still"),
            EventKind::Status(Status::Down) => sentence!("is down"),
            EventKind::Isolated(true) => sentence!("is cut off from a majority"),
            EventKind::Isolated(false) => sentence!("reaches a majority again"),
            EventKind::Role(role) if role.is_deed() => sentence!("now {0}", role.name),
            EventKind::Role(role) => sentence!("is now {0}", role.name),
            EventKind::Send { to, payload } => sentence!("sends “{0}” to {1}", payload.told(), *to),
            EventKind::Deliver { from, payload, .. } => {
                sentence!("receives “{0}” from {1}", payload.told(), *from)
            }
            EventKind::Lost { from, payload, why, .. } => {
                sentence!("never receives “{0}” from {1}: {2}", payload.told(), *from, why.reason())
            }
            EventKind::Timer(timer) => {
                sentence!("timer runs out: {0}", Value::Name(timer.clone()))
            }
            EventKind::Persist => sentence!("writes to its disk"),
            EventKind::Saved => sentence!("has its writes on disk"),
            EventKind::Disconnected { peer } => {
                sentence!("learns that its connection to {0} is broken", *peer)
            }
            EventKind::Ask { request, .. } => sentence!("wants “{0}”", request.clone()),
            EventKind::Answered { outcome, .. } => {
                sentence!("has its answer: {0}", outcome.told())
            }
            EventKind::Retry { to, redirected: true } => sentence!("asks {0} instead", *to),
            EventKind::Retry { to, redirected: false } => {
                sentence!("has waited long enough and asks {0}", *to)
            }
            EventKind::GaveUp { request, .. } => {
                sentence!("gives up: “{0}” may still take effect", request.clone())
            }
            EventKind::Note(sentence) => sentence.clone(),
            EventKind::Violation { property, why, .. } => {
                sentence!("{0} is violated: {1}", *property, why.clone())
            }
        }
    }
}
