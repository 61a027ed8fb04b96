//! What is selected, looked at closely: a server, a client, a link, a message.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::bits::{asks, asks_why, button, chip, entry, entry_of, leaf, soft, tag};
use super::icon::{Icon, icon};
use super::inspector::Props;
use super::logs::logs;
use super::node_menu::{buttons, title};
use crate::base::{ClientId, Endpoint, NodeId, Time};
use crate::command::Command;
use crate::player::gestures::Group;
use crate::player::{Action, Question, Selection};
use crate::protocol::{Blank, Form, Holds, Shape};
use crate::sim::fact::Fact;
use crate::sim::snapshot::{
    ClientShot, DiskField, FlightShot, MessageShot, NodeShot, Status, Told,
};
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
                    console(props, None, None),
                ],
            )
        }
    };
    [subject, logs(props)].into_iter().collect()
}

#[inline(never)]
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
        console(props, None, Some(node.id)),
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

#[inline(never)]
fn visitor(props: &Props, client: &ClientShot) -> Html {
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
        console(props, Some(client.id), None),
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

/// The request console: who asks whom, what the service can be asked, each as a form to fill in, and
/// what came back.
fn console(props: &Props, client: Option<ClientId>, to: Option<NodeId>) -> Html {
    let language = props.language;
    let clients = &props.inspection.clients;
    let option =
        |value: String, chosen: bool| html! { <option selected={chosen}>{ value }</option> };
    let choice = |name: &'static str, options: Vec<Html>| {
        html! { <label><span>{ name }</span><select>{ for options }</select></label> }
    };
    let askers = clients
        .iter()
        .map(|shot| option(shot.id.to_string(), client.unwrap_or(ClientId(0)) == shot.id));
    // Asked nobody in particular, a client asks the server that answered it last.
    let anyone = tr!(language, "anyone").to_owned();
    let anybody = std::iter::once(option(anyone, to.is_none()));
    let servers = props.inspection.logs.rows.iter();
    let asked = anybody.chain(servers.map(|(id, _)| option(id.to_string(), to == Some(*id))));
    let who = vec![
        choice(tr!(language, "client"), askers.collect()),
        choice(tr!(language, "asks"), asked.collect()),
    ];
    let forms = props.inspection.forms.iter().map(|form| ask(props, form));
    let answers: Vec<Html> =
        clients.iter().flat_map(|client| came_back(client, language)).collect();
    html! {
        <div key={format!("{client:?} {to:?}")} class="console">
            { leaf("h3", "", tr!(language, "Requests")) }
            { tag("div", "who", who) }
            { for forms }
            if !answers.is_empty() { <ol class="answers" aria-live="polite">{ for answers }</ol> }
        </div>
    }
}

/// A client's last requests, and what it was told.
fn came_back(client: &ClientShot, language: Language) -> Vec<Html> {
    const SHOWN: usize = 3;
    let line = |class: &'static str, request: &str, told: &str| {
        let request = format!("{} {request} → ", client.id);
        tag("li", class, vec![request.into(), leaf("b", "", told)])
    };
    let past = client.answers.iter().skip(client.answers.len().saturating_sub(SHOWN));
    let past = past.map(|answer| {
        let class = if answer.refused { "refused" } else { "" };
        line(class, &answer.request, &tell(language, &answer.told))
    });
    let open = client
        .open
        .iter()
        .map(|open| line("soft", &open.request, &tr!(language, "waits for {0}", open.asked)));
    past.chain(open).collect()
}

/// One of its forms. The browser checks the blanks as they are filled; the request is checked
/// again as any command is. What is typed is the browser's alone (Yew would set it back with the
/// next event); a blank left empty means its sample.
fn ask(props: &Props, form: &'static Form) -> Html {
    let language = props.language;
    let act = props.act.clone();
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let element = event.target_unchecked_into::<Element>();
        let Ok(inputs) = element.query_selector_all("input") else { return };
        let chosen = element.closest(".console").ok().flatten();
        let chosen = chosen.and_then(|console| console.query_selector_all("select").ok());
        let choice = |place| {
            let select = chosen.as_ref()?.get(place)?.dyn_into::<HtmlSelectElement>().ok()?;
            select.value().parse::<Endpoint>().ok()
        };
        let Some(Endpoint::Client(client)) = choice(0) else { return };
        let to = choice(1).and_then(Endpoint::node);
        let values = (0..inputs.length()).filter_map(|place| {
            let input = inputs.get(place)?.dyn_into::<HtmlInputElement>().ok()?;
            let value = input.value();
            Some(if value.is_empty() { input.placeholder() } else { value })
        });
        let request = form.fill(&values.collect::<Vec<_>>());
        act.emit(Action::Do(Command::Request { client, to, request }));
    });
    let blank = |blank: &Blank| {
        let (kind, least, most) = match blank.holds {
            Holds::Number { least, most } => ("number", Some(least), Some(most)),
            Holds::Word => ("text", None, None),
        };
        let pattern = least.is_none().then_some(WORD);
        html! {
            <label><span>{ translate(language, blank.name) }</span><input type={kind} {pattern} maxlength="32"
                min={least.map(|least| least.to_string())} max={most.map(|most| most.to_string())}
                placeholder={blank.sample} autocomplete="off" spellcheck="false" /></label>
        }
    };
    html! {
        <form class="ask" {onsubmit} title={translate(language, form.help)}>
            { leaf("b", "", form.name) }
            { for form.blanks.iter().map(blank) }
            { button("", None, tr!(language, "Send"), Callback::noop()) }
        </form>
    }
}

/// What [`crate::base::store::word`] takes, as the browser checks it.
const WORD: &str = "[^\\s=;#\"]+";

/// A message: what it carries, when it was sent, why, and what can be done to it.
#[inline(never)]
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
    if let Some(stamp) = &shot.stamp {
        let numbers: Vec<String> = stamp.iter().map(u64::to_string).collect();
        fields.push(entry(tr!(language, "vector stamp"), format!("[{}]", numbers.join(" "))));
    }
    if let Some(cause) = &shot.cause {
        let why = asks_why(&props.act, language, &shot.label, Question::Event(shot.id));
        let because = [tell(language, cause).into(), " ".into(), why];
        fields.push(entry_of(tr!(language, "because"), because.into_iter().collect()));
    }
    for end in ends {
        let words = tell(language, &end.sentence);
        let why = asks_why(&props.act, language, &words, Question::Event(end.event));
        let at = link(&time(end.at), Action::SeekEvent(end.event));
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
