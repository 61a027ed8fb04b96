//! What the judge is held to: a search through all orders.

use super::*;

/// One operation of a history, from event to event.
struct Spanned {
    client: Place,
    request: Operation,
    called: usize,
    /// Where it ends, and with which answer. Without: it may take effect at any later time.
    answered: Option<(usize, Text)>,
    given_up: bool,
}

fn operations(events: &[Event]) -> Vec<Spanned> {
    let mut operations: Vec<Spanned> = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let (Event::Ask(client, _) | Event::Told(client, _) | Event::GivesUp(client)) = event;
        let open = operations.iter_mut().find(|operation| {
            operation.client == *client && operation.answered.is_none() && !operation.given_up
        });
        match (event, open) {
            (Event::Ask(client, request), None) => operations.push(Spanned {
                client: *client,
                request: request.clone(),
                called: at,
                answered: None,
                given_up: false,
            }),
            (Event::Told(_, answer), Some(open)) => open.answered = Some((at, answer.clone())),
            (Event::GivesUp(_), Some(open)) => open.given_up = true,
            _ => unreachable!("the histories below are well formed"),
        }
    }
    operations
}

/// Whether some order of the operations explains all answers (Wing and Gong, 1993): takes one after
/// the other out of those that nothing answered has to precede, and tries them on a store of
/// several keys. `taken` are those tried already, one bit each.
fn explained(operations: &[Spanned], taken: u32, store: &BTreeMap<Text, Text>) -> bool {
    let left = || (0..).zip(operations).filter(|(place, _)| taken & (1 << place) == 0);
    let ends = left().filter_map(|(_, operation)| operation.answered.as_ref().map(|(at, _)| *at));
    let Some(first_end) = ends.min() else { return true };
    left().filter(|(_, operation)| operation.called < first_end).any(|(place, operation)| {
        let taken = taken | 1 << place;
        match &operation.request {
            Operation::Put { key, value } => {
                let mut store = store.clone();
                store.insert(key.clone(), value.clone());
                explained(operations, taken, &store)
            }
            Operation::Delete { key } => {
                let mut store = store.clone();
                store.remove(key);
                explained(operations, taken, &store)
            }
            Operation::Get { key } => {
                let value = store.get(key).map_or(NO_VALUE, |value| value);
                let fits = |(_, answer): &(usize, Text)| **answer == *value;
                operation.answered.as_ref().is_some_and(fits) && explained(operations, taken, store)
            }
            Operation::Cas { key, expected, new } => {
                let value = store.get(key).map_or(NO_VALUE, |value| value);
                let (mut after, mut meant) = (store.clone(), not_set(value));
                if value == &**expected {
                    after.insert(key.clone(), new.clone());
                    meant = DONE.into();
                }
                let fits = operation.answered.as_ref().is_none_or(|(_, answer)| *answer == meant);
                fits && explained(operations, taken, &after)
            }
        }
    })
}

pub fn linearizable(events: &[Event]) -> bool {
    explained(&operations(events), 0, &BTreeMap::new())
}
