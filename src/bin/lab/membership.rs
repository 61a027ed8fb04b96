//! `lab bench membership`: how long it takes until somebody pings a member that has failed, and what is to be expected;
//! how long until it is known; and how often the healthy are accused by one member that is slow, with Lifeguard
//! and without.
//!
//! *Expected*: of n − 1 members who begin their periods together, each of whom pings one of n − 1 others drawn at
//! random, somebody pings the failed one in a period with likelihood p = 1 − (1 − 1/(n−1))ⁿ⁻¹, so it takes 1/p
//! periods, e/(e − 1) = 1.58 in large groups (SWIM, section 3.1). Drawing at random is the flaw `random-probing`
//! here; a shuffled list does a little better, and periods of each member's own do better still.

use std::cell::Cell;

use synod::base::{Chance, Place, Time};
use synod::catalog::{self, Run};
use synod::protocol::{Content, Regard, Tone};
use synod::scenario;
use synod::sim::trace::{Event, EventKind, Payload};

use super::print;

const FAILED: Place = Place::server(0);
const INTERVAL: Time = Time::seconds(1);
const PATIENCE: Time = Time::seconds(600);

pub fn all() -> Result<(), String> {
    print("periods to the first ping of a member that has failed")?;
    print(" members   runs  expected  drawn anew  shuffled list  own periods")?;
    for (n, runs) in [(3, 4_000), (5, 4_000), (10, 2_000), (100, 1_000)] {
        let others = f64::from(n) - 1.0;
        let expected = 1.0 / (1.0 - (1.0 - 1.0 / others).powf(others));
        let drawn = first_ping(n, runs, "periods=together flaw=random-probing")?;
        let shuffled = first_ping(n, runs, "periods=together")?;
        let own = first_ping(n, runs, "periods=own")?;
        print(format_args!(
            "{n:>8} {runs:>6} {expected:>9.2} {drawn:>11.2} {shuffled:>14.2} {own:>12.2}"
        ))?;
    }
    print(
        "\nfrom the crash of one of n until somebody declares it dead, and until it is dead to all (50 runs)",
    )?;
    print(" members  lifeguard  first, s   all, s")?;
    for (n, lifeguard) in [(5, "off"), (5, "on"), (30, "off"), (30, "on")] {
        let (first, all) = detection(n, lifeguard)?;
        print(format_args!("{n:>8} {lifeguard:>10} {first:>9.1} {all:>8.1}"))?;
    }
    print("\none of eight hears everything 1.5 s late, for a minute (50 runs, a mean each)")?;
    print(" lifeguard  healthy accused by it  it accused  running declared dead")?;
    for lifeguard in ["off", "on"] {
        let [by_it, it, dead] = accused(lifeguard)?;
        print(format_args!("{lifeguard:>10} {by_it:>22.1} {it:>11.1} {dead:>22.2}"))?;
    }
    Ok(())
}

fn start(text: &str) -> Result<Run, String> {
    let script = scenario::parse(text).map_err(|mistake| mistake.to_string())?;
    Ok(catalog::start(script).map_err(|sentence| sentence.to_string())?.unchecked())
}

/// When one crashes: at any instant of a round, so that no list stands at its beginning.
fn crash_time(n: u16, seed: u64) -> Time {
    let round = u32::from(n) * INTERVAL.0 as u32;
    Time::seconds(3) + Time(Chance::new(seed, 3).below(round).into())
}

/// The mean, in periods that have begun.
fn first_ping(n: u16, runs: u64, options: &str) -> Result<f64, String> {
    let together = options.contains("together");
    let mut sum = 0.0;
    for seed in 1..=runs {
        let crash = crash_time(n, seed);
        let mut run = start(&format!(
            "run swim nodes={n} seed={seed} latency=10ms {options}\n{crash} crash {FAILED}\n"
        ))?;
        run.run_to(crash, u32::MAX);
        let at = Cell::new(None);
        run.run_up_to(crash + PATIENCE, u32::MAX, &|event| {
            if pings_the_failed(event) && event.at > crash {
                at.set(Some(event.at));
            }
            at.get().is_some()
        });
        let took = at.get().ok_or("nobody pinged it")?.since(crash).0 as f64 / INTERVAL.0 as f64;
        sum += if together { took.ceil() } else { took };
    }
    Ok(sum / runs as f64)
}

fn pings_the_failed(event: &Event) -> bool {
    match &event.what {
        EventKind::Send { to, payload: Payload::Message(message) } => {
            let asks = message.kind().tone == Tone::Call;
            *to == FAILED && asks && message.fields().iter().any(|field| field.name == "seq")
        }
        _ => false,
    }
}

const RUNS: u64 = 50;

fn detection(n: u16, lifeguard: &str) -> Result<(f64, f64), String> {
    let (mut first, mut all) = (0.0, 0.0);
    for seed in 1..=RUNS {
        let crash = crash_time(n, seed);
        let mut run = start(&format!(
            "run swim nodes={n} seed={seed} latency=5ms..15ms lifeguard={lifeguard}\n{crash} crash {FAILED}\n"
        ))?;
        let (mut somebody, mut everybody) = (None, None);
        while everybody.is_none() && run.now() < crash + PATIENCE {
            let next = run.now() + Time::millis(20);
            run.run_to(next, u32::MAX);
            let (dead, of) = dead_to(&run);
            let took = next.since(crash).0 as f64 / 1e6;
            somebody = somebody.or((dead > 0).then_some(took));
            everybody = (dead == of).then_some(took);
        }
        first += somebody.ok_or("nobody noticed")?;
        all += everybody.ok_or("not all noticed")?;
    }
    Ok((first / RUNS as f64, all / RUNS as f64))
}

/// To how many of how many others it is dead.
fn dead_to(run: &Run) -> (usize, usize) {
    let snapshot = run.snapshot();
    let others = snapshot.nodes.iter().filter(|node| node.id != FAILED);
    let is_lost = |content: &Content| match content {
        Content::Opinions { of, .. } => {
            of.iter().any(|opinion| opinion.of == FAILED && opinion.regard == Regard::Lost)
        }
        _ => false,
    };
    let dead =
        others.clone().filter(|node| node.panels.iter().any(|panel| is_lost(&panel.content)));
    (dead.count(), others.count())
}

/// By the slow member, of the slow member, and how many were declared dead: of a minute.
fn accused(lifeguard: &str) -> Result<[f64; 3], String> {
    let counts = [const { Cell::new(0u32) }; 3];
    let slow = Place::server(7);
    for seed in 1..=RUNS {
        let links: Vec<String> = (1..8).map(|n| format!("S{n}>{slow}")).collect();
        let mut run = start(&format!(
            "run swim nodes=8 seed={seed} latency=5ms..15ms lifeguard={lifeguard}\n\
             3s link {} latency=1.5s\n",
            links.join(" ")
        ))?;
        run.run_up_to(Time::seconds(63), u32::MAX, &|event| {
            if let EventKind::Note(note) = &event.what {
                let which = match (note.template.split(' ').next(), event.place == Some(slow)) {
                    (Some("suspects"), true) => 0,
                    (Some("suspects"), false) => 1,
                    (Some("declares"), _) => 2,
                    _ => return false,
                };
                counts[which].set(counts[which].get() + 1);
            }
            false
        });
    }
    Ok(counts.map(|count| f64::from(count.get()) / RUNS as f64))
}
