//! A server: it keeps shards on its disk, by key and version, and knows nothing of objects.

use std::rc::Rc;

use crate::base::{Place, Text};
use crate::protocol::{Effects, Input, Outcome};
use crate::sentence;

use super::code::Shard;
use super::{Ask, Config, Disk, Message, ObjectStore, send_on};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    config: Rc<Config>,
    /// What was last handed to the disk …
    pub(super) disk: Disk,
    /// … and what is known to be on it.
    pub(super) durable: Disk,
    /// The version of which its disk has just damaged or lost this shard: for whoever watches.
    pub(super) harmed: Option<((Text, u64), u8)>,
}

type Fx = Effects<ObjectStore>;

impl Server {
    pub(super) fn boot(config: Rc<Config>, disk: &Disk) -> Server {
        Server { config, disk: disk.clone(), durable: disk.clone(), harmed: None }
    }

    pub(super) fn step(&mut self, input: Input<ObjectStore>, fx: &mut Fx) {
        self.harmed = None;
        match input {
            Input::Message { from, message } => self.receive(from, message, fx),
            Input::Request { from, seq, request: Ask::Object(_) } => send_on(from, seq, fx),
            Input::Request { from, seq, request } => self.harm(from, seq, request, fx),
            Input::Saved(disk) => self.durable = disk,
            Input::Timer(_) | Input::Disconnected { .. } => {}
        }
    }

    fn receive(&mut self, from: Place, message: Message, fx: &mut Fx) {
        match message {
            Message::Store { key, version, shard } => self.store(from, key, version, shard, fx),
            Message::Retrieve { key, version, index } => match self.found(&key, version) {
                Some((version, shard)) => fx.send(from, Message::Shard { key, version, shard }),
                None => fx.send(from, Message::Missing { key, version, index }),
            },
            Message::Inspect { key, version, index } => {
                self.forget(&key, version, fx);
                let shard = self.disk.shards.get(&(key.clone(), version));
                // Flaw: that it is there is enough.
                let sound = |it: &Shard| it.is_whole() || self.config.unchecked_repair;
                match shard.is_some_and(sound) {
                    true => fx.send(from, Message::Sound { key, version, index }),
                    false => fx.send(from, Message::Missing { key, version, index }),
                }
            }
            Message::Discard { key, below } => self.forget(&key, below, fx),
            _ => {}
        }
    }

    /// A shard stands beside those of other versions, and is on the disk before anybody is told so.
    fn store(&mut self, from: Place, key: Text, version: u64, shard: Shard, fx: &mut Fx) {
        let (index, shards) = (shard.index, Rc::make_mut(&mut self.disk.shards));
        if self.config.in_place {
            // Flaw: nobody knows yet whether this version will ever have enough.
            shards.retain(|(other, _), _| *other != key);
        }
        shards.insert((key.clone(), version), shard);
        fx.persist(self.disk.clone());
        fx.send(from, Message::Stored { key, version, index });
    }

    /// The shard of this version.
    fn found(&self, key: &Text, version: u64) -> Option<(u64, Shard)> {
        if self.config.mixed_versions {
            // Flaw: the newest, of whatever version.
            return self.newest(key).map(|((_, version), shard)| (*version, shard.clone()));
        }
        let shard = self.disk.shards.get(&(key.clone(), version))?;
        Some((version, shard.clone()))
    }

    fn newest(&self, key: &Text) -> Option<(&(Text, u64), &Shard)> {
        self.disk.shards.range((key.clone(), 0)..=(key.clone(), u64::MAX)).next_back()
    }

    /// A later version has been published.
    fn forget(&mut self, key: &Text, below: u64, fx: &mut Fx) {
        let is_old = |(of, version): &(Text, u64)| of == key && *version < below;
        if self.disk.shards.keys().any(is_old) {
            Rc::make_mut(&mut self.disk.shards).retain(|name, _| !is_old(name));
            fx.persist(self.disk.clone());
        }
    }

    /// What disks do: a bit turns over and nobody notices, or a block can no longer be read.
    fn harm(&mut self, client: Place, seq: u64, request: Ask, fx: &mut Fx) {
        let (Ask::Damage { key } | Ask::Lose { key }) = &request else { return };
        let newest = self.newest(key).map(|(name, shard)| (name.clone(), shard.clone()));
        let Some((name, shard)) = newest.filter(|(_, shard)| shard.is_whole()) else {
            let why = sentence!("no whole shard of {0} is here", key.clone());
            return fx.reply(client, seq, Outcome::Refused(why));
        };
        let (shown, shards) = (shard.to_string(), Rc::make_mut(&mut self.disk.shards));
        let (note, said) = match request {
            Ask::Damage { .. } => {
                let damaged = shard.damaged();
                let now = damaged.to_string();
                shards.insert(name.clone(), damaged);
                (sentence!("its disk turns a bit: {0} is now {1}", shown, now), sentence!("damaged"))
            }
            _ => {
                shards.remove(&name);
                (sentence!("its disk can no longer read {0}", shown), sentence!("lost"))
            }
        };
        self.harmed = Some((name, shard.index));
        fx.persist(self.disk.clone());
        fx.note(note);
        fx.reply(client, seq, Outcome::Said(said));
    }
}
