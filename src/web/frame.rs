//! The data that components show: read off the store, and made anew only when something has happened.

use std::rc::Rc;

use crate::base::{Place, Ratio, Span, Time};
use crate::catalog::Run;
use crate::check::Model;
use crate::export::{ExportRequest, Taken};
use crate::player::LETTERS;
use crate::player::gestures::{self, Gesture};
use crate::player::models::Models;
use crate::player::{
    Branches, Explanation, Goal, Pane, Scene, Selection, Speed, Store, StudyShot, Tab, Theme,
};
use crate::protocol::{Form, Meta, Vocabulary};
use crate::replay::cone::{Cone, Order};
use crate::replay::why::Why;
use crate::scenario::{Mistake, Scenario};
use crate::sim::snapshot::{
    ClientShot, FlightShot, Logs, MessageShot, NodeShot, PropertyShot, Snapshot, Standing, Told,
};
use crate::view::{Thumbnail, light};
use crate::words::{Language, translate};
use yew::Callback;

/// The data of the top bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    pub protocol: &'static str,
    pub scene: Option<Scene>,
    /// The scene runs as it was written.
    pub pristine: bool,
    /// What the script calls itself.
    pub title: Option<String>,
    pub seed: u64,
    pub flaws: Vec<String>,
    pub options: Vec<(String, String)>,
    pub branches: Vec<BranchLine>,
    pub branch: usize,
    /// There is a second pane.
    pub compares: bool,
    /// What was chosen to run is being fetched.
    pub fetching: bool,
    pub language: Language,
    pub theme: Theme,
}

/// The data of the controls.
#[derive(Clone, Debug)]
pub struct Controls {
    pub playing: bool,
    pub speed: Speed,
    /// The run is on a long way; how much of it is done, where that is known.
    pub goal: Option<Option<Ratio>>,
    pub event: u64,
    pub last: u64,
    /// A gesture at the cursor makes another branch.
    pub forks: bool,
    /// Something was done by hand before the cursor.
    pub acted: bool,
    /// How far a search has looked ahead, where the run stays meanwhile.
    pub looked: Option<Time>,
    /// The kind of message for which the run plays slowly just now, and the kinds for which it would.
    pub slowed: Option<&'static str>,
    pub slow_for: Vec<&'static str>,
    /// The protocol's vocabulary, for conditions that the run can be run until.
    pub words: Vocabulary,
    pub mistaken: Option<Mistake>,
    pub branches: Vec<BranchLine>,
    pub branch: usize,
    pub language: Language,
}

/// A branch in the menu.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchLine {
    /// How deep in the tree the branch stands.
    pub depth: usize,
    /// When the branch departs, and the command that made it another run, or the last command in a scene.
    pub since: Option<Time>,
    pub command: Option<String>,
    /// The script's title, and the name given by hand.
    pub title: Option<String>,
    pub name: Option<String>,
    /// Place of the branch that it departs from, and how far it is known.
    pub parent: Option<usize>,
    pub end: Time,
}

/// The data of the inspector.
#[derive(Clone, Debug)]
pub struct Inspection {
    pub now: Time,
    pub tab: Tab,
    /// The answer to the question that somebody asks.
    pub explanation: Option<Explanation>,
    pub selection: Option<Selection>,
    pub subject: Subject,
    pub gestures: Vec<Gesture>,
    /// The forms of the requests that clients can make.
    pub forms: &'static [Form],
    /// The protocol serves clients of the house: nobody else asks.
    pub serves_clients: bool,
    /// Everybody who may ask.
    pub askers: Vec<Place>,
    /// Everything at the cursor, shared with the picture.
    pub snapshot: Rc<Snapshot>,
    pub logs: Logs,
    pub properties: Vec<PropertyShot>,
    /// What is shown, as text, while a panel tells of it.
    pub scenario: Option<Scenario>,
    /// Events up to the cursor, and how far the run has been simulated.
    pub event: u64,
    pub head: Time,
    /// Newest first.
    pub told: Vec<Told>,
    pub meta: &'static Meta,
    /// The flaws that are switched on, while somebody asks why.
    pub flaws: Vec<String>,
    /// What is read beside the stage.
    pub study: Option<Rc<StudyShot>>,
    /// Which models of consistency are kept, where somebody wants to know and a store is asked.
    pub models: Option<Rc<Models>>,
    /// The model whose evidence is shown, if one was chosen.
    pub model: Option<Model>,
    /// The run plays, or is on its way.
    pub playing: bool,
    /// Where two runs are shown, which of them this is of.
    pub letter: Option<&'static str>,
}

/// The details of what is selected.
#[derive(Clone, Debug)]
pub enum Subject {
    None,
    Node(Box<NodeShot>),
    Client(Box<ClientShot>),
    Link,
    /// A message, where it is, and how its copies ended so far.
    Message {
        shot: Box<MessageShot>,
        flight: Option<Box<FlightShot>>,
        ends: Vec<Told>,
    },
}

/// Columns of the logs in the inspector, and events told there.
pub const COLUMNS: u64 = 12;
/// … and on the log's own tab.
const MORE_COLUMNS: u64 = 100;
const EVENTS: usize = 40;

impl Heading {
    pub fn of(store: &Store) -> Heading {
        // The second pane is the first with one thing different: the top bar speaks of the first.
        let pane = &store.panes[0];
        let script = pane.run.script();
        Heading {
            protocol: pane.run.meta().slug,
            scene: pane.scene(),
            pristine: pane.pristine().is_some(),
            title: script.title.clone(),
            seed: script.setup.seed,
            flaws: script.setup.flaws.clone(),
            options: script.setup.options.clone(),
            branches: branches(pane),
            branch: pane.branch,
            compares: store.panes.len() > 1,
            fetching: store.ui.fetching.is_some(),
            language: store.ui.language,
            theme: store.ui.theme,
        }
    }
}

/// The run on screen as it would be kept or taken away: the script, and where in it one is.
#[derive(Debug)]
pub struct Instant {
    pub name: String,
    pub script: String,
    /// The same with what stands beside it: see [`Store::scenario`].
    pub scenario: String,
    /// All its branches, if there are several: see [`Branches`].
    pub branches: Option<String>,
    pub time: Time,
    /// See [`Thumbnail`].
    pub picture: String,
    pub protocol: &'static str,
    /// What the timeline shows of it, and how far it has been simulated.
    pub window: Span,
    pub reached: Time,
    /// What is read beside it.
    pub study: Option<StudyShot>,
    /// Takes something of it away.
    pub take: Callback<(ExportRequest, Callback<Taken>)>,
}

impl Instant {
    pub fn of(
        store: &Store,
        scene: &crate::view::StageView,
        take: Callback<(ExportRequest, Callback<Taken>)>,
    ) -> Instant {
        let pane = store.pane();
        let script = pane.run.script();
        let title = script.title.as_deref().unwrap_or(pane.run.meta().title);
        Instant {
            name: translate(store.ui.language, title).to_owned(),
            script: script.to_string(),
            scenario: store.scenario().to_string(),
            branches: Branches::text(pane),
            time: pane.run.now(),
            picture: Thumbnail::of(scene).write(),
            protocol: pane.run.meta().slug,
            window: Span::new(store.ui.window.from, store.ui.window.to()),
            reached: pane.run.head().1,
            study: store.study.as_ref().map(|study| study.shot(&pane.run)),
            take,
        }
    }
}

impl Controls {
    pub fn of(store: &Store) -> Controls {
        let pane = store.pane();
        Controls {
            playing: store.playback.playing,
            speed: store.playback.speed,
            goal: store.playback.goal.as_ref().map(|goal| goal.progress),
            event: pane.run.event(),
            last: pane.run.head().0,
            forks: !store.moving() && pane.is_past(),
            acted: pane.last_act().is_some(),
            looked: store.playback.goal.as_ref().and_then(Goal::looked),
            slowed: store.slowed(),
            slow_for: store.playback.slow_for.clone(),
            words: pane.run.words(),
            mistaken: store.ui.mistaken.clone(),
            branches: branches(pane),
            branch: pane.branch,
            language: store.ui.language,
        }
    }
}

/// The branches, told by what made each of them another run.
pub fn branches(pane: &Pane) -> Vec<BranchLine> {
    let branches = &pane.branches;
    let place = |id: u32| branches.iter().position(|branch| branch.id == id);
    let line = |branch: &crate::player::Branch| {
        let (mut depth, mut above) = (0, branch.parent);
        while let Some((id, _)) = above {
            depth += 1;
            above = place(id).and_then(|at| branches[at].parent).filter(|_| depth < 8);
        }
        let parent = branch.parent.and_then(|(id, _)| place(id));
        let since = branch.parent.map(|(_, since)| since);
        // A branch departs where its lines are no longer its parent's.
        let lines = &branch.script.lines;
        let own = parent.map(|parent| &branches[parent].script.lines);
        let shared = own.map_or(0, |own| lines.iter().zip(own).take_while(|(a, b)| a == b).count());
        let departure = match since {
            Some(_) => lines.get(shared),
            None => branch.by_hand().last(),
        };
        let runs = branch.id == pane.current().id;
        let reached = if runs { pane.reached() } else { branch.reached };
        BranchLine {
            depth,
            since,
            command: departure.map(|line| line.command.to_string()),
            title: branch.script.title.clone(),
            name: branch.name.clone(),
            parent,
            end: lines.last().map_or(reached, |line| line.at.max(reached)),
        }
    };
    branches.iter().map(line).collect()
}

impl Inspection {
    pub fn of(store: &mut Store) -> Inspection {
        let selection = store.ui.selection;
        let study = store.study.as_ref().map(|study| Rc::new(study.shot(&store.panes[0].run)));
        let tab = store.ui.tab;
        // A step may have another tab stand below its text.
        let aside = study.as_ref().and_then(|study| study.aside).filter(|_| tab == Tab::Lesson);
        let shown = aside.unwrap_or(tab);
        let model = store.ui.model;
        let explanation = store.explanation.clone();
        let is_asked = explanation.is_some();
        let playing = store.playback.playing || store.playback.goal.is_some();
        let scenario = matches!(shown, Tab::Script | Tab::Log).then(|| store.scenario());
        let letter = (store.panes.len() > 1).then(|| LETTERS[store.active]);
        let pane = store.pane_mut();
        let snapshot = pane.snapshot();
        let gestures =
            selection.map_or_else(Vec::new, |selection| gestures::offered(pane, selection));
        let models = (shown == Tab::Models).then(|| pane.models(playing)).flatten();
        let run = &mut pane.run;
        Inspection {
            study,
            models,
            model,
            letter,
            now: run.now(),
            serves_clients: run.script().setup.places.serve_clients(),
            askers: run.script().setup.places.askers().collect(),
            tab,
            explanation,
            selection,
            subject: subject(run, &snapshot, selection),
            gestures,
            forms: run.forms(),
            snapshot,
            logs: run.logs(if shown == Tab::Log { MORE_COLUMNS } else { COLUMNS }),
            properties: run.properties(),
            scenario,
            event: run.event(),
            head: run.head().1,
            told: told(run, shown),
            meta: run.meta(),
            flaws: if is_asked { run.script().setup.flaws.clone() } else { Vec::new() },
            playing,
        }
    }

    /// Properties that are broken.
    pub fn broken(&self) -> usize {
        let broken = |shot: &&PropertyShot| matches!(shot.standing, Standing::Violated { .. });
        self.properties.iter().filter(broken).count()
    }
}

fn subject(run: &mut Run, snapshot: &Snapshot, selection: Option<Selection>) -> Subject {
    let subject = match selection {
        None => None,
        Some(Selection::Place(place)) => {
            let client = snapshot.client(place);
            let node = run.look(place).map(|shot| Subject::Node(Box::new(shot)));
            node.or_else(|| client.map(|shot| Subject::Client(Box::new(shot.clone()))))
        }
        Some(Selection::Link(..)) => Some(Subject::Link),
        Some(Selection::Message(id)) => run.message(id).map(|shot| Subject::Message {
            flight: snapshot
                .flights
                .iter()
                .find(|flight| flight.id == id)
                .map(|shot| Box::new(shot.clone())),
            ends: run.ends(id),
            shot: Box::new(shot),
        }),
    };
    subject.unwrap_or(Subject::None)
}

/// The story so far, newest first. On the script's tab every event is told.
fn told(run: &mut Run, tab: Tab) -> Vec<Told> {
    let mut told = match tab {
        Tab::Node => run.told(EVENTS / 2, true),
        Tab::Script => run.told(EVENTS, false),
        Tab::Lesson | Tab::Message | Tab::Why | Tab::Properties | Tab::Models | Tab::Log => {
            Vec::new()
        }
    };
    told.reverse();
    told
}

/// The causes and the light cone that are shown while somebody asks why.
#[derive(Debug)]
pub struct Light {
    pub why: Option<Rc<Why>>,
    pub cone: Option<Rc<Cone>>,
    /// How the last thing that each place has done lies to the event, where its cone is shown.
    pub standings: Vec<(Place, Order)>,
    /// As far as the run is known.
    pub known: Time,
}

impl Light {
    /// Nothing is lit where nothing is asked.
    pub fn of(store: &Store) -> Option<Light> {
        let explanation = store.explanation.as_ref()?;
        let run = &store.pane().run;
        let standing = |cone: &Cone, place| {
            let order = light::standing(cone, place, run.event(), run.sim().own(place))?;
            Some((place, order))
        };
        let standings = explanation.cone.iter().flat_map(|cone| {
            cone.sides.iter().filter_map(|side| standing(cone, side.place)).collect::<Vec<_>>()
        });
        Some(Light {
            why: explanation.why.clone(),
            cone: explanation.cone.clone(),
            standings: standings.collect(),
            known: run.head().1,
        })
    }
}
