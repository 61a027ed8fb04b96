//! All models against a judge that is slow and plain, with histories by chance.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::base::{Place, Text};

mod plain;

/// What happens next, by chance: who, what, of which key, and which answer.
type Draw = (u16, u8, u8, u8);

fn draws(most: usize) -> impl Strategy<Value = Vec<Draw>> {
    prop::collection::vec((0..3u16, 0..16u8, 0..2u8, 0..8u8), 0..most)
}

/// What clients do: each write has a value of its own, and a read is told any that was written to its key
/// so far, or nothing. With `sense`, mostly a late one. At most so many requests are asked.
fn history(draws: &[Draw], most: u64, sense: bool) -> History {
    let mut history = History::default();
    let mut open: BTreeMap<Place, (u64, Operation)> = BTreeMap::new();
    let mut written: BTreeMap<Text, Vec<Text>> = BTreeMap::new();
    let mut asked = 0;
    for (event, (client, choice, key, value)) in (1..).zip(draws) {
        let (client, key) = (Place::client(*client), Text::from(["x", "y"][usize::from(*key)]));
        let Some((own, operation)) = open.remove(&client) else {
            if asked < most {
                asked += 1;
                let operation = asks(*choice, key, asked, &written, *value);
                let values = written.entry(operation.key().clone()).or_default();
                match &operation {
                    Operation::Put { value, .. } | Operation::Cas { new: value, .. } => {
                        values.push(value.clone());
                    }
                    Operation::Delete { .. } => values.push(NO_VALUE.into()),
                    Operation::Get { .. } => {}
                }
                history.call(client, asked, operation.clone(), event);
                open.insert(client, (asked, operation));
            }
            continue;
        };
        let seen = seen(&written, operation.key(), *value, sense);
        match operation {
            _ if *choice == 0 => history.give_up(client, own),
            Operation::Get { .. } => history.answer(client, own, seen, event),
            Operation::Cas { .. } if choice % 3 == 1 => {
                history.answer(client, own, not_set(&seen), event);
            }
            _ => history.answer(client, own, DONE.into(), event),
        }
    }
    history
}

fn asks(
    choice: u8,
    key: Text,
    number: u64,
    written: &BTreeMap<Text, Vec<Text>>,
    value: u8,
) -> Operation {
    let new = Text::from(number.to_string());
    match choice {
        0..8 => Operation::Get { key },
        8..13 => Operation::Put { key, value: new },
        13 if value == 0 => Operation::Delete { key },
        _ => {
            let expected = seen(written, &key, value, true);
            match &*expected {
                NO_VALUE => Operation::Put { key, value: new },
                _ => Operation::Cas { key, expected, new },
            }
        }
    }
}

fn seen(written: &BTreeMap<Text, Vec<Text>>, key: &Text, value: u8, sense: bool) -> Text {
    let values = written.get(key).map_or(&[][..], |values| values);
    let back = usize::from(if sense { value / 3 } else { value });
    let last = values.iter().rev().nth(back);
    last.cloned().unwrap_or_else(|| NO_VALUE.into())
}

fn initial() -> Text {
    NO_VALUE.into()
}

/// A line an operation, with its instants.
fn told(recording: &Recording<machine::Access>) -> String {
    let line = |recorded: &recording::Recorded<machine::Access>| {
        let interval = &recorded.interval;
        let due = if interval.due < recording::OPEN { interval.due.to_string() } else { "".into() };
        let (number, process) = (interval.number, interval.process);
        format!("{number}: {process} {} [{}, {due}]\n", recorded.told(), interval.called)
    };
    recording.operations.iter().map(line).collect()
}

/// Only these operations of a history.
fn only(recording: &Recording<machine::Access>, kept: &[u64]) -> Recording<machine::Access> {
    let mut only = recording.clone();
    only.operations.retain(|recorded| kept.contains(&recorded.interval.number));
    only
}

fn check(recording: &Recording<machine::Access>) -> Result<(), TestCaseError> {
    for model in Model::ALL {
        let right = plain::judge(recording, model);
        match judge(recording, &initial(), model) {
            Verdict::Holds(order) => {
                prop_assert_eq!(right, Some(true), "{:?}\n{}", model, told(recording));
                let asked: BTreeSet<u64> = order.iter().copied().collect();
                prop_assert_eq!(asked.len(), order.len());
            }
            Verdict::Broken(evidence) => {
                prop_assert_eq!(right, Some(false), "{:?}\n{}", model, told(recording));
                let kept = only(recording, &evidence.operations);
                let known = plain::judge(&kept, model);
                prop_assert_eq!(
                    known,
                    Some(false),
                    "{:?} {:?}\n{}",
                    model,
                    evidence,
                    told(recording)
                );
            }
            Verdict::Unknown(_) => prop_assert_eq!(right, None, "{:?}\n{}", model, told(recording)),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn every_model_is_judged_as_all_orders_would(draws in draws(24), sense in any::<bool>()) {
        check(&Recording::of(&history(&draws, 7, sense)))?;
    }

    #[test]
    fn sequential_consistency_is_followed_from_answer_to_answer(
        draws in draws(30),
        sense in any::<bool>(),
        remembers in 1..4usize,
    ) {
        let mut judge = sequential::SequentialConsistency::looking(1_000, remembers);
        let mut before = true;
        for length in 0..=draws.len() {
            let history = history(&draws[..length], 8, sense);
            judge.follow(&history);
            let right = plain::judge(&Recording::of(&history), Model::Sequential) == Some(true);
            prop_assert_eq!(judge.doubt(), None);
            prop_assert_eq!(judge.verdict().is_ok(), right && before, "{}", told(&Recording::of(&history)));
            before &= right;
        }
    }

    /// … in histories of any size, by each judge for itself and all together.
    #[test]
    fn no_history_is_judged_against_the_arrows(draws in draws(200), sense in any::<bool>()) {
        let recording = Recording::of(&history(&draws, 60, sense));
        let alone: Vec<(Model, Verdict)> =
            Model::ALL.iter().map(|model| (*model, judge(&recording, &initial(), *model))).collect();
        for verdicts in [alone, judge_all(&recording, &initial())] {
            let of = |model: Model| &verdicts.iter().find(|(other, _)| *other == model).unwrap().1;
            for (stronger, weaker) in IMPLIES {
                let against = matches!(
                    (of(*stronger), of(*weaker)),
                    (Verdict::Holds(_), Verdict::Broken(_))
                );
                prop_assert!(!against, "{:?} holds, {:?} does not", stronger, weaker);
            }
        }
    }
}
