//! `lab bench pbs`: how often a read is old, measured in runs under latencies as they are in production, and
//! the closed formula for quorums that have nothing to do with each other.

use synod::base::{Place, Time};
use synod::explore::staleness::{Trials, misses_all};
use synod::scenario;

use super::print;

/// How many runs, and how many writes in each.
const RUNS: u64 = 100;
const EACH: u64 = 200;

/// x belongs to S1, S3 and S4: who coordinates is none of them, as in the model (WARS), in which every way
/// is one between two machines. The client sits beside them.
const AT: (Place, Place) = (Place::server(1), Place::server(4));

fn script(r: u32, w: u32) -> String {
    format!(
        "run quorum-store nodes=5 seed=1 n=3 r={r} w={w} versions=lww read-repair=off anti-entropy=off \
         latency=lnkd-ssd disk=0s retry=10s\n0s link C1-S2 C1-S5 latency=1us\n"
    )
}

pub fn all() -> Result<(), String> {
    print(format_args!(
        "Probabilistically bounded staleness: N = 3, latency=lnkd-ssd, {} writes and reads each",
        RUNS * EACH
    ))?;
    print("R W   fresh at once   after 1.97ms   reads 99.9 %   writes 99.9 %")?;
    for (r, w) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        let now = measure(r, w, Time::ZERO)?;
        let later = measure(r, w, Time(1_970))?;
        print(format_args!(
            "{r} {w} {:>12} % {:>12} % {:>14} {:>15}",
            percent(now.fresh * 1_000_000 / now.all.max(1)),
            percent(later.fresh * 1_000_000 / later.all.max(1)),
            now.read_quantile(999_000).to_string(),
            now.write_quantile(999_000).to_string(),
        ))?;
    }
    print(
        "\nQuorums drawn anew each time, nothing spreads: reads that see none of the last k writes",
    )?;
    print("N R W        k = 1        k = 2        k = 3        k = 5")?;
    for (n, r, w) in [(3, 1, 1), (3, 1, 2), (3, 2, 2), (5, 1, 1), (5, 2, 2), (5, 3, 3)] {
        let shares = [1, 2, 3, 5].map(|k| format!("{:>11} %", percent(misses_all(n, r, w, k))));
        print(format_args!("{n} {r} {w}{}", shares.concat()))?;
    }
    Ok(())
}

fn measure(r: u32, w: u32, after: Time) -> Result<synod::explore::staleness::Measured, String> {
    let trials = Trials {
        script: scenario::parse(&script(r, w)).map_err(|mistake| mistake.to_string())?,
        client: Place::client(0),
        writes_at: AT.0,
        reads_at: AT.1,
        key: "x".into(),
        after,
        runs: RUNS,
        each: EACH,
    };
    trials.measure().map_err(|sentence| sentence.to_string())
}

/// Of a million, with two decimals.
fn percent(millionths: u64) -> String {
    let hundredths = (millionths + 50) / 100;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
