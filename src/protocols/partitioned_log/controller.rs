//! The controller: it knows which brokers live, and says who leads and who is in sync. It is one place here, and
//! stands for a few that agree by Raft.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::{Place, Span, Time};
use crate::protocol::{Effects, Input, Outcome};
use crate::sentence;

use super::message::{Brokers, Claimed, Partition, Registration};
use super::{Config, Disk, Message, PartitionedLog};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Controller {
    pub config: Rc<Config>,
    /// What was last handed to the disk …
    pub disk: Disk,
    /// … and what is known to be on it.
    pub durable: Disk,
    /// When each broker was heard of last.
    heard: BTreeMap<Place, Time>,
}

type Fx = Effects<PartitionedLog>;

impl Controller {
    /// All replicas are in sync as long as none has anything.
    pub fn boot(brokers: u16, config: Rc<Config>, disk: &Disk, fx: &mut Fx) -> Controller {
        let (mut disk, durable, now) = (disk.clone(), disk.clone(), fx.steady_now());
        if disk.partition.partition_epoch == 0 {
            let isr = Brokers(Place::servers(brokers).collect());
            disk.partition = Partition { isr, partition_epoch: 1, ..Partition::default() };
        }
        let heard = disk.brokers.keys().map(|broker| (*broker, now)).collect();
        let controller = Controller { config, disk, durable, heard };
        controller.set_timer(fx);
        controller
    }

    pub fn step(&mut self, input: Input<PartitionedLog>, fx: &mut Fx) {
        match input {
            Input::Message { from, message } => self.receive(from, message, fx),
            Input::Timer(_) => self.watch(fx),
            Input::Saved(disk) => self.durable = disk,
            Input::Request { from, seq, .. } => {
                fx.reply(from, seq, Outcome::Redirect(self.disk.partition.leader));
            }
            Input::Disconnected { .. } => {}
        }
    }

    fn receive(&mut self, from: Place, message: Message, fx: &mut Fx) {
        match message {
            Message::BrokerRegistration { incarnation } => self.register(from, incarnation, fx),
            Message::BrokerHeartbeat { broker_epoch, partition_epoch } => {
                self.hear(from, broker_epoch, partition_epoch, fx);
            }
            Message::AlterPartition { leader_epoch, partition_epoch, isr } => {
                self.alter(from, (leader_epoch, partition_epoch), isr, fx);
            }
            Message::OffsetFetch { life } => {
                let offset = self.disk.offsets.get(&from).copied().unwrap_or(0);
                fx.send(from, Message::CommittedOffset { life, offset });
            }
            Message::OffsetCommit { offset } => {
                let known = self.disk.offsets.entry(from).or_default();
                *known = offset.max(*known);
                fx.persist(self.disk.clone());
                fx.send(from, Message::OffsetCommitted { offset });
            }
            _ => {}
        }
    }

    fn set_timer(&self, fx: &mut Fx) {
        fx.set_timer("session", Span::exactly(Time(self.config.session.0 / 4)));
    }

    fn lives(&self, broker: Place, now: Time) -> bool {
        self.heard.get(&broker).is_some_and(|heard| now.since(*heard) <= self.config.session)
    }

    /// A broker that starts is given a new broker epoch. If it has been there before, it has crashed, and may have
    /// lost what it had: it is out of the in-sync and the eligible replicas until it has caught up.
    fn register(&mut self, from: Place, incarnation: Time, fx: &mut Fx) {
        let known = self.disk.brokers.get(&from).copied();
        if known.is_some_and(|known| known.incarnation > incarnation) {
            return;
        }
        self.heard.insert(from, fx.steady_now());
        let before = self.disk.partition.clone();
        let mut epoch = known.map_or(0, |known| known.epoch);
        if known.is_none_or(|known| known.incarnation < incarnation) {
            self.disk.epochs += 1;
            epoch = self.disk.epochs;
            self.disk.brokers.insert(from, Registration { incarnation, epoch });
            if known.is_some() {
                fx.note(sentence!("takes {0} for another broker: it has crashed", from));
                self.remove(from, true);
                self.disk.partition.leader.take_if(|leader| *leader == from);
            }
        }
        self.settle(before, fx);
        // It may have been told already what has changed, but not which broker epoch it has.
        let partition = self.disk.partition.clone();
        fx.persist(self.disk.clone());
        fx.send(from, Message::Registered { incarnation, broker_epoch: epoch, partition });
    }

    fn hear(&mut self, from: Place, broker_epoch: u64, partition_epoch: u64, fx: &mut Fx) {
        if self.disk.brokers.get(&from).is_none_or(|known| known.epoch != broker_epoch) {
            return;
        }
        self.heard.insert(from, fx.steady_now());
        let before = self.disk.partition.clone();
        self.settle(before, fx);
        if partition_epoch < self.disk.partition.partition_epoch {
            self.tell(from, fx);
        }
    }

    /// Who has not been heard of for too long is fenced: it is out of the in-sync replicas, and leads no more.
    fn watch(&mut self, fx: &mut Fx) {
        let (now, before) = (fx.steady_now(), self.disk.partition.clone());
        let silent = |broker: &&Place| self.disk.brokers.contains_key(broker) && !self.lives(**broker, now);
        let silent: Vec<Place> = before.isr.0.iter().filter(silent).copied().collect();
        silent.into_iter().for_each(|broker| self.remove(broker, false));
        self.settle(before, fx);
        self.set_timer(fx);
    }

    /// The leader asks for other in-sync replicas.
    fn alter(&mut self, from: Place, (leader_epoch, partition_epoch): (u64, u64), isr: Claimed, fx: &mut Fx) {
        let before = self.disk.partition.clone();
        let is_now = (before.leader_epoch, before.partition_epoch) == (leader_epoch, partition_epoch);
        if before.leader != Some(from) || !is_now {
            return self.tell(from, fx);
        }
        let now = fx.steady_now();
        let unfit = isr.0.iter().find(|(broker, epoch)| {
            let known = self.disk.brokers.get(broker).map_or(0, |known| known.epoch);
            // Flaw: whichever of its lives the leader means.
            let is_another = **epoch != 0 && **epoch != known && !self.config.broker_epoch_ignored;
            is_another || !self.lives(**broker, now)
        });
        match unfit {
            // With a new partition epoch, so that what is still on its way means nothing any more.
            Some((broker, _)) => {
                fx.note(sentence!("refuses: {0} has crashed since, or is not heard of", *broker));
                self.disk.partition.partition_epoch += 1;
            }
            None => self.set_isr(isr.0.into_keys().collect(), None),
        }
        self.settle(before, fx);
    }

    fn remove(&mut self, broker: Place, crashed: bool) {
        let mut isr = self.disk.partition.isr.0.clone();
        isr.remove(&broker);
        // Flaw: the last one stays, as there would be nobody to lead.
        if isr.is_empty() && self.config.last_replica_standing {
            return;
        }
        self.set_isr(isr, crashed.then_some(broker));
    }

    /// Those that leave are eligible leaders as long as there are fewer in sync than it takes to commit: then nothing
    /// is committed that they do not have. Unless they have crashed.
    fn set_isr(&mut self, isr: BTreeSet<Place>, crashed: Option<Place>) {
        let partition = &mut self.disk.partition;
        let mut elr: BTreeSet<Place> = partition.eligible().filter(|broker| !isr.contains(broker)).collect();
        crashed.iter().for_each(|broker| _ = elr.remove(broker));
        if isr.len() >= self.config.least() || self.config.last_replica_standing {
            elr.clear();
        }
        (partition.isr, partition.elr) = (Brokers(isr), Brokers(elr));
    }

    /// Elects a leader if there is none that may lead; then writes down what has changed, and tells all.
    fn settle(&mut self, before: Partition, fx: &mut Fx) {
        let deposed = before.leader.is_some() && self.disk.partition.leader.is_none();
        self.elect(fx);
        let partition = &mut self.disk.partition;
        if partition.leader != before.leader || deposed {
            partition.leader_epoch += 1;
        }
        if *partition == before {
            return;
        }
        partition.partition_epoch = before.partition_epoch + 1;
        fx.persist(self.disk.clone());
        self.disk.brokers.keys().for_each(|broker| self.tell(*broker, fx));
    }

    /// The leader is one of the in-sync replicas, else of the eligible ones. If none is left, all that were
    /// have crashed at once, and the one that led last leads again, with what it has: that is beyond the promise.
    fn elect(&mut self, fx: &mut Fx) {
        let now = fx.steady_now();
        let Partition { leader, isr, elr, last, .. } = self.disk.partition.clone();
        let lives = |broker: &Place| self.lives(*broker, now);
        if leader.is_some_and(|leader| isr.0.contains(&leader) && lives(&leader)) {
            return;
        }
        let nobody = isr.0.is_empty() && elr.0.is_empty();
        let eligible = isr.0.iter().chain(&elr.0).copied().find(lives);
        let recovered = last.filter(|last| nobody && lives(last));
        // Flaw: anybody rather than nobody.
        let any = self.disk.brokers.keys().copied().find(lives).filter(|_| self.config.unclean_election);
        let next = eligible.or(recovered).or(any);
        if let Some(next) = next.filter(|next| !isr.0.contains(next)) {
            if eligible.is_none() {
                fx.note(sentence!("elects {0}, which may have lost committed records: no other is left", next));
            }
            self.set_isr(BTreeSet::from([next]), None);
        }
        let partition = &mut self.disk.partition;
        partition.leader = next;
        partition.last = next.or(last);
    }

    fn tell(&self, broker: Place, fx: &mut Fx) {
        let Some(known) = self.disk.brokers.get(&broker) else { return };
        let partition = self.disk.partition.clone();
        let (broker_epoch, leader_epoch) = (known.epoch, partition.leader_epoch);
        fx.send(broker, Message::PartitionChange { broker_epoch, leader_epoch, partition });
    }
}
