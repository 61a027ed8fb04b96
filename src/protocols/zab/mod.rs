//! ZAB: how the servers of ZooKeeper keep one history, although some of them crash and connections
//! between them break.
//!
//! After Flavio Junqueira, Benjamin Reed and Marco Serafini, *Zab: High-performance broadcast for
//! primary-backup systems* (2011); André Medeiros, *ZooKeeper's atomic broadcast protocol: Theory and
//! practice* (2012); and ZooKeeper's own specification. Where ZooKeeper differs from the article, it
//! is ZooKeeper that is followed, and the line says so.
//!
//! The idea in five sentences. Servers that look for a leader *elect* the one that has seen most, and
//! this is no more than a guess. In *discovery* the guess becomes a leader with an *epoch* that is higher
//! than any that a quorum has accepted. In *synchronisation* the leader makes the histories of its
//! followers equal to its own, and once a quorum has this on disk, all of it is committed. In *broadcast*
//! it proposes transactions, commits what a quorum has on disk, and everybody executes them in the order
//! of their *zxids*. Whoever loses the other side looks for a leader again.
//!
//! Three durable things and one acknowledgment: snapshot, history, epoch, and only then the word that
//! all is done ([`synchronisation`]). Every order of these but one is wrong, and ZooKeeper has tried
//! several.
//!
//! The files follow the article: `election.rs` (phase 0), `discovery.rs` (phase 1), `synchronisation.rs`
//! (phase 2), `broadcast.rs` (phase 3), `clients.rs` (sessions, reads, sync); `history.rs` and
//! `message.rs` hold the data, `config.rs` options and flaws, `properties.rs` what must never break,
//! `ghost.rs` what it needs to know of the past, `view.rs` what is shown.
//!
//! Servers speak over connections, in order. Whoever starts to look for a leader closes its connection
//! to the one it had, and a leader that gives up those to its followers, so that nothing of an earlier
//! time arrives in a later one.

mod broadcast;
mod clients;
mod config;
mod discovery;
mod election;
mod ghost;
mod history;
mod message;
mod properties;
mod synchronisation;
#[cfg(test)]
mod tests;
mod view;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::base::quorum::majority;
use crate::base::{Place, PlaceKind, Places, Sentence, Span, Time};
use crate::check::Model;
use crate::protocol::{Channel, Effects, Input, Meta, Property, Protocol, Serves};
use crate::service::KeyValueStore;
use crate::service::sessions::{Sessions, Unanswered};
use crate::{scenes, sentence};

pub use config::{Config, Sync};
pub use discovery::Leading;
pub use election::Looking;
pub use ghost::Ghost;
pub use history::{Entry, History, Snapshot, Zxid};
pub use message::{Ask, Disk, Message, State, Vote, What};
pub use synchronisation::Following;

/// A server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Zab {
    me: Place,
    /// Number of servers.
    nodes: u16,
    config: Rc<Config>,

    /// What was last handed to the disk …
    saved: Disk,
    /// … and what is known to be on it.
    durable: Disk,

    // Volatile state.
    /// Its history in memory. Not all of it may have been handed to the disk while it is brought up to
    /// date.
    history: History,
    /// `lastCommitted`: every transaction up to here has been executed.
    delivered: u64,
    store: KeyValueStore,
    sessions: Sessions,
    /// The round of the election, and its vote there.
    round: u64,
    vote: Vote,
    role: Role,
    /// Those who want to follow this server, which does not lead yet, with their acceptedEpoch.
    callers: BTreeMap<Place, u64>,
    /// Its clients' requests that are to be answered once they are executed here …
    waiting: Unanswered,
    /// … and their syncs, each to be answered at this zxid, once the leader has said which.
    syncs: Vec<(Place, u64, Option<Zxid>)>,
}

/// What a server does at the moment, and what it needs to know for that.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Role {
    Looking(Looking),
    Following(Following),
    Leading(Leading),
}

/// How far a server is with its leader, or a leader with a quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    Election,
    Discovery,
    Synchronisation,
    Broadcast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Time to say again whom one votes for.
    Notify,
    /// A quorum agrees, and no better vote has come for a while.
    Finalize,
    /// Discovery and synchronisation take too long.
    Init,
    /// Time for a leader to ping, and to see who is still there.
    Tick,
    /// A follower has not heard from its leader for too long.
    Silence,
}

impl Protocol for Zab {
    const META: Meta = Meta {
        slug: "zab",
        title: "ZAB",
        paper: "Junqueira, Reed and Serafini, Zab: High-performance broadcast for primary-backup systems (2011)",
        summary: "ZooKeeper's servers elect the one that has seen most, bring everybody up to date, and \
                  only then go on: each epoch continues the history of the one before.",
        kinds: &[PlaceKind::servers(3, 9), PlaceKind::CLIENTS],
        channel: Channel::Fifo,
        requests: &["put x=1", "get x", "sync"],
        scenes: scenes!(
            "zab",
            [
                "discovery-to-broadcast",
                "election",
                "truncated",
                "beside-an-election",
                "stale-sync",
                "issue-4643",
                "issue-3911",
                "issue-2845",
            ]
        ),
        eventual: &["Committed Log Durability", "Histories Converge"],
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(Ask::FORMS);
    const JUDGES: &'static [Model] = &[Model::Sequential];
    type Message = Message;
    type Timer = Timer;
    const TIMERS: &'static [Timer] =
        &[Timer::Notify, Timer::Finalize, Timer::Init, Timer::Tick, Timer::Silence];
    type Request = Ask;
    type Disk = Disk;
    type Config = Config;
    type Ghost = Ghost;

    /// A server starts by looking for a leader. What its disk holds beyond the snapshot may or may not be
    /// committed: its next leader says so.
    fn boot(
        me: Place,
        places: &Places,
        config: &Config,
        disk: &Disk,
        fx: &mut Effects<Self>,
    ) -> Zab {
        let snapshot = &disk.history.snapshot;
        let mut zab = Zab {
            me,
            nodes: places.servers(),
            config: Rc::new(config.clone()),
            saved: disk.clone(),
            durable: disk.clone(),
            history: disk.history.clone(),
            delivered: snapshot.count,
            store: snapshot.store.clone(),
            sessions: snapshot.sessions.clone(),
            round: 0,
            vote: Vote { epoch: disk.current_epoch, zxid: disk.history.last(), id: me },
            role: Role::Looking(Looking::default()),
            callers: BTreeMap::new(),
            waiting: Unanswered::default(),
            syncs: Vec::new(),
        };
        zab.start_election(fx);
        zab
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Message { from, message } => self.receive(from, message, fx),
            Input::Timer(timer) => self.run_out(timer, fx),
            Input::Request { from, seq, request } => self.serve(from, seq, request, fx),
            Input::Saved(disk) => self.on_disk(disk, fx),
            Input::Disconnected { peer } => self.lose(peer, fx),
        }
    }

    fn stored(log: &str) -> Result<Disk, Sentence> {
        Disk::of_zxids(log)
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn weight(&self) -> usize {
        self.store.len()
    }
}

/// What happens, rule by rule.
impl Zab {
    fn receive(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        match message {
            Message::Notification { round, vote, state } => {
                self.hear_notification(from, round, vote, state, fx)
            }
            Message::FollowerInfo { accepted_epoch } => {
                self.hear_follower(from, accepted_epoch, fx)
            }
            message if self.leader() == Some(from) => self.hear_leader(message, fx),
            message => self.hear_learner(from, message, fx),
        }
    }

    fn run_out(&mut self, timer: Timer, fx: &mut Effects<Self>) {
        match (timer, self.phase()) {
            (Timer::Notify, Phase::Election) => self.notify_again(fx),
            (Timer::Finalize, Phase::Election) => self.conclude(fx),
            (Timer::Init, Phase::Discovery | Phase::Synchronisation) => {
                fx.note(sentence!(
                    "gives up: discovery and synchronisation have taken longer than {0} ticks",
                    self.config.init_limit
                ));
                self.look(fx);
            }
            (Timer::Tick, _) => self.tick(fx),
            (Timer::Silence, Phase::Broadcast) => {
                fx.note(sentence!(
                    "gives its leader up: not a word from it for {0} ticks",
                    self.config.sync_limit
                ));
                self.look(fx);
            }
            _ => {}
        }
    }

    /// What was written is durable.
    fn on_disk(&mut self, disk: Disk, fx: &mut Effects<Self>) {
        self.durable = disk;
        match self.role {
            Role::Looking(_) => {}
            Role::Following(_) => self.go_on_writing(fx),
            Role::Leading(_) => self.count_itself(fx),
        }
    }

    /// The connection to this peer is broken.
    fn lose(&mut self, peer: Place, fx: &mut Effects<Self>) {
        self.callers.remove(&peer);
        if self.leader() == Some(peer) {
            fx.note(sentence!("has lost its connection to {0}, its leader", peer));
            self.look(fx);
        }
        if let Role::Leading(lead) = &mut self.role {
            lead.learners.remove(&peer);
        }
    }
}

/// Words that the rules use.
impl Zab {
    fn phase(&self) -> Phase {
        match &self.role {
            Role::Looking(_) => Phase::Election,
            Role::Following(following) => following.phase,
            Role::Leading(lead) => lead.phase,
        }
    }

    fn state(&self) -> State {
        match self.role {
            Role::Looking(_) => State::Looking,
            Role::Following(_) => State::Following,
            Role::Leading(_) => State::Leading,
        }
    }

    /// Whom it follows.
    fn leader(&self) -> Option<Place> {
        match &self.role {
            Role::Following(following) => Some(following.leader),
            _ => None,
        }
    }

    fn others(&self) -> impl Iterator<Item = Place> + use<> {
        let me = self.me;
        Place::servers(self.nodes).filter(move |node| *node != me)
    }

    fn is_quorum(&self, members: usize) -> bool {
        members >= usize::from(majority(self.nodes))
    }

    fn ticks(&self, count: u64) -> Span {
        Span::exactly(Time(self.config.tick.0 * count))
    }

    fn save(&mut self, fx: &mut Effects<Self>) {
        fx.persist(self.saved.clone());
    }
}
