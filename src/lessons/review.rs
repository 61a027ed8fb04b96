//! Going through a text as a reader would, so that none is broken: every scene, instant, question, task and
//! link of it is tried.

use super::glossary;
use super::judge::{CheckState, Marking};
use super::lesson::{self, Exercise, Lesson};
use super::prose::{Block, links};
use crate::base::Place;
use crate::command::Script;
use crate::scenario::Mistake;
use crate::sentence;

/// A way to see whether a link of a text leads somewhere.
pub type Leads<'a> = &'a dyn Fn(&str) -> bool;

/// Goes through a lesson.
pub fn lesson(text: &str, leads: Leads) -> Result<Lesson, Mistake> {
    let lesson = Lesson::read(text)?;
    check_links(&lesson.about, 1, leads)?;
    for (place, step) in lesson.steps.iter().enumerate() {
        let (scenario, cursor) = lesson.place(place)?;
        let mut run = lesson::start(&scenario.script, step.line)?;
        if let Some((_, event)) = cursor {
            run.seek_event(event, u32::MAX);
        }
        if let Some((line, selected)) = &step.shows.select {
            selects(&scenario.script, selected, *line)?;
        }
        if let Some(question) = &step.question {
            let truth = question.truth(&run)?;
            if !question.choices(&run).contains(&truth.choice) {
                return Err(Mistake::of_line(
                    question.line,
                    sentence!("the answer is none of the choices"),
                ));
            }
        }
        Marking::new(&step.tasks, &run)?;
        check_links(&step.prose, step.line, leads)?;
        check_links(&step.after, step.line, leads)?;
    }
    Ok(lesson)
}

/// Goes through an exercise: what is given does not meet all checks, and the solution does.
pub fn exercise(text: &str, leads: Leads) -> Result<Exercise, Mistake> {
    let exercise = Exercise::read(text)?;
    check_links(&exercise.task, 1, leads)?;
    let given = exercise.runs.scenario()?.script;
    if let Some((line, selected)) = &exercise.shows.select {
        selects(&given, selected, *line)?;
    }
    let unmet = |script: &Script| -> Result<Option<usize>, Mistake> {
        let mut run = lesson::start(script, 1)?;
        let until = run.end().unwrap_or_default().max(exercise.until);
        run.seek(until, u32::MAX);
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
    for (place, term) in terms.iter().enumerate() {
        let twice = terms[..place].iter().any(|before| before.name == term.name);
        if twice {
            return Err(Mistake::of_line(
                term.line,
                sentence!("“{0}” is there twice", term.name.clone()),
            ));
        }
        check_links(&term.text, term.line, leads)?;
        if let Some(run) = &term.run {
            check_link(run, term.line, leads)?;
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

fn check_links(blocks: &[Block], line: u32, leads: Leads) -> Result<(), Mistake> {
    links(blocks).into_iter().try_for_each(|link| check_link(link, line, leads))
}

fn check_link(link: &str, line: u32, leads: Leads) -> Result<(), Mistake> {
    match link.starts_with("https://") || leads(link) {
        true => Ok(()),
        false => {
            Err(Mistake::of_line(line, sentence!("the link {0} leads nowhere", link.to_owned())))
        }
    }
}
