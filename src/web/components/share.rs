//! The link that brings somebody else to this very instant.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::player::{Action, Notice, PageAction};
use crate::web::{address, browser};
use crate::words::Language;
use crate::{sentence, tr};

/// The link, and a button that copies it. (The address bar was brought up to date just before.)
pub fn share(language: Language, copied: UseStateHandle<bool>, act: &Callback<Action>) -> Html {
    let link = address::with_hash(&address::hash());
    let field = NodeRef::default();
    let done = *copied;
    let length = link.chars().count();
    let copy = {
        let (link, act, field) = (link.clone(), act.clone(), field.clone());
        Callback::from(move |_: MouseEvent| {
            let (link, act, field, copied) =
                (link.clone(), act.clone(), field.clone(), copied.clone());
            yew::platform::spawn_local(async move {
                match browser::copy(&link).await {
                    Ok(()) => copied.set(true),
                    Err(_) => refused(&field, &act),
                }
            });
        })
    };
    html! {
        <>
            <p>{ tr!(language, "The link carries the whole run: its seed, every command, and where you are in it. Whoever opens it sees the same, event for event.") }</p>
            <div class="link-line">
                <input ref={field} type="text" readonly=true value={link} aria-label={tr!(language, "Link")} />
                <button class="primary" onclick={copy}>
                    { icon(Icon::Copy) }
                    <span aria-live="polite">{ if done { tr!(language, "Copied") } else { tr!(language, "Copy") } }</span>
                </button>
            </div>
            <p class="soft">{ tr!(language, "{0} characters", length) }</p>
        </>
    }
}

/// Where a browser forbids copying, the reader can do it.
fn refused(field: &NodeRef, act: &Callback<Action>) {
    if let Some(input) = field.cast::<HtmlInputElement>() {
        input.select();
    }
    act.emit(Action::Page(PageAction::Tell(Notice::refusal(sentence!(
        "The browser does not let this page copy: the link is selected, press Ctrl+C."
    )))));
}
