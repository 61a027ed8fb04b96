//! The list of events so far, in words, the newest first; each line leads to its event.

use yew::prelude::*;

use super::bits::{asks, asks_why};
use super::caption::with_names;
use super::draw::when;
use super::props::InspectorProps as Props;
use crate::base::{Sentence, Value};
use crate::player::{Question, Tab, TimeAction};
use crate::sim::snapshot::Told;
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::words::{Language, tell, translate};

/// The list, where there is something to tell.
pub fn event_list(props: &Props) -> Html {
    let Props { inspection, language, .. } = props;
    if inspection.told.is_empty() {
        return Html::default();
    }
    let heading = match inspection.tab {
        Tab::Script => tr!(*language, "Every event"),
        _ => tr!(*language, "What happened"),
    };
    html! {
        <section class="story">
            <h3>{ heading }</h3>
            <ol>{ for inspection.told.iter().map(|told| line(props, told)) }</ol>
        </section>
    }
}

fn line(props: &Props, told: &Told) -> Html {
    let onclick = asks(&props.act, TimeAction::SeekEvent(told.event));
    let place = told.place.map(|place| place.to_string()).unwrap_or_default();
    let words = in_words(props.language, &told.sentence);
    html! {
        <li key={told.event} class={when(told.notable, "notable")}>
            <button {onclick}>
                <time>{ seconds(told.at, 3) }</time>
                <b>{ place }</b>
                <span>{ with_names(&words) }</span>
            </button>
            { asks_why(&props.act, props.language, &words, Question::Event(told.event)) }
        </li>
    }
}

/// The event in the reader's language, the captions that it quotes included.
pub fn in_words(language: Language, sentence: &Sentence) -> String {
    let translated = |value: &Value| match value {
        Value::Text(text) => Value::from(translate(language, text).to_owned()),
        other => other.clone(),
    };
    let values = sentence.values.iter().map(translated).collect();
    tell(language, &Sentence { template: sentence.template, values })
}
