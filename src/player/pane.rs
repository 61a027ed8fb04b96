//! A run with its branches: everything that was tried is kept, and can be gone back to.
//!
//! A branch is a script, since a run is nothing else. A command given in the past makes the future
//! that was seen untrue; the script that led there stays behind as a branch, and a new one goes on
//! from the command. Nobody has to decide beforehand what to keep.

pub mod branches;

use std::cell::RefCell;
use std::rc::Rc;

use crate::base::{Sentence, Time, is_unseen};
use crate::catalog::{self, Run};
use crate::command::{Command, Script, ScriptLine, Setup};
use crate::player::models::Models;
use crate::player::playback::STEPS;
use crate::scenario::{self, Scenario, Variant};
use crate::sentence;
use crate::service::store;
use crate::sim::snapshot::{Snapshot, Standing};
use crate::sim::trace::EventKind;

/// Branches kept at the most; beyond it the one that was longest left alone goes.
pub const BRANCHES: usize = 32;
/// The name of a branch has at most so many characters.
pub const NAME: usize = 80;

thread_local! {
    /// The scenes that have been read.
    static SCENES: RefCell<Vec<(Scene, Rc<Scenario>)>> = const { RefCell::new(Vec::new()) };
}

/// A run on the page.
pub struct Pane {
    pub run: Run,
    /// The branches in the order of their beginning. The branch that runs is among them.
    pub branches: Vec<Branch>,
    /// Place of the branch that runs.
    pub branch: usize,
    /// Where two branches first differ, as was asked last.
    pub compared: Option<Compared>,
    /// The branch that was deleted last, with the children that lost it.
    deleted: Option<(Branch, Children)>,
    /// Counts what is done to branches: gives their ids, and tells which was touched last.
    serial: u32,
    /// The models that were judged last, of which branch and with how many commands.
    judged: RefCell<Option<(Version, Rc<Models>)>>,
    /// The snapshot that was taken last, and of which instant: see [`Pane::snapshot`].
    taken: RefCell<Option<(SnapshotKey, Rc<Snapshot>)>>,
}

/// A branch, and the number of its commands.
type Version = (u32, usize);

/// What a snapshot depends on: the branch, the number of its commands, and the cursor.
type SnapshotKey = (u32, usize, (Time, u64));

/// A script that was run, and how far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Unique within the pane; never given twice.
    pub id: u32,
    /// The branch that this one departs from, unless it began by itself, and when.
    pub parent: Option<(u32, Time)>,
    /// The scene that the branch began as.
    pub scene: Option<Scene>,
    /// The name that was given by hand.
    pub name: Option<String>,
    /// Up to date also for the branch that runs.
    pub script: Script,
    /// How far the branch had been run when it was left. Whoever comes back sees as much again.
    pub reached: Time,
    /// The pane's count when the branch was begun, gone to or given a command.
    touched: u32,
}

/// Two branches, by their ids, and when the first thing happens that does not happen in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    pub branches: [u32; 2],
    pub at: Time,
}

/// A scene of the catalog: the protocol's slug and the scene's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    pub protocol: &'static str,
    pub name: &'static str,
}

impl Scene {
    /// The scene of these names.
    pub fn find(protocol: &str, name: &str) -> Option<Scene> {
        let meta = catalog::find(protocol)?.meta;
        let (name, _) = meta.scenes.iter().find(|(known, _)| *known == name)?;
        Some(Scene { protocol: meta.slug, name })
    }

    /// The scene that this script is, unmodified.
    pub fn of(script: &Script) -> Option<Scene> {
        let of = &script.setup.protocol;
        Scene::all().find(|scene| scene.protocol == *of && scene.read().script == *script)
    }

    /// All scenes, in the order of the menu.
    pub fn all() -> impl Iterator<Item = Scene> {
        catalog::catalog().flat_map(|entry| {
            entry.meta.scenes.iter().map(|(name, _)| Scene { protocol: entry.meta.slug, name })
        })
    }

    /// The scene that this script once was: nobody who changes one changes its title.
    fn behind(script: &Script) -> Option<Scene> {
        let title = script.title.as_ref()?;
        let of = |scene: &Scene| scene.protocol == script.setup.protocol;
        Scene::all().filter(of).find(|scene| scene.read().script.title.as_ref() == Some(title))
    }

    /// What it opens beside its run, if it does.
    pub fn beside(self) -> Option<Variant> {
        self.read().beside.clone()
    }

    /// The script of its run.
    pub fn script(self) -> Script {
        self.read().script.clone()
    }

    /// What it shows, read once. The catalog's own scenes can all be read: a test reads them. One that names
    /// another protocol beside its own is alone until that is there, which whoever opens it has fetched. One
    /// that could not be read would be an empty run, and have for its title what is wrong with it.
    fn read(self) -> Rc<Scenario> {
        SCENES.with_borrow_mut(|known| {
            if let Some((_, scenario)) = known.iter().find(|(scene, _)| *scene == self) {
                return scenario.clone();
            }
            let entry = catalog::find(self.protocol);
            let text = entry.and_then(|entry| entry.scene(self.name)).unwrap_or_default();
            if let Ok(scenario) = scenario::parse_scenario(text) {
                let scenario = Rc::new(scenario);
                known.push((self, scenario.clone()));
                return scenario;
            }
            let script = scenario::parse_first(text).unwrap_or_else(|mistake| Script {
                setup: Setup::new(self.protocol, entry.map_or(&[], |entry| entry.meta.kinds)),
                title: Some(mistake.to_string()),
                lines: Vec::new(),
            });
            Rc::new(Scenario { script, beside: None })
        })
    }

    /// Its title, a key of the translations.
    pub fn title(self) -> String {
        self.read().script.title.clone().unwrap_or_else(|| self.name.to_owned())
    }
}

impl Branch {
    fn new(id: u32, parent: Option<(u32, Time)>, scene: Option<Scene>, script: Script) -> Branch {
        let (reached, touched) = (Time::ZERO, id);
        Branch { id, parent, scene, name: None, script, reached, touched }
    }

    /// The scene that this is, or once was.
    fn origin(&self) -> Option<Rc<Scenario>> {
        self.scene.or_else(|| Scene::behind(&self.script)).map(Scene::read)
    }

    /// What was done in the scene that this is, or once was, beside what happens there by itself.
    pub fn by_hand(&self) -> impl Iterator<Item = &ScriptLine> {
        let scene = self.origin();
        let is_own = move |line: &&ScriptLine| {
            scene.as_ref().is_some_and(|scene| !scene.script.lines.contains(line))
        };
        self.script.lines.iter().filter(is_own)
    }

    /// Whether somebody did this. Where a script is no scene, all that it does is somebody's doing.
    fn is_by_hand(&self, line: &ScriptLine) -> bool {
        match self.origin() {
            Some(scene) => !scene.script.lines.contains(line),
            None => !matches!(*line.command, Command::Say(_) | Command::Goal(_) | Command::End),
        }
    }
}

/// The branches that departed from one that is gone, and when.
type Children = Vec<(u32, Time)>;

/// So many branches had to go, which the page tells.
pub(super) struct Dropped(pub usize);

impl Pane {
    /// A pane that stands at the start of this script.
    pub(super) fn new(script: Script) -> Result<Pane, Sentence> {
        let run = start(script.clone())?;
        let scene = Scene::of(&script);
        let branches = vec![Branch::new(0, None, scene, script)];
        Ok(Pane {
            run,
            branches,
            branch: 0,
            compared: None,
            deleted: None,
            serial: 0,
            judged: RefCell::default(),
            taken: RefCell::default(),
        })
    }

    /// The branch that runs.
    pub fn current(&self) -> &Branch {
        &self.branches[self.branch]
    }

    /// The scene that the present branch began as, for the menu.
    pub fn scene(&self) -> Option<Scene> {
        self.current().scene
    }

    /// The scene that the present branch still is, unmodified.
    pub fn pristine(&self) -> Option<Scene> {
        self.scene().filter(|scene| scene.read().script == *self.run.script())
    }

    /// Time, and number of the last event.
    pub fn cursor(&self) -> (Time, u64) {
        (self.run.now(), self.run.event())
    }

    /// Everything at the cursor, as a picture shows it: see [`Run::glance`]. It is taken once for an instant, and shared by all who read it.
    pub fn snapshot(&self) -> Rc<Snapshot> {
        let instant = (self.current().id, self.run.script().lines.len(), self.cursor());
        let mut taken = self.taken.borrow_mut();
        if let Some((_, snapshot)) = taken.as_ref().filter(|(of, _)| *of == instant) {
            return Rc::clone(snapshot);
        }
        let snapshot = Rc::new(self.run.glance());
        *taken = Some((instant, Rc::clone(&snapshot)));
        snapshot
    }

    /// Which models of consistency are kept up to the cursor, if what clients ask is judged at all.
    pub fn models(&self, moving: bool) -> Option<Rc<Models>> {
        if self.run.forms().iter().all(|form| *form != store::GET) {
            return None;
        }
        let of = (self.current().id, self.run.script().lines.len());
        let mut judged = self.judged.borrow_mut();
        let before = judged.take().filter(|(known, _)| *known == of).map(|(_, models)| models);
        let models = Models::of(&self.run, before, moving);
        *judged = Some((of, Rc::clone(&models)));
        Some(models)
    }

    /// The models as they were judged last, if that was of this branch.
    pub fn judged(&self) -> Option<Rc<Models>> {
        let of = (self.current().id, self.run.script().lines.len());
        let judged = self.judged.borrow();
        judged.as_ref().filter(|(known, _)| *known == of).map(|(_, models)| Rc::clone(models))
    }

    /// How far the present branch has been run, now or before.
    pub fn reached(&self) -> Time {
        self.run.head().1.max(self.current().reached)
    }

    /// The place, among the lines of the script, of the last thing that was done by hand before the cursor.
    pub fn last_act(&self) -> Option<usize> {
        let branch = self.current();
        let given = self.run.sim().commands() as usize;
        self.run.script().lines[..given].iter().rposition(|line| branch.is_by_hand(line))
    }

    /// The last event before that.
    pub fn before_act(&self) -> Option<u64> {
        let lines = &self.run.script().lines;
        let act = self.last_act()?;
        let at = lines[act].at;
        let mut before = lines[..act].iter().filter(|line| line.at == at).count();
        let mut event = None;
        self.run.walk(at, at, &mut |number, happened| {
            if matches!(happened.what, EventKind::Command(_) | EventKind::Refused(_)) {
                event = (before == 0).then_some(number);
                before = before.saturating_sub(1);
            }
            event.is_none()
        });
        Some(event? - 1)
    }

    /// Whether a command now would make something untrue: what was seen already, or what the
    /// script still holds.
    pub fn is_past(&self) -> bool {
        let (now, event) = self.cursor();
        event < self.run.head().0
            || now < self.current().reached
            || self.run.script().lines.last().is_some_and(|line| line.at > now)
    }

    /// Gives a command at the cursor. In the past it starts a branch; refused, it changes nothing.
    pub(super) fn command(&mut self, command: Command) -> Result<Option<Dropped>, Sentence> {
        let (forks, now) = (self.is_past(), self.run.now());
        let reached = self.reached();
        self.run.command(command)?;
        if forks {
            self.branches[self.branch].reached = reached;
            let (id, scene) = (self.current().id, self.scene());
            return Ok(self.begin(Some((id, now)), scene));
        }
        let touched = self.count();
        let id = self.current().id;
        self.compared = self.compared.filter(|compared| !compared.branches.contains(&id));
        let branch = &mut self.branches[self.branch];
        branch.script = self.run.script().clone();
        branch.touched = touched;
        Ok(None)
    }

    /// Runs another script from its start. The present one stays as a branch, unless it is a scene
    /// that nobody has touched; a script that is a branch already is gone to.
    pub(super) fn load(
        &mut self,
        script: Script,
        departs: bool,
    ) -> Result<Option<Dropped>, Sentence> {
        let scene = Scene::of(&script).or_else(|| self.scene().filter(|_| departs));
        let parent = departs.then(|| (self.current().id, Time::ZERO));
        let run = start(script)?;
        self.leave(departs);
        self.run = run;
        if let Some(known) =
            self.branches.iter().position(|branch| branch.script == *self.run.script())
        {
            self.branch = known;
            self.branches[known].touched = self.count();
            return Ok(None);
        }
        Ok(self.begin(parent, scene))
    }

    /// Drops the branch that is nothing but this script, if another one runs and none departed from it.
    pub(super) fn let_go_of(&mut self, script: &Script) {
        let is_bare = |branch: &Branch| {
            branch.script == *script && branch.parent.is_none() && branch.name.is_none()
        };
        let departs =
            |id: u32| self.branches.iter().any(|it| it.parent.is_some_and(|(of, _)| of == id));
        let bare = (0..self.branches.len()).find(|&place| {
            let branch = &self.branches[place];
            place != self.branch && is_bare(branch) && !departs(branch.id)
        });
        if let Some(place) = bare {
            self.remove(place);
        }
    }

    /// Goes to another branch, at its start.
    pub(super) fn go_to(&mut self, place: usize) -> Result<(), Sentence> {
        let run = start(self.branches[place].script.clone())?;
        self.branches[self.branch].reached = self.reached();
        self.run = run;
        self.branch = place;
        self.branches[place].touched = self.count();
        Ok(())
    }

    /// The property that broke after event `since`, the first if there are several: its name, the
    /// event, and why.
    pub(super) fn broken_since(&self, since: u64) -> Option<(&'static str, u64, Sentence)> {
        let broken =
            self.run.properties().into_iter().filter_map(|property| match property.standing {
                Standing::Violated { event, why, .. } if event > since => {
                    Some((property.name, event, why))
                }
                _ => None,
            });
        broken.min_by_key(|(_, event, _)| *event)
    }

    /// Before another script takes the place of the present one, or departs from it.
    fn leave(&mut self, departs: bool) {
        self.branches[self.branch].reached = self.reached();
        let id = self.current().id;
        let is_parent =
            self.branches.iter().any(|other| other.parent.is_some_and(|(of, _)| of == id));
        if self.pristine().is_some() && !is_parent && !departs {
            // Whatever runs next takes its place.
            self.branches.remove(self.branch);
            self.compared = None;
        }
    }

    /// A new branch for what runs now; the one longest left alone makes room.
    fn begin(&mut self, parent: Option<(u32, Time)>, scene: Option<Scene>) -> Option<Dropped> {
        let id = self.count();
        let script = self.run.script().clone();
        self.branches.push(Branch::new(id, parent, scene, script));
        self.branch = self.branches.len() - 1;
        self.make_room()
    }

    /// Where there are too many, those left alone longest go.
    fn make_room(&mut self) -> Option<Dropped> {
        let mut gone = 0;
        while self.branches.len() > BRANCHES {
            let others = (0..self.branches.len()).filter(|&place| place != self.branch);
            let oldest = others.min_by_key(|&place| self.branches[place].touched)?;
            self.remove(oldest);
            gone += 1;
        }
        (gone > 0).then_some(Dropped(gone))
    }

    /// Takes a branch away that does not run; who departed from it comes back with it.
    fn remove(&mut self, place: usize) -> (Branch, Children) {
        let gone = self.branches.remove(place);
        if self.branch > place {
            self.branch -= 1;
        }
        self.compared = self.compared.filter(|compared| !compared.branches.contains(&gone.id));
        let children = hand_over(&mut self.branches, &gone);
        (gone, children)
    }

    /// Calls a branch so, or by nothing what it is called by itself.
    pub(super) fn name(&mut self, place: usize, name: &str) -> Result<(), Sentence> {
        self.branches[place].name = tidy(name)?;
        Ok(())
    }

    /// Deletes a branch; instead of the one that runs, its parent is gone to.
    pub(super) fn delete(&mut self, place: usize) -> Result<(), Sentence> {
        if self.branches.len() == 1 {
            return Err(sentence!("This is the only branch: it cannot be deleted."));
        }
        if place == self.branch {
            let parent = self.branches[place].parent.map(|(of, _)| of);
            let above = self.branches.iter().position(|branch| Some(branch.id) == parent);
            let beside = if place == 0 { 1 } else { place - 1 };
            self.go_to(above.unwrap_or(beside))?;
        }
        self.deleted = Some(self.remove(place));
        Ok(())
    }

    /// Brings back the branch that was deleted last, where there is room for it.
    pub(super) fn restore(&mut self) -> Result<(), Sentence> {
        let Some((mut branch, children)) = self.deleted.take() else {
            return Err(sentence!("There is no deleted branch to bring back."));
        };
        if self.branches.len() >= BRANCHES {
            self.deleted = Some((branch, children));
            return Err(sentence!(
                "Only {0} branches are kept: delete one first, or let it go.",
                BRANCHES
            ));
        }
        let id = branch.id;
        branch.parent = branch.parent.filter(|(of, _)| self.branches.iter().any(|b| b.id == *of));
        for (child, since) in children {
            if let Some(child) = self.branches.iter_mut().find(|branch| branch.id == child) {
                child.parent = Some((id, since));
            }
        }
        let place = self.branches.partition_point(|branch| branch.id < id);
        self.branches.insert(place, branch);
        if place <= self.branch {
            self.branch += 1;
        }
        Ok(())
    }

    fn count(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }
}

/// The children of a branch that is gone depart from its parent instead, which they did with it.
fn hand_over(branches: &mut [Branch], gone: &Branch) -> Children {
    let mut children = Vec::new();
    for branch in branches {
        if let Some((of, since)) = branch.parent
            && of == gone.id
        {
            branch.parent = gone.parent.map(|(above, from)| (above, from.min(since)));
            children.push((branch.id, since));
        }
    }
    children
}

/// A name without what nobody sees, on one line; none if nothing is left of it.
fn tidy(name: &str) -> Result<Option<String>, Sentence> {
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let words = name.split(blank).map(|word| word.replace(is_unseen, ""));
    let name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Ok(None),
        length if length > NAME => Err(sentence!(
            "A branch's name has at most {0} characters; this one has {1}.",
            NAME,
            length
        )),
        _ => Ok(Some(name)),
    }
}

/// A run with everything booted: nobody wants to look at a cluster before it is there.
fn start(script: Script) -> Result<Run, Sentence> {
    let mut run = catalog::start(script)?;
    run.run_to(Time::ZERO, STEPS);
    Ok(run)
}
