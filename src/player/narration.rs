//! What is said to whoever listens instead of looking: of all that has happened since something was said
//! last, what matters most. First who leads, then what broke, what the story says, and how far logs are
//! settled; only where there is none of these, the newest event that is worth telling.

use super::action::NoticeKind;
use super::store::{Narration, Store};
use super::terms::Selection;
use crate::base::{Sentence, Time};
use crate::replay::recent::Weight;
use crate::sentence;
use crate::sim::fact::Fact;
use crate::sim::snapshot::Told;
use crate::words::{self, Language, tell};

/// So many captions are said at once.
const CAPTIONS: usize = 2;
/// So many small things are remembered as said.
const MINOR: usize = 8;

impl Store {
    /// What is to be said now, in the reader's language, with times as people say them. It changes only
    /// when something happens.
    pub fn narration(&mut self) -> String {
        let of = (self.active, self.opened, self.pane().current().id);
        let language = self.ui.language;
        let event = self.pane().run.event();
        let same = of == self.narration.of;
        let spoken_to = same && language == self.narration.language;
        let done: Vec<String> = self.newly_done().iter().map(|it| tell(language, it)).collect();
        if spoken_to && event == self.narration.event {
            if !done.is_empty() {
                self.narration.said = done.join(" ");
            }
            return self.narration.said.clone();
        }
        // What is done by hand goes on from where it is done, in whatever branch.
        let act = self.narration.act.take().filter(|act| *act < event);
        let goes_on = same && event > self.narration.event || act.is_some();
        let since = match (same, act) {
            (true, Some(act)) => act.min(self.narration.event),
            (false, Some(act)) => act,
            (true, None) if goes_on => self.narration.event,
            _ => 0,
        };
        let mut foremost = self.pane_mut().run.foremost(since);
        if !goes_on {
            // Where one has come from elsewhere, the instant itself is told, and the caption over it.
            let (says, others): (Vec<_>, Vec<_>) =
                foremost.into_iter().partition(|(weight, _)| *weight == Weight::Says);
            let newest = |told: Vec<(Weight, Told)>| told.into_iter().max_by_key(|it| it.1.event);
            foremost = [newest(says), newest(others)].into_iter().flatten().collect();
            foremost.sort_by_key(|(_, told)| told.event);
        }
        keep_late_captions(&mut foremost);
        // A notice says it by itself, and at once.
        let noticed = |store: &Store| {
            store.ui.notice.as_ref().is_some_and(|notice| notice.kind == NoticeKind::Violation)
        };
        if noticed(self) {
            foremost.retain(|(weight, _)| *weight != Weight::Breaks);
        }
        let settled = self.settled();
        let mut said = done;
        // What somebody has just done is told, however small it is.
        let is_done = |told: &Told| act.is_some_and(|act| told.event > act);
        let matters = |(weight, told): &&(Weight, Told)| *weight < Weight::Notable || is_done(told);
        said.extend(
            foremost.iter().filter(matters).map(|(weight, told)| spoken(*weight, told, language)),
        );
        if goes_on && settled > self.narration.settled {
            said.push(tell(language, &sentence!("The logs are settled up to entry {0}.", settled)));
        }
        if said.is_empty() {
            let minor = &mut self.narration.minor;
            let what = |told: &Told| (told.place, told.sentence.clone());
            foremost.retain(|(_, told)| !goes_on || !minor.contains(&what(told)));
            minor.extend(foremost.iter().map(|(_, told)| what(told)));
            minor.drain(..minor.len().saturating_sub(MINOR));
            let newest = foremost.iter().map(|(weight, told)| spoken(*weight, told, language));
            said.extend(newest);
        }
        if said.is_empty() && goes_on {
            // Nothing worth telling: what was said stays.
            said.push(std::mem::take(&mut self.narration.said));
        }
        let said = said.join(" ");
        let said =
            Narration { of, language, event, settled, said, ..std::mem::take(&mut self.narration) };
        self.narration = said;
        self.narration.said.clone()
    }

    /// What has been done to the page since something was said last.
    fn newly_done(&mut self) -> Vec<Sentence> {
        let panes = std::mem::replace(&mut self.narration.panes, self.panes.len());
        let beside = match (panes, self.panes.len()) {
            (1, 2) => Some(sentence!("Two runs stand side by side: A and B.")),
            (2, 1) => Some(sentence!("One run is shown again.")),
            _ => None,
        };
        let begins = std::mem::take(&mut self.narration.begins).then(|| self.beginning());
        let returns = std::mem::take(&mut self.narration.returns);
        let now = as_said(self.pane().run.now());
        let back = returns.then(|| sentence!("Back at {0} seconds, before that.", now));
        [beside, begins, back, self.newly_selected()].into_iter().flatten().collect()
    }

    /// That another run has been loaded, by its title.
    fn beginning(&self) -> Sentence {
        let run = &self.pane().run;
        let title = run.script().title.as_deref().unwrap_or(run.meta().title);
        let title = words::translate(self.ui.language, title).to_owned();
        sentence!("Another run begins: {0}.", title)
    }

    /// What has been selected since something was said last, and what it is.
    fn newly_selected(&mut self) -> Option<Sentence> {
        let selection = self.ui.selection;
        if std::mem::replace(&mut self.narration.selection, selection) == selection {
            return None;
        }
        let run = &self.pane().run;
        let sentence = match selection? {
            Selection::Place(place) => match run.look(place) {
                Some(node) => sentence!("{0} is selected: {1}.", place, node.role()),
                None => sentence!("{0} is selected.", place),
            },
            Selection::Link(from, to) => {
                sentence!("The link of {0} and {1} is selected.", from, to)
            }
            Selection::Message(id) => sentence!("{0} is selected.", run.named(id)?),
        };
        Some(sentence)
    }

    /// How far the log is settled that is furthest; 0 where there are no logs, or too many.
    fn settled(&self) -> u64 {
        let run = &self.pane().run;
        let places = &run.script().setup.places;
        if places.are_many() {
            return 0;
        }
        let settled = places.own().filter_map(|place| run.sim().read(&Fact::settled(place)));
        settled.filter_map(|settled| settled.parse().ok()).max().unwrap_or(0)
    }
}

/// Of a long way the last captions are told, and not the whole story.
fn keep_late_captions(foremost: &mut Vec<(Weight, Told)>) {
    let captions = foremost.iter().filter(|(weight, _)| *weight == Weight::Says).count();
    let mut early = captions.saturating_sub(CAPTIONS);
    foremost.retain(|(weight, _)| {
        let is_early = *weight == Weight::Says && early > 0;
        early -= usize::from(is_early);
        !is_early
    });
}

/// An event as it is said aloud.
fn spoken(weight: Weight, told: &Told, language: Language) -> String {
    // What the story says is no event of it.
    if weight == Weight::Says {
        let caption = told.sentence.values.first().map(ToString::to_string).unwrap_or_default();
        return words::translate(language, &caption).to_owned();
    }
    let at = as_said(told.at);
    let what: Sentence = told.sentence.clone();
    let sentence = match (told.place, &*at) {
        (Some(place), "1") => sentence!("At 1 second, {0} {1}.", place, what),
        (None, "1") => sentence!("At 1 second: {0}.", what),
        (Some(place), _) => sentence!("At {0} seconds, {1} {2}.", at, place, what),
        (None, _) => sentence!("At {0} seconds: {1}.", at, what),
    };
    tell(language, &sentence)
}

/// A time in seconds, with as many digits as anybody says: `1.1`, `0.25`, `12`.
fn as_said(time: Time) -> String {
    let hundredths = (time.0 + 5_000) / 10_000;
    let digits = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::action::{Action, PageAction, RunAction, TimeAction};
    use super::super::tests::store;
    use super::*;
    use crate::base::Place;
    use crate::command::{Command, Partition};

    const RUN: &str = "run raft nodes=3 seed=7\n100ms fire S1 election\n300ms say Watch the log.\n\
                       310ms request C1 S1 put x=1\n1s crash S1\n";

    fn at(store: &mut Store, millis: u64) -> String {
        store.update(TimeAction::Seek(Time::millis(millis)));
        store.narration()
    }

    #[test]
    fn what_matters_is_said_before_what_happened_last() {
        let mut store = store(RUN);
        assert_eq!(at(&mut store, 90), "");
        let told = at(&mut store, 250);
        assert!(told.starts_with("At 0.14 seconds, S1 is now leader."), "{told}");
        assert_eq!(at(&mut store, 305), "Watch the log.");
        let told = at(&mut store, 600);
        assert_eq!(told, "The logs are settled up to entry 2.");
        // All of it at once, in this order; and what happened last is small beside it.
        assert_eq!(at(&mut store, 0), "");
        let told = at(&mut store, 600);
        let places =
            ["S1 is now leader.", "Watch the log.", "settled up to"].map(|it| told.find(it));
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{told}");
        assert!(at(&mut store, 1_000).starts_with("At 1 second, S1 is down"));
    }

    #[test]
    fn two_captions_at_once_are_both_said_the_earlier_first() {
        let mut store = store(
            "run raft nodes=3 seed=7\n100ms say First.\n110ms say Second.\n120ms say Third.\n",
        );
        assert_eq!(at(&mut store, 90), "");
        assert_eq!(at(&mut store, 115), "First. Second.");
        assert_eq!(at(&mut store, 130), "Third.");
    }

    #[test]
    fn what_is_done_by_hand_is_said_as_people_would() {
        let mut store = store(RUN);
        at(&mut store, 150);
        let flights = store.pane().snapshot().flights.clone();
        let flight = flights.first().expect("a message is under way").id;
        store.update(Action::Do(Command::Drop(flight)));
        let told = store.narration();
        assert!(told.starts_with("At 0.15 seconds: “") && told.ends_with("is dropped."), "{told}");
        store.update(Action::Do(Command::Partition(Partition::Groups(vec![
            vec![Place::server(0)],
            vec![Place::server(1), Place::server(2)],
        ]))));
        assert_eq!(store.narration(), "At 0.15 seconds: S1 parted from S2 S3.");
        store.update(Action::Do(Command::End));
        assert!(!store.narration().contains("command"), "{}", store.narration());
    }

    /// A master finds out at every ping that a worker has no connection.
    #[test]
    fn what_happens_again_and_again_is_said_once() {
        let mut store =
            store("run mapreduce seed=1\n50ms request M1 count\n150ms crash W1\n1s say On.\n");
        let said: Vec<String> = (16..90).map(|tens| at(&mut store, tens * 10)).collect();
        let broken = "M1 learns that its connection to W1 is broken.";
        let turns = said.chunk_by(|one, other| one == other);
        assert_eq!(turns.filter(|turn| turn[0].ends_with(broken)).count(), 1, "{said:#?}");
    }

    #[test]
    fn a_caption_is_said_wherever_one_comes_from() {
        let mut store = store(RUN);
        at(&mut store, 900);
        let told = at(&mut store, 305);
        assert!(told.starts_with("Watch the log."), "{told}");
        store.update(PageAction::Language(Language::Chinese));
        assert!(store.narration().contains("Watch the log."), "a caption of one's own");
    }

    #[test]
    fn of_a_long_way_the_last_captions_are_said() {
        let says: String = (1..6).map(|n| format!("{}ms say Caption {n}.\n", 100 * n)).collect();
        let mut store = store(&format!("run raft nodes=3 seed=7\n{says}"));
        at(&mut store, 0);
        let told = at(&mut store, 550);
        assert!(told.contains("Caption 4. Caption 5.") && !told.contains("Caption 3."), "{told}");
    }

    /// Also where it begins a branch, and a caption stands.
    #[test]
    fn the_first_deed_is_said() {
        let mut store = store(RUN);
        at(&mut store, 900);
        assert!(at(&mut store, 305).starts_with("Watch the log."));
        store.update(Action::Do(Command::Crash { node: Place::server(1), torn: false }));
        let told = store.narration();
        assert!(told.contains("S2 is down"), "{told}");
        assert!(!told.contains("Watch the log."), "{told}");
    }

    #[test]
    fn going_back_to_before_an_act_is_said() {
        let mut store = store(RUN);
        at(&mut store, 400);
        store.update(Action::Do(Command::Crash { node: Place::server(0), torn: false }));
        store.narration();
        store.update(TimeAction::BeforeAct);
        let told = store.narration();
        assert!(told.starts_with("Back at 0.4 seconds, before that."), "{told}");
    }

    #[test]
    fn another_run_is_said() {
        let mut store = store(RUN);
        at(&mut store, 90);
        store.update(RunAction::LoadText("run raft nodes=5\ntitle Mine\n".into()));
        assert_eq!(store.narration(), "Another run begins: Mine.");
        store.update(RunAction::LoadText("run raft nodes=4\n".into()));
        assert_eq!(store.narration(), "Another run begins: Raft.");
    }

    #[test]
    fn what_is_selected_is_said() {
        let mut store = store(RUN);
        at(&mut store, 600);
        store.update(PageAction::Select(Some(Selection::Place(Place::server(0)))));
        assert_eq!(store.narration(), "S1 is selected: leader.");
        store.update(PageAction::Select(None));
        assert_eq!(store.narration(), "S1 is selected: leader.");
        let link = Selection::Link(Place::server(0), Place::server(1));
        store.update(PageAction::Select(Some(link)));
        assert_eq!(store.narration(), "The link of S1 and S2 is selected.");
    }

    #[test]
    fn it_is_said_once_and_in_the_readers_language() {
        let mut store = store(RUN);
        at(&mut store, 90);
        let told = at(&mut store, 250);
        assert_eq!(store.narration(), told);
        store.update(PageAction::Language(Language::Chinese));
        let told = store.narration();
        assert!(told.chars().all(|c| !c.is_ascii_lowercase()), "{told}");
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        let said =
            [1_095_035, 250_000, 12_000_000, 400, 61_999_999].map(|time| as_said(Time(time)));
        assert_eq!(said, ["1.1", "0.25", "12", "0", "62"]);
    }
}
