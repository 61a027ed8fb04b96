//! The recipe on single clients, the server's sessions and watches, and each property where it is broken.

use super::properties::{Observed, PROPERTIES};
use super::server::Node;
use super::*;
use crate::protocol::{Moment, Witness};
use crate::protocols::locks::trial;

const C1: Place = Place::client(0);
const C2: Place = Place::client(1);
const MS: fn(u64) -> Time = Time::millis;

/// A node of the session with this number, made by the transaction ten times as high.
fn node(owner: u64) -> Node {
    Node { seq: owner - 1, guid: 100 + owner, czxid: 10 * owner, owner }
}

fn nodes(owners: &[u64]) -> Nodes {
    Nodes(owners.iter().map(|owner| node(*owner)).collect())
}

/// A client of session 3 that wants to write, has its node and has asked for the directory.
fn lists(config: Config) -> ZkLock {
    let mut it: ZkLock = trial::boot(C1, &config);
    let request = "write".parse().expect("a request");
    trial::step(&mut it, MS(0), Input::Request { from: C1, seq: 1, request });
    let mut hear = |message| trial::step(&mut it, MS(10), Input::Message { from: SERVER, message });
    hear(Message::Connected { session: 3, timeout: MS(600), sent: MS(0) });
    let asked = hear(Message::Created { seq: 2, czxid: 30 });
    assert_eq!(asked.len(), 1, "{asked:?}");
    it
}

fn hear(it: &mut ZkLock, now: u64, message: Message) -> Vec<(Place, String)> {
    trial::step(it, MS(now), Input::Message { from: SERVER, message })
}

#[test]
fn the_lowest_holds_and_everybody_else_watches_the_next_lower_node() {
    for (others, watched) in [
        (&[3][..], None),
        (&[3, 4, 5], None),
        (&[1, 3], Some(10)),
        (&[1, 2, 3, 4], Some(20)),
        // Whoever was between has gone.
        (&[1, 3, 7], Some(10)),
    ] {
        let mut it = lists(Config::default());
        let sent = hear(&mut it, 20, Message::Children { nodes: nodes(others) });
        let asks = watched.map(|czxid| (SERVER, format!("Exists 3 {czxid}")));
        assert_eq!(sent, asks.into_iter().collect::<Vec<_>>(), "among {others:?}");
        assert_eq!(it.writer.belief.map(|(token, _)| token), watched.is_none().then_some(30));
    }
}

#[test]
fn when_the_watched_node_goes_the_client_looks_again_unless_that_is_left_out() {
    for (no_second_look, holds) in [(false, false), (true, true)] {
        let mut it = lists(Config { no_second_look, ..Config::default() });
        hear(&mut it, 20, Message::Children { nodes: nodes(&[1, 2, 3]) });
        let sent = hear(&mut it, 30, Message::NodeDeleted { czxid: 20 });
        assert_eq!(it.writer.belief.is_some(), holds, "node 1 is still there");
        assert_eq!(sent.is_empty(), holds, "{sent:?}");
        let sent = hear(&mut it, 40, Message::NodeDeleted { czxid: 10 });
        assert_eq!(sent, [], "it does not watch that one");
    }
    let mut it = lists(Config::default());
    hear(&mut it, 20, Message::Children { nodes: nodes(&[2, 3]) });
    let sent = hear(&mut it, 30, Message::NoNode { czxid: 20 });
    assert_eq!(sent, [(SERVER, "GetChildren 3 false".to_owned())], "it has gone already");
}

#[test]
fn nobody_holds_by_a_session_that_may_be_over() {
    // Two thirds of the 600 ms, from when it sent what was answered last.
    for (now, holds) in [(399, true), (400, false)] {
        let mut it = lists(Config::default());
        hear(&mut it, now, Message::Children { nodes: nodes(&[3]) });
        assert_eq!(it.writer.belief.is_some(), holds, "at {now} ms");
    }
}

#[test]
fn a_client_that_has_lost_an_answer_finds_its_node_by_the_guid() {
    for (no_guid, finds) in [(false, true), (true, false)] {
        let mut it: ZkLock = trial::boot(C1, &Config { no_guid, ..Config::default() });
        it.client.session.id = 3;
        it.client.guid = if no_guid { 0 } else { 103 };
        it.client.stage = Stage::Listing;
        it.writer.want(1);
        hear(&mut it, 20, Message::Children { nodes: nodes(&[1, 3]) });
        assert_eq!(it.client.node.is_some(), finds);
        assert_eq!(it.client.stage == Stage::Creating, !finds, "it makes another");
    }
}

#[test]
fn a_session_lives_for_two_to_twenty_ticks() {
    for (timeout, settled) in [(50, 200), (200, 200), (600, 600), (2_000, 2_000), (9_000, 2_000)] {
        let config = Config { timeout: MS(timeout), ..Config::default() };
        assert_eq!(server::settled(&config), MS(settled));
    }
}

#[test]
fn a_silent_session_takes_its_node_along_and_whoever_watches_it_is_woken() {
    let mut it: ZkLock = trial::boot(SERVER, &Config::default());
    for (from, now) in [(C1, 0), (C2, 500)] {
        trial::step(
            &mut it,
            MS(now),
            Input::Message { from, message: Message::Connect { session: 0, sent: MS(now) } },
        );
    }
    let session = |id, since| Session { id, since: MS(since) };
    let mut tell =
        |from, now, message| trial::step(&mut it, MS(now), Input::Message { from, message });
    tell(C1, 0, Message::Create { session: session(1, 0), guid: 7 });
    tell(C2, 500, Message::Create { session: session(2, 500), guid: 8 });
    tell(C2, 500, Message::Exists { session: session(2, 500), czxid: 4 });
    assert_eq!(it.disk.tree.nodes.0.iter().map(|node| node.czxid).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(trial::step(&mut it, MS(599), Input::Timer("tick")), []);
    let woken = trial::step(&mut it, MS(600), Input::Timer("tick"));
    assert_eq!(woken, [(C2, "NodeDeleted 4".to_owned())]);
    assert_eq!((it.disk.tree.nodes.0.len(), it.server.woken), (1, 1));
    assert_eq!(trial::step(&mut it, MS(601), Input::Timer("tick")), [], "a watch tells once");
}

#[test]
fn whoever_watches_the_directory_is_woken_by_a_node_that_comes_as_well_as_by_one_that_goes() {
    let mut it: ZkLock = trial::boot(SERVER, &Config::default());
    let mut tell = |from, now, message| {
        let told = trial::step(&mut it, MS(now), Input::Message { from, message });
        (told, it.server.woken)
    };
    let session = |id, since| Session { id, since: MS(since) };
    let (one, two) = (session(1, 0), session(2, 1));
    tell(C1, 0, Message::Connect { session: 0, sent: MS(0) });
    tell(C2, 1, Message::Connect { session: 0, sent: MS(1) });
    tell(C1, 2, Message::Create { session: one, guid: 7 });
    let changed = || (C1, "NodeChildrenChanged".to_owned());
    tell(C1, 3, Message::GetChildren { session: one, watch: true });
    let created = |seq, czxid| (C2, format!("Created {seq} {czxid}"));
    // That is no release.
    let came = tell(C2, 4, Message::Create { session: two, guid: 8 });
    assert_eq!(came, (vec![changed(), created(1, 5)], 0));
    let came = tell(C2, 5, Message::Create { session: two, guid: 9 });
    assert_eq!(came, (vec![created(2, 6)], 0), "a watch tells once");
    tell(C1, 6, Message::GetChildren { session: one, watch: true });
    let went = tell(C2, 7, Message::Delete { session: two, czxid: 6 });
    assert_eq!(went, (vec![changed(), (C2, "Deleted 6".to_owned())], 1));
}

// ---- properties ----------------------------------------------------------------------------------

fn says(name: &str, all: &[Option<ZkLock>], ghost: &Observed, changed: Place) -> Option<String> {
    let property = PROPERTIES.iter().find(|property| property.name == name);
    trial::objection(property.expect("a property"), all, ghost, Some(changed))
}

/// Clients that take themselves for the holders by these nodes; what the observer has seen, and the
/// directory as it stands.
fn holders(of: &[(Place, u64)], directory: &[u64]) -> (Vec<Option<ZkLock>>, Observed) {
    let (mut all, mut ghost) = (trial::all::<ZkLock>(), Observed::default());
    trial::change(&mut all, SERVER, |it| it.disk.tree.nodes = nodes(directory));
    for (place, owner) in of {
        trial::change(&mut all, *place, |it| {
            it.client.node = Some(node(*owner));
            it.client.stage = Stage::Holding;
            it.writer.believe(10 * owner, MS(400));
            ghost.witness(*place, it, Moment { event: 1, at: MS(0), boot: false });
        });
    }
    (all, ghost)
}

#[test]
fn two_that_hold_by_nodes_that_are_there_are_found_and_who_is_too_early() {
    let early = Some("C2 has the lock before its turn".to_owned());
    for (of, directory, not_alone, early) in [
        (&[(C1, 1)][..], &[1, 2][..], false, None),
        // The node of the other has gone: what it believes is no grant any more.
        (&[(C1, 1), (C2, 2)], &[2], false, None),
        (&[(C1, 1), (C2, 2)], &[1, 2], true, early.clone()),
        (&[(C2, 2)], &[1, 2], false, early),
    ] {
        let (all, ghost) = holders(of, directory);
        let why = says("One Grant", &all, &ghost, C1);
        assert_eq!(why.is_some(), not_alone, "{of:?} among {directory:?}: {why:?}");
        assert_eq!(says("In Order of Creation", &all, &ghost, C1), early, "{of:?}");
        assert_eq!(says("Tokens Increase", &all, &ghost, C1), None);
    }
    let (all, ghost) = holders(&[(C1, 2), (C2, 1)], &[1, 2]);
    assert_eq!(says("Tokens Increase", &all, &ghost, C1).as_deref(), Some("token 10 follows 20"));
}

#[test]
fn two_that_believe_it_are_counted_although_the_node_of_one_is_gone() {
    for (of, told) in [
        (&[(C1, 1)][..], Some("1 of them believe it")),
        (&[(C1, 1), (C2, 2)], None),
        (&[], Some("0 of them believe it")),
    ] {
        let (all, ghost) = holders(of, &[2]);
        assert_eq!(says("Two Believe It", &all, &ghost, C1).as_deref(), told, "{of:?}");
        assert_eq!(says("One Grant", &all, &ghost, C1), None, "it breaks nothing");
    }
}

#[test]
fn sessions_run_out_by_the_clock_of_the_server_and_the_lowest_node_is_the_lock() {
    let mut it: ZkLock = trial::boot(SERVER, &Config::default());
    let mut tell =
        |from, now, message| trial::step(&mut it, MS(now), Input::Message { from, message });
    for (from, now) in [(C1, 0), (C2, 100), (Place::client(2), 150)] {
        tell(from, now, Message::Connect { session: 0, sent: MS(now) });
    }
    let session = |id, since| Session { id, since: MS(since) };
    tell(C2, 200, Message::Create { session: session(2, 100), guid: 8 });
    tell(C1, 300, Message::Create { session: session(1, 0), guid: 7 });
    let told = |it: Tenure| (it.holder, it.stamp, it.alone, it.until);
    let sessions: Vec<_> = it.tenures().into_iter().map(told).collect();
    let queue = [(Some(C2), 5, true, MS(800)), (Some(C1), 6, false, MS(900))];
    assert_eq!(sessions[..2], queue, "the last word of each began it anew");
    assert_eq!(sessions[2], (Some(Place::client(2)), 0, false, MS(800)), "it has no node, and its time is over at 750 ms: at the next tick it ends");
}

#[test]
fn a_write_under_an_older_node_and_two_that_are_woken_are_found() {
    let (mut all, ghost) = holders(&[(C1, 1), (C2, 2)], &[2]);
    let mut write = |token, by, seq| {
        trial::change(&mut all, locks::RESOURCE, |it| {
            _ = it.disk.resource.take(Written { token, by, seq })
        });
        says("Fencing", &all, &ghost, locks::RESOURCE)
    };
    assert_eq!((write(10, C1, 1), write(20, C2, 1), write(10, C1, 1)), (None, None, None));
    assert_eq!(write(10, C1, 2).as_deref(), Some("token 10 overwrites the later 20"));
    for (woken, why) in [(1, None), (2, Some("2 were woken by one release".to_owned()))] {
        trial::change(&mut all, SERVER, |it| it.server.woken = woken);
        assert_eq!(says("One Waiter Is Woken", &all, &ghost, SERVER), why);
    }
    trial::change(&mut all, C2, |it| _ = it.writer.want(1));
    assert_eq!(says("Served in the End", &all, &ghost, C2).as_deref(), Some("C2 still waits"));
}
