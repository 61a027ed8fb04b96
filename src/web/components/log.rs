//! What every server would still know after a crash, and files: the log leaves the page as documents
//! for a database, and comes back.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

use super::bits::{button, leaf, soft, tag};
use super::icon::Icon;
use super::inspector::Props;
use super::logs::logs;
use crate::base::{NodeId, Sentence};
use crate::player::{Action, Notice};
use crate::sim::snapshot::DiskField;
use crate::view::ejson;
use crate::web::browser;
use crate::words::translate;
use crate::{catalog, sentence, tr};

/// The disks, the logs, and the files.
#[inline(never)]
pub fn log_tab(props: &Props) -> Html {
    let language = props.language;
    let about = tr!(
        language,
        "What a server has written survives a crash. What is still on its way to the disk would be lost."
    );
    let parts = vec![
        leaf("h2", "", tr!(language, "On disk")),
        soft(about),
        disks(props),
        logs(props),
        files(props),
    ];
    tag("section", "", parts)
}

/// A row a server, a column a thing that it keeps.
fn disks(props: &Props) -> Html {
    let (disks, language) = (&props.inspection.disks, props.language);
    let names = disks.first().map_or(&[][..], |(_, fields)| fields);
    let head = names.iter().map(|field| {
        html! { <th scope="col">{ translate(language, field.name) }</th> }
    });
    let head = std::iter::once(leaf("td", "", "")).chain(head);
    let cell = |field: &DiskField| {
        let pending = field.pending.as_ref().map(|pending| {
            leaf("span", "pending-write", &tr!(language, "{0} not yet on disk", pending.clone()))
        });
        tag("td", "", std::iter::once(field.value.clone().into()).chain(pending).collect())
    };
    let row = |(node, fields): &(NodeId, Vec<DiskField>)| {
        let name = html! { <th scope="row">{ node.to_string() }</th> };
        tag("tr", "", std::iter::once(name).chain(fields.iter().map(cell)).collect())
    };
    html! {
        <div class="disks" tabindex="0" role="region" aria-label={tr!(language, "On disk")}>
            { tag("table", "", vec![tag("thead", "", vec![tag("tr", "", head.collect())]), tag("tbody", "", disks.iter().map(row).collect())]) }
        </div>
    }
}

/// Buttons that save, and one that opens.
fn files(props: &Props) -> Html {
    let language = props.language;
    let history =
        button("", Some(Icon::Disk), tr!(language, "The whole history"), save(props, None));
    let nodes = props
        .inspection
        .disks
        .iter()
        .map(|(node, _)| button("", None, &node.to_string(), save(props, Some(*node))));
    let act = props.act.clone();
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            yew::platform::spawn_local(open(file, act.clone()));
        }
        // The same file may be chosen again.
        input.set_value("");
    });
    html! {
        <section>
            { leaf("h3", "", tr!(language, "Files")) }
            { soft(tr!(language, "Documents of Extended JSON, one a line, as mongoimport takes them: what one server holds at this instant, or all that happened.")) }
            { tag("div", "acts", nodes.chain([history]).collect()) }
            <label class="opens"><span>{ tr!(language, "Open a file:") }</span><input type="file" accept=".ndjson,.json,application/x-ndjson" {onchange} /></label>
        </section>
    }
}

/// Saves what this server holds at the cursor, or the whole history.
fn save(props: &Props, node: Option<NodeId>) -> Callback<MouseEvent> {
    let (inspection, act) = (props.inspection.clone(), props.act.clone());
    Callback::from(move |_: MouseEvent| {
        let Some(script) = &inspection.script else { return };
        let slug = &script.setup.protocol;
        let mut text = String::new();
        let told = match node {
            Some(node) => catalog::start(script.clone()).and_then(|mut run| {
                run.seek_event(inspection.event, u32::MAX);
                text = ejson::node(&run, inspection.now, node)?;
                Ok(())
            }),
            None => ejson::history(script, inspection.now, inspection.head, &mut |document| {
                let fits = text.len() + document.len() <= ejson::SIZE;
                if fits {
                    text += document;
                }
                fits
            }),
        };
        let name = match node {
            Some(node) => format!("synod-{slug}-{node}.ndjson"),
            None => format!("synod-{slug}.ndjson"),
        };
        browser::save(&name, &text);
        if let Err(why) = told {
            act.emit(Action::Tell(Notice::refusal(why)));
        }
    })
}

/// Goes to the run of the file; what is on screen stays if there is none in it.
async fn open(file: File, act: Callback<Action>) {
    match read(&file).await {
        Ok(import) => {
            act.emit(Action::Load(import.script));
            act.emit(Action::Seek(import.time));
            if let Some(differs) = import.differs {
                act.emit(Action::Tell(Notice::refusal(differs)));
            }
        }
        Err(why) => act.emit(Action::Tell(Notice::refusal(why))),
    }
}

async fn read(file: &File) -> Result<ejson::Import, Sentence> {
    if file.size() > ejson::SIZE as f64 {
        return Err(ejson::too_large());
    }
    let text = JsFuture::from(file.unchecked_ref::<web_sys::Blob>().text()).await;
    match text.ok().and_then(|text| text.as_string()) {
        Some(text) => ejson::read(&text),
        None => Err(sentence!("The file cannot be read.")),
    }
}
