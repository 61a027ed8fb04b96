//! A lock whose servers agree by Raft: each holds a Raft server, has it order what clients ask, and
//! executes in this order who holds the lock. With the lock its holder gets a *fencing token*, a number
//! that no other holder gets. Beside Raft's disk each server keeps on its own how often it has started.
//!
//! Raft's log speaks of keys and values: `acquire` is written to it as a put, `release` as a get.

use std::collections::BTreeMap;
use std::fmt;
use std::iter;
use std::str::FromStr;

use synod::base::{Breach, Place, PlaceKind, Places, Sentence, Text};
use synod::check::Operation;
use synod::protocol::{
    self, Asked, Cluster, Effect, Effects, Field, FieldName, Form, Input, Kind, LogReading, Meta,
    Outcome, Panel, Property, PropertyKind, Protocol, Role, Serves, Shown, Stamp, Variable,
    Witness,
};
use synod::protocols::raft::{self, Raft};
use synod::sentence;
use synod::service::sessions::{Known, LogCommand, Sessions};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lock {
    raft: Raft,
    /// Every entry of Raft's log up to here is executed.
    executed: u64,
    holder: Option<Place>,
    /// The last token that was granted.
    token: u64,
    sessions: Sessions,
    /// What was last handed to the disk.
    disk: Disk,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    pub raft: raft::Disk,
    pub starts: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    Raft(raft::Message),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    Raft(raft::Timer),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Acquire,
    Release,
}

impl Protocol for Lock {
    const META: Meta = Meta {
        slug: "lock",
        title: "Lock",
        kinds: &[PlaceKind::servers(3, 15), PlaceKind::CLIENTS],
        requests: &["acquire", "release"],
        ..Meta::USUAL
    };
    type Message = Message;
    type Timer = Timer;
    type Request = Ask;
    type Disk = Disk;
    type Config = raft::Config;
    type Ghost = Granted;
    const SERVES: Serves = Serves::all(FORMS);

    fn properties() -> &'static [Property<Lock>] {
        PROPERTIES
    }

    fn boot(
        me: Place,
        places: &Places,
        config: &raft::Config,
        disk: &Disk,
        fx: &mut Effects<Lock>,
    ) -> Lock {
        let mut disk = Disk { starts: disk.starts + 1, ..disk.clone() };
        fx.persist(disk.clone());
        let (raft, asked) = fx.inside(|fx| Raft::boot(me, places, config, &disk.raft, fx));
        hand_on(asked, &mut disk, &Sessions::default(), fx);
        let sessions = Sessions::default();
        Lock { raft, executed: 0, holder: None, token: 0, sessions, disk }
    }

    fn step(&mut self, input: Input<Lock>, fx: &mut Effects<Lock>) {
        let input = match input {
            Input::Message { from, message: Message::Raft(message) } => {
                Input::Message { from, message }
            }
            Input::Timer(Timer::Raft(timer)) => Input::Timer(timer),
            Input::Request { from, seq, request } => {
                Input::Request { from, seq, request: request.written().into() }
            }
            Input::Saved(disk) => Input::Saved(disk.raft),
            Input::Disconnected { peer } => Input::Disconnected { peer },
        };
        let ((), asked) = fx.inside(|fx| self.raft.step(input, fx));
        self.execute();
        hand_on(asked, &mut self.disk, &self.sessions, fx);
    }
}

/// What Raft asks for is asked for; but where it answers a client that its command is executed, the
/// client is told what came of it.
fn hand_on(asked: Asked<Raft>, disk: &mut Disk, sessions: &Sessions, fx: &mut Effects<Lock>) {
    fx.hand_on(asked, |effect| match effect {
        Effect::Reply { to, seq, outcome: Outcome::Done(_) } => {
            match sessions.know(to, seq, iter::empty()) {
                Known::Executed(answer) => {
                    Some(Effect::Reply { to, seq, outcome: Outcome::Done(answer) })
                }
                Known::Never | Known::InLog | Known::Past => None,
            }
        }
        effect => Some(effect.wrap(Message::Raft, Timer::Raft, |raft| {
            disk.raft = raft;
            disk.clone()
        })),
    });
}

impl Lock {
    /// Executes what Raft has executed.
    fn execute(&mut self) {
        let Lock { raft, executed, holder, token, sessions, .. } = self;
        for (index, command) in raft.executed(*executed) {
            *executed = index;
            let LogCommand::Execute { client, seq, request } = command else { continue };
            sessions.once(*client, *seq, || match (request, *holder) {
                (Operation::Put { .. }, None) => {
                    (*holder, *token) = (Some(*client), *token + 1);
                    format!("granted {token}").into()
                }
                (Operation::Put { .. }, Some(holder)) => format!("held by {holder}").into(),
                (Operation::Get { .. }, holds) if holds == Some(*client) => {
                    *holder = None;
                    "released".into()
                }
                _ => "not yours".into(),
            });
        }
    }
}

impl Ask {
    /// As it stands in Raft's log.
    fn written(self) -> Operation {
        let key = Text::from("lock");
        match self {
            Ask::Acquire => Operation::Put { key, value: "taken".into() },
            Ask::Release => Operation::Get { key },
        }
    }
}

// ---- what must never break -----------------------------------------------------------------------

/// Who was told that it has the lock, by token.
#[derive(Clone, Debug, Default)]
pub struct Granted {
    to: BTreeMap<u64, Place>,
    twice: Option<(u64, Place, Place)>,
}

impl Witness<Lock> for Granted {
    fn overhear(&mut self, _: u64, client: Place, _: &Ask, outcome: Option<&Outcome>) {
        let Some(Outcome::Done(answer)) = outcome else { return };
        let Some(token) = answer.strip_prefix("granted ") else { return };
        let token = token.parse().expect("a token");
        if let Some(before) = self.to.insert(token, client) {
            self.twice = Some((token, before, client));
        }
    }
}

pub const ONE_HOLDER: &str = "A Token Has One Holder";

const PROPERTIES: &[Property<Lock>] = &[
    Property {
        name: ONE_HOLDER,
        formula: "",
        meaning: "",
        kind: PropertyKind::Always,
        holds: |cluster| match cluster.ghost.twice {
            None => Ok(()),
            Some((token, one, other)) => Err(Breach {
                why: sentence!("{0} and {1} were both granted {2}", one, other, token),
                against: None,
            }),
        },
    },
    Property {
        name: "Servers Agree",
        formula: "",
        meaning: "",
        kind: PropertyKind::Always,
        holds: |cluster| {
            let changed = cluster.changed();
            let apart = cluster.up().find(|(_, other)| {
                changed.is_some_and(|lock| lock.executed == other.executed && !lock.same(other))
            });
            differ(apart.map(|(place, _)| place))
        },
    },
    Property {
        name: "Servers Converge",
        formula: "",
        meaning: "",
        kind: PropertyKind::Converges,
        holds: |cluster: &Cluster<Lock>| {
            let first = cluster.up().next();
            let apart = cluster.up().find(|(_, other)| {
                first.is_some_and(|(_, lock)| lock.executed != other.executed || !lock.same(other))
            });
            differ(apart.map(|(place, _)| place))
        },
    },
];

impl Lock {
    fn same(&self, other: &Lock) -> bool {
        (self.holder, self.token, &self.sessions) == (other.holder, other.token, &other.sessions)
    }
}

fn differ(who: Option<Place>) -> Result<(), Breach> {
    match who {
        None => Ok(()),
        Some(who) => {
            Err(Breach { why: sentence!("{0} knows of another holder", who), against: None })
        }
    }
}

// ---- what is shown -------------------------------------------------------------------------------

impl Shown<Disk> for Lock {
    const STAMP: Option<FieldName> = Raft::STAMP;
    const VARIABLES: &'static [Variable<Lock>] = &[
        Variable::number("token", |lock| lock.token),
        Variable::sometimes("holder", |lock| Some(lock.holder?.to_string())),
    ];
    const PANELS: &'static [Panel<Lock, Disk>] = &[Panel::log(
        "Log",
        |lock| (log().len)(&lock.raft),
        |lock, disk, from, to| (log().cells)(&lock.raft, &disk.raft, from, to),
    )];
    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::number("term", |disk| disk.raft.term),
        Variable::number("starts", |disk| disk.starts),
    ];

    fn roles() -> &'static [Role] {
        Raft::roles()
    }

    fn role(&self) -> Role {
        self.raft.role()
    }

    fn stamp(&self) -> Option<Stamp> {
        self.raft.stamp()
    }
}

/// How Raft's log is read.
fn log() -> &'static LogReading<Raft, raft::Disk> {
    Panel::log_of(Raft::PANELS).expect("Raft keeps a log")
}

impl protocol::Message for Message {
    fn kinds() -> &'static [Kind] {
        raft::Message::kinds()
    }

    fn kind(&self) -> Kind {
        let Message::Raft(message) = self;
        message.kind()
    }

    fn label(&self) -> Sentence {
        let Message::Raft(message) = self;
        message.label()
    }

    fn fields(&self) -> Vec<Field> {
        let Message::Raft(message) = self;
        message.fields()
    }
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Timer::Raft(timer) = self;
        timer.fmt(f)
    }
}

// ---- what clients ask ----------------------------------------------------------------------------

const FORMS: &[Form] = &[
    Form { name: "Acquire", help: "", script: "acquire", blanks: &[] },
    Form { name: "Release", help: "", script: "release", blanks: &[] },
];

impl protocol::Request for Ask {}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Ask::Acquire { "acquire" } else { "release" })
    }
}

impl FromStr for Ask {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Ask, &'static str> {
        let all = [Ask::Acquire, Ask::Release];
        all.into_iter().find(|ask| ask.to_string() == text).ok_or("acquire or release")
    }
}
