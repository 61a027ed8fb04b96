//! A server: what it has, and how it goes from view to view.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::{Log, Place, Span, Text, Time};
use crate::protocol::{Effects, Outcome};
use crate::sentence;
use crate::service::KeyValueStore;
use crate::service::sessions::{LogCommand, Sessions, Unanswered};

use super::config::{Config, Fence};
use super::message::{Ask, Disk, Entry, Kept, Message, View};
use super::{PrimaryBackup, SERVICE, Timer};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    pub(super) me: Place,
    pub(super) config: Rc<Config>,
    /// What was last handed to the disk …
    pub(super) kept: Kept,
    /// … and what is known to be on it.
    pub(super) durable: Kept,
    /// The view that it has entered since it started; number 0 before.
    pub(super) view: View,
    /// It was the primary of this view before it crashed, and has not entered one since; 0 otherwise.
    restarted: u64,
    /// How much of its log is replicated, as far as it knows, and executed.
    pub(super) committed: u64,
    pub(super) store: KeyValueStore,
    pub(super) sessions: Sessions,
    /// Clients who have asked for `promote`, and in which view.
    asked: Vec<(Place, u64, u64)>,
    pub(super) primary: Primary,
}

/// What only a primary needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Primary {
    /// The view service has it on record that all members have been brought up to date.
    pub(super) active: bool,
    /// Backups that have been brought up to date, and how much each has on disk.
    pub(super) holds: BTreeMap<Place, u64>,
    pub(super) waiting: Unanswered,
    /// Until when no other is promoted, by its own clock.
    pub(super) leased: Time,
    /// Reads that wait for a confirmation, by number.
    pub(super) reads: BTreeMap<u64, Read>,
    pub(super) read: u64,
    /// How long its log was at the last ping.
    pub(super) last: u64,
    /// Flaw: it has taken its backups for dead.
    pub(super) alone: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    pub(super) client: Place,
    pub(super) seq: u64,
    pub(super) key: Text,
    pub(super) confirmed: BTreeSet<Place>,
}

pub(super) type Fx = Effects<PrimaryBackup>;

impl Server {
    pub(super) fn boot(me: Place, config: Rc<Config>, disk: &Disk, fx: &mut Fx) -> Server {
        let kept = disk.kept.clone();
        let it = Server {
            me,
            config,
            durable: kept.clone(),
            kept,
            view: View::default(),
            restarted: 0,
            committed: 0,
            store: KeyValueStore::default(),
            sessions: Sessions::default(),
            asked: Vec::new(),
            primary: Primary::default(),
        };
        it.ping(fx);
        fx.set_timer(Timer::Ping, Span::exactly(it.config.ping));
        it
    }

    pub(super) fn request(&mut self, client: Place, seq: u64, ask: Ask, fx: &mut Fx) {
        match ask {
            Ask::Store(operation) => self.serve(client, seq, operation, fx),
            Ask::Promote => {
                let asked = (client, seq, self.view.number);
                if !self.asked.iter().any(|(who, number, _)| (*who, *number) == (client, seq)) {
                    self.asked.push(asked);
                }
                fx.send(SERVICE, Message::Promote { server: self.me });
            }
        }
    }

    pub(super) fn receive(&mut self, from: Place, message: Message, fx: &mut Fx) {
        match message {
            Message::View { view, active, sent } => self.hear_view(view, active, sent, fx),
            Message::Fence { view } => self.fence(view, fx),
            Message::Transfer { view, log, committed } if self.follows(from, view) => {
                self.copy(from, log.0, committed, fx);
            }
            Message::Replicate { view, after, entries, committed }
                if self.follows(from, view) && self.kept.synced == view =>
            {
                self.append(from, after, &entries.0, committed, fx);
            }
            Message::Confirm { view, read } if self.follows(from, view) => {
                fx.send(from, Message::Confirmed { view, read });
            }
            Message::Holds { view, holds } if self.leads(view) => self.count(from, holds, fx),
            Message::Confirmed { view, read } if self.leads(view) => {
                self.confirmed(from, read, fx);
            }
            _ => {}
        }
    }

    /// Whether it takes part in this view, as a backup of this primary.
    fn follows(&self, from: Place, view: u64) -> bool {
        self.view.number == view && view >= self.kept.fenced && self.view.primary == Some(from)
    }

    /// Whether it takes part in this view as the primary.
    fn leads(&self, view: u64) -> bool {
        self.view.number == view && view >= self.kept.fenced && self.view.primary == Some(self.me)
    }

    pub(super) fn is_primary(&self) -> bool {
        self.leads(self.view.number)
    }

    /// Whether it answers as the primary.
    pub(super) fn acts(&self) -> bool {
        self.is_primary() && self.primary.active
    }

    /// Time to say that it is there, and as the primary to say again what its backups have not answered.
    pub(super) fn beat(&mut self, fx: &mut Fx) {
        fx.set_timer(Timer::Ping, Span::exactly(self.config.ping));
        self.ping(fx);
        if self.is_primary() {
            self.replicate(fx);
        }
    }

    pub(super) fn ping(&self, fx: &mut Fx) {
        let (view, ready, restarted) = (self.view.number, self.is_ready(), self.restarted);
        fx.send(SERVICE, Message::Ping { view, ready, restarted, sent: fx.steady_now() });
    }

    fn hear_view(&mut self, view: View, active: bool, sent: Time, fx: &mut Fx) {
        if view.number > self.view.number && view.number >= self.kept.fenced {
            return self.enter(view, fx);
        }
        if !self.leads(view.number) || !active {
            return;
        }
        if self.config.fence == Fence::Lease {
            // Counted from when it asked, and less than the service counts: clocks may drift by a little.
            let lasts = Time(self.config.lease.0 / 10 * 9);
            self.primary.leased = self.primary.leased.max(sent + lasts);
        }
        if self.is_ready() && !self.primary.active {
            self.activate(fx);
        }
    }

    fn enter(&mut self, view: View, fx: &mut Fx) {
        let mine = view.primary == Some(self.me);
        if mine && self.kept.synced >= view.number {
            // It may have sent what it no longer has: as the primary of that view it is over.
            if self.restarted < view.number {
                self.restarted = view.number;
                fx.note(sentence!("was the primary of view {0} before it crashed, and asks for another", view.number));
                self.ping(fx);
            }
            return;
        }
        self.step_down(view.primary, fx);
        (self.view, self.restarted) = (view, 0);
        let answer: Text = self.view.to_string().into();
        for (client, seq, _) in self.asked.extract_if(.., |(_, _, view)| *view < self.view.number) {
            fx.reply(client, seq, Outcome::Done(answer.clone()));
        }
        if mine {
            fx.note(sentence!("is the primary of view {0}, and brings its backups up to date", self.view.number));
            // That it has led this view is on its disk before anybody hears of it.
            self.kept.synced = self.view.number;
            self.save(fx);
            self.replicate(fx);
        }
    }

    /// It takes part in no view below this one, and tells what it has. That is on the disk first.
    fn fence(&mut self, view: u64, fx: &mut Fx) {
        if view > self.kept.fenced {
            if self.is_primary() && view > self.view.number {
                fx.note(sentence!("is fenced: view {0} is in the making", view));
                self.step_down(None, fx);
            }
            self.kept.fenced = view;
            self.save(fx);
        }
        if view == self.kept.fenced {
            let (synced, holds) = (self.kept.synced, self.kept.log.len());
            fx.send(SERVICE, Message::Fenced { view, synced, holds });
        }
    }

    /// Whoever waits for an answer asks elsewhere.
    fn step_down(&mut self, next: Option<Place>, fx: &mut Fx) {
        let next = next.filter(|next| *next != self.me);
        let Primary { waiting, reads, .. } = std::mem::take(&mut self.primary);
        waiting.send_on(next, fx);
        for Read { client, seq, .. } in reads.into_values() {
            fx.reply(client, seq, Outcome::Redirect(next));
        }
    }

    pub(super) fn on_disk(&mut self, kept: Kept, fx: &mut Fx) {
        self.durable = kept;
        if self.is_primary() {
            self.go_on(fx);
        }
    }

    /// Executes what is replicated up to here; a primary answers.
    pub(super) fn execute(&mut self, committed: u64, fx: &mut Fx) {
        for index in self.committed + 1..=committed.min(self.kept.log.len()) {
            self.committed = index;
            let Some(Entry { command: LogCommand::Execute { client, seq, request }, .. }) =
                self.kept.log.get(index)
            else {
                continue;
            };
            let store = &mut self.store;
            let answer = self.sessions.once(*client, *seq, || store.execute(request));
            self.primary.waiting.answer(*client, *seq, answer, fx);
        }
    }

    pub(super) fn save(&self, fx: &mut Fx) {
        fx.persist(Disk { kept: self.kept.clone(), ..Disk::default() });
    }
}

/// The backup.
impl Server {
    /// State transfer: in a new view its log is the primary's.
    fn copy(&mut self, from: Place, log: Log<Entry>, committed: u64, fx: &mut Fx) {
        let view = self.view.number;
        if self.kept.synced < view {
            let same = log.common_prefix(&self.kept.log);
            if same < self.kept.log.len() {
                fx.note(sentence!(
                    "gives up {0} entries that the primary of view {1} does not have",
                    self.kept.log.len() - same,
                    view
                ));
            }
            if same < self.committed {
                (self.committed, self.store) = (0, KeyValueStore::default());
                self.sessions = Sessions::default();
            }
            (self.kept.log, self.kept.synced) = (log, view);
            self.save(fx);
        }
        self.execute(committed, fx);
        fx.send(from, Message::Holds { view, holds: self.kept.log.len() });
    }

    /// What goes on where its log ends.
    fn append(&mut self, from: Place, after: u64, entries: &[Entry], committed: u64, fx: &mut Fx) {
        let (view, len) = (self.view.number, self.kept.log.len());
        // Flaw: what is missing between is passed over.
        let known = if after > len && self.config.skip_gap { 0 } else { len.wrapping_sub(after) };
        if after <= len || self.config.skip_gap {
            let new = entries.iter().skip(known as usize);
            let before = self.kept.log.len();
            new.for_each(|entry| self.kept.log.push(entry.clone()));
            if self.kept.log.len() > before {
                self.save(fx);
            }
            self.execute(committed, fx);
        }
        fx.send(from, Message::Holds { view, holds: self.kept.log.len() });
    }
}
