//! Lessons, exercises and the glossary: none is broken, the two languages say the same, and whatever
//! somebody writes wrongly is refused where it stands.

use std::process::Command;

use synod::base::Time;
use synod::lessons::texts::{SHELF, Shelf, Volume};
use synod::lessons::{CheckState, Choice, Exercise, Lesson, Marking, review};
use synod::words::Language;
use synod::{catalog, scenario};

fn shelf() -> &'static Shelf {
    SHELF.get().unwrap()
}

/// What `lab check-lessons` says, and whether nothing is broken.
fn checked(path: Option<&std::path::Path>) -> (String, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    let output = command.arg("check-lessons").args(path).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.success())
}

#[test]
fn none_is_broken() {
    let (told, whole) = checked(None);
    assert!(whole, "{told}");
}

#[test]
fn there_are_as_many_as_are_promised() {
    let terms = (shelf().terms)(shelf().glossary.of(Language::English)).unwrap();
    assert!(shelf().lessons.len() >= 12 && shelf().exercises.len() >= 15 && terms.len() >= 40);
    for text in shelf().lessons {
        let lesson = Lesson::read(text.of(Language::English)).unwrap();
        assert!((5..=10).contains(&lesson.minutes), "{}", text.name);
        let asks = lesson.steps.iter().filter(|step| step.question.is_some()).count();
        assert!(asks >= 2, "{} asks {asks} questions", text.name);
    }
}

/// The lines of all blocks, without what is said to people.
fn directives(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        match line {
            "```synod" => inside = true,
            "```" => inside = false,
            _ if inside && !line.starts_with("also ") => {
                let unquoted = line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
                found.push(unquoted);
            }
            _ => {}
        }
    }
    found
}

#[test]
fn both_languages_have_the_same_directives() {
    let all = shelf().lessons.iter().chain(shelf().exercises).chain([shelf().glossary]);
    for text in all {
        let (english, chinese) = (text.of(Language::English), text.of(Language::Chinese));
        assert_eq!(directives(english), directives(chinese), "{}", text.name);
        let headings = |text: &str| text.lines().filter(|line| line.starts_with('#')).count();
        assert_eq!(headings(english), headings(chinese), "{}", text.name);
        assert_ne!(english, chinese);
    }
}

#[test]
fn a_broken_text_is_told_with_its_file_and_line() {
    let folder = std::env::temp_dir().join(format!("synod-lessons-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("mine.md");
    let told = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let (told, whole) = checked(Some(&folder));
        assert!(!whole, "{told}");
        told.lines().next().unwrap().split_once("mine.md: ").unwrap().1.to_owned()
    };
    let lesson = |block: &str| {
        format!(
            "# Mine\n\n```synod\nrun raft nodes=3 seed=7\n```\n\n## One\n\n```synod\n{block}\n```\n"
        )
    };
    assert_eq!(
        told(&lesson("ask \"Who?\" who S1 status=down by 1s")),
        "line 10, column 1: “S1 status=down” does not come true by 1s: this question has no answer"
    );
    assert!(
        told(&lesson("wait 1s")).starts_with("line 10, column 1: expected a directive (minutes")
    );
    assert!(told(&lesson("pause until sent Nothing")).starts_with("line 10, column "));
    assert!(
        told(&lesson("run raft nodes=3\n1s crush S1")).starts_with("line 11, column 4: expected")
    );
    // Where nothing is asked, nothing would be told.
    assert_eq!(
        told(&lesson("tab why")),
        "line 10, column 8: expected a place and a field, as in tab why S2 role, found the end of the line"
    );
    assert_eq!(
        told(&lesson("pause 1s\ntab why S2 fame")),
        "line 11, column 1: nothing called “fame” can be read off S2"
    );
    assert_eq!(told(&lesson("tab why S9 role")), "line 10, column 1: there is no place “S9”");
    assert_eq!(told("# Mine\n"), "line 1, column 1: a lesson has steps: each begins with ##");
    let exercise = |check: &str| {
        format!(
            "# Mine\n\n```synod\nrun raft nodes=3 seed=7\ncheck \"So\" {check}\nsolution\n1s crash S1\n```\n"
        )
    };
    assert_eq!(
        told(&exercise("S2 status=down")),
        "line 5, column 1: the solution does not meet “So”"
    );
    assert!(told(&exercise("no flaw")).ends_with("every check is met before anything is done"));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// How each check of an exercise stands after a script has run for five seconds.
fn states(exercise: &Exercise, added: &str) -> Vec<bool> {
    let given = exercise.runs.scenario().unwrap().script;
    let script = scenario::parse(&format!("{given}{added}")).unwrap();
    let mut run = catalog::start(script).unwrap();
    run.seek(Time::seconds(5), u32::MAX);
    let mut judging = Marking::new(&exercise.checks, &run).unwrap();
    let states = judging.states(&run, &given);
    states.iter().map(|state| matches!(state, CheckState::Met(_))).collect()
}

/// A model that is broken is so since the answer that broke it, wherever the cursor stands.
#[test]
fn a_model_is_broken_since_the_answer_that_broke_it() {
    let text = shelf().exercise_named("stale-read").unwrap();
    let exercise = Exercise::read(text.of(Language::English)).unwrap();
    let script = scenario::parse(&format!(
        "{}300ms cut S1>S2\n350ms request C1 S1 put x=2\n450ms request C2 S2 get x\n",
        exercise.runs.scenario().unwrap().script
    ));
    let mut run = catalog::start(script.unwrap()).unwrap();
    let given = run.script().clone();
    let since = [1, 3].map(|seconds| {
        run.seek(Time::seconds(seconds), u32::MAX);
        let states = Marking::new(&exercise.checks, &run).unwrap().states(&run, &given);
        let CheckState::Met(Some(broken)) = &states[1] else { panic!("{states:?}") };
        (broken.at, broken.event)
    });
    assert_eq!(since[0], since[1]);
    assert!(since[0].0 < Time::millis(500), "{since:?}");
}

#[test]
fn every_kind_of_check_is_met_and_not_met() {
    let read = |check: &str| {
        let text = format!(
            "# Mine\n\n```synod\nrun raft nodes=5 seed=7 clients=2 latency=10ms election=300ms..600ms\n30ms fire S1 election\n140ms request C1 S1 put x=1\ncheck \"So\" {check}\nsolution\n1s crash S1\n```\n"
        );
        Exercise::read(&text).unwrap()
    };
    let two = "300ms partition S1 S2 | S3 S4 S5\n480ms fire S3 election\n";
    for (check, met, unmet) in [
        ("2 role=leader", two, ""),
        ("S3 role=leader while S1 role=leader", two, "300ms crash S1\n480ms fire S3 election\n"),
        ("no violation", "", "run"),
        ("no leader", "run", ""),
        ("at most 1 line", "300ms crash S2\n", two),
        ("only crash restart", "300ms crash S2\n", two),
        ("same lines", two, "run"),
        ("same setup", two, "run"),
        ("no flaw", two, "run"),
        ("C1 told ok", "", "run"),
        ("model linearizable kept", "", "run"),
    ] {
        let exercise = read(check);
        if met != "run" {
            assert_eq!(states(&exercise, met), [true], "{check}");
        }
        if unmet != "run" {
            assert_eq!(states(&exercise, unmet), [false], "{check}");
        }
    }
    // What a change of the given script breaks.
    let given = read("no flaw").runs.scenario().unwrap().script;
    let other = scenario::parse("run raft nodes=5 seed=8 flaw=forget-vote\n1s crash S1\n").unwrap();
    let mut run = catalog::start(other).unwrap();
    run.seek(Time::seconds(2), u32::MAX);
    for check in ["no flaw", "same setup", "same lines", "C1 told ok", "model linearizable kept"] {
        let states = Marking::new(&read(check).checks, &run).unwrap().states(&run, &given);
        assert!(!matches!(states[..], [CheckState::Met(_)]), "{check}");
    }
}

#[test]
fn the_run_answers_whatever_its_seed() {
    let text = |seed: u64| {
        format!(
            "# Mine\n\n```synod\nrun raft nodes=5 seed={seed}\n```\n\n## One\n\n```synod\npause until sent RequestVote\nask \"Who?\" who any role=leader by 5s\n```\n"
        )
    };
    let truth = |seed: u64| {
        let lesson = review::lesson(&text(seed), &|_| true).unwrap();
        let (scenario, cursor) = lesson.place(0).unwrap();
        let mut run = catalog::start(scenario.script).unwrap();
        run.seek_event(cursor.unwrap().1, u32::MAX);
        lesson.steps[0].question.as_ref().unwrap().truth(&run).unwrap().choice
    };
    let found: Vec<Choice> = (1..=8).map(truth).collect();
    assert!(found.iter().any(|choice| *choice != found[0]), "{found:?}");
}

#[test]
fn names_are_told_apart() {
    let names = |texts: &[Volume]| texts.iter().map(|text| text.name).collect::<Vec<_>>();
    for mut names in [names(shelf().lessons), names(shelf().exercises)] {
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
