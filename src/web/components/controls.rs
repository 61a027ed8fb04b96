//! Playing: start, step, play, speed, and running until something happens.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::bits::{asks, button, chip, chosen, field, option, picture_button};
use super::branches::branches;
use super::icon::{Icon, icon};
use super::run_until::RunUntil;
use crate::player::{Action, Below, PageAction, Speed, TimeAction};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::web::frame::Controls;
use crate::words::translate;

/// What the controls show.
pub struct Props<'a> {
    pub id: &'a str,
    pub controls: &'a Controls,
    pub act: &'a Callback<Action>,
    pub drawer: bool,
    pub open_drawer: &'a Callback<bool>,
    pub below: Below,
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
    let drawer = {
        let (open_drawer, open) = (props.open_drawer.clone(), props.drawer);
        Callback::from(move |_: MouseEvent| open_drawer.emit(!open))
    };
    html! {
        <div class="controls" role="toolbar" aria-label={tr!(language, "Playing")}>
            { small(Action::Time(TimeAction::ToStart), Icon::Start, tr!(language, "To the start")) }
            { undo(props) }
            { small(Action::Time(TimeAction::StepBack), Icon::Back, tr!(language, "One step back")) }
            { button("primary play", Some(picture), play, asks(props.act, TimeAction::Toggle)) }
            { small(Action::Time(TimeAction::StepForward), Icon::Forward, tr!(language, "One step forward")) }
            { small(Action::Time(TimeAction::ToHead), Icon::Head, tr!(language, "To the latest instant seen")) }
            // By keyboard the same is a key (`player/keys.rs`).
            <span class="now" id={format!("{}-clock", props.id)} role="timer" aria-label={tr!(language, "Virtual time")}
                title={tr!(language, "Press to type a time (G)")} onclick={asks(props.act, PageAction::TypeTime)}></span>
            { speeds(props) }
            { slowed(controls) }
            <RunUntil id={props.id.to_owned()} words={controls.words.clone()} mistaken={controls.mistaken.clone()}
                slow_for={controls.slow_for.clone()} {language} act={props.act} />
            { status(props) }
            <span class="grow"></span>
            { below(props) }
            { props.diagram.clone() }
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

/// What stands below the stage.
fn below(props: &Props<'_>) -> Html {
    let (language, shown, act) = (props.controls.language, props.below, props.act.clone());
    let onchange = Callback::from(move |event: Event| {
        if let Some(below) = Below::of(&chosen(&event, shown.code())) {
            act.emit(Action::Page(PageAction::Below(below)));
        }
    });
    let name = |below: Below| match below {
        Below::Diagram => tr!(language, "Diagram"),
        Below::Measures => tr!(language, "Measures"),
        Below::History => tr!(language, "History"),
    };
    let options = Below::ALL.map(|below| option(below.code().into(), name(below), below == shown));
    field(tr!(language, "Below"), "below", onchange, options.into())
}

/// Back to before what was done last. Its place is always there.
fn undo(props: &Props<'_>) -> Html {
    let Controls { acted, language, .. } = *props.controls;
    let name = tr!(language, "Back to before what was done last by hand");
    let onclick = asks(props.act, TimeAction::BeforeAct);
    html! {
        <button class="bare" {onclick} disabled={!acted} aria-label={name} title={name}>{ icon(Icon::Undo) }</button>
    }
}

/// What it plays slowly for. Its place is always there: what the animator writes beside it stays.
fn slowed(controls: &Controls) -> Html {
    let language = controls.language;
    let slowed = controls.slowed.map(|kind| {
        let kind = translate(language, kind).to_owned();
        chip("held", tr!(language, "slowed: {0}", kind))
    });
    html! { <span class="slowed">{ slowed }</span> }
}

fn speeds(props: &Props<'_>) -> Html {
    let language = props.controls.language;
    let act = props.act.clone();
    let onchange = Callback::from(move |event: Event| {
        let code = event.target_unchecked_into::<HtmlSelectElement>().value();
        if let Some(speed) = Speed::of(&code) {
            act.emit(Action::Time(TimeAction::Speed(speed)));
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

/// Where the cursor is among the events; on a long way, how far it has come.
fn status(props: &Props<'_>) -> Html {
    let controls = props.controls;
    let language = controls.language;
    if let Some(progress) = controls.goal {
        let value = progress.map(|progress| (progress.ppm() / 10_000).to_string());
        return html! {
            <span class="status">
                <progress max="100" {value} aria-label={tr!(language, "On the way")}></progress>
                { button("", None, tr!(language, "Cancel"), asks(props.act, TimeAction::CancelGoal)) }
                if let Some(at) = controls.looked {
                    <span class="soft looked">{ tr!(language, "looked ahead to {0}", seconds(at, 1)) }</span>
                }
            </span>
        };
    }
    html! {
        <span class="status soft">
            <span>{ tr!(language, "event {0} of {1}", controls.event, controls.last) }</span>
            if controls.branches.len() > 1 { { branches(controls, props.act) } }
        </span>
    }
}
