//! The details of what is selected: a server, a client, a link, a message.

use yew::prelude::*;

use super::bits::{asks, asks_why, button, chip, entry, entry_of, leaf, soft, tag};
use super::console::{Console, console};
use super::icon::{Icon, icon};
use super::logs::logs;
use super::node_menu::{buttons, title};
use super::props::InspectorProps as Props;
use crate::base::{Endpoint, Time};
use crate::player::gestures::Group;
use crate::player::{Action, PageAction, Question, Selection, TimeAction};
use crate::protocol::Shape;
use crate::replay::cone::written;
use crate::sim::fact::Fact;
use crate::sim::snapshot::{
    ClientShot, DiskField, FlightShot, MessageShot, NodeShot, Status, Told,
};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::web::frame::Subject;
use crate::words::{Language, tell, translate};

/// A server, a client or a link; and everyone's logs.
pub fn node_tab(props: &Props, requests: &Console) -> Html {
    let Props { inspection, language, .. } = props;
    let language = *language;
    let subject = match (&inspection.subject, inspection.selection) {
        (Subject::Node(node), _) => server(props, requests, node),
        (Subject::Client(client), _) => visitor(props, requests, client),
        (Subject::Link, Some(selection)) => {
            let title = tr!(language, "Link {0}", title(selection, language));
            tag(
                "section",
                "",
                vec![leaf("h2", "", &title), acts(props, &[Group::Main, Group::Network])],
            )
        }
        _ => {
            let hint = tr!(
                language,
                "Click a server, a client, a link or a message: it shows here what it knows, and what you can do to it."
            );
            let title = leaf("h2", "", translate(language, inspection.meta.title));
            tag(
                "section",
                "hint",
                vec![
                    title,
                    leaf("p", "", translate(language, inspection.meta.summary)),
                    soft(hint),
                    console(props, requests, None, None),
                ],
            )
        }
    };
    [subject, logs(props)].into_iter().collect()
}

fn server(props: &Props, requests: &Console, node: &NodeShot) -> Html {
    let language = props.language;
    let (state, class) = match (node.status, node.view.role.shape) {
        (Status::Down, _) => (tr!(language, "crashed"), "down"),
        (Status::Paused, _) => (tr!(language, "paused"), "held"),
        (_, Shape::Lead) => (translate(language, node.view.role.name), "leads"),
        (_, Shape::Bid) => (translate(language, node.view.role.name), "bids"),
        (_, Shape::Plain) => (translate(language, node.view.role.name), "plain"),
    };
    let timers: Vec<String> = node
        .timers
        .iter()
        .map(|timer| {
            format!("{} {}", timer.name, seconds(timer.fires_at.since(props.inspection.now), 3))
        })
        .collect();
    let why = |fact: &'static str| {
        let of = translate(language, fact);
        asks_why(&props.act, language, of, Question::Fact(Fact::named(node.id, fact)))
    };
    let disk = node.disk.iter().map(|field| on_disk(field, why(field.name), language));
    let memory = node.view.fields.iter().map(|field| {
        let name = translate(language, field.name);
        let value = [field.value.clone().into(), " ".into(), why(field.name)];
        entry_of(name, value.into_iter().collect())
    });
    let mut fields: Vec<Html> = disk.chain(memory).collect();
    fields.push(entry(tr!(language, "Lamport clock"), node.lamport.to_string()));
    if !timers.is_empty() {
        fields.push(entry(tr!(language, "timers"), timers.join(" · ")));
    }
    if node.drift_ppm != 0 {
        fields.push(entry(tr!(language, "own clock"), seconds(node.local_now, 3)));
    }
    if node.pending_writes > 0 {
        fields.push(entry(tr!(language, "being written"), node.pending_writes.to_string()));
    }
    let fact = if node.status == Status::Up { "role" } else { "status" };
    let mut title = vec![node.id.to_string().into(), chip(class, state), why(fact)];
    if node.isolated {
        title.push(chip("bad", tr!(language, "cut off")));
    }
    let durable = vec![icon(Icon::Disk), tr!(language, "survives a crash").into()];
    let more = vec![
        leaf("summary", "", tr!(language, "Clock and disk")),
        acts(props, &[Group::Clock, Group::Disk]),
    ];
    let parts = vec![
        tag("h2", "", title),
        tag("dl", "fields", fields),
        tag("p", "soft legend-line", durable),
        acts(props, &[Group::Main, Group::Timers]),
        console(props, requests, None, Some(node.id)),
        tag("details", "more-acts", more),
    ];
    tag("section", "", parts)
}

/// What the disk holds, and what is on its way there.
fn on_disk(field: &DiskField, why: Html, language: Language) -> Html {
    let survives = tr!(language, "survives a crash");
    let name = vec![
        translate(language, field.name).into(),
        html! { <span class="disk" title={survives}>{ icon(Icon::Disk) }{ leaf("span", "unseen", survives) }</span> },
    ];
    let pending = field.pending.as_ref().map(|pending| {
        leaf("span", "pending-write", &tr!(language, "{0} not yet on disk", pending.clone()))
    });
    let value = std::iter::once(field.value.clone().into()).chain(pending);
    let value = value.chain([" ".into(), why]);
    [tag("dt", "", name), tag("dd", "", value.collect())].into_iter().collect()
}

fn visitor(props: &Props, requests: &Console, client: &ClientShot) -> Html {
    let language = props.language;
    let mut fields = Vec::new();
    if let Some(open) = &client.open {
        fields.push(entry(tr!(language, "waits for"), open.request.clone()));
        fields.push(entry(tr!(language, "asked"), open.asked.to_string()));
        fields.push(entry(tr!(language, "since"), seconds(open.since, 3)));
        fields.push(entry(tr!(language, "attempt"), open.attempt.to_string()));
    }
    // The newest answer first.
    fields.extend(client.answers.iter().rev().map(|answer| {
        let told = format!("{} → {}", answer.request, tell(language, &answer.told));
        let name =
            if answer.refused { tr!(language, "refused") } else { tr!(language, "answered") };
        entry(name, told)
    }));
    fields.push(entry(tr!(language, "waiting requests"), client.waiting.to_string()));
    fields.push(entry(tr!(language, "Lamport clock"), client.lamport.to_string()));
    let parts = vec![
        leaf("h2", "", &tr!(language, "client {0}", client.id)),
        tag("dl", "fields", fields),
        acts(props, &[Group::Request]),
        console(props, requests, Some(client.id), None),
    ];
    tag("section", "", parts)
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
        _ => {
            let title = leaf("h2", "", tr!(language, "No message is selected"));
            let hint =
                soft(tr!(language, "Click a message on the stage, or an arrow of the diagram."));
            tag("section", "hint", vec![title, hint])
        }
    }
}

fn message(props: &Props, shot: &MessageShot, flight: Option<&FlightShot>, ends: &[Told]) -> Html {
    let language = props.language;
    let time = |time: Time| seconds(time, 4);
    let link = |text: &str, action| button("inline", None, text, asks(&props.act, action));
    let [from, to] = [shot.from, shot.to].map(|end| {
        let selection = match end {
            Endpoint::Node(node) => Selection::Node(node),
            Endpoint::Client(client) => Selection::Client(client),
        };
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
    let sent = [
        link(&time(shot.sent_at), Action::Time(TimeAction::SeekEvent(shot.id))),
        tr!(language, " by event {0}", shot.id).into(),
    ];
    let mut fields = vec![
        entry_of(tr!(language, "from, to"), [from, " → ".into(), to].into_iter().collect()),
        entry_of(tr!(language, "sent"), sent.into_iter().collect()),
        entry(tr!(language, "fate"), fate),
    ];
    fields.extend(
        shot.fields.iter().map(|field| entry(translate(language, field.name), field.value.clone())),
    );
    fields.push(entry(tr!(language, "Lamport stamp"), shot.lamport.to_string()));
    fields.push(entry(tr!(language, "vector stamp"), written(&shot.stamp)));
    if let Some(cause) = &shot.cause {
        let why = asks_why(&props.act, language, &shot.label, Question::Event(shot.id));
        let because = [tell(language, cause).into(), " ".into(), why];
        fields.push(entry_of(tr!(language, "because"), because.into_iter().collect()));
    }
    for end in ends {
        let words = tell(language, &end.sentence);
        let why = asks_why(&props.act, language, &words, Question::Event(end.event));
        let at = link(&time(end.at), Action::Time(TimeAction::SeekEvent(end.event)));
        let told = [at, format!(" {words} ").into(), why];
        fields.push(entry_of(tr!(language, "its end"), told.into_iter().collect()));
    }
    if let Some((file, line)) = shot.line {
        fields.push(entry(
            tr!(language, "source"),
            format!("{}:{line}", file.rsplit("src/").next().unwrap_or(file)),
        ));
    }
    let title = vec![shot.label.clone().into(), chip("plain", shot.kind.name)];
    tag(
        "section",
        "",
        vec![tag("h2", "", title), tag("dl", "fields", fields), acts(props, &[Group::Main])],
    )
}
