//! What a page that embeds a playground can ask of it, whether by the element's methods or by
//! messages to its frame. A call is a name and at most one text, in the words that scripts, links
//! and the page itself use: whoever can read a script can write a call.
//!
//! ```text
//! load     run raft nodes=3 seed=7\n1.2s crash S1        a script, a line each
//! open     #v1&scene=raft/figure-8&at=3s                 a link's hash
//! play, pause, forward, back                             nothing
//! seek     1.24s, or an event such as 214
//! until    S3 role=leader                                see `condition.rs`
//! speed    1/10
//! command  crash S1                                      a script's line, without its time
//! set      theme=dark                                    or lang=zh
//! watch    events properties captions                    what is told from now on; nothing: no more
//! read                                                   nothing
//! ```
//!
//! The answer to each is the state that the playground is in when it is done, as JSON; or one
//! sentence that says what was wrong with the call. What is told without being asked is JSON as
//! well, see [`Watch::news`].

use super::action::Action;
use super::playback::Speed;
use super::store::Store;
use super::ui::{Notice, Theme, Tone};
use crate::base::{Sentence, Time};
use crate::command::Setup;
use crate::protocol::PropertyKind;
use crate::sim::snapshot::{NodeShot, PropertyShot, Standing, Told};
use crate::trace::Status;
use crate::view::json::Object;
use crate::words::{self, Language};
use crate::{key, scenario, sentence};

/// The longest text of a call, in bytes: as much as a link may have.
pub const LONGEST: usize = super::link::LONGEST;
/// Events told at a time, at the most: of more, the last.
const TOLD: u64 = 500;

const CALLS: &str =
    "load, open, play, pause, forward, back, seek, until, speed, command, set, watch, read";
const MOMENTS: &str = key!("an event such as 214, or a time such as 1.24s");
const SPEEDS: &str = key!("a speed such as 1/10, 1, 5 or max");
const SETTINGS: &str = key!("theme=light, theme=dark, theme=auto, lang=en or lang=zh");
const WATCHED: &str = key!("events, properties or captions");

/// A call that has been understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    Do(Action),
    Watch(Watched),
    Read,
}

/// What is told without being asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    pub events: bool,
    pub properties: bool,
    pub captions: bool,
}

impl Call {
    /// Reads a call; the error is one sentence for whoever wrote it.
    pub fn parse(name: &str, text: &str, setup: &Setup) -> Result<Call, Sentence> {
        if text.len() > LONGEST {
            return Err(sentence!("A call's text may have {0} bytes at most.", LONGEST));
        }
        let action = match name {
            "load" => {
                scenario::parse(text).map_err(|mistake| {
                    sentence!(
                        "Line {0}, column {1}: {2}",
                        mistake.line,
                        mistake.column,
                        mistake.sentence
                    )
                })?;
                Action::LoadText(text.to_owned())
            }
            "open" => {
                super::Link::parse(text).map_err(|notice| notice.sentence)?;
                Action::OpenLink(text.to_owned())
            }
            "play" => nothing("play", text, Action::Play)?,
            "pause" => nothing("pause", text, Action::Pause)?,
            "forward" => nothing("forward", text, Action::StepForward)?,
            "back" => nothing("back", text, Action::StepBack)?,
            "read" => return nothing("read", text, Call::Read),
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
            "command" => Action::Do(
                scenario::parse_command(text, setup).map_err(|mistake| mistake.sentence)?,
            ),
            "set" => setting(text)?,
            "watch" => return watched(text).map(Call::Watch),
            _ => return Err(sentence!("There is no call “{0}”: expected {1}.", cut(name), CALLS)),
        };
        Ok(Call::Do(action))
    }
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

fn setting(text: &str) -> Result<Action, Sentence> {
    let action = match text.split_once('=') {
        Some(("theme", code)) => Theme::of(code).map(Action::Theme),
        Some(("lang", tag)) => Language::of(tag).map(Action::Language),
        _ => None,
    };
    action.ok_or_else(|| unknown("set", text, SETTINGS))
}

fn watched(text: &str) -> Result<Watched, Sentence> {
    let mut watched = Watched::default();
    for word in text.split_whitespace() {
        match word {
            "events" => watched.events = true,
            "properties" => watched.properties = true,
            "captions" => watched.captions = true,
            _ => return Err(unknown("watch", word, WATCHED)),
        }
    }
    Ok(watched)
}

/// What the store refused just now, if it did: a call that could not be done.
pub fn refusal(store: &Store, before: Option<&Notice>) -> Option<String> {
    let language = store.ui.language;
    if let Some(mistaken) = &store.ui.mistaken {
        return Some(words::tell(language, &mistaken.sentence));
    }
    let notice = store.ui.notice.as_ref().filter(|notice| Some(*notice) != before)?;
    (notice.tone == Tone::Refusal).then(|| words::tell(language, &notice.sentence))
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
        &words::translate(language, script.title.as_deref().unwrap_or(run.meta().title)),
    );
    object.number("time", snapshot.now.0).number("event", snapshot.event);
    object.number("events", run.head().0).truth("playing", store.playback.playing);
    object.text("speed", &store.playback.speed.code());
    object.text("link", &store.link()).text("script", &script.to_string());
    let caption = snapshot.caption.filter(|(since, _)| store.caption_stands(*since));
    let caption = caption.map(|(_, caption)| words::translate(language, &caption).to_string());
    object.maybe("caption", caption.as_deref());
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
    script: Option<(u32, usize)>,
    event: u64,
    standings: Vec<Standing>,
    caption: Option<String>,
}

impl Watch {
    /// From now on this is watched. What is so already is not news.
    pub fn begin(&mut self, watched: Watched, store: &mut Store) {
        self.watched = Watched { events: true, properties: true, captions: true };
        self.news(store);
        self.watched = watched;
    }

    pub fn is_idle(&self) -> bool {
        self.watched == Watched::default()
    }

    /// What has happened since the last time, a JSON object each: `{"news":"event",…}`. After a
    /// step back there are no events, for they are no news; the state says where one is.
    pub fn news(&mut self, store: &mut Store) -> Vec<String> {
        if self.is_idle() {
            return Vec::new();
        }
        let language = store.ui.language;
        let mut news = Vec::new();
        let pane = store.pane();
        let (branch, here) = (pane.current().id, pane.run.event());
        let script = Some((branch, pane.run.script().lines.len()));
        let anew = self.script != script && here < self.event;
        let since = if anew { 0 } else { self.event.min(here) };
        if self.watched.events {
            let first = since.max(here.saturating_sub(TOLD)) + 1;
            news.extend(
                pane.run.told_between(first, here).iter().map(|told| event(told, language)),
            );
        }
        (self.script, self.event) = (script, here);
        if self.watched.properties {
            self.tell_properties(&pane.run.properties(), language, &mut news);
        }
        if self.watched.captions {
            let caption = store.narration();
            if caption != self.caption {
                let mut object = Object::new();
                object.text("news", "caption").maybe("caption", caption.as_deref());
                news.push(object.end());
                self.caption = caption;
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
