//! What was asked and told, under the stage: a lane of bars for each who asks, faults as bands, the cursor's
//! line. What the verdict on a model rests on is numbered. A press goes to a request, or to its instant. It can
//! be read as a table instead.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::bits::asks;
use super::draw::{names, path, text, when};
use super::panels::chip;
use crate::base::{Text, Time};
use crate::measure::RequestFate;
use crate::player::{Action, TimeAction};
use crate::view::history::{BAR, EffectMark, HistoryView, NAMES, RequestBar};
use crate::view::path::number;
use crate::view::stage::flight::Chip;
use crate::view::{FaultBand, Path, Point};
use crate::web::shared::Shared;
use crate::words::{Language, tell};
use crate::{sentence, tr};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub history: Shared<HistoryView>,
    pub now: Time,
    pub as_table: bool,
    pub letter: Option<&'static str>,
    pub language: Language,
    pub act: Callback<Action>,
}

#[component]
pub fn HistoryFigure(props: &Props) -> Html {
    let Props { history, language, act, .. } = props;
    let label = tr!(*language, "History up to {0}", props.now.said());
    let go = |bar: &RequestBar| asks(act, TimeAction::SeekEvent(bar.event));
    let class = names(&["measures", "asked", when(props.as_table, "as-table")]);
    let inside = match (history.bars.is_empty(), props.as_table) {
        (true, _) => html! {
            <>
            { picture(history, Some(props.now), props.letter, *language, press(props)) }
            <p class="soft">{ tr!(*language, "Nothing was asked in this stretch of time.") }</p>
            </>
        },
        (_, true) => table(history, *language, go),
        _ => html! {
            <>
            { picture(history, Some(props.now), props.letter, *language, press(props)) }
            <ol class="unseen">{ for history.bars.iter().map(|bar| html! { <li>{ tell(*language, &bar.told()) }</li> }) }</ol>
            </>
        },
    };
    html! { <div {class} role="group" tabindex="0" aria-label={label}>{ inside }</div> }
}

/// The picture, for eyes.
pub fn picture(
    history: &HistoryView,
    now: Option<Time>,
    letter: Option<&'static str>,
    language: Language,
    onpointerdown: Callback<PointerEvent>,
) -> Html {
    let width = history.axis.right;
    let at = now.map(|now| history.axis.x(now)).filter(|at| (NAMES..=width).contains(at));
    let cursor = at.map(|at| {
        let mut line = Path::new();
        line.move_to(Point::new(at, 4.0)).down_to(history.height);
        path("now-line", &line)
    });
    html! {
        <svg class="plots history" aria-hidden="true" viewBox={format!("0 0 {} {}", number(width), number(history.height))} {onpointerdown}>
            { for history.bands.iter().map(|band| fault(band, history.height)) }
            { for history.ticks.iter().map(|(x, tick)| text("tick", Point::new(x + 3.0, 11.0), &tick.label)) }
            { for history.lanes.iter().map(|(who, y)| lane(who, *y, width)) }
            { for history.bars.iter().map(figure) }
            { cursor }
            { for history.bars.iter().map(label) }
            <g class="fault">{ for history.bands.iter().map(|band| name(band, language)) }</g>
            { text("letter", Point::new(width - 14.0, 12.0), letter.unwrap_or("")) }
        </svg>
    }
}

/// What is at the pointer: the event of a request, or a time.
pub fn hit(history: &HistoryView, event: &PointerEvent) -> Option<Result<u64, Time>> {
    let picture = event.current_target()?.dyn_into::<Element>().ok()?;
    let rect = picture.get_bounding_client_rect();
    let pixels = rect.width().max(1.0) / history.axis.right;
    let x = (f64::from(event.client_x()) - rect.left()) / pixels;
    let y = (f64::from(event.client_y()) - rect.top()) / pixels;
    Some(history.hit(Point::new(x, y)))
}

fn press(props: &Props) -> Callback<PointerEvent> {
    let (act, history) = (props.act.clone(), props.history.clone());
    Callback::from(move |event: PointerEvent| {
        let Some(hit) = hit(&history, &event) else { return };
        act.emit(Action::Time(TimeAction::Pause));
        act.emit(Action::Time(match hit {
            Ok(event) => TimeAction::SeekEvent(event),
            Err(time) => TimeAction::Seek(time),
        }));
    })
}

/// The same as a table: a row a request, with a button that leads to it.
pub fn table(
    history: &HistoryView,
    language: Language,
    go: impl Fn(&RequestBar) -> Callback<MouseEvent>,
) -> Html {
    let heads = [
        tr!(language, "Who asks"),
        tr!(language, "At"),
        tr!(language, "Request"),
        tr!(language, "What it was told"),
        tr!(language, "After"),
    ];
    let mut bars: Vec<&RequestBar> = history.bars.iter().collect();
    bars.sort_by_key(|bar| (bar.from, bar.event));
    let row = |bar: &&RequestBar| {
        let answer = match (bar.answered(), bar.fate) {
            (Some(answer), _) => match bar.under {
                Some(stamp) => tell(language, &sentence!("{0}, under {1}", answer, stamp)),
                None => tell(language, &sentence!("{0}", answer)),
            },
            (None, RequestFate::Refused) => tr!(language, "refused").into(),
            (None, RequestFate::Unanswered) => tr!(language, "no answer").into(),
            (None, _) => tr!(language, "still waits").into(),
        };
        let told = tell(language, &bar.told());
        let disc = bar.proof.map(|place| html! { <b class="disc">{ place + 1 }</b> });
        html! {
            <tr key={bar.event} class={when(bar.proof.is_some(), "proof")}>
                <th scope="row">{ bar.who.to_string() }{ disc }</th>
                <td>{ bar.from.said() }</td>
                <td>{ bar.text.to_string() }</td>
                <td>{ answer }</td>
                <td>{ bar.over.since(bar.from).said() }</td>
                <td><button class="inline" onclick={go(bar)} aria-label={tr!(language, "Go there: {0}", told)}>{ tr!(language, "Go there") }</button></td>
            </tr>
        }
    };
    html! {
        <table class="numbers requests">
            <thead><tr>{ for heads.iter().map(|head| html! { <th scope="col">{ *head }</th> }) }<td></td></tr></thead>
            <tbody>{ for bars.iter().map(row) }</tbody>
        </table>
    }
}

fn fault(band: &FaultBand, height: f64) -> Html {
    html! {
        <g class="fault">
            <rect x={number(band.from)} y="18" width={number(band.to - band.from)} height={number(height)} />
        </g>
    }
}

fn name(band: &FaultBand, language: Language) -> Html {
    let name = tell(language, &band.name);
    text("", Point::new(band.from + 4.0, band.name_y()), &format!("▲ {name}"))
}

fn lane(who: &Text, y: f64, width: f64) -> Html {
    let mut line = Path::new();
    line.line(Point::new(NAMES, y), Point::new(width, y));
    html! { <g class="scale">{ path("", &line) }{ text("asker", Point::new(NAMES - 8.0, y + 4.0), who) }</g> }
}

/// A bar; with a mark where it took effect.
fn figure(bar: &RequestBar) -> Html {
    let middle = bar.at.y + BAR / 2.0;
    let effect = bar.effect.map(|effect| {
        let mut mark = Path::new();
        match effect {
            EffectMark::At(x) => mark.circle(Point::new(x, middle), 2.5),
            EffectMark::Nowhere => mark.saltire(Point::new(bar.at.x + bar.w / 2.0, middle), 4.0),
        };
        path(if effect == EffectMark::Nowhere { "nowhere" } else { "effect" }, &mark)
    });
    let under = bar.under.map(Chip::new).filter(|of| of.width + 4.0 <= bar.w);
    let under = under.map(|of| chip(&of, false, Point::new(bar.at.x + 2.0, middle)));
    html! {
        <g key={bar.event} class={class("asked", bar)}>
            <rect x={number(bar.at.x)} y={number(bar.at.y)} width={number(bar.w)} height={number(BAR)} rx="2.5" />
            { under }{ effect }
        </g>
    }
}

/// What was asked and told, and the number that it has where a verdict rests on it. It lies over the cursor.
fn label(bar: &RequestBar) -> Html {
    let disc = bar.proof.map(|place| {
        let at = bar.at.plus(-2.0, -8.0);
        html! {
            <g class="disc">
                <circle cx={number(at.x)} cy={number(at.y)} r="8" />
                { text("", at.plus(0.0, 3.5), &(place + 1).to_string()) }
            </g>
        }
    });
    let aside = if disc.is_some() { 9.0 } else { 0.0 };
    html! {
        <g key={format!("told {}", bar.event)} class={class("told", bar)}>
            { text("label", bar.at.plus(aside, -4.0), &bar.label) }
            { disc }
        </g>
    }
}

fn class(what: &'static str, bar: &RequestBar) -> Classes {
    let fate = match bar.fate {
        RequestFate::Done => "answered",
        RequestFate::Refused => "refused",
        RequestFate::Unanswered => "given-up",
        RequestFate::Waiting => "waits",
    };
    names(&[what, fate, when(bar.proof.is_some(), "proof")])
}
