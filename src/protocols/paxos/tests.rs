//! The rules one by one, and each property made to fail.

use crate::base::{Place, Places, Text, Time};
use crate::protocol::{
    ClockReading,    Cluster, Effect, Effects, Input, Moment, OptionValue, Outcome, Property, Protocol,
    Request as _, Witness,
};

use super::properties::PROPERTIES;
use super::{
    Ballot, Bid, Config, Disk, Ghost, Message, Paxos, Phase, Proposal, Request, Roster, Timer,
};

const S1: Place = Place::server(0);
const S2: Place = Place::server(1);
const S3: Place = Place::server(2);
const C1: Place = Place::client(0);

fn ballot(round: u64, by: Place) -> Ballot {
    Ballot::of(round, by)
}

fn proposal(round: u64, by: Place, value: &str) -> Proposal {
    Proposal { ballot: ballot(round, by), value: value.into() }
}

fn server(me: Place) -> Paxos {
    server_with(me, &Config::default(), &Disk::default())
}

fn server_with(me: Place, config: &Config, disk: &Disk) -> Paxos {
    Paxos::boot(me, &Places::cluster(3), config, disk, &mut Effects::new())
}

/// What the server asks for, but for its remarks and its timers.
fn step(paxos: &mut Paxos, input: Input<Paxos>) -> Vec<Effect<Paxos>> {
    let mut fx = Effects::new();
    fx.start(ClockReading::default());
    paxos.step(input, &mut fx);
    let effects = fx.drain().map(|(effect, _)| effect);
    let seen = |effect: &Effect<Paxos>| {
        !matches!(effect, Effect::Note(_) | Effect::SetTimer { .. } | Effect::CancelTimer(_))
    };
    effects.filter(seen).collect()
}

fn receive(paxos: &mut Paxos, from: Place, message: Message) -> Vec<Effect<Paxos>> {
    step(paxos, Input::Message { from, message })
}

fn request(paxos: &mut Paxos, text: &str) -> Vec<Effect<Paxos>> {
    let request: Request = text.parse().unwrap();
    step(paxos, Input::Request { from: C1, seq: 1, request })
}

/// The disk has written all that it was given.
fn saved(paxos: &mut Paxos) -> Vec<Effect<Paxos>> {
    let disk = paxos.saved.clone();
    step(paxos, Input::Saved(disk))
}

fn sent(effects: &[Effect<Paxos>]) -> Vec<(Place, Message)> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send { to, message } => Some((*to, (**message).clone())),
        _ => None,
    });
    sent.collect()
}

fn told(effects: &[Effect<Paxos>]) -> Vec<String> {
    let told = effects.iter().filter_map(|effect| match effect {
        Effect::Reply { outcome, .. } => Some(outcome.told().to_string()),
        _ => None,
    });
    told.collect()
}

#[test]
fn a_promise_leaves_after_it_is_written() {
    let mut paxos = server(S2);
    let effects = receive(&mut paxos, S1, Message::Prepare { ballot: ballot(1, S1) });
    let [Effect::Persist(disk), Effect::Send { to: S1, message }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(disk.promised, Some(ballot(1, S1)));
    assert_eq!(**message, Message::Promise { ballot: ballot(1, S1), accepted: None });
    // The same once more: the same answer, and nothing to write.
    let again = receive(&mut paxos, S1, Message::Prepare { ballot: ballot(1, S1) });
    assert_eq!(sent(&again).len(), 1);
    assert_eq!(again.len(), 1);
}

#[test]
fn a_promise_never_tells_of_its_own_ballot() {
    let mut paxos = server(S2);
    receive(&mut paxos, S1, Message::Prepare { ballot: ballot(1, S1) });
    receive(&mut paxos, S1, Message::Accept(proposal(1, S1, "red")));
    let late = receive(&mut paxos, S1, Message::Prepare { ballot: ballot(1, S1) });
    assert_eq!(late, [], "a copy that comes late says nothing new");
    let mut paxos = server(S2);
    request(&mut paxos, "accept 1 red");
    let refused = "S2 has accepted at ballot 1.C1 already: a ballot is promised before, not after";
    assert_eq!(told(&request(&mut paxos, "prepare 1")), [refused]);
}

#[test]
fn what_is_below_the_promise_is_refused_with_the_promise() {
    let mut paxos = server(S2);
    receive(&mut paxos, S3, Message::Prepare { ballot: ballot(2, S3) });
    let refused = |ballot| Message::Refused { ballot, promised: Ballot::of(2, S3) };
    let low = ballot(2, S1);
    let effects = receive(&mut paxos, S1, Message::Prepare { ballot: low });
    assert_eq!(effects, [Effect::Send { to: S1, message: refused(low).into() }]);
    let effects = receive(&mut paxos, S1, Message::Accept(proposal(2, S1, "red")));
    assert_eq!(effects, [Effect::Send { to: S1, message: refused(low).into() }]);
    assert_eq!(paxos.memory.accepted, None);
}

#[test]
fn accepting_needs_no_promise_of_its_own_and_sets_all_three_fields() {
    let mut paxos = server(S2);
    let effects = receive(&mut paxos, S1, Message::Accept(proposal(3, S1, "red")));
    let Effect::Persist(disk) = &effects[0] else { panic!("{effects:?}") };
    assert_eq!(disk.promised, Some(ballot(3, S1)));
    assert_eq!(disk.accepted, Some(proposal(3, S1, "red")));
    let accepted = Message::Accepted(proposal(3, S1, "red"));
    assert_eq!(sent(&effects), [(S1, accepted.clone()), (S3, accepted)]);
}

#[test]
fn a_proposer_counts_itself_once_its_promise_is_on_disk() {
    let mut paxos = server(S1);
    let effects = request(&mut paxos, "propose red");
    let prepare = Message::Prepare { ballot: ballot(1, S1) };
    assert!(matches!(effects[0], Effect::Persist(_)));
    assert_eq!(sent(&effects), [(S2, prepare.clone()), (S3, prepare)]);
    let promise = Message::Promise { ballot: ballot(1, S1), accepted: None };
    assert_eq!(receive(&mut paxos, S2, promise.clone()), []);
    assert_eq!(receive(&mut paxos, S2, promise), [], "the same acceptor twice is one");
    let effects = saved(&mut paxos);
    let accept = Message::Accept(proposal(1, S1, "red"));
    assert_eq!(sent(&effects).iter().filter(|(_, message)| *message == accept).count(), 2);
}

#[test]
fn the_value_of_the_highest_ballot_is_adopted() {
    let mut paxos = server(S1);
    paxos.memory.round = 6;
    request(&mut paxos, "propose red");
    let promise = |accepted| Message::Promise { ballot: ballot(7, S1), accepted };
    receive(&mut paxos, S2, promise(Some(proposal(2, S2, "old"))));
    let effects = receive(&mut paxos, S3, promise(Some(proposal(5, S3, "new"))));
    let accept = Message::Accept(proposal(7, S1, "new"));
    assert!(sent(&effects).contains(&(S2, accept)));
    // A promise that comes later changes nothing: there is one value to a ballot.
    let later = sent(&saved(&mut paxos));
    assert!(!later.iter().any(|(_, message)| matches!(message, Message::Accept(_))), "{later:?}");
}

#[test]
fn an_answer_to_an_earlier_ballot_says_nothing() {
    let mut paxos = server(S1);
    request(&mut paxos, "propose red");
    step(&mut paxos, Input::Timer(Timer::Retry));
    assert_eq!(paxos.bid.as_ref().unwrap().ballot, ballot(2, S1));
    for from in [S2, S3] {
        let old = Message::Promise { ballot: ballot(1, S1), accepted: None };
        assert_eq!(receive(&mut paxos, from, old), []);
    }
    let old = Message::Refused { ballot: ballot(1, S1), promised: ballot(9, S3) };
    receive(&mut paxos, S2, old);
    assert!(matches!(paxos.bid.as_ref().unwrap().phase, Phase::Prepare(_)));
}

#[test]
fn a_refusal_ends_the_ballot_and_the_next_is_above_what_stood_in_the_way() {
    let mut paxos = server(S1);
    request(&mut paxos, "propose red");
    receive(&mut paxos, S2, Message::Refused { ballot: ballot(1, S1), promised: ballot(5, S3) });
    assert_eq!(paxos.bid.as_ref().unwrap().phase, Phase::Pause);
    let effects = step(&mut paxos, Input::Timer(Timer::Retry));
    assert_eq!(sent(&effects)[0].1, Message::Prepare { ballot: ballot(6, S1) });
}

#[test]
fn a_ballot_is_never_used_twice() {
    let mut paxos = server(S1);
    request(&mut paxos, "propose red");
    let disk = paxos.saved.clone();
    let mut again = server_with(S1, &Config::default(), &disk);
    let effects = request(&mut again, "propose blue");
    assert_eq!(sent(&effects)[0].1, Message::Prepare { ballot: ballot(2, S1) });
}

#[test]
fn a_learner_needs_a_quorum_at_one_ballot() {
    let mut paxos = server(S3);
    receive(&mut paxos, S1, Message::Accepted(proposal(1, S1, "red")));
    receive(&mut paxos, S2, Message::Accepted(proposal(2, S2, "red")));
    assert_eq!(paxos.chosen, None, "one at each of two ballots");
    receive(&mut paxos, S1, Message::Accepted(proposal(2, S2, "red")));
    assert_eq!(paxos.chosen, Some(Text::from("red")));
    let effects = receive(&mut paxos, S1, Message::Ask { heard: None });
    assert_eq!(sent(&effects), [(S1, Message::Decided { value: "red".into() })]);
    assert_eq!(told(&request(&mut paxos, "propose blue")), ["chosen: \"red\""]);
    // A value stands between quotes as it was typed.
    let mut paxos = server(S1);
    assert_eq!(
        told(&request(&mut paxos, r"accept 1 a\b'c")),
        [r#"accepted: number=1, value="a\b'c""#]
    );
    assert_eq!(
        told(&request(&mut paxos, "prepare 2")),
        [r#"promise: number=2, value="a\b'c", accepted=1.C1"#]
    );
}

#[test]
fn an_acceptor_that_repeats_itself_is_one() {
    let mut paxos = server(S3);
    receive(&mut paxos, S2, Message::Accepted(proposal(2, S2, "red")));
    receive(&mut paxos, S2, Message::Accepted(proposal(2, S2, "red")));
    assert_eq!(paxos.chosen, None);
}

#[test]
fn a_learner_counts_its_own_acceptance_once_it_is_on_disk() {
    let mut paxos = server(S2);
    receive(&mut paxos, S1, Message::Accept(proposal(1, S1, "red")));
    receive(&mut paxos, S1, Message::Accepted(proposal(1, S1, "red")));
    assert_eq!(paxos.chosen, None, "its own is not written yet");
    saved(&mut paxos);
    assert_eq!(paxos.chosen, Some("red".into()));
}

#[test]
fn a_proposer_counts_its_own_promise_once_that_very_one_is_on_disk() {
    let mut paxos = server(S1);
    receive(&mut paxos, S2, Message::Prepare { ballot: ballot(1, S2) });
    let earlier = paxos.saved.clone();
    request(&mut paxos, "propose red");
    let ballot = ballot(2, S1);
    receive(&mut paxos, S2, Message::Promise { ballot, accepted: None });
    step(&mut paxos, Input::Saved(earlier));
    assert!(matches!(paxos.bid.as_ref().unwrap().phase, Phase::Prepare(_)), "an earlier write");
    saved(&mut paxos);
    assert!(matches!(paxos.bid.as_ref().unwrap().phase, Phase::Accept(..)));
}

#[test]
fn whoever_asks_tells_what_it_has_accepted_itself() {
    let mut paxos = server(S2);
    receive(&mut paxos, S1, Message::Accept(proposal(1, S1, "red")));
    let effects = step(&mut paxos, Input::Timer(Timer::Ask));
    let asked = Message::Ask { heard: Some(proposal(1, S1, "red")) };
    assert_eq!(sent(&effects).iter().filter(|(_, message)| *message == asked).count(), 2);
    assert_eq!(paxos.wish, Some("red".into()), "and finishes it, if nobody else does");
}

#[test]
fn the_service_answers_a_client_that_plays_the_proposer() {
    let mut paxos = server(S1);
    assert_eq!(told(&request(&mut paxos, "prepare 1")), ["promise: number=1, value=None"]);
    assert_eq!(
        told(&request(&mut paxos, "accept 1 update")),
        ["accepted: number=1, value=\"update\""]
    );
    assert_eq!(
        told(&request(&mut paxos, "prepare 2")),
        ["promise: number=2, value=\"update\", accepted=1.C1"]
    );
    assert_eq!(
        told(&request(&mut paxos, "accept 1 other")),
        ["S1 has promised C1 to accept nothing below ballot 2.C1: 1.C1 is too low"]
    );
    assert_eq!(told(&request(&mut paxos, "accept 2 red")), ["accepted: number=2, value=\"red\""]);
    assert_eq!(
        told(&request(&mut paxos, "accept 2 blue")),
        ["S1 has accepted “red” at ballot 2.C1, and no ballot has two values"]
    );
    let config = Config { acceptors: Roster::read("S2").unwrap(), ..Config::default() };
    let mut other = server_with(S1, &config, &Disk::default());
    assert_eq!(told(&request(&mut other, "prepare 1")), ["S1 is no acceptor"]);
}

#[test]
fn whoever_is_no_proposer_sends_the_client_on() {
    let config = Config { proposers: Roster::read("S2").unwrap(), ..Config::default() };
    let mut paxos = server_with(S3, &config, &Disk::default());
    let effects = request(&mut paxos, "propose red");
    assert_eq!(effects, [Effect::Reply { to: C1, seq: 1, outcome: Outcome::Redirect(Some(S2)) }]);
    assert!("prepare 1".parse::<Request>().unwrap().stays());
    assert!(!"propose red".parse::<Request>().unwrap().stays());
}

#[test]
fn requests_and_roles_print_and_parse() {
    for text in ["propose update", "prepare 1", "accept 1000000 update"] {
        assert_eq!(text.parse::<Request>().unwrap().to_string(), text);
    }
    for wrong in [
        "",
        "prepare",
        "prepare 0",
        "prepare -1",
        "prepare 1000001",
        "prepare one",
        "accept 1",
        "accept 1 a b",
        "propose",
        "propose a b",
    ] {
        assert!(wrong.parse::<Request>().is_err(), "{wrong}");
    }
    let check = |text: &str| {
        let config = Config { acceptors: Roster::read(text).unwrap(), ..Config::default() };
        config.check(3).map_err(|why| why.to_string())
    };
    assert_eq!(check("S1,S3"), Ok(()));
    assert_eq!(check("S1,S4"), Err("acceptors=S1,S4: there is no S4 among 3 servers.".into()));
    assert!(Roster::read("S1,S1").is_err());
    assert!(Roster::read("").is_err());
}

// ---- properties -----------------------------------------------------------------------------

/// Three servers and those who watch them.
struct Watch {
    replicas: Vec<Option<Paxos>>,
    ghost: Ghost,
}

impl Watch {
    fn new() -> Watch {
        let mut watch = Watch { replicas: vec![None, None, None], ghost: Ghost::default() };
        let request: Request = "propose red".parse().unwrap();
        watch.ghost.overhear(0, C1, &request, None);
        [S1, S2, S3].into_iter().for_each(|node| watch.sees(server(node)));
        watch
    }

    fn sees(&mut self, paxos: Paxos) {
        self.sees_at(Moment { event: 0, at: Time::ZERO, boot: false }, paxos);
    }

    fn sees_at(&mut self, moment: Moment, paxos: Paxos) {
        let node = paxos.me;
        self.ghost.witness(node, &paxos, moment);
        self.replicas[node.index()] = Some(paxos);
    }

    /// The server has accepted this, and its disk has nothing of it yet.
    fn hands_to_disk(&mut self, node: Place, proposal: Proposal) {
        let mut paxos = self.replicas[node.index()].clone().unwrap();
        paxos.memory.promised = paxos.memory.promised.max(Some(proposal.ballot));
        paxos.memory.accepted = Some(proposal);
        paxos.saved = paxos.memory.clone();
        self.sees(paxos);
    }

    /// One sync has written all that the server has handed to its disk.
    fn syncs(&mut self, node: Place) {
        let mut paxos = self.replicas[node.index()].clone().unwrap();
        paxos.stored = paxos.saved.clone();
        self.sees(paxos);
    }

    /// The server has accepted this, and its disk has it.
    fn accepts(&mut self, node: Place, proposal: Proposal) {
        let mut paxos = self.replicas[node.index()].clone().unwrap();
        paxos.memory.promised = paxos.memory.promised.max(Some(proposal.ballot));
        paxos.memory.accepted = Some(proposal);
        paxos.stored = paxos.memory.clone();
        self.sees(paxos);
    }

    /// The server has promised this ballot, and its disk has it.
    fn promises(&mut self, node: Place, ballot: Ballot) {
        let mut paxos = self.replicas[node.index()].clone().unwrap();
        paxos.memory.promised = Some(ballot);
        paxos.stored.promised = Some(ballot);
        self.sees(paxos);
    }

    /// C1 asks this.
    fn hears(&mut self, request: &str) {
        self.ghost.overhear(0, C1, &request.parse().unwrap(), None);
    }

    fn proposes(&mut self, node: Place, proposal: Proposal) {
        let mut paxos = self.replicas[node.index()].clone().unwrap();
        let Proposal { ballot, value } = proposal;
        paxos.bid = Some(Bid { ballot, phase: Phase::Accept(value, Vec::new()) });
        self.sees(paxos);
    }

    fn holds(&self, name: &str, changed: Place) -> Result<(), String> {
        let property: &Property<Paxos> =
            PROPERTIES.iter().find(|property| property.name == name).unwrap();
        let cluster = Cluster {
            places: &Places::cluster(3),
            replicas: &self.replicas,
            ghost: &self.ghost,
            changed: Some(changed),
        };
        (property.holds)(&cluster).map_err(|breach| breach.why.to_string())
    }
}

#[test]
fn agreement_breaks_where_two_values_have_a_quorum() {
    let mut watch = Watch::new();
    watch.accepts(S1, proposal(1, S1, "red"));
    assert_eq!(watch.holds("A Value Is Chosen", S1), Err("nothing is chosen yet".into()));
    watch.accepts(S2, proposal(1, S1, "red"));
    assert_eq!(watch.holds("A Value Is Chosen", S2), Ok(()));
    watch.accepts(S3, proposal(2, S3, "blue"));
    assert_eq!(watch.holds("Agreement", S3), Ok(()));
    watch.accepts(S2, proposal(2, S3, "blue"));
    let why = "“red” is chosen at ballot 1.S1, and “blue” at ballot 2.S3";
    assert_eq!(watch.holds("Agreement", S2), Err(why.into()));
    assert_eq!(
        watch.holds("Validity", S2),
        Err("“blue” is chosen, but nobody has asked for it".into())
    );
}

#[test]
fn every_vote_counts_that_one_sync_brings_to_the_disk() {
    let mut watch = Watch::new();
    watch.hands_to_disk(S2, proposal(1, S1, "red"));
    watch.hands_to_disk(S2, proposal(2, S3, "blue"));
    watch.accepts(S1, proposal(1, S1, "red"));
    assert_eq!(watch.holds("A Value Is Chosen", S1), Err("nothing is chosen yet".into()));
    watch.syncs(S2);
    assert_eq!(watch.holds("A Value Is Chosen", S2), Ok(()), "red, at 1.S1");
    watch.accepts(S3, proposal(2, S3, "blue"));
    let why = "“red” is chosen at ballot 1.S1, and “blue” at ballot 2.S3";
    assert_eq!(watch.holds("Agreement", S3), Err(why.into()));
}

#[test]
fn a_vote_that_a_crash_has_lost_does_not_count() {
    let mut watch = Watch::new();
    watch.accepts(S1, proposal(1, S1, "red"));
    watch.hands_to_disk(S2, proposal(1, S1, "red"));
    watch.sees_at(Moment { event: 0, at: Time::ZERO, boot: true }, server(S2));
    watch.syncs(S2);
    watch.accepts(S2, proposal(2, S3, "blue"));
    assert_eq!(watch.holds("A Value Is Chosen", S2), Err("nothing is chosen yet".into()));
}

#[test]
fn agreement_breaks_where_a_learner_learns_what_nobody_chose() {
    let mut watch = Watch::new();
    watch.accepts(S1, proposal(1, S1, "red"));
    let mut hasty = watch.replicas[2].clone().unwrap();
    hasty.chosen = Some("red".into());
    watch.sees(hasty);
    let why = "S3 has learnt “red”, but nothing is chosen";
    assert_eq!(watch.holds("Agreement", S3), Err(why.into()));
}

#[test]
fn agreement_breaks_where_a_learner_errs() {
    let mut watch = Watch::new();
    watch.accepts(S1, proposal(1, S1, "red"));
    watch.accepts(S2, proposal(1, S1, "red"));
    let mut wrong = watch.replicas[2].clone().unwrap();
    wrong.chosen = Some("blue".into());
    watch.sees(wrong);
    let why = "S3 has learnt “blue”, but “red” is chosen";
    assert_eq!(watch.holds("Agreement", S3), Err(why.into()));
}

#[test]
fn the_client_is_named_that_proposes_without_promises() {
    let mut watch = Watch::new();
    watch.accepts(S1, proposal(1, S1, "red"));
    watch.accepts(S2, proposal(1, S1, "red"));
    watch.hears("accept 9 green");
    let why = "C1 proposes “green” at ballot 9.C1, but “red” has been chosen at ballot 1.S1, or may still be; \
               C1 has proposed “green” at ballot 9.C1 without the promises of a quorum";
    assert_eq!(watch.holds("Proposals Are Safe", S2), Err(why.into()));
    let of_client = Proposal { ballot: Ballot::of(9, C1), value: "green".into() };
    watch.accepts(S2, of_client.clone());
    watch.accepts(S3, of_client);
    let why = "“red” is chosen at ballot 1.S1, and “green” at ballot 9.C1; \
               C1 has proposed “green” at ballot 9.C1 without the promises of a quorum";
    assert_eq!(watch.holds("Agreement", S3), Err(why.into()));
}

#[test]
fn a_server_that_adopts_what_a_rash_client_brought_in_is_not_to_blame() {
    let mut watch = Watch::new();
    watch.hears("accept 5 blue");
    assert_eq!(watch.holds("Proposals Are Safe", S1), Ok(()), "nothing else is accepted");
    watch.accepts(S3, Proposal { ballot: Ballot::of(5, C1), value: "blue".into() });
    watch.accepts(S1, proposal(1, S1, "red"));
    watch.accepts(S2, proposal(1, S1, "red"));
    watch.promises(S3, ballot(6, S3));
    watch.promises(S2, ballot(6, S3));
    watch.proposes(S3, proposal(6, S3, "blue"));
    let why = watch.holds("Proposals Are Safe", S3).unwrap_err();
    let client = "; C1 has proposed “blue” at ballot 5.C1 without the promises of a quorum";
    assert!(why.starts_with("S3 proposes “blue” at ballot 6.S3") && why.ends_with(client), "{why}");
}

#[test]
fn a_client_that_keeps_to_the_rules_is_not_blamed() {
    let mut watch = Watch::new();
    watch.promises(S1, Ballot::of(9, C1));
    watch.promises(S2, Ballot::of(9, C1));
    watch.hears("accept 9 green");
    watch.hears("accept 9 green");
    for name in ["Proposals Are Safe", "One Value Per Ballot"] {
        assert_eq!(watch.holds(name, S2), Ok(()));
    }
    // Two flawed acceptors accept below their promise: that is not the client's fault.
    watch.accepts(S2, Proposal { ballot: Ballot::of(9, C1), value: "green".into() });
    watch.accepts(S3, Proposal { ballot: Ballot::of(9, C1), value: "green".into() });
    watch.accepts(S1, proposal(1, S1, "red"));
    watch.accepts(S2, proposal(1, S1, "red"));
    let why = "“green” is chosen at ballot 9.C1, and “red” at ballot 1.S1";
    assert_eq!(watch.holds("Agreement", S2), Err(why.into()));
}

#[test]
fn one_value_per_ballot_breaks_where_a_client_proposes_two() {
    let mut watch = Watch::new();
    watch.hears("accept 9 green");
    watch.hears("accept 8 red");
    assert_eq!(watch.holds("One Value Per Ballot", S1), Ok(()));
    watch.hears("accept 9 black");
    let why = "C1 has proposed both “green” and “black” at ballot 9.C1";
    assert_eq!(watch.holds("One Value Per Ballot", S1), Err(why.into()));
}

#[test]
fn one_value_per_ballot_breaks_where_a_server_proposes_two() {
    let mut watch = Watch::new();
    watch.proposes(S1, proposal(1, S1, "red"));
    assert_eq!(watch.holds("One Value Per Ballot", S1), Ok(()));
    watch.proposes(S1, proposal(1, S1, "blue"));
    let why = "S1 has proposed both “red” and “blue” at ballot 1.S1";
    assert_eq!(watch.holds("One Value Per Ballot", S1), Err(why.into()));
}

#[test]
fn proposals_are_unsafe_where_another_value_is_chosen_or_may_be() {
    let mut watch = Watch::new();
    watch.accepts(S1, proposal(1, S1, "red"));
    watch.promises(S3, ballot(2, S3));
    // S1 has accepted red, S2 has promised nothing higher: red may still be chosen.
    watch.proposes(S3, proposal(2, S3, "blue"));
    let why = "S3 proposes “blue” at ballot 2.S3, but “red” has been chosen at ballot 1.S1, or may still be";
    assert_eq!(watch.holds("Proposals Are Safe", S3), Err(why.into()));

    let mut watch = Watch::new();
    watch.accepts(S1, proposal(1, S1, "red"));
    watch.promises(S2, ballot(2, S3));
    watch.promises(S3, ballot(2, S3));
    watch.proposes(S3, proposal(2, S3, "blue"));
    assert_eq!(watch.holds("Proposals Are Safe", S3), Ok(()), "a quorum has promised");
}

#[test]
fn a_server_proposes_nothing_without_the_promises_of_a_quorum() {
    let mut watch = Watch::new();
    watch.promises(S3, ballot(1, S3));
    let mut promised = watch.replicas[1].clone().unwrap();
    promised.memory.promised = Some(ballot(1, S3));
    watch.sees(promised);
    watch.proposes(S3, proposal(1, S3, "blue"));
    let why = "S3 proposes “blue” at ballot 1.S3, but no quorum has promised it that ballot";
    assert_eq!(watch.holds("Proposals Are Safe", S3), Err(why.into()), "S2's is not on disk");
}

#[test]
fn what_is_chosen_is_remembered_however_long_a_duel_lasts() {
    let mut watch = Watch::new();
    watch.accepts(S1, proposal(1, S1, "red"));
    watch.accepts(S2, proposal(1, S1, "red"));
    watch.promises(S2, ballot(1_000, S3));
    watch.promises(S3, ballot(1_000, S3));
    for round in 2..200 {
        watch.accepts(S3, proposal(round, S3, &format!("v{round}")));
    }
    watch.accepts(S3, proposal(1, S1, "red"));
    watch.proposes(S3, proposal(1_000, S3, "blue"));
    let why = "S3 proposes “blue” at ballot 1000.S3, but “red” has been chosen at ballot 1.S1, or may still be";
    assert_eq!(watch.holds("Proposals Are Safe", S3), Err(why.into()));
}

#[test]
fn ballots_are_out_of_order_where_more_is_accepted_than_promised() {
    let mut watch = Watch::new();
    let mut wrong = server(S1);
    wrong.memory.accepted = Some(proposal(2, S2, "red"));
    watch.sees(wrong);
    let why = "S1 has accepted at ballot 2.S2, but has promised only –";
    assert_eq!(watch.holds("Ballots Are Ordered", S1), Err(why.into()));
}

#[test]
fn everybody_learns_once_all_learners_know() {
    let mut watch = Watch::new();
    assert_eq!(watch.holds("Everybody Learns", S1), Err("nothing is chosen yet".into()));
    watch.accepts(S1, proposal(1, S1, "red"));
    watch.accepts(S2, proposal(1, S1, "red"));
    for (node, next) in [(S1, Some("S2")), (S2, Some("S3")), (S3, None)] {
        let mut paxos = watch.replicas[node.index()].clone().unwrap();
        paxos.chosen = Some("red".into());
        watch.sees(paxos);
        let lacks = next.map(|next| format!("{next} has not learnt that “red” is chosen"));
        assert_eq!(watch.holds("Everybody Learns", node).err(), lacks);
    }
}
