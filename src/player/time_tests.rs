//! The store over real runs: branches named, deleted and compared; running until a condition; slowing
//! down by itself.

use super::tests::{frames, notice, store};
use super::*;
use crate::base::{Place, Time};
use crate::command::Command;
use crate::words::Language;

const PLAIN: &str = "run raft nodes=3 seed=7";

fn crash(node: u16) -> Action {
    Action::Do(Command::Crash { node: Place::server(node), torn: false })
}

/// A run that was taken back twice: at 600 ms, and from there at 900 ms.
fn three() -> Store {
    let mut store = store(PLAIN);
    store.update(TimeAction::Seek(Time::seconds(1)));
    store.update(TimeAction::Seek(Time::millis(600)));
    store.update(crash(0));
    store.update(TimeAction::Seek(Time::millis(1_500)));
    store.update(TimeAction::Seek(Time::millis(900)));
    store.update(crash(1));
    store
}

fn parents(store: &Store) -> Vec<Option<(u32, Time)>> {
    store.pane().branches.iter().map(|branch| branch.parent).collect()
}

#[test]
fn a_time_can_be_written_where_a_condition_can() {
    let mut store = store(PLAIN);
    for (text, millis) in [("480ms", 480), (" 1.24 s ", 1_240), ("0.3", 300), ("2", 2_000)] {
        store.update(TimeAction::RunUntil(text.into()));
        frames(&mut store, 20);
        assert_eq!(store.pane().run.now(), Time::millis(millis), "{text}");
        assert_eq!(store.ui.mistaken, None);
    }
    store.update(TimeAction::RunUntil("soon".into()));
    assert!(store.ui.mistaken.is_some());
}

#[test]
fn a_branch_is_called_what_somebody_calls_it() {
    let mut store = three();
    store.update(BranchAction::Name(1, "  Without\n S1 ".into()));
    assert_eq!(store.pane().branches[1].name.as_deref(), Some("Without S1"));
    store.update(BranchAction::Name(1, "x".repeat(10_000)));
    assert_eq!(notice(&store), "A branch's name has at most 80 characters; this one has 10000.");
    assert_eq!(store.pane().branches[1].name.as_deref(), Some("Without S1"), "and it stays");
    // What nobody sees, and what turns the direction of writing, is not part of it.
    store
        .update(BranchAction::Name(1, "\u{202e}evil\u{2066} \u{200b}\u{2069} name\u{feff}".into()));
    assert_eq!(store.pane().branches[1].name.as_deref(), Some("evil name"));
    store.update(BranchAction::Name(1, "\u{2066}\u{3164}".into()));
    assert_eq!(store.pane().branches[1].name, None);
    store.update(BranchAction::Name(1, "分".repeat(80)));
    assert_eq!(notice(&store), "");
    store.update(BranchAction::Name(1, " \u{7} ".into()));
    assert_eq!(store.pane().branches[1].name, None);
    assert_eq!(store.update(BranchAction::Name(9, "x".into())), Change::None);
}

#[test]
fn a_deleted_branch_leaves_its_children_to_its_parent_and_can_be_brought_back() {
    let mut store = three();
    let before = (store.pane().branches.clone(), store.pane().branch, store.pane().cursor());
    assert_eq!(before.1, 2);
    let [root, middle, _] = [0, 1, 2].map(|place: usize| before.0[place].id);
    assert_eq!(
        parents(&store),
        [None, Some((root, Time::millis(600))), Some((middle, Time::millis(900)))]
    );
    store.update(BranchAction::Name(1, "The middle".into()));
    store.update(BranchAction::Delete(1));
    assert_eq!(parents(&store), [None, Some((root, Time::millis(600)))]);
    assert_eq!((store.pane().branch, store.pane().cursor()), (1, before.2), "what runs, runs on");
    assert_eq!(notice(&store), "The branch “The middle” is deleted.");
    assert!(store.ui.notice.as_ref().is_some_and(|notice| notice.restores));
    store.update(BranchAction::Restore);
    store.update(BranchAction::Name(1, String::new()));
    assert_eq!((&store.pane().branches, store.pane().branch), (&before.0, 2));
    store.update(BranchAction::Restore);
    assert_eq!(notice(&store), "There is no deleted branch to bring back.");
}

#[test]
fn instead_of_a_deleted_branch_its_parent_runs() {
    let mut store = three();
    let now = store.pane().run.now();
    store.update(BranchAction::Delete(2));
    assert_eq!((store.pane().branch, store.pane().branches.len()), (1, 2));
    assert_eq!(store.pane().run.script(), &store.pane().branches[1].script);
    assert_eq!(store.pane().run.now(), now, "at the same time");
    store.update(BranchAction::Delete(1));
    assert_eq!(store.pane().branch, 0);
    store.update(BranchAction::Delete(0));
    assert_eq!(notice(&store), "This is the only branch: it cannot be deleted.");
    assert_eq!(store.update(BranchAction::Delete(5)), Change::None);
    assert_eq!(store.pane().branches.len(), 1);

    let mut store = three();
    store.update(BranchAction::GoTo(0));
    store.update(BranchAction::Delete(0));
    assert_eq!((store.pane().branches.len(), store.pane().branch), (2, 0), "a root has no parent");
    assert_eq!(parents(&store)[0], None);
    assert_eq!(store.pane().run.script(), &store.pane().branches[0].script);
}

#[test]
fn two_branches_are_compared_and_the_difference_marked() {
    let mut store = three();
    let cursor = store.pane().cursor();
    store.update(BranchAction::Compare(1));
    frames(&mut store, 100);
    assert_eq!(store.pane().cursor(), cursor, "the run stays where it is");
    let said = notice(&store);
    assert!(said.starts_with("First difference at 900ms, event "), "{said}");
    assert!(said.contains(": here S2 is down; there "), "{said}");
    let [middle, last] = [1, 2].map(|place: usize| store.pane().branches[place].id);
    let marked = store.pane().compared.expect("a mark");
    assert_eq!((marked.branches, marked.at), ([last, middle], Time::millis(900)));
    let event =
        store.ui.notice.as_ref().and_then(|notice| notice.event).expect("a way to go there");
    store.update(TimeAction::SeekEvent(event));
    assert_eq!(store.pane().run.now(), Time::millis(900));

    store.update(BranchAction::Compare(2));
    assert_eq!(notice(&store), "Both branches are the same run: there is no difference.");
    assert_eq!(store.pane().compared, None);
    assert_eq!(store.update(BranchAction::Compare(7)), Change::None);
    store.update(BranchAction::Compare(0));
    assert!(notice(&store).starts_with("First difference at 600ms"), "{}", notice(&store));
    store.update(BranchAction::Delete(0));
    assert_eq!(store.pane().compared, None, "a mark goes with its branch");
}

#[test]
fn branches_that_do_the_same_are_said_to() {
    let mut store = store("run raft nodes=3 seed=7\n2s end\n");
    store.update(TimeAction::Seek(Time::seconds(1)));
    store.update(RunAction::ToggleFlaw("forget-vote".into()));
    store.update(BranchAction::Compare(0));
    frames(&mut store, 100);
    assert_eq!(
        notice(&store),
        "The same happens in both branches up to 2s, as far as either has been run."
    );
}

#[test]
fn a_long_comparison_shows_how_far_it_is_and_can_be_cancelled() {
    let mut store = store("run raft nodes=9 seed=7\n");
    store.update(TimeAction::Seek(Time::seconds(400)));
    frames(&mut store, 1_000);
    store.update(RunAction::ToggleFlaw("forget-vote".into()));
    frames(&mut store, 1_000);
    let cursor = store.pane().cursor();
    store.update(BranchAction::Compare(0));
    assert!(store.moving());
    let mut last = crate::base::Ratio::ZERO;
    for _ in 0..3 {
        store.update(TimeAction::Tick { elapsed_micros: 0 });
        let goal = store.playback.goal.as_ref().expect("on the way");
        assert!(goal.progress.unwrap() > last && goal.looked().unwrap() > Time::ZERO);
        last = goal.progress.unwrap();
    }
    store.update(TimeAction::CancelGoal);
    assert!(!store.moving());
    assert_eq!((store.pane().cursor(), notice(&store).as_str()), (cursor, ""));
    store.update(BranchAction::Compare(0));
    frames(&mut store, 10_000);
    assert!(notice(&store).starts_with("The same happens in both branches up to 400s"));
}

#[test]
fn a_condition_is_run_to_and_told() {
    let mut store = store(PLAIN);
    store.update(TimeAction::Play);
    store.update(TimeAction::RunUntil("S3 role = leader".into()));
    assert!(!store.moving(), "it pauses there");
    let (now, event) = store.pane().cursor();
    let said = format!("Reached at 0.{:03} s: S3 is now leader.", now.0 / 1_000);
    assert_eq!(notice(&store), said);
    assert!(store.ui.notice.as_ref().unwrap().event.is_some_and(|found| found <= event));
    assert_eq!(store.pane().run.snapshot().nodes[2].view.role.name, "leader");
    store.update(TimeAction::RunUntil("sent heartbeat S3>S1".into()));
    assert!(store.pane().run.now() > now, "{}", notice(&store));
    assert!(notice(&store).contains("S3 sends “"), "{}", notice(&store));
}

#[test]
fn a_mistaken_condition_is_told_where_it_was_typed_and_the_run_stays() {
    let mut store = store(PLAIN);
    store.update(TimeAction::Seek(Time::millis(500)));
    let cursor = store.pane().cursor();
    store.update(TimeAction::RunUntil("S3 rule=leader".into()));
    let mistake = store.ui.mistaken.clone().expect("a mistake");
    assert_eq!(mistake.column, 4);
    assert!(
        mistake.sentence.to_string().starts_with("there is no “rule” here: expected one of role")
    );
    assert_eq!((store.pane().cursor(), notice(&store).as_str()), (cursor, ""));
    store.update(TimeAction::RunUntil("leader".into()));
    assert_eq!(store.ui.mistaken, None);
}

#[test]
fn what_never_comes_true_is_said_and_the_cursor_stays() {
    let mut store = store("run raft nodes=1 clients=0 seed=7 heartbeat=1s");
    store.update(TimeAction::Seek(Time::seconds(3)));
    let cursor = store.pane().cursor();
    store.update(TimeAction::RunUntil("lost heartbeat".into()));
    frames(&mut store, 10_000);
    assert_eq!((store.pane().cursor(), store.moving()), (cursor, false));
    assert_eq!(
        notice(&store),
        "From here on “lost heartbeat” does not come true before the run ends, after an hour: the cursor has not moved."
    );
}

#[test]
fn a_long_search_says_how_far_it_has_come_and_can_be_cancelled() {
    let mut store = store("run raft nodes=5 seed=1 heartbeat=5ms latency=2ms");
    let cursor = store.pane().cursor();
    store.update(TimeAction::RunUntil("any currentTerm>=900".into()));
    assert!(store.moving());
    let looked = |store: &Store| store.playback.goal.as_ref().and_then(Goal::looked).unwrap();
    let before = looked(&store);
    store.update(TimeAction::Tick { elapsed_micros: 16_667 });
    assert!(looked(&store) > before && store.pane().cursor() == cursor);
    store.update(PageAction::Escape);
    assert_eq!((store.moving(), store.pane().cursor()), (false, cursor));
    store.update(TimeAction::RunUntil("any currentTerm>=900".into()));
    store.update(TimeAction::Play);
    assert!(store.playback.goal.is_none(), "whoever plays no longer waits");
    store.update(TimeAction::Pause);
    store.update(TimeAction::RunUntil("any currentTerm>=900".into()));
    frames(&mut store, 10_000);
    let said = notice(&store);
    assert!(said.contains("does not come true by ") && said.contains("2000000 events"), "{said}");
    assert_eq!(store.pane().cursor(), cursor);
    assert_eq!(store.ui.notice.as_ref().unwrap().told(Language::English), said);
}

#[test]
fn a_violation_that_is_named_is_told_as_one() {
    let mut store = store(PLAIN);
    store.update(RunAction::LoadScene { protocol: "raft".into(), scene: "figure-8-flaw".into() });
    store.update(TimeAction::Pause);
    store.update(TimeAction::RunUntil("violation leader completeness".into()));
    frames(&mut store, 10_000);
    let shown = store.ui.notice.clone().expect("a notice");
    assert_eq!((shown.kind, shown.property), (NoticeKind::Violation, Some("Leader Completeness")));
    assert_eq!(store.pane().run.violations(), 1);
}

/// Virtual time of each sixtieth of a second, while a vote is asked for and while it is not.
fn paces(store: &mut Store) -> (Vec<u64>, Vec<u64>) {
    let (mut watched, mut others) = (Vec::new(), Vec::new());
    for _ in 0..4_000 {
        let (before, slowed) = (store.pane().run.now(), store.slowed());
        store.update(TimeAction::Tick { elapsed_micros: 16_667 });
        let passed = store.pane().run.now().since(before).0;
        match slowed {
            Some(kind) => {
                assert_eq!(kind, "RequestVote");
                watched.push(passed);
            }
            None => others.push(passed),
        }
    }
    (watched, others)
}

#[test]
fn it_slows_down_by_itself_while_a_chosen_kind_is_under_way_and_goes_back_after() {
    for speed in [Speed::of("10").unwrap(), Speed::MAX] {
        let mut store = store("run raft nodes=3 seed=7\n100s crash S3\n");
        store.update(TimeAction::SlowFor("RequestVote", true));
        assert_eq!(store.slowed(), None, "it is paused");
        store.update(TimeAction::Speed(speed));
        store.update(TimeAction::Play);
        let (watched, others) = paces(&mut store);
        assert!(watched.len() > 30, "a vote takes some frames: {}", watched.len());
        assert!(watched.iter().all(|passed| *passed <= 334), "a fiftieth: {watched:?}");
        let fast = others.iter().filter(|passed| **passed > 100_000).count();
        assert!(fast > 10, "at {} it is fast again: {fast}", speed.code());
        store.update(TimeAction::SlowFor("RequestVote", false));
        store.update(TimeAction::ToStart);
        store.update(TimeAction::Play);
        assert!(paces(&mut store).0.is_empty());
    }
}

#[test]
fn slow_as_it_is_it_does_not_slow_down_and_another_protocol_forgets_the_kind() {
    let mut store = store(PLAIN);
    store.update(TimeAction::SlowFor("RequestVote", true));
    store.update(TimeAction::SlowFor("RequestVote", true));
    assert_eq!(store.playback.slow_for, ["RequestVote"]);
    store.update(TimeAction::Speed(Speed::SLOW));
    store.update(TimeAction::Play);
    for _ in 0..2_000 {
        store.update(TimeAction::Tick { elapsed_micros: 16_667 });
        assert_eq!(store.slowed(), None);
    }
    store.update(TimeAction::SlowFor("Reply", true));
    store.update(RunAction::LoadScene { protocol: "paxos".into(), scene: "duel".into() });
    assert_eq!(store.playback.slow_for, ["Reply"]);
}

#[test]
fn a_link_far_ahead_is_followed_to_its_end_on_an_open_page_as_on_a_fresh_one() {
    let link = Permalink::parse("#v1&run=raft+nodes=5+seed=7&at=500s").unwrap();
    let link = &*format!("#{link}");
    let mut open = store(PLAIN);
    open.update(TimeAction::Play);
    open.update(RunAction::OpenLink(link.into()));
    let mut fresh = Store::from_link(link, Preferences::default());
    for store in [&mut open, &mut fresh] {
        let mut pieces = 0;
        while let Some(goal) = &store.playback.goal {
            assert!(goal.progress.is_some() && store.pane().run.now() < Time::seconds(500));
            // What the address says meanwhile is where it leads: a browser tells of one change of
            // the address by two events, and the second one must find nothing new.
            assert_eq!(store.link(), link);
            store.update(TimeAction::Tick { elapsed_micros: 16_000 });
            pieces += 1;
        }
        assert!(pieces > 2, "{pieces} pieces");
        assert_eq!(store.pane().run.now(), Time::seconds(500));
        assert!(store.link().contains("&run=raft+nodes=5+seed=7&at=500s."), "{}", store.link());
        assert!(!store.playback.playing, "an instant that is asked for is shown");
    }
    open.update(RunAction::OpenLink("#v1&run=raft+nodes=5+seed=7&at=1500s".into()));
    open.update(TimeAction::CancelGoal);
    let here = open.pane().run.now();
    assert!(here > Time::ZERO && here < Time::seconds(1500));
    assert!(open.link().contains(&format!("&at={here}.")), "cancelled, it says where it stands");
}

/// A message that is selected is looked up once, and then followed: while the run plays, a frame
/// simulates what is new and nothing of the past.
#[test]
fn a_selected_message_costs_a_frame_nothing() {
    use crate::replay::scout::STEPS;
    let mut store = store(
        "run raft nodes=3 seed=7 heartbeat=5ms latency=1ms..2ms\n10s link S1-S2 latency=3s\n",
    );
    store.update(TimeAction::Seek(Time::seconds(12)));
    while store.moving() {
        store.update(TimeAction::Tick { elapsed_micros: 16_667 });
    }
    let run = &mut store.pane_mut().run;
    run.seek(Time::seconds(11), 0);
    let flights = run.snapshot().flights;
    let id = flights.iter().map(|flight| flight.id).min().unwrap();
    let arrives = flights.iter().find(|flight| flight.id == id).unwrap().arrives_at;
    assert!(run.message(id).is_some() && run.ends(id).is_empty());
    // Back and forth in what is known, then on into what is not.
    let frame = |run: &mut crate::catalog::Run, to| {
        run.seek(to, u32::MAX);
        let before = STEPS.get();
        let shot = run.message(id).expect("it was sent");
        let ends = run.ends(id);
        assert!(!shot.stamp.is_empty() && shot.cause.is_some());
        assert_eq!(ends.len(), usize::from(to >= arrives), "at {to}");
        STEPS.get() - before
    };
    frame(run, Time::seconds(12));
    let mut again = 0;
    for millis in [11_500, 11_000, 11_999, 10_500].into_iter().chain((12_000..16_000).step_by(16)) {
        again += frame(run, Time::millis(millis));
    }
    assert_eq!(again, 0, "steps simulated again");
    // A jump looks where something of it has ended, and nowhere else.
    let jumped = frame(run, Time::seconds(600));
    assert!(jumped < 20_000, "{jumped}");
    // A command makes another future.
    run.seek(Time::millis(11_000), 0);
    run.command(Command::Drop(id)).unwrap();
    run.run_to(Time::millis(11_100), u32::MAX);
    assert!(run.ends(id)[0].sentence.to_string().contains("dropped by hand"));
    run.seek(Time::millis(10_900), 0);
    assert!(run.ends(id).is_empty(), "not yet");
}

/// What ended long after it was sent, and its copies, are found at any distance.
#[test]
fn every_copy_s_end_is_found() {
    let mut store = store(
        "run raft nodes=3 seed=7 heartbeat=5ms latency=1ms..2ms\n500ms fire S1 election\n\
         1s hold S1>S2\n9s end",
    );
    let run = &mut store.pane_mut().run;
    run.run_to(Time::seconds(2), u32::MAX);
    let held = run.snapshot().flights.iter().find(|flight| flight.held).unwrap().id;
    for command in [Command::Duplicate(held), Command::Duplicate(held)] {
        run.command(command).unwrap();
    }
    for (to, command) in
        [(4, Command::Deliver(held)), (6, Command::Drop(held)), (8, Command::Deliver(held))]
    {
        run.run_to(Time::seconds(to), u32::MAX);
        run.command(command).unwrap();
    }
    run.run_to(Time::seconds(60), u32::MAX);
    assert_eq!(run.ends(held).len(), 3);
    let mut other = store.pane().run.snapshot().flights;
    other.retain(|flight| flight.id == held);
    assert!(other.is_empty());
}

/// One press leads back to before what was done last, the next to before what was done before that.
#[test]
fn back_to_before_ones_own_act() {
    let mut store = store(PLAIN);
    let link = "#v1&scene=raft/first-election&at=700ms";
    store.update(RunAction::OpenLink(link.into()));
    assert_eq!(keys::press(&store, "b"), None, "nothing has been done yet");
    let mut before = Vec::new();
    for (time, node) in [(800, 0), (800, 1), (900, 2)] {
        store.update(TimeAction::Seek(Time::millis(time)));
        before.push(store.pane().run.event());
        store.update(crash(node));
    }
    store.update(TimeAction::Seek(Time::seconds(3)));
    for event in before.into_iter().rev() {
        let back = keys::press(&store, "b").unwrap();
        store.update(back);
        assert_eq!(store.pane().run.event(), event);
    }
    assert_eq!(keys::press(&store, "b"), None, "what the scene does by itself is nobody's act");
}

#[test]
fn evidence_is_brought_into_the_window_and_the_cursor_to_its_end() {
    let text = "run raft nodes=3 seed=7\n1s request C1 put x=1\n3s request C1 put x=2\n4s request C1 put x=3\n";
    let mut store = store(text);
    store.update(TimeAction::Seek(Time::seconds(30)));
    frames(&mut store, 100);
    let requests = store.pane().run.requests().to_vec();
    let told = |place: usize| requests[place].end.as_ref().expect("an answer");
    let span = store.ui.window.span;
    assert!(store.ui.window.from > Time::seconds(5), "{:?}", store.ui.window);

    // It goes there at its own scale, where that is enough …
    store.update(TimeAction::SeekEvidence { first: requests[2].event, last: told(2).event });
    frames(&mut store, 100);
    assert_eq!(store.pane().cursor(), (told(2).at, told(2).event));
    assert!(store.ui.window.from <= requests[2].at && told(2).at <= store.ui.window.to());
    assert_eq!(store.ui.window.span, span);
    // … stays where all is in sight already …
    let window = store.ui.window;
    store.update(TimeAction::SeekEvidence { first: requests[2].event, last: told(2).event });
    assert_eq!(store.ui.window, window);
    // … and becomes longer where it is not.
    store.update(TimelineAction::Zoom { percent: 10, around: Time::seconds(4) });
    store.update(TimeAction::SeekEvidence { first: requests[0].event, last: told(2).event });
    frames(&mut store, 100);
    assert_eq!(store.pane().cursor(), (told(2).at, told(2).event));
    let window = store.ui.window;
    assert!(window.from <= requests[0].at && told(2).at <= window.to(), "{window:?}");
}
