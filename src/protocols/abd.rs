//! ABD: a register that behaves as one, kept by many, without a leader and without agreement.
//!
//! After Hagit Attiya, Amotz Bar-Noy and Danny Dolev, *Sharing Memory Robustly in Message-Passing Systems*
//! (1995), and for many writers Nancy Lynch and Alexander Shvartsman, *Robust emulation of shared memory
//! using dynamic quorum-acknowledged broadcasts* (1997).
//!
//! Every server is a replica, and the *coordinator* of what clients ask it. A write asks a majority for the
//! highest *stamp* of the key, and stores the value under a higher one at a majority. A read asks a majority,
//! *writes back* the highest that it was told to a majority, and only then answers: otherwise a later read
//! might ask others, and go back in time. Any two majorities share a replica, so whoever asks after an
//! answer is told of it. In a minority everybody waits. Two who both want to set a value *if* the key has
//! another cannot be told apart so: that takes consensus.
//!
//! A stamp is a counter, the coordinator, and its *incarnation*, a number on its disk that grows with every
//! start: a coordinator that crashed may not know which stamps it has sent. It does its writes one after
//! another, and has on disk which it has taken on, so that one asked twice never gets a second stamp.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::rc::Rc;

use crate::base::quorum::majority;
use crate::base::{Breach, Place, PlaceKind, Places, Span, Text, Time};
use crate::check::{DONE, Model, NO_VALUE, Operation};
use crate::protocol::{
    Cluster, Content, Effects, FieldName, Gathering, Input, Meta, Moment, Outcome, Panel, Property,
    PropertyKind, Protocol, Role, Serves, Shown, Stamp as Shows, Tag, Tone, Variable, Witness,
};
use crate::service::sticky::Sticky;
use crate::service::store::{DELETE, GET, PUT};
use crate::{key, listed, messages, options, scenes, sentence};

options! {
    pub struct Config {
        option resend: Time {
            default: Time::millis(100),
            help: "after how long a coordinator asks again those who have not answered",
            samples: ["100ms", "40ms", "300ms"],
        }
        flaw no_write_back {
            title: "A read does not write back",
            story: "It answers what it was told, although only a minority may have it: the next read asks \
                    others, and goes back in time. Made by whoever takes R + W > N for enough.",
            breaks: "Linearizability",
        }
        flaw read_one {
            title: "A read asks one replica",
            story: "The coordinator answers from its own copy. Made by whoever calls writes to a majority \
                    strong, and reads at consistency ONE.",
            breaks: "Linearizability",
        }
        flaw stamp_without_writer {
            title: "A stamp is a counter alone",
            story: "Two coordinators count to the same number, and replicas keep whichever came first: the \
                    article's rule for one writer, used with many.",
            breaks: "One Value per Stamp",
        }
        flaw volatile_incarnation {
            title: "The incarnation is not on disk",
            story: "After a crash a coordinator counts to a stamp that it has sent before, with another \
                    value. Made by whoever takes a process for the machine it runs on.",
            breaks: "One Value per Stamp",
        }
        flaw adopt_any {
            title: "A replica stores whatever arrives",
            story: "What comes last stays, although it may have been sent first. Made by whoever takes the \
                    order of arrival for the order of writes.",
            breaks: "Stamps Only Grow",
        }
        flaw no_record {
            title: "A write asked twice is written twice",
            story: "Nobody looks at the number of a request: the second time, it overwrites what others have \
                    written since. Made by whoever tries again after a timeout.",
            breaks: "Linearizability",
        }
    }
}

/// What versions of a key are ordered by: the counter, then who writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    counter: u64,
    /// The coordinator, and its incarnation. Nobody has written what has stood there from the start.
    writer: Option<(Place, u64)>,
}

/// An operation of a coordinator: in which incarnation, and its number there. Answers name it, and by their
/// kind the phase, so that none is counted for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Op {
    incarnation: u64,
    number: u64,
}

/// What a key has, or that it has nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Value(Option<Text>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Version {
    stamp: Stamp,
    value: Value,
}

messages! {
    pub enum Message {
        Query { key: Text, op: Op } says [key]: key!("Query"), Tone::Vote,
        Told { value: Value, stamp: Stamp, op: Op } says [value, stamp]: key!("Told"), Tone::Reply,
        Store { key: Text, value: Value, stamp: Stamp, op: Op } says [key, value, stamp]: key!("Store"), Tone::Call,
        Stored { op: Op } says []: key!("Stored"), Tone::Reply,
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    incarnation: u64,
    registers: Rc<BTreeMap<Text, Version>>,
    /// The last write of each client that this server has taken on, and whether it is done.
    taken: Rc<BTreeMap<Place, (u64, bool)>>,
}

/// A server: a replica, and the coordinator of what it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Abd {
    me: Place,
    nodes: u16,
    config: Config,
    /// What was last handed to the disk …
    disk: Disk,
    /// … and what is known to be on it.
    durable: Disk,
    /// How many operations it has begun since it started.
    begun: u64,
    open: BTreeMap<u64, Work>,
    /// Writes that wait for the one under way.
    queue: VecDeque<Asked>,
}

/// What a client has asked for. A read has no value to write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Asked {
    client: Place,
    seq: u64,
    key: Text,
    write: Option<Value>,
}

/// An operation under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Work {
    asked: Asked,
    phase: Phase,
    /// Who has answered in this phase.
    heard: BTreeSet<Place>,
    /// The highest that it was told; then what is to be stored.
    version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Query,
    Store,
}

/// Every value that was ever stored under a stamp.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    values: Rc<BTreeMap<(Text, Stamp), (Value, u64)>>,
    /// What each replica had after its last step.
    seen: BTreeMap<Place, Rc<BTreeMap<Text, Version>>>,
    twice: Option<Breach>,
    back: Option<Breach>,
}

impl Witness<Abd> for Ghost {
    fn witness(&mut self, node: Place, replica: &Abd, moment: Moment) {
        let now = &replica.disk.registers;
        let before = self.seen.insert(node, now.clone()).unwrap_or_default();
        if Rc::ptr_eq(now, &before) {
            return;
        }
        for (key, version) in now.iter().filter(|(key, it)| before.get(*key) != Some(*it)) {
            let Version { stamp, value } = version;
            if let Some(old) = before.get(key).filter(|old| old.stamp > *stamp && !moment.boot) {
                let (now, old) = (stamp.to_string(), old.stamp.to_string());
                let why = sentence!("{0} went back from stamp {1} of {2} to {3}", node, old, key.clone(), now);
                self.back.get_or_insert(why.into());
            }
            let first = (value.clone(), moment.event);
            let values = Rc::make_mut(&mut self.values);
            let (known, event) = values.entry((key.clone(), *stamp)).or_insert(first);
            if known != value {
                let (one, other) = (known.to_string(), value.to_string());
                let why = sentence!("stamp {0} of {1} stands for {2} and for {3}", stamp.to_string(), key.clone(), one, other);
                self.twice.get_or_insert(Breach::against(*event, why));
            }
        }
    }
}

impl Protocol for Abd {
    const META: Meta = Meta {
        slug: "abd",
        title: "ABD",
        paper: "Attiya, Bar-Noy and Dolev, Sharing Memory Robustly in Message-Passing Systems (1995); Lynch and Shvartsman (1997)",
        summary: "A register that behaves as one, kept by many servers without a leader: every read and every \
                  write asks a majority twice.",
        kinds: &[PlaceKind::servers(3, 9), PlaceKind::CLIENTS],
        requests: &["put x=1", "get x", "delete x"],
        scenes: scenes!("abd", ["write-and-read", "write-back", "minority", "cap"]),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::only(&[PUT, GET, DELETE], "compare-and-set needs consensus");
    const JUDGES: &'static [Model] = &[Model::Linearizable];
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["resend"];
    type Request = Sticky;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;

    fn boot(me: Place, places: &Places, config: &Config, disk: &Disk, fx: &mut Effects<Self>) -> Self {
        let (nodes, config, durable) = (places.servers(), config.clone(), disk.clone());
        let mut disk = disk.clone();
        disk.incarnation += 1;
        if !config.volatile_incarnation {
            fx.persist(disk.clone());
        }
        let (open, queue) = (BTreeMap::new(), VecDeque::new());
        Abd { me, nodes, config, disk, durable, begun: 0, open, queue }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Request { from, seq, request } => self.serve(from, seq, request.0, fx),
            Input::Message { from, message } => self.receive(from, message, fx),
            Input::Saved(disk) => self.on_disk(disk, fx),
            Input::Timer(_) => self.ask_again(fx),
            Input::Disconnected { .. } => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        &[
            Property {
                name: "One Value per Stamp",
                formula: "stampᵢ(k) = stampⱼ(k) ⇒ valueᵢ(k) = valueⱼ(k)",
                meaning: "No two values of a key were ever stored under the same stamp.",
                kind: PropertyKind::Always,
                holds: |cluster| cluster.ghost.twice.clone().map_or(Ok(()), Err),
            },
            Property {
                name: "Stamps Only Grow",
                formula: "stampᵢ(k) ≤ stampᵢ′(k)",
                meaning: "A replica never replaces a version of a key by an older one.",
                kind: PropertyKind::Always,
                holds: |cluster| cluster.ghost.back.clone().map_or(Ok(()), Err),
            },
            Property {
                name: "Every Operation Ends",
                formula: "◇□ ∀ i: openᵢ = ∅",
                meaning: "Whoever reaches a majority is done in the end.",
                kind: PropertyKind::Converges,
                holds: every_operation_ends,
            },
        ]
    }

    fn weight(&self) -> usize {
        self.open.len() + self.queue.len()
    }
}

fn every_operation_ends(cluster: &Cluster<Abd>) -> Result<(), Breach> {
    match cluster.up().find_map(|(place, it)| Some((place, it.open.values().next()?))) {
        Some((place, work)) => {
            let Asked { client, seq, .. } = work.asked;
            Err(sentence!("{0} is not done with request {1} of {2}", place, seq, client).into())
        }
        None => Ok(()),
    }
}

/// The coordinator.
impl Abd {
    fn serve(&mut self, client: Place, seq: u64, request: Operation, fx: &mut Effects<Self>) {
        let (key, write) = match request {
            Operation::Get { key } => (key, None),
            Operation::Put { key, value } => (key, Some(Value(Some(value)))),
            Operation::Delete { key } => (key, Some(Value(None))),
            Operation::Cas { .. } => {
                return fx.reply(client, seq, Outcome::Refused(sentence!("compare-and-set needs consensus")));
            }
        };
        let asked = Asked { client, seq, key, write };
        if asked.write.is_some() {
            return self.take(asked, fx);
        }
        // A read that is asked again is under way, or reads again: nobody can tell.
        if self.open.values().any(|work| work.asked == asked) {
            return;
        }
        if self.config.read_one {
            // Flaw: nobody else is asked.
            return fx.reply(client, seq, Outcome::Done(self.register(&asked.key).value.answer()));
        }
        self.begin(asked, fx);
    }

    /// A write. That it has been taken on is on the disk before any replica hears of its value: see `go_on`.
    fn take(&mut self, asked: Asked, fx: &mut Effects<Self>) {
        let (client, seq) = (asked.client, asked.seq);
        let known = self.disk.taken.get(&client).filter(|_| !self.config.no_record);
        match known.copied() {
            Some((last, _)) if last > seq => return,
            Some((last, true)) if last == seq => {
                fx.note(sentence!("answers {0} again: request {1} has been written", client, seq));
                return fx.reply(client, seq, Outcome::Done(DONE.into()));
            }
            Some((last, false)) if last == seq => {
                let open = self.open.values().map(|work| &work.asked);
                if !open.chain(&self.queue).any(|it| *it == asked) {
                    let why = sentence!("it was begun before a crash: it may have been written, or not");
                    fx.reply(client, seq, Outcome::Refused(why));
                }
                return;
            }
            _ => {}
        }
        self.queue.push_back(asked);
        if self.disk.taken.get(&client).is_none_or(|(last, _)| *last < seq) {
            Rc::make_mut(&mut self.disk.taken).insert(client, (seq, false));
        }
        // Phase 1 need not wait for the disk.
        self.next_write(fx);
        fx.persist(self.disk.clone());
    }

    /// Writes are done one after another: each counts on from what the last has stored.
    fn next_write(&mut self, fx: &mut Effects<Self>) {
        if self.open.values().all(|work| work.asked.write.is_none())
            && let Some(asked) = self.queue.pop_front()
        {
            self.begin(asked, fx);
        }
    }

    /// Phase 1: what is the highest?
    fn begin(&mut self, asked: Asked, fx: &mut Effects<Self>) {
        self.begun += 1;
        let number = self.begun;
        if self.open.is_empty() {
            fx.set_timer("resend", Span::exactly(self.config.resend));
        }
        let (version, heard) = (self.register(&asked.key), BTreeSet::from([self.me]));
        fx.broadcast(self.others(), Message::Query { key: asked.key.clone(), op: self.op(number) });
        self.open.insert(number, Work { asked, phase: Phase::Query, heard, version });
        self.go_on(number, fx);
    }

    /// A majority has answered: the next phase, or the answer.
    fn go_on(&mut self, number: u64, fx: &mut Effects<Self>) {
        let Some(work) = self.open.get_mut(&number) else { return };
        if work.heard.len() < usize::from(majority(self.nodes)) {
            return;
        }
        let Asked { client, seq, key, write } = &work.asked;
        match (work.phase, write) {
            (Phase::Store, _) => return self.answer(number, fx),
            // Flaw: a majority was asked, but does not have it.
            (Phase::Query, None) if self.config.no_write_back => return self.answer(number, fx),
            (Phase::Query, None) => fx.note(sentence!(
                "writes {0} back under stamp {1}, for whoever reads {2} next",
                work.version.value.to_string(),
                work.version.stamp.to_string(),
                key.clone()
            )),
            (Phase::Query, Some(value)) => {
                if self.durable.taken.get(client).is_none_or(|(last, _)| last < seq) {
                    return;
                }
                let highest = work.version.stamp;
                let by = if self.config.stamp_without_writer { Place::server(0) } else { self.me };
                let incarnation = match self.config {
                    Config { volatile_incarnation: true, .. } => 1,
                    Config { stamp_without_writer: true, .. } => 1,
                    _ => self.disk.incarnation,
                };
                let stamp = Stamp { counter: highest.counter + 1, writer: Some((by, incarnation)) };
                work.version = Version { stamp, value: value.clone() };
                fx.note(sentence!(
                    "stores {0} under stamp {1}: the highest of {2} at a majority is {3}",
                    value.to_string(),
                    stamp.to_string(),
                    key.clone(),
                    highest.to_string()
                ));
            }
        }
        self.store(number, fx);
    }

    /// Phase 2: a majority is to have it.
    fn store(&mut self, number: u64, fx: &mut Effects<Self>) {
        let op = self.op(number);
        let Some(work) = self.open.get_mut(&number) else { return };
        (work.phase, work.heard) = (Phase::Store, BTreeSet::new());
        let (key, Version { stamp, value }) = (work.asked.key.clone(), work.version.clone());
        // Others need not wait for its own disk.
        fx.broadcast(self.others(), Message::Store { key: key.clone(), value: value.clone(), stamp, op });
        self.adopt(key, Version { stamp, value }, fx);
        self.count_itself(fx);
    }

    fn answer(&mut self, number: u64, fx: &mut Effects<Self>) {
        let Some(Work { asked, version, .. }) = self.open.remove(&number) else { return };
        let Asked { client, seq, write, .. } = asked;
        let answer = if write.is_some() { DONE.into() } else { version.value.answer() };
        fx.reply(client, seq, Outcome::Done(answer));
        if write.is_some() && self.disk.taken.get(&client) == Some(&(seq, false)) {
            Rc::make_mut(&mut self.disk.taken).insert(client, (seq, true));
            fx.persist(self.disk.clone());
        }
        if self.open.is_empty() {
            fx.cancel_timer("resend");
        }
        if write.is_some() {
            self.next_write(fx);
        }
    }

    /// Whoever has not answered is asked again.
    fn ask_again(&mut self, fx: &mut Effects<Self>) {
        for (number, work) in &self.open {
            let (key, op) = (work.asked.key.clone(), self.op(*number));
            let silent = self.others().filter(|place| !work.heard.contains(place));
            let Version { stamp, value } = work.version.clone();
            match work.phase {
                Phase::Query => fx.broadcast(silent, Message::Query { key, op }),
                Phase::Store => fx.broadcast(silent, Message::Store { key, value, stamp, op }),
            }
        }
        if !self.open.is_empty() {
            fx.set_timer("resend", Span::exactly(self.config.resend));
        }
    }

    /// Its own copy counts where it is on the disk.
    fn count_itself(&mut self, fx: &mut Effects<Self>) {
        let has = |work: &Work| {
            let version = self.durable.registers.get(&work.asked.key);
            version.map_or(Stamp::default(), |it| it.stamp) >= work.version.stamp
        };
        let storing = self.open.iter().filter(|(_, work)| work.phase == Phase::Store && has(work));
        let numbers: Vec<u64> = storing.map(|(number, _)| *number).collect();
        numbers.into_iter().for_each(|number| self.count(self.me, Phase::Store, number, fx));
    }

    fn count(&mut self, from: Place, phase: Phase, number: u64, fx: &mut Effects<Self>) {
        let work = self.open.get_mut(&number).filter(|work| work.phase == phase);
        if work.is_some_and(|work| work.heard.insert(from)) {
            self.go_on(number, fx);
        }
    }

    fn on_disk(&mut self, disk: Disk, fx: &mut Effects<Self>) {
        self.durable = disk;
        self.count_itself(fx);
        // A write may have waited until it is on disk that it was taken on.
        let asking = self.open.iter().filter(|(_, work)| work.phase == Phase::Query);
        let numbers: Vec<u64> = asking.map(|(number, _)| *number).collect();
        numbers.into_iter().for_each(|number| self.go_on(number, fx));
    }

    fn op(&self, number: u64) -> Op {
        Op { incarnation: self.disk.incarnation, number }
    }

    fn others(&self) -> impl Iterator<Item = Place> + use<> {
        let me = self.me;
        Place::servers(self.nodes).filter(move |place| *place != me)
    }
}

/// The replica, and what comes back to the coordinator.
impl Abd {
    fn receive(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        match message {
            Message::Query { key, op } => {
                let Version { stamp, value } = self.register(&key);
                fx.send(from, Message::Told { value, stamp, op });
            }
            Message::Store { key, value, stamp, op } => {
                self.adopt(key, Version { stamp, value }, fx);
                fx.send(from, Message::Stored { op });
            }
            Message::Told { value, stamp, op } if op == self.op(op.number) => {
                let work = self.open.get_mut(&op.number).filter(|work| work.phase == Phase::Query);
                if let Some(work) = work.filter(|work| stamp > work.version.stamp) {
                    work.version = Version { stamp, value };
                }
                self.count(from, Phase::Query, op.number, fx);
            }
            Message::Stored { op } if op == self.op(op.number) => {
                self.count(from, Phase::Store, op.number, fx);
            }
            // The answer to a question of an earlier incarnation.
            Message::Told { .. } | Message::Stored { .. } => {}
        }
    }

    fn register(&self, key: &Text) -> Version {
        self.disk.registers.get(key).cloned().unwrap_or_default()
    }

    /// What is higher takes the place of what is there, and is on the disk before anybody is told so.
    fn adopt(&mut self, key: Text, version: Version, fx: &mut Effects<Self>) {
        let own = self.register(&key);
        if version.stamp > own.stamp || self.config.adopt_any && version != own {
            Rc::make_mut(&mut self.disk.registers).insert(key, version);
            fx.persist(self.disk.clone());
        }
    }
}

impl Value {
    fn answer(&self) -> Text {
        self.0.clone().unwrap_or_else(|| NO_VALUE.into())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("–"))
    }
}

/// `2.S1`, and from its second incarnation on `2.S1/2`.
impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.writer {
            None => write!(f, "{}", self.counter),
            Some((writer, 1)) => write!(f, "{}.{writer}", self.counter),
            Some((writer, incarnation)) => write!(f, "{}.{writer}/{incarnation}", self.counter),
        }
    }
}

/// `7`, and from the second incarnation on `7/2`.
impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.incarnation {
            1 => write!(f, "{}", self.number),
            incarnation => write!(f, "{}/{incarnation}", self.number),
        }
    }
}

impl Shown<Disk> for Abd {
    const STAMP: Option<FieldName> = Some(FieldName::text(key!("timestamp")));
    const VARIABLES: &'static [Variable<Abd>] = &[Variable::sometimes(key!("under way"), |it| {
        let told = it.open.values().map(|work| {
            let Asked { client, seq, .. } = work.asked;
            format!("{client}.{seq}")
        });
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| told.join(" "))
    })];
    const DURABLE: &'static [Variable<Disk>] =
        &[Variable::number(key!("incarnation"), |disk| disk.incarnation)];
    const PANELS: &'static [Panel<Abd, Disk>] = &[
        Panel::of(key!("registers"), |it, _| {
            let row = |(key, it): (&Text, &Version)| {
                vec![key.to_string(), it.value.to_string(), it.stamp.to_string()]
            };
            let columns = &[key!("key"), key!("value"), key!("stamp")];
            let rows: Vec<_> = it.disk.registers.iter().map(row).collect();
            (!rows.is_empty()).then_some(Content::Table { columns, rows })
        }),
        Panel::of(key!("waiting writes"), |it, _| {
            let one = |it: &Asked| format!("{}.{}", it.client, it.seq);
            let all: Vec<String> = it.queue.iter().map(one).collect();
            (!all.is_empty()).then_some(Content::Queue(all))
        }),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.open.values().next().map(|work| work.phase)) {
                None => Role { name: "replica", tag: Tag::Follows },
                Some(Phase::Query) => Role { name: "querying", tag: Tag::Bids },
                Some(Phase::Store) => Role { name: "storing", tag: Tag::Bids },
            }
        }
    }

    fn stamp(&self) -> Option<Shows> {
        let highest = self.disk.registers.values().map(|it| it.stamp).max()?;
        let by = highest.writer.map(|(writer, _)| writer);
        Some(Shows { word: "timestamp", number: highest.counter, by })
    }

    fn gathering(&self) -> Option<Gathering> {
        let work = self.open.values().next()?;
        let of = work.heard.iter().copied().collect();
        Some(Gathering { word: key!("answers"), of, needed: majority(self.nodes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_without_a_majority_does_not_end() {
        let (me, places) = (Place::server(0), Places::with_clients(3, 1));
        let mut it =
            Abd::boot(me, &places, &Config::default(), &Disk::default(), &mut Effects::new());
        let ends = |it: &Abd| {
            let replicas = [Some(it.clone()), None, None, None];
            let (places, ghost, changed) = (&places, &Ghost::default(), Some(me));
            every_operation_ends(&Cluster { places, replicas: &replicas, ghost, changed })
        };
        assert_eq!(ends(&it), Ok(()));
        let request = Sticky("get x".parse().unwrap());
        it.step(Input::Request { from: Place::client(0), seq: 1, request }, &mut Effects::new());
        assert!(ends(&it).is_err());
        let (stamp, value, op) = (Stamp::default(), Value::default(), it.op(1));
        let told = Message::Told { value, stamp, op };
        let stored = Message::Stored { op };
        it.step(Input::Message { from: Place::server(1), message: told }, &mut Effects::new());
        assert!(ends(&it).is_err(), "it writes back");
        it.step(Input::Message { from: Place::server(2), message: stored }, &mut Effects::new());
        assert_eq!(ends(&it), Ok(()));
    }
}
