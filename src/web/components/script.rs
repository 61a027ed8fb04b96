//! The run as text, live: what has been done, line by line. It can be changed and run again; a
//! mistake is told with its place, and the run on the stage stays as it is.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ClipboardEvent, Element, HtmlTextAreaElement};
use yew::prelude::*;

use super::bits::{asks, button};
use super::draw::when;
use super::icon::Icon;
use super::props::InspectorProps as Props;
use super::text_area::lead_to;
use crate::base::{Sentence, Time};
use crate::command::{Command, Script};
use crate::player::{Action, Needs, Notice, PageAction, RunAction, TimeAction};
use crate::scenario::{self, Mistake, Scenario, Variant};
use crate::tr;
use crate::web::browser::focus;
use crate::web::parts;
use crate::words::{Language, tell, translate};

/// The script being changed.
#[derive(Clone)]
pub struct Editing {
    area: NodeRef,
    /// What stands there while nothing is edited.
    section: NodeRef,
    /// The text that editing began with: the run may go on underneath.
    text: UseStateHandle<Option<String>>,
    /// How long, in bytes, the text would have been that was pasted last, if it was too long.
    too_long: UseStateHandle<Option<usize>>,
    /// Why nothing can be said of the script: a protocol that it names could not be fetched.
    unfetched: Option<Sentence>,
}

/// Remembers the script being changed, and leads to a mistake in it.
#[hook]
pub fn use_editing(place: Option<(u32, u32)>) -> Editing {
    let (area, section) = (use_node_ref(), use_node_ref());
    let (text, too_long) = (use_state(|| None), use_state(|| None));
    let unfetched = use_protocols(text.as_deref());
    {
        let area = area.clone();
        use_effect_with(place, move |place| {
            if let Some((line, column)) = place {
                lead_to(&area, *line, *column);
            }
        });
    }
    {
        // Who begins to edit types on at once, and who goes back can begin again.
        let (area, section, edited) = (area.clone(), section.clone(), use_mut_ref(|| false));
        use_effect_with(text.is_some(), move |edits| {
            let was_edited = edited.replace(*edits);
            let button = || section.cast::<Element>()?.query_selector("h2 button").ok()?;
            match (*edits, area.cast::<HtmlTextAreaElement>()) {
                (true, Some(area)) => focus(&area),
                (false, _) if was_edited => button().iter().for_each(focus),
                _ => {}
            }
        });
    }
    Editing { area, section, text, too_long, unfetched }
}

/// Fetches the protocols that a text names while it is written, since nothing can be said of it before; why one
/// cannot be had, if so.
#[hook]
fn use_protocols(text: Option<&str>) -> Option<Sentence> {
    let needs = text.map(Needs::of_text).unwrap_or_default();
    let missing = needs.protocol();
    let (failed, arrived) = (use_state(|| None::<&'static str>), use_force_update());
    {
        let failed = failed.clone();
        use_effect_with(missing.map(|it| it.slug), move |slug| {
            if let Some(slug) = *slug {
                spawn_local(async move {
                    match parts::fetch(&needs).await {
                        Ok(()) => arrived.force_update(),
                        Err(_) => failed.set(Some(slug)),
                    }
                });
            }
        });
    }
    missing.filter(|it| *failed == Some(it.slug)).map(|it| parts::why(Some(it)))
}

/// The script, or the editor.
pub fn script_tab(props: &Props, editing: Editing) -> Html {
    let edited = editing.text.clone();
    let Some(scenario) = &props.inspection.scenario else { return Html::default() };
    let language = props.language;
    if let Some(text) = &*edited {
        let leave = {
            let edited = edited.clone();
            Callback::from(move |_: MouseEvent| edited.set(None))
        };
        return editor(props, text, &editing, leave);
    }
    let edit = {
        let (edited, text) = (edited.clone(), scenario.to_string());
        Callback::from(move |_: MouseEvent| edited.set(Some(text.clone())))
    };
    let about = tr!(
        language,
        "Everything you do adds a line. The link carries these lines, and nothing else."
    );
    html! {
        <section class="script" ref={editing.section.clone()}>
            <h2>
                { tr!(language, "Script") }
                <span class="grow"></span>
                { button("", Some(Icon::Pen), tr!(language, "Edit"), edit) }
            </h2>
            <p class="soft">{ about }</p>
            { lines(props, scenario) }
        </section>
    }
}

/// The lines of what is shown, in the order in which they are written.
fn lines(props: &Props, Scenario { script, beside }: &Scenario) -> Html {
    html! {
        <ol class="lines">
            if let Some(Variant::Script(second)) = beside {
                { of_run(props, script, None) }
                { of_run(props, second, beside.as_ref()) }
            } else {
                { of_run(props, script, beside.as_ref()) }
            }
        </ol>
    }
}

/// The lines of a run, each of which leads to its time; those still to come are dimmed.
fn of_run(props: &Props, script: &Script, beside: Option<&Variant>) -> Html {
    let now = props.inspection.now;
    let last = script.lines.iter().map(|line| line.at).take_while(|at| *at <= now).last();
    let line = |at: Option<Time>, text: String| {
        let here = last.is_some() && at == last;
        let class = if here { "here" } else { when(at.is_some_and(|at| at > now), "later") };
        let time = at.map(|at| {
            button("inline mono", None, &at.to_string(), asks(&props.act, TimeAction::Seek(at)))
        });
        html! { <li {class}>{ time }<code>{ text }</code></li> }
    };
    let mut lines = vec![line(None, script.setup.to_string())];
    if let Some(variant) = beside {
        // A script of its own stands behind the word, all else before what it concerns.
        let place = usize::from(!matches!(variant, Variant::Script(_)));
        lines.insert(place, line(None, variant.to_string()));
    }
    // Titles and captions as the stage shows them.
    let told = |text: &str| translate(props.language, text).to_owned();
    lines.extend(script.title.as_ref().map(|title| line(None, format!("title {}", told(title)))));
    let logs = script.setup.logs.iter();
    lines.extend(logs.map(|(place, log)| line(None, format!("log {place} {log}"))));
    lines.extend(script.lines.iter().map(|given| {
        let command = match &*given.command {
            Command::Say(caption) => Command::Say(told(caption)),
            command => command.clone(),
        };
        line(Some(given.at), command.to_string())
    }));
    html! { <>{ for lines }</> }
}

/// The text to be changed, and what is wrong with it as it stands, or would be with what was pasted.
fn editor(props: &Props, text: &str, editing: &Editing, leave: Callback<MouseEvent>) -> Html {
    let language = props.language;
    let Editing { area, too_long, unfetched, .. } = editing;
    // Of a protocol that is not there yet nothing can be said.
    let is_known = Needs::of_text(text).are_met();
    let own = if is_known { scenario::mistakes(text) } else { Vec::new() };
    // Only the script's own mistakes keep it from running: what was refused is not in it.
    let first = own.first().map(|mistake| (mistake.line, mistake.column));
    let refused = too_long.map(scenario::too_long);
    // What the page says already, here it is not said again.
    let told = props.notice.as_ref().and_then(|notice| notice.place);
    let own = own.into_iter().filter(|mistake| told != Some((mistake.line, mistake.column)));
    let mistakes: Vec<Mistake> = refused.into_iter().chain(own).collect();
    let run = {
        let (act, text, leave, area) =
            (props.act.clone(), text.to_owned(), leave.clone(), area.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some((line, column)) = first {
                return lead_to(&area, line, column);
            }
            // The editor closes over a script that runs, and stays open over one that is still to be read.
            if is_known {
                leave.emit(event);
            }
            act.emit(Action::Run(RunAction::LoadText(text.clone())));
        })
    };
    let write = writing(props, editing);
    let oninput = write
        .reform(|event: InputEvent| event.target_unchecked_into::<HtmlTextAreaElement>().value());
    html! {
        <section class="script">
            <h2>{ tr!(language, "Script") }</h2>
            <textarea ref={area.clone()} spellcheck="false" autocapitalize="off" rows="14" aria-label={tr!(language, "Script")}
                aria-invalid={(!mistakes.is_empty()).to_string()} value={text.to_owned()} {oninput}
                onpaste={pasted(text.len(), too_long.clone(), write)} />
            <ul class="mistakes">{ for mistakes.iter().map(|it| mistake(it, area, language)) }</ul>
            <div role="status">
                // Who listens hears while writing how many there are, and reads them at leisure.
                if !mistakes.is_empty() {
                    <span class="unseen">{ tr!(language, "Mistakes: {0}", mistakes.len()) }</span>
                }
                if let Some(why) = unfetched {
                    <p class="soft">{ tell(language, why) }</p>
                } else if !is_known {
                    <p class="soft fetching">{ tr!(language, "Fetching…") }</p>
                }
            </div>
            <div class="acts">
                { button("primary", Some(Icon::Play), tr!(language, "Run this script"), run) }
                { button("", None, tr!(language, "Back"), leave) }
            </div>
        </section>
    }
}

/// Takes the text as it is now; what was said of it as it was is said no longer.
fn writing(props: &Props, editing: &Editing) -> Callback<String> {
    let (edited, too_long, act) =
        (editing.text.clone(), editing.too_long.clone(), props.act.clone());
    let is_told = props.notice.as_ref().is_some_and(|notice| notice.place.is_some());
    Callback::from(move |text: String| {
        edited.set(Some(text));
        too_long.set(None);
        if is_told {
            act.emit(Action::Page(PageAction::Dismiss));
        }
    })
}

/// In bytes: of a longer text a browser lays out line after line as it pastes it, which takes it minutes.
const LARGE: usize = 8 * 1024;

/// Pastes into a text of this length. What makes it too long is refused before the browser has begun, and what is
/// large is put there at once.
fn pasted(
    length: usize,
    too_long: UseStateHandle<Option<usize>>,
    write: Callback<String>,
) -> Callback<Event> {
    Callback::from(move |event: Event| {
        let data = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
        let pasted = data.and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
        if length + pasted.len() > scenario::SIZE {
            event.prevent_default();
            too_long.set(Some(length + pasted.len()));
        } else if pasted.len() > LARGE {
            event.prevent_default();
            let area: HtmlTextAreaElement = event.target_unchecked_into();
            if area.set_range_text(&pasted).is_ok() {
                write.emit(area.value());
            }
        }
    })
}

/// A mistake, which leads to its place.
fn mistake(mistake: &Mistake, area: &NodeRef, language: Language) -> Html {
    let (line, column) = (mistake.line, mistake.column);
    let notice = Notice::mistake(line, column, mistake.sentence.clone());
    let lead = {
        let area = area.clone();
        Callback::from(move |_: MouseEvent| lead_to(&area, line, column))
    };
    html! { <li>{ button("inline mistake", None, &notice.told(language), lead) }</li> }
}
