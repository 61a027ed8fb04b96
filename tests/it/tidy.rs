//! Style as a test: every file says what it is for, and uses only the layers above its own, in the
//! order of the list in `src/lib.rs`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The layers of `src/lib.rs`, topmost first.
fn layers() -> Vec<String> {
    let tour = std::fs::read_to_string("src/lib.rs").unwrap();
    let names = tour.lines().filter_map(|line| {
        let entry = line.strip_prefix("//! 1. ")?.trim_start_matches(['[', '`']);
        let end = entry.find(|c: char| !c.is_ascii_lowercase() && c != '_')?;
        Some(entry[..end].to_string())
    });
    names.collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false if path.extension().is_some_and(|ending| ending == "rs") => found.push(path),
            false => {}
        }
    }
}

pub fn all_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    ["src", "tests"].iter().for_each(|folder| files(Path::new(folder), &mut found));
    found.sort();
    found
}

/// Whether the file is there for tests only.
pub fn is_test(path: &Path) -> bool {
    let path = path.to_string_lossy();
    path.ends_with("tests.rs") || path.contains("tests/")
}

/// The layer of a file of `src/`: `src/sim/node.rs` and `src/sim.rs` belong to `sim`.
fn layer(path: &Path) -> Option<String> {
    let below = path.strip_prefix("src").ok()?;
    let first = below.components().next()?.as_os_str().to_str()?;
    let name = first.trim_end_matches(".rs");
    (!["lib", "main", "bin"].contains(&name)).then(|| name.to_string())
}

/// The first names of the `crate::` paths in the code, comments left out.
fn uses(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.split("//").next().unwrap_or("");
        for rest in code.split("crate::").skip(1) {
            let end =
                rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len());
            found.push((number, rest[..end].to_string()));
        }
    }
    found
}

/// What in a file of this layer reaches below it.
fn breaches(layers: &[String], layer: &str, text: &str) -> Vec<String> {
    let rank = |name: &str| layers.iter().position(|known| known == name);
    let own = rank(layer).unwrap_or_else(|| panic!("src/lib.rs does not list the layer {layer}"));
    uses(text)
        .into_iter()
        .filter(|(_, used)| rank(used).is_some_and(|used| used > own))
        .map(|(number, used)| format!("line {number}: {layer} uses {used}, which stands below it"))
        .collect()
}

#[test]
fn a_file_uses_only_what_stands_above_it() {
    let layers = layers();
    assert!(layers.len() >= 12, "the list in src/lib.rs was not understood: {layers:?}");
    let mut all = Vec::new();
    for path in all_files() {
        let Some(layer) = layer(&path) else { continue };
        let text = std::fs::read_to_string(&path).unwrap();
        let found = breaches(&layers, &layer, &text);
        all.extend(found.into_iter().map(|breach| format!("{}, {breach}", path.display())));
    }
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

#[test]
fn a_breach_would_be_seen() {
    let layers = layers();
    let breach = "use crate::base::Time;\nuse crate::player::Store; // crate::web\n";
    assert_eq!(
        breaches(&layers, "sim", breach),
        ["line 2: sim uses player, which stands below it"]
    );
    assert!(breaches(&layers, "web", breach).is_empty());
}

#[test]
fn every_layer_is_listed_and_every_listed_layer_exists() {
    let mut present: Vec<String> = all_files().iter().filter_map(|path| layer(path)).collect();
    present.dedup();
    present.sort();
    present.dedup();
    let mut listed = layers();
    listed.sort();
    assert_eq!(listed, present);
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> = all_files()
        .into_iter()
        .filter(|path| !std::fs::read_to_string(path).unwrap().starts_with("//! "))
        .collect();
    assert!(silent.is_empty(), "without //! prose: {silent:?}");
}

#[test]
fn files_fit_a_sitting() {
    let long: Vec<_> = all_files()
        .into_iter()
        .map(|path| (std::fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > 700)
        .collect();
    assert!(long.is_empty(), "longer than 700 lines: {long:?}");
}

#[test]
fn nothing_sampled_or_stored_is_a_float() {
    let layers = layers();
    let view = layers.iter().position(|layer| layer == "view").unwrap();
    let mut found = Vec::new();
    for path in all_files() {
        let above = layer(&path).and_then(|layer| layers.iter().position(|known| *known == layer));
        if !above.is_some_and(|rank| rank < view) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, line) in (1..).zip(text.lines()) {
            let code = line.split("//").next().unwrap_or("");
            if code.contains("f64") || code.contains("f32") {
                found.push(format!("{}, line {number}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "floats above the views: {found:?}");
}

/// The functions of a file that are longer than a screen, with their lines. What `rustfmt` has written
/// closes where it began.
fn long_functions(text: &str) -> Vec<(String, usize)> {
    const SCREEN: usize = 70;
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut long = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let Some((before, rest)) = code.split_once("fn ") else { continue };
        let words = ["pub", "pub(crate)", "pub(super)", "const", "async", "unsafe"];
        if !before.split_whitespace().all(|word| words.contains(&word)) {
            continue;
        }
        let ends = |other: &&str| {
            indent(other) == indent(line) && (other.ends_with('}') || other.ends_with(';'))
        };
        let length = lines[at..].iter().position(ends).map_or(lines.len() - at, |end| end + 1);
        if length > SCREEN {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            long.push((rest[..end].to_owned(), length));
        }
    }
    long
}

#[test]
fn functions_fit_a_screen() {
    let mut all = Vec::new();
    for path in all_files() {
        let long = long_functions(&std::fs::read_to_string(&path).unwrap());
        all.extend(
            long.into_iter().map(|(name, lines)| format!("{}: {name}, {lines}", path.display())),
        );
    }
    assert!(all.is_empty(), "longer than 70 lines:\n{}", all.join("\n"));
}

#[test]
fn a_long_function_would_be_seen() {
    let body = "        let x = 1;\n".repeat(69);
    let text = format!("impl A {{\n    pub fn new() {{\n{body}    }}\n}}\nfn short() {{}}\n");
    assert_eq!(long_functions(&text), [("new".to_owned(), 71)]);
    assert!(long_functions(&text.replacen("        let x = 1;\n", "", 1)).is_empty());
}

/// The public types that a file names.
fn public_types(text: &str) -> Vec<String> {
    let name = |line: &str| {
        let mut words = line.split([' ', '<', '(', ';', ':', '{']).filter(|word| !word.is_empty());
        if words.next()? != "pub" {
            return None;
        }
        let kind = words.find(|word| !["crate)", "super)"].contains(word))?;
        let is_type = ["struct", "enum", "trait", "type", "union"].contains(&kind);
        words.next().filter(|_| is_type).map(str::to_owned)
    };
    // What stands further in belongs to a test or a function.
    text.lines().filter(|line| line.starts_with("pub")).filter_map(name).collect()
}

/// A word means one thing. Components have all their `Props`, and a protocol's types are its paper's.
#[test]
fn no_two_public_types_have_one_name() {
    let mut all: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in all_files().into_iter().filter(|path| path.starts_with("src")) {
        if path.starts_with("src/protocols") {
            continue;
        }
        for name in public_types(&std::fs::read_to_string(&path).unwrap()) {
            all.entry(name).or_default().push(path.clone());
        }
    }
    assert!(all.len() > 300, "the types are found: {}", all.len());
    all.retain(|name, paths| paths.len() > 1 && name != "Props");
    assert!(all.is_empty(), "two types of one name: {all:?}");
}

#[test]
fn two_types_of_one_name_would_be_seen() {
    let text = "pub struct A<T>(T);\npub(crate) enum B {\nstruct C;\npub type D = u8;\n    pub trait E: F {}\npub fn struct_g() {}\n";
    assert_eq!(public_types(text), ["A", "B", "D"]);
}

/// What a person does on the page has an answer, whatever it is.
#[test]
fn the_page_is_never_unreachable() {
    let player = all_files().into_iter().filter(|path| path.starts_with("src/player"));
    let player = player.filter(|path| !is_test(path));
    let certain: Vec<_> = player
        .filter(|path| std::fs::read_to_string(path).unwrap().contains("unreachable!"))
        .collect();
    assert!(certain.is_empty(), "{certain:?}");
}
