//! The protocol's documented bugs, to be switched on.

use yew::prelude::*;

use super::finder::{Index, use_index};
use super::icon::{Icon, icon};
use super::popover::popover_told;
use crate::catalog::find;
use crate::lessons::finding;
use crate::player::{Action, RunAction};
use crate::protocol::FlawInfo;
use crate::tr;
use crate::web::frame::Heading;
use crate::words::{Language, translate};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub protocol: &'static str,
    /// Those that are switched on.
    pub on: Vec<String>,
    pub language: Language,
    pub act: Callback<Action>,
}

/// The menu of flaws of a run's protocol.
pub fn flaws(heading: &Heading, act: &Callback<Action>) -> Html {
    let Heading { protocol, flaws, language, .. } = heading;
    html! { <Flaws protocol={*protocol} on={flaws.clone()} language={*language} {act} /> }
}

#[component]
fn Flaws(props: &Props) -> Html {
    let Props { protocol, on, language, act } = props;
    let language = *language;
    let (index, ask) = use_index();
    let entry = find(protocol);
    let flaws = entry.map(|entry| (entry.flaws)()).unwrap_or_default();
    let broken = |flaw: &FlawInfo| match (&index, entry) {
        (Index::There(index), Some(entry)) => {
            finding::flaw(index, entry.meta.title, flaw).map(|find| find.link.clone())
        }
        _ => None,
    };
    let items = flaws.into_iter().map(|flaw| {
        let act = act.clone();
        let broken = broken(&flaw);
        let onchange = Callback::from(move |_: Event| {
            act.emit(Action::Run(RunAction::ToggleFlaw(flaw.name.to_owned())))
        });
        let checked = on.iter().any(|on| on == flaw.name);
        html! {
            <li>
                <label>
                    <input type="checkbox" {checked} {onchange} />
                    <b>{ translate(language, flaw.title) }</b>
                    <span>{ translate(language, flaw.story) }</span>
                    <small>{ tr!(language, "Breaks: {0}", flaw.breaks) }</small>
                </label>
                if let Some(link) = broken { <a class="broken chooses" href={link}>{ tr!(language, "See it break") }<span class="unseen">{ format!(": {}", translate(language, flaw.title)) }</span></a> }
            </li>
        }
    });
    let active = !on.is_empty();
    let count = flaw_count(language, on.len());
    let label = html! { <>{ icon(Icon::Flag) }<span>{ count }</span>{ icon(Icon::Caret) }</> };
    let about = tr!(
        language,
        "Bugs that real systems have had. Switch one on: the run starts again with it, up to the same instant."
    );
    let panel = html! { <><p class="soft">{ about }</p><ul class="choices">{ for items }</ul></> };
    let opens = Callback::from(move |_: Event| ask.emit(()));
    popover_told(if active { "flaws active" } else { "flaws" }, label, panel, opens)
}

/// The language's own words for a flaw count.
fn flaw_count(language: Language, count: usize) -> String {
    match count {
        0 => tr!(language, "Flaws: none").to_owned(),
        _ => tr!(language, "Flaws: {0}", count),
    }
}
