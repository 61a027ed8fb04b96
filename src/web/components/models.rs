//! The map of models: which consistency this run keeps, by what its clients saw up to the cursor. An arrow
//! leads from a model to what follows from it. A press on a model shows what breaks it, and leads there.

use std::rc::Rc;

use yew::prelude::*;

use super::bits::asks;
use super::caption::with_names;
use super::draw::{names, path, text, when};
use crate::check::{IMPLIES, Model};
use crate::player::models::{ModelShot, Models, Stands};
use crate::player::{Action, TimeAction};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::view::path::{number, translate};
use crate::view::{Path, Point};
use crate::words::{Language, tell, translate as words};

#[derive(Properties)]
pub struct Props {
    pub models: Rc<Models>,
    pub language: Language,
    pub act: Callback<Action>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Props) -> bool {
        Rc::ptr_eq(&self.models, &other.models) && self.language == other.language
    }
}

/// Half of a box's width and height, and the room of the map.
const HALF: (f64, f64) = (63.0, 19.0);
const ROOM: (f64, f64) = (404.0, 322.0);

/// Where each model stands: the stronger above the weaker.
fn place(model: Model) -> Point {
    let (x, y) = match model {
        Model::Linearizable => (136.0, 26.0),
        Model::Sequential => (136.0, 92.0),
        Model::Causal => (136.0, 158.0),
        Model::Pram => (136.0, 224.0),
        Model::WritesFollowReads => (336.0, 224.0),
        Model::ReadYourWrites => (66.0, 292.0),
        Model::MonotonicReads => (201.0, 292.0),
        Model::MonotonicWrites => (336.0, 292.0),
    };
    Point::new(x, y)
}

#[component]
pub fn ModelsMap(props: &Props) -> Html {
    let Props { models, language, act } = props;
    let chosen = use_state_eq(|| None::<Model>);
    let Some(shown) = chosen.or(models.first()) else { return Html::default() };
    let choose = |model: Model| {
        let chosen = chosen.clone();
        Callback::from(move |()| chosen.set(Some(model)))
    };
    let boxes = models
        .verdicts
        .iter()
        .map(|shot| model_box(shot, shot.model == shown, *language, choose(shot.model)));
    let broken = models.verdicts.iter().filter(|shot| shot.stands == Stands::Broken).count();
    let kept = models.verdicts.iter().filter(|shot| shot.stands == Stands::Kept).count();
    let told = tr!(
        *language,
        "{0} kept, {1} broken, {2} not known",
        kept,
        broken,
        models.verdicts.len() - kept - broken
    );
    html! {
        <section class="models">
            <h2>{ tr!(*language, "What this run keeps") }<small>{ tr!(*language, "judged up to {0}", seconds(models.at, 3)) }</small></h2>
            <p class="soft">{ tr!(*language, "By what clients asked and were told: {0} requests. {1}.", models.asked, told) }</p>
            <svg viewBox={format!("0 0 {} {}", ROOM.0, ROOM.1)} role="group" aria-label={tr!(*language, "Map of models")}>
                { for IMPLIES.iter().map(|(from, to)| arrow(models, *from, *to)) }
                { for boxes }
            </svg>
            { models.get(shown).map(|shot| evidence(shot, *language, act)).unwrap_or_default() }
        </section>
    }
}

/// From a model to what follows from it: solid where the upper one is kept, and so the lower one.
fn arrow(models: &Models, from: Model, to: Model) -> Html {
    let (start, end) = (place(from).plus(0.0, HALF.1), place(to).plus(0.0, -HALF.1 - 5.0));
    let kept = models.get(from).is_some_and(|shot| shot.stands == Stands::Kept);
    let half = (start.y + end.y) / 2.0;
    let curve = format!(
        "M{} {}C{} {} {} {} {} {}",
        number(start.x),
        number(start.y),
        number(start.x),
        number(half),
        number(end.x),
        number(half),
        number(end.x),
        number(end.y)
    );
    let mut head = Path::new();
    head.head(end.plus(0.0, 5.0), Point::new(0.0, 1.0), 8.0);
    html! { <g class={names(&["implies", when(kept, "kept")])}><path d={curve} />{ path("head", &head) }</g> }
}

/// A model: a box where it is kept, a hexagon where it is broken, a stadium where that is not known.
fn model_box(shot: &ModelShot, chosen: bool, language: Language, choose: Callback<()>) -> Html {
    let (w, h) = HALF;
    let (class, sign, outline) = match shot.stands {
        Stands::Kept => {
            ("kept", "✓", format!("M{} {}h{}v{}h{}z", -w, -h, 2.0 * w, 2.0 * h, -2.0 * w))
        }
        Stands::Broken => (
            "broken",
            "✗",
            format!(
                "M{} 0L{} {}H{}L{} 0L{} {}H{}Z",
                -w,
                -w + 12.0,
                -h,
                w - 12.0,
                w,
                w - 12.0,
                h,
                -w + 12.0
            ),
        ),
        Stands::Unknown => (
            "unknown",
            "?",
            format!(
                "M{} {}H{}A{h} {h} 0 0 1 {} {}H{}A{h} {h} 0 0 1 {} {}Z",
                -w + h,
                -h,
                w - h,
                w - h,
                h,
                -w + h,
                -w + h,
                -h
            ),
        ),
    };
    let name = short(shot.model, language);
    let stands = stands(shot.stands, language);
    let onclick = choose.reform(|_: MouseEvent| ());
    let onkeydown = {
        let choose = choose.clone();
        Callback::from(move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                event.stop_propagation();
                choose.emit(());
            }
        })
    };
    html! {
        <g class={names(&["model", class, when(chosen, "shown")])} transform={translate(place(shot.model))} role="button" tabindex="0"
            aria-pressed={chosen.to_string()} aria-label={format!("{name}: {stands}")} {onclick} {onkeydown}>
            <path class="outline" d={outline} />
            { text("name", Point::new(0.0, 4.5), name) }
            <circle cx={number(-w + 2.0)} cy={number(-h + 2.0)} r="9" />
            { text("sign", Point::new(-w + 2.0, -h + 6.0), sign) }
        </g>
    }
}

/// Its name on the map.
fn short(model: Model, language: Language) -> &'static str {
    match model {
        Model::Linearizable => tr!(language, "linearizable"),
        Model::Sequential => tr!(language, "sequential"),
        Model::Causal => tr!(language, "causal"),
        Model::Pram => "PRAM",
        Model::ReadYourWrites => tr!(language, "read your writes"),
        Model::MonotonicReads => tr!(language, "monotonic reads"),
        Model::MonotonicWrites => tr!(language, "monotonic writes"),
        Model::WritesFollowReads => tr!(language, "writes follow reads"),
    }
}

fn stands(stands: Stands, language: Language) -> &'static str {
    match stands {
        Stands::Kept => tr!(language, "kept so far"),
        Stands::Broken => tr!(language, "broken"),
        Stands::Unknown => tr!(language, "not known"),
    }
}

/// What the model promises, and what shows that it is broken.
fn evidence(shot: &ModelShot, language: Language, act: &Callback<Action>) -> Html {
    let promise = shot.model.promise();
    let operation = |(place, operation): (usize, &crate::player::models::OperationShot)| {
        let go = asks(act, TimeAction::SeekEvent(operation.answered.unwrap_or(operation.called)));
        html! {
            <li>
                <b class="disc" aria-hidden="true">{ place + 1 }</b>
                <span>{ with_names(&operation.told) }</span>
                <button class="inline" onclick={go}>{ tr!(language, "Go there") }</button>
            </li>
        }
    };
    html! {
        <div class={names(&["verdict", when(shot.stands == Stands::Broken, "broken")])} role="status">
            <h3>{ words(language, promise.name) }{ ": " }{ stands(shot.stands, language) }</h3>
            <p>{ words(language, promise.meaning) }</p>
            if let Some(why) = &shot.why { <p class="standing">{ with_names(&tell(language, why)) }</p> }
            if !shot.evidence.is_empty() { <ol class="evidence">{ for shot.evidence.iter().enumerate().map(operation) }</ol> }
        </div>
    }
}
