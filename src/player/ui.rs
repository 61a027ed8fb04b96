//! What the page shows of itself, whatever runs on it: selection, tabs, tools, notices, and the
//! stretch of time that the timeline shows.

use super::action::{Change, Notice, PageAction};
use super::find::TextSearch;
use super::lanes::Lanes;
use super::terms::{Below, Dialog, Door, Selection, Tab, TablePage, Theme, Tool};
use crate::base::{Place, Sentence, Time};
use crate::check::Model;
use crate::scenario::Mistake;
use crate::words::Language;

/// The page's own state.
#[derive(Clone, Debug, Default)]
pub struct Ui {
    pub language: Language,
    /// The language was chosen by hand: it belongs into the link.
    pub language_chosen: bool,
    /// `Auto` follows the browser and stays out of the link.
    pub theme: Theme,
    /// Step from event to event instead of gliding.
    pub reduced_motion: bool,
    pub tool: Tool,
    pub tab: Tab,
    pub below: Below,
    /// The model whose evidence is shown; if none was chosen, the strongest that is broken.
    pub model: Option<Model>,
    pub selection: Option<Selection>,
    /// The thing under the pointer.
    pub hover: Option<Selection>,
    pub dialog: Option<Dialog>,
    /// What stands in place of the playground, before something is opened.
    pub door: Option<Door>,
    /// Only the stage and what is said of it, large: for a room that looks on.
    pub presents: bool,
    /// … and nothing at all just now.
    pub black: bool,
    /// The entry of the glossary that is open.
    pub term: Option<String>,
    /// The sentence that says what is being fetched.
    pub fetching: Option<Sentence>,
    pub notice: Option<Notice>,
    /// When something was last done to this run by hand: a caption from before may no longer be true.
    pub touched: Option<Time>,
    pub window: Window,
    /// Which lanes and messages the timeline shows.
    pub lanes: Lanes,
    /// The text that was looked for last, and how far the search has come.
    pub text_search: Option<TextSearch>,
    /// The timeline is a table, and this part of it is shown.
    pub table: Option<TablePage>,
    /// What is wrong with the condition that was typed last.
    pub mistaken: Option<Mistake>,
}

/// The stretch of time that the timeline shows.
///
/// It follows the cursor without jumping under a hand: as long as the cursor stays inside, the
/// window stays; while playing, the cursor is kept at three quarters of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Time,
    pub span: Time,
    /// Off once it was panned away, until the cursor is moved by hand.
    pub follows: bool,
}

impl Default for Window {
    fn default() -> Window {
        Window { from: Time::ZERO, span: Time::seconds(1), follows: true }
    }
}

impl Window {
    /// The shortest and the longest stretch that can be shown.
    pub const SHORTEST: Time = Time::millis(5);
    pub const LONGEST: Time = Time::LIMIT;

    pub fn to(&self) -> Time {
        self.from + self.span
    }

    /// Keeps the cursor in sight after it has moved.
    pub(super) fn follow(&mut self, now: Time, playing: bool) {
        if !self.follows {
            return;
        }
        let lead = match playing {
            true => Time(self.span.0 / 4 * 3),
            false => self.span,
        };
        if now < self.from || now > self.from + lead {
            self.center(now);
        }
    }

    /// Puts the cursor at three quarters, or where the run's beginning lets it.
    pub(super) fn center(&mut self, now: Time) {
        self.from = now.since(Time(self.span.0 / 4 * 3));
    }

    pub(super) fn pan(&mut self, micros: i64) {
        self.follows = false;
        self.from = Time(self.from.0.saturating_add_signed(micros));
        self.clamp();
    }

    /// Makes it `percent` as long; `around` stays at its place.
    pub(super) fn zoom(&mut self, percent: u32, around: Time) {
        let old = self.span.0.max(1);
        let span =
            (old.saturating_mul(percent.into()) / 100).clamp(Window::SHORTEST.0, Window::LONGEST.0);
        let before = around.since(self.from).0.min(old);
        let kept = u128::from(before) * u128::from(span) / u128::from(old);
        self.from = around.since(Time(kept as u64));
        self.span = Time(span);
        self.clamp();
    }

    /// Shows from one time to another.
    pub(super) fn show(&mut self, from: Time, to: Time) {
        self.follows = false;
        self.span = to.since(from).clamp(Window::SHORTEST, Window::LONGEST);
        self.from = from;
        self.clamp();
    }

    fn clamp(&mut self) {
        self.from = self.from.min(Time::LIMIT.since(self.span));
    }
}

impl Ui {
    /// The place that is selected, if one is.
    pub fn chosen(&self) -> Option<Place> {
        match self.selection {
            Some(Selection::Place(place)) => Some(place),
            _ => None,
        }
    }

    /// Carries out an action that no run needs to know of.
    pub(super) fn update(&mut self, action: PageAction) -> Change {
        match action {
            PageAction::Select(selection) => self.select(selection),
            PageAction::Hover(hover) if hover == self.hover => return Change::None,
            PageAction::Hover(hover) => self.hover = hover,
            PageAction::Tab(tab) => self.tab = tab,
            PageAction::Below(below) => self.below = below,
            PageAction::Model(model) => self.model = Some(model),
            PageAction::Tool(tool) => self.tool = tool,
            PageAction::Language(language) => {
                (self.language, self.language_chosen) = (language, true);
            }
            PageAction::Theme(theme) => self.theme = theme,
            PageAction::ReducedMotion(reduced) => self.reduced_motion = reduced,
            PageAction::Open(dialog) => self.dialog = Some(dialog),
            PageAction::Close => (self.dialog, self.term) = (None, None),
            PageAction::Enter(door) => (self.door, self.term) = (door, None),
            PageAction::Present(presents) => (self.presents, self.black) = (presents, false),
            PageAction::Black(black) => self.black = black,
            // The page gives the field the focus.
            PageAction::TypeTime => return Change::None,
            PageAction::Explain(term) => self.term = Some(term),
            PageAction::Tell(notice) => self.notice = Some(notice),
            PageAction::Dismiss => self.notice = None,
            PageAction::Escape => self.escape(),
        }
        Change::Frame
    }

    /// Selects, and opens the tab that tells of it.
    pub(super) fn select(&mut self, selection: Option<Selection>) {
        self.selection = selection;
        match selection {
            // What is read stays: what can be done stands beside what was chosen.
            _ if self.tab == Tab::Lesson => {}
            Some(Selection::Message(_)) => self.tab = Tab::Message,
            Some(_) => self.tab = Tab::Node,
            None if self.tab == Tab::Message => self.tab = Tab::Node,
            None => {}
        }
    }

    /// Closes or lets go of the topmost thing.
    pub(super) fn escape(&mut self) {
        if self.term.take().is_some() || self.dialog.take().is_some() {
            return;
        }
        if std::mem::take(&mut self.black) {
            return;
        }
        if self.presents && self.selection.is_none() {
            self.presents = false;
            return;
        }
        if self.tool != Tool::Select {
            self.tool = Tool::Select;
            return;
        }
        if self.notice.take().is_some() {
            return;
        }
        self.select(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;
    use crate::sentence;

    #[test]
    fn the_window_follows_without_jumping() {
        let mut window = Window::default();
        window.follow(Time::millis(700), true);
        assert_eq!(window.from, Time::ZERO);
        window.follow(Time::millis(800), true);
        assert_eq!(window.from, Time::millis(50), "the cursor stays at three quarters");
        window.follow(Time::millis(1_000), false);
        assert_eq!(window.from, Time::millis(50), "a click within it does not move it");
        window.follow(Time::millis(10), false);
        assert_eq!(window.from, Time::ZERO);
        window.pan(2_000_000);
        window.follow(Time::millis(10), true);
        assert_eq!(window.from, Time::seconds(2), "panned away, it stays");
        window.pan(i64::MIN);
        assert_eq!(window.from, Time::ZERO);
        window.pan(i64::MAX);
        assert_eq!(window.to(), Time::LIMIT);
    }

    #[test]
    fn zooming_keeps_a_time_at_its_place() {
        let mut window = Window { from: Time::seconds(10), ..Window::default() };
        window.zoom(50, Time::millis(10_500));
        assert_eq!((window.from, window.span), (Time::millis(10_250), Time::millis(500)));
        window.zoom(200, Time::millis(10_500));
        assert_eq!((window.from, window.span), (Time::seconds(10), Time::seconds(1)));
        window.zoom(0, Time::millis(10_500));
        assert_eq!(window.span, Window::SHORTEST);
        window.zoom(u32::MAX, Time::ZERO);
        assert_eq!((window.from, window.span), (Time::ZERO, Window::LONGEST));
    }

    #[test]
    fn escape_lets_go_of_one_thing_at_a_time() {
        let mut ui = Ui { dialog: Some(Dialog::Help), tool: Tool::Cut, ..Ui::default() };
        ui.select(Some(Selection::Message(7)));
        assert_eq!(ui.tab, Tab::Message);
        ui.escape();
        assert_eq!((ui.dialog, ui.tool), (None, Tool::Cut));
        ui.escape();
        assert_eq!((ui.tool, ui.selection), (Tool::Select, Some(Selection::Message(7))));
        ui.escape();
        assert_eq!((ui.tab, ui.selection), (Tab::Node, None));
    }

    #[test]
    fn a_notice_says_where_and_what() {
        let why = sentence!("{0} is down.", Place::server(0));
        assert_eq!(
            Notice::mistake(3, 14, why.clone()).told(Language::English),
            "Line 3, column 14: S1 is down."
        );
        assert_eq!(
            Notice::mistake(3, 14, why.clone()).told(Language::Chinese),
            "第 3 行第 14 列：S1 已停机。"
        );
        let broken = Notice::violation("Election Safety", 9, why);
        assert_eq!(broken.told(Language::English), "Election Safety is violated: S1 is down.");
    }
}
