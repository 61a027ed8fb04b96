//! A client: it asks the master where the chunk is, and keeps that for a while; all else is between it and the
//! chunkservers.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use crate::base::{Place, Span, Text, Time};
use crate::protocol::{Effects, Input, Outcome};
use crate::sentence;

use super::message::{Ask, Chunk, Servers};
use super::{ChunkStore, Config, MASTER, Message};

/// After so long it tries again.
const AGAIN: Span = Span::exactly(Time::millis(250));

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    me: Place,
    config: Rc<Config>,
    /// What it has been asked for: the first is what it does.
    wishes: VecDeque<(u64, Ask)>,
    pub(super) stage: Stage,
    /// How often it has tried, with what it knows.
    tries: u64,
    pub(super) kept: Option<Kept>,
    /// The highest version of the chunk that it has heard of.
    pub(super) told: u64,
    /// How often it has read.
    reads: u64,
    /// What it has just been given to read: the version that it asked for at least, and that which it was given.
    pub(super) given: Option<(u64, u64)>,
    pub(super) read: Option<Chunk>,
}

/// What the master has told it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    pub version: u64,
    pub primary: Option<Place>,
    pub replicas: Vec<Place>,
    until: Time,
}

/// What it waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stage {
    #[default]
    Idle,
    /// The master.
    Asking,
    /// These, to say that they have the data.
    Pushing(BTreeSet<Place>),
    /// The primary.
    Appending,
    /// A replica.
    Reading,
}

type Fx = Effects<ChunkStore>;

impl Client {
    pub(super) fn boot(me: Place, config: Rc<Config>) -> Client {
        Client {
            me,
            config,
            wishes: VecDeque::new(),
            stage: Stage::Idle,
            tries: 0,
            kept: None,
            told: 0,
            reads: 0,
            given: None,
            read: None,
        }
    }

    pub(super) fn step(&mut self, input: Input<ChunkStore>, fx: &mut Fx) {
        self.given = None;
        match input {
            Input::Request { seq, request, .. } => {
                self.wishes.push_back((seq, request));
                self.begin(fx);
            }
            Input::Timer("again") => {
                self.tries += 1;
                self.go_on(fx);
            }
            Input::Message { from, message } => self.hear(from, message, fx),
            _ => {}
        }
    }

    /// What it does now: its number, and what is to be appended, if it is not a read.
    fn wish(&self) -> Option<(u64, Option<Text>)> {
        let (seq, ask) = self.wishes.front()?;
        let value = if let Ask::Append { value } = ask { Some(value.clone()) } else { None };
        Some((*seq, value))
    }

    fn begin(&mut self, fx: &mut Fx) {
        if self.stage == Stage::Idle && !self.wishes.is_empty() {
            self.tries = 0;
            self.go_on(fx);
        }
    }

    fn end(&mut self, outcome: Outcome, fx: &mut Fx) {
        if let Some((seq, _)) = self.wishes.pop_front() {
            fx.reply(self.me, seq, outcome);
        }
        self.stage = Stage::Idle;
        fx.cancel_timer("again");
        self.begin(fx);
    }

    /// Tries with what it knows. What has not worked twice is asked for anew.
    fn go_on(&mut self, fx: &mut Fx) {
        let Some((seq, value)) = self.wish() else { return };
        let now = fx.steady_now();
        if self.tries > 1 {
            (self.kept, self.tries) = (None, 0);
        }
        fx.set_timer("again", AGAIN);
        let kept = self.kept.take_if(|kept| now < kept.until).filter(|kept| value.is_none() || kept.primary.is_some());
        self.kept = kept;
        match (&self.kept, value) {
            (None, value) => {
                self.stage = Stage::Asking;
                fx.send(MASTER, Message::Locate { seq, lease: value.is_some() });
            }
            (Some(kept), None) => {
                // Each time the next one; clients begin with different ones.
                let next = u64::from(self.me.number()) + self.reads;
                let from = kept.replicas[(next % kept.replicas.len() as u64) as usize];
                self.reads += 1;
                self.stage = Stage::Reading;
                fx.send(from, Message::ReadChunk { seq, version: self.told });
            }
            (Some(kept), Some(value)) => {
                // The nearest first, whoever is the primary (§3.2).
                let mut chain = kept.replicas.clone();
                chain.rotate_left((usize::from(self.me.number()) + 1) % kept.replicas.len());
                self.stage = Stage::Pushing(chain.iter().copied().collect());
                let (first, chain) = (chain[0], Servers(chain[1..].to_vec()));
                fx.send(first, Message::Push { client: self.me, seq, value, chain });
            }
        }
    }

    fn hear(&mut self, from: Place, message: Message, fx: &mut Fx) {
        let Some((now, _)) = self.wish() else { return };
        match message {
            Message::Located { seq, version, primary, replicas } if seq == now && self.stage == Stage::Asking => {
                self.told = self.told.max(version);
                if replicas.0.is_empty() {
                    return self.end(Outcome::Said(sentence!("there is no such file yet")), fx);
                }
                let until = fx.steady_now() + self.config.cache;
                self.kept = Some(Kept { version, primary: primary.0, replicas: replicas.0, until });
                self.go_on(fx);
            }
            Message::Pushed { seq } if seq == now => self.pushed(from, seq, fx),
            // It is there, whichever of its tries has put it there.
            Message::Appended { seq, version, offset } if seq == now => {
                self.told = self.told.max(version);
                self.end(Outcome::Said(sentence!("appended at offset {0}", offset)), fx);
            }
            Message::AppendFailed { seq, .. } if seq == now && self.stage == Stage::Appending => {
                self.tries += 1;
                fx.note(sentence!("tries once more: the record may be on some replicas already"));
                self.go_on(fx);
            }
            // Whoever had the lease has it no more, or this replica is old: the master will know.
            Message::NoLease { seq, .. } if seq == now && self.stage == Stage::Appending => self.wait(),
            Message::TooOld { seq, .. } if seq == now && self.stage == Stage::Reading => {
                self.kept = None;
                self.go_on(fx);
            }
            Message::Contents { seq, version, chunk } if seq == now && self.stage == Stage::Reading => {
                self.given = Some((self.told, version));
                self.told = self.told.max(version);
                self.read = Some(chunk.clone());
                self.end(Outcome::Done(chunk.to_string().into()), fx);
            }
            _ => {}
        }
    }

    /// Until its timer runs out: then it asks the master.
    fn wait(&mut self) {
        (self.kept, self.stage) = (None, Stage::Asking);
    }

    /// Once all replicas have the data, the primary is told to append it.
    fn pushed(&mut self, from: Place, seq: u64, fx: &mut Fx) {
        let Stage::Pushing(missing) = &mut self.stage else { return };
        missing.remove(&from);
        let Some(Kept { version, primary: Some(primary), .. }) = self.kept else { return };
        if missing.is_empty() {
            self.stage = Stage::Appending;
            fx.send(primary, Message::RecordAppend { seq, version });
        }
    }
}
