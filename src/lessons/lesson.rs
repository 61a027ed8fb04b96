//! What a file means: a lesson, step by step, or an exercise with its checks.

use super::directive::{Demand, Directive, OF_EXERCISES, OF_LESSONS, Prediction, Says, When};
use super::prose::{Block, words};
use super::question::too_far;
use super::reader::{self, Piece, SIZE, Section};
use crate::base::Time;
use crate::catalog::{self, Run};
use crate::command::Script;
use crate::explore::condition;
use crate::explore::search::{SEARCHED, Search, SearchEnd};
use crate::scenario::{self, Mistake, Scenario};
use crate::sentence;

/// Steps at the most.
const STEPS: usize = 30;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Course {
    Lesson(Lesson),
    Exercise(Box<Exercise>),
}

/// A lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    pub title: String,
    /// What it is about.
    pub about: Vec<Block>,
    pub minutes: u32,
    pub steps: Vec<Step>,
}

/// A step of a lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    pub line: u32,
    pub title: String,
    pub prose: Vec<Block>,
    /// What runs from here on, if it is something else than before.
    pub runs: Option<Staging>,
    /// Where the run stands.
    pub pause: Option<(u32, When)>,
    pub shows: Aside,
    pub question: Option<Prediction>,
    /// What is said once the question is answered.
    pub after: Vec<Block>,
    pub tasks: Vec<Demand>,
}

/// What is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Staging {
    /// A scene's protocol and name, and the line that names it.
    Scene(u32, String, String),
    /// A script, and where it begins in the file.
    Script(u32, String),
}

/// What the page shows beside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    pub select: Option<(u32, String)>,
    pub tab: Option<String>,
    /// Of which place's field the cause is asked, and the line that asks it.
    pub why: Option<(u32, String, String)>,
    pub below: Option<String>,
}

/// An exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    pub title: String,
    pub task: Vec<Block>,
    pub minutes: u32,
    /// The lesson that it belongs to.
    pub lesson: Option<String>,
    pub runs: Staging,
    pub shows: Aside,
    pub checks: Vec<Demand>,
    pub hints: Vec<String>,
    /// Lines that are added, or a whole script; where they begin in the file.
    pub solution: (u32, String),
    /// How far the solution is run.
    pub until: Time,
}

impl Course {
    /// Reads a text: whoever solves something does an exercise.
    pub fn read(text: &str) -> Result<Course, Mistake> {
        match is_exercise(text) {
            true => Exercise::read(text).map(|exercise| Course::Exercise(Box::new(exercise))),
            false => Lesson::read(text).map(Course::Lesson),
        }
    }

    pub fn title(&self) -> &str {
        match self {
            Course::Lesson(lesson) => &lesson.title,
            Course::Exercise(exercise) => &exercise.title,
        }
    }

    /// What it is about, in its first words.
    pub fn summary(&self) -> String {
        summary(match self {
            Course::Lesson(lesson) => &lesson.about,
            Course::Exercise(exercise) => &exercise.task,
        })
    }

    /// How many steps it has.
    pub fn steps(&self) -> usize {
        match self {
            Course::Lesson(lesson) => lesson.steps.len(),
            Course::Exercise(_) => 1,
        }
    }

    /// What runs in this step, and where it stands: `None` where it plays from its beginning.
    pub fn place(&self, step: usize) -> Result<(Scenario, Option<(Time, u64)>), Mistake> {
        match self {
            Course::Lesson(lesson) => lesson.place(step),
            Course::Exercise(exercise) => {
                let scenario = exercise.runs.scenario()?;
                let run = start(&scenario.script, 1)?;
                Ok((scenario, Some((run.now(), run.event()))))
            }
        }
    }

    /// What runs in this step.
    pub fn staging(&self, step: usize) -> &Staging {
        match self {
            Course::Lesson(lesson) => lesson.staging(step).1,
            Course::Exercise(exercise) => &exercise.runs,
        }
    }

    /// The protocols that it runs, by their names in links, each once.
    pub fn protocols(&self) -> Vec<&str> {
        let mut all: Vec<&str> = match self {
            Course::Lesson(lesson) => {
                let runs = lesson.steps.iter().filter_map(|step| step.runs.as_ref());
                runs.filter_map(Staging::protocol).collect()
            }
            Course::Exercise(exercise) => exercise.runs.protocol().into_iter().collect(),
        };
        let mut seen = Vec::new();
        all.retain(|protocol| {
            !seen.contains(protocol) && {
                seen.push(*protocol);
                true
            }
        });
        all
    }

    /// What the page shows beside this step.
    pub fn aside(&self, step: usize) -> &Aside {
        match self {
            Course::Lesson(lesson) => &lesson.steps[step].shows,
            Course::Exercise(exercise) => &exercise.shows,
        }
    }

    /// What the reader is to bring about in this step.
    pub fn demands(&self, step: usize) -> &[Demand] {
        match self {
            Course::Lesson(lesson) => &lesson.steps[step].tasks,
            Course::Exercise(exercise) => &exercise.checks,
        }
    }

    /// What is asked in this step.
    pub fn question(&self, step: usize) -> Option<&Prediction> {
        match self {
            Course::Lesson(lesson) => lesson.steps[step].question.as_ref(),
            Course::Exercise(_) => None,
        }
    }
}

/// Whether a text without steps has what it is judged by, or any text a solution.
fn is_exercise(text: &str) -> bool {
    let begins = |start: &str| text.lines().any(|line| line.trim_start().starts_with(start));
    let solves = text.lines().any(|line| line.trim() == "solution");
    solves || !begins("## ") && (begins("check ") || begins("hint "))
}

impl Lesson {
    /// Reads a lesson's text. What its directives name is looked at once a run is there.
    pub fn read(text: &str) -> Result<Lesson, Mistake> {
        let sections = reader::read(text, SIZE, OF_LESSONS)?;
        let (head, rest) = sections.split_first().expect("a text has a title");
        let top = Step::of(head)?;
        if let Some(question) = &top.question {
            return Err(Mistake::of_line(
                question.line,
                sentence!("a question stands in a step: begin one with ##"),
            ));
        }
        let mut steps = rest.iter().map(Step::of).collect::<Result<Vec<_>, _>>()?;
        let Some(first) = steps.first_mut() else {
            return Err(Mistake::of_line(
                head.line,
                sentence!("a lesson has steps: each begins with ##"),
            ));
        };
        if rest.len() > STEPS {
            return Err(Mistake::of_line(
                rest[STEPS].line,
                sentence!("a lesson has at most {0} steps", STEPS),
            ));
        }
        first.runs = first.runs.take().or(top.runs);
        if first.runs.is_none() {
            return Err(Mistake::of_line(head.line, unrun()));
        }
        let minutes = minutes(&sections).unwrap_or(5);
        Ok(Lesson { title: head.title.clone(), about: top.prose, minutes, steps })
    }
}

fn unrun() -> crate::base::Sentence {
    sentence!("expected what is to run: a scene, as in “scene PROTOCOL/SCENE”, or a script")
}

fn minutes(sections: &[Section]) -> Option<u32> {
    said(sections).find_map(|directive| match directive.says {
        Says::Minutes(minutes) => Some(minutes),
        _ => None,
    })
}

fn said(sections: &[Section]) -> impl Iterator<Item = &Directive> {
    let pieces = sections.iter().flat_map(|section| &section.pieces);
    pieces.flat_map(|piece| match piece {
        Piece::Directives(said) => &said[..],
        Piece::Prose(_) => &[],
    })
}

impl Step {
    fn of(section: &Section) -> Result<Step, Mistake> {
        let mut step = Step { line: section.line, title: section.title.clone(), ..Step::default() };
        for piece in &section.pieces {
            match piece {
                Piece::Prose(blocks) if step.question.is_some() => {
                    step.after.extend(blocks.iter().cloned());
                }
                Piece::Prose(blocks) => step.prose.extend(blocks.iter().cloned()),
                Piece::Directives(said) => {
                    said.iter().try_for_each(|directive| step.take(directive))?;
                }
            }
        }
        Ok(step)
    }

    fn take(&mut self, directive: &Directive) -> Result<(), Mistake> {
        let Directive { line, says } = directive;
        let twice = match says.clone() {
            Says::Minutes(_) => false,
            Says::Pause(when) => self.pause.replace((*line, when)).is_some(),
            Says::Ask(question) => self.question.replace(question).is_some(),
            Says::Answer(answer) => match &mut self.question {
                Some(question) => question.answer.replace((*line, answer)).is_some(),
                None => return Err(Mistake::of_line(*line, unasked())),
            },
            Says::Try(task) => {
                self.tasks.push(task);
                false
            }
            _ => match (runs(directive), self.shows.take(directive)) {
                (Some(runs), _) => self.runs.replace(runs).is_some(),
                (None, Some(twice)) => twice,
                (None, None) => {
                    return Err(Mistake::of_line(
                        *line,
                        sentence!(
                            "this stands in exercises, not in lessons: a step of a lesson has try"
                        ),
                    ));
                }
            },
        };
        once(twice, *line)
    }
}

fn unasked() -> crate::base::Sentence {
    sentence!("an answer stands behind its question: expected ask before it")
}

fn once(twice: bool, line: u32) -> Result<(), Mistake> {
    match twice {
        true => Err(Mistake::of_line(line, sentence!("this is said twice in one step"))),
        false => Ok(()),
    }
}

fn runs(directive: &Directive) -> Option<Staging> {
    match directive.says.clone() {
        Says::Scene(protocol, name) => Some(Staging::Scene(directive.line, protocol, name)),
        Says::Script(script) => Some(Staging::Script(directive.line, script)),
        _ => None,
    }
}

impl Aside {
    /// Takes what a directive says of it; whether that was said before.
    fn take(&mut self, directive: &Directive) -> Option<bool> {
        match directive.says.clone() {
            Says::Select(place) => Some(self.select.replace((directive.line, place)).is_some()),
            Says::Tab(tab) => Some(self.tab.replace(tab).is_some()),
            Says::Why { place, name } => {
                let twice = self.tab.replace("why".to_owned()).is_some();
                self.why = Some((directive.line, place, name));
                Some(twice)
            }
            Says::Below(below) => Some(self.below.replace(below).is_some()),
            _ => None,
        }
    }
}

impl Exercise {
    /// How far a solution is run, unless the text says so.
    const UNTIL: Time = Time::seconds(5);

    /// Reads an exercise's text.
    pub fn read(text: &str) -> Result<Exercise, Mistake> {
        let sections = reader::read(text, SIZE, OF_EXERCISES)?;
        let head = &sections[0];
        if let Some(second) = sections.get(1) {
            return Err(Mistake::of_line(second.line, sentence!("an exercise has no steps")));
        }
        let prose = head.pieces.iter().filter_map(|piece| match piece {
            Piece::Prose(blocks) => Some(blocks.clone()),
            Piece::Directives(_) => None,
        });
        let mut draft = Draft::default();
        said(&sections).try_for_each(|directive| draft.take(directive))?;
        let missing = |what| Mistake::of_line(head.line, sentence!("an exercise lacks {0}", what));
        if draft.checks.is_empty() {
            return Err(missing("check"));
        }
        Ok(Exercise {
            title: head.title.clone(),
            task: prose.flatten().collect(),
            minutes: minutes(&sections).unwrap_or(5),
            lesson: draft.lesson,
            runs: draft.runs.ok_or_else(|| Mistake::of_line(head.line, unrun()))?,
            shows: draft.shows,
            checks: draft.checks,
            hints: draft.hints,
            solution: draft.solution.ok_or_else(|| missing("solution"))?,
            until: draft.until.unwrap_or(Exercise::UNTIL),
        })
    }
}

/// An exercise that is being read.
#[derive(Default)]
struct Draft {
    lesson: Option<String>,
    runs: Option<Staging>,
    shows: Aside,
    checks: Vec<Demand>,
    hints: Vec<String>,
    until: Option<Time>,
    /// The solution is what follows.
    solving: bool,
    solution: Option<(u32, String)>,
}

impl Draft {
    fn take(&mut self, directive: &Directive) -> Result<(), Mistake> {
        let Directive { line, says } = directive;
        let twice = match says.clone() {
            Says::Minutes(_) => false,
            Says::Lesson(lesson) => self.lesson.replace(lesson).is_some(),
            Says::Until(until) => self.until.replace(until).is_some(),
            Says::Check(task) => {
                self.checks.push(task);
                false
            }
            Says::Hint(hint) => {
                self.hints.push(hint);
                false
            }
            Says::Solution => std::mem::replace(&mut self.solving, true),
            Says::Script(script) if self.solving => {
                self.solution.replace((*line, script)).is_some()
            }
            _ => match (runs(directive), self.shows.take(directive)) {
                (Some(runs), _) => self.runs.replace(runs).is_some(),
                (None, Some(twice)) => twice,
                (None, None) => {
                    return Err(Mistake::of_line(
                        *line,
                        sentence!("this stands in lessons, not in exercises"),
                    ));
                }
            },
        };
        once(twice, *line)
    }
}

/// The first words of a text, for a list.
fn summary(blocks: &[Block]) -> String {
    blocks
        .iter()
        .find_map(|block| match block {
            Block::Paragraph(runs) => Some(words(runs)),
            _ => None,
        })
        .unwrap_or_default()
}

impl Staging {
    /// The text of the script, and the line of the file before its first one. The protocol that it names must
    /// be there (`player/needs.rs`).
    fn text(&self) -> Result<(&str, u32), Mistake> {
        match self {
            Staging::Script(line, script) => Ok((script, line - 1)),
            Staging::Scene(line, protocol, name) => {
                let entry = catalog::find(protocol);
                let found = entry.and_then(|entry| entry.scene(name));
                let missing =
                    || sentence!("there is no scene {0}/{1}", protocol.clone(), name.clone());
                Ok((found.ok_or_else(|| Mistake::of_line(*line, missing()))?, 0))
            }
        }
    }

    /// What protocol that is.
    fn protocol(&self) -> Option<&str> {
        match self {
            Staging::Scene(_, protocol, _) => Some(protocol),
            Staging::Script(_, script) => script.split_whitespace().nth(1),
        }
    }

    /// What runs, with what stands beside it.
    pub fn scenario(&self) -> Result<Scenario, Mistake> {
        let (text, before) = self.text()?;
        scenario::parse_scenario(text).map_err(|mistake| mistake.behind(before))
    }
}

/// Where the condition begins in `pause until CONDITION`.
const UNTIL_COLUMN: u32 = 13;

impl When {
    /// The run goes to this instant, from where it stands.
    pub fn reach(&self, line: u32, run: &mut Run) -> Result<(), Mistake> {
        match self {
            When::At(time) => {
                if !run.seek(*time, SEARCHED as u32) {
                    return Err(Mistake::of_line(line, too_far()));
                }
            }
            When::Until(text) => {
                let read = condition::parse(text, run)
                    .map_err(|mistake| mistake.within(line, UNTIL_COLUMN))?;
                match Search::new(read, run).advance(u32::MAX) {
                    Some(SearchEnd::Found(found)) => drop(run.seek_event(found.event, u32::MAX)),
                    _ => {
                        let never =
                            sentence!("“{0}” does not come true from here on", text.clone());
                        return Err(Mistake::of_line(line, never));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Lesson {
    /// What runs in this step, by the step that says so.
    pub fn staging(&self, step: usize) -> (usize, &Staging) {
        let before = self.steps[..=step].iter().enumerate().rev();
        let mut staged = before.filter_map(|(place, step)| Some((place, step.runs.as_ref()?)));
        staged.next().expect("the first step says what runs")
    }

    /// What runs in this step, and where it stands: `None` where it plays from its beginning.
    pub fn place(&self, step: usize) -> Result<(Scenario, Option<(Time, u64)>), Mistake> {
        let (scenario, run, rests) = self.stand(step)?;
        Ok((scenario, rests.then(|| (run.now(), run.event()))))
    }

    /// What runs in this step, the run where it stands, and whether it rests there: else it plays.
    pub fn stand(&self, step: usize) -> Result<(Scenario, Run, bool), Mistake> {
        let (first, staging) = self.staging(step);
        let scenario = staging.scenario()?;
        let mut run = start(&scenario.script, self.steps[first].line)?;
        let mut rests = false;
        for step in &self.steps[first..=step] {
            if let Some((line, when)) = &step.pause {
                when.reach(*line, &mut run)?;
                rests = true;
            }
        }
        Ok((scenario, run, rests))
    }
}

/// A run that stands at its beginning.
pub(super) fn start(script: &Script, line: u32) -> Result<Run, Mistake> {
    let mut run = catalog::start(script.clone()).map_err(|why| Mistake::of_line(line, why))?;
    run.run_to(Time::ZERO, u32::MAX);
    Ok(run)
}

impl Exercise {
    /// The script that solves it, with this script given.
    pub fn solved(&self, given: &Script) -> Result<Script, Mistake> {
        let (line, text) = &self.solution;
        if text.trim_start().starts_with("run") {
            return scenario::parse(text).map_err(|mistake| mistake.behind(line - 1));
        }
        // Its lines are read as those of a run that is set up as the one given.
        let bare = Script { lines: Vec::new(), ..given.clone() }.to_string();
        let before = bare.lines().count() as u32;
        let added = scenario::parse(&format!("{}\n{text}", bare.trim_end()));
        let added = added.map_err(|mistake| Mistake {
            line: (line + mistake.line).saturating_sub(before + 1),
            ..mistake
        })?;
        let mut solved = given.clone();
        solved.lines.extend(added.lines);
        solved.lines.sort_by_key(|line| line.at);
        Ok(solved)
    }
}
