//! Two panes: what stands over each of them, and which of them is meant.

use yew::prelude::*;

use super::bits::{asks, picture_button};
use super::caption::with_names;
use super::draw::{names, when};
use super::icon::{Icon, icon};
use crate::player::Action;
use crate::player::together::LETTERS;
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::web::versus::{Forking, Versus};
use crate::words::Language;

/// What is around a pane's picture and around its diagram. With one pane there is nothing to say.
#[derive(Default)]
pub struct Frame {
    active: bool,
    pub letter: Option<&'static str>,
    /// The region's name for those who do not see it.
    label: Option<String>,
    /// Whoever presses something in it, or goes there with the keyboard, means this pane.
    onpointerdown: Option<Callback<PointerEvent>>,
    onfocusin: Option<Callback<FocusEvent>>,
}

impl Frame {
    pub fn of(
        versus: Option<&Versus>,
        place: usize,
        language: Language,
        act: &Callback<Action>,
    ) -> Frame {
        versus.map_or_else(Frame::default, |versus| pane_frame(versus, place, language, act))
    }

    /// What is inside, as a region.
    pub fn around(self, class: &'static str, place: usize, inside: Html) -> Html {
        let Frame { active, label, onpointerdown, onfocusin, .. } = self;
        let class = names(&[class, when(active, "active")]);
        html! { <section key={place} {class} aria-label={label} {onpointerdown} {onfocusin}>{ inside }</section> }
    }
}

fn pane_frame(versus: &Versus, place: usize, language: Language, act: &Callback<Action>) -> Frame {
    let letter = LETTERS[place];
    let activate = act.reform(move |()| Action::Activate(place));
    Frame {
        active: versus.active == place,
        letter: Some(letter),
        label: Some(tr!(language, "Run {0}: {1}", letter, versus.names[place].clone())),
        onpointerdown: Some(activate.reform(|_| ())),
        onfocusin: Some(activate.reform(|_| ())),
    }
}

/// The pane's letter and name, and what in it is the first difference.
pub fn pane_head(
    versus: &Versus,
    place: usize,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let active = versus.active == place;
    let class = names(&["pane-head", when(active, "active")]);
    let close = asks(act, Action::Unsplit(place));
    let shown = active.then(|| {
        let title = tr!(language, "The inspector shows this one");
        html! { <span class="shown-in" title={title} role="img" aria-label={title}>{ icon(Icon::Panel) }</span> }
    });
    html! {
        <header {class}>
            <b class="letter">{ LETTERS[place] }</b>
            <h2 title={versus.names[place].clone()}>{ &versus.names[place] }</h2>
            { shown }
            { picture_button("", Icon::Close, tr!(language, "Close this run"), close) }
            { forking(&versus.parting, place, language, act) }
        </header>
    }
}

fn forking(parting: &Forking, place: usize, language: Language, act: &Callback<Action>) -> Html {
    let inside = match parting {
        Forking::Unsaid => Html::default(),
        Forking::Never => tr!(language, "No difference, ever: the two do the same.").into(),
        Forking::NotBy(time) => tr!(language, "No difference up to {0}.", seconds(*time, 0)).into(),
        Forking::At(at, sides) => {
            let onclick = asks(act, Action::Seek(*at));
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
    html! { <p class="differs">{ inside }</p> }
}
