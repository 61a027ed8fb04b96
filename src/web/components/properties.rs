//! The protocol's properties by their names in the literature, and where each stands.

use yew::prelude::*;

use super::caption::with_names;
use super::icon::{Icon, icon};
use crate::player::Action;
use crate::protocol::PropertyKind;
use crate::sim::snapshot::{PropertyShot, Standing};
use crate::tr;
use crate::view::ticks::seconds;
use crate::web::frame::Inspection;
use crate::web::shared::Shared;
use crate::words::{Language, tell, translate};

#[derive(yew::Properties, PartialEq)]
pub struct Props {
    pub inspection: Shared<Inspection>,
    pub language: Language,
    pub act: Callback<Action>,
}

#[component]
pub fn Properties(props: &Props) -> Html {
    let language = props.language;
    let count = props.inspection.properties.len();
    let holding = count - props.inspection.broken();
    html! {
        <section class="properties">
            <h2>{ tr!(language, "At {0}", seconds(props.inspection.now, 3)) }<span class="chip plain">{ tr!(language, "{0} of {1} hold", holding, count) }</span></h2>
            <ul>{ for props.inspection.properties.iter().map(|property| item(props, property)) }</ul>
        </section>
    }
}

fn item(props: &Props, property: &PropertyShot) -> Html {
    let language = props.language;
    let (class, sign, standing) = match &property.standing {
        Standing::Holds => ("holds", "✓", tr!(language, "holds").to_owned()),
        Standing::NotYet(why) => ("open", "…", tell(language, why)),
        Standing::Violated { why, .. } => ("broken", "✗", tell(language, why)),
    };
    let since = match &property.standing {
        Standing::Violated { at, event, .. } => {
            let (act, event) = (props.act.clone(), *event);
            let onclick = Callback::from(move |_: MouseEvent| act.emit(Action::SeekEvent(event)));
            html! { <button {onclick}>{ icon(Icon::Target) }{ tr!(language, "violated since {0}", seconds(*at, 4)) }</button> }
        }
        _ => Html::default(),
    };
    let kind = match property.kind {
        PropertyKind::Always => tr!(language, "always"),
        PropertyKind::Sometimes => tr!(language, "some time"),
        PropertyKind::Converges => tr!(language, "in the end"),
    };
    html! {
        <li {class}>
            <span class="sign" aria-hidden="true">{ sign }</span>
            <div>
                <h3><span>{ translate(language, property.name) }</span><small>{ kind }</small></h3>
                <p class="formula">{ property.formula }</p>
                <p>{ translate(language, property.meaning) }</p>
                if matches!(property.standing, Standing::Holds) {
                    <span class="unseen">{ standing }</span>
                } else {
                    <p class="standing">{ with_names(&standing) }</p>
                }
                { since }
            </div>
        </li>
    }
}
