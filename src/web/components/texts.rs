//! The lists of lessons and of exercises.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::bits::tick;
use super::lesson_editor::LessonEditor;
use crate::catalog::listings;
use crate::lessons::Course;
use crate::lessons::texts::{SHELF, Shelf, Volume};
use crate::player::{Action, Book, Door};
use crate::tr;
use crate::web::visits::{self, Progress};
use crate::words::{Language, translate};

/// All lessons, or all exercises.
pub fn list(door: Door, language: Language, act: &Callback<Action>) -> Html {
    let (title, what) = match door {
        Door::Exercises => (
            tr!(language, "Exercises"),
            tr!(
                language,
                "Bring something about. The page judges it by what your run has done, and says which condition is still open."
            ),
        ),
        _ => (
            tr!(language, "Lessons"),
            tr!(language, "Read beside a run. Say what will happen, and let the run answer."),
        ),
    };
    html! {
        <section class="texts" aria-labelledby="texts-title">
            <h2 id="texts-title">{ title }</h2>
            <p class="soft">{ what }</p>
            <Cards {door} {language} />
            if door == Door::Lessons { <LessonEditor {language} {act} /> }
        </section>
    }
}

/// A lesson or an exercise of the shelf.
struct Offer {
    book: Book,
    link: String,
    course: Course,
    /// The lesson that it belongs to, or what it runs.
    of: String,
}

impl Offer {
    fn of(shelf: &Shelf, volume: &Volume, door: Door, language: Language) -> Option<Offer> {
        let course = (shelf.read)(volume.of(language)).ok()?;
        let name = volume.name.to_owned();
        let (book, part) = match door {
            Door::Exercises => (Book::Exercise(name), "exercise"),
            _ => (Book::Lesson(name), "lesson"),
        };
        let of = belongs(shelf, &course, language);
        Some(Offer { book, link: format!("#v1&{part}={}", volume.name), course, of })
    }

    /// Whether it has all of these words, which are in lower case.
    fn has(&self, said: &str) -> bool {
        let title = self.course.title();
        let text = format!("{title} {} {}", self.course.summary(), self.of).to_lowercase();
        said.split_whitespace().all(|word| text.contains(word))
    }
}

fn belongs(shelf: &Shelf, course: &Course, language: Language) -> String {
    let lesson = match course {
        Course::Exercise(exercise) => exercise.lesson.as_deref(),
        Course::Lesson(_) => None,
    };
    let lesson = lesson.and_then(|name| shelf.lesson_named(name));
    if let Some(lesson) = lesson.and_then(|lesson| (shelf.read)(lesson.of(language)).ok()) {
        return tr!(language, "Lesson: {0}", lesson.title().to_owned());
    }
    let title = |slug: &str| listings().iter().find(|listing| listing.slug == slug);
    let titles = course.protocols().into_iter().filter_map(title);
    titles.map(|listing| translate(language, listing.title)).collect::<Vec<_>>().join(", ")
}

#[derive(Properties, PartialEq)]
struct CardsProps {
    door: Door,
    language: Language,
}

/// The cards, and a field that leaves those with certain words.
#[component]
fn Cards(props: &CardsProps) -> Html {
    let CardsProps { door, language } = *props;
    let said = use_state(String::new);
    let offers = use_memo((door, language), |(door, language)| {
        let Some(shelf) = SHELF.get() else { return Vec::new() };
        let volumes = if *door == Door::Exercises { shelf.exercises } else { shelf.lessons };
        let offer = |volume| Offer::of(shelf, volume, *door, *language);
        volumes.iter().filter_map(offer).collect::<Vec<_>>()
    });
    let progress = visits::progress();
    let wanted = said.trim().to_lowercase();
    let shown: Vec<&Offer> = offers.iter().filter(|offer| offer.has(&wanted)).collect();
    let count = match wanted.is_empty() {
        true => String::new(),
        false => tr!(language, "Shown: {0} of {1}", shown.len(), offers.len()),
    };
    let oninput = {
        let said = said.clone();
        Callback::from(move |event: InputEvent| {
            said.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    html! {
        <>
        <search class="letters of-cards">
            <label class="field typed"><span>{ tr!(language, "Filter") }</span>
                <input type="search" autocomplete="off" spellcheck="false" value={(*said).clone()} {oninput} />
            </label>
            <span class="soft" role="status">{ count }</span>
        </search>
        <ol class="cards">{ for shown.into_iter().map(|offer| card(offer, progress(&offer.book), language)) }</ol>
        </>
    }
}

fn card(offer: &Offer, progress: Option<Progress>, language: Language) -> Html {
    let Offer { link, course, of, .. } = offer;
    let (length, done) = match course {
        Course::Lesson(lesson) => (
            tr!(language, "{0} steps, {1} min", lesson.steps.len(), lesson.minutes),
            tr!(language, "finished"),
        ),
        Course::Exercise(exercise) => (
            tr!(language, "{0} conditions, {1} min", exercise.checks.len(), exercise.minutes),
            tr!(language, "solved"),
        ),
    };
    let mark = progress.map(|progress| match progress {
        Progress::Done => html! { <span class="mark done">{ tick() }{ done }</span> },
        Progress::Opened => html! { <span class="mark">{ tr!(language, "opened") }</span> },
    });
    html! {
        <li key={link.clone()}><a class="card" href={link.clone()}>
            <small class="of">{ of }</small>
            <strong>{ course.title().to_owned() }</strong>
            <span class="told">{ course.summary() }</span>
            <small class="length">{ length }{ mark }</small>
        </a></li>
    }
}
