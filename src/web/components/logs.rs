//! Everyone's logs, aligned by index: what is committed is filled, what is not is outlined, what the
//! disk does not hold yet is hatched.

use yew::prelude::*;

use super::bits::asks;
use super::cells::{entry_class, meaning, stamp_class};
use super::draw::{names, when};
use super::props::InspectorProps as Props;
use crate::base::Place;
use crate::player::{Question, Selection, WhyAction};
use crate::protocol::{Cell, CellState};
use crate::sim::fact::Fact;
use crate::tr;

/// Columns that the table has in any case.
const LEAST: u64 = 5;

/// The table of all logs, once there is something in them.
pub fn logs(props: &Props) -> Html {
    let Props { inspection, language, .. } = props;
    let logs = &inspection.logs;
    let last = logs.rows.iter().filter_map(|(_, cells)| cells.last()).map(|cell| cell.index).max();
    let Some(last) = last else { return Html::default() };
    // As wide as when it is full: entries do not shrink as the log grows.
    let columns: Vec<u64> = (logs.first..=last.max(logs.first + LEAST - 1)).collect();
    let rows = logs.rows.iter().map(|(node, cells)| row(props, *node, cells, &columns));
    let mut cells = logs.rows.iter().flat_map(|(_, cells)| cells);
    let is_exposed = cells.any(|cell| cell.state == CellState::Exposed);
    html! {
        <section class="logs">
            <h3>{ tr!(*language, "Logs") }</h3>
            <div class="scrolls" tabindex="0" role="region" aria-label={tr!(*language, "Logs")}>
                <table>
                    <thead><tr><td></td>for index in &columns { <th scope="col">{ *index }</th> }</tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            </div>
            <p class="soft legend-line">
                <span class="swatch committed"></span>{ meaning(*language, CellState::Settled) }
                <span class="swatch uncommitted"></span>{ meaning(*language, CellState::Stored) }
                <span class="swatch pending"></span>{ meaning(*language, CellState::Pending) }
                if is_exposed { <span class="swatch committed exposed"></span>{ meaning(*language, CellState::Exposed) } }
            </p>
        </section>
    }
}

fn row(props: &Props, node: Place, cells: &[Cell], columns: &[u64]) -> Html {
    let selected = props.inspection.selection == Some(Selection::Place(node));
    // One row at a time takes the keyboard: it would have to go through all of them else.
    let tabindex = if selected { "0" } else { "-1" };
    let cell = |index: &u64| {
        let onclick = asks(&props.act, WhyAction::Ask(Question::Fact(Fact::entry(node, *index))));
        let asked = |inside: Html, label: String| html! { <button {tabindex} {onclick} title={label}>{ inside }</button> };
        match cells.iter().find(|cell| cell.index == *index) {
            None => {
                let label = tr!(props.language, "Why has {1} no entry {0}?", *index, node);
                html! { <td class="none">{ asked(html! { <span class="unseen">{ &label }</span> }, label.clone()) }</td> }
            }
            Some(cell) => {
                let state = meaning(props.language, cell.state);
                let class = names(&[entry_class(cell.state), stamp_class(cell.stamp)]);
                let inside = html! {
                    <><b>{ cell.stamp }</b>{ " " }{ &cell.text }<span class="unseen">{ state }</span></>
                };
                html! { <td {class}>{ asked(inside, tr!(props.language, "{0}. Why is it there?", state)) }</td> }
            }
        }
    };
    html! {
        <tr class={when(selected, "selected")}>
            <th scope="row">{ node.to_string() }</th>
            { for columns.iter().map(cell) }
        </tr>
    }
}
