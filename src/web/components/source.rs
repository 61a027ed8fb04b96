//! A protocol's own source, at the line that did it. It is fetched when somebody asks for it.

use std::rc::Rc;

use yew::prelude::*;

use super::draw::when;
use crate::tr;
use crate::view::highlight::{self, Token};
use crate::web::browser::by_id;
use crate::web::parts;
use crate::words::Language;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: AttrValue,
    /// Below `src`.
    pub file: &'static str,
    pub line: u32,
    pub language: Language,
}

/// What has come of a file: nothing yet, its text, or that it cannot be had.
type Fetched = Option<Result<Rc<str>, ()>>;

/// The whole file, scrolled to the line.
#[component]
pub fn SourceView(props: &Props) -> Html {
    let fetched = use_state(Fetched::default);
    {
        let (fetched, file) = (fetched.clone(), props.file);
        use_effect_with(file, move |file| {
            let path = format!("source/{file}");
            fetched.set(None);
            yew::platform::spawn_local(async move {
                let text = parts::read(&path).await;
                fetched.set(Some(text.map(Rc::from).map_err(drop)));
            });
        });
    }
    let shown = matches!(*fetched, Some(Ok(_)));
    use_effect_with((shown, props.line, props.id.clone()), |(_, _, id)| scroll(id));
    let language = props.language;
    match &*fetched {
        None => html! { <p class="soft">{ tr!(language, "Fetching the source…") }</p> },
        Some(Err(())) => html! {
            <p class="soft">{ tr!(language, "The source could not be fetched. Check the connection, and press the line again.") }</p>
        },
        Some(Ok(text)) => {
            let lines = highlight::lines(text);
            let lines =
                (1..).zip(&lines).map(|(number, line)| self::line(number, line, props.line));
            html! {
                <div class="source" id={props.id.clone()} tabindex="0" role="region" aria-label={tr!(language, "Source")}>
                    <pre><code>{ for lines }</code></pre>
                </div>
            }
        }
    }
}

fn line(number: u32, pieces: &[(Token, &str)], here: u32) -> Html {
    let piece = |(part, text): &(Token, &str)| match class(*part) {
        "" => html! { { *text } },
        class => html! { <span {class}>{ *text }</span> },
    };
    html! {
        <span class={classes!("line", when(number == here, "here"))} aria-current={(number == here).then_some("true")}>
            <span class="number" aria-hidden="true">{ number.to_string() }</span>{ for pieces.iter().map(piece) }{ "\n" }
        </span>
    }
}

fn class(part: Token) -> &'static str {
    match part {
        Token::Plain => "",
        Token::Comment => "comment",
        Token::Keyword => "keyword",
        Token::Type => "type",
        Token::Literal => "literal",
    }
}

/// Brings the line into the middle of its own region, without moving the page.
fn scroll(id: &str) {
    let Some(region) = by_id(id) else { return };
    let Ok(Some(line)) = region.query_selector(".here") else { return };
    let (room, at) = (region.get_bounding_client_rect(), line.get_bounding_client_rect());
    let by = at.top() - room.top() - room.height() / 3.0;
    region.set_scroll_top(region.scroll_top() + by as i32);
}
