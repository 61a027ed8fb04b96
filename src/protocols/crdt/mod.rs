//! CRDTs: replicas that answer at once and converge, whatever happens between them.
//!
//! After Marc Shapiro, Nuno Preguiça, Carlos Baquero and Marek Zawirski, *Conflict-free Replicated Data Types*
//! (2011); deltas after Paulo Sérgio Almeida, Ali Shoker and Carlos Baquero, *Delta State Replicated Data
//! Types* (2018).
//!
//! Nobody is asked before an answer. Whoever is told something changes its own copy, and now and then sends it
//! to the others, who *merge* it into theirs. Merging is commutative, associative and idempotent, so that
//! messages may be lost, doubled and late. Of a *counter* each replica counts its own part; of a *set* an
//! element is as often there as somebody has added it, and a removal takes away what its replica has *seen*;
//! a *multi-value register* keeps the values that nobody has seen when writing another. All but the register
//! where the last writer wins keep both of two concurrent updates. (A replica is available always, and that is
//! why no two agree at any moment: nobody can ask for a value *if* there is another.)
//!
//! A replica that has lost its disk is another from then on: what it counted before stands under its old
//! *identity* with the others, and must not be counted over. (A write that was answered and had reached nobody
//! is lost with the disk; and one asked again of a replica without its memory counts twice.)

mod properties;
mod state;
mod view;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::base::word::word;
use crate::base::{Place, PlaceKind, Places, Span, Text, Time};
use crate::check::{DONE, NO_VALUE, Operation};
use crate::protocol::{
    Blank, Effects, FaultModel, Form, Holds, Input, Meta, Outcome, Property, Protocol, Request, Serves, Tone,
    UnderPartition,
};
use crate::service::store::{DELETE, GET, PUT};
use crate::{key, messages, options, scenes, sentence};

use state::Flaws;
pub use properties::Ghost;
pub use state::{Dot, Held, Identity, Kind, State};

options! {
    pub struct Config {
        option register: Register {
            default: Register::Mv,
            choices: [Register::Mv, Register::Lww],
            help: "what a key keeps of two concurrent puts: both (mv, a multi-value register), or the one with \
                   the higher wall clock (lww, last writer wins)",
            samples: ["mv", "lww"],
        }
        option send: Send {
            default: Send::State,
            choices: [Send::State, Send::Delta],
            help: "what a replica sends: its whole state, or what has changed since the other last had it",
            samples: ["state", "delta"],
        }
        option every: Time {
            default: Time::millis(100),
            help: "how often a replica sends to the others",
            samples: ["100ms", "50ms", "300ms"],
        }
        flaw merge_adds {
            title: "Merging adds up",
            story: "What arrives twice counts twice. Made by whoever sends increments instead of counts, over \
                    a network that repeats.",
            breaks: "No Count Ahead of Its Owner",
        }
        flaw untagged {
            title: "A set is merged as a union",
            story: "Who has not heard of a removal brings the element back. The article on Dynamo tells of \
                    shopping carts where deleted things come back.",
            breaks: "Only What Was Seen Is Replaced",
        }
        flaw send_once {
            title: "A delta is sent once",
            story: "Nobody waits for an acknowledgement: one that is lost is missing for good.",
            breaks: "Who Is Taken to Have It Has It",
        }
        flaw reuse_identity {
            title: "An identity is used again",
            story: "A replica that has lost its disk counts from zero under its old name, where others know \
                    more: its new counts vanish in the old ones. Made by whoever names a replica by its address.",
            breaks: "No Count Ahead of Its Owner",
        }
    }
}

/// What a register keeps of two concurrent puts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Register {
    Mv,
    Lww,
}

/// What a replica sends to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Send {
    State,
    Delta,
}

/// What a client asks for: of a register as of any store, or of a counter or a set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Store(Operation),
    Increment { key: Text },
    Decrement { key: Text },
    Count { key: Text },
    Add { key: Text, element: Text },
    Remove { key: Text, element: Text },
    Elements { key: Text },
}

messages! {
    pub enum Message {
        Merge { state: State, from: u64, upto: u64, run: Time, by: Identity } says [state]: key!("Merge"), Tone::Call,
        Merged { upto: u64, run: Time, by: Identity } says [upto]: key!("Merged"), Tone::Reply,
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// Nobody yet, on an empty disk.
    identity: Option<Identity>,
    state: State,
    /// The last update of each client that it has carried out: asked again, it is answered again.
    done: BTreeMap<Place, u64>,
    /// How far it has had the changes of each other, of which run of it.
    known: BTreeMap<Place, (Time, u64)>,
}

/// A replica.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Crdt {
    identity: Identity,
    config: Config,
    nodes: u16,
    disk: Disk,
    /// When it was started: its changes are numbered from then on.
    run: Time,
    changes: u64,
    /// The last change of each key.
    changed: BTreeMap<(Kind, Text), u64>,
    /// Up to which change the others are known to have its state, and under which identity.
    peers: BTreeMap<Place, (Identity, u64)>,
    last: Option<Update>,
}

/// The last update that a replica has made itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Update {
    dot: Dot,
    key: (Kind, Text),
    /// The value or element that it brings.
    brings: Option<Text>,
    /// What it replaces or removes: what it has seen.
    takes: Vec<Dot>,
}

impl Protocol for Crdt {
    const META: Meta = Meta {
        slug: "crdt",
        title: "CRDTs",
        paper: "Shapiro, Preguiça, Baquero and Zawirski, Conflict-free Replicated Data Types (2011)",
        summary: "Registers, sets and counters whose replicas answer at once, without asking anybody, and \
                  merge what they have: both of two concurrent updates survive.",
        kinds: &[PlaceKind::servers(3, 9), PlaceKind::CLIENTS],
        majority: None,
        requests: &["put x=1", "get x", "increment n", "add s a", "remove s a", "decrement n", "delete x"],
        scenes: scenes!("crdt", ["both-survive", "converges", "counts-twice", "lost-disk"]),
        eventual: &["Only What Was Seen Is Replaced", "All Converge"],
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::only(Ask::FORMS, "compare-and-set needs consensus");
    const FAULTS: FaultModel = FaultModel { wipe: true, ..FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["merge"];
    type Request = Ask;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;

    fn under_partition(_config: &Config, _places: &Places) -> Option<UnderPartition> {
        Some(UnderPartition::Available)
    }

    fn boot(me: Place, places: &Places, config: &Config, disk: &Disk, fx: &mut Effects<Self>) -> Self {
        let (run, config, mut disk) = (fx.steady_now(), config.clone(), disk.clone());
        // No two lives of a place begin at the same time by its clock.
        let born = if config.reuse_identity { Time::ZERO } else { run };
        let identity = *disk.identity.get_or_insert(Identity { place: me, born });
        fx.persist(disk.clone());
        fx.set_timer("merge", Span::exactly(config.every));
        let changed = disk.state.keys.keys().map(|key| (key.clone(), 1)).collect();
        let (nodes, peers) = (places.servers(), BTreeMap::new());
        Crdt { identity, config, nodes, disk, run, changes: 1, changed, peers, last: None }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Request { from, seq, request } => self.serve(from, seq, request, fx),
            Input::Timer(_) => self.send(fx),
            Input::Message { from, message: Message::Merge { state, from: since, upto, run, by: _ } } => {
                self.merge(from, &state, since, (run, upto), fx);
            }
            Input::Message { from, message: Message::Merged { upto, run, by } } => {
                if run == self.run {
                    self.peers.insert(from, (by, upto));
                }
            }
            Input::Saved(_) | Input::Disconnected { .. } => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn weight(&self) -> usize {
        self.changed.len()
    }
}

impl Crdt {
    fn serve(&mut self, client: Place, seq: u64, ask: Ask, fx: &mut Effects<Self>) {
        let read = match &ask {
            Ask::Store(Operation::Get { key }) => Some((Kind::Register, key)),
            Ask::Count { key } => Some((Kind::Counter, key)),
            Ask::Elements { key } => Some((Kind::Set, key)),
            Ask::Store(Operation::Cas { .. }) => {
                return fx.reply(client, seq, Outcome::Refused(sentence!("compare-and-set needs consensus")));
            }
            _ => None,
        };
        if let Some((kind, key)) = read {
            let answer = self.disk.state.get(kind, key).and_then(Held::answer);
            return fx.reply(client, seq, Outcome::Done(answer.unwrap_or_else(|| NO_VALUE.into())));
        }
        match self.disk.done.get(&client) {
            Some(last) if *last > seq => return,
            Some(last) if *last == seq => {
                fx.note(sentence!("answers {0} again: request {1} has been carried out", client, seq));
            }
            _ => {
                self.disk.done.insert(client, seq);
                self.update(ask, fx);
                fx.persist(self.disk.clone());
            }
        }
        fx.reply(client, seq, Outcome::Done(DONE.into()));
    }

    /// An update of its own copy: nobody is asked.
    fn update(&mut self, ask: Ask, fx: &mut Effects<Self>) {
        let by = self.identity;
        let number = self.disk.state.clock.get(&by).map_or(1, |known| known + 1);
        self.disk.state.clock.insert(by, number);
        let dot = Dot { by, number };
        let (kind, key, held, brings, takes) = match ask {
            Ask::Increment { key } => (Kind::Counter, key.clone(), self.count(&key, (1, 0)), None, Vec::new()),
            Ask::Decrement { key } => (Kind::Counter, key.clone(), self.count(&key, (0, 1)), None, Vec::new()),
            Ask::Add { key, element } => self.replace(Kind::Set, key, dot, Some(element), |_| false),
            Ask::Remove { key, element } => {
                self.replace(Kind::Set, key, dot, None, |value| *value == element)
            }
            Ask::Store(Operation::Put { key, value }) => self.write(key, dot, Some(value), fx),
            Ask::Store(Operation::Delete { key }) => self.write(key, dot, None, fx),
            _ => return,
        };
        self.disk.state.put(kind, key.clone(), held);
        self.last = Some(Update { dot, key: (kind, key.clone()), brings, takes });
        self.has_changed([(kind, key)]);
    }

    /// Its own part of a counter; it touches nobody else's.
    fn count(&self, key: &Text, more: (u64, u64)) -> Held {
        let mut counts = match self.disk.state.get(Kind::Counter, key) {
            Some(Held::Counts(counts)) => counts.clone(),
            _ => BTreeMap::new(),
        };
        let own = counts.entry(self.identity).or_default();
        *own = (own.0 + more.0, own.1 + more.1);
        Held::Counts(counts)
    }

    fn write(&self, key: Text, dot: Dot, value: Option<Text>, fx: &Effects<Self>) -> Change {
        match self.config.register {
            Register::Mv => self.replace(Kind::Register, key, dot, value, |_| true),
            Register::Lww => {
                // By its own clock, whatever others' show.
                let held = Held::Last(fx.local_now(), dot, value);
                let newest = match self.disk.state.get(Kind::Register, &key) {
                    Some(Held::Last(at, by, known)) if (*at, *by) > (fx.local_now(), dot) => {
                        Held::Last(*at, *by, known.clone())
                    }
                    _ => held,
                };
                (Kind::Register, key, newest, None, Vec::new())
            }
        }
    }

    /// What of this key goes is what it has seen and means; what others are adding meanwhile stays.
    fn replace(
        &self,
        kind: Kind,
        key: Text,
        dot: Dot,
        value: Option<Text>,
        goes: impl Fn(&Text) -> bool,
    ) -> Change {
        let mut dots = match self.disk.state.get(kind, &key) {
            Some(Held::Dots(dots)) => dots.clone(),
            _ => BTreeMap::new(),
        };
        let takes = dots.extract_if(.., |_, value| goes(value)).map(|(dot, _)| dot).collect();
        dots.extend(value.clone().map(|value| (dot, value)));
        (kind, key, Held::Dots(dots), value, takes)
    }

    fn has_changed(&mut self, keys: impl IntoIterator<Item = (Kind, Text)>) {
        self.changes += 1;
        self.changed.extend(keys.into_iter().map(|key| (key, self.changes)));
    }

    /// To each of the others what it is not known to have: all of the state, or what has changed since.
    /// Where that is nothing, the other may say that it has nothing either: it may have lost its disk.
    fn send(&mut self, fx: &mut Effects<Self>) {
        fx.set_timer("merge", Span::exactly(self.config.every));
        for peer in Place::servers(self.nodes).filter(|peer| *peer != self.identity.place) {
            let has = self.peers.get(&peer).map_or(0, |(_, upto)| *upto);
            let from = match self.config.send {
                _ if has == self.changes => has,
                Send::State => 0,
                Send::Delta => has,
            };
            let keys = self.changed.iter().filter(|(_, change)| **change > from);
            let state = self.disk.state.part(keys.map(|(key, _)| key.clone()));
            let (upto, run, by) = (self.changes, self.run, self.identity);
            fx.send(peer, Message::Merge { state, from, upto, run, by });
            // Flaw: what has been sent must have arrived.
            if self.config.send_once
                && let Some((_, has)) = self.peers.get_mut(&peer)
            {
                *has = self.changes;
            }
        }
    }

    /// What goes on where it stands is merged, and acknowledged once it is on disk.
    fn merge(
        &mut self,
        from: Place,
        state: &State,
        since: u64,
        (run, upto): (Time, u64),
        fx: &mut Effects<Self>,
    ) {
        let known = self.disk.known.get(&from).filter(|(of, _)| *of == run).map_or(0, |it| it.1);
        let flaws = Flaws { union: self.config.untagged, sum: self.config.merge_adds };
        if since <= known {
            let clock = self.disk.state.clock.clone();
            let changed = self.disk.state.merge(state, flaws);
            if !changed.is_empty() || clock != self.disk.state.clock {
                self.has_changed(changed);
            }
            if upto > known || known == 0 {
                self.disk.known.insert(from, (run, upto.max(known)));
            }
            fx.persist(self.disk.clone());
        }
        let upto = self.disk.known.get(&from).filter(|(of, _)| *of == run).map_or(0, |it| it.1);
        fx.send(from, Message::Merged { upto, run, by: self.identity });
    }
}

/// Of a key: what stands there now, what has come and what has gone.
type Change = (Kind, Text, Held, Option<Text>, Vec<Dot>);

const KEY: Blank = Blank { name: key!("key"), holds: Holds::Word, sample: "n" };
const SET: Blank = Blank { name: key!("set"), holds: Holds::Word, sample: "s" };
const ELEMENT: Blank = Blank { name: key!("element"), holds: Holds::Word, sample: "1" };

impl Ask {
    pub const FORMS: &'static [Form] = &[
        PUT,
        GET,
        DELETE,
        Form { name: "Increment", help: "adds one to a counter", script: "increment {0}", blanks: &[KEY] },
        Form { name: "Decrement", help: "takes one from a counter", script: "decrement {0}", blanks: &[KEY] },
        Form { name: "Count", help: "asks for a counter's value", script: "count {0}", blanks: &[KEY] },
        Form { name: "Add", help: "adds an element to a set", script: "add {0} {1}", blanks: &[SET, ELEMENT] },
        Form {
            name: "Remove",
            help: "removes an element from a set",
            script: "remove {0} {1}",
            blanks: &[SET, ELEMENT],
        },
        Form { name: "Elements", help: "asks for a set's elements", script: "elements {0}", blanks: &[SET] },
    ];
}

impl Request for Ask {
    fn operation(&self) -> Option<Operation> {
        match self {
            Ask::Store(operation) => Some(operation.clone()),
            _ => None,
        }
    }

    /// Each replica would carry an update out anew.
    fn stays(&self) -> bool {
        !matches!(self, Ask::Store(Operation::Get { .. }) | Ask::Count { .. } | Ask::Elements { .. })
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ask::Store(operation) => operation.fmt(f),
            Ask::Increment { key } => write!(f, "increment {key}"),
            Ask::Decrement { key } => write!(f, "decrement {key}"),
            Ask::Count { key } => write!(f, "count {key}"),
            Ask::Add { key, element } => write!(f, "add {key} {element}"),
            Ask::Remove { key, element } => write!(f, "remove {key} {element}"),
            Ask::Elements { key } => write!(f, "elements {key}"),
        }
    }
}

impl FromStr for Ask {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Ask, &'static str> {
        let words: Vec<&str> = text.split_whitespace().take(4).collect();
        Ok(match words[..] {
            ["increment", key] => Ask::Increment { key: word(key)? },
            ["decrement", key] => Ask::Decrement { key: word(key)? },
            ["count", key] => Ask::Count { key: word(key)? },
            ["add", key, element] => Ask::Add { key: word(key)?, element: word(element)? },
            ["remove", key, element] => Ask::Remove { key: word(key)?, element: word(element)? },
            ["elements", key] => Ask::Elements { key: word(key)? },
            ["put" | "get" | "delete" | "cas", ..] => Ask::Store(text.parse()?),
            _ => {
                return Err("put KEY=VALUE, get KEY, delete KEY, increment KEY, decrement KEY, count KEY, \
                            add SET ELEMENT, remove SET ELEMENT or elements SET");
            }
        })
    }
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Register::Mv => "mv",
            Register::Lww => "lww",
        })
    }
}

impl fmt::Display for Send {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Send::State => "state",
            Send::Delta => "delta",
        })
    }
}
