//! The protocol's documented bugs, to be switched on.

use yew::prelude::*;

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
        html! {
            <li>
                <label>
                    <input type="checkbox" {checked} {onchange} />
                    <b>{ translate(language, flaw.title) }</b>
                    <span>{ translate(language, flaw.story) }</span>
                    <small>{ tr!(language, "Breaks: {0}", flaw.breaks) }</small>
                </label>
            </li>
        }
    });
    let active = !heading.flaws.is_empty();
    let count = flaw_count(language, heading.flaws.len());
    let label = html! { <>{ icon(Icon::Flag) }<span>{ count }</span>{ icon(Icon::Caret) }</> };
    let about = tr!(
        language,
        "Bugs that real systems have had. Switch one on: the run starts again with it, up to the same instant."
    );
    let panel = html! { <><p class="soft">{ about }</p><ul class="choices">{ for items }</ul></> };
    popover(if active { "flaws active" } else { "flaws" }, label, panel)
}

/// The language's own words for a flaw count.
fn flaw_count(language: Language, count: usize) -> String {
    match count {
        0 => tr!(language, "Flaws: none").to_owned(),
        _ => tr!(language, "Flaws: {0}", count),
    }
}
