//! What a server does, rule by rule. With three servers, each keeps every key.

use super::*;
use crate::protocols::quorum_store::versions::{Known, Version};

fn object(value: Option<&str>, time: u64) -> Rc<Object> {
    let mut object = Object::default();
    let mark = Mark { time: Time(time), by: S2, count: time };
    let version = Version { value: value.map(Into::into), id: (C2, time) };
    object.write(Versions::Lww, mark, version, &Known::default());
    Rc::new(object)
}

const LWW: (&str, &str) = ("versions", "lww");

fn write(value: &str, time: u64) -> Message {
    let (key, object) = ("x".into(), object(Some(value), time));
    Message::Write { client: C2, seq: time, key, object, hint: None, sent: Time(time) }
}

fn found(seq: u64, value: Option<&str>, time: u64) -> Message {
    let object = value.map(|value| object(Some(value), time));
    Message::Found { client: C1, seq, round: 1, object, at: Time(time) }
}

fn ack(client: Place, seq: u64, slot: Place) -> Message {
    Message::Written { client, seq, slot }
}

#[test]
fn a_write_is_done_with_w_and_goes_to_all() {
    let mut it = server(S1, &[]);
    let effects = ask(&mut it, C1, 1, "put x=1");
    let to: Vec<Place> = sent(&effects).into_iter().map(|(to, _)| to).collect();
    assert_eq!(to.len(), 2, "to both others");
    assert!(matches!(effects[0], Effect::Persist(_)), "first it is on its own disk");
    assert!(told(&effects).is_empty(), "one is not enough");
    assert!(told(&hear(&mut it, S2, ack(C1, 2, S2))).is_empty(), "that is another write's");
    let effects = hear(&mut it, S2, ack(C1, 1, S2));
    assert_eq!(told(&effects), ["C1.1 ok"]);
    assert_eq!(&*bookmark(&effects), "x=S1:1");
    assert!(told(&hear(&mut it, S3, ack(C1, 1, S3))).is_empty(), "it is told once");
}

#[test]
fn a_repeated_write_gets_no_second_mark() {
    let mut it = server(S1, &[]);
    ask(&mut it, C1, 7, "put x=1");
    let mark = |it: &QuorumStore| it.saved.taken[&C1].mark;
    let first = mark(&it);
    let again = ask(&mut it, C1, 7, "put x=1");
    assert_eq!(sent(&again).len(), 2, "those who have not answered are asked again");
    assert_eq!((mark(&it), kept(&it, "x").as_str()), (first, "1"));
    // After a crash it goes on with what is on its disk, by itself.
    let mut it = server_of(3, S1, &it.saved, &config(&[]));
    assert_eq!(it.open.keys().copied().collect::<Vec<_>>(), [C1]);
    ask(&mut it, C1, 7, "put x=1");
    assert_eq!(mark(&it), first);
    assert_eq!(told(&hear(&mut it, S3, ack(C1, 7, S3))), ["C1.7 ok"]);
    // Once done, it is answered from the record.
    let mut it = server_of(3, S1, &it.saved, &config(&[]));
    assert!(it.open.is_empty());
    let effects = ask(&mut it, C1, 7, "put x=1");
    assert_eq!((told(&effects), sent(&effects).len()), (vec!["C1.7 ok".to_string()], 0));
    assert_eq!(&*bookmark(&effects), "x=S1:1");
    // What the client has long gone on from does nothing.
    assert!(ask(&mut it, C1, 6, "put x=0").is_empty());
    assert_eq!(kept(&it, "x"), "1");
}

#[test]
fn a_write_takes_the_place_of_what_its_session_has_seen() {
    let mut it = server(S1, &[("w", "1"), ("r", "1")]);
    ask(&mut it, C2, 1, "put x=1");
    let read = ask(&mut it, C1, 1, "get x");
    assert_eq!(told(&read), ["C1.1 1"]);
    let context = bookmark(&read);
    ask(&mut it, C2, 2, "put x=2");
    assert_eq!(kept(&it, "x"), "1 | 2", "C2 had read nothing");
    ask_after(&mut it, 2, "put x=3", &context);
    assert_eq!(kept(&it, "x"), "2 | 3");
    let effects = ask(&mut it, C1, 3, "get x");
    assert_eq!(told(&effects), ["C1.3 2 | 3"]);
    let all = bookmark(&effects);
    ask_after(&mut it, 4, "delete x", &all);
    assert_eq!((kept(&it, "x").as_str(), told(&ask(&mut it, C1, 5, "get x"))), (
        "†",
        vec!["C1.5 no value".to_string()]
    ));
}

#[test]
fn a_read_waits_for_r_and_repairs_who_is_behind() {
    let mut it = server(S1, &[LWW]);
    hear(&mut it, S2, write("old", 1));
    let effects = ask(&mut it, C1, 1, "get x");
    assert!(told(&effects).is_empty() && sent(&effects).len() == 2);
    assert!(told(&hear(&mut it, S2, found(9, Some("new"), 5))).is_empty(), "of another read");
    assert_eq!(told(&hear(&mut it, S2, found(1, Some("new"), 5))), ["C1.1 new"]);
    assert_eq!(kept(&it, "x"), "old", "it still waits for the third");
    let repairs = sent(&hear(&mut it, S3, found(1, None, 6)));
    assert_eq!(kept(&it, "x"), "new");
    let [(S3, Message::Repair { object, sent, .. })] = &repairs[..] else { panic!("{repairs:?}") };
    assert_eq!((object.to_string().as_str(), *sent), ("new", Time::ZERO), "as old as its oldest");
}

#[test]
fn a_token_has_a_read_wait_for_what_its_session_knows() {
    let mut it = server(S1, &[LWW, ("r", "1"), ("tokens", "on")]);
    assert!(told(&ask_after(&mut it, 1, "get x", "x=5us@S2:5")).is_empty());
    assert!(told(&hear(&mut it, S3, found(1, Some("old"), 4))).is_empty());
    assert_eq!(told(&hear(&mut it, S2, found(1, Some("new"), 5))), ["C1.1 new"]);
}

#[test]
fn who_stands_in_keeps_a_hint_until_it_is_taken_over() {
    let config = config(&[LWW, ("sloppy", "on")]);
    let mut it = server_of(5, Place::server(1), &Disk::default(), &config);
    let to = it.preference("x")[0];
    assert!(!it.keeps("x"), "S2 is none of x's servers");
    let (key, now): (Text, Time) = ("x".into(), Time::ZERO);
    let put = Message::Write {
        client: C2,
        seq: 1,
        key: key.clone(),
        object: object(Some("1"), 1),
        hint: Some(to),
        sent: now,
    };
    let effects = hear(&mut it, S1, put);
    assert!(matches!(sent(&effects)[..], [(S1, Message::Written { slot, .. })] if slot == to));
    let handed = sent(&step_at(&mut it, now, Input::Timer(Timer::HandOff)));
    let [(taker, Message::HandOff { object: handed, .. })] = &handed[..] else { panic!() };
    assert_eq!((*taker, handed.to_string().as_str()), (to, "1"));
    let digest = Digest::of(&**handed);
    // More has come in the meantime: it is not dropped.
    hear(&mut it, S1, Message::Write {
        client: C2,
        seq: 2,
        key: key.clone(),
        object: object(Some("2"), 2),
        hint: Some(to),
        sent: now,
    });
    hear(&mut it, to, Message::TakenOver { key: key.clone(), digest });
    assert_eq!(it.saved.hints.len(), 1);
    let digest = Digest::of(&*object(Some("2"), 2));
    hear(&mut it, to, Message::TakenOver { key, digest });
    assert!(it.saved.hints.is_empty());
}

#[test]
fn whoever_is_asked_coordinates_and_counts_only_servers_of_the_key() {
    let mut it = server_of(5, Place::server(1), &Disk::default(), &config(&[]));
    let effects = ask(&mut it, C1, 1, "put x=1");
    let servers = it.preference("x");
    assert_eq!(sent(&effects).iter().map(|(to, _)| *to).collect::<Vec<_>>(), servers);
    assert!(told(&hear(&mut it, servers[0], ack(C1, 1, servers[0]))).is_empty());
    assert_eq!(told(&hear(&mut it, servers[1], ack(C1, 1, servers[1]))), ["C1.1 ok"]);
}

#[test]
fn what_is_older_than_the_grace_is_not_taken() {
    let mut it = server(S1, &[LWW, ("grace", "300ms")]);
    let late = hear_at(&mut it, Time::millis(301), S2, write("1", 0));
    assert_eq!((late.len(), kept(&it, "x").as_str()), (0, "nothing"));
    hear_at(&mut it, Time::millis(300), S2, write("1", 0));
    assert_eq!(kept(&it, "x"), "1");
}

#[test]
fn a_tombstone_goes_when_all_have_said_so_twice() {
    let mut it = server(S1, &[LWW, ("grace", "300ms")]);
    let (key, dead): (Text, _) = ("x".into(), object(None, 1));
    let digest = Digest::of(&*dead);
    let delete =
        Message::Write { client: C2, seq: 1, key: key.clone(), object: dead, hint: None, sent: Time(1) };
    hear(&mut it, S2, delete);
    let now = Time::millis(400);
    let asked = sent(&step_at(&mut it, Time::millis(200), Input::Timer(Timer::Collect)));
    assert!(asked.is_empty(), "it is too young");
    let asked = sent(&step_at(&mut it, now, Input::Timer(Timer::Collect)));
    let rounds = |sent: &[(Place, Message)]| {
        let round = |message: &Message| match message {
            Message::AskSettled { round, .. } => *round,
            _ => panic!("{message:?}"),
        };
        sent.iter().map(|(_, message)| round(message)).collect::<Vec<_>>()
    };
    assert_eq!(rounds(&asked), [1, 1]);
    let yes = |round| Message::Settled { key: "x".into(), attempt: now, round };
    assert!(sent(&hear_at(&mut it, now, S2, yes(1))).is_empty());
    assert!(sent(&hear_at(&mut it, now, S2, yes(2))).is_empty(), "it has not asked for that yet");
    let asked = sent(&hear_at(&mut it, now, S3, yes(1)));
    assert_eq!((rounds(&asked), kept(&it, "x").as_str()), (vec![2, 2], "†"));
    hear_at(&mut it, now, S2, yes(2));
    let collect = sent(&hear_at(&mut it, now, S3, yes(2)));
    assert_eq!(kept(&it, "x"), "nothing");
    assert!(collect.iter().all(|(_, message)| matches!(message, Message::Collect { .. })));
    assert_eq!(collect.len(), 2);
    // Whoever has had it for less long, or keeps a hint, says nothing.
    let mut other = server(S2, &[LWW, ("grace", "300ms")]);
    let ask = Message::AskSettled { key: key.clone(), digest, attempt: now, round: 1 };
    assert_eq!(sent(&hear_at(&mut other, now, S1, ask.clone())).len(), 1, "it has nothing");
    hear_at(&mut other, now, S3, write("1", 399_000));
    assert!(sent(&hear_at(&mut other, now, S1, ask)).is_empty());
}

#[test]
fn trees_of_hashes_lead_to_what_differs() {
    let (mut one, mut other) = (server(S1, &[LWW]), server(S2, &[LWW]));
    for (place, key) in ["a", "b", "c", "d", "e", "f"].into_iter().enumerate() {
        for it in [&mut one, &mut other] {
            let object = object(Some(key), place as u64 + 1);
            let mut fx = Effects::new();
            it.absorb(None, &key.into(), &object, &mut fx);
        }
    }
    one.absorb(None, &"c".into(), &object(Some("new"), 9), &mut Effects::new());
    let compare = |one: &mut QuorumStore, other: &mut QuorumStore| {
        let first = sent(&step_at(one, Time::ZERO, Input::Timer(Timer::Compare)));
        let mut mail: Vec<(Place, Place, Message)> =
            first.into_iter().map(|(to, message)| (S1, to, message)).collect();
        let mut messages = Vec::new();
        while let Some((from, to, message)) = mail.pop().filter(|(_, to, _)| *to != S3) {
            messages.push(message.label().to_string());
            let it = if to == S1 { &mut *one } else { &mut *other };
            let answers = sent(&hear(it, from, message));
            mail.extend(answers.into_iter().map(|(back, message)| (to, back, message)));
        }
        messages
    };
    // It compares with one after the other; S2 is one of the two.
    let mut told = compare(&mut one, &mut other);
    if told.is_empty() {
        told = compare(&mut one, &mut other);
    }
    assert_eq!(told[..3], ["tree", "tree ×4", "tree ×4"], "{told:?}");
    assert_eq!(kept(&other, "c"), "new");
    compare(&mut one, &mut other);
    let again = [compare(&mut one, &mut other), compare(&mut one, &mut other)];
    assert!(again.iter().all(|told| told.len() <= 1), "equal roots, and no more: {again:?}");
}
