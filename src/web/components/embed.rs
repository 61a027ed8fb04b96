//! The run on screen as it is pasted into another page, with a picture of what it will be there.

use web_sys::{HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::bits::{button, field, option};
use super::draw::picture;
use super::icon::Icon;
use crate::base::Sentence;
use crate::player::Snippet;
use crate::view::Thumbnail;
use crate::web::frame::Instant;
use crate::web::shared::Shared;
use crate::web::{address, browser};
use crate::words::{Language, tell, translate};
use crate::{sentence, tr};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub language: Language,
    /// The run on screen.
    pub instant: Shared<Instant>,
}

#[component]
pub fn Embed(props: &Props) -> Html {
    let Props { language, instant } = props;
    let language = *language;
    let chosen = use_state(|| 0);
    let said = use_state(|| None::<Sentence>);
    let area = use_node_ref();
    let snippet = Snippet::ALL[*chosen];
    let text =
        snippet.write(&address::folder(), &address::hash(), &instant.name, &instant.scenario);
    let choose = {
        let (chosen, said) = (chosen.clone(), said.clone());
        Callback::from(move |event: Event| {
            let list: HtmlSelectElement = event.target_unchecked_into();
            said.set(None);
            chosen.set(usize::try_from(list.selected_index()).unwrap_or(0));
        })
    };
    let copy = {
        let (text, said, area) = (text.clone(), said.clone(), area.clone());
        Callback::from(move |_: MouseEvent| {
            let (text, said, area) = (text.clone(), said.clone(), area.clone());
            yew::platform::spawn_local(async move {
                said.set(Some(match browser::copy(&text).await {
                    Ok(()) => sentence!("Copied"),
                    Err(_) => by_hand(&area),
                }));
            });
        })
    };
    let choices = Snippet::ALL.iter().enumerate().map(|(place, snippet)| {
        option(place.to_string(), translate(language, snippet.name()), place == *chosen)
    });
    let told = said.as_ref().map(|said| tell(language, said)).unwrap_or_default();
    html! {
        <section class="embed">
            <h3>{ tr!(language, "Put it into a page") }</h3>
            <div class="formats">{ field(tr!(language, "As"), "", choose, choices.collect()) }</div>
            <p class="soft">{ translate(language, snippet.about()) }</p>
            if snippet != Snippet::Script { { sample(instant, language) } }
            <textarea ref={area} readonly=true rows="5" spellcheck="false" aria-label={tr!(language, "What to paste")} value={text} />
            <div class="acts">
                { button("primary", Some(Icon::Copy), tr!(language, "Copy"), copy) }
                <span class="soft" role="status">{ told }</span>
            </div>
        </section>
    }
}

/// Where a browser forbids copying, the reader can do it.
fn by_hand(area: &NodeRef) -> Sentence {
    if let Some(area) = area.cast::<HtmlTextAreaElement>() {
        area.select();
    }
    sentence!("The browser does not let this page copy: the text is selected, press Ctrl+C.")
}

/// What it will look like: the stage, and the controls beneath.
fn sample(instant: &Instant, language: Language) -> Html {
    let stage = Thumbnail::read(&instant.picture).map(|drawn| picture(&drawn, Html::default()));
    html! {
        <div class="frame-sample" role="img" aria-label={tr!(language, "Preview")}>
            { stage.unwrap_or_default() }
            <p aria-hidden="true">{ format!("▶  t = {}", instant.time) }</p>
        </div>
    }
}
