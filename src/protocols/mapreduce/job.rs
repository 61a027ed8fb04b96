//! What the job is: to count the words of a rhyme. The two functions that the user of MapReduce writes, as in
//! section 2.1 of the paper, and what a program that does all one after the other would put out.

use std::collections::BTreeMap;
use std::fmt;

/// The input: a line is a split. Where there are more splits, the rhyme begins anew.
const RHYME: &str = include_str!("rhyme.txt");

/// The split of a map task; tasks are numbered from 1.
pub fn split(task: u64) -> &'static str {
    RHYME.lines().cycle().nth(task as usize - 1).unwrap_or_default()
}

/// How often each word occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counts(pub BTreeMap<&'static str, u64>);

impl Counts {
    /// *Reduce*: adds up the numbers of each word.
    pub fn add(&mut self, other: &Counts) {
        for (word, count) in &other.0 {
            *self.0.entry(word).or_default() += count;
        }
    }

    pub fn words(&self) -> u64 {
        self.0.values().sum()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told: Vec<String> = self.0.iter().map(|(word, count)| format!("{word} {count}")).collect();
        f.write_str(if told.is_empty() { "–" } else { "" })?;
        f.write_str(&told.join(", "))
    }
}

/// *Map*: a one for each word, divided among the partitions. (What of a word is in one partition is added up here
/// already: the paper's combiner does so.)
pub fn map(text: &'static str, partition: impl Fn(&str) -> u64, reduces: u64) -> Vec<Counts> {
    let mut parts = vec![Counts::default(); reduces as usize];
    for word in text.split(' ') {
        *parts[partition(word) as usize].0.entry(word).or_default() += 1;
    }
    parts
}

/// A hash of the word: that of Java's strings.
pub fn hash(word: &str) -> u64 {
    let hash = word.bytes().fold(0u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    u64::from(hash)
}

/// What one program would put out that goes through all splits one after the other.
pub fn sequential(splits: u64) -> Counts {
    let mut all = Counts::default();
    (1..=splits).flat_map(|task| map(split(task), |_| 0, 1)).for_each(|counts| all.add(&counts));
    all
}
