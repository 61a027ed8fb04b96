//! Servers to try rules and properties on.

mod properties;
mod rules;

use crate::base::{Log, Place};
use crate::protocol::{Effect, Outcome};

use super::*;

const S1: Place = Place::server(0);
const S2: Place = Place::server(1);
const S3: Place = Place::server(2);
const C1: Place = Place::client(0);

/// A log whose entries have these terms.
fn log(terms: &[u64]) -> Log<Entry> {
    terms.iter().map(|term| Entry { term: *term, command: Command::Log(LogCommand::NoOp) }).collect()
}

fn entries(terms: &[u64]) -> Entries {
    terms.iter().map(|term| Entry { term: *term, command: Command::Log(LogCommand::NoOp) }).collect()
}

fn terms(raft: &Raft) -> Vec<u64> {
    raft.log.range(0, raft.log.len()).iter().map(|(_, entry)| entry.term).collect()
}

fn put(text: &str) -> Request {
    text.parse().expect("a request")
}

/// A server of `nodes` that starts with this term and log on its disk.
fn server(me: Place, nodes: u16, term: u64, terms: &[u64], config: Config) -> Raft {
    let disk = Disk { term, log: log(terms), ..Disk::default() };
    Raft::boot(me, &Places::cluster(nodes), &config, &disk, &mut Effects::new())
}

fn follower(term: u64, terms: &[u64]) -> Raft {
    server(S2, 3, term, terms, Config::default())
}

/// The same server, as the leader of its term, elected but not yet heard by anybody.
fn leader(me: Place, nodes: u16, term: u64, terms: &[u64], config: Config) -> Raft {
    let mut raft = server(me, nodes, term, terms, config);
    raft.become_leader(&mut Effects::new());
    raft
}

/// What the server asks for, without the teaching sentences.
fn step(raft: &mut Raft, input: Input<Raft>) -> Vec<Effect<Raft>> {
    let mut fx = Effects::new();
    raft.step(input, &mut fx);
    let effects = fx.drain().map(|(effect, _)| effect);
    effects.filter(|effect| !matches!(effect, Effect::Note(_))).collect()
}

fn hear(raft: &mut Raft, from: Place, message: Message) -> Vec<Effect<Raft>> {
    step(raft, Input::Message { from, message })
}

/// Everything written so far is durable.
fn disk_is_done(raft: &mut Raft) -> Vec<Effect<Raft>> {
    let disk = raft.saved.clone();
    step(raft, Input::Saved(disk))
}

fn append(term: u64, prev: (u64, u64), terms: &[u64], leader_commit: u64) -> Message {
    let prev = Position { term: prev.0, index: prev.1 };
    Message::AppendEntries { term, prev, entries: entries(terms), leader_commit, round: 0 }
}

fn matches(term: u64, index: u64) -> Message {
    Message::AppendEntriesReply { term, outcome: Appended::Match(index), round: 0 }
}

fn sent(effects: &[Effect<Raft>]) -> Vec<(Place, Message)> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send { to, message } => Some((*to, (**message).clone())),
        _ => None,
    });
    sent.collect()
}
