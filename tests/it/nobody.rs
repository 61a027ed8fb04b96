//! Nobody but itself and the catalog names a protocol. Its name is its slug, its title, its type and its
//! module; its vocabulary is what it calls its roles, its messages, its fields, flaws and properties. Three
//! rules, for all code of `src/` but its own and the catalog, and of `www/` but the course and the
//! protocol's own Chinese, comments and tests aside:
//!
//! 1. no word of code or of a text is a protocol's name, unless it stands in an example of a script,
//!    after `run `;
//! 2. no text is, as a whole, a word of a protocol's vocabulary, but for those that the house uses itself;
//! 3. no class in a style sheet is such a word.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use synod::catalog;
use synod::protocol::PropertySource;

use crate::tidy::{all_files, is_test};
use crate::tokens::{Token, tokens};

/// Words that mean the same whatever protocol runs, and that some protocol uses too: conditions, answers to
/// clients and the legend of messages speak of a leader and of heartbeats; what a hand has chosen, and who
/// waits or is idle, are states of the page; everybody has a clock; and a dialog has a primary button.
const OF_THE_HOUSE: [&str; 8] =
    ["leader", "heartbeat", "chosen", "waiting", "idle", "clock", "primary", "term"];

/// Nouns of the house that are a protocol's slug or module too: every run has events, and the page a snapshot of
/// it; and the browser's database has an `object_store` for the runs that are kept.
const NOUNS_OF_THE_HOUSE: [&str; 3] = ["events", "snapshot", "object_store"];

/// Lists of lessons, and the map: they lead to what they name.
const LEADING: [&str; 2] = ["lessons/texts.rs", "lessons/map.rs"];

/// What protocols are called, and nothing else is.
fn names() -> BTreeSet<String> {
    let names = catalog::listings().iter().flat_map(|listing| {
        let module = listing.slug.replace('-', "_");
        let of_the_type = listing.title.replace('-', "");
        [listing.slug.to_owned(), listing.title.to_owned(), module, of_the_type]
    });
    names.filter(|name| !NOUNS_OF_THE_HOUSE.contains(&name.as_str())).collect()
}

/// What they call what is theirs.
fn vocabulary() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for entry in catalog::catalog() {
        let of = (entry.words)();
        words.extend([of.kinds, of.roles, of.fields].concat().into_iter().map(str::to_owned));
        words.extend((entry.flaws)().iter().map(|flaw| flaw.name.to_owned()));
        let properties = (entry.properties)().into_iter();
        let own = properties.filter(|property| matches!(property.source, PropertySource::Own(_)));
        words.extend(own.map(|property| property.name.to_owned()));
    }
    OF_THE_HOUSE.iter().for_each(|word| _ = words.remove(*word));
    words
}

/// The words of a text; a slug of two words is one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !['-', '_'].contains(&c))
}

/// Whether a text names a protocol, but for examples of scripts.
fn names_one(text: &str, names: &BTreeSet<String>) -> bool {
    let mut before = "";
    words(text).any(|word| {
        let example = std::mem::replace(&mut before, word) == "run";
        !example && names.contains(word)
    })
}

/// Where Rust names a protocol or speaks its language.
fn in_rust(code: &str, names: &BTreeSet<String>, vocabulary: &BTreeSet<String>) -> Vec<String> {
    let code = code.split("mod tests {").next().unwrap();
    let told = tokens(code).into_iter().filter_map(|(line, token)| {
        let (text, breaks) = match token {
            Token::Name(name) => (name.clone(), names.contains(&name)),
            Token::Literal(text) => {
                let breaks = names_one(&text, names) || vocabulary.contains(&text);
                (text, breaks)
            }
            Token::Mark(_) => return None,
        };
        breaks.then(|| format!("line {line}: {text}"))
    });
    told.collect()
}

/// Where a style sheet or a script of the page does.
fn in_page(text: &str, names: &BTreeSet<String>, vocabulary: &BTreeSet<String>) -> Vec<String> {
    let mut comment = false;
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut code = String::new();
        let mut rest = line;
        while !rest.is_empty() {
            let (mark, keeps) = if comment { ("*/", false) } else { ("/*", true) };
            let (piece, after) = rest.split_once(mark).unwrap_or((rest, ""));
            code.push_str(if keeps { piece } else { "" });
            comment = (comment != rest.contains(mark)) && (rest.contains(mark) || comment);
            rest = after;
        }
        let code = code.split(" // ").next().unwrap_or_default();
        let code = if code.trim_start().starts_with("//") { "" } else { code };
        let quoted = code.split(['"', '\'', '`']).skip(1).step_by(2);
        let classes = code.split('.').skip(1).filter_map(|class| words(class).next());
        let speaks = quoted.chain(classes).any(|word| vocabulary.contains(word));
        if speaks || names_one(code, names) {
            found.push(format!("line {number}: {}", line.trim()));
        }
    }
    found
}

fn of_the_page() -> Vec<PathBuf> {
    let folders = ["www", "www/public"];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|it| it == "css" || it == "js" || it == "ts"))
        .collect()
}

#[test]
fn nobody_but_the_catalog_names_a_protocol() {
    let (names, vocabulary) = (names(), vocabulary());
    let mut all = Vec::new();
    let mut tell = |path: PathBuf, found: Vec<String>| {
        all.extend(found.into_iter().map(|breach| format!("{}, {breach}", path.display())));
    };
    for path in all_files().into_iter().filter(|path| path.starts_with("src")) {
        // What leads people to a protocol names it.
        let own = path.starts_with("src/protocols") || LEADING.iter().any(|it| path.ends_with(it));
        if !own && !is_test(&path) {
            tell(path.clone(), in_rust(&fs::read_to_string(&path).unwrap(), &names, &vocabulary));
        }
    }
    let page = of_the_page();
    assert!(page.len() > 5, "{page:?}");
    for path in page {
        tell(path.clone(), in_page(&fs::read_to_string(&path).unwrap(), &names, &vocabulary));
    }
    let of_the_house = "www/locale/zh.po";
    let text = fs::read_to_string(of_the_house).unwrap();
    let lines = text.lines().filter(|line| names_one(line, &names));
    tell(of_the_house.into(), lines.map(str::to_owned).collect());
    let how = "the house says what a protocol is called, or what one calls its roles, messages, fields, \
               flaws or properties. Take another word there; or, if it means the same whatever \
               protocol runs, add it to OF_THE_HOUSE";
    assert!(all.is_empty(), "{how}:\n{}", all.join("\n"));
}

#[test]
fn a_name_would_be_seen() {
    let slug = catalog::listings()[0].slug;
    let (names, vocabulary) = (names(), vocabulary());
    let word = vocabulary.iter().find(|word| words(word).count() == 1).unwrap();
    let rust = |code: &str| in_rust(code, &names, &vocabulary);
    let named = format!("if slug == \"{slug}\" {{}}\n// {slug}\nuse crate::protocols::{slug};");
    assert_eq!(rust(&named), [format!("line 1: {slug}"), format!("line 3: {slug}")]);
    assert!(rust(&format!("Err(\"a line such as run {slug} seed=7\")")).is_empty());
    assert_eq!(rust(&format!("role == \"{word}\"")), [format!("line 1: {word}")]);
    assert!(rust(&format!("\"whoever is {word} says so\"; // \"{word}\"")).is_empty());

    let page = |text: &str| in_page(text, &names, &vocabulary).len();
    assert_eq!(page(&format!(".node.{word} {{ }}\nif (a === \"{word}\") go(`{slug}`);")), 2);
    assert_eq!(page(&format!("/* .{word}\n{slug} */ a // {slug}\n * `run {slug}`\n// {slug}")), 0);
}
