//! What every server would still know after a crash.

use yew::prelude::*;

use super::bits::{leaf, soft, tag};
use super::desk::{Desk, Drawer};
use super::logs::logs;
use super::props::InspectorProps as Props;
use crate::sim::snapshot::{DiskField, NodeShot};
use crate::tr;
use crate::words::translate;

/// The disks, the logs, and the files.
pub fn log_tab(props: &Props) -> Html {
    let language = props.language;
    let about = tr!(
        language,
        "What a server has written survives a crash. What is still on its way to the disk would be lost."
    );
    let held = vec![leaf("h2", "", tr!(language, "On disk")), soft(about), disks(props)];
    let files = Drawer::Files(props.inspection.clone());
    html! {
        <>
        { tag("section", "", held) }
        { logs(props) }
        <Desk drawer={files} {language} act={props.act.clone()} />
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
    let head = names.iter().map(|name| {
        html! { <th scope="col">{ translate(language, name) }</th> }
    });
    let head = std::iter::once(leaf("td", "", "")).chain(head);
    let cell = |field: Option<&DiskField>| {
        let pending = field.and_then(|field| field.pending.as_ref()).map(|pending| {
            leaf("span", "pending-write", &tr!(language, "{0} not yet on disk", pending.clone()))
        });
        let value = field.map(|field| field.value.clone().into());
        tag("td", "", value.into_iter().chain(pending).collect())
    };
    let row = |NodeShot { id, disk, .. }: &NodeShot| {
        let name = html! { <th scope="row">{ id.to_string() }</th> };
        let cells = names.iter().map(|name| cell(disk.iter().find(|field| field.name == *name)));
        tag("tr", "", std::iter::once(name).chain(cells).collect())
    };
    html! {
        <div class="disks" tabindex="0" role="region" aria-label={tr!(language, "On disk")}>
            { tag("table", "", vec![tag("thead", "", vec![tag("tr", "", head.collect())]), tag("tbody", "", nodes.iter().map(row).collect())]) }
        </div>
    }
}
