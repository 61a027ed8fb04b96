//! A hash that is the same on every machine and in every year, for comparing logs and runs.
//! The standard hasher is seeded at random and feeds `usize` at its native width; this one does
//! neither.

use std::hash::{Hash, Hasher};

/// 64-bit FNV-1a over words, finished by splitmix64's avalanche.
#[derive(Clone, Debug)]
pub struct Digest(u64);

impl Digest {
    /// A digest that starts from an earlier one: the chain of a log.
    pub fn after(previous: u64) -> Digest {
        Digest(previous ^ 0xcbf2_9ce4_8422_2325)
    }

    /// The digest of one value.
    pub fn of(value: &impl Hash) -> u64 {
        let mut digest = Digest::after(0);
        value.hash(&mut digest);
        digest.finish()
    }
}

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.write_u64(u64::from(n));
    }

    fn write_u16(&mut self, n: u16) {
        self.write_u64(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0 ^ n).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
    }

    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }

    fn write_isize(&mut self, n: isize) {
        self.write_u64(n as i64 as u64);
    }

    fn finish(&self) -> u64 {
        let mut z = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differs_where_the_values_differ() {
        assert_ne!(Digest::of(&(1u64, 2u64)), Digest::of(&(2u64, 1u64)));
        assert_ne!(Digest::of(&"ab"), Digest::of(&"ba"));
        assert_eq!(Digest::of(&Some("x")), Digest::of(&Some("x")));
    }
}
