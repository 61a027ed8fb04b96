//! Figures, each the median of several runs with the slowest and the fastest beside it.

// The one place where real time is measured.
#![allow(clippy::disallowed_types)]

use std::rc::Rc;
use std::time::Instant;

use synod::base::Chance;
use synod::check::formats::{self, Imported, Object};
use synod::check::linearizable::{MOST, decide_register};
use synod::check::machine::Datum;
use synod::check::{DONE, History, Model, NO_VALUE, Operation, Recording, Verdict, judge};
use synod::view::stage::layout::Room;
use synod::view::{Layout, StageView};
use synod::words::Language;

use super::*;

const MILLION: u64 = 1_000_000;
const ROUNDS: usize = 5;

/// Of these protocols, or of the picture of very many places; of all that is measured, if nothing is
/// named.
pub fn all(only: &[&str]) -> Result<(), String> {
    if only == ["scene"] {
        return catalog::catalog().filter_map(rumour).try_for_each(|text| of_many(&text));
    }
    let measured: Vec<_> = catalog::catalog()
        .filter_map(|entry| Some((entry.meta.slug, heartbeats(entry)?)))
        .collect();
    if let [name] = only
        && let Some(text) = catalog::find(name).and_then(rumour)
    {
        return of_many(&text);
    }
    if let Some(name) = only.iter().find(|name| measured.iter().all(|(slug, _)| slug != *name)) {
        return Err(format!("No figures are taken of “{name}”."));
    }
    let mut chosen = measured.iter().filter(|(slug, _)| only.is_empty() || only.contains(slug));
    chosen.try_for_each(|(slug, text)| of_protocol(slug, text))?;
    match only {
        [] => all(&["scene"]).and_then(|()| histories(&[])),
        _ => Ok(()),
    }
}

/// The run that is measured of a protocol that has room for a thousand places: the first of them is
/// asked for something.
fn rumour(entry: &'static Entry) -> Option<String> {
    let meta = entry.meta;
    let kind = meta.kinds.first().filter(|kind| kind.most >= 1_000)?;
    let (slug, setting, letter) = (meta.slug, kind.setting, kind.letter);
    let request = meta.requests.first()?;
    Some(format!("run {slug} {setting}=1000 seed=1\n50ms request {letter}1 {request}\n"))
}

fn of_many(text: &str) -> Result<(), String> {
    let start = |text: String| {
        let script = scenario::parse(&text).map_err(|mistake| mistake.to_string())?;
        catalog::start(script).map_err(|sentence| sentence.to_string())
    };
    print(format_args!("{}", text.lines().next().unwrap_or_default()))?;
    let mut run = start(format!("{text}300ms partition half\n"))?;
    run.run_to(Time::millis(500), u32::MAX);
    let setup = run.script().setup.clone();
    let room = Room { width: 960.0, height: 560.0, top: 56.0, bottom: 84.0 };
    let layout = Rc::new(Layout::new(&setup.places, run.meta().formation, room));
    let mut times = Vec::new();
    for _ in 0..100 {
        let begun = Instant::now();
        let scene = StageView::new(&run.glance(), &setup.link, &layout, Language::English);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        drop(scene);
    }
    times.sort_by(f64::total_cmp);
    print(format_args!(
        "{:<48} {:>9.2} (up to {:.2})",
        "ms a snapshot and scene: median of 100 (longest)", times[50], times[99]
    ))?;
    let mut rates = Vec::new();
    for round in 0..ROUNDS {
        let (begun, mut deliveries) = (Instant::now(), 0);
        for seed in 0..20 {
            let seed = format!("seed={}", 1 + 20 * round + seed);
            let mut run = start(text.replacen("seed=1", &seed, 1))?;
            run.run_to(Time::seconds(2), u32::MAX);
            deliveries += run.deliveries();
        }
        rates.push(deliveries as f64 / begun.elapsed().as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    rate("deliveries a second, of twenty runs", &rates)?;
    let before = ALLOCATED.load(Ordering::Relaxed);
    let mut run = start(text.to_owned())?;
    run.run_to(Time::seconds(2), u32::MAX);
    let bytes = ALLOCATED.load(Ordering::Relaxed).saturating_sub(before) as f64;
    let what = format!("bytes an event, of {} events, checkpoints included", run.event());
    print(format_args!("{what:<48} {:>9.1}", bytes / run.event() as f64))?;
    in_the_long_run(&start, text)
}

/// A million events: one place after the other is asked for something.
fn in_the_long_run(
    start: &dyn Fn(String) -> Result<Run, String>,
    text: &str,
) -> Result<(), String> {
    let first = start(text.to_owned())?;
    let (meta, setup) = (first.meta(), &first.script().setup);
    let asked = setup.places.own().zip(meta.requests.iter().cycle()).take(200).enumerate();
    let asked = asked
        .map(|(i, (place, request))| format!("{}ms request {place} {request}\n", 500 * i + 50));
    let line = text.lines().next().unwrap_or_default();
    let long = format!("{line}\n{}", asked.collect::<String>());
    let (mut rates, mut each) = (Vec::new(), 0.0);
    for _ in 0..ROUNDS {
        let before = ALLOCATED.load(Ordering::Relaxed);
        let mut run = start(long.clone())?;
        let begun = Instant::now();
        while run.event() < MILLION && run.now() < Time::seconds(100) {
            run.run_to(run.now() + Time::millis(100), u32::MAX);
        }
        rates.push(run.deliveries() as f64 / begun.elapsed().as_secs_f64());
        let bytes = ALLOCATED.load(Ordering::Relaxed).saturating_sub(before) as f64;
        each = bytes / run.event() as f64;
    }
    rates.sort_by(f64::total_cmp);
    rate("deliveries a second, over a million events", &rates)?;
    print(format_args!("{:<48} {each:>9.1}", "bytes an event, of a million events"))
}

/// The run that is measured, of a protocol whose servers speak without being asked: often enough that
/// a million deliveries fit into the longest run, which lasts an hour.
fn heartbeats(entry: &Entry) -> Option<String> {
    let beats = (entry.options)().iter().any(|option| option.name == "heartbeat");
    let slug = entry.meta.slug;
    beats.then(|| format!("run {slug} nodes=5 seed=1 heartbeat=20ms latency=2ms..8ms"))
}

fn of_protocol(slug: &str, heartbeats: &str) -> Result<(), String> {
    let heartbeats = scenario::parse(heartbeats).map_err(|mistake| mistake.to_string())?;
    let entry = catalog::find(slug).ok_or("there is no such protocol")?;
    print(format_args!(
        "{slug}: five nodes, heartbeats, history on; median of 5 (slowest to fastest)"
    ))?;
    let plain = deliveries(|| Ok(entry.start(heartbeats.clone())?.unchecked()))?;
    rate("deliveries a second, properties unchecked", &plain)?;
    let checked = deliveries(|| entry.start(heartbeats.clone()))?;
    rate("deliveries a second, all properties checked", &checked)?;
    let ratio = plain[ROUNDS / 2] / checked[ROUNDS / 2];
    print(format_args!("{:<48} {ratio:>9.2}", "time with all properties over without"))?;
    memory_and_seeks(&heartbeats)
}

/// What it costs to be judged live: a minute in which clients ask for something a hundred times a second.
pub fn judging() -> Result<(), String> {
    let store = catalog::catalog().filter(|entry| {
        let properties = (entry.properties)().into_iter();
        let mut models = properties.map(|property| property.name);
        models.any(|name| Model::ALL.iter().any(|model| model.promise().name == name))
    });
    for entry in store {
        let slug = entry.meta.slug;
        let text = format!(
            "run {slug} nodes=5 seed=1 clients=5\n\
             1s load C1..C5 rate=100/s put=50% get=50% keys=3 until=60s\n"
        );
        let script = scenario::parse(&text).map_err(|mistake| mistake.to_string())?;
        let time = |judged: bool| -> Result<f64, String> {
            let mut times = Vec::new();
            for _ in 0..ROUNDS {
                let run = catalog::start(script.clone()).map_err(|why| why.to_string())?;
                let mut run = if judged { run } else { run.unjudged() };
                let begun = Instant::now();
                run.run_to(Time::seconds(60), u32::MAX);
                times.push(begun.elapsed().as_secs_f64() * 1e3);
            }
            times.sort_by(f64::total_cmp);
            Ok(times[0])
        };
        let (without, with) = (time(false)?, time(true)?);
        let share = (with - without) / with * 100.0;
        print(format_args!(
            "{slug:<20} {without:>9.0} ms unjudged, {with:>9.0} ms judged: {share:.0} % of the run's time"
        ))?;
    }
    Ok(())
}

type Start<'a> = &'a dyn Fn() -> Result<Run, synod::base::Sentence>;

fn deliveries(start: impl Fn() -> Result<Run, synod::base::Sentence>) -> Result<Vec<f64>, String> {
    let start: Start = &start;
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let mut run = start().map_err(|sentence| sentence.to_string())?;
        let begun = Instant::now();
        while run.deliveries() < MILLION {
            let next = run.now() + Time::seconds(10);
            run.run_to(next, u32::MAX);
        }
        rates.push(run.deliveries() as f64 / begun.elapsed().as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    Ok(rates)
}

fn rate(what: &str, rates: &[f64]) -> Result<(), String> {
    let [slowest, median, fastest] = [rates[0], rates[rates.len() / 2], rates[rates.len() - 1]];
    print(format_args!("{what:<48} {median:>9.0} ({slowest:.0} to {fastest:.0})"))
}

fn memory_and_seeks(script: &Script) -> Result<(), String> {
    let before = ALLOCATED.load(Ordering::Relaxed);
    let mut run = catalog::start(script.clone()).map_err(|sentence| sentence.to_string())?;
    while run.event() < MILLION {
        let next = run.now() + Time::seconds(1);
        run.run_to(next, u32::MAX);
    }
    let bytes = ALLOCATED.load(Ordering::Relaxed).saturating_sub(before) as f64;
    let events = run.event();
    print(format_args!("{:<48} {:>9}", "events in the run whose past is sought", events))?;
    print(format_args!(
        "{:<48} {:>9.1}",
        "bytes an event, checkpoints included",
        bytes / events as f64
    ))?;
    let mut times = Vec::new();
    for n in 0..200u64 {
        let event = (n * 7_919_993) % events;
        let begun = Instant::now();
        run.seek_event(event, u32::MAX);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    print(format_args!(
        "{:<48} {:>9.2} (up to {:.2})",
        "ms to any cursor: median of 200 (longest)", times[100], times[199]
    ))
}

/// Judges a long history; or these files, as histories of a register.
pub fn histories(files: &[&str]) -> Result<(), String> {
    if files.is_empty() {
        return long_history();
    }
    let (mut judging, mut showing, mut verdicts) = (Vec::new(), Vec::new(), [0, 0, 0]);
    for file in files {
        let text = text(file, formats::SIZE, "a history")?;
        let read = formats::read(&text, Object::CasRegister, None);
        let Imported::Register(recording, initial) =
            read.map_err(|misread| format!("{file}: {}", ended(&misread)))?
        else {
            continue;
        };
        let begun = Instant::now();
        for part in recording.by_key() {
            let decision = decide_register(Datum::of(&initial), &part, MOST);
            std::hint::black_box(decision);
        }
        judging.push(begun.elapsed().as_secs_f64() * 1e3);
        let begun = Instant::now();
        let verdict = judge(&recording, &initial, Model::Linearizable);
        showing.push(begun.elapsed().as_secs_f64() * 1e3);
        verdicts[match verdict {
            Verdict::Holds(_) => 0,
            Verdict::Broken(_) => 1,
            Verdict::Unknown(_) => 2,
        }] += 1;
    }
    let [yes, no, unknown] = verdicts;
    print(format_args!("{yes} histories are linearizable, {no} are not, {unknown} are unknown"))?;
    for (what, mut times) in [("yes or no", judging), ("with what shows it", showing)] {
        times.sort_by(f64::total_cmp);
        print(format_args!(
            "{:<48} {:>9.2} (median {:.3}, longest {:.2})",
            format!("ms for all: {what}"),
            times.iter().sum::<f64>(),
            times[times.len() / 2],
            times[times.len() - 1],
        ))?;
    }
    Ok(())
}

/// Of ten clients that ask a store of ten keys: each request takes effect at its call or at its answer.
fn long_history() -> Result<(), String> {
    const REQUESTS: u64 = 100_000;
    const CLIENTS: u32 = 10;
    let mut history = History::default();
    let mut chance = Chance::new(1, 1);
    let mut store = std::collections::BTreeMap::new();
    let mut open: Vec<Option<(u64, Operation, bool)>> = vec![None; CLIENTS as usize];
    let (mut asked, mut event) = (0, 0);
    while asked < REQUESTS || open.iter().any(Option::is_some) {
        event += 1;
        let at = chance.below(CLIENTS) as usize;
        let client = Place::client(at as u16);
        let key = format!("k{}", chance.below(10)).into();
        match open[at].take() {
            Some((own, Operation::Get { key }, _)) => {
                let value = store.get(&key).cloned().unwrap_or_else(|| NO_VALUE.into());
                history.answer(client, own, value, event);
            }
            Some((own, Operation::Put { key, value }, is_late)) => {
                if is_late {
                    store.insert(key, value);
                }
                history.answer(client, own, DONE.into(), event);
            }
            Some(_) => {}
            None if asked < REQUESTS => {
                asked += 1;
                let is_late = chance.below(2) == 0;
                let operation = match chance.below(2) {
                    0 => Operation::Get { key },
                    _ => Operation::Put { key, value: asked.to_string().into() },
                };
                if let (false, Operation::Put { key, value }) = (is_late, &operation) {
                    store.insert(key.clone(), value.clone());
                }
                history.call(client, asked, operation.clone(), event);
                open[at] = Some((asked, operation, is_late));
            }
            None => {}
        }
    }
    let recording = Recording::of(&history);
    for model in [Model::Linearizable, Model::Sequential] {
        let begun = Instant::now();
        let verdict = judge(&recording, &NO_VALUE.into(), model);
        let time = begun.elapsed().as_secs_f64() * 1e3;
        let told = if matches!(verdict, Verdict::Holds(_)) { "holds" } else { "does not hold" };
        print(format_args!(
            "{:<48} {time:>9.1} ({told})",
            format!("ms for {REQUESTS} requests of 10 keys: {}", model.slug())
        ))?;
    }
    let mut live = synod::check::Judge::of(Model::Linearizable);
    let begun = Instant::now();
    live.follow(&history);
    let time = begun.elapsed().as_secs_f64() * 1e3;
    print(format_args!("{:<48} {time:>9.1}", "ms to follow it, from answer to answer"))
}
