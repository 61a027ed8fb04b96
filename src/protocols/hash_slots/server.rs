//! A server, master or replica: it pings the others, and learns from what they say who has failed (here) and whose
//! which slot is (`claims.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::{Place, Places, Span, Text, Time};
use crate::protocol::{Effects, Input, Switch};
use crate::sentence;

use super::election::Election;
use super::message::{Conf, Disk, Header, History};
use super::properties::Seen;
use super::slots::SlotMap;
use super::{Config, HashSlots, Message};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    pub(super) me: Place,
    pub(super) config: Rc<Config>,
    /// What was last handed to the disk, …
    pub(super) disk: Disk,
    /// … and of that what is known to be on it.
    pub(super) saved: Rc<Conf>,
    /// lastVoteEpoch: on the disk as well, as it should be.
    pub(super) last_vote: u64,
    pub(super) peers: BTreeMap<Place, Peer>,
    /// What masters have said: this one does not answer me. By whom it is about, and who said it.
    pub(super) reports: BTreeMap<(Place, Place), Time>,
    pub(super) failed_since: BTreeMap<Place, Time>,
    /// Of each master, when a replica of it was last given the vote.
    pub(super) voted: BTreeMap<Place, Time>,
    pub(super) election: Election,
    /// Whether it answers clients: `cluster_state` is ok.
    pub(super) serves: bool,
    /// When it was last in the minority, or started again.
    pub(super) alone_at: Option<Time>,
    /// Slots that others are asked to import, and the key that is on its way.
    pub(super) opening: BTreeMap<u16, Place>,
    pub(super) moving: Option<Text>,
    /// What of its last step whoever watches wants to know.
    pub(super) seen: Seen,
}

/// What is known of another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Peer {
    pub heard: Time,
    /// Since when a ping is unanswered, and when the last one was sent.
    pinged: Option<Time>,
    sent: Time,
    /// PFAIL: it does not answer this server.
    pub suspected: bool,
    /// By its last header.
    pub epoch: u64,
    pub offset: u64,
}

pub(super) type Fx = Effects<HashSlots>;

impl Server {
    pub(super) fn boot(
        me: Place,
        places: &Places,
        config: Rc<Config>,
        disk: &Disk,
        fx: &mut Fx,
    ) -> Server {
        let (now, is_new) = (fx.steady_now(), disk.conf.epoch == 0);
        let peer =
            Peer { heard: now, pinged: None, sent: now, suspected: false, epoch: 0, offset: 0 };
        let others = Place::servers(places.servers()).filter(|place| *place != me);
        let disk = if is_new { created(places, me, &config) } else { disk.clone() };
        let mut it = Server {
            me,
            config,
            saved: disk.conf.clone(),
            last_vote: disk.conf.vote,
            peers: others.map(|place| (place, peer.clone())).collect(),
            reports: BTreeMap::new(),
            failed_since: disk.conf.failed.iter().map(|place| (*place, now)).collect(),
            voted: BTreeMap::new(),
            election: Election::Idle,
            serves: is_new,
            alone_at: (!is_new).then_some(now),
            opening: BTreeMap::new(),
            moving: None,
            seen: Seen::default(),
            disk,
        };
        if it.master().is_none() && !is_new {
            it.begin_history();
        }
        it.save(fx);
        // Not all look at the same instant.
        fx.set_timer("tick", Span::new(Time::millis(1), it.config.tick()));
        it
    }

    pub(super) fn step(&mut self, input: Input<HashSlots>, fx: &mut Fx) {
        self.seen = Seen::default();
        match input {
            Input::Message { from, message } => self.receive(from, message, fx),
            Input::Timer("tick") => self.tick(fx),
            Input::Timer("election") => self.stand(fx),
            Input::Saved(disk) => self.saved = disk.conf,
            _ => {}
        }
    }

    fn receive(&mut self, from: Place, message: Message, fx: &mut Fx) {
        match message {
            Message::PING { epoch, header } => {
                self.read(from, epoch, header, fx);
                let (epoch, header) = self.header();
                fx.send(from, Message::PONG { epoch, header });
            }
            Message::PONG { epoch, header } => self.read(from, epoch, header, fx),
            Message::FAIL { node } if node != self.me => self.has_failed(node, fx),
            Message::AUTH_REQUEST { epoch, config_epoch, slots } => {
                self.vote(from, epoch, config_epoch, &slots, fx);
            }
            Message::AUTH_ACK { epoch } => self.count(from, epoch, fx),
            Message::UPDATE { owner, config_epoch, slots } => {
                self.update(owner, config_epoch, &slots, fx)
            }
            message => self.handle(from, message, fx),
        }
    }

    /// The master that it is a replica of, if it is one.
    pub(super) fn master(&self) -> Option<Place> {
        self.disk.conf.of.get(&self.me).copied()
    }

    /// Itself, or its master: whose slots are at stake.
    pub(super) fn line(&self) -> Place {
        self.master().unwrap_or(self.me)
    }

    /// A master with slots.
    pub(super) fn is_voting(&self, place: Place) -> bool {
        !self.disk.conf.of.contains_key(&place) && self.map().owners().contains(&place)
    }

    pub(super) fn map(&self) -> &SlotMap {
        &self.disk.conf.map
    }

    pub(super) fn majority(&self) -> usize {
        self.map().owners().len() / 2 + 1
    }

    pub(super) fn conf(&mut self) -> &mut Conf {
        Rc::make_mut(&mut self.disk.conf)
    }

    pub(super) fn save(&mut self, fx: &mut Fx) {
        fx.persist(self.disk.clone());
    }

    pub(super) fn others(&self) -> Vec<Place> {
        self.peers.keys().copied().collect()
    }

    /// What it says of itself in pings and pongs.
    pub(super) fn header(&self) -> (u64, Header) {
        let conf = &self.disk.conf;
        let (of, line) = (self.master(), self.line());
        let config_epoch = of.map_or(conf.config_epoch, |of| conf.map.epoch_of(of));
        let doubted = self.peers.iter().filter(|(_, peer)| peer.suspected).map(|(place, _)| *place);
        let suspects: BTreeSet<Place> = doubted.chain(conf.failed.iter().copied()).collect();
        let (history, offset) = (self.disk.history, self.disk.offset);
        (
            conf.epoch,
            Header { of, config_epoch, slots: conf.map.of(line), history, offset, suspects },
        )
    }

    /// Writes are counted anew from here: nobody else has begun this history.
    pub(super) fn begin_history(&mut self) {
        self.seen.branched = Some((self.disk.history, self.disk.offset));
        let me = self.me;
        let life = {
            let conf = self.conf();
            conf.lives += 1;
            conf.lives
        };
        self.disk.history = History(Some((me, life)));
    }

    fn tick(&mut self, fx: &mut Fx) {
        let (now, timeout) = (fx.steady_now(), self.config.timeout);
        let half = Time(timeout.0 / 2);
        for place in self.others() {
            let Some(peer) = self.peers.get_mut(&place) else { continue };
            if peer.pinged.is_some_and(|since| now.since(since) > timeout) && !peer.suspected {
                peer.suspected = true;
                fx.note(sentence!("has no answer from {0} for {1}: PFAIL", place, timeout));
            }
            let is_due = match peer.pinged {
                None => now.since(peer.heard) >= half,
                Some(_) => now.since(peer.sent) >= half,
            };
            if is_due {
                peer.pinged.get_or_insert(now);
                peer.sent = now;
                let (epoch, header) = self.header();
                fx.send(place, Message::PING { epoch, header });
            }
        }
        self.look_for_failed(fx);
        self.look_at_state(now, fx);
        self.consider(fx);
        self.migrate(fx);
        fx.set_timer("tick", Span::exactly(self.config.tick()));
    }

    /// A sign of life.
    pub(super) fn hear(&mut self, from: Place, fx: &mut Fx) {
        let (now, voting) = (fx.steady_now(), self.is_voting(from));
        let Some(peer) = self.peers.get_mut(&from) else { return };
        (peer.heard, peer.pinged, peer.suspected) = (now, None, false);
        let since = self.failed_since.get(&from).copied().unwrap_or(now);
        // A master that is back stays failed for a while, so that a replica can take over all the same.
        if self.disk.conf.failed.contains(&from)
            && (!voting || now.since(since) > self.config.twice())
        {
            self.conf().failed.remove(&from);
            self.save(fx);
            fx.note(sentence!("takes {0} for failed no more", from));
        }
    }

    /// What a master says of others: whom it does not name, it no longer suspects.
    pub(super) fn note_reports(&mut self, by: Place, suspects: &BTreeSet<Place>, fx: &mut Fx) {
        let now = fx.steady_now();
        self.reports.retain(|(about, from), _| *from != by || suspects.contains(about));
        if self.is_voting(by) {
            self.reports.extend(suspects.iter().map(|about| ((*about, by), now)));
        }
        self.look_for_failed(fx);
    }

    /// FAIL: who does not answer this server, and does not answer a majority of the masters either, as they have said
    /// within twice the timeout.
    fn look_for_failed(&mut self, fx: &mut Fx) {
        let (now, twice) = (fx.steady_now(), self.config.twice());
        self.reports.retain(|_, at| now.since(*at) <= twice);
        let doubted: Vec<Place> =
            self.peers.iter().filter(|(_, peer)| peer.suspected).map(|(place, _)| *place).collect();
        for place in doubted {
            let by = |(about, by): &&(Place, Place)| *about == place && self.is_voting(*by);
            let said =
                self.reports.keys().filter(by).count() + usize::from(self.is_voting(self.me));
            if said >= self.majority() && !self.disk.conf.failed.contains(&place) {
                self.has_failed(place, fx);
                fx.broadcast(self.others().into_iter(), Message::FAIL { node: place });
            }
        }
    }

    fn has_failed(&mut self, place: Place, fx: &mut Fx) {
        if self.conf().failed.insert(place) {
            self.failed_since.insert(place, fx.steady_now());
            self.save(fx);
            fx.note(sentence!("takes {0} for failed: FAIL", place));
        }
    }

    /// Whether this server counts on this one to be there.
    fn counts_on(&self, place: Place, now: Time) -> bool {
        let is_there =
            |peer: &Peer| !peer.suspected && now.since(peer.heard) <= self.config.silence();
        let failed = self.disk.conf.failed.contains(&place);
        place == self.me || !failed && self.peers.get(&place).is_some_and(is_there)
    }

    /// Whether it may answer clients: a majority of the masters must be there, and, with full coverage, all slots. Who
    /// comes back from the minority waits for a timeout, so as to hear first whether another has its slots.
    pub(super) fn look_at_state(&mut self, now: Time, fx: &mut Fx) {
        let owners = self.map().owners();
        let there = owners.iter().filter(|owner| self.counts_on(**owner, now)).count();
        // Flaw: it does not matter how many are there.
        let is_alone = there < self.majority() && !self.config.minority_goes_on;
        if is_alone {
            self.alone_at = Some(now);
        }
        let failed = &self.disk.conf.failed;
        let lacks =
            self.config.coverage == Switch::On && owners.iter().any(|owner| failed.contains(owner));
        let waits = self.alone_at.is_some_and(|at| now.since(at) < self.config.timeout);
        let serves = !is_alone && !lacks && !waits;
        if self.serves && is_alone {
            fx.note(sentence!("hears {0} of {1} masters, and stops", there, owners.len()));
        }
        self.serves = serves;
    }
}

/// What a server has of a cluster that has just been created.
fn created(places: &Places, me: Place, config: &Config) -> Disk {
    let masters = config.masters as u16;
    let master = |of: Place| Place::server(of.number() % masters);
    let replicas = Place::servers(places.servers()).skip(masters.into());
    let conf = Conf {
        epoch: config.masters,
        config_epoch: if me.number() < masters { u64::from(me.number()) + 1 } else { 0 },
        lives: u64::from(me.number() < masters),
        of: replicas.map(|replica| (replica, master(replica))).collect(),
        map: SlotMap::dealt(masters),
        ..Conf::default()
    };
    Disk { conf: Rc::new(conf), history: History(Some((master(me), 1))), ..Disk::default() }
}
