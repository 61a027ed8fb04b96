//! The hunt that `lab fuzz` is: seed after seed, and of what is found the smallest script.

use super::fuzz::{Finding, judge};
use super::shrink::{is_safety, shrink};
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
/// seed after it, or a short one that was looked for in what is left of the set-up, where fewer strikes may do;
/// each shrunk in at most so many runs. With a flaw switched on it is the flaw that breaks things, and any will do.
pub fn smallest(
    entry: &'static Entry,
    seed: u64,
    (script, finding): &(Script, Finding),
    tries: u32,
) -> Script {
    let flaws = &script.setup.flaws;
    let will_do = |found: &Finding| found.property == finding.property || !flaws.is_empty();
    let mut best = shrink(script, finding, tries);
    let others = (1..=MORE).filter_map(|more| {
        let found = aimed(entry, seed.checked_add(more)?, flaws).ok().flatten();
        found.filter(|(_, other)| will_do(other))
    });
    let mut others = others.take(FINDINGS);
    while best.lines.len() > FEW
        && let Some((script, finding)) = others.next()
    {
        best = smaller(best, shrink(&script, &finding, tries));
    }
    let liveness = !is_safety(script, finding);
    let mut turn = 0;
    while turn < worth(&best) {
        turn += 1;
        let strikes = best.lines.len() as u32 / 2;
        let Ok(script) = aim::again(entry, &best.setup, turn, strikes, liveness) else { continue };
        if let Some(finding) = judge(&script, liveness).ok().flatten().filter(will_do) {
            best = smaller(best, shrink(&script, &finding, tries));
        }
    }
    best
}

/// In how many short schedules something smaller than this is looked for: in the more, the longer it is.
fn worth(script: &Script) -> u64 {
    80 * (script.lines.len().saturating_sub(FEW) as u64).pow(2)
}

/// The one with fewer commands; of two alike the first.
fn smaller(one: Script, other: Script) -> Script {
    if other.lines.len() < one.lines.len() { other } else { one }
}
