//! The slow judge: tries all orders, by the very definitions.

use super::*;
use crate::check::recording::{OPEN, Recorded};

/// An operation as its definition has it.
struct Done {
    process: u32,
    key: u32,
    reads: Option<Text>,
    writes: Option<Text>,
    called: u64,
    due: u64,
    answered: bool,
}

fn done(recording: &Recording<machine::Access>) -> Vec<Done> {
    recording.operations.iter().map(of).collect()
}

fn of(recorded: &Recorded<machine::Access>) -> Done {
    let operation: Operation = recorded.words.parse().expect("as a script has it");
    let answered = recorded.interval.due < OPEN;
    let answer = recorded.answer.clone();
    let (reads, writes) = match operation {
        Operation::Get { .. } => (answer, None),
        Operation::Put { value, .. } => (None, Some(value)),
        Operation::Delete { .. } => (None, Some(NO_VALUE.into())),
        Operation::Cas { expected, new, .. } => match answer.as_deref() {
            None | Some(DONE) => (Some(expected), Some(new)),
            Some(told) => {
                let found = told.strip_prefix("no: ").expect("what it found");
                // It cannot have found what it expected.
                let found = if *found == *expected { "impossible" } else { found };
                (Some(found.into()), None)
            }
        },
    };
    let (called, due) = (recorded.interval.called, recorded.interval.due);
    Done {
        process: recorded.interval.process,
        key: recorded.key,
        reads,
        writes,
        called,
        due,
        answered,
    }
}

/// An order of these operations is looked for.
struct Orders<'a> {
    all: &'a [Done],
    /// Those that have to stand in it, and those that may.
    must: u32,
    may: u32,
    before: Vec<u32>,
    /// Whose reads have to be explained; `None` is everybody's.
    whose: Option<u32>,
}

impl Orders<'_> {
    fn exist(&self) -> bool {
        self.from(0, &mut BTreeMap::new())
    }

    fn from(&self, taken: u32, values: &mut BTreeMap<u32, Text>) -> bool {
        if self.must & !taken == 0 {
            return true;
        }
        (0..self.all.len()).any(|place| {
            let bit = 1 << place;
            let in_order = (self.must | self.may) & bit != 0 && taken & bit == 0;
            if !in_order || self.before[place] & self.must & !taken != 0 {
                return false;
            }
            let done = &self.all[place];
            let value = values.get(&done.key).cloned();
            let reads =
                done.reads.as_ref().filter(|_| self.whose.is_none_or(|it| it == done.process));
            if reads.is_some_and(|told| **told != *value.as_deref().unwrap_or(NO_VALUE)) {
                return false;
            }
            if let Some(new) = &done.writes {
                values.insert(done.key, new.clone());
            }
            let found = self.from(taken | bit, values);
            match value {
                Some(value) => values.insert(done.key, value),
                None => values.remove(&done.key),
            };
            found
        })
    }
}

/// All pairs of which the first comes before the second.
fn pairs(all: &[Done], comes_before: impl Fn(usize, usize) -> bool) -> Vec<u32> {
    let place = 0..all.len();
    place
        .clone()
        .map(|then| {
            let first = place.clone().filter(|first| *first != then && comes_before(*first, then));
            first.fold(0, |set, first| set | 1 << first)
        })
        .collect()
}

/// Whether there is one order of all, or not; `None` where the model is not judged.
pub fn judge(recording: &Recording<machine::Access>, model: Model) -> Option<bool> {
    let all = done(recording);
    let set = |which: &dyn Fn(&Done) -> bool| {
        (0..all.len()).filter(|place| which(&all[*place])).fold(0, |set, place| set | 1u32 << place)
    };
    let in_session = |first: usize, then: usize| {
        all[first].process == all[then].process && all[first].called < all[then].called
    };
    let before = match model {
        Model::Linearizable => pairs(&all, |first, then| all[first].due < all[then].called),
        Model::Sequential => pairs(&all, in_session),
        _ => return of_clients(&all, model),
    };
    let (must, may) =
        (set(&|done| done.answered), set(&|done| !done.answered && done.writes.is_some()));
    // What an order need not have comes before nothing: it is the last of its process.
    Some(Orders { all: &all, must, may, before, whose: None }.exist())
}

/// The write that each read saw, if each was told a value that was written once.
fn sources(all: &[Done]) -> Option<Result<Vec<Option<usize>>, ()>> {
    let mut sources = Vec::new();
    let mut ambiguous = false;
    for (place, done) in all.iter().enumerate() {
        let Some(told) = done.reads.as_ref().filter(|_| shows(all, place)) else {
            sources.push(None);
            continue;
        };
        let wrote = |other: &usize| {
            *other != place
                && all[*other].key == done.key
                && all[*other].writes.as_ref() == Some(told)
        };
        let wrote: Vec<usize> = (0..all.len()).filter(wrote).collect();
        let at_first = usize::from(**told == *NO_VALUE);
        match wrote.len() + at_first {
            0 => return Some(Err(())),
            1 => sources.push(wrote.first().copied()),
            _ => ambiguous = true,
        }
    }
    if ambiguous { None } else { Some(Ok(sources)) }
}

/// Whether it has an answer, or somebody who shows was told what it wrote.
fn shows(all: &[Done], place: usize) -> bool {
    all[place].answered
        || all.iter().enumerate().any(|(other, done)| {
            let saw = done.reads.is_some()
                && done.reads == all[place].writes
                && done.key == all[place].key;
            other != place && saw && (done.answered || other > place && shows(all, other))
        })
}

/// Whether there is an order for each client.
fn of_clients(all: &[Done], model: Model) -> Option<bool> {
    let sources = match sources(all) {
        None => return None,
        Some(Err(())) => return Some(false),
        Some(Ok(sources)) => sources,
    };
    let processes: BTreeSet<u32> = all.iter().map(|done| done.process).collect();
    let mut verdict = Some(true);
    for process in processes {
        if is_explained(all, &sources, model, process) {
            continue;
        }
        let needs_more = matches!(model, Model::MonotonicWrites | Model::WritesFollowReads);
        if !needs_more || is_explained(all, &sources, Model::MonotonicReads, process) {
            return Some(false);
        }
        verdict = None;
    }
    verdict
}

fn is_explained(all: &[Done], sources: &[Option<usize>], model: Model, process: u32) -> bool {
    let in_session = |first: usize, then: usize| {
        all[first].process == all[then].process && all[first].called < all[then].called
    };
    let own = |place: usize| all[place].process == process;
    let (reads, writes) =
        (|at: usize| all[at].reads.is_some(), |at: usize| all[at].writes.is_some());
    let own_reads = |first: usize, then: usize| {
        own(first) && reads(first) && reads(then) && in_session(first, then)
    };
    let before = match model {
        Model::Causal => {
            let mut before =
                pairs(all, |first, then| in_session(first, then) || sources[then] == Some(first));
            for _ in all {
                for then in 0..all.len() {
                    let firsts = (0..all.len()).filter(|first| before[then] & 1 << first != 0);
                    before[then] = firsts.fold(before[then], |set, first| set | before[first]);
                }
            }
            before
        }
        Model::Pram => pairs(all, in_session),
        Model::ReadYourWrites => {
            pairs(all, |first, then| own(first) && writes(first) && in_session(first, then))
        }
        Model::MonotonicReads => pairs(all, own_reads),
        Model::MonotonicWrites => pairs(all, |first, then| {
            own_reads(first, then) || writes(first) && writes(then) && in_session(first, then)
        }),
        Model::WritesFollowReads => pairs(all, |first, then| {
            let had_read = |read: usize| {
                sources[read] == Some(first) && (read == then || in_session(read, then))
            };
            own_reads(first, then) || writes(then) && (0..all.len()).any(had_read)
        }),
        Model::Linearizable | Model::Sequential => unreachable!("they are about one order of all"),
    };
    let place = 0..all.len();
    let must = place.filter(|place| {
        let is_own_read = own(*place) && reads(*place) && all[*place].answered;
        shows(all, *place) && (is_own_read || writes(*place))
    });
    let must = must.fold(0, |set, place| set | 1 << place);
    Orders { all, must, may: 0, before, whose: Some(process) }.exist()
}
