//! A consumer: it polls the leader for records from its position on, processes them, and commits its offset to the
//! controller, where it finds it after a crash. What it has processed is on a disk of its own: the effect of it, an
//! order that is shipped say, which nothing takes back.

use std::rc::Rc;

use crate::base::{Log, Place, Span, Time};
use crate::protocol::{Effects, Input, Outcome};
use crate::sentence;

use super::config::Commit;
use super::message::Record;
use super::{CONTROLLER, Config, Disk, Message, PartitionedLog};

/// How often it polls, and asks again.
const POLL: Span = Span::exactly(Time::millis(80));
/// After so many polls without an answer it asks another broker.
const PATIENCE: u8 = 3;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Consumer {
    config: Rc<Config>,
    brokers: u16,
    /// Which of its lives this is.
    life: Time,
    /// So many records lie behind it.
    pub position: Option<u64>,
    pub stage: Stage,
    pub processed: Log<(u64, Record)>,
    /// The records that it was given last, and from where on: for whoever watches, too.
    pub given: (u64, Vec<Record>),
    /// Whom it takes for the leader, and how often that has not answered.
    ask: Place,
    unanswered: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// It asks where it was.
    Starting,
    Polling,
    /// What it has been given is being written down as done.
    Processing,
    /// Its offset is on the way to the controller.
    Committing,
}

type Fx = Effects<PartitionedLog>;

impl Consumer {
    pub fn boot(brokers: u16, config: Rc<Config>, disk: &Disk, fx: &mut Fx) -> Consumer {
        let consumer = Consumer {
            config,
            brokers,
            life: fx.steady_now(),
            position: None,
            stage: Stage::Starting,
            processed: disk.processed.clone(),
            given: (0, Vec::new()),
            ask: Place::server(0),
            unanswered: 0,
        };
        consumer.ask(fx);
        consumer
    }

    pub fn step(&mut self, input: Input<PartitionedLog>, fx: &mut Fx) {
        match input {
            Input::Message { message, .. } => self.receive(message, fx),
            Input::Timer(_) => self.poll(fx),
            Input::Saved(disk) if self.stage == Stage::Processing && disk.processed == self.processed => {
                self.is_processed(fx);
            }
            Input::Request { from, seq, .. } => {
                fx.reply(from, seq, Outcome::Redirect(Some(self.ask)));
            }
            Input::Saved(_) | Input::Disconnected { .. } => {}
        }
    }

    fn receive(&mut self, message: Message, fx: &mut Fx) {
        match message {
            Message::CommittedOffset { life, offset } if life == self.life && self.stage == Stage::Starting => {
                self.position = Some(offset);
                self.go(Stage::Polling, fx);
            }
            Message::Records { position, records }
                if self.stage == Stage::Polling && self.position == Some(position) =>
            {
                self.unanswered = 0;
                if !records.0.is_empty() {
                    self.given = (position, records.0);
                    match self.config.commit {
                        Commit::After => self.process(fx),
                        Commit::Before => self.go(Stage::Committing, fx),
                    }
                }
            }
            Message::NotLeader { leader } if self.stage == Stage::Polling => {
                self.unanswered = 0;
                self.ask = leader.0.unwrap_or_else(|| self.next());
            }
            Message::OffsetCommitted { offset } if self.stage == Stage::Committing && offset == self.end() => {
                match self.config.commit {
                    Commit::After => self.go_on(fx),
                    Commit::Before => self.process(fx),
                }
            }
            _ => {}
        }
    }

    /// The position behind what it was given.
    fn end(&self) -> u64 {
        self.given.0 + self.given.1.len() as u64
    }

    fn next(&self) -> Place {
        Place::server((self.ask.number() + 1) % self.brokers)
    }

    fn go(&mut self, stage: Stage, fx: &mut Fx) {
        self.stage = stage;
        self.ask(fx);
    }

    /// Asks for whatever it needs next.
    fn ask(&self, fx: &mut Fx) {
        match (self.stage, self.position) {
            (Stage::Starting, _) => fx.send(CONTROLLER, Message::OffsetFetch { life: self.life }),
            (Stage::Polling, Some(position)) => fx.send(self.ask, Message::Poll { position }),
            (Stage::Committing, _) => fx.send(CONTROLLER, Message::OffsetCommit { offset: self.end() }),
            _ => {}
        }
        fx.set_timer("poll", POLL);
    }

    fn poll(&mut self, fx: &mut Fx) {
        if self.stage == Stage::Polling {
            self.unanswered += 1;
            if self.unanswered > PATIENCE {
                (self.unanswered, self.ask) = (0, self.next());
            }
        }
        self.ask(fx);
    }

    fn process(&mut self, fx: &mut Fx) {
        self.stage = Stage::Processing;
        let (first, records) = self.given.clone();
        for (offset, record) in (first + 1..).zip(records) {
            self.processed.push((offset, record));
        }
        fx.persist(Disk { processed: self.processed.clone(), ..Disk::default() });
    }

    fn is_processed(&mut self, fx: &mut Fx) {
        let values: Vec<String> = self.given.1.iter().map(|record| record.value.to_string()).collect();
        fx.note(sentence!("has processed {0}", values.join(" ")));
        match self.config.commit {
            Commit::After => self.go(Stage::Committing, fx),
            Commit::Before => self.go_on(fx),
        }
    }

    fn go_on(&mut self, fx: &mut Fx) {
        self.position = Some(self.end());
        self.given = (self.end(), Vec::new());
        self.go(Stage::Polling, fx);
    }
}
