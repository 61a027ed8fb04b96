//! What the operations of a file mean: of which object they are asked, and what that is asked for.

use std::collections::BTreeMap;

use super::Misread;
use super::lines::{Called, Given, Line, LineKind, Operations, operations};
use crate::base::{Log, Sentence, Text};
use crate::check::DONE;
use crate::check::machine::{
    Access, AppendLog, Appending, CasAnswer, Counter, Counting, Datum, Elements, Holding,
    Membership, Mutex, Queue, Queueing, Set,
};
use crate::check::recording::{Interval, NEVER, Recorded, Recording};
use crate::sentence;

/// What a history is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    Register,
    CasRegister,
    Set,
    Queue,
    Counter,
    Mutex,
    Append,
}

impl Object {
    pub const ALL: [Object; 7] = [
        Object::Register,
        Object::CasRegister,
        Object::Set,
        Object::Queue,
        Object::Counter,
        Object::Mutex,
        Object::Append,
    ];

    /// As a command names it.
    pub const fn slug(self) -> &'static str {
        match self {
            Object::Register => "register",
            Object::CasRegister => "cas-register",
            Object::Set => "set",
            Object::Queue => "queue",
            Object::Counter => "counter",
            Object::Mutex => "mutex",
            Object::Append => "append",
        }
    }

    /// What it is asked for, as files name it.
    const fn takes(self) -> &'static str {
        match self {
            Object::Register => "read, write",
            Object::CasRegister => "read, write, cas",
            Object::Set => "add, remove, read",
            Object::Queue => "enqueue, dequeue",
            Object::Counter => "add, inc, read",
            Object::Mutex => "acquire, release",
            Object::Append => "append, read",
        }
    }
}

/// A history that was read, with what each of its objects holds at first.
#[derive(Clone, Debug)]
pub enum Imported {
    Register(Recording<Access>, Text),
    Set(Recording<Membership>, Set),
    Queue(Recording<Queueing>, Queue),
    Counter(Recording<Counting>, Counter),
    Mutex(Recording<Holding>, Mutex),
    AppendLog(Recording<Appending>, AppendLog),
}

/// What a register holds at first, and what reads as nothing.
const NIL: &str = "nil";

/// The meaning of what was read.
pub fn of(lines: &[Line], object: Object, initial: Option<&str>) -> Result<Imported, Misread> {
    let none = |imported: Imported| match (initial, lines.first()) {
        (Some(_), _) => Err(Misread {
            line: 1,
            column: 1,
            why: sentence!("only a register and a counter are given an initial value"),
        }),
        (None, _) => Ok(imported),
    };
    match object {
        Object::Register | Object::CasRegister => {
            let initial = initial.unwrap_or(NIL).into();
            Ok(Imported::Register(recording(lines, object, access)?, initial))
        }
        Object::Counter => {
            let start = initial.unwrap_or("0").parse::<i64>().map_err(|_| Misread {
                line: 1,
                column: 1,
                why: sentence!("a counter's initial value is a number"),
            })?;
            let counter = Counter(start.into());
            Ok(Imported::Counter(recording(lines, object, counting)?, counter))
        }
        Object::Set => none(Imported::Set(recording(lines, object, membership)?, Set::default())),
        Object::Queue => {
            none(Imported::Queue(recording(lines, object, queueing)?, Queue::default()))
        }
        Object::Mutex => {
            none(Imported::Mutex(recording(lines, object, holding)?, Mutex::default()))
        }
        Object::Append => {
            none(Imported::AppendLog(recording(lines, object, appending)?, AppendLog::default()))
        }
    }
}

/// An operation, as the file names it.
struct Ask<'a> {
    what: &'a str,
    /// Without the key.
    value: &'a Given,
    /// What it was answered.
    answer: Option<&'a Given>,
    /// Whether it was answered that it has not been done.
    is_observed: bool,
    process: u32,
}

/// What it means.
struct Meaning<A> {
    asked: A,
    /// The answer as people read it, where it is no mere “done”.
    answer: Option<Text>,
    wrote: Option<Text>,
}

impl<A> From<A> for Meaning<A> {
    fn from(asked: A) -> Meaning<A> {
        Meaning { asked, answer: None, wrote: None }
    }
}

/// `None` is what the object does not understand.
type Means<A> = fn(&Ask) -> Option<Meaning<A>>;

/// All operations of a file.
fn recording<A>(lines: &[Line], object: Object, means: Means<A>) -> Result<Recording<A>, Misread> {
    let Operations { called, names, times, bands } = operations(lines)?;
    let mut keys: BTreeMap<Text, u32> = BTreeMap::new();
    let mut recorded = Vec::with_capacity(called.len());
    for called in &called {
        // What did not happen is left out.
        if called.end.is_none_or(|end| end.kind != LineKind::Failure) {
            let number = recorded.len() as u64 + 1;
            recorded.push(of_called(called, number, object, means, &mut keys)?);
        }
    }
    let mut named = vec![Text::from(""); keys.len()];
    keys.into_iter().for_each(|(key, place)| named[place as usize] = key);
    Ok(Recording { operations: recorded, names, keys: named, times, bands })
}

fn of_called<A>(
    called: &Called,
    number: u64,
    object: Object,
    means: Means<A>,
    keys: &mut BTreeMap<Text, u32>,
) -> Result<Recorded<A>, Misread> {
    let line = called.call;
    let (key, value) = keyed(&line.what, &line.value);
    let answered = |end: &&Line| matches!(end.kind, LineKind::Answer | LineKind::Observation);
    let end = called.end.filter(answered);
    let answer = end.map(|end| match (key, &end.value) {
        (Some(_), Given::List(pair)) if pair.len() == 2 => &pair[1],
        (_, value) => value,
    });
    let is_observed = end.is_some_and(|end| end.kind == LineKind::Observation);
    let process = called.process;
    let ask = Ask { what: &line.what, value, answer, is_observed, process };
    let Some(Meaning { asked, answer, wrote }) = means(&ask) else {
        return Err(unknown(end.filter(|_| answer.is_some()).unwrap_or(line), line, object));
    };
    let next = keys.len() as u32;
    let named = key.map_or_else(|| Text::from(""), |key| text(key).into());
    let words = [line.what.to_string(), named.to_string(), words(value)];
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    Ok(Recorded {
        key: *keys.entry(named).or_insert(next),
        words: words.join(" ").into(),
        answer: end.map(|_| answer.unwrap_or_else(|| DONE.into())),
        wrote,
        call_event: line.at.0 as u64,
        answer_event: end.map(|end| end.at.0 as u64),
        over: called.instants.1,
        interval: Interval {
            number,
            process,
            asked,
            called: called.instants.0,
            due: end.and(called.instants.1).unwrap_or(NEVER),
        },
    })
}

fn unknown(at: &Line, call: &Line, object: Object) -> Misread {
    let known = object.takes().split(", ").any(|known| known == &*call.what);
    let why: Sentence = match known {
        true => sentence!("“{0}” is not called, or answered, with such a value", call.what.clone()),
        false => sentence!(
            "an unknown kind “{0}”: a {1} takes {2}",
            call.what.clone(),
            object.slug().to_owned(),
            object.takes().to_owned()
        ),
    };
    if known { at.wrong(why) } else { call.wrong(why) }
}

/// `[key value]` is a value of a key: of a compare-and-set the value is a pair itself.
fn keyed<'a>(what: &str, value: &'a Given) -> (Option<&'a Given>, &'a Given) {
    match value {
        Given::List(pair) if pair.len() == 2 => match (what, &pair[1]) {
            ("cas", Given::List(_)) => (Some(&pair[0]), &pair[1]),
            ("cas", _) => (None, value),
            _ => (Some(&pair[0]), &pair[1]),
        },
        _ => (None, value),
    }
}

/// As people write it.
fn text(given: &Given) -> String {
    match given {
        Given::Nil => NIL.into(),
        Given::Word(word) => word.to_string(),
        Given::List(all) => format!("[{}]", all.iter().map(text).collect::<Vec<_>>().join(" ")),
    }
}

/// What is asked with an operation.
fn words(given: &Given) -> String {
    match given {
        Given::Nil => String::new(),
        Given::List(all) => all.iter().map(text).collect::<Vec<_>>().join(" "),
        word => text(word),
    }
}

fn datum(given: &Given) -> Datum {
    Datum::of(&text(given))
}

fn data(given: &Given) -> Option<Vec<Datum>> {
    match given {
        Given::List(all) => Some(all.iter().map(datum).collect()),
        Given::Nil => Some(Vec::new()),
        Given::Word(_) => None,
    }
}

fn number(given: &Given) -> Option<i64> {
    match given {
        Given::Word(word) => word.parse().ok(),
        _ => None,
    }
}

fn access(ask: &Ask) -> Option<Meaning<Access>> {
    let answer = ask.answer.map(|answer| Text::from(text(answer)));
    match (ask.what, ask.value) {
        ("read", Given::Nil) => {
            let asked = Access::Read(ask.answer.map(datum));
            Some(Meaning { asked, answer, wrote: None })
        }
        // A read may be called with what it was told.
        ("read", _) => {
            Some(Meaning { asked: Access::Read(ask.answer.map(datum)), answer, wrote: None })
        }
        ("write", value) => {
            let wrote = Some(text(value).into());
            Some(Meaning { asked: Access::Write(datum(value)), answer: None, wrote })
        }
        ("cas", Given::List(pair)) if pair.len() == 2 => {
            let told = match ask.is_observed {
                true => Some(CasAnswer::Differs),
                false => ask.answer.map(|_| CasAnswer::Set),
            };
            let (expected, new) = (datum(&pair[0]), datum(&pair[1]));
            let asked = Access::Cas { expected, new, told };
            let answer = ask.is_observed.then(|| "no".into());
            Some(Meaning { asked, answer, wrote: Some(text(&pair[1]).into()) })
        }
        _ => None,
    }
}

fn counting(ask: &Ask) -> Option<Meaning<Counting>> {
    match ask.what {
        "add" => Some(Counting::Add(number(ask.value)?).into()),
        "inc" => Some(
            Counting::Add(if *ask.value == Given::Nil { 1 } else { number(ask.value)? }).into(),
        ),
        "read" => {
            let told = ask.answer.map(number);
            let asked = Counting::Read(if let Some(told) = told { Some(told?) } else { None });
            Some(Meaning { asked, answer: ask.answer.map(|it| text(it).into()), wrote: None })
        }
        _ => None,
    }
}

fn membership(ask: &Ask) -> Option<Meaning<Membership>> {
    match ask.what {
        "add" => Some(Membership::Add(datum(ask.value)).into()),
        "remove" => Some(Membership::Remove(datum(ask.value)).into()),
        "read" => {
            let told = if let Some(answer) = ask.answer { Some(data(answer)?) } else { None };
            let asked = Membership::Read(told.map(Elements::from_iter));
            Some(Meaning { asked, answer: ask.answer.map(|it| text(it).into()), wrote: None })
        }
        _ => None,
    }
}

fn queueing(ask: &Ask) -> Option<Meaning<Queueing>> {
    match ask.what {
        "enqueue" => Some(Queueing::Put(datum(ask.value)).into()),
        "dequeue" => {
            let told = ask.answer.map(|answer| (*answer != Given::Nil).then(|| datum(answer)));
            let answer = ask.answer.map(|it| text(it).into());
            Some(Meaning { asked: Queueing::Take(told), answer, wrote: None })
        }
        _ => None,
    }
}

fn holding(ask: &Ask) -> Option<Meaning<Holding>> {
    let owner = u64::from(ask.process);
    match ask.what {
        "acquire" => Some(Holding::Acquire(owner).into()),
        "release" => Some(Holding::Release(owner).into()),
        _ => None,
    }
}

fn appending(ask: &Ask) -> Option<Meaning<Appending>> {
    match ask.what {
        "append" => Some(Appending::Append(datum(ask.value)).into()),
        "read" => {
            let told = if let Some(answer) = ask.answer { Some(data(answer)?) } else { None };
            let asked = Appending::Read(told.map(Log::from_iter));
            Some(Meaning { asked, answer: ask.answer.map(|it| text(it).into()), wrote: None })
        }
        _ => None,
    }
}
