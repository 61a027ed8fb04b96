//! The runs that somebody has kept: to keep one more, to open, rename or delete one.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::bits::{button, leaf, picture_button, tag};
use super::icon::Icon;
use crate::base::Sentence;
use crate::command::Script;
use crate::player::Action;
use crate::tr;
use crate::view::Thumbnail;
use crate::view::ticks::seconds;
use crate::web::frame::Instant;
use crate::web::runs::{self, Kept, LONGEST_NAME};
use crate::web::shared::Shared;
use crate::words::{Language, tell};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub language: Language,
    /// The run on screen.
    pub instant: Shared<Instant>,
    pub act: Callback<Action>,
}

/// What the list shows.
#[derive(Clone, Default, PartialEq)]
struct Shelf {
    /// `None` until the browser has answered.
    runs: Option<Vec<Kept>>,
    /// What went wrong last.
    trouble: Option<Sentence>,
    /// What was deleted last, and can be put back.
    deleted: Option<Kept>,
}

/// What somebody does to the shelf.
enum Deed {
    Look,
    Keep(Shared<Instant>, String),
    Rename(Kept, String),
    Delete(Kept),
    PutBack(Kept),
}

impl Deed {
    async fn do_it(self, before: Option<Kept>) -> Shelf {
        let mut deleted = before;
        let done = match &self {
            Deed::Look => Ok(()),
            Deed::Keep(instant, name) => runs::keep(instant, name).await,
            Deed::Rename(run, name) => run.rename(name).await,
            Deed::Delete(run) => run.delete().await,
            Deed::PutBack(run) => run.put().await,
        };
        match self {
            Deed::Delete(run) if done.is_ok() => deleted = Some(run),
            Deed::PutBack(_) if done.is_ok() => deleted = None,
            _ => {}
        }
        match runs::all().await {
            Ok(runs) => Shelf { runs: Some(runs), trouble: done.err(), deleted },
            Err(trouble) => Shelf { runs: Some(Vec::new()), trouble: Some(trouble), deleted },
        }
    }
}

#[component]
pub fn Runs(props: &Props) -> Html {
    let language = props.language;
    let shelf = use_state(Shelf::default);
    let does = {
        let shelf = shelf.clone();
        Callback::from(move |deed: Deed| {
            let shelf = shelf.clone();
            yew::platform::spawn_local(async move {
                let next = deed.do_it(shelf.deleted.clone()).await;
                shelf.set(next);
            });
        })
    };
    {
        let does = does.clone();
        use_effect_with((), move |()| does.emit(Deed::Look));
    }
    let rows = shelf.runs.iter().flatten().map(|run| row(props, run, &does));
    let trouble = shelf.trouble.as_ref().map(|sentence| tell(language, sentence));
    let none = shelf.runs.as_ref().is_some_and(Vec::is_empty) && trouble.is_none();
    html! {
        <>
            { leaf("p", "", tr!(language, "Runs are kept in this browser, each as its script and the instant you leave it at.")) }
            { keeper(props, &does) }
            <p class="trouble" role="alert">{ trouble }</p>
            if let Some(run) = &shelf.deleted { { put_back(language, run, &does) } }
            if none { { leaf("p", "soft", tr!(language, "Nothing is kept yet.")) } }
            <ul class="runs" aria-label={tr!(language, "Kept runs")}>{ for rows }</ul>
        </>
    }
}

/// The run on screen, to be kept under a name.
fn keeper(props: &Props, does: &Callback<Deed>) -> Html {
    let (does, instant) = (does.clone(), props.instant.clone());
    let field = NodeRef::default();
    let input = field.clone();
    let onsubmit = Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.cast::<HtmlInputElement>() else { return };
        let name = if input.value().is_empty() { input.placeholder() } else { input.value() };
        input.set_value("");
        does.emit(Deed::Keep(instant.clone(), name));
    });
    let language = props.language;
    html! {
        <form class="link-line" {onsubmit}>
            <input ref={field} type="text" maxlength={LONGEST_NAME.to_string()} autocomplete="off"
                placeholder={props.instant.name.clone()} aria-label={tr!(language, "Name")} />
            { button("primary", Some(Icon::Disk), tr!(language, "Keep this run"), Callback::noop()) }
        </form>
    }
}

fn row(props: &Props, run: &Kept, does: &Callback<Deed>) -> Html {
    let language = props.language;
    let open = |script: &Script| {
        let (act, script, time) = (props.act.clone(), script.clone(), run.time);
        let onclick = Callback::from(move |_: MouseEvent| {
            act.emit(Action::Load(script.clone()));
            act.emit(Action::Seek(time));
            act.emit(Action::Close);
        });
        button("", None, tr!(language, "Open"), onclick)
    };
    let rename = {
        let (does, run) = (does.clone(), run.clone());
        Callback::from(move |event: Event| {
            let name = event.target_unchecked_into::<HtmlInputElement>().value();
            does.emit(Deed::Rename(run.clone(), name));
        })
    };
    let delete = {
        let (does, run) = (does.clone(), run.clone());
        Callback::from(move |_: MouseEvent| does.emit(Deed::Delete(run.clone())))
    };
    let date = js_sys::Date::new(&run.date.into());
    let date = date.to_locale_string(language.tag(), &js_sys::Object::new()).as_string();
    let when = format!("{} · {}", date.unwrap_or_default(), seconds(run.time, 3));
    let told = match &run.script {
        Ok(_) => leaf("small", "soft", &when),
        Err(why) => leaf("small", "trouble", &tell(language, why)),
    };
    let name = run.name.clone();
    html! {
        <li key={run.id()}>
            { run.picture.as_ref().map(picture) }
            <div class="about">
                <input type="text" value={name} maxlength={LONGEST_NAME.to_string()} onchange={rename} aria-label={tr!(language, "Name")} />
                { told }
            </div>
            { run.script.as_ref().ok().map(open) }
            { picture_button("", Icon::Close, tr!(language, "Delete"), delete) }
        </li>
    }
}

/// What was just deleted can be had back.
fn put_back(language: Language, run: &Kept, does: &Callback<Deed>) -> Html {
    let said = tr!(language, "“{0}” is deleted.", run.name.clone());
    let (does, run) = (does.clone(), run.clone());
    let undo = Callback::from(move |_: MouseEvent| does.emit(Deed::PutBack(run.clone())));
    let parts = vec![
        leaf("span", "", &said),
        " ".into(),
        button("inline", None, tr!(language, "Put it back"), undo),
    ];
    tag("p", "soft", parts)
}

fn picture(thumbnail: &Thumbnail) -> Html {
    let path =
        |(class, d): &(&'static str, String)| html! { <path class={*class} d={d.clone()} /> };
    html! {
        <svg class="thumbnail" viewBox={thumbnail.view_box.clone()} aria-hidden="true" focusable="false">
            { for thumbnail.paths.iter().map(path) }
        </svg>
    }
}
