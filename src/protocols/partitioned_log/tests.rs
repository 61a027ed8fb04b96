//! The rules of a leader, of a follower, of the controller and of a consumer one by one.

use std::collections::{BTreeMap, BTreeSet};

use super::message::{Batch, Brokers, Claimed, Partition, Record};
use super::*;
use crate::base::Time;
use crate::protocols::locks::trial;

const S1: Place = Place::server(0);
const S2: Place = Place::server(1);
const S3: Place = Place::server(2);
const C1: Place = Place::client(0);
const R1: Place = Place::new(CONSUMER, 0);
const MS: fn(u64) -> Time = Time::millis;

fn hear(it: &mut PartitionedLog, now: u64, from: Place, message: Message) -> Vec<(Place, String)> {
    trial::step(it, MS(now), Input::Message { from, message })
}

fn partition(leader: Place, leader_epoch: u64, partition_epoch: u64, isr: &[Place]) -> Partition {
    let isr = Brokers(isr.iter().copied().collect());
    let elr = Brokers::default();
    Partition { leader: Some(leader), leader_epoch, partition_epoch, isr, elr, last: Some(leader) }
}

/// A broker of broker epoch 1 that has learned this.
fn broker(me: Place, config: Config, partition: Partition) -> PartitionedLog {
    let mut it = trial::boot(me, &config);
    let registered = Message::Registered { incarnation: Time::ZERO, broker_epoch: 1, partition };
    hear(&mut it, 1, CONTROLLER, registered);
    it
}

fn change(it: &mut PartitionedLog, now: u64, partition: Partition) -> Vec<(Place, String)> {
    let leader_epoch = partition.leader_epoch;
    hear(it, now, CONTROLLER, Message::PartitionChange { broker_epoch: 1, leader_epoch, partition })
}

fn produce(it: &mut PartitionedLog, now: u64, seq: u64, value: &str) {
    let request = Produce { value: value.into() };
    trial::step(it, MS(now), Input::Request { from: C1, seq, request });
}

fn fetch(it: &mut PartitionedLog, now: u64, from: Place, end: u64) -> Vec<(Place, String)> {
    hear(it, now, from, Message::Fetch { leader_epoch: 1, broker_epoch: 1, number: 1, end })
}

/// So many records it has, and so many are committed.
fn ends(it: &PartitionedLog) -> (u64, u64) {
    let it = it.broker().expect("a broker");
    (it.log.len(), it.high_watermark)
}

fn record(epoch: u64, value: &str) -> Record {
    Record { epoch, producer: C1, seq: 1, value: value.into() }
}

#[test]
fn a_record_is_committed_once_all_in_sync_replicas_have_it() {
    let mut it = broker(S1, Config::default(), partition(S1, 1, 2, &[S1, S2, S3]));
    produce(&mut it, 10, 1, "a");
    fetch(&mut it, 20, S2, 1);
    assert_eq!(ends(&it), (1, 0), "S3 has not said anything");
    fetch(&mut it, 30, S3, 0);
    assert_eq!(ends(&it), (1, 0));
    fetch(&mut it, 40, S3, 1);
    assert_eq!(ends(&it), (1, 1));
}

#[test]
fn who_is_slow_counts_until_the_controller_has_taken_it_out() {
    for (small_insync_set, committed) in [(false, 0), (true, 1)] {
        let config = Config { small_insync_set, ..Config::default() };
        let mut it = broker(S1, config, partition(S1, 1, 2, &[S1, S2, S3]));
        produce(&mut it, 10, 1, "a");
        fetch(&mut it, 900, S2, 1);
        let sent = trial::step(&mut it, MS(910), Input::Timer("wait"));
        assert!(sent.contains(&(CONTROLLER, "AlterPartition 1 2 S1 S2".to_owned())), "{sent:?}");
        assert_eq!(ends(&it), (1, committed));
        change(&mut it, 920, partition(S1, 1, 3, &[S1, S2]));
        assert_eq!(ends(&it), (1, 1));
    }
}

#[test]
fn nothing_is_committed_while_too_few_are_in_sync() {
    let mut it = broker(S1, Config::default(), partition(S1, 1, 2, &[S1, S2]));
    produce(&mut it, 10, 1, "a");
    change(&mut it, 20, partition(S1, 1, 3, &[S1]));
    fetch(&mut it, 30, S2, 1);
    assert_eq!(ends(&it), (1, 0));
    produce(&mut it, 40, 2, "b");
    assert_eq!(ends(&it), (1, 0), "refused");
    change(&mut it, 50, partition(S1, 1, 4, &[S1, S2]));
    assert_eq!(ends(&it), (1, 1));
}

#[test]
fn a_follower_joins_when_it_has_all_that_was_there_when_the_epoch_began() {
    for early_join in [false, true] {
        let mut it = broker(S2, Config { early_join, ..Config::default() }, partition(S1, 1, 2, &[S1, S2]));
        let records = Batch(vec![record(1, "a")]);
        hear(&mut it, 10, S1, Message::FetchResponse { leader_epoch: 1, number: 1, records, high_watermark: 0 });
        change(&mut it, 20, partition(S2, 2, 3, &[S2]));
        let mut fetched = |end| {
            let fetch = Message::Fetch { leader_epoch: 2, broker_epoch: 7, number: 1, end };
            hear(&mut it, 30, S3, fetch).contains(&(CONTROLLER, "AlterPartition 2 3 S2 S3".to_owned()))
        };
        assert_eq!(fetched(0), early_join);
        assert_eq!(fetched(1), !early_join, "or it has been asked for already");
    }
}

#[test]
fn fetches_of_another_epoch_and_of_an_earlier_life_count_for_nothing() {
    let mut it = broker(S1, Config::default(), partition(S1, 5, 9, &[S1, S2]));
    produce(&mut it, 10, 1, "a");
    let of = |leader_epoch, broker_epoch, end| Message::Fetch { leader_epoch, broker_epoch, number: 1, end };
    assert_eq!(hear(&mut it, 20, S2, of(4, 3, 1)), [(S2, "Fenced 5".to_owned())]);
    assert_eq!(hear(&mut it, 20, S2, of(6, 3, 1)), [(S2, "Fenced 5".to_owned())]);
    hear(&mut it, 20, S2, of(5, 3, 0));
    hear(&mut it, 20, S2, of(5, 2, 1));
    assert_eq!(ends(&it), (1, 0));
    hear(&mut it, 20, S2, of(5, 3, 1));
    assert_eq!(ends(&it), (1, 1));
}

#[test]
fn a_retry_is_known_by_its_sequence_number() {
    for (no_sequence_numbers, records) in [(false, 2), (true, 3)] {
        let config = Config { no_sequence_numbers, ..Config::default() };
        let mut it = broker(S1, config, partition(S1, 1, 2, &[S1, S2]));
        produce(&mut it, 10, 1, "a");
        produce(&mut it, 20, 1, "a");
        produce(&mut it, 30, 2, "b");
        assert_eq!(ends(&it).0, records);
    }
}

/// A follower with records of these epochs, and what it asks a new leader.
fn follower(epochs: &[u64]) -> (PartitionedLog, Vec<(Place, String)>) {
    let mut it = broker(S2, Config::default(), partition(S1, 5, 2, &[S1, S2]));
    let records = Batch(epochs.iter().map(|epoch| record(*epoch, "a")).collect());
    hear(&mut it, 10, S1, Message::FetchResponse { leader_epoch: 5, number: 1, records, high_watermark: 1 });
    let asked = change(&mut it, 20, partition(S3, 6, 3, &[S2, S3]));
    (it, asked)
}

#[test]
fn a_follower_cuts_off_what_its_leader_does_not_have_and_goes_back_an_epoch_where_it_must() {
    let end = |asked, epoch, end| Message::EpochEndOffset { leader_epoch: 6, asked, epoch, end };
    let (mut it, asked) = follower(&[1, 1, 4, 4]);
    assert_eq!(asked, [(S3, "OffsetsForLeaderEpoch 6 4".to_owned())]);
    assert_eq!(hear(&mut it, 30, S3, end(4, 4, 3)), [(S3, "Fetch 6 1 1 3".to_owned())]);
    // The leader has nothing of epoch 4, and of epoch 1 more than the follower.
    let (mut it, _) = follower(&[1, 1, 4, 4]);
    assert_eq!(hear(&mut it, 30, S3, end(4, 1, 7)), [(S3, "Fetch 6 1 1 2".to_owned())]);
    // It has epoch 3, which the follower does not have: what of epoch 1?
    let (mut it, _) = follower(&[1, 1, 4, 4]);
    assert_eq!(hear(&mut it, 30, S3, end(4, 3, 2)), [(S3, "OffsetsForLeaderEpoch 6 1".to_owned())]);
    assert_eq!(hear(&mut it, 40, S3, end(1, 1, 1)), [(S3, "Fetch 6 1 1 1".to_owned())]);
    let (mut it, _) = follower(&[1, 1]);
    assert_eq!(hear(&mut it, 30, S3, end(1, 0, 0)), [(S3, "Fetch 6 1 1 0".to_owned())]);
}

#[test]
fn a_leader_says_where_an_epoch_ends_or_the_one_before_it() {
    let (mut it, _) = follower(&[1, 1, 4, 4]);
    change(&mut it, 30, partition(S2, 7, 4, &[S2, S3]));
    let mut told = |asked| {
        let sent = hear(&mut it, 40, S3, Message::OffsetsForLeaderEpoch { leader_epoch: 7, asked });
        sent.into_iter().next().map(|(_, told)| told)
    };
    assert_eq!(told(4), Some("EpochEndOffset 7 4 4 4".into()));
    assert_eq!(told(3), Some("EpochEndOffset 7 3 1 2".into()));
    assert_eq!(told(6), Some("EpochEndOffset 7 6 4 4".into()));
}

/// A controller of three brokers, each in its first life: broker epochs 1, 2 and 3; S1 leads.
fn controller(config: Config) -> PartitionedLog {
    let mut it = trial::boot(CONTROLLER, &config);
    for broker in [S1, S2, S3] {
        hear(&mut it, 1, broker, Message::BrokerRegistration { incarnation: Time::ZERO });
    }
    it
}

/// Who leads in which epoch; ISR; ELR.
fn decided(it: &PartitionedLog) -> (Option<Place>, u64, String, String) {
    let it = &it.controller().expect("a controller").disk.partition;
    (it.leader, it.leader_epoch, it.isr.to_string(), it.elr.to_string())
}

fn beat(it: &mut PartitionedLog, now: u64, from: Place, broker_epoch: u64) {
    hear(it, now, from, Message::BrokerHeartbeat { broker_epoch, partition_epoch: 99 });
}

#[test]
fn who_is_not_heard_of_is_out_and_stays_eligible_while_too_few_are_in_sync() {
    let mut it = controller(Config::default());
    assert_eq!(decided(&it), (Some(S1), 1, "S1 S2 S3".into(), "–".into()));
    beat(&mut it, 900, S2, 2);
    beat(&mut it, 900, S3, 3);
    trial::step(&mut it, MS(1100), Input::Timer("session"));
    assert_eq!(decided(&it), (Some(S2), 2, "S2 S3".into(), "–".into()));
    beat(&mut it, 1800, S3, 3);
    trial::step(&mut it, MS(2000), Input::Timer("session"));
    assert_eq!(decided(&it), (Some(S3), 3, "S3".into(), "S2".into()));
    trial::step(&mut it, MS(3000), Input::Timer("session"));
    assert_eq!(decided(&it), (None, 4, "–".into(), "S2 S3".into()));
    beat(&mut it, 3100, S2, 2);
    assert_eq!(decided(&it), (Some(S2), 5, "S2".into(), "S3".into()));
}

#[test]
fn who_has_crashed_is_not_eligible_and_the_last_leader_leads_if_nobody_is() {
    for last_replica_standing in [false, true] {
        let mut it = controller(Config { last_replica_standing, ..Config::default() });
        let again = |it: &mut PartitionedLog, now, from| {
            hear(it, now, from, Message::BrokerRegistration { incarnation: MS(now) });
        };
        again(&mut it, 100, S3);
        assert_eq!(decided(&it), (Some(S1), 1, "S1 S2".into(), "–".into()));
        beat(&mut it, 1000, S1, 1);
        trial::step(&mut it, MS(1200), Input::Timer("session"));
        let eligible = if last_replica_standing { "–" } else { "S2" };
        assert_eq!(decided(&it), (Some(S1), 1, "S1".into(), eligible.into()));
        again(&mut it, 1300, S1);
        match last_replica_standing {
            true => assert_eq!(decided(&it), (Some(S1), 2, "S1".into(), "–".into())),
            false => {
                assert_eq!(decided(&it), (None, 2, "–".into(), "S2".into()));
                again(&mut it, 1400, S2);
                // S1 led last, and lives.
                assert_eq!(decided(&it), (Some(S1), 3, "S1".into(), "–".into()));
            }
        }
    }
}

#[test]
fn a_broker_that_has_crashed_since_is_not_let_in() {
    for (broker_epoch_ignored, isr) in [(false, "S1 S2"), (true, "S1 S2 S3")] {
        let mut it = controller(Config { broker_epoch_ignored, ..Config::default() });
        hear(&mut it, 100, S3, Message::BrokerRegistration { incarnation: MS(90) });
        let isr_asked = Claimed(BTreeMap::from([(S1, 1), (S2, 2), (S3, 3)]));
        let partition_epoch = it.controller().unwrap().disk.partition.partition_epoch;
        let alter = Message::AlterPartition { leader_epoch: 1, partition_epoch, isr: isr_asked };
        hear(&mut it, 110, S1, alter.clone());
        assert_eq!(decided(&it).2, isr);
        // Whatever of it is still on its way means nothing any more.
        let after = it.controller().unwrap().disk.partition.partition_epoch;
        assert_eq!(after, partition_epoch + 1);
        hear(&mut it, 120, S1, alter);
        assert_eq!(it.controller().unwrap().disk.partition.partition_epoch, after);
    }
}

#[test]
fn a_consumer_commits_its_offset_after_it_has_processed_or_before() {
    for (commit, first) in [(Commit::After, "nothing"), (Commit::Before, "OffsetCommit 1")] {
        let mut it: PartitionedLog = trial::boot(R1, &Config { commit, ..Config::default() });
        hear(&mut it, 10, CONTROLLER, Message::CommittedOffset { life: Time::ZERO, offset: 0 });
        let records = Batch(vec![record(1, "a")]);
        let sent = hear(&mut it, 20, S1, Message::Records { position: 0, records });
        let told = sent.first().map_or("nothing", |(_, told)| told);
        assert_eq!(told, first);
        let processed = it.consumer().unwrap().processed.len();
        assert_eq!(processed, u64::from(commit == Commit::After));
    }
}

#[test]
fn sets_of_brokers_are_written_as_lists() {
    assert_eq!(Brokers(BTreeSet::from([S2, S1])).to_string(), "S1 S2");
    assert_eq!(partition(S1, 1, 2, &[S1, S3]).to_string(), "S1 [S1 S3]");
    assert_eq!(Brokers::default().to_string(), "–");
}
