//! Servers, clients and messages. A server's role is its shape as well as its colour; an entry's
//! fate is its outline as well as its fill.

use yew::prelude::*;

use super::draw::{boxed, names, path, text, when};
use super::panels::panel_row;
use super::props::StageProps as Props;
use crate::base::Place;
use crate::player::Selection;
use crate::protocol::{Tag, Tone};
use crate::sim::snapshot::Status;
use crate::tr;
use crate::view::path::{number, translate};
use crate::view::stage::flight::{clipped, text_width};
use crate::view::stage::layout::Detail;
use crate::view::stage::scene::{ClientBox, NodeBox, Shape};
use crate::view::{Flight, Path, Point, Size};
use crate::web::animator::flight_id;
use crate::web::pick;
use crate::words::{tell, translate as word};

/// A server.
pub fn node_figure(props: &Props, node: &NodeBox) -> Html {
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
    let [title_y, stamp_y, row_y] = match (detail, node.row.is_some()) {
        (Detail::Full, true) => [-14.0, 5.0, 14.0],
        (Detail::Full, false) => [-4.0, 16.0, 0.0],
        (Detail::Compact, true) => [-13.0, 4.0, 12.0],
        (Detail::Compact, false) => [-4.0, 15.0, 0.0],
        (Detail::Small, _) => [-3.0, 14.0, 0.0],
        (Detail::Tiny, _) => [-2.0, 13.0, 0.0],
    };
    let stamp = node.stamp_told(detail, stamp_y - 4.0, language);
    // Its texts are its name. (All that it shows is in the list of the picture in words.)
    let spoken = (detail == Detail::Tiny)
        .then(|| format!("{} {stamp} {}", node.id, word(language, node.role)));
    html! {
        <g key={node.id.to_string()} class={names(&["node", role, paused, when(selected, "selected")])} transform={translate(node.at)}
            data-pick={pick::code(Selection::Place(node.id))} tabindex={if node.id == Place::server(0) { "0" } else { "-1" }}
            role="button" aria-label={spoken}>
            { outline(node, 0.0, "label-container") }
            if selected { { outline(node, 12.0, "selection") } }
            { outline(node, 12.0, "focus") }
            <text class="nodeLabel" x={if detail == Detail::Full { "0" } else { "-5" }} y={number(title_y)}>
                <tspan class="id">{ node.id.to_string() }</tspan>
                if detail != Detail::Tiny { { " " }<tspan class="role" dx="3">{ word(language, node.role) }</tspan> }
            </text>{ " " }
            { text("stamp", Point::new(0.0, stamp_y), &stamp) }
            if let Some(row) = &node.row { { panel_row(row, row_y, language) } }
            { corner(props, node) }
        </g>
    }
}

/// The shape of the role, so much larger than the box.
fn outline(node: &NodeBox, by: f64, class: &'static str) -> Html {
    let Size { w, h } = node.size.grown(by, by);
    if node.shape() == Shape::Hexagon {
        let (x, y, cut) = (w / 2.0, h / 2.0, 18.0 + by / 6.0);
        let points =
            [(-x, 0.0), (cut - x, -y), (x - cut, -y), (x, 0.0), (x - cut, y), (cut - x, y)];
        let points: Vec<String> =
            points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
        return html! { <polygon {class} points={points.join(" ")} /> };
    }
    let rx = if node.shape() == Shape::Stadium { h / 2.0 } else { 6.0 + by / 2.0 };
    boxed(class, Point::default(), Size::new(w, h), rx)
}

/// At the corner: the ring of its timer, or why it has none.
fn corner(props: &Props, node: &NodeBox) -> Html {
    let (id, language) = (&props.id, props.language);
    let angular = node.shape() == Shape::Rectangle;
    let (inset, below) = match props.scene.layout.detail {
        Detail::Full => (if angular { 12.0 } else { 16.0 }, 5.0),
        Detail::Compact => (if angular { 6.0 } else { 11.0 }, 4.0),
        Detail::Small | Detail::Tiny => (3.0, 2.0),
    };
    let place = translate(Point::new(node.size.w / 2.0 - inset, -node.size.h / 2.0 + below));
    let writing = (node.pending_writes > 0).then(|| {
        let at = Point::new(-node.size.w / 2.0 + 6.0, node.size.h / 2.0 - 8.0);
        html! {
            <g class="writing" transform={translate(at)}>
                <title>{ tr!(language, "writing to its disk") }</title>
                <ellipse class="plate" cx="0" cy="0" rx="11" ry="11" />
                <path d="M-5 -3.500c0 -1.300 2.200 -2.300 5 -2.300s5 1 5 2.300s-2.200 2.300 -5 2.300s-5 -1 -5 -2.300v7c0 1.300 2.200 2.300 5 2.300s5 -1 5 -2.300v-7" />
            </g>
        }
    });
    let mark = match (node.status, &node.timer) {
        (Status::Down, _) => {
            html! { <path class="crash" transform={place} d="M-6 -6L6 6M6 -6L-6 6" /> }
        }
        (Status::Paused, _) => html! {
            <g class="hold" transform={place}><circle r="10" /><path d="M-3 -4v8M3 -4v8" /></g>
        },
        (Status::Up, None) => Html::default(),
        (Status::Up, Some(timer)) => html! {
            <g class="timer" transform={place}>
                <title>{ tr!(language, "timer: {0}", word(language, &timer.name).to_owned()) }</title>
                <circle class="track" r="9" />
                <circle class="rest" id={format!("{id}-ring{}", node.id)} r="9" transform="rotate(-90)" />
            </g>
        },
    };
    html! { <>{ mark }{ writing }</> }
}

/// A client with its open request, or its last answer.
pub fn client_figure(props: &Props, client: &ClientBox) -> Html {
    let language = props.language;
    let selected = props.selection == Some(Selection::Place(client.id));
    let (state, words_shown) = match (&client.open, &client.answer) {
        _ if client.status == Status::Down => ("crashed", tr!(language, "is down").to_owned()),
        _ if client.status == Status::Paused => {
            ("paused", tr!(language, "stands still").to_owned())
        }
        (Some(open), _) => ("waiting", format!("{} · {}", open.request, tr!(language, "waits"))),
        (None, Some(answer)) => (
            if answer.refused { "refused" } else { "answered" },
            format!("{} → {}", answer.request, tell(language, &answer.told)),
        ),
        (None, None) => ("idle", tr!(language, "asks nothing").to_owned()),
    };
    let title = tr!(language, "client {0}", client.id);
    // Where there is no room for both, what came back matters more than what was asked.
    let room = client.size.w - 14.0;
    let answer = words_shown.split_once(" → ").filter(|_| text_width(&words_shown, 11.5) > room);
    let seen = clipped(answer.map_or(&words_shown, |(_, told)| told), 11.5, room);
    html! {
        <g key={client.id.to_string()} class={names(&["client", state, when(selected, "selected")])} transform={translate(client.at)}
            data-pick={pick::code(Selection::Place(client.id))} tabindex="-1" role="button">
            { boxed("actor", Point::default(), client.size, 6.0) }
            { boxed("focus", Point::default(), client.size.grown(10.0, 10.0), 10.0) }
            { text("title", Point::new(0.0, -5.0), &title) }{ " " }
            { text("line", Point::new(0.0, 14.0), &seen) }
        </g>
    }
}

/// A message. Its place is the animator's.
pub fn pill(props: &Props, flight: &Flight) -> Html {
    let language = props.language;
    let selected = props.selection == Some(Selection::Message(flight.key.0));
    let Size { w, h } = flight.pill;
    let class = names(&[
        "message",
        tone_class(flight.tone),
        when(flight.key.1 > 0, "copy"),
        when(flight.held, "held"),
        when(selected, "selected"),
        when(pick::touches(props.selection, [flight.from, flight.to]), "lit"),
    ]);
    let label = tr!(language, "{0} from {1} to {2}", flight.label.clone(), flight.from, flight.to);
    html! {
        <g key={format!("{}-{}", flight.key.0, flight.key.1)} {class} id={flight_id(&props.id, flight)} data-pick={pick::code(Selection::Message(flight.key.0))}
            tabindex="-1" role="button" aria-label={label}>
            { boxed("reach", Point::default(), Size::new(w + 12.0, 32.0), 0.0) }
            { boxed("pill", Point::default(), flight.pill, h / 2.0) }
            { text("messageText", Point::new(0.0, 4.0), &flight.label) }
            if flight.lost_at.is_some() { { path("loss", Path::new().saltire(Point::new(w / 2.0 + 8.0, 0.0), 4.0)) } }
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
