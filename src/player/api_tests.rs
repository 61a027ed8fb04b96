//! Calls, right and wrong, over real runs: each wrong one says in one sentence why.

use super::api::{COLOURS, Call, Given, LONGEST, Watch, Watched, What};
use super::tests::{frames, store};
use super::*;

use crate::words;

const RUN: &str = "run raft nodes=3 seed=7\n10ms fire S1 election\n100ms say S1 leads now.\n";

/// Calls as a host does, and waits for the answer.
fn call(store: &mut Store, name: &str, text: &str) -> Result<String, String> {
    let setup = store.pane().run.script().setup.clone();
    let english = |why| words::tell(words::Language::English, &why);
    let given = match Call::parse(name, text, &setup).map_err(english)? {
        Call::Do(action) => {
            let given = Given::before(&action, store);
            store.update(action);
            given
        }
        Call::Read(what) => Given::to_read(what),
        Call::Paint(..) | Call::Watch(_) => Given::default(),
    };
    for _ in 0..10_000 {
        if store.playback.goal.is_none() {
            return given.answer(store);
        }
        store.update(Action::Tick { elapsed_micros: 16_667 });
    }
    panic!("“{name}” of “{text}” is not answered");
}

/// The value of a plain field.
fn field<'a>(state: &'a str, name: &str) -> &'a str {
    let (_, rest) = state.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{state}"));
    rest.split([',', '}']).next().unwrap().trim_matches('"')
}

#[test]
fn every_call_answers_with_the_state_that_it_leads_to() {
    let mut store = store(RUN);
    for (name, text, shown, value) in [
        ("read", "", "time", "0"),
        ("seek", "60ms", "time", "60000"),
        ("seek", "11", "event", "11"),
        ("forward", "", "event", "14"),
        ("back", "", "event", "11"),
        ("until", "any role=leader", "caption", "null"),
        ("seek", "150ms", "caption", "S1 leads now."),
        ("speed", "1/10", "speed", "1/10"),
        ("play", "", "playing", "true"),
        ("pause", "", "playing", "false"),
        ("command", "crash S2", "caption", "null"),
        ("set", "theme=dark", "protocol", "raft"),
        ("set", "accent=#0a7", "protocol", "raft"),
        ("set", "accent=", "protocol", "raft"),
        ("watch", "events state", "protocol", "raft"),
        ("open", "#v1&scene=raft/figure-8&at=1s", "time", "1000000"),
        ("open", "https://site.example/x/#v1&run=paxos&at=0s", "protocol", "paxos"),
        ("open", "v1&run=paxos+nodes=5&at=0s", "protocol", "paxos"),
        ("load", RUN, "protocol", "raft"),
    ] {
        let state =
            call(&mut store, name, text).unwrap_or_else(|why| panic!("{name} {text}: {why}"));
        assert_eq!(field(&state, shown), value, "{name} {text}: {state}");
    }
    assert_eq!(store.ui.theme, Theme::Dark);
}

/// It would stand over the stage, and whoever called knows.
#[test]
fn what_was_waited_for_is_told_to_whoever_called_and_not_on_the_page() {
    let mut store = store(RUN);
    call(&mut store, "until", "any role=leader").unwrap();
    assert_eq!(store.ui.notice, None);
    store.update(Action::RunUntil("S1 role=leader".into()));
    call(&mut store, "until", "any role=leader").unwrap_err();
    assert_eq!(store.ui.notice, None);
}

#[test]
fn a_state_tells_of_every_server_and_property() {
    let mut store = store(RUN);
    let state = call(&mut store, "seek", "150ms").unwrap();
    assert!(state.contains(r#""nodes":[{"id":"S1","status":"up","role":"leader""#), "{state}");
    assert!(state.contains(r#""memory":{"#) && state.contains(r#""disk":{"#), "{state}");
    assert!(
        state.contains(
            r#"{"name":"Election Safety","kind":"always","standing":"holds","why":null}"#
        ),
        "{state}"
    );
    assert!(state.contains(r##""link":"#v1&check="##), "{state}");
}

#[test]
fn what_can_be_read_is_read() {
    let mut store = store(RUN);
    call(&mut store, "seek", "150ms").unwrap();
    for (what, begins) in [
        ("link", "&run=raft+nodes=3+seed=7;10ms+fire+S1+election"),
        ("script", "run raft nodes=3 seed=7\n"),
        ("mermaid", "sequenceDiagram"),
        ("flowchart", "flowchart"),
        ("svg", "<svg"),
        ("shiviz", ""),
        ("ndjson", "{"),
        ("state", "{\"protocol\":\"raft\""),
    ] {
        let read = call(&mut store, "read", what).unwrap();
        assert!(read.contains(begins) && read.len() > 20, "{what}: {read}");
    }
    assert_eq!(
        Call::parse("read", "", &store.pane().run.script().setup),
        Ok(Call::Read(What::State))
    );
}

#[test]
fn a_wrong_call_says_why_and_changes_nothing() {
    let mut store = store(RUN);
    call(&mut store, "seek", "150ms").unwrap();
    let before = call(&mut store, "read", "link").unwrap();
    for (name, text, why) in [
        (
            "jump",
            "",
            "There is no call “jump”: expected load, open, play, pause, forward, back, seek, until, speed, command, set, watch, read.",
        ),
        (
            "",
            "",
            "There is no call “”: expected load, open, play, pause, forward, back, seek, until, speed, command, set, watch, read.",
        ),
        ("load", "run raft nodes=3\n1s crush S1", "Line 2, column 4: expected a command"),
        ("load", "", "Line 1, column 1: expected a line such as"),
        ("open", "#v1&run=raft;1s+crush+S1", "Line 2, column 4: expected a command"),
        ("open", "#v7", "This link is for version v7 of this page, which reads v1."),
        ("open", "#v1&scene=raft/nothing", "There is no scene “raft/nothing”."),
        ("open", "#v1&check=0000&run=raft&at=1s", "This link is damaged: a part of it is missing"),
        ("play", "now", "“play” takes nothing, but “now” came with it."),
        ("pause", "1", "“pause” takes nothing, but “1” came with it."),
        ("forward", "2", "“forward” takes nothing, but “2” came with it."),
        ("back", "2", "“back” takes nothing, but “2” came with it."),
        (
            "seek",
            "soon",
            "“seek” of “soon”: expected an event such as 214, or a time such as 1.24s.",
        ),
        ("seek", "", "“seek” of “”: expected an event such as 214, or a time such as 1.24s."),
        ("seek", "4000000", "There is no event 4000000: the run ends at"),
        ("until", "S9 role=leader", "S9"),
        ("until", "leader=", "expected"),
        ("until", "S1 commitIndex>=9999", "does not come true"),
        ("speed", "3", "“speed” of “3”: expected a speed such as 1/10, 1, 5 or max."),
        ("command", "crush S1", "expected a command"),
        ("command", "crash S9", "S9"),
        ("command", "restart S1", "S1"),
        ("command", "crash S1\n1s crash S2", "expected"),
        ("set", "theme=pink", "“set” of “theme=pink”: expected theme=light, theme=dark"),
        ("set", "lang=fr", "“set” of “lang=fr”: expected"),
        ("set", "panel=all", "“set” of “panel=all”: expected"),
        ("set", "colour=red", "“set” of “colour=red”: expected"),
        (
            "set",
            "accent=url(https://x.example)",
            "“set” of “accent=url(https://x.example)”: expected a colour",
        ),
        ("set", "accent=red;display:none", "“set” of “accent=red;display:none”: expected a colour"),
        (
            "watch",
            "everything",
            "“watch” of “everything”: expected events, properties, captions or state.",
        ),
        (
            "read",
            "mind",
            "“read” of “mind”: expected state, link, script, mermaid, flowchart, svg, shiviz or ndjson.",
        ),
        ("read", "ejson", "“read” of “ejson”: expected"),
        ("<img src=x onerror=alert(1)>", "", "There is no call “<img src=x onerror=alert(1)>”"),
    ] {
        match call(&mut store, name, text) {
            Ok(_) => panic!("“{name}” of “{text}” was done"),
            Err(said) => assert!(said.contains(why), "“{name}” of “{text}”: {said}"),
        }
        assert!(
            store.ui.notice.is_none() && store.ui.mistaken.is_none(),
            "{name} {text}: told twice"
        );
    }
    call(&mut store, "seek", "150ms").unwrap();
    assert_eq!(call(&mut store, "read", "link").unwrap(), before);
}

#[test]
fn what_is_quoted_is_short_and_what_is_long_is_refused() {
    let store = store(RUN);
    let setup = &store.pane().run.script().setup;
    let told = |name: &str, text: &str| {
        words::tell(words::Language::English, &Call::parse(name, text, setup).unwrap_err())
    };
    let long = "x".repeat(LONGEST + 1);
    assert_eq!(told("load", &long), "A call's text may have 262144 bytes at most.");
    assert!(told("seek", &long[1..]).len() < 300);
    assert!(told(&long, "").len() < 400);
}

#[test]
fn a_host_is_told_what_it_watches_and_nothing_else() {
    let mut store = store(RUN);
    let mut watch = Watch::default();
    assert!(watch.is_idle() && watch.news(&store).is_empty());
    watch.begin(Watched { events: true, properties: true, captions: true, state: true }, &store);
    assert!(watch.news(&store).is_empty(), "what is so already is no news");
    store.update(Action::Speed(Speed::MAX));
    store.update(Action::Play);
    let mut news = Vec::new();
    while store.pane().run.now() < crate::base::Time::millis(200) {
        frames(&mut store, 1);
        news.extend(watch.news(&store));
    }
    store.update(Action::Pause);
    news.extend(watch.news(&store));
    let count = |kind: &str| {
        news.iter().filter(|it| it.starts_with(&format!("{{\"news\":\"{kind}\""))).count()
    };
    assert!(count("event") as u64 <= store.pane().run.event() && count("event") > 20);
    let numbers: Vec<u64> = news
        .iter()
        .filter(|it| it.starts_with("{\"news\":\"event\""))
        .map(|it| field(it, "event").parse().unwrap())
        .collect();
    assert!(
        numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "each once, in order: {numbers:?}"
    );
    assert!(count("caption") >= 1 && count("property") >= 1, "{news:#?}");
    assert_eq!(count("state"), 2, "it began to play, and it rests");

    watch.begin(Watched::default(), &store);
    store.update(Action::StepForward);
    assert!(watch.is_idle() && watch.news(&store).is_empty());
}

#[test]
fn a_violation_is_news_with_its_reason() {
    let mut store = store(RUN);
    let mut watch = Watch::default();
    watch.begin(Watched { properties: true, ..Watched::default() }, &store);
    let scene = Scene::find("raft", "figure-8-flaw").unwrap().script().to_string();
    call(&mut store, "load", &scene).unwrap();
    store.update(Action::Speed(Speed::MAX));
    store.update(Action::Play);
    frames(&mut store, 2_000);
    let news = watch.news(&store);
    let broken = news
        .iter()
        .find(|it| it.contains("\"standing\":\"violated\""))
        .unwrap_or_else(|| panic!("{news:#?}"));
    assert!(field(broken, "why").len() > 10, "{broken}");
}

/// The script that hosts load, its description, and the page's style sheet speak of the same things.
#[test]
fn hosts_are_told_the_same_names() {
    let files = ["www/synod-playground.js", "www/synod-playground.d.ts"];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let [script, types] = files.map(|file| std::fs::read_to_string(root.join(file)).unwrap());
    let css = std::fs::read_to_string(root.join("www/synod.css")).unwrap();
    for colour in COLOURS {
        assert!(css.contains(&format!("--{colour}: ")), "{colour} is no colour of the page");
        assert!(script.contains(&format!("\"{colour}\"")), "{colour} in the script");
        assert!(types.contains(&format!("--synod-{colour}")), "{colour} in the description");
    }
    for name in "load open play pause forward back seek until speed command set read".split(' ') {
        assert!(script.contains(&format!("\n    {name}(")), "{name} in the script");
        assert!(types.contains(&format!("\n  {name}(")), "{name} in the description");
    }
    let state = call(&mut store(RUN), "read", "").unwrap();
    for field in "protocol title time event events playing speed link script caption nodes properties id status role \
                  isolated epoch memory disk log lamport name kind standing why"
        .split_whitespace()
    {
        assert!(state.contains(&format!("\"{field}\":")), "{field} in the state");
        assert!(types.contains(&format!("readonly {field}")), "{field} in the description");
    }
}
