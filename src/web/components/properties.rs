//! The protocol's properties by their names in the literature, and where each stands.

use yew::prelude::*;

use super::bits::{asks, asks_why, button, chip};
use super::caption::with_names;
use super::icon::Icon;
use super::props::InspectorProps as Props;
use super::reading_room::word;
use crate::player::{Question, TimeAction};
use crate::protocol::PropertyKind;
use crate::sim::snapshot::{PropertyShot, Standing};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::view::formula::{Style, clauses};
use crate::words::{tell, translate};

/// All properties at the cursor.
pub fn properties(props: &Props) -> Html {
    let language = props.language;
    let count = |is: fn(&Standing) -> bool| {
        props.inspection.properties.iter().filter(|shot| is(&shot.standing)).count()
    };
    let hold = count(|standing| *standing == Standing::Holds);
    let broken = count(|standing| matches!(standing, Standing::Violated { .. }));
    let open = props.inspection.properties.len() - hold - broken;
    let now = tr!(language, "At {0}", seconds(props.inspection.now, 3));
    html! {
        <section class="properties">
            <h2>
                { now }
                if broken > 0 { { chip("bad", tr!(language, "{0} broken", broken)) } }
                { chip("plain", tr!(language, "{0} hold", hold)) }
                if open > 0 { { chip("open", tr!(language, "{0} not settled yet", open)) } }
            </h2>
            <ul>{ for props.inspection.properties.iter().map(|property| item(props, property)) }</ul>
        </section>
    }
}

fn item(props: &Props, property: &PropertyShot) -> Html {
    let language = props.language;
    let (class, sign, standing) = match &property.standing {
        Standing::Holds if property.kind == PropertyKind::Sometimes => {
            ("holds", "✓", tr!(language, "seen").to_owned())
        }
        Standing::Holds => ("holds", "✓", tr!(language, "holds").to_owned()),
        Standing::Unknown(why) => ("open", "?", tell(language, why)),
        Standing::NotYet(why) => ("open", "…", tell(language, why)),
        Standing::Violated { why, .. } => ("broken", "✗", tell(language, why)),
    };
    let since = match &property.standing {
        Standing::Violated { at, event, .. } => {
            let since = tr!(language, "violated since {0}", seconds(*at, 4));
            let go = asks(&props.act, TimeAction::SeekEvent(*event));
            let name = translate(language, property.name);
            let why = asks_why(&props.act, language, name, Question::Event(*event));
            html! { <>{ button("", Some(Icon::Target), &since, go) }{ why }</> }
        }
        _ => property.seen.map_or_else(Html::default, |(at, event)| {
            let first = tr!(language, "seen first at {0}", seconds(at, 4));
            let name = translate(language, property.name);
            let why = asks_why(&props.act, language, name, Question::Event(event));
            let go = asks(&props.act, TimeAction::SeekEvent(event));
            html! { <>{ button("", Some(Icon::Target), &first, go) }{ why }</> }
        }),
    };
    let kind = match property.kind {
        PropertyKind::Always => tr!(language, "always"),
        PropertyKind::Sometimes => tr!(language, "some time"),
        PropertyKind::Converges => tr!(language, "in the end"),
    };
    let told = match property.standing {
        Standing::Holds => html! { <span class="unseen">{ standing }</span> },
        _ => html! { <p class="standing">{ with_names(&standing) }</p> },
    };
    html! {
        <li {class}>
            <span class="sign" aria-hidden="true">{ sign }</span>
            <div>
                <h3><span>{ word(property.name, translate(language, property.name), &props.act) }</span><small>{ kind }</small></h3>
                { formula(property.formula) }
                <p>{ translate(language, property.meaning) }</p>
                { told }
                { since }
            </div>
        </li>
    }
}

/// The formula as styled text; who listens hears it as it is written.
fn formula(text: &'static str) -> Html {
    let set = |(style, text): (Style, String)| match style {
        Style::Plain => html! { { text } },
        Style::Variable => html! { <i>{ text }</i> },
        Style::Index => html! { <sub>{ text }</sub> },
    };
    let clauses = clauses(text).into_iter().map(|pieces| {
        html! { <><span>{ for pieces.into_iter().map(set) }</span>{ " " }</> }
    });
    html! { <p class="formula" role="math" aria-label={text} lang="en">{ for clauses }</p> }
}
