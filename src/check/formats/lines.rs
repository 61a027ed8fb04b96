//! What the lines of a history say, whatever its format: who does what, and how it ends.

use std::collections::BTreeMap;
use std::fmt;

use crate::base::{Sentence, Text, Time};
use crate::check::recording::Band;
use crate::sentence;

/// Bytes of a file at the most.
pub const SIZE: usize = 100_000_000;

/// Operations of a history at the most.
pub const OPERATIONS: usize = 1_000_000;

/// Why a file cannot be read: what is wrong, and where. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    pub line: usize,
    pub column: usize,
    pub why: Sentence,
}

impl Misread {
    pub fn sentence(&self) -> Sentence {
        sentence!("line {0}, column {1}: {2}", self.line, self.column, self.why.clone())
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

/// A value as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    Nil,
    /// As the file writes it.
    Word(Text),
    List(Vec<Given>),
}

/// How an operation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    Call,
    Answer,
    /// It was answered that it has not been done, which says something of the state.
    Observation,
    /// It has not happened.
    Failure,
    /// Nobody knows.
    Lost,
}

/// A line of a history.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its line and column in the file.
    pub at: (usize, usize),
    pub time: Option<i64>,
    /// `None` is the one who breaks things.
    pub process: Option<Text>,
    pub kind: LineKind,
    pub what: Text,
    pub value: Given,
}

/// An operation from its call to its end.
#[derive(Clone, Debug)]
pub struct Called<'a> {
    pub call: &'a Line,
    pub end: Option<&'a Line>,
    /// The process, which is another one after something was lost.
    pub process: u32,
    /// The instants of call and end.
    pub instants: (u64, Option<u64>),
}

/// The operations of a history by their calls, and what else it tells.
#[derive(Debug, Default)]
pub struct Operations<'a> {
    pub called: Vec<Called<'a>>,
    /// By process.
    pub names: Vec<Text>,
    /// By instant, if all lines tell their times.
    pub times: Vec<Time>,
    pub bands: Vec<Band>,
}

impl Line {
    pub fn wrong(&self, why: Sentence) -> Misread {
        Misread { line: self.at.0, column: self.at.1, why }
    }
}

/// Finds the end of each call.
pub fn operations(lines: &[Line]) -> Result<Operations<'_>, Misread> {
    let ordered = in_order(lines);
    let (mut operations, mut names, mut bands) = (Vec::<Called>::new(), Vec::new(), Vec::new());
    // By who asks: its process, and the operation that it waits for.
    let mut processes: BTreeMap<&Text, (u32, Option<usize>)> = BTreeMap::new();
    for (now, line) in (1..).zip(&ordered) {
        let Some(who) = &line.process else {
            note(&mut bands, now, &line.what);
            continue;
        };
        let (process, open) = processes.entry(who).or_insert_with(|| {
            names.push(who.clone());
            (names.len() as u32 - 1, None)
        });
        match (line.kind, *open) {
            (LineKind::Call, None) => {
                if operations.len() == OPERATIONS {
                    return Err(line.wrong(sentence!(
                        "there are too many operations: a history has at most {0}",
                        OPERATIONS
                    )));
                }
                *open = Some(operations.len());
                let instants = (now, None);
                operations.push(Called { call: line, end: None, process: *process, instants });
            }
            (LineKind::Call, Some(open)) => {
                return Err(line.wrong(sentence!(
                    "{0} calls twice at once: it still waits for what it called in line {1}",
                    who.clone(),
                    operations[open].call.at.0
                )));
            }
            (_, None) => {
                return Err(line
                    .wrong(sentence!("an answer to no call: {0} waits for nothing", who.clone())));
            }
            (kind, Some(place)) => {
                *open = None;
                let operation = &mut operations[place];
                if operation.call.what != line.what {
                    return Err(line.wrong(sentence!(
                        "“{0}” does not answer “{1}”, which {2} called in line {3}",
                        line.what.clone(),
                        operation.call.what.clone(),
                        who.clone(),
                        operation.call.at.0
                    )));
                }
                operation.end = Some(line);
                operation.instants.1 = Some(now);
                if kind == LineKind::Lost {
                    processes.remove(who);
                }
            }
        }
    }
    let times = times(&ordered);
    Ok(Operations { called: operations, names, times, bands })
}

/// When each line was, since the first, if all say so.
fn times(ordered: &[&Line]) -> Vec<Time> {
    let Some(first) = ordered.first().and_then(|line| line.time) else { return Vec::new() };
    let mut latest = Time::ZERO;
    let times: Option<Vec<Time>> = ordered
        .iter()
        .map(|line| {
            let micros = line.time?.saturating_sub(first) / 1_000;
            latest = latest.max(Time(micros.max(0) as u64));
            Some(latest)
        })
        .collect();
    times.unwrap_or_default()
}

/// Whoever breaks things does this: it breaks something, or mends what was broken last. Most say it twice,
/// when they begin and when it is done.
fn note(bands: &mut Vec<Band>, now: u64, what: &Text) {
    const MENDS: [&str; 6] = ["stop", "heal", "resume", "restart", "recover", "reset"];
    let open = bands.iter_mut().rfind(|band| band.to.is_none());
    let starts_again = |band: &Band| &**what == "start" && band.what.contains("kill");
    match open {
        Some(band) if band.what == *what => {}
        Some(band) if MENDS.iter().any(|word| what.starts_with(word)) || starts_again(band) => {
            band.to = Some(now);
        }
        None if MENDS.iter().any(|word| what.starts_with(word)) => {}
        _ if what.is_empty() => {}
        _ => bands.push(Band { from: now, to: None, what: what.clone() }),
    }
}

/// In their order, but of those at one instant calls go before answers, except within one process.
fn in_order(lines: &[Line]) -> Vec<&Line> {
    let mut ordered: Vec<&Line> = lines.iter().collect();
    let mut from = 0;
    while from < ordered.len() {
        let time = ordered[from].time;
        let same = ordered[from..].iter().take_while(|line| line.time == time && time.is_some());
        let to = from + same.count().max(1);
        if to - from > 1 {
            let mut turns: BTreeMap<&Option<Text>, u32> = BTreeMap::new();
            let mut ranked: Vec<(u32, &Line)> = Vec::new();
            for line in &ordered[from..to] {
                let is_answer = u32::from(line.kind != LineKind::Call);
                let turn = turns.entry(&line.process).or_insert(is_answer);
                // Calls have even turns, answers odd ones, and those of a process grow.
                *turn += (*turn + is_answer) % 2;
                ranked.push((*turn, line));
                *turn += 1;
            }
            ranked.sort_by_key(|(turn, _)| *turn);
            ordered.splice(from..to, ranked.into_iter().map(|(_, line)| line));
        }
        from = to;
    }
    ordered
}
