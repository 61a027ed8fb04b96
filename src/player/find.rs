//! Looking for an event by its words: those of the English or of the reader's language, its place,
//! or its message. The search begins at the cursor, goes through all that is known of the run, and
//! comes back to where it began. `clock.rs` carries it out, some of it in every tick.

use crate::sim::snapshot::Told;
use crate::words::{self, Language};

/// The longest text that is looked for, in characters.
pub const LONGEST: usize = 200;
/// Events that one tick looks through.
const EVENTS: u64 = 1_500;

/// What is looked for, and how far the search has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSearch {
    pub text: String,
    pub next: bool,
    /// Events looked through, and how many there are.
    pub searched: u64,
    pub all: u64,
    /// The event found last, and where it led the cursor.
    pub found: Option<(u64, u64)>,
    /// The event from which it is looked on.
    pub(super) from: u64,
}

impl TextSearch {
    /// Whether there is nothing left to look through.
    pub fn is_over(&self) -> bool {
        self.found.is_some() || self.searched >= self.all
    }

    /// The events to look through next, in order: those after the cursor, then those before, or the
    /// other way round.
    pub(super) fn slice(&self) -> (u64, u64) {
        let most = EVENTS.min(self.all - self.searched);
        match self.next {
            true => {
                let first = (self.from + self.searched) % self.all + 1;
                (first, (first + most - 1).min(self.all))
            }
            false => {
                let last = (self.from + 2 * self.all - 2 - self.searched) % self.all + 1;
                ((last + 1).saturating_sub(most).max(1), last)
            }
        }
    }
}

/// Whether an event has this in its words, which are compared in small letters.
pub(super) fn says(told: &Told, needle: &str, language: Language) -> bool {
    let place = told.place.map(|place| place.to_string()).unwrap_or_default();
    let in_words = |language: Language| {
        let sentence = words::tell(language, &told.sentence);
        format!("{place} {sentence}").to_lowercase().contains(needle)
    };
    in_words(Language::English)
        || (language != Language::English && in_words(language))
        || told.message.is_some_and(|(_, kind)| kind.to_lowercase().contains(needle))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;
    use crate::player::tests::store;
    use crate::player::{PageAction, Store, TimeAction};

    fn search(store: &mut Store, text: &str, next: bool) -> Option<u64> {
        store.update(TimeAction::Find { text: text.to_owned(), next });
        while store.moving() {
            store.update(TimeAction::Tick { elapsed_micros: 16_000 });
        }
        store.ui.text_search.as_ref()?.found.map(|(event, _)| event)
    }

    /// The events that say this, by looking at all of them.
    fn expected(store: &Store, text: &str) -> Vec<u64> {
        let all = store.pane().run.told_between(1, u64::MAX);
        let needle = text.to_lowercase();
        let says = |told: &&Told| says(told, &needle, Language::English);
        all.iter().filter(says).map(|told| told.event).collect()
    }

    #[test]
    fn the_search_goes_round() {
        let mut store = store("run raft nodes=3 seed=7\n200ms request C1 put x=1");
        store.update(TimeAction::Seek(Time::millis(900)));
        store.update(TimeAction::ToStart);
        let mut all = expected(&store, "s2 is now");
        // The first lie before the cursor: they come last.
        let here = store.pane().run.event();
        let before = all.iter().filter(|event| **event <= here).count();
        all.rotate_left(before);
        assert!(all.len() >= 2, "{all:?}");
        let forth: Vec<_> =
            (0..=all.len()).map(|_| search(&mut store, "S2 is now", true).unwrap()).collect();
        assert_eq!(forth[..all.len()], all);
        assert_eq!(forth[all.len()], all[0], "it begins again");
        assert_eq!(search(&mut store, "S2 is now", false), all.last().copied());
        assert_eq!(search(&mut store, "S2 is now", false), all.iter().rev().nth(1).copied());
        let event = search(&mut store, "x=1", true).unwrap();
        assert!(store.pane().run.event() >= event);
    }

    #[test]
    fn what_is_nowhere_is_looked_for_once() {
        let mut store = store("run raft nodes=3 seed=7 heartbeat=5ms");
        store.update(TimeAction::Seek(Time::seconds(3)));
        let cursor = store.pane().cursor();
        store.update(TimeAction::Find { text: "no such words".to_owned(), next: true });
        assert!(store.moving(), "{} events take more than one tick", store.pane().run.head().0);
        assert!(store.playback.goal.as_ref().unwrap().progress.is_some());
        assert_eq!(search(&mut store, "no such words", true), None);
        let text_search = store.ui.text_search.clone().unwrap();
        assert_eq!(text_search.searched, store.pane().run.head().0);
        assert_eq!(store.pane().cursor(), cursor, "the cursor stays");
        store.update(TimeAction::Find { text: "no such words".to_owned(), next: true });
        store.update(TimeAction::CancelGoal);
        assert!(!store.moving());
        assert_eq!(search(&mut store, "   ", true), None);
        let long = "x".repeat(10_000);
        assert_eq!(search(&mut store, &long, true), None);
        assert_eq!(store.ui.text_search.unwrap().text.len(), LONGEST);
    }

    #[test]
    fn the_reader_s_language_is_searched_as_well() {
        let mut store = store("run raft nodes=3 seed=7");
        store.update(TimeAction::Seek(Time::millis(500)));
        store.update(PageAction::Language(Language::Chinese));
        let chinese = words::tell(Language::Chinese, &crate::sentence!("boots"));
        assert!(search(&mut store, &chinese, true).is_some());
        assert!(search(&mut store, "boots", true).is_some());
    }
}
