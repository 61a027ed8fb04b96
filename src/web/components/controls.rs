//! Playing: start, step, play, speed, and running until something happens.

use std::collections::BTreeSet;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::branches::Branches;
use super::icon::{Icon, icon};
use super::popover::Popover;
use crate::player::playback::{Speed, Until};
use crate::player::Action;
use crate::tr;
use crate::web::frame;
use crate::web::shared::Shared;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: AttrValue,
    pub controls: frame::Controls,
    pub kinds: Shared<BTreeSet<&'static str>>,
    pub act: Callback<Action>,
    pub drawer: bool,
    pub open_drawer: Callback<bool>,
}

#[component]
pub fn ControlBar(props: &Props) -> Html {
    let controls = &props.controls;
    let language = controls.language;
    let act = |action: Action| {
        let callback = props.act.clone();
        Callback::from(move |_: MouseEvent| callback.emit(action.clone()))
    };
    let small = |action: Action, picture: Icon, name: &'static str| {
        html! { <button class="bare" onclick={act(action)} aria-label={name} title={name}>{ icon(picture) }</button> }
    };
    let (play, picture) = match controls.playing {
        true => (tr!(language, "Pause"), Icon::Pause),
        false => (tr!(language, "Play"), Icon::Play),
    };
    let drawer = {
        let (open_drawer, open) = (props.open_drawer.clone(), props.drawer);
        Callback::from(move |_: MouseEvent| open_drawer.emit(!open))
    };
    html! {
        <div class="controls" role="toolbar" aria-label={tr!(language, "Playing")}>
            { small(Action::ToStart, Icon::Start, tr!(language, "To the start")) }
            { small(Action::StepBack, Icon::Back, tr!(language, "One step back")) }
            <button class="primary play" onclick={act(Action::Toggle)}>{ icon(picture) }<span>{ play }</span></button>
            { small(Action::StepForward, Icon::Forward, tr!(language, "One step forward")) }
            { small(Action::ToHead, Icon::Head, tr!(language, "To the latest instant seen")) }
            <span class="now" id={format!("{}-clock", props.id)} role="timer" aria-label={tr!(language, "Virtual time")}></span>
            { speeds(props) }
            { until(props) }
            { status(props) }
            <span class="grow"></span>
            <span class="hints soft">
                <kbd>{ tr!(language, "space") }</kbd>{ tr!(language, "play") }
                <kbd>{ "←" }</kbd><kbd>{ "→" }</kbd>{ tr!(language, "step") }
                <kbd>{ "?" }</kbd>{ tr!(language, "all keys") }
            </span>
            <button class="bare drawer-button" onclick={drawer} aria-expanded={props.drawer.to_string()} aria-label={tr!(language, "Inspector")} title={tr!(language, "Inspector")}>
                { icon(Icon::Panel) }
            </button>
        </div>
    }
}

fn speeds(props: &Props) -> Html {
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
        html! { <option value={speed.code()} selected={speed == props.controls.speed}>{ name }</option> }
    });
    html! {
        <label class="field speed"><span>{ tr!(language, "Speed") }</span><select {onchange}>{ for options }</select>{ icon(Icon::Caret) }</label>
    }
}

fn until(props: &Props) -> Html {
    let language = props.controls.language;
    let item = |until: Until, name: String| {
        let act = props.act.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            // Chosen: the panel has done its work.
            crate::web::close_popovers();
            act.emit(Action::RunUntil(until));
        });
        html! { <li><button class="bare" {onclick}>{ name }</button></li> }
    };
    let label = html! { <><span>{ tr!(language, "Run until") }</span>{ icon(Icon::Caret) }</> };
    html! {
        <Popover {label} class="until">
            <ul class="commands">
                { item(Until::Leader, tr!(language, "another server leads").to_owned()) }
                { item(Until::Violation, tr!(language, "a property breaks").to_owned()) }
                { for props.kinds.iter().map(|kind| item(Until::Sent(kind), tr!(language, "{0} is sent", (*kind).to_owned()))) }
            </ul>
        </Popover>
    }
}

/// Where the cursor is among the events; on a long way, how far it has come.
fn status(props: &Props) -> Html {
    let controls = &props.controls;
    let language = controls.language;
    if let Some(progress) = controls.goal {
        let act = props.act.clone();
        let cancel = Callback::from(move |_: MouseEvent| act.emit(Action::CancelGoal));
        let value = progress.map(|progress| (progress.ppm() / 10_000).to_string());
        return html! {
            <span class="status">
                <progress max="100" {value} aria-label={tr!(language, "On the way")}></progress>
                <button onclick={cancel}>{ tr!(language, "Cancel") }</button>
            </span>
        };
    }
    html! {
        <span class="status soft">
            <span>{ tr!(language, "event {0} of {1}", controls.event, controls.last) }</span>
            if controls.branches.len() > 1 {
                <Branches controls={controls.clone()} act={&props.act} />
            }
        </span>
    }
}
