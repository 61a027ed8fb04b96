//! Random schedules: first safety while everything breaks, then liveness once it is healed. A
//! failure prints its seed and a small script; `lab fuzz` runs many more of them.

use synod::base::Time;
use synod::{catalog, fuzz, scenario};

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
            let read = scenario::parse(&script.to_string()).unwrap();
            assert_eq!(read, script, "seed {seed}: printing and reading are inverse");
            let tell = |script| {
                let mut run = catalog::start(script).unwrap();
                scenario::transcript(&mut run, Time::seconds(5))
            };
            assert_eq!(tell(script), tell(read), "seed {seed}");
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
