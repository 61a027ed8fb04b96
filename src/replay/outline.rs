//! A run in outline: how many messages arrived where in each short period of it, and what is rarer
//! than messages one by one. A window that holds a hundred thousand events is drawn from it, without
//! simulating any of them again.
//!
//! It is made while the run is simulated for the first time, formats nothing, and is bounded: when
//! there are too many periods, or too much in them, two become one and each is twice as long.

use super::holdings::Holdings;
use super::requests::Requests;
use super::{Run, mark, tell};
use crate::base::{Place, Time};
use crate::protocol::Kind;
use crate::sim::snapshot::{
    Mark, MarkKind, NodeShot, Outlined, Snapshot, Stretch, Tally, TenureSpan, Told, WriteMark,
};
use crate::sim::trace::{Event, EventKind, Payload};
use crate::sim::{Events, Sim};

/// Periods at the most: more than a wide screen has columns.
const PERIODS: usize = 8_192;
/// Numbers kept in all of them together.
const NUMBERS: usize = 100_000;
/// Marks kept before those that no picture could tell apart are let go.
const MARKS: usize = 20_000;
/// How long a period is at first.
const PERIOD: Time = Time::millis(1);

/// What is known of all that has been simulated.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    period: Time,
    kinds: Vec<Kind>,
    /// From the run's beginning on; each in the order of its keys.
    periods: Vec<Vec<Number>>,
    /// Of all periods together.
    numbers: usize,
    marks: Vec<Mark>,
    /// So many marks are too many.
    limit: usize,
    /// What was asked, and what came of it.
    pub requests: Requests,
    /// What was held, or believed to be.
    pub holdings: Holdings,
}

/// How many messages of one kind came to one place, or were lost on their way to it.
#[derive(Clone, Copy, Debug)]
struct Number {
    key: (Place, bool, u8),
    count: u32,
}

impl Outline {
    pub fn new() -> Outline {
        Outline {
            period: PERIOD,
            kinds: Vec::new(),
            periods: Vec::new(),
            numbers: 0,
            marks: Vec::new(),
            limit: MARKS,
            requests: Requests::default(),
            holdings: Holdings::default(),
        }
    }

    /// How long a period is.
    pub fn period(&self) -> Time {
        self.period
    }

    /// The last `count` of these events are new; the first of them has this number, and they came to this.
    pub fn follow(&mut self, first: u64, events: &Events, count: usize, sim: &Sim) {
        let start = events.len() - count;
        self.holdings.follow(sim, events.range(start..));
        for (number, event) in (first..).zip(events.range(start..)) {
            self.note(number, event);
        }
    }

    /// Something happened.
    pub fn note(&mut self, number: u64, event: &Event) {
        self.requests.note(number, event);
        let lost = matches!(event.what, EventKind::Lost { .. });
        match (&event.what, event.place) {
            (EventKind::Deliver { payload, .. } | EventKind::Lost { payload, .. }, Some(lane)) => {
                self.count(event.at, lane, lost, payload);
            }
            (EventKind::Timer(_) | EventKind::Send { .. }, _) => {}
            _ => self.marks.extend(mark(number, event)),
        }
        if self.marks.len() > self.limit {
            self.thin_out();
        }
    }

    fn count(&mut self, at: Time, lane: Place, lost: bool, payload: &Payload) {
        let kind = payload.kind();
        let place = self.place_of(kind);
        let key = (lane, lost, u8::try_from(place).unwrap_or(u8::MAX));
        let period = self.place(at);
        if self.periods.len() <= period {
            self.periods.resize(period + 1, Vec::new());
        }
        add(&mut self.periods[period], Number { key, count: 1 }, &mut self.numbers);
        while self.periods.len() > PERIODS || self.numbers > NUMBERS {
            self.join_periods();
        }
    }

    fn place_of(&mut self, kind: Kind) -> usize {
        // Mostly the very same name: then there is no need to read it.
        let named = |name: &str| std::ptr::eq(name, kind.name) || name == kind.name;
        let same = |known: &Kind| known.tone == kind.tone && named(known.name);
        self.kinds.iter().position(same).unwrap_or_else(|| {
            self.kinds.push(kind);
            self.kinds.len() - 1
        })
    }

    fn place(&self, at: Time) -> usize {
        (at.0 / self.period.0) as usize
    }

    /// Two periods become one.
    fn join_periods(&mut self) {
        self.period = Time(self.period.0 * 2);
        self.numbers = 0;
        let before = std::mem::take(&mut self.periods);
        for pair in before.chunks(2) {
            let mut joined = pair.concat();
            // Both are sorted already.
            joined.sort_by_key(|number| number.key);
            joined.dedup_by(|next, kept| {
                let same = next.key == kept.key;
                if same {
                    kept.count = kept.count.saturating_add(next.count);
                }
                same
            });
            joined.shrink_to_fit();
            self.numbers += joined.len();
            self.periods.push(joined);
        }
    }

    /// Of what a lane became several times in one period, the last is kept.
    fn thin_out(&mut self) {
        let period = self.period.0;
        let sort = |mark: &Mark| match mark.what {
            MarkKind::Status(_) => Some((mark.lane, 0)),
            MarkKind::Isolated(_) => Some((mark.lane, 1)),
            MarkKind::Role(_) => Some((mark.lane, 2)),
            _ => None,
        };
        // From the end, period by period.
        let (mut seen, mut here) = (Vec::new(), u64::MAX);
        self.marks.reverse();
        self.marks.retain(|mark| {
            if mark.at.0 / period != here {
                here = mark.at.0 / period;
                seen.clear();
            }
            let sort = sort(mark);
            let again = sort.is_some() && seen.contains(&sort);
            seen.push(sort);
            !again
        });
        self.marks.reverse();
        self.limit = MARKS.max(2 * self.marks.len());
    }

    /// Forgets the period of this time and all later ones: from when on that is.
    pub fn forget_from(&mut self, at: Time) -> Time {
        let since = Time(at.0 / self.period.0 * self.period.0);
        self.periods.truncate(self.place(since));
        self.numbers = self.periods.iter().map(Vec::len).sum();
        self.marks.retain(|mark| mark.at < since);
        self.requests.forget_from(since);
        since
    }

    /// About how many messages ended between two times, those of these kinds left out.
    pub fn crowd(&self, from: Time, to: Time, without: &[String]) -> u64 {
        let shown = |number: &&Number| {
            let kind = self.kinds[usize::from(number.key.2)];
            !without.iter().any(|name| name == kind.name)
        };
        let mut crowd = 0;
        for (begins, numbers) in self.between(from, to) {
            let count: u64 =
                numbers.iter().filter(shown).map(|number| u64::from(number.count)).sum();
            // Of a period that is only touched, a share.
            let ends = begins + self.period;
            let share = ends.min(to).since(begins.max(from)).0;
            crowd += count * share / self.period.0;
        }
        crowd
    }

    /// What arrived in the periods that lie between two times, in part or whole.
    pub fn tallies(&self, from: Time, to: Time) -> Vec<(Time, Vec<Tally>)> {
        let tally = |number: &Number| {
            let (lane, lost, kind) = number.key;
            Tally { lane, lost, kind: self.kinds[usize::from(kind)], count: number.count }
        };
        self.between(from, to)
            .map(|(begins, numbers)| (begins, numbers.iter().map(tally).collect()))
            .collect()
    }

    /// What is rarer than messages, up to a time.
    pub fn marks(&self, to: Time) -> &[Mark] {
        &self.marks[..self.marks.partition_point(|mark| mark.at <= to)]
    }

    fn between(&self, from: Time, to: Time) -> impl Iterator<Item = (Time, &Vec<Number>)> {
        let first = self.place(from);
        let last = self.place(Time(to.0.saturating_sub(1))).max(first);
        let period = self.period;
        let numbers = self.periods.iter().enumerate().skip(first).take(last - first + 1);
        numbers.map(move |(place, numbers)| (Time(place as u64 * period.0), numbers))
    }
}

/// Adds a number to those of a period.
fn add(numbers: &mut Vec<Number>, number: Number, in_all: &mut usize) {
    match numbers.binary_search_by_key(&number.key, |known| known.key) {
        Ok(place) => numbers[place].count = numbers[place].count.saturating_add(number.count),
        Err(place) => {
            numbers.insert(place, number);
            *in_all += 1;
        }
    }
}

impl Run {
    /// Forgets what the outline has of a future that is no longer true. It forgets whole periods:
    /// what happened in the last of them is simulated again.
    pub(super) fn outline_again(&mut self) {
        let since = self.outline.forget_from(self.here.now());
        let mut outline = std::mem::replace(&mut self.outline, Outline::new());
        outline.holdings.forget_after(&self.here);
        self.walk(since, self.head.1, &mut |number, event| {
            outline.note(number, event);
            true
        });
        self.outline = outline;
    }

    /// About how many messages ended between two times, those of these kinds left out.
    pub fn crowd(&self, from: Time, to: Time, without: &[String]) -> u64 {
        self.outline.crowd(from, to, without)
    }

    /// How long a period of the outline is: it grows with the run.
    pub fn outline_period(&self) -> Time {
        self.outline.period()
    }

    /// What was held alone for a while, or believed to be, at some time between these two, by when that began.
    pub fn holdings(&self, from: Time, to: Time) -> Vec<TenureSpan> {
        self.outline.holdings.between(from, to).cloned().collect()
    }

    /// What was taken and refused between two times by places that are written to under stamps.
    pub fn stamped_writes(&self, from: Time, to: Time) -> Vec<WriteMark> {
        self.outline.holdings.writes(from, to).cloned().collect()
    }

    /// What an observer sees in the panels of this place, and it does not.
    pub(super) fn observe(&self, mut shot: NodeShot) -> NodeShot {
        self.outline.holdings.mark_late(shot.id, &mut shot.panels);
        shot
    }

    /// … of all places.
    pub(super) fn observed(&self, mut snapshot: Snapshot) -> Snapshot {
        snapshot.nodes = snapshot.nodes.into_iter().map(|shot| self.observe(shot)).collect();
        snapshot
    }

    /// What is rarer than messages, as far as the run is known.
    pub fn marks(&self) -> &[Mark] {
        self.outline.marks(self.head.1)
    }

    /// What happened between two times in outline: nothing is simulated again for it.
    pub fn outline(&self, from: Time, to: Time) -> Outlined {
        let mut lanes = self.checkpoints[0].lanes();
        let mut marks = Vec::new();
        for mark in self.outline.marks(to) {
            match (mark.at < from, lanes.iter_mut().find(|lane| Some(lane.at) == mark.lane)) {
                (true, Some(lane)) => *lane = lane.after(mark),
                (true, None) => {}
                (false, _) => marks.push(mark.clone()),
            }
        }
        Outlined {
            rare: Stretch { from, to, lanes, marks, truncated: false },
            periods: self.outline.tallies(from, to),
        }
    }

    /// The number of the first event that is not before this time; one more than there are, if all
    /// are.
    pub fn first_since(&self, time: Time) -> u64 {
        let kept = &self.kept;
        let within = kept.since < time && kept.events.back().is_some_and(|last| last.at >= time);
        if within {
            return kept.first + kept.events.partition_point(|event| event.at < time) as u64;
        }
        let mut first = self.head.0 + 1;
        self.walk(time, Time::LIMIT, &mut |number, _| {
            first = number;
            false
        });
        first
    }

    /// The events of these numbers in words, as far as there are any.
    pub fn told_between(&self, first: u64, last: u64) -> Vec<Told> {
        let (first, last) = (first.max(1), last.min(self.head.0));
        let mut told = Vec::new();
        if last < first {
            return told;
        }
        if self.kept.get(first).is_some() && self.kept.get(last).is_some() {
            told.extend(
                (first..=last).filter_map(|number| Some(tell(number, self.kept.get(number)?))),
            );
            return told;
        }
        let near = self.checkpoint(|sim| sim.events() < first).clone();
        self.replay(near, &mut |number, event| {
            if number >= first {
                told.push(tell(number, event));
            }
            number < last
        });
        told
    }
}
