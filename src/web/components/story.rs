//! What has happened, in words, the newest first; each line leads to its event.

use yew::prelude::*;

use super::caption::with_names;
use crate::player::{Action, Tab};
use crate::tr;
use crate::sim::snapshot::Told;
use crate::view::ticks::seconds;
use crate::web::frame::Inspection;
use crate::web::shared::Shared;
use crate::words::{Language, tell};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub inspection: Shared<Inspection>,
    pub language: Language,
    pub act: Callback<Action>,
}

#[component]
pub fn Story(props: &Props) -> Html {
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
    let (act, event) = (props.act.clone(), told.event);
    let onclick = Callback::from(move |_: MouseEvent| act.emit(Action::SeekEvent(event)));
    let place = told.place.map(|place| place.to_string()).unwrap_or_default();
    html! {
        <li key={told.event} class={classes!(told.notable.then_some("notable"))}>
            <button {onclick}>
                <time>{ seconds(told.at, 3) }</time>
                <b>{ place }</b>
                <span>{ with_names(&tell(props.language, &told.sentence)) }</span>
            </button>
        </li>
    }
}
