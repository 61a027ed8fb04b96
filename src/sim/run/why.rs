//! Why did that happen? Every event knows the one that caused it, so the answer is a walk: from a
//! message that arrived to the step that sent it, from that to what the sender had reacted to, and so
//! on until a command or a first boot, which have no cause.
//!
//! Two things a plain walk would miss are told with its steps. A timer runs out because something did
//! *not* happen: so with it stand the messages that were lost, and the faults, since it was set. And
//! a message is lost because of a command given long before: so that command is the cause of the
//! loss, and the sending a remark on it.
//!
//! A question may also be of a state ("why is the term of S5 9?"). Then the run's past is looked
//! through backwards, piece by piece, for the step that made it so: an [`Inquiry`].

use super::{Piece, Run, tell};
use crate::base::{Endpoint, Sentence, Text, Time};
use crate::sim::fact::Fact;
use crate::sim::snapshot::Told;
use crate::trace::{Event, What};

/// The causes of an event, from itself backwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub reasons: Vec<Reason>,
    /// Where the walk was broken off: the event that it would go on from.
    pub more: Option<u64>,
}

/// A step of the walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub told: Told,
    /// What the server said of its step, each with the line of the protocol that said it.
    pub notes: Vec<(Sentence, Option<Source>)>,
    /// The line of the protocol that asked for the event itself.
    pub source: Option<Source>,
    /// How often in a row this timer had run out, each time set by the time before; else 1.
    pub times: u64,
    /// What had happened while the timer ran, and may be why nobody set it anew; or the sending of
    /// what was lost.
    pub meanwhile: Vec<Told>,
    /// How a message came here, or nearly.
    pub journey: Option<Journey>,
}

/// A message's way to the place of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journey {
    pub from: Endpoint,
    pub sent_at: Time,
    pub lost: bool,
}

/// A place in the protocol's own source: its file below `src`, and the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    pub file: &'static str,
    pub line: u32,
}

/// Steps of one walk, and pieces of the past that it may simulate again.
const STEPS: usize = 400;
const PIECES: usize = 64;
/// What is told beside a step, at the most.
const BESIDE: usize = 4;

/// A search for the event that made a fact what it is.
#[derive(Clone, Debug)]
pub struct Inquiry {
    pub fact: Fact,
    /// What it is.
    pub value: Option<String>,
    /// Events from here on have been looked through.
    pub down_to: u64,
}

impl Inquiry {
    /// Of the fact as it is at the cursor.
    pub fn new(run: &Run, fact: Fact) -> Inquiry {
        let value = run.sim().read(&fact);
        Inquiry { fact, value, down_to: run.event() + 1 }
    }
}

impl Source {
    pub(super) fn of(event: &Event) -> Option<Source> {
        let line = event.line?;
        let below = line.file().rsplit_once("src/").map_or(line.file(), |(_, below)| below);
        Some(Source { file: below, line: line.line() })
    }
}

impl Run {
    /// Looks through one more piece of the past; the event, once it is found. Where the fact was the
    /// same from the start, that is the first event of its server.
    pub fn inquire(&self, inquiry: &mut Inquiry) -> Option<u64> {
        let last = inquiry.down_to - 1;
        let before = self.piece_before(last)?;
        let (mut sim, mut known) = (before.clone(), before.read(&inquiry.fact));
        let place = Some(inquiry.fact.node.into());
        let (mut found, mut began, mut events) = (None, None, super::Events::new());
        while sim.events() < last {
            let first = sim.events() + 1;
            events.clear();
            if !super::advance(&self.script, &mut sim, Time::LIMIT, &mut events) {
                break;
            }
            let Some(own) = events.iter().position(|event| event.place == place) else { continue };
            let here = Some(first + own as u64);
            began = began.or(here);
            let now = sim.read(&inquiry.fact);
            if now != known {
                (known, found) = (now, here);
            }
        }
        inquiry.down_to = before.events() + 1;
        found.or(began.filter(|_| before.events() == 0))
    }

    /// The causes of the event, back to the roots or as far as one walk goes.
    pub fn why(&self, event: u64) -> Option<Why> {
        let mut walk = Walk { run: self, piece: self.piece(event)?, pieces: 1 };
        let mut why = Why { reasons: Vec::new(), more: None };
        let mut next = event;
        while next != 0 {
            let Some(here) = walk.at(next).filter(|_| why.reasons.len() < STEPS) else {
                why.more = Some(next);
                break;
            };
            let mut reason = walk.reason(next, &here);
            next = cause(&here);
            if let What::Timer(name) = &here.what {
                next = walk.fold(&mut reason, name, here.place, next);
            }
            why.reasons.push(reason);
        }
        Some(why)
    }
}

/// The event to go on from: for a loss, the command that is to blame.
fn cause(event: &Event) -> u64 {
    match event.what {
        What::Lost { by, .. } if by != 0 => by,
        _ => event.cause,
    }
}

/// A walk backwards, and the piece of the past that it is in.
struct Walk<'a> {
    run: &'a Run,
    piece: Piece,
    pieces: usize,
}

impl Walk<'_> {
    /// The event of this number, as long as the walk may go on.
    fn at(&mut self, number: u64) -> Option<Event> {
        if number < self.piece.first {
            self.pieces += 1;
            if self.pieces > PIECES {
                return None;
            }
            self.piece = self.run.piece(number)?;
        }
        self.piece.get(number).cloned()
    }

    fn reason(&self, number: u64, event: &Event) -> Reason {
        let beside = match &event.what {
            What::Timer(_) => self.since(event.cause, number, event.place),
            What::Lost { by, sent, .. } if *by != 0 => self.told(*sent).into_iter().collect(),
            _ => Vec::new(),
        };
        let journey = match event.what {
            What::Deliver { from, sent_at, .. } => Some(Journey { from, sent_at, lost: false }),
            What::Lost { from, sent_at, .. } => Some(Journey { from, sent_at, lost: true }),
            _ => None,
        };
        let source = Source::of(event);
        let notes = self.notes(number);
        Reason { told: tell(number, event), notes, source, times: 1, meanwhile: beside, journey }
    }

    fn told(&self, number: u64) -> Option<Told> {
        self.piece.get(number).map(|event| tell(number, event))
    }

    /// What was said of the step that the event began.
    fn notes(&self, number: u64) -> Vec<(Sentence, Option<Source>)> {
        let after = self.piece.from(number + 1).take_while(|(_, event)| {
            // The step goes on as long as its events go back to it.
            event.cause >= number
        });
        let said = after.filter(|(_, event)| event.cause == number);
        let note = |event: &Event| match &event.what {
            What::Note(sentence) => Some((sentence.clone(), Source::of(event))),
            _ => None,
        };
        said.filter_map(|(_, event)| note(event)).collect()
    }

    /// Losses at this place, and faults anywhere, between two events.
    fn since(&self, set: u64, ran_out: u64, place: Option<Endpoint>) -> Vec<Told> {
        let between = self.piece.from(set + 1).take_while(|(number, _)| *number < ran_out);
        let matters = |event: &Event| match &event.what {
            What::Lost { .. } => event.place == place,
            What::Command(command) => command.is_fault(),
            _ => false,
        };
        let mut told: Vec<Told> = between
            .filter(|(_, event)| matters(event))
            .map(|(number, event)| tell(number, event))
            .collect();
        // Faults say more than the losses that they led to.
        told.sort_by_key(|told| (told.cause != 0, told.event));
        told.truncate(BESIDE);
        told
    }

    /// A heartbeat's timer is set by the heartbeat before: such a row is one step.
    fn fold(
        &mut self,
        reason: &mut Reason,
        name: &Text,
        place: Option<Endpoint>,
        mut next: u64,
    ) -> u64 {
        while let Some(before) = self.at(next).filter(|before| before.place == place) {
            match &before.what {
                What::Timer(other) if other == name => next = before.cause,
                _ => break,
            }
            reason.times += 1;
        }
        next
    }
}
