//! How replicas become equal, and how a tombstone ends.
//!
//! A write that meets a server which is down is kept by another as a *hint*, and handed off. A read brings
//! those up to date who have answered with something older. And servers compare *hash trees* of the keys
//! that both keep: equal hashes, equal branches; where they differ they go down, and exchange what hangs
//! from the leaf.
//!
//! A deleted key is kept as a tombstone, or else the value would come back from a replica that has missed the
//! delete. It goes when nothing older can come any more: all replicas have had it for longer than the
//! *grace*, no hint waits, and what is still on its way is too old to be taken. Servers are asked twice: what
//! one has answered before the last of them had the tombstone may not be so any more.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use crate::base::digest::Digest;
use crate::base::{Place, Span, Text, Time};
use crate::protocol::{Effects, Repeat, Switch};
use crate::sentence;

use super::coordinator::{Open, What};
use super::message::{Kept, Message, Objects};
use super::versions::Object;
use super::{QuorumStore, Timer};

/// A branch of the hash tree: those keys whose own hash begins with these bits. The root has none, each
/// level two more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Branch {
    bits: u32,
    value: u64,
}

const ROOT: Branch = Branch { bits: 0, value: 0 };

/// A leaf's bits.
const LEAF: u32 = 4;

/// A tombstone of which this server asks all others whether they still need it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Settling {
    digest: u64,
    /// When it began to ask, and how many times.
    attempt: Time,
    round: u64,
    yes: BTreeSet<Place>,
}

/// What replicas keep.
impl QuorumStore {
    /// Takes in what another has under the key: into what this server keeps, or keeps for another.
    pub(super) fn absorb(
        &mut self,
        hint: Option<Place>,
        key: &Text,
        other: &Object,
        fx: &mut Effects<Self>,
    ) {
        let kept = match hint {
            None => self.saved.store.get(key),
            Some(slot) => self.saved.hints.get(&(slot, key.clone())),
        };
        let mut object = kept.map_or(Object::default(), |kept| (*kept.object).clone());
        object.merge(self.config.versions, other);
        if kept.is_none_or(|kept| *kept.object != object) {
            self.keep(hint, key, Rc::new(object), fx);
            self.save(fx);
        }
    }

    /// What this server has under the key is this from now on.
    pub(super) fn keep(
        &mut self,
        hint: Option<Place>,
        key: &Text,
        object: Rc<Object>,
        fx: &mut Effects<Self>,
    ) {
        if self.config.no_tombstone && object.is_dead() {
            match hint {
                None => _ = Rc::make_mut(&mut self.saved.store).remove(key),
                Some(slot) => {
                    _ = Rc::make_mut(&mut self.saved.hints).remove(&(slot, key.clone()));
                }
            }
            return;
        }
        let kept = Kept { object, since: fx.local_now() };
        match hint {
            None => _ = Rc::make_mut(&mut self.saved.store).insert(key.clone(), kept),
            Some(slot) => {
                _ = Rc::make_mut(&mut self.saved.hints).insert((slot, key.clone()), kept);
            }
        }
    }

    /// Whether a message comes so late that a tombstone which it does not know may be gone.
    #[track_caller]
    pub(super) fn is_too_old(&self, from: Place, sent: Time, fx: &mut Effects<Self>) -> bool {
        let old = sent + self.config.grace < fx.local_now();
        if old {
            fx.note(sentence!("drops what {0} sent: it is older than the grace", from));
        }
        old
    }
}

/// Read repair.
impl QuorumStore {
    /// The read is over: who has answered with something older gets what was found.
    pub(super) fn repair(&mut self, client: Place, fx: &mut Effects<Self>) {
        let Some(Open { key, what: What::Read { found, .. }, .. }) = self.open.remove(&client)
        else {
            return;
        };
        fx.cancel_timer(Timer::Timeout(client));
        let (how, object) = (self.config.versions, self.together(&found));
        let Some(sent) = found.values().map(|found| found.at).min() else { return };
        if self.config.read_repair == Switch::Off || object == Object::default() {
            return;
        }
        let object = Rc::new(object);
        for server in self.preference(&key) {
            let Some(found) = found.get(&server) else { continue };
            let old = found.object.as_ref();
            if old.is_some_and(|old| old.includes(how, &object)) {
                continue;
            }
            let (key, object) = (key.clone(), object.clone());
            match server == self.me {
                true => self.take_repair(server, key, &object, sent, fx),
                false => fx.send(server, Message::Repair { key, object, sent }),
            }
        }
    }

    pub(super) fn take_repair(
        &mut self,
        from: Place,
        key: Text,
        object: &Object,
        sent: Time,
        fx: &mut Effects<Self>,
    ) {
        if !self.keeps(&key) || self.is_too_old(from, sent, fx) {
            return;
        }
        if self.config.repair_overwrites {
            self.keep(None, &key, Rc::new(object.clone()), fx);
            return self.save(fx);
        }
        self.absorb(None, &key, object, fx);
    }
}

/// Hinted hand-off.
impl QuorumStore {
    pub(super) fn hand_off(&mut self, fx: &mut Effects<Self>) {
        self.handing_off = false;
        let (now, grace) = (fx.local_now(), self.config.grace);
        let handed = Rc::make_mut(&mut self.saved.handed);
        handed.retain(|_, at| *at + grace >= now);
        let hinted = self.saved.hints.keys().map(|(_, key)| (key.clone(), now));
        handed.extend(hinted);
        self.save(fx);
        for ((to, key), kept) in self.saved.hints.iter() {
            let (key, object) = (key.clone(), kept.object.clone());
            fx.send(*to, Message::HandOff { key, object, sent: now });
        }
    }

    pub(super) fn take_over(
        &mut self,
        from: Place,
        key: Text,
        object: &Object,
        sent: Time,
        fx: &mut Effects<Self>,
    ) {
        if !self.keeps(&key) || self.is_too_old(from, sent, fx) {
            return;
        }
        self.absorb(None, &key, object, fx);
        fx.send(from, Message::TakenOver { key, digest: Digest::of(object) });
    }

    /// The server for which it was kept has it. A write that is not done is kept: it may have to be sent
    /// again.
    pub(super) fn drop_hint(
        &mut self,
        from: Place,
        key: Text,
        digest: u64,
        fx: &mut Effects<Self>,
    ) {
        let mut writes = self.open.values().filter(|open| matches!(open.what, What::Write { .. }));
        let needed = writes.any(|open| open.key == key && self.hint_of(&key) == Some(from));
        let place = (from, key);
        let same =
            self.saved.hints.get(&place).is_some_and(|kept| Digest::of(&*kept.object) == digest);
        if same && !needed {
            Rc::make_mut(&mut self.saved.hints).remove(&place);
            self.save(fx);
        }
    }
}

/// Anti-entropy.
impl QuorumStore {
    pub(super) fn set_compare_timer(&self, fx: &mut Effects<Self>) {
        if let Repeat::Every(time) = self.config.anti_entropy {
            let span = Span::new(Time(time.0 * 3 / 4), Time(time.0 * 5 / 4));
            fx.set_timer(Timer::Compare, span);
        }
    }

    /// Sends the root of its tree to the next server that keeps some of the same keys.
    pub(super) fn compare(&mut self, fx: &mut Effects<Self>) {
        self.set_compare_timer(fx);
        let peers = self.peers();
        if peers.is_empty() {
            return;
        }
        self.compared = (self.compared + 1) % peers.len();
        let peer = peers[self.compared];
        fx.send(peer, Message::Compare { branches: [(ROOT, self.root(peer))].into() });
    }

    /// The hash of all that both keep.
    pub(super) fn root(&self, peer: Place) -> u64 {
        self.hash(ROOT, peer)
    }

    /// Those who keep some of the same keys: less than N apart on the ring.
    fn peers(&self) -> Vec<Place> {
        let (count, n) = (self.ring.len(), self.n());
        let me = self.ring.iter().position(|(_, server)| *server == self.me).unwrap_or_default();
        let apart = |other: usize| (other + count - me) % count;
        let near = |other: &usize| {
            let ahead = apart(*other);
            ahead != 0 && (ahead < n || count - ahead < n)
        };
        (0..count).filter(near).map(|place| self.ring[place].1).collect()
    }

    /// What both keep of this branch.
    fn common(&self, branch: Branch, peer: Place) -> impl Iterator<Item = (&Text, &Kept)> {
        let within = self.saved.store.iter().filter(move |(key, _)| branch.has(key));
        within.filter(move |(key, _)| self.order(key).take(self.n()).any(|server| server == peer))
    }

    fn hash(&self, branch: Branch, peer: Place) -> u64 {
        let mut hash = 0;
        for (key, kept) in self.common(branch, peer) {
            let under = match self.config.tree_of_keys {
                true => 0,
                false => Digest::of(&*kept.object),
            };
            hash = Digest::of(&(hash, key, under));
        }
        hash
    }

    /// Another server's hashes: where its own are other, it goes down.
    pub(super) fn compare_with(
        &mut self,
        from: Place,
        branches: &[(Branch, u64)],
        fx: &mut Effects<Self>,
    ) {
        let differ = branches.iter().filter(|(branch, hash)| self.hash(*branch, from) != *hash);
        let (leaves, inner): (Vec<Branch>, Vec<Branch>) =
            differ.map(|(branch, _)| *branch).partition(|branch| branch.bits == LEAF);
        if !inner.is_empty() {
            let below = inner.into_iter().flat_map(Branch::below);
            let branches = below.map(|branch| (branch, self.hash(branch, from))).collect();
            fx.send(from, Message::Compare { branches });
        }
        if !leaves.is_empty() {
            let objects = self.under(&leaves, from).collect();
            let (leaves, sent) = (leaves.into(), fx.local_now());
            fx.send(from, Message::Exchange { leaves, objects, sent, back: true });
        }
    }

    fn under(&self, leaves: &[Branch], peer: Place) -> impl Iterator<Item = (Text, Rc<Object>)> {
        let all = leaves.iter().flat_map(move |leaf| self.common(*leaf, peer));
        all.map(|(key, kept)| (key.clone(), kept.object.clone()))
    }

    /// What hangs from another server's leaves; and back goes what it lacks.
    pub(super) fn exchange(
        &mut self,
        from: Place,
        leaves: &Rc<[Branch]>,
        objects: &Objects,
        sent: Time,
        back: bool,
        fx: &mut Effects<Self>,
    ) {
        if self.is_too_old(from, sent, fx) {
            return;
        }
        for (key, object) in objects.iter() {
            if self.keeps(key) {
                self.absorb(None, key, object, fx);
            }
        }
        let has = |key: &Text, object: &Rc<Object>| {
            objects.iter().any(|(other, theirs)| other == key && theirs == object)
        };
        let lacks: Objects =
            self.under(leaves, from).filter(|(key, object)| !has(key, object)).collect();
        if back && !lacks.is_empty() {
            let (leaves, sent) = (leaves.clone(), fx.local_now());
            fx.send(from, Message::Exchange { leaves, objects: lacks, sent, back: false });
        }
    }
}

/// The end of tombstones.
impl QuorumStore {
    /// Asks all servers about those tombstones that have been here for long enough.
    pub(super) fn ask_settled(&mut self, fx: &mut Effects<Self>) {
        self.collecting = false;
        let now = fx.local_now();
        let dead = self.saved.store.iter().filter(|(_, kept)| kept.object.is_dead());
        let dead: Vec<(Text, u64)> =
            dead.map(|(key, kept)| (key.clone(), Digest::of(&*kept.object))).collect();
        self.settling = BTreeMap::new();
        for (key, digest) in dead {
            if self.config.early_collection {
                let ripe = self.saved.store[&key].since + self.config.grace < now;
                if ripe {
                    Rc::make_mut(&mut self.saved.store).remove(&key);
                    self.save(fx);
                }
                continue;
            }
            if self.is_settled(&key, digest, now) {
                let yes = BTreeSet::from([self.me]);
                let settling = Settling { digest, attempt: now, round: 1, yes };
                self.settling.insert(key.clone(), settling);
                self.ask_all(key, fx);
            }
        }
    }

    fn ask_all(&mut self, key: Text, fx: &mut Effects<Self>) {
        let Some(Settling { digest, attempt, round, .. }) = self.settling.get(&key).cloned() else {
            return;
        };
        let ask = Message::AskSettled { key: key.clone(), digest, attempt, round };
        fx.broadcast(self.others(), ask);
        self.conclude_settling(key, fx);
    }

    /// Whether nothing older than this tombstone is here, nor was sent by this server within the grace.
    pub(super) fn is_settled(&self, key: &Text, digest: u64, now: Time) -> bool {
        let over = |at: Time| at + self.config.grace < now;
        let kept = self.saved.store.get(key);
        let ripe = kept.is_none_or(|it| Digest::of(&*it.object) == digest && over(it.since));
        let hinted = self.saved.hints.keys().any(|(_, hinted)| hinted == key);
        ripe && !hinted && self.saved.handed.get(key).is_none_or(|at| over(*at))
    }

    pub(super) fn hear_settled(
        &mut self,
        from: Place,
        key: Text,
        attempt: Time,
        round: u64,
        fx: &mut Effects<Self>,
    ) {
        if let Some(settling) = self.settling.get_mut(&key)
            && (settling.attempt, settling.round) == (attempt, round)
            && fx.local_now() <= attempt + self.config.grace
        {
            settling.yes.insert(from);
            self.conclude_settling(key, fx);
        }
    }

    /// All have said twice that they do not need it.
    fn conclude_settling(&mut self, key: Text, fx: &mut Effects<Self>) {
        let Some(settling) = self.settling.get_mut(&key) else { return };
        if settling.yes.len() < self.ring.len() {
            return;
        }
        let (digest, round) = (settling.digest, settling.round);
        if !self.is_settled(&key, digest, fx.local_now()) {
            self.settling.remove(&key);
        } else if round == 1 {
            let yes = BTreeSet::from([self.me]);
            let settling = self.settling.get_mut(&key).expect("it was there");
            (settling.round, settling.yes) = (2, yes);
            self.ask_all(key, fx);
        } else {
            self.settling.remove(&key);
            fx.note(sentence!("collects the tombstone of {0}: nobody needs it any more", key.clone()));
            let others = self.preference(&key).into_iter().filter(|server| *server != self.me);
            fx.broadcast(others, Message::Collect { key: key.clone(), digest });
            self.collect(&key, digest, fx);
        }
    }

    pub(super) fn collect(&mut self, key: &Text, digest: u64, fx: &mut Effects<Self>) {
        let kept = self.saved.store.get(key);
        if kept.is_some_and(|kept| Digest::of(&*kept.object) == digest) {
            Rc::make_mut(&mut self.saved.store).remove(key);
            self.save(fx);
        }
    }
}

impl Branch {
    fn has(self, key: &Text) -> bool {
        let hash = Digest::of(key);
        self.bits == 0 || hash >> (64 - self.bits) == self.value
    }

    /// The branches that grow from it.
    fn below(self) -> impl Iterator<Item = Branch> {
        (0..4).map(move |next| Branch { bits: self.bits + 2, value: self.value << 2 | next })
    }
}

/// `root`, or its bits: `0110`.
impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bits {
            0 => f.write_str("root"),
            bits => write!(f, "{:0width$b}", self.value, width = bits as usize),
        }
    }
}
