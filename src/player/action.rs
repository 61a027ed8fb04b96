//! What can be asked of the [`Store`](super::Store), by family, and what it answers: how much of the
//! page changes, and a notice where there is something to say.
//!
//! Each family is carried out by one file, in one `match`: whoever adds an action writes it here and there.
//! The two stand together since each holds the other: an action may say something, and a notice may
//! offer to try an action again.

use std::rc::Rc;

use super::explanation::Question;
use super::lanes::LaneChange;
use super::pane::branches::Branches;
use super::playback::Speed;
use super::terms::{Below, Book, Dialog, Door, LETTERS, Selection, Tab, TablePage, Theme, Tool};
use crate::base::{Sentence, Time};
use crate::check::Model;
use crate::command::{Command, Script};
use crate::replay::why::Source;
use crate::scenario::Variant;
use crate::tr;
use crate::words::{self, Language};

/// How much of the page is to be drawn anew. Ordered: the change of several actions is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Nothing.
    None,
    /// The clock has moved between two events: what glides, glides on.
    Time,
    /// Something has happened, or the page itself is in another state.
    Frame,
}

/// Whatever a person, a link or the embedding page asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A gesture: gives a command at the cursor. In the past it starts a branch.
    Do(Command),
    /// `clock.rs`
    Time(TimeAction),
    /// `loading.rs`
    Run(RunAction),
    /// `branching.rs`
    Branch(BranchAction),
    /// `why.rs`
    Why(WhyAction),
    /// `panes.rs`
    Pane(PaneAction),
    /// `timeline.rs`
    Timeline(TimelineAction),
    /// `study.rs`
    Study(StudyAction),
    /// `ui.rs`
    Page(PageAction),
}

/// Moves the cursor, or says how it moves.
#[derive(Clone, Debug, PartialEq)]
pub enum TimeAction {
    /// Plays, or pauses.
    Toggle,
    Play,
    Pause,
    /// So much real time has passed. To be sent with every frame while [`Store::moving`](super::Store::moving).
    Tick {
        elapsed_micros: u64,
    },
    StepForward,
    StepBack,
    /// On to the next caption, or back to the one before.
    Caption {
        next: bool,
    },
    ToStart,
    /// To just before the last thing that was done by hand.
    BeforeAct,
    /// To the furthest instant that was ever simulated.
    ToHead,
    Seek(Time),
    SeekEvent(u64),
    /// To the last of the events on which a verdict rests, with the first of them in sight too.
    SeekEvidence {
        first: u64,
        last: u64,
    },
    /// To the next instant at which this condition becomes true, see [`crate::explore::condition`]; or to a time.
    RunUntil(String),
    /// To the next event that has this in its words, or to the one before.
    Find {
        text: String,
        next: bool,
    },
    Speed(Speed),
    Faster,
    Slower,
    /// Stops a long seek where it is.
    CancelGoal,
    /// Plays slowly, or no longer so, while a message of this kind is under way.
    SlowFor(&'static str, bool),
}

/// Chooses what runs.
#[derive(Clone, Debug, PartialEq)]
pub enum RunAction {
    /// The first scene of this protocol.
    LoadProtocol(String),
    LoadScene {
        protocol: String,
        scene: String,
    },
    /// A script as text; a mistake in it becomes a notice, and the run stays.
    LoadText(String),
    /// A run that was kept or came as a file, at the instant it was left at, and what is to be said
    /// of it. All in one: what its script needs may have to be fetched before.
    Load {
        script: Box<Script>,
        /// All branches of the run, if there were several.
        branches: Option<Box<Branches>>,
        at: Time,
        notice: Option<Box<Notice>>,
    },
    /// Goes where a hash says (`#v1&…`), as when the address is changed or the browser goes back;
    /// the branches stay.
    OpenLink(String),
    /// The same script with another seed, from its start.
    Seed(u64),
    /// The same script with a flaw switched on or off, brought to the same time.
    ToggleFlaw(String),
    /// Sees how the run of this pane goes under other seeds and without its faults; of none, no longer.
    OtherRuns(Option<usize>),
    /// The script of this pane with another value of an option, brought to the same time.
    Option {
        pane: usize,
        name: String,
        value: String,
    },
}

/// Concerns a branch of the active pane, by its place in [`Pane::branches`](super::Pane::branches).
#[derive(Clone, Debug, PartialEq)]
pub enum BranchAction {
    GoTo(usize),
    /// Gives the branch this name; an empty name gives back the name that the page makes up.
    Name(usize, String),
    /// Deletes the branch. Those that departed from it depart from its parent.
    Delete(usize),
    /// Brings back the branch that was deleted last.
    Restore,
    /// Looks for where the present branch and the branch of this place first differ.
    Compare(usize),
}

/// Asks why something is so.
#[derive(Clone, Debug, PartialEq)]
pub enum WhyAction {
    /// Asks the question, and opens the tab that shows the answer.
    Ask(Question),
    /// Forgets the question.
    Forget,
    /// Shows what happened before and after the event in question, or no longer.
    ShowCone(bool),
    /// Shows a line of the protocol's own source, or no longer.
    ShowSource(Option<Source>),
}

/// Opens, closes and activates panes.
#[derive(Clone, Debug, PartialEq)]
pub enum PaneAction {
    /// Runs a variant of the first pane's run in a second pane.
    Split(Rc<Variant>),
    /// Runs another branch of the first pane in a second one, by its place.
    SplitBranch(usize),
    /// Closes the pane of this place; the other one goes on alone.
    Close(usize),
    /// What concerns one pane (the selection, the inspector, a branch) concerns this one from now on.
    Activate(usize),
}

/// Changes what the timeline shows.
#[derive(Clone, Debug, PartialEq)]
pub enum TimelineAction {
    /// Moves its window by so many µs, towards later times if positive.
    Pan(i64),
    /// Makes its window this many percent as long, keeping `around` where it is.
    Zoom {
        percent: u32,
        around: Time,
    },
    /// Brings its window back to the cursor.
    FollowCursor,
    /// Brings its window to the run's start, or to as far as it is known.
    ShowStart,
    ShowHead,
    /// Makes its window as long as the run.
    ShowWhole,
    /// Hides, moves or folds lanes, or leaves out a kind of message.
    Lanes(LaneChange),
    /// Selects the next message, or the one before.
    SelectMessage {
        next: bool,
    },
    /// Shows it as a table, or as a picture.
    AsTable(bool),
    TablePage(TablePage),
    /// Opens the field in which an event is looked for.
    OpenFind,
}

/// Concerns what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StudyAction {
    /// Opens a text at its beginning.
    Open(Book),
    /// Goes to this step, from 0.
    Step(usize),
    /// Answers the question with the choice of this place.
    Choose(usize),
    /// Lets the run answer.
    Reveal,
    /// Opens the next hint.
    Hint,
    /// Brings back the run as it was given.
    Again,
    /// Puts the text away; the run stays.
    Close,
}

/// Changes the page itself, whatever runs.
#[derive(Clone, Debug, PartialEq)]
pub enum PageAction {
    Select(Option<Selection>),
    Hover(Option<Selection>),
    Tab(Tab),
    Below(Below),
    /// Shows what the verdict on this model rests on.
    Model(Model),
    Tool(Tool),
    Language(Language),
    Theme(Theme),
    ReducedMotion(bool),
    /// Opens a door, or leaves by it to the run.
    Enter(Option<Door>),
    /// Shows the stage and what is said of it alone, or everything again.
    Present(bool),
    /// Shows that room nothing at all, or the stage again.
    Black(bool),
    /// Leads to the field in which a time is typed.
    TypeTime,
    /// Opens an entry of the glossary.
    Explain(String),
    Open(Dialog),
    /// Closes the dialog.
    Close,
    /// Says something to the reader: "Link copied".
    Tell(Notice),
    /// Closes the notice.
    Dismiss,
    /// Escape: closes or lets go of the topmost thing that is open or selected.
    Escape,
}

impl Action {
    /// Whether the action chooses another script to run. The script may need a protocol that has to be
    /// fetched first; of several choices that wait the last one counts.
    pub fn chooses_a_run(&self) -> bool {
        match self {
            Action::Run(
                RunAction::Seed(_)
                | RunAction::ToggleFlaw(_)
                | RunAction::Option { .. }
                | RunAction::OtherRuns(_),
            ) => false,
            Action::Run(_) | Action::Pane(PaneAction::Split(_)) => true,
            Action::Study(StudyAction::Open(_) | StudyAction::Step(_)) => true,
            _ => false,
        }
    }
}

/// Whoever has an action of a family can hand it over as an [`Action`].
macro_rules! families {
    ($($family:ident($actions:ident)),*) => {$(
        impl From<$actions> for Action {
            fn from(action: $actions) -> Action {
                Action::$family(action)
            }
        }
    )*};
}

families!(
    Time(TimeAction),
    Run(RunAction),
    Branch(BranchAction),
    Why(WhyAction),
    Pane(PaneAction),
    Timeline(TimelineAction),
    Study(StudyAction),
    Page(PageAction)
);

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
    /// The notice speaks of a branch that was deleted and can be brought back.
    pub restores: bool,
    /// The action that could not be done and can be tried again.
    pub retry: Option<Box<Action>>,
    /// The pane that the notice speaks of, where there are two.
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

    /// The whole notice in words.
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
