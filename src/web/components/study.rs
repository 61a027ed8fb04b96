//! A lesson or an exercise beside the stage: its steps, the question that the run answers, what is to be
//! brought about and how that stands.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::bits::{asks, button, leads, picture_button};
use super::handout::Handout;
use super::icon::Icon;
use super::lesson_editor;
use super::prose::{kind, prose, told};
use crate::lessons::judge::Occasion;
use crate::lessons::prose::opening;
use crate::lessons::texts::SHELF;
use crate::lessons::{CheckState, Choice, Course, Demand, Exercise, Lesson, Prediction};
use crate::player::{Action, Book, Dialog, Door, PageAction, StudyAction, StudyShot, TimeAction};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::web::{address, browser, focus};
use crate::words::{Language, tell};

/// What is read, all of it, with the tab that it speaks of below the text.
pub fn study_panel(
    study: &StudyShot,
    beside: Option<Html>,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let beside = beside.map(|beside| html! { <div class="beside">{ beside }</div> });
    let content = match &*study.course {
        Course::Lesson(lesson) => lesson_step(lesson, study, beside, language, act),
        Course::Exercise(exercise) => exercise_panel(exercise, study, beside, language, act),
    };
    let place = match &study.book {
        Book::Lesson(name) | Book::Exercise(name) | Book::Own(name) => {
            format!("{}:{name}", study.step)
        }
    };
    html! {
        <article class="study" data-role="study">
            { head(study, language, act) }{ content }
            <FocusGoesOn when={place} to=".study h2" always={true} />
            <FocusGoesOn when={study.untouched.to_string()} to=".study h2" />
            <FocusGoesOn when={study.asked.to_string()} to=".question [role=status]" />
            <FocusGoesOn when={study.hints.to_string()} to=".study-hints ol" />
        </article>
    }
}

#[derive(Properties, PartialEq)]
struct FocusProps {
    /// It is looked after whenever this changes.
    when: AttrValue,
    to: &'static str,
    /// Also where something else still has it: what is read begins there.
    #[prop_or_default]
    always: bool,
}

/// Keeps the focus of whoever reads by keyboard or by ear: what was pressed may be gone.
#[component]
fn FocusGoesOn(props: &FocusProps) -> Html {
    let (to, always, begun) = (props.to, props.always, use_mut_ref(|| false));
    use_effect_with(props.when.clone(), move |_| {
        let first = !begun.replace(true);
        // What opens inside somebody else's page leaves that page its focus.
        let opens = first && always && !address::is_embedded();
        if opens || !first && (always || focus::is_lost()) {
            focus::on(to);
        }
    });
    Html::default()
}

/// The step's title, what is asked with its choices or else what is said first, and what the run has answered.
pub fn study_slide(study: &StudyShot, language: Language) -> Html {
    let (title, prose, asked, tasks) = match &*study.course {
        Course::Lesson(lesson) => {
            let step = &lesson.steps[study.step];
            (&step.title, &step.prose, step.question.as_ref(), &step.tasks)
        }
        Course::Exercise(exercise) => (&exercise.title, &exercise.task, None, &exercise.checks),
    };
    let said = opening(prose, 2);
    let answer = study.truth.as_ref().map(|truth| told(&truth.choice, language));
    let choice = |choice: &Choice| html! { <li>{ told(choice, language) }</li> };
    let task = |(place, task): (usize, &Demand)| {
        let is_met = matches!(study.states.get(place), Some(CheckState::Met(_)));
        html! { <span class={if is_met { "task met" } else { "task" }}>{ &task.text }</span> }
    };
    html! {
        <div class="slide"><strong>{ title }</strong>
            if let Some(asked) = asked {
                <span>{ &asked.text }</span>
                <ul>{ for study.choices.iter().map(choice) }</ul>
            } else if !said.is_empty() {
                <span>{ said }</span>
            }
            { for tasks.iter().enumerate().map(task) }
            if let Some(answer) = answer { <span class="good">{ tr!(language, "The run says {0}.", answer) }</span> }
        </div>
    }
}

fn head(study: &StudyShot, language: Language, act: &Callback<Action>) -> Html {
    let (to, name) = match (&study.book, &*study.course) {
        (Book::Exercise(_), _) | (Book::Own(_), Course::Exercise(_)) => {
            ("#v1&door=exercises", tr!(language, "Exercises"))
        }
        _ => ("#v1&door=lessons", tr!(language, "Lessons")),
    };
    html! {
        <header class="study-head">
            <nav aria-label={kind(&study.course, language)}>{ leads("", to, name.into()) }{ " › " }<span>{ study.course.title().to_owned() }</span></nav>
            if address::has_door() {
                { picture_button("", Icon::Panes, tr!(language, "Present: the stage alone, with keys for a clicker"), asks(act, PageAction::Present(true))) }
            }
            { picture_button("", Icon::Close, tr!(language, "Put the lesson away"), asks(act, StudyAction::Close)) }
        </header>
    }
}

// ---- a lesson --------------------------------------------------------------------------------

fn lesson_step(
    lesson: &Lesson,
    study: &StudyShot,
    beside: Option<Html>,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let step = &lesson.steps[study.step];
    let answered = study.truth.is_some();
    html! {
        <>
        { steps(lesson, study, language, act) }
        <h2 tabindex="-1">{ &step.title }</h2>
        if study.step == 0 { { prose(&lesson.about, act) } }
        { prose(&step.prose, act) }
        if let Some(asked) = &step.question { { question(asked, study, language, act) } }
        if step.question.is_none() || answered { { prose(&step.after, act) } }
        if !step.tasks.is_empty() { { demands(&step.tasks, study, language, act) } }
        { beside }
        { again(study, language, act) }
        { way_on(lesson, study, language, act) }
        { beyond(study, language, act) }
        </>
    }
}

/// What else can be done with what is read: its text, to be changed, and on paper. Both need the whole page.
fn beyond(study: &StudyShot, language: Language, act: &Callback<Action>) -> Html {
    if !address::has_door() {
        return html! {
            <p class="soft source-line"><a href={address::with_hash(&address::hash())} target="_blank" rel="noopener" onclick={as_it_stands}>
                { tr!(language, "Open this on a page of its own") }
            </a></p>
        };
    }
    let what = match &*study.course {
        Course::Lesson(_) => tr!(language, "A lesson is a text file."),
        Course::Exercise(_) => tr!(language, "An exercise is a text file."),
    };
    let edit = {
        let (act, book) = (act.clone(), study.book.clone());
        Callback::from(move |_: MouseEvent| {
            lesson_editor::edit(&book, language);
            act.emit(PageAction::Enter(Some(Door::Lessons)).into());
        })
    };
    html! {
        <>
        <p class="soft source-line">{ what }{ " " }
            <button class="link" onclick={edit}>{ tr!(language, "Open this one in the editor") }</button>
        </p>
        <Handout study={study.clone()} {language} act={act.clone()} />
        </>
    }
}

/// The link leads to what is read as it stands when it is pressed.
fn as_it_stands(event: MouseEvent) {
    if let Some(link) = event.current_target().and_then(|link| link.dyn_into::<Element>().ok()) {
        browser::set(&link, "href", &address::with_hash(&address::hash()));
    }
}

/// A circle for each step, and where one is in words.
fn steps(lesson: &Lesson, study: &StudyShot, language: Language, act: &Callback<Action>) -> Html {
    let circle = |(place, step): (usize, &crate::lessons::Step)| {
        let now = place == study.step;
        let class = match place.cmp(&study.step) {
            std::cmp::Ordering::Less => "circle read",
            std::cmp::Ordering::Equal => "circle here",
            std::cmp::Ordering::Greater => "circle",
        };
        let label = tr!(language, "Step {0}: {1}", place + 1, step.title.clone());
        html! {
            <li><button {class} onclick={asks(act, StudyAction::Step(place))} aria-current={now.then_some("step")} aria-label={label.clone()} title={label}>
                { place + 1 }
            </button></li>
        }
    };
    html! {
        <div class="steps">
            <ol>{ for lesson.steps.iter().enumerate().map(circle) }</ol>
            <span class="soft">{ tr!(language, "Step {0} of {1}, {2} min in all", study.step + 1, lesson.steps.len(), lesson.minutes) }</span>
        </div>
    }
}

fn way_on(lesson: &Lesson, study: &StudyShot, language: Language, act: &Callback<Action>) -> Html {
    let next = lesson.steps.get(study.step + 1);
    html! {
        <footer class="way-on">
            if study.step > 0 {
                { button("", Some(Icon::Back), tr!(language, "Back"), asks(act, StudyAction::Step(study.step - 1))) }
            }
            <span class="grow soft">
                if let Some(next) = next { { tr!(language, "Next: {0}", next.title.clone()) } }
                else { { tr!(language, "That was the last step.") } }
            </span>
            if next.is_some() {
                { button("primary", Some(Icon::Forward), tr!(language, "Next step"), asks(act, StudyAction::Step(study.step + 1))) }
            } else {
                { leads("button primary", "#v1&door=exercises", tr!(language, "To the exercises").into()) }
            }
        </footer>
    }
}

fn question(
    asked: &Prediction,
    study: &StudyShot,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let option = |(place, choice): (usize, &Choice)| {
        let on = study.chosen == Some(place);
        let right = study.truth.as_ref().is_some_and(|truth| truth.choice == *choice);
        let class = match (&study.truth, right, on) {
            (Some(_), true, _) => "choice right",
            (Some(_), false, true) => "choice wrong",
            _ => "choice",
        };
        let onchange = {
            let act = act.clone();
            Callback::from(move |_: Event| act.emit(Action::Study(StudyAction::Choose(place))))
        };
        html! {
            <label {class}>
                <input type="radio" name="prediction" checked={on} disabled={study.asked} {onchange} />
                <span>{ told(choice, language) }</span>
                if study.truth.is_some() && right { <b aria-hidden="true">{ "✓" }</b> }
            </label>
        }
    };
    html! {
        <fieldset class="question" data-role="question">
            <legend>{ &asked.text }</legend>
            <div class="predictions">{ for study.choices.iter().enumerate().map(option) }</div>
            { verdict(study, language, act) }
        </fieldset>
    }
}

/// A button that has the run answer, or what it has answered.
fn verdict(study: &StudyShot, language: Language, act: &Callback<Action>) -> Html {
    let chosen = study.chosen.and_then(|place| study.choices.get(place));
    let Some(truth) = &study.truth else {
        if study.asked {
            return html! {
                <p class="reveal">
                    <span class="soft" role="status" tabindex="-1">{ tr!(language, "The run decides: it plays on.") }</span>
                    { button("", Some(Icon::Forward), tr!(language, "Skip to its answer"), asks(act, StudyAction::Reveal)) }
                </p>
            };
        }
        return html! {
            <p class="reveal">
                { button("primary", Some(Icon::Play), tr!(language, "Reveal by running"), asks(act, StudyAction::Reveal)) }
                <span class="soft">
                    if let Some(chosen) = chosen { { tr!(language, "You say: {0}. The run decides.", told(chosen, language)) } }
                    else { { tr!(language, "Say first what you expect.") } }
                </span>
            </p>
        };
    };
    let answer = told(&truth.choice, language);
    if let Choice::Nothing(_) = &truth.choice {
        let words = tr!(language, "The run gives no answer: {0}.", answer);
        return html! { <p class="verdict" role="status" data-role="verdict" tabindex="-1"><strong>{ words }</strong></p> };
    }
    let words = match chosen {
        Some(chosen) if *chosen == truth.choice => tr!(language, "As you said: {0}.", answer),
        Some(chosen) => {
            tr!(language, "You said {0}; the run says {1}.", told(chosen, language), answer)
        }
        None => tr!(language, "The run says {0}.", answer),
    };
    let class = match chosen {
        Some(chosen) if *chosen == truth.choice => "verdict good",
        Some(_) => "verdict",
        None => "verdict plain",
    };
    html! {
        <p {class} role="status" data-role="verdict" tabindex="-1">
            <strong>{ words }</strong>
            if language == Language::English { { " " } }
            if let Some(told) = &truth.told { { occasion(told, language, act) } }
        </p>
    }
}

/// When something happened, and what; a press goes there.
fn occasion(told: &Occasion, language: Language, act: &Callback<Action>) -> Html {
    let onclick = asks(act, TimeAction::SeekEvent(told.event));
    let at = seconds(told.at, 3);
    let at = tr!(language, "At {0} s", at.trim_end_matches(" s").to_owned());
    html! {
        <>
        <button class="link" {onclick}>{ at }</button>{ tr!(language, ": ") }
        { tell(language, &told.told) }
        </>
    }
}

/// Brings the run back as it was given, where the reader has changed it.
fn again(study: &StudyShot, language: Language, act: &Callback<Action>) -> Html {
    match study.untouched {
        true => Html::default(),
        false => html! {
            <p class="again">
                { button("", Some(Icon::Undo), tr!(language, "The run as it was given"), asks(act, StudyAction::Again)) }
            </p>
        },
    }
}

// ---- what is to be brought about -------------------------------------------------------------

fn demands(
    tasks: &[Demand],
    study: &StudyShot,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let row = |(place, task): (usize, &Demand)| {
        let state = study.states.get(place).unwrap_or(&CheckState::Open);
        let (class, word, told) = match state {
            CheckState::Met(told) => ("condition met", tr!(language, "met"), told),
            CheckState::Open => ("condition open", tr!(language, "not yet"), &None),
            CheckState::Broken(told) => ("condition broken", tr!(language, "broken"), told),
        };
        html! {
            <li {class}>
                <span class="sign" aria-hidden="true">{ match state { CheckState::Met(_) => "✓", CheckState::Open => "", CheckState::Broken(_) => "✕" } }</span>
                <span class="what"><strong>{ &task.text }</strong>
                    if let Some(told) = told { <small>{ occasion(told, language, act) }</small> }
                </span>
                <span class="word">{ word }</span>
            </li>
        }
    };
    html! { <ul class="checks" data-role="checks" aria-live="polite">{ for tasks.iter().enumerate().map(row) }</ul> }
}

fn exercise_panel(
    exercise: &Exercise,
    study: &StudyShot,
    beside: Option<Html>,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let all = exercise.checks.len();
    html! {
        <>
        <h2 tabindex="-1">{ &exercise.title }</h2>
        { prose(&exercise.task, act) }
        { exercise.lesson.as_deref().map(|name| read_before(name, language)) }
        <h3>{ tr!(language, "Conditions") }<span class={if study.met() == all { "count good" } else { "count" }}>
            if study.met() == all { { tr!(language, "Solved.") }{ " " } }{ tr!(language, "{0} of {1} met", study.met(), all) }
        </span></h3>
        { demands(&exercise.checks, study, language, act) }
        { hints(exercise, study, language, act) }
        { own_lines(study, language) }
        { beside }
        { again(study, language, act) }
        <footer class="way-on">
            <span class="grow">
                if study.met() == all { <strong class="good" data-role="solved">{ tr!(language, "Solved.") }</strong>{ " " } }
                <span class="soft">{ tr!(language, "The link carries your script and the hints you opened: whoever opens it sees the same run and the same verdict.") }</span>
            </span>
            { button("primary", Some(Icon::Copy), tr!(language, "Hand in"), asks(act, PageAction::Open(Dialog::Share))) }
        </footer>
        { beyond(study, language, act) }
        </>
    }
}

/// The lesson that an exercise belongs to.
fn read_before(name: &str, language: Language) -> Html {
    let shelf = SHELF.get();
    let text = shelf.and_then(|shelf| shelf.lesson_named(name)).map(|text| text.of(language));
    let course = shelf.zip(text).and_then(|(shelf, text)| (shelf.read)(text).ok());
    match course {
        Some(course) => html! {
            <p class="soft">{ tr!(language, "Its lesson:") }{ " " }{ leads("", &format!("#v1&lesson={name}"), course.title().to_owned().into()) }</p>
        },
        None => Html::default(),
    }
}

/// Hints open one by one.
fn hints(
    exercise: &Exercise,
    study: &StudyShot,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let next = study.hints + 1;
    html! {
        <section class="study-hints">
            <h3>{ tr!(language, "Hints") }<span class="count soft">{ tr!(language, "your link names those that you open") }</span></h3>
            <ol tabindex="-1">{ for exercise.hints.iter().take(study.hints).map(|hint| html! { <li>{ hint }</li> }) }</ol>
            if study.hints < exercise.hints.len() {
                { button("", None, &tr!(language, "Open hint {0} of {1}", next, exercise.hints.len()), asks(act, StudyAction::Hint)) }
            }
        </section>
    }
}

fn own_lines(study: &StudyShot, language: Language) -> Html {
    html! {
        <section class="own-lines">
            <h3>{ tr!(language, "Lines of your own") }<span class="count">{ study.own.len() }</span></h3>
            if study.own.is_empty() {
                <p class="soft">{ tr!(language, "Whatever you do to the run becomes a line of its script.") }</p>
            } else {
                <pre tabindex="0">{ study.own.join("\n") }</pre>
            }
        </section>
    }
}
