//! The primary: it alone takes writes, gives them an order, and answers once enough backups have them.

use crate::base::{Place, Text};
use crate::check::Operation;
use crate::protocol::Outcome;
use crate::sentence;
use crate::service::sessions::{self, Known, LogCommand};

use super::config::{Ack, Fence, Reads};
use super::message::{Entries, Entry, Message, Whole};
use super::server::{Fx, Read, Server};

/// At most so many entries in one message.
const BATCH: u64 = 64;

impl Server {
    pub(super) fn serve(&mut self, client: Place, seq: u64, operation: Operation, fx: &mut Fx) {
        let has_state = self.view.number > 0 && self.kept.synced == self.view.number;
        match operation {
            Operation::Get { key } if self.config.reads == Reads::Any && has_state => {
                fx.reply(client, seq, Outcome::Done(self.store.read(&key)));
            }
            _ if !self.acts() => {
                let primary = self.view.primary.filter(|primary| *primary != self.me);
                match primary {
                    Some(primary) => fx.note(sentence!("sends {0} on to {1}, the primary", client, primary)),
                    None => fx.note(sentence!("cannot help {0}: it knows of no primary that may answer", client)),
                }
                fx.reply(client, seq, Outcome::Redirect(primary));
            }
            Operation::Get { key } => self.read(client, seq, key, fx),
            operation => self.write(client, seq, operation, fx),
        }
    }

    fn read(&mut self, client: Place, seq: u64, key: Text, fx: &mut Fx) {
        if self.config.read_unreplicated {
            // Flaw: from all of its log.
            let mut store = self.store.clone();
            for (_, entry) in self.kept.log.range(self.committed, self.kept.log.len()) {
                if let LogCommand::Execute { request, .. } = &entry.command {
                    store.execute(request);
                }
            }
            return fx.reply(client, seq, Outcome::Done(store.read(&key)));
        }
        match self.config.fence {
            Fence::Lease if fx.steady_now() >= self.primary.leased && !self.config.unfenced => {
                fx.note(sentence!("cannot answer {0}: its lease has run out, another may have been promoted", client));
                fx.reply(client, seq, Outcome::Redirect(None));
            }
            Fence::Confirm => {
                self.primary.read += 1;
                let confirmed = Default::default();
                let read = Read { client, seq, key, confirmed };
                let number = self.primary.read;
                // A client that asks again waits for the new read alone.
                self.primary.reads.retain(|_, read| read.client != client);
                self.primary.reads.insert(number, read);
                let ask = Message::Confirm { view: self.view.number, read: number };
                fx.broadcast(self.view.backups(), ask);
                self.answer_reads(fx);
            }
            Fence::View | Fence::Lease => {
                fx.reply(client, seq, Outcome::Done(self.store.read(&key)));
            }
        }
    }

    /// A backup knows of no newer view.
    pub(super) fn confirmed(&mut self, from: Place, number: u64, fx: &mut Fx) {
        if let Some(read) = self.primary.reads.get_mut(&number) {
            read.confirmed.insert(from);
            self.answer_reads(fx);
        }
    }

    /// Reads that so many backups have confirmed that no other can have been promoted without one of them.
    fn answer_reads(&mut self, fx: &mut Fx) {
        let backups = self.view.backups().count();
        let needed = match self.config.ack {
            _ if self.primary.alone => 0,
            Ack::One => Ack::One.of(backups),
            Ack::None | Ack::All => backups,
        };
        if !self.acts() {
            return;
        }
        let done = self.primary.reads.extract_if(.., |_, read| read.confirmed.len() >= needed);
        for (_, Read { client, seq, key, .. }) in done {
            fx.reply(client, seq, Outcome::Done(self.store.read(&key)));
        }
    }

    fn write(&mut self, client: Place, seq: u64, request: Operation, fx: &mut Fx) {
        let unexecuted = self.kept.log.range(self.committed, self.kept.log.len()).into_iter();
        let commands = unexecuted.map(|(_, entry)| &entry.command);
        match self.sessions.know(client, seq, commands) {
            Known::Executed(answer) => sessions::answer_again(client, seq, answer, fx),
            Known::Past => {}
            Known::InLog => self.primary.waiting.add(client, seq),
            Known::Never => {
                self.primary.waiting.add(client, seq);
                let command = LogCommand::Execute { client, seq, request };
                let entry = Entry { view: self.view.number, command };
                let after = self.kept.log.len();
                self.kept.log.push(entry.clone());
                // Its own disk need not be first.
                let entries = Entries([entry].into());
                let (view, committed) = (self.view.number, self.committed);
                let message = Message::Replicate { view, after, entries, committed };
                fx.broadcast(self.view.backups(), message);
                self.save(fx);
                self.go_on(fx);
            }
        }
    }

    /// To each backup what it is not known to have: all, in a new view, or the tail, which may be nothing.
    pub(super) fn replicate(&mut self, fx: &mut Fx) {
        let (view, committed, len) = (self.view.number, self.committed, self.kept.log.len());
        for backup in self.view.backups() {
            match self.primary.holds.get(&backup) {
                None => {
                    let log = Whole(self.kept.log.clone());
                    fx.send(backup, Message::Transfer { view, log, committed });
                }
                Some(&after) => {
                    let tail = self.kept.log.range(after, len.min(after + BATCH)).into_iter();
                    let entries = Entries(tail.map(|(_, entry)| entry.clone()).collect());
                    fx.send(backup, Message::Replicate { view, after, entries, committed });
                }
            }
        }
        for (number, read) in &self.primary.reads {
            let silent = self.view.backups().filter(|backup| !read.confirmed.contains(backup));
            fx.broadcast(silent, Message::Confirm { view, read: *number });
        }
        if self.config.unfenced {
            // Flaw: whoever does not answer within a ping must be dead.
            self.primary.alone = self.primary.last > self.committed || self.primary.alone;
            self.primary.last = len;
            self.go_on(fx);
        }
    }

    /// A backup has so much on its disk.
    pub(super) fn count(&mut self, from: Place, holds: u64, fx: &mut Fx) {
        let ready = self.is_ready();
        let known = self.primary.holds.entry(from).or_default();
        *known = holds.max(*known);
        if self.is_ready() && !ready {
            self.ping(fx);
        }
        self.go_on(fx);
    }

    /// Its own log and those of all its backups are equal, and on their disks.
    pub(super) fn is_ready(&self) -> bool {
        let all = self.view.backups().all(|backup| self.primary.holds.contains_key(&backup));
        self.is_primary() && self.durable.synced == self.view.number && all
    }

    /// The view service knows that its backups are up to date: from now on it answers.
    pub(super) fn activate(&mut self, fx: &mut Fx) {
        fx.note(sentence!("answers in view {0}: all its backups are up to date", self.view.number));
        self.primary.active = true;
        self.execute(self.kept.log.len(), fx);
    }

    /// What enough have on disk is executed, and answered.
    pub(super) fn go_on(&mut self, fx: &mut Fx) {
        if !self.primary.active {
            return;
        }
        let own = self.durable.log.len();
        let mut holds: Vec<u64> =
            self.view.backups().map(|it| self.primary.holds.get(&it).copied().unwrap_or(0)).collect();
        holds.sort_unstable_by_key(|holds| std::cmp::Reverse(*holds));
        let replicated = match self.config.ack.of(holds.len()) {
            // Flaws: nobody else is waited for.
            _ if self.primary.alone || self.config.answer_early => own,
            0 => own,
            acks => holds[acks - 1].min(own),
        };
        self.execute(replicated, fx);
        self.answer_reads(fx);
    }
}
