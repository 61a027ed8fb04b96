//! What is read beside the stage: steps, questions that the run answers, exercises, and links to them.

use super::action::{PageAction, RunAction, StudyAction, TimeAction};
use super::draft;
use super::keys;
use super::store::{Preferences, Store};
use super::terms::{Book, Door, Tab};
use crate::base::Time;
use crate::lessons::{CheckState, Choice};
use crate::words::Language;

fn opened(hash: &str) -> Store {
    let store = Store::from_link(hash, Preferences::default());
    assert_eq!(store.ui.notice, None, "{hash}");
    store
}

/// Plays until it rests.
fn play(store: &mut Store) {
    for _ in 0..20_000 {
        if !store.moving() {
            return;
        }
        store.update(TimeAction::Tick { elapsed_micros: 50_000 });
    }
    panic!("it plays on and on");
}

const OWN: &str = "# Mine\n\n```synod\nrun raft nodes=3 seed=7\n```\n\n## One\n\n```synod\npause until sent RequestVote\nask \"Who?\" who any role=leader by 2s\n```\n\nNow it is said.\n\n## Two\n\n```synod\npause 500ms\ntry \"Crash a server\" any status=down\n```\n";

fn mine() -> Store {
    let mut store = opened("#v1");
    store.update(StudyAction::Open(Book::Own(OWN.to_owned())));
    assert_eq!(store.ui.notice, None);
    play(&mut store);
    store
}

#[test]
fn a_question_is_answered_by_the_run() {
    let mut store = mine();
    let study = store.study.as_ref().unwrap();
    assert!(study.waits() && study.choices.len() == 3);
    let asked = store.pane().run.now();
    store.update(StudyAction::Choose(2));
    store.update(StudyAction::Reveal);
    let study = store.study.as_ref().unwrap();
    assert_eq!(study.answered(&store.pane().run), None, "it is seen first");
    play(&mut store);
    let (study, run) = (store.study.as_ref().unwrap(), &store.pane().run);
    let truth = study.answered(run).expect("an answer").clone();
    assert_eq!(truth.choice, Choice::Place(run.leader().unwrap()));
    assert!(run.now() > asked && run.now() == truth.at, "it stops there");
}

#[test]
fn whoever_plays_on_has_the_run_answer() {
    let mut store = mine();
    store.update(TimeAction::Toggle);
    assert!(store.study.as_ref().unwrap().truth.is_some());
    play(&mut store);
    assert!(store.study.as_ref().unwrap().answered(&store.pane().run).is_some());
}

#[test]
fn steps_lead_back_and_forth_and_a_task_is_watched() {
    let mut store = mine();
    store.update(StudyAction::Step(1));
    play(&mut store);
    assert_eq!(store.pane().run.now(), Time::millis(500));
    assert_eq!(store.study.as_ref().unwrap().states, [CheckState::Open]);
    let leader = store.pane().run.leader().unwrap();
    store.update(crate::player::Action::Do(
        crate::scenario::parse_command(
            &format!("crash {leader}"),
            &store.pane().run.script().setup,
        )
        .unwrap(),
    ));
    assert!(matches!(store.study.as_ref().unwrap().states[..], [CheckState::Met(Some(_))]));
    // The cursor's view: before it has happened, it has not.
    store.update(TimeAction::Seek(Time::millis(400)));
    play(&mut store);
    assert_eq!(store.study.as_ref().unwrap().states, [CheckState::Open]);
    store.update(StudyAction::Step(0));
    play(&mut store);
    assert!(store.study.as_ref().unwrap().waits());
    assert_eq!(store.study.as_ref().unwrap().given, *store.pane().run.script());
}

#[test]
fn a_step_that_speaks_of_a_tab_goes_on_showing_its_text() {
    let own = OWN.replace("pause 500ms", "pause 500ms\ntab properties");
    let mut store = opened("#v1");
    store.update(StudyAction::Open(Book::Own(own)));
    play(&mut store);
    store.update(StudyAction::Step(1));
    assert_eq!(store.ui.tab, Tab::Lesson);
    let shot = store.study.as_ref().unwrap().shot(&store.pane().run);
    assert_eq!(shot.aside, Some(Tab::Properties));
}

#[test]
fn a_step_that_asks_why_has_its_answer_where_it_stands() {
    let own = OWN.replace("pause 500ms", "pause 500ms\ntab why S1 role");
    let mut store = opened("#v1");
    store.update(StudyAction::Open(Book::Own(own)));
    play(&mut store);
    assert!(store.explanation.is_none(), "the first step asks nothing");
    store.update(StudyAction::Step(1));
    play(&mut store);
    let explanation = store.explanation.as_ref().expect("it is asked");
    assert!(explanation.why.is_some() && explanation.value.is_some());
    assert_eq!(store.ui.tab, Tab::Lesson, "the text goes on being read");
    store.update(StudyAction::Step(0));
    assert!(store.explanation.is_none(), "it was the other step's");
    let shot = |hash: &str| {
        let mut store = opened(hash);
        play(&mut store);
        store.explanation.expect(hash).why.expect(hash).reasons.len()
    };
    assert!(shot("#v1&lesson=breaking&step=3") > 0 && shot("#v1&lesson=paxos&step=4") > 0);
}

#[test]
fn links_lead_to_steps_and_carry_what_was_done() {
    let mut store = opened("#v1&lesson=raft&step=3");
    play(&mut store);
    let study = store.study.as_ref().unwrap();
    assert_eq!((study.step, store.ui.tab), (2, Tab::Lesson));
    let link = store.link();
    assert!(link.contains("lesson=raft&step=3") && !link.contains("run="), "{link}");
    let again = opened(&link);
    assert_eq!(again.study.as_ref().unwrap().step, 2);
    // An exercise's link carries the script.
    let mut store = opened("#v1&exercise=two-leaders");
    store.update(StudyAction::Hint);
    let crash = crate::scenario::parse_command("crash S1", &store.pane().run.script().setup);
    store.update(crate::player::Action::Do(crash.unwrap()));
    let link = store.link();
    assert!(link.contains("&exercise=two-leaders&hints=1") && link.contains("crash"), "{link}");
    let mut again = opened(&link);
    play(&mut again);
    let (one, other) = (store.study.as_ref().unwrap(), again.study.as_ref().unwrap());
    assert_eq!((one.states.clone(), one.hints), (other.states.clone(), other.hints));
    let own = mine();
    assert_eq!(opened(&own.link()).study.unwrap().book, Book::Own(OWN.to_owned()));
}

#[test]
fn whoever_opens_what_was_handed_in_sees_the_same_verdict() {
    let handed_in = opened(concat!(
        "#v1&run=raft+nodes=5+seed=7+clients=2+retry=3s+election=300ms..600ms;30ms+fire+S1+election;",
        "140ms+request+C1+S1+put+x=1;300ms+partition+S1+S2+|+S3+S4+S5;480ms+fire+S3+election;",
        "620ms+request+C2+S3+put+x=3&exercise=two-leaders&at=1s",
    ));
    let shot = handed_in.study.as_ref().unwrap().shot(&handed_in.pane().run);
    assert_eq!(shot.met(), shot.states.len());
}

#[test]
fn what_is_gone_or_broken_is_said() {
    let told = |hash: &str| {
        let store = Store::from_link(hash, Preferences::default());
        store.ui.notice.expect(hash).told(Language::English)
    };
    assert_eq!(told("#v1&lesson=nothing"), "There is no lesson “nothing”.");
    assert_eq!(told("#v1&exercise=x"), "There is no exercise “x”.");
    assert_eq!(told("#v1&term=x"), "There is no term “x” in the glossary.");
    assert!(told("#v1&text=%23+Mine").starts_with("This lesson cannot be read: line 1, column 1:"));
    let step = |said: &str| {
        format!(
            "This link's step “{said}” is no number such as 3: the text is open at its first step."
        )
    };
    assert_eq!(told("#v1&lesson=cap&step=0"), step("0"));
    assert_eq!(told("#v1&lesson=cap&step=abc"), step("abc"));
    assert!(told("#v1&exercise=two-leaders&hints=x").contains("“x” is no number such as 1"));
    let last = "This link asks for step 99 of 8: the last one is open.";
    assert_eq!(told("#v1&lesson=raft&step=99"), last);
    assert!(told("#v1&door=back").contains("back"));
}

#[test]
fn a_number_that_is_none_leaves_the_text_open() {
    for (hash, step) in [
        ("#v1&lesson=raft&step=abc", 0),
        ("#v1&lesson=raft&step=0", 0),
        ("#v1&step=-1&lesson=raft", 0),
        ("#v1&lesson=raft&step=99", 7),
        ("#v1&exercise=two-leaders&hints=x", 0),
    ] {
        let store = Store::from_link(hash, Preferences::default());
        assert!(store.ui.notice.is_some(), "{hash}");
        let study = store.study.expect(hash);
        assert_eq!((study.step, study.hints), (step, 0), "{hash}");
    }
    // What a chat program adds is no part of the number.
    assert_eq!(opened("#v1&lesson=raft&step=3%E3%80%82").study.unwrap().step, 2);
}

#[test]
fn in_place_of_what_is_gone_the_list_of_its_kind_is_shown() {
    for (hash, door) in [
        ("#v1&lesson=nothing", Some(Door::Lessons)),
        ("#v1&exercise=nothing", Some(Door::Exercises)),
        ("#v1&term=nothing", Some(Door::Glossary)),
        ("#v1&text=%23+Mine", Some(Door::Lessons)),
        // The run that the link carries is there all the same.
        ("#v1&scene=raft/figure-8&lesson=nothing", None),
    ] {
        let store = Store::from_link(hash, Preferences::default());
        assert!(store.ui.notice.is_some() && store.study.is_none(), "{hash}");
        assert_eq!((store.ui.door, &store.ui.term), (door, &None), "{hash}");
        let mut running = opened("#v1&scene=raft/first-election");
        running.update(RunAction::OpenLink(hash.to_owned()));
        assert!(running.ui.notice.is_some(), "{hash}");
        assert_eq!(running.ui.door, door, "{hash}");
    }
}

/// What the answer is that a step's question gets, once it has played.
fn revealed(store: &mut Store) -> Choice {
    store.update(StudyAction::Reveal);
    play(store);
    let study = store.study.as_ref().unwrap();
    let truth = study.answered(&store.pane().run).expect("it does not go on for ever");
    truth.choice.clone()
}

#[test]
fn what_never_happens_is_said_and_the_lesson_goes_on() {
    let never = OWN.replace("who any role=leader by 2s", "who S1 status=down by 1s");
    let mut store = opened("#v1");
    store.update(StudyAction::Open(Book::Own(never)));
    play(&mut store);
    let Choice::Nothing(why) = revealed(&mut store) else { panic!("it has an answer") };
    assert_eq!(why.to_string(), "by 1 s it has not happened");
    assert!(!store.study.as_ref().unwrap().waits());
    // What cannot be read off the run is no dead end either.
    let unread = OWN.replace("who any role=leader by 2s", "value S1 nothing at 1s of 0 | 1");
    store.update(StudyAction::Open(Book::Own(unread)));
    play(&mut store);
    assert!(matches!(revealed(&mut store), Choice::Nothing(_)));
}

#[test]
fn whoever_has_gone_past_the_answer_is_brought_back_to_the_question() {
    let mut store = mine();
    store.update(TimeAction::Seek(Time::seconds(3)));
    play(&mut store);
    let Choice::Place(_) = revealed(&mut store) else { panic!("somebody led") };
}

#[test]
fn a_text_is_gone_through_before_it_is_shown() {
    let told = |text: &str| draft::review(text).map_err(|mistake| mistake.to_string());
    assert_eq!(told(OWN), Ok(()));
    let never = OWN.replace("who any role=leader by 2s", "who S1 status=down by 1s");
    let why = told(&never).unwrap_err();
    assert!(
        why.starts_with("line 11, column 1: “S1 status=down” does not come true by 1s"),
        "{why}"
    );
    let gone = OWN.replace("Now it is said.", "Now [it](#v1&lesson=gone) is said.");
    let why = told(&gone).unwrap_err();
    assert!(why.starts_with("line 14, column 1: the link #v1&lesson=gone leads nowhere"), "{why}");
    let expected = OWN.replace("by 2s\n", "by 2s\nanswer nobody\n");
    let why = told(&expected).unwrap_err();
    assert!(why.starts_with("line 12, column 1: the run answers S"), "{why}");
}

/// The text that the editor begins with, in each language.
const BEGUN: [&str; 2] =
    [include_str!("../../lessons/example.txt"), include_str!("../../lessons/zh/example.txt")];

#[test]
fn a_task_is_brought_about_after_its_step_begins() {
    for text in BEGUN {
        assert_eq!(draft::review(text), Ok(()));
        let mut store = opened("#v1");
        store.update(StudyAction::Open(Book::Own(text.to_owned())));
        store.update(StudyAction::Step(1));
        play(&mut store);
        let leader = store.pane().run.leader().expect("one leads already");
        assert_eq!(store.study.as_ref().unwrap().states, [CheckState::Open]);
        let setup = &store.pane().run.script().setup;
        let crash = crate::scenario::parse_command(&format!("crash {leader}"), setup).unwrap();
        store.update(crate::player::Action::Do(crash));
        store.update(TimeAction::Seek(Time::seconds(3)));
        play(&mut store);
        assert!(matches!(store.study.as_ref().unwrap().states[..], [CheckState::Met(_)]));
    }
}

#[test]
fn a_wrong_condition_is_told_where_it_stands() {
    let told = |from: &str, to: &str| draft::review(&OWN.replace(from, to)).unwrap_err();
    let at = |mistake: crate::scenario::Mistake| (mistake.line, mistake.column);
    assert_eq!(at(told("sent RequestVote", "sent Nothing")), (10, 18));
    assert_eq!(at(told("any role=leader by", "any role~leader by")).0, 11);
    assert_eq!(at(told("any status=down", "S9 status=down")), (20, 22));
    assert_eq!(at(told("any status=down", "no S9 status=down")), (20, 25));
    assert_eq!(at(told("any status=down", "leader while S9 status=down")), (20, 35));
}

#[test]
fn a_task_that_is_so_already_is_told_before_it_is_shown() {
    let so = OWN.replace("any status=down", "any role=leader");
    let why = draft::review(&so).map_err(|mistake| mistake.to_string()).unwrap_err();
    assert!(
        why.starts_with("line 20, column 1: “any role=leader” is true already when this step"),
        "{why}"
    );
}

#[test]
fn the_editor_takes_an_exercise() {
    let text = "# Mine\n\nTwo of them.\n\n```synod\nrun raft nodes=5 seed=7\ncheck \"One is down\" any status=down\nhint \"Crash it.\"\nsolution\n300ms crash S1\n```\n";
    assert_eq!(draft::review(text), Ok(()));
    let told = |text: &str| draft::review(text).unwrap_err().to_string();
    let unsolved = text.replace("solution\n300ms crash S1\n", "");
    assert!(told(&unsolved).ends_with("an exercise lacks solution"), "{}", told(&unsolved));
    // In a step of a lesson it is a mistake, and the way on is said.
    let why = told(&OWN.replace("try ", "check "));
    assert!(why.ends_with("this stands in exercises, not in lessons: a step of a lesson has try"));
}

#[test]
fn a_clicker_goes_from_caption_to_caption_and_through_a_lesson() {
    let press = |store: &mut Store, key: &str| {
        let action = keys::press(store, key).expect("it means something");
        store.update(action);
    };
    let mut store = opened("#v1&at=0s");
    let text = "run raft nodes=3 seed=7\n100ms say One.\n400ms say Two.\n";
    store.update(RunAction::LoadText(text.to_owned()));
    store.update(TimeAction::Pause);
    store.update(TimeAction::Seek(Time::ZERO));
    assert!(keys::press(&store, "PageDown").is_none(), "elsewhere the browser scrolls");
    assert!(keys::press(&store, "s").is_some());
    store.update(PageAction::Present(true));
    for hidden in ["s", "g", "/"] {
        assert!(keys::press(&store, hidden).is_none(), "{hidden} leads to what is not shown");
    }
    let now = |store: &Store| store.pane().run.now();
    press(&mut store, "PageDown");
    assert!(store.playback.playing, "it plays to the caption");
    play(&mut store);
    assert_eq!(now(&store), Time::millis(100));
    press(&mut store, "PageDown");
    press(&mut store, "PageDown");
    assert_eq!((now(&store), store.playback.playing), (Time::millis(400), false), "at once");
    press(&mut store, "PageUp");
    assert_eq!(now(&store), Time::millis(100));
    press(&mut store, "PageUp");
    assert_eq!(now(&store), Time::ZERO);
    // A clicker's black key; the next press shows the stage again, and goes nowhere.
    let speed = store.playback.speed;
    for key in [".", "b"] {
        press(&mut store, key);
        assert!(store.ui.black);
        press(&mut store, "PageDown");
        assert!(!store.ui.black && now(&store) == Time::ZERO);
    }
    assert_eq!(store.playback.speed, speed);
    // In reduced motion it rests there as well.
    store.update(PageAction::ReducedMotion(true));
    press(&mut store, "PageDown");
    play(&mut store);
    assert!(now(&store) >= Time::millis(100) && now(&store) < Time::millis(400));

    let mut store = mine();
    store.update(PageAction::Present(true));
    press(&mut store, "PageDown");
    assert!(store.playback.playing && store.study.as_ref().unwrap().truth.is_some());
    press(&mut store, "PageDown");
    let study = store.study.as_ref().unwrap();
    assert!(study.step == 0 && study.answered(&store.pane().run).is_some(), "the answer, at once");
    press(&mut store, "PageDown");
    play(&mut store);
    assert_eq!(store.study.as_ref().unwrap().step, 1);
    press(&mut store, "PageUp");
    assert_eq!(store.study.as_ref().unwrap().step, 0);
}

#[test]
fn doors_and_languages() {
    let mut store = opened("#v1&door=lessons");
    assert_eq!((store.ui.door, store.link().as_str()), (Some(Door::Lessons), "#v1&door=lessons"));
    store.update(PageAction::Enter(None));
    assert!(!store.link().contains("door"));
    let store = opened("#v1&term=quorum");
    assert_eq!((store.ui.door, store.ui.term.as_deref()), (Some(Door::Glossary), Some("quorum")));
    let mut store = opened("#v1&lesson=cap");
    let english = store.study.as_ref().unwrap().course.title().to_owned();
    store.update(PageAction::Language(Language::Chinese));
    assert_ne!(store.study.as_ref().unwrap().course.title(), english);
}

/// Who only reads has made no branch, however many runs the steps bring.
#[test]
fn the_runs_of_a_lesson_are_no_branches() {
    for name in ["breaking", "cap"] {
        let mut store = opened(&format!("#v1&lesson={name}"));
        let steps = store.study.as_ref().unwrap().course.steps();
        for step in (0..steps).chain([1, 0]) {
            store.update(StudyAction::Step(step));
            assert_eq!(store.panes[0].branches.len(), 1, "{name}, step {step}");
        }
    }
    // What the reader has done stays.
    let mut store = opened("#v1&lesson=breaking");
    play(&mut store);
    store.update(super::action::Action::Do(crate::command::Command::Crash {
        node: crate::base::Place::server(0),
        torn: false,
    }));
    let steps = store.study.as_ref().unwrap().course.steps();
    store.update(StudyAction::Step(steps - 1));
    assert!(store.panes[0].branches.len() > 1);
}
