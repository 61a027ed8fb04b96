//! The run as text, live: what has been done, line by line. It can be changed and run again; a
//! mistake is told with its place, and the run on the stage stays as it is.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::base::Time;
use crate::command::Script;
use crate::player::{Action, Notice};
use crate::tr;
use crate::web::frame::Inspection;
use crate::web::shared::Shared;
use crate::words::Language;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub inspection: Shared<Inspection>,
    pub language: Language,
    pub notice: Option<Notice>,
    pub act: Callback<Action>,
}

#[component]
pub fn ScriptTab(props: &Props) -> Html {
    let editing = use_state(|| false);
    let Some(script) = &props.inspection.script else { return Html::default() };
    let language = props.language;
    if *editing {
        let leave = {
            let editing = editing.clone();
            Callback::from(move |()| editing.set(false))
        };
        return html! { <Editor text={script.to_string()} {language} notice={props.notice.clone()} act={&props.act} {leave} /> };
    }
    let edit = Callback::from(move |_: MouseEvent| editing.set(true));
    html! {
        <section class="script">
            <h2>{ tr!(language, "Script") }<span class="grow"></span><button onclick={edit}>{ icon(Icon::Pen) }{ tr!(language, "Edit") }</button></h2>
            <p class="soft">{ tr!(language, "Everything you do adds a line. The link carries these lines, and nothing else.") }</p>
            { lines(props, script) }
        </section>
    }
}

/// The lines, each of which leads to its time; those still to come are dimmed.
fn lines(props: &Props, script: &Script) -> Html {
    let now = props.inspection.now;
    let line = |(at, text): (Option<Time>, String)| {
        let class = classes!("code", at.is_some_and(|at| at > now).then_some("later"));
        let Some(at) = at else { return html! { <li {class}><code>{ text }</code></li> } };
        let act = props.act.clone();
        let onclick = Callback::from(move |_: MouseEvent| act.emit(Action::Seek(at)));
        html! { <li {class}><button class="inline" {onclick}><code>{ at.to_string() }</code></button><code>{ text }</code></li> }
    };
    let first = std::iter::once((None, script.setup.to_string()));
    let title = script.title.iter().map(|title| (None, format!("title {title}")));
    let rest = script.lines.iter().map(|line| (Some(line.at), line.command.to_string()));
    html! { <ol class="lines">{ for first.chain(title).chain(rest).map(line) }</ol> }
}

#[derive(Properties, PartialEq)]
struct EditorProps {
    text: String,
    language: Language,
    notice: Option<Notice>,
    act: Callback<Action>,
    leave: Callback<()>,
}

#[component]
fn Editor(props: &EditorProps) -> Html {
    let language = props.language;
    let area = use_node_ref();
    // The text that editing began with: the run may go on underneath.
    let text = use_memo((), |()| props.text.clone());
    let place = props.notice.as_ref().and_then(|notice| notice.place);
    {
        let area = area.clone();
        use_effect_with(place, move |place| {
            if let (Some((line, column)), Some(area)) = (place, area.cast::<HtmlTextAreaElement>()) {
                point_at(&area, *line, *column);
            }
        });
    }
    let run = {
        let (act, area) = (props.act.clone(), area.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(area) = area.cast::<HtmlTextAreaElement>() {
                act.emit(Action::LoadText(area.value()));
            }
        })
    };
    let leave = {
        let leave = props.leave.clone();
        Callback::from(move |_: MouseEvent| leave.emit(()))
    };
    html! {
        <section class="script">
            <h2>{ tr!(language, "Script") }</h2>
            <textarea ref={area} spellcheck="false" autocapitalize="off" rows="14" aria-label={tr!(language, "Script")}
                aria-invalid={place.is_some().to_string()} value={(*text).clone()} />
            if let (Some(notice), Some(_)) = (&props.notice, place) {
                <p class="mistake" role="alert">{ notice.told(language) }</p>
            }
            <div class="acts">
                <button class="primary" onclick={run}>{ icon(Icon::Play) }{ tr!(language, "Run this script") }</button>
                <button onclick={leave}>{ tr!(language, "Back") }</button>
            </div>
        </section>
    }
}

/// Puts the cursor where the mistake is.
fn point_at(area: &HtmlTextAreaElement, line: u32, column: u32) {
    let text = area.value();
    let before: usize = text.split_inclusive('\n').take(line as usize - 1).map(utf16).sum();
    let rest = text.split('\n').nth(line as usize - 1).unwrap_or("");
    let within: usize = rest.chars().take(column as usize - 1).map(char::len_utf16).sum();
    let word: usize = rest.chars().skip(column as usize - 1).take_while(|c| !c.is_whitespace()).map(char::len_utf16).sum();
    let start = (before + within) as u32;
    let _ = area.focus();
    let _ = area.set_selection_range(start, start + word.max(1) as u32);
}

fn utf16(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
