//! The dialogs: the browser's own, which keep the focus inside and give it back.

use web_sys::{File, HtmlDialogElement};
use yew::prelude::*;

use super::bits::{asks, picture_button};
use super::desk::{Desk, Drawer};
use super::draw::when;
use super::help::help;
use super::icon::Icon;
use super::share::share;
use crate::player::{Action, Dialog, PageAction, StudyShot};
use crate::tr;
use crate::web::browser::{document, focus};
use crate::web::frame::Instant;
use crate::web::shared::Shared;
use crate::words::Language;

/// What an open dialog needs to remember.
pub struct Opened {
    element: NodeRef,
    copied: UseStateHandle<bool>,
}

/// Opens the dialog that there is: as one that nothing else can be done beside.
#[hook]
pub fn use_dialog(dialog: Option<Dialog>) -> Opened {
    let element = use_node_ref();
    let copied = use_state(|| false);
    {
        let (element, copied) = (element.clone(), copied.clone());
        use_effect_with(dialog, move |_| {
            copied.set(false);
            let opener = dialog.and_then(|_| document().active_element());
            if let Some(dialog) = element.cast::<HtmlDialogElement>() {
                let _ = dialog.show_modal();
            }
            // It is taken away rather than closed, so that the browser gives back no focus.
            move || opener.iter().filter(|opener| opener.is_connected()).for_each(focus)
        });
    }
    Opened { element, copied }
}

/// The dialog, if one is open.
pub fn dialog_box(
    dialog: Option<Dialog>,
    opened: Opened,
    instant: Option<&Shared<Instant>>,
    dropped: Option<&File>,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let Opened { element, copied } = opened;
    let Some(dialog) = dialog else { return Html::default() };
    let (title, content) = match dialog {
        Dialog::Help => (tr!(language, "What to try"), help(language)),
        Dialog::Share => {
            let Some(instant) = instant.cloned() else { return Html::default() };
            let link = share(language, copied, act);
            let solved = instant.study.clone().filter(|study| !study.states.is_empty());
            let content = html! {
                <>
                { solved.as_ref().map(|study| verdict(study, language)) }
                { link }
                <Desk drawer={Drawer::Take(instant)} {language} {act} />
                </>
            };
            match solved {
                Some(_) => (tr!(language, "Hand in"), content),
                None => (tr!(language, "Share this instant"), content),
            }
        }
        Dialog::Runs => {
            let Some(instant) = instant.cloned() else { return Html::default() };
            let runs = html! { <Desk drawer={Drawer::Runs(instant)} {language} {act} /> };
            (tr!(language, "Kept runs"), runs)
        }
        Dialog::History => {
            let drawer = Drawer::History(dropped.cloned());
            (tr!(language, "A history from a file"), html! { <Desk {drawer} {language} {act} /> })
        }
    };
    let onclose = {
        let act = act.clone();
        Callback::from(move |_: Event| act.emit(Action::Page(PageAction::Close)))
    };
    // A press beside the dialog is a press on its backdrop, that is on the element itself.
    let onclick = {
        let (act, element) = (act.clone(), element.clone());
        Callback::from(move |event: MouseEvent| {
            if event.target() == element.get().map(Into::into) {
                act.emit(Action::Page(PageAction::Close));
            }
        })
    };
    let shut =
        picture_button("", Icon::Close, tr!(language, "Close"), asks(act, PageAction::Close));
    html! {
        <dialog ref={element} class={when(dialog == Dialog::History, "wide")} aria-label={title} {onclose} {onclick}>
            <div class="sheet">
                <div class="head"><h2>{ title }</h2>{ shut }</div>
                { content }
            </div>
        </dialog>
    }
}

/// What is handed in, of what was to be brought about.
fn verdict(study: &StudyShot, language: Language) -> Html {
    let told = tr!(
        language,
        "“{0}”: {1} of {2} conditions are met, {3} hints were opened. Hand in the link: whoever opens it sees your run, judged in the same way.",
        study.course.title().to_owned(),
        study.met(),
        study.states.len(),
        study.hints
    );
    html! { <p data-role="verdict-told"><strong>{ told }</strong></p> }
}
