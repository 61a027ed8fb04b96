//! Pictures: what a script looks like at an instant, told in words and counted in paths.

use std::rc::Rc;

use synod::base::{Place, Places, Time};
use synod::catalog::{self, Run};
use synod::command::Command;
use synod::protocol::Formation;
use synod::scenario;
use synod::sim::snapshot::{LinkState, MarkKind};
use synod::view::diagram::chart::{Chart, ChartRequest};
use synod::view::light::{PILL, pill};
use synod::view::stage::flight::text_width;
use synod::view::stage::layout::{Layout, Room};
use synod::view::stage::links::Strand;
use synod::view::{Point, Rows, Sheet, Size, StageView, signs};
use synod::words::Language;

const DESK: Room = Room { width: 962.0, height: 578.0, top: 58.0, bottom: 84.0 };

/// The story that the pictures below are taken from.
const STORY: &str = "\
run raft nodes=5 seed=7
300ms  say A leader leads.
400ms  request C1 put x=1
900ms  partition S1 S2 | S3 S4 S5
950ms  cut S3>S4
960ms  hold S4-S5
970ms  link S3-S5 latency=50ms loss=30%
1.2s   crash S2
1.3s   pause S3
";

fn run_to(time: Time) -> Run {
    let script = scenario::parse(STORY).unwrap();
    let mut run = catalog::start(script).unwrap();
    assert!(run.seek(time, u32::MAX));
    run
}

fn scene(run: &Run) -> StageView {
    let setup = &run.script().setup;
    let layout = Rc::new(Layout::new(&setup.places, Formation::RING, DESK));
    let usual = run.script().setup.link;
    StageView::new(&run.snapshot(), &usual, &layout, Language::English)
}

fn sheet(run: &mut Run, chart: &mut Chart, from: Time, span: Time) -> Sheet {
    let flights = scene(run).flights;
    let ask = ChartRequest {
        from,
        span,
        width: 1_000.0,
        rows: Rows::new(&Places::with_clients(5, 1), 18.0, 140.0),
        now: run.now(),
        known: run.head().1,
        history: 0,
        commands: run.script().lines.len(),
    };
    chart.sheet(ask, &flights, run)
}

#[test]
fn a_scene_says_in_words_what_it_shows() {
    let scene = scene(&run_to(Time::millis(1_350)));
    let told = scene.to_string();
    for sentence in [
        "at 1.35s after event",
        "caption: A leader leads.",
        "S2 has crashed. On its disk: 1@1 no-op?, 2@1 x=1?.",
        "S3 is paused",
        "S1 S2: cut off from the majority.",
        "What S3 sends to S4 is lost: the link is cut.",
        "The link between S4 and S5 holds everything back.",
        "The link between S3 and S5 is changed: 50ms loss=30%.",
        "The link between S1 and S3 is cut.",
    ] {
        assert!(told.contains(sentence), "“{sentence}” is not in\n{told}");
    }
}

#[test]
fn a_partition_stands_in_a_hull_of_its_own() {
    let scene = scene(&run_to(Time::millis(940)));
    let minority: Vec<_> = scene.hulls.iter().filter(|hull| hull.minority).collect();
    assert_eq!(minority.len(), 1);
    assert_eq!(minority[0].members, [Place::server(0), Place::server(1)]);
    assert!(minority[0].path.as_str().ends_with('Z'));
    assert!(scene_before().hulls.is_empty(), "nobody is parted before");
}

fn scene_before() -> StageView {
    scene(&run_to(Time::millis(800)))
}

#[test]
fn a_one_way_cut_is_drawn_as_two_arrows() {
    let scene = scene(&run_to(Time::millis(955)));
    let wire =
        scene.wires.iter().find(|wire| (wire.a, wire.b) == (Place::server(2), Place::server(3)));
    let strands = wire.unwrap().strands();
    let states: Vec<LinkState> = strands
        .iter()
        .map(|strand| match strand {
            Strand::Way { state, .. } => *state,
            Strand::Both { .. } => panic!("both ways alike"),
        })
        .collect();
    assert_eq!(states, [LinkState::Cut, LinkState::Healthy]);
    let alike = scene.wires.iter().filter(|wire| wire.strands().len() == 1).count();
    assert_eq!(alike, 9, "of ten links one differs by direction");
}

#[test]
fn a_change_of_all_links_is_told_once() {
    let script = scenario::parse(
        "run raft nodes=3 seed=1\n1ms link all loss=10%\n2ms link S1-S2 loss=50%\n",
    )
    .unwrap();
    let mut run = catalog::start(script).unwrap();
    run.seek(Time::millis(5), u32::MAX);
    let layout = Rc::new(Layout::new(&Places::with_clients(3, 1), Formation::RING, DESK));
    let usual = run.script().setup.link;
    let scene = StageView::new(&run.snapshot(), &usual, &layout, Language::English);
    let notes: Vec<_> = scene.wires.iter().filter_map(|wire| wire.note.as_deref()).collect();
    assert_eq!(notes, ["loss=50%"]);
}

#[test]
fn messages_stay_between_their_ends() {
    let mut run = run_to(Time::ZERO);
    let mut seen = 0;
    while run.now() < Time::seconds(2) && run.step_forward() {
        let scene = scene(&run);
        for flight in &scene.flights {
            seen += 1;
            let place = flight.place(run.now());
            let size = scene.layout.size;
            assert!(
                place.at.x > 0.0 && place.at.x < size.w && place.at.y > 0.0 && place.at.y < size.h
            );
            assert!(place.presence > 0.0 && place.presence <= 1.0);
        }
    }
    assert!(seen > 1_000);
}

#[test]
fn hundreds_of_arrows_are_a_few_paths() {
    let mut run = run_to(Time::millis(2_000));
    let sheet = sheet(&mut run, &mut Chart::default(), Time::ZERO, Time::seconds(2));
    let arrows: usize = sheet.slices.iter().map(|slice| slice.diagram.arrows.len()).sum();
    assert!(arrows > 200, "{arrows}");
    let lost = sheet.slices.iter().filter(|slice| !slice.diagram.losses.is_empty()).count();
    assert!(lost >= 2, "the cut loses messages in each third from 0.9 s on");
    let labels: Vec<_> = sheet
        .slices
        .iter()
        .flat_map(|slice| &slice.diagram.labels)
        .map(|label| label.text)
        .collect();
    assert_eq!(
        labels,
        ["partition", "cut", "hold", "link", "crash", "pause"],
        "a request or a caption is no fault"
    );
}

#[test]
fn what_is_past_is_drawn_once() {
    let mut run = run_to(Time::millis(1_000));
    let mut chart = Chart::default();
    let span = Time::millis(900);
    let before = sheet(&mut run, &mut chart, Time::ZERO, span);
    run.run_to(Time::millis(1_010), u32::MAX);
    let after = sheet(&mut run, &mut chart, Time::millis(100), span);
    let kept = after
        .slices
        .iter()
        .filter(|slice| before.slices.iter().any(|other| Rc::ptr_eq(slice, other)));
    assert_eq!(kept.count(), 3, "all but the one that is being written");
    assert!(after.covers(Time::millis(100), span) && !after.covers(Time::seconds(2), span));
}

#[test]
fn a_click_on_an_arrow_finds_its_message() {
    let mut run = run_to(Time::millis(800));
    let sheet = sheet(&mut run, &mut Chart::default(), Time::ZERO, Time::millis(800));
    let mut tried = 0;
    for slice in &sheet.slices {
        let x = sheet.scale.x(slice.from);
        for arrow in &slice.diagram.arrows {
            // Right on its line, where no other is nearer.
            let hit = sheet.hit(arrow.from.towards(arrow.to, 0.31).plus(x, 0.0), 5.0).unwrap();
            let exact = hit.sent == arrow.sent || hit.from == arrow.from || hit.to == arrow.to;
            tried += usize::from(exact);
        }
    }
    assert!(tried > 50);
    assert_eq!(sheet.hit(Point::new(-500.0, -500.0), 8.0), None);
}

#[test]
fn the_same_instant_is_the_same_picture_however_it_is_reached() {
    let straight = scene(&run_to(Time::millis(1_100)));
    let mut run = run_to(Time::millis(2_000));
    run.seek(Time::millis(1_100), u32::MAX);
    assert_eq!(scene(&run), straight);
}

/// A run of heartbeats, of which a window of minutes holds far more than a picture can.
fn busy(to: Time) -> Run {
    let script = scenario::parse(
        "run raft nodes=5 seed=1 heartbeat=5ms latency=2ms..8ms\n5s crash S1\n10s crash S2\n11s restart S1\n",
    );
    let mut run = catalog::start(script.unwrap()).unwrap();
    run.seek(to, u32::MAX);
    run
}

#[test]
fn what_is_too_much_for_arrows_is_drawn_as_bars() {
    let mut run = busy(Time::seconds(30));
    assert!(run.head().0 > 30_000, "{}", run.head().0);
    let whole = sheet(&mut run, &mut Chart::default(), Time::ZERO, Time::seconds(30));
    assert!(whole.crowded(Time::ZERO, Time::seconds(30)) && !whole.truncated());
    assert!(whole.slices.iter().all(|slice| slice.diagram.arrows.is_empty()));
    let length: usize = whole
        .slices
        .iter()
        .filter_map(|slice| slice.diagram.crowd.as_ref())
        .map(|crowd| crowd.all.as_str().len() + crowd.votes.as_str().len())
        .sum();
    assert!((500..60_000).contains(&length), "{length}");
    let labels =
        whole.slices.iter().flat_map(|slice| &slice.diagram.labels).map(|label| label.text);
    assert_eq!(labels.collect::<Vec<_>>(), ["crash", "crash", "restart"]);
    assert!(whole.slices.iter().any(|slice| !slice.diagram.bands.lead.is_empty()));
    let near = sheet(&mut run, &mut Chart::default(), Time::seconds(20), Time::millis(500));
    assert!(!near.crowded(Time::seconds(20), Time::millis(20_500)));
    assert!(near.slices.iter().any(|slice| slice.diagram.arrows.len() > 30));
}

#[test]
fn the_outline_counts_what_happened() {
    let mut run = busy(Time::seconds(12));
    let counted = |run: &Run, from, to| -> (u64, usize) {
        let outline = run.outline(from, to);
        let tallies = outline.periods.iter().flat_map(|(_, tallies)| tallies);
        (tallies.map(|tally| u64::from(tally.count)).sum(), outline.rare.marks.len())
    };
    let ends = |run: &mut Run, from: Time, to: Time| -> u64 {
        let marks = run.stretch(from, to).marks.into_iter();
        marks.filter(|mark| mark.at < to && matches!(mark.what, MarkKind::Arrow { .. })).count()
            as u64
    };
    let (from, to) = (Time::seconds(4), Time::seconds(6));
    assert_eq!(counted(&run, from, to).0, ends(&mut run, from, to));
    assert_eq!(run.crowd(from, to, &[]), ends(&mut run, from, to));
    let appends = run.crowd(from, to, &["heartbeat".to_owned()]);
    assert!(appends > 0 && appends < run.crowd(from, to, &[]));
    // Lanes stand in outline as they do in detail.
    let lanes = run.stretch(to, to).lanes;
    assert_eq!(run.outline(to, to).rare.lanes, lanes);
    // A command in the past takes back what will not happen; the rest is as in a run without it.
    run.seek(Time(5_000_500), u32::MAX);
    run.command(Command::Crash { node: Place::server(3), torn: false }).unwrap();
    run.seek(Time::seconds(12), u32::MAX);
    let mut again = catalog::start(run.script().clone()).unwrap();
    again.seek(Time::seconds(12), u32::MAX);
    let all = (Time::ZERO, Time::seconds(12));
    assert_eq!(counted(&run, all.0, all.1), counted(&again, all.0, all.1));
}

#[test]
fn an_outline_is_bounded_however_long_the_run() {
    let run = busy(Time::seconds(120));
    assert!(run.head().0 > 100_000);
    assert!(run.outline_period() > Time::millis(1), "120,000 periods of a ms are too many");
    let all = run.head().1 + Time(1);
    let outline = run.outline(Time::ZERO, all);
    assert!(outline.periods.len() <= 8_192);
    let counted: u64 = outline
        .periods
        .iter()
        .flat_map(|(_, tallies)| tallies)
        .filter(|tally| !tally.lost)
        .map(|tally| u64::from(tally.count))
        .sum();
    assert_eq!(counted, run.deliveries());
}

#[test]
fn only_the_rows_and_kinds_asked_for_are_drawn() {
    let mut run = run_to(Time::millis(800));
    let flights = scene(&run).flights;
    let s3 = run.leader().unwrap();
    let others = Place::servers(5).filter(|node| *node != s3);
    let [s1, s2, s4, _] = others.collect::<Vec<_>>().try_into().unwrap();
    let mut shown = |rows: Vec<Vec<Place>>, without: &[&str]| {
        let without = without.iter().map(|name| (*name).to_owned()).collect();
        let rows = Rows::of(rows, without, 18.0, 140.0);
        let ask = ChartRequest {
            from: Time::ZERO,
            span: Time::millis(800),
            width: 1_000.0,
            rows,
            now: run.now(),
            known: run.head().1,
            history: 0,
            commands: 0,
        };
        Chart::default().sheet(ask, &flights, &mut run)
    };
    let arrows = |sheet: &Sheet| -> Vec<(f64, f64)> {
        let arrows = sheet.slices.iter().flat_map(|slice| &slice.diagram.arrows);
        arrows.map(|arrow| (arrow.from.y, arrow.to.y)).collect()
    };
    let three = shown(vec![vec![s3], vec![s1], vec![s2]], &[]);
    assert_eq!(three.rows.lane_y(s3), Some(31.0));
    assert_eq!((three.rows.lane_y(s4), three.rows.row_at(31.0 + 26.0)), (None, Some(1)));
    let within = arrows(&three);
    assert!(within.len() > 8, "{}", within.len());
    assert!(within.iter().all(|(from, to)| [from, to].iter().all(|y| **y < three.rows.bottom())));
    // Between lanes in one row there are no arrows; those to others end on it.
    let folded = arrows(&shown(vec![vec![s3, s1], vec![s2]], &[]));
    assert!(!folded.is_empty() && folded.len() < within.len());
    assert!(folded.iter().all(|(from, to)| from != to));
    let without = arrows(&shown(vec![vec![s3], vec![s1], vec![s2]], &["RequestVote"]));
    assert!(!without.is_empty() && without.len() < within.len());
}

/// What is told of a server while somebody asks why never lies over the word that it is cut off.
#[test]
fn the_word_cut_off_stands_clear_of_the_pills() {
    let mut seen = 0;
    for (width, height) in [(390.0, 340.0), (390.0, 520.0), (320.0, 300.0), (962.0, 568.0)] {
        for nodes in 3..=9 {
            let text = format!("run raft nodes={nodes} seed=7\n10ms partition S1 | S2\n20ms end");
            let mut run = catalog::start(scenario::parse(&text).unwrap()).unwrap();
            run.run_to(Time::millis(30), u32::MAX);
            let room = Room { width, height, top: 56.0, bottom: 84.0 };
            let layout =
                Rc::new(Layout::new(&Places::with_clients(nodes, 1), Formation::RING, room));
            let snapshot = run.snapshot();
            let scene =
                StageView::new(&snapshot, &run.script().setup.link, &layout, Language::English);
            for hull in scene.hulls.iter().filter(|hull| hull.minority) {
                let (left, top, bottom) = (hull.label.x, hull.label.y - 11.0, hull.label.y + 3.0);
                for member in &hull.members {
                    let at = pill(&layout, *member);
                    let apart = (at.y + PILL.h / 2.0 <= top || at.y - PILL.h / 2.0 >= bottom)
                        || (left + 42.0 < at.x - PILL.w / 2.0 || left > at.x + PILL.w / 2.0);
                    assert!(apart, "{member} of {nodes} in {width} × {height}: {at:?} {hull:?}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 30);
}

/// A term, or a ballot's longer word, stays within the outline of its server.
#[test]
fn the_term_fits_its_box_in_any_language() {
    for text in [
        "run multi-paxos nodes=5 seed=3\n10ms fire S1 election\n",
        "run raft nodes=5 seed=3\n",
        "run multi-paxos nodes=12 seed=3\n10ms fire S12 election\n",
    ] {
        for (width, height) in [(481.0, 400.0), (962.0, 568.0), (390.0, 300.0), (390.0, 520.0)] {
            let mut run = catalog::start(scenario::parse(text).unwrap()).unwrap();
            let room = Room { width, height, top: 4.0, bottom: 4.0 };
            let nodes = run.script().setup.places.servers();
            let layout =
                Rc::new(Layout::new(&Places::with_clients(nodes, 1), Formation::RING, room));
            for millis in [5, 14, 25, 60, 1_200, 30_000] {
                run.run_to(Time::millis(millis), u32::MAX);
                let snapshot = run.snapshot();
                let scene =
                    StageView::new(&snapshot, &run.script().setup.link, &layout, Language::English);
                for node in &scene.nodes {
                    for language in [Language::English, Language::Chinese] {
                        let told = node.stamp_told(layout.detail, 9.0, language);
                        let width = text_width(&told, 11.5);
                        assert!(width <= node.size.w - 10.0, "{told} in {:?}", node.size);
                        assert!(told.contains(&node.stamp.unwrap().to_string()), "{told}");
                    }
                }
            }
        }
    }
}

/// Thousands of pills would cover each other, and the page with them.
#[test]
fn of_very_many_messages_the_latest_are_drawn_and_the_rest_is_told() {
    let script = "run raft nodes=15 seed=1 heartbeat=1ms duplicate=100% latency=200ms";
    let mut run = catalog::start(scenario::parse(script).unwrap()).unwrap();
    assert!(run.seek(Time::seconds(1), u32::MAX));
    let shot = run.snapshot();
    let scene = scene(&run);
    assert_eq!((scene.flights.len(), scene.more), (400, shot.flights.len() - 400));
    let last = shot.flights.last().map(|flight| (flight.id, flight.copy));
    assert_eq!(scene.flights.last().map(|flight| flight.key), last);
    let told = scene.told().last().map(ToString::to_string);
    assert_eq!(told, Some(format!("and {} more", scene.more)));
}

#[test]
fn a_card_hides_nothing_of_what_it_is_about() {
    let scene = scene(&run_to(Time::millis(420)));
    let card = Size::new(230.0, 120.0);
    let inside = |corner: Point, at: Point| {
        let middle = corner.plus(card.w / 2.0, card.h / 2.0);
        card.covers(middle, at)
    };
    for place in scene.layout.places.own() {
        let corner = scene.room_beside(&scene.around_place(place), card);
        let (at, size) = scene.layout.place(place);
        for (x, y) in [(0.0, 0.0), (-0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (0.5, -0.5)] {
            assert!(!inside(corner, at.plus(x * size.w, y * size.h)), "{place}: {corner:?}");
        }
        for wire in scene.wires.iter().filter(|wire| wire.a == place || wire.b == place) {
            assert!(!inside(corner, wire.middle()), "{place}: the link {}-{}", wire.a, wire.b);
        }
        for flight in scene.flights.iter().filter(|it| it.from == place || it.to == place) {
            assert!(!inside(corner, flight.place(scene.now).at), "{place}: {}", flight.label);
        }
    }
}

#[test]
fn every_sign_that_is_drawn_has_its_meaning() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/components");
    let mut found = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for (at, _) in text.match_indices("data-sign=\"") {
            let name = text[at + 11..].split('"').next().unwrap();
            assert!(signs::meaning(name).is_some(), "“{name}” means nothing");
            found += 1;
        }
    }
    assert!(found >= 8, "{found}");
    let names: std::collections::BTreeSet<&str> =
        signs::SIGNS.iter().map(|sign| sign.name).collect();
    assert_eq!(names.len(), signs::SIGNS.len(), "each once");
}
