//! Which models of consistency a run keeps, from what its clients have asked and been told up to the
//! cursor: what the map of models shows.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::base::{Sentence, Text, Time};
use crate::catalog::Run;
use crate::check::{Model, NO_VALUE, Recording, Verdict, judge_all};
use crate::measure::{Fault, RequestFate, faults, stale, until};
use crate::replay::requests::RequestShot;
use crate::sentence;
use crate::sim::snapshot::Standing;
use crate::view::history::Basis;

/// All models at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Models {
    /// What they were judged by: so much had happened, …
    happened: u64,
    /// … up to this instant.
    pub at: Time,
    pub asked: usize,
    pub verdicts: Vec<ModelShot>,
    /// What stands apart from the map's arrows.
    pub apart: Apart,
    /// Where requests took effect, and which fits nowhere.
    placed: Basis,
}

/// What is not known from clients alone, or is no verdict but a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart {
    /// Whether all replicas are equal and hold every acknowledged write now that all is quiet, by the
    /// protocol's own properties; and why, where there is something to say.
    pub eventual: Stands,
    pub why: Option<Sentence>,
    /// Reads that were answered, those of them that were stale, and by how much the worst were: in
    /// time, and in versions.
    pub reads: usize,
    pub stale: usize,
    pub age: Time,
    pub versions: usize,
}

impl Apart {
    fn of(run: &Run) -> Apart {
        let event = run.event();
        let requests = until(run.requests(), event);
        let old = stale(requests, event);
        let is_read =
            |it: &&RequestShot| it.text.starts_with("get ") && it.response(event).is_some();
        let (eventual, why) = eventual(run, requests);
        Apart {
            eventual,
            why,
            reads: requests.iter().filter(is_read).count(),
            stale: old.len(),
            age: old.iter().map(|it| it.by).max().unwrap_or(Time::ZERO),
            versions: old.iter().map(|it| it.versions).max().unwrap_or(0),
        }
    }
}

/// What the replicas themselves say.
fn eventual(run: &Run, requests: &[RequestShot]) -> (Stands, Option<Sentence>) {
    let names = run.meta().eventual;
    if names.is_empty() {
        let why = sentence!("{0} does not promise that its replicas ever agree", run.meta().title);
        return (Stands::Unknown, Some(why));
    }
    let properties = run.properties();
    let named = properties.iter().filter(|property| names.contains(&property.name));
    let mut waits = None;
    for property in named {
        match &property.standing {
            Standing::Violated { why, .. } => return (Stands::Broken, Some(why.clone())),
            Standing::NotYet(why) | Standing::Unknown(why) => waits = Some(why.clone()),
            Standing::Holds => {}
        }
    }
    let lasts = |fault: &Fault| fault.from <= run.now() && fault.to.is_none_or(|to| to > run.now());
    let is_open = requests.iter().any(|it| it.fate(run.event()) == RequestFate::Waiting);
    match waits {
        Some(why) => (Stands::Unknown, Some(sentence!("not yet: {0}", why))),
        None if is_open || faults(&run.script().lines).iter().any(lasts) => {
            (Stands::Unknown, Some(sentence!("all replicas agree, but it is not quiet yet")))
        }
        None => (Stands::Kept, None),
    }
}

/// A model, and whether it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelShot {
    pub model: Model,
    pub stands: Stands,
    /// The same in words, where there is something to say.
    pub why: Option<Sentence>,
    /// Where it is broken: what shows that.
    pub evidence: Vec<OperationShot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stands {
    Kept,
    Broken,
    Unknown,
}

/// What somebody asked and was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
            let apart = Apart::of(run);
            return match before.apart == apart {
                true => before,
                false => Rc::new(Models { apart, ..Models::clone(&before) }),
            };
        }
        let recording = Recording::of(history);
        let asked = recording.operations.len();
        let most = if moving { MOVING } else { MOST };
        if asked > most {
            let why = match moving {
                true => sentence!("more than {0} requests are judged when the run rests", MOVING),
                false => sentence!("more than {0} requests are not judged here", MOST),
            };
            let unjudged = |model: Model| ModelShot::unknown(model, why.clone());
            return Rc::new(Models {
                happened,
                at: run.now(),
                asked,
                verdicts: Model::ALL.map(unjudged).to_vec(),
                apart: Apart::of(run),
                placed: Basis::default(),
            });
        }
        let verdicts = judge_all(&recording, &NO_VALUE.into());
        let placed = Basis::placed(run, &recording, &verdicts[0].1);
        let verdicts = verdicts.into_iter();
        Rc::new(Models {
            happened,
            at: run.now(),
            asked,
            verdicts: verdicts
                .map(|(model, verdict)| ModelShot::of(model, &verdict, &recording))
                .collect(),
            apart: Apart::of(run),
            placed,
        })
    }

    /// What the picture of the history shows of the verdict on a model.
    pub fn basis(&self, model: Option<Model>) -> Basis {
        let shot = model.or(self.first()).and_then(|model| self.get(model));
        let proof = shot.iter().flat_map(|shot| &shot.evidence).map(|it| it.called).collect();
        Basis { proof, ..self.placed.clone() }
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

impl ModelShot {
    /// The events between which all of its evidence was asked and told.
    pub fn stretch(&self) -> Option<(u64, u64)> {
        let first = self.evidence.iter().map(|it| it.called).min()?;
        let last = self.evidence.iter().map(|it| it.answered.unwrap_or(it.called)).max()?;
        Some((first, last))
    }

    pub fn unknown(model: Model, why: Sentence) -> ModelShot {
        ModelShot { model, stands: Stands::Unknown, why: Some(why), evidence: Vec::new() }
    }

    pub fn of<A>(model: Model, verdict: &Verdict, recording: &Recording<A>) -> ModelShot {
        match verdict {
            Verdict::Holds(_) => {
                ModelShot { model, stands: Stands::Kept, why: None, evidence: Vec::new() }
            }
            Verdict::Unknown(why) => ModelShot::unknown(model, why.clone()),
            Verdict::Broken(evidence) => {
                let is_shown = |number: u64| evidence.operations.binary_search(&number).is_ok();
                let all = recording.operations.iter();
                let shown = all.filter(|recorded| is_shown(recorded.interval.number));
                let operations = shown.map(|recorded| OperationShot {
                    told: recording.told(recorded).into(),
                    called: recorded.call_event,
                    answered: recorded.answer_event,
                });
                let (stands, why) = (Stands::Broken, Some(evidence.why.clone()));
                ModelShot { model, stands, why, evidence: operations.collect() }
            }
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
        let basis = models.basis(None);
        assert_eq!(basis.proof.last(), basis.misfit.as_ref(), "the read fits nowhere");
        let requests = run.requests().iter().filter(|it| Some(it.event) != basis.misfit);
        for request in requests {
            let end = request.end.as_ref().map_or(run.now(), |end| end.at);
            let effect = basis.effects[&request.event];
            assert!((request.at..=end).contains(&effect), "{request:?} {effect}");
        }
    }

    #[test]
    fn what_stands_apart_is_told_by_the_replicas_and_measured() {
        const SPLIT: &str = "run quorum-store nodes=3 seed=1 clients=2 latency=10ms r=1 w=1\n\
            100ms request C1 S1 put x=1\n200ms partition S1 C1 | S2 S3 C2\n\
            300ms request C1 S1 put x=2\n400ms request C2 S3 get x\n600ms heal\n";
        let apart = |to| Models::of(&run(SPLIT, Time::millis(to)), None, false).apart.clone();
        let split = apart(500);
        assert_eq!((split.eventual, split.reads, split.stale), (Stands::Unknown, 1, 1));
        assert!(split.versions == 1 && split.age > Time::millis(50), "{split:?}");
        assert!(split.why.unwrap().to_string().starts_with("not yet: "));
        let healed = apart(5_000);
        assert_eq!((healed.eventual, healed.why), (Stands::Kept, None));
        let none =
            Models::of(&run("run abd nodes=3 seed=1 clients=1", Time::millis(5)), None, false);
        assert_eq!(none.apart.eventual, Stands::Unknown);
    }
}
