//! Ids, time, chance, quorums and logs: the words every other layer speaks.
//! Nothing here knows of a protocol, a simulator or a page.

pub mod breach;
pub mod chance;
pub mod digest;
pub mod log;
pub mod milestones;
pub mod place;
pub mod places;
pub mod quantiles;
pub mod quorum;
pub mod ratio;
pub mod sentence;
pub mod text;
pub mod time;
pub mod word;

pub use breach::Breach;
pub use chance::Chance;
pub use log::Log;
pub use milestones::Milestones;
pub use place::{Listed, Place};
pub use places::{PlaceKind, Places, Program};
pub use quantiles::Quantiles;
pub use ratio::Ratio;
pub use sentence::{Sentence, Value};
pub use text::{NONE, Text, for_terminal, is_unseen};
pub use time::{Span, Time};
