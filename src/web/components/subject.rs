//! What is selected, looked at closely: a server, a client, a link, a message.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icon::{Icon, icon};
use super::logs::Logs;
use super::node_menu::{buttons, title};
use crate::base::{ClientId, NodeId, Time};
use crate::command::Command;
use crate::player::gestures::Group;
use crate::player::{Action, Selection};
use crate::protocol::{Field, Shape};
use crate::sim::snapshot::{ClientShot, FlightShot, MessageShot, NodeShot, Status};
use crate::tr;
use crate::view::ticks::seconds;
use crate::web::frame::{Inspection, Subject};
use crate::web::shared::Shared;
use crate::words::{Language, translate};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub inspection: Shared<Inspection>,
    pub language: Language,
    pub act: Callback<Action>,
}

/// A server, a client or a link; and everyone's logs.
#[component]
pub fn NodeTab(props: &Props) -> Html {
    let Props { inspection, language, .. } = props;
    let language = *language;
    let subject = match (&inspection.subject, inspection.selection) {
        (Subject::Node(node), _) => server(props, node),
        (Subject::Client(client), _) => visitor(props, client),
        (Subject::Link, Some(selection)) => html! {
            <section>
                <h2>{ tr!(language, "Link {0}", title(selection, language)) }</h2>
                { acts(props, &[Group::Main, Group::Network]) }
            </section>
        },
        _ => html! {
            <section class="hint">
                <h2>{ translate(language, inspection.meta.title) }</h2>
                <p>{ translate(language, inspection.meta.summary) }</p>
                <p class="soft">{ tr!(language, "Click a server, a client, a link or a message: it shows here what it knows, and what you can do to it.") }</p>
            </section>
        },
    };
    html! { <>{ subject }<Logs inspection={inspection.clone()} {language} /></> }
}

fn server(props: &Props, node: &NodeShot) -> Html {
    let language = props.language;
    let (state, class) = match (node.status, node.view.role.shape) {
        (Status::Down, _) => (tr!(language, "crashed"), "down"),
        (Status::Paused, _) => (tr!(language, "paused"), "held"),
        (_, Shape::Lead) => (translate(language, node.view.role.name), "leads"),
        (_, Shape::Bid) => (translate(language, node.view.role.name), "bids"),
        (_, Shape::Plain) => (translate(language, node.view.role.name), "plain"),
    };
    let timers: Vec<String> = node.timers.iter().map(|timer| {
        format!("{} {}", timer.name, seconds(timer.fires_at.since(props.inspection.now), 3))
    }).collect();
    html! {
        <section>
            <h2>
                { node.id.to_string() }
                <span class={classes!("chip", class)}>{ state }</span>
                if node.isolated { <span class="chip bad">{ tr!(language, "cut off") }</span> }
            </h2>
            <dl class="fields">
                { for node.view.fields.iter().map(|field| row(field, language)) }
                <dt>{ tr!(language, "Lamport clock") }</dt><dd>{ node.lamport }</dd>
                if !timers.is_empty() { <><dt>{ tr!(language, "timers") }</dt><dd>{ timers.join(" · ") }</dd></> }
                if node.drift_ppm != 0 { <><dt>{ tr!(language, "own clock") }</dt><dd>{ seconds(node.local_now, 3) }</dd></> }
                if node.pending_writes > 0 { <><dt>{ tr!(language, "being written") }</dt><dd>{ node.pending_writes }</dd></> }
            </dl>
            <p class="soft legend-line">{ icon(Icon::Disk) }{ tr!(language, "survives a crash") }</p>
            { acts(props, &[Group::Main, Group::Timers]) }
            <Ask request={props.inspection.request} {language} to={Some(node.id)} client={ClientId(0)} act={&props.act} />
            <details class="more-acts">
                <summary>{ tr!(language, "Clock and disk") }</summary>
                { acts(props, &[Group::Clock, Group::Disk]) }
            </details>
        </section>
    }
}

fn row(field: &Field, language: Language) -> Html {
    let disk = field.durable.then(|| html! {
        <span class="disk" title={tr!(language, "survives a crash")}>{ icon(Icon::Disk) }<span class="unseen">{ tr!(language, "survives a crash") }</span></span>
    });
    html! { <><dt>{ translate(language, field.name) }{ disk }</dt><dd>{ &field.value }</dd></> }
}

fn visitor(props: &Props, client: &ClientShot) -> Html {
    let language = props.language;
    let open = client.open.as_ref().map(|open| html! {
        <>
        <dt>{ tr!(language, "waits for") }</dt><dd>{ &open.request }</dd>
        <dt>{ tr!(language, "asked") }</dt><dd>{ open.asked.to_string() }</dd>
        <dt>{ tr!(language, "since") }</dt><dd>{ seconds(open.since, 3) }</dd>
        <dt>{ tr!(language, "attempt") }</dt><dd>{ open.attempt }</dd>
        </>
    });
    let answer = client.answer.as_ref().map(|(request, answer)| html! {
        <><dt>{ tr!(language, "last answer") }</dt><dd>{ format!("{request} → {answer}") }</dd></>
    });
    html! {
        <section>
            <h2>{ tr!(language, "client {0}", client.id) }</h2>
            <dl class="fields">
                { open }{ answer }
                <dt>{ tr!(language, "waiting requests") }</dt><dd>{ client.waiting }</dd>
                <dt>{ tr!(language, "Lamport clock") }</dt><dd>{ client.lamport }</dd>
            </dl>
            { acts(props, &[Group::Request]) }
            <Ask request={props.inspection.request} {language} to={None::<NodeId>} client={client.id} act={&props.act} />
        </section>
    }
}

fn acts(props: &Props, groups: &[Group]) -> Html {
    let of = |group: &Group| {
        let group = *group;
        let offered = props.inspection.gestures.iter().filter(move |gesture| gesture.group == group);
        buttons(offered, &props.act, props.language)
    };
    groups.iter().map(of).collect()
}

#[derive(Properties, PartialEq)]
struct AskProps {
    request: &'static str,
    language: Language,
    to: Option<NodeId>,
    client: ClientId,
    act: Callback<Action>,
}

/// A request, as somebody types it.
#[component]
fn Ask(props: &AskProps) -> Html {
    let input = use_node_ref();
    let onsubmit = {
        let (act, input, to, client) = (props.act.clone(), input.clone(), props.to, props.client);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            let request = input.value().trim().to_owned();
            if !request.is_empty() {
                act.emit(Action::Do(Command::Request { client, to, request }));
            }
        })
    };
    let name = match props.to {
        Some(to) => tr!(props.language, "{0} asks {1}", props.client, to),
        None => tr!(props.language, "{0} asks", props.client),
    };
    html! {
        <form class="ask" {onsubmit}>
            <label><span>{ name }</span><input ref={input} type="text" value={props.request} autocomplete="off" spellcheck="false" /></label>
            <button type="submit">{ tr!(props.language, "Send") }</button>
        </form>
    }
}

/// A message: what it carries, when it was sent, why, and what can be done to it.
#[component]
pub fn MessageTab(props: &Props) -> Html {
    let language = props.language;
    match &props.inspection.subject {
        Subject::Message { shot, flight, stamp } => message(props, shot, flight.as_deref(), stamp.as_deref()),
        _ => html! {
            <section class="hint">
                <h2>{ tr!(language, "No message is selected") }</h2>
                <p class="soft">{ tr!(language, "Click a message on the stage, or an arrow of the diagram.") }</p>
            </section>
        },
    }
}

fn message(props: &Props, shot: &MessageShot, flight: Option<&FlightShot>, stamp: Option<&[u64]>) -> Html {
    let language = props.language;
    let seek = |event: u64| {
        let act = props.act.clone();
        Callback::from(move |_: MouseEvent| act.emit(Action::SeekEvent(event)))
    };
    let time = |time: Time| seconds(time, 4);
    let ends = [shot.from, shot.to].map(|end| {
        let act = props.act.clone();
        let selection = match end {
            crate::base::Endpoint::Node(node) => Selection::Node(node),
            crate::base::Endpoint::Client(client) => Selection::Client(client),
        };
        let onclick = Callback::from(move |_: MouseEvent| act.emit(Action::Select(Some(selection))));
        html! { <button class="inline" {onclick}>{ end.to_string() }</button> }
    });
    let [from, to] = ends;
    let fate = match flight {
        Some(flight) if flight.held => tr!(language, "held back").to_owned(),
        Some(flight) => match flight.lost_at {
            Some(lost) => tr!(language, "will be lost at {0}", time(lost)),
            None => tr!(language, "arrives at {0}", time(flight.arrives_at)),
        },
        None if shot.sent_at > props.inspection.now => tr!(language, "not yet sent").to_owned(),
        None => tr!(language, "no longer under way").to_owned(),
    };
    html! {
        <section>
            <h2>{ &shot.label }<span class="chip plain">{ shot.kind.name }</span></h2>
            <dl class="fields">
                <dt>{ tr!(language, "from, to") }</dt><dd>{ from }{ " → " }{ to }</dd>
                <dt>{ tr!(language, "sent") }</dt><dd><button class="inline" onclick={seek(shot.id)}>{ time(shot.sent_at) }</button>{ tr!(language, " by event {0}", shot.id) }</dd>
                <dt>{ tr!(language, "fate") }</dt><dd>{ fate }</dd>
                { for shot.fields.iter().map(|field| html! { <><dt>{ translate(language, field.name) }</dt><dd>{ &field.value }</dd></> }) }
                <dt>{ tr!(language, "Lamport stamp") }</dt><dd>{ shot.lamport }</dd>
                if let Some(stamp) = stamp { <><dt>{ tr!(language, "vector stamp") }</dt><dd class="mono">{ vector(stamp) }</dd></> }
                if let Some(cause) = &shot.cause { <><dt>{ tr!(language, "because") }</dt><dd>{ cause }</dd></> }
                if let Some((file, line)) = shot.line { <><dt>{ tr!(language, "source") }</dt><dd class="mono">{ format!("{}:{line}", file.rsplit("src/").next().unwrap_or(file)) }</dd></> }
            </dl>
            { acts(props, &[Group::Main]) }
        </section>
    }
}

fn vector(stamp: &[u64]) -> String {
    let numbers: Vec<String> = stamp.iter().map(u64::to_string).collect();
    format!("[{}]", numbers.join(" "))
}
