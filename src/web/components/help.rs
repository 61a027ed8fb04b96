//! What to try, and all keys.

use yew::prelude::*;

use super::bits::{leaf, tag};
use super::draw::line;
use super::figures::square;
use crate::player::keys::{DIAGRAM_KEYS, KEYS, Key};
use crate::protocol::CellState;
use crate::tr;
use crate::view::Point;
use crate::words::{Language, translate};

/// What the help says.
pub fn help(language: Language) -> Html {
    let tries = [
        tr!(language, "Click the leader and crash it: the others elect another one."),
        tr!(
            language,
            "Step back before the crash, and do something else: a branch begins, and both are kept."
        ),
        tr!(
            language,
            "Cut links, or draw a lasso around some servers: they are parted from the others."
        ),
        tr!(language, "Click a message under way: drop it, delay it, send it twice."),
        tr!(language, "Switch a flaw on, and run until a property breaks."),
        tr!(language, "Share: the link carries the whole run, and others see the very same."),
    ];
    let entry = |key: &Key| entry_of_key(key.shown, translate(language, key.help));
    let list = |keys: &[Key]| tag("dl", "keys", keys.iter().map(entry).collect());
    html! {
        <>
            { tag("ul", "try", tries.iter().map(|text| leaf("li", "", text)).collect()) }
            { leaf("h3", "", tr!(language, "What the marks mean")) }
            { legend(language) }
            { leaf("h3", "", tr!(language, "Keys")) }
            { list(KEYS) }
            { leaf("h3", "", tr!(language, "Keys on the space-time diagram, while it has the focus")) }
            { list(DIAGRAM_KEYS) }
        </>
    }
}

fn entry_of_key(shown: &str, help: &str) -> Html {
    [tag("dt", "", vec![leaf("kbd", "", shown)]), leaf("dd", "", help)].into_iter().collect()
}

/// The picture's signs, each with its meaning.
fn legend(language: Language) -> Html {
    let sign = |figure: Html, meaning: &'static str| {
        html! { <li><svg viewBox="0 0 20 16" class="sign" aria-hidden="true" focusable="false">{ figure }</svg>{ meaning }</li> }
    };
    let entry = |state: CellState, meaning| sign(square(1, state, Point::new(3.0, 1.0)), meaning);
    let line = |class, meaning| sign(line(class, "M0 8H20"), meaning);
    html! {
        <ul class="legend">
            { entry(CellState::Settled, tr!(language, "committed entry")) }
            { entry(CellState::Stored, tr!(language, "entry not yet committed")) }
            { entry(CellState::Pending, tr!(language, "entry not yet on the disk")) }
            { line("trail call", tr!(language, "call")) }
            { line("trail reply", tr!(language, "reply")) }
            { line("trail vote", tr!(language, "request for a vote")) }
            { line("trail lost", tr!(language, "lost message")) }
        </ul>
    }
}
