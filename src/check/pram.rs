//! *PRAM* (Richard Lipton and Jonathan Sandberg, *PRAM: a scalable shared memory*, 1988; its name stands for
//! pipelined random access memory): each client's writes are seen by everybody in the order in which it
//! asked for them, as if they came down a pipe. Those of several clients are seen in any order, even where
//! the one has caused the other.

use super::precedence::{Footprints, Precedence};
use super::views::View;
use crate::key;

pub const VIEW: View =
    View { draw, needs: None, kept: key!("the order of each client's requests") };

/// Its own requests in their order, and the writes of everybody else in theirs.
fn draw(precedence: &mut Precedence, deeds: &Footprints, process: u32) {
    precedence.in_sessions(deeds, |deed| deed.process == process || deed.writes.is_some());
}
