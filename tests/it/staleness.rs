//! Probabilistically bounded staleness (Bailis et al. 2012): what runs under the latencies of LNKD-SSD come to,
//! held against the figures for that fit. `lab bench pbs` measures more of it.

use synod::base::{Place, Quantiles, Time};
use synod::explore::staleness::{Measured, Trials};
use synod::scenario;

/// Who coordinates is none of the key's servers, as in the model; the client sits beside them.
fn measure(quorums: &str, after: Time) -> Measured {
    let script = format!(
        "run quorum-store nodes=5 seed=1 n=3 {quorums} versions=lww read-repair=off anti-entropy=off \
         latency=lnkd-ssd disk=0s retry=10s\n0s link C1-S2 C1-S5 latency=1us\n"
    );
    let trials = Trials {
        script: scenario::parse(&script).unwrap(),
        client: Place::client(0),
        writes_at: Place::server(1),
        reads_at: Place::server(4),
        key: "x".into(),
        after,
        runs: 40,
        each: 200,
    };
    trials.measure().unwrap()
}

#[test]
fn one_of_three_is_old_as_often_as_the_fit_says() {
    // 97.4 % at once, and 99.9 % after 1.97 ms; reads within 0.66 ms in 99.9 %.
    let at_once = measure("r=1 w=1", Time::ZERO);
    assert_eq!(at_once.all, 8_000, "all are answered");
    let share = at_once.fresh * 1_000 / at_once.all;
    assert!((965..=985).contains(&share), "{share} of 1000 are fresh at once");
    let later = measure("r=1 w=1", Time(1_970));
    assert!(later.fresh * 1_000 / later.all >= 997, "{} of {}", later.fresh, later.all);
    let slow = at_once.read_quantile(999_000);
    assert!((Time(560)..=Time(760)).contains(&slow), "99.9 % of reads within {slow}");
}

#[test]
fn quorums_that_meet_are_always_fresh() {
    let measured = measure("r=2 w=2", Time::ZERO);
    assert_eq!((measured.fresh, measured.all), (8_000, 8_000));
}

/// As the fit has it, but for what lies between two points.
#[test]
fn lnkd_ssd_is_its_fit() {
    let below = |ms: f64| {
        let pareto = if ms < 0.235 { 0.0 } else { 1.0 - (0.235 / ms).powi(10) };
        0.912 * pareto + 0.088 * (1.0 - (-1.66 * ms).exp())
    };
    let ssd = Quantiles::named("lnkd-ssd").unwrap();
    for millionths in (50..Quantiles::WHOLE - 100).step_by(977) {
        let ms = ssd.at(millionths).0 as f64 / 1_000.0;
        let (low, high) = (below(ms * 0.99 - 0.002), below(ms * 1.01 + 0.002));
        let share = f64::from(millionths) / 1e6;
        assert!(low <= share && share <= high, "{share}: {ms} ms, {low} to {high}");
    }
}
