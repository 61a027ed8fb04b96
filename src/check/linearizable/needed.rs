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
use crate::base::Text;
use crate::check::history::{Happening, History, Phase};
use crate::check::{NO_VALUE, Operation};

/// Histories that are tried at the most, and how tangled one may become.
const TRIES: u32 = 500;
const TANGLED: usize = LIMIT / 10;

/// An operation from its call to its end.
struct Span<'a> {
    called: &'a Happening,
    /// What a read was told.
    told: Option<&'a Text>,
    /// The event of its answer, and how many operations had been called by then.
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
pub fn needed(history: &History, read: &Happening) -> Vec<Needed> {
    let (key, read) = (read.operation.key(), read.number);
    let of_key = |happening: &&Happening| happening.operation.key() == key;
    let events: Vec<&Happening> = history.since(0).filter(of_key).collect();
    let spans = spans(&events);
    let mut kept: Vec<&Span> = spans.iter().collect();
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
    let others = kept.into_iter().filter(|span| span.called.number != read);
    others.map(Span::needed).collect()
}

fn spans<'a>(events: &[&'a Happening]) -> Vec<Span<'a>> {
    let mut spans: Vec<Span> = Vec::new();
    for event in events {
        match &event.what {
            Phase::Called { .. } => spans.push(Span { called: event, told: None, answered: None }),
            Phase::Answered { answer, event: at, called } => {
                let place = spans.binary_search_by_key(&event.number, |span| span.called.number);
                let Ok(place) = place else { continue };
                let span = &mut spans[place];
                span.answered = Some((*at, *called));
                span.told = matches!(event.operation, Operation::Get { .. }).then_some(answer);
            }
            Phase::GivenUp => {}
        }
    }
    spans
}

/// All but this piece; what of it a read that remains was told has to stay, and the last read.
fn without<'a>(
    kept: &[&'a Span<'a>],
    piece: std::ops::Range<usize>,
    read: u64,
) -> Vec<&'a Span<'a>> {
    let goes = |place: usize, span: &Span| piece.contains(&place) && span.called.number != read;
    let remains = kept.iter().enumerate().filter(|(place, span)| !goes(*place, span));
    let told: BTreeSet<&Text> = remains.filter_map(|(_, span)| span.told).collect();
    let stays = |(place, span): &(usize, &&Span)| match &span.called.operation {
        Operation::Put { value, .. } if told.contains(value) => true,
        Operation::Delete { .. } if told.iter().any(|value| ***value == *NO_VALUE) => true,
        _ => !goes(*place, span),
    };
    kept.iter().enumerate().filter(stays).map(|(_, span)| *span).collect()
}

/// Whether nothing explains the read even if only these operations have been.
fn is_wrong(events: &[&Happening], kept: &[&Span], read: u64) -> bool {
    let mut register = Register::default();
    let is_kept =
        |number: u64| kept.binary_search_by_key(&number, |span| span.called.number).is_ok();
    for event in events.iter().filter(|event| is_kept(event.number)) {
        if register.hear(event).is_err() {
            return event.number == read;
        }
        if register.size() > TANGLED {
            return false;
        }
    }
    false
}

impl Span<'_> {
    fn needed(&self) -> Needed {
        let Happening { client, operation, .. } = self.called;
        let told = match self.told {
            Some(told) => format!("{client} {operation} → {told}"),
            None => format!("{client} {operation}"),
        };
        Needed {
            #[cfg(test)]
            number: self.called.number,
            told,
            wrote: match operation {
                Operation::Put { value, .. } => Some(value.clone()),
                Operation::Delete { .. } => Some(NO_VALUE.into()),
                Operation::Get { .. } | Operation::Cas { .. } => None,
            },
            answered: self.answered,
        }
    }
}
