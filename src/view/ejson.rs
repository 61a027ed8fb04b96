//! Runs as documents of a database: newline-delimited MongoDB Extended JSON v2, in its canonical
//! form, as `mongoimport` takes it and `mongoexport --jsonFormat=canonical` gives it back.
//! (<https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/>)
//!
//! A run *is* its script, so the first document carries that, and is all that is needed to come
//! back. The others tell what it led to, for whoever wants to look things up:
//!
//! | `kind` | one for each | fields |
//! |---|---|---|
//! | `run` | file | `format`, `title`, `script`, `time` of the cursor |
//! | `event` | event of the history | `event`, `time`, `place`, `lamport`, `cause`, `text` |
//! | `disk` | thing on a server's disk | `at`, `time`, `node`, `name`, `value`; `pending` while a write is under way |
//! | `entry` | entry of a server's log | `at`, `time`, `node`, `index`, `epoch`, `text`, `state` |
//!
//! What has no value is `null`. Times are microseconds; `at` is the number of the last event before. Each `_id` begins with a digest of the script, so that a file that is
//! taken in twice, or beside another, gives the same documents.

use std::collections::BTreeMap;

use picojson::{Event as Piece, PullParser, SliceParser};

use super::export::{EVENTS, cut_after};
use super::json::Object;
use crate::base::digest::Digest;
use crate::base::{NONE, NodeId, Sentence, Span, Time};
use crate::catalog::{self, Run};
use crate::command::Script;
use crate::protocol::CellState;
use crate::sim::snapshot::Told;
use crate::trace::Event;
use crate::{scenario, sentence};

/// Of the documents written here; a greater one is a newer Synod's.
const FORMAT: u64 = 1;
/// Bytes of a file that is read back, at the most.
pub const SIZE: usize = 32 * 1024 * 1024;
/// Documents within documents that are read, at the most; the parser itself loses count after 32.
const DEEPEST: u32 = 30;
/// Events of a file that are compared with what the script gives, at the most.
const COMPARED: u64 = 100_000;

/// Everything that happens in the window, a document a line, for as long as `write` says that it
/// could be written. The cursor is where one is when it is taken in again.
pub fn history(
    run: &Run,
    cursor: Time,
    window: Span,
    write: &mut dyn FnMut(&str) -> bool,
) -> Result<(), Sentence> {
    let id = identity(run.script());
    if !write(&header(&id, run.script(), cursor)) {
        return Ok(());
    }
    let mut count = 0;
    run.walk(window.min, window.max, &mut |number, happened| {
        count += 1;
        count <= EVENTS && write(&event(&id, number, happened))
    });
    match count > EVENTS {
        true => Err(cut_after(EVENTS)),
        false => Ok(()),
    }
}

/// What one server holds where the run stands: its disk, and its log.
pub fn node(run: &Run, cursor: Time, node: NodeId) -> Result<String, Sentence> {
    let snapshot = run.snapshot();
    let Some(shot) = snapshot.nodes.iter().find(|shot| shot.id == node) else {
        return Err(sentence!("There is no {0} in this run.", node));
    };
    let id = identity(run.script());
    let at = format!("{id}:{}:{}", run.event(), node);
    let mut text = header(&id, run.script(), cursor);
    for field in &shot.disk {
        let mut document = document(&format!("{at}:{}", field.name), "disk");
        document.text("run", &id).long("at", run.event()).long("time", cursor.0);
        document.text("node", &node.to_string());
        document.text("name", field.name).maybe("value", known(&field.value));
        if let Some(pending) = &field.pending {
            document.maybe("pending", known(pending));
        }
        text += &document.line();
    }
    let logs = run.logs(u64::MAX);
    for cell in logs.rows.iter().filter(|(whose, _)| *whose == node).flat_map(|(_, row)| row) {
        let mut document = document(&format!("{at}:{}", cell.index), "entry");
        document.text("run", &id).long("at", run.event()).long("time", cursor.0);
        document.text("node", &node.to_string());
        document.long("index", cell.index).long("epoch", cell.epoch).text("text", &cell.text);
        document.text(
            "state",
            match cell.state {
                CellState::Pending => "pending",
                CellState::Stored => "stored",
                CellState::Settled => "settled",
            },
        );
        text += &document.line();
    }
    Ok(text)
}

/// A value, unless what stands there says that there is none.
fn known(value: &str) -> Option<&str> {
    Some(value).filter(|value| *value != NONE)
}

fn identity(script: &Script) -> String {
    format!("{:016x}", Digest::of(&script.to_string().as_str()))
}

fn header(id: &str, script: &Script, cursor: Time) -> String {
    let mut document = document(id, "run");
    document.long("format", FORMAT).maybe("title", script.title.as_deref());
    document.text("script", &script.to_string()).long("time", cursor.0);
    document.line()
}

fn event(id: &str, number: u64, event: &Event) -> String {
    let mut document = document(&format!("{id}:{number}"), "event");
    document.text("run", id).long("event", number).long("time", event.at.0);
    document.maybe("place", event.place.map(|place| place.to_string()).as_deref());
    document.long("lamport", event.lamport).long("cause", event.cause);
    document.text("text", &event.tell().to_string());
    document.line()
}

/// A document in the making.
fn document(id: &str, kind: &str) -> Object {
    let mut document = Object::new();
    document.text("_id", id).text("kind", kind);
    document
}

// ---- and back --------------------------------------------------------------------------------

/// A run that came back.
#[derive(Clone, Debug)]
pub struct Import {
    pub script: Script,
    /// Where the cursor was.
    pub time: Time,
    /// In what the file's events differ from those that its script gives.
    pub differs: Option<Sentence>,
}

/// A document as it was read.
#[derive(Debug, Default)]
struct Read {
    /// Of the file, from 1.
    line: u64,
    fields: BTreeMap<String, Value>,
}

/// What a field holds.
#[derive(Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    /// As it is written; it may be embedded, `{"$numberLong": "7"}`.
    Number(String),
    Null,
    /// A list, another document, a truth.
    Other,
}

/// What a file says of an event; a program in between may have left out some of it.
struct Claim {
    time: Option<u64>,
    place: Option<String>,
    lamport: Option<u64>,
    text: String,
}

impl Claim {
    fn of(document: &Read) -> Result<Option<(u64, Claim)>, Sentence> {
        let (time, lamport) = (document.time()?, document.whole("lamport", u64::MAX)?);
        let place = document.words("place")?.map(str::to_owned);
        let (event, text) = (document.whole("event", u64::MAX)?, document.words("text")?);
        Ok(event
            .zip(text)
            .map(|(event, text)| (event, Claim { time, place, lamport, text: text.to_owned() })))
    }

    /// What happened instead, in words, after what the file says; nothing where that is the same.
    fn differs(&self, told: &Told) -> Option<Sentence> {
        let place = told.place.map(|place| place.to_string());
        let text = told.sentence.to_string();
        let same = |claimed: Option<u64>, is: u64| claimed.is_none_or(|claimed| claimed == is);
        if same(self.time, told.at.0)
            && same(self.lamport, told.lamport)
            && (self.place.is_none() || self.place == place)
            && self.text == text
        {
            return None;
        }
        let words = |time, place: Option<&str>, text, lamport| {
            format!("{} {} {text} · L {lamport}", Time(time), place.unwrap_or("-"))
        };
        let (time, lamport) =
            (self.time.unwrap_or(told.at.0), self.lamport.unwrap_or(told.lamport));
        Some(sentence!(
            "Event {0} of the file is “{1}”, but its script gives “{2}”.",
            told.event,
            words(time, self.place.as_deref().or(place.as_deref()), &self.text, lamport),
            words(told.at.0, place.as_deref(), &text, told.lamport)
        ))
    }
}

/// Reads a file back, whatever program has had it in the meantime: documents and fields in any
/// order, numbers canonical or relaxed. The error says in one sentence what is wrong, and where.
pub fn read(text: &str) -> Result<Import, Sentence> {
    if text.len() > SIZE {
        return Err(too_large());
    }
    // Some programs begin a file with a mark that nobody sees.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut header, mut events) = (None, BTreeMap::new());
    for (line, text) in (1u64..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let document = parse(line, text)?;
        match document.text("kind") {
            Some("run") if header.is_some() => {
                return Err(sentence!("Line {0} begins a second run: a file holds one.", line));
            }
            Some("run") => header = Some(document),
            Some("event") if (events.len() as u64) < COMPARED => {
                events.extend(Claim::of(&document)?);
            }
            _ => {}
        }
    }
    let header = header.ok_or_else(|| {
        sentence!(
            "The file has no document of kind “run”: it holds nothing that Synod has written."
        )
    })?;
    // Where the field is there, nothing will do but a number that is known here.
    let known = |format: u64| (1..=FORMAT).contains(&format);
    if header.fields.contains_key("format") && !header.number("format").is_some_and(known) {
        return Err(sentence!("The file was written by a newer Synod: it cannot be read here."));
    }
    let Some(text) = header.words("script")? else {
        return Err(sentence!("The document of kind “run” has no script."));
    };
    let time = header.time()?.map_or(Time::ZERO, Time);
    let script = scenario::parse(text)
        .map_err(|mistake| sentence!("The file's script is damaged: {0}", mistake.to_string()))?;
    let differs = compare(&script, &events)?;
    Ok(Import { script, time, differs })
}

pub fn too_large() -> Sentence {
    sentence!("The file is too large: at most {0} MB are read.", SIZE / 1024 / 1024)
}

/// The first event of the file that is not what the script gives.
fn compare(script: &Script, events: &BTreeMap<u64, Claim>) -> Result<Option<Sentence>, Sentence> {
    let mut run = catalog::start(script.clone())?;
    let (mut differs, mut left) = (None, events.len());
    scenario::follow(&mut run, Time::LIMIT, &mut |told| {
        if let Some(claim) = events.get(&told.event) {
            left -= 1;
            differs = claim.differs(told);
        }
        left > 0 && differs.is_none() && told.event < COMPARED
    });
    let lost = events.keys().next_back().filter(|_| left > 0 && run.event() < COMPARED);
    Ok(differs.or(lost.map(|last| {
        sentence!("The file tells of event {0}, but its script ends after {1}.", *last, run.event())
    })))
}

impl Read {
    fn text(&self, field: &str) -> Option<&str> {
        match self.fields.get(field)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn number(&self, field: &str) -> Option<u64> {
        match self.fields.get(field)? {
            Value::Number(number) => number.parse().ok(),
            _ => None,
        }
    }

    /// A text, if there is one; the error says that something else stands there.
    fn words(&self, field: &'static str) -> Result<Option<&str>, Sentence> {
        match (self.text(field), self.fields.get(field)) {
            (None, Some(other)) if *other != Value::Null => Err(sentence!(
                "Line {0} of the file: “{1}” is no text.",
                self.line,
                String::from(field)
            )),
            (text, _) => Ok(text),
        }
    }

    /// A number, if there is one; the error says that something else stands there.
    fn whole(&self, field: &'static str, most: u64) -> Result<Option<u64>, Sentence> {
        let number = self.number(field).filter(|number| *number <= most);
        match number.is_none() && self.fields.contains_key(field) {
            true => Err(sentence!(
                "Line {0} of the file: “{1}” is no whole number from 0 to {2}.",
                self.line,
                String::from(field),
                most
            )),
            false => Ok(number),
        }
    }

    /// In microseconds.
    fn time(&self) -> Result<Option<u64>, Sentence> {
        self.whole("time", Time::LIMIT.0)
    }
}

/// The document of this line. Of a field that is there twice, the last counts. The error says what
/// the line is instead.
fn parse(line: u64, text: &str) -> Result<Read, Sentence> {
    let nothing = || sentence!("Line {0} of the file is no JSON document.", line);
    let mut scratch = vec![0; text.len()];
    let mut parser = SliceParser::with_buffer(text, &mut scratch);
    let (mut read, mut field, mut depth) = (Read { line, ..Read::default() }, None, 0);
    // Within a number that is embedded.
    let mut embedded = false;
    loop {
        let value = match parser.next_event().map_err(|_| nothing())? {
            Piece::EndDocument if depth == 0 => return Ok(read),
            Piece::StartArray if depth == 0 => {
                return Err(sentence!(
                    "Line {0} of the file is a list: a document is expected on each line.",
                    line
                ));
            }
            Piece::StartObject | Piece::StartArray if depth == DEEPEST => {
                return Err(sentence!(
                    "Line {0} of the file is nested too deeply: at most {1} levels are read.",
                    line,
                    DEEPEST
                ));
            }
            Piece::StartObject | Piece::StartArray => {
                (depth, embedded) = (depth + 1, false);
                continue;
            }
            Piece::EndObject | Piece::EndArray => {
                (depth, embedded) = (depth - 1, false);
                continue;
            }
            Piece::Key(name) => {
                if depth == 1 {
                    field = Some(name.as_ref().to_owned());
                    read.fields.insert(name.as_ref().to_owned(), Value::Other);
                }
                embedded = depth == 2 && name.as_ref().starts_with("$number");
                continue;
            }
            Piece::String(value) if embedded => Value::Number(value.as_ref().to_owned()),
            Piece::String(value) => Value::Text(value.as_ref().to_owned()),
            Piece::Number(number) => Value::Number(number.as_str().to_owned()),
            Piece::Null => Value::Null,
            _ => continue,
        };
        if depth == 0 {
            return Err(nothing()); // A value, but no document.
        }
        if depth == 1 || embedded {
            field.take().and_then(|field| read.fields.insert(field, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_come_back_as_they_were() {
        for text in ["", "a \"quoted\" \\ word", "two\nlines\r\tand \u{1}", "投票 🗳 é"] {
            let mut document = document("id", "run");
            document.text("text", text).maybe("none", None).long("n", u64::MAX);
            let line = document.line();
            let read = parse(1, &line).unwrap();
            assert_eq!(read.text("text"), Some(text), "{line}");
            assert_eq!((read.number("n"), read.text("none")), (Some(u64::MAX), None));
        }
        let escaped =
            parse(1, r#"{"a": {"$numberLong": "7"}, "b": "\ud83d\uddf3\u0041", "c": 8.5}"#);
        let escaped = escaped.unwrap();
        assert_eq!((escaped.number("a"), escaped.text("b")), (Some(7), Some("🗳A")));
    }

    #[test]
    fn what_is_no_document_is_told_apart() {
        let refused = |text: &str| parse(3, text).unwrap_err().to_string();
        for wrong in
            ["", "7", "\"text\"", "{", "{]", "{\"a\":}", "{\"a\" 1}", "nul", "{\"a\":\"\\ud83d\"}"]
        {
            assert_eq!(refused(wrong), "Line 3 of the file is no JSON document.", "{wrong}");
        }
        let list = "Line 3 of the file is a list: a document is expected on each line.";
        assert_eq!(refused("[{\"kind\":\"run\"}]"), list);
        let deep = "Line 3 of the file is nested too deeply: at most 30 levels are read.";
        for depth in [31, 33, 300, 10_000] {
            assert_eq!(refused(&("{\"a\":".repeat(depth) + "1" + &"}".repeat(depth))), deep);
            assert_eq!(refused(&format!("{{\"a\":{}", "[".repeat(depth))), deep);
        }
        let deepest = "{\"a\":".repeat(30) + "1" + &"}".repeat(30);
        assert!(parse(3, &deepest).is_ok());
    }

    #[test]
    fn of_a_field_that_is_there_twice_the_last_counts_and_lists_are_no_values() {
        let text = r#"{"a": 1, "b": {"$numberLong": "2"}, "a": "3", "b": null, "c": ["4"],
            "d": {"e": "5", "$numberLong": "6"}, "": "7", "f": {"g": {"$h": "8"}}, "i": "9"}"#;
        let read = parse(1, text).unwrap();
        let texts = ["a", "b", "c", "d", "", "f", "i"].map(|field| read.text(field));
        assert_eq!(texts, [Some("3"), None, None, None, Some("7"), None, Some("9")]);
        let numbers = ["a", "b", "c", "d", "e", "f"].map(|field| read.number(field));
        assert_eq!(numbers, [None, None, None, Some(6), None, None]);
    }

    #[test]
    fn a_format_that_is_not_known_is_refused_however_it_is_written() {
        let open =
            |format: &str| read(&format!("{{\"kind\":\"run\",{format}\"script\":\"run raft\"}}"));
        for known in ["", "\"format\":1,", "\"format\":{\"$numberLong\":\"1\"},"] {
            assert!(open(known).is_ok(), "{known}");
        }
        for newer in [
            "2",
            "2.0",
            "1e300",
            "0",
            "-5",
            "null",
            "true",
            "\"two\"",
            "[1]",
            "{}",
            "{\"$numberDouble\":\"2.0\"}",
            "{\"$numberLong\":\"-5\"}",
            "{\"$numberLong\":\"18446744073709551617\"}",
            "18446744073709551616",
        ] {
            let refused = open(&format!("\"format\":{newer},")).unwrap_err().to_string();
            assert!(refused.starts_with("The file was written by a newer Synod"), "{newer}");
        }
    }

    #[test]
    fn what_is_of_another_kind_is_refused_with_its_place() {
        let open = |fields: &str| {
            read(&format!("\n{{\"kind\":\"run\",{fields}}}")).map_err(|why| why.to_string())
        };
        let script = "\"script\":\"run raft\"";
        for good in ["7", "{\"$numberLong\":\"7\"}", "{\"$numberInt\":\"7\"}"] {
            assert_eq!(open(&format!("{script},\"time\":{good}")).unwrap().time, Time(7), "{good}");
        }
        let range = "Line 2 of the file: “time” is no whole number from 0 to 3600000000.";
        for wrong in [
            "\"abc\"",
            "\"7\"",
            "-5",
            "{\"$numberLong\":\"-5\"}",
            "1.5",
            "null",
            "true",
            "[7]",
            "{\"$date\":\"7\"}",
            "3600000001",
        ] {
            assert_eq!(open(&format!("{script},\"time\":{wrong}")).unwrap_err(), range, "{wrong}");
        }
        for wrong in
            ["{\"$code\":\"run raft\"}", "{\"a\":\"run raft\"}", "[\"run raft\"]", "7", "true"]
        {
            let refused = open(&format!("\"script\":{wrong}")).unwrap_err();
            assert_eq!(refused, "Line 2 of the file: “script” is no text.", "{wrong}");
        }
        let event = |fields: &str| {
            let text = format!("{{\"kind\":\"run\",{script}}}\n{{\"kind\":\"event\",{fields}}}");
            read(&text).unwrap_err().to_string()
        };
        assert!(
            event("\"event\":-1").starts_with("Line 2 of the file: “event” is no whole number")
        );
        assert!(event("\"text\":8").starts_with("Line 2 of the file: “text” is no text"));
    }

    /// What a person reads as a dash is no value for a program.
    #[test]
    fn what_has_no_value_is_null() {
        for slug in ["raft", "paxos", "multi-paxos"] {
            let script = scenario::parse(&format!("run {slug} nodes=3 seed=7")).unwrap();
            let mut run = catalog::start(script).unwrap();
            assert!(run.run_to(Time::millis(1), u32::MAX));
            let text = node(&run, Time::ZERO, NodeId(0)).unwrap();
            assert!(text.contains("\"value\":null") && !text.contains('–'), "{text}");
            assert!(!text.contains("pending"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_soup_panics(soup in "[{}\\[\\]\",:a-z0-9\\\\u$ \n]{0,60}") {
            let _ = read(&soup);
            let _ = read(&format!("{{\"kind\":\"run\",{soup}}}"));
        }

        /// A file that was cut, or in which something was overwritten, is read or refused.
        #[test]
        fn no_damage_panics(place in 0..20_000usize, cut in 0..40usize, soup in "[{}\\[\\]\",:0-9\\\\u$\n投]{0,4}") {
            let script = scenario::parse("run raft nodes=3 seed=7\n20ms crash S1 torn\n").unwrap();
            let mut text = String::new();
            let mut run = catalog::start(script.clone()).unwrap();
            prop_assert!(run.run_to(Time::millis(300), u32::MAX));
            let all = history(&run, Time::ZERO, Span::new(Time::ZERO, Time::millis(300)), &mut |line| {
                text += line;
                true
            });
            prop_assert_eq!(all, Ok(()));
            prop_assert!(read(&text).is_ok_and(|import| import.script == script && import.differs.is_none()));
            let characters: Vec<char> = text.chars().collect();
            let place = place % characters.len();
            let (before, after) = characters.split_at(place);
            let after = &after[cut.min(after.len())..];
            let damaged: String = before.iter().copied().chain(soup.chars()).chain(after.iter().copied()).collect();
            let _ = read(&damaged);
            let _ = read(&before.iter().collect::<String>());
        }
    }
}
