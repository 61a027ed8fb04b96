//! Who thinks what of whom, as a table: a row for whoever holds the opinions, a column for whom they are of.
//! A sign and a number stand in each cell, and its words for whoever points at it or listens.

use yew::prelude::*;

use super::bits::asks;
use super::draw::{names, when};
use super::props::InspectorProps as Props;
use crate::base::Place;
use crate::player::{PageAction, Selection};
use crate::protocol::{Opinion, Regard};
use crate::tr;
use crate::view::matrix::{Matrix, MatrixRow};

/// The table, where the protocol keeps such opinions.
pub fn matrix(props: &Props) -> Html {
    let language = props.language;
    let Some(matrix) = Matrix::of(&props.inspection.snapshot.nodes) else { return Html::default() };
    let title = tr!(language, "Who thinks what of whom");
    let head = |(place, is_up): &(Place, bool)| {
        let told = if *is_up { "" } else { tr!(language, "crashed") };
        html! {
            <th scope="col" class={when(!is_up, "down")} title={told}>
                { place.to_string() }<span class="unseen">{ told }</span>
            </th>
        }
    };
    html! {
        <section class="matrix">
            <h3>{ title }</h3>
            <div class="scrolls" tabindex="0" role="region" aria-label={title}>
                <table>
                    <thead><tr><td></td>{ for matrix.columns.iter().map(head) }</tr></thead>
                    <tbody>{ for matrix.rows.iter().map(|of| row(props, &matrix, of)) }</tbody>
                </table>
            </div>
            <p class="soft legend-line">{ tr!(language, "A row each: what it thinks of the others, with their {0}.", matrix.number) }</p>
        </section>
    }
}

fn row(props: &Props, matrix: &Matrix, row: &MatrixRow) -> Html {
    let selected = props.inspection.selection == Some(Selection::Place(row.by));
    let select = asks(&props.act, PageAction::Select(Some(Selection::Place(row.by))));
    let cells = matrix.columns.iter().zip(&row.of);
    html! {
        <tr class={names(&[when(selected, "selected"), when(row.is_down, "down")])}>
            <th scope="row"><button class="inline" onclick={select}>{ row.by.to_string() }</button></th>
            { for cells.map(|((of, _), opinion)| cell(props, matrix, (row, *of), opinion.as_ref())) }
        </tr>
    }
}

fn cell(
    props: &Props,
    matrix: &Matrix,
    (row, of): (&MatrixRow, Place),
    opinion: Option<&Opinion>,
) -> Html {
    let language = props.language;
    let Some(opinion) = opinion else {
        let told = match (row.by == of, row.is_down) {
            (true, _) => tr!(language, "itself").to_owned(),
            (_, true) => tr!(language, "crashed").to_owned(),
            _ => tr!(language, "{0} does not know {1}", row.by, of),
        };
        return html! { <td class={names(&["none", when(row.by == of, "own")])} title={told.clone()}><span class="unseen">{ told }</span></td> };
    };
    let told = tr!(
        language,
        "{0} of {1}: {2}, {3} {4}",
        row.by,
        of,
        opinion.word,
        matrix.number,
        opinion.number
    );
    html! {
        <td class={regard_class(opinion.regard)} title={told.clone()}>
            <span aria-hidden="true">{ opinion.regard.sign() }<small>{ opinion.number }</small></span>
            <span class="unseen">{ told }</span>
        </td>
    }
}

/// How an opinion is drawn; its sign says the same.
pub fn regard_class(regard: Regard) -> &'static str {
    match regard {
        Regard::Sound => "sound",
        Regard::Doubted => "doubted",
        Regard::Lost => "lost",
        Regard::Away => "away",
    }
}
