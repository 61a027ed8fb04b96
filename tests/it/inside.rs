//! A replica of one protocol inside another's: behind a protocol that adds nothing, everything happens
//! as without it; and a lock over Raft keeps its promise whatever Raft survives.

mod held;
mod lock;

use std::rc::Rc;

use held::Held;
use lock::{Lock, ONE_HOLDER};

use synod::base::{Place, Time};
use synod::catalog::{self, Run};
use synod::command::{Command, Script, Setup};
use synod::explore::fuzz;
use synod::protocol::{Options, Protocol};
use synod::protocols::{multi_paxos::MultiPaxos, paxos::Paxos, raft::Raft};
use synod::scenario;
use synod::sim::ensemble::Servers;
use synod::sim::snapshot::Standing;
use synod::sim::trace::{EventKind, Payload};

use crate::digests::LIMIT;

/// The run of this script, whatever protocol it names, with servers that run this one.
fn run<P: Protocol>(script: Script) -> Run {
    let mut config = P::Config::default();
    let Setup { places, seed, options, flaws, .. } = &script.setup;
    options.iter().for_each(|(name, value)| config.set(name, value).expect("an option"));
    assert!(flaws.iter().all(|flaw| config.switch_on(flaw)));
    let servers = Servers::<P>::new(places, *seed, config);
    Run::new(script, Box::new(servers))
}

fn read(text: &str) -> Script {
    scenario::parse_first(text).unwrap_or_else(|mistake| panic!("{mistake}"))
}

/// The script that asks of the lock what it asks of a store: a put acquires, a get releases.
fn of_the_lock(mut script: Script) -> Script {
    // What is not in the log, or no longer, is not the lock's; it waits for no later request; and all its
    // servers are members.
    script.setup.places.set_members(None);
    script
        .setup
        .options
        .retain(|(name, _)| !["reads", "compact", "no-op", "membership"].contains(&name.as_str()));
    for line in &mut script.lines {
        if let Command::Request { client, to, request } = &*line.command {
            let request = if request.starts_with("put") { "acquire" } else { "release" };
            let command =
                Command::Request { client: *client, to: to.clone(), request: request.into() };
            line.command = Rc::new(command);
        }
    }
    script
}

fn schedule(slug: &str, seed: u64, flaws: &[&str]) -> Script {
    let flaws: Vec<String> = flaws.iter().map(|flaw| flaw.to_string()).collect();
    let entry = catalog::find(slug).expect("it is in the catalog");
    fuzz::schedule(entry, seed, &flaws).expect("a schedule")
}

/// All events, as data, each with the source line that asked for it, and the sentences.
fn story(run: &mut Run) -> Vec<String> {
    let until = run.end().unwrap_or(LIMIT);
    run.run_to(until, u32::MAX);
    let mut story = Vec::new();
    run.walk(Time::ZERO, until, &mut |number, event| {
        let mut told = String::new();
        event.write_data(number, &mut told).expect("a string takes all");
        if let EventKind::Note(sentence) = &event.what {
            told += &sentence.to_string();
        }
        let line = event.line.map_or(String::new(), |line| line.to_string());
        story.push(format!("{told} {line}"));
        true
    });
    story
}

fn behaves_alike<I: Protocol>() {
    let slug = I::META.slug;
    let scenes = I::META.scenes.iter().map(|(_, text)| read(text));
    let scenes = scenes.filter(|script| script.setup.flaws.is_empty());
    // A violation is an event, and who holds a replica does not watch its properties.
    let breaks = |script: &Script| {
        let mut run = run::<I>(script.clone());
        let until = run.end().unwrap_or(LIMIT);
        run.run_to(until, u32::MAX);
        run.violations() > 0
    };
    let scenes = scenes.filter(|script| !breaks(script));
    for script in scenes.chain((1..=20).map(|seed| schedule(slug, seed, &[]))) {
        let alone = story(&mut run::<I>(script.clone()));
        let held = story(&mut run::<Held<I>>(script.clone()));
        let differ = alone.iter().zip(&held).find(|(alone, held)| alone != held);
        assert_eq!((differ, alone.len()), (None, held.len()), "{script}");
        assert!(alone.len() > 20, "{script}");
    }
}

#[test]
fn a_replica_inside_does_what_it_does_alone() {
    behaves_alike::<Raft>();
    behaves_alike::<Paxos>();
    behaves_alike::<MultiPaxos>();
}

const C1: Place = Place::client(0);
const C2: Place = Place::client(1);

/// C1 takes the lock from S1, the leader; S1 is parted, crashes or loses its power, and C2 asks.
const STORY: &str = "\
run raft nodes=3 clients=2 seed=3 retry=400ms
30ms fire S1 election
300ms request C1 S1 put x=1
500ms partition S1 | S2 S3
900ms request C2 S2 put x=1
1.9s heal
2.1s request C1 get x
2.6s request C2 put x=1
3.1s crash S1
3.1s crash S2
3.1s crash S3
3.5s restart S1
3.5s restart S2
3.5s restart S3
4.5s request C1 put x=1
5.5s end
";

/// What this client was told, in order.
fn answers(run: &Run, client: Place) -> Vec<String> {
    let mut answers = Vec::new();
    run.walk(Time::ZERO, Time::LIMIT, &mut |_, event| {
        if let EventKind::Deliver { payload: Payload::Reply { outcome, .. }, .. } = &event.what
            && event.place == Some(client)
        {
            answers.push(outcome.told().to_string());
        }
        true
    });
    answers.retain(|answer| !answer.starts_with("try ") && answer != "no leader");
    answers
}

#[test]
fn what_the_lock_has_answered_survives_partition_and_crash() {
    let mut run = run::<Lock>(of_the_lock(read(STORY)));
    let story = story(&mut run);
    assert_eq!(answers(&run, C1), ["granted 1", "released", "held by C2"]);
    assert_eq!(answers(&run, C2), ["held by C1", "granted 2"]);
    assert_eq!(run.violations(), 0);
    for node in &run.snapshot().nodes {
        let shown = |name: &str| node.disk.iter().find(|field| field.name == name);
        let starts = shown("starts").map(|field| field.value.as_str());
        assert_eq!(starts, Some("2"), "the outer one's part of {}'s disk", node.id);
        assert!(node.log_len() >= 5, "Raft's log, as the outer one shows it");
    }
    let of_raft = story.iter().filter(|line| line.contains("src/protocols/raft/")).count();
    assert!(of_raft > 100, "what Raft asks for, its own lines ask for: {of_raft}");
    assert!(story.iter().any(|line| line.contains("persist") && line.contains("inside/lock.rs")));
}

#[test]
fn the_lock_does_the_same_again() {
    for script in [read(STORY), schedule("raft", 7, &[])] {
        let digest = |script: &Script| scenario::digest(&mut run::<Lock>(script.clone()), LIMIT);
        let script = of_the_lock(script);
        assert_eq!(digest(&script), digest(&script));
    }
    // Back in time and forwards again, from checkpoints.
    let mut run = run::<Lock>(of_the_lock(read(STORY)));
    let once = story(&mut run);
    assert!(run.seek(Time::seconds(1), u32::MAX));
    assert_eq!(once, story(&mut run));
}

/// What a schedule of the lock breaks: a property on the way, or what is missing at its end.
fn breaks(script: Script) -> Option<String> {
    let mut run = run::<Lock>(of_the_lock(script));
    run.run_to(run.end().expect("a schedule ends"), u32::MAX);
    let properties = run.properties();
    let broken = properties.iter().find(|property| {
        matches!(property.standing, Standing::Violated { .. } | Standing::NotYet(_))
    });
    let waits = run.snapshot().clients.into_iter().find(|client| client.open.is_some());
    let waits = waits.map(|client| format!("{} waits", client.id));
    broken.map(|property| property.name.to_owned()).or(waits)
}

#[test]
fn the_lock_keeps_its_promise_whatever_raft_survives() {
    for seed in 1..=200 {
        let script = schedule("raft", seed, &[]);
        assert_eq!(breaks(script.clone()), None, "{script}");
    }
}

#[test]
fn a_flaw_of_the_inner_protocol_breaks_the_outer_one() {
    let broken = (1..=200).find(|seed| {
        breaks(schedule("raft", *seed, &["no-up-to-date-check"])).as_deref() == Some(ONE_HOLDER)
    });
    assert!(broken.is_some(), "whoever leads with a log that lacks a grant grants its token again");
}
