//! What a page that embeds a playground can ask of it, whether by the element's methods or by
//! messages to its frame. A call is an object that says its name and, in the words that scripts, links
//! and the page itself use, what it takes: whoever can read a script can write a call.
//!
//! ```text
//! { call: "load", script: "run raft nodes=3 seed=7\n1.2s crash S1" }    a line each
//! { call: "open", link: "#v1&scene=raft/figure-8&at=3s" }               or what stands behind its page
//! { call: "play" }, pause, forward, back
//! { call: "seek", to: "1.24s" }                                         or an event such as 214
//! { call: "until", condition: "S3 role=leader" }                        see `explore/condition.rs`
//! { call: "speed", speed: "1/10" }
//! { call: "command", command: "crash S1" }                              a script's line, without its time
//! { call: "set", name: "theme", value: "dark" }                         lang, panel, or a colour
//! { call: "watch", news: ["event", "property", "caption", "state"] }    what is told from now on
//! { call: "read", what: "ndjson 2s..3s" }                               state, link, script, or a format
//!                                                                       of `export.rs`, perhaps with a window
//! ```
//!
//! The answer to each is the state that the playground is in when it is done ([`State`]), or what was to be
//! read; or one sentence that says what was wrong with the call (`pending_calls.rs`). Calls, answers and what is
//! told without being asked are plain data here, and objects at the edge to JavaScript (`web/edge.rs`).
//! `www/public/synod-playground.d.ts` tells hosts the same; of the texts in which calls were written at first,
//! `www/public/host.js` makes objects.

use serde::{Deserialize, Serialize};

use super::action::Notice;
use super::action::{Action, PageAction, RunAction, TimeAction};
use super::playback::Speed;
use super::state::{State, Watched};
use super::store::Store;
use super::terms::{Tab, Theme};
use crate::base::{Sentence, Span, Time};
use crate::command::Setup;
use crate::export::{self, ExportRequest, Format};
use crate::words::Language;
use crate::{key, scenario, sentence};

/// Events of a run that is read in some format, at the most.
const EXPORTED: u64 = 20_000;

const MOMENTS: &str = key!("an event such as 214, or a time such as 1.24s");
const SPEEDS: &str = key!("a speed such as 1/10, 1, 5 or max");
const SETTINGS: &str = key!(
    "theme=light, theme=dark, theme=auto, lang=en, lang=zh, a panel such as panel=script, or a colour such as accent=#0a7"
);
const WATCHED: &str = key!("event, property, caption, state or study");
const READABLE: &str = key!(
    "state, link, script, flowchart, mermaid, svg, shiviz or ndjson; the last four also of a window, such as ndjson 0s..5s"
);
const COMMAND: &str = key!("a single line of a script, without its time");
const COLOUR: &str = key!("a colour such as #0a7 or rgb(0 170 119)");

/// The colours that a host may set, as `www/synod.css` calls them.
pub const COLOURS: [&str; 20] = [
    "background",
    "raised",
    "textColor",
    "soft",
    "rule",
    "field",
    "accent",
    "accentText",
    "primaryColor",
    "primaryBorderColor",
    "lineColor",
    "leadColor",
    "leadText",
    "noteBkgColor",
    "noteBorderColor",
    "noteTextColor",
    "good",
    "errorTextColor",
    "errorBkgColor",
    "errorBorderColor",
];

/// A call as it comes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "call", rename_all = "lowercase", deny_unknown_fields)]
pub enum Call {
    Load { script: String },
    Open { link: String },
    Play {},
    Pause {},
    Forward {},
    Back {},
    Seek { to: TextOrNumber },
    Until { condition: String },
    Speed { speed: TextOrNumber },
    Command { command: String },
    Set { name: String, value: String },
    Watch { news: Vec<String> },
    Read { what: Option<String> },
}

/// What may be given either way.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected a text or a number")]
pub enum TextOrNumber {
    Number(f64),
    Text(String),
}

/// A call that has been understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    Do(Action),
    /// Gives a colour of the page another value; by nothing, its own.
    Paint(&'static str, String),
    Watch(Watched),
    Read(ReadTarget),
}

/// What a call is answered with.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Reading {
    State(Box<State>),
    Text(String),
}

/// What can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadTarget {
    #[default]
    State,
    Link,
    Script,
    /// The run so far, or what happens in a window of it, for other programs.
    Run(Format, Option<Span>),
}

impl Call {
    /// What the call means for a run of this set-up; the error is one sentence for whoever wrote it.
    pub fn task(self, setup: &Setup) -> Result<Task, Sentence> {
        let action = match self {
            Call::Load { script } => load(script)?,
            Call::Open { link } => open(&link)?,
            Call::Play {} => Action::Time(TimeAction::Play),
            Call::Pause {} => Action::Time(TimeAction::Pause),
            Call::Forward {} => Action::Time(TimeAction::StepForward),
            Call::Back {} => Action::Time(TimeAction::StepBack),
            Call::Seek { to } => seek(&to.text())?,
            Call::Until { condition } => Action::Time(TimeAction::RunUntil(condition)),
            Call::Speed { speed } => match Speed::of(&speed.text()) {
                Some(speed) => Action::Time(TimeAction::Speed(speed)),
                None => return Err(unknown("speed", &speed.text(), SPEEDS)),
            },
            Call::Command { command } if command.contains('\n') => {
                return Err(unknown("command", &command, COMMAND));
            }
            Call::Command { command } => Action::Do(
                scenario::parse_command(&command, setup).map_err(|mistake| mistake.sentence)?,
            ),
            Call::Set { name, value } => return setting(&name, &value),
            Call::Watch { news } => return watched(&news).map(Task::Watch),
            Call::Read { what } => return readable(&what.unwrap_or_default()).map(Task::Read),
        };
        Ok(Task::Do(action))
    }
}

impl TextOrNumber {
    fn text(&self) -> String {
        match self {
            TextOrNumber::Number(number) => number.to_string(),
            TextOrNumber::Text(text) => text.clone(),
        }
    }
}

/// The answer to something that is no call at all; `why` is serde's reason.
pub fn not_a_call(why: &str) -> Sentence {
    sentence!("This is no call as synod-playground.d.ts tells of them: {0}.", cut(why, 300))
}

fn load(script: String) -> Result<Action, Sentence> {
    match scenario::parse_scenario(&script) {
        Ok(_) => Ok(Action::Run(RunAction::LoadText(script))),
        Err(mistake) => Err(at_line(mistake.line, mistake.column, mistake.sentence)),
    }
}

/// A link as people copy it, with the page's address in front.
fn open(text: &str) -> Result<Action, Sentence> {
    let hash = text.split_once('#').map_or(text, |(_, hash)| hash);
    match super::Permalink::parse(hash) {
        Ok(link) if link.broken => Err(super::permalink::damaged().sentence),
        Ok(_) => Ok(Action::Run(RunAction::OpenLink(hash.to_owned()))),
        Err(Notice { place: Some((line, column)), sentence, .. }) => {
            Err(at_line(line, column, sentence))
        }
        Err(notice) => Err(notice.sentence),
    }
}

fn at_line(line: u32, column: u32, why: Sentence) -> Sentence {
    sentence!("Line {0}, column {1}: {2}", line, column, why)
}

fn seek(text: &str) -> Result<Action, Sentence> {
    match (text.parse(), text.parse::<Time>()) {
        (Ok(event), _) => Ok(Action::Time(TimeAction::SeekEvent(event))),
        (_, Ok(time)) => Ok(Action::Time(TimeAction::Seek(time))),
        _ => Err(unknown("seek", text, MOMENTS)),
    }
}

fn unknown(name: &'static str, text: &str, expected: &'static str) -> Sentence {
    sentence!("“{0}” of “{1}”: expected {2}.", name, cut(text, 60), expected)
}

/// A text that is to be quoted.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn setting(name: &str, value: &str) -> Result<Task, Sentence> {
    let text = format!("{name}={value}");
    let action = match name {
        "theme" => Theme::of(value).map(|value| Action::Page(PageAction::Theme(value))),
        "lang" => Language::of(value).map(|value| Action::Page(PageAction::Language(value))),
        "panel" => Tab::of(value).map(|value| Action::Page(PageAction::Tab(value))),
        _ => match COLOURS.into_iter().find(|colour| *colour == name) {
            Some(name) if is_like_a_colour(value) => {
                return Ok(Task::Paint(name, value.to_owned()));
            }
            Some(_) => return Err(not_a_colour(&text)),
            None => None,
        },
    };
    action.map(Task::Do).ok_or_else(|| unknown("set", &text, SETTINGS))
}

/// Whether a browser is to be asked what colour this is. It must be one that fetches nothing.
fn is_like_a_colour(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"#%.,/() +-".contains(&byte);
    let fetches = value.to_ascii_lowercase().contains("url");
    value.len() <= 120 && value.bytes().all(plain) && !fetches
}

/// The answer to a value that no browser takes for a colour.
pub fn not_a_colour(text: &str) -> Sentence {
    unknown("set", text, COLOUR)
}

fn watched(news: &[String]) -> Result<Watched, Sentence> {
    let mut watched = Watched::default();
    for kind in news {
        match kind.as_str() {
            "event" => watched.events = true,
            "property" => watched.properties = true,
            "caption" => watched.captions = true,
            "state" => watched.state = true,
            "study" => watched.study = true,
            _ => return Err(unknown("watch", kind, WATCHED)),
        }
    }
    Ok(watched)
}

fn readable(text: &str) -> Result<ReadTarget, Sentence> {
    match text {
        "" | "state" => Ok(ReadTarget::State),
        "link" => Ok(ReadTarget::Link),
        "script" => Ok(ReadTarget::Script),
        _ => a_run(text).ok_or_else(|| unknown("read", text, READABLE)),
    }
}

/// Whether a run is to be read in a format of `export.rs`.
pub(super) fn takes_away(text: &str) -> bool {
    a_run(text).is_some()
}

/// A format, perhaps with a window.
fn a_run(text: &str) -> Option<ReadTarget> {
    let (name, window) = match text.split_once(' ') {
        Some((name, window)) => (name, Some(window.parse().ok()?)),
        None => (text, None),
    };
    let format = Format::of(name).filter(|format| *format != Format::Ejson)?;
    let fits = window.is_none() || !format.is_instant();
    fits.then_some(ReadTarget::Run(format, window))
}

/// The text or state that was asked for; or one sentence where it cannot be had whole.
pub(super) fn read(what: ReadTarget, store: &Store) -> Result<Reading, Sentence> {
    Ok(Reading::Text(match what {
        ReadTarget::State => return Ok(Reading::State(Box::new(State::of(store)))),
        ReadTarget::Link => store.link(),
        ReadTarget::Script => store.scenario().to_string(),
        ReadTarget::Run(format, window) => exported(format, window, store)?,
    }))
}

/// A picture says itself where it was cut off. A text that programs read cannot: it is whole, or refused.
fn exported(format: Format, window: Option<Span>, store: &Store) -> Result<String, Sentence> {
    let Some(take) = export::TAKE.get() else {
        return Err(sentence!(
            "A part of Synod could not be fetched. Check the connection, and try again."
        ));
    };
    let run = &store.pane().run;
    let known = run.head().1;
    let window = match window {
        Some(asked) => Span::new(asked.min.min(known), asked.max.min(known)),
        None => Span::new(Time::ZERO, run.now()),
    };
    let ask = ExportRequest { format, window, most: EXPORTED, language: store.ui.language };
    let taken = take(run, &ask);
    if taken.cut.is_none() || !matches!(format, Format::Ndjson | Format::ShiViz) {
        return Ok(taken.text);
    }
    let Span { min, max } = window;
    let half = Span::new(min, min + Time(max.since(min).0 / 2));
    let shorter = format!("{} {}..{}", format.name(), half.min, half.max);
    Err(sentence!(
        "From {0} to {1} there are more than {2} events, too many to be read at a time: take a shorter window, such as “{3}”.",
        min,
        max,
        EXPORTED,
        shorter
    ))
}
