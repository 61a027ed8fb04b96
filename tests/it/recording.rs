//! The past: any cursor gives what was there, however one gets to it; commands; causes and clocks.

use synod::base::{Chance, Time};
use synod::catalog::{self, Run};
use synod::command::Command;
use synod::{fuzz, scenario};

fn run(text: &str) -> Box<dyn Run> {
    catalog::start(scenario::parse(text).unwrap()).unwrap()
}

/// Everything that is to be seen at the cursor.
fn sight(run: &dyn Run) -> String {
    format!("{:?} {:?} {:?}", run.snapshot(), run.properties(), run.logs(8))
}

#[test]
fn any_cursor_by_any_way_is_the_same() {
    let entry = catalog::find("raft").unwrap();
    for seed in 1..=4 {
        let script = fuzz::schedule(entry, seed, &[]).unwrap();
        let mut run = catalog::start(script).unwrap();
        let mut sights = vec![(0, sight(&*run))];
        while run.now() < Time::seconds(4) && run.step_forward() {
            sights.push((run.event(), sight(&*run)));
        }
        let mut chance = Chance::new(seed, 0);
        for _ in 0..60 {
            let position = chance.below(sights.len() as u32) as usize;
            let (event, expected) = &sights[position];
            assert!(run.seek_event(*event, u32::MAX));
            assert_eq!(&sight(&*run), expected, "seed {seed}, event {event}");
            if position > 0 {
                assert!(run.step_back());
                assert_eq!(&sight(&*run), &sights[position - 1].1, "seed {seed}, before {event}");
                assert!(run.step_forward());
                assert_eq!(&sight(&*run), expected, "seed {seed}, back at {event}");
            }
        }
    }
}

#[test]
fn time_can_be_sought_to_the_microsecond() {
    let mut there = run("run raft nodes=5 seed=3");
    there.seek(Time::micros(1_234_567), u32::MAX);
    let expected = sight(&*there);
    there.run_to(Time::seconds(30), u32::MAX);
    assert!(there.seek(Time::micros(1_234_567), 0), "back needs no budget");
    assert_eq!(sight(&*there), expected);
    assert!(!there.seek(Time::seconds(3_000), 100), "far ahead needs more than a hundred steps");
    there.seek(Time::micros(1_234_567), 0);
    assert_eq!(sight(&*there), expected);
}

#[test]
fn memory_stays_flat_and_the_past_whole() {
    let mut long = run("run raft nodes=3 seed=3 heartbeat=1ms latency=1ms");
    let mut short = run("run raft nodes=3 seed=3 heartbeat=1ms latency=1ms");
    long.run_to(Time::seconds(60), u32::MAX);
    assert!(long.event() > 200_000);
    short.seek_event(100_001, u32::MAX);
    long.seek_event(100_001, u32::MAX);
    assert_eq!(sight(&*short), sight(&*long));
    let from = Time::seconds(5);
    let stretch = long.stretch(from, from + Time::millis(20));
    assert!(stretch.marks.len() > 50 && !stretch.truncated, "the far past is simulated again");
}

#[test]
fn a_command_in_the_past_forgets_the_future_and_is_in_the_script() {
    let mut run = run("run raft nodes=3 seed=7\n1s crash S1\n2s restart S1");
    run.run_to(Time::seconds(3), u32::MAX);
    run.seek(Time::millis(500), 0);
    run.command(Command::Crash { node: synod::base::NodeId(1), torn: false }).unwrap();
    assert_eq!(run.script().to_string(), "run raft nodes=3 seed=7\n500ms    crash S2\n");
    assert_eq!(run.head().1, Time::millis(500));
    let text = run.script().to_string();
    run.run_to(Time::seconds(2), u32::MAX);
    let mut again = self::run(&text);
    again.run_to(Time::seconds(2), u32::MAX);
    assert_eq!(sight(&*run), sight(&*again), "the script says it all");
}

#[test]
fn a_command_that_makes_no_sense_changes_nothing() {
    let mut run = run("run raft nodes=3 seed=7\n1s crash S1\n2s restart S1");
    run.run_to(Time::millis(1_500), u32::MAX);
    let before = (sight(&*run), run.script().clone(), run.head());
    for (text, sentence) in [
        ("crash S1", "S1 is down."),
        ("restart S2", "S2 is up: only a server that is down can be restarted."),
        ("resume S2", "S2 does not stand still."),
        ("fire S2 supper", "S2 has no timer “supper” set at this moment."),
        ("drop #99999", "Message #99999 is not under way at this moment."),
    ] {
        let command = scenario::parse_command(text, &run.script().setup).unwrap();
        assert_eq!(run.command(command).unwrap_err().to_string(), sentence);
    }
    assert_eq!((sight(&*run), run.script().clone(), run.head()), before);
}

#[test]
fn clocks_agree_with_happened_before() {
    let mut run = run("run raft nodes=3 seed=7 loss=10% duplicate=20% replay=5%\n300ms request C1 put x=1\n600ms crash S2\n700ms restart S2");
    run.run_to(Time::millis(900), u32::MAX);
    let told = run.told(usize::MAX, false);
    assert_eq!(told.len() as u64, run.event());
    let stamps: Vec<_> = told.iter().map(|told| run.vector_stamp(told.event)).collect();
    let before = |a: &[u64], b: &[u64]| a != b && a.iter().zip(b).all(|(a, b)| a <= b);
    let (mut ordered, mut concurrent) = (0, 0);
    for (a, first) in told.iter().zip(&stamps).step_by(7) {
        for (b, second) in told.iter().zip(&stamps).step_by(5) {
            let (Some(first), Some(second)) = (first, second) else { continue };
            if before(first, second) {
                ordered += 1;
                assert!(a.lamport < b.lamport, "L(a) < L(b) follows from a → b: {a:?} {b:?}");
                assert!(a.event < b.event, "what happened before came first: {a:?} {b:?}");
            } else if !before(second, first) && first != second {
                concurrent += 1;
            }
        }
    }
    assert!(ordered > 100 && concurrent > 50, "{ordered} ordered, {concurrent} concurrent");
}

/// Every fault of the vocabulary does what its name says.
#[test]
fn faults_do_what_they_say() {
    let tell = |text: &str| {
        let mut run = run(text);
        run.run_to(Time::seconds(2), u32::MAX);
        let told = run.told(usize::MAX, false);
        let line = |told: &synod::sim::snapshot::Told| {
            let place = told.place.map_or(String::new(), |place| place.to_string());
            format!("{} {place} {}", told.at, told.sentence)
        };
        told.iter().map(line).collect::<Vec<_>>()
    };
    let has = |lines: &[String], parts: &[&str]| {
        lines.iter().any(|line| parts.iter().all(|part| line.contains(part)))
    };
    let cut = tell("run raft nodes=3 seed=7\n400ms cut S3>S1");
    assert!(has(&cut, &["S1 never receives", "from S3: the link is cut"]));
    assert!(!has(&cut, &["S3 never receives", "from S1"]), "the other way is open");
    let held = tell("run raft nodes=3 seed=7\n400ms hold S3-S1 S3-S2\n900ms heal");
    assert!(!has(&held, &["S3 is now leader", "700"]), "nothing passes a held link");
    assert!(has(&held, &["9", "S1 receives “beat” from S3"]), "what was held comes after the healing");
    let ring = tell("run raft nodes=5 seed=7\n400ms partition S1 S2 S3 | S2 S3 S4 | S3 S4 S5 | S4 S5 S1 | S5 S1 S2");
    assert!(!has(&ring, &["is cut off"]), "in a ring of majorities everybody reaches one");
    let alone = tell("run raft nodes=5 seed=7\n400ms partition S5\n800ms heal");
    assert!(has(&alone, &["S5 is cut off from a majority"]) && has(&alone, &["S5 reaches a majority"]));
    let paused = tell("run raft nodes=3 seed=7\n400ms pause S3\n1s resume S3");
    assert!(has(&paused, &["1s S3 receives"]) || has(&paused, &["1s S3 timer"]), "the world has moved on");
    let copies = tell("run raft nodes=3 seed=7 duplicate=100%");
    let count = |lines: &[String]| lines.iter().filter(|line| line.contains("S1 receives “vote? t1”")).count();
    assert_eq!(count(&copies), 2);
}
