//! Every flaw is caught by the property it is said to break, in a small script that stands in
//! `tests/scenarios/<protocol>/flaw-<name>.txt`; and it is the flaw that is caught: without it the
//! same script breaks nothing.

use std::path::Path;

use synod::explore::fuzz;
use synod::{catalog, scenario};

#[test]
fn every_flaw_is_caught_and_only_the_flaw() {
    for entry in catalog::catalog() {
        for flaw in (entry.flaws)() {
            let file = format!("tests/scenarios/{}/flaw-{}.txt", entry.meta.slug, flaw.name);
            let text = std::fs::read_to_string(Path::new(&file))
                .unwrap_or_else(|_| panic!("{file} should show the flaw: `lab fuzz` finds it"));
            let mut script = scenario::parse(&text).unwrap();
            assert_eq!(script.setup.flaws, [flaw.name], "{file}");
            let verdict = fuzz::judge(&script, false).unwrap();
            let verdict = verdict.unwrap_or_else(|| panic!("{file} breaks nothing"));
            assert_eq!(verdict.property, flaw.breaks, "{file}: {}", verdict.why);
            script.setup.flaws.clear();
            let verdict = fuzz::judge(&script, false).unwrap();
            assert!(verdict.is_none(), "{file} breaks without the flaw too: {verdict:?}");
        }
    }
}
