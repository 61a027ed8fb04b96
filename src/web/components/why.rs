//! Why something happened, or is so: the causes back to their roots, each with a way to go there and
//! the line of the protocol that did it; and what happened before the event, after it, and
//! concurrently.

use yew::prelude::*;

use super::bits::{asks, button, entry};
use super::caption::with_names;
use super::desk::{Desk, Drawer};
use super::event_list::in_words;
use super::icon::Icon;
use super::props::InspectorProps as Props;
use crate::base::Time;
use crate::catalog::{FlawInfo, find};
use crate::player::{Explanation, Question, TimeAction, WhyAction};
use crate::replay::cone::{Cone, Side, written};
use crate::replay::why::{Against, Reason, Source, Why};
use crate::sim::fact;
use crate::sim::snapshot::Told;
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::words::{Language, translate};

/// The answer, or what can be asked.
pub fn why_tab(props: &Props) -> Html {
    let language = props.language;
    let Some(explanation) = &props.inspection.explanation else {
        return html! {
            <section class="hint">
                <h2>{ tr!(language, "Nothing has been asked") }</h2>
                <p class="soft">{ tr!(language, "Press “why?” beside a field, a log entry, a message, a property or a line of what happened: the causes are told here, back to their roots.") }</p>
            </section>
        };
    };
    let answer = match (&explanation.why, explanation.down_to()) {
        (Some(why), _) => reasons(props, explanation, why),
        (None, Some(event)) => searching(props, event),
        (None, None) => {
            html! { <p class="soft">{ tr!(language, "Nothing has happened yet.") }</p> }
        }
    };
    html! {
        <>
        <section class="why">
            { title(props, explanation) }
            { flaws(props) }
            if explanation.unchanged {
                <p class="soft">{ tr!(language, "Nothing has changed this since the server first started.") }</p>
            }
            { answer }
        </section>
        if let Some(source) = explanation.source { { shown_source(props, source) } }
        if explanation.why.is_some() { { happened_before(props, explanation) } }
        </>
    }
}

fn title(props: &Props, explanation: &Explanation) -> Html {
    let language = props.language;
    let value = explanation.value.clone();
    let question = match &explanation.question {
        Question::Event(_) => tr!(language, "Why did this happen?").to_owned(),
        Question::Fact(fact) => match (&fact.what, value) {
            (fact::FactKind::Named(name), Some(value)) => {
                let name = translate(language, name).to_owned();
                let value = translate(language, &value).to_owned();
                match value.parse::<u64>() {
                    Ok(number) => tr!(language, "Why is {1}'s {0} {2}?", name, fact.node, number),
                    Err(_) => tr!(language, "Why is {1}'s {0} “{2}”?", name, fact.node, value),
                }
            }
            (fact::FactKind::Named(name), None) => {
                let name = translate(language, name).to_owned();
                tr!(language, "Why has {1} no {0}?", name, fact.node)
            }
            (fact::FactKind::Entry(index), Some(value)) => {
                let text = value.split_once(' ').map_or("", |(_, text)| text).to_owned();
                tr!(language, "Why is entry {0} of {1} “{2}”?", *index, fact.node, text)
            }
            (fact::FactKind::Entry(index), None) => {
                tr!(language, "Why has {1} no entry {0}?", *index, fact.node)
            }
            (fact::FactKind::Settled, value) => {
                tr!(
                    language,
                    "Why has {0} settled {1} entries?",
                    fact.node,
                    value.unwrap_or_default()
                )
            }
        },
    };
    let forget = button(
        "",
        Some(Icon::Close),
        tr!(language, "Forget it"),
        asks(&props.act, WhyAction::Forget),
    );
    html! { <h2><span>{ with_names(&question) }</span>{ forget }</h2> }
}

/// What is wrong on purpose, without which the causes would not be the whole answer.
fn flaws(props: &Props) -> Html {
    let inspection = &props.inspection;
    let all = find(inspection.meta.slug).map(|entry| (entry.flaws)()).unwrap_or_default();
    let on = all.into_iter().filter(|flaw| inspection.flaws.iter().any(|on| on == flaw.name));
    let said = |flaw: FlawInfo| {
        let title = translate(props.language, flaw.title).to_owned();
        let said = tr!(props.language, "This run has a flaw on purpose: {0}.", title);
        html! { <p class="soft">{ format!("{said} {}", translate(props.language, flaw.story)) }</p> }
    };
    on.map(said).collect()
}

fn searching(props: &Props, event: u64) -> Html {
    let language = props.language;
    let all = props.inspection.event.max(1);
    let done = (all - event.min(all)) * 100 / all;
    html! {
        <p class="status">
            <progress max="100" value={done.to_string()} aria-label={tr!(language, "Looking back")}></progress>
            { " " }{ tr!(language, "looking back: event {0}", event) }
        </p>
    }
}

/// The causes, the latest first.
fn reasons(props: &Props, explanation: &Explanation, why: &Why) -> Html {
    let language = props.language;
    // The cursor stands where a step ends: the last of its events is where one is.
    let (now, event) = (props.inspection.now, props.inspection.event);
    let other = why.against.iter().flat_map(|against| &against.reasons);
    let passed = why.reasons.iter().chain(other).map(|reason| &reason.told);
    let here =
        passed.filter(|told| told.at == now && told.event <= event).map(|told| told.event).max();
    let list = |reasons: &[Reason]| {
        html! { <ol class="reasons">{ for reasons.iter().map(|it| item(props, explanation, it, here)) }</ol> }
    };
    html! {
        <>
        { list(&why.reasons) }
        { root(props, why.more, why.reasons.last()) }
        if let Some(Against { reasons, more, joins }) = &why.against {
            <h3>{ tr!(language, "What it contradicts") }</h3>
            { list(reasons) }
            if let Some(joined) = joins.and_then(|at| why.reasons.iter().find(|it| it.told.event == at)) {
                <div>
                    <p class="soft">{ tr!(language, "From here on the causes are those above:") }</p>
                    { goes(props, &joined.told, false) }
                </div>
            } else {
                { root(props, *more, reasons.last()) }
            }
        }
        </>
    }
}

/// Where the causes end, or the way on.
fn root(props: &Props, more: Option<u64>, last: Option<&Reason>) -> Html {
    let language = props.language;
    match (more, last) {
        (Some(event), _) => {
            let onclick = asks(&props.act, WhyAction::Ask(Question::Event(event)));
            button("", None, tr!(language, "Further back"), onclick)
        }
        (None, Some(last)) => {
            let begins = match last.told.place {
                Some(_) if last.told.sentence.template.starts_with("boots") => {
                    tr!(language, "Here it begins: the server started.")
                }
                _ => tr!(language, "Here it begins: somebody gave this command."),
            };
            html! { <p class="soft">{ begins }</p> }
        }
        (None, None) => Html::default(),
    }
}

fn item(props: &Props, explanation: &Explanation, reason: &Reason, here: Option<u64>) -> Html {
    let language = props.language;
    let told = &reason.told;
    let beside = match reason.journey {
        Some(journey) if journey.lost => tr!(language, "It was sent:"),
        _ => tr!(language, "Meanwhile:"),
    };
    html! {
        <li key={told.event}>
            { goes(props, told, Some(told.event) == here) }
            if reason.times > 1 {
                <p class="soft">{ tr!(language, "{0} times in a row, each set by the time before", reason.times) }</p>
            }
            for (note, source) in &reason.notes {
                <p class="said">{ with_names(&in_words(language, note)) }{ line_of(props, explanation, *source) }</p>
            }
            if reason.source.is_some() { <p class="said">{ line_of(props, explanation, reason.source) }</p> }
            if !reason.meanwhile.is_empty() {
                <div class="beside">
                    <p class="soft">{ beside }</p>
                    <ul>for told in &reason.meanwhile { <li>{ goes(props, told, false) }</li> }</ul>
                </div>
            }
        </li>
    }
}

/// An event that a click goes to.
fn goes(props: &Props, told: &Told, here: bool) -> Html {
    let onclick = asks(&props.act, TimeAction::SeekEvent(told.event));
    let place = told.place.map(|place| place.to_string()).unwrap_or_default();
    html! {
        <button class="step" {onclick} aria-current={here.to_string()}>
            <time>{ seconds(told.at, 3) }</time>
            <b>{ place }</b>
            <span>{ with_names(&in_words(props.language, &told.sentence)) }</span>
        </button>
    }
}

/// The line of the protocol, which a click shows.
fn line_of(props: &Props, explanation: &Explanation, source: Option<Source>) -> Html {
    let Some(source) = source else { return Html::default() };
    let open = explanation.source == Some(source);
    let onclick = asks(&props.act, WhyAction::ShowSource((!open).then_some(source)));
    let name = format!("{}:{}", source.file.trim_start_matches("protocols/"), source.line);
    html! { <button class="inline code" {onclick} aria-expanded={open.to_string()}>{ name }</button> }
}

fn shown_source(props: &Props, source: Source) -> Html {
    let language = props.language;
    let close = asks(&props.act, WhyAction::ShowSource(None));
    let id = format!("{}-source", props.id);
    let drawer = Drawer::Source(id.into(), source.file, source.line);
    html! {
        <section class="shown-source">
            <h2>
                { format!("{}:{}", source.file, source.line) }
                { button("", Some(Icon::Close), tr!(language, "Close"), close) }
            </h2>
            <Desk {drawer} {language} act={props.act.clone()} />
        </section>
    }
}

/// What happened before the event in question, after it, and concurrently.
fn happened_before(props: &Props, explanation: &Explanation) -> Html {
    let language = props.language;
    if !explanation.has_cone {
        return no_cone(props, explanation);
    }
    let shown = explanation.cone.is_some();
    let onclick = asks(&props.act, WhyAction::ShowCone(!shown));
    let word = match shown {
        true => tr!(language, "Hide its past and future"),
        false => tr!(language, "Show its past and future"),
    };
    html! {
        <section class="cone">
            <h3>{ tr!(language, "Happened before") }</h3>
            <button {onclick} aria-pressed={shown.to_string()}>{ word }</button>
            if let Some(cone) = &explanation.cone {
                if explanation.event != Some(cone.event) {
                    <p class="soft">{ stands_for(explanation, language) }</p>
                }
                { stamps(cone, language) }
                { sides(props, cone) }
            }
        </section>
    }
}

/// Why another event's past and future are shown.
fn stands_for(explanation: &Explanation, language: Language) -> &'static str {
    let first = explanation.why.as_ref().and_then(|why| why.reasons.first());
    match first.and_then(|first| first.journey).is_some_and(|journey| journey.lost) {
        true => {
            tr!(language, "Nobody sees a loss: these are the past and the future of its sending.")
        }
        false => tr!(
            language,
            "Only whoever looks on sees this: these are the past and the future of the step that brought it about."
        ),
    }
}

/// Of what only we see, from outside.
fn no_cone(props: &Props, explanation: &Explanation) -> Html {
    let language = props.language;
    let said = tr!(
        language,
        "No server acts on this: it is a remark from outside, and has no past and future of its own."
    );
    let cause =
        explanation.why.as_ref().and_then(|why| why.reasons.first()).map(|first| first.told.cause);
    let ask = |cause: u64| asks(&props.act, WhyAction::Ask(Question::Event(cause)));
    html! {
        <section class="cone">
            <h3>{ tr!(language, "Happened before") }</h3>
            <p class="soft">{ said }</p>
            if let Some(cause) = cause.filter(|cause| *cause != 0) {
                { button("", None, tr!(language, "Ask about its cause"), ask(cause)) }
            }
        </section>
    }
}

/// Both stamps, and what each can tell.
fn stamps(cone: &Cone, language: Language) -> Html {
    html! {
        <>
        <dl class="fields">
            { entry(tr!(language, "Lamport stamp"), cone.lamport.to_string()) }
            { entry(tr!(language, "vector stamp"), written(&cone.stamp())) }
        </dl>
        <p class="soft">{ tr!(language, "What happened before has a smaller Lamport stamp; but a smaller stamp need not have happened before. Vector stamps tell exactly: smaller in every place, or concurrent.") }</p>
        if !cone.is_whole() {
            <p class="soft">{ tr!(language, "The run is long: of what lies far away, not all was looked at. A “?” is not known.") }</p>
        }
        </>
    }
}

/// Place by place: up to where its past reaches, and from where its future.
fn sides(props: &Props, cone: &Cone) -> Html {
    let language = props.language;
    // What was not found is nothing, or not known.
    let go = |end: Option<(u64, Time)>, all: bool| match end {
        Some((event, at)) => {
            button("inline", None, &seconds(at, 4), asks(&props.act, TimeAction::SeekEvent(event)))
        }
        None => if all { "–" } else { "?" }.into(),
    };
    let row = |side: &Side| {
        let past = go(side.past, side.stamp.is_some());
        html! {
            <tr>
                <th scope="row">{ side.place.to_string() }</th>
                <td>{ past }</td>
                <td>{ go(side.future, cone.all_future()) }</td>
                <td>{ side.stamp.map_or("?".into(), |stamp| stamp.to_string()) }</td>
            </tr>
        }
    };
    let head = [
        tr!(language, "its past reaches to"),
        tr!(language, "its future begins"),
        tr!(language, "events in its past"),
    ];
    html! {
        <div class="scrolls" tabindex="0" role="region" aria-label={tr!(language, "Past and future")}>
            <table>
                <thead><tr><td></td>{ for head.iter().map(|name| html! { <th scope="col">{ *name }</th> }) }</tr></thead>
                <tbody>{ for cone.sides.iter().map(row) }</tbody>
            </table>
        </div>
    }
}
