//! The diagram as a table: the same window, lanes and messages, in words. A press on a row, or on its
//! number, moves the cursor there.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::bits::{asks, button};
use super::caption::with_names;
use super::draw::names;
use super::event_list::in_words;
use crate::player::{Action, Table, TablePage, TimeAction, TimelineAction};
use crate::sim::snapshot::Told;
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::words::Language;

/// Keeps the cursor's row in sight: gives the reference that the table is to be drawn with.
#[hook]
pub fn use_event_table(here: Option<u64>) -> NodeRef {
    let place = use_node_ref();
    {
        let place = place.clone();
        use_effect_with(here, move |_| {
            let Some(place) = place.cast::<HtmlElement>() else { return };
            let row = place.query_selector("[aria-current]").ok().flatten();
            if let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
                let (top, room) = (row.offset_top(), place.client_height());
                let seen = place.scroll_top() + 28 <= top && top + 28 <= place.scroll_top() + room;
                if !seen {
                    place.set_scroll_top(top - room / 2);
                }
            }
        });
    }
    place
}

/// The table.
pub fn event_table(
    place: NodeRef,
    table: &Table,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    html! {
        <div class="events" ref={place} tabindex="0" role="region" aria-label={tr!(language, "Events")}>
            { rows(table, language, act) }
        </div>
    }
}

fn rows(table: &Table, language: Language, act: &Callback<Action>) -> Html {
    let onclick = {
        let act = act.clone();
        Callback::from(move |event: MouseEvent| {
            let target = event.target_dyn_into::<Element>();
            let row = target.and_then(|target| target.closest("[data-event]").ok().flatten());
            let number = row.and_then(|row| row.get_attribute("data-event"));
            if let Some(event) = number.and_then(|number| number.parse().ok()) {
                act.emit(Action::Time(TimeAction::SeekEvent(event)));
            }
        })
    };
    let heads = [
        tr!(language, "Event"),
        tr!(language, "Time"),
        tr!(language, "Place"),
        tr!(language, "What happened"),
        tr!(language, "Lamport"),
        tr!(language, "Cause"),
    ];
    // The events of one step are one instant: the last of those shown is where the cursor is.
    let here = table.rows.iter().rev().find(|told| told.event <= table.here);
    let here = here.filter(|told| told.event + 64 > table.here).map(|told| told.event);
    let caption = tr!(
        language,
        "From {0} to {1}, as on the diagram",
        seconds(table.from, 3),
        seconds(table.to, 3)
    );
    let more = |page: Option<TablePage>, word: &'static str| {
        page.map(|page| {
            button("more-events", None, word, asks(act, TimelineAction::TablePage(page)))
        })
    };
    html! {
        <>
        { more(table.earlier, tr!(language, "Earlier events")) }
        if table.rows.is_empty() { <p class="soft">{ tr!(language, "Nothing happens here on the lanes that are shown.") }</p> }
        <table>
            <caption class="unseen">{ caption }</caption>
            <thead><tr>for name in heads { <th scope="col">{ name }</th> }</tr></thead>
            <tbody {onclick}>{ for table.rows.iter().map(|told| row(told, table, here, language)) }</tbody>
        </table>
        { more(table.later, tr!(language, "Later events")) }
        </>
    }
}

fn row(told: &Told, table: &Table, here: Option<u64>, language: Language) -> Html {
    let is_here = here == Some(told.event);
    let class = names(&[
        if told.event > table.here { "later" } else { "" },
        if told.notable { "notable" } else { "" },
    ]);
    let link = |event: u64| {
        let name = tr!(language, "to event {0}", event);
        html! { <button class="inline" data-event={event.to_string()} aria-label={name}>{ event }</button> }
    };
    let place = told.place.map(|place| place.to_string()).unwrap_or_default();
    html! {
        <tr key={told.event} {class} data-event={told.event.to_string()} aria-current={is_here.then_some("true")}>
            <th scope="row">{ link(told.event) }</th>
            <td>{ seconds(told.at, 6) }</td>
            <td class="place">{ place }</td>
            <td class="words">{ with_names(&in_words(language, &told.sentence)) }</td>
            <td class="number">{ told.lamport }</td>
            <td class="number">if told.cause > 0 { { link(told.cause) } }</td>
        </tr>
    }
}
