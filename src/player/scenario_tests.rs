//! Scenes and texts that open a second pane, on the page.

use super::tests::{frames, notice, store};
use super::*;

use crate::base::{Place, Time};
use crate::command::Command;
use crate::scenario::Variant;

const BOTH: &str = "#v1&scene=raft/figure-8-rule";

fn load_scene(store: &mut Store, protocol: &str, scene: &str) {
    store.update(RunAction::LoadScene { protocol: protocol.into(), scene: scene.into() });
}

fn shown(store: &Store) -> Vec<String> {
    store.panes.iter().map(|pane| pane.run.script().setup.to_string()).collect()
}

#[test]
fn a_scene_opens_what_is_its_own_beside_it() {
    let mut store = store("run raft nodes=3 seed=7");
    load_scene(&mut store, "raft", "figure-8-rule");
    let both = ["", " flaw=count-old-terms"]
        .map(|flaw| format!("run raft nodes=5 seed=8 latency=15ms election=2s..4s batch=1{flaw}"));
    assert_eq!(shown(&store), both);
    assert!(store.playback.playing);
    // The link names the scene and nothing else, and brings both back to the same instant.
    store.update(TimeAction::Seek(Time::seconds(1)));
    assert!(store.link().starts_with(&format!("{BOTH}&at=1s.")), "{}", store.link());
    let mut there = Store::from_link(&store.link(), Preferences::default());
    frames(&mut there, 100);
    assert_eq!((shown(&there), there.link()), (shown(&store), store.link()));
    let mut elsewhere = super::tests::store("run paxos nodes=3 seed=1");
    elsewhere.update(RunAction::OpenLink(store.link()));
    assert_eq!(shown(&elsewhere), both);
    // Its rule is kept: the property breaks in the second run only.
    store.update(TimeAction::RunUntil("violation".into()));
    assert!(notice(&store).starts_with("B: Leader Completeness is violated"), "{}", notice(&store));
}

#[test]
fn a_link_tells_what_stands_beside_a_scene_where_that_is_not_its_own() {
    let mut store = Store::from_link(&format!("{BOTH}&at=0s"), Preferences::default());
    store.update(PaneAction::Split(std::rc::Rc::new(Variant::Setting("seed".into(), "9".into()))));
    assert!(store.link().contains("&scene=raft/figure-8-rule&option2=seed=9&"), "{}", store.link());
    let there = Store::from_link(&store.link(), Preferences::default());
    assert_eq!(shown(&there), shown(&store));
    // Alone it is no longer what the scene's name opens.
    store.update(PaneAction::Close(1));
    assert!(store.link().contains("&run=raft+nodes=5+seed=8"), "{}", store.link());
    assert_eq!(shown(&Store::from_link(&store.link(), Preferences::default())).len(), 1);
    // A gesture in both is in both scripts.
    let mut store = Store::from_link(&format!("{BOTH}&at=1.6s"), Preferences::default());
    frames(&mut store, 100);
    store.update(Action::Do(Command::Crash { node: Place::server(3), torn: false }));
    let link = store.link();
    assert!(link.contains("crash+S4&flaw2=count-old-terms&"), "{link}");
}

#[test]
fn what_a_scene_opened_ends_with_it_and_what_a_hand_opened_stays() {
    let mut store = store("run raft nodes=3 seed=7");
    load_scene(&mut store, "raft", "figure-8-rule");
    load_scene(&mut store, "paxos", "duel");
    assert_eq!((store.panes.len(), notice(&store)), (1, String::new()));
    let seed = Variant::Setting("seed".into(), "9".into());
    store.update(PaneAction::Split(std::rc::Rc::new(seed.clone())));
    load_scene(&mut store, "paxos", "back-off");
    assert_eq!(store.variant(), Some(seed));
    load_scene(&mut store, "raft", "figure-8-rule");
    assert_eq!(store.variant(), Some(Variant::Flaw("count-old-terms".into())));
}

#[test]
fn the_script_tells_both_runs_and_a_changed_one_opens_both() {
    let mut store = Store::from_link(&format!("{BOTH}&at=0s"), Preferences::default());
    let text = store.scenario().to_string();
    assert!(text.contains("\nbeside flaw=count-old-terms\ntitle Figure 8,"), "{text}");
    let load = |store: &mut Store, text: &str| store.update(RunAction::LoadText(text.into()));
    load(&mut store, &text.replace("beside flaw=count-old-terms", "beside protocol=multi-paxos"));
    assert_eq!(store.variant(), Some(Variant::Protocol("multi-paxos".into())));
    load(&mut store, "run raft nodes=3 seed=7\nbeside\nrun paxos nodes=5 seed=2\n1s crash S5\n");
    assert_eq!(shown(&store), ["run raft nodes=3 seed=7", "run paxos nodes=5 seed=2"]);
    let own = store.scenario().to_string();
    let link = store.link();
    assert!(link.contains("&run=raft+nodes=3+seed=7&run2=paxos+nodes=5+seed=2;1s+crash+S5&"));
    // In the second pane the run is told, and changed, by itself.
    store.update(PaneAction::Activate(1));
    assert_eq!(store.scenario().to_string(), "run paxos nodes=5 seed=2\n1s       crash S5\n");
    load(&mut store, "run paxos nodes=4 seed=2\n");
    assert_eq!(shown(&store), ["run raft nodes=3 seed=7", "run paxos nodes=4 seed=2"]);
    // A text that opens a second pane is of both, wherever it is given, and one that opens none closes it.
    load(&mut store, &own);
    assert_eq!(shown(&store), ["run raft nodes=3 seed=7", "run paxos nodes=5 seed=2"]);
    store.update(PaneAction::Activate(0));
    load(&mut store, "run raft nodes=3 seed=7\nbeside nodes=9 nodes=2\n");
    assert_eq!(store.panes.len(), 2, "{}", notice(&store));
    assert!(notice(&store).contains("column 16"), "{}", notice(&store));
    load(&mut store, "run raft nodes=3 seed=8\n");
    assert_eq!(shown(&store), ["run raft nodes=3 seed=8"]);
    // By hand, a link may say it as a script does.
    let by_hand = "#v1&run=raft+nodes=3+seed=7;beside+nodes=5;1s+crash+S1";
    let there = Store::from_link(by_hand, Preferences::default());
    assert_eq!(shown(&there), ["run raft nodes=3 seed=7", "run raft nodes=5 seed=7"]);
    assert!(there.link().contains("&option2=nodes=5&"), "{}", there.link());
}
