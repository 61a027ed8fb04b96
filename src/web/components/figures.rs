//! Servers, clients and messages. A server's role is its shape as well as its colour; an entry's
//! fate is its outline as well as its fill.

use yew::prelude::*;

use super::draw::{boxed, names, path, text, when};
use super::panels::{chip, panel_row, tenures};
use super::props::Figures;
use crate::base::Place;
use crate::player::Selection;
use crate::protocol::{Tag, Tone};
use crate::sim::snapshot::Status;
use crate::tr;
use crate::view::path::{number, translate};
use crate::view::stage::flight::{CHIP_GAP, clipped, text_width};
use crate::view::stage::layout::Detail;
use crate::view::stage::scene::{ClientBox, NodeBox, Shape};
use crate::view::{Flight, Path, Point, Size};
use crate::web::animator::{AROUND, flight_id, ring_id};
use crate::web::pick;
use crate::words::{tell, translate as word};

/// A server.
pub fn node_figure(props: &Figures, node: &NodeBox) -> Html {
    let (language, detail) = (props.language, props.scene.layout.detail);
    let selected = props.selection == Some(Selection::Place(node.id));
    let role = match node.tag {
        None => "crashed",
        Some(Tag::Leads) => "leads",
        Some(Tag::Bids) => "bids",
        Some(Tag::Follows) => "follows",
        Some(Tag::Outside) => "outside",
    };
    let paused = when(node.status == Status::Paused, "paused");
    let [title_y, stamp_y, row_y] = match (detail, node.has_row()) {
        (Detail::Full, true) => [-14.0, 5.0, 14.0],
        (Detail::Full, false) => [-4.0, 16.0, 0.0],
        (Detail::Compact, true) => [-13.0, 4.0, 12.0],
        (Detail::Compact, false) => [-4.0, 15.0, 0.0],
        (Detail::Slim, true) => [-11.0, 5.0, 11.0],
        (Detail::Tiny, true) => [-4.0, 0.0, 1.0],
        (Detail::Slim | Detail::Tiny, false) => [-3.0, 14.0, 0.0],
    };
    let is_low = node.is_low(detail);
    // Beside the name stands the role, in a narrow box the term, if it can stand beneath.
    let is_beneath = detail.is_narrow() && !is_low;
    let [role_y, stamp_y] = if is_beneath { [stamp_y, title_y] } else { [title_y, stamp_y] };
    let stamp = node.stamp_told(detail, stamp_y - 4.0, language);
    let (role_told, is_long) = node.role_told(detail, role_y - 4.0, language);
    // In the lowest box the name makes room for the ring beside it.
    let title_x = if is_low { if rings_left(props, node) { 3.0 } else { -3.0 } } else { 0.0 };
    // Its texts are its name. (All that it shows is in the list of the picture in words.)
    let is_short = detail.is_narrow() && !node.has_row();
    let spoken = is_short.then(|| format!("{} {stamp} {}", node.id, word(language, node.role)));
    let stands_still = (node.status == Status::Paused).then(|| tr!(language, "paused").to_owned());
    let role_sign = if role == "follows" { "role" } else { role };
    let long = if is_low { "least" } else { when(is_long, "long") };
    html! {
        <g key={node.id.to_string()} class={names(&["node", role, paused, when(node.believes, "believes"), when(selected, "selected")])} transform={translate(node.at)}
            data-pick={pick::code(Selection::Place(node.id))} tabindex={if node.id == Place::server(0) { "0" } else { "-1" }}
            role="button" aria-label={spoken} aria-description={stands_still} data-sign="place" data-named={node.id.to_string()}>
            { outline(node, 0.0, "label-container") }
            if selected { { outline(node, 12.0, "selection") } }
            { outline(node, 12.0, "focus") }
            <text class={names(&["nodeLabel", when(detail.is_narrow(), "narrow")])} x={number(title_x)} y={number(title_y)}>
                <tspan class="id">{ node.id.to_string() }</tspan>
                if is_beneath {
                    { " " }<tspan class="stamp" dx="2" data-sign="stamp">{ &stamp }</tspan>
                } else {
                    { " " }<tspan class={names(&["role", long])} dx="3" data-sign={role_sign}>{ &role_told }</tspan>
                }
            </text>{ " " }
            if is_low {
            } else if is_beneath {
                <text class={names(&["role", "beneath", long])} y={number(role_y)} data-sign={role_sign}>{ &role_told }</text>
            } else {
                <text class="stamp" y={number(stamp_y)}>{ stamp_parts(&stamp) }</text>
            }
            { " " }
            if let Some(row) = &node.row {
                { panel_row(props.id, node, row, row_y, language) }
            } else if !node.tenures.is_empty() {
                { tenures(props.id, node, row_y, language) }
            }
            { corner(props, node) }
        </g>
    }
}

/// Term or ballot, then the support that is gathered or the clock, each with its sign.
fn stamp_parts(stamp: &str) -> Html {
    let sign = |part: &str| match part.trim_start().strip_prefix("L ").map(str::parse::<u64>) {
        Some(Ok(_)) => "lamport",
        _ if part.contains('/') => "support",
        _ => "stamp",
    };
    let part = |part: &str| html! { <tspan data-sign={sign(part)}>{ part }</tspan> };
    match stamp.split_once(" · ") {
        Some((first, rest)) => html! { <>{ part(first) }{ " · " }{ part(rest) }</> },
        None => part(stamp),
    }
}

/// The shape of the role, so much larger than the box.
fn outline(node: &NodeBox, by: f64, class: &'static str) -> Html {
    let Size { w, h } = node.size.grown(by, by);
    if node.shape() == Shape::Hexagon {
        let (x, y, cut) = (w / 2.0, h / 2.0, node.cut() + by / 6.0);
        let points =
            [(-x, 0.0), (cut - x, -y), (x - cut, -y), (x, 0.0), (x - cut, y), (cut - x, y)];
        let points: Vec<String> =
            points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
        return html! { <polygon {class} points={points.join(" ")} /> };
    }
    let rx = if node.shape() == Shape::Stadium { h / 2.0 } else { 6.0 + by / 2.0 };
    boxed(class, Point::default(), Size::new(w, h), rx)
}

/// On which side the ring stands: outwards, where the fewest messages come.
fn rings_left(props: &Figures, node: &NodeBox) -> bool {
    node.at.x < props.scene.layout.middle().x - 1.0
}

/// At the corner: the ring of its timer, or why it has none.
fn corner(props: &Figures, node: &NodeBox) -> Html {
    let (id, language) = (props.id, props.language);
    let detail = props.scene.layout.detail;
    let left = rings_left(props, node);
    let scale = if detail.is_narrow() { " scale(0.8)" } else { "" };
    let place = format!("{}{scale}", translate(node.corner(left)));
    let writing = (node.pending_writes > 0).then(|| {
        let out = node.size.w / 2.0 - 6.0;
        let at = Point::new(if left { -out } else { out }, node.size.h / 2.0 - 6.0);
        html! {
            <g class="writing" transform={format!("{}{scale}", translate(at))} data-sign="writing">
                <ellipse class="plate" cx="0" cy="0" rx="11" ry="11" />
                <path d="M-5 -3.500c0 -1.300 2.200 -2.300 5 -2.300s5 1 5 2.300s-2.200 2.300 -5 2.300s-5 -1 -5 -2.300v7c0 1.300 2.200 2.300 5 2.300s5 -1 5 -2.300v-7" />
            </g>
        }
    });
    let mark = match (node.status, &node.timer) {
        (Status::Down, _) => {
            html! { <g class="crash" transform={place} data-sign="crashed"><circle r="10" /><path d="M-5 -5L5 5M5 -5L-5 5" /></g> }
        }
        (Status::Paused, _) => html! {
            <g class="hold" transform={place} data-sign="paused"><circle r="10" /><path d="M-3 -4v8M3 -4v8" /></g>
        },
        (Status::Up, None) => Html::default(),
        (Status::Up, Some(timer)) => html! {
            <g class="timer" transform={place} data-sign="timer" data-named={word(language, &timer.name).to_owned()}>
                <circle class="plate" r="12" />
                <circle class="track" r="9" />
                <circle class="rest" id={ring_id(id, &node.id.to_string())} r="9" transform="rotate(-90)" pathLength={number(AROUND)} />
            </g>
        },
    };
    html! { <>{ mark }{ writing }</> }
}

/// A client with its open request, or its last answer.
pub fn client_figure(props: &Figures, client: &ClientBox) -> Html {
    let language = props.language;
    let selected = props.selection == Some(Selection::Place(client.id));
    let (state, words_shown) = match (&client.open, &client.answer) {
        _ if client.status == Status::Down => ("crashed", tr!(language, "is down").to_owned()),
        _ if client.status == Status::Paused => {
            ("paused", tr!(language, "stands still").to_owned())
        }
        (Some(open), _) => {
            ("waiting", format!("{}{SEPARATOR}{}", open.request, tr!(language, "waits")))
        }
        (None, Some(answer)) => (
            if answer.refused { "refused" } else { "answered" },
            format!("{}{SEPARATOR}{}", answer.request, tell(language, &answer.told)),
        ),
        (None, None) => ("idle", tr!(language, "asks nothing").to_owned()),
    };
    let room = client.size.w - 14.0;
    // What was asked, and beneath it what came back. In a small box the former stands beside the name.
    let (asked, told) = match words_shown.split_once(SEPARATOR) {
        Some((asked, told)) => (Some(asked), told),
        None => (None, words_shown.as_str()),
    };
    let (title, asked) = match asked {
        Some(asked) if props.scene.layout.detail.is_narrow() => {
            (format!("{}: {asked}", client.id), None)
        }
        asked => (tr!(language, "client {0}", client.id), asked),
    };
    let fits = text_width(&title, 14.5) <= room;
    let title = clipped(&title, 12.0, if fits { f64::MAX } else { room });
    let title_class = if fits { "title" } else { "title small" };
    let told = match words_shown.contains(SEPARATOR) {
        true => format!("→ {told}"),
        false => told.to_owned(),
    };
    let [title_y, told_y] = match (props.scene.layout.detail, asked) {
        (_, None) => [-5.0, 14.0],
        (Detail::Full, _) => [-12.0, 22.0],
        _ => [-9.0, 19.0],
    };
    html! {
        <g key={client.id.to_string()} class={names(&["client", state, when(selected, "selected")])} transform={translate(client.at)}
            data-pick={pick::code(Selection::Place(client.id))} tabindex="-1" role="button" data-sign={state} data-named={words_shown.replace(SEPARATOR, " → ")}>
            { boxed("actor", Point::default(), client.size, 6.0) }
            { boxed("focus", Point::default(), client.size.grown(10.0, 10.0), 10.0) }
            { text(title_class, Point::new(0.0, title_y), &title) }{ " " }
            if let Some(asked) = asked { { text("line", Point::new(0.0, (title_y + told_y) / 2.0), &clipped(asked, 11.5, room)) }{ " " } }
            { text("line", Point::new(0.0, told_y), &clipped(&told, 11.5, room)) }
        </g>
    }
}

/// Between what a client has asked and what came of it.
const SEPARATOR: &str = "\u{1f}";

/// A message. Its place is the animator's.
pub fn pill(props: &Figures, flight: &Flight) -> Html {
    let language = props.language;
    let selected = props.selection == Some(Selection::Message(flight.key.0));
    let Size { w, h } = flight.pill;
    // A label stands beside its chip.
    let aside = flight.chip.as_ref().map_or(0.0, |chip| (chip.width + CHIP_GAP) / 2.0);
    let class = names(&[
        "message",
        tone_class(flight.tone),
        when(flight.key.1 > 0, "copy"),
        when(flight.held, "held"),
        when(selected, "selected"),
        when(pick::touches(props.selection, [flight.from, flight.to]), "lit"),
    ]);
    let told = match &flight.chip {
        Some(chip) => format!("{} {}", chip.text, flight.label),
        None => flight.label.clone(),
    };
    let label =
        tr!(language, "{0} from {1} to {2}", told.trim_start().to_owned(), flight.from, flight.to);
    html! {
        <g key={format!("{}-{}", flight.key.0, flight.key.1)} {class} id={flight_id(props.id, flight)} data-pick={pick::code(Selection::Message(flight.key.0))}
            tabindex="-1" role="button" aria-label={label} data-sign={tone_class(flight.tone)} data-named={flight.label.clone()}>
            { boxed("reach", Point::default(), Size::new(w + 12.0, 32.0), 0.0) }
            { boxed("pill", Point::default(), flight.pill, h / 2.0) }
            if let Some(of) = &flight.chip { { chip(of, false, Point::new(9.0 - w / 2.0, 0.0)) }{ " " } }
            { text("messageText", Point::new(aside, 4.0), &flight.label) }
            if flight.lost_at.is_some() { { path("loss", Path::new().saltire(Point::new(w / 2.0 + 8.0, 0.0), 4.0)) } }
        </g>
    }
}

/// The class of a message's look.
pub fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Call => "call",
        Tone::Reply => "reply",
        Tone::Refusal => "refusal",
        Tone::Vote => "vote",
        Tone::Beat => "beat",
        Tone::Client => "toClient",
    }
}
