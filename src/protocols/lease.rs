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
use crate::protocol::{Property, Protocol, Role, Serves, Shown, Stamp, StampedWrite, Tag, Tenure, Tone, Variable};
use crate::service::lock::{Grant, LockDisk, LockRequest, Refusal, Resource};
use crate::service::lock::{Turn, Writer, Written};
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
        Acquire { sent: Time } says []: key!("Acquire"), Tone::Vote,
        Renew { token: u64, sent: Time } under token says [token]: key!("Renew"), Tone::Beat,
        Granted { token: u64, sent: Time } under token says [token]: key!("Granted"), Tone::Reply,
        Held { by: Place }: key!("Held"), Tone::Reply,
        Release { token: u64 } under token: key!("Release"), Tone::Vote,
        Write { token: u64, seq: u64 } under token says [token]: key!("Write"), Tone::Call,
        Taken { seq: u64 } says []: key!("Taken"), Tone::Reply,
        Refused { token: u64, seen: u64 } under token says [token]: key!("Refused"), Tone::Refusal,
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
    refused: Vec<Refusal>,
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
        Lease { me, config, disk, clock, writer: Writer::default(), refused: Vec::new() }
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

    fn resource(&self) -> (&Resource, &[Refusal]) {
        (&self.disk.resource, &self.refused)
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
        let new = match locks::take(&mut self.disk.resource, &mut self.refused, write, fenced, fx) {
            Ok(new) => new,
            Err(seen) => return fx.send(by, Message::Refused { token, seen }),
        };
        if new {
            fx.persist(self.disk.clone());
        }
        fx.send(by, Message::Taken { seq });
    }

    /// A client takes its next step.
    fn go_on(&mut self, fx: &mut Effects<Self>) {
        match self.writer.turn(self.clock) {
            Turn::Rest => return,
            // What it held runs out by itself.
            Turn::GiveUp { seq } => locks::give_up(self.me, seq, fx),
            Turn::Acquire => fx.send(SERVICE, Message::Acquire { sent: self.clock }),
            Turn::Looked(left) => fx.note(sentence!("looks at its clock: {0} are left", left)),
            Turn::Write { token, seq } => fx.send(locks::RESOURCE, Message::Write { token, seq }),
        }
        fx.set_timer("step", locks::pace(&self.writer, self.clock));
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
                self.writer.look(self.clock);
                fx.set_timer("renew", Span::exactly(Time(self.config.lasts.0 / 3)));
            }
            Message::Taken { seq } if self.writer.done(seq) => {
                fx.reply(self.me, seq, Outcome::Said(sentence!("taken")));
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
        Panel::of(key!("leases"), |it, _| locks::grants::<Lease>(&it.disk.grants, it.clock)),
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

    fn latest_write(&self) -> Option<StampedWrite> {
        locks::latest_write(self)
    }

    fn tenures(&self) -> Vec<Tenure> {
        locks::tenures(self, self.clock, &self.disk.grants, self.config.lasts, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocols::locks::trial;

    const C1: Place = Place::client(0);
    const C2: Place = Place::client(1);
    const MS: fn(u64) -> Time = Time::millis;

    fn grant(to: Place, token: u64) -> Grant {
        Grant { to, token, ends: MS(600), released_by: None }
    }

    fn with_grants(grants: &[Grant]) -> Vec<Option<Lease>> {
        let mut all = trial::all::<Lease>();
        trial::change(&mut all, SERVICE, |it| it.disk.grants = grants.to_vec());
        all
    }

    fn objection(property: &Property<Lease>, all: &[Option<Lease>]) -> Option<String> {
        trial::objection(property, all, &(), None)
    }

    fn hears(it: &mut Lease, now: u64, from: Place, message: Message) -> Vec<(Place, String)> {
        trial::step(it, MS(now), Input::Message { from, message })
    }

    #[test]
    fn fencing_goes_by_the_order_of_grants_and_not_by_tokens() {
        let grants = [grant(C1, 90), grant(C2, 5)];
        let writes = |tokens: &[(u64, Place)]| {
            let mut all = with_grants(&grants);
            trial::change(&mut all, locks::RESOURCE, |it| {
                for (seq, (token, by)) in (1..).zip(tokens) {
                    it.disk.resource.take(Written { token: *token, by: *by, seq });
                }
            });
            objection(&locks::fencing(), &all)
        };
        assert_eq!(writes(&[(90, C1), (90, C1), (5, C2)]), None);
        let over = Some("token 90 overwrites the later 5".to_owned());
        assert_eq!(writes(&[(90, C1), (5, C2), (90, C1)]), over);
    }

    #[test]
    fn tokens_that_do_not_grow_from_grant_to_grant_are_found() {
        for (tokens, why) in [
            ([1, 2], None),
            ([2, 2], Some("token 2 follows 2".to_owned())),
            ([2, 1], Some("token 1 follows 2".to_owned())),
        ] {
            let all = with_grants(&tokens.map(|token| grant(C1, token)));
            assert_eq!(objection(&locks::tokens_increase(), &all), why);
        }
    }

    #[test]
    fn one_grant_runs_by_the_clock_of_the_service_and_until_its_holder_releases_it() {
        let two = Some("C2 is not alone in having the lock".to_owned());
        for (now, released_by, why) in [
            (599, None, two.clone()),
            (600, None, None),
            (0, Some(C1), None),
            (0, Some(C2), two),
        ] {
            let later = Grant { ends: MS(900), ..grant(C2, 2) };
            let mut all = with_grants(&[Grant { released_by, ..grant(C1, 1) }, later]);
            trial::change(&mut all, SERVICE, |it| it.clock = MS(now));
            assert_eq!(objection(&locks::one_grant(), &all), why, "at {now} ms");
        }
    }

    #[test]
    fn two_that_believe_it_are_counted_and_who_waits_is_named() {
        let mut all = trial::all::<Lease>();
        let waits = objection(&locks::served_in_the_end(), &all);
        assert_eq!(waits, None);
        for (who, believe) in [(C1, "1 of them believe it"), (C2, "")] {
            trial::change(&mut all, who, |it| {
                it.writer.want(1);
                it.writer.believe(1, MS(600));
            });
            let told = objection(&locks::two_believe_it(), &all);
            assert_eq!(told.unwrap_or_default(), believe);
        }
        let waits = objection(&locks::served_in_the_end(), &all);
        assert_eq!(waits.as_deref(), Some("C1 still waits"));
    }

    #[test]
    fn the_service_grants_again_only_once_the_lease_is_over() {
        let mut it: Lease = trial::boot(SERVICE, &Config::default());
        let granted = |token: u64| vec![(C1, format!("Granted {token} 0s"))];
        let sent = Time::ZERO;
        assert_eq!(hears(&mut it, 0, C1, Message::Acquire { sent }), granted(1));
        assert_eq!(hears(&mut it, 10, C1, Message::Acquire { sent }), granted(1), "asked again");
        let held = vec![(C2, "Held C1".to_owned())];
        // Asked again at 10 ms, it runs until then.
        assert_eq!(hears(&mut it, 609, C2, Message::Acquire { sent }), held);
        let next = vec![(C2, "Granted 2 0s".to_owned())];
        assert_eq!(hears(&mut it, 610, C2, Message::Acquire { sent }), next);
    }

    #[test]
    fn who_renews_or_releases_must_hold_the_lease_unless_that_is_left_out() {
        let plain = Config::default();
        let revive = Config { revive: true, ..plain.clone() };
        let release_any = Config { release_any: true, ..plain.clone() };
        let renew = Message::Renew { token: 1, sent: Time::ZERO };
        let release = Message::Release { token: 1 };
        // Whether what C1 does with its old lease has an effect, when C2 has the next one.
        for (config, message, has_effect) in [
            (&plain, &renew, false),
            (&revive, &renew, true),
            (&plain, &release, false),
            (&release_any, &release, true),
        ] {
            let mut it: Lease = trial::boot(SERVICE, config);
            hears(&mut it, 0, C1, Message::Acquire { sent: Time::ZERO });
            hears(&mut it, 600, C2, Message::Acquire { sent: Time::ZERO });
            let before = it.disk.clone();
            hears(&mut it, 700, C1, message.clone());
            assert_eq!(it.disk != before, has_effect, "{message:?} with {config:?}");
        }
    }

    #[test]
    fn the_resource_takes_nothing_below_the_highest_token_unless_it_does_not_look() {
        for (unfenced, answer) in [(false, "Refused 1 2"), (true, "Taken 1")] {
            let config = Config { unfenced, ..Config::default() };
            let mut it: Lease = trial::boot(locks::RESOURCE, &config);
            hears(&mut it, 0, C2, Message::Write { token: 2, seq: 1 });
            let told = hears(&mut it, 0, C1, Message::Write { token: 1, seq: 1 });
            assert_eq!(told, [(C1, answer.to_owned())]);
        }
    }

    #[test]
    fn a_client_believes_from_when_it_asked_and_not_from_when_it_was_told() {
        let mut it: Lease = trial::boot(C1, &Config::default());
        let request = "write".parse().expect("a request");
        let asks = Input::Request { from: C1, seq: 1, request };
        assert_eq!(trial::step(&mut it, MS(100), asks), [(SERVICE, "Acquire 100ms".to_owned())]);
        hears(&mut it, 180, SERVICE, Message::Granted { token: 1, sent: MS(100) });
        assert_eq!(it.writer.belief, Some((1, MS(700))));
        assert_eq!(trial::step(&mut it, MS(699), Input::Timer("step")), [], "it looks first");
        // It stands still, for a year if need be, and does not look again.
        let writes = trial::step(&mut it, MS(9_000), Input::Timer("step"));
        assert_eq!(writes, [(locks::RESOURCE, "Write 1 1".to_owned())]);
    }
}
