//! Goldens: every scripted run as a proof of what it is to show (`proof.rs` says how it reads), in at
//! most 300 lines. They find themselves. A file `tests/scenarios/<protocol>/*.txt` is a script, one
//! behaviour each, with what comes of every command beneath it; of a scene of the catalog, whose script
//! stands in `scenes/`, that is `scene-NAME.txt`; of one with a second pane, what comes of both runs. To add a behaviour, write its script there, and its
//! intent on top. `BLESS=1 cargo test goldens` writes what comes of the commands (read the difference
//! before you commit it), and never the freeze.

use std::path::{Path, PathBuf};

use synod::{catalog, scenario};

use crate::proof;

/// Lines of a golden at the most.
const LINES: usize = 300;

/// A script that has a golden.
pub struct Golden {
    pub name: String,
    pub script: String,
    pub file: PathBuf,
}

/// All of them, in the order of their names.
pub fn all() -> Vec<Golden> {
    let mut all = Vec::new();
    for entry in catalog::catalog() {
        let slug = entry.meta.slug;
        all.extend(entry.meta.scenes.iter().map(|(scene, script)| Golden {
            name: format!("{slug}/{scene}"),
            script: script.to_string(),
            file: folder(slug).join(format!("scene-{scene}.txt")),
        }));
        let is_scene = |file: &PathBuf| {
            file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("scene-"))
        };
        let own = files(slug).into_iter().filter(|file| !is_scene(file));
        all.extend(own.map(|file| Golden {
            name: file.display().to_string(),
            script: proof::script(&std::fs::read_to_string(&file).unwrap()),
            file,
        }));
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn folder(slug: &str) -> PathBuf {
    Path::new("tests/scenarios").join(slug)
}

fn files(slug: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder(slug)).into_iter().flatten();
    files.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn every_script_does_what_it_did() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut changed = Vec::new();
    for Golden { name, script, file } in all() {
        let now = proof::write(&name, &script, LINES);
        assert!(now.lines().count() <= LINES, "{name} takes {} lines", now.lines().count());
        assert_eq!(proof::script(&now), script, "{name}");
        let (proof, script) = (scenario::parse_scenario(&now), scenario::parse_scenario(&script));
        assert_eq!(proof, script, "{name}: `lab run` takes a golden for its script");
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        if now == before {
            continue;
        }
        if bless {
            std::fs::write(&file, &now).unwrap();
            continue;
        }
        let line = now.lines().zip(before.lines()).take_while(|(a, b)| a == b).count();
        changed.push(format!(
            "{name} differs from {} at line {}:\n  now    {}\n  before {}",
            file.display(),
            line + 1,
            now.lines().nth(line).unwrap_or("(the end)"),
            before.lines().nth(line).unwrap_or("(the end)"),
        ));
    }
    assert!(changed.is_empty(), "\n{}\n(BLESS=1 accepts)", changed.join("\n"));
}

#[test]
fn no_golden_is_left_behind() {
    let wanted: Vec<PathBuf> = all().into_iter().map(|golden| golden.file).collect();
    for file in catalog::catalog().flat_map(|entry| files(entry.meta.slug)) {
        assert!(wanted.contains(&file), "there is no scene of {}", file.display());
        assert!(file.extension().is_some_and(|ending| ending == "txt"), "{}", file.display());
    }
}

#[test]
fn every_script_opens_with_its_intent() {
    for golden in all() {
        let says = golden.script.starts_with("# ") || golden.script.contains("\ntitle ");
        assert!(says, "{} says neither in a comment nor in a title what it shows", golden.name);
    }
}
