//! *Monotonic writes*: what a client wrote first is seen first, by everybody. That it is not shows only in
//! what somebody reads one after the other.

use super::monotonic_reads;
use crate::check::precedence::{Footprints, Precedence};
use crate::check::views::View;
use crate::key;

pub const VIEW: View = View {
    draw,
    needs: Some(&monotonic_reads::VIEW),
    kept: key!("a client's own reads, and everybody's writes, in their order"),
};

/// Its own reads in their order, and the writes of every session in theirs.
fn draw(precedence: &mut Precedence, deeds: &Footprints, process: u32) {
    monotonic_reads::draw(precedence, deeds, process);
    precedence.in_sessions(deeds, |deed| deed.writes.is_some());
}
