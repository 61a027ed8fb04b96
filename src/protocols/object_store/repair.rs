//! Repair: a gateway that is told to scrub an object has all its shards inspected, where they stand. If any is
//! missing, or its checksum does not fit, it fetches k others, computes what is missing, and stores it. So with
//! this code the loss of one shard costs k times its size in traffic, where a copy would cost its own: the price of the
//! room that is saved. What is lost on the way the next scrub finds again.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Text;
use crate::sentence;

use super::Message;
use super::code::Shard;
use super::gateway::{Fx, Gateway};

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Repair {
    version: u64,
    sound: BTreeSet<u8>,
    missing: BTreeSet<u8>,
    /// Of which it has asked for the bytes, and what has come.
    fetching: BTreeSet<u8>,
    got: BTreeMap<u8, Shard>,
    rebuilt: BTreeSet<u8>,
}

impl Gateway {
    pub(super) fn scrub(&mut self, key: Text, version: u64, fx: &mut Fx) {
        for index in 0..self.config.shards() {
            let to = self.server_of(&key, index);
            fx.send(to, Message::Inspect { key: key.clone(), version, index });
        }
        self.repairs.insert(key, Repair { version, ..Repair::default() });
    }

    fn repair(&mut self, key: &Text, version: u64) -> Option<&mut Repair> {
        self.repairs.get_mut(key).filter(|it| it.version == version)
    }

    pub(super) fn is_sound(&mut self, key: &Text, version: u64, index: u8, fx: &mut Fx) {
        if let Some(repair) = self.repair(key, version) {
            repair.sound.insert(index);
            self.mend(key, fx);
        }
    }

    pub(super) fn is_missing(&mut self, key: &Text, version: u64, index: u8, fx: &mut Fx) {
        if let Some(repair) = self.repair(key, version) {
            repair.sound.remove(&index);
            repair.missing.insert(index);
            self.mend(key, fx);
        }
    }

    /// What was rebuilt is on a disk.
    pub(super) fn is_mended(&mut self, key: &Text, version: u64, index: u8) {
        let all = usize::from(self.config.shards());
        let Some(repair) = self.repair(key, version) else { return };
        if repair.rebuilt.contains(&index) {
            repair.missing.remove(&index);
            repair.sound.insert(index);
            if repair.sound.len() == all {
                self.repairs.remove(key);
            }
        }
    }

    /// Whether something is missing, and can be rebuilt.
    pub(super) fn is_mending(&self) -> bool {
        let k = self.config.k as usize;
        self.repairs.values().any(|it| !it.missing.is_empty() && it.sound.len() >= k)
    }

    pub(super) fn mend_with(&mut self, key: &Text, version: u64, shard: &Shard, fx: &mut Fx) {
        // Flaw: what is computed of a damaged shard is wrong, and has a checksum that fits.
        let usable = shard.is_whole() || self.config.unchecked_repair;
        let Some(repair) = self.repair(key, version) else { return };
        if usable && repair.fetching.contains(&shard.index) && !repair.got.contains_key(&shard.index) {
            repair.got.insert(shard.index, shard.clone());
            self.traffic.0 += shard.len();
            self.mend(key, fx);
        }
    }

    /// Does what can be done: fetches k shards once something is missing, and computes that.
    fn mend(&mut self, key: &Text, fx: &mut Fx) {
        let (code, k, all) = (self.code(), self.config.k as usize, self.config.shards());
        let Some(repair) = self.repairs.get_mut(key) else { return };
        let version = repair.version;
        if repair.sound.len() == usize::from(all) {
            self.repairs.remove(key);
            return;
        }
        if repair.missing.is_empty() || repair.sound.len() < k {
            return;
        }
        if repair.got.len() < k {
            let room = k.saturating_sub(repair.fetching.len());
            let next: Vec<u8> = repair.sound.difference(&repair.fetching).copied().take(room).collect();
            repair.fetching.extend(&next);
            return next.into_iter().for_each(|index| self.fetch(key, version, index, fx));
        }
        let shards = code.rebuild(&repair.got);
        let of: Vec<String> = repair.got.keys().take(k).map(|index| (index + 1).to_string()).collect();
        let missing: Vec<u8> = repair.missing.difference(&repair.rebuilt).copied().collect();
        repair.rebuilt.extend(&missing);
        for index in missing {
            let shard = shards[usize::from(index)].clone();
            self.traffic.1 += shard.len();
            fx.note(sentence!("rebuilds {0} of {1} out of shards {2}", shard.to_string(), key.clone(), of.join(" ")));
            self.store(key, version, shard, fx);
        }
    }
}
