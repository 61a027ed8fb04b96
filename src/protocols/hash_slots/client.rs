//! A client, which is to say the library that it uses: it keeps a map of the slots, asks the master of the key's slot,
//! and learns from those that answer MOVED.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::base::{Place, Places, Span};
use crate::protocol::{Effects, Input, Outcome};
use crate::sentence;

use super::message::{Ask, History};
use super::slots::{Claim, Ranges, SlotMap, slot_of};
use super::{Config, HashSlots, Message};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    me: Place,
    servers: u16,
    config: Rc<Config>,
    /// As it was told last. At first it knows of one server.
    pub(super) map: SlotMap,
    pub(super) open: BTreeMap<u64, Open>,
    /// Whose write it was just told that it is done: for whoever watches.
    pub(super) told: Option<(History, u64)>,
}

/// A request without an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Open {
    pub ask: Ask,
    /// Who was asked last.
    pub at: Place,
    /// How often it was sent elsewhere since it last had to wait.
    hops: u32,
}

/// More in a row are no way, but a circle.
const HOPS: u32 = 5;

type Fx = Effects<HashSlots>;

impl Client {
    pub(super) fn boot(me: Place, places: &Places, config: Rc<Config>) -> Client {
        let (map, open) = (SlotMap::dealt(1), BTreeMap::new());
        Client { me, servers: places.servers(), config, map, open, told: None }
    }

    pub(super) fn step(&mut self, input: Input<HashSlots>, fx: &mut Fx) {
        self.told = None;
        match input {
            Input::Request { seq, request, .. } => {
                let at = self.map.at(slot_of(request.key())).owner;
                if self.open.is_empty() {
                    self.wait(fx);
                }
                fx.send(at, Message::Command { seq, ask: request.clone() });
                self.open.insert(seq, Open { ask: request, at, hops: 0 });
            }
            Input::Timer("retry") => self.try_again(fx),
            Input::Message { from, message } => self.hear(from, message, fx),
            _ => {}
        }
    }

    fn wait(&self, fx: &mut Fx) {
        fx.set_timer("retry", Span::exactly(self.config.patience));
    }

    fn hear(&mut self, from: Place, message: Message, fx: &mut Fx) {
        match message {
            Message::Answer { seq, answer, history, offset } => {
                let Some(open) = self.open.remove(&seq) else { return };
                let writes = matches!(&open.ask, Ask::Object(operation) if operation.writes());
                self.told = writes.then_some((history, offset));
                fx.reply(self.me, seq, Outcome::Done(answer));
            }
            Message::ERR { seq } if self.open.remove(&seq).is_some() => {
                fx.reply(
                    self.me,
                    seq,
                    Outcome::Refused(sentence!("a slot goes to another master")),
                );
            }
            Message::MOVED { seq, slot, to } => self.moved(from, seq, slot, to, fx),
            Message::ASK { seq, to, .. } => {
                // This once: the slot is not there yet, so the map stays as it is.
                let Some(ask) = self.next(from, seq, to) else { return };
                fx.send(to, Message::ASKING { seq, ask });
            }
            Message::MAP { map, .. } => self.map = map,
            _ => {}
        }
        if self.open.is_empty() {
            fx.cancel_timer("retry");
        }
    }

    /// The slot is that one's: it asks there, and for the whole map, for where one has moved, more may have.
    fn moved(&mut self, from: Place, seq: u64, slot: u16, to: Place, fx: &mut Fx) {
        let Some(ask) = self.next(from, seq, to) else { return };
        self.map.claim(Claim { owner: to, epoch: 0 }, &Ranges::one(slot), true);
        fx.send(to, Message::Command { seq, ask });
        fx.send(to, Message::SLOTS { seq });
    }

    /// Its request goes on to this one, if it was asked of whoever says so, and has not been round too often.
    fn next(&mut self, from: Place, seq: u64, to: Place) -> Option<Ask> {
        let open = self.open.get_mut(&seq).filter(|open| open.at == from && open.hops < HOPS)?;
        (open.at, open.hops) = (to, open.hops + 1);
        Some(open.ask.clone())
    }

    /// No answer, or none that helps. Another server may know more.
    fn try_again(&mut self, fx: &mut Fx) {
        for (seq, open) in &mut self.open {
            open.at = Place::server((open.at.number() + 1) % self.servers);
            open.hops = 0;
            fx.send(open.at, Message::Command { seq: *seq, ask: open.ask.clone() });
        }
        if !self.open.is_empty() {
            self.wait(fx);
        }
    }
}
