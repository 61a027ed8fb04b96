//! What ZAB's servers write down and say to each other. Names are those of ZooKeeper's packets; where the
//! article has another, it stands beside it.

use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use crate::base::{Place, Sentence};
use crate::check::Operation;
use crate::{listed, sentence};
use crate::protocol::{self, Field, Form, Kind, Tone};
use crate::service::sessions::LogCommand as Command;
use crate::service::store::{CAS, DELETE, GET, PUT};

use super::history::{Entry, History, Snapshot, Zxid};

/// All that survives a crash. Each of the three is written by a write of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// `acceptedEpoch`: the latest epoch whose leader it has answered. (`f.p` in the article.)
    pub accepted_epoch: u64,
    /// `currentEpoch`: the latest epoch whose leader has brought it up to date. (`f.a` in the article.)
    pub current_epoch: u64,
    /// `history`. (`h_f` in the article.)
    pub history: History,
}

/// The latest epoch that a script may begin with.
const EPOCHS: u64 = 1_000_000;

impl Disk {
    /// A history of these zxids, of transactions that change nothing, such as `1.1 1.2 2.1`; and before it
    /// the two epochs, where they are other than that of the last one: `acceptedEpoch=3 currentEpoch=2 1.1`.
    ///
    /// The history may have gone on to an epoch later than currentEpoch: it is written first. But
    /// nobody has anything of an epoch that it has not accepted.
    pub fn of_zxids(text: &str) -> Result<Disk, Sentence> {
        let mut history = History::default();
        let (mut accepted, mut current) = (None, None);
        for word in text.split_whitespace() {
            let given = match word.split_once('=').filter(|_| history.end() == 0) {
                Some(("acceptedEpoch", epoch)) => Some((&mut accepted, epoch)),
                Some(("currentEpoch", epoch)) => Some((&mut current, epoch)),
                _ => None,
            };
            let short = || word.chars().take(40).collect::<String>();
            if let Some((epoch, number)) = given {
                *epoch = number.parse().ok().filter(|epoch| *epoch <= EPOCHS);
                if epoch.is_none() {
                    return Err(sentence!("“{0}” is no epoch from {1} to {2}", short(), 0u64, EPOCHS));
                }
                continue;
            }
            let zxid = word.parse().ok().filter(|zxid: &Zxid| (1..=EPOCHS).contains(&zxid.epoch));
            let Some(zxid) = zxid else {
                return Err(sentence!("“{0}” is no zxid such as 1.2", short()));
            };
            if zxid < history.last() || zxid != history.last().next(zxid.epoch) {
                return Err(sentence!(
                    "{0} cannot stand here: in each epoch zxids count from 1 without a gap, and epochs only rise",
                    zxid.to_string()
                ));
            }
            history.push(Entry { zxid, command: Command::NoOp });
        }
        let last = history.last().epoch;
        let current_epoch = current.unwrap_or(last);
        let accepted_epoch = accepted.unwrap_or(last.max(current_epoch));
        match last.max(current_epoch) {
            later if later > accepted_epoch => Err(sentence!(
                "who has accepted epoch {0} has nothing of epoch {1} yet",
                accepted_epoch,
                later
            )),
            _ => Ok(Disk { accepted_epoch, current_epoch, history }),
        }
    }
}

/// A vote for a leader. Votes order as the election compares them: by what the server it names has
/// seen, and only then by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vote {
    /// `currentEpoch` of the server that it names …
    pub epoch: u64,
    /// … the last zxid of its history …
    pub zxid: Zxid,
    /// … and its number.
    pub id: Place,
}

/// What a server does at the moment, as it tells others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    Looking,
    Following,
    Leading,
}

/// The transactions of one message. Copies of the message share them.
pub type Entries = Rc<[Entry]>;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    // Election.
    Notification { round: u64, vote: Vote, state: State },
    // Discovery: CEPOCH, NEWEPOCH and ACK-E in the article.
    FollowerInfo { accepted_epoch: u64 },
    LeaderInfo { epoch: u64 },
    /// `counts`: it has accepted the epoch just now.
    AckEpoch { counts: bool, current_epoch: u64, last: Zxid },
    // Synchronisation: NEWLEADER carries the history in the article, and ACK-LD and COMMIT-LD are ACK
    // (of the zxid before the epoch's first) and UPTODATE in ZooKeeper.
    Diff { entries: Entries },
    Trunc { zxid: Zxid, entries: Entries },
    Snap { snapshot: Rc<Snapshot>, entries: Entries },
    NewLeader { epoch: u64 },
    UpToDate { committed: Zxid },
    // Broadcast.
    Propose { entry: Entry },
    Ack { zxid: Zxid },
    Commit { zxid: Zxid },
    Ping,
    PingReply,
    // Clients' requests, from a follower to its leader; and the answer to a sync: when it is done.
    Request { client: Place, seq: u64, request: Operation },
    Sync { client: Place, seq: u64 },
    SyncReply { client: Place, seq: u64, zxid: Zxid },
}

/// The label on the graph.
impl protocol::Message for Message {
    listed! {
        fn kinds() -> &'static [Kind];
        fn kind(&self) -> Kind {
            match (self) {
                Message::Notification { state: State::Looking, .. } => Kind { name: "Notification", tone: Tone::Vote },
                Message::Notification { .. } => Kind { name: "Notification reply", tone: Tone::Reply },
                Message::FollowerInfo { .. } => Kind { name: "FOLLOWERINFO", tone: Tone::Vote },
                Message::LeaderInfo { .. } => Kind { name: "LEADERINFO", tone: Tone::Vote },
                Message::AckEpoch { .. } => Kind { name: "ACKEPOCH", tone: Tone::Reply },
                Message::Diff { .. } => Kind { name: "DIFF", tone: Tone::Call },
                Message::Trunc { .. } => Kind { name: "TRUNC", tone: Tone::Call },
                Message::Snap { .. } => Kind { name: "SNAP", tone: Tone::Call },
                Message::NewLeader { .. } => Kind { name: "NEWLEADER", tone: Tone::Call },
                Message::UpToDate { .. } => Kind { name: "UPTODATE", tone: Tone::Call },
                Message::Propose { .. } => Kind { name: "PROPOSAL", tone: Tone::Call },
                Message::Ack { .. } => Kind { name: "ACK", tone: Tone::Reply },
                Message::Commit { .. } => Kind { name: "COMMIT", tone: Tone::Call },
                Message::Ping => Kind { name: "PING", tone: Tone::Beat },
                Message::PingReply => Kind { name: "PING reply", tone: Tone::Beat },
                Message::Request { .. } => Kind { name: "REQUEST", tone: Tone::Call },
                Message::Sync { .. } => Kind { name: "SYNC", tone: Tone::Call },
                Message::SyncReply { .. } => Kind { name: "SYNC reply", tone: Tone::Reply },
            }
        }
    }

    fn label(&self) -> Sentence {
        let with = |label: Sentence, entries: &Entries| match entries.len() {
            0 => label,
            more => sentence!("{0} +{1}", label, more),
        };
        let named = |zxid: &Zxid| zxid.to_string();
        match self {
            Message::Notification { vote, state: State::Looking, .. } => {
                sentence!("vote {0}", vote.id)
            }
            Message::Notification { vote, .. } => sentence!("leader {0}", vote.id),
            Message::FollowerInfo { accepted_epoch } => sentence!("follower e{0}", *accepted_epoch),
            Message::LeaderInfo { epoch } => sentence!("epoch? e{0}", *epoch),
            Message::AckEpoch { last, .. } => sentence!("epoch ✓ {0}", named(last)),
            Message::Diff { entries } => with(sentence!("DIFF"), entries),
            Message::Trunc { zxid, entries } => with(sentence!("TRUNC {0}", named(zxid)), entries),
            Message::Snap { snapshot, entries } => {
                with(sentence!("SNAP {0}", named(&snapshot.zxid)), entries)
            }
            Message::NewLeader { epoch } => sentence!("NEWLEADER e{0}", *epoch),
            Message::UpToDate { .. } => sentence!("UPTODATE"),
            Message::Propose { entry } => sentence!("propose {0}", entry.to_string()),
            Message::Ack { zxid } => sentence!("ack {0}", named(zxid)),
            Message::Commit { zxid } => sentence!("commit {0}", named(zxid)),
            Message::Ping => sentence!("ping"),
            Message::PingReply => sentence!("pong"),
            Message::Request { request, .. } => sentence!("{0}", request.label().to_string()),
            Message::Sync { .. } => sentence!("sync?"),
            Message::SyncReply { zxid, .. } => sentence!("sync {0}", named(zxid)),
        }
    }

    fn fields(&self) -> Vec<Field> {
        let list = |entries: &Entries| Field::new("entries", listing(entries));
        match self {
            Message::Notification { round, vote, state } => vec![
                Field::new("state", state),
                Field::new("round", round),
                Field::new("epoch", vote.epoch),
                Field::new("zxid", vote.zxid),
                Field::new("id", vote.id),
            ],
            Message::FollowerInfo { accepted_epoch } => {
                vec![Field::new("acceptedEpoch", accepted_epoch)]
            }
            Message::LeaderInfo { epoch } | Message::NewLeader { epoch } => {
                vec![Field::new("epoch", epoch)]
            }
            Message::AckEpoch { counts, current_epoch, last } => vec![
                Field::new("counts", counts),
                Field::new("currentEpoch", current_epoch),
                Field::new("zxid", last),
            ],
            Message::Diff { entries } => vec![list(entries)],
            Message::Trunc { zxid, entries } => vec![Field::new("zxid", zxid), list(entries)],
            Message::Snap { snapshot, entries } => vec![
                Field::new("zxid", snapshot.zxid),
                Field::new("snapshot", &snapshot.store),
                list(entries),
            ],
            Message::UpToDate { committed } => vec![Field::new("zxid", committed)],
            Message::Propose { entry } => {
                vec![Field::new("zxid", entry.zxid), Field::new("transaction", entry)]
            }
            Message::Ack { zxid } | Message::Commit { zxid } => vec![Field::new("zxid", zxid)],
            Message::Ping | Message::PingReply => Vec::new(),
            Message::Request { client, seq, request } => vec![
                Field::new("client", client),
                Field::new("number", seq),
                Field::new("request", request),
            ],
            Message::Sync { client, seq } => {
                vec![Field::new("client", client), Field::new("number", seq)]
            }
            Message::SyncReply { client, seq, zxid } => vec![
                Field::new("client", client),
                Field::new("number", seq),
                Field::new("zxid", zxid),
            ],
        }
    }
}

/// Each transaction with its zxid: `[1.1 x=1, 1.2 x=2]`.
fn listing(entries: &Entries) -> String {
    let each: Vec<String> =
        entries.iter().map(|entry| format!("{} {entry}", entry.zxid)).collect();
    format!("[{}]", each.join(", "))
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Looking => "LOOKING",
            State::Following => "FOLLOWING",
            State::Leading => "LEADING",
        })
    }
}

/// What a client asks for, and the last zxid that its session has seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ask {
    pub what: What,
    pub seen: Zxid,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum What {
    Store(Operation),
    /// Whatever the leader has committed by now is to be known where the client asks.
    Sync,
}

impl Ask {
    pub const FORMS: &'static [Form] = &[
        PUT,
        GET,
        DELETE,
        CAS,
        Form {
            name: "Sync",
            help: "has the server catch up with its leader, so that what is read next is not old",
            script: "sync",
            blanks: &[],
        },
    ];
}

impl protocol::Request for Ask {
    fn operation(&self) -> Option<Operation> {
        match &self.what {
            What::Store(request) => request.operation(),
            What::Sync => None,
        }
    }

    fn after(self, bookmark: &str) -> Ask {
        Ask { seen: bookmark.parse().unwrap_or_default(), ..self }
    }
}

/// As a script writes it.
impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Store(request) => request.fmt(f),
            What::Sync => f.write_str("sync"),
        }
    }
}

impl FromStr for Ask {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Ask, &'static str> {
        let what = match text.trim() {
            "sync" => Ok(What::Sync),
            text => text.parse().map(What::Store),
        };
        let what = what.map_err(|_| "put KEY=VALUE, get KEY, delete KEY, cas KEY EXPECTED VALUE or sync")?;
        Ok(Ask { what, seen: Zxid::default() })
    }
}
