//! A lock for a while, the *lease*, and the *fencing token* that keeps out whoever overslept it.
//!
//! After Martin Kleppmann, *How to do distributed locking* (2016). A service grants the lock to one client
//! at a time, for a while by its own clock. The client counts from when it *sent* its question, so as not
//! to believe in its lease for longer than the service, and renews it when a third is over. It looks at
//! its clock before it writes; but between that look and the write it may stand still for any time. So
//! with each lease goes a token that only grows, each write carries one, and the resource refuses what is
//! below the highest that it has seen. That two believe they hold the lock is nobody's mistake.

use super::locks::{self, Locking};
use crate::base::{Place, PlaceKind, Places, Span, Time};
use crate::protocol::{Cluster, Effects, FaultModel, FieldName, Formation, Input, Meta, Outcome, Panel};
use crate::protocol::{Property, Protocol, Role, Serves, Shown, Stamp, Tag, Tone, Variable};
use crate::service::lock::{Grant, LockDisk, LockRequest, Resource, Turn, Writer, Written};
use crate::{key, listed, messages, options, scenes, sentence};

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

/// A client, the lock service or the resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    me: Place,
    config: Config,
    disk: LockDisk,
    /// Its own clock, when it last looked.
    clock: Time,
    writer: Writer,
}

const SERVICE: Place = Place::new('L', 0);
const SERVICES: PlaceKind = PlaceKind::new('L', "lock service", "services").counts(1, 1, 1).answers();

impl Protocol for Lease {
    const META: Meta = Meta {
        slug: "lease",
        title: "Lease and fencing token",
        paper: "Kleppmann, How to do distributed locking (2016)",
        summary: "A lock for a while, and a number that keeps out whoever overslept it.",
        kinds: &[SERVICES, locks::CLIENTS, locks::RESOURCES],
        formation: Formation::ROWS,
        requests: &["write"],
        scenes: scenes!(
            "lease",
            ["token-refuses", "paused-holder", "before-the-look", "lost-renewal", "fast-clock", "clock-steps"]
        ),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(LockRequest::FORMS);
    const FAULTS: FaultModel =
        FaultModel { sizes: &[1], jump: Time::ZERO, ..FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["step", "renew", "lease"];
    type Request = LockRequest;
    type Disk = LockDisk;
    type Config = Config;
    type Ghost = ();

    fn boot(me: Place, _: &Places, config: &Config, disk: &LockDisk, fx: &mut Effects<Self>) -> Self {
        let (config, disk, clock) = (config.clone(), disk.clone(), fx.local_now());
        Lease { me, config, disk, clock, writer: Writer::default() }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        self.clock = fx.local_now();
        match input {
            Input::Message { from, message } => match self.me {
                SERVICE => self.serve(from, message, fx),
                locks::RESOURCE => self.take(from, message, fx),
                _ => self.hear(message, fx),
            },
            Input::Request { seq, .. } if self.writer.want(seq) => self.go_on(fx),
            Input::Timer("step") => self.go_on(fx),
            Input::Timer("renew") => self.renew(fx),
            _ => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        const { &locks::fenced() }
    }
}

impl Locking for Lease {
    fn grants<'a>(cluster: &Cluster<'a, Self>) -> &'a [Grant] {
        cluster.up().find(|it| it.0 == SERVICE).map_or(&[], |(_, it)| &it.disk.grants)
    }

    fn runs(cluster: &Cluster<'_, Self>, grant: &Grant) -> bool {
        cluster.up().any(|(place, it)| place == SERVICE && grant.runs(it.clock))
    }

    fn writer(&self) -> &Writer {
        &self.writer
    }

    fn resource(&self) -> &Resource {
        &self.disk.resource
    }
}

impl Lease {
    /// The service. What it grants is on its disk before anybody hears of it.
    fn serve(&mut self, by: Place, message: Message, fx: &mut Effects<Self>) {
        let Config { lasts, random_token, release_any, revive, .. } = self.config;
        let (ends, grants) = (self.clock + lasts, &mut self.disk.grants);
        let last = grants.last().map_or(0, |it| it.token);
        let held = grants.last_mut().filter(|it| it.holds(self.clock));
        let is = |it: &Grant, token| (it.to, it.token) == (by, token);
        let (token, sent) = match (message, held) {
            (Message::Acquire { sent }, None) => {
                let token = if random_token { 1 + u64::from(fx.chance(99)) } else { last + 1 };
                grants.push(Grant { to: by, token, ends, released_by: None });
                (token, sent)
            }
            (Message::Acquire { sent }, Some(it)) if it.to == by => (it.token, sent),
            (Message::Acquire { .. }, Some(it)) => return fx.send(by, Message::Held { by: it.to }),
            (Message::Renew { token, sent }, Some(it)) if is(it, token) => (token, sent),
            (Message::Renew { token, sent }, _) if revive => (token, sent),
            (Message::Release { token }, Some(it)) if is(it, token) || release_any => {
                it.released_by = Some(by);
                fx.cancel_timer("lease");
                return fx.persist(self.disk.clone());
            }
            _ => return,
        };
        grants.iter_mut().filter(|it| is(it, token)).for_each(|it| it.ends = ends);
        fx.persist(self.disk.clone());
        fx.set_timer("lease", Span::exactly(lasts));
        fx.send(by, Message::Granted { token, sent });
    }

    /// The resource.
    fn take(&mut self, by: Place, message: Message, fx: &mut Effects<Self>) {
        let Message::Write { token, seq } = message else { return };
        let (write, fenced) = (Written { token, by, seq }, !self.config.unfenced);
        match locks::take(&mut self.disk, write, fenced, fx) {
            Ok(()) => fx.send(by, Message::Taken { seq }),
            Err(seen) => fx.send(by, Message::Refused { token, seen }),
        }
    }

    /// A client takes its next step.
    fn go_on(&mut self, fx: &mut Effects<Self>) {
        match self.writer.turn(self.clock) {
            Turn::Rest => return,
            Turn::Acquire => fx.send(SERVICE, Message::Acquire { sent: self.clock }),
            Turn::Looked(left) => fx.note(sentence!("looks at its clock: {0} are left", left)),
            Turn::Write { token, seq } => fx.send(locks::RESOURCE, Message::Write { token, seq }),
        }
        fx.set_timer("step", locks::PACE);
    }

    fn renew(&mut self, fx: &mut Effects<Self>) {
        self.writer.look(self.clock);
        if let Some((token, _)) = self.writer.belief {
            fx.send(SERVICE, Message::Renew { token, sent: self.clock });
            fx.set_timer("renew", Span::exactly(Time(self.config.lasts.0 / 3)));
        }
    }

    fn hear(&mut self, message: Message, fx: &mut Effects<Self>) {
        match message {
            Message::Granted { token, sent } if self.writer.wish().is_some() => {
                self.writer.believe(token, sent + self.config.lasts);
                fx.set_timer("renew", Span::exactly(Time(self.config.lasts.0 / 3)));
            }
            Message::Taken { seq } if self.writer.done(seq) => {
                fx.reply(self.me, seq, Outcome::Done("taken".into()));
                fx.cancel_timer("renew");
                if let Some(token) = self.writer.writing.take() {
                    fx.send(SERVICE, Message::Release { token });
                }
            }
            Message::Refused { token, .. } => self.writer.refused(token),
            _ => {}
        }
    }
}

impl Shown<LockDisk> for Lease {
    const STAMP: Option<FieldName> = Some(locks::TOKEN);
    const VARIABLES: &'static [Variable<Lease>] = &[locks::believes_until()];
    const DURABLE: &'static [Variable<LockDisk>] = locks::LAST;
    const PANELS: &'static [Panel<Lease, LockDisk>] = &[
        locks::belief(),
        Panel::of(key!("leases"), |it, _| locks::grants(&it.disk.grants, it.clock)),
        locks::writes(),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match ((self.me, self.writer.belief, self.writer.wish())) {
                (SERVICE, ..) => Role { name: "lock service", tag: Tag::Follows },
                (locks::RESOURCE, ..) => locks::WRITTEN_TO,
                (_, Some(_), _) => locks::BELIEVES,
                (_, None, Some(_)) => locks::WAITING,
                (_, None, None) => locks::IDLE,
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        locks::token(self, &self.disk.grants)
    }
}
