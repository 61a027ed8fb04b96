//! Everything about what is selected, and about the run, in tabs. Where there is no room beside the
//! stage it is a drawer that its own tabs open.

use yew::prelude::*;

use super::bits::{asks, picture_button};
use super::console::use_console;
use super::details::{message_tab, node_tab};
use super::event_list::event_list;
use super::icon::Icon;
use super::log_tab::log_tab;
use super::models::ModelsMap;
use super::properties::properties;
use super::props::InspectorProps as Props;
use super::prose;
use super::reading_room;
use super::script::{script_tab, use_editing};
use super::why::why_tab;
use crate::player::{Action, Dialog, PageAction, Tab};
use crate::tr;
use crate::web::browser::{by_id, focus};
use crate::web::frame::Inspection;
use crate::words::Language;

#[component]
pub fn Inspector(props: &Props) -> Html {
    let Props { id, inspection, language, .. } = props;
    let tab = inspection.tab;
    let editing = use_editing(props.notice.as_ref().and_then(|notice| notice.place));
    let requests = use_console();
    let panel = use_node_ref();
    reading_room::use_words(inspection.selection.is_some() || tab == Tab::Properties);
    {
        // What is asked is answered from its beginning, wherever one has read before.
        let (panel, explanation) = (
            panel.clone(),
            inspection.explanation.as_ref().map(|explanation| explanation.question.clone()),
        );
        use_effect_with((tab, explanation), move |_| {
            if let Some(panel) = panel.cast::<web_sys::Element>() {
                panel.set_scroll_top(0);
            }
        });
    }
    let content = match tab {
        Tab::Lesson => study_tab(props),
        Tab::Node => html! {
            <>
            { node_tab(props, &requests) }
            { event_list(props) }
            </>
        },
        Tab::Message => message_tab(props),
        Tab::Why => why_tab(props),
        Tab::Properties => properties(props),
        Tab::Models => models_tab(props),
        Tab::Log => log_tab(props),
        Tab::Script => html! {
            <>
            { script_tab(props, editing) }
            { event_list(props) }
            </>
        },
    };
    let close = {
        let open_drawer = props.open_drawer.clone();
        Callback::from(move |_: MouseEvent| open_drawer.emit(false))
    };
    html! {
        <aside class="inspector" aria-label={tr!(*language, "Inspector")}>
            <div class="tabs">
                <div class="tab-list" role="tablist" onkeydown={arrows(props, tab)}>
                    { for Tab::ALL.into_iter().filter(|tab| is_there(props, *tab)).map(|tab| button(props, tab)) }
                </div>
                { picture_button("close", Icon::Close, tr!(*language, "Close"), close) }
            </div>
            <div ref={panel} class="tab-panel" role="tabpanel" id={format!("{id}-panel")} aria-labelledby={tab_id(id, tab)} tabindex="0">
                { content }
            </div>
        </aside>
    }
}

fn name(tab: Tab, inspection: &Inspection, language: Language) -> &'static str {
    match tab {
        Tab::Lesson => match &inspection.study {
            Some(study) => prose::kind(&study.course, language),
            None => tr!(language, "Lesson"),
        },
        Tab::Log if inspection.logs.rows.is_empty() => tr!(language, "Disk"),
        Tab::Node => tr!(language, "Node"),
        Tab::Message => tr!(language, "Message"),
        Tab::Why => tr!(language, "Why"),
        Tab::Properties => tr!(language, "Properties"),
        Tab::Models => tr!(language, "Models"),
        Tab::Log => tr!(language, "Log"),
        Tab::Script => tr!(language, "Script"),
    }
}

/// A text has a tab while one is open.
fn is_there(props: &Props, tab: Tab) -> bool {
    tab != Tab::Lesson || props.inspection.study.is_some()
}

/// What is read, with the tab that a step speaks of.
fn study_tab(props: &Props) -> Html {
    let Some(study) = &props.inspection.study else { return Html::default() };
    let beside = match study.aside {
        Some(Tab::Properties) => Some(properties(props)),
        Some(Tab::Models) => Some(models_tab(props)),
        Some(Tab::Log) => Some(log_tab(props)),
        Some(Tab::Why) if props.inspection.explanation.is_some() => Some(why_tab(props)),
        Some(Tab::Message) => Some(message_tab(props)),
        _ => None,
    };
    reading_room::study(study, beside, props.language, &props.act)
}

/// The map of models, for what can be judged.
fn models_tab(props: &Props) -> Html {
    let (language, act) = (props.language, &props.act);
    let map = match &props.inspection.models {
        Some(models) => {
            let chosen = props.inspection.model;
            let letter = props.inspection.letter;
            html! { <ModelsMap models={models.clone()} {chosen} {letter} {language} act={act.clone()} /> }
        }
        None => html! {
            <p class="soft">{ tr!(language, "Only what clients ask of a store of keys and values is judged here.") }</p>
        },
    };
    html! {
        <>
        { map }
        <p><button onclick={asks(act, PageAction::Open(Dialog::History))}>{ tr!(language, "Judge a history from a file…") }</button></p>
        </>
    }
}

fn tab_id(id: &str, tab: Tab) -> String {
    format!("{id}-tab{}", Tab::ALL.iter().position(|known| *known == tab).unwrap_or(0))
}

fn button(props: &Props, tab: Tab) -> Html {
    let on = props.inspection.tab == tab;
    let (act, open_drawer, open) = (props.act.clone(), props.open_drawer.clone(), props.open);
    let onclick = Callback::from(move |_: MouseEvent| {
        act.emit(Action::Page(PageAction::Tab(tab)));
        // The tab that shows already closes the drawer.
        open_drawer.emit(!(open && on));
    });
    let broken = props.inspection.broken();
    html! {
        <button role="tab" id={tab_id(&props.id, tab)} aria-selected={on.to_string()} aria-controls={format!("{}-panel", props.id)}
            tabindex={if on { "0" } else { "-1" }} {onclick}>
            { name(tab, &props.inspection, props.language) }
            if tab == Tab::Properties && broken > 0 { <span class="badge bad">{ broken }</span> }
        </button>
    }
}

/// Left and right go from tab to tab.
fn arrows(props: &Props, tab: Tab) -> Callback<KeyboardEvent> {
    let (id, act) = (props.id.clone(), props.act.clone());
    let tabs: Vec<Tab> = Tab::ALL.into_iter().filter(|tab| is_there(props, *tab)).collect();
    Callback::from(move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => tabs.len() - 1,
            _ => return,
        };
        let here = tabs.iter().position(|known| *known == tab).unwrap_or(0);
        let next = tabs[(here + step) % tabs.len()];
        event.prevent_default();
        event.stop_propagation();
        act.emit(Action::Page(PageAction::Tab(next)));
        if let Some(button) = by_id(&tab_id(&id, next)) {
            focus(&button);
        }
    })
}
