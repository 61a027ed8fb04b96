//! Which operations it takes to see that a model is broken. A history may be long, and most of it has
//! nothing to do with the one answer that nothing explains: leave it out, and what remains can be checked
//! by hand.
//!
//! Not everything may be left out. Whatever explains all of a history explains it without some of its
//! reads, and without a write, unless somebody who remains was told its value. So if what remains has no
//! explanation, neither has the whole; and it is left out piece by piece, first large ones, for as long as
//! that is so (Andreas Zeller and Ralf Hildebrandt, *Simplifying and isolating failure-inducing input*,
//! 2002). Nothing that changes a state is left out where somebody was told that a value was another one
//! than expected, or with machines other than a register: there it may be missed by all.

use std::collections::BTreeSet;
use std::ops::Range;

use super::machine::{Asking, Datum};
use super::recording::Recorded;

/// Histories that are tried at the most.
const TRIES: usize = 2_000;

/// So many operations may be tried, all histories together.
const WORK: usize = 4_000_000;

/// As few of these operations as it takes for `is_wrong` to remain true. `stays` is the number of one that
/// is never left out.
pub fn smallest<'a, A: Asking>(
    part: Vec<&'a Recorded<A>>,
    stays: Option<u64>,
    mut is_wrong: impl FnMut(&[&'a Recorded<A>]) -> bool,
) -> Vec<&'a Recorded<A>> {
    let mut kept = part;
    let (mut piece, mut tries, mut work) = (kept.len(), TRIES, WORK);
    while piece > 0 && tries > 0 {
        let (mut start, mut smaller) = (0, false);
        while start < kept.len() && tries > 0 && work > kept.len() {
            let fewer = without(&kept, start..start + piece, stays);
            let is_fewer = fewer.len() < kept.len();
            if is_fewer {
                tries -= 1;
                work -= fewer.len();
            }
            match is_fewer && is_wrong(&fewer) {
                true => (kept, smaller) = (fewer, true),
                false => start += piece,
            }
        }
        // Single ones again and again, until none can go.
        if piece > 1 || !smaller {
            piece /= 2;
        }
    }
    kept
}

/// All but this piece; but what may not be left out beside the rest stays.
fn without<'a, A: Asking>(
    kept: &[&'a Recorded<A>],
    piece: Range<usize>,
    stays: Option<u64>,
) -> Vec<&'a Recorded<A>> {
    let in_piece =
        |place: usize| piece.contains(&place) && stays != Some(kept[place].interval.number);
    let remains = |place: usize| !in_piece(place) || !kept[place].interval.asked.only_looks();
    // What changes the state goes only if nobody who remains saw it. Who remains is decided first among
    // those that only look, then among the others, until nothing more has to stay.
    let mut stay: Vec<bool> = (0..kept.len()).map(|place| !in_piece(place)).collect();
    let binds = (0..kept.len()).any(|place| stay[place] && kept[place].interval.asked.binds());
    if binds {
        stay = (0..kept.len()).map(remains).collect();
    }
    loop {
        let seen: BTreeSet<(u32, Datum)> = (0..kept.len())
            .filter(|place| stay[*place])
            .flat_map(|place| {
                let recorded = kept[place];
                recorded.interval.asked.saw().into_iter().map(|value| (recorded.key, value))
            })
            .collect();
        let mut more = false;
        for (place, recorded) in kept.iter().enumerate().filter(|(place, _)| piece.contains(place))
        {
            let asked = &recorded.interval.asked;
            let is_seen = asked.wrote().is_some_and(|value| seen.contains(&(recorded.key, value)));
            if !stay[place] && !asked.only_looks() && is_seen {
                stay[place] = true;
                more = true;
            }
        }
        if !more {
            break;
        }
    }
    kept.iter().zip(stay).filter(|(_, stays)| *stays).map(|(recorded, _)| *recorded).collect()
}
