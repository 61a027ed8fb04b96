//! What to try, and all keys.

use yew::prelude::*;

use super::cells::square;
use crate::player::keys::{DIAGRAM_KEYS, KEYS, Key, PRESENTER_KEYS};
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
    html! {
        <>
            <p class="what">{ tr!(language, "Synod runs the protocols of distributed systems in the browser. Students see why they work and break them; lecturers show a run, and hand it out as a link; engineers look for what breaks a design.") }</p>
            <ul class="try">for text in tries { <li>{ text }</li> }</ul>
            <h3>{ tr!(language, "What the marks mean") }</h3>
            { legend(language) }
            <h3>{ tr!(language, "Keys") }</h3>
            { list(KEYS, language) }
            <h3>{ tr!(language, "Keys while the stage is alone (V)") }</h3>
            { list(PRESENTER_KEYS, language) }
            <h3>{ tr!(language, "Keys on the space-time diagram, while it has the focus") }</h3>
            { list(DIAGRAM_KEYS, language) }
        </>
    }
}

fn list(keys: &[Key], language: Language) -> Html {
    html! {
        <dl class="keys">
            for key in keys { <dt><kbd>{ key.shown }</kbd></dt><dd>{ translate(language, key.help) }</dd> }
        </dl>
    }
}

/// The picture's signs, each with its meaning.
fn legend(language: Language) -> Html {
    let sign = |figure: Html, meaning: &'static str| {
        html! { <li><svg viewBox="0 0 20 16" class="sign" aria-hidden="true" focusable="false">{ figure }</svg>{ meaning }</li> }
    };
    let entry = |state: CellState, meaning| sign(square(1, state, Point::new(3.0, 1.0)), meaning);
    let line = |class: &'static str, meaning| sign(html! { <path {class} d="M0 8H20" /> }, meaning);
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
