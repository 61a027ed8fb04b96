//! Running until something happens: the conditions that everybody wants, a field to write any other
//! in, or a time, and the kinds of messages for which playing slows down.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDetailsElement, HtmlInputElement};
use yew::prelude::*;

use super::bits::{asks, button};
use super::icon::{Icon, icon};
use crate::explore::condition;
use crate::player::{Action, TimeAction};
use crate::protocol::Vocabulary;
use crate::scenario::Mistake;
use crate::tr;
use crate::words::{Language, tell, translate};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: String,
    pub words: Vocabulary,
    pub mistaken: Option<Mistake>,
    pub slow_for: Vec<&'static str>,
    pub language: Language,
    pub act: Callback<Action>,
}

/// The menu. Its field is always there, to be gone to; the rest is drawn once it is opened.
#[component]
pub fn RunUntil(props: &Props) -> Html {
    let open = use_state(|| false);
    let ontoggle = {
        let open = open.clone();
        Callback::from(move |event: Event| {
            open.set(event.target_unchecked_into::<HtmlDetailsElement>().open());
        })
    };
    html! {
        <details class="popover until" {ontoggle}>
            <summary class="button">
                <span>{ tr!(props.language, "Run until") }</span>{ icon(Icon::Caret) }
            </summary>
            <div class="panel">{ written(props) }if *open { { panel(props) } }</div>
        </details>
    }
}

fn panel(props: &Props) -> Html {
    let language = props.language;
    let item = |condition: String, name: &str| {
        let onclick = asks(&props.act, TimeAction::RunUntil(condition));
        html! { <li>{ button("bare chooses", None, name, onclick) }</li> }
    };
    html! {
        <>
        <ul class="commands">
            { item("violation".into(), tr!(language, "a property breaks")) }
            { item("leader".into(), tr!(language, "another server leads")) }
        </ul>
        <ul class="commands kinds">
            for kind in &props.words.kinds {
                { item(format!("sent {kind}"), &tr!(language, "{0} is sent", translate(language, kind).to_owned())) }
            }
        </ul>
        { slow_for(props) }
        </>
    }
}

/// Any other condition, as it is written.
fn written(props: &Props) -> Html {
    let Props { language, mistaken, words, .. } = props;
    let language = *language;
    let onsubmit = {
        let act = props.act.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let form = event.target_unchecked_into::<Element>();
            let input = form.query_selector("input").ok().flatten();
            if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
                act.emit(Action::Time(TimeAction::RunUntil(input.value())));
            }
        })
    };
    let [list, help] = ["conditions", "condition-help"].map(|name| format!("{}-{name}", props.id));
    let told = mistaken.as_ref().map(|mistake| {
        let column = mistake.column;
        tr!(language, "At character {0}: {1}.", column, tell(language, &mistake.sentence))
    });
    let wrong = told.is_some();
    // In the words of this protocol.
    let role = words.roles.last().copied().unwrap_or_default();
    let such = || {
        let lost = format!("lost {}", words.kinds.first().copied().unwrap_or_default());
        let third = if words.log { "any settled>=10" } else { "any status=down" };
        tr!(
            language,
            "Such as 1.24s, {0}, {1} or {2}. With “any”, each server is watched by itself.",
            format!("any role={role}"),
            lost,
            third.to_owned()
        )
    };
    let likely = condition::likely(words);
    html! {
        <form class="written" {onsubmit}>
            <label class="field typed">
                <span>{ tr!(language, "Condition or time") }</span>
                <input type="text" list={list.clone()} placeholder={format!("any role={role}")} autocomplete="off" autocapitalize="off"
                    spellcheck="false" aria-invalid={wrong.to_string()} aria-describedby={help.clone()} />
            </label>
            { button("", Some(Icon::Play), tr!(language, "Run"), Callback::noop()) }
            <p id={help} class={if wrong { "mistake" } else { "soft" }} aria-live="polite">{ told.unwrap_or_else(such) }</p>
            <datalist id={list}>{ for likely.into_iter().map(|value| html! { <option {value} /> }) }</datalist>
        </form>
    }
}

/// The kinds of messages that are worth slowing down for.
fn slow_for(props: &Props) -> Html {
    let item = |kind: &&'static str| {
        let (kind, checked) = (*kind, props.slow_for.contains(kind));
        let act = props.act.clone();
        let onchange = Callback::from(move |_: Event| {
            act.emit(Action::Time(TimeAction::SlowFor(kind, !checked)))
        });
        html! {
            <label class="check"><input type="checkbox" {checked} {onchange} /><span>{ translate(props.language, kind) }</span></label>
        }
    };
    let legend = tr!(props.language, "Slow down by itself while one of these is under way");
    html! {
        <fieldset class="slow-for"><legend class="soft">{ legend }</legend>{ for props.words.kinds.iter().map(item) }</fieldset>
    }
}
