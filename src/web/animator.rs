//! The one loop of animation frames, and everything that glides.
//!
//! Yew draws at events. In between, only virtual time moves, and with it a handful of attributes
//! that Yew never touches: the places of messages, their trails, the rings of timers, the clock, and
//! the timeline's scroll and cursor. All are functions of virtual time, so the same call draws play,
//! pause, step and scrub.

use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use web_sys::Element;

use super::browser::{by_id, set, style};
use crate::base::Time;
use crate::player::Window;
use crate::protocol::Tone;
use crate::view::diagram::ticks::{Tick, label_at, seconds};
use crate::view::path::{number, push_number, translate};
use crate::view::stage::heat::{Heat, LEVELS};
use crate::view::stage::scene::NodeBox;
use crate::view::stage::tenure::Ring;
use crate::view::{Flight, Path, Point, Sheet, StageView};

/// Requests frames while something moves, and never two at a time.
pub struct Loop {
    tick: Rc<dyn Fn(f64)>,
    /// The frame that was asked for; dropped, it does not come.
    pending: Option<AnimationFrame>,
    /// When the last frame was, in ms.
    last: Option<f64>,
}

impl Loop {
    pub fn new(tick: impl Fn(f64) + 'static) -> Loop {
        Loop { tick: Rc::new(tick), pending: None, last: None }
    }

    /// Asks for the next frame, or for none.
    pub fn run(&mut self, moving: bool) {
        if !moving {
            (self.pending, self.last) = (None, None);
        } else if self.pending.is_none() {
            let tick = Rc::clone(&self.tick);
            self.pending = Some(request_animation_frame(move |time| tick(time)));
        }
    }

    /// A frame has come, at this time: real µs since the one before.
    pub fn elapsed(&mut self, timestamp: f64) -> u64 {
        self.pending = None;
        let before = self.last.replace(timestamp);
        before.map_or(16_667, |before| ((timestamp - before).max(0.0) * 1_000.0) as u64)
    }
}

/// The elements that glide, found once and then held.
#[derive(Default)]
pub struct Gliders {
    id: String,
    /// What is always there has been found.
    found: bool,
    flights: Vec<((u64, u32), Pill)>,
    rings: Vec<(Ring, Glider)>,
    clock: Option<Element>,
    shown_clock: String,
    trails: [Glider; TRAILS],
    heat: [Glider; LEVELS],
    /// How much of both is seen.
    streaks: Glider,
    glow: Glider,
    scroll: Glider,
    known: Glider,
    future: Glider,
    cursor: Glider,
    /// The labels of the time axis, with their times.
    ticks: Vec<(Tick, Glider)>,
    /// The window and the cursor on the bar of the whole run, and where they were put.
    shown: Option<Element>,
    here: Option<Element>,
    overview: [String; 3],
}

/// An element of which one attribute is the animator's, and what it was set to.
#[derive(Default)]
struct Glider {
    element: Option<Element>,
    value: String,
}

impl Glider {
    fn of(element: Option<Element>) -> Glider {
        Glider { element, value: String::new() }
    }

    /// Sets the attribute, if that changes anything.
    fn set(&mut self, attribute: &str, value: String) {
        if value != self.value {
            if let Some(element) = &self.element {
                set(element, attribute, &value);
            }
            self.value = value;
        }
    }
}

struct Pill {
    element: Element,
    falls: bool,
}

/// One trail path for each tone, and one for what is being lost.
const TRAILS: usize = 7;
pub const TRAIL_CLASSES: [&str; TRAILS] =
    ["call", "reply", "vote", "beat", "toClient", "refusal", "lost"];
/// All around a ring, whatever its radius: its `pathLength`.
pub const AROUND: f64 = 100.0;
/// How far left of the sheet's beginning its arrows may start, in pixels.
pub const BEFORE: f64 = 20_000.0;

/// The place of a tone among the trails.
fn trail(tone: Tone) -> usize {
    match tone {
        Tone::Call => 0,
        Tone::Reply => 1,
        Tone::Vote => 2,
        Tone::Beat => 3,
        Tone::Client => 4,
        Tone::Refusal => 5,
    }
}

impl Gliders {
    pub fn new(id: &str) -> Gliders {
        Gliders { id: id.to_owned(), ..Gliders::default() }
    }

    /// Finds the elements of a scene that Yew has just drawn; those known already are kept.
    pub fn collect(&mut self, scene: &StageView, sheet: &Sheet) {
        let find = |tick: &Tick| by_id(&tick_id(&self.id, tick.at));
        self.ticks =
            sheet.ticks.iter().map(|(_, tick)| (tick.clone(), Glider::of(find(tick)))).collect();
        let mut before = std::mem::take(&mut self.flights).into_iter().peekable();
        for flight in scene.flights.iter().filter(|flight| !flight.is_streak()) {
            // Both are in the order of their keys.
            while before.peek().is_some_and(|(key, _)| *key < flight.key) {
                before.next();
            }
            match before.next_if(|(key, _)| *key == flight.key) {
                Some(known) => self.flights.push(known),
                None => {
                    let pill = by_id(&flight_id(&self.id, flight));
                    let pill = pill.map(|element| (flight.key, Pill { element, falls: false }));
                    self.flights.extend(pill);
                }
            }
        }
        self.rings.clear();
        for (name, ring) in scene.nodes.iter().flat_map(NodeBox::rings) {
            self.rings.push((ring, Glider::of(by_id(&ring_id(&self.id, &name)))));
        }
        if !std::mem::replace(&mut self.found, true) {
            let find = |name: &str| by_id(&format!("{}-{name}", self.id));
            self.trails = std::array::from_fn(|i| Glider::of(find(&format!("trail{i}"))));
            self.heat = std::array::from_fn(|i| Glider::of(find(&format!("heat{i}"))));
            self.streaks = Glider::of(find("streaks"));
            self.glow = Glider::of(find("heat"));
            self.clock = find("clock");
            self.scroll = Glider::of(find("scroll"));
            self.known = Glider::of(find("known"));
            self.future = Glider::of(find("future"));
            self.cursor = Glider::of(find("cursor"));
            self.shown = find("shown");
            self.here = find("here");
        }
    }

    /// Moves everything to where it is now.
    pub fn place(
        &mut self,
        now: Time,
        known: Time,
        scene: &StageView,
        sheet: &Sheet,
        shown: &Window,
    ) {
        self.place_flights(now, scene);
        for (ring, glider) in &mut self.rings {
            glider.set("stroke-dasharray", dashes(ring.left(now)));
        }
        let clock = seconds(now, 3);
        if clock != self.shown_clock {
            if let Some(element) = &self.clock {
                element.set_text_content(Some(&clock));
            }
            self.shown_clock = clock;
        }
        self.place_time(now, known, sheet, shown);
    }

    /// Moves the window and the cursor of the bar of the whole run.
    pub fn place_overview(&mut self, places: [String; 3]) {
        let [left, width, here] = &places;
        let moves = [
            (&self.shown, "left", left),
            (&self.shown, "width", width),
            (&self.here, "left", here),
        ];
        for ((element, property, place), before) in moves.into_iter().zip(&self.overview) {
            if let Some(element) = element.as_ref().filter(|_| place != before) {
                style(element, property, place);
            }
        }
        self.overview = places;
    }

    fn place_flights(&mut self, now: Time, scene: &StageView) {
        let mut trails: [Path; TRAILS] = Default::default();
        let grid = scene.layout.grid.as_ref().filter(|_| scene.heat > 0.0);
        let mut heat = grid.map(Heat::new);
        let mut pills = self.flights.iter_mut().peekable();
        for flight in &scene.flights {
            let place = flight.place(now);
            if let Some(heat) = &mut heat {
                heat.add(&place);
            }
            let is_streak = scene.heat < 1.0 || place.falls;
            if is_streak && place.at.distance(place.tail) > 1.0 {
                let trail = if place.falls { TRAILS - 1 } else { trail(flight.tone) };
                trails[trail].line(place.tail, place.at);
            }
            while pills.peek().is_some_and(|(key, _)| *key < flight.key) {
                pills.next();
            }
            let Some((_, pill)) = pills.next_if(|(key, _)| *key == flight.key) else { continue };
            set(&pill.element, "transform", &translate(place.at));
            if place.falls || pill.falls {
                pill.falls = place.falls;
                set(&pill.element, "opacity", &hundredths(place.presence));
                set(&pill.element, "data-falls", if place.falls { "yes" } else { "no" });
            }
        }
        for (trail, path) in self.trails.iter_mut().zip(trails) {
            trail.set("d", path.into_string());
        }
        let squares = heat.map_or_else(Default::default, |heat| heat.squares());
        for (square, path) in self.heat.iter_mut().zip(squares) {
            square.set("d", path.into_string());
        }
        self.streaks.set("opacity", hundredths(1.0 - scene.heat));
        self.glow.set("opacity", hundredths(scene.heat));
    }

    fn place_time(&mut self, now: Time, known: Time, sheet: &Sheet, shown: &Window) {
        let x = |time: Time| sheet.scale.x(time);
        self.scroll.set("transform", translate(Point::new(-x(shown.from), 0.0)));
        self.known.set("width", number((BEFORE + x(known.max(now))).max(0.0)));
        self.future.set("x", number(x(now)));
        self.cursor.set("transform", translate(Point::new(x(now), 0.0)));
        let (left, width) = (x(shown.from), sheet.width);
        for (tick, label) in &mut self.ticks {
            let at = label_at(&tick.label, x(tick.at) - left, width, x(now) - left);
            // One that is nowhere stands far out of sight.
            label.set("x", number(at.map_or(-BEFORE, |at| at + left)));
        }
    }
}

/// The id of a label of the time axis.
pub fn tick_id(id: &str, at: Time) -> String {
    format!("{id}-t{}", at.0)
}

/// How much of each ring is left, in a picture that stands still.
pub fn set_rings(id: &str, scene: &StageView) {
    for (name, ring) in scene.nodes.iter().flat_map(NodeBox::rings) {
        let mut glider = Glider::of(by_id(&ring_id(id, &name)));
        glider.set("stroke-dasharray", dashes(ring.left(scene.now)));
    }
}

fn dashes(left: f64) -> String {
    let mut dashes = String::with_capacity(12);
    push_number(&mut dashes, left * AROUND);
    dashes.push_str(" 200");
    dashes
}

/// The id of a ring that runs down.
pub fn ring_id(id: &str, name: &str) -> String {
    format!("{id}-ring{name}")
}

/// The id of a message's pill.
pub fn flight_id(id: &str, flight: &Flight) -> String {
    format!("{id}-m{}-{}", flight.key.0, flight.key.1)
}

/// A share with two decimals: tenths would flicker.
fn hundredths(share: f64) -> String {
    let hundredths = (share * 100.0).round() as u32;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
