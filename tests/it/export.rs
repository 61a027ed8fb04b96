//! What is taken away of a run, format by format, against what it was (`tests/exports`): a small
//! story with everything in it that a format has a sign for. `BLESS=1 cargo test` rewrites the files
//! (read the difference before you commit it). What other programs make of them is for
//! `tests/export.mjs`.

use std::path::Path;

use synod::base::{Span, Time};
use synod::catalog::{self, Run};
use synod::export::{ExportRequest, Format, Taken, take};
use synod::scenario;
use synod::sim::snapshot::{Mark, Stretch};
use synod::words::Language;

/// Elected, asked, cut, lost, crashed, paused, refused; and a title that means something to everybody.
const STORY: &str = "\
run raft nodes=3 seed=7
title end; a \"title\" <b> # %% & 投票
10ms   fire S1 election
60ms   request C1 put end=<b>
110ms  say end; note over S1: \"quotes\" <script>
120ms  cut S1>S3
130ms  crash S2
140ms  restart S3
150ms  hold S2-S3
170ms  pause S3
";

fn run(text: &str, to: Time) -> Run {
    let mut run = catalog::start(scenario::parse(text).unwrap()).unwrap();
    assert!(run.run_to(to, u32::MAX));
    run
}

fn ask(format: Format, from: Time, to: Time) -> ExportRequest {
    ExportRequest { format, window: Span::new(from, to), most: 20_000, language: Language::English }
}

#[test]
fn every_format_says_what_it_said() {
    let to = Time::millis(180);
    let run = run(STORY, to);
    let mut changed = Vec::new();
    for format in Format::ALL {
        let taken = take(&run, &ask(format, Time::millis(5), to));
        assert_eq!(taken.cut, None);
        let path = Path::new("tests/exports").join(format!("story.{}", format.name()));
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        // A line of a protocol's source is another one whenever somebody writes above it.
        let text = without_lines(&taken.text);
        if text != before && std::env::var_os("BLESS").is_some() {
            std::fs::create_dir_all("tests/exports").unwrap();
            std::fs::write(&path, &text).unwrap();
        } else if text != before {
            let line = text.lines().zip(before.lines()).take_while(|(a, b)| a == b).count();
            let now = text.lines().nth(line).unwrap_or("(the end)").to_owned();
            changed.push(format!("{}, line {}: {now}", path.display(), line + 1));
        }
    }
    assert!(changed.is_empty(), "\n{}\n(BLESS=1 accepts)", changed.join("\n"));
}

fn without_lines(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once(".rs:") {
        plain += before;
        plain += ".rs:";
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    plain + rest
}

#[test]
fn windows_side_by_side_are_the_whole() {
    let (middle, to) = (Time::millis(90), Time::millis(180));
    let run = run(STORY, to);
    let events = |from, to| take(&run, &ask(Format::Ndjson, from, to)).text;
    let whole = events(Time::ZERO, to);
    assert_eq!(events(Time::ZERO, middle) + &events(middle + Time(1), to), whole);
    assert_eq!(whole.lines().count() as u64, run.event());
    assert_eq!(events(to + Time(1), Time::LIMIT), "", "what is not known yet is not told");
}

#[test]
fn taking_away_does_not_move_the_cursor() {
    let mut there = run(STORY, Time::seconds(2));
    there.seek(Time::millis(100), u32::MAX);
    let before = (there.now(), there.event(), there.head());
    for format in Format::ALL {
        let taken = take(&there, &ask(format, Time::ZERO, Time::seconds(2)));
        assert!(!taken.text.is_empty());
    }
    assert_eq!((there.now(), there.event(), there.head()), before);
    let flowchart = take(&there, &ask(Format::Flowchart, Time::ZERO, Time::seconds(2)));
    let straight =
        take(&run(STORY, Time::millis(100)), &ask(Format::Flowchart, Time::ZERO, Time::ZERO));
    assert_eq!(flowchart, straight, "the cluster at the cursor, however it was reached");
}

/// Nothing stands at the end of a link that is not there, and none joins those who never speak.
#[test]
fn the_links_of_a_flowchart_are_those_of_the_stage() {
    for entry in catalog::catalog() {
        let (_, scene) = entry.meta.scenes[0];
        let setup = scenario::parse_scenario(scene).unwrap().script.to_string();
        let there = run(&setup, Time::millis(400));
        let text = take(&there, &ask(Format::Flowchart, Time::ZERO, Time::ZERO)).text;
        let places = &there.snapshot().places;
        let topology = entry.meta.formation.topology;
        let place = |word: &str| word.parse().ok().filter(|place| places.has(*place));
        for line in text.lines().map(str::trim).filter(|line| line.contains(" --- ")) {
            let ends = line.split_once(" --- ").unwrap();
            let (Some(one), Some(other)) = (place(ends.0), place(ends.1)) else {
                panic!("{}: {line} joins who is not there", entry.meta.slug)
            };
            assert!(topology.joins(places, one, other), "{}: {line}", entry.meta.slug);
        }
    }
    let there = run("run lease\n10ms partition L1 C1 | C2 R1\n", Time::millis(20));
    let text = take(&there, &ask(Format::Flowchart, Time::ZERO, Time::ZERO)).text;
    let is_link = |line: &&str| line.contains(" --- ") || line.contains(" -. ");
    let links: Vec<&str> = text.lines().map(str::trim).filter(is_link).collect();
    let meant = ["L1 -. \"✕\" .- C2", "C1 -. \"✕\" .- R1", "L1 --- C1", "C2 --- R1"];
    assert_eq!(links, meant);
}

/// As many as a picture or a page can bear, wherever in the run.
#[test]
fn what_is_too_long_is_cut_off_and_says_where() {
    let run = run("run raft nodes=5 seed=3 heartbeat=20ms latency=2ms..8ms\n", Time::seconds(60));
    let taken = |format, most| {
        let window = Span::new(Time::seconds(1), Time::seconds(60));
        take(&run, &ExportRequest { format, window, most, language: Language::English })
    };
    let told = |Taken { cut, .. }: Taken| cut.unwrap().to_string();
    let cut = told(taken(Format::Ndjson, 1_000));
    assert_eq!(cut, "The history ends after 1000 events: a file holds no more.");
    assert_eq!(taken(Format::Ndjson, 1_000).text.lines().count(), 1_000);
    assert_eq!(told(taken(Format::ShiViz, 1_000)), cut);
    let svg = taken(Format::Svg, 1_000);
    assert!(svg.text.len() < 200_000 && svg.text.ends_with("</svg>\n"));
    let cut = told(svg.clone());
    assert!(cut.starts_with("Cut off at 2.1") && cut.contains("1000 events"), "{cut}");
    assert!(svg.text.contains(&cut), "the picture says so itself");
    let dense = told(taken(Format::Svg, u64::MAX));
    assert!(dense.starts_with("Cut off at "), "20,000 events are enough: {dense}");
    let many = take(&run, &ask(Format::Svg, Time::seconds(55), Time::seconds(60)));
    let cut = told(many.clone());
    assert!(
        cut.contains(" messages are too many for arrows: ") && cut.contains("one of "),
        "{cut}"
    );
    assert!(many.text.matches(&cut).count() == 2, "in the picture, and in its words");
    assert!(dense.contains("too many for arrows"), "both are said: {dense}");
    let mermaid = taken(Format::Mermaid, u64::MAX);
    assert!(mermaid.text.len() < 50_000 && mermaid.text.lines().count() > 1_000);
    assert!(told(mermaid).contains("Mermaid draws no more than 50000 characters."));
    assert!(told(taken(Format::Mermaid, 100)).contains("100 events"));
    let whole = take(&run, &ask(Format::Svg, Time::seconds(59), Time::seconds(60)));
    assert_eq!(whole.cut, None, "a second of it is no trouble");
}

/// What the page draws slice by slice and what is taken away are one picture.
#[test]
fn a_long_stretch_is_the_stretch() {
    let mut run = run(STORY, Time::seconds(2));
    for (from, to) in [(0, 180), (100, 400), (600, 1_400)] {
        let (from, to) = (Time::millis(from), Time::millis(to));
        let told = |stretch: Stretch| {
            let marks = stretch.marks.iter().map(|Mark { event, at, .. }| (*event, *at));
            (stretch.lanes, marks.collect::<Vec<_>>())
        };
        let long = run.long_stretch(from, to, &mut |_| true);
        assert_eq!(told(long), told(run.stretch(from, to)));
    }
}

#[test]
fn a_picture_speaks_the_readers_language() {
    let run = run(STORY, Time::millis(200));
    let chinese = |format| {
        let ask = ask(format, Time::ZERO, Time::millis(200));
        take(&run, &ExportRequest { language: Language::Chinese, ..ask }).text
    };
    for format in [Format::Svg, Format::Flowchart, Format::Mermaid] {
        assert!(
            chinese(format).contains("丢失") || chinese(format).contains("领导者"),
            "{format:?}"
        );
    }
}
