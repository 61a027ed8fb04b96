//! The rules of the master, of a chunkserver and of a client one by one.

use super::message::{Chunk, Primary, Servers};
use super::*;
use crate::protocols::locks::trial;

const S1: Place = Place::server(0);
const S2: Place = Place::server(1);
const S3: Place = Place::server(2);
const S4: Place = Place::server(3);
const C1: Place = Place::client(0);
const MS: fn(u64) -> Time = Time::millis;

type Sent = Vec<(Place, String)>;

fn hear(it: &mut ChunkStore, now: u64, from: Place, message: Message) -> Sent {
    trial::step(it, MS(now), Input::Message { from, message })
}

fn sent(to: Place, what: &str) -> (Place, String) {
    (to, what.to_owned())
}

fn beat(it: &mut ChunkStore, now: u64, from: Place, version: u64) -> Sent {
    hear(it, now, from, Message::Heartbeat { version, sent: MS(now), extend: false })
}

fn taken(it: &mut ChunkStore, now: u64, from: Place, version: u64) -> Sent {
    hear(it, now, from, Message::VersionTaken { version, sent: MS(now) })
}

/// A master that has granted S1 a lease under version 1, on S1 to S3, at 30 ms.
fn master(config: Config) -> ChunkStore {
    let mut it = trial::boot(MASTER, &config);
    [S1, S2, S3].into_iter().for_each(|server| drop(beat(&mut it, 10, server, 0)));
    hear(&mut it, 20, C1, Message::Locate { seq: 1, lease: true });
    [S1, S2, S3].into_iter().for_each(|server| drop(taken(&mut it, 30, server, 1)));
    it
}

/// A chunkserver that has version 1, and this pushed by C1.
fn server(me: Place, config: Config, value: &str) -> ChunkStore {
    let mut it = trial::boot(me, &config);
    hear(&mut it, 10, MASTER, Message::NewVersion { old: 0, version: 1 });
    push(&mut it, 20, 1, value);
    it
}

fn push(it: &mut ChunkStore, now: u64, seq: u64, value: &str) -> Sent {
    let chain = Servers::default();
    hear(it, now, C1, Message::Push { client: C1, seq, value: value.into(), chain })
}

fn grant(it: &mut ChunkStore, now: u64) {
    let secondaries = Servers(vec![S2, S3]);
    hear(it, now, MASTER, Message::GrantLease { version: 1, sent: MS(10), secondaries });
}

fn chunk(it: &ChunkStore) -> String {
    it.server().expect("a chunkserver").disk.chunk.to_string()
}

#[test]
fn a_lease_is_granted_once_all_replicas_have_the_new_version() {
    let mut it = trial::boot(MASTER, &Config::default());
    [S1, S2, S3].into_iter().for_each(|server| drop(beat(&mut it, 10, server, 0)));
    let asked = hear(&mut it, 20, C1, Message::Locate { seq: 1, lease: true });
    assert_eq!(asked, [S1, S2, S3].map(|server| sent(server, "NewVersion 0 1")));
    assert!(taken(&mut it, 30, S1, 1).is_empty() && taken(&mut it, 30, S2, 1).is_empty());
    let granted = taken(&mut it, 30, S3, 1);
    assert_eq!(granted, [sent(S1, "GrantLease 1 30ms S2 S3"), sent(C1, "Located 1 1 S1 S1 S2 S3")]);
}

#[test]
fn another_lease_waits_until_the_first_one_is_over() {
    for (early_lease, early) in [(false, 0), (true, 2)] {
        let mut it = master(Config { early_lease, ..Config::default() });
        beat(&mut it, 500, S2, 1);
        beat(&mut it, 500, S3, 1);
        let asked = hear(&mut it, 510, C1, Message::Locate { seq: 2, lease: true });
        assert_eq!(asked.len(), early, "S1 is silent, and has its lease: {asked:?}");
        if !early_lease {
            let later = beat(&mut it, 790, S2, 1);
            assert_eq!(later, [S2, S3].map(|server| sent(server, "NewVersion 1 2")));
        }
    }
}

#[test]
fn a_number_that_somebody_may_have_taken_is_not_used_again() {
    let mut it = master(Config::default());
    [S1, S2, S3].into_iter().for_each(|server| drop(beat(&mut it, 800, server, 1)));
    hear(&mut it, 810, C1, Message::Locate { seq: 2, lease: true });
    taken(&mut it, 820, S1, 2);
    taken(&mut it, 820, S2, 2);
    let again = trial::step(&mut it, MS(960), Input::Timer("raise"));
    assert_eq!(again, [sent(S3, "NewVersion 1 2")]);
    let without = trial::step(&mut it, MS(1110), Input::Timer("raise"));
    assert_eq!(without, [S1, S2].map(|server| sent(server, "NewVersion 1 3")));
    assert!(taken(&mut it, 1120, S3, 2).is_empty(), "too late");
}

#[test]
fn after_a_restart_the_master_waits_for_a_lease_that_it_may_have_granted() {
    let disk = Disk { version: 1, reserved: 1, ..Disk::default() };
    let places = Places::of(ChunkStore::META.kinds);
    let mut it = ChunkStore::boot(MASTER, &places, &Config::default(), &disk, &mut Effects::new());
    beat(&mut it, 10, S1, 1);
    assert!(hear(&mut it, 20, C1, Message::Locate { seq: 1, lease: true }).is_empty());
    let read = hear(&mut it, 20, C1, Message::Locate { seq: 1, lease: false });
    assert_eq!(read, [sent(C1, "Located 1 1 – S1")], "who only reads need not wait");
    beat(&mut it, 740, S1, 1);
    assert_eq!(beat(&mut it, 760, S1, 1), [sent(S1, "NewVersion 1 2")]);
}

#[test]
fn a_missing_replica_is_made_anew_when_nobody_has_the_lease() {
    let mut it = master(Config::default());
    for now in [400, 600] {
        [S1, S2, S4].into_iter().for_each(|server| {
            assert!(beat(&mut it, now, server, if server == S4 { 0 } else { 1 }).is_empty());
        });
    }
    assert_eq!(beat(&mut it, 790, S1, 1), [sent(S1, "Replicate 1 S4")]);
    beat(&mut it, 800, S2, 1);
    beat(&mut it, 820, S4, 1);
    // S3 comes back, as current as the others: nobody had a lease meanwhile.
    assert!(beat(&mut it, 830, S3, 1).is_empty());
}

#[test]
fn a_stale_replica_is_thrown_away_once_there_are_enough_others() {
    let mut it = master(Config::default());
    [S1, S2].into_iter().for_each(|server| drop(beat(&mut it, 790, server, 1)));
    hear(&mut it, 800, C1, Message::Locate { seq: 2, lease: true });
    [S1, S2].into_iter().for_each(|server| drop(taken(&mut it, 810, server, 2)));
    assert!(beat(&mut it, 820, S3, 1).is_empty(), "two are not enough");
    beat(&mut it, 830, S4, 2);
    assert_eq!(beat(&mut it, 840, S3, 1), [sent(S3, "DiscardChunk 2")]);
    let read = |it: &mut ChunkStore| hear(it, 2000, C1, Message::Locate { seq: 3, lease: false });
    assert!(read(&mut it).is_empty(), "all are silent");
}

/// What it has written is on its disk.
fn save(it: &mut ChunkStore, now: u64) -> Sent {
    let disk = it.server().expect("a chunkserver").disk.clone();
    trial::step(it, MS(now), Input::Saved(disk))
}

#[test]
fn the_primary_answers_when_all_secondaries_have_applied() {
    for early_success in [false, true] {
        let mut it = server(S1, Config { early_success, ..Config::default() }, "a");
        let none = hear(&mut it, 25, C1, Message::RecordAppend { seq: 1, version: 1 });
        assert_eq!(none, [sent(C1, "NoLease 1 1")]);
        grant(&mut it, 30);
        let asked = hear(&mut it, 40, C1, Message::RecordAppend { seq: 1, version: 1 });
        assert_eq!(asked[..2], [S2, S3].map(|server| sent(server, "Apply 1 1 1 C1 1")));
        assert_eq!(asked.len() > 2, early_success);
        if !early_success {
            assert!(hear(&mut it, 60, S2, Message::Applied { version: 1, serial: 1 }).is_empty());
            assert!(save(&mut it, 65).is_empty());
            let done = hear(&mut it, 70, S3, Message::Applied { version: 1, serial: 1 });
            assert_eq!(done, [sent(C1, "Appended 1 1 1")]);
        }
    }
}

#[test]
fn nothing_is_said_to_be_done_once_the_lease_is_over() {
    let mut it = server(S1, Config::default(), "a");
    grant(&mut it, 30);
    hear(&mut it, 600, C1, Message::RecordAppend { seq: 1, version: 1 });
    save(&mut it, 602);
    hear(&mut it, 605, S2, Message::Applied { version: 1, serial: 1 });
    let late = hear(&mut it, 611, S3, Message::Applied { version: 1, serial: 1 });
    assert_eq!(late, [sent(C1, "AppendFailed 1 1")]);
    let next = hear(&mut it, 620, C1, Message::RecordAppend { seq: 1, version: 1 });
    assert_eq!(next, [sent(C1, "NoLease 1 1")]);
}

#[test]
fn a_retried_append_stands_there_twice_and_leaves_a_hole_where_it_was_missed() {
    let mut it = server(S1, Config::default(), "a");
    grant(&mut it, 30);
    hear(&mut it, 40, C1, Message::RecordAppend { seq: 1, version: 1 });
    let failed = trial::step(&mut it, MS(190), Input::Timer("patience"));
    assert_eq!(failed, [sent(C1, "AppendFailed 1 1")]);
    hear(&mut it, 200, C1, Message::RecordAppend { seq: 1, version: 1 });
    assert_eq!(chunk(&it), "a a");

    let mut it = server(S3, Config::default(), "a");
    let apply = |serial, offset| Message::Apply { version: 1, serial, offset, client: C1, seq: 1 };
    assert_eq!(hear(&mut it, 210, S1, apply(2, 2)), [sent(S1, "Applied 1 2")]);
    assert_eq!(hear(&mut it, 220, S1, apply(1, 1)), [sent(S1, "NotApplied 1 1")], "out of order");
    assert_eq!(chunk(&it), "– a");
}

#[test]
fn a_stale_replica_takes_no_order_and_no_version_and_refuses_who_knows_better() {
    for (unversioned_read, answer) in [(false, "TooOld 1 1"), (true, "Contents 1 1 –")] {
        let mut it = server(S2, Config { unversioned_read, ..Config::default() }, "a");
        let apply = Message::Apply { version: 2, serial: 1, offset: 1, client: C1, seq: 1 };
        assert_eq!(hear(&mut it, 30, S1, apply), [sent(S1, "NotApplied 2 1")]);
        assert!(hear(&mut it, 40, MASTER, Message::NewVersion { old: 2, version: 3 }).is_empty());
        assert_eq!(hear(&mut it, 50, C1, Message::ReadChunk { seq: 1, version: 2 }), [sent(C1, answer)]);
        let old = hear(&mut it, 60, C1, Message::ReadChunk { seq: 1, version: 1 });
        assert_eq!(old, [sent(C1, "Contents 1 1 –")], "an old list leads to old data");
    }
}

#[test]
fn a_copy_replaces_what_is_older_and_nothing_else() {
    let mut it = server(S4, Config::default(), "a");
    hear(&mut it, 30, S1, Message::CopyChunk { version: 1, chunk: Chunk::default() });
    assert_eq!(it.server().map(|it| it.disk.version), Some(1));
    let told = hear(&mut it, 40, S1, Message::CopyChunk { version: 2, chunk: Chunk::default() });
    assert_eq!(told, [sent(MASTER, "Heartbeat 2 40ms false")]);
    assert!(hear(&mut it, 50, MASTER, Message::DiscardChunk { below: 2 }).is_empty());
    assert_eq!(hear(&mut it, 60, MASTER, Message::DiscardChunk { below: 3 }).len(), 1);
    assert_eq!(it.server().map(|it| it.disk.version), Some(0));
}

#[test]
fn a_client_pushes_along_a_chain_and_keeps_what_it_was_told() {
    let mut it = trial::boot(C1, &Config::default());
    let append = |seq| Input::Request { from: C1, seq, request: Ask::Append { value: "a".into() } };
    assert_eq!(trial::step(&mut it, MS(10), append(1)), [sent(MASTER, "Locate 1 true")]);
    let (primary, replicas) = (Primary(Some(S1)), Servers(vec![S1, S2, S3]));
    let push = hear(&mut it, 20, MASTER, Message::Located { seq: 1, version: 1, primary, replicas });
    assert_eq!(push, [sent(S2, "Push C1 1 a S3 S1")]);
    assert!(hear(&mut it, 30, S2, Message::Pushed { seq: 1 }).is_empty());
    assert!(hear(&mut it, 40, S3, Message::Pushed { seq: 1 }).is_empty());
    assert_eq!(hear(&mut it, 50, S1, Message::Pushed { seq: 1 }), [sent(S1, "RecordAppend 1 1")]);
    hear(&mut it, 60, S1, Message::Appended { seq: 1, version: 1, offset: 1 });
    assert_eq!(trial::step(&mut it, MS(70), append(2)), [sent(S2, "Push C1 2 a S3 S1")]);
}
