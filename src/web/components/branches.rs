//! The runs that were tried: each gesture in the past began another one, and all are kept.

use yew::prelude::*;

use super::icon::{Icon, icon};
use super::popover::Popover;
use crate::player::{Action, Scene};
use crate::tr;
use crate::view::ticks::seconds;
use crate::web::frame::{BranchLine, Controls};
use crate::words::{Language, translate};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub controls: Controls,
    pub act: Callback<Action>,
}

#[component]
pub fn Branches(props: &Props) -> Html {
    let controls = &props.controls;
    let language = controls.language;
    let label = html! {
        <>
            { icon(Icon::Branch) }
            <span>{ tr!(language, "branch {0} of {1}", controls.branch + 1, controls.branches.len()) }</span>
            { icon(Icon::Caret) }
        </>
    };
    let item = |(place, line): (usize, &BranchLine)| {
        let act = props.act.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            crate::web::close_popovers();
            act.emit(Action::Branch(place));
        });
        let here = place == controls.branch;
        let class = classes!("bare", format!("depth-{}", line.depth.min(5)));
        html! { <li><button {class} {onclick} aria-current={here.to_string()}>{ name(line, language) }</button></li> }
    };
    html! {
        <Popover {label} class="branches">
            <ul class="commands">{ for controls.branches.iter().enumerate().map(item) }</ul>
        </Popover>
    }
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
