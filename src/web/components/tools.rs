//! What a press on the stage does, and what is done to the whole network.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::bits::{asks, button};
use super::draw::when;
use super::icon::{Icon, icon};
use super::network::{network, options};
use super::props::ToolsProps as Props;
use crate::base::{Place, Places};
use crate::player::{Action, PageAction, Selection, Tool, gestures};
use crate::tr;
use crate::words::tell;

/// The tools.
pub fn tools(props: &Props<'_>) -> Html {
    let language = props.language;
    let tool = |tool: Tool, name: &'static str, help: &'static str, picture: Icon| {
        let onclick = asks(props.act, PageAction::Tool(tool));
        let on = props.tool == tool;
        html! {
            <button {onclick} class={when(on, "on")} aria-pressed={on.to_string()} title={help}>
                { icon(picture) }<span>{ name }</span>
            </button>
        }
    };
    let [select, cut, lasso] = [
        tr!(language, "Click a server, a link or a message"),
        tr!(language, "Click links, or draw a line across them"),
        tr!(language, "Draw a line around servers: they are parted from the others"),
    ];
    let heal = props.troubled.then(|| {
        let heal = gestures::heal();
        button(
            "",
            Some(Icon::Heal),
            &tell(language, &heal.label),
            asks(props.act, Action::Do(heal.command)),
        )
    });
    let try_it = match props.pauses {
        true => tr!(language, "Click anyone to crash or pause it"),
        false => tr!(language, "Click a server to crash it"),
    };
    let title = tr!(
        language,
        "What you do here begins a branch of its own; what you have seen stays as another."
    );
    html! {
        <div class="tools" role="toolbar" aria-label={tr!(language, "Tools")}>
            <div class="segmented">
                { tool(Tool::Select, tr!(language, "Select"), select, Icon::Select) }
                { tool(Tool::Cut, tr!(language, "Cut"), cut, Icon::Cut) }
                { tool(Tool::Lasso, tr!(language, "Lasso"), lasso, Icon::Lasso) }
            </div>
            { network(props) }
            { options(props) }
            { props.find.map(|places| find(props, places)) }
            { heal }
            if props.is_new {
                <span class="forks try-it">{ icon(Icon::Select) }<span>{ try_it }</span></span>
            } else if props.forks {
                <span class="forks" {title}>{ icon(Icon::Branch) }<span>{ tr!(language, "Changes here branch off") }</span></span>
            }
        </div>
    }
}

/// Where a place is chosen by its name, or the link between two.
fn find(props: &Props<'_>, places: &Places) -> Html {
    let language = props.language;
    let (act, places) = (props.act.clone(), places.clone());
    let onchange = Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        let place = |name: &str| {
            let place = name.trim().to_uppercase().parse::<Place>().ok();
            place.filter(|place| places.has(*place))
        };
        let text = input.value();
        let found = match text.split_once('-') {
            Some((from, to)) => match (place(from), place(to)) {
                (Some(from), Some(to)) if from != to => Some(Selection::Link(from, to)),
                _ => None,
            },
            None => place(&text).map(Selection::Place),
        };
        let wrong = found.is_none() && !text.trim().is_empty();
        let _ = input.set_attribute("aria-invalid", if wrong { "true" } else { "false" });
        if found.is_some() {
            act.emit(Action::Page(PageAction::Select(found)));
        }
    });
    let title = tr!(language, "A place such as S678, or the link of two: S1-S678");
    html! {
        <label class="field find-place" {title}>
            <span>{ tr!(language, "Find") }</span>
            <input type="text" placeholder="S678" maxlength="16" spellcheck="false" autocomplete="off" aria-label={title} {onchange} />
        </label>
    }
}
