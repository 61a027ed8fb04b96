//! Parity: the same scripts do the same in wasm, in a real browser, as they do natively. What they do
//! natively stands in `tests/digests.txt`, which `tests/it/freeze.rs` keeps.

#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]

#[path = "it/digests.rs"]
mod digests;

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use synod::catalog;
use synod::explore::fuzz;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const DIGESTS: &str = include_str!("digests.txt");
static SCENARIOS: Dir = include_dir!("$CARGO_MANIFEST_DIR/tests/scenarios");

/// The scripts of scenes, goldens and flaws, by the names that they have in the file.
fn scripts() -> BTreeMap<String, String> {
    let scenes = catalog::catalog().flat_map(|entry| {
        let name = |scene| format!("{}/{scene}", entry.meta.slug);
        entry.meta.scenes.iter().map(move |(scene, text)| (name(scene), *text))
    });
    // A scene's golden is not its script.
    let own = SCENARIOS.dirs().flat_map(|folder| folder.files()).filter_map(|file| {
        let name = file.path().file_name()?.to_str()?;
        (!name.starts_with("scene-")).then(|| {
            let name = format!("tests/scenarios/{}", file.path().display());
            (name, file.contents_utf8().expect("scripts are text"))
        })
    });
    scenes.chain(own).flat_map(|(name, text)| digests::runs(&name, text)).collect()
}

/// Lets the browser do what waits for it: one that gets no word for half a minute takes the page for dead.
async fn breathe() {
    gloo_timers::future::TimeoutFuture::new(0).await;
}

#[wasm_bindgen_test]
async fn every_script_does_the_same_here() {
    let scripts = scripts();
    let kept = DIGESTS.lines().filter(|line| !line.contains(".."));
    for line in kept.clone() {
        let (name, _) = line.split_once(": ").expect("a name and a digest");
        let script = scripts.get(name).unwrap_or_else(|| panic!("there is no script {name}"));
        assert_eq!(format!("{name}: {}", digests::digest(name, script)), line);
        breathe().await;
    }
    assert_eq!(kept.count(), scripts.len(), "a script has no digest");
}

#[wasm_bindgen_test]
async fn random_schedules_do_the_same_here() {
    for entry in catalog::catalog() {
        for first in (1..=digests::SEEDS).step_by(digests::ROW as usize) {
            let row = digests::row(entry, first);
            assert!(DIGESTS.lines().any(|line| line == row), "natively it is not: {row}");
            breathe().await;
        }
    }
}

#[wasm_bindgen_test]
async fn the_search_runs_here_too() {
    for entry in catalog::catalog() {
        let script = fuzz::schedule(entry, 1, &[]).expect("a schedule");
        let verdict = fuzz::judge(&script, true).expect("a verdict");
        assert!(verdict.is_none(), "{verdict:?}\n{script}");
        breathe().await;
    }
}
