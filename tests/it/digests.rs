//! What a run did as one number, natively and (from `tests/web.rs`) in a browser alike: the digest of
//! all its events as data. `tests/digests.txt` keeps them.

use synod::base::Time;
use synod::catalog::{self, Entry, Run};
use synod::explore::fuzz;
use synod::scenario;

/// How far a script without an `end` goes.
pub const LIMIT: Time = Time::seconds(5);
/// Random schedules a protocol that are kept, and how many stand in a line of the file.
pub const SEEDS: u64 = 200;
pub const ROW: u64 = 10;

/// The scripts of a text, by name: the first run's by that of the text, and `NAME beside` what stands beside it.
pub fn runs(name: &str, text: &str) -> Vec<(String, String)> {
    let read = scenario::parse_scenario(text);
    let scenario = read.unwrap_or_else(|mistake| panic!("{name}: {mistake}"));
    let second = scenario.second().unwrap_or_else(|sentence| panic!("{name}: {sentence}"));
    let second = second.map(|script| (format!("{name} beside"), script.to_string()));
    std::iter::once((name.to_owned(), scenario.script.to_string())).chain(second).collect()
}

/// The run of a script; `name` is for whoever wrote it.
pub fn start(name: &str, text: &str) -> Run {
    let script = scenario::parse(text).unwrap_or_else(|mistake| panic!("{name}: {mistake}"));
    catalog::start(script).unwrap_or_else(|sentence| panic!("{name}: {sentence}"))
}

/// The digest of what a script does.
pub fn digest(name: &str, text: &str) -> String {
    format!("{:016x}", scenario::digest(&mut start(name, text), LIMIT))
}

/// The digests of as many random schedules as stand in a line, from this seed on: half of each, as
/// they are many.
pub fn row(entry: &'static Entry, first: u64) -> String {
    let digest = |seed| {
        let script = fuzz::schedule(entry, seed, &[]).expect("a schedule");
        let mut run = catalog::start(script).expect("a schedule can be run");
        format!("{:08x}", scenario::digest(&mut run, Time::LIMIT) >> 32)
    };
    let digests: Vec<String> = (first..first + ROW).map(digest).collect();
    let (slug, last) = (entry.meta.slug, first + ROW - 1);
    format!("{slug} {first}..{last}: {}", digests.join(" "))
}
