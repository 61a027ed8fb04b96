//! `lab bench elections`: the figures that Ongaro's dissertation has on elections (chapter 9), and what they
//! are here.
//!
//! *How long until there is a leader again.* Five servers; all heartbeats have just arrived when the leader
//! crashes, at any instant of the next heartbeat interval, which is half the least timeout; and two of the four
//! who are left cannot win, because their logs are behind. There an answer to whoever asks for votes took
//! about 15 ms, the write to disk included. Here a candidate's own vote is on its disk before it asks, which
//! would be added to that; so the two who can win have disks that take no time, and the way and the disks of
//! the others are set so that what comes out is nearest: 1.75 ms a way, and 6.5 ms a write.
//!
//! *How often votes are split.* The first election after a crash elects nobody if too many time out before they
//! hear of the first candidate: with `s` servers that time out within a range, of which a message takes the
//! share `l`, P = Σ C(s,k) lᵏ (1−l)ˢ⁻ᵏ, k from s − ⌊n/2⌋ to s.

use std::cell::Cell;

use synod::base::{Chance, Place, Time};
use synod::catalog;
use synod::protocol::Tag;
use synod::scenario;
use synod::sim::trace::EventKind;

/// Crashes for each figure; of timeouts that are all the same few are enough.
const TRIALS: u64 = 1_000;
const TRIALS_WITHOUT_SPREAD: u64 = 20;
const TRIALS_OF_VOTES: u64 = 10_000;
/// The longest of a thousand is another each thousand.
const THOUSANDS: usize = 21;

/// When the leader beats for the last time; it crashes in the interval after it.
const LAST_BEAT: Time = Time::seconds(1);
const PATIENCE: Time = Time::seconds(10);

/// A table: what is measured, what it is here, and what it is there.
pub fn all() -> Result<String, String> {
    let without = times(150, 150, TRIALS_WITHOUT_SPREAD)?;
    let late = without.iter().filter(|time| time.is_none()).count();
    let little = in_order(times(150, 155, TRIALS)?);
    let short = times(12, 24, THOUSANDS as u64 * TRIALS)?;
    let thousands = short.chunks(TRIALS as usize).map(|thousand| in_order(thousand.to_vec()));
    let longest = in_order(thousands.map(|thousand| thousand.last().copied()).collect());
    let short = in_order(short);
    let mean = short.iter().map(|time| time.0).sum::<u64>() / short.len() as u64;
    let split = 100.0 * share_of_split_votes()?;
    let rows = [
        (
            "timeouts of 150 ms: nobody leads for 10 s",
            format!("{late} of {}", without.len()),
            "always",
        ),
        ("150 to 155 ms: median, ms", ms(little[little.len() / 2]), "287"),
        ("12 to 24 ms: mean, ms", ms(Time(mean)), "35"),
        ("12 to 24 ms: longest of 1000, ms (median)", ms(longest[THOUSANDS / 2]), "152"),
        (
            "… and from one thousand to another",
            format!("{} to {}", ms(longest[0]), ms(longest[THOUSANDS - 1])),
            "",
        ),
        ("a way is a tenth of the range: split votes, %", format!("{split:.1}"), "5.2"),
    ];
    let rows = rows.map(|(what, here, there)| format!("{what:<48} {here:>9} {there:>14}\n"));
    let head = format!(
        "{:<48} {:>9} {:>14}\n",
        "elections among five, whose leader crashes", "here", "dissertation"
    );
    Ok(head + rows.concat().trim_end())
}

fn ms(time: Time) -> String {
    format!("{:.0}", time.0 as f64 / 1e3)
}

fn in_order(times: Vec<Option<Time>>) -> Vec<Time> {
    let mut times: Vec<Time> = times.into_iter().map(|time| time.unwrap_or(PATIENCE)).collect();
    times.sort();
    times
}

/// How long it takes each time, unless it takes longer than anybody waits.
fn times(least: u64, most: u64, trials: u64) -> Result<Vec<Option<Time>>, String> {
    let trial = |seed| {
        let beat = least / 2;
        let wait = Chance::new(seed, 9).below(1_000 * beat as u32);
        let crash = LAST_BEAT + Time(wait.into());
        let text = format!(
            "run raft nodes=5 seed={seed} latency=1.75ms disk=0s election={least}ms..{most}ms heartbeat={beat}ms\n\
             log S1 term=1 1 1\nlog S2 1 1\nlog S3 1 1\nlog S4 1\nlog S5 1\n\
             0s disk S4 latency=6.5ms\n0s disk S5 latency=6.5ms\n0s cut S4>S1 S5>S1\n\
             1ms fire S1 election\n{LAST_BEAT} fire S1 heartbeat\n{crash} crash S1\n"
        );
        Ok(next_leader(&text, crash)?.map(|(at, _)| at.since(crash)))
    };
    (1..=trials).map(trial).collect()
}

/// How often the first election after a crash elects nobody: four time out within 100 ms, a way takes 10.
fn share_of_split_votes() -> Result<f64, String> {
    let mut split = 0;
    for seed in 1..=TRIALS_OF_VOTES {
        let crash = LAST_BEAT + Time::millis(50);
        let text = format!(
            "run raft nodes=5 seed={seed} latency=10ms disk=0s election=150ms..250ms heartbeat=75ms\n\
             1ms fire S1 election\n{LAST_BEAT} fire S1 heartbeat\n{crash} crash S1\n"
        );
        let (_, elections) = next_leader(&text, crash)?.unwrap_or_default();
        split += u64::from(elections != 1);
    }
    Ok(split as f64 / TRIALS_OF_VOTES as f64)
}

/// When somebody leads again, and in how many terms after that of the one who crashed.
fn next_leader(text: &str, crash: Time) -> Result<Option<(Time, u64)>, String> {
    let script = scenario::parse(text).map_err(|mistake| mistake.to_string())?;
    let mut run = catalog::start(script).map_err(|sentence| sentence.to_string())?.unchecked();
    run.run_to(crash, u32::MAX);
    let term = |run: &catalog::Run| {
        let snapshot = run.snapshot();
        let stamps = snapshot.nodes.iter().filter_map(|node| node.view.stamp);
        stamps.map(|stamp| stamp.number).max().unwrap_or(0)
    };
    let before = term(&run);
    let leads = Cell::new(false);
    run.run_up_to(crash + PATIENCE, u32::MAX, &|event| {
        let elected = matches!(&event.what, EventKind::Role(role) if role.tag == Tag::Leads);
        leads.set(elected && event.place != Some(Place::server(0)));
        leads.get()
    });
    Ok(leads.get().then(|| (run.now(), term(&run) - before)))
}
