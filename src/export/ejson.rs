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
//! | `item` | thing that a server keeps elsewhere: in a queue, a table, a slot | `at`, `time`, `node`, `panel`, `place`, `text`; `epoch` and `state` of a slot or a value, `cells` by column of a table's row |
//!
//! What has no value is `null`. Times are microseconds; `at` is the number of the last event before. Each `_id` begins with a digest of the script, so that a file that is
//! taken in twice, or beside another, gives the same documents.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{EVENTS, cut_after, json_line};
use crate::base::digest::Digest;
use crate::base::{NONE, Place, Sentence, Span, Time};
use crate::catalog::{self, Run};
use crate::command::Script;
use crate::protocol::CellState;
use crate::sim::trace::Event;
use crate::{scenario, sentence};

mod item;

use item::{LONG, Long, PanelItem};

/// Of the documents written here; a greater one is a newer Synod's.
const FORMAT: u64 = 1;
/// Bytes of a file that is read back, at the most.
pub const SIZE: usize = 32 * 1024 * 1024;
/// Events, and instants of disks, of a file that are compared with what the script gives, at the most.
const COMPARED: u64 = 100_000;
const INSTANTS: usize = 1_000;

/// What stands on a line.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "_id")]
    id: String,
    #[serde(flatten)]
    of: Of<'a>,
}

/// By the kind of document, its fields.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Of<'a> {
    Run {
        format: Long,
        title: Option<&'a str>,
        script: String,
        time: Long,
    },
    Event {
        run: &'a str,
        event: Long,
        time: Long,
        place: Option<Place>,
        lamport: Long,
        cause: Long,
        text: String,
    },
    Disk {
        run: &'a str,
        at: Long,
        time: Long,
        node: Place,
        name: &'static str,
        value: Option<String>,
        /// Not there, unless a write is under way.
        #[serde(skip_serializing_if = "Option::is_none")]
        pending: Option<Option<String>>,
    },
    Entry {
        run: &'a str,
        at: Long,
        time: Long,
        node: Place,
        index: Long,
        epoch: Long,
        text: String,
        state: CellState,
    },
    Item(PanelItem<'a>),
}

/// Everything that happens in the window, a document a line, for as long as `write` says that it
/// could be written. The cursor is where one is when it is taken in again.
pub fn history(
    run: &Run,
    cursor: Time,
    window: Span,
    write: &mut dyn FnMut(&str) -> bool,
) -> Result<(), Sentence> {
    let id = identity(run.script());
    if !write(&json_line(&header(&id, run.script(), cursor))) {
        return Ok(());
    }
    let mut count = 0;
    run.walk(window.min, window.max, &mut |number, happened| {
        count += 1;
        count <= EVENTS && write(&json_line(&event(&id, number, happened)))
    });
    match count > EVENTS {
        true => Err(cut_after(EVENTS)),
        false => Ok(()),
    }
}

/// What one server holds where the run stands: its disk, and its panels.
pub fn node(run: &Run, cursor: Time, node: Place) -> Result<String, Sentence> {
    let id = identity(run.script());
    let Some(held) = held(&id, run, cursor, node) else {
        return Err(sentence!("There is no {0} in this run.", node));
    };
    let documents = [header(&id, run.script(), cursor)].into_iter().chain(held);
    Ok(documents.map(|document| json_line(&document)).collect())
}

/// A value, unless what stands there says that there is none.
fn known(value: &str) -> Option<String> {
    Some(value).filter(|value| *value != NONE).map(str::to_owned)
}

fn identity(script: &Script) -> String {
    format!("{:016x}", Digest::of(&script.to_string().as_str()))
}

fn header<'a>(id: &str, script: &'a Script, cursor: Time) -> Document<'a> {
    let of = Of::Run {
        format: Long(FORMAT),
        title: script.title.as_deref(),
        script: script.to_string(),
        time: Long(cursor.0),
    };
    Document { id: id.to_owned(), of }
}

fn event<'a>(run: &'a str, number: u64, event: &Event) -> Document<'a> {
    let of = Of::Event {
        run,
        event: Long(number),
        time: Long(event.at.0),
        place: event.place,
        lamport: Long(event.lamport),
        cause: Long(event.cause),
        text: event.tell().to_string(),
    };
    Document { id: format!("{run}:{number}"), of }
}

/// The disk and the panels of a server, if there is such a one.
fn held<'a>(id: &'a str, run: &Run, cursor: Time, node: Place) -> Option<Vec<Document<'a>>> {
    let snapshot = run.snapshot();
    let shot = snapshot.nodes.iter().find(|shot| shot.id == node)?;
    let (at, time) = (Long(run.event()), Long(cursor.0));
    let named = |name: &str| format!("{id}:{}:{node}:{name}", run.event());
    let disk = shot.disk.iter().map(|field| Document {
        id: named(field.name),
        of: Of::Disk {
            run: id,
            at,
            time,
            node,
            name: field.name,
            value: known(&field.value),
            pending: field.pending.as_deref().map(known),
        },
    });
    let log = run.sim().log(node, 0, shot.log_len());
    let entries = log.iter().map(|cell| Document {
        id: named(&cell.index.to_string()),
        of: Of::Entry {
            run: id,
            at,
            time,
            node,
            index: Long(cell.index),
            epoch: Long(cell.stamp),
            text: cell.text.to_string(),
            state: cell.state,
        },
    });
    let bare = PanelItem::new(id, (at, time), node);
    let items = shot.panels.iter().flat_map(|panel| bare.of(panel)).map(|item| Document {
        id: named(&format!("{}:{}", item.panel, item.place.0)),
        of: Of::Item(item),
    });
    Some(disk.chain(entries).chain(items).collect())
}

// ---- and back --------------------------------------------------------------------------------

/// A run that came back.
#[derive(Clone, Debug)]
pub struct Import {
    pub script: Script,
    /// Where the cursor was.
    pub time: Time,
    /// The first line of the file that is not what its script gives.
    pub differs: Option<Sentence>,
}

/// A document of the file, whatever program has had it in the meantime: its fields in any order, its
/// numbers canonical or relaxed.
struct Read<'a> {
    /// From 1.
    line: u64,
    text: &'a str,
    fields: Map<String, Value>,
}

/// Documents of the file by what they tell of. They are read once more when it is their turn: what is
/// kept until then is their text.
#[derive(Default)]
struct Claims<'a> {
    /// By the event's number: the line.
    events: BTreeMap<u64, (u64, &'a str)>,
    /// By the number of the event at which a server was looked at.
    held: BTreeMap<u64, Vec<(u64, &'a str)>>,
}

/// Reads a file back: the document of its run, of which all others follow; those are held against what
/// the run gives. The error says in one sentence what is wrong, and where.
pub fn read(text: &str) -> Result<Import, Sentence> {
    if text.len() > SIZE {
        return Err(too_large());
    }
    // Some programs begin a file with a mark that nobody sees.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut header, mut claims) = (None, Claims::default());
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let document = parse(line, text)?;
        match document.text("kind") {
            Some("run") if header.is_some() => {
                return Err(sentence!("Line {0} begins a second run: a file holds one.", line));
            }
            Some("run") => header = Some(document),
            Some("event" | "disk" | "entry" | "item") => claims.add(&document),
            _ => {}
        }
    }
    let header = header.ok_or_else(|| {
        sentence!(
            "The file has no document of kind “run”: it holds nothing that Synod has written."
        )
    })?;
    let (script, time) = header.run()?;
    let differs = claims.differ(&script)?;
    Ok(Import { script, time, differs })
}

/// Whether a file that begins with this is one of documents, and no history.
pub fn is_run(beginning: &str) -> bool {
    let first =
        beginning.trim_start_matches('\u{feff}').lines().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| {
        let words: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        words.contains("\"kind\":\"run\"")
    })
}

pub fn too_large() -> Sentence {
    sentence!("The file is too large: at most {0} MB are read.", SIZE / 1024 / 1024)
}

/// The document of this line. Of a field that is there twice, the last counts.
fn parse(line: u64, text: &str) -> Result<Read<'_>, Sentence> {
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => {
            let fields = fields.into_iter().map(|(name, value)| (name, plain(value))).collect();
            Ok(Read { line, text, fields })
        }
        Ok(Value::Array(_)) => Err(sentence!(
            "Line {0} of the file is a list: a document is expected on each line.",
            line
        )),
        _ => Err(sentence!("Line {0} of the file is no JSON document.", line)),
    }
}

/// A whole number may be embedded, so that it keeps its kind: `{"$numberLong": "7"}`.
fn plain(value: Value) -> Value {
    let embedded = [LONG, "$numberInt"].into_iter().find_map(|kind| value.get(kind)?.as_str());
    match embedded.and_then(|number| number.parse::<u64>().ok()) {
        Some(number) => number.into(),
        None => value,
    }
}

impl Read<'_> {
    fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str()
    }

    fn number(&self, field: &str) -> Option<u64> {
        self.fields.get(field)?.as_u64()
    }

    /// Of the document of a run: its script, and where the cursor was.
    fn run(&self) -> Result<(Script, Time), Sentence> {
        // Where the field is there, nothing will do but a number that is known here.
        let known = |format: u64| (1..=FORMAT).contains(&format);
        if self.fields.contains_key("format") && !self.number("format").is_some_and(known) {
            return Err(sentence!(
                "The file was written by a newer Synod: it cannot be read here."
            ));
        }
        let script = match self.fields.get("script") {
            None | Some(Value::Null) => {
                return Err(sentence!("The document of kind “run” has no script."));
            }
            Some(script) => script.as_str().ok_or_else(|| self.is_no_text("script"))?,
        };
        let time = match self.fields.get("time") {
            None => Time::ZERO,
            Some(time) => {
                let time = time.as_u64().map(Time).filter(|time| *time <= Time::LIMIT);
                time.ok_or_else(|| self.is_no_number("time", Time::LIMIT.0))?
            }
        };
        let script = scenario::parse(script).map_err(|mistake| {
            sentence!("The file's script is damaged: {0}", mistake.to_string())
        })?;
        Ok((script, time))
    }

    fn is_no_text(&self, field: &str) -> Sentence {
        sentence!("Line {0} of the file: “{1}” is no text.", self.line, field.to_owned())
    }

    fn is_no_number(&self, field: &str, most: u64) -> Sentence {
        sentence!(
            "Line {0} of the file: “{1}” is no whole number from 0 to {2}.",
            self.line,
            field.to_owned(),
            most
        )
    }

    /// In what this differs from what the script gives, as far as the file says it: a program in between
    /// may have left something out, or added to it.
    fn differs(&self, given: &Document) -> Option<Sentence> {
        let Ok(Value::Object(given)) = serde_json::to_value(given) else { return None };
        // Two are made of the script's text, which another version may write in another way; and where the
        // cursor was between two events, only the file knows.
        let is_held = given.contains_key("at");
        let told = |name: &str| !matches!(name, "_id" | "run") && !(is_held && name == "time");
        given.into_iter().filter(|(name, _)| told(name)).find_map(|(name, given)| {
            let (claimed, given) = (self.fields.get(&name)?, plain(given));
            let differ = *claimed != given;
            differ.then(|| {
                sentence!(
                    "Line {0} of the file: “{1}” is “{2}”, but its script gives “{3}”.",
                    self.line,
                    name,
                    shown(claimed),
                    shown(&given)
                )
            })
        })
    }
}

/// A value in a sentence.
fn shown(value: &Value) -> String {
    const MOST: usize = 120;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl<'a> Claims<'a> {
    /// What has no number tells of nothing that could be compared.
    fn add(&mut self, Read { line, text, fields }: &Read<'a>) {
        let number = |name| fields.get(name).and_then(Value::as_u64);
        if let Some(event) = number("event").filter(|event| (1..=COMPARED).contains(event)) {
            self.events.insert(event, (*line, text));
        } else if let Some(at) = number("at").filter(|at| *at <= COMPARED)
            && (self.held.len() < INSTANTS || self.held.contains_key(&at))
        {
            self.held.entry(at).or_default().push((*line, text));
        }
    }

    /// The first line that is not what the script gives.
    fn differ(mut self, script: &Script) -> Result<Option<Sentence>, Sentence> {
        let mut run = catalog::start(script.clone())?;
        let id = identity(script);
        let mut differs = None;
        if let Some((last, (line, _))) = self.events.last_key_value()
            && !run.seek_event(*last, u32::MAX)
        {
            differs = Some(sentence!(
                "Line {0} of the file tells of event {1}, but its script ends after {2}.",
                *line,
                *last,
                run.event()
            ));
        }
        let mut first = None;
        run.walk(Time::ZERO, Time::LIMIT, &mut |number, happened| {
            if let Some((line, text)) = self.events.remove(&number) {
                let claimed = parse(line, text).ok();
                first = claimed.and_then(|claimed| claimed.differs(&event(&id, number, happened)));
            }
            first.is_none() && !self.events.is_empty()
        });
        let held =
            || self.held.iter().find_map(|(at, lines)| differs_at(&id, &mut run, *at, lines));
        Ok(first.or(differs).or_else(held))
    }
}

/// The first of these lines that tells of a server something else than was so at this event.
fn differs_at(id: &str, run: &mut Run, at: u64, lines: &[(u64, &str)]) -> Option<Sentence> {
    let there = run.seek_event(at, u32::MAX);
    let mut given: BTreeMap<Place, BTreeMap<String, Document>> = BTreeMap::new();
    lines.iter().filter_map(|(line, text)| parse(*line, text).ok()).find_map(|claimed| {
        let nothing = || {
            sentence!(
                "Line {0} of the file tells of something that its script does not give.",
                claimed.line
            )
        };
        let node: Option<Place> = claimed.text("node").and_then(|node| node.parse().ok());
        let Some(node) = node.filter(|_| there) else { return Some(nothing()) };
        let documents = given.entry(node).or_insert_with(|| {
            let held = held(id, run, run.now(), node).unwrap_or_default();
            held.into_iter().map(|document| (document.id.clone(), document)).collect()
        });
        let index = || claimed.number("index").unwrap_or(0).to_string();
        let item = |panel| Some(format!("{panel}:{}", claimed.number("place")?));
        let item = claimed.text("panel").and_then(item);
        let name = item.or(claimed.text("name").map(str::to_owned)).unwrap_or_else(index);
        match documents.get(&format!("{id}:{at}:{node}:{name}")) {
            Some(given) => claimed.differs(given),
            None => Some(nothing()),
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_come_back_as_they_were() {
        for text in ["", "a \"quoted\" \\ word", "two\nlines\r\tand \u{1}", "投票 🗳 é"] {
            let of =
                Of::Run { format: Long(u64::MAX), title: None, script: text.into(), time: Long(0) };
            let line = json_line(&Document { id: "id".into(), of });
            let read = parse(1, &line).unwrap();
            assert_eq!(read.text("script"), Some(text), "{line}");
            assert_eq!((read.number("format"), read.text("title")), (Some(u64::MAX), None));
        }
        let escaped =
            parse(1, r#"{"a": {"$numberLong": "7"}, "b": "\ud83d\uddf3\u0041", "c": 8.5}"#);
        let escaped = escaped.unwrap();
        assert_eq!((escaped.number("a"), escaped.text("b")), (Some(7), Some("🗳A")));
        let twice =
            parse(1, r#"{"a": 1, "b": {"$numberLong": "2"}, "a": "3", "b": null}"#).unwrap();
        assert_eq!((twice.text("a"), twice.number("b")), (Some("3"), None), "the last counts");
    }

    #[test]
    fn what_is_no_document_is_told_apart() {
        let refused = |text: &str| parse(3, text).err().unwrap().to_string();
        let nothing = "Line 3 of the file is no JSON document.";
        for wrong in
            ["", "7", "\"text\"", "{", "{]", "{\"a\":}", "{\"a\" 1}", "nul", "{\"a\":\"\\ud83d\"}"]
        {
            assert_eq!(refused(wrong), nothing, "{wrong}");
        }
        let list = "Line 3 of the file is a list: a document is expected on each line.";
        assert_eq!(refused("[{\"kind\":\"run\"}]"), list);
        for depth in [300, 1_000_000] {
            let deep = "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
            assert_eq!(refused(&deep), nothing);
        }
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
    }

    const STORY: &str = "run raft nodes=3 seed=7\n10ms fire S1 election\n60ms request C1 put x=1\n";

    /// The history and what every server holds, as one file, for `written` to do something to it; and
    /// what is said of that file.
    fn told(written: impl Fn(&str) -> String) -> Option<String> {
        let mut run = catalog::start(scenario::parse(STORY).unwrap()).unwrap();
        assert!(run.run_to(Time::millis(120), u32::MAX));
        let mut text = String::new();
        let whole = Span::new(Time::ZERO, Time::millis(120));
        let cut = history(&run, run.now(), whole, &mut |line| {
            text += line;
            true
        });
        assert_eq!(cut, Ok(()));
        for id in Place::servers(3) {
            let held = node(&run, run.now(), id).unwrap();
            text += held.split_once('\n').unwrap().1;
        }
        let import = read(&written(&text)).unwrap();
        assert_eq!(import.script, scenario::parse(STORY).unwrap());
        import.differs.map(|differs| differs.to_string())
    }

    #[test]
    fn every_line_is_held_against_what_the_script_gives() {
        assert_eq!(told(str::to_owned), None);
        let relaxed = |text: &str| -> String {
            let line = |line: &str| {
                let fields = parse(1, line).unwrap().fields;
                format!(" {}\n", serde_json::to_string(&fields).unwrap().replace(",\"", " , \""))
            };
            text.lines().rev().map(line).collect()
        };
        assert!(relaxed(STORY_LINE).contains("\"event\":4 , "));
        assert_eq!(told(relaxed), None);
        let changed = |from: &str, to: &str| told(|text| text.replacen(from, to, 1));
        for (from, to, said) in [
            ("\"text\":\"sends", "\"text\":\"sings", "“text” is “sings “"),
            ("\"place\":\"S2\"", "\"place\":\"S3\"", "“place” is “S3”, but its script gives “S2”."),
            (
                "\"cause\":{\"$numberLong\":\"3\"}",
                "\"cause\":2",
                "“cause” is “2”, but its script gives “3”.",
            ),
            ("\"lamport\":{\"$numberLong\":\"9\"}", "\"lamport\":\"9\"", "“lamport” is “9”, but"),
            ("\"value\":\"1\"", "\"value\":\"2\"", "“value” is “2”, but its script gives “1”."),
            (
                "\"text\":\"x=1\"",
                "\"text\":\"x=2\"",
                "“text” is “x=2”, but its script gives “x=1”.",
            ),
            (
                "\"name\":\"votedFor\"",
                "\"name\":\"hatFor\"",
                " tells of something that its script does not give.",
            ),
            (
                "\"node\":\"S2\"",
                "\"node\":\"S9\"",
                " tells of something that its script does not give.",
            ),
        ] {
            let found = changed(from, to).unwrap_or_else(|| panic!("{from} is not there"));
            assert!(found.starts_with("Line ") && found.contains(said), "{to}: {found}");
        }
        // What a program has left out or added is no difference, nor what tells of nothing.
        assert_eq!(changed("\"lamport\":{\"$numberLong\":\"9\"},", "\"seen\":true,"), None);
        assert_eq!(told(|text| text.to_owned() + "{\"kind\":\"event\",\"event\":-1}\n{}\n"), None);
    }

    const STORY_LINE: &str = "{\"kind\":\"event\",\"event\":{\"$numberLong\":\"4\"},\"time\":1}";

    #[test]
    fn what_comes_after_the_end_of_its_script_is_told_apart() {
        let script = "{\"kind\":\"run\",\"script\":\"run paxos nodes=3\"}\n";
        let beyond = "{\"kind\":\"event\",\"event\":99999,\"text\":\"nothing\"}\n";
        let differs = read(&format!("{script}{beyond}")).unwrap().differs.unwrap().to_string();
        let said = "Line 2 of the file tells of event 99999, but its script ends after ";
        assert!(differs.starts_with(said), "{differs}");
    }

    /// What a person reads as a dash is no value for a program.
    #[test]
    fn what_has_no_value_is_null() {
        for slug in ["raft", "paxos", "multi-paxos"] {
            let script = scenario::parse(&format!("run {slug} nodes=3 seed=7")).unwrap();
            let mut run = catalog::start(script).unwrap();
            assert!(run.run_to(Time::millis(1), u32::MAX));
            let text = node(&run, Time::ZERO, Place::server(0)).unwrap();
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
