//! Lines drawn on the stage with the cut and the lasso tool. While one is drawn it is written
//! straight into its path: nothing else changes.

use web_sys::{Element, PointerEvent};

use super::dots::beyond;
use crate::base::Place;
use crate::command::Command;
use crate::player::{Pane, Tool, gestures};
use crate::view::path::{crosses, encloses};
use crate::view::{Path, Point, StageView};
use crate::web::browser::set;

/// What a finished line concerns.
#[derive(Clone, Debug, PartialEq)]
pub enum Stroke {
    /// It crosses these links.
    Across(Vec<(Place, Place)>),
    /// It goes around these servers.
    Around(Vec<Place>),
}

impl Stroke {
    /// What it asks for: a line cuts the links it crosses, or heals them where all are cut already;
    /// around servers it parts them from the others.
    pub fn command(&self, pane: &Pane) -> Option<Command> {
        let links = match self {
            Stroke::Around(inside) => {
                return gestures::lasso(&pane.run, inside).map(|gesture| gesture.command);
            }
            Stroke::Across(links) => links,
        };
        let (mut cut, mut heal) = (Vec::new(), Vec::new());
        for (from, to) in links {
            match gestures::cut(pane, *from, *to).command {
                Command::Cut(links) => cut.extend(links),
                Command::Heal(links) => heal.extend(links),
                _ => {}
            }
        }
        match (cut.is_empty(), heal.is_empty()) {
            (false, _) => Some(Command::Cut(cut)),
            (true, false) => Some(Command::Heal(heal)),
            (true, true) => None,
        }
    }
}

/// A line in the making.
#[derive(Default)]
pub struct Drag {
    line: Vec<Point>,
    path: Path,
    svg: Option<Element>,
    pointer: i32,
    long: bool,
}

/// Points closer than this to the one before are left out.
const STEP: f64 = 4.0;
/// A shorter line is a click.
const LONG: f64 = 12.0;

impl Drag {
    /// A press that may become a line, or not.
    pub fn press(&mut self, svg: Option<Element>, at: Point, event: &PointerEvent, draws: bool) {
        *self = Drag::default();
        if draws && event.is_primary() {
            self.svg = svg;
            self.pointer = event.pointer_id();
            self.line = vec![at];
            self.path.move_to(at);
        }
    }

    pub fn extend(&mut self, at: Point) {
        let Some(last) = self.line.last() else { return };
        if last.distance(at) < STEP {
            return;
        }
        self.line.push(at);
        self.path.line_to(at);
        if !self.long && self.line[0].distance(at) > LONG {
            self.long = true;
            // Only now, for a click must find what is under it.
            if let Some(svg) = &self.svg {
                let _ = svg.set_pointer_capture(self.pointer);
            }
        }
        self.write(self.path.as_str());
    }

    /// The press is over: what its line concerns, unless it was a click.
    pub fn end(&mut self, scene: &StageView, tool: Tool) -> Option<Stroke> {
        self.write("");
        let line = std::mem::take(&mut self.line);
        if !self.long {
            return None;
        }
        let across = |a, b| line.windows(2).any(|piece| crosses(piece[0], piece[1], a, b));
        match tool {
            Tool::Select => None,
            // Among very many no links are drawn: a line parts those on its two sides.
            Tool::Cut if scene.field.is_some() => {
                let (from, to) = (line[0], line[line.len() - 1]);
                Some(Stroke::Around(beyond(scene, from, to)))
            }
            Tool::Cut => {
                let crossed = scene.wires.iter().filter(|wire| across(wire.from, wire.to));
                Some(Stroke::Across(crossed.map(|wire| (wire.a, wire.b)).collect()))
            }
            Tool::Lasso => {
                let layout = &scene.layout;
                let inside = |place: &Place| encloses(&line, layout.place(*place).0);
                Some(Stroke::Around(layout.places.own().filter(inside).collect()))
            }
        }
    }

    /// Whether the press that ends with this click drew a line.
    pub fn drew(&self) -> bool {
        self.long
    }

    fn write(&self, d: &str) {
        let drawn = self.svg.as_ref().and_then(|svg| svg.query_selector(".drawn").ok().flatten());
        if let Some(drawn) = drawn {
            set(&drawn, "d", d);
        }
    }
}
