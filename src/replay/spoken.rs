//! Commands as they are said aloud to whoever listens: what is done, to whom. What an event of its own tells,
//! or the page by itself, is not said twice.

use super::Run;
use crate::base::{Listed, Sentence, Value};
use crate::command::{Command, Link, Partition};
use crate::sentence;
use crate::sim::trace::EventKind;

impl Run {
    /// The command in a sentence. What is done to one place is said of that place.
    pub(super) fn said(&self, command: &Command) -> Option<Sentence> {
        Some(match command {
            Command::Fire { timer, .. } => {
                sentence!("has its timer run out by hand: {0}", Value::Name(timer.as_str().into()))
            }
            Command::Drift { .. } => sentence!("has a clock of another speed from now on"),
            Command::Jump { .. } => sentence!("has a clock that jumps"),
            Command::Disk { .. } => sentence!("has a disk of another speed from now on"),
            Command::Drop(id) => sentence!("{0} is dropped", self.named(*id)?),
            Command::Delay { message, by } => {
                sentence!("{0} is delayed by {1}", self.named(*message)?, by.said())
            }
            Command::Duplicate(id) => sentence!("{0} is duplicated", self.named(*id)?),
            Command::Deliver(id) => sentence!("{0} is delivered at once", self.named(*id)?),
            Command::Cut(links) => sentence!("{0} is cut", linked(links)),
            Command::Hold(links) => sentence!("{0} holds back what is sent", linked(links)),
            Command::Heal(links) if links.is_empty() => sentence!("all links carry again"),
            Command::Heal(links) => sentence!("{0} carries again", linked(links)),
            Command::Link { links, .. } if links.is_empty() => {
                sentence!("all links carry otherwise from now on")
            }
            Command::Link { links, .. } => {
                sentence!("{0} carries otherwise from now on", linked(links))
            }
            Command::Partition(Partition::Groups(groups)) => {
                let groups: Vec<String> =
                    groups.iter().map(|group| Listed(group).to_string()).collect();
                match &groups[..] {
                    [one, other] => sentence!("{0} parted from {1}", one.clone(), other.clone()),
                    groups => sentence!("a partition: {0}", groups.join(" | ")),
                }
            }
            Command::Partition(Partition::OneWay { unheard, deaf }) => {
                let [unheard, deaf] = [unheard, deaf].map(|places| Listed(places).to_string());
                sentence!("{0} unheard by {1}", unheard, deaf)
            }
            Command::Load { workload: Some(_), .. } => sentence!("clients are kept busy"),
            Command::Load { workload: None, .. } => sentence!("clients are no longer kept busy"),
            _ => return None,
        })
    }

    /// A message, by what it says and whose it is.
    pub fn named(&self, id: u64) -> Option<Sentence> {
        let event = self.event_at(id)?;
        let EventKind::Send { to, payload } = &event.what else { return None };
        Some(sentence!("“{0}” from {1} to {2}", payload.told(), event.place?, *to))
    }
}

/// Links as people speak of them.
fn linked(links: &[Link]) -> Sentence {
    match links {
        [Link { from, to, both_ways: true }] => sentence!("the link of {0} and {1}", *from, *to),
        [Link { from, to, both_ways: false }] => sentence!("the way from {0} to {1}", *from, *to),
        _ => sentence!("each of {0} links", links.len()),
    }
}
