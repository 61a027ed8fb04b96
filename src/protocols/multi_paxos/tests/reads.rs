//! Reads by a lease, on single servers whose clocks are set by hand.

use crate::protocol;

use super::*;

const MS: fn(u64) -> Time = Time::millis;

/// Election timeouts are 150 ms or more, so that a lease lasts for 100 ms by the leader's clock.
fn leases() -> Config {
    Config { reads: Reads::Lease, ..Config::default() }
}

/// What a leader's message says of when it was sent.
fn sent_at(effects: &[Effect<MultiPaxos>]) -> Vec<Option<Time>> {
    let sent = sent(effects).into_iter().filter_map(|(_, message)| match message {
        Message::Accept { sent, .. } => Some(sent),
        _ => None,
    });
    sent.collect()
}

/// The server tells the leader of this ballot that it holds all up to there, asked at this time.
fn grant(server: &mut MultiPaxos, by: Place, holds: u64, sent: Option<Time>) {
    let ballot = server.promised;
    hear(server, by, Message::Accepted { ballot, slots: Slots::NONE, holds, sent });
}

/// Whether a leader answers a read at once, by its own store.
fn answers_at(now: Time, server: &mut MultiPaxos, seq: u64) -> bool {
    let effects = step_at(now, server, ask(C2, seq, "get x"));
    let at_once = effects == [done(C2, seq, "no value")];
    assert!(at_once || sent(&effects).len() == 2, "else it takes a slot: {effects:?}");
    at_once
}

#[test]
fn a_lease_runs_from_the_sending_of_what_a_majority_has_answered() {
    let mut server = server(S1, 5, Ballot::NONE, &[], leases());
    step(&mut server, Input::Timer(Timer::Election));
    disk_is_done(&mut server);
    for by in [S2, S3] {
        let promise = promise(server.promised, 1, &[], 0);
        hear(&mut server, by, promise);
    }
    assert_eq!(server.lease(), None, "a promise is no answer to what a leader sends");
    let beats = step_at(MS(50), &mut server, Input::Timer(Timer::Heartbeat));
    assert_eq!(sent_at(&beats), [Some(MS(50)); 4]);
    grant(&mut server, S2, 0, Some(MS(50)));
    assert_eq!(server.lease(), None, "two of five");
    grant(&mut server, S3, 0, Some(MS(70)));
    assert_eq!(server.lease(), Some(MS(150)), "it runs from the earlier of the two");
    grant(&mut server, S2, 0, Some(MS(20)));
    assert_eq!(server.lease(), Some(MS(150)), "a late answer takes nothing back");
    grant(&mut server, S2, 0, Some(MS(90)));
    assert_eq!(server.lease(), Some(MS(170)));
    server.config = Rc::new(Config { trust_clocks: true, ..leases() });
    assert_eq!(server.lease(), Some(MS(220)), "with the flaw all of the 150 ms");
}

#[test]
fn a_read_is_answered_at_once_while_the_lease_runs_and_else_takes_a_slot() {
    let led = || leader(&[], leases());
    assert!(!answers_at(MS(10), &mut led(), 1), "nobody has answered yet");
    for (now, at_once) in [(60, true), (149, true), (150, false), (400, false)] {
        let mut server = led();
        grant(&mut server, S2, 0, Some(MS(50)));
        assert_eq!(answers_at(MS(now), &mut server, 1), at_once, "{now} ms");
    }
    let mut server = led();
    grant(&mut server, S2, 0, Some(MS(50)));
    let effects = step_at(MS(60), &mut server, ask(C2, 1, "put x=1"));
    assert_eq!(sent(&effects).len(), 2, "a write takes a slot, lease or none");
}

#[test]
fn a_lease_is_no_good_before_all_is_executed_that_was_chosen_before() {
    let mut server = leader(&[(1, "y=1"), (1, "y=2")], leases());
    grant(&mut server, S2, 1, Some(MS(50)));
    assert_eq!((server.lease(), server.chosen), (Some(MS(150)), 1));
    assert!(!answers_at(MS(60), &mut server, 1));
    grant(&mut server, S2, 2, Some(MS(50)));
    assert!(answers_at(MS(60), &mut server, 2), "what was chosen since need not be");
}

#[test]
fn who_has_heard_a_leader_promises_nothing_to_others_for_the_least_election_timeout() {
    let beat = accept(ballot(2, S1), 1, &[], 0);
    for (now, config, ignored) in [
        (50, leases(), true),
        (199, leases(), true),
        (200, leases(), false),
        (50, Config::default(), false),
    ] {
        let mut server = server(S2, 3, ballot(2, S1), &[], config);
        server.heard_leader = None;
        step_at(MS(50), &mut server, Input::Message { from: S1, message: beat.clone() });
        let message = prepare(ballot(3, S3), 1);
        let effects = step_at(MS(now), &mut server, Input::Message { from: S3, message });
        assert_eq!(effects.is_empty(), ignored, "{now} ms: {effects:?}");
        // Nor does it stand itself, though its timer runs out too early.
        let effects = step_at(MS(now), &mut server, Input::Timer(Timer::Election));
        assert_eq!(sent(&effects).is_empty(), ignored, "{now} ms: {effects:?}");
    }
}

#[test]
fn a_leader_stands_by_itself_while_its_lease_runs() {
    for (now, leads) in [(149, true), (150, false)] {
        let mut server = leader(&[], leases());
        grant(&mut server, S2, 0, Some(MS(50)));
        let message = prepare(ballot(3, S3), 1);
        step_at(MS(now), &mut server, Input::Message { from: S3, message });
        assert_eq!(server.leads(), leads, "{now} ms");
    }
}

#[test]
fn a_server_that_restarts_promises_nothing_before_a_timeout_has_passed() {
    let boots = |promised, config: Config| {
        let disk = Disk { promised, votes: Log::new() };
        let mut fx = Effects::new();
        let now = MS(1_000);
        fx.start(ClockReading { local: now, steady: now });
        MultiPaxos::boot(S2, &Places::cluster(3), &config, &disk, &mut fx)
    };
    let flaw = Config { promise_after_restart: true, ..leases() };
    for (now, promised, config, promises) in [
        (1_149, ballot(2, S1), leases(), false),
        (1_150, ballot(2, S1), leases(), true),
        (1_000, Ballot::NONE, leases(), true),
        (1_000, ballot(2, S1), flaw, true),
        (1_000, ballot(2, S1), Config::default(), true),
    ] {
        let mut server = boots(promised, config);
        let message = prepare(ballot(3, S3), 1);
        let effects = step_at(MS(now), &mut server, Input::Message { from: S3, message });
        assert_eq!(!effects.is_empty(), promises, "{now} ms");
    }
}

#[test]
fn messages_say_nothing_of_clocks_where_there_are_no_leases() {
    for (config, sent) in [(Config::default(), None), (leases(), Some(MS(50)))] {
        let mut server = leader(&[], config);
        let beats = step_at(MS(50), &mut server, Input::Timer(Timer::Heartbeat));
        assert_eq!(sent_at(&beats), [sent; 2]);
        let told =
            Message::Accepted { ballot: server.promised, slots: Slots::NONE, holds: 0, sent };
        let named =
            protocol::Message::fields(&told).into_iter().any(|field| field.name == "sent at");
        assert_eq!(named, sent.is_some());
    }
}
