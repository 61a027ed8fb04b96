//! A lock for a while, the *lease*, and the *fencing token* that keeps out whoever overslept it.
//!
//! After Martin Kleppmann, *How to do distributed locking* (2016). A service grants the lock to one client
//! at a time, for a while by its own clock. The client counts from when it *sent* its question, so as not
//! to believe in its lease for longer than the service, and renews it when a third is over. It looks at
//! its clock before it writes; but between that look and the write it may stand still for any time. So
//! with each lease goes a token that only grows, each write carries one, and the resource refuses what is
//! below the highest that it has seen. That two believe they hold the lock is nobody's mistake.

use std::collections::VecDeque;

use crate::base::{Place, PlaceKind, Places, Span, Time};
use crate::protocol::{
    CellState, Cluster, Content, Effects, FaultModel, FieldName, Formation, Input, Meta, Outcome,
};
use crate::protocol::{Panel, Property, PropertyKind, Protocol, Role, Serves, Shown, Stamp, Tag};
use crate::protocol::{Tone, Variable};
use crate::{key, listed, messages, options, plain_requests, scenes, sentence};

options! {
    pub struct Config {
        option lasts: Time {
            default: Time::millis(600),
            help: "how long a lease lasts",
            samples: ["600ms", "300ms", "900ms"],
        }
        flaw unfenced {
            title: "The resource does not look at tokens",
            story: "A holder that was paused overwrites what a later one wrote. HBase had this bug, as \
                    Kleppmann tells: a garbage collection outlasted the lease.",
            breaks: "Fencing",
        }
        flaw random_token {
            title: "Tokens are random",
            story: "They tell leases apart, but not which came later. Redlock's are so.",
            breaks: "Tokens Increase",
        }
        flaw release_any {
            title: "A release frees whatever lease there is",
            story: "A late one frees another's. Made by whoever deletes a key in Redis without \
                    comparing its value.",
            breaks: "One Grant",
        }
        flaw revive {
            title: "A renewal revives a lease that has run out",
            story: "Another has one by then. Made by whoever writes a new expiry without a condition.",
            breaks: "One Grant",
        }
    }
}

plain_requests! {
    pub enum Ask { Write = "write": "has this client take the lock and write", }
}

messages! {
    pub enum Message {
        Acquire { sent: Time }: key!("Acquire"), Tone::Vote,
        Renew { token: u64, sent: Time }: key!("Renew"), Tone::Beat,
        Granted { token: u64, sent: Time }: key!("Granted"), Tone::Reply,
        Held { by: Place }: key!("Held"), Tone::Reply,
        Release { token: u64 }: key!("Release"), Tone::Vote,
        Write { token: u64, seq: u64 }: key!("Write"), Tone::Call,
        Taken { seq: u64 }: key!("Taken"), Tone::Reply,
        Refused { token: u64, seen: u64 }: key!("Refused"), Tone::Reply,
    }
}

/// A lease as the service has it on its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    to: Place,
    token: u64,
    ends: Time,
    released_by: Option<Place>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// Of the service: all leases, in the order in which it has granted them.
    grants: Vec<Grant>,
    /// Of the resource: all writes that it has taken, by token, client, and which of its it is.
    writes: Vec<(u64, Place, u64)>,
}

/// A client, the lock service or the resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    me: Place,
    config: Config,
    disk: Disk,
    /// Its own clock, when it last looked.
    clock: Time,
    /// What a client has been told to write, by number.
    wishes: VecDeque<u64>,
    /// The token of the lease that it believes in, and until when by its own clock.
    lease: Option<(u64, Time)>,
    /// The token that it writes with: it has looked at its clock, and does not look again.
    writing: Option<u64>,
}

const SERVICE: Place = Place::new('L', 0);
const RESOURCE: Place = Place::new('R', 0);
/// How long a client takes from one thing to the next.
const PACE: Span = Span::new(Time::millis(50), Time::millis(80));

impl Protocol for Lease {
    const META: Meta = Meta {
        slug: "lease",
        title: "Lease and fencing token",
        paper: "Kleppmann, How to do distributed locking (2016)",
        summary: "A lock for a while, and a number that keeps out whoever overslept it.",
        kinds: &[
            PlaceKind::new('L', "lock service", "services").counts(1, 1, 1).answers(),
            PlaceKind::new(Place::CLIENT, "client", "clients").counts(2, 1, 9),
            PlaceKind::new('R', "resource", "resources").counts(1, 1, 1).answers(),
        ],
        formation: Formation::ROWS,
        requests: &["write"],
        scenes: scenes!("lease", ["token-refuses", "paused-holder", "fast-clock"]),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(Ask::FORMS);
    const FAULTS: FaultModel =
        FaultModel { sizes: &[1], jump: Time::ZERO, ..FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["step", "renew", "lease"];
    type Request = Ask;
    type Disk = Disk;
    type Config = Config;
    type Ghost = ();

    fn boot(me: Place, _: &Places, config: &Config, disk: &Disk, fx: &mut Effects<Self>) -> Self {
        let (config, disk, clock) = (config.clone(), disk.clone(), fx.local_now());
        Lease { me, config, disk, clock, wishes: VecDeque::new(), lease: None, writing: None }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Message { from, message } => match self.me {
                SERVICE => self.serve(from, message, fx),
                RESOURCE => self.take(from, message, fx),
                _ => self.hear(message, fx),
            },
            Input::Request { seq, .. } => {
                self.wishes.push_back(seq);
                if self.wishes.len() == 1 {
                    self.go_on(fx);
                }
            }
            Input::Timer("step") => self.go_on(fx),
            Input::Timer("renew") => self.renew(fx),
            Input::Timer(_) => self.look(fx),
            Input::Saved(_) | Input::Disconnected { .. } => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        &[
            Property {
                name: "Fencing",
                formula: "write i before write j ⇒ grant(i) ≤ grant(j)",
                meaning: "Nothing is written under an older lease than what was written before.",
                kind: PropertyKind::Always,
                holds: |cluster| match cluster.up().find_map(|(_, it)| it.disk.writes.last_chunk())
                {
                    Some([one, two]) if nth(cluster, two) < nth(cluster, one) => {
                        Err(sentence!("token {0} overwrites the later {1}", two.0, one.0).into())
                    }
                    _ => Ok(()),
                },
            },
            Property {
                name: "Tokens Increase",
                formula: "grant i before grant j ⇒ tokenᵢ < tokenⱼ",
                meaning: "Each lease has a higher token than those before it.",
                kind: PropertyKind::Always,
                holds: |cluster| match cluster.up().find_map(|(_, it)| it.disk.grants.last_chunk())
                {
                    Some([one, two]) if one.token >= two.token => {
                        Err(sentence!("token {0} follows {1}", two.token, one.token).into())
                    }
                    _ => Ok(()),
                },
            },
            Property {
                name: "One Grant",
                formula: "runs(i) ∧ runs(j) ⇒ i = j",
                meaning: "At most one lease runs: it has neither run out, by the service's clock, nor \
                          been released by its holder.",
                kind: PropertyKind::Always,
                holds: |cluster| match cluster.up().find_map(|(_, it)| it.running().nth(1)) {
                    Some(it) => Err(sentence!("{0} is not alone in having a lease", it.to).into()),
                    None => Ok(()),
                },
            },
            Property {
                name: "Two Believe It",
                formula: "◇ ∃ i ≠ j: believesᵢ ∧ believesⱼ",
                meaning: "Two clients believe they hold the lock. It is allowed: no service can take a \
                          belief away.",
                kind: PropertyKind::Sometimes,
                holds: |cluster| match cluster.up().filter(|(_, it)| it.lease.is_some()).count() {
                    2.. => Ok(()),
                    number => Err(sentence!("{0} of them believe it", number as u64).into()),
                },
            },
            Property {
                name: "Served in the End",
                formula: "◇□ ∀ i: ¬waitingᵢ",
                meaning: "When faults have ended, whoever wants to write gets to.",
                kind: PropertyKind::Converges,
                holds: |cluster| match cluster.up().find(|(_, it)| !it.wishes.is_empty()) {
                    Some((place, _)) => Err(sentence!("{0} still waits", place).into()),
                    None => Ok(()),
                },
            },
        ]
    }
}

/// The how manieth lease it was written under.
fn nth(cluster: &Cluster<Lease>, write: &(u64, Place, u64)) -> Option<usize> {
    let of = |it: &Grant| (it.token, it.to) == (write.0, write.1);
    cluster.up().find_map(|(_, it)| it.disk.grants.iter().rposition(of))
}

impl Lease {
    /// Looks at its own clock: a lease that has run out is over.
    fn look(&mut self, fx: &mut Effects<Self>) {
        self.clock = fx.local_now();
        self.lease.take_if(|(_, ends)| *ends <= self.clock);
    }

    /// The service. What it grants is on its disk before anybody hears of it.
    fn serve(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        self.look(fx);
        let Config { lasts, random_token, release_any, revive, .. } = self.config;
        let (ends, grants) = (self.clock + lasts, &mut self.disk.grants);
        let last = grants.last().map_or(0, |it| it.token);
        let held = grants.last_mut().filter(|it| it.ends > self.clock && it.released_by.is_none());
        let is = |it: &Grant, token| (it.to, it.token) == (from, token);
        let (token, sent) = match (message, held) {
            (Message::Acquire { sent }, None) => {
                let token = if random_token { 1 + u64::from(fx.chance(99)) } else { last + 1 };
                grants.push(Grant { to: from, token, ends, released_by: None });
                (token, sent)
            }
            (Message::Acquire { sent }, Some(it)) if it.to == from => (it.token, sent),
            (Message::Acquire { .. }, Some(it)) => {
                return fx.send(from, Message::Held { by: it.to });
            }
            (Message::Renew { token, sent }, Some(it)) if is(it, token) => (token, sent),
            (Message::Renew { token, sent }, _) if revive => (token, sent),
            (Message::Release { token }, Some(it)) if is(it, token) || release_any => {
                it.released_by = Some(from);
                fx.cancel_timer("lease");
                return fx.persist(self.disk.clone());
            }
            _ => return,
        };
        grants.iter_mut().filter(|it| is(it, token)).for_each(|it| it.ends = ends);
        fx.persist(self.disk.clone());
        fx.set_timer("lease", Span::exactly(lasts));
        fx.send(from, Message::Granted { token, sent });
    }

    /// The leases that run, whatever anybody but their holders has released.
    fn running(&self) -> impl Iterator<Item = &Grant> {
        let runs = |it: &&Grant| it.ends > self.clock && it.released_by != Some(it.to);
        self.disk.grants.iter().filter(runs)
    }

    /// The resource.
    fn take(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        let Message::Write { token, seq } = message else { return };
        let seen = self.disk.writes.iter().map(|it| it.0).max().unwrap_or(0);
        if token < seen && !self.config.unfenced {
            fx.note(sentence!("refuses {0}: token {1} is below {2}", from, token, seen));
            return fx.send(from, Message::Refused { token, seen });
        }
        // What comes twice is written once.
        if self.disk.writes.last() != Some(&(token, from, seq)) {
            self.disk.writes.push((token, from, seq));
            fx.persist(self.disk.clone());
        }
        fx.send(from, Message::Taken { seq });
    }

    /// A client takes its next step: it asks for the lock, looks at its clock, or writes.
    fn go_on(&mut self, fx: &mut Effects<Self>) {
        let Some(&seq) = self.wishes.front() else { return };
        if let Some(token) = self.writing {
            fx.send(RESOURCE, Message::Write { token, seq });
        } else {
            self.look(fx);
            match self.lease {
                Some((_, ends)) => {
                    fx.note(sentence!("looks at its clock: {0} are left", ends - self.clock))
                }
                None => fx.send(SERVICE, Message::Acquire { sent: self.clock }),
            }
            self.writing = self.lease.map(|(token, _)| token);
        }
        fx.set_timer("step", PACE);
    }

    fn renew(&mut self, fx: &mut Effects<Self>) {
        self.look(fx);
        if let Some((token, _)) = self.lease {
            fx.send(SERVICE, Message::Renew { token, sent: self.clock });
            fx.set_timer("renew", Span::exactly(Time(self.config.lasts.0 / 3)));
        }
    }

    fn hear(&mut self, message: Message, fx: &mut Effects<Self>) {
        match message {
            Message::Granted { token, sent } if !self.wishes.is_empty() => {
                self.lease = self.lease.max(Some((token, sent + self.config.lasts)));
                fx.set_timer("renew", Span::exactly(Time(self.config.lasts.0 / 3)));
            }
            Message::Taken { seq } if self.wishes.front() == Some(&seq) => {
                self.wishes.pop_front();
                fx.reply(self.me, seq, Outcome::Done("taken".into()));
                self.lease = None;
                fx.cancel_timer("renew");
                if let Some(token) = self.writing.take() {
                    fx.send(SERVICE, Message::Release { token });
                }
            }
            Message::Refused { token, .. } if self.writing == Some(token) => {
                (self.lease, self.writing) = (None, None);
            }
            _ => {}
        }
    }
}

impl Shown<Disk> for Lease {
    const STAMP: Option<FieldName> = Some(FieldName::number(key!("token")));
    const VARIABLES: &'static [Variable<Lease>] =
        &[Variable::sometimes(key!("believes until"), |it| Some(it.lease?.1.to_string()))];
    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::sometimes(key!("last lease"), |disk| {
            let last = disk.grants.last()?;
            Some(format!("{} {}", last.token, last.to))
        }),
        Variable::sometimes(key!("last write"), |disk| {
            let (token, by, seq) = disk.writes.last()?;
            Some(format!("{token} {by}.{seq}"))
        }),
    ];
    const PANELS: &'static [Panel<Lease, Disk>] = &[
        // It is nowhere but in the client's memory.
        Panel::of(key!("until"), |it, _| {
            let (stamp, ends) = it.lease?;
            Some(Content::Value { text: ends.to_string(), stamp, state: CellState::Pending })
        }),
        Panel::of(key!("leases"), |it, _| {
            let runs = |of: &Grant| it.running().any(|other| other == of);
            let until = |of: &Grant| if runs(of) { of.ends.to_string() } else { "–".into() };
            let row = |of: &Grant| vec![of.token.to_string(), of.to.to_string(), until(of)];
            let columns = &[key!("token"), key!("client"), key!("until")];
            Some(Content::Table { columns, rows: it.disk.grants.iter().rev().map(row).collect() })
        }),
        Panel::of(key!("writes"), |it, _| {
            let row = |of: &(u64, Place, u64)| vec![of.0.to_string(), format!("{}.{}", of.1, of.2)];
            let columns = &[key!("token"), key!("writer")];
            Some(Content::Table { columns, rows: it.disk.writes.iter().rev().map(row).collect() })
        }),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match ((self.me, self.lease, self.wishes.is_empty())) {
                (SERVICE, ..) => Role { name: "lock service", tag: Tag::Follows },
                (RESOURCE, ..) => Role { name: "resource", tag: Tag::Follows },
                (_, Some(_), _) => Role { name: "believes it holds", tag: Tag::Leads },
                (_, None, false) => Role { name: "waiting", tag: Tag::Bids },
                (_, None, true) => Role { name: "idle", tag: Tag::Follows },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let granted = self.disk.grants.last().map(|it| it.token);
        let taken = self.disk.writes.last().map(|it| it.0);
        Some(Stamp::new("token", self.lease.map(|it| it.0).or(granted).or(taken)?))
    }
}
