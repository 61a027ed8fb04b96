//! Every flaw is caught by the property it is said to break, in a small script that stands in
//! `tests/scenarios/<protocol>/flaw-<name>.txt`; and it is the flaw that is caught: without it the
//! same script breaks nothing.

use std::path::Path;

use synod::explore::{fuzz, hunt};
use synod::protocol::PropertyKind;
use synod::{catalog, scenario};

#[test]
fn every_flaw_is_caught_and_only_the_flaw() {
    for entry in catalog::catalog() {
        for flaw in (entry.flaws)() {
            let file = format!("tests/scenarios/{}/flaw-{}.txt", entry.meta.slug, flaw.name);
            let text = std::fs::read_to_string(Path::new(&file))
                .unwrap_or_else(|_| panic!("{file} should show the flaw: `lab fuzz` finds it"));
            let mut script = scenario::parse(&text).unwrap();
            assert_eq!(script.setup.flaws, [flaw.name], "{file}");
            let lively = |(name, kind)| name == flaw.breaks && kind == PropertyKind::Converges;
            let properties = (entry.properties)().into_iter();
            let liveness = properties.map(|property| (property.name, property.kind)).any(lively);
            let verdict = fuzz::judge(&script, liveness).unwrap();
            let verdict = verdict.unwrap_or_else(|| panic!("{file} breaks nothing"));
            assert_eq!(verdict.property, flaw.breaks, "{file}: {}", verdict.why);
            script.setup.flaws.clear();
            let verdict = fuzz::judge(&script, liveness).unwrap();
            assert!(verdict.is_none(), "{file} breaks without the flaw too: {verdict:?}");
        }
    }
}

/// Seeds within which every flaw is found: `lab fuzz` tries a thousand, if nobody says otherwise.
const SEEDS: u64 = 200;
/// What takes more stands as a scenario alone, whose first line begins so.
const RARE: &str = "# Rare: ";

#[test]
fn every_flaw_is_found_by_the_hunt_and_told_in_few_commands() {
    for entry in catalog::catalog() {
        for flaw in (entry.flaws)() {
            let slug = entry.meta.slug;
            let file = format!("tests/scenarios/{slug}/flaw-{}.txt", flaw.name);
            let told = std::fs::read_to_string(&file).unwrap();
            if told.starts_with(RARE) {
                continue;
            }
            let name = format!("{slug}, {}", flaw.name);
            let flaws = [flaw.name.to_owned()];
            let found = (1..=SEEDS).find_map(|seed| {
                let found = hunt::hunt(entry, seed, &flaws).unwrap();
                found.map(|found| (seed, found))
            });
            let (seed, found) = found.unwrap_or_else(|| panic!("{name} is not found"));
            let small = hunt::smallest(entry, seed, &found, 10_000);
            assert!(fuzz::judge(&small, true).unwrap().is_some(), "{name} still breaks: {small}");
            // In about as few as it can be told in: at most twice, the end not counted.
            let told = scenario::parse(&told).unwrap();
            let few = 2 * (told.lines.len() - 1).max(1);
            assert!(small.lines.len() - 1 <= few, "{name}: {small}");
        }
    }
}

/// What clients see of a session's promises: with tokens both are kept, whomever a client asks; with the flaw it
/// does not read its own writes, and without tokens neither is promised, or kept.
#[test]
fn judges_of_sessions_see_what_tokens_are_for() {
    use synod::check::{Model, NO_VALUE, Recording, Verdict, judge};
    let run = |extra: &str| {
        let text = format!(
            "run quorum-store nodes=3 seed=3 clients=3 latency=10ms..15ms anti-entropy=off read-repair=off \
             retry=2s r=1 w=1 versions=lww {extra}\n50ms link S1>S3 latency=200ms\n\
             100ms load C1 C2 C3 rate=40/s put=40% get=60% ask=roam until=3s\n4s end\n"
        );
        let mut run = catalog::start(scenario::parse(&text).unwrap()).unwrap();
        assert!(run.run_to(synod::base::Time::seconds(4), u32::MAX));
        let recording = Recording::of(run.sim().history());
        let is_broken =
            |model| matches!(judge(&recording, &NO_VALUE.into(), model), Verdict::Broken(_));
        let models = [Model::ReadYourWrites, Model::MonotonicReads];
        let judged = models.map(|model| {
            let name = model.promise().name;
            run.properties().iter().any(|it| {
                let standing = &it.standing;
                it.name == name
                    && matches!(standing, synod::sim::snapshot::Standing::Violated { .. })
            })
        });
        (models.map(is_broken), judged)
    };
    assert_eq!(run("tokens=on"), ([false, false], [false, false]));
    assert_eq!(run("tokens=on flaw=no-token-of-writes"), ([true, false], [true, false]));
    // What is not promised is not looked at.
    assert_eq!(run("tokens=off"), ([true, true], [false, false]));
}

/// Terry's four guarantees of a session, judged by what the replicas keep and not by what clients can tell: each
/// is broken where answers carry too little of the token, and kept where they carry all.
#[test]
fn what_a_token_leaves_out_breaks_a_guarantee_of_its_session() {
    let broken = |extra: &str, requests: &str| {
        let text = format!(
            "run quorum-store nodes=3 seed=1 clients=2 latency=10ms retry=5s anti-entropy=off read-repair=off r=1 \
             w=1              {extra}\n100ms link S1>S3 latency=150ms\n{requests}1s end\n"
        );
        let mut run = catalog::start(scenario::parse(&text).unwrap()).unwrap();
        assert!(run.run_to(synod::base::Time::seconds(1), u32::MAX));
        let is_broken = |it: &&synod::sim::snapshot::PropertyShot| {
            matches!(it.standing, synod::sim::snapshot::Standing::Violated { .. })
        };
        run.properties().iter().filter(is_broken).map(|it| it.name).collect::<Vec<_>>()
    };
    let write_then_read = "100ms request C1 S1 put x=1\n150ms request C1 S3 get x\n";
    let read_twice =
        "100ms request C1 S1 put x=1\n150ms request C2 S1 get x\n200ms request C2 S3 get x\n";
    let write_twice = "100ms request C1 S1 put x=1\n150ms request C1 S1 put x=2\n";
    let read_then_write =
        "100ms request C1 S1 put x=1\n150ms request C2 S1 get x\n200ms request C2 S1 put x=2\n";
    let (lww, vectors) = ("versions=lww tokens=on", "versions=vectors tokens=on");
    let (of_writes, of_reads) = ("flaw=no-token-of-writes", "flaw=no-token-of-reads");
    let write_elsewhere = "100ms request C1 S3 put x=1\n200ms request C1 S1 put x=2\n";
    let read_and_write_elsewhere =
        "100ms request C1 S3 put x=1\n150ms request C2 S3 get x\n200ms request C2 S1 put x=2\n";
    let (siblings, later) = ("Siblings Are Concurrent", "The Later Write Wins");
    let coarse = "flaw=coarse-clock";
    for (how, flaw, requests, all) in [
        (lww, of_writes, write_then_read, vec!["A Session Reads Its Own Writes"]),
        (lww, of_reads, read_twice, vec!["A Session Never Goes Back"]),
        (vectors, of_writes, write_twice, vec![siblings, "A Session's Writes Stay in Order"]),
        (vectors, of_reads, read_then_write, vec![siblings, "A Session's Writes Follow Its Reads"]),
        (lww, coarse, write_elsewhere, vec![later, "A Session's Writes Stay in Order"]),
        (lww, coarse, read_and_write_elsewhere, vec![later, "A Session's Writes Follow Its Reads"]),
    ] {
        assert_eq!(broken(&format!("{how} {flaw}"), requests), all, "{how} {flaw}");
        assert_eq!(broken(how, requests), [""; 0], "{how}");
    }
}
