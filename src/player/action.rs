//! What can be asked of the [`Store`](super::Store), and how much the answer changes.

use std::rc::Rc;

use super::lanes::LaneChange;
use super::pane::Branches;
use super::playback::Speed;
use super::table::TablePage;
use super::ui::{Dialog, Notice, Selection, Tab, Theme, Tool};
use super::variant::Variant;
use super::why::Question;
use crate::base::Time;
use crate::command::{Command, Script};
use crate::replay::why::Source;
use crate::words::Language;

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
    // Time.
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
    ToStart,
    /// To the furthest instant that was ever simulated.
    ToHead,
    Seek(Time),
    SeekEvent(u64),
    /// To the next instant at which this condition becomes true, see [`crate::explore::condition`].
    RunUntil(String),
    Speed(Speed),
    Faster,
    Slower,
    /// Stops a long seek where it is.
    CancelGoal,
    /// Plays slowly, or no longer so, while a message of this kind is under way.
    SlowFor(&'static str, bool),

    // The run.
    /// The first scene of this protocol.
    LoadProtocol(String),
    /// A gesture: gives a command at the cursor. In the past it starts a branch.
    Do(Command),
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
        /// All its branches, if there were several.
        branches: Option<Box<Branches>>,
        at: Time,
        notice: Option<Box<Notice>>,
    },
    /// Goes where a hash says (`#v1&…`), as when the address is changed or the browser goes back;
    /// the branches stay.
    OpenLink(String),
    /// Goes to another branch, by its place in [`Pane::branches`](super::Pane::branches).
    Branch(usize),
    /// Calls the branch of this place so; by nothing, what it is called by itself.
    NameBranch(usize, String),
    /// Deletes the branch of this place. What departed from it departs from its parent.
    DeleteBranch(usize),
    /// Brings back the branch that was deleted last.
    RestoreBranch,
    /// Looks for where the present branch and that one first differ.
    Compare(usize),
    /// The same script with another seed, from its start.
    Seed(u64),
    /// The same script with a flaw switched on or off, brought to the same time.
    ToggleFlaw(String),

    // Why.
    /// Asks why, in a tab of its own.
    Ask(Question),
    /// Forgets the question.
    Unask,
    /// Shows what happened before and after the event in question, or no longer.
    ShowCone(bool),
    /// Shows a line of the protocol's own source, or no longer.
    ShowSource(Option<Source>),

    // Two panes.
    /// Runs beside the first pane's run another one, with one thing different.
    Split(Rc<Variant>),
    /// Runs beside it another of its branches, by its place.
    SplitBranch(usize),
    /// Closes the pane of this place; the other one goes on alone.
    Unsplit(usize),
    /// What concerns one pane (the selection, the inspector, a branch) concerns this one from now on.
    Activate(usize),

    // The page.
    Select(Option<Selection>),
    Hover(Option<Selection>),
    Tab(Tab),
    Tool(Tool),
    Language(Language),
    Theme(Theme),
    ReducedMotion(bool),
    Open(Dialog),
    /// Closes the dialog.
    Close,
    /// Says something to the reader: "Link copied".
    Tell(Notice),
    /// Closes the notice.
    Dismiss,
    /// Moves the timeline's window by so many µs, towards later times if positive.
    PanTimeline(i64),
    /// Makes the timeline's window this many percent as long, keeping `around` where it is.
    ZoomTimeline {
        percent: u32,
        around: Time,
    },
    /// Brings the timeline's window back to the cursor.
    FollowCursor,
    /// Brings the timeline's window to the run's start, or to as far as it is known.
    ShowStart,
    ShowHead,
    /// Makes the timeline's window as long as the run.
    ShowWhole,
    /// Hides, moves or folds lanes of the timeline, or leaves out a kind of message.
    Lanes(LaneChange),
    /// Selects the next message on the timeline, or the one before.
    SelectMessage {
        next: bool,
    },
    /// Goes to the next event that has this in its words, or to the one before.
    Find {
        text: String,
        next: bool,
    },
    /// Opens the place where that is asked.
    OpenFind,
    /// Shows the timeline as a table, or as a picture.
    AsTable(bool),
    TablePage(TablePage),
    /// Escape: closes or lets go of the topmost thing that is open or selected.
    Escape,
}

impl Action {
    /// Whether it chooses what runs. What it chooses may have to be fetched first; of several that wait
    /// the last one counts.
    pub fn chooses_a_run(&self) -> bool {
        matches!(
            self,
            Action::LoadProtocol(_)
                | Action::LoadScene { .. }
                | Action::LoadText(_)
                | Action::Load { .. }
                | Action::OpenLink(_)
                | Action::Split(_)
        )
    }
}
