//! Commands: what people, scripts and links do to a run. A command that makes no sense at this
//! instant is refused with one sentence and changes nothing.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::client::{RETRY, WAITING};
use super::division::Division;
use super::network::{LinkState, Lost};
use super::{Events, Fate, Sim, Ticket};
use crate::base::{Place, Sentence, Text, Time, quorum};
use crate::command::{Command, Link, Partition, QualityChange};
use crate::protocol::{Moment, Unserved};
use crate::sentence;
use crate::service::workload::Workload;
use crate::sim::trace::{EventKind, Loss, Status};

/// How far a clock may drift: twice as fast, or half as fast.
pub const DRIFT: std::ops::RangeInclusive<i32> = -500_000..=1_000_000;

impl Sim {
    /// Number of commands given so far.
    pub fn commands(&self) -> u32 {
        self.commands
    }

    /// Gives the command at `at`, which is not before the last event. A refusal is an event too.
    pub fn command(&mut self, at: Time, command: &Rc<Command>, out: &mut Events) {
        self.now = at;
        self.commands += 1;
        if let Err(why) = self.check(command) {
            self.record(command.place(), 0, None, EventKind::Refused(why), out);
            return;
        }
        let many = match &**command {
            Command::Each { places, .. } | Command::Load { clients: places, .. } => &places[..],
            _ => &[],
        };
        for place in command.place().iter().chain(many) {
            self.tick(*place, 0);
        }
        let cause = self.record(command.place(), 0, None, EventKind::Command(command.clone()), out);
        self.obey(command, cause, out);
    }

    /// Why the command makes no sense now.
    pub fn check(&self, command: &Command) -> Result<(), Sentence> {
        let endpoints = self.named(command);
        if let Some(stranger) = endpoints.into_iter().find(|end| !self.exists(*end)) {
            let all = self.places.to_string();
            return Err(sentence!("There is no {0} in this run, which has {1}.", stranger, all));
        }
        let status = |node: &Place| self.nodes[self.places.index(*node)].status;
        match command {
            Command::Each { deed, places } => {
                places.iter().try_for_each(|place| self.check(&deed.to(*place)))
            }
            Command::Crash { node, .. } | Command::Pause(node) | Command::Fire { node, .. }
                if status(node) == Status::Down =>
            {
                Err(sentence!("{0} is down.", *node))
            }
            Command::Restart(node) if status(node) != Status::Down => {
                Err(sentence!("{0} is up: only what is down can be restarted.", *node))
            }
            Command::Pause(node) if status(node) == Status::Paused => {
                Err(sentence!("{0} stands still already.", *node))
            }
            Command::Resume(node) if status(node) != Status::Paused => {
                Err(sentence!("{0} does not stand still.", *node))
            }
            Command::Fire { node, .. } if status(node) == Status::Paused => {
                Err(sentence!("{0} stands still: resume it first.", *node))
            }
            Command::Fire { node, timer } if !self.is_set(*node, timer) => {
                Err(sentence!("{0} has no timer “{1}” set at this moment.", *node, timer.clone()))
            }
            Command::Drop(id) | Command::Delay { message: id, .. } | Command::Deliver(id)
                if self.slot(*id).is_none() =>
            {
                Err(sentence!("Message #{0} is not under way at this moment.", *id))
            }
            Command::Duplicate(id) => match self.flight(*id) {
                None => Err(sentence!("Message #{0} is not under way at this moment.", *id)),
                Some(flight) if self.network.is_connection(flight.from, flight.to) => Err(
                    sentence!("Message #{0} is on a connection, where nothing arrives twice.", *id),
                ),
                Some(_) => Ok(()),
            },
            Command::Wipe(place) | Command::Disk { node: place, .. }
                if self.places.is_house_client(*place) =>
            {
                Err(sentence!("{0} keeps nothing on a disk.", *place))
            }
            Command::Deliver(id)
                if self.flight(*id).is_some_and(|flight| self.is_waiting(flight)) =>
            {
                Err(sentence!("Message #{0} has arrived, where nothing moves on.", *id))
            }
            Command::Delay { message, .. } if self.is_held(*message) => Err(sentence!(
                "Message #{0} waits on a held link: heal the link, or deliver it now.",
                *message
            )),
            Command::Request { client, request, .. } => match self.ensemble.request(request) {
                Err(Unserved::Unread(expected)) => {
                    Err(sentence!("Expected {0}, not “{1}”.", expected, request.clone()))
                }
                Err(Unserved::Refused(why)) => Err(why),
                Ok(_) => self.check_asker(*client),
            },
            Command::Load { clients, workload } => self.check_load(clients, workload.as_deref()),
            _ => Ok(()),
        }
    }

    /// Why these clients cannot be kept busy with this.
    fn check_load(&self, clients: &[Place], workload: Option<&Workload>) -> Result<(), Sentence> {
        if let Some(other) = clients.iter().find(|place| !self.places.is_house_client(**place)) {
            return Err(sentence!("{0} is no client: only clients are kept busy.", *other));
        }
        for sample in workload.iter().flat_map(|workload| workload.mix.samples()) {
            if let Err(Unserved::Refused(why)) = self.ensemble.request(&sample.to_string()) {
                return Err(why);
            }
        }
        Ok(())
    }

    /// Why this place cannot be asked for anything now.
    fn check_asker(&self, place: Place) -> Result<(), Sentence> {
        let waiting = |place: Place| self.clients[place.index()].waiting.len();
        if !self.places.may_ask(place) {
            return Err(sentence!("{0} only answers: it asks for nothing itself.", place));
        }
        match self.nodes[self.places.index(place)].status {
            Status::Down => Err(sentence!("{0} is down.", place)),
            Status::Paused => Err(sentence!("{0} stands still: resume it first.", place)),
            Status::Up if self.places.is_house_client(place) && waiting(place) >= WAITING => {
                Err(sentence!("{0} has {1} requests waiting already.", place, WAITING))
            }
            Status::Up => Ok(()),
        }
    }

    fn exists(&self, end: Place) -> bool {
        self.places.has(end)
    }

    /// Everybody the command names.
    fn named(&self, command: &Command) -> Vec<Place> {
        let ends = |links: &[Link]| links.iter().flat_map(|link| [link.from, link.to]).collect();
        match command {
            Command::Cut(links) | Command::Hold(links) | Command::Heal(links) => ends(links),
            Command::Link { links, .. } => ends(links),
            Command::Partition(partition) => partition.named().collect(),
            Command::Each { places, .. } | Command::Load { clients: places, .. } => places.clone(),
            Command::Request { client, to, .. } => {
                std::iter::once(client).chain(to).copied().collect()
            }
            command => command.place().into_iter().collect(),
        }
    }

    fn obey(&mut self, command: &Command, cause: u64, out: &mut Events) {
        match command {
            Command::Each { deed, places } => {
                places.iter().for_each(|place| self.obey(&deed.to(*place), cause, out));
            }
            Command::Crash { node, torn } => self.crash(*node, *torn, cause, out),
            Command::Restart(node) => self.boot(*node, cause, out),
            Command::Wipe(node) => {
                if self.nodes[self.places.index(*node)].status != Status::Down {
                    self.crash(*node, false, cause, out);
                }
                self.nodes[self.places.index(*node)].disk = self.ensemble.wipe(*node);
            }
            Command::Pause(node) => {
                self.nodes[self.places.index(*node)].status = Status::Paused;
                self.record(*node, cause, None, EventKind::Status(Status::Paused), out);
            }
            Command::Resume(node) => {
                self.nodes[self.places.index(*node)].status = Status::Up;
                self.tick(*node, 0);
                self.record(*node, cause, None, EventKind::Status(Status::Up), out);
                self.catch_up(*node);
            }
            Command::Fire { node, .. } if self.places.is_house_client(*node) => {
                self.ask_again(*node, Some(cause), out);
            }
            Command::Fire { node, timer } => {
                if let Some(position) = self.timer(*node, timer) {
                    self.run_out(*node, position, Some(cause), out);
                }
            }
            Command::Drift { node, ppm } => self.drift(*node, *ppm),
            Command::Jump { node, micros } => {
                self.nodes[self.places.index(*node)].clock.jump(self.now, *micros)
            }
            Command::Disk { node, latency } => {
                self.nodes[self.places.index(*node)].disk_latency = *latency
            }
            Command::Cut(links) => self.set_links(links, LinkState::Cut, cause, out),
            Command::Hold(links) => self.set_links(links, LinkState::Held, cause, out),
            Command::Heal(links) if links.is_empty() => {
                self.network.heal(cause);
                self.follow_links(None, cause, out);
            }
            Command::Heal(links) => self.set_links(links, LinkState::Healthy, cause, out),
            Command::Partition(partition) => self.partition(partition, cause, out),
            Command::Link { links, change } => self.change_links(links, change, cause),
            Command::Drop(id) => self.drop_message(*id, cause, out),
            Command::Delay { message, by } => self.delay(*message, *by),
            Command::Duplicate(id) => self.duplicate(*id),
            Command::Deliver(id) => {
                let now = self.now;
                for slot in self.before(*id) {
                    self.with_fate(slot, |fate| {
                        *fate = Fate { arrives: now, lost: None, held: false };
                    });
                }
            }
            Command::Request { client, to, request } if self.places.is_house_client(*client) => {
                self.ask(*client, to, request, cause, out);
            }
            Command::Request { client, request, .. } => self.want(*client, request, cause, out),
            Command::Load { clients, workload } => {
                self.keep_busy(clients, workload.as_ref(), cause);
            }
            Command::Goal(property) => self.goal = Some(property),
            Command::Say(caption) => self.caption = Some((self.now, Text::from(caption.as_str()))),
            Command::End => {}
        }
    }

    // ---- processes ---------------------------------------------------------------------------

    fn crash(&mut self, id: Place, torn: bool, cause: u64, out: &mut Events) {
        let node = &mut self.nodes[self.places.index(id)];
        node.lose_memory(torn);
        node.stopped_by = cause;
        let stalled = std::mem::take(&mut node.stalled);
        self.forget(id);
        if !self.places.is_house_client(id) {
            self.ensemble.stop(id, self.now);
        }
        self.hang_up(id, cause);
        // What had arrived while it stood still finds nobody.
        for due in stalled {
            self.stir(due);
        }
        self.record(id, cause, None, EventKind::Status(Status::Down), out);
        self.observe(id, Moment { event: cause, at: self.now, boot: false }, out);
    }

    /// What came due while the node stood still is due now, in its order.
    fn catch_up(&mut self, id: Place) {
        for due in std::mem::take(&mut self.nodes[self.places.index(id)].stalled) {
            self.stir(due);
        }
    }

    /// Enters a stalled entry into the agenda anew.
    fn stir(&mut self, due: super::Due) {
        use super::Item;
        let now = self.now;
        match due.what {
            Item::Flight(slot) => {
                if let Some(flight) = &mut self.flights[slot as usize]
                    && flight.ticket == due.ticket
                {
                    flight.ticket = self.agenda.put(now, due.what);
                }
            }
            Item::Timer { node, position } => {
                if let Some(timer) =
                    self.nodes[self.places.index(node)].timers.get_mut(usize::from(position))
                {
                    timer.queued = Some((now, self.agenda.put(now, due.what)));
                }
            }
            Item::Sync(node) => {
                if let Some((_, ticket)) = &mut self.nodes[self.places.index(node)].syncing {
                    *ticket = self.agenda.put(now, due.what);
                }
            }
            Item::Disconnect { node, peer } => {
                if let Some(end) = self.network.ends.get_mut(&(node, peer))
                    && let Some(learning) = &mut end.learns
                {
                    learning.ticket = self.agenda.put(now, due.what);
                }
            }
            Item::Client(client) => {
                if let Some(open) = &mut self.clients[client.index()].open
                    && open.patience == due.ticket
                {
                    open.patience = self.agenda.put(now, due.what);
                }
            }
            Item::GiveUp(client) => {
                if let Some(open) = &mut self.clients[client.index()].open
                    && open.limit == due.ticket
                {
                    open.limit = self.agenda.put(now, due.what);
                }
            }
            Item::Boot(_) | Item::Load(_) => {}
        }
    }

    fn drift(&mut self, id: Place, ppm: i32) {
        let now = self.now;
        let node = &mut self.nodes[self.places.index(id)];
        let old = node.clock.ppm;
        node.clock.drift(now, ppm);
        // Timers measure local time: what is left of them shrinks or grows.
        for timer in &mut node.timers {
            if let Some((_, ends)) = &mut timer.set {
                let left = i128::from(ends.since(now).0) * (1_000_000 + i128::from(old));
                *ends = now + Time((left / (1_000_000 + i128::from(ppm))) as u64);
            }
        }
        for position in 0..self.nodes[self.places.index(id)].timers.len() {
            self.queue_timer(id, position as u16);
        }
    }

    /// Whether a timer of this name is set there.
    fn is_set(&self, place: Place, name: &str) -> bool {
        match self.places.is_house_client(place) {
            true => name == RETRY && self.clients[place.index()].open.is_some(),
            false => self.timer(place, name).is_some(),
        }
    }

    /// Position of the node's timer of this name, if it is set.
    fn timer(&self, node: Place, name: &str) -> Option<u16> {
        let timers = &self.nodes[self.places.index(node)].timers;
        let position = timers.iter().position(|timer| timer.set.is_some() && &*timer.name == name);
        position.map(|position| position as u16)
    }

    // ---- links -------------------------------------------------------------------------------

    fn set_links(&mut self, links: &[Link], state: LinkState, cause: u64, out: &mut Events) {
        let links: BTreeSet<(Place, Place)> =
            links.iter().flat_map(|link| link.directed()).collect();
        for (from, to) in links {
            self.network.set_state(from, to, state, cause);
            if state == LinkState::Cut {
                self.sever(from, to, cause);
            }
        }
        self.follow_links(None, cause, out);
    }

    /// The partition replaces whatever stood between those that it is about: all but clients that it
    /// does not name. What it does not cut heals first.
    fn partition(&mut self, partition: &Partition, cause: u64, out: &mut Events) {
        let division = Division::new(partition, &self.places, cause);
        self.network.heal_within(&division, cause);
        self.follow_links(Some(&division), cause, out);
        let ends = self.network.ends.keys().flat_map(|&(one, other)| [(one, other), (other, one)]);
        let parted = ends.filter(|(from, to)| division.parts(*from, *to));
        let parted: BTreeSet<(Place, Place)> = parted.collect();
        self.network.divide(division, cause);
        for (from, to) in parted {
            self.sever(from, to, cause);
        }
        self.follow_links(None, cause, out);
    }

    /// What is under way follows what has become of its link, and who is cut off now is told. `next` as
    /// in [`Network::hears`](super::network::Network::hears).
    fn follow_links(&mut self, next: Option<&Division>, cause: u64, out: &mut Events) {
        let now = self.now;
        for slot in self.slots() {
            let Some(flight) = &self.flights[slot as usize] else { continue };
            let (from, to, fate) = (flight.from, flight.to, flight.fate);
            // What has arrived at a server that stands still is no longer on the link.
            if fate.lost.is_some() || (!fate.held && fate.arrives <= now) {
                continue;
            }
            match (self.network.condition(from, to).state, fate.held) {
                // What is under way falls where it is.
                (LinkState::Cut, _) => {
                    let lost = Lost { at: now, why: Loss::Cut, by: cause };
                    self.with_fate(slot, |fate| fate.lost = Some(lost));
                }
                // What waited goes on its way only now.
                (LinkState::Healthy, true) => {
                    let chance = &mut self.nodes[self.places.index(from)].sending;
                    let arrives = self.network.release(from, to, now, chance);
                    let arrives = self.in_order(from, to, arrives);
                    self.with_fate(slot, |fate| *fate = Fate { arrives, lost: None, held: false });
                }
                (LinkState::Held, false) => self.with_fate(slot, |fate| fate.held = true),
                _ => {}
            }
        }
        let Some(letter) = self.ensemble.meta().majority else { return };
        let majority = quorum::majority(self.places.count(letter));
        for (number, heard) in (0..).zip(self.network.hears(letter, next)) {
            let node = Place::new(letter, number);
            let reaches = self.reaches_quorum(node, next).unwrap_or(heard >= majority);
            self.note_isolated(node, !reaches, cause, out);
        }
    }

    /// Whether the node speaks both ways with a quorum of the configuration that it knows, where places join
    /// and leave.
    fn reaches_quorum(&self, node: Place, next: Option<&Division>) -> Option<bool> {
        let meta = self.ensemble.meta();
        if !meta.joining || meta.majority != Some(node.letter()) {
            return None;
        }
        let disk = &self.nodes[self.places.index(node)].disk;
        let speaks = |other| other == node || self.network.speak(node, other, next);
        self.ensemble.is_quorum(node, disk, &speaks)
    }

    /// A step may have changed the configuration that the node knows.
    pub(super) fn follow_configuration(&mut self, node: Place, cause: u64, out: &mut Events) {
        if self.network.is_untouched() && !self.nodes[self.places.index(node)].isolated {
            return;
        }
        if let Some(reaches) = self.reaches_quorum(node, None) {
            self.note_isolated(node, !reaches, cause, out);
        }
    }

    fn note_isolated(&mut self, node: Place, isolated: bool, cause: u64, out: &mut Events) {
        let known = &mut self.nodes[self.places.index(node)].isolated;
        if std::mem::replace(known, isolated) != isolated {
            self.record(node, cause, None, EventKind::Isolated(isolated), out);
        }
    }

    fn change_links(&mut self, links: &[Link], change: &QualityChange, cause: u64) {
        if links.is_empty() {
            self.network.change_all(change, cause);
        }
        for (from, to) in links.iter().flat_map(|link| link.directed()) {
            self.network.change(from, to, change, cause);
        }
    }

    // ---- messages ----------------------------------------------------------------------------

    /// Slots in use, by when their message was sent, copies after the original.
    pub(super) fn slots(&self) -> Vec<u32> {
        let slots = (0..).zip(&self.flights);
        let mut used: Vec<(u64, u32, u32)> = slots
            .filter_map(|(slot, flight)| {
                let flight = flight.as_ref()?;
                Some((flight.sent, flight.copy, slot))
            })
            .collect();
        used.sort_unstable();
        used.into_iter().map(|(_, _, slot)| slot).collect()
    }

    /// The copies of the message that are under way, the original among them as 0.
    pub fn copies(&self, id: u64) -> Vec<u32> {
        let of = self.flights.iter().flatten().filter(|flight| flight.sent == id);
        let mut copies: Vec<u32> = of.map(|flight| flight.copy).collect();
        copies.sort_unstable();
        copies
    }

    /// Where the message (its original, or the oldest copy left) is under way.
    pub(super) fn slot(&self, id: u64) -> Option<u32> {
        let under_way = |slot: &u32| {
            let flight = self.flights[*slot as usize].as_ref();
            flight.is_some_and(|flight| flight.sent == id && flight.fate.lost.is_none())
        };
        self.slots().into_iter().find(under_way)
    }

    pub(super) fn flight(&self, id: u64) -> Option<&super::Flight> {
        self.slot(id).and_then(|slot| self.flights[slot as usize].as_ref())
    }

    fn is_held(&self, id: u64) -> bool {
        self.flight(id).is_some_and(|flight| flight.fate.held)
    }

    /// Whether it has arrived at a server that stands still.
    fn is_waiting(&self, flight: &super::Flight) -> bool {
        let paused = self.nodes[self.places.index(flight.to)].status == Status::Paused;
        !flight.fate.held && flight.fate.arrives <= self.now && paused
    }

    pub(super) fn with_fate(&mut self, slot: u32, change: impl FnOnce(&mut Fate)) {
        if let Some(flight) = &mut self.flights[slot as usize] {
            change(&mut flight.fate);
            self.schedule(slot);
        }
    }

    fn drop_message(&mut self, id: u64, cause: u64, out: &mut Events) {
        if let Some(slot) = self.slot(id) {
            let lost = Lost { at: self.now, why: Loss::Dropped, by: cause };
            self.with_fate(slot, |fate| fate.lost = Some(lost));
            self.land(slot, out);
        }
    }

    /// One more copy, which arrives a little later than the original would.
    fn duplicate(&mut self, id: u64) {
        let Some(flight) = self.slot(id).and_then(|slot| self.flights[slot as usize].clone())
        else {
            return;
        };
        let copies = self.flights.iter().flatten().filter(|other| other.sent == id);
        let copy = copies.map(|other| other.copy).max().unwrap_or(0) + 1;
        let way = flight.fate.arrives.since(flight.sent_at);
        let mut twin = super::Flight { copy, ticket: Ticket::default(), ..flight };
        twin.fate.arrives = twin.fate.arrives + Time(way.0 / 4);
        self.take_off(twin);
    }
}
