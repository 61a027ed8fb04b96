//! What runs do, frozen: `tests/digests.txt` holds a digest of all events, as data, of every scene,
//! transcript and flaw, and of 200 random schedules a protocol. Who changes the house and not a rule
//! leaves this file as it is, byte for byte. `FREEZE=1 cargo test freeze` writes it anew, in a commit
//! of its own that says which digests change and why.

use std::fmt::Write;

use synod::base::Time;
use synod::{catalog, fuzz, scenario};

use crate::goldens;

const FILE: &str = "tests/digests.txt";
/// Random schedules a protocol, and how many stand in a line.
const SEEDS: u64 = 200;
const ROW: u64 = 10;

/// The digest of what this script does.
fn digest(name: &str, text: &str) -> u64 {
    let script = scenario::parse(text).unwrap_or_else(|mistake| panic!("{name}: {mistake}"));
    let mut run = catalog::start(script).unwrap_or_else(|sentence| panic!("{name}: {sentence}"));
    scenario::digest(&mut run, Time::seconds(5))
}

fn all() -> String {
    let mut text = String::new();
    for golden in goldens::all() {
        writeln!(text, "{}: {:016x}", golden.name, digest(&golden.name, &golden.script)).unwrap();
    }
    for entry in catalog::catalog() {
        for first in (1..=SEEDS).step_by(ROW as usize) {
            let seeds = first..first + ROW;
            let digests: Vec<String> = seeds
                .map(|seed| {
                    let script = fuzz::schedule(entry, seed, &[]).unwrap();
                    let mut run = catalog::start(script).unwrap();
                    format!("{:08x}", scenario::digest(&mut run, Time::LIMIT) >> 32)
                })
                .collect();
            let until = first + ROW - 1;
            writeln!(text, "{} {first}..{until}: {}", entry.meta.slug, digests.join(" ")).unwrap();
        }
    }
    text
}

#[test]
fn every_run_does_what_it_did() {
    let now = all();
    if std::env::var_os("FREEZE").is_some() {
        std::fs::write(FILE, &now).unwrap();
    }
    let before = std::fs::read_to_string(FILE).unwrap();
    let changed: Vec<&str> =
        now.lines().filter(|line| !before.lines().any(|l| l == *line)).collect();
    assert!(changed.is_empty(), "these differ from {FILE}:\n{}", changed.join("\n"));
    assert_eq!(now, before, "{FILE} holds more than there is");
}
