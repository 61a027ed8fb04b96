//! Calls, right and wrong, over real runs: each wrong one says in one sentence why.

use serde_json::{Value, json};

use super::api::{COLOURS, Call, ReadTarget, Reading, Task, not_a_call};
use super::pending_calls::{self, Answered, PendingCall, PendingCalls};
use super::state::{News, State, Watch, Watched};
use super::tests::{frames, store};
use super::*;

use crate::base::{Place, Sentence, Time};
use crate::command::Command;
use crate::words;

const RUN: &str = "run raft nodes=3 seed=7\n10ms fire S1 election\n100ms say S1 leads now.\n";

/// What was answered: the state as JSON, or what was read.
type Outcome = Result<String, String>;

/// A call of this name that takes this, as it comes from JavaScript.
fn asked(name: &str, text: &str) -> Value {
    match name {
        "load" => json!({ "call": name, "script": text }),
        "open" => json!({ "call": name, "link": text }),
        "seek" => json!({ "call": name, "to": text }),
        "until" => json!({ "call": name, "condition": text }),
        "speed" => json!({ "call": name, "speed": text }),
        "command" => json!({ "call": name, "command": text }),
        "set" => {
            let (name, value) = text.split_once('=').unwrap();
            json!({ "call": "set", "name": name, "value": value })
        }
        "watch" => json!({ "call": name, "news": text.split(' ').collect::<Vec<_>>() }),
        "read" => json!({ "call": name, "what": text }),
        _ => json!({ "call": name }),
    }
}

/// As the page takes it.
fn task(call: Value, store: &Store) -> Result<Task, Sentence> {
    let call: Call = serde_json::from_value(call).map_err(|why| not_a_call(&why.to_string()))?;
    call.task(&store.pane().run.script().setup)
}

fn written(reading: Reading) -> String {
    match reading {
        Reading::Text(text) => text,
        state => serde_json::to_string(&state).unwrap(),
    }
}

/// A host: what it has called by now, and what it was answered.
#[derive(Default)]
struct Host {
    pending: PendingCalls<&'static str>,
    answered: Vec<(&'static str, Outcome)>,
}

impl Host {
    /// Calls as the page lets it, and calls itself so.
    fn call(&mut self, store: &mut Store, whom: &'static str, name: &str, text: &str) {
        match task(asked(name, text), store) {
            Err(why) => {
                self.answered.push((whom, Err(words::tell(words::Language::English, &why))));
            }
            Ok(Task::Do(action)) => {
                self.pending.push(PendingCall::before(&action, store), whom);
                store.update(action);
                let done = self.pending.done(store);
                self.answer(done);
            }
            Ok(Task::Read(what)) => self.pending.push(PendingCall::to_read(what, store), whom),
            Ok(Task::Paint(..) | Task::Watch(_)) => {
                self.pending.push(PendingCall::to_read(ReadTarget::State, store), whom);
            }
        }
        self.look(store);
    }

    /// After anything that has happened on the page.
    fn look(&mut self, store: &mut Store) {
        let answered = self.pending.answer(store);
        self.answer(answered);
    }

    fn answer(&mut self, answered: Vec<Answered<&'static str>>) {
        self.answered.extend(answered.into_iter().map(|(whom, done)| (whom, done.map(written))));
    }

    fn wait(&mut self, store: &mut Store) {
        for _ in 0..10_000 {
            if self.pending.is_empty() {
                return;
            }
            frames(store, 1);
            self.look(store);
        }
        panic!("never answered: {:?}", self.answered);
    }

    /// What it was answered, in order; states by their time.
    fn told(&self) -> Vec<(&'static str, String)> {
        let said = |done: &Outcome| match done {
            Ok(state) => field(state, "time").to_owned(),
            Err(why) => format!("✗ {why}"),
        };
        self.answered.iter().map(|(whom, done)| (*whom, said(done))).collect()
    }
}

/// Calls, and waits for the answer.
fn call(store: &mut Store, name: &str, text: &str) -> Outcome {
    let mut host = Host::default();
    host.call(store, "it", name, text);
    host.wait(store);
    host.answered.pop().expect("answered once").1
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
        ("watch", "event state", "protocol", "raft"),
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
    store.update(TimeAction::RunUntil("S1 role=leader".into()));
    call(&mut store, "until", "any role=leader").unwrap_err();
    assert_eq!(store.ui.notice, None);
}

const GIVEN_UP: &str = "✗ The search was given up.";
const TAKEN: &str = "✗ Another call has taken the place of this one.";
const UP: &str = "S1 is up: only what is down can be restarted.";
const NEVER: &str = "S1 commitIndex>=9999";

#[test]
fn what_did_not_come_true_is_never_answered_as_if_it_had() {
    for action in [
        Action::Time(TimeAction::CancelGoal),
        Action::Page(PageAction::Escape),
        Action::Time(TimeAction::Play),
        Action::Time(TimeAction::Seek(Time::ZERO)),
    ] {
        let mut store = store(RUN);
        let mut host = Host::default();
        host.call(&mut store, "until", "until", NEVER);
        host.call(&mut store, "read", "read", "");
        frames(&mut store, 3);
        host.look(&mut store);
        assert!(host.answered.is_empty(), "{:?}", host.told());
        store.update(action);
        host.look(&mut store);
        assert_eq!(host.told(), [("until", GIVEN_UP.into()), ("read", "0".into())]);
    }
    let mut store = store(RUN);
    let mut host = Host::default();
    host.call(&mut store, "seek", "seek", "3000s");
    store.update(TimeAction::CancelGoal);
    host.look(&mut store);
    assert_eq!(host.told(), [("seek", "✗ The way there was given up.".into())]);
}

#[test]
fn every_call_has_its_own_outcome_whatever_came_before_it() {
    for (name, text) in [
        ("seek", "1s"),
        ("until", "sent heartbeat"),
        ("command", "crash S2"),
        ("command", "restart S1"),
        ("load", RUN),
        ("open", "#v1&run=paxos&at=1s"),
    ] {
        let by_itself = call(&mut store(RUN), name, text);
        for (first, of) in [("until", NEVER), ("seek", "3000s")] {
            let mut store = store(RUN);
            let mut host = Host::default();
            host.call(&mut store, "first", first, of);
            host.call(&mut store, "second", name, text);
            host.wait(&mut store);
            assert_eq!(host.told()[0], ("first", TAKEN.into()), "{first}, {name} {text}");
            let (whom, done) = &host.answered[1];
            assert_eq!((*whom, done.is_ok()), ("second", by_itself.is_ok()), "{done:?}");
            // A way has left the start already, a search has not.
            assert!(first == "seek" || *done == by_itself, "{name} {text}: {done:?}");
            assert_eq!((host.answered.len(), &store.ui.notice), (2, &None));
        }
    }
}

/// What was not understood breaks nothing off, and is not taken for what was.
#[test]
fn a_call_that_is_refused_leaves_the_one_before_it_on_its_way() {
    let mut store = store(RUN);
    let mut host = Host::default();
    host.call(&mut store, "far", "seek", "3000s");
    host.call(&mut store, "wrong", "until", "S9 role=leader");
    host.call(&mut store, "play", "play", "");
    let told = host.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].0 == "wrong" && told[0].1.contains("S9"), "{told:?}");
    store.update(Action::Do(Command::Restart(Place::server(0))));
    host.look(&mut store);
    let told = host.told();
    assert_eq!(told[1], ("far", "✗ The way there was given up.".into()));
    assert_eq!((told[2].0, told.len()), ("play", 3));
    let by_hand = store.ui.notice.as_ref().map(|notice| notice.told(words::Language::English));
    assert_eq!(by_hand, Some(UP.into()), "what a hand was refused is not told to the host");
}

#[test]
fn what_the_page_has_to_say_is_taken_by_nobody_whom_it_does_not_concern() {
    let mut store = Store::from_link("#v1&scene=raft/nope", Preferences::default());
    let said = store.ui.notice.clone();
    assert_eq!(said.as_ref().map(|notice| notice.kind), Some(NoticeKind::Refusal));
    for (name, text) in [
        ("watch", "event state"),
        ("set", "accent=#0a7"),
        ("set", "theme=dark"),
        ("set", "lang=en"),
        ("set", "panel=log"),
        ("speed", "1"),
        ("pause", ""),
        ("read", "script"),
    ] {
        call(&mut store, name, text).unwrap_or_else(|why| panic!("{name} {text}: {why}"));
        assert_eq!(store.ui.notice, said, "{name} {text}");
    }
    // A call that is refused has changed nothing: what was said still holds.
    call(&mut store, "command", "restart S1").unwrap_err();
    assert_eq!(store.ui.notice, said);
    call(&mut store, "open", "#v1&scene=raft/figure-8&at=1s").unwrap();
    assert_eq!(store.ui.notice, None);
}

/// Where a link could not be shown, these would concern another run than the host means.
#[test]
fn some_calls_act_on_whatever_run_is_shown() {
    let store = store(RUN);
    let drives = |name: &str, text: &str| match task(asked(name, text), &store) {
        Ok(Task::Do(action)) => pending_calls::drives(&action),
        other => panic!("{other:?}"),
    };
    for (name, text) in [
        ("play", ""),
        ("forward", ""),
        ("back", ""),
        ("seek", "1s"),
        ("seek", "7"),
        ("until", "leader"),
        ("command", "crash S1"),
    ] {
        assert!(drives(name, text), "{name}");
    }
    for (name, text) in [
        ("load", RUN),
        ("open", "#v1&scene=raft/figure-8"),
        ("pause", ""),
        ("speed", "1"),
        ("set", "theme=dark"),
        ("set", "panel=log"),
    ] {
        assert!(!drives(name, text), "{name} {text}");
    }
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
    assert!(state.contains(r##""link":"#v1&whole&run="##), "{state}");
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
    assert_eq!(task(json!({ "call": "read" }), &store), Ok(Task::Read(ReadTarget::State)));
}

#[test]
fn a_run_is_read_whole_or_in_windows_and_never_cut_off_unsaid() {
    let busy = "run raft nodes=5 seed=3 heartbeat=5ms latency=1ms..2ms\n10ms fire S1 election\n";
    let mut store = store(busy);
    call(&mut store, "seek", "10s").unwrap();
    let all = store.pane().run.event() as usize;
    for format in ["ndjson", "shiviz"] {
        let why = call(&mut store, "read", format).unwrap_err();
        let wanted = format!(
            "From 0s to 10s there are more than 20000 events, too many to be read at a time: take a shorter window, such \
             as “{format} 0s..5s”."
        );
        assert_eq!(why, wanted);
    }
    let lines = |store: &mut Store, what: &str| call(store, "read", what).unwrap().lines().count();
    let seconds = ["0s..3s", "3.000001s..6s", "6.000001s..9s", "9.000001s..1h"];
    let windows = seconds
        .map(|window| lines(&mut store, &format!("ndjson {}", window.replace("1h", "3600s"))));
    assert_eq!(windows.iter().sum::<usize>(), all);
    let picture = call(&mut store, "read", "mermaid").unwrap();
    assert!(picture.contains("Cut off at"), "{}", &picture[picture.len() - 200..]);
    // What was seen before one stepped back is known, but not of the run so far.
    call(&mut store, "seek", "1s").unwrap();
    let early = lines(&mut store, "ndjson");
    assert_eq!(early as u64, store.pane().run.event());
    assert_eq!(lines(&mut store, "ndjson 0s..3s"), windows[0]);
}

#[test]
fn a_wrong_call_says_why_and_changes_nothing() {
    let mut store = store(RUN);
    call(&mut store, "seek", "150ms").unwrap();
    let before = call(&mut store, "read", "link").unwrap();
    for (name, text, why) in [
        ("load", "run raft nodes=3\n1s crush S1", "Line 2, column 4: expected a command"),
        ("load", "", "Line 1, column 1: expected a line such as"),
        ("open", "#v1&run=raft;1s+crush+S1", "Line 2, column 4: expected a command"),
        ("open", "#v7", "This link is for version v7 of this page, which reads v1."),
        ("open", "#v1&scene=raft/nothing", "There is no scene “raft/nothing”."),
        ("open", "#v1&whole&run=raft&at=1s", "This link is damaged: a part of it is missing"),
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
            "“watch” of “everything”: expected event, property, caption, state or study.",
        ),
        (
            "read",
            "mind",
            "“read” of “mind”: expected state, link, script, flowchart, mermaid, svg, shiviz or ndjson; the last four \
             also of a window, such as ndjson 0s..5s.",
        ),
        ("read", "ndjson soon", "“read” of “ndjson soon”: expected"),
        ("read", "ndjson 3s..2s", "“read” of “ndjson 3s..2s”: expected"),
        ("read", "flowchart 0s..1s", "“read” of “flowchart 0s..1s”: expected"),
        ("read", "ejson", "“read” of “ejson”: expected"),
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
fn what_is_no_call_is_refused_in_a_sentence() {
    let store = store(RUN);
    for (call, why) in [
        (
            json!({ "call": "jump" }),
            "unknown variant `jump`, expected one of `load`, `open`, `play`,",
        ),
        (
            json!({ "call": "<img src=x onerror=alert(1)>" }),
            "unknown variant `<img src=x onerror=alert(1)>`",
        ),
        (json!({ "call": "__proto__" }), "unknown variant"),
        (json!({}), "missing field `call`"),
        (json!({ "call": "seek" }), "missing field `to`"),
        (json!({ "call": "seek", "to": null }), "expected a text or a number"),
        (json!({ "call": "seek", "to": ["1s"] }), "expected a text or a number"),
        (
            json!({ "call": "seek", "to": "1s", "from": "0s" }),
            "unknown field `from`, expected `to`",
        ),
        (json!({ "call": "load", "script": 7 }), "invalid type: integer `7`, expected a string"),
        (json!({ "call": "play", "text": "now" }), "unknown field `text`"),
        (
            json!({ "call": "watch", "news": "event" }),
            "invalid type: string \"event\", expected a sequence",
        ),
        (json!("play"), "invalid type: string \"play\""),
        (json!(null), "invalid type: null"),
    ] {
        let said = task(call.clone(), &store).unwrap_err().to_string();
        let begins = "This is no call as synod-playground.d.ts tells of them: ";
        assert!(said.starts_with(begins) && said.contains(why), "{call}: {said}");
    }
}

#[test]
fn a_number_says_what_it_says_as_a_text() {
    let store = store(RUN);
    let same = |number: Value, text: Value| assert_eq!(task(number, &store), task(text, &store));
    same(json!({ "call": "seek", "to": 11 }), json!({ "call": "seek", "to": "11" }));
    same(json!({ "call": "seek", "to": 1.5 }), json!({ "call": "seek", "to": "1.5" }));
    same(json!({ "call": "speed", "speed": 2 }), json!({ "call": "speed", "speed": "2" }));
}

#[test]
fn what_is_quoted_is_short() {
    let store = store(RUN);
    let long = "x".repeat(300_000);
    for name in ["seek", "speed", "read", "watch", &long] {
        let told = task(asked(name, &long), &store).unwrap_err().to_string();
        assert!(told.len() < 500 && told.contains("xxx…"), "{told}");
    }
}

/// Of the events that were told.
fn numbers(news: &[News]) -> Vec<u64> {
    let number = |news: &News| match news {
        News::Event(event) => Some(event.event),
        _ => None,
    };
    news.iter().filter_map(number).collect()
}

#[test]
fn a_host_is_told_what_it_watches_and_nothing_else() {
    let mut store = store(RUN);
    let mut watch = Watch::default();
    assert!(watch.is_idle() && watch.news(&store).is_empty());
    watch.begin(
        Watched { events: true, properties: true, captions: true, state: true, study: true },
        &store,
    );
    assert!(watch.news(&store).is_empty(), "what is so already is no news");
    store.update(TimeAction::Speed(Speed::MAX));
    store.update(TimeAction::Play);
    let mut news = Vec::new();
    while store.pane().run.now() < crate::base::Time::millis(200) {
        frames(&mut store, 1);
        news.extend(watch.news(&store));
    }
    store.update(TimeAction::Pause);
    news.extend(watch.news(&store));
    let count = |kind: &str| {
        news.iter().filter(|it| serde_json::to_value(it).unwrap()["news"] == *kind).count()
    };
    assert!(count("event") as u64 <= store.pane().run.event() && count("event") > 20);
    let numbers = numbers(&news);
    assert!(
        numbers.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "each once, in order: {numbers:?}"
    );
    assert!(count("caption") >= 1 && count("property") >= 1, "{news:#?}");
    assert_eq!(count("state"), 2, "it began to play, and it rests");

    watch.begin(Watched::default(), &store);
    store.update(TimeAction::StepForward);
    assert!(watch.is_idle() && watch.news(&store).is_empty());
}

#[test]
fn another_run_is_told_from_its_beginning_and_a_branch_from_where_it_departs() {
    let mut store = store(RUN);
    let mut watch = Watch::default();
    watch.begin(Watched { events: true, ..Watched::default() }, &store);
    let mut told = |store: &Store| numbers(&watch.news(store));
    call(&mut store, "seek", "60ms").unwrap();
    let here = store.pane().run.event();
    assert_eq!(told(&store).last(), Some(&here));

    // Its cursor is beyond the old one's.
    call(&mut store, "open", "#v1&run=raft+nodes=3+seed=9&at=300ms").unwrap();
    let there = store.pane().run.event();
    assert!(there > here);
    assert_eq!(told(&store), Vec::from_iter(1..=there));
    // Far in, the last of it.
    call(&mut store, "open", "#v1&run=raft+nodes=3+seed=5&at=5s").unwrap();
    let there = store.pane().run.event();
    assert_eq!(told(&store), Vec::from_iter(there - 499..=there));

    // In the past: what happened before the command was told already, and is so in this branch.
    call(&mut store, "seek", "200ms").unwrap();
    assert!(told(&store).is_empty(), "a step back is no news");
    let fork = store.pane().run.event();
    let branches = store.pane().branches.len();
    call(&mut store, "command", "crash S1").unwrap();
    assert_eq!(store.pane().branches.len(), branches + 1);
    assert_eq!(told(&store), Vec::from_iter(fork + 1..=store.pane().run.event()));
    // A command where nothing is known beyond makes no branch.
    let here = store.pane().run.event();
    call(&mut store, "command", "restart S1").unwrap();
    assert_eq!(told(&store).first(), Some(&(here + 1)));
    // Another flaw makes another run, also where it departs from this one.
    store.update(RunAction::ToggleFlaw("forget-vote".into()));
    let there = store.pane().run.event();
    assert_eq!(told(&store), Vec::from_iter(1..=there));

    // Who comes back to a run that went on for long passes by what is known of it.
    let busy = "#v1&run=raft+nodes=5+seed=3+heartbeat=5ms+latency=1ms..2ms&at=";
    for link in [&format!("{busy}20s"), "#v1&run=raft+nodes=3&at=0s"] {
        call(&mut store, "open", link).unwrap();
        told(&store);
    }
    store.update(RunAction::OpenLink(format!("{busy}1s")));
    assert!(store.playback.goal.is_some(), "it takes more than a tick");
    let mut seen = Vec::new();
    while store.playback.goal.is_some() {
        seen.extend(told(&store));
        frames(&mut store, 1);
    }
    seen.extend(told(&store));
    let there = store.pane().run.event();
    assert_eq!(seen, Vec::from_iter(there - 499..=there));
}

#[test]
fn a_violation_is_news_with_its_reason() {
    let mut store = store(RUN);
    let mut watch = Watch::default();
    watch.begin(Watched { properties: true, ..Watched::default() }, &store);
    let scene = Scene::find("raft", "figure-8-flaw").unwrap().script().to_string();
    call(&mut store, "load", &scene).unwrap();
    store.update(TimeAction::Speed(Speed::MAX));
    store.update(TimeAction::Play);
    frames(&mut store, 2_000);
    let news = watch.news(&store);
    let broken = news.iter().find_map(|news| match news {
        News::Property { property } if property.standing == "violated" => Some(property),
        _ => None,
    });
    let broken = broken.unwrap_or_else(|| panic!("{news:#?}"));
    assert!(broken.why.as_ref().is_some_and(|why| why.len() > 10), "{broken:?}");
    assert!(broken.time.is_some() && broken.event.is_some(), "{broken:?}");
}

#[test]
fn a_server_tells_what_it_keeps() {
    let mut store =
        store("run raft nodes=3 seed=7\n10ms fire S1 election\n60ms request C1 put x=1");
    store.update(TimeAction::Seek(Time::millis(200)));
    let state = serde_json::to_value(State::of(&store)).unwrap();
    let server = &state["nodes"][0];
    assert_eq!((&server["epoch"], &server["log"]), (&"term 1".into(), &2.into()));
    let panel = &server["panels"][0];
    assert_eq!((&panel["name"], &panel["kind"]), (&"Log".into(), &"log".into()));
    assert_eq!((&panel["length"], &panel["cells"][1]["text"]), (&2.into(), &"x=1".into()));
}

/// The script that hosts load, its description, and the page's style sheet speak of the same things.
#[test]
fn hosts_are_told_the_same_names() {
    let files = ["www/public/synod-playground.js", "www/public/synod-playground.d.ts"];
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
                  isolated epoch memory disk log panels lamport name kind standing why"
        .split_whitespace()
    {
        assert!(state.contains(&format!("\"{field}\":")), "{field} in the state");
        assert!(types.contains(&format!("readonly {field}")), "{field} in the description");
    }
}
