//! Servers to try rules and properties on.

mod properties;
mod rules;

use crate::base::{Place, Places};
use crate::protocol::{Effect, Effects, Input, Message as _, Outcome, Protocol};
use crate::service::sessions::LogCommand as Command;

use super::discovery::Leading;
use super::message::{Entries, What};
use super::*;

const S1: Place = Place::server(0);
const S2: Place = Place::server(1);
const S3: Place = Place::server(2);
const C1: Place = Place::client(0);

fn z(epoch: u64, counter: u64) -> Zxid {
    Zxid::new(epoch, counter)
}

fn entry(epoch: u64, counter: u64) -> Entry {
    Entry { zxid: z(epoch, counter), command: Command::NoOp }
}

/// Transactions with these zxids.
fn entries(zxids: &[(u64, u64)]) -> Entries {
    zxids.iter().map(|(epoch, counter)| entry(*epoch, *counter)).collect()
}

fn history(zxids: &[(u64, u64)]) -> History {
    let log = zxids.iter().map(|(epoch, counter)| entry(*epoch, *counter)).collect();
    History { snapshot: Snapshot::default(), log }
}

fn zxids(history: &History) -> Vec<(u64, u64)> {
    let entries = history.range(0, history.end()).into_iter();
    entries.map(|(_, entry)| (entry.zxid.epoch, entry.zxid.counter)).collect()
}

fn disk(accepted: u64, current: u64, zxids: &[(u64, u64)]) -> Disk {
    Disk { accepted_epoch: accepted, current_epoch: current, history: history(zxids) }
}

/// One of three servers, just started from this disk.
fn server(me: Place, disk: &Disk, config: Config) -> Zab {
    Zab::boot(me, &Places::cluster(3), &config, disk, &mut Effects::new())
}

/// … that follows S3, which has said nothing yet.
fn follower(disk: &Disk, config: Config) -> Zab {
    let mut zab = server(S1, disk, config);
    zab.follow(S3, &mut Effects::new());
    zab
}

/// … that follows S3 in this epoch, and is up to date.
fn up_to_date(epoch: u64, zxids: &[(u64, u64)], config: Config) -> Zab {
    let mut zab = follower(&disk(epoch - 1, epoch - 1, zxids), config);
    hear(&mut zab, S3, Message::LeaderInfo { epoch });
    hear(&mut zab, S3, Message::Diff { entries: entries(&[]) });
    hear(&mut zab, S3, Message::NewLeader { epoch });
    disk_is_done(&mut zab);
    let committed = zab.history.last();
    hear(&mut zab, S3, Message::UpToDate { committed });
    zab
}

/// S3, elected, and heard by nobody yet.
fn elected(disk: &Disk, config: Config) -> Zab {
    let mut zab = server(S3, disk, config);
    zab.lead(&mut Effects::new());
    zab
}

/// S3, established in this epoch with S1.
fn established(epoch: u64, zxids: &[(u64, u64)], config: Config) -> Zab {
    let disk = disk(epoch - 1, epoch - 1, zxids);
    let last = disk.history.last();
    let mut zab = elected(&disk, config);
    hear(&mut zab, S1, Message::FollowerInfo { accepted_epoch: epoch - 1 });
    let ack = Message::AckEpoch { counts: true, current_epoch: epoch - 1, last };
    hear(&mut zab, S1, ack);
    disk_is_done(&mut zab);
    hear(&mut zab, S1, Message::Ack { zxid: z(epoch, 0) });
    zab
}

/// What the server asks for, without the teaching sentences.
fn step(zab: &mut Zab, input: Input<Zab>) -> Vec<Effect<Zab>> {
    let mut fx = Effects::new();
    zab.step(input, &mut fx);
    let effects = fx.drain().map(|(effect, _)| effect);
    effects.filter(|effect| !matches!(effect, Effect::Note(_))).collect()
}

fn hear(zab: &mut Zab, from: Place, message: Message) -> Vec<Effect<Zab>> {
    step(zab, Input::Message { from, message })
}

fn ask(zab: &mut Zab, seq: u64, text: &str) -> Vec<Effect<Zab>> {
    step(zab, Input::Request { from: C1, seq, request: text.parse().expect("a request") })
}

/// Everything written so far is durable.
fn disk_is_done(zab: &mut Zab) -> Vec<Effect<Zab>> {
    let disk = zab.saved.clone();
    step(zab, Input::Saved(disk))
}

fn sent(effects: &[Effect<Zab>]) -> Vec<(Place, Message)> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send { to, message } => Some((*to, (**message).clone())),
        _ => None,
    });
    sent.collect()
}

fn written(effects: &[Effect<Zab>]) -> Vec<Disk> {
    let written = effects.iter().filter_map(|effect| match effect {
        Effect::Persist(disk) => Some(disk.clone()),
        _ => None,
    });
    written.collect()
}

fn looks(zab: &Zab) -> bool {
    matches!(zab.role, Role::Looking(_))
}

fn lead_of(zab: &Zab) -> &Leading {
    let Role::Leading(lead) = &zab.role else { panic!("it leads") };
    lead
}
