//! Vector stamps (Fidge 1988; Mattern 1989), derived from the trace: `V(a) < V(b)` exactly where
//! `a` happened before `b`. They are not stored: a cluster of a thousand would need a thousand
//! numbers an event.

use crate::base::Places;
use crate::sim::trace::{Event, EventKind};

/// The stamps of all places, as far as the trace has been followed.
pub struct Stamps {
    places: Places,
    /// By place.
    stamps: Vec<Vec<u64>>,
    /// What messages carry, by the event that sent them, in their order: all are kept, for a copy may
    /// arrive long after the original.
    carried: Vec<(u64, Vec<u64>)>,
}

impl Stamps {
    pub fn new(places: &Places) -> Stamps {
        let width = places.len();
        Stamps { places: places.clone(), stamps: vec![vec![0; width]; width], carried: Vec::new() }
    }

    /// The stamp after the event, at its place.
    pub fn follow(&mut self, number: u64, event: &Event) -> Option<&[u64]> {
        let place = self.places.index(event.place?);
        if let EventKind::Deliver { sent, .. } = &event.what
            && let Ok(position) = self.carried.binary_search_by_key(sent, |(number, _)| *number)
        {
            for (mine, theirs) in self.stamps[place].iter_mut().zip(&self.carried[position].1) {
                *mine = (*mine).max(*theirs);
            }
        }
        // Where the Lamport clock ticks, so does the vector: see `Sim::tick`.
        if event.what.is_an_event() {
            self.stamps[place][place] += 1;
        }
        if let EventKind::Send { .. } = &event.what {
            self.carried.push((number, self.stamps[place].clone()));
        }
        Some(&self.stamps[place])
    }
}
