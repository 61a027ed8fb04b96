//! The hunt that `lab fuzz` is: seed after seed, and of what is found the smallest script.

use super::fuzz::{Finding, judge};
use super::shrink::shrink;
use super::{aim, fuzz};
use crate::base::Sentence;
use crate::catalog::Entry;
use crate::command::Script;

/// Schedules of a seed that aim; they are short, and beside them there is one that does not.
const AIMED: u64 = 8;
/// Once something is found, so many further seeds are asked for the same in fewer commands …
const MORE: u64 = 100;
/// … until so many have shown it, or it takes no more commands than these.
const FINDINGS: usize = 5;
const FEW: usize = 4;

/// What the schedules of this seed break, if anything.
pub fn hunt(
    entry: &'static Entry,
    seed: u64,
    flaws: &[String],
) -> Result<Option<(Script, Finding)>, Sentence> {
    if let Some(found) = aimed(entry, seed, flaws)? {
        return Ok(Some(found));
    }
    let script = fuzz::schedule(entry, seed, flaws)?;
    Ok(judge(&script, true)?.map(|finding| (script, finding)))
}

fn aimed(
    entry: &'static Entry,
    seed: u64,
    flaws: &[String],
) -> Result<Option<(Script, Finding)>, Sentence> {
    for turn in 0..AIMED {
        let script = aim::schedule(entry, seed, turn, flaws)?;
        if let Some(finding) = judge(&script, true)? {
            return Ok(Some((script, finding)));
        }
    }
    Ok(None)
}

/// The smallest script that breaks what the schedules of this seed were found to break: theirs, or that of a
/// seed after it, each shrunk in at most so many runs.
pub fn smallest(
    entry: &'static Entry,
    seed: u64,
    (script, finding): &(Script, Finding),
    tries: u32,
) -> Script {
    let mut best = shrink(script, finding, tries);
    let others = (1..=MORE).filter_map(|more| {
        let found = aimed(entry, seed.checked_add(more)?, &script.setup.flaws).ok().flatten();
        found.filter(|(_, other)| other.property == finding.property)
    });
    let mut others = others.take(FINDINGS);
    while best.lines.len() > FEW
        && let Some((script, finding)) = others.next()
    {
        let small = shrink(&script, &finding, tries);
        if small.lines.len() < best.lines.len() {
            best = small;
        }
    }
    best
}
