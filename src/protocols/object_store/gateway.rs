//! A gateway: it writes and reads objects for clients, and keeps nothing. If it crashes, another does the same
//! again: a write keeps its version, and storing the same shards twice changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::{Place, Span, Text};
use crate::check::{DONE, NO_VALUE, Operation};
use crate::protocol::{Effects, Input, Outcome};
use crate::sentence;

use super::code::{Code, Shard};
use super::repair::Repair;
use super::{Ask, Config, METADATA, Message, ObjectStore, server_of};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gateway {
    pub(super) config: Rc<Config>,
    servers: u16,
    /// What it does for clients, each of whom asks one thing at a time.
    pub(super) jobs: BTreeMap<Place, Job>,
    /// What it mends, by key.
    pub(super) repairs: BTreeMap<Text, Repair>,
    /// How many bytes it has fetched and stored for that.
    pub(super) traffic: (u64, u64),
    /// The read that it has just answered: for whoever watches.
    pub(super) told: Option<Told>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Job {
    pub(super) seq: u64,
    pub(super) key: Text,
    pub(super) stage: Stage,
}

/// What it waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// A version for the write.
    Reserving { object: Text },
    /// Enough servers that have their shards on disk.
    Storing { version: u64, size: u64, shards: Rc<[Shard]>, stored: BTreeSet<u8> },
    /// The manifest.
    Publishing { version: u64, size: u64 },
    /// The manifest, for a read. Of this version there were too few shards.
    LookingUp { too_few: Option<u64> },
    /// Any k shards; from the data shards' servers alone, or from all.
    Fetching { version: u64, size: u64, got: BTreeMap<u8, (u64, Shard)>, without: BTreeSet<u8>, from_all: bool },
}

/// An answer to a read, and of which shards of which versions it was made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Told {
    pub(super) key: Text,
    pub(super) client: Place,
    pub(super) answer: Text,
    /// Index and version.
    pub(super) of: Vec<(u8, u64)>,
    /// Not all of them were data shards.
    pub(super) degraded: bool,
}

pub(super) type Fx = Effects<ObjectStore>;

impl Gateway {
    pub(super) fn new(servers: u16, config: Rc<Config>) -> Gateway {
        let (jobs, repairs, traffic) = (BTreeMap::new(), BTreeMap::new(), (0, 0));
        Gateway { config, servers, jobs, repairs, traffic, told: None }
    }

    pub(super) fn weight(&self) -> usize {
        self.jobs.len() + self.repairs.len()
    }

    pub(super) fn step(&mut self, input: Input<ObjectStore>, fx: &mut Fx) {
        self.told = None;
        match input {
            Input::Request { from, seq, request } => self.serve(from, seq, request, fx),
            Input::Message { from, message } if from == METADATA => self.hear(message, fx),
            Input::Message { message, .. } => self.receive(message, fx),
            Input::Timer(_) => self.ask_again(fx),
            Input::Saved(_) | Input::Disconnected { .. } => {}
        }
    }

    fn serve(&mut self, client: Place, seq: u64, request: Ask, fx: &mut Fx) {
        // It is under way, or its client has gone on.
        if self.jobs.get(&client).is_some_and(|job| job.seq >= seq) {
            return;
        }
        let (key, stage) = match request {
            Ask::Object(Operation::Put { key, value }) => (key, Stage::Reserving { object: value }),
            Ask::Object(Operation::Get { key }) => (key, Stage::LookingUp { too_few: None }),
            _ => {
                let why = sentence!("a gateway keeps no shards: ask a server");
                return fx.reply(client, seq, Outcome::Refused(why));
            }
        };
        if self.jobs.is_empty() {
            fx.set_timer("patience", Span::exactly(self.config.patience));
        }
        self.jobs.insert(client, Job { seq, key, stage });
        self.ask(client, fx);
    }

    /// Asks for whatever the job waits for.
    fn ask(&self, client: Place, fx: &mut Fx) {
        let Some(Job { seq, key, stage }) = self.jobs.get(&client) else { return };
        let (seq, key) = (*seq, key.clone());
        match stage {
            Stage::Reserving { .. } => fx.send(METADATA, Message::Reserve { client, seq, key }),
            Stage::Storing { version, shards, stored, .. } => {
                for shard in shards.iter().filter(|shard| !stored.contains(&shard.index)) {
                    self.store(&key, *version, shard.clone(), fx);
                }
            }
            Stage::Publishing { version, size } => {
                let (version, size) = (*version, *size);
                fx.send(METADATA, Message::Publish { client, seq, key, version, size });
            }
            Stage::LookingUp { .. } => fx.send(METADATA, Message::Lookup { client, seq, key }),
            Stage::Fetching { version, got, without, from_all, .. } => {
                let all = if *from_all { self.config.shards() } else { self.config.k as u8 };
                let lacks = |index: &u8| !got.contains_key(index) && !without.contains(index);
                for index in (0..all).filter(lacks) {
                    self.fetch(&key, *version, index, fx);
                }
            }
        }
    }

    /// Who has not answered is asked again; and a read asks the others too.
    fn ask_again(&mut self, fx: &mut Fx) {
        for job in self.jobs.values_mut() {
            if let Stage::Fetching { from_all, .. } = &mut job.stage {
                *from_all = true;
            }
        }
        self.jobs.keys().for_each(|client| self.ask(*client, fx));
        if !self.jobs.is_empty() {
            fx.set_timer("patience", Span::exactly(self.config.patience));
        }
    }

    fn next(&mut self, client: Place, stage: Stage, fx: &mut Fx) {
        if let Some(job) = self.jobs.get_mut(&client) {
            job.stage = stage;
            self.ask(client, fx);
        }
    }

    fn answer(&mut self, client: Place, outcome: Outcome, fx: &mut Fx) {
        if let Some(job) = self.jobs.remove(&client) {
            fx.reply(client, job.seq, outcome);
        }
        if self.jobs.is_empty() {
            fx.cancel_timer("patience");
        }
    }

    pub(super) fn code(&self) -> Code {
        Code { k: self.config.k as u8, m: self.config.m as u8 }
    }

    pub(super) fn server_of(&self, key: &str, index: u8) -> Place {
        server_of(key, index, self.servers)
    }

    pub(super) fn store(&self, key: &Text, version: u64, shard: Shard, fx: &mut Fx) {
        let to = self.server_of(key, shard.index);
        fx.send(to, Message::Store { key: key.clone(), version, shard });
    }

    pub(super) fn fetch(&self, key: &Text, version: u64, index: u8, fx: &mut Fx) {
        fx.send(self.server_of(key, index), Message::Retrieve { key: key.clone(), version, index });
    }
}

/// What the metadata service says.
impl Gateway {
    fn hear(&mut self, message: Message, fx: &mut Fx) {
        let stage = |client: &Place, seq| Some(&self.jobs.get(client).filter(|job| job.seq == seq)?.stage);
        match message {
            Message::Reserved { client, seq, version } => {
                if let Some(Stage::Reserving { object }) = stage(&client, seq).cloned() {
                    self.begin_to_store(client, version, &object, fx);
                }
            }
            Message::Published { client, seq, version } => {
                if let Some(Stage::Reserving { .. } | Stage::Publishing { .. }) = stage(&client, seq) {
                    self.is_published(client, version, fx);
                }
            }
            Message::Manifest { client, seq, version, size } => {
                if let Some(Stage::LookingUp { too_few }) = stage(&client, seq) {
                    let too_few = *too_few == Some(version);
                    self.begin_to_fetch(client, (version, size), too_few, fx);
                }
            }
            Message::Scrub { key, version } => self.scrub(key, version, fx),
            _ => {}
        }
    }

    fn begin_to_store(&mut self, client: Place, version: u64, object: &str, fx: &mut Fx) {
        let (shards, size) = (self.code().encode(object), object.len() as u64);
        if self.config.manifest_first
            && let Some(Job { seq, key, .. }) = self.jobs.get(&client).cloned()
        {
            // Flaw: the name leads there before anything is there.
            fx.send(METADATA, Message::Publish { client, seq, key, version, size });
        }
        let stored = BTreeSet::new();
        self.next(client, Stage::Storing { version, size, shards, stored }, fx);
    }

    /// Nobody needs what was there before.
    fn is_published(&mut self, client: Place, version: u64, fx: &mut Fx) {
        let Some(key) = self.jobs.get(&client).map(|job| job.key.clone()) else { return };
        self.answer(client, Outcome::Done(DONE.into()), fx);
        if version > 1 {
            let servers = (0..self.config.shards()).map(|index| self.server_of(&key, index));
            fx.broadcast(servers, Message::Discard { key: key.clone(), below: version });
        }
    }

    fn begin_to_fetch(&mut self, client: Place, (version, size): (u64, u64), too_few: bool, fx: &mut Fx) {
        if version == 0 {
            return self.answer(client, Outcome::Done(NO_VALUE.into()), fx);
        }
        if too_few {
            let why = sentence!("fewer than {0} whole shards of version {1} are left", self.config.k, version);
            return self.answer(client, Outcome::Refused(why), fx);
        }
        let (got, without, from_all) = (BTreeMap::new(), BTreeSet::new(), false);
        self.next(client, Stage::Fetching { version, size, got, without, from_all }, fx);
    }
}

/// What servers say.
impl Gateway {
    fn receive(&mut self, message: Message, fx: &mut Fx) {
        match message {
            Message::Stored { key, version, index } => self.is_stored(&key, version, index, fx),
            Message::Shard { key, version, shard } => {
                self.mend_with(&key, version, &shard, fx);
                let shard = if shard.is_whole() { Ok(shard) } else { Err(shard.index) };
                self.is_fetched(&key, version, shard, fx);
            }
            Message::Missing { key, version, index } => {
                self.is_missing(&key, version, index, fx);
                self.is_fetched(&key, version, Err(index), fx);
            }
            Message::Sound { key, version, index } => self.is_sound(&key, version, index, fx),
            _ => {}
        }
    }

    fn is_stored(&mut self, key: &Text, of: u64, index: u8, fx: &mut Fx) {
        self.is_mended(key, of, index);
        let mut enough = Vec::new();
        for (client, job) in self.jobs.iter_mut().filter(|(_, job)| job.key == *key) {
            if let Stage::Storing { version, size, stored, .. } = &mut job.stage
                && *version == of
                && stored.insert(index)
                && stored.len() >= self.config.durable()
            {
                enough.push((*client, Stage::Publishing { version: of, size: *size }));
            }
        }
        enough.into_iter().for_each(|(client, stage)| self.next(client, stage, fx));
    }

    /// A shard has come; or it is not to be had where it should be.
    fn is_fetched(&mut self, key: &Text, of: u64, shard: Result<Shard, u8>, fx: &mut Fx) {
        let mut changed = Vec::new();
        for (client, job) in self.jobs.iter_mut().filter(|(_, job)| job.key == *key) {
            let Stage::Fetching { version, got, without, .. } = &mut job.stage else { continue };
            // Flaw: whatever has come will do.
            if *version == of || self.config.mixed_versions {
                match shard.clone() {
                    Ok(shard) => {
                        without.remove(&shard.index);
                        got.insert(shard.index, (of, shard));
                    }
                    Err(index) if !got.contains_key(&index) => _ = without.insert(index),
                    Err(_) => {}
                }
                changed.push(*client);
            }
        }
        changed.into_iter().for_each(|client| self.go_on_reading(client, fx));
    }

    fn go_on_reading(&mut self, client: Place, fx: &mut Fx) {
        let (k, all) = (self.config.k as usize, usize::from(self.config.shards()));
        let Some(job) = self.jobs.get_mut(&client) else { return };
        let Stage::Fetching { version, size, got, without, from_all } = &mut job.stage else { return };
        if got.len() >= k {
            let (size, got) = (*size, got.clone());
            return self.put_together(client, size, got, fx);
        }
        if all - without.len() < k {
            // Too few are left; or the version is no longer the last.
            let too_few = Some(*version);
            return self.next(client, Stage::LookingUp { too_few }, fx);
        }
        if !without.is_empty() && !*from_all {
            *from_all = true;
            self.ask(client, fx);
        }
    }

    fn put_together(&mut self, client: Place, size: u64, got: BTreeMap<u8, (u64, Shard)>, fx: &mut Fx) {
        let Some(key) = self.jobs.get(&client).map(|job| job.key.clone()) else { return };
        let got: Vec<_> = got.into_iter().take(self.config.k as usize).collect();
        let of: Vec<(u8, u64)> = got.iter().map(|(index, (version, _))| (*index, *version)).collect();
        let shards: BTreeMap<u8, Shard> = got.into_iter().map(|(index, (_, it))| (index, it)).collect();
        let answer = self.code().decode(&shards, size);
        let degraded = of.iter().any(|(index, _)| u64::from(*index) >= self.config.k);
        if degraded {
            let numbers: Vec<String> = of.iter().map(|(index, _)| (index + 1).to_string()).collect();
            let numbers = numbers.join(" ");
            fx.note(sentence!("puts {0} together from shards {1}: not all data shards were to be had", key.clone(), numbers));
        }
        self.answer(client, Outcome::Done(answer.clone()), fx);
        self.told = Some(Told { key, client, answer, of, degraded });
    }
}
