//! Where lecturers write a lesson: a text, what is wrong with it while one types, and a preview beside a run.

use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::bits::button;
use super::icon::Icon;
use crate::lessons::texts::SHELF;
use crate::player::{Action, Book, StudyAction};
use crate::scenario::Mistake;
use crate::words::{Language, tell};
use crate::{sentence, tr};

#[derive(Properties, PartialEq)]
pub struct Props {
    /// The text that is open beside the stage, if one is: it is what is edited.
    pub open: Option<Book>,
    pub language: Language,
    pub act: Callback<Action>,
}

/// A short lesson to begin with.
const EXAMPLE: &str = include_str!("../../../lessons/example.txt");

/// The text of what is open, or an example.
fn text_of(book: Option<&Book>, language: Language) -> String {
    let shelf = SHELF.get();
    let volume = match (shelf, book) {
        (_, Some(Book::Own(text))) => return text.clone(),
        (Some(shelf), Some(Book::Lesson(name))) => shelf.lesson_named(name),
        (Some(shelf), Some(Book::Exercise(name))) => shelf.exercise_named(name),
        _ => None,
    };
    volume.map_or(EXAMPLE, |volume| volume.of(language)).to_owned()
}

#[component]
pub fn LessonEditor(props: &Props) -> Html {
    let Props { open, language, act } = props;
    let language = *language;
    let text = use_state(|| text_of(open.as_ref(), language));
    let mistake = SHELF.get().and_then(|shelf| (shelf.read)(&text).err());
    let oninput = {
        let text = text.clone();
        Callback::from(move |event: InputEvent| {
            text.set(event.target_unchecked_into::<HtmlTextAreaElement>().value());
        })
    };
    let preview = {
        let (act, text) = (act.clone(), text.clone());
        Callback::from(move |_: MouseEvent| {
            act.emit(Action::Study(StudyAction::Open(Book::Own((*text).clone()))));
        })
    };
    let onchange = {
        let text = text.clone();
        Callback::from(move |event: Event| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            let file = input.files().and_then(|files| files.get(0));
            let text = text.clone();
            if let Some(file) = file {
                yew::platform::spawn_local(async move {
                    let read = wasm_bindgen_futures::JsFuture::from(file.text()).await;
                    if let Some(read) = read.ok().and_then(|read| read.as_string()) {
                        text.set(read);
                    }
                });
            }
        })
    };
    let told = match &mistake {
        Some(mistake) => {
            let Mistake { line, column, sentence } = mistake.clone();
            tell(language, &sentence!("Line {0}, column {1}: {2}.", line, column, sentence))
        }
        None => tr!(language, "It can be read.").to_owned(),
    };
    html! {
        <section class="editor" aria-labelledby="editor-title">
            <h3 id="editor-title">{ tr!(language, "Write one of your own") }</h3>
            <p class="soft">{ tr!(language, "A lesson is a text: Markdown, with a few lines of script between the paragraphs. The preview's link carries it whole.") }</p>
            <textarea value={(*text).clone()} {oninput} rows="18" spellcheck="false" aria-label={tr!(language, "The lesson's text")} aria-invalid={mistake.is_some().to_string()} aria-describedby="editor-told" />
            <p id="editor-told" class={if mistake.is_some() { "trouble" } else { "soft" }} role="status">{ told }</p>
            <div class="acts">
                { button("primary", Some(Icon::Play), tr!(language, "Preview"), preview) }
                <label class="button">{ tr!(language, "Open a file") }<input class="unseen" type="file" accept=".md,.txt,text/*" {onchange} /></label>
            </div>
        </section>
    }
}
