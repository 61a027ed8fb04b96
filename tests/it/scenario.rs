//! Scripts: what is wrong is refused with its place and one sentence, and nothing panics.

use proptest::prelude::*;
use synod::base::Time;
use synod::player::Permalink;
use synod::player::permalink::Shows;
use synod::scenario::{self, Variant};

fn mistake(text: &str) -> String {
    match scenario::parse(text) {
        Ok(script) => panic!("read as {script}"),
        Err(mistake) => mistake.to_string(),
    }
}

const RUN: &str = "run raft nodes=3 seed=1\n";

/// Texts that go wrong in their first line, and what is said of them.
const FIRST_LINES: &[(&str, &str)] = &[
    (
        "",
        "line 1, column 1: expected a line such as: run raft nodes=5 seed=7, found the end of the line",
    ),
    ("go raft", "line 1, column 1: expected a line such as: run raft nodes=5 seed=7, found “go”"),
    ("run", "line 1, column 4: expected a protocol of the catalog, found the end of the line"),
    ("# hm\nrun rift", "line 2, column 5: expected a protocol of the catalog, found “rift”"),
    ("run raft nodes=0", "line 1, column 16: expected a number from 1 to 15, found “0”"),
    (
        "run raft nodes=99999999999999999999",
        "line 1, column 16: expected a number from 1 to 15, found “99999999999999999999”",
    ),
    ("run raft clients=37", "line 1, column 18: expected a number from 0 to 36, found “37”"),
    ("run raft flaw=lazy", "line 1, column 15: expected a flaw of this protocol, found “lazy”"),
    (
        "run raft latency=2h",
        "line 1, column 18: expected a time such as 1.24s, 150ms or 20us, found “2h”",
    ),
    ("run raft latency=61s", "line 1, column 18: expected a latency of at most 60s, found “61s”"),
    ("run raft loss=101%", "line 1, column 15: expected a share from 0% to 100%, found “101%”"),
    ("run raft nodes=3 nodes=5", "line 1, column 24: nodes is set twice"),
    ("run raft nodes=5 members=0", "line 1, column 26: expected a number from 1 to 15, found “0”"),
    (
        "run raft members=4 nodes=3",
        "line 1, column 18: 4 members cannot be among 3 places: nodes=3",
    ),
    (
        "run paxos nodes=3 members=2",
        "line 1, column 19: Paxos has no places that join during a run",
    ),
    (
        "run raft speed=3",
        "line 1, column 10: Raft has no setting “speed”, but nodes, seed, clients, latency, loss, \
         duplicate, replay, reorder, disk, retry, election, heartbeat, batch, no-op, pre-vote, check-quorum, reads, drift-bound, compact, chunk, membership, give-up, flaw",
    ),
];

/// The same of a line after it.
const LINES: &[(&str, &str)] = &[
    (
        "crash S1",
        "line 2, column 1: expected a time such as 1.2s, or +300ms since the line before, found “crash”",
    ),
    (
        "1s",
        "line 2, column 3: expected a command such as crash, cut, partition, request or say, found the end of the line",
    ),
    (
        "1s crush S1",
        "line 2, column 4: expected a command such as crash, cut, partition, request or say, found “crush”",
    ),
    (
        "1s crash",
        "line 2, column 9: expected a server such as S1 or a client such as C1, found the end of the line",
    ),
    ("1s crash S4", "line 2, column 10: there is no S4 in this run, which has S1–S3, C1"),
    ("1s crash S1 S1", "line 2, column 13: S1 is named twice here"),
    ("1s crash S3..S1", "line 2, column 10: a range goes upwards: S1..S3, not S3..S1"),
    ("1s crash 200%", "line 2, column 10: expected a share from 0% to 100%, found “200%”"),
    (
        "1s partition S1..S4 | S2",
        "line 2, column 14: there is no S4 in this run, which has S1–S3, C1",
    ),
    (
        "2s crash S1\n1s crash S2",
        "line 3, column 1: this line is at 1s, before the line above it at 2s",
    ),
    (
        "1s cut S1-S1",
        "line 2, column 8: expected a link such as S1-S2 (both ways) or S1>S2 (one way), found “S1-S1”",
    ),
    (
        "1s cut",
        "line 2, column 7: expected a link such as S1-S2 (both ways) or S1>S2 (one way), found the end of the line",
    ),
    (
        "1s partition S1 |",
        "line 2, column 18: expected a server such as S1 or a client such as C1, found the end of the line",
    ),
    ("1s drop 4", "line 2, column 9: expected a message's number such as #214, found “4”"),
    (
        "1s clock S1 drift=-60%",
        "line 2, column 19: expected a drift from -50% to +100%, found “-60%”",
    ),
    (
        "2h say late",
        "line 2, column 1: expected a time such as 1.2s, or +300ms since the line before, found “2h”",
    ),
    (
        "3601s say late",
        "line 2, column 1: expected a time of at most one hour (3600s), found “3601s”",
    ),
    ("1s load S1 rate=5/s", "line 2, column 9: S1 is no client: only clients are kept busy"),
    (
        "1s load C1 put=50% get=40.5%",
        "line 2, column 24: the shares of requests add up to 90.5%, not to 100%",
    ),
    ("1s load C1 rate=0/s", "line 2, column 17: expected a number from 1 to 1000, found “0”"),
    (
        "1s load C1 rate=5/s think=1ms",
        "line 2, column 21: a workload has one pace: rate=… or think=…",
    ),
    ("1s load C1 think=0ms", "line 2, column 18: expected a time of at least 1ms, found “0ms”"),
    ("1s load C1 ask=S1", "line 2, column 16: expected follow, bound or roam, found “S1”"),
    (
        "1s load C1 speed=3",
        "line 2, column 12: expected a setting such as rate=50/s, think=20ms, put=50%, keys=3, ask=roam or until=8s, found “speed=3”",
    ),
    (
        "1s clock S1 drift=+1000%",
        "line 2, column 19: expected a drift from -50% to +100%, found “+1000%”",
    ),
];

#[test]
fn a_mistake_has_its_place_and_what_was_expected() {
    for &(text, expected) in FIRST_LINES {
        assert_eq!(mistake(text), expected, "{text}");
    }
    for &(line, expected) in LINES {
        assert_eq!(mistake(&format!("{RUN}{line}")), expected, "{line}");
    }
}

#[test]
fn what_stands_beside_a_run_is_one_line_or_a_script() {
    let first = "run raft nodes=3 seed=1 flaw=forget-vote";
    let rest = "title Two runs\n1s       crash S3\n";
    for (line, second) in [
        ("beside flaw=forget-vote", "run raft nodes=3 seed=1\ntitle Two runs\n1s       crash S3\n"),
        (
            "beside flaw=count-old-terms",
            "run raft nodes=3 seed=1 flaw=forget-vote flaw=count-old-terms\ntitle Two runs\n1s       crash S3\n",
        ),
        (
            "beside seed=9",
            "run raft nodes=3 seed=9 flaw=forget-vote\ntitle Two runs\n1s       crash S3\n",
        ),
        (
            "beside heartbeat=20ms",
            "run raft nodes=3 seed=1 heartbeat=20ms flaw=forget-vote\ntitle Two runs\n1s       crash S3\n",
        ),
        (
            "beside loss=5%",
            "run raft nodes=3 seed=1 loss=5% flaw=forget-vote\ntitle Two runs\n1s       crash S3\n",
        ),
        // There is no S3 that could crash, and another protocol's story is another one.
        ("beside nodes=2", "run raft nodes=2 seed=1 flaw=forget-vote\ntitle Two runs\n"),
        ("beside protocol=paxos", "run paxos nodes=3 seed=1\n1s       crash S3\n"),
    ] {
        let text = format!("{first}\n{line}\n{rest}");
        let scenario = scenario::parse_scenario(&text).unwrap();
        assert_eq!(scenario.to_string(), text);
        let second_script = scenario.second().unwrap().unwrap();
        assert_eq!(second_script.to_string(), second, "{line}");
        let found = Variant::between(&scenario.script, &second_script);
        assert_eq!(Some(found), scenario.beside, "what is read off the two is what was written");
        assert_eq!(scenario::parse_first(&text).unwrap(), scenario.script);
        let elsewhere = format!("{first}\n{rest}{line}\n");
        assert_eq!(scenario::parse_scenario(&elsewhere), Ok(scenario), "it may stand anywhere");
    }
    let own = format!(
        "{first}\n{rest}beside\nrun paxos nodes=5 seed=2\ntitle Another\n2s       crash S5\n"
    );
    let scenario = scenario::parse_scenario(&own).unwrap();
    assert_eq!(scenario.to_string(), own);
    let second = scenario.second().unwrap().unwrap();
    assert!(own.ends_with(&second.to_string()) && second.lines.len() == 1);
    // Who is alone stays alone.
    let alone = scenario::parse_scenario(&format!("{first}\n{rest}")).unwrap();
    assert_eq!((&alone.beside, alone.second()), (&None, Ok(None)));
    assert_eq!(alone.script, scenario::parse(&format!("{first}\n{rest}")).unwrap());
}

#[test]
fn what_cannot_stand_beside_a_run_is_refused_with_its_place() {
    for (text, expected) in [
        ("beside seed=2\nbeside seed=3", "line 3, column 1: `beside` stands in a script once"),
        ("beside seed=2\nbeside\nrun raft", "line 3, column 1: `beside` stands in a script once"),
        ("beside\nrun raft\nbeside seed=3", "line 4, column 1: `beside` stands in a script once"),
        (
            "beside protocol=nothing",
            "line 2, column 17: expected a protocol of the catalog, found “nothing”",
        ),
        ("beside flaw=lazy", "line 2, column 13: expected a flaw of this protocol, found “lazy”"),
        (
            "beside speed=3",
            "line 2, column 8: Raft has no setting “speed”, but nodes, seed, clients, latency, loss, \
             duplicate, replay, reorder, disk, retry, election, heartbeat, batch, no-op, pre-vote, check-quorum, reads, drift-bound, compact, chunk, membership, give-up, flaw",
        ),
        (
            "beside paxos",
            "line 2, column 8: expected a setting such as nodes=5, seed=7, latency=5ms..15ms or flaw=NAME, found “paxos”",
        ),
        ("beside nodes=99", "line 2, column 14: expected a number from 1 to 15, found “99”"),
        (
            "beside batch=no",
            "line 2, column 14: expected a whole number from 1 to 1000, found “no”",
        ),
        ("beside nodes=3", "line 2, column 14: this run has nodes=3 already: nothing differs"),
        ("beside loss=0%", "line 2, column 13: this run has loss=0% already: nothing differs"),
        (
            "beside protocol=raft",
            "line 2, column 17: this run has protocol=raft already: nothing differs",
        ),
        (
            "beside nodes=5 seed=2",
            "line 2, column 16: expected the end of the line, as more takes a script of its own after `beside`, found “seed=2”",
        ),
        (
            "1s crash S1\nbeside",
            "line 3, column 7: expected a line such as: run raft nodes=5 seed=7, found the end of the line",
        ),
        (
            "beside\n1s crash S1",
            "line 3, column 1: expected a line such as: run raft nodes=5 seed=7, found “1s”",
        ),
        (
            "beside\nrun raft nodes=3\n1s crash S4",
            "line 4, column 10: there is no S4 in this run, which has S1–S3, C1",
        ),
    ] {
        let mistake = scenario::parse_scenario(&format!("{RUN}{text}")).unwrap_err();
        assert_eq!(mistake.to_string(), expected, "{text}");
    }
    let one = mistake(&format!("{RUN}beside seed=2"));
    assert_eq!(one, "line 2, column 1: a single run is expected here, with none beside it");
}

#[test]
fn what_is_far_too_large_is_refused() {
    let long = format!("{RUN}1s say {}", "x".repeat(scenario::CAPTION + 1));
    assert!(mistake(&long).ends_with("a caption has at most 400 characters"));
    let many = format!("{RUN}{}", "1s heal\n".repeat(10_001));
    assert!(
        mistake(&many).starts_with("line 10002, column 1: a script has at most 10000 commands")
    );
    let huge = "x".repeat(scenario::SIZE + 1);
    assert!(mistake(&huge).starts_with("line 1, column 1: A script has at most"));
}

#[test]
fn every_command_prints_as_it_is_written() {
    let lines = "\
        crash S1\ncrash S1 torn\nrestart S1\npause S2\nresume S2\nwipe S3\nfire S1 election\n\
        clock S1 drift=-2.5%\nclock S1 jump=+20ms\ndisk S1 latency=2ms~10ms~100ms\n\
        cut S1-S2 S3>S1\nhold C1-S1\nheal\nheal S1-S2\npartition S1 | S2 S3\npartition S1 S2 | S2 S3\n\
        partition S1 > S2 S3\nlink all loss=5% reorder=1%\nlink S1>S2 latency=5ms..15ms duplicate=2% replay=1%\n\
        drop #214\ndelay #214 50ms\nduplicate #214\ndeliver #214\nrequest C1 put x=1\nrequest C1 S2 get x\n\
        load C1 rate=50/s put=50% get=50%\nload C1 think=20ms get=100% until=8s\nload C1 off\n\
        load C1 rate=1/s put=40% get=30% delete=10% cas=20% keys=3 hot=80% ask=roam\n\
        say Look: S1 & S2 = “friends”; 100 %\nend";
    let text: String = RUN.chars().chain("title A title\n".chars()).collect::<String>()
        + &lines.lines().map(|line| format!("1.5s     {line}\n")).collect::<String>();
    assert_eq!(scenario::parse(&text).unwrap().to_string(), text);
}

#[test]
fn only_a_store_of_keys_and_values_keeps_clients_busy() {
    let lock = "run paxos nodes=3 seed=1\n1s load C1 rate=5/s";
    let why = "line 2, column 17: Paxos is no store of keys and values, and only such clients are kept busy";
    assert_eq!(mistake(lock), why);
}

#[test]
fn times_may_be_relative_and_comments_stand_anywhere() {
    let text = "# first\n\nrun raft\n# then\n1s crash S1\n  +250ms  restart   S1  \n";
    let script = scenario::parse(text).unwrap();
    assert_eq!(script.lines[1].at.to_string(), "1.25s");
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = scenario::parse(&text);
        let _ = scenario::parse(&format!("{RUN}{text}"));
        let _ = scenario::parse(&format!("run raft {text}"));
        let _ = scenario::parse(&format!("{RUN}1s {text}"));
    }

    /// Words that belong to the language, in any order: closer to what people get wrong.
    #[test]
    fn no_soup_of_words_panics(words in prop::collection::vec(prop::sample::select(&[
        "run", "raft", "nodes=3", "seed=1", "flaw=forget-vote", "latency=1ms..2ms", "1s", "+5ms", "crash",
        "S1", "S3", "S4", "C1", "torn", "cut", "S1-S2", "S1>S2", "S1>", ">", "|", "-", "partition", "link",
        "all", "loss=5%", "loss=", "=", "drop", "#1", "#", "delay", "request", "put", "x=1", "say", "end",
        "title", "\n", "beside", "protocol=paxos", "clock", "drift=+5%", "drift=-", "jump=+1s", "fire", "election", "é", "0s", "3600s",
    ][..]), 0..40)) {
        let text = words.join(" ");
        for text in [text.clone(), format!("{RUN}{text}"), format!("{RUN}1s {text}")] {
            if let Ok(read) = scenario::parse_scenario(&text) {
                prop_assert_eq!(scenario::parse_scenario(&read.to_string()).unwrap(), read);
            }
        }
    }
}

/// In the console's scene a client plays the proposer: no server does so in its place, however long
/// somebody thinks.
#[test]
fn the_console_scene_leaves_the_client_in_peace() {
    let scene = synod::catalog::find("paxos").unwrap().scene("console").unwrap();
    let told = |text: &str| {
        let mut run = synod::catalog::start(scenario::parse(text).unwrap()).unwrap();
        let end = run.end().unwrap_or(synod::base::Time::seconds(25));
        let mut lines = Vec::new();
        scenario::follow(&mut run, end, &mut |told| {
            lines.push(scenario::line(told) + "\n");
            true
        });
        lines.concat()
    };
    let (scripted, long) = (told(scene), told(scene.rsplit_once("320ms").unwrap().0));
    assert!(long.starts_with(scripted.rsplit_once("0.320000").unwrap().0));
    let received = |text: &str| long.contains(&format!("C1  receives “{text}” from S1"));
    assert!(received("promise: number=1, value=None"));
    assert!(received("accepted: number=1, value=\"update\""));
    assert!(!long.contains("prepares ballot") && !long.contains("“chosen?”"), "{long}");
}

/// What the console's blanks take is what the protocols read, for every form of the catalog.
#[test]
fn a_blank_takes_what_a_script_takes() {
    let long = "x".repeat(33);
    let texts = [
        "1",
        "007",
        "0",
        "1000000",
        "1000001",
        "1e1",
        "+1",
        "-1",
        "1.5",
        "１",
        "99999999999999999999",
        "x",
        "名🗳",
        "a\\b",
        "a b",
        "a\u{3000}b",
        "a;b",
        "a#b",
        "a=b",
        "a\"b",
        "a\u{200b}",
        "\u{202e}a",
        "–",
        "a\u{7}",
        &long,
        &long[1..],
    ];
    let mut told = std::collections::BTreeSet::new();
    for entry in synod::catalog::catalog() {
        let script = format!("run {} seed=1\n", entry.meta.slug);
        let run = synod::catalog::start(scenario::parse(&script).unwrap()).unwrap();
        let places = &run.script().setup.places;
        let asker = places.askers().next().expect("somebody asks");
        let to = if places.serve_clients() { " S1" } else { "" };
        for form in run.forms() {
            for (place, blank) in form.blanks.iter().enumerate() {
                for text in texts {
                    let mut values: Vec<&str> =
                        form.blanks.iter().map(|blank| blank.sample).collect();
                    values[place] = text;
                    let line = format!("{script}1s request {asker}{to} {}\n", form.fill(&values));
                    let checked = blank.check(text);
                    assert_eq!(checked.is_ok(), scenario::parse(&line).is_ok(), "{text:?} {line}");
                    told.extend(checked.err().map(|why| why.to_string()));
                }
            }
        }
    }
    for sentence in [
        "a whole number from 1 to 1000000 is expected.",
        "at most 32 characters fit here; these are 33.",
        "a space is not possible here: it would end the word.",
        "“;” is not possible here: scripts need it for themselves.",
        "an invisible character (U+200B) is not possible here.",
        "“–” stands for no value.",
    ] {
        assert!(told.contains(sentence), "{sentence}: {told:#?}");
    }
}

/// A script says what logs are on the disks at the start, for protocols that keep one.
#[test]
fn a_script_may_begin_with_logs() {
    let text = "run raft nodes=3 seed=1\ntitle Three logs\nlog S1 term=7 1 1 4\nlog S3 1 1\n\
                1s       crash S1\n";
    let script = scenario::parse(text).unwrap();
    assert_eq!(script.to_string(), text);
    let mut run = synod::catalog::start(script.clone()).unwrap();
    run.run_to(Time::ZERO, u32::MAX);
    let lens: Vec<usize> = run.logs(9).rows.iter().map(|(_, log)| log.len()).collect();
    assert_eq!(lens, [3, 0, 2]);
    // What is wiped is empty, and does not begin with it again.
    for command in ["wipe S1", "restart S1"] {
        run.command(scenario::parse_command(command, &script.setup).unwrap()).unwrap();
    }
    let lens: Vec<usize> = run.logs(9).rows.iter().map(|(_, log)| log.len()).collect();
    assert_eq!(lens, [0, 0, 2]);
    // A link carries them, and fewer servers have fewer logs.
    let link = format!(
        "#{}",
        Permalink { shows: Shows::Script(Box::new(script.clone())), ..Permalink::default() }
    );
    assert_eq!(Permalink::parse(&link).unwrap().shows.script(), script);
    let fewer = Variant::Setting("nodes".into(), "2".into()).of(&script).unwrap().0;
    assert_eq!(fewer.setup.logs.len(), 1);
    let other = Variant::Protocol("paxos".into()).of(&script).unwrap().0;
    assert!(other.setup.logs.is_empty());
}

/// What no disk of the protocol can hold is refused in a sentence; so is a log where none is kept.
#[test]
fn a_log_that_cannot_be_is_refused() {
    let refused = |text: &str| scenario::parse(text).unwrap_err().to_string();
    for (text, why) in [
        ("run raft\nlog S1 1 4 2", "line 2, column 8: “2” is no term from 4 on"),
        ("run raft\nlog S1 1\nlog S1 1", "line 3, column 5: expected each log once, found “S1”"),
        ("run raft\nlog C1 1", "line 2, column 5: expected a server such as S1, found “C1”"),
        (
            "run raft\nlog S1",
            "line 2, column 7: expected the entries of a log, found the end of the line",
        ),
        (
            "run multi-paxos\nlog S1 1.S1 2",
            "line 2, column 8: “2” is no ballot such as 1.S2, and no gap (-)",
        ),
        (
            "run zab\nlog S1 1.1 1.3",
            "line 2, column 8: 1.3 cannot stand here: in each epoch zxids count from 1 without a gap, and epochs \
             only rise",
        ),
        (
            "run zab\nlog S1 2.1 1.1",
            "line 2, column 8: 1.1 cannot stand here: in each epoch zxids count from 1 without a gap, and epochs \
             only rise",
        ),
        ("run zab\nlog S1 1.1 term=2", "line 2, column 8: “term=2” is no zxid such as 1.2"),
        (
            "run zab\nlog S1 acceptedEpoch=-1",
            "line 2, column 8: “acceptedEpoch=-1” is no epoch from 0 to 1000000",
        ),
        (
            "run zab\nlog S1 acceptedEpoch=1 2.1",
            "line 2, column 8: who has accepted epoch 1 has nothing of epoch 2 yet",
        ),
        (
            "run zab\nlog S1 acceptedEpoch=2 currentEpoch=3 1.1",
            "line 2, column 8: who has accepted epoch 2 has nothing of epoch 3 yet",
        ),
        ("run version-lock\nlog S1 1 4 2", "line 2, column 8: “2” is no term from 4 on"),
        (
            "run version-lock\nlog C1 1",
            "line 2, column 5: expected a server such as S1, found “C1”",
        ),
        (
            "run primary-backup\nlog S1 1",
            "line 2, column 8: Primary and backups takes no log to begin with: whose log counts stands on the view \
             service's disk, and no line says that",
        ),
        ("run paxos\nlog S1 1", "line 2, column 8: Paxos takes no log to begin with"),
    ] {
        assert_eq!(refused(text), why);
    }
}
