//! The metadata service: it knows under each name which version counts. It is one place here, and stands for a
//! service that is replicated by a log.

use std::ops::Bound;
use std::rc::Rc;

use crate::base::{Place, Span, Text};
use crate::protocol::{Effects, Input, Repeat};
use crate::sentence;

use super::message::Manifest;
use super::{Config, Disk, GATEWAY, Message, ObjectStore, send_on};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Metadata {
    config: Rc<Config>,
    gateways: u16,
    /// What was last handed to the disk …
    pub(super) disk: Disk,
    /// … and what is known to be on it.
    pub(super) durable: Disk,
    /// The object that was scrubbed last, and how many have been.
    scrubbed: (Text, u64),
}

type Fx = Effects<ObjectStore>;

impl Metadata {
    pub(super) fn boot(gateways: u16, config: Rc<Config>, disk: &Disk, fx: &mut Fx) -> Metadata {
        let (disk, durable, scrubbed) = (disk.clone(), disk.clone(), ("".into(), 0));
        let it = Metadata { config, gateways, disk, durable, scrubbed };
        it.set_timer(fx);
        it
    }

    pub(super) fn step(&mut self, input: Input<ObjectStore>, fx: &mut Fx) {
        match input {
            Input::Message { from, message } => self.receive(from, message, fx),
            Input::Timer("scrub") => self.scrub(fx),
            Input::Saved(disk) => self.durable = disk,
            Input::Request { from, seq, .. } => send_on(from, seq, fx),
            _ => {}
        }
    }

    fn receive(&mut self, from: Place, message: Message, fx: &mut Fx) {
        match message {
            Message::Reserve { client, seq, key } => self.reserve(from, (client, seq), key, fx),
            Message::Publish { client, seq, key, version, size } => {
                self.publish(key, version, size, fx);
                fx.send(from, Message::Published { client, seq, version });
            }
            Message::Lookup { client, seq, key } => {
                let Manifest { version, size, .. } = self.manifest(&key);
                fx.send(from, Message::Manifest { client, seq, version, size });
            }
            _ => {}
        }
    }

    fn manifest(&self, key: &Text) -> Manifest {
        self.disk.manifests.get(key).copied().unwrap_or_default()
    }

    /// A version for this write: the same one if it is asked again, so that it takes effect once.
    fn reserve(&mut self, from: Place, (client, seq): (Place, u64), key: Text, fx: &mut Fx) {
        let mut manifest = self.manifest(&key);
        let version = match self.disk.reserved.get(&client).copied() {
            // Its client has gone on.
            Some((last, _)) if last > seq => {
                return fx.send(from, Message::Published { client, seq, version: 0 });
            }
            Some((last, version)) if last == seq && version <= manifest.version => {
                return fx.send(from, Message::Published { client, seq, version });
            }
            Some((last, version)) if last == seq => version,
            _ => {
                manifest.highest += 1;
                Rc::make_mut(&mut self.disk.manifests).insert(key, manifest);
                Rc::make_mut(&mut self.disk.reserved).insert(client, (seq, manifest.highest));
                fx.persist(self.disk.clone());
                manifest.highest
            }
        };
        fx.send(from, Message::Reserved { client, seq, version });
    }

    /// From now on the name leads to this version, unless it leads to a later one: then this one has been
    /// overwritten before anybody could read it.
    fn publish(&mut self, key: Text, version: u64, size: u64, fx: &mut Fx) {
        let manifest = self.manifest(&key);
        if version > manifest.version {
            fx.note(sentence!("publishes version {0} of {1}", version, key.clone()));
            let manifest = Manifest { version, size, ..manifest };
            Rc::make_mut(&mut self.disk.manifests).insert(key, manifest);
            fx.persist(self.disk.clone());
        }
    }

    /// The next object's turn, by the next gateway.
    fn scrub(&mut self, fx: &mut Fx) {
        let after = (Bound::Excluded(&self.scrubbed.0), Bound::Unbounded);
        let published = |(_, manifest): &(&Text, &Manifest)| manifest.version > 0;
        let mut later = self.disk.manifests.range::<Text, _>(after).filter(published);
        let next = later.next().or_else(|| self.disk.manifests.iter().find(published));
        if let Some((key, Manifest { version, .. })) = next {
            let number = (self.scrubbed.1 % u64::from(self.gateways)) as u16;
            let (key, version) = (key.clone(), *version);
            self.scrubbed = (key.clone(), self.scrubbed.1 + 1);
            fx.send(Place::new(GATEWAY, number), Message::Scrub { key, version });
        }
        self.set_timer(fx);
    }

    fn set_timer(&self, fx: &mut Fx) {
        if let Repeat::Every(time) = self.config.scrub {
            fx.set_timer("scrub", Span::exactly(time));
        }
    }
}
