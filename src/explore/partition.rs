//! Partitions, drawn by their kinds.

use crate::base::{Chance, Place, quorum};
use crate::command::Partition;
use crate::protocol::PartitionKind;

/// A partition of this kind, among these places; `None` where so few cannot be parted so.
pub fn draw(kind: PartitionKind, places: &[Place], chance: &mut Chance) -> Option<Partition> {
    let mut places = places.to_vec();
    shuffle(&mut places, chance);
    let most = places.len();
    let majority = usize::from(quorum::majority(most as u16));
    let up_to = |most: usize, chance: &mut Chance| 1 + chance.below(most as u32) as usize;
    match kind {
        _ if most < 2 => None,
        PartitionKind::Halves => two(&places, most / 2, most / 2),
        PartitionKind::OneAlone => two(&places, 1, 1),
        // Of two, the one is no majority either.
        PartitionKind::Minority => {
            let minority = up_to((most - majority).max(1), chance);
            two(&places, minority, minority)
        }
        // A bridge has a bank on both sides.
        PartitionKind::Bridge if most < 3 => None,
        PartitionKind::Bridge => two(&places, most / 2, most / 2 + 1),
        PartitionKind::MajoritiesRing => {
            // So many neighbours on either side make a majority, with the server itself.
            let reach = majority / 2;
            let window = |first| (first..=first + reach).map(|i| places[i % most]).collect();
            (2 * reach + 1 < most).then(|| Partition::Groups((0..most).map(window).collect()))
        }
        PartitionKind::OneWay => {
            let (unheard, deaf) = places.split_at(up_to(most - 1, chance));
            Some(Partition::OneWay { unheard: unheard.to_vec(), deaf: deaf.to_vec() })
        }
    }
}

/// Two groups: the places before `end`, and those from `start` on. Where `start` comes first, those in
/// between belong to both.
fn two(places: &[Place], start: usize, end: usize) -> Option<Partition> {
    Some(Partition::Groups(vec![places[..end].to_vec(), places[start..].to_vec()]))
}

/// In any order, each as likely.
fn shuffle(places: &mut [Place], chance: &mut Chance) {
    for last in (1..places.len()).rev() {
        places.swap(last, chance.below(last as u32 + 1) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    use crate::base::Places;
    use crate::sim::division::Division;

    /// How many others each server hears, the fewest first, and how many pairs hear each other.
    fn hears(kind: PartitionKind, nodes: u16, seed: u64) -> Option<(Vec<usize>, usize)> {
        let places: Vec<Place> = Place::servers(nodes).collect();
        let partition = draw(kind, &places, &mut Chance::new(seed, 1))?;
        let division = Division::new(&partition, &Rc::new(Places::cluster(nodes)), 1);
        let apart = |from: Place, to: Place| from == to || division.parts(from, to);
        let heard = Place::servers(nodes)
            .map(|to| Place::servers(nodes).filter(|from| !apart(*from, to)).count());
        let mut heard: Vec<usize> = heard.collect();
        heard.sort_unstable();
        let pairs = places.iter().flat_map(|from| places.iter().map(|to| (*from, *to)));
        let one_way = pairs.filter(|(from, to)| apart(*from, *to) && !apart(*to, *from)).count();
        Some((heard, one_way))
    }

    #[test]
    fn each_kind_parts_the_servers_as_it_says() {
        use PartitionKind::*;
        for seed in 0..50 {
            let hears = |kind, nodes| hears(kind, nodes, seed);
            assert_eq!(hears(Halves, 5), Some((vec![1, 1, 2, 2, 2], 0)));
            assert_eq!(hears(OneAlone, 5), Some((vec![0, 3, 3, 3, 3], 0)));
            assert_eq!(hears(Bridge, 5), Some((vec![2, 2, 2, 2, 4], 0)));
            for nodes in 4..10 {
                let (heard, one_way) = hears(MajoritiesRing, nodes).unwrap();
                let majority = usize::from(quorum::majority(nodes));
                assert!(one_way == 0 && heard.first() == heard.last());
                assert!((majority..usize::from(nodes)).contains(&(heard[0] + 1)), "{nodes}");
            }
            let (heard, _) = hears(Minority, 7).unwrap();
            assert!(heard[0] < 3 && heard[6] >= 3, "{heard:?}");
            let (_, one_way) = hears(OneWay, 5).unwrap();
            assert!(one_way == 4 || one_way == 6, "every pair across hears one way: {one_way}");
        }
    }

    #[test]
    fn few_servers_cannot_be_parted_in_every_way() {
        use PartitionKind::*;
        for kind in [Halves, OneAlone, Minority, Bridge, MajoritiesRing, OneWay] {
            assert_eq!(hears(kind, 1, 1), None);
            assert_eq!(hears(kind, 2, 1).is_none(), [Bridge, MajoritiesRing].contains(&kind));
            assert_eq!(hears(kind, 3, 1).is_none(), kind == MajoritiesRing);
        }
    }
}
