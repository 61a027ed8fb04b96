//! What was asked and told, under the stage: a lane of bars for each who asks, faults as bands, the cursor's
//! line. What the verdict on a broken model rests on is numbered. A press goes to a request, or to its instant.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::draw::{names, path, text, when};
use crate::measure::RequestFate;
use crate::player::{Action, TimeAction};
use crate::tr;
use crate::view::history::{BAR, HistoryView, NAMES, RequestBar};
use crate::view::path::number;
use crate::view::{Path, Point};
use crate::web::frame::Inspection;
use crate::web::shared::Shared;
use crate::words::{Language, tell};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub history: Shared<HistoryView>,
    pub inspection: Shared<Inspection>,
    pub letter: Option<&'static str>,
    pub language: Language,
    pub act: Callback<Action>,
}

#[component]
pub fn HistoryFigure(props: &Props) -> Html {
    let Props { history, language, .. } = props;
    let now = props.inspection.now;
    let label = tr!(*language, "History up to {0}", now.said());
    let (width, height) = (number(history.width), number(history.height));
    let proof = proof(&props.inspection);
    let bar = |bar: &RequestBar| {
        let number = proof.iter().position(|event| *event == bar.event);
        figure(bar, number)
    };
    let at = history.x(now);
    let cursor = (NAMES..=history.width).contains(&at).then(|| {
        let mut line = Path::new();
        line.move_to(Point::new(at, 4.0)).down_to(history.height);
        path("now-line", &line)
    });
    let inside = match history.bars.is_empty() {
        true => {
            html! { <p class="soft">{ tr!(*language, "Nothing was asked in this stretch of time.") }</p> }
        }
        false => {
            html! { <ol class="unseen">{ for history.bars.iter().map(|bar| html! { <li>{ tell(*language, &bar.told) }</li> }) }</ol> }
        }
    };
    html! {
        <div class="measures" role="group" tabindex="0" aria-label={label}>
            <svg class="plots history" aria-hidden="true" width={width} height={height} onpointerdown={press(props)}>
                { for history.bands.iter().map(|band| fault(band, history, *language)) }
                { for history.ticks.iter().map(|(x, tick)| text("tick", Point::new(x + 3.0, 11.0), &tick.label)) }
                { for history.lanes.iter().map(|(place, y)| lane(*place, *y, history)) }
                { for history.bars.iter().map(bar) }
                { cursor }
                { text("letter", Point::new(history.width - 14.0, 12.0), props.letter.unwrap_or("")) }
            </svg>
            { inside }
        </div>
    }
}

/// The events of the requests that the first broken model's verdict rests on, in their order.
fn proof(inspection: &Inspection) -> Vec<u64> {
    let models = inspection.models.as_ref();
    let shot = models.and_then(|models| models.get(models.first()?));
    shot.iter().flat_map(|shot| &shot.evidence).map(|operation| operation.called).collect()
}

fn press(props: &Props) -> Callback<PointerEvent> {
    let (act, history) = (props.act.clone(), props.history.clone());
    Callback::from(move |event: PointerEvent| {
        let Some(picture) = event.current_target().and_then(|it| it.dyn_into::<Element>().ok())
        else {
            return;
        };
        let rect = picture.get_bounding_client_rect();
        let x = f64::from(event.client_x()) - rect.left();
        let y = f64::from(event.client_y()) - rect.top();
        act.emit(Action::Time(TimeAction::Pause));
        act.emit(Action::Time(match history.hit(Point::new(x, y)) {
            Ok(event) => TimeAction::SeekEvent(event),
            Err(time) => TimeAction::Seek(time),
        }));
    })
}

fn fault(band: &crate::view::plot::FaultBand, history: &HistoryView, language: Language) -> Html {
    let (from, to) = (band.from.max(NAMES), band.to.min(history.width));
    if to <= from {
        return Html::default();
    }
    let y = 18.0 + 13.0 * band.row as f64 + 10.0;
    html! {
        <g class="fault">
            <rect x={number(from)} y="18" width={number(to - from)} height={number(history.height)} />
            { text("", Point::new(from + 4.0, y), &format!("▲ {}", tell(language, &band.name))) }
        </g>
    }
}

fn lane(place: crate::base::Place, y: f64, history: &HistoryView) -> Html {
    let mut line = Path::new();
    line.line(Point::new(NAMES, y), Point::new(history.width, y));
    html! { <g class="scale">{ path("", &line) }{ text("asker", Point::new(NAMES - 8.0, y + 4.0), &place.to_string()) }</g> }
}

/// A bar; with its number where a verdict rests on it.
fn figure(bar: &RequestBar, number_of: Option<usize>) -> Html {
    let class = match bar.fate {
        RequestFate::Done => "answered",
        RequestFate::Refused => "refused",
        RequestFate::Unanswered => "given-up",
        RequestFate::Waiting => "waits",
    };
    let disc = number_of.map(|place| {
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
        <g key={bar.event} class={names(&["asked", class, when(disc.is_some(), "proof")])}>
            <rect x={number(bar.at.x)} y={number(bar.at.y)} width={number(bar.w)} height={number(BAR)} rx="2.5" />
            { text("label", bar.at.plus(aside, -4.0), &bar.label) }
            { disc }
        </g>
    }
}
