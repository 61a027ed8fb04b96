//! Where lecturers write a lesson: a text, what is wrong with it while one types, and a preview beside a run.
//! Before the preview all of it is tried, as `lab check-lessons` does. What is written is kept
//! (`web/drafts.rs`) until somebody begins anew.

use gloo_timers::future::TimeoutFuture;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::bits::button;
use super::icon::Icon;
use super::text_area::lead_to;
use crate::lessons::texts::SHELF;
use crate::player::{Action, Book, Needs, StudyAction, draft};
use crate::scenario::Mistake;
use crate::web::{browser, drafts};
use crate::words::{Language, tell, translate};
use crate::{key, sentence, tr};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub language: Language,
    pub act: Callback<Action>,
}

/// A short lesson to begin with.
fn example(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../../../lessons/example.txt"),
        Language::Chinese => include_str!("../../../lessons/zh/example.txt"),
    }
}

/// The text of what is read beside the stage becomes what is written; whoever comes to the editor finds it.
pub fn edit(book: &Book, language: Language) {
    drafts::send();
    let shelf = SHELF.get();
    let volume = match (shelf, book) {
        (_, Book::Own(text)) => return drafts::replace(text),
        (Some(shelf), Book::Lesson(name)) => shelf.lesson_named(name),
        (Some(shelf), Book::Exercise(name)) => shelf.exercise_named(name),
        _ => None,
    };
    if let Some(volume) = volume {
        drafts::replace(volume.of(language));
    }
}

/// What is known of the text beyond that it can be read.
#[derive(Clone, PartialEq)]
enum Trial {
    Untried,
    /// Its runs are fetched, and followed.
    Running,
    /// A directive does not work.
    Failed(Mistake),
}

/// Opens a text beside its run.
fn show(act: &Callback<Action>, text: &str) {
    // Whoever comes back from there wants to write on.
    drafts::send();
    act.emit(Action::Study(StudyAction::Open(Book::Own(text.to_owned()))));
}

/// Tries a text, and shows it if all of it works. What cannot be fetched is told when it is shown.
async fn attempt(act: Callback<Action>, text: String, trial: UseStateHandle<Trial>) {
    trial.set(Trial::Running);
    loop {
        let needs = Needs::of_draft(&text);
        if needs.are_met() {
            break;
        }
        if needs.fetch().await.is_err() {
            return show(&act, &text);
        }
    }
    // The words for it are seen before the work begins.
    TimeoutFuture::new(40).await;
    match draft::review(&text) {
        Ok(()) => show(&act, &text),
        Err(mistake) => trial.set(Trial::Failed(mistake)),
    }
}

/// Whoever was sent to the editor finds it in sight, with the focus.
#[hook]
fn use_arrival(area: &NodeRef) {
    let area = area.clone();
    use_effect_with((), move |()| {
        if drafts::arrive()
            && let Some(area) = area.cast::<HtmlTextAreaElement>()
        {
            browser::focus(&area);
            if let Some(editor) = browser::by_id("editor-title") {
                editor.scroll_into_view();
            }
        }
    });
}

#[component]
pub fn LessonEditor(props: &Props) -> Html {
    let Props { language, act } = props;
    let language = *language;
    let text = use_state(|| drafts::now().unwrap_or_else(|| example(language).to_owned()));
    let trial = use_state(|| Trial::Untried);
    let area = use_node_ref();
    let unread = SHELF.get().and_then(|shelf| (shelf.read)(&text).err());
    let write = {
        let (text, trial) = (text.clone(), trial.clone());
        Callback::from(move |written: String| {
            text.set(written);
            trial.set(Trial::Untried);
        })
    };
    let oninput = {
        let write = write.clone();
        Callback::from(move |event: InputEvent| {
            let written = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            drafts::write(&written);
            write.emit(written);
        })
    };
    // Another text; the one that stood here can be had again.
    let replace = {
        let write = write.clone();
        Callback::from(move |other: String| {
            drafts::replace(&other);
            write.emit(other);
        })
    };
    use_arrival(&area);
    let preview = {
        let (act, text, trial) = (act.clone(), text.clone(), trial.clone());
        let (area, unread) = (area.clone(), unread.clone());
        Callback::from(move |_: MouseEvent| match &unread {
            Some(mistake) => lead_to(&area, mistake.line, mistake.column),
            None => {
                let (act, text) = (act.clone(), (*text).clone());
                yew::platform::spawn_local(attempt(act, text, trial.clone()));
            }
        })
    };
    let all_the_same = {
        let (act, text) = (act.clone(), text.clone());
        Callback::from(move |_: MouseEvent| show(&act, &text))
    };
    let failed = matches!(*trial, Trial::Failed(_));
    let wrong = unread.is_some() || failed;
    html! {
        <section class="editor" aria-labelledby="editor-title">
            <h3 id="editor-title">{ tr!(language, "Write one of your own") }</h3>
            <p class="soft">{ tr!(language, "A lesson is a text: Markdown, with a few lines of script between the paragraphs. The preview's link carries it whole.") }</p>
            <textarea ref={area.clone()} value={(*text).clone()} {oninput} rows="18" spellcheck="false" aria-label={tr!(language, "The lesson's text")} aria-invalid={wrong.to_string()} aria-describedby="editor-told" />
            <p id="editor-told" class={if wrong { "trouble" } else { "soft" }} role="status">{ told(unread.as_ref(), &trial, &area, language) }</p>
            <div class="acts">
                { button("primary", Some(Icon::Play), tr!(language, "Preview"), preview) }
                if failed { { button("", None, tr!(language, "Show it all the same"), all_the_same) } }
                <label class="button">{ tr!(language, "Open a file") }<input class="unseen" type="file" accept=".md,.txt,text/*" onchange={opens(replace.clone())} /></label>
                { begins(&text, replace, language) }
            </div>
            { directives(language) }
        </section>
    }
}

/// Begins anew; and brings back what stood here before.
fn begins(text: &str, replace: Callback<String>, language: Language) -> Html {
    let with = |text: String| {
        let replace = replace.clone();
        Callback::from(move |_: MouseEvent| replace.emit(text.clone()))
    };
    let example = example(language);
    let before = drafts::before().filter(|before| before != text);
    html! {
        <>
        if text != example { { button("", None, tr!(language, "Begin anew"), with(example.to_owned())) } }
        if let Some(before) = before { { button("", Some(Icon::Undo), tr!(language, "Bring back what stood here before"), with(before)) } }
        </>
    }
}

/// What can be written between the paragraphs, and what it does.
const DIRECTIVES: [(&str, &str); 14] = [
    ("## …", key!("A step begins, with this title.")),
    ("minutes 5", key!("How long it takes; once, at the top.")),
    ("scene PROTOCOL/SCENE", key!("What runs from here on: a scene, as the address names it.")),
    (
        "run raft nodes=5 seed=7",
        key!("Or a run of your own. Its lines follow, as the Script tab shows them."),
    ),
    ("pause 300ms\npause until sent RequestVote", key!("Where the run stands in this step.")),
    ("select S1\ntab properties\nbelow history", key!("What is shown beside it.")),
    ("ask \"…\" who any role=leader by 2s", key!("A question: at whom this comes true first.")),
    (
        "ask \"…\" whether S1 commitIndex>=2 by 2s",
        key!("A question: whether this comes true by then."),
    ),
    (
        "ask \"…\" value S1 commitIndex at 2s of 0 | 1 | 2",
        key!("A question: which of these is read off it then."),
    ),
    ("ask \"…\" model linearizable at 2s", key!("A question: whether the clients' history is so.")),
    (
        "answer S1",
        key!(
            "What the text behind the question takes for granted. The preview holds it against the run."
        ),
    ),
    (
        "try \"…\" leader",
        key!("Something for the reader to bring about: what can be waited for in “Run until”."),
    ),
    (
        "[…](#v1&term=quorum)",
        key!("A link: to a term, a lesson, an exercise, a scene, or to https:."),
    ),
    ("```synod … ```", key!("Between these stand the lines above, but for titles and links.")),
];

/// What an exercise has behind its text.
const OF_EXERCISE: &str = "check \"…\" 2 role=leader\nhint \"…\"\nsolution\n300ms crash S1";

fn directives(language: Language) -> Html {
    let row = |(line, does): &(&'static str, &'static str)| {
        html! { <><dt><code>{ *line }</code></dt><dd>{ translate(language, does) }</dd></> }
    };
    html! {
        <details class="directives">
            <summary>{ tr!(language, "What can be written") }</summary>
            <dl>{ for DIRECTIVES.iter().map(row) }</dl>
            <p>{ tr!(language, "An exercise is the same kind of file without steps, and is written here too: “check” says what it is judged by, “hint” helps, and behind “solution” stand the lines that solve it.") }</p>
            <pre tabindex="0">{ OF_EXERCISE }</pre>
        </details>
    }
}

/// How the text stands. A mistake leads to its place.
fn told(unread: Option<&Mistake>, trial: &Trial, area: &NodeRef, language: Language) -> Html {
    let mistake = match (unread, trial) {
        (Some(mistake), _) | (None, Trial::Failed(mistake)) => mistake,
        (None, Trial::Running) => return tr!(language, "Its steps are tried…").into(),
        (None, Trial::Untried) => {
            return tr!(language, "It can be read. The preview tries its steps.").into();
        }
    };
    let Mistake { line, column, sentence } = mistake.clone();
    let words = tell(language, &sentence!("Line {0}, column {1}: {2}.", line, column, sentence));
    let lead = {
        let area = area.clone();
        Callback::from(move |_: MouseEvent| lead_to(&area, line, column))
    };
    button("inline mistake", None, &words, lead)
}

/// What a file holds becomes the text.
fn opens(write: Callback<String>) -> Callback<Event> {
    Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        let file = input.files().and_then(|files| files.get(0));
        let write = write.clone();
        if let Some(file) = file {
            yew::platform::spawn_local(async move {
                let read = wasm_bindgen_futures::JsFuture::from(file.text()).await;
                if let Some(read) = read.ok().and_then(|read| read.as_string()) {
                    write.emit(read);
                }
            });
        }
    })
}
