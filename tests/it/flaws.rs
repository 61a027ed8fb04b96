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
            let verdict = fuzz::judge(&small, true).unwrap().expect("it still breaks");
            assert_eq!(verdict.property, found.1.property, "{name}: {small}");
            let told = scenario::parse(&told).unwrap();
            // In about as few as it can be told in; what makes a long schedule needs some of it.
            let few = (2 * told.lines.len().max(2)).max(found.0.lines.len() / 2);
            assert!(small.lines.len() <= few, "{name}: {small}");
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
