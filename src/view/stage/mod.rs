//! The stage: who takes part, the links between them and what is on its way, at one instant.
//!
//! | file | what it draws |
//! |---|---|
//! | `layout.rs` | where servers and clients stand |
//! | `arrangement.rs` | the forms in which many stand: rings, rows, columns |
//! | `field.rs` | very many places: dots by state |
//! | `heat.rs` | among very many places, messages that are too many to be told apart |
//! | `row.rs` | what a server's box shows of its panels |
//! | `tenure.rs` | what is held for a while, and rings that run down |
//! | `scene.rs` | the stage at one instant |
//! | `links.rs` | its links: healthy, held, cut, one way |
//! | `flight.rs` | its messages under way, at any instant of their way |
//! | `hull.rs` | its partitions |
//! | `aside.rs` | where a card about something goes, so that it hides nothing of it |
//! | `telling.rs` | the stage in words |
//! | `thumbnail.rs` | the stage, small, to know a run again by |

pub mod arrangement;
pub mod aside;
pub mod field;
pub mod flight;
pub mod heat;
pub mod hull;
pub mod layout;
pub mod links;
pub mod row;
pub mod scene;
pub mod telling;
pub mod tenure;
pub mod thumbnail;

pub use flight::Flight;
pub use layout::{Detail, Layout};
pub use scene::StageView;
pub use thumbnail::Thumbnail;
