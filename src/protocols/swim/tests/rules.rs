//! Which claim overrides which; probes, nacks and local health; what is passed on.

use crate::protocol::Switch;
use super::*;

fn on() -> Config {
    Config { lifeguard: Switch::On, ..Config::default() }
}

#[test]
fn claims_override_each_other_as_the_article_says() {
    use State::*;
    // What is held, what is claimed, and what is held then.
    let table = [
        ((Alive, 1), (Alive, 1), (Alive, 1)),
        ((Alive, 1), (Alive, 2), (Alive, 2)),
        ((Alive, 1), (Suspect, 0), (Alive, 1)),
        ((Alive, 1), (Suspect, 1), (Suspect, 1)),
        ((Alive, 1), (Dead, 0), (Alive, 1)),
        ((Alive, 1), (Dead, 1), (Dead, 1)),
        ((Alive, 1), (Left, 1), (Left, 1)),
        ((Suspect, 1), (Alive, 1), (Suspect, 1)),
        ((Suspect, 1), (Alive, 2), (Alive, 2)),
        ((Suspect, 1), (Suspect, 2), (Suspect, 1)),
        ((Suspect, 1), (Dead, 1), (Dead, 1)),
        ((Dead, 1), (Alive, 1), (Dead, 1)),
        ((Dead, 1), (Suspect, 2), (Dead, 1)),
        ((Dead, 1), (Dead, 2), (Dead, 1)),
        ((Dead, 1), (Alive, 2), (Alive, 2)),
        ((Left, 1), (Alive, 2), (Alive, 2)),
        ((Left, 1), (Dead, 1), (Left, 1)),
    ];
    for (before, claim, after) in table {
        let mut stage = Stage::new(Config::default());
        stage.is_told(S3, Alive, 1, S3);
        if before.0 != Alive {
            stage.is_told(S3, before.0, before.1, S2);
        }
        assert_eq!(stage.holds(S3), before);
        stage.is_told(S3, claim.0, claim.1, S4);
        assert_eq!(stage.holds(S3), after, "{before:?} and then {claim:?}");
        let is_pinged = stage.it.round.contains(&S3);
        assert_eq!(is_pinged, matches!(after.0, Alive | Suspect), "{after:?}");
        assert_eq!(stage.it.suspicions.contains_key(&S3), after.0 == Suspect);
    }
}

#[test]
fn whoever_is_accused_refutes_in_the_next_incarnation() {
    for state in [State::Suspect, State::Dead] {
        let mut stage = Stage::new(Config::default());
        stage.is_told(S1, state, 0, S2);
        assert_eq!(stage.it.incarnation, 1);
        stage.is_told(S1, state, 0, S3);
        assert_eq!(stage.it.incarnation, 1, "of an incarnation that is over it need not speak");
        stage.is_told(S1, state, 6, S3);
        assert_eq!(stage.it.incarnation, 7, "one that it has forgotten is passed over");
    }
    let mut silent = Stage::new(Config { no_refutation: true, ..Config::default() });
    silent.is_told(S1, State::Suspect, 0, S2);
    assert_eq!(silent.it.incarnation, 0);
}

#[test]
fn a_list_that_calls_somebody_dead_makes_it_suspected() {
    let mut stage = Stage::new(Config::default());
    let update = |about, state| Update { about, state, incarnation: 0, by: about };
    let list: Updates = Rc::new([update(S3, State::Dead), update(S4, State::Left), update(S5, State::Suspect)]);
    stage.hears(S2, What::PushPull { list });
    let held = [S3, S4, S5].map(|member| stage.holds(member).0);
    assert_eq!(held, [State::Suspect, State::Left, State::Suspect]);
}

#[test]
fn a_period_pings_one_and_then_asks_three_others() {
    let mut stage = Stage::new(Config::default());
    let sent = stage.at(Time::seconds(1), Timer::Probe);
    let [(target, Message { what: What::Ping { seq }, .. })] = &sent[..] else { panic!("{sent:?}") };
    let (target, seq) = (*target, *seq);
    let asked = stage.at(Time::millis(1_500), Timer::Timeout);
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|(helper, message)| {
        *helper != target && message.what == What::PingReq { seq, target }
    }));
    // A helper's ack is an ack.
    stage.hears(asked[0].0, What::Ack { seq });
    stage.at(Time::seconds(2), Timer::Probe);
    assert_eq!(stage.holds(target).0, State::Alive);
}

#[test]
fn who_does_not_answer_by_the_end_of_the_period_is_suspected_and_then_dead() {
    let mut stage = Stage::new(Config::default());
    let target = stage.at(Time::seconds(1), Timer::Probe)[0].0;
    stage.at(Time::millis(1_500), Timer::Timeout);
    stage.at(Time::seconds(2), Timer::Probe);
    assert_eq!((stage.holds(target).0, stage.it.accusations), (State::Suspect, 1));
    stage.at(Time::seconds(6), Timer::Suspicion(target));
    assert_eq!(stage.holds(target).0, State::Suspect, "nobody has confirmed it");
    let others = [S2, S3, S4, S5].into_iter().filter(|other| *other != target);
    for by in others.take(2) {
        stage.is_told(target, State::Suspect, 0, by);
    }
    assert_eq!(stage.holds(target).0, State::Dead, "two others, after four seconds");
    assert_eq!(stage.it.account.verdicts[0].suspected_for, Time::seconds(4));
}

#[test]
fn missing_nacks_say_that_it_is_oneself_who_does_not_hear() {
    for (nacks, health) in [(0, 3), (1, 2), (3, 0)] {
        let mut stage = Stage::new(on());
        let (_, message) = stage.at(Time::seconds(1), Timer::Probe).remove(0);
        let What::Ping { seq } = message.what else { panic!() };
        for (helper, _) in stage.at(Time::millis(1_500), Timer::Timeout).into_iter().take(nacks) {
            stage.hears(helper, What::Nack { seq });
        }
        stage.at(Time::seconds(2), Timer::Probe);
        assert_eq!(stage.it.health, health, "{nacks} nacks of three");
    }
    let mut stage = Stage::new(on());
    for incarnation in 0..9 {
        stage.is_told(S1, State::Suspect, incarnation, S2);
    }
    assert_eq!(stage.it.health, 7, "each refutation costs one, and seven is the worst");
    let (_, message) = stage.at(Time::seconds(1), Timer::Probe).remove(0);
    let What::Ping { seq } = message.what else { panic!() };
    stage.hears(S2, What::Ack { seq });
    assert_eq!(stage.it.health, 6, "and a success gives one back");
}

#[test]
fn with_lifeguard_a_suspect_is_told_by_the_ping() {
    for (config, told) in [(on(), true), (Config::default(), false)] {
        let mut stage = Stage::new(config);
        for suspect in [S2, S3, S4, S5] {
            stage.is_told(suspect, State::Suspect, 0, S2);
        }
        stage.it.queue = Queue::default();
        let (target, message) = stage.at(Time::seconds(1), Timer::Probe).remove(0);
        let accuses = |update: &Update| update.about == target && update.state == State::Suspect;
        assert_eq!(message.updates.iter().any(accuses), told);
    }
}

#[test]
fn a_helper_pings_and_says_nack_where_no_ack_comes() {
    let mut stage = Stage::new(on());
    let (theirs, target) = (40, S3);
    let sent = stage.hears(S2, What::PingReq { seq: theirs, target });
    let [(to, Message { what: What::Ping { seq }, .. })] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(*to, S3);
    let nack = stage.at(Time::millis(400), Timer::Nack(S2));
    assert_eq!((nack[0].0, &nack[0].1.what), (S2, &What::Nack { seq: theirs }));
    let ack = stage.hears(S3, What::Ack { seq: *seq });
    assert_eq!((ack[0].0, &ack[0].1.what), (S2, &What::Ack { seq: theirs }), "better late than never");
    assert!(stage.hears(S3, What::Ack { seq: *seq }).is_empty(), "but once");
}

#[test]
fn a_round_pings_everybody_before_it_pings_anybody_twice() {
    let mut stage = Stage::new(Config::default());
    for _ in 0..20 {
        let mut pinged: Vec<Place> = (0..4).map(|_| stage.at(Time::seconds(1), Timer::Probe)[0].0).collect();
        stage.it.suspicions.clear();
        pinged.sort();
        assert_eq!(pinged, [S2, S3, S4, S5]);
    }
}
