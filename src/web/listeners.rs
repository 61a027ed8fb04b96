//! Listens for changes of the page's sizes, of whether anybody can see it, for keys, and for the browser's
//! preferences. Each becomes a message of the app; dropping [`Listeners`] ends the listening.

use gloo_events::{EventListener, EventListenerOptions};
use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    DragEvent, Element, Event, File, HtmlDetailsElement, HtmlElement, IntersectionObserver,
    IntersectionObserverEntry, KeyboardEvent, ResizeObserver,
};
use yew::Callback;

use super::browser::{REDUCED_MOTION, document, media, style, takes_text, type_size, window};
use crate::view::Size;
use crate::view::path::number;

/// The listeners and observers, which work as long as this value lives.
pub struct Listeners {
    _listeners: Vec<EventListener>,
    _observers: Vec<Observer>,
}

enum Observer {
    Resize(
        ResizeObserver,
        #[expect(dead_code, reason = "the observer calls it")] Closure<dyn FnMut()>,
    ),
    Sight(
        IntersectionObserver,
        #[expect(dead_code, reason = "the observer calls it")] Closure<dyn FnMut(Array)>,
    ),
}

impl Drop for Observer {
    fn drop(&mut self) {
        match self {
            Observer::Resize(observer, _) => observer.disconnect(),
            Observer::Sight(observer, _) => observer.disconnect(),
        }
    }
}

/// The callbacks to which the listeners hand what they hear.
pub struct Handlers {
    pub key: Callback<KeyboardEvent>,
    /// A file that is dropped onto the page.
    pub dropped: Callback<File>,
    /// Whether the page can be seen.
    pub seen: Callback<bool>,
    pub reduced_motion: Callback<bool>,
    pub address: Callback<()>,
    pub stage: Callback<Size>,
    pub timeline: Callback<Size>,
}

impl Listeners {
    pub fn new(root: &Element, handlers: Handlers) -> Listeners {
        let mut listeners = vec![close_popovers(), close_chosen()];
        listeners.extend(take_files(handlers.dropped));
        listeners.push(EventListener::new_with_options(
            &window(),
            "keydown",
            EventListenerOptions::enable_prevent_default(),
            move |event| {
                if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                    handlers.key.emit(event.clone());
                }
            },
        ));
        let seen = handlers.seen.clone();
        listeners.push(EventListener::new(&document(), "visibilitychange", move |_| {
            seen.emit(document().visibility_state() == web_sys::VisibilityState::Visible);
        }));
        for name in ["hashchange", "popstate"] {
            let address = handlers.address.clone();
            listeners.push(EventListener::new(&window(), name, move |_| address.emit(())));
        }
        if let Ok(Some(list)) = window().match_media(REDUCED_MOTION) {
            let reduced = handlers.reduced_motion;
            listeners.push(EventListener::new(&list, "change", move |_| {
                reduced.emit(media(REDUCED_MOTION))
            }));
        }
        let mut observers = Vec::new();
        observers.extend(watch_sight(root, handlers.seen));
        for (selector, told) in [(".picture", handlers.stage), (".spacetime", handlers.timeline)] {
            let element = root.query_selector(selector).ok().flatten();
            observers.extend(element.and_then(|element| {
                let told = told.reform(in_units(element.clone()));
                watch_size(element, told)
            }));
        }
        // Panels that open upwards from the controls have as much room as the stage is high.
        let (room, stage) = (root.clone(), root.query_selector("main").ok().flatten());
        let told = Callback::from(move |size: Size| {
            style(&room, "--room", &format!("{}px", number(size.h)));
        });
        observers.extend(stage.and_then(|stage| watch_size(stage, told)));
        Listeners { _listeners: listeners, _observers: observers }
    }
}

/// Files that are dropped anywhere on the page; without this the browser would leave the page for them.
fn take_files(dropped: Callback<File>) -> [EventListener; 2] {
    let prevents = EventListenerOptions::enable_prevent_default;
    let holds_files = |event: &DragEvent| {
        let types = event.data_transfer().map(|held| held.types());
        types.is_some_and(|types| types.includes(&"Files".into(), 0))
    };
    let listen = |name: &'static str, take: Box<dyn Fn(&DragEvent)>| {
        EventListener::new_with_options(&window(), name, prevents(), move |event| {
            if let Some(event) = event.dyn_ref::<DragEvent>().filter(|event| holds_files(event)) {
                event.prevent_default();
                take(event);
            }
        })
    };
    let take = move |event: &DragEvent| {
        let files = event.data_transfer().and_then(|held| held.files());
        files.and_then(|files| files.get(0)).into_iter().for_each(|file| dropped.emit(file));
    };
    [listen("dragover", Box::new(|_| {})), listen("drop", Box::new(take))]
}

/// The room for a picture in the picture's units, of which the type that the browser is set to has 16: where
/// that is larger, the picture has less room, and is drawn larger.
fn in_units(room: Element) -> impl Fn(Size) -> Size {
    move |size| {
        let unit = type_size(&room) / 16.0;
        Size::new(size.w / unit, size.h / unit)
    }
}

/// Tells an element's size now and whenever it changes.
fn watch_size(element: Element, told: Callback<Size>) -> Option<Observer> {
    let watched = element.clone();
    let callback = Closure::<dyn FnMut()>::new(move || {
        let rect = watched.get_bounding_client_rect();
        told.emit(Size::new(rect.width(), rect.height()));
    });
    let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
    observer.observe(&element);
    Some(Observer::Resize(observer, callback))
}

/// Tells whether the playground is scrolled into sight.
fn watch_sight(root: &Element, told: Callback<bool>) -> Option<Observer> {
    let callback = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
        let last = entries.pop();
        if let Some(entry) = last.dyn_ref::<IntersectionObserverEntry>() {
            told.emit(entry.is_intersecting());
        }
    });
    let observer = IntersectionObserver::new(callback.as_ref().unchecked_ref()).ok()?;
    observer.observe(root);
    Some(Observer::Sight(observer, callback))
}

/// A press outside an open popover closes it.
fn close_popovers() -> EventListener {
    EventListener::new(&document(), "pointerdown", |event| {
        close_others(event.target().map(JsValue::from));
    })
}

/// A choice made in a popover closes it: it has done its work.
fn close_chosen() -> EventListener {
    EventListener::new(&document(), "click", |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if target.is_some_and(|target| target.closest(".chooses").ok().flatten().is_some()) {
            close_others(None);
        }
    })
}

/// Closes all popovers that do not contain this element; whether there were any.
pub fn close_others(target: Option<JsValue>) -> bool {
    let Ok(open) = document().query_selector_all("details.popover[open]") else { return false };
    let inside = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    let mut closed = false;
    for popover in (0..open.length()).filter_map(|i| open.get(i)) {
        if !popover.contains(inside.as_ref())
            && let Some(details) = popover.dyn_ref::<HtmlDetailsElement>()
        {
            give_back_focus(details);
            details.set_open(false);
            closed = true;
        }
    }
    closed
}

/// Where the focus is in what closes, it goes to what opened it: with it, it would be lost.
fn give_back_focus(details: &HtmlDetailsElement) {
    let has_it = |focus: &Element| details.contains(Some(focus));
    let Some(_) = document().active_element().filter(has_it) else { return };
    if let Ok(Some(summary)) = details.query_selector("summary")
        && let Some(summary) = summary.dyn_ref::<HtmlElement>()
    {
        // An element that is shown takes the focus.
        let _ = summary.focus();
    }
}

/// Whether a key press is for the page, not for the element that has the focus.
pub fn is_for_page(event: &KeyboardEvent) -> bool {
    let modified = event.ctrl_key() || event.alt_key() || event.meta_key();
    !modified && !event.default_prevented() && !takes_text(event.target()) && !presses(event)
}

/// Whether an event is on such an element, or inside of it.
pub fn is_on(event: &Event, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
}

/// What arrows move.
const MOVED: &str = "[type=range], [type=radio]";

/// Space and Enter press the button that has the focus; of what is on the stage only Enter does, Space plays. Arrows
/// move the slider.
fn presses(event: &Event) -> bool {
    let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return false };
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let pressed = match event.key().as_str() {
        "Enter" => "button, a, summary, input, [data-pick]",
        " " => "button, a, summary, input",
        "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" | "Home" | "End" => MOVED,
        _ => return false,
    };
    target.is_some_and(|target| target.closest(pressed).ok().flatten().is_some())
}
