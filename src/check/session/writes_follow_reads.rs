//! *Writes follow reads*: what a client wrote after it had read something is seen after what it had read, by
//! everybody: an answer is never seen without the question. That it is shows only in what somebody reads
//! one after the other.

use std::collections::BTreeMap;

use super::monotonic_reads;
use crate::check::precedence::{Footprints, Precedence};
use crate::check::views::View;
use crate::key;

pub const VIEW: View = View {
    draw,
    needs: Some(&monotonic_reads::VIEW),
    kept: key!(
        "a client's own reads in their order, and each write after what its client had read before"
    ),
};

/// Its own reads in their order, and in every session each write after the writes that were read before it:
/// these come before a node that stands for what the session has read so far.
fn draw(precedence: &mut Precedence, deeds: &Footprints, process: u32) {
    monotonic_reads::draw(precedence, deeds, process);
    let mut read: BTreeMap<u32, usize> = BTreeMap::new();
    for (place, deed) in deeds.all.iter().enumerate() {
        if let Some(source) = deeds.sources[place] {
            let so_far = precedence.node();
            precedence.comes_before(source, so_far);
            if let Some(before) = read.insert(deed.process, so_far) {
                precedence.comes_before(before, so_far);
            }
        }
        if deed.writes.is_some()
            && let Some(so_far) = read.get(&deed.process)
        {
            precedence.comes_before(*so_far, place + 1);
        }
    }
}
