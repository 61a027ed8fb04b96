//! What the diagram shows, and finding something in it: a button among the controls that opens a
//! panel. The panel's lists are drawn only while it is open.

use web_sys::{HtmlDetailsElement, HtmlInputElement};
use yew::prelude::*;

use super::bits::{asks, button, picture_button};
use super::draw::when;
use super::icon::{Icon, icon};
use super::lane_names::all_in_one;
use super::popover::popover_told;
use crate::base::{Place, Time};
use crate::explore::condition;
use crate::player::find::LONGEST;
use crate::player::{Action, LaneChange, Lanes, Store, TextSearch, TimeAction, TimelineAction};
use crate::tr;
use crate::words::{Language, translate};

#[derive(Properties, PartialEq, Clone)]
pub struct Props {
    pub language: Language,
    pub lanes: Lanes,
    /// All clients and servers, in the order of their lanes.
    pub all: Vec<Place>,
    /// A place that has a lane only while it is selected.
    pub passing: Option<Place>,
    /// All kinds of messages, those left out as well.
    pub kinds: Vec<String>,
    pub text_search: Option<TextSearch>,
    pub table: bool,
    /// Where zooming keeps to.
    pub around: Time,
    pub act: Callback<Action>,
}

impl DiagramMenu {
    pub fn of(store: &Store, act: &Callback<Action>) -> Props {
        let run = &store.pane().run;
        let setup = &run.script().setup;
        let (ui, now) = (&store.ui, run.now());
        let (from, to) = (ui.window.from, ui.window.to());
        let mut kinds: Vec<String> = condition::kinds(run).map(str::to_owned).collect();
        let unseen = ui.lanes.without().iter().filter(|kind| !kinds.contains(kind));
        let unseen: Vec<String> = unseen.cloned().collect();
        kinds.extend(unseen);
        let all = ui.lanes.all(&setup.places);
        let passing =
            store.chosen().filter(|place| setup.places.are_many() && !all.contains(place));
        Props {
            language: ui.language,
            lanes: ui.lanes.clone(),
            all,
            passing,
            kinds,
            text_search: ui.text_search.clone(),
            table: ui.table.is_some(),
            around: if from <= now && now <= to {
                now
            } else {
                Time(from.0 + ui.window.span.0 / 2)
            },
            act: act.clone(),
        }
    }
}

#[component]
pub fn DiagramMenu(props: &Props) -> Html {
    let language = props.language;
    let open = use_state_eq(|| false);
    let field = use_node_ref();
    let ontoggle = {
        let open = open.clone();
        Callback::from(move |event: Event| {
            let details = event.target_dyn_into::<HtmlDetailsElement>();
            open.set(details.is_some_and(|details| details.open()));
        })
    };
    let some = tr!(language, "not everything is shown");
    let label = html! {
        <>
        { icon(Icon::Diagram) }
        <span>{ tr!(language, "Diagram") }</span>
        // Something is left out: a dot says so, and words for those who do not see it.
        if !props.lanes.is_usual() {
            <span class="some" title={some}></span>
            <span class="unseen">{ some }</span>
        }
        { icon(Icon::Caret) }
        </>
    };
    let panel = html! { <>{ find(props, &field) }if *open { { lists(props) } }</> };
    popover_told("diagram-menu", label, panel, ontoggle)
}

/// The field, and what was found.
fn find(props: &Props, field: &NodeRef) -> Html {
    let language = props.language;
    let ask = |next: bool| {
        let (act, field) = (props.act.clone(), field.clone());
        move || {
            if let Some(field) = field.cast::<HtmlInputElement>() {
                act.emit(Action::Time(TimeAction::Find { text: field.value(), next }));
            }
        }
    };
    let onsubmit = {
        let ask = ask(true);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            ask();
        })
    };
    let onkeydown = {
        let ask = ask(false);
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && event.shift_key() {
                event.prevent_default();
                ask();
            }
        })
    };
    let back = ask(false);
    let back = Callback::from(move |_: MouseEvent| back());
    let forth = ask(true);
    let forth = Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        forth();
    });
    html! {
        <>
        <form class="find" role="search" {onsubmit}>
            <input ref={field.clone()} type="text" maxlength={LONGEST.to_string()} {onkeydown} spellcheck="false" autocomplete="off"
                placeholder={tr!(language, "Find an event: S2 is now")} aria-label={tr!(language, "Find an event by its words")} />
            <button type="button" class="bare" onclick={back} aria-label={tr!(language, "The one before")} title={tr!(language, "The one before")}>{ icon(Icon::Up) }</button>
            <button type="submit" class="bare" onclick={forth} aria-label={tr!(language, "The next one")} title={tr!(language, "The next one")}>{ icon(Icon::Down) }</button>
        </form>
        <p class="soft outcome" role="status">{ props.text_search.as_ref().map(|text_search| outcome(text_search, language)) }</p>
        </>
    }
}

fn outcome(text_search: &TextSearch, language: Language) -> String {
    let text = text_search.text.clone();
    match text_search.found {
        Some((event, _)) => {
            tr!(language, "“{0}” is in event {1} of {2}.", text, event, text_search.all)
        }
        None if text_search.is_over() => {
            tr!(language, "“{0}” is in none of the {1} events known so far.", text, text_search.all)
        }
        None => {
            tr!(language, "{0} of {1} events searched …", text_search.searched, text_search.all)
        }
    }
}

/// Picture or table, lanes, kinds of messages.
fn lists(props: &Props) -> Html {
    let language = props.language;
    let view = |table: bool, name: &'static str| {
        let on = props.table == table;
        let onclick = asks(&props.act, TimelineAction::AsTable(table));
        html! { <button {onclick} class={when(on, "on")} aria-pressed={on.to_string()}>{ name }</button> }
    };
    let zoom = |percent: u32, word: &str, name: &'static str| {
        let action = Action::Timeline(TimelineAction::Zoom { percent, around: props.around });
        html! { <button onclick={asks(&props.act, action)} aria-label={name} title={name}>{ word }</button> }
    };
    let go = |word: &'static str, action: Action| button("", None, word, asks(&props.act, action));
    let mut letters: Vec<char> = props.all.iter().map(|lane| lane.letter()).collect();
    letters.dedup();
    let folds = letters.into_iter().filter_map(|letter| {
        let lanes = || props.all.iter().filter(|lane| lane.letter() == letter);
        let folded = lanes().all(|lane| props.lanes.folds(*lane));
        let name = all_in_one(letter, language);
        let fold = move |on| LaneChange::FoldAll(letter, on);
        (lanes().count() > 1).then(|| check(props, &name, folded, fold))
    });
    let lanes = props.all.iter().map(|lane| lane_line(props, *lane));
    let passing = props.passing.map(|lane| {
        let name = tr!(language, "Keep the lane of {0}", lane);
        html! { <li>{ check(props, &name, false, move |on| LaneChange::Show(lane, on)) }</li> }
    });
    let kinds = props.kinds.iter().map(|kind| {
        let (name, shown) = (translate(language, kind), props.lanes.shows_kind(kind));
        let kind = kind.clone();
        html! { <li>{ check(props, name, shown, move |on| LaneChange::Kind(kind.clone(), on)) }</li> }
    });
    let everything = asks(&props.act, TimelineAction::Lanes(LaneChange::Reset));
    html! {
        <>
        <div class="views">
            <div class="segmented">
                { view(false, tr!(language, "Picture")) }
                { view(true, tr!(language, "Table")) }
            </div>
            <div class="acts">
                { zoom(67, "+", tr!(language, "Zoom in")) }
                { zoom(150, "−", tr!(language, "Zoom out")) }
                { go(tr!(language, "Whole run"), Action::Timeline(TimelineAction::ShowWhole)) }
                { go(tr!(language, "At the cursor"), Action::Timeline(TimelineAction::FollowCursor)) }
            </div>
        </div>
        <h3>{ tr!(language, "Lanes") }</h3>
        <ul class="lane-list">{ for lanes }{ passing }</ul>
        { for folds }
        <h3>{ tr!(language, "Messages") }</h3>
        <ul class="kind-list">{ for kinds }</ul>
        <button onclick={everything} disabled={props.lanes.is_usual()}>{ tr!(language, "Show everything again") }</button>
        </>
    }
}

fn lane_line(props: &Props, lane: Place) -> Html {
    let language = props.language;
    let name = lane.to_string();
    let shown = check(props, &name, props.lanes.shows(lane), move |on| LaneChange::Show(lane, on));
    let moves = |change, picture, name| {
        picture_button("", picture, name, asks(&props.act, TimelineAction::Lanes(change)))
    };
    html! {
        <li key={name.clone()} aria-label={name.clone()}>
            { shown }
            { moves(LaneChange::Up(lane), Icon::Up, tr!(language, "Move up")) }
            { moves(LaneChange::Down(lane), Icon::Down, tr!(language, "Move down")) }
        </li>
    }
}

/// A box to tick, and what ticking it changes.
fn check(
    props: &Props,
    name: &str,
    checked: bool,
    change: impl Fn(bool) -> LaneChange + 'static,
) -> Html {
    let act = props.act.clone();
    let onchange = Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        let on = input.checked();
        // Where the change is refused, it stays as it is.
        input.set_checked(!on);
        act.emit(Action::Timeline(TimelineAction::Lanes(change(on))));
    });
    html! { <label class="check"><input type="checkbox" {checked} {onchange} />{ name }</label> }
}
