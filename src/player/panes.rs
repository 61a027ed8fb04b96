//! Two panes as one: one cursor, the same gestures, and whatever stops one stops both.
//!
//! The panes share the time. Each pane has its own events, so a step goes to the next event of either; a
//! search ends, and a play stops, where it happens first in either. The pane in which it happened
//! becomes the active one: the inspector shows what it was.

use super::action::{Change, Notice, PaneAction};
use super::pane::branches::Branches;
use super::pane::{Dropped, Pane};
use super::playback::{FAST_STEPS, Goal, Target};
use super::store::Store;
use super::terms::{LETTERS, Selection};
use crate::base::{Sentence, Time};
use crate::command::Command;
use crate::scenario::{Scenario, Variant};
use crate::sentence;

impl Store {
    pub(super) fn update_panes(&mut self, action: PaneAction) -> Change {
        match action {
            PaneAction::Split(variant) => self.split(&variant),
            PaneAction::SplitBranch(place) => self.split_branch(place),
            PaneAction::Close(place) => self.unsplit(place),
            PaneAction::Activate(place) => self.activate(place),
        }
    }

    /// How the second pane's run differs from the first one's.
    pub fn variant(&self) -> Option<Variant> {
        self.panes.get(1).map(|second| self.differs(second))
    }

    /// What is shown, as the text that opens the same again; where the second pane is active, the run of
    /// that pane alone.
    pub fn scenario(&self) -> Scenario {
        let beside = self.variant().filter(|_| self.active == 0);
        Scenario { script: self.pane().run.script().clone(), beside }
    }

    fn differs(&self, second: &Pane) -> Variant {
        Variant::between(self.panes[0].run.script(), second.run.script())
    }

    // ---- opening and closing -----------------------------------------------------------------

    /// Opens the second pane at the first one's instant, or puts another run into it.
    fn split(&mut self, variant: &Variant) -> Change {
        let first = &self.panes[0];
        let (now, event) = first.cursor();
        let opened = variant.of(first.run.script());
        match opened.and_then(|(script, told)| Ok((Pane::new(script)?, told))) {
            Err(why) => self.ui.notice = Some(Notice::refusal(why)),
            Ok((pane, told)) => {
                self.close_second();
                self.panes.push(pane);
                self.ui.notice = told.map(Notice::plain);
                // The first pane is there already: what takes time is the way of the second.
                self.playback.give_up();
                self.playback.goal = Some(Goal::new(Target::Cursor(now, event), (Time::ZERO, 0)));
                self.pursue();
            }
        }
        Change::Frame
    }

    /// Shows a variant of the first pane's run beside it, at its start, or no second pane. Where the variant
    /// cannot run, a notice says why, and the first pane is alone.
    pub(super) fn show_beside(&mut self, variant: Option<&Variant>) {
        let first = self.panes[0].run.script();
        let wanted = variant.map(|variant| variant.of(first)).transpose();
        let shown = wanted.and_then(|wanted| match (wanted, self.panes.get_mut(1)) {
            (Some((script, told)), Some(pane)) if script == *pane.run.script() => Ok(told),
            (Some((script, told)), Some(pane)) => pane.load(script, true).map(|_| told),
            (Some((script, told)), None) => {
                self.panes.push(Pane::new(script)?);
                self.opened += 1;
                Ok(told)
            }
            (None, _) => {
                self.close_second();
                Ok(None)
            }
        });
        match shown {
            Ok(told) => self.ui.notice = told.map(Notice::plain).or(self.ui.notice.take()),
            Err(why) => {
                self.close_second();
                self.ui.notice = Some(Notice::refusal(why));
            }
        }
    }

    pub(super) fn close_second(&mut self) {
        let second = self.panes.drain(1..).next();
        self.keep_branches_of(second);
        if std::mem::take(&mut self.active) != 0 {
            self.explanation = None;
        }
        self.opened += 1;
    }

    /// Keeps the branches of a pane that is closed. A single branch is the variant itself and is not kept.
    fn keep_branches_of(&mut self, pane: Option<Pane>) {
        let Some(pane) = pane.filter(|pane| pane.branches.len() > 1) else { return };
        let dropped = self.panes[0].adopt(Branches::of(&pane));
        if dropped.is_some() {
            self.settle(Ok(dropped));
        }
    }

    fn unsplit(&mut self, place: usize) -> Change {
        if self.panes.len() < 2 || place >= self.panes.len() {
            return Change::None;
        }
        if place == self.active && matches!(self.ui.selection, Some(Selection::Message(_))) {
            self.ui.select(None);
        }
        self.ui.notice = None;
        let gone = self.panes.remove(place);
        let gone = match place {
            0 => std::mem::replace(&mut self.panes[0], gone),
            _ => gone,
        };
        if place == 0 {
            // The second pane's run goes on in the first pane, where the branches are.
            let dropped = self.panes[0].take_over(gone);
            self.settle(Ok(dropped));
        } else {
            self.keep_branches_of(Some(gone));
        }
        self.active = 0;
        self.opened += 1;
        self.ui.hover = None;
        self.explanation = None;
        Change::Frame
    }

    pub(super) fn activate(&mut self, place: usize) -> Change {
        if place == self.active || place >= self.panes.len() {
            return Change::None;
        }
        if let Some(Selection::Message(id)) = self.ui.selection
            && !self.is_shared(id)
        {
            self.ui.select(None);
        }
        self.active = place;
        // The question was about the other pane's run.
        self.explanation = None;
        Change::Frame
    }

    /// The same script with another seed; in both panes, for a comparison has one.
    pub(super) fn reseed(&mut self, seed: u64) {
        let mut script = self.panes[0].run.script().clone();
        script.setup.seed = seed;
        // A variant that is a script of its own does not follow by itself.
        if let (Some(Variant::Script(mut own)), Some(second)) =
            (self.variant(), self.panes.get_mut(1))
        {
            own.setup.seed = seed;
            // It ran with another seed, so it runs with this one.
            let _ = second.load(*own, true);
        }
        self.load(0, script, true);
    }

    /// Runs another branch of the first pane beside it.
    fn split_branch(&mut self, place: usize) -> Change {
        let Some(branch) = self.panes[0].branches.get(place) else { return Change::None };
        let script = branch.script.clone();
        self.split(&Variant::Script(Box::new(script)))
    }

    // ---- gestures ----------------------------------------------------------------------------

    /// Gives a command in every pane, at the same time. Where the active one obeys or there is no
    /// other, that is the answer; what else is to be said comes with it.
    pub(super) fn command(
        &mut self,
        command: Command,
    ) -> (Result<Option<Dropped>, Sentence>, Option<Notice>) {
        match self.panes.len() {
            2 => self.command_both(command),
            _ => (self.pane_mut().command(command), None),
        }
    }

    fn command_both(
        &mut self,
        command: Command,
    ) -> (Result<Option<Dropped>, Sentence>, Option<Notice>) {
        let other = 1 - self.active;
        let alone = command.message().is_some_and(|id| !self.is_shared(id));
        let given = self.pane_mut().command(command.clone());
        if alone {
            let told = sentence!(
                "This message is under way in {0} only: nothing was done in {1}.",
                LETTERS[self.active],
                LETTERS[other]
            );
            return match given {
                Ok(_) => (given, Some(Notice::plain(told))),
                Err(_) => (given, None),
            };
        }
        let followed = self.panes[other].command(command);
        let told = |refused: usize, obeyed: usize, why: &Sentence| {
            Some(Notice::refusal(sentence!(
                "Done in {0}, refused in {1}: {2}",
                LETTERS[obeyed],
                LETTERS[refused],
                why.clone()
            )))
        };
        match (&given, &followed) {
            (Ok(_), Err(why)) => {
                let told = told(other, self.active, why);
                (given, told)
            }
            (Err(why), Ok(_)) => {
                let told = told(self.active, other, why);
                (followed, told)
            }
            _ => (given, None),
        }
    }

    /// Whether the message of this number is the same one in both panes.
    fn is_shared(&mut self, id: u64) -> bool {
        let mut shots = self.panes.iter_mut().map(|pane| {
            let shot = pane.run.message(id)?;
            Some((shot.from, shot.to, shot.sent_at, shot.label))
        });
        let first = shots.next().flatten();
        first.is_some() && shots.all(|shot| shot == first)
    }

    // ---- one cursor --------------------------------------------------------------------------

    /// Where each pane stands: time, and last event.
    pub(super) fn cursors(&self) -> Vec<(Time, u64)> {
        self.panes.iter().map(Pane::cursor).collect()
    }

    /// The other panes to the time of the active one; where one cannot get there at once, all go
    /// back to it. Whether all got there.
    pub(super) fn bring_along(&mut self) -> bool {
        let now = self.pane().run.now();
        for pane in &mut self.panes {
            // Among the events of one instant it stays where it is.
            if pane.run.now() != now {
                pane.run.seek(now, FAST_STEPS);
            }
        }
        self.wait_for_slowest() == now
    }

    /// All panes to the time of the one that is behind the others.
    fn wait_for_slowest(&mut self) -> Time {
        let slowest = self.panes.iter().map(|pane| pane.run.now()).min().unwrap_or_default();
        for pane in &mut self.panes {
            if pane.run.now() > slowest {
                pane.run.seek(slowest, FAST_STEPS);
            }
        }
        slowest
    }

    /// The next event of whichever pane has it first, or of both; false at the end of time.
    pub(super) fn step_together(&mut self) -> bool {
        match &mut self.panes[..] {
            [pane] => pane.run.step_forward(),
            _ => self.step_both(),
        }
    }

    fn step_both(&mut self) -> bool {
        let next = self.panes.iter().filter_map(|pane| pane.run.next()).min();
        for pane in &mut self.panes {
            pane.run.run_to(next.unwrap_or(Time::LIMIT), 1);
        }
        next.is_some()
    }

    /// Back to before the last event of whichever pane had it last, or of both.
    pub(super) fn step_back_together(&mut self) -> bool {
        match &mut self.panes[..] {
            [pane] => pane.run.step_back(),
            _ => self.step_back_both(),
        }
    }

    fn step_back_both(&mut self) -> bool {
        let last = |panes: &[Pane]| panes.iter().map(|pane| pane.run.sim().now()).max();
        let Some(newest) = last(&self.panes) else { return false };
        let mut stepped = false;
        for pane in self.panes.iter_mut().filter(|pane| pane.run.sim().now() == newest) {
            stepped |= pane.run.step_back();
        }
        let now = last(&self.panes).unwrap_or_default();
        for pane in &mut self.panes {
            match pane.run.sim().now() == now {
                // Among the events of one instant it stays where it is.
                true => pane.run.seek_event(pane.run.event(), FAST_STEPS),
                false => pane.run.seek(now, FAST_STEPS),
            };
        }
        stepped
    }

    /// Stops where a property broke first, of these panes in which one did since they stood there.
    pub(super) fn stop_at_first(&mut self, broke: &[usize], before: &[(Time, u64)]) {
        let active = self.active;
        let mut first: Option<(Time, usize, Notice)> = None;
        for &place in broke {
            self.active = place;
            if !self.stop_at_violation(before[place].1) {
                continue;
            }
            let now = self.pane().run.now();
            let earlier = first.as_ref().is_none_or(|(at, ..)| now < *at);
            if let (true, Some(notice)) = (earlier, self.ui.notice.take()) {
                first = Some((now, place, notice));
            }
        }
        self.active = active;
        if let Some((_, place, notice)) = first {
            self.speak_of(place, notice);
            self.bring_along();
        }
    }

    /// Says something of a pane, and looks at it.
    pub(super) fn speak_of(&mut self, place: usize, notice: Notice) {
        self.activate(place);
        let pane = (self.panes.len() > 1).then_some(place);
        self.ui.notice = Some(Notice { pane, ..notice });
    }
}

#[cfg(test)]
mod tests {
    use super::super::action::NoticeKind;
    use super::super::action::{Action, PageAction, PaneAction, RunAction, TimeAction};
    use super::super::store::Preferences;
    use super::super::tests::{notice, store};
    use super::*;
    use crate::base::Place;
    use crate::command::Script;
    use crate::scenario;

    const PLAIN: &str = "run raft nodes=3 seed=7";

    fn split(store: &mut Store, variant: Variant) {
        store.update(PaneAction::Split(std::rc::Rc::new(variant)));
        arrive(store);
    }

    fn arrive(store: &mut Store) {
        while store.playback.goal.is_some() {
            store.update(TimeAction::Tick { elapsed_micros: 0 });
        }
    }

    fn flaw(name: &str) -> Variant {
        Variant::Flaw(name.into())
    }

    fn scripts(store: &Store) -> Vec<String> {
        store.panes.iter().map(|pane| pane.run.script().to_string()).collect()
    }

    fn now(store: &Store) -> Time {
        let now = store.pane().run.now();
        assert!(store.panes.iter().all(|pane| pane.run.now() == now), "one cursor");
        now
    }

    #[test]
    fn a_second_pane_opens_at_the_same_instant_and_closes_again() {
        let mut store = store(PLAIN);
        store.update(TimeAction::Seek(Time::seconds(2)));
        split(&mut store, flaw("forget-vote"));
        assert_eq!((store.panes.len(), store.active, now(&store)), (2, 0, Time::seconds(2)));
        assert_eq!(
            scripts(&store)[1],
            "run raft nodes=3 seed=7 flaw=forget-vote\n",
            "one thing is different"
        );
        // Another one takes its place; what cannot be leaves all as it was.
        split(&mut store, Variant::Setting("batch".into(), "1".into()));
        split(&mut store, Variant::Setting("batch".into(), "many".into()));
        assert_eq!(
            notice(&store),
            "batch=many: expected a whole number from 1 to 1000, found “many”."
        );
        assert_eq!(scripts(&store)[1], "run raft nodes=3 seed=7 batch=1\n");
        store.update(PaneAction::Close(0));
        assert_eq!(scripts(&store), ["run raft nodes=3 seed=7 batch=1\n"], "the other goes on");
        assert_eq!((store.active, now(&store)), (0, Time::seconds(2)));
        assert_eq!(store.update(PaneAction::Close(0)), Change::None);
    }

    #[test]
    fn a_pane_that_is_closed_leaves_its_branches() {
        for closed in [0, 1] {
            let mut store = store(PLAIN);
            store.update(TimeAction::Seek(Time::seconds(2)));
            for (time, node) in [(600, 1), (500, 2)] {
                store.update(TimeAction::Seek(Time::millis(time)));
                store.update(Action::Do(Command::Crash { node: Place::server(node), torn: false }));
            }
            let before: Vec<Script> =
                store.pane().branches.iter().map(|branch| branch.script.clone()).collect();
            store.update(PaneAction::SplitBranch(1));
            assert_eq!(store.panes.len(), 2);
            let stays = store.panes[1 - closed].run.script().clone();
            let cursor = store.panes[1 - closed].cursor();
            store.update(PaneAction::Close(closed));
            assert_eq!((store.pane().run.script(), store.pane().cursor()), (&stays, cursor));
            assert_eq!(store.pane().current().script, stays);
            let after: Vec<Script> =
                store.pane().branches.iter().map(|branch| branch.script.clone()).collect();
            assert!(before.iter().all(|script| after.contains(script)), "{after:?}");
            assert_eq!(after.len(), before.len(), "and none stands there twice");
        }
    }

    #[test]
    fn a_long_way_to_the_first_panes_instant_takes_ticks_and_can_be_cancelled() {
        let mut store = store("run raft nodes=9 seed=7");
        store.update(TimeAction::Seek(Time::seconds(300)));
        arrive(&mut store);
        let event = store.pane().run.event();
        store.update(PaneAction::Split(std::rc::Rc::new(flaw("forget-vote"))));
        assert!(store.moving());
        arrive(&mut store);
        assert_eq!((now(&store), store.pane().run.event()), (Time::seconds(300), event));
        store.update(PaneAction::Split(std::rc::Rc::new(flaw("count-old-terms"))));
        store.update(TimeAction::CancelGoal);
        assert!(!store.moving() && now(&store) < Time::seconds(300), "both stand where it got to");
    }

    #[test]
    fn gestures_are_given_to_both_and_one_may_refuse() {
        let mut store = store(PLAIN);
        store.update(TimeAction::Seek(Time::millis(500)));
        split(&mut store, flaw("ack-before-disk"));
        let crash = |node| Action::Do(Command::Crash { node: Place::server(node), torn: false });
        store.update(crash(0));
        let lines = |store: &Store| {
            store.panes.iter().map(|pane| pane.run.script().lines.len()).collect::<Vec<_>>()
        };
        assert_eq!((lines(&store), notice(&store)), (vec![1, 1], String::new()));
        // Only B has S2 down already.
        store.panes[1]
            .command(Command::Crash { node: Place::server(1), torn: false })
            .ok()
            .unwrap();
        store.update(crash(1));
        assert_eq!(lines(&store), [2, 2]);
        assert_eq!(notice(&store), "Done in A, refused in B: S2 is down.");
        store.update(PaneAction::Activate(1));
        store.update(Action::Do(Command::Restart(Place::server(0))));
        assert_eq!((lines(&store), notice(&store)), (vec![3, 3], String::new()));
        store.update(Action::Do(Command::Restart(Place::server(0))));
        assert_eq!(notice(&store), "S1 is up: only what is down can be restarted.");
        // In the past both fork.
        store.update(TimeAction::Seek(Time::millis(200)));
        store.update(crash(2));
        assert!(store.panes.iter().all(|pane| pane.branches.len() == 2));
    }

    #[test]
    fn a_message_is_anothers_where_the_runs_have_parted() {
        let mut store = store("run raft nodes=3 seed=7\n10ms fire S1 election\n");
        split(&mut store, Variant::Setting("batch".into(), "1".into()));
        store.update(TimeAction::Seek(Time::millis(12)));
        let id = store.pane().snapshot().flights[0].id;
        store.update(Action::Do(Command::Drop(id)));
        assert_eq!(notice(&store), "", "it is the same one in both");
        assert!(scripts(&store).iter().all(|script| script.contains(&format!("drop #{id}"))));
        split(&mut store, Variant::Protocol("multi-paxos".into()));
        store.update(TimeAction::Seek(Time::millis(12)));
        let id = store.pane().snapshot().flights[0].id;
        store.update(PageAction::Select(Some(Selection::Message(id))));
        store.update(Action::Do(Command::Drop(id)));
        assert_eq!(notice(&store), "This message is under way in A only: nothing was done in B.");
        assert!(!scripts(&store)[1].contains(&format!("drop #{id}")));
        store.update(PaneAction::Activate(1));
        assert_eq!(store.ui.selection, None, "in B it is nothing, or another one");
    }

    #[test]
    fn a_step_goes_to_the_next_event_of_either_and_back() {
        let mut store = store("run raft nodes=3 seed=7\n10ms fire S1 election\n");
        split(&mut store, Variant::Protocol("multi-paxos".into()));
        let mut seen = vec![store.cursors()];
        for _ in 0..120 {
            let next: Vec<Time> = store.panes.iter().filter_map(|pane| pane.run.next()).collect();
            let earliest = *next.iter().min().unwrap();
            let before = store.cursors();
            store.update(TimeAction::StepForward);
            assert_eq!(now(&store), earliest, "the next event of either");
            for ((pane, next), (_, event)) in store.panes.iter().zip(&next).zip(&before) {
                assert_eq!(pane.run.event() > *event, *next == earliest, "and no other");
                assert!(pane.run.event() == pane.run.head().0, "nobody looks ahead");
            }
            seen.push(store.cursors());
        }
        let alone = seen
            .windows(2)
            .filter(|pair| (pair[0][0].1 == pair[1][0].1) != (pair[0][1].1 == pair[1][1].1));
        assert!(alone.count() > 10, "the two have parted");
        while let Some(cursors) = seen.pop() {
            assert_eq!(store.cursors(), cursors);
            store.update(TimeAction::StepBack);
        }
    }

    /// Broken in B only: A's servers remember their votes.
    const TWO_LEADERS: &str = "run raft nodes=3 seed=1 latency=10ms\n\
        10ms hold S1>S3 S2-S3\n\
        20ms fire S1 election\n\
        36ms crash S2\n\
        37ms restart S2\n\
        38ms heal S2-S3\n\
        38ms fire S3 election\n";

    #[test]
    fn a_violation_in_one_stops_both_and_says_in_which() {
        let mut store = store(TWO_LEADERS);
        split(&mut store, flaw("forget-vote"));
        store.update(TimeAction::Speed(super::super::playback::Speed::MAX));
        store.update(TimeAction::Play);
        for _ in 0..10 {
            store.update(TimeAction::Tick { elapsed_micros: 16_667 });
        }
        assert!(!store.playback.playing && now(&store) < Time::millis(200));
        assert_eq!(store.active, 1, "the inspector shows where it broke");
        assert!(
            notice(&store).starts_with("B: Election Safety is violated: "),
            "{}",
            notice(&store)
        );
        let stopped = (store.cursors(), store.ui.notice.clone());
        store.update(TimeAction::ToStart);
        store.update(PaneAction::Activate(0));
        store.update(TimeAction::RunUntil("violation".into()));
        assert_eq!(
            (store.cursors(), store.ui.notice.clone(), store.active),
            (stopped.0, stopped.1, 1)
        );
        store.update(PaneAction::Activate(0));
        store.update(TimeAction::StepBack);
        store.update(TimeAction::StepForward);
        let shown = store.ui.notice.as_ref().map(|notice| (notice.kind, notice.pane));
        assert_eq!(shown, Some((NoticeKind::Violation, Some(1))), "a step onto it says so as well");
    }

    #[test]
    fn a_link_with_its_own_second_run_says_nothing_of_the_one_before() {
        let mut store = store("run primary-backup nodes=3 seed=1");
        split(&mut store, Variant::Setting("ack".into(), "one".into()));
        store.update(RunAction::OpenLink("#v1&scene=abd/cap".into()));
        assert!(store.ui.notice.is_none(), "{}", notice(&store));
        assert_eq!(store.panes[1].run.meta().slug, "quorum-store");
    }

    #[test]
    fn a_search_ends_where_it_is_found_first() {
        // A's election comes later: B finds a leader first.
        let mut store = store("run raft nodes=3 seed=7 election=2s..4s");
        split(&mut store, Variant::Setting("election".into(), "100ms..200ms".into()));
        store.update(TimeAction::RunUntil("leader".into()));
        assert!(store.panes[1].run.leader().is_some() && store.panes[0].run.leader().is_none());
        assert_eq!(store.active, 1);
        assert!(notice(&store).starts_with("B: Reached at "), "{}", notice(&store));
        assert!(now(&store) < Time::millis(500));
        store.update(TimeAction::RunUntil("leader".into()));
        arrive(&mut store);
        assert!(store.panes[0].run.leader().is_some());
        assert_eq!(store.active, 0);
    }

    #[test]
    fn a_comparison_goes_on_with_another_seed_scene_or_flaw() {
        let mut store = store("run raft nodes=3 seed=7\n1s crash S1\n");
        split(&mut store, flaw("forget-vote"));
        store.update(RunAction::Seed(8));
        let seed_8 = "run raft nodes=3 seed=8 flaw=forget-vote\n1s       crash S1\n";
        assert_eq!((scripts(&store)[1].as_str(), now(&store)), (seed_8, Time::ZERO));
        store.update(PaneAction::Activate(1));
        store.update(RunAction::ToggleFlaw("ack-before-disk".into()));
        assert!(scripts(&store)[0].contains("flaw=ack-before-disk"));
        assert_eq!(store.variant(), Some(flaw("forget-vote")), "the top bar speaks of the first");
        store.update(RunAction::LoadScene { protocol: "raft".into(), scene: "figure-8".into() });
        assert_eq!((store.variant(), now(&store)), (Some(flaw("forget-vote")), Time::ZERO));
        // Paxos has no such flaw: the first pane is alone.
        let scene = super::super::pane::Scene::all().find(|scene| scene.protocol == "paxos");
        let name = scene.expect("a scene").name.to_owned();
        store.update(RunAction::LoadScene { protocol: "paxos".into(), scene: name });
        assert_eq!((store.panes.len(), store.active), (1, 0));
        assert_eq!(notice(&store), "There is no flaw “forget-vote”.");
    }

    #[test]
    fn a_script_of_its_own_stays_what_it_is() {
        let own = scenario::parse("run raft nodes=5 seed=3\n1s crash S2\n").unwrap();
        let mut store = store(PLAIN);
        split(&mut store, Variant::Script(Box::new(own.clone())));
        store.update(TimeAction::Seek(Time::seconds(2)));
        store.update(RunAction::Seed(8));
        assert_eq!(scripts(&store)[1], "run raft nodes=5 seed=8\n1s       crash S2\n");
        assert_eq!(now(&store), Time::ZERO);
        store.update(PaneAction::Activate(1));
        store.update(TimeAction::Seek(Time::seconds(1)));
        store.update(RunAction::LoadText("run raft nodes=4 seed=1\n".into()));
        assert_eq!(scripts(&store), ["run raft nodes=3 seed=8\n", "run raft nodes=4 seed=1\n"]);
        assert_eq!(now(&store), Time::ZERO, "and the first starts with it");
    }

    #[test]
    fn a_link_brings_both_back_to_the_same_cursor() {
        let mut here = store(TWO_LEADERS);
        split(&mut here, flaw("forget-vote"));
        here.update(TimeAction::Seek(Time::micros(38_500)));
        let link = here.link();
        assert!(link.contains("&flaw2=forget-vote&at=38.5ms."), "{link}");
        // A way of its own: the link has it whole.
        here.update(PaneAction::Activate(1));
        here.panes[1].command(Command::Crash { node: Place::server(0), torn: false }).ok().unwrap();
        let whole = here.link();
        assert!(whole.contains("&run2=raft+nodes=3"), "{whole}");
        for link in [link, whole] {
            let mut there = Store::from_link(&link, Preferences::default());
            arrive(&mut there);
            assert_eq!((there.panes.len(), there.link()), (2, link.clone()));
            assert_eq!(now(&there), Time::micros(38_500));
            // The same in a page that shows something else.
            let mut elsewhere = store(PLAIN);
            elsewhere.update(RunAction::OpenLink(link.clone()));
            arrive(&mut elsewhere);
            assert_eq!(elsewhere.link(), link);
            elsewhere.update(RunAction::OpenLink("#v1&run=raft+nodes=3&at=1s".into()));
            assert_eq!(elsewhere.panes.len(), 1);
        }
    }
}
