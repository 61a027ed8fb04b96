//! What every server would still know after a crash.

use yew::prelude::*;

use super::inspector::Props;
use super::logs::logs;
use crate::base::NodeId;
use crate::sim::snapshot::DiskField;
use crate::tr;
use crate::web::desk::{Desk, Drawer};
use crate::words::{Language, translate};

/// The disks, the logs, and the files.
pub fn log_tab(props: &Props) -> Html {
    let language = props.language;
    let about = tr!(
        language,
        "What a server has written survives a crash. What is still on its way to the disk would be lost."
    );
    let files = Drawer::Files(props.inspection.clone());
    html! {
        <>
        <section>
            <h2>{ tr!(language, "On disk") }</h2>
            <p class="soft">{ about }</p>
            { disks(props) }
        </section>
        { logs(props) }
        <Desk drawer={files} {language} act={props.act.clone()} />
        </>
    }
}

/// What the disk holds of a thing, and what is on its way there.
pub fn held(field: &DiskField, language: Language) -> Html {
    html! {
        <>
        { &field.value }
        if let Some(pending) = &field.pending {
            <span class="pending-write">{ tr!(language, "{0} not yet on disk", pending.clone()) }</span>
        }
        </>
    }
}

/// A row a server, a column a thing that it keeps.
fn disks(props: &Props) -> Html {
    let (disks, language) = (&props.inspection.disks, props.language);
    let mut names: Vec<&'static str> = Vec::new();
    for field in disks.iter().flat_map(|(_, fields)| fields) {
        if !names.contains(&field.name) {
            names.push(field.name);
        }
    }
    let row = |(node, fields): &(NodeId, Vec<DiskField>)| {
        let kept = |name: &&'static str| fields.iter().find(|field| field.name == *name);
        html! {
            <tr>
                <th scope="row">{ node.to_string() }</th>
                for field in names.iter().map(kept) { <td>{ field.map(|field| held(field, language)) }</td> }
            </tr>
        }
    };
    html! {
        <div class="disks" tabindex="0" role="region" aria-label={tr!(language, "On disk")}>
            <table>
                <thead>
                    <tr><td></td>for name in &names { <th scope="col">{ translate(language, name) }</th> }</tr>
                </thead>
                <tbody>{ for disks.iter().map(row) }</tbody>
            </table>
        </div>
    }
}
