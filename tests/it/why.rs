//! Why something happened, and what happened before what, against slower and plainer derivations.

use synod::base::{Place, Time};
use synod::catalog::{self, Run};
use synod::explore::fuzz;
use synod::replay::cone::Order;
use synod::replay::stamps::Stamps;
use synod::replay::why::{Inquiry, Reason};
use synod::scenario;
use synod::sim::fact::Fact;
use synod::sim::snapshot::{Standing, Told};
use synod::sim::trace::EventKind;
use synod::view::light::standing;

fn run(text: &str) -> Run {
    let mut run = catalog::start(scenario::parse(text).unwrap()).unwrap();
    let end = run.end().unwrap_or(Time::seconds(3));
    run.run_to(end, u32::MAX);
    run
}

/// Runs with every kind of trouble in them, some seconds long.
fn troubled() -> Vec<Run> {
    let schedule = |(slug, seed)| {
        let entry = catalog::find(slug).unwrap();
        let mut run = entry.start(fuzz::schedule(entry, seed, &[]).unwrap()).unwrap();
        while run.event() < 1_500 && run.step_forward() {}
        run
    };
    [("raft", 3), ("raft", 8), ("paxos", 5), ("multi-paxos", 7)].map(schedule).into()
}

fn happened(run: &mut Run) -> Vec<Told> {
    run.told(usize::MAX, false)
}

/// The light cone walks along causes; vector stamps are folded forwards from the start. They say the
/// same of any two events.
#[test]
fn the_light_cone_is_what_vector_stamps_say() {
    let (mut compared, mut lost, mut remarks) = ([0; 4], 0, 0);
    for mut run in troubled() {
        let happened = happened(&mut run);
        let setup = run.script().setup.clone();
        let mut fold = Stamps::new(&setup.places);
        let (mut stamps, mut proper) = (Vec::new(), Vec::new());
        run.walk(Time::ZERO, Time::LIMIT, &mut |number, event| {
            stamps.push(fold.follow(number, event).map_or(Vec::new(), <[u64]>::to_vec));
            proper.push(match event.what {
                EventKind::Lost { sent, .. } => sent,
                ref what if what.is_an_event() => number,
                _ => 0,
            });
            true
        });
        let width = usize::from(setup.places.servers() + setup.places.clients());
        for told in happened.iter().skip(40).step_by(31) {
            let of = proper[told.event as usize - 1];
            let Some(cone) = run.cone(told.event) else {
                assert!(told.place.is_none() || of == 0, "{told:?}");
                remarks += 1;
                continue;
            };
            assert_eq!(cone.event, of, "a loss has its sending's, a remark none: {told:?}");
            lost += u32::from(of != told.event);
            let (told, stamp) = (&happened[of as usize - 1], &stamps[of as usize - 1]);
            assert!(cone.is_whole());
            let expected: Vec<_> = stamp.iter().copied().map(Some).collect();
            assert_eq!(cone.stamp(), expected, "of {told:?}");
            let mut before = std::collections::BTreeMap::new();
            for (other, theirs) in happened.iter().zip(&stamps) {
                // A remark shares the stamp of the event before it at its place.
                let Some(place) = other.place else { continue };
                if before.insert(place, theirs) == Some(theirs) || other == told {
                    continue;
                }
                let le = |a: &[u64], b: &[u64]| (0..width).all(|i| a[i] <= b[i]);
                let order = match (le(theirs, stamp), le(stamp, theirs)) {
                    (true, _) => Order::Before,
                    (_, true) => Order::After,
                    _ => Order::Concurrent,
                };
                assert_eq!(cone.order(other.event, place), Some(order), "{other:?} and {told:?}");
                compared[order as usize] += 1;
            }
        }
    }
    assert!(compared[0] > 1_000 && compared[2] > 1_000 && compared[3] > 1_000, "{compared:?}");
    assert!(lost > 5 && remarks > 5, "{lost} {remarks}");
}

/// In a long run the walk is given up: what was not looked at is not known, and not nothing.
#[test]
fn what_a_cone_has_not_reached_is_not_known() {
    let asked = "10ms request C1 S2 put x=1\n";
    let mut run =
        run(&format!("run raft nodes=3 seed=3 heartbeat=1ms latency=1ms clients=2\n{asked}1s end"));
    while run.event() < 100_000 && run.step_forward() {}
    let client = Place::client(0);
    let late = (run.event() - 50..run.event()).find_map(|event| run.cone(event)).unwrap();
    assert!(!late.is_whole());
    let own = |place| run.sim().own(place);
    let [first, .., c1, c2] = late.sides[..] else { panic!() };
    assert!(first.stamp.is_some_and(|stamp| stamp > 10_000));
    assert!(own(client) > 1 && c1.stamp.is_none(), "{c1:?}");
    assert_eq!((own(c2.place), c2.stamp), (0, Some(0)), "nothing ever happened there");
    let mut clients = Vec::new();
    run.walk(Time::ZERO, Time::millis(400), &mut |number, event| {
        if event.place == Some(client) {
            clients.push(number);
        }
        true
    });
    assert!(!clients.is_empty());
    for event in clients {
        assert_eq!(late.order(event, client), None, "it may have led to it");
    }
    assert_eq!(standing(&late, client, run.event(), own(client)), None);
    assert_eq!(standing(&late, c2.place, run.event(), 0), Some(Order::Concurrent));
    // What is near is known all the same.
    assert!(late.order(late.event - 20, first.place).is_some());

    // And the other way: from an early event into a long future that does not reach a place.
    let text =
        "run raft nodes=3 seed=3 heartbeat=1ms latency=1ms clients=1\n500ms crash S3\n501ms end";
    let mut run = self::run(text);
    while run.event() < 100_000 && run.step_forward() {}
    let s3 = Place::server(2);
    let first = run.first_since(Time::millis(600));
    let early = (first..).find_map(|event| run.cone(event)).unwrap();
    assert!(!early.is_whole() && early.all_past());
    assert_eq!(early.order(run.event(), s3), None, "nobody has looked so far ahead");
    assert!(early.order(early.event + 5, s3) == Some(Order::Concurrent));
    assert!(
        standing(&early, s3, run.event(), run.sim().own(s3)).is_none_or(|o| o == Order::Before)
    );
}

/// On the stage a place's present state is called what its last event is, and so is its lane on the
/// diagram; before its first event, what that is to be.
#[test]
fn the_stage_calls_a_state_what_the_last_event_is() {
    let (mut seen, mut idle) = (std::collections::BTreeMap::new(), 0);
    let first_election = include_str!("../../scenes/raft/first-election.txt");
    for mut run in troubled().into_iter().chain([run(first_election)]) {
        let happened = happened(&mut run);
        let mut own: Vec<(u64, Place)> = Vec::new();
        run.walk(Time::ZERO, Time::LIMIT, &mut |number, event| {
            own.extend(
                event.place.filter(|_| event.what.is_an_event()).map(|place| (number, place)),
            );
            true
        });
        for told in happened.iter().skip(30).step_by(41) {
            let Some(cone) = run.cone(told.event) else { continue };
            for side in &cone.sides {
                let events: Vec<u64> =
                    own.iter().filter(|(_, place)| *place == side.place).map(|(n, _)| *n).collect();
                for cursor in (1..=run.head().0).step_by(29) {
                    let had = events.iter().take_while(|event| **event <= cursor).count();
                    let expected = match (had, side.past) {
                        (0, Some(_)) => Order::Before,
                        (0, None) => Order::Concurrent,
                        _ => cone.order(events[had - 1], side.place).unwrap(),
                    };
                    let said = standing(&cone, side.place, cursor, had as u64).unwrap();
                    // The event itself begins its future.
                    let expected = if expected == Order::Same { Order::After } else { expected };
                    assert_eq!(said, expected, "{:?} at {cursor} of {told:?}", side.place);
                    *seen.entry(said).or_insert(0) += 1;
                    idle += u32::from(had == 0 && said == Order::Concurrent);
                }
            }
        }
    }
    assert!(seen.len() == 3 && seen.values().all(|count| *count > 1_000), "{seen:?}");
    assert!(idle > 100, "{idle}");
}

/// Whatever is lost was sent, or says that it never left.
#[test]
fn a_loss_names_its_sending() {
    let slow = "run raft nodes=3 seed=7 latency=1ms heartbeat=1ms\n500ms fire S1 election\n\
                1s disk S1 latency=20s\n1.01s request C1 S1 put x=1\n3s end";
    let mut never_left = 0;
    for run in troubled().into_iter().chain([run(slow)]) {
        let mut sent = std::collections::BTreeMap::new();
        run.walk(Time::ZERO, Time::LIMIT, &mut |number, event| {
            match event.what {
                EventKind::Send { to, .. } => {
                    sent.insert(number, (event.place, Some(to)));
                }
                EventKind::Lost { sent: 0, sent_at, .. } => {
                    never_left += 1;
                    assert_eq!(sent_at, event.at);
                }
                EventKind::Lost { from, sent: by, .. } => {
                    assert_eq!(sent.get(&by), Some(&(Some(from), event.place)), "event {number}");
                }
                _ => {}
            }
            true
        });
    }
    assert!(never_left > 10, "{never_left}");
}

#[test]
fn every_event_goes_back_to_a_root() {
    for mut run in troubled() {
        let happened = happened(&mut run);
        for told in happened.iter().step_by(53) {
            let why = run.why(told.event).unwrap();
            assert_eq!(why.more, None, "of {told:?}");
            assert_eq!(why.reasons[0].told, *told);
            assert_eq!(why.reasons.last().unwrap().told.cause, 0);
            for pair in why.reasons.windows(2) {
                assert!(pair[0].told.event > pair[1].told.event, "{pair:?}");
            }
        }
    }
}

/// The last change of a fact, found by looking at it after every step.
fn last_change(run: &mut Run, fact: &Fact, until: u64) -> u64 {
    run.seek_event(0, u32::MAX);
    let (mut known, mut changed) = (run.sim().read(fact), 0);
    while run.event() < until {
        let before = run.event();
        run.step_forward();
        if run.sim().read(fact) != known {
            (known, changed) = (run.sim().read(fact), before + 1);
        }
    }
    changed
}

#[test]
fn a_fact_goes_back_to_the_step_that_made_it_so() {
    let mut found = 0;
    for mut run in troubled() {
        let last = run.event();
        for (node, until) in [(0, last), (1, last / 2), (2, last / 3), (0, last / 5)] {
            run.seek_event(until, u32::MAX);
            let until = run.event();
            let names = run.sim().facts(Place::server(node));
            let facts = names.into_iter().map(|name| Fact::named(Place::server(node), name));
            let facts: Vec<_> = facts
                .chain([1, 2, 5].map(|index| Fact::entry(Place::server(node), index)))
                .collect();
            for fact in facts {
                run.seek_event(until, u32::MAX);
                let mut inquiry = Inquiry::new(&run, fact.clone());
                let event = loop {
                    if let Some(event) = run.inquire(&mut inquiry) {
                        break event;
                    }
                };
                let changed = last_change(&mut run, &fact, until);
                if changed != 0 {
                    // The step's first event may be a command of the whole run; what it did to the
                    // server follows at once.
                    assert!(
                        (changed..changed + 6).contains(&event),
                        "{fact:?}: {event}, {changed}"
                    );
                    found += 1;
                }
            }
        }
    }
    assert!(found > 60, "{found}");
}

fn sentences(run: &Run, event: u64) -> Vec<String> {
    told(&run.why(event).unwrap().reasons)
}

fn told(reasons: &[Reason]) -> Vec<String> {
    let told = |told: &Told| {
        format!("{} {}", told.place.map_or("-".into(), |place| place.to_string()), told.sentence)
    };
    let lines = reasons.iter().flat_map(|reason| {
        let beside = reason.meanwhile.iter().map(|beside| format!("  meanwhile {}", told(beside)));
        let notes = reason.notes.iter().map(|(note, _)| format!("  {note}"));
        let times = (reason.times > 1).then(|| format!("  {} times", reason.times));
        std::iter::once(told(&reason.told)).chain(notes).chain(times).chain(beside)
    });
    lines.collect()
}

/// "Why is S5's term 9?", for smaller numbers.
#[test]
fn a_term_is_explained_back_to_the_fault() {
    let run = run(
        "run raft nodes=3 seed=7 latency=10ms\n1s crash S1\n1s crash S2\n1.1s restart S1\n1.1s restart S2\n2.5s end",
    );
    let last = run.event();
    let told = (0..3).map(|node| {
        let mut inquiry = Inquiry::new(&run, Fact::named(Place::server(node), "term"));
        let event = loop {
            if let Some(event) = run.inquire(&mut inquiry) {
                break event;
            }
        };
        assert!(event <= last);
        (inquiry.value.clone(), sentences(&run, event))
    });
    for (value, lines) in told {
        let text = lines.join("\n");
        assert!(value.is_some(), "{text}");
        assert!(text.contains("timer runs out: election"), "{text}");
        assert!(lines.last().unwrap().contains("boots") || text.contains("command: "), "{text}");
    }
}

/// The event that made the fact what it is at the cursor.
fn found(run: &Run, fact: Fact) -> u64 {
    let mut inquiry = Inquiry::new(run, fact);
    loop {
        if let Some(event) = run.inquire(&mut inquiry) {
            return event;
        }
    }
}

/// The step of the chain, and the remarks on it, in which this command stands.
fn link_of(run: &Run, event: u64, command: &str) -> Option<(Told, u64)> {
    let why = run.why(event).unwrap();
    assert_eq!(why.more, None);
    let is = |told: &&Told| told.sentence.to_string() == format!("command: {command}");
    why.reasons.iter().find_map(|reason| {
        let stands = reason.meanwhile.iter().chain([&reason.told]).find(is)?;
        Some((stands.clone(), reason.times))
    })
}

/// "Why is S5's term 9?": because it stood for election time and again, and what began that row was
/// the crash of its leader, however much went wrong later.
#[test]
fn a_row_of_elections_names_the_fault_that_began_it() {
    let later = "1.9s crash S2\n".to_owned()
        + &(0..12).map(|i| format!("{}ms wipe S2\n", 2_010 + 100 * i)).collect::<String>();
    for (began, text) in [
        ("crash S1", "1s crash S1\n1s crash S2\n1s crash S3\n1s crash S4\n".to_owned()),
        ("partition S1 S2 S3 S4 | S5", "1s partition S1 S2 S3 S4 | S5\n".to_owned()),
        ("cut S1-S5 S2-S5 S3-S5 S4-S5", "1s cut S1-S5 S2-S5 S3-S5 S4-S5\n".to_owned() + &later),
    ] {
        // Busy others, so that the row goes over many checkpoints.
        let set_up = "run raft nodes=5 seed=7 latency=10ms heartbeat=20ms\n";
        let led = "200ms crash S3\n210ms restart S3\n500ms fire S1 election\n";
        let run = run(&format!("{set_up}{led}{text}8s end"));
        let event = found(&run, Fact::named(Place::server(4), "term"));
        let term: u64 =
            run.sim().read(&Fact::named(Place::server(4), "term")).unwrap().parse().unwrap();
        assert!(term >= 9, "{term}");
        let (stands, times) = link_of(&run, event, began)
            .unwrap_or_else(|| panic!("{began}:\n{}", sentences(&run, event).join("\n")));
        assert_eq!(stands.at, Time::seconds(1));
        assert!(times > 3, "it stands with the row that it began: {times}");
    }
}

/// What was under way when the leader crashed sets the timer once more: the crash lies before that.
#[test]
fn a_fault_is_told_though_a_last_message_came_after_it() {
    let text = "run raft nodes=3 seed=7 latency=40ms\n500ms fire S1 election\n";
    let mut run = run(&format!("{text}3s end"));
    let happened = happened(&mut run);
    let says = |told: &&Told, words: &str| told.sentence.to_string().contains(words);
    let beats = happened.iter().filter(|told| told.at > Time::seconds(1) && told.sends);
    let sent = beats.filter(|told| says(told, "beat") && told.place == Some(Place::server(0)));
    let crash = sent.map(|told| told.at + Time::millis(5)).next().unwrap();
    let run = self::run(&format!("{text}{crash} crash S1\n3s end"));
    let elected = found(&run, Fact::named(Place::server(2), "term"));
    assert!(link_of(&run, elected, "crash S1").is_some(), "{:#?}", sentences(&run, elected));
}

/// A timer may run, and a message be under way, for longer than the distance of two checkpoints.
#[test]
fn remarks_reach_over_checkpoints() {
    let busy = "run raft nodes=7 seed=7 latency=2ms heartbeat=4ms\n500ms fire S1 election\n";
    let run = run(&format!("{busy}1s cut S7-S1 S7-S2 S7-S3 S7-S4 S7-S5 S7-S6\n1.6s end"));
    let stood = found(&run, Fact::named(Place::server(6), "term"));
    let why = run.why(stood).unwrap();
    let set = why.reasons.iter().position(|reason| !reason.meanwhile.is_empty()).expect("remarks");
    let gap = why.reasons[set].told.event - why.reasons[set + 1].told.event;
    assert!(gap > 1_024, "{gap} events: more than one checkpoint lies between");
    assert!(link_of(&run, stood, "cut S7-S1 S7-S2 S7-S3 S7-S4 S7-S5 S7-S6").is_some());

    let slow = format!("{busy}1s link S1>S2 latency=2s\n1.5s cut S1>S2\n1.6s end");
    let mut run = self::run(&slow);
    let happened = happened(&mut run);
    let lost = |told: &&Told| told.sentence.to_string().contains("never receives");
    let lost = happened.iter().filter(lost).collect::<Vec<_>>();
    assert!(lost.len() > 10);
    for told in lost {
        let why = run.why(told.event).unwrap();
        assert!(why.reasons[0].meanwhile.iter().any(|told| told.sends), "{told:?}");
    }
}

/// Where there are too many remarks, the newest stay, and first those of the place itself.
#[test]
fn of_many_remarks_the_newest_and_the_place_s_own_are_kept() {
    let pauses = |from: u64| {
        let one = |i: u64| {
            let at = from + 2 * i;
            format!("{at}ms pause S{0}\n{1}ms resume S{0}\n", 2 + i % 2, at + 1)
        };
        (0..8).map(one).collect::<String>()
    };
    let own = "1.1s clock S4 drift=+1%\n";
    let run = run(&format!(
        "run raft nodes=4 seed=7 latency=10ms\n500ms fire S1 election\n600ms cut S4-S2 S4-S3\n1s crash S1\n{}{own}{}1.14s cut S2-S3\n3s end",
        pauses(1_070),
        pauses(1_110)
    ));
    let event = (1..=run.event())
        .find(|event| {
            let why = run.why(*event).unwrap();
            let first = &why.reasons[0].told;
            first.at > Time::millis(1_150)
                && first.place == Some(Place::server(3))
                && first.sentence.to_string().contains("timer runs out: election")
        })
        .expect("S4 stands for election");
    let why = run.why(event).unwrap();
    let told: Vec<String> =
        why.reasons[0].meanwhile.iter().map(|told| told.sentence.to_string()).collect();
    for kept in ["command: crash S1", "command: clock S4 drift=+1%", "command: cut S2-S3"] {
        assert!(told.iter().any(|told| told == kept), "{kept} among {told:#?}");
    }
    assert!(told.len() <= 6, "{told:#?}");
    let order: Vec<u64> = why.reasons[0].meanwhile.iter().map(|told| told.event).collect();
    assert!(order.is_sorted(), "as they happened: {told:#?}");
}

/// What a server notes once its writes are on disk stands at that, behind the messages that waited
/// for the disk with it.
#[test]
fn notes_after_a_write_stand_at_the_write() {
    let mut seen = 0;
    for slug in ["raft", "multi-paxos", "paxos"] {
        let script = format!("run {slug} nodes=3 seed=7 disk=2ms clients=1\n");
        let asks: String =
            (1..6).map(|i| format!("{}ms request C1 {}\n", 400 * i, ask_of(slug, i))).collect();
        let run = run(&format!("{script}{asks}4s end"));
        let (mut saved, mut notes) = (None, Vec::new());
        run.walk(Time::ZERO, Time::LIMIT, &mut |number, event| {
            match &event.what {
                EventKind::Saved => saved = Some(number),
                EventKind::Note(note) if Some(event.cause) == saved => {
                    notes.push((event.cause, note.to_string()));
                }
                _ => {}
            }
            true
        });
        for (event, note) in notes {
            let why = run.why(event).unwrap();
            let said = why.reasons[0].notes.iter().map(|(note, _)| note.to_string());
            assert!(said.collect::<Vec<_>>().contains(&note), "{note} at {event}");
            seen += 1;
        }
    }
    assert!(seen > 0, "{seen}");
}

fn ask_of(slug: &str, i: u64) -> String {
    if slug == "paxos" { format!("S1 propose {i}") } else { format!("put x={i}") }
}

#[test]
fn a_loss_is_blamed_on_the_command_that_cut_the_link() {
    let text = "run raft nodes=3 seed=7 latency=10ms\n500ms cut S1-S2 S1-S3\n800ms heal\n900ms cut S3>S1\n1s crash S2\n1.5s end";
    let mut run = run(text);
    let happened = happened(&mut run);
    let blamed = |told: &Told| {
        let lines = sentences(&run, told.event);
        lines
            .iter()
            .find(|line| line.starts_with("S2 command") || line.starts_with("- command"))
            .cloned()
    };
    let mut seen = std::collections::BTreeSet::new();
    for told in happened.iter().filter(|told| told.sentence.to_string().contains("never receives"))
    {
        let why = told.sentence.to_string();
        let by = blamed(told).unwrap_or_else(|| panic!("{told:?}"));
        let expected = match told.at {
            at if why.ends_with("its receiver is down") => ("S2 command: crash S2", at),
            at if at < Time::millis(850) => ("- command: cut S1-S2 S1-S3", at),
            at => ("- command: cut S3>S1", at),
        };
        assert_eq!(by, expected.0, "{told:?}");
        seen.insert(by);
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[test]
fn a_violation_goes_back_to_its_roots_with_lines_of_the_source() {
    let entry = catalog::find("raft").unwrap();
    let run = run(entry.scene("figure-8-flaw").unwrap());
    let broken = run.properties().into_iter().find_map(|property| match property.standing {
        Standing::Violated { event, .. } => Some(event),
        _ => None,
    });
    let why = run.why(broken.expect("the scene breaks a property")).unwrap();
    assert_eq!(why.more, None);
    let sources: Vec<_> = why.reasons.iter().filter_map(|reason| reason.source).collect();
    assert!(!sources.is_empty());
    for source in sources {
        let text = std::fs::read_to_string(format!("src/{}", source.file)).unwrap();
        let line = text.lines().nth(source.line as usize - 1).unwrap();
        assert!(line.contains("fx."), "{source:?}: {line}");
    }
}

/// Violations: where they are, the property, and with what the reasons for what it is at odds with begin
/// and end.
const AT_ODDS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "raft",
        "scene-figure-8-flaw",
        "Leader Completeness",
        "S1 receives “ok 2” from S3\n  commits up to index 2: 3 of 5 servers store it",
        "S1 command: fire S1 election",
    ),
    (
        "raft",
        "scene-figure-8-flaw",
        "State Machine Safety",
        "S1 receives “ok 2” from S3\n  commits up to index 2: 3 of 5 servers store it",
        "S1 command: fire S1 election",
    ),
    (
        "raft",
        "flaw-forget-vote",
        "Election Safety",
        "S2 receives “vote ✓ t1” from S1\n  becomes leader of term 1: 2 of 3 servers voted for it",
        "S2 boots",
    ),
    (
        "paxos",
        "scene-forgotten-promise",
        "Agreement",
        "S2 has its writes on disk\n  learns that “red” is chosen: a quorum has accepted it at ballot 1.S1",
        "C1 command: request C1 S1 propose red",
    ),
    (
        "paxos",
        "client-refused",
        "One Value Per Ballot",
        "C2 wants “accept 5 green”",
        "C2 command: request C2 S2 accept 5 green",
    ),
    (
        "paxos",
        "flaw-adopt-lowest",
        "Proposals Are Safe",
        "S2 has its writes on disk\nS2 receives “accept 2.S3 v2” from S3",
        "C2 command: request C2 S3 propose v2",
    ),
    (
        "multi-paxos",
        "scene-unprepared-leader",
        "Agreement",
        "S4 has its writes on disk\nS4 receives “accept 1: x=1” from S1",
        "C1 command: request C1 S1 put x=1",
    ),
    (
        "multi-paxos",
        "scene-unprepared-leader",
        "Applied Logs Are Prefixes",
        "S1 receives “ok 1” from S4",
        "C1 command: request C1 S1 put x=1",
    ),
    ("multi-paxos", "scene-stale-read", "Linearizability", "C2 receives “ok” from S3", "put x=2"),
    (
        "multi-paxos",
        "scene-asked-twice",
        "Linearizability",
        "C2 receives “ok” from S1",
        "C2 command: request C2 S1 put x=2",
    ),
];

/// "Why was this entry lost?": a violation has two sides, and both are told.
#[test]
fn a_violation_names_what_it_is_at_odds_with_and_why_that_was() {
    for (slug, name, property, begins, ends) in AT_ODDS.iter().copied() {
        let (run, event) = violation(slug, name, property);
        let against = run.why(event).unwrap().against.unwrap_or_else(|| panic!("{name}"));
        let text = told(&against.reasons).join("\n");
        assert!(text.starts_with(begins), "{name}, {property}:\n{text}");
        assert!(text.ends_with(ends), "{name}, {property}:\n{text}");
        assert!(against.reasons[0].told.event < event && against.more.is_none());
    }
}

/// The run of a scene or a scenario, and the event at which it breaks the property.
fn violation(slug: &str, name: &str, property: &str) -> (Run, u64) {
    let scene = name.strip_prefix("scene-").and_then(|it| catalog::find(slug).unwrap().scene(it));
    let text = scene.map(str::to_owned).unwrap_or_else(|| {
        std::fs::read_to_string(format!("tests/scenarios/{slug}/{name}.txt")).unwrap()
    });
    let run = run(&text);
    let broken = run.properties().into_iter().find_map(|it| match it.standing {
        Standing::Violated { event, .. } if it.name == property => Some(event),
        _ => None,
    });
    (run, broken.unwrap_or_else(|| panic!("{name} breaks {property}")))
}

/// Where both sides have the same causes, these are told once.
#[test]
fn the_sides_of_a_violation_may_come_together() {
    let (run, event) = violation("raft", "flaw-commit-without-min", "State Machine Safety");
    let why = run.why(event).unwrap();
    let against = why.against.unwrap();
    let joins = against.joins.expect("one leader has sent both");
    assert!(why.reasons.iter().any(|reason| reason.told.event == joins));
    let shared = |event: u64| why.reasons.iter().any(|reason: &Reason| reason.told.event == event);
    assert!(against.reasons.iter().all(|reason| !shared(reason.told.event)));
    assert!(against.reasons.last().unwrap().told.event > joins && against.more.is_none());
}

/// A message that was under way while its receiver crashed meets another than it was sent to.
#[test]
fn what_was_done_to_a_receiver_meanwhile_is_told() {
    let (run, event) = violation("paxos", "scene-forgotten-promise", "Agreement");
    let against = run.why(event).unwrap().against.unwrap();
    let crash = ["  meanwhile S2 command: crash S2", "  meanwhile S2 command: restart S2"];
    for (reasons, message) in [
        (&run.why(event).unwrap().reasons, "S2 receives “accept 1.S3 blue” from S3"),
        (&against.reasons, "S2 receives “accept 1.S1 red” from S1"),
    ] {
        let lines = told(reasons);
        let at = lines.iter().position(|line| line == message).expect(message);
        assert_eq!(lines[at + 2..at + 4], crash, "{lines:#?}");
        assert_eq!(lines.iter().filter(|line| line.contains("crash S2")).count(), 1, "only there");
    }
}
