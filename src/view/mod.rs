//! Pictures as plain data. A view folds what a run gives away ([`Snapshot`](crate::sim::snapshot),
//! [`Stretch`](crate::sim::snapshot::Stretch)) into shapes with coordinates; the page only writes
//! them down as SVG. Nothing here knows a browser, so every picture is tested natively, and every
//! picture can say itself in words.
//!
//! Positions are functions of virtual time: play, pause, scrub and step are the same thing.
//! Floats begin here; nothing that is sampled, hashed or stored ever sees one.
//!
//! | file | what it draws |
//! |---|---|
//! | `path.rs` | points, boxes and SVG path strings, short ones |
//! | `panel.rs` | what a server keeps, in words |
//! | `stage/` | the stage at one instant |
//! | `diagram/` | the space-time diagram |
//! | `axis.rs` | an axis of time, and faults as bands over it |
//! | `plot.rs` | the measures of a run, one below the other |
//! | `spread.rs` | what spreads, beside theory |
//! | `history.rs` | what was asked and told, a lane for each who asks |
//! | `matrix.rs` | who thinks what of whom |
//! | `light.rs` | over both: the way of causes, past and future |
//! | `highlight.rs` | a protocol's source |
//! | `signs.rs` | what the words and signs of the pictures mean, a sentence each |
//! | `tree.rs` | the branches of a run |
//! | `formula.rs` | formulas as styled text |

mod axis;
pub mod diagram;
pub mod formula;
pub mod highlight;
pub mod history;
pub mod light;
pub mod matrix;
pub mod panel;
pub mod path;
pub mod plot;
pub mod signs;
pub mod spread;
pub mod stage;
pub mod tree;

pub use axis::{FaultBand, TimeAxis};
pub use diagram::{Chart, Diagram, Rows, Scale, Sheet, Slice};
pub use history::HistoryView;
pub use path::{Path, Point, Size};
pub use plot::Plots;
pub use stage::{Detail, Flight, Layout, StageView, Thumbnail};
