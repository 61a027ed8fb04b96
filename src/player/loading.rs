//! Another script in place of the present one: a scene, a text, a kept run, a link, another seed.

use super::action::{Change, Notice, NoticeKind, RunAction};
use super::pane::branches::Branches;
use super::pane::{Dropped, Scene};
use super::permalink::Permalink;
use super::playback::{STEPS, Target};
use super::store::Store;
use super::terms::{Below, Selection};
use crate::base::{Sentence, Time};
use crate::command::Script;
use crate::explore::condition;
use crate::scenario::{self, Scenario, Variant};
use crate::sentence;

impl Store {
    pub(super) fn update_run(&mut self, action: RunAction) -> Change {
        match action {
            RunAction::LoadProtocol(slug) => {
                match Scene::all().find(|scene| scene.protocol == slug) {
                    Some(scene) => self.load_scene(scene.protocol, scene.name),
                    None => self.settle(Err(sentence!("There is no protocol “{0}”.", slug))),
                }
            }
            RunAction::LoadScene { protocol, scene } => self.load_scene(&protocol, &scene),
            RunAction::LoadText(text) => self.load_text(&text),
            RunAction::Load { script, branches, at, notice } => {
                self.resume(*script, branches, at, notice.map(|notice| *notice))
            }
            RunAction::OpenLink(hash) => self.open_link(&hash),
            RunAction::Seed(seed) => self.reseed(seed),
            RunAction::OtherRuns(pane) => self.look_for_other_runs(pane),
            RunAction::ToggleFlaw(name) => self.toggle_flaw(&name),
            RunAction::Option { pane, name, value } => self.set_option(pane, name, value),
        }
        Change::Frame
    }

    fn load_scene(&mut self, protocol: &str, name: &str) {
        let Some(scene) = Scene::find(protocol, name) else {
            let name = format!("{protocol}/{name}");
            self.settle(Err(sentence!("There is no scene “{0}”.", name)));
            return;
        };
        // A comparison that somebody began goes on; one that a scene began ends with it.
        let by_hand = match self.panes[0].scene().and_then(Scene::beside) {
            None => self.variant(),
            Some(_) => {
                self.close_second();
                None
            }
        };
        let beside = scene.beside().or(by_hand);
        let below = Below::best_for(&scene.script());
        if self.show(Scenario { script: scene.script(), beside }) {
            self.ui.below = below;
            self.playback.play();
        }
    }

    /// Runs this in the first pane, from its start, and beside it what the scenario says, or nothing;
    /// whether the script can be run.
    pub(super) fn show(&mut self, Scenario { script, beside }: Scenario) -> bool {
        let loaded = self.panes[0].load(script, false);
        if loaded.is_ok() && beside.is_none() && self.panes.len() > 1 {
            self.show_beside(None);
        }
        self.begin(beside, loaded)
    }

    fn load_text(&mut self, text: &str) {
        match scenario::parse_scenario(text) {
            // In the second pane a run is changed by itself.
            Ok(Scenario { script, beside: None }) if self.active > 0 => {
                self.load(self.active, script, false);
            }
            Ok(scenario) => drop(self.show(scenario)),
            Err(mistake) => {
                self.ui.notice =
                    Some(Notice::mistake(mistake.line, mistake.column, mistake.sentence));
            }
        }
    }

    /// Goes on with a run where it was left.
    fn resume(
        &mut self,
        script: Script,
        branches: Option<Box<Branches>>,
        at: Time,
        notice: Option<Notice>,
    ) {
        let lacks = branches.as_ref().and_then(|stored| stored.lacks()).map(Notice::plain);
        let variant = self.variant();
        let loaded = match branches {
            Some(stored) => self.panes[0].open(*stored),
            None => self.panes[0].load(script, false),
        };
        if self.begin(variant, loaded) {
            self.set_out(Target::Time(at.min(Time::LIMIT)));
            self.ui.notice = notice.or(lacks).or(self.ui.notice.take());
        }
    }

    fn open_link(&mut self, hash: &str) {
        // The notice on the page does not speak of this link.
        self.ui.notice = None;
        let language = self.ui.language;
        match Permalink::parse(hash).map(|link| Store::reading(link, language)) {
            Ok((link, study, notice)) => {
                // Behind a door the run that was there last goes on.
                if link.door.is_some() {
                    (self.ui.door, self.ui.term) = (link.door, link.term);
                    self.ui.notice = notice;
                    return;
                }
                let Scenario { script, beside } = link.scenario();
                self.active = 0;
                if script == *self.pane().run.script() || self.load(0, script, false) {
                    if beside.is_some() || self.panes.len() > 1 {
                        // What stood beside the run before need not go with this one.
                        self.ui.notice.take_if(|notice| notice.kind == NoticeKind::Refusal);
                        self.show_beside(beside.as_ref());
                    }
                    self.follow(&link, study);
                    self.ui.notice = link.complaint().or(notice).or(self.ui.notice.take());
                }
            }
            Err(notice) => self.ui.notice = Some(notice),
        }
    }

    fn toggle_flaw(&mut self, name: &str) {
        let now = self.pane().run.now();
        let mut script = self.panes[0].run.script().clone();
        let before = script.setup.flaws.len();
        script.setup.flaws.retain(|flaw| flaw != name);
        if script.setup.flaws.len() == before {
            script.setup.flaws.push(name.to_owned());
        }
        if self.load(0, script, true) {
            self.set_out(Target::Time(now));
        }
    }

    /// In the second pane only that one's run is another.
    fn set_option(&mut self, place: usize, name: String, value: String) {
        let Some(pane) = self.panes.get(place) else { return };
        let now = pane.run.now();
        let script = match Variant::Setting(name, value).of(pane.run.script()) {
            Ok((script, _)) => script,
            Err(why) => {
                self.ui.notice = Some(Notice::refusal(why));
                return;
            }
        };
        let runs = match place {
            0 => self.load(0, script, true),
            _ => {
                let loaded = self.panes[place].load(script, true);
                self.begin(None, loaded)
            }
        };
        if runs {
            self.set_out(Target::Time(now));
        }
    }

    /// Runs another script in this pane, which may depart from the present one; whether the script can be
    /// run. The second pane runs the same variant of the new script.
    pub(super) fn load(&mut self, place: usize, script: Script, departs: bool) -> bool {
        let variant = self.variant().filter(|_| place == 0);
        let loaded = self.panes[place].load(script, departs);
        self.begin(variant, loaded)
    }

    /// Settles the page after a pane was to load another script; whether the script runs.
    fn begin(
        &mut self,
        variant: Option<Variant>,
        loaded: Result<Option<Dropped>, Sentence>,
    ) -> bool {
        let runs = loaded.is_ok();
        if runs {
            self.begin_anew();
            self.narration.begins = true;
        }
        self.settle(loaded);
        if runs && variant.is_some() {
            self.show_beside(variant.as_ref());
        }
        for pane in self.panes.iter_mut().filter(|pane| runs && pane.run.now() > Time::ZERO) {
            pane.run.seek(Time::ZERO, STEPS);
        }
        runs
    }

    /// Forgets what the page knew of the run before: another run stands at its start.
    pub(super) fn begin_anew(&mut self) {
        self.playback.give_up();
        self.ui.window.follows = true;
        self.ui.window.from = Time::ZERO;
        self.ui.hover = None;
        self.ui.touched = None;
        self.act = None;
        self.ui.text_search = None;
        self.explanation = None;
        self.playback.until = None;
        self.ui.mistaken = None;
        let run = &self.panes[0].run;
        self.playback.slow_for.retain(|kind| condition::kinds(run).any(|known| known == *kind));
        let script = self.pane().run.script();
        let kept = self.ui.selection.filter(|selection| match *selection {
            Selection::Place(place) => script.setup.places.has(place),
            Selection::Link(from, to) => {
                script.setup.places.has(from) && script.setup.places.has(to)
            }
            Selection::Message(_) => false,
        });
        if kept != self.ui.selection {
            self.ui.select(kept);
        }
    }

    /// After a reload: the branches that a pane had, from their text ([`Branches::text`]). Whether it
    /// could be read.
    pub fn bring_back(&mut self, place: usize, text: &str) -> bool {
        let (dropped, told) = match Branches::parse(text) {
            Ok(stored) => (Ok(self.panes[place].adopt(stored.clone())), stored.lacks()),
            Err(why) => (Err(why), None),
        };
        let read = dropped.is_ok();
        let before = self.ui.notice.take();
        self.settle(dropped);
        self.ui.notice = before.or(told.map(Notice::plain)).or(self.ui.notice.take());
        self.see_again();
        read
    }

    /// Simulates the present branch again as far as it had been run; the cursor stays where it is.
    fn see_again(&mut self) {
        let (known, (now, event)) = (self.pane().current().reached, self.pane().cursor());
        let is_seen = self.playback.playing || known <= self.pane().run.head().1;
        match &mut self.playback.goal {
            Some(goal) => goal.known = known,
            None if is_seen => {}
            None => drop(self.set_out(Target::Cursor(now, event))),
        }
    }
}
