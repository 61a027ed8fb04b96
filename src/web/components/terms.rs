//! The glossary: as a page of its own, which can be printed, and an entry of it over a run.

use yew::prelude::*;

use super::bits::{asks, picture_button};
use super::icon::Icon;
use super::prose::{link, prose};
use crate::lessons::Term;
use crate::lessons::texts::SHELF;
use crate::player::{Action, PageAction};
use crate::tr;
use crate::web::browser::by_id;
use crate::words::Language;

fn terms(language: Language) -> Vec<Term> {
    let shelf = SHELF.get();
    shelf.and_then(|shelf| (shelf.terms)(shelf.glossary.of(language)).ok()).unwrap_or_default()
}

/// All entries. The one that a link names stands first in sight.
pub fn glossary(open: Option<&str>, language: Language, act: &Callback<Action>) -> Html {
    let mut terms = terms(language);
    terms.sort_by_key(|term| term.title.to_lowercase());
    let entry = |term: &Term| {
        let is_open = open == Some(&*term.name);
        html! {
            <div class={if is_open { "entry open" } else { "entry" }} id={format!("term-{}", term.name)}>
                <dt><a href={format!("#v1&term={}", term.name)} aria-current={is_open.then_some("true")}>{ &term.title }</a></dt>
                <dd>{ prose(&term.text, act) }{ shown_by(term, language, act) }</dd>
            </div>
        }
    };
    html! {
        <section class="texts" aria-labelledby="texts-title">
            <h2 id="texts-title">{ tr!(language, "Glossary") }</h2>
            <p class="soft">{ tr!(language, "{0} terms, most of them with a run that shows them.", terms.len()) }</p>
            <dl class="glossary">{ for terms.iter().map(entry) }</dl>
            if let Some(name) = open { <InSight id={format!("term-{name}")} /> }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct SightProps {
    id: AttrValue,
}

/// Brings an element into sight once it is there.
#[component]
fn InSight(props: &SightProps) -> Html {
    use_effect_with(props.id.clone(), |id| {
        if let Some(element) = by_id(id) {
            element.scroll_into_view();
        }
    });
    Html::default()
}

fn shown_by(term: &Term, language: Language, act: &Callback<Action>) -> Html {
    match &term.run {
        Some(run) => {
            let text = html! { { tr!(language, "See it run") } };
            html! { <p class="run-link">{ link(run, text, act) }</p> }
        }
        None => Html::default(),
    }
}

/// An entry over a run, which stays.
pub fn term_card(name: &str, language: Language, act: &Callback<Action>) -> Html {
    let terms = terms(language);
    let Some(term) = terms.into_iter().find(|term| term.name == name) else {
        return Html::default();
    };
    let close = asks(act, PageAction::Close);
    html! {
        <div class="term-card" role="dialog" aria-labelledby="term-title" data-role="term">
            <header>
                <h2 id="term-title">{ &term.title }</h2>
                { picture_button("close", Icon::Close, tr!(language, "Close"), close) }
            </header>
            { prose(&term.text, act) }
            { shown_by(&term, language, act) }
            <p><a href={format!("#v1&term={}", term.name)}>{ tr!(language, "In the glossary") }</a></p>
        </div>
    }
}
