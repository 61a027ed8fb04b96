//! The pictures of a lesson on paper: for each step the stage where its run stands.

use std::rc::Rc;

use super::lesson::Lesson;
use super::question::Choice;
use crate::view::stage::layout::Room;
use crate::view::{Layout, StageView};
use crate::words::Language;

/// The room of a picture.
const ROOM: Room = Room { width: 760.0, height: 340.0, top: 6.0, bottom: 6.0 };

/// What goes with a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Where the run stands.
    pub scene: StageView,
    /// What can be answered, and what the run answers.
    pub choices: Vec<Choice>,
    pub answer: Option<Choice>,
}

impl Leaf {
    /// Of each step; nothing where its run cannot be had.
    pub fn all(lesson: &Lesson, language: Language) -> Vec<Option<Leaf>> {
        (0..lesson.steps.len()).map(|step| Leaf::of(lesson, step, language)).collect()
    }

    fn of(lesson: &Lesson, step: usize, language: Language) -> Option<Leaf> {
        let (_, run, _) = lesson.stand(step).ok()?;
        let setup = &run.script().setup;
        let layout = Rc::new(Layout::new(&setup.places, run.meta().formation, ROOM));
        let scene = StageView::new(&run.snapshot(), &setup.link, &layout, language);
        let question = lesson.steps[step].question.as_ref();
        Some(Leaf {
            scene,
            choices: question.map(|question| question.choices(&run)).unwrap_or_default(),
            answer: question.and_then(|question| Some(question.truth(&run).ok()?.choice)),
        })
    }
}
