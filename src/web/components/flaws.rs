//! The protocol's documented bugs, to be switched on.

use yew::prelude::*;

use super::bits::{leaf, soft, tag};
use super::icon::{Icon, icon};
use super::popover::popover;
use crate::catalog::find;
use crate::player::{Action, RunAction};
use crate::tr;
use crate::web::frame::Heading;
use crate::words::{Language, translate};

/// The menu of flaws.
pub fn flaws(heading: &Heading, act: &Callback<Action>) -> Html {
    let language = heading.language;
    let flaws = find(heading.protocol).map(|entry| (entry.flaws)()).unwrap_or_default();
    let items = flaws.into_iter().map(|flaw| {
        let act = act.clone();
        let onchange = Callback::from(move |_: Event| {
            act.emit(Action::Run(RunAction::ToggleFlaw(flaw.name.to_owned())))
        });
        let checked = heading.flaws.iter().any(|on| on == flaw.name);
        let parts = vec![
            html! { <input type="checkbox" {checked} {onchange} /> },
            leaf("b", "", translate(language, flaw.title)),
            leaf("span", "", translate(language, flaw.story)),
            leaf("small", "", &tr!(language, "Breaks: {0}", flaw.breaks)),
        ];
        tag("li", "", vec![tag("label", "", parts)])
    });
    let active = !heading.flaws.is_empty();
    let count = leaf("span", "", &flaw_count(language, heading.flaws.len()));
    let label = [icon(Icon::Flag), count, icon(Icon::Caret)].into_iter().collect();
    let about = tr!(
        language,
        "Bugs that real systems have had. Switch one on: the run starts again with it, up to the same instant."
    );
    let panel = [soft(about), tag("ul", "choices", items.collect())].into_iter().collect();
    popover(if active { "flaws active" } else { "flaws" }, label, panel)
}

/// The language's own words for a flaw count.
fn flaw_count(language: Language, count: usize) -> String {
    match count {
        0 => tr!(language, "Flaws: none").to_owned(),
        _ => tr!(language, "Flaws: {0}", count),
    }
}
