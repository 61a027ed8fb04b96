//! Actions on what is read beside the stage: open a text, go to a step, answer, have the run answer.

use super::action::{Action, Change, StudyAction};
use super::explanation::{Explanation, Question};
use super::needs::Needs;
use super::playback::Target;
use super::store::Store;
use super::study::{Opening, Study, mistaken};
use super::terms::{Below, Book, Selection, Tab};
use crate::base::Time;
use crate::lessons::{Course, Truth};
use crate::scenario::Mistake;

impl Store {
    /// The needs of an action; those of a step are known by what is read.
    pub fn needs(&self, action: &Action) -> Needs {
        match (action, &self.study) {
            (Action::Study(StudyAction::Step(step)), Some(study)) => {
                Needs::of_book(&study.book, *step)
            }
            _ => Needs::of(action),
        }
    }

    pub(super) fn update_study(&mut self, action: StudyAction) -> Change {
        match action {
            StudyAction::Open(book) => self.open_book(book, 0, 0),
            StudyAction::Step(step) => self.go_to_step(step),
            StudyAction::Choose(place) => {
                if let Some(study) = self.study.as_mut().filter(|study| study.waits()) {
                    study.chosen = Some(place).filter(|place| *place < study.choices.len());
                }
            }
            StudyAction::Reveal => self.reveal(),
            StudyAction::Hint => {
                if let Some(study) = &mut self.study
                    && let Course::Exercise(exercise) = &*study.course
                {
                    study.hints = (study.hints + 1).min(exercise.hints.len());
                }
            }
            StudyAction::Again => {
                let step = self.study.as_ref().map_or(0, |study| study.step);
                self.go_to_step(step);
            }
            StudyAction::Close => {
                self.study = None;
                self.ui.tab = Tab::Node;
                self.playback.until = None;
            }
        }
        Change::Frame
    }

    fn open_book(&mut self, book: Book, step: usize, hints: usize) {
        match Study::open(book, step, hints, self.ui.language) {
            Ok(opening) => self.stage(opening),
            Err(notice) => self.ui.notice = Some(notice),
        }
    }

    fn go_to_step(&mut self, step: usize) {
        if let Some(Study { book, hints, .. }) = self.study.clone() {
            self.open_book(book, step, hints);
        }
    }

    /// Runs what a step says, and stands where it says.
    fn stage(&mut self, Opening { study, scenario, cursor }: Opening) {
        self.active = 0;
        self.playback.until = None;
        // Who goes from step to step keeps the branches; another text begins without them.
        let stays = self.study.as_ref().is_some_and(|open| open.book == study.book)
            || self.panes[0].branches.len() <= 1;
        let runs = stays
            && *self.panes[0].run.script() == scenario.script
            && self.variant() == scenario.beside;
        if runs || self.show(scenario) {
            // What an earlier step gave, and nobody has changed, is no branch of the reader's.
            if let Some(before) = &self.study {
                self.panes[0].let_go_of(&before.given);
            }
            self.ui.door = None;
            self.begin_study(study);
            match cursor {
                Some((time, event)) => drop(self.set_out(Target::Cursor(time, event))),
                None => {
                    self.set_out(Target::Time(Time::ZERO));
                    self.playback.play();
                }
            }
            self.playback.playing &= cursor.is_none();
        }
    }

    /// A text is open: what it says is to be seen.
    pub(super) fn begin_study(&mut self, study: Study) {
        let aside = study.course.aside(study.step).clone();
        let best = Below::best_for(&study.given);
        self.ui.below = aside.below.as_deref().and_then(Below::of).unwrap_or(best);
        let selected = aside.select.and_then(|(_, place)| place.parse().ok());
        self.ui.selection = selected.map(Selection::Place);
        // The tab that a step speaks of stands below its text, see `StudyShot::aside`.
        self.ui.tab = Tab::Lesson;
        // What was asked before is no part of it.
        self.explanation = None;
        self.study = Some(study);
        self.follow_study();
    }

    /// Lets the run play to where it answers.
    pub(super) fn reveal(&mut self) {
        // Asked once more it does not play there, but goes.
        if let (Some(study), Some(answered)) = (&self.study, self.playback.until)
            && study.truth.is_some()
        {
            self.set_out(Target::Time(answered));
            return;
        }
        let Some(study) = self.study.as_ref().filter(|study| study.waits()) else { return };
        let Some(question) = study.course.question(study.step).cloned() else { return };
        // Whoever has gone on is brought back to where it is asked.
        let (time, event) = study.asked_at.unwrap_or_default();
        if (time, event) < self.panes[0].cursor() {
            self.set_out(if event == 0 { Target::Time(time) } else { Target::Cursor(time, event) });
        }
        let run = &self.panes[0].run;
        let none = |mistake: Mistake| Truth::nothing(mistake.sentence, question.by);
        let truth = question.truth(run).unwrap_or_else(none);
        self.playback.until = Some(truth.at);
        if let Some(study) = &mut self.study {
            study.truth = Some(truth);
        }
        self.ui.notice = None;
        self.ui.window.follows = true;
        self.playback.play();
    }

    /// Brings what is read along with the run.
    pub(super) fn follow_study(&mut self) {
        let moving = self.playback.playing || self.playback.goal.is_some();
        let Some(study) = &mut self.study else { return };
        study.translate(self.ui.language);
        let run = &self.panes[0].run;
        if let Some(question) = study.course.question(study.step)
            && study.choices.is_empty()
        {
            study.choices = question.choices(run);
        }
        if self.active == 0
            && (run.now(), run.event()) == study.asked_at.unwrap_or_default()
            && let Some(fact) = study.why.take()
        {
            self.explanation = Some(Explanation::new(run, Question::Fact(fact)));
        }
        if let Err(mistake) = study.follow(run, moving) {
            self.ui.notice.get_or_insert(mistaken(mistake));
        }
    }
}
