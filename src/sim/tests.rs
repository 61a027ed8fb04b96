//! What a protocol may ask of the house, seen with the least protocol that asks for it: who is asked
//! to `say` tells all others its next number, who is asked to `roll` draws one, and who is asked to `leave`
//! ends its connections.

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use super::ensemble::Servers;
use super::{Events, Sim};
use crate::base::{Place, PlaceKind, Places, Ratio, Sentence, Text, Time};
use crate::command::{Command, Link, QualityChange, Setup};
use crate::protocol::{
    Channel, Effects, Field, FieldName, Input, Kind, Message, Meta, Outcome, Property, Protocol,
    Request, Role, Serves, Shown, Stamp, Tag, Tone, Variable,
};
use crate::sentence;
use crate::sim::trace::{Event, EventKind, Loss};

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
    Leave,
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ask::Say => "say",
            Ask::Roll => "roll",
            Ask::Leave => "leave",
        })
    }
}

impl FromStr for Ask {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Ask, &'static str> {
        let all = [Ask::Say, Ask::Roll, Ask::Leave];
        all.into_iter().find(|ask| ask.to_string() == text).ok_or("say")
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

    fn label(&self) -> Sentence {
        sentence!("{0}", self.0)
    }

    fn fields(&self) -> Vec<Field> {
        vec![Field::new("number", self.0)]
    }
}

crate::options! {
    pub struct Config {
        option fifo: bool {
            default: false,
            choices: [true, false],
            help: "",
            samples: ["true"],
        }
    }
}

impl Protocol for Talk {
    const META: Meta = Meta {
        slug: "talk",
        title: "Talk",
        kinds: &[PlaceKind::servers(2, 3), PlaceKind::CLIENTS.counts(2, 0, 2)],
        requests: &["say"],
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(&[]);
    type Message = Say;
    type Timer = u8;
    type Request = Ask;
    type Disk = ();
    type Config = Config;
    type Ghost = ();

    fn channel(config: &Config) -> Channel {
        if config.fifo { Channel::Fifo } else { Self::META.channel }
    }

    fn properties() -> &'static [Property<Talk>] {
        &[]
    }

    fn boot(me: Place, places: &Places, _: &Config, _: &(), fx: &mut Effects<Talk>) -> Talk {
        // A first draw, so that what a server that is down would be does not move its stream.
        let heard = format!("boots with {}", fx.chance(1000));
        Talk { me, nodes: places.servers(), said: 0, heard }
    }

    fn step(&mut self, input: Input<Talk>, fx: &mut Effects<Talk>) {
        match input {
            Input::Request { from, seq, request: Ask::Say } => {
                self.said += 1;
                let me = self.me;
                let others = Place::servers(self.nodes).filter(move |peer| *peer != me);
                fx.broadcast(others, Say(self.said));
                fx.reply(from, seq, Outcome::Done(self.said.to_string().into()));
            }
            Input::Request { from, seq, request: Ask::Roll } => {
                let drawn: Text = fx.chance(1000).to_string().into();
                fx.reply(from, seq, Outcome::DoneAt(drawn.clone(), drawn));
            }
            Input::Request { from, seq, request: Ask::Leave } => {
                fx.reply(from, seq, Outcome::Done("left".into()));
                let me = self.me;
                let others = Place::servers(self.nodes).filter(move |peer| *peer != me);
                fx.persist(());
                fx.broadcast(others.clone(), Say(0));
                others.for_each(|peer| fx.disconnect(peer));
            }
            Input::Message { from, message } => self.heard += &format!(", {from}: {}", message.0),
            Input::Disconnected { peer } => self.heard += &format!(", lost {peer}"),
            Input::Timer(_) | Input::Saved(()) => {}
        }
    }
}

impl Shown<()> for Talk {
    const STAMP: Option<FieldName> = Some(FieldName::number("said"));
    const VARIABLES: &'static [Variable<Talk>] =
        &[Variable::text("heard", |talk| talk.heard.clone())];

    crate::listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self) {
                _ => Role { name: "talks", tag: Tag::Follows },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        Some(Stamp::new("said", self.said))
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
        Talking::with(setup, false)
    }

    /// A run over connections.
    fn connected() -> Talking {
        Talking::with(Setup::new("talk", Talk::META.kinds), true)
    }

    fn with(setup: Setup, fifo: bool) -> Talking {
        let servers = Servers::<Talk>::new(&setup.places, setup.seed, Config { fifo });
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
        // Each server has a client of its own.
        let (client, to) = (Place::client(to), vec![Place::server(to)]);
        self.command(millis, Command::Request { client, to, request: request.into() });
    }

    fn heard(&self, node: u16) -> String {
        let snapshot = self.sim.snapshot(self.sim.now());
        snapshot.nodes[usize::from(node)].view.fields[0].value.clone()
    }

    /// What it heard since it booted, without what it boots with.
    fn story(&self, node: u16) -> String {
        self.heard(node).split_once(", ").map_or(String::new(), |(_, story)| story.to_string())
    }

    /// When each server learned that a connection is broken, and of which cause (as data).
    fn learned(&self) -> Vec<(Place, Time, String)> {
        let broken = self.events.iter().filter_map(|event| match event.what {
            EventKind::Disconnected { .. } => {
                let cause = &self.events[event.cause as usize - 1];
                Some((event.place?, event.at, cause.what.name().to_string()))
            }
            _ => None,
        });
        broken.collect()
    }

    fn losses(&self) -> Vec<Loss> {
        let lost = |event: &Event| match event.what {
            EventKind::Lost { why, .. } => Some(why),
            _ => None,
        };
        self.events.iter().filter_map(lost).collect()
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
    assert_eq!(rolls(&mut other, 300), first);
    assert_ne!(rolls(&mut Talking::new(8), 0), first);
}

const S1: Place = Place::server(0);
const S2: Place = Place::server(1);

#[test]
fn a_client_brings_along_the_last_token_of_its_session() {
    let mut talking = Talking::new(7);
    talking.request(0, 0, "roll");
    talking.request(100, 0, "roll");
    talking.run_to(200);
    let [first, second] = &talking.answers()[..] else { panic!("two answers") };
    let (first, second) = (first.to_string(), second.to_string());
    assert!(talking.data().contains(" send S1 Request 1 roll\n"), "it has been given none yet");
    assert!(talking.data().contains(&format!(" send S1 Request 2 roll after {first}\n")));
    let to_another = Command::Request {
        client: Place::client(0),
        to: vec![Place::server(1)],
        request: "roll".into(),
    };
    talking.command(200, to_another);
    talking.run_to(300);
    assert!(talking.data().contains(&format!(" send S2 Request 3 roll after {second}\n")));
    talking.command(300, crash(Place::client(0)));
    talking.command(310, Command::Restart(Place::client(0)));
    talking.request(320, 0, "roll");
    assert!(talking.data().contains(" Request 4 roll\n"), "a crash ends the session");
}

#[test]
fn a_client_asks_several_at_once_and_hears_each() {
    let mut talking = Talking::new(7);
    let (client, to) = (Place::client(0), vec![S1, S2]);
    talking.command(5, Command::Request { client, to, request: "roll".into() });
    talking.run_to(100);
    let data = talking.data();
    assert!(
        data.contains(" send S1 Request 1 roll\n") && data.contains(" send S2 Request 1 roll\n")
    );
    let snapshot = talking.sim.snapshot(talking.sim.now());
    let client = &snapshot.clients[0];
    let by: Vec<Option<Place>> = client.answers.iter().map(|answer| answer.by).collect();
    assert!(client.open.is_none() && by.contains(&Some(S1)) && by.contains(&Some(S2)), "{by:?}");
    // One that is down keeps the request open, and is asked again; the other is not.
    talking.command(100, crash(S2));
    let to = vec![S1, S2];
    talking.command(110, Command::Request { client: Place::client(0), to, request: "roll".into() });
    talking.run_to(2_000);
    let count = |text: &str| talking.data().matches(text).count();
    assert_eq!(count(" send S1 Request 2 roll"), 1);
    assert!(count(" send S2 Request 2 roll") > 2);
    let snapshot = talking.sim.snapshot(talking.sim.now());
    let open = snapshot.clients[0].open.as_ref().unwrap();
    assert_eq!(open.asked_told(), "S2", "the one that has not answered");
}

#[test]
fn a_server_with_clients_is_not_told_to_ask() {
    let mut talking = Talking::new(7);
    talking.command(0, Command::Request { client: S1, to: Vec::new(), request: "roll".into() });
    let Some(EventKind::Refused(why)) = talking.events.back().map(|event| &event.what) else {
        panic!("it is refused")
    };
    assert_eq!(why.to_string(), "S1 only answers: it asks for nothing itself.");
}

fn cut() -> Command {
    Command::Cut(vec![Link::both_ways(S1, S2)])
}

fn heal() -> Command {
    Command::Heal(Vec::new())
}

fn crash(node: Place) -> Command {
    Command::Crash { node, torn: false }
}

/// The latest message under way from S1 to S2.
fn last_sent(talking: &Talking) -> u64 {
    let flights = talking.sim.snapshot(talking.sim.now()).flights;
    flights.iter().filter(|flight| flight.to == S2).map(|flight| flight.id).max().unwrap()
}

#[test]
fn what_a_connection_carries_arrives_once_and_in_order() {
    let bad = Ratio::percent(50);
    let story = |fifo| {
        let mut talking = Talking::with(Setup::new("talk", Talk::META.kinds), fifo);
        for ask in 0..20 {
            talking.request(20 * ask, 0, "say");
        }
        talking.run_to(350);
        let change = QualityChange {
            loss: Some(bad),
            duplicate: Some(bad),
            replay: Some(bad),
            reorder: Some(bad),
            ..QualityChange::default()
        };
        let links = vec![Link::both_ways(S1, S2)];
        talking.command(500, Command::Link { links, change });
        for ask in 0..20 {
            talking.request(500 + 20 * ask, 0, "say");
        }
        talking.run_to(9_000);
        (talking.story(1), talking.learned())
    };
    let expected: Vec<String> = (1..=40).map(|number| format!("S1: {number}")).collect();
    assert_eq!(story(true), (expected.join(", "), vec![]));
    assert_ne!(story(false).0, expected.join(", "), "datagrams are lost, doubled and overtaken");
}

#[test]
fn a_cut_breaks_a_connection_and_each_end_learns_of_it_by_its_own_timeout() {
    let mut talking = Talking::connected();
    talking.request(0, 0, "say");
    talking.request(100, 0, "say");
    // The request takes up to 20 ms, the message then as much: it is under way.
    talking.command(121, cut());
    talking.command(200, heal());
    let mut anew = talking.clone();
    talking.run_to(3_000);
    assert_eq!(talking.story(1), "S1: 1, lost S1");
    assert_eq!(talking.story(0), "lost S2");
    assert_eq!(talking.losses(), [Loss::Cut]);
    let learned = talking.learned();
    assert!(learned.iter().all(|(_, at, cause)| *at >= Time::millis(621) && cause == "command"));
    let (first, last) = (learned[0].1, learned[1].1);
    assert!(first < last, "for a while it is half-open: {learned:?}");

    // Who does not know yet sends into the void, although the network is whole again.
    anew.request(300, 0, "say");
    anew.run_to(400);
    assert_eq!(anew.losses(), [Loss::Cut, Loss::Broken]);
    assert_eq!(anew.story(1), "S1: 1");
}

#[test]
fn who_hears_of_a_new_connection_knows_that_the_old_one_is_broken() {
    // S1 crashes while it is cut off, so that S2 is not told.
    let mut talking = Talking::connected();
    talking.request(0, 0, "say");
    talking.command(100, cut());
    talking.command(110, crash(S1));
    talking.command(120, heal());
    talking.command(130, Command::Restart(S1));
    talking.request(140, 0, "say");
    talking.run_to(3_000);
    assert_eq!(talking.story(1), "S1: 1, lost S1, S1: 1");
    let learned = talking.learned();
    assert_eq!(learned.len(), 1, "{learned:?}");
    assert!(learned[0].1 < Time::millis(200), "not by its timeout: {learned:?}");
}

#[test]
fn a_process_that_dies_is_told_of_at_once_where_the_network_is_whole() {
    let mut talking = Talking::connected();
    talking.request(0, 1, "say");
    talking.request(100, 0, "say");
    talking.command(121, crash(S1));
    talking.run_to(3_000);
    let learned = talking.learned();
    assert_eq!(talking.story(1), "S1: 1, lost S1", "what it sent before it died arrives before");
    assert!(learned[0].1 <= Time::millis(161) && learned[0].2 == "command", "{learned:?}");
    let mut cut_off = Talking::connected();
    cut_off.request(0, 1, "say");
    cut_off.command(100, Command::Hold(vec![Link::one_way(S1, S2)]));
    cut_off.command(121, crash(S1));
    cut_off.run_to(3_000);
    let learned = cut_off.learned();
    assert!(learned[0].1 >= Time::millis(621), "nobody can tell it: {learned:?}");
}

#[test]
fn who_closes_a_connection_neither_hears_nor_says_more_on_it() {
    let mut talking = Talking::connected();
    talking.request(0, 0, "say");
    talking.request(100, 0, "leave");
    talking.run_to(110);
    // What S2 says is under way when S1 closes; what S1 says last waits for its disk then.
    talking.request(110, 1, "say");
    talking.run_to(119);
    talking.request(119, 0, "say");
    talking.run_to(3_000);
    assert_eq!(talking.story(1), "S1: 1, lost S1, S1: 2", "what it has not sent never leaves");
    assert_eq!(talking.story(0), "", "whoever closes knows it");
    assert_eq!(talking.losses(), [Loss::Broken]);
    let learned = talking.learned();
    assert!(learned[0].1 <= Time::millis(160) && learned[0].2 == "deliver", "{learned:?}");
}

#[test]
fn who_calls_a_server_that_is_down_is_refused_and_may_call_again() {
    let mut talking = Talking::connected();
    talking.command(0, crash(S2));
    talking.request(10, 0, "say");
    talking.run_to(100);
    assert_eq!((talking.story(0), talking.losses()), ("lost S2".into(), vec![Loss::Down]));
    talking.command(100, Command::Restart(S2));
    talking.request(110, 0, "say");
    talking.run_to(3_000);
    assert_eq!((talking.story(0).as_str(), talking.story(1).as_str()), ("lost S2", "S1: 2"));
}

#[test]
fn what_was_sent_behind_a_lost_message_does_not_arrive() {
    let mut talking = Talking::connected();
    talking.command(0, Command::Hold(vec![Link::both_ways(S1, S2)]));
    talking.request(10, 0, "say");
    talking.run_to(50);
    let first = last_sent(&talking);
    talking.request(60, 0, "say");
    talking.run_to(100);
    let mut late = talking.clone();
    talking.command(100, Command::Drop(first));
    talking.command(110, heal());
    talking.run_to(3_000);
    assert_eq!(talking.losses(), [Loss::Dropped, Loss::Broken]);
    assert_eq!((talking.story(0).as_str(), talking.story(1).as_str()), ("lost S2", ""));

    // A hand that delays one delays those behind it, and one that delivers it delivers those before.
    late.command(100, heal());
    let mut at_once = late.clone();
    late.command(101, Command::Delay { message: first, by: Time::seconds(1) });
    late.run_to(1_000);
    assert_eq!(late.story(1), "");
    late.run_to(1_200);
    assert_eq!(late.story(1), "S1: 1, S1: 2");
    let second = last_sent(&at_once);
    at_once.command(101, Command::Deliver(second));
    at_once.run_to(101);
    assert_eq!(at_once.story(1), "S1: 1, S1: 2");
}

#[test]
fn a_server_that_stands_still_learns_of_it_when_it_goes_on() {
    let mut talking = Talking::connected();
    talking.request(0, 0, "say");
    talking.command(100, Command::Pause(S2));
    talking.command(110, crash(S1));
    talking.command(500, Command::Resume(S2));
    talking.run_to(501);
    let learned = talking.learned();
    assert_eq!(learned, [(S2, Time::millis(500), "command".to_string())]);
    let mut text = String::new();
    let (number, event) = (1..).zip(&talking.events).last().unwrap();
    event.write_data(number, &mut text).unwrap();
    assert!(text.ends_with("disconnected S1"), "{text}");
    assert_eq!(event.tell().to_string(), "learns that its connection to S1 is broken");
}

#[test]
fn two_that_call_each_other_at_the_same_time_have_one_connection() {
    let mut talking = Talking::connected();
    for ask in 0..10 {
        talking.request(100 * ask, 0, "say");
        talking.request(100 * ask, 1, "say");
    }
    talking.run_to(3_000);
    assert_eq!((talking.learned(), talking.losses()), (vec![], vec![]));
    assert!(talking.story(0).ends_with("S2: 10") && talking.story(1).ends_with("S1: 10"));
}
