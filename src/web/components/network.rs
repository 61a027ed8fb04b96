//! The sliders of the whole network.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icon::{Icon, icon};
use super::popover::Popover;
use crate::base::Ratio;
use crate::command::{Quality, QualityChange};
use crate::player::{Action, gestures};
use crate::tr;
use crate::words::Language;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub network: Quality,
    pub language: Language,
    pub changed: Option<String>,
    pub act: Callback<Action>,
}

#[component]
pub fn Network(props: &Props) -> Html {
    let Props { network, language, .. } = props;
    let language = *language;
    let latencies = gestures::latencies();
    let typical = network.latency.typical();
    let latency = latencies.iter().position(|notch| notch.typical() >= typical).unwrap_or(latencies.len() - 1);
    let slow = slider(props, tr!(language, "Latency"), network.latency.to_string(), latency, latencies.len(), move |notch| {
        QualityChange { latency: latencies.get(notch).copied(), ..QualityChange::default() }
    });
    let none = QualityChange::default;
    let label = html! {
        <>
            { icon(Icon::Network) }<span>{ tr!(language, "Network") }</span>
            if let Some(changed) = &props.changed { <span class="badge">{ changed }</span> }
            { icon(Icon::Caret) }
        </>
    };
    html! {
        <Popover {label} class="network">
            <p class="soft">{ tr!(language, "All links at once, from now on.") }</p>
            { slow }
            { share(props, tr!(language, "Loss"), network.loss, move |loss| QualityChange { loss, ..none() }) }
            { share(props, tr!(language, "Duplication"), network.duplicate, move |duplicate| QualityChange { duplicate, ..none() }) }
            { share(props, tr!(language, "Reordering"), network.reorder, move |reorder| QualityChange { reorder, ..none() }) }
        </Popover>
    }
}

fn share(props: &Props, name: &'static str, now: Ratio, change: impl Fn(Option<Ratio>) -> QualityChange + 'static) -> Html {
    let shares = gestures::shares();
    let notch = shares.iter().position(|share| *share >= now).unwrap_or(shares.len() - 1);
    slider(props, name, now.to_string(), notch, shares.len(), move |notch| change(shares.get(notch).copied()))
}

fn slider(
    props: &Props,
    name: &'static str,
    shown: String,
    notch: usize,
    notches: usize,
    change: impl Fn(usize) -> QualityChange + 'static,
) -> Html {
    let act = props.act.clone();
    let onchange = Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        let change = change(input.value_as_number() as usize);
        act.emit(Action::Do(gestures::set_network(change)));
    });
    html! {
        <label class="slider">
            <span>{ name }</span><output>{ &shown }</output>
            <input type="range" min="0" max={(notches - 1).to_string()} step="1" value={notch.to_string()} aria-valuetext={shown} {onchange} />
        </label>
    }
}
