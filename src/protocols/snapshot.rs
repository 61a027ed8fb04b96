//! Chandy and Lamport's snapshot: what all processes have, and what is on its way between them, recorded
//! while they go on.
//!
//! After K. Mani Chandy and Leslie Lamport, *Distributed Snapshots: Determining Global States of
//! Distributed Systems* (1985).
//!
//! Processes pay each other. Nobody can look at all accounts in one instant, and whoever looks at one
//! after the other misses money that is under way, or counts some twice. So a process that wants a
//! snapshot records its own account and sends a *marker* on each of its channels before anything else.
//! Whoever gets the first marker of a snapshot does the same. A channel's state is what comes on it after
//! its receiver has recorded itself and before the marker. As channels are FIFO, a marker parts what was
//! sent before its sender recorded itself from what was sent after: the recorded state is *consistent*,
//! no payment has been received in it that was not sent in it. It need never have been the state at any
//! instant, but it might have been. Snapshots have names, and several run at once. Nobody may crash, and
//! nothing be lost.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use crate::base::{Breach, Place, PlaceKind, Places, Ratio, Span, Time};
use crate::protocol::{self, Blank, CellState, Channel, Content, Effects, FaultModel, Form, Holds};
use crate::protocol::{Cluster, Input, Measure, Meta, Moment, Outcome, Panel, Property};
use crate::protocol::{PropertyKind, Protocol, Role, Serves, Shown, Tag, Tone, Variable, Witness};
use crate::{key, listed, messages, options, scenes, sentence};

options! {
    pub struct Config {
        option money: u64 {
            default: 100,
            range: 1..=1_000_000,
            help: "what each account holds at the start",
            samples: ["100", "7"],
        }
        option pay: Span {
            default: Span::new(Time::millis(60), Time::millis(180)),
            help: "how long a process waits from one payment at random to the next",
            samples: ["60ms..180ms", "10ms..30ms", "60s"],
        }
        flaw no_fifo {
            title: "Messages overtake each other",
            story: "A marker arrives before a payment that was sent before it, which then stands in no \
                    account and in no channel. Made by whoever backs up the nodes of a store one by one, \
                    and lets what is under way take any way.",
            breaks: "The Money Adds Up",
        }
        flaw late_marker {
            title: "The markers are sent a moment later",
            story: "What is paid meanwhile arrives before its marker, received but never sent. Made by \
                    whoever records the state in one thread and announces it in another.",
            breaks: "Consistent Cut",
        }
        flaw channels_unrecorded {
            title: "Channels are not recorded",
            story: "The snapshot holds the accounts alone, and money under way is in none. Made by whoever \
                    adds up what the nodes report and forgets their queues.",
            breaks: "The Money Adds Up",
        }
    }
}

/// How long a process dawdles that sends its markers late.
const LATE: Span = Span::new(Time::millis(20), Time::millis(60));
/// What is paid at random, at the most.
const MOST: u32 = 10;

/// What a process is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    Pay { to: Place, amount: u64 },
    Snapshot,
}

const FORMS: &[Form] = &[
    Form {
        name: "Pay",
        help: "has this process pay another",
        script: "pay P{0} {1}",
        blanks: &[
            Blank { name: key!("process"), holds: Holds::Number { least: 1, most: 9 }, sample: "2" },
            Blank {
                name: key!("amount"),
                holds: Holds::Number { least: 1, most: 1_000_000 },
                sample: "5",
            },
        ],
    },
    Form {
        name: "Snapshot",
        help: "has this process begin a snapshot",
        script: "snapshot",
        blanks: &[],
    },
];

const EXPECTED: &str = "snapshot or pay P2 5";

impl protocol::Request for Ask {}

/// As a script writes it.
impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ask::Pay { to, amount } => write!(f, "pay {to} {amount}"),
            Ask::Snapshot => f.write_str("snapshot"),
        }
    }
}

impl FromStr for Ask {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Ask, &'static str> {
        let words: Vec<&str> = text.split_whitespace().take(4).collect();
        match words[..] {
            ["snapshot"] => Ok(Ask::Snapshot),
            ["pay", to, amount] => match (Place::of_kind('P', to), number(amount)) {
                (Some(to), Some(amount @ 1..=1_000_000)) => Ok(Ask::Pay { to, amount }),
                _ => Err(EXPECTED),
            },
            _ => Err(EXPECTED),
        }
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A snapshot: who began it, and which of its own it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    by: Place,
    number: u64,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.by, self.number)
    }
}

messages! {
    pub enum Message {
        Payment { amount: u64 }: key!("Payment"), Tone::Call,
        Marker { snapshot: Id }: key!("Marker"), Tone::Vote,
    }
}

/// What a process has recorded for a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    account: u64,
    /// What was under way on each channel that leads here.
    channels: BTreeMap<Place, Vec<u64>>,
    /// Those whose marker has not come.
    open: BTreeSet<Place>,
}

/// Payments to and from each of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Traffic {
    sent: BTreeMap<Place, u64>,
    received: BTreeMap<Place, u64>,
}

/// A process with an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Snapshot {
    me: Place,
    config: Config,
    others: Vec<Place>,
    account: u64,
    /// How many snapshots it has begun.
    begun: u64,
    records: BTreeMap<Id, Record>,
    /// What it has been asked for and has not answered: the request's number, by its snapshot.
    wishes: BTreeMap<Id, u64>,
    /// With the flaw: snapshots whose markers it has not sent yet.
    owed: Vec<Id>,
    /// For whoever watches; no rule reads it.
    traffic: Traffic,
}

/// What each had sent and received when it recorded itself, by snapshot: the cut that a snapshot makes.
#[derive(Clone, Default)]
pub struct Cuts(BTreeMap<Id, BTreeMap<Place, Traffic>>);

impl Witness<Snapshot> for Cuts {
    fn witness(&mut self, node: Place, it: &Snapshot, _: Moment) {
        for id in it.records.keys() {
            let cut = self.0.entry(*id).or_default();
            cut.entry(node).or_insert_with(|| it.traffic.clone());
        }
    }
}

impl Protocol for Snapshot {
    const META: Meta = Meta {
        slug: "snapshot",
        title: "Chandy and Lamport's snapshot",
        paper: "Chandy and Lamport, Distributed Snapshots: Determining Global States of Distributed Systems (1985)",
        summary: "Processes pay each other, and a snapshot finds all the money, also what is under way.",
        kinds: &[PlaceKind::new('P', "process", "processes").counts(3, 1, 9)],
        requests: &["snapshot", "pay P2 5"],
        scenes: scenes!(
            "snapshot",
            ["adds-up", "channels", "never-was", "marker-too-late", "overtaken"]
        ),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(FORMS);
    const FAULTS: FaultModel = FaultModel {
        pause: true,
        early_timers: true,
        reorder: Ratio::percent(40),
        ..FaultModel::NONE
    };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["pay", "markers"];
    type Request = Ask;
    type Disk = ();
    type Config = Config;
    type Ghost = Cuts;

    fn channel(config: &Config) -> Channel {
        if config.no_fifo { Channel::Datagram } else { Channel::Fifo }
    }

    fn boot(me: Place, places: &Places, config: &Config, _: &(), fx: &mut Effects<Self>) -> Self {
        let others: Vec<Place> = places.own().filter(|place| *place != me).collect();
        if !others.is_empty() {
            fx.set_timer("pay", config.pay);
        }
        Snapshot {
            me,
            config: config.clone(),
            others,
            account: config.money,
            begun: 0,
            records: BTreeMap::new(),
            wishes: BTreeMap::new(),
            owed: Vec::new(),
            traffic: Traffic::default(),
        }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Request { seq, request: Ask::Snapshot, .. } => self.begin(seq, fx),
            Input::Request { seq, request: Ask::Pay { to, amount }, .. } => {
                let outcome = self.asked_to_pay(to, amount, fx);
                fx.reply(self.me, seq, outcome);
            }
            Input::Message { from, message: Message::Payment { amount } } => self.take(from, amount),
            Input::Message { from, message: Message::Marker { snapshot } } => {
                self.hear(from, snapshot, fx);
            }
            Input::Timer("pay") => self.pay_at_random(fx),
            Input::Timer(_) => {
                for id in std::mem::take(&mut self.owed) {
                    self.send_markers(id, fx);
                }
            }
            Input::Saved(()) | Input::Disconnected { .. } => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        &[
            Property {
                name: "The Money Adds Up",
                formula: "complete(s) ⇒ Σ accᵢ + Σ chanᵢⱼ = N · money",
                meaning: "Accounts and channels of a snapshot hold together what there was at the start.",
                kind: PropertyKind::Always,
                holds: |cluster| match cluster.changed() {
                    Some(it) => it.records.keys().try_for_each(|id| add_up(cluster, *id)),
                    None => Ok(()),
                },
            },
            Property {
                name: "Consistent Cut",
                formula: "receivedᵢⱼ(s) ≤ sentᵢⱼ(s)",
                meaning: "In a snapshot nothing has been received that has not been sent.",
                kind: PropertyKind::Always,
                holds: |cluster| match cluster.changed() {
                    Some(it) => it.records.keys().try_for_each(|id| consistent(cluster, it.me, *id)),
                    None => Ok(()),
                },
            },
            Property {
                name: "Every Snapshot Ends",
                formula: "◇□ ∀ s, i: recordedᵢ(s) ∧ openᵢ(s) = ∅",
                meaning: "Whoever begins a snapshot gets all of it, as long as nobody crashes.",
                kind: PropertyKind::Converges,
                holds: |cluster| {
                    let mut begun = cluster.ghost.0.keys();
                    match begun.find(|id| complete(cluster, **id).is_none()) {
                        Some(id) => Err(sentence!("{0} does not end", id.to_string()).into()),
                        None => Ok(()),
                    }
                },
            },
        ]
    }

    fn measures() -> &'static [Measure<Self>] {
        &[|cluster| {
            let held: u64 = cluster.up().map(|(_, it)| it.account).sum();
            let all: u64 = cluster.up().map(|(_, it)| it.config.money).sum();
            sentence!("{0} in accounts, {1} under way", held, all.saturating_sub(held))
        }]
    }
}

/// What everybody has recorded for a snapshot, once they all have, and no channel is open.
fn complete<'a>(cluster: &Cluster<'a, Snapshot>, id: Id) -> Option<Vec<&'a Record>> {
    let records: Vec<&Record> = cluster.up().filter_map(|(_, it)| it.records.get(&id)).collect();
    let all = records.len() == cluster.places.len() && records.iter().all(|it| it.open.is_empty());
    all.then_some(records)
}

fn add_up(cluster: &Cluster<Snapshot>, id: Id) -> Result<(), Breach> {
    let Some(records) = complete(cluster, id) else { return Ok(()) };
    let accounts: u64 = records.iter().map(|it| it.account).sum();
    let channels: u64 = records.iter().flat_map(|it| it.channels.values().flatten()).sum();
    let all: u64 = cluster.up().map(|(_, it)| it.config.money).sum();
    match accounts + channels == all {
        true => Ok(()),
        false => Err(sentence!(
            "{0} has {1} in accounts and {2} in channels, of {3}",
            id.to_string(),
            accounts,
            channels,
            all
        )
        .into()),
    }
}

/// Whether what this process has received or sent in the cut agrees with all others.
fn consistent(
    cluster: &Cluster<Snapshot>,
    me: Place,
    id: Id,
) -> Result<(), Breach> {
    let Some(cut) = cluster.ghost.0.get(&id) else { return Ok(()) };
    let Some(mine) = cut.get(&me) else { return Ok(()) };
    let count = |of: &BTreeMap<Place, u64>, by: &Place| of.get(by).copied().unwrap_or(0);
    let unsent = |(from, sender): (&Place, &Traffic), (to, receiver): (&Place, &Traffic)| {
        count(&receiver.received, from) > count(&sender.sent, to)
    };
    for other in cut {
        if unsent(other, (&me, mine)) || unsent((&me, mine), other) {
            return Err(sentence!(
                "in {0} a payment between {1} and {2} has been received and not sent",
                id.to_string(),
                me,
                *other.0
            )
            .into());
        }
    }
    Ok(())
}

impl Snapshot {
    fn asked_to_pay(&mut self, to: Place, amount: u64, fx: &mut Effects<Self>) -> Outcome {
        if !self.others.contains(&to) {
            return Outcome::Refused(sentence!("{0} is none of the others", to));
        }
        if amount > self.account {
            return Outcome::Refused(sentence!("the account holds {0} only", self.account));
        }
        self.pay(to, amount, fx);
        Outcome::Said(sentence!("paid"))
    }

    fn pay(&mut self, to: Place, amount: u64, fx: &mut Effects<Self>) {
        self.account -= amount;
        *self.traffic.sent.entry(to).or_default() += 1;
        fx.send(to, Message::Payment { amount });
    }

    fn pay_at_random(&mut self, fx: &mut Effects<Self>) {
        let to = self.others[fx.chance(self.others.len() as u32) as usize];
        let amount = u64::from(1 + fx.chance(MOST)).min(self.account);
        if amount > 0 {
            self.pay(to, amount, fx);
        }
        fx.set_timer("pay", self.config.pay);
    }

    /// Money arrives; and it was under way, for whatever snapshot still records this channel.
    fn take(&mut self, from: Place, amount: u64) {
        self.account += amount;
        *self.traffic.received.entry(from).or_default() += 1;
        if self.config.channels_unrecorded {
            return;
        }
        for record in self.records.values_mut().filter(|record| record.open.contains(&from)) {
            record.channels.entry(from).or_default().push(amount);
        }
    }

    fn begin(&mut self, seq: u64, fx: &mut Effects<Self>) {
        self.begun += 1;
        let id = Id { by: self.me, number: self.begun };
        self.wishes.insert(id, seq);
        self.record(id, fx);
        self.end(id, fx);
    }

    /// Marker-Sending Rule: it records itself, and on each channel sends a marker before anything else.
    fn record(&mut self, id: Id, fx: &mut Effects<Self>) {
        let open = self.others.iter().copied().collect();
        let record = Record { account: self.account, channels: BTreeMap::new(), open };
        self.records.insert(id, record);
        fx.note(sentence!("records its account for {0}: {1}", id.to_string(), self.account));
        if self.config.late_marker {
            self.owed.push(id);
            fx.set_timer("markers", LATE);
        } else {
            self.send_markers(id, fx);
        }
    }

    fn send_markers(&self, snapshot: Id, fx: &mut Effects<Self>) {
        fx.broadcast(self.others.iter().copied(), Message::Marker { snapshot });
    }

    /// Marker-Receiving Rule: at the first marker it records itself, and this channel as empty; at any
    /// other the channel's state is what has come on it since then.
    fn hear(&mut self, from: Place, id: Id, fx: &mut Effects<Self>) {
        if !self.records.contains_key(&id) {
            self.record(id, fx);
        }
        if let Some(record) = self.records.get_mut(&id) {
            record.open.remove(&from);
        }
        self.end(id, fx);
    }

    /// Its own part of a snapshot is over when it has the marker of each channel.
    fn end(&mut self, id: Id, fx: &mut Effects<Self>) {
        if self.records.get(&id).is_some_and(|record| record.open.is_empty())
            && let Some(seq) = self.wishes.remove(&id)
        {
            fx.reply(self.me, seq, Outcome::Done(format!("{id} recorded").into()));
        }
    }

    fn is_recording(&self) -> bool {
        self.records.values().any(|record| !record.open.is_empty())
    }
}

impl Shown<()> for Snapshot {
    const VARIABLES: &'static [Variable<Snapshot>] = &[
        Variable::number(key!("account"), |it| it.account),
        Variable::number(key!("in snapshots"), |it| it.records.len() as u64),
    ];
    const PANELS: &'static [Panel<Snapshot, ()>] = &[
        Panel::of(key!("money"), |it, _| {
            let text = it.account.to_string();
            Some(Content::Value { text, stamp: 0, state: CellState::Settled })
        }),
        Panel::of(key!("records"), |it, _| {
            let rows = it.records.iter().rev().map(|(id, record)| {
                let channels: u64 = record.channels.values().flatten().sum();
                let open: Vec<String> = record.open.iter().map(Place::to_string).collect();
                let row = [record.account.to_string(), channels.to_string(), open.join(" ")];
                [id.to_string()].into_iter().chain(row).collect()
            });
            let columns =
                &[key!("recorded"), key!("account"), key!("in channels"), key!("still open")];
            Some(Content::Table { columns, rows: rows.collect() })
        }),
        Panel::of(key!("channel states"), |it, _| {
            let carried = it.records.iter().rev().flat_map(|(id, record)| {
                record.channels.iter().map(move |(from, money)| {
                    let money: Vec<String> = money.iter().map(u64::to_string).collect();
                    vec![id.to_string(), from.to_string(), money.join(" ")]
                })
            });
            let columns = &[key!("recorded"), key!("from"), key!("payments")];
            Some(Content::Table { columns, rows: carried.collect() })
        }),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.is_recording()) {
                true => Role { name: "recording", tag: Tag::Bids },
                false => Role { name: "paying", tag: Tag::Follows },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_print_and_parse() {
        for text in ["snapshot", "pay P2 5", "pay P9 1000000"] {
            assert_eq!(text.parse::<Ask>().map(|ask| ask.to_string()), Ok(text.into()));
        }
        for wrong in ["", "pay", "pay P2", "pay S2 5", "pay P2 0", "pay P2 -1", "pay P2 5 6"] {
            assert_eq!(wrong.parse::<Ask>(), Err(EXPECTED), "{wrong}");
        }
    }
}
