//! The lists of lessons and of exercises.

use yew::prelude::*;

use super::lesson_editor::LessonEditor;
use crate::lessons::Course;
use crate::lessons::texts::{SHELF, Volume};
use crate::player::{Action, Book, Door};
use crate::tr;
use crate::words::Language;

/// All lessons, or all exercises.
pub fn list(door: Door, open: Option<&Book>, language: Language, act: &Callback<Action>) -> Html {
    let Some(shelf) = SHELF.get() else { return Html::default() };
    let (title, what, part, volumes) = match door {
        Door::Exercises => (
            tr!(language, "Exercises"),
            tr!(
                language,
                "Bring something about. The page judges it by what your run has done, and says which condition is still open."
            ),
            "exercise",
            shelf.exercises,
        ),
        _ => (
            tr!(language, "Lessons"),
            tr!(language, "Read beside a run. Say what will happen, and let the run answer."),
            "lesson",
            shelf.lessons,
        ),
    };
    let read = |volume: &Volume| Some((volume.name, (shelf.read)(volume.of(language)).ok()?));
    html! {
        <section class="texts" aria-labelledby="texts-title">
            <h2 id="texts-title">{ title }</h2>
            <p class="soft">{ what }</p>
            <ol class="cards">
                { for volumes.iter().filter_map(read).map(|(name, course)| card(name, &course, part, language)) }
            </ol>
            if door == Door::Lessons { <LessonEditor open={open.cloned()} {language} {act} /> }
        </section>
    }
}

fn card(name: &str, course: &Course, part: &str, language: Language) -> Html {
    let length = match course {
        Course::Lesson(lesson) => {
            tr!(language, "{0} steps, {1} min", lesson.steps.len(), lesson.minutes)
        }
        Course::Exercise(exercise) => {
            tr!(language, "{0} conditions, {1} min", exercise.checks.len(), exercise.minutes)
        }
    };
    html! {
        <li><a class="card" href={format!("#v1&{part}={name}")}>
            <strong>{ course.title().to_owned() }</strong>
            <span>{ course.summary() }</span>
            <small>{ length }</small>
        </a></li>
    }
}
