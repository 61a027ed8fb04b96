//! What is selected, looked at closely: a server, a client, a link, a message.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use super::bits::{asks, button, chip, entry, entry_of, leaf, soft, tag};
use super::icon::{Icon, icon};
use super::inspector::Props;
use super::logs::logs;
use super::node_menu::{buttons, title};
use crate::base::{ClientId, Endpoint, NodeId, Time};
use crate::command::Command;
use crate::player::gestures::Group;
use crate::player::{Action, Selection};
use crate::protocol::{Field, Shape};
use crate::sim::snapshot::{ClientShot, FlightShot, MessageShot, NodeShot, Status};
use crate::tr;
use crate::view::ticks::seconds;
use crate::web::frame::Subject;
use crate::words::{Language, tell, translate};

/// A server, a client or a link; and everyone's logs.
pub fn node_tab(props: &Props) -> Html {
    let Props { inspection, language, .. } = props;
    let language = *language;
    let subject = match (&inspection.subject, inspection.selection) {
        (Subject::Node(node), _) => server(props, node),
        (Subject::Client(client), _) => visitor(props, client),
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
                ],
            )
        }
    };
    [subject, logs(props)].into_iter().collect()
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
    let timers: Vec<String> = node
        .timers
        .iter()
        .map(|timer| {
            format!("{} {}", timer.name, seconds(timer.fires_at.since(props.inspection.now), 3))
        })
        .collect();
    let mut fields: Vec<Html> = node.view.fields.iter().map(|field| row(field, language)).collect();
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
    let mut title = vec![node.id.to_string().into(), chip(class, state)];
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
        ask(props, ClientId(0), Some(node.id)),
        tag("details", "more-acts", more),
    ];
    tag("section", "", parts)
}

fn row(field: &Field, language: Language) -> Html {
    let disk = field.durable.then(|| html! {
        <span class="disk" title={tr!(language, "survives a crash")}>{ icon(Icon::Disk) }<span class="unseen">{ tr!(language, "survives a crash") }</span></span>
    });
    let name = std::iter::once(translate(language, field.name).into()).chain(disk);
    [tag("dt", "", name.collect()), leaf("dd", "", &field.value)].into_iter().collect()
}

fn visitor(props: &Props, client: &ClientShot) -> Html {
    let language = props.language;
    let mut fields = Vec::new();
    if let Some(open) = &client.open {
        fields.push(entry(tr!(language, "waits for"), open.request.clone()));
        fields.push(entry(tr!(language, "asked"), open.asked.to_string()));
        fields.push(entry(tr!(language, "since"), seconds(open.since, 3)));
        fields.push(entry(tr!(language, "attempt"), open.attempt.to_string()));
    }
    if let Some((request, answer)) = &client.answer {
        fields.push(entry(tr!(language, "last answer"), format!("{request} → {answer}")));
    }
    fields.push(entry(tr!(language, "waiting requests"), client.waiting.to_string()));
    fields.push(entry(tr!(language, "Lamport clock"), client.lamport.to_string()));
    let parts = vec![
        leaf("h2", "", &tr!(language, "client {0}", client.id)),
        tag("dl", "fields", fields),
        acts(props, &[Group::Request]),
        ask(props, client.id, None),
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

/// A request, as somebody types it.
fn ask(props: &Props, client: ClientId, to: Option<NodeId>) -> Html {
    let language = props.language;
    let act = props.act.clone();
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let form = event.target_unchecked_into::<Element>();
        let input = form.query_selector("input").ok().flatten();
        let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        let request = input.value().trim().to_owned();
        if !request.is_empty() {
            act.emit(Action::Do(Command::Request { client, to, request }));
        }
    });
    let name = match to {
        Some(to) => tr!(language, "{0} asks {1}", client, to),
        None => tr!(language, "{0} asks", client),
    };
    html! {
        <form class="ask" {onsubmit}>
            <label><span>{ name }</span><input type="text" value={props.inspection.request} autocomplete="off" spellcheck="false" /></label>
            { button("", None, tr!(language, "Send"), Callback::noop()) }
        </form>
    }
}

/// A message: what it carries, when it was sent, why, and what can be done to it.
pub fn message_tab(props: &Props) -> Html {
    let language = props.language;
    match &props.inspection.subject {
        Subject::Message { shot, flight, stamp } => {
            message(props, shot, flight.as_deref(), stamp.as_deref())
        }
        _ => {
            let title = leaf("h2", "", tr!(language, "No message is selected"));
            let hint =
                soft(tr!(language, "Click a message on the stage, or an arrow of the diagram."));
            tag("section", "hint", vec![title, hint])
        }
    }
}

fn message(
    props: &Props,
    shot: &MessageShot,
    flight: Option<&FlightShot>,
    stamp: Option<&[u64]>,
) -> Html {
    let language = props.language;
    let time = |time: Time| seconds(time, 4);
    let link = |text: &str, action| button("inline", None, text, asks(&props.act, action));
    let [from, to] = [shot.from, shot.to].map(|end| {
        let selection = match end {
            Endpoint::Node(node) => Selection::Node(node),
            Endpoint::Client(client) => Selection::Client(client),
        };
        link(&end.to_string(), Action::Select(Some(selection)))
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
        link(&time(shot.sent_at), Action::SeekEvent(shot.id)),
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
    if let Some(stamp) = stamp {
        fields.push(entry(tr!(language, "vector stamp"), vector(stamp)));
    }
    if let Some(cause) = &shot.cause {
        fields.push(entry(tr!(language, "because"), tell(language, cause)));
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

fn vector(stamp: &[u64]) -> String {
    let numbers: Vec<String> = stamp.iter().map(u64::to_string).collect();
    format!("[{}]", numbers.join(" "))
}
