//! What is looked for beside a run, piece by piece, and forgotten when another script runs: where the runs of
//! two panes first differ; and, once somebody asks, how a pane's run goes under other seeds and without
//! its faults.

use super::divergence::{AHEAD, Divergence, DivergenceSearch};
use super::pane::Pane;
use super::store::Store;
use crate::base::Time;
use crate::explore::other_runs::OtherRuns;
use crate::measure::faultless;

impl Store {
    /// Changes whenever another script runs in a pane: how often panes were opened and closed, the
    /// branch, and its commands.
    pub fn versions(&self) -> Vec<(u32, u32, usize)> {
        let version = |pane: &Pane| (self.opened, pane.current().id, pane.run.script().lines.len());
        self.panes.iter().map(version).collect()
    }

    /// The search, unless another script runs in a pane since.
    fn present_search(&self) -> Option<&DivergenceSearch> {
        self.divergence_search.as_ref().filter(|search| search.is_of(&self.versions()))
    }

    /// Whether the two panes' runs have to be compared further.
    pub fn seeks_divergence(&self) -> bool {
        let is_open = |search: &DivergenceSearch| search.is_open(self.horizon());
        self.panes.len() > 1 && self.present_search().is_none_or(is_open)
    }

    /// Goes on comparing the two panes' runs by at most so many steps.
    pub fn seek_divergence(&mut self, steps: u32) {
        let [first, second] = &self.panes[..] else {
            self.divergence_search = None;
            return;
        };
        if self.present_search().is_none() {
            let search = DivergenceSearch::new(self.versions(), &first.run, &second.run);
            self.divergence_search = Some(search);
        }
        let horizon = self.horizon();
        if let Some(search) = &mut self.divergence_search {
            search.advance(steps, horizon);
        }
    }

    /// Where the two panes' runs first differ, as far as they have been compared.
    pub fn divergence(&self) -> Option<Divergence<'_>> {
        self.present_search().map(DivergenceSearch::divergence)
    }

    pub(super) fn horizon(&self) -> Time {
        let known = self.panes.iter().map(|pane| {
            let last = pane.run.script().lines.last().map_or(Time::ZERO, |line| line.at);
            pane.run.head().1.max(last)
        });
        known.max().unwrap_or_default().max(AHEAD).min(Time::LIMIT)
    }

    // ---- other runs --------------------------------------------------------------------------

    /// Those of this pane's run, if somebody has asked for them.
    pub fn other_runs(&self, pane: usize) -> Option<&OtherRuns> {
        self.present_runs().filter(|(of, _)| *of == pane).map(|(_, runs)| runs)
    }

    /// Unless another script runs in their pane since.
    fn present_runs(&self) -> Option<(usize, &OtherRuns)> {
        let (pane, version, runs) = self.other_runs.as_ref()?;
        (self.versions().get(*pane) == Some(version)).then_some((*pane, runs))
    }

    /// Begins to look for them, as far as the pane's run is known; or lets them go.
    pub(super) fn look_for_other_runs(&mut self, pane: Option<usize>) {
        self.other_runs = pane.and_then(|pane| {
            let run = &self.panes.get(pane)?.run;
            let runs = OtherRuns::new(run.script(), faultless(run.script()), run.head().1);
            Some((pane, self.versions()[pane], runs))
        });
    }

    pub fn seeks_other_runs(&self) -> bool {
        self.present_runs().is_some_and(|(_, runs)| !runs.are_done())
    }

    /// Goes on by at most so many steps; whether another one has come to its end.
    pub fn seek_other_runs(&mut self, steps: u32) -> bool {
        if self.present_runs().is_none() {
            self.other_runs = None;
        }
        self.other_runs.as_mut().is_some_and(|(_, _, runs)| runs.advance(steps))
    }
}

#[cfg(test)]
mod tests {
    use super::super::action::{RunAction, TimeAction};
    use super::super::tests::store;
    use crate::base::Time;

    #[test]
    fn they_go_as_far_as_the_run_and_are_of_its_script_alone() {
        let mut store = store("run swim nodes=5 seed=3\n1s crash S2\n");
        store.update(TimeAction::Seek(Time::seconds(6)));
        assert!(!store.seeks_other_runs());
        store.update(RunAction::OtherRuns(Some(0)));
        while store.seeks_other_runs() {
            store.seek_other_runs(200);
        }
        let runs = store.other_runs(0).unwrap();
        assert_eq!(runs.done.len(), 21, "twenty seeds, and one without the crash");
        let told = runs.done.iter().map(|run| format!("{:?}", run.measures)).collect::<Vec<_>>();
        assert!(told[0] != told[1] && told[1..].iter().any(|other| *other != told[1]), "{told:?}");
        store.update(RunAction::Seed(4));
        assert!(store.other_runs(0).is_none(), "another run, other runs");
    }
}
