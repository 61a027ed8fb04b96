//! Which models of consistency a run keeps, from what its clients have asked and been told up to the
//! cursor: what the map of models shows.

use std::rc::Rc;

use crate::base::{Sentence, Text, Time};
use crate::catalog::Run;
use crate::check::{Model, NO_VALUE, Recording, Verdict, judge_all};
use crate::sentence;

/// All models at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Models {
    /// What they were judged by: so much had happened, …
    happened: u64,
    /// … up to this instant.
    pub at: Time,
    pub asked: usize,
    pub verdicts: Vec<ModelShot>,
}

/// A model, and whether it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelShot {
    pub model: Model,
    pub stands: Stands,
    /// The same in words, where there is something to say.
    pub why: Option<Sentence>,
    /// Where it is broken: what shows that.
    pub evidence: Vec<OperationShot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    Kept,
    Broken,
    Unknown,
}

/// What somebody asked and was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationShot {
    /// `C1 put x=1`.
    pub told: Text,
    /// The events of its call and its answer.
    pub called: u64,
    pub answered: Option<u64>,
}

/// More is not judged at once: the page would stand still.
const MOST: usize = 1_500;
/// … and while the run goes on.
const MOVING: usize = 150;

impl Models {
    /// Judged anew, unless nothing has happened since they were judged `before`.
    pub fn of(run: &Run, before: Option<Rc<Models>>, moving: bool) -> Rc<Models> {
        let history = run.sim().history();
        let happened = history.len();
        if let Some(before) = before.filter(|before| before.happened == happened) {
            return before;
        }
        let recording = Recording::of(history);
        let asked = recording.operations.len();
        let most = if moving { MOVING } else { MOST };
        let shots = match asked > most {
            true => Model::ALL.iter().map(|model| unjudged(*model, moving)).collect(),
            false => {
                let verdicts = judge_all(&recording, &NO_VALUE.into());
                verdicts
                    .into_iter()
                    .map(|(model, verdict)| shot(model, verdict, &recording))
                    .collect()
            }
        };
        Rc::new(Models { happened, at: run.now(), asked, verdicts: shots })
    }

    pub fn get(&self, model: Model) -> Option<&ModelShot> {
        self.verdicts.iter().find(|shot| shot.model == model)
    }

    /// The strongest that is broken, or the first.
    pub fn first(&self) -> Option<Model> {
        let broken = self.verdicts.iter().find(|shot| shot.stands == Stands::Broken);
        broken.or(self.verdicts.first()).map(|shot| shot.model)
    }
}

fn unjudged(model: Model, moving: bool) -> ModelShot {
    let why = match moving {
        true => sentence!("more than {0} requests are judged when the run rests", MOVING),
        false => sentence!("more than {0} requests are not judged here", MOST),
    };
    ModelShot { model, stands: Stands::Unknown, why: Some(why), evidence: Vec::new() }
}

fn shot(
    model: Model,
    verdict: Verdict,
    recording: &Recording<crate::check::machine::Access>,
) -> ModelShot {
    match verdict {
        Verdict::Holds(_) => {
            ModelShot { model, stands: Stands::Kept, why: None, evidence: Vec::new() }
        }
        Verdict::Unknown(why) => {
            ModelShot { model, stands: Stands::Unknown, why: Some(why), evidence: Vec::new() }
        }
        Verdict::Broken(evidence) => {
            let is_shown = |number: u64| evidence.operations.binary_search(&number).is_ok();
            let all = recording.operations.iter();
            let shown = all.filter(|recorded| is_shown(recorded.interval.number));
            let operations = shown.map(|recorded| OperationShot {
                told: recording.told(recorded).into(),
                called: recorded.call_event,
                answered: recorded.answer_event,
            });
            let evidence_shown = operations.collect();
            let (stands, why) = (Stands::Broken, Some(evidence.why.clone()));
            ModelShot { model, stands, why, evidence: evidence_shown }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::scenario;

    fn run(text: &str, to: Time) -> Run {
        let script = scenario::parse(text).expect("a script");
        let mut run = catalog::start(script).expect("a run");
        run.run_to(to, u32::MAX);
        run
    }

    /// Raft with reads of its own: see the scene.
    const STALE: &str = "run raft nodes=3 seed=1 clients=2 flaw=local-reads\n\
        1s request C1 put x=1\n2s partition S1 | S2 S3\n2s hold S2-S3\n";

    #[test]
    fn what_nobody_asked_is_kept_by_all() {
        let models = Models::of(&run(STALE, Time::millis(500)), None, false);
        assert_eq!((models.asked, models.verdicts.len()), (0, Model::ALL.len()));
        assert!(models.verdicts.iter().all(|shot| shot.stands == Stands::Kept));
    }

    #[test]
    fn what_was_judged_before_serves_until_somebody_asks() {
        let mut run = run(STALE, Time::millis(500));
        let before = Models::of(&run, None, false);
        run.run_to(Time::millis(600), u32::MAX);
        assert!(Rc::ptr_eq(&before, &Models::of(&run, Some(before.clone()), false)));
        run.run_to(Time::millis(1_500), u32::MAX);
        let after = Models::of(&run, Some(before.clone()), false);
        assert_eq!((after.asked, Rc::ptr_eq(&before, &after)), (1, false));
    }

    #[test]
    fn a_stale_read_shows_its_evidence() {
        let entry = catalog::find("raft").expect("Raft");
        let (_, text) =
            entry.meta.scenes.iter().find(|(name, _)| *name == "stale-read").expect("it");
        let script = scenario::parse_first(text).expect("a script").to_string();
        let run = run(&script, Time::seconds(60));
        let models = Models::of(&run, None, false);
        let shot = models.get(Model::Linearizable).expect("all are there");
        assert_eq!((shot.stands, models.first()), (Stands::Broken, Some(Model::Linearizable)));
        assert!(shot.evidence.len() >= 2 && shot.why.is_some(), "{shot:?}");
    }
}
