//! When a sequence that only grows reached which length.

use super::Log;

/// Lengths, and the events at which they were reached. Copies share their past.
#[derive(Clone, Default, Hash)]
pub struct Milestones(Log<(u64, u64)>);

impl Milestones {
    /// The sequence is this long since this event. What is no growth changes nothing.
    pub fn reach(&mut self, length: u64, event: u64) {
        if self.0.last().is_none_or(|(before, _)| *before < length) {
            self.0.push((length, event));
        }
    }

    /// The event that brought the entry of this index.
    pub fn event(&self, index: u64) -> Option<u64> {
        let shorter = self.0.partition_point(|(length, _)| *length < index);
        self.0.get(shorter + 1).map(|(_, event)| *event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_came_with_the_event_that_made_the_sequence_reach_it() {
        let mut milestones = Milestones::default();
        for (length, event) in [(2, 10), (2, 11), (3, 20), (1, 25), (7, 30)] {
            milestones.reach(length, event);
        }
        let events: Vec<_> = (1..=8).map(|index| milestones.event(index)).collect();
        let (first, second, third) = (Some(10), Some(20), Some(30));
        assert_eq!(events, [first, first, second, third, third, third, third, None]);
    }
}
