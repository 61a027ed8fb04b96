//! The runs that were tried: each gesture in the past began another one, and all are kept.

use yew::prelude::*;

use super::bits::{asks, leaf, tag};
use super::draw::names;
use super::icon::{Icon, icon};
use super::popover::popover;
use crate::player::{Action, Scene};
use crate::tr;
use crate::view::ticks::seconds;
use crate::web::frame::{BranchLine, Controls};
use crate::words::{Language, translate};

/// How far the lines of the tree stand in.
const DEPTHS: [&str; 6] = ["", "depth-1", "depth-2", "depth-3", "depth-4", "depth-5"];

/// The menu of branches.
pub fn branches(controls: &Controls, act: &Callback<Action>) -> Html {
    let language = controls.language;
    let place = tr!(language, "branch {0} of {1}", controls.branch + 1, controls.branches.len());
    let label =
        [icon(Icon::Branch), leaf("span", "", &place), icon(Icon::Caret)].into_iter().collect();
    let item = |(place, line): (usize, &BranchLine)| {
        let onclick = asks(act, Action::Branch(place));
        let here = place == controls.branch;
        let class = names(&["bare", "chooses", DEPTHS[line.depth.min(DEPTHS.len() - 1)]]);
        html! { <li><button {class} {onclick} aria-current={here.to_string()}>{ name(line, language) }</button></li> }
    };
    let items = controls.branches.iter().enumerate().map(item).collect();
    popover("branches", label, tag("ul", "commands", items))
}

/// A branch is known by when it departs, and by what then was done.
fn name(line: &BranchLine, language: Language) -> String {
    match (line.since, &line.command) {
        (Some(since), Some(command)) => format!("{} · {command}", seconds(since, 3)),
        (Some(since), None) => tr!(language, "from {0}", seconds(since, 3)),
        (None, _) => match line.scene.map(Scene::title) {
            Some(title) => translate(language, &title).to_owned(),
            None => tr!(language, "A run of your own").to_owned(),
        },
    }
}
