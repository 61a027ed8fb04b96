//! Two panes: the heading over each of them, and which of them is active.

use yew::prelude::*;

use super::bits::{asks, picture_button};
use super::caption::with_names;
use super::draw::{names, when};
use super::icon::{Icon, icon};
use crate::base::{Sentence, Time};
use crate::player::LETTERS;
use crate::player::divergence::SEEDS;
use crate::player::{Action, PaneAction, RunAction, TimeAction};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::web::comparison::{DivergenceText, PaneComparison};
use crate::words::{Language, tell, translate};

/// The region around a pane's picture or around its diagram. With one pane it has no name.
#[derive(Default)]
pub struct PaneFrame {
    active: bool,
    pub letter: Option<&'static str>,
    /// The region's name for those who do not see it.
    label: Option<String>,
    /// A press in the region, or the focus moving there, makes this pane active.
    onpointerdown: Option<Callback<PointerEvent>>,
    onfocusin: Option<Callback<FocusEvent>>,
}

impl PaneFrame {
    pub fn of(
        comparison: Option<&PaneComparison>,
        place: usize,
        language: Language,
        act: &Callback<Action>,
    ) -> PaneFrame {
        comparison.map_or_else(PaneFrame::default, |comparison| {
            pane_frame(comparison, place, language, act)
        })
    }

    /// Draws the region around what is inside.
    pub fn around(self, class: &'static str, place: usize, inside: Html) -> Html {
        let PaneFrame { active, label, onpointerdown, onfocusin, .. } = self;
        let class = names(&[class, when(active, "active")]);
        html! { <section key={place} {class} aria-label={label} {onpointerdown} {onfocusin}>{ inside }</section> }
    }
}

fn pane_frame(
    comparison: &PaneComparison,
    place: usize,
    language: Language,
    act: &Callback<Action>,
) -> PaneFrame {
    let letter = LETTERS[place];
    let activate = act.reform(move |()| Action::Pane(PaneAction::Activate(place)));
    PaneFrame {
        active: comparison.active == place,
        letter: Some(letter),
        label: Some(tr!(language, "Run {0}: {1}", letter, comparison.names[place].clone())),
        onpointerdown: Some(activate.reform(|_| ())),
        onfocusin: Some(activate.reform(|_| ())),
    }
}

/// The pane's letter and name, the protocol's numbers about all places of its run, and its side of the first
/// difference. A press on the name makes it the active one; where there is room for one picture only, that is the
/// one which is shown.
pub fn pane_head(
    comparison: &PaneComparison,
    place: usize,
    measures: &[Sentence],
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let active = comparison.active == place;
    let class = names(&["pane-head", when(active, "active")]);
    let name = comparison.names[place].clone();
    let activate = asks(act, PaneAction::Activate(place));
    let close = asks(act, PaneAction::Close(place));
    // It stands there empty otherwise: what comes and goes would have the name drawn anew, and take its focus.
    let title = active.then(|| tr!(language, "The inspector shows this one"));
    let shown = html! {
        <span class="shown-in" title={title} role={title.map(|_| "img")} aria-label={title}>{ title.map(|_| icon(Icon::Panel)) }</span>
    };
    let told: Vec<String> = measures.iter().map(|measure| tell(language, measure)).collect();
    let told = told.join(" · ");
    let tally = (!told.is_empty())
        .then(|| html! { <p class="tally" data-sign="measure" title={told.clone()}>{ &told }</p> });
    html! {
        <>
        <header {class}>
            <h2>
                <button class="bare" title={name.clone()} onclick={activate} aria-pressed={active.to_string()}>
                    <b class="letter">{ LETTERS[place] }</b><span>{ name }</span>
                </button>
            </h2>
            { shown }
            { picture_button("", Icon::Close, tr!(language, "Close this run"), close) }
            { tally }
        </header>
        { divergence_text(&comparison.divergence, place, language, act) }
        </>
    }
}

fn divergence_text(
    divergence: &DivergenceText,
    place: usize,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let inside = match divergence {
        DivergenceText::Unknown => Html::default(),
        DivergenceText::Never => tr!(language, "No difference, ever: the two do the same.").into(),
        DivergenceText::NotBy(time) => {
            let shown = tr!(language, "No difference up to {0}, so far.", seconds(*time, 0));
            meanwhile(shown, tr!(language, "The two runs are being compared."))
        }
        DivergenceText::Trying(time, tried) => {
            let time = seconds(*time, 0);
            let shown = match *tried {
                SEEDS => tr!(language, "No difference up to {0}, nor under {1} other seeds. Scenes are being tried…", time, SEEDS),
                tried => tr!(language, "No difference up to {0}. Other seeds are being tried: {1} of {2}…", time, tried, SEEDS),
            };
            let heard = tr!(language, "No difference in these two runs. Other seeds and scenes are being tried.");
            meanwhile(shown, heard)
        }
        DivergenceText::Nowhere(time) => tr!(
            language,
            "No difference up to {0}, nor under {1} other seeds, nor in a scene: crash or cut something. The menu of flaws leads to a run that each of them breaks.",
            seconds(*time, 0),
            SEEDS
        )
        .into(),
        DivergenceText::Seed(time, seed) => {
            let name = tr!(language, "Seed {0} shows one", *seed);
            example(*time, &name, asks(act, RunAction::Seed(*seed)), language)
        }
        DivergenceText::Scene(time, scene, variant) => {
            let title = scene.title();
            let name = tr!(language, "The scene “{0}” shows one", translate(language, &title).to_owned());
            let (act, scene, variant) = (act.clone(), *scene, variant.clone());
            // The scene may end the comparison that another scene began.
            let onclick = Callback::from(move |_: MouseEvent| {
                let (protocol, scene) = (scene.protocol.to_owned(), scene.name.to_owned());
                act.emit(RunAction::LoadScene { protocol, scene }.into());
                act.emit(PaneAction::Split(variant.clone()).into());
            });
            example(*time, &name, onclick, language)
        }
        DivergenceText::At(at, sides) => {
            let onclick = asks(act, TimeAction::Seek(*at));
            let title = tr!(language, "Go there");
            let name = tr!(language, "First difference at {0}", seconds(*at, 3));
            html! {
                <>
                <button class="inline" {onclick} {title}>{ name }</button>
                <span>{ with_names(&sides[place]) }</span>
                </>
            }
        }
    };
    // Both say the same, but for what happens in each: the first is heard.
    let role = (place == 0).then_some("status");
    html! { <p class="differs" {role}>{ inside }</p> }
}

/// While something is looked for: how far it has come, for who sees it; who listens hears once that it goes on.
fn meanwhile(shown: String, heard: &str) -> Html {
    html! { <><span aria-hidden="true">{ shown }</span><span class="unseen">{ heard }</span></> }
}

/// The runs do not differ so far; what this is the name of does.
fn example(time: Time, name: &str, onclick: Callback<MouseEvent>, language: Language) -> Html {
    html! {
        <>
        <span>{ tr!(language, "No difference up to {0}.", seconds(time, 0)) }</span>
        <button class="inline" {onclick}>{ name }</button>
        </>
    }
}
