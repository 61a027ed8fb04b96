//! Links that come from far away: from an earlier version of Synod, through a chat program, or from
//! somebody who means harm. They open to what they meant, or say in a sentence that they do not.
//!
//! `tests/links/golden.txt` holds links that were made once, and what each of them means. Nothing in it
//! is ever changed. To add to it, write a link on a line of its own; `BLESS=1 cargo test golden_links`
//! adds what it means today.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use synod::catalog;
use synod::player::permalink::{LONGEST, Shows};
use synod::player::{Permalink, Preferences, RunAction, Scene, Store, Theme, TimeAction};
use synod::scenario::{self, Variant};
use synod::words::Language;

use crate::link::any_link;

// ---- made once, open for good ----------------------------------------------------------------

/// What a link says, in words of its own: neither a link nor how this version prints one.
fn meaning(link: &Permalink) -> String {
    let mut text = String::new();
    let scene = |scene: &Scene| format!("scene {} of {}", scene.name, scene.protocol);
    let say = |text: &mut String, line: &str| writeln!(text, "    {line}").unwrap();
    match &link.shows {
        Shows::First => say(&mut text, "the first scene"),
        Shows::Scene(it) => say(&mut text, &scene(it)),
        Shows::Script(script) => script.to_string().lines().for_each(|line| say(&mut text, line)),
    }
    match &link.with {
        None => {}
        Some(Variant::Script(script)) => {
            say(&mut text, "beside it:");
            script.to_string().lines().for_each(|line| say(&mut text, line));
        }
        Some(Variant::Flaw(name)) => say(&mut text, &format!("beside it: flaw {name}")),
        Some(Variant::Setting(name, value)) => {
            say(&mut text, &format!("beside it: {name} {value}"))
        }
        Some(Variant::Protocol(name)) => say(&mut text, &format!("beside it: protocol {name}")),
    }
    if let Some((time, event)) = link.at {
        let event = event.map_or(String::new(), |event| format!(" after event {event}"));
        say(&mut text, &format!("at {} µs{event}", time.0));
    }
    if let Some(language) = link.language {
        say(&mut text, &format!("in {}", language.code()));
    }
    if link.theme != Theme::Auto {
        say(&mut text, &format!("theme {}", link.theme.code()));
    }
    if link.speed != Default::default() {
        say(&mut text, &format!("speed {}", link.speed.code()));
    }
    for (name, said) in link.lanes.parts() {
        say(&mut text, &format!("diagram {name} {said}"));
    }
    text
}

#[test]
fn golden_links_open_as_they_did_when_they_were_made() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/links/golden.txt");
    let golden = fs::read_to_string(&path).unwrap();
    let mut meant = String::new();
    let mut lines = golden.lines().peekable();
    let mut links = 0;
    while let Some(line) = lines.next() {
        writeln!(meant, "{line}").unwrap();
        if !line.starts_with('#') || line.starts_with("# ") {
            continue;
        }
        links += 1;
        let link = Permalink::parse(line).unwrap_or_else(|notice| {
            panic!("{line} is refused: {}", notice.told(Language::English))
        });
        let mut written = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("    ")) {
            writeln!(written, "{line}").unwrap();
        }
        if written.is_empty() && std::env::var_os("BLESS").is_some() {
            written = meaning(&link);
        }
        assert_eq!(meaning(&link), written, "{line}");
        meant += &written;
        let store = Store::from_link(line, Preferences::default());
        assert_eq!(store.ui.notice, None, "{line}");
        // What this version makes of it means the same.
        assert_eq!(Permalink::parse(&link.to_string()), Ok(link));
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, meant).unwrap();
    }
    for entry in catalog::catalog() {
        let protocol = entry.meta.slug;
        let scenes = entry.meta.scenes.iter();
        let mut wanted: Vec<String> =
            scenes.map(|(scene, _)| format!("#v1&scene={protocol}/{scene}\n")).collect();
        wanted.retain(|link| !golden.contains(&link["#v1&scene".len()..]));
        if !golden.contains(&format!("={protocol}+")) {
            wanted.insert(0, format!("#v1&run={protocol}+seed=7;… (a script of yours)\n"));
        }
        let how = "add them, and BLESS=1 cargo test golden_links writes what they mean";
        assert!(wanted.is_empty(), "{} lacks links ({how}):\n{}", path.display(), wanted.concat());
    }
    assert!(links > 40);
}

// ---- through a chat program ------------------------------------------------------------------

const PLAIN: &str =
    "#v1&run=raft+nodes%3D5+seed=7;1.2s+cut+S1%3ES2;1.3s+link+all+loss=5%25&at=1.24s.214";

/// What programs do to a link that leaves it readable.
fn manglings(hash: &str) -> Vec<(&'static str, String)> {
    let middle = (hash.len() / 2..).find(|&at| hash.is_char_boundary(at)).unwrap_or(0);
    let with = |sign: &str| format!("{}{sign}{}", &hash[..middle], &hash[middle..]);
    let encoded = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    let inside = hash.trim_start_matches('#');
    vec![
        ("a full stop", format!("{hash}.")),
        ("a bracket", format!("{hash})")),
        ("quotes", format!("{hash}”")),
        ("angle brackets", format!("{hash}>")),
        ("ampersands as in HTML", hash.replace('&', "&amp;")),
        ("… twice", hash.replace('&', "&amp;amp;")),
        ("spaces encoded", hash.replace('+', "%20")),
        ("spaces as they are", hash.replace('+', " ")),
        ("a line break", with("\n")),
        ("a line break of Windows", with("\r\n")),
        ("a tab", with("\t")),
        ("a zero-width space", with("\u{200b}")),
        ("a byte order mark before it", format!("\u{feff}{hash}")),
        ("a soft hyphen", with("\u{ad}")),
        ("a mark of direction after it", format!("{hash}\u{200e}")),
        ("… as a browser tells it", format!("{hash}%E2%80%8E")),
        ("a full stop after it, as a browser tells it", format!("{hash}%E3%80%82")),
        ("a bracket and a mark of direction", format!("{hash}%EF%BC%89%E2%80%8E")),
        ("a quotation mark", format!("{hash}%22")),
        ("three dots", format!("{hash}\u{2026}")),
        ("encoded as a whole", format!("#{}", encoded(inside))),
        ("encoded once more", format!("#{}", inside.replace('%', "%25"))),
        ("small digits", hash.replace("%3E", "%3e").replace("%3D", "%3d")),
        ("a tag of whoever counts clicks", format!("{hash}&utm_source=chat&fbclid=x_y-z")),
    ]
}

#[test]
fn a_link_survives_what_chat_programs_do() {
    let meant = Permalink::parse(PLAIN).unwrap();
    for (what, mangled) in manglings(PLAIN) {
        assert_eq!(Permalink::parse(&mangled), Ok(meant.clone()), "{what}: {mangled}");
    }
    let (meant, hash) = made();
    for (what, mangled) in manglings(&hash) {
        assert_eq!(Permalink::parse(&mangled), Ok(meant.clone()), "{what}: {mangled}");
    }
}

#[test]
fn a_link_that_is_damaged_says_so() {
    let told = |hash: &str| match Permalink::parse(hash) {
        Ok(link) => panic!("{hash} was read as {link:?}"),
        Err(notice) => notice.told(Language::English),
    };
    let cut = |end: &str| format!("{}{end}", PLAIN.split_once("S2;").unwrap().0);
    for (damaged, sentence) in [
        (PLAIN.to_uppercase(), "This link cannot be read: it begins with “V1”, not with v1."),
        (PLAIN.to_lowercase(), "Line 2, column 10: expected"),
        (PLAIN.replace("v1&run", "v1&Run"), "This link is damaged at “Run”."),
        (PLAIN.replace("run=raft", "run=Raft"), "Line 1, column 5: expected a protocol"),
        // Cut off, with and without a sign of it.
        (cut("…"), "Line 2, column 10: expected"),
        (cut("..."), "Line 2, column 10: expected"),
        (cut(""), "Line 2, column 10: expected"),
        (cut("%3"), "This link is damaged at “%3”."),
        // Corrected by a word processor.
        (PLAIN.replace("=5", "＝5"), "Line 3, column "),
        (PLAIN.replace("%3E", "→"), "Line 2, column "),
        (PLAIN.replace(";", "\u{37e}"), "Line 1, column "),
    ] {
        let told = told(&damaged);
        assert!(told.starts_with(sentence), "{damaged}: {told}");
    }
}

/// What reads as it stands is not mended: a caption may hold percents, and emoji with all that belongs to them.
#[test]
fn a_sound_link_is_left_alone() {
    let hash = "#v1&run=raft+nodes=3+seed=7;1s+say+%E2%9A%A0%EF%B8%8F+a+100%25+%2541";
    let Ok(Permalink { shows: Shows::Script(script), .. }) = Permalink::parse(hash) else {
        panic!()
    };
    assert!(script.to_string().contains("say \u{26a0}\u{fe0f} a 100% %41"), "{script}");
}

// ---- cut off -----------------------------------------------------------------------------------

/// As this version makes it, of a run with a comparison, at an instant.
fn made() -> (Permalink, String) {
    let hash = format!("{PLAIN}&run2=raft+nodes=3;2s+crash+S1;2.5s+say+It+ends+here%21&theme=dark");
    let link = Permalink::parse(&hash).unwrap();
    (link.clone(), format!("#{link}"))
}

#[test]
fn a_link_that_was_cut_off_never_opens_unnoticed() {
    never_opens_unnoticed(&made().1);
    let beside = "#v1&scene=raft/figure-8&flaw2=count-old-terms&hidden=C1&at=1.2s";
    never_opens_unnoticed(&format!("#{}", Permalink::parse(beside).unwrap()));
}

fn never_opens_unnoticed(hash: &str) {
    assert!(hash.starts_with("#v1&whole&") && hash.ends_with("&end"), "{hash}");
    for end in "#v1&w".len()..hash.len() {
        let cut = &hash[..end];
        // As an element adds them, and whoever counts clicks.
        for more in ["", "…", "...", ")", "%E2%80%8E", "&theme=dark&lang=zh", "&utm_source=chat"]
        {
            let cut = format!("{cut}{more}");
            match Permalink::parse(&cut) {
                Ok(read) => assert!(read.broken, "{cut}"),
                Err(notice) => assert!(!notice.told(Language::English).is_empty(), "{cut}"),
            }
            let store = Store::from_link(&cut, Preferences::default());
            assert!(store.ui.notice.is_some(), "{cut}");
        }
    }
}

#[test]
fn of_a_link_that_was_cut_off_what_is_left_is_shown_and_said_to_be_so() {
    let made = |text: &str| {
        let Ok(link) = Permalink::parse(text) else { panic!("{text}") };
        format!("#{link}")
    };
    let lines = |store: &Store| store.panes[0].run.script().lines.len();
    let told = |store: &Store| store.ui.notice.as_ref().map(|told| told.told(Language::English));
    let hash = made("#v1&run=raft+nodes=3+seed=7;1s+crash+S1;2s+restart+S1;3s+crash+S2&at=1s");
    let left = "The end of this link is missing: this is what it still says.";
    for (cut, some) in [
        (";3s", 2),
        ("crash+S2", 2),
        (";2s", 1),
        ("&at=", 3),
        ("t=1s", 3),
        ("s&end", 3),
        ("&end", 3),
        ("nd", 3),
        ("d", 3),
    ] {
        let cut = &hash[..hash.rfind(cut).unwrap()];
        let store = Store::from_link(cut, Preferences::default());
        assert_eq!((lines(&store), told(&store).as_deref()), (some, Some(left)), "{cut}");
        // On a page that shows another run as well.
        let mut store = Store::from_link("#v1", Preferences::default());
        store.update(RunAction::OpenLink(cut.to_owned()));
        assert_eq!((lines(&store), told(&store).as_deref()), (some, Some(left)), "{cut}");
        // It makes a sound link of what it shows.
        assert!(!Permalink::parse(&store.link()).unwrap().broken);
    }
    // Nothing that runs is left.
    let store = Store::from_link("#v1&whole&run=ra", Preferences::default());
    let damaged = "This link is damaged: a part of it is missing, or was changed on its way.";
    assert_eq!(told(&store).as_deref(), Some(damaged));
    // What was changed by hand runs as it says.
    let store = Store::from_link(&hash.replace("seed=7", "seed=8"), Preferences::default());
    assert_eq!((store.panes[0].run.script().setup.seed, told(&store)), (8, None));
}

#[test]
fn what_is_added_to_a_link_counts_and_damages_nothing() {
    let (meant, hash) = made();
    let read = |more: &str| Permalink::parse(&format!("{hash}{more}")).unwrap();
    assert_eq!(read("&utm_source=chat&fbclid=x_y-z"), meant);
    assert_eq!(read("&theme=light"), Permalink { theme: Theme::Light, ..meant.clone() });
    assert_eq!(read("&lang=zh&at=2s").language, Some(Language::Chinese));
    assert_eq!(read("&script=run%20raft%20nodes%3D3").shows.script().setup.places.servers(), 3);
    // Some write a part without a value with an empty one.
    assert_eq!(
        Permalink::parse(&hash.replace("whole", "whole=").replace("&end", "&end=")),
        Ok(meant.clone())
    );
    // As a query, and between other options of a page that embeds.
    let query = format!("#v1&show=tools&{}&origin=https://course.example", &hash["#v1&".len()..]);
    assert_eq!(Permalink::parse(&query), Ok(meant));
}

#[test]
fn a_link_that_does_not_open_with_whole_is_taken_as_it_stands() {
    let plain = "#v1&run=raft+nodes=3+seed=7;1s+crash+S1;2s+restart+S1";
    let meant = Permalink::parse(plain).unwrap();
    assert!(!meant.broken);
    // Links once began with a check of what they say: it is not looked at.
    for more in ["&end", "&check=0000", "&check="] {
        assert_eq!(Permalink::parse(&format!("{plain}{more}")), Ok(meant.clone()), "{more}");
    }
}

// ---- meant to harm ---------------------------------------------------------------------------

/// As large as a link may be: read in a moment, or refused in one.
#[test]
fn an_enormous_link_takes_a_moment() {
    let long = |start: &str, piece: &str| {
        let pieces = (LONGEST - start.len()) / piece.len();
        format!("{start}{}", piece.repeat(pieces))
    };
    // A few bytes that are half a megabyte when unpacked.
    let lines = "1s crash S1\n1s restart S1\n".repeat(5_000);
    let script = scenario::parse(&format!("run raft nodes=3 seed=7\n{lines}")).unwrap();
    let packed =
        Permalink { shows: Shows::Script(Box::new(script)), ..Permalink::default() }.to_string();
    let packed = packed.strip_prefix("v1").unwrap();
    for hash in [
        long("#v1&run=raft+nodes=3+seed=7", ";1s+crash+S1;1s+restart+S1"),
        long("#v1&run=raft+nodes=3+seed=7;1s+say+", "x"),
        long("#v1&run=raft+nodes=3+seed=7;1s+say+", "%25"),
        long("#v1&run=raft+nodes=3+seed=7;1s+say+", "\u{200b}"),
        long("#v1&run=", "%25"),
        long("#v1", "&amp;"),
        long("#v1", "&run=raft"),
        long("#v1&lanes=", "S1,"),
        long("#v1&at=", "9"),
        long("#v1&run=raft+nodes=", "9"),
        long("#", "#"),
        long("", "("),
        long("#v1&run=raft;1s+partition+", "S1|"),
        long("#v1&run2=raft;1s+cut", "+S1-S2"),
        format!("#v1{}", packed.repeat(LONGEST / packed.len() - 1)),
    ] {
        let start = cpu_time();
        let answer = Permalink::parse(&hash);
        let mut store = Store::from_link(&hash, Preferences::default());
        store.update(TimeAction::StepForward);
        let taken = cpu_time() - start;
        let beginning: String = hash.chars().take(50).collect();
        assert!(taken < Duration::from_secs(2), "{beginning}…: {taken:?}");
        if let Err(notice) = answer {
            let told = notice.told(Language::English);
            assert!(told.chars().count() < 300, "{beginning}…: {told}");
        }
        assert!(Permalink::parse(&format!("{hash}{}", "x".repeat(40))).is_err(), "{beginning}…");
    }
}

/// Of this thread: other tests run beside it.
fn cpu_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|text| text.parse().ok());
    nanos.map_or(Duration::ZERO, Duration::from_nanos)
}

#[test]
fn no_link_asks_for_more_than_a_run_may_have() {
    for hash in [
        "#v1&run=raft+nodes=4294967296",
        "#v1&run=raft+nodes=65535",
        "#v1&run=raft+nodes=0",
        "#v1&run=raft+clients=999999999",
        "#v1&run=raft+latency=99999999999999999999s",
        "#v1&run=raft+seed=99999999999999999999999",
        "#v1&run=raft+nodes=3;99999999999999999999s+crash+S1",
        "#v1&run=raft+nodes=3;1s+crash+S99999",
        "#v1&run=raft+nodes=3;1s+crash+S0",
        "#v1&run=raft+nodes=3;1s+crash+S-1",
    ] {
        let mut store = Store::from_link(hash, Preferences::default());
        let notice = store.ui.notice.as_ref().map(|notice| notice.told(Language::English));
        assert!(notice.is_some_and(|told| !told.is_empty()), "{hash}");
        store.update(TimeAction::StepForward);
    }
}

#[test]
fn other_versions_are_named() {
    for version in ["v0", "v2", "v10", "v99999999999999999999999999"] {
        let Err(notice) = Permalink::parse(&format!("#{version}&run=raft")) else {
            panic!("{version}")
        };
        let told = notice.told(Language::English);
        assert!(told.contains(version) && told.contains("v1"), "{told}");
    }
}

/// The pieces that links are made of, good and bad, in any order.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "#",
            "v1",
            "v2",
            "&",
            "=",
            "+",
            ";",
            "%",
            "%25",
            "%3E",
            "%00",
            "%FF",
            "%E2%80%8B",
            "&amp;",
            "run=",
            "script=",
            "scene=",
            "whole",
            "end",
            "check=",
            "at=",
            "lang=",
            "theme=",
            "speed=",
            "lanes=",
            "hidden=",
            "run2=",
            "flaw2=",
            "option2=",
            "raft",
            "paxos",
            "nodes=",
            "seed=",
            "crash",
            "cut",
            "S1",
            "S2",
            "C1",
            "-",
            ">",
            "|",
            "1s",
            "1.5ms",
            "99999999999",
            "-1",
            ".",
            "/",
            "<script>",
            "\u{200b}",
            "\u{feff}",
            "\n",
            "\0",
            "…",
            "😀",
            "\u{202e}",
            "zh",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// It is read or refused in words, and a page opens either way.
fn opens(hash: &str) {
    if let Err(notice) = Permalink::parse(hash) {
        for language in Language::ALL {
            let told = notice.told(language);
            assert!(!told.is_empty() && told.chars().count() < 600, "{hash}: {told}");
        }
    }
    let mut store = Store::from_link(hash, Preferences::default());
    store.update(TimeAction::StepForward);
    let again = Store::from_link(&store.link(), Preferences::default());
    assert_eq!(again.panes[0].run.script(), store.panes[0].run.script(), "{hash}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_at_all(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        opens(&text);
        opens(&format!("#v1&run=raft+{text}"));
        let encoded: String = bytes.iter().map(|byte| format!("%{byte:02x}")).collect();
        opens(&format!("#v1&run=raft;1s+say+{encoded}"));
    }

    #[test]
    fn any_pieces_of_links(soup in soup()) {
        opens(&soup);
        opens(&format!("#v1&{soup}"));
    }

    /// Whatever else a link holds, what programs do to it leaves it what it was, or is told.
    #[test]
    fn any_link_survives_or_says_so(link in any_link()) {
        let hash = format!("#{link}");
        for (what, mangled) in manglings(&hash) {
            // What nobody sees may fall into a text, and be a part of it.
            let unseen = what.starts_with("a ") || what.starts_with("… as") || what.starts_with("encoded");
            let free = ["say+", "title+", "request+", "fire+", "without=", "2="];
            let free = free.iter().any(|part| hash.contains(part));
            let ambiguous = unseen && free;
            match Permalink::parse(&mangled) {
                Ok(read) => prop_assert!(read == link || read.broken || ambiguous, "{}: {}", what, mangled),
                Err(notice) => prop_assert!(!notice.told(Language::English).is_empty()),
            }
        }
    }

    /// Wherever a link is cut off after its `whole`, it says so.
    #[test]
    fn any_link_that_was_cut_off_says_so(link in any_link(), place: prop::sample::Index) {
        let hash = format!("#{link}");
        if let Some(more) = hash.strip_prefix("#v1&whole") {
            let cut = &hash[..hash.len() - 1 - place.index(more.len())];
            prop_assert!(Permalink::parse(cut).map_or(true, |read| read.broken), "{}", cut);
        }
    }

    /// One sign is another, one is missing, one too many, two are swapped.
    #[test]
    fn any_link_with_a_fault_opens_or_says_so(link in any_link(), place: prop::sample::Index, byte in any::<u8>(), way in 0..4) {
        let mut bytes = link.to_string().into_bytes();
        let place = place.index(bytes.len());
        match way {
            0 => bytes[place] = byte,
            1 => drop(bytes.remove(place)),
            2 => bytes.insert(place, byte),
            _ => bytes.swap(place, byte as usize % (place + 1)),
        }
        opens(&String::from_utf8_lossy(&bytes));
    }
}
