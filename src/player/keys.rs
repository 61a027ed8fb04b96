//! The keyboard, as data: the help dialog lists what is here, so that it is never out of date.

use super::action::Action;
use super::gestures::{self, Gesture};
use super::store::Store;
use super::ui::{Dialog, Notice, Selection, Tool};
use crate::base::NodeId;
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
        does: |_, _| Some(Action::Toggle),
    },
    Key {
        keys: &["arrowright"],
        shown: "→",
        help: key!("one step forward"),
        does: |_, _| Some(Action::StepForward),
    },
    Key {
        keys: &["arrowleft"],
        shown: "←",
        help: key!("one step back"),
        does: |_, _| Some(Action::StepBack),
    },
    Key {
        keys: &["home"],
        shown: "Home",
        help: key!("to the start"),
        does: |_, _| Some(Action::ToStart),
    },
    Key {
        keys: &["end"],
        shown: "End",
        help: key!("to the latest instant seen"),
        does: |_, _| Some(Action::ToHead),
    },
    Key {
        keys: &["+", "=", "."],
        shown: "+  .",
        help: key!("faster"),
        does: |_, _| Some(Action::Faster),
    },
    Key {
        keys: &["-", ","],
        shown: "-  ,",
        help: key!("slower"),
        does: |_, _| Some(Action::Slower),
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
        keys: &["escape"],
        shown: "Esc",
        help: key!("close, let go, back to selecting"),
        does: |_, _| Some(Action::Escape),
    },
    Key {
        keys: &["s"],
        shown: "S",
        help: key!("share this instant as a link"),
        does: |_, _| Some(Action::Open(Dialog::Share)),
    },
    Key {
        keys: &["?"],
        shown: "?",
        help: key!("this help"),
        does: |_, _| Some(Action::Open(Dialog::Help)),
    },
];

/// The action of a key pressed without Ctrl, Alt or Meta; `key` as the browser names it.
pub fn press(store: &Store, key: &str) -> Option<Action> {
    let key = key.to_lowercase();
    // While a dialog is open only Escape reaches beyond it.
    if store.ui.dialog.is_some() && key != "escape" {
        return None;
    }
    let entry = KEYS.iter().find(|entry| entry.keys.contains(&key.as_str()))?;
    (entry.does)(store, &key)
}

fn select(store: &Store, key: &str) -> Option<Action> {
    let node = NodeId(key.parse::<u16>().ok()?.checked_sub(1)?);
    let exists = node.0 < store.pane().run.script().setup.nodes;
    exists.then_some(Action::Select(Some(Selection::Node(node))))
}

fn tool(store: &Store, tool: Tool) -> Option<Action> {
    let other = if store.ui.tool == tool { Tool::Select } else { tool };
    Some(Action::Tool(other))
}

/// The gesture that has this key in the selected server's menu.
fn gesture(store: &Store, key: &str) -> Option<Action> {
    let Some(selection @ Selection::Node(_)) = store.ui.selection else {
        let why = sentence!("Select a server first: click it, or press its number.");
        return Some(Action::Tell(Notice::refusal(why)));
    };
    let offered = gestures::offered(&store.pane().run, selection);
    let has_key = |gesture: &Gesture| gesture.key == Some(key);
    offered.into_iter().find(has_key).map(|gesture| Action::Do(gesture.command))
}

fn request(store: &Store, _: &str) -> Option<Action> {
    let run = &store.pane().run;
    let to = match store.ui.selection {
        Some(Selection::Node(node)) => Some(node),
        _ => None,
    };
    gestures::request(run, to, run.meta().requests[0]).map(Action::Do)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;
    use crate::player::tests::{notice, store};
    use crate::sim::snapshot::Status;

    #[test]
    fn keys_do_what_the_help_says() {
        let mut store = store("run raft nodes=3 seed=7");
        let mut press = |key: &str| {
            let action = super::press(&store, key);
            if let Some(action) = action.clone() {
                store.update(action);
            }
            (action, store.pane().run.snapshot(), notice(&store))
        };
        press("End");
        let (_, _, told) = press("c");
        assert!(told.starts_with("Select a server first"), "{told}");
        assert_eq!(press("4").0, None, "there are three");
        assert!(press("2").0.is_some());
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
            Some(Action::Do(Command::Request { to: Some(NodeId(1)), .. }))
        ));
        assert_eq!(press("x").0, Some(Action::Tool(Tool::Cut)));
        assert_eq!(press("x").0, Some(Action::Tool(Tool::Select)));
        assert_eq!(press("?").0, Some(Action::Open(Dialog::Help)));
        assert_eq!(press("c").0, None, "a dialog is open");
        assert_eq!(press("Escape").0, Some(Action::Escape));
        assert!(press("h").0.is_some());
        assert_eq!(press("F5").0, None);
    }

    #[test]
    fn no_key_means_two_things() {
        let mut all: Vec<&str> = KEYS.iter().flat_map(|key| key.keys).copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        for key in all {
            assert_eq!(key, key.to_lowercase());
        }
    }
}
