//! All that keeps a text from being read, for whoever is writing it: a line that cannot be read is told and
//! passed over, and what follows is read all the same.

use super::{Mistake, parse_scenario};

/// So many mistakes are told at a time.
const MOST: usize = 20;
/// In bytes: of a longer text, which takes its time, the first mistake alone is told.
const LONG: usize = 64 * 1024;

/// The mistakes in a text, in their order.
pub fn mistakes(text: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let most = if text.len() > LONG { 1 } else { MOST };
    let mut lines: Vec<&str> = text.lines().collect();
    while mistakes.len() < most
        && let Err(mistake) = parse_scenario(&lines.join("\n"))
    {
        let at = mistake.line as usize - 1;
        mistakes.push(mistake);
        // Of a run that does not begin nothing can be said.
        if at >= lines.len() || begins_run(&lines, at) {
            break;
        }
        lines[at] = "";
    }
    mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
    mistakes
}

/// Whether this line begins a run: nothing is said before it, or `beside` alone.
fn begins_run(lines: &[&str], at: usize) -> bool {
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
