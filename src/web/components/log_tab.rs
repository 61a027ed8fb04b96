//! What every server would still know after a crash.

use yew::prelude::*;

use super::desk::{Desk, Drawer};
use super::logs::logs;
use super::props::InspectorProps as Props;
use crate::sim::snapshot::{DiskField, NodeShot};
use crate::tr;
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
    let (nodes, language) = (&props.inspection.snapshot.nodes, props.language);
    let mut names: Vec<&'static str> = Vec::new();
    for field in nodes.iter().flat_map(|node| &node.disk) {
        if !names.contains(&field.name) {
            names.push(field.name);
        }
    }
    let row = |NodeShot { id, disk, .. }: &NodeShot| {
        let kept = |name: &&'static str| disk.iter().find(|field| field.name == *name);
        html! {
            <tr>
                <th scope="row">{ id.to_string() }</th>
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
                <tbody>{ for nodes.iter().map(row) }</tbody>
            </table>
        </div>
    }
}
