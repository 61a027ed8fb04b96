//! The front door: what is shown where no link says what to run. Its header stands over lists and glossary too;
//! at the map there are a word of welcome, the ways in, and the first run, which is the page's own stage.

use yew::prelude::*;

use super::bits::{asks, button};
use super::concept_map::ConceptMap;
use super::draw::{names, when};
use super::finder::Finder;
use super::icon::{Icon, icon};
use super::notice::notice;
use super::reading_room::behind;
use super::top_bar::{logo, settings};
use crate::catalog::listings;
use crate::player::{Action, Door, Scene, TimeAction, Ui};
use crate::tr;
use crate::words::Language;

/// What stands over the stage, or in its place.
pub fn front(ui: &Ui, scene: Option<Scene>, playing: bool, act: &Callback<Action>) -> Html {
    let Some(door) = ui.door else { return Html::default() };
    let language = ui.language;
    // The stage tells of what was refused, where it is shown; elsewhere that stands first.
    let behind = |door| {
        html! {
            <div class="behind">
                { notice(ui.notice.as_ref(), 0, language, act) }{ behind(door, ui.term.as_deref(), language, act) }
            </div>
        }
    };
    html! {
        <>
            { header(ui, door, act) }
            if door == Door::Map { { welcome(language) }{ hero(scene, playing, language, act) } }
            else { { behind(door) } }
        </>
    }
}

/// What stands below the stage.
pub fn below(ui: &Ui, scene: Option<Scene>) -> Html {
    let language = ui.language;
    match ui.door {
        Some(Door::Map) => {
            html! { <>{ ways_in(scene, language) }<ConceptMap {language} />{ for_whom(language) }</> }
        }
        _ => Html::default(),
    }
}

fn header(ui: &Ui, door: Door, act: &Callback<Action>) -> Html {
    let language = ui.language;
    let doors = Door::ALL.map(|to| {
        let name = match to {
            Door::Map => tr!(language, "Map"),
            Door::Lessons => tr!(language, "Lessons"),
            Door::Exercises => tr!(language, "Exercises"),
            Door::Glossary => tr!(language, "Glossary"),
        };
        let current = (to == door).then_some("page");
        html! { <a href={format!("#v1&door={}", to.code())} aria-current={current}>{ name }</a> }
    });
    html! {
        <header class="doors">
            <p class="logo">{ logo() }</p>
            <nav aria-label={tr!(language, "Synod")}>{ for doors }</nav>
            <Finder {language} />
            { settings(ui.theme, language, act) }
        </header>
    }
}

fn welcome(language: Language) -> Html {
    html! {
        <section class="welcome">
            <h1>{ tr!(language, "Watch servers agree.") }<br />{ tr!(language, "Then break them.") }</h1>
            <p>{ tr!(language, "Synod runs distributed protocols in your browser, message by message. Crash a server, cut a link, step back in time, and read why it happened.") }</p>
        </section>
    }
}

fn link(scene: Option<Scene>) -> String {
    scene
        .map_or("#v1".to_owned(), |Scene { protocol, name }| format!("#v1&scene={protocol}/{name}"))
}

/// The heading over the first run.
fn hero(scene: Option<Scene>, playing: bool, language: Language, act: &Callback<Action>) -> Html {
    let (picture, word) = match playing {
        true => (Icon::Pause, tr!(language, "Pause")),
        false => (Icon::Play, tr!(language, "Play")),
    };
    html! {
        <div class="hero">
            <h2>{ tr!(language, "Watch five servers choose a leader") }</h2>
            { button("bare", Some(picture), word, asks(act, TimeAction::Toggle)) }
            <a class="button" href={link(scene)}>{ tr!(language, "Open this run") }<span aria-hidden="true">{ "→" }</span></a>
        </div>
    }
}

/// Three ways in, of which the first is the one for whoever has no wish yet.
fn ways_in(scene: Option<Scene>, language: Language) -> Html {
    let way = |first: bool, picture: Icon, to: String, name: &'static str, what: String| {
        html! {
            <a class={names(&["way-in", when(first, "first")])} href={to}>
                { icon(picture) }<strong>{ name }</strong><span>{ what }</span>
            </a>
        }
    };
    let door = |door: Door| format!("#v1&door={}", door.code());
    html! {
        <nav class="ways-in" aria-label={tr!(language, "Ways in")}>
            <p><strong>{ tr!(language, "For students, lecturers and engineers.") }</strong>{ " " }
                <span class="soft">{ tr!(language, "Nothing to install, no account.") }</span></p>
            { way(true, Icon::Play, link(scene), tr!(language, "Run a protocol"),
                tr!(language, "{0} of them: agreement, locks, stores, order, systems", listings().len())) }
            { way(false, Icon::Book, door(Door::Lessons), tr!(language, "Follow a lesson"),
                tr!(language, "A dozen, of five to ten minutes each").to_owned()) }
            { way(false, Icon::Cut, door(Door::Exercises), tr!(language, "Break something"),
                tr!(language, "Exercises that grade themselves").to_owned()) }
        </nav>
    }
}

fn for_whom(language: Language) -> Html {
    html! {
        <footer class="for-whom">
            <p><strong>{ tr!(language, "Teaching?") }</strong>{ " " }
                { tr!(language, "Compose a scene, add captions, share it as a link or embed it in your course page.") }{ " " }
                <a href="course.html">{ tr!(language, "An example") }</a></p>
            <p><strong>{ tr!(language, "Asking “what if”?") }</strong>{ " " }
                { tr!(language, "Search thousands of schedules for one that breaks a property.") }{ " " }
                <a href="#v1&lesson=breaking">{ tr!(language, "How") }</a></p>
            <p><strong>{ tr!(language, "Hosting?") }</strong>{ " " }
                { tr!(language, "A folder of static files: no server, no network access at run time.") }</p>
        </footer>
    }
}
