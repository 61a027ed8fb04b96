//! What the scene says at this point of its story; and after an act by hand, what came of it.

use yew::prelude::*;

use super::bits::{asks, button};
use super::icon::Icon;
use crate::player::{Action, Sequel, TimeAction};
use crate::sim::snapshot::GoalShot;
use crate::tr;
use crate::words::{Language, tell, translate};

/// The caption, if there is one.
pub fn caption(text: Option<&str>) -> Html {
    let Some(text) = text else { return Html::default() };
    html! { <p class="caption noteText">{ with_names(text) }</p> }
}

/// What came of the last act by hand, and the ways on. Its region is there in any case, so that what appears
/// in it is read aloud.
pub fn sequel(sequel: Option<&Sequel>, language: Language, act: &Callback<Action>) -> Html {
    let card = sequel.map(|sequel| {
        let next = sequel.next.as_ref().map(|next| format!(" {}", tell(language, next)));
        let back = button("", Some(Icon::Undo), tr!(language, "Back to before it"), asks(act, TimeAction::BeforeAct));
        html! {
            <div class="sequel">
                <p>{ with_names(&tell(language, &sequel.told)) }{ next.as_deref().map(with_names) }</p>
                if sequel.rests { { button("primary", Some(Icon::Play), tr!(language, "Play"), asks(act, TimeAction::Play)) } }
                else { { back } }
            </div>
        }
    });
    html! { <div role="status">{ card }</div> }
}

/// What the run is to show, and whether it has; then also what that means.
pub fn goal(goal: Option<GoalShot>, language: Language) -> Html {
    let Some(GoalShot { name, meaning, met }) = goal else { return Html::default() };
    let name = translate(language, name);
    let inside = match met {
        true => {
            let reached = tr!(language, "Goal reached: {0}.", name);
            html! { <><b>{ reached }</b>{ " " }{ with_names(translate(language, meaning)) }</> }
        }
        false => tr!(language, "Goal: {0}. Not there yet.", name).into(),
    };
    html! { <p class="caption noteText goal" data-role="goal">{ inside }</p> }
}

/// A text in which the names of those who take part stand out: a letter with a number.
pub fn with_names(text: &str) -> Html {
    let mut parts: Vec<Html> = Vec::new();
    let mut plain = 0;
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let starts =
            bytes[i].is_ascii_uppercase() && (i == 0 || !bytes[i - 1].is_ascii_alphanumeric());
        let digits = bytes[i + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = i + 1 + digits;
        let ends = bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        if starts && digits > 0 && ends {
            parts.push(text[plain..i].into());
            parts.push(html! { <b>{ &text[i..end] }</b> });
            (plain, i) = (end, end);
        } else {
            i += 1;
        }
    }
    parts.push(text[plain..].into());
    parts.into_iter().collect()
}
