//! The store, driven as a page drives it, over real runs.

use super::gestures::{OptionChoice, Values};
use super::*;

use crate::base::{Chance, Place, Time};
use crate::command::{Command, Script};
use crate::scenario::{self, Variant};
use crate::words::Language;

const PLAIN: &str = "run raft nodes=3 seed=7";

/// The script of this text.
fn script(text: &str) -> Script {
    scenario::parse(text).unwrap_or_else(|mistake| panic!("{mistake}"))
}

pub(super) fn store(text: &str) -> Store {
    Store::new(script(text), Preferences::default()).unwrap()
}

fn crash(node: u16) -> Action {
    Action::Do(Command::Crash { node: Place::server(node), torn: false })
}

/// Ticks of a sixtieth of a second, until nothing moves any more, or `frames` have passed.
pub(super) fn frames(store: &mut Store, frames: u32) -> u32 {
    let moves = |_: &u32| {
        store.moving() && {
            store.update(TimeAction::Tick { elapsed_micros: 16_667 });
            true
        }
    };
    (0..frames).take_while(moves).count() as u32
}

pub(super) fn notice(store: &Store) -> String {
    store.ui.notice.as_ref().map_or(String::new(), |notice| notice.told(Language::English))
}

#[test]
fn real_time_becomes_virtual_time() {
    let mut store = store(PLAIN);
    assert_eq!(
        store.update(TimeAction::Tick { elapsed_micros: 16_667 }),
        Change::None,
        "it is paused"
    );
    store.update(TimeAction::Speed(Speed::of("1/10").unwrap()));
    assert_eq!(store.update(TimeAction::Toggle), Change::Frame);
    assert_eq!(store.update(TimeAction::Play), Change::None, "it plays already");
    assert_eq!(frames(&mut store, 60), 60);
    assert_eq!(store.pane().run.now(), Time(100_002), "a second at a tenth");
    assert_eq!(store.update(TimeAction::Toggle), Change::Frame);
    assert_eq!(frames(&mut store, 60), 0);
}

#[test]
fn a_tick_tells_how_much_it_changed() {
    let mut store = store(PLAIN);
    store.update(TimeAction::Play);
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..600 {
        let before = store.pane().run.event();
        let change = store.update(TimeAction::Tick { elapsed_micros: 16_667 });
        assert_eq!(change == Change::Frame, before != store.pane().run.event());
        *seen.entry(change).or_insert(0) += 1;
    }
    assert!(seen[&Change::Time] > 400 && seen[&Change::Frame] > 10, "{seen:?}");
}

#[test]
fn any_cursor_at_once_and_back() {
    let mut store = store(PLAIN);
    store.update(TimeAction::Seek(Time::seconds(2)));
    let (now, event) = store.pane().cursor();
    assert_eq!(now, Time::seconds(2));
    assert!(event > 50 && !store.moving());
    assert_eq!(store.update(TimeAction::StepBack), Change::Frame);
    assert!(store.pane().run.event() < event);
    store.update(TimeAction::StepForward);
    assert_eq!(store.pane().run.event(), event);
    store.update(TimeAction::ToStart);
    assert_eq!(store.pane().run.now(), Time::ZERO);
    let up =
        |node: &crate::sim::snapshot::NodeShot| node.status == crate::sim::snapshot::Status::Up;
    assert!(store.pane().run.snapshot().nodes.iter().all(up), "all have booted");
    assert_eq!(store.update(TimeAction::StepBack), Change::None);
    store.update(TimeAction::ToHead);
    assert_eq!(store.pane().run.event(), event);
    store.update(TimeAction::SeekEvent(event / 2));
    assert!((event / 2..event / 2 + 20).contains(&store.pane().run.event()));
}

#[test]
fn a_long_way_takes_several_ticks_and_can_be_cancelled() {
    let mut store = store("run raft nodes=9 seed=7");
    store.update(TimeAction::Seek(Time::seconds(600)));
    assert!(store.moving());
    let mut last = crate::base::Ratio::ZERO;
    for _ in 0..3 {
        store.update(TimeAction::Tick { elapsed_micros: 0 });
        let progress = store.playback.goal.as_ref().unwrap().progress.unwrap();
        assert!(progress > last);
        last = progress;
    }
    assert_eq!(store.update(PageAction::Tab(Tab::Script)), Change::Frame);
    assert_eq!(store.update(TimeAction::CancelGoal), Change::Frame);
    assert!(!store.moving() && store.pane().run.now() < Time::seconds(600));
    store.update(TimeAction::Seek(Time::seconds(30)));
    assert_eq!(frames(&mut store, 100), 0, "a place that was seen already is near");
}

#[test]
fn a_gesture_now_goes_on_and_a_gesture_in_the_past_starts_a_branch() {
    let mut store = store(PLAIN);
    store.update(TimeAction::Seek(Time::millis(500)));
    store.update(crash(0));
    assert_eq!((store.pane().branches.len(), store.pane().branch), (1, 0));
    store.update(TimeAction::Seek(Time::seconds(1)));
    let first = store.pane().run.script().clone();
    let seen = store.pane().run.event();
    store.update(TimeAction::Seek(Time::millis(600)));
    store.update(crash(1));
    assert_eq!((store.pane().branches.len(), store.pane().branch), (2, 1));
    let (old, new) = (&store.pane().branches[0], &store.pane().branches[1]);
    assert_eq!(&old.script, &first);
    assert!(old.reached > Time::millis(900), "{}", old.reached);
    assert_eq!(&new.script, store.pane().run.script());
    assert_eq!(new.parent, Some((old.id, Time::millis(600))));
    assert_eq!(new.script.lines.len(), 2);

    store.update(TimeAction::Seek(Time::seconds(1)));
    store.update(BranchAction::GoTo(0));
    assert_eq!(store.pane().run.script(), &first, "nothing is lost");
    assert_eq!(
        store.pane().cursor(),
        (Time::seconds(1), seen),
        "the same instant of the other branch"
    );
    assert_eq!(store.update(BranchAction::GoTo(0)), Change::None);
    assert_eq!(store.update(BranchAction::GoTo(9)), Change::None);
}

#[test]
fn a_branch_that_is_gone_back_to_is_seen_as_far_as_it_had_been() {
    let mut store = store(PLAIN);
    store.update(TimeAction::Seek(Time::seconds(2)));
    store.update(TimeAction::Seek(Time::millis(600)));
    let (head, there) = (store.pane().run.head(), store.pane().cursor());
    store.update(crash(1));
    for deletes in [false, true] {
        store.update(if deletes {
            Action::Branch(BranchAction::Delete(1))
        } else {
            Action::Branch(BranchAction::GoTo(0))
        });
        assert_eq!((store.pane().run.head(), store.pane().cursor()), (head, there));
        assert!(!store.moving(), "it stands where it is");
        if !deletes {
            store.update(BranchAction::GoTo(1));
            assert!(store.pane().run.head() < head, "the other one was not run so far");
        }
    }
    // Before it has been seen again, a gesture makes it untrue all the same.
    let link = store.link();
    store.update(crash(1));
    store.update(RunAction::OpenLink(link.replace("at=600ms", "at=500ms")));
    assert_eq!((store.pane().branch, store.pane().current().reached), (0, head.1));
    store.update(crash(2));
    assert_eq!((store.pane().branch, store.pane().branches[0].reached), (2, head.1));
    // However long it is.
    store.update(BranchAction::GoTo(0));
    store.update(TimeAction::Seek(Time::seconds(600)));
    frames(&mut store, 100_000);
    store.update(TimeAction::Seek(Time::seconds(1)));
    let head = store.pane().run.head();
    store.update(BranchAction::GoTo(1));
    store.update(BranchAction::GoTo(0));
    assert!(store.moving() && store.playback.goal.as_ref().unwrap().progress.is_some());
    frames(&mut store, 100_000);
    assert_eq!((store.pane().run.head(), store.pane().run.now()), (head, Time::seconds(1)));
}

#[test]
fn a_gesture_before_a_line_of_the_script_keeps_that_line_in_a_branch() {
    let mut store = store("run raft nodes=3 seed=7\n1s crash S1\n2s restart S1\n");
    store.update(TimeAction::Seek(Time::millis(1_500)));
    store.update(crash(1));
    assert_eq!(store.pane().branches.len(), 2);
    assert_eq!(store.pane().branches[0].script.lines.len(), 2);
    assert!(
        store.pane().run.script().to_string().ends_with("1s       crash S1\n1.5s     crash S2\n")
    );
}

#[test]
fn a_refused_gesture_changes_nothing_and_says_why() {
    let mut store = store(PLAIN);
    store.update(TimeAction::Seek(Time::seconds(1)));
    store.update(TimeAction::StepBack);
    let (cursor, head) = (store.pane().cursor(), store.pane().run.head());
    store.update(Action::Do(Command::Restart(Place::server(0))));
    assert_eq!(notice(&store), "S1 is up: only what is down can be restarted.");
    assert_eq!((store.pane().cursor(), store.pane().run.head()), (cursor, head));
    assert_eq!(store.pane().branches.len(), 1);
    store.update(crash(0));
    assert_eq!(notice(&store), "", "the next thing done closes it");
}

#[test]
fn branches_are_bounded_and_the_one_longest_left_alone_goes() {
    let mut store = store(PLAIN);
    for round in 0..40 {
        store.update(TimeAction::Seek(Time::seconds(1)));
        store.update(TimeAction::Seek(Time::millis(500 + round)));
        store.update(Action::Do(Command::Say(format!("round {round}"))));
        if round % 8 == 0 {
            let root =
                store.pane().branches.iter().position(|branch| branch.script.lines.is_empty());
            store.update(BranchAction::GoTo(root.expect("it was visited")));
            assert_eq!(store.pane().branches[store.pane().branch].script, script(PLAIN));
        }
    }
    let pane = store.pane();
    assert_eq!(pane.branches.len(), pane::BRANCHES);
    assert_eq!(&pane.branches[pane.branch].script, pane.run.script());
    let mut ids: Vec<u32> = pane.branches.iter().map(|branch| branch.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), pane::BRANCHES);
    for (parent, _) in pane.branches.iter().filter_map(|branch| branch.parent) {
        assert!(ids.contains(&parent), "no branch hangs on one that is gone");
    }
}

#[test]
fn playing_pauses_at_the_end_once() {
    let mut store = store("run raft nodes=3 seed=7\n200ms say Nearly there.\n300ms end\n");
    store.update(TimeAction::Speed(Speed::MAX));
    store.update(TimeAction::Play);
    frames(&mut store, 10);
    assert!(!store.playback.playing);
    assert_eq!(store.pane().run.now(), Time::millis(300));
    assert!(notice(&store).starts_with("The story ends here."));
    store.update(TimeAction::Speed(Speed::of("1").unwrap()));
    store.update(TimeAction::Play);
    frames(&mut store, 10);
    assert!(store.playback.playing && store.pane().run.now() > Time::millis(400));
    assert_eq!(notice(&store), "");
}

#[test]
fn in_reduced_motion_playing_steps_and_ends_all_the_same() {
    let mut store = store("run raft nodes=3 seed=7\n300ms end\n");
    store.update(PageAction::ReducedMotion(true));
    store.update(TimeAction::Play);
    let first = store.pane().run.event();
    store.update(TimeAction::Tick { elapsed_micros: 16_667 });
    let second = store.pane().run.event();
    assert!(second > first, "the first step comes at once");
    assert_eq!(store.update(TimeAction::Tick { elapsed_micros: 16_667 }), Change::None);
    frames(&mut store, 100_000);
    assert_eq!(store.pane().run.now(), Time::millis(300));
    assert!(!store.playback.playing);
}

#[test]
fn as_fast_as_it_goes_ends_after_an_hour() {
    let mut store = store("run raft nodes=1 clients=0 seed=7");
    store.update(TimeAction::Speed(Speed::MAX));
    store.update(TimeAction::Play);
    frames(&mut store, 1_000);
    assert!(!store.moving());
    assert_eq!(store.pane().run.now(), Time::LIMIT);
    assert!(notice(&store).contains("at most one hour"));
    assert_eq!(store.update(TimeAction::StepForward), Change::Frame);
    store.update(TimeAction::SeekEvent(u64::MAX));
    frames(&mut store, 1_000);
    assert!(
        notice(&store).starts_with("There is no event 18446744073709551615"),
        "{}",
        notice(&store)
    );
}

/// A vote forgotten in a crash, and given again in the same term.
pub(super) const TWO_LEADERS: &str = "run raft nodes=3 seed=1 flaw=forget-vote latency=10ms\n\
    10ms hold S1>S3 S2-S3\n\
    20ms fire S1 election\n\
    36ms crash S2\n\
    37ms restart S2\n\
    38ms heal S2-S3\n\
    38ms fire S3 election\n";

#[test]
fn a_violation_stops_the_play_and_says_what_broke() {
    let mut store = store(TWO_LEADERS);
    store.update(TimeAction::Speed(Speed::MAX));
    store.update(TimeAction::Play);
    frames(&mut store, 10);
    let shown = store.ui.notice.clone().expect("a notice");
    assert_eq!((shown.kind, shown.property), (NoticeKind::Violation, Some("Election Safety")));
    assert!(!store.playback.playing);
    assert!(store.pane().run.event() >= shown.event.unwrap() && store.pane().run.violations() == 1);
    assert!(notice(&store).starts_with("Election Safety is violated: "), "{}", notice(&store));
    assert!(store.pane().run.now() < Time::millis(200), "{}", store.pane().run.now());

    let (stopped, event) = (store.pane().cursor(), shown.event.unwrap());
    store.update(TimeAction::ToStart);
    assert_eq!(notice(&store), "", "it spoke of another instant");
    store.update(TimeAction::RunUntil("violation".into()));
    assert_eq!((store.pane().cursor(), store.ui.notice.clone()), (stopped, Some(shown)));
    store.update(TimeAction::ToStart);
    store.update(TimeAction::SeekEvent(event - 1));
    store.update(TimeAction::StepBack);
    assert_eq!(notice(&store), "");
    store.update(TimeAction::StepForward);
    assert_eq!(store.pane().cursor(), stopped, "a step onto it says so as well");
    assert_eq!(store.ui.notice.as_ref().and_then(|notice| notice.event), Some(event));
    store.update(TimeAction::Play);
    frames(&mut store, 1);
    assert!(store.pane().cursor() > stopped && notice(&store).is_empty(), "play goes on past it");
}

#[test]
fn a_flaw_switched_off_shows_the_same_instant_without_it() {
    let mut store = store(TWO_LEADERS);
    store.update(TimeAction::Seek(Time::millis(200)));
    assert_eq!(store.pane().run.violations(), 1);
    store.update(RunAction::ToggleFlaw("forget-vote".into()));
    assert_eq!((store.pane().run.now(), store.pane().run.violations()), (Time::millis(200), 0));
    store.update(RunAction::ToggleFlaw("forget-vote".into()));
    assert_eq!(store.pane().run.violations(), 1);
    assert_eq!(store.pane().branches.len(), 2, "switched back, it is the first branch again");
    store.update(RunAction::ToggleFlaw("no-such-flaw".into()));
    assert_eq!(notice(&store), "There is no flaw “no-such-flaw”.");
    assert_eq!(store.pane().run.now(), Time::millis(200), "and the run is untouched");
}

#[test]
fn a_number_of_the_protocol_is_changed_in_one_pane_and_brought_to_the_same_instant() {
    let mut store = store("run quorum-store nodes=5 seed=1 clients=1\n100ms request C1 put x=1\n");
    store.update(PaneAction::Split(std::rc::Rc::new(Variant::Setting("r".into(), "1".into()))));
    store.update(TimeAction::Seek(Time::millis(200)));
    let numbers = |store: &Store, pane: usize| {
        let options = gestures::options(&store.panes[pane].run).into_iter();
        let number = |option: OptionChoice| match option.among {
            Values::Range(range) => {
                Some((option.name, option.value.parse::<u64>().unwrap(), *range.end()))
            }
            Values::Tried(_) => None,
        };
        options.filter_map(number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&store, 0), [("n", 3, 9), ("r", 2, 9), ("w", 2, 9)]);
    let set = |store: &mut Store, pane: usize, name: &str, value: &str| {
        let (name, value) = (name.into(), value.into());
        store.update(RunAction::Option { pane, name, value });
        while store.playback.goal.is_some() {
            store.update(TimeAction::Tick { elapsed_micros: 0 });
        }
    };
    set(&mut store, 1, "n", "5");
    assert_eq!(numbers(&store, 0), [("n", 3, 9), ("r", 2, 9), ("w", 2, 9)]);
    assert_eq!(numbers(&store, 1), [("n", 5, 9), ("r", 1, 9), ("w", 2, 9)]);
    set(&mut store, 0, "w", "3");
    assert_eq!(numbers(&store, 0), [("n", 3, 9), ("r", 2, 9), ("w", 3, 9)]);
    assert!(store.panes.iter().all(|pane| pane.run.now() == Time::millis(200)));
    set(&mut store, 0, "w", "12");
    assert!(notice(&store).starts_with("w=12: "), "{}", notice(&store));
    assert_eq!(numbers(&store, 0)[2], ("w", 3, 9), "and the run is untouched");
}

#[test]
fn runs_until_something_happens() {
    let mut store = store(PLAIN);
    store.update(TimeAction::RunUntil("leader".into()));
    assert!(store.pane().run.leader().is_some());
    let first = store.pane().run.now();
    store.update(TimeAction::ToStart);
    store.update(TimeAction::RunUntil("sent RequestVote".into()));
    let kinds: Vec<_> =
        store.pane().run.snapshot().flights.iter().map(|flight| flight.kind.name).collect();
    assert!(kinds.contains(&"RequestVote") && store.pane().run.now() < first, "{kinds:?}");
}

#[test]
fn another_seed_is_another_run_of_the_same_script() {
    let mut store = store("run raft nodes=3 seed=7\n1s crash S1\n");
    store.update(TimeAction::Seek(Time::seconds(2)));
    store.update(PageAction::Select(Some(Selection::Message(3))));
    store.update(RunAction::Seed(8));
    assert_eq!(store.pane().run.script().setup.seed, 8);
    assert_eq!(store.pane().run.script().lines.len(), 1);
    assert_eq!((store.pane().run.now(), store.ui.selection), (Time::ZERO, None));
    assert_eq!(store.pane().branches.len(), 2);
}

#[test]
fn a_mistake_in_a_script_is_told_and_the_run_stays() {
    let mut store = store(PLAIN);
    store.update(TimeAction::Seek(Time::seconds(1)));
    let cursor = store.pane().cursor();
    store.update(RunAction::LoadText("run raft\n1s crush S1\n".into()));
    assert_eq!(store.ui.notice.as_ref().and_then(|notice| notice.place), Some((2, 4)));
    assert!(
        notice(&store).starts_with("Line 2, column 4: expected a command"),
        "{}",
        notice(&store)
    );
    store.update(RunAction::LoadScene { protocol: "raft".into(), scene: "no such".into() });
    assert_eq!(notice(&store), "There is no scene “raft/no such”.");
    assert_eq!(store.pane().cursor(), cursor);
    store.update(RunAction::LoadText("run raft nodes=5\n1s crash S5\n".into()));
    assert_eq!((notice(&store).as_str(), store.pane().run.now()), ("", Time::ZERO));
    assert_eq!(store.pane().branches.len(), 2, "what ran before can be gone back to");
}

#[test]
fn a_page_opens_even_from_a_broken_link() {
    let wishes = Preferences { language: Language::Chinese, ..Preferences::default() };
    for broken in
        ["#v1&run=nothing", "#v9", "#v1&scene=raft/none", "#%%%", "#v1&at=soon", "#nonsense"]
    {
        let mut store = Store::from_link(broken, wishes);
        assert!(store.ui.notice.is_some(), "{broken}");
        assert_eq!((store.ui.language, store.ui.language_chosen), (Language::Chinese, false));
        frames(&mut store, 100);
        assert!(store.pane().run.event() > 0);
    }
    let store = Store::from_link("", Preferences::default());
    assert!(store.playback.playing && store.ui.notice.is_none());
}

#[test]
fn every_scene_plays_to_its_end_and_has_a_short_link() {
    let mut store = store(PLAIN);
    for scene in Scene::all() {
        let (protocol, name) = (scene.protocol.to_owned(), scene.name.to_owned());
        store.update(RunAction::LoadScene { protocol, scene: name });
        assert_eq!((store.pane().pristine(), store.pane().run.now()), (Some(scene), Time::ZERO));
        store.update(TimeAction::Speed(Speed::MAX));
        // A scene with a flaw stops on its way, where a property breaks.
        while store.pane().run.now() < store.pane().run.end().expect("a scene ends") {
            store.update(TimeAction::Play);
            assert!(frames(&mut store, 100) > 0, "{scene:?}");
        }
        // Where very many take part, the last instant may take more than a frame.
        frames(&mut store, 100);
        assert!(notice(&store).starts_with("The story ends here."), "{scene:?}");
        let link = format!("#v1&scene={}/{}&at=", scene.protocol, scene.name);
        assert!(store.link().starts_with(&link), "{}", store.link());
    }
    assert_eq!(
        store.panes[0].branches.len(),
        2,
        "the run before, and the last scene: the menu has the others"
    );
    store.update(Action::Do(gestures::heal().command));
    assert!(store.link().contains("&run="), "it is no longer the scene");
}

#[test]
fn a_link_brings_somebody_else_to_the_same_instant() {
    let mut here = store(PLAIN);
    here.update(TimeAction::Seek(Time::millis(1_240)));
    here.update(crash(0));
    here.update(PageAction::Theme(Theme::Dark));
    here.update(TimeAction::Seek(Time::micros(1_500_007)));
    here.update(TimeAction::StepBack);
    let link = here.link();
    assert!(link.contains("&run=raft+nodes=3+seed=7;1.24s+crash+S1&at=1."), "{link}");
    let there = Store::from_link(&link, Preferences::default());
    assert_eq!(there.pane().cursor(), here.pane().cursor());
    assert_eq!(there.pane().run.script(), here.pane().run.script());
    assert_eq!((there.ui.theme, there.ui.language_chosen), (Theme::Dark, false));
    assert!(!there.moving());
    assert_eq!(there.link(), link);

    let beyond =
        Store::from_link("#v1&run=raft+nodes=3+seed=7&at=1s.99999", Preferences::default());
    assert!(notice(&beyond).starts_with("This link asks for event 99999"), "{}", notice(&beyond));
    assert_eq!(beyond.pane().run.now(), Time::seconds(1));
}

#[test]
fn an_opened_link_keeps_the_branches() {
    let mut store = store(PLAIN);
    store.update(TimeAction::Seek(Time::millis(1_240)));
    store.update(crash(0));
    let link = store.link();
    store.update(RunAction::OpenLink("#v1&run=raft+nodes=5+seed=3&at=500ms&lang=zh".into()));
    assert_eq!((store.pane().run.now(), store.pane().branches.len()), (Time::millis(500), 2));
    assert!(store.ui.language_chosen && !store.moving());
    let cursor = store.pane().cursor();
    store.update(RunAction::OpenLink("#v1&run=raft+nodes=no".into()));
    assert!(store.ui.notice.is_some());
    assert_eq!(store.pane().cursor(), cursor);
    store.update(RunAction::OpenLink(link.clone()));
    assert_eq!((store.pane().branch, store.pane().branches.len()), (0, 2), "back where it was");
    assert_eq!(store.link(), link.replace("&end", "&lang=zh&end"));
}

#[test]
fn a_run_that_was_kept_goes_on_where_it_was_left() {
    let mut store = store(PLAIN);
    let text = "run raft nodes=5 seed=3\n100ms crash S2\n";
    let said = Notice::plain(crate::sentence!("Nothing was promised."));
    let load = |text, at, notice| {
        Action::Run(RunAction::Load {
            script: Box::new(script(text)),
            branches: None,
            at: Time::millis(at),
            notice,
        })
    };
    store.update(load(text, 300, Some(Box::new(said.clone()))));
    assert_eq!(store.pane().run.script().to_string(), script(text).to_string());
    assert_eq!((store.pane().run.now(), store.ui.notice.take()), (Time::millis(300), Some(said)));
    store.update(load(PLAIN, u64::MAX / 1_000, None));
    arrive(&mut store);
    assert_eq!((store.pane().run.now(), notice(&store).as_str()), (Time::LIMIT, ""));
}

#[test]
fn a_command_after_the_end_can_be_shared_as_well() {
    let mut here = store("run raft nodes=3 seed=7\n300ms end\n");
    here.update(TimeAction::Seek(Time::seconds(1)));
    here.update(crash(0));
    let there = Store::from_link(&here.link(), Preferences::default());
    assert_eq!((notice(&there).as_str(), there.pane().cursor()), ("", here.pane().cursor()));
}

#[test]
fn all_panes_show_one_cursor() {
    let mut store = store(PLAIN);
    store.panes.push(Pane::new(script("run raft nodes=5 seed=7")).unwrap());
    let together = |store: &Store| {
        let times: Vec<Time> = store.panes.iter().map(|pane| pane.run.now()).collect();
        assert!(times.iter().all(|time| *time == times[0]), "{times:?}");
    };
    store.update(TimeAction::Play);
    for _ in 0..100 {
        store.update(TimeAction::Tick { elapsed_micros: 16_667 });
        together(&store);
    }
    for action in [
        Action::Time(TimeAction::StepForward),
        Action::Time(TimeAction::StepBack),
        Action::Time(TimeAction::Seek(Time::seconds(2))),
        Action::Time(TimeAction::ToStart),
        Action::Time(TimeAction::RunUntil("leader".into())),
    ] {
        store.update(action);
        together(&store);
    }
}

/// Something a person might do next.
fn anything(chance: &mut Chance, store: &Store) -> Action {
    let time = Time::millis(u64::from(chance.below(3_000)));
    let branch = chance.below(4) as usize;
    let selection = match chance.below(3) {
        0 => Selection::Place(Place::server(chance.below(6) as u16)),
        1 => Selection::Link(Place::server(0), Place::server(1)),
        _ => Selection::Message(u64::from(chance.below(300))),
    };
    let key = |chance: &mut Chance| {
        let entry = chance.pick(keys::KEYS).expect("there are keys");
        let key = chance.pick(entry.keys).expect("every entry has one");
        keys::press(store, key).unwrap_or(Action::Time(TimeAction::Pause))
    };
    match chance.below(20) {
        16 => Action::Pane(PaneAction::Split(std::rc::Rc::new(match chance.below(4) {
            0 => Variant::Flaw("count-old-terms".into()),
            1 => Variant::Setting("batch".into(), "1".into()),
            2 => Variant::Protocol("multi-paxos".into()),
            _ => Variant::Script(Box::new(script("run raft nodes=3 seed=9\n1s crash S1\n"))),
        }))),
        17 => Action::Pane(PaneAction::Close(branch % 2)),
        18..=19 => Action::Pane(PaneAction::Activate(branch % 2)),
        0 => Action::Time(TimeAction::Seek(time)),
        1 => Action::Time(TimeAction::SeekEvent(u64::from(chance.below(400)))),
        2 => Action::Branch(BranchAction::GoTo(branch)),
        3 => Action::Run(RunAction::Seed(u64::from(chance.below(3)))),
        4 => Action::Run(RunAction::ToggleFlaw("forget-vote".into())),
        5 => Action::Run(RunAction::LoadText(
            ["run raft", "run raft nodes=3\n1s say Hello.\n1.5s end\n"][branch % 2].into(),
        )),
        6 => Action::Time(TimeAction::RunUntil("leader".into())),
        7 => Action::Page(PageAction::Select(Some(selection))),
        8..=10 => match chance.pick(&gestures::offered(store.pane(), selection)) {
            Some(gesture) => Action::Do(gesture.command.clone()),
            None => Action::Do(gestures::heal().command),
        },
        11..=12 => key(chance),
        _ => Action::Time(TimeAction::Tick { elapsed_micros: u64::from(chance.below(100_000)) }),
    }
}

fn arrive(store: &mut Store) {
    while store.playback.goal.is_some() {
        store.update(TimeAction::Tick { elapsed_micros: 0 });
    }
}

#[test]
fn whatever_is_done_the_store_stays_whole_and_its_link_leads_there() {
    for seed in 0..60 {
        let mut chance = Chance::new(seed, 0);
        let mut store = store("run raft nodes=5 seed=7");
        for _ in 0..40 {
            let action = anything(&mut chance, &store);
            store.update(action.clone());
            let pane = store.pane();
            assert!(pane.branch < pane.branches.len() && pane.branches.len() <= pane::BRANCHES);
            assert_eq!(&pane.current().script, pane.run.script(), "{seed}: {action:?}");
            let (head, reached) = pane.run.head();
            assert!(pane.run.event() <= head && pane.run.now() <= reached, "{seed}: {action:?}");
            let now = pane.run.now();
            let together = store.panes.iter().all(|pane| pane.run.now() == now);
            assert!(together && store.panes.len() <= 2, "{seed}: {action:?}");
            for pane in &store.panes {
                let (shared, taken_now) = (pane.snapshot(), pane.run.snapshot());
                assert_eq!(format!("{shared:?}"), format!("{taken_now:?}"), "{seed}: {action:?}");
                assert!(std::rc::Rc::ptr_eq(&shared, &pane.snapshot()), "taken once");
            }
            store.narration();
        }
        arrive(&mut store);
        let mut there = Store::from_link(&store.link(), Preferences::default());
        arrive(&mut there);
        assert_eq!(there.panes.len(), store.panes.len(), "{seed}: {}", store.link());
        assert_eq!(there.panes[0].cursor(), store.panes[0].cursor(), "{seed}: {}", store.link());
        for (there, here) in there.panes.iter().zip(&store.panes) {
            assert_eq!(there.run.script(), here.run.script(), "{seed}");
            assert_eq!(there.run.now(), here.run.now(), "{seed}");
        }
    }
}
