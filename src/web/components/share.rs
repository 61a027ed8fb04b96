//! The link that brings somebody else to this very instant.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::dialog::Dialog;
use super::icon::{Icon, icon};
use crate::player::{Action, Notice};
use crate::web::{address, browser};
use crate::words::Language;
use crate::{sentence, tr};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub language: Language,
    pub act: Callback<Action>,
}

#[component]
pub fn ShareDialog(props: &Props) -> Html {
    let language = props.language;
    let copied = use_state(|| false);
    let input = use_node_ref();
    // The address bar was brought up to date when this was opened.
    let link = use_memo((), |()| address::with_hash(&address::hash()));
    let copy = {
        let (link, copied, act, input) = (link.clone(), copied.clone(), props.act.clone(), input.clone());
        Callback::from(move |_: MouseEvent| {
            let (link, copied, act, input) = (link.clone(), copied.clone(), act.clone(), input.clone());
            yew::platform::spawn_local(async move {
                match browser::copy(&link).await {
                    Ok(()) => copied.set(true),
                    Err(_) => {
                        if let Some(input) = input.cast::<HtmlInputElement>() {
                            input.select();
                        }
                        act.emit(Action::Tell(Notice::refusal(sentence!(
                            "The browser does not let this page copy: the link is selected, press Ctrl+C."
                        ))));
                    }
                }
            });
        })
    };
    html! {
        <Dialog title={tr!(language, "Share this instant")} {language} act={&props.act}>
            <p>{ tr!(language, "The link carries the whole run: its seed, every command, and where you are in it. Whoever opens it sees the same, event for event.") }</p>
            <div class="link-line">
                <input ref={input} type="text" readonly=true value={(*link).clone()} aria-label={tr!(language, "Link")} />
                <button class="primary" onclick={copy}>
                    { icon(Icon::Copy) }
                    <span aria-live="polite">{ if *copied { tr!(language, "Copied") } else { tr!(language, "Copy") } }</span>
                </button>
            </div>
            <p class="soft">{ tr!(language, "{0} characters", link.chars().count()) }</p>
        </Dialog>
    }
}
