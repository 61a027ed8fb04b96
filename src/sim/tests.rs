//! What a protocol may ask of the house, seen with the least protocol that asks for it: who is asked
//! to `say` tells all others its next number, and who is asked to `roll` draws one.

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use super::ensemble::Servers;
use super::{Events, Sim};
use crate::base::{Place, PlaceKind, Places, Sentence, Time};
use crate::command::{Command, Setup};
use crate::protocol::{
    Effects, Epoch, Field, FieldName, Input, Kind, Message, Meta, Outcome, Property, Protocol,
    Request, Role, Serves, Shape, Shown, Tone, Variable,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Talk {
    me: Place,
    nodes: u16,
    said: u64,
    heard: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Say(u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Ask {
    Say,
    Roll,
}

impl fmt::Display for Say {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Ask::Say { "say" } else { "roll" })
    }
}

impl FromStr for Ask {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Ask, &'static str> {
        [Ask::Say, Ask::Roll].into_iter().find(|ask| ask.to_string() == text).ok_or("say")
    }
}

impl Request for Ask {}

impl Message for Say {
    crate::listed! {
        fn kinds() -> &'static [Kind];
        fn kind(&self) -> Kind {
            match (self) {
                Say(_) => Kind { name: "Say", tone: Tone::Call },
            }
        }
    }

    fn fields(&self) -> Vec<Field> {
        vec![Field::new("number", self.0)]
    }
}

impl Protocol for Talk {
    const META: Meta = Meta {
        slug: "talk",
        title: "Talk",
        kinds: &[PlaceKind::servers(2, 3), PlaceKind::CLIENTS],
        requests: &["say"],
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(&[]);
    type Message = Say;
    type Timer = u8;
    type Request = Ask;
    type Disk = ();
    type Config = ();
    type Ghost = ();

    fn properties() -> &'static [Property<Talk>] {
        &[]
    }

    fn boot(me: Place, places: &Places, _: &(), _: &(), fx: &mut Effects<Talk>) -> Talk {
        // A first draw, so that what a server that is down would be does not move its stream.
        let heard = format!("boots with {}", fx.chance(1000));
        Talk { me, nodes: places.servers(), said: 0, heard }
    }

    fn step(&mut self, input: Input<Talk>, fx: &mut Effects<Talk>) {
        match input {
            Input::Request { request: Ask::Say, .. } => {
                self.said += 1;
                let me = self.me;
                let others = Place::servers(self.nodes).filter(move |peer| *peer != me);
                fx.broadcast(others, Say(self.said));
            }
            Input::Request { from, seq, request: Ask::Roll } => {
                let drawn = fx.chance(1000).to_string();
                fx.reply(from, seq, Outcome::Done(drawn.into()));
            }
            Input::Message { from, message } => self.heard += &format!(", {from}: {message}"),
            Input::Timer(_) | Input::Saved(()) => {}
        }
    }
}

impl Shown<()> for Talk {
    const EPOCH: FieldName = FieldName::number("said");
    const VARIABLES: &'static [Variable<Talk>] =
        &[Variable::text("heard", |talk| talk.heard.clone())];

    crate::listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self) {
                _ => Role { name: "talks", shape: Shape::Plain },
            }
        }
    }

    fn epoch(&self) -> Epoch {
        Epoch::new(Self::EPOCH.name, self.said)
    }
}

/// A run of `Talk`, and all that has happened in it.
#[derive(Clone)]
struct Talking {
    sim: Sim,
    events: Events,
}

impl Talking {
    fn new(seed: u64) -> Talking {
        let setup = Setup { seed, ..Setup::new("talk", Talk::META.kinds) };
        let servers = Servers::<Talk>::new(&setup.places, setup.seed, ());
        let sim = Sim::new(Rc::new(setup), Box::new(servers));
        Talking { sim, events: Events::new() }
    }

    /// Up to this millisecond.
    fn run_to(&mut self, millis: u64) {
        while self.sim.step(Time::millis(millis), &mut self.events) {}
    }

    /// At this millisecond, after everything else.
    fn command(&mut self, millis: u64, command: Command) {
        self.run_to(millis);
        self.sim.command(Time::millis(millis), &Rc::new(command), &mut self.events);
    }

    fn request(&mut self, millis: u64, to: u16, request: &str) {
        let (client, to) = (Place::client(0), Some(Place::server(to)));
        self.command(millis, Command::Request { client, to, request: request.into() });
    }

    fn heard(&self, node: u16) -> String {
        let snapshot = self.sim.snapshot(self.sim.now());
        snapshot.nodes[usize::from(node)].view.fields[0].value.clone()
    }

    /// What the client was answered.
    fn answers(&self) -> Vec<Sentence> {
        let snapshot = self.sim.snapshot(self.sim.now());
        snapshot.clients[0].answers.iter().map(|answer| answer.told.clone()).collect()
    }

    fn data(&self) -> String {
        let mut text = String::new();
        for (number, event) in (1..).zip(&self.events) {
            event.write_data(number, &mut text).unwrap();
            text.push('\n');
        }
        text
    }
}

#[test]
fn what_a_place_draws_is_its_own_and_comes_again_from_a_checkpoint() {
    let rolls = |talking: &mut Talking, from: u64| {
        for i in 0..3 {
            talking.request(from + 100 * i, 0, "roll");
        }
        talking.run_to(from + 300);
        talking.answers()
    };
    let mut talking = Talking::new(7);
    let first = rolls(&mut talking, 0);
    let mut checkpoint = talking.clone();
    let second = rolls(&mut talking, 1_000);
    assert!(
        first
            .iter()
            .chain(&second)
            .map(Sentence::to_string)
            .collect::<std::collections::BTreeSet<_>>()
            .len()
            > 4
    );
    assert_eq!(rolls(&mut checkpoint, 1_000), second);
    assert_eq!(talking.data(), checkpoint.data());

    // Another server's draws, and a look at it while it is down, leave this one's stream alone.
    let mut other = Talking::new(7);
    other.request(0, 1, "roll");
    other.command(100, Command::Crash { node: Place::server(1), torn: false });
    assert_eq!(other.heard(1), other.heard(1));
    let shown = other.heard(1);
    other.command(200, Command::Restart(Place::server(1)));
    assert_eq!(other.heard(1), shown, "what was shown of it while it was down is what it is");
    assert_eq!(&rolls(&mut other, 300)[1..], first);
    assert_ne!(rolls(&mut Talking::new(8), 0), first);
}
