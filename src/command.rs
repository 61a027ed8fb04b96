//! The one language in which anybody tells a run what to do: a click, a key, a link, a lesson and a
//! test all say the same [`Command`]. Here are its words and their printing; `scenario.rs` reads
//! them back.

use std::fmt;
use std::rc::Rc;

use crate::base::{Listed, Place, PlaceKind, Places, Quantiles, Ratio, Sentence, Span, Time};
use crate::key;
use crate::protocol::MEMBERS;
use crate::sentence;
use crate::service::workload::Workload;

/// A run, whole: same script, same bytes. Nothing else is stored, shared or tested.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Script {
    pub setup: Setup,
    pub title: Option<String>,
    /// In the order of their times.
    pub lines: Vec<ScriptLine>,
}

/// A command and when it is given: after everything else that happens at that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptLine {
    pub at: Time,
    pub command: Rc<Command>,
}

/// How a run is set up: the first line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The protocol's slug.
    pub protocol: String,
    /// Everybody who takes part.
    pub places: Places,
    pub seed: u64,
    /// Every link, until a command changes one.
    pub link: Quality,
    /// From a write to its being durable.
    pub disk: Latency,
    /// How long a client waits before it asks another server.
    pub retry: Time,
    /// How long a client waits before it gives up; `None`: for ever.
    pub give_up: Option<Time>,
    /// The protocol's own options, as written.
    pub options: Vec<(String, String)>,
    pub flaws: Vec<String>,
    /// Logs that are on disks at the start, as written: lines of their own, in the order of places.
    pub logs: Vec<(Place, String)>,
}

/// How a link treats what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality {
    pub latency: Latency,
    pub loss: Ratio,
    /// A second copy, soon.
    pub duplicate: Ratio,
    /// A second copy, up to two seconds later.
    pub replay: Ratio,
    /// Held up for some latencies more, so that later messages overtake.
    pub reorder: Ratio,
}

/// A change of some of a link's qualities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QualityChange {
    pub latency: Option<Latency>,
    pub loss: Option<Ratio>,
    pub duplicate: Option<Ratio>,
    pub replay: Option<Ratio>,
    pub reorder: Option<Ratio>,
}

/// How long something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Latency {
    /// Constant (`10ms`) or anything between two times (`5ms..15ms`), each as likely.
    Uniform(Span),
    /// At least `min`, `mean` on the average, cut off at `cap`: `2ms~10ms~100ms`.
    Exponential { min: Time, mean: Time, cap: Time },
    /// As it was measured somewhere: `lnkd-ssd`.
    Table(&'static Quantiles),
}

/// Some directed links: one way (`S1>S2`) or both (`S1-S2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    pub from: Place,
    pub to: Place,
    pub both_ways: bool,
}

/// Who can still hear whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Partition {
    /// `S1 S2 | S3 S4 S5`: only members of a common group hear each other. Groups may overlap,
    /// which gives bridges and rings of majorities; whoever is not named forms one more group.
    Groups(Vec<Vec<Place>>),
    /// `S1 S2 > S3`: nothing from the left reaches the right.
    OneWay { unheard: Vec<Place>, deaf: Vec<Place> },
}

/// What can be done to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The node stops; what was not yet durable is lost. `torn`: of the writes under way some, in
    /// their order, reached the disk although nobody was told.
    Crash {
        node: Place,
        torn: bool,
    },
    Restart(Place),
    /// The node stands still, with all its memory, while the world moves on.
    Pause(Place),
    Resume(Place),
    /// Erases the node's disk (and stops it).
    Wipe(Place),
    /// The same done to several places, in their order.
    Each {
        deed: Deed,
        places: Vec<Place>,
    },
    /// A timer runs out now.
    Fire {
        node: Place,
        timer: String,
    },
    /// The node's clock runs faster or slower by parts per million.
    Drift {
        node: Place,
        ppm: i32,
    },
    /// The node's clock jumps, in µs.
    Jump {
        node: Place,
        micros: i64,
    },
    Disk {
        node: Place,
        latency: Latency,
    },
    /// What is sent or under way on these links is lost.
    Cut(Vec<Link>),
    /// What is sent on these links waits until they heal.
    Hold(Vec<Link>),
    Partition(Partition),
    /// These links, or all, carry again.
    Heal(Vec<Link>),
    /// A change of these links, or of all.
    Link {
        links: Vec<Link>,
        change: QualityChange,
    },
    /// A message under way, by the number of the event that sent it.
    Drop(u64),
    Delay {
        message: u64,
        by: Time,
    },
    Duplicate(u64),
    Deliver(u64),
    /// A client asks a server, or several at once; or, of none that is named, the one it asked last.
    Request {
        client: Place,
        to: Vec<Place>,
        request: String,
    },
    /// Clients are kept busy with this from now on; or no longer.
    Load {
        clients: Vec<Place>,
        workload: Option<Rc<Workload>>,
    },
    /// A caption.
    Say(String),
    /// What the run is to show from now on: this property seen, or broken.
    Goal(&'static str),
    /// The story ends here: playing pauses.
    End,
}

/// What can be done to several places at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Crash { torn: bool },
    Restart,
    Pause,
    Resume,
    Wipe,
}

impl Deed {
    /// The same done to one.
    pub fn to(self, place: Place) -> Command {
        match self {
            Deed::Crash { torn } => Command::Crash { node: place, torn },
            Deed::Restart => Command::Restart(place),
            Deed::Pause => Command::Pause(place),
            Deed::Resume => Command::Resume(place),
            Deed::Wipe => Command::Wipe(place),
        }
    }

    /// The same done to these, of which there is one at least.
    pub fn to_each(self, places: Vec<Place>) -> Command {
        match places[..] {
            [place] => self.to(place),
            _ => Command::Each { deed: self, places },
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Deed::Crash { .. } => key!("crash"),
            Deed::Restart => key!("restart"),
            Deed::Pause => key!("pause"),
            Deed::Resume => key!("resume"),
            Deed::Wipe => key!("wipe"),
        }
    }
}

impl Setup {
    /// A run of this protocol, whose places are of these kinds, as many of each as is usual.
    pub fn new(protocol: &str, kinds: &[PlaceKind]) -> Setup {
        Setup { protocol: protocol.into(), places: Places::of(kinds), ..Setup::default() }
    }

    /// Whether no more take part from the start than there are.
    pub fn check_members(&self) -> Result<(), Sentence> {
        let (members, all) = (self.places.members(), self.places.kinds().first());
        match all {
            Some((kind, count)) if members > *count => Err(sentence!(
                "{0} members cannot be among {1} places: {2}",
                members,
                *count,
                format!("{}={count}", kind.setting)
            )),
            _ => Ok(()),
        }
    }

    /// All settings but the flaws by their names, in the order in which they are written: how many there are
    /// of the first kind, and the seed, come first.
    pub fn settings(&self) -> Vec<(String, String)> {
        let places = self.places.kinds().iter();
        let mut settings: Vec<(&str, String)> =
            places.map(|(kind, count)| (kind.setting, count.to_string())).collect();
        settings.insert(settings.len().min(1), ("seed", self.seed.to_string()));
        let members = self.places.members_said();
        settings.extend(members.map(|members| (MEMBERS, members.to_string())));
        let Quality { latency, loss, duplicate, replay, reorder } = self.link;
        let others: [(&str, &dyn fmt::Display); 7] = [
            ("latency", &latency),
            ("loss", &loss),
            ("duplicate", &duplicate),
            ("replay", &replay),
            ("reorder", &reorder),
            ("disk", &self.disk),
            ("retry", &self.retry),
        ];
        settings.extend(others.map(|(name, value)| (name, value.to_string())));
        settings.extend(self.give_up.map(|after| ("give-up", after.to_string())));
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value));
        settings.chain(self.options.iter().cloned()).collect()
    }
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            protocol: String::new(),
            places: Places::of(&[]),
            seed: 1,
            link: Quality::default(),
            disk: Latency::constant(Time::millis(2)),
            retry: Time::millis(500),
            give_up: None,
            options: Vec::new(),
            flaws: Vec::new(),
            logs: Vec::new(),
        }
    }
}

impl Default for Quality {
    fn default() -> Quality {
        Quality {
            latency: Latency::Uniform(Span::new(Time::millis(10), Time::millis(20))),
            loss: Ratio::ZERO,
            duplicate: Ratio::ZERO,
            replay: Ratio::ZERO,
            reorder: Ratio::ZERO,
        }
    }
}

impl Quality {
    pub fn with(mut self, change: &QualityChange) -> Quality {
        self.latency = change.latency.unwrap_or(self.latency);
        self.loss = change.loss.unwrap_or(self.loss);
        self.duplicate = change.duplicate.unwrap_or(self.duplicate);
        self.replay = change.replay.unwrap_or(self.replay);
        self.reorder = change.reorder.unwrap_or(self.reorder);
        self
    }
}

impl Partition {
    /// Everybody whom it names.
    pub fn named(&self) -> impl Iterator<Item = Place> {
        let (groups, one_way) = match self {
            Partition::Groups(groups) => (&groups[..], None),
            Partition::OneWay { unheard, deaf } => (&[][..], Some(unheard.iter().chain(deaf))),
        };
        groups.iter().flatten().chain(one_way.into_iter().flatten()).copied()
    }
}

impl Latency {
    pub const fn constant(time: Time) -> Latency {
        Latency::Uniform(Span::exactly(time))
    }

    /// What one message typically takes.
    pub fn typical(self) -> Time {
        match self {
            Latency::Uniform(span) => Time((span.min.0 + span.max.0) / 2),
            Latency::Exponential { mean, .. } => mean,
            Latency::Table(table) => table.at(Quantiles::WHOLE / 2),
        }
    }
}

impl Link {
    pub fn one_way(from: impl Into<Place>, to: impl Into<Place>) -> Link {
        Link { from: from.into(), to: to.into(), both_ways: false }
    }

    pub fn both_ways(from: impl Into<Place>, to: impl Into<Place>) -> Link {
        Link { both_ways: true, ..Link::one_way(from, to) }
    }

    /// The directed links it stands for.
    pub fn directed(self) -> impl Iterator<Item = (Place, Place)> {
        let back = self.both_ways.then_some((self.to, self.from));
        std::iter::once((self.from, self.to)).chain(back)
    }
}

impl Command {
    /// The node or client it is done to, where it is one.
    pub fn place(&self) -> Option<Place> {
        match self {
            Command::Crash { node, .. }
            | Command::Restart(node)
            | Command::Pause(node)
            | Command::Resume(node)
            | Command::Wipe(node)
            | Command::Fire { node, .. }
            | Command::Drift { node, .. }
            | Command::Jump { node, .. }
            | Command::Disk { node, .. } => Some(*node),
            Command::Request { client, .. } => Some(*client),
            _ => None,
        }
    }

    /// Whether it is done to this node or client, or to links of it.
    pub fn touches(&self, place: Place) -> bool {
        match self {
            Command::Partition(_) => true,
            Command::Cut(links)
            | Command::Hold(links)
            | Command::Heal(links)
            | Command::Link { links, .. } => {
                links.is_empty() || links.iter().any(|link| link.from == place || link.to == place)
            }
            Command::Each { places, .. } | Command::Load { clients: places, .. } => {
                places.contains(&place)
            }
            _ => self.place() == Some(place),
        }
    }

    /// Does something to the cluster, unlike requests and captions.
    pub fn is_fault(&self) -> bool {
        !matches!(
            self,
            Command::Request { .. }
                | Command::Load { .. }
                | Command::Say(_)
                | Command::Goal(_)
                | Command::End
        )
    }

    /// The message it is done to, by the number of the event that sent it.
    pub fn message(&self) -> Option<u64> {
        match self {
            Command::Drop(message)
            | Command::Delay { message, .. }
            | Command::Duplicate(message)
            | Command::Deliver(message) => Some(*message),
            _ => None,
        }
    }

    /// Its first word, as a script writes it.
    pub fn verb(&self) -> &'static str {
        match self {
            Command::Crash { torn, .. } => Deed::Crash { torn: *torn }.verb(),
            Command::Restart(_) => Deed::Restart.verb(),
            Command::Pause(_) => Deed::Pause.verb(),
            Command::Resume(_) => Deed::Resume.verb(),
            Command::Wipe(_) => Deed::Wipe.verb(),
            Command::Each { deed, .. } => deed.verb(),
            Command::Fire { .. } => key!("fire"),
            Command::Drift { .. } | Command::Jump { .. } => key!("clock"),
            Command::Disk { .. } => key!("disk"),
            Command::Cut(_) => key!("cut"),
            Command::Hold(_) => key!("hold"),
            Command::Partition(_) => key!("partition"),
            Command::Heal(_) => key!("heal"),
            Command::Link { .. } => key!("link"),
            Command::Drop(_) => key!("drop"),
            Command::Delay { .. } => key!("delay"),
            Command::Duplicate(_) => key!("duplicate"),
            Command::Deliver(_) => key!("deliver"),
            Command::Request { .. } => "request",
            Command::Load { .. } => "load",
            Command::Say(_) => "say",
            Command::Goal(_) => "goal",
            Command::End => "end",
        }
    }
}

fn each(f: &mut fmt::Formatter<'_>, items: &[impl fmt::Display]) -> fmt::Result {
    items.iter().try_for_each(|item| write!(f, " {item}"))
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb())?;
        match self {
            Command::Crash { node, torn } => {
                write!(f, " {node}{}", if *torn { " torn" } else { "" })
            }
            Command::Each { deed, places } => {
                let torn = *deed == Deed::Crash { torn: true };
                write!(f, " {}{}", Listed(places), if torn { " torn" } else { "" })
            }
            Command::Restart(node)
            | Command::Pause(node)
            | Command::Resume(node)
            | Command::Wipe(node) => write!(f, " {node}"),
            Command::Fire { node, timer } => write!(f, " {node} {timer}"),
            Command::Drift { node, ppm } => {
                let sign = if *ppm < 0 { '-' } else { '+' };
                let share = Ratio::from_ppm(ppm.unsigned_abs());
                write!(f, " {node} drift={sign}{share}")
            }
            Command::Jump { node, micros } => {
                let sign = if *micros < 0 { '-' } else { '+' };
                write!(f, " {node} jump={sign}{}", Time(micros.unsigned_abs()))
            }
            Command::Disk { node, latency } => write!(f, " {node} latency={latency}"),
            Command::Cut(links) | Command::Hold(links) | Command::Heal(links) => each(f, links),
            Command::Partition(partition) => write!(f, " {partition}"),
            Command::Link { links, change } => {
                match links.is_empty() {
                    true => f.write_str(" all")?,
                    false => each(f, links)?,
                }
                write!(f, "{change}")
            }
            Command::Drop(message) | Command::Duplicate(message) | Command::Deliver(message) => {
                write!(f, " #{message}")
            }
            Command::Delay { message, by } => write!(f, " #{message} {by}"),
            Command::Request { client, to, request } => {
                write!(f, " {client}")?;
                to.iter().try_for_each(|to| write!(f, " {to}"))?;
                write!(f, " {request}")
            }
            Command::Load { clients, workload } => match workload {
                Some(workload) => write!(f, " {} {workload}", Listed(clients)),
                None => write!(f, " {} off", Listed(clients)),
            },
            Command::Say(text) => write!(f, " {text}"),
            Command::Goal(property) => write!(f, " {property}"),
            Command::End => Ok(()),
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Partition::Groups(groups) => groups.iter().enumerate().try_for_each(|(i, group)| {
                write!(f, "{}{}", if i == 0 { "" } else { " | " }, Listed(group))
            }),
            Partition::OneWay { unheard, deaf } => {
                write!(f, "{} > {}", Listed(unheard), Listed(deaf))
            }
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.from, if self.both_ways { '-' } else { '>' }, self.to)
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Latency::Uniform(span) => span.fmt(f),
            Latency::Exponential { min, mean, cap } => write!(f, "{min}~{mean}~{cap}"),
            Latency::Table(table) => table.fmt(f),
        }
    }
}

/// ` name=value` for each quality that changes.
impl fmt::Display for QualityChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(latency) = self.latency {
            write!(f, " latency={latency}")?;
        }
        let shares = [
            ("loss", self.loss),
            ("duplicate", self.duplicate),
            ("replay", self.replay),
            ("reorder", self.reorder),
        ];
        for (name, share) in shares {
            if let Some(share) = share {
                write!(f, " {name}={share}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.setup)?;
        if let Some(title) = &self.title {
            writeln!(f, "title {title}")?;
        }
        self.setup.logs.iter().try_for_each(|(place, log)| writeln!(f, "log {place} {log}"))?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{:<8} {}", line.at, line.command))
    }
}

/// `run raft nodes=5 seed=7 …`: what differs from the defaults, and always the number of the first kind,
/// and the seed.
impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<PlaceKind> = self.places.kinds().iter().map(|(kind, _)| *kind).collect();
        let usual = Setup::new(&self.protocol, &kinds).settings();
        let always = [kinds.first().map_or("", |kind| kind.setting), "seed"];
        write!(f, "run {}", self.protocol)?;
        for setting in self.settings() {
            let (name, value) = &setting;
            if always.contains(&name.as_str()) || !usual.contains(&setting) {
                write!(f, " {name}={value}")?;
            }
        }
        self.flaws.iter().try_for_each(|flaw| write!(f, " flaw={flaw}"))
    }
}
