//! The runs that were tried: each gesture in the past began another one, and all are kept. A menu
//! names, compares and deletes each of them; on the timeline they are a tree.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::bits::{asks, picture_button};
use super::draw::names;
use super::icon::{Icon, icon};
use super::popover::popover;
use crate::player::{Action, BranchAction};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::web::browser::{document, focus, set};
use crate::web::frame::{BranchLine, Controls};
use crate::words::{Language, translate};

/// How far the lines of the tree stand in.
const DEPTHS: [&str; 6] = ["", "depth-1", "depth-2", "depth-3", "depth-4", "depth-5"];

/// The menu of branches.
pub fn branches(controls: &Controls, act: &Callback<Action>) -> Html {
    let language = controls.language;
    let place = tr!(language, "branch {0} of {1}", controls.branch + 1, controls.branches.len());
    let label = html! { <>{ icon(Icon::Branch) }<span>{ place }</span>{ icon(Icon::Caret) }</> };
    let panel = html! {
        <ul class="commands kept-branches">
            for (place, line) in controls.branches.iter().enumerate() { { item(controls, place, line, act) } }
        </ul>
    };
    popover("branches", label, panel)
}

/// A branch, and what can be done with it.
fn item(controls: &Controls, place: usize, line: &BranchLine, act: &Callback<Action>) -> Html {
    let language = controls.language;
    let onclick = asks(act, BranchAction::GoTo(place));
    let here = place == controls.branch;
    let class = names(&["bare", "chooses", DEPTHS[line.depth.min(DEPTHS.len() - 1)]]);
    let compare = (!here).then(|| {
        let name = tr!(language, "Where does it first differ from the present branch?");
        picture_button("chooses", Icon::Compare, name, asks(act, BranchAction::Compare(place)))
    });
    let delete = picture_button(
        "chooses",
        Icon::Bin,
        tr!(language, "Delete this branch"),
        asks(act, BranchAction::Delete(place)),
    );
    html! {
        <li>
            <button {class} {onclick} aria-current={here.to_string()}>{ name(line, language) }</button>
            { compare }{ naming(place, line, language, act) }{ delete }
        </li>
    }
}

/// The branch's name, to be written: a pen, and while it is in use a field over the whole line.
fn naming(place: usize, line: &BranchLine, language: Language, act: &Callback<Action>) -> Html {
    let onchange = {
        let act = act.clone();
        Callback::from(move |event: Event| {
            let name = event.target_unchecked_into::<HtmlInputElement>().value();
            act.emit(Action::Branch(BranchAction::Name(place, name)));
        })
    };
    // Enter is done with it: the field goes, and the line shows the name.
    let known = line.name.clone().unwrap_or_default();
    let kept = known.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            // Nothing has changed, so that nothing is written when the menu closes.
            event.target_unchecked_into::<HtmlInputElement>().set_value(&kept);
        } else if event.key() == "Enter" && !event.is_composing() {
            // Else the key would press what has the focus next.
            event.prevent_default();
            let field = event.target_unchecked_into::<HtmlInputElement>();
            let _ = field.blur();
            if let Ok(Some(line)) = field.closest("li") {
                line.first_element_child().iter().for_each(focus);
            }
        }
    });
    let unnamed = name(&BranchLine { name: None, ..line.clone() }, language);
    let label = tr!(language, "Name of the branch {0}", name(line, language));
    html! {
        <label class="pen" title={tr!(language, "Name this branch")}>
            { icon(Icon::Pen) }
            <input type="text" autocomplete="off" spellcheck="false" aria-label={label} placeholder={unnamed}
                ~value={known} {onchange} {onkeydown} />
        </label>
    }
}

/// Opens the menu where the name of this branch is written.
pub fn write_name(branch: usize) {
    let pen = format!(".kept-branches li:nth-child({}) .pen input", branch + 1);
    let Ok(Some(field)) = document().query_selector(&pen) else { return };
    if let Ok(Some(menu)) = field.closest("details") {
        set(&menu, "open", "");
    }
    focus(&field);
}

/// A branch is known by its name, or by when it departs, and by what then was done.
pub fn name(line: &BranchLine, language: Language) -> String {
    if let Some(name) = &line.name {
        return name.clone();
    }
    match (line.since, &line.command) {
        (Some(since), Some(command)) => format!("{} · {command}", seconds(since, 3)),
        (Some(since), None) => tr!(language, "from {0}", seconds(since, 3)),
        (None, command) => {
            let title = line.title.as_deref().map(|title| translate(language, title));
            let title = title.unwrap_or(tr!(language, "A run of your own"));
            command.as_ref().map_or(title.to_owned(), |command| format!("{title} · {command}"))
        }
    }
}
