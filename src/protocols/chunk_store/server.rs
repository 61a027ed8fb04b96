//! A chunkserver: it keeps a replica on its disk, and knows what it has. As the *primary*, while it has the lease,
//! it gives mutations their order.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::{Place, Span, Text, Time};
use crate::protocol::{Effects, Input};
use crate::sentence;

use super::message::{Chunk, Record, Servers};
use super::{BEAT, ChunkStore, Config, Disk, MASTER, Message};

/// How long a primary waits for its secondaries.
const PATIENCE: Time = Time::millis(150);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    me: Place,
    pub(super) config: Rc<Config>,
    /// What was last handed to the disk …
    pub(super) disk: Disk,
    /// … and what is known to be on it.
    pub(super) durable: Disk,
    /// What clients have pushed, each its last: in memory alone.
    pub(super) buffer: BTreeMap<Place, (u64, Text)>,
    pub(super) lease: Option<Held>,
    /// What its clock showed at its last step.
    pub(super) now: Time,
    /// What it has just applied, and at which offset; and what it has just said is done: for whoever watches.
    pub(super) applied: Option<(u64, Record)>,
    pub(super) done: Option<Success>,
    /// It has just been given the lease.
    pub(super) took: bool,
}

/// The lease, as its holder knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Held {
    pub version: u64,
    pub until: Time,
    pub secondaries: Vec<Place>,
    /// What it has ordered, by serial number, and waits for.
    pub pending: BTreeMap<u64, Pending>,
    /// It has ordered something since it was last extended.
    pub busy: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pending {
    pub offset: u64,
    pub client: Place,
    pub seq: u64,
    /// Who has not said yet that it is applied.
    pub missing: BTreeSet<Place>,
}

/// An append of which a client was told that it is done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Success {
    pub offset: u64,
    pub record: Record,
    /// The primary's and its secondaries'.
    pub replicas: usize,
}

type Fx = Effects<ChunkStore>;

impl Server {
    pub(super) fn boot(me: Place, config: Rc<Config>, disk: &Disk, fx: &mut Fx) -> Server {
        let (disk, durable, now) = (disk.clone(), disk.clone(), fx.steady_now());
        let (buffer, lease, applied, done, took) = (BTreeMap::new(), None, None, None, false);
        let mut it = Server { me, config, disk, durable, buffer, lease, now, applied, done, took };
        it.beat(fx);
        it
    }

    pub(super) fn step(&mut self, input: Input<ChunkStore>, fx: &mut Fx) {
        (self.now, self.applied, self.done, self.took) = (fx.steady_now(), None, None, false);
        match input {
            Input::Message { from, message } => self.receive(from, message, fx),
            Input::Timer("beat") => self.beat(fx),
            Input::Timer("patience") => self.give_up(fx),
            Input::Saved(disk) => self.saved(disk, fx),
            _ => {}
        }
    }

    fn receive(&mut self, from: Place, message: Message, fx: &mut Fx) {
        match message {
            Message::Push { client, seq, value, chain } => self.take_data(client, (seq, value), chain, fx),
            Message::RecordAppend { seq, version } => self.append(from, seq, version, fx),
            Message::Apply { version, serial, offset, client, seq } => {
                let data = self.data_of(client, seq).filter(|_| self.may_apply(version, serial));
                let Some(value) = data else {
                    return fx.send(from, Message::NotApplied { version, serial });
                };
                self.apply(offset, Record { version, serial, client, seq, value }, fx);
                fx.send(from, Message::Applied { version, serial });
            }
            Message::Applied { version, serial } => self.count(from, version, serial, fx),
            Message::NotApplied { version, serial } => self.fail(version, serial, fx),
            Message::ReadChunk { seq, version } => self.read(from, seq, version, fx),
            Message::NewVersion { old, version } => self.take_version(old, version, fx),
            Message::GrantLease { version, sent, secondaries } => self.take_lease(version, sent, secondaries.0, fx),
            Message::Extended { version, sent } => self.extend(version, sent),
            // Only what is in no lease any more is copied: the master sees to that.
            Message::Replicate { version, to } if version == self.disk.version => {
                fx.send(to, Message::CopyChunk { version, chunk: self.disk.chunk.clone() });
            }
            Message::CopyChunk { version, chunk } if version > self.disk.version => {
                fx.note(sentence!("has a copy of version {0} now: {1}", version, chunk.to_string()));
                self.keep(version, chunk, fx);
                self.say_what_it_has(fx);
            }
            Message::DiscardChunk { below } if self.disk.version < below && self.disk.version > 0 => {
                fx.note(sentence!("throws its replica of version {0} away", self.disk.version));
                self.keep(0, Chunk::default(), fx);
                self.say_what_it_has(fx);
            }
            _ => {}
        }
    }

    /// All it has is on its disk before anybody hears of it.
    fn keep(&mut self, version: u64, chunk: Chunk, fx: &mut Fx) {
        self.lease = self.lease.take().filter(|lease| lease.version == version);
        self.disk = Disk { version, chunk, ..Disk::default() };
        fx.persist(self.disk.clone());
    }

    fn beat(&mut self, fx: &mut Fx) {
        self.say_what_it_has(fx);
        fx.set_timer("beat", Span::exactly(BEAT));
    }

    fn say_what_it_has(&self, fx: &mut Fx) {
        let extend = self.holds().is_some_and(|lease| lease.busy);
        fx.send(MASTER, Message::Heartbeat { version: self.disk.version, sent: self.now, extend });
    }

    // ---- data flow ---------------------------------------------------------------------------------

    /// It keeps what is pushed, passes it on at once, and says so.
    fn take_data(&mut self, client: Place, data: (u64, Text), chain: Servers, fx: &mut Fx) {
        let (seq, value) = data.clone();
        if self.buffer.get(&client).is_none_or(|(known, _)| *known <= seq) {
            self.buffer.insert(client, data);
        }
        if let [next, rest @ ..] = &chain.0[..] {
            let chain = Servers(rest.to_vec());
            fx.send(*next, Message::Push { client, seq, value, chain });
        }
        fx.send(client, Message::Pushed { seq });
    }

    fn data_of(&self, client: Place, seq: u64) -> Option<Text> {
        let (known, value) = self.buffer.get(&client)?;
        (*known == seq).then(|| value.clone())
    }

    // ---- the primary -------------------------------------------------------------------------------

    /// The lease, as long as it has not ended by its own clock.
    pub(super) fn holds(&self) -> Option<&Held> {
        self.lease.as_ref().filter(|lease| self.now < lease.until)
    }

    fn take_lease(&mut self, version: u64, sent: Time, secondaries: Vec<Place>, fx: &mut Fx) {
        let until = sent + self.config.lease;
        if version != self.disk.version || self.holds().is_some() || until <= self.now {
            return;
        }
        self.took = true;
        fx.note(sentence!("has the lease for version {0}, and orders what is appended", version));
        self.lease = Some(Held { version, until, secondaries, pending: BTreeMap::new(), busy: false });
    }

    fn extend(&mut self, version: u64, sent: Time) {
        let until = sent + self.config.lease;
        if self.holds().is_some() && let Some(lease) = self.lease.as_mut().filter(|it| it.version == version) {
            (lease.until, lease.busy) = (lease.until.max(until), !lease.pending.is_empty());
        }
    }

    /// It chooses the offset and the order, applies the record itself, and has the secondaries do the same.
    fn append(&mut self, client: Place, seq: u64, version: u64, fx: &mut Fx) {
        if self.holds().is_none_or(|lease| lease.version != version) {
            return fx.send(client, Message::NoLease { seq, version });
        }
        let Some(value) = self.data_of(client, seq) else {
            return fx.send(client, Message::AppendFailed { seq, version });
        };
        let (serial, offset) = (self.disk.chunk.last(version) + 1, self.disk.chunk.end() + 1);
        let record = Record { version, serial, client, seq, value };
        self.apply(offset, record.clone(), fx);
        let Some(lease) = &mut self.lease else { return };
        lease.busy = true;
        fx.broadcast(lease.secondaries.iter().copied(), Message::Apply { version, serial, offset, client, seq });
        // Flaw: the secondaries will surely do it.
        if self.config.early_success {
            return self.succeed(offset, record, fx);
        }
        let missing = lease.secondaries.iter().copied().chain([self.me]).collect();
        lease.pending.insert(serial, Pending { offset, client, seq, missing });
        fx.set_timer("patience", Span::exactly(PATIENCE));
    }

    /// What the primary has applied itself is on its disk.
    fn saved(&mut self, disk: Disk, fx: &mut Fx) {
        self.durable = disk;
        let Some(lease) = &self.lease else { return };
        let on_disk = |pending: &Pending| self.durable.chunk.0.contains_key(&pending.offset);
        let open = lease.pending.iter().filter(|(_, pending)| pending.missing.contains(&self.me) && on_disk(pending));
        let (version, serials): (u64, Vec<u64>) = (lease.version, open.map(|(serial, _)| *serial).collect());
        serials.into_iter().for_each(|serial| self.count(self.me, version, serial, fx));
    }

    /// One of them has it on its disk. Once all have, and the lease has not ended meanwhile, it is done.
    fn count(&mut self, from: Place, version: u64, serial: u64, fx: &mut Fx) {
        let Some(lease) = self.lease.as_mut().filter(|lease| lease.version == version) else { return };
        let Some(pending) = lease.pending.get_mut(&serial) else { return };
        pending.missing.remove(&from);
        if !pending.missing.is_empty() {
            return;
        }
        if self.now >= lease.until {
            return self.fail(version, serial, fx);
        }
        let Some(Pending { offset, .. }) = lease.pending.remove(&serial) else { return };
        self.rest(fx);
        if let Some(record) = self.disk.chunk.0.get(&offset).cloned() {
            self.succeed(offset, record, fx);
        }
    }

    fn succeed(&mut self, offset: u64, record: Record, fx: &mut Fx) {
        let replicas = 1 + self.lease.as_ref().map_or(0, |lease| lease.secondaries.len());
        let (client, seq, version) = (record.client, record.seq, record.version);
        fx.send(client, Message::Appended { seq, version, offset });
        self.done = Some(Success { offset, record, replicas });
    }

    /// What was applied here and elsewhere stays: the client will try again.
    fn fail(&mut self, version: u64, serial: u64, fx: &mut Fx) {
        let Some(lease) = self.lease.as_mut().filter(|lease| lease.version == version) else { return };
        if let Some(Pending { client, seq, .. }) = lease.pending.remove(&serial) {
            fx.send(client, Message::AppendFailed { seq, version });
        }
        self.rest(fx);
    }

    /// There is nothing to be impatient about.
    fn rest(&self, fx: &mut Fx) {
        if self.lease.as_ref().is_none_or(|lease| lease.pending.is_empty()) {
            fx.cancel_timer("patience");
        }
    }

    /// Some secondary has said nothing for too long.
    fn give_up(&mut self, fx: &mut Fx) {
        let Some(lease) = &self.lease else { return };
        let (version, all): (u64, Vec<u64>) = (lease.version, lease.pending.keys().copied().collect());
        all.into_iter().for_each(|serial| self.fail(version, serial, fx));
    }

    // ---- any replica -------------------------------------------------------------------------------

    /// Of this version, and after all that it has applied in it: whatever came too late has failed here.
    fn may_apply(&self, version: u64, serial: u64) -> bool {
        version == self.disk.version && serial > self.disk.chunk.last(version)
    }

    fn apply(&mut self, offset: u64, record: Record, fx: &mut Fx) {
        self.applied = Some((offset, record.clone()));
        Rc::make_mut(&mut self.disk.chunk.0).insert(offset, record);
        fx.persist(self.disk.clone());
    }

    /// It gives what it has, unless the reader has been told of a newer version than that.
    fn read(&self, client: Place, seq: u64, version: u64, fx: &mut Fx) {
        let own = self.disk.version;
        // Flaw: that there is a chunk is enough.
        let enough = if self.config.unversioned_read { own > 0 } else { own >= version };
        fx.send(client, match enough {
            true => Message::Contents { seq, version: own, chunk: self.disk.chunk.clone() },
            false => Message::TooOld { seq, version: own },
        });
    }

    /// A lease is about to be granted under a new version: whoever has the one that counts may take it.
    fn take_version(&mut self, old: u64, version: u64, fx: &mut Fx) {
        if !(old..=version).contains(&self.disk.version) {
            return;
        }
        if self.disk.version < version {
            self.keep(version, self.disk.chunk.clone(), fx);
        }
        fx.send(MASTER, Message::VersionTaken { version, sent: self.now });
    }
}
