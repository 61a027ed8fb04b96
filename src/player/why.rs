//! Why? A question that somebody asks of the run, and the answer as far as it is found.
//!
//! A question is of an event ("why was this sent?") or of a fact ("why is the term of S5 9?"). That
//! of a fact looks for the event that made it so, some of the past in every tick; then it is one of
//! an event, too, whose causes are told back to their roots. On request the answer has the event's
//! *light cone* as well: what happened before it, after it, and concurrently.

use std::rc::Rc;

use crate::catalog::Run;
use crate::replay::cone::Cone;
use crate::replay::why::{Inquiry, Source, Why};
use crate::sim::fact::Fact;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Why did this event happen?
    Event(u64),
    /// Why is it so, at the cursor?
    Fact(Fact),
}

/// A question and its answer.
#[derive(Clone, Debug)]
pub struct Explanation {
    pub question: Question,
    /// What the fact in question was when it was asked.
    pub value: Option<String>,
    /// The search for the event that made it so, until it has ended.
    inquiry: Option<Inquiry>,
    /// Nothing has changed it since its server began.
    pub unchanged: bool,
    /// What was asked for, or the event that was found.
    pub event: Option<u64>,
    pub why: Option<Rc<Why>>,
    /// It has a past and a future of its own: see [`Run::cone`].
    pub has_cone: bool,
    /// They are shown.
    pub cone: Option<Rc<Cone>>,
    /// The line of the protocol that is shown.
    pub source: Option<Source>,
}

/// Events that a tick may look through.
const EVENTS: u64 = 20_000;

impl Explanation {
    pub fn new(run: &Run, question: Question) -> Explanation {
        let mut explanation = Explanation {
            question,
            value: None,
            unchanged: false,
            inquiry: None,
            event: None,
            why: None,
            has_cone: false,
            cone: None,
            source: None,
        };
        match &explanation.question {
            Question::Event(event) => explanation.found(run, *event),
            Question::Fact(fact) => {
                let inquiry = Inquiry::new(run, fact.clone());
                explanation.value = inquiry.value.clone();
                explanation.inquiry = Some(inquiry);
                explanation.search(run);
            }
        }
        explanation
    }

    /// The search goes on.
    pub fn is_pending(&self) -> bool {
        self.inquiry.is_some()
    }

    /// The event down to which the past has been looked through.
    pub fn down_to(&self) -> Option<u64> {
        self.inquiry.as_ref().map(|inquiry| inquiry.down_to)
    }

    /// Looks through a bounded piece of the past.
    pub fn search(&mut self, run: &Run) {
        let Some(mut inquiry) = self.inquiry.take() else { return };
        let enough = inquiry.down_to.saturating_sub(EVENTS);
        loop {
            let before = inquiry.down_to;
            if let Some(event) = run.inquire(&mut inquiry) {
                self.unchanged = inquiry.unchanged;
                return self.found(run, event);
            }
            // Nothing has happened yet, or nothing is left to look through.
            if inquiry.down_to <= 1 || inquiry.down_to >= before {
                return;
            }
            if inquiry.down_to <= enough {
                break;
            }
        }
        self.inquiry = Some(inquiry);
    }

    fn found(&mut self, run: &Run, event: u64) {
        self.event = Some(event);
        self.why = run.why(event).map(Rc::new);
        self.has_cone = run.has_cone(event);
    }

    /// Shows the event's past and future, or no longer.
    pub fn show_cone(&mut self, run: &Run, shown: bool) {
        self.cone = self.event.filter(|_| shown).and_then(|event| run.cone(event)).map(Rc::new);
    }

    /// A command was given after event `here`: what followed is no longer true.
    pub fn after_command(mut self, run: &Run, here: u64) -> Option<Explanation> {
        // What is still looked for may lie in what is gone.
        let stands = self.event.is_some_and(|event| event <= here);
        let shown = self.cone.is_some();
        self.show_cone(run, shown);
        stands.then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{NodeId, Time};
    use crate::command::Command;
    use crate::player::tests::store;
    use crate::player::{Action, Store, Tab};

    const FAILOVER: &str =
        "run raft nodes=3 seed=7\n1s crash S1\n1s crash S2\n1s restart S1\n1s restart S2";

    fn ask(store: &mut Store, fact: Fact) {
        store.update(Action::Ask(Question::Fact(fact)));
        while store.moving() {
            store.update(Action::Tick { elapsed_micros: 16_667 });
        }
    }

    #[test]
    fn a_fact_is_answered_in_a_tab_of_its_own() {
        let mut store = store(FAILOVER);
        store.update(Action::Seek(Time::seconds(2)));
        ask(&mut store, Fact::named(NodeId(2), "term"));
        assert_eq!(store.ui.tab, Tab::Why);
        let explanation = store.explanation.as_ref().unwrap();
        let why = explanation.why.as_ref().unwrap();
        assert_eq!(explanation.event, Some(why.reasons[0].told.event));
        assert!(!explanation.unchanged);
        assert!(explanation.value.is_some() && why.more.is_none());
        store.update(Action::ShowCone(true));
        assert!(store.explanation.as_ref().unwrap().cone.is_some());
        store.update(Action::Unask);
        assert!(store.explanation.is_none());
    }

    #[test]
    fn the_diagram_shows_what_the_answer_begins_with() {
        let mut store = store(FAILOVER);
        store.update(Action::Seek(Time::seconds(9)));
        let here = store.ui.window;
        store.update(Action::Ask(Question::Event(store.pane().run.event())));
        assert_eq!(store.ui.window, here, "it is in sight");
        ask(&mut store, Fact::named(NodeId(2), "term"));
        let since = store.explanation.as_ref().unwrap().why.as_ref().unwrap().reasons[0].told.at;
        assert!(since < here.from, "that was long ago");
        let window = store.ui.window;
        assert!(window.from <= since && since <= window.to());
        store.update(Action::Play);
        store.update(Action::Tick { elapsed_micros: 16_667 });
        assert!(store.ui.window.to() > here.from, "it follows the cursor again");
    }

    #[test]
    fn what_nothing_has_changed_says_so() {
        let mut store = store(FAILOVER);
        store.update(Action::Seek(Time::seconds(2)));
        ask(&mut store, Fact::entry(NodeId(2), 9));
        let explanation = store.explanation.as_ref().unwrap();
        assert!(explanation.unchanged && explanation.value.is_none(), "there never was an entry 9");
        let first = &explanation.why.as_ref().unwrap().reasons[0].told;
        assert_eq!((first.at, first.place), (Time::ZERO, Some(NodeId(2).into())));
    }

    #[test]
    fn what_a_command_makes_untrue_is_forgotten() {
        let mut store = store(FAILOVER);
        store.update(Action::Seek(Time::seconds(2)));
        let late = store.pane().run.event();
        store.update(Action::Ask(Question::Event(late)));
        store.update(Action::Seek(Time::millis(900)));
        assert!(store.explanation.is_some(), "to look elsewhere changes nothing");
        store.update(Action::Do(Command::Crash { node: NodeId(0), torn: false }));
        assert!(store.explanation.is_none(), "event {late} no longer happens");
        let here = store.pane().run.event();
        store.update(Action::Ask(Question::Event(here)));
        store.update(Action::Do(Command::Restart(NodeId(0))));
        assert!(store.explanation.is_some(), "what lies in the past still stands");
    }

    #[test]
    fn a_question_ends_with_the_past_that_it_is_searched_in() {
        let mut store = store("run raft nodes=3 seed=7 heartbeat=5ms latency=1ms..2ms");
        store.update(Action::Seek(Time::seconds(120)));
        while store.moving() {
            store.update(Action::Tick { elapsed_micros: 16_667 });
        }
        store.update(Action::Ask(Question::Fact(Fact::named(NodeId(0), "status"))));
        assert!(store.explanation.as_ref().unwrap().is_pending());
        let mut left = store.explanation.clone().unwrap();
        store.update(Action::ToStart);
        store.update(Action::Do(Command::Crash { node: NodeId(0), torn: false }));
        assert!(store.explanation.is_none(), "what it was about has not happened");
        left.search(&store.pane().run);
        assert!(!left.is_pending(), "there is nothing to look through");
    }

    #[test]
    fn what_does_not_exist_has_no_answer() {
        let mut store = store(FAILOVER);
        for event in [0, 1_000_000, u64::MAX] {
            store.update(Action::Ask(Question::Event(event)));
            let explanation = store.explanation.as_ref().unwrap();
            assert!(explanation.why.is_none() && !explanation.is_pending(), "{event}");
            store.update(Action::ShowCone(true));
        }
        for fact in [
            Fact::named(NodeId(2), "no such thing"),
            Fact::entry(NodeId(9), 1),
            Fact::entry(NodeId(0), 0),
        ] {
            ask(&mut store, fact);
        }
    }

    #[test]
    fn a_long_past_is_looked_through_in_pieces() {
        let mut store = store("run raft nodes=3 seed=7 heartbeat=5ms latency=1ms..2ms");
        store.update(Action::Seek(Time::seconds(120)));
        while store.moving() {
            store.update(Action::Tick { elapsed_micros: 16_667 });
        }
        assert!(store.pane().run.event() > 60_000);
        store.update(Action::Ask(Question::Fact(Fact::named(NodeId(0), "status"))));
        assert!(store.moving(), "too long for one tick");
        ask(&mut store, Fact::named(NodeId(0), "status"));
        let why = store.explanation.as_ref().unwrap().why.clone().unwrap();
        assert_eq!(why.reasons[0].told.at, Time::ZERO);
    }
}
