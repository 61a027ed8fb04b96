//! The reading room: lessons, exercises and the glossary as the page shows them. Everything in it is one part
//! of the program with the texts themselves (`lessons/texts.rs`), fetched with the first of them.

use yew::prelude::*;

use super::prose::link;
use super::study::{study_panel, study_slide};
use super::terms::{glossary, term_card};
use super::texts::list;
use crate::lessons::texts::SHELF;
use crate::part;
use crate::part::Part;
use crate::player::{Action, Door, StudyShot};
use crate::tr;
use crate::words::Language;

/// What it draws.
pub struct ReadingRoom {
    study: fn(&StudyShot, Option<Html>, Language, &Callback<Action>) -> Html,
    slide: fn(&StudyShot, Language) -> Html,
    list: fn(Door, Language, &Callback<Action>) -> Html,
    glossary: fn(Option<&str>, Language, &Callback<Action>) -> Html,
    term: fn(&str, Language, &Callback<Action>) -> Html,
}

/// It comes with the shelf (`web/parts.rs`).
pub static READING_ROOM: Part<ReadingRoom> = part!(lessons: ReadingRoom = ReadingRoom {
    study: study_panel,
    slide: study_slide,
    list,
    glossary,
    term: term_card,
});

/// Fetches it for the words of the page that lead to the glossary: from then on they do.
#[hook]
pub fn use_words(wanted: bool) {
    let there = use_state(|| ());
    use_effect_with(wanted, move |wanted| {
        if *wanted && SHELF.get().is_none() {
            yew::platform::spawn_local(async move {
                if READING_ROOM.fetch().await.is_ok() && SHELF.fetch().await.is_ok() {
                    there.set(());
                }
            });
        }
    });
}

/// A word of the page, which leads to the entry of the glossary that explains it.
pub fn word(sign: &str, shown: &str, act: &Callback<Action>) -> Html {
    match SHELF.get().and_then(|shelf| (shelf.explains)(sign)) {
        Some(term) => link(&format!("#v1&term={term}"), shown.into(), act),
        None => shown.into(),
    }
}

/// What is read beside the stage, with the tab that it speaks of.
pub fn study(
    study: &StudyShot,
    beside: Option<Html>,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    match READING_ROOM.get() {
        Some(room) => (room.study)(study, beside, language, act),
        None => coming(language),
    }
}

/// The same for a room that looks on.
pub fn slide(study: &StudyShot, language: Language) -> Html {
    READING_ROOM.get().map_or_else(Html::default, |room| (room.slide)(study, language))
}

/// What stands behind a door, but for the map.
pub fn behind(door: Door, term: Option<&str>, language: Language, act: &Callback<Action>) -> Html {
    match (READING_ROOM.get(), door) {
        (_, Door::Map) => Html::default(),
        (Some(room), Door::Glossary) => (room.glossary)(term, language, act),
        (Some(room), Door::Lessons | Door::Exercises) => (room.list)(door, language, act),
        (None, _) => coming(language),
    }
}

/// An entry of the glossary, over the run that somebody looks at.
pub fn term(name: &str, language: Language, act: &Callback<Action>) -> Html {
    READING_ROOM.get().map_or_else(Html::default, |room| (room.term)(name, language, act))
}

fn coming(language: Language) -> Html {
    html! { <p class="soft fetching" role="status">{ tr!(language, "Fetching…") }</p> }
}
