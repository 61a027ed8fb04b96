//! Marks, dots and siblings.

use super::*;
use crate::base::Chance;
use crate::base::word::word;
use crate::protocols::quorum_store::versions::{Known, SIBLING, Seen, Version};

fn mark(by: Place, count: u64) -> Mark {
    Mark { time: Time(count), by, count }
}

fn version(value: &str) -> Version {
    Version { value: Some(value.into()), id: (C1, 1) }
}

fn seen(text: &str) -> Seen {
    text.parse().expect("dots")
}

fn context(text: &str) -> Known {
    Known { latest: None, seen: seen(text) }
}

/// Objects as replicas come to have them: by writes of clients who have read somewhere, and by merges.
fn random_objects(how: Versions, seed: u64) -> Vec<Object> {
    let mut chance = Chance::new(seed, 1);
    let mut all = vec![Object::default(); 4];
    let mut counts = [0; 4];
    for turn in 0..30 {
        let (one, other) = (chance.below(4) as usize, chance.below(4) as usize);
        match chance.below(2) {
            0 => {
                counts[one] += 1;
                let known = match chance.below(3) {
                    0 => Known::default(),
                    _ => all[other].known(how),
                };
                let time = Time(chance.below(40).into());
                let mark = Mark { time, by: Place::server(one as u16), count: counts[one] };
                all[one].write(how, mark, version(&turn.to_string()), &known);
            }
            _ => {
                let theirs = all[other].clone();
                all[one].merge(how, &theirs);
            }
        }
    }
    all
}

#[test]
fn merging_is_associative_commutative_and_idempotent() {
    for (how, seed) in [Versions::Lww, Versions::Vectors].into_iter().zip([0, 1_000]) {
        for seed in seed..seed + 200 {
            let all = random_objects(how, seed);
            let merged = |one: &Object, other: &Object| {
                let mut both = one.clone();
                both.merge(how, other);
                both
            };
            let [a, b, c] = [&all[0], &all[1], &all[2]];
            assert_eq!(merged(a, b), merged(b, a), "seed {seed}");
            assert_eq!(merged(&merged(a, b), c), merged(a, &merged(b, c)), "seed {seed}");
            assert_eq!(merged(a, a), *a, "seed {seed}");
            assert!(merged(a, b).includes(how, a), "seed {seed}");
        }
    }
}

#[test]
fn a_vector_with_its_dots_claims_no_more_than_was_seen() {
    let mut object = Object::default();
    let how = Versions::Vectors;
    object.write(how, mark(S1, 1), version("a"), &Known::default());
    object.write(how, mark(S1, 2), version("b"), &Known::default());
    assert_eq!(object.to_string(), "a | b");
    assert_eq!(object.seen.to_string(), "S1:1-2");
    // Who has written b alone, and writes again, has not seen a.
    let mut known = Known::default();
    known.wrote(how, mark(S1, 2));
    assert_eq!(known.seen.to_string(), "S1:2");
    object.write(how, mark(S2, 1), version("c"), &known);
    assert_eq!(object.to_string(), "a | c");
    // Who has read both has.
    object.write(how, mark(S2, 2), version("d"), &context("S1:1-2,S2:1"));
    assert_eq!(object.to_string(), "d");
}

#[test]
fn gaps_close() {
    let mut all = seen("S1:1-2,S1:5,S2:2");
    assert!(!all.contains((S1, 3)) && all.contains((S1, 5)) && !all.contains((S2, 1)));
    all.join(&seen("S1:3,S1:4,S2:1"));
    assert_eq!(all.to_string(), "S1:1-5,S2:1-2");
    assert_eq!((all.last_of(S1), all.last_of(S3)), (5, 0));
    assert!(all.covers(&seen("S1:1-4,S2:2")) && !all.covers(&seen("S3:1")));
    assert!(seen("S1:1-3").covers(&seen("S1:1,S1:3")));
}

#[test]
fn the_last_writer_wins() {
    let mut object = Object::default();
    let at = |time, by| Mark { time: Time(time), by, count: 1 };
    object.write(Versions::Lww, at(7, S1), version("a"), &Known::default());
    object.write(Versions::Lww, at(5, S2), version("b"), &Known::default());
    assert_eq!(&*object.answer(), "a", "an earlier mark loses, though it comes later");
    object.write(Versions::Lww, at(7, S2), version("c"), &Known::default());
    assert_eq!(&*object.answer(), "c", "equal times are told apart by the server");
}

#[test]
fn a_session_reads_as_it_prints() {
    let mut session = Session::default();
    session.entry(&"x".into()).wrote(Versions::Lww, Mark { time: Time(1_500), by: S2, count: 4 });
    session.entry(&"y@:,1".into()).join(&context("S1:1-2,S3:7"));
    let text = session.to_string();
    assert_eq!(text, "x=1.5ms@S2:4;y@:,1=S1:1-2,S3:7");
    assert_eq!(text.parse(), Ok(session));
    assert_eq!("".parse(), Ok(Session::default()));
    for wrong in ["x", "x=S1", "x=S1:a", "x=S1:2-3", "x=1ms@S1", "x=later@S1:1"] {
        assert_eq!(wrong.parse::<Session>(), Err(()), "{wrong}");
    }
}

#[test]
fn no_value_is_taken_for_siblings() {
    assert!(word(&format!("a{SIBLING}b")).is_err());
}
