//! What a page that embeds a playground can ask of it, whether by the element's methods or by
//! messages to its frame. A call is a name and at most one text, in the words that scripts, links
//! and the page itself use: whoever can read a script can write a call.
//!
//! ```text
//! load     run raft nodes=3 seed=7\n1.2s crash S1        a script, a line each
//! open     #v1&scene=raft/figure-8&at=3s                 a link, or what stands behind its page
//! play, pause, forward, back                             nothing
//! seek     1.24s, or an event such as 214
//! until    S3 role=leader                                see `condition.rs`
//! speed    1/10
//! command  crash S1                                      a script's line, without its time
//! set      theme=dark, lang=zh, panel=script             or a colour: accent=#0a7
//! watch    events properties captions state              what is told from now on; nothing: no more
//! read     state, link, script                           or a format of `export.rs`, perhaps with a window:
//!                                                        ndjson 2s..3s; nothing: state
//! ```
//!
//! The answer to each is the state that the playground is in when it is done, as JSON, or what was
//! to be read; or one sentence that says what was wrong with the call (`waiting.rs`). What is told without being
//! asked is JSON as well, see [`Watch::news`]. `www/synod-playground.d.ts` tells hosts the same.

use super::action::Action;
use super::pane::{Branch, Pane};
use super::playback::{Goal, Speed};
use super::store::Store;
use super::ui::{Notice, Tab, Theme};
use crate::base::{Sentence, Span, Time};
use crate::command::Setup;
use crate::protocol::PropertyKind;
use crate::sim::snapshot::{NodeShot, PropertyShot, Standing, Told};
use crate::trace::Status;
use crate::view::export::{self, Ask, Format};
use crate::view::json::Object;
use crate::words::{self, Language};
use crate::{key, scenario, sentence};

/// The longest text of a call, in bytes: as much as a link may have.
pub const LONGEST: usize = super::link::LONGEST;
/// Events told at a time, at the most: of more, the last.
const TOLD: u64 = 500;
/// Events of a run that is read in some format, at the most.
const EXPORTED: u64 = 20_000;

const CALLS: &str =
    "load, open, play, pause, forward, back, seek, until, speed, command, set, watch, read";
const MOMENTS: &str = key!("an event such as 214, or a time such as 1.24s");
const SPEEDS: &str = key!("a speed such as 1/10, 1, 5 or max");
const SETTINGS: &str = key!(
    "theme=light, theme=dark, theme=auto, lang=en, lang=zh, a panel such as panel=script, or a colour such as accent=#0a7"
);
const WATCHED: &str = key!("events, properties, captions or state");
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

/// A call that has been understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    Do(Action),
    /// Gives a colour of the page another value; by nothing, its own.
    Paint(&'static str, String),
    Watch(Watched),
    Read(What),
}

/// What can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum What {
    #[default]
    State,
    Link,
    Script,
    /// The run so far, or what happens in a window of it, for other programs.
    Run(Format, Option<Span>),
}

/// What is told without being asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    pub events: bool,
    pub properties: bool,
    pub captions: bool,
    pub state: bool,
}

impl Call {
    /// Reads a call; the error is one sentence for whoever wrote it.
    pub fn parse(name: &str, text: &str, setup: &Setup) -> Result<Call, Sentence> {
        if text.len() > LONGEST {
            return Err(sentence!("A call's text may have {0} bytes at most.", LONGEST));
        }
        let action = match name {
            "load" => script(text)?,
            "open" => link(text)?,
            "play" => nothing("play", text, Action::Play)?,
            "pause" => nothing("pause", text, Action::Pause)?,
            "forward" => nothing("forward", text, Action::StepForward)?,
            "back" => nothing("back", text, Action::StepBack)?,
            "seek" => match (text.parse(), text.parse::<Time>()) {
                (Ok(event), _) => Action::SeekEvent(event),
                (_, Ok(time)) => Action::Seek(time),
                _ => return Err(unknown("seek", text, MOMENTS)),
            },
            "until" => Action::RunUntil(text.to_owned()),
            "speed" => match Speed::of(text) {
                Some(speed) => Action::Speed(speed),
                None => return Err(unknown("speed", text, SPEEDS)),
            },
            "command" if text.contains('\n') => return Err(unknown("command", text, COMMAND)),
            "command" => Action::Do(
                scenario::parse_command(text, setup).map_err(|mistake| mistake.sentence)?,
            ),
            "set" => return setting(text),
            "watch" => return watched(text).map(Call::Watch),
            "read" => return readable(text).map(Call::Read),
            _ => return Err(sentence!("There is no call “{0}”: expected {1}.", cut(name), CALLS)),
        };
        Ok(Call::Do(action))
    }
}

fn script(text: &str) -> Result<Action, Sentence> {
    match scenario::parse(text) {
        Ok(_) => Ok(Action::LoadText(text.to_owned())),
        Err(mistake) => Err(at_line(mistake.line, mistake.column, mistake.sentence)),
    }
}

/// A link as people copy it, with the page's address in front.
fn link(text: &str) -> Result<Action, Sentence> {
    let hash = text.split_once('#').map_or(text, |(_, hash)| hash);
    match super::Link::parse(hash) {
        Ok(link) if link.broken => Err(super::link::damaged().sentence),
        Ok(_) => Ok(Action::OpenLink(hash.to_owned())),
        Err(Notice { place: Some((line, column)), sentence, .. }) => {
            Err(at_line(line, column, sentence))
        }
        Err(notice) => Err(notice.sentence),
    }
}

fn at_line(line: u32, column: u32, why: Sentence) -> Sentence {
    sentence!("Line {0}, column {1}: {2}", line, column, why)
}

fn nothing<T>(name: &'static str, text: &str, call: T) -> Result<T, Sentence> {
    match text.is_empty() {
        true => Ok(call),
        false => Err(sentence!("“{0}” takes nothing, but “{1}” came with it.", name, cut(text))),
    }
}

fn unknown(name: &'static str, text: &str, expected: &'static str) -> Sentence {
    sentence!("“{0}” of “{1}”: expected {2}.", name, cut(text), expected)
}

/// A text that is to be quoted.
fn cut(text: &str) -> String {
    const MOST: usize = 60;
    match text.chars().count() > MOST {
        true => text.chars().take(MOST).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

fn setting(text: &str) -> Result<Call, Sentence> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let action = match name {
        "theme" => Theme::of(value).map(Action::Theme),
        "lang" => Language::of(value).map(Action::Language),
        "panel" => Tab::of(value).map(Action::Tab),
        _ => match COLOURS.into_iter().find(|colour| *colour == name) {
            Some(name) if is_like_a_colour(value) => {
                return Ok(Call::Paint(name, value.to_owned()));
            }
            Some(_) => return Err(not_a_colour(text)),
            None => None,
        },
    };
    action.map(Call::Do).ok_or_else(|| unknown("set", text, SETTINGS))
}

/// Whether a browser is to be asked what colour this is. It must be one that fetches nothing.
fn is_like_a_colour(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"#%.,/() +-".contains(&byte);
    let fetches = value.to_ascii_lowercase().contains("url");
    value.len() <= 120 && value.bytes().all(plain) && !fetches
}

/// What is said of a value that no browser takes for a colour.
pub fn not_a_colour(text: &str) -> Sentence {
    unknown("set", text, COLOUR)
}

fn watched(text: &str) -> Result<Watched, Sentence> {
    let mut watched = Watched::default();
    for word in text.split_whitespace() {
        match word {
            "events" => watched.events = true,
            "properties" => watched.properties = true,
            "captions" => watched.captions = true,
            "state" => watched.state = true,
            _ => return Err(unknown("watch", word, WATCHED)),
        }
    }
    Ok(watched)
}

fn readable(text: &str) -> Result<What, Sentence> {
    match text {
        "" | "state" => Ok(What::State),
        "link" => Ok(What::Link),
        "script" => Ok(What::Script),
        _ => a_run(text).ok_or_else(|| unknown("read", text, READABLE)),
    }
}

/// Whether a run is to be read in a format of `export.rs`.
pub(super) fn takes_away(text: &str) -> bool {
    a_run(text).is_some()
}

/// A format, perhaps with a window.
fn a_run(text: &str) -> Option<What> {
    let (name, window) = match text.split_once(' ') {
        Some((name, window)) => (name, Some(window.parse().ok()?)),
        None => (text, None),
    };
    let format = Format::of(name).filter(|format| *format != Format::Ejson)?;
    let fits = window.is_none() || !format.is_instant();
    fits.then_some(What::Run(format, window))
}

/// What is to be read; or one sentence where it cannot be had whole.
pub(super) fn read(what: What, store: &Store) -> Result<String, Sentence> {
    let run = &store.pane().run;
    match what {
        What::State => Ok(state(store)),
        What::Link => Ok(store.link()),
        What::Script => Ok(run.script().to_string()),
        What::Run(format, window) => exported(format, window, store),
    }
}

/// A picture says itself where it was cut off. What programs read could not: it is whole, or refused.
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
    let ask = Ask { format, window, most: EXPORTED, language: store.ui.language };
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

/// A caption that stands now.
fn caption(store: &Store) -> Option<String> {
    let (since, caption) = store.pane().run.snapshot().caption?;
    store.caption_stands(since).then(|| words::translate(store.ui.language, &caption).to_string())
}

/// The state of a playground, as JSON. Times are whole µs of the run.
pub fn state(store: &Store) -> String {
    let (run, language) = (&store.pane().run, store.ui.language);
    let snapshot = run.snapshot();
    let script = run.script();
    let mut object = Object::new();
    object.text("protocol", &script.setup.protocol);
    object.text(
        "title",
        words::translate(language, script.title.as_deref().unwrap_or(run.meta().title)),
    );
    object.number("time", snapshot.now.0).number("event", snapshot.event);
    object.number("events", run.head().0).truth("playing", store.playback.playing);
    object.text("speed", &store.playback.speed.code());
    object.text("link", &store.link()).text("script", &script.to_string());
    object.maybe("caption", caption(store).as_deref());
    object.list("nodes", snapshot.nodes.iter().map(node));
    object.list("properties", run.properties().iter().map(|shot| property(shot, language)));
    object.end()
}

fn node(shot: &NodeShot) -> Object {
    let status = match shot.status {
        Status::Up => "up",
        Status::Paused => "paused",
        Status::Down => "down",
    };
    let mut object = Object::new();
    object.text("id", &shot.id.to_string()).text("status", status);
    object.text("role", shot.view.role.name).truth("isolated", shot.isolated);
    object.text("epoch", &format!("{} {}", shot.view.epoch.word, shot.view.epoch));
    let mut memory = Object::new();
    for field in &shot.view.fields {
        memory.text(field.name, &field.value);
    }
    let mut disk = Object::new();
    for field in &shot.disk {
        disk.text(field.name, &field.value);
    }
    object.json("memory", &memory.end()).json("disk", &disk.end());
    object.number("log", shot.log_len).number("lamport", shot.lamport);
    object
}

fn property(shot: &PropertyShot, language: Language) -> Object {
    let kind = match shot.kind {
        PropertyKind::Always => "always",
        PropertyKind::Sometimes => "sometimes",
        PropertyKind::Converges => "converges",
    };
    let mut object = Object::new();
    object.text("name", shot.name).text("kind", kind);
    let (standing, why) = match &shot.standing {
        Standing::Holds => ("holds", None),
        Standing::Violated { at, event, why } => {
            object.number("time", at.0).number("event", *event);
            ("violated", Some(why))
        }
        Standing::Unknown(why) => ("unknown", Some(why)),
        Standing::NotYet(why) => ("not yet", Some(why)),
    };
    object.text("standing", standing);
    object.maybe("why", why.map(|why| words::tell(language, why)).as_deref());
    object
}

/// What somebody watches, and what has been told of it.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    watched: Watched,
    /// Whose events are told: counted with the panes, the active pane and its branch.
    run: Option<(u32, usize, u32)>,
    event: u64,
    standings: Vec<Standing>,
    caption: Option<String>,
    /// What a host is told of the state: branch, lines, playing, speed, and, at rest, the event.
    state: Option<(u32, usize, bool, Speed, Option<u64>)>,
}

impl Watch {
    /// From now on this is watched. What is so already is not news.
    pub fn begin(&mut self, watched: Watched, store: &Store) {
        self.watched = Watched { events: true, properties: true, captions: true, state: true };
        self.news(store);
        self.watched = watched;
    }

    pub fn is_idle(&self) -> bool {
        self.watched == Watched::default()
    }

    /// What has happened since the last time, a JSON object each: `{"news":"event",…}`. After a
    /// step back there are no events, for they are no news; the state says where one is.
    pub fn news(&mut self, store: &Store) -> Vec<String> {
        let passes_by = store.playback.goal.as_ref().is_some_and(Goal::recollects);
        if self.is_idle() || passes_by {
            return Vec::new();
        }
        let language = store.ui.language;
        let mut news = Vec::new();
        let pane = store.pane();
        let (branch, here) = (pane.current().id, pane.run.event());
        let lines = pane.run.script().lines.len();
        let run = (store.opened, store.active, branch);
        let goes_on = self.run.is_some_and(|told| told == run || departs_here(pane, told, run));
        let since = if goes_on { self.event.min(here) } else { 0 };
        if self.watched.events {
            let first = since.max(here.saturating_sub(TOLD)) + 1;
            news.extend(
                pane.run.told_between(first, here).iter().map(|told| event(told, language)),
            );
        }
        (self.run, self.event) = (Some(run), here);
        if self.watched.properties {
            self.tell_properties(&pane.run.properties(), language, &mut news);
        }
        if self.watched.captions {
            let caption = caption(store);
            if caption != self.caption {
                let mut object = Object::new();
                object.text("news", "caption").maybe("caption", caption.as_deref());
                news.push(object.end());
                self.caption = caption;
            }
        }
        if self.watched.state {
            let playing = store.playback.playing;
            let rests = (!playing && store.playback.goal.is_none()).then_some(here);
            let state = Some((branch, lines, playing, store.playback.speed, rests));
            if state != self.state {
                let mut object = Object::new();
                object.text("news", "state").json("state", &self::state(store));
                news.push(object.end());
                self.state = state;
            }
        }
        news
    }

    fn tell_properties(
        &mut self,
        shots: &[PropertyShot],
        language: Language,
        news: &mut Vec<String>,
    ) {
        for (place, shot) in shots.iter().enumerate() {
            if self.standings.get(place) != Some(&shot.standing) {
                let mut object = Object::new();
                object.text("news", "property").json("property", &property(shot, language).end());
                news.push(object.end());
            }
        }
        self.standings = shots.iter().map(|shot| shot.standing.clone()).collect();
    }
}

/// Whether a run has just departed from this one, by a command at the cursor: what was told is true of
/// it as well.
fn departs_here(pane: &Pane, from: (u32, usize, u32), run: (u32, usize, u32)) -> bool {
    let branch = pane.current();
    let was_alike =
        |other: &Branch| other.id == from.2 && other.script.setup == branch.script.setup;
    (from.0, from.1) == (run.0, run.1)
        && branch.parent == Some((from.2, pane.run.now()))
        && pane.branches.iter().any(was_alike)
}

fn event(told: &Told, language: Language) -> String {
    let mut object = Object::new();
    object.text("news", "event").number("event", told.event).number("time", told.at.0);
    object.maybe("place", told.place.map(|place| place.to_string()).as_deref());
    object.number("lamport", told.lamport).number("cause", told.cause);
    object.maybe("message", told.message.map(|(_, kind)| kind));
    object.truth("notable", told.notable);
    object.text("sentence", &words::tell(language, &told.sentence));
    object.end()
}
