//! Parity: the same scripts do the same in wasm, in a real browser, as they do natively. The
//! transcripts are those that `tests/it/goldens.rs` keeps.

#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]

use include_dir::{Dir, include_dir};
use synod::base::Time;
use synod::{catalog, fuzz, scenario};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

static SCENARIOS: Dir = include_dir!("$CARGO_MANIFEST_DIR/tests/scenarios");

fn golden(path: &str) -> &'static str {
    let file = SCENARIOS.get_file(path).and_then(|file| file.contents_utf8());
    file.unwrap_or_else(|| panic!("there is no {path}"))
}

fn compare(name: &str, script: &str, golden: &str) {
    let script = scenario::parse(script).unwrap_or_else(|mistake| panic!("{name}: {mistake}"));
    let mut run = catalog::start(script).unwrap_or_else(|sentence| panic!("{name}: {sentence}"));
    let transcript = scenario::transcript(&mut run, Time::seconds(5));
    for (number, (here, native)) in (1..).zip(transcript.lines().zip(golden.lines())) {
        assert_eq!(here, native, "{name}, line {number}");
    }
    assert_eq!(transcript.len(), golden.len(), "{name}");
}

#[wasm_bindgen_test]
fn scenes_do_the_same_here() {
    for entry in catalog::catalog() {
        for (name, script) in entry.meta.scenes {
            let path = format!("{}/scene-{name}.golden", entry.meta.slug);
            compare(name, script, golden(&path));
        }
    }
}

#[wasm_bindgen_test]
fn scenarios_do_the_same_here() {
    let files: Vec<_> = SCENARIOS.dirs().flat_map(|folder| folder.files()).collect();
    let scripts =
        files.iter().filter(|file| file.path().extension().is_some_and(|end| end == "txt"));
    let mut compared = 0;
    for file in scripts {
        let name = file.path().display().to_string();
        let script = file.contents_utf8().expect("scripts are text");
        compare(&name, script, golden(&name.replace(".txt", ".golden")));
        compared += 1;
    }
    assert!(compared >= 5, "the scripts were not found");
}

#[wasm_bindgen_test]
fn the_search_runs_here_too() {
    for entry in catalog::catalog() {
        for seed in 1..=20 {
            let script = fuzz::schedule(entry, seed, &[]).expect("a schedule");
            let verdict = fuzz::judge(&script, true).expect("a verdict");
            assert!(verdict.is_none(), "seed {seed}: {verdict:?}\n{script}");
        }
    }
}
