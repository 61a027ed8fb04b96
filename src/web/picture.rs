//! What the store looks like at an instant, folded by the views for the room that there is.

use std::rc::Rc;

use super::frame::usual;
use crate::player::Store;
use crate::view::chart::{Ask, Chart};
use crate::view::layout::{Layout, Room};
use crate::view::{Rows, Scene, Sheet, Size};
use crate::words;

/// Servers further behind than this show no entries.
const MOST_COLUMNS: u64 = 100;
/// Room of the time axis above the lanes, and left of them.
pub const AXIS: f64 = 18.0;
pub const GUTTER: f64 = 44.0;

/// Where everybody stands on a stage of this size.
pub fn layout(store: &Store, stage: Size) -> Rc<Layout> {
    let setup = &store.pane().run.script().setup;
    // Few servers leave the corner free in which the tools are.
    let few = setup.nodes <= 5;
    let (top, bottom) = match (stage.h < 340.0, stage.w < 520.0) {
        (true, false) => (if few { 4.0 } else { 40.0 }, 48.0),
        (true, true) => (52.0, 62.0),
        (false, true) => (56.0, 84.0),
        (false, false) => (58.0, 84.0),
    };
    let room = Room { width: stage.w, height: stage.h, top, bottom };
    Rc::new(Layout::new(setup.nodes.into(), setup.clients.into(), room))
}

/// The stage.
pub fn scene(store: &Store, layout: &Rc<Layout>) -> Scene {
    let run = &store.pane().run;
    let mut snapshot = run.snapshot();
    snapshot.caption = snapshot.caption.filter(|(since, _)| store.caption_stands(*since));
    // Logs are aligned by index: the shortest one's last entries must be among the columns.
    let lengths = || snapshot.nodes.iter().map(|node| node.log_len);
    let apart = lengths().max().unwrap_or(0) - lengths().min().unwrap_or(0);
    let columns = (apart + layout.detail.entries() as u64).min(MOST_COLUMNS);
    Scene::new(&snapshot, &run.logs(columns), &usual(store), layout)
}

/// The part of the space-time diagram on show, and a margin.
pub fn sheet(store: &mut Store, chart: &mut Chart, scene: &Scene, size: Size) -> Sheet {
    let window = store.ui.window;
    let setup = &store.pane().run.script().setup;
    let lanes = &store.ui.lanes;
    let rows = lanes.rows(setup.clients, setup.nodes);
    let rows = Rows::of(rows, lanes.without().to_vec(), AXIS, size.h - AXIS - 2.0);
    let pane = store.pane_mut();
    let ask = Ask {
        from: window.from,
        span: window.span,
        width: (size.w - GUTTER).max(50.0),
        rows,
        now: pane.run.now(),
        known: pane.run.head().1,
        history: pane.current().id.into(),
        commands: pane.run.script().lines.len(),
    };
    chart.sheet(ask, &scene.flights, &mut pane.run)
}

/// The stage in words.
pub fn told(scene: &Scene, store: &Store) -> Vec<String> {
    scene.told().iter().map(|sentence| words::tell(store.ui.language, sentence)).collect()
}
