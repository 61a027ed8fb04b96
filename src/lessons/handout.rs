//! The pictures of a lesson on paper: for each step the stage where its run stands.

use std::rc::Rc;

use super::lesson::Lesson;
use super::question::Choice;
use crate::base::Time;
use crate::view::stage::layout::Room;
use crate::view::{Layout, Point, StageView, Thumbnail};
use crate::words::Language;

/// The room of a picture.
const ROOM: Room = Room { width: 760.0, height: 340.0, top: 6.0, bottom: 6.0 };

/// What goes with a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    pub picture: Thumbnail,
    /// Who stands where, and its role.
    pub names: Vec<(Point, String, &'static str)>,
    /// Where the run stands.
    pub at: Time,
    pub caption: Option<String>,
    /// What can be answered.
    pub choices: Vec<Choice>,
}

impl Leaf {
    /// Of each step; nothing where its run cannot be had.
    pub fn all(lesson: &Lesson) -> Vec<Option<Leaf>> {
        (0..lesson.steps.len()).map(|step| Leaf::of(lesson, step)).collect()
    }

    fn of(lesson: &Lesson, step: usize) -> Option<Leaf> {
        let (_, run, _) = lesson.stand(step).ok()?;
        let setup = &run.script().setup;
        let layout = Rc::new(Layout::new(&setup.places, run.meta().formation, ROOM));
        let scene = StageView::new(&run.snapshot(), &setup.link, &layout, Language::English);
        let servers = scene.nodes.iter().map(|node| (node.at, node.id.to_string(), node.role));
        let clients = scene.clients.iter().map(|client| (client.at, client.id.to_string(), ""));
        let question = lesson.steps[step].question.as_ref();
        Some(Leaf {
            picture: Thumbnail::of(&scene),
            names: servers.chain(clients).collect(),
            at: run.now(),
            caption: scene.caption.clone(),
            choices: question.map(|question| question.choices(&run)).unwrap_or_default(),
        })
    }
}
