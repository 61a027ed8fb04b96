//! The rules one by one, on single servers.

use crate::base::{Span, Time};
use crate::protocol::{Effect, Message as _, Options, Shown};

use super::*;
use crate::protocol::Outcome;

// ---- the acceptor --------------------------------------------------------------------------------

#[test]
fn a_promise_is_given_to_a_higher_ballot_and_refused_to_a_lower_one() {
    let mine = ballot(2, S1);
    let refused = |ballot| Message::Refused { ballot, promised: mine };
    for (asked, answer) in [
        (ballot(3, S1), promise(ballot(3, S1), 1, &[(1, "x=1")], 0)),
        // The same round, but another server's: the ballots are ordered all the same.
        (ballot(2, S3), promise(ballot(2, S3), 1, &[(1, "x=1")], 0)),
        // Asked once more, it says the same once more.
        (ballot(2, S1), promise(ballot(2, S1), 1, &[(1, "x=1")], 0)),
        (ballot(1, S3), refused(ballot(1, S3))),
    ] {
        let mut server = acceptor(2, &[(1, "x=1")]);
        let effects = hear(&mut server, asked.by, prepare(asked, 1));
        assert_eq!(sent(&effects), [(asked.by, answer)], "{asked}");
        assert_eq!(server.promised, mine.max(asked));
    }
}

#[test]
fn a_promise_tells_of_the_slots_asked_for_and_no_others() {
    let mut server = acceptor(2, &[(1, "x=1"), (0, ""), (2, "x=3")]);
    let effects = hear(&mut server, S3, prepare(ballot(3, S3), 2));
    let [(_, Message::Promise { votes, .. })] = &sent(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(votes.to_string(), "[3: x=3 (2.S1)]");
    assert_eq!((votes.get(1), votes.get(2), votes.last()), (None, None, 3));
}

#[test]
fn a_promise_tells_of_what_is_known_to_be_chosen_too() {
    // Whoever asks may know less: it must not take a chosen slot for a gap.
    let mut server = acceptor(2, &[(2, "x=1"), (2, "x=2")]);
    hear(&mut server, S1, accept(ballot(2, S1), 3, &[], 2));
    assert_eq!(server.chosen, 2);
    let effects = hear(&mut server, S3, prepare(ballot(3, S3), 1));
    let told = promise(ballot(3, S3), 1, &[(2, "x=1"), (2, "x=2")], 2);
    assert_eq!(sent(&effects), [(S3, told)]);
}

#[test]
fn a_promise_is_on_its_way_to_the_disk_before_it_is_given() {
    let mut server = acceptor(2, &[]);
    let effects = hear(&mut server, S3, prepare(ballot(3, S3), 1));
    let written = effects.iter().position(
        |effect| matches!(effect, Effect::Persist(disk) if disk.promised == ballot(3, S3)),
    );
    let given = effects.iter().position(|effect| matches!(effect, Effect::Send { .. }));
    assert!(written.is_some() && written < given, "{effects:?}");
    let again = hear(&mut server, S3, prepare(ballot(3, S3), 1));
    assert!(!again.iter().any(|effect| matches!(effect, Effect::Persist(_))), "{again:?}");
}

#[test]
fn a_restarted_acceptor_keeps_its_promise() {
    let mut server = acceptor(2, &[]);
    hear(&mut server, S3, prepare(ballot(3, S3), 1));
    let disk = server.saved.clone();
    let mut server =
        MultiPaxos::boot(S2, &Places::cluster(3), &Config::default(), &disk, &mut Effects::new());
    let effects = hear(&mut server, S1, accept(ballot(2, S1), 1, &["x=1"], 0));
    let refusal = Message::Refused { ballot: ballot(2, S1), promised: ballot(3, S3) };
    assert_eq!(sent(&effects), [(S1, refusal)]);
    assert!(server.votes.is_empty());
}

#[test]
fn accepting_needs_no_promise_of_ones_own_and_is_one() {
    let mut server = acceptor(2, &[]);
    let effects = hear(&mut server, S3, accept(ballot(4, S3), 1, &["x=1"], 0));
    let written = effects.iter().position(|effect| {
        matches!(effect, Effect::Persist(disk)
            if disk.promised == ballot(4, S3) && disk.votes == server.votes)
    });
    let said = effects.iter().position(|effect| matches!(effect, Effect::Send { .. }));
    assert!(written.is_some() && written < said, "{effects:?}");
    assert_eq!(sent(&effects), [(S3, accepted(ballot(4, S3), 1, 1, 1))]);
    assert_eq!((votes(&server), server.promised), (vec![(4, "x=1".into())], ballot(4, S3)));
}

#[test]
fn what_is_accepted_stands_in_its_slot_whatever_comes_first() {
    type Case<'a> = (Votes<'a>, u64, &'a [&'a str], Votes<'a>, u64);
    // Held, first slot, commands at ballot 3, held after, all held up to.
    let cases: [Case; 7] = [
        (&[], 1, &["a=1", "b=2"], &[(3, "a=1"), (3, "b=2")], 2),
        (&[], 3, &["c=3"], &[(0, ""), (0, ""), (3, "c=3")], 0),
        (&[(0, ""), (0, ""), (3, "c=3")], 1, &["a=1"], &[(3, "a=1"), (0, ""), (3, "c=3")], 1),
        (&[(3, "a=1"), (0, ""), (3, "c=3")], 2, &["b=2"], &[(3, "a=1"), (3, "b=2"), (3, "c=3")], 3),
        // A vote of an older ballot gives way, the others stay.
        (&[(1, "a=1"), (1, "b=1")], 1, &["a=2"], &[(3, "a=2"), (1, "b=1")], 1),
        (&[(3, "a=1"), (3, "b=2")], 1, &["a=1"], &[(3, "a=1"), (3, "b=2")], 2),
        (&[(1, "a=1")], 1, &[], &[(1, "a=1")], 0),
    ];
    for (held, first, commands, after, holds) in cases {
        let mut server = acceptor(3, held);
        let effects = hear(&mut server, S1, accept(ballot(3, S1), first, commands, 0));
        assert_eq!(server.votes, log(after), "{held:?} and {commands:?} from slot {first}");
        let last = first + commands.len() as u64 - 1;
        assert_eq!(sent(&effects), [(S1, accepted(ballot(3, S1), first, last, holds))]);
    }
}

// ---- phase 1 -------------------------------------------------------------------------------------

#[test]
fn a_ballot_is_higher_than_any_heard_of_and_on_the_disk_before_it_is_used() {
    let mut server = server(S1, 3, ballot(4, S2), &[], Config::default());
    let effects = step(&mut server, Input::Timer(Timer::Election));
    assert_eq!(server.promised, ballot(5, S1));
    let written = effects.iter().position(
        |effect| matches!(effect, Effect::Persist(disk) if disk.promised == ballot(5, S1)),
    );
    let first = effects.iter().position(|effect| matches!(effect, Effect::Send { .. }));
    assert!(written.is_some() && written < first, "{effects:?}");
    // Told of a higher one, it gives way, and goes above it the next time.
    let refusal = Message::Refused { ballot: ballot(5, S1), promised: ballot(9, S3) };
    assert!(sent(&hear(&mut server, S2, refusal.clone())).is_empty());
    assert_eq!(server.role, Role::Acceptor);
    step(&mut server, Input::Timer(Timer::Election));
    assert_eq!(server.promised, ballot(10, S1));
    // An old refusal means nothing to the new ballot.
    hear(&mut server, S2, refusal);
    assert_eq!(server.role, Role::Candidate { promises: Vec::new() });
}

#[test]
fn a_candidate_counts_each_promise_once_and_its_own_when_it_is_durable() {
    let mut server = server(S1, 5, Ballot::NONE, &[], Config::default());
    let effects = step(&mut server, Input::Timer(Timer::Election));
    assert_eq!(sent(&effects).len(), 4);
    let given = || promise(ballot(1, S1), 1, &[], 0);
    hear(&mut server, S2, given());
    hear(&mut server, S2, given());
    hear(&mut server, S3, promise(ballot(1, S2), 1, &[], 0));
    disk_is_done(&mut server);
    assert!(!server.leads(), "two of five");
    hear(&mut server, S3, given());
    assert!(server.leads());
    let Role::Leader(lead) = &server.role else { return };
    assert_eq!(lead.promised, [S2, S1, S3]);
}

#[test]
fn a_new_leader_proposes_what_may_have_been_chosen_and_fills_gaps() {
    // Its own votes, those of another promise, and what it proposes at ballot 4.
    let cases: [(Votes, Votes, &[&str]); 6] = [
        (&[], &[], &[]),
        (&[], &[(1, "a=1")], &["a=1"]),
        (&[(1, "a=1")], &[(2, "a=2")], &["a=2"]),
        (&[(3, "a=1")], &[(2, "a=2")], &["a=1"]),
        (&[(1, "a=1")], &[(0, ""), (0, ""), (2, "c=3")], &["a=1", "no-op", "c=3"]),
        (&[(0, ""), (1, "b=2")], &[(3, "a=9")], &["a=9", "b=2"]),
    ];
    for (own, told, proposed) in cases {
        let mut server = server(S1, 3, ballot(3, S1), own, Config::default());
        step(&mut server, Input::Timer(Timer::Election));
        disk_is_done(&mut server);
        let effects = hear(&mut server, S2, promise(ballot(4, S1), 1, told, 0));
        assert!(server.leads());
        let all = |server: &MultiPaxos| votes(server).into_iter().map(|(_, text)| text);
        assert_eq!(all(&server).collect::<Vec<_>>(), proposed, "{own:?} and {told:?}");
        let message = accept(ballot(4, S1), 1, proposed, 0);
        assert_eq!(sent(&effects), [(S2, message.clone()), (S3, message)]);
        assert!(votes(&server).iter().all(|(round, _)| *round == 4));
    }
}

#[test]
fn the_reason_to_propose_again_is_told() {
    let mut server = server(S1, 3, ballot(1, S1), &[], Config::default());
    step(&mut server, Input::Timer(Timer::Election));
    disk_is_done(&mut server);
    let message = promise(ballot(2, S1), 1, &[(0, ""), (1, "x=1")], 0);
    let told = notes(&mut server, Input::Message { from: S2, message });
    assert_eq!(told[1], "fills slot 1 with a no-op: no promise tells of a command there");
    assert_eq!(told[2], "must propose x=1 again in slot 2: S2 accepted it at ballot 1.S1");
}

#[test]
fn a_new_leader_takes_what_others_know_to_be_chosen() {
    let mut server = server(S1, 3, ballot(1, S1), &[(1, "a=1")], Config::default());
    step(&mut server, Input::Timer(Timer::Election));
    disk_is_done(&mut server);
    hear(&mut server, S2, promise(ballot(2, S1), 1, &[(1, "a=1"), (1, "b=2"), (1, "c=3")], 2));
    assert_eq!((server.chosen, executed(&server)), (2, vec!["a=1".into(), "b=2".into()]));
    let Role::Leader(lead) = &server.role else { panic!("it leads") };
    assert_eq!((lead.accepted.len(), lead.holds[S2.index()]), (1, 2), "slot 3 is open");
}

#[test]
fn phase_1_left_out_asks_nobody() {
    let config = Config { skip_phase_1: true, ..Config::default() };
    let mut server = server(S1, 3, ballot(1, S2), &[(1, "a=1")], config);
    let effects = step(&mut server, Input::Timer(Timer::Election));
    assert!(server.leads());
    let message = accept(ballot(2, S1), 1, &["a=1"], 0);
    assert_eq!(sent(&effects), [(S2, message.clone()), (S3, message)]);
}

// ---- phase 2 -------------------------------------------------------------------------------------

#[test]
fn a_stable_leader_needs_one_round_trip_for_a_command() {
    let mut server = leader(&[], Config::default());
    let effects = step(&mut server, ask(C1, 1, "put x=1"));
    let message = accept(ballot(1, S1), 1, &["x=1"], 0);
    assert_eq!(sent(&effects), [(S2, message.clone()), (S3, message)], "no Prepare");
    assert!(!disk_is_done(&mut server).contains(&done(C1, 1, "ok")), "one of three");
    let effects = hear(&mut server, S2, accepted(ballot(1, S1), 1, 1, 1));
    assert_eq!(effects, [done(C1, 1, "ok")]);
    assert_eq!(server.chosen, 1);
}

#[test]
fn a_leader_counts_itself_when_its_vote_is_durable_and_nobody_twice() {
    let mut server = leader(&[], Config { batch: 1, ..Config::default() });
    step(&mut server, ask(C1, 1, "put x=1"));
    hear(&mut server, S2, accepted(ballot(1, S1), 1, 1, 1));
    hear(&mut server, S2, accepted(ballot(1, S1), 1, 1, 1));
    hear(&mut server, S3, accepted(ballot(1, S2), 1, 1, 1));
    assert_eq!(server.chosen, 0, "S2 alone; what S3 says is about another ballot");
    assert!(disk_is_done(&mut server).contains(&done(C1, 1, "ok")));
}

#[test]
fn a_server_alone_needs_nobody_else() {
    let mut server = server(S1, 1, Ballot::NONE, &[], Config::default());
    step(&mut server, Input::Timer(Timer::Election));
    assert!(!server.leads(), "not before its promise is on its disk");
    disk_is_done(&mut server);
    step(&mut server, ask(C1, 1, "put x=1"));
    assert_eq!(server.chosen, 0);
    assert_eq!(disk_is_done(&mut server), [done(C1, 1, "ok")]);
}

#[test]
fn slots_are_chosen_in_any_order_and_executed_in_theirs() {
    let mut server = leader(&[], Config::default());
    step(&mut server, ask(C1, 1, "put x=1"));
    step(&mut server, ask(C2, 1, "put y=2"));
    disk_is_done(&mut server);
    let message = accepted(ballot(1, S1), 2, 2, 0);
    let told = notes(&mut server, Input::Message { from: S2, message });
    assert_eq!(told, ["has y=2 chosen in slot 2, but cannot execute it: slot 1 comes first"]);
    assert_eq!(server.chosen, 0);
    let effects = hear(&mut server, S3, accepted(ballot(1, S1), 1, 1, 1));
    assert_eq!(effects, [done(C1, 1, "ok"), done(C2, 1, "ok")]);
    assert_eq!(executed(&server), ["x=1", "y=2"]);
}

#[test]
fn heartbeats_send_again_what_was_lost() {
    let mut server = leader(&[], Config::default());
    step(&mut server, ask(C1, 1, "put x=1"));
    step(&mut server, ask(C2, 1, "put y=2"));
    disk_is_done(&mut server);
    hear(&mut server, S2, accepted(ballot(1, S1), 2, 2, 0));
    hear(&mut server, S3, accepted(ballot(1, S1), 1, 1, 1));
    let calls = sent(&step(&mut server, Input::Timer(Timer::Heartbeat)));
    assert!(calls.iter().all(|(_, call)| call.label().to_string() == "beat"), "they may be on their way");
    let calls = sent(&step(&mut server, Input::Timer(Timer::Heartbeat)));
    let labels: Vec<String> = calls.iter().map(|(to, call)| format!("{to} {}", call.label())).collect();
    assert_eq!(labels, ["S2 accept 1–2", "S3 accept 2: y=2"]);
    // An answer that says that it holds all makes up for those that were lost.
    hear(&mut server, S2, accepted(ballot(1, S1), 3, 2, 2));
    assert_eq!(server.chosen, 2);
}

#[test]
fn a_heartbeat_step_writes_nothing_and_sends_one_message() {
    let mut lead = leader(&[], Config::default());
    step(&mut lead, ask(C1, 1, "put x=1"));
    disk_is_done(&mut lead);
    let mut other = acceptor(1, &[]);
    for _ in 0..3 {
        for (to, call) in sent(&step(&mut lead, Input::Timer(Timer::Heartbeat))) {
            let answers = if to == S2 { sent(&hear(&mut other, S1, call)) } else { Vec::new() };
            answers.into_iter().for_each(|(_, answer)| drop(hear(&mut lead, S2, answer)));
        }
    }
    let calls = step(&mut lead, Input::Timer(Timer::Heartbeat));
    assert_eq!(calls.len(), 3, "a timer and two messages: {calls:?}");
    let (_, call) = sent(&calls).remove(0);
    assert_eq!(call.label().to_string(), "beat");
    let answer = hear(&mut other, S1, call);
    assert_eq!(answer.len(), 2, "a timer and an answer: {answer:?}");
    assert!(hear(&mut lead, S2, accepted(ballot(1, S1), 2, 1, 1)).is_empty());
    assert_eq!((lead.chosen, other.chosen), (1, 1));
}

#[test]
fn a_server_that_is_behind_gets_batch_after_batch() {
    let config = Config { batch: 2, ..Config::default() };
    let held = [(1, "a=1"), (1, "b=2"), (1, "c=3"), (1, "d=4"), (1, "e=5")];
    let mut server = leader(&held, config);
    let accepts = |effects: &[Effect<MultiPaxos>]| {
        let sent = sent(effects).into_iter();
        sent.map(|(_, message)| message.label().to_string()).collect::<Vec<_>>()
    };
    let at = server.promised;
    let answer = |first, last, holds| accepted(at, first, last, holds);
    assert_eq!(accepts(&hear(&mut server, S3, answer(1, 2, 2))), ["accept 3–4"]);
    // The same answer once more, or one to something older, brings nothing more.
    assert!(accepts(&hear(&mut server, S3, answer(1, 2, 2))).is_empty());
    assert!(accepts(&hear(&mut server, S3, answer(1, 0, 1))).is_empty());
    hear(&mut server, S3, answer(1, 2, 2));
    assert_eq!(accepts(&hear(&mut server, S3, answer(3, 4, 4))), ["accept 5: e=5"]);
    assert!(accepts(&hear(&mut server, S3, answer(5, 5, 5))).is_empty());
    // It has crashed, and knows nothing of what was chosen: from the start again.
    hear(&mut server, S3, answer(6, 5, 0));
    let calls = accepts(&step(&mut server, Input::Timer(Timer::Heartbeat)));
    assert_eq!(calls, ["accept 1–2", "accept 1–2"]);
}

#[test]
fn new_commands_go_out_at_once_whatever_else_is_under_way() {
    let mut server = leader(&[], Config { batch: 1, ..Config::default() });
    let lengths = [C1, C2, Place::client(2)].map(|client| {
        let effects = step(&mut server, ask(client, 1, "put x=1"));
        sent(&effects).len()
    });
    assert_eq!(lengths, [2, 2, 2]);
    disk_is_done(&mut server);
    let effects = hear(&mut server, S2, accepted(ballot(1, S1), 1, 1, 1));
    assert!(sent(&effects).is_empty(), "slots 2 and 3 are on their way");
}

// ---- learning ------------------------------------------------------------------------------------

#[test]
fn only_a_vote_at_the_leaders_own_ballot_is_known_to_be_chosen() {
    let heartbeat = accept(ballot(3, S1), 4, &[], 3);
    let held: Votes = &[(3, "a=1"), (1, "b=2"), (3, "c=3")];
    let mut server = acceptor(3, held);
    hear(&mut server, S1, heartbeat.clone());
    assert_eq!(executed(&server), ["a=1"], "slot 2 may have been chosen otherwise");
    // Sent the command, it knows; the vote at the older ballot says the same and may stay.
    hear(&mut server, S1, accept(ballot(3, S1), 2, &["b=2"], 3));
    assert_eq!((executed(&server).len(), votes(&server)[1].0), (3, 1));
    // The other way round: its vote was for something else.
    let mut server = acceptor(3, held);
    hear(&mut server, S1, accept(ballot(3, S1), 2, &["b=9"], 3));
    assert_eq!(executed(&server), ["a=1", "b=9", "c=3"]);
    assert_eq!(votes(&server)[1], (3, "b=9".into()));

    let config = Config { apply_past_gap: true, ..Config::default() };
    let mut flawed = super::server(S2, 3, ballot(3, S1), held, config);
    hear(&mut flawed, S1, heartbeat);
    assert_eq!((executed(&flawed), flawed.chosen), (vec!["a=1".into(), "c=3".into()], 3));
}

#[test]
fn what_is_known_to_be_chosen_stays() {
    let mut server = acceptor(3, &[(3, "a=1")]);
    hear(&mut server, S1, accept(ballot(3, S1), 2, &[], 1));
    let effects = hear(&mut server, S3, accept(ballot(4, S3), 1, &["a=1", "b=2"], 0));
    assert_eq!(votes(&server), [(3, "a=1".into()), (4, "b=2".into())]);
    assert_eq!(sent(&effects), [(S3, accepted(ballot(4, S3), 1, 2, 2))]);
    assert_eq!(server.chosen, 1, "an older `chosen` takes nothing back");
}

// ---- leaders that are not alone --------------------------------------------------------------------

#[test]
fn a_higher_ballot_deposes_a_leader_and_sends_its_clients_on() {
    let sent_on = |to| Effect::Reply { to: C1, seq: 1, outcome: Outcome::Redirect(to) };
    for (from, message, to) in [
        (S2, Message::Refused { ballot: ballot(1, S1), promised: ballot(2, S3) }, None),
        (S3, prepare(ballot(2, S3), 1), None),
        (S3, accept(ballot(2, S3), 1, &["x=9"], 0), Some(S3)),
    ] {
        let mut server = leader(&[], Config::default());
        step(&mut server, ask(C1, 1, "put x=1"));
        let effects = hear(&mut server, from, message.clone());
        assert_eq!((server.leads(), server.leader), (false, to), "{message:?}");
        assert!(effects.contains(&sent_on(to)), "{message:?}: {effects:?}");
        assert!(effects.contains(&Effect::CancelTimer(Timer::Heartbeat)));
        let vote = votes(&server).remove(0);
        assert_eq!(vote.1 == "x=9", to.is_some(), "what was not chosen may be replaced: {vote:?}");
    }
}

#[test]
fn an_old_leader_is_told_of_the_promise_in_the_way() {
    let mut server = acceptor(2, &[]);
    hear(&mut server, S3, prepare(ballot(3, S3), 1));
    let beat = accept(ballot(2, S1), 1, &[], 0);
    let refusal = Message::Refused { ballot: ballot(2, S1), promised: ballot(3, S3) };
    assert_eq!(sent(&hear(&mut server, S1, beat)), [(S1, refusal)]);
    assert_eq!(server.leader, None);
}

// ---- clients -------------------------------------------------------------------------------------

/// S1 of three leads and has had `put x=1` of C1 chosen.
fn after_one_request(config: Config) -> MultiPaxos {
    let mut server = leader(&[], config);
    step(&mut server, ask(C1, 1, "put x=1"));
    disk_is_done(&mut server);
    hear(&mut server, S2, accepted(ballot(1, S1), 1, 1, 1));
    assert_eq!(server.store.to_string(), "x=1");
    server
}

#[test]
fn a_repeated_request_is_proposed_once_and_answered_from_the_session() {
    let mut server = leader(&[], Config::default());
    step(&mut server, ask(C1, 1, "put x=1"));
    assert!(step(&mut server, ask(C1, 1, "put x=1")).is_empty(), "it is under way");
    assert_eq!(server.votes.len(), 1);
    let mut server = after_one_request(Config::default());
    assert_eq!(step(&mut server, ask(C1, 1, "put x=1")), [done(C1, 1, "ok")]);
    step(&mut server, ask(C1, 2, "get x"));
    disk_is_done(&mut server);
    let effects = hear(&mut server, S2, accepted(ballot(1, S1), 2, 2, 2));
    assert_eq!(effects, [done(C1, 2, "1")]);
    assert!(step(&mut server, ask(C1, 1, "put x=1")).is_empty(), "nobody waits for it");
}

#[test]
fn a_command_that_was_chosen_twice_is_executed_once() {
    let chosen = [(C1, "put x=1"), (C2, "put x=2"), (C1, "put x=1")];
    for (flaw, left) in [(false, "x=2"), (true, "x=1")] {
        let config = Config { no_deduplication: flaw, ..Config::default() };
        let mut server = server(S2, 3, ballot(1, S1), &[], config);
        let vote = |(client, text): (Place, &str)| {
            let request = text.parse().expect("a request");
            let command = Command::Execute { client, seq: 1, request };
            Vote { ballot: ballot(1, S1), command }
        };
        server.write((1..).zip(chosen.map(vote)).collect());
        hear(&mut server, S1, accept(ballot(1, S1), 4, &[], 3));
        assert_eq!((server.chosen, server.store.to_string().as_str()), (3, left));
    }
    let mut server = after_one_request(Config { no_deduplication: true, ..Config::default() });
    assert_eq!(sent(&step(&mut server, ask(C1, 1, "put x=1"))).len(), 2, "proposed again");
}

#[test]
fn a_read_goes_through_the_log_unless_that_is_left_out() {
    let mut server = after_one_request(Config::default());
    assert_eq!(sent(&step(&mut server, ask(C2, 1, "get x"))).len(), 2);
    let mut flawed = after_one_request(Config { local_reads: true, ..Config::default() });
    assert_eq!(step(&mut flawed, ask(C2, 1, "get x")), [done(C2, 1, "1")]);
    assert_eq!(sent(&step(&mut flawed, ask(C2, 2, "put x=2"))).len(), 2);
}

#[test]
fn who_does_not_lead_names_the_leader() {
    let mut server = acceptor(2, &[]);
    let answer = |to| [Effect::Reply { to: C1, seq: 1, outcome: Outcome::Redirect(to) }];
    assert_eq!(step(&mut server, ask(C1, 1, "get x")), answer(None));
    hear(&mut server, S1, accept(ballot(2, S1), 1, &[], 0));
    assert_eq!(step(&mut server, ask(C1, 1, "get x")), answer(Some(S1)));
    hear(&mut server, S3, prepare(ballot(3, S3), 1));
    assert_eq!(step(&mut server, ask(C1, 1, "get x")), answer(None), "S3 does not lead yet");
}

// ---- options -------------------------------------------------------------------------------------

#[test]
fn options_take_what_makes_sense_and_refuse_the_rest() {
    let mut config = Config::default();
    let cases = [
        ("election", "1s..2s", &["0s..1s", "2s..1s", "1ms..61s", "fast"]),
        ("heartbeat", "20ms", &["0s", "500us", "61s", "10ms..20ms"]),
        ("batch", "1", &["0", "1001", "-1", "many"]),
    ];
    for (name, good, wrong) in cases {
        assert_eq!(config.set(name, good), Ok(()));
        for wrong in wrong {
            assert!(config.set(name, wrong).is_err(), "{name}={wrong}");
        }
    }
    let election = Span::new(Time::seconds(1), Time::seconds(2));
    let meant = Config { election, heartbeat: Time::millis(20), batch: 1, ..Config::default() };
    assert_eq!(config, meant);
}

// ---- what is shown -------------------------------------------------------------------------------

#[test]
fn cells_tell_gaps_and_how_far_a_slot_has_come() {
    use crate::protocol::CellState::{Pending, Settled, Stored};
    let cells = |server: &MultiPaxos, disk: &Disk| {
        let cells = server.cells(disk, 0, server.votes.len()).into_iter();
        cells.map(|cell| (cell.text, cell.stamp, cell.state)).collect::<Vec<_>>()
    };
    let mut server = acceptor(3, &[(3, "a=1"), (0, "")]);
    let before = server.saved.clone();
    hear(&mut server, S1, accept(ballot(3, S1), 3, &["c=3"], 1));
    let shown =
        |last| vec![("a=1".into(), 3, Settled), ("·".into(), 0, Stored), ("c=3".into(), 3, last)];
    assert_eq!(cells(&server, &before), shown(Pending));
    assert_eq!(cells(&server, &server.saved), shown(Stored));
    // A leader that has counted a majority knows, though it must wait.
    let mut server = leader(&[], Config::default());
    step(&mut server, ask(C1, 1, "put x=1"));
    step(&mut server, ask(C2, 1, "put y=2"));
    disk_is_done(&mut server);
    hear(&mut server, S2, accepted(ballot(1, S1), 2, 2, 0));
    let states: Vec<_> =
        cells(&server, &server.saved).into_iter().map(|(_, _, state)| state).collect();
    assert_eq!(states, [Stored, Settled]);
}

#[test]
fn a_leader_shows_who_has_accepted_the_first_slot_not_chosen() {
    let gathers = |server: &MultiPaxos| {
        server.gathering().map(|quorum| (quorum.word, quorum.of, quorum.needed))
    };
    let mut server = leader(&[], Config::default());
    assert_eq!(gathers(&server), None, "it proposes nothing");
    step(&mut server, ask(C1, 1, "put x=1"));
    step(&mut server, ask(C2, 1, "put y=2"));
    assert_eq!(gathers(&server), Some(("acceptances", vec![], 2)));
    hear(&mut server, S2, accepted(ballot(1, S1), 2, 2, 0));
    assert_eq!(gathers(&server), Some(("acceptances", vec![], 2)), "that was the second slot");
    disk_is_done(&mut server);
    assert_eq!(gathers(&server), Some(("acceptances", vec![S1], 2)));
    hear(&mut server, S3, accepted(ballot(1, S1), 1, 2, 2));
    assert_eq!(gathers(&server), None, "all is chosen");
}

#[test]
fn labels_say_in_short_what_a_message_carries() {
    let at = ballot(2, S2);
    let many: Vec<(u64, &str)> = (0..12).map(|_| (1, "x=1")).collect();
    for (message, label) in [
        (prepare(at, 4), "prepare 2.S2"),
        (promise(at, 1, &[], 0), "promise 2.S2"),
        (promise(at, 2, &[(1, "x=1")], 1), "promise 2.S2"),
        (promise(at, 1, &[(0, ""), (1, "x=1")], 0), "promise 2.S2 + 2: x=1"),
        (promise(at, 1, &[(1, "x=1"), (1, "x=1")], 0), "promise 2.S2 + 1–2"),
        (promise(at, 3, &many, 0), "promise 2.S2 + 3–12"),
        (accept(at, 4, &[], 3), "beat"),
        (accept(at, 4, &["x=1"], 3), "accept 4: x=1"),
        (accept(at, 4, &["x=1", "no-op"], 3), "accept 4–5"),
        (accepted(at, 4, 3, 3), "ok ≤3"),
        (accepted(at, 4, 4, 4), "ok 4"),
        (accepted(at, 4, 5, 5), "ok 4–5"),
        (Message::Refused { ballot: at, promised: ballot(3, S1) }, "no 3.S1"),
    ] {
        assert_eq!(message.label().to_string(), label);
    }
    assert!(Tail::new(&log(&many), 1).to_string().ends_with("8: x=1 (1.S1)…]"));
    assert_eq!(Tail::new(&log(&many), 12).to_string(), "[12: x=1 (1.S1)]");
    assert_eq!(Ballot::NONE.to_string(), "–");
}
