//! What the servers write down and say to each other: the four messages of Paxos, each now for many
//! slots at once, and the refusal.

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use crate::base::{Log, NONE, Place, Sentence, Time};
use crate::protocol::{self, Field, Kind, Tone};
use crate::service::sessions::LogCommand as Command;
use crate::{listed, sentence};

/// A ballot, or proposal number: a round, and the proposer that it belongs to, so that no two
/// proposers ever use the same one (*Paxos Made Simple*, §2.5). The round decides, then the proposer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ballot {
    /// From 1; 0 stands for no ballot at all.
    pub round: u64,
    pub by: Place,
}

/// All that survives a crash: what an acceptor must remember.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// `maxBal`: the highest ballot this server has promised to. One promise holds for all slots.
    pub promised: Ballot,
    pub votes: Log<Slot>,
}

/// The highest round that a script may begin with.
const ROUNDS: u64 = 1_000_000;

impl Disk {
    /// A log of commands that change nothing, each accepted at the ballot that is given, such as
    /// `1.S1 - 2.S3`; `-` is a gap.
    pub fn of_ballots(text: &str) -> Result<Disk, Sentence> {
        let mut disk = Disk::default();
        for word in text.split_whitespace() {
            let ballot = word.split_once('.').and_then(|(round, by)| {
                let round = round.parse().ok().filter(|round| (1..=ROUNDS).contains(round))?;
                Some(Ballot { round, by: by.parse().ok().and_then(Place::as_server)? })
            });
            if ballot.is_none() && word != "-" {
                let word: String = word.chars().take(40).collect();
                return Err(sentence!("“{0}” is no ballot such as 1.S2, and no gap (-)", word));
            }
            disk.promised = disk.promised.max(ballot.unwrap_or(disk.promised));
            disk.votes.push(ballot.map(|ballot| Vote { ballot, command: Command::NoOp }));
        }
        Ok(disk)
    }
}

/// What an acceptor holds in a slot of its log; a gap is `None`.
pub type Slot = Option<Vote>;

/// `maxVBal` and `maxVal`: the command last accepted in a slot, and its ballot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Vote {
    pub ballot: Ballot,
    pub command: Command,
}

/// Phase 1 is `Prepare` and `Promise`, phase 2 `Accept` and `Accepted`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// 1a, for all slots from `first` on: the proposer knows what was chosen before.
    Prepare { ballot: Ballot, first: u64 },
    /// 1b: what this acceptor has accepted in these slots, and how far it knows what was chosen.
    Promise { ballot: Ballot, votes: Tail, chosen: u64 },
    /// 2a, for the slots from `first` on, a command each; without any it is a heartbeat. Every slot
    /// up to `chosen` is. With leases it tells when it was `sent`, by the leader's clock.
    Accept { ballot: Ballot, first: u64, commands: Commands, chosen: u64, sent: Option<Time> },
    /// 2b, for the slots that were asked for; and all slots up to `holds` besides. It brings back when it
    /// was asked.
    Accepted { ballot: Ballot, slots: Slots, holds: u64, sent: Option<Time> },
    /// To whoever asks with too low a ballot: the promise in the way.
    Refused { ballot: Ballot, promised: Ballot },
}

/// The slots from `first` to `last`; none, where `first` is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slots {
    pub first: u64,
    pub last: u64,
}

/// A log from a slot on. It is shared with whoever sent it, however long it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tail {
    log: Log<Slot>,
    first: u64,
}

/// How many slots of it are shown.
const SHOWN: u64 = 8;

/// The commands of one message. Copies of the message share them, and none cost nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Commands(Option<Rc<Vec<Command>>>);

impl Ballot {
    /// None yet: below every ballot in use.
    pub const NONE: Ballot = Ballot { round: 0, by: Place::server(0) };
}

impl Default for Ballot {
    fn default() -> Ballot {
        Ballot::NONE
    }
}

impl Slots {
    pub const NONE: Slots = Slots { first: 1, last: 0 };

    pub fn is_empty(self) -> bool {
        self.first > self.last
    }

    pub fn contains(self, slot: u64) -> bool {
        (self.first..=self.last).contains(&slot)
    }
}

impl Tail {
    pub fn new(log: &Log<Slot>, first: u64) -> Tail {
        Tail { log: log.clone(), first }
    }

    pub fn last(&self) -> u64 {
        self.log.len()
    }

    /// What was accepted in this slot.
    pub fn get(&self, slot: u64) -> Option<&Vote> {
        self.log.get(slot).filter(|_| slot >= self.first)?.as_ref()
    }

    /// What was accepted in the first slots, gaps left out.
    fn begin(&self) -> impl Iterator<Item = (u64, &Vote)> {
        let slots = self.first..=self.last().min(self.first + SHOWN - 1);
        slots.filter_map(|slot| Some((slot, self.get(slot)?)))
    }

    /// Whether it goes on after what `begin` tells.
    fn goes_on(&self) -> bool {
        self.last() >= self.first + SHOWN
    }
}

impl Deref for Commands {
    type Target = [Command];
    fn deref(&self) -> &[Command] {
        self.0.as_ref().map_or(&[], |commands| commands)
    }
}

impl FromIterator<Command> for Commands {
    fn from_iter<I: IntoIterator<Item = Command>>(commands: I) -> Commands {
        let commands: Vec<Command> = commands.into_iter().collect();
        Commands((!commands.is_empty()).then(|| Rc::new(commands)))
    }
}

/// `2.S1`
impl fmt::Display for Ballot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.round {
            0 => f.write_str(NONE),
            round => write!(f, "{round}.{}", self.by),
        }
    }
}

/// `3` or `3–5`
impl fmt::Display for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last.saturating_sub(self.first) {
            0 => self.first.fmt(f),
            _ => write!(f, "{}–{}", self.first, self.last),
        }
    }
}

/// The label on the graph.
impl protocol::Message for Message {
    listed! {
        fn kinds() -> &'static [Kind];
        fn kind(&self) -> Kind {
            match (self) {
                Message::Prepare { .. } => Kind { name: "Prepare", tone: Tone::Vote },
                Message::Promise { .. } => Kind { name: "Promise", tone: Tone::Reply },
                Message::Accept { commands, .. } if !commands.is_empty() => Kind { name: "Accept", tone: Tone::Call },
                Message::Accepted { .. } => Kind { name: "Accepted", tone: Tone::Reply },
                Message::Refused { .. } => Kind { name: "Refused", tone: Tone::Reply },
                Message::Accept { .. } => Kind { name: "heartbeat", tone: Tone::Beat },
            }
        }
    }

    fn label(&self) -> Sentence {
        match self {
            Message::Prepare { ballot, .. } => sentence!("prepare {0}", ballot.to_string()),
            Message::Promise { ballot, votes, .. } => match votes.begin().next() {
                None if !votes.goes_on() => sentence!("promise {0}", ballot.to_string()),
                Some((slot, vote)) if votes.begin().count() == 1 && !votes.goes_on() => {
                    sentence!("promise {0} + {1}: {2}", ballot.to_string(), slot, vote.command.to_string())
                }
                _ => sentence!("promise {0} + {1}–{2}", ballot.to_string(), votes.first, votes.last()),
            },
            Message::Accept { first, commands, .. } => match &commands[..] {
                [] => sentence!("beat"),
                [command] => sentence!("accept {0}: {1}", *first, command.to_string()),
                commands => {
                    sentence!("accept {0}–{1}", *first, first + commands.len() as u64 - 1)
                }
            },
            Message::Accepted { slots, holds, .. } if slots.is_empty() => sentence!("ok ≤{0}", *holds),
            Message::Accepted { slots, .. } => sentence!("ok {0}", slots.to_string()),
            Message::Refused { promised, .. } => sentence!("no {0}", promised.to_string()),
        }
    }

    fn fields(&self) -> Vec<Field> {
        match self {
            Message::Prepare { ballot, first } => {
                vec![Field::new("bal", ballot), Field::new("from slot", first)]
            }
            Message::Promise { ballot, votes, chosen } => vec![
                Field::new("bal", ballot),
                Field::new("from slot", votes.first),
                Field::new("accepted", votes),
                Field::new("chosen up to", chosen),
            ],
            Message::Accept { ballot, first, commands, chosen, sent } => {
                let fields = [
                    Field::new("bal", ballot),
                    Field::new("from slot", first),
                    Field::new("val", commands),
                    Field::new("chosen up to", chosen),
                ];
                fields.into_iter().chain(sent.map(sent_at)).collect()
            }
            Message::Accepted { ballot, slots, holds, sent } => {
                let slots = if slots.is_empty() { NONE.into() } else { slots.to_string() };
                let fields = [
                    Field::new("bal", ballot),
                    Field::new("slots", slots),
                    Field::new("holds all up to", holds),
                ];
                fields.into_iter().chain(sent.map(sent_at)).collect()
            }
            Message::Refused { ballot, promised } => {
                vec![Field::new("bal", ballot), Field::new("maxBal", promised)]
            }
        }
    }
}

/// By the leader's clock.
fn sent_at(sent: Time) -> Field {
    Field::new("sent at", sent)
}

/// Each vote with its slot and ballot: `[3: x=1 (1.S1), 5: x=3 (2.S2)]`.
impl fmt::Display for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (place, (slot, vote)) in self.begin().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{slot}: {} ({})", vote.command, vote.ballot)?;
        }
        f.write_str(if self.goes_on() { "…]" } else { "]" })
    }
}

/// `[x=1, no-op]`
impl fmt::Display for Commands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (place, command) in self.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{command}")?;
        }
        f.write_str("]")
    }
}
