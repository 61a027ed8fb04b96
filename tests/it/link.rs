//! Links: what is printed is read back, what is wrong is told in a sentence, and nothing panics.

use std::rc::Rc;

use proptest::prelude::*;
use synod::base::{Place, Places, Quantiles, Ratio, Span, Time};
use synod::command::{
    Command, Latency, Link as Wire, Partition, QualityChange, Script, ScriptLine, Setup,
};
use synod::player::lanes::PARTS;
use synod::player::packed;
use synod::player::permalink::{LONGEST, Shows};
use synod::player::{
    Below, LaneChange, Lanes, PageAction, Permalink, Preferences, RunAction, Scene, Speed, Store,
    Tab, Theme, TimeAction, TimelineAction,
};
use synod::scenario::{self, Variant};
use synod::words::Language;

fn script(text: &str) -> Script {
    scenario::parse(text).unwrap_or_else(|mistake| panic!("{mistake}"))
}

fn arranged(parts: &[(&str, &str)]) -> Lanes {
    let mut lanes = Lanes::default();
    for (name, said) in parts {
        lanes.read(name, said).unwrap();
    }
    lanes
}

fn told(hash: &str) -> String {
    match Permalink::parse(hash) {
        Ok(link) => panic!("{hash} was read as {link:?}"),
        Err(notice) => notice.told(Language::English),
    }
}

/// A link without what tells whether it is whole.
fn bare(link: &str) -> String {
    let parts = link
        .split_once("v1&whole&")
        .and_then(|(hash, parts)| Some(format!("{hash}v1&{}", parts.strip_suffix("&end")?)));
    parts.unwrap_or_else(|| panic!("{link}"))
}

/// A script that nobody would read in a link.
fn long_script() -> Script {
    let faults = (1..200).map(|at| format!("{at}s crash S1\n{at}.5s restart S1\n"));
    script(&("run raft nodes=3 seed=9\n".to_owned() + &faults.collect::<String>()))
}

#[test]
fn a_long_run_is_packed_and_how_one_looks_at_it_is_not() {
    let link = Permalink {
        shows: Shows::Script(Box::new(long_script())),
        with: Some(Variant::Script(Box::new(long_script()))),
        at: Some((Time::millis(1_240), None)),
        language: Some(Language::Chinese),
        ..Permalink::default()
    };
    let hash = link.to_string();
    assert!(hash.starts_with("v1&packed=") && hash.ends_with("&at=1.24s&lang=zh"), "{hash}");
    assert!(hash.len() < 3_000, "{} bytes", hash.len());
    assert_eq!(Permalink::parse(&hash), Ok(link.clone()));
    // As chat programs hand it on.
    let broken = hash.replace("&at", "\n&at");
    assert_eq!(Permalink::parse(&broken.replace('&', "&amp;")), Ok(link.clone()));
    assert_eq!(Permalink::parse(&format!("{hash}.")), Ok(link));
    // Cut off, or changed.
    let damaged = "This link is damaged: a part of it is missing, or was changed on its way.";
    let packed = &hash[..hash.find("&at").unwrap()];
    for hash in [&packed[..packed.len() - 1], &packed[..40], "v1&packed=", "v1&packed=%00"] {
        assert_eq!(told(hash), damaged, "{hash}");
    }
    assert_eq!(told(&packed.to_lowercase()), damaged);
    // What is packed may be wrong in itself, and packs nothing more.
    let part = |parts| format!("v1{}", packed::part(parts));
    assert!(told(&part("scene=raft/nothing")).contains("raft/nothing"));
    assert!(told(&part("packed=eNo")).starts_with("This link is damaged"));
}

#[test]
fn reads_as_a_person_would_write_it() {
    let link = Permalink {
        shows: Shows::Script(Box::new(script(
            "run raft nodes=5 seed=7\n1.2s crash S1\n1.3s cut S1>S2\n",
        ))),
        with: None,
        at: Some((Time::millis(1_240), Some(214))),
        language: Some(Language::Chinese),
        theme: Theme::Dark,
        speed: Speed::of("1/10").unwrap(),
        panel: Tab::Script,
        below: Some(Below::Measures),
        lanes: arranged(&[("lanes", "S3,C1"), ("hidden", "S2"), ("without", "AppendEntries")]),
        ..Permalink::default()
    };
    let hash = "v1&run=raft+nodes=5+seed=7;1.2s+crash+S1;1.3s+cut+S1%3ES2\
                &lanes=S3,C1&hidden=S2&without=AppendEntries\
                &at=1.24s.214&lang=zh&theme=dark&speed=1/10&panel=script&below=measures";
    assert_eq!(bare(&link.to_string()), hash);
    assert_eq!(Permalink::parse(&link.to_string()), Ok(link.clone()));
    assert_eq!(Permalink::parse(hash), Ok(link));
    assert_eq!(Permalink::default().to_string(), "v1");
}

#[test]
fn what_chat_programs_do_is_forgiven() {
    let plain = "#v1&run=raft+nodes=5+seed=7;1.2s+crash+S1&at=1.24s.214&lang=zh";
    let meant = Permalink::parse(plain).unwrap();
    for hash in [
        "v1&run=raft+nodes=5+seed=7;1.2s+crash+S1&at=1.24s.214&lang=zh",
        "#v1&run=raft%20nodes=5%20seed=7;1.2s%20crash%20S1&at=1.24s.214&lang=zh",
        "#v1&run=raft nodes=5 seed=7;1.2s crash S1&at=1.24s.214&lang=zh",
        "#v1&amp;run=raft+nodes=5+seed=7;1.2s+crash+S1&amp;at=1.24s.214&amp;lang=zh",
        "#v1%26run%3Draft+nodes%3D5+seed%3D7;1.2s+crash+S1%26at%3D1.24s.214%26lang%3Dzh",
        "  #v1&run=raft+nodes=5+seed=7;1.2s+crash+S1&at=1.24s.214&lang=zh \n",
        "#v1&lang=zh&at=1.24s.214&utm_source=x&run=raft+nodes=5+seed=7;1.2s+crash+S1",
        "#v1&script=run+raft+nodes=5+seed=7;1.2s+crash+S1&at=1.24s.214&lang=zh",
        "#v1&script=run%20raft%20nodes=5%20seed=7%0A1.2s%20crash%20S1&at=1.24s.214&lang=zh",
        "#v1&run=raft++nodes=5+seed=7;;1.2s+crash++S1;&at=1.24s.214&lang=zh-CN",
    ] {
        assert_eq!(Permalink::parse(hash), Ok(meant.clone()), "{hash}");
    }
    for stray in [".", ")", ").", ",", ">", "\"", "。", "）。", "!", " "] {
        assert_eq!(Permalink::parse(&format!("{plain}{stray}")), Ok(meant.clone()), "{stray}");
    }
}

#[test]
fn a_link_never_ends_like_a_sentence() {
    let shows = Shows::Script(Box::new(script("run raft nodes=3 seed=1\n1s say It is over.\n")));
    let link = Permalink { shows, ..Permalink::default() };
    assert_eq!(link.to_string(), "v1&whole&run=raft+nodes=3+seed=1;1s+say+It+is+over.&end");
    assert_eq!(Permalink::parse(&format!("{link}).")), Ok(link));
}

#[test]
fn what_is_wrong_is_told_in_a_sentence() {
    for (hash, sentence) in [
        ("#about", "This link cannot be read: it begins with “about”, not with v1."),
        ("#v2&run=raft", "This link is for version v2 of this page, which reads v1."),
        ("#v1&run=raft%2", "This link is damaged at “%2”."),
        ("#v1&run=raft%zz+nodes=3", "This link is damaged at “%zz+nodes=3”."),
        ("#v1&run=raft+seed=%FF", "This link is damaged at “raft+seed=%FF”."),
        ("#v1&scene=raft/nothing", "There is no scene “raft/nothing”."),
        ("#v1&scene=figure-8", "There is no scene “figure-8”."),
        ("#v1&at=soon", "This link's instant “soon” is not a time and an event such as 1.24s.214."),
        (
            "#v1&at=1s.-4",
            "This link's instant “1s.-4” is not a time and an event such as 1.24s.214.",
        ),
        (
            "#v1&at=1s.99999999999999999999",
            "This link's instant “1s.99999999999999999999” is not a time and an event such as 1.24s.214.",
        ),
        ("#v1&at=2h", "This link's instant “2h” is not a time and an event such as 1.24s.214."),
        ("#v1&lang=fr", "This link asks for a language that this page does not have: “fr”."),
        ("#v1&theme=pink", "This link asks for a theme that this page does not have: “pink”."),
        ("#v1&speed=3", "This link asks for a speed that this page does not have: “3”."),
        ("#v1&panel=all", "This link asks for a panel that this page does not have: “all”."),
        ("#v1&lanes=S2,S0", "This link asks for a lane that this page does not have: “S0”."),
        (
            &format!("#v1&hidden={}", "S1,".repeat(1_101)),
            "This link arranges too many lanes: at most 1100 of them, or kinds of messages, are read.",
        ),
        (
            &format!("#v1&without={}", "x,".repeat(1_101)),
            "This link arranges too many lanes: at most 1100 of them, or kinds of messages, are read.",
        ),
        (
            "#v1&hidden=everybody",
            "This link asks for a lane that this page does not have: “everybody”.",
        ),
    ] {
        assert_eq!(told(hash), sentence);
    }
    assert!(
        told("#v1&run=raft+nodes=3;1s+crush+S1")
            .starts_with("Line 2, column 4: expected a command")
    );
    assert!(told("#v1&run=nothing").starts_with("Line 1, column 5: expected a protocol"));
    assert!(told("#v1&run").starts_with("Line 1, column 5: expected a protocol"));
    let garbage =
        "Line 1, column 1: expected a line such as: run raft nodes=5 seed=7, found “garbage”";
    assert_eq!(told("#v1&script=garbage"), garbage);
    assert_eq!(told("#v1&whole&script=garbage&end"), garbage);
    assert!(
        told("#v1&script=run+raft;1s+crush+S1").starts_with("Line 2, column 4: expected a com")
    );
    let long = format!("#v1&run=raft;1s+say+{}", "x".repeat(LONGEST));
    assert_eq!(told(&long), "This link is too long: at most 262144 bytes are read.");
}

#[test]
fn the_diagram_is_arranged_as_it_was_for_whoever_opens_the_link() {
    let script = "#v1&run=raft+nodes=3+seed=7&at=0s";
    let mut store = Store::from_link(script, Preferences::default());
    let all = store.ui.lanes.rows(&Places::with_clients(3, 1), None);
    let [client, s1, s2, s3] = [0, 1, 2, 3].map(|row: usize| all[row][0]);
    for change in [
        LaneChange::To(s3, client),
        LaneChange::Show(s2, false),
        LaneChange::Fold(s1, true),
        LaneChange::Fold(s3, true),
        LaneChange::Kind("AppendEntries".into(), false),
    ] {
        store.update(TimelineAction::Lanes(change));
    }
    let link = store.link();
    assert!(link.contains("&lanes=S3,C1,S1,S2&hidden=S2&folded=S1,S3&without=AppendEntries&at="));
    let friend = Store::from_link(&link, Preferences::default());
    assert_eq!(friend.ui.lanes, store.ui.lanes);
    assert_eq!(
        friend.ui.lanes.rows(&Places::with_clients(3, 1), None),
        [vec![s3, s1], vec![client]]
    );
    // A link that says nothing of it shows it as usual, also on an open page.
    store.update(RunAction::OpenLink(script.into()));
    assert!(store.ui.lanes.is_usual() && bare(&store.link()).starts_with(script));
    // Lanes that this run does not have are passed over; nobody can ask for too many.
    let other = Store::from_link(
        &format!("{script}&lanes=S900,C7&hidden=C1,S1,S2,S3"),
        Preferences::default(),
    );
    assert_eq!(other.ui.lanes.rows(&Places::with_clients(3, 1), None), all);
    let many = (1..=2_000).map(|lane| format!("S{lane}")).collect::<Vec<_>>().join(",");
    assert_eq!(
        told(&format!("#v1&lanes={many}")),
        "This link arranges too many lanes: at most 1100 of them, or kinds of messages, are read."
    );
}

#[test]
fn a_link_shows_the_panel_that_was_open() {
    let mut store = Store::from_link("#v1&run=raft+nodes=3+seed=7&at=0s", Preferences::default());
    for (tab, link) in [
        (Tab::Script, "#v1&run=raft+nodes=3+seed=7&at=0s.6&panel=script"),
        (Tab::Log, "#v1&run=raft+nodes=3+seed=7&at=0s.6&panel=log"),
        // What these tell of is not in a link.
        (Tab::Why, "#v1&run=raft+nodes=3+seed=7&at=0s.6"),
        (Tab::Node, "#v1&run=raft+nodes=3+seed=7&at=0s.6"),
    ] {
        store.update(PageAction::Tab(tab));
        assert_eq!(bare(&store.link()), link);
        let there = Store::from_link(link, Preferences::default());
        assert_eq!(there.ui.tab, if link.contains("panel") { tab } else { Tab::Node });
    }
    store.update(PageAction::Tab(Tab::Script));
    store.update(RunAction::OpenLink("#v1&run=raft+nodes=3+seed=7&at=0s".into()));
    assert_eq!(store.ui.tab, Tab::Node, "a link that names no panel shows it as usual");
}

#[test]
fn two_panes_are_read_as_a_person_would_write_them() {
    let scene = Scene::find("raft", "figure-8").expect("a scene");
    for (hash, with) in [
        ("v1&scene=raft/figure-8&flaw2=forget-vote", Variant::Flaw("forget-vote".into())),
        (
            "v1&scene=raft/figure-8&option2=election=2s..4s",
            Variant::Setting("election".into(), "2s..4s".into()),
        ),
        ("v1&scene=raft/figure-8&protocol2=multi-paxos", Variant::Protocol("multi-paxos".into())),
        (
            "v1&scene=raft/figure-8&scene2=raft/figure-7",
            Variant::Script(Box::new(Scene::find("raft", "figure-7").expect("a scene").script())),
        ),
        (
            "v1&scene=raft/figure-8&run2=raft+nodes=5+seed=7;1.2s+crash+S1",
            Variant::Script(Box::new(script("run raft nodes=5 seed=7\n1.2s crash S1\n"))),
        ),
    ] {
        let link =
            Permalink { shows: Shows::Scene(scene), with: Some(with), ..Permalink::default() };
        let made = link.to_string();
        assert_eq!(bare(&made), hash);
        assert_eq!(Permalink::parse(hash), Ok(link));
    }
    assert_eq!(
        told("#v1&option2=election"),
        "This link's option “election” is not a name and a value such as batch=1."
    );
    assert_eq!(told("#v1&scene2=raft/none"), "There is no scene “raft/none”.");
    assert!(told("#v1&run2=raft;1s+crush").starts_with("Line 2, column 4: expected a command"));
    // What only the run itself knows to be wrong is told over the first pane.
    for (hash, sentence) in [
        ("#v1&flaw2=nothing", "There is no flaw “nothing”."),
        ("#v1&protocol2=paxox", "There is no protocol “paxox”."),
        ("#v1&option2=batch=no", "batch=no: expected a whole number from 1 to 1000, found “no”."),
    ] {
        let store = Store::from_link(hash, Preferences::default());
        let notice = store.ui.notice.as_ref().map(|notice| notice.told(Language::English));
        assert_eq!((store.panes.len(), notice.as_deref()), (1, Some(sentence)), "{hash}");
    }
}

#[test]
fn every_scene_has_a_short_link() {
    for scene in Scene::all() {
        let link = Permalink { shows: Shows::Scene(scene), ..Permalink::default() };
        assert_eq!(link.to_string(), format!("v1&scene={}/{}", scene.protocol, scene.name));
        assert_eq!(Permalink::parse(&link.to_string()), Ok(link));
        let link =
            Permalink { shows: Shows::Script(Box::new(scene.script())), ..Permalink::default() };
        assert_eq!(Permalink::parse(&link.to_string()), Ok(link));
    }
}

// ---- anything at all -------------------------------------------------------------------------

const NODES: u16 = 5;

fn nodes() -> impl Strategy<Value = Place> {
    (0..NODES).prop_map(Place::server)
}

fn times() -> impl Strategy<Value = Time> {
    (0..=Time::LIMIT.0).prop_map(Time)
}

fn latencies() -> impl Strategy<Value = Latency> {
    let uniform = (0..60_000_000u64, 0..60_000_000u64)
        .prop_map(|(a, b)| Latency::Uniform(Span::new(Time(a.min(b)), Time(a.max(b)))));
    let exponential = (0..1_000u64, 0..1_000u64, 0..1_000u64).prop_map(|(min, more, most)| {
        let (min, mean) = (Time(min), Time(min + more));
        Latency::Exponential { min, mean, cap: mean + Time(most) }
    });
    let tables = (0..Quantiles::ALL.len()).prop_map(|table| Latency::Table(&Quantiles::ALL[table]));
    prop_oneof![uniform, exponential, tables]
}

fn links() -> impl Strategy<Value = Vec<Wire>> {
    let ends = (0..NODES, 1..NODES, any::<bool>(), any::<bool>());
    let link = ends.prop_map(|(from, other, client, both_ways)| {
        let to = match client {
            true => Place::client(0),
            false => Place::server((from + other) % NODES),
        };
        Wire { both_ways, ..Wire::one_way(Place::server(from), to) }
    });
    prop::collection::vec(link, 1..4)
}

fn changes() -> impl Strategy<Value = QualityChange> {
    let share = || prop::option::of((0..=Ratio::WHOLE).prop_map(Ratio::from_ppm));
    (latencies(), share(), share(), share(), share()).prop_map(
        |(latency, loss, duplicate, replay, reorder)| QualityChange {
            latency: Some(latency),
            loss,
            duplicate,
            replay,
            reorder,
        },
    )
}

/// Any text that a caption can hold: nothing that nobody sees, no space at either end.
fn captions() -> impl Strategy<Value = String> {
    "\\PC{1,60}"
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("some text", |text| !text.is_empty() && !text.contains(synod::base::is_unseen))
}

fn commands() -> impl Strategy<Value = Command> {
    prop_oneof![
        (nodes(), any::<bool>()).prop_map(|(node, torn)| Command::Crash { node, torn }),
        nodes().prop_map(Command::Restart),
        nodes().prop_map(Command::Wipe),
        (nodes(), "[a-z]{1,12}").prop_map(|(node, timer)| Command::Fire { node, timer }),
        (nodes(), -500_000..=1_000_000i32).prop_map(|(node, ppm)| Command::Drift { node, ppm }),
        (nodes(), -3_600_000_000..=3_600_000_000i64)
            .prop_map(|(node, micros)| Command::Jump { node, micros }),
        (nodes(), latencies()).prop_map(|(node, latency)| Command::Disk { node, latency }),
        links().prop_map(Command::Cut),
        links().prop_map(Command::Hold),
        Just(Command::Heal(Vec::new())),
        (1..NODES).prop_map(|cut| {
            let (left, right) = Place::servers(NODES).partition(|node| node.number() < cut);
            Command::Partition(Partition::Groups(vec![left, right]))
        }),
        (links(), changes()).prop_map(|(links, change)| Command::Link { links, change }),
        changes().prop_map(|change| Command::Link { links: Vec::new(), change }),
        any::<u64>().prop_map(Command::Drop),
        (any::<u64>(), times()).prop_map(|(message, by)| Command::Delay { message, by }),
        (nodes(), any::<bool>()).prop_map(|(node, named)| Command::Request {
            client: Place::client(0),
            to: named.then_some(node).into_iter().collect(),
            request: "put x=1".into(),
        }),
        captions().prop_map(Command::Say),
    ]
}

fn scripts() -> impl Strategy<Value = Script> {
    let lines = prop::collection::vec((times(), commands()), 0..8);
    (any::<u64>(), prop::option::of(captions()), lines).prop_map(|(seed, title, mut lines)| {
        lines.sort_by_key(|(at, _)| *at);
        let lines =
            lines.into_iter().map(|(at, command)| ScriptLine { at, command: Rc::new(command) });
        let mut setup = Setup { seed, ..synod::catalog::find("raft").unwrap().setup() };
        setup.places.set(Place::SERVER, NODES);
        Script { setup, title, lines: lines.collect() }
    })
}

pub fn any_link() -> impl Strategy<Value = Permalink> {
    let shows = prop_oneof![
        Just(Shows::First),
        scripts().prop_map(|script| Shows::Script(Box::new(script)))
    ];
    let with = prop::option::of(others());
    let at = prop::option::of((times(), prop::option::of(any::<u64>())));
    let language = prop::option::of(prop::sample::select(&Language::ALL[..]));
    let theme = prop::sample::select(vec![Theme::Auto, Theme::Light, Theme::Dark]);
    let speed = prop::sample::select(Speed::all().collect::<Vec<_>>());
    let panel = prop::sample::select(&Tab::ALL[..]);
    let lanes = prop::collection::vec((0..4usize, "[SC][1-9][0-9]{0,2}"), 0..6);
    let lanes = lanes.prop_map(|parts| {
        let named = |(name, said): &(usize, String)| (PARTS[*name], said.clone());
        let parts: Vec<(&str, String)> = parts.iter().map(named).collect();
        arranged(&parts.iter().map(|(name, said)| (*name, said.as_str())).collect::<Vec<_>>())
    });
    let below = prop::option::of(prop::sample::select(&Below::ALL[..]));
    (shows, with, at, language, theme, speed, (panel, below), lanes).prop_map(
        |(shows, with, at, language, theme, speed, (panel, below), lanes)| Permalink {
            shows,
            with,
            at,
            language,
            theme,
            speed,
            panel,
            below,
            lanes,
            ..Permalink::default()
        },
    )
}

fn others() -> impl Strategy<Value = Variant> {
    prop_oneof![
        "\\PC{0,20}".prop_map(Variant::Flaw),
        ("[^=]{0,20}", any::<String>()).prop_map(|(name, value)| Variant::Setting(name, value)),
        any::<String>().prop_map(Variant::Protocol),
        scripts().prop_map(|script| Variant::Script(Box::new(script))),
    ]
}

proptest! {
    #[test]
    fn printing_and_reading_are_inverse(link in any_link()) {
        let hash = link.to_string();
        prop_assert!(hash.bytes().all(|byte| byte.is_ascii_graphic()), "{}", hash);
        prop_assert_eq!(Permalink::parse(&hash), Ok(link));
    }

    #[test]
    fn nothing_panics(hash in any::<String>()) {
        let _ = Permalink::parse(&hash);
        let _ = Permalink::parse(&format!("#v1&{hash}"));
        let _ = Permalink::parse(&format!("#v1&run={hash}"));
        let _ = Permalink::parse(&format!("#v1&run=raft;1s+{hash}"));
        let _ = Permalink::parse(&format!("#v1&at={hash}"));
        let parts = ["flaw2", "option2", "protocol2", "run2", "scene2"];
        for name in parts.into_iter().chain(PARTS) {
            let link = format!("#v1&{name}={hash}");
            let _ = Permalink::parse(&link);
            let mut store = Store::from_link(&link, Preferences::default());
            store.update(TimeAction::StepForward);
        }
    }

    /// A link that lost or gained something on its way is read, or refused in words.
    #[test]
    fn a_damaged_link_does_not_panic(link in any_link(), place: prop::sample::Index, with in "\\PC{0,3}", less in 0..4usize) {
        let hash = link.to_string();
        let start = place.index(hash.len());
        let end = (start + less).min(hash.len());
        let damaged = format!("{}{}{}", &hash[..start], with, &hash[end..]);
        if let Err(notice) = Permalink::parse(&damaged) {
            for language in Language::ALL {
                prop_assert!(!notice.told(language).is_empty());
            }
        }
    }
}
