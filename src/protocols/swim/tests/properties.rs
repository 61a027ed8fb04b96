//! Every property on a group that breaks it: a checker that has never found anything proves nothing.

use crate::protocol::{Cluster, Moment, PropertyKind, Witness};

use super::super::account::{Account, Change, Verdict};
use super::super::properties::PROPERTIES;
use super::super::suspicion::Range;
use super::*;

/// What breaks after this was done to S1, who is alone up.
fn broken(ghost: &mut Ghost, change: impl FnOnce(&mut Swim)) -> Vec<&'static str> {
    let mut it = Stage::new(Config::default()).it;
    it.account = Account::default();
    change(&mut it);
    ghost.witness(S1, &it, Moment { event: 1, at: Time::seconds(1), boot: false });
    let places = Places::cluster(5);
    let replicas = [Some(it), None, None, None, None];
    let cluster = Cluster { places: &places, replicas: &replicas, ghost, changed: Some(S1) };
    let always = PROPERTIES.iter().filter(|property| property.kind == PropertyKind::Always);
    always.filter(|property| (property.holds)(&cluster).is_err()).map(|property| property.name).collect()
}

fn held(before: (State, u64), now: (State, u64)) -> impl FnOnce(&mut Swim) {
    let member = |(state, incarnation)| Member { state, incarnation };
    let change = Change { about: S3, before: Some(member(before)), now: member(now) };
    move |it| it.account.changed.push(change)
}

fn verdict(suspected_for: Time, confirmed: u64) -> impl FnOnce(&mut Swim) {
    let range = Range::of(5, Time::seconds(1));
    move |it| it.account.verdicts.push(Verdict { about: S3, suspected_for, confirmed, range })
}

#[test]
fn a_list_that_goes_back_is_found() {
    use State::*;
    let mut ghost = Ghost::default();
    ghost.raised.insert(S3, 2);
    assert_eq!(broken(&mut ghost, held((Alive, 1), (Alive, 2))), [""; 0]);
    assert_eq!(broken(&mut ghost, held((Alive, 2), (Suspect, 1))), ["Incarnations Grow"]);
    assert_eq!(broken(&mut ghost, held((Alive, 2), (Alive, 3))), ["Only the Owner Raises"]);
    assert_eq!(broken(&mut ghost, held((Dead, 2), (Alive, 2))), ["The Dead Stay Dead"]);
    assert_eq!(broken(&mut ghost, held((Left, 2), (Suspect, 2))), ["The Dead Stay Dead"]);
}

#[test]
fn a_verdict_that_is_too_early_is_found() {
    let minimum = ["Suspected for the Minimum Time"];
    let accusers = ["Only Accusers Shorten a Suspicion"];
    let of = |seconds, confirmed| broken(&mut Ghost::default(), verdict(Time::seconds(seconds), confirmed));
    assert_eq!((of(3, 2), of(4, 2)), (minimum.into(), Vec::new()));
    assert_eq!((of(4, 1), of(11, 1), of(12, 1)), (accusers.into(), accusers.into(), Vec::new()));
    assert_eq!((of(23, 0), of(24, 0)), (accusers.into(), Vec::new()));
}

#[test]
fn an_update_that_is_dropped_early_is_found() {
    let dropped = |times: u64| {
        move |it: &mut Swim| {
            let mut queue = Queue::default();
            queue.put(it.itself(State::Alive));
            for _ in 1..times {
                queue.take(times);
            }
            it.account.dropped = queue.take(times).1;
        }
    };
    assert_eq!(broken(&mut Ghost::default(), dropped(3)), ["Updates Are Sent Often Enough"]);
    assert_eq!(broken(&mut Ghost::default(), dropped(4)), [""; 0]);
}

#[test]
fn a_member_that_is_left_out_is_found_after_2n_minus_1_periods() {
    let mut ghost = Ghost::default();
    let chosen = |it: &mut Swim| it.account.chosen = Some(S2);
    // The first step begins the count.
    assert_eq!(broken(&mut ghost, chosen), [""; 0]);
    for period in 1..=9 {
        assert_eq!(broken(&mut ghost, chosen), [""; 0], "period {period}");
    }
    assert_eq!(broken(&mut ghost, chosen), ["Every Member Is Probed"]);
}

#[test]
fn failures_are_timed_and_false_accusations_counted() {
    let mut ghost = Ghost::default();
    let it = |at: Place| {
        let mut it = Stage::new(Config::default()).it;
        (it.me, it.account) = (at, Account::default());
        it
    };
    let moment = |seconds| Moment { event: 1, at: Time::seconds(seconds), boot: false };
    for at in [S1, S2, S3] {
        ghost.witness(at, &it(at), moment(1));
    }
    let mut accuser = it(S1);
    accuser.account.accused = Some(S3);
    ghost.witness(S1, &accuser, moment(2));
    ghost.crashed(S3, Time::seconds(3));
    ghost.witness(S1, &accuser, moment(4));
    assert_eq!(ghost.accusations.get(&S1), Some(&1), "who has crashed is accused rightly");
    for (by, seconds) in [(S1, 5), (S2, 9)] {
        let mut it = it(by);
        held((State::Suspect, 0), (State::Dead, 0))(&mut it);
        ghost.witness(by, &it, moment(seconds));
    }
    assert_eq!(ghost.counts.first, (1, Time::seconds(2)));
    assert_eq!(ghost.counts.all, (1, Time::seconds(6)));
}
