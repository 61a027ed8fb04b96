//! History variables: what the properties need to know of the past and no server stores. They watch what
//! clients ask and are told, and what is on disks, and know of causes what an observer knows: a write has in
//! its past what its client's session had written and read before. Of the protocol's own vectors they use
//! nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::{Place, Text};
use crate::check::Operation;
use crate::protocol::{Moment, Outcome, Witness};

use super::message::{Disk, Kept};
use super::versions::{Mark, Object, Versions, WriteId};
use super::{Ask, Config, QuorumStore, Told};

/// The first request of a session, as one that it might ask.
type SessionId = WriteId;

/// What has happened before: of each session, its writes up to this number. A session writes one thing after
/// another, so there is no gap.
type Past = BTreeMap<SessionId, u64>;

#[derive(Clone, Default)]
pub struct Ghost {
    pub config: Rc<Config>,
    /// By key: its servers.
    pub ring: Rc<[(u64, Place)]>,
    pub writes: Rc<BTreeMap<WriteId, Write>>,
    pub keys: Rc<BTreeMap<Text, KeyPast>>,
    clients: Rc<BTreeMap<Place, Memory>>,
    /// By server: what is known to be on its disk, also while it is down.
    pub disks: BTreeMap<Place, Disk>,
    /// By replica and key: what has been deleted there.
    pub buried: Rc<BTreeMap<(Place, Text), Buried>>,

    // Of the last step alone.
    /// The replica and its keys that have changed.
    pub changed: Vec<(Place, Text)>,
    /// Writes that are no longer where they were, or have just been acknowledged.
    pub suspects: Vec<WriteId>,
    /// The write that was given its mark.
    pub marked: Option<WriteId>,
    /// The read whose answer has arrived.
    pub read: Option<Read>,
}

/// A write that somebody has asked for.
#[derive(Clone)]
pub struct Write {
    pub key: Text,
    pub deletes: bool,
    session: SessionId,
    past: Past,
    /// The event at which it was asked, and that at which its client was told.
    pub called: u64,
    pub acked: Option<u64>,
    pub mark: Option<Mark>,
    /// The highest mark of those that had ended when it was asked.
    pub floor: Option<Mark>,
    /// What its session had last written under this key, and what it had last read there.
    pub wrote: Vec<WriteId>,
    pub read: Vec<WriteId>,
}

/// What is known of all writes of a key.
#[derive(Clone, Default)]
pub struct KeyPast {
    /// Those that are under way, or have half failed.
    unacked: BTreeSet<WriteId>,
    /// The highest mark of those that have ended.
    floor: Option<Mark>,
    /// Of those that have ended: when the last was asked …
    pub last_call: u64,
    /// … and when the last of those that delete had ended.
    pub deleted: Option<u64>,
    /// Those that have ended, and are in no other's past that has.
    pub last: BTreeSet<WriteId>,
    /// What deletes have in their past, and the highest mark of one.
    dead: Past,
    dead_mark: Option<Mark>,
}

/// What a replica has had deleted.
#[derive(Clone, Default)]
pub struct Buried {
    past: Past,
    mark: Option<Mark>,
    ids: BTreeSet<WriteId>,
}

/// What a client's session has seen, as an observer knows it.
#[derive(Clone, Default)]
struct Memory {
    /// How much it has ever asked.
    asked: u64,
    session: u64,
    knows: BTreeMap<Text, Past>,
    /// By key: its last write that has ended, …
    own: BTreeMap<Text, WriteId>,
    /// … and the versions that it read last.
    read: BTreeMap<Text, Vec<WriteId>>,
    /// The read that it waits for: of which key, and whether it meets a write that is not over.
    reads: Option<(Text, bool)>,
    /// What it was or will be told of that.
    told: Vec<Told>,
}

/// A read that is answered.
#[derive(Clone)]
pub struct Read {
    pub client: Place,
    pub key: Text,
    pub answer: Text,
    pub ids: Vec<WriteId>,
    /// It has met no write that was under way or had half failed.
    pub quiet: bool,
    /// The last write of its own session that has ended, …
    pub own: Option<WriteId>,
    /// … and what that session had read here before.
    pub before: Vec<WriteId>,
}

impl Witness<QuorumStore> for Ghost {
    fn witness(&mut self, node: Place, store: &QuorumStore, _: Moment) {
        self.forget_step();
        self.config = store.config.clone();
        self.ring = store.ring.clone();
        for (client, taken) in store.durable.taken.iter() {
            self.record_mark((*client, taken.seq), taken.mark);
        }
        self.compare_disks(node, &store.durable);
        if let Some(told) = &store.told
            && let Some(memory) = Rc::make_mut(&mut self.clients).get_mut(&told.client)
            && memory.asked == told.seq
        {
            memory.told.push(told.clone());
        }
    }

    fn overhear(&mut self, event: u64, client: Place, ask: &Ask, outcome: Option<&Outcome>) {
        self.forget_step();
        match (&ask.what, outcome) {
            (what, None) => self.call(event, client, what, ask.session.is_none()),
            (Operation::Get { key }, Some(Outcome::DoneAt(answer, bookmark))) => {
                self.end_read(client, key, answer, bookmark);
            }
            (_, Some(Outcome::DoneAt(..))) => self.end_write(event, client),
            _ => {}
        }
    }
}

impl Ghost {
    fn forget_step(&mut self) {
        (self.read, self.marked) = (None, None);
        self.changed.clear();
        self.suspects.clear();
    }

    fn call(&mut self, event: u64, client: Place, what: &Operation, new_session: bool) {
        let memory = Rc::make_mut(&mut self.clients).entry(client).or_default();
        memory.asked += 1;
        memory.told.clear();
        if new_session {
            let asked = memory.asked;
            *memory = Memory { asked, session: asked, ..Memory::default() };
        }
        let (key, id) = (what.key(), (client, memory.asked));
        let of_key = Rc::make_mut(&mut self.keys).entry(key.clone()).or_default();
        if !what.writes() {
            memory.reads = Some((key.clone(), of_key.unacked.is_empty()));
            return;
        }
        of_key.unacked.insert(id);
        let write = Write {
            key: key.clone(),
            deletes: matches!(what, Operation::Delete { .. }),
            session: (client, memory.session),
            past: memory.knows.get(key).cloned().unwrap_or_default(),
            called: event,
            acked: None,
            mark: None,
            floor: of_key.floor,
            wrote: memory.own.get(key).copied().into_iter().collect(),
            read: memory.read.get(key).cloned().unwrap_or_default(),
        };
        if write.deletes {
            join(&mut of_key.dead, &write.past);
        }
        Rc::make_mut(&mut self.writes).insert(id, write);
        for memory in Rc::make_mut(&mut self.clients).values_mut() {
            if let Some((read, quiet)) = &mut memory.reads {
                *quiet &= read != key;
            }
        }
    }

    fn end_write(&mut self, event: u64, client: Place) {
        let Some(memory) = Rc::make_mut(&mut self.clients).get_mut(&client) else { return };
        let id = (client, memory.asked);
        let Some(write) = Rc::make_mut(&mut self.writes).get_mut(&id) else { return };
        write.acked = Some(event);
        let write = write.clone();
        let knows = memory.knows.entry(write.key.clone()).or_default();
        knows.insert(write.session, id.1);
        memory.own.insert(write.key.clone(), id);
        let of_key = Rc::make_mut(&mut self.keys).entry(write.key.clone()).or_default();
        of_key.unacked.remove(&id);
        of_key.floor = of_key.floor.max(write.mark);
        of_key.last_call = of_key.last_call.max(write.called);
        if write.deletes {
            of_key.deleted = of_key.deleted.max(Some(event));
        }
        let writes = &self.writes;
        of_key.last.retain(|other| !write.knows(*other, writes));
        let known = of_key.last.iter().any(|other| writes[other].knows(id, writes));
        if !known {
            of_key.last.insert(id);
        }
        self.suspects.push(id);
    }

    fn end_read(&mut self, client: Place, key: &Text, answer: &Text, bookmark: &Text) {
        let writes = self.writes.clone();
        let Some(memory) = Rc::make_mut(&mut self.clients).get_mut(&client) else { return };
        let same = |told: &&Told| told.answer == *answer && told.bookmark == *bookmark;
        let told = memory.told.iter().find(same);
        let Some(ids) = told.map(|told| told.ids.clone()) else { return };
        let Some((_, quiet)) = memory.reads.take() else { return };
        let own = memory.own.get(key).copied();
        let knows = memory.knows.entry(key.clone()).or_default();
        for (id, write) in ids.iter().filter_map(|id| Some((id, writes.get(id)?))) {
            join(knows, &write.past);
            join(knows, &Past::from([(write.session, id.1)]));
        }
        let before = memory.read.insert(key.clone(), ids.clone()).unwrap_or_default();
        let (key, answer) = (key.clone(), answer.clone());
        self.read = Some(Read { client, key, answer, ids, quiet, own, before });
    }

    fn record_mark(&mut self, id: WriteId, mark: Mark) {
        if self.writes.get(&id).is_none_or(|write| write.mark.is_some()) {
            return;
        }
        let Some(write) = Rc::make_mut(&mut self.writes).get_mut(&id) else { return };
        write.mark = Some(mark);
        self.marked = Some(id);
        if write.deletes {
            let of_key = Rc::make_mut(&mut self.keys).entry(write.key.clone()).or_default();
            of_key.dead_mark = of_key.dead_mark.max(Some(mark));
        }
    }

    /// What is on this disk now, and was not, or is no longer.
    fn compare_disks(&mut self, node: Place, disk: &Disk) {
        let before = self.disks.insert(node, disk.clone()).unwrap_or_default();
        if !Rc::ptr_eq(&before.hints, &disk.hints) {
            for (place, kept) in before.hints.iter() {
                self.suspect(kept, disk.hints.get(place));
            }
        }
        if Rc::ptr_eq(&before.store, &disk.store) {
            return;
        }
        for (key, kept) in before.store.iter() {
            let now = disk.store.get(key);
            self.suspect(kept, now);
            if now.is_none() {
                self.bury(node, key, &kept.object, &Object::default());
            }
        }
        for (key, kept) in disk.store.iter() {
            let old = before.store.get(key);
            if old == Some(kept) {
                continue;
            }
            self.changed.push((node, key.clone()));
            let nothing = Rc::default();
            self.bury(node, key, old.map_or(&nothing, |old| &old.object), &kept.object);
        }
    }

    fn suspect(&mut self, before: &Kept, now: Option<&Kept>) {
        let gone = before
            .object
            .ids()
            .filter(|id| now.is_none_or(|now| now.object.ids().all(|other| other != *id)));
        self.suspects.extend(gone.collect::<Vec<_>>());
    }

    /// What the replica has lost to a tombstone, or has a tombstone of.
    fn bury(&mut self, node: Place, key: &Text, before: &Object, now: &Object) {
        let place = (node, key.clone());
        let mut buried = self.buried.get(&place).cloned().unwrap_or_default();
        let mut news = false;
        for (mark, version) in now.versions.iter().filter(|(_, version)| version.value.is_none()) {
            if let Some(write) = self.writes.get(&version.id) {
                join(&mut buried.past, &write.past);
                buried.mark = buried.mark.max(Some(*mark));
                news = true;
            }
        }
        for id in before.ids().filter(|id| now.ids().all(|other| other != *id)) {
            if self.is_dead(id) && !self.is_buried(&buried, id) {
                news |= buried.ids.insert(id);
            }
        }
        if news {
            Rc::make_mut(&mut self.buried).insert(place, buried);
        }
    }

    /// Whether a delete is newer than this value, or has it in its past.
    pub fn is_dead(&self, id: WriteId) -> bool {
        let Some(write) = self.writes.get(&id).filter(|write| !write.deletes) else { return false };
        let Some(of_key) = self.keys.get(&write.key) else { return false };
        match self.config.versions {
            Versions::Lww => write.mark < of_key.dead_mark,
            Versions::Vectors => has(&of_key.dead, write, id),
        }
    }

    pub fn is_buried(&self, buried: &Buried, id: WriteId) -> bool {
        let Some(write) = self.writes.get(&id) else { return false };
        let by_mark = match self.config.versions {
            Versions::Lww => write.mark < buried.mark,
            Versions::Vectors => has(&buried.past, write, id),
        };
        by_mark || buried.ids.contains(&id)
    }

    /// Whether this version is the write, or has taken its place.
    pub fn supersedes(&self, version: WriteId, id: WriteId) -> bool {
        let (Some(by), Some(write)) = (self.writes.get(&version), self.writes.get(&id)) else {
            return false;
        };
        version == id
            || match self.config.versions {
                Versions::Lww => by.mark >= write.mark,
                Versions::Vectors => has(&by.past, write, id),
            }
    }
}

impl Write {
    /// Whether the other one is in its past.
    pub fn knows(&self, other: WriteId, writes: &BTreeMap<WriteId, Write>) -> bool {
        writes.get(&other).is_some_and(|write| has(&self.past, write, other))
    }
}

fn has(past: &Past, write: &Write, id: WriteId) -> bool {
    past.get(&write.session).is_some_and(|last| id.1 <= *last)
}

fn join(past: &mut Past, other: &Past) {
    for (session, last) in other {
        let known = past.entry(*session).or_default();
        *known = (*known).max(*last);
    }
}
