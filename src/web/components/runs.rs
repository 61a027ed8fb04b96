//! The runs that somebody has kept: to keep one more, to open, rename or delete one.

use gloo_timers::future::TimeoutFuture;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::bits::{button, picture_button};
use super::draw::picture;
use super::icon::Icon;
use crate::base::Sentence;
use crate::command::Script;
use crate::player::{Action, PageAction, RunAction};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::web::browser::focus;
use crate::web::frame::Instant;
use crate::web::runs::{self, Kept, LONGEST_NAME};
use crate::web::shared::Shared;
use crate::words::{Language, tell};

/// For so many milliseconds after a run was kept, a second press is the same wish.
const TWICE: u32 = 800;

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
    /// Under the name that stands in the field.
    Keep(Shared<Instant>, HtmlInputElement),
    Rename(Kept, HtmlInputElement),
    Delete(Kept),
    PutBack(Kept),
}

impl Deed {
    async fn do_it(self, before: Shelf) -> Shelf {
        let mut deleted = before.deleted;
        let done = match &self {
            Deed::Look => Ok(()),
            Deed::Keep(instant, field) => {
                let typed = field.value();
                let given = if typed.trim().is_empty() { &instant.name } else { &typed };
                runs::keep(instant, given).await
            }
            Deed::Rename(run, field) => run.rename(&field.value()).await,
            Deed::Delete(run) => run.delete().await,
            Deed::PutBack(run) => run.put().await,
        };
        match self {
            Deed::Delete(run) if done.is_ok() => deleted = Some(run),
            Deed::PutBack(_) if done.is_ok() => deleted = None,
            // What was typed is lost only once it is kept.
            Deed::Keep(_, field) if done.is_ok() => field.set_value(""),
            Deed::Rename(run, field) if done.is_err() => field.set_value(&run.name),
            _ => {}
        }
        match runs::all().await {
            Ok(runs) => Shelf { runs: Some(runs), trouble: done.err(), deleted },
            // They are still there, for all that is known.
            Err(trouble) => {
                Shelf { runs: before.runs.or(Some(Vec::new())), trouble: Some(trouble), deleted }
            }
        }
    }
}

#[component]
pub fn Runs(props: &Props) -> Html {
    let language = props.language;
    let shelf = use_state(Shelf::default);
    let does = {
        let (shelf, keeping) = (shelf.clone(), use_mut_ref(|| false));
        Callback::from(move |deed: Deed| {
            let (shelf, keeping) = (shelf.clone(), keeping.clone());
            // Who presses twice means it once.
            let keeps = matches!(deed, Deed::Keep(..));
            if keeps && keeping.replace(true) {
                return;
            }
            yew::platform::spawn_local(async move {
                let next = deed.do_it((*shelf).clone()).await;
                let kept = next.trouble.is_none();
                shelf.set(next);
                if keeps {
                    if kept {
                        TimeoutFuture::new(TWICE).await;
                    }
                    keeping.replace(false);
                }
            });
        })
    };
    {
        let does = does.clone();
        use_effect_with((), move |()| does.emit(Deed::Look));
    }
    // With a deleted run its button goes: the focus goes to what says so.
    let said = use_node_ref();
    {
        let (said, before) = (said.clone(), use_mut_ref(|| None::<u64>));
        use_effect_with(shelf.deleted.as_ref().map(|run| run.id), move |deleted| {
            if let (true, Some(said)) = (before.replace(*deleted) != *deleted, said.cast()) {
                focus(&said);
            }
        });
    }
    let rows = shelf.runs.iter().flatten().map(|run| row(props, run, &does));
    let trouble = shelf.trouble.as_ref().map(|sentence| tell(language, sentence));
    let none = shelf.runs.as_ref().is_some_and(Vec::is_empty) && trouble.is_none();
    html! {
        <>
            <p>{ tr!(language, "Runs are kept in this browser, each as its script and the instant you leave it at.") }</p>
            { keeper(props, &does) }
            <p class="trouble" role="alert">{ trouble }</p>
            <p class="soft" ref={said} tabindex="-1">{ shelf.deleted.as_ref().map(|run| put_back(language, run, &does)) }</p>
            if none { <p class="soft">{ tr!(language, "Nothing is kept yet.") }</p> }
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
        if let Some(field) = input.cast::<HtmlInputElement>() {
            does.emit(Deed::Keep(instant.clone(), field));
        }
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
        let (act, at) = (props.act.clone(), run.time);
        let branches = run.branches.clone().and_then(Result::ok);
        let load = Action::Run(RunAction::Load {
            script: Box::new(script.clone()),
            branches,
            at,
            notice: None,
        });
        let onclick = Callback::from(move |_: MouseEvent| {
            act.emit(load.clone());
            act.emit(Action::Page(PageAction::Close));
        });
        button("", None, tr!(language, "Open"), onclick)
    };
    let rename = {
        let (does, run) = (does.clone(), run.clone());
        Callback::from(move |event: Event| {
            let field = event.target_unchecked_into::<HtmlInputElement>();
            match field.value().trim().is_empty() {
                true => field.set_value(&run.name),
                false => does.emit(Deed::Rename(run.clone(), field)),
            }
        })
    };
    let delete = {
        let (does, run) = (does.clone(), run.clone());
        Callback::from(move |_: MouseEvent| does.emit(Deed::Delete(run.clone())))
    };
    let date = run.date.and_then(|date| {
        let date = js_sys::Date::new(&date.into());
        date.to_locale_string(language.tag(), &js_sys::Object::new()).as_string()
    });
    let count = run.branches.iter().flatten().next().map(|stored| stored.count());
    let count = count.map(|(branches, lacking)| match lacking {
        0 => tr!(language, "{0} branches", branches),
        _ => tr!(language, "{0} branches; there was no room for {1} more", branches, lacking),
    });
    let when = date.into_iter().chain([seconds(run.time, 3)]).chain(count);
    let when = when.collect::<Vec<_>>().join(" · ");
    let told = match (&run.script, &run.branches) {
        (Ok(_), Some(Err(why))) | (Err(why), _) => {
            html! { <small class="trouble">{ tell(language, why) }</small> }
        }
        (Ok(_), _) => html! { <small class="soft">{ when }</small> },
    };
    let name = run.name.clone();
    html! {
        <li key={run.id}>
            { run.picture.as_ref().map(|drawn| picture(drawn, Html::default())) }
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
    let undo = button("inline", None, tr!(language, "Put it back"), undo);
    html! { <><span>{ said }</span>{ " " }{ undo }</> }
}
