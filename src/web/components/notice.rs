//! What the page has to say: that something was refused, or that a property broke.

use yew::prelude::*;

use super::bits::{asks, asks_why, button, picture_button};
use super::caption::with_names;
use super::icon::Icon;
use crate::player::{Action, BranchAction, Notice, NoticeKind, PageAction, Question, TimeAction};
use crate::tr;
use crate::words::{Language, translate};

/// The notice. Its region is there without one too, so that what appears in it is read aloud.
pub fn notice(
    notice: Option<&Notice>,
    here: u64,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let card = notice.map(|notice| {
        let kind = match notice.kind {
            NoticeKind::Plain => "notice",
            NoticeKind::Refusal => "notice refusal",
            NoticeKind::Violation => "notice violation",
        };
        html! {
            <div class={kind}>
                <p>{ with_names(&notice.told(language)) }</p>
                if let Some(event) = notice.event.filter(|event| *event != here) {
                    { button("", Some(Icon::Target), tr!(language, "Go there"), asks(act, TimeAction::SeekEvent(event))) }
                }
                if let (Some(event), Some(property)) = (notice.event, notice.property) {
                    { asks_why(act, language, translate(language, property), Question::Event(event)) }
                }
                if notice.restores {
                    { button("", Some(Icon::Back), tr!(language, "Bring it back"), asks(act, BranchAction::Restore)) }
                }
                if let Some(again) = &notice.retry {
                    { button("", None, tr!(language, "Try again"), asks(act, (**again).clone())) }
                }
                { picture_button("", Icon::Close, tr!(language, "Close"), asks(act, PageAction::Dismiss)) }
            </div>
        }
    });
    // What has gone wrong interrupts who is being read to; the rest waits its turn.
    let role = match notice.map(|notice| notice.kind) {
        Some(NoticeKind::Plain) => "status",
        _ => "alert",
    };
    html! { <div class="notices" {role}>{ card }</div> }
}
