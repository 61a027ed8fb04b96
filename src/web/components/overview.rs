//! The whole run in one bar: what the diagram shows of it, where commands were given, and where the
//! cursor is. It is the run's slider, by pointer and by keyboard.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::base::Time;
use crate::player::{Action, Store};
use crate::tr;
use crate::view::ticks::seconds;
use crate::web::browser::style;
use crate::words::Language;

/// The run's length, and what stands in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Extent {
    pub now: Time,
    pub whole: Time,
    pub known: Time,
    /// Commands that are faults.
    pub faults: Vec<Time>,
}

impl Extent {
    pub fn of(store: &Store) -> Extent {
        let run = &store.pane().run;
        let is_fault = |verb: &str| !matches!(verb, "say" | "end" | "request" | "heal" | "restart" | "resume");
        let lines = run.script().lines.iter();
        Extent {
            now: run.now(),
            whole: whole(store),
            known: run.head().1,
            faults: lines.filter(|line| is_fault(line.command.verb())).map(|line| line.at).take(200).collect(),
        }
    }
}

/// As far as the bar reaches: to the end of the script, or what is known, or the window.
fn whole(store: &Store) -> Time {
    let run = &store.pane().run;
    let last = run.script().lines.last().map_or(Time::ZERO, |line| line.at);
    run.head().1.max(last).max(store.ui.window.span)
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: AttrValue,
    pub extent: Extent,
    pub language: Language,
    pub act: Callback<Action>,
}

#[component]
pub fn Overview(props: &Props) -> Html {
    let Props { extent, language, .. } = props;
    let bar = use_node_ref();
    let held = use_mut_ref(|| false);
    let seek = {
        let (act, whole) = (props.act.clone(), extent.whole);
        move |event: &PointerEvent| {
            let Some(bar) = event.current_target().and_then(|bar| bar.dyn_into::<Element>().ok()) else { return };
            let rect = bar.get_bounding_client_rect();
            let share = ((f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
            act.emit(Action::Pause);
            act.emit(Action::Seek(Time((whole.0 as f64 * share) as u64)));
        }
    };
    let onpointerdown = {
        let (held, seek) = (held.clone(), seek.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(bar) = event.current_target().and_then(|bar| bar.dyn_into::<Element>().ok()) {
                let _ = bar.set_pointer_capture(event.pointer_id());
            }
            *held.borrow_mut() = true;
            seek(&event);
        })
    };
    let onpointermove = {
        let held = held.clone();
        Callback::from(move |event: PointerEvent| {
            if *held.borrow() {
                seek(&event);
            }
        })
    };
    let onpointerup = Callback::from(move |_: PointerEvent| *held.borrow_mut() = false);
    let share = |time: Time| format!("{:.2}%", 100.0 * time.0 as f64 / extent.whole.0.max(1) as f64);
    html! {
        <div class="overview" ref={bar} role="slider" tabindex="0" aria-label={tr!(*language, "Position in the run")}
            aria-valuemin="0" aria-valuemax={(extent.whole.0 / 1_000).to_string()} aria-valuenow={(extent.now.0 / 1_000).to_string()}
            aria-valuetext={seconds(extent.now, 3)} {onpointerdown} {onpointermove} onpointerup={onpointerup.clone()} onpointercancel={onpointerup}>
            <svg class="whole" aria-hidden="true" focusable="false">
                <rect class="track" width="100%" height="6" y="5" rx="3" />
                <rect class="seen" width={share(extent.known)} height="6" y="5" rx="3" />
                { for extent.faults.iter().map(|at| html! { <rect class="fault-tick" x={share(*at)} y="3" width="2" height="10" rx="1" /> }) }
            </svg>
            <span class="shown"></span>
            <span class="here"></span>
        </div>
    }
}

/// Moves the window and the cursor of the bar: as the animator does, with every frame.
pub fn place(root: Option<&Element>, store: &Store) {
    let Some(bar) = root.and_then(|root| root.query_selector(".overview").ok().flatten()) else { return };
    let whole = whole(store).0.max(1) as f64;
    let percent = |time: Time| format!("{:.2}%", (100.0 * time.0 as f64 / whole).min(100.0));
    let window = store.ui.window;
    if let Some(shown) = bar.query_selector(".shown").ok().flatten() {
        style(&shown, "left", &percent(window.from));
        style(&shown, "width", &percent(window.to().min(Time(whole as u64)).since(window.from)));
    }
    if let Some(here) = bar.query_selector(".here").ok().flatten() {
        style(&here, "left", &percent(store.pane().run.now()));
    }
}
