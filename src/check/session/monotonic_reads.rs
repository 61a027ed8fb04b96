//! *Monotonic reads*: who has read something never reads what was before.

use crate::check::precedence::{Footprints, Precedence};
use crate::check::views::View;
use crate::key;

pub const VIEW: View =
    View { draw, needs: None, kept: key!("a client's own reads in their order") };

/// Its own reads in their order.
pub fn draw(precedence: &mut Precedence, deeds: &Footprints, process: u32) {
    precedence.in_sessions(deeds, |deed| deed.process == process && deed.reads.is_some());
}
