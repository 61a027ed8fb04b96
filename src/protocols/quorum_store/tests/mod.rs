//! Servers to try rules on, one step after another.

mod rules;
mod versions;

use crate::base::{Place, Places, Text, Time};
use crate::protocol::{Effect, Effects, Input, Message as _, Options as _, Outcome, Protocol};
use crate::protocol::Request as _;

use super::*;

const S1: Place = Place::server(0);
const S2: Place = Place::server(1);
const S3: Place = Place::server(2);
const C1: Place = Place::client(0);
const C2: Place = Place::client(1);

fn config(settings: &[(&str, &str)]) -> Config {
    let mut config = Config::default();
    for (name, value) in settings {
        config.set(name, value).expect("an option");
    }
    config
}

/// One of so many servers, just started from this disk.
fn server_of(count: u16, me: Place, disk: &Disk, config: &Config) -> QuorumStore {
    QuorumStore::boot(me, &Places::cluster(count), config, disk, &mut Effects::new())
}

/// One of three, with an empty disk.
fn server(me: Place, settings: &[(&str, &str)]) -> QuorumStore {
    server_of(3, me, &Disk::default(), &config(settings))
}

/// What the server asks for at this time, without the teaching sentences.
fn step_at(it: &mut QuorumStore, now: Time, input: Input<QuorumStore>) -> Vec<Effect<QuorumStore>> {
    let mut fx = Effects::new();
    fx.start(crate::protocol::ClockReading { local: now, steady: now });
    it.step(input, &mut fx);
    let effects = fx.drain().map(|(effect, _)| effect);
    effects.filter(|effect| !matches!(effect, Effect::Note(_))).collect()
}

fn hear(it: &mut QuorumStore, from: Place, message: Message) -> Vec<Effect<QuorumStore>> {
    hear_at(it, Time::ZERO, from, message)
}

fn hear_at(
    it: &mut QuorumStore,
    now: Time,
    from: Place,
    message: Message,
) -> Vec<Effect<QuorumStore>> {
    step_at(it, now, Input::Message { from, message })
}

fn ask(it: &mut QuorumStore, client: Place, seq: u64, text: &str) -> Vec<Effect<QuorumStore>> {
    let request = text.parse().expect("a request");
    step_at(it, Time::ZERO, Input::Request { from: client, seq, request })
}

/// Of a session that has been given this bookmark.
fn ask_after(it: &mut QuorumStore, seq: u64, text: &str, mark: &str) -> Vec<Effect<QuorumStore>> {
    let request: Ask = text.parse().expect("a request");
    let request = request.after(mark);
    step_at(it, Time::ZERO, Input::Request { from: C1, seq, request })
}

fn sent(effects: &[Effect<QuorumStore>]) -> Vec<(Place, Message)> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send { to, message } => Some((*to, (**message).clone())),
        _ => None,
    });
    sent.collect()
}

/// Answers to clients, in words.
fn told(effects: &[Effect<QuorumStore>]) -> Vec<String> {
    let told = effects.iter().filter_map(|effect| match effect {
        Effect::Reply { to, seq, outcome } => Some(format!("{to}.{seq} {}", outcome.told())),
        _ => None,
    });
    told.collect()
}

/// The bookmark of the last answer.
fn bookmark(effects: &[Effect<QuorumStore>]) -> Text {
    let last = effects.iter().rev().find_map(|effect| match effect {
        Effect::Reply { outcome: Outcome::DoneAt(_, bookmark), .. } => Some(bookmark.clone()),
        _ => None,
    });
    last.expect("an answer with a bookmark")
}

fn kept(it: &QuorumStore, key: &str) -> String {
    it.saved.store.get(key).map_or("nothing".into(), |kept| kept.object.to_string())
}
