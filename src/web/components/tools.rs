//! What a press on the stage does, and what is done to the whole network.

use yew::prelude::*;

use super::bits::{asks, button};
use super::draw::when;
use super::icon::{Icon, icon};
use super::network::network;
use super::props::ToolsProps as Props;
use crate::player::{Action, PageAction, Tool, gestures};
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
            { heal }
            if props.forks {
                <span class="forks" {title}>{ icon(Icon::Branch) }<span>{ tr!(language, "Changes here branch off") }</span></span>
            }
        </div>
    }
}
