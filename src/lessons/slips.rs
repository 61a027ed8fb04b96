//! How alike two words are: a slip of a letter or two is forgiven.

/// How many slips lead from one word to the other: a letter too many, too few, a wrong one, two that changed
/// places. `None` where they are too many for words of this length.
pub fn slips(said: &str, known: &str) -> Option<usize> {
    let (said, known): (Vec<char>, Vec<char>) = (said.chars().collect(), known.chars().collect());
    let most = match said.len() {
        0..=3 => return None,
        4 => 1,
        _ => 2,
    };
    if said.len().abs_diff(known.len()) > most || said.first() != known.first() {
        return None;
    }
    // Row by row, as far as each beginning of the one is from each beginning of the other.
    let mut rows = vec![(0..=known.len()).collect::<Vec<usize>>()];
    for (i, c) in said.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, d) in known.iter().enumerate() {
            let change = rows[i][j] + usize::from(c != d);
            let mut best = change.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *c == known[j - 1] && said[i - 1] == *d {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[said.len()].last().copied().filter(|slips| *slips <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_alike_up_to_a_slip_or_two() {
        for (said, known, many) in [
            ("paxos", "paxos", Some(0)),
            ("pasox", "paxos", Some(2)),
            ("redlok", "redlock", Some(1)),
            ("zookeper", "zookeeper", Some(1)),
            ("qourum", "quorum", Some(1)),
            ("rat", "raft", None),
            ("locks", "stocks", None),
            ("gossip", "quorum", None),
        ] {
            assert_eq!(slips(said, known), many, "{said} {known}");
        }
    }
}
