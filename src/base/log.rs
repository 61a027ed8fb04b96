//! A log whose copies share their past.
//!
//! Protocols append to a log, cut its tail, hand it to the disk and send pieces of it; the simulator
//! keeps copies of it in checkpoints, and properties compare it with every other log. All of that
//! is cheap here: a log is a chain of shared cells, newest first, in which each cell also holds a
//! *jump* to a far older one (Myers, *An applicative random-access stack*, 1983), and a digest of
//! everything up to itself.
//!
//! | operation | cost |
//! |---|---|
//! | clone, append, last | O(1) |
//! | get, truncate, common prefix with another log | O(log n) |
//!
//! Indexes count from 1, as in the papers; 0 is the place before the first entry. Equality and
//! common prefixes compare 64-bit digests: a false "equal" needs a collision, which no run of this
//! size meets by chance.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::digest::Digest;

/// A sequence of entries with cheap copies.
pub struct Log<T> {
    top: Option<Rc<Cell<T>>>,
}

struct Cell<T> {
    entry: T,
    index: u64,
    /// Of this entry and all before it.
    digest: u64,
    below: Option<Rc<Cell<T>>>,
    /// A cell further down, so that jumps of growing length lead to any index in O(log n).
    jump: Option<Rc<Cell<T>>>,
}

impl<T> Log<T> {
    pub fn new() -> Log<T> {
        Log { top: None }
    }

    /// Number of entries, which is the index of the last one.
    pub fn len(&self) -> u64 {
        self.top.as_ref().map_or(0, |cell| cell.index)
    }

    pub fn is_empty(&self) -> bool {
        self.top.is_none()
    }

    pub fn last(&self) -> Option<&T> {
        self.top.as_ref().map(|cell| &cell.entry)
    }

    /// The entry at `index`, counted from 1.
    pub fn get(&self, index: u64) -> Option<&T> {
        self.cell(index).map(|cell| &cell.entry)
    }

    /// Drops every entry after `length`.
    pub fn truncate(&mut self, length: u64) {
        if length < self.len() {
            self.top = self.cell(length).cloned();
        }
    }

    /// The first `length` entries.
    pub fn prefix(&self, length: u64) -> Log<T> {
        let mut prefix = self.clone();
        prefix.truncate(length);
        prefix
    }

    /// How many entries, from the first on, are `true` to `holds`, if no `false` comes before a
    /// `true`.
    pub fn partition_point(&self, holds: impl Fn(&T) -> bool) -> u64 {
        let (mut yes, mut no) = (0, self.len() + 1);
        while no - yes > 1 {
            let middle = yes + (no - yes) / 2;
            match self.get(middle).is_some_and(&holds) {
                true => yes = middle,
                false => no = middle,
            }
        }
        yes
    }

    /// The entries after `from`, up to and including `to`, oldest first, with their indexes.
    pub fn range(&self, from: u64, to: u64) -> Vec<(u64, &T)> {
        let mut entries = Vec::new();
        let mut next = self.cell(to.min(self.len()));
        while let Some(cell) = next.filter(|cell| cell.index > from) {
            entries.push((cell.index, &cell.entry));
            next = cell.below.as_ref();
        }
        entries.reverse();
        entries
    }

    /// Length of the longest prefix that both logs share.
    pub fn common_prefix(&self, other: &Log<T>) -> u64 {
        let (mut same, mut differs) = (0, self.len().min(other.len()) + 1);
        // The usual cases first: one log extends the other, or they differ near the end.
        if self.digest_at(differs - 1) == other.digest_at(differs - 1) {
            return differs - 1;
        }
        while differs - same > 1 {
            let middle = same + (differs - same) / 2;
            match self.digest_at(middle) == other.digest_at(middle) {
                true => same = middle,
                false => differs = middle,
            }
        }
        same
    }

    fn digest_at(&self, index: u64) -> u64 {
        self.cell(index).map_or(0, |cell| cell.digest)
    }

    fn cell(&self, index: u64) -> Option<&Rc<Cell<T>>> {
        let mut cell = self.top.as_ref().filter(|top| index >= 1 && index <= top.index)?;
        while cell.index != index {
            cell = match &cell.jump {
                Some(jump) if jump.index >= index => jump,
                _ => cell.below.as_ref()?,
            };
        }
        Some(cell)
    }
}

impl<T: Hash> Log<T> {
    pub fn push(&mut self, entry: T) {
        let mut digest = Digest::after(self.digest_at(self.len()));
        entry.hash(&mut digest);
        let below = self.top.take();
        let jump = below.as_ref().and_then(next_jump);
        let index = below.as_ref().map_or(0, |cell| cell.index) + 1;
        self.top = Some(Rc::new(Cell { entry, index, digest: digest.finish(), below, jump }));
    }
}

/// Where the cell put on `top` jumps: past two equal jumps at once, otherwise just below.
fn next_jump<T>(top: &Rc<Cell<T>>) -> Option<Rc<Cell<T>>> {
    let depth = |cell: Option<&Rc<Cell<T>>>| cell.map_or(0, |cell| cell.index);
    let near = top.index - depth(top.jump.as_ref());
    let far = top.jump.as_ref().map(|jump| jump.index - depth(jump.jump.as_ref()));
    match far == Some(near) {
        true => top.jump.as_ref().and_then(|jump| jump.jump.clone()),
        false => Some(top.clone()),
    }
}

/// Cell by cell: the compiler's own drop would recurse as deep as the log is long.
impl<T> Drop for Log<T> {
    fn drop(&mut self) {
        let mut next = self.top.take();
        while let Some(mut cell) = next.and_then(Rc::into_inner) {
            // What the jump leads to is still held by the cells below.
            cell.jump = None;
            next = cell.below.take();
        }
    }
}

impl<T> Clone for Log<T> {
    fn clone(&self) -> Log<T> {
        Log { top: self.top.clone() }
    }
}

impl<T> Default for Log<T> {
    fn default() -> Log<T> {
        Log::new()
    }
}

impl<T> PartialEq for Log<T> {
    fn eq(&self, other: &Log<T>) -> bool {
        match (&self.top, &other.top) {
            (Some(one), Some(two)) => one.index == two.index && one.digest == two.digest,
            (one, two) => one.is_none() && two.is_none(),
        }
    }
}

impl<T> Eq for Log<T> {}

impl<T> Hash for Log<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.digest_at(self.len()));
    }
}

impl<T: fmt::Debug> fmt::Debug for Log<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.range(0, self.len());
        f.debug_list().entries(entries.into_iter().map(|(_, entry)| entry)).finish()
    }
}

impl<T: Hash> FromIterator<T> for Log<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Log<T> {
        let mut log = Log::new();
        entries.into_iter().for_each(|entry| log.push(entry));
        log
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behaves_as_a_vector_does() {
        let mut chance = super::super::Chance::new(5, 5);
        let (mut log, mut vector) = (Log::new(), Vec::new());
        let mut copies: Vec<(Log<u32>, Vec<u32>)> = Vec::new();
        for n in 0..2_000 {
            match chance.below(20) {
                0 => {
                    let length = chance.below(vector.len() as u32 + 1);
                    log.truncate(u64::from(length));
                    vector.truncate(length as usize);
                }
                1 => copies.push((log.clone(), vector.clone())),
                _ => {
                    log.push(n);
                    vector.push(n);
                }
            }
            let index = chance.below(vector.len() as u32 + 2);
            let expected = (index as usize).checked_sub(1).and_then(|i| vector.get(i));
            assert_eq!(log.get(u64::from(index)), expected);
        }
        copies.push((log, vector));
        for (log, vector) in &copies {
            let entries: Vec<u32> = log.range(0, log.len()).into_iter().map(|(_, n)| *n).collect();
            assert_eq!(&entries, vector);
            let (half, middle) = (log.len() / 2, vector.get(vector.len() / 2));
            assert_eq!(log.partition_point(|n| middle.is_some_and(|middle| n < middle)), half);
            for (other_log, other_vector) in &copies {
                let same = vector.iter().zip(other_vector).take_while(|(a, b)| a == b).count();
                assert_eq!(log.common_prefix(other_log), same as u64);
                assert_eq!(log == other_log, vector == other_vector);
            }
        }
    }

    #[test]
    fn reaches_any_entry_in_logarithmic_steps() {
        let log: Log<u32> = (0..100_000).collect();
        for index in [1, 2, 777, 50_000, 99_999] {
            let (mut cell, mut steps) = (log.top.as_ref().unwrap(), 0);
            while cell.index != index {
                cell = match &cell.jump {
                    Some(jump) if jump.index >= index => jump,
                    _ => cell.below.as_ref().unwrap(),
                };
                steps += 1;
            }
            assert!(steps < 60, "{steps} steps to {index}");
        }
    }

    #[test]
    fn a_long_log_drops_without_recursion() {
        drop((0..1_000_000).collect::<Log<u32>>());
    }
}
