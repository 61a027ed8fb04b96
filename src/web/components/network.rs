//! The sliders of the whole network, and the protocol's own options.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icon::{Icon, icon};
use super::popover::popover;
use super::props::ToolsProps as Props;
use crate::base::Ratio;
use crate::command::QualityChange;
use crate::player::gestures::{OptionChoice, Values};
use crate::player::{Action, RunAction, gestures};
use crate::tr;
use crate::words::translate;

const UNCHANGED: QualityChange =
    QualityChange { latency: None, loss: None, duplicate: None, replay: None, reorder: None };

/// The button that opens them.
pub fn network(props: &Props<'_>) -> Html {
    let Props { network, language, .. } = props;
    let language = *language;
    let latencies = gestures::latencies();
    let typical = network.latency.typical();
    let latency = latencies
        .iter()
        .position(|notch| notch.typical() >= typical)
        .unwrap_or(latencies.len() - 1);
    let slower = latencies
        .iter()
        .map(|latency| QualityChange { latency: Some(*latency), ..UNCHANGED })
        .collect();
    let slow =
        slider(props, tr!(language, "Latency"), network.latency.to_string(), latency, slower);
    let label = html! {
        <>
        { icon(Icon::Network) }
        <span>{ tr!(language, "Network") }</span>
        if let Some(changed) = props.changed { <span class="badge">{ changed }</span> }
        { icon(Icon::Caret) }
        </>
    };
    let panel = html! {
        <>
        <p class="soft">{ tr!(language, "All links at once, from now on.") }</p>
        { slow }
        { share(props, tr!(language, "Loss"), network.loss, |loss| QualityChange { loss, ..UNCHANGED }) }
        { share(props, tr!(language, "Duplication"), network.duplicate, |duplicate| QualityChange { duplicate, ..UNCHANGED }) }
        { share(props, tr!(language, "Reordering"), network.reorder, |reorder| QualityChange { reorder, ..UNCHANGED }) }
        </>
    };
    popover("network", label, panel)
}

/// The button that opens the protocol's own options, if it has some.
pub fn options(props: &Props<'_>) -> Html {
    let language = props.language;
    if props.options.is_empty() {
        return Html::default();
    }
    let label = html! {
        <>{ icon(Icon::Sliders) }<span>{ tr!(language, "Options") }</span>{ icon(Icon::Caret) }</>
    };
    let panel = html! {
        <>
        <p class="soft">{ tr!(language, "Options of the protocol: the run starts again with another one, up to the same instant.") }</p>
        { for props.options.iter().map(|option| choice(props, option)) }
        </>
    };
    popover("network", label, panel)
}

/// An option: few numbers are a slider, other values a button each.
fn choice(props: &Props<'_>, option: &OptionChoice) -> Html {
    let (name, value) = (option.name, option.value.clone());
    let help = translate(props.language, option.help);
    let set = {
        let (act, pane) = (props.act.clone(), props.pane);
        Callback::from(move |value: String| {
            act.emit(Action::Run(RunAction::Option { pane, name: name.to_owned(), value }));
        })
    };
    let said = html! { <span><code>{ name }</code>{ " " }<small>{ help }</small></span> };
    match &option.among {
        Values::Range(range) => {
            let onchange = set
                .reform(|event: Event| event.target_unchecked_into::<HtmlInputElement>().value());
            let (min, max) = (range.start().to_string(), range.end().to_string());
            html! {
                <label key={name} class="slider" title={help.to_owned()}>
                    { said }
                    <output>{ &value }</output>
                    <input type="range" {min} {max} step="1" {value} aria-label={name} {onchange} />
                </label>
            }
        }
        Values::Tried(values) => {
            let one = |of: &String| {
                let (set, chosen) = (set.clone(), of.clone());
                let onclick = Callback::from(move |_: MouseEvent| set.emit(chosen.clone()));
                let pressed = (*of == value).to_string();
                html! { <button class="chooses mono" aria-pressed={pressed} aria-label={format!("{name}={of}")} {onclick}>{ of }</button> }
            };
            html! {
                <div key={name} class="slider" role="group" aria-label={name} title={help.to_owned()}>
                    { said }
                    <span class="acts">{ for values.iter().map(one) }</span>
                </div>
            }
        }
    }
}

/// A slider for a share, from none to all.
fn share(
    props: &Props<'_>,
    name: &'static str,
    now: Ratio,
    change: fn(Option<Ratio>) -> QualityChange,
) -> Html {
    let shares = gestures::shares();
    let notch = shares.iter().position(|share| *share >= now).unwrap_or(shares.len() - 1);
    let changes = shares.into_iter().map(|share| change(Some(share))).collect();
    slider(props, name, now.to_string(), notch, changes)
}

/// A slider whose notches are changes of all links.
fn slider(
    props: &Props<'_>,
    name: &'static str,
    shown: String,
    notch: usize,
    changes: Vec<QualityChange>,
) -> Html {
    let act = props.act.clone();
    let max = (changes.len() - 1).to_string();
    let onchange = Callback::from(move |event: Event| {
        let notch = event.target_unchecked_into::<HtmlInputElement>().value_as_number() as usize;
        if let Some(change) = changes.get(notch) {
            act.emit(Action::Do(gestures::set_network(*change)));
        }
    });
    html! {
        <label class="slider">
            <span>{ name }</span>
            <output>{ &shown }</output>
            <input type="range" min="0" {max} step="1" value={notch.to_string()} aria-valuetext={shown} {onchange} />
        </label>
    }
}
