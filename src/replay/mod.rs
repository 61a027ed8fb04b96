//! A run with its whole past, in bounded memory. It keeps copies of the cluster (*checkpoints*) at growing distances and
//! the events around the cursor; whatever else is asked for is simulated again, which gives the same, event for event.
//!
//! At most `CHECKPOINTS` copies are kept, of bounded `WEIGHT` together: when there are more, every second one goes and the
//! distance between them doubles. Of a million events any is then a copy and a few thousand steps away.

pub mod cone;
mod holdings;
mod message;
mod outline;
pub mod recent;
pub mod requests;
pub mod scout;
mod spoken;
pub mod stamps;
#[cfg(test)]
mod tests;
pub mod why;

use std::collections::VecDeque;
use std::rc::Rc;

use message::Looked;
use outline::Outline;

use crate::base::{Place, Sentence, Time};
use crate::command::{Command, Script, ScriptLine};
use crate::protocol::{Form, Kind, Meta, Vocabulary};
use crate::sentence;
use crate::sim::ensemble::Ensemble;
use crate::sim::snapshot::*;
use crate::sim::trace::{Event, EventKind};
use crate::sim::{Events, Sim};
use scout::{Scout, advance};

/// Copies kept at the most.
const CHECKPOINTS: usize = 512;
/// … and together they hold at most so many entries (of about a hundred bytes).
const WEIGHT: usize = 500_000;
/// Events from one copy to the next, at first; of many places, which make a copy dear, so many for each.
const STRIDE: u64 = 512;
const STRIDE_EACH: u64 = 8;
/// Events kept around the cursor; while the run goes on, up to twice as many.
const KEPT: usize = 20_000;
/// Commands in one script.
pub const LINES: usize = 10_000;
/// A script's size at the most, in bytes.
pub const SIZE: usize = 512 * 1024;

/// A run of some protocol, with its whole past: the face that the player, the views and the embed
/// API see.
///
/// The *cursor* is where the run stands: all events up to [`Run::event`] have happened, and the
/// clock shows [`Run::now`], which may lie between two events. The *head* is as far as the run has
/// ever been simulated.
pub struct Run {
    script: Script,
    /// The cluster at the cursor.
    here: Sim,
    /// What the clock shows: not before the last event.
    clock: Time,
    /// The furthest that has been simulated.
    head: (u64, Time),
    checkpoints: Vec<Sim>,
    stride: u64,
    /// Of all checkpoints.
    weight: usize,
    kept: Kept,
    /// All that has been simulated, in outline.
    outline: Outline,
    /// The message that somebody looks at.
    looked: Option<Looked>,
    /// What is known already, while it is simulated again: empty between steps.
    fresh: Events,
}

/// A contiguous piece of the trace.
struct Kept {
    /// Number of the first event kept.
    first: u64,
    /// How the lanes stood before it, and when.
    lanes: Vec<Lane>,
    since: Time,
    events: VecDeque<Event>,
}

impl Kept {
    /// From this cluster on.
    fn new(sim: &Sim) -> Kept {
        Kept {
            first: sim.events() + 1,
            lanes: sim.lanes(),
            since: if sim.events() == 0 { Time::ZERO } else { sim.now() },
            events: VecDeque::new(),
        }
    }

    /// The number that comes after the last one kept.
    fn end(&self) -> u64 {
        self.first + self.events.len() as u64
    }

    fn get(&self, number: u64) -> Option<&Event> {
        self.events.get(number.checked_sub(self.first)? as usize)
    }

    /// Forgets the oldest, from time to time. Room is made a quarter at a time, for an event is large.
    fn trim(&mut self) {
        if self.events.len() < 2 * KEPT {
            if self.events.len() == self.events.capacity() {
                self.events.reserve_exact(self.events.len() / 4);
            }
            return;
        }
        for oldest in self.events.drain(..KEPT) {
            self.since = oldest.at;
            follow(&mut self.lanes, &oldest);
        }
        self.first += KEPT as u64;
    }
}

/// A piece of the trace between two checkpoints.
struct Piece {
    /// The cluster before it.
    before: Sim,
    /// Number of its first event.
    first: u64,
    events: Events,
}

impl Piece {
    fn get(&self, number: u64) -> Option<&Event> {
        self.events.get(number.checked_sub(self.first)? as usize)
    }

    /// Its events from this one on.
    fn from(&self, number: u64) -> impl Iterator<Item = (u64, &Event)> {
        let skipped = number.saturating_sub(self.first);
        (self.first + skipped..).zip(self.events.iter().skip(skipped as usize))
    }

    /// Its events up to this one, the last first.
    fn until(&self, number: u64) -> impl Iterator<Item = (u64, &Event)> {
        let count = (number + 1).saturating_sub(self.first) as usize;
        (self.first..).zip(&self.events).take(count).collect::<Vec<_>>().into_iter().rev()
    }
}

/// How the lanes stand after the event.
fn follow(lanes: &mut [Lane], event: &Event) {
    // Most events are messages, which change none: then there is no need to look for the lane.
    if !matches!(event.what, EventKind::Status(_) | EventKind::Isolated(_) | EventKind::Role(_)) {
        return;
    }
    let Some(lane) = lanes.iter_mut().find(|lane| Some(lane.at) == event.place) else { return };
    match &event.what {
        EventKind::Status(status) => {
            lane.status = *status;
            if *status == Status::Down {
                lane.role = None;
            }
        }
        EventKind::Isolated(isolated) => lane.isolated = *isolated,
        EventKind::Role(role) => lane.role = Some(*role),
        _ => {}
    }
}

impl Run {
    pub fn new(script: Script, ensemble: Box<dyn Ensemble>) -> Run {
        let here = Sim::new(Rc::new(script.setup.clone()), ensemble);
        let stride = STRIDE.max(STRIDE_EACH * script.setup.places.len() as u64);
        Run {
            script,
            clock: Time::ZERO,
            head: (0, Time::ZERO),
            checkpoints: vec![here.clone()],
            stride,
            weight: here.weight(),
            kept: Kept::new(&here),
            outline: Outline::new(),
            looked: None,
            fresh: Events::new(),
            here,
        }
    }

    /// The cluster at the cursor.
    pub fn sim(&self) -> &Sim {
        &self.here
    }

    /// Without properties: for benchmarks.
    pub fn unchecked(mut self) -> Self {
        self.here.set_checking(false);
        self.checkpoints = vec![self.here.clone()];
        self
    }

    /// Without judges of what clients see: for benchmarks.
    pub fn unjudged(mut self) -> Self {
        self.here.dismiss_judges();
        self.checkpoints = vec![self.here.clone()];
        self
    }

    /// The next thing that happens by `limit`, whether by itself or by the script.
    fn advance(&mut self, limit: Time) -> bool {
        self.advance_past(limit, None).is_some()
    }

    /// The same; whether one of its events is such a one, or `None` where nothing happens.
    fn advance_past(&mut self, limit: Time, such: Option<&dyn Fn(&Event) -> bool>) -> Option<bool> {
        let before = self.here.events();
        let new = before + 1 == self.kept.end();
        let sink = if new { &mut self.kept.events } else { &mut self.fresh };
        let advanced = advance(&self.script, &mut self.here, limit, sink);
        let made = (self.here.events() - before) as usize;
        let met = such.is_some_and(|such| sink.iter().rev().take(made).any(such));
        if self.here.events() > self.head.0 {
            self.outline.follow(before + 1, sink, made, &self.here);
        }
        if !new {
            self.fresh.clear();
        }
        if advanced {
            self.kept.trim();
            self.remember();
        }
        advanced.then_some(met)
    }

    /// The furthest so far, and a checkpoint now and then.
    fn remember(&mut self) {
        if self.here.events() <= self.head.0 {
            return;
        }
        self.head = (self.here.events(), self.here.now());
        if self.here.events() >= self.checkpoints.last().map_or(0, Sim::events) + self.stride {
            self.checkpoints.push(self.here.clone());
            self.weight += self.here.weight();
            if self.checkpoints.len() > CHECKPOINTS || self.weight > WEIGHT {
                self.thin_out();
            }
        }
    }

    /// Every second checkpoint goes, but never the first.
    fn thin_out(&mut self) {
        let mut position = 0;
        self.checkpoints.retain(|_| {
            position += 1;
            position % 2 == 1
        });
        self.stride *= 2;
        self.weigh();
    }

    fn weigh(&mut self) {
        self.weight = self.checkpoints.iter().map(Sim::weight).sum();
    }

    /// The last checkpoint that `wanted` accepts; the first one always will do.
    fn checkpoint(&self, wanted: impl Fn(&Sim) -> bool) -> &Sim {
        let position = self.checkpoints.partition_point(wanted);
        &self.checkpoints[position.saturating_sub(1)]
    }

    /// Makes sure that what happened from `from` to `to` is kept, as far as there is room.
    fn cover(&mut self, from: Time, to: Time) {
        let starts = self.kept.since < from || self.kept.first == 1;
        let ends = self.kept.end() > self.head.0
            || self.kept.events.back().is_some_and(|last| last.at > to);
        if starts && ends {
            return;
        }
        self.recall(
            |sim| sim.events() == 0 || sim.now() < from,
            |kept| {
                let room = kept.events.len() < KEPT || kept.events[KEPT - 1].at < from;
                room && kept.events.back().is_none_or(|last| last.at <= to)
            },
        );
    }

    /// The cluster of the last checkpoint before this event, if there is such an event.
    fn piece_before(&self, number: u64) -> Option<&Sim> {
        (number > 0 && number <= self.head.0).then(|| self.checkpoint(|sim| sim.events() < number))
    }

    /// What happened between the two checkpoints around this event, simulated again.
    fn piece(&self, number: u64) -> Option<Piece> {
        let before = self.piece_before(number)?.clone();
        let next = self.checkpoints.partition_point(|sim| sim.events() < number);
        let end = self.checkpoints.get(next).map_or(self.head.0, Sim::events);
        let (mut sim, mut events) = (before.clone(), Events::new());
        while sim.events() < end && advance(&self.script, &mut sim, Time::LIMIT, &mut events) {}
        Some(Piece { first: before.events() + 1, before, events })
    }

    /// Simulates again, and keeps, what followed the last checkpoint that `start` accepts, for as
    /// long as `more` says.
    fn recall(&mut self, start: impl Fn(&Sim) -> bool, more: impl Fn(&Kept) -> bool) {
        let mut sim = self.checkpoint(start).clone();
        self.kept = Kept::new(&sim);
        while sim.events() < self.head.0
            && more(&self.kept)
            && advance(&self.script, &mut sim, self.head.1, &mut self.kept.events)
        {
            self.kept.trim();
        }
    }

    /// Simulates again what followed this cluster, as far as the run is known, and hands over every
    /// event with its number, for as long as `each` says.
    fn replay(&self, mut sim: Sim, each: &mut dyn FnMut(u64, &Event) -> bool) {
        let (mut events, mut number) = (Events::new(), sim.events());
        while sim.events() < self.head.0
            && advance(&self.script, &mut sim, self.head.1, &mut events)
        {
            for event in events.drain(..) {
                number += 1;
                if !each(number, &event) {
                    return;
                }
            }
        }
    }

    /// The event of this number, wherever it is: simulated again if need be.
    fn event_at(&self, number: u64) -> Option<Event> {
        if number == 0 || number > self.head.0 {
            return None;
        }
        if let Some(event) = self.kept.get(number) {
            return Some(event.clone());
        }
        let near = self.checkpoint(|sim| sim.events() < number).clone();
        let mut found = None;
        self.replay(near, &mut |at, event| {
            found = (at == number).then(|| event.clone());
            at < number
        });
        found
    }
}

/// The face that the player, the views and the terminal see.
impl Run {
    pub fn meta(&self) -> &'static Meta {
        self.here.meta()
    }

    /// What clients can ask.
    pub fn forms(&self) -> &'static [Form] {
        self.here.forms()
    }

    /// What can be waited for, by name.
    pub fn words(&self) -> Vocabulary {
        self.here.words()
    }

    /// The script as it stands, with every command given so far.
    pub fn script(&self) -> &Script {
        &self.script
    }

    pub fn now(&self) -> Time {
        self.clock
    }

    pub fn event(&self) -> u64 {
        self.here.events()
    }

    /// Messages that arrived up to the cursor.
    pub fn deliveries(&self) -> u64 {
        self.here.deliveries()
    }

    /// Furthest simulated event and its time.
    pub fn head(&self) -> (u64, Time) {
        (self.head.0, self.head.1.max(self.clock))
    }

    /// Where the script's `end` stands.
    pub fn end(&self) -> Option<Time> {
        let end = self.script.lines.iter().rfind(|line| *line.command == Command::End);
        end.map(|line| line.at)
    }

    /// The same, if it has not come yet.
    pub fn end_ahead(&self) -> Option<Time> {
        let rest = &self.script.lines[self.here.commands() as usize..];
        rest.iter().find(|line| *line.command == Command::End).map(|line| line.at)
    }

    /// Moves the clock forward to `to`, over at most `budget` steps; whether it got there.
    pub fn run_to(&mut self, to: Time, budget: u32) -> bool {
        let to = to.min(Time::LIMIT);
        for _ in 0..budget {
            if !self.advance(to) {
                self.clock = self.clock.max(to);
                return true;
            }
            self.clock = self.clock.max(self.here.now());
        }
        false
    }

    /// The same, but no further than to the first step in which such an event happens.
    pub fn run_up_to(&mut self, to: Time, budget: u32, such: &dyn Fn(&Event) -> bool) -> bool {
        for _ in 0..budget {
            let Some(met) = self.advance_past(to.min(Time::LIMIT), Some(such)) else {
                return self.run_to(to, 1);
            };
            self.clock = self.clock.max(self.here.now());
            if met {
                return false;
            }
        }
        false
    }

    /// One step forward, to the next event whenever that is; false at the end of time.
    pub fn step_forward(&mut self) -> bool {
        let stepped = self.advance(Time::LIMIT);
        self.clock = self.clock.max(self.here.now());
        stepped
    }

    /// When the next thing happens: seen on a copy, so that nothing happens yet.
    pub fn next(&self) -> Option<Time> {
        let mut copy = self.here.clone();
        advance(&self.script, &mut copy, Time::LIMIT, &mut Events::new()).then(|| copy.now())
    }

    /// Back to before the last step.
    pub fn step_back(&mut self) -> bool {
        let target = self.here.events();
        if target == 0 {
            return false;
        }
        // Twice the same way: once to see where the step before this one ended, once to go there.
        let start = self.checkpoint(|sim| sim.events() < target).clone();
        let (mut probe, mut before, mut events) = (start.clone(), start.events(), Events::new());
        while probe.events() < target {
            before = probe.events();
            events.clear();
            if !advance(&self.script, &mut probe, Time::LIMIT, &mut events) {
                break;
            }
        }
        self.here = start;
        while self.here.events() < before && self.advance(Time::LIMIT) {}
        self.clock = self.here.now();
        true
    }

    /// Back or forth to any time; whether it got there within the budget (backwards always).
    pub fn seek(&mut self, to: Time, budget: u32) -> bool {
        let to = to.min(Time::LIMIT);
        let near = self.checkpoint(|sim| sim.events() == 0 || sim.reached() <= to);
        // From the checkpoint, unless the cluster is nearer and has not seen beyond `to`.
        if self.here.reached() > to || near.events() > self.here.events() {
            self.here = near.clone();
        }
        self.clock = self.here.now();
        // What is known already is simulated again whatever the budget: it is never far.
        self.run_to(to.min(self.head.1), u32::MAX);
        to <= self.head.1 || self.run_to(to, budget)
    }

    /// Back or forth to just after this event.
    pub fn seek_event(&mut self, event: u64, budget: u32) -> bool {
        let near = self.checkpoint(|sim| sim.events() <= event);
        // Where nothing is to be done, the cluster may still have seen beyond its last event.
        let beyond = self.here.events() > event || self.here.reached() > self.here.now();
        if beyond || near.events() > self.here.events() {
            self.here = near.clone();
        }
        let mut steps = 0;
        while self.here.events() < event {
            let known = self.here.events() < self.head.0;
            if (!known && steps >= budget) || !self.advance(Time::LIMIT) {
                break;
            }
            steps += u32::from(!known);
        }
        self.clock = self.here.now();
        self.here.events() >= event
    }

    /// Gives a command now. What lay in the future is forgotten, unless the command is refused:
    /// then nothing has changed.
    pub fn command(&mut self, command: Command) -> Result<(), Sentence> {
        // Everything else of this instant comes first.
        let at = self.clock;
        let mut trial = self.here.clone();
        let mut events = Events::new();
        while trial.step(at, &mut events) {}
        trial.check(&command)?;
        let given = trial.commands() as usize;
        if given >= LINES {
            return Err(sentence!("A script has at most {0} commands.", LINES));
        }
        let size =
            |line: &ScriptLine| line.at.to_string().len() + line.command.to_string().len() + 10;
        if self.script.lines[..given].iter().map(size).sum::<usize>() > SIZE - 10_000 {
            return Err(sentence!("A script has at most {0} bytes.", SIZE));
        }
        self.script.lines.truncate(given);
        self.script.lines.push(ScriptLine { at, command: Rc::new(command) });
        // What was simulated beyond this instant is no longer true.
        let here = self.here.events();
        self.checkpoints.retain(|checkpoint| checkpoint.events() <= here);
        self.weigh();
        self.kept.events.truncate((here + 1).saturating_sub(self.kept.first) as usize);
        if self.kept.first > here + 1 {
            self.kept = Kept::new(&self.here);
        }
        self.looked = None;
        let past = self.head.0 > here;
        self.head = (here, self.here.now());
        if past {
            self.outline_again();
        }
        self.run_to(at, u32::MAX);
        Ok(())
    }

    /// Goes ahead from the cursor, and leaves the run where it is.
    pub fn scout(&self) -> Scout {
        Scout::new(&self.script, &self.here)
    }

    /// … and from before anything has happened.
    pub fn scout_from_start(&self) -> Scout {
        Scout::new(&self.script, &self.checkpoints[0])
    }

    /// The latest copy from before this time and before any command beyond the first `commands`.
    pub(super) fn before(&self, commands: usize, time: Time) -> &Sim {
        self.checkpoint(|sim| {
            sim.events() == 0 || (sim.commands() as usize <= commands && sim.reached() < time)
        })
    }

    pub fn snapshot(&self) -> Snapshot {
        self.observed(self.here.snapshot(self.clock))
    }

    /// All of a place that runs the protocol's program.
    pub fn look(&self, place: Place) -> Option<NodeShot> {
        self.here.look(place, self.clock).map(|shot| self.observe(shot))
    }

    /// See [`Sim::glance`].
    pub fn glance(&self) -> Snapshot {
        self.observed(self.here.glance(self.clock))
    }

    pub fn properties(&self) -> Vec<PropertyShot> {
        self.here.properties()
    }

    /// Number of violations up to the cursor; it grows when one happens.
    pub fn violations(&self) -> usize {
        self.here.violations()
    }

    /// Logs of all servers: the last `columns` indexes.
    pub fn logs(&self, columns: u64) -> Logs {
        self.here.logs(columns)
    }

    /// What happened between two times, as far as it has been simulated.
    pub fn stretch(&mut self, from: Time, to: Time) -> Stretch {
        self.cover(from, to);
        let truncated = self.kept.since > from && self.kept.first > 1;
        let lanes = self.kept.lanes.clone();
        let mut stretch = Stretch { from, to, lanes, marks: Vec::new(), truncated };
        for (number, event) in (self.kept.first..).zip(&self.kept.events) {
            if !gather(&mut stretch, number, event) {
                break;
            }
        }
        stretch
    }

    /// The same however much it is, for as long as `more` says: simulated again, and not kept.
    pub fn long_stretch(
        &self,
        from: Time,
        to: Time,
        more: &mut dyn FnMut(&Event) -> bool,
    ) -> Stretch {
        let near = self.checkpoint(|sim| sim.events() == 0 || sim.now() < from).clone();
        let lanes = near.lanes();
        let mut stretch = Stretch { from, to, lanes, marks: Vec::new(), truncated: false };
        self.replay(near, &mut |number, event| {
            (event.at < from || more(event)) && gather(&mut stretch, number, event)
        });
        stretch
    }

    /// Goes over all that happened between two times, as far as it has been simulated, and hands
    /// over every event with its number, for as long as `each` says. The cursor stays where it is.
    pub fn walk(&self, from: Time, to: Time, each: &mut dyn FnMut(u64, &Event) -> bool) {
        let near = self.checkpoint(|sim| sim.events() == 0 || sim.now() < from).clone();
        self.replay(near, &mut |number, event| {
            event.at <= to && (event.at < from || each(number, event))
        });
    }

    /// The names of a node's timers, set or not.
    pub fn timers(&self, node: Place) -> Vec<String> {
        self.here.timers(node)
    }

    /// A server that would take a request just now, for a newcomer's click.
    pub fn leader(&self) -> Option<Place> {
        self.here.leader()
    }

    pub fn clients(&self) -> Vec<Place> {
        self.script.setup.places.house_clients().collect()
    }
}

/// Adds the next event to a stretch; whether later ones may belong to it.
fn gather(stretch: &mut Stretch, number: u64, event: &Event) -> bool {
    if event.at < stretch.from {
        follow(&mut stretch.lanes, event);
    } else if event.at <= stretch.to {
        stretch.marks.extend(mark(number, event));
    } else {
        // An arrow that ends later may begin within.
        let begins = matches!(
            &event.what,
            EventKind::Deliver { sent_at, .. } | EventKind::Lost { sent_at, .. } if *sent_at <= stretch.to
        );
        if begins {
            stretch.marks.extend(mark(number, event));
        }
        return event.at.since(stretch.to) <= Time::seconds(1);
    }
    true
}

pub(super) fn tell(number: u64, event: &Event) -> Told {
    let message = match &event.what {
        EventKind::Send { to: other, payload }
        | EventKind::Deliver { from: other, payload, .. }
        | EventKind::Lost { from: other, payload, .. } => Some((*other, payload.kind().name)),
        _ => None,
    };
    Told {
        message,
        sends: matches!(event.what, EventKind::Send { .. }),
        event: number,
        cause: event.cause,
        at: event.at,
        place: event.place,
        lamport: event.lamport,
        sentence: event.tell(),
        notable: event.is_notable(),
    }
}

/// The event as drawn on the space-time diagram, if it is.
pub(super) fn mark(number: u64, event: &Event) -> Option<Mark> {
    let arrow = |from: Place, sent, sent_at, copy, kind: Kind, lost| MarkKind::Arrow {
        sent,
        copy,
        from,
        sent_at,
        kind: kind.name,
        tone: kind.tone,
        lost,
    };
    let what = match &event.what {
        EventKind::Deliver { from, sent, sent_at, copy, payload } => {
            arrow(*from, *sent, *sent_at, *copy, payload.kind(), false)
        }
        EventKind::Lost { from, sent, sent_at, payload, .. } => {
            arrow(*from, *sent, *sent_at, false, payload.kind(), true)
        }
        EventKind::Timer(_) => MarkKind::Timer,
        EventKind::Command(command) => MarkKind::Command(command.verb()),
        EventKind::Status(status) => MarkKind::Status(*status),
        EventKind::Isolated(isolated) => MarkKind::Isolated(*isolated),
        EventKind::Role(role) => MarkKind::Role(*role),
        EventKind::Violation { property, .. } => MarkKind::Violation(property),
        _ => return None,
    };
    Some(Mark { event: number, at: event.at, lane: event.place, what })
}
