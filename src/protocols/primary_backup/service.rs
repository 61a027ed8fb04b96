//! The view service: it alone says who the primary is. It is one place, and while it is down nobody is
//! promoted, but the primary goes on.
//!
//! To change the view it *fences* servers first: whoever is fenced takes part in no older view, and tells how
//! much it has. The new view waits until so many have answered that nothing can have been acknowledged without
//! one of them knowing: of the last view that was brought up to date, with `ack=all` any one, with `ack=one`
//! all but one. The freshest is promoted. With a lease, it also waits until the old primary's has run out.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::base::{Place, Span, Time};
use crate::protocol::{Effects, Outcome};
use crate::sentence;

use super::config::{Ack, Config, Failover, Fence};
use super::message::{Disk, Message, Record, View};
use super::{PrimaryBackup, Timer};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Service {
    config: Rc<Config>,
    nodes: u16,
    pub(super) record: Record,
    /// When it has last heard of each server, by its own clock.
    heard: BTreeMap<Place, Time>,
    pub(super) change: Option<Change>,
    /// Until when it has promised the primary to promote no other.
    leased: Time,
}

/// A view in the making.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    pub(super) number: u64,
    /// Who is to be the primary, if somebody said so.
    wanted: Option<Place>,
    /// Of those that are fenced: the view in which each was last brought up to date, and how much it holds.
    pub(super) fenced: BTreeMap<Place, (u64, u64)>,
}

type Fx = Effects<PrimaryBackup>;

impl Service {
    pub(super) fn boot(nodes: u16, config: Rc<Config>, disk: &Disk, fx: &mut Fx) -> Service {
        let (now, mut record) = (fx.steady_now(), disk.record.clone());
        // It does not know what it has promised before a crash.
        let leased = now + config.lease;
        let first = record.view.number == 0;
        if first {
            let members = Place::servers(nodes).collect();
            record.base.members = Place::servers(nodes).collect();
            (record.view, record.promised) =
                (View { number: 1, primary: Some(Place::server(0)), members }, 1);
        }
        let heard = Place::servers(nodes).map(|server| (server, now)).collect();
        let mut it = Service { config, nodes, record, heard, change: None, leased };
        fx.set_timer(Timer::Watch, Span::exactly(it.config.silence));
        if first {
            it.save(fx);
            it.announce(fx);
        } else if it.record.promised > it.record.view.number {
            it.begin(None, fx);
        }
        it
    }

    pub(super) fn receive(&mut self, from: Place, message: Message, fx: &mut Fx) {
        match message {
            Message::Ping { view, ready, restarted, sent } => {
                self.heard.insert(from, fx.steady_now());
                self.hear(from, view, ready, restarted, fx);
                fx.send(from, self.told(sent));
            }
            Message::Fenced { view, synced, holds } => {
                let change = self.change.as_mut().filter(|change| change.number == view);
                if let Some(change) = change {
                    change.fenced.insert(from, (synced, holds));
                    self.conclude(false, fx);
                }
            }
            Message::Promote { server } if self.change.is_none() => {
                fx.note(sentence!("is told to promote {0}", server));
                self.begin(Some(server), fx);
            }
            _ => {}
        }
    }

    /// It serves no client, but knows who does.
    pub(super) fn send_on(&self, client: Place, seq: u64, fx: &mut Fx) {
        fx.reply(client, seq, Outcome::Redirect(self.record.view.primary));
    }

    fn hear(&mut self, from: Place, view: u64, ready: bool, restarted: u64, fx: &mut Fx) {
        if self.record.view.primary != Some(from) {
            return;
        }
        if restarted == self.record.view.number && self.change.is_none() {
            fx.note(sentence!("begins a new view: {0}, its primary, has been restarted", from));
            return self.begin(None, fx);
        }
        if view != self.record.view.number {
            return;
        }
        if ready && self.record.base.number < view {
            self.record.base = self.record.view.clone();
            self.save(fx);
        }
        if self.change.is_none() {
            self.leased = self.leased.max(fx.steady_now() + self.config.lease);
        }
    }

    /// What it says about the view. While another is in the making it says nothing that a lease could
    /// come of.
    fn told(&self, sent: Time) -> Message {
        let active = self.record.base.number == self.record.view.number && self.change.is_none();
        Message::View { view: self.record.view.clone(), active, sent }
    }

    fn announce(&self, fx: &mut Fx) {
        fx.broadcast(Place::servers(self.nodes), self.told(Time::ZERO));
    }

    fn is_silent(&self, server: Place, now: Time) -> bool {
        self.heard.get(&server).is_none_or(|heard| *heard + self.config.silence < now)
    }

    /// Who is in the view and silent, or out of it and back?
    pub(super) fn watch(&mut self, fx: &mut Fx) {
        fx.set_timer(Timer::Watch, Span::exactly(Time(self.config.silence.0 / 4)));
        if self.change.is_some() || self.config.failover == Failover::Hand {
            return;
        }
        let now = fx.steady_now();
        let changed = Place::servers(self.nodes).find(|server| {
            self.record.view.members.contains(server) == self.is_silent(*server, now)
        });
        let Some(server) = changed else { return };
        match self.is_silent(server, now) {
            true => fx.note(sentence!("begins a new view: it has not heard {0} for a while", server)),
            false => fx.note(sentence!("begins a new view: {0} is back", server)),
        }
        self.begin(None, fx);
    }

    /// The number of the new view is on the disk before anybody is fenced with it.
    fn begin(&mut self, wanted: Option<Place>, fx: &mut Fx) {
        self.record.promised += 1;
        let number = self.record.promised;
        self.change = Some(Change { number, wanted, fenced: BTreeMap::new() });
        self.save(fx);
        self.ask(fx);
    }

    fn ask(&mut self, fx: &mut Fx) {
        let Some(change) = &self.change else { return };
        let others = Place::servers(self.nodes).filter(|it| !change.fenced.contains_key(it));
        fx.broadcast(others, Message::Fence { view: change.number });
        fx.set_timer(Timer::Decide, Span::exactly(self.config.ping));
    }

    pub(super) fn decide(&mut self, fx: &mut Fx) {
        self.conclude(true, fx);
        self.ask(fx);
    }

    /// So many of the last view that was brought up to date have to answer.
    pub(super) fn needed(&self) -> usize {
        match self.config.ack {
            Ack::One => (self.record.base.members.len() - 1).max(1),
            Ack::None | Ack::All => 1,
        }
    }

    /// The new view, if enough is known; before it is `late`, everybody who is alive is waited for.
    fn conclude(&mut self, late: bool, fx: &mut Fx) {
        let (Some(change), now) = (&self.change, fx.steady_now()) else { return };
        let (old, base, fenced) = (self.record.view.primary, &self.record.base, &change.fenced);
        let known = base.members.iter().filter(|member| fenced.contains_key(member)).count();
        let mut servers = Place::servers(self.nodes);
        let waits = servers.any(|it| !fenced.contains_key(&it) && !self.is_silent(it, now));
        let leased = self.config.fence == Fence::Lease
            && now < self.leased
            && !old.is_some_and(|old| fenced.contains_key(&old));
        if known < self.needed() || waits && !late || leased {
            return;
        }
        let Some(primary) = self.choose(change) else { return };
        let members: Rc<[Place]> = fenced.keys().copied().collect();
        let (synced, holds) = fenced[&primary];
        fx.note(sentence!(
            "makes {0} the primary of view {1}: it has {2} entries, as of view {3}",
            primary,
            change.number,
            holds,
            synced
        ));
        self.record.view = View { number: change.number, primary: Some(primary), members };
        self.change = None;
        fx.cancel_timer(Timer::Decide);
        self.save(fx);
        self.announce(fx);
    }

    /// The freshest; of several who are, whoever is wanted, or leads already.
    fn choose(&self, change: &Change) -> Option<Place> {
        let (old, fenced) = (self.record.view.primary, &change.fenced);
        let mut asked = change.wanted.into_iter().chain(old);
        if self.config.promote_any {
            // Flaw: nobody asks who has most.
            return asked.find(|it| fenced.contains_key(it)).or(fenced.keys().next().copied());
        }
        let most = fenced.values().max()?;
        let has_most = |server: &Place| fenced.get(server) == Some(most);
        asked.find(has_most).or_else(|| fenced.keys().copied().find(has_most))
    }

    fn save(&self, fx: &mut Fx) {
        fx.persist(Disk { record: self.record.clone(), ..Disk::default() });
    }
}
