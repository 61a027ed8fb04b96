//! A lesson on paper: all its steps at once, each with a picture of where its run stands and with what is
//! asked there. It is made when somebody asks for it, and goes when it has been printed.

use gloo_events::EventListener;
use yew::prelude::*;

use super::bits::button;
use super::draw::{picture, text};
use super::icon::Icon;
use super::prose::{prose, told};
use crate::lessons::handout::Leaf;
use crate::lessons::{Course, Lesson, Step};
use crate::player::{Action, Book, Needs, Notice, PageAction, StudyShot};
use crate::view::Point;
use crate::view::diagram::ticks::seconds;
use crate::web::browser::window;
use crate::web::shared::Shared;
use crate::words::{Language, translate};
use crate::{sentence, tr};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub study: StudyShot,
    pub language: Language,
    pub act: Callback<Action>,
}

/// A button, and on paper the lesson.
#[component]
pub fn Handout(props: &Props) -> Html {
    let Props { study, language, act } = props;
    let leaves = use_state(|| None::<Shared<Vec<Option<Leaf>>>>);
    {
        let made = leaves.clone();
        use_effect_with(leaves.is_some(), move |is_made| {
            let listener = is_made.then(|| {
                let printed = EventListener::new(&window(), "afterprint", move |_| made.set(None));
                let _ = window().print();
                printed
            });
            move || drop(listener)
        });
    }
    let Course::Lesson(lesson) = &*study.course else { return Html::default() };
    let make = {
        let (course, book, leaves) = (study.course.clone(), study.book.clone(), leaves.clone());
        let act = act.clone();
        Callback::from(move |_: MouseEvent| {
            let (course, book, leaves) = (course.clone(), book.clone(), leaves.clone());
            let act = act.clone();
            yew::platform::spawn_local(async move {
                if !fetch(&book, course.steps()).await {
                    act.emit(Action::Page(PageAction::Tell(Notice::refusal(sentence!(
                        "A part of Synod could not be fetched. Check the connection, and try again."
                    )))));
                } else if let Course::Lesson(lesson) = &*course {
                    leaves.set(Some(Shared::new(Leaf::all(lesson))));
                }
            });
        })
    };
    html! {
        <>
        { button("", Some(Icon::Book), tr!(*language, "Print the lesson"), make) }
        if let Some(leaves) = &*leaves { { sheet(lesson, leaves, *language, act) } }
        </>
    }
}

/// Fetches what all steps run; whether it could be had.
async fn fetch(book: &Book, steps: usize) -> bool {
    for step in 0..steps {
        // A scene that is there may name another protocol beside its own.
        loop {
            let needs = Needs::of_book(book, step);
            if needs.are_met() {
                break;
            }
            if needs.fetch().await.is_err() {
                return false;
            }
        }
    }
    true
}

fn sheet(
    lesson: &Lesson,
    leaves: &[Option<Leaf>],
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let step = |(place, (step, leaf)): (usize, (&Step, &Option<Leaf>))| {
        let answers = leaf.iter().flat_map(|leaf| &leaf.choices);
        let choices = answers.map(|choice| html! { <li>{ told(choice, language) }</li> });
        html! {
            <section>
                <h2>{ format!("{}. {}", place + 1, step.title) }</h2>
                { prose(&step.prose, act) }
                { leaf.as_ref().map(|leaf| still(leaf, language)) }
                if let Some(asked) = &step.question {
                    <p><strong>{ &asked.text }</strong></p>
                    <ul class="boxes">{ for choices }</ul>
                }
                { prose(&step.after, act) }
                if !step.tasks.is_empty() {
                    <ul class="boxes">{ for step.tasks.iter().map(|task| html! { <li>{ &task.text }</li> }) }</ul>
                }
            </section>
        }
    };
    html! {
        <div class="handout" data-role="handout">
            <h1>{ &lesson.title }</h1>
            { prose(&lesson.about, act) }
            { for lesson.steps.iter().zip(leaves).enumerate().map(step) }
        </div>
    }
}

/// The stage where the run of a step stands, with the names and the roles of those on it.
fn still(leaf: &Leaf, language: Language) -> Html {
    let label = |(at, name, role): &(Point, String, &'static str)| {
        html! {
            <>
            { text("id", Point::new(at.x, at.y - 4.0), name) }
            { text("role", Point::new(at.x, at.y + 14.0), translate(language, role)) }
            </>
        }
    };
    let caption = leaf.caption.iter().map(|caption| html! { <span>{ ". " }{ caption }</span> });
    html! {
        <figure>
            { picture(&leaf.picture, leaf.names.iter().map(label).collect()) }
            <figcaption>{ tr!(language, "At {0}", seconds(leaf.at, 3)) }{ for caption }</figcaption>
        </figure>
    }
}
