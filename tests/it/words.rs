//! Whatever people read, they can read in Chinese. This test collects every English text that is
//! shown and compares the lists with the tables: `www/locale/zh/SLUG.po` for what only the protocol
//! SLUG says, `www/locale/zh.po` for the rest. Nothing may be missing, nothing left over, and a
//! translation fills the same places `{0}` as its key.
//!
//! The texts are found by reading the sources, token by token and without their tests:
//!
//! - everywhere, the literals that stand directly in `sentence!(…)`, `tr!(…)` and `key!(…)`;
//! - below the page (what knows no language: protocols, simulator, scripts) every literal that is
//!   *prose*, which is to say that it has a space in it, unless it is formatted, written or panicked
//!   with, or is a formula, a paper's title or a request; and, with a space or without, `Err("…")`
//!   and the names in `Role { name: "…" }` and `Kind { name: "…" }`;
//!
//! and by asking the catalog: titles, summaries, options, flaws, properties, scenes and captions. What
//! is said where the program does not run stands in `www/failure.js`, in `say("…")`, and in `index.html`,
//! in `lang="en"`; both have their Chinese with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use synod::base::{Sentence, Time, Value};
use synod::catalog;
use synod::command::Command;
use synod::protocol::Content;
use synod::scenario;
use synod::sim::trace::{Event, EventKind, Payload};
use synod::words::{self, Language};

use crate::digests;
use crate::goldens::{self, Golden};
use crate::tokens::{Token, closing, text_of, tokens};

/// The files and folders whose prose is shown.
const BELOW_THE_PAGE: [&str; 12] = [
    "base/",
    "protocol.rs",
    "protocol/",
    "service/",
    "check/",
    "protocols/",
    "command.rs",
    "sim/",
    "replay/",
    "catalog.rs",
    "scenario",
    "explore/difference.rs",
];
/// What takes a literal that nobody reads on the page.
const UNSEEN: [&str; 14] = [
    "format",
    "write",
    "writeln",
    "print",
    "println",
    "eprintln",
    "panic",
    "unreachable",
    "todo",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "expect",
];

/// Whose texts a table has: the house's own, or a protocol's, by its slug.
type Owner = Option<&'static str>;

fn owners() -> impl Iterator<Item = Owner> {
    std::iter::once(None).chain(catalog::catalog().map(|entry| Some(entry.meta.slug)))
}

/// The table of this owner: what translators write (`po`), or what the program reads (`txt`).
fn table(owner: Owner, ending: &str) -> PathBuf {
    root().join(match owner {
        None => format!("www/locale/zh.{ending}"),
        Some(slug) => format!("www/locale/zh/{slug}.{ending}"),
    })
}

/// What is translated in all tables, by its English.
fn chinese() -> BTreeMap<String, String> {
    owners().flat_map(chinese_of).collect()
}

/// What is translated, by its English; a message still empty or marked fuzzy is not.
fn chinese_of(owner: Owner) -> BTreeMap<String, String> {
    let path = table(owner, "po");
    if !path.exists() {
        return BTreeMap::new();
    }
    let catalog = polib::po_file::parse(&path).unwrap();
    let messages = catalog.messages().filter(|message| !message.flags().is_fuzzy());
    let pairs =
        messages.map(|message| (message.msgid().to_owned(), message.msgstr().unwrap().to_owned()));
    pairs.filter(|(_, chinese)| !chinese.is_empty()).collect()
}

/// What the program reads with this owner's table. A protocol's title and summary stand with its other
/// texts, and are read with the house's: menus show them before the protocol is there.
fn read_with(owner: Owner) -> Vec<(String, String)> {
    let metas = catalog::catalog().map(|entry| entry.meta);
    let early: Vec<&str> = metas.flat_map(|meta| [meta.title, meta.summary]).collect();
    let is_early = |text: &(String, String)| early.contains(&text.0.as_str());
    match owner {
        None => {
            let others = owners().flatten().flat_map(|slug| chinese_of(Some(slug)));
            chinese_of(None).into_iter().chain(others.filter(is_early)).collect()
        }
        Some(slug) => {
            let held = held_by(slug).into_iter().flat_map(|inner| {
                let shown = shown_by(Some(inner));
                let in_its_code = move |text: &(String, String)| {
                    shown.get(&text.0).is_some_and(|place| place.starts_with("src/"))
                };
                chinese_of(Some(inner)).into_iter().filter(in_its_code)
            });
            chinese_of(owner).into_iter().chain(held).filter(|text| !is_early(text)).collect()
        }
    }
}

/// The protocols whose replica this one holds inside: what their code says, it says too.
fn held_by(slug: &str) -> Vec<&'static str> {
    let sources: String = files(&root().join("src/protocols"))
        .into_iter()
        .filter(|path| owner_of(&name_in_source(path)) == Some(slug))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let is_used = |other: &&'static str| {
        let module = other.replace('-', "_");
        *other != slug && sources.contains(&format!("use super::{module}::"))
    };
    owners().flatten().filter(is_used).collect()
}

#[test]
fn the_page_reads_what_the_translator_wrote() {
    let mut digests = BTreeMap::new();
    for owner in owners() {
        let mut rows = BTreeMap::new();
        for (english, chinese) in read_with(owner) {
            assert!(!chinese.contains('\n'), "{chinese:?} fits no line");
            let digest = words::digest(&english);
            let other = digests.insert(digest, english.clone());
            assert!(other.is_none_or(|other| other == english), "two texts have one digest");
            rows.insert(digest, chinese);
        }
        let meant: String =
            rows.iter().map(|(digest, chinese)| format!("{digest:08x} {chinese}\n")).collect();
        let meant = meant.trim_end().to_owned() + words::END;
        let path = table(owner, "txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &meant).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == meant, "{}: BLESS=1 cargo test words writes it", path.display());
    }
}

#[test]
fn a_table_that_did_not_come_whole_is_refused() {
    let whole = fs::read_to_string(table(None, "txt")).unwrap();
    let cut = &whole[..whole.floor_char_boundary(whole.len() / 2)];
    for other in ["", "<!doctype html>\n<title>Log in</title>\n", cut] {
        assert!(!words::learn(other), "that is not all of it");
    }
    assert!(words::learn(&whole));
}

/// … also where it reads no table, as it does not run.
#[test]
fn what_needs_no_program_says_what_the_translator_wrote() {
    let chinese = chinese();
    let path = root().join("www/failure.js");
    let written = fs::read_to_string(&path).unwrap();
    let (before, rest) = written.split_once("var CHINESE = {\n").unwrap();
    let after = &rest[rest.find("  };").unwrap()..];
    let texts = between(&written, "say(\"", "\")");
    let rows: BTreeSet<String> = texts
        .iter()
        .map(|english| format!("    {english:?}: {:?},\n", chinese[*english]))
        .collect();
    let rows: String = rows.into_iter().collect();
    let meant = format!("{before}var CHINESE = {{\n{rows}{after}");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &meant).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    assert!(written == meant, "www/failure.js is not what zh.po says: BLESS=1 cargo test words");
    let page = fs::read_to_string(root().join("index.html")).unwrap();
    let translated: Vec<&str> =
        between(&page, "<p lang=\"en\">", "<").iter().map(|english| &*chinese[*english]).collect();
    assert_eq!(between(&page, "<p lang=\"zh-Hans\">", "<"), translated, "index.html");
}

/// What stands between these, wherever they stand.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open).skip(1).filter_map(|rest| Some(rest.split_once(close)?.0)).collect()
}

#[test]
fn everything_has_its_chinese() {
    for owner in owners() {
        let known = chinese_of(owner);
        let missing: Vec<String> = shown_by(owner)
            .iter()
            .filter(|(text, _)| !known.contains_key(*text))
            .map(|(text, place)| format!("# {place}\nmsgid {text:?}\nmsgstr \"\"\n"))
            .collect();
        let path = table(owner, "po");
        if std::env::var_os("BLESS").is_some() && !missing.is_empty() {
            let slug = owner.unwrap_or("the house");
            let begun = fs::read_to_string(&path).unwrap_or_default();
            let begun = if begun.is_empty() { header(slug) } else { begun };
            fs::write(&path, format!("{begun}\n{}", missing.join("\n"))).unwrap();
        }
        let how = "BLESS=1 cargo test words adds them, to be translated";
        assert!(missing.is_empty(), "{} lacks ({how}):\n\n{}", path.display(), missing.join("\n"));
    }
}

/// What a table begins with.
fn header(slug: &str) -> String {
    let about = format!("# What only {slug} says, in Simplified Chinese: see ../zh.po.\n");
    let fields = [
        ("Project-Id-Version", "Synod"),
        ("Language", "zh_CN"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=UTF-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Plural-Forms", "nplurals=1; plural=0;"),
    ];
    let fields = fields.map(|(name, value)| format!("\"{name}: {value}\\n\"\n"));
    format!("{about}msgid \"\"\nmsgstr \"\"\n{}", fields.concat())
}

#[test]
fn no_translation_is_left_over() {
    for owner in owners() {
        let shown = shown_by(owner);
        let left: Vec<String> =
            chinese_of(owner).into_keys().filter(|english| !shown.contains_key(english)).collect();
        let path = table(owner, "po");
        assert!(left.is_empty(), "{} has what nothing shows: {left:#?}", path.display());
    }
}

#[test]
fn translations_fill_the_same_places() {
    for (english, chinese) in chinese() {
        assert_eq!(
            places_in(&english),
            places_in(&chinese),
            "{english:?} is translated as {chinese:?}"
        );
    }
}

#[test]
fn no_text_is_translated_twice() {
    for owner in owners() {
        let path = table(owner, "po");
        let po = fs::read_to_string(&path).unwrap_or_else(|_| header(""));
        let messages = po.lines().filter(|line| line.starts_with("msgid ")).count();
        // One more: the header.
        let twice = "a msgid stands there twice, or has no Chinese yet, or is fuzzy";
        assert_eq!(messages, chinese_of(owner).len() + 1, "{}: {twice}", path.display());
    }
}

/// Several protocols may be there at once, and the page has one table.
#[test]
fn a_text_has_one_translation() {
    let mut known = chinese_of(None);
    for owner in owners() {
        for (english, chinese) in chinese_of(owner) {
            let first = known.entry(english.clone()).or_insert_with(|| chinese.clone());
            assert_eq!(*first, chinese, "{english:?} in {}", table(owner, "po").display());
        }
    }
}

/// What a run says while it runs is in its templates, but also in the words that fill them: every event
/// of every golden is told in both languages. `tests/sentences.txt` keeps the first telling of each
/// template, so that whoever words a sentence differently sees it there, and there alone; `BLESS=1 cargo
/// test words` writes it.
#[test]
fn what_runs_say_is_translated_through_and_through() {
    let chinese = chinese();
    let translate = |english: &str| -> &'static str {
        let told = chinese.get(english).unwrap_or_else(|| panic!("{english:?} has no Chinese"));
        // As long as the test runs, which is what the page's own table does, too.
        told.clone().leak()
    };
    let mut tellings: BTreeMap<&str, String> = BTreeMap::new();
    // In the order of the catalog, so that another protocol adds to the file and changes nothing in it.
    let mut goldens = goldens::all();
    let row = |golden: &Golden| {
        let owner = golden.file.parent().and_then(Path::file_name);
        catalog::listings().iter().position(|it| owner.is_some_and(|owner| owner == it.slug))
    };
    goldens.sort_by_key(row);
    let runs =
        goldens.into_iter().flat_map(|Golden { name, script, .. }| digests::runs(&name, &script));
    for (name, script) in runs {
        let mut run = digests::start(&name, &script);
        run.run_to(run.end().unwrap_or(digests::LIMIT), u32::MAX);
        // A panel is named by `key!`, and so are the columns of a table.
        for panel in run.snapshot().nodes.iter().flat_map(|node| &node.panels) {
            translate(panel.name);
            if let Content::Table { columns, .. } = &panel.content {
                columns.iter().for_each(|column| _ = translate(column));
            }
        }
        run.walk(Time::ZERO, run.now(), &mut |number, event| {
            for sentence in [Some(event.tell()), answer(event)].into_iter().flatten() {
                assert_whole(&sentence);
                let in_chinese = sentence.tell(&|english| match is_name(&sentence, english) {
                    true => chinese.get(english).map_or(english, |told| told.clone().leak()),
                    false => translate(english),
                });
                let told = [sentence.to_string(), in_chinese].join("\n  ");
                if is_caption(event) {
                    continue;
                }
                for template in templates(&sentence) {
                    let telling = || format!("{template}\n  {name} #{number}\n  {told}\n");
                    tellings.entry(template).or_insert_with(telling);
                }
            }
            true
        });
    }
    assert_eq!(words::translate(Language::Chinese, "no such text"), "no such text");
    let now: String = tellings.into_values().collect();
    let path = root().join("tests/sentences.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    let new: Vec<&str> = now.lines().filter(|line| !before.lines().any(|l| l == *line)).collect();
    assert!(now == before, "tests/sentences.txt lacks (BLESS=1 accepts):\n{}", new.join("\n"));
}

/// Whether a sentence holds this name, which has a translation or has not.
fn is_name(sentence: &Sentence, text: &str) -> bool {
    sentence.values.iter().any(|value| match value {
        Value::Name(name) => **name == *text,
        Value::Sentence(inner) => is_name(inner, text),
        _ => false,
    })
}

/// It is the script that says this.
fn is_caption(event: &Event) -> bool {
    matches!(&event.what, EventKind::Command(command) if matches!(**command, Command::Say(_)))
}

/// What a client is told, if this tells it something.
fn answer(event: &Event) -> Option<Sentence> {
    match &event.what {
        EventKind::Deliver { payload: Payload::Reply { outcome, .. }, .. } => Some(outcome.told()),
        _ => None,
    }
}

/// Each place of a template is filled, and each value has its place.
fn assert_whole(sentence: &Sentence) {
    let places: BTreeSet<String> = (0..sentence.values.len()).map(|at| at.to_string()).collect();
    let filled: BTreeSet<String> =
        places_in(sentence.template).into_iter().map(str::to_owned).collect();
    assert_eq!(filled, places, "{:?}", sentence.template);
    for value in &sentence.values {
        if let Value::Sentence(inner) = value {
            assert_whole(inner);
        }
    }
}

/// The templates of a sentence and of those within it.
fn templates(sentence: &Sentence) -> Vec<&'static str> {
    let inner = sentence.values.iter().flat_map(|value| match value {
        Value::Sentence(inner) => templates(inner),
        _ => Vec::new(),
    });
    std::iter::once(sentence.template).chain(inner).collect()
}

/// What the page's components write down themselves, `{ "so" }` or `title="so"`, has no language:
/// signs, and the name of the page.
#[test]
fn the_page_says_nothing_outside_of_tr() {
    let mut spoken = Vec::new();
    for path in files(&root().join("src/web")) {
        let tokens = tokens(&fs::read_to_string(&path).unwrap());
        for (at, (line, token)) in tokens.iter().enumerate() {
            let Token::Literal(text) = token else { continue };
            let near = |at: Option<usize>| {
                at.and_then(|at| tokens.get(at)).map_or("", |(_, token)| text_of(token))
            };
            let around = [near(at.checked_sub(2)), near(at.checked_sub(1)), near(Some(at + 1))];
            let shown = matches!(
                around,
                [">" | "}", "{", "}"]
                    | ["label" | "title" | "placeholder" | "alt" | "description", "=", _]
            );
            let words = text.chars().filter(|c| c.is_alphabetic()).count() > 1;
            if shown && words && text != "Synod" {
                spoken.push(format!("{}:{line}: {text:?}", path.display()));
            }
        }
    }
    assert!(spoken.is_empty(), "\n{}", spoken.join("\n"));
}

/// The numbers in a template's braces.
fn places_in(template: &str) -> BTreeSet<&str> {
    template.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

// ---- what is shown ---------------------------------------------------------------------------

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text that only this protocol shows; or, of the house, what is shown otherwise. Each with a
/// place where it stands.
fn shown_by(owner: Owner) -> BTreeMap<String, String> {
    let all = shown();
    let of_the_house = |text: &String| {
        all.iter().any(|(owner, shown)| owner.is_none() && shown.contains_key(text))
    };
    let own = all.get(&owner).into_iter().flatten();
    own.filter(|(text, _)| owner.is_none() || !of_the_house(text))
        .map(|(text, place)| (text.clone(), place.clone()))
        .collect()
}

/// A file's name below `src/`.
fn name_in_source(path: &Path) -> String {
    path.strip_prefix(root().join("src")).unwrap().to_string_lossy().replace('\\', "/")
}

/// The protocol whose file this is.
fn owner_of(name: &str) -> Owner {
    owners().flatten().find(|slug| {
        let module = format!("protocols/{}", slug.replace('-', "_"));
        name.strip_prefix(&module).is_some_and(|rest| rest.starts_with(['/', '.']))
    })
}

/// Every text that is shown, by who shows it, and where it comes from.
fn shown() -> BTreeMap<Owner, BTreeMap<String, String>> {
    let mut all: BTreeMap<Owner, BTreeMap<String, String>> = BTreeMap::new();
    let source = root().join("src");
    for path in files(&source) {
        let name = name_in_source(&path);
        if name.ends_with("tests.rs") || name.contains("tests/") || name.starts_with("bin/") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("mod tests {").next().unwrap();
        let prose = BELOW_THE_PAGE.iter().any(|part| name.starts_with(part));
        let owner = owner_of(&name);
        for (line, key) in keys(&tokens(code), prose) {
            all.entry(owner).or_default().entry(key).or_insert(format!("src/{name}:{line}"));
        }
    }
    for (owner, place, text) in in_the_catalog() {
        all.entry(owner).or_default().entry(text).or_insert(place);
    }
    let shown = all.entry(None).or_default();
    for (name, open, close) in
        [("www/failure.js", "say(\"", "\")"), ("index.html", "<p lang=\"en\">", "</p>")]
    {
        let text = fs::read_to_string(root().join(name)).unwrap();
        for english in between(&text, open, close) {
            shown.entry(english.to_owned()).or_insert(name.into());
        }
    }
    all
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
        .into_iter()
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn in_the_catalog() -> Vec<(Owner, String, String)> {
    let mut texts = Vec::new();
    for entry in catalog::catalog() {
        let meta = entry.meta;
        let mut add = |what: &str, text: &str| {
            texts.push((Some(meta.slug), format!("{} {what}", meta.slug), text.to_owned()));
        };
        add("title", meta.title);
        add("summary", meta.summary);
        (entry.options)().iter().for_each(|option| add(option.name, option.help));
        for flaw in (entry.flaws)() {
            add(flaw.name, flaw.title);
            add(flaw.name, flaw.story);
        }
        for property in (entry.properties)() {
            add("property", property.name);
            add("property", property.meaning);
        }
        for form in entry.forms {
            add("request", form.name);
            add("request", form.help);
            form.blanks.iter().for_each(|blank| add("request", blank.name));
        }
        for timer in (entry.words)().timers {
            add("timer", &timer);
        }
        for (name, text) in meta.scenes {
            let scenario = scenario::parse_scenario(text).unwrap();
            let second = scenario.second().unwrap();
            for script in second.iter().chain([&scenario.script]) {
                script.title.iter().for_each(|title| add(name, title));
                for line in &script.lines {
                    if let Command::Say(caption) = &*line.command {
                        add(name, caption);
                    }
                }
            }
        }
    }
    texts
}

// ---- reading Rust ----------------------------------------------------------------------------

/// The keys among these tokens, each with its line.
fn keys(tokens: &[(u32, Token)], prose: bool) -> Vec<(u32, String)> {
    let mut keys = Vec::new();
    let mut unseen_until = 0;
    for at in 0..tokens.len() {
        let is_mark =
            |at: usize, mark: &str| tokens.get(at).is_some_and(|(_, token)| text_of(token) == mark);
        let is_macro = is_mark(at + 1, "!") && is_mark(at + 2, "(");
        match &tokens[at].1 {
            Token::Name(name) if is_macro && ["sentence", "tr", "key"].contains(&name.as_str()) => {
                keys.extend(direct(tokens, at + 2));
            }
            Token::Name(name)
                if UNSEEN.contains(&name.as_str()) && (is_macro || is_mark(at + 1, "(")) =>
            {
                unseen_until = unseen_until.max(closing(tokens, at + 1 + usize::from(is_macro)));
            }
            // What clients ask is nobody's language.
            Token::Name(name) if name == "requests" && is_mark(at + 3, "[") => {
                unseen_until = unseen_until.max(closing(tokens, at + 3));
            }
            // An attribute, such as a derive or a lint's reason.
            Token::Mark(mark) if mark == "#" && is_mark(at + 1, "[") => {
                unseen_until = unseen_until.max(closing(tokens, at + 1));
            }
            Token::Literal(text) if prose && at > unseen_until => {
                let before =
                    [1, 2, 3, 4].map(|back| at.checked_sub(back).map(|at| text_of(&tokens[at].1)));
                let named = match before.map(Option::unwrap_or_default) {
                    [":", "formula" | "paper" | "request", ..] => continue,
                    [":", "name", "{", "Role" | "Kind" | "Form"] => true,
                    ["(", "Err" | "ok_or", ..] => true,
                    _ => false,
                };
                if named || text.trim().contains(' ') {
                    keys.push((tokens[at].0, text.clone()));
                }
            }
            _ => {}
        }
    }
    keys
}

/// The literals between this opening parenthesis and its end, but not within further ones.
fn direct(tokens: &[(u32, Token)], open: usize) -> Vec<(u32, String)> {
    let end = closing(tokens, open);
    let mut depth = 0;
    let mut literals = Vec::new();
    for (line, token) in &tokens[open..end] {
        match (token, text_of(token)) {
            (_, "(") => depth += 1,
            (_, ")") => depth -= 1,
            (Token::Literal(text), _) if depth == 1 => literals.push((*line, text.clone())),
            _ => {}
        }
    }
    literals
}

#[test]
fn the_reader_finds_what_it_should() {
    let code = r##"
        // sentence!("a comment")
        let a = sentence!("one {0} \"two\" \
                           three", if x { "four" } else { "five" }, name("six"), 'x', '"', '\'');
        fn f<'a>(x: &'a str) { tr!(ctx.language(), "seven", format!("{} eight", 8)) }
        let b = Role { name: "nine", shape }; let p = Property { name: "x", formula: "a ∧ b" };
        const D: &str = "eleven twelve"; let e = "thirteen"; Err("fourteen").expect("fifteen sixteen");
        let f = key!("\u{201c}seventeen\u{201d}"); panic!("eighteen {} {}", "nineteen twenty", 1);
        #[doc = "twenty one"] format!("twenty two");
    "##;
    let found =
        |prose| keys(&tokens(code), prose).into_iter().map(|(_, key)| key).collect::<Vec<_>>();
    let everywhere = ["one {0} \"two\" three", "four", "five", "seven", "“seventeen”"];
    assert_eq!(found(false), everywhere);
    let mut prose = found(true);
    prose.retain(|key| !everywhere.contains(&key.as_str()));
    assert_eq!(prose, ["nine", "eleven twelve", "fourteen"]);
    assert_eq!(tokens("a\nb")[1], (2, Token::Name("b".into())));
}
