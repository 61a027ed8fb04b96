//! The master: it knows which version of the chunk counts, and learns from the chunkservers who has it. It grants the
//! lease, has lost replicas made anew, and stale ones thrown away. It is one place here, and keeps its disk.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::{Place, Span, Time};
use crate::protocol::{Effects, Input};
use crate::sentence;

use super::message::{Primary, Servers};
use super::{BEAT, ChunkStore, Config, Disk, Message};

/// How long a chunkserver has for a copy.
const COPYING: Time = Time::millis(300);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Master {
    pub(super) config: Rc<Config>,
    pub(super) disk: Disk,
    /// What it has heard of chunkservers in this life. Where replicas are stands on no disk of its own.
    pub(super) servers: BTreeMap<Place, Known>,
    pub(super) lease: Option<Granted>,
    /// It does not know what it granted before it crashed: until then somebody may have a lease.
    silent_until: Time,
    pub(super) raise: Option<Raise>,
    pub(super) copy: Option<Copying>,
    /// The last copy did not come about: who waits for a lease goes first.
    failed_copy: bool,
    /// Clients who wait to be told who has the lease, with the numbers of what they ask.
    waiting: BTreeMap<Place, u64>,
    pub(super) now: Time,
    /// What it has just told a client, and what it has just granted: for whoever watches.
    pub(super) named: Option<(u64, Vec<Place>)>,
    pub(super) granted: Option<(u64, Place)>,
}

/// What a chunkserver has said last, by its own clock `sent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Known {
    pub version: u64,
    sent: Time,
    heard: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Granted {
    pub to: Place,
    pub until: Time,
    pub members: Vec<Place>,
}

/// A version that it has chunkservers take, before it grants a lease under it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Raise {
    pub version: u64,
    pub members: BTreeSet<Place>,
    /// Who has it on disk, and what that server's clock showed then.
    taken: BTreeMap<Place, Time>,
    asked_again: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Copying {
    pub to: Place,
    until: Time,
}

type Fx = Effects<ChunkStore>;

impl Master {
    pub(super) fn boot(config: Rc<Config>, disk: &Disk, fx: &mut Fx) -> Master {
        let (disk, now) = (disk.clone(), fx.steady_now());
        let silent_until = if disk.reserved > 0 { now + config.reserve() } else { now };
        if disk.reserved > 0 {
            fx.note(sentence!("has forgotten which lease it granted, and grants none for {0}", config.reserve()));
        }
        fx.set_timer("tick", Span::exactly(BEAT));
        Master {
            config,
            disk,
            servers: BTreeMap::new(),
            lease: None,
            silent_until,
            raise: None,
            copy: None,
            failed_copy: false,
            waiting: BTreeMap::new(),
            now,
            named: None,
            granted: None,
        }
    }

    pub(super) fn step(&mut self, input: Input<ChunkStore>, fx: &mut Fx) {
        (self.now, self.named, self.granted) = (fx.steady_now(), None, None);
        match input {
            Input::Message { from, message: Message::Locate { seq, lease } } => self.locate(from, seq, lease, fx),
            Input::Message { from, message: Message::Heartbeat { version, sent, extend } } => {
                self.hear(from, version, sent, extend, fx);
            }
            Input::Message { from, message: Message::VersionTaken { version, sent } } => {
                self.learn(from, version, sent);
                self.taken(from, version, sent, fx);
            }
            Input::Timer("raise") => self.raise_again(fx),
            Input::Timer("tick") => {
                self.go_on(fx);
                fx.set_timer("tick", Span::exactly(BEAT));
            }
            _ => {}
        }
    }

    // ---- what there is -----------------------------------------------------------------------------

    /// The version that counts.
    pub(super) fn version(&self) -> u64 {
        self.disk.version
    }

    pub(super) fn is_alive(&self, server: Place) -> bool {
        self.servers.get(&server).is_some_and(|known| self.now.since(known.heard) <= self.config.dead)
    }

    /// Whether the replica that this chunkserver has is not stale. One of a higher version is not, either: nobody has
    /// ever had a lease under that.
    pub(super) fn is_current(&self, server: Place) -> bool {
        self.servers.get(&server).is_some_and(|known| known.version >= self.version())
    }

    /// Those that are alive and have the chunk.
    fn current(&self) -> impl Iterator<Item = Place> {
        self.servers.keys().copied().filter(|server| self.is_alive(*server) && self.is_current(*server))
    }

    /// A chunkserver that is alive and could take a replica, where one is missing.
    fn spare(&self) -> Option<Place> {
        let enough = self.current().count() >= self.config.replicas as usize;
        let mut spare = self.servers.keys().copied().filter(|it| self.is_alive(*it) && !self.is_current(*it));
        spare.next().filter(|_| !enough && self.version() > 0)
    }

    pub(super) fn lease_is_over(&self) -> bool {
        self.now >= self.silent_until && self.lease.as_ref().is_none_or(|lease| {
            // Flaw: whoever is not heard of has no lease.
            self.now >= lease.until || (self.config.early_lease && !self.is_alive(lease.to))
        })
    }

    fn learn(&mut self, server: Place, version: u64, sent: Time) {
        if self.servers.get(&server).is_none_or(|known| known.sent <= sent) {
            self.servers.insert(server, Known { version, sent, heard: self.now });
        }
    }

    // ---- what it is told and asked -----------------------------------------------------------------

    fn hear(&mut self, from: Place, version: u64, sent: Time, extend: bool, fx: &mut Fx) {
        self.learn(from, version, sent);
        let all_alive = |lease: &Granted| lease.members.iter().all(|member| self.is_alive(*member));
        let may_stay = !self.lease_is_over() && self.spare().is_none();
        let until = self.now + self.config.reserve();
        let stays = |lease: &&mut Granted| extend && may_stay && lease.to == from && version == self.disk.version;
        let all_alive = self.lease.as_ref().is_some_and(all_alive);
        if let Some(lease) = self.lease.as_mut().filter(stays).filter(|_| all_alive) {
            lease.until = until;
            fx.send(from, Message::Extended { version, sent });
        }
        if self.copy.as_ref().is_some_and(|copy| copy.to == from) && self.is_current(from) {
            fx.note(sentence!("has another replica of version {0}, on {1}", version, from));
            (self.copy, self.failed_copy) = (None, false);
        }
        let is_stale = version > 0 && version < self.version();
        if is_stale && self.current().count() >= self.config.replicas as usize {
            fx.send(from, Message::DiscardChunk { below: self.version() });
        }
        self.go_on(fx);
    }

    /// A client asks where the chunk is; for an append somebody must have the lease.
    fn locate(&mut self, client: Place, seq: u64, lease: bool, fx: &mut Fx) {
        if lease {
            self.waiting.insert(client, seq);
            return self.go_on(fx);
        }
        let (primary, replicas) = (self.lease_that_works().map(|lease| lease.to), self.readable());
        if !replicas.is_empty() || self.version() == 0 {
            self.tell(client, seq, primary, replicas, fx);
        }
    }

    fn readable(&self) -> Vec<Place> {
        // Flaw: it has the chunk, of whatever version.
        let counts = |(_, known): &(&Place, &Known)| self.config.stale_counts && known.version > 0;
        let reported = self.servers.iter().filter(counts).map(|(server, _)| *server);
        let all: BTreeSet<Place> = self.current().chain(reported.filter(|it| self.is_alive(*it))).collect();
        all.into_iter().filter(|_| self.version() > 0).collect()
    }

    /// A lease that has not ended, and under which all replicas can be written to.
    fn lease_that_works(&self) -> Option<&Granted> {
        let works = |lease: &&Granted| lease.members.iter().all(|member| self.is_alive(*member));
        self.lease.as_ref().filter(|_| !self.lease_is_over()).filter(works)
    }

    fn tell(&mut self, client: Place, seq: u64, primary: Option<Place>, replicas: Vec<Place>, fx: &mut Fx) {
        let version = self.version();
        let (primary, told) = (Primary(primary), Servers(replicas.clone()));
        fx.send(client, Message::Located { seq, version, primary, replicas: told });
        self.named = Some((version, replicas));
    }

    // ---- what it does next -------------------------------------------------------------------------

    /// A lease that works is told to those who wait for one. When none is out, a replica that is missing comes first,
    /// and then another lease. (While somebody has a lease, a copy might miss what is just being appended.)
    fn go_on(&mut self, fx: &mut Fx) {
        if let Some(Granted { to, members, .. }) = self.lease_that_works().cloned() {
            for (client, seq) in std::mem::take(&mut self.waiting) {
                self.tell(client, seq, Some(to), members.clone(), fx);
            }
        }
        if !self.lease_is_over() || self.raise.is_some() {
            return;
        }
        self.lease = None;
        if let Some(copy) = &self.copy {
            if self.now < copy.until {
                return;
            }
            (self.copy, self.failed_copy) = (None, true);
        }
        let is_asked = !self.waiting.is_empty();
        let pair = self.spare().zip(self.current().next());
        match pair {
            Some((to, from)) if !(is_asked && self.failed_copy) => self.replicate(from, to, fx),
            _ if is_asked => self.raise(fx),
            _ => {}
        }
    }

    fn replicate(&mut self, from: Place, to: Place, fx: &mut Fx) {
        let version = self.servers[&from].version;
        fx.note(sentence!("has too few replicas: {0} is to copy its own to {1}", from, to));
        fx.send(from, Message::Replicate { version, to });
        self.copy = Some(Copying { to, until: self.now + COPYING });
    }

    /// First all replicas take a new version, which is on all disks before anybody has a lease under it: so a replica
    /// that is not there now is known to be stale when it comes back (§4.5).
    fn raise(&mut self, fx: &mut Fx) {
        let members: BTreeSet<Place> = self.current().take(self.config.replicas as usize).collect();
        if !members.is_empty() {
            self.failed_copy = false;
            self.raise_to(members, fx);
        }
    }

    /// A number that somebody may have taken without saying so is never used again.
    fn raise_to(&mut self, members: BTreeSet<Place>, fx: &mut Fx) {
        let highest = self.servers.values().map(|known| known.version).max().unwrap_or(0);
        let next = self.disk.reserved.max(highest) + 1;
        // Flaw: it is the same chunk.
        let version = if self.config.same_version && self.version() > 0 { self.version() } else { next };
        self.disk.reserved = version;
        fx.persist(self.disk.clone());
        fx.broadcast(members.iter().copied(), Message::NewVersion { old: self.version(), version });
        fx.set_timer("raise", Span::exactly(Time(BEAT.0 * 3 / 2)));
        self.raise = Some(Raise { version, members, taken: BTreeMap::new(), asked_again: false });
    }

    /// Not all have answered. They are asked once more; then those that have go on without them.
    fn raise_again(&mut self, fx: &mut Fx) {
        let Some(raise) = &mut self.raise else { return };
        let missing: Vec<Place> =
            raise.members.iter().copied().filter(|member| !raise.taken.contains_key(member)).collect();
        if !raise.asked_again {
            raise.asked_again = true;
            let (old, version) = (self.disk.version, raise.version);
            fx.broadcast(missing.into_iter(), Message::NewVersion { old, version });
            return fx.set_timer("raise", Span::exactly(Time(BEAT.0 * 3 / 2)));
        }
        let members: BTreeSet<Place> = raise.taken.keys().copied().collect();
        self.raise = None;
        if !members.is_empty() {
            fx.note(sentence!("goes on without {0}", Servers(missing).to_string()));
            self.raise_to(members, fx);
        }
    }

    fn taken(&mut self, from: Place, version: u64, sent: Time, fx: &mut Fx) {
        let Some(raise) = self.raise.as_mut().filter(|raise| raise.version == version) else { return };
        if raise.members.contains(&from) {
            raise.taken.insert(from, sent);
        }
        if raise.taken.len() == raise.members.len() {
            self.grant(fx);
        }
    }

    /// All have taken the version: it counts from now on, and one of them has the lease.
    fn grant(&mut self, fx: &mut Fx) {
        let Some(Raise { version, taken, .. }) = self.raise.take() else { return };
        let Some((to, sent)) = taken.iter().next().map(|(to, sent)| (*to, *sent)) else { return };
        self.disk.version = version;
        fx.cancel_timer("raise");
        fx.persist(self.disk.clone());
        let secondaries = Servers(taken.keys().copied().filter(|member| *member != to).collect());
        fx.send(to, Message::GrantLease { version, sent, secondaries });
        let members = taken.into_keys().collect();
        self.lease = Some(Granted { to, until: self.now + self.config.reserve(), members });
        self.granted = Some((version, to));
        self.go_on(fx);
    }
}
