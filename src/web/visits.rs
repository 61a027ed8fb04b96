//! What this browser remembers of earlier visits: which cards of the map were opened, and which there were; which
//! lessons and exercises were opened, and brought to their end. A browser that forgets, or may not remember, shows
//! every card as on a first visit.

use std::cell::{OnceCell, RefCell};

use super::browser::{remember, remembered};
use crate::lessons::Course;
use crate::lessons::map::{card, cards};
use crate::player::{Book, StudyShot};

const OPENED: &str = "synod-opened";
const KNOWN: &str = "synod-known";
const READ: &str = "synod-read";
const DONE: &str = "synod-done";

thread_local! {
    /// The cards that were not there at the last visit. This visit is the same one until the page goes.
    static NEW: OnceCell<Vec<&'static str>> = const { OnceCell::new() };
    /// What was noted last: most of the time it is that again.
    static NOTED: RefCell<(String, bool)> = const { RefCell::new((String::new(), false)) };
}

fn list(name: &str) -> Vec<String> {
    let text = remembered(name).unwrap_or_default();
    text.split(' ').filter(|scene| !scene.is_empty()).map(str::to_owned).collect()
}

/// The scenes whose cards were opened.
pub fn opened() -> Vec<String> {
    list(OPENED)
}

/// A scene is shown: if it has a card, that was opened.
pub fn open(scene: &str) {
    if card(scene).is_some() {
        add(OPENED, scene);
    }
}

fn add(name: &str, what: &str) {
    let mut before = list(name);
    if !before.iter().any(|known| known == what) {
        before.push(what.to_owned());
        remember(name, &before.join(" "));
    }
}

/// What it is called in the lists.
fn code(book: &Book) -> Option<String> {
    match book {
        Book::Lesson(name) => Some(format!("lesson/{name}")),
        Book::Exercise(name) => Some(format!("exercise/{name}")),
        Book::Own(_) => None,
    }
}

/// This is read; perhaps it is solved, or its last step is open.
pub fn read(study: &StudyShot) {
    let is_done = match &*study.course {
        Course::Lesson(lesson) => study.step + 1 == lesson.steps.len(),
        Course::Exercise(_) => study.met() == study.states.len(),
    };
    let Some(code) = code(&study.book) else { return };
    let noted = (code, is_done);
    if NOTED.with_borrow(|last| *last == noted) {
        return;
    }
    add(READ, &noted.0);
    if is_done {
        add(DONE, &noted.0);
    }
    NOTED.set(noted);
}

/// How far somebody has come with a lesson or an exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Opened,
    Done,
}

/// … with any of them, by their names.
pub fn progress() -> impl Fn(&Book) -> Option<Progress> {
    let (read, done) = (list(READ), list(DONE));
    move |book| {
        let code = code(book)?;
        match (done.contains(&code), read.contains(&code)) {
            (true, _) => Some(Progress::Done),
            (_, true) => Some(Progress::Opened),
            _ => None,
        }
    }
}

/// The scenes whose cards are new since the last visit. On a first one, nothing is.
pub fn new() -> Vec<&'static str> {
    let look = || {
        let known = list(KNOWN);
        let all: Vec<&str> = cards().map(|card| card.scene).collect();
        remember(KNOWN, &all.join(" "));
        let is_new = |scene: &&str| !known.is_empty() && !known.iter().any(|old| old == scene);
        cards().map(|card| card.scene).filter(is_new).collect()
    };
    NEW.with(|new| new.get_or_init(look).clone())
}
