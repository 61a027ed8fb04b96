//! What a press on the stage does, and what is done to the whole network.

use yew::prelude::*;

use super::icon::{Icon, icon};
use super::network::Network;
use crate::command::Quality;
use crate::player::{Action, Tool, gestures};
use crate::tr;
use crate::words::{Language, tell};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub tool: Tool,
    pub language: Language,
    pub network: Quality,
    /// What was changed of all links.
    pub changed: Option<String>,
    /// Some link does not carry.
    pub troubled: bool,
    pub act: Callback<Action>,
}

#[component]
pub fn Tools(props: &Props) -> Html {
    let language = props.language;
    let tool = |tool: Tool, name: &'static str, help: &'static str, picture: Icon| {
        let act = props.act.clone();
        let onclick = Callback::from(move |_: MouseEvent| act.emit(Action::Tool(tool)));
        let on = props.tool == tool;
        html! {
            <button {onclick} class={classes!(on.then_some("on"))} aria-pressed={on.to_string()} title={help}>
                { icon(picture) }<span>{ name }</span>
            </button>
        }
    };
    let heal = props.troubled.then(|| {
        let (act, heal) = (props.act.clone(), gestures::heal());
        let command = heal.command;
        let onclick = Callback::from(move |_: MouseEvent| act.emit(Action::Do(command.clone())));
        html! { <button {onclick}>{ icon(Icon::Heal) }<span>{ tell(language, &heal.label) }</span></button> }
    });
    html! {
        <div class="tools" role="toolbar" aria-label={tr!(language, "Tools")}>
            <div class="segmented">
                { tool(Tool::Select, tr!(language, "Select"), tr!(language, "Click a server, a link or a message"), Icon::Select) }
                { tool(Tool::Cut, tr!(language, "Cut"), tr!(language, "Click links, or draw a line across them"), Icon::Cut) }
                { tool(Tool::Lasso, tr!(language, "Lasso"), tr!(language, "Draw a line around servers: they are parted from the others"), Icon::Lasso) }
            </div>
            <Network network={props.network} {language} changed={props.changed.clone()} act={&props.act} />
            { heal }
        </div>
    }
}
