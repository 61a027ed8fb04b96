//! Erasure coding: an object is cut into k data shards, and m parity shards are computed of them, so that *any* k
//! of the k + m give all the others. The code is Reed and Solomon's (1960), by the crate
//! `reed-solomon-erasure`, over bytes. It is *systematic*: the data shards are pieces of the object itself, and
//! who has them all has nothing to compute. With k = 1 every shard is a copy: that is replication.
//!
//! The code knows which shards are *missing*. That one is *wrong* it cannot see: so each carries a checksum.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use reed_solomon_erasure::galois_8::ReedSolomon;

use crate::base::Text;
use crate::base::digest::Digest;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shard {
    /// From 0 on: the first k are data, the others parity.
    pub index: u8,
    pub bytes: Rc<[u8]>,
    /// Of the bytes as they were when the shard was made.
    pub checksum: u32,
}

/// So many data and parity shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    pub k: u8,
    pub m: u8,
}

impl Shard {
    fn new(index: u8, bytes: &[u8]) -> Shard {
        Shard { index, bytes: bytes.into(), checksum: checksum(bytes) }
    }

    /// Whether its bytes are those that it was made with.
    pub fn is_whole(&self) -> bool {
        checksum(&self.bytes) == self.checksum
    }

    /// A bit of it has turned over, and nobody has noticed.
    pub fn damaged(&self) -> Shard {
        let mut bytes = self.bytes.to_vec();
        bytes[0] ^= 1;
        Shard { bytes: bytes.into(), ..self.clone() }
    }

    pub fn len(&self) -> u64 {
        self.bytes.len() as u64
    }
}

fn checksum(bytes: &[u8]) -> u32 {
    Digest::of(&bytes) as u32
}

impl Code {
    /// All shards of an object. The last data shard is filled up with zeros: an object's size stands in its manifest.
    pub fn encode(self, object: &str) -> Rc<[Shard]> {
        let length = object.len().div_ceil(usize::from(self.k)).max(1);
        let mut shards = vec![vec![0; length]; usize::from(self.k + self.m)];
        for (shard, piece) in shards.iter_mut().zip(object.as_bytes().chunks(length)) {
            shard[..piece.len()].copy_from_slice(piece);
        }
        self.solver().encode(&mut shards).expect("all shards are of one length");
        (0..).zip(&shards).map(|(index, bytes)| Shard::new(index, bytes)).collect()
    }

    /// All shards of an object, of any k of them.
    pub fn rebuild(self, some: &BTreeMap<u8, Shard>) -> Vec<Shard> {
        let bytes = |index| some.get(&index).map(|shard| shard.bytes.to_vec());
        let mut shards: Vec<_> = (0..self.k + self.m).map(bytes).collect();
        self.solver().reconstruct(&mut shards).expect("k shards of one length");
        (0..).zip(shards.iter().flatten()).map(|(index, bytes)| Shard::new(index, bytes)).collect()
    }

    /// The object, of any k of its shards.
    pub fn decode(self, some: &BTreeMap<u8, Shard>, size: u64) -> Text {
        let data = self.rebuild(some).into_iter().take(usize::from(self.k));
        let mut bytes: Vec<u8> = data.flat_map(|shard| shard.bytes.to_vec()).collect();
        bytes.truncate(size as usize);
        // What was never an object may be no text.
        let text = String::from_utf8_lossy(&bytes);
        let seen = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        text.chars().map(seen).collect::<String>().into()
    }

    fn solver(self) -> ReedSolomon {
        ReedSolomon::new(self.k.into(), self.m.into()).expect("one data and one parity shard at least")
    }
}

/// `2:flow`, or the first bytes in hexadecimal of what is no text: `3:4864…`; `✕` where its checksum does not fit.
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 2;
        write!(f, "{}:", self.index + 1)?;
        let end = self.bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        match std::str::from_utf8(&self.bytes[..end]) {
            Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => f.write_str(text)?,
            _ => {
                let mut first = self.bytes.iter().take(SHOWN);
                first.try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_str(if self.bytes.len() > SHOWN { "…" } else { "" })?;
            }
        }
        f.write_str(if self.is_whole() { "" } else { "✕" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(shards: &[Shard], indices: &[u8]) -> BTreeMap<u8, Shard> {
        indices.iter().map(|index| (*index, shards[usize::from(*index)].clone())).collect()
    }

    #[test]
    fn any_k_shards_give_the_object_and_all_other_shards() {
        let (code, object) = (Code { k: 3, m: 2 }, "sunflower-field");
        let shards = code.encode(object);
        assert_eq!(shards[0].to_string(), "1:sunfl");
        for a in 0..5 {
            for b in a + 1..5 {
                for c in b + 1..5 {
                    let some = some(&shards, &[a, b, c]);
                    assert_eq!(&*code.decode(&some, object.len() as u64), object);
                    assert_eq!(code.rebuild(&some), *shards);
                }
            }
        }
    }

    #[test]
    fn with_one_data_shard_all_are_copies() {
        let shards = Code { k: 1, m: 2 }.encode("sun");
        assert!(shards.len() == 3 && shards.iter().all(|shard| *shard.bytes == *b"sun"));
    }

    #[test]
    fn what_is_damaged_is_seen_by_its_checksum_alone() {
        let (code, object) = (Code { k: 2, m: 1 }, "sunflower");
        let mut shards = code.encode(object).to_vec();
        shards[0] = shards[0].damaged();
        assert!(!shards[0].is_whole() && shards[1].is_whole());
        assert_eq!(shards[0].to_string(), "1:runfl✕");
        let rebuilt = code.rebuild(&some(&shards, &[0, 1]));
        assert!(rebuilt[2].is_whole(), "the damage has spread, and cannot be seen");
        assert_ne!(rebuilt[2], shards[2]);
        assert_eq!(&*code.decode(&some(&shards, &[1, 2]), 9), object);
    }

    #[test]
    fn an_object_may_be_shorter_than_its_shards_are_many() {
        let code = Code { k: 4, m: 1 };
        for object in ["", "a", "一"] {
            let shards = code.encode(object);
            let all = some(&shards, &[1, 2, 3, 4]);
            assert_eq!(&*code.decode(&all, object.len() as u64), object);
        }
    }
}
