//! What each client sees by itself: the weaker models ask of a history only that for every client some order
//! of its own reads and *all* writes explains what it was told. The models differ in what such an order has
//! to keep, one file each; whether there is one is told by [what must come before what](super::precedence),
//! if it is known which write each read saw. Where a value was written twice it is not, and the verdict is
//! “unknown”.

use std::collections::BTreeSet;

use super::evidence::smallest;
use super::machine::{Access, Datum};
use super::precedence::{Footprints, MOST, Precedence, Saturated, Unsourced};
use super::recording::{Recorded, Recording};
use super::verdict::{Evidence, Verdict, list};
use crate::base::{Sentence, Text};
use crate::sentence;

/// What the orders of a model keep.
#[derive(Clone, Copy)]
pub struct View {
    /// Draws it, for the client that is this process.
    pub draw: fn(&mut Precedence, &Footprints, u32),
    /// It can be refuted only where this one holds.
    pub needs: Option<&'static View>,
    /// In words: an order that keeps …
    pub kept: &'static str,
}

/// What is known of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Explained,
    Unexplained,
    Unknown(Doubt),
}

/// Why it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    TooMany,
    /// Its reads go back.
    GoesBack,
}

impl View {
    /// Whether an order of its reads and all writes explains what this process was told.
    fn of(&self, deeds: &Footprints, process: u32) -> Seen {
        let own = deeds.readers(|deed| deed.process == process);
        let mut precedence = Precedence::new(deeds.count());
        precedence.see(deeds, &own);
        (self.draw)(&mut precedence, deeds, process);
        match precedence.saturate(deeds, &own) {
            Saturated::Order(_) => Seen::Explained,
            Saturated::TooMany => Seen::Unknown(Doubt::TooMany),
            Saturated::Circle => match self.needs.map(|needs| needs.of(deeds, process)) {
                None | Some(Seen::Explained) => Seen::Unexplained,
                Some(Seen::Unexplained) => Seen::Unknown(Doubt::GoesBack),
                Some(unknown) => unknown,
            },
        }
    }

    /// Judges a whole history.
    pub fn judge(&self, recording: &Recording<Access>, initial: &Text) -> Verdict {
        let part = recording.all();
        let initial = Datum::of(initial);
        let deeds = match Footprints::of(&part, initial) {
            Ok(deeds) => deeds,
            Err(Unsourced::ThinAir(_)) => {
                return Verdict::Broken(from_thin_air(recording, initial));
            }
            Err(Unsourced::Ambiguous(number)) => {
                return Verdict::Unknown(ambiguous(recording, number));
            }
        };
        let readers: BTreeSet<u32> =
            deeds.all.iter().filter(|deed| deed.reads.is_some()).map(|deed| deed.process).collect();
        let mut doubt = None;
        for process in readers {
            match self.of(&deeds, process) {
                Seen::Explained => {}
                Seen::Unexplained => {
                    return Verdict::Broken(self.shown(recording, initial, process));
                }
                Seen::Unknown(why) => doubt = Some((process, why)),
            }
        }
        match doubt {
            None if !deeds.has_more => Verdict::Holds(Vec::new()),
            None => Verdict::Unknown(sentence!(
                "a compare-and-set was told that it found another value, but not which"
            )),
            Some((_, Doubt::TooMany)) => {
                Verdict::Unknown(sentence!("only {0} operations can be judged by this model", MOST))
            }
            Some((process, Doubt::GoesBack)) => Verdict::Unknown(sentence!(
                "what {0} read goes back, so that nothing follows of the order of writes",
                recording.names[process as usize].clone()
            )),
        }
    }

    /// Operations that have no such order for this process, as few as could be found.
    fn shown(&self, recording: &Recording<Access>, initial: Datum, process: u32) -> Evidence {
        let is_wrong = |part: &[&Recorded<Access>]| {
            Footprints::of(part, initial)
                .is_ok_and(|deeds| self.of(&deeds, process) == Seen::Unexplained)
        };
        let kept = smallest(recording.all(), None, is_wrong);
        let why = sentence!(
            "what {0} was told has no explanation that keeps {1}: {2}",
            recording.names[process as usize].clone(),
            self.kept,
            list(kept.iter().map(|recorded| recording.told(recorded)))
        );
        Evidence::of(&kept, why)
    }
}

/// The operation of this number.
fn find(recording: &Recording<Access>, number: u64) -> Option<&Recorded<Access>> {
    recording.operations.iter().find(|recorded| recorded.interval.number == number)
}

fn from_thin_air(recording: &Recording<Access>, initial: Datum) -> Evidence {
    let is_wrong = |part: &[&Recorded<Access>]| {
        matches!(Footprints::of(part, initial), Err(Unsourced::ThinAir(_)))
    };
    let kept = smallest(recording.all(), None, is_wrong);
    let told = list(kept.iter().map(|recorded| recording.told(recorded)));
    Evidence::of(&kept, sentence!("somebody was told what nobody can have written: {0}", told))
}

fn ambiguous(recording: &Recording<Access>, number: u64) -> Sentence {
    let told = find(recording, number).map(|recorded| recording.told(recorded));
    sentence!(
        "{0}: several may have written that, and this model is judged only where each value was written once",
        told.unwrap_or_default()
    )
}
