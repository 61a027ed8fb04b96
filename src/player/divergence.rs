//! Where the runs of two panes first differ: looked for a piece at a time, so that the page stays
//! smooth, and ahead of the cursor, so that one can go there.

use super::store::Store;
use super::variant::Variant;
use crate::base::Time;
use crate::explore::difference::{Comparison, Difference, Likeness};

/// A search for the first difference, and what has come of it.
pub(super) struct DivergenceSearch {
    /// What is compared: see [`Store::versions`].
    of: Vec<(u32, u32, usize)>,
    comparison: Comparison,
    verdict: Option<Likeness>,
}

/// What is known of it.
#[derive(Clone, Copy, Debug)]
pub enum Divergence<'a> {
    /// They differ here first.
    At(&'a Difference),
    /// Up to here they are the same.
    NotBy(Time),
    /// They always will be.
    Never,
}

/// So far it is looked ahead, if nothing is known beyond.
const AHEAD: Time = Time::seconds(60);

impl Store {
    /// Changes whenever another script runs in a pane: how often panes were opened and closed, the
    /// branch, and its commands.
    pub fn versions(&self) -> Vec<(u32, u32, usize)> {
        let version =
            |pane: &super::Pane| (self.opened, pane.current().id, pane.run.script().lines.len());
        self.panes.iter().map(version).collect()
    }

    /// Whether there is more to be compared.
    pub fn seeks_divergence(&self) -> bool {
        self.panes.len() > 1
            && self.divergence_search.as_ref().is_none_or(|search| {
                let open = search.verdict.is_none() && search.comparison.reached() < self.horizon();
                open || search.of != self.versions()
            })
    }

    /// Goes on comparing the two panes' runs by at most so many steps.
    pub fn seek_divergence(&mut self, steps: u32) {
        let [first, second] = &self.panes[..] else {
            self.divergence_search = None;
            return;
        };
        let of = self.versions();
        if self.divergence_search.as_ref().is_none_or(|search| search.of != of) {
            let comparison = Comparison::new(&first.run, &second.run, Time::LIMIT);
            self.divergence_search = Some(DivergenceSearch { of, comparison, verdict: None });
        }
        if let Some(search) = &mut self.divergence_search
            && search.verdict.is_none()
        {
            search.verdict = search.comparison.advance(steps);
        }
    }

    /// Where the two panes' runs part, as far as they have been compared.
    pub fn divergence(&self) -> Option<Divergence<'_>> {
        let search =
            self.divergence_search.as_ref().filter(|search| search.of == self.versions())?;
        Some(match &search.verdict {
            Some(Likeness::Differ(difference)) => Divergence::At(difference),
            Some(Likeness::Same(None)) => Divergence::Never,
            Some(Likeness::Same(Some(until))) => Divergence::NotBy(*until),
            None => Divergence::NotBy(search.comparison.reached()),
        })
    }

    fn horizon(&self) -> Time {
        let known = self.panes.iter().map(|pane| {
            let last = pane.run.script().lines.last().map_or(Time::ZERO, |line| line.at);
            pane.run.head().1.max(last)
        });
        known.max().unwrap_or_default().max(AHEAD).min(Time::LIMIT)
    }

    /// Runs another branch of the first pane beside it.
    pub(super) fn split_branch(&mut self, place: usize) -> super::Change {
        let Some(branch) = self.panes[0].branches.get(place) else { return super::Change::None };
        let script = branch.script.clone();
        self.split(&Variant::Script(Box::new(script)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::action::Action;
    use super::super::tests::store;
    use super::*;
    use crate::base::NodeId;
    use crate::command::Command;

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
        let flaw = |name: &str| Action::Split(std::rc::Rc::new(Variant::Flaw(name.into())));
        store.update(flaw("forget-vote"));
        assert!(store.divergence().is_none(), "nothing is known yet");
        assert_eq!(divergence(&mut store), "not yet", "nobody crashes");
        store.update(Action::Seek(Time::millis(110)));
        store.update(Action::Do(Command::Crash { node: NodeId(1), torn: false }));
        assert!(
            store.seeks_divergence() && store.divergence().is_none(),
            "another run, another difference"
        );
        store.update(Action::Split(std::rc::Rc::new(Variant::Option("batch".into(), "1".into()))));
        assert_eq!(divergence(&mut store), "not yet");
        store.update(Action::Split(std::rc::Rc::new(Variant::Option(
            "heartbeat".into(),
            "20ms".into(),
        ))));
        let told = divergence(&mut store);
        assert!(told.starts_with("First difference at "), "{told}");
        store.update(Action::Unsplit(1));
        assert_eq!(divergence(&mut store), "none");
    }

    #[test]
    fn two_protocols_differ_from_the_first_event_that_reads_differently() {
        let mut store = store("run raft nodes=3 seed=7\n100ms fire S1 election\n");
        let other = |slug: &str| Action::Split(std::rc::Rc::new(Variant::Protocol(slug.into())));
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
        store.update(Action::Seek(Time::seconds(1)));
        store.update(Action::Seek(Time::millis(300)));
        store.update(Action::Do(Command::Crash { node: NodeId(0), torn: false }));
        store.update(Action::SplitBranch(0));
        assert_eq!(store.panes[1].run.script().lines.len(), 1);
        assert_eq!(store.panes[1].run.now(), Time::millis(300));
        let told = divergence(&mut store);
        assert!(told.starts_with("First difference at 300ms"), "{told}");
        assert_eq!(store.update(Action::SplitBranch(9)), super::super::Change::None);
    }
}
