//! What a run can be run until: reading, printing, and finding.

use std::fs;

use proptest::prelude::*;
use synod::base::Time;
use synod::catalog::{self, Run};
use synod::explore::condition::{Condition, likely, parse};
use synod::explore::fuzz;
use synod::explore::search::{Found, SEARCHED, Search, SearchEnd};
use synod::scenario;
use synod::sim::fact::Fact;

fn run(text: &str) -> Run {
    let mut run = catalog::start(scenario::parse(text).unwrap()).unwrap();
    run.run_to(Time::ZERO, u32::MAX);
    run
}

const PLAIN: &str = "run raft nodes=3 seed=7\n100ms request C1 put x=1\n2s request C1 put x=2\n";

/// What is wrong with this condition for three servers of Raft.
fn mistake(text: &str) -> String {
    let mistake = parse(text, &run(PLAIN)).expect_err(text);
    format!("{}: {}", mistake.column, mistake.sentence)
}

/// The next time it becomes true after where the run stands.
fn next(run: &mut Run, text: &str) -> Option<Found> {
    let condition = parse(text, run).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
    let cursor = (run.now(), run.event());
    let outcome = Search::new(condition, run).advance(u32::MAX).expect("an end");
    assert_eq!((run.now(), run.event()), cursor, "the run is left alone");
    match outcome {
        SearchEnd::Found(found) => {
            run.seek_event(found.event, u32::MAX);
            Some(found)
        }
        SearchEnd::Never { .. } => None,
    }
}

fn told(run: &mut Run, text: &str) -> String {
    next(run, text).map_or("never".into(), |found| format!("{}: {}", found.at, found.told))
}

#[test]
fn what_is_printed_is_read_back() {
    let run = run(PLAIN);
    for (text, printed) in [
        ("violation", "violation"),
        (" violation   election safety ", "violation Election Safety"),
        ("leader", "leader"),
        ("sent requestvote", "sent RequestVote"),
        ("delivered RequestVote reply S1>S2", "delivered RequestVote reply S1>S2"),
        ("lost heartbeat S1-S2", "lost heartbeat S1-S2"),
        ("sent Request C1>S2", "sent Request C1>S2"),
        ("S3 role = leader", "S3 role=leader"),
        ("role!=leader", "any role!=leader"),
        ("any  currentTerm >=9", "any currentTerm>=9"),
        ("leader known=S1", "any leader known=S1"),
        ("S2 log   length<4", "S2 log length<4"),
        ("settled>=10", "any settled>=10"),
        ("2  role=leader", "2 role=leader"),
        ("C1 told  ok", "C1 told ok"),
        ("any told 1", "any told 1"),
        ("S1 state machine=x=1 y=2", "S1 state machine=x=1 y=2"),
    ] {
        let condition = parse(text, &run).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
        assert_eq!(condition.to_string(), printed);
        assert_eq!(parse(printed, &run).as_ref(), Ok(&condition));
    }
}

#[test]
fn a_mistake_says_what_was_expected_and_where() {
    let condition = "expected a condition such as violation, leader, sent KIND, lost KIND S1>S2 or \
                     S3 role=leader, found the end of the line";
    assert_eq!(mistake("  "), format!("1: {condition}"));
    assert_eq!(
        mistake("sent Vote"),
        "6: there is no “Vote” here: expected one of RequestVote, RequestVote reply, AppendEntries, \
         AppendEntries reply, heartbeat, PreVote, InstallSnapshot, InstallSnapshot reply, TimeoutNow, \
         ReadIndex, ReadIndex reply, PreVote reply, Request, Reply"
    );
    assert!(mistake("sent RequestVote S1>S9").contains("there is no S9 in this run"));
    assert!(mistake("sent RequestVote S1>S1").contains("expected a link"));
    assert_eq!(mistake("lost"), "5: expected a kind of message, found the end of the line");
    assert!(mistake("S3 term5").starts_with("4: expected a comparison such as S3 role=leader"));
    assert!(mistake("S3").starts_with("3: expected a comparison"), "{}", mistake("S3"));
    assert!(mistake("S9 role=leader").starts_with("1: there is no S9 in this run"));
    assert!(mistake("S3 ballot>=2").contains("there is no “ballot” here: expected one of role, "));
    assert_eq!(
        mistake("S3 role=king"),
        "4: there is no “king” here: expected one of non-member, learner, follower, pre-candidate, \
         candidate, leader"
    );
    assert_eq!(
        mistake("S3 status=ill"),
        "4: there is no “ill” here: expected one of up, paused, down"
    );
    assert!(mistake("S3 role<leader").contains("compare it with = or !="));
    assert!(mistake("S3 votedFor=").contains("expected a value"));
    assert!(mistake("S3 votedFor=S8").contains("there is no S8"));
    assert!(mistake("any commitIndex>=many").contains("commitIndex is a number"));
    assert!(mistake("settled>=1x").contains("settled is a number"));
    assert!(mistake("violation of everything").contains("expected one of Election Safety, "));
    assert!(mistake(&"x".repeat(10_000)).contains("at most 200 characters"));
}

#[test]
fn every_word_a_run_uses_can_be_waited_for() {
    for entry in catalog::catalog() {
        let words = (entry.words)();
        let (mut kinds, mut roles, mut fields) = (vec![], vec![], vec![]);
        let scenes = entry.meta.scenes.iter().map(|(_, text)| scenario::parse_first(text).unwrap());
        let random = (1..=20).map(|seed| fuzz::schedule(entry, seed, &[]).unwrap());
        let options = (entry.options)().into_iter().flat_map(|option| {
            let set =
                move |value| format!("run {} nodes=5 {}={value}", entry.meta.slug, option.name);
            option.samples.iter().map(set).collect::<Vec<_>>()
        });
        let apart = format!("run {} nodes=5 proposers=S1 acceptors=S1,S2,S3", entry.meta.slug);
        let options = options.chain([apart]).filter_map(|text| scenario::parse(&text).ok());
        // What none of these has said yet a scenario says.
        let files = fs::read_dir(format!("tests/scenarios/{}", entry.meta.slug)).unwrap();
        let files = files.filter_map(|file| fs::read_to_string(file.unwrap().path()).ok());
        let files = files.filter_map(|text| scenario::parse(&text).ok());
        let usual = scenes.chain(random).chain(options).map(|script| (false, script));
        for (rare, script) in usual.chain(files.map(|script| (true, script))) {
            if rare && words.kinds.iter().all(|kind| kinds.contains(kind)) {
                break;
            }
            let mut run = catalog::start(script).unwrap();
            // Of very many every so manieth step is looked at.
            let often = if run.script().setup.places.are_many() { 400 } else { 1 };
            while run.now() < Time::seconds(8) && (0..often).all(|_| run.step_forward()) {
                let snapshot = run.snapshot();
                kinds.extend(snapshot.flights.iter().map(|flight| flight.kind.name));
                roles.extend(snapshot.nodes.iter().map(|node| node.view.role.name));
                fields.extend(snapshot.nodes.iter().flat_map(|node| run.sim().facts(node.id)));
                for (node, name) in snapshot
                    .nodes
                    .iter()
                    .flat_map(|node| words.numbers.iter().map(|n| (node.id, *n)))
                {
                    let value = run.sim().read(&Fact::named(node, name));
                    let number = value.as_ref().is_none_or(|value| value.parse::<u64>().is_ok());
                    assert!(number, "{name} is {value:?}");
                }
            }
        }
        let seen = |mut seen: Vec<&'static str>, not: &[&str]| {
            seen.sort_unstable();
            seen.dedup();
            seen.retain(|name| !not.contains(name));
            seen
        };
        let listed = |list: &[&'static str]| seen(list.to_vec(), &[]);
        assert!(words.numbers.iter().all(|name| words.fields.contains(name)));
        assert_eq!(seen(kinds, &["Request", "Reply"]), listed(&words.kinds), "{}", entry.meta.slug);
        assert_eq!(seen(roles, &[]), listed(&words.roles), "{}", entry.meta.slug);
        assert_eq!(seen(fields, &["role", "status"]), listed(&words.fields), "{}", entry.meta.slug);
    }
}

/// Whether a text is a condition does not hang on where the cursor stands.
#[test]
fn the_same_text_can_be_read_at_any_cursor() {
    let texts = [
        "any chosen=red",
        "any chosen>=3",
        "any last round>=red",
        "any maxBal>=none",
        "any maxBal>=2",
        "S2 maxVal=blue",
        "any chosen up to=red",
        "any last slot<x",
        "any ballot>=2.S1",
        "S1 ballot=none",
        "any commitIndex>=many",
        "any log length=x",
        "S3 currentTerm>none",
        "votes received=3",
        "any term>=nine",
        "any nextIndex>=4",
        "S2 matchIndex=x",
        "any settled=red",
        "S1 votedFor=3",
    ];
    for (slug, ask) in [("paxos", "propose 7"), ("raft", "put x=1"), ("multi-paxos", "put x=1")] {
        let set_up = format!("run {slug} nodes=3 seed=7\n100ms request C1 S1 {ask}\n");
        let crash = "1.5s crash S1\n1.6s crash S2\n2.5s restart S1\n";
        let mut run = run(&format!("{set_up}{crash}"));
        let mut read = texts.map(|text| parse(text, &run));
        let mut errors = read.iter().filter(|read| read.is_err()).count();
        for millis in [300, 1_400, 1_550, 2_400, 2_600, 5_000] {
            run.seek(Time::millis(millis), u32::MAX);
            let again = texts.map(|text| parse(text, &run));
            for ((text, before), again) in texts.iter().zip(&read).zip(&again) {
                assert_eq!(before, again, "{text} of {slug} at {millis} ms");
            }
            read = again;
            errors += read.iter().filter(|read| read.is_err()).count();
        }
        assert!(errors > 0);
    }
}

/// "any role=leader and any term>3" might be two servers: that is not what it would find.
#[test]
fn a_condition_is_one_thing() {
    for (text, sign) in [
        ("any role = leader and any term > 3", "and"),
        ("any role=leader and term>3", "and"),
        ("any commitIndex>=3 or S2 status=down", "or"),
        ("S3 currentTerm>=3 && S3 votedFor=S3", "&&"),
        ("sent heartbeat and leader", "and"),
        ("leader, any term>3", ","),
        ("violation or lost heartbeat", "or"),
    ] {
        let told = mistake(text);
        let expected = format!(
            "a condition is one thing, and “{sign}” cannot join two; with “any”, each server is \
             watched by itself"
        );
        assert!(told.ends_with(&expected), "{text}: {told}");
    }
    // What a log or a machine holds may have such words.
    for text in ["S1 state machine=x=1 and y", "any state machine=this or that"] {
        assert!(parse(text, &run(PLAIN)).is_ok(), "{text}");
    }
}

#[test]
fn what_is_suggested_can_be_read() {
    for entry in catalog::catalog() {
        let run = run(&format!("run {} seed=7", entry.meta.slug));
        let likely = likely(&(entry.words)());
        let (slug, number) = (entry.meta.slug, likely.len());
        assert!((5..100).contains(&number), "{slug}: {number} conditions are suggested");
        for mut text in likely {
            if text.ends_with('=') {
                text.push('1');
            }
            let condition =
                parse(&text, &run).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
            assert_eq!(condition.to_string(), text);
        }
    }
}

#[test]
fn each_kind_of_condition_is_found() {
    let crash = format!("{PLAIN}4s crash S3\n5s restart S3\n6s pause S1\n");
    let mut run = run(&crash);
    assert_eq!(told(&mut run, "any role=candidate"), "239.312ms: S3 is now candidate");
    let voted = told(&mut run, "sent RequestVote reply S1>S3");
    assert!(voted.ends_with("S1 sends “vote ✓ t1” to S3"), "{voted}");
    let arrived = told(&mut run, "delivered RequestVote reply");
    assert!(arrived.contains("receives “vote "), "{arrived}");
    run.seek(Time::ZERO, 0);
    let leader = told(&mut run, "leader");
    assert!(leader.ends_with(": S3 leads"), "{leader}");
    assert!(run.snapshot().nodes[2].view.role.name == "leader");
    let commit = told(&mut run, "S1 commitIndex>=1");
    assert!(commit.ends_with("commitIndex of S1 is 1"), "{commit}");
    let settled = told(&mut run, "S1 settled>=3");
    assert!(settled.starts_with('2') && settled.ends_with("settled of S1 is 3"), "{settled}");
    assert_eq!(told(&mut run, "S3 status=down"), "4s: S3 is down");
    let lost = told(&mut run, "lost RequestVote");
    assert!(lost.contains("S3 never receives “vote? t"), "{lost}");
    assert_eq!(told(&mut run, "S3 status!=down"), "5s: S3 is up");
    assert_eq!(told(&mut run, "any status=paused"), "6s: S1 stands still");
    assert_eq!(told(&mut run, "lost heartbeat S1>S3"), "never");
}

#[test]
fn a_condition_that_is_true_already_is_found_when_it_becomes_true_again() {
    let mut run = run(&format!("{PLAIN}3s crash S3\n"));
    assert!(next(&mut run, "any role=leader").is_some());
    let first = run.now();
    let again = next(&mut run, "any role=leader").expect("another is elected");
    assert!(again.at > Time::seconds(3) && first < Time::seconds(1), "{first} {}", again.at);
    run.seek(Time::millis(2_500), 0);
    assert!(
        run.sim()
            .read(&synod::sim::fact::Fact::named(synod::base::Place::server(2), "role"))
            .is_some()
    );
    assert_eq!(next(&mut run, "S3 role=leader"), None, "it leads, and never again");
    run.seek(Time::ZERO, 0);
    let one = next(&mut run, "sent heartbeat").unwrap();
    let two = next(&mut run, "sent heartbeat").unwrap();
    assert!(two.event > one.event);
}

#[test]
fn a_violation_is_found_by_its_name() {
    let text = catalog::find("raft").unwrap().scene("figure-8-flaw").unwrap();
    let mut broken = run(text);
    let found = next(&mut broken, "violation Leader Completeness").expect("it breaks");
    assert!(found.told.to_string().contains("Leader Completeness is violated"), "{}", found.told);
    assert_eq!(broken.violations(), 1);
    broken.seek(Time::ZERO, 0);
    assert_eq!(next(&mut broken, "violation Election Safety"), None);
}

#[test]
fn ballots_are_compared_as_numbers_first() {
    let text = "run multi-paxos nodes=3 seed=7\n1s fire S1 election\n2s fire S2 election\n";
    let mut run = run(text);
    let found = told(&mut run, "any ballot>=2");
    assert!(found.contains("ballot of S") && found.contains("is 2."), "{found}");
}

#[test]
fn a_tenth_server_s_ballot_comes_after_the_ninth_s() {
    let mut run = run("run paxos nodes=12 seed=7 clients=1\n100ms request C1 S10 propose 7");
    let found = told(&mut run, "any maxBal>1.S9");
    assert!(found.contains("is 1.S10"), "{found}");
}

#[test]
fn what_never_comes_true_ends_with_the_run_or_after_so_many_events() {
    let quiet = run("run raft nodes=1 clients=0 seed=7 heartbeat=1s");
    let search = |run: &Run, text: &str| {
        let mut search = Search::new(parse(text, run).unwrap(), run);
        loop {
            if let Some(outcome) = search.advance(100_000) {
                return outcome;
            }
        }
    };
    assert_eq!(search(&quiet, "lost heartbeat"), SearchEnd::Never { by: Time::LIMIT, ended: true });
    let busy = run("run raft nodes=5 seed=1 heartbeat=5ms latency=2ms");
    match search(&busy, "lost heartbeat") {
        SearchEnd::Never { by, ended: false } => assert!(by < Time::LIMIT),
        outcome => panic!("{outcome:?} within {SEARCHED} events"),
    }
}

proptest! {
    #[test]
    fn no_garbage_panics(text in ".{0,220}") {
        let _ = parse(&text, &run(PLAIN));
    }

    #[test]
    fn whatever_can_be_read_is_printed_and_read_alike(
        who in prop::sample::select(vec!["", "any ", "S1 ", "S3  ", "S4 "]),
        name in prop::sample::select(vec!["role", "status", "settled", "term", "votedFor", "log length", "state machine", "leader known", "leader", "x"]),
        sign in prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">=", " >= ", "=="]),
        value in prop::sample::select(vec!["leader", "down", "3", "03", "", "S2", "S7", "x=1  y=2", "=", "–", "9x"]),
        verb in prop::sample::select(vec!["", "sent ", "lost ", "delivered ", "violation "]),
        kind in prop::sample::select(vec!["heartbeat", "RequestVote  reply", "Request", "Vote", "Election Safety"]),
        link in prop::sample::select(vec!["", " S1>S2", " S2-S3", " C1>S1", " S1>S9"]),
    ) {
        let run = run(PLAIN);
        for text in [format!("{who}{name}{sign}{value}"), format!("{verb}{kind}{link}")] {
            if let Ok(condition) = parse(&text, &run) {
                let printed = condition.to_string();
                let again: Result<Condition, _> = parse(&printed, &run);
                prop_assert_eq!(again.as_ref(), Ok(&condition), "{} as {}", text, printed);
            }
        }
    }
}

#[test]
fn several_at_once_and_answers() {
    let text = "run raft nodes=5 seed=7 latency=10ms election=300ms..600ms\n30ms fire S1 election\n\
                140ms request C1 S1 put x=1\n300ms partition S1 S2 | S3 S4 S5\n480ms fire S3 election\n";
    let mut run = run(text);
    let answered = next(&mut run, "C1 told ok").expect("it is answered");
    assert_eq!(answered.place, Some("C1".parse().unwrap()));
    run.seek(Time::ZERO, u32::MAX);
    let both = next(&mut run, "2 role=leader").expect("two lead");
    assert_eq!(both.place, Some("S3".parse().unwrap()));
    assert_eq!(mistake("9 role=leader"), "1: expected from 2 to 3 at once, or “any”; found 9");
    assert_eq!(mistake("2 told ok"), "8: an answer is told to one at a time");
}

#[test]
fn over_the_past_and_while_something_else_is_so() {
    let text = "run raft nodes=5 seed=7 latency=10ms election=300ms..600ms\n30ms fire S1 election\n\
                300ms partition S1 S2 | S3 S4 S5\n480ms fire S3 election\n";
    let mut run = run(text);
    run.seek(Time::seconds(2), u32::MAX);
    let find = |condition: &str, during: Option<&str>| {
        let read = |text: &str| parse(text, &run).unwrap();
        Search::from_start(read(condition), during.map(read), &run).up_to(run.event())
    };
    let leads = find("S1 role=leader", None).expect("S1 leads");
    assert!(leads.at < Time::millis(300) && leads.event <= run.event());
    // S1 has led for long when S3 begins to: what comes last makes both true.
    let both = find("S1 role=leader", Some("S3 role=leader")).expect("both lead");
    assert_eq!(Some(both.at), find("2 role=leader", None).map(|found| found.at));
    assert_eq!(find("S1 role=leader", Some("S4 role=leader")), None);
    assert_eq!(find("S5 status=down", None), None);
}
