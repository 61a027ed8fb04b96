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
