//! EDN, as Jepsen and Maelstrom write histories: maps such as
//! `{:process 0, :type :invoke, :f :write, :value 1, :time 12}`, one after the other or in one vector. What
//! else a map holds is not looked at; a tag before it (`#jepsen.history.Op{…}`) is taken off.

use clojure_reader::edn::{Edn, read as read_one};
use clojure_reader::error::Code;

use super::Misread;
use super::lines::{Given, Line, LineKind};
use crate::base::{Sentence, Text};
use crate::sentence;

/// Lists may stand in lists, so deep.
const DEEP: u32 = 8;

/// Where in the file something stands, while it is read from front to back.
struct Position<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
    /// Where its line begins.
    start: usize,
}

impl Position<'_> {
    /// Goes on to this byte.
    fn advance(&mut self, offset: usize) {
        let passed = &self.text.as_bytes()[self.offset..offset];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        if let Some(last) = passed.iter().rposition(|byte| *byte == b'\n') {
            self.start = self.offset + last + 1;
        }
        self.offset = offset;
    }

    fn at(&self) -> (usize, usize) {
        (self.line, self.text[self.start..self.offset].chars().count() + 1)
    }

    fn wrong(&self, why: Sentence) -> Misread {
        let (line, column) = self.at();
        Misread { line, column, why }
    }
}

/// The lines of a history.
pub fn read(text: &str) -> Result<Vec<Line>, Misread> {
    let mut position = Position { text, offset: 0, line: 1, start: 0 };
    let mut rest = skipped(text);
    // A vector or a list of all is opened, and what stands in it read one by one.
    let closes = match rest.chars().next() {
        Some('[') => Some(']'),
        Some('(') => Some(')'),
        _ => None,
    };
    if closes.is_some() {
        rest = &rest[1..];
    }
    let mut lines = Vec::new();
    loop {
        rest = skipped(rest);
        position.advance(text.len() - rest.len());
        if let Some(closes) = closes
            && let Some(after) = rest.strip_prefix(closes)
        {
            let after = skipped(after);
            position.advance(text.len() - after.len());
            return match after.is_empty() {
                true => Ok(lines),
                false => Err(position.wrong(sentence!("something follows the history"))),
            };
        }
        if rest.is_empty() {
            return match closes {
                None => Ok(lines),
                Some(_) => Err(position.wrong(sentence!("the history ends in the middle"))),
            };
        }
        let (edn, after) = read_one(rest).map_err(|error| {
            let within = error.ptr.unwrap_or(0).min(rest.len());
            let mut position = Position { ..position };
            let within = (0..=within).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
            position.advance(text.len() - rest.len() + within);
            position.wrong(told(&error.code))
        })?;
        lines.extend(line(&edn, &position)?);
        rest = after;
    }
}

/// Without blanks, commas and comments before it.
fn skipped(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        match rest.strip_prefix(';') {
            Some(comment) => rest = comment.find('\n').map_or("", |end| &comment[end..]),
            None => return rest,
        }
    }
}

fn told(code: &Code) -> Sentence {
    match code {
        Code::UnexpectedEOF => sentence!("the history ends in the middle"),
        Code::UnmatchedDelimiter(c) => sentence!("“{0}” closes nothing", c.to_string()),
        Code::HashMapDuplicateKey | Code::SetDuplicateKey => {
            sentence!("something stands twice in a map or a set")
        }
        _ => sentence!("this is no EDN"),
    }
}

/// What a map says; nothing where it is a remark, such as one of a process that is no number.
fn line(edn: &Edn, position: &Position) -> Result<Option<Line>, Misread> {
    let edn = if let Edn::Tagged(_, inner) = edn { inner } else { edn };
    let Edn::Map(map) = edn else {
        let why = sentence!(
            "expected an operation such as {0}",
            "{:process 0, :type :invoke, :f :read}".to_owned()
        );
        return Err(position.wrong(why));
    };
    let of = |name: &'static str| map.get(&Edn::key(name));
    let (Some(process), Some(kind)) = (of("process"), of("type")) else {
        return Err(position.wrong(sentence!("an operation has a :process and a :type")));
    };
    let process = match process {
        Edn::Int(number) => Some(Text::from(number.to_string())),
        Edn::Key(_) => None,
        _ => return Err(position.wrong(sentence!("a :process is a number or :nemesis"))),
    };
    let kind = match kind {
        Edn::Key(name) => match &**name {
            "invoke" => LineKind::Call,
            "ok" => LineKind::Answer,
            "fail" => LineKind::Failure,
            "info" => LineKind::Lost,
            other => return Err(position.wrong(no_type(other))),
        },
        other => return Err(position.wrong(no_type(&other.to_string()))),
    };
    let what = match of("f") {
        Some(Edn::Key(name)) => Text::from(&**name),
        _ if process.is_none() => "".into(),
        _ => return Err(position.wrong(sentence!("an operation has an :f, such as :read"))),
    };
    let time = match of("time") {
        Some(Edn::Int(time)) => Some(*time),
        _ => None,
    };
    let value = match of("value") {
        None => Given::Nil,
        Some(_) if process.is_none() => Given::Nil,
        Some(value) => given(value, DEEP)
            .ok_or_else(|| position.wrong(sentence!("a :value has lists within lists too deep")))?,
    };
    Ok(Some(Line { at: position.at(), time, process, kind, what, value }))
}

fn no_type(name: &str) -> Sentence {
    sentence!(
        "a :type is one of {0}, not “{1}”",
        ":invoke, :ok, :fail, :info".to_owned(),
        name.to_owned()
    )
}

fn given(edn: &Edn, deep: u32) -> Option<Given> {
    let list = |all: &mut dyn Iterator<Item = &Edn>| {
        let deeper = deep.checked_sub(1)?;
        all.map(|one| given(one, deeper)).collect::<Option<Vec<Given>>>().map(Given::List)
    };
    match edn {
        Edn::Nil => Some(Given::Nil),
        Edn::Vector(all) | Edn::List(all) => list(&mut all.iter()),
        Edn::Set(all) => list(&mut all.iter()),
        Edn::Map(_) | Edn::Tagged(..) if deep == 0 => None,
        Edn::Map(all) => {
            let pairs = all.iter().map(|(key, value)| {
                Some(Given::List(vec![given(key, deep - 1)?, given(value, deep - 1)?]))
            });
            pairs.collect::<Option<Vec<Given>>>().map(Given::List)
        }
        Edn::Tagged(_, inner) => given(inner, deep - 1),
        word => Some(Given::Word(word.to_string().into())),
    }
}
