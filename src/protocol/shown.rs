//! What is shown of a server: plain data, by the names of the paper. A protocol says how it looks by
//! [`Shown`], and each name once, where it says what stands under it; what can be waited for, by
//! name, is collected from there.

use std::fmt::{self, Display};

use super::{ClockReading, Message as _, Panel, Protocol};
use crate::base::{Place, Time};

/// A replica as it is shown; `Disk` is all of it that survives a crash.
pub trait Shown<Disk: 'static>: Sized + 'static {
    /// What it calls its own time: `term`, `ballot`. `None` where it counts none.
    const STAMP: Option<FieldName> = None;
    /// What a server knows only while it runs.
    const VARIABLES: &'static [Variable<Self>] = &[];
    /// What a disk holds.
    const DURABLE: &'static [Variable<Disk>] = &[];
    /// What it keeps that is more than a variable: its log, its queue. The first that has something to
    /// show is drawn on the stage.
    const PANELS: &'static [Panel<Self, Disk>] = &[];

    /// All roles that there are, in the order of the menu: see [`listed!`](crate::listed).
    fn roles() -> &'static [Role];
    fn role(&self) -> Role;
    /// Where it stands in its own time.
    fn stamp(&self) -> Option<Stamp> {
        None
    }

    /// Whose support it is gathering, or has gathered.
    fn gathering(&self) -> Option<Gathering> {
        None
    }

    /// What it holds for a while, or believes to, or has granted: the latest first.
    fn tenures(&self) -> Vec<Tenure> {
        Vec::new()
    }

    /// What it took or refused last, where it is written to under stamps such as the tokens of a lock.
    fn latest_write(&self) -> Option<StampedWrite> {
        None
    }

    /// All of it at this instant, but for its panels.
    fn view(&self) -> NodeView {
        NodeView {
            role: self.role(),
            stamp: self.stamp(),
            fields: Variable::read(Self::VARIABLES, self),
            quorum: self.gathering(),
            tenures: self.tenures(),
        }
    }
}

/// A function that answers with one of several constants, and beside it the list of all: each stands
/// in one place. `match` takes its value in parentheses.
///
/// ```
/// struct Server { leads: bool }
///
/// impl Server {
///     synod::listed! {
///         fn roles() -> &'static [&'static str];
///         fn role(&self) -> &'static str {
///             match (self.leads) {
///                 true => "leader",
///                 false => "follower",
///             }
///         }
///     }
/// }
///
/// assert_eq!(Server::roles(), ["leader", "follower"]);
/// assert_eq!(Server { leads: false }.role(), "follower");
/// ```
#[macro_export]
macro_rules! listed {
    (
        fn $all:ident() -> &'static [$item:ty];
        $(#[$about:meta])*
        fn $one:ident(&$self:ident) -> $type:ty {
            match ($on:expr) {
                $($pattern:pat $(if $guard:expr)? => $answer:expr,)+
            }
        }
    ) => {
        fn $all() -> &'static [$item] {
            const ALL: &[$item] = &[$($answer),+];
            ALL
        }

        $(#[$about])*
        fn $one(&$self) -> $type {
            match $on {
                $($pattern $(if $guard)? => $answer,)+
            }
        }
    };
}

/// A name under which something is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldName {
    pub name: &'static str,
    /// A whole number stands there, always.
    pub number: bool,
}

impl FieldName {
    pub const fn number(name: &'static str) -> FieldName {
        FieldName { name, number: true }
    }

    pub const fn text(name: &'static str) -> FieldName {
        FieldName { name, number: false }
    }
}

/// A variable of the paper's: its name, and how it is read off a replica or a disk.
pub struct Variable<T> {
    pub field: FieldName,
    reading: Reading<T>,
}

enum Reading<T> {
    Number(fn(&T) -> u64),
    Text(fn(&T) -> String),
    Sometimes(fn(&T) -> Option<String>),
}

impl<T> Variable<T> {
    pub const fn number(name: &'static str, value: fn(&T) -> u64) -> Variable<T> {
        Variable { field: FieldName::number(name), reading: Reading::Number(value) }
    }

    pub const fn text(name: &'static str, value: fn(&T) -> String) -> Variable<T> {
        Variable { field: FieldName::text(name), reading: Reading::Text(value) }
    }

    /// One that is not always there: only on a leader, say.
    pub const fn sometimes(name: &'static str, value: fn(&T) -> Option<String>) -> Variable<T> {
        Variable { field: FieldName::text(name), reading: Reading::Sometimes(value) }
    }

    /// Those that are there, in their order.
    pub fn read(variables: &[Variable<T>], of: &T) -> Vec<Field> {
        let read = |variable: &Variable<T>| {
            let value = match variable.reading {
                Reading::Number(value) => value(of).to_string(),
                Reading::Text(value) => value(of),
                Reading::Sometimes(value) => value(of)?,
            };
            Some(Field { name: variable.field.name, value })
        };
        variables.iter().filter_map(read).collect()
    }
}

/// The names that a run of a protocol shows at one time or another: whoever waits for something can
/// ask for these, and for nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// Kinds of messages between servers.
    pub kinds: Vec<&'static str>,
    pub roles: Vec<&'static str>,
    /// The word of its stamp, and the fields on disk and in memory.
    pub fields: Vec<&'static str>,
    /// Those of the fields that are whole numbers, always.
    pub numbers: Vec<&'static str>,
    /// Its servers keep a log.
    pub log: bool,
    /// Timers, as in `fire S1 election`; none where they are not listed.
    pub timers: Vec<String>,
}

impl Vocabulary {
    pub fn of<P: Protocol>() -> Vocabulary {
        let durable = P::DURABLE.iter().map(|variable| variable.field);
        let variables = P::VARIABLES.iter().map(|variable| variable.field);
        let fields = P::STAMP.into_iter().chain(durable).chain(variables);
        Vocabulary {
            kinds: P::Message::kinds().iter().map(|kind| kind.name).collect(),
            roles: P::roles().iter().map(|role| role.name).collect(),
            numbers: fields.clone().filter(|field| field.number).map(|field| field.name).collect(),
            fields: fields.map(|field| field.name).collect(),
            log: Panel::log_of(P::PANELS).is_some(),
            timers: P::TIMERS.iter().map(ToString::to_string).collect(),
        }
    }
}

/// What a replica is at the moment, as the field calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Role {
    pub name: &'static str,
    pub tag: Tag,
}

impl Role {
    /// Whether its name says what it does (“believes it holds”), and not what it is (“leader”).
    pub fn is_deed(self) -> bool {
        self.name.split_once(' ').is_some_and(|(verb, _)| verb.ends_with('s'))
    }
}

/// What a role means to whoever looks at a cluster, whatever the protocol calls it: views ask for this,
/// and draw it by shape as well as by colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Takes part.
    Follows,
    /// Leads, or holds what only one may hold.
    Leads,
    /// Wants to lead.
    Bids,
    /// Does not take part: has not joined yet, or has left. It stands there faded.
    Outside,
}

/// A replica at one instant, as plain data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    pub role: Role,
    pub stamp: Option<Stamp>,
    /// What it knows only while it runs. (What survives a crash is [`Shown::DURABLE`].)
    pub fields: Vec<Field>,
    /// Whose support it is gathering, or has gathered.
    pub quorum: Option<Gathering>,
    /// What runs out by its clock.
    pub tenures: Vec<Tenure>,
}

/// A place in the protocol's own time, such as `term 3` or `ballot 2.S1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    pub word: &'static str,
    pub number: u64,
    /// Whose, where several may use one number.
    pub by: Option<Place>,
}

impl Stamp {
    pub const fn new(word: &'static str, number: u64) -> Stamp {
        Stamp { word, number, by: None }
    }
}

/// `3` or `2.S1`: without its word, which is translated.
impl Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.by {
            Some(by) => write!(f, "{}.{by}", self.number),
            None => write!(f, "{}", self.number),
        }
    }
}

/// A majority as it forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathering {
    /// What is given: `promises`, `votes`.
    pub word: &'static str,
    /// Who has given it.
    pub of: Vec<Place>,
    /// How many it takes.
    pub needed: u16,
}

/// Something held for a while, by the clock of whoever shows it: a lease that a service has granted, and a
/// client's belief that it has one. Both are drawn alike, beside each other, and may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenure {
    /// Whose it is, as whoever granted it knows; of a belief nobody, for it is one's own.
    pub holder: Option<Place>,
    /// Under which token, 0 for none.
    pub stamp: u64,
    /// Only one may have it at a time, as a lock; a session is not so.
    pub alone: bool,
    /// How long it lasts, and until when.
    pub lasts: Time,
    pub until: Time,
    /// By which of its clocks: the one that nobody steps, or the one that shows a time of day.
    pub steady: bool,
}

impl Tenure {
    /// When it ends by true time, where this clock goes on as it does: it shows this `now`, and is too fast by
    /// so much (parts per million). What is over was so then.
    pub fn ends(&self, now: Time, shows: ClockReading, ppm: i32) -> Time {
        let shows = if self.steady { shows.steady } else { shows.local };
        let left = by_true_time(self.until.since(shows), ppm);
        let over = by_true_time(shows.since(self.until), ppm);
        Time((now + left).0.saturating_sub(over.0))
    }

    /// How long it lasts by true time.
    pub fn whole(&self, ppm: i32) -> Time {
        by_true_time(self.lasts, ppm)
    }
}

/// How much passes while a clock that is too fast by so much measures this.
fn by_true_time(measured: Time, ppm: i32) -> Time {
    let rate = (1_000_000 + i64::from(ppm)).max(1);
    Time((i128::from(measured.0) * 1_000_000 / i128::from(rate)) as u64)
}

/// Something that was written to a place under a stamp, and whether that took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampedWrite {
    /// So many has it taken and refused, this one included.
    pub number: u64,
    pub stamp: u64,
    pub by: Place,
    /// What it is called where all of them are listed: the first cells of its row are its stamp and this.
    pub name: String,
    pub taken: bool,
}

/// A named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub value: String,
}

impl Field {
    pub fn new(name: &'static str, value: impl Display) -> Field {
        Field { name, value: value.to_string() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fmt;
    use std::str::FromStr;

    use super::*;
    use crate::base::{PlaceKind, Places, Sentence};
    use crate::protocol::{
        Effects, Form, Input, Kind, Message, Meta, Property, Request, Serves, Tone, Unserved,
        read_request,
    };
    use crate::sentence;

    /// The least that a protocol can be: who is asked passes a token on, and whoever gets it counts it.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub struct Relay {
        me: Place,
        seen: u64,
        from: Option<Place>,
    }

    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub struct Token;

    /// What a client of its service may ask, whoever keeps the token.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub enum Ask {
        Pass,
        Count,
    }

    const PASS: Form = Form { name: "Pass", help: "", script: "pass", blanks: &[] };

    impl Request for Ask {}

    impl fmt::Display for Ask {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(match self {
                Ask::Pass => "pass",
                Ask::Count => "count",
            })
        }
    }

    impl FromStr for Ask {
        type Err = &'static str;
        fn from_str(text: &str) -> Result<Ask, &'static str> {
            match text {
                "pass" => Ok(Ask::Pass),
                "count" => Ok(Ask::Count),
                _ => Err("pass or count"),
            }
        }
    }

    impl Message for Token {
        crate::listed! {
            fn kinds() -> &'static [Kind];
            fn kind(&self) -> Kind {
                match (self) {
                    Token => Kind { name: "Token", tone: Tone::Call },
                }
            }
        }

        fn label(&self) -> Sentence {
            sentence!("token")
        }

        fn fields(&self) -> Vec<Field> {
            Vec::new()
        }
    }

    impl Protocol for Relay {
        const META: Meta = Meta {
            slug: "relay",
            title: "Relay",
            kinds: &[PlaceKind::servers(2, 2), PlaceKind::CLIENTS],
            requests: &["pass"],
            ..Meta::USUAL
        };
        type Message = Token;
        type Timer = u8;
        type Request = Ask;
        type Disk = ();
        type Config = ();
        type Ghost = ();
        const SERVES: Serves = Serves::only(&[PASS], "nobody keeps count");

        fn properties() -> &'static [Property<Relay>] {
            &[]
        }

        fn boot(me: Place, _: &Places, _: &(), _: &(), _: &mut Effects<Relay>) -> Relay {
            Relay { me, seen: 0, from: None }
        }

        fn step(&mut self, input: Input<Relay>, fx: &mut Effects<Relay>) {
            match input {
                Input::Request { .. } => fx.send(Place::server(1 - self.me.number()), Token),
                Input::Message { from, .. } => {
                    (self.seen, self.from) = (self.seen + 1, Some(from));
                }
                Input::Timer(_) | Input::Saved(()) | Input::Disconnected { .. } => {}
            }
        }
    }

    impl Shown<()> for Relay {
        const STAMP: Option<FieldName> = Some(FieldName::number("round"));
        const VARIABLES: &'static [Variable<Relay>] = &[
            Variable::number("seen", |relay| relay.seen),
            Variable::sometimes("from", |relay| Some(relay.from?.to_string())),
            Variable::text("name", |relay| relay.me.to_string()),
        ];

        crate::listed! {
            fn roles() -> &'static [Role];
            fn role(&self) -> Role {
                match (self.seen) {
                    0 => Role { name: "waiting", tag: Tag::Follows },
                    _ => Role { name: "reached", tag: Tag::Leads },
                }
            }
        }

        fn stamp(&self) -> Option<Stamp> {
            Some(Stamp::new("round", self.seen))
        }
    }

    #[test]
    fn what_is_shown_and_what_can_be_waited_for_are_written_once() {
        let mut relay =
            Relay::boot(Place::server(0), &Places::cluster(2), &(), &(), &mut Effects::new());
        let fields = |relay: &Relay| {
            let fields = relay.view().fields.into_iter();
            fields.map(|field| format!("{}={}", field.name, field.value)).collect::<Vec<_>>()
        };
        assert_eq!(fields(&relay), ["seen=0", "name=S1"]);
        assert_eq!(relay.view().role.name, "waiting");
        relay.step(Input::Message { from: Place::server(1), message: Token }, &mut Effects::new());
        assert_eq!(fields(&relay), ["seen=1", "from=S2", "name=S1"]);
        assert_eq!(relay.view().role.name, "reached");

        let words = Vocabulary::of::<Relay>();
        assert_eq!((words.kinds, words.roles), (vec!["Token"], vec!["waiting", "reached"]));
        assert_eq!(words.fields, ["round", "seen", "from", "name"]);
        assert_eq!(words.numbers, ["round", "seen"]);
    }

    #[test]
    fn a_request_that_is_not_served_is_refused_with_the_reason() {
        assert_eq!(read_request::<Relay>("pass"), Ok(Ask::Pass));
        assert_eq!(read_request::<Relay>("keep"), Err(Unserved::Unread("pass or count")));
        let Err(Unserved::Refused(why)) = read_request::<Relay>("count") else {
            panic!("it is refused")
        };
        assert_eq!(why.to_string(), "Relay does not serve “count”: nobody keeps count.");
    }

    #[test]
    fn what_a_protocol_does_not_say_it_does_not_have() {
        let relay =
            Relay::boot(Place::server(0), &Places::cluster(2), &(), &(), &mut Effects::new());
        assert_eq!(relay.view().quorum, None);
        assert!(Panel::log_of(Relay::PANELS).is_none() && !Vocabulary::of::<Relay>().log);
        assert!(Variable::read(Relay::DURABLE, &()).is_empty());
        assert_eq!((relay.weight(), Relay::check(&(), &Places::cluster(2))), (0, Ok(())));
    }
}
