//! The store: the page's whole state, changed by actions and by nothing else.

use super::action::{Action, Change};
use super::divergence::DivergenceSearch;
use super::pane::{self, BRANCHES, Branches, Dropped, Pane, Scene};
use super::permalink::{Permalink, Shows};
use super::playback::{Goal, Playback, STEPS, Speed, Target};
use super::table::TablePage;
use super::ui::{Notice, Selection, Tab, Theme, Ui};
use super::variant::Variant;
use super::why::{Explanation, Question};
use crate::base::{Sentence, Time};
use crate::command::{Command, Script};
use crate::explore::condition;
use crate::words::{self, Language};
use crate::{catalog, scenario, sentence, tr};

/// The page's whole state.
pub struct Store {
    /// One, or two that show the same instant.
    pub panes: Vec<Pane>,
    /// Place of the one that the inspector shows.
    pub active: usize,
    pub playback: Playback,
    pub ui: Ui,
    /// Why something is so, as long as somebody wants to know.
    pub explanation: Option<Explanation>,
    /// How often a pane was opened or closed.
    pub(super) opened: u32,
    pub(super) divergence_search: Option<DivergenceSearch>,
}

/// What the browser wishes, and what an earlier visit chose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Preferences {
    pub language: Language,
    pub theme: Theme,
    pub reduced_motion: bool,
}

impl Store {
    /// A page that shows this script, paused at its start.
    pub fn new(script: Script, preferences: Preferences) -> Result<Store, Sentence> {
        let Preferences { language, theme, reduced_motion } = preferences;
        let ui = Ui { language, theme, reduced_motion, ..Ui::default() };
        let pane = Pane::new(script)?;
        let playback = Playback::default();
        Ok(Store {
            panes: vec![pane],
            active: 0,
            playback,
            ui,
            explanation: None,
            opened: 0,
            divergence_search: None,
        })
    }

    /// The page that a link's hash asks for (`#v1&…`). Without a cursor it plays from the start.
    /// Whatever is wrong with the link is told as a notice over the first scene.
    pub fn from_link(hash: &str, preferences: Preferences) -> Store {
        let (link, notice) = match Permalink::parse(hash) {
            Ok(link) => (link, None),
            Err(notice) => (Permalink::default(), Some(notice)),
        };
        let (mut store, notice) = match Store::new(link.shows.script(), preferences) {
            Ok(store) => (store, notice),
            Err(why) => {
                let first = Store::new(Shows::First.script(), preferences);
                let Ok(first) = first else { unreachable!("what the catalog offers runs") };
                (first, Some(Notice::refusal(why)))
            }
        };
        if link.with.is_some() {
            store.show_beside(link.with.as_ref());
        }
        store.follow(&link);
        store.ui.notice = link.complaint().or(store.ui.notice).or(notice);
        store
    }

    /// Whether this link can be read, and what it says can run. Else the first scene is shown.
    pub fn can_open(hash: &str) -> bool {
        Permalink::parse(hash).is_ok_and(|link| catalog::start(link.shows.script()).is_ok())
    }

    /// What a link says beside what runs.
    fn follow(&mut self, link: &Permalink) {
        if let Some(language) = link.language {
            (self.ui.language, self.ui.language_chosen) = (language, true);
        }
        if link.theme != Theme::Auto {
            self.ui.theme = link.theme;
        }
        self.playback.set_speed(link.speed);
        self.ui.lanes = link.lanes.clone();
        if link.panel != Tab::default() || self.ui.tab.is_of_the_run() {
            self.ui.tab = link.panel;
        }
        // An instant that is asked for is shown, not played past.
        self.playback.playing = false;
        match link.at {
            None => self.playback.play(),
            Some((time, None)) => drop(self.set_out(Target::Time(time))),
            Some((time, Some(event))) => drop(self.set_out(Target::Cursor(time, event))),
        }
    }

    /// The hash that brings somebody else to where this page is, or to where it is on its way: `#v1&…`.
    pub fn link(&self) -> String {
        let pane = &self.panes[0];
        let shows = match pane.pristine() {
            Some(scene) => Shows::Scene(scene),
            None => Shows::Script(pane.run.script().clone()),
        };
        let (now, event) = pane.cursor();
        let ahead = self.playback.goal.as_ref().and_then(Goal::place);
        let link = Permalink {
            shows,
            with: self.variant(),
            at: Some(ahead.unwrap_or((now, Some(event)))),
            language: self.ui.language_chosen.then_some(self.ui.language),
            theme: self.ui.theme,
            speed: self.playback.speed,
            panel: Some(self.ui.tab).filter(|tab| tab.is_of_the_run()).unwrap_or_default(),
            lanes: self.ui.lanes.clone(),
            broken: false,
        };
        format!("#{link}")
    }

    /// Does what is asked for, and says how much of the page it changed.
    pub fn update(&mut self, action: Action) -> Change {
        match action {
            Action::Toggle if self.playback.playing => self.pause(),
            Action::Toggle | Action::Play => self.play(),
            Action::Pause => self.pause(),
            Action::Tick { elapsed_micros } => self.tick(elapsed_micros),
            Action::StepForward => self.step(),
            Action::StepBack => self.step_back(),
            Action::ToStart => self.seek(Target::Time(Time::ZERO)),
            Action::ToHead => self.seek(Target::Time(self.pane().run.head().1)),
            Action::Seek(time) => self.seek(Target::Time(time.min(Time::LIMIT))),
            Action::SeekEvent(event) => self.seek(Target::Event(event)),
            Action::Find { text, next } => self.find(&text, next),
            Action::RunUntil(condition) => self.run_until(&condition),
            Action::SlowFor(kind, slow) => self.slow_for(kind, slow),
            Action::Speed(speed) => self.set_speed(speed),
            Action::Faster => self.set_speed(self.playback.speed.faster()),
            Action::Slower => self.set_speed(self.playback.speed.slower()),
            Action::CancelGoal => match self.playback.give_up() {
                true => Change::Frame,
                false => Change::None,
            },
            Action::Unask => match self.explanation.take() {
                Some(_) => Change::Frame,
                None => Change::None,
            },
            Action::Do(command) => self.give(command),
            Action::Ask(question) => self.ask(question),
            Action::ShowCone(_) | Action::ShowSource(_) => self.elaborate(action),
            Action::Branch(place) => self.go_to_branch(place),
            Action::Compare(place) => self.compare(place),
            Action::NameBranch(..) | Action::DeleteBranch(_) | Action::RestoreBranch => {
                self.update_branches(action)
            }
            Action::LoadProtocol(_) | Action::LoadScene { .. } => self.update_script(action),
            Action::LoadText(_) | Action::Load { .. } | Action::OpenLink(_) => {
                self.update_script(action)
            }
            Action::Seed(_) | Action::ToggleFlaw(_) => self.update_script(action),
            Action::Split(variant) => self.split(&variant),
            Action::SplitBranch(place) => self.split_branch(place),
            Action::Unsplit(place) => self.unsplit(place),
            Action::Activate(place) => self.activate(place),
            action => self.update_page(action),
        }
    }

    /// The actions that change what is kept.
    fn update_branches(&mut self, action: Action) -> Change {
        let (now, before) = (self.pane().run.now(), self.pane().current().id);
        let places = 0..self.pane().branches.len();
        let pane = self.pane_mut();
        let done = match action {
            Action::NameBranch(place, name) if places.contains(&place) => {
                pane.name(place, &name).map(|()| None)
            }
            Action::DeleteBranch(place) if places.contains(&place) => {
                let name = pane.branches[place].name.clone();
                pane.delete(place).map(|()| Some(name))
            }
            Action::RestoreBranch => pane.restore().map(|()| None),
            _ => return Change::None,
        };
        let deleted = done.as_ref().is_ok_and(Option::is_some);
        if self.pane().current().id != before {
            self.begin_anew();
            self.set_out(Target::Time(now));
        }
        self.ui.notice = match done {
            Err(why) => Some(Notice::refusal(why)),
            Ok(None) => None,
            Ok(Some(name)) => Some(Notice::plain(match name {
                Some(name) => sentence!("The branch “{0}” is deleted.", name),
                None => sentence!("The branch is deleted."),
            })),
        };
        if let Some(notice) = &mut self.ui.notice {
            notice.restores = deleted;
        }
        Change::Frame
    }

    /// The actions that put another script in place of the present one.
    fn update_script(&mut self, action: Action) -> Change {
        match action {
            Action::LoadProtocol(slug) => match Scene::all().find(|scene| scene.protocol == slug) {
                Some(scene) => self.load_scene(scene.protocol, scene.name),
                None => self.settle(Err(sentence!("There is no protocol “{0}”.", slug))),
            },
            Action::LoadScene { protocol, scene } => self.load_scene(&protocol, &scene),
            Action::LoadText(text) => self.load_text(&text),
            Action::Load { script, branches, at, notice } => {
                self.resume(*script, branches, at, notice.map(|notice| *notice))
            }
            Action::OpenLink(hash) => self.open_link(&hash),
            Action::Seed(seed) => self.reseed(seed),
            Action::ToggleFlaw(name) => self.toggle_flaw(&name),
            _ => unreachable!("not an action on the script"),
        }
        Change::Frame
    }

    /// The actions that no run needs to know of.
    fn update_page(&mut self, action: Action) -> Change {
        let ui = &mut self.ui;
        match action {
            Action::Select(selection) => ui.select(selection),
            Action::Hover(hover) if hover == ui.hover => return Change::None,
            Action::Hover(hover) => ui.hover = hover,
            Action::Tab(tab) => ui.tab = tab,
            Action::Tool(tool) => ui.tool = tool,
            Action::Language(language) => (ui.language, ui.language_chosen) = (language, true),
            Action::Theme(theme) => ui.theme = theme,
            Action::ReducedMotion(reduced) => ui.reduced_motion = reduced,
            Action::Open(dialog) => ui.dialog = Some(dialog),
            Action::Close => ui.dialog = None,
            Action::Tell(notice) => ui.notice = Some(notice),
            Action::Dismiss => ui.notice = None,
            Action::PanTimeline(_)
            | Action::ZoomTimeline { .. }
            | Action::FollowCursor
            | Action::ShowStart
            | Action::ShowHead
            | Action::ShowWhole
            | Action::Lanes(_)
            | Action::SelectMessage { .. }
            | Action::AsTable(_)
            | Action::TablePage(_) => return self.update_timeline(action),
            // The page knows where its field is.
            Action::OpenFind => return Change::None,
            Action::Escape => match self.playback.give_up() {
                true => {}
                false => ui.escape(),
            },
            _ => unreachable!("the run's own actions are handled before"),
        }
        Change::Frame
    }

    /// The actions on the timeline's picture.
    fn update_timeline(&mut self, action: Action) -> Change {
        let run = &self.pane().run;
        let (now, known) = (run.now(), run.head().1);
        let (clients, nodes) = (run.script().setup.clients, run.script().setup.nodes);
        let ui = &mut self.ui;
        let (span, window) = (ui.window.span, &mut ui.window);
        match action {
            Action::PanTimeline(micros) => window.pan(micros),
            Action::ZoomTimeline { percent, around } => window.zoom(percent, around),
            Action::FollowCursor => {
                window.follows = true;
                window.center(now);
            }
            Action::ShowStart => window.show(Time::ZERO, span),
            Action::ShowHead => window.show(known.since(span), known.since(span) + span),
            Action::ShowWhole => window.show(Time::ZERO, known),
            Action::Lanes(change) => {
                if !ui.lanes.change(change, clients, nodes) {
                    let why = sentence!("One lane must stay: show another one first.");
                    ui.notice = Some(Notice::refusal(why));
                }
                return Change::Frame;
            }
            Action::SelectMessage { next } => {
                self.select_message(next);
                return Change::Frame;
            }
            Action::AsTable(table) => {
                ui.table = table.then(TablePage::default);
                return Change::Frame;
            }
            Action::TablePage(page) => {
                ui.table = Some(page);
                return Change::Frame;
            }
            _ => unreachable!("not an action on the timeline"),
        }
        ui.table = ui.table.map(|_| TablePage::default());
        // Whatever else is on the page stays as it is.
        Change::Time
    }

    /// Whether frames are to be requested and ticks to be sent: it plays, or is on its way, or looks
    /// for an answer.
    pub fn moving(&self) -> bool {
        let searches = self.explanation.as_ref().is_some_and(Explanation::is_pending);
        self.playback.playing || self.playback.goal.is_some() || searches
    }

    /// The pane that the inspector shows, and whose cursor all follow.
    pub fn pane(&self) -> &Pane {
        &self.panes[self.active]
    }

    pub fn pane_mut(&mut self) -> &mut Pane {
        &mut self.panes[self.active]
    }

    /// The newest event worth telling at the cursor, in the reader's language, for the live region.
    /// The text changes only when the event does.
    pub fn narration(&mut self) -> Option<String> {
        let language = self.ui.language;
        let told = self.pane_mut().run.told(1, true).pop()?;
        let sentence = words::tell(language, &told.sentence);
        Some(match told.place {
            Some(place) => tr!(language, "{0}: {1} {2}", told.at, place, sentence),
            None => tr!(language, "{0}: {1}", told.at, sentence),
        })
    }

    // ---- the run -----------------------------------------------------------------------------

    /// A gesture.
    fn give(&mut self, command: Command) -> Change {
        self.playback.give_up();
        let here = self.pane().run.event();
        let (given, told) = self.command(command);
        if given.is_ok() {
            self.ui.touched = Some(self.pane().run.now());
            let explanation = self.explanation.take();
            self.explanation = explanation
                .and_then(|explanation| explanation.after_command(&self.pane().run, here));
        }
        self.ui.window.follows = true;
        self.settle(given);
        self.ui.notice = told.or(self.ui.notice.take());
        Change::Frame
    }

    // ---- why ---------------------------------------------------------------------------------

    /// Asks why, and shows the answer as far as it is found at once.
    fn ask(&mut self, question: Question) -> Change {
        self.pause();
        self.explanation = Some(Explanation::new(&self.pane().run, question));
        self.ui.tab = Tab::Why;
        self.bring_into_sight();
        Change::Frame
    }

    /// What the answer begins with is to be seen in the diagram: its causes stand to the left.
    fn bring_into_sight(&mut self) {
        let why = self.explanation.as_ref().and_then(|explanation| explanation.why.as_ref());
        let Some(first) = why.and_then(|why| why.reasons.first()) else { return };
        let window = &mut self.ui.window;
        if first.told.at < window.from || first.told.at > window.to() {
            window.center(first.told.at);
            window.follows = false;
        }
    }

    /// More, or less, of the answer.
    fn elaborate(&mut self, action: Action) -> Change {
        let run = &self.panes[self.active].run;
        let Some(explanation) = &mut self.explanation else { return Change::None };
        match action {
            Action::ShowCone(shown) => explanation.show_cone(run, shown),
            Action::ShowSource(source) => explanation.source = source,
            _ => unreachable!("not a wish for more"),
        }
        Change::Frame
    }

    /// The search for an answer goes on.
    pub(super) fn go_on_searching(&mut self) -> Change {
        let run = &self.panes[self.active].run;
        match &mut self.explanation {
            Some(explanation) if explanation.is_pending() => {
                explanation.search(run);
                self.bring_into_sight();
                Change::Frame
            }
            _ => Change::None,
        }
    }

    /// Whether a caption that was said at `since` may still be true now.
    pub fn caption_stands(&self, since: Time) -> bool {
        let now = self.pane().run.now();
        let makes_untrue = |at: Time| since <= at && at <= now;
        let by_hand = self.pane().current().by_hand().any(|line| makes_untrue(line.at));
        !by_hand && !self.ui.touched.is_some_and(makes_untrue)
    }

    /// After something was done to the run, or refused.
    pub(super) fn settle(&mut self, done: Result<Option<Dropped>, Sentence>) {
        self.ui.notice = match done {
            Err(why) => Some(Notice::refusal(why)),
            Ok(None) => None,
            Ok(Some(Dropped(1))) => Some(Notice::plain(sentence!(
                "Only {0} branches are kept: the one you left alone longest is gone.",
                BRANCHES
            ))),
            Ok(Some(Dropped(count))) => Some(Notice::plain(sentence!(
                "Only {0} branches are kept: the {1} you left alone longest are gone.",
                BRANCHES,
                count
            ))),
        };
    }

    fn load_scene(&mut self, protocol: &str, name: &str) {
        let Some(scene) = Scene::find(protocol, name) else {
            let name = format!("{protocol}/{name}");
            self.settle(Err(sentence!("There is no scene “{0}”.", name)));
            return;
        };
        if self.load(0, scene.script(), false) {
            self.playback.play();
        }
    }

    fn load_text(&mut self, text: &str) {
        match scenario::parse(text) {
            Ok(script) => drop(self.load(self.active, script, false)),
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

    /// The present branch is seen as far as it had been run, and the cursor stays where it is.
    fn see_again(&mut self) {
        let (known, (now, event)) = (self.pane().current().reached, self.pane().cursor());
        let is_seen = self.playback.playing || known <= self.pane().run.head().1;
        match &mut self.playback.goal {
            Some(goal) => goal.known = known,
            None if is_seen => {}
            None => drop(self.set_out(Target::Cursor(now, event))),
        }
    }

    fn open_link(&mut self, hash: &str) {
        // What was said was not said of this link.
        self.ui.notice = None;
        match Permalink::parse(hash) {
            Ok(link) => {
                let script = link.shows.script();
                self.active = 0;
                if script == *self.pane().run.script() || self.load(0, script, false) {
                    if link.with.is_some() || self.panes.len() > 1 {
                        self.show_beside(link.with.as_ref());
                    }
                    self.follow(&link);
                    self.ui.notice = link.complaint().or(self.ui.notice.take());
                }
            }
            Err(notice) => self.ui.notice = Some(notice),
        }
    }

    /// Runs another script in this pane, which may depart from the present one; whether it can be
    /// run. What is different in the second pane is different from it as well.
    pub(super) fn load(&mut self, place: usize, script: Script, departs: bool) -> bool {
        let variant = self.variant().filter(|_| place == 0);
        let loaded = self.panes[place].load(script, departs);
        self.begin(variant, loaded)
    }

    /// After another script was to run in this pane: whether it does.
    fn begin(
        &mut self,
        variant: Option<Variant>,
        loaded: Result<Option<Dropped>, Sentence>,
    ) -> bool {
        let runs = loaded.is_ok();
        if runs {
            self.begin_anew();
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

    /// Another run stands at its start.
    pub(super) fn begin_anew(&mut self) {
        self.playback.give_up();
        self.ui.window.follows = true;
        self.ui.window.from = Time::ZERO;
        self.ui.hover = None;
        self.ui.touched = None;
        self.ui.finding = None;
        self.explanation = None;
        self.ui.mistaken = None;
        let run = &self.panes[0].run;
        self.playback.slow_for.retain(|kind| condition::kinds(run).any(|known| known == *kind));
        let script = self.pane().run.script();
        let kept = self.ui.selection.filter(|selection| match *selection {
            Selection::Node(node) => pane::exists(script, node.into()),
            Selection::Client(client) => pane::exists(script, client.into()),
            Selection::Link(from, to) => pane::exists(script, from) && pane::exists(script, to),
            Selection::Message(_) => false,
        });
        if kept != self.ui.selection {
            self.ui.select(kept);
        }
    }

    /// The other branch at the same time, so that the two can be compared.
    fn go_to_branch(&mut self, place: usize) -> Change {
        if place == self.pane().branch || place >= self.pane().branches.len() {
            return Change::None;
        }
        let now = self.pane().run.now();
        let variant = self.variant().filter(|_| self.active == 0);
        let gone = self.pane_mut().go_to(place);
        let runs = gone.is_ok();
        self.settle(gone.map(|()| None));
        if runs {
            self.begin_anew();
            if variant.is_some() {
                self.show_beside(variant.as_ref());
            }
            self.set_out(Target::Time(now));
        }
        Change::Frame
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

    fn set_speed(&mut self, speed: Speed) -> Change {
        if speed == self.playback.speed {
            return Change::None;
        }
        self.playback.set_speed(speed);
        Change::Frame
    }
}
