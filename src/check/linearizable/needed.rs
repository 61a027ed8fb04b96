//! Which requests it takes to see that an answer is wrong. A history may be long, and most of it has
//! nothing to do with the one read that nothing explains: leave it out, and what remains can be
//! checked by hand.
//!
//! Not everything may be left out. A history without some of its reads is explained by whatever
//! explains all of it, and so is one without a write, unless a read that remains was told its value.
//! So if what remains has no order, neither has the whole; and it is left out piece by piece, first
//! large ones, for as long as that is so (Andreas Zeller and Ralf Hildebrandt, *Simplifying and
//! isolating failure-inducing input*, 2002).

use std::collections::BTreeSet;

use super::{LIMIT, Register};
use crate::base::{ClientId, Log, Text};
use crate::service::store::StoreRequest;

/// Something that happened to a request, by its number.
#[derive(Clone, Debug, Hash)]
pub enum Happened {
    Called {
        number: u64,
        client: ClientId,
        request: StoreRequest,
    },
    /// The answer came at this event, when so many requests had been asked.
    Answered {
        number: u64,
        answer: Text,
        asked: u64,
        event: u64,
    },
    GivenUp {
        number: u64,
    },
}

/// Histories that are tried at the most, and how tangled one may become.
const TRIES: u32 = 500;
const TANGLED: usize = LIMIT / 10;

/// A request as the past tells of it.
struct Operation<'a> {
    number: u64,
    client: ClientId,
    request: &'a StoreRequest,
    /// What a read was told.
    told: Option<&'a Text>,
    /// The event of its answer, and how many requests had been asked by then.
    answered: Option<(u64, u64)>,
}

/// A request that it takes to see that an answer is wrong.
pub struct Needed {
    #[cfg(test)]
    pub number: u64,
    /// What it was: `C1 put x=1` or `C2 get x → 1`.
    pub told: String,
    /// What a write wrote.
    pub wrote: Option<Text>,
    /// The event at which it was answered, and how many requests had been asked by then.
    pub answered: Option<(u64, u64)>,
}

/// The requests that it takes to see that this read was told something wrong, but for the read
/// itself. They are as few as could be found.
pub fn needed(past: &Log<Happened>, read: u64) -> Vec<Needed> {
    let events: Vec<&Happened> =
        past.range(0, past.len()).into_iter().map(|(_, event)| event).collect();
    let operations = operations(&events);
    let mut kept: Vec<&Operation> = operations.iter().collect();
    let (mut piece, mut tries) = (kept.len(), TRIES);
    while piece > 0 && tries > 0 {
        let (mut start, mut smaller) = (0, false);
        while start < kept.len() && tries > 0 {
            tries -= 1;
            let fewer = without(&kept, start..start + piece, read);
            match fewer.len() < kept.len() && is_wrong(&events, &fewer, read) {
                true => (kept, smaller) = (fewer, true),
                false => start += piece,
            }
        }
        // Single ones again and again, until none can go.
        if piece > 1 || !smaller {
            piece /= 2;
        }
    }
    let others = kept.into_iter().filter(|operation| operation.number != read);
    others.map(Operation::needed).collect()
}

fn operations<'a>(events: &[&'a Happened]) -> Vec<Operation<'a>> {
    let mut operations: Vec<Operation> = Vec::new();
    for event in events {
        match event {
            Happened::Called { number, client, request } => {
                operations.push(Operation {
                    number: *number,
                    client: *client,
                    request,
                    told: None,
                    answered: None,
                });
            }
            Happened::Answered { number, answer, asked, event } => {
                let place = operations.binary_search_by_key(number, |operation| operation.number);
                let Ok(place) = place else { continue };
                let operation = &mut operations[place];
                operation.answered = Some((*event, *asked));
                operation.told =
                    matches!(operation.request, StoreRequest::Get { .. }).then_some(answer);
            }
            Happened::GivenUp { .. } => {}
        }
    }
    operations
}

/// All but this piece; what of it a read that remains was told has to stay, and the last read.
fn without<'a>(
    kept: &[&'a Operation<'a>],
    piece: std::ops::Range<usize>,
    read: u64,
) -> Vec<&'a Operation<'a>> {
    let goes =
        |place: usize, operation: &Operation| piece.contains(&place) && operation.number != read;
    let remains = kept.iter().enumerate().filter(|(place, operation)| !goes(*place, operation));
    let told: BTreeSet<&Text> = remains.filter_map(|(_, operation)| operation.told).collect();
    let stays = |(place, operation): &(usize, &&Operation)| match operation.request {
        StoreRequest::Put { value, .. } if told.contains(value) => true,
        _ => !goes(*place, operation),
    };
    kept.iter().enumerate().filter(stays).map(|(_, operation)| *operation).collect()
}

/// Whether nothing explains the read even if only these requests have been.
fn is_wrong(events: &[&Happened], kept: &[&Operation], read: u64) -> bool {
    let mut register = Register::default();
    let kept_request = |number: &u64| {
        let place = kept.binary_search_by_key(number, |operation| operation.number).ok()?;
        Some(kept[place].request)
    };
    for event in events {
        let (Happened::Called { number, .. }
        | Happened::Answered { number, .. }
        | Happened::GivenUp { number }) = event;
        let Some(request) = kept_request(number) else { continue };
        match (event, request) {
            (Happened::Called { .. }, StoreRequest::Put { value, .. }) => {
                register.write_called(*number, value);
            }
            (Happened::Called { .. }, StoreRequest::Get { .. }) => register.read_called(*number),
            (Happened::Answered { asked, .. }, StoreRequest::Put { .. }) => {
                register.write_answered(*number, *asked);
            }
            (Happened::Answered { answer, asked, .. }, StoreRequest::Get { .. }) => {
                if register.read_answered(*number, answer, *asked).is_err() {
                    return *number == read;
                }
            }
            (Happened::GivenUp { .. }, StoreRequest::Put { .. }) => {
                register.write_given_up(*number)
            }
            (Happened::GivenUp { .. }, StoreRequest::Get { .. }) => register.read_given_up(*number),
        }
        if register.size() > TANGLED {
            return false;
        }
    }
    false
}

impl Operation<'_> {
    fn needed(&self) -> Needed {
        let told = match self.told {
            Some(told) => format!("{} {} → {told}", self.client, self.request),
            None => format!("{} {}", self.client, self.request),
        };
        Needed {
            #[cfg(test)]
            number: self.number,
            told,
            wrote: match self.request {
                StoreRequest::Put { value, .. } => Some(value.clone()),
                StoreRequest::Get { .. } => None,
            },
            answered: self.answered,
        }
    }
}
