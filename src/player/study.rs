//! What somebody reads beside the stage: a lesson, step by step, or an exercise with its checks. The text
//! says what runs and where it stands; what is asked is answered by the run, and what is done is judged over
//! it, up to the cursor.

use std::rc::Rc;

use super::action::Notice;
use super::reading::Reads;
use super::terms::{Book, Tab};
use crate::base::{Place, Time};
use crate::catalog::Run;
use crate::command::Script;
use crate::lessons::texts::SHELF;
use crate::lessons::{CheckState, Choice, Course, Marking, Truth, judge};
use crate::scenario::{Mistake, Scenario};
use crate::sentence;
use crate::sim::fact::Fact;
use crate::words::Language;

/// A text that is open.
#[derive(Clone)]
pub struct Study {
    pub book: Book,
    pub course: Rc<Course>,
    language: Language,
    pub step: usize,
    /// Hints that are open.
    pub hints: usize,
    /// What the reader chose, by its place.
    pub chosen: Option<usize>,
    /// What there is to choose from.
    pub choices: Vec<Choice>,
    /// What the run answers, once it was asked.
    pub truth: Option<Truth>,
    /// Where the run stands when this step is opened; `None` where it plays from its beginning.
    pub asked_at: Option<(Time, u64)>,
    /// What this step asks why, until the run stands where it does.
    pub(super) why: Option<Fact>,
    /// The script as this step gives it.
    pub given: Script,
    marking: Option<Marking>,
    /// How each check stands at the cursor.
    pub states: Vec<CheckState>,
    /// The cursor that they were judged at, and whether the run was moving.
    judged: Option<(Time, u64, bool)>,
}

/// A text that is being opened.
pub struct Opening {
    pub study: Study,
    /// What runs there.
    pub scenario: Scenario,
    /// Where it stands; `None` where it plays from its beginning.
    pub cursor: Option<(Time, u64)>,
}

/// What the page shows of it at the cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyShot {
    pub book: Book,
    pub course: Rc<Course>,
    pub step: usize,
    pub hints: usize,
    pub chosen: Option<usize>,
    pub choices: Vec<Choice>,
    /// The run has been asked.
    pub asked: bool,
    /// What it answers, once it has come to that.
    pub truth: Option<Truth>,
    pub states: Vec<CheckState>,
    /// The reader's own lines of the script, as written.
    pub own: Vec<String>,
    /// The run is as it was given.
    pub untouched: bool,
    /// What stands below the text.
    pub aside: Option<Tab>,
}

impl StudyShot {
    /// Checks that are met.
    pub fn met(&self) -> usize {
        self.states.iter().filter(|state| matches!(state, CheckState::Met(_))).count()
    }
}

impl Study {
    /// What the page shows at this run's cursor.
    pub fn shot(&self, run: &Run) -> StudyShot {
        let own = judge::own(run.script(), &self.given);
        StudyShot {
            book: self.book.clone(),
            course: self.course.clone(),
            step: self.step,
            hints: self.hints,
            chosen: self.chosen,
            choices: self.choices.clone(),
            asked: self.truth.is_some(),
            truth: self.answered(run).cloned(),
            states: self.states.clone(),
            own: own.map(|line| format!("{} {}", line.at, line.command)).collect(),
            untouched: self.given == *run.script(),
            aside: self.course.aside(self.step).tab.as_deref().and_then(Tab::of),
        }
    }

    /// Opens a text at a step, and says what runs there, and where it stands.
    pub fn open(
        book: Book,
        step: usize,
        hints: usize,
        language: Language,
    ) -> Result<Opening, Notice> {
        let course = read(&book, language)?;
        let step = step.min(course.steps() - 1);
        let (scenario, cursor) = course.place(step).map_err(mistaken)?;
        let given = scenario.script.clone();
        let why = course.aside(step).why.as_ref();
        let why = why.and_then(|(_, place, name)| Some(Fact::named(place.parse().ok()?, name)));
        let study = Study {
            book,
            course: Rc::new(course),
            language,
            step,
            hints,
            chosen: None,
            choices: Vec::new(),
            truth: None,
            asked_at: cursor,
            why,
            given,
            marking: None,
            states: Vec::new(),
            judged: None,
        };
        Ok(Opening { study, scenario, cursor })
    }

    /// As a link says it.
    pub fn reads(&self) -> Reads {
        Reads { book: self.book.clone(), step: self.step, hints: self.hints }
    }

    /// The truth, once the run has come to it.
    pub fn answered(&self, run: &Run) -> Option<&Truth> {
        self.truth.as_ref().filter(|truth| truth.at <= run.now())
    }

    /// Something is asked, and the run has not been.
    pub fn waits(&self) -> bool {
        self.course.question(self.step).is_some() && self.truth.is_none()
    }

    /// The place of the server among the choices.
    pub fn choice_of(&self, place: Place) -> Option<usize> {
        self.choices.iter().position(|choice| *choice == Choice::Place(place))
    }

    /// Judges anew what is not judged at this cursor; models only where the run rests, for they take long.
    pub(super) fn follow(&mut self, run: &Run, moving: bool) -> Result<(), Mistake> {
        let demands = self.course.demands(self.step);
        let cursor = (run.now(), run.event(), moving);
        let judged = self.marking.as_ref().is_some_and(|marking| marking.is_of(run));
        if demands.is_empty() || judged && self.judged == Some(cursor) {
            return Ok(());
        }
        if !judged {
            // In a lesson the reader acts from where the step stands; an exercise is all of its run.
            let since = self.asked_at.filter(|_| matches!(*self.course, Course::Lesson(_)));
            self.marking = Some(Marking::from(since, demands, run)?);
        }
        if let Some(marking) = &mut self.marking {
            marking.judge(run, &self.given, moving, &mut self.states);
        }
        self.judged = Some(cursor);
        Ok(())
    }

    pub(super) fn translate(&mut self, language: Language) {
        if self.language != language
            && let Ok(course) = read(&self.book, language)
        {
            (self.course, self.language) = (Rc::new(course), language);
        }
    }
}

/// Reads a text of the shelf, or somebody's own.
pub fn read(book: &Book, language: Language) -> Result<Course, Notice> {
    let shelf =
        SHELF.get().ok_or_else(|| Notice::refusal(sentence!("The lessons are not there.")))?;
    let missing = |name: &str| {
        let short: String = name.chars().take(40).collect();
        Notice::refusal(match book {
            Book::Exercise(_) => sentence!("There is no exercise “{0}”.", short),
            _ => sentence!("There is no lesson “{0}”.", short),
        })
    };
    let text = match book {
        Book::Lesson(name) => shelf.lesson_named(name).ok_or_else(|| missing(name))?.of(language),
        Book::Exercise(name) => {
            shelf.exercise_named(name).ok_or_else(|| missing(name))?.of(language)
        }
        Book::Own(text) => text,
    };
    (shelf.read)(text).map_err(mistaken)
}

pub(super) fn mistaken(mistake: Mistake) -> Notice {
    Notice::refusal(sentence!(
        "This lesson cannot be read: line {0}, column {1}: {2}",
        mistake.line,
        mistake.column,
        mistake.sentence
    ))
}
