//! What must come before what. Where it is known which write a read saw, an order that explains the read is
//! bound by it: no other write of the key stands between the two. So what came before the read came before
//! that write as well, and what came after that write came after the read:
//!
//! 1. if `w` wrote what `r` saw, another write `v` of the key and `v < r`, then `v < w`;
//! 2. if `w` wrote what `r` saw, another write `v` of the key and `w < v`, then `r < v`.
//!
//! These are drawn from what a model demands until nothing new follows. If something would then have to
//! come before itself, there is no such order. (Phillip Gibbons and Ephraim Korach, *Testing shared
//! memories*, 1997; Ahmed Bouajjani, Constantin Enea, Rachid Guerraoui and Jad Hamza, *On verifying causal
//! consistency*, 2017.) If not, there is one, where the reads are of one key or of one client; of several
//! of both it remains to be searched for.

use std::collections::{BTreeMap, BTreeSet};

use super::machine::{Access, CasAnswer, Datum};
use super::recording::{Interval, OPEN, Recorded};

/// What an operation did to a key, where it had an effect or saw one.
#[derive(Clone, Debug)]
pub struct Footprint {
    pub number: u64,
    pub process: u32,
    pub key: u32,
    pub reads: Option<Datum>,
    pub writes: Option<Datum>,
    pub called: u64,
    pub due: u64,
}

/// The deeds of a history with what each read saw.
#[derive(Debug)]
pub struct Footprints {
    pub all: Vec<Footprint>,
    /// By deed: whose write it saw, counted from 1 as in [`Precedence`]; 0 is what was there at first.
    pub sources: Vec<Option<usize>>,
    /// Whether something was seen that is no read of a value: that a value was another than expected.
    pub has_more: bool,
}

/// Why it is not known who saw what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsourced {
    /// The operation of this number saw what it cannot have seen, such as a value that nobody wrote.
    ThinAir(u64),
    /// … what several may have written.
    Ambiguous(u64),
}

impl Footprints {
    /// What was never answered has taken effect if somebody saw it.
    pub fn of(part: &[&Recorded<Access>], initial: Datum) -> Result<Footprints, Unsourced> {
        let mut all = Vec::new();
        let (mut pending, mut has_more) = (Vec::new(), false);
        for recorded in part {
            let Interval { number, process, called, due, asked } = recorded.interval;
            let (reads, writes) = match asked {
                Access::Read(told) => (told, None),
                Access::Write(value) => (None, Some(value)),
                Access::Cas { expected, new, told: None | Some(CasAnswer::Set) } => {
                    (Some(expected), Some(new))
                }
                Access::Cas { told: Some(CasAnswer::Found(found)), expected, .. } => {
                    if found == expected {
                        return Err(Unsourced::ThinAir(number));
                    }
                    (Some(found), None)
                }
                Access::Cas { told: Some(CasAnswer::Differs), .. } => {
                    has_more = true;
                    continue;
                }
            };
            let deed = Footprint { number, process, key: recorded.key, reads, writes, called, due };
            match due < OPEN {
                true => all.push(deed),
                false if writes.is_some() => pending.push(deed),
                false => {}
            }
        }
        let mut seen: BTreeSet<(u32, Datum)> =
            all.iter().filter_map(|deed| Some((deed.key, deed.reads?))).collect();
        loop {
            let (shown, hidden): (Vec<Footprint>, Vec<Footprint>) =
                pending.into_iter().partition(|deed| {
                    deed.writes.is_some_and(|value| seen.contains(&(deed.key, value)))
                });
            pending = hidden;
            if shown.is_empty() {
                break;
            }
            seen.extend(shown.iter().filter_map(|deed| Some((deed.key, deed.reads?))));
            all.extend(shown);
        }
        all.sort_by_key(|deed| deed.called);
        let sources = sources(&all, initial)?;
        Ok(Footprints { all, sources, has_more })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Those that saw a value, counted from 1.
    pub fn readers(&self, which: impl Fn(&Footprint) -> bool) -> Vec<usize> {
        let all = (1..).zip(&self.all);
        all.filter(|(_, deed)| deed.reads.is_some() && which(deed)).map(|(node, _)| node).collect()
    }
}

/// Whose write each read saw.
fn sources(all: &[Footprint], initial: Datum) -> Result<Vec<Option<usize>>, Unsourced> {
    let mut writers: BTreeMap<(u32, Datum), Vec<usize>> = BTreeMap::new();
    for (place, deed) in (1..).zip(all) {
        if let Some(value) = deed.writes {
            writers.entry((deed.key, value)).or_default().push(place);
        }
    }
    let mut sources = Vec::new();
    let mut ambiguous = None;
    for (place, deed) in (1..).zip(all) {
        let Some(value) = deed.reads else {
            sources.push(None);
            continue;
        };
        let known = writers.get(&(deed.key, value)).map_or(&[][..], |known| known);
        let first = (value == initial).then_some(0);
        let mut candidates =
            first.into_iter().chain(known.iter().copied().filter(|at| *at != place));
        sources.push(candidates.next());
        if sources.last() == Some(&None) {
            return Err(Unsourced::ThinAir(deed.number));
        }
        if candidates.next().is_some() {
            ambiguous.get_or_insert(deed.number);
        }
    }
    match ambiguous {
        Some(number) => Err(Unsourced::Ambiguous(number)),
        None => Ok(sources),
    }
}

/// How deep the rules are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saturated {
    /// Nothing comes before itself. The deeds, counted from 1, in an order that keeps all that is known.
    Order(Vec<usize>),
    /// Something would come before itself.
    Circle,
    /// There is too much to follow.
    TooMany,
}

/// So many operations may there be.
pub const MOST: usize = 10_000;

/// How often the rules are gone through.
const ROUNDS: usize = 200;

/// What comes before what: nodes are the start (0), the deeds of a history (from 1 on), and others that
/// only carry an order on, such as instants.
#[derive(Clone, Debug)]
pub struct Precedence {
    deeds: usize,
    /// By node: what comes directly before it.
    before: Vec<Vec<u32>>,
}

/// Sets of deeds, by node.
struct Rows {
    width: usize,
    bits: Vec<u64>,
}

impl Rows {
    fn new(rows: usize, columns: usize) -> Rows {
        let width = columns.div_ceil(64);
        Rows { width, bits: vec![0; rows * width] }
    }

    fn row(&self, row: usize) -> &[u64] {
        &self.bits[row * self.width..][..self.width]
    }

    fn has(&self, row: usize, column: usize) -> bool {
        self.row(row)[column / 64] >> (column % 64) & 1 == 1
    }

    fn insert(&mut self, row: usize, column: usize) {
        self.bits[row * self.width + column / 64] |= 1 << (column % 64);
    }

    fn add_row(&mut self, row: usize, other: usize) {
        for word in 0..self.width {
            self.bits[row * self.width + word] |= self.bits[other * self.width + word];
        }
    }

    /// The columns that are in `row` and in `mask`, but not in `covered`.
    fn columns(row: &[u64], mask: &[u64]) -> Vec<usize> {
        let mut columns = Vec::new();
        for (place, word) in row.iter().zip(mask).map(|(row, mask)| row & mask).enumerate() {
            let mut left = word;
            while left != 0 {
                columns.push(place * 64 + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
        columns
    }
}

impl Precedence {
    /// Of so many deeds: the start comes before all.
    pub fn new(deeds: usize) -> Precedence {
        let mut before = vec![vec![0]; deeds + 1];
        before[0].clear();
        Precedence { deeds, before }
    }

    /// One more node that only carries an order on.
    pub fn node(&mut self) -> usize {
        self.before.push(vec![0]);
        self.before.len() - 1
    }

    pub fn comes_before(&mut self, first: usize, then: usize) {
        self.before[then].push(first as u32);
    }

    /// Each of these reads comes after the write that it saw.
    pub fn see(&mut self, deeds: &Footprints, readers: &[usize]) {
        for reader in readers {
            if let Some(source) = deeds.sources[reader - 1] {
                self.comes_before(source, *reader);
            }
        }
    }

    /// What was answered before another was called comes before it.
    pub fn in_real_time(&mut self, deeds: &Footprints) {
        let mut instants: Vec<(u64, bool, usize)> = Vec::new();
        for (node, deed) in (1..).zip(&deeds.all) {
            instants.push((deed.called, false, node));
            if deed.due < OPEN {
                instants.push((deed.due, true, node));
            }
        }
        instants.sort_unstable();
        let mut now = 0;
        for (_, is_answer, node) in instants {
            match is_answer {
                true => {
                    let next = self.node();
                    self.comes_before(now, next);
                    self.comes_before(node, next);
                    now = next;
                }
                false => self.comes_before(now, node),
            }
        }
    }

    /// What a process asked first comes before what it asked later, of the deeds that are `within`.
    pub fn in_sessions(&mut self, deeds: &Footprints, within: impl Fn(&Footprint) -> bool) {
        let mut last: BTreeMap<u32, usize> = BTreeMap::new();
        for (node, deed) in (1..).zip(&deeds.all).filter(|(_, deed)| within(deed)) {
            if let Some(before) = last.insert(deed.process, node) {
                self.comes_before(before, node);
            }
        }
    }

    /// An order of the nodes that keeps what is known, if nothing comes before itself.
    fn sorted(&self) -> Option<Vec<usize>> {
        let mut after: Vec<Vec<u32>> = vec![Vec::new(); self.before.len()];
        let mut left: Vec<usize> = self.before.iter().map(Vec::len).collect();
        for (node, before) in self.before.iter().enumerate() {
            before.iter().for_each(|first| after[*first as usize].push(node as u32));
        }
        let mut sorted: Vec<usize> = (0..left.len()).filter(|node| left[*node] == 0).collect();
        let mut next = 0;
        while let Some(node) = sorted.get(next).copied() {
            next += 1;
            for later in &after[node] {
                left[*later as usize] -= 1;
                if left[*later as usize] == 0 {
                    sorted.push(*later as usize);
                }
            }
        }
        (sorted.len() == left.len()).then_some(sorted)
    }

    /// Draws both rules for what these deeds saw, until nothing new follows.
    pub fn saturate(&mut self, deeds: &Footprints, readers: &[usize]) -> Saturated {
        if self.deeds > MOST {
            return Saturated::TooMany;
        }
        let keys = deeds.all.iter().map(|deed| deed.key as usize + 1).max().unwrap_or(0);
        let mut writers = Rows::new(keys, self.deeds + 1);
        for (node, deed) in (1..).zip(&deeds.all).filter(|(_, deed)| deed.writes.is_some()) {
            writers.insert(deed.key as usize, node);
        }
        (0..keys).for_each(|key| writers.insert(key, 0));
        for _ in 0..ROUNDS {
            let Some(sorted) = self.sorted() else { return Saturated::Circle };
            let mut place = vec![0; sorted.len()];
            sorted.iter().enumerate().for_each(|(at, node)| place[*node] = at);
            let past = self.past(&sorted);
            let mut new = Vec::new();
            follow_first(deeds, readers, &writers, (&past, &place), &mut new);
            follow_second(deeds, readers, &writers, (&past, &place), &mut new);
            if new.is_empty() {
                let is_deed = |node: &usize| (1..=self.deeds).contains(node);
                return Saturated::Order(sorted.into_iter().filter(is_deed).collect());
            }
            new.sort_unstable();
            new.dedup();
            new.into_iter().for_each(|(first, then)| self.comes_before(first, then));
        }
        Saturated::TooMany
    }

    /// By node, the deeds that come before it.
    fn past(&self, sorted: &[usize]) -> Rows {
        let mut past = Rows::new(self.before.len(), self.deeds + 1);
        for node in sorted {
            for first in &self.before[*node] {
                let first = *first as usize;
                past.add_row(*node, first);
                if first <= self.deeds {
                    past.insert(*node, first);
                }
            }
        }
        past
    }
}

/// What is known of a round: the past of each node, and its place in an order.
type Known<'a> = (&'a Rows, &'a [usize]);

/// The last of these, such that all others come before one of them.
fn last_of(mut columns: Vec<usize>, (past, place): Known) -> Vec<usize> {
    let mut last: Vec<usize> = Vec::new();
    // Few are the last ones, and many come before them: to sort all would take longer.
    while let Some(node) = columns.iter().copied().max_by_key(|node| place[*node]) {
        columns.retain(|other| *other != node && !past.has(node, *other));
        last.push(node);
    }
    last
}

/// `w` wrote what `r` saw, `v < r`: `v < w`.
fn follow_first(
    deeds: &Footprints,
    readers: &[usize],
    writers: &Rows,
    known: Known,
    new: &mut Vec<(usize, usize)>,
) {
    let past = known.0;
    for reader in readers {
        let Some(source) = deeds.sources[reader - 1] else { continue };
        let key = deeds.all[reader - 1].key as usize;
        let before = Rows::columns(past.row(*reader), writers.row(key)).into_iter();
        let before = before.filter(|node| *node != source && !past.has(source, *node));
        new.extend(last_of(before.collect(), known).into_iter().map(|node| (node, source)));
    }
}

/// `w` wrote what `r` saw, `w < v`: `r < v`.
fn follow_second(
    deeds: &Footprints,
    readers: &[usize],
    writers: &Rows,
    known: Known,
    new: &mut Vec<(usize, usize)>,
) {
    let past = known.0;
    let mut seen_by: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for reader in readers {
        if let Some(source) = deeds.sources[reader - 1] {
            let key = deeds.all[reader - 1].key as usize;
            seen_by.entry((key, source)).or_default().push(*reader);
        }
    }
    for (node, deed) in (1..).zip(&deeds.all).filter(|(_, deed)| deed.writes.is_some()) {
        let key = deed.key as usize;
        let before = Rows::columns(past.row(node), writers.row(key));
        for source in last_of(before, known) {
            let readers = seen_by.get(&(key, source)).map_or(&[][..], |readers| readers);
            let late =
                readers.iter().filter(|reader| **reader != node && !past.has(node, **reader));
            new.extend(late.map(|reader| (*reader, node)));
        }
    }
}
