//! A history from a file, opened on the page: read, judged model by model, and drawn. It is at home in a worker,
//! which answers one [`HistoryQuestion`] after the other, so that the page goes on meanwhile; what crosses between
//! them is plain data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::{Sentence, Text, Time};
use crate::check::formats::{self, Imported, Object};
use crate::check::linearizable::effects;
use crate::check::recording::{OPEN, Recorded, Recording};
use crate::check::{Model, Verdict, infer};
use crate::measure::{Fault, RequestFate};
use crate::player::models::ModelShot;
use crate::sentence;
use crate::view::HistoryView;
use crate::view::history::{AskedRequest, Basis, HistoryRequest};

/// What the page asks of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum HistoryQuestion {
    /// Reads the file as a history of this object.
    Open {
        object: String,
        initial: Option<String>,
    },
    Judge(Model),
    Draw(Sight),
}

/// What is to be seen of a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sight {
    /// From when, and how long; where nobody has said, what shows the verdict best.
    pub span: Option<(Time, Time)>,
    /// The model whose evidence is numbered.
    pub model: Option<Model>,
    /// Nothing but the evidence.
    pub alone: bool,
    pub width: f64,
}

/// What the worker answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum HistoryAnswer {
    Refused(Sentence),
    Opened(HistorySize),
    /// All models, as far as they are known.
    Judged(Vec<ModelShot>),
    Drawn(DrawnHistory),
}

/// A history in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistorySize {
    pub operations: usize,
    pub processes: usize,
    pub keys: usize,
    /// How long it is.
    pub until: Time,
    /// The file tells its times; if not, each line takes a second.
    pub is_timed: bool,
}

/// A part of it as a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrawnHistory {
    pub view: HistoryView,
    /// Operations of this stretch that there was no room for.
    pub left_out: usize,
}

/// A history, and what is known of it.
#[derive(Debug)]
pub struct OpenedHistory {
    imported: Imported,
    recording: Recording<()>,
    verdicts: Vec<(Model, Verdict)>,
    faults: Vec<Fault>,
    /// Where operations took effect, by their numbers, and which fits nowhere.
    effects: BTreeMap<u64, Time>,
    misfit: Option<u64>,
}

/// A picture shows so many operations at the most, and so many who ask.
const BARS: usize = 400;
const LANES: usize = 30;
/// … and at first so many.
const FIRST: usize = 40;

/// The object of this name.
fn object(name: &str) -> Option<Object> {
    Object::ALL.into_iter().find(|object| object.slug() == name)
}

impl OpenedHistory {
    /// Reads what was in a file.
    pub fn read(bytes: &[u8], name: &str, initial: Option<&str>) -> Result<Self, Sentence> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
            let why = sentence!("this is no text (in UTF-8)");
            sentence!("line {0}, column {1}: {2}", line, column, why)
        })?;
        let object =
            object(name).ok_or_else(|| sentence!("there is no object “{0}”", name.to_owned()))?;
        let imported =
            formats::read(text, object, initial).map_err(|misread| misread.sentence())?;
        let recording = imported.pictured();
        let faults = recording.bands.iter().map(|band| Fault {
            from: recording.at(band.from),
            to: band.to.map(|to| recording.at(to)),
            name: sentence!("{0}", band.what.clone()),
        });
        Ok(OpenedHistory {
            faults: faults.collect(),
            verdicts: Vec::new(),
            effects: BTreeMap::new(),
            misfit: None,
            imported,
            recording,
        })
    }

    pub fn opened(&self) -> HistorySize {
        let recording = &self.recording;
        HistorySize {
            operations: recording.operations.len(),
            processes: recording.names.len(),
            keys: recording.keys.len(),
            until: self.until(),
            is_timed: !recording.times.is_empty(),
        }
    }

    /// When the last thing happened.
    fn until(&self) -> Time {
        let all = self.recording.operations.iter();
        let last = all.map(|it| it.over.unwrap_or(0).max(it.interval.called)).max();
        self.recording.at(last.unwrap_or(1)).max(Time(1))
    }

    /// Judges it by one more model, unless that follows from another; all models, as far as they are known.
    pub fn judge(&mut self, model: Model) -> Vec<ModelShot> {
        if !matches!(self.known(model), Some(Verdict::Holds(_) | Verdict::Broken(_))) {
            let verdict = self.imported.judge(model);
            if model == Model::Linearizable {
                self.place(&verdict);
            }
            self.verdicts.push((model, verdict));
        }
        let shot = |model| match self.known(model) {
            Some(verdict) => ModelShot::of(model, &verdict, &self.recording),
            None => ModelShot::unknown(model, sentence!("not judged yet")),
        };
        Model::ALL.map(shot).to_vec()
    }

    /// The verdict on a model, whether it was judged or follows.
    fn known(&self, model: Model) -> Option<Verdict> {
        let unknown = || Verdict::Unknown(sentence!("not judged yet"));
        let judged = |model| self.verdicts.iter().find(|(known, _)| *known == model).cloned();
        let mut all = Model::ALL.map(|model| judged(model).unwrap_or((model, unknown())));
        infer(&mut all);
        let of = all.into_iter().find(|(known, _)| *known == model).map(|(_, verdict)| verdict);
        of.filter(|verdict| *verdict != unknown())
    }

    /// Remembers where operations took effect.
    fn place(&mut self, verdict: &Verdict) {
        let Imported::Register(recording, initial) = &self.imported else { return };
        let (leeways, misfit) = effects(recording, initial, verdict);
        let until = self.until();
        let middles = leeways.into_iter().map(|leeway| {
            let after = self.recording.at(leeway.after.0);
            let before = leeway.before.map_or(until, |(instant, _)| self.recording.at(instant));
            (leeway.number, Time((after.0 + before.0) / 2))
        });
        (self.effects, self.misfit) = (middles.collect(), misfit);
    }

    /// Draws a part of it.
    pub fn draw(&self, sight: &Sight) -> DrawnHistory {
        let evidence: BTreeSet<u64> = match sight.model.and_then(|model| self.known(model)) {
            Some(Verdict::Broken(evidence)) => evidence.operations.into_iter().collect(),
            _ => BTreeSet::new(),
        };
        let (from, span) = sight.span.unwrap_or_else(|| self.best(&evidence));
        let (shown, left_out) = self.shown(from, span, &evidence, sight.alone);
        let mut lanes: Vec<Text> = Vec::new();
        for recorded in &shown {
            let name = self.recording.name(recorded);
            if !lanes.contains(name) {
                lanes.push(name.clone());
            }
        }
        lanes.sort_by_key(|name| (name.len(), name.clone()));
        let number = |recorded: &Recorded<()>| recorded.interval.number;
        let effect = |recorded: &&Recorded<()>| {
            Some((number(recorded), *self.effects.get(&number(recorded))?))
        };
        let effects = shown.iter().filter_map(effect).collect();
        let view = HistoryView::new(&HistoryRequest {
            asked: shown.iter().map(|recorded| self.asked(recorded, &lanes)).collect(),
            lanes,
            faults: &self.faults,
            basis: &Basis { proof: evidence.into_iter().collect(), misfit: self.misfit, effects },
            now: self.until(),
            from,
            span,
            width: sight.width,
        });
        DrawnHistory { view, left_out }
    }

    fn asked<'a>(&'a self, recorded: &'a Recorded<()>, lanes: &[Text]) -> AskedRequest<'a> {
        let is_answered = recorded.interval.due < OPEN;
        AskedRequest {
            lane: lanes.iter().position(|name| name == self.recording.name(recorded)).unwrap_or(0),
            event: recorded.interval.number,
            text: &recorded.words,
            at: self.recording.at(recorded.interval.called),
            over: recorded.over.map(|over| self.recording.at(over)),
            fate: if is_answered { RequestFate::Done } else { RequestFate::Unanswered },
            answer: recorded.answer.as_ref(),
            under: None,
        }
    }

    /// The stretch that shows the evidence, or the beginning.
    fn best(&self, evidence: &BTreeSet<u64>) -> (Time, Time) {
        let all = &self.recording.operations;
        let is_shown = |it: &&Recorded<()>| match evidence.is_empty() {
            true => it.interval.number <= FIRST as u64,
            false => evidence.contains(&it.interval.number),
        };
        let instants =
            all.iter().filter(is_shown).flat_map(|it| [Some(it.interval.called), it.over]);
        let times: Vec<Time> =
            instants.flatten().map(|instant| self.recording.at(instant)).collect();
        let from = times.iter().min().copied().unwrap_or(Time::ZERO);
        let to = times.iter().max().copied().unwrap_or(self.until());
        let margin = Time((to.since(from).0 / 20).max(1));
        (from.since(margin), to.since(from.since(margin)) + margin)
    }

    /// The operations of a stretch, the evidence first of all, in their order; and how many were left out.
    fn shown(
        &self,
        from: Time,
        span: Time,
        evidence: &BTreeSet<u64>,
        alone: bool,
    ) -> (Vec<&Recorded<()>>, usize) {
        let all = &self.recording.operations;
        let is_evidence = |it: &&Recorded<()>| evidence.contains(&it.interval.number);
        let is_there = |it: &&Recorded<()>| {
            let over = it.over.map(|over| self.recording.at(over));
            self.recording.at(it.interval.called) <= from + span
                && over.is_none_or(|over| over >= from)
        };
        let mut shown: Vec<&Recorded<()>> = all.iter().filter(is_evidence).collect();
        if alone && !shown.is_empty() {
            return (shown, 0);
        }
        let mut lanes: BTreeSet<&Text> = shown.iter().map(|it| self.recording.name(it)).collect();
        let mut left_out = 0;
        for recorded in all.iter().filter(is_there).filter(|it| !is_evidence(it)) {
            let name = self.recording.name(recorded);
            match shown.len() < BARS && (lanes.len() < LANES || lanes.contains(name)) {
                true => {
                    lanes.insert(name);
                    shown.push(recorded);
                }
                false => left_out += 1,
            }
        }
        shown.sort_by_key(|it| it.interval.called);
        (shown, left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::models::Stands;
    use crate::view::history::EffectMark;

    fn line(process: u32, kind: &str, what: &str, value: &str, millis: u64) -> String {
        let time = 7_000_000_000 + millis * 1_000_000;
        format!("{{:process {process}, :type :{kind}, :f :{what}, :value {value}, :time {time}}}\n")
    }

    /// A read of 1 after a write of 2 was answered, while one is cut off.
    fn stale() -> String {
        [
            line(0, "invoke", "write", "1", 0),
            line(0, "ok", "write", "1", 10),
            "{:process :nemesis, :type :info, :f :start-partition, :value nil, :time 7011000000}\n"
                .into(),
            line(1, "invoke", "write", "2", 20),
            line(1, "ok", "write", "2", 30),
            line(2, "invoke", "read", "nil", 40),
            line(2, "ok", "read", "1", 50),
            "{:process :nemesis, :type :info, :f :stop-partition, :value nil, :time 7055000000}\n"
                .into(),
            line(3, "invoke", "write", "3", 60),
            line(3, "info", "write", "3", 90),
        ]
        .concat()
    }

    fn read(text: &str) -> OpenedHistory {
        let read = OpenedHistory::read(text.as_bytes(), "cas-register", None);
        read.unwrap_or_else(|why| panic!("{why}"))
    }

    fn sight(model: Option<Model>) -> Sight {
        Sight { span: None, model, alone: false, width: 1_040.0 }
    }

    #[test]
    fn a_history_is_opened_judged_and_drawn() {
        let mut history = read(&stale());
        let opened = history.opened();
        assert_eq!((opened.operations, opened.processes, opened.keys), (4, 4, 1));
        assert_eq!((opened.until, opened.is_timed), (Time::millis(90), true));
        let shots = history.judge(Model::Linearizable);
        assert_eq!(shots[0].stands, Stands::Broken);
        assert!(shots[1..].iter().all(|shot| shot.stands == Stands::Unknown));
        let shots = history.judge(Model::Sequential);
        // What follows is known without being judged.
        assert!(shots[1..].iter().all(|shot| shot.stands == Stands::Kept), "{shots:?}");
        let DrawnHistory { view, left_out } = history.draw(&sight(Some(Model::Linearizable)));
        assert_eq!(left_out, 0);
        let names: Vec<String> = view.bands.iter().map(|band| band.name.to_string()).collect();
        assert_eq!(names, ["start-partition"]);
        let lanes: Vec<&str> = view.lanes.iter().map(|(name, _)| &**name).collect();
        assert_eq!(lanes, ["0", "1", "2"], "the evidence is in sight, and what is later is not");
        let bars: Vec<(&str, Option<usize>)> =
            view.bars.iter().map(|bar| (bar.label.as_str(), bar.proof)).collect();
        assert_eq!(bars[0], ("write 1 → ok", Some(0)));
        assert_eq!(bars[2], ("read → 1", Some(2)));
        assert_eq!(view.bars[2].effect, Some(EffectMark::Nowhere));
        let Some(EffectMark::At(x)) = view.bars[1].effect else { panic!("{:?}", view.bars[1]) };
        assert!((view.bars[1].at.x..view.bars[1].at.x + view.bars[1].w).contains(&x));
        assert_eq!(view.bands[0].from, view.axis.x(Time::millis(11)));
    }

    #[test]
    fn what_crosses_comes_over_as_it_was() {
        let mut history = read(&stale());
        let shots = HistoryAnswer::Judged(history.judge(Model::Linearizable));
        // A stretch in which all places are round: JSON writes others less exactly.
        let round = Sight { span: Some((Time::ZERO, Time::millis(100))), ..sight(None) };
        let drawn = HistoryAnswer::Drawn(history.draw(&round));
        let refused = HistoryAnswer::Refused(read_wrong("{:process 0"));
        for answer in [shots, drawn, refused, HistoryAnswer::Opened(history.opened())] {
            let written = serde_json::to_string(&answer).unwrap();
            assert_eq!(serde_json::from_str::<HistoryAnswer>(&written).unwrap(), answer);
        }
    }

    fn read_wrong(text: impl AsRef<[u8]>) -> Sentence {
        OpenedHistory::read(text.as_ref(), "cas-register", None).unwrap_err()
    }

    #[test]
    fn what_cannot_be_read_is_told_in_one_sentence() {
        let told = |bytes: &[u8]| read_wrong(bytes).to_string();
        assert_eq!(told(b"{:process 0"), "line 1, column 12: the history ends in the middle");
        assert_eq!(told(b"; \xc3\xa4\n;\xff"), "line 2, column 2: this is no text (in UTF-8)");
        assert_eq!(
            OpenedHistory::read(b"", "chair", None).unwrap_err().to_string(),
            "there is no object “chair”"
        );
    }

    #[test]
    fn a_file_without_times_is_drawn_in_its_order() {
        let text = "INFO  jepsen.util - 0 :invoke :write 1\nINFO  jepsen.util - 0 :ok :write 1\n";
        let history = read(text);
        assert!(!history.opened().is_timed);
        let bar = &history.draw(&sight(None)).view.bars[0];
        assert!(bar.w > 500.0, "{bar:?}");
    }

    #[test]
    fn a_crowd_leaves_room_for_the_evidence() {
        let mut text = String::new();
        for number in 0..2_000_u32 {
            let at = u64::from(number) * 10;
            text += &line(number % 50, "invoke", "write", &number.to_string(), at);
            text += &line(number % 50, "ok", "write", &number.to_string(), at + 5);
        }
        text += &line(77, "invoke", "read", "nil", 30_000);
        text += &line(77, "ok", "read", "3", 30_001);
        let mut history = read(&text);
        history.judge(Model::Linearizable);
        let sight = sight(Some(Model::Linearizable));
        let DrawnHistory { view, left_out } = history.draw(&sight);
        assert!(view.bars.len() <= BARS && view.lanes.len() <= LANES && left_out > 1_000);
        assert!(view.bars.iter().filter(|bar| bar.proof.is_some()).count() >= 2);
        let alone = history.draw(&Sight { alone: true, ..sight });
        assert!(alone.view.bars.iter().all(|bar| bar.proof.is_some()));
        assert_eq!(alone.left_out, 0);
    }
}
