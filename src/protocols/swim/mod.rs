//! SWIM: who is in the group, and who has failed, known to all by gossip; with Lifeguard as an option.
//!
//! After Abhinandan Das, Indranil Gupta and Ashish Motivala, *SWIM: Scalable Weakly-consistent Infection-style
//! Process Group Membership Protocol* (2002); Armon Dadgar, James Phillips and Jon Currey, *Lifeguard: Local
//! Health Awareness for More Accurate Failure Detection* (2017). Constants, and what the articles leave open,
//! are those of HashiCorp's memberlist (and Serf's, for reaching the dead again).
//!
//! The idea in five sentences. Once a *period* each member pings one other, and asks a few *helpers* to ping it
//! too where no answer comes: what that costs does not grow with the group, and neither does the time until
//! somebody notices a failure. Who does not answer is *suspected*, and has some time to refute that: it raises
//! its *incarnation*, which nobody else may do. Who does not refute is declared *dead*. All this rides on the
//! pings as small updates, each passed on a few times. Nobody agrees with anybody: two members may hold
//! different lists for a while, and in the end they do not.
//!
//! `members.rs` is the list, and which claim overrides which; `suspicion.rs` how long one is suspected;
//! `probe.rs` pings, helpers and local health; `queue.rs` what is passed on, and how often; `dissemination.rs`
//! gossip, exchanges of lists, joining and leaving. `message.rs` and `config.rs` hold the data, `account.rs` what
//! a step did, `ghost.rs` and `properties.rs` what must hold, `view.rs` what is shown.
//!
//! Nothing is durable: who restarts begins at incarnation 0 with the list of its configuration, and refutes its
//! own death when somebody tells it of it.

mod account;
mod config;
mod dissemination;
mod ghost;
mod members;
mod message;
mod probe;
mod properties;
mod queue;
mod suspicion;
#[cfg(test)]
mod tests;
mod view;

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::base::{Place, PlaceKind, Places, Ratio, Sentence, Span, Time};
use crate::protocol::{
    Effects, FaultModel, Formation, Input, Measure, Meta, Property, Protocol, Serves, Topology,
};
use crate::{scenes, sentence};

pub use account::Account;
pub use config::{Config, Periods};
pub use ghost::Ghost;
pub use members::Member;
pub use message::{Ask, Message, State, Update, Updates, What};
pub use probe::{Errand, Probe};
pub use queue::Queue;
pub use suspicion::Suspicion;

/// A process that may be a member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Swim {
    me: Place,
    config: Rc<Config>,
    /// How many processes there are, …
    places: u16,
    /// … and how many of them, the first ones, stand in everybody's configuration.
    contacts: u16,

    standing: Standing,
    incarnation: u64,
    /// What it holds of the others …
    members: Rc<BTreeMap<Place, Member>>,
    /// … the set of those who take part, in one number, …
    fingerprint: u64,
    /// … and whom it suspects since when, and why.
    suspicions: BTreeMap<Place, Suspicion>,
    queue: Queue,
    is_gossiping: bool,

    /// Those who take part, in the order in which it pings them, and who is next.
    round: Vec<Place>,
    next: usize,
    probe: Option<Probe>,
    /// By whoever asked.
    errands: BTreeMap<Place, Errand>,
    /// The number of its last ping.
    seq: u64,
    /// Lifeguard's local health: 0 is well.
    health: u64,

    /// The number of the request to join that it has not answered.
    wish: Option<u64>,
    /// How often it has accused somebody.
    accusations: u64,
    account: Account,
}

/// What a process is to the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    Outside,
    /// It takes part, and has not heard of anybody yet whether it is known.
    Joining,
    Member,
    Left,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The next period begins.
    Probe,
    /// No ack has come.
    Timeout,
    Gossip,
    PushPull,
    Reconnect,
    Join,
    /// This member has been suspected for long enough.
    Suspicion(Place),
    /// Time to tell this member that its errand has brought nothing.
    Nack(Place),
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Timer::Probe => f.write_str("probe"),
            Timer::Timeout => f.write_str("timeout"),
            Timer::Gossip => f.write_str("gossip"),
            Timer::PushPull => f.write_str("push-pull"),
            Timer::Reconnect => f.write_str("reconnect"),
            Timer::Join => f.write_str("join"),
            Timer::Suspicion(member) => write!(f, "suspicion-{member}"),
            Timer::Nack(member) => write!(f, "nack-{member}"),
        }
    }
}

fn exactly(time: Time) -> Span {
    Span::exactly(time)
}

impl Protocol for Swim {
    const META: Meta = Meta {
        slug: "swim",
        title: "SWIM and Lifeguard",
        paper: "Das, Gupta and Motivala, SWIM: Scalable Weakly-consistent Infection-style Process Group Membership \
                Protocol (2002)",
        summary: "Members ping each other at random, suspect who does not answer, and gossip about it: who is slow \
                  has time to object.",
        kinds: &[PlaceKind::servers(5, 300)],
        joining: true,
        // With the usual constants it takes minutes, for which no random schedule waits.
        settles: |options, _| options.iter().any(|(name, _)| name == "interval"),
        majority: None,
        formation: Formation { topology: Topology::None, ..Formation::RING },
        requests: &["leave", "join"],
        scenes: scenes!(
            "swim",
            [
                "failure",
                "refuted",
                "accused-at-once",
                "slow-member",
                "join-leave-restart",
                "two-halves",
                "stale-dead",
            ]
        ),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(Ask::FORMS);
    const FAULTS: FaultModel = FaultModel {
        sizes: &[3, 5, 5, 4, 2, 7, 11, 1],
        torn: false,
        jump: Time::seconds(1),
        drift: Ratio::percent(20),
        ..FaultModel::CRASH_RECOVERY
    };
    type Message = Message;
    type Timer = Timer;
    type Request = Ask;
    type Disk = ();
    type Config = Config;
    type Ghost = Ghost;

    fn check(config: &Config, _: &Places) -> Result<(), Sentence> {
        match config.interval.0.is_multiple_of(10) {
            true => Ok(()),
            false => Err(sentence!("interval={0} cannot be divided: say a multiple of 10us", config.interval)),
        }
    }

    fn boot(me: Place, places: &Places, config: &Config, _: &(), fx: &mut Effects<Self>) -> Self {
        let contacts = places.members();
        let standing = if places.begins_outside(me) { Standing::Outside } else { Standing::Joining };
        let mut it = Swim {
            me,
            config: Rc::new(config.clone()),
            places: places.count(me.letter()),
            contacts,
            standing,
            incarnation: 0,
            members: Rc::default(),
            fingerprint: 0,
            suspicions: BTreeMap::new(),
            queue: Queue::default(),
            is_gossiping: false,
            round: Vec::new(),
            next: 0,
            probe: None,
            errands: BTreeMap::new(),
            seq: 0,
            health: 0,
            wish: None,
            accusations: 0,
            account: Account::default(),
        };
        if standing == Standing::Joining {
            let known = Member { state: State::Alive, incarnation: 0 };
            let others = Place::numbered(me.letter(), contacts).filter(|place| *place != me);
            others.for_each(|place| it.set(place, known, fx));
            it.begin(fx);
        }
        it
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        self.account = Account::default();
        match input {
            Input::Request { seq, request: Ask::Join, .. } => self.asked_to_join(seq, fx),
            Input::Request { seq, request: Ask::Leave, .. } => self.asked_to_leave(seq, fx),
            Input::Message { from, message } if self.takes_part() => self.receive(from, message, fx),
            Input::Timer(timer) => self.run_out(timer, fx),
            Input::Message { .. } | Input::Saved(()) | Input::Disconnected { .. } => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn measures() -> &'static [Measure<Self>] {
        properties::MEASURES
    }

    /// The list is shared until it changes.
    fn weight(&self) -> usize {
        (self.round.len() + self.queue.len()) / 8
    }
}

impl Swim {
    /// It takes part from now on.
    fn begin(&mut self, fx: &mut Effects<Self>) {
        fx.set_timer(Timer::Probe, self.first_period());
        fx.set_timer(Timer::PushPull, Span::new(Time::ZERO, self.config.push_pull));
        fx.set_timer(Timer::Reconnect, Span::new(Time::ZERO, self.config.reconnect));
        // Whoever comes back may have left somebody suspected.
        let suspects = self.members.iter().filter(|(_, known)| known.state == State::Suspect);
        for about in suspects.map(|(about, _)| *about).collect::<Vec<_>>() {
            let (now, n) = (fx.steady_now(), self.group());
            let suspicion = Suspicion::new(self.me, n, now, self.config.interval);
            self.suspicions.insert(about, suspicion);
            self.look_at_suspicion(about, fx);
        }
        self.join(fx);
    }

    fn receive(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        message.updates.iter().for_each(|update| self.hear(*update, fx));
        match message.what {
            What::Ping { seq } => self.send(from, What::Ack { seq }, fx),
            What::Ack { seq } => self.take_ack(seq, fx),
            What::PingReq { seq, target } if target == self.me => self.send(from, What::Ack { seq }, fx),
            What::PingReq { seq, target } => self.help(from, seq, target, fx),
            What::Nack { seq } => self.take_nack(from, seq),
            What::Gossip => {}
            What::PushPull { list } => {
                self.merge(&list, fx);
                self.send(from, What::PushPullReply { list: self.list() }, fx);
            }
            What::PushPullReply { list } => {
                self.merge(&list, fx);
                if self.standing == Standing::Joining {
                    self.have_joined(fx);
                }
            }
        }
    }

    fn run_out(&mut self, timer: Timer, fx: &mut Effects<Self>) {
        match timer {
            Timer::Probe => self.next_period(fx),
            Timer::Timeout => self.ask_helpers(fx),
            Timer::Gossip => self.gossip(fx),
            Timer::PushPull => self.push_pull(fx),
            Timer::Reconnect => self.reconnect(fx),
            Timer::Join => self.join(fx),
            Timer::Suspicion(about) => self.look_at_suspicion(about, fx),
            Timer::Nack(to) => self.send_nack(to, fx),
        }
    }
}
