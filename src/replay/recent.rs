//! What has happened last, up to the cursor: the story in words, and what of it matters to whoever listens.

use super::{KEPT, Run, tell};
use crate::protocol::Tag;
use crate::sim::snapshot::Told;
use crate::sim::trace::{Event, EventKind};

/// How much an event matters to whoever cannot see the picture: first what matters most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Somebody leads, or holds what only one may hold.
    Leads,
    /// A property broke.
    Breaks,
    /// The story says something.
    Says,
    /// Worth telling, where there is nothing else.
    Notable,
}

impl Weight {
    fn of(event: &Event) -> Option<Weight> {
        match &event.what {
            EventKind::Role(role) if role.tag == Tag::Leads => Some(Weight::Leads),
            EventKind::Violation { .. } => Some(Weight::Breaks),
            _ if event.caption().is_some() => Some(Weight::Says),
            _ => event.is_notable().then_some(Weight::Notable),
        }
    }
}

impl Run {
    /// The last `count` events up to the cursor in words, newest last.
    pub fn told(&mut self, count: usize, notable_only: bool) -> Vec<Told> {
        let mut told: Vec<Told> = self
            .latest()
            .filter(|(_, event)| !notable_only || event.is_notable())
            .take(count)
            .map(|(number, event)| tell(number, event))
            .collect();
        told.reverse();
        told
    }

    /// Of each weight the latest event after this one, and all that the story says, up to the cursor and as far as
    /// it is kept, as it is said aloud: what matters most comes first.
    pub fn foremost(&mut self, since: u64) -> Vec<(Weight, Told)> {
        let mut found: Vec<(Weight, Told)> = Vec::new();
        let mut commands = Vec::new();
        for (number, event) in self.latest().take_while(|(number, _)| *number > since) {
            let Some(weight) = Weight::of(event) else { continue };
            match &event.what {
                EventKind::Command(command) if weight == Weight::Notable => {
                    commands.push((command.clone(), tell(number, event)));
                }
                _ if weight == Weight::Says || !found.iter().any(|(known, _)| *known == weight) => {
                    found.push((weight, tell(number, event)));
                }
                _ => {}
            }
        }
        // A command is said in its own words, unless something came of it that is said.
        let noted = found.iter().find(|(weight, _)| *weight == Weight::Notable);
        let noted = noted.map_or(since, |(_, told)| told.event);
        let commands = commands.into_iter().take_while(|(_, told)| told.event > noted);
        let said = commands
            .filter_map(|(command, told)| Some(Told { sentence: self.said(&command)?, ..told }));
        if let Some(told) = said.into_iter().next() {
            found.retain(|(weight, _)| *weight != Weight::Notable);
            found.push((Weight::Notable, told));
        }
        // Of what the story says the earlier comes first.
        found.reverse();
        found.sort_by_key(|(weight, _)| *weight);
        found
    }

    /// The events up to the cursor that are kept, newest first.
    fn latest(&mut self) -> impl Iterator<Item = (u64, &Event)> {
        let here = self.here.events();
        if self.kept.first > here || self.kept.end() <= here {
            self.recall(|sim| sim.events() + KEPT as u64 / 2 <= here, |kept| kept.end() <= here);
        }
        let kept = &self.kept;
        (kept.first..=here).rev().map_while(|number| Some((number, kept.get(number)?)))
    }
}
