//! The cluster at one instant as Mermaid's `flowchart`: servers by the shapes of their roles (a
//! stadium leads, a hexagon would like to, a rectangle does neither), clients round, a subgraph for
//! each side of a partition, and on the links what is under way. A server says what it keeps, but for
//! its log, which is too long for a shape. Of very many servers it is said how many play which role.

use std::collections::BTreeMap;

use super::mermaid::{EDGES, escaped, head};
use crate::base::{Listed, Place, Sentence};
use crate::catalog::Run;
use crate::protocol::{Content, PanelView, Tag, Topology};
use crate::sim::snapshot::{ClientShot, FlightShot, LinkState, NodeShot, Snapshot};
use crate::view::diagram::ticks::seconds;
use crate::view::panel;
use crate::view::stage::hull::groups;
use crate::words::{Language, translate};
use crate::{sentence, tr};

/// Of more servers, links that carry nothing are a thicket.
const FEW: usize = 5;
/// Messages told on a link; of more, how many they are.
const TOLD: usize = 4;
/// Characters of what a server keeps, at the most.
const LINE: usize = 120;
/// Sides of a partition among very many.
const SIDES: usize = 12;

/// Of Mermaid's own look, in colours that stand on light and dark.
const CLASSES: &str = "    \
    classDef leads fill:#7b55d0,stroke:#7b55d0,color:#ffffff\n    \
    classDef bids fill:#fff5ad,stroke:#aaaa33,color:#33301a\n    \
    classDef plain fill:#ececff,stroke:#9370db,color:#2b2640\n    \
    classDef down fill:#eeeeee,stroke:#8a84a3,color:#645e7d,stroke-dasharray:4 3\n    \
    classDef client fill:#ffffff,stroke:#8a84a3,color:#2b2640\n";

/// Writes the cluster as it stands at the run's cursor.
pub fn write(
    run: &Run,
    language: Language,
    write: &mut dyn FnMut(&str) -> bool,
) -> Result<(), Sentence> {
    let snapshot = run.snapshot();
    let title = translate(language, run.script().title.as_deref().unwrap_or(run.meta().title));
    let title = tr!(language, "{0}, at {1}", title.to_owned(), seconds(run.now(), 3));
    let mut text = head(&title, "flowchart LR");
    if snapshot.places.are_many() {
        write(&(text + &crowd(&snapshot, language) + CLASSES));
        return Ok(());
    }
    for client in &snapshot.clients {
        text += &visitor(client);
    }
    let sides = groups(&snapshot);
    for (number, side) in (1..).zip(&sides) {
        let parted = sides.len() > 1;
        if parted {
            let names: Vec<String> = side.iter().map(ToString::to_string).collect();
            text += &format!("    subgraph side{number}[\"{}\"]\n", names.join(" "));
        }
        for node in side {
            text += &server(snapshot.node(*node).expect("a group is of nodes"), language);
        }
        text += if parted { "    end\n" } else { "" };
    }
    let mut edges = edges(&snapshot, run.meta().formation.topology, language);
    let left_out = edges.len().saturating_sub(EDGES);
    edges.truncate(EDGES);
    text.extend(edges.iter().map(|edge| format!("    {}\n", edge.line)));
    for (look, style) in [(Look::Broken, "#b82c42,color:#b82c42"), (Look::Quiet, "#c4bfd6")] {
        let numbers = (0..edges.len()).filter(|number| edges[*number].look == look);
        let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
        if !numbers.is_empty() {
            text += &format!("    linkStyle {} stroke:{style}\n", numbers.join(","));
        }
    }
    write(&(text + CLASSES));
    match left_out {
        0 => Ok(()),
        _ => Err(sentence!(
            "Mermaid draws no more than {0} links: {1} are left out.",
            EDGES,
            left_out
        )),
    }
}

/// Very many: of each side of a partition how many play which role, and that nothing crosses.
fn crowd(snapshot: &Snapshot, language: Language) -> String {
    let mut text = String::new();
    let sides = groups(snapshot);
    let shown = sides.len().min(SIDES);
    for (number, side) in (1..).zip(&sides[..shown]) {
        let title = escaped(&shortened(&Listed(side).to_string()));
        text += &format!("    subgraph side{number}[\"{title}\"]\n");
        let mut roles: BTreeMap<&'static str, (usize, &NodeShot)> = BTreeMap::new();
        for shot in side.iter().filter_map(|place| snapshot.node(*place)) {
            roles.entry(shot.role()).or_insert((0, shot)).0 += 1;
        }
        for (role, (name, (count, shot))) in roles.into_iter().enumerate() {
            let (open, close, class) = shape(shot);
            let label = escaped(&format!("{} × {count}", translate(language, name)));
            text += &format!("    side{number}_{role}{open}{label}{close}:::{class}\n");
        }
        text += "    end\n";
    }
    let ends = |number: usize| sides[number][0];
    for (one, other) in (0..shown).flat_map(|one| (one + 1..shown).map(move |other| (one, other))) {
        let cut =
            |from: usize, to: usize| snapshot.link_state(ends(from), ends(to)) == LinkState::Cut;
        if cut(one, other) || cut(other, one) {
            text += &format!("    side{} -. \"✕\" .- side{}\n", one + 1, other + 1);
        }
    }
    text
}

fn server(shot: &NodeShot, language: Language) -> String {
    let mut lines = vec![format!("{} · {}", shot.id, translate(language, shot.role()))];
    let stamp = shot.view.stamp;
    lines.extend(stamp.map(|stamp| format!("{} {stamp}", translate(language, stamp.word))));
    let panels = shot.panels.iter().filter(|panel| !matches!(panel.content, Content::Log { .. }));
    lines.extend(panels.map(|PanelView { name, content }| {
        format!("{}: {}", translate(language, name), shortened(&panel::told(content)))
    }));
    let label = lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br/>");
    let (open, close, class) = shape(shot);
    format!("    {}{open}{label}{close}:::{class}\n", shot.id)
}

/// How a role is drawn: what opens its label and closes it, and its class.
fn shape(shot: &NodeShot) -> (&'static str, &'static str, &'static str) {
    match shot.tag() {
        None => ("[\"✕ ", "\"]", "down"),
        Some(Tag::Leads) => ("([\"", "\"])", "leads"),
        Some(Tag::Bids) => ("{{\"", "\"}}", "bids"),
        Some(Tag::Follows) => ("[\"", "\"]", "plain"),
        Some(Tag::Outside) => ("[\"", "\"]", "client"),
    }
}

/// As much of a line as a shape takes.
fn shortened(line: &str) -> String {
    match line.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn visitor(shot: &ClientShot) -> String {
    let open = shot.open.as_ref().map(|open| format!("<br/>{}", escaped(&open.request)));
    format!("    {}(\"{}{}\"):::client\n", shot.id, shot.id, open.unwrap_or_default())
}

/// A link of the flowchart.
struct Edge {
    line: String,
    look: Look,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Plain,
    /// Cut, or what will be lost.
    Broken,
    Quiet,
}

/// Who talks to whom, and those between whom something was done to the link alone: as on the stage.
fn linked(snapshot: &Snapshot, topology: Topology) -> impl Iterator<Item = (Place, Place)> {
    let alone = |a, b| snapshot.link(a, b).or_else(|| snapshot.link(b, a)).is_some();
    let others = |at: usize| snapshot.nodes[at + 1..].iter();
    let pairs = snapshot.nodes.iter().enumerate();
    let pairs = pairs.flat_map(move |(at, a)| others(at).map(move |b| (a.id, b.id)));
    pairs.filter(move |(a, b)| topology.joins(&snapshot.places, *a, *b) || alone(*a, *b))
}

/// What is under way, then what is cut or held, then what is quiet.
fn edges(snapshot: &Snapshot, topology: Topology, language: Language) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    let mut busy: Vec<(Place, Place)> = Vec::new();
    let mut ways: Vec<(Place, Place, bool)> =
        snapshot.flights.iter().map(|flight| (flight.from, flight.to, lost(flight))).collect();
    ways.sort();
    ways.dedup();
    for (from, to, doomed) in ways {
        let on =
            |flight: &&FlightShot| (flight.from, flight.to, lost(flight)) == (from, to, doomed);
        let labels: Vec<&FlightShot> = snapshot.flights.iter().filter(on).collect();
        let arrow = if doomed { "--x" } else { "-->" };
        let line = format!("{from} -- \"{}\" {arrow} {to}", told(&labels, language));
        let look = if doomed { Look::Broken } else { Look::Plain };
        edges.push(Edge { line, look });
        busy.push((from, to));
    }
    let mut quiet = Vec::new();
    for (a, b) in linked(snapshot, topology) {
        let (there, back) = (snapshot.link_state(a, b), snapshot.link_state(b, a));
        if there == back && there == LinkState::Healthy {
            let few = snapshot.nodes.len() <= FEW;
            if few && !busy.contains(&(a, b)) && !busy.contains(&(b, a)) {
                quiet.push(Edge { line: format!("{a} --- {b}"), look: Look::Quiet });
            }
        } else if there == back {
            edges.push(trouble(a, b, there, "-", language));
        } else {
            for (from, to, state) in [(a, b, there), (b, a, back)] {
                if state != LinkState::Healthy {
                    edges.push(trouble(from, to, state, "->", language));
                }
            }
        }
    }
    edges.extend(quiet);
    edges
}

fn lost(flight: &FlightShot) -> bool {
    flight.lost_at.is_some()
}

/// A link that does not carry, this way or both.
fn trouble(from: Place, to: Place, state: LinkState, end: &str, language: Language) -> Edge {
    let (label, look) = match state {
        LinkState::Cut => ("✕", Look::Broken),
        _ => (tr!(language, "held back"), Look::Plain),
    };
    Edge { line: format!("{from} -. \"{label}\" .{end} {to}"), look }
}

/// The messages on a link, in the order in which they were sent.
fn told(flights: &[&FlightShot], language: Language) -> String {
    let mut lines: Vec<String> =
        flights.iter().take(TOLD).map(|flight| escaped(&flight.labelled(language))).collect();
    if flights.len() > TOLD {
        lines.push(escaped(&tr!(language, "and {0} more", flights.len() - TOLD)));
    }
    lines.join("<br/>")
}
