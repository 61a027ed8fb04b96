//! What to try, and all keys.

use yew::prelude::*;

use super::dialog::Dialog;
use crate::player::Action;
use crate::player::keys::KEYS;
use crate::tr;
use crate::words::{Language, translate};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub language: Language,
    pub act: Callback<Action>,
}

#[component]
pub fn HelpDialog(props: &Props) -> Html {
    let language = props.language;
    html! {
        <Dialog title={tr!(language, "What to try")} {language} act={&props.act}>
            <ul class="try">
                <li>{ tr!(language, "Click the leader and crash it: the others elect another one.") }</li>
                <li>{ tr!(language, "Step back before the crash, and do something else: a branch begins, and both are kept.") }</li>
                <li>{ tr!(language, "Cut links, or draw a lasso around some servers: they are parted from the others.") }</li>
                <li>{ tr!(language, "Click a message under way: drop it, delay it, send it twice.") }</li>
                <li>{ tr!(language, "Switch a flaw on, and run until a property breaks.") }</li>
                <li>{ tr!(language, "Share: the link carries the whole run, and others see the very same.") }</li>
            </ul>
            <h3>{ tr!(language, "What the marks mean") }</h3>
            { legend(language) }
            <h3>{ tr!(language, "Keys") }</h3>
            <dl class="keys">
                { for KEYS.iter().map(|key| html! { <><dt><kbd>{ key.shown }</kbd></dt><dd>{ translate(language, key.help) }</dd></> }) }
            </dl>
        </Dialog>
    }
}

/// The picture's signs, each with its meaning.
fn legend(language: Language) -> Html {
    let entry = |class: &'static str, meaning: &'static str, hatched: bool| {
        html! {
            <li>
                <svg viewBox="0 0 20 16" class="sign" aria-hidden="true" focusable="false">
                    <g class={classes!("entry", "epoch-1", class)} transform="translate(3 1)">
                        <rect width="13" height="13" rx="2" />
                        if hatched { <path d="M1 8L8 1M5 12L12 5" /> }
                    </g>
                </svg>
                { meaning }
            </li>
        }
    };
    let line = |class: &'static str, meaning: &'static str| {
        html! {
            <li>
                <svg viewBox="0 0 20 16" class="sign" aria-hidden="true" focusable="false"><path class={class} d="M0 8H20" /></svg>
                { meaning }
            </li>
        }
    };
    html! {
        <ul class="legend">
            { entry("committed", tr!(language, "committed entry"), false) }
            { entry("uncommitted", tr!(language, "entry not yet committed"), false) }
            { entry("pending", tr!(language, "entry not yet on the disk"), true) }
            { line("trail call", tr!(language, "call")) }
            { line("trail reply", tr!(language, "reply")) }
            { line("trail vote", tr!(language, "request for a vote")) }
            { line("trail lost", tr!(language, "lost message")) }
        </ul>
    }
}
