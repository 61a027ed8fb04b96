//! A history as judges and pictures read it: its operations, each from its call to its answer, whether the
//! simulator recorded it ([`Recording::of`]) or it was read from a file.

use std::collections::BTreeMap;

use super::history::{Happening, History, Phase};
use super::machine::{Access, CasAnswer, Datum, Of};
use super::{DONE, NO_VALUE, Operation};
use crate::base::{Place, Text, Time};

/// When an operation is answered that still may be.
pub const OPEN: u64 = u64::MAX - 1;

/// … and that never will.
pub const NEVER: u64 = u64::MAX;

/// An operation from its call to its answer. Instants are numbers of events, all different.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval<A> {
    pub number: u64,
    /// Who asks, one thing after the other.
    pub process: u32,
    pub asked: A,
    pub called: u64,
    /// When it is answered, or [`OPEN`], or [`NEVER`].
    pub due: u64,
}

impl<A: Clone> Interval<A> {
    /// The same, at the end of a history: what is not answered by then never will be.
    pub fn closed(&self) -> Interval<A> {
        let due = if self.due < OPEN { self.due } else { NEVER };
        Interval { due, ..self.clone() }
    }
}

/// An operation as it was recorded.
#[derive(Clone, Debug)]
pub struct Recorded<A> {
    /// Its number, its process, and its instants: all happenings are numbered, and no two are at once.
    pub interval: Interval<A>,
    /// Of which object it is asked: see [`Recording::keys`].
    pub key: u32,
    /// What is asked, and what was answered, as people write it.
    pub words: Text,
    pub answer: Option<Text>,
    /// The value that a write writes, as it is read.
    pub wrote: Option<Text>,
    /// The events of its call and its answer, or the lines of the file.
    pub call_event: u64,
    pub answer_event: Option<u64>,
    /// The instant from which nobody waits for it any longer, answered or not.
    pub over: Option<u64>,
}

/// All operations of a history, by their calls.
#[derive(Clone, Debug)]
pub struct Recording<A> {
    pub operations: Vec<Recorded<A>>,
    /// By process, who it is: whoever gives something up goes on as another process of the same name.
    pub names: Vec<Text>,
    pub keys: Vec<Text>,
    /// By instant, from the first: when it was, where a file says so.
    pub times: Vec<Time>,
    /// What was broken meanwhile, as far as a file says so.
    pub bands: Vec<Band>,
}

/// Something that was broken, from one instant to another if it was mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    pub from: u64,
    pub to: Option<u64>,
    pub what: Text,
}

impl Recorded<Access> {
    /// Whether it is a compare-and-set that found another value.
    pub fn is_failed(&self) -> bool {
        use CasAnswer::{Differs, Found};
        matches!(self.interval.asked, Access::Cas { told: Some(Found(_) | Differs), .. })
    }
}

impl<A: Clone> Recorded<A> {
    /// The same as one of several objects is asked.
    pub fn of_many(&self) -> Recorded<Of<A>> {
        let key = Datum::of_number(self.key);
        self.asking(Of { key, asked: self.interval.asked.clone() })
    }
}

impl<A> Recorded<A> {
    /// The same, asking for something else.
    fn asking<B>(&self, asked: B) -> Recorded<B> {
        let Interval { number, process, called, due, .. } = self.interval;
        Recorded {
            interval: Interval { number, process, asked, called, due },
            key: self.key,
            words: self.words.clone(),
            answer: self.answer.clone(),
            wrote: self.wrote.clone(),
            call_event: self.call_event,
            answer_event: self.answer_event,
            over: self.over,
        }
    }

    /// `put x=1`, `get x → 1`: that something is done need not be said.
    pub fn told(&self) -> String {
        match &self.answer {
            Some(answer) if **answer != *DONE => format!("{} → {answer}", self.words),
            _ => self.words.to_string(),
        }
    }
}

impl<A> Recording<A> {
    /// Who asked for it.
    pub fn name(&self, recorded: &Recorded<A>) -> &Text {
        &self.names[recorded.interval.process as usize]
    }

    /// `C1 put x=1`.
    pub fn told(&self, recorded: &Recorded<A>) -> String {
        format!("{} {}", self.name(recorded), recorded.told())
    }

    /// When an instant was: where that is not known, a second is from each to the next.
    pub fn at(&self, instant: u64) -> Time {
        let known = instant.checked_sub(1).and_then(|place| self.times.get(place as usize));
        known.copied().unwrap_or(Time::seconds(instant))
    }

    /// The same without what was asked, as a picture needs it.
    pub fn pictured(&self) -> Recording<()> {
        Recording {
            operations: self.operations.iter().map(|recorded| recorded.asking(())).collect(),
            names: self.names.clone(),
            keys: self.keys.clone(),
            times: self.times.clone(),
            bands: self.bands.clone(),
        }
    }

    pub fn all(&self) -> Vec<&Recorded<A>> {
        self.operations.iter().collect()
    }

    /// The operations on each key.
    pub fn by_key(&self) -> Vec<Vec<&Recorded<A>>> {
        let mut by_key = vec![Vec::new(); self.keys.len()];
        self.operations.iter().for_each(|recorded| by_key[recorded.key as usize].push(recorded));
        by_key
    }
}

/// Who asks: the processes of the places. A process asks one thing after the other; who asks several at a
/// time, gives something up, or has lost its memory is another one from then on.
#[derive(Clone, Debug, Default)]
pub struct Processes {
    names: Vec<Text>,
    /// By place: its process and session, and the operation that it waits for.
    current: BTreeMap<Place, (u32, u64, Option<u64>)>,
}

impl Processes {
    /// The process that asks for the operation of this number.
    pub fn asking(&mut self, place: Place, session: u64, number: u64) -> u32 {
        let busy = match self.current.get_mut(&place) {
            Some((process, same, waits @ None)) if *same == session => {
                *waits = Some(number);
                return *process;
            }
            Some((_, same, _)) => *same == session,
            None => false,
        };
        let new = self.names.len() as u32;
        self.names.push(place.to_string().into());
        if !busy {
            self.current.insert(place, (new, session, Some(number)));
        }
        new
    }

    /// It waits no longer.
    pub fn told(&mut self, place: Place, number: u64) {
        if let Some((.., waits)) = self.current.get_mut(&place)
            && *waits == Some(number)
        {
            *waits = None;
        }
    }

    /// It goes on as another one.
    pub fn gave_up(&mut self, place: Place, number: u64) {
        if self.current.get(&place).is_some_and(|(.., waits)| *waits == Some(number)) {
            self.current.remove(&place);
        }
    }
}

impl Recording<Access> {
    /// All that has happened.
    pub fn of(history: &History) -> Recording<Access> {
        Recording::of_some(history, history.len(), |_| true)
    }

    /// The first so many happenings.
    pub fn first_of(history: &History, length: u64) -> Recording<Access> {
        Recording::of_some(history, length, |_| true)
    }

    /// What has happened to this key among so many happenings.
    pub fn of_key(history: &History, length: u64, key: &str) -> Recording<Access> {
        Recording::of_some(history, length, |happening| &**happening.operation.key() == key)
    }

    fn of_some(
        history: &History,
        length: u64,
        which: impl Fn(&Happening) -> bool,
    ) -> Recording<Access> {
        let (mut operations, mut keys) = (Vec::<Recorded<Access>>::new(), BTreeMap::new());
        let mut processes = Processes::default();
        let past = (1..=length).zip(history.since(0));
        for (now, happening) in past.filter(|(_, happening)| which(happening)) {
            let Happening { number, client, operation, what } = happening;
            let place = operations.binary_search_by_key(number, |it| it.interval.number);
            match (what, place) {
                (Phase::Called { event, session }, _) => {
                    let next = keys.len() as u32;
                    operations.push(Recorded {
                        key: *keys.entry(operation.key().clone()).or_insert(next),
                        words: operation.to_string().into(),
                        answer: None,
                        wrote: wrote(operation),
                        call_event: *event,
                        answer_event: None,
                        over: None,
                        interval: Interval {
                            number: *number,
                            process: processes.asking(*client, *session, *number),
                            asked: access(operation, None),
                            called: now,
                            due: OPEN,
                        },
                    });
                }
                (Phase::Answered { answer, event }, Ok(place)) => {
                    let recorded = &mut operations[place];
                    recorded.interval.asked = access(operation, Some(answer));
                    recorded.interval.due = now;
                    recorded.answer = Some(answer.clone());
                    recorded.answer_event = Some(*event);
                    recorded.over = Some(now);
                    processes.told(*client, *number);
                }
                (Phase::GivenUp, Ok(place)) => {
                    operations[place].interval.due = NEVER;
                    operations[place].over = Some(now);
                    processes.gave_up(*client, *number);
                }
                (_, Err(_)) => {}
            }
        }
        let mut named = vec![Text::from(""); keys.len()];
        keys.into_iter().for_each(|(key, place)| named[place as usize] = key);
        let names = processes.names;
        Recording { operations, names, keys: named, times: Vec::new(), bands: Vec::new() }
    }
}

/// What a register is asked, and told. Whatever the answer to a put or a delete, it is done.
pub fn access(operation: &Operation, answer: Option<&Text>) -> Access {
    match operation {
        Operation::Get { .. } => Access::Read(answer.map(|answer| Datum::of(answer))),
        Operation::Put { value, .. } => Access::Write(Datum::of(value)),
        Operation::Delete { .. } => Access::Write(Datum::of(NO_VALUE)),
        Operation::Cas { expected, new, .. } => {
            let told = answer.map(|answer| match answer.strip_prefix("no: ") {
                _ if &**answer == DONE => CasAnswer::Set,
                Some(found) => CasAnswer::Found(Datum::of(found)),
                None => CasAnswer::Differs,
            });
            Access::Cas { expected: Datum::of(expected), new: Datum::of(new), told }
        }
    }
}

/// What a reader of it would be told.
fn wrote(operation: &Operation) -> Option<Text> {
    match operation {
        Operation::Get { .. } => None,
        Operation::Put { value, .. } | Operation::Cas { new: value, .. } => Some(value.clone()),
        Operation::Delete { .. } => Some(NO_VALUE.into()),
    }
}
