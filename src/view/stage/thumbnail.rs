//! A small picture of the stage, to know a run again by: links, servers by their role, messages. It
//! is kept as text, and drawn from that text alone, so it says no more than paths can.

use super::field::Look;
use super::scene::StageView;
use crate::protocol::Tag;
use crate::view::path::Path;

/// The size of the picture, and its paths by class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    pub view_box: String,
    /// As in [`CLASSES`], each at most once.
    pub paths: Vec<(&'static str, String)>,
}

/// What the paths show, from below to above.
pub const CLASSES: [&str; 6] = ["links", "plain", "lead", "bid", "down", "messages"];

/// How long a message is.
const COMET: f64 = 34.0;

/// Paths longer than this are nobody's thumbnail.
const LONGEST: usize = 64_000;

impl Thumbnail {
    pub fn of(scene: &StageView) -> Thumbnail {
        let mut paths = [const { Path::new() }; CLASSES.len()];
        for wire in &scene.wires {
            paths[0].line(wire.from, wire.to);
        }
        for node in &scene.nodes {
            let class = match node.tag {
                Some(Tag::Follows | Tag::Outside) => 1,
                Some(Tag::Leads) => 2,
                Some(Tag::Bids) => 3,
                None => 4,
            };
            let (at, size) = (node.at, node.size);
            paths[class].rect(at.x - size.w / 2.0, at.y - size.h / 2.0, size.w, size.h);
        }
        for client in &scene.clients {
            let (at, size) = (client.at, client.size);
            paths[1].rect(at.x - size.w / 2.0, at.y - size.h / 2.0, size.w, size.h);
        }
        for state in scene.field.iter().flat_map(|field| &field.states) {
            let class = match state.look {
                Look::Ring | Look::Bars | Look::Triangle => 1,
                Look::Diamond => 2,
                Look::Square => 3,
                Look::Cross => 4,
            };
            paths[class] = state.dots.clone();
        }
        for flight in scene.flights.iter().filter(|flight| !flight.is_streak()) {
            // Its trail, and a head where it is: a pill would be a blot.
            let place = flight.place(scene.now);
            let direction = flight.start.direction(flight.goal);
            let tail = place.at.plus(-direction.x * COMET, -direction.y * COMET);
            paths[5].line(tail, place.at);
            paths[5].rect(place.at.x - 3.0, place.at.y - 3.0, 6.0, 6.0);
        }
        let size = scene.layout.size;
        Thumbnail {
            view_box: format!("0 0 {} {}", size.w.round() as i64, size.h.round() as i64),
            paths: CLASSES
                .into_iter()
                .zip(paths.map(Path::into_string))
                .filter(|(_, path)| !path.is_empty())
                .collect(),
        }
    }

    /// As it is kept: the size, then a path a line.
    pub fn write(&self) -> String {
        let paths = self.paths.iter().map(|(class, path)| format!("\n{class} {path}"));
        std::iter::once(self.view_box.clone()).chain(paths).collect()
    }

    /// Nothing where the text is no picture: then there is none to show.
    pub fn read(text: &str) -> Option<Thumbnail> {
        let plain = |text: &str| {
            text.len() <= LONGEST
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .,-".contains(&byte))
        };
        let mut lines = text.lines();
        let view_box = lines.next().filter(|line| plain(line))?.to_owned();
        let mut paths = Vec::new();
        for line in lines.take(CLASSES.len()) {
            let (class, path) = line.split_once(' ')?;
            let class = CLASSES.into_iter().find(|known| *known == class)?;
            paths.push((class, plain(path).then(|| path.to_owned())?));
        }
        Some(Thumbnail { view_box, paths })
    }
}
