//! The branches of a run as lines beneath its bar, on the same scale: each departs from its parent's
//! where its script does. A press goes there; so do the arrow keys and Enter.

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::bits::asks;
use super::branches::{name, write_name};
use super::draw::{names, percent, rem, when};
use crate::base::Time;
use crate::player::{Action, BranchAction, Store};
use crate::tr;
use crate::view::tree::{Limb, Row, rows};
use crate::web::browser;
use crate::web::frame::{BranchLine, branches};
use crate::words::Language;

/// From one line to the next, in pixels, and how far down in it the line is.
const PITCH: f64 = 24.0;
const LINE: f64 = 17.0;
/// So many lines are seen at once, and so many of them before the present one.
const BEFORE: usize = 1;

/// The branches to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Trunk {
    lines: Vec<BranchLine>,
    /// Place of the branch that runs.
    here: usize,
    /// Places of two branches that were compared, and when they first differ.
    differ: Option<([Option<usize>; 2], Time)>,
}

impl Trunk {
    pub fn of(store: &Store) -> Trunk {
        let pane = store.pane();
        let place = |id: u32| pane.branches.iter().position(|branch| branch.id == id);
        let differ = pane.compared.map(|compared| (compared.branches.map(place), compared.at));
        Trunk { lines: branches(pane), here: pane.branch, differ }
    }

    fn rows(&self) -> Vec<Row> {
        let limb = |line: &BranchLine| Limb { parent: line.parent.zip(line.since), end: line.end };
        rows(&self.lines.iter().map(limb).collect::<Vec<_>>())
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub trunk: Trunk,
    /// As far as the bar reaches.
    pub whole: Time,
    pub language: Language,
    pub act: Callback<Action>,
}

/// The tree.
#[component]
pub fn BranchTree(props: &Props) -> Html {
    let root = use_node_ref();
    {
        // The present one is in sight.
        let (root, trunk) = (root.clone(), props.trunk.clone());
        use_effect_with((trunk.here, trunk.lines.len()), move |_| show(&root, &trunk));
    }
    drawn(props, root)
}

/// Scrolls to the present branch.
fn show(root: &NodeRef, trunk: &Trunk) {
    let rows = trunk.rows();
    let here = rows.iter().position(|row| row.branch == trunk.here).unwrap_or(0);
    if let Some(root) = root.cast::<Element>() {
        let before = here.saturating_sub(BEFORE) as i32;
        root.set_scroll_top(root.scroll_height() * before / rows.len().max(1) as i32);
    }
}

fn drawn(props: &Props, root: NodeRef) -> Html {
    let Props { trunk, language, .. } = props;
    let rows = trunk.rows();
    let height = rem(rows.len() as f64 * PITCH + 4.0);
    html! {
        <div class="tree" ref={root}>
            <svg role="tree" aria-label={tr!(*language, "Branches")} {height}>
                { for rows.iter().enumerate().map(|(at, row)| way(props, at, row)) }
                { for rows.iter().enumerate().map(|(at, row)| line(props, at, row)) }
            </svg>
        </div>
    }
}

/// The middle of a row's line.
fn middle(row: usize) -> String {
    rem(row as f64 * PITCH + LINE)
}

/// From the parent's line down to this one.
fn way(props: &Props, at: usize, row: &Row) -> Html {
    let Some(parent) = row.parent else { return Html::default() };
    let x = percent(row.from, props.whole);
    let class = when(row.branch == props.trunk.here, "present");
    html! {
        <line class={names(&["way", class])} x1={x.clone()} x2={x} y1={middle(parent)} y2={middle(at)} />
    }
}

fn line(props: &Props, at: usize, row: &Row) -> Html {
    let Props { trunk, whole, language, act } = props;
    let here = row.branch == trunk.here;
    let line = &trunk.lines[row.branch];
    let (from, to) = (percent(row.from, *whole), percent(row.to, *whole));
    // A name that would begin far to the right ends there instead, before its line.
    let late = row.from.0 > whole.0 / 5 * 3;
    let told = name(line, *language);
    let onclick = asks(act, BranchAction::GoTo(row.branch));
    let onkeydown = {
        let (act, branch) = (act.clone(), row.branch);
        Callback::from(move |event: KeyboardEvent| press(&event, branch, at, &act))
    };
    let differs = trunk
        .differ
        .filter(|(places, _)| places.contains(&Some(row.branch)))
        .map(|(_, when)| mark(percent(when, *whole), at));
    let y = middle(at);
    html! {
        <g class={names(&["limb", when(here, "present")])} role="treeitem" tabindex={if here { "0" } else { "-1" }}
            aria-level={(row.depth + 1).to_string()} aria-selected={here.to_string()} aria-label={told.clone()}
            {onclick} {onkeydown}>
            <rect class="reach" width="100%" y={rem(at as f64 * PITCH + 2.0)} height={rem(PITCH)} rx="4" />
            <line class="line" x1={from.clone()} x2={to.clone()} y1={y.clone()} y2={y.clone()} />
            <circle class="end" cx={to} cy={y.clone()} r={if here { "4" } else { "2.5" }} />
            if row.parent.is_some() { <circle class="fork" cx={from.clone()} cy={y} r="2.5" /> }
            <text class={when(late, "late")} x={from} dx={rem(if late { -8.0 } else { 6.0 })}
                y={rem(at as f64 * PITCH + LINE - 5.0)}>{ told }</text>
            { differs }
        </g>
    }
}

/// Where two branches first differ: a diamond on both lines.
fn mark(x: String, row: usize) -> Html {
    html! {
        <svg class="differs" {x} y={middle(row)} overflow="visible"><path d="M0-6L6 0L0 6L-6 0z" /></svg>
    }
}

/// Enter goes to the branch, F2 asks for its name, Delete deletes it; up and down move among them.
fn press(event: &KeyboardEvent, branch: usize, row: usize, act: &Callback<Action>) {
    let limb = event.target_dyn_into::<Element>();
    let next = match event.key().as_str() {
        "Enter" | " " => {
            act.emit(Action::Branch(BranchAction::GoTo(branch)));
            None
        }
        "F2" => {
            write_name(branch);
            None
        }
        // A key that is held down deletes one, and no row of them.
        "Delete" if event.repeat() => None,
        "Delete" => {
            act.emit(Action::Branch(BranchAction::Delete(branch)));
            // Its line goes, or another's of the same place: once that is drawn.
            Timeout::new(0, move || stay(row)).forget();
            None
        }
        "ArrowDown" => limb.and_then(|limb| limb.next_element_sibling()),
        "ArrowUp" => limb.and_then(|limb| limb.previous_element_sibling()),
        _ => return,
    };
    event.prevent_default();
    if let Some(next) = next.filter(|next| next.tag_name() == "g") {
        browser::focus(&next);
    }
}

/// The focus stays where a branch was deleted, or goes to what brings it back.
fn stay(row: usize) {
    let Ok(limbs) = browser::document().query_selector_all("[role=treeitem]") else { return };
    let place = (row as u32).min(limbs.length().saturating_sub(1));
    let limb = limbs.get(place).and_then(|limb| limb.dyn_into::<Element>().ok());
    let undo = || browser::document().query_selector(".notices button").ok().flatten();
    if let Some(next) = limb.or_else(undo) {
        browser::focus(&next);
    }
}
