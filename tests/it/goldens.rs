//! Every scripted run against its whole transcript. The scripts find themselves: the scenes of the
//! catalog, and `tests/scenarios/<protocol>/*.txt`, one behaviour each. `BLESS=1 cargo test`
//! rewrites the transcripts (read the difference before you commit it).

use std::path::{Path, PathBuf};

use synod::base::Time;
use synod::{catalog, scenario};

/// A script that has a transcript.
pub struct Golden {
    pub name: String,
    pub script: String,
    pub transcript: PathBuf,
}

/// All of them, in the order of their names.
pub fn all() -> Vec<Golden> {
    let mut all = Vec::new();
    for entry in catalog::catalog() {
        let folder = Path::new("tests/scenarios").join(entry.meta.slug);
        for (name, script) in entry.meta.scenes {
            all.push(Golden {
                name: format!("{}/{name}", entry.meta.slug),
                script: script.to_string(),
                transcript: folder.join(format!("scene-{name}.golden")),
            });
        }
        let files = std::fs::read_dir(&folder).into_iter().flatten();
        for path in files.map(|entry| entry.unwrap().path()) {
            if path.extension().is_some_and(|ending| ending == "txt") {
                all.push(Golden {
                    name: path.display().to_string(),
                    script: std::fs::read_to_string(&path).unwrap(),
                    transcript: path.with_extension("golden"),
                });
            }
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

pub fn transcript(name: &str, text: &str) -> String {
    let script = scenario::parse(text).unwrap_or_else(|mistake| panic!("{name}: {mistake}"));
    let mut run = catalog::start(script).unwrap_or_else(|sentence| panic!("{name}: {sentence}"));
    scenario::transcript(&mut run, Time::seconds(5))
}

#[test]
fn every_script_does_what_it_did() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut changed = Vec::new();
    for golden in all() {
        let now = transcript(&golden.name, &golden.script);
        let before = std::fs::read_to_string(&golden.transcript).unwrap_or_default();
        if now == before {
            continue;
        }
        if bless {
            std::fs::write(&golden.transcript, &now).unwrap();
            continue;
        }
        let line = now.lines().zip(before.lines()).take_while(|(a, b)| a == b).count();
        changed.push(format!(
            "{} differs from {} at line {}:\n  now    {}\n  before {}",
            golden.name,
            golden.transcript.display(),
            line + 1,
            now.lines().nth(line).unwrap_or("(the end)"),
            before.lines().nth(line).unwrap_or("(the end)"),
        ));
    }
    assert!(changed.is_empty(), "\n{}\n(BLESS=1 accepts)", changed.join("\n"));
}

#[test]
fn no_transcript_is_left_behind() {
    let wanted: Vec<PathBuf> = all().into_iter().map(|golden| golden.transcript).collect();
    for entry in catalog::catalog() {
        let folder = Path::new("tests/scenarios").join(entry.meta.slug);
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let stray = path.extension().is_some_and(|ending| ending == "golden");
            assert!(!stray || wanted.contains(&path), "{} has no script", path.display());
        }
    }
}

#[test]
fn every_script_opens_with_its_intent() {
    for golden in all() {
        let says = golden.script.starts_with("# ") || golden.script.contains("\ntitle ");
        assert!(says, "{} says neither in a comment nor in a title what it shows", golden.name);
    }
}
