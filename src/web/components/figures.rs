//! Servers, clients and messages. A server's role is its shape as well as its colour; an entry's
//! fate is its outline as well as its fill.

use yew::prelude::*;

use crate::player::Selection;
use crate::protocol::{Shape, Tone};
use crate::sim::snapshot::Status;
use crate::view::layout::Detail;
use crate::view::path::{number, translate};
use crate::view::scene::{Box, Entry, EntryState, Visitor, epoch_colour};
use crate::view::{Flight, Size};
use crate::web::animator::flight_id;
use crate::web::pick;
use crate::words::{self, Language};
use crate::{tr, words::translate as word};

#[derive(Properties, PartialEq)]
pub struct NodeProps {
    pub id: AttrValue,
    pub node: Box,
    pub detail: Detail,
    pub selected: bool,
    /// The one that the Tab key reaches.
    pub first: bool,
    pub language: Language,
}

/// A server.
#[component]
pub fn NodeFigure(props: &NodeProps) -> Html {
    let NodeProps { node, detail, language, .. } = props;
    let role = match (node.status, node.shape) {
        (Status::Down, _) => "crashed",
        (_, Shape::Lead) => "leader",
        (_, Shape::Bid) => "candidate",
        (_, Shape::Plain) => "follower",
    };
    let paused = (node.status == Status::Paused).then_some("paused");
    let [title_y, epoch_y, entries_y] = match detail {
        Detail::Full => [-14.0, 5.0, 14.0],
        Detail::Compact => [-11.0, 6.0, 14.0],
        Detail::Tiny => [-3.0, 14.0, 0.0],
    };
    let epoch = match detail {
        Detail::Tiny => format!("{} {}", word(*language, node.epoch.0), node.epoch.1),
        _ => format!("{} {} · L {}", word(*language, node.epoch.0), node.epoch.1, node.lamport),
    };
    html! {
        <g class={classes!("node", role, paused, props.selected.then_some("selected"))} transform={translate(node.at)}
            data-pick={pick::code(Selection::Node(node.id))} tabindex={if props.first { "0" } else { "-1" }}
            role="button" aria-label={words::tell(*language, &node.told())}>
            { outline(node, 0.0, "label-container") }
            if props.selected { { outline(node, 12.0, "selection") } }
            { outline(node, 12.0, "focus") }
            <text class="nodeLabel" y={number(title_y)}>
                <tspan class="id">{ node.id.to_string() }</tspan>
                if *detail != Detail::Tiny { <tspan class="role" dx="7">{ word(*language, node.role) }</tspan> }
            </text>
            <text class="epoch" y={number(epoch_y)}>{ epoch }</text>
            if *detail != Detail::Tiny { { entries(node, entries_y) } }
            { corner(props) }
        </g>
    }
}

/// The shape of the role, so much larger than the box.
fn outline(node: &Box, by: f64, class: &'static str) -> Html {
    let Size { w, h } = node.size.grown(by, by);
    let shape = if node.status == Status::Down { Shape::Plain } else { node.shape };
    if shape == Shape::Bid {
        let (x, y, cut) = (w / 2.0, h / 2.0, 18.0 + by / 6.0);
        let points = [(-x, 0.0), (cut - x, -y), (x - cut, -y), (x, 0.0), (x - cut, y), (cut - x, y)];
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
        return html! { <polygon {class} points={points.join(" ")} /> };
    }
    let rx = if shape == Shape::Lead { h / 2.0 } else { 6.0 + by / 2.0 };
    html! {
        <rect {class} x={number(-w / 2.0)} y={number(-h / 2.0)} width={number(w)} height={number(h)} rx={number(rx)} />
    }
}

/// The last entries of the log, as small squares in a row.
fn entries(node: &Box, y: f64) -> Html {
    const STEP: f64 = 16.0;
    let more = node.earlier > 0;
    let count = node.entries.len() as f64 + if more { 1.1 } else { 0.0 };
    let left = -(count * STEP - 3.0) / 2.0;
    let first = left + if more { 1.1 * STEP } else { 0.0 };
    let cells = node.entries.iter().enumerate().map(|(i, entry)| square(entry, first + STEP * i as f64, y));
    html! {
        <g class="entries">
            if more { <text class="more" x={number(left + 6.0)} y={number(y + 10.5)}>{ format!("+{}", node.earlier) }</text> }
            { for cells }
        </g>
    }
}

fn square(entry: &Entry, x: f64, y: f64) -> Html {
    let state = entry_class(entry.state);
    let class = classes!("entry", state, format!("epoch-{}", epoch_colour(entry.cell.epoch)));
    html! {
        <g {class} transform={format!("translate({} {})", number(x), number(y))}>
            <rect width="13" height="13" rx="2" />
            if entry.state == EntryState::Pending { <path d="M1 8L8 1M5 12L12 5" /> }
        </g>
    }
}

/// The class of an entry's state, on the stage and in tables.
pub fn entry_class(state: EntryState) -> &'static str {
    match state {
        EntryState::Committed => "committed",
        EntryState::Uncommitted => "uncommitted",
        EntryState::Pending => "pending",
    }
}

/// At the corner: the ring of its timer, or why it has none.
fn corner(props: &NodeProps) -> Html {
    let NodeProps { id, node, language, .. } = props;
    let inset = if node.shape == Shape::Plain || node.status == Status::Down { 12.0 } else { 16.0 };
    let place = translate(crate::view::Point::new(node.size.w / 2.0 - inset, -node.size.h / 2.0 + 5.0));
    let writing = (node.pending_writes > 0).then(|| {
        let at = crate::view::Point::new(-node.size.w / 2.0 + 6.0, node.size.h / 2.0 - 8.0);
        html! {
            <g class="writing" transform={translate(at)}>
                <title>{ tr!(*language, "writing to its disk") }</title>
                <ellipse class="plate" cx="0" cy="0" rx="11" ry="11" />
                <path d="M-5 -3.500c0 -1.300 2.200 -2.300 5 -2.300s5 1 5 2.300s-2.200 2.300 -5 2.300s-5 -1 -5 -2.300v7c0 1.300 2.200 2.300 5 2.300s5 -1 5 -2.300v-7" />
            </g>
        }
    });
    let mark = match (node.status, &node.timer) {
        (Status::Down, _) => html! { <path class="crash" transform={place} d="M-6 -6L6 6M6 -6L-6 6" /> },
        (Status::Paused, _) => html! {
            <g class="hold" transform={place}><circle r="10" /><path d="M-3 -4v8M3 -4v8" /></g>
        },
        (Status::Up, None) => Html::default(),
        (Status::Up, Some(timer)) => html! {
            <g class="timer" transform={place}>
                <title>{ tr!(*language, "timer: {0}", timer.name.clone()) }</title>
                <circle class="track" r="9" />
                <circle class="rest" id={format!("{id}-ring{}", node.id.0)} r="9" transform="rotate(-90)" />
            </g>
        },
    };
    html! { <>{ mark }{ writing }</> }
}

#[derive(Properties, PartialEq)]
pub struct ClientProps {
    pub client: Visitor,
    pub selected: bool,
    pub language: Language,
}

/// A client with its open request, or its last answer.
#[component]
pub fn ClientFigure(props: &ClientProps) -> Html {
    let ClientProps { client, language, .. } = props;
    let (state, line) = match (&client.open, &client.answer) {
        (Some(open), _) => ("waiting", format!("{} · {}", open.request, tr!(*language, "waits"))),
        (None, Some((request, answer))) => ("answered", format!("{request} → {answer}")),
        (None, None) => ("idle", tr!(*language, "asks nothing").to_owned()),
    };
    let told = client.told().map(|told| words::tell(*language, &told));
    let told = told.unwrap_or_else(|| tr!(*language, "{0} asks nothing.", client.id));
    let Size { w, h } = client.size;
    html! {
        <g class={classes!("client", state, props.selected.then_some("selected"))} transform={translate(client.at)}
            data-pick={pick::code(Selection::Client(client.id))} tabindex="-1" role="button" aria-label={told}>
            <rect class="actor" x={number(-w / 2.0)} y={number(-h / 2.0)} width={number(w)} height={number(h)} rx="6" />
            <rect class="focus" x={number(-w / 2.0 - 5.0)} y={number(-h / 2.0 - 5.0)} width={number(w + 10.0)} height={number(h + 10.0)} rx="10" />
            <text class="title" y="-5">{ tr!(*language, "client {0}", client.id) }</text>
            <text class="line" y="14">{ clipped(&line, w - 14.0) }</text>
        </g>
    }
}

/// As much of a text as a width takes.
fn clipped(text: &str, width: f64) -> String {
    use crate::view::flight::text_width;
    if text_width(text, 11.5) <= width {
        return text.to_owned();
    }
    let mut clipped = String::new();
    for c in text.chars() {
        clipped.push(c);
        if text_width(&clipped, 11.5) > width - 8.0 {
            break;
        }
    }
    clipped.push('…');
    clipped
}

#[derive(Properties, PartialEq)]
pub struct PillProps {
    pub id: AttrValue,
    pub flight: Flight,
    pub selected: bool,
    pub language: Language,
}

/// A message. Its place is the animator's.
#[component]
pub fn Pill(props: &PillProps) -> Html {
    let PillProps { id, flight, language, .. } = props;
    let Size { w, h } = flight.pill;
    let class = classes!(
        "message",
        tone_class(flight.tone),
        (flight.key.1 > 0).then_some("copy"),
        flight.held.then_some("held"),
        props.selected.then_some("selected"),
    );
    let label = tr!(*language, "{0} from {1} to {2}", flight.label.clone(), flight.from, flight.to);
    html! {
        <g {class} id={flight_id(id, flight)} data-pick={pick::code(Selection::Message(flight.key.0))}
            tabindex="-1" role="button" aria-label={label}>
            <rect class="reach" x={number(-w / 2.0 - 6.0)} y="-16" width={number(w + 12.0)} height="32" />
            <rect class="pill" x={number(-w / 2.0)} y={number(-h / 2.0)} width={number(w)} height={number(h)} rx={number(h / 2.0)} />
            <text class="messageText" y="4">{ &flight.label }</text>
            if flight.lost_at.is_some() {
                <path class="loss" d={format!("M{} -4l8 8m0 -8l-8 8", number(w / 2.0 + 4.0))} />
            }
        </g>
    }
}

/// The class of a message's look.
pub fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Call => "call",
        Tone::Reply => "reply",
        Tone::Vote => "vote",
        Tone::Beat => "beat",
        Tone::Client => "toClient",
    }
}
