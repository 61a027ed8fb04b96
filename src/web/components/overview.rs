//! The whole run in one bar: what the diagram shows of it, where commands were given, and where the
//! cursor is. It is the run's slider, by pointer and by keyboard.

use std::cell::Cell;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::branch_tree::{BranchTree, Trunk};
use super::draw::{percent, rem};
use crate::base::Time;
use crate::player::{Action, Store, TimeAction};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::view::path::within;
use crate::words::Language;

/// The run's length, and what stands in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Extent {
    pub now: Time,
    pub whole: Time,
    pub known: Time,
    /// Commands that are faults.
    pub faults: Vec<Time>,
    /// The branches, where there are several.
    pub trunk: Option<Trunk>,
}

impl Extent {
    pub fn of(store: &Store) -> Extent {
        let run = &store.pane().run;
        let is_fault = |verb: &str| {
            !matches!(
                verb,
                "say" | "end" | "goal" | "request" | "load" | "heal" | "restart" | "resume"
            )
        };
        let lines = run.script().lines.iter();
        Extent {
            now: run.now(),
            whole: whole(store),
            known: run.head().1,
            faults: lines
                .filter(|line| is_fault(line.command.verb()))
                .map(|line| line.at)
                .take(200)
                .collect(),
            trunk: (store.pane().branches.len() > 1).then(|| Trunk::of(store)),
        }
    }
}

/// As far as the bar reaches: to the end of the script, or what is known, or the window.
fn whole(store: &Store) -> Time {
    let run = &store.pane().run;
    let last = run.script().lines.last().map_or(Time::ZERO, |line| line.at);
    let own = run.head().1.max(last).max(store.ui.window.span);
    // Other branches find their place as well, but none makes this one a dot.
    let others = store.pane().branches.iter().map(|branch| branch.reached).max();
    own.max(others.unwrap_or(own).min(Time(own.0.saturating_mul(4))))
}

/// The keys that leap are pressed so many times from one end to the other.
const LEAPS: u64 = 20;

/// The bar, and whether a pointer holds it: both live as long as the timeline.
#[derive(Clone, Default)]
pub struct Bar {
    element: NodeRef,
    held: Rc<Cell<bool>>,
}

/// Its keys: a leap forwards or back.
fn leaps(extent: &Extent, act: &Callback<Action>) -> Callback<KeyboardEvent> {
    let (act, whole, now) = (act.clone(), extent.whole, extent.now);
    Callback::from(move |event: KeyboardEvent| {
        let leap = Time(whole.0 / LEAPS);
        let to = match event.key().as_str() {
            "PageUp" | "ArrowUp" => (now + leap).min(whole),
            "PageDown" | "ArrowDown" => now.since(leap),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        act.emit(Action::Time(TimeAction::Pause));
        act.emit(Action::Time(TimeAction::Seek(to)));
    })
}

/// The bar of a run.
pub fn overview(
    id: &str,
    extent: &Extent,
    bar: &Bar,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let seek = {
        let (act, whole, element) = (act.clone(), extent.whole, bar.element.clone());
        move |event: &PointerEvent| {
            let Some(bar) = element.cast::<Element>() else { return };
            let rect = bar.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
            let share = within(share, 0.0, 1.0);
            act.emit(Action::Time(TimeAction::Pause));
            act.emit(Action::Time(TimeAction::Seek(Time((whole.0 as f64 * share) as u64))));
        }
    };
    let onpointerdown = {
        let (bar, seek) = (bar.clone(), seek.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(element) = bar.element.cast::<Element>() {
                let _ = element.set_pointer_capture(event.pointer_id());
            }
            bar.held.set(true);
            seek(&event);
        })
    };
    let onpointermove = {
        let held = bar.held.clone();
        Callback::from(move |event: PointerEvent| {
            if held.get() {
                seek(&event);
            }
        })
    };
    let onpointerup = {
        let held = bar.held.clone();
        Callback::from(move |_: PointerEvent| held.set(false))
    };
    let onkeydown = leaps(extent, act);
    let share = |time: Time| percent(time, extent.whole);
    html! {
        <>
        <div class="overview" ref={bar.element.clone()} role="slider" tabindex="0" aria-label={tr!(language, "Position in the run")}
            aria-valuemin="0" aria-valuemax={(extent.whole.0 / 1_000).to_string()} aria-valuenow={(extent.now.0 / 1_000).to_string()}
            aria-valuetext={seconds(extent.now, 3)} {onkeydown} {onpointerdown} {onpointermove} onpointerup={onpointerup.clone()} onpointercancel={onpointerup}>
            <svg class="whole" aria-hidden="true" focusable="false">
                <rect class="track" width="100%" height={rem(6.0)} y={rem(9.0)} rx={rem(3.0)} />
                <rect class="seen" width={share(extent.known)} height={rem(6.0)} y={rem(9.0)} rx={rem(3.0)} />
                { for extent.faults.iter().map(|at| html! { <rect class="fault-tick" x={share(*at)} y={rem(7.0)} width="2" height={rem(10.0)} rx="1" /> }) }
            </svg>
            <span class="shown" id={format!("{id}-shown")}></span>
            <span class="here" id={format!("{id}-here")}></span>
        </div>
        if let Some(trunk) = &extent.trunk {
            <BranchTree trunk={trunk.clone()} whole={extent.whole} {language} {act} />
        }
        </>
    }
}

/// Where the window and the cursor are on the bar: left, width, and the cursor's left.
pub fn places(store: &Store) -> [String; 3] {
    let whole = whole(store);
    let window = store.ui.window;
    [window.from, window.to().min(whole).since(window.from), store.pane().run.now()]
        .map(|time| percent(time, whole))
}
