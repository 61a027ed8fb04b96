//! Histories as text, and the checker against a search through all orders.

use proptest::prelude::*;

use super::*;
use crate::base::{Chance, Place};
use crate::check::{DONE, not_set};

mod compared;
mod drawn;
mod search;

use drawn::{Draw, DrawnRun, any_draws, nonsense, nonsense_of};
use search::linearizable;

/// A history with its judge.
#[derive(Clone, Default)]
struct Judged {
    history: History,
    judge: Linearizability,
}

impl Judged {
    fn ask(&mut self, client: Place, operation: &Operation) {
        self.history.give_up(client, 1);
        self.history.call(client, 1, operation.clone(), 0);
        self.judge.follow(&self.history);
    }

    fn told(&mut self, client: Place, answer: &str, event: u64) {
        self.history.answer(client, 1, answer.into(), event);
        self.judge.follow(&self.history);
    }

    fn give_up(&mut self, client: Place) {
        self.history.give_up(client, 1);
        self.judge.follow(&self.history);
    }

    fn verdict(&self) -> Result<(), Breach> {
        self.judge.verdict()
    }
}

fn operation(text: &str) -> Operation {
    match text.split_once(' ').expect("put or get") {
        ("put", pair) => {
            let (key, value) = pair.split_once('=').expect("put KEY=VALUE");
            Operation::Put { key: key.into(), value: value.into() }
        }
        ("cas", words) => {
            let words: Vec<&str> = words.split(' ').collect();
            let [key, expected, new] = words[..] else { panic!("cas KEY EXPECTED VALUE") };
            Operation::Cas { key: key.into(), expected: expected.into(), new: new.into() }
        }
        (_, key) => Operation::Get { key: key.into() },
    }
}

/// Judges a history, one event after the other:
///
/// - `1 put x=1`: a client asks;
/// - `1 < ok`: it is told;
/// - `1 gives up`.
///
/// They are events, numbered from 1.
fn history(text: &str) -> Judged {
    let mut history = Judged::default();
    for (number, event) in (1..).zip(text.split(", ").filter(|event| !event.is_empty())) {
        let (client, what) = event.split_once(' ').unwrap();
        let client = Place::client(client.parse::<u16>().unwrap() - 1);
        match what.strip_prefix("< ") {
            Some(answer) => history.told(client, answer, number),
            None if what == "gives up" => history.give_up(client),
            None => history.ask(client, &operation(what)),
        }
    }
    history
}

fn holds(text: &str) {
    assert_eq!(history(text).verdict(), Ok(()), "{text}");
}

/// All that comes before the last event must hold; it does not; `possible` does.
#[track_caller]
fn breaks(text: &str, possible: &str) {
    let (before, last) = text.rsplit_once(", ").unwrap();
    holds(before);
    let told = history(text).verdict().expect_err(text).why.to_string();
    assert!(told.ends_with(&format!("could have been told: {possible}")), "{text}: {told}");
    let (client, _) = last.split_once(" < ").unwrap();
    for answer in possible.split(", ") {
        holds(&format!("{before}, {client} < {answer}"));
    }
}

#[test]
fn one_client_reads_what_it_wrote() {
    holds("");
    holds(
        "1 get x, 1 < no value, 1 put x=1, 1 < ok, 1 get x, 1 < 1, 1 put x=2, 1 < ok, 1 get x, 1 < 2",
    );
    breaks("1 put x=1, 1 < ok, 1 get x, 1 < no value", "1");
    breaks("1 put x=1, 1 < ok, 1 put x=2, 1 < ok, 1 get x, 1 < 1", "2");
    breaks("1 get x, 1 < 1", "no value");
}

#[test]
fn a_verdict_is_one_sentence() {
    let history = history("1 put x=1, 1 < ok, 2 put x=2, 3 get x, 3 < 7");
    assert_eq!(
        history.verdict().unwrap_err().why.to_string(),
        "C3 asked “get x” and was told “7”, which no order of the requests explains; \
         it could have been told: 1, 2"
    );
    let values = |count: u16| -> BTreeSet<Text> {
        (1..=count).map(|value| Text::from(value.to_string())).collect()
    };
    assert_eq!(list(values(8)), "1, 2, 3, 4, 5, 6, 7, 8");
    assert_eq!(list(values(9)), "1, 2, 3, 4, 5, 6, 7, 8, …");
}

#[test]
fn a_verdict_names_the_requests_that_show_it_and_no_others() {
    let needs = |text: &str, needed: &str| {
        let told = history(text).verdict().unwrap_err().why.to_string();
        let (_, rest) = told.split_once("these requests explains: ").expect(text);
        assert_eq!(rest.split_once(';').map(|(needed, _)| needed), Some(needed), "{text}");
    };
    let busy: String = (10..300)
        .map(|n| format!("3 put x={n}, 2 get y, 3 < ok, 2 < no value, 3 get x, 3 < {n}, "))
        .collect();
    let stale = "1 put x=1, 1 < ok, 2 put x=2, 2 < ok, 2 get x, 2 < 2, 2 get x, 2 < 1";
    needs(&format!("{busy}{stale}"), "C1 put x=1, C2 put x=2");
    needs(&format!("1 put x=1, 1 < ok, {busy}1 get x, 1 < 1"), "C1 put x=1, C3 put x=299");
    // Two reads that cannot both be right: the write in question is still open.
    needs("1 put x=1, 2 get x, 2 < 1, 3 get x, 3 < no value", "C1 put x=1, C2 get x → 1");
}

#[test]
fn open_requests_stand_in_either_order() {
    for answer in ["no value", "1"] {
        holds(&format!("1 put x=1, 2 get x, 2 < {answer}, 1 < ok, 2 get x, 2 < 1"));
    }
    // Herlihy and Wing's own examples, as registers.
    holds("1 put x=0, 2 put x=1, 1 < ok, 2 < ok, 1 get x, 1 < 1, 2 get x, 2 < 1");
    holds("1 put x=0, 2 put x=1, 1 < ok, 2 < ok, 1 get x, 1 < 0, 2 get x, 2 < 0");
    breaks("1 put x=0, 2 put x=1, 1 < ok, 2 < ok, 1 get x, 1 < 0, 2 get x, 2 < 1", "0");
    breaks("1 put x=0, 1 < ok, 2 put x=1, 1 get x, 1 < 1, 1 get x, 1 < 0", "1");
}

#[test]
fn two_reads_agree_on_the_order() {
    let open = "1 put x=0, 1 < ok, 1 put x=1, 2 get x, 2 < 1";
    holds(&format!("{open}, 3 get x, 3 < 1"));
    breaks(&format!("{open}, 3 get x, 3 < 0"), "1");
    // Had the second been asked before the first was answered, it might have been the first.
    holds("1 put x=0, 1 < ok, 1 put x=1, 2 get x, 3 get x, 2 < 1, 3 < 0");
    let open = "1 put x=1, 2 put x=2, 3 get x, 3 < 1, 3 get x, 3 < 2";
    breaks(&format!("{open}, 3 get x, 3 < 1"), "2");
    breaks(&format!("{open}, 1 < ok, 2 < ok, 3 get x, 3 < 1"), "2");
}

#[test]
fn a_stale_read_is_found() {
    breaks("1 put x=1, 1 < ok, 1 put x=2, 1 < ok, 2 get x, 2 < 1", "2");
    breaks("1 put x=1, 1 < ok, 2 get x, 2 < no value", "1");
    breaks("1 put x=1, 1 < ok, 1 put x=2, 3 get x, 3 < 2, 2 get x, 1 < ok, 2 < 1", "2");
}

/// The answer that does not go with the read's: one that was given before the read was asked.
#[test]
fn what_a_stale_read_contradicts_came_before_it() {
    for (text, event) in [
        ("1 put x=1, 1 < ok, 1 put x=2, 1 < ok, 2 get x, 2 < 1", 4),
        ("1 put x=1, 1 < ok, 2 get x, 2 < no value", 2),
        ("1 put x=1, 1 < ok, 1 put x=2, 3 get x, 3 < 2, 2 get x, 1 < ok, 2 < 1", 5),
    ] {
        assert_eq!(history(text).verdict().unwrap_err().against, Some(event), "{text}");
    }
}

/// A read is judged by what it may have seen since its call, not by what is there at its answer.
#[test]
fn a_read_may_be_told_what_is_overwritten_by_now() {
    let all = "2 get x, 1 put x=1, 1 < ok, 1 put x=2, 1 < ok, 1 put x=3, 1 < ok";
    for answer in ["no value", "1", "2", "3"] {
        holds(&format!("{all}, 2 < {answer}"));
    }
    breaks(&format!("{all}, 3 get x, 2 < 1, 3 < 1"), "3");
    // Nobody says that the other write was overwritten, but it may have been.
    holds("1 put x=1, 2 put x=2, 3 get x, 1 < ok, 2 < ok, 4 get x, 4 < 2, 3 < 1");
    holds("1 put x=1, 2 put x=2, 3 get x, 1 < ok, 2 < ok, 4 get x, 4 < 1, 3 < 2");
    // It was so while the first read was open, and so before the second.
    holds("1 put x=1, 2 get x, 3 put x=2, 3 < ok, 4 get x, 4 < 2, 2 < 1, 1 < ok, 4 get x, 4 < 2");
    breaks(
        "1 put x=1, 3 put x=2, 3 < ok, 4 get x, 4 < 2, 2 get x, 2 < 1, 1 < ok, 4 get x, 4 < 2",
        "1",
    );
}

#[test]
fn a_write_may_be_overwritten_at_once() {
    let both = "1 put x=1, 2 put x=2, 2 < ok, 3 get x, 3 < 2";
    holds(&format!("{both}, 1 < ok, 3 get x, 3 < 2"));
    holds(&format!("{both}, 1 < ok, 3 get x, 3 < 1"));
    holds(&format!("{both}, 3 get x, 3 < 1, 1 < ok, 3 get x, 3 < 1"));
    // Asked after the other was answered, it is overwritten by nothing.
    breaks("2 put x=2, 2 < ok, 1 put x=1, 3 get x, 3 < 2, 1 < ok, 3 get x, 3 < 2", "1");
    breaks("3 get x, 2 put x=2, 2 < ok, 1 put x=1, 3 < 1, 4 get x, 4 < 2", "1");
    // It can't be both.
    breaks(&format!("{both}, 3 get x, 3 < 1, 3 get x, 3 < 2"), "1");
}

#[test]
fn each_key_is_judged_by_itself() {
    holds("1 put x=1, 1 < ok, 2 get y, 2 < no value, 2 put y=2, 2 < ok, 1 get x, 1 < 1");
    breaks("1 put x=1, 1 < ok, 1 put y=2, 1 < ok, 2 get y, 2 < 1", "2");
}

#[test]
fn a_write_that_is_given_up_may_take_effect_at_any_later_time() {
    let lost = "1 put x=1, 1 < ok, 2 put x=2, 2 gives up, 1 get x, 1 < 1, 2 get x, 2 < 1";
    holds(&format!("{lost}, 1 put x=3, 1 < ok, 1 get x, 1 < 3, 3 get x, 3 < 2, 1 get x, 1 < 2"));
    breaks(&format!("{lost}, 3 get x, 3 < 2, 1 get x, 1 < 1"), "2");
    // Once, that is.
    breaks(
        &format!("{lost}, 3 get x, 3 < 2, 1 put x=4, 1 < ok, 3 get x, 3 < 4, 3 get x, 3 < 2"),
        "4",
    );
    // The same value was given up twice.
    let twice = "2 put x=2, 2 gives up, 2 put x=2, 2 gives up, 1 put x=1, 1 < ok";
    let again = "3 get x, 3 < 2, 1 put x=1, 1 < ok";
    holds(&format!("{twice}, {again}, 3 get x, 3 < 2"));
    breaks(&format!("{twice}, {again}, {again}, 3 get x, 3 < 2"), "1");
    // It does not take effect before its call.
    breaks("2 put x=2, 2 < ok, 3 get x, 1 put x=1, 1 gives up, 3 < 1, 4 get x, 4 < 2", "1");
}

/// That a lost write has taken effect is of no use for the first answer, but for the second.
#[test]
fn a_write_that_was_of_no_use_is_so_for_a_later_answer() {
    let lost = "4 put x=2, 4 gives up, 4 put x=1, 1 get x, 2 get x, 4 gives up";
    holds(&format!("{lost}, 2 < 1, 1 < 2, 4 get x, 4 < 1"));
}

#[test]
fn a_read_that_is_given_up_says_nothing() {
    holds("1 put x=1, 1 < ok, 2 get x, 2 gives up, 2 < 7, 2 get x, 2 < 1");
}

#[test]
fn only_what_is_asked_is_answered() {
    holds("1 < 7, 1 get x, 1 < no value, 1 < 7, 2 < 7, 1 gives up");
    holds("1 put x=1, 1 < whatever, 2 get x, 2 < 1");
    // Who asks for something else waits no longer: that write stays open.
    holds("1 put x=1, 1 put x=2, 1 < ok, 2 get x, 2 < 2, 2 get x, 2 < 1");
}

#[test]
fn what_is_broken_stays_so() {
    let text = "1 put x=1, 1 < ok, 3 get x, 2 get x, 2 < 5";
    let later = history(&format!("{text}, 3 < 6, 1 get x, 1 < 7, 1 get y, 1 < no value"));
    assert_eq!(later.verdict(), history(text).verdict());
}

#[test]
fn copies_are_independent() {
    let mut history = history("1 put x=1, 1 < ok, 2 get x, 3 put x=2");
    let copy = history.clone();
    history.told(Place::client(1), "7", 0);
    assert!(history.verdict().is_err());
    assert_eq!(copy.verdict(), Ok(()));
    let mut copy = copy;
    copy.told(Place::client(1), "2", 0);
    assert_eq!(copy.verdict(), Ok(()));
}

/// Each of twenty reads is told what another of twenty writes wrote, while all are open. Then two reads
/// disagree on which write was the last.
#[test]
fn forty_open_requests_are_judged() {
    let each = |text: &dyn Fn(u16) -> String| (1..=20).map(text).collect::<String>();
    let calls = each(&|n| format!("{n} put x={n}, {} get x, ", n + 20));
    let answers = each(&|n| format!("{n} < ok, {} < {n}, ", n + 20));
    let all = format!("{calls}{answers}41 get x, 41 < 5, 42 get x, 42 < ");
    holds(&format!("{all}5"));
    let judged = history(&format!("{all}7"));
    let told = judged.verdict().unwrap_err().why.to_string();
    assert_eq!(
        told,
        "C42 asked “get x” and was told “7”, which no order of these requests explains: \
         C5 put x=5, C7 put x=7, C41 get x → 5; it could have been told: 5"
    );
    assert_eq!(judged.judge.unjudged().count(), 0);
}

// ---- how large it grows ----------------------------------------------------------------------

/// What is known after a history that is judged to its end.
fn weight(text: &str) -> usize {
    let history = history(text);
    assert_eq!(history.verdict(), Ok(()));
    assert_eq!(history.judge.unjudged().count(), 0);
    history.judge.weight()
}

#[test]
fn many_writes_given_up_lead_to_few_states() {
    let mut text = "1 get x, 2 put x=a, 2 < ok".to_owned();
    for value in 0..60 {
        text += &format!(", 2 put x={value}, 2 gives up, 3 put x=b{value}, 3 < ok");
    }
    assert!(weight(&text) < 300, "{}", weight(&text));
    holds(&format!("{text}, 4 get x, 4 < 17, 1 < 18, 4 get x, 4 < 19, 5 get x, 5 < 59"));
    breaks(
        &format!("{text}, 4 put x=c, 4 < ok, 4 get x, 4 < 17, 1 < 18, 6 get z, 6 < 0"),
        "no value",
    );
}

#[test]
fn writes_given_up_with_one_value_count_as_one() {
    let lost = "2 put x=1, 2 gives up, ".repeat(20);
    let read = "1 put x=2, 1 < ok, 3 get x, 3 < 1, ".repeat(10);
    let weight = weight(&format!("{lost}{read}"));
    assert!(weight < 50, "{weight}");
}

#[test]
fn a_write_that_was_given_up_and_read_is_forgotten() {
    let weight = weight(&"2 put x=1, 2 gives up, 3 get x, 3 < 1, 1 put x=2, 1 < ok, ".repeat(99));
    assert!(weight < 150, "{weight}");
}

/// Each time the value may be that of the one write or of the other.
#[test]
fn a_state_that_can_do_less_is_left_out() {
    for either in ["2 put x=1, 2 gives up, 1 put x=1", "1 put x=1, 2 put x=1, 2 gives up"] {
        let round = format!("{either}, 3 get x, 3 < 1, 1 < ok, 3 put x=2, 3 < ok, ");
        let weight = weight(&round.repeat(30));
        assert!(weight < 150, "{weight}");
    }
}

#[test]
fn a_read_that_is_given_up_is_forgotten() {
    for round in ["1 get x, 1 gives up, ", "1 get x, "] {
        let weight = weight(&round.repeat(99));
        assert!(weight < 10, "{weight}");
    }
}

/// Whatever is over is forgotten.
#[test]
fn a_long_history_costs_no_more_than_a_short_one() {
    for seed in 0..10 {
        let most = most_of_a_long_run(seed, 1);
        assert!(most < 200, "{most}");
    }
}

/// Every eighth choice is to give up: some thousand writes of three values.
#[test]
fn a_long_history_of_writes_given_up_leads_to_few_states() {
    for seed in 0..10 {
        let most = most_of_a_long_run(seed, 0);
        assert!(most < 1_000, "{most}");
    }
}

/// The most that is known during a run of a real register with choices from `least` on.
fn most_of_a_long_run(seed: u64, least: u8) -> usize {
    let mut run = DrawnRun::default();
    let mut chance = Chance::new(seed, 1);
    let mut history = Judged::default();
    let mut most = 0;
    for _ in 0..10_000 {
        let mut draw = |below: u8| chance.below(below.into()) as u8;
        let choice = least + draw(8 - least);
        let draw = Draw { client: draw(3), choice, key: 0, value: draw(3), compares: false };
        if let Some(event) = run.step(draw, u32::MAX) {
            event.happens(&mut history);
        }
        assert_eq!(history.verdict(), Ok(()));
        assert_eq!(history.judge.unjudged().count(), 0);
        most = most.max(history.judge.weight());
    }
    assert!(run.asked > 2_000, "{}", run.asked);
    most
}

// ---- against a search through all orders -----------------------------------------------------

/// What of it is about this key.
fn of_key(events: &[Event], key: &str) -> Vec<Event> {
    let mut latest = BTreeMap::new();
    let mut kept = Vec::new();
    for event in events {
        let (Event::Ask(client, _) | Event::Told(client, _) | Event::GivesUp(client)) = event;
        if let Event::Ask(_, operation) = event {
            latest.insert(*client, &**operation.key() == key);
        }
        if latest[client] {
            kept.push(event.clone());
        }
    }
    kept
}

#[derive(Clone, Debug)]
enum Event {
    Ask(Place, Operation),
    Told(Place, Text),
    GivesUp(Place),
}

impl Event {
    fn happens(&self, history: &mut Judged) {
        match self {
            Event::Ask(client, request) => history.ask(*client, request),
            Event::Told(client, answer) => history.told(*client, answer, 0),
            Event::GivesUp(client) => history.give_up(*client),
        }
    }
}

const VALUES: [&str; 8] = [NO_VALUE, "1", "2", "3", "4", "5", "6", "7"];

/// After every event the verdict is that of the search; and what an answer could have been, if it
/// is wrong, is what the search could have explained.
fn check(events: &[Event]) -> Result<(), TestCaseError> {
    check_with(Linearizability::default(), events)
}

/// … by this judge.
fn check_with(judge: Linearizability, events: &[Event]) -> Result<(), TestCaseError> {
    let mut history = Judged { judge, ..Judged::default() };
    for (length, event) in (1..).zip(events) {
        event.happens(&mut history);
        let right = linearizable(&events[..length]);
        prop_assert_eq!(history.verdict().is_ok(), right, "{:#?}", &events[..length]);
        let Err(why) = history.verdict() else { continue };
        let Event::Told(client, _) = event else { panic!("only an answer can be wrong") };
        let mut instead = events[..length].to_vec();
        let possible = VALUES.into_iter().filter(|value| {
            instead[length - 1] = Event::Told(*client, (*value).into());
            linearizable(&instead)
        });
        let possible: BTreeSet<Text> = possible.map(Text::from).collect();
        let told = why.why.values.last().map(ToString::to_string);
        prop_assert_eq!(told, Some(list(&possible)), "{:#?}", &events[..length]);
        check_needed(&history, &events[..length])?;
        break;
    }
    Ok(())
}

/// What is said to show that the last answer is wrong does so by itself, and nothing of it can go,
/// unless a read that stays was told its value.
fn check_needed(history: &Judged, events: &[Event]) -> Result<(), TestCaseError> {
    let (mut asked, mut latest) = (0, BTreeMap::new());
    let mut numbers = Vec::new();
    let mut reads = BTreeMap::new();
    for event in events {
        let (Event::Ask(client, _) | Event::Told(client, _) | Event::GivesUp(client)) = event;
        if let Event::Ask(_, request) = event {
            asked += 1;
            latest.insert(*client, (asked, request.clone()));
        }
        let (number, request) = &latest[client];
        if let (Event::Told(_, answer), Operation::Get { .. }) = (event, request) {
            reads.insert(*number, answer.clone());
        }
        numbers.push((*number, request.clone()));
    }
    let (read, _) = numbers.last().expect("something was told");
    let broken = history.judge.broken.as_ref().expect("it is broken");
    let needed: BTreeSet<u64> = broken.operations.iter().copied().collect();
    prop_assert!(needed.contains(read), "{needed:?}");
    let only = |kept: &dyn Fn(u64) -> bool| {
        let kept = numbers.iter().zip(events).filter(|((number, _), _)| kept(*number));
        kept.map(|(_, event)| event.clone()).collect::<Vec<Event>>()
    };
    prop_assert!(!linearizable(&only(&|number| needed.contains(&number))), "{needed:?}");
    for gone in needed.iter().filter(|number| *number != read) {
        let request = &numbers.iter().find(|(number, _)| number == gone).expect("it was asked").1;
        let told = |value: &Text| {
            reads.iter().any(|(number, answer)| needed.contains(number) && answer == value)
        };
        let writes = match request {
            Operation::Put { value, .. } => Some(value.clone()),
            Operation::Delete { .. } => Some(NO_VALUE.into()),
            Operation::Get { .. } | Operation::Cas { .. } => None,
        };
        if writes.is_some_and(|value| told(&value)) {
            continue;
        }
        let fewer = only(&|number| number != *gone && needed.contains(&number));
        prop_assert!(linearizable(&fewer), "{gone} of {needed:?} can go");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    /// What is forgotten is found again in the history.
    #[test]
    fn a_judge_that_remembers_little_judges_the_same(draws in any_draws(), sense in any::<bool>()) {
        let forgetful = || Linearizability { remembers: 1, ..Linearizability::default() };
        check_with(forgetful(), &nonsense(&draws, 8, sense))?;
        let mut run = DrawnRun::default();
        let events: Vec<Event> = draws.iter().filter_map(|draw| run.step(*draw, 8)).collect();
        check_with(forgetful(), &events)?;
    }

    /// Where each value is written once, what must come before what is enough.
    #[test]
    fn what_must_come_before_what_settles_it(draws in any_draws(), sense in any::<bool>()) {
        let compares = draws.len() % 2 == 0;
        let draws: Vec<Draw> = draws.into_iter().map(|draw| Draw { compares, ..draw }).collect();
        let events = nonsense_of(&draws, 7, sense, &VALUES);
        for length in 1..=events.len() {
            let mut history = Judged::default();
            events[..length].iter().for_each(|event| event.happens(&mut history));
            let recording = Recording::of_key(&history.history, u64::MAX, "x");
            let decision = settle(Datum::of(NO_VALUE), &recording.all());
            let of_key: Vec<Event> = of_key(&events[..length], "x");
            let right = linearizable(&of_key);
            match decision {
                Decision::Yes(order) => {
                    prop_assert!(right, "{:#?}", of_key);
                    let initial = Register(Datum::of(NO_VALUE));
                    let along = Linearization::along(initial, Keeps::RealTime, &recording.all(), &order);
                    prop_assert!(along.is_some(), "{:#?}", of_key);
                }
                Decision::No => prop_assert!(!right, "{:#?}", of_key),
                Decision::TooMany => {
                    let deletes = |event: &Event| matches!(event, Event::Ask(_, Operation::Delete { .. }));
                    prop_assert!(of_key.iter().any(deletes), "each value is written once");
                }
            }
        }
    }

    #[test]
    fn any_answers_are_judged_as_a_search_would(draws in any_draws(), sense in any::<bool>()) {
        check(&nonsense(&draws, 8, sense))?;
    }

    #[test]
    fn a_real_register_holds_and_with_a_wrong_answer_is_judged_as_a_search_would(
        draws in any_draws(),
        place: prop::sample::Index,
        other in 0..4usize,
    ) {
        let mut run = DrawnRun::default();
        let mut events: Vec<Event> = draws.iter().filter_map(|draw| run.step(*draw, 8)).collect();
        prop_assert!(linearizable(&events));
        check(&events)?;
        let is_value = |event: &&mut Event| matches!(event, Event::Told(_, answer) if **answer != *"ok");
        let mut values: Vec<&mut Event> = events.iter_mut().filter(is_value).collect();
        if !values.is_empty() {
            let place = place.index(values.len());
            if let Event::Told(_, answer) = &mut *values[place] {
                *answer = VALUES[other].into();
            }
            check(&events)?;
        }
    }
}

/// Cases of each of the two tests above.
const CASES: u32 = 2_000;
