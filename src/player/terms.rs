//! Words that the files of the player share: what can be selected, opened and chosen on the page.

use crate::base::Place;
use crate::catalog;
use crate::command::{Command, Script};

/// What the panes are called.
pub const LETTERS: [&str; 2] = ["A", "B"];

/// Something on the stage that can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Selection {
    Place(Place),
    /// From, to. Its gestures can also take both ways.
    Link(Place, Place),
    /// By the event that sent it.
    Message(u64),
}

/// A text that is read beside the stage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Book {
    /// By its name on the shelf.
    Lesson(String),
    Exercise(String),
    /// A text that somebody has written.
    Own(String),
}

impl Book {
    /// Where such texts are listed.
    pub fn door(&self) -> Door {
        match self {
            Book::Exercise(_) => Door::Exercises,
            Book::Lesson(_) | Book::Own(_) => Door::Lessons,
        }
    }
}

/// What the page shows before anything is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Door {
    /// What there is, and what leads to what.
    Map,
    Lessons,
    Exercises,
    Glossary,
}

impl Door {
    pub const ALL: [Door; 4] = [Door::Map, Door::Lessons, Door::Exercises, Door::Glossary];

    /// As a link writes it: `door=map`.
    pub fn code(self) -> &'static str {
        match self {
            Door::Map => "map",
            Door::Lessons => "lessons",
            Door::Exercises => "exercises",
            Door::Glossary => "glossary",
        }
    }

    /// The door of that name.
    pub fn of(code: &str) -> Option<Door> {
        Door::ALL.into_iter().find(|door| door.code() == code)
    }
}

/// The inspector's tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tab {
    /// What is read beside the stage, if something is.
    Lesson,
    #[default]
    Node,
    Message,
    Why,
    Properties,
    /// Which models of consistency are kept.
    Models,
    Log,
    Script,
}

/// What stands below the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Below {
    /// The space-time diagram.
    #[default]
    Diagram,
    /// How the run does, in plots.
    Measures,
    /// What was asked and told, a lane for each who asks.
    History,
}

impl Below {
    pub const ALL: [Below; 3] = [Below::Diagram, Below::Measures, Below::History];

    /// As a link writes it: `below=measures`.
    pub fn code(self) -> &'static str {
        match self {
            Below::Diagram => "diagram",
            Below::Measures => "measures",
            Below::History => "history",
        }
    }

    /// What has this name.
    pub fn of(code: &str) -> Option<Below> {
        Below::ALL.into_iter().find(|below| below.code() == code)
    }

    /// What shows most of this script: where clients are kept busy, there is something to measure; and
    /// where something spreads among very many, who have no lanes.
    pub fn best_for(script: &Script) -> Below {
        let busy = script.lines.iter().any(|line| matches!(*line.command, Command::Load { .. }));
        let setup = &script.setup;
        let spreads = || {
            let entry = catalog::find(&setup.protocol);
            entry.is_some_and(|entry| (entry.epidemic)(setup).is_some())
        };
        if busy || setup.places.are_many() && spreads() { Below::Measures } else { Below::Diagram }
    }
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
    /// A history from a file.
    History,
}

/// Which part of the window the timeline shows as a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TablePage {
    /// Around the cursor, or from the window's beginning where the cursor is elsewhere.
    #[default]
    Here,
    /// From this event on.
    From(u64),
    /// Until this event.
    Until(u64),
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
    pub const ALL: [Tab; 8] = [
        Tab::Lesson,
        Tab::Node,
        Tab::Message,
        Tab::Why,
        Tab::Properties,
        Tab::Models,
        Tab::Log,
        Tab::Script,
    ];

    /// As a link writes it: `panel=script`.
    pub fn code(self) -> &'static str {
        match self {
            Tab::Lesson => "lesson",
            Tab::Node => "node",
            Tab::Message => "message",
            Tab::Why => "why",
            Tab::Properties => "properties",
            Tab::Models => "models",
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
        matches!(self, Tab::Properties | Tab::Models | Tab::Log | Tab::Script)
    }
}
