//! Everything about what is selected, and about the run, in tabs. Where there is no room beside the
//! stage it is a drawer that its own tabs open.

use web_sys::Element;
use yew::prelude::*;

use super::icon::{Icon, icon};
use super::properties::Properties as PropertiesTab;
use super::script::ScriptTab;
use super::story::Story;
use super::subject::{MessageTab, NodeTab};
use crate::player::{Action, Notice, Tab};
use crate::tr;
use crate::web::browser::{by_id, focus};
use crate::web::frame::Inspection;
use crate::web::shared::Shared;
use crate::words::Language;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: AttrValue,
    pub inspection: Shared<Inspection>,
    pub language: Language,
    pub notice: Option<Notice>,
    pub act: Callback<Action>,
    pub open: bool,
    pub open_drawer: Callback<bool>,
}

const TABS: [Tab; 4] = [Tab::Node, Tab::Message, Tab::Properties, Tab::Script];

#[component]
pub fn Inspector(props: &Props) -> Html {
    let Props { id, inspection, language, act, .. } = props;
    let tab = inspection.tab;
    let content = match tab {
        Tab::Node => html! {
            <>
            <NodeTab inspection={inspection.clone()} language={*language} act={act} />
            <Story inspection={inspection.clone()} language={*language} act={act} />
            </>
        },
        Tab::Message => html! { <MessageTab inspection={inspection.clone()} language={*language} act={act} /> },
        Tab::Properties => html! { <PropertiesTab inspection={inspection.clone()} language={*language} act={act} /> },
        Tab::Script => html! {
            <>
            <ScriptTab inspection={inspection.clone()} language={*language} notice={props.notice.clone()} act={act} />
            <Story inspection={inspection.clone()} language={*language} act={act} />
            </>
        },
    };
    let close = {
        let open_drawer = props.open_drawer.clone();
        Callback::from(move |_: MouseEvent| open_drawer.emit(false))
    };
    html! {
        <aside class="inspector" aria-label={tr!(*language, "Inspector")}>
            <div class="tabs" role="tablist" onkeydown={arrows(id, tab, act)}>
                { for TABS.map(|tab| button(props, tab)) }
                <button class="bare close" onclick={close} aria-label={tr!(*language, "Close")} title={tr!(*language, "Close")}>{ icon(Icon::Close) }</button>
            </div>
            <div class="tab-panel" role="tabpanel" id={format!("{id}-panel")} aria-labelledby={tab_id(id, tab)} tabindex="0">
                { content }
            </div>
        </aside>
    }
}

fn name(tab: Tab, language: Language) -> &'static str {
    match tab {
        Tab::Node => tr!(language, "Node"),
        Tab::Message => tr!(language, "Message"),
        Tab::Properties => tr!(language, "Properties"),
        Tab::Script => tr!(language, "Script"),
    }
}

fn tab_id(id: &str, tab: Tab) -> String {
    format!("{id}-tab{}", TABS.iter().position(|known| *known == tab).unwrap_or(0))
}

fn button(props: &Props, tab: Tab) -> Html {
    let on = props.inspection.tab == tab;
    let (act, open_drawer, open) = (props.act.clone(), props.open_drawer.clone(), props.open);
    let onclick = Callback::from(move |_: MouseEvent| {
        act.emit(Action::Tab(tab));
        // The tab that shows already closes the drawer.
        open_drawer.emit(!(open && on));
    });
    let broken = props.inspection.broken();
    html! {
        <button role="tab" id={tab_id(&props.id, tab)} aria-selected={on.to_string()} aria-controls={format!("{}-panel", props.id)}
            tabindex={if on { "0" } else { "-1" }} {onclick}>
            { name(tab, props.language) }
            if tab == Tab::Properties && broken > 0 { <span class="badge bad">{ broken }</span> }
        </button>
    }
}

/// Left and right go from tab to tab.
fn arrows(id: &AttrValue, tab: Tab, act: &Callback<Action>) -> Callback<KeyboardEvent> {
    let (id, act) = (id.clone(), act.clone());
    Callback::from(move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => TABS.len() - 1,
            _ => return,
        };
        let here = TABS.iter().position(|known| *known == tab).unwrap_or(0);
        let next = TABS[(here + step) % TABS.len()];
        event.prevent_default();
        event.stop_propagation();
        act.emit(Action::Tab(next));
        if let Some(button) = by_id(&tab_id(&id, next)) {
            focus(&Element::from(button));
        }
    })
}
