//! All that keeps a text from being read, for whoever is writing it: a line that cannot be read is told and
//! passed over, and what follows is read all the same.

use std::borrow::Cow;

use super::{Mistake, parse_scenario};
use crate::catalog;

/// So many mistakes are told at a time.
const MOST: usize = 20;
/// In bytes: of a longer text, which takes its time, the first mistake alone is told.
const LONG: usize = 64 * 1024;

/// The mistakes in a text, in their order.
pub fn mistakes(text: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let most = if text.len() > LONG { 1 } else { MOST };
    let mut lines: Vec<Cow<str>> = text.lines().map(Cow::Borrowed).collect();
    // The line of a run that cannot be read, with what is put in the place of its mistakes.
    let mut begun: Option<(usize, String)> = None;
    while mistakes.len() < most
        && let Err(mistake) = parse_scenario(&lines.join("\n"))
    {
        let (at, column) = (mistake.line as usize - 1, mistake.column as usize - 1);
        if let Some((first, instead)) =
            begun.take_if(|(first, instead)| at != *first && !instead.is_empty())
        {
            lines[first] = Cow::Owned(format!("{}{instead}", lines[first]));
            continue;
        }
        mistakes.push(mistake);
        let Some(line) = lines.get(at) else { break };
        if !begins_run(&lines, at) {
            lines[at] = Cow::Borrowed("");
            continue;
        }
        // Its settings are read one by one. Of what follows nothing can be said where a word may have meant
        // anything.
        let Some((rest, word)) = without_word(line, column) else { break };
        let Some(instead) = instead_of(&word, &rest) else { break };
        begun.get_or_insert((at, String::new())).1 += &instead;
        lines[at] = Cow::Owned(rest);
    }
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    mistakes
}

/// The line with spaces for the word around this column, counted from 0, and the word; nothing where that is `run`
/// or the protocol.
fn without_word(line: &str, column: usize) -> Option<(String, String)> {
    let mut letters: Vec<char> = line.chars().collect();
    let ends = |at: usize| letters.get(at).is_none_or(|letter| letter.is_whitespace());
    let start = (0..column).rfind(|at| ends(*at)).map_or(0, |before| before + 1);
    let end = (column..).find(|at| ends(*at))?;
    let before = letters.get(..start)?.iter().collect::<String>();
    if end == start || before.split_whitespace().count() < 2 {
        return None;
    }
    let word = letters[start..end].iter().collect();
    letters[start..end].fill(' ');
    Some((letters.into_iter().collect(), word))
}

/// What is put in the place of a setting that cannot be read, so that the other lines can: of how many take part the
/// most, for the rest nothing. Nothing at all where no such setting is known.
fn instead_of(word: &str, line: &str) -> Option<String> {
    const OF_ANY_RUN: [&str; 10] = [
        "seed",
        "disk",
        "retry",
        "give-up",
        "flaw",
        "latency",
        "loss",
        "duplicate",
        "replay",
        "reorder",
    ];
    let entry = catalog::find(line.split_whitespace().nth(1)?)?;
    let (name, _) = word.split_once('=')?;
    if let Some(kind) = entry.meta.kinds.iter().find(|kind| kind.setting == name) {
        return Some(format!(" {name}={}", kind.most));
    }
    let is_known =
        OF_ANY_RUN.contains(&name) || (entry.options)().iter().any(|option| option.name == name);
    is_known.then(String::new)
}

/// Whether this line begins a run: nothing is said before it, or `beside` alone.
fn begins_run(lines: &[Cow<str>], at: usize) -> bool {
    let is_said = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let before = lines[..at].iter().map(|line| line.trim()).rfind(is_said);
    before.is_none_or(|before| before == "beside")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::SIZE;

    fn told(text: &str) -> Vec<(u32, u32)> {
        mistakes(text).iter().map(|mistake| (mistake.line, mistake.column)).collect()
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let text = "# What for\nrun raft nodes=3\n1s crush S1\n2s crash S4\n1500ms heal\n3s crash S1 twice\n";
        assert_eq!(told(text), [(3, 4), (4, 10), (6, 13)]);
        assert_eq!(
            told("run raft nodes=3\n1s crash S1\n500ms heal\n600ms heal\n"),
            [(3, 1), (4, 1)]
        );
        assert_eq!(told("run raft nodes=3\n1s crash S1\n"), []);
        assert_eq!(told("run raft\nbeside nodes=99\n1s fly S1\n"), [(2, 14), (3, 4)]);
        assert_eq!(told("run raft nodes=99 seed=x\n1s fly S1\n"), [(1, 16), (1, 24), (2, 4)]);
        assert_eq!(told("run raft nodes=0\n1s crash S9\n2s crash S99\n"), [(1, 16), (3, 10)]);
        assert_eq!(told("run raft node=3\n1s crash S9\n"), [(1, 10)], "who is there is not known");
        assert_eq!(told(&format!("run raft\n{}", "1s fly S1\n".repeat(99))).len(), MOST);
    }

    #[test]
    fn of_a_run_that_does_not_begin_nothing_more_is_told() {
        assert_eq!(told(""), [(1, 1)]);
        assert_eq!(told("rum raft\n1s fly S1\n2s fly S1\n"), [(1, 1)]);
        assert_eq!(told("run raft\n1s fly S1\nbeside\nrun rift\n1s fly S2\n"), [(2, 4), (4, 5)]);
    }

    #[test]
    fn what_is_too_long_is_told_by_its_length_alone() {
        let long = mistakes(&"1s fly S1\n".repeat(SIZE / 9));
        assert_eq!(long.len(), 1);
        assert!(long[0].sentence.to_string().starts_with("A script has at most "));
    }
}
