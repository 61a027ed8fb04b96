//! The pictures on the cards of the map: small drawings of real runs, as paths by class. They are drawn when
//! the tests are run with `BLESS=1`, kept as `www/map.txt`, and fetched by the page once it is at rest.

use std::rc::Rc;

use super::map::{Card, Picture};
use super::map_drawing::PICTURE;
use crate::base::Time;
use crate::catalog::{self, Run};
use crate::protocol::Tag;
use crate::scenario;
use crate::sim::snapshot::{LinkState, Status};
use crate::view::diagram::{Diagram, Rows, Scale};
use crate::view::path::{Path, Point};
use crate::view::stage::StageView;
use crate::view::stage::field::Look;
use crate::view::stage::layout::{Layout, Room};
use crate::view::stage::links::Strand;
use crate::view::stage::scene::stamp_colour;
use crate::words::Language;

/// Of the stage's units as many make one of the card's.
const SMALLER: f64 = 2.5;
/// Squares of a log that have room on a card.
const COLUMNS: usize = 9;
/// Steps that a scene takes at the most until its picture's instant.
const STEPS: u32 = 1_000_000;

/// What the paths show, from below to above. Those of entries are `entry-1` to `entry-8` where they are
/// committed, `open-1` … where they are not.
const CLASSES: [&str; 20] = [
    "grid", "isolated", "held", "down", "links", "cut", "bands", "bids", "reply", "beat", "call",
    "vote", "client", "lost", "heads", "plain", "lead", "bid", "off", "pill",
];

/// A picture in the making: its paths by class, in the order of [`CLASSES`], then entries.
#[derive(Default)]
struct Paths(Vec<(String, Path)>);

impl Paths {
    fn of(&mut self, class: &str) -> &mut Path {
        let at = self.0.iter().position(|(known, _)| known == class).unwrap_or_else(|| {
            self.0.push((class.to_owned(), Path::new()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    fn put(&mut self, class: &str, path: &Path) {
        if !path.is_empty() {
            *self.of(class) = path.clone();
        }
    }

    /// A line for each path, after the size of the picture.
    fn write(mut self, scale: f64) -> String {
        let rank =
            |class: &str| CLASSES.iter().position(|known| *known == class).unwrap_or(CLASSES.len());
        self.0.sort_by(|(a, _), (b, _)| (rank(a), a).cmp(&(rank(b), b)));
        let mut text = format!("0 0 {} {}\n", PICTURE.w * scale, PICTURE.h * scale);
        for (class, path) in self.0.iter().filter(|(_, path)| !path.is_empty()) {
            text += &format!("{class} {path}\n");
        }
        text
    }
}

/// A card's run, of which the picture shows an instant.
pub struct CardRun {
    card: &'static Card,
    run: Run,
    /// What is played of it, again and again.
    from: Time,
    to: Time,
}

impl CardRun {
    /// How long it plays, in real time.
    const LOOP: Time = Time::seconds(6);
    /// So much of a run is seen around the instant of a card that shows its stage.
    const BEFORE: Time = Time::millis(60);
    const BEHIND: Time = Time::millis(440);

    /// The run of a card, at the beginning of what is played; `None` as long as its protocol is not there.
    pub fn of(card: &'static Card) -> Option<CardRun> {
        let (protocol, scene) = card.scene.split_once('/')?;
        let text = catalog::find(protocol)?.scene(scene)?;
        let mut run = catalog::start(scenario::parse_scenario(text).ok()?.script).ok()?;
        let time = |text: &str| text.parse::<Time>().expect("the map names times");
        let (from, to) = match card.picture {
            Picture::Stage(at) => (time(at).since(CardRun::BEFORE), time(at) + CardRun::BEHIND),
            Picture::Logs(at) => (Time::ZERO, time(at) + time(at)),
            Picture::Diagram(from, to) => (time(from), time(to)),
        };
        run.seek(from, STEPS);
        Some(CardRun { card, run, from, to })
    }

    /// Plays on for so much real time; behind the end it begins again.
    pub fn play(&mut self, elapsed: Time) {
        let span = self.to.since(self.from).0;
        let on = self.run.now().since(self.from).0 + elapsed.0 * span / CardRun::LOOP.0;
        self.run.seek(self.from + Time(on % span), STEPS);
    }

    /// Its picture as it stands now: its size, then a path a line, each after its class.
    pub fn picture(&mut self) -> String {
        match self.card.picture {
            Picture::Stage(_) => stage(&self.run),
            Picture::Logs(_) => logs(&self.run),
            Picture::Diagram(..) => diagram(&mut self.run, self.from, self.to),
        }
    }

    /// The same, to be shown.
    pub fn miniature(&mut self) -> Option<Miniature> {
        let text = format!("{}\n{}", self.card.scene, self.picture());
        read(&text).pop()
    }
}

/// Draws the picture of a card at its instant.
pub fn draw(card: &'static Card) -> String {
    let mut card = CardRun::of(card).expect("the card's scene exists, and runs");
    let (Picture::Stage(at) | Picture::Logs(at) | Picture::Diagram(_, at)) = card.card.picture;
    card.run.seek(at.parse().expect("the map names times"), STEPS);
    card.picture()
}

fn stage(run: &Run) -> String {
    let (w, h) = (PICTURE.w * SMALLER, PICTURE.h * SMALLER);
    let room = Room { width: w, height: h, top: 2.0, bottom: 2.0 };
    let setup = &run.script().setup;
    let layout = Rc::new(Layout::new(&setup.places, run.meta().formation, room));
    let scene = StageView::new(&run.snapshot(), &setup.link, &layout, Language::English);
    let mut paths = Paths::default();
    for strand in scene.wires.iter().flat_map(|wire| wire.strands()) {
        let (Strand::Both { from, to, state, .. } | Strand::Way { from, to, state }) = strand;
        let class = if state == LinkState::Healthy { "links" } else { "cut" };
        paths.of(class).line(from, to);
    }
    for node in &scene.nodes {
        let (at, size) = (node.at, node.size);
        let class = match (node.status, node.tag) {
            (Status::Down, _) | (_, None) => "off",
            (_, Some(Tag::Leads)) => "lead",
            (_, Some(Tag::Bids)) => "bid",
            (_, Some(Tag::Follows | Tag::Outside)) => "plain",
        };
        let corner = at.plus(-size.w / 2.0, -size.h / 2.0);
        paths.of(class).rect(corner.x, corner.y, size.w, size.h);
    }
    for client in &scene.clients {
        let (at, size) = (client.at, client.size);
        paths.of("off").rect(at.x - size.w / 2.0, at.y - size.h / 2.0, size.w, size.h);
    }
    for state in scene.field.iter().flat_map(|field| &field.states) {
        let class = match state.look {
            Look::Ring | Look::Bars | Look::Triangle => "plain",
            Look::Diamond => "lead",
            Look::Square => "bid",
            Look::Cross => "off",
        };
        paths.put(class, &state.dots);
    }
    for flight in scene.flights.iter().filter(|flight| !flight.is_streak()) {
        let at = flight.place(scene.now).at;
        paths.of("pill").rect(at.x - 17.0, at.y - 9.0, 34.0, 18.0);
    }
    // A large picture has a layout of more units than there is room.
    paths.write(SMALLER * scene.layout.size.w / w)
}

fn logs(run: &Run) -> String {
    let logs = run.logs(COLUMNS as u64);
    let count = logs.rows.len().max(1) as f64;
    let pitch = ((PICTURE.h - 8.0) / count).min(17.0);
    let top = (PICTURE.h - pitch * count) / 2.0;
    let side = pitch - 3.0;
    let longest = logs.rows.iter().flat_map(|(_, cells)| cells.last()).map(|cell| cell.index).max();
    let columns = longest.map_or(1, |last| last + 1 - logs.first).clamp(3, COLUMNS as u64) as f64;
    let wide = (side * 2.1).min((PICTURE.w - 60.0) / columns - 3.0);
    let left = (PICTURE.w - 28.0 - columns * (wide + 3.0)) / 2.0;
    let leader = run.leader();
    let mut paths = Paths::default();
    for (row, (place, cells)) in (0..).zip(&logs.rows) {
        let y = top + pitch * f64::from(row);
        let class = if leader == Some(*place) { "lead" } else { "plain" };
        paths.of(class).rect(left, y, 20.0, side);
        for cell in cells {
            let x = left + 28.0 + (cell.index - logs.first) as f64 * (wide + 3.0);
            let kind = if cell.state.is_settled() { "entry" } else { "open" };
            paths.of(&format!("{kind}-{}", stamp_colour(cell.stamp))).rect(x, y, wide, side);
        }
    }
    paths.write(1.0)
}

fn diagram(run: &mut Run, from: Time, to: Time) -> String {
    let places = run.script().setup.places.clone();
    let rows = Rows::new(&places, 4.0, PICTURE.h - 8.0);
    let span = to.since(from).0.max(1) as f64;
    let scale = Scale { origin: from, pixels_per_micro: PICTURE.w / span };
    // What is still to come is not there yet.
    let now = run.now().min(to);
    let stretch = run.stretch(from, now);
    let drawn = Diagram::of(&stretch, (from, now), now, &scale, &rows);
    let mut paths = Paths::default();
    for row in 0..rows.lanes().len() {
        let y = rows.y(row);
        paths.of("grid").line(Point::new(0.0, y), Point::new(PICTURE.w, y));
    }
    let bands = &drawn.bands;
    for (class, path) in [
        ("isolated", &bands.isolated),
        ("held", &bands.paused),
        ("down", &bands.down),
        ("bands", &bands.lead),
        ("bids", &bands.bid),
        ("reply", &drawn.replies),
        ("beat", &drawn.beats),
        ("call", &drawn.calls),
        ("vote", &drawn.votes),
        ("client", &drawn.client),
        ("lost", &drawn.lost),
        ("heads", &drawn.heads),
    ] {
        paths.put(class, path);
    }
    paths.write(1.0)
}

/// The pictures of a file of them: the scene of each, the size, and its paths by class. What is no such file
/// has none.
pub fn read(text: &str) -> Vec<Miniature> {
    let pictures = text.split("\n\n").filter_map(|picture| {
        let mut lines = picture.lines();
        let (scene, view_box) = (lines.next()?, lines.next()?);
        let paths = lines.filter_map(|line| line.split_once(' '));
        Some(Miniature {
            scene: scene.to_owned(),
            view_box: view_box.to_owned(),
            paths: paths.map(|(class, d)| (class.to_owned(), d.to_owned())).collect(),
        })
    });
    pictures.collect()
}

/// The picture of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct Miniature {
    /// As [`Card::scene`].
    pub scene: String,
    pub view_box: String,
    /// Class, and where it goes.
    pub paths: Vec<(String, String)>,
}
