//! The front door: the concept map, the pictures on its cards, and the index for finding things.
//! `BLESS=1 cargo test map` writes the files that the page fetches.

use std::collections::BTreeSet;
use std::fs;

use synod::lessons::finding::{self, FindKind};
use synod::lessons::map::{self, COLUMNS, Direction, GROUPS, ROWS, card, next};
use synod::lessons::{map_drawing, miniature};
use synod::player::{Permalink, Preferences, Shows, Store, TimeAction};
use synod::protocol::Tag;
use synod::view::path::{Point, crosses};
use synod::words::{Language, translate};
use synod::{catalog, scenario};

/// Compares a file that the page fetches with what it is to be.
fn blessed(path: &str, wanted: &str) {
    if std::env::var("BLESS").is_ok() {
        fs::write(path, wanted).unwrap();
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(kept == wanted, "{path} is out of date: BLESS=1 cargo test map writes it");
}

#[test]
fn every_protocol_stands_on_the_map_and_every_card_opens_a_scene() {
    for card in map::cards() {
        assert!(Permalink::parse(&card.link()).is_ok(), "the map's scene {} is gone", card.scene);
    }
    let there: BTreeSet<&str> = map::cards().map(|card| card.protocol()).collect();
    for listing in catalog::listings() {
        assert!(
            there.contains(listing.slug),
            "{} has no card on the map: src/lessons/map.rs, or a name there that is not its own",
            listing.slug
        );
    }
}

#[test]
fn cards_have_a_place_each_and_a_sentence_that_fits() {
    let mut places = BTreeSet::new();
    for card in map::cards() {
        assert!(card.column < COLUMNS && card.row < ROWS, "{}", card.scene);
        assert!(places.insert((card.column, card.row)), "{} stands on another", card.scene);
        assert!(card.title.len() <= 20 && card.told.len() <= 52, "{}: too long", card.scene);
        for text in [card.title, card.told] {
            let chinese = translate(Language::Chinese, text);
            assert!(chinese.chars().count() <= 26, "{chinese}: too long");
        }
        let frame = card.group.map(|group| map_drawing::frame(&GROUPS[group]));
        if let Some((at, size)) = frame {
            let corner = map_drawing::place(card);
            assert!(corner.x > at.x && corner.y > at.y, "{}", card.scene);
            assert!(corner.x + map_drawing::CARD.w < at.x + size.w, "{}", card.scene);
            assert!(corner.y + map_drawing::CARD.h < at.y + size.h, "{}", card.scene);
        }
    }
}

#[test]
fn no_two_edges_cross_and_none_runs_behind_a_card() {
    let ways = map_drawing::ways();
    let pieces: Vec<(usize, Point, Point)> = (0..)
        .zip(&ways)
        .flat_map(|(way, drawn)| drawn.points.windows(2).map(move |p| (way, p[0], p[1])))
        .collect();
    for (a, from, to) in &pieces {
        for (b, other_from, other_to) in &pieces {
            let meet = crosses(*from, *to, *other_from, *other_to);
            assert!(a == b || !meet, "{:?} crosses {:?}", ways[*a], ways[*b]);
        }
        for card in map::cards() {
            let corner = map_drawing::place(card);
            let centre = corner.plus(map_drawing::CARD.w / 2.0, map_drawing::CARD.h / 2.0);
            let inner = map_drawing::CARD.grown(-2.0, -2.0);
            let behind = (1..20).map(|part| from.towards(*to, f64::from(part) / 20.0));
            for point in behind {
                assert!(!inner.covers(centre, point), "{:?} runs behind {}", ways[*a], card.scene);
            }
        }
    }
}

#[test]
fn the_style_sheet_places_cards_where_the_edges_end() {
    let css = fs::read_to_string("www/synod.css").unwrap();
    // A unit of the page has 16 points, and more where the reader's type is larger.
    let numbers = |point: Point| (point.x / 16.0, point.y / 16.0);
    for row in 0..ROWS {
        let y = numbers(map_drawing::corner(0, row)).1;
        let rule = format!(".concepts .r{row} {{ top: {y}rem; }}");
        assert!(css.contains(&rule), "www/synod.css lacks {rule}");
        for column in 0..COLUMNS {
            let x = numbers(map_drawing::corner(column, row)).0;
            let both = format!(".concepts .c{column} {{ left: {x}rem; }}");
            let below = format!(".concepts .r{row}.c{column} {{ left: {x}rem; }}");
            assert!(css.contains(&both) || css.contains(&below), "www/synod.css lacks {below}");
        }
    }
}

#[test]
fn the_map_is_taken_away_whole() {
    for language in Language::ALL {
        let (svg, mermaid) = (map_drawing::svg(language), map_drawing::mermaid(language));
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
        assert!(mermaid.starts_with("flowchart TD\n"));
        for card in map::cards() {
            let title = translate(language, card.title);
            assert!(svg.contains(title) && mermaid.contains(title), "{title}");
        }
        assert_eq!(mermaid.matches("-->").count(), map::edges().count());
    }
}

#[test]
fn the_pictures_are_those_of_the_runs() {
    let pictures = map::cards().map(|card| format!("{}\n{}", card.scene, miniature::draw(card)));
    let text = pictures.collect::<Vec<_>>().join("\n");
    for (card, picture) in map::cards().zip(miniature::read(&text)) {
        assert_eq!(card.scene, picture.scene);
        let signs: usize = picture.paths.iter().map(|(_, path)| path.len()).sum();
        assert!(picture.paths.len() >= 2 && signs > 60, "{}: {picture:?}", card.scene);
    }
    blessed("www/map.txt", &text);
}

#[test]
fn a_word_finds_what_is_called_so() {
    let text = finding::write(broken);
    let index = finding::read(&text);
    let kinds: BTreeSet<FindKind> = index.iter().map(|find| find.kind).collect();
    assert_eq!(kinds.len(), 7);
    for find in &index {
        assert!(find.link.starts_with("#v1&"), "{} leads away", find.link);
        assert!(Permalink::parse(&find.link).is_ok(), "{} leads nowhere", find.link);
        for language in Language::ALL {
            assert!(!find.title(language).is_empty(), "{}", find.link);
        }
    }
    let best =
        |said: &str| finding::find(&index, said).first().map(|find| (find.kind, &*find.link));
    assert_eq!(best("quorum"), Some((FindKind::Term, "#v1&term=quorum")));
    assert_eq!(best("法定人数"), Some((FindKind::Term, "#v1&term=quorum")));
    let (kind, link) = best("forget vote").unwrap();
    assert!(kind == FindKind::Flaw && link.contains("flaw=forget-vote"), "{link}");
    let safety = finding::find(&index, "election safety");
    assert!(safety.iter().any(|find| find.kind == FindKind::Property));
    assert_eq!(best("figure-8").map(|(_, link)| link.contains("figure-8")), Some(true));
    assert_eq!(best("RAFT").map(|(kind, _)| kind), Some(FindKind::Protocol));
    assert!(finding::find(&index, "xyzzy qwxyz").is_empty());
    assert!(finding::find(&index, " ").is_empty());
    for entry in catalog::catalog() {
        for flaw in (entry.flaws)() {
            let find = finding::flaw(&index, entry.meta.title, &flaw).unwrap();
            let script = Permalink::parse(&find.link).unwrap().scenario().script;
            assert_eq!(script.setup.flaws, [flaw.name], "{}", entry.meta.slug);
        }
    }
    blessed("www/finding.txt", &text);
}

/// A run in which a flaw breaks what it breaks: its scenario.
fn broken(protocol: &str, flaw: &str) -> String {
    let file = format!("tests/scenarios/{protocol}/flaw-{flaw}.txt");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|why| panic!("{file}: {why}"));
    let entry = catalog::find(protocol).unwrap();
    let mut script = scenario::parse(&text).unwrap();
    let info = (entry.flaws)().into_iter().find(|info| info.name == flaw).unwrap();
    script.title = Some(info.title.to_owned());
    let shows = Shows::Script(Box::new(script));
    format!("#{}", Permalink { shows, ..Permalink::default() })
}

#[test]
fn arrow_keys_go_along_edges_and_to_neighbours() {
    let led = |scene: &str, way| next(card(scene).unwrap(), way).map(|card| card.scene);
    let models = "quorum-store/not-linearizable";
    assert_eq!(led(models, Direction::Down), Some("abd/cap"));
    assert_eq!(led(models, Direction::Right), Some("raft/split-vote"));
    assert_eq!(led(models, Direction::Left), None);
    assert_eq!(led("zk-lock/queue", Direction::Up), Some("zab/discovery-to-broadcast"));
    // Every card is reached by arrow keys from the first.
    let mut reached = vec![map::cards().next().unwrap()];
    let mut at = 0;
    while at < reached.len() {
        for way in ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"] {
            let to = Direction::of(way).and_then(|way| next(reached[at], way));
            reached.extend(to.filter(|to| !reached.contains(to)));
        }
        at += 1;
    }
    assert_eq!(reached.len(), map::cards().count());
}

#[test]
fn at_the_front_door_something_happens_at_once() {
    let open = |hash: &str| Store::from_link(hash, Preferences::default());
    let mut store = open("#v1&door=map");
    let bids = |store: &Store| {
        let snapshot = store.pane().run.snapshot();
        snapshot.nodes.iter().any(|node| node.tag() == Some(Tag::Bids))
    };
    assert!(store.playback.playing && !bids(&store) && store.pane().run.leader().is_none());
    let play = |store: &mut Store, seconds: u64| {
        for _ in 0..20 * seconds {
            store.update(TimeAction::Tick { elapsed_micros: 50_000 });
        }
    };
    play(&mut store, 1);
    assert!(bids(&store), "within a second somebody stands");
    play(&mut store, 3);
    assert!(store.pane().run.leader().is_some(), "and within four somebody leads");
    assert_eq!(store.link(), "#v1&door=map");
    // In reduced motion it stands where messages are under way; behind the other doors nothing plays.
    let still = Preferences { reduced_motion: true, ..Preferences::default() };
    let store = Store::from_link("#v1&door=map", still);
    assert!(!store.playback.playing && store.pane().run.snapshot().flights.len() >= 3);
    assert!(!open("#v1&door=exercises").playback.playing);
    assert!(open("#v1").playback.playing);
}
