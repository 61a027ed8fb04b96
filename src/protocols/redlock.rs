//! Redlock: a lock held by a majority of stores that know nothing of each other.
//!
//! After the Redis documentation, *Distributed Locks with Redis*, its disclaimers included; Martin Kleppmann,
//! *How to do distributed locking* (2016); and Salvatore Sanfilippo's answer, *Is Redlock safe?* (2016).
//!
//! A client that wants the lock draws a random value, and asks all stores at once to keep it under the
//! lock's name, if nothing is kept there, for a while (`SET name value NX PX lasts`). It waits for their
//! answers, but not for long. If a majority said yes, and time is left of the while, counted from its
//! question and less what clocks may differ, it holds the lock for that time. If not, it asks all stores
//! to forget the value, whether they said yes or not, and tries again after a random delay. A store
//! forgets only the value that it is asked to forget: by then another may stand there.
//!
//! There is no number here that grows: a resource cannot tell which of two values came later. So the lock
//! relies on time: on stores whose clocks run alike, on messages that are not late, and on clients that do
//! not stand still between their check and their write. And a store that has lost its disk has lost its
//! promise; the cure is to stay silent after a start for longer than any lock lasts.

use std::collections::{BTreeMap, BTreeSet};

use super::locks::{self, Locking, Observed};
use crate::base::{Place, PlaceKind, Places, Span, Time};
use crate::protocol::{CellState, Cluster, Content, Effects, FaultModel, FieldName, Formation, Input, Meta, Moment, Outcome};
use crate::protocol::{Panel, Property, PropertyKind, Protocol, Role, Serves, Shown, Stamp, StampedWrite, Tag, Tone};
use crate::protocol::{Tenure, Variable, Witness};
use crate::service::lock::{Grant, LockDisk, LockRequest, Refusal, Resource};
use crate::service::lock::{Turn, Writer, Written};
use crate::{key, listed, messages, options, scenes, sentence};

options! {
    pub struct Config {
        option lasts: Time {
            default: Time::millis(600),
            help: "how long a store keeps a value",
            samples: ["600ms", "300ms", "900ms"],
        }
        option patience: Time {
            default: Time::millis(80),
            help: "how long a client waits for the answers of stores",
            samples: ["80ms", "40ms"],
        }
        option again: Span {
            default: Span::new(Time::millis(50), Time::millis(150)),
            help: "how long a client waits before it tries again",
            samples: ["50ms..150ms", "10ms..200ms"],
        }
        option delayed_restart: bool {
            default: false,
            choices: [false, true],
            help: "whether a store that starts is silent for longer than a lock lasts",
            samples: ["false", "true"],
        }
        option claim: bool {
            default: false,
            choices: [false, true],
            help: "whether a client tells the resource its value first, and that takes no other",
            samples: ["false", "true"],
        }
        flaw release_any {
            title: "A release does not compare the value",
            story: "It deletes whatever stands there, another's lock too. Made by whoever sends DEL \
                    instead of the script that the documentation gives.",
            breaks: "One Grant",
        }
        flaw two_suffice {
            title: "Two of the stores are enough",
            story: "Two clients get two each. Made by whoever counts answers and forgets what a majority \
                    is for: that any two of them meet.",
            breaks: "One Grant",
        }
        flaw keep_failed {
            title: "What a failed attempt took is kept",
            story: "The client is in its own way, for as long as a lock lasts, and again. The \
                    documentation asks for a release at all stores, also where none was got.",
            breaks: "Alone, It Gets the Lock",
        }
    }
}

messages! {
    pub enum Message {
        Set { value: u64 } under value: key!("Set"), Tone::Vote,
        Kept { value: u64 } under value: key!("Kept"), Tone::Reply,
        Occupied { value: u64 } under value: key!("Occupied"), Tone::Reply,
        Forget { value: u64 } under value: key!("Forget"), Tone::Vote,
        Claim { value: u64 } under value: key!("Claim"), Tone::Call,
        Claimed { value: u64 } under value: key!("Claimed"), Tone::Reply,
        Write { value: u64, seq: u64 } under value says [value]: key!("Write"), Tone::Call,
        Taken { seq: u64 } says []: key!("Taken"), Tone::Reply,
        Refused { value: u64 } under value: key!("Refused"), Tone::Refusal,
    }
}

/// What a client asks the stores for, and what they have answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Attempt {
    value: u64,
    began: Time,
    kept: BTreeSet<Place>,
    occupied: BTreeSet<Place>,
}

/// A client, a store or the resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Redlock {
    me: Place,
    config: Config,
    stores: Vec<Place>,
    /// What a store keeps and has kept, and what the resource has taken.
    disk: LockDisk,
    /// When it last looked: a store at its wall clock, a client at one that is never stepped.
    clock: Time,
    /// A store that starts is silent until then.
    silent_until: Time,
    writer: Writer,
    attempt: Option<Attempt>,
    /// It has failed, and tries again later.
    rests: bool,
    /// The value that the resource knows: of a client its own, of the resource the last one told.
    claimed: Option<u64>,
    refused: Vec<Refusal>,
}

const STORE: char = 'M';
const VALUE: &str = key!("random value");

impl Protocol for Redlock {
    const META: Meta = Meta {
        slug: "redlock",
        title: "Redlock",
        paper: "Redis documentation, Distributed Locks with Redis",
        summary: "A lock held by a majority of stores, which relies on their clocks.",
        kinds: &[
            PlaceKind::new(STORE, "store", "stores").counts(5, 1, 9).answers(),
            locks::CLIENTS,
            locks::RESOURCES,
        ],
        majority: Some(STORE),
        formation: Formation::ROWS,
        requests: &["write"],
        scenes: scenes!(
            "redlock",
            [
                "majority",
                "pause-before-check",
                "pause-after-check",
                "claimed-value",
                "slow-write",
                "clock-jumps",
                "restarts-empty",
                "challenge-late",
                "challenge-stop",
            ]
        ),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(LockRequest::FORMS);
    const FAULTS: FaultModel =
        FaultModel { sizes: &[5], jump: Time::ZERO, ..FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["step", "patience", "again"];
    type Request = LockRequest;
    type Disk = LockDisk;
    type Config = Config;
    type Ghost = Ghost;

    fn boot(
        me: Place,
        places: &Places,
        config: &Config,
        disk: &LockDisk,
        fx: &mut Effects<Self>,
    ) -> Self {
        let silent = if config.delayed_restart { config.lasts + drift(config) } else { Time::ZERO };
        Redlock {
            me,
            config: config.clone(),
            stores: places.all().filter(|place| place.letter() == STORE).collect(),
            disk: disk.clone(),
            clock: fx.local_now(),
            silent_until: fx.steady_now() + silent,
            writer: Writer::default(),
            attempt: None,
            rests: false,
            claimed: None,
            refused: Vec::new(),
        }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        let is_store = self.me.letter() == STORE;
        self.clock = if is_store { fx.local_now() } else { fx.steady_now() };
        match input {
            Input::Message { from, message } if is_store => self.keep(from, message, fx),
            Input::Message { from, message } if self.me == locks::RESOURCE => {
                self.take(from, message, fx);
            }
            Input::Message { from, message } => self.hear(from, message, fx),
            Input::Request { seq, .. } if self.writer.want(seq) => self.go_on(fx),
            Input::Timer("step") => self.go_on(fx),
            Input::Timer("patience") => self.conclude(fx),
            Input::Timer("again") => {
                self.rests = false;
                self.go_on(fx);
            }
            _ => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        const { &[locks::one_grant(), locks::late_write(), REFUSED, locks::two_believe_it(), ALONE] }
    }
}

/// What clocks may differ in while a lock lasts: a hundredth, and two milliseconds for Redis itself.
fn drift(config: &Config) -> Time {
    Time(config.lasts.0 / 100 + Time::millis(2).0)
}

impl Redlock {
    /// So many stores are enough.
    fn needed(&self) -> usize {
        if self.config.two_suffice { 2 } else { self.stores.len() / 2 + 1 }
    }

    /// A store. What it keeps is on its disk before it says so.
    fn keep(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        if fx.steady_now() < self.silent_until {
            return;
        }
        let ends = self.clock + self.config.lasts;
        let kept = self.disk.grants.last_mut().filter(|it| it.holds(self.clock));
        match (message, kept) {
            (Message::Set { value }, None) => {
                self.disk.grants.push(Grant { to: from, token: value, ends, released_by: None });
                fx.persist(self.disk.clone());
                fx.send(from, Message::Kept { value });
            }
            (Message::Set { value }, Some(it)) if it.token == value => {
                fx.send(from, Message::Kept { value });
            }
            (Message::Set { value }, Some(_)) => fx.send(from, Message::Occupied { value }),
            (Message::Forget { value }, Some(it))
                if it.token == value || self.config.release_any =>
            {
                it.released_by = Some(from);
                fx.persist(self.disk.clone());
            }
            _ => {}
        }
    }

    /// The resource: it cannot tell which of two values came later. Where clients tell it theirs first, it
    /// takes what is written under the last one that it was told.
    fn take(&mut self, by: Place, message: Message, fx: &mut Effects<Self>) {
        match message {
            Message::Claim { value } => {
                self.claimed = Some(value);
                fx.send(by, Message::Claimed { value });
            }
            Message::Write { value, seq } => {
                let write = Written { token: value, by, seq };
                let late = self.config.claim && self.claimed != Some(value);
                if late && !self.disk.resource.has(&write) {
                    fx.note(sentence!("refuses {0}: it was told another value meanwhile", by));
                    locks::refuse(&self.disk.resource, &mut self.refused, write);
                    return fx.send(by, Message::Refused { value });
                }
                if self.disk.resource.take(write) {
                    fx.persist(self.disk.clone());
                }
                fx.send(by, Message::Taken { seq });
            }
            _ => {}
        }
    }

    /// A client takes its next step.
    fn go_on(&mut self, fx: &mut Effects<Self>) {
        let value = self.writer.belief.map(|(value, _)| value);
        if self.config.claim && self.writer.writing.is_none() && self.claimed != value {
            self.writer.look(self.clock);
            if let Some((value, _)) = self.writer.belief {
                fx.send(locks::RESOURCE, Message::Claim { value });
                return fx.set_timer("step", locks::pace(&self.writer, self.clock));
            }
        }
        match self.writer.turn(self.clock) {
            Turn::Rest => return,
            // What it held runs out by itself.
            Turn::GiveUp { seq } => locks::give_up(self.me, seq, fx),
            Turn::Acquire if self.attempt.is_none() && !self.rests => self.attempt(fx),
            Turn::Acquire => {}
            Turn::Looked(left) => fx.note(sentence!("looks at its clock: {0} are left", left)),
            Turn::Write { token: value, seq } => {
                fx.send(locks::RESOURCE, Message::Write { value, seq });
            }
        }
        fx.set_timer("step", locks::pace(&self.writer, self.clock));
    }

    /// It asks all stores at once, under a value that nobody else draws.
    fn attempt(&mut self, fx: &mut Effects<Self>) {
        let value = u64::from(fx.chance(1_000_000)) * 10 + u64::from(self.me.number()) + 1;
        let (kept, occupied) = (BTreeSet::new(), BTreeSet::new());
        self.attempt = Some(Attempt { value, began: self.clock, kept, occupied });
        fx.broadcast(self.stores.iter().copied(), Message::Set { value });
        fx.set_timer("patience", Span::exactly(self.config.patience));
    }

    fn hear(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        match (message, &mut self.attempt) {
            (Message::Kept { value }, Some(it)) if it.value == value => _ = it.kept.insert(from),
            (Message::Occupied { value }, Some(it)) if it.value == value => {
                it.occupied.insert(from);
            }
            (Message::Claimed { value }, _) => self.claimed = Some(value),
            (Message::Taken { seq }, _) if self.writer.done(seq) => {
                fx.reply(self.me, seq, Outcome::Said(sentence!("taken")));
                if let Some(value) = self.writer.writing.take() {
                    fx.broadcast(self.stores.iter().copied(), Message::Forget { value });
                }
            }
            (Message::Refused { value }, _) => self.writer.refused(value),
            _ => {}
        }
        let all = self.stores.len();
        if self.attempt.as_ref().is_some_and(|it| it.kept.len() + it.occupied.len() == all) {
            self.conclude(fx);
        }
    }

    /// All have answered, or its patience is over: has it the lock, and for how long?
    fn conclude(&mut self, fx: &mut Effects<Self>) {
        let Some(Attempt { value, began, kept, .. }) = self.attempt.take() else { return };
        fx.cancel_timer("patience");
        let (said_yes, until) = (kept.len() as u64, began + self.config.lasts.since(drift(&self.config)));
        if kept.len() >= self.needed() && until > self.clock {
            let left = until - self.clock;
            fx.note(sentence!("has the lock: {0} keep its value, for {1} from now on", said_yes, left));
            return self.writer.believe(value, until);
        }
        fx.note(match kept.len() >= self.needed() {
            true => sentence!("has no lock: {0} keep its value, but its time is over", said_yes),
            false => sentence!("has no lock: {0} keep its value, which is too few", said_yes),
        });
        if !self.config.keep_failed {
            fx.broadcast(self.stores.iter().copied(), Message::Forget { value });
        }
        self.rests = true;
        fx.set_timer("again", self.config.again);
    }
}

// ---- what must never break -----------------------------------------------------------------------

impl Locking for Redlock {
    fn grants<'a>(cluster: &Cluster<'a, Self>) -> &'a [Grant] {
        &cluster.ghost.observed.grants
    }

    /// By the clocks of the stores: as many as are needed still keep it.
    fn runs(cluster: &Cluster<'_, Self>, grant: &Grant) -> bool {
        let keeps = |it: &&Redlock| {
            let mut of_this = it.disk.grants.iter().filter(|of| of.token == grant.token);
            of_this.any(|of| of.runs(it.clock))
        };
        let stores = cluster.up().map(|(_, it)| it).filter(|it| it.me.letter() == STORE);
        cluster.up().next().is_some_and(|(_, it)| stores.filter(keeps).count() >= it.needed())
    }

    fn observed<'a>(cluster: &Cluster<'a, Self>) -> Option<&'a Observed> {
        Some(&cluster.ghost.observed)
    }

    fn writer(&self) -> &Writer {
        &self.writer
    }

    fn resource(&self) -> (&Resource, &[Refusal]) {
        (&self.disk.resource, &self.refused)
    }
}

/// What an observer counts, and who wants the lock alone.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    observed: Observed,
    /// Who wants the lock or has it.
    busy: BTreeMap<Place, bool>,
    /// Who alone wants it, and since when by its own clock.
    alone: Option<(Place, Time)>,
}

impl Witness<Redlock> for Ghost {
    fn witness(&mut self, place: Place, it: &Redlock, _: Moment) {
        self.observed.look(place, it);
        if place.letter() != Place::CLIENT {
            return;
        }
        let waits = it.writer.belief.is_none() && it.writer.writing.is_none();
        self.busy.insert(place, it.writer.wish().is_some() || !waits);
        let others = self.busy.iter().any(|(other, busy)| *other != place && *busy);
        self.alone = match self.alone {
            _ if others => None,
            _ if it.writer.wish().is_none() || !waits => None,
            Some((who, since)) if who == place => Some((who, since)),
            _ => Some((place, it.clock)),
        };
    }
}

const REFUSED: Property<Redlock> = Property {
    name: "A Late Write Is Refused",
    formula: "◇ refused(i) ∧ ∃ j: grant(i) < grant(j)",
    meaning: "The resource refuses a write, for another client has told it another value meanwhile.",
    kind: PropertyKind::Sometimes,
    holds: |cluster| match cluster.up().find(|(_, it)| !it.refused.is_empty()) {
        Some(_) => Ok(()),
        None => Err(sentence!("no late write was refused").into()),
    },
};

const ALONE: Property<Redlock> = Property {
    name: "Alone, It Gets the Lock",
    formula: "alone since t ⇒ holds by t+lasts+again+2·patience",
    meaning: "A client that nobody competes with gets the lock once leftovers have run out, a delay and a \
              round trip later.",
    kind: PropertyKind::Converges,
    holds: |cluster| {
        let Some((place, since)) = cluster.ghost.alone else { return Ok(()) };
        let Some(it) = &cluster.replicas[cluster.places.index(place)] else { return Ok(()) };
        let Config { lasts, patience, again, .. } = &it.config;
        let bound = *lasts + again.max + *patience + *patience + locks::PACE.max;
        match it.clock.since(since) {
            waited if waited > bound => {
                Err(sentence!("{0} has been waiting alone for {1}", place, waited).into())
            }
            _ => Ok(()),
        }
    },
};

// ---- what is shown -------------------------------------------------------------------------------

impl Shown<LockDisk> for Redlock {
    const STAMP: Option<FieldName> = Some(FieldName::number(VALUE));
    const VARIABLES: &'static [Variable<Redlock>] = &[
        locks::believes_until(),
        Variable::sometimes(key!("kept by"), |it| {
            let attempt = it.attempt.as_ref()?;
            Some(format!("{} / {}", attempt.kept.len(), it.stores.len()))
        }),
        Variable::sometimes(key!("claimed"), |it| Some(it.claimed?.to_string())),
    ];
    const DURABLE: &'static [Variable<LockDisk>] = locks::LAST;
    const PANELS: &'static [Panel<Redlock, LockDisk>] = &[
        locks::belief(),
        Panel::of(key!("values"), |it, _| locks::grants::<Redlock>(&it.disk.grants, it.clock)),
        locks::writes(),
        // Where clients tell it theirs, the resource takes what is written under this.
        Panel::of(key!("claimed"), |it, _| {
            let stamp = it.claimed.filter(|_| it.me == locks::RESOURCE)?;
            Some(Content::Value { text: stamp.to_string(), stamp, state: CellState::Settled })
        }),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match ((self.me, self.writer.belief, self.writer.wish())) {
                (me, ..) if me.letter() == STORE => Role { name: "store", tag: Tag::Follows },
                (locks::RESOURCE, ..) => locks::WRITTEN_TO,
                (_, Some(_), _) => locks::BELIEVES,
                (_, None, Some(_)) => locks::WAITING,
                (_, None, None) => locks::IDLE,
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let told = self.claimed.filter(|_| self.me == locks::RESOURCE);
        let token = || Some(locks::token(self, &self.disk.grants)?.number);
        Some(Stamp::new(VALUE, told.or_else(token)?))
    }

    fn latest_write(&self) -> Option<StampedWrite> {
        locks::latest_write(self)
    }

    fn tenures(&self) -> Vec<Tenure> {
        locks::tenures(self, self.clock, &self.disk.grants, self.config.lasts, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocols::locks::trial;

    const C1: Place = Place::client(0);
    const C2: Place = Place::client(1);
    const MS: fn(u64) -> Time = Time::millis;

    fn store(number: u16) -> Place {
        Place::new(STORE, number)
    }

    #[test]
    fn clocks_may_differ_by_a_hundredth_and_two_milliseconds() {
        let lasting = |lasts| drift(&Config { lasts, ..Config::default() });
        assert_eq!(lasting(MS(600)), MS(8));
        assert_eq!(lasting(MS(300)), MS(5));
        assert_eq!(lasting(MS(50)), Time(2_500), "of 50 ms half a millisecond");
    }

    #[test]
    fn a_majority_of_any_number_of_stores_is_needed_unless_two_suffice() {
        for (stores, needed) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (9, 5)] {
            for two_suffice in [false, true] {
                let config = Config { two_suffice, ..Config::default() };
                let mut it: Redlock = trial::boot(C1, &config);
                it.stores = (0..stores).map(store).collect();
                assert_eq!(it.needed(), if two_suffice { 2 } else { needed }, "of {stores}");
            }
        }
    }

    #[test]
    fn the_lock_is_valid_for_what_is_left_of_its_time_less_the_drift() {
        // 600 ms last, of which 8 are taken off, from 1 s on; so many keep it when the client concludes.
        for (now, kept, two_suffice, holds) in [
            (1_040, 5, false, true),
            (1_040, 3, false, true),
            (1_040, 2, false, false),
            (1_040, 2, true, true),
            (1_591, 5, false, true),
            (1_592, 5, false, false),
            (1_600, 5, true, false),
        ] {
            let config = Config { two_suffice, ..Config::default() };
            let mut it: Redlock = trial::boot(C1, &config);
            let kept = (0..kept).map(store).collect();
            let occupied = BTreeSet::new();
            it.attempt = Some(Attempt { value: 7, began: MS(1_000), kept, occupied });
            let sent = trial::step(&mut it, MS(now), Input::Timer("patience"));
            let belief = holds.then_some((7, MS(1_592)));
            assert_eq!(it.writer.belief, belief, "at {now} ms");
            // Who has failed asks all stores to forget, whatever they said.
            let forget: Vec<_> = (0..5).map(|it| (store(it), "Forget 7".to_owned())).collect();
            assert_eq!(sent, if holds { Vec::new() } else { forget });
        }
    }

    #[test]
    fn what_is_kept_after_a_failure_is_kept_with_the_flaw_alone() {
        let config = Config { keep_failed: true, ..Config::default() };
        let mut it: Redlock = trial::boot(C1, &config);
        let (kept, occupied) = (BTreeSet::from([store(0)]), BTreeSet::new());
        it.attempt = Some(Attempt { value: 7, began: Time::ZERO, kept, occupied });
        assert_eq!(trial::step(&mut it, MS(80), Input::Timer("patience")), []);
        assert!(it.rests && it.writer.belief.is_none());
    }

    #[test]
    fn a_store_forgets_only_the_value_that_it_is_told_unless_it_does_not_compare() {
        for (release_any, answer) in [(false, "Occupied 9"), (true, "Kept 9")] {
            let config = Config { release_any, ..Config::default() };
            let mut it: Redlock = trial::boot(store(0), &config);
            let mut hears = |from, message| {
                trial::step(&mut it, MS(100), Input::Message { from, message })
            };
            assert_eq!(hears(C1, Message::Set { value: 7 }), [(C1, "Kept 7".to_owned())]);
            hears(C2, Message::Forget { value: 8 });
            assert_eq!(hears(C2, Message::Set { value: 9 }), [(C2, answer.to_owned())]);
        }
    }

    #[test]
    fn a_store_that_starts_is_silent_for_longer_than_any_lock_lasts() {
        let config = Config { delayed_restart: true, ..Config::default() };
        let mut it: Redlock = trial::boot(store(0), &config);
        let message = || Input::Message { from: C1, message: Message::Set { value: 7 } };
        assert_eq!(trial::step(&mut it, MS(607), message()), []);
        assert_eq!(trial::step(&mut it, MS(608), message()), [(C1, "Kept 7".to_owned())]);
    }

    /// Two have been granted the lock, and so many of the stores keep the first and the last value.
    fn granted_twice(first: u16, last: u16) -> (Vec<Option<Redlock>>, Ghost) {
        let of = |to, token| Grant { to, token, ends: MS(600), released_by: None };
        let (one, two) = (of(C1, 7), of(C2, 9));
        let mut all = trial::all::<Redlock>();
        for number in 0..5 {
            trial::change(&mut all, store(number), |it| {
                it.disk.grants.extend((number < first).then_some(one));
                it.disk.grants.extend((number >= 5 - last).then_some(two));
            });
        }
        let mut ghost = Ghost::default();
        for Grant { to, token, ends, .. } in [one, two] {
            let mut client: Redlock = trial::boot(to, &Config::default());
            client.writer.believe(token, ends);
            ghost.observed.look(to, &client);
        }
        (all, ghost)
    }

    #[test]
    fn a_grant_runs_while_a_majority_of_the_stores_keep_it() {
        for (first, last, breaks) in [(3, 2, false), (2, 3, false), (3, 3, true), (5, 5, true)] {
            let (mut all, ghost) = granted_twice(first, last);
            let one_grant = locks::one_grant();
            let why = trial::objection(&one_grant, &all, &ghost, None);
            assert_eq!(why.is_some(), breaks, "{first} and {last} stores: {why:?}");
            // By the clocks of the stores it is over.
            for number in 0..5 {
                trial::change(&mut all, store(number), |it| it.clock = MS(600));
            }
            assert_eq!(trial::objection(&one_grant, &all, &ghost, None), None);
        }
    }

    #[test]
    fn a_write_after_another_was_granted_the_lock_is_late_and_so_is_a_refusal_told() {
        let (mut all, ghost) = granted_twice(0, 5);
        let late = |all: &[_], ghost: &Ghost| {
            trial::objection(&locks::late_write(), all, ghost, None).is_none()
        };
        for (token, by, is_late) in [(9, C2, false), (7, C1, true)] {
            let mut resource: Redlock = trial::boot(locks::RESOURCE, &Config::default());
            resource.disk.resource.take(Written { token, by, seq: 1 });
            let mut ghost = ghost.clone();
            ghost.observed.look(locks::RESOURCE, &resource);
            assert_eq!(late(&all, &ghost), is_late);
        }
        assert!(trial::objection(&REFUSED, &all, &ghost, None).is_some());
        trial::change(&mut all, locks::RESOURCE, |it| {
            locks::refuse(&Resource::default(), &mut it.refused, Written { token: 7, by: C1, seq: 1 });
        });
        assert_eq!(trial::objection(&REFUSED, &all, &ghost, None), None);
    }

    #[test]
    fn who_waits_alone_waits_no_longer_than_leftovers_a_delay_and_a_round_trip() {
        // 600 for what is left over, 150 for the delay, twice 80 for answers, 80 to begin with.
        for (waited, holds) in [(990, true), (991, false)] {
            let mut all = trial::all::<Redlock>();
            trial::change(&mut all, C1, |it| it.clock = MS(1_000 + waited));
            let ghost = Ghost { alone: Some((C1, MS(1_000))), ..Ghost::default() };
            let why = trial::objection(&ALONE, &all, &ghost, None);
            assert_eq!(why.is_none(), holds, "after {waited} ms: {why:?}");
        }
    }
}
