//! Whether what the reader was to bring about has come about: each check of an exercise, or of a task
//! in a lesson, judged over the run from its beginning to the cursor; a task from where its step begins.

use super::directive::{Check, Demand};
use crate::base::{Place, Sentence, Time};
use crate::catalog::Run;
use crate::check::{Model, NO_VALUE, Recording, Verdict, judge_among};
use crate::command::{Script, ScriptLine};
use crate::explore::condition::{self, Condition};
use crate::explore::search::{Found, Search};
use crate::scenario::Mistake;
use crate::sentence;

/// How a check stands at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// It is met, since this instant if it is of one.
    Met(Option<Occasion>),
    Open,
    /// It was to be kept, and is not.
    Broken(Option<Occasion>),
}

/// An instant of the run, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    pub at: Time,
    pub event: u64,
    pub told: Sentence,
    pub place: Option<Place>,
}

/// Checks that are being judged over one script.
#[derive(Clone)]
pub struct Marking {
    script: Script,
    checks: Vec<Judged>,
}

#[derive(Clone)]
struct Judged {
    check: Check,
    /// For a condition: how far it was looked for, and where it was found.
    search: Option<Box<Search>>,
    found: Option<Found>,
}

/// More than so many operations are not judged.
const OPERATIONS: usize = 1_500;

impl From<Found> for Occasion {
    fn from(found: Found) -> Occasion {
        let told = match found.broken {
            Some((property, why)) => sentence!("{0}: {1}", property, why),
            None => found.told,
        };
        Occasion { at: found.at, event: found.event, told, place: found.place }
    }
}

impl Marking {
    /// Of the script that runs. What a condition names must exist in it.
    pub fn new(tasks: &[Demand], run: &Run) -> Result<Marking, Mistake> {
        Marking::from(None, tasks, run)
    }

    /// The same; what is to come about comes about after this instant.
    pub fn from(
        since: Option<(Time, u64)>,
        tasks: &[Demand],
        run: &Run,
    ) -> Result<Marking, Mistake> {
        let checks = tasks.iter().map(|task| Judged::new(since, task, run));
        Ok(Marking { script: run.script().clone(), checks: checks.collect::<Result<_, _>>()? })
    }

    /// Whether these are the checks of what runs now.
    pub fn is_of(&self, run: &Run) -> bool {
        self.script == *run.script()
    }

    /// How each stands at the run's cursor, if this script was given.
    pub fn states(&mut self, run: &Run, given: &Script) -> Vec<CheckState> {
        let mut states = Vec::new();
        self.judge(run, given, false, &mut states);
        states
    }

    /// The same anew; what models say stays as long as the run moves, for they take long.
    pub fn judge(&mut self, run: &Run, given: &Script, moving: bool, states: &mut Vec<CheckState>) {
        states.resize(self.checks.len(), CheckState::Open);
        for (judged, state) in self.checks.iter_mut().zip(states) {
            if !(moving && matches!(judged.check, Check::Model { .. })) {
                *state = judged.state(run, given);
            }
        }
    }
}

impl Judged {
    fn new(since: Option<(Time, u64)>, task: &Demand, run: &Run) -> Result<Judged, Mistake> {
        let read = |text: &str, after: usize| {
            let column = task.column + after as u32;
            condition::parse(text, run).map_err(|mistake| mistake.within(task.line, column))
        };
        let search = match &task.check {
            Check::Becomes { condition, during } => {
                let behind = condition.chars().count() + " while ".len();
                let during = during.as_deref().map(|during| read(during, behind)).transpose()?;
                if let Some(during) = during.as_ref().filter(|during| !during.lasts()) {
                    return Err(unlasting(during, task.line));
                }
                let condition = read(condition, 0)?;
                Some(match since {
                    Some(since) => Search::from(since, condition, during, run),
                    None => Search::from_start(condition, during, run),
                })
            }
            Check::Never(condition) => {
                Some(Search::from_start(read(condition, "no ".len())?, None, run))
            }
            _ => None,
        };
        Ok(Judged { check: task.check.clone(), search: search.map(Box::new), found: None })
    }

    /// What a condition found by the cursor.
    fn found(&mut self, event: u64) -> Option<Occasion> {
        if self.found.is_none() {
            self.found = self.search.as_mut().and_then(|search| search.up_to(event));
        }
        let found = self.found.as_ref().filter(|found| found.event <= event)?;
        Some(found.clone().into())
    }

    fn state(&mut self, run: &Run, given: &Script) -> CheckState {
        let script = run.script();
        let kept = |kept: bool| if kept { CheckState::Met(None) } else { CheckState::Broken(None) };
        match &self.check {
            Check::Becomes { .. } => match self.found(run.event()) {
                Some(instant) => CheckState::Met(Some(instant)),
                None => CheckState::Open,
            },
            Check::Never(_) => match self.found(run.event()) {
                Some(instant) => CheckState::Broken(Some(instant)),
                None => CheckState::Met(None),
            },
            Check::NoFlaw => kept(script.setup.flaws.is_empty()),
            Check::SameSetup => kept(script.setup == given.setup),
            Check::SameLines => kept(missing(script, given) == 0),
            Check::AtMost(most) => kept(own(script, given).count() <= *most),
            Check::Only(verbs) => kept(
                own(script, given).all(|line| verbs.iter().any(|verb| verb == line.command.verb())),
            ),
            Check::Model { model, kept } => by_model(run, *model, *kept),
        }
    }
}

fn unlasting(during: &Condition, line: u32) -> Mistake {
    let sentence = sentence!(
        "“{0}” lasts for no time: behind “while” stands a state such as S1 role=leader",
        during.to_string()
    );
    Mistake::of_line(line, sentence)
}

/// The lines that the reader has added, or changed.
pub fn own<'a>(script: &'a Script, given: &'a Script) -> impl Iterator<Item = &'a ScriptLine> {
    let mut left: Vec<&ScriptLine> = given.lines.iter().collect();
    script.lines.iter().filter(move |line| match left.iter().position(|known| known == line) {
        Some(place) => {
            left.remove(place);
            false
        }
        None => true,
    })
}

/// How many of the lines given are no longer there.
fn missing(script: &Script, given: &Script) -> usize {
    own(given, script).count()
}

/// A model that is to be broken is open until it is; one that is to be kept is met until it is broken.
fn by_model(run: &Run, model: Model, kept: bool) -> CheckState {
    let recording = Recording::of(run.sim().history());
    if recording.operations.is_empty() || recording.operations.len() > OPERATIONS {
        return CheckState::Open;
    }
    match (judge_among(&recording, &NO_VALUE.into(), model), kept) {
        (Verdict::Holds(_), true) => CheckState::Met(None),
        (Verdict::Broken(evidence), kept) => {
            let shown = |number: u64| evidence.operations.binary_search(&number).is_ok();
            let last = recording.operations.iter().filter(|it| shown(it.interval.number));
            let event = last.filter_map(|it| it.answer_event.or(Some(it.call_event))).max();
            let event = event.unwrap_or(run.event());
            let at = run.requests().iter().rev().find_map(|request| request.when(event));
            let instant = Occasion {
                at: at.unwrap_or(run.now()),
                event,
                told: evidence.why.clone(),
                place: None,
            };
            match kept {
                true => CheckState::Broken(Some(instant)),
                false => CheckState::Met(Some(instant)),
            }
        }
        _ => CheckState::Open,
    }
}
