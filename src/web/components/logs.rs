//! Everyone's logs, aligned by index: what is committed is filled, what is not is outlined, what the
//! disk does not hold yet is hatched.

use yew::prelude::*;

use super::figures::entry_class;
use crate::base::NodeId;
use crate::player::Selection;
use crate::protocol::LogCell;
use crate::tr;
use crate::view::scene::{EntryState, epoch_colour};
use crate::web::frame::Inspection;
use crate::web::shared::Shared;
use crate::words::Language;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub inspection: Shared<Inspection>,
    pub language: Language,
}

#[component]
pub fn Logs(props: &Props) -> Html {
    let Props { inspection, language, .. } = props;
    let logs = &inspection.logs;
    let last = logs.rows.iter().filter_map(|(_, cells)| cells.last()).map(|(cell, _)| cell.index).max();
    let Some(last) = last else {
        return html! {
            <section><h3>{ tr!(*language, "Logs") }</h3><p class="soft">{ tr!(*language, "All logs are empty.") }</p></section>
        };
    };
    let columns: Vec<u64> = (logs.first..=last).collect();
    html! {
        <section class="logs">
            <h3>{ tr!(*language, "Logs") }</h3>
            <div class="scrolls" tabindex="0" role="region" aria-label={tr!(*language, "Logs")}>
            <table>
                <thead><tr><td></td>{ for columns.iter().map(|index| html! { <th scope="col">{ index }</th> }) }</tr></thead>
                <tbody>{ for logs.rows.iter().map(|(node, cells)| row(props, *node, cells, &columns)) }</tbody>
            </table>
            </div>
            <p class="soft legend-line">
                <span class="swatch committed"></span>{ tr!(*language, "committed") }
                <span class="swatch uncommitted"></span>{ tr!(*language, "not committed") }
                <span class="swatch pending"></span>{ tr!(*language, "not on disk") }
            </p>
        </section>
    }
}

fn row(props: &Props, node: NodeId, cells: &[(LogCell, bool)], columns: &[u64]) -> Html {
    let on_disk = props.inspection.nodes.get(node.index()).map_or(0, |shot| shot.log_on_disk);
    let selected = props.inspection.selection == Some(Selection::Node(node));
    let cell = |index: &u64| match cells.iter().find(|(cell, _)| cell.index == *index) {
        None => html! { <td class="none"></td> },
        Some((cell, _)) => {
            let state = EntryState::of(cell, on_disk);
            let class = classes!(entry_class(state), format!("epoch-{}", epoch_colour(cell.epoch)));
            html! {
                <td {class} title={meaning(props.language, state)}>
                    <b>{ cell.epoch }</b>{ " " }{ &cell.text }<span class="unseen">{ meaning(props.language, state) }</span>
                </td>
            }
        }
    };
    html! {
        <tr class={classes!(selected.then_some("selected"))}>
            <th scope="row">{ node.to_string() }</th>{ for columns.iter().map(cell) }
        </tr>
    }
}

fn meaning(language: Language, state: EntryState) -> &'static str {
    match state {
        EntryState::Committed => tr!(language, "committed"),
        EntryState::Uncommitted => tr!(language, "not committed"),
        EntryState::Pending => tr!(language, "not on disk"),
    }
}
