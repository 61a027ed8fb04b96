//! Random schedules: first safety while everything breaks, then liveness once it is healed. A
//! failure prints its seed and a small script; `lab fuzz` runs many more of them.

use synod::{catalog, fuzz, scenario};

use crate::frozen;

/// Seeds a test run tries. The README says how many were tried by hand.
const SEEDS: u64 = 400;

#[test]
fn without_flaws_nothing_is_ever_caught() {
    for entry in catalog::catalog() {
        for seed in 1..=SEEDS {
            let script = fuzz::schedule(entry, seed, &[]).unwrap();
            if let Some(verdict) = fuzz::judge(&script, true).unwrap() {
                let small = fuzz::shrink(&script, &verdict, 2_000);
                panic!("seed {seed} breaks {}: {}\n{small}", verdict.property, verdict.why);
            }
        }
    }
}

#[test]
fn the_same_script_does_the_same_twice_and_as_text() {
    for entry in catalog::catalog() {
        for seed in 1..=20 {
            let script = fuzz::schedule(entry, seed, &[]).unwrap();
            let text = script.to_string();
            let read = scenario::parse(&text).unwrap();
            assert_eq!(read, script, "seed {seed}: printing and reading are inverse");
            let mut run = catalog::start(script).unwrap();
            let digest = format!("{:016x}", scenario::digest(&mut run, frozen::LIMIT));
            assert_eq!(digest, frozen::digest("as text", &text), "seed {seed}");
        }
    }
}

#[test]
fn a_shrunk_script_is_smaller_and_breaks_the_same() {
    let entry = catalog::find("raft").unwrap();
    let flaw = ["commit-without-min".to_string()];
    let (script, verdict) = (1..)
        .find_map(|seed| {
            let script = fuzz::schedule(entry, seed, &flaw).unwrap();
            fuzz::judge(&script, false).unwrap().map(|verdict| (script, verdict))
        })
        .unwrap();
    let small = fuzz::shrink(&script, &verdict, 2_000);
    assert!(small.lines.len() < script.lines.len() / 2, "{small}");
    let again = fuzz::judge(&small, false).unwrap().expect("it still breaks");
    assert_eq!(again.property, verdict.property);
}
