//! Panels: what a server keeps beside its log. On the stage, one of them in a row of its box; in the
//! inspector, each of them whole. Everybody's logs, aligned, are drawn by `logs.rs`.

use yew::prelude::*;

use super::cells::{entry_class, meaning, square, stamp_class};
use super::draw::{boxed, names, text, when};
use super::matrix::regard_class;
use crate::protocol::{Cell, Content, Opinion, PanelView, Regard};
use crate::view::matrix::{MOST, tally};
use crate::view::path::{self, number};
use crate::view::stage::flight::{CHIP_GAP, Chip, numbered, text_width};
use crate::view::stage::row::{
    BETWEEN, PanelRow, SIZE, STEP, Upshot, Word, WordStyle, more_width, squares_width,
};
use crate::view::stage::scene::NodeBox;
use crate::view::stage::tenure::{RING, TenureMark, placed};
use crate::view::{Point, Size};
use crate::web::animator::{AROUND, ring_id};
use crate::words::{Language, translate};

/// The row of a server's box, from `y` on downwards.
pub fn panel_row(id: &str, node: &NodeBox, row: &PanelRow, y: f64, language: Language) -> Html {
    let inside = match row {
        PanelRow::Squares { cells, before, after, numbered } => {
            squares(cells, [*before, *after], *numbered, y)
        }
        PanelRow::Words { of, after, style } => {
            let ring = |number: usize, at| ring(id, node, number, at);
            words(of, after.as_ref(), *style, y, &ring)
        }
        // A square as for an entry, with the number of its stamp, and the words.
        PanelRow::Value { name, text: value, stamp, state } => {
            let told = format!("{} {value}", translate(language, name));
            let told = told.trim_start().to_owned();
            let left = -(text_width(&told, 11.5) + 18.0) / 2.0;
            html! {
                <>
                { square(*stamp, *state, Point::new(left, y)) }
                { stamped(*stamp, left, y) }{ " " }
                { text("badge", Point::new(9.0, y + 10.5), &told) }
                </>
            }
        }
        PanelRow::Line(line) => text("badge", Point::new(0.0, y + 10.5), line),
    };
    let sign = match row {
        PanelRow::Squares { .. } => None,
        PanelRow::Words { .. } | PanelRow::Value { .. } | PanelRow::Line(_) => Some("held value"),
    };
    html! { <g class="entries" data-sign={sign}>{ inside }</g> }
}

/// What is held for a while, in the row: for each a ring by its own clock, the chip of its token, and whose it
/// is. What is believed is dashed, what was granted is solid; and what has run out is crossed out.
pub fn tenures(id: &str, node: &NodeBox, y: f64, language: Language) -> Html {
    let middle = y + 6.5;
    let one = |(at, (left, mark)): (usize, (f64, &TenureMark))| {
        let after = left + RING + CHIP_GAP;
        let words = Point::new(left + mark.before(), middle + 4.0);
        html! {
            <g class={names(&["tenure", when(mark.over, "over")])} data-sign={sign(mark)}>
                { ring(id, node, at, Point::new(left + RING / 2.0, middle)) }
                if let Some(of) = &mark.chip { { chip(of, mark.believed, Point::new(after, middle)) }{ " " } }
                { text("held", words, &mark.told(language)) }
            </g>
        }
    };
    html! { <g class="entries">{ for placed(&node.tenures, language).into_iter().enumerate().map(one) }</g> }
}

fn sign(mark: &TenureMark) -> &'static str {
    if mark.believed { "believed" } else { "granted" }
}

/// The ring of one of these, its middle there.
fn ring(id: &str, node: &NodeBox, number: usize, at: Point) -> Html {
    let Some(mark) = node.tenures.get(number) else { return Html::default() };
    let r = path::number(5.0);
    let class = names(&["tenure", when(mark.believed, "believed"), when(mark.over, "over")]);
    html! {
        <g {class} transform={path::translate(at)} data-sign={sign(mark)}>
            <circle class="track" r={r.clone()} />
            <circle class="rest" id={ring_id(id, &node.tenure_ring(number))} {r} transform="rotate(-90)" pathLength={path::number(AROUND)} />
            if mark.over { <path d="M-2.500 -2.500L2.500 2.500M2.500 -2.500L-2.500 2.500" /> }
        </g>
    }
}

/// A stamp as a chip, its left edge's middle there.
pub fn chip(chip: &Chip, believed: bool, left: Point) -> Html {
    let class = names(&["chip", stamp_class(chip.stamp), when(believed, "believed")]);
    let middle = left.plus(chip.width / 2.0, 0.0);
    html! {
        <g {class}>
            { boxed("", middle, Size::new(chip.width, 14.0), 3.0) }
            { text("number", middle.plus(0.0, 3.7), &chip.text) }
        </g>
    }
}

/// The number in the square; no stamp has none, and one that is too long for it is only its colour.
fn stamped(stamp: u64, left: f64, y: f64) -> Html {
    text("number", Point::new(left + 6.5, y + 9.8), &numbered(stamp))
}

/// Small squares in a row, and how many there are before and after them.
fn squares(cells: &[Cell], [before, after]: [u64; 2], numbered: bool, y: f64) -> Html {
    let left = -squares_width(cells.len(), before + after) / 2.0;
    let first = left + more_width(before);
    let more = |count: u64, x: f64| {
        let (x, y) = (number(x + (more_width(count) - BETWEEN) / 2.0), number(y + 10.5));
        (count > 0).then(
            || html! { <text class="more" {x} {y} data-sign="more">{ format!("+{count}") }</text> },
        )
    };
    let cell = |(i, cell): (usize, &Cell)| {
        let x = first + STEP * i as f64;
        html! {
            <>
            { square(cell.stamp, cell.state, Point::new(x, y)) }
            if numbered { { text("number", Point::new(x + 6.5, y + 9.8), &cell.index.to_string()) } }
            </>
        }
    };
    html! {
        <>
        { for more(before, left) }
        { for cells.iter().enumerate().map(cell) }
        { for more(after, first + STEP * cells.len() as f64) }
        </>
    }
}

/// Words in boxes, and how many more there are.
fn words(
    of: &[Word],
    after: Option<&Word>,
    style: WordStyle,
    y: f64,
    ring: &dyn Fn(usize, Point) -> Html,
) -> Html {
    const HEIGHT: f64 = 16.0;
    let (class, rx) = match style {
        WordStyle::Queue => ("word queue", 0.0),
        WordStyle::Set => ("word", HEIGHT / 2.0),
        WordStyle::Table => ("word", 2.0),
    };
    let middle = |word: &Word| Point::new(word.x + word.w / 2.0, y + HEIGHT / 2.0);
    let word = |word: &Word| {
        let chipped = word.chip.as_ref().map_or(0.0, |chip| chip.width + CHIP_GAP);
        let ringed = word.ring.map_or(0.0, |_| RING + CHIP_GAP);
        let (aside, row) = ((chipped + ringed) / 2.0, y + HEIGHT / 2.0);
        let (fate, sign) = match word.fate {
            Some(Upshot::Refused) => ("refused", "refused word"),
            Some(Upshot::Late) => ("late", "late word"),
            _ if word.stands => ("", "standing word"),
            _ => ("", "held value"),
        };
        html! {
            <g class={names(&[class, fate, when(word.stands, "stands")])} data-sign={sign}>
                { boxed("", middle(word), Size::new(word.w, HEIGHT), rx) }
                if let Some(number) = word.ring { { ring(number, Point::new(word.x + 4.0 + RING / 2.0, row)) } }
                if let Some(of) = &word.chip { { chip(of, false, Point::new(word.x + 4.0 + ringed, row)) }{ " " } }
                { text("badge", middle(word).plus(aside, SIZE * 0.36), &word.text) }
            </g>
        }
    };
    html! {
        <>
        { for of.iter().map(word) }
        { for after.map(|more| text("more", middle(more).plus(0.0, SIZE * 0.36), &more.text)) }
        </>
    }
}

/// Each panel whole, but for what is shown elsewhere: logs are a table of all servers, and a value is
/// among the variables.
pub fn panels(panels: &[PanelView], language: Language) -> impl Iterator<Item = Html> {
    panels.iter().filter_map(move |panel| {
        let inside = whole(&panel.content, language)?;
        Some(html! {
            <section class="panel-of">
                <h3>{ translate(language, panel.name) }</h3>
                { inside }
            </section>
        })
    })
}

fn whole(content: &Content, language: Language) -> Option<Html> {
    let items = |items: &[String]| -> Html {
        items.iter().map(|item| html! { <li>{ item.clone() }</li> }).collect()
    };
    Some(match content {
        Content::Log { .. } | Content::Value { .. } => return None,
        Content::Queue(queue) => html! { <ol class="queue">{ items(queue) }</ol> },
        Content::Set(set) => html! { <ul class="set">{ items(set) }</ul> },
        Content::Text(text) => html! { <p>{ text.clone() }</p> },
        Content::Opinions { number, of } => opinions(number, of, language),
        Content::Slots(slots) => {
            html! { <ul class="slots">{ for slots.iter().map(|cell| slot(cell, language)) }</ul> }
        }
        Content::Table { columns, rows } => {
            let refused =
                |row: &[String]| when(row.iter().any(|it| it == Content::REFUSED), "refused");
            let row = |row: &Vec<String>| html! { <tr class={refused(row)}>for cell in row { <td>{ cell.clone() }</td> }</tr> };
            html! {
                <table>
                    <thead><tr>for column in columns.iter() { <th scope="col">{ translate(language, column) }</th> }</tr></thead>
                    <tbody>{ for rows.iter().map(row) }</tbody>
                </table>
            }
        }
    })
}

/// Each opinion; of very many those that do not go without saying, and how many there are of each.
fn opinions(number: &str, of: &[Opinion], language: Language) -> Html {
    let item = |opinion: &Opinion| {
        let (word, number) = (translate(language, opinion.word), translate(language, number));
        html! {
            <li class={regard_class(opinion.regard)}>
                <b>{ opinion.of.to_string() }</b>{ format!(" {} {word}, {number} {}", opinion.regard.sign(), opinion.number) }
            </li>
        }
    };
    let is_told = |opinion: &&Opinion| of.len() <= MOST || opinion.regard != Regard::Sound;
    let tally =
        tally(of).into_iter().map(|(word, count)| format!("{count} {}", translate(language, word)));
    html! {
        <>
        if of.len() > MOST { <p>{ tally.collect::<Vec<_>>().join(" · ") }</p> }
        <ul class="opinions">{ for of.iter().filter(is_told).take(MOST).map(item) }</ul>
        </>
    }
}

/// A slot: its number, what stands in it, and how far it has come.
fn slot(cell: &Cell, language: Language) -> Html {
    let class = names(&[entry_class(cell.state), stamp_class(cell.stamp)]);
    let state = meaning(language, cell.state);
    html! {
        <li {class} title={state}><b>{ cell.index }</b>{ " " }{ &cell.text }<span class="unseen">{ state }</span></li>
    }
}
