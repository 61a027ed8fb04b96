//! The map of models: which consistency this run keeps, by what its clients saw up to the cursor. An arrow
//! leads from a model to what follows from it. A press on a model shows what breaks it, and leads there.

use std::rc::Rc;

use yew::prelude::*;

use super::bits::asks;
use super::caption::with_names;
use super::draw::{names, path, text, when};
use crate::check::{IMPLIES, Model};
use crate::player::models::{Apart, ModelShot, Models, OperationShot, Stands};
use crate::player::{Action, PageAction, TimeAction};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::view::path::{number, translate};
use crate::view::stage::flight::text_width;
use crate::view::{Path, Point};
use crate::words::{Language, tell, translate as words};

#[derive(Properties)]
pub struct Props {
    pub models: Rc<Models>,
    /// The one whose evidence is shown, if it was chosen.
    pub chosen: Option<Model>,
    /// Where two runs are shown, which of them is judged.
    pub letter: Option<&'static str>,
    pub language: Language,
    pub act: Callback<Action>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Props) -> bool {
        let same = Rc::ptr_eq(&self.models, &other.models);
        let of = |props: &Props| (props.chosen, props.letter, props.language);
        same && of(self) == of(other)
    }
}

/// Half of a box's width and height, and the room of the map.
const HALF: (f64, f64) = (63.0, 19.0);
/// The size of a name, and the room that it has in one line.
const NAME: f64 = 11.5;
const LINE: f64 = 100.0;
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
    let Props { models, language, act, .. } = props;
    let Some(shown) = props.chosen.or(models.first()) else { return Html::default() };
    let choose = {
        let (act, models) = (act.clone(), models.clone());
        Callback::from(move |model: Model| {
            act.emit(Action::Page(PageAction::Model(model)));
            if let Some((first, last)) = models.get(model).and_then(ModelShot::stretch) {
                act.emit(Action::Time(TimeAction::SeekEvidence { first, last }));
            }
        })
    };
    let go = |operation: &OperationShot| {
        asks(act, TimeAction::SeekEvent(operation.answered.unwrap_or(operation.called)))
    };
    let title = match props.letter {
        Some(letter) => tr!(*language, "What run {0} keeps", letter),
        None => tr!(*language, "What this run keeps").to_owned(),
    };
    html! {
        <section class="models">
            <h2>{ title }<small>{ tr!(*language, "judged up to {0}", seconds(models.at, 3)) }</small></h2>
            <p class="soft">{ tr!(*language, "By what clients asked and were told: {0} requests. {1}.", models.asked, counts(&models.verdicts, *language)) }</p>
            { map(&models.verdicts, Some(&models.apart), shown, *language, &choose) }
            { told_apart(&models.apart, *language) }
            { for models.get(shown).map(|shot| evidence(shot, *language, go)) }
        </section>
    }
}

/// How many are kept, broken, and not known.
pub fn counts(verdicts: &[ModelShot], language: Language) -> String {
    let count = |stands| verdicts.iter().filter(|shot| shot.stands == stands).count();
    let (kept, broken, unknown) =
        (count(Stands::Kept), count(Stands::Broken), count(Stands::Unknown));
    tr!(language, "Of the models {0} are kept, {1} broken, {2} not known", kept, broken, unknown)
}

/// The map itself.
pub fn map(
    verdicts: &[ModelShot],
    apart: Option<&Apart>,
    shown: Model,
    language: Language,
    choose: &Callback<Model>,
) -> Html {
    let model = |shot: &ModelShot| {
        let model = shot.model;
        model_box(shot, model == shown, language, choose.reform(move |()| model))
    };
    html! {
        <svg viewBox={format!("-8 0 {} {}", ROOM.0 + 8.0, ROOM.1)} role="group" aria-label={tr!(language, "Map of models")}>
            { for IMPLIES.iter().map(|(from, to)| arrow(verdicts, *from, *to)) }
            { for verdicts.iter().map(model) }
            { for apart.map(|apart| stands_apart(apart, language)) }
        </svg>
    }
}

/// Eventual consistency, known from the replicas alone, and how old reads were, a measure.
fn stands_apart(apart: &Apart, language: Language) -> Html {
    let (eventual, staleness) = (Point::new(336.0, 56.0), Point::new(336.0, 114.0));
    let (class, sign, shape) = outline(apart.eventual);
    let told = tr!(language, "eventual: {0}", stands(apart.eventual, language));
    let (w, h) = HALF;
    let low = h + 12.0;
    let slanted = format!("M{} {}H{}L{} {}H{}Z", -w + 10.0, -h, w, w - 10.0, low, -w);
    let old = match apart.stale {
        0 => tr!(language, "no read was old").to_owned(),
        _ => tr!(language, "{0}, {1} versions", apart.age.said(), apart.versions),
    };
    let measured = tr!(language, "bounded staleness: {0}", old.clone());
    html! {
        <>
        <rect class="apart" x="266" y="6" width="138" height="146" rx="8" />
        { text("soft", Point::new(336.0, 24.0), tr!(language, "apart")) }
        <g class={names(&["model still", class])} transform={translate(eventual)} role="img" aria-label={told}>
            <path class="outline" d={shape} />
            { name_in_box(tr!(language, "eventual")) }
            <circle cx={number(-w + 2.0)} cy={number(-h + 2.0)} r="9" />
            { text("sign", Point::new(-w + 2.0, -h + 6.0), sign) }
        </g>
        <g class="model still measure" transform={translate(staleness)} role="img" aria-label={measured}>
            <path class="outline" d={slanted} />
            { name_in_box(tr!(language, "bounded staleness")) }
            { text("soft", Point::new(0.0, 25.0), &old) }
        </g>
        </>
    }
}

/// The same in words.
fn told_apart(apart: &Apart, language: Language) -> Html {
    let why = apart.why.as_ref().map(|why| tell(language, why));
    let eventual = tr!(language, "eventual: {0}", stands(apart.eventual, language));
    let eventual = match why {
        Some(why) => format!("{eventual} ({why})"),
        None => eventual,
    };
    let reads = match apart.stale {
        0 => tr!(language, "None of {0} reads was stale.", apart.reads),
        _ => tr!(
            language,
            "{0} of {1} reads were stale, the worst by {2} and {3} versions.",
            apart.stale,
            apart.reads,
            apart.age.said(),
            apart.versions
        ),
    };
    html! { <p class="soft">{ tr!(language, "Apart, by the replicas themselves: {0}. {1}", eventual, reads) }</p> }
}

/// From a model to what follows from it: solid where the upper one is kept, and so the lower one.
fn arrow(verdicts: &[ModelShot], from: Model, to: Model) -> Html {
    let (start, end) = (place(from).plus(0.0, HALF.1), place(to).plus(0.0, -HALF.1 - 5.0));
    let kept = verdicts.iter().any(|shot| shot.model == from && shot.stands == Stands::Kept);
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

/// How a verdict looks: its class, its sign and the shape of its box.
fn outline(stands: Stands) -> (&'static str, &'static str, String) {
    let (w, h) = HALF;
    match stands {
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
    }
}

/// A model: a box where it is kept, a hexagon where it is broken, a stadium where that is not known.
fn model_box(shot: &ModelShot, chosen: bool, language: Language, choose: Callback<()>) -> Html {
    let (w, h) = HALF;
    let (class, sign, outline) = outline(shot.stands);
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
            { name_in_box(name) }
            <circle cx={number(-w + 2.0)} cy={number(-h + 2.0)} r="9" />
            { text("sign", Point::new(-w + 2.0, -h + 6.0), sign) }
        </g>
    }
}

/// A name in the middle of its box, in two lines where one would not do.
fn name_in_box(name: &'static str) -> Html {
    match name.rsplit_once(' ').filter(|_| text_width(name, NAME) > LINE) {
        Some((first, last)) => html! {
            <>
            { text("name", Point::new(0.0, -2.5), first) }
            { text("name", Point::new(0.0, 11.0), last) }
            </>
        },
        None => text("name", Point::new(0.0, 4.5), name),
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
pub fn evidence(
    shot: &ModelShot,
    language: Language,
    go: impl Fn(&OperationShot) -> Callback<MouseEvent>,
) -> Html {
    let promise = shot.model.promise();
    let operation = |(place, operation): (usize, &OperationShot)| {
        html! {
            <li>
                <b class="disc" aria-hidden="true">{ place + 1 }</b>
                <span>{ with_names(&operation.told) }</span>
                <button class="inline" onclick={go(operation)}>{ tr!(language, "Go there") }</button>
            </li>
        }
    };
    html! {
        <div class={names(&["judgement", when(shot.stands == Stands::Broken, "broken")])} role="status">
            <h3>{ words(language, promise.name) }{ ": " }{ stands(shot.stands, language) }</h3>
            <p>{ words(language, promise.meaning) }</p>
            if let Some(why) = &shot.why { <p class="standing">{ with_names(&tell(language, why)) }</p> }
            if !shot.evidence.is_empty() { <ol class="evidence">{ for shot.evidence.iter().enumerate().map(operation) }</ol> }
        </div>
    }
}
