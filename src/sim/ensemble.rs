//! The servers of a run behind one face, whatever they run. A [`Protocol`] is typed, so that its file
//! reads as the paper does; what surrounds it is the same for all. [`Servers`] stands between: what
//! is typed within is opaque without, so the simulator is compiled once, not once a protocol.
//!
//! | within | without |
//! |---|---|
//! | a message | `Rc<dyn Message>`: it can be named and drawn, and copied for nothing |
//! | what a disk holds | an [`Image`], which only its own protocol can read |
//! | a timer | its place among the timers that the server has set |
//! | a client's request | its text, as a script writes it |

use std::any::Any;
use std::borrow::Cow;
use std::rc::Rc;

use crate::base::{Breach, Chance, Place, Places, Sentence, Span, Text, Time};
use crate::check::Operation;
use crate::protocol::{
    Cell, Channel, ClockReading, Cluster, Effect, Effects, Field, Form, Input, Message, Meta,
    Moment, NodeView, Outcome, Panel, PanelView, PropertyInfo, Protocol, Request as _, Role,
    SourceLine, StampedWrite, Tenure, Unserved, Variable, Vocabulary, Witness as _, read_request,
};

/// What a disk holds, or a write to it.
pub type Image = Rc<dyn Any>;

/// What a server is asked to react to: [`Input`] from without.
pub enum Stimulus {
    Message { from: Place, message: Rc<dyn Message> },
    Timer(u16),
    Request { from: Place, seq: u64, request: Text, bookmark: Option<Text> },
    Saved(Image),
    Disconnected { peer: Place },
}

/// What a server asks for: [`Effect`] from without.
#[derive(Clone)]
pub enum Wish {
    Send { to: Place, message: Rc<dyn Message> },
    Persist(Image),
    SetTimer { timer: u16, after: Span },
    CancelTimer(u16),
    Reply { to: Place, seq: u64, outcome: Outcome },
    Disconnect { peer: Place },
    Note(Sentence),
}

/// What the servers of one step ask for, in order, each with the source line.
pub type Wishes = Vec<(Wish, SourceLine)>;

/// A request, read.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// As it prints.
    pub text: Text,
    /// Only the server that it is sent to can answer.
    pub stays: bool,
    /// What it means to a judge.
    pub operation: Option<Operation>,
}

/// All servers of a run, what they must not be seen to break, and how they look.
pub trait Ensemble {
    /// A copy that goes its own way: a checkpoint.
    fn copy(&self) -> Box<dyn Ensemble>;
    /// What a copy costs, in entries of about a hundred bytes.
    fn weight(&self) -> usize;
    fn meta(&self) -> &'static Meta;
    /// What the servers ask of the network.
    fn channel(&self) -> Channel;
    /// Those that are promised with its options.
    fn properties(&self) -> Vec<PropertyInfo>;
    /// What can be waited for, by name.
    fn words(&self) -> Vocabulary;

    /// An empty disk.
    fn blank(&self) -> Image;
    /// A disk that begins with this log, which has been checked.
    fn stored(&self, log: &str) -> Image;
    fn boot(&mut self, node: Place, disk: &Image, clock: ClockReading, wishes: &mut Wishes);
    /// One atomic step of a server that is up.
    fn step(&mut self, node: Place, stimulus: Stimulus, clock: ClockReading, wishes: &mut Wishes);
    /// Its memory is lost, at this time of the run.
    fn stop(&mut self, node: Place, at: Time);
    /// What its disk held is lost, and it is down: the empty disk.
    fn wipe(&mut self, node: Place) -> Image;
    /// The name of a timer that the server has set since it booted.
    fn timer(&self, node: Place, timer: u16) -> Text;

    /// Whether two messages say the same; of different protocols, whether they read the same.
    fn same(&self, one: &dyn Message, other: &dyn Message) -> bool;

    /// What clients can ask.
    fn forms(&self) -> &'static [Form];
    /// The request as a client asks it; or why it is none.
    fn request(&self, text: &str) -> Result<Wanted, Unserved>;

    /// The history variables learn of a server's step, and say whether properties have to look at it …
    fn witness(&mut self, node: Place, moment: Moment) -> bool;
    /// … and of what a client asked or was told.
    fn overhear(
        &mut self,
        event: u64,
        client: Place,
        request: (&str, Option<&Text>),
        outcome: Option<&Outcome>,
    );
    /// Whether the protocol's property of this position holds now. `changed` as in [`Cluster`].
    fn holds(&self, property: usize, changed: Option<Place>) -> Result<(), Breach>;

    /// The protocol's numbers about all of them, in sentences.
    fn measures(&self) -> Vec<Sentence>;

    /// All roles that there are.
    fn roles(&self) -> &'static [Role];
    /// `None` while down.
    fn role(&self, node: Place) -> Option<Role>;
    /// `None` while down.
    fn tenures(&self, node: Place) -> Option<Vec<Tenure>>;
    /// `None` while down.
    fn latest_write(&self, node: Place) -> Option<StampedWrite>;
    /// Whether these are enough to decide, as the node sees it, or would if it booted now.
    fn is_quorum(&self, node: Place, disk: &Image, has: &dyn Fn(Place) -> bool) -> Option<bool>;
    /// While down: as it would boot from this disk. So with the next three.
    fn view(&self, node: Place, disk: &Image) -> NodeView;
    /// Of a log, the last `entries`.
    fn panels(&self, node: Place, disk: &Image, entries: u64) -> Vec<PanelView>;
    /// The last index of its log; `None` where it keeps no log.
    fn log_len(&self, node: Place, disk: &Image) -> Option<u64>;
    /// The entries after `from` up to and including `to`.
    fn log(&self, node: Place, disk: &Image, from: u64, to: u64) -> Vec<Cell>;
    fn durable(&self, disk: &Image) -> Vec<Field>;
}

impl Clone for Box<dyn Ensemble> {
    fn clone(&self) -> Self {
        self.copy()
    }
}

/// Servers that run this protocol.
#[derive(Clone)]
pub struct Servers<P: Protocol> {
    places: Rc<Places>,
    config: Rc<P::Config>,
    /// By place; `None` while down.
    replicas: Vec<Option<P>>,
    /// By place: the timers it has set since it booted, in the order of their first time.
    timers: Vec<Vec<P::Timer>>,
    /// By place: what it draws numbers from. The stream outlives crashes.
    chances: Vec<Chance>,
    ghost: P::Ghost,
    /// Empty between steps: kept so that a step need not allocate.
    fx: Effects<P>,
}

impl<P: Protocol> Servers<P> {
    /// All of them down.
    pub fn new(places: &Places, seed: u64, config: P::Config) -> Servers<P> {
        Servers {
            places: Rc::new(places.clone()),
            config: Rc::new(config),
            replicas: vec![None; places.len()],
            timers: vec![Vec::new(); places.len()],
            chances: places.all().map(|place| chance_of(place, seed)).collect(),
            ghost: P::Ghost::default(),
            fx: Effects::new(),
        }
    }

    /// What the node runs, or would run if it booted now.
    fn replica(&self, node: Place, disk: &Image) -> Cow<'_, P> {
        match &self.replicas[self.places.index(node)] {
            Some(replica) => Cow::Borrowed(replica),
            None => {
                let mut fx = Effects::new();
                fx.swap_chance(&mut self.chances[self.places.index(node)].clone());
                Cow::Owned(self.start(node, disk, &mut fx))
            }
        }
    }

    fn cluster(&self, changed: Option<Place>) -> Cluster<'_, P> {
        let (places, replicas, ghost) = (&self.places, &self.replicas[..], &self.ghost);
        Cluster { places, replicas, ghost, changed }
    }

    fn start(&self, node: Place, disk: &Image, fx: &mut Effects<P>) -> P {
        P::boot(node, &self.places, &self.config, read::<P>(disk), fx)
    }

    /// Hands on what a step asked for.
    fn tell(&mut self, node: Place, wishes: &mut Wishes) {
        let timers = &mut self.timers[self.places.index(node)];
        for (effect, line) in self.fx.drain() {
            let wish = match effect {
                Effect::Send { to, message } => Wish::Send { to, message },
                Effect::Persist(disk) => Wish::Persist(Rc::new(disk)),
                Effect::SetTimer { timer, after } => {
                    let known = timers.iter().position(|known| *known == timer);
                    let place = known.unwrap_or_else(|| {
                        timers.push(timer);
                        timers.len() - 1
                    });
                    Wish::SetTimer { timer: place as u16, after }
                }
                Effect::CancelTimer(timer) => {
                    match timers.iter().position(|known| *known == timer) {
                        Some(place) => Wish::CancelTimer(place as u16),
                        None => continue,
                    }
                }
                Effect::Reply { to, seq, outcome } => Wish::Reply { to, seq, outcome },
                Effect::Disconnect { peer } => Wish::Disconnect { peer },
                Effect::Note(sentence) => Wish::Note(sentence),
            };
            wishes.push((wish, line));
        }
    }

    /// What the protocol makes of the stimulus. The simulator gives back what it was given.
    fn input(&self, node: Place, stimulus: Stimulus) -> Input<P> {
        match stimulus {
            Stimulus::Message { from, message } => {
                let message: &dyn Any = &*message;
                let message = message.downcast_ref::<P::Message>().expect("a message of its own");
                Input::Message { from, message: message.clone() }
            }
            Stimulus::Timer(timer) => {
                Input::Timer(self.timers[self.places.index(node)][usize::from(timer)])
            }
            Stimulus::Request { from, seq, request, bookmark } => {
                let request = asked::<P>(&request, bookmark.as_ref());
                let request = request.expect("a request that has been read before");
                Input::Request { from, seq, request }
            }
            Stimulus::Saved(disk) => Input::Saved(read::<P>(&disk).clone()),
            Stimulus::Disconnected { peer } => Input::Disconnected { peer },
        }
    }
}

/// The stream that this place draws numbers from: apart from those of its timers, its disk and its
/// messages (see `node.rs`).
fn chance_of(place: Place, seed: u64) -> Chance {
    let kind = u64::from(u32::from(place.letter())) << 16;
    Chance::new(seed, (1 << 40) + kind + u64::from(place.number()))
}

/// The request with this text, of a client that has been given this bookmark.
fn asked<P: Protocol>(request: &str, bookmark: Option<&Text>) -> Option<P::Request> {
    let request: P::Request = request.parse().ok()?;
    Some(match bookmark {
        Some(bookmark) => request.after(bookmark),
        None => request,
    })
}

fn read<P: Protocol>(image: &Image) -> &P::Disk {
    image.downcast_ref().expect("a disk of its own")
}

impl<P: Protocol> Ensemble for Servers<P> {
    fn copy(&self) -> Box<dyn Ensemble> {
        Box::new(self.clone())
    }

    fn weight(&self) -> usize {
        self.replicas.iter().flatten().map(P::weight).sum()
    }

    fn meta(&self) -> &'static Meta {
        &P::META
    }

    fn channel(&self) -> Channel {
        P::channel(&self.config)
    }

    fn properties(&self) -> Vec<PropertyInfo> {
        let all = PropertyInfo::of::<P>().into_iter();
        all.filter(|property| P::promises(&self.config, property.name)).collect()
    }

    fn words(&self) -> Vocabulary {
        Vocabulary::of::<P>()
    }

    fn blank(&self) -> Image {
        Rc::new(P::Disk::default())
    }

    fn stored(&self, log: &str) -> Image {
        Rc::new(P::stored(log).unwrap_or_default())
    }

    fn boot(&mut self, node: Place, disk: &Image, clock: ClockReading, wishes: &mut Wishes) {
        let mut fx = std::mem::take(&mut self.fx);
        fx.start(clock);
        fx.swap_chance(&mut self.chances[self.places.index(node)]);
        self.replicas[self.places.index(node)] = Some(self.start(node, disk, &mut fx));
        fx.swap_chance(&mut self.chances[self.places.index(node)]);
        self.fx = fx;
        self.tell(node, wishes);
    }

    fn step(&mut self, node: Place, stimulus: Stimulus, clock: ClockReading, wishes: &mut Wishes) {
        let input = self.input(node, stimulus);
        let at = self.places.index(node);
        let Some(replica) = &mut self.replicas[at] else { return };
        self.fx.start(clock);
        self.fx.swap_chance(&mut self.chances[at]);
        replica.step(input, &mut self.fx);
        self.fx.swap_chance(&mut self.chances[at]);
        self.tell(node, wishes);
    }

    fn stop(&mut self, node: Place, at: Time) {
        self.ghost.crashed(node, at);
        self.replicas[self.places.index(node)] = None;
        self.timers[self.places.index(node)].clear();
    }

    fn wipe(&mut self, node: Place) -> Image {
        self.ghost.wiped(node);
        self.blank()
    }

    fn timer(&self, node: Place, timer: u16) -> Text {
        self.timers[self.places.index(node)][usize::from(timer)].to_string().into()
    }

    fn same(&self, one: &dyn Message, other: &dyn Message) -> bool {
        let typed = |message| <dyn Any>::downcast_ref::<P::Message>(message);
        match (typed(one), typed(other)) {
            (Some(one), Some(other)) => one == other,
            _ => one.kind() == other.kind() && one.label() == other.label(),
        }
    }

    fn forms(&self) -> &'static [Form] {
        P::SERVES.forms
    }

    fn request(&self, text: &str) -> Result<Wanted, Unserved> {
        let request = read_request::<P>(text)?;
        let (stays, operation) = (request.stays(), request.operation());
        Ok(Wanted { text: request.to_string().into(), stays, operation })
    }

    fn witness(&mut self, node: Place, moment: Moment) -> bool {
        match &self.replicas[self.places.index(node)] {
            Some(replica) => {
                self.ghost.witness(node, replica, moment);
                !self.ghost.saw_nothing()
            }
            None => true,
        }
    }

    fn overhear(
        &mut self,
        event: u64,
        client: Place,
        (request, bookmark): (&str, Option<&Text>),
        outcome: Option<&Outcome>,
    ) {
        if let Some(request) = asked::<P>(request, bookmark) {
            self.ghost.overhear(event, client, &request, outcome);
        }
    }

    fn holds(&self, property: usize, changed: Option<Place>) -> Result<(), Breach> {
        (P::properties()[property].holds)(&self.cluster(changed))
    }

    fn measures(&self) -> Vec<Sentence> {
        let cluster = self.cluster(None);
        P::measures().iter().map(|measure| measure(&cluster)).collect()
    }

    fn roles(&self) -> &'static [Role] {
        P::roles()
    }

    fn role(&self, node: Place) -> Option<Role> {
        self.replicas[self.places.index(node)].as_ref().map(P::role)
    }

    fn is_quorum(&self, node: Place, disk: &Image, has: &dyn Fn(Place) -> bool) -> Option<bool> {
        self.replica(node, disk).is_quorum(has)
    }

    fn view(&self, node: Place, disk: &Image) -> NodeView {
        self.replica(node, disk).view()
    }

    fn tenures(&self, node: Place) -> Option<Vec<Tenure>> {
        self.replicas[self.places.index(node)].as_ref().map(P::tenures)
    }

    fn latest_write(&self, node: Place) -> Option<StampedWrite> {
        self.replicas[self.places.index(node)].as_ref()?.latest_write()
    }

    fn panels(&self, node: Place, disk: &Image, entries: u64) -> Vec<PanelView> {
        Panel::read(P::PANELS, &*self.replica(node, disk), read::<P>(disk), entries)
    }

    fn log_len(&self, node: Place, disk: &Image) -> Option<u64> {
        (Panel::log_of(P::PANELS)?.len)(&*self.replica(node, disk))
    }

    fn log(&self, node: Place, disk: &Image, from: u64, to: u64) -> Vec<Cell> {
        Panel::log_of(P::PANELS).map_or_else(Vec::new, |log| {
            (log.cells)(&*self.replica(node, disk), read::<P>(disk), from, to)
        })
    }

    fn durable(&self, disk: &Image) -> Vec<Field> {
        Variable::read(P::DURABLE, read::<P>(disk))
    }
}
