//! What the page has to say: that something was refused, or that a property broke.

use yew::prelude::*;

use super::caption::with_names;
use super::icon::{Icon, icon};
use crate::player::{Action, Notice, Tone};
use crate::tr;
use crate::words::Language;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub notice: Option<Notice>,
    pub language: Language,
    pub act: Callback<Action>,
}

#[component]
pub fn NoticeCard(props: &Props) -> Html {
    let language = props.language;
    // The region stays, so that what appears in it is read aloud.
    let card = props.notice.as_ref().map(|notice| {
        let tone = match notice.tone {
            Tone::Plain => "plain",
            Tone::Refusal => "refusal",
            Tone::Violation => "violation",
        };
        let act = props.act.clone();
        let close = Callback::from(move |_: MouseEvent| act.emit(Action::Dismiss));
        let goto = notice.event.map(|event| {
            let act = props.act.clone();
            let onclick = Callback::from(move |_: MouseEvent| act.emit(Action::SeekEvent(event)));
            html! { <button {onclick}>{ icon(Icon::Target) }{ tr!(language, "Go there") }</button> }
        });
        html! {
            <div class={classes!("notice", tone)}>
                <p>{ with_names(&notice.told(language)) }</p>
                { goto }
                <button class="bare" onclick={close} aria-label={tr!(language, "Close")} title={tr!(language, "Close")}>{ icon(Icon::Close) }</button>
            </div>
        }
    });
    html! { <div class="notices" role="alert">{ card }</div> }
}
