//! The rules one by one, on single servers.

use crate::base::{Span, Text, Time};
use crate::protocol::{Effect, Message as _, Options};

use super::*;

// ---- election ------------------------------------------------------------------------------------

#[test]
fn a_vote_needs_a_free_vote_and_an_up_to_date_log() {
    let cases = [
        // My log, my vote, the candidate's term and last position: granted?
        (&[1, 1][..], None, 3, (1, 2), true),
        (&[1, 1], None, 3, (1, 3), true),
        (&[1, 1], None, 3, (1, 1), false),
        (&[1, 1, 1], None, 3, (2, 1), true),
        (&[1, 2], None, 3, (1, 9), false),
        (&[], None, 3, (0, 0), true),
        (&[1], Some(S1), 3, (1, 1), true),
        (&[1], Some(S3), 3, (1, 1), false),
        // A later term frees the vote; an earlier one has none.
        (&[1], Some(S3), 4, (1, 1), true),
        (&[1], None, 2, (1, 1), false),
    ];
    for (terms, voted_for, term, (last_term, last_index), granted) in cases {
        let mut raft = follower(3, terms);
        raft.voted_for = voted_for;
        let last = Position { term: last_term, index: last_index };
        let effects = hear(&mut raft, S1, Message::RequestVote { term, last, told: false });
        let reply = Message::RequestVoteReply { term: raft.term, vote_granted: granted };
        assert_eq!(sent(&effects), [(S1, reply)], "{terms:?} {voted_for:?} t{term} {last:?}");
    }
}

#[test]
fn a_vote_is_on_its_way_to_the_disk_before_it_is_given() {
    let ask = Message::RequestVote { term: 5, last: Position { term: 1, index: 1 }, told: false };
    let mut raft = follower(3, &[1]);
    let effects = hear(&mut raft, S1, ask.clone());
    let written = effects.iter().position(|effect| {
        matches!(effect, Effect::Persist(Disk { term: 5, voted_for: Some(S1), .. }))
    });
    let given = effects.iter().position(|effect| matches!(effect, Effect::Send { .. }));
    assert!(written.is_some() && written < given, "{effects:?}");
    // Asked again, it says the same, and has nothing to write.
    let effects = hear(&mut raft, S1, ask.clone());
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Persist(_))));

    let mut raft = server(S2, 3, 3, &[1], Config { forget_vote: true, ..Config::default() });
    let effects = hear(&mut raft, S1, ask);
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Persist(Disk { voted_for: None, .. })))
    );
}

#[test]
fn a_candidate_counts_each_vote_once_and_its_own_when_it_is_durable() {
    let mut raft = server(S1, 5, 1, &[1], Config::default());
    let effects = step(&mut raft, Input::Timer(Timer::Election));
    assert_eq!(sent(&effects).len(), 4);
    let vote = Message::RequestVoteReply { term: 2, vote_granted: true };
    hear(&mut raft, S2, vote.clone());
    hear(&mut raft, S2, vote.clone());
    hear(&mut raft, S3, Message::RequestVoteReply { term: 1, vote_granted: true });
    assert_eq!(raft.role, Role::Candidate { votes: vec![S2] });
    disk_is_done(&mut raft);
    assert!(!raft.leads(), "two of five");
    hear(&mut raft, S3, vote);
    assert!(raft.leads());
    assert_eq!(terms(&raft), [1, 2], "a no-op opens the term");
}

#[test]
fn a_server_alone_elects_itself_and_commits() {
    let mut raft = server(S1, 1, 0, &[], Config::default());
    step(&mut raft, Input::Timer(Timer::Election));
    assert!(!raft.leads(), "not before its vote is on its disk");
    disk_is_done(&mut raft);
    assert!(raft.leads());
    step(&mut raft, Input::Request { from: C1, seq: 1, request: put("put x=1") });
    assert_eq!(raft.commit, 0, "nothing is on the disk yet");
    let effects = disk_is_done(&mut raft);
    assert_eq!((raft.commit, raft.store.to_string().as_str()), (2, "x=1"));
    let done = Effect::Reply { to: C1, seq: 1, outcome: Outcome::Done(Text::from("ok")) };
    assert!(effects.contains(&done));
}

#[test]
fn a_later_term_deposes_a_leader_and_sends_its_clients_on() {
    let mut raft = leader(S1, 3, 2, &[1], Config::default());
    step(&mut raft, Input::Request { from: C1, seq: 1, request: put("put x=1") });
    let effects = hear(&mut raft, S3, append(3, (1, 1), &[3], 1));
    assert!(!raft.leads());
    let sent_on = Effect::Reply { to: C1, seq: 1, outcome: Outcome::Redirect(Some(S3)) };
    assert!(effects.contains(&sent_on) && effects.contains(&Effect::CancelTimer(Timer::Heartbeat)));
    assert_eq!(terms(&raft), [1, 3], "what it had not committed is overwritten");
}

// ---- replication ---------------------------------------------------------------------------------

/// The possible followers of Figure 7, and what each says to the first AppendEntries of the leader
/// of term 8, whose last entry is at index 10 and of term 6.
const FIGURE_7: [(&str, &[u64], Appended); 6] = [
    (
        "a",
        &[1, 1, 1, 4, 4, 5, 5, 6, 6],
        Appended::Mismatch { prev: 10, hint: Hint { term: None, index: 10 } },
    ),
    ("b", &[1, 1, 1, 4], Appended::Mismatch { prev: 10, hint: Hint { term: None, index: 5 } }),
    ("c", &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6], Appended::Match(10)),
    ("d", &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], Appended::Match(10)),
    (
        "e",
        &[1, 1, 1, 4, 4, 4, 4],
        Appended::Mismatch { prev: 10, hint: Hint { term: None, index: 8 } },
    ),
    (
        "f",
        &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
        Appended::Mismatch { prev: 10, hint: Hint { term: Some(3), index: 7 } },
    ),
];
const LEADER_OF_FIGURE_7: &[u64] = &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6];

#[test]
fn figure_7_consistency_check() {
    for (name, terms_before, outcome) in FIGURE_7 {
        let mut raft = follower(8, terms_before);
        let effects = hear(&mut raft, S1, append(8, (6, 10), &[], 0));
        let reply = Message::AppendEntriesReply { term: 8, outcome, round: 0 };
        assert_eq!(sent(&effects), [(S1, reply)], "({name})");
        assert_eq!(terms(&raft), terms_before, "({name}): an empty AppendEntries changes no log");
    }
}

#[test]
fn figure_7_every_log_is_repaired() {
    for (name, terms_before, _) in FIGURE_7 {
        for batch in [1, 8] {
            let config = Config { batch, ..Config::default() };
            let mut lead = leader(S1, 3, 8, LEADER_OF_FIGURE_7, config.clone());
            let mut other = server(S2, 3, 8, terms_before, config);
            let (mut rounds, mut refusals) = (0, 0);
            let mut calls = sent(&step(&mut lead, Input::Timer(Timer::Heartbeat)));
            while let Some((_, call)) = calls.into_iter().find(|(to, _)| *to == S2) {
                let answers = sent(&hear(&mut other, S1, call));
                let [(_, answer)] = &answers[..] else { panic!("one answer, not {answers:?}") };
                rounds += 1;
                refusals += u32::from(answer.label().to_string().starts_with("no"));
                calls = sent(&hear(&mut lead, S2, answer.clone()));
                assert!(rounds < 30, "({name}): no end");
            }
            assert_eq!(other.log, lead.log, "({name})");
            assert!(refusals <= 3, "({name}): {refusals} refusals, about one a term");
        }
    }
}

#[test]
fn appending_is_idempotent_and_only_a_conflict_truncates() {
    type Terms = &'static [u64];
    // Log before, prev, entries, log after.
    let cases: [(Terms, (u64, u64), Terms, Terms); 6] = [
        (&[1, 1, 2], (1, 1), &[1], &[1, 1, 2]),
        (&[1, 1, 2], (1, 1), &[], &[1, 1, 2]),
        (&[1, 1, 2], (1, 1), &[1, 2, 3], &[1, 1, 2, 3]),
        (&[1, 1, 2], (1, 1), &[3], &[1, 3]),
        (&[1, 1, 2], (0, 0), &[1, 1, 2], &[1, 1, 2]),
        (&[], (0, 0), &[1, 2], &[1, 2]),
    ];
    for (before, prev, new, after) in cases {
        let mut raft = follower(4, before);
        hear(&mut raft, S1, append(4, prev, new, 0));
        assert_eq!(terms(&raft), after, "{before:?} + {new:?} after {prev:?}");
    }
}

#[test]
fn a_follower_commits_no_further_than_it_knows_its_log_to_be_the_leaders() {
    let heartbeat = append(3, (1, 1), &[], 3);
    let mut raft = follower(3, &[1, 2, 2]);
    hear(&mut raft, S1, heartbeat.clone());
    assert_eq!(raft.commit, 1, "entries 2 and 3 may be another leader's");
    let config = Config { commit_without_min: true, ..Config::default() };
    let mut flawed = server(S2, 3, 3, &[1, 2, 2], config);
    hear(&mut flawed, S1, heartbeat);
    assert_eq!(flawed.commit, 3);
    // An old message takes nothing back.
    hear(&mut raft, S1, append(3, (1, 1), &[3], 2));
    hear(&mut raft, S1, append(3, (1, 1), &[3], 0));
    assert_eq!(raft.commit, 2);
}

#[test]
fn figure_8_only_entries_of_the_own_term_are_committed_by_counting() {
    for count_old_terms in [false, true] {
        let config = Config { count_old_terms, ..Config::default() };
        let mut raft = leader(S1, 5, 4, &[1, 2], config);
        disk_is_done(&mut raft);
        hear(&mut raft, S2, matches(4, 2));
        hear(&mut raft, S3, matches(4, 2));
        assert_eq!(raft.commit, if count_old_terms { 2 } else { 0 }, "(c): three of five store it");
        hear(&mut raft, S2, matches(4, 3));
        hear(&mut raft, S3, matches(4, 3));
        assert_eq!(raft.commit, 3, "(e): an entry of its own term brings the older ones along");
    }
}

#[test]
fn a_heartbeat_step_writes_nothing_and_sends_one_message() {
    let mut lead = leader(S1, 3, 2, &[1], Config::default());
    let mut other = follower(2, &[1]);
    for _ in 0..4 {
        for (_, call) in sent(&step(&mut lead, Input::Timer(Timer::Heartbeat))) {
            for (_, answer) in sent(&hear(&mut other, S1, call)) {
                hear(&mut lead, S2, answer);
            }
        }
        disk_is_done(&mut lead);
    }
    let calls = step(&mut lead, Input::Timer(Timer::Heartbeat));
    assert_eq!(calls.len(), 3, "a timer and two messages: {calls:?}");
    let (_, call) = sent(&calls).remove(0);
    assert_eq!(call.label().to_string(), "beat");
    let answer = hear(&mut other, S1, call);
    assert_eq!(answer.len(), 2, "a timer and an answer: {answer:?}");
    assert!(hear(&mut lead, S2, matches(2, 2)).is_empty());
}

#[test]
fn late_and_repeated_answers_make_no_new_traffic() {
    let mut raft = leader(S1, 3, 2, &[1, 1, 1], Config::default());
    let refusal = Message::AppendEntriesReply {
        term: 2,
        outcome: Appended::Mismatch { prev: 3, hint: Hint { term: None, index: 1 } },
        round: 0,
    };
    assert_eq!(sent(&hear(&mut raft, S2, refusal.clone())).len(), 1);
    assert_eq!(sent(&hear(&mut raft, S2, refusal)).len(), 0);
    assert_eq!(sent(&hear(&mut raft, S2, matches(2, 2))).len(), 1);
    assert_eq!(sent(&hear(&mut raft, S2, matches(2, 2))).len(), 0);
    assert_eq!(sent(&hear(&mut raft, S2, matches(1, 4))).len(), 0, "of an earlier term");
}

/// A follower rejects what it has acknowledged: asked once more, it acknowledges it again, or its disk is
/// gone.
#[test]
fn a_late_rejection_takes_nothing_back_and_a_lost_disk_starts_over() {
    let reject = |round| Message::AppendEntriesReply {
        term: 2,
        outcome: Appended::Mismatch { prev: 4, hint: Hint { term: None, index: 3 } },
        round,
    };
    let known = |raft: &Raft| match &raft.role {
        Role::Leader(lead) => (lead.matched[1], lead.next[1]),
        _ => panic!("it leads"),
    };
    let mut raft = leader(S1, 3, 2, &[1, 1, 1], Config::default());
    hear(&mut raft, S2, matches(2, 4));
    let asked = sent(&hear(&mut raft, S2, reject(0)));
    assert!(matches!(asked[..], [(S2, Message::AppendEntries { round: 1, .. })]), "{asked:?}");
    assert!(sent(&hear(&mut raft, S2, reject(0))).is_empty(), "a late one again");
    assert_eq!(known(&raft), (4, 5));
    hear(&mut raft, S2, matches(2, 4));
    assert_eq!(sent(&hear(&mut raft, S2, reject(1))).len(), 1, "that acknowledgement was later still");
    assert_eq!(known(&raft), (4, 5));
    assert_eq!(sent(&hear(&mut raft, S2, reject(2))).len(), 1);
    assert_eq!(known(&raft), (0, 1), "it has lost what it had");
}

#[test]
fn a_batch_is_a_limit_and_a_full_one_is_not_sent_twice() {
    let mut raft = leader(S1, 3, 1, &[], Config { batch: 2, ..Config::default() });
    let mut lengths = Vec::new();
    for seq in 1..=3 {
        let effects = step(&mut raft, Input::Request { from: C1, seq, request: put("put x=1") });
        lengths.push(sent(&effects).len());
    }
    assert_eq!(lengths, [2, 0, 0], "no-op and x=1, then there is no room");
    let more = sent(&hear(&mut raft, S2, matches(1, 2)));
    assert_eq!(more[0].1.label().to_string(), "append ×2");
}

// ---- clients -------------------------------------------------------------------------------------

#[test]
fn a_repeated_request_is_appended_once_and_answered_from_the_session() {
    let mut raft = leader(S1, 3, 1, &[], Config::default());
    let ask = || Input::Request { from: C1, seq: 1, request: put("put x=1") };
    step(&mut raft, ask());
    assert!(step(&mut raft, ask()).is_empty(), "it is in the log");
    assert_eq!(raft.log.len(), 2);
    disk_is_done(&mut raft);
    let effects = hear(&mut raft, S2, matches(1, 2));
    let done = Effect::Reply { to: C1, seq: 1, outcome: Outcome::Done(Text::from("ok")) };
    assert_eq!(effects.iter().filter(|effect| **effect == done).count(), 1);
    assert_eq!(step(&mut raft, ask()), [done]);
    step(&mut raft, Input::Request { from: C1, seq: 2, request: put("get x") });
    disk_is_done(&mut raft);
    hear(&mut raft, S2, matches(1, 3));
    assert!(
        step(&mut raft, ask()).is_empty(),
        "a late copy of what the client no longer waits for"
    );
    assert_eq!(raft.log.len(), 3);
}

#[test]
fn who_does_not_lead_names_the_leader() {
    let mut raft = follower(2, &[]);
    let ask = || Input::Request { from: C1, seq: 1, request: put("get x") };
    let answer = |to| [Effect::Reply { to: C1, seq: 1, outcome: Outcome::Redirect(to) }];
    assert_eq!(step(&mut raft, ask()), answer(None));
    hear(&mut raft, S3, append(2, (0, 0), &[], 0));
    assert_eq!(step(&mut raft, ask()), answer(Some(S3)));
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

/// What a leader of S1 to S3, which have committed an entry of its term, says to this.
fn refusal(raft: &mut Raft, request: &str) -> String {
    let seq = 1 + raft.log.len();
    let request = Input::Request { from: C1, seq, request: put(request) };
    let refused = step(raft, request).into_iter().find_map(|effect| match effect {
        Effect::Reply { outcome: Outcome::Refused(why), .. } => Some(why.to_string()),
        _ => None,
    });
    refused.unwrap_or_else(|| "it is done".into())
}

#[test]
fn a_change_that_is_refused_says_which_rule_and_which_index() {
    let mut raft = leader(S1, 3, 2, &[1, 1], Config::default());
    assert_eq!(
        refusal(&mut raft, "add S2"),
        "no entry of term 2 is committed yet: the last one that is, at index 0, is of term 0"
    );
    disk_is_done(&mut raft);
    hear(&mut raft, S2, matches(2, 3));
    for (request, why) in [
        ("add S4", "there is no S4 in this run, which has S1 to S3"),
        ("promote S32", "there is no S32 in this run, which has S1 to S3"),
        ("voters S1 S9", "there is no S9 in this run, which has S1 to S3"),
        ("add S2", "S2 is a member already"),
        ("promote S2", "S2 is no learner: it is added first"),
        (
            "voters S1",
            "one server at a time: 2 servers would change at once, which takes membership=joint",
        ),
        ("transfer S9", "S9 is no server that could lead"),
        ("snapshot", "it is done"),
        ("snapshot", "there is nothing to cover: it has executed nothing after index 3"),
        ("remove S3", "it is done"),
        (
            "remove S2",
            "another change is under way: the configuration at index 4 is not committed yet",
        ),
    ] {
        assert_eq!(refusal(&mut raft, request), why, "{request}");
    }
    let mut alone = leader(S1, 1, 2, &[1], Config::default());
    disk_is_done(&mut alone);
    assert_eq!(
        refusal(&mut alone, "remove S1"),
        "S1 is the last one that votes: nobody could decide"
    );
}

#[test]
fn who_may_not_stand_names_a_leader_only_as_long_as_it_hears_one() {
    let mut raft = follower(1, &[]);
    hear(&mut raft, S1, append(1, (0, 0), &[], 0));
    let long = Time::seconds(9);
    assert_eq!((raft.known_leader(Time::ZERO), raft.known_leader(long)), (Some(S1), Some(S1)));
    raft.configuration = Configuration { learners: raft.configuration.voters, ..raft.configuration };
    raft.configuration.voters = Servers::default().with(S1);
    assert_eq!((raft.known_leader(Time::ZERO), raft.known_leader(long)), (Some(S1), None));
}

#[test]
fn an_entry_is_acknowledged_after_its_own_write_whatever_is_under_way() {
    for ack_by_index in [false, true] {
        let mut raft = server(S2, 3, 1, &[1], Config { ack_by_index, ..Config::default() });
        hear(&mut raft, S1, append(1, (1, 1), &[1], 0));
        let effects = hear(&mut raft, S3, append(2, (1, 1), &[2], 0));
        let place = |sought: fn(&Effect<Raft>) -> bool| effects.iter().position(sought);
        let write = place(|effect| matches!(effect, Effect::Persist(_)));
        let answer = place(|effect| matches!(effect, Effect::Send { .. }));
        assert_eq!(write < answer, !ack_by_index, "{effects:?}");
    }
}
