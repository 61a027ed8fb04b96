//! Makes `www/locale/zh.po` the table that `src/words.rs` searches.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

const CHINESE: &str = "www/locale/zh.po";

fn main() {
    println!("cargo::rerun-if-changed={CHINESE}");
    println!("cargo::rerun-if-changed=build.rs");
    let translated = match polib::po_file::parse(Path::new(CHINESE)) {
        Ok(catalog) => translations(&catalog),
        Err(error) => panic!("{CHINESE}: {error}"),
    };
    let out = env::var_os("OUT_DIR").expect("Cargo sets OUT_DIR");
    let table = table("CHINESE", &translated);
    fs::write(Path::new(&out).join("chinese.rs"), table).expect("OUT_DIR can be written");
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

/// A sorted table, as Rust: `{:?}` of a string is a literal of it.
fn table(name: &str, translated: &BTreeMap<String, String>) -> String {
    let mut table = format!("static {name}: &[(&str, &str)] = &[\n");
    for (english, text) in translated {
        writeln!(table, "    ({english:?}, {text:?}),").expect("a string takes everything");
    }
    table.push_str("];\n");
    table
}
