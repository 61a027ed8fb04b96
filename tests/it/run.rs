//! The past: any cursor gives what was there, however one gets to it; commands; causes and clocks.

use synod::base::{Chance, Time};
use synod::catalog::{self, Run};
use synod::command::Command;
use synod::explore::fuzz;
use synod::scenario;

fn run(text: &str) -> Run {
    catalog::start(scenario::parse(text).unwrap()).unwrap()
}

/// Everything that is to be seen at the cursor.
fn sight(run: &Run) -> String {
    format!("{:?} {:?} {:?}", run.snapshot(), run.properties(), run.logs(8))
}

#[test]
fn any_cursor_by_any_way_is_the_same() {
    let entry = catalog::find("raft").unwrap();
    for seed in 1..=4 {
        let script = fuzz::schedule(entry, seed, &[]).unwrap();
        let mut run = catalog::start(script).unwrap();
        let mut sights = vec![(0, sight(&run))];
        while run.now() < Time::seconds(4) && run.step_forward() {
            sights.push((run.event(), sight(&run)));
        }
        let mut chance = Chance::new(seed, 0);
        for _ in 0..60 {
            let position = chance.below(sights.len() as u32) as usize;
            let (event, expected) = &sights[position];
            assert!(run.seek_event(*event, u32::MAX));
            assert_eq!(&sight(&run), expected, "seed {seed}, event {event}");
            if position > 0 {
                assert!(run.step_back());
                assert_eq!(&sight(&run), &sights[position - 1].1, "seed {seed}, before {event}");
                assert!(run.step_forward());
                assert_eq!(&sight(&run), expected, "seed {seed}, back at {event}");
            }
        }
    }
}

#[test]
fn time_can_be_sought_to_the_microsecond() {
    let mut there = run("run raft nodes=5 seed=3");
    there.seek(Time::micros(1_234_567), u32::MAX);
    let expected = sight(&there);
    there.run_to(Time::seconds(30), u32::MAX);
    assert!(there.seek(Time::micros(1_234_567), 0), "back needs no budget");
    assert_eq!(sight(&there), expected);
    assert!(!there.seek(Time::seconds(3_000), 100), "far ahead needs more than a hundred steps");
    there.seek(Time::micros(1_234_567), 0);
    assert_eq!(sight(&there), expected);
}

#[test]
fn memory_stays_flat_and_the_past_whole() {
    let mut long = run("run raft nodes=3 seed=3 heartbeat=1ms latency=1ms");
    let mut short = run("run raft nodes=3 seed=3 heartbeat=1ms latency=1ms");
    long.run_to(Time::seconds(60), u32::MAX);
    assert!(long.event() > 200_000);
    short.seek_event(100_001, u32::MAX);
    long.seek_event(100_001, u32::MAX);
    assert_eq!(sight(&short), sight(&long));
    let from = Time::seconds(5);
    let stretch = long.stretch(from, from + Time::millis(20));
    assert!(stretch.marks.len() > 50 && !stretch.truncated, "the far past is simulated again");
}

#[test]
fn a_command_in_the_past_forgets_the_future_and_is_in_the_script() {
    let mut run = run("run raft nodes=3 seed=7\n1s crash S1\n2s restart S1");
    run.run_to(Time::seconds(3), u32::MAX);
    run.seek(Time::millis(500), 0);
    run.command(Command::Crash { node: synod::base::Place::server(1), torn: false }).unwrap();
    assert_eq!(run.script().to_string(), "run raft nodes=3 seed=7\n500ms    crash S2\n");
    assert_eq!(run.head().1, Time::millis(500));
    let text = run.script().to_string();
    run.run_to(Time::seconds(2), u32::MAX);
    let mut again = self::run(&text);
    again.run_to(Time::seconds(2), u32::MAX);
    assert_eq!(sight(&run), sight(&again), "the script says it all");
}

#[test]
fn a_command_that_makes_no_sense_changes_nothing() {
    let mut run = run("run raft nodes=3 seed=7\n1s crash S1\n2s restart S1");
    run.run_to(Time::millis(1_500), u32::MAX);
    let before = (sight(&run), run.script().clone(), run.head());
    for (text, sentence) in [
        ("crash S1", "S1 is down."),
        ("restart S2", "S2 is up: only what is down can be restarted."),
        ("resume S2", "S2 does not stand still."),
        ("fire S2 supper", "S2 has no timer “supper” set at this moment."),
        ("drop #99999", "Message #99999 is not under way at this moment."),
    ] {
        let command = scenario::parse_command(text, &run.script().setup).unwrap();
        assert_eq!(run.command(command).unwrap_err().to_string(), sentence);
    }
    assert_eq!((sight(&run), run.script().clone(), run.head()), before);
}

#[test]
fn clocks_agree_with_happened_before() {
    let mut run = run(
        "run raft nodes=3 seed=7 loss=10% duplicate=20% replay=5%\n300ms request C1 put x=1\n600ms crash S2\n700ms restart S2",
    );
    run.run_to(Time::millis(900), u32::MAX);
    let told = run.told(usize::MAX, false);
    assert_eq!(told.len() as u64, run.event());
    let stamps: Vec<_> = told.iter().map(|told| run.vector_stamp(told.event)).collect();
    let before =
        |a: &[Option<u64>], b: &[Option<u64>]| a != b && a.iter().zip(b).all(|(a, b)| a <= b);
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

/// What happened, in words, each with its time in ms.
fn tell(text: &str) -> Vec<(u64, String)> {
    tell_until(text, Time::seconds(2))
}

fn tell_until(text: &str, end: Time) -> Vec<(u64, String)> {
    let mut run = run(text);
    let mut told = Vec::new();
    loop {
        let before = run.event();
        let done = run.run_to(end, 1);
        told.extend(run.told((run.event() - before) as usize, false));
        if done {
            break;
        }
    }
    let line = |told: &synod::sim::snapshot::Told| {
        let place = told.place.map_or(String::new(), |place| format!("{place} "));
        (told.at.0 / 1_000, format!("{place}{}", told.sentence))
    };
    told.iter().map(line).collect()
}

/// How many lines of these milliseconds say this.
fn count(lines: &[(u64, String)], when: std::ops::Range<u64>, start: &str, end: &str) -> usize {
    let says = |line: &&(u64, String)| {
        when.contains(&line.0) && line.1.starts_with(start) && line.1.ends_with(end)
    };
    lines.iter().filter(says).count()
}

const S3_LEADS: &str = "run raft nodes=3 seed=7\n10ms fire S3 election\n";

#[test]
fn a_cut_is_one_way_and_a_hold_keeps_what_it_holds() {
    let cut = tell(&format!("{S3_LEADS}400ms cut S3>S1"));
    assert!(count(&cut, 400..450, "S1 never receives", "from S3: the link is cut") > 0);
    assert_eq!(count(&cut, 425..600, "S1 receives", "from S3"), 0);
    assert!(count(&cut, 425..2000, "S3 receives", "from S1") > 0, "the other way is open");

    let held = tell(&format!("{S3_LEADS}400ms hold S3-S1 S3-S2\n900ms heal"));
    assert!(count(&held, 200..400, "S1 receives", "from S3") > 0);
    assert_eq!(count(&held, 401..900, "S1 receives", "from S3"), 0, "nothing passes a held link");
    assert!(
        count(&held, 900..930, "S1 receives “beat”", "from S3") > 3,
        "it comes after the healing"
    );
}

#[test]
fn partitions_cut_off_minorities_and_nobody_else() {
    let ring = "S1 S2 S3 | S2 S3 S4 | S3 S4 S5 | S4 S5 S1 | S5 S1 S2";
    let ring = tell(&format!("run raft nodes=5 seed=7\n400ms partition {ring}"));
    assert_eq!(count(&ring, 0..2000, "", "is cut off from a majority"), 0);
    let alone = tell("run raft nodes=5 seed=7\n400ms partition S5\n800ms heal");
    assert_eq!(count(&alone, 400..401, "", "is cut off from a majority"), 1);
    assert_eq!(count(&alone, 400..401, "S5", "is cut off from a majority"), 1);
    assert_eq!(count(&alone, 800..801, "S5", "reaches a majority again"), 1);
    let deaf = tell("run raft nodes=5 seed=7\n400ms partition S1 S2 S3 S4 > S5");
    assert_eq!(count(&deaf, 430..2000, "S5 receives", ""), 0);
    assert!(count(&deaf, 430..2000, "S1 receives", "from S5") > 0, "it is deaf, not dumb");
}

#[test]
fn who_stands_still_catches_up_and_who_crashes_does_not() {
    let paused = tell(&format!("{S3_LEADS}400ms pause S1\n600ms resume S1"));
    assert_eq!(count(&paused, 401..600, "S1 receives", ""), 0);
    assert!(count(&paused, 600..601, "S1 receives “beat”", "from S3") >= 3, "all at once");
    let crashed = tell(&format!("{S3_LEADS}400ms crash S1\n600ms restart S1"));
    assert!(count(&crashed, 401..600, "S1 never receives “beat”", "its receiver is down") >= 3);
    assert_eq!(count(&crashed, 600..601, "S1 receives", ""), 0);
}

#[test]
fn messages_are_duplicated_dropped_delayed_and_delivered_by_hand() {
    let copies = tell(&S3_LEADS.replace("seed=7", "seed=7 duplicate=100%"));
    assert_eq!(count(&copies, 0..100, "S1 receives “vote? t1”", "from S3"), 2);
    let mut probe = run(S3_LEADS);
    probe.run_to(Time::millis(15), u32::MAX);
    let flight = probe.snapshot().flights.into_iter().next().expect("votes are asked for");
    let label = flight.label.map(|label| label.to_string());
    assert_eq!((flight.from.to_string().as_str(), label.as_deref()), ("S3", Some("vote? t1")));
    let with = |command: &str| tell(&format!("{S3_LEADS}15ms {command}"));
    let (id, to) = (flight.id, flight.to);
    let receives = format!("{to} receives “vote? t1”");
    let usual = with("say nothing");
    assert_eq!(count(&usual, 16..100, &receives, "from S3"), 1);
    assert_eq!(count(&with(&format!("drop #{id}")), 0..2000, &receives, ""), 0);
    assert_eq!(count(&with(&format!("delay #{id} 100ms")), 16..100, &receives, ""), 0);
    assert_eq!(count(&with(&format!("delay #{id} 100ms")), 100..150, &receives, ""), 1);
    assert_eq!(count(&with(&format!("deliver #{id}")), 15..16, &receives, ""), 1);
    assert_eq!(count(&with(&format!("duplicate #{id}")), 16..100, &receives, ""), 2);
}

#[test]
fn disks_lose_what_they_have_not_written_and_sometimes_not() {
    // S1 asks for votes in term 1 as soon as its own vote is on disk, which takes 50 ms.
    let crash = |torn: &str| {
        let mut run = run(&format!(
            "run raft nodes=3 seed=2 disk=50ms\n10ms fire S1 election\n30ms crash S1{torn}\n"
        ));
        run.run_to(Time::millis(40), u32::MAX);
        let view = run.snapshot().nodes[0].view.clone();
        view.stamp.unwrap().number
    };
    assert_eq!(crash(""), 0, "the write under way is lost");
    let torn = (1..20).map(|seed| {
        let script = format!(
            "run raft nodes=3 seed={seed} disk=50ms\n10ms fire S1 election\n30ms crash S1 torn"
        );
        let mut run = run(&script);
        run.run_to(Time::millis(40), u32::MAX);
        run.snapshot().nodes[0].view.stamp.unwrap().number
    });
    let terms: Vec<u64> = torn.collect();
    assert!(terms.contains(&0) && terms.contains(&1), "it may have reached the disk: {terms:?}");
    let wiped = tell(&format!("{S3_LEADS}400ms wipe S1\n500ms restart S1"));
    assert_eq!(count(&wiped, 400..401, "S1 is down", ""), 1);
    assert!(count(&wiped, 500..600, "S1 cannot append after index", "") > 0, "its log is gone");
}

#[test]
fn a_fast_clock_runs_out_of_patience_early() {
    let first = |script: &str| {
        let told = tell(script);
        told.iter().find(|(_, text)| text.contains("timer runs out: election")).unwrap().0
    };
    let usual = first("run raft nodes=1 seed=7 election=200ms");
    let fast = first("run raft nodes=1 seed=7 election=200ms\n0s clock S1 drift=+100%");
    assert_eq!((usual, fast), (200, 100));
}

/// A command after any seek does what the script then says: the link that is sent is the run seen.
#[test]
fn what_is_done_after_a_seek_is_what_the_script_says() {
    let entry = catalog::find("raft").unwrap();
    let mut chance = Chance::new(11, 0);
    for seed in 1..=60 {
        let mut run = catalog::start(fuzz::schedule(entry, seed, &[]).unwrap()).unwrap();
        run.run_to(Time::seconds(3), u32::MAX);
        let to = Time(u64::from(chance.below(3_000_000)));
        match chance.below(3) {
            0 => drop(run.seek(to, u32::MAX)),
            1 => drop(run.seek_event(u64::from(chance.below(run.head().0 as u32)), u32::MAX)),
            _ => drop(run.step_back()),
        }
        let paused = run
            .snapshot()
            .nodes
            .into_iter()
            .find(|node| node.status == synod::sim::snapshot::Status::Paused);
        let command = match paused {
            Some(node) => Command::Resume(node.id),
            None => Command::Heal(Vec::new()),
        };
        run.command(command).unwrap();
        let mut again = catalog::start(run.script().clone()).unwrap();
        for run in [&mut run, &mut again] {
            run.run_to(Time::seconds(4), u32::MAX);
        }
        assert_eq!(sight(&run), sight(&again), "seed {seed}\n{}", run.script());
    }
}

#[test]
fn who_stands_still_is_not_served_early_after_a_seek() {
    let text = "run raft nodes=1 seed=7 election=60s\n10ms request C1 put x=1\n11ms pause S1";
    let mut live = run(text);
    live.run_to(Time::millis(100), u32::MAX);
    live.seek(Time::millis(11), u32::MAX);
    live.command(Command::Resume(synod::base::Place::server(0))).unwrap();
    let mut again = run(&live.script().to_string());
    for run in [&mut live, &mut again] {
        run.run_to(Time::millis(50), u32::MAX);
    }
    assert_eq!(sight(&live), sight(&again));
}

#[test]
fn one_server_that_stands_still_troubles_nobody_else() {
    let told = tell_until(
        "run raft nodes=3 seed=7 heartbeat=5ms\n10ms fire S3 election\n400ms pause S1\n30s request C1 put x=1",
        Time::seconds(31),
    );
    assert!(count(&told, 0..31_000, "S1 never receives", "too many messages are under way") > 0);
    assert_eq!(count(&told, 0..31_000, "S2 never receives", ""), 0);
    assert_eq!(count(&told, 30_000..31_000, "C1 receives “ok”", ""), 1);
}

#[test]
fn vector_stamps_know_every_message_however_late() {
    let late = "run raft nodes=3 seed=7 heartbeat=2ms latency=1ms\n10ms fire S3 election\n\
                50ms hold S3>S1\n50ms cut S2-S1\n1.5s heal S3>S1";
    let flawed =
        std::fs::read_to_string("tests/scenarios/raft/flaw-commit-without-min.txt").unwrap();
    for text in [late, flawed.as_str()] {
        let mut run = run(text);
        run.run_to(Time::millis(1_800), u32::MAX);
        let told = run.told(60, false);
        let mut seen = 0;
        for told in &told {
            let Some(message) = delivered(&mut run, told.event) else { continue };
            let (sent, arrived) =
                (run.vector_stamp(message).unwrap(), run.vector_stamp(told.event).unwrap());
            assert!(sent.iter().zip(&arrived).all(|(sent, arrived)| sent <= arrived), "{told:?}");
            assert_ne!(sent, arrived);
            seen += 1;
        }
        assert!(seen > 5, "{seen} messages");
    }
}

/// The event that sent the message which arrived with this event.
fn delivered(run: &mut Run, event: u64) -> Option<u64> {
    let stretch = run.stretch(Time::ZERO, run.now());
    let mark = stretch.marks.iter().find(|mark| mark.event == event)?;
    match mark.what {
        synod::sim::snapshot::MarkKind::Arrow { sent, lost: false, .. } => Some(sent),
        _ => None,
    }
}

#[test]
fn the_story_is_told_wherever_the_cursor_is() {
    let mut run = run("run raft nodes=15 seed=1 heartbeat=1ms latency=1ms");
    run.run_to(Time::seconds(5), u32::MAX);
    run.seek(Time::seconds(3), u32::MAX);
    assert_eq!(run.told(20, false).len(), 20);
    run.run_to(Time::millis(3_100), u32::MAX);
    assert_eq!(run.told(20, false).len(), 20);
}

/// Where servers join and leave, who is cut off goes by the configuration that it knows; while joint, by both
/// halves; and no link has to change for that.
#[test]
fn who_is_cut_off_goes_by_its_configuration() {
    let text = "run raft nodes=5 members=3 seed=1 clients=1 latency=10ms election=9s..10s heartbeat=50ms \
                membership=joint\n20ms fire S1 election\n100ms partition S1 S2 | S3 S4 S5\n\
                200ms request C1 S1 voters S3 S4 S5\n400ms heal\n";
    let mut run = run(text);
    let mut cut_off = |millis| {
        assert!(run.run_to(Time::millis(millis), u32::MAX));
        let snapshot = run.snapshot();
        let cut_off = snapshot.nodes.iter().filter(|node| node.isolated);
        cut_off.map(|node| node.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(cut_off(90), [""; 0]);
    // S1 and S2 are two of three who vote; outside it does not matter how many there are.
    assert_eq!(cut_off(190), ["S3", "S4", "S5"]);
    // S1 and S2 know of the joint configuration, whose other half is out of reach.
    assert_eq!(cut_off(390), ["S1", "S2", "S3", "S4", "S5"]);
    assert_eq!(cut_off(410), [""; 0]);
}
