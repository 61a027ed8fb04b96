//! Going ahead without moving: a copy of a cluster that follows a script by itself and keeps no past.
//! Whoever looks for something in a run's future sends one, and the run on screen stays.

use crate::base::Time;
use crate::command::Script;
use crate::sim::{Events, Sim};

/// A copy of a cluster with its script.
#[derive(Clone)]
pub struct Scout {
    script: Script,
    sim: Sim,
}

impl Scout {
    pub fn new(script: &Script, sim: &Sim) -> Scout {
        Scout { script: script.clone(), sim: sim.clone() }
    }

    /// Where it has come to.
    pub fn sim(&self) -> &Sim {
        &self.sim
    }

    /// What it follows.
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// The next thing that happens by `limit`; false if nothing does.
    pub fn step(&mut self, limit: Time, out: &mut Events) -> bool {
        advance(&self.script, &mut self.sim, limit, out)
    }
}

#[cfg(test)]
thread_local! {
    /// How much has been simulated, for tests that ask whether something was simulated again.
    pub static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// One step of a script: commands come after everything else of their time.
pub(super) fn advance(script: &Script, sim: &mut Sim, limit: Time, out: &mut Events) -> bool {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + 1));
    let line = script.lines.get(sim.commands() as usize).filter(|line| line.at <= limit);
    if sim.step(line.map_or(limit, |line| line.at), out) {
        return true;
    }
    match line {
        Some(line) => {
            sim.command(line.at, &line.command, out);
            true
        }
        None => false,
    }
}
