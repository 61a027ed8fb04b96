//! Ids, time, chance, quorums and logs: the words every other layer speaks.
//! Nothing here knows of a protocol, a simulator or a page.

pub mod breach;
pub mod chance;
pub mod digest;
pub mod history;
pub mod id;
pub mod log;
pub mod milestones;
pub mod quorum;
pub mod ratio;
pub mod sentence;
pub mod store;
pub mod text;
pub mod time;

pub use breach::Breach;
pub use chance::Chance;
pub use history::History;
pub use id::{ClientId, Endpoint, NodeId};
pub use log::Log;
pub use milestones::Milestones;
pub use ratio::Ratio;
pub use sentence::{Sentence, Value};
pub use store::{Store, is_unseen};
pub use text::{NONE, Text};
pub use time::{Span, Time};
