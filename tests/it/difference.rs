//! Where two runs first differ.

use synod::base::Time;
use synod::catalog::{self, Run};
use synod::explore::difference::{Comparison, Likeness, first_difference};
use synod::scenario;

fn run(text: &str) -> Run {
    catalog::start(scenario::parse(text).unwrap()).unwrap()
}

const PLAIN: &str = "run raft nodes=3 seed=7";

/// The first difference by ten seconds, in words.
fn told(here: &str, there: &str) -> String {
    let difference = first_difference(&run(here), &run(there), Time::seconds(10));
    difference.map_or("none".into(), |difference| difference.sentence().to_string())
}

#[test]
fn a_run_does_not_differ_from_itself() {
    for (entry, seed) in catalog::catalog().flat_map(|entry| [(entry, 3), (entry, 4)]) {
        let text = synod::explore::fuzz::schedule(entry, seed, &[]).unwrap().to_string();
        assert_eq!(told(&text, &text), "none", "{text}");
        let mut comparison = Comparison::new(&run(&text), &run(&text), Time::LIMIT);
        assert!(matches!(comparison.advance(1), Some(Likeness::Same(None))), "and that is known");
    }
}

#[test]
fn what_a_command_does_is_the_difference_and_not_the_command() {
    let crash = format!("{PLAIN}\n1s crash S2\n");
    assert_eq!(
        told(PLAIN, &crash),
        "First difference at 1s: here nothing happens until 1.006226s: S3 receives “ok 1” from S2; \
         there S2 is down."
    );
    assert!(told(&crash, PLAIN).contains("event "), "{}", told(&crash, PLAIN));
    let say = format!("{PLAIN}\n500ms say Look.\n600ms end\n");
    assert_eq!(told(PLAIN, &say), "none", "words do nothing");
    let both = format!("{PLAIN}\n500ms say Look.\n1s crash S2\n");
    assert_eq!(told(&crash, &both), "none", "whatever it does to the numbers of events");
    let cut = format!("{PLAIN}\n1s cut S1-S3\n");
    assert!(told(PLAIN, &cut).contains("the link is cut"), "{}", told(PLAIN, &cut));
}

#[test]
fn nothing_that_happens_in_both_is_a_difference_and_everything_before_it_is_the_same() {
    let crash = format!("{PLAIN}\n2s crash S1\n");
    let found = first_difference(&run(PLAIN), &run(&crash), Time::seconds(10)).unwrap();
    assert_eq!(found.at(), Time::seconds(2));
    let lines = |text: &str| {
        let mut run = run(text);
        run.run_to(Time::seconds(2), u32::MAX);
        let told = run.told(100_000, false);
        let compared =
            told.into_iter().filter(|told| !told.sentence.to_string().starts_with("command"));
        compared
            .map(|told| format!("{} {:?} {}", told.at, told.place, told.sentence))
            .collect::<Vec<_>>()
    };
    let (here, there) = (lines(PLAIN), lines(&crash));
    let same = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
    let shown = found.there.expect("something happens");
    assert!(there[same].ends_with(&shown.sentence.to_string()), "{} {shown:?}", there[same]);
}

#[test]
fn seeds_flaws_and_protocols_differ_where_they_begin_to() {
    assert!(told(PLAIN, "run raft nodes=3 seed=8").starts_with("First difference at "));
    assert_eq!(
        told(PLAIN, "run raft nodes=3 seed=7 flaw=forget-vote"),
        "none",
        "it must crash first"
    );
    let story = "20ms fire S1 election\n36ms crash S2\n37ms restart S2\n38ms fire S3 election\n";
    let (sound, flawed) = (
        format!("run raft nodes=3 seed=1 latency=10ms\n10ms hold S1>S3 S2-S3\n{story}"),
        format!(
            "run raft nodes=3 seed=1 latency=10ms flaw=forget-vote\n10ms hold S1>S3 S2-S3\n{story}"
        ),
    );
    let found = first_difference(&run(&sound), &run(&flawed), Time::seconds(1)).unwrap();
    assert!(found.sentence().to_string().contains("“vote ✓"), "{}", found.sentence());
    let other = told(PLAIN, "run multi-paxos nodes=3 seed=7");
    assert!(other.starts_with("First difference at "), "{other}");
    let more = told(PLAIN, "run raft nodes=4 seed=7");
    assert!(more.contains("S4 boots"), "{more}");
}

#[test]
fn a_long_comparison_goes_in_slices_and_starts_where_the_scripts_part() {
    let late = format!("{PLAIN}\n600s crash S1\n");
    let mut here = run(PLAIN);
    here.run_to(Time::seconds(700), u32::MAX);
    let cursor = (here.now(), here.event());
    let mut near = Comparison::new(&here, &run(&late), Time::seconds(700));
    assert!(near.reached() > Time::seconds(500), "{}", near.reached());
    let found = near.advance(20_000).expect("it is near");
    let Likeness::Differ(found) = found else { panic!("{found:?}") };
    assert_eq!((found.at(), (here.now(), here.event())), (Time::seconds(600), cursor));

    // From the start it takes longer, and says the same.
    let mut far = Comparison::new(&run(PLAIN), &run(&late), Time::seconds(700));
    assert_eq!(far.reached(), Time::ZERO);
    let mut slices = 0;
    let again = loop {
        slices += 1;
        if let Some(verdict) = far.advance(1_000) {
            break verdict;
        }
    };
    let Likeness::Differ(again) = again else { panic!("{again:?}") };
    assert!(slices > 5, "{slices}");
    assert_eq!(again.sentence(), found.sentence());
    let mut until = Comparison::new(&here, &run(&late), Time::seconds(599));
    assert!(matches!(until.advance(u32::MAX), Some(Likeness::Same(Some(Time(599_000_000))))));
}
