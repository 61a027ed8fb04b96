//! Where the runs of two panes first differ. The search goes on piece by piece, so that the page stays
//! smooth, and ahead of the cursor, so that a reader can go to the difference.

use crate::base::Time;
use crate::catalog::Run;
use crate::explore::difference::{Comparison, Difference, Likeness};

/// A search for the first difference of two runs, and the verdict once there is one.
pub(super) struct DivergenceSearch {
    /// The runs that are compared: see [`Store::versions`](super::Store::versions).
    versions: Vec<(u32, u32, usize)>,
    comparison: Comparison,
    verdict: Option<Likeness>,
}

/// Where two runs first differ, as far as that is known.
#[derive(Clone, Copy, Debug)]
pub enum Divergence<'a> {
    /// The runs differ here first.
    At(&'a Difference),
    /// Up to here the runs are the same.
    NotBy(Time),
    /// The runs are the same to their ends.
    Never,
}

/// The search looks ahead so far, if nothing is known beyond.
pub(super) const AHEAD: Time = Time::seconds(60);

impl DivergenceSearch {
    /// Begins to compare the runs of two panes.
    pub(super) fn new(
        versions: Vec<(u32, u32, usize)>,
        first: &Run,
        second: &Run,
    ) -> DivergenceSearch {
        let comparison = Comparison::new(first, second, Time::LIMIT);
        DivergenceSearch { versions, comparison, verdict: None }
    }

    /// Whether these are the runs that are compared.
    pub(super) fn is_of(&self, versions: &[(u32, u32, usize)]) -> bool {
        self.versions == versions
    }

    /// Whether the runs have not been compared up to this time, and no difference has been found.
    pub(super) fn is_open(&self, horizon: Time) -> bool {
        self.verdict.is_none() && self.comparison.reached() < horizon
    }

    /// Goes on comparing by at most so many steps.
    pub(super) fn advance(&mut self, steps: u32) {
        if self.verdict.is_none() {
            self.verdict = self.comparison.advance(steps);
        }
    }

    /// The result of the search so far.
    pub(super) fn divergence(&self) -> Divergence<'_> {
        match &self.verdict {
            Some(Likeness::Differ(difference)) => Divergence::At(difference),
            Some(Likeness::Same(None)) => Divergence::Never,
            Some(Likeness::Same(Some(until))) => Divergence::NotBy(*until),
            None => Divergence::NotBy(self.comparison.reached()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::action::{Action, PaneAction, TimeAction};
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
            Some(Divergence::Never) => "never".into(),
        }
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
