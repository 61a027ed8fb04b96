//! Places of several kinds, none of them the house's: a protocol of the tests, in which workers ask
//! their broker for a number.

use std::fmt;
use std::str::FromStr;

use crate::base::{Place, PlaceKind, Places, Sentence};
use crate::command::{Command, Script, Setup};
use crate::protocol::{
    Effects, Field, Input, Kind, Message, Meta, Outcome, Property, Protocol, Request, Role, Serves,
    Shown, Tag, Tone, Variable,
};
use crate::replay::Run;
use crate::sentence;
use crate::sim::ensemble::Servers;
use crate::sim::snapshot::{Status, Told};

/// A broker counts; a worker asks the first broker for the next number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Counter {
    me: Place,
    last: u64,
    asked: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Talk {
    Next,
    Take(u64),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Number;

impl Message for Talk {
    crate::listed! {
        fn kinds() -> &'static [Kind];
        fn kind(&self) -> Kind {
            match (self) {
                Talk::Next => Kind { name: "Next", tone: Tone::Call },
                Talk::Take(_) => Kind { name: "Take", tone: Tone::Reply },
            }
        }
    }

    fn label(&self) -> Sentence {
        match self {
            Talk::Next => sentence!("next?"),
            Talk::Take(number) => sentence!("{0}", *number),
        }
    }

    fn fields(&self) -> Vec<Field> {
        Vec::new()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("number")
    }
}

impl FromStr for Number {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Number, &'static str> {
        if text == "number" { Ok(Number) } else { Err("number") }
    }
}

impl Request for Number {}

impl Shown<()> for Counter {
    const VARIABLES: &'static [Variable<Counter>] =
        &[Variable::number("last", |counter| counter.last)];

    crate::listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.me.letter()) {
                'B' => Role { name: "broker", tag: Tag::Follows },
                _ => Role { name: "worker", tag: Tag::Follows },
            }
        }
    }
}

impl Protocol for Counter {
    const META: Meta = Meta {
        slug: "counter",
        title: "Counter",
        kinds: &[
            PlaceKind::new('B', "broker", "brokers"),
            PlaceKind::new('W', "worker", "workers").counts(2, 0, 9),
        ],
        requests: &["number"],
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(&[]);
    type Message = Talk;
    type Timer = u8;
    type Request = Number;
    type Disk = ();
    type Config = ();
    type Ghost = ();

    fn properties() -> &'static [Property<Counter>] {
        &[]
    }

    fn boot(me: Place, places: &Places, _: &(), _: &(), _: &mut Effects<Counter>) -> Counter {
        assert!(places.has(me));
        Counter { me, last: 0, asked: None }
    }

    fn step(&mut self, input: Input<Counter>, fx: &mut Effects<Counter>) {
        match input {
            Input::Request { from, seq, .. } => {
                assert_eq!(from, self.me, "nobody else asks here");
                self.asked = Some(seq);
                fx.send(Place::new('B', 0), Talk::Next);
            }
            Input::Message { from, message: Talk::Next } => {
                self.last += 1;
                fx.send(from, Talk::Take(self.last));
            }
            Input::Message { message: Talk::Take(number), .. } => {
                self.last = number;
                if let Some(seq) = self.asked.take() {
                    fx.reply(self.me, seq, Outcome::Done(number.to_string().into()));
                }
            }
            Input::Timer(_) | Input::Saved(()) | Input::Disconnected { .. } => {}
        }
    }
}

fn run(workers: u16) -> Run {
    let mut setup = Setup::new("counter", Counter::META.kinds);
    setup.places.set('W', workers);
    let servers = Servers::<Counter>::new(&setup.places, setup.seed, ());
    Run::new(Script { setup, ..Script::default() }, Box::new(servers))
}

fn told(run: &mut Run, millis: u64) -> Vec<String> {
    let before = run.event();
    run.run_to(crate::base::Time::millis(millis), u32::MAX);
    let count = (run.event() - before) as usize;
    let notable = run.told(count, false).into_iter().filter(|told| told.notable);
    let line = |told: Told| {
        let place = told.place.map_or(String::new(), |place| place.to_string());
        format!("{place} {}", told.sentence)
    };
    notable.map(line).collect()
}

fn ask(worker: u16) -> Command {
    let client = Place::new('W', worker);
    Command::Request { client, to: Vec::new(), request: "number".into() }
}

#[test]
fn everybody_boots_and_asks_itself() {
    let mut run = run(2);
    run.run_to(crate::base::Time::millis(1), u32::MAX);
    run.command(ask(1)).unwrap();
    assert_eq!(told(&mut run, 100), ["W2 has its answer: 1"]);
    let snapshot = run.snapshot();
    let ids: Vec<String> = snapshot.nodes.iter().map(|node| node.id.to_string()).collect();
    assert_eq!((ids.join(" ").as_str(), snapshot.clients.len()), ("B1 W1 W2", 0));
    assert_eq!(run.script().setup.to_string(), "run counter brokers=1 seed=1");
}

#[test]
fn what_holds_for_one_place_holds_for_all() {
    let mut run = run(2);
    let (broker, worker) = (Place::new('B', 0), Place::new('W', 0));
    run.run_to(crate::base::Time::millis(1), u32::MAX);
    run.command(Command::Pause(broker)).unwrap();
    run.command(ask(0)).unwrap();
    assert!(told(&mut run, 200).iter().all(|line| !line.contains("answer")));
    run.command(Command::Crash { node: worker, torn: false }).unwrap();
    let refused = run.command(ask(0)).unwrap_err().to_string();
    assert_eq!(refused, "W1 is down.");
    run.command(Command::Resume(broker)).unwrap();
    told(&mut run, 400);
    assert_eq!(run.snapshot().status(worker), Some(Status::Down));
    let stranger = run.command(Command::Restart(Place::server(0))).unwrap_err().to_string();
    assert_eq!(stranger, "There is no S1 in this run, which has B1, W1–W2.");
    let alone = crate::command::Partition::Groups(vec![vec![broker], vec![worker]]);
    run.command(Command::Restart(worker)).unwrap();
    run.command(Command::Partition(alone)).unwrap();
    run.command(ask(0)).unwrap();
    run.command(ask(1)).unwrap();
    assert!(told(&mut run, 600).iter().all(|line| !line.contains("answer")), "both are cut off");
    run.command(Command::Heal(Vec::new())).unwrap();
    run.command(ask(1)).unwrap();
    assert!(told(&mut run, 800).iter().any(|line| line.contains("W2 has its answer")));
}
