//! Who takes part, and who decides (dissertation, chapter 4). A configuration is an entry of the log, in force
//! as soon as it is appended, committed or not. (In etcd it is in force when it is executed.)

use std::fmt;

use crate::base::Place;
use crate::base::quorum::{majority, reached_by_majority};

/// A set of servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Servers(u32);

impl Servers {
    /// The first so many.
    pub fn first(count: u16) -> Servers {
        Place::servers(count).collect()
    }

    pub fn has(self, server: Place) -> bool {
        self.0 & Servers::bit(server) != 0
    }

    pub fn with(self, server: Place) -> Servers {
        Servers(self.0 | Servers::bit(server))
    }

    pub fn without(self, server: Place) -> Servers {
        Servers(self.0 & !Servers::bit(server))
    }

    pub fn and(self, others: Servers) -> Servers {
        Servers(self.0 | others.0)
    }

    pub fn but(self, others: Servers) -> Servers {
        Servers(self.0 & !others.0)
    }

    pub fn len(self) -> u16 {
        self.0.count_ones() as u16
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// In their order.
    pub fn iter(self) -> impl Iterator<Item = Place> + Clone + use<> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let number = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (number < u32::BITS).then(|| Place::server(number as u16))
        })
    }

    fn bit(server: Place) -> u32 {
        assert!(server.is_server() && server.number() < 32, "{server} is a server of a small cluster");
        1 << server.number()
    }

    /// Whether any majority of the one has a server in common with any of the other: none does if each can
    /// be completed from what they do not share.
    fn majorities_meet(self, other: Servers) -> bool {
        let shared = Servers(self.0 & other.0).len();
        let taken = |of: Servers| majority(of.len()).saturating_sub(of.len() - shared);
        taken(self) + taken(other) > shared
    }
}

impl FromIterator<Place> for Servers {
    fn from_iter<I: IntoIterator<Item = Place>>(places: I) -> Servers {
        places.into_iter().fold(Servers::default(), Servers::with)
    }
}

/// `S1 S2 S3`
impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.iter().map(|server| server.to_string()).collect();
        f.write_str(&names.join(" "))
    }
}

/// Who votes, and who only receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Configuration {
    pub voters: Servers,
    /// While joint (§4.3): the voters of the old configuration, who have to agree as well.
    pub outgoing: Servers,
    pub learners: Servers,
}

impl Configuration {
    pub fn of(voters: Servers) -> Configuration {
        Configuration { voters, ..Configuration::default() }
    }

    pub fn is_joint(self) -> bool {
        !self.outgoing.is_empty()
    }

    pub fn all(self) -> Servers {
        self.deciding().and(self.learners)
    }

    /// All who vote.
    pub fn deciding(self) -> Servers {
        self.voters.and(self.outgoing)
    }

    /// A quorum is a majority of the voters, and while joint a majority of the old ones too.
    pub fn agreed(self, has: impl Fn(Place) -> bool) -> bool {
        self.halves().all(|half| {
            let agreed = half.iter().filter(|server| has(*server)).count();
            agreed >= usize::from(majority(half.len()))
        })
    }

    /// The greatest index that a quorum has reached, given how far each server has, by its number.
    pub fn reached(self, indexes: &[u64]) -> u64 {
        let of = |half: Servers| {
            let mut reached = [0; 32];
            let mut count = 0;
            for server in half.iter() {
                reached[count] = indexes[server.index()];
                count += 1;
            }
            reached_by_majority(&reached[..count])
        };
        self.halves().map(of).min().unwrap_or(0)
    }

    /// Whether every quorum of the one has a server in common with every quorum of the other.
    pub fn meets(self, other: Configuration) -> bool {
        self.halves().any(|one| other.halves().any(|two| one.majorities_meet(two)))
    }

    fn halves(self) -> impl Iterator<Item = Servers> + Clone {
        std::iter::once(self.voters).chain((!self.outgoing.is_empty()).then_some(self.outgoing))
    }
}

/// `S1 S2 S3`, with learners `S1 S2 S3 +S4`, and while joint `S1 S2 S3 → S2 S3 S4`.
impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_joint() {
            write!(f, "{} → ", self.outgoing)?;
        }
        self.voters.fmt(f)?;
        self.learners.iter().try_for_each(|learner| write!(f, " +{learner}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(numbers: &[u16]) -> Servers {
        numbers.iter().map(|number| Place::server(number - 1)).collect()
    }

    #[test]
    fn while_joint_both_majorities_decide() {
        let (old, new) = (servers(&[1, 2, 3]), servers(&[3, 4, 5]));
        let joint = Configuration { outgoing: old, ..Configuration::of(new) };
        let agreed = |numbers: &[u16]| joint.agreed(|server| servers(numbers).has(server));
        assert!(agreed(&[2, 3, 4]) && agreed(&[1, 2, 4, 5]));
        assert!(!agreed(&[1, 2, 3]) && !agreed(&[3, 4, 5]) && !agreed(&[1, 3]));
        assert_eq!(joint.reached(&[7, 7, 5, 5, 0]), 5);
        assert_eq!(Configuration::of(old).reached(&[7, 7, 5, 5, 0]), 7);
        assert_eq!(joint.to_string(), "S1 S2 S3 → S3 S4 S5");
    }

    #[test]
    fn one_server_more_or_less_meets_and_two_need_not() {
        let of = |numbers: &[u16]| Configuration::of(servers(numbers));
        assert!(of(&[1, 2, 3]).meets(of(&[1, 2, 3, 4])) && of(&[1, 2]).meets(of(&[1])));
        assert!(!of(&[1, 2, 3]).meets(of(&[3, 4, 5])) && !of(&[1, 2, 3]).meets(of(&[1, 2, 3, 4, 5])));
        let joint = Configuration { outgoing: servers(&[1, 2, 3]), ..of(&[3, 4, 5]) };
        assert!(of(&[1, 2, 3]).meets(joint) && joint.meets(of(&[3, 4, 5])));
        assert!(!of(&[1, 2, 4, 5]).meets(of(&[1, 2, 3])) || majority(4) + majority(3) > 5);
    }

    /// The rule for majorities, against all of them.
    #[test]
    fn majorities_meet_where_all_of_them_do() {
        let quorums = |of: Servers| {
            (0..64u32)
                .map(Servers)
                .filter(move |some| some.but(of).is_empty() && some.len() >= majority(of.len()))
        };
        for (one, two) in (1..64).flat_map(|one| (1..64).map(move |two| (Servers(one), Servers(two)))) {
            let all = quorums(one).all(|a| quorums(two).all(|b| !Servers(a.0 & b.0).is_empty()));
            assert_eq!(one.majorities_meet(two), all, "{one} and {two}");
        }
    }
}
