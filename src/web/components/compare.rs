//! The menu of runs to be compared with this one: the same run with one thing different.

use yew::prelude::*;

use super::bits::{asks, button};
use super::branches;
use super::icon::{Icon, icon};
use super::popover::popover;
use crate::catalog::{find, listings};
use crate::player::gestures::worth_trying;
use crate::player::{Action, PaneAction};
use crate::scenario::Variant;
use crate::tr;
use crate::web::frame::Heading;
use crate::words::translate;

/// The menu of comparisons.
pub fn compare(heading: &Heading, act: &Callback<Action>) -> Html {
    let word = tr!(heading.language, "Compare");
    let label = html! { <>{ icon(Icon::Panes) }<span>{ word }</span>{ icon(Icon::Caret) }</> };
    let class = if heading.compares { "compare active" } else { "compare" };
    popover(class, label, panel(heading, act))
}

fn panel(heading: &Heading, act: &Callback<Action>) -> Html {
    let language = heading.language;
    let about = tr!(
        language,
        "Runs beside this one another that has one thing different, under the same seed and faults. Both follow the same clock, and what you do is done in both."
    );
    let stop = asks(act, PaneAction::Close(1));
    html! {
        <>
        <p class="soft">{ about }</p>
        if heading.compares {
            <p class="stop">{ button("chooses", Some(Icon::Close), tr!(language, "Stop comparing"), stop) }</p>
        }
        // What somebody has tried is what somebody wants to compare.
        if heading.branches.len() > 1 { { section(tr!(language, "Another branch"), kept(heading, act)) } }
        { section(tr!(language, "With a flaw"), flaws(heading, act)) }
        { options(heading, act) }
        { section(tr!(language, "Another protocol"), protocols(heading, act)) }
        </>
    }
}

fn section(title: &str, items: Vec<Html>) -> Html {
    html! { <section><h3>{ title }</h3><ul class="commands">{ for items }</ul></section> }
}

/// A choice that opens the second pane.
fn choice(name: &str, act: &Callback<Action>, action: Action) -> Html {
    html! { <li>{ button("bare chooses", None, name, asks(act, action)) }</li> }
}

fn with(variant: Variant) -> Action {
    Action::Pane(PaneAction::Split(std::rc::Rc::new(variant)))
}

fn flaws(heading: &Heading, act: &Callback<Action>) -> Vec<Html> {
    let language = heading.language;
    let mut items = Vec::new();
    for flaw in find(heading.protocol).map(|entry| (entry.flaws)()).unwrap_or_default() {
        let title = translate(language, flaw.title);
        let name = match heading.flaws.iter().any(|on| on == flaw.name) {
            true => tr!(language, "without: {0}", title.to_owned()),
            false => title.to_owned(),
        };
        items.push(choice(&name, act, with(Variant::Flaw(flaw.name.to_owned()))));
    }
    items
}

/// Each option with the values worth trying.
fn options(heading: &Heading, act: &Callback<Action>) -> Html {
    let language = heading.language;
    let mut items = Vec::new();
    for option in find(heading.protocol).map(|entry| (entry.options)()).unwrap_or_default() {
        let set = heading.options.iter().find(|(name, _)| name == option.name);
        let now = set.map_or(option.usual.as_str(), |(_, value)| value);
        let mut buttons = Vec::new();
        for value in worth_trying(&option, now).into_iter().filter(|value| value != now) {
            let label = format!("{}={value}", option.name);
            let onclick = asks(act, with(Variant::Setting(option.name.to_owned(), value.clone())));
            buttons.push(html! { <button class="chooses mono" {onclick} aria-label={label}>{ value }</button> });
        }
        items.push(html! {
            <li>
                <code>{ option.name }</code>
                <small>{ translate(language, option.help) }</small>
                <span class="acts">{ for buttons }</span>
            </li>
        });
    }
    html! { <section><h3>{ tr!(language, "With another option") }</h3><ul class="values">{ for items }</ul></section> }
}

fn protocols(heading: &Heading, act: &Callback<Action>) -> Vec<Html> {
    let mut items = Vec::new();
    for listing in listings() {
        if listing.slug != heading.protocol {
            let name = translate(heading.language, listing.title);
            items.push(choice(name, act, with(Variant::Protocol(listing.slug.to_owned()))));
        }
    }
    items
}

/// The branches of the first pane but the one that runs.
fn kept(heading: &Heading, act: &Callback<Action>) -> Vec<Html> {
    let mut items = Vec::new();
    for (place, line) in heading.branches.iter().enumerate() {
        if place != heading.branch {
            let name = branches::name(line, heading.language);
            items.push(choice(&name, act, Action::Pane(PaneAction::SplitBranch(place))));
        }
    }
    items
}
