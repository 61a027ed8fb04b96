//! Histories by chance: any answers, or those of a real store.

use super::search::linearizable;
use super::*;

/// What happens next, by chance.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    pub client: u8,
    /// Below 8. At zero a client gives up.
    pub choice: u8,
    pub key: u8,
    pub value: u8,
    /// Half of the writes compare first.
    pub compares: bool,
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

pub fn draws(clients: u8, keys: u8, values: u8) -> impl Strategy<Value = Vec<Draw>> {
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

pub fn any_draws() -> impl Strategy<Value = Vec<Draw>> {
    (3..=4u8, 1..=2u8, 2..=3u8)
        .prop_flat_map(|(clients, keys, values)| draws(clients, keys, values))
}

/// Answers by chance. With `sense`, where one would be wrong, a right one is taken as often as not:
/// otherwise few histories would go on for long.
pub fn nonsense(draws: &[Draw], most: usize, sense: bool) -> Vec<Event> {
    nonsense_of(draws, most, sense, &VALUES[..4])
}

/// … of these values, of which each is written once if there are as many as requests.
pub fn nonsense_of(draws: &[Draw], most: usize, sense: bool, values: &[&str]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut open: BTreeMap<Place, Operation> = BTreeMap::new();
    let mut asked = 0;
    for draw in draws {
        let client = draw.client();
        match open.remove(&client) {
            None if asked < most => {
                asked += 1;
                let mut request = draw.request();
                if let Operation::Put { value, .. } | Operation::Cas { new: value, .. } =
                    &mut request
                    && values.len() > most
                {
                    *value = values[asked].into();
                }
                open.insert(client, request.clone());
                events.push(Event::Ask(client, request));
            }
            None => {}
            Some(_) if draw.choice == 0 => events.push(Event::GivesUp(client)),
            Some(Operation::Put { .. } | Operation::Delete { .. }) => {
                events.push(Event::Told(client, "ok".into()))
            }
            Some(Operation::Cas { .. }) => {
                let last = events.len();
                let answers = values.iter().map(|value| not_set(value)).chain([Text::from(DONE)]);
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
                events.push(Event::Told(
                    client,
                    values[usize::from(draw.choice) % values.len()].into(),
                ));
                for value in values {
                    if sense && draw.choice < 7 && !linearizable(&events) {
                        events[last] = Event::Told(client, (*value).into());
                    }
                }
            }
        }
    }
    events
}

/// A store with one copy of everything, and what its clients do.
#[derive(Default)]
pub struct DrawnRun {
    store: BTreeMap<Text, Text>,
    pub asked: u32,
    /// What each client waits for, and the answer once that has taken effect.
    open: BTreeMap<Place, (Operation, Option<Text>)>,
    /// Writes that were given up, and have not taken effect.
    adrift: Vec<Operation>,
}

impl DrawnRun {
    /// What a client notices of it, if anything. At most so many requests are asked.
    pub fn step(&mut self, draw: Draw, most: u32) -> Option<Event> {
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
