//! Servers to try rules and properties on.

mod properties;
mod reads;
mod rules;

use crate::base::{Log, Place};
use crate::protocol::{ClockReading, Effect, Outcome};

use super::*;

const S1: Place = Place::server(0);
const S2: Place = Place::server(1);
const S3: Place = Place::server(2);
const C1: Place = Place::client(0);
const C2: Place = Place::client(1);

fn ballot(round: u64, by: Place) -> Ballot {
    Ballot { round, by }
}

/// A client's command, such as `x=1`.
fn put(text: &str) -> Command {
    let request = format!("put {text}").parse().expect("a request");
    Command::Execute { client: C1, seq: 1, request }
}

fn ask(client: Place, seq: u64, text: &str) -> Input<MultiPaxos> {
    Input::Request { from: client, seq, request: text.parse().expect("a request") }
}

/// Votes as (round, command), all rounds S1's; an empty command is a gap.
type Votes<'a> = &'a [(u64, &'a str)];

fn command(text: &str) -> Command {
    if text == "no-op" { Command::NoOp } else { put(text) }
}

fn log(votes: Votes) -> Log<Slot> {
    let vote = |(round, text): &(u64, &str)| {
        (!text.is_empty()).then(|| Vote { ballot: ballot(*round, S1), command: command(text) })
    };
    votes.iter().map(vote).collect()
}

/// The same, from a server.
fn votes(server: &MultiPaxos) -> Vec<(u64, String)> {
    let slots = server.votes.range(0, server.votes.len()).into_iter();
    let shown = |vote: &Vote| (vote.ballot.round, vote.command.to_string());
    slots.map(|(_, vote)| vote.as_ref().map_or((0, String::new()), shown)).collect()
}

fn executed(server: &MultiPaxos) -> Vec<String> {
    let commands = server.executed.range(0, server.executed.len()).into_iter();
    commands.map(|(_, command)| command.to_string()).collect()
}

/// A server of `nodes` that starts with this on its disk.
fn server(me: Place, nodes: u16, promised: Ballot, votes: Votes, config: Config) -> MultiPaxos {
    let disk = Disk { promised, votes: log(votes) };
    MultiPaxos::boot(me, &Places::cluster(nodes), &config, &disk, &mut Effects::new())
}

/// S2 of three, with a promise to S1.
fn acceptor(round: u64, votes: Votes) -> MultiPaxos {
    server(S2, 3, ballot(round, S1), votes, Config::default())
}

/// S1 of three, elected at its next ballot by itself and S2, who told it nothing.
fn leader(votes: Votes, config: Config) -> MultiPaxos {
    let mut leader = server(S1, 3, Ballot::NONE, votes, config);
    elect(&mut leader);
    disk_is_done(&mut leader);
    leader
}

/// The server prepares, and S2 (or S1) promises at once.
fn elect(server: &mut MultiPaxos) {
    step(server, Input::Timer(Timer::Election));
    disk_is_done(server);
    let by = if server.me == S2 { S1 } else { S2 };
    let promise = promise(server.promised, 1, &[], 0);
    hear(server, by, promise);
    assert!(server.leads());
}

/// What the server asks for, without the teaching sentences.
fn step(server: &mut MultiPaxos, input: Input<MultiPaxos>) -> Vec<Effect<MultiPaxos>> {
    step_at(Time::ZERO, server, input)
}

/// The same, when its clock shows this.
fn step_at(
    now: Time,
    server: &mut MultiPaxos,
    input: Input<MultiPaxos>,
) -> Vec<Effect<MultiPaxos>> {
    let mut fx = Effects::new();
    fx.start(ClockReading { local: now, steady: now });
    server.step(input, &mut fx);
    let effects = fx.drain().map(|(effect, _)| effect);
    effects.filter(|effect| !matches!(effect, Effect::Note(_))).collect()
}

/// The teaching sentences of a step.
fn notes(server: &mut MultiPaxos, input: Input<MultiPaxos>) -> Vec<String> {
    let mut fx = Effects::new();
    server.step(input, &mut fx);
    let notes = fx.drain().filter_map(|(effect, _)| match effect {
        Effect::Note(sentence) => Some(sentence.to_string()),
        _ => None,
    });
    notes.collect()
}

fn hear(server: &mut MultiPaxos, from: Place, message: Message) -> Vec<Effect<MultiPaxos>> {
    step(server, Input::Message { from, message })
}

/// Everything written so far is durable.
fn disk_is_done(server: &mut MultiPaxos) -> Vec<Effect<MultiPaxos>> {
    let disk = server.saved.clone();
    step(server, Input::Saved(disk))
}

fn prepare(ballot: Ballot, first: u64) -> Message {
    Message::Prepare { ballot, first }
}

fn promise(ballot: Ballot, first: u64, votes: Votes, chosen: u64) -> Message {
    Message::Promise { ballot, votes: Tail::new(&log(votes), first), chosen }
}

fn accept(ballot: Ballot, first: u64, commands: &[&str], chosen: u64) -> Message {
    let commands = commands.iter().map(|text| command(text)).collect();
    Message::Accept { ballot, first, commands, chosen, sent: None }
}

fn accepted(ballot: Ballot, first: u64, last: u64, holds: u64) -> Message {
    Message::Accepted { ballot, slots: Slots { first, last }, holds, sent: None }
}

fn sent(effects: &[Effect<MultiPaxos>]) -> Vec<(Place, Message)> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send { to, message } => Some((*to, (**message).clone())),
        _ => None,
    });
    sent.collect()
}

fn done(client: Place, seq: u64, answer: &str) -> Effect<MultiPaxos> {
    Effect::Reply { to: client, seq, outcome: Outcome::Done(answer.into()) }
}
