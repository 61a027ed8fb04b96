//! The keyboard, as data: the help dialog lists what is here, so that it is never out of date.

use super::action::Notice;
use super::action::{Action, PageAction, StudyAction, TimeAction, TimelineAction, WhyAction};
use super::explanation::Question;
use super::gestures::{self, Gesture};
use super::store::Store;
use super::study::Study;
use super::terms::{Dialog, Selection, Tool};
use crate::base::{Place, Time};
use crate::sim::fact::Fact;
use crate::{key, sentence};

/// Some keys and what they do.
pub struct Key {
    /// As the browser names them (`KeyboardEvent.key`), lower case for letters.
    pub keys: &'static [&'static str],
    /// As the help shows them.
    pub shown: &'static str,
    /// What they do: a key of the translations.
    pub help: &'static str,
    /// The action in this state, if it means anything now.
    pub does: fn(&Store, &str) -> Option<Action>,
}

/// Every key, in the order of the help.
pub static KEYS: &[Key] = &[
    Key {
        keys: &[" ", "k"],
        shown: "Space",
        help: key!("play or pause"),
        does: |_, _| Some(Action::Time(TimeAction::Toggle)),
    },
    Key {
        keys: &["arrowright"],
        shown: "→",
        help: key!("one step forward"),
        does: |_, _| Some(Action::Time(TimeAction::StepForward)),
    },
    Key {
        keys: &["arrowleft"],
        shown: "←",
        help: key!("one step back"),
        does: |_, _| Some(Action::Time(TimeAction::StepBack)),
    },
    Key {
        keys: &["b"],
        shown: "B",
        help: key!("back to before what was done last by hand"),
        does: |store, _| store.pane().last_act().map(|_| Action::Time(TimeAction::BeforeAct)),
    },
    Key {
        keys: &["home"],
        shown: "Home",
        help: key!("to the start"),
        does: |_, _| Some(Action::Time(TimeAction::ToStart)),
    },
    Key {
        keys: &["end"],
        shown: "End",
        help: key!("to the latest instant seen"),
        does: |_, _| Some(Action::Time(TimeAction::ToHead)),
    },
    Key {
        keys: &["g"],
        shown: "G",
        help: key!("go to a time that you type, or run until something happens"),
        does: |_, _| Some(Action::Page(PageAction::TypeTime)),
    },
    Key {
        keys: &["+", "=", "."],
        shown: "+  .",
        help: key!("faster"),
        does: |_, _| Some(Action::Time(TimeAction::Faster)),
    },
    Key {
        keys: &["-", ","],
        shown: "-  ,",
        help: key!("slower"),
        does: |_, _| Some(Action::Time(TimeAction::Slower)),
    },
    Key {
        keys: &["1", "2", "3", "4", "5", "6", "7", "8", "9"],
        shown: "1 – 9",
        help: key!("select a server"),
        does: select,
    },
    Key {
        keys: &["c"],
        shown: "C",
        help: key!("crash or restart the selected server"),
        does: gesture,
    },
    Key {
        keys: &["p"],
        shown: "P",
        help: key!("pause or resume the selected server"),
        does: gesture,
    },
    Key {
        keys: &["t"],
        shown: "T",
        help: key!("let the selected server's next timer run out"),
        does: gesture,
    },
    Key { keys: &["w"], shown: "W", help: key!("wipe the selected server's disk"), does: gesture },
    Key {
        keys: &["r"],
        shown: "R",
        help: key!("send a request to the selected server, or to the leader"),
        does: request,
    },
    Key {
        keys: &["y"],
        shown: "Y",
        help: key!("why the selected server is what it is, or why the message was sent"),
        does: why,
    },
    Key {
        keys: &["x"],
        shown: "X",
        help: key!("the tool that cuts links"),
        does: |store, _| tool(store, Tool::Cut),
    },
    Key {
        keys: &["l"],
        shown: "L",
        help: key!("the tool that parts servers from the others"),
        does: |store, _| tool(store, Tool::Lasso),
    },
    Key {
        keys: &["h"],
        shown: "H",
        help: key!("heal all links"),
        does: |_, _| Some(Action::Do(gestures::heal().command)),
    },
    Key {
        keys: &["v"],
        shown: "V",
        help: key!("the stage alone, for a room that looks on; selecting a server lights it"),
        does: |store, _| Some(Action::Page(PageAction::Present(!store.ui.presents))),
    },
    Key {
        keys: &["escape"],
        shown: "Esc",
        help: key!("close, let go, back to selecting"),
        does: |_, _| Some(Action::Page(PageAction::Escape)),
    },
    Key {
        keys: &["/"],
        shown: "/",
        help: key!("find an event by its words"),
        does: |_, _| Some(Action::Timeline(TimelineAction::OpenFind)),
    },
    Key {
        keys: &["s"],
        shown: "S",
        help: key!("share this instant as a link"),
        does: |_, _| Some(Action::Page(PageAction::Open(Dialog::Share))),
    },
    Key {
        keys: &["?"],
        shown: "?",
        help: key!("this help"),
        does: |_, _| Some(Action::Page(PageAction::Open(Dialog::Help))),
    },
];

/// The keys of a clicker, while the stage is alone. Elsewhere they scroll what has the focus, or mean something else.
pub static PRESENTER_KEYS: &[Key] = &[
    Key {
        keys: &["pagedown", "pageup"],
        shown: "PgDn  PgUp",
        help: key!(
            "what comes next, or was before: the next caption; in a lesson the answer, then the next step"
        ),
        does: click_on,
    },
    Key {
        keys: &[".", "b"],
        shown: ".  B",
        help: key!("a black screen, and the stage again"),
        does: |store, _| Some(Action::Page(PageAction::Black(!store.ui.black))),
    },
];

/// They lead to what is not shown while the stage is alone: the time's field, the search in the diagram, sharing.
const HIDDEN_KEYS: [&str; 3] = ["g", "/", "s"];

/// What a clicker asks for: in a lesson its steps, with each question answered on the way; in a run its captions.
fn click_on(store: &Store, key: &str) -> Option<Action> {
    if store.ui.black {
        return Some(Action::Page(PageAction::Black(false)));
    }
    let next = key == "pagedown";
    let answers = |study: &Study| {
        study.waits() || study.truth.is_some() && study.answered(&store.pane().run).is_none()
    };
    let step = match &store.study {
        Some(study) if next && answers(study) => Some(StudyAction::Reveal),
        Some(study) if study.course.steps() > 1 => {
            let to = if next { Some(study.step + 1) } else { study.step.checked_sub(1) };
            to.filter(|to| *to < study.course.steps()).map(StudyAction::Step)
        }
        _ => return Some(Action::Time(TimeAction::Caption { next })),
    };
    step.map(Action::Study)
}

/// Whether this key means anything where the front door stands in place of the playground.
pub fn is_for_door(key: &str) -> bool {
    [" ", "?", "Escape"].contains(&key)
}

/// The keys of the space-time diagram, while it has the focus.
pub static DIAGRAM_KEYS: &[Key] = &[
    Key {
        keys: &["arrowleft", "arrowright"],
        shown: "←  →",
        help: key!("earlier or later"),
        does: pan,
    },
    Key { keys: &["+", "=", "-"], shown: "+  -", help: key!("nearer or further"), does: zoom },
    Key {
        keys: &["home"],
        shown: "Home",
        help: key!("to the run's start, and the cursor stays"),
        does: |_, _| Some(Action::Timeline(TimelineAction::ShowStart)),
    },
    Key {
        keys: &["end"],
        shown: "End",
        help: key!("to its end, as far as it is known"),
        does: |_, _| Some(Action::Timeline(TimelineAction::ShowHead)),
    },
    Key {
        keys: &["0"],
        shown: "0",
        help: key!("the whole run"),
        does: |_, _| Some(Action::Timeline(TimelineAction::ShowWhole)),
    },
    Key {
        keys: &["."],
        shown: ".",
        help: key!("back to the cursor"),
        does: |_, _| Some(Action::Timeline(TimelineAction::FollowCursor)),
    },
    Key {
        keys: &["arrowup", "arrowdown"],
        shown: "↑  ↓",
        help: key!("the message before or after"),
        does: |_, key| {
            Some(Action::Timeline(TimelineAction::SelectMessage { next: key == "arrowdown" }))
        },
    },
    Key {
        keys: &["pageup", "pagedown"],
        shown: "PgUp  PgDn",
        help: key!("more lanes, where not all have room"),
        // The browser's own way of scrolling.
        does: |_, _| None,
    },
    Key {
        keys: &["enter"],
        shown: "Enter",
        help: key!("the cursor goes where the message was sent"),
        does: |store, _| match store.ui.selection {
            Some(Selection::Message(event)) => Some(Action::Time(TimeAction::SeekEvent(event))),
            _ => None,
        },
    },
];

/// A step of the diagram's window by keyboard: this part of it.
const PART: u64 = 6;

/// The action of a key pressed on the diagram; what it does not know is the page's.
pub fn press_on_diagram(store: &Store, key: &str) -> Option<Action> {
    let key = key.to_lowercase();
    let entry = DIAGRAM_KEYS.iter().find(|entry| entry.keys.contains(&key.as_str()))?;
    (entry.does)(store, &key)
}

fn pan(store: &Store, key: &str) -> Option<Action> {
    let micros = (store.ui.window.span.0 / PART).max(1) as i64;
    Some(Action::Timeline(TimelineAction::Pan(if key == "arrowleft" { -micros } else { micros })))
}

/// Around the cursor, or the middle where it is out of sight.
fn zoom(store: &Store, key: &str) -> Option<Action> {
    let window = store.ui.window;
    let now = store.pane().run.now();
    let middle = Time(window.from.0 + window.span.0 / 2);
    let around = if window.from <= now && now <= window.to() { now } else { middle };
    Some(Action::Timeline(TimelineAction::Zoom {
        percent: if key == "-" { 150 } else { 67 },
        around,
    }))
}

/// The action of a key pressed without Ctrl, Alt or Meta; `key` as the browser names it.
pub fn press(store: &Store, key: &str) -> Option<Action> {
    let key = key.to_lowercase();
    // While a dialog is open only Escape reaches beyond it.
    if store.ui.dialog.is_some() && key != "escape" {
        return None;
    }
    if store.ui.presents && HIDDEN_KEYS.contains(&key.as_str()) {
        return None;
    }
    let own = PRESENTER_KEYS.iter().filter(|_| store.ui.presents);
    let entry = own.chain(KEYS).find(|entry| entry.keys.contains(&key.as_str()))?;
    (entry.does)(store, &key)
}

fn select(store: &Store, key: &str) -> Option<Action> {
    let node = Place::server(key.parse::<u16>().ok()?.checked_sub(1)?);
    let exists = store.pane().run.script().setup.places.has(node);
    exists.then_some(Action::Page(PageAction::Select(Some(Selection::Place(node)))))
}

fn tool(store: &Store, tool: Tool) -> Option<Action> {
    let other = if store.ui.tool == tool { Tool::Select } else { tool };
    Some(Action::Page(PageAction::Tool(other)))
}

/// The gesture that has this key in the menu of whoever is selected.
fn gesture(store: &Store, key: &str) -> Option<Action> {
    let Some(selection @ Selection::Place(_)) = store.ui.selection else {
        let why = sentence!("Select a server first: click it, or press its number.");
        return Some(Action::Page(PageAction::Tell(Notice::refusal(why))));
    };
    let offered = gestures::offered(store.pane(), selection);
    let has_key = |gesture: &Gesture| gesture.key == Some(key);
    offered.into_iter().find(has_key).map(|gesture| Action::Do(gesture.command))
}

fn why(store: &Store, _: &str) -> Option<Action> {
    let run = &store.pane().run;
    let places = &run.script().setup.places;
    let question = match store.ui.selection {
        Some(Selection::Message(id)) => Question::Event(id),
        Some(Selection::Place(place)) if !places.is_house_client(place) => {
            // Who is down has no role.
            let role = Fact::named(place, "role");
            match run.sim().read(&role) {
                Some(_) => Question::Fact(role),
                None => Question::Fact(Fact::named(place, "status")),
            }
        }
        _ => {
            let why = sentence!("Select a server or a message first: click it, or press a number.");
            return Some(Action::Page(PageAction::Tell(Notice::refusal(why))));
        }
    };
    Some(Action::Why(WhyAction::Ask(question)))
}

fn request(store: &Store, _: &str) -> Option<Action> {
    let run = &store.pane().run;
    let to = match store.ui.selection {
        Some(Selection::Place(place)) if !run.script().setup.places.is_house_client(place) => {
            Some(place)
        }
        _ => None,
    };
    Some(match gestures::request(run, to, run.meta().requests[0]) {
        Some(request) => Action::Do(request),
        None => Action::Page(PageAction::Tell(Notice::refusal(gestures::nobody_asks()))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;
    use crate::player::tests::{notice, store};
    use crate::sim::snapshot::Status;

    #[test]
    fn where_nobody_is_there_to_ask_the_key_says_so() {
        let mut store = store("run raft nodes=3 clients=0 seed=7");
        let action = press(&store, "r");
        action.map(|action| store.update(action));
        assert!(notice(&store).starts_with("This run has no clients"), "{}", notice(&store));
    }

    #[test]
    fn keys_do_what_the_help_says() {
        let mut store = store("run raft nodes=3 seed=7");
        let mut press = |key: &str| {
            let action = super::press(&store, key);
            if let Some(action) = action.clone() {
                store.update(action);
            }
            (action, store.pane().snapshot(), notice(&store))
        };
        press("End");
        let (_, _, told) = press("c");
        assert!(told.starts_with("Select a server first"), "{told}");
        assert_eq!(press("4").0, None, "there are three");
        assert!(press("2").0.is_some());
        let role = Question::Fact(Fact::named(Place::server(1), "role"));
        assert_eq!(press("y").0, Some(Action::Why(WhyAction::Ask(role))));
        for (key, expected) in [
            ("p", Status::Paused),
            ("P", Status::Up),
            ("c", Status::Down),
            ("c", Status::Up),
            ("t", Status::Up),
            ("w", Status::Down),
        ] {
            let (action, snapshot, told) = press(key);
            assert!(matches!(action, Some(Action::Do(_))), "{key}");
            assert_eq!((snapshot.nodes[1].status, told.as_str()), (expected, ""), "{key}");
        }
        assert!(matches!(
            press("r").0,
            Some(Action::Do(Command::Request { to, .. })) if to == [Place::server(1)]
        ));
        assert_eq!(press("x").0, Some(Action::Page(PageAction::Tool(Tool::Cut))));
        assert_eq!(press("x").0, Some(Action::Page(PageAction::Tool(Tool::Select))));
        assert_eq!(press("?").0, Some(Action::Page(PageAction::Open(Dialog::Help))));
        assert_eq!(press("c").0, None, "a dialog is open");
        assert_eq!(press("Escape").0, Some(Action::Page(PageAction::Escape)));
        assert!(press("h").0.is_some());
        assert_eq!(press("F5").0, None);
    }

    #[test]
    fn no_key_means_two_things() {
        for keys in [KEYS, DIAGRAM_KEYS, PRESENTER_KEYS] {
            let mut all: Vec<&str> = keys.iter().flat_map(|key| key.keys).copied().collect();
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count);
            for key in all {
                assert_eq!(key, key.to_lowercase());
            }
        }
    }

    /// Where there are more lanes than fit, the browser scrolls them: the help says by which keys.
    #[test]
    fn the_help_names_the_keys_that_the_browser_serves() {
        let named = DIAGRAM_KEYS.iter().find(|key| key.keys.contains(&"pagedown"));
        assert!(named.is_some_and(|key| key.keys.contains(&"pageup")));
        let store = store("run raft nodes=15 seed=7");
        assert_eq!(press_on_diagram(&store, "PageDown"), None, "the browser's own");
    }

    #[test]
    fn the_diagram_has_keys_of_its_own() {
        let mut store = store("run raft nodes=3 seed=7");
        store.update(TimeAction::Seek(Time::millis(2_000)));
        let cursor = store.pane().cursor();
        let mut press = |key: &str| {
            let action = press_on_diagram(&store, key).unwrap();
            store.update(action);
            (store.ui.window.from, store.ui.window.span, store.ui.selection)
        };
        let second = Time::seconds(1);
        assert_eq!(press("Home"), (Time::ZERO, second, None));
        assert_eq!(press("ArrowRight").0, Time(166_666));
        assert_eq!(press("ArrowLeft").0, Time::ZERO);
        assert_eq!(press("End"), (second, second, None));
        assert_eq!(
            press("+"),
            (Time(1_330_000), Time(670_000), None),
            "the cursor keeps its place"
        );
        assert_eq!(press("0"), (Time::ZERO, Time::seconds(2), None));
        assert!(matches!(press("ArrowUp").2, Some(Selection::Message(_))));
        assert_eq!(store.pane().cursor(), cursor, "nothing of this moves the cursor");
        let sent = press_on_diagram(&store, "Enter").unwrap();
        assert!(matches!(sent, Action::Time(TimeAction::SeekEvent(event)) if event < cursor.1));
        assert_eq!(press_on_diagram(&store, "c"), None);
    }
}
