//! Lamport's mutual exclusion: processes take turns, in the order in which they asked.
//!
//! After Leslie Lamport, *Time, Clocks, and the Ordering of Events in a Distributed System* (1978).
//! IR1 and IR2 are the article's rules for clocks, 1 to 5 those of its algorithm.
//!
//! Every process counts its events, and whoever receives a message sets its count above the message's
//! *stamp*, so that causes have lower stamps than effects. Who wants to enter asks all, and each keeps
//! the requests in a queue, by stamp and, where these are equal, by process. A process enters when its
//! own request is first and something later has come from all others: what one sends arrives in order,
//! so nothing earlier can follow. When it leaves, it tells all. Nobody may crash, and nothing be lost.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::base::{Place, PlaceKind, Places, Ratio, Span, Time};
use crate::protocol::{
    Channel, Content, Effects, FaultModel, FieldName, Input, Meta, Outcome, Tag,
};
use crate::protocol::{Panel, Property, PropertyKind, Protocol, Role, Serves, Shown, Stamp, Tone};
use crate::{key, listed, messages, options, plain_requests, scenes, sentence};

options! {
    pub struct Config {
        option inside: Span {
            default: Span::new(Time::millis(40), Time::millis(80)),
            help: "how long a process stays inside",
            samples: ["40ms..80ms", "5ms", "100ms..150ms"],
        }
        flaw no_fifo {
            title: "Messages overtake each other",
            story: "An acknowledgment arrives before the earlier request that it vouches for. Made by \
                    whoever moves from one connection to datagrams, or to a pool of connections.",
            breaks: "Mutual Exclusion",
        }
        flaw no_tie_break {
            title: "Equal stamps are not told apart",
            story: "Of two requests with the same stamp both are first. Made by whoever takes timestamps \
                    for unique: Cassandra mixed rows of two writes that had the same one.",
            breaks: "Mutual Exclusion",
        }
        flaw enter_unheard {
            title: "Enters without hearing from all",
            story: "Its own request is first only among those that have arrived. Made by whoever takes a \
                    lock because no rival is in sight, in a store that lists its files late.",
            breaks: "Mutual Exclusion",
        }
    }
}

plain_requests! {
    pub enum Ask { Enter = "enter": "has this process enter as soon as it is its turn", }
}

messages! {
    pub enum Message {
        Request { stamp: u64 }: key!("RequestResource"), Tone::Vote,
        Acknowledge { stamp: u64 }: key!("Acknowledge"), Tone::Reply,
        Release { stamp: u64 }: key!("ReleaseResource"), Tone::Call,
    }
}

/// A process. It makes one request after the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clocks {
    me: Place,
    config: Config,
    clock: u64,
    /// The wishes that it has been told, by number, and has not fulfilled.
    wishes: VecDeque<u64>,
    /// The requests that it knows of, in their order: by stamp, then by process.
    queue: BTreeSet<(u64, Place)>,
    /// The stamp of the last message from each of the others.
    heard: BTreeMap<Place, u64>,
    inside: bool,
}

impl Protocol for Clocks {
    const META: Meta = Meta {
        slug: "clocks",
        title: "Lamport's mutual exclusion",
        paper: "Lamport, Time, Clocks, and the Ordering of Events in a Distributed System (1978)",
        summary: "Processes without a common clock take turns, by stamps that they count themselves.",
        kinds: &[PlaceKind::new('P', "process", "processes").counts(3, 1, 9)],
        requests: &["enter"],
        scenes: scenes!("clocks", ["three-processes", "equal-stamps", "overtaken"]),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(Ask::FORMS);
    const FAULTS: FaultModel =
        FaultModel { pause: true, reorder: Ratio::percent(40), ..FaultModel::NONE };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["leave"];
    type Request = Ask;
    type Disk = ();
    type Config = Config;
    type Ghost = ();

    fn channel(config: &Config) -> Channel {
        if config.no_fifo { Channel::Datagram } else { Channel::Fifo }
    }

    fn boot(me: Place, places: &Places, config: &Config, _: &(), _: &mut Effects<Self>) -> Self {
        let heard = places.own().filter(|place| *place != me).map(|place| (place, 0)).collect();
        let (config, wishes, queue) = (config.clone(), VecDeque::new(), BTreeSet::new());
        Clocks { me, config, clock: 0, wishes, queue, heard, inside: false }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Request { seq, .. } => self.wishes.push_back(seq),
            Input::Message { from, message } => self.receive(from, message, fx),
            Input::Timer(_) => self.leave(fx),
            Input::Saved(()) | Input::Disconnected { .. } => {}
        }
        if self.own().is_none() && !self.wishes.is_empty() {
            self.request(fx);
        }
        self.enter(fx);
    }

    fn properties() -> &'static [Property<Self>] {
        &[
            Property {
                name: "Mutual Exclusion",
                formula: "insideᵢ ∧ insideⱼ ⇒ i = j",
                meaning: "At most one process is inside.",
                kind: PropertyKind::Always,
                holds: |cluster| match cluster.up().filter(|(_, it)| it.inside).nth(1) {
                    Some((place, _)) => Err(sentence!("{0} is not alone inside", place).into()),
                    None => Ok(()),
                },
            },
            Property {
                name: "Requests Are Granted in Order",
                formula: "insideᵢ ∧ requestⱼ ≠ ∅ ⇒ requestᵢ ≤ requestⱼ",
                meaning: "Nobody is inside while an earlier request, by stamp and process, waits.",
                kind: PropertyKind::Always,
                holds: |cluster| {
                    let first = cluster.up().filter_map(|(_, it)| it.own()).min();
                    match cluster.up().find(|(_, it)| it.inside && it.own() > first) {
                        Some((place, _)) => Err(sentence!("{0} is inside too early", place).into()),
                        None => Ok(()),
                    }
                },
            },
            Property {
                name: "Everybody Is Served",
                formula: "◇□ ∀ i: ¬waitingᵢ",
                meaning: "Whoever wants to enter gets in, as long as nobody crashes.",
                kind: PropertyKind::Converges,
                holds: |cluster| match cluster.up().find(|(_, it)| !it.wishes.is_empty()) {
                    Some((place, _)) => Err(sentence!("{0} still waits", place).into()),
                    None => Ok(()),
                },
            },
        ]
    }
}

impl Clocks {
    /// IR1: from one event to the next the clock ticks.
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// Rule 1: its request goes to all others, and into its own queue.
    fn request(&mut self, fx: &mut Effects<Self>) {
        let stamp = self.tick();
        self.queue.insert((stamp, self.me));
        fx.broadcast(self.heard.keys().copied(), Message::Request { stamp });
    }

    fn receive(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        let (Message::Request { stamp }
        | Message::Acknowledge { stamp }
        | Message::Release { stamp }) = message;
        // IR2: whatever causes something has the lower stamp.
        self.clock = self.clock.max(stamp) + 1;
        self.heard.insert(from, stamp);
        match message {
            // Rule 2.
            Message::Request { .. } => {
                self.queue.insert((stamp, from));
                fx.send(from, Message::Acknowledge { stamp: self.tick() });
            }
            Message::Acknowledge { .. } => {}
            // Rule 4.
            Message::Release { .. } => self.queue.retain(|(_, by)| *by != from),
        }
    }

    /// Rule 5, in the order of stamp and process, in which no two requests are equal.
    fn enter(&mut self, fx: &mut Effects<Self>) {
        let Some(own) = self.own().filter(|_| !self.inside) else { return };
        let tied = self.config.no_tie_break;
        let first = self.queue.iter().all(|it| *it >= own || tied && it.0 == own.0);
        let mut heard = self.heard.iter().map(|(place, stamp)| (*stamp, *place));
        if first && (self.config.enter_unheard || heard.all(|last| last > own)) {
            (self.clock, self.inside) = (self.clock + 1, true);
            fx.set_timer("leave", self.config.inside);
            fx.note(sentence!("enters: its request is first, and nothing earlier can follow"));
        }
    }

    /// Rule 3: its request is over, and all others are told.
    fn leave(&mut self, fx: &mut Effects<Self>) {
        self.inside = false;
        self.queue.retain(|(_, by)| *by != self.me);
        let stamp = self.tick();
        fx.broadcast(self.heard.keys().copied(), Message::Release { stamp });
        if let Some(seq) = self.wishes.pop_front() {
            fx.reply(self.me, seq, Outcome::Said(sentence!("left")));
        }
    }

    fn own(&self) -> Option<(u64, Place)> {
        self.queue.iter().find(|(_, by)| *by == self.me).copied()
    }
}

impl Shown<()> for Clocks {
    const STAMP: Option<FieldName> = Some(FieldName::number(key!("clock")));
    const PANELS: &'static [Panel<Clocks, ()>] = &[
        Panel::of(key!("queue"), |it, _| {
            Some(Content::Queue(it.queue.iter().map(|(at, by)| format!("{at}.{by}")).collect()))
        }),
        Panel::of(key!("last heard"), |it, _| {
            let rows = it.heard.iter().map(|(by, at)| vec![by.to_string(), at.to_string()]);
            let columns = &[key!("process"), key!("stamp")];
            Some(Content::Table { columns, rows: rows.collect() })
        }),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match ((self.inside, self.own())) {
                (true, _) => Role { name: "inside", tag: Tag::Leads },
                (_, Some(_)) => Role { name: "waiting", tag: Tag::Bids },
                _ => Role { name: "idle", tag: Tag::Follows },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        Some(Stamp::new("clock", self.clock))
    }
}
