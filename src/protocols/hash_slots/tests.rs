//! The rules, one by one.

use super::message::{Header, History};
use super::slots::{Ranges, SlotMap};
use super::*;
use crate::base::Time;
use crate::protocol::{Effect, Message as _};

const S: fn(u16) -> Place = |number| Place::server(number - 1);

fn boot(me: Place, disk: &Disk) -> HashSlots {
    let places = Places::of(HashSlots::META.kinds);
    HashSlots::boot(me, &places, &Config::default(), disk, &mut Effects::new())
}

/// What it sends when it is told this, and after how long.
fn tell(it: &mut HashSlots, from: Place, message: Message, at: u64) -> Vec<String> {
    step(it, Input::Message { from, message }, at)
}

fn step(it: &mut HashSlots, input: Input<HashSlots>, at: u64) -> Vec<String> {
    let mut fx = Effects::new();
    let now = Time::millis(at);
    fx.start(crate::protocol::ClockReading { local: now, steady: now });
    it.step(input, &mut fx);
    let sent = fx.drain().filter_map(|(effect, _)| match effect {
        Effect::Send { to, message } => Some(format!("{to}: {}", message.label())),
        Effect::Reply { outcome, .. } => Some(outcome.told().to_string()),
        _ => None,
    });
    sent.collect()
}

fn server(it: &HashSlots) -> &Server {
    match it {
        HashSlots::Server(it) => it,
        HashSlots::Client(_) => panic!("a server is expected"),
    }
}

fn command(text: &str) -> Message {
    Message::Command { seq: 1, ask: text.parse().unwrap() }
}

fn header(of: Option<Place>, config_epoch: u64, slots: Ranges, suspects: &[Place]) -> Header {
    let suspects = suspects.iter().copied().collect();
    Header { of, config_epoch, slots, history: History::default(), offset: 0, suspects }
}

fn request(epoch: u64, config_epoch: u64) -> Message {
    Message::AUTH_REQUEST { epoch, config_epoch, slots: SlotMap::dealt(3).of(S(1)) }
}

const NOBODY: [String; 0] = [];

#[test]
fn who_is_asked_for_another_s_slot_says_whose_it_is() {
    let (mut s1, mut s4, c1) =
        (boot(S(1), &Disk::default()), boot(S(4), &Disk::default()), Place::client(0));
    assert_eq!(tell(&mut s1, c1, command("get foo"), 0), ["C1: MOVED 12182 S3"]);
    assert_eq!(
        tell(&mut s1, c1, command("put bar=1"), 0),
        ["C1: Answer ok", "S4: Write put bar=1"]
    );
    assert_eq!(tell(&mut s4, c1, command("get bar"), 0), ["C1: MOVED 5061 S1"]);
}

#[test]
fn a_master_votes_once_an_epoch_and_only_against_a_failed_one() {
    let mut s2 = boot(S(2), &Disk::default());
    assert_eq!(tell(&mut s2, S(4), request(4, 1), 0), NOBODY, "S1 has not failed");
    tell(&mut s2, S(3), Message::FAIL { node: S(1) }, 0);
    assert_eq!(tell(&mut s2, S(4), request(3, 1), 0), NOBODY, "epoch 3 is over");
    assert_eq!(
        tell(&mut s2, S(4), request(4, 0), 0),
        NOBODY,
        "its slots are those of an older master"
    );
    assert_eq!(tell(&mut s2, S(4), request(4, 1), 0), ["S4: AUTH_ACK 4"]);
    assert_eq!(tell(&mut s2, S(4), request(4, 1), 0), NOBODY, "once an epoch");
    assert_eq!(tell(&mut s2, S(4), request(5, 1), 999), NOBODY, "once in twice the timeout");
    assert_eq!(tell(&mut s2, S(4), request(5, 1), 1_000), ["S4: AUTH_ACK 5"]);
    let mut back = boot(S(2), &server(&s2).disk);
    assert_eq!(tell(&mut back, S(4), request(5, 1), 2_000), NOBODY, "it is on the disk");
    assert_eq!(tell(&mut back, S(4), request(6, 1), 2_000), ["S4: AUTH_ACK 6"]);
}

#[test]
fn a_replica_is_no_voter_and_a_replica_s_vote_does_not_count() {
    let mut s5 = boot(S(5), &Disk::default());
    tell(&mut s5, S(3), Message::FAIL { node: S(1) }, 0);
    assert_eq!(tell(&mut s5, S(4), request(4, 1), 0), NOBODY);
    let mut s4 = boot(S(4), &Disk::default());
    tell(&mut s4, S(3), Message::FAIL { node: S(1) }, 0);
    step(&mut s4, Input::Timer("tick"), 0);
    let asked = step(&mut s4, Input::Timer("election"), 100);
    assert_eq!(asked.iter().filter(|it| it.ends_with("AUTH_REQUEST 4")).count(), 5);
    for voter in [S(2), S(2), S(5)] {
        tell(&mut s4, voter, Message::AUTH_ACK { epoch: 4 }, 110);
    }
    assert_eq!(server(&s4).master(), Some(S(1)));
    tell(&mut s4, S(3), Message::AUTH_ACK { epoch: 3 }, 110);
    assert_eq!(server(&s4).master(), Some(S(1)), "an old vote");
    tell(&mut s4, S(3), Message::AUTH_ACK { epoch: 4 }, 110);
    assert_eq!((server(&s4).master(), server(&s4).map().epoch_of(S(4))), (None, 4));
}

#[test]
fn a_deposed_master_follows_who_has_its_slots_under_a_greater_config_epoch() {
    let (mut s1, slots) = (boot(S(1), &Disk::default()), SlotMap::dealt(3).of(S(1)));
    let pong = |epoch| Message::PONG { epoch: 9, header: header(None, epoch, slots.clone(), &[]) };
    assert_eq!(tell(&mut s1, S(4), pong(0), 0), ["S4: UPDATE S1"]);
    assert_eq!(server(&s1).master(), None, "a configEpoch that is less");
    assert_eq!(tell(&mut s1, S(4), pong(4), 0), ["S4: PSYNC", "S4: PSYNC"]);
    assert_eq!(server(&s1).master(), Some(S(4)));
}

#[test]
fn who_still_claims_a_slot_that_another_has_is_told() {
    let (mut s2, slots) = (boot(S(2), &Disk::default()), SlotMap::dealt(3).of(S(1)));
    let pong = |epoch| Message::PONG { epoch: 9, header: header(None, epoch, slots.clone(), &[]) };
    assert_eq!(tell(&mut s2, S(4), pong(4), 0), NOBODY);
    assert_eq!(tell(&mut s2, S(1), pong(1), 0), ["S1: UPDATE S4"]);
}

#[test]
fn of_two_with_one_config_epoch_the_lesser_takes_another() {
    let three = || header(None, 3, SlotMap::dealt(3).of(S(3)), &[]);
    let (mut s2, mut s4) = (boot(S(2), &Disk::default()), boot(S(3), &Disk::default()));
    let two = header(None, 3, SlotMap::dealt(3).of(S(2)), &[]);
    tell(&mut s4, S(2), Message::PONG { epoch: 3, header: two }, 0);
    assert_eq!(server(&s4).disk.conf.config_epoch, 3, "S3 is not the lesser");
    tell(&mut s2, S(3), Message::PONG { epoch: 3, header: three() }, 0);
    assert_eq!(server(&s2).disk.conf.config_epoch, 2, "they differ");
    let collides = header(None, 2, SlotMap::dealt(3).of(S(3)), &[]);
    tell(&mut s2, S(3), Message::PONG { epoch: 3, header: collides }, 0);
    assert_eq!(server(&s2).disk.conf.config_epoch, 4);
}

#[test]
fn a_server_has_failed_when_a_majority_of_the_masters_say_so() {
    let mut s2 = boot(S(2), &Disk::default());
    let ping = |from: u16, of, suspects: &[Place]| {
        let (epoch, slots) = (u64::from(from), SlotMap::dealt(3).of(of));
        let of = (of != S(from)).then_some(of);
        Message::PONG { epoch: 3, header: header(of, epoch, slots, suspects) }
    };
    for at in [250, 800] {
        step(&mut s2, Input::Timer("tick"), at);
    }
    let failed = |it: &HashSlots| server(it).disk.conf.failed.contains(&S(1));
    tell(&mut s2, S(5), ping(5, S(2), &[S(1)]), 810);
    assert!(!failed(&s2), "S5 is a replica");
    let told = tell(&mut s2, S(3), ping(3, S(3), &[S(1)]), 820);
    assert!(failed(&s2) && told.contains(&"S6: FAIL S1".to_owned()));
}

/// A slot moves from S1 to S2, and what S1 has said in an earlier move of it comes once more.
#[test]
fn what_is_of_an_earlier_move_of_a_slot_does_not_count() {
    let mut s2 = boot(S(2), &Disk::default());
    let slot = 5_061;
    let restore =
        |config_epoch| Message::RESTORE { slot, config_epoch, key: "bar".into(), value: "1".into() };
    assert_eq!(tell(&mut s2, S(1), Message::IMPORTING { slot, config_epoch: 0 }, 0), NOBODY);
    assert_eq!(tell(&mut s2, S(1), restore(1), 0), NOBODY, "it imports nothing");
    let ready = tell(&mut s2, S(1), Message::IMPORTING { slot, config_epoch: 1 }, 0);
    assert_eq!(ready, ["S1: READY 5061"]);
    assert_eq!(tell(&mut s2, S(1), restore(0), 0), NOBODY);
    assert_eq!(tell(&mut s2, S(1), Message::SETSLOT { slot, config_epoch: 0 }, 0), NOBODY);
    let restored = tell(&mut s2, S(1), restore(1), 0);
    assert_eq!(restored, ["S5: Write put bar=1", "S1: RESTORED bar"]);
    tell(&mut s2, S(1), Message::SETSLOT { slot, config_epoch: 1 }, 0);
    assert_eq!(server(&s2).map().at(slot).owner, S(2));
}

#[test]
fn a_slot_on_its_way_does_not_go_elsewhere() {
    let (mut s1, c1, slot) = (boot(S(1), &Disk::default()), Place::client(0), 5_061);
    let answer = tell(&mut s1, c1, command("reshard bar S2"), 0);
    assert_eq!(answer, ["S2: IMPORTING 5061", "C1: Answer ok"]);
    assert_eq!(tell(&mut s1, c1, command("reshard bar S3"), 0), ["C1: TRYAGAIN"]);
    tell(&mut s1, S(2), Message::READY { slot, config_epoch: 0 }, 0);
    assert!(server(&s1).disk.conf.migrating.is_empty(), "it is of an earlier move");
    tell(&mut s1, S(2), Message::READY { slot, config_epoch: 1 }, 0);
    assert_eq!(tell(&mut s1, c1, command("put bar=1"), 0), ["C1: ASK 5061 S2"]);
}

#[test]
fn a_master_in_the_minority_stops() {
    let (mut s1, c1) = (boot(S(1), &Disk::default()), Place::client(0));
    assert_eq!(tell(&mut s1, c1, command("get bar"), 800), ["C1: Answer no value"]);
    assert_eq!(tell(&mut s1, c1, command("get bar"), 801), ["C1: CLUSTERDOWN"]);
    tell(
        &mut s1,
        S(2),
        Message::PONG { epoch: 3, header: header(None, 2, SlotMap::dealt(3).of(S(2)), &[]) },
        900,
    );
    assert_eq!(tell(&mut s1, c1, command("get bar"), 1_300), ["C1: CLUSTERDOWN"], "a timeout more");
    assert_eq!(tell(&mut s1, c1, command("get bar"), 1_301), ["C1: Answer no value"]);
}

#[test]
fn moved_changes_the_map_and_ask_does_not() {
    let mut c1 = boot(Place::client(0), &Disk::default());
    let get =
        |seq| Input::Request { from: Place::client(0), seq, request: "get foo".parse().unwrap() };
    assert_eq!(step(&mut c1, get(1), 0), ["S1: Command get foo"]);
    let moved = Message::MOVED { seq: 1, slot: 12_182, to: S(3) };
    assert_eq!(tell(&mut c1, S(1), moved, 0), ["S3: Command get foo", "S3: SLOTS"]);
    assert_eq!(step(&mut c1, get(2), 0), ["S3: Command get foo"]);
    let ask = Message::ASK { seq: 2, slot: 12_182, to: S(2) };
    assert_eq!(tell(&mut c1, S(3), ask, 0), ["S2: ASKING get foo"]);
    assert_eq!(step(&mut c1, get(3), 0), ["S3: Command get foo"]);
}

#[test]
fn masters_are_among_the_servers() {
    let why = HashSlots::check(&Config::default(), &Places::cluster(2)).unwrap_err();
    assert_eq!(why.to_string(), "3 masters cannot be among 2 servers");
}
