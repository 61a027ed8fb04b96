//! *Read your writes*: who has written something never reads what was before.

use crate::check::precedence::{Footprints, Precedence};
use crate::check::views::View;
use crate::key;

pub const VIEW: View =
    View { draw, needs: None, kept: key!("a client's own writes before its later reads") };

/// Its own writes in their order, and each before its later reads.
fn draw(precedence: &mut Precedence, deeds: &Footprints, process: u32) {
    let mut written = None;
    for (node, deed) in (1..).zip(&deeds.all).filter(|(_, deed)| deed.process == process) {
        if let Some(before) = written {
            precedence.comes_before(before, node);
        }
        if deed.writes.is_some() {
            written = Some(node);
        }
    }
}
