//! The page's state as the hash of a link, which people can read and write by hand:
//!
//! ```text
//! #v1&whole&run=raft+nodes=5+seed=7;1.2s+crash+S1&at=1.24s.214&lang=zh&theme=dark&speed=1/10&end
//! #v1&scene=raft/figure-8&at=3s
//! ```
//!
//! Two panes have two scripts. The second one is written as a variant of the first where that is one thing:
//! `&flaw2=forget-vote`, `&option2=election=2s..4s`, `&protocol2=multi-paxos`; else it is a script,
//! as `&run2=…` or `&scene2=…`. A scene that opens a second pane itself (`scenario/beside.rs`) is named and
//! nothing else, as long as that is what the second pane shows.
//!
//! `run` is a script whose lines are joined by `;` and whose words by `+`, without its first word;
//! an unmodified scene is named instead. (`script`, a whole script with its first word, is read as
//! well, for whoever writes a link by hand.) `at` is the cursor: its time, and the last event that has
//! happened. Language and theme are there only if somebody chose them, the speed only if it is not
//! the usual one; `panel=script` names what the inspector shows, if that is more than the node, `below=measures` what stands below the stage. `lanes`,
//! `hidden`, `folded` and `without` tell how the diagram is arranged, where it is not as usual:
//! `&lanes=S3,S1,S2&hidden=C1&without=AppendEntries`. `lesson=cap&step=3`, `exercise=two-leaders&hints=1` or `text=…`
//! names what is read beside the stage (`reading.rs`); `door=map` and `term=quorum` what stands in its place. Where these are too long for anybody to read, they
//! stand in one part, `packed=…` (`packed.rs`). Of a part that is given twice the last one counts.
//!
//! Chat programs cut links off, and a shorter script is another run. So a link that says more than a
//! scene and an instant opens with `whole` and closes with `end`. One that opens and does not close has
//! lost its end: what is left of it is shown, and said to be so. What somebody adds behind `end` counts, and
//! a link without `whole`, older or written by hand, is taken as it stands. `check=…`, with which links
//! once began, is read over. A packed link has a checksum instead.
//!
//! Whatever a browser or a chat program would change in a hash is percent-encoded, and what they do to
//! one all the same (a full stop at the end, `&amp;`, `%20`, a line break, a sign that nobody sees, a
//! second encoding) is forgiven.

use std::collections::BTreeSet;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::action::Notice;
use super::lanes::{self, Lanes, Unread};
use super::packed;
use super::pane::Scene;
use super::playback::Speed;
use super::reading::{self, Reads};
use super::terms::{Below, Door, Tab, Theme};
use crate::base::{Sentence, Time, is_unseen};
use crate::command::{Script, Setup};
use crate::scenario::{self, Scenario, Variant};
use crate::words::Language;
use crate::{catalog, key, sentence};

/// The longest hash that is read, in bytes.
pub const LONGEST: usize = 256 * 1024;
const VERSION: &str = "v1";
/// The part that a link opens with which is known to be cut off unless it [closes](CLOSES).
pub(super) const OPENS: &str = "whole";
pub(super) const CLOSES: &str = "end";

/// The content of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permalink {
    pub shows: Shows,
    /// The variant in a second pane, if there is one that the scene does not open by itself.
    pub with: Option<Variant>,
    /// Cursor: a time, and the number of the last event that has happened.
    pub at: Option<(Time, Option<u64>)>,
    /// Only if chosen by hand.
    pub language: Option<Language>,
    /// `Auto` unless chosen by hand.
    pub theme: Theme,
    pub speed: Speed,
    /// What is read beside the stage.
    pub reads: Option<Reads>,
    /// What stands in place of the playground, and the entry of the glossary that is open.
    pub door: Option<Door>,
    pub term: Option<String>,
    /// What the inspector shows.
    pub panel: Tab,
    /// What stands below the stage, where that is not what suits the run best.
    pub below: Option<Below>,
    /// How the diagram is arranged.
    pub lanes: Lanes,
    /// The end of the link is missing.
    pub broken: bool,
    /// A number of what is read that is none, by its part: the text is there without it.
    pub unread: Option<(&'static str, String)>,
}

/// What is to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shows {
    /// The first scene of the catalog.
    #[default]
    First,
    Scene(Scene),
    Script(Box<Script>),
}

impl Shows {
    /// The script to run.
    pub fn script(&self) -> Script {
        match self {
            Shows::Script(script) => (**script).clone(),
            Shows::Scene(scene) => scene.script(),
            Shows::First => match self.scene() {
                Some(scene) => scene.script(),
                None => {
                    let meta = catalog::catalog().next().expect("the catalog has a protocol").meta;
                    Script { setup: Setup::new(meta.slug, meta.kinds), ..Script::default() }
                }
            },
        }
    }

    /// The scene, if it is one.
    pub fn scene(&self) -> Option<Scene> {
        match self {
            Shows::Script(_) => None,
            Shows::Scene(scene) => Some(*scene),
            Shows::First => Scene::all().next(),
        }
    }
}

impl Permalink {
    /// The run to be shown, and what stands beside it.
    pub fn scenario(&self) -> Scenario {
        let own = || self.shows.scene().and_then(Scene::beside);
        Scenario { script: self.shows.script(), beside: self.with.clone().or_else(own) }
    }

    /// Reads a hash, whatever it is; the error is one sentence for the reader.
    pub fn parse(hash: &str) -> Result<Permalink, Notice> {
        if hash.len() > LONGEST {
            return Err(refusal(sentence!(
                "This link is too long: at most {0} bytes are read.",
                LONGEST
            )));
        }
        // What reads as it is stays as it is: a caption may hold anything.
        match Permalink::read(hash, false) {
            Ok(link) if link.is_whole() => Ok(link),
            read => mended(hash, read),
        }
    }

    /// What a hash says as it stands. Where its end is missing, the piece in which it was cut off makes
    /// no sense: that is an error, or `given_up`.
    fn read(hash: &str, given_up: bool) -> Result<Permalink, Notice> {
        let hash = hash.trim().trim_start_matches('#');
        let hash = hash.trim_end_matches(|c: char| is_stray(c) || c.is_whitespace());
        // Some programs encode a hash once more as a whole.
        let whole = match hash.contains("%26") && !hash.contains('&') {
            true => decode(hash, false)?,
            false => hash.to_owned(),
        };
        let mut parts = parts(&whole);
        match parts.next().unwrap_or("") {
            "" | VERSION => {}
            other => return Err(wrong_version(other)),
        }
        let parts: Vec<(&str, Option<&str>)> = parts
            .map(|part| {
                part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)))
            })
            .collect();
        let parts = last_of_each(parts);
        let has = |wanted| parts.iter().any(|(name, _)| *name == wanted);
        let is_cut = has(OPENS) && !has(CLOSES);
        let mut link = Permalink { broken: is_cut, ..Permalink::default() };
        for (name, value) in parts {
            match (name, value.unwrap_or("")) {
                (OPENS | CLOSES, _) => {}
                (packed::NAME, value) => link.unpack(value)?,
                (name, _) if value.is_none() && is_begun(name) => link.broken = true,
                (name, value) => match link.take(name, value) {
                    Err(_) if is_cut && given_up => link.take_whole_lines(name, value),
                    taken => taken?,
                },
            }
        }
        Ok(link)
    }

    /// A part that was cut off, without its last line; nothing, if it has no other.
    fn take_whole_lines(&mut self, name: &str, value: &str) {
        if let Some((lines, _)) = value.rsplit_once(';') {
            let _ = self.take(name, lines);
        }
    }

    /// What is to be said of a link that was opened as far as it goes.
    pub fn complaint(&self) -> Option<Notice> {
        if self.broken {
            return Some(refusal(sentence!(
                "The end of this link is missing: this is what it still says."
            )));
        }
        let (part, said) = self.unread.as_ref()?;
        Some(refusal(match *part {
            "step" => sentence!(
                "This link's step “{0}” is no number such as 3: the text is open at its first step.",
                short(said)
            ),
            _ => sentence!(
                "This link's count of open hints “{0}” is no number such as 1: none is open.",
                short(said)
            ),
        }))
    }

    /// All of it could be read.
    fn is_whole(&self) -> bool {
        !self.broken && self.unread.is_none()
    }

    /// A script by hand may say itself what stands beside it.
    fn take_scenario(&mut self, first: &str, value: &str) -> Result<(), Notice> {
        let read = scenario::parse_scenario(&lines(first, value)?);
        let Scenario { script, beside } = read.map_err(mistaken)?;
        self.shows = Shows::Script(Box::new(script));
        self.with = beside.or(self.with.take());
        Ok(())
    }

    /// The parts that a long link holds in one.
    fn unpack(&mut self, value: &str) -> Result<(), Notice> {
        let parts = packed::unpack(value).ok_or_else(damaged)?;
        let parts = parts.split('&').map(|part| part.split_once('=').unwrap_or((part, "")));
        last_of_each(parts.collect())
            .into_iter()
            .try_for_each(|(name, value)| self.take(name, value))
    }

    /// One part of the hash; a part of an unknown name is somebody else's.
    fn take(&mut self, name: &str, value: &str) -> Result<(), Notice> {
        match name {
            "run" => self.take_scenario("run ", value)?,
            "script" => self.take_scenario("", value)?,
            "scene" => self.shows = Shows::Scene(scene(&decode(value, true)?)?),
            "flaw2" | "option2" | "protocol2" | "run2" | "scene2" => {
                self.with = Some(read_variant(name, value)?);
            }
            "at" => self.at = Some(cursor(&decode(value, true)?)?),
            "lang" => {
                let language =
                    Language::of(value).ok_or_else(|| unknown(key!("language"), value))?;
                self.language = Some(language);
            }
            "theme" => {
                self.theme = Theme::of(value).ok_or_else(|| unknown(key!("theme"), value))?
            }
            "speed" => {
                let code = decode(value, true)?;
                self.speed = Speed::of(&code).ok_or_else(|| unknown(key!("speed"), value))?;
            }
            "panel" => self.panel = Tab::of(value).ok_or_else(|| unknown(key!("panel"), value))?,
            "below" => {
                let below = Below::of(value).ok_or_else(|| unknown(key!("panel"), value))?;
                self.below = Some(below);
            }
            "door" => {
                self.door = Some(Door::of(value).ok_or_else(|| unknown(key!("page"), value))?);
            }
            "term" => {
                self.term = Some(decode(value, true)?);
                self.door = self.door.or(Some(Door::Glossary));
            }
            _ if reading::PARTS.contains(&name) => {
                let said = decode(value, name == "text")?;
                let unread = self.reads.get_or_insert_default().read(name, &said);
                self.unread = unread.map(|part| (part, said)).or(self.unread.take());
            }
            _ if lanes::PARTS.contains(&name) => {
                let said = decode(value, true)?;
                self.lanes.read(name, &said).map_err(unread)?;
            }
            _ => return foreign(name),
        }
        Ok(())
    }
}

/// `v1&…`, without the `#`.
impl fmt::Display for Permalink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = String::new();
        match &self.shows {
            Shows::First => {}
            Shows::Scene(Scene { protocol, name }) => parts += &format!("&scene={protocol}/{name}"),
            Shows::Script(script) => write_script(&mut parts, "run", script),
        }
        if let Some(variant) = &self.with {
            write_variant(&mut parts, variant);
        }
        for (name, said) in self.reads.iter().flat_map(Reads::parts) {
            parts += &format!("&{name}=");
            encode(&mut parts, &said);
        }
        if !self.lanes.is_usual() {
            write_lanes(&mut parts, &self.lanes);
        }
        let is_packed = parts.len() > packed::READABLE;
        if is_packed {
            parts = packed::part(&parts[1..]);
        }
        self.write_looks(&mut parts);
        // A scene has a name that is there or not; what is packed has a checksum.
        let is_more =
            matches!(self.shows, Shows::Script(_)) || self.with.is_some() || !self.lanes.is_usual();
        match is_more && !is_packed {
            true => write!(f, "{VERSION}&{OPENS}{parts}&{CLOSES}"),
            false => write!(f, "{VERSION}{parts}"),
        }
    }
}

impl Permalink {
    /// How one looks at what the link shows.
    fn write_looks(&self, hash: &mut String) {
        match (self.door, &self.term) {
            (Some(Door::Glossary), Some(term)) => *hash += &format!("&term={term}"),
            (Some(door), _) => *hash += &format!("&door={}", door.code()),
            (None, _) => {}
        }
        match self.at {
            None => {}
            Some((time, None)) => *hash += &format!("&at={time}"),
            Some((time, Some(event))) => *hash += &format!("&at={time}.{event}"),
        }
        if let Some(language) = self.language {
            *hash += &format!("&lang={}", language.code());
        }
        if self.theme != Theme::Auto {
            *hash += &format!("&theme={}", self.theme.code());
        }
        if self.speed != Speed::DEFAULT {
            *hash += &format!("&speed={}", self.speed.code());
        }
        if self.panel != Tab::default() {
            *hash += &format!("&panel={}", self.panel.code());
        }
        if let Some(below) = self.below {
            *hash += &format!("&below={}", below.code());
        }
    }
}

// ---- the script ------------------------------------------------------------------------------

fn write_script(hash: &mut String, name: &str, script: &Script) {
    *hash += &format!("&{name}=");
    let setup = script.setup.to_string();
    encode(hash, setup.strip_prefix("run ").unwrap_or(&setup));
    if let Some(title) = &script.title {
        hash.push(';');
        encode(hash, &format!("title {title}"));
    }
    for (place, log) in &script.setup.logs {
        hash.push(';');
        encode(hash, &format!("log {place} {log}"));
    }
    for line in &script.lines {
        hash.push(';');
        encode(hash, &format!("{} {}", line.at, line.command));
    }
}

fn unread(why: Unread) -> Notice {
    match why {
        Unread::Unknown(lane) => unknown(key!("lane"), &lane),
        Unread::TooMany => refusal(sentence!(
            "This link arranges too many lanes: at most {0} of them, or kinds of messages, are read.",
            lanes::MOST
        )),
    }
}

/// Reads a variant from a part whose name ends in 2.
fn read_variant(name: &str, value: &str) -> Result<Variant, Notice> {
    if name == "run2" {
        return Ok(Variant::Script(Box::new(script("run ", value)?)));
    }
    let value = decode(value, true)?;
    Ok(match name {
        "flaw2" => Variant::Flaw(value),
        "option2" => option(&value)?,
        "protocol2" => Variant::Protocol(value),
        _ => Variant::Script(Box::new(scene(&value)?.script())),
    })
}

/// Writes a variant as a part of a link.
fn write_variant(hash: &mut String, variant: &Variant) {
    let (name, value) = match variant {
        Variant::Script(script) => match Scene::of(script) {
            Some(Scene { protocol, name }) => ("scene2", format!("{protocol}/{name}")),
            None => return write_script(hash, "run2", script),
        },
        Variant::Flaw(name) => ("flaw2", name.clone()),
        Variant::Setting(name, value) => ("option2", format!("{name}={value}")),
        Variant::Protocol(slug) => ("protocol2", slug.clone()),
    };
    *hash += &format!("&{name}=");
    encode(hash, &value);
}

fn write_lanes(hash: &mut String, lanes: &Lanes) {
    for (name, said) in lanes.parts() {
        *hash += &format!("&{name}=");
        encode(hash, &said);
    }
}

/// `election=2s..4s`: an option, or any other setting of a `run` line.
fn option(text: &str) -> Result<Variant, Notice> {
    let (name, value) = text.split_once('=').ok_or_else(|| {
        refusal(sentence!(
            "This link's option “{0}” is not a name and a value such as batch=1.",
            short(text)
        ))
    })?;
    Ok(Variant::named(name, value))
}

fn script(first: &str, value: &str) -> Result<Script, Notice> {
    scenario::parse(&lines(first, value)?).map_err(mistaken)
}

/// The text of a script whose first word, where a link leaves that out, is `first`.
fn lines(first: &str, value: &str) -> Result<String, Notice> {
    let lines: Result<Vec<String>, Notice> =
        value.split(';').map(|line| decode(line, true)).collect();
    Ok(first.to_owned() + &lines?.join("\n"))
}

fn mistaken(mistake: scenario::Mistake) -> Notice {
    Notice::mistake(mistake.line, mistake.column, mistake.sentence)
}

fn scene(name: &str) -> Result<Scene, Notice> {
    let known = name.split_once('/').and_then(|(protocol, scene)| Scene::find(protocol, scene));
    known.ok_or_else(|| refusal(sentence!("There is no scene “{0}”.", short(name))))
}

/// `1.24s.214`, or a time alone.
fn cursor(text: &str) -> Result<(Time, Option<u64>), Notice> {
    let (time, event) = match text.rsplit_once('.') {
        Some((time, event)) if time.ends_with('s') => (time, Some(event)),
        _ => (text, None),
    };
    let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |text: &str| Some(text).filter(digits).and_then(|text| text.parse().ok());
    match (time.parse(), event.map(number)) {
        (Ok(time), None) => Ok((time, None)),
        (Ok(time), Some(Some(event))) => Ok((time, Some(event))),
        _ => Err(refusal(sentence!(
            "This link's instant “{0}” is not a time and an event such as 1.24s.214.",
            short(text)
        ))),
    }
}

/// Of a part that is given twice, the last: the others are not read, so that no link takes longer than what
/// it shows.
fn last_of_each<T>(parts: Vec<(&str, T)>) -> Vec<(&str, T)> {
    let mut names = BTreeSet::new();
    let mut last: Vec<_> =
        parts.into_iter().rev().filter(|(name, _)| names.insert(*name)).collect();
    last.reverse();
    last
}

fn parts(hash: &str) -> impl Iterator<Item = &str> {
    hash.split('&').map(|part| part.trim_start_matches("amp;"))
}

// ---- characters ------------------------------------------------------------------------------

/// What sentences and brackets leave at the end of a link that stands in them.
fn is_stray(c: char) -> bool {
    STRAYS.contains(c)
}

const STRAYS: &str = ".,;:!?)]}>'\"*`…。，；：！？）】》」』”’";

/// What browsers or chat programs change in a hash: all but these signs.
const TOUCHED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'=')
    .remove(b',');

fn encode(hash: &mut String, text: &str) {
    for (place, word) in text.split(' ').enumerate() {
        if place > 0 {
            hash.push('+');
        }
        hash.extend(utf8_percent_encode(word, TOUCHED));
    }
}

/// Undoes percent-encoding, and the `+` that stands for a space if `words` are to be read.
fn decode(text: &str, words: bool) -> Result<String, Notice> {
    let damaged = |rest: &str| refusal(sentence!("This link is damaged at “{0}”.", short(rest)));
    let is_sign = |hex: &str| hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    let broken = |at: &usize| !text.get(at + 1..at + 3).is_some_and(is_sign);
    if let Some(at) = text.match_indices('%').map(|(at, _)| at).find(broken) {
        return Err(damaged(&text[at..]));
    }
    let spaced = if words { text.replace('+', " ") } else { text.to_owned() };
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| damaged(text))?;
    Ok(decoded.into_owned())
}

/// What the hash says without what other programs put into it: line breaks, signs that nobody sees, a
/// second encoding, and the end of a sentence. Where that does not help, what it `read` as it is; and
/// where it cannot be read since its end is missing, what is left.
fn mended(hash: &str, read: Result<Permalink, Notice>) -> Result<Permalink, Notice> {
    let (mut seen, mut end) = (String::new(), 0);
    let mut rest = hash;
    while let Some(c) = rest.chars().next() {
        let (sign, length) = encoded(rest).unwrap_or((c, c.len_utf8()));
        if !is_unseen(sign) {
            seen.push_str(&rest[..length]);
            if !is_stray(sign) && !sign.is_whitespace() {
                end = seen.len();
            }
        }
        rest = &rest[length..];
    }
    // A browser hands over encoded what stands behind the link in a sentence.
    let forms = [&*seen, &seen.replace("%25", "%"), &seen[..end]];
    let attempts = forms.map(|form| Permalink::read(form, false));
    if let Some(link) = attempts.iter().flatten().find(|link| link.is_whole()) {
        return Ok(link.clone());
    }
    let read =
        attempts.into_iter().fold(read, |read, other| read.or_else(|why| other.map_err(|_| why)));
    read.or_else(|why| match Permalink::read(&seen, true) {
        Ok(left) if left.shows == Shows::First => Err(damaged()),
        left => left.map_err(|_| why),
    })
}

/// The character that a text begins with, percent-encoded, and how long that is.
fn encoded(text: &str) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let hex = text.get(at..)?.strip_prefix('%')?.get(..2)?;
        u8::from_str_radix(hex, 16).ok()
    };
    let first = byte(0)?;
    let count = first.leading_ones().clamp(1, 4) as usize;
    let bytes: Option<Vec<u8>> = (0..count).map(|place| byte(3 * place)).collect();
    let sign = str::from_utf8(&bytes?).ok()?.chars().next()?;
    Some((sign, 3 * count))
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn refusal(sentence: Sentence) -> Notice {
    Notice::refusal(sentence)
}

pub fn damaged() -> Notice {
    refusal(sentence!("This link is damaged: a part of it is missing, or was changed on its way."))
}

fn unknown(what: &'static str, value: &str) -> Notice {
    refusal(sentence!(
        "This link asks for a {0} that this page does not have: “{1}”.",
        what,
        short(value)
    ))
}

/// The names of all parts.
fn names() -> impl Iterator<Item = &'static str> {
    let own = ["run", "script", "scene", "at", "lang", "theme", "speed", "panel", "below"];
    let second = ["run2", "scene2", "flaw2", "option2", "protocol2"];
    let rest = lanes::PARTS.into_iter().chain([packed::NAME, OPENS, CLOSES]);
    own.into_iter().chain(second).chain(rest)
}

/// Whether one of our names was cut off here.
fn is_begun(name: &str) -> bool {
    !name.is_empty() && names().all(|own| own != name) && names().any(|own| own.starts_with(name))
}

/// Somebody else's name is passed over; not one of ours in another case, nor what is no name.
fn foreign(name: &str) -> Result<(), Notice> {
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    match is_name && !names().any(|own| own.eq_ignore_ascii_case(name)) {
        true => Ok(()),
        false => Err(refusal(sentence!("This link is damaged at “{0}”.", short(name)))),
    }
}

fn wrong_version(version: &str) -> Notice {
    let newer = version
        .strip_prefix('v')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    match newer {
        true => refusal(sentence!(
            "This link is for version {0} of this page, which reads {1}.",
            short(version),
            VERSION
        )),
        false => refusal(sentence!(
            "This link cannot be read: it begins with “{0}”, not with {1}.",
            short(version),
            VERSION
        )),
    }
}
