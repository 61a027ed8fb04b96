//! A lock without a holder: whoever writes says which version it has read, and writes only if that is
//! still there.
//!
//! The *optimistic* way, after Kung and Robinson, *On Optimistic Methods for Concurrency Control* (1981).
//! A client reads the value with its version, thinks, and has it compared and set: the new value for the
//! version that it has read. If another was faster, the store says no, and the client reads again. There
//! is no lease, no clock and no token: whoever stands still between its read and its write is too late,
//! and is told so.
//!
//! All this rests on one store in which compare-and-set is one step. Here that is a group of servers that
//! agree by Raft: each holds a Raft server inside (`protocol/inside.rs` tells how), has it order what clients
//! ask, and executes it in this order. The version is compared when the log has ordered the write, and not
//! before.

use std::fmt;
use std::rc::Rc;
use std::sync::LazyLock;

use super::locks;
use super::raft::{self, Raft};
use crate::base::{NONE, Place, PlaceKind, Places, Sentence, Span, Text, Time};
use crate::check::{NO_VALUE, Operation};
use crate::protocol::{self, Asked, CellState, Content, Effect, Effects, Field, FieldName, Formation};
use crate::protocol::{Gathering, Input, Kind, LogReading, Message as _, Meta, Outcome, Panel, Property};
use crate::protocol::{PropertyKind, Protocol, Role, Serves, Shown, Stamp, Tag, Tone, Variable};
use crate::service::lock::Writer;
use crate::service::sessions::{LogCommand, Sessions};
use crate::{key, options, plain_requests, scenes, sentence};

options! {
    pub struct Config {
        option think: Span {
            default: Span::new(Time::millis(50), Time::millis(80)),
            help: "how long a client thinks between its read and its write",
            samples: ["50ms..80ms", "5ms", "100ms..300ms"],
        }
        option patience: Time {
            default: Time::millis(300),
            help: "how long a client waits for an answer before it asks another server",
            samples: ["300ms", "150ms"],
        }
        flaw compare_early {
            title: "The version is compared before the log orders the write",
            story: "Two writes find the same version there, both are ordered, and the second takes away the \
                    first. Made by whoever checks a version in one step and writes in another.",
            breaks: "No Write Is Lost",
        }
    }
}

plain_requests! {
    pub enum Ask { Write = "write": "has this client read, and write unless another has meanwhile", }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// Between servers.
    Raft(raft::Message),
    /// A client asks; what it asks again has the same number.
    Ask { number: u64, operation: Operation },
    Answer { number: u64, answer: Text },
    /// Not here: perhaps there.
    Elsewhere { number: u64, leader: Option<Place> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    Raft(raft::Timer),
    Think,
    Patience,
}

/// A server: Raft inside, and what has come of its log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    raft: Raft,
    /// Every entry of Raft's log up to here is executed.
    executed: u64,
    sessions: Sessions,
    /// All values that have been written, in this order: each with its version.
    written: Rc<Vec<Text>>,
}

/// What a client is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Client {
    /// Whom it asks.
    server: u16,
    servers: u16,
    /// What it has asked and waits for.
    asked: Option<(u64, Operation)>,
    /// How often it has asked for its present wish.
    turns: u64,
    /// What it has read.
    read: Option<Text>,
    /// How often another was faster.
    lost: u64,
    writer: Writer,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VersionLock {
    me: Place,
    config: Config,
    server: Option<Server>,
    client: Client,
}

const KEY: &str = "x";

impl Protocol for VersionLock {
    const META: Meta = Meta {
        slug: "version-lock",
        title: "Lock by version",
        paper: "Kung and Robinson, On Optimistic Methods for Concurrency Control (1981)",
        summary: "Nobody holds it: whoever writes says which version it has read, and the slower one tries again.",
        kinds: &[PlaceKind::servers(3, 7).answers(), locks::CLIENTS],
        formation: Formation::ROWS,
        requests: &["write"],
        scenes: scenes!("version-lock", ["loser-tries-again", "paused-writer", "compared-too-early"]),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(Ask::FORMS);
    const FAULTS: protocol::FaultModel =
        protocol::FaultModel { sizes: &[3, 3, 5], ..protocol::FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = Timer;
    const TIMERS: &'static [Timer] = &[
        Timer::Raft(raft::Timer::Election),
        Timer::Raft(raft::Timer::Heartbeat),
        Timer::Think,
        Timer::Patience,
    ];
    type Request = Ask;
    type Disk = raft::Disk;
    type Config = Config;
    type Ghost = ();

    fn boot(
        me: Place,
        places: &Places,
        config: &Config,
        disk: &raft::Disk,
        fx: &mut Effects<Self>,
    ) -> Self {
        let client = Client { servers: places.servers(), ..Client::default() };
        let mut it = VersionLock { me, config: config.clone(), server: None, client };
        if me.is_server() {
            let group = Places::cluster(places.servers());
            let raft_config = raft::Config::default();
            let (raft, asked) = fx.inside(|fx| Raft::boot(me, &group, &raft_config, disk, fx));
            let (sessions, written) = (Sessions::default(), Rc::default());
            it.server = Some(Server { raft, executed: 0, sessions, written });
            hand_on(asked, fx);
        }
        it
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        let inner = match input {
            Input::Message { from, message: Message::Raft(message) } => {
                Input::Message { from, message }
            }
            Input::Timer(Timer::Raft(timer)) => Input::Timer(timer),
            Input::Saved(disk) => Input::Saved(disk),
            Input::Message { from, message: Message::Ask { number, operation } } => {
                let Some(request) = self.admit(from, number, operation, fx) else { return };
                Input::Request { from, seq: number, request: request.into() }
            }
            Input::Message { from, message } => return self.hear(from, message, fx),
            Input::Request { seq, .. } if self.client.writer.want(seq) => return self.read(fx),
            Input::Timer(Timer::Think) => return self.write(fx),
            Input::Timer(Timer::Patience) => return self.ask_another(None, fx),
            Input::Request { .. } | Input::Disconnected { .. } => return,
        };
        let Some(server) = &mut self.server else { return };
        let ((), asked) = fx.inside(|fx| server.raft.step(inner, fx));
        server.execute();
        hand_on(asked, fx);
    }

    /// The log is that of Raft inside.
    fn stored(log: &str) -> Result<raft::Disk, Sentence> {
        Raft::stored(log)
    }

    fn properties() -> &'static [Property<Self>] {
        PROPERTIES
    }
}

/// What Raft asks for is asked for; its answers are messages here.
fn hand_on(asked: Asked<Raft>, fx: &mut Effects<VersionLock>) {
    fx.hand_on(asked, |effect| match effect {
        Effect::Reply { to, seq: number, outcome } => {
            let message = match outcome {
                Outcome::Done(answer) | Outcome::DoneAt(answer, _) => {
                    Message::Answer { number, answer }
                }
                Outcome::Said(words) => Message::Answer { number, answer: words.to_string().into() },
                Outcome::Redirect(leader) => Message::Elsewhere { number, leader },
                Outcome::Refused(_) => Message::Elsewhere { number, leader: None },
            };
            Some(Effect::Send { to, message: message.into() })
        }
        effect => Some(effect.wrap(Message::Raft, Timer::Raft, |disk| disk)),
    });
}

/// The version of a value, which is counted in front of it.
fn version(value: &str) -> u64 {
    value.split('.').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

impl Server {
    fn value(&self) -> Text {
        self.written.last().cloned().unwrap_or_else(|| NO_VALUE.into())
    }

    /// Executes what Raft has executed, to know how it came about.
    fn execute(&mut self) {
        let Server { raft, executed, sessions, written } = self;
        for (index, command) in raft.executed(*executed) {
            *executed = index;
            let LogCommand::Execute { client, seq, request } = command else { continue };
            sessions.once(*client, *seq, || {
                let value = written.last().cloned().unwrap_or_else(|| NO_VALUE.into());
                match request {
                    Operation::Put { value: new, .. } => Rc::make_mut(written).push(new.clone()),
                    Operation::Cas { expected, new, .. } if *expected == value => {
                        Rc::make_mut(written).push(new.clone());
                    }
                    _ => {}
                }
                value
            });
        }
    }
}

impl VersionLock {
    /// A server has its log order what it is asked. (With the flaw it compares now, and what it orders is
    /// a write that no longer asks what is there.)
    fn admit(
        &self,
        from: Place,
        number: u64,
        operation: Operation,
        fx: &mut Effects<Self>,
    ) -> Option<Operation> {
        let server = self.server.as_ref()?;
        match operation {
            Operation::Cas { key, expected, new } if self.config.compare_early => {
                match server.value() {
                    value if value == expected => Some(Operation::Put { key, value: new }),
                    value => {
                        let answer = crate::check::not_set(&value);
                        fx.send(from, Message::Answer { number, answer });
                        None
                    }
                }
            }
            operation => Some(operation),
        }
    }

    /// A client reads.
    fn read(&mut self, fx: &mut Effects<Self>) {
        self.client.read = None;
        self.ask(Operation::Get { key: KEY.into() }, fx);
    }

    /// It has thought, and writes the next version in place of the one that it has read.
    fn write(&mut self, fx: &mut Effects<Self>) {
        let (Some(seq), Some(expected)) = (self.client.writer.wish(), self.client.read.clone()) else {
            return;
        };
        let new = format!("{}.{}.{seq}", version(&expected) + 1, self.me).into();
        self.ask(Operation::Cas { key: KEY.into(), expected, new }, fx);
    }

    /// It asks under a number of its own, which is higher than all before, also after a crash.
    fn ask(&mut self, operation: Operation, fx: &mut Effects<Self>) {
        let Some(seq) = self.client.writer.wish() else { return };
        self.client.turns += 1;
        self.client.asked = Some((seq * 1_000 + self.client.turns, operation));
        self.send(fx);
    }

    fn send(&mut self, fx: &mut Effects<Self>) {
        let Some((number, operation)) = self.client.asked.clone() else { return };
        fx.send(Place::server(self.client.server), Message::Ask { number, operation });
        fx.set_timer(Timer::Patience, Span::exactly(self.config.patience));
    }

    fn ask_another(&mut self, leader: Option<Place>, fx: &mut Effects<Self>) {
        let next = (self.client.server + 1) % self.client.servers;
        self.client.server = leader.map_or(next, Place::number);
        self.send(fx);
    }

    fn hear(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        let Some((number, operation)) = self.client.asked.clone() else { return };
        match message {
            Message::Answer { number: it, answer } if it == number => {
                self.client.asked = None;
                fx.cancel_timer(Timer::Patience);
                match operation {
                    Operation::Cas { new, .. } => self.told(&answer, &new, fx),
                    _ => {
                        self.client.read = Some(answer);
                        fx.set_timer(Timer::Think, self.config.think);
                    }
                }
            }
            Message::Elsewhere { number: it, leader: Some(leader) }
                if it == number && Place::server(self.client.server) == from =>
            {
                self.ask_another(Some(leader), fx);
            }
            // Nobody leads; its patience will tell.
            _ => {}
        }
    }

    /// Its write is done, or another was faster, and it tries again.
    fn told(&mut self, answer: &str, new: &str, fx: &mut Effects<Self>) {
        let Some(seq) = self.client.writer.wish() else { return };
        if answer != crate::check::DONE {
            self.client.lost += 1;
            fx.note(sentence!("was too slow: another version is there, and it reads again"));
            return self.read(fx);
        }
        self.client.writer.done(seq);
        (self.client.turns, self.client.read) = (0, None);
        fx.reply(self.me, seq, Outcome::Done(new.into()));
        if self.client.writer.wish().is_some() {
            self.read(fx);
        }
    }
}

// ---- what must never break -----------------------------------------------------------------------

const PROPERTIES: &[Property<VersionLock>] = &[
    Property {
        name: "No Write Is Lost",
        formula: "writtenₖ = v ⇒ version(v) = k",
        meaning: "Each write replaces the version that its writer has read, and no other.",
        kind: PropertyKind::Always,
        holds: |cluster| {
            let server = cluster.changed().and_then(|it| it.server.as_ref());
            let written = server.map_or(&[][..], |it| &it.written);
            match written.last() {
                Some(last) if version(last) != written.len() as u64 => {
                    let lost = written.iter().rev().nth(1).cloned().unwrap_or_default();
                    Err(sentence!("{0} takes {1} away, which its writer has not read", last.clone(), lost).into())
                }
                _ => Ok(()),
            }
        },
    },
    Property {
        name: "Servers Agree on Versions",
        formula: "writtenᵢ ⊑ writtenⱼ ∨ writtenⱼ ⊑ writtenᵢ",
        meaning: "What one server has written is the beginning of what another has, or the other way round.",
        kind: PropertyKind::Always,
        holds: |cluster| {
            let Some(one) = cluster.changed().and_then(|it| it.server.as_ref()) else { return Ok(()) };
            let other = cluster.up().filter_map(|(place, it)| Some((place, it.server.as_ref()?)));
            let apart = |other: &Server| {
                let len = one.written.len().min(other.written.len());
                len > 0 && one.written[len - 1] != other.written[len - 1]
            };
            match other.into_iter().find(|(_, other)| apart(other)) {
                Some((place, _)) => Err(sentence!("{0} has written something else", place).into()),
                None => Ok(()),
            }
        },
    },
    Property {
        name: "Everybody Writes in the End",
        formula: "◇□ ∀ i: ¬waitingᵢ",
        meaning: "When faults have ended, whoever wants to write gets to, however often it was too slow.",
        kind: PropertyKind::Converges,
        holds: |cluster| match cluster.up().find(|(_, it)| it.client.writer.wish().is_some()) {
            Some((place, _)) => Err(sentence!("{0} still waits", place).into()),
            None => Ok(()),
        },
    },
];

// ---- what is shown -------------------------------------------------------------------------------

/// What Raft does not do here: nobody joins, hands over, takes a snapshot or asks before it stands.
const UNUSED: [&str; 7] = [
    "non-member",
    "learner",
    "pre-candidate",
    "PreVote",
    "InstallSnapshot",
    "TimeoutNow",
    "ReadIndex",
];

fn is_used(name: &str) -> bool {
    !UNUSED.iter().any(|unused| name.starts_with(unused))
}

static ROLES: LazyLock<Vec<Role>> = LazyLock::new(|| {
    let inner = Raft::roles().iter().copied().filter(|role| is_used(role.name));
    inner.chain([WRITES, locks::IDLE]).collect()
});
const WRITES: Role = Role { name: "wants to write", tag: Tag::Bids };

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let inner = raft::Message::kinds().iter().copied().filter(|kind| is_used(kind.name));
    inner.chain([ASK, ANSWER, ELSEWHERE]).collect()
});
const ASK: Kind = Kind { name: "Ask", tone: Tone::Client };
const ANSWER: Kind = Kind { name: "Answer", tone: Tone::Client };
const ELSEWHERE: Kind = Kind { name: "Elsewhere", tone: Tone::Client };

impl Shown<raft::Disk> for VersionLock {
    const STAMP: Option<FieldName> = Raft::STAMP;
    const VARIABLES: &'static [Variable<VersionLock>] = &[
        Variable::sometimes(key!("has read"), |it| Some(it.client.read.clone()?.to_string())),
        Variable::sometimes(key!("was too slow"), |it| {
            (!it.me.is_server()).then(|| it.client.lost.to_string())
        }),
    ];
    const DURABLE: &'static [Variable<raft::Disk>] = Raft::DURABLE.split_at(3).0;
    const PANELS: &'static [Panel<VersionLock, raft::Disk>] = &[
        Panel::of(key!("has read"), |it, _| {
            Some(held(it.client.read.as_ref()?, CellState::Pending))
        }),
        Panel::of(key!("value"), |it, _| {
            Some(held(&it.server.as_ref()?.value(), CellState::Settled))
        }),
        Panel::log(
            key!("Log"),
            |it| (log().len)(&it.server.as_ref()?.raft),
            |it, disk, from, to| {
                it.server.as_ref().map_or(Vec::new(), |it| (log().cells)(&it.raft, disk, from, to))
            },
        ),
    ];

    fn roles() -> &'static [Role] {
        &ROLES
    }

    fn role(&self) -> Role {
        match (&self.server, self.client.writer.wish()) {
            (Some(server), _) => server.raft.role(),
            (None, Some(_)) => WRITES,
            (None, None) => locks::IDLE,
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        self.server.as_ref()?.raft.stamp()
    }

    fn gathering(&self) -> Option<Gathering> {
        self.server.as_ref()?.raft.gathering()
    }
}

/// A value with its version, where there is one.
fn held(value: &Text, state: CellState) -> Content {
    let text = if **value == *NO_VALUE { NONE } else { value };
    Content::Value { text: text.to_owned(), stamp: version(value), state }
}

/// How Raft's log is read.
fn log() -> &'static LogReading<Raft, raft::Disk> {
    Panel::log_of(Raft::PANELS).expect("Raft keeps a log")
}

impl protocol::Message for Message {
    fn kinds() -> &'static [Kind] {
        &KINDS
    }

    fn kind(&self) -> Kind {
        match self {
            Message::Raft(message) => message.kind(),
            Message::Ask { .. } => ASK,
            Message::Answer { .. } => ANSWER,
            Message::Elsewhere { .. } => ELSEWHERE,
        }
    }

    fn label(&self) -> Sentence {
        match self {
            Message::Raft(message) => message.label(),
            Message::Ask { operation, .. } => sentence!("{0}", operation.label().to_string()),
            Message::Answer { answer, .. } => Outcome::Done(answer.clone()).told(),
            Message::Elsewhere { leader: Some(leader), .. } => sentence!("→ {0}", *leader),
            Message::Elsewhere { leader: None, .. } => sentence!("→ ?"),
        }
    }

    fn fields(&self) -> Vec<Field> {
        match self {
            Message::Raft(message) => message.fields(),
            Message::Ask { number, operation } => {
                vec![Field::new("number", number), Field::new("operation", operation)]
            }
            Message::Answer { number, answer } => {
                vec![Field::new("number", number), Field::new("answer", answer)]
            }
            Message::Elsewhere { number, leader } => {
                let leader = leader.map_or("–".to_owned(), |leader| leader.to_string());
                vec![Field::new("number", number), Field::new("leader", leader)]
            }
        }
    }
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Timer::Raft(timer) => timer.fmt(f),
            Timer::Think => f.write_str("think"),
            Timer::Patience => f.write_str("patience"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocols::locks::trial;

    const C1: Place = Place::client(0);
    const S1: Place = Place::server(0);
    const S2: Place = Place::server(1);

    fn says(name: &str, all: &[Option<VersionLock>], changed: Place) -> Option<String> {
        let property = PROPERTIES.iter().find(|property| property.name == name);
        trial::objection(property.expect("a property"), all, &(), Some(changed))
    }

    fn have_written(written: [&[&str]; 2]) -> Vec<Option<VersionLock>> {
        let mut all = trial::all::<VersionLock>();
        for (place, values) in [S1, S2].into_iter().zip(written) {
            trial::change(&mut all, place, |it| {
                let values = values.iter().map(|value| Text::from(*value)).collect();
                it.server.as_mut().expect("a server").written = Rc::new(values);
            });
        }
        all
    }

    #[test]
    fn a_write_that_replaces_another_version_than_its_writer_has_read_is_found() {
        let lost = |written: &[&str]| says("No Write Is Lost", &have_written([written, &[]]), S1);
        assert_eq!(lost(&["1.C1", "2.C2"]), None);
        let why = lost(&["1.C1", "1.C2"]);
        assert_eq!(why.as_deref(), Some("1.C2 takes 1.C1 away, which its writer has not read"));
    }

    #[test]
    fn servers_that_have_written_different_things_are_found() {
        let name = "Servers Agree on Versions";
        assert_eq!(says(name, &have_written([&["1.C1", "2.C2"], &["1.C1"]]), S2), None);
        let why = says(name, &have_written([&["1.C1", "2.C2"], &["1.C2"]]), S2);
        assert_eq!(why.as_deref(), Some("S1 has written something else"));
    }

    #[test]
    fn whoever_waits_at_the_end_is_named() {
        let mut all = trial::all::<VersionLock>();
        assert_eq!(says("Everybody Writes in the End", &all, C1), None);
        trial::change(&mut all, C1, |it| _ = it.client.writer.want(1));
        let why = says("Everybody Writes in the End", &all, C1);
        assert_eq!(why.as_deref(), Some("C1 still waits"));
    }

    #[test]
    fn the_version_is_compared_when_the_write_is_executed_unless_that_is_left_out() {
        let cas = || Operation::Cas { key: KEY.into(), expected: "1.C1".into(), new: "2.C2".into() };
        for (compare_early, written, admitted) in [
            (false, "1.C1", Some(cas())),
            (false, "9.C9", Some(cas())),
            (true, "1.C1", Some(Operation::Put { key: KEY.into(), value: "2.C2".into() })),
            (true, "9.C9", None),
        ] {
            let config = Config { compare_early, ..Config::default() };
            let mut it: VersionLock = trial::boot(S1, &config);
            it.server.as_mut().expect("a server").written = Rc::new(vec![written.into()]);
            let told = it.admit(C1, 1, cas(), &mut Effects::new());
            assert_eq!(told, admitted, "{written}, compared early: {compare_early}");
        }
    }
}
