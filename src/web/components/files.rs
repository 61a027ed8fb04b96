//! Files: the log leaves the page as documents for a database, and comes back.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

use super::bits::button;
use crate::base::{Place, Sentence, Span, Time};
use crate::command::Script;
use crate::export::cut_after;
use crate::export::ejson;
use crate::player::{Action, Needs, Notice, PageAction, RunAction};
use crate::scenario::Scenario;
use crate::sim::snapshot::NodeShot;
use crate::web::frame::Inspection;
use crate::web::shared::Shared;
use crate::web::{browser, parts};
use crate::words::Language;
use crate::{catalog, sentence, tr};

/// Buttons that save, and one that opens.
pub fn files(inspection: &Shared<Inspection>, language: Language, act: &Callback<Action>) -> Html {
    let nodes = inspection.snapshot.nodes.iter().map(|NodeShot { id, .. }| {
        button("", None, &tr!(language, "Save {0}", *id), save(inspection, act, Some(*id)))
    });
    let opened = act.clone();
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            yew::platform::spawn_local(open(file, opened.clone()));
        }
        // The same file may be chosen again.
        input.set_value("");
    });
    html! {
        <section>
            <h3>{ tr!(language, "Files") }</h3>
            <p class="soft">{ tr!(language, "Documents of Extended JSON, one a line, as mongoimport takes them: what one server holds at this instant, or all that happened.") }</p>
            <div class="acts">
                { for nodes }
                { button("", None, tr!(language, "Save the history"), save(inspection, act, None)) }
                // The browser's own button would speak the browser's language.
                <label class="button">
                    { tr!(language, "Open a file") }
                    <input class="unseen" type="file" accept=".ndjson,.json,application/x-ndjson" {onchange} />
                </label>
            </div>
        </section>
    }
}

/// Saves what this server holds at the cursor, or the whole history.
fn save(
    inspection: &Shared<Inspection>,
    act: &Callback<Action>,
    node: Option<Place>,
) -> Callback<MouseEvent> {
    let (inspection, act) = (inspection.clone(), act.clone());
    Callback::from(move |_: MouseEvent| {
        let Some(Scenario { script, .. }) = &inspection.scenario else { return };
        let slug = &script.setup.protocol;
        let mut text = String::new();
        let told = match node {
            Some(node) => catalog::start(script.clone()).and_then(|mut run| {
                run.seek_event(inspection.event, u32::MAX);
                text = ejson::node(&run, inspection.now, node)?;
                Ok(())
            }),
            None => history(script, &inspection, &mut text),
        };
        let name = match node {
            Some(node) => format!("synod-{slug}-{node}.ndjson"),
            None => format!("synod-{slug}.ndjson"),
        };
        if !text.is_empty() {
            browser::save(&name, &text);
        }
        if let Err(why) = told {
            act.emit(Action::Page(PageAction::Tell(Notice::refusal(why))));
        }
    })
}

/// As much of the history as can be opened again; the error says where it was cut off.
fn history(script: &Script, inspection: &Inspection, text: &mut String) -> Result<(), Sentence> {
    let (mut documents, mut cut) = (0, false);
    let mut run = catalog::start(script.clone())?;
    run.run_to(inspection.head, u32::MAX);
    let whole = Span::new(Time::ZERO, inspection.head);
    ejson::history(&run, inspection.now, whole, &mut |document| {
        cut = text.len() + document.len() > ejson::SIZE;
        if !cut {
            documents += 1;
            *text += document;
        }
        !cut
    })?;
    match cut {
        // The first document is no event.
        true => Err(cut_after(documents - 1)),
        false => Ok(()),
    }
}

/// Whether the file begins as documents of a run do: as what [`save`] has written.
pub async fn is_run(file: &File) -> bool {
    const ENOUGH: f64 = 4_096.0;
    let Ok(first) = file.slice_with_f64_and_f64(0.0, ENOUGH) else { return false };
    let text = JsFuture::from(first.text()).await.ok().and_then(|text| text.as_string());
    text.is_some_and(|text| ejson::is_run(&text))
}

/// Goes to the run of the file; what is on screen stays if there is none in it.
pub async fn open(file: File, act: Callback<Action>) {
    match read(&file).await {
        Ok(import) => {
            let notice = import.differs.map(|differs| Box::new(Notice::refusal(differs)));
            act.emit(Action::Run(RunAction::Load {
                script: Box::new(import.script),
                branches: None,
                at: import.time,
                notice,
            }));
        }
        Err(why) => act.emit(Action::Page(PageAction::Tell(Notice::refusal(why)))),
    }
}

async fn read(file: &File) -> Result<ejson::Import, Sentence> {
    if file.size() > ejson::SIZE as f64 {
        return Err(ejson::too_large());
    }
    let text = JsFuture::from(file.unchecked_ref::<web_sys::Blob>().text()).await;
    match text.ok().and_then(|text| text.as_string()) {
        Some(text) => {
            let needs = Needs::of_text(&text);
            parts::fetch(&needs).await.map_err(|_| parts::why(needs.protocol()))?;
            ejson::read(&text)
        }
        None => Err(sentence!("The file cannot be read.")),
    }
}
