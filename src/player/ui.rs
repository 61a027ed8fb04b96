//! What the page shows of itself, whatever runs on it: selection, tabs, tools, notices, and the
//! stretch of time that the timeline shows.

use super::action::Action;
use super::find::Finding;
use super::lanes::Lanes;
use super::panes::LETTERS;
use super::table::TablePage;
use crate::base::{ClientId, Endpoint, NodeId, Sentence, Time};
use crate::scenario::Mistake;
use crate::tr;
use crate::words::{self, Language};

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
    pub selection: Option<Selection>,
    /// Under the pointer.
    pub hover: Option<Selection>,
    pub dialog: Option<Dialog>,
    /// What is being fetched, as the page says it.
    pub fetching: Option<Sentence>,
    pub notice: Option<Notice>,
    /// When something was last done to this run by hand: a caption from before may no longer be true.
    pub touched: Option<Time>,
    pub window: Window,
    /// Which lanes and messages the timeline shows.
    pub lanes: Lanes,
    /// What was looked for last.
    pub finding: Option<Finding>,
    /// The timeline is a table, and this part of it is shown.
    pub table: Option<TablePage>,
    /// What is wrong with the condition that was typed last.
    pub mistaken: Option<Mistake>,
}

/// Something on the stage that can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Selection {
    Node(NodeId),
    Client(ClientId),
    /// From, to. Its gestures can also take both ways.
    Link(Endpoint, Endpoint),
    /// By the event that sent it.
    Message(u64),
}

/// The inspector's tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tab {
    #[default]
    Node,
    Message,
    Why,
    Properties,
    Log,
    Script,
}

/// What a press on the stage does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    #[default]
    Select,
    /// Cuts the links it crosses.
    Cut,
    /// Draws a line around servers: they become one side of a partition.
    Lasso,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Theme {
    /// As the browser wishes.
    #[default]
    Auto,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialog {
    Help,
    Share,
    Runs,
}

/// Something the page has to say, until it is dismissed or superseded.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub sentence: Sentence,
    pub kind: NoticeKind,
    /// Line and column in a script, from 1.
    pub place: Option<(u32, u32)>,
    /// The property that broke, for which the sentence says how.
    pub property: Option<&'static str>,
    /// An event to jump to.
    pub event: Option<u64>,
    /// It speaks of a branch that was deleted and can be brought back.
    pub restores: bool,
    /// What could not be done and can be tried again.
    pub retry: Option<Box<Action>>,
    /// The pane that it speaks of, where there are two.
    pub pane: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// For information.
    Plain,
    /// Something asked for was not done.
    Refusal,
    /// A property broke.
    Violation,
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

impl Theme {
    /// As a link writes it: `theme=dark`.
    pub fn code(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of that name.
    pub fn of(code: &str) -> Option<Theme> {
        [Theme::Auto, Theme::Light, Theme::Dark].into_iter().find(|theme| theme.code() == code)
    }
}

impl Tab {
    pub const ALL: [Tab; 6] =
        [Tab::Node, Tab::Message, Tab::Why, Tab::Properties, Tab::Log, Tab::Script];

    /// As a link writes it: `panel=script`.
    pub fn code(self) -> &'static str {
        match self {
            Tab::Node => "node",
            Tab::Message => "message",
            Tab::Why => "why",
            Tab::Properties => "properties",
            Tab::Log => "log",
            Tab::Script => "script",
        }
    }

    /// The tab of that name.
    pub fn of(code: &str) -> Option<Tab> {
        Tab::ALL.into_iter().find(|tab| tab.code() == code)
    }

    /// Whether it shows the same to whoever opens a link: the others tell of what is selected.
    pub fn is_of_the_run(self) -> bool {
        matches!(self, Tab::Properties | Tab::Log | Tab::Script)
    }
}

impl Notice {
    pub fn plain(sentence: Sentence) -> Notice {
        let kind = NoticeKind::Plain;
        let (place, property, event, pane, retry) = (None, None, None, None, None);
        Notice { sentence, kind, place, property, event, restores: false, retry, pane }
    }

    pub fn refusal(sentence: Sentence) -> Notice {
        Notice { kind: NoticeKind::Refusal, ..Notice::plain(sentence) }
    }

    /// A mistake in a script, at a line and a column.
    pub fn mistake(line: u32, column: u32, sentence: Sentence) -> Notice {
        Notice { place: Some((line, column)), ..Notice::refusal(sentence) }
    }

    pub fn violation(property: &'static str, event: u64, why: Sentence) -> Notice {
        let kind = NoticeKind::Violation;
        Notice { kind, property: Some(property), event: Some(event), ..Notice::plain(why) }
    }

    /// All of it in words.
    pub fn told(&self, language: Language) -> String {
        let told = words::tell(language, &self.sentence);
        if let Some((line, column)) = self.place {
            return tr!(language, "Line {0}, column {1}: {2}", line, column, told);
        }
        let told = match self.property {
            Some(property) => tr!(language, "{0} is violated: {1}", property, told),
            None => told,
        };
        match self.pane.and_then(|pane| LETTERS.get(pane)) {
            Some(letter) => tr!(language, "{0}: {1}", *letter, told),
            None => told,
        }
    }
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
    /// Selects, and opens the tab that tells of it.
    pub(super) fn select(&mut self, selection: Option<Selection>) {
        self.selection = selection;
        match selection {
            Some(Selection::Message(_)) => self.tab = Tab::Message,
            Some(_) => self.tab = Tab::Node,
            None if self.tab == Tab::Message => self.tab = Tab::Node,
            None => {}
        }
    }

    /// Closes or lets go of the topmost thing.
    pub(super) fn escape(&mut self) {
        if self.dialog.take().is_some() {
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
        let why = sentence!("{0} is down.", NodeId(0));
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
