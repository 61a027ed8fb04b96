//! What runs do, frozen: `tests/digests.txt` holds a digest of all events, as data, of every golden and
//! of 200 random schedules a protocol. Who changes the house and not a rule leaves this file as it is,
//! byte for byte. `FREEZE=1 cargo test freeze` writes it anew, in a commit of its own that says which
//! digests change and why; nothing else does.

use synod::catalog;

use crate::{digests, goldens};

const FILE: &str = "tests/digests.txt";

fn all() -> String {
    let goldens = goldens::all().into_iter();
    let goldens = goldens.flat_map(|golden| digests::runs(&golden.name, &golden.script));
    let goldens =
        goldens.map(|(name, script)| format!("{name}: {}", digests::digest(&name, &script)));
    let rows = catalog::catalog().flat_map(|entry| {
        (1..=digests::SEEDS)
            .step_by(digests::ROW as usize)
            .map(move |first| digests::row(entry, first))
    });
    goldens.chain(rows).map(|line| line + "\n").collect()
}

#[test]
fn every_run_does_what_it_did() {
    let now = all();
    if std::env::var_os("FREEZE").is_some() {
        std::fs::write(FILE, &now).unwrap();
    }
    let before = std::fs::read_to_string(FILE).unwrap();
    let changed: Vec<&str> =
        now.lines().filter(|line| !before.lines().any(|l| l == *line)).collect();
    let hint =
        "what is new is added by FREEZE=1 cargo test freeze; what was there should not change";
    assert!(changed.is_empty(), "these are not in {FILE} ({hint}):\n{}", changed.join("\n"));
    assert_eq!(now, before, "{FILE} holds more than there is");
}
