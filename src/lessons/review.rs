//! Going through a text as a reader would, so that none is broken: every scene, instant, question, task and
//! link of it is tried. `lab check-lessons` does so, and the page's editor before it shows a text.

use super::directive::{Check, Demand, Matter, Prediction};
use super::glossary;
use super::judge::{CheckState, Marking};
use super::lesson::{self, Course, Exercise, Lesson};
use super::prose::{Block, links};
use super::question::{Choice, too_far, unreadable};
use crate::base::Place;
use crate::catalog::Run;
use crate::command::Script;
use crate::explore::condition;
use crate::explore::search::SEARCHED;
use crate::scenario::Mistake;
use crate::sentence;
use crate::sim::fact::Fact;

/// A way to see whether a link of a text leads somewhere.
pub type Leads<'a> = &'a dyn Fn(&str) -> bool;

/// Goes through a text, whatever it is.
pub fn course(text: &str, leads: Leads) -> Result<(), Mistake> {
    match Course::read(text)? {
        Course::Lesson(_) => lesson(text, leads).map(drop),
        Course::Exercise(_) => exercise(text, leads).map(drop),
    }
}

/// Goes through a lesson.
pub fn lesson(text: &str, leads: Leads) -> Result<Lesson, Mistake> {
    let lesson = Lesson::read(text)?;
    let source = Source { text, leads };
    source.links(&lesson.about, 1)?;
    for (place, step) in lesson.steps.iter().enumerate() {
        let (scenario, cursor) = lesson.place(place)?;
        let mut run = lesson::start(&scenario.script, step.line)?;
        if let Some((_, event)) = cursor {
            run.seek_event(event, u32::MAX);
        }
        if let Some((line, selected)) = &step.shows.select {
            selects(&scenario.script, selected, *line)?;
        }
        if let Some(asked) = &step.shows.why {
            asks_why(asked, &run)?;
        }
        if let Some(question) = &step.question {
            answers(question, &run)?;
        }
        Marking::from(cursor, &step.tasks, &run)?;
        step.tasks.iter().try_for_each(|task| untrue(task, &run))?;
        source.links(&step.prose, step.line)?;
        source.links(&step.after, step.line)?;
    }
    Ok(lesson)
}

/// The run answers with one of the choices, and with the one that is expected.
fn answers(question: &Prediction, run: &Run) -> Result<(), Mistake> {
    let wrong = |sentence| Err(Mistake::of_line(question.line, sentence));
    let choice = question.truth(run)?.choice;
    match (&choice, &question.asks) {
        (Choice::Nothing(_), Matter::Who(condition)) => wrong(sentence!(
            "“{0}” does not come true by {1}: this question has no answer",
            condition.clone(),
            question.by
        )),
        (Choice::Nothing(why), _) => wrong(why.clone()),
        _ if !question.choices(run).contains(&choice) => {
            wrong(sentence!("the answer is none of the choices"))
        }
        _ => match &question.answer {
            Some((line, expected)) if *expected != choice.code() => Err(Mistake::of_line(
                *line,
                sentence!(
                    "the run answers {0}, where {1} is expected",
                    choice.code(),
                    expected.clone()
                ),
            )),
            _ => Ok(()),
        },
    }
}

/// What the reader is to bring about is not so already.
fn untrue(task: &Demand, run: &Run) -> Result<(), Mistake> {
    let Check::Becomes { condition, during: None } = &task.check else { return Ok(()) };
    let within = |mistake: Mistake| mistake.within(task.line, task.column);
    let read = condition::parse(condition, run).map_err(within)?;
    match read.is_so_now(run.sim()) {
        true => Err(Mistake::of_line(
            task.line,
            sentence!("“{0}” is true already when this step begins", condition.clone()),
        )),
        false => Ok(()),
    }
}

/// Goes through an exercise: what is given does not meet all checks, and the solution does.
pub fn exercise(text: &str, leads: Leads) -> Result<Exercise, Mistake> {
    let exercise = Exercise::read(text)?;
    Source { text, leads }.links(&exercise.task, 1)?;
    let given = exercise.runs.scenario()?.script;
    if let Some((line, selected)) = &exercise.shows.select {
        selects(&given, selected, *line)?;
    }
    if let Some(asked) = &exercise.shows.why {
        asks_why(asked, &lesson::start(&given, asked.0)?)?;
    }
    let unmet = |script: &Script| -> Result<Option<usize>, Mistake> {
        let mut run = lesson::start(script, 1)?;
        let until = run.end().unwrap_or_default().max(exercise.until);
        if !run.seek(until, SEARCHED as u32) {
            return Err(Mistake::of_line(exercise.solution.0, too_far()));
        }
        let states = Marking::new(&exercise.checks, &run)?.states(&run, &given);
        Ok(states.iter().position(|state| !matches!(state, CheckState::Met(_))))
    };
    let solved = exercise.solved(&given)?;
    if let Some(place) = unmet(&solved)? {
        let task = &exercise.checks[place];
        let open = sentence!("the solution does not meet “{0}”", task.text.clone());
        return Err(Mistake::of_line(task.line, open));
    }
    match unmet(&given)? {
        Some(_) => Ok(exercise),
        None => Err(Mistake::of_line(1, sentence!("every check is met before anything is done"))),
    }
}

/// Goes through the glossary.
pub fn terms(text: &str, leads: Leads) -> Result<Vec<glossary::Term>, Mistake> {
    let terms = glossary::read(text)?;
    let source = Source { text, leads };
    for (place, term) in terms.iter().enumerate() {
        let twice = terms[..place].iter().any(|before| before.name == term.name);
        if twice {
            return Err(Mistake::of_line(
                term.line,
                sentence!("“{0}” is there twice", term.name.clone()),
            ));
        }
        source.links(&term.text, term.line)?;
        if let Some(run) = &term.run {
            source.link(run, term.line)?;
        }
    }
    Ok(terms)
}

fn selects(script: &Script, place: &str, line: u32) -> Result<(), Mistake> {
    let found: Option<Place> = place.parse().ok();
    match found.is_some_and(|place| script.setup.places.has(place)) {
        true => Ok(()),
        false => {
            Err(Mistake::of_line(line, sentence!("there is no place “{0}”", place.to_owned())))
        }
    }
}

/// What is asked why can be read off the place then.
fn asks_why((line, place, name): &(u32, String, String), run: &Run) -> Result<(), Mistake> {
    selects(run.script(), place, *line)?;
    let fact = place.parse().ok().map(|place| Fact::named(place, name));
    match fact.and_then(|fact| run.sim().read(&fact)) {
        Some(_) => Ok(()),
        None => Err(Mistake::of_line(*line, unreadable(name, place))),
    }
}

/// A text, and a way to see whether a link of it leads somewhere.
struct Source<'a> {
    text: &'a str,
    leads: Leads<'a>,
}

impl Source<'_> {
    /// The links of blocks that stand behind this line.
    fn links(&self, blocks: &[Block], line: u32) -> Result<(), Mistake> {
        links(blocks).into_iter().try_for_each(|link| self.link(link, line))
    }

    fn link(&self, link: &str, line: u32) -> Result<(), Mistake> {
        if link.starts_with("https://") || (self.leads)(link) {
            return Ok(());
        }
        let mut lines = (1..).zip(self.text.lines()).skip(line as usize - 1);
        let stands = lines.find(|(_, text)| text.contains(link)).map_or(line, |(line, _)| line);
        Err(Mistake::of_line(
            stands,
            sentence!(
                "the link {0} leads nowhere: expected a scene, a lesson, an exercise or a term that is there",
                link.to_owned()
            ),
        ))
    }
}
