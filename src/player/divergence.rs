//! Where the runs of two panes first differ. The search goes on piece by piece, so that the page stays
//! smooth, and ahead of the cursor, so that a reader can go to the difference. Where they do not differ as far
//! as one can see, it looks for a seed under which they do.

use crate::base::Time;
use crate::catalog::{self, Run};
use crate::command::Script;
use crate::explore::difference::{Comparison, Difference, Likeness};

/// A search for the first difference of two runs, and the verdict once there is one.
pub(super) struct DivergenceSearch {
    /// The runs that are compared: see [`Store::versions`](super::Store::versions).
    versions: Vec<(u32, u32, usize)>,
    comparison: Comparison,
    verdict: Option<Likeness>,
    elsewhere: Elsewhere,
}

/// A search for a seed under which two scripts make different runs.
struct Elsewhere {
    scripts: [Script; 2],
    /// The seed that is tried, from 1, and the runs under it.
    seed: u64,
    comparison: Option<Comparison>,
    found: bool,
}

/// Where two runs first differ, as far as that is known.
#[derive(Clone, Copy, Debug)]
pub enum Divergence<'a> {
    /// The runs differ here first.
    At(&'a Difference),
    /// Up to here the runs are the same.
    NotBy(Time),
    /// Up to here they are the same, and under this seed they are not; with none, under no seed that was
    /// tried.
    Elsewhere(Time, Option<u64>),
    /// The runs are the same to their ends.
    Never,
}

/// The search looks ahead so far, if nothing is known beyond.
pub(super) const AHEAD: Time = Time::seconds(60);
/// So many seeds are tried where the runs are the same as far as that, each to this time.
pub const SEEDS: u64 = 100;
const UNTIL: Time = Time::seconds(10);

impl DivergenceSearch {
    /// Begins to compare the runs of two panes.
    pub(super) fn new(
        versions: Vec<(u32, u32, usize)>,
        first: &Run,
        second: &Run,
    ) -> DivergenceSearch {
        let comparison = Comparison::new(first, second, Time::LIMIT);
        let scripts = [first, second].map(|run| run.script().clone());
        let elsewhere = Elsewhere { scripts, seed: 1, comparison: None, found: false };
        DivergenceSearch { versions, comparison, verdict: None, elsewhere }
    }

    /// Whether these are the runs that are compared.
    pub(super) fn is_of(&self, versions: &[(u32, u32, usize)]) -> bool {
        self.versions == versions
    }

    /// Whether the runs have not been compared up to this time, and no difference has been found.
    pub(super) fn is_open(&self, horizon: Time) -> bool {
        self.verdict.is_none() && (self.comparison.reached() < horizon || !self.elsewhere.is_over())
    }

    /// Goes on comparing by at most so many steps: up to this time, and then under other seeds.
    pub(super) fn advance(&mut self, steps: u32, horizon: Time) {
        match self.comparison.reached() < horizon {
            true if self.verdict.is_none() => self.verdict = self.comparison.advance(steps),
            false if self.verdict.is_none() => self.elsewhere.advance(steps),
            _ => {}
        }
    }

    /// The result of the search so far.
    pub(super) fn divergence(&self) -> Divergence<'_> {
        match &self.verdict {
            Some(Likeness::Differ(difference)) => Divergence::At(difference),
            Some(Likeness::Same(None)) => Divergence::Never,
            Some(Likeness::Same(Some(until))) => Divergence::NotBy(*until),
            None if !self.elsewhere.is_over() => Divergence::NotBy(self.comparison.reached()),
            None => {
                let seed = self.elsewhere.found.then_some(self.elsewhere.seed);
                Divergence::Elsewhere(self.comparison.reached(), seed)
            }
        }
    }
}

impl Elsewhere {
    fn is_over(&self) -> bool {
        self.found || self.seed > SEEDS
    }

    fn advance(&mut self, steps: u32) {
        if self.is_over() {
            return;
        }
        if self.comparison.is_none() {
            let start = |script: &Script| {
                let mut script = script.clone();
                script.setup.seed = self.seed;
                catalog::start(script).ok()
            };
            if let [Some(here), Some(there)] = self.scripts.each_ref().map(start) {
                self.comparison = Some(Comparison::new(&here, &there, UNTIL));
            }
        }
        match self.comparison.as_mut().map(|comparison| comparison.advance(steps)) {
            Some(None) => {}
            Some(Some(Likeness::Differ(_))) => self.found = true,
            _ => (self.seed, self.comparison) = (self.seed + 1, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::action::{Action, PaneAction, RunAction, TimeAction};
    use super::super::tests::store;
    use super::*;
    use crate::base::Place;
    use crate::command::Command;
    use crate::player::Store;
    use crate::scenario::Variant;

    fn divergence(store: &mut Store) -> String {
        let mut slices = 0;
        while store.seeks_divergence() {
            store.seek_divergence(500);
            slices += 1;
            assert!(slices < 10_000, "it comes to an end");
        }
        match store.divergence() {
            None => "none".into(),
            Some(Divergence::At(difference)) => difference.sentence().to_string(),
            Some(Divergence::NotBy(time)) if time >= store.horizon() => "not yet".into(),
            Some(Divergence::NotBy(time)) => format!("only by {time}"),
            Some(Divergence::Elsewhere(_, None)) => "not yet".into(),
            Some(Divergence::Elsewhere(_, Some(seed))) => format!("not yet, but {seed}"),
            Some(Divergence::Never) => "never".into(),
        }
    }

    /// Two runs that are the same as far as one can see may differ under another seed.
    #[test]
    fn a_seed_that_shows_a_difference_is_looked_for() {
        let mut found = 0;
        for seed in 1..9 {
            let text = format!(
                "run raft nodes=5 seed={seed}\n500ms partition S4 | S3 S1 S5\n1.12s heal\n"
            );
            let mut store = store(&text);
            let flaw = Variant::Flaw("no-up-to-date-check".into());
            store.update(PaneAction::Split(std::rc::Rc::new(flaw)));
            let told = divergence(&mut store);
            if let Some(seed) = told.strip_prefix("not yet, but ") {
                store.update(RunAction::Seed(seed.parse().unwrap()));
                let told = divergence(&mut store);
                assert!(told.starts_with("First difference at "), "{told}");
                found += 1;
            }
        }
        assert!(found > 0);
    }

    #[test]
    fn the_first_difference_is_found_ahead_of_the_cursor_and_anew_after_a_gesture() {
        let mut store = store("run raft nodes=3 seed=7\n100ms fire S1 election\n");
        assert_eq!(divergence(&mut store), "none");
        let flaw = |name: &str| {
            Action::Pane(PaneAction::Split(std::rc::Rc::new(Variant::Flaw(name.into()))))
        };
        store.update(flaw("forget-vote"));
        assert!(store.divergence().is_none(), "nothing is known yet");
        assert_eq!(divergence(&mut store), "not yet", "nobody crashes");
        store.update(TimeAction::Seek(Time::millis(110)));
        store.update(Action::Do(Command::Crash { node: Place::server(1), torn: false }));
        assert!(
            store.seeks_divergence() && store.divergence().is_none(),
            "another run, another difference"
        );
        store.update(PaneAction::Split(std::rc::Rc::new(Variant::Setting(
            "batch".into(),
            "1".into(),
        ))));
        assert_eq!(divergence(&mut store), "not yet");
        store.update(PaneAction::Split(std::rc::Rc::new(Variant::Setting(
            "heartbeat".into(),
            "20ms".into(),
        ))));
        let told = divergence(&mut store);
        assert!(told.starts_with("First difference at "), "{told}");
        store.update(PaneAction::Close(1));
        assert_eq!(divergence(&mut store), "none");
    }

    #[test]
    fn two_protocols_differ_from_the_first_event_that_reads_differently() {
        let mut store = store("run raft nodes=3 seed=7\n100ms fire S1 election\n");
        let other = |slug: &str| {
            Action::Pane(PaneAction::Split(std::rc::Rc::new(Variant::Protocol(slug.into()))))
        };
        store.update(other("multi-paxos"));
        assert_eq!(
            divergence(&mut store),
            "First difference at 100ms, event 9: here S1 starts an election for term 1: its timer ran out \
             before it heard a leader; there S1 prepares ballot 1.S1 for all slots from 1 on: its timer \
             ran out before it heard a leader."
        );
        store.update(other("paxos"));
        assert_eq!(
            divergence(&mut store),
            "First difference at 100ms, event 8: here S1 timer runs out: election; there nothing happens \
             until 1.595411s: S3 timer runs out: ask."
        );
    }

    #[test]
    fn two_branches_can_be_seen_side_by_side() {
        let mut store = store("run raft nodes=3 seed=7\n100ms fire S1 election\n");
        store.update(TimeAction::Seek(Time::seconds(1)));
        store.update(TimeAction::Seek(Time::millis(300)));
        store.update(Action::Do(Command::Crash { node: Place::server(0), torn: false }));
        store.update(PaneAction::SplitBranch(0));
        assert_eq!(store.panes[1].run.script().lines.len(), 1);
        assert_eq!(store.panes[1].run.now(), Time::millis(300));
        let told = divergence(&mut store);
        assert!(told.starts_with("First difference at 300ms"), "{told}");
        assert_eq!(store.update(PaneAction::SplitBranch(9)), super::super::Change::None);
    }
}
