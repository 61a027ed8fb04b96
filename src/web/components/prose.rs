//! Prose of lessons and of the glossary. A term opens its entry over the run; other links lead where
//! they say.

use yew::prelude::*;

use super::bits::{leads, outward};
use crate::lessons::prose::{Block, Inline};
use crate::lessons::{Choice, Course};
use crate::player::{Action, PageAction};
use crate::tr;
use crate::words::{Language, tell};

/// Draws these blocks.
pub fn prose(blocks: &[Block], act: &Callback<Action>) -> Html {
    html! { <div class="prose">{ for blocks.iter().map(|it| block(it, act)) }</div> }
}

fn block(block: &Block, act: &Callback<Action>) -> Html {
    let within = |blocks: &[Block]| blocks.iter().map(|it| self::block(it, act)).collect::<Html>();
    match block {
        Block::Paragraph(runs) => html! { <p>{ inlines(runs, act) }</p> },
        Block::List { numbered: true, items } => {
            html! { <ol>{ for items.iter().map(|item| html! { <li>{ within(item) }</li> }) }</ol> }
        }
        Block::List { items, .. } => {
            html! { <ul>{ for items.iter().map(|item| html! { <li>{ within(item) }</li> }) }</ul> }
        }
        Block::Quote(blocks) => html! { <blockquote>{ within(blocks) }</blockquote> },
        Block::Code(code) => html! { <pre tabindex="0">{ code }</pre> },
        Block::Table(rows) => table(rows, act),
    }
}

fn table(rows: &[Vec<Vec<Inline>>], act: &Callback<Action>) -> Html {
    let Some((head, rest)) = rows.split_first() else { return Html::default() };
    html! {
        <table>
            <thead><tr>{ for head.iter().map(|cell| html! { <th scope="col">{ inlines(cell, act) }</th> }) }</tr></thead>
            <tbody>
            { for rest.iter().map(|row| html! {
                <tr>{ for row.iter().map(|cell| html! { <td>{ inlines(cell, act) }</td> }) }</tr>
            }) }
            </tbody>
        </table>
    }
}

fn inlines(runs: &[Inline], act: &Callback<Action>) -> Html {
    runs.iter().map(|run| inline(run, act)).collect()
}

fn inline(run: &Inline, act: &Callback<Action>) -> Html {
    match run {
        Inline::Text(text) => html! { text },
        Inline::Code(code) => html! { <code>{ code }</code> },
        Inline::Strong(within) => html! { <strong>{ inlines(within, act) }</strong> },
        Inline::Emphasis(within) => html! { <em>{ inlines(within, act) }</em> },
        Inline::Break => html! { <br /> },
        Inline::Link { to, text } => link(to, inlines(text, act), act),
    }
}

/// A link of a text.
pub fn link(to: &str, text: Html, act: &Callback<Action>) -> Html {
    let href = to.to_owned();
    if let Some(term) = to.strip_prefix("#v1&term=") {
        let (act, term) = (act.clone(), term.to_owned());
        let onclick = Callback::from(move |event: MouseEvent| {
            // With a key held, a browser opens it elsewhere.
            if !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
                event.prevent_default();
                act.emit(Action::Page(PageAction::Explain(term.clone())));
            }
        });
        return html! { <a class="term" {href} {onclick}>{ text }</a> };
    }
    match to.starts_with("https:") {
        true => outward("", href, text),
        false => leads("", to, text),
    }
}

/// What it is that is read.
pub fn kind(course: &Course, language: Language) -> &'static str {
    match course {
        Course::Lesson(_) => tr!(language, "Lesson"),
        Course::Exercise(_) => tr!(language, "Exercise"),
    }
}

/// A choice in words.
pub fn told(choice: &Choice, language: Language) -> String {
    match choice {
        Choice::Place(place) => place.to_string(),
        Choice::Yes | Choice::Kept => tr!(language, "Yes").to_owned(),
        Choice::No | Choice::Broken => tr!(language, "No").to_owned(),
        Choice::Text(text) => text.clone(),
        Choice::Nothing(why) => tell(language, why),
    }
}
