//! Keeping clients busy: how often they ask, what, and whom; and the button that starts it, or stops it.

use std::rc::Rc;

use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

use super::bits::{asks, button, option};
use super::icon::Icon;
use super::props::InspectorProps as Props;
use crate::base::{Place, Ratio, Span, Time};
use crate::command::Command;
use crate::player::{Action, TimeAction};
use crate::service::store::{CAS, PUT};
use crate::service::workload::{Asks, Mix, Pace, Workload};
use crate::tr;
use crate::words::Language;

const RATES: [u32; 7] = [1, 5, 10, 20, 50, 100, 200];
const KEYS: [u32; 4] = [1, 3, 10, 100];

/// What clients are kept busy with now, and a form for something else. Only a store of keys and values
/// has it.
pub fn workload(props: &Props) -> Html {
    let language = props.language;
    let forms = props.inspection.forms;
    if !props.inspection.serves_clients || !forms.contains(&PUT) {
        return Html::default();
    }
    let clients: Vec<Place> =
        props.inspection.snapshot.clients.iter().map(|client| client.id).collect();
    let compares = forms.contains(&CAS);
    let choice = |name: &'static str, options: Vec<Html>| {
        html! { <label><span>{ name }</span><select>{ for options }</select></label> }
    };
    let number = |number: &u32, usual: u32| {
        option(number.to_string(), &number.to_string(), *number == usual)
    };
    let rates = RATES.iter().map(|rate| {
        option(rate.to_string(), &tr!(language, "{0} a second, together", *rate), *rate == 10)
    });
    let think = option("0".into(), tr!(language, "each when it has its answer"), false);
    let mixes = mixes(compares)
        .map(|(code, _)| option(code.into(), mix_name(code, language), code == "half"));
    let whom = Asks::ALL
        .map(|asks| option(asks.word().into(), asks_name(asks, language), asks == Asks::Follow));
    let onsubmit = {
        let (act, clients) = (props.act.clone(), clients.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let form = event.target_unchecked_into::<Element>();
            if let Some(workload) = chosen(&form, compares) {
                let (clients, workload) = (clients.clone(), Some(Rc::new(workload)));
                act.emit(Action::Do(Command::Load { clients, workload }));
                act.emit(Action::Time(TimeAction::Play));
            }
        })
    };
    let shots = props.inspection.snapshot.clients.iter();
    let busy: Vec<Place> = shots.filter(|client| client.busy).map(|client| client.id).collect();
    html! {
        <form class="workload" {onsubmit}>
            <h3>{ tr!(language, "Keep clients busy") }</h3>
            <div class="who">
                { choice(tr!(language, "requests"), rates.chain([think]).collect()) }
                { choice(tr!(language, "of which"), mixes.collect()) }
                { choice(tr!(language, "keys"), KEYS.iter().map(|keys| number(keys, 1)).collect()) }
                { choice(tr!(language, "whom they ask"), whom.into()) }
            </div>
            <p class="buttons">
                { button("primary", Some(Icon::Play), tr!(language, "Start"), Callback::noop()) }
                { stop(&busy, &props.act, language) }
            </p>
        </form>
    }
}

/// A button of its own: no form is sent with it.
fn stop(busy: &[Place], act: &Callback<Action>, language: Language) -> Html {
    if busy.is_empty() {
        return Html::default();
    }
    let command = Command::Load { clients: busy.to_vec(), workload: None };
    let onclick = asks(act, Action::Do(command));
    html! { <button type="button" {onclick}>{ tr!(language, "Stop") }</button> }
}

/// The mixes that are offered, by a code.
fn mixes(compares: bool) -> impl Iterator<Item = (&'static str, Mix)> {
    let percent = Ratio::percent;
    let half = Mix::default();
    let reads = Mix { put: percent(10), get: percent(90), ..Mix::NONE };
    let writes = Mix { put: percent(100), ..Mix::NONE };
    let cas = Mix { put: percent(25), get: percent(50), cas: percent(25), ..Mix::NONE };
    let all = [("half", half), ("reads", reads), ("writes", writes), ("cas", cas)];
    all.into_iter().take(if compares { 4 } else { 3 })
}

fn mix_name(code: &str, language: Language) -> &'static str {
    match code {
        "reads" => tr!(language, "mostly reads"),
        "writes" => tr!(language, "writes only"),
        "cas" => tr!(language, "a quarter compare and set"),
        _ => tr!(language, "half writes, half reads"),
    }
}

fn asks_name(asks: Asks, language: Language) -> &'static str {
    match asks {
        Asks::Follow => tr!(language, "who answered last"),
        Asks::Bound => tr!(language, "each its own server"),
        Asks::Roam => tr!(language, "any, each time another"),
    }
}

/// What the form says.
fn chosen(form: &Element, compares: bool) -> Option<Workload> {
    let selects = form.query_selector_all("select").ok()?;
    let value = |place: u32| {
        let select = selects.get(place)?;
        Some(wasm_bindgen::JsCast::dyn_into::<HtmlSelectElement>(select).ok()?.value())
    };
    let rate: u32 = value(0)?.parse().ok()?;
    let pace = match rate {
        0 => Pace::Closed { think: Span::new(Time::millis(20), Time::millis(60)) },
        rate => Pace::Open { rate },
    };
    let code = value(1)?;
    let (_, mix) = mixes(compares).find(|(known, _)| *known == code)?;
    let (keys, asks) = (value(2)?.parse().ok()?, value(3)?.parse().ok()?);
    Some(Workload { pace, mix, keys, asks, ..Workload::default() })
}
