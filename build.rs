//! Makes `www/locale/zh.po` the table that `src/words.rs` searches.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

/// The page looks texts up by their digest: it carries no English twice.
#[path = "src/base/digest.rs"]
mod digest;

const CHINESE: &str = "www/locale/zh.po";

fn main() {
    println!("cargo::rerun-if-changed={CHINESE}");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/base/digest.rs");
    let translated = match polib::po_file::parse(Path::new(CHINESE)) {
        Ok(catalog) => translations(&catalog),
        Err(error) => panic!("{CHINESE}: {error}"),
    };
    let out = env::var_os("OUT_DIR").expect("Cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("chinese.rs"), tables(&translated))
        .expect("OUT_DIR can be written");
}

/// What is translated; a message still empty or marked fuzzy falls back to English.
fn translations(catalog: &polib::catalog::Catalog) -> BTreeMap<String, String> {
    let mut translated = BTreeMap::new();
    for message in catalog.messages() {
        let text = message.msgstr().unwrap_or_default();
        if text.is_empty() || message.flags().is_fuzzy() {
            continue;
        }
        translated.insert(message.msgid().to_owned(), text.to_owned());
    }
    translated
}

/// The texts as Rust (`{:?}` of a string is a literal of it): by digest for looking up, and by their
/// English for the test that compares them with the code.
fn tables(translated: &BTreeMap<String, String>) -> String {
    let by_digest: BTreeMap<u32, &String> = translated
        .iter()
        .map(|(english, text)| (digest::Digest::of(&english.as_str()) as u32, text))
        .collect();
    assert_eq!(by_digest.len(), translated.len(), "two texts have the same digest");
    let mut tables = String::from("static CHINESE: &[(u32, &str)] = &[\n");
    for (digest, text) in by_digest {
        writeln!(tables, "    ({digest}, {text:?}),").expect("a string takes everything");
    }
    tables.push_str(
        "];\n#[cfg(not(target_arch = \"wasm32\"))]\nstatic TRANSLATIONS: &[(&str, &str)] = &[\n",
    );
    for (english, text) in translated {
        writeln!(tables, "    ({english:?}, {text:?}),").expect("a string takes everything");
    }
    tables.push_str("];\n");
    tables
}
