//! The details of what is selected: a server, a client, a link, a message.

use yew::prelude::*;

use super::bits::{asks, asks_why, button, chip, entry, entry_of};
use super::console::{Console, console};
use super::icon::{Icon, icon};
use super::log_tab::held;
use super::logs::logs;
use super::matrix::matrix;
use super::node_menu::{buttons, title};
use super::panels::panels;
use super::props::InspectorProps as Props;
use super::reading_room::word;
use super::workload::workload;
use crate::base::Time;
use crate::player::gestures::Group;
use crate::player::{Action, PageAction, Question, Selection, TimeAction};
use crate::protocol::Tag;
use crate::replay::cone::written;
use crate::sim::fact::Fact;
use crate::sim::snapshot::{
    AnswerShot, ClientShot, DiskField, FlightShot, MessageShot, NodeShot, Status, TimerShot, Told,
};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::web::frame::Subject;
use crate::words::{Language, tell, translate};

/// A server, a client or a link; everyone's logs; and who thinks what of whom.
pub fn node_tab(props: &Props, requests: &Console) -> Html {
    let Props { inspection, language, .. } = props;
    let language = *language;
    let subject = match (&inspection.subject, inspection.selection) {
        (Subject::Node(node), _) => server(props, requests, node),
        (Subject::Client(client), _) => visitor(props, requests, client),
        (Subject::Link, Some(selection)) => {
            let title = tr!(language, "Link {0}", title(selection, language));
            html! { <section><h2>{ title }</h2>{ acts(props, &[Group::Main, Group::Network]) }</section> }
        }
        // Who thinks what of whom comes first: nothing of anybody's own stands above it.
        _ => {
            let hint = tr!(
                language,
                "Click whoever takes part, a link or a message: it shows here what it knows, and what you can do to it."
            );
            return html! {
                <>
                <section class="hint">
                    <h2>{ translate(language, inspection.meta.title) }</h2>
                    <p>{ translate(language, inspection.meta.summary) }</p>
                    <p class="soft">{ hint }</p>
                    { matrix(props) }
                    { console(props, requests, None, None) }
                    { workload(props) }
                </section>
                { logs(props) }
                </>
            };
        }
    };
    html! { <>{ subject }{ logs(props) }{ matrix(props) }</> }
}

fn server(props: &Props, requests: &Console, node: &NodeShot) -> Html {
    let language = props.language;
    let class = match node.tag() {
        None => "down",
        Some(_) if node.status == Status::Paused => "held",
        Some(Tag::Leads) => "leads",
        Some(Tag::Bids) => "bids",
        Some(Tag::Follows | Tag::Outside) => "plain",
    };
    let timers = running(&node.timers, props.inspection.now, language);
    let why = |fact: &'static str| {
        let of = translate(language, fact);
        asks_why(&props.act, language, of, Question::Fact(Fact::named(node.id, fact)))
    };
    let disk = node.disk.iter().map(|field| on_disk(field, why(field.name), props));
    let memory = node.view.fields.iter().map(|field| {
        let value = translate(language, &field.value);
        let value = html! { <>{ value.to_owned() }{ " " }{ why(field.name) }</> };
        let name = word(field.name, translate(language, field.name), &props.act);
        entry_of(name, value)
    });
    let fact = if node.status == Status::Up { "role" } else { "status" };
    html! {
        <section>
            <h2>
                { node.id.to_string() }
                { chip(class, word(node.role(), translate(language, node.role()), &props.act)) }
                { why(fact) }
                if node.isolated { { chip("bad", tr!(language, "cut off")) } }
            </h2>
            <dl class="fields">
                { for disk }
                { for memory }
                { entry_of(word("Lamport clock", tr!(language, "Lamport clock"), &props.act), node.lamport.to_string().into()) }
                if !timers.is_empty() { { entry(tr!(language, "timers"), timers) } }
                if node.drift_ppm != 0 { { entry(tr!(language, "own clock"), seconds(node.local_now, 3)) } }
                if node.pending_writes > 0 { { entry(tr!(language, "being written"), node.pending_writes.to_string()) } }
            </dl>
            { for panels(&node.panels, language) }
            if !node.disk.is_empty() {
                <p class="soft legend-line">{ icon(Icon::Disk) }{ tr!(language, "survives a crash") }</p>
            }
            { acts(props, &[Group::Main, Group::Timers]) }
            { console(props, requests, None, Some(node.id)) }
                    { workload(props) }
            <details class="more-acts">
                <summary>{ tr!(language, "Clock and disk") }</summary>
                { acts(props, &[Group::Clock, Group::Disk]) }
            </details>
        </section>
    }
}

/// What is set, and how long each has left: `election 0.120 · heartbeat 0.010`.
fn running(timers: &[TimerShot], now: Time, language: Language) -> String {
    let left = |timer: &TimerShot| {
        let name = translate(language, &timer.name);
        format!("{name} {}", seconds(timer.fires_at.since(now), 3))
    };
    timers.iter().map(left).collect::<Vec<_>>().join(" · ")
}

/// A thing that the disk keeps.
fn on_disk(field: &DiskField, why: Html, props: &Props) -> Html {
    let language = props.language;
    let survives = tr!(language, "survives a crash");
    html! {
        <>
        <dt>
            { word(field.name, translate(language, field.name), &props.act) }
            <span class="disk" title={survives}>{ icon(Icon::Disk) }<span class="unseen">{ survives }</span></span>
        </dt>
        <dd>{ held(field, language) }{ " " }{ why }</dd>
        </>
    }
}

fn visitor(props: &Props, requests: &Console, client: &ClientShot) -> Html {
    let language = props.language;
    let answered = |answer: &AnswerShot| {
        let by = answer.by.map(|by| format!("{by}: ")).unwrap_or_default();
        let told = format!("{} → {by}{}", answer.request, tell(language, &answer.told));
        let name =
            if answer.refused { tr!(language, "refused") } else { tr!(language, "answered") };
        entry(name, told)
    };
    let timers = running(&client.timers, props.inspection.now, language);
    let state = match client.status {
        Status::Up => None,
        Status::Paused => Some(("held", tr!(language, "paused"))),
        Status::Down => Some(("down", tr!(language, "crashed"))),
    };
    html! {
        <section>
            <h2>
                { tr!(language, "client {0}", client.id) }
                if let Some((class, word)) = state { { chip(class, word) } }
            </h2>
            <dl class="fields">
                if let Some(open) = &client.open {
                    { entry(tr!(language, "waits for"), open.request.clone()) }
                    { entry(tr!(language, "asked"), open.asked_told()) }
                    { entry(tr!(language, "since"), seconds(open.since, 3)) }
                    { entry(tr!(language, "attempt"), open.attempt.to_string()) }
                }
                // The newest answer first.
                { for client.answers.iter().rev().map(answered) }
                { entry(tr!(language, "waiting requests"), client.waiting.to_string()) }
                { entry(tr!(language, "Lamport clock"), client.lamport.to_string()) }
                if !timers.is_empty() { { entry(tr!(language, "timers"), timers) } }
                if client.drift_ppm != 0 { { entry(tr!(language, "own clock"), seconds(client.local_now, 3)) } }
            </dl>
            { acts(props, &[Group::Main, Group::Timers, Group::Request]) }
            { console(props, requests, Some(client.id), None) }
                    { workload(props) }
            <details class="more-acts">
                <summary>{ tr!(language, "Clock") }</summary>
                { acts(props, &[Group::Clock]) }
            </details>
        </section>
    }
}

fn acts(props: &Props, groups: &[Group]) -> Html {
    let of = |group: &Group| {
        let group = *group;
        let offered =
            props.inspection.gestures.iter().filter(move |gesture| gesture.group == group);
        buttons(offered, &props.act, props.language)
    };
    groups.iter().map(of).collect()
}

/// A message: what it carries, when it was sent, why, and what can be done to it.
pub fn message_tab(props: &Props) -> Html {
    let language = props.language;
    match &props.inspection.subject {
        Subject::Message { shot, flight, ends } => message(props, shot, flight.as_deref(), ends),
        _ => html! {
            <section class="hint">
                <h2>{ tr!(language, "No message is selected") }</h2>
                <p class="soft">{ tr!(language, "Click a message on the stage, or an arrow of the diagram.") }</p>
            </section>
        },
    }
}

fn message(props: &Props, shot: &MessageShot, flight: Option<&FlightShot>, ends: &[Told]) -> Html {
    let language = props.language;
    let time = |time: Time| seconds(time, 4);
    let link = |text: &str, action| button("inline", None, text, asks(&props.act, action));
    let [from, to] = [shot.from, shot.to].map(|end| {
        let selection = Selection::Place(end);
        link(&end.to_string(), Action::Page(PageAction::Select(Some(selection))))
    });
    let fate = match flight {
        Some(flight) if flight.held => tr!(language, "held back").to_owned(),
        Some(flight) => match flight.lost_at {
            Some(lost) => tr!(language, "will be lost at {0}", time(lost)),
            None => tr!(language, "arrives at {0}", time(flight.arrives_at)),
        },
        None if shot.sent_at > props.inspection.now => tr!(language, "not yet sent").to_owned(),
        None => tr!(language, "no longer under way").to_owned(),
    };
    let sent = link(&time(shot.sent_at), Action::Time(TimeAction::SeekEvent(shot.id)));
    let sent = html! { <>{ sent }{ tr!(language, " by event {0}", shot.id) }</> };
    let because = shot.cause.as_ref().map(|cause| tell(language, cause));
    let label = tell(language, &shot.label);
    let end = |end: &Told| {
        let words = tell(language, &end.sentence);
        let why = asks_why(&props.act, language, &words, Question::Event(end.event));
        let at = link(&time(end.at), Action::Time(TimeAction::SeekEvent(end.event)));
        html! { <>{ at }{ format!(" {words} ") }{ why }</> }
    };
    html! {
        <section>
            <h2>
                { &label }
                { chip("plain", word(shot.kind.name, translate(language, shot.kind.name), &props.act)) }
                { asks_why(&props.act, language, &label, Question::Event(shot.id)) }
            </h2>
            <dl class="fields">
                { entry_of(tr!(language, "from, to"), html! { <>{ from }{ " → " }{ to }</> }) }
                { entry_of(tr!(language, "sent"), sent) }
                { entry(tr!(language, "fate"), fate) }
                for field in &shot.fields { { entry_of(word(field.name, translate(language, field.name), &props.act), field.value.clone().into()) } }
                { entry(tr!(language, "Lamport stamp"), shot.lamport.to_string()) }
                { entry(tr!(language, "vector stamp"), written(&shot.stamp)) }
                if let Some(because) = because { { entry(tr!(language, "because"), because) } }
                for told in ends { { entry_of(tr!(language, "its end"), end(told)) } }
                if let Some((file, line)) = shot.line {
                    { entry(tr!(language, "source"), format!("{}:{line}", file.rsplit("src/").next().unwrap_or(file))) }
                }
            </dl>
            { acts(props, &[Group::Main]) }
        </section>
    }
}
