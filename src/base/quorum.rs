//! Quorum arithmetic: pure functions, so that a protocol's rule reads as the paper's.

/// The smallest number of `members` such that any two sets of that size share one.
pub fn majority(members: u16) -> u16 {
    members / 2 + 1
}

/// The greatest index that a majority has reached, given how far each member has; 0 if none has.
pub fn reached_by_majority(indexes: &[u64]) -> u64 {
    let quorum = usize::from(majority(indexes.len() as u16));
    let reached = |index: u64| indexes.iter().filter(|other| **other >= index).count() >= quorum;
    indexes.iter().copied().filter(|index| reached(*index)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_two_majorities_intersect() {
        for members in 1..100 {
            assert!(2 * majority(members) > members);
            assert!(2 * (majority(members) - 1) <= members, "and no smaller number does");
        }
    }

    #[test]
    fn the_median_is_what_a_majority_has() {
        assert_eq!(reached_by_majority(&[5, 1, 3]), 3);
        assert_eq!(reached_by_majority(&[5, 1, 3, 4]), 3);
        assert_eq!(reached_by_majority(&[9]), 9);
        assert_eq!(reached_by_majority(&[]), 0);
    }
}
