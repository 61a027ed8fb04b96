//! The card of gestures beside the selected server, client, link or message.

use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::bits::{self, asks, picture_button};
use super::icon::Icon;
use super::props::StageProps as Props;
use crate::player::gestures::Group;
use crate::player::{Action, Gesture, Question, Selection, WhyAction};
use crate::tr;
use crate::view::stage::aside::Neighbourhood;
use crate::view::{Size, StageView};
use crate::web::browser::{self, document, focus, style};
use crate::web::frame::Subject;
use crate::web::pick;
use crate::web::pick::PickedBy;
use crate::web::shared::Shared;
use crate::words::{self, Language};

/// Which menu is open, and how it was opened.
type Open = Option<(Selection, PickedBy)>;

/// Keeps the open menu at its place, and the focus where the reader expects it: gives the
/// reference that the menu is to be drawn with.
#[hook]
pub fn use_menu_card(
    id: &AttrValue,
    open: Open,
    scene_view: Shared<StageView>,
    around: Option<Neighbourhood>,
) -> NodeRef {
    let card = use_node_ref();
    let scene = format!("{id}-scene");
    {
        // Its place depends on its size: it is known only when it is there. Then it stays, whatever moves
        // beneath it.
        let (card, id) = (card.clone(), id.clone());
        use_effect_with((open, scene_view.layout.size.w as i32), move |_| {
            if let (Some(card), Some(around)) = (card.cast::<HtmlElement>(), &around) {
                settle(&card, &id, &scene_view, around);
            }
        });
    }
    {
        let card = card.clone();
        use_effect_with(open, move |open| {
            let by_keyboard =
                open.filter(|(_, by)| *by == PickedBy::Keyboard).map(|(selection, _)| selection);
            let first = card
                .cast::<Element>()
                .and_then(|card| card.query_selector(".acts button").ok().flatten());
            if let (Some(_), Some(first)) = (by_keyboard, first) {
                focus(&first);
            }
            move || {
                // The focus goes back to where it came from, unless it has gone elsewhere.
                let Some(selection) = by_keyboard else { return };
                if document().active_element().is_some_and(|it| it.tag_name() != "BODY") {
                    return;
                }
                let figure = format!("#{scene} [data-pick={}]", pick::code(selection));
                if let Ok(Some(figure)) = document().query_selector(&figure) {
                    focus(&figure);
                }
            }
        });
    }
    card
}

/// The card of what is selected, if it is open.
pub fn menu_card(props: &Props, card: NodeRef) -> Html {
    let Props { language, inspection, .. } = props;
    let Some((selection, _)) = &props.menu else { return Html::default() };
    // What is offered belongs to the selection that the inspector has seen.
    let gestures: &[Gesture] =
        if inspection.selection == Some(*selection) { &inspection.gestures } else { &[] };
    let group = |group: Group| gestures.iter().filter(move |gesture| gesture.group == group);
    let close = props.close_menu.reform(|_: MouseEvent| ());
    let shut = picture_button("", Icon::Close, tr!(*language, "Close"), close);
    let title = title(*selection, *language);
    html! {
        <div class="menu-card" ref={card} role="group" aria-label={title.clone()}>
            <div class="head"><b>{ title }</b>{ shut }</div>
            if gestures.is_empty() { <p class="soft">{ nothing(*selection, *language) }</p> }
            { for [Group::Main, Group::Timers, Group::Request, Group::Network].map(|kind| buttons(group(kind), &props.act, *language)) }
            { why(props, *selection) }
        </div>
    }
}

/// Why a message was sent, and if it was lost, why that.
fn why(props: &Props, selection: Selection) -> Html {
    let (language, act) = (props.language, &props.act);
    let Subject::Message { shot, ends, .. } = &props.inspection.subject else {
        return Html::default();
    };
    if selection != Selection::Message(shot.id) {
        return Html::default();
    }
    let ask = |name: &'static str, event: u64| {
        bits::button("", None, name, asks(act, WhyAction::Ask(Question::Event(event))))
    };
    let lost = ends.iter().find(|end| end.sentence.template.starts_with("never receives"));
    html! {
        <div class="acts asks-why">
            { ask(tr!(language, "Why was it sent?"), shot.id) }
            { for lost.map(|end| ask(tr!(language, "Why did it not arrive?"), end.event)) }
        </div>
    }
}

/// A row of buttons, if there are any.
pub fn buttons<'a>(
    gestures: impl Iterator<Item = &'a Gesture>,
    act: &Callback<Action>,
    language: Language,
) -> Html {
    let buttons: Vec<Html> = gestures.map(|gesture| button(gesture, act, language)).collect();
    if buttons.is_empty() {
        return Html::default();
    }
    html! { <div class="acts">{ for buttons }</div> }
}

fn button(gesture: &Gesture, act: &Callback<Action>, language: Language) -> Html {
    let onclick = asks(act, Action::Do(gesture.command.clone()));
    let meaning = gesture.meaning().map(|meaning| words::translate(language, meaning).to_owned());
    html! {
        <button {onclick} title={meaning}>
            { words::tell(language, &gesture.label) }
            if let Some(key) = gesture.key { <kbd>{ key }</kbd> }
        </button>
    }
}

pub fn title(selection: Selection, language: Language) -> String {
    match selection {
        Selection::Place(client) if client.is_client() => tr!(language, "client {0}", client),
        Selection::Place(place) => place.to_string(),
        Selection::Link(from, to) => format!("{from} – {to}"),
        Selection::Message(id) => tr!(language, "message #{0}", id),
    }
}

/// Why nothing is offered.
fn nothing(selection: Selection, language: Language) -> &'static str {
    match selection {
        Selection::Message(_) => {
            tr!(language, "It is no longer under way. Step back to change its fate.")
        }
        _ => tr!(language, "Nothing can be done here now."),
    }
}

/// Puts a card beside what it is about, inside the stage.
pub fn settle(card: &HtmlElement, id: &str, scene: &StageView, around: &Neighbourhood) {
    let stage =
        browser::by_id(&format!("{id}-scene")).map(|stage| stage.get_bounding_client_rect());
    let parent = card.offset_parent().map(|parent| parent.get_bounding_client_rect());
    let (Some(stage), Some(parent)) = (stage, parent) else { return };
    let pixels = stage.width() / scene.layout.size.w.max(1.0);
    let (w, h) = (f64::from(card.offset_width()), f64::from(card.offset_height()));
    let at = scene.room_beside(around, Size::new(w / pixels, h / pixels));
    let (left, top) = (stage.left() - parent.left(), stage.top() - parent.top());
    style(card, "left", &format!("{}px", (left + at.x * pixels) as i32));
    style(card, "top", &format!("{}px", (top + at.y * pixels) as i32));
}
