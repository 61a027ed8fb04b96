//! Questions that the run answers. The run is followed ahead, and what happens there is the answer; what a text takes
//! for granted of it is held against it, and never in its place.

use super::directive::{Matter, Prediction};
use super::judge::Occasion;
use crate::base::{Place, Sentence, Time};
use crate::catalog::Run;
use crate::check::{NO_VALUE, Recording, Verdict, judge_among};
use crate::explore::condition;
use crate::explore::search::{SEARCHED, Search};
use crate::scenario::Mistake;
use crate::sentence;
use crate::sim::fact::Fact;
use crate::sim::{Events, Sim};

/// What can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    Place(Place),
    Yes,
    No,
    Text(String),
    Kept,
    Broken,
    /// The run answers with none of what could be chosen: this is why.
    Nothing(Sentence),
}

impl Choice {
    /// As a lesson's `answer` says it.
    pub fn code(&self) -> String {
        match self {
            Choice::Place(place) => place.to_string(),
            Choice::Yes => "yes".to_owned(),
            Choice::No => "no".to_owned(),
            Choice::Text(text) => text.clone(),
            Choice::Kept => "kept".to_owned(),
            Choice::Broken => "broken".to_owned(),
            Choice::Nothing(why) => why.to_string(),
        }
    }
}

/// What the run says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    pub choice: Choice,
    /// Until when the run is to be played to see it, and what happens there.
    pub at: Time,
    pub told: Option<Occasion>,
}

impl Truth {
    /// The run gives no answer, as is known at this instant.
    pub fn nothing(why: Sentence, at: Time) -> Truth {
        Truth { choice: Choice::Nothing(why), at, told: None }
    }
}

impl Prediction {
    /// What there is to choose from, in this run.
    pub fn choices(&self, run: &Run) -> Vec<Choice> {
        match &self.asks {
            Matter::Who(condition) => {
                let places = &run.script().setup.places;
                match condition.starts_with("any told") {
                    true => places.askers().map(Choice::Place).collect(),
                    false => places.own().map(Choice::Place).collect(),
                }
            }
            Matter::Whether(_) => vec![Choice::Yes, Choice::No],
            Matter::Value { choices, .. } => choices.iter().cloned().map(Choice::Text).collect(),
            Matter::Model(_) => vec![Choice::Kept, Choice::Broken],
        }
    }

    /// What the run answers from where it stands; the error says what in the question is wrong.
    pub fn truth(&self, run: &Run) -> Result<Truth, Mistake> {
        let wrong = |sentence| Mistake::of_line(self.line, sentence);
        let search = |text: &str| {
            let within = |mistake: Mistake| mistake.within(self.line, self.column);
            Ok(Search::new(condition::parse(text, run).map_err(within)?, run))
        };
        if self.by <= run.now() {
            return Err(wrong(sentence!("{0} has passed when this is asked", self.by)));
        }
        match &self.asks {
            Matter::Who(condition) => match search(condition)?.by(self.by) {
                Some(found) => {
                    let place = found.place.ok_or_else(|| wrong(nobody(condition)))?;
                    let told = Occasion::from(found);
                    Ok(Truth { choice: Choice::Place(place), at: told.at, told: Some(told) })
                }
                None => Ok(Truth::nothing(
                    sentence!("by {0} it has not happened", self.by.said()),
                    self.by,
                )),
            },
            Matter::Whether(condition) => {
                let mut search = search(condition)?;
                Ok(match search.by(self.by) {
                    Some(found) => {
                        let told = Occasion::from(found);
                        Truth { choice: Choice::Yes, at: told.at, told: Some(told) }
                    }
                    None => {
                        let told = match search.count() {
                            Some(count) => sentence!("there are {0}", count),
                            None => sentence!("it has not come about"),
                        };
                        self.at_last(Choice::No, told, search.sim())
                    }
                })
            }
            Matter::Value { place, name, choices } => {
                let place: Place = place
                    .parse()
                    .map_err(|_| wrong(sentence!("there is no place “{0}”", place.clone())))?;
                let sim = self.ahead(run)?;
                let value = sim.read(&Fact::named(place, name));
                let value = value.ok_or_else(|| wrong(unreadable(name, &place.to_string())))?;
                let told = sentence!("{0} of {1} is {2}", name.clone(), place, value.clone());
                let choice = match choices.contains(&value) {
                    true => Choice::Text(value),
                    false => Choice::Nothing(sentence!(
                        "it is {0} then, which is none of the choices",
                        value
                    )),
                };
                Ok(self.at_last(choice, told, &sim))
            }
            Matter::Model(model) => {
                let sim = self.ahead(run)?;
                let recording = Recording::of(sim.history());
                let (choice, told) = match judge_among(&recording, &NO_VALUE.into(), *model) {
                    Verdict::Holds(_) => {
                        let all = recording.operations.len();
                        (Choice::Kept, sentence!("none of {0} operations contradicts it", all))
                    }
                    Verdict::Broken(evidence) => (Choice::Broken, evidence.why),
                    Verdict::Unknown(why) => return Err(wrong(why)),
                };
                Ok(self.at_last(choice, told, &sim))
            }
        }
    }

    /// An answer that is known when its time has come, and how the cluster is then.
    fn at_last(&self, choice: Choice, told: Sentence, sim: &Sim) -> Truth {
        let told = Occasion { at: self.by, event: sim.events(), told, place: None };
        Truth { choice, at: self.by, told: Some(told) }
    }

    /// The cluster when the answer is read.
    fn ahead(&self, run: &Run) -> Result<Sim, Mistake> {
        let mut scout = run.scout();
        let (most, mut events) = (run.event() + SEARCHED, Events::new());
        while scout.step(self.by, &mut events) {
            events.clear();
            if scout.sim().events() > most {
                return Err(Mistake::of_line(self.line, too_far()));
            }
        }
        Ok(scout.sim().clone())
    }
}

/// What is said where a text asks for more of a run than a page can be made to wait for.
pub(super) fn too_far() -> Sentence {
    sentence!("more than {0} events happen before that: name an earlier instant", SEARCHED)
}

/// What is said where a place has no such field.
pub(super) fn unreadable(name: &str, place: &str) -> Sentence {
    sentence!("nothing called “{0}” can be read off {1}", name.to_owned(), place.to_owned())
}

fn nobody(condition: &str) -> Sentence {
    sentence!("“{0}” is true of no place: ask whether it becomes true", condition.to_owned())
}
