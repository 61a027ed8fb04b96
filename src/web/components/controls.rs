//! Playing: start, step, play, speed, and running until something happens.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::bits::{asks, button, field, leaf, option, picture_button, tag};
use super::branches::branches;
use super::icon::{Icon, icon};
use super::popover::popover;
use crate::player::{Action, Speed};
use crate::protocol::Vocabulary;
use crate::view::ticks::seconds;
use crate::web::frame;
use crate::words::{tell, translate};
use crate::{condition, tr};

/// What the controls show.
pub struct Props<'a> {
    pub id: &'a str,
    pub controls: &'a frame::Controls,
    pub act: &'a Callback<Action>,
    pub drawer: bool,
    pub open_drawer: &'a Callback<bool>,
    /// What the diagram shows.
    pub diagram: Html,
}

/// The bar of controls.
pub fn control_bar(props: &Props<'_>) -> Html {
    let controls = props.controls;
    let language = controls.language;
    let small = |action, picture, name| picture_button("", picture, name, asks(props.act, action));
    let (play, picture) = match controls.playing {
        true => (tr!(language, "Pause"), Icon::Pause),
        false => (tr!(language, "Play"), Icon::Play),
    };
    let key = |shown| leaf("kbd", "", shown);
    let hints = [
        key(tr!(language, "space")),
        tr!(language, "play").into(),
        key("←"),
        key("→"),
        tr!(language, "step").into(),
        key("?"),
        tr!(language, "all keys").into(),
    ];
    let drawer = {
        let (open_drawer, open) = (props.open_drawer.clone(), props.drawer);
        Callback::from(move |_: MouseEvent| open_drawer.emit(!open))
    };
    html! {
        <div class="controls" role="toolbar" aria-label={tr!(language, "Playing")}>
            { small(Action::ToStart, Icon::Start, tr!(language, "To the start")) }
            { small(Action::StepBack, Icon::Back, tr!(language, "One step back")) }
            { button("primary play", Some(picture), play, asks(props.act, Action::Toggle)) }
            { small(Action::StepForward, Icon::Forward, tr!(language, "One step forward")) }
            { small(Action::ToHead, Icon::Head, tr!(language, "To the latest instant seen")) }
            <span class="now" id={format!("{}-clock", props.id)} role="timer" aria-label={tr!(language, "Virtual time")}></span>
            { speeds(props) }
            { controls.slowed.map(|kind| {
                leaf("span", "chip held slowed", &tr!(language, "slowed: {0}", translate(language, kind).to_owned()))
            }) }
            { until(props) }
            { status(props) }
            { leaf("span", "grow", "") }
            { props.diagram.clone() }
            { tag("span", "hints soft", hints.into()) }
            <button class="bare drawer-button" onclick={drawer} aria-expanded={props.drawer.to_string()} aria-label={tr!(language, "Inspector")} title={tr!(language, "Inspector")}>
                { icon(Icon::Panel) }
            </button>
        </div>
    }
}

fn speeds(props: &Props<'_>) -> Html {
    let language = props.controls.language;
    let act = props.act.clone();
    let onchange = Callback::from(move |event: Event| {
        let code = event.target_unchecked_into::<HtmlSelectElement>().value();
        if let Some(speed) = Speed::of(&code) {
            act.emit(Action::Speed(speed));
        }
    });
    let options = Speed::all().map(|speed| {
        let name = match speed {
            Speed::MAX => tr!(language, "at most").to_owned(),
            _ => format!("{}×", speed.code()),
        };
        option(speed.code(), &name, speed == props.controls.speed)
    });
    field(tr!(language, "Speed"), "speed", onchange, options.collect())
}

fn until(props: &Props<'_>) -> Html {
    let language = props.controls.language;
    let item = |condition: String, name: &str| {
        let onclick = asks(props.act, Action::RunUntil(condition));
        tag("li", "", vec![button("bare chooses", None, name, onclick)])
    };
    let label =
        [leaf("span", "", tr!(language, "Run until")), icon(Icon::Caret)].into_iter().collect();
    let mut items = vec![
        item("violation".into(), tr!(language, "a property breaks")),
        item("leader".into(), tr!(language, "another server leads")),
    ];
    items.extend(props.controls.words.kinds.iter().map(|kind| {
        item(format!("sent {kind}"), &tr!(language, "{0} is sent", (*kind).to_owned()))
    }));
    let panel = [tag("ul", "commands", items), written(props), slow_for(props)];
    popover("until", label, panel.into_iter().collect())
}

/// Any other condition, as it is written.
fn written(props: &Props<'_>) -> Html {
    let frame::Controls { language, mistaken, words, .. } = props.controls;
    let language = *language;
    let onsubmit = {
        let act = props.act.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let form = event.target_unchecked_into::<Element>();
            let input = form.query_selector("input").ok().flatten();
            if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
                act.emit(Action::RunUntil(input.value()));
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
        let lost = format!("lost {} S1>S2", words.kinds.first().copied().unwrap_or_default());
        let settled = "any settled>=10".to_owned();
        tr!(language, "Such as {0}, {1} or {2}.", format!("any role={role}"), lost, settled)
    };
    html! {
        <form class="written" {onsubmit}>
            <label class="field typed">
                <span>{ tr!(language, "Condition") }</span>
                <input type="text" list={list.clone()} placeholder={format!("S1 role={role}")} autocomplete="off" autocapitalize="off"
                    spellcheck="false" aria-invalid={wrong.to_string()} aria-describedby={help.clone()} />
            </label>
            { button("", Some(Icon::Play), tr!(language, "Run"), Callback::noop()) }
            <p id={help} class={if wrong { "mistake" } else { "soft" }} aria-live="polite">
                { told.unwrap_or_else(such) }
            </p>
            <Suggestions id={list} words={Words(words)} />
        </form>
    }
}

/// The words of a protocol.
#[derive(Clone, Copy)]
struct Words(&'static Vocabulary);

impl PartialEq for Words {
    fn eq(&self, other: &Words) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

#[derive(Properties, PartialEq)]
struct SuggestionsProps {
    id: String,
    words: Words,
}

/// What somebody might want to write there: drawn once a protocol.
#[component]
fn Suggestions(props: &SuggestionsProps) -> Html {
    let likely = condition::likely(props.words.0);
    html! { <datalist id={props.id.clone()}>{ for likely.into_iter().map(|value| html! { <option {value} /> }) }</datalist> }
}

/// The kinds of messages that are worth slowing down for.
fn slow_for(props: &Props<'_>) -> Html {
    let frame::Controls { language, slow_for, words, .. } = props.controls;
    let item = |kind: &&'static str| {
        let (kind, checked) = (*kind, slow_for.contains(kind));
        let act = props.act.clone();
        let onchange = Callback::from(move |_: Event| act.emit(Action::SlowFor(kind, !checked)));
        html! {
            <label class="check"><input type="checkbox" {checked} {onchange} /><span>{ kind }</span></label>
        }
    };
    let legend = tr!(*language, "Slow down by itself while one of these is under way");
    html! {
        <fieldset class="slow-for"><legend class="soft">{ legend }</legend>{ for words.kinds.iter().map(item) }</fieldset>
    }
}

/// Where the cursor is among the events; on a long way, how far it has come.
fn status(props: &Props<'_>) -> Html {
    let controls = props.controls;
    let language = controls.language;
    if let Some(progress) = controls.goal {
        let value = progress.map(|progress| (progress.ppm() / 10_000).to_string());
        let looked = controls.looked.map(|at| {
            leaf("span", "soft looked", &tr!(language, "looked ahead to {0}", seconds(at, 1)))
        });
        return html! {
            <span class="status">
                <progress max="100" {value} aria-label={tr!(language, "On the way")}></progress>
                { button("", None, tr!(language, "Cancel"), asks(props.act, Action::CancelGoal)) }
                { looked }
            </span>
        };
    }
    let mut parts =
        vec![leaf("span", "", &tr!(language, "event {0} of {1}", controls.event, controls.last))];
    if controls.branches.len() > 1 {
        parts.push(branches(controls, props.act));
    }
    tag("span", "status soft", parts)
}
