//! Gossip: a rumour spreads like a disease, and dies out like one; and what it leaves out is mended by
//! comparing.
//!
//! After Demers et al., *Epidemic Algorithms for Replicated Database Maintenance* (1987). The words are the
//! article's, which has them from epidemiology.
//!
//! **Rumour mongering** (section 1.4). Whoever does not know an update is *susceptible*; who is told becomes
//! *infective*, and from then on tells it to somebody drawn at random, once a cycle (*push*), or tells whoever
//! asks (*pull*; everybody asks somebody, once a cycle). The other answers whether it was news (*feedback*; a
//! *blind* one is not asked). After k contacts in vain, or with a chance of 1/k after each, the teller loses
//! interest: it is *removed*, and tells nobody any more. So the rumour reaches nearly all with few messages,
//! knows nothing of who fails, and may die out before the last have heard it: they are the *residue*.
//!
//! Where all take their cycles together, as in the article's tables, a contact is in vain only if the other
//! knew *before this cycle*. Of who is asked, the contacts of a cycle count as one: in vain if none needed it.
//!
//! **Anti-entropy** (section 1.3). Now and then a place compares all that it has with somebody's, at first by a
//! checksum; where these differ, by versions; and each sends what the other lacks. It heals everything, and
//! costs the more the more there is.
//!
//! **Death certificates** (section 2). A deletion is an update, for a key that is only gone comes back from whoever
//! has not heard of it. Certificates are forgotten after a while, but for *dormant* ones at a few keepers. One
//! that meets what it has deleted wakes up and spreads once more, with an *activation stamp* beside its own: it
//! is new to all, and still deletes nothing that was written after it. (The dead may rise for a while: until
//! they meet a keeper.)
//!
//! Versions are wall clocks, so clocks that differ lose writes. All of it is in memory: a crash forgets it.
//!
//! `update.rs` has what spreads and what is said; `rumour.rs` rumour mongering; `repair.rs` anti-entropy and death
//! certificates; `config.rs` options and flaws; `properties.rs` what must hold; `view.rs` what is shown.

mod config;
mod properties;
mod repair;
mod rumour;
mod update;
mod view;

use std::rc::Rc;

use crate::base::{Place, PlaceKind, Places, Ratio, Sentence, Span, Text, Time};
use crate::check::{DONE, NO_VALUE, Operation};
use crate::protocol::{Effects, Epidemic, FaultModel, Formation, Input, Measure, Meta, Outcome};
use crate::protocol::{Property, Protocol, Repeat, Serves, Topology};
use crate::{scenes, sentence};

pub use config::{Config, Lose, Mode, Rounds};
pub use properties::Told;
pub use update::{Ask, Message, Rank, Subject, Update, Version, What};

/// A place that may know something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gossip {
    me: Place,
    config: Rc<Config>,
    /// How many there are, all of the same kind.
    count: u16,
    entries: Entries,
    /// From whom it has what it heard last, unless it began all of it.
    from: Option<Place>,
    /// Its timer for the next cycle runs.
    telling: bool,
    /// How often it has told somebody an update.
    sent: u64,
    /// The time of the last version that it has made.
    written: Time,
    /// What its last step has changed, for whoever watches.
    changes: Vec<Change>,
}

/// An update that it knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    update: Update,
    /// The cycle in which it was heard; where cycles are not taken together, always the first.
    heard: u64,
    /// It tells others; and so many contacts in a row were in vain.
    interested: bool,
    in_vain: u64,
    /// What came of the contacts of this cycle, where they count as one.
    contacts: Contacts,
    /// A certificate that others have forgotten.
    dormant: bool,
}

/// All updates that a place knows, one a key, in the order of keys. There are few: a list is copied soonest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Entries(Vec<Entry>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Contacts {
    any: bool,
    news: bool,
    known: bool,
}

/// A key that a step has changed: what it had been, and whether a request has written it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    key: Text,
    before: Option<Rank>,
    asked: Option<Version>,
}

impl Protocol for Gossip {
    const META: Meta = Meta {
        slug: "gossip",
        title: "Gossip: a rumour",
        paper: "Demers et al., Epidemic Algorithms for Replicated Database Maintenance (1987), sections 1 and 2",
        summary: "Whoever knows a rumour tells it to others at random, until it has bored too many of them; \
                  anti-entropy mends what it leaves out.",
        kinds: &[PlaceKind::servers(100, 1_000)],
        majority: None,
        formation: Formation { topology: Topology::None, ..Formation::RING },
        requests: &["spread", "put x=1", "delete x"],
        scenes: scenes!(
            "gossip",
            [
                "rumour",
                "four-steps",
                "bored-at-once",
                "log-n",
                "push-and-pull",
                "halves",
                "lost-messages",
                "residue-mended",
                "partition-healed",
                "the-dead-rise",
                "wakes-up",
                "fast-clock",
            ]
        ),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::only(Ask::FORMS, "compare-and-set needs consensus");
    /// Clocks agree, for versions go by them, and so does what is too old to be kept.
    const FAULTS: FaultModel = FaultModel {
        sizes: &[4, 5, 9, 40],
        torn: false,
        drift: Ratio::ZERO,
        jump: Time::ZERO,
        ..FaultModel::CRASH_RECOVERY
    };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["tell", "compare"];
    type Request = Ask;
    type Disk = ();
    type Config = Config;
    type Ghost = Told;

    fn check(config: &Config, places: &Places) -> Result<(), Sentence> {
        let others = u64::from(places.servers()).saturating_sub(1).max(1);
        match config.fanout > others {
            true => Err(sentence!("fanout={0}: there are only {1} others to turn to.", config.fanout, others)),
            false => Ok(()),
        }
    }

    fn boot(me: Place, places: &Places, config: &Config, _: &(), fx: &mut Effects<Self>) -> Self {
        let (config, count) = (Rc::new(config.clone()), places.count(me.letter()));
        let (entries, changes, from) = (Entries::default(), Vec::new(), None);
        let (telling, sent, written) = (false, 0, Time::ZERO);
        let mut it = Gossip { me, config, count, entries, from, telling, sent, written, changes };
        if it.config.mode.asks() && it.has_others() {
            it.begin_asking(fx);
        }
        if let Repeat::Every(time) = it.config.anti_entropy
            && count > 1
        {
            fx.set_timer("compare", Span::new(Time::millis(1), time));
        }
        it
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        self.changes.clear();
        match input {
            Input::Request { seq, request: Ask::Spread, .. } => {
                fx.note(sentence!("begins the rumour"));
                self.write(Update::rumour(), fx);
                fx.reply(self.me, seq, Outcome::Said(sentence!("begun")));
            }
            Input::Request { seq, request: Ask::Store(operation), .. } => {
                let outcome = self.serve(operation, fx);
                fx.reply(self.me, seq, outcome);
            }
            Input::Message { from, message } => match message {
                Message::Rumour { update } | Message::Pulled { update } => self.hear(from, update, fx),
                Message::Pull => self.give(from, fx),
                Message::News { of } => self.was_news(&of),
                Message::Known { of } => self.was_known(&of, fx),
                Message::Checksum { sum } => self.compare_sums(from, sum, fx),
                Message::Same => {}
                Message::Versions { versions } => self.compare_versions(from, &versions, fx),
                Message::Entries { updates, wanted } => self.exchange(from, &updates, &wanted, fx),
            },
            Input::Timer("compare") => self.compare(fx),
            Input::Timer(_) => self.tell(fx),
            Input::Saved(()) | Input::Disconnected { .. } => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn promises(config: &Config, property: &str) -> bool {
        properties::are_promised(config, property)
    }

    fn measures() -> &'static [Measure<Self>] {
        view::MEASURES
    }

    fn epidemic(config: &Config) -> Option<Epidemic> {
        view::epidemic(config)
    }

    fn weight(&self) -> usize {
        self.entries.iter().count()
    }
}

impl Entries {
    fn position(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|entry| entry.update.key.as_ref().cmp(key))
    }

    fn get(&self, key: &str) -> Option<&Entry> {
        self.position(key).ok().map(|at| &self.0[at])
    }

    fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.position(key).ok().map(|at| &mut self.0[at])
    }

    /// In the place of what is known of its key.
    fn put(&mut self, entry: Entry) {
        match self.position(&entry.update.key) {
            Ok(at) => self.0[at] = entry,
            Err(at) => self.0.insert(at, entry),
        }
    }

    fn remove(&mut self, key: &str) {
        if let Ok(at) = self.position(key) {
            self.0.remove(at);
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Gossip {
    /// What a client of the store is told by this place alone.
    fn serve(&mut self, operation: Operation, fx: &mut Effects<Self>) -> Outcome {
        let (key, what) = match operation {
            Operation::Get { key } => {
                let value = self.entries.get(&key).and_then(|entry| entry.update.value());
                return Outcome::Done(value.cloned().unwrap_or_else(|| NO_VALUE.into()));
            }
            Operation::Cas { .. } => return Outcome::Refused(sentence!("compare-and-set needs consensus")),
            Operation::Put { key, value } => (key, What::Value(value)),
            Operation::Delete { key } => {
                let keepers = self.draw_keepers(fx);
                (key, What::Deleted { activated: fx.local_now(), keepers })
            }
        };
        // No two of its versions are of the same time.
        self.written = fx.local_now().max(self.written + Time(1));
        let version = Version { at: self.written, by: self.me };
        let forgets = self.config.no_tombstone && matches!(what, What::Deleted { .. });
        match forgets {
            true => self.forget(key, version),
            false => self.write(Update { key, version, what }, fx),
        }
        Outcome::Done(DONE.into())
    }

    /// Somebody has asked it to spread this: it is the first that knows.
    fn write(&mut self, update: Update, fx: &mut Effects<Self>) {
        let (key, version) = (update.key.clone(), update.version);
        let known = self.entries.get(&key).map(|entry| entry.update.rank());
        if known.is_some_and(|known| known > update.rank()) {
            fx.note(sentence!("knows something later of {0}, by the clock of who wrote it: nothing changes", key.clone()));
            self.changes.push(Change { key, before: known, asked: Some(version) });
            return;
        }
        self.learn(update, None, true, fx);
        self.changes.iter_mut().for_each(|change| change.asked = Some(version));
    }

    /// The key is gone here, and nobody is told.
    fn forget(&mut self, key: Text, version: Version) {
        let before = self.entries.get(&key).map(|entry| entry.update.rank());
        self.entries.remove(&key);
        self.changes.push(Change { key, before, asked: Some(version) });
    }

    /// Takes an update for its own; if it is to be `told`, from the next cycle on it tells others.
    fn learn(&mut self, update: Update, from: Option<Place>, told: bool, fx: &mut Effects<Self>) {
        let key = update.key.clone();
        let before = self.entries.get(&key).map(|entry| entry.update.rank());
        self.changes.push(Change { key, before, asked: None });
        self.from = from.or(self.from);
        let (heard, interested) = (self.cycle(fx), told && self.has_others());
        let (in_vain, contacts, dormant) = (0, Contacts::default(), false);
        self.entries.put(Entry { update, heard, interested, in_vain, contacts, dormant });
        if interested && !self.telling {
            self.telling = true;
            fx.set_timer("tell", self.until_next_cycle(fx));
        }
    }

    /// Whether there is anybody to spread rumours to.
    fn has_others(&self) -> bool {
        self.count > 1 && self.config.fanout > 0
    }

    /// So many others, each as likely.
    fn draw(&self, many: u64, fx: &mut Effects<Self>) -> Vec<Place> {
        let mut drawn: Vec<Place> = Vec::new();
        while (drawn.len() as u64) < many.min(u64::from(self.count) - 1) {
            // Among all but itself.
            let number = fx.chance(u32::from(self.count) - 1) as u16;
            let number = if number < self.me.number() { number } else { number + 1 };
            let place = Place::new(self.me.letter(), number);
            if !drawn.contains(&place) {
                drawn.push(place);
            }
        }
        drawn
    }
}
