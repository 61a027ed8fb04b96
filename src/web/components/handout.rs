//! A lesson on paper: all its steps at once, each with a picture of where its run stands and with what is
//! asked there, and the answers behind them. It is made when somebody prints, by the button or by the browser's own
//! way, and goes when it has been printed.

use gloo_events::EventListener;
use yew::prelude::*;

use super::bits::button;
use super::icon::Icon;
use super::prose::{prose, told};
use super::stage::still;
use crate::lessons::handout::Leaf;
use crate::lessons::{Course, Lesson, Step};
use crate::player::{Action, Book, Needs, Notice, PageAction, StudyShot};
use crate::view::diagram::ticks::seconds;
use crate::web::animator::set_rings;
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
    // The button was pressed: then the browser is told to print once all is there.
    let pressed = use_mut_ref(|| false);
    {
        let (made, pressed) = (leaves.clone(), pressed.clone());
        use_effect_with(leaves.is_some(), move |is_made| {
            let listener = is_made.then(|| {
                set_all_rings(made.as_deref());
                let own = pressed.clone();
                let printed = EventListener::new(&window(), "afterprint", move |_| {
                    *pressed.borrow_mut() = false;
                    made.set(None);
                });
                if *own.borrow() {
                    let _ = window().print();
                }
                printed
            });
            move || drop(listener)
        });
    }
    {
        let (leaves, pressed, language) = (leaves.clone(), pressed.clone(), *language);
        use_effect_with(study.course.clone(), move |course| {
            let course = course.clone();
            let listener = EventListener::new(&window(), "beforeprint", move |_| {
                // Nothing can be waited for now: what is not there has no picture.
                if let (Course::Lesson(lesson), false) = (&*course, *pressed.borrow()) {
                    leaves.set(Some(Shared::new(Leaf::all(lesson, language))));
                }
            });
            move || drop(listener)
        });
    }
    let Course::Lesson(lesson) = &*study.course else { return Html::default() };
    let make = {
        let (course, book, leaves) = (study.course.clone(), study.book.clone(), leaves.clone());
        let (act, language) = (act.clone(), *language);
        Callback::from(move |_: MouseEvent| {
            let (course, book, leaves) = (course.clone(), book.clone(), leaves.clone());
            let (act, pressed) = (act.clone(), pressed.clone());
            yew::platform::spawn_local(async move {
                if !fetch(&book, course.steps()).await {
                    act.emit(Action::Page(PageAction::Tell(Notice::refusal(sentence!(
                        "A part of Synod could not be fetched. Check the connection, and try again."
                    )))));
                } else if let Course::Lesson(lesson) = &*course {
                    *pressed.borrow_mut() = true;
                    leaves.set(Some(Shared::new(Leaf::all(lesson, language))));
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
                { leaf.as_ref().map(|leaf| figure(place, leaf, language)) }
                if let Some(asked) = &step.question {
                    <p><strong>{ &asked.text }</strong></p>
                    <ul class="boxes">{ for choices }</ul>
                }
                if !step.tasks.is_empty() {
                    <ul class="boxes">{ for step.tasks.iter().map(|task| html! { <li>{ &task.text }</li> }) }</ul>
                }
            </section>
        }
    };
    // On a page of their own: whoever holds the paper answers first.
    let answer = |(place, (step, leaf)): (usize, (&Step, &Option<Leaf>))| {
        let asked = step.question.as_ref()?;
        let said = leaf.as_ref().and_then(|leaf| leaf.answer.as_ref());
        Some(html! {
            <section>
                <p><strong>{ format!("{}. {}", place + 1, asked.text) }</strong>
                    if let Some(said) = said { { " " }{ tr!(language, "The run says {0}.", told(said, language)) } }</p>
                { prose(&step.after, act) }
            </section>
        })
    };
    html! {
        <div class="handout" data-role="handout">
            <h1>{ &lesson.title }</h1>
            { prose(&lesson.about, act) }
            { for lesson.steps.iter().zip(leaves).enumerate().map(step) }
            if lesson.steps.iter().any(|step| step.question.is_some()) {
                <section class="all-answers">
                    <h2>{ tr!(language, "Answers") }</h2>
                    { for lesson.steps.iter().zip(leaves).enumerate().filter_map(answer) }
                </section>
            }
        </div>
    }
}

/// The stage where the run of a step stands, with what is said there.
fn figure(place: usize, leaf: &Leaf, language: Language) -> Html {
    let scene = Shared::new(leaf.scene.clone());
    let caption = leaf.scene.caption.iter();
    let caption = caption.map(|said| html! { <span>{ ". " }{ translate(language, said) }</span> });
    html! {
        <figure>
            { still(&id_of(place), &scene, language) }
            <figcaption>{ tr!(language, "At {0}", seconds(leaf.scene.now, 3)) }{ for caption }</figcaption>
        </figure>
    }
}

/// The prefix of the ids in a step's picture.
fn id_of(place: usize) -> String {
    format!("paper{place}")
}

fn set_all_rings(leaves: Option<&Vec<Option<Leaf>>>) {
    for (place, leaf) in leaves.into_iter().flatten().enumerate() {
        if let Some(leaf) = leaf {
            set_rings(&id_of(place), &leaf.scene);
        }
    }
}
