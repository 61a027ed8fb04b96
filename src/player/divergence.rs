//! Where the runs of two panes first differ. The search goes on piece by piece, so that the page stays
//! smooth, and ahead of the cursor, so that a reader can go to the difference. Where they do not differ as far
//! as one can see, it looks for a seed under which they do, and then for a scene of the protocol that shows what
//! the same change does.

use super::pane::Scene;
use crate::base::Time;
use crate::catalog::{self, Run};
use crate::command::Script;
use crate::explore::difference::{Comparison, Difference, Likeness};
use crate::scenario::Variant;

/// A search for the first difference of two runs, and the verdict once there is one.
pub(super) struct DivergenceSearch {
    /// The runs that are compared: see [`Store::versions`](super::Store::versions).
    versions: Vec<(u32, u32, usize)>,
    comparison: Comparison,
    verdict: Option<Likeness>,
    elsewhere: Elsewhere,
}

/// A search for something else that shows a difference: seeds first, and then scenes.
struct Elsewhere {
    scripts: [Script; 2],
    /// The second script as a variant of the first, which scenes can have too.
    variant: Variant,
    scenes: Vec<Scene>,
    /// How many have been tried in vain, and the runs of the next.
    tried: usize,
    comparison: Option<Comparison>,
    found: bool,
}

/// What shows a difference where two runs do not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Example {
    /// The same scripts under this seed.
    Seed(u64),
    /// This scene, with the same thing changed.
    Scene(Scene),
}

/// Where two runs first differ, as far as that is known.
#[derive(Clone, Copy, Debug)]
pub enum Divergence<'a> {
    /// The runs differ here first.
    At(&'a Difference),
    /// Up to here the runs are the same.
    NotBy(Time),
    /// Up to here they are the same; what else may show a difference is being tried, and so much was in vain.
    Trying(Time, usize),
    /// Up to here they are the same; and what shows a difference, if anything does that was tried.
    Elsewhere(Time, Option<Example>),
    /// The runs are the same to their ends.
    Never,
}

/// The search looks ahead so far, if nothing is known beyond.
pub(super) const AHEAD: Time = Time::seconds(60);
/// So many seeds are tried where the runs are the same as far as that, each to this time.
pub const SEEDS: usize = 100;
const UNTIL: Time = Time::seconds(10);

impl DivergenceSearch {
    /// Begins to compare the runs of two panes.
    pub(super) fn new(
        versions: Vec<(u32, u32, usize)>,
        first: &Run,
        second: &Run,
    ) -> DivergenceSearch {
        let comparison = Comparison::new(first, second, Time::LIMIT);
        let elsewhere = Elsewhere::new([first, second].map(|run| run.script().clone()));
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

    /// Goes on comparing by at most so many steps: up to this time, and then elsewhere.
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
            None if !self.elsewhere.has_begun() => Divergence::NotBy(self.comparison.reached()),
            None if !self.elsewhere.is_over() => {
                Divergence::Trying(self.comparison.reached(), self.elsewhere.tried)
            }
            None => {
                let example = self.elsewhere.next().filter(|_| self.elsewhere.found);
                Divergence::Elsewhere(self.comparison.reached(), example)
            }
        }
    }
}

impl Elsewhere {
    fn new(scripts: [Script; 2]) -> Elsewhere {
        let variant = Variant::between(&scripts[0], &scripts[1]);
        let of = |scene: &Scene| scene.protocol == scripts[0].setup.protocol;
        let mut scenes: Vec<Scene> = match variant {
            Variant::Script(_) => Vec::new(),
            _ => Scene::all().filter(of).collect(),
        };
        // One that is about this very thing shows it best.
        scenes.sort_by_key(|scene| !is_about(*scene, &variant));
        Elsewhere { scripts, variant, scenes, tried: 0, comparison: None, found: false }
    }

    /// What is to be tried next.
    fn next(&self) -> Option<Example> {
        match self.tried.checked_sub(SEEDS) {
            None => Some(Example::Seed(self.tried as u64 + 1)),
            Some(tried) => self.scenes.get(tried).copied().map(Example::Scene),
        }
    }

    fn has_begun(&self) -> bool {
        self.tried > 0 || self.comparison.is_some()
    }

    fn is_over(&self) -> bool {
        self.found || self.next().is_none()
    }

    fn advance(&mut self, steps: u32) {
        let Some(next) = self.next().filter(|_| !self.found) else { return };
        if self.comparison.is_none() {
            self.comparison = self.compare(next);
        }
        match self.comparison.as_mut().map(|comparison| comparison.advance(steps)) {
            Some(None) => {}
            Some(Some(Likeness::Differ(_))) => self.found = true,
            _ => (self.tried, self.comparison) = (self.tried + 1, None),
        }
    }

    /// Begins to compare the two runs there; nothing where one of them cannot be.
    fn compare(&self, example: Example) -> Option<Comparison> {
        let [here, there] = match example {
            Example::Seed(seed) => self.scripts.clone().map(|mut script| {
                script.setup.seed = seed;
                script
            }),
            Example::Scene(scene) => {
                let script = scene.script();
                let (changed, _) = self.variant.of(&script).ok()?;
                [script, changed]
            }
        };
        let until = match example {
            Example::Seed(_) => UNTIL,
            Example::Scene(_) => here.lines.last().map_or(Time::ZERO, |line| line.at) + UNTIL,
        };
        let [here, there] = [here, there].map(|script| catalog::start(script).ok());
        Some(Comparison::new(&here?, &there?, until))
    }
}

/// Whether a scene has this thing changed, or compares it.
fn is_about(scene: Scene, variant: &Variant) -> bool {
    let has_it = match variant {
        Variant::Flaw(flaw) => scene.script().setup.flaws.contains(flaw),
        _ => false,
    };
    has_it || scene.beside().as_ref() == Some(variant)
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
            Some(Divergence::Trying(..)) => "still trying".into(),
            Some(Divergence::Elsewhere(_, None)) => "not yet".into(),
            Some(Divergence::Elsewhere(_, Some(Example::Seed(seed)))) => {
                format!("not yet, but under {seed}")
            }
            Some(Divergence::Elsewhere(_, Some(Example::Scene(scene)))) => {
                format!("not yet, but in {}", scene.name)
            }
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
            if let Some(seed) = told.strip_prefix("not yet, but under ") {
                store.update(RunAction::Seed(seed.parse().unwrap()));
                let told = divergence(&mut store);
                assert!(told.starts_with("First difference at "), "{told}");
                found += 1;
            }
        }
        assert!(found > 0);
    }

    /// Whoever waits is told that something is tried, and how much of it.
    #[test]
    fn what_is_tried_is_told_meanwhile() {
        let mut store = store("run raft nodes=3 seed=7\n");
        store.update(PaneAction::Split(std::rc::Rc::new(Variant::Flaw("count-old-terms".into()))));
        let mut told = Vec::new();
        while store.seeks_divergence() {
            store.seek_divergence(500);
            told.push(match store.divergence() {
                Some(Divergence::NotBy(_)) => 0,
                Some(Divergence::Trying(time, _)) if time < store.horizon() => panic!("too early"),
                Some(Divergence::Trying(_, tried)) if tried < SEEDS => 1,
                Some(Divergence::Trying(..)) => 2,
                _ => 3,
            });
        }
        assert!(told.is_sorted());
        told.dedup();
        assert!(told.starts_with(&[0, 1]) && told.ends_with(&[3]), "{told:?}");
    }

    /// … or in a scene, of which one that is about it is the first to be tried.
    #[test]
    fn a_scene_that_shows_a_difference_is_named() {
        let mut store = store("run raft nodes=3 seed=7\n");
        let variant = std::rc::Rc::new(Variant::Flaw("count-old-terms".into()));
        store.update(PaneAction::Split(variant.clone()));
        assert_eq!(divergence(&mut store), "not yet, but in figure-8-flaw");
        let (protocol, scene) = ("raft".into(), "figure-8-flaw".into());
        store.update(RunAction::LoadScene { protocol, scene });
        store.update(PaneAction::Split(variant));
        let told = divergence(&mut store);
        assert!(told.starts_with("First difference at "), "{told}");
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
        assert_eq!(divergence(&mut store), "not yet, but in figure-8", "nobody crashes here");
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
        assert_eq!(divergence(&mut store), "not yet, but in article-example");
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
