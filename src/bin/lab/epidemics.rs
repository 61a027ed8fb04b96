//! `lab bench PROTOCOL --tables`: the tables of Demers et al., *Epidemic Algorithms* (1987), section 1.4, and
//! the cycles until everybody knows, from rumours among a thousand places that take their cycles together.
//!
//! *Residue* is the share that never hears of it; *messages*, how often somebody has told it, for each place;
//! *last*, the cycle in which the last one heard. Beside it stands what the article has, where it has a row.

use std::thread;

use synod::base::Time;
use synod::catalog::{self, Entry};
use synod::protocol::{Role, Tag};
use synod::replay::scout::Scout;
use synod::scenario;
use synod::sim::Events;
use synod::sim::trace::EventKind;

use super::{pairs, print};

const PLACES: u16 = 1_000;
const SEEDS: u64 = 1_000;
/// In both directions at once.
const BOTH: &str = concat!("push", "-pull");

/// A message takes a twentieth of a cycle.
const CYCLE: Time = Time::millis(20);
/// Nobody waits longer for a rumour to die out, or to have reached everybody.
const PATIENCE: u64 = 400;

/// What a rumour came to; of several, the sum.
#[derive(Clone, Copy, Default)]
struct Epidemic {
    unaware: u64,
    told: u64,
    last: u64,
}

/// Rows of the article: how it spreads, whether the other answers, how interest is lost, and k; then residue,
/// messages and last.
const ARTICLE: &[(&str, u64, &str)] = &[
    ("push feedback counter", 1, "0.18 1.7 16.8"),
    ("push feedback counter", 2, "0.037 3.3 16.9"),
    ("push feedback counter", 3, "0.011 4.5 17.4"),
    ("push feedback counter", 4, "0.0036 5.6 17.5"),
    ("push feedback counter", 5, "0.0012 6.7 17.7"),
    ("push blind coin", 1, "0.96 0.04 38"),
    ("push blind coin", 2, "0.20 1.6 33"),
    ("push blind coin", 3, "0.060 2.8 32"),
    ("push blind coin", 4, "0.021 3.9 32"),
    ("push blind coin", 5, "0.008 4.9 32"),
    ("pull feedback counter", 1, "0.031 2.7 17.6"),
    ("pull feedback counter", 2, "0.00058 4.5 15.4"),
    ("pull feedback counter", 3, "0.000004 6.1 14.0"),
];

/// Each line as soon as it is there.
pub fn tables(protocol: &str, words: &[&str]) -> Result<(), String> {
    let mut seeds = SEEDS;
    let entry = catalog::find(protocol)
        .ok_or_else(|| format!("There is no protocol “{protocol}”: `lab list` names them."))?;
    if (entry.epidemic)(&entry.setup()).is_none() {
        return Err(format!("Nothing spreads in {protocol} that there are tables of."));
    }
    for (_, value) in pairs(words, &["--seeds"], &format!("bench {protocol} --tables"))? {
        seeds = match value.parse() {
            Ok(number @ 1..=1_000_000) => number,
            _ => return Err(format!("--seeds takes a number from 1 to 1000000, not “{value}”.")),
        };
    }
    for mode in ["push", "pull"] {
        for feedback in ["feedback", "blind"] {
            for lose in ["counter", "coin"] {
                let answers = if feedback == "feedback" { "on" } else { "off" };
                let options = format!("mode={mode} feedback={answers} lose={lose}");
                (1..=5).try_for_each(|k| {
                    row(entry, &format!("{mode} {feedback} {lose}"), &options, k, seeds)
                })?;
            }
        }
    }
    let never_reset = "mode=push feedback=on lose=counter reset=off";
    row(entry, "push feedback counter, never reset,", never_reset, 2, seeds)?;
    for (mode, article) in [("push", "18.1"), ("pull", "13.8"), (BOTH, "9.2")] {
        let all = measure(entry, &format!("mode={mode} lose=never"), seeds)?;
        let cycles = mean(all.last, seeds);
        print(format_args!("{mode} until all know cycles={cycles:.1} (expected {article})"))?;
    }
    Ok(())
}

fn row(entry: &Entry, name: &str, options: &str, k: u64, seeds: u64) -> Result<(), String> {
    let all = measure(entry, &format!("{options} counter={k}"), seeds)?;
    let each = |sum: u64| mean(sum, seeds) / f64::from(PLACES);
    let (residue, messages, last) = (each(all.unaware), each(all.told), mean(all.last, seeds));
    let article = ARTICLE.iter().find(|(known, of, _)| *known == name && *of == k);
    let article = article.map_or(String::new(), |(_, _, numbers)| format!(" (article {numbers})"));
    let line = format!(
        "{name} k={k} residue={} messages={messages:.2} last={last:.1}{article}",
        significant(residue)
    );
    print(line)
}

fn mean(sum: u64, of: u64) -> f64 {
    sum as f64 / of as f64
}

/// With three digits that say something.
fn significant(share: f64) -> String {
    let mut decimals = 3;
    while decimals < 7 && share > 0.0 && share * 10f64.powi(decimals) < 100.0 {
        decimals += 1;
    }
    format!("{share:.*}", decimals as usize)
}

/// The sum of so many runs, which are shared out among as many threads as there are cores.
fn measure(entry: &Entry, options: &str, seeds: u64) -> Result<Epidemic, String> {
    let threads = thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let share = |first: u64| {
        let mut sum = Epidemic::default();
        for seed in (first..=seeds).step_by(threads as usize) {
            sum += rumour(entry, options, seed)?;
        }
        Ok::<Epidemic, String>(sum)
    };
    if threads == 1 {
        return share(1);
    }
    thread::scope(|scope| {
        let shares: Vec<_> = (1..=threads).map(|first| scope.spawn(move || share(first))).collect();
        let mut sum = Epidemic::default();
        for share in shares {
            sum += share.join().map_err(|_| "a run has failed".to_owned())??;
        }
        Ok(sum)
    })
}

impl std::ops::AddAssign for Epidemic {
    fn add_assign(&mut self, other: Epidemic) {
        self.unaware += other.unaware;
        self.told += other.told;
        self.last += other.last;
    }
}

/// One rumour, until nobody tells it for a whole cycle, or, where nobody loses interest, until all know.
fn rumour(entry: &Entry, options: &str, seed: u64) -> Result<Epidemic, String> {
    let (slug, ask) = (entry.meta.slug, entry.meta.requests[0]);
    let text = format!(
        "run {slug} nodes={PLACES} seed={seed} latency=1ms rounds=synchronous cycle={CYCLE} {options}\n\
         1ms request S1 {ask}\n"
    );
    let script = scenario::parse(&text).map_err(|mistake| mistake.to_string())?;
    let epidemic = (entry.epidemic)(&script.setup).ok_or("nothing spreads with these options")?;
    let spreads = |role: &Role| role.tag == Tag::Bids;
    let run = catalog::start(script).map_err(|sentence| sentence.to_string())?.unchecked();
    let mut scout = Scout::new(run.script(), run.sim());
    let mut roles: Vec<Option<Role>> = vec![None; usize::from(PLACES)];
    let (mut unaware, mut telling, mut told, mut last) = (u64::from(PLACES), 0u64, 0, 0);
    let mut events = Events::new();
    for cycle in 0..PATIENCE {
        let end = Time(CYCLE.0 * (cycle + 1) - 1);
        while scout.step(end, &mut events) {
            for event in events.drain(..) {
                match (event.what, event.place) {
                    (EventKind::Role(role), Some(place)) => {
                        let known = &mut roles[usize::from(place.number())];
                        let before = known.replace(role);
                        let has_heard = |role: &Role| role.name != epidemic.susceptible;
                        if has_heard(&role) && !before.as_ref().is_some_and(has_heard) {
                            unaware -= 1;
                            last = event.at.0 / CYCLE.0;
                        }
                        telling += u64::from(spreads(&role));
                        telling -= u64::from(before.as_ref().is_some_and(spreads));
                    }
                    (EventKind::Send { payload, .. }, _) => {
                        told += u64::from(epidemic.carriers.contains(&payload.kind().name));
                    }
                    _ => {}
                }
            }
        }
        let is_over = if options.contains("never") { unaware == 0 } else { telling == 0 };
        if cycle > 0 && is_over {
            break;
        }
    }
    Ok(Epidemic { unaware, told, last })
}
