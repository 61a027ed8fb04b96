//! Other runs beside one, to see what of it is chance and what a fault has done: the same script under other
//! seeds, and the same seed without its faults. Each goes as far as the run that it stands beside. Nothing is
//! kept of them but numbers: who has heard when, where something spreads, and the protocol's own measures.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::base::{Sentence, Time};
use crate::catalog;
use crate::command::{Script, Setup};
use crate::protocol::Epidemic;
use crate::protocol::epidemic::{Heard, Hearing};
use crate::replay::scout::Scout;
use crate::sim::Events;
use crate::sim::trace::{Event, EventKind, Status};

/// In what a run differs from the one that it stands beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    Faultless,
    Seed(u64),
}

/// A run that has come as far as it should, in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherRun {
    pub otherwise: Otherwise,
    /// Where something spreads: since when how many have heard.
    pub heard: Vec<Heard>,
    /// The protocol's own, as they are in the end.
    pub measures: Vec<Sentence>,
}

/// Those that are there, and those that are still to be run.
pub struct OtherRuns {
    epidemic: Option<Epidemic>,
    until: Time,
    left: VecDeque<(Otherwise, Script)>,
    running: Option<Running>,
    pub done: Vec<Rc<OtherRun>>,
}

struct Running {
    otherwise: Otherwise,
    scout: Scout,
    hearing: Option<Hearing>,
}

/// So many other seeds.
pub const SEEDS: u64 = 20;
/// A run of more events ends there.
const EVENTS: u64 = 500_000;

impl OtherRuns {
    /// Beside this script's run up to this time; `faultless` is the script without its faults, if it has any.
    pub fn new(script: &Script, faultless: Option<Script>, until: Time) -> OtherRuns {
        let seed = |seed: u64| {
            let setup = Setup { seed, ..script.setup.clone() };
            (Otherwise::Seed(seed), Script { setup, ..script.clone() })
        };
        let others = (1..).filter(|other| *other != script.setup.seed).take(SEEDS as usize);
        let faultless = faultless.map(|script| (Otherwise::Faultless, script));
        let entry = catalog::find(&script.setup.protocol);
        OtherRuns {
            epidemic: entry.and_then(|entry| (entry.epidemic)(&script.setup)),
            until,
            left: faultless.into_iter().chain(others.map(seed)).collect(),
            running: None,
            done: Vec::new(),
        }
    }

    /// How many there will be.
    pub fn all(&self) -> usize {
        self.left.len() + self.done.len() + usize::from(self.running.is_some())
    }

    pub fn are_done(&self) -> bool {
        self.left.is_empty() && self.running.is_none()
    }

    /// Goes on by at most so many steps; whether another run has come to its end.
    pub fn advance(&mut self, steps: u32) -> bool {
        let Some(mut running) = self.running.take().or_else(|| self.next()) else { return false };
        let mut events = Events::new();
        for _ in 0..steps {
            events.clear();
            let goes_on = running.scout.step(self.until, &mut events);
            let number = running.scout.sim().events() + 1 - events.len() as u64;
            for (event, number) in events.iter().zip(number..) {
                running.note(number, event);
            }
            if !goes_on || number > EVENTS {
                self.done.push(Rc::new(running.end()));
                return true;
            }
        }
        self.running = Some(running);
        false
    }

    fn next(&mut self) -> Option<Running> {
        while let Some((otherwise, script)) = self.left.pop_front() {
            let hearing = self.epidemic.as_ref().map(|it| Hearing::new(it, &script.setup.places));
            if let Ok(run) = catalog::start(script) {
                return Some(Running { otherwise, scout: run.scout_from_start(), hearing });
            }
        }
        None
    }
}

impl Running {
    fn note(&mut self, number: u64, event: &Event) {
        let (Some(hearing), Some(place)) = (&mut self.hearing, event.place) else { return };
        let role = match &event.what {
            EventKind::Role(role) => Some(role.name),
            EventKind::Status(Status::Down) => None,
            _ => return,
        };
        let places = &self.scout.script().setup.places;
        if places.has(place) {
            hearing.note((number, event.at), places.index(place), role);
        }
    }

    fn end(self) -> OtherRun {
        OtherRun {
            otherwise: self.otherwise,
            heard: self.hearing.map(|hearing| hearing.heard).unwrap_or_default(),
            measures: self.scout.sim().ensemble().measures(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;
    use crate::sim::snapshot::MarkKind;

    #[test]
    fn each_is_the_run_that_its_seed_makes() {
        let text = "run gossip nodes=40 seed=7 fanout=2 loss=5%\n100ms request S1 spread\n150ms crash S3\n";
        let script = parse(text).unwrap();
        let mut faultless = script.clone();
        faultless.lines.pop();
        let mut others = OtherRuns::new(&script, Some(faultless.clone()), Time::seconds(2));
        assert_eq!(others.all(), 21);
        let mut slices = 0;
        while !others.are_done() {
            others.advance(500);
            slices += 1;
        }
        assert!(slices > 20 && others.done.len() == 21);
        let seeds = (1..=21).filter(|seed| *seed != 7);
        let seeds = seeds.map(|seed| {
            let setup = Setup { seed, ..script.setup.clone() };
            (Otherwise::Seed(seed), Script { setup, ..script.clone() })
        });
        let wanted = std::iter::once((Otherwise::Faultless, faultless)).chain(seeds);
        for ((otherwise, script), other) in wanted.zip(&others.done) {
            let mut run = catalog::start(script).unwrap();
            while !run.run_to(Time::seconds(2), 10_000) {}
            assert_eq!(
                (otherwise, run.sim().ensemble().measures()),
                (other.otherwise, other.measures.clone())
            );
            let roles = run.marks().iter().filter(|mark| matches!(mark.what, MarkKind::Role(_)));
            let last = other.heard.last().unwrap();
            assert!(
                last.count > 30
                    && roles.clone().any(|mark| (mark.event, mark.at) == (last.event, last.at))
            );
        }
    }
}
