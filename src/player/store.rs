//! The store: the page's whole state, changed by actions and by nothing else.

use super::action::{Action, Change, Notice, PageAction};
use super::divergence::DivergenceSearch;
use super::explanation::Explanation;
use super::pane::{BRANCHES, Dropped, Pane};
use super::permalink::{Permalink, Shows};
use super::playback::{Goal, Playback, STEPS, Speed, Target};
use super::study::{Opening, Study};
use super::terms::{Below, Door, Selection, Tab, Theme};
use super::ui::Ui;
use crate::base::{Place, Sentence, Time};
use crate::command::{Command, Script, ScriptLine};
use crate::explore::other_runs::OtherRuns;
use crate::lessons::texts::SHELF;
use crate::words::Language;
use crate::{catalog, sentence};

/// The page's whole state.
pub struct Store {
    /// One, or two that show the same instant.
    pub panes: Vec<Pane>,
    /// Place of the one that the inspector shows.
    pub active: usize,
    pub playback: Playback,
    pub ui: Ui,
    /// The answer to the question that somebody asks, as far as it is found.
    pub explanation: Option<Explanation>,
    /// The text that is read beside the stage.
    pub study: Option<Study>,
    /// How often a pane was opened or closed.
    pub(super) opened: u32,
    pub(super) divergence_search: Option<DivergenceSearch>,
    /// Other runs beside a pane's: which, and of which script's run they are.
    pub(super) other_runs: Option<(usize, (u32, u32, usize), OtherRuns)>,
    /// What was said last to whoever listens.
    pub(super) narration: Narration,
    /// What was done by hand last.
    pub(super) act: Option<Act>,
}

/// Where the first run begins at the front door, and where messages are under way in it. So its first candidate
/// stands within a second, and its leader leads within four.
pub(super) const FIRST_INSTANT: Time = Time::millis(107);
pub(super) const FIRST_MESSAGES: Time = Time::millis(142);

/// Whether the glossary has an entry of this name, as far as that is known.
fn is_term(name: &str) -> bool {
    let Some(shelf) = SHELF.get() else { return true };
    let terms = (shelf.terms)(shelf.glossary.of(Language::English)).unwrap_or_default();
    terms.iter().any(|term| term.name == name)
}

fn there_is_no_term(name: &str) -> Sentence {
    let short: String = name.chars().take(40).collect();
    sentence!("There is no term “{0}” in the glossary.", short)
}

/// What was said last to whoever listens, and of what.
#[derive(Debug, Default)]
pub struct Narration {
    /// The pane, what was opened in it, and the branch.
    pub(super) of: (usize, u32, u32),
    pub(super) panes: usize,
    /// Another run was loaded.
    pub(super) begins: bool,
    /// It has been gone back to before what was done last.
    pub(super) returns: bool,
    pub(super) language: Language,
    pub(super) event: u64,
    pub(super) settled: u64,
    pub(super) selection: Option<Selection>,
    /// Something has been done by hand after this event.
    pub(super) act: Option<u64>,
    /// What was told of late because nothing else was: the same again is nothing new.
    pub(super) minor: Vec<(Option<Place>, Sentence)>,
    pub(super) said: String,
}

/// The last thing that was done by hand: when, and the last event of it.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub command: Command,
    pub at: Time,
    pub event: u64,
}

/// What the browser prefers, and what an earlier visit chose.
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
            study: None,
            opened: 0,
            divergence_search: None,
            other_runs: None,
            narration: Narration::default(),
            act: None,
        })
    }

    /// The page that a link's hash asks for (`#v1&…`). Without a cursor it plays from the start.
    /// Whatever is wrong with the link is told as a notice over the first scene.
    pub fn from_link(hash: &str, preferences: Preferences) -> Store {
        let opened = Permalink::parse(hash).map(|link| Store::reading(link, preferences.language));
        let (link, study, notice) =
            opened.unwrap_or_else(|notice| (Permalink::default(), None, Some(notice)));
        let (mut store, notice) = match Store::new(link.shows.script(), preferences) {
            Ok(store) => (store, notice),
            Err(why) => {
                let first = Store::new(Shows::First.script(), preferences);
                // A bug if not: tests start every scene.
                (first.expect("the first scene runs"), Some(Notice::refusal(why)))
            }
        };
        if let Some(variant) = link.scenario().beside {
            store.show_beside(Some(&variant));
        }
        store.follow(&link, study);
        store.ui.notice = link.complaint().or(store.ui.notice).or(notice);
        store
    }

    /// A link with the text that it opens. Where that is not there, the list of such texts is shown in its place,
    /// unless the link says what runs; the notice says why.
    pub(super) fn reading(
        mut link: Permalink,
        language: Language,
    ) -> (Permalink, Option<Study>, Option<Notice>) {
        let unknown = link.term.take_if(|term| !is_term(term));
        let no_term = unknown.map(|term| Notice::refusal(there_is_no_term(&term)));
        match Store::study_of(&mut link, language) {
            Ok(study) => {
                let asked = link.reads.as_ref().map_or(0, |reads| reads.step);
                let beyond = study.as_ref().filter(|study| study.step < asked).map(|study| {
                    let all = study.course.steps();
                    let last = sentence!(
                        "This link asks for step {0} of {1}: the last one is open.",
                        asked + 1,
                        all
                    );
                    Notice::refusal(last)
                });
                (link, study, no_term.or(beyond))
            }
            Err(notice) => {
                let reads = link.reads.take();
                if link.shows == Shows::First {
                    link.door = reads.map(|reads| reads.book.door());
                }
                (link, None, Some(notice))
            }
        }
    }

    /// The text that a link opens. Where the link says no more, what its step says is what runs.
    fn study_of(link: &mut Permalink, language: Language) -> Result<Option<Study>, Notice> {
        let Some(reads) = link.reads.clone() else { return Ok(None) };
        let language = link.language.unwrap_or(language);
        let Opening { study, scenario, cursor } =
            Study::open(reads.book, reads.step, reads.hints, language)?;
        if link.shows == Shows::First {
            link.shows = Shows::Script(Box::new(scenario.script));
            link.with = scenario.beside;
            link.at = link.at.or(cursor.map(|(time, event)| (time, Some(event))));
        }
        Ok(Some(study))
    }

    /// Whether this link can be read, and what it says can run. Else the first scene is shown.
    pub fn can_open(hash: &str) -> bool {
        Permalink::parse(hash).is_ok_and(|link| catalog::start(link.shows.script()).is_ok())
    }

    /// Sets everything that a link says beside the script.
    pub(super) fn follow(&mut self, link: &Permalink, study: Option<Study>) {
        if let Some(language) = link.language {
            (self.ui.language, self.ui.language_chosen) = (language, true);
        }
        if link.theme != Theme::Auto {
            self.ui.theme = link.theme;
        }
        self.playback.set_speed(link.speed);
        self.ui.lanes = link.lanes.clone();
        let best = Below::best_for(self.panes[0].run.script());
        self.ui.below = link.below.unwrap_or(best);
        // What was read is put away, and its tab with it.
        let read = self.study.take().is_some() && self.ui.tab == Tab::Lesson;
        if read || link.panel != Tab::default() || self.ui.tab.is_of_the_run() {
            self.ui.tab = link.panel;
        }
        (self.ui.door, self.ui.term) = (link.door, link.term.clone());
        self.playback.until = None;
        if let Some(study) = study {
            self.begin_study(study);
            if link.panel != Tab::default() {
                self.ui.tab = link.panel;
            }
        }
        // An instant that is asked for is shown, not played past.
        self.playback.playing = false;
        match link.at {
            None if link.door == Some(Door::Map) => self.show_first_run(),
            // Nobody sees it.
            None if link.door.is_some() => {}
            None => self.playback.play(),
            Some((time, None)) => drop(self.set_out(Target::Time(time))),
            Some((time, Some(event))) => drop(self.set_out(Target::Cursor(time, event))),
        }
        // What is read is judged where the run stands now.
        self.follow_study();
    }

    /// The run at the front door begins shortly before the first thing that matters, and goes slowly. In
    /// reduced motion it stands still where messages are under way.
    fn show_first_run(&mut self) {
        let stands = self.ui.reduced_motion;
        self.playback.set_speed(Speed::SLOW);
        self.panes[0].run.seek(if stands { FIRST_MESSAGES } else { FIRST_INSTANT }, STEPS);
        if !stands {
            self.playback.play();
        }
    }

    /// The hash that brings somebody else to where this page is, or to where it is on its way: `#v1&…`.
    pub fn link(&self) -> String {
        let pane = &self.panes[0];
        let variant = self.variant();
        // A scene opens what is its own beside it, so it is named only where that stands there.
        let (shows, with) = match pane.pristine().map(|scene| (scene, scene.beside())) {
            Some((scene, own)) if own == variant => (Shows::Scene(scene), None),
            Some((scene, own)) if own.is_none() || variant.is_some() => {
                (Shows::Scene(scene), variant)
            }
            _ => (Shows::Script(Box::new(pane.run.script().clone())), variant),
        };
        if let Some(door) = self.ui.door {
            let (language, theme) =
                (self.ui.language_chosen.then_some(self.ui.language), self.ui.theme);
            let term = self.ui.term.clone();
            let link =
                Permalink { door: Some(door), term, language, theme, ..Permalink::default() };
            return format!("#{link}");
        }
        let reads = self.study.as_ref().map(Study::reads);
        // What a step gives needs no words.
        let given = self.study.as_ref().is_some_and(|study| study.given == *pane.run.script());
        let (shows, with) = if given { (Shows::First, None) } else { (shows, with) };
        let (now, event) = pane.cursor();
        let ahead = self.playback.goal.as_ref().and_then(Goal::place);
        let link = Permalink {
            shows,
            with,
            at: Some(ahead.unwrap_or((now, Some(event)))),
            language: self.ui.language_chosen.then_some(self.ui.language),
            theme: self.ui.theme,
            speed: self.playback.speed,
            reads,
            door: None,
            term: None,
            panel: Some(self.ui.tab).filter(|tab| tab.is_of_the_run()).unwrap_or_default(),
            below: Some(self.ui.below).filter(|below| *below != Below::best_for(pane.run.script())),
            lanes: self.ui.lanes.clone(),
            broken: false,
            unread: None,
        };
        format!("#{link}")
    }

    /// Does what is asked for, and says how much of the page it changed.
    pub fn update(&mut self, action: impl Into<Action>) -> Change {
        let change = self.carry_out(action.into());
        if change == Change::Frame && self.study.is_some() {
            self.follow_study();
        }
        change
    }

    fn carry_out(&mut self, action: Action) -> Change {
        match action {
            Action::Do(command) => self.give(command),
            Action::Time(action) => self.update_time(action),
            Action::Run(action) => self.update_run(action),
            Action::Branch(action) => self.update_branches(action),
            Action::Why(action) => self.update_why(action),
            Action::Pane(action) => self.update_panes(action),
            Action::Timeline(action) => self.update_timeline(action),
            Action::Study(action) => self.update_study(action),
            // On a long way, Escape gives that up first.
            Action::Page(PageAction::Escape) if self.playback.give_up() => Change::Frame,
            Action::Page(PageAction::Explain(term)) if !is_term(&term) => {
                self.ui.notice = Some(Notice::refusal(there_is_no_term(&term)));
                Change::Frame
            }
            Action::Page(action) => self.ui.update(action),
        }
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

    // ---- the run -----------------------------------------------------------------------------

    /// A gesture.
    fn give(&mut self, command: Command) -> Change {
        self.playback.give_up();
        let here = self.pane().run.event();
        let (given, told) = self.command(command.clone());
        if given.is_ok() {
            let (at, event) = self.pane().cursor();
            self.ui.touched = Some(at);
            self.act = Some(Act { command, at, event });
            self.narration.act = Some(here);
            let explanation = self.explanation.take();
            self.explanation = explanation
                .and_then(|explanation| explanation.after_command(&self.pane().run, here));
        }
        self.ui.window.follows = true;
        self.settle(given);
        self.ui.notice = told.or(self.ui.notice.take());
        Change::Frame
    }

    /// The place that the diagram shows among very many: the one that is selected, else the first that
    /// the script has want something.
    pub fn chosen(&self) -> Option<Place> {
        let asks = |line: &ScriptLine| match &*line.command {
            Command::Request { client, .. } => Some(*client),
            _ => None,
        };
        let asked = || self.pane().run.script().lines.iter().find_map(asks);
        self.ui.chosen().or_else(asked)
    }

    /// Whether a caption that was said at `since` may still be true now.
    pub fn caption_stands(&self, since: Time) -> bool {
        let now = self.pane().run.now();
        let makes_untrue = |at: Time| since <= at && at <= now;
        let by_hand = self.pane().current().by_hand().any(|line| makes_untrue(line.at));
        !by_hand && !self.ui.touched.is_some_and(makes_untrue)
    }

    /// Says what came of a change to the run or its branches: a refusal, or that branches had to go.
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
}
