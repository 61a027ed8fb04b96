//! What a run can be run until, in a small language:
//!
//! ```text
//! violation                    a property breaks
//! violation Election Safety    … this one
//! leader                       another server leads
//! sent RequestVote             a message of this kind is sent; also `delivered` and `lost`
//! lost heartbeat S1>S2         … on this link
//! S3 role=leader               a server's role, status, stamp or field reaches a value
//! any currentTerm>=9           … some server's
//! any chosen!=none             … that it has a value at all
//! 2 role=leader                at least two servers are so at the same instant
//! C1 told 1                    a client is given this answer; also `any told 1`
//! S3 settled>=10               so many entries of its log are settled, where it keeps one
//! ```
//!
//! A condition is one thing: nothing joins two. "Any role=leader and any term>3" might be said of two
//! servers, or be meant of one; it is refused, with a sentence.
//!
//! Printing and reading are inverse, and a mistake says what was expected and where, as in scripts.
//! `search.rs` looks for where one becomes true.

use std::cmp::Ordering;
use std::fmt;

use crate::base::{Place, Text};
use crate::catalog::Run;
use crate::command::Link;
use crate::protocol::Vocabulary;
use crate::scenario::{Mistake, Words, existing, read_link};
use crate::sim::fact;
use crate::{key, sentence};

/// A condition's length at the most, in characters.
pub const LONGEST: usize = 200;

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// A property breaks, or this one.
    Violation(Option<&'static str>),
    /// Another server leads than where the search begins.
    Leader,
    /// Something happens to a message of this kind, perhaps on this link.
    Message { passage: Passage, kind: &'static str, link: Option<Link> },
    /// These servers have such a value.
    State { who: Who, what: fact::FactKind, is: Relation, value: Text },
    /// This client, or any, is given this answer.
    Told { who: Option<Place>, answer: Text },
}

/// Whom a condition on a state watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    One(Place),
    /// Each by itself.
    Any,
    /// So many at the same instant.
    AtLeast(usize),
}

/// What happens to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Passage {
    Sent,
    Delivered,
    Lost,
}

/// How a value stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Condition {
    /// Whether it may be true for a while: the others happen at an instant.
    pub fn lasts(&self) -> bool {
        matches!(self, Condition::State { .. })
    }
}

impl Passage {
    const ALL: [(Passage, &str); 3] =
        [(Passage::Sent, "sent"), (Passage::Delivered, "delivered"), (Passage::Lost, "lost")];

    fn of(word: &str) -> Option<Passage> {
        Passage::ALL.into_iter().find(|(_, known)| *known == word).map(|(passage, _)| passage)
    }
}

impl Relation {
    /// Longer signs before those they begin with.
    const ALL: [(Relation, &str); 6] = [
        (Relation::AtMost, "<="),
        (Relation::AtLeast, ">="),
        (Relation::Unequal, "!="),
        (Relation::Equal, "="),
        (Relation::Less, "<"),
        (Relation::More, ">"),
    ];

    /// The first one in this text, and what stands before and behind it.
    fn split(text: &str) -> Option<(&str, Relation, &str)> {
        let at = text.find(['=', '!', '<', '>'])?;
        let (name, rest) = text.split_at(at);
        let (is, sign) = Relation::ALL.into_iter().find(|(_, sign)| rest.starts_with(sign))?;
        Some((name, is, &rest[sign.len()..]))
    }

    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Relation::Equal => order.is_eq(),
            Relation::Unequal => order.is_ne(),
            Relation::Less => order.is_lt(),
            Relation::AtMost => order.is_le(),
            Relation::More => order.is_gt(),
            Relation::AtLeast => order.is_ge(),
        }
    }
}

/// Numbers as numbers, wherever they stand: the ballot `2.S9` comes before `2.S10`, and that before
/// `12.S1`. What is no number, such as `none`, comes before all numbers.
pub(super) fn order(a: &str, b: &str) -> Ordering {
    match (leading(a), leading(b)) {
        (Some((m, rest)), Some((n, other))) => m.cmp(&n).then_with(|| order(rest, other)),
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        (None, None) => {
            let (word, rest) = a.split_at(letters(a));
            let (other_word, other) = b.split_at(letters(b));
            match word.is_empty() && other_word.is_empty() {
                true => a.cmp(b),
                false => word.cmp(other_word).then_with(|| order(rest, other)),
            }
        }
    }
}

/// Bytes before the first digit.
fn letters(text: &str) -> usize {
    text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len())
}

/// The number that the text begins with, and the rest.
fn leading(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

// ---- reading and printing --------------------------------------------------------------------

pub(super) const ROLE: &str = "role";
pub(super) const STATUS: &str = "status";
const SETTLED: &str = "settled";
/// A value that is not there: `chosen!=none`.
pub(super) const NONE_TYPED: &str = "none";
/// Between a client and its answer.
const TOLD: &str = "told";
const STATUSES: [&str; 3] = ["up", "paused", "down"];
/// Kinds of messages to and from clients.
const CLIENTS: [&str; 2] = ["Request", "Reply"];

/// All kinds of messages in such a run.
pub fn kinds(run: &Run) -> impl Iterator<Item = &'static str> {
    run.words().kinds.into_iter().chain(CLIENTS)
}

/// All that can be compared with a value.
fn facts(run: &Run) -> impl Iterator<Item = &'static str> {
    let known = run.words();
    let settled = known.log.then_some(SETTLED);
    [ROLE, STATUS].into_iter().chain(settled).chain(known.fields)
}

/// Conditions that somebody might want, for the field where one is typed: whole, or up to the value.
pub fn likely(words: &Vocabulary) -> Vec<String> {
    let mut likely: Vec<String> = vec!["violation".into(), "leader".into()];
    likely.extend(words.roles.iter().map(|role| format!("any role={role}")));
    for (_, passage) in Passage::ALL {
        likely.extend(words.kinds.iter().map(|kind| format!("{passage} {kind}")));
    }
    likely.push("any status=down".into());
    likely.extend(words.log.then(|| format!("any {SETTLED}>=")));
    likely.extend(words.fields.iter().map(|field| format!("any {field}>=")));
    likely
}

fn what(name: &str) -> fact::FactKind {
    match name {
        SETTLED => fact::FactKind::Settled,
        name => fact::FactKind::Named(name.into()),
    }
}

/// Reads a condition for this run, and checks that all it names exists.
pub fn parse(text: &str, run: &Run) -> Result<Condition, Mistake> {
    // However it is spaced, it is the same condition.
    let long = text.chars().count() > LONGEST;
    let mut words = Words::new(if long { "" } else { text.trim_end() }, 1);
    if long {
        return Err(words.wrong(sentence!("a condition has at most {0} characters", LONGEST)));
    }
    if let Some(sign) = joined(text, run) {
        return Err(words.wrong(sentence!(
            "a condition is one thing, and “{0}” cannot join two; with “any”, each server is watched by itself",
            sign
        )));
    }
    const CONDITION: &str =
        key!("a condition such as violation, leader, sent KIND, lost KIND S1>S2 or S3 role=leader");
    let first = words.peek().ok_or_else(|| words.expected(CONDITION))?;
    if let Some(passage) = Passage::of(first) {
        words.next(CONDITION)?;
        return message(&mut words, passage, run);
    }
    match first {
        "violation" => {
            words.next(CONDITION)?;
            if words.is_at_end() {
                return Ok(Condition::Violation(None));
            }
            let name = spaced(words.rest(CONDITION)?);
            let mut known = run.properties().into_iter().map(|property| property.name);
            match known.find(|known| known.eq_ignore_ascii_case(&name)) {
                Some(property) => Ok(Condition::Violation(Some(property))),
                None => Err(one_of(&words, &name, run.properties().iter().map(|p| p.name))),
            }
        }
        "leader" => {
            words.next(CONDITION)?;
            // `leader known=S1` is a field.
            match words.is_at_end() {
                true => Ok(Condition::Leader),
                false => state(&mut Words::new(text.trim_end(), 1), run),
            }
        }
        _ => state(&mut words, run),
    }
}

/// What joins two conditions here, if something does: after it another one begins.
fn joined(text: &str, run: &Run) -> Option<&'static str> {
    const SIGNS: [&str; 5] = ["and", "or", "&&", "||", ","];
    let begins = |rest: &str| {
        let mut words = rest.split_whitespace();
        let first = words.next().unwrap_or_default();
        let named = first == "any" || first.parse::<Place>().is_ok();
        let state = if named { rest.trim_start()[first.len()..].trim_start() } else { rest };
        let compares = Relation::split(state)
            .is_some_and(|(name, ..)| facts(run).any(|known| known == spaced(name)));
        let verb = Passage::of(first).is_some() || ["violation", "leader"].contains(&first);
        compares || (verb && Relation::split(rest).is_none())
    };
    let joins = |sign: &str| {
        let places =
            text.match_indices(sign).map(|(at, _)| (&text[..at], &text[at + sign.len()..]));
        // A word stands by itself.
        let apart = |before: &str, after: &str| {
            !sign.starts_with(char::is_alphabetic)
                || (before.ends_with(char::is_whitespace) && after.starts_with(char::is_whitespace))
        };
        places.into_iter().any(|(before, after)| apart(before, after) && begins(after))
    };
    SIGNS.into_iter().find(|sign| joins(sign))
}

fn message(words: &mut Words, passage: Passage, run: &Run) -> Result<Condition, Mistake> {
    let text = spaced(words.rest(key!("a kind of message"))?);
    // The link, if there is one, is the last word.
    let (kind, link) = match text.rsplit_once(' ') {
        Some((kind, last)) if last.contains(['>', '-']) => {
            (kind, Some(read_link(words, &run.script().setup, last)?))
        }
        _ => (text.as_str(), None),
    };
    let Some(kind) = kinds(run).find(|known| known.eq_ignore_ascii_case(kind)) else {
        return Err(one_of(words, kind, kinds(run)));
    };
    Ok(Condition::Message { passage, kind, link })
}

fn state(words: &mut Words, run: &Run) -> Result<Condition, Mistake> {
    const STATE: &str = key!("a comparison such as S3 role=leader or any currentTerm>=9");
    let who = match words.peek() {
        Some("any") => {
            words.next(STATE)?;
            Who::Any
        }
        Some(word) => match (word.parse::<Place>(), word.parse::<usize>()) {
            (Ok(node), _) => {
                words.next(STATE)?;
                existing(words, &run.script().setup, node)?;
                Who::One(node)
            }
            (_, Ok(many)) => {
                words.next(STATE)?;
                several(words, run, many)?
            }
            _ => Who::Any,
        },
        None => Who::Any,
    };
    if words.peek() == Some(TOLD) {
        return told_answer(words, who);
    }
    let text = words.rest(STATE)?;
    let (name, is, value) = Relation::split(text).ok_or_else(|| words.expected(STATE))?;
    let (name, value) = (spaced(name), spaced(value));
    let known = run.words();
    if name == SETTLED && !known.log {
        let title = run.meta().title;
        return Err(words.wrong(sentence!("no server of {0} keeps a log: nothing settles", title)));
    }
    if !facts(run).any(|known| known == name) {
        return Err(one_of(words, &name, facts(run)));
    }
    match name.as_str() {
        ROLE if !known.roles.contains(&value.as_str()) => {
            return Err(one_of(words, &value, known.roles.into_iter()));
        }
        STATUS if !STATUSES.contains(&value.as_str()) => {
            return Err(one_of(words, &value, STATUSES.into_iter()));
        }
        ROLE | STATUS if !matches!(is, Relation::Equal | Relation::Unequal) => {
            return Err(words.wrong(sentence!("{0} is a word: compare it with = or !=", name)));
        }
        _ => {}
    }
    if value.is_empty() {
        return Err(words.wrong(sentence!("expected a value after {0}", name)));
    }
    // Whether it is a number is known beforehand: a text that can be read here can be read anywhere.
    let counts = name == SETTLED || known.numbers.contains(&name.as_str());
    if counts && leading(&value).is_none_or(|(_, rest)| !rest.is_empty()) {
        return Err(words.wrong(sentence!("{0} is a number, and “{1}” is none", name, value)));
    }
    if let Ok(node) = value.parse::<Place>() {
        existing(words, &run.script().setup, node)?;
    }
    Ok(Condition::State { who, what: what(&name), is, value: value.into() })
}

/// So many servers at once: as many as there are can be.
fn several(words: &Words, run: &Run, many: usize) -> Result<Who, Mistake> {
    let all = run.script().setup.places.own().count();
    match many {
        2.. if many <= all => Ok(Who::AtLeast(many)),
        _ => Err(words.wrong(sentence!(
            "expected from 2 to {0} at once, or “any”; found {1}",
            all,
            many
        ))),
    }
}

fn told_answer(words: &mut Words, who: Who) -> Result<Condition, Mistake> {
    const ANSWER: &str = key!("an answer such as ok or 1");
    words.next(ANSWER)?;
    let answer = spaced(words.rest(ANSWER)?).as_str().into();
    match who {
        Who::One(place) => Ok(Condition::Told { who: Some(place), answer }),
        Who::Any => Ok(Condition::Told { who: None, answer }),
        Who::AtLeast(_) => Err(words.wrong(sentence!("an answer is told to one at a time"))),
    }
}

/// Words with one space between them.
pub(super) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What was found is none of these.
fn one_of(words: &Words, found: &str, known: impl Iterator<Item = &'static str>) -> Mistake {
    let known = known.collect::<Vec<_>>().join(", ");
    let short: String = found.chars().take(40).collect();
    words.wrong(sentence!("there is no “{0}” here: expected one of {1}", short, known))
}

impl fmt::Display for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Passage::ALL.into_iter().find(|(passage, _)| passage == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = Relation::ALL.into_iter().find(|(is, _)| is == self);
        f.write_str(sign.map_or("", |(_, sign)| sign))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::Violation(None) => f.write_str("violation"),
            Condition::Violation(Some(property)) => write!(f, "violation {property}"),
            Condition::Leader => f.write_str("leader"),
            Condition::Message { passage, kind, link: None } => write!(f, "{passage} {kind}"),
            Condition::Message { passage, kind, link: Some(link) } => {
                write!(f, "{passage} {kind} {link}")
            }
            Condition::State { who, what, is, value } => {
                match who {
                    Who::One(node) => write!(f, "{node} ")?,
                    Who::Any => f.write_str("any ")?,
                    Who::AtLeast(many) => write!(f, "{many} ")?,
                }
                write!(f, "{}{is}{value}", name(what))
            }
            Condition::Told { who: Some(who), answer } => write!(f, "{who} {TOLD} {answer}"),
            Condition::Told { who: None, answer } => write!(f, "any {TOLD} {answer}"),
        }
    }
}

/// A fact's name, as conditions write it.
pub(super) fn name(what: &fact::FactKind) -> &str {
    match what {
        fact::FactKind::Named(name) => name,
        fact::FactKind::Settled => SETTLED,
        fact::FactKind::Entry(_) => unreachable!("no condition names an entry"),
    }
}
