//! Random schedules: first safety while everything breaks, then liveness once it is healed. A
//! failure prints its seed and a small script; `lab fuzz` runs many more of them.

use std::ops::RangeInclusive;

use synod::command::Command;
use synod::explore::{aim, fuzz, shrink};
use synod::{catalog, scenario};

use crate::digests;

/// Seeds a test run tries, unless the environment variable SEEDS says how many. The README says how
/// many were tried by hand.
const SEEDS: u64 = 60;

fn seeds() -> RangeInclusive<u64> {
    let text = std::env::var_os("SEEDS").map(|text| text.to_string_lossy().into_owned());
    1..=read_seeds(text.as_deref()).unwrap_or_else(|sentence| panic!("{sentence}"))
}

fn read_seeds(text: Option<&str>) -> Result<u64, String> {
    let Some(text) = text else { return Ok(SEEDS) };
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| {
        format!("SEEDS is how many random schedules are tried, such as SEEDS=1000, not “{text}”.")
    })
}

#[test]
fn the_number_of_seeds_is_a_number() {
    assert_eq!(read_seeds(None), Ok(SEEDS));
    assert_eq!(read_seeds(Some("1000")), Ok(1000));
    for text in ["", "0", "-3", "many", "1e3"] {
        let sentence = read_seeds(Some(text)).unwrap_err();
        assert!(sentence.ends_with(&format!("such as SEEDS=1000, not “{text}”.")), "{sentence}");
    }
}

#[test]
fn without_flaws_nothing_is_ever_caught() {
    for entry in catalog::catalog() {
        for seed in seeds() {
            let script = fuzz::schedule(entry, seed, &[]).unwrap();
            if let Some(verdict) = fuzz::judge(&script, true).unwrap() {
                let small = shrink::shrink(&script, &verdict, 2_000);
                panic!("seed {seed} breaks {}: {}\n{small}", verdict.property, verdict.why);
            }
        }
    }
}

#[test]
fn schedules_that_aim_catch_nothing_either_and_read_as_they_print() {
    for entry in catalog::catalog() {
        for seed in seeds() {
            for turn in 0..2 {
                let script = aim::schedule(entry, seed, turn, &[]).unwrap();
                assert_eq!(scenario::parse(&script.to_string()).unwrap(), script, "seed {seed}");
                if let Some(verdict) = fuzz::judge(&script, true).unwrap() {
                    let small = shrink::shrink(&script, &verdict, 2_000);
                    panic!("seed {seed} breaks {}: {}\n{small}", verdict.property, verdict.why);
                }
            }
        }
    }
}

#[test]
fn whoever_may_want_something_is_told_to() {
    for entry in catalog::catalog() {
        let scripts = (1..=20).map(|seed| fuzz::schedule(entry, seed, &[]).unwrap());
        let mut asked = 0;
        for script in scripts {
            let places = &script.setup.places;
            assert!(entry.faults.sizes.contains(&places.kinds()[0].1), "{}", script.setup);
            for line in &script.lines {
                let Command::Request { client, .. } = &*line.command else { continue };
                assert!(places.has(*client) && places.may_ask(*client), "{client} cannot ask");
                asked += 1;
            }
        }
        assert!(asked > 20, "{} is asked {asked} times", entry.meta.slug);
    }
}

#[test]
fn the_same_script_does_the_same_twice_and_as_text() {
    for entry in catalog::catalog() {
        for seed in seeds() {
            let script = fuzz::schedule(entry, seed, &[]).unwrap();
            let text = script.to_string();
            let read = scenario::parse(&text).unwrap();
            assert_eq!(read, script, "seed {seed}: printing and reading are inverse");
            let mut run = catalog::start(script).unwrap();
            let digest = format!("{:016x}", scenario::digest(&mut run, digests::LIMIT));
            assert_eq!(digest, digests::digest("as text", &text), "seed {seed}");
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
            // One that does much else besides.
            let verdict = fuzz::judge(&script, false).unwrap().filter(|_| script.lines.len() > 40);
            verdict.map(|verdict| (script, verdict))
        })
        .unwrap();
    let small = shrink::shrink(&script, &verdict, 2_000);
    assert!(small.lines.len() < script.lines.len() / 2, "{small}");
    let again = fuzz::judge(&small, false).unwrap().expect("it still breaks");
    assert_eq!(again.property, verdict.property);
}
