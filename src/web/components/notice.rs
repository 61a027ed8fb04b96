//! What the page has to say: that something was refused, or that a property broke.

use yew::prelude::*;

use super::bits::{asks, asks_why, button, picture_button, tag};
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
        let goto = notice.event.filter(|event| *event != here).map(|event| {
            button(
                "",
                Some(Icon::Target),
                tr!(language, "Go there"),
                asks(act, TimeAction::SeekEvent(event)),
            )
        });
        let mut parts = vec![tag("p", "", vec![with_names(&notice.told(language))])];
        parts.extend(goto);
        if let (Some(event), Some(property)) = (notice.event, notice.property) {
            let name = translate(language, property);
            parts.push(asks_why(act, language, name, Question::Event(event)));
        }
        if notice.restores {
            let restore = asks(act, BranchAction::Restore);
            parts.push(button("", Some(Icon::Back), tr!(language, "Bring it back"), restore));
        }
        if let Some(again) = &notice.retry {
            parts.push(button("", None, tr!(language, "Try again"), asks(act, (**again).clone())));
        }
        parts.push(picture_button(
            "",
            Icon::Close,
            tr!(language, "Close"),
            asks(act, PageAction::Dismiss),
        ));
        tag("div", kind, parts)
    });
    html! { <div class="notices" role="alert">{ card }</div> }
}
