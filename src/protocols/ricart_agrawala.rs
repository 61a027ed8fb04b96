//! Ricart and Agrawala's mutual exclusion: processes take turns as in Lamport's, with fewer messages.
//!
//! After Glenn Ricart and Ashok K. Agrawala, *An Optimal Algorithm for Mutual Exclusion in Computer
//! Networks* (1981).
//!
//! Who wants to enter asks all others, with a stamp above all that it has seen, and enters when each of
//! them has replied. A process that is asked replies at once; but where it wants to enter itself and its
//! own request is earlier, by stamp and then by process, or where it is inside, it *defers* its reply
//! until it has left. So a reply is acknowledgment and release in one: an entry costs 2(N − 1) messages
//! instead of Lamport's 3(N − 1). Nobody keeps a queue, and messages may overtake each other, for each
//! reply answers one request and nothing is concluded from what did not come. Nobody may crash, and
//! nothing be lost.

use std::collections::{BTreeSet, VecDeque};

use crate::base::{Place, PlaceKind, Places, Ratio, Span, Time};
use crate::protocol::{
    Content, Effects, FaultModel, FieldName, Gathering, Input, Measure, Meta, Outcome, Tag,
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
        flaw no_tie_break {
            title: "Equal stamps are not told apart",
            story: "Two who ask with the same stamp reply to each other at once. Made by whoever compares \
                    timestamps alone and takes them for unique.",
            breaks: "Mutual Exclusion",
        }
        flaw count_own {
            title: "The stamp counts its own requests alone",
            story: "It is not above what the process has heard, so that a late request looks earlier than \
                    that of whoever is inside. Made by whoever numbers requests by a counter of each \
                    process.",
            breaks: "Requests Are Granted in Order",
        }
        flaw majority_suffices {
            title: "Enters when a majority has replied",
            story: "Whoever replies to one may reply to another as well: a reply is no vote. Made by \
                    whoever takes every question to all for one that a majority answers.",
            breaks: "Mutual Exclusion",
        }
    }
}

plain_requests! {
    pub enum Ask { Enter = "enter": "has this process enter as soon as it is its turn", }
}

messages! {
    pub enum Message {
        Request { stamp: u64 }: key!("REQUEST"), Tone::Vote,
        Reply {}: key!("REPLY"), Tone::Reply,
    }
}

/// A process. It makes one request after the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RicartAgrawala {
    me: Place,
    config: Config,
    others: BTreeSet<Place>,
    /// The highest stamp that it has seen, in its own requests and in others'.
    highest: u64,
    /// The stamp of its last request.
    own: u64,
    /// The wishes that it has been told, by number, and has not fulfilled.
    wishes: VecDeque<u64>,
    /// It has asked, and has not left yet.
    requesting: bool,
    /// Those whose reply has come.
    replied: BTreeSet<Place>,
    /// Those who get their reply when it has left.
    deferred: BTreeSet<Place>,
    inside: bool,
    /// Messages that it has sent, and how often it has been inside.
    sent: u64,
    entries: u64,
}

impl Protocol for RicartAgrawala {
    const META: Meta = Meta {
        slug: "ricart-agrawala",
        title: "Ricart and Agrawala's mutual exclusion",
        paper: "Ricart and Agrawala, An Optimal Algorithm for Mutual Exclusion in Computer Networks (1981)",
        summary: "Processes take turns by stamps, and whoever is in front keeps its reply back.",
        kinds: &[PlaceKind::new('P', "process", "processes").counts(3, 1, 9)],
        requests: &["enter"],
        scenes: scenes!(
            "ricart-agrawala",
            ["deferred-replies", "beside-lamport", "overtaking", "equal-stamps", "own-count"]
        ),
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

    fn boot(me: Place, places: &Places, config: &Config, _: &(), _: &mut Effects<Self>) -> Self {
        RicartAgrawala {
            me,
            config: config.clone(),
            others: places.own().filter(|place| *place != me).collect(),
            highest: 0,
            own: 0,
            wishes: VecDeque::new(),
            requesting: false,
            replied: BTreeSet::new(),
            deferred: BTreeSet::new(),
            inside: false,
            sent: 0,
            entries: 0,
        }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Request { seq, .. } => self.wishes.push_back(seq),
            Input::Message { from, message: Message::Request { stamp } } => {
                self.hear(from, stamp, fx);
            }
            Input::Message { from, message: Message::Reply {} } => _ = self.replied.insert(from),
            Input::Timer(_) => self.leave(fx),
            Input::Saved(()) | Input::Disconnected { .. } => {}
        }
        if !self.requesting && !self.wishes.is_empty() {
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
                    let requests = cluster.up().filter(|(_, it)| it.requesting);
                    let first = requests.map(|(place, it)| (it.own, place)).min();
                    let early = |it: &RicartAgrawala| it.inside && Some((it.own, it.me)) > first;
                    match cluster.up().find(|(_, it)| early(it)) {
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

    fn measures() -> &'static [Measure<Self>] {
        &[|cluster| {
            let sent: u64 = cluster.up().map(|(_, it)| it.sent).sum();
            let entries: u64 = cluster.up().map(|(_, it)| it.entries).sum();
            sentence!("{0} messages, {1} entries", sent, entries)
        }]
    }
}

impl RicartAgrawala {
    /// It asks all others, with a stamp above whatever it has seen.
    fn request(&mut self, fx: &mut Effects<Self>) {
        self.own = if self.config.count_own { self.own } else { self.highest } + 1;
        self.highest = self.highest.max(self.own);
        self.requesting = true;
        self.sent += self.others.len() as u64;
        fx.broadcast(self.others.iter().copied(), Message::Request { stamp: self.own });
    }

    /// Another asks: its reply waits where its own request is earlier, by stamp and then by process.
    fn hear(&mut self, from: Place, stamp: u64, fx: &mut Effects<Self>) {
        self.highest = self.highest.max(stamp);
        let earlier = match self.config.no_tie_break {
            false => (self.own, self.me) < (stamp, from),
            true => self.own < stamp,
        };
        if self.requesting && earlier {
            self.deferred.insert(from);
            fx.note(sentence!("defers its reply to {0}: its own request is earlier", from));
        } else {
            self.reply(from, fx);
        }
    }

    fn reply(&mut self, to: Place, fx: &mut Effects<Self>) {
        self.sent += 1;
        fx.send(to, Message::Reply {});
    }

    fn enter(&mut self, fx: &mut Effects<Self>) {
        if self.requesting && !self.inside && self.replied.len() >= self.needed() {
            (self.inside, self.entries) = (true, self.entries + 1);
            fx.set_timer("leave", self.config.inside);
            fx.note(sentence!("enters: whoever it waits for has replied"));
        }
    }

    /// How many replies it waits for: all of them.
    fn needed(&self) -> usize {
        match self.config.majority_suffices {
            false => self.others.len(),
            // With itself.
            true => self.others.len().div_ceil(2),
        }
    }

    /// Its request is over, and those who had to wait for it get their replies.
    fn leave(&mut self, fx: &mut Effects<Self>) {
        (self.inside, self.requesting) = (false, false);
        self.replied.clear();
        for other in std::mem::take(&mut self.deferred) {
            self.reply(other, fx);
        }
        if let Some(seq) = self.wishes.pop_front() {
            fx.reply(self.me, seq, Outcome::Said(sentence!("left")));
        }
    }
}

impl Shown<()> for RicartAgrawala {
    const STAMP: Option<FieldName> = Some(FieldName::number(key!("clock")));
    const PANELS: &'static [Panel<RicartAgrawala, ()>] = &[
        Panel::of(key!("request"), |it, _| {
            it.requesting.then(|| Content::Queue(vec![format!("{}.{}", it.own, it.me)]))
        }),
        Panel::of(key!("deferred"), |it, _| {
            Some(Content::Set(it.deferred.iter().map(Place::to_string).collect()))
        }),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match ((self.inside, self.requesting)) {
                (true, _) => Role { name: "inside", tag: Tag::Leads },
                (_, true) => Role { name: "waiting", tag: Tag::Bids },
                _ => Role { name: "idle", tag: Tag::Follows },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        Some(Stamp::new("clock", self.highest))
    }

    fn gathering(&self) -> Option<Gathering> {
        let of = self.replied.iter().copied().collect();
        let waits = self.requesting && !self.inside;
        waits.then(|| Gathering { word: key!("replies"), of, needed: self.needed() as u16 })
    }
}
