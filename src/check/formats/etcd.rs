//! The logs of etcd that Porcupine is measured by: Jepsen's own output, a line such as
//! `INFO  jepsen.util - 3 :invoke :cas [1 2]` an operation. A compare-and-set that `:fail`s found another value; a
//! read that fails with `:timed-out` says nothing.

use super::Misread;
use super::lines::{Given, Line, LineKind};
use crate::base::{Sentence, Text};
use crate::sentence;

/// The lines of a history.
pub fn read(text: &str) -> Result<Vec<Line>, Misread> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, text)| line(number, text)).collect()
}

fn line(number: usize, text: &str) -> Result<Line, Misread> {
    let wrong = |column: usize, why: Sentence| Misread { line: number, column, why };
    let column = |rest: &str| text[..text.len() - rest.len()].chars().count() + 1;
    let expected = || {
        sentence!(
            "expected a line such as {0}",
            "INFO  jepsen.util - 0 :invoke :read nil".to_owned()
        )
    };
    let Some((_, rest)) = text.split_once(" - ").filter(|_| text.starts_with("INFO")) else {
        return Err(wrong(1, expected()));
    };
    let Some((process, rest)) = rest.trim_start().split_once(char::is_whitespace) else {
        return Err(wrong(column(rest), expected()));
    };
    let (kind_at, rest) = (column(rest.trim_start()), rest.trim_start());
    let (kind, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (what_at, rest) = (column(rest.trim_start()), rest.trim_start());
    let (what, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let Some(what) = what.strip_prefix(':') else { return Err(wrong(what_at, expected())) };
    let kind = match (kind, what) {
        (":invoke", _) => LineKind::Call,
        (":ok", _) => LineKind::Answer,
        (":fail", "cas") => LineKind::Observation,
        (":fail" | ":info", _) => LineKind::Lost,
        (other, _) => {
            let why = sentence!(
                "a :type is one of {0}, not “{1}”",
                ":invoke, :ok, :fail, :info".to_owned(),
                other.to_owned()
            );
            return Err(wrong(kind_at, why));
        }
    };
    Ok(Line {
        at: (number, 1),
        time: None,
        process: Some(process.into()),
        kind,
        what: what.into(),
        value: given(value.trim()),
    })
}

/// A word, or several in brackets.
fn given(text: &str) -> Given {
    let word = |word: &str| match word {
        "nil" | "" => Given::Nil,
        word => Given::Word(Text::from(word)),
    };
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(words) => Given::List(words.split_whitespace().map(word).collect()),
        None => word(text),
    }
}
