//! Panels of servers that have no log, no stamp and no leader: a made-up protocol, each of whose
//! servers keeps something of another kind, is drawn, told, exported and inspected.

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use serde_json::{Value, json};
use synod::base::{Place, PlaceKind, Places, Sentence, Span, Time};
use synod::catalog::{self, Run};
use synod::explore::condition;
use synod::export::{ExportRequest, Format, ejson, take};
use synod::player::state::PanelState;
use synod::protocol::{
    Cell, CellState, Content, Effects, Field, Formation, Input, Kind, Message, Meta, Panel,
    PanelView, Property, Protocol, Request, Role, Serves, Shown, Tag, Tone,
};
use synod::scenario;
use synod::sentence;
use synod::sim::ensemble::Servers;
use synod::sim::fact::Fact;
use synod::view::stage::layout::Room;
use synod::view::stage::row::{PanelRow, WordStyle};
use synod::view::stage::scene::Shape;
use synod::view::{Layout, StageView};
use synod::words::{Language, tell};

/// A server that keeps what its number says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Shelf {
    me: Place,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }
}

impl FromStr for Nothing {
    type Err = &'static str;
    fn from_str(_: &str) -> Result<Nothing, &'static str> {
        Err("nothing")
    }
}

impl Request for Nothing {}

impl Message for Nothing {
    synod::listed! {
        fn kinds() -> &'static [Kind];
        fn kind(&self) -> Kind {
            match (self) {
                Nothing => Kind { name: "Nothing", tone: Tone::Call },
            }
        }
    }

    fn label(&self) -> Sentence {
        sentence!("nothing")
    }

    fn fields(&self) -> Vec<Field> {
        Vec::new()
    }
}

impl Protocol for Shelf {
    const META: Meta =
        Meta { slug: "shelf", title: "Shelf", kinds: &[PlaceKind::servers(6, 6)], ..Meta::USUAL };
    const SERVES: Serves = Serves::all(&[]);
    type Message = Nothing;
    type Timer = u8;
    type Request = Nothing;
    type Disk = ();
    type Config = ();
    type Ghost = ();

    fn properties() -> &'static [Property<Shelf>] {
        &[]
    }

    fn boot(me: Place, _: &Places, _: &(), _: &(), _: &mut Effects<Shelf>) -> Shelf {
        Shelf { me }
    }

    fn step(&mut self, _: Input<Shelf>, _: &mut Effects<Shelf>) {}
}

impl Shown<()> for Shelf {
    const PANELS: &'static [Panel<Shelf, ()>] = &[
        Panel::of("Routes", |shelf, ()| {
            let rows = [["x", "S1"], ["y", "S2"]].map(|row| row.map(str::to_owned).to_vec());
            shelf.is(1).then(|| Content::Table { columns: &["key", "owner"], rows: rows.to_vec() })
        }),
        Panel::of("Waiting", |shelf, ()| shelf.is(2).then(|| Content::Queue(texts()))),
        Panel::of("Members", |shelf, ()| shelf.is(3).then(|| Content::Set(texts()))),
        Panel::of("Places", |shelf, ()| {
            let cell =
                |index, text: &str, state| Cell { index, stamp: 0, text: text.into(), state };
            let cells = vec![
                cell(0, "a", CellState::Settled),
                cell(7, "b", CellState::Stored),
                cell(9, "c", CellState::Pending),
            ];
            shelf.is(4).then_some(Content::Slots(cells))
        }),
        Panel::of("Note", |shelf, ()| shelf.is(5).then(|| Content::Text("rests".into()))),
    ];

    synod::listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.me.number()) {
                0 => Role { name: "holder", tag: Tag::Leads },
                _ => Role { name: "keeper", tag: Tag::Follows },
            }
        }
    }
}

impl Shelf {
    fn is(&self, number: u16) -> bool {
        self.me == Place::server(number - 1)
    }
}

fn texts() -> Vec<String> {
    ["C3", "C1"].map(str::to_owned).to_vec()
}

/// A run of six, the last of which keeps nothing.
fn run() -> Run {
    let mut script = scenario::parse("run raft nodes=6 clients=0 seed=1\n2ms crash S2\n").unwrap();
    script.setup.protocol = "shelf".into();
    let servers = Servers::<Shelf>::new(&script.setup.places, 1, ());
    let mut run = Run::new(script, Box::new(servers));
    run.run_to(Time::millis(1), u32::MAX);
    run
}

fn stage(run: &Run) -> StageView {
    let room = Room { width: 962.0, height: 578.0, top: 56.0, bottom: 84.0 };
    let setup = &run.script().setup;
    StageView::new(
        &run.snapshot(),
        &setup.link,
        &Rc::new(Layout::new(&setup.places, Formation::RING, room)),
        Language::English,
    )
}

#[test]
fn the_stage_draws_each_kind_in_its_way() {
    let run = run();
    let stage = stage(&run);
    let words = |place: usize| match &stage.nodes[place].row {
        Some(PanelRow::Words { of, after: None, style }) => {
            (of.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), *style)
        }
        row => panic!("{row:?}"),
    };
    assert_eq!(words(0), (vec!["x S1", "y S2"], WordStyle::Table));
    assert_eq!(words(1), (vec!["C3", "C1"], WordStyle::Queue));
    assert_eq!(words(2), (vec!["C3", "C1"], WordStyle::Set));
    let Some(PanelRow::Squares { cells, numbered: true, .. }) = &stage.nodes[3].row else {
        panic!("{:?}", stage.nodes[3].row)
    };
    assert_eq!(cells.iter().map(|cell| cell.index).collect::<Vec<_>>(), [0, 7, 9]);
    assert_eq!(stage.nodes[4].row, Some(PanelRow::Line("rests".into())));
    assert_eq!(stage.nodes[5].row, None);
    // What it counts no stamps of, its line does not name; the role is told by its tag.
    let line = stage.nodes[0].stamp_told(stage.layout.detail, 9.0, Language::English);
    assert_eq!(line, format!("L {}", stage.nodes[0].lamport));
    let shapes: Vec<Shape> = stage.nodes[..2].iter().map(|node| node.shape()).collect();
    assert_eq!(shapes, [Shape::Stadium, Shape::Rectangle]);
    assert_eq!(run.leader(), Some(Place::server(0)));
}

#[test]
fn the_picture_says_in_words_what_it_shows() {
    let mut run = run();
    let told = |run: &Run| stage(run).told().iter().map(Sentence::to_string).collect::<Vec<_>>();
    assert_eq!(
        told(&run),
        [
            "S1 is holder, Lamport clock 1. Routes: x S1, y S2.",
            "S2 is keeper, Lamport clock 1. Waiting: C3 → C1.",
            "S3 is keeper, Lamport clock 1. Members: C3, C1.",
            "S4 is keeper, Lamport clock 1. Places: 0 a✓, 7 b?, 9 c….",
            "S5 is keeper, Lamport clock 1. Note: rests.",
            "S6 is keeper, Lamport clock 1.",
        ]
    );
    run.run_to(Time::millis(3), u32::MAX);
    assert_eq!(told(&run)[1], "S2 has crashed. On its disk: Waiting C3 → C1.");
    let chinese = tell(Language::Chinese, &stage(&run).nodes[4].told());
    assert_eq!(chinese, "S5 是keeper，Lamport 时钟 1。Note：rests。");
}

/// What the inspector shows of whoever is selected is what a snapshot holds of it, whole.
#[test]
fn the_inspector_and_hosts_are_given_them_whole() {
    let snapshot = run().snapshot();
    let panels = |place: usize| -> &[PanelView] { &snapshot.nodes[place].panels };
    assert_eq!(panels(1), [PanelView { name: "Waiting", content: Content::Queue(texts()) }]);
    assert!(panels(5).is_empty());
    assert!(snapshot.nodes.iter().all(|node| node.log_len() == 0 && node.view.stamp.is_none()));
    let state = |place: usize| -> Value {
        serde_json::to_value(PanelState::of(&panels(place)[0])).unwrap()
    };
    let rows = json!([{ "key": "x", "owner": "S1" }, { "key": "y", "owner": "S2" }]);
    assert_eq!(state(0), json!({ "name": "Routes", "kind": "table", "rows": rows }));
    let items = json!(["C3", "C1"]);
    assert_eq!(state(1), json!({ "name": "Waiting", "kind": "queue", "items": items }));
    assert_eq!(state(2), json!({ "name": "Members", "kind": "set", "items": items }));
    let cell = json!({ "index": 9, "stamp": 0, "text": "c", "state": "pending" });
    assert_eq!(state(3)["cells"][2], cell);
    assert_eq!(state(4), json!({ "name": "Note", "kind": "text", "text": "rests" }));
}

#[test]
fn files_hold_them_too() {
    let run = run();
    let (window, most) = (Span::new(Time::ZERO, run.now()), 1_000);
    let language = Language::English;
    let flowchart =
        take(&run, &ExportRequest { format: Format::Flowchart, window, most, language });
    let lines: Vec<&str> = flowchart.text.lines().map(str::trim).collect();
    let holds = |line: &str| assert!(lines.contains(&line), "{line} in {lines:#?}");
    holds("S1([\"S1 · holder<br/>Routes: x S1, y S2\"]):::leads");
    holds("S2[\"S2 · keeper<br/>Waiting: C3 → C1\"]:::plain");
    holds("S6[\"S6 · keeper\"]:::plain");

    let items = |number: u16| -> Vec<Value> {
        let text = ejson::node(&run, run.now(), Place::server(number - 1)).unwrap();
        let documents = text.lines().map(|line| serde_json::from_str(line).unwrap());
        documents.filter(|document: &Value| document["kind"] == "item").collect()
    };
    let place = |of: &Value| of["place"]["$numberLong"].as_str().unwrap().to_owned();
    let routes = items(1);
    assert_eq!(routes[1]["cells"], json!({ "key": "y", "owner": "S2" }));
    let waiting = items(2);
    assert_eq!((place(&waiting[0]), waiting[0]["text"].as_str()), ("1".into(), Some("C3")));
    let places = items(4);
    assert_eq!((place(&places[1]), places[1]["state"].as_str()), ("7".into(), Some("stored")));
    assert_eq!((items(5).len(), items(6).len()), (1, 0));
}

#[test]
fn where_nobody_keeps_a_log_nothing_is_said_of_one() {
    let run = run();
    assert!(run.logs(9).rows.is_empty());
    for fact in [Fact::entry(Place::server(0), 1), Fact::settled(Place::server(0))] {
        assert_eq!(run.sim().read(&fact), None);
    }
    assert_eq!(run.sim().facts(Place::server(0)), ["role", "status"]);
    let mistake = condition::parse("any settled>=1", &run).unwrap_err();
    let because = "no server of Shelf keeps a log: nothing settles";
    assert!(mistake.to_string().ends_with(because), "{mistake}");
    let likely = condition::likely(&run.words());
    assert!(!likely.iter().any(|condition| condition.contains("settled")), "{likely:?}");
    assert!(condition::parse("any role=holder", &run).is_ok());
}

#[test]
fn a_value_comes_back_and_is_held_against_the_script() {
    let script = "run paxos nodes=3 seed=7\n10ms request C1 S1 propose red\n";
    let mut run = catalog::start(scenario::parse(script).unwrap()).unwrap();
    assert!(run.run_to(Time::seconds(1), u32::MAX));
    let text = ejson::node(&run, run.now(), Place::server(0)).unwrap();
    assert!(text.contains("\"kind\":\"item\"") && text.contains("\"panel\":\"chosen\""), "{text}");
    assert_eq!(ejson::read(&text).unwrap().differs, None);
    let (head, item) = text.rsplit_once("\"kind\":\"item\"").unwrap();
    for (from, to) in [
        ("\"text\":\"red\"", "\"text\":\"blue\""),
        ("\"state\":\"settled\"", "\"state\":\"pending\""),
        ("\"panel\":\"chosen\"", "\"panel\":\"accepted\""),
    ] {
        assert!(item.contains(from), "{item}");
        let changed = format!("{head}\"kind\":\"item\"{}", item.replace(from, to));
        assert!(ejson::read(&changed).unwrap().differs.is_some(), "{changed}");
    }
}
