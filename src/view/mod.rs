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
//! | `layout.rs` | where servers and clients stand |
//! | `scene.rs` | the stage at one instant |
//! | `links.rs` | its links: healthy, held, cut, one way |
//! | `flight.rs` | its messages under way, at any instant of their way |
//! | `hull.rs` | its partitions |
//! | `telling.rs` | the stage in words |
//! | `thumbnail.rs` | the stage, small, to know a run again by |
//! | `spacetime.rs` | the space-time diagram, in few and long paths |
//! | `crowd.rs` | bars where there would be too many arrows |
//! | `bands.rs` | what its lanes are over a stretch of time |
//! | `ticks.rs` | its time axis |
//! | `light.rs` | over both: the way of causes, past and future |
//! | `highlight.rs` | a protocol's source |
//! | `chart.rs` | the part of it on show, drawn no more than once |
//! | `tree.rs` | the branches of a run |
//! | `ejson.rs` | a run as documents of a database, and back |
//! | `export.rs` | what else can be taken away of a run: the list of formats |
//! | `sequence.rs`, `flowchart.rs`, `mermaid.rs` | diagrams for Mermaid, and what they share |
//! | `svg.rs` | the space-time diagram as a picture by itself |
//! | `shiviz.rs`, `ndjson.rs` | logs for ShiViz and for programs |
//! | `formula.rs` | formulas as styled text |

pub mod bands;
pub mod chart;
pub mod crowd;
pub mod ejson;
pub mod export;
pub mod flight;
pub mod flowchart;
pub mod formula;
pub mod highlight;
pub mod hull;
pub mod layout;
pub mod light;
pub mod links;
pub mod mermaid;
pub mod ndjson;
pub mod path;
pub mod scene;
pub mod sequence;
pub mod shiviz;
pub mod spacetime;
pub mod svg;
pub mod telling;
pub mod thumbnail;
pub mod ticks;
pub mod tree;

pub use chart::{Chart, Sheet, Slice};
pub use flight::Flight;
pub use layout::{Detail, Layout};
pub use path::{Path, Point, Size};
pub use scene::Scene;
pub use spacetime::{Diagram, Rows, Scale};
pub use thumbnail::Thumbnail;
