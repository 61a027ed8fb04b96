//! Gossip: a rumour spreads like a disease, and dies out like one.
//!
//! After Demers et al., *Epidemic Algorithms for Replicated Database Maintenance* (1987), section 1.4:
//! rumour mongering by push, with feedback and a counter. The words are the article's, which has them
//! from epidemiology.
//!
//! Whoever does not know the rumour is *susceptible*; who is told becomes *infective*, and from then on
//! tells it to somebody drawn at random, once a cycle. The other answers whether it was news. After k
//! answers in a row that it was not, the teller loses interest: it is *removed*, and tells nobody any
//! more. So the rumour reaches nearly all with few messages, knows nothing of who fails, and may die out
//! before the last have heard it: they are the *residue*, which k makes smaller and never nothing.

use std::collections::BTreeSet;

use crate::base::{Place, PlaceKind, Places, Span, Time};
use crate::protocol::{
    Cluster, Effects, FaultModel, Formation, Input, Meta, Moment, Outcome, Topology, Witness,
};
use crate::protocol::{
    Measure, Property, PropertyKind, Protocol, Role, Serves, Shown, Tag, Tone, Variable,
};
use crate::{key, listed, messages, options, plain_requests, scenes, sentence};

options! {
    pub struct Config {
        option counter: u64 {
            default: 2,
            range: 1..=20,
            help: "after so many answers in a row that it was no news a place loses interest",
            samples: ["1", "2", "4"],
        }
        option fanout: u64 {
            default: 1,
            range: 1..=10,
            help: "how many others a place tells in a cycle",
            samples: ["1", "3"],
        }
        option cycle: Span {
            default: Span::exactly(Time::millis(50)),
            help: "how long a place waits from one telling to the next",
            samples: ["50ms", "20ms..200ms"],
        }
    }
}

plain_requests! {
    pub enum Ask { Spread = "spread": "has this place begin the rumour", }
}

messages! {
    pub enum Message {
        Rumour {}: key!("Push"), Tone::Call,
        News {}: key!("News"), Tone::Reply,
        Known {}: key!("Known already"), Tone::Beat,
    }
}

/// A place that may know the rumour.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gossip {
    me: Place,
    config: Config,
    /// How many there are, all of the same kind.
    count: u16,
    knows: bool,
    /// From whom it has the rumour, unless it began it.
    from: Option<Place>,
    /// It still tells others; and so many answers in a row said that they knew.
    interested: bool,
    unneeded: u64,
    sent: u64,
}

/// Who has ever known the rumour, whatever crashes made of it.
#[derive(Clone, Default)]
pub struct Told(BTreeSet<Place>);

impl Witness<Gossip> for Told {
    fn witness(&mut self, node: Place, it: &Gossip, _: Moment) {
        if it.knows {
            self.0.insert(node);
        }
    }
}

impl Protocol for Gossip {
    const META: Meta = Meta {
        slug: "gossip",
        title: "Gossip: a rumour",
        paper: "Demers et al., Epidemic Algorithms for Replicated Database Maintenance (1987), section 1.4",
        summary: "Whoever knows a rumour tells it to others at random, until it has bored too many of them.",
        kinds: &[PlaceKind::servers(100, 1_000)],
        majority: None,
        formation: Formation { topology: Topology::None, ..Formation::RING },
        requests: &["spread"],
        scenes: scenes!("gossip", ["rumour", "bored-at-once", "halves"]),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(Ask::FORMS);
    const FAULTS: FaultModel =
        FaultModel { sizes: &[1, 2, 5, 9, 40], torn: false, ..FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["tell"];
    type Request = Ask;
    type Disk = ();
    type Config = Config;
    type Ghost = Told;

    fn boot(me: Place, places: &Places, config: &Config, _: &(), _: &mut Effects<Self>) -> Self {
        let (config, count) = (config.clone(), places.count(me.letter()));
        let (knows, from, interested, unneeded, sent) = (false, None, false, 0, 0);
        Gossip { me, config, count, knows, from, interested, unneeded, sent }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Request { seq, .. } => {
                fx.note(sentence!("begins the rumour"));
                self.learn(None, fx);
                fx.reply(self.me, seq, Outcome::Done("begun".into()));
            }
            Input::Message { from, message: Message::Rumour {} } => {
                let news = !self.knows;
                fx.send(from, if news { Message::News {} } else { Message::Known {} });
                if news {
                    self.learn(Some(from), fx);
                }
            }
            Input::Message { message: Message::News {}, .. } => self.unneeded = 0,
            Input::Message { message: Message::Known {}, .. } => self.bore(fx),
            Input::Timer(_) => self.tell(fx),
            Input::Saved(()) | Input::Disconnected { .. } => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        &[
            Property {
                name: "Nobody Makes It Up",
                formula: "knowsᵢ ⇒ beganᵢ ∨ knew(told byᵢ)",
                meaning: "Whoever knows the rumour began it, or has it from somebody who knew it.",
                kind: PropertyKind::Always,
                holds: |cluster| {
                    let from = cluster.changed().and_then(|it| it.from);
                    match from.filter(|from| !cluster.ghost.0.contains(from)) {
                        Some(from) => Err(sentence!("{0} has never known it", from).into()),
                        None => Ok(()),
                    }
                },
            },
            Property {
                name: "Everybody Has Heard It",
                formula: "◇ ∀ i: knowsᵢ",
                meaning: "The rumour has reached everybody. Nothing promises that: often it dies out before.",
                kind: PropertyKind::Sometimes,
                holds: |cluster| match cluster.ghost.0.len() == cluster.places.len() {
                    true => Ok(()),
                    false => Err(sentence!("somebody has not heard it").into()),
                },
            },
            Property {
                name: "The Rumour Dies Out",
                formula: "◇□ ∀ i: ¬infectiveᵢ",
                meaning: "In the end nobody tells it any more, as long as answers arrive.",
                kind: PropertyKind::Converges,
                holds: |cluster| match cluster.up().find(|(_, it)| it.interested) {
                    Some((place, _)) => Err(sentence!("{0} still tells it", place).into()),
                    None => Ok(()),
                },
            },
        ]
    }

    fn measures() -> &'static [Measure<Self>] {
        &[
            |cluster| {
                let know = cluster.up().filter(|(_, it)| it.knows).count();
                sentence!("{0} of {1} know it", know, cluster.places.len())
            },
            |cluster| {
                let sent = sent(cluster);
                let hundredths = sent * 100 / cluster.places.len().max(1) as u64;
                let each = format!("{}.{:02}", hundredths / 100, hundredths % 100);
                sentence!("told {0} times: {1} each", sent, each)
            },
        ]
    }
}

/// How often somebody has told it to somebody.
fn sent(cluster: &Cluster<Gossip>) -> u64 {
    cluster.up().map(|(_, it)| it.sent).sum()
}

impl Gossip {
    /// Susceptible no more: from the next cycle on it tells others.
    fn learn(&mut self, from: Option<Place>, fx: &mut Effects<Self>) {
        (self.knows, self.from) = (true, from.filter(|_| !self.knows).or(self.from));
        (self.interested, self.unneeded) = (self.count > 1, 0);
        if self.interested {
            fx.set_timer("tell", self.config.cycle);
        }
    }

    /// A cycle: it tells others, drawn at random, whether they know or not.
    fn tell(&mut self, fx: &mut Effects<Self>) {
        for _ in 0..self.config.fanout {
            // Among all but itself.
            let drawn = fx.chance(u32::from(self.count) - 1) as u16;
            let number = if drawn < self.me.number() { drawn } else { drawn + 1 };
            fx.send(Place::new(self.me.letter(), number), Message::Rumour {});
            self.sent += 1;
        }
        fx.set_timer("tell", self.config.cycle);
    }

    /// Somebody knew it already. (An answer that is lost says nothing.)
    fn bore(&mut self, fx: &mut Effects<Self>) {
        self.unneeded += 1;
        if self.interested && self.unneeded >= self.config.counter {
            self.interested = false;
            fx.cancel_timer("tell");
        }
    }
}

impl Shown<()> for Gossip {
    const VARIABLES: &'static [Variable<Gossip>] = &[
        Variable::sometimes(key!("told by"), |it| it.from.map(|place| place.to_string())),
        Variable::number(key!("in vain"), |it| it.unneeded),
        Variable::number(key!("has told"), |it| it.sent),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match ((self.knows, self.interested)) {
                (false, _) => Role { name: "susceptible", tag: Tag::Follows },
                (true, true) => Role { name: "infective", tag: Tag::Bids },
                _ => Role { name: "removed", tag: Tag::Follows },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rumour_from_nobody_is_found() {
        let places = Places::cluster(2);
        let (me, from) = (Place::server(0), Place::server(1));
        let mut it = Gossip::boot(me, &places, &Config::default(), &(), &mut Effects::new());
        it.learn(Some(from), &mut Effects::new());
        let replicas = [Some(it), None];
        let holds = |told: &Told| {
            let cluster =
                Cluster { places: &places, replicas: &replicas, ghost: told, changed: Some(me) };
            (Gossip::properties()[0].holds)(&cluster)
        };
        assert!(holds(&Told::default()).is_err());
        assert_eq!(holds(&Told(BTreeSet::from([from]))), Ok(()));
    }
}
