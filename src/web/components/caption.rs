//! What the scene says at this point of its story.

use yew::prelude::*;

/// The caption, if there is one.
pub fn caption(text: Option<&str>) -> Html {
    let Some(text) = text else { return Html::default() };
    html! { <p class="caption noteText">{ with_names(text) }</p> }
}

/// A text in which the names of servers and clients stand out.
pub fn with_names(text: &str) -> Html {
    let mut parts: Vec<Html> = Vec::new();
    let mut plain = 0;
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let starts =
            matches!(bytes[i], b'S' | b'C') && (i == 0 || !bytes[i - 1].is_ascii_alphanumeric());
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
