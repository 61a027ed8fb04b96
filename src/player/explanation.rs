//! Why? A question that somebody asks of the run, and the answer as far as it is found.
//!
//! A question is about an event ("why was this sent?") or about a fact ("why is the term of S5 9?"). For
//! a fact, the event that made it so is looked for, through some of the past in every tick. The answer
//! tells the causes of the event back to their roots. On request the answer has the event's
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
    /// The value of the fact in question when the question was asked.
    pub value: Option<String>,
    /// The search for the event that made it so, until it has ended.
    inquiry: Option<Inquiry>,
    /// Nothing has changed the fact since its server began.
    pub unchanged: bool,
    /// The event in question, or the event that made the fact in question so.
    pub event: Option<u64>,
    pub why: Option<Rc<Why>>,
    /// The event has a past and a future of its own: see [`Run::cone`].
    pub has_cone: bool,
    /// The event's past and future, while they are shown.
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

    /// Whether the search goes on.
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
        // An event that is still looked for may be one of those that no longer happen.
        let stands = self.event.is_some_and(|event| event <= here);
        let shown = self.cone.is_some();
        self.show_cone(run, shown);
        stands.then_some(self)
    }
}
