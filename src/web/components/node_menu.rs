//! What is offered for what is selected, in a small card beside it.

use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::player::gestures::Group;
use crate::player::{Action, Gesture, Selection};
use crate::tr;
use crate::view::{Point, Size};
use crate::web::app::By;
use crate::web::browser::{focus, style};
use crate::web::frame::Inspection;
use crate::web::pick;
use crate::web::shared::Shared;
use crate::words::{self, Language};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub selection: Selection,
    pub by: By,
    /// Where it points, and how far it keeps away, in the picture's units.
    pub at: (Point, f64),
    pub size: Size,
    pub language: Language,
    pub inspection: Shared<Inspection>,
    pub act: Callback<Action>,
    pub close: Callback<()>,
}

#[component]
pub fn NodeMenu(props: &Props) -> Html {
    let Props { selection, language, inspection, .. } = props;
    let card = use_node_ref();
    {
        // Its place depends on its size: it is known only when it is there.
        let (card, at, size) = (card.clone(), props.at, props.size);
        use_effect(move || {
            if let Some(card) = card.cast::<HtmlElement>() {
                settle(&card, at, size);
            }
        });
    }
    {
        let (card, by) = (card.clone(), props.by);
        use_effect_with(*selection, move |selection| {
            let back = format!("[data-pick={}]", pick::code(*selection));
            let first = card.cast::<Element>().and_then(|card| card.query_selector("button").ok().flatten());
            if let (By::Keyboard, Some(first)) = (by, first) {
                focus(&first);
            }
            move || {
                // The focus goes back to where it came from.
                let document = crate::web::browser::document();
                if let (By::Keyboard, Ok(Some(figure))) = (by, document.query_selector(&back)) {
                    focus(&figure);
                }
            }
        });
    }
    // What is offered belongs to the selection that the inspector has seen.
    let gestures: &[Gesture] = if inspection.selection == Some(*selection) { &inspection.gestures } else { &[] };
    let group = |group: Group| gestures.iter().filter(move |gesture| gesture.group == group);
    let close = {
        let close = props.close.clone();
        Callback::from(move |_: MouseEvent| close.emit(()))
    };
    html! {
        <div class="menu-card" ref={card} role="group" aria-label={title(*selection, *language)}>
            <div class="head">
                <b>{ title(*selection, *language) }</b>
                <button class="bare" onclick={close} aria-label={tr!(*language, "Close")} title={tr!(*language, "Close")}>{ icon(Icon::Close) }</button>
            </div>
            if gestures.is_empty() {
                <p class="soft">{ nothing(*selection, *language) }</p>
            }
            { for [Group::Main, Group::Timers, Group::Request, Group::Network].map(|kind| buttons(group(kind), &props.act, *language)) }
        </div>
    }
}

/// A row of buttons, if there are any.
pub fn buttons<'a>(gestures: impl Iterator<Item = &'a Gesture>, act: &Callback<Action>, language: Language) -> Html {
    let buttons: Vec<Html> = gestures.map(|gesture| button(gesture, act, language)).collect();
    if buttons.is_empty() {
        return Html::default();
    }
    html! { <div class="acts">{ for buttons }</div> }
}

fn button(gesture: &Gesture, act: &Callback<Action>, language: Language) -> Html {
    let (act, command) = (act.clone(), gesture.command.clone());
    let onclick = Callback::from(move |_: MouseEvent| act.emit(Action::Do(command.clone())));
    html! {
        <button {onclick}>
            { words::tell(language, &gesture.label) }
            if let Some(key) = gesture.key { <kbd>{ key }</kbd> }
        </button>
    }
}

pub fn title(selection: Selection, language: Language) -> String {
    match selection {
        Selection::Node(node) => node.to_string(),
        Selection::Client(client) => tr!(language, "client {0}", client),
        Selection::Link(from, to) => format!("{from} – {to}"),
        Selection::Message(id) => tr!(language, "message #{0}", id),
    }
}

/// Why nothing is offered.
fn nothing(selection: Selection, language: Language) -> &'static str {
    match selection {
        Selection::Message(_) => tr!(language, "It is no longer under way. Step back to change its fate."),
        _ => tr!(language, "Nothing can be done here now."),
    }
}

/// Puts the card below what it is about, or above where there is no room, inside the stage.
fn settle(card: &HtmlElement, (at, away): (Point, f64), size: Size) {
    let Some(stage) = card.closest(".stage").ok().flatten() else { return };
    let rect = stage.get_bounding_client_rect();
    let scale = rect.width() / size.w.max(1.0);
    let (w, h) = (f64::from(card.offset_width()), f64::from(card.offset_height()));
    let (x, y, away) = (at.x * scale, at.y * scale, away * scale + 14.0);
    let left = (x - w / 2.0).clamp(8.0, (rect.width() - w - 8.0).max(8.0));
    let below = y + away;
    let top = match below + h + 8.0 <= rect.height() {
        true => below,
        false => (y - away - h).max(8.0),
    };
    style(card, "left", &format!("{left:.0}px"));
    style(card, "top", &format!("{top:.0}px"));
}
