//! The rules one by one, on single servers.

use crate::base::Text;

use super::*;

fn notification(round: u64, vote: (u64, (u64, u64), Place), state: State) -> Message {
    let (epoch, (e, c), id) = vote;
    Message::Notification { round, vote: Vote { epoch, zxid: z(e, c), id }, state }
}

// ---- histories -----------------------------------------------------------------------------------

#[test]
fn a_history_goes_on_through_its_snapshot() {
    let mut history = history(&[(1, 1), (1, 2), (2, 1), (2, 2)]);
    let whole = history.clone();
    history.compact(Snapshot { count: 2, zxid: z(1, 2), ..Snapshot::default() });
    assert_eq!((history.end(), history.last()), (4, z(2, 2)));
    assert_eq!((history.get(2), history.get(3)), (None, whole.get(3)));
    assert_eq!((history.zxid(2), history.zxid(4)), (z(1, 2), z(2, 2)));
    assert_eq!(history.range(0, 3).len(), 1);
    let reaches = [(1, 1), (1, 2), (1, 9), (2, 1), (9, 9)].map(|(e, c)| history.reach(z(e, c)));
    assert_eq!(reaches, [None, Some(2), Some(2), Some(3), Some(4)]);
    history.truncate(z(2, 1));
    assert_eq!(zxids(&history), [(2, 1)]);
    history.truncate(z(0, 0));
    assert_eq!((history.end(), history.last()), (2, z(1, 2)), "the snapshot stays");
}

#[test]
fn zxids_are_ordered_by_epoch_and_print_and_parse() {
    assert!(z(1, 9) < z(2, 0) && z(2, 1) < z(2, 2));
    assert_eq!((z(2, 3).next(2), z(2, 3).next(4)), (z(2, 4), z(4, 1)));
    assert_eq!("12.3".parse(), Ok(z(12, 3)));
    assert!(["", "1", "1.", ".1", "a.b"].iter().all(|text| text.parse::<Zxid>().is_err()));
}

// ---- election ------------------------------------------------------------------------------------

#[test]
fn the_later_epoch_wins_then_the_higher_zxid_then_the_number() {
    let cases = [
        ((1, (1, 2), S1), true),
        ((1, (1, 3), S1), true),
        ((2, (0, 0), S1), true),
        ((1, (1, 1), S3), false),
        ((0, (9, 9), S3), false),
        ((1, (1, 2), S3), true),
    ];
    for (vote, better) in cases {
        let mut zab = server(S1, &disk(1, 1, &[(1, 1), (1, 2)]), Config::default());
        hear(&mut zab, S2, notification(1, vote, State::Looking));
        let own = Vote { epoch: 1, zxid: z(1, 2), id: S1 };
        let changed = zab.vote != own || vote == (1, (1, 2), S1);
        assert_eq!(changed, better, "{vote:?}");
    }
    let flaw = Config { vote_by_id: true, ..Config::default() };
    let mut zab = server(S1, &disk(1, 1, &[(1, 1)]), flaw);
    hear(&mut zab, S2, notification(1, (0, (0, 0), S3), State::Looking));
    assert_eq!(zab.vote.id, S3);
}

#[test]
fn a_quorum_is_waited_on_and_a_better_vote_begins_the_wait_anew() {
    let mut zab = server(S1, &disk(0, 0, &[]), Config::default());
    let effects = hear(&mut zab, S2, notification(1, (0, (0, 0), S2), State::Looking));
    let waits = |effects: &[Effect<Zab>]| {
        let finalize = |it: &&Effect<Zab>| {
            matches!(it, Effect::SetTimer { timer: Timer::Finalize, .. })
        };
        effects.iter().filter(finalize).count()
    };
    assert_eq!((zab.vote.id, waits(&effects)), (S2, 1));
    let effects = hear(&mut zab, S3, notification(1, (0, (0, 0), S3), State::Looking));
    assert_eq!((zab.vote.id, waits(&effects)), (S3, 1), "S1 and S3 agree on S3");
    step(&mut zab, Input::Timer(Timer::Finalize));
    assert_eq!(zab.leader(), Some(S3));
}

#[test]
fn a_later_round_begins_the_vote_anew_and_an_earlier_one_is_told() {
    let mut zab = server(S1, &disk(0, 0, &[]), Config::default());
    let effects = hear(&mut zab, S2, notification(0, (0, (0, 0), S2), State::Looking));
    let own = notification(1, (0, (0, 0), S1), State::Looking);
    assert_eq!(sent(&effects), [(S2, own)]);
    hear(&mut zab, S3, notification(1, (0, (0, 0), S3), State::Looking));
    let effects = hear(&mut zab, S2, notification(5, (0, (0, 0), S2), State::Looking));
    assert_eq!((zab.round, zab.vote.id, sent(&effects).len()), (5, S2, 2), "S3's vote is of round 1");
}

#[test]
fn an_established_leader_is_joined_when_a_quorum_names_it_and_it_says_so_itself() {
    let won = (1, (1, 1), S3);
    let mut zab = server(S1, &disk(0, 0, &[]), Config::default());
    hear(&mut zab, S2, notification(7, won, State::Following));
    assert!(looks(&zab), "one of three");
    hear(&mut zab, S3, notification(7, won, State::Leading));
    assert_eq!((zab.leader(), zab.round), (Some(S3), 7));

    let mut zab = server(S1, &disk(0, 0, &[]), Config::default());
    hear(&mut zab, S2, notification(7, won, State::Following));
    hear(&mut zab, S3, notification(7, won, State::Following));
    assert!(looks(&zab), "it does not say so itself");
}

#[test]
fn who_has_a_leader_tells_it_to_whoever_looks() {
    let mut zab = up_to_date(2, &[(1, 1)], Config::default());
    let effects = hear(&mut zab, S2, notification(1, (0, (0, 0), S2), State::Looking));
    assert_eq!(sent(&effects), [(S2, zab.notification())]);
    assert_eq!(hear(&mut zab, S2, notification(1, (0, (0, 0), S2), State::Leading)), []);
}

#[test]
fn notifications_are_repeated_more_and_more_seldom() {
    let mut zab = server(S1, &disk(0, 0, &[]), Config::default());
    let mut waits = Vec::new();
    for _ in 0..6 {
        for effect in step(&mut zab, Input::Timer(Timer::Notify)) {
            if let Effect::SetTimer { timer: Timer::Notify, after } = effect {
                waits.push(after.min);
            }
        }
    }
    let millis = [400, 800, 1_600, 2_000, 2_000, 2_000];
    assert_eq!(waits, millis.map(Time::millis));
}

// ---- discovery -----------------------------------------------------------------------------------

#[test]
fn the_epoch_is_higher_than_what_a_quorum_has_accepted_and_on_disk_before_it_is_told() {
    let mut zab = elected(&disk(2, 2, &[]), Config::default());
    let effects = hear(&mut zab, S1, Message::FollowerInfo { accepted_epoch: 4 });
    assert_eq!(effects[0], Effect::Persist(disk(5, 2, &[])));
    assert_eq!(sent(&effects), [(S1, Message::LeaderInfo { epoch: 5 })]);
    let effects = hear(&mut zab, S2, Message::FollowerInfo { accepted_epoch: 5 });
    assert_eq!(effects, [Effect::Send { to: S2, message: Message::LeaderInfo { epoch: 5 }.into() }]);
    hear(&mut zab, S2, Message::FollowerInfo { accepted_epoch: 6 });
    assert!(looks(&zab), "somebody is further: Synod's own rule");
}

#[test]
fn who_calls_too_early_is_kept_until_the_election_is_over() {
    let mut zab = server(S3, &disk(0, 0, &[]), Config::default());
    assert_eq!(hear(&mut zab, S1, Message::FollowerInfo { accepted_epoch: 3 }), []);
    let mut fx = Effects::new();
    let mut other = zab.clone();
    zab.lead(&mut fx);
    assert_eq!(lead_of(&zab).epoch, Some(4));
    other.follow(S2, &mut fx);
    let effects: Vec<Effect<Zab>> = fx.drain().map(|(effect, _)| effect).collect();
    assert!(effects.contains(&Effect::Disconnect { peer: S1 }));
    let effects = hear(&mut other, S1, Message::FollowerInfo { accepted_epoch: 3 });
    assert_eq!(effects, [Effect::Disconnect { peer: S1 }], "it leads nobody");
}

#[test]
fn an_epoch_is_accepted_once() {
    let answer = |accepted: u64| {
        let mut zab = follower(&disk(accepted, 1, &[(1, 1)]), Config::default());
        let effects = hear(&mut zab, S3, Message::LeaderInfo { epoch: 5 });
        (written(&effects), sent(&effects), looks(&zab))
    };
    let ack = |counts| (S3, Message::AckEpoch { counts, current_epoch: 1, last: z(1, 1) });
    assert_eq!(answer(4), (vec![disk(5, 1, &[(1, 1)])], vec![ack(true)], false));
    assert_eq!(answer(5), (vec![], vec![ack(false)], false));
    assert!(answer(6).2, "it leaves");
}

#[test]
fn a_leader_gives_up_for_one_that_is_ahead_and_only_before_a_quorum() {
    let acks = [((0, (9, 9)), false), ((1, (1, 1)), false), ((1, (1, 2)), true), ((2, (0, 0)), true)];
    for ((current_epoch, (e, c)), gives_up) in acks {
        let ack = Message::AckEpoch { counts: true, current_epoch, last: z(e, c) };
        let mut zab = elected(&disk(1, 1, &[(1, 1)]), Config::default());
        hear(&mut zab, S1, Message::FollowerInfo { accepted_epoch: 1 });
        let effects = hear(&mut zab, S1, ack.clone());
        assert_eq!(looks(&zab), gives_up, "{ack:?}");
        assert_eq!(effects.contains(&Effect::Disconnect { peer: S1 }), gives_up);
        let mut later = established(2, &[(1, 1)], Config::default());
        hear(&mut later, S2, Message::FollowerInfo { accepted_epoch: 1 });
        hear(&mut later, S2, ack);
        assert!(!looks(&later), "whoever comes later is not compared");
    }
    let mut zab = elected(&disk(1, 1, &[(1, 1)]), Config::default());
    hear(&mut zab, S1, Message::FollowerInfo { accepted_epoch: 1 });
    hear(&mut zab, S1, Message::AckEpoch { counts: false, current_epoch: 1, last: z(1, 1) });
    assert_eq!(lead_of(&zab).phase, Phase::Discovery, "it does not count");
}

// ---- synchronisation -----------------------------------------------------------------------------

#[test]
fn a_follower_is_sent_what_it_lacks() {
    let mut zab = established(4, &[(1, 1), (1, 2), (3, 1), (3, 2)], Config::default());
    let mut lacks = |last: (u64, u64)| {
        hear(&mut zab, S2, Message::FollowerInfo { accepted_epoch: 4 });
        let last = z(last.0, last.1);
        let ack = Message::AckEpoch { counts: false, current_epoch: 3, last };
        let sent = sent(&hear(&mut zab, S2, ack));
        assert_eq!(sent[1], (S2, Message::NewLeader { epoch: 4 }));
        sent[0].1.clone()
    };
    assert_eq!(lacks((3, 2)), Message::Diff { entries: entries(&[]) });
    assert_eq!(lacks((1, 2)), Message::Diff { entries: entries(&[(3, 1), (3, 2)]) });
    assert_eq!(lacks((0, 0)), Message::Diff { entries: entries(&[(1, 1), (1, 2), (3, 1), (3, 2)]) });
    let rest = entries(&[(3, 1), (3, 2)]);
    assert_eq!(lacks((1, 7)), Message::Trunc { zxid: z(1, 2), entries: rest.clone() });
    assert_eq!(lacks((2, 1)), Message::Trunc { zxid: z(1, 2), entries: rest.clone() });
    assert_eq!(lacks((3, 9)), Message::Trunc { zxid: z(3, 2), entries: entries(&[]) });
    let snapshot = Snapshot { count: 2, zxid: z(1, 2), ..Snapshot::default() };
    zab.history.compact(snapshot.clone());
    hear(&mut zab, S2, Message::FollowerInfo { accepted_epoch: 4 });
    let ack = Message::AckEpoch { counts: false, current_epoch: 3, last: z(1, 1) };
    let snap = Message::Snap { snapshot: snapshot.into(), entries: rest };
    assert_eq!(sent(&hear(&mut zab, S2, ack))[0], (S2, snap));
}

/// What a follower that gets a snapshot and a transaction does after NEWLEADER, write by write.
fn writes(config: Config) -> Vec<String> {
    let mut zab = follower(&disk(4, 3, &[(1, 1)]), config);
    hear(&mut zab, S3, Message::LeaderInfo { epoch: 5 });
    let snapshot = Snapshot { count: 2, zxid: z(2, 1), ..Snapshot::default() };
    let entries = entries(&[(2, 2)]);
    hear(&mut zab, S3, Message::Snap { snapshot: snapshot.into(), entries });
    assert_eq!(zab.history.last(), z(2, 2), "in memory at once");
    let mut effects = hear(&mut zab, S3, Message::NewLeader { epoch: 5 });
    let mut did = Vec::new();
    while !effects.is_empty() {
        for effect in &effects {
            did.push(match effect {
                Effect::Persist(disk) => {
                    format!("{} up to {}", disk.current_epoch, disk.history.last())
                }
                Effect::Send { message, .. } => message.label().to_string(),
                other => format!("{other:?}"),
            });
        }
        effects = disk_is_done(&mut zab);
    }
    did
}

#[test]
fn snapshot_history_epoch_acknowledgment_and_no_other_order() {
    assert_eq!(writes(Config::default()), ["3 up to 2.1", "3 up to 2.2", "5 up to 2.2", "ack 5.0"]);
    let flaw = Config { epoch_before_log: true, ..Config::default() };
    assert_eq!(writes(flaw), ["5 up to 1.1", "5 up to 2.1", "5 up to 2.2", "ack 5.0"]);
    let flaw = Config { ack_before_log: true, ..Config::default() };
    assert_eq!(writes(flaw), ["3 up to 2.1", "5 up to 2.1", "ack 5.0", "5 up to 2.2"]);
    let flaw = Config { proposal_ack_first: true, ..Config::default() };
    let order = ["3 up to 2.1", "3 up to 2.2", "ack 2.2", "5 up to 2.2", "ack 5.0"];
    assert_eq!(writes(flaw), order);
}

#[test]
fn proposals_that_come_early_are_logged_after_uptodate() {
    let mut zab = follower(&disk(1, 1, &[(1, 1)]), Config::default());
    hear(&mut zab, S3, Message::LeaderInfo { epoch: 2 });
    hear(&mut zab, S3, Message::Diff { entries: entries(&[]) });
    hear(&mut zab, S3, Message::NewLeader { epoch: 2 });
    assert_eq!(hear(&mut zab, S3, Message::Propose { entry: entry(2, 1) }), []);
    assert_eq!(hear(&mut zab, S3, Message::Commit { zxid: z(2, 1) }), []);
    let effects = disk_is_done(&mut zab);
    assert_eq!(sent(&effects), [(S3, Message::Ack { zxid: z(2, 0) })]);
    assert_eq!(zab.delivered, 0);
    let effects = hear(&mut zab, S3, Message::UpToDate { committed: z(1, 1) });
    assert_eq!(written(&effects), [disk(2, 2, &[(1, 1), (2, 1)])]);
    assert_eq!(sent(&effects), [(S3, Message::Ack { zxid: z(2, 1) })]);
    assert_eq!(zab.delivered, 2, "the commit had come");
}

#[test]
fn a_leader_counts_itself_when_its_epoch_is_on_disk_and_then_all_its_history_is_committed() {
    let mut zab = elected(&disk(1, 1, &[(1, 1)]), Config::default());
    hear(&mut zab, S1, Message::FollowerInfo { accepted_epoch: 1 });
    hear(&mut zab, S1, Message::AckEpoch { counts: true, current_epoch: 1, last: z(0, 0) });
    hear(&mut zab, S1, Message::Ack { zxid: z(2, 0) });
    assert_eq!((lead_of(&zab).phase, zab.delivered), (Phase::Synchronisation, 0));
    let effects = disk_is_done(&mut zab);
    assert_eq!((lead_of(&zab).phase, zab.delivered), (Phase::Broadcast, 1));
    assert_eq!(sent(&effects), [(S1, Message::UpToDate { committed: z(1, 1) })]);
}

#[test]
fn a_leader_counts_only_a_first_acknowledgment_that_is_newleaders() {
    let mut zab = elected(&disk(1, 1, &[(1, 1)]), Config::default());
    hear(&mut zab, S1, Message::FollowerInfo { accepted_epoch: 1 });
    hear(&mut zab, S1, Message::AckEpoch { counts: true, current_epoch: 1, last: z(0, 0) });
    disk_is_done(&mut zab);
    hear(&mut zab, S1, Message::Ack { zxid: z(1, 1) });
    hear(&mut zab, S1, Message::Ack { zxid: z(2, 0) });
    assert_eq!((lead_of(&zab).acks.len(), lead_of(&zab).answered.len()), (1, 2));
    step(&mut zab, Input::Timer(Timer::Init));
    assert!(looks(&zab));
}

// ---- broadcast -----------------------------------------------------------------------------------

#[test]
fn a_transaction_is_committed_when_a_quorum_has_it_on_disk() {
    let mut zab = established(2, &[(1, 1)], Config::default());
    let effects = ask(&mut zab, 1, "put x=1");
    assert!(matches!(effects[0], Effect::Persist(_)), "its own disk first");
    let [(S1, Message::Propose { entry })] = &sent(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(entry.zxid, z(2, 1));
    assert_eq!(sent(&hear(&mut zab, S1, Message::Ack { zxid: z(2, 1) })), [], "one of three");
    let effects = disk_is_done(&mut zab);
    let told = Effect::Reply { to: C1, seq: 1, outcome: Outcome::DoneAt("ok".into(), "2.1".into()) };
    assert!(effects.contains(&told), "{effects:?}");
    assert_eq!(sent(&effects), [(S1, Message::Commit { zxid: z(2, 1) })]);
    assert_eq!((zab.delivered, zab.store.to_string().as_str()), (2, "x=1"));
}

#[test]
fn a_late_follower_gets_every_proposal_from_the_moment_it_is_brought_up_to_date() {
    let gets = |config: Config| {
        let mut zab = established(2, &[], config);
        ask(&mut zab, 1, "put x=1");
        hear(&mut zab, S2, Message::FollowerInfo { accepted_epoch: 1 });
        let ack = Message::AckEpoch { counts: true, current_epoch: 0, last: z(0, 0) };
        let mut sent_there = sent(&hear(&mut zab, S2, ack));
        sent_there.extend(sent(&ask(&mut zab, 2, "put x=2")));
        let there = sent_there.into_iter().filter(|(to, _)| *to == S2);
        there.map(|(_, message)| message.kind().name).collect::<Vec<_>>()
    };
    assert_eq!(gets(Config::default()), ["DIFF", "NEWLEADER", "PROPOSAL", "PROPOSAL"]);
    let flaw = Config { forward_after_ack: true, ..Config::default() };
    assert_eq!(gets(flaw), ["DIFF", "NEWLEADER"]);
}

#[test]
fn a_follower_logs_acknowledges_and_executes_in_order() {
    let mut zab = up_to_date(2, &[(1, 1)], Config::default());
    let effects = hear(&mut zab, S3, Message::Propose { entry: entry(2, 1) });
    assert_eq!(effects.len(), 3, "the silence begins anew: {effects:?}");
    assert!(matches!(effects[1], Effect::Persist(_)));
    assert_eq!(sent(&effects), [(S3, Message::Ack { zxid: z(2, 1) })]);
    let again = hear(&mut zab, S3, Message::Propose { entry: entry(2, 1) });
    assert!(sent(&again).is_empty() && written(&again).is_empty(), "a duplicate is ignored");
    assert_eq!(zab.delivered, 1);
    hear(&mut zab, S3, Message::Commit { zxid: z(2, 1) });
    assert_eq!(zab.delivered, 2);
    assert_eq!(hear(&mut zab, S2, Message::Commit { zxid: z(9, 9) }), [], "S2 is not its leader");
}

#[test]
fn who_loses_the_other_side_looks_for_a_leader_and_closes_its_connections() {
    let mut zab = up_to_date(2, &[(1, 1)], Config::default());
    let effects = step(&mut zab, Input::Timer(Timer::Silence));
    assert!(looks(&zab) && effects.contains(&Effect::Disconnect { peer: S3 }));
    let mut zab = up_to_date(2, &[(1, 1)], Config::default());
    step(&mut zab, Input::Disconnected { peer: S2 });
    assert!(!looks(&zab));
    step(&mut zab, Input::Disconnected { peer: S3 });
    assert!(looks(&zab));

    let mut zab = established(2, &[], Config::default());
    for _ in 0..zab.config.sync_limit {
        let pings = step(&mut zab, Input::Timer(Timer::Tick));
        assert_eq!(sent(&pings), [(S1, Message::Ping)]);
    }
    hear(&mut zab, S1, Message::PingReply);
    step(&mut zab, Input::Timer(Timer::Tick));
    assert!(!looks(&zab));
    step(&mut zab, Input::Disconnected { peer: S1 });
    let effects = step(&mut zab, Input::Timer(Timer::Tick));
    assert!(looks(&zab) && !effects.contains(&Effect::Disconnect { peer: S1 }));
}

#[test]
fn who_looks_goes_by_what_its_disk_holds() {
    let ends = |config: Config| {
        let mut zab = up_to_date(2, &[(1, 1)], config);
        hear(&mut zab, S3, Message::Propose { entry: entry(2, 1) });
        step(&mut zab, Input::Disconnected { peer: S3 });
        (zab.vote.zxid, zab.saved.history.last())
    };
    assert_eq!(ends(Config::default()), (z(2, 1), z(2, 1)));
    let flaw = Config { memory_survives: true, ..Config::default() };
    assert_eq!(ends(flaw), (z(1, 1), z(2, 1)));
}

#[test]
fn a_snapshot_takes_the_place_of_the_log() {
    let mut zab = up_to_date(2, &[(1, 1)], Config { snapshot: 3, ..Config::default() });
    for counter in 1..=3 {
        hear(&mut zab, S3, Message::Propose { entry: entry(2, counter) });
    }
    let effects = hear(&mut zab, S3, Message::Commit { zxid: z(2, 2) });
    let [disk] = &written(&effects)[..] else { panic!("one write: {effects:?}") };
    assert_eq!((disk.history.snapshot.count, disk.history.snapshot.zxid), (3, z(2, 2)));
    assert_eq!((zxids(&disk.history), zab.history.end()), (vec![(2, 3)], 4));
    let again = server(S1, disk, Config::default());
    assert_eq!((again.delivered, again.history.last()), (3, z(2, 3)));
}

// ---- clients -------------------------------------------------------------------------------------

fn told(effects: &[Effect<Zab>]) -> Vec<Outcome> {
    let replies = effects.iter().filter_map(|effect| match effect {
        Effect::Reply { outcome, .. } => Some(outcome.clone()),
        _ => None,
    });
    replies.collect()
}

fn done(answer: &str, at: &str) -> Vec<Outcome> {
    vec![Outcome::DoneAt(Text::from(answer), Text::from(at))]
}

#[test]
fn requests_print_and_parse_and_what_is_none_is_told() {
    for text in ["put x=1", "get x", "delete x", "cas x 1 2", "sync"] {
        assert_eq!(text.parse::<Ask>().map(|ask| ask.to_string()), Ok(text.into()));
    }
    let expected = "put KEY=VALUE, get KEY, delete KEY, cas KEY EXPECTED VALUE or sync";
    for text in ["", "sync x", "put x", "remove x"] {
        assert_eq!(text.parse::<Ask>(), Err(expected), "{text}");
    }
}

#[test]
fn reads_are_answered_here_and_writes_when_they_are_executed_here() {
    let mut zab = up_to_date(2, &[(1, 1)], Config::default());
    assert_eq!(told(&ask(&mut zab, 1, "get x")), done("no value", "1.1"));
    let effects = ask(&mut zab, 2, "put x=1");
    let request = "put x=1".parse().expect("a request");
    assert_eq!(sent(&effects), [(S3, Message::Request { client: C1, seq: 2, request })]);
    let command = Command::Execute { client: C1, seq: 2, request: "put x=1".parse().unwrap() };
    let proposed = Entry { zxid: z(2, 1), command };
    hear(&mut zab, S3, Message::Propose { entry: proposed });
    let effects = hear(&mut zab, S3, Message::Commit { zxid: z(2, 1) });
    assert_eq!(told(&effects), done("ok", "2.1"));
    assert_eq!(told(&ask(&mut zab, 2, "put x=1")), done("ok", "2.1"), "asked again");
    let mut looking = server(S1, &disk(0, 0, &[]), Config::default());
    assert_eq!(told(&ask(&mut looking, 1, "get x")), [Outcome::Redirect(None)]);
}

#[test]
fn a_request_that_is_asked_twice_is_proposed_once() {
    let mut zab = established(2, &[], Config::default());
    let request = || Message::Request {
        client: C1,
        seq: 1,
        request: "put x=1".parse().expect("a request"),
    };
    assert_eq!(sent(&hear(&mut zab, S1, request())).len(), 1);
    assert!(sent(&hear(&mut zab, S1, request())).is_empty(), "it is in the history");
    disk_is_done(&mut zab);
    hear(&mut zab, S1, Message::Ack { zxid: z(2, 1) });
    assert!(sent(&hear(&mut zab, S1, request())).is_empty(), "it is executed");
}

#[test]
fn a_server_that_is_behind_refuses_the_session() {
    let read = |config: Config| {
        let mut zab = up_to_date(2, &[(1, 1)], config);
        let what = What::Store("get x".parse().expect("a request"));
        let request = Ask { what, seen: z(2, 5) };
        told(&step(&mut zab, Input::Request { from: C1, seq: 1, request }))
    };
    assert_eq!(read(Config::default()), [Outcome::Redirect(None)]);
    let flaw = Config { read_backwards: true, ..Config::default() };
    assert_eq!(read(flaw), done("no value", "1.1"));
}

#[test]
fn a_sync_asks_the_leader_and_where_it_is_a_proposal_a_quorum() {
    let mut zab = up_to_date(2, &[(1, 1)], Config::default());
    let effects = ask(&mut zab, 1, "sync");
    assert_eq!(sent(&effects), [(S3, Message::Sync { client: C1, seq: 1 })]);
    let reply = |zxid| Message::SyncReply { client: C1, seq: 1, zxid };
    assert!(told(&hear(&mut zab, S3, reply(z(2, 1)))).is_empty(), "it has not executed that");
    hear(&mut zab, S3, Message::Propose { entry: entry(2, 1) });
    assert_eq!(told(&hear(&mut zab, S3, Message::Commit { zxid: z(2, 1) })), done("ok", "2.1"));

    let ask_leader = |sync: Sync| {
        let mut zab = established(2, &[(1, 1)], Config { sync, ..Config::default() });
        let asked = hear(&mut zab, S1, Message::Sync { client: C1, seq: 1 });
        (sent(&asked).pop(), zab.history.end())
    };
    assert_eq!(ask_leader(Sync::Leader), (Some((S1, reply(z(1, 1)))), 1));
    assert_eq!(ask_leader(Sync::Proposal), (Some((S1, reply(z(2, 1)))), 2));
}

#[test]
fn whoever_waits_where_the_leader_is_lost_is_sent_on() {
    let mut zab = up_to_date(2, &[(1, 1)], Config::default());
    ask(&mut zab, 1, "put x=1");
    let from = Place::client(1);
    let request = "sync".parse().expect("a request");
    step(&mut zab, Input::Request { from, seq: 1, request });
    let effects = step(&mut zab, Input::Disconnected { peer: S3 });
    assert_eq!(told(&effects), [Outcome::Redirect(None), Outcome::Redirect(None)]);
}
