//! Histories as text, and the checker against a search through all orders.

use proptest::prelude::*;

use super::*;
use crate::base::{Chance, Place};
use crate::check::{DONE, not_set};

mod compared;
mod search;

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
    assert_eq!(list(&values(8)), "1, 2, 3, 4, 5, 6, 7, 8");
    assert_eq!(list(&values(9)), "1, 2, 3, 4, 5, 6, 7, 8, …");
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
    assert!(weight < 10, "{weight}");
}

/// Each time the value may be that of the one write or of the other.
#[test]
fn a_state_that_can_do_less_is_left_out() {
    for either in ["2 put x=1, 2 gives up, 1 put x=1", "1 put x=1, 2 put x=1, 2 gives up"] {
        let round = format!("{either}, 3 get x, 3 < 1, 1 < ok, 3 put x=2, 3 < ok, ");
        let weight = weight(&round.repeat(30));
        assert!(weight < 50, "{weight}");
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
        assert!(most < 100, "{most}");
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
    let mut run = Run::default();
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

#[test]
fn what_outgrows_the_limit_is_unknown_and_the_rest_is_judged() {
    let mut history = history("2 put y=1, 2 < ok");
    for value in 0..LIMIT {
        assert_eq!(history.judge.unjudged().count(), 0);
        history.ask(Place::client(0), &operation(&format!("put x={value}")));
        history.give_up(Place::client(0));
    }
    assert_eq!(history.judge.unjudged().map(|key| &**key).collect::<Vec<_>>(), ["x"]);
    let doubt = history.judge.doubt().expect("a sentence").to_string();
    assert!(doubt.starts_with("not seen to break, but no longer judged for x:"), "{doubt}");
    assert!(history.judge.weight() < 10);
    let read = |history: &mut Judged, request: &str, answer| {
        history.ask(Place::client(1), &operation(request));
        history.told(Place::client(1), answer, 0);
        history.verdict().is_ok()
    };
    assert!(read(&mut history, "get x", "nonsense"));
    assert!(!read(&mut history, "get y", "nonsense"));
}

// ---- against a search through all orders -----------------------------------------------------

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

const VALUES: [&str; 4] = [NO_VALUE, "1", "2", "3"];

/// After every event the verdict is that of the search; and what an answer could have been, if it
/// is wrong, is what the search could have explained.
fn check(events: &[Event]) -> Result<(), TestCaseError> {
    let mut history = Judged::default();
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
    let told = history.history.since(0).find(|told| told.number == *read).expect("it was asked");
    let needed = needed::needed(&history.history, told).into_iter();
    let mut needed: BTreeMap<u64, String> =
        needed.map(|other| (other.number, other.told)).collect();
    needed.insert(*read, String::new());
    let only = |kept: &dyn Fn(u64) -> bool| {
        let kept = numbers.iter().zip(events).filter(|((number, _), _)| kept(*number));
        kept.map(|(_, event)| event.clone()).collect::<Vec<Event>>()
    };
    prop_assert!(!linearizable(&only(&|number| needed.contains_key(&number))), "{needed:?}");
    for gone in needed.keys().filter(|number| *number != read) {
        let request = &numbers.iter().find(|(number, _)| number == gone).expect("it was asked").1;
        let told = |value: &Text| {
            reads.iter().any(|(number, answer)| needed.contains_key(number) && answer == value)
        };
        let writes = match request {
            Operation::Put { value, .. } => Some(value.clone()),
            Operation::Delete { .. } => Some(NO_VALUE.into()),
            Operation::Get { .. } | Operation::Cas { .. } => None,
        };
        if writes.is_some_and(|value| told(&value)) {
            continue;
        }
        let fewer = only(&|number| number != *gone && needed.contains_key(&number));
        prop_assert!(linearizable(&fewer), "{gone} of {needed:?} can go");
    }
    Ok(())
}

/// What happens next, by chance.
#[derive(Clone, Copy, Debug)]
struct Draw {
    client: u8,
    /// Below 8. At zero a client gives up.
    choice: u8,
    key: u8,
    value: u8,
    /// Half of the writes compare first.
    compares: bool,
}

impl Draw {
    fn client(self) -> Place {
        Place::client(self.client.into())
    }

    fn request(self) -> Operation {
        let key = Text::from(["x", "y"][usize::from(self.key)]);
        match self.choice % 2 {
            0 => Operation::Get { key },
            _ if self.compares && self.choice > 3 => Operation::Cas {
                key,
                expected: VALUES[usize::from(self.choice % 3) + 1].into(),
                new: VALUES[usize::from(self.value) + 1].into(),
            },
            _ if self.choice == 7 => Operation::Delete { key },
            _ => Operation::Put { key, value: VALUES[usize::from(self.value) + 1].into() },
        }
    }
}

fn draws(clients: u8, keys: u8, values: u8) -> impl Strategy<Value = Vec<Draw>> {
    let draw = (0..clients, 0..8u8, 0..keys, 0..values);
    let draw = draw.prop_map(|(client, choice, key, value)| Draw {
        client,
        choice,
        key,
        value,
        compares: false,
    });
    prop::collection::vec(draw, 0..40)
}

fn any_draws() -> impl Strategy<Value = Vec<Draw>> {
    (3..=4u8, 1..=2u8, 2..=3u8)
        .prop_flat_map(|(clients, keys, values)| draws(clients, keys, values))
}

/// Answers by chance. With `sense`, where one would be wrong, a right one is taken as often as not:
/// otherwise few histories would go on for long.
fn nonsense(draws: &[Draw], most: usize, sense: bool) -> Vec<Event> {
    let mut events = Vec::new();
    let mut open: BTreeMap<Place, Operation> = BTreeMap::new();
    let mut asked = 0;
    for draw in draws {
        let client = draw.client();
        match open.remove(&client) {
            None if asked < most => {
                asked += 1;
                open.insert(client, draw.request());
                events.push(Event::Ask(client, draw.request()));
            }
            None => {}
            Some(_) if draw.choice == 0 => events.push(Event::GivesUp(client)),
            Some(Operation::Put { .. } | Operation::Delete { .. }) => {
                events.push(Event::Told(client, "ok".into()))
            }
            Some(Operation::Cas { .. }) => {
                let last = events.len();
                let answers = VALUES.map(not_set).into_iter().chain([Text::from(DONE)]);
                let answers: Vec<Text> = answers.collect();
                events.push(Event::Told(client, answers[usize::from(draw.choice % 5)].clone()));
                for answer in answers {
                    if sense && draw.choice < 7 && !linearizable(&events) {
                        events[last] = Event::Told(client, answer);
                    }
                }
            }
            Some(Operation::Get { .. }) => {
                let last = events.len();
                events.push(Event::Told(client, VALUES[usize::from(draw.choice % 4)].into()));
                for value in VALUES {
                    if sense && draw.choice < 7 && !linearizable(&events) {
                        events[last] = Event::Told(client, value.into());
                    }
                }
            }
        }
    }
    events
}

/// A store with one copy of everything, and what its clients do.
#[derive(Default)]
struct Run {
    store: BTreeMap<Text, Text>,
    asked: u32,
    /// What each client waits for, and the answer once that has taken effect.
    open: BTreeMap<Place, (Operation, Option<Text>)>,
    /// Writes that were given up, and have not taken effect.
    adrift: Vec<Operation>,
}

impl Run {
    /// What a client notices of it, if anything. At most so many requests are asked.
    fn step(&mut self, draw: Draw, most: u32) -> Option<Event> {
        let client = draw.client();
        if draw.choice == 1 && !self.adrift.is_empty() {
            let late = self.adrift.remove(usize::from(draw.value) % self.adrift.len());
            self.execute(&late);
            return None;
        }
        match self.open.remove(&client) {
            None if self.asked < most => {
                self.asked += 1;
                self.open.insert(client, (draw.request(), None));
                Some(Event::Ask(client, draw.request()))
            }
            None => None,
            Some((request, answer)) if draw.choice == 0 => {
                self.adrift.extend(answer.is_none().then_some(request));
                Some(Event::GivesUp(client))
            }
            Some((request, None)) => {
                let answer = self.execute(&request);
                self.open.insert(client, (request, Some(answer)));
                None
            }
            Some((_, Some(answer))) => Some(Event::Told(client, answer)),
        }
    }

    fn execute(&mut self, request: &Operation) -> Text {
        match request {
            Operation::Put { key, value } => {
                self.store.insert(key.clone(), value.clone());
                "ok".into()
            }
            Operation::Get { key } => self.store.get(key).cloned().unwrap_or(NO_VALUE.into()),
            Operation::Delete { key } => {
                self.store.remove(key);
                "ok".into()
            }
            Operation::Cas { key, expected, new } => {
                let value = self.store.get(key).cloned().unwrap_or(NO_VALUE.into());
                match value == *expected {
                    true => {
                        self.store.insert(key.clone(), new.clone());
                        DONE.into()
                    }
                    false => not_set(&value),
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

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
        let mut run = Run::default();
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
const CASES: u32 = 10_000;
