//! The glossary: as a page of its own, which can be printed, and an entry of it over a run.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::alphabet;
use super::bits::{asks, leads, picture_button};
use super::icon::Icon;
use super::prose::{link, prose};
use crate::lessons::texts::SHELF;
use crate::lessons::{Term, glossary};
use crate::player::{Action, PageAction};
use crate::tr;
use crate::web::browser::{self, by_id};
use crate::web::focus;
use crate::words::Language;

fn terms(language: Language) -> Vec<Term> {
    let shelf = SHELF.get();
    shelf.and_then(|shelf| (shelf.terms)(shelf.glossary.of(language)).ok()).unwrap_or_default()
}

/// All entries. The one that a link names stands first in sight.
pub fn glossary(open: Option<&str>, language: Language, act: &Callback<Action>) -> Html {
    html! { <Glossary open={open.map(|name| AttrValue::from(name.to_owned()))} {language} act={act.clone()} /> }
}

#[derive(Properties, PartialEq)]
struct GlossaryProps {
    open: Option<AttrValue>,
    language: Language,
    act: Callback<Action>,
}

#[component]
fn Glossary(props: &GlossaryProps) -> Html {
    let GlossaryProps { open, language, act } = props;
    let (open, language) = (open.as_deref(), *language);
    let said = use_state(String::new);
    let order = use_memo(language, |language| alphabet::sorted(terms(*language), *language));
    let kept = glossary::filter(order.iter().map(|(_, term)| term), &said);
    let stays = |term: &Term| kept.iter().any(|kept| kept.name == term.name);
    let shown: Vec<&(char, Term)> = order.iter().filter(|(_, term)| stays(term)).collect();
    let oninput = {
        let said = said.clone();
        Callback::from(move |event: InputEvent| {
            said.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let count = match said.trim().is_empty() {
        true => tr!(language, "{0} terms, most of them with a run that shows them.", order.len()),
        false => tr!(language, "{0} of {1} terms", shown.len(), order.len()),
    };
    html! {
        <section class="texts" aria-labelledby="texts-title">
            <h2 id="texts-title">{ tr!(language, "Glossary") }</h2>
            <p class="soft" role="status">{ count }</p>
            <search class="letters">
                <label class="field typed"><span>{ tr!(language, "Filter") }</span>
                    <input type="search" autocomplete="off" spellcheck="false" value={(*said).clone()} {oninput} />
                </label>
                { letters(&shown, language) }
            </search>
            <div class="glossary">
                { for shown.chunk_by(|(a, _), (b, _)| a == b).map(|terms| of_letter(terms, open, language, act)) }
            </div>
            if let Some(name) = open { <InSight id={format!("term-{name}")} /> }
        </section>
    }
}

/// The letters that entries begin with; a press goes there.
fn letters(shown: &[&(char, Term)], language: Language) -> Html {
    let letter = |terms: &[&(char, Term)]| {
        let letter = terms[0].0;
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some(heading) = by_id(&letter_id(letter)) {
                heading.scroll_into_view();
                browser::focus(&heading);
            }
        });
        html! { <li><button class="bare" {onclick}>{ letter }</button></li> }
    };
    html! {
        <nav aria-label={tr!(language, "Letters")}><ul>{ for shown.chunk_by(|(a, _), (b, _)| a == b).map(letter) }</ul></nav>
    }
}

fn letter_id(letter: char) -> String {
    format!("letter-{letter}")
}

fn of_letter(
    terms: &[&(char, Term)],
    open: Option<&str>,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let letter = terms[0].0;
    let entry = |(_, term): &&(char, Term)| {
        let is_open = open == Some(&*term.name);
        html! {
            <div key={term.name.clone()} class={if is_open { "entry open" } else { "entry" }} id={format!("term-{}", term.name)}>
                <dt><a href={format!("#v1&term={}", term.name)} aria-current={is_open.then_some("true")}>{ &term.title }</a></dt>
                <dd>{ prose(&term.text, act) }{ shown_by(term, language, act) }</dd>
            </div>
        }
    };
    html! {
        <section key={letter.to_string()}>
            <h3 id={letter_id(letter)} tabindex="-1">{ letter }</h3>
            <dl>{ for terms.iter().map(entry) }</dl>
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
            let text = html! { <>{ tr!(language, "See it run") }<span class="unseen">{ ": " }{ &term.title }</span></> };
            html! { <p class="run-link">{ link(run, text, act) }</p> }
        }
        None => Html::default(),
    }
}

#[derive(Properties, PartialEq)]
struct FocusProps {
    /// The entry.
    of: String,
}

/// Whoever asks for an entry reads on in it; where it is put away, the focus goes back to where it was.
#[component]
fn HasFocus(props: &FocusProps) -> Html {
    let asked = use_mut_ref(focus::held);
    use_effect_with(props.of.clone(), |_| _ = focus::on("#term-title"));
    use_effect_with((), move |()| {
        move || {
            if let Some(asked) = asked.borrow().as_ref().filter(|_| focus::is_lost()) {
                browser::focus(asked);
            }
        }
    });
    Html::default()
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
            <HasFocus of={term.name.clone()} />
            <header>
                <h2 id="term-title" tabindex="-1">{ &term.title }</h2>
                { picture_button("close", Icon::Close, tr!(language, "Close"), close) }
            </header>
            { prose(&term.text, act) }
            { shown_by(&term, language, act) }
            <p>{ leads("", &format!("#v1&term={}", term.name), tr!(language, "In the glossary").into()) }</p>
        </div>
    }
}
