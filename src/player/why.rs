//! Asking why: the question that the page shows an answer to, and the search for it in every tick.

use super::action::{Change, WhyAction};
use super::explanation::{Explanation, Question};
use super::store::Store;
use super::terms::Tab;

impl Store {
    pub(super) fn update_why(&mut self, action: WhyAction) -> Change {
        let run = &self.panes[self.active].run;
        match (action, &mut self.explanation) {
            (WhyAction::Ask(question), _) => self.ask(question),
            (_, None) => return Change::None,
            (WhyAction::Forget, _) => self.explanation = None,
            (WhyAction::ShowCone(shown), Some(explanation)) => explanation.show_cone(run, shown),
            (WhyAction::ShowSource(source), Some(explanation)) => explanation.source = source,
        }
        Change::Frame
    }

    /// Asks why, and shows the answer as far as it is found at once.
    fn ask(&mut self, question: Question) {
        self.pause();
        self.explanation = Some(Explanation::new(&self.pane().run, question));
        self.ui.tab = Tab::Why;
        self.bring_into_sight();
    }

    /// What the answer begins with is to be seen in the diagram: its causes stand to the left.
    fn bring_into_sight(&mut self) {
        let why = self.explanation.as_ref().and_then(|explanation| explanation.why.as_ref());
        let Some(first) = why.and_then(|why| why.reasons.first()) else { return };
        let window = &mut self.ui.window;
        if first.told.at < window.from || first.told.at > window.to() {
            window.center(first.told.at);
            window.follows = false;
        }
    }

    /// The search for an answer goes on.
    pub(super) fn go_on_searching(&mut self) -> Change {
        let run = &self.panes[self.active].run;
        match &mut self.explanation {
            Some(explanation) if explanation.is_pending() => {
                explanation.search(run);
                self.bring_into_sight();
                Change::Frame
            }
            _ => Change::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Place, Time};
    use crate::command::Command;
    use crate::player::tests::{TWO_LEADERS, store};
    use crate::player::{Action, Store, Tab, TimeAction, WhyAction};
    use crate::sim::fact::Fact;

    const FAILOVER: &str =
        "run raft nodes=3 seed=7\n1s crash S1\n1s crash S2\n1s restart S1\n1s restart S2";

    fn ask(store: &mut Store, fact: Fact) {
        store.update(WhyAction::Ask(Question::Fact(fact)));
        while store.moving() {
            store.update(TimeAction::Tick { elapsed_micros: 16_667 });
        }
    }

    #[test]
    fn a_fact_is_answered_in_a_tab_of_its_own() {
        let mut store = store(FAILOVER);
        store.update(TimeAction::Seek(Time::seconds(2)));
        ask(&mut store, Fact::named(Place::server(2), "term"));
        assert_eq!(store.ui.tab, Tab::Why);
        let explanation = store.explanation.as_ref().unwrap();
        let why = explanation.why.as_ref().unwrap();
        assert_eq!(explanation.event, Some(why.reasons[0].told.event));
        assert!(!explanation.unchanged);
        assert!(explanation.value.is_some() && why.more.is_none());
        store.update(WhyAction::ShowCone(true));
        assert!(store.explanation.as_ref().unwrap().cone.is_some());
        store.update(WhyAction::Forget);
        assert!(store.explanation.is_none());
    }

    #[test]
    fn the_diagram_shows_what_the_answer_begins_with() {
        let mut store = store(FAILOVER);
        store.update(TimeAction::Seek(Time::seconds(9)));
        let here = store.ui.window;
        store.update(WhyAction::Ask(Question::Event(store.pane().run.event())));
        assert_eq!(store.ui.window, here, "it is in sight");
        ask(&mut store, Fact::named(Place::server(2), "term"));
        let since = store.explanation.as_ref().unwrap().why.as_ref().unwrap().reasons[0].told.at;
        assert!(since < here.from, "that was long ago");
        let window = store.ui.window;
        assert!(window.from <= since && since <= window.to());
        store.update(TimeAction::Play);
        store.update(TimeAction::Tick { elapsed_micros: 16_667 });
        assert!(store.ui.window.to() > here.from, "it follows the cursor again");
    }

    #[test]
    fn what_nothing_has_changed_says_so() {
        let mut store = store(FAILOVER);
        store.update(TimeAction::Seek(Time::seconds(2)));
        ask(&mut store, Fact::entry(Place::server(2), 9));
        let explanation = store.explanation.as_ref().unwrap();
        assert!(explanation.unchanged && explanation.value.is_none(), "there never was an entry 9");
        let first = &explanation.why.as_ref().unwrap().reasons[0].told;
        assert_eq!((first.at, first.place), (Time::ZERO, Some(Place::server(2))));
    }

    #[test]
    fn what_a_command_makes_untrue_is_forgotten() {
        let mut store = store(FAILOVER);
        store.update(TimeAction::Seek(Time::seconds(2)));
        let late = store.pane().run.event();
        store.update(WhyAction::Ask(Question::Event(late)));
        store.update(TimeAction::Seek(Time::millis(900)));
        assert!(store.explanation.is_some(), "to look elsewhere changes nothing");
        store.update(Action::Do(Command::Crash { node: Place::server(0), torn: false }));
        assert!(store.explanation.is_none(), "event {late} no longer happens");
        let here = store.pane().run.event();
        store.update(WhyAction::Ask(Question::Event(here)));
        store.update(Action::Do(Command::Restart(Place::server(0))));
        assert!(store.explanation.is_some(), "what lies in the past still stands");
    }

    #[test]
    fn a_question_ends_with_the_past_that_it_is_searched_in() {
        let mut store = store("run raft nodes=3 seed=7 heartbeat=5ms latency=1ms..2ms");
        store.update(TimeAction::Seek(Time::seconds(120)));
        while store.moving() {
            store.update(TimeAction::Tick { elapsed_micros: 16_667 });
        }
        store.update(WhyAction::Ask(Question::Fact(Fact::named(Place::server(0), "status"))));
        assert!(store.explanation.as_ref().unwrap().is_pending());
        let mut left = store.explanation.clone().unwrap();
        store.update(TimeAction::ToStart);
        store.update(Action::Do(Command::Crash { node: Place::server(0), torn: false }));
        assert!(store.explanation.is_none(), "what it was about has not happened");
        left.search(&store.pane().run);
        assert!(!left.is_pending(), "there is nothing to look through");
    }

    #[test]
    fn what_does_not_exist_has_no_answer() {
        let mut store = store(FAILOVER);
        for event in [0, 1_000_000, u64::MAX] {
            store.update(WhyAction::Ask(Question::Event(event)));
            let explanation = store.explanation.as_ref().unwrap();
            assert!(explanation.why.is_none() && !explanation.is_pending(), "{event}");
            store.update(WhyAction::ShowCone(true));
        }
        for fact in [
            Fact::named(Place::server(2), "no such thing"),
            Fact::entry(Place::server(9), 1),
            Fact::entry(Place::server(0), 0),
        ] {
            ask(&mut store, fact);
        }
    }

    #[test]
    fn a_violation_has_the_past_of_the_step_that_brought_it_about() {
        let mut store = store(TWO_LEADERS);
        store.update(TimeAction::RunUntil("violation".into()));
        while store.moving() {
            store.update(TimeAction::Tick { elapsed_micros: 16_667 });
        }
        let event = store.ui.notice.as_ref().and_then(|notice| notice.event).unwrap();
        store.update(WhyAction::Ask(Question::Event(event)));
        store.update(WhyAction::ShowCone(true));
        let explanation = store.explanation.as_ref().unwrap();
        let cone = explanation.cone.as_ref().expect("it is not only a remark from outside");
        assert!(explanation.has_cone && cone.event < event);
        assert!(cone.sides.iter().filter(|side| side.past.is_some()).count() > 1);
    }

    #[test]
    fn a_long_past_is_looked_through_in_pieces() {
        let mut store = store("run raft nodes=3 seed=7 heartbeat=5ms latency=1ms..2ms");
        store.update(TimeAction::Seek(Time::seconds(120)));
        while store.moving() {
            store.update(TimeAction::Tick { elapsed_micros: 16_667 });
        }
        assert!(store.pane().run.event() > 60_000);
        store.update(WhyAction::Ask(Question::Fact(Fact::named(Place::server(0), "status"))));
        assert!(store.moving(), "too long for one tick");
        ask(&mut store, Fact::named(Place::server(0), "status"));
        let why = store.explanation.as_ref().unwrap().why.clone().unwrap();
        assert_eq!(why.reasons[0].told.at, Time::ZERO);
    }
}
