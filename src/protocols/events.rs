//! Events and their stamps: three clocks on each event, beside what really came before what.
//!
//! After Leslie Lamport, *Time, Clocks, and the Ordering of Events in a Distributed System* (1978); Colin
//! Fidge (1988) and Friedemann Mattern (1988) for vectors; Sandeep Kulkarni, Murat Demirbas, Deepak
//! Madappa, Bharadwaj Avva and Marcelo Leone, *Logical Physical Clocks* (2014), for hybrid clocks.
//!
//! A process takes steps, sends messages and receives them: these are the events. One *happened before*
//! another, a → b, where a process did a and then b, or b receives what a sent, or by several of these one
//! after the other; where neither a → b nor b → a they are *concurrent*, a ∥ b. Each event is stamped by
//!
//! - **Lamport's clock**: one more than the last event here, and than the stamp that a message brings.
//!   a → b ⇒ L(a) < L(b); the converse does not hold;
//! - a **vector clock**: how many events of each process it knows of. a → b ⇔ V(a) < V(b);
//! - a **hybrid logical clock** (l, c): l is the latest wall clock that it knows of, and c counts the
//!   events within that l. It follows causes as Lamport's does, and stays close to
//! - the **wall clock**, which drifts: a cause may well be later by it than its effect.
//!
//! The rules do not know what happened before what. [`Causality`] does: it follows each message from
//! outside, and the stamps are held against it. Messages may be lost, late, doubled and out of order. Of a
//! crash nobody speaks here: stamps are in memory alone. Nor may a wall clock be stepped.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;

use crate::base::{Breach, Place, PlaceKind, Places, Ratio, Sentence, Span, Time};
use crate::protocol::{self, Blank, Cluster, Content, Effects, FaultModel, Field, FieldName, Form};
use crate::protocol::{Holds, Input, Kind, Meta, Moment, Outcome, Panel, Property, PropertyKind};
use crate::protocol::{Protocol, Role, Serves, Shown, Stamp, Tag, Tone, Variable, Witness};
use crate::{key, listed, options, scenes, sentence};

options! {
    pub struct Config {
        option pace: Span {
            default: Span::new(Time::millis(100), Time::millis(300)),
            help: "how long a process waits from one event at random to the next",
            samples: ["100ms..300ms", "30ms..60ms"],
        }
        flaw no_maximum {
            title: "The receiver does not take the maximum",
            story: "It goes on counting by itself, whatever stamp a message brings, and an effect may have \
                    a lower stamp than its cause. Made by whoever takes a counter of each process for a \
                    clock.",
            breaks: "Clock Condition",
        }
        flaw no_merge {
            title: "The receiver does not merge the vector",
            story: "It counts the receipt in its own entry and leaves the others as they are. Made by \
                    whoever copies version vectors on writes and forgets them on reads.",
            breaks: "Vector Clocks Tell Causes",
        }
        flaw counter_stays {
            title: "The counter is not raised where l stays",
            story: "Two events within one l have the same stamp, though one is the cause of the other. Made \
                    by whoever takes the larger of two wall clocks and leaves it at that.",
            breaks: "Hybrid Clock Condition",
        }
    }
}

/// What a process is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Step,
    Send { to: Place },
}

const FORMS: &[Form] = &[
    Form { name: "Step", help: "has this process take a step", script: "step", blanks: &[] },
    Form {
        name: "Send",
        help: "has this process send a message to another",
        script: "send P{0}",
        blanks: &[Blank {
            name: key!("process"),
            holds: Holds::Number { least: 1, most: 9 },
            sample: "2",
        }],
    },
];

const EXPECTED: &str = "step or send P2";

impl protocol::Request for Ask {}

/// As a script writes it.
impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ask::Step => f.write_str("step"),
            Ask::Send { to } => write!(f, "send {to}"),
        }
    }
}

impl FromStr for Ask {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Ask, &'static str> {
        let words: Vec<&str> = text.split_whitespace().take(3).collect();
        match words[..] {
            ["step"] => Ok(Ask::Step),
            ["send", to] => match Place::of_kind('P', to) {
                Some(to) => Ok(Ask::Send { to }),
                None => Err(EXPECTED),
            },
            _ => Err(EXPECTED),
        }
    }
}

/// An event: whose, and the how manieth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    of: Place,
    number: u64,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.of, self.number)
    }
}

/// How many events of each process it knows of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Vector(Vec<u64>);

impl Vector {
    /// V ≤ W where no entry is greater, V < W where besides they differ.
    fn is_before(&self, other: &Vector) -> bool {
        self != other && self.0.iter().zip(&other.0).all(|(one, two)| one <= two)
    }
}

impl fmt::Display for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<String> = self.0.iter().map(u64::to_string).collect();
        write!(f, "[{}]", entries.join(","))
    }
}

/// A hybrid stamp, in the order of l and then c.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hybrid {
    /// A wall clock, in whole milliseconds.
    l: u64,
    c: u64,
}

impl fmt::Display for Hybrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({},{})", self.l, self.c)
    }
}

/// An event, with all its stamps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    id: Id,
    /// The event that sent what this one receives.
    sent_at: Option<Id>,
    lamport: u64,
    vector: Vector,
    hybrid: Hybrid,
    wall: u64,
}

/// A message carries the stamps of the event that sent it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Message(Event);

impl protocol::Message for Message {
    listed! {
        fn kinds() -> &'static [Kind];
        fn kind(&self) -> Kind {
            match (self) {
                Message(_) => Kind { name: key!("Stamped message"), tone: Tone::Call },
            }
        }
    }

    fn label(&self) -> Sentence {
        sentence!("{0}: {1}", self.0.id.to_string(), self.0.lamport)
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            Field::new("sent at", self.0.id),
            Field::new("Lamport", self.0.lamport),
            Field::new("vector", &self.0.vector),
            Field::new("hybrid", self.0.hybrid),
        ]
    }
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Events {
    me: Place,
    config: Config,
    others: Vec<Place>,
    /// Its last events, the latest at the end.
    events: VecDeque<Event>,
}

/// So many of its events a process shows.
const SHOWN: usize = 12;

impl Protocol for Events {
    const META: Meta = Meta {
        slug: "events",
        title: "Events and their stamps",
        paper: "Lamport (1978); Fidge (1988); Mattern (1988); Kulkarni et al., Logical Physical Clocks (2014)",
        summary: "Each event is stamped by Lamport's, a vector and a hybrid clock, and held against its causes.",
        kinds: &[PlaceKind::new('P', "process", "processes").counts(3, 1, 9)],
        requests: &["step", "send P2"],
        scenes: scenes!(
            "events",
            ["three-processes", "ordered-by-chance", "drift", "last-writer", "without-maximum"]
        ),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(FORMS);
    const FAULTS: FaultModel = FaultModel {
        crash: false,
        torn: false,
        jump: Time::ZERO,
        sizes: &[3, 3, 2, 4, 5],
        drift: Ratio::percent(20),
        ..FaultModel::CRASH_RECOVERY
    };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["act"];
    type Request = Ask;
    type Disk = ();
    type Config = Config;
    type Ghost = Causality;

    fn boot(me: Place, places: &Places, config: &Config, _: &(), fx: &mut Effects<Self>) -> Self {
        fx.set_timer("act", config.pace);
        let others = places.own().filter(|place| *place != me).collect();
        Events { me, config: config.clone(), others, events: VecDeque::new() }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Request { seq, request, .. } => {
                let outcome = self.asked(request, fx);
                fx.reply(self.me, seq, outcome);
            }
            Input::Message { message: Message(sent), .. } => _ = self.stamp_event(Some(sent), fx),
            Input::Timer(_) => {
                match fx.chance(2 + self.others.len() as u32).checked_sub(2) {
                    None => _ = self.stamp_event(None, fx),
                    Some(other) => self.send(self.others[other as usize], fx),
                }
                fx.set_timer("act", self.config.pace);
            }
            Input::Saved(()) | Input::Disconnected { .. } => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        PROPERTIES
    }
}

impl Events {
    fn asked(&mut self, request: Ask, fx: &mut Effects<Self>) -> Outcome {
        match request {
            Ask::Step => _ = self.stamp_event(None, fx),
            Ask::Send { to } if self.others.contains(&to) => self.send(to, fx),
            Ask::Send { to } => {
                return Outcome::Refused(sentence!("{0} is none of the others", to));
            }
        }
        let done = self.events.back().map(|event| event.id.to_string());
        Outcome::Done(done.unwrap_or_default().into())
    }

    fn send(&mut self, to: Place, fx: &mut Effects<Self>) {
        let event = self.stamp_event(None, fx);
        fx.send(to, Message(event));
    }

    /// Stamps the next event here; it receives what was `sent`, if anything.
    fn stamp_event(&mut self, sent: Option<Event>, fx: &mut Effects<Self>) -> Event {
        let wall = fx.local_now().0 / 1_000;
        let last = self.events.back();
        let id = Id { of: self.me, number: last.map_or(0, |it| it.id.number) + 1 };
        let event = Event {
            id,
            sent_at: sent.as_ref().map(|it| it.id),
            lamport: self.lamport(last, sent.as_ref()),
            vector: self.vector(last, sent.as_ref()),
            hybrid: self.hybrid(last, sent.as_ref(), wall),
            wall,
        };
        self.events.push_back(event.clone());
        if self.events.len() > SHOWN {
            self.events.pop_front();
        }
        event
    }

    /// IR1: one more than the last event here. IR2: and than the stamp that the message brings.
    fn lamport(&self, last: Option<&Event>, sent: Option<&Event>) -> u64 {
        let sent = sent.filter(|_| !self.config.no_maximum);
        let known = last.into_iter().chain(sent).map(|it| it.lamport);
        known.max().unwrap_or(0) + 1
    }

    /// Entry by entry the greater of what is known here and what the message brings; and one event more
    /// here.
    fn vector(&self, last: Option<&Event>, sent: Option<&Event>) -> Vector {
        let sent = sent.filter(|_| !self.config.no_merge);
        let mut entries = vec![0; self.others.len() + 1];
        for known in last.into_iter().chain(sent) {
            for (entry, known) in entries.iter_mut().zip(&known.vector.0) {
                *entry = (*entry).max(*known);
            }
        }
        entries[self.me.index()] += 1;
        Vector(entries)
    }

    /// Figure 5: l is the greatest of the last l here, that of the message and the wall clock; c goes on
    /// from the greatest c that belongs to this l, and begins at zero where only the wall clock shows it.
    fn hybrid(&self, last: Option<&Event>, sent: Option<&Event>, wall: u64) -> Hybrid {
        let last = last.map_or(Hybrid::default(), |it| it.hybrid);
        let known = [Some(last), sent.map(|it| it.hybrid)];
        let known = known.into_iter().flatten();
        let l = known.clone().map(|it| it.l).fold(wall, u64::max);
        let raise = u64::from(!self.config.counter_stays);
        let c = known.filter(|it| it.l == l).map(|it| it.c + raise).max();
        Hybrid { l, c: c.unwrap_or(0) }
    }
}

/// What happened before what, followed from outside, message by message: of each process its last
/// events, each with its past. A past that holds an event holds all before it of the same process: so the
/// number of the last one of each process tells all of it.
#[derive(Clone, Default)]
pub struct Causality {
    events: BTreeMap<Place, VecDeque<Seen>>,
    /// The latest that anybody's wall clock has shown at an event.
    latest: u64,
}

/// An event and its past.
#[derive(Clone)]
struct Seen {
    event: Event,
    past: BTreeMap<Place, u64>,
}

impl Seen {
    fn happened_before(&self, other: &Seen) -> bool {
        other.past.get(&self.event.id.of).is_some_and(|last| self.event.id.number <= *last)
    }
}

/// So many events of a process are held against each new one.
const KEPT: usize = 40;

impl Witness<Events> for Causality {
    fn witness(&mut self, node: Place, it: &Events, _: Moment) {
        let Some(event) = it.events.back() else { return };
        let last = self.last(node);
        if last.is_some_and(|last| last.event.id == event.id) {
            return;
        }
        let mut past = last.map_or_else(BTreeMap::new, Seen::with_itself);
        if let Some(id) = event.sent_at {
            match self.find(id) {
                Some(sent) => {
                    for (place, number) in sent.with_itself() {
                        let known = past.entry(place).or_default();
                        *known = number.max(*known);
                    }
                }
                // It is too old to be kept, and so is what it knew: from here on all begins anew, and
                // nothing is held against what was before.
                None => self.events.clear(),
            }
        }
        self.latest = self.latest.max(event.wall);
        let events = self.events.entry(node).or_default();
        events.push_back(Seen { event: event.clone(), past });
        if events.len() > KEPT {
            events.pop_front();
        }
    }
}

impl Seen {
    /// The past of what comes next: its own, and itself.
    fn with_itself(&self) -> BTreeMap<Place, u64> {
        let mut past = self.past.clone();
        past.insert(self.event.id.of, self.event.id.number);
        past
    }
}

impl Causality {
    fn find(&self, id: Id) -> Option<&Seen> {
        self.events.get(&id.of)?.iter().rev().find(|seen| seen.event.id == id)
    }

    fn last(&self, place: Place) -> Option<&Seen> {
        self.events.get(&place)?.back()
    }

    /// The last event of this process, with each of the others that are kept.
    fn pairs(&self, place: Option<Place>) -> impl Iterator<Item = (&Seen, &Seen)> {
        let last = place.and_then(|place| self.last(place));
        let pairs = move |last| self.events.values().flatten().map(move |other| (other, last));
        let pairs = last.into_iter().flat_map(pairs);
        pairs.filter(|(other, last)| other.event.id != last.event.id)
    }
}

/// The first pair of an event and the last one that is as told.
fn pair<'a>(
    cluster: &Cluster<'a, Events>,
    is: impl Fn(&Seen, &Seen) -> bool,
) -> Option<(&'a Event, &'a Event)> {
    let mut pairs = cluster.ghost.pairs(cluster.changed);
    let (a, b) = pairs.find(|(a, b)| is(a, b))?;
    Some((&a.event, &b.event))
}

/// Nothing, or what is wrong with the stamps of these two.
fn breach<T: fmt::Display>(
    pair: Option<(&Event, &Event)>,
    stamp: fn(&Event) -> T,
    why: impl Fn(String, String, String, String) -> Breach,
) -> Result<(), Breach> {
    let text = |event: &Event| (event.id.to_string(), stamp(event).to_string());
    match pair.map(|(a, b)| (text(a), text(b))) {
        Some(((a, one), (b, two))) => Err(why(a, one, b, two)),
        None => Ok(()),
    }
}

const PROPERTIES: &[Property<Events>] = &[
    Property {
        name: "Clock Condition",
        formula: "a → b ⇒ L(a) < L(b)",
        meaning: "What happened before has the lower stamp by Lamport's clock.",
        kind: PropertyKind::Always,
        holds: |cluster| {
            let wrong = |a: &Seen, b: &Seen| {
                a.happened_before(b) && a.event.lamport >= b.event.lamport
            };
            breach(pair(cluster, wrong), |it| it.lamport, |a, one, b, two| {
                sentence!("{0} has stamp {1}, and its effect {2} has {3}", a, one, b, two).into()
            })
        },
    },
    Property {
        name: "Vector Clocks Tell Causes",
        formula: "a → b ⇔ V(a) < V(b)",
        meaning: "By its vector an event is earlier exactly where it happened before.",
        kind: PropertyKind::Always,
        holds: |cluster| {
            let wrong = |a: &Seen, b: &Seen| {
                let (one, two) = (&a.event.vector, &b.event.vector);
                a.happened_before(b) != one.is_before(two)
                    || b.happened_before(a) != two.is_before(one)
            };
            breach(pair(cluster, wrong), |it| it.vector.clone(), |a, one, b, two| {
                sentence!("{0} with {1} and {2} with {3}: the vectors are wrong", a, one, b, two)
                    .into()
            })
        },
    },
    Property {
        name: "Hybrid Clock Condition",
        formula: "a → b ⇒ (l, c)(a) < (l, c)(b)",
        meaning: "What happened before has the lower stamp by the hybrid clock.",
        kind: PropertyKind::Always,
        holds: |cluster| {
            let wrong = |a: &Seen, b: &Seen| {
                a.happened_before(b) && a.event.hybrid >= b.event.hybrid
            };
            breach(pair(cluster, wrong), |it| it.hybrid, |a, one, b, two| {
                sentence!("{0} has stamp {1}, and its effect {2} has {3}", a, one, b, two).into()
            })
        },
    },
    Property {
        name: "Hybrid Clocks Stay Close",
        formula: "wall(e) ≤ l(e) ∧ l(e) ≤ max wall(a ≼ e)",
        meaning: "l is not behind the wall clock, nor ahead of the fastest: by their skew at the most.",
        kind: PropertyKind::Always,
        holds: |cluster| {
            let last = cluster.changed.and_then(|place| cluster.ghost.last(place));
            match last.map(|seen| &seen.event) {
                Some(it) if it.hybrid.l < it.wall || it.hybrid.l > cluster.ghost.latest => {
                    let (id, stamp) = (it.id.to_string(), it.hybrid.to_string());
                    Err(sentence!("{0} has {1}, far from every wall clock", id, stamp).into())
                }
                _ => Ok(()),
            }
        },
    },
    Property {
        name: "Lamport Orders What Is Concurrent",
        formula: "◇ a ∥ b ∧ L(a) < L(b)",
        meaning: "Two events have different stamps, and neither happened before the other: the converse of \
                  the clock condition does not hold.",
        kind: PropertyKind::Sometimes,
        holds: |cluster| {
            let concurrent = |a: &Seen, b: &Seen| {
                !a.happened_before(b)
                    && !b.happened_before(a)
                    && a.event.lamport != b.event.lamport
            };
            match pair(cluster, concurrent) {
                Some(_) => Ok(()),
                None => Err(sentence!("no such two events so far").into()),
            }
        },
    },
    Property {
        name: "Wall Clocks Err",
        formula: "◇ a → b ∧ wall(a) > wall(b)",
        meaning: "By the wall clocks a cause is later than its effect. Clocks drift, and nothing forbids it.",
        kind: PropertyKind::Sometimes,
        holds: |cluster| {
            let errs = |a: &Seen, b: &Seen| a.happened_before(b) && a.event.wall > b.event.wall;
            match pair(cluster, errs) {
                Some(_) => Ok(()),
                None => Err(sentence!("no such two events so far").into()),
            }
        },
    },
    Property {
        name: "Word Gets Round",
        formula: "◇□ ∀ i ≠ j: Vᵢ[j] > 0",
        meaning: "In the end everybody knows of everybody else, as long as messages arrive.",
        kind: PropertyKind::Converges,
        holds: |cluster| {
            let knows_all = |it: &Events| {
                let last = it.events.back();
                last.is_some_and(|event| event.vector.0.iter().all(|number| *number > 0))
            };
            match cluster.up().find(|(_, it)| !knows_all(it)) {
                Some((place, _)) => Err(sentence!("{0} does not know of all others", place).into()),
                None => Ok(()),
            }
        },
    },
];

impl Shown<()> for Events {
    const STAMP: Option<FieldName> = Some(FieldName::number(key!("clock")));
    const VARIABLES: &'static [Variable<Events>] = &[
        Variable::sometimes(key!("vector clock"), |it| Some(it.events.back()?.vector.to_string())),
        Variable::sometimes(key!("hybrid clock"), |it| Some(it.events.back()?.hybrid.to_string())),
        Variable::sometimes(key!("read wall clock"), |it| {
            Some(Time::millis(it.events.back()?.wall).to_string())
        }),
    ];
    const PANELS: &'static [Panel<Events, ()>] = &[Panel::of(key!("stamps"), |it, _| {
        let rows = it.events.iter().rev().map(|event| {
            vec![
                event.id.to_string(),
                event.sent_at.map_or(String::new(), |id| id.to_string()),
                event.lamport.to_string(),
                event.vector.to_string(),
                event.hybrid.to_string(),
                event.wall.to_string(),
            ]
        });
        let columns = &[
            key!("event"),
            key!("receives"),
            "Lamport",
            key!("vector"),
            key!("hybrid"),
            key!("wall clock"),
        ];
        Some(Content::Table { columns, rows: rows.collect() })
    })];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.events.is_empty()) {
                true => Role { name: "idle", tag: Tag::Follows },
                false => Role { name: "counting", tag: Tag::Follows },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        Some(Stamp::new("clock", self.events.back().map_or(0, |event| event.lamport)))
    }
}
