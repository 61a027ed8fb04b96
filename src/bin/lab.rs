//! The engine in a terminal: the same runs as on the page, from files, without pictures.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Display;
use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use synod::base::{Place, Sentence, Span, Time, for_terminal};
use synod::catalog::{self, Entry, Run};
use synod::command::Script;
use synod::explore::condition;
use synod::explore::search::Search;
use synod::explore::{fuzz, hunt};
use synod::export::ejson;
use synod::export::{self, ExportRequest, Format};
use synod::player::LETTERS;
use synod::scenario::{self, Scenario};
use synod::words::Language;

#[path = "lab/bench.rs"]
mod bench;
#[path = "lab/check.rs"]
mod check;
#[path = "lab/elections.rs"]
mod elections;
#[path = "lab/epidemics.rs"]
mod epidemics;
#[path = "lab/lessons.rs"]
mod lessons;
#[path = "lab/membership.rs"]
mod membership;
#[path = "lab/pbs.rs"]
mod pbs;

const USAGE: &str = "\
lab: protocols in a terminal

  lab list                                   what there is, a line each
  lab run FILE|-|PROTOCOL/SCENE [--until CONDITION]
                                             what a script does, an event a line, and then the run
                                             that it opens beside it; until a condition such as
                                             “S3 role=leader” comes true: exit 1 where it never does
                                             in any of them
  lab export FILE --as FORMAT [--from TIME] [--to TIME] [--node S1]
                                             what happened in a window of time (of the first run
                                             where two stand beside each other), or the cluster at
                                             its end (flowchart), or what a server holds then
                                             (ejson --node). FORMAT is one of mermaid, flowchart,
                                             svg, shiviz, ndjson, ejson; --at is the same as --to
  lab import FILE                            the script of a file that was exported
  lab fuzz PROTOCOL [--seeds N] [--from N] [--flaw NAME]
                                             hunts for violations; exit 0 where there are none,
                                             1 with a small script where there is one
  lab schedule PROTOCOL SEED                 the random schedule of a seed, as a script
  lab check FILE|- [--object OBJECT] [--model MODEL,…] [--initial VALUE]
                                             whether a history is what a model allows: Jepsen's EDN, a
                                             log of etcd as Porcupine has them, or a trace of Synod
                                             (ndjson). OBJECT is one of register, cas-register (if none
                                             is named), set, queue, counter, mutex, append; MODEL of
                                             linearizable (if none is named), sequential, causal, pram,
                                             read-your-writes, monotonic-reads, monotonic-writes,
                                             writes-follow-reads. Exit 0 where all hold, 1 where one
                                             does not, 3 where one is unknown
  lab check-lessons [FILE|FOLDER …]          goes through every step, question and check of the lessons,
                                             exercises and glossary, or of these: exit 0 where nothing
                                             is broken, else 1
  lab bench [PROTOCOL|scene|check [FILE…]]   how fast and how small, measured here and now; `scene`
                                             is the picture of a thousand places, `check` judges
                                             histories
  lab bench judging                          what it costs a run to be judged while it goes on
  lab bench pbs                              how often a read of a quorum store is old
  lab bench membership                       how soon a failure is noticed, and how often the healthy are accused
  lab bench elections                        how long they take, beside what a dissertation has measured
  lab bench PROTOCOL --tables [--seeds N]    of one in which something spreads: residue, messages a place and
                                             the last cycle, as in the tables of Demers et al.; over 1000
                                             seeds, if N is not said

A script without an `end` runs for ten virtual seconds.";

fn main() -> ExitCode {
    let words: Result<Vec<String>, _> =
        std::env::args_os().skip(1).map(|word| word.into_string()).collect();
    let words = match words {
        Ok(words) => words,
        Err(word) => {
            let word = word.to_string_lossy();
            return refuse(format!(
                "“{word}” is not UTF-8. A file of such a name can be read as `-`."
            ));
        }
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["list"] => list().and_then(|()| lessons::list()),
        ["run", file] => run(file),
        ["export", file, "--as", format, ref rest @ ..] => export(file, format, rest),
        ["run", file, "--until", condition] => {
            return run_until(file, condition).unwrap_or_else(refuse);
        }
        ["import", file] => import(file),
        ["fuzz", protocol, ref rest @ ..] => return hunt(protocol, rest).unwrap_or_else(refuse),
        ["schedule", protocol, seed] => schedule(protocol, seed),
        ["check", file, ref rest @ ..] => return check::check(file, rest).unwrap_or_else(refuse),
        ["check-lessons", ref paths @ ..] => return lessons::check(paths).unwrap_or_else(refuse),
        ["bench", "pbs"] => pbs::all(),
        ["bench", "membership"] => membership::all(),
        ["bench", "check", ref files @ ..] => bench::histories(files),
        ["bench", "judging"] => bench::judging(),
        ["bench", "elections"] => elections::all().and_then(print),
        ["bench", protocol, "--tables", ref rest @ ..] => epidemics::tables(protocol, rest),
        ["bench", ref only @ ..] => bench::all(only),
        [] | ["help" | "--help" | "-h"] => print(USAGE),
        _ => Err(format!("I don't understand “{}”.\n\n{USAGE}", words.join(" "))),
    };
    result.map_or_else(refuse, |()| ExitCode::SUCCESS)
}

fn refuse(sentence: String) -> ExitCode {
    // Where nobody reads, nobody misses it.
    let _ = writeln!(std::io::stderr(), "{}", for_terminal(&sentence));
    ExitCode::from(2)
}

/// Writes a line or more; a reader that has gone away (`lab list | head`) is no failure.
fn print(text: impl std::fmt::Display) -> Result<(), String> {
    let text = text.to_string();
    unless_gone(writeln!(std::io::stdout().lock(), "{}", for_terminal(&text)))
}

fn unless_gone(written: std::io::Result<()>) -> Result<(), String> {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("The output cannot be written: {error}."))
        }
        _ => Ok(()),
    }
}

fn list() -> Result<(), String> {
    for entry in catalog::catalog() {
        let slug = entry.meta.slug;
        print(format_args!("{slug} protocol — {}", entry.meta.title))?;
        for option in (entry.options)() {
            print(format_args!(
                "{slug} option {}={} — {}",
                option.name, option.usual, option.help
            ))?;
        }
        for property in (entry.properties)() {
            print(format_args!("{slug} property {}", property.name))?;
        }
        for flaw in (entry.flaws)() {
            print(format_args!(
                "{slug} flaw {} — {}; breaks {}",
                flaw.name, flaw.title, flaw.breaks
            ))?;
        }
        for (name, _) in entry.meta.scenes {
            print(format_args!("{slug} scene {name}"))?;
        }
    }
    Ok(())
}

/// The text of a file, of the standard input (`-`) or of a scene (`raft/figure-8`).
fn text(name: &str, size: usize, what: &str) -> Result<String, String> {
    let scene = name.split_once('/').and_then(|(slug, scene)| catalog::find(slug)?.scene(scene));
    if let Some(scene) = scene {
        return Ok(scene.into());
    }
    let limit = size as u64 + 1;
    let mut text = Vec::new();
    let read = match name {
        "-" => std::io::stdin().take(limit).read_to_end(&mut text),
        file => std::fs::File::open(file).and_then(|file| file.take(limit).read_to_end(&mut text)),
    };
    read.map_err(|error| format!("{name} cannot be read: {error}."))?;
    if text.len() > size {
        return Err(format!("{name} is too long: {what} has at most {size} bytes."));
    }
    String::from_utf8(text).map_err(|error| {
        format!("{name} is no text: byte {} is not UTF-8.", error.utf8_error().valid_up_to())
    })
}

/// With a full stop, and no more than one.
fn ended(mistake: &impl Display) -> String {
    let told = mistake.to_string();
    if told.ends_with('.') { told } else { told + "." }
}

fn scenario(file: &str) -> Result<Scenario, String> {
    let text = text(file, scenario::SIZE, "a script")?;
    scenario::parse_scenario(&text).map_err(|mistake| format!("{file}: {}", ended(&mistake)))
}

/// The scripts of a file's runs: the first, and the one beside it.
fn scripts(file: &str) -> Result<Vec<Script>, String> {
    let scenario = scenario(file)?;
    let second = scenario.second_told().map_err(|sentence| format!("{file}: {sentence}"))?;
    let Some((second, left_out)) = second else { return Ok(vec![scenario.script]) };
    if let Some(sentence) = left_out {
        print(format_args!("# {sentence}"))?;
    }
    Ok(vec![scenario.script, second])
}

fn run(file: &str) -> Result<(), String> {
    let scripts = scripts(file)?;
    let runs = scripts.iter().map(|script| start(file, script.clone()));
    for (place, mut run) in runs.collect::<Result<Vec<_>, _>>()?.into_iter().enumerate() {
        head(&scripts, place)?;
        narrate(&mut run, None)?;
    }
    Ok(())
}

/// The heading of a run, where it is not alone.
fn head(scripts: &[Script], place: usize) -> Result<(), String> {
    match scripts.len() {
        1 => Ok(()),
        _ => print(format_args!("# {}: {}", LETTERS[place], scripts[place].setup)),
    }
}

fn start(file: &str, script: Script) -> Result<Run, String> {
    catalog::start(script).map_err(|sentence| format!("{file}: {sentence}"))
}

/// Tells each run up to the instant at which the condition becomes true in it, if that is not after its script's
/// end. Of two runs one may not know the condition, since it is about another protocol: that is told there.
fn run_until(file: &str, text: &str) -> Result<ExitCode, String> {
    let scripts = scripts(file)?;
    let mut outcomes = Vec::new();
    for script in &scripts {
        let mut run = start(file, script.clone())?;
        run.run_to(Time::ZERO, u32::MAX);
        let condition = condition::parse(text, &run);
        outcomes
            .push(condition.map(|condition| {
                Search::new(condition, &run).by(run.end().unwrap_or(Time::LIMIT))
            }));
    }
    if outcomes.iter().all(Result::is_err)
        && let Some(Err(mistake)) = outcomes.first()
    {
        return Err(format!("{text}: {}", ended(&mistake.sentence)));
    }
    let mut code = ExitCode::from(1);
    for (place, outcome) in outcomes.into_iter().enumerate() {
        head(&scripts, place)?;
        let mut run = start(file, scripts[place].clone())?;
        narrate(&mut run, outcome.as_ref().ok().and_then(Option::as_ref).map(|found| found.at))?;
        match (outcome, run.end()) {
            (Ok(Some(found)), _) => {
                print(format_args!("# {text}, at {}: {}", found.at, found.told))?;
                code = ExitCode::SUCCESS;
            }
            (Ok(None), Some(end)) => {
                print(format_args!("# {text}: not by {end}, where the script ends"))?
            }
            (Ok(None), None) => print(format_args!("# {text}: never"))?,
            (Err(mistake), _) => print(format_args!("# {text}: {}", ended(&mistake.sentence)))?,
        }
    }
    Ok(code)
}

/// An event a line, to the script's end or this time.
fn narrate(run: &mut Run, until: Option<Time>) -> Result<(), String> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut written = Ok(());
    let end = until.or(run.end()).unwrap_or(Time::seconds(10));
    scenario::follow(run, end, &mut |told| {
        written = writeln!(out, "{}", for_terminal(&scenario::line(told)));
        written.is_ok()
    });
    unless_gone(written.and_then(|()| out.flush()))
}

fn export(file: &str, format: &str, options: &[&str]) -> Result<(), String> {
    let Some(format) = Format::of(format) else {
        let names = Format::ALL.map(Format::name).join(", ");
        return Err(format!("There is no format “{format}”: it is one of {names}."));
    };
    let (mut node, mut from, mut to) = (None, Time::ZERO, None);
    let time = |text: &str| {
        text.parse::<Time>().map_err(|_| format!("Expected a time such as 1.2s, not “{text}”."))
    };
    let known: &[&str] = match format {
        Format::Ejson => &["--from", "--to", "--node"],
        format if format.is_instant() => &["--to"],
        _ => &["--from", "--to"],
    };
    let options: Vec<&str> =
        options.iter().map(|word| if *word == "--at" { "--to" } else { *word }).collect();
    for (option, text) in pairs(&options, known, &format!("export --as {}", format.name()))? {
        match option {
            "--node" => match text.parse::<Place>() {
                Ok(place) if !place.is_client() => node = Some(place),
                _ => return Err(format!("Expected a server such as S1, not “{text}”.")),
            },
            "--from" => from = time(text)?,
            _ => to = Some(time(text)?),
        }
    }
    let refused = |sentence: Sentence| format!("{file}: {sentence}");
    let mut run = catalog::start(scenario(file)?.script).map_err(refused)?;
    let to = to.or(run.end()).unwrap_or(Time::seconds(10));
    if from > to {
        return Err(format!("A window cannot begin at {from} and end at {to}."));
    }
    while !run.run_to(to, 1_000_000) {}
    if let Some(node) = node {
        let documents = ejson::node(&run, to, node).map_err(refused)?;
        return unless_gone(std::io::stdout().write_all(documents.as_bytes()));
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut written = Ok(());
    let window = Span::new(from, to);
    let ask = ExportRequest { format, window, most: export::EVENTS, language: Language::English };
    let told = export::export(&run, &ask, &mut |piece| {
        written = out.write_all(piece.as_bytes());
        written.is_ok()
    });
    unless_gone(written.and_then(|()| out.flush()))?;
    told.map_err(refused)
}

/// Options with their values, each at most once; only a `--flaw` may come again.
fn pairs<'a>(
    words: &[&'a str],
    known: &[&str],
    of: &str,
) -> Result<Vec<(&'a str, &'a str)>, String> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for pair in words.chunks(2) {
        let option = pair[0];
        if !known.contains(&option) {
            return Err(format!(
                "`lab {of}` has no option “{option}”: it takes {}.",
                known.join(", ")
            ));
        }
        let value = *pair.get(1).ok_or_else(|| format!("{option} needs a value."))?;
        let twice = match option {
            "--flaw" => pairs.contains(&(option, value)),
            _ => pairs.iter().any(|(before, _)| *before == option),
        };
        if twice {
            return Err(format!("{option} is given twice: once is enough."));
        }
        pairs.push((option, value));
    }
    Ok(pairs)
}

fn import(file: &str) -> Result<(), String> {
    let import = ejson::read(&text(file, ejson::SIZE, "a file of documents")?)
        .map_err(|sentence| format!("{file}: {sentence}"))?;
    if let Some(differs) = import.differs {
        let told = format!("{file}: {differs}");
        let _ = writeln!(std::io::stderr(), "{}", for_terminal(&told));
    }
    print(import.script)
}

fn schedule(protocol: &str, seed: &str) -> Result<(), String> {
    let mut hunt = Hunt::parse(protocol, &[])?;
    hunt.from = seed
        .parse()
        .map_err(|_| format!("A seed is a number from 0 to {}, not “{seed}”.", u64::MAX))?;
    let script = fuzz::schedule(hunt.entry, hunt.from, &hunt.flaws);
    print(script.map_err(|sentence| sentence.to_string())?)
}

/// What `lab fuzz` is asked for.
struct Hunt {
    entry: &'static Entry,
    seeds: u64,
    from: u64,
    flaws: Vec<String>,
}

impl Hunt {
    fn parse(protocol: &str, words: &[&str]) -> Result<Hunt, String> {
        let entry = catalog::find(protocol)
            .ok_or_else(|| format!("There is no protocol “{protocol}”: `lab list` names them."))?;
        let mut hunt = Hunt { entry, seeds: 1_000, from: 1, flaws: Vec::new() };
        for (option, value) in pairs(words, &["--seeds", "--from", "--flaw"], "fuzz")? {
            let number = |least: u64| match value.parse::<u64>() {
                Ok(number) if number >= least => Ok(number),
                _ => Err(format!(
                    "{option} takes a number from {least} to {}, not “{value}”.",
                    u64::MAX
                )),
            };
            match option {
                "--seeds" => hunt.seeds = number(1)?,
                "--from" => hunt.from = number(0)?,
                _ if (entry.flaws)().iter().any(|flaw| flaw.name == value) => {
                    hunt.flaws.push(value.into());
                }
                _ => {
                    return Err(format!(
                        "{protocol} has no flaw “{value}”: `lab list` names them."
                    ));
                }
            }
        }
        // The last of them is a seed as well.
        match hunt.from.checked_add(hunt.seeds - 1) {
            Some(_) => Ok(hunt),
            None => Err(format!(
                "There are no {} seeds from {} on: the last is {}.",
                hunt.seeds,
                hunt.from,
                u64::MAX
            )),
        }
    }
}

fn hunt(protocol: &str, words: &[&str]) -> Result<ExitCode, String> {
    let hunt = Hunt::parse(protocol, words)?;
    let shows_progress = std::io::stderr().is_terminal();
    for done in 0..hunt.seeds {
        let seed = hunt.from + done;
        if shows_progress && done % 100 == 0 {
            eprint!("\r{done} of {} seeds clean", hunt.seeds);
        }
        let found = hunt::hunt(hunt.entry, seed, &hunt.flaws);
        if let Some(found) = found.map_err(|sentence| sentence.to_string())? {
            if shows_progress {
                eprintln!();
            }
            report(hunt.entry, seed, &found)?;
            return Ok(ExitCode::from(1));
        }
    }
    if shows_progress {
        eprintln!();
    }
    print(format_args!("{} seeds clean, from {}", hunt.seeds, hunt.from))?;
    Ok(ExitCode::SUCCESS)
}

fn report(entry: &'static Entry, seed: u64, found: &(Script, fuzz::Finding)) -> Result<(), String> {
    let small = hunt::smallest(entry, seed, found, 20_000);
    let shown = fuzz::judge(&small, true).ok().flatten().unwrap_or_else(|| found.1.clone());
    let (before, after) = (found.0.lines.len(), small.lines.len());
    print(format_args!(
        "# seed {seed} breaks {} at {}: {}\n# shrunk from {before} commands to {after}\n{small}",
        shown.property, shown.at, shown.why
    ))
}

/// Counts what is allocated, for the benchmark's bytes an event.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
