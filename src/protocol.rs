//! What a protocol is: a state machine that takes an [`Input`] and asks for [`Effects`], and plain
//! data that describes it. A protocol decides; the simulator acts. It sees no clock, no network and
//! no chance except through its effects, so the same file runs under every schedule and every fault.

use std::any::Any;
use std::fmt::{self, Debug, Display};
use std::hash::Hash;
use std::panic::Location;
use std::rc::Rc;
use std::str::FromStr;

use crate::base::{Chance, Place, PlaceKind, Places, Sentence, Span, Text, Time};
use crate::check::{Model, NO_VALUE, Operation};
use crate::sentence;

pub use epidemic::Epidemic;
pub use faults::{FaultModel, PartitionKind};
pub use form::{Blank, Form, Holds, Misfit};
pub use inside::Asked;
pub use options::{FlawInfo, OptionInfo, OptionValue, Options, Repeat, Switch};
pub use panel::{Cell, CellState, Content, LogReading, Opinion, Panel, PanelView, Regard};
pub use property::{Cluster, Measure, Property, PropertyInfo, PropertyKind, PropertySource};
pub use shown::{
    Field, FieldName, Gathering, NodeView, Role, Shown, Stamp, StampedWrite, Tag, Tenure, Variable,
    Vocabulary,
};

pub mod epidemic;
mod faults;
mod form;
mod inside;
pub mod messages;
pub mod options;
mod panel;
pub mod plain;
mod property;
mod shown;

#[cfg(test)]
pub(crate) use shown::tests;

/// One replica of a protocol: its volatile state, and the rules that move it. What is shown of it is
/// [`Shown`].
///
/// State, messages and disk are plain data without floats, compared and hashed by value. What not
/// every protocol has may be `()`: options, history variables.
pub trait Protocol: Shown<<Self as Protocol>::Disk> + Clone + Eq + Hash + Debug + 'static {
    const META: Meta;
    type Message: Message + Clone + Eq + Hash + Debug;
    type Timer: Copy + Ord + Hash + Debug + Display + 'static;
    /// All timers that there are, each a word, as in `fire S1 election`; none is listed where there is
    /// one for each of many things.
    const TIMERS: &'static [Self::Timer] = &[];
    type Request: Request;
    /// All that survives a crash.
    type Disk: Clone + Default + Eq + Hash + Debug + 'static;
    /// Options and flaws, as a script sets them: a table by [`options!`](crate::options), or `()`.
    type Config: Options;
    type Ghost: Witness<Self>;

    /// Which requests of its service it serves.
    const SERVES: Serves;

    /// What it promises to survive: see [`FaultModel`].
    const FAULTS: FaultModel = FaultModel::CRASH_RECOVERY;

    /// What its clients may rely on, whoever looks: each is judged from what they asked and were told.
    const JUDGES: &'static [Model] = &[];

    /// What it asks of the network, with these options.
    fn channel(_config: &Self::Config) -> Channel {
        Self::META.channel
    }

    /// What in these options makes no sense for these places.
    fn check(_config: &Self::Config, _places: &Places) -> Result<(), Sentence> {
        Ok(())
    }

    /// What a disk holds that begins with this log, as a script's `log` line gives it; or why none can.
    fn stored(_log: &str) -> Result<Self::Disk, Sentence> {
        Err(sentence!("{0} takes no log to begin with", Self::META.title))
    }

    /// The properties that the literature names; each is checked after every step.
    fn properties() -> &'static [Property<Self>];

    /// Whether it promises this property of its, or of its judges, with these options at all: one that it
    /// does not promise is not looked at.
    fn promises(_config: &Self::Config, _property: &str) -> bool {
        true
    }

    /// Numbers that tell how all of them are doing together, each in a sentence.
    fn measures() -> &'static [Measure<Self>] {
        &[]
    }

    /// What theory says of how something spreads, if that is what it does with these options.
    fn epidemic(_config: &Self::Config) -> Option<Epidemic> {
        None
    }

    /// What it gives up while a partition lasts, with these options. Who promises linearizability by a
    /// majority lets the others wait.
    fn under_partition(config: &Self::Config, _places: &Places) -> Option<UnderPartition> {
        let judged = Self::META.majority.is_some() && Self::JUDGES.contains(&Model::Linearizable);
        let promised = judged && Self::promises(config, Model::Linearizable.promise().name);
        promised.then_some(UnderPartition::Consistent)
    }

    /// A replica that starts, for the first time or after a crash, from what its disk holds.
    fn boot(
        me: Place,
        places: &Places,
        config: &Self::Config,
        disk: &Self::Disk,
        fx: &mut Effects<Self>,
    ) -> Self;

    /// One atomic step. Effects happen in the order they are asked for, and no message or reply
    /// overtakes an earlier [`Effects::persist`].
    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>);

    /// Number of entries, of about a hundred bytes, that a copy of this replica does not share with
    /// it: what a checkpoint costs.
    fn weight(&self) -> usize {
        0
    }

    /// Where places join and leave ([`Meta::joining`]): whether those are enough to decide, by the configuration
    /// that this replica knows. `None` where any majority of [`Meta::majority`] is.
    fn is_quorum(&self, _: &dyn Fn(Place) -> bool) -> Option<bool> {
        None
    }
}

/// History variables, as specifications call them: what properties need to know of the past and no
/// replica stores. They watch the cluster from outside, across crashes. A protocol whose properties
/// look at the present alone has `()`.
pub trait Witness<P: Protocol>: Clone + Default {
    /// Records what this replica's last step made true.
    fn witness(&mut self, _node: Place, _replica: &P, _moment: Moment) {}

    /// Records that this replica has crashed, at this time of the run.
    fn crashed(&mut self, _node: Place, _at: Time) {}

    /// Records that the disk of this replica, which is down, is empty from now on.
    fn wiped(&mut self, _node: Place) {}

    /// Whether the step that was witnessed last has changed nothing that properties look at: then none of
    /// them is asked. Most steps of a log that only beats are such.
    fn saw_nothing(&self) -> bool {
        false
    }

    /// Records that at this event a client asks this; or, with an `outcome`, that its request is
    /// over. What was asked and is not over may still take effect.
    fn overhear(
        &mut self,
        _event: u64,
        _client: Place,
        _request: &P::Request,
        _outcome: Option<&Outcome>,
    ) {
    }
}

impl<P: Protocol> Witness<P> for () {}

/// The step after which a replica is witnessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The number of the event that the step began with: what becomes true here, something may be at
    /// odds with later.
    pub event: u64,
    /// When it was, by the time of the run, which no replica knows.
    pub at: Time,
    /// The replica has just started, and knows only what its disk held.
    pub boot: bool,
}

/// What a client asks of the service, as a script writes it. Its parser's error says what was
/// expected.
pub trait Request: Clone + Eq + Hash + Debug + Display + FromStr<Err = &'static str> {
    /// What it means to a judge; `None` where it is part of no history.
    fn operation(&self) -> Option<Operation> {
        None
    }

    /// Only the server that it is sent to can answer: the client asks no other.
    fn stays(&self) -> bool {
        false
    }

    /// The same request, of a client that has been given this bookmark: see [`Outcome::DoneAt`].
    fn after(self, _bookmark: &str) -> Self {
        self
    }
}

/// Which requests of its service a protocol serves: all, or some, and why no others.
#[derive(Clone, Copy, Debug)]
pub struct Serves {
    /// What can be asked, as forms to fill in.
    pub forms: &'static [Form],
    because: Option<&'static str>,
}

impl Serves {
    pub const fn all(forms: &'static [Form]) -> Serves {
        Serves { forms, because: None }
    }

    /// `because` ends a sentence: `it does not serve “cas”: compare-and-set needs consensus.`
    pub const fn only(forms: &'static [Form], because: &'static str) -> Serves {
        Serves { forms, because: Some(because) }
    }
}

/// What keeps a text from being a request that a protocol serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unserved {
    /// It is none; this was expected.
    Unread(&'static str),
    /// Its service has it, but not this protocol: why, in a sentence.
    Refused(Sentence),
}

/// A client's request to this protocol.
pub fn read_request<P: Protocol>(text: &str) -> Result<P::Request, Unserved> {
    let request: P::Request = text.parse().map_err(Unserved::Unread)?;
    let Serves { forms, because: Some(because) } = P::SERVES else { return Ok(request) };
    let text = request.to_string();
    let word = text.split(' ').next().unwrap_or_default();
    match forms.iter().any(|form| form.word() == word) {
        true => Ok(request),
        false => Err(Unserved::Refused(sentence!(
            "{0} does not serve “{1}”: {2}.",
            P::META.title,
            word.to_owned(),
            because
        ))),
    }
}

/// Of options, as a script sets them, and requests.
pub type Settles = fn(options: &[(String, String)], requests: &[&str]) -> bool;

/// What the catalog says of a protocol before it runs.
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    /// Its name in scripts, links and folders.
    pub slug: &'static str,
    pub title: &'static str,
    /// Where the rules come from.
    pub paper: &'static str,
    /// One sentence for somebody who has never heard of it.
    pub summary: &'static str,
    /// Who takes part: servers first, where there are any. In rows they stand in this order. `S` and `C`
    /// mean servers and clients in every protocol; the clients may be the house's or its own.
    pub kinds: &'static [PlaceKind],
    /// Whether places of the first kind may join and leave during a run: then a script may say how many of
    /// them take part from the start, by the setting [`MEMBERS`].
    pub joining: bool,
    /// Whether everything converges and every request is answered once faults have ended, with these
    /// options and after these requests: what is demanded of random schedules.
    pub settles: Settles,
    /// The letter of the kind of which a majority decides, if one does: who cannot reach it is said to
    /// be cut off.
    pub majority: Option<char>,
    /// How its places stand on the stage, and who talks to whom.
    pub formation: Formation,
    /// What it asks of the network, unless [`Protocol::channel`] says otherwise.
    pub channel: Channel,
    /// What clients of random schedules ask, digits at the end counted up; the first is what a
    /// newcomer might send.
    pub requests: &'static [&'static str],
    /// Scripts worth showing, in the order of the menu: name and text.
    pub scenes: &'static [(&'static str, &'static str)],
    /// The properties that say together, of a store: once all is quiet, its replicas are equal and hold every
    /// acknowledged write. None where it does not promise that.
    pub eventual: &'static [&'static str],
}

/// The setting that says how many places of the first kind take part from the start: `members=3`.
pub const MEMBERS: &str = "members";

impl Meta {
    /// What most protocols have in common, to be completed: `Meta { slug: "raft", …, ..Meta::USUAL }`.
    pub const USUAL: Meta = Meta {
        slug: "",
        title: "",
        paper: "",
        summary: "",
        kinds: &[],
        joining: false,
        settles: |_, _| true,
        majority: Some(Place::SERVER),
        formation: Formation::RING,
        channel: Channel::Datagram,
        requests: &[],
        scenes: &[],
        eventual: &[],
    };
}

/// What a store stays while some of its servers cannot hear the others: by the CAP theorem it cannot stay both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnderPartition {
    /// Linearizable.
    Consistent,
    /// Every request to a server that has not failed is answered.
    Available,
}

impl UnderPartition {
    /// As people write it, with the P of the partition.
    pub fn short(self) -> &'static str {
        match self {
            UnderPartition::Consistent => "CP",
            UnderPartition::Available => "AP",
        }
    }
}

/// How those stand on the stage that run the protocol's program, and who talks to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Formation {
    pub arrangement: Arrangement,
    pub topology: Topology,
}

impl Formation {
    /// In a ring, everybody with everybody.
    pub const RING: Formation =
        Formation { arrangement: Arrangement::Ring, topology: Topology::All };
    /// In rows by kind, each kind with the next.
    pub const ROWS: Formation =
        Formation { arrangement: Arrangement::Rows, topology: Topology::Rows };
    /// On two sides, each kind with the next.
    pub const SIDES: Formation =
        Formation { arrangement: Arrangement::TwoSides, topology: Topology::Rows };
}

/// Who talks to whom among those that run the protocol's program. Links that are not part of it are
/// drawn while they carry something, or are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topology {
    /// Everybody with everybody.
    All,
    /// Each kind with the next one in the order of kinds.
    Rows,
    /// The first place with all others.
    Star,
    None,
}

impl Topology {
    /// Whether these two have a link that is always drawn.
    pub fn joins(self, places: &Places, one: Place, other: Place) -> bool {
        let row = |place: Place| {
            places.kinds().iter().position(|(kind, _)| kind.letter == place.letter())
        };
        match self {
            Topology::All => true,
            Topology::Rows => match (row(one), row(other)) {
                (Some(one), Some(other)) => one.abs_diff(other) == 1,
                _ => false,
            },
            Topology::Star => places.own().next().is_some_and(|hub| hub == one || hub == other),
            Topology::None => false,
        }
    }
}

/// How places stand on the stage. Clients of the house stand outside, always.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arrangement {
    /// In a ring, the first at the top and on clockwise.
    Ring,
    /// A row for each kind, from top to bottom.
    Rows,
    /// The first kind on the left, all others on the right.
    TwoSides,
}

/// The texts of these scenes: `scenes!("raft", ["first-election", "split-vote"])` are two files of the
/// folder `scenes/raft/`.
#[macro_export]
macro_rules! scenes {
    ($slug:literal, [$($name:literal),+ $(,)?]) => {
        &[$((
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/scenes/", $slug, "/", $name, ".txt")),
        )),+]
    };
}

/// What the protocol asks of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Unordered, lossy, duplicating.
    Datagram,
    /// Connections: what arrives, arrives once and in order. One breaks where it is cut and where a
    /// process dies; each end learns of it by [`Input::Disconnected`].
    Fifo,
}

/// A message between replicas.
pub trait Message: Any {
    /// All kinds that there are, in the order of the menu: see [`listed!`](crate::listed).
    fn kinds() -> &'static [Kind]
    where
        Self: Sized;
    fn kind(&self) -> Kind;
    /// The short label on the graph. What stands in it is in the reader's language; names of the paper and values
    /// stay as they are.
    fn label(&self) -> Sentence;
    /// Its fields by their names in the paper, for whoever looks closer.
    fn fields(&self) -> Vec<Field>;
    /// The stamp that it is sent under, where that matters most of it: a token, say. It stands as a chip of its
    /// colour before the label.
    fn stamp(&self) -> Option<u64> {
        None
    }
}

impl Debug for dyn Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.label(), f)
    }
}

/// A kind of message: its name in the paper, and how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    pub name: &'static str,
    pub tone: Tone,
}

/// How a message is drawn; never the only sign of what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// Carries data from whoever leads.
    Call,
    /// Answers.
    Reply,
    /// Answers no: what was asked for is not done.
    Refusal,
    /// Asks for a vote, or for a promise.
    Vote,
    /// Keeps alive, carries nothing.
    Beat,
    /// To or from a client.
    Client,
}

/// What a replica is asked to react to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input<P: Protocol> {
    Message {
        from: Place,
        message: P::Message,
    },
    /// A timer ran out; it is no longer set.
    Timer(P::Timer),
    /// A client's request. `seq` counts the client's requests from 1; a repeated one has the same. Where
    /// there are no clients of the house, the place itself wants this: `from` is itself, and it answers
    /// itself by [`Effects::reply`].
    Request {
        from: Place,
        seq: u64,
        request: P::Request,
    },
    /// The disk now holds this: everything persisted so far is durable.
    Saved(P::Disk),
    /// The connection to this peer is broken: what was sent and is not there may be lost, as may be what
    /// the peer sent. Another begins with whatever is sent next. Only where channels are connections.
    Disconnected {
        peer: Place,
    },
}

/// What a replica asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect<P: Protocol> {
    Send { to: Place, message: Rc<P::Message> },
    Persist(P::Disk),
    SetTimer { timer: P::Timer, after: Span },
    CancelTimer(P::Timer),
    Reply { to: Place, seq: u64, outcome: Outcome },
    Disconnect { peer: Place },
    Note(Sentence),
}

/// The answer to a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Done, with the state machine's answer.
    Done(Text),
    /// The same, with a bookmark that says how far this server had come. The client brings the last one it
    /// was given along with whatever it asks next, whomever it asks ([`Request::after`]): that is its
    /// session.
    DoneAt(Text, Text),
    /// Done, and what there is to say are words of the service's own, such as “taken”: in the reader's language.
    Said(Sentence),
    /// Answered, but not done: why.
    Refused(Sentence),
    /// Not here: try that server, if any is known.
    Redirect(Option<Place>),
}

impl Outcome {
    /// What is answered, where it was done.
    pub fn answer(&self) -> Option<Text> {
        match self {
            Outcome::Done(answer) | Outcome::DoneAt(answer, _) => Some(answer.clone()),
            Outcome::Said(words) => Some(words.to_string().into()),
            Outcome::Refused(_) | Outcome::Redirect(_) => None,
        }
    }

    /// In words. A value of a client is nobody's language; that there is none is said in the reader's.
    pub fn told(&self) -> Sentence {
        match self {
            Outcome::Done(answer) | Outcome::DoneAt(answer, _) if **answer == *NO_VALUE => {
                sentence!("{0}", NO_VALUE)
            }
            Outcome::Done(answer) | Outcome::DoneAt(answer, _) => sentence!("{0}", answer.clone()),
            Outcome::Said(words) | Outcome::Refused(words) => words.clone(),
            Outcome::Redirect(Some(node)) => sentence!("try {0}", *node),
            Outcome::Redirect(None) => sentence!("no leader"),
        }
    }
}

/// The effects of one step, in order, each with the source line that asked for it.
pub struct Effects<P: Protocol> {
    list: Vec<(Effect<P>, SourceLine)>,
    clock: ClockReading,
    /// Of the place that takes the step.
    chance: Chance,
}

/// What a place's clock shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockReading {
    /// It drifts, and may be stepped.
    pub local: Time,
    /// Without the steps.
    pub steady: Time,
}

/// A line of the protocol's own source.
pub type SourceLine = &'static Location<'static>;

impl<P: Protocol> Effects<P> {
    pub fn new() -> Effects<P> {
        Effects { list: Vec::new(), clock: ClockReading::default(), chance: Chance::new(0, 0) }
    }

    /// Empties the list for a step that starts at this reading of the node's clock.
    pub(crate) fn start(&mut self, clock: ClockReading) {
        self.list.clear();
        self.clock = clock;
    }

    /// The effects asked for, in order.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = (Effect<P>, SourceLine)> {
        self.list.drain(..)
    }

    /// Exchanges the stream of chance that the step draws from: before it for that of its place, and
    /// back after it.
    pub(crate) fn swap_chance(&mut self, chance: &mut Chance) {
        std::mem::swap(&mut self.chance, chance);
    }

    /// A number below `bound`, each as likely; `bound` is not zero. Only what the place draws itself
    /// moves its stream.
    pub fn chance(&mut self, bound: u32) -> u32 {
        self.chance.below(bound)
    }

    /// The node's own clock, which drifts and may be stepped.
    pub fn local_now(&self) -> Time {
        self.clock.local
    }

    /// The same clock as if nobody had ever stepped it: it only drifts. How long something has taken is
    /// measured by it, as by a timer.
    pub fn steady_now(&self) -> Time {
        self.clock.steady
    }

    /// Sends once everything persisted before is durable.
    #[track_caller]
    pub fn send(&mut self, to: Place, message: P::Message) {
        self.push(Effect::Send { to, message: Rc::new(message) }, Location::caller());
    }

    /// Sends to each of `to`.
    #[track_caller]
    pub fn broadcast(&mut self, to: impl Iterator<Item = Place>, message: P::Message) {
        let (message, line) = (Rc::new(message), Location::caller());
        for to in to {
            self.push(Effect::Send { to, message: message.clone() }, line);
        }
    }

    /// Writes to the disk; [`Input::Saved`] tells when it is durable.
    #[track_caller]
    pub fn persist(&mut self, disk: P::Disk) {
        self.push(Effect::Persist(disk), Location::caller());
    }

    /// Sets the timer, or sets it anew, to a time drawn from the span. It is as long as the node's own
    /// clock says, fast or slow; a step of the clock neither ends nor delays it. In a crash it is lost.
    #[track_caller]
    pub fn set_timer(&mut self, timer: P::Timer, after: Span) {
        self.push(Effect::SetTimer { timer, after }, Location::caller());
    }

    #[track_caller]
    pub fn cancel_timer(&mut self, timer: P::Timer) {
        self.push(Effect::CancelTimer(timer), Location::caller());
    }

    /// Answers a client once everything persisted before is durable.
    #[track_caller]
    pub fn reply(&mut self, to: Place, seq: u64, outcome: Outcome) {
        self.push(Effect::Reply { to, seq, outcome }, Location::caller());
    }

    /// Ends the connection to this peer at once, if there is one: what is on its way from there no longer
    /// arrives, and what waits here to be sent there never leaves. What has left arrives, and then the peer
    /// learns that the connection is broken. Only where channels are connections.
    #[track_caller]
    pub fn disconnect(&mut self, peer: Place) {
        self.push(Effect::Disconnect { peer }, Location::caller());
    }

    /// One sentence that says what happened and why, for whoever watches. The node's name stands
    /// before it: write `"votes for {0}: …"`.
    #[track_caller]
    pub fn note(&mut self, sentence: Sentence) {
        self.push(Effect::Note(sentence), Location::caller());
    }

    fn push(&mut self, effect: Effect<P>, line: SourceLine) {
        self.list.push((effect, line));
    }
}

/// Effects belong to one step: a copy starts empty.
impl<P: Protocol> Clone for Effects<P> {
    fn clone(&self) -> Self {
        Effects::new()
    }
}

impl<P: Protocol> Default for Effects<P> {
    fn default() -> Self {
        Effects::new()
    }
}
