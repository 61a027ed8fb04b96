//! What a sign of the pictures means, beside it: while a pointer rests on it, while what it belongs to has the
//! focus, and while a finger is held on it. Escape takes it away. The sentences stand in `view/signs.rs`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::draw::{names, when};
use super::node_menu::settle;
use super::prose::link;
use super::reading_room::use_words;
use super::stage::around;
use crate::lessons::texts::SHELF;
use crate::player::{Action, PageAction, Selection};
use crate::protocol::Field;
use crate::sim::snapshot::MessageShot;
use crate::view::path::within;
use crate::view::{StageView, signs};
use crate::web::browser::{style, window};
use crate::web::pick;
use crate::web::shared::Shared;
use crate::words::{Language, translate};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: AttrValue,
    pub root: NodeRef,
    pub scene: Shared<StageView>,
    /// What the message under the pointer carries.
    pub hovered: Option<Shared<MessageShot>>,
    pub language: Language,
    pub act: Callback<Action>,
}

/// Signs with the words that stand for them.
#[derive(Clone, PartialEq)]
struct Told {
    lines: Vec<(String, &'static str)>,
    place: Where,
    of: Option<Selection>,
}

#[derive(Clone, Copy, PartialEq)]
enum Where {
    /// Beneath this point of the window.
    Under(f64, f64),
    /// Where it hides nothing of what has the focus.
    Beside(Selection),
}

/// A pointer rests, and a finger is held, for so many ms.
const REST: u32 = 350;
const HOLD: u32 = 500;

#[component]
pub fn Tip(props: &Props) -> Html {
    let told = use_state_eq(|| None::<Told>);
    use_words(told.is_some());
    let card = use_node_ref();
    {
        let (root, set, act) = (props.root.clone(), told.setter(), props.act.clone());
        use_effect_with((), move |()| {
            let (waiting, known, by_keys, pressed) = Default::default();
            let board = Board { waiting, known, by_keys, pressed, set, act };
            let listeners = root.cast::<Element>().map(|root| listen(&root, &board));
            move || drop(listeners)
        });
    }
    {
        let (card, id, scene) = (card.clone(), props.id.clone(), props.scene.clone());
        let on_show = ((*told).clone(), props.hovered.is_some());
        use_effect_with(on_show, move |(told, _)| {
            if let (Some(card), Some(told)) = (card.cast::<HtmlElement>(), told) {
                put(&card, &id, told.place, &scene);
            }
        });
    }
    let Some(shown) = &*told else { return Html::default() };
    let line = |(word, meaning): &(String, &'static str)| {
        html! { <p><b>{ explained(word, &props.act) }</b>{ " " }{ translate(props.language, meaning) }</p> }
    };
    let carried =
        props.hovered.as_ref().filter(|shot| shown.of == Some(Selection::Message(shot.id)));
    let carried = carried.map(|shot| carries(shot, props.language));
    html! {
        <div class={names(&["tip", when(shown.lines.len() > 3, "long")])} role="tooltip" id={format!("{}-tip", props.id)} ref={card}>
            { for shown.lines.iter().map(line) }
            { carried }
        </div>
    }
}

/// The word that a sign shows, which leads to the glossary where that explains it.
fn explained(word: &str, act: &Callback<Action>) -> Html {
    let explains = |sign: &str| SHELF.get().and_then(|shelf| (shelf.explains)(sign));
    match word.split([' ', '·']).find_map(explains) {
        Some(term) => link(&format!("#v1&term={term}"), word.into(), act),
        None => word.into(),
    }
}

/// The kind of a message and its fields.
fn carries(shot: &MessageShot, language: Language) -> Html {
    let field = |field: &Field| format!("{} {}", translate(language, field.name), field.value);
    let fields: Vec<String> = shot.fields.iter().map(field).collect();
    html! { <p class="mono">{ translate(language, shot.kind.name) }{ ": " }{ fields.join(", ") }</p> }
}

/// Shows and hides what is told.
#[derive(Clone)]
struct Board {
    /// What is to be shown after a while.
    waiting: Rc<RefCell<Option<Timeout>>>,
    /// What has been told already, while the focus goes from one thing on the stage to the next: of the next only
    /// what is new is told.
    known: Rc<RefCell<BTreeSet<&'static str>>>,
    /// Somebody goes by keys from one thing to the next: a focus that comes back after a deed asks nothing.
    by_keys: Rc<Cell<bool>>,
    /// Where the pointer was pressed last: what comes to lie under it there was not pointed at.
    pressed: Rc<Cell<(i32, i32)>>,
    set: UseStateSetter<Option<Told>>,
    act: Callback<Action>,
}

impl Board {
    fn show(&self, found: Option<Told>, after: u32) {
        let (set, act) = (self.set.clone(), self.act.clone());
        *self.waiting.borrow_mut() = Some(Timeout::new(after, move || {
            if let Some(Told { of: Some(message @ Selection::Message(_)), .. }) = &found {
                act.emit(Action::Page(PageAction::Hover(Some(*message))));
            }
            set.set(found);
        }));
    }

    fn hide(&self) {
        self.waiting.borrow_mut().take();
        self.set.set(None);
    }

    /// A mouse rests on something; a finger is held on it. A mouse that presses wants to do something, and a
    /// finger that is lifted has read.
    fn pointed(&self, event: &PointerEvent) {
        // Whoever goes for a word of the card is not to lose it on the way.
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| matches!(target.closest(".tip"), Ok(Some(_)))) {
            self.waiting.borrow_mut().take();
            return;
        }
        let is_mouse = event.pointer_type() == "mouse";
        let at = (event.client_x(), event.client_y());
        if event.type_() == "pointerdown" {
            self.pressed.set(at);
            self.by_keys.set(false);
        }
        match (event.type_().as_str(), is_mouse) {
            ("pointerover", true) if at == self.pressed.get() => self.hide(),
            ("pointerover", true) => self.show(under(event), REST),
            ("pointerdown", false) => self.show(under(event), HOLD),
            ("pointerover", false) => {}
            _ => self.hide(),
        }
    }

    fn focused(&self, event: &Event) {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(mut found) = element.and_then(|element| whole(&element)) else {
            self.known.borrow_mut().clear();
            return;
        };
        if !self.by_keys.get() {
            return;
        }
        let mut known = self.known.borrow_mut();
        found.lines.retain(|(_, meaning)| known.insert(meaning));
        if !found.lines.is_empty() {
            self.show(Some(found), REST);
        }
    }
}

/// Listens on the page for what is pointed at, focused or held.
fn listen(root: &Element, board: &Board) -> Vec<EventListener> {
    const POINTED: [&str; 5] =
        ["pointerover", "pointerdown", "pointerup", "pointercancel", "pointerleave"];
    let pointed = POINTED.map(|name| {
        let board = board.clone();
        EventListener::new(root, name, move |event| {
            if let Some(event) = event.dyn_ref::<PointerEvent>() {
                board.pointed(event);
            }
        })
    });
    let on = |name: &'static str, heard: fn(&Board, &Event)| {
        let board = board.clone();
        EventListener::new(root, name, move |event| heard(&board, event))
    };
    let others = [on("focusin", Board::focused), on("focusout", |board, _| board.hide())];
    // Whatever has the focus, or nothing.
    let keys = {
        let board = board.clone();
        EventListener::new(&window(), "keydown", move |event| {
            let Some(key) = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key) else {
                return;
            };
            let goes_on = key == "Tab" || key == "Shift" || key.starts_with("Arrow");
            board.by_keys.set(goes_on);
            if !goes_on {
                board.hide();
                board.known.borrow_mut().clear();
            }
        })
    };
    pointed.into_iter().chain(others).chain([keys]).collect()
}

/// The sign under the pointer.
fn under(event: &PointerEvent) -> Option<Told> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let element = target.closest("[data-sign]").ok()??;
    let of = pick::of(event).map(|(selection, _)| selection);
    let place = Where::Under(event.client_x().into(), event.client_y().into());
    Some(Told { lines: vec![line(&element)?], place, of })
}

/// All signs of what has the focus on the stage.
fn whole(element: &Element) -> Option<Told> {
    let selection = pick::parse(&element.get_attribute("data-pick")?)?;
    let inside = element.query_selector_all("[data-sign]").ok()?;
    let inside = (0..inside.length()).filter_map(|i| inside.get(i)?.dyn_into::<Element>().ok());
    let mut lines: Vec<(String, &'static str)> = Vec::new();
    for found in std::iter::once(element.clone()).chain(inside).filter_map(|one| line(&one)) {
        if lines.iter().all(|(_, meaning)| *meaning != found.1) {
            lines.push(found);
        }
    }
    let place = Where::Beside(selection);
    (!lines.is_empty()).then_some(Told { lines, place, of: Some(selection) })
}

/// The word that a sign shows, and what it means.
fn line(element: &Element) -> Option<(String, &'static str)> {
    let meaning = signs::meaning(&element.get_attribute("data-sign")?)?;
    let named = element.get_attribute("data-named");
    let text = || element.text_content().filter(|text| text.len() < 40);
    Some((named.or_else(text).unwrap_or_default(), meaning))
}

/// Puts the card where it belongs.
fn put(card: &HtmlElement, id: &str, place: Where, scene: &StageView) {
    match place {
        Where::Beside(selection) => settle(card, id, scene, &around(scene, selection)),
        Where::Under(x, y) => {
            let Some(room) = card.offset_parent().map(|room| room.get_bounding_client_rect())
            else {
                return;
            };
            let (w, h) = (f64::from(card.offset_width()), f64::from(card.offset_height()));
            let whole =
                window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(600.0);
            let left = within(x - room.left() - w / 2.0, 6.0, (room.width() - w - 6.0).max(6.0));
            let below = y + 20.0;
            let top = if below + h > whole { y - h - 14.0 } else { below };
            style(card, "left", &format!("{left}px"));
            style(card, "top", &format!("{}px", top - room.top()));
        }
    }
}
