//! What a pane looks like at an instant, folded by the views for the room that there is.

use std::rc::Rc;

use yew::AttrValue;

use super::animator::Gliders;
use super::measures::Measures;
use super::shared::Shared;
use crate::base::Places;
use crate::command::Command;
use crate::measure::faults;
use crate::player::{Below, Pane, Store};
use crate::protocol::Formation;
use crate::view::diagram::chart::{Chart, ChartRequest};
use crate::view::history::{HistoryRequest, HistoryView, of_run, with_beginnings};
use crate::view::stage::flight::text_width;
use crate::view::stage::layout::{Layout, Room};
use crate::view::{Rows, Sheet, Size, StageView};
use crate::words::{self, Language, translate};

/// Room of the time axis above the lanes, and left of them.
pub const AXIS: f64 = 18.0;
pub const GUTTER: f64 = 44.0;

/// The room that a pane has on the page, and whether another stands beside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rooms {
    pub stage: Size,
    pub timeline: Size,
    /// Two pictures stand side by side: what else lies over a picture stands outside of both.
    pub shared: bool,
    /// It stands in the front door: no tools lie over it.
    pub at_door: bool,
    /// A room looks on from afar.
    pub presents: bool,
}

/// A pane as it is drawn: its picture, its diagram, and what glides in both.
pub struct PaneView {
    /// Prefix of its ids.
    pub id: AttrValue,
    pub scene: Shared<StageView>,
    pub sheet: Shared<Sheet>,
    /// The stage in words.
    pub told: Shared<Vec<String>>,
    /// The measures of the run, while they are shown.
    pub measures: Option<Shared<Measures>>,
    /// The history of the run, while it is shown.
    pub history: Option<Shared<HistoryView>>,
    layout: Rc<Layout>,
    laid_out: LaidOut,
    chart: Chart,
    gliders: Gliders,
}

impl PaneView {
    pub fn new(page: &str, store: &mut Store, place: usize, rooms: Rooms) -> PaneView {
        // The first pane's ids are the page's: there is always one.
        let id: AttrValue = match place {
            0 => page.to_owned().into(),
            _ => format!("{page}-b").into(),
        };
        let layout = layout(store, place, rooms);
        let scene = scene(store, place, &layout);
        let mut chart = Chart::default();
        let sheet = sheet(store, place, &mut chart, &scene, rooms.timeline);
        PaneView {
            gliders: Gliders::new(&id),
            id,
            told: Shared::new(told(&scene, store)),
            measures: None,
            history: None,
            scene: Shared::new(scene),
            sheet: Shared::new(sheet),
            laid_out: laid_out(store, place, rooms),
            layout,
            chart,
        }
    }

    /// Something has happened: all is read off the store anew.
    pub fn refresh(&mut self, store: &mut Store, place: usize, rooms: Rooms) {
        let wanted = laid_out(store, place, rooms);
        if wanted != self.laid_out {
            self.laid_out = wanted;
            self.layout = layout(store, place, rooms);
        }
        self.scene = Shared::new(scene(store, place, &self.layout));
        self.draw_sheet(store, place, rooms);
        let drawn = self.measures.take();
        if store.ui.below == Below::Measures {
            let width = column(store, rooms);
            let others = store.other_runs(place);
            let measures = Measures::of(&store.panes[place], others, drawn.as_deref(), width);
            self.measures = Some(Shared::new(measures));
        }
    }

    pub fn draw_sheet(&mut self, store: &mut Store, place: usize, rooms: Rooms) {
        let sheet = sheet(store, place, &mut self.chart, &self.scene, rooms.timeline);
        self.sheet = Shared::new(sheet);
        let is_shown = store.ui.below == Below::History;
        self.history = is_shown.then(|| Shared::new(history(store, place, rooms)));
    }

    pub fn tell(&mut self, store: &Store) {
        self.told = Shared::new(told(&self.scene, store));
    }

    /// After Yew has drawn: finds what glides.
    pub fn collect(&mut self) {
        self.gliders.collect(&self.scene, &self.sheet);
    }

    /// Moves what glides to where it is now.
    pub fn place(&mut self, store: &Store, place: usize) {
        let run = &store.panes[place].run;
        let (now, known) = (run.now(), run.head().1);
        self.gliders.place(now, known, &self.scene, &self.sheet, &store.ui.window);
    }

    /// Moves the window and the cursor of the bar of the whole run.
    pub fn place_overview(&mut self, places: [String; 3]) {
        self.gliders.place_overview(places);
    }

    /// Whether the sheet shows all of the window.
    pub fn covers(&self, store: &Store) -> bool {
        let window = store.ui.window;
        self.sheet.covers(window.from, window.span)
    }
}

/// What a layout is made of: who takes part, how they stand, how many lines a caption may take, whether there are
/// branches, and the room.
type LaidOut = (Places, Formation, usize, bool, Rooms);

fn laid_out(store: &Store, place: usize, rooms: Rooms) -> LaidOut {
    let pane = &store.panes[place];
    let places = pane.run.script().setup.places.clone();
    let lines = caption_lines(pane, rooms, store.ui.language);
    (places, pane.run.meta().formation, lines, pane.branches.len() > 1, rooms)
}

/// A stage as narrow as a phone's: only there it matters how long captions are, and whether the run has some.
const NARROW: f64 = 520.0;

/// About how many lines the longest caption takes there.
fn caption_lines(pane: &Pane, rooms: Rooms, language: Language) -> usize {
    if rooms.stage.w >= NARROW {
        return 0;
    }
    let long = pane.run.script().lines.iter().filter_map(|line| match &*line.command {
        Command::Say(caption) => Some(text_width(translate(language, caption), 12.0)),
        _ => None,
    });
    // Beside its edges a line loses part of a word.
    (long.fold(0.0, f64::max) / (rooms.stage.w - 52.0).max(1.0)).ceil().min(5.0) as usize
}

/// How much larger all is drawn for a room that looks on: so that what stands in the boxes can be read from its
/// last row, and the servers of a usual run still have room around them.
fn enlargement(stage: Size) -> f64 {
    (stage.w / 780.0).min(stage.h / 350.0).clamp(1.0, 3.0)
}

/// Where everybody stands on a stage of this size.
fn layout(store: &Store, place: usize, rooms: Rooms) -> Rc<Layout> {
    let pane = &store.panes[place];
    let (setup, stage) = (&pane.run.script().setup, rooms.stage);
    let lines = caption_lines(pane, rooms, store.ui.language);
    let (top, bottom) = match (stage.h < 340.0, stage.w < NARROW) {
        // The tools and the caption of two panes stand outside.
        _ if rooms.shared => (4.0, 4.0),
        _ if rooms.presents => (8.0, 8.0),
        (_, narrow) if rooms.at_door => (6.0, if narrow { 84.0 } else { 62.0 }),
        // A caption takes two lines, or three where less is beside each other.
        (true, false) => (4.0, if stage.w < 640.0 { 66.0 } else { 48.0 }),
        (low, true) if lines == 0 => (if low { 52.0 } else { 56.0 }, 16.0),
        // Beneath very many places stand words, which a caption of four lines would cover; above them, on the
        // narrowest stages, where to find one of them.
        (_, true) if setup.places.are_many() => (if stage.w < 360.0 { 92.0 } else { 56.0 }, 84.0),
        (true, true) => (52.0, f64::max(62.0, 14.0 + lines as f64 * 16.0)),
        (false, true) => (56.0, f64::max(84.0, 16.0 + lines as f64 * 18.0)),
        // The stage gives the tree of branches its room: most of it from the caption's, so that everybody stays
        // about where they were.
        (false, false) => (58.0, if pane.branches.len() > 1 { 56.0 } else { 84.0 }),
    };
    let larger = if rooms.presents { enlargement(stage) } else { 1.0 };
    let (width, height) = (stage.w / larger, stage.h / larger);
    let room = Room { width, height, top: top / larger, bottom: bottom / larger };
    let within = |room| Layout::new(&setup.places, pane.run.meta().formation, room);
    let layout = within(room);
    // In a low window the tools stand in the corner, if nobody does.
    let is_low = top < TOOLS.h && !rooms.shared && !rooms.presents && !rooms.at_door;
    Rc::new(match is_low && !layout.leaves_free(TOOLS, room.width) {
        true => within(Room { top: TOOLS.h, ..room }),
        false => layout,
    })
}

/// What the tools take of a low stage's corner.
const TOOLS: Size = Size::new(300.0, 44.0);

/// The stage.
fn scene(store: &Store, place: usize, layout: &Rc<Layout>) -> StageView {
    let pane = &store.panes[place];
    let (run, snapshot) = (&pane.run, pane.snapshot());
    // The quality of links as the script sets them up: the stage calls links of another quality changed.
    let usual = run.script().setup.link;
    let mut scene = StageView::new(&snapshot, &usual, layout, store.ui.language);
    if !snapshot.caption.as_ref().is_some_and(|(since, _)| store.caption_stands(*since)) {
        scene.caption = None;
    }
    scene
}

/// The part of the space-time diagram on show, and a margin.
fn sheet(
    store: &mut Store,
    place: usize,
    chart: &mut Chart,
    scene: &StageView,
    size: Size,
) -> Sheet {
    let (window, versions) = (store.ui.window, store.versions()[place]);
    let (opened, branch, commands) = versions;
    let lanes = &store.ui.lanes;
    let setup = &store.panes[place].run.script().setup;
    let rows = lanes.rows(&setup.places, store.chosen());
    let rows = Rows::of(rows, lanes.without().to_vec(), AXIS, size.h - AXIS - 2.0);
    let pane = &mut store.panes[place];
    let ask = ChartRequest {
        from: window.from,
        span: window.span,
        width: (size.w - GUTTER).max(50.0),
        rows,
        now: pane.run.now(),
        known: pane.run.head().1,
        history: u64::from(opened) << 32 | u64::from(branch),
        commands,
    };
    chart.sheet(ask, &scene.flights, &mut pane.run)
}

/// What was asked and told, over the stretch of time that the time line shows.
fn history(store: &Store, place: usize, rooms: Rooms) -> HistoryView {
    let (pane, window) = (&store.panes[place], store.ui.window);
    let run = &pane.run;
    let (lanes, asked) = of_run(run.requests(), run.event());
    // While it moves, nobody waits for a verdict.
    let models = if store.moving() { pane.judged() } else { pane.models(false) };
    let basis = models.map(|models| models.basis(store.ui.model)).unwrap_or_default();
    let (from, span) = match window.follows {
        true => with_beginnings(&asked, window.from, window.span),
        false => (window.from, window.span),
    };
    HistoryView::new(&HistoryRequest {
        lanes,
        asked,
        faults: &faults(&run.script().lines),
        basis: &basis,
        now: run.now(),
        from,
        span,
        width: column(store, rooms),
    })
}

/// How wide what stands below a pane is, in place of its diagram.
fn column(store: &Store, rooms: Rooms) -> f64 {
    let columns = if rooms.timeline.w < 608.0 { 1 } else { store.panes.len() };
    rooms.timeline.w / columns as f64 - if columns > 1 { 8.0 } else { 0.0 }
}

/// The stage in words.
fn told(scene: &StageView, store: &Store) -> Vec<String> {
    scene.told().iter().map(|sentence| words::tell(store.ui.language, sentence)).collect()
}
