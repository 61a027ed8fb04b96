//! Why did that happen? Every event knows the one that caused it, so the answer is a walk: from a
//! message that arrived to the step that sent it, from that to what the sender had reacted to, and so
//! on until a command or a first boot, which have no cause.
//!
//! Two things a plain walk would miss are told with its steps. A timer runs out because something did
//! *not* happen: so with it stand the messages that were lost, and the faults, since it was set. A
//! row of such timers (one election after the other, each timer set by the one before) is one step,
//! and with it stands above all what happened while the first of them ran, for that began the row.
//! And a message is lost because of a command given long before: so that command is the cause of
//! the loss, and the sending a remark on it.
//!
//! A violation has two sides: what has just happened does not go with something that had happened
//! before ("S5 leads term 5 without the entry which S1 committed in term 4"). So two walks begin at
//! it, and where the second comes to a step of the first it ends.
//!
//! A question may also be of a state ("why is the term of S5 9?"). Then the run's past is looked
//! through backwards, piece by piece, for the step that made it so: an [`Inquiry`].

use super::{Piece, Run, tell};
use crate::base::{Place, Sentence, Text, Time};
use crate::sim::fact::Fact;
use crate::sim::snapshot::Told;
use crate::sim::trace::{Event, EventKind};

/// The causes of an event, from itself backwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub reasons: Vec<Reason>,
    /// Where the walk was broken off: the event that it would go on from.
    pub more: Option<u64>,
    /// Of a violation: the causes of what it is at odds with.
    pub against: Option<Against>,
}

/// The other side of a violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Against {
    /// From what it is at odds with backwards, as far as they are its own.
    pub reasons: Vec<Reason>,
    pub more: Option<u64>,
    /// The step of the first side that it comes to, if it does.
    pub joins: Option<u64>,
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
    /// What had happened while the timer ran, or the row of them, and may be why nobody set it anew;
    /// what was done to the receiver while a message was under way, which may have met another than
    /// it was sent to; or the sending of what was lost. In its order.
    pub meanwhile: Vec<Told>,
    /// How a message came here, or nearly.
    pub journey: Option<Journey>,
}

/// A message's way to the place of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journey {
    pub from: Place,
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
/// Faults that are told beside a timer at the most (and as many more of a row's later timers), and
/// losses.
const FAULTS: usize = 4;
const LOSSES: usize = 2;

/// A search for the event that made a fact what it is.
#[derive(Clone, Debug)]
pub struct Inquiry {
    pub fact: Fact,
    /// What it is.
    pub value: Option<String>,
    /// Events from here on have been looked through.
    pub down_to: u64,
    /// All have been, and nothing has changed it: what was found is only where its server began.
    pub unchanged: bool,
}

impl Inquiry {
    /// Of the fact as it is at the cursor.
    pub fn new(run: &Run, fact: Fact) -> Inquiry {
        let value = run.sim().read(&fact);
        Inquiry { fact, value, down_to: run.event() + 1, unchanged: false }
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
        let place = Some(inquiry.fact.node);
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
        inquiry.unchanged = found.is_none() && before.events() == 0;
        found.or(began.filter(|_| inquiry.unchanged))
    }

    /// The causes of the event, back to the roots or as far as one walk goes.
    pub fn why(&self, event: u64) -> Option<Why> {
        let mut walk = Walk::to(self, event)?;
        let against = match walk.piece.get(event)?.what {
            EventKind::Violation { against, .. } => against,
            _ => None,
        };
        let (reasons, next) = walk.back(event, |_| false);
        let more = (next != 0).then_some(next);
        let against = against.and_then(|earlier| self.against(earlier, &reasons));
        Some(Why { reasons, more, against })
    }

    /// The causes of what a violation is at odds with, as far as they are not those of the violation.
    fn against(&self, event: u64, known: &[Reason]) -> Option<Against> {
        // A walk tells the latest first.
        let is_known = |event: u64| known.binary_search_by(|it| event.cmp(&it.told.event)).is_ok();
        let (reasons, next) = Walk::to(self, event)?.back(event, is_known);
        let joins = is_known(next).then_some(next);
        let more = (next != 0 && joins.is_none()).then_some(next);
        Some(Against { reasons, more, joins })
    }
}

/// The event to go on from: for a loss, the command that is to blame.
fn cause(event: &Event) -> u64 {
    match event.what {
        EventKind::Lost { by, .. } if by != 0 => by,
        _ => event.cause,
    }
}

/// A walk backwards, and the pieces of the past that it is in: what is told beside a step may lie
/// before the step that comes next.
struct Walk<'a> {
    run: &'a Run,
    piece: Piece,
    other: Option<Piece>,
    pieces: usize,
}

/// What went wrong while the timers of a row ran, the latest first: numbers and events.
#[derive(Default)]
struct Wrong {
    faults: Vec<(u64, Event)>,
    losses: Vec<(u64, Event)>,
}

impl<'a> Walk<'a> {
    fn to(run: &'a Run, event: u64) -> Option<Walk<'a>> {
        Some(Walk { run, piece: run.piece(event)?, other: None, pieces: 1 })
    }

    /// From the event backwards until a root, which leaves 0, or the event that it would go on from:
    /// a step that is told elsewhere, or one too far away.
    fn back(&mut self, event: u64, is_told: impl Fn(u64) -> bool) -> (Vec<Reason>, u64) {
        let (mut reasons, mut next) = (Vec::new(), event);
        while next != 0
            && reasons.len() < STEPS
            && (reasons.is_empty() || !is_told(next))
            && let Some(here) = self.at(next)
        {
            let mut reason = self.reason(next, &here);
            next = match &here.what {
                EventKind::Timer(name) => self.row(&mut reason, name, &here),
                EventKind::Deliver { sent, .. } => {
                    reason.meanwhile = self.done_to(here.place, *sent, next);
                    here.cause
                }
                _ => cause(&here),
            };
            reasons.push(reason);
        }
        (reasons, next)
    }

    /// Turns to the piece that holds this event, as long as the walk may go on.
    fn turn_to(&mut self, number: u64) -> Option<()> {
        if self.piece.get(number).is_some() {
            return Some(());
        }
        let known = self.other.take().filter(|other| other.get(number).is_some());
        let piece = match known {
            Some(piece) => piece,
            None => {
                self.pieces += 1;
                self.run.piece(number).filter(|_| self.pieces <= PIECES)?
            }
        };
        self.other = Some(std::mem::replace(&mut self.piece, piece));
        Some(())
    }

    fn at(&mut self, number: u64) -> Option<Event> {
        self.turn_to(number)?;
        self.piece.get(number).cloned()
    }

    fn reason(&mut self, number: u64, event: &Event) -> Reason {
        let (source, notes) = (Source::of(event), self.notes(number, event));
        let journey = match event.what {
            EventKind::Deliver { from, sent_at, .. } => {
                Some(Journey { from, sent_at, lost: false })
            }
            EventKind::Lost { from, sent_at, .. } => Some(Journey { from, sent_at, lost: true }),
            _ => None,
        };
        let sending = match event.what {
            EventKind::Lost { by, sent, .. } if by != 0 => {
                self.at(sent).map(|event| tell(sent, &event))
            }
            _ => None,
        };
        let meanwhile = sending.into_iter().collect();
        Reason { told: tell(number, event), notes, source, times: 1, meanwhile, journey }
    }

    /// What was said of the step that the event began. Others of the step may have earlier causes:
    /// what had waited for a disk and leaves once the write is done.
    fn notes(&self, number: u64, event: &Event) -> Vec<(Sentence, Option<Source>)> {
        let instant = self.piece.from(number + 1).take_while(|(_, after)| after.at == event.at);
        let said = instant.filter(|(_, after)| after.cause == number);
        let note = |event: &Event| match &event.what {
            EventKind::Note(sentence) => Some((sentence.clone(), Source::of(event))),
            _ => None,
        };
        said.filter_map(|(_, event)| note(event)).collect()
    }

    /// Back to what set the first timer of the row that the reason is the last of: a heartbeat's
    /// timer is set by the heartbeat before, an election's by the election that nobody won.
    fn row(&mut self, reason: &mut Reason, name: &Text, last: &Event) -> u64 {
        let (mut ran_out, mut set) = (reason.told.event, last.cause);
        let mut later = Wrong::default();
        loop {
            let mut wrong = self.between(set, ran_out, last.place);
            let Some(before) = self.at(set) else {
                later.append(wrong);
                break;
            };
            let again = before.place == last.place
                && matches!(&before.what, EventKind::Timer(other) if other == name);
            if again {
                later.append(wrong);
                (ran_out, set) = (set, before.cause);
                reason.times += 1;
                continue;
            }
            // While the last message was under way, its sender may have crashed already.
            let heard = match before.what {
                EventKind::Deliver { from, sent, .. } => {
                    wrong.append(self.between(sent, set, last.place));
                    Some(from)
                }
                _ => None,
            };
            reason.meanwhile = wrong.tell(last.place, heard);
            break;
        }
        reason.meanwhile.extend(later.tell(last.place, None));
        reason.meanwhile.sort_by_key(|told| told.event);
        set
    }

    /// What was done to this place between two events: the newest, in their order.
    fn done_to(&mut self, place: Option<Place>, after: u64, before: u64) -> Vec<Told> {
        let mut faults = self.between(after, before, None).faults;
        faults.retain(
            |(_, event)| matches!(&event.what, EventKind::Command(command) if command.place() == place),
        );
        faults.iter().take(FAULTS).rev().map(|(number, event)| tell(*number, event)).collect()
    }

    /// Losses at this place, and faults anywhere, between two events.
    fn between(&mut self, after: u64, before: u64, place: Option<Place>) -> Wrong {
        let (mut wrong, mut last) = (Wrong::default(), before.saturating_sub(1));
        while last > after && self.turn_to(last).is_some() {
            let first = self.piece.first.max(after + 1);
            for number in (first..=last).rev() {
                let Some(event) = self.piece.get(number) else { continue };
                match &event.what {
                    EventKind::Command(command) if command.is_fault() => {
                        wrong.faults.push((number, event.clone()));
                    }
                    EventKind::Lost { .. }
                        if event.place == place && wrong.losses.len() < LOSSES =>
                    {
                        wrong.losses.push((number, event.clone()));
                    }
                    _ => {}
                }
            }
            last = first - 1;
        }
        wrong
    }
}

impl Wrong {
    /// What happened before it.
    fn append(&mut self, mut earlier: Wrong) {
        self.faults.append(&mut earlier.faults);
        self.losses.append(&mut earlier.losses);
        self.losses.truncate(LOSSES);
    }

    /// In words, where there is too much the newest: and first the faults of the place itself and of
    /// whoever it had heard last. Faults say more than the losses that they led to.
    fn tell(mut self, place: Option<Place>, heard: Option<Place>) -> Vec<Told> {
        let concerns = |event: &Event| match &event.what {
            EventKind::Command(command) => {
                place.is_some_and(|place| command.touches(place))
                    || (heard.is_some() && command.place() == heard)
            }
            _ => false,
        };
        // A stable sort: the newest stay first among their like.
        self.faults.sort_by_key(|(_, event)| !concerns(event));
        self.faults.truncate(FAULTS);
        self.faults.iter().chain(&self.losses).map(|(number, event)| tell(*number, event)).collect()
    }
}
