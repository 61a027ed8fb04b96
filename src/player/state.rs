//! What a page that embeds a playground is told: everything at the cursor, as the answer to its calls,
//! and what is new, where it watches. One type for each shape; `www/public/synod-playground.d.ts` says the same
//! to hosts. Times are whole µs of the run.

use std::rc::Rc;

use serde::Serialize;

use super::pane::{Branch, Pane};
use super::playback::{Goal, Speed};
use super::store::Store;
use super::terms::Book;
use crate::base::Place;
use crate::export::Fields;
use crate::lessons::CheckState;
use crate::protocol::{Cell, CellState, Content, Opinion, PanelView, PropertyKind};
use crate::sim::snapshot::{NodeShot, PropertyShot, Standing, Told};
use crate::sim::trace::Status;
use crate::words::{self, Language};

/// Events told at a time, at the most: of more, the last.
const TOLD: u64 = 500;

/// Everything at the cursor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct State {
    pub protocol: String,
    pub title: String,
    pub time: u64,
    pub event: u64,
    pub events: u64,
    pub playing: bool,
    pub speed: String,
    pub link: String,
    pub script: String,
    pub caption: Option<String>,
    pub nodes: Vec<NodeState>,
    pub properties: Vec<PropertyState>,
    /// What is read beside the stage, if something is.
    pub study: Option<StudyState>,
}

/// A lesson or an exercise, and how far one has come.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StudyState {
    pub kind: &'static str,
    /// As links name it; `null` of somebody's own text.
    pub name: Option<String>,
    pub title: String,
    /// From 1, of so many.
    pub step: u64,
    pub steps: u64,
    /// Whether the reader foresaw what the run answered; `null` as long as it has not.
    pub foreseen: Option<bool>,
    pub conditions: Vec<ConditionState>,
    /// There are conditions, and all are met.
    pub solved: bool,
    /// Hints that were opened.
    pub hints: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConditionState {
    pub text: String,
    /// `met`, `open` or `broken`.
    pub standing: &'static str,
}

impl StudyState {
    fn of(store: &Store) -> Option<StudyState> {
        let study = store.study.as_ref()?;
        let (kind, name) = match &study.book {
            Book::Lesson(name) => ("lesson", Some(name.clone())),
            Book::Exercise(name) => ("exercise", Some(name.clone())),
            Book::Own(_) => ("own", None),
        };
        let standing = |state: &CheckState| match state {
            CheckState::Met(_) => "met",
            CheckState::Open => "open",
            CheckState::Broken(_) => "broken",
        };
        let demands = study.course.demands(study.step).iter().zip(&study.states);
        let conditions: Vec<ConditionState> = demands
            .map(|(demand, state)| ConditionState {
                text: demand.text.clone(),
                standing: standing(state),
            })
            .collect();
        let truth = study.answered(&store.panes[0].run);
        let chosen = study.chosen.and_then(|place| study.choices.get(place));
        Some(StudyState {
            kind,
            name,
            title: study.course.title().to_owned(),
            step: study.step as u64 + 1,
            steps: study.course.steps() as u64,
            foreseen: truth.map(|truth| chosen == Some(&truth.choice)),
            solved: !conditions.is_empty() && conditions.iter().all(|it| it.standing == "met"),
            conditions,
            hints: study.hints as u64,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeState {
    pub id: Place,
    pub status: &'static str,
    pub role: &'static str,
    pub isolated: bool,
    pub epoch: String,
    pub memory: Fields<&'static str, String>,
    pub disk: Fields<&'static str, String>,
    pub log: u64,
    pub panels: Vec<PanelState>,
    pub lamport: u64,
}

/// What a server keeps: its name, and what there is to see, by its kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PanelState {
    pub name: &'static str,
    #[serde(flatten)]
    pub content: ContentState,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ContentState {
    /// The last cells of so many.
    Log {
        length: u64,
        cells: Vec<Cell>,
    },
    Table {
        rows: Vec<Fields<&'static str, String>>,
    },
    Queue {
        items: Vec<String>,
    },
    Slots {
        cells: Vec<Cell>,
    },
    Set {
        items: Vec<String>,
    },
    Value {
        text: String,
        stamp: u64,
        state: CellState,
    },
    Opinions {
        opinions: Vec<OpinionState>,
    },
    Text {
        text: String,
    },
}

/// What a server takes another place for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OpinionState {
    pub of: Place,
    pub word: &'static str,
    pub number: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PropertyState {
    pub name: &'static str,
    pub kind: &'static str,
    /// Of a violation: when, and by which event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<u64>,
    pub standing: &'static str,
    pub why: Option<String>,
}

/// Something that has happened in the run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunEvent {
    pub event: u64,
    pub time: u64,
    pub place: Option<Place>,
    pub lamport: u64,
    pub cause: u64,
    pub message: Option<&'static str>,
    pub notable: bool,
    pub sentence: String,
}

/// What is told without being asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "news", rename_all = "lowercase")]
pub enum News {
    Event(RunEvent),
    Property {
        property: PropertyState,
    },
    Caption {
        caption: Option<String>,
    },
    State {
        state: Box<State>,
    },
    /// `None` where it was put away.
    Study {
        study: Option<StudyState>,
    },
}

/// Of what news is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    pub events: bool,
    pub properties: bool,
    pub captions: bool,
    pub state: bool,
    pub study: bool,
}

impl State {
    pub fn of(store: &Store) -> State {
        let (pane, language) = (store.pane(), store.ui.language);
        let run = &pane.run;
        let script = run.script();
        // The picture's snapshot says little of each where there are very many.
        let snapshot = match script.setup.places.are_many() {
            true => Rc::new(run.snapshot()),
            false => pane.snapshot(),
        };
        let title = script.title.as_deref().unwrap_or(run.meta().title);
        let properties = run.properties();
        State {
            protocol: script.setup.protocol.clone(),
            title: words::translate(language, title).to_owned(),
            time: snapshot.now.0,
            event: snapshot.event,
            events: run.head().0,
            playing: store.playback.playing,
            speed: store.playback.speed.code(),
            link: store.link(),
            script: script.to_string(),
            caption: caption(store),
            nodes: snapshot.nodes.iter().map(NodeState::of).collect(),
            properties: properties.iter().map(|shot| PropertyState::of(shot, language)).collect(),
            study: StudyState::of(store),
        }
    }
}

impl NodeState {
    fn of(shot: &NodeShot) -> NodeState {
        let memory = shot.view.fields.iter().map(|field| (field.name, field.value.clone()));
        let disk = shot.disk.iter().map(|field| (field.name, field.value.clone()));
        let stamp = shot.view.stamp;
        NodeState {
            id: shot.id,
            status: match shot.status {
                Status::Up => "up",
                Status::Paused => "paused",
                Status::Down => "down",
            },
            role: shot.view.role.name,
            isolated: shot.isolated,
            epoch: stamp.map_or_else(String::new, |stamp| format!("{} {stamp}", stamp.word)),
            memory: Fields(memory.collect()),
            disk: Fields(disk.collect()),
            log: shot.log_len(),
            panels: shot.panels.iter().map(PanelState::of).collect(),
            lamport: shot.lamport,
        }
    }
}

impl PanelState {
    pub fn of(panel: &PanelView) -> PanelState {
        let content = match panel.content.clone() {
            Content::Log { len, cells } => ContentState::Log { length: len, cells },
            Content::Table { columns, rows } => {
                let row = |row: Vec<String>| Fields(columns.iter().copied().zip(row).collect());
                ContentState::Table { rows: rows.into_iter().map(row).collect() }
            }
            Content::Queue(items) => ContentState::Queue { items },
            Content::Slots(cells) => ContentState::Slots { cells },
            Content::Set(items) => ContentState::Set { items },
            Content::Value { text, stamp, state } => ContentState::Value { text, stamp, state },
            Content::Opinions { of, .. } => {
                let opinion = |Opinion { of, word, number, .. }| OpinionState { of, word, number };
                ContentState::Opinions { opinions: of.into_iter().map(opinion).collect() }
            }
            Content::Text(text) => ContentState::Text { text },
        };
        PanelState { name: panel.name, content }
    }
}

impl PropertyState {
    fn of(shot: &PropertyShot, language: Language) -> PropertyState {
        let (mut time, mut event) = (None, None);
        let (standing, why) = match &shot.standing {
            Standing::Holds => ("holds", None),
            Standing::Violated { at, event: number, why } => {
                (time, event) = (Some(at.0), Some(*number));
                ("violated", Some(why))
            }
            Standing::Unknown(why) => ("unknown", Some(why)),
            Standing::NotYet(why) => ("not yet", Some(why)),
        };
        PropertyState {
            name: shot.name,
            kind: match shot.kind {
                PropertyKind::Always => "always",
                PropertyKind::Sometimes => "sometimes",
                PropertyKind::Converges => "converges",
            },
            time,
            event,
            standing,
            why: why.map(|why| words::tell(language, why)),
        }
    }
}

impl RunEvent {
    fn of(told: &Told, language: Language) -> RunEvent {
        RunEvent {
            event: told.event,
            time: told.at.0,
            place: told.place,
            lamport: told.lamport,
            cause: told.cause,
            message: told.message.map(|(_, kind)| kind),
            notable: told.notable,
            sentence: words::tell(language, &told.sentence),
        }
    }
}

/// A caption that stands now.
fn caption(store: &Store) -> Option<String> {
    let snapshot = store.pane().snapshot();
    let (since, caption) = snapshot.caption.as_ref()?;
    store.caption_stands(*since).then(|| words::translate(store.ui.language, caption).to_string())
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
    study: Option<StudyState>,
}

impl Watch {
    /// From now on this is watched. What is so already is not news.
    pub fn begin(&mut self, watched: Watched, store: &Store) {
        self.watched =
            Watched { events: true, properties: true, captions: true, state: true, study: true };
        self.news(store);
        self.watched = watched;
    }

    pub fn is_idle(&self) -> bool {
        self.watched == Watched::default()
    }

    /// What has happened since the last time. After a step back there are no events, for they are no news;
    /// the state says where one is.
    pub fn news(&mut self, store: &Store) -> Vec<News> {
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
            let told = pane.run.told_between(first, here);
            news.extend(told.iter().map(|told| News::Event(RunEvent::of(told, language))));
        }
        (self.run, self.event) = (Some(run), here);
        if self.watched.properties {
            self.tell_properties(&pane.run.properties(), language, &mut news);
        }
        if self.watched.captions {
            let caption = caption(store);
            if caption != self.caption {
                news.push(News::Caption { caption: caption.clone() });
                self.caption = caption;
            }
        }
        if self.watched.study {
            let study = StudyState::of(store);
            if study != self.study {
                news.push(News::Study { study: study.clone() });
                self.study = study;
            }
        }
        if self.watched.state {
            let playing = store.playback.playing;
            let rests = (!playing && store.playback.goal.is_none()).then_some(here);
            let state = Some((branch, lines, playing, store.playback.speed, rests));
            if state != self.state {
                news.push(News::State { state: Box::new(State::of(store)) });
                self.state = state;
            }
        }
        news
    }

    fn tell_properties(
        &mut self,
        shots: &[PropertyShot],
        language: Language,
        news: &mut Vec<News>,
    ) {
        for (place, shot) in shots.iter().enumerate() {
            if self.standings.get(place) != Some(&shot.standing) {
                news.push(News::Property { property: PropertyState::of(shot, language) });
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
