//! Keys and values: what clients ask for, how replicas get it, and how a slot moves.

use std::collections::BTreeSet;

use crate::base::{Place, Text};
use crate::check::{DONE, NO_VALUE, Operation};
use crate::sentence;
use crate::service::store::KeyValueStore;

use super::Message;
use super::message::{Ask, History};
use super::server::{Fx, Server};
use super::slots::{Claim, Ranges, slot_of};

impl Server {
    /// What is not said on the bus about who is there.
    pub(super) fn handle(&mut self, from: Place, message: Message, fx: &mut Fx) {
        match message {
            Message::Command { seq, ask } => self.command(from, seq, ask, false, fx),
            Message::ASKING { seq, ask } => self.command(from, seq, ask, true, fx),
            Message::SLOTS { seq } => fx.send(from, Message::MAP { seq, map: self.map().clone() }),
            Message::Write { history, offset, write } => {
                self.follow_write(from, history, offset, &write, fx)
            }
            Message::PSYNC { .. } if self.master().is_none() => {
                if self.disk.conf.of.get(&from) != Some(&self.me) {
                    let me = self.me;
                    self.conf().of.insert(from, me);
                    self.save(fx);
                }
                let (history, offset, data) =
                    (self.disk.history, self.disk.offset, self.disk.data.clone());
                fx.send(from, Message::FULLRESYNC { history, offset, data });
            }
            Message::FULLRESYNC { history, offset, data } => {
                self.take_all(from, history, offset, data, fx)
            }
            Message::IMPORTING { slot, config_epoch } => self.import(from, slot, config_epoch, fx),
            Message::READY { slot, config_epoch } => self.open(from, slot, config_epoch, fx),
            Message::RESTORE { slot, config_epoch, key, value }
                if self.imports(from, slot, config_epoch) =>
            {
                self.restore(from, slot, key, value, fx)
            }
            Message::RESTORED { slot, config_epoch, key }
                if self.moving.as_ref() == Some(&key)
                    && self.map().at(slot) == (Claim { owner: self.me, epoch: config_epoch }) =>
            {
                self.moving = None;
                if self.disk.conf.migrating.contains_key(&slot) {
                    self.write(&Operation::Delete { key }, fx);
                    self.save(fx);
                }
            }
            Message::SETSLOT { slot, config_epoch }
                if self.imports(from, slot, config_epoch) =>
            {
                self.take_slot(slot, fx)
            }
            _ => {}
        }
    }

    /// A client's command. Not every server may answer it, and who may depends on the key.
    fn command(&mut self, from: Place, seq: u64, ask: Ask, asking: bool, fx: &mut Fx) {
        let (now, slot) = (fx.steady_now(), slot_of(ask.key()));
        // Redis looks every 100 ms. Here it looks before each command too: it may have been paused.
        self.look_at_state(now, fx);
        if !self.serves {
            return fx.send(from, Message::CLUSTERDOWN { seq });
        }
        let (owner, is_master) = (self.map().at(slot).owner, self.master().is_none());
        let imports = self.disk.conf.importing.contains_key(&slot);
        if !(is_master && (owner == self.me || asking && imports)) {
            return fx.send(from, Message::MOVED { seq, slot, to: owner });
        }
        let key = ask.key().clone();
        if let Some(to) = self.disk.conf.migrating.get(&slot).copied() {
            if self.moving.as_ref() == Some(&key) {
                return fx.send(from, Message::TRYAGAIN { seq });
            }
            if *self.disk.data.read(&key) == *NO_VALUE {
                return fx.send(from, Message::ASK { seq, slot, to });
            }
        }
        match ask {
            Ask::Object(operation) => self.execute(from, seq, &operation, fx),
            Ask::Reshard { to, .. } => self.reshard(from, seq, slot, to, fx),
        }
    }

    /// The answer goes out first. Replicas and the disk get the write afterwards: that is fast, and it is how an
    /// acknowledged write may be lost.
    fn execute(&mut self, from: Place, seq: u64, operation: &Operation, fx: &mut Fx) {
        if !operation.writes() {
            let (answer, history, offset) =
                (self.disk.data.read(operation.key()), self.disk.history, 0);
            return fx.send(from, Message::Answer { seq, answer, history, offset });
        }
        self.seen.wrote = Some(fx.steady_now());
        let (history, offset) = (self.disk.history, self.disk.offset + 1);
        fx.send(from, Message::Answer { seq, answer: DONE.into(), history, offset });
        self.write(operation, fx);
        self.save(fx);
    }

    /// Into the data, and into the stream that goes to the replicas.
    fn write(&mut self, operation: &Operation, fx: &mut Fx) {
        self.disk.data.execute(operation);
        self.disk.offset += 1;
        let (history, offset) = (self.disk.history, self.disk.offset);
        let conf = &self.disk.conf;
        let replicas: Vec<Place> =
            conf.of.iter().filter(|(_, of)| **of == self.me).map(|(replica, _)| *replica).collect();
        fx.broadcast(
            replicas.into_iter(),
            Message::Write { history, offset, write: operation.clone() },
        );
    }

    /// A replica: what comes next is applied, what has been is known, and after a gap it asks for all.
    fn follow_write(
        &mut self,
        from: Place,
        history: History,
        offset: u64,
        write: &Operation,
        fx: &mut Fx,
    ) {
        if self.master() != Some(from) {
            return;
        }
        match history == self.disk.history {
            true if offset == self.disk.offset + 1 => {
                self.disk.data.execute(write);
                self.disk.offset = offset;
                self.save(fx);
            }
            true if offset <= self.disk.offset => {}
            _ => self.ask_for_all(from, fx),
        }
    }

    pub(super) fn ask_for_all(&mut self, master: Place, fx: &mut Fx) {
        let (history, offset) = (self.disk.history, self.disk.offset);
        fx.send(master, Message::PSYNC { history, offset });
    }

    /// All data of its master, instead of its own.
    fn take_all(
        &mut self,
        from: Place,
        history: History,
        offset: u64,
        data: KeyValueStore,
        fx: &mut Fx,
    ) {
        let mine = (self.disk.history, self.disk.offset);
        let is_of = |history: History| history.0.is_some_and(|(of, _)| of == from);
        let is_newer = !is_of(mine.0) || (history, offset) > mine;
        if self.master() == Some(from) && is_of(history) && is_newer {
            (self.disk.history, self.disk.offset, self.disk.data) = (history, offset, data);
            self.save(fx);
            fx.note(sentence!("has all data of {0} now, and none of its own", from));
        }
    }

    /// It has lost slots: what was in them is another's.
    pub(super) fn drop_keys(&mut self, fx: &mut Fx) {
        let conf = self.disk.conf.clone();
        let lost = |key: &Text| {
            let slot = slot_of(key);
            conf.map.at(slot).owner != self.me && !conf.importing.contains_key(&slot)
        };
        let keys: Vec<Text> =
            self.disk.data.pairs().map(|(key, _)| key.clone()).filter(lost).collect();
        for key in keys {
            self.write(&Operation::Delete { key }, fx);
        }
    }

    /// Somebody wants this slot to be another's. First that one is asked to import it.
    fn reshard(&mut self, from: Place, seq: u64, slot: u16, to: Place, fx: &mut Fx) {
        if !self.is_voting(to) {
            return fx.send(from, Message::ERR { seq });
        }
        let on_its_way = self.opening.get(&slot).or(self.disk.conf.migrating.get(&slot));
        if on_its_way.is_some_and(|other| *other != to) {
            return fx.send(from, Message::TRYAGAIN { seq });
        }
        if to != self.me {
            self.opening.insert(slot, to);
            fx.note(sentence!("wants to move slot {0} to {1}", u64::from(slot), to));
            fx.send(to, Message::IMPORTING { slot, config_epoch: self.map().at(slot).epoch });
        }
        let history = self.disk.history;
        fx.send(from, Message::Answer { seq, answer: DONE.into(), history, offset: 0 });
    }

    fn import(&mut self, from: Place, slot: u16, config_epoch: u64, fx: &mut Fx) {
        let claim = Claim { owner: from, epoch: config_epoch };
        if self.master().is_none() && self.map().at(slot) == claim {
            if self.conf().importing.insert(slot, from) != Some(from) {
                self.save(fx);
            }
            fx.send(from, Message::READY { slot, config_epoch });
        }
    }

    /// Whether this slot is on its way here from its owner, which has it under this configEpoch.
    fn imports(&self, from: Place, slot: u16, config_epoch: u64) -> bool {
        let claim = Claim { owner: from, epoch: config_epoch };
        self.disk.conf.importing.get(&slot) == Some(&from) && self.map().at(slot) == claim
    }

    /// From now on keys of this slot that are not here may be there.
    fn open(&mut self, from: Place, slot: u16, config_epoch: u64, fx: &mut Fx) {
        let is_of_now = self.map().at(slot) == Claim { owner: self.me, epoch: config_epoch };
        if self.opening.get(&slot) == Some(&from) && is_of_now {
            self.opening.remove(&slot);
            self.conf().migrating.insert(slot, from);
            self.save(fx);
            fx.note(sentence!("moves slot {0} to {1}, key by key", u64::from(slot), from));
        }
    }

    /// Goes on with the first slot that is on its way: a key at a time, and when there is none left, the slot.
    pub(super) fn migrate(&mut self, fx: &mut Fx) {
        for (slot, to) in &self.opening {
            let config_epoch = self.map().at(*slot).epoch;
            fx.send(*to, Message::IMPORTING { slot: *slot, config_epoch });
        }
        let Some((slot, to)) =
            self.disk.conf.migrating.first_key_value().map(|(slot, to)| (*slot, *to))
        else {
            return;
        };
        if !self.is_voting(to) {
            // It is no master any more, and who is knows nothing of this.
            self.moving = None;
            self.conf().migrating.remove(&slot);
            return self.save(fx);
        }
        let config_epoch = self.map().at(slot).epoch;
        let of_the_slot = |(key, _): &(&Text, &Text)| slot_of(key) == slot;
        let next = self
            .disk
            .data
            .pairs()
            .find(of_the_slot)
            .map(|(key, value)| (key.clone(), value.clone()));
        match next {
            Some((key, value)) => {
                self.moving = Some(key.clone());
                fx.send(to, Message::RESTORE { slot, config_epoch, key, value });
            }
            None => fx.send(to, Message::SETSLOT { slot, config_epoch }),
        }
    }

    fn restore(&mut self, from: Place, slot: u16, key: Text, value: Text, fx: &mut Fx) {
        if *self.disk.data.read(&key) == *NO_VALUE {
            self.write(&Operation::Put { key: key.clone(), value }, fx);
            self.save(fx);
        }
        let config_epoch = self.map().at(slot).epoch;
        fx.send(from, Message::RESTORED { slot, config_epoch, key });
    }

    /// All keys of the slot are here: it takes the slot, under a new configEpoch that it asks nobody for.
    fn take_slot(&mut self, slot: u16, fx: &mut Fx) {
        self.raise_config_epoch();
        let (me, epoch) = (self.me, self.disk.conf.config_epoch);
        let conf = self.conf();
        conf.importing.remove(&slot);
        let _: BTreeSet<Place> =
            conf.map.claim(Claim { owner: me, epoch }, &Ranges::one(slot), false);
        self.save(fx);
        fx.note(sentence!("takes slot {0}, with configEpoch {1}", u64::from(slot), epoch));
        let (epoch, header) = self.header();
        fx.broadcast(self.others().into_iter(), Message::PONG { epoch, header });
    }
}
