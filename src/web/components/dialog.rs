//! A dialog: the browser's own, which keeps the focus inside and gives it back.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icon::{Icon, icon};
use crate::player::Action;
use crate::tr;
use crate::words::Language;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub title: &'static str,
    pub language: Language,
    pub act: Callback<Action>,
    pub children: Html,
}

#[component]
pub fn Dialog(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                let _ = dialog.show_modal();
            }
        });
    }
    let close = {
        let act = props.act.clone();
        Callback::from(move |_: MouseEvent| act.emit(Action::Close))
    };
    let onclose = {
        let act = props.act.clone();
        Callback::from(move |_: Event| act.emit(Action::Close))
    };
    // A press beside the dialog is a press on its backdrop, that is on the element itself.
    let onclick = {
        let (act, dialog) = (props.act.clone(), dialog.clone());
        Callback::from(move |event: MouseEvent| {
            if event.target() == dialog.get().map(Into::into) {
                act.emit(Action::Close);
            }
        })
    };
    html! {
        <dialog ref={dialog} aria-label={props.title} {onclose} {onclick}>
            <div class="sheet">
                <div class="head">
                    <h2>{ props.title }</h2>
                    <button class="bare" onclick={close} aria-label={tr!(props.language, "Close")} title={tr!(props.language, "Close")}>{ icon(Icon::Close) }</button>
                </div>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
